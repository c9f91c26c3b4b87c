//! Values that are not in the vault but read each time a token request sends them: the subject token of an exchange, which is a
//! token of another profile, or an assertion that a file, a command or a CI system has.
//!
//! Invariant: such a value goes to the origin that the person named it for, and to no other, whatever the profile says by now.

mod reading;
pub(in crate::app) mod source;

use std::collections::BTreeMap;

use crate::app::handle::App;
use crate::app::progress::Report;
use crate::app::sign_in::sources::source::{ASSERTION, ProfileSources, SentSource, of_profile, usage};
use crate::app::{CallContext, Failure, FailureCode, FailureKind, News, tokens};
use crate::call::{CallTemplate, Values};
use crate::config::{Config, SourceSetting};
use crate::diagnosis::Diagnosis;
use crate::oauth::GrantType;
use crate::secret::Secret;
use crate::service::{ProfileName, Service, ValueSource};

/// The origin of the practice service, whatever its port.
const PRACTICE: &str = "http://127.0.0.1";

impl App {
    /// Where the values of a profile are read that are not in the vault.
    pub async fn sources(&self, name: &ProfileName) -> Result<ProfileSources, Failure> {
        // Those of a profile that was forgotten wait for it to be brought back.
        if self.load_profile_text(name).await?.is_none() {
            return Ok(ProfileSources::new());
        }
        self.written_sources(name).await
    }

    /// The same of a profile that is known to be there.
    pub(in crate::app) async fn written_sources(&self, name: &ProfileName) -> Result<ProfileSources, Failure> {
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
        if sources.is_empty() {
            return Ok(ProfileSources::new());
        }
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
    let Ok(sources) = app.written_sources(name).await else { return false };
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
        let read = reading::read(app, report, source).await?;
        values.set_secret(value, as_sent(&context.profile.service, value, read));
    }
    values.note_derived();
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
    is_assertion || service.names(template, value)
}

/// An assertion in XML goes as the service takes it, usually in base64url (RFC 7522 section 2.1).
fn as_sent(service: &Service, value: &str, read: Secret) -> Secret {
    let is_saml = GrantType::parse(&service.grant_type) == Some(GrantType::Saml2Bearer);
    if value == ASSERTION && is_saml && read.expose().starts_with('<') {
        let saml = service.assertion.as_ref().and_then(|assertion| assertion.saml.as_ref());
        return saml.map(|saml| saml.encoding).unwrap_or_default().encode(&read);
    }
    read
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
