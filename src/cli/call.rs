//! `tokenwright call`: one call of a service's API with the token of a profile.

use serde_json::{Value as Json, json};

use crate::app::{ApiReply, Checked, Failure, FailureKind};
use crate::call::{Method, parse_headers};
use crate::cli::args::CallOptions;
use crate::cli::runner::Runner;
use crate::cli::{print, prompt};
use crate::diagnosis::Diagnosis;
use crate::export::shell_word;
use crate::oauth::StepUp;
use crate::service::{ApiCall, ProfileName};

pub(crate) fn run(runner: &Runner, options: &CallOptions) -> Result<(), Failure> {
    let name = ProfileName::parse(&options.name)?;
    if options.forget {
        runner.run(runner.app.set_api_check(&name, None))?;
        print::result(&format!("{name}: no call is kept as its check"));
        return Ok(());
    }
    let Some(call) = typed(options)? else { return check(runner, &name, options.json) };
    if options.allow_host {
        let origin = runner.run(runner.app.allow_api_host(&name, &call.url))?;
        print::note(&format!("{name}: its token may go to {origin} from now on"));
    }
    let reply = runner.run(runner.app.call(&name, call.clone(), &runner.report()))?;
    tell(&reply, options.json);
    if let Some(failure) = reply.refusal {
        return Err(with_step(runner, &name, failure, reply.step_up.as_ref()));
    }
    if options.save {
        runner.run(runner.app.set_api_check(&name, Some(call)))?;
        print::note(&format!("{name}: kept as its check; `tokenwright call {name}` makes it again"));
    }
    Ok(())
}

/// The call that is typed; `None` where there is no URL.
fn typed(options: &CallOptions) -> Result<Option<ApiCall>, Failure> {
    let (method, url) = match &options.call[..] {
        [] => return Ok(None),
        [url] => (None, url),
        [method, url, ..] => (Some(method), url),
    };
    let method = match (method, &options.body) {
        (Some(method), _) => read_method(method)?,
        (None, None) => Method::Get,
        (None, Some(_)) => Method::Post,
    };
    let body = match options.body.as_deref() {
        Some("-") => prompt::read_all()?,
        body => body.unwrap_or_default().to_owned(),
    };
    let (headers, resource) = (parse_headers(&options.headers.join("\n")), options.resource.clone());
    Ok(Some(ApiCall { method, url: url.clone(), headers, body, resource }))
}

fn read_method(text: &str) -> Result<Method, Failure> {
    Method::ALL.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(text)).ok_or_else(|| {
        let all: Vec<&str> = Method::ALL.iter().map(|method| method.as_str()).collect();
        let diagnosis = Diagnosis::new(format!("`{text}` is not a method"));
        Failure::new(FailureKind::Usage, diagnosis.hint(format!("write {}, then the URL", all.join(", "))))
    })
}

/// With the command that signs in as the API asks.
fn with_step(runner: &Runner, name: &ProfileName, failure: Failure, asked: Option<&StepUp>) -> Failure {
    let Some(asked) = asked else { return failure };
    let mut command = format!("tokenwright sign-in {name}");
    if !asked.acr_values.is_empty() {
        command.push_str(&format!(" --acr-values {}", shell_word(&asked.acr_values.join(" "))));
    }
    if let Some(max_age) = asked.max_age {
        command.push_str(&format!(" --max-age {max_age}"));
    }
    if !asked.details.is_empty() {
        command.push_str(&format!(" --authorization-details {}", shell_word(&asked.details)));
    }
    if !asked.scopes.is_empty() {
        let before = runner.run(runner.app.open(name)).map(|opened| opened.context.profile.scopes).unwrap_or_default();
        for scope in asked.all_scopes(&before) {
            command.push_str(&format!(" --scope {}", shell_word(&scope)));
        }
    }
    let diagnosis = failure.diagnosis.hint(format!("sign in again as the API asks: `{command}`"));
    Failure { diagnosis, ..failure }
}

fn tell(reply: &ApiReply, as_json: bool) {
    if as_json {
        print::json(&reply_json(reply));
        return;
    }
    print::note(&format!("{} answered {} after {} ms", reply.call, reply.status, reply.elapsed.as_millis()));
    reply.headers.iter().for_each(|(name, value)| print::note(&format!("{name}: {value}")));
    print::result_lines(&reply.body);
    if reply.is_cut {
        print::note("The reply is longer; the rest is not shown.");
    }
}

fn reply_json(reply: &ApiReply) -> Json {
    let body = serde_json::from_str(&reply.body).unwrap_or_else(|_| Json::from(reply.body.as_str()));
    json!({
        "call": reply.call,
        "status": reply.status,
        "milliseconds": u64::try_from(reply.elapsed.as_millis()).unwrap_or(u64::MAX),
        "headers": reply.headers.iter().map(|(name, value)| json!([name, value])).collect::<Vec<_>>(),
        "body": body,
        "cut": reply.is_cut,
        "asks_for": reply.step_up.as_ref().map(|asked| json!({
            "acr_values": asked.acr_values,
            "max_age": asked.max_age,
            "scopes": asked.scopes,
            "authorization_details": serde_json::from_str::<Json>(&asked.details).unwrap_or_default(),
        })),
    })
}

/// The call that is kept with the profile, else the identity call.
fn check(runner: &Runner, name: &ProfileName, as_json: bool) -> Result<(), Failure> {
    let Checked { call, outcome, is_own, at, .. } = runner.run(runner.app.check(name, &runner.report()))?;
    if as_json {
        print::json(&json!({
            "profile": name.as_str(),
            "call": call,
            "kept": is_own,
            "at": at.to_string(),
            "status": outcome.as_ref().ok(),
            "error": outcome.as_ref().err().map(|failure| failure.diagnosis.summary.clone()),
        }));
    }
    let status = outcome?;
    if !as_json {
        print::result(&format!("{name}: works; {call} answered {status}"));
    }
    Ok(())
}
