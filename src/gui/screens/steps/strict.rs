//! What a profile is held to, and where it departs from the profiles of OAuth 2.0 that forbid what is weak.

use egui::Ui;

use crate::gui::drafts::Draft;
use crate::gui::texts::client as texts;
use crate::gui::theme::small;
use crate::gui::widgets::{choice, disclosure};
use crate::service::{ProfileDraft, SecurityProfile};

/// The choice of what the profile is held to.
pub(crate) fn choice_ui(ui: &mut Ui, profile: &mut ProfileDraft, has_certificate: bool) {
    let options = [
        (None, texts::NO_PROFILE),
        (Some(SecurityProfile::OAuth21), texts::OAUTH_2_1),
        (Some(SecurityProfile::Fapi2), texts::FAPI_2),
        (Some(SecurityProfile::Fapi2MessageSigning), texts::FAPI_2_SIGNED),
    ];
    let mut chosen = profile.service.security_profile;
    choice(ui, texts::SECURITY_PROFILE, &mut chosen, &options, Some(texts::SECURITY_PROFILE_HELP));
    if chosen != profile.service.security_profile {
        match chosen {
            Some(held_to) => profile.follow_security_profile(held_to, None),
            None => profile.service.security_profile = None,
        }
    }
    if let Some(held_to) = chosen {
        report_ui(ui, profile, held_to, has_certificate);
    }
}

/// Where the profile departs from each of them.
pub(crate) fn strict_ui(ui: &mut Ui, draft: &Draft) {
    let Some(profile) = &draft.profile else { return };
    disclosure(ui, texts::STRICT_REPORT, false, |ui| {
        for held_to in SecurityProfile::ALL {
            report_ui(ui, profile, held_to, draft.secrets.client_certificate.is_some());
        }
    });
}

fn report_ui(ui: &mut Ui, profile: &ProfileDraft, held_to: SecurityProfile, has_certificate: bool) {
    let departures = profile.customised().departures(held_to, has_certificate);
    if departures.is_empty() {
        ui.label(texts::no_departure(held_to));
        return;
    }
    ui.label(texts::departures(held_to));
    for departure in departures {
        ui.label(format!("\u{2022} {} ({})", departure.what, departure.rule));
        ui.label(small(ui, departure.hint));
    }
}
