//! A client that registers itself: the offer in step 2, and what is registered on the page of a profile.

use egui::Ui;

use crate::app::{Failure, FailureCode, Registered};
use crate::diagnosis::Diagnosis;
use crate::gui::clock::Clock;
use crate::gui::drafts::{Draft, Focus};
use crate::gui::intent::{ClientWish, Intent};
use crate::gui::model::{ClientDone, Model, Stand, Work};
use crate::gui::screens::{entered, intent_button, lead_to, waiting_row, want};
use crate::gui::texts::{common, registered_client as texts};
use crate::gui::theme::{Tone, small};
use crate::gui::widgets::{ButtonKind, Field, banner, key_values, notice, secondary_button, section};
use crate::oauth::{ClientRegistration, MetadataDifference, RedirectUri};
use crate::service::ProfileName;

/// Whether there is a client to register, or one that must be changed.
pub(crate) fn is_offered(draft: &Draft) -> bool {
    let is_missed = known(draft).is_some_and(|known| is_missed(known, draft));
    is_missed || !draft.authorization_step.offered.registration_url.is_empty()
}

/// The client that was registered for the profile.
fn known(draft: &Draft) -> Option<&ClientRegistration> {
    let id = draft.profile.as_ref().map(|profile| profile.client_id.as_str());
    draft.secrets.registration.as_deref().filter(|known| Some(known.client_id.as_str()) == id)
}

/// Offers to register a client where the service does that by itself, and to change it where it does not fit any more.
pub(crate) fn offer_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    if !is_offered(draft) {
        return;
    }
    let work = &model.open.registration;
    if let Stand::Pending(place) = work.stand() {
        return pending_ui(ui, model, place);
    }
    let known = known(draft);
    match (work.last(), known) {
        (Some(ClientDone::Registered(done)), _) => registered_ui(ui, model, done),
        (_, Some(known)) => {
            drop(ui.label(small(ui, texts::has_client(&known.issuer, &known.client_id))));
        }
        _ => {
            ui.label(small(ui, texts::OFFER));
        }
    }
    let (has_client, is_missed) = (known.is_some(), known.is_some_and(|known| is_missed(known, draft)));
    if let Some(failure) = work.failure() {
        banner(ui, Tone::Danger, &failure.diagnosis);
    }
    if is_missed {
        missed_ui(ui, draft);
    } else if !has_client {
        register_ui(ui, work.failure(), draft);
    }
    if let Some(ClientDone::Registered(done)) = work.last()
        && done.taken_from.as_ref().is_some_and(|other| *other != done.name)
    {
        intent_button(ui, ButtonKind::Secondary, Intent::Client(ClientWish::Register { anew: true }), None);
    }
}

fn pending_ui(ui: &mut Ui, model: &Model, place: &str) {
    let what = if place.is_empty() { common::PREPARING.to_owned() } else { common::asking(place) };
    waiting_row(ui, &model.open.registration, &what, Work::Registration);
}

/// The button; and the field for the token, once the service wanted one.
fn register_ui(ui: &mut Ui, failure: Option<&Failure>, draft: &mut Draft) {
    let intent = Intent::Client(ClientWish::Register { anew: false });
    let Draft { profile: Some(profile), authorization_step, next_view, .. } = draft else { return };
    let is_wrong = profile.client_flow && RedirectUri::parse(&profile.redirect_uri).is_err();
    let blocked = is_wrong.then_some(texts::CORRECT_REDIRECT_URI);
    let token = &mut authorization_step.initial_access_token;
    let wants_token = failure.is_some_and(|failure| failure.code == FailureCode::InitialTokenNeeded);
    if wants_token || !token.is_empty() {
        let field = Field::new(texts::INITIAL_TOKEN).help(texts::INITIAL_TOKEN_HELP).show_secret(ui, token);
        lead_to(&field, Focus::Missing, wants_token, next_view);
        if entered(ui, &field) && blocked.is_none() {
            want(ui, intent.clone());
        }
    }
    intent_button(ui, ButtonKind::Secondary, intent, blocked);
}

/// What came of it.
fn registered_ui(ui: &mut Ui, model: &Model, done: &Registered) {
    let Registered { registration, taken_from, name, .. } = done;
    let id = &registration.client_id;
    let title = match taken_from {
        Some(other) if other != name => texts::used_from(other),
        Some(_) => texts::REGISTERED_ALREADY.to_owned(),
        None => texts::REGISTERED.to_owned(),
    };
    let text = if model.open.tokens.is_some() { texts::saved(id, name) } else { texts::saved_to_sign_in(id, name) };
    notice(ui, Tone::Success, &title, &text);
    differences_ui(ui, &done.differences);
}

