//! Tries a profile's token in a call of the service's own API. The token goes to no other host than the service's own; a
//! redirect is told and not followed.

use std::time::Duration;

use jiff::Timestamp;
use url::{Position, Url};

use crate::app::handle::App;
use crate::app::profiles::history;
use crate::app::profiles::remarks::change;
use crate::app::progress::Report;
use crate::app::sign_in::identity;
use crate::app::sign_in::send::{self, Answered};
use crate::app::{CallContext, Failure, FailureCode, FailureKind, Recovery, profiles, watch};
use crate::call::{Call, CallTemplate, Reveal, mask_body, mask_text};
use crate::diagnosis::{Diagnose, Diagnosis, printable_lines};
use crate::oauth::{Cause, StepUp, TokenHeader, span};
use crate::secret::Secret;
use crate::service::{ApiCall, ApiCallError, ProfileName, Service, is_own_origin};

/// The most characters of a body that are shown.
const LONGEST_BODY: usize = 256 * 1024;

/// The headers of a reply that tell something: what it is, why it was refused, how much is left.
const OF_INTEREST: [&str; 14] = [
    "content-type",
    "date",
    "deprecation",
    "etag",
    "link",
    "location",
    "request-id",
    "retry-after",
    "sunset",
    "warning",
    "www-authenticate",
    "x-correlation-id",
    "x-request-id",
    "x-ms-request-id",
];

/// A reply of the service's API, as it may be shown: secrets are masked.
#[derive(Clone, Debug)]
pub struct ApiReply {
    /// Method and URL.
    pub call: String,
    pub status: u16,
    /// Those that tell something.
    pub headers: Vec<(String, String)>,
    /// Laid out if it is JSON; control characters are written out.
    pub body: String,
    /// Whether the end of the body is left out.
    pub is_cut: bool,
    pub elapsed: Duration,
    pub at: Timestamp,
    /// Why it is no success, and what to do.
    pub refusal: Option<Failure>,
    /// What the API asks the person to do, if it refused for that.
    pub step_up: Option<StepUp>,
}

/// What came of checking whether a profile works.
#[derive(Clone, Debug)]
pub struct Checked {
    pub name: ProfileName,
    /// Whether the call is the one kept with the profile; else it is the identity call.
    pub is_own: bool,
    /// Method and URL; empty if there was no token to call with.
    pub call: String,
    pub at: Timestamp,
    /// The status of the reply, or why the profile does not work: by its kind it needs a sign-in, is refused, or the service
    /// cannot be reached.
    pub outcome: Result<u16, Failure>,
}

impl App {
    /// Calls the API of the service with the access token of a saved profile for that API, refreshed first if needed. A reply that is no
    /// success is a reply as well. Fails with [`FailureCode::StrangeHost`] if the host is not the service's.
    pub async fn call(&self, name: &ProfileName, call: ApiCall, report: &Report) -> Result<ApiReply, Failure> {
        let context = self.usable_for(name, call.resource.as_ref(), report).await?;
        let reply = call_with(self, &context, &call, report).await?;
        if reply.refusal.is_none() {
            history::worked(self, name, context.tokens).await;
            watch::worked(self, name).await;
        }
        Ok(reply)
    }

    /// Checks whether a saved profile works: by the call that is kept with it, else by the identity call. Fails only if there is
    /// no such profile, it cannot be read, or it has neither call.
    pub async fn check(&self, name: &ProfileName, report: &Report) -> Result<Checked, Failure> {
        let profile = profiles::load(self, name).await?;
        let (own, service) = (profile.api_check, profile.service);
        if own.is_none() && service.identity.is_none() {
            return Err(nothing_to_call(name, &service));
        }
        let mut checked = Checked {
            name: name.clone(),
            is_own: own.is_some(),
            call: String::new(),
            at: (self.ports.now)(),
            outcome: Ok(0),
        };
        let resource = own.as_ref().and_then(|own| own.resource.as_ref());
        let context = match self.usable_for(name, resource, report).await {
            Ok(context) => context,
            Err(failure) => return Ok(Checked { outcome: Err(failure), ..checked }),
        };
        let replied = if let Some(own) = &own {
            call_with(self, &context, own, report).await.and_then(|reply| {
                checked.call.clone_from(&reply.call);
                reply.refusal.map_or(Ok(reply.status), Err)
            })
        } else {
            checked.call = identity_call(self, &context);
            identity::accepted_status(self, report, &context).await
        };
        if replied.is_ok() {
            history::worked(self, name, context.tokens).await;
            watch::worked(self, name).await;
        }
        Ok(Checked { outcome: replied, ..checked })
    }

