//! *Share…*: profiles for a colleague, in the open without secrets, or with them and locked.

use egui::{Align, Layout, Ui};

use crate::app::{Insisted, ProfileState, ShareDone};
use crate::gui::draft::Draft;
use crate::gui::export_draft::{Locking, ShareDraft};
use crate::gui::intent::Intent;
use crate::gui::model::{Model, Stand, Work};
use crate::gui::screens::export::failure_ui;
use crate::gui::screens::{intent_button, vault, waiting_row};
use crate::gui::theme::{Tone, heading, small};
use crate::gui::widgets::{ButtonKind, Field, key_values, keyed, notice, page_with_footer, section, segmented, toggle};

/// Shows the page; what the person wants.
pub(crate) fn share_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) -> Option<Intent> {
    let mut share = draft.share.take()?;
    let top = std::mem::take(&mut draft.next_view.to_top);
    let intent = page_with_footer(
        ui,
        "share",
        top,
        &mut share,
        |ui, share| page_ui(ui, model, draft, share),
        |ui, share| foot_ui(ui, model, share),
    );
    draft.share = Some(share);
    intent
}

fn page_ui(ui: &mut Ui, model: &Model, draft: &mut Draft, share: &mut ShareDraft) -> Option<Intent> {
    ui.label(heading("Share profiles"));
    ui.add_space(8.0);
    let mut intent = outcome_ui(ui, model, share);
    intent = intent.or(vault::vault_ui(ui, model, draft));
    section(ui, "Profiles", |ui| which_ui(ui, model, share));
    ui.add_space(12.0);
    section(ui, "Include secrets?", |ui| locking_ui(ui, share));
    ui.add_space(12.0);
    section(ui, "Destination", |ui| {
        let help = "The folder must exist. Your colleague opens the file with: tokenwright import FILE";
        Field::new("File").example("/home/me/profiles.tokenwright").help(help).mono().show(ui, &mut share.path);
    });
    intent
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
fn outcome_ui(ui: &mut Ui, model: &Model, share: &ShareDraft) -> Option<Intent> {
    if model.export.shared.is_pending() {
        return waiting_row(ui, model, "Writing the file", Work::Share);
    }
    let intent = match model.export.shared.stand() {
        Stand::Idle | Stand::Pending(_) => return None,
        Stand::Done(done) => {
            done_ui(ui, done);
            None
        }
        Stand::Failed(_) if share.asked.as_ref() != Some(&share.path) => return None,
        Stand::Failed(failure) => failure_ui(ui, failure, share.insisted, Intent::Share),
    };
    ui.add_space(12.0);
    intent
}

fn done_ui(ui: &mut Ui, done: &ShareDone) {
    let path = done.path.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
    notice(ui, Tone::Success, &format!("Written to {path}"), "");
    ui.add_space(8.0);
    for words in &done.warnings {
        notice(ui, Tone::Warning, words, "");
        ui.add_space(8.0);
    }
    key_values(ui, |rows| {
        for (name, words) in &done.left_out {
            rows.text("Must be supplied", &format!("{name}: {words}"));
        }
        rows.copyable("On the other machine", "tokenwright import FILE", "tokenwright import FILE");
    });
}

fn foot_ui(ui: &mut Ui, model: &Model, share: &ShareDraft) -> Option<Intent> {
    let blocked = model.export.shared.is_pending().then_some("Writing…").or(share.lack());
    let mut intent = None;
    ui.horizontal(|ui| {
        intent = intent_button(ui, ButtonKind::Secondary, Intent::CloseExport, None);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let share = Intent::Share(Insisted::default());
            intent = intent.take().or(intent_button(ui, ButtonKind::Primary, share, blocked));
        });
    });
    intent
}
