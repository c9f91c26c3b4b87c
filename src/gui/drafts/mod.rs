//! What is on the screen but not saved: the fields being typed, the step shown, what is revealed.

pub mod call;
pub mod export;
pub mod import;
pub mod inspect;
pub mod listing;
pub(super) mod next_view;
pub mod palette;
pub mod profile_page;
pub mod settings;
pub(super) mod steps;
pub mod team;

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use crate::app::{CallContext, OpenedProfile, Ticks};
use crate::dialect::{Described, zspec};
use crate::gui::clock::Clock;
use crate::gui::drafts::call::CallDraft;
use crate::gui::drafts::export::{ExportDraft, ShareDraft};
use crate::gui::drafts::import::ImportDraft;
use crate::gui::drafts::inspect::InspectDraft;
use crate::gui::drafts::listing::Listing;
use crate::gui::drafts::palette::Palette;
use crate::gui::drafts::profile_page::{CalendarDraft, Naming, Remarks};
use crate::gui::drafts::settings::SettingsDraft;
use crate::gui::drafts::team::TeamDraft;
use crate::gui::intent::{Intent, Step};
use crate::gui::model::{Model, Visit};
use crate::oauth::{KeyPair, ProfileSecrets, ReadKey};
use crate::secret::Secret;
use crate::service::{FieldError, Profile, ProfileDraft, ProfileName, Service};

pub use crate::gui::drafts::next_view::{Focus, NextView};
pub use crate::gui::drafts::steps::{
    AuthorizationStep, ClientCertificateDraft, ComparedDetails, Copied, KeyDraft, ServiceStep, TokenTab, TokensStep,
    Typed, TypedParameters,
};

/// What is typed and open on the page of the calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallsDraft {
    /// The call that is shown in full, by its time.
    pub open: Option<jiff::Timestamp>,
    /// Where calls and a case are written to.
    pub file: String,
    /// The case to replay.
    pub case_file: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// What was typed or imported and is not saved.
    Edits,
    /// An authorization code that has not brought tokens yet.
    Code,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    pub loss: Loss,
    /// The intent that waits for the answer.
    pub then: Box<Intent>,
}

/// The vault must be opened because something waits for it.
#[derive(Clone, Debug, PartialEq)]
pub struct VaultPrompt {
    /// The intent to perform once it is open.
    pub then: Option<Box<Intent>>,
}

/// What is on the screen. All of it begins anew with another service but the clock, the list and the faults, see
/// [`Draft::begin`].
#[derive(Clone, Debug, Default)]
pub struct Draft {
    pub step: Step,
    pub next_view: NextView,
    /// Whether the page of the open profile is shown in place of the steps.
    pub home: bool,
    /// `None` while they are as they are saved.
    pub remarks: Option<Remarks>,
    /// `None` until a service is chosen.
    pub profile: Option<ProfileDraft>,
    pub secrets: ProfileSecrets,
    /// Whether errors are shown at fields that were not touched yet: after the first *Next*.
    pub insisted: bool,
    pub service_step: ServiceStep,
    pub authorization_step: AuthorizationStep,
    pub tokens_step: TokensStep,
    /// `None` unless the import page is open.
    pub import: Option<ImportDraft>,
    /// `None` unless the export page is open.
    pub export: Option<ExportDraft>,
    /// `None` unless the sharing page is open.
    pub share: Option<ShareDraft>,
    /// `None` unless the team's page is open.
    pub team: Option<TeamDraft>,
    /// `None` unless the calendar is open.
    pub calendar: Option<CalendarDraft>,
    /// `None` unless the page that inspects a token is open.
    pub inspect: Option<InspectDraft>,
    /// `None` unless the page that tries the API is open.
    pub call: Option<CallDraft>,
    /// `None` unless the page of the calls is open.
    pub calls: Option<CallsDraft>,
    /// `None` unless the settings are open.
    pub settings: Option<SettingsDraft>,
    /// The lines of each service's checklist that are ticked, by its ID and their place.
    pub ticks: Ticks,
    /// `None` unless the command palette is open.
    pub palette: Option<Palette>,
    /// Whether the sheet of keys is open.
    pub keys_are_shown: bool,
    pub questions: Questions,
    pub changes: Changes,
    pub clock: Clock,
    /// What the person does with the list of saved profiles.
    pub listing: Listing,
    /// What was computed last from `profile`.
    computed: RefCell<Option<Rc<Computed>>>,
}

/// What the fields of a profile come to. It is computed when it is first asked for, and again only when a field changes: a
/// frame in which nothing is typed parses nothing.
#[derive(Debug)]
pub(in crate::gui) struct Computed {
    from: ProfileDraft,
    parsed: OnceCell<Result<Profile, Vec<FieldError>>>,
    parameter_help: [OnceCell<Vec<(String, String)>>; 2],
}

impl Computed {
    fn parsed(&self) -> &Result<Profile, Vec<FieldError>> {
        self.parsed.get_or_init(|| self.from.parse())
    }