    /// Keeps a call with a saved profile as its check; without one, the identity call is it again.
    pub async fn set_api_check(&self, name: &ProfileName, call: Option<ApiCall>) -> Result<(), Failure> {
        change(self, name, move |profile| profile.api_check = call).await?;
        self.tell_profiles().await;
        Ok(())
    }

    /// Makes the host of a URL one of the API of a saved profile, so that its token may go there. Returns the origin.
    pub async fn allow_api_host(&self, name: &ProfileName, url: &str) -> Result<String, Failure> {
        let parsed =
            Url::parse(url.trim()).ok().filter(|url| matches!(url.scheme(), "https" | "http") && url.has_host());
        let Some(parsed) = parsed else {
            let diagnosis = Diagnosis::new(format!("`{}` is not a URL with a host", mask_text(url, &[])));
            return Err(Failure::new(
                FailureKind::Usage,
                diagnosis.hint("enter the whole URL, starting with `https://`"),
            ));
        };
        let origin = parsed.origin().ascii_serialization();
        let added = origin.clone();
        change(self, name, move |profile| {
            if !profile.service.api.contains(&added) {
                profile.service.api.push(added);
            }
        })
        .await?;
        self.tell_profiles().await;
        Ok(origin)
    }
}

fn nothing_to_call(name: &ProfileName, service: &Service) -> Failure {
    let diagnosis =
        Diagnosis::new(format!("there is nothing to check `{name}` by: {} has no identity call", service.name));
    let hint = format!("keep a call of its API as the check: `tokenwright call {name} URL --save`");
    Failure::new(FailureKind::Usage, diagnosis.hint(hint))
}

fn identity_call(app: &App, context: &CallContext) -> String {
    let Some(identity) = &context.profile.service.identity else { return String::new() };
    let call = app.values_for(context, &identity.call).ok().and_then(|values| identity.call.render(&values).ok());
    call.map(|call| told(&call)).unwrap_or_default()
}

/// Method and URL.
fn told(call: &Call) -> String {
    format!("{} {}", call.method.as_str(), call.url.masked(&Reveal::new()))
}

async fn call_with(app: &App, context: &CallContext, call: &ApiCall, report: &Report) -> Result<ApiReply, Failure> {
    let template = template(context, call)?;
    let context = &with_path(app, context.clone(), &template)?;
    let values = app.values_for(context, &template)?;
    let rendered = context.bound(&template).render(&values)?;
    check_secrets(&rendered, &context.profile.service)?;
    check_host(context, &rendered)?;
    let answered = send::ask(app, Some(report), context, &template, &[]).await?;
    let secrets: Vec<&Secret> = values.secrets().filter(|secret| !secret.is_empty()).collect();
    Ok(shown(&rendered, &answered, &secrets, &context.profile.service))
}

/// The call with the token in the header of the service; a path at the host of the identity call.
fn template(context: &CallContext, call: &ApiCall) -> Result<CallTemplate, Failure> {
    let service = &context.profile.service;
    let token_type = context.tokens.as_ref().map_or("", |tokens| tokens.token_type.as_str());
    let wrong = |error: ApiCallError| Failure::new(FailureKind::Usage, error.diagnose());
    let headers = (&service.token_header(token_type), &service.policy.headers[..]);
    call.template(headers, context.api_host().as_deref()).map_err(wrong)
}

/// The context with the path of the call, which a header may be made of.
fn with_path(app: &App, mut context: CallContext, template: &CallTemplate) -> Result<CallContext, Failure> {
    if context.profile.service.policy.headers.is_empty() {
        return Ok(context);
    }
    let bare = CallTemplate { url: template.url.clone(), ..CallTemplate::default() };
    let url = app.render(&context, &bare)?.url.to_secret();
    let path = Url::parse(url.expose()).map(|url| url[Position::BeforePath..Position::AfterQuery].to_owned());
    context.found.insert("call_path".to_owned(), path.unwrap_or_default());
    Ok(context)
}

/// Only the access token is sent, and what the service has made of it.
fn check_secrets(call: &Call, service: &Service) -> Result<(), Failure> {
    let token_header = TokenHeader::parse(&service.policy.header);
    let carried = token_header.as_ref().and_then(TokenHeader::carries_derived);
    let further = service.policy.headers.iter().flat_map(|header| header.value.placeholders());
    let sent: Vec<&str> = std::iter::once("token").chain(carried).chain(further).collect();
    let other = call.secret_names().into_iter().find(|name| !sent.contains(&name.as_str()));
    match other {
        Some(name) => Err(Failure::new(FailureKind::Usage, ApiCallError::OtherSecret(name).diagnose())),
        None => Ok(()),
    }
}

