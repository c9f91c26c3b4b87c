//! Runs the stages in order, each with the code of the real use case.

use crate::app::failure::INVALID_GRANT;
use crate::app::progress::{Progress, Report};
use crate::app::rehearsal::line::sent;
use crate::app::rehearsal::server::RehearsalServer;
use crate::app::rehearsal::{StageLine, StageOutcome, findings};
use crate::app::sign_in::authorize;
use crate::app::sign_in::follow_up;
use crate::app::sign_in::identity;
use crate::app::sign_in::pushed;
use crate::app::sign_in::send;
use crate::app::sign_in::token_request;
use crate::app::sign_in::try_reading;
use crate::app::{CallContext, Exchange, Failure, FailureCode, FailureKind};
use crate::call::{Call, CallTemplate, Expression, Reading, RenderError, Reply, ReplyFormat, Values};
use crate::diagnosis::Diagnose as _;
use crate::oauth::{Pasted, Recipients, RedirectUri, Stage, TokenSet, parse_pasted, read_device_authorization, span};
use crate::practice::WRONG_REFRESH_TOKEN;
use crate::secret::Secret;
use crate::service::Start;

/// A rehearsal under way: the server, who hears of each stage, and what the calls are made from.
pub(crate) struct Stages<'a> {
    pub(in crate::app::rehearsal) server: &'a RehearsalServer,
    report: &'a Report,
    pub(in crate::app::rehearsal) context: CallContext,
}

/// Why a stage did not pass.
pub(in crate::app::rehearsal) enum Trouble {
    /// The preset is wrong.
    Wrong(String),
    /// The program cannot do it yet, and the preset says so.
    Lacking(String),
}

/// What was read, in words.
pub(in crate::app::rehearsal) type Outcome = Result<String, Trouble>;

impl<'a> Stages<'a> {
    pub(crate) fn new(server: &'a RehearsalServer, report: &'a Report, context: CallContext) -> Self {
        Self { server, report, context }
    }

    /// Runs all stages; without a code or a first token there are no more.
    pub(crate) async fn run(mut self) {
        let service = self.context.profile.service.clone();
        for lookup in &service.lookup {
            if !self.lookup(lookup).await {
                return;
            }
        }
        if service.authorization.is_some() && !self.authorization().await {
            return;
        }
        let has_token = if service.signs_tokens() { self.signed_token().await } else { self.token_request().await };
        if !has_token {
            return;
        }
        for call in &service.chain {
            self.chain(call).await;
        }
        for fetch in &service.fetch {
            self.fetch(fetch).await;
        }
        if let Some(call) = &service.refresh_request {
            self.refreshes(call).await;
        }
        if service.identity.is_some() {
            self.identity().await;
        }
        let others = [("introspection", &service.introspection), ("revocation", &service.revocation)];
        for (stage, call) in others {
            if let Some(call) = call {
                self.plain(stage, call).await;
            }
        }
        if let (Some(call), Some(poll)) = (&service.device_authorization, &service.device_token_request) {
            self.device(call, poll).await;
        }
    }

    /// Makes the request that a browser makes, and reads the response as a sign-in does.
    async fn authorization(&mut self) -> bool {
        let mut said = String::new();
        let outcome = self.sign_in(&mut said).await;
        self.line("authorization", said, outcome)
    }

