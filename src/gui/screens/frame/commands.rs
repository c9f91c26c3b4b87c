//! All that can be done now, wherever its button is: for the command palette, the sheet of keys, and the keys on screens that
//! do not show the button. The words and the key of each are those of its intent.

use crate::app::VaultState;
use crate::gui::actions::queries::QUERIES;
use crate::gui::desktop::copied_token::CopiedToken;
use crate::gui::drafts::palette::Action;
use crate::gui::drafts::{Draft, TokenTab};
use crate::gui::intent::{Intent, Step};
use crate::gui::model::{Model, Visit, Work};
use crate::gui::screens::profile_list::menu::service_of;
use crate::gui::screens::steps::actions::{call_blocked, new_tokens};
use crate::gui::screens::steps::save;
use crate::gui::texts::{common, keys as texts};

/// What is wanted by its key wherever the person is.
pub(crate) const EVERYWHERE: [Intent; 7] = [
    Intent::OpenPalette,
    Intent::FindProfile,
    Intent::NewProfile,
    Intent::OpenImport,
    Intent::ToggleList,
    Intent::OpenSettings,
    Intent::ShowKeys,
];

/// All of it, the most likely first.
pub(crate) fn commands(model: &Model, draft: &Draft) -> Vec<Action> {
    let mut all = Vec::new();
    let is_home = draft.home && model.open.saved_as.is_some();
    match (draft.has_page(), is_home) {
        (true, _) => {}
        (false, true) => home(model, &mut all),
        (false, false) => steps(model, draft, &mut all),
    }
    of_profile(model, draft, &mut all);
    let everywhere = EVERYWHERE.into_iter().filter(|intent| *intent != Intent::OpenPalette);
    all.extend(everywhere.map(Action::of));
    let nothing = model.profiles.is_empty().then(|| texts::NO_PROFILE.to_owned());
    all.push(Action::unless(Intent::OpenShare, nothing));
    all.push(Action::of(Intent::OpenCalendar));
    all.push(Action::of(Intent::OpenTeam));
    all.push(Action::of(Intent::OpenInspect(None)));
    all.push(Action::of(Intent::OpenCalls));
    all.push(Action::of(Intent::OpenForgotten));
    let is_closed = !matches!(model.vault, VaultState::Open(_));
    all.push(Action::unless(Intent::LockVault, is_closed.then(|| common::VAULT_NOT_OPEN.to_owned())));
    all
}

/// What is done on the page of a profile from day to day.
fn home(model: &Model, all: &mut Vec<Action>) {
    let no_tokens = model.open.tokens.is_none().then(|| texts::NO_TOKENS_SIGN_IN.to_owned());
    let is_going = model.open.refresh_request.is_pending().then(|| common::REFRESHING.to_owned());
    all.push(Action::unless(Intent::RequestRefresh, no_tokens.clone().or(is_going)));
    all.extend(CopiedToken::ALL.map(|what| Action::unless(Intent::CopyToken(what), no_tokens.clone())));
    all.push(Action::of(Intent::SignInAgain));
    all.push(Action::of(Intent::EditProfile));
}

/// What leads through the steps.
fn steps(model: &Model, draft: &Draft, all: &mut Vec<Action>) {
    let Some(profile) = &draft.profile else {
        let why = Some(texts::CHOOSE_SERVICE.to_owned());
        return all.push(Action::unless(Intent::GoTo(Step::Authorization), why));
    };
    match draft.step {
        Step::Service => all.push(Action::of(Intent::GoTo(Step::Authorization))),
        Step::Authorization if !profile.client_flow => all.push(Action::of(Intent::GoTo(Step::Tokens))),
        Step::Authorization => match model.open.sign_in.visit {
            Visit::Done(_) => {
                all.push(Action::of(Intent::GoTo(Step::Tokens)));
                all.push(Action::of(Intent::Authorize { again: true }));
            }
            Visit::Starting | Visit::Waiting(..) => {
                all.push(Action::unless(Intent::GoTo(Step::Tokens), Some(common::NO_CODE_YET.to_owned())));
                all.push(Action::of(Intent::Cancel(Work::SignIn)));
            }
            Visit::Device(..) => {
                all.push(Action::unless(Intent::GoTo(Step::Tokens), Some(common::NOT_ALLOWED_YET.to_owned())));
                all.push(Action::of(Intent::Cancel(Work::SignIn)));
            }
            Visit::None | Visit::Failed(_) => {
                all.push(Action::of(Intent::Authorize { again: false }));
                if profile.service.has_device_flow() {
                    all.push(Action::of(Intent::AuthorizeOnDevice));
                }
            }
        },
        Step::Tokens => {
            let call = match draft.tokens_step.tab {
                TokenTab::TokenRequest => new_tokens(profile),
                TokenTab::RefreshRequest => Intent::RequestRefresh,
            };
            all.push(Action::unless(call, call_blocked(model, draft)));
        }
    }
    let no_tokens = model.open.tokens.is_none().then_some(texts::NO_TOKENS);
    let blocked = no_tokens.filter(|_| model.open.saved_as.is_none()).or_else(|| save::blocked(model, draft));
    all.push(Action::unless(Intent::Save { replace: false }, blocked.map(str::to_owned)));
    all.push(Action::unless(Intent::CheckToken, no_tokens.map(str::to_owned)));
    if model.open.saved_as.is_some() {
        all.push(Action::of(Intent::ShowHome));
    }
}

/// What is done with the profile that is open.
fn of_profile(model: &Model, draft: &Draft, all: &mut Vec<Action>) {
    let Some(name) = model.open.name() else { return };
    if model.open.tokens.is_some()
        && let Some(service) = service_of(model, draft, name)
    {
        let offered = QUERIES.iter().filter(|query| (query.is_offered)(service));
        all.extend(offered.map(|query| Action::of(Intent::Ask(query, name.clone()))));
    }
    all.push(Action::of(Intent::OpenExport(name.clone())));
    if model.open.tokens.is_some() && model.open.draft.is_none() {
        all.push(Action::of(Intent::OpenInspect(Some(name.clone()))));
        all.push(Action::of(Intent::OpenCall(name.clone())));
    }
}
