//! The page of the team: making or joining one, who is in it, and who asks to be let in.

use egui::Ui;

use crate::app::{Member, Request, Standing, TeamStatus};
use crate::gui::drafts::Draft;
use crate::gui::drafts::team::TeamDraft;
use crate::gui::intent::{Intent, TeamAction};
use crate::gui::model::Model;
use crate::gui::screens::frame::vault;
use crate::gui::screens::intent_button;
use crate::gui::texts::{common, team as texts};
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
        let busy = model.team.is_busy().then_some(common::ONE_MOMENT);
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
    heading(ui, common::TEAM);
    ui.label(small(ui, texts::WHAT_IT_IS));
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
            Some((done, of)) => texts::sealing_anew(done, of),
            None => texts::MAKING_KEY.to_owned(),
        };
        waiting(ui, &text, model.team.removal.id());
    } else if model.team.work.is_pending() {
        waiting(ui, texts::ASKING_DATABASE, model.team.work.id());
    } else if let Some(failure) = model.team.work.failure() {
        banner(ui, Tone::Danger, &failure.diagnosis);
    }
    for one in &model.team.untouched {
        let title = texts::no_new_tokens(&one.name, &one.why.summary);
        notice(ui, Tone::Warning, &shown(title), texts::NO_NEW_TOKENS_HELP);
    }
}

fn entry_ui(ui: &mut Ui, team: &mut TeamDraft) {
    section(ui, texts::DATABASE, |ui| {
        Field::new(common::ADDRESS)
            .example(texts::ADDRESS_EXAMPLE)
            .help(texts::DATABASE_HELP)
            .mono()
            .show(ui, &mut team.url);
        Field::new(texts::PASSWORD_FILE)
            .optional()
            .help(texts::PASSWORD_FILE_HELP)
            .mono()
            .show(ui, &mut team.password_file);
    });
    section(ui, texts::YOU, |ui| {
        Field::new(texts::MEMBER_NAME).example(texts::MEMBER_NAME_EXAMPLE).show(ui, &mut team.member);
        Field::new(texts::TEAM_FINGERPRINT)
            .optional()
            .help(texts::TEAM_FINGERPRINT_HELP)
            .mono()
            .show(ui, &mut team.fingerprint);
    });
    section(ui, texts::IF_YOU_MAKE_IT, |ui| {
        Field::new(texts::TEAM_NAME).show(ui, &mut team.name);
    });
}

fn status_ui(ui: &mut Ui, model: &Model, draft: &Draft, team: &mut TeamDraft, status: &TeamStatus) {
    match &status.standing {
        Standing::Stranger => {
            notice(ui, Tone::Warning, texts::NO_MEMBER, texts::NO_MEMBER_HELP);
            entry_ui(ui, team);
        }
        Standing::Asking { name } => {
            section(ui, texts::WAITING, |ui| {
                ui.label(texts::WAITING_HELP);
                key_values(ui, |rows| {
                    rows.copyable(texts::YOUR_KEY, &status.fingerprint);
                    rows.text(texts::YOUR_NAME, name);
                    rows.text(texts::DATABASE, &status.place.display().to_string());
                });
                leave_ui(ui, model, team);
            });
        }
        Standing::Member { team: called, fingerprint, name, members, requests, is_removal_unfinished } => {
            if *is_removal_unfinished {
                notice(ui, Tone::Warning, texts::REMOVAL_UNFINISHED, texts::REMOVAL_UNFINISHED_HELP);
            }
            for request in requests {
                keyed(ui, &request.recipient, |ui| request_ui(ui, model, draft, request));
            }
            section(ui, &shown(texts::team(called)), |ui| {
                key_values(ui, |rows| {
                    rows.copyable(texts::FINGERPRINT, fingerprint);
                    rows.text(texts::DATABASE, &status.place.display().to_string());
                    rows.text(texts::YOU, name);
                    rows.copyable(texts::YOUR_KEY, &status.fingerprint);
                    rows.copyable(texts::OTHERS_JOIN_WITH, &texts::join_command(status.place.display()));
                });
            });
            section(ui, texts::MEMBERS, |ui| {
                for member in members {
                    keyed(ui, &member.recipient, |ui| member_ui(ui, model, draft, team, member, name));
                }
            });
            leave_ui(ui, model, team);
        }
    }
}

fn request_ui(ui: &mut Ui, model: &Model, draft: &Draft, request: &Request) {
    let busy = model.team.is_busy().then_some(common::ONE_MOMENT);
    section(ui, &texts::asks_to_be_let_in(&request.name), |ui| {
        ui.label(texts::COMPARE_FINGERPRINTS);
        key_values(ui, |rows| {
            rows.text(texts::THEIR_KEY, &request.fingerprint());
            rows.text(common::FROM, &format!("{}, {}", request.host, draft.clock.show(request.at)));
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
    let busy = model.team.is_busy().then_some(common::ONE_MOMENT);
    ui.horizontal_wrapped(|ui| {
        ui.label(&member.name).on_hover_text(member.fingerprint());
        let by = match &member.admitted_by {
            by if *by == member.name => texts::MADE_TEAM.to_owned(),
            by => texts::let_in_by(by),
        };
        ui.label(small(ui, texts::member_since(draft.clock.show(member.at), by)));
        if member.name == own {
            ui.label(small(ui, texts::THIS_MACHINE));
        } else if team.removes.as_ref() != Some(&member.name) && secondary_button(ui, texts::REMOVE).clicked() {
            team.removes = Some(member.name.clone());
        }
    });
    if team.removes.as_ref() == Some(&member.name) {
        ui.label(texts::REMOVE_HELP);
        ui.horizontal_wrapped(|ui| {
            let remove = Intent::Team(TeamAction::Remove(member.name.clone()));
            let removes = intent_button(ui, ButtonKind::Danger, remove, busy);
            if removes || secondary_button(ui, common::CANCEL).clicked() {
                team.removes = None;
            }
        });
    }
}

fn leave_ui(ui: &mut Ui, model: &Model, team: &mut TeamDraft) {
    if !team.leaves {
        team.leaves = secondary_button(ui, texts::LEAVE).clicked();
        return;
    }
    ui.label(texts::LEAVE_HELP);
    let busy = model.team.is_busy().then_some(common::ONE_MOMENT);
    ui.horizontal_wrapped(|ui| {
        let leaves = intent_button(ui, ButtonKind::Danger, Intent::Team(TeamAction::Leave), busy);
        if leaves || secondary_button(ui, common::CANCEL).clicked() {
            team.leaves = false;
        }
    });
}