    async fn sign_in(&mut self, said: &mut String) -> Outcome {
        let profile = &self.context.profile;
        let redirect = RedirectUri::parse(&profile.redirect_uri).map_err(|error| wrong(error.diagnose().summary))?;
        let prepared = authorize::prepare(&self.server.app, &self.context, &redirect, None);
        let prepared = prepared.map_err(|failure| self.unmade(failure))?;
        let (keys, wanted) = (self.server.rehearsal.published_keys(), profile.service.request_encryption());
        let recipient = keys.zip(wanted).map(|(keys, wanted)| Recipients::read("", &keys).choose(wanted)).transpose();
        let recipient = recipient.map_err(|error| wrong(error.diagnose().summary))?;
        let to = recipient.as_ref();
        let call = pushed::visit_for(&self.server.app, self.report, &self.context, &prepared.parameters(), to).await;
        let call = call.map_err(|failure| self.refused_or_unmade(failure))?;
        *said = sent(&call);
        let reply =
            send::send(&self.server.app, self.report, &call).await.map_err(|error| self.refused(&error.into()))?;
        let Some(location) = reply.header("location").filter(|_| reply.status == 302) else {
            return Err(wrong(
                self.complaint().unwrap_or_else(|| format!("the authorization request was answered {}", reply.status)),
            ));
        };
        let Pasted::Parameters(parameters) = parse_pasted(location, &prepared.expected.code_parameter) else {
            return Err(wrong("there is no code in the redirect"));
        };
        // A stand-in signs nothing.
        let response = prepared.expected.read(&parameters).map_err(|error| wrong(error.diagnose().summary))?;
        let now = (self.server.app.ports.now)();
        let authorized = authorize::authorized(response, prepared, now);
        let keep = &self.context.profile.service.redirect.retain;
        let found = |name: &String| authorized.extras.iter().any(|(key, value)| key == name && !value.is_empty());
        if let Some(missing) = keep.iter().find(|name| !found(name)) {
            return Err(wrong(format!("`{missing}` is to be kept, and the documented redirect has none")));
        }
        let scope = &self.context.profile.service.redirect.scope;
        if !scope.is_empty() && !found(scope) {
            return Err(wrong(format!("`{scope}` names the granted scopes, and the documented redirect has none")));
        }
        let read: Vec<&str> = std::iter::once("code").chain(keep.iter().map(String::as_str)).collect();
        let read = read.join(", ");
        self.context.authorized = Some(authorized);
        Ok(read)
    }

    async fn token_request(&mut self) -> bool {
        let call = self.context.profile.service.token_request.clone();
        if self.context.profile.service.start == Start::RefreshToken {
            self.paste_refresh_token();
        }
        let (said, outcome) = self.exchange(Stage::TokenRequest, &call).await;
        self.context.secrets.refresh_token = Secret::default();
        if !self.line("token request", said, outcome) {
            return false;
        }
        let service = &self.context.profile.service;
        if service.authorization.is_some() && service.start != Start::Consent {
            let tokens = self.context.tokens.take();
            let (said, outcome) = self.spent(Stage::TokenRequest).await;
            self.line("token request, code spent", said, outcome);
            self.context.tokens = tokens;
        } else if service.assertion_of(&call).is_some() {
            // How such a token is renewed: with another assertion.
            let (said, outcome) = self.exchange(Stage::TokenRequest, &call).await;
            self.line("token request again", said, outcome);
        }
        true
    }

    /// An access token that is signed here. What is signed is judged by the stand-in where a call sends it.
    async fn signed_token(&mut self) -> bool {
        let exchange = token_request::exchange(&self.server.app, self.report, &self.context, Stage::TokenRequest).await;
        let outcome = match exchange.and_then(|exchange| exchange.outcome) {
            Err(failure) => Err(self.unmade(failure)),
            Ok(tokens) => {
                let left = tokens.expires_at.and_then(|end| end.duration_since(tokens.obtained_at).try_into().ok());
                self.context.tokens = Some(*tokens);
                Ok(format!(
                    "signed without a call{}",
                    left.map(|left| format!(", for {}", span(left))).unwrap_or_default()
                ))
            }
        };
        self.line("access token", String::new(), outcome)
    }

    async fn chain(&mut self, call: &CallTemplate) {
        let said = self.said(call);
        let outcome = match follow_up::exchanged(&self.server.app, &self.context, call).await {
            Ok(tokens) => self.take(call, tokens),
            Err(failure) => Err(self.unread(call, failure)),
        };
        self.line("chain", said, outcome);
    }

    /// Refreshes once, or twice where refresh tokens rotate, and then with a spent token.
    async fn refreshes(&mut self, call: &CallTemplate) {
        let takes_token = call.placeholders().any(|name| name == "refresh_token");
        let policy = self.context.profile.service.policy.clone();
        let has_one = self.context.tokens.as_ref().is_some_and(|tokens| tokens.refresh_token.is_some());
        if takes_token && !has_one {
            self.paste_refresh_token();
        }
        let first = self.context.tokens.as_ref().and_then(|tokens| tokens.refresh_token.clone());
        let rotates = policy.rotates && takes_token;
        if !self.refresh(call, "refresh request", rotates).await {
            return;
        }
        self.context.secrets.refresh_token = Secret::default();
        if rotates && !self.refresh(call, "refresh request again", rotates).await {
            return;
        }
        if takes_token && policy.grace.is_none() {
            let spent = first.filter(|_| rotates).unwrap_or_else(|| Secret::new(WRONG_REFRESH_TOKEN));
            self.context.secrets.refresh_token = spent;
            let (said, outcome) = self.spent(Stage::RefreshRequest).await;
            self.line("refresh request, token spent", said, outcome);
            self.context.secrets.refresh_token = Secret::default();
        }
    }

