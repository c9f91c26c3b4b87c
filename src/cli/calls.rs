//! The command `calls`: what all processes of this user sent in the last day.

use serde_json::{Value as Json, json};

use crate::app::{Failure, LoggedCall};
use crate::call::{TracedOutcome, Way};
use crate::cli::args::CallsOptions;
use crate::cli::print;
use crate::cli::profiles::local;
use crate::cli::runner::Runner;
use crate::service::ProfileName;

const NONE_KEPT: &str = "No calls are kept: the vault is in memory, or the settings say so (`[calls]`, `keep`).";

pub(crate) fn run(runner: &Runner, options: CallsOptions) -> Result<(), Failure> {
    let name = options.name.as_deref().map(ProfileName::parse).transpose()?;
    if let (Some(path), Some(name)) = (options.case, &name) {
        let shown = path.display().to_string();
        let case = runner.run(runner.app.case_of_log(name))?;
        let summary = case.diagnosis.summary.clone();
        runner.run(runner.app.write_case(case, path))?;
        print::result(&format!("{shown}: {summary}"));
        return Ok(());
    }
    let day = runner.run(runner.app.calls_of_day())?;
    let is_wanted = |logged: &&LoggedCall| name.as_ref().is_none_or(|name| logged.profile == name.as_str());
    let calls: Vec<LoggedCall> = day.calls.iter().filter(is_wanted).cloned().collect();
    if let Some(path) = options.har {
        let shown = path.display().to_string();
        runner.run(runner.app.write_har(&calls, path))?;
        print::result(&format!("{shown}: {} {}", calls.len(), if calls.len() == 1 { "call" } else { "calls" }));
        return Ok(());
    }
    if options.json {
        print::json(&calls.iter().map(call_json).collect());
    } else if calls.is_empty() {
        print::note(if day.is_kept { "No calls in the last day." } else { NONE_KEPT });
    } else if options.curl {
        calls.iter().for_each(print_curl);
    } else {
        table(&calls);
    }
    Ok(())
}

fn table(calls: &[LoggedCall]) {
    let titles = ["TIME", "BY", "PROFILE", "STAGE", "STATUS", "TOOK", "CALL"];
    let mut rows = vec![titles.map(str::to_owned).to_vec()];
    rows.extend(calls.iter().map(row));
    print::table(&rows);
}

fn row(logged: &LoggedCall) -> Vec<String> {
    let LoggedCall { call, face, profile, stage, .. } = logged;
    let or_dash = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
    let (status, took) = match &call.outcome {
        TracedOutcome::Reply(reply) => (reply.status.to_string(), format!("{} ms", reply.elapsed.as_millis())),
        TracedOutcome::Failed(_) => ("no reply".to_owned(), "-".to_owned()),
        TracedOutcome::Unseen => ("-".to_owned(), "-".to_owned()),
    };
    let place = format!("{} {}", call.method, call.place());
    vec![local(call.at), or_dash(face), or_dash(profile), or_dash(stage), status, took, place]
}

fn call_json(logged: &LoggedCall) -> Json {
    let LoggedCall { call, face, process, profile, stage } = logged;
    let mut json = json!({
        "at": call.at.to_string(),
        "by": face,
        "process": process,
        "profile": (!profile.is_empty()).then_some(profile),
        "stage": (!stage.is_empty()).then_some(stage),
        "way": way(call.way),
        "method": call.method,
        "url": call.url,
    });
    match &call.outcome {
        TracedOutcome::Reply(reply) => {
            json["status"] = reply.status.into();
            json["elapsed_ms"] = u64::try_from(reply.elapsed.as_millis()).unwrap_or(u64::MAX).into();
        }
        TracedOutcome::Failed(no_reply) => json["no_reply"] = no_reply.why.as_str().into(),
        TracedOutcome::Unseen => {}
    }
    json
}

fn way(way: Way) -> &'static str {
    match way {
        Way::Sent => "sent",
        Way::Browser => "browser",
        Way::Redirect => "redirect",
    }
}

/// The command below a comment of what it is. What the browser did is no command.
fn print_curl(logged: &LoggedCall) {
    let Some(command) = logged.call.masked_curl() else { return };
    let [at, face, profile, stage, status, ..] = &row(logged)[..] else { return };
    print::result(&format!("# {at} {face} {profile} {stage}: {status}"));
    print::result_lines(&format!("{command}\n"));
}
