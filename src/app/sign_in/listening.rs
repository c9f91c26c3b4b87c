//! Which redirect URI a sign-in uses and listens on, found out before the browser opens: it must be registered, as far as the
//! person says what is, and its port must be free.

use crate::app::handle::App;
use crate::app::sign_in::certificate;
use crate::app::{Failure, FailureCode, FailureKind};
use crate::diagnosis::{Diagnose as _, Diagnosis};
use crate::oauth::{Landing, Loopback, RedirectUri};
use crate::redirect::{ListenError, Listener, can_listen};
use crate::service::{Profile, Start};

/// What a sign-in listens on.
pub(crate) struct Listening {
    /// The redirect URI to use: that of the profile, or another that is registered.
    pub(crate) redirect: RedirectUri,
    /// `None` where the person pastes the response.
    pub(crate) listener: Option<Listener>,
    /// SHA-256 of the certificate of an `https` listener.
    pub(crate) fingerprint: Option<String>,
    /// Why it does not listen where the profile's redirect URI says.
    pub(crate) problem: Option<Diagnosis>,
}

/// Whether a redirect URI could be listened on now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectState {
    pub uri: String,
    /// Whether it is the one that the next sign-in would use.
    pub is_next: bool,
    /// Why it cannot be listened on; `None` if it can, or is not on this machine.
    pub problem: Option<Diagnosis>,
    /// Whether the person pastes the response, since it is not on this machine.
    pub is_elsewhere: bool,
}

impl App {
    /// Tries each redirect URI of a profile: whether it could be listened on now. What was bound for it is free again.
    pub async fn check_redirects(&self, profile: &Profile) -> Vec<RedirectState> {
        self.open_port.close().await;
        let mut states: Vec<RedirectState> = Vec::new();
        for redirect in candidates(profile) {
            let uri = redirect.to_string();
            let (problem, is_elsewhere) = match redirect.landing() {
                Landing::Loopback(plan) => (can_listen(plan).await.err().map(|error| error.diagnose()), false),
                Landing::Elsewhere => (None, true),
            };
            let is_usable = problem.is_none() && !is_elsewhere;
            let is_next = is_usable && states.iter().all(|state| !state.is_next);
            states.push(RedirectState { uri, is_next, problem, is_elsewhere });
        }
        states
    }
}

/// Listens on the redirect URI of the profile, or on the next one that is registered and can be listened on. If none can,
/// the response is pasted, or else that is the failure.
pub(crate) async fn listen(app: &App, profile: &Profile, can_paste: bool) -> Result<Listening, Failure> {
    let redirect = RedirectUri::parse(&profile.redirect_uri)?;
    check_registered(profile)?;
    let by_hand = |redirect, problem| Listening { redirect, listener: None, fingerprint: None, problem };
    if profile.service.start == Start::CodeByHand || *redirect.landing() == Landing::Elsewhere {
        return Ok(by_hand(redirect, None));
    }
    // The sign-in before this one may still answer late visits on the same port.
    app.open_port.close().await;
    let mut first: Option<ListenError> = None;
    for candidate in candidates(profile) {
        let Landing::Loopback(plan) = candidate.landing() else { continue };
        match bind(app, plan).await? {
            Ok((listener, fingerprint)) => {
                let problem = first.map(|error| Diagnosis::new(error.to_string()).hint(instead(&candidate)));
                return Ok(Listening { redirect: candidate, listener: Some(listener), fingerprint, problem });
            }
            // With any port allowed, the redirect URI needs the port that was bound.
            Err(error) if plan.port.is_none() => return Err(error.into()),
            Err(error) => drop(first.get_or_insert(error)),
        }
    }
    match first {
        Some(error) if !can_paste => Err(Failure::from(error).coded(FailureCode::NoListener)),
        error => Ok(by_hand(redirect, error.map(|error| error.diagnose()))),
    }
}

fn instead(candidate: &RedirectUri) -> String {
    format!("this sign-in uses `{candidate}`, which is registered too")
}

async fn bind(app: &App, plan: &Loopback) -> Result<Result<(Listener, Option<String>), ListenError>, Failure> {
    let certificate = if plan.https { Some(certificate::local(app).await?) } else { None };
    let bound = Listener::bind(plan, certificate.as_ref()).await;
    Ok(bound.map(|listener| (listener, certificate.map(|certificate| certificate.fingerprint()))))
}

/// The redirect URI of the profile, then the others that are registered.
fn candidates(profile: &Profile) -> impl Iterator<Item = RedirectUri> {
    let others = profile.registered.iter().filter(|uri| **uri != profile.redirect_uri);
    std::iter::once(&profile.redirect_uri).chain(others).filter_map(|uri| RedirectUri::parse(uri).ok())
}

/// Compares what will be sent with what the person says is registered.
fn check_registered(profile: &Profile) -> Result<(), Failure> {
    let uri = &profile.redirect_uri;
    let Some((nearest, difference)) = profile.service.redirect.departure(uri, &profile.registered) else {
        return Ok(());
    };
    let diagnosis = Diagnosis::new(format!("the redirect URI `{uri}` is not registered: {}", difference.words()))
        .hint(format!(
            "use `{nearest}`, which is registered, or register `{uri}` with the service and add it to the list"
        ))
        .reference("https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2.3");
    Err(Failure::new(FailureKind::Usage, diagnosis).coded(FailureCode::Unregistered))
}