    /// Name and meaning of each parameter that the imported ZSPEC document explains.
    pub(in crate::gui) fn parameter_help(&self, tab: TokenTab) -> &[(String, String)] {
        let (place, stage) = match tab {
            TokenTab::TokenRequest => (0, "token_request"),
            TokenTab::RefreshRequest => (1, "refresh_request"),
        };
        self.parameter_help[place].get_or_init(|| zspec::parameter_help(&self.from.service, stage))
    }
}

/// What the person is being asked, or is to confirm.
#[derive(Clone, Debug, Default)]
pub struct Questions {
    pub forget: Option<ProfileName>,
    /// Whether the forgotten profiles are shown, and which of them is about to be erased.
    pub forgotten: bool,
    pub erase: Option<ProfileName>,
    pub unshare: Option<ProfileName>,
    /// Whose registered client is about to be deleted at the server.
    pub delete_client: Option<ProfileName>,
    /// The name that is being typed for a profile, or for a copy of it.
    pub naming: Option<Naming>,
    /// The older generation to restore although its refresh token was used.
    pub restore: Option<u64>,
    /// Whether to move the vault to another key.
    pub move_vault: bool,
    /// Whether to close the window although tokens are lost.
    pub close: bool,
    /// What to do with unsaved work before leaving it.
    pub unsaved: Option<Question>,
    /// How to open the vault, for something that waits for it.
    pub vault: Option<VaultPrompt>,
    /// The passphrase being typed, and again.
    pub vault_passphrase: [Secret; 2],
}

/// Whether what is typed is saved.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// What was typed when it was last saved, or when the person began.
    pub baseline: Option<Box<Typed>>,
    /// What was typed when saving was last started.
    pub sent: Option<Box<Typed>>,
    /// Whether the person chose to discard it.
    pub waived: bool,
}

impl Draft {
    /// An empty draft, with the keyboard in the search of step 1.
    pub fn new(clock: Clock) -> Self {
        Self { clock, next_view: NextView { focus: Some(Focus::Search), ..NextView::default() }, ..Self::default() }
    }

    /// Begins anew; the clock, the list of profiles, the practice service's faults and the ticks in checklists stay.
    pub fn begin(&mut self) {
        let faults = std::mem::take(&mut self.service_step.faults);
        let service_step = ServiceStep { faults, ..ServiceStep::default() };
        let (listing, ticks) = (std::mem::take(&mut self.listing), std::mem::take(&mut self.ticks));
        *self = Self { service_step, ticks, listing, ..Self::new(self.clock.clone()) };
    }

    /// Starts over with a service and its defaults.
    pub fn choose(&mut self, service: Service) {
        // The card that was chosen stays where it was found.
        let search = std::mem::take(&mut self.service_step.search);
        self.begin();
        self.service_step.search = search;
        self.next_view = NextView { focus: Some(Focus::Next), ..NextView::default() };
        self.secrets.client_secret = Secret::new(&service.defaults.client_secret);
        self.profile = Some(ProfileDraft::new(service));
        self.changes.baseline = self.typed();
    }

    /// What is typed, without what the fields fill in by themselves.
    pub fn typed(&self) -> Option<Box<Typed>> {
        let mut profile = self.profile.clone()?;
        for input in profile.service.inputs.iter().filter(|input| !input.optional) {
            let first = input.choices.first().map(|choice| &choice.value);
            if first.is_some() && profile.inputs.get(&input.name) == first {
                profile.inputs.remove(&input.name);
            }
        }
        profile.inputs.retain(|_, value| !value.is_empty());
        profile.sources.retain(|_, source| !source.is_empty());
        // A saved profile's choice is saved at once.
        (profile.keep_alive, profile.check_every) = (false, None);
        let mut secrets = self.secrets.clone();
        secrets.inputs.retain(|_, value| !value.is_empty());
        Some(Box::new((profile, secrets)))
    }

    pub fn has_edits(&self) -> bool {
        self.typed() != self.changes.baseline
    }

    /// Fills the fields from an imported document.
    pub fn adopt(&mut self, described: &Described) {
        let CallContext { profile, secrets, .. } = CallContext::from(described);
        self.begin();
        self.next_view = NextView { to_top: true, ..NextView::default() };
        self.service_step.missing = described.still_missing();
        self.authorization_step.offered = described.offered.clone();
        self.profile = Some(ProfileDraft::from(&profile));
        self.secrets = secrets;
    }

    pub fn open(&mut self, opened: &OpenedProfile) {
        self.begin();
        self.next_view = NextView { to_top: true, ..NextView::default() };
        self.follow(opened);
        self.tokens_step.name = opened.name.to_string();
        self.step = Step::Tokens;
        self.home = !opened.draft;
        let refreshable = opened.context.tokens.as_ref().is_some_and(|tokens| tokens.refresh_token.is_some());
        self.tokens_step.tab = if refreshable { TokenTab::RefreshRequest } else { TokenTab::TokenRequest };
    }

