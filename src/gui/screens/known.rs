//! What is known of a service and how well: what this program cannot do of it, what the sources disagree about, how its
//! tokens live. Said where the person meets it.

use egui::Ui;

use crate::diagnosis::Diagnosis;
use crate::gui::theme::{Tone, small};
use crate::gui::widgets::banner;
use crate::oauth::{Landing, RedirectUri};
use crate::service::{Confidence, LoopbackRule, Service};

/// What to know before relying on the preset.
pub(crate) fn doubts_ui(ui: &mut Ui, service: &Service) {
    if let Some(words) = service.start.words() {
        banner(ui, Tone::Info, &Diagnosis::new(words));
        ui.add_space(8.0);
    }
    for lack in &service.lacks {
        banner(ui, Tone::Warning, &Diagnosis::new("Not supported yet").hint(lack));
        ui.add_space(8.0);
    }
    for disputed in &service.disputed {
        banner(ui, Tone::Info, &Diagnosis::new(format!("Disputed: {}", disputed.fact)).hint(&disputed.alternative));
        ui.add_space(8.0);
    }
    if service.confidence == Confidence::OneSource {
        ui.label(small(ui, format!("Based on a single source, checked on {}.", service.checked)));
        ui.add_space(8.0);
    }
}

/// How the service's tokens live.
pub(crate) fn policy_ui(ui: &mut Ui, service: &Service) {
    if !service.policy.words.is_empty() {
        ui.label(small(ui, &service.policy.words));
        ui.add_space(8.0);
    }
}

/// Why the service may refuse this redirect URI.
pub(crate) fn loopback_ui(ui: &mut Ui, service: &Service, uri: &RedirectUri) {
    let Landing::Loopback(plan) = uri.landing() else { return };
    let (summary, hint) = match (service.redirect.loopback, plan.port) {
        (LoopbackRule::Refused, _) => (
            format!("{} does not accept loopback redirect URIs", service.name),
            "register an https address you control, and paste the address you are redirected to",
        ),
        (LoopbackRule::DevelopmentOnly, _) => (
            format!("{} accepts this only while the app is in development", service.name),
            "in production register an https address you control, and paste the address you are redirected to",
        ),
        (LoopbackRule::FixedPort, None) => (
            format!("{} requires the exact port, and a free port changes each time", service.name),
            "choose a port, such as http://localhost:8080/callback",
        ),
        _ => return,
    };
    ui.add_space(8.0);
    banner(ui, Tone::Warning, &Diagnosis::new(summary).hint(hint));
}