    /// Pastes a refresh token that a person has at hand.
    fn paste_refresh_token(&mut self) {
        let ports = &self.server.app.ports;
        let token = self.server.rehearsal.refresh_token_at_hand((ports.now)(), (ports.entropy)());
        self.context.secrets.refresh_token = token;
    }

    async fn refresh(&mut self, call: &CallTemplate, stage: &str, rotates: bool) -> bool {
        let (said, outcome) = self.exchange(Stage::RefreshRequest, call).await;
        let renewed = self.server.rehearsal.issued().is_some_and(|issued| issued.refresh_token.is_some());
        let outcome = match outcome {
            Ok(_) if rotates && !renewed => {
                Err(wrong("`policy.rotates` holds, and the documented reply brings no refresh token"))
            }
            outcome => outcome,
        };
        self.line(stage, said, outcome)
    }

    async fn identity(&mut self) {
        let Some(declared) = self.context.profile.service.identity.clone() else { return };
        let said = self.said(&declared.call);
        let outcome = match identity::ask(&self.server.app, self.report, &self.context).await {
            Err(failure) => Err(self.refused_or_unmade(failure)),
            Ok(identified) => findings::identity(&declared, &identified).map_err(Trouble::Wrong),
        };
        self.line("identity", said, outcome);
    }

    /// A call whose reply is not read.
    async fn plain(&self, stage: &str, template: &CallTemplate) {
        let mut said = String::new();
        let answered = match self.server.app.values_for(&self.context, template) {
            Ok(values) => self.answered(template, &values, &mut said).await,
            Err(failure) => Err(self.unmade(failure)),
        };
        self.line(stage, said, answered.map(|reply| format!("answered {}", reply.status)));
    }

    /// The beginning of a sign-in on another device, and the call that asks whether it is done.
    async fn device(&self, template: &CallTemplate, poll: &CallTemplate) {
        let mut values = self.context.values();
        let mut said = String::new();
        let read = match self.answered(template, &values, &mut said).await {
            Ok(reply) => self.begun(&template.reading, &reply, &mut values).await.map_err(wrong),
            Err(trouble) => Err(trouble),
        };
        if !self.line("device authorization", said, read) {
            return;
        }
        let mut said = String::new();
        let read = match self.answered(poll, &values, &mut said).await {
            Ok(reply) => {
                let wanted = [("access token", &poll.reading.access_token)];
                self.read_each(&reply, &wanted).await.map_err(wrong)
            }
            Err(trouble) => Err(trouble),
        };
        self.line("device token request", said, read.map(|_| "access token".to_owned()));
    }

    /// Reads what RFC 8628 section 3.2 requires, and takes over what the polling call names.
    async fn begun(&self, reading: &Reading, reply: &Reply, values: &mut Values) -> Result<String, String> {
        let answers = try_reading::of_reply(&self.server.app, (reply, reading.format), reading.expressions()).await;
        let answers = answers.ok_or("the documented reply is neither JSON nor a form")?;
        let read = read_device_authorization(&answers, reading, (self.server.app.ports.now)());
        let read = read.map_err(|error| error.to_string())?;
        values.set_secret("device_code", read.device_code);
        values.set("user_code", read.user_code);
        Ok("device code, user code, verification URI".to_owned())
    }

    async fn read_each(&self, reply: &Reply, wanted: &[(&str, &Vec<Expression>)]) -> Result<Vec<String>, String> {
        let expressions = wanted.iter().flat_map(|(_, expressions)| expressions.iter());
        let answers = try_reading::of_reply(&self.server.app, (reply, ReplyFormat::Fields), expressions).await;
        let answers = answers.ok_or("the documented reply is neither JSON nor a form")?;
        let missing = |name: &str| format!("the documented reply has no {name} where the preset looks for it");
        wanted.iter().map(|(name, places)| answers.first_text(places).ok_or_else(|| missing(name))).collect()
    }

    /// The reply to a call that the stand-in accepts.
    async fn answered(&self, template: &CallTemplate, values: &Values, said: &mut String) -> Result<Reply, Trouble> {
        let call = template.render(values).map_err(|error| self.unrendered(&error))?;
        *said = sent(&call);
        let reply =
            send::send(&self.server.app, self.report, &call).await.map_err(|error| self.refused(&error.into()))?;
        self.complaint().map_or(Ok(reply), |complaint| Err(wrong(complaint)))
    }

