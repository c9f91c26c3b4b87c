//! *Share…*: profiles for a colleague, in the open without secrets, or with them and locked.

use egui::Ui;

use crate::app::{Insisted, ProfileState, ProfileSummary, ShareDone};
use crate::gui::draft::Draft;
use crate::gui::export_draft::{Locking, ShareDraft};
use crate::gui::intent::Intent;
use crate::gui::model::{Model, Stand, Work};
use crate::gui::screens::export::failure_ui;
use crate::gui::screens::export_options::browse_ui;
use crate::gui::screens::{intent_button, vault, waiting_row};
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
    let blocked = model.export.shared.is_pending().then_some("Writing…").or(share.lack());
    let close = |ui: &mut Ui| {
        intent_button(ui, ButtonKind::Secondary, Intent::ClosePage, None);
    };
    footer(ui, close, |ui| {
        if share.to_team {
            let busy = model.team.shared.is_pending().then_some("Giving…").or(share.lack());
            intent_button(ui, ButtonKind::Primary, Intent::ShareWithTeam, busy);
            return;
        }
        intent_button(ui, ButtonKind::Primary, Intent::Share(Insisted::default()), blocked);
    });
    draft.share = Some(share);
}

fn page_ui(ui: &mut Ui, model: &Model, draft: &mut Draft, share: &mut ShareDraft) {
    heading(ui, "Share profiles");
    outcome_ui(ui, model, share);
    vault::vault_ui(ui, model, draft);
    section(ui, "Profiles", |ui| which_ui(ui, model, share));
    section(ui, "How?", |ui| to_ui(ui, share));
    if share.to_team {
        return;
    }
    section(ui, "Include secrets?", |ui| locking_ui(ui, share));
    section(ui, "Destination", |ui| {
        let help = "The folder must exist. Your colleague opens the file with: tokenwright import FILE";
        let field = Field::new("File").example("/home/me/profiles.tokenwright").help(help).mono();
        let field = field.show(ui, &mut share.path);
        browse_ui(ui, model, &field, &mut draft.next_view);
    });
}

fn which_ui(ui: &mut Ui, model: &Model, share: &mut ShareDraft) {
    let is_offered = |profile: &&ProfileSummary| {
        !matches!(profile.state, ProfileState::Broken(_)) && !(share.to_team && (profile.shared || profile.draft))
    };
    let offered: Vec<&ProfileSummary> = model.profiles.iter().filter(is_offered).collect();
    rows(ui, "profiles to share", ROW_HEIGHT, &offered, |ui, profile| {
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
    segmented(ui, "Share as", &mut share.to_team, &[(false, "A file"), (true, "With the team")]);
    if share.to_team {
        ui.label(small(
            ui,
            "All members use the same tokens from now on, and one machine refreshes for all. This machine keeps no copy of its own.",
        ));
        intent_button(ui, ButtonKind::Secondary, Intent::OpenTeam, None);
    } else {
        ui.label(small(ui, "A copy for a colleague, who goes on with it alone."));
    }
}

fn locking_ui(ui: &mut Ui, share: &mut ShareDraft) {
    let ways = [
        (Locking::WithoutSecrets, "No secrets"),
        (Locking::Passphrase, "Encrypted with a passphrase"),
        (Locking::Recipient, "Encrypted for an age recipient"),
    ];
    segmented(ui, "Include secrets", &mut share.locking, &ways);
    match share.locking {
        Locking::WithoutSecrets => {
            let words = "Plain text, safe for version control. It lists what your colleague must supply.";
            ui.label(small(ui, words));
        }
        Locking::Passphrase => {
            ui.label(small(ui, "Send the passphrase through a different channel than the file."));
            let [first, second] = &mut share.passphrase;
            Field::new("Passphrase for the file").show_secret(ui, first);
            let differ = !second.is_empty() && first != second;
            Field::new("Repeat passphrase")
                .error(differ.then_some("the passphrases do not match"))
                .show_secret(ui, second);
        }
        Locking::Recipient => {
            let help = "Only the holder of the matching identity can open the file.";
            Field::new("Recipient").example("age1…").help(help).mono().show(ui, &mut share.recipient);
        }
    }
}

/// What the last sharing came to; nothing of one into another file.
fn outcome_ui(ui: &mut Ui, model: &Model, share: &ShareDraft) {
    if share.to_team {
        match model.team.shared.stand() {
            Stand::Pending(_) => drop(waiting(ui, "Giving them to the team", model.team.shared.id())),
            Stand::Done(names) => {
                let names: Vec<&str> = names.iter().map(ProfileName::as_str).collect();
                notice(ui, Tone::Success, &format!("Shared with the team: {}", names.join(", ")), "");
            }
            Stand::Failed(failure) => banner(ui, Tone::Danger, &failure.diagnosis),
            Stand::Idle => {}
        }
        return;
    }
    let shared = &model.export.shared;
    match shared.stand() {
        Stand::Pending(_) => waiting_row(ui, shared, "Writing the file", Work::Share),
        Stand::Done(done) => done_ui(ui, done),
        Stand::Failed(failure) if share.asked.as_ref() == Some(&share.path) => {
            failure_ui(ui, failure, share.insisted, Intent::Share);
        }
        Stand::Idle | Stand::Failed(_) => {}
    }
}

fn done_ui(ui: &mut Ui, done: &ShareDone) {
    let path = done.path.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
    notice(ui, Tone::Success, &format!("Written to {path}"), "");
    for words in &done.warnings {
        notice(ui, Tone::Warning, words, "");
    }
    key_values(ui, |rows| {
        for (name, words) in &done.left_out {
            rows.text("Must be supplied", &format!("{name}: {words}"));
        }
        rows.copyable("On the other machine", "tokenwright import FILE");
    });
}
