//! Whether the redirect URI will work: compared with what the console has, and tried on this machine, before the browser opens.

use egui::Ui;

use crate::app::{Failure, FailureCode, RedirectState};
use crate::gui::display_text::sentence;
use crate::gui::intent::Intent;
use crate::gui::model::Model;
use crate::gui::screens::{intent_button, want};
use crate::gui::texts::{authorization as texts, common};
use crate::gui::theme::{Tone, shown, small};
use crate::gui::widgets::{ButtonKind, Field, banner_with, disclosure, dot, keyed, link, notice, waiting};
use crate::oauth::{RedirectUri, registered_uris};
use crate::service::ProfileDraft;

/// Shows the list of what is registered, and what comes of the comparison.
pub(crate) fn check_ui(ui: &mut Ui, model: &Model, profile: &mut ProfileDraft) {
    let is_listed = !profile.registered.trim().is_empty();
    disclosure(ui, texts::CHECK_REDIRECT_URI, is_listed, |ui| {
        let wrong = registered_uris(&profile.registered).into_iter().find_map(|uri| RedirectUri::parse(&uri).err());
        Field::new(texts::REGISTERED_REDIRECT_URIS)
            .optional()
            .help(texts::CHECK_REDIRECT_URI_HELP)
            .error(wrong.map(|error| error.to_string()).as_deref())
            .show_lines(ui, &mut profile.registered, 2);
        // Below the field, which would move while it is typed in.
        comparison_ui(ui, profile);
        let busy = model.open.redirects.is_pending().then_some(common::ONE_MOMENT);
        intent_button(ui, ButtonKind::Secondary, Intent::CheckRedirects, busy);
        if busy.is_some() {
            waiting(ui, texts::TRYING_PORTS, model.open.redirects.id());
        }
        for state in model.open.redirects.last().map(Vec::as_slice).unwrap_or_default() {
            keyed(ui, &state.uri, |ui| state_ui(ui, profile, state));
        }
    });
}

/// What differs from all that is registered, with the way out.
fn comparison_ui(ui: &mut Ui, profile: &ProfileDraft) {
    let registered = registered_uris(&profile.registered);
    let departure = profile.service.redirect.departure(profile.redirect_uri.trim(), &registered);
    let Some((nearest, difference)) = departure else { return };
    let title = texts::not_registered(difference.words());
    notice(ui, Tone::Warning, &title, &texts::nearest_registered(nearest));
    use_ui(ui, nearest);
}

fn use_ui(ui: &mut Ui, uri: &str) {
    if link(ui, texts::USE_URI, &texts::use_uri(uri)).clicked() {
        want(ui, Intent::UseRedirect(uri.to_owned()));
    }
}

/// What was found of one.
fn state_ui(ui: &mut Ui, profile: &ProfileDraft, state: &RedirectState) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().interact_size.y = 0.0;
        let (tone, words) = match &state.problem {
            Some(problem) => (Tone::Danger, sentence(&problem.summary)),
            None if state.is_elsewhere => (Tone::Info, texts::PORT_ELSEWHERE.to_owned()),
            None if state.is_next => (Tone::Success, texts::PORT_IS_NEXT.to_owned()),
            None => (Tone::Success, texts::PORT_IS_FREE.to_owned()),
        };
        dot(ui, tone);
        ui.label(shown(&state.uri));
        ui.label(small(ui, words));
        if state.problem.is_none() && state.uri != profile.redirect_uri.trim() {
            use_ui(ui, &state.uri);
        }
    });
}

/// Why a sign-in did not begin or went wrong, with what can be done about its redirect URI.
pub(crate) fn failure_ui(ui: &mut Ui, failure: &Failure, profile: Option<&ProfileDraft>) {
    banner_with(ui, Tone::Danger, &failure.diagnosis, |ui| match failure.code {
        FailureCode::NoListener => {
            intent_button(ui, ButtonKind::Secondary, Intent::AuthorizeByHand, None);
        }
        FailureCode::Unregistered => {
            let Some(profile) = profile else { return };
            let registered = registered_uris(&profile.registered);
            let departure = profile.service.redirect.departure(profile.redirect_uri.trim(), &registered);
            if let Some((nearest, _)) = departure {
                use_ui(ui, nearest);
            }
        }
        _ => calls_link(ui),
    });
}

/// The way to all that was sent, and to the file that can be handed on.
pub(crate) fn calls_link(ui: &mut Ui) {
    let (text, hint) = Intent::OpenCalls.words();
    if link(ui, text, text).on_hover_text(hint).clicked() {
        want(ui, Intent::OpenCalls);
    }
}