/// A token goes to nobody but its service.
fn check_host(context: &CallContext, call: &Call) -> Result<(), Failure> {
    let mut own = context.origins();
    own.extend(context.profile.service.api.iter().cloned());
    let origin = call.origin();
    if is_own_origin(&own, &origin) {
        return Ok(());
    }
    let summary =
        format!("`{origin}` is not a host of {}, and the token was not sent there", context.profile.service.name);
    let hint = format!("its hosts are {}; if this is one, allow it", own.join(", "));
    Err(Failure::new(FailureKind::Usage, Diagnosis::new(summary).hint(hint)).coded(FailureCode::StrangeHost))
}

fn shown(call: &Call, answered: &Answered, secrets: &[&Secret], service: &Service) -> ApiReply {
    let reply = &answered.reply;
    let is_told = |name: &str| OF_INTEREST.contains(&name) || name.contains("ratelimit") || name.contains("rate-limit");
    let headers = reply.headers.iter().filter(|(name, _)| is_told(name));
    let masked = mask_body(&reply.body, &reply.media_type(), secrets.iter().copied());
    let body = printable_lines(&masked.replace("\r\n", "\n")).into_owned();
    let end = body.char_indices().nth(LONGEST_BODY).map(|(end, _)| end);
    ApiReply {
        call: told(call),
        status: reply.status,
        headers: headers.map(|(name, value)| (name.clone(), mask_text(value, secrets))).collect(),
        body: end.map_or_else(|| body.clone(), |end| body[..end].to_owned()),
        is_cut: end.is_some(),
        elapsed: reply.elapsed,
        at: reply.received_at,
        refusal: (!reply.is_success()).then(|| refusal(answered, service, secrets)),
        step_up: StepUp::of(reply).filter(StepUp::is_answerable),
    }
}

/// What the API asks for, in words.
fn asks_for(asked: &StepUp) -> String {
    if !asked.is_authentication && !asked.details.is_empty() {
        return format!("the token needs the authorization details `{}`", asked.details);
    }
    if !asked.is_authentication {
        return match &asked.scopes[..] {
            [] => "the token lacks a scope or details that the API does not name".to_owned(),
            scopes => format!("the token needs the scopes `{}`", scopes.join(" ")),
        };
    }
    let by = (!asked.acr_values.is_empty()).then(|| format!("by `{}`", asked.acr_values.join("` or `")));
    let recently = asked.max_age.map(|age| match age {
        0 => "now".to_owned(),
        age => format!("within the last {}", span(Duration::from_secs(age))),
    });
    let also = (!asked.scopes.is_empty()).then(|| format!("with the scopes `{}`", asked.scopes.join(" ")));
    let how: Vec<String> = [by, recently, also].into_iter().flatten().collect();
    let how = if how.is_empty() { "in another way, which it does not name".to_owned() } else { how.join(", ") };
    format!("the person must have signed in {how}")
}

fn refusal(answered: &Answered, service: &Service, secrets: &[&Secret]) -> Failure {
    let reply = &answered.reply;
    let status = reply.status;
    let kind = match status {
        429 | 500.. => FailureKind::Network,
        _ if answered.refusal.cause == Cause::Limit => FailureKind::Network,
        _ => FailureKind::Refused,
    };
    let own = answered.refusal.service_hint(&service.hints).map(|hint| hint.say.clone());
    let diagnosis = match (status, reply.header("location")) {
        (300..400, Some(location)) => {
            let place = mask_text(location, secrets);
            let summary = format!("the API answered with a redirect ({status}) to `{place}`, which is not followed");
            return Failure::new(kind, Diagnosis::new(summary).hint("call that URL if it is the service's"));
        }
        _ => answered.refused_by("API"),
    };
    let asked = StepUp::of(reply);
    let diagnosis = match &asked {
        Some(asked) => Diagnosis { summary: format!("{}: {}", diagnosis.summary, asks_for(asked)), ..diagnosis },
        None => diagnosis,
    };
    let usual = match status {
        _ if asked.as_ref().is_some_and(StepUp::is_answerable) => Some("sign in again as the API asks"),
        401 => Some("the API does not take the token: inspect it, refresh it, or sign in again"),
        403 => Some("the token does not allow this: compare its scopes with what the API's documentation asks for"),
        404 => Some("compare the URL with the API's documentation"),
        405 => Some("choose another method"),
        429 => Some("wait, as the service limits how often it is called"),
        500.. => Some("try again later"),
        _ => None,
    };
    let hint = own.or_else(|| usual.map(str::to_owned));
    let recovery = if kind == FailureKind::Network { Recovery::Later { after: None } } else { Recovery::ByHand };
    Failure { recovery, ..Failure::new(kind, Diagnosis { hint, ..diagnosis }) }
}
