//! Reads a value where its source says.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::time::timeout;

use crate::app::blocking::blocking;
use crate::app::handle::App;
use crate::app::progress::Report;
use crate::app::sign_in::sources::source::{SentSource, of_profile, usage};
use crate::app::{Failure, FailureKind, tokens};
use crate::child;
use crate::config::{Config, SourceSettings};
use crate::diagnosis::Diagnosis;
use crate::secret::Secret;
use crate::service::{HeldToken, ProfileName, ValueSource};
use crate::transport::Wire;

/// The most bytes of a value: tokens have a few thousand.
const MOST: u64 = 64 * 1024;
/// The longest that a command may take.
const LIMIT: Duration = Duration::from_secs(30);
/// Where a job of GitHub Actions gets its identity token.
const GITHUB_URL: &str = "ACTIONS_ID_TOKEN_REQUEST_URL";
const GITHUB_TOKEN: &str = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";

pub(super) async fn read(app: &App, report: &Report, source: &ValueSource) -> Result<Secret, Failure> {
    let text = match source {
        ValueSource::Profile(name, token) => return of_other(app, report, name, *token).await,
        ValueSource::File(path) => of_file(path.clone()).await?,
        ValueSource::Environment(name) => {
            Secret::new(std::env::var(name).map_err(|_| unread(source, "the variable is not set"))?)
        }
        ValueSource::Command(name) => of_command(app, name).await?,
        ValueSource::GitHubActions(audience) => of_github(app, audience).await?,
    };
    let trimmed = text.expose().trim();
    if trimmed.is_empty() {
        return Err(unread(source, "it is empty"));
    }
    // An assertion in XML has lines; a header that would have some is refused when it is sent.
    if trimmed.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(unread(source, "it has characters that no token has"));
    }
    Ok(Secret::new(trimmed))
}

/// A token of another profile, which is refreshed if it must be.
async fn of_other(app: &App, report: &Report, name: &ProfileName, token: HeldToken) -> Result<Secret, Failure> {
    let settings = app.with_config(Config::load_sources).await?;
    check_circle(&settings, name)?;
    // Boxed: it comes back here for the token of that profile.
    let saved = Box::pin(tokens::valid(app, report, name)).await?;
    match token {
        HeldToken::Access => Ok(saved.tokens.access_token),
        HeldToken::Id => saved.tokens.id_token.ok_or_else(|| {
            let diagnosis = Diagnosis::new(format!("`{name}` has no ID token"));
            usage(diagnosis.hint("sign in to it with the scope `openid`"))
        }),
    }
}

/// Refuses profiles that take their tokens from each other, which would wait for each other.
fn check_circle(settings: &SourceSettings, start: &ProfileName) -> Result<(), Failure> {
    let (mut seen, mut ahead) = (BTreeSet::new(), vec![start.clone()]);
    while let Some(name) = ahead.pop() {
        for SentSource { source, .. } in of_profile(&settings.sources, &name)?.into_values() {
            let ValueSource::Profile(parent, _) = source else { continue };
            if parent == *start {
                let diagnosis =
                    Diagnosis::new(format!("`{start}` takes its token from a profile that takes it from `{start}`"));
                return Err(usage(diagnosis.hint("give one of them another source: `[sources]` in the settings")));
            }
            if seen.insert(parent.to_string()) {
                ahead.push(parent);
            }
        }
    }
    Ok(())
}

async fn of_file(path: PathBuf) -> Result<Secret, Failure> {
    let source = ValueSource::File(path.clone());
    let read = move || {
        let mut text = String::new();
        std::fs::File::open(&path)?.take(MOST + 1).read_to_string(&mut text)?;
        Ok::<String, std::io::Error>(text)
    };
    let text = Secret::new(blocking(read).await?.map_err(|error| unread(&source, &error.to_string()))?);
    check_size(&source, &text)?;
    Ok(text)
}

