//! The page of the team: making or joining one, who is in it, and who asks to be let in.

use egui::Ui;

use crate::app::{Member, Request, Standing, TeamStatus};
use crate::gui::draft::Draft;
use crate::gui::intent::{Intent, TeamAction};
use crate::gui::model::Model;
use crate::gui::screens::{intent_button, vault};
use crate::gui::team_draft::TeamDraft;
use crate::gui::theme::{Tone, shown, small};
use crate::gui::widgets::{
    ButtonKind, Field, banner, footer, heading, key_values, keyed, notice, page, secondary_button, section, waiting,
};

pub(crate) fn team_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    let Some(mut team) = draft.team.take() else { return };
    let top = std::mem::take(&mut draft.next_view.to_top);
    page(ui, "team", top, true, |ui| page_ui(ui, model, draft, &mut team));
    let close = |ui: &mut Ui| {
        intent_button(ui, ButtonKind::Secondary, Intent::ClosePage, None);
    };
    footer(ui, close, |ui| {
        let busy = model.team.is_busy().then_some("One moment…");
        if model.team.status().is_some_and(|status| status.standing != Standing::Stranger) {
            intent_button(ui, ButtonKind::Secondary, Intent::Team(TeamAction::Look), busy);
        } else {
            let blocked = busy.or(team.lack());
            intent_button(ui, ButtonKind::Secondary, Intent::Team(TeamAction::Found), blocked);
            intent_button(ui, ButtonKind::Primary, Intent::Team(TeamAction::Join), blocked);
        }
    });
    draft.team = Some(team);
}

fn page_ui(ui: &mut Ui, model: &Model, draft: &mut Draft, team: &mut TeamDraft) {
    heading(ui, "Team");
    ui.label(small(
        ui,
        "Members use the same profiles on machines of their own. One of them refreshes, all have the new token. The \
         database sees neither keys nor tokens.",
    ));
    vault::vault_ui(ui, model, draft);
    outcome_ui(ui, model);
    match model.team.status() {
        Some(status) => status_ui(ui, model, draft, team, status),
        None if model.team.is_none() => entry_ui(ui, team),
        None => {}
    }
}

fn outcome_ui(ui: &mut Ui, model: &Model) {
    if model.team.removal.is_pending() {
        let text = match model.team.removing {
            Some((done, of)) => format!("Sealing profiles anew: {done} of {of}"),
            None => "Making another key".to_owned(),
        };
        waiting(ui, &text, model.team.removal.id());
    } else if model.team.work.is_pending() {
        waiting(ui, "Asking the database", model.team.work.id());
    } else if let Some(failure) = model.team.work.failure() {
        banner(ui, Tone::Danger, &failure.diagnosis);
    }
    for one in &model.team.untouched {
        let title = format!("{} has no new tokens: {}", one.name, one.why.summary);
        let text = "Who was removed knows its tokens: sign in again, then revoke the old ones at the service.";
        notice(ui, Tone::Warning, &shown(title), text);
    }
}

fn entry_ui(ui: &mut Ui, team: &mut TeamDraft) {
    section(ui, "Database", |ui| {
        let help = "A PostgreSQL database that every member can reach. Without a password: that goes into a file.";
        Field::new("Address").example("postgres://user@host/database").help(help).mono().show(ui, &mut team.url);
        let help = "Only if the database asks for a password. A file that only you can read.";
        Field::new("Password file").optional().help(help).mono().show(ui, &mut team.password_file);
    });
    section(ui, "You", |ui| {
        Field::new("Your name in the team").example("anna@laptop").show(ui, &mut team.member);
        let help = "What a member's own window shows. With it, no other team is joined.";
        Field::new("Fingerprint of the team").optional().help(help).mono().show(ui, &mut team.fingerprint);
    });
    section(ui, "If you make the team", |ui| {
        Field::new("Name of the team").show(ui, &mut team.name);
    });
}

