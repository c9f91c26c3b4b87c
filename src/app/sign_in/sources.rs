//! Values that are not in the vault but read each time a token request sends them: the subject token of an exchange, which is a
//! token of another profile, or an assertion that a file, a command or a CI system has.
//!
//! Invariant: such a value goes to the origin that the person named it for, and to no other, whatever the profile says by now.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use tokio::io::AsyncReadExt as _;
use tokio::time::timeout;

use crate::app::blocking::blocking;
use crate::app::handle::App;
use crate::app::progress::Report;
use crate::app::{CallContext, Failure, FailureCode, FailureKind, News, tokens};
use crate::call::{CallTemplate, Values};
use crate::child;
use crate::config::{Config, SourceSetting, SourceSettings, Sources};
use crate::diagnosis::{Diagnose as _, Diagnosis};
use crate::oauth::GrantType;
use crate::secret::Secret;
use crate::service::{HeldToken, ProfileName, Service, ValueSource};
use crate::transport::Wire;

/// The value of an assertion, which is signed here unless it has a source.
pub(in crate::app) const ASSERTION: &str = "assertion";
/// The most bytes of a value: tokens have a few thousand.
const MOST: u64 = 64 * 1024;
/// The longest that a command may take.
const LIMIT: Duration = Duration::from_secs(30);
/// The origin of the practice service, whatever its port.
const PRACTICE: &str = "http://127.0.0.1";
/// Where a job of GitHub Actions gets its identity token.
const GITHUB_URL: &str = "ACTIONS_ID_TOKEN_REQUEST_URL";
const GITHUB_TOKEN: &str = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";

/// Where one value of a profile is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentSource {
    pub source: ValueSource,
    /// The origin that the value may be sent to.
    pub origin: String,
}

/// By the name of the value.
pub type ProfileSources = BTreeMap<String, SentSource>;

impl App {
    /// Where the values of a profile are read that are not in the vault.
    pub async fn sources(&self, name: &ProfileName) -> Result<ProfileSources, Failure> {
        // Those of a profile that was forgotten wait for it to be brought back.
        if self.load_profile_text(name).await?.is_none() {
            return Ok(ProfileSources::new());
        }
        self.written_sources(name).await
    }

    async fn written_sources(&self, name: &ProfileName) -> Result<ProfileSources, Failure> {
        let settings = self.with_config(Config::load_sources).await?;
        of_profile(&settings.sources, name)
    }

    /// Replaces them; they hold on this machine only.
    pub async fn save_sources(&self, name: &ProfileName, sources: ProfileSources) -> Result<(), Failure> {
        let name = name.to_string();
        let texts = sources.into_iter().map(|(value, SentSource { source, origin })| {
            (value, SourceSetting { from: source.to_string(), to: origin })
        });
        let texts: BTreeMap<String, SourceSetting> = texts.collect();
        let known = self.with_config(Config::load_sources).await?.sources;
        if known.get(&name).map_or(texts.is_empty(), |known| *known == texts) {
            return Ok(());
        }
        self.change_settings(move |settings| {
            if texts.is_empty() {
                settings.sources.remove(&name);
            } else {
                settings.sources.insert(name, texts);
            }
        })
        .await
    }

    /// Gives the sources of a profile to its new name.
    pub(in crate::app) async fn rename_sources(&self, name: &ProfileName, new: &ProfileName) -> Result<(), Failure> {
        self.save_sources(new, self.written_sources(name).await?).await?;
        self.save_sources(name, ProfileSources::new()).await
    }

    /// Keeps the sources of a profile that was just saved. What goes wrong is told: the profile is saved all the same.
    pub(in crate::app) async fn keep_sources(&self, name: &ProfileName, sources: ProfileSources) {
        if let Err(failure) = self.save_sources(name, sources).await {
            self.tell(News::Problem(failure));
        }
    }
}

impl CallContext {
    /// The sources as this context can use them: each is for a secret that a token request of the service sends, and is bound to
    /// the origin of that request as it is now.
    pub fn bind_sources(&self, sources: &[(String, ValueSource)]) -> Result<ProfileSources, Failure> {
        let service = &self.profile.service;
        let origin = origin_of(service, &service.token_request, &self.values())?;
        let bound = |(value, source): &(String, ValueSource)| {
            if !takes_source(service, value) {
                return Err(no_such_value(service, value));
            }
            Ok((value.clone(), SentSource { source: source.clone(), origin: origin.clone() }))
        };
        sources.iter().map(bound).collect()
    }
}

/// Whether a value of the service can have a source.
pub fn takes_source(service: &Service, value: &str) -> bool {
    let is_input = service.inputs.iter().any(|input| input.secret && input.name == value);
    is_input || value == ASSERTION && sends(service, &service.token_request, ASSERTION)
}

