//! The authorization request and its response, from the listener or pasted. A response is accepted only after the checks of
//! [`Sent::read`].

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc::unbounded_channel;

use crate::app::ask::Ask;
use crate::app::blocking::blocking;
use crate::app::call_log::CallAbout;
use crate::app::handle::App;
use crate::app::progress::{Progress, Report};
use crate::app::sign_in::call_context::SentAuthorization;
use crate::app::sign_in::late_visits::{Ending, Visitor, follow};
use crate::app::sign_in::listening::{Listening, listen};
use crate::app::sign_in::pushed;
use crate::app::{Authorized, CallContext, Failure, FailureKind, Waiting};
use crate::call::{Template, TracedCall};
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::oauth::{
    AuthorizationError, AuthorizationResponse, CodeVerifier, ExpectedResponse, ExpectedSignature, Parameters, Pasted,
    RedirectUri, SignedResponseError, parse_pasted, state,
};
use crate::redirect::{Browser, LandingPage, Launched, Listener, Stray, Verdict};
use crate::secret::Secret;
use crate::service::{ProfileName, Start};

/// How long a sign-in may take: a person may have to find a password and a second factor.
const PATIENCE: Duration = Duration::from_mins(10);

/// What the response must match, and what is needed to redeem the code.
pub(crate) struct Sent {
    pub(crate) expected: ExpectedResponse,
    /// What its signature must be, if a signed one is asked for.
    pub(crate) signature: Option<ExpectedSignature>,
    pub(crate) redirect_uri: String,
    /// What the ID token must repeat; `None` if no `nonce` is sent.
    nonce: Option<String>,
    asked_at: Timestamp,
    code_suffix: String,
    pub(crate) pkce: CodeVerifier,
    /// Of the profile.
    pub(in crate::app::sign_in) name: Option<ProfileName>,
}

pub(crate) type Outcome = Result<AuthorizationResponse, AuthorizationError>;

/// Opens the authorization URL and returns the response to it.
pub(in crate::app) async fn authorize(
    app: &App,
    ask: &dyn Ask,
    context: &mut CallContext,
    browser: Browser,
    can_paste: bool,
) -> Result<Authorized, Failure> {
    let report = &ask.report();
    app.supply_practice(context).await?;
    // What this finds is reported with the token request.
    context.secrets.tidy();
    let Listening { redirect, listener, fingerprint, problem } = listen(app, &context.profile, can_paste).await?;
    let sent = prepare(app, context, &redirect, listener.as_ref())?;
    sent.fetch_keys(app, report).await?;
    let call = pushed::visit(app, report, context, &sent.parameters()).await?;
    app.record_call(CallAbout::named(context.name.as_ref(), "authorization"), || {
        TracedCall::in_browser(&call, &sent.expected.state, (app.ports.now)())
    });
    let url = call.url.to_secret().expose().to_owned();
    let (launched, browser_problem) = open_browser(app, browser, url.clone()).await?;
    let now = (app.ports.now)();
    let addresses = listener.iter().flat_map(Listener::addresses).map(ToString::to_string).collect();
    let waiting = Waiting {
        url,
        redirect_uri: sent.redirect_uri.clone(),
        addresses,
        fingerprint,
        until: now.checked_add(PATIENCE).unwrap_or(now),
        browser_problem,
        listener_problem: problem,
    };
    report.tell(Progress::Waiting(Box::new(waiting)));

    let (visitor, ending) = follow(launched.unwrap_or_default());
    let received = async {
        match listener {
            Some(listener) => receive(app, report, listener, &sent, visitor).await,
            None => std::future::pending().await,
        }
    };
    let by_hand = async {
        loop {
            let text = ask.paste().await?;
            match read_pasted(app, report, &text, (&sent, context.profile.service.start)).await {
                Ok(outcome) => return Ok::<Outcome, Failure>(outcome),
                Err(diagnosis) => report.tell(Progress::ResponseIgnored(diagnosis)),
            }
        }
    };
    let outcome = tokio::select! {
        outcome = received => outcome,
        outcome = by_hand => outcome?,
        failure = watch(report, ending) => return Err(failure),
        () = tokio::time::sleep(PATIENCE) => return Err(out_of_patience()),
    };
    let response = outcome.map_err(|error| Failure::of_authorization(&error, &context.profile.service))?;
    Ok(authorized(response, sent, (app.ports.now)()))
}

