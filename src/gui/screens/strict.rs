//! What a profile is held to, and where it departs from the profiles of OAuth 2.0 that forbid what is weak.

use egui::Ui;

use crate::gui::draft::Draft;
use crate::gui::theme::small;
use crate::gui::widgets::{choice, disclosure};
use crate::service::{ProfileDraft, SecurityProfile};

/// The choice of what the profile is held to.
pub(crate) fn choice_ui(ui: &mut Ui, profile: &mut ProfileDraft, has_certificate: bool) {
    let options = [
        (None, "Nothing"),
        (Some(SecurityProfile::OAuth21), "OAuth 2.1"),
        (Some(SecurityProfile::Fapi2), "FAPI 2.0, for banks"),
        (Some(SecurityProfile::Fapi2MessageSigning), "FAPI 2.0 with signed messages"),
    ];
    let help = "A request that departs from it is not sent. FAPI 2.0 pushes the authorization request, checks the issuer, \
                authenticates by a key or a certificate, and binds the tokens to one; with signed messages, request and response are signed as well.";
    let mut chosen = profile.service.security_profile;
    choice(ui, "Hold to", &mut chosen, &options, Some(help));
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
    disclosure(ui, "Strict report", false, |ui| {
        for held_to in SecurityProfile::ALL {
            report_ui(ui, profile, held_to, draft.secrets.client_certificate.is_some());
        }
    });
}

fn report_ui(ui: &mut Ui, profile: &ProfileDraft, held_to: SecurityProfile, has_certificate: bool) {
    let departures = profile.customised().departures(held_to, has_certificate);
    if departures.is_empty() {
        ui.label(format!("{held_to}: departs in nothing that can be seen here."));
        return;
    }
    ui.label(format!("{held_to}: departs from it where"));
    for departure in departures {
        ui.label(format!("\u{2022} {} ({})", departure.what, departure.rule));
        ui.label(small(ui, departure.hint));
    }
}