fn differences_ui(ui: &mut Ui, differences: &[MetadataDifference]) {
    if differences.is_empty() {
        return;
    }
    let line = |one: &MetadataDifference| texts::became(&one.field, &one.asked, &one.given);
    let lines: Vec<String> = differences.iter().map(line).collect();
    notice(ui, Tone::Info, texts::CHANGED_BY_SERVICE, &lines.join("\n"));
}

/// Whether the profile has another redirect URI than those that are registered.
fn is_missed(registration: &ClientRegistration, draft: &Draft) -> bool {
    let profile = draft.profile.as_ref().filter(|profile| profile.client_flow);
    profile.is_some_and(|profile| !registration.covers_redirect(&profile.redirect_uri))
}

fn missed_ui(ui: &mut Ui, draft: &Draft) {
    let Some(profile) = &draft.profile else { return };
    let words = texts::uri_not_registered(&profile.redirect_uri);
    banner(ui, Tone::Warning, &Diagnosis::new(words).hint(texts::URI_NOT_REGISTERED_HINT));
    let can = draft.secrets.registration.as_ref().is_some_and(|known| known.is_managed());
    if can {
        intent_button(ui, ButtonKind::Secondary, Intent::Client(ClientWish::Update), None);
    }
}

/// What is registered for the profile, and what can be done with it.
pub(crate) fn registration_ui(ui: &mut Ui, model: &Model, draft: &mut Draft, name: &ProfileName) {
    let Some(registration) = draft.secrets.registration.clone() else {
        if let Some(ClientDone::Deleted) = model.open.registration.last() {
            notice(ui, Tone::Success, texts::DELETED, texts::DELETED_HELP);
        }
        return;
    };
    section(ui, texts::TITLE, |ui| {
        facts_ui(ui, &registration, &draft.clock);
        for MetadataDifference { field, asked, given } in registration.differences() {
            ui.label(small(ui, texts::service_changed(field, asked, given)));
        }
        match model.open.registration.stand() {
            Stand::Pending(place) => return pending_ui(ui, model, place),
            Stand::Failed(failure) => banner(ui, Tone::Danger, &failure.diagnosis),
            Stand::Done(ClientDone::Known(..)) => {
                notice(ui, Tone::Success, texts::ANSWERED, texts::ANSWERED_HELP);
            }
            Stand::Idle | Stand::Done(_) => {}
        }
        if is_missed(&registration, draft) {
            missed_ui(ui, draft);
        }
        if registration.is_managed() {
            buttons_ui(ui, draft, name);
        } else {
            ui.label(small(ui, texts::NOT_MANAGED));
        }
    });
}

fn facts_ui(ui: &mut Ui, registration: &ClientRegistration, clock: &Clock) {
    key_values(ui, |rows| {
        rows.copyable(common::CLIENT_ID, &registration.client_id);
        rows.text(common::ISSUER, &registration.issuer);
        for (name, value) in registration.members() {
            let label = match name {
                "client_name" => common::NAME,
                "redirect_uris" => texts::REDIRECT_URIS,
                "grant_types" => texts::GRANTS,
                "scope" => common::SCOPES,
                "token_endpoint_auth_method" => common::CLIENT_AUTHENTICATION,
                _ => continue,
            };
            rows.text(label, &value);
        }
        if let Some(at) = registration.issued_at {
            rows.text(texts::REGISTERED, &clock.show(at));
        }
        if !registration.client_secret.is_empty() {
            let end = registration.secret_expires_at.map_or(texts::NEVER.to_owned(), |end| clock.show(end));
            rows.text(common::SECRET_EXPIRES, &end);
        }
    });
}

fn buttons_ui(ui: &mut Ui, draft: &mut Draft, name: &ProfileName) {
    let asked = &mut draft.questions.delete_client;
    let is_asked = asked.as_ref() == Some(name);
    if is_asked {
        ui.label(texts::DELETION);
    }
    ui.horizontal_wrapped(|ui| {
        if is_asked {
            intent_button(ui, ButtonKind::Danger, Intent::Client(ClientWish::Delete), None);
            if secondary_button(ui, texts::KEEP_IT).clicked() {
                *asked = None;
            }
            return;
        }
        intent_button(ui, ButtonKind::Secondary, Intent::Client(ClientWish::Read), None);
        intent_button(ui, ButtonKind::Secondary, Intent::Client(ClientWish::Update), None);
        if secondary_button(ui, texts::DELETE).clicked() {
            *asked = Some(name.clone());
        }
    });
}