async fn of_command(app: &App, name: &str) -> Result<Secret, Failure> {
    let source = ValueSource::Command(name.to_owned());
    let commands = app.with_config(Config::load_sources).await?.commands;
    let Some([program, arguments @ ..]) = commands.get(name).map(Vec::as_slice) else {
        let diagnosis = Diagnosis::new(format!("the settings of this machine have no command `{name}`"));
        let hint =
            format!("write the program and its arguments there: `[commands]`, `{name} = [\"program\", \"argument\"]`");
        return Err(usage(diagnosis.hint(hint)));
    };
    let mut command = child::command(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut command = tokio::process::Command::from(command);
    let mut running = command.kill_on_drop(true).spawn().map_err(|error| unread(&source, &error.to_string()))?;
    let output = running.stdout.take();
    let work = async {
        let mut text = String::new();
        if let Some(output) = output {
            output.take(MOST + 1).read_to_string(&mut text).await?;
        }
        Ok::<_, std::io::Error>((text, running.wait().await?))
    };
    match timeout(LIMIT, work).await {
        Ok(Ok((text, status))) if status.success() => {
            let text = Secret::new(text);
            check_size(&source, &text)?;
            Ok(text)
        }
        Ok(Ok((_, status))) => Err(unread(&source, &format!("the command ended with {status}"))),
        Ok(Err(error)) => Err(unread(&source, &error.to_string())),
        Err(_) => Err(unread(&source, "the command took longer than 30 s")),
    }
}

/// The identity token of this job. The URL has a query already; the audience is added to it.
async fn of_github(app: &App, audience: &str) -> Result<Secret, Failure> {
    let source = ValueSource::GitHubActions(audience.to_owned());
    let variable = |name: &str| {
        std::env::var(name).map_err(|_| {
            let diagnosis =
                Diagnosis::new(format!("`{name}` is not set, so this is no job of GitHub Actions with an identity"));
            usage(diagnosis.hint("give the job `permissions: id-token: write`"))
        })
    };
    let mut url = url::Url::parse(&variable(GITHUB_URL)?).map_err(|error| unread(&source, &error.to_string()))?;
    if !audience.is_empty() {
        url.query_pairs_mut().append_pair("audience", audience);
    }
    let bearer = Secret::new(format!("Bearer {}", variable(GITHUB_TOKEN)?));
    let headers = vec![("authorization".to_owned(), bearer)];
    let wire = Wire { method: "GET", url: Secret::new(url), headers, body: None, client_certificate: None };
    let reply = app.ports.transport.send(wire, app.ports.now).await?;
    if !reply.is_success() {
        return Err(unread(&source, &format!("the endpoint answered {}", reply.status)));
    }
    let json: serde_json::Value = serde_json::from_str(reply.body.expose())
        .map_err(|_| unread(&source, "the endpoint did not answer with JSON"))?;
    let value = json.get("value").and_then(serde_json::Value::as_str);
    Ok(Secret::new(value.ok_or_else(|| unread(&source, "the endpoint's reply has no `value`"))?))
}

fn check_size(source: &ValueSource, text: &Secret) -> Result<(), Failure> {
    if text.expose().len() as u64 > MOST {
        return Err(unread(source, "it is longer than 64 KiB"));
    }
    Ok(())
}

fn unread(source: &ValueSource, problem: &str) -> Failure {
    let diagnosis = Diagnosis::new(format!("`{source}` cannot be read: {problem}"));
    Failure::new(FailureKind::Machine, diagnosis.hint("nothing was sent; mend the source, and try again"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SourceSetting;

    fn settings(pairs: &[(&str, &str)]) -> SourceSettings {
        let mut settings = SourceSettings::default();
        for (name, from) in pairs {
            let setting = SourceSetting { from: (*from).to_owned(), to: "https://as.test".to_owned() };
            settings.sources.entry((*name).to_owned()).or_default().insert("subject_token".to_owned(), setting);
        }
        settings
    }

    #[test]
    fn profiles_that_take_from_each_other_are_refused_before_anything_waits() {
        let name = |name: &str| ProfileName::parse(name).expect("a name");
        let chain = settings(&[("c", "profile:b"), ("b", "profile:a"), ("a", "file:/token")]);
        assert_eq!(check_circle(&chain, &name("b")), Ok(()));
        for circle in [
            settings(&[("a", "profile:a")]),
            settings(&[("b", "profile:a"), ("a", "profile:b")]),
            settings(&[("c", "profile:b"), ("b", "profile:a"), ("a", "profile:c")]),
        ] {
            assert!(check_circle(&circle, &name("a")).is_err(), "{circle:?}");
        }
        // A circle further up ends as well.
        let above = settings(&[("c", "profile:b"), ("b", "profile:a"), ("a", "profile:b")]);
        assert_eq!(check_circle(&above, &name("c")), Ok(()));
        assert!(check_circle(&above, &name("b")).is_err());
    }
}
