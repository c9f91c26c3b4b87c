//! `forget`, `unforget` and `list --forgotten`.

use std::borrow::Cow;

use jiff::tz::TimeZone;
use serde_json::{Value as Json, json};

use crate::app::{Failure, ForgottenProfile};
use crate::cli::print;
use crate::cli::profiles::local;
use crate::cli::registration::{tell_ends, told_client};
use crate::cli::runner::Runner;
use crate::service::ProfileName;

pub(crate) fn forget(runner: &Runner, name: &str, revoke: bool, now: bool) -> Result<(), Failure> {
    let (name, report) = (ProfileName::parse(name)?, runner.report());
    let is_shared = runner.run(runner.app.is_shared(&name)).unwrap_or_default();
    let client = if now { None } else { told_client(runner, &name) };
    if revoke {
        runner.run(runner.app.revoke_and_forget(&name, &report))?;
    }
    if now {
        tell_ends(&runner.run(runner.app.erase(&name, &report))?);
    } else if !revoke {
        runner.run(runner.app.forget(&name, &report))?;
    }
    let (revoked, for_whom) =
        (if revoke { "revoked and " } else { "" }, if is_shared { ", for the whole team" } else { "" });
    print::result(&format!("{name}: {revoked}{}{for_whom}", if now { "erased" } else { "forgotten" }));
    let lies_there = |all: &Vec<ForgottenProfile>| all.iter().find(|forgotten| forgotten.name == name).cloned();
    if let Some(forgotten) = runner.run(runner.app.forgotten()).ok().as_ref().and_then(lies_there) {
        let day = TimeZone::system().to_datetime(forgotten.erased_at).date();
        let how = if revoke { ", signed out" } else { "" };
        print::note(&format!("Until {day} it can be brought back{how}: tokenwright unforget {name}"));
    }
    if let Some(told) = client {
        print::note(&told);
    }
    Ok(())
}

pub(crate) fn unforget(runner: &Runner, name: &str) -> Result<(), Failure> {
    let name = ProfileName::parse(name)?;
    runner.run(runner.app.unforget(&name))?;
    let is_shared = runner.run(runner.app.is_shared(&name)).unwrap_or_default();
    print::result(&format!("{name}: brought back{}", if is_shared { ", for the whole team" } else { "" }));
    Ok(())
}

pub(crate) fn list(runner: &Runner, as_json: bool) -> Result<(), Failure> {
    let forgotten = runner.run(runner.app.forgotten())?;
    if as_json {
        print::json(&forgotten.iter().map(to_json).collect::<Json>());
    } else if forgotten.is_empty() {
        print::note("No profile was forgotten in the last week.");
    } else {
        let mut rows = vec![["PROFILE", "SERVICE", "FORGOTTEN", "ERASED", "SHARED"].map(Cow::from).to_vec()];
        rows.extend(forgotten.iter().map(row));
        print::table(&rows);
    }
    Ok(())
}

fn row(forgotten: &ForgottenProfile) -> Vec<Cow<'_, str>> {
    vec![
        forgotten.name.as_str().into(),
        forgotten.service.as_str().into(),
        local(forgotten.forgotten_at).into(),
        local(forgotten.erased_at).into(),
        if forgotten.shared { "team" } else { "" }.into(),
    ]
}

fn to_json(forgotten: &ForgottenProfile) -> Json {
    json!({
        "name": forgotten.name.as_str(),
        "display_name": Some(forgotten.display_name.as_str()).filter(|name| !name.is_empty()),
        "service_name": forgotten.service,
        "shared": forgotten.shared,
        "forgotten_at": forgotten.forgotten_at.to_string(),
        "erased_at": forgotten.erased_at.to_string(),
    })
}
