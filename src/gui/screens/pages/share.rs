//! *Share…*: profiles for a colleague, in the open without secrets, or with them and locked.

use egui::Ui;

use crate::app::{Insisted, ProfileState, ProfileSummary, ShareDone};
use crate::gui::drafts::Draft;
use crate::gui::drafts::export::{Locking, ShareDraft};
use crate::gui::intent::Intent;
use crate::gui::model::{Model, Stand, Work};
use crate::gui::screens::frame::vault;
use crate::gui::screens::pages::export::failure_ui;
use crate::gui::screens::pages::export_options::browse_ui;
use crate::gui::screens::{intent_button, waiting_row};
use crate::gui::texts::{common, share as texts};
use crate::gui::theme::{Tone, small};
use crate::gui::widgets::{
    ButtonKind, Field, banner, footer, heading, key_values, keyed, notice, page, rows, section, segmented, toggle,
    waiting,
};
use crate::service::ProfileName;

/// Height of a profile to choose with the space below, in points.
const ROW_HEIGHT: f32 = 48.0;

pub(crate) fn share_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    let Some(mut share) = draft.share.take() else { return };
    let top = std::mem::take(&mut draft.next_view.to_top);
    page(ui, "share", top, true, |ui| page_ui(ui, model, draft, &mut share));
    let blocked = model.export.shared.is_pending().then_some(common::WRITING).or(share.lack());
    let close = |ui: &mut Ui| {
        intent_button(ui, ButtonKind::Secondary, Intent::ClosePage, None);
    };
    footer(ui, close, |ui| {
        if share.to_team {
            let busy = model.team.shared.is_pending().then_some(texts::GIVING).or(share.lack());
            intent_button(ui, ButtonKind::Primary, Intent::ShareWithTeam, busy);
            return;
        }
        intent_button(ui, ButtonKind::Primary, Intent::Share(Insisted::default()), blocked);
    });
    draft.share = Some(share);
}

fn page_ui(ui: &mut Ui, model: &Model, draft: &mut Draft, share: &mut ShareDraft) {
    heading(ui, common::SHARE_PROFILES);
    outcome_ui(ui, model, share);
    vault::vault_ui(ui, model, draft);
    section(ui, common::PROFILES, |ui| which_ui(ui, model, share));
    section(ui, texts::HOW, |ui| to_ui(ui, share));
    if share.to_team {
        return;
    }
    section(ui, texts::INCLUDE_SECRETS_QUESTION, |ui| locking_ui(ui, share));
    section(ui, common::DESTINATION, |ui| {
        let field = Field::new(common::FILE).example(texts::FILE_EXAMPLE).help(texts::DESTINATION_HELP).mono();
        let field = field.show(ui, &mut share.path);
        browse_ui(ui, model, &field, &mut draft.next_view);
    });
}

fn which_ui(ui: &mut Ui, model: &Model, share: &mut ShareDraft) {
    let is_offered = |profile: &&ProfileSummary| {
        !matches!(profile.state, ProfileState::Broken(_)) && !(share.to_team && (profile.shared || profile.draft))
    };
    let offered: Vec<&ProfileSummary> = model.profiles.iter().filter(is_offered).collect();
    rows(ui, "profiles-to-share", ROW_HEIGHT, &offered, |ui, profile| {
        let mut on = share.profiles.contains(&profile.name);
        let help = if profile.display_name.is_empty() {
            profile.service.clone()
        } else {
            format!("{}, {}", profile.name, profile.service)
        };
        keyed(ui, profile.name.as_str(), |ui| toggle(ui, profile.shown_name(), &mut on, Some(&help)));
        if on {
            share.profiles.insert(profile.name.clone());
        } else {
            share.profiles.remove(&profile.name);
        }
    });
}

fn to_ui(ui: &mut Ui, share: &mut ShareDraft) {
    segmented(ui, texts::SHARE_AS, &mut share.to_team, &[(false, texts::AS_FILE), (true, texts::WITH_TEAM)]);
    if share.to_team {
        ui.label(small(ui, texts::WITH_TEAM_HELP));
        intent_button(ui, ButtonKind::Secondary, Intent::OpenTeam, None);
    } else {
        ui.label(small(ui, texts::AS_FILE_HELP));
    }
}

fn locking_ui(ui: &mut Ui, share: &mut ShareDraft) {
    let ways = [
        (Locking::WithoutSecrets, texts::NO_SECRETS),
        (Locking::Passphrase, texts::WITH_PASSPHRASE),
        (Locking::Recipient, texts::FOR_RECIPIENT),
    ];
    segmented(ui, texts::INCLUDE_SECRETS, &mut share.locking, &ways);
    match share.locking {
        Locking::WithoutSecrets => {
            ui.label(small(ui, texts::NO_SECRETS_HELP));
        }
        Locking::Passphrase => {
            ui.label(small(ui, texts::WITH_PASSPHRASE_HELP));
            let [first, second] = &mut share.passphrase;
            Field::new(texts::PASSPHRASE).show_secret(ui, first);
            let differ = !second.is_empty() && first != second;
            Field::new(common::REPEAT_PASSPHRASE)
                .error(differ.then_some(common::PASSPHRASES_DIFFER))
                .show_secret(ui, second);
        }
        Locking::Recipient => {
            Field::new(texts::RECIPIENT)
                .example(texts::RECIPIENT_EXAMPLE)
                .help(texts::FOR_RECIPIENT_HELP)
                .mono()
                .show(ui, &mut share.recipient);
        }
    }
}

/// What the last sharing came to; nothing of one into another file.
fn outcome_ui(ui: &mut Ui, model: &Model, share: &ShareDraft) {
    if share.to_team {
        match model.team.shared.stand() {
            Stand::Pending(_) => drop(waiting(ui, texts::GIVING_TO_TEAM, model.team.shared.id())),
            Stand::Done(names) => {
                let names: Vec<&str> = names.iter().map(ProfileName::as_str).collect();
                notice(ui, Tone::Success, &texts::shared_with_team(names.join(", ")), "");
            }
            Stand::Failed(failure) => banner(ui, Tone::Danger, &failure.diagnosis),
            Stand::Idle => {}
        }
        return;
    }
    let shared = &model.export.shared;
    match shared.stand() {
        Stand::Pending(_) => waiting_row(ui, shared, texts::WRITING_FILE, Work::Share),
        Stand::Done(done) => done_ui(ui, done),
        Stand::Failed(failure) if share.asked.as_ref() == Some(&share.path) => {
            failure_ui(ui, failure, share.insisted, Intent::Share);
        }
        Stand::Idle | Stand::Failed(_) => {}
    }
}

fn done_ui(ui: &mut Ui, done: &ShareDone) {
    let path = done.path.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
    notice(ui, Tone::Success, &common::written_to(path), "");
    for words in &done.warnings {
        notice(ui, Tone::Warning, words, "");
    }
    key_values(ui, |rows| {
        for (name, words) in &done.left_out {
            rows.text(texts::MUST_BE_SUPPLIED, &format!("{name}: {words}"));
        }
        rows.copyable(texts::OTHER_MACHINE, texts::IMPORT_COMMAND);
    });
}
