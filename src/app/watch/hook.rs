//! Tells a program or a URL that a profile broke, or that it is well again. What is told holds no secret.

use std::process::Stdio;
use std::time::Duration;

use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::time::timeout;

use crate::app::handle::App;
use crate::app::watch::told::HookEvent;
use crate::app::{Failure, FailureKind};
use crate::child;
use crate::config::HookSettings;
use crate::diagnosis::Diagnosis;
use crate::secret::Secret;
use crate::transport::Wire;

/// How long a hook may take.
const LIMIT: Duration = Duration::from_secs(30);

/// Calls both, and says what went wrong with either.
pub(in crate::app::watch) async fn call(app: &App, hooks: &HookSettings, event: &HookEvent) -> Result<(), Failure> {
    let body = text(event);
    let run = async {
        match hooks.command.split_first() {
            Some((program, arguments)) => run(program, arguments, &body).await,
            None => Ok(()),
        }
    };
    let post = async {
        match &hooks.post {
            Some(url) => post(app, url, &body).await,
            None => Ok(()),
        }
    };
    let (run, post) = tokio::join!(run, post);
    run.and(post)
}

fn text(event: &HookEvent) -> String {
    let HookEvent { name, service, is_broken, breakage, .. } = event;
    json!({
        "profile": name,
        "service": service,
        "state": if *is_broken { "broken" } else { "well" },
        "code": breakage.code,
        "since": breakage.since.to_string(),
        "message": breakage.message,
    })
    .to_string()
}

async fn run(program: &str, arguments: &[String], body: &str) -> Result<(), Failure> {
    let mut command = child::command(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut command = tokio::process::Command::from(command);
    let mut running = command.kill_on_drop(true).spawn().map_err(|error| failed(program, &error.to_string()))?;
    let mut input = running.stdin.take();
    let work = async {
        if let Some(input) = &mut input {
            // A program that reads nothing has heard all the same.
            let _ = input.write_all(body.as_bytes()).await;
        }
        drop(input);
        running.wait().await
    };
    match timeout(LIMIT, work).await {
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => Err(failed(program, &status.to_string())),
        Ok(Err(error)) => Err(failed(program, &error.to_string())),
        Err(_) => Err(failed(program, "it took longer than 30 s")),
    }
}

async fn post(app: &App, url: &str, body: &str) -> Result<(), Failure> {
    let wire = Wire {
        method: "POST",
        url: Secret::new(url),
        headers: vec![("content-type".to_owned(), Secret::new("application/json"))],
        body: Some(Secret::new(body)),
        client_certificate: None,
    };
    let reply = timeout(LIMIT, app.ports.transport.send(wire, app.ports.now)).await;
    match reply {
        Ok(Ok(reply)) if reply.is_success() => Ok(()),
        Ok(Ok(reply)) => Err(failed("POST", &format!("the answer was {}", reply.status))),
        Ok(Err(error)) => Err(error.into()),
        Err(_) => Err(failed("POST", "it took longer than 30 s")),
    }
}

fn failed(what: &str, why: &str) -> Failure {
    let diagnosis = Diagnosis::new(format!("the hook `{what}` failed: {why}"));
    Failure::new(FailureKind::Machine, diagnosis.hint("the settings name it under `[hooks]`"))
}