/// The parameters of the authorization request, and what its response must match.
pub(crate) fn prepare(
    app: &App,
    context: &CallContext,
    redirect: &RedirectUri,
    listener: Option<&Listener>,
) -> Result<Sent, Failure> {
    let service = &context.profile.service;
    if service.encrypts_to_client && context.secrets.signing_key.is_none() {
        let diagnosis =
            Diagnosis::new(format!("{} encrypts to your key, and the private key is missing", service.name));
        return Err(Failure::new(
            FailureKind::Usage,
            diagnosis.hint("add it: `--key-file FILE`, or step 2, Authorization"),
        ));
    }
    let pkce = service.authorization.as_ref().map(|authorization| authorization.pkce).unwrap_or_default();
    let issuer = service.redirect.issuer.as_ref().map(|issuer| Template::new(issuer).render_url(&context.values()));
    let issuer = issuer.transpose().map_err(|error| Failure::new(FailureKind::Usage, error.diagnose()))?;
    let issuer = issuer.map(|issuer| issuer.to_secret().expose().to_owned());
    let uri = listener.map_or_else(|| redirect.to_string(), |listener| redirect.with_port(listener.port()));
    Ok(Sent {
        code_suffix: service.redirect.code_suffix.clone(),
        signature: context.expected_signature(issuer.as_deref())?,
        expected: ExpectedResponse {
            state: state((app.ports.entropy)()),
            issuer,
            sends_issuer: service.redirect.sends_issuer,
            code_parameter: service.redirect.code_parameter.clone(),
            refusal: service.redirect.refusal(),
            hmac_secret: signing_secret(context)?,
        },
        redirect_uri: context.profile.sent_redirect_uri(&uri, &context.values()),
        nonce: context.nonce(&state((app.ports.entropy)())),
        asked_at: (app.ports.now)(),
        pkce: pkce.code_verifier((app.ports.entropy)()),
        name: context.name.clone(),
    })
}

/// The secret that the redirect is signed with, if the service signs it.
fn signing_secret(context: &CallContext) -> Result<Option<Secret>, Failure> {
    if context.profile.service.redirect.signature.is_none() {
        return Ok(None);
    }
    if context.secrets.client_secret.is_empty() {
        let label = &context.profile.service.labels.client_secret;
        let diagnosis = Diagnosis::new(format!("{label} is missing, and the redirect is signed with it"));
        return Err(Failure::new(FailureKind::Usage, diagnosis.hint("enter it in step 2, Authorization")));
    }
    Ok(Some(context.secrets.client_secret.clone()))
}

impl Sent {
    /// The parameters that are random or derived.
    pub(crate) fn parameters(&self) -> SentAuthorization<'_> {
        SentAuthorization {
            state: &self.expected.state,
            code_challenge: &self.pkce.challenge,
            code_challenge_method: self.pkce.method,
            redirect_uri: &self.redirect_uri,
            nonce: self.nonce.as_deref(),
        }
    }
}

/// Opens the URL; returns the browser command, or why it could not be started.
async fn open_browser(
    app: &App,
    browser: Browser,
    url: String,
) -> Result<(Option<Launched>, Option<Diagnosis>), Failure> {
    let open = Arc::clone(&app.ports.open_browser);
    Ok(match blocking(move || open(&browser, &url)).await? {
        Ok(launched) => (Some(launched), None),
        Err(error) => (None, Some(error.diagnose())),
    })
}

/// Reports if the browser command fails, and waits on, since the person can open the URL. Returns only if the program itself
/// fails.
async fn watch(report: &Report, ending: Ending) -> Failure {
    match ending.await {
        Ok(Ok(Some(error))) => report.tell(Progress::BrowserFailed(error.diagnose())),
        Ok(Err(failure)) => return failure,
        // Its task is never aborted, and cannot panic.
        Ok(Ok(None)) | Err(_) => {}
    }
    std::future::pending().await
}

/// Waits until the listener receives an authentic response, which may be a refusal. Reports those that are not, and other
/// visits.
async fn receive(app: &App, report: &Report, listener: Listener, sent: &Sent, visitor: Visitor) -> Outcome {
    let (outcomes, mut judged) = unbounded_channel();
    let judge = |parameters: Parameters| {
        let (outcomes, visitor) = (outcomes.clone(), &visitor);
        async move {
            let outcome = sent.read(app, report, &parameters).await;
            if outcome.as_ref().err().is_none_or(AuthorizationError::is_final) {
                app.record_call(CallAbout::named(sent.name.as_ref(), "redirect"), || {
                    TracedCall::redirect(&sent.redirect_uri, &parameters, &sent.expected.shown(), (app.ports.now)())
                });
            }
            let verdict = verdict(&outcome);
            // Looked at now, because the browser may end as soon as it has its page.
            let visitor = visitor.now();
            // The receiver is gone only when the sign-in was cancelled.
            let _ = outcomes.send((outcome, visitor));
            verdict
        }
    };
    let (strays, mut strayed) = unbounded_channel();
    let stray = move |visit: Stray| drop(strays.send(visit));
    let mut listening = std::pin::pin!(listener.receive(judge, stray));
    let (mut late, mut told) = (None, Told::default());
    loop {
        tokio::select! {
            // The listener ends once the page is written; only then is the outcome returned.
            (_, visits) = &mut listening, if late.is_none() => late = Some(visits),
            Some(visit) = strayed.recv() => report.tell(Progress::ResponseAstray(visit.diagnose())),
            outcome = judged.recv() => match outcome {
                Some((Err(error), _)) if !error.is_final() => {
                    if let Some(diagnosis) = told.news(error.diagnose()) {
                        report.tell(Progress::ResponseIgnored(diagnosis));
                    }
                }
                Some((outcome, visitor)) => {
                    let visits = match late {
                        Some(visits) => visits,
                        None => listening.await.1,
                    };
                    app.open_port.hold(visits, visitor);
                    return outcome;
                }
                None => return Err(AuthorizationError::NoCode(sent.expected.code_parameter.clone())),
            },
        }
    }
}