fn status_ui(ui: &mut Ui, model: &Model, draft: &Draft, team: &mut TeamDraft, status: &TeamStatus) {
    match &status.standing {
        Standing::Stranger => {
            notice(ui, Tone::Warning, "This machine is not a member of the team", "Join it, or make another one.");
            entry_ui(ui, team);
        }
        Standing::Asking { name } => {
            section(ui, "Waiting to be let in", |ui| {
                ui.label(
                    "Ask a member to let you in, and tell them this fingerprint by another way than the database.",
                );
                key_values(ui, |rows| {
                    rows.copyable("Your key", &status.fingerprint);
                    rows.text("Your name", name);
                    rows.text("Database", &status.place.display().to_string());
                });
                leave_ui(ui, model, team);
            });
        }
        Standing::Member { team: called, fingerprint, name, members, requests, is_removal_unfinished } => {
            if *is_removal_unfinished {
                let text =
                    "Some profiles are still sealed with a key that a removed member knows. Remove the member again.";
                notice(ui, Tone::Warning, "The removal of a member is not finished", text);
            }
            for request in requests {
                keyed(ui, &request.recipient, |ui| request_ui(ui, model, draft, request));
            }
            section(ui, &shown(format!("Team {called}")), |ui| {
                key_values(ui, |rows| {
                    rows.copyable("Fingerprint", fingerprint);
                    rows.text("Database", &status.place.display().to_string());
                    rows.text("You", name);
                    rows.copyable("Your key", &status.fingerprint);
                    rows.copyable("Others join with", &format!("tokenwright team join {}", status.place.display()));
                });
            });
            section(ui, "Members", |ui| {
                for member in members {
                    keyed(ui, &member.recipient, |ui| member_ui(ui, model, draft, team, member, name));
                }
            });
            leave_ui(ui, model, team);
        }
    }
}

fn request_ui(ui: &mut Ui, model: &Model, draft: &Draft, request: &Request) {
    let busy = model.team.is_busy().then_some("One moment…");
    section(ui, &format!("{} asks to be let in", request.name), |ui| {
        ui.label("Ask them what their own machine shows. If it is another fingerprint, this is not their request.");
        key_values(ui, |rows| {
            rows.text("Their key", &request.fingerprint());
            rows.text("From", &format!("{}, {}", request.host, draft.clock.show(request.at)));
        });
        ui.horizontal_wrapped(|ui| {
            let (name, fingerprint) = (request.name.clone(), request.fingerprint());
            let admit = TeamAction::Admit { name: name.clone(), fingerprint };
            intent_button(ui, ButtonKind::Primary, Intent::Team(admit), busy);
            intent_button(ui, ButtonKind::Secondary, Intent::Team(TeamAction::Refuse(name)), busy);
        });
    });
}

fn member_ui(ui: &mut Ui, model: &Model, draft: &Draft, team: &mut TeamDraft, member: &Member, own: &str) {
    let busy = model.team.is_busy().then_some("One moment…");
    ui.horizontal_wrapped(|ui| {
        ui.label(&member.name).on_hover_text(member.fingerprint());
        let by = match &member.admitted_by {
            by if *by == member.name => "made the team".to_owned(),
            by => format!("let in by {by}"),
        };
        ui.label(small(ui, format!("since {}, {by}", draft.clock.show(member.at))));
        if member.name == own {
            ui.label(small(ui, "this machine"));
        } else if team.removes.as_ref() != Some(&member.name) && secondary_button(ui, "Remove…").clicked() {
            team.removes = Some(member.name.clone());
        }
    });
    if team.removes.as_ref() == Some(&member.name) {
        ui.label("The team gets another key, and every shared profile new tokens at once.");
        ui.horizontal_wrapped(|ui| {
            let remove = Intent::Team(TeamAction::Remove(member.name.clone()));
            let removes = intent_button(ui, ButtonKind::Danger, remove, busy);
            if removes || secondary_button(ui, "Cancel").clicked() {
                team.removes = None;
            }
        });
    }
}

fn leave_ui(ui: &mut Ui, model: &Model, team: &mut TeamDraft) {
    if !team.leaves {
        team.leaves = secondary_button(ui, "Leave…").clicked();
        return;
    }
    ui.label("The key of this member is forgotten: to come back, it must be let in again.");
    let busy = model.team.is_busy().then_some("One moment…");
    ui.horizontal_wrapped(|ui| {
        let leaves = intent_button(ui, ButtonKind::Danger, Intent::Team(TeamAction::Leave), busy);
        if leaves || secondary_button(ui, "Cancel").clicked() {
            team.leaves = false;
        }
    });
}
