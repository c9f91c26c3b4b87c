//! Keeping the profile under a name, and the way to forgetting it.

use egui::Ui;

use crate::gui::draft::{Draft, Focus};
use crate::gui::intent::Intent;
use crate::gui::screens::{entered, intent_button};
use crate::gui::theme::{Tone, small};
use crate::gui::widgets::{ButtonKind, Field, SHORT, banner, secondary_button, toggle};
use crate::service::ProfileName;
use crate::wizard::{FailureKind, Flow, Session, VaultState};

/// Shows the name and the buttons; what the person wants.
pub(crate) fn save_ui(ui: &mut Ui, session: &Session, draft: &mut Draft) -> Option<Intent> {
    ui.separator();
    let parsed = ProfileName::parse(&draft.name);
    let wrong = if draft.name.is_empty() { None } else { parsed.as_ref().err().map(ToString::to_string) };
    let field = Field::new("Profile name")
        .limit(SHORT)
        .example("acme-quickbooks")
        .error(wrong.as_deref())
        .show(ui, &mut draft.name);
    let blocked = match (&parsed, &session.vault) {
        (Err(_), _) => Some("Enter a name first"),
        (_, VaultState::Open(_)) if session.running(Flow::Save).is_some() => Some("Being saved"),
        (_, VaultState::Open(_)) => None,
        _ => Some("Choose first where tokens are kept, above"),
    };
    if draft.lead.takes(Focus::Name) {
        field.request_focus();
    }
    let mut intent = (entered(ui, &field) && blocked.is_none()).then_some(Intent::Save { replace: false });
    ui.horizontal_wrapped(|ui| {
        let saved = intent_button(ui, ButtonKind::Secondary, Intent::Save { replace: false }, blocked);
        intent = intent.take().or(saved);
        if let Some(name) = &session.saved_as {
            let export = Intent::OpenExport(name.clone());
            intent = intent.take().or(intent_button(ui, ButtonKind::Secondary, export, None));
            if secondary_button(ui, "Forget…").clicked() {
                draft.forgetting = Some(name.clone());
            }
        }
    });
    intent = intent.or(keep_alive_ui(ui, session, draft));
    if let Some(name) = &session.saved_as {
        ui.label(small(ui, format!("Kept as {name}. In the terminal: tokenwright token {name}")));
    }
    if let Some(failure) = &session.save_problem {
        banner(ui, Tone::Danger, &failure.diagnosis);
        let is_there = failure.kind == FailureKind::Usage && failure.diagnosis.summary.contains("already");
        if is_there {
            intent = intent.or(intent_button(ui, ButtonKind::Danger, Intent::Save { replace: true }, blocked));
        }
    }
    intent
}

/// Whether it is refreshed unasked. Of a profile that is kept the choice is kept at once, of another one with it.
fn keep_alive_ui(ui: &mut Ui, session: &Session, draft: &mut Draft) -> Option<Intent> {
    let profile = draft.profile.as_mut()?;
    let name = session.saved_as.as_ref();
    let saved = session.profiles.iter().find(|saved| Some(&saved.name) == name);
    let mut on = saved.map_or(profile.keep_alive, |saved| saved.keep_alive);
    let before = on;
    let problem = session.alive.iter().find(|kept| Some(&kept.name) == name).and_then(|kept| kept.problem.as_ref());
    let help = match problem {
        Some(problem) if on => format!("Not refreshed: {}", problem.summary),
        _ => "Refreshed before it expires, while this window or the agent runs.".to_owned(),
    };
    toggle(ui, "Keep alive", &mut on, Some(&help));
    profile.keep_alive = on;
    saved.filter(|_| on != before).map(|saved| Intent::SetKeepAlive(saved.name.clone(), on))
}