/// The reports of responses that were not accepted. Any web page can send any number of them, so each is reported once, and
/// only a few.
#[derive(Default)]
struct Told(Vec<Diagnosis>);

impl Told {
    const MOST: usize = 5;

    /// What to report of one more, if anything.
    fn news(&mut self, diagnosis: Diagnosis) -> Option<Diagnosis> {
        if self.0.len() > Self::MOST || self.0.contains(&diagnosis) {
            return None;
        }
        self.0.push(diagnosis.clone());
        if self.0.len() <= Self::MOST {
            return Some(diagnosis);
        }
        let summary = "more invalid responses are arriving; they are refused and no longer reported";
        Some(Diagnosis::new(summary).hint("close the tabs of older sign-ins, and continue in the newest one"))
    }
}

/// The page for the browser, and whether the wait is over.
fn verdict(outcome: &Outcome) -> Verdict {
    match outcome {
        Ok(_) => Verdict::Accept(success_page()),
        Err(error) if error.is_final() => Verdict::Accept(problem_page(error)),
        Err(error) => Verdict::Refuse(problem_page(error)),
    }
}

fn success_page() -> LandingPage {
    let text = "You can close this tab and go back to Tokenwright.";
    LandingPage::success("The authorization code arrived", text)
}

fn problem_page(error: &AuthorizationError) -> LandingPage {
    let diagnosis = error.diagnose();
    let hint = diagnosis.hint.map(|hint| format!("\n{hint}")).unwrap_or_default();
    let title = if error.is_final() { "The service refused" } else { "This response was rejected" };
    LandingPage::problem(title, format!("{}{hint}", diagnosis.summary))
}

/// Reads what was pasted. An error that does not end the sign-in is returned as a diagnosis.
async fn read_pasted(
    app: &App,
    report: &Report,
    text: &Secret,
    (sent, start): (&Sent, Start),
) -> Result<Outcome, Diagnosis> {
    let believed = |outcome: Outcome| match outcome {
        Err(error) if !error.is_final() => Err(error.diagnose()),
        outcome => Ok(outcome),
    };
    match parse_pasted(text.expose(), &sent.expected.code_parameter) {
        Pasted::Parameters(parameters) => believed(sent.read(app, report, &parameters).await),
        // Nobody signed a code that comes alone.
        Pasted::Code(_) if sent.signature.is_some() => believed(Err(SignedResponseError::Plain(None).into())),
        // Services that show the code on a page have no response with a state.
        Pasted::Code(code) if start == Start::CodeByHand => Ok(Ok(AuthorizationResponse { code, extras: Vec::new() })),
        Pasted::Code(code) => believed(sent.expected.read_code(code)),
        Pasted::NotUnderstood => Err(Diagnosis::new("the pasted text contains neither a code nor an error")
            .hint("paste the whole address that the browser shows after signing in, or the code alone")),
    }
}

pub(crate) fn authorized(response: AuthorizationResponse, sent: Sent, at: Timestamp) -> Authorized {
    // Two services append text that is not part of the code.
    let code = match response.code.expose().strip_suffix(&sent.code_suffix) {
        Some(code) if !sent.code_suffix.is_empty() => Secret::new(code),
        _ => response.code,
    };
    Authorized {
        code,
        code_verifier: sent.pkce.verifier,
        redirect_uri: sent.redirect_uri,
        nonce: sent.nonce,
        state: Some(sent.expected.state),
        extras: response.extras,
        asked_at: sent.asked_at,
        at,
    }
}

fn out_of_patience() -> Failure {
    let minutes = PATIENCE.as_secs() / 60;
    let diagnosis = Diagnosis::new(format!("no response came within {minutes} minutes"));
    Failure::new(FailureKind::NeedsSignIn, diagnosis.hint("start again, and finish in the browser tab that opens"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_responses_is_told_in_a_few_lines() {
        let mut told = Told::default();
        let told: Vec<String> = (0..1000)
            .flat_map(|at| [Diagnosis::new("the same"), Diagnosis::new(format!("another, number {at}"))])
            .filter_map(|diagnosis| told.news(diagnosis))
            .map(|diagnosis| diagnosis.summary)
            .collect();
        assert_eq!((told.len(), told[0].as_str(), told[1].as_str()), (6, "the same", "another, number 0"));
        assert!(told[5].starts_with("more invalid responses"), "{told:?}");
    }
}