fn of_profile(sources: &Sources, name: &ProfileName) -> Result<ProfileSources, Failure> {
    let read = |(value, setting): (&String, &SourceSetting)| {
        let source = setting.from.parse().map_err(|error: crate::service::SourceError| usage(error.diagnose()))?;
        Ok((value.clone(), SentSource { source, origin: setting.to.clone() }))
    };
    sources.get(name.as_str()).into_iter().flatten().map(read).collect()
}

/// Where a request goes, as these values make it. The practice service has another port each time.
fn origin_of(service: &Service, template: &CallTemplate, values: &Values) -> Result<String, Failure> {
    if service.practice {
        return Ok(PRACTICE.to_owned());
    }
    let url_alone = CallTemplate { url: template.url.clone(), ..CallTemplate::default() };
    Ok(url_alone.render(values)?.origin())
}

/// Whether the parent of a profile that exchanges its token has got new ones since.
pub(in crate::app) async fn has_newer_parent(app: &App, name: &ProfileName, service: &Service) -> bool {
    if GrantType::parse(&service.grant_type) != Some(GrantType::TokenExchange) {
        return false;
    }
    let Ok(sources) = app.sources(name).await else { return false };
    let obtained = async |name: &ProfileName| {
        let record = tokens::read(app, name).await.ok()?;
        Some(record.contents.tokens?.obtained_at)
    };
    let Some(own) = obtained(name).await else { return false };
    for SentSource { source, .. } in sources.values() {
        if let ValueSource::Profile(parent, _) = source
            && obtained(parent).await.is_some_and(|newer| newer > own)
        {
            return true;
        }
    }
    false
}

/// The values of a token request, with those read that have a source.
pub(in crate::app) async fn values_for(
    app: &App,
    report: &Report,
    context: &CallContext,
    template: &CallTemplate,
) -> Result<Values, Failure> {
    let mut values = app.values_for(context, template)?;
    if sent(context, template).next().is_none() {
        return Ok(values);
    }
    check_origin(context, template, &values)?;
    for (value, SentSource { source, .. }) in sent(context, template) {
        let read = read(app, report, source).await?;
        values.set_secret(value, as_sent(&context.profile.service, value, read));
    }
    Ok(values)
}

/// Refuses to send a value elsewhere than the person named it for.
fn check_origin(context: &CallContext, template: &CallTemplate, values: &Values) -> Result<(), Failure> {
    let origin = origin_of(&context.profile.service, template, values)?;
    match sent(context, template).find(|(_, bound)| bound.origin != origin) {
        None => Ok(()),
        Some((value, bound)) => {
            let summary = format!(
                "`{value}` is read from `{}` for {}, and the token endpoint is at {origin} now",
                bound.source, bound.origin
            );
            let hint = format!("if that is right, say so: sign in again with `--source {value}={}`", bound.source);
            Err(Failure::new(FailureKind::Usage, Diagnosis::new(summary).hint(hint)).coded(FailureCode::StrangeHost))
        }
    }
}

fn sent<'a>(
    context: &'a CallContext,
    template: &'a CallTemplate,
) -> impl Iterator<Item = (&'a String, &'a SentSource)> {
    context.sources.iter().filter(|(value, _)| sends(&context.profile.service, template, value))
}

/// Whether a request sends this value: by its placeholder, or as the assertion that authenticates the client.
fn sends(service: &Service, template: &CallTemplate, value: &str) -> bool {
    let is_assertion = value == ASSERTION && service.assertion_of(template).is_some();
    is_assertion || template.placeholders().any(|name| name == value)
}

/// RFC 7522 section 2.1: an assertion in XML goes in base64url.
fn as_sent(service: &Service, value: &str, read: Secret) -> Secret {
    let is_saml = GrantType::parse(&service.grant_type) == Some(GrantType::Saml2Bearer);
    if value == ASSERTION && is_saml && read.expose().starts_with('<') {
        return Secret::new(BASE64_URL_SAFE_NO_PAD.encode(read.expose()));
    }
    read
}

async fn read(app: &App, report: &Report, source: &ValueSource) -> Result<Secret, Failure> {
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
    // A line break within would end the line of a header, or say that this is something else.
    if trimmed.is_empty() {
        return Err(unread(source, "it is empty"));
    }
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

fn no_such_value(service: &Service, value: &str) -> Failure {
    let inputs = service.inputs.iter().filter(|input| input.secret).map(|input| input.name.as_str());
    let names: Vec<String> =
        inputs.chain([ASSERTION]).filter(|name| takes_source(service, name)).map(|name| format!("`{name}`")).collect();
    let diagnosis = Diagnosis::new(format!("no token request of {} sends `{value}` from a source", service.name));
    let hint =
        if names.is_empty() { "leave `--source` out".to_owned() } else { format!("it sends {}", names.join(", ")) };
    usage(diagnosis.hint(hint))
}

fn usage(diagnosis: Diagnosis) -> Failure {
    Failure::new(FailureKind::Usage, diagnosis)
}

#[cfg(test)]
mod tests {
    use super::*;

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