    /// Takes over a private key and what its file says besides.
    pub fn take_key(&mut self, read: &ReadKey) {
        if let Some(profile) = &mut self.profile {
            profile.take_key(read);
        }
        self.secrets.signing_key = Some(read.pair.clone());
        self.authorization_step.key = KeyDraft::default();
    }

    /// Takes over a client certificate.
    pub fn take_client_certificate(&mut self, pair: KeyPair) {
        self.secrets.client_certificate = Some(pair);
        self.authorization_step.client_certificate = ClientCertificateDraft::default();
    }

    /// Empties the field of a refresh token that was used: it is spent, or saved with the tokens.
    pub fn forget_refresh_token(&mut self) {
        let typed = [&mut self.changes.baseline, &mut self.changes.sent].into_iter().flatten();
        for secrets in typed.map(|typed| &mut typed.1).chain([&mut self.secrets]) {
            secrets.refresh_token = Secret::default();
        }
    }

    /// What the fields come to as they are typed now; `None` until a service is chosen.
    pub(in crate::gui) fn computed(&self) -> Option<Rc<Computed>> {
        let profile = self.profile.as_ref()?;
        let mut computed = self.computed.borrow_mut();
        if computed.as_ref().is_none_or(|computed| computed.from != *profile) {
            let from = profile.clone();
            *computed = Some(Rc::new(Computed { from, parsed: OnceCell::new(), parameter_help: Default::default() }));
        }
        computed.clone()
    }

    /// What is wrong with the fields of steps 1 and 2.
    pub fn errors(&self) -> Vec<FieldError> {
        self.computed().and_then(|computed| computed.parsed().as_ref().err().cloned()).unwrap_or_default()
    }

    /// The preset of the person's own, as it would be written now; `None` while its id or name is none.
    pub fn own_preset(&self) -> Option<Service> {
        let today = self.clock.now.to_zoned(self.clock.zone.clone()).strftime("%Y-%m-%d").to_string();
        self.service_step.preset.as_ref()?.parse(self.profile.as_ref()?, &today).ok()
    }

    /// All that a call is made from; `None` while the fields cannot be read.
    pub fn context(&self, model: &Model) -> Option<CallContext> {
        let profile = self.computed()?.parsed().as_ref().ok()?.clone();
        let mut context = CallContext::new(profile, self.secrets.clone()).named(model.open.name());
        model.complete(&mut context);
        // One that cannot be read is told at its field, and its value is missing.
        let typed = self.profile.iter().flat_map(ProfileDraft::read_sources).collect::<Vec<_>>();
        context.sources = context.bind_sources(&typed).unwrap_or_default();
        Some(context)
    }

    /// Shows a step, if those before it have what it needs; else the first that has not, with what is missing.
    pub fn go_to(&mut self, step: Step, model: &Model) {
        let shown = match step {
            Step::Authorization | Step::Tokens if !self.is_done(Step::Service, model) => Step::Service,
            Step::Tokens if !self.errors().is_empty() => Step::Authorization,
            step => step,
        };
        self.step = shown;
        self.next_view.to_top = true;
        if shown == step { self.insisted = false } else { self.insist() }
    }

    /// Shows what is missing at its field from now on, and leads there.
    pub fn insist(&mut self) {
        self.insisted = true;
        if !self.errors().is_empty() {
            self.next_view.focus = Some(Focus::Error);
        }
    }

    /// Whether a step has what the next one needs.
    pub fn is_done(&self, step: Step, model: &Model) -> bool {
        let Some(profile) = &self.profile else { return false };
        match step {
            Step::Service => true,
            Step::Authorization if profile.client_flow => {
                model.open.tokens.is_some() || matches!(model.open.sign_in.visit, Visit::Done(_))
            }
            Step::Authorization => self.errors().is_empty(),
            // A registered client is saved before there are tokens.
            Step::Tokens => model.open.saved_as.is_some() && model.open.draft.is_none() && model.open.tokens.is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::screens::window_ui;
    use crate::gui::widgets::harness::{THEMES, harness};

    #[test]
    fn a_frame_in_which_nothing_changes_parses_nothing() {
        let service = |id: &str| crate::service::Catalog::bundled().service(id).expect("a preset");
        for (id, step) in [("google", Step::Tokens), ("practice", Step::Tokens)] {
            let mut draft = Draft::default();
            draft.choose(service(id));
            draft.step = step;
            let mut window = harness(THEMES[0], draft, |ui, draft| {
                window_ui(ui, &Model::default(), draft);
            });
            window.run_ok();
            let before = window.state().computed().expect("chosen");
            assert!(before.parsed.get().is_some(), "the screen parses when it is first drawn");
            window.run_steps(3);
            assert!(Rc::ptr_eq(&before, &window.state().computed().expect("chosen")), "{id} was parsed again");

            window.state_mut().profile.as_mut().expect("chosen").client_id = "typed".into();
            window.run_steps(1);
            assert!(!Rc::ptr_eq(&before, &window.state().computed().expect("chosen")), "what was typed was not parsed");
        }
    }
}
