//! `tokenwright show --strict`: where a profile departs from OAuth 2.1 and from FAPI 2.0.

use serde_json::{Value as Json, json};

use crate::app::Failure;
use crate::cli::print;
use crate::cli::runner::Runner;
use crate::service::{Departure, ProfileName, SecurityProfile};

pub(crate) fn run(runner: &Runner, name: &str, as_json: bool) -> Result<(), Failure> {
    let name = ProfileName::parse(name)?;
    let context = runner.run(runner.app.open(&name))?.context;
    let preset = runner.catalog()?.service(&context.profile.service.id).ok();
    let has_certificate = context.secrets.client_certificate.is_some();
    // The preset departs where the profile does, unless that was changed in the profile.
    let why = |departure: &Departure, of: SecurityProfile| match &preset {
        Some(preset) if preset.departures(of, has_certificate).iter().any(|own| own.what == departure.what) => {
            "as the preset has it"
        }
        _ => "in this profile",
    };
    let reports = SecurityProfile::ALL.map(|of| (of, context.departures(of)));
    if as_json {
        let list = |(of, departures): &(SecurityProfile, Vec<Departure>)| {
            let points = departures
                .iter()
                .map(|own| json!({ "rule": own.rule, "what": own.what, "hint": own.hint, "why": why(own, *of) }));
            (of.name().to_owned(), Json::from(points.collect::<Vec<_>>()))
        };
        print::json(&Json::Object(reports.iter().map(list).collect()));
        return Ok(());
    }
    if let Some(held_to) = context.profile.service.security_profile {
        print::result(&format!("held to {held_to}"));
    }
    for (of, departures) in &reports {
        match departures.len() {
            0 => print::result(&format!("{of}: departs in nothing that can be seen here")),
            1 => print::result(&format!("{of}: departs in one point")),
            points => print::result(&format!("{of}: departs in {points} points")),
        }
        for own in departures {
            print::result(&format!("  {} ({}; {})", own.what, own.rule, why(own, *of)));
            print::result(&format!("    {}", own.hint));
        }
    }
    Ok(())
}