    async fn exchange(&mut self, stage: Stage, call: &CallTemplate) -> (String, Outcome) {
        match token_request::exchange(&self.server.app, self.report, &self.context, stage).await {
            Err(failure) => (String::new(), Err(self.unmade(failure))),
            Ok(Exchange { call: made, outcome, .. }) => {
                let outcome = match outcome {
                    Ok(tokens) => self.take(call, *tokens),
                    Err(failure) => Err(self.unread(call, failure)),
                };
                (made.as_ref().map(sent).unwrap_or_default(), outcome)
            }
        }
    }

    /// Sends a spent code or token again: the call must be refused, and the refusal be read as one.
    async fn spent(&self, stage: Stage) -> (String, Outcome) {
        match token_request::exchange(&self.server.app, self.report, &self.context, stage).await {
            Err(failure) => (String::new(), Err(self.unmade(failure))),
            Ok(Exchange { call, outcome, .. }) => {
                let outcome = match outcome {
                    Ok(_) => Err(wrong("a refusal was read as a success")),
                    Err(failure) if failure.code == FailureCode::Spent => Ok(format!("refused: `{INVALID_GRANT}`")),
                    Err(failure) => {
                        let summary = failure.diagnosis.summary;
                        Err(wrong(format!("a refusal with `{INVALID_GRANT}` was read otherwise: {summary}")))
                    }
                };
                (call.as_ref().map(sent).unwrap_or_default(), outcome)
            }
        }
    }

    /// Keeps the tokens, right or wrong, and compares them with what was issued.
    fn take(&mut self, call: &CallTemplate, tokens: TokenSet) -> Outcome {
        let issued = self.server.rehearsal.issued().ok_or_else(|| wrong("tokens were read that nobody issued"))?;
        let read = findings::tokens(&self.context.profile.service, call, &tokens, &issued);
        self.context.tokens = Some(tokens);
        read.map_err(Trouble::Wrong)
    }

    /// Why no tokens came: the stand-in refused the call, or its reply was not read.
    fn unread(&self, call: &CallTemplate, failure: Failure) -> Trouble {
        match self.complaint() {
            Some(complaint) => wrong(complaint),
            None if failure.kind == FailureKind::Usage => self.unmade(failure),
            None => wrong(findings::unread(call, self.server.rehearsal.issued().as_ref(), &failure)),
        }
    }

    pub(in crate::app::rehearsal) fn refused_or_unmade(&self, failure: Failure) -> Trouble {
        if failure.kind == FailureKind::Usage { self.unmade(failure) } else { self.refused(&failure) }
    }

    fn refused(&self, failure: &Failure) -> Trouble {
        wrong(self.complaint().unwrap_or_else(|| failure.diagnosis.summary.clone()))
    }

    fn unrendered(&self, error: &RenderError) -> Trouble {
        self.unmade(Failure::new(FailureKind::Usage, error.diagnose()))
    }

    /// A call that cannot be made is no failure where the preset says what is lacking.
    fn unmade(&self, failure: Failure) -> Trouble {
        let lacks = &self.context.profile.service.lacks;
        if lacks.is_empty() { Trouble::Wrong(failure.diagnosis.summary) } else { Trouble::Lacking(lacks.join("; ")) }
    }

    fn complaint(&self) -> Option<String> {
        self.server.rehearsal.complaint()
    }

    pub(in crate::app::rehearsal) fn said(&self, template: &CallTemplate) -> String {
        let call: Option<Call> = self.server.app.render(&self.context, template).ok();
        call.as_ref().map(sent).unwrap_or_default()
    }

    /// Reports a stage; returns whether it passed.
    pub(in crate::app::rehearsal) fn line(&self, stage: &str, sent: String, outcome: Outcome) -> bool {
        let well = outcome.is_ok();
        let outcome = match outcome {
            Ok(read) => StageOutcome::Passed(read),
            Err(Trouble::Wrong(words)) => StageOutcome::Failed(words),
            Err(Trouble::Lacking(words)) => StageOutcome::NotRehearsed(words),
        };
        self.report.tell(Progress::StageRehearsed(StageLine { stage: stage.to_owned(), sent, outcome }));
        well
    }
}

pub(in crate::app::rehearsal) fn wrong(words: impl Into<String>) -> Trouble {
    Trouble::Wrong(words.into())
}
