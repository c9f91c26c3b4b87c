//! *Share…*: profiles for a colleague, in the open without secrets, or with them and locked.

use egui::Ui;

use crate::app::{Insisted, ProfileState, ShareDone};
use crate::gui::draft::Draft;
use crate::gui::export_draft::{Locking, ShareDraft};
use crate::gui::intent::Intent;
use crate::gui::model::{Model, Stand, Work};
use crate::gui::screens::export::failure_ui;
use crate::gui::screens::{intent_button, vault, waiting_row};
use crate::gui::theme::{Tone, heading, small};
use crate::gui::widgets::{ButtonKind, Field, footer, key_values, keyed, notice, page, section, segmented, toggle};

pub(crate) fn share_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    let Some(mut share) = draft.share.take() else { return };
    let top = std::mem::take(&mut draft.next_view.to_top);
    page(ui, "share", top, true, |ui| page_ui(ui, model, draft, &mut share));
    let blocked = model.export.shared.is_pending().then_some("Writing…").or(share.lack());
    let close = |ui: &mut Ui| {
        intent_button(ui, ButtonKind::Secondary, Intent::CloseExport, None);
    };
    footer(ui, close, |ui| {
        intent_button(ui, ButtonKind::Primary, Intent::Share(Insisted::default()), blocked);
    });
    draft.share = Some(share);
}

fn page_ui(ui: &mut Ui, model: &Model, draft: &mut Draft, share: &mut ShareDraft) {
    ui.label(heading("Share profiles"));
    outcome_ui(ui, model, share);
    vault::vault_ui(ui, model, draft);
    section(ui, "Profiles", |ui| which_ui(ui, model, share));
    section(ui, "Include secrets?", |ui| locking_ui(ui, share));
    section(ui, "Destination", |ui| {
        let help = "The folder must exist. Your colleague opens the file with: tokenwright import FILE";
        Field::new("File").example("/home/me/profiles.tokenwright").help(help).mono().show(ui, &mut share.path);
    });
}

fn which_ui(ui: &mut Ui, model: &Model, share: &mut ShareDraft) {
    for profile in model.profiles.iter().filter(|profile| !matches!(profile.state, ProfileState::Broken(_))) {
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
