//! Stands in for the service: finds the call that a request must be, judges it, and answers as the preset documents.

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::call::{BodyTemplate, CallTemplate, Parameter};
use crate::oauth::Pkce;
use crate::practice::checks::pkce;
use crate::practice::http::message::{Parameters, Request, Response};
use crate::practice::http::server::Handler;
use crate::practice::rehearsal::contract::RehearsalContract;
use crate::practice::rehearsal::document::{
    ACCESS_TOKEN, Document, ID_TOKEN, REFRESH_TOKEN, pointer, refusal, text_at, with_texts,
};
use crate::practice::rehearsal::facts::Facts;
use crate::practice::rehearsal::further::{self, IssuedFurther};
use crate::practice::rehearsal::judge::{complaints, sent_as};
use crate::practice::rehearsal::target::Target;
use crate::practice::rehearsal::{assertion, derived, proved, redirect, saml, signed_request};
use crate::practice::state::now::Now;
use crate::secret::Secret;

/// A refresh token that was never issued; it is refused like a spent one.
pub const WRONG_REFRESH_TOKEN: &str = "example-wrong-refresh-token";

/// The end of codes and tokens: characters that must be encoded in a query, form and path.
const AWKWARD: &str = "+/=%20&";

#[derive(Clone, Debug)]
pub struct Issued {
    /// The access token and its path in the documented reply.
    pub access_token: Option<(Secret, String)>,
    /// The same for the refresh token.
    pub refresh_token: Option<(Secret, String)>,
    /// The same for the ID token.
    pub id_token: Option<(Secret, String)>,
    /// The values that the preset retains, and what the reply has at the first of their paths that holds any.
    pub kept: Vec<(String, Option<String>)>,
    pub further: Vec<IssuedFurther>,
    pub document: Json,
}

pub(crate) struct StandIn {
    pub(crate) contract: RehearsalContract,
    challenge: Option<String>,
    code_is_spent: bool,
    /// The value of the marker in the current refresh token.
    refresh_token: String,
    spent: Vec<String>,
    /// The IDs of the assertions received.
    assertion_ids: Vec<String>,
    pub(crate) issued: Option<Issued>,
    pub(crate) complaint: Option<String>,
}

/// A request judged as one of the preset's calls.
struct Judged {
    stage: &'static str,
    at: usize,
    facts: Facts,
    complaints: Vec<String>,
}

impl Handler for StandIn {
    fn answer(&mut self, request: &Request, now: &mut Now) -> Response {
        self.complaint = None;
        let Some(judged) = self.best(request, &self.contract.facts, now.time) else {
            let arrived = Target::arrived(&request.path);
            let target = arrived.map_or_else(|| request.path.clone(), |target| target.to_string());
            return self.refuse(
                None,
                "invalid_request",
                format!("the preset has no call `{} {target}`", request.method),
            );
        };
        if !judged.complaints.is_empty() {
            let at = Some(judged.at);
            if self.is_spent(request, now.time) {
                return self.refuse(at, "invalid_grant", "the refresh token is spent, or never was one".to_owned());
            }
            return self.refuse(at, "invalid_request", judged.complaints.join("; "));
        }
        if judged.stage == "token_request" && self.contract.takes_code() {
            if self.code_is_spent {
                return self.refuse(Some(judged.at), "invalid_grant", "the code is spent".to_owned());
            }
            self.code_is_spent = true;
        }
        self.contract.facts = judged.facts;
        let sent = self.contract.facts.value("assertion");
        self.assertion_ids.extend(assertion::id(sent).or_else(|| saml::id(sent)));
        self.accept(judged.stage, judged.at, now)
    }
}

impl StandIn {
    pub(crate) fn new(contract: RehearsalContract) -> Self {
        let spent = vec![WRONG_REFRESH_TOKEN.to_owned()];
        let refresh_token = String::new();
        Self {
            contract,
            challenge: None,
            code_is_spent: false,
            refresh_token,
            spent,
            assertion_ids: Vec::new(),
            issued: None,
            complaint: None,
        }
    }

    /// Issues a refresh token that counts as existing before.
    pub(crate) fn refresh_token_at_hand(&mut self, now: &mut Now) -> Secret {
        let token = mint(now, "at-hand-");
        self.contract.facts.set("refresh_token", &token);
        self.refresh_token.clone_from(&token);
        Secret::new(token)
    }

    /// The call that the request is, or is most similar to: several may share method and URL.
    fn best(&self, request: &Request, facts: &Facts, now: Timestamp) -> Option<Judged> {
        let arrived = Target::arrived(&request.path)?;
        let calls = self.calls();
        let same = calls.iter().enumerate().filter(|(_, (_, call))| {
            call.method.as_str() == request.method
                && Target::declared(call.url.source(), facts).as_ref() == Some(&arrived)
        });
        same.map(|(at, (stage, call))| self.judge((at, stage, call), request, facts.clone(), now))
            .min_by_key(|judged| judged.complaints.len())
    }

    /// The calls as they are sent: a pushed authorization request has the parameters that the browser does not carry then.
    fn calls(&self) -> Vec<(&'static str, CallTemplate)> {
        let service = &self.contract.service;
        let sent = |stage: &str, call: &CallTemplate| match stage {
            "authorization" => service.visit(),
            "pushed_authorization" => service.pushed_request(),
            _ => Some(call.clone()),
        };
        let calls = service.calls().into_iter();
        calls.map(|(stage, call)| (stage, sent(stage, call).unwrap_or_else(|| call.clone()))).collect()
    }

    fn judge(
        &self,
        (at, stage, call): (usize, &'static str, &CallTemplate),
        request: &Request,
        mut facts: Facts,
        now: Timestamp,
    ) -> Judged {
        let (opened, mut found) = signed_request::opened(&self.contract, stage, request, (&facts, now));
        let request = &opened;
        found.extend(self.learn(stage, call, request, &mut facts));
        found.extend(derived::learn((&self.contract.service, call), request, &mut facts, now));
        if let Some(assertion) = self.contract.service.assertion_of(call) {
            facts.set("assertion", sent_as(call, request, "assertion").unwrap_or_default());
            let certificate = self.contract.certificate.as_deref();
            let judge =
                assertion::Judge { assertion: &assertion, facts: &facts, certificate, now, used: &self.assertion_ids };
            let sent = facts.value("assertion");
            found.extend(match &assertion.saml {
                Some(saml) => saml::complaints(&judge, saml, sent),
                None => judge.complaints(sent),
            });
        }
        found.extend(self.learn_signed_token(call, request, &mut facts, now));
        let call = match stage {
            "authorization" => self.with_nonce(call, &request.query, &mut facts),
            "pushed_authorization" => self.with_nonce(call, &Parameters::form(request.body.expose()), &mut facts),
            _ => call.clone(),
        };
        let call = proved::with_proof(&self.contract.service, call, stage, request, &mut facts);
        found.extend(complaints(&call, request, &facts));
        Judged { stage, at, facts, complaints: found }
    }

    /// Takes over an access token that the client has signed, and judges it. It may come more than once.
    fn learn_signed_token(
        &self,
        call: &CallTemplate,
        request: &Request,
        facts: &mut Facts,
        now: Timestamp,
    ) -> Vec<String> {
        let assertion = self.contract.service.token_assertion();
        let Some((assertion, token)) = assertion.zip(sent_as(call, request, "token")) else { return Vec::new() };
        facts.set("token", &token);
        let certificate = self.contract.certificate.as_deref();
        assertion::Judge { assertion, facts, certificate, now, used: &[] }.complaints(&token)
    }

    /// The authorization request with the `nonce` that an OpenID Connect client adds to it, unless the preset says otherwise.
    fn with_nonce(&self, call: &CallTemplate, came: &Parameters, facts: &mut Facts) -> CallTemplate {
        let mut call = call.clone();
        let sent = |name: &str| came.one(name).ok().flatten().unwrap_or_default().to_owned();
        let omits = self.contract.service.authorization.as_ref().is_some_and(|request| request.omits("nonce"));
        let asks = sent("scope").split(|c: char| !c.is_alphanumeric()).any(|scope| scope == "openid");
        let parameters = match &mut call.body {
            BodyTemplate::Form(form) => form,
            _ => &mut call.query,
        };
        if asks && !omits && !parameters.iter().any(|parameter| parameter.name == "nonce") {
            facts.set("nonce", sent("nonce"));
            parameters.push(Parameter::new("nonce", "<nonce>"));
        }
        call
    }

    /// Takes over what only the client knows: state, challenge and verifier.
    fn learn(&self, stage: &str, call: &CallTemplate, request: &Request, facts: &mut Facts) -> Vec<String> {
        let sent = |name: &str| sent_as(call, request, name).unwrap_or_default();
        let declared = self.contract.pkce();
        let mut complaints = Vec::new();
        let is_pushed = self.contract.service.pushed_authorization.is_some();
        if stage == "pushed_authorization" || stage == "authorization" && !is_pushed {
            facts.set("state", sent("state"));
            facts.set("code_challenge", sent("code_challenge"));
            facts.set("code_challenge_method", pkce::method(declared));
            if facts.value("state").is_empty() {
                complaints.push("no `<state>` is sent".to_owned());
            }
            if !pkce::is_challenge(declared, facts.value("code_challenge")) {
                complaints.push("`<code_challenge>` is not what the preset's `pkce` says".to_owned());
            }
        } else if stage == "token_request" && self.contract.takes_code() {
            facts.set("code_verifier", sent("code_verifier"));
            let challenge = self.challenge.as_deref().unwrap_or_default();
            if declared != Pkce::Off && !pkce::fits(declared, challenge, facts.value("code_verifier")) {
                complaints.push("`<code_verifier>` is missing, or did not make the challenge that was sent".to_owned());
            }
            if !self.contract.service.names(call, "code") {
                complaints.push("the preset's call does not send `<code>`".to_owned());
            }
        }
        complaints
    }

    /// Whether the request is correct except for its spent refresh token.
    fn is_spent(&self, request: &Request, now: Timestamp) -> bool {
        self.spent.iter().any(|spent| {
            let mut facts = self.contract.facts.clone();
            facts.set("refresh_token", spent);
            self.best(request, &facts, now).is_some_and(|judged| judged.complaints.is_empty())
        })
    }

    fn refuse(&mut self, at: Option<usize>, code: &str, words: String) -> Response {
        let reading = at.map(|at| self.contract.service.calls()[at].1.reading.clone()).unwrap_or_default();
        let answer = refusal(&reading, code, &words);
        self.complaint = Some(words);
        answer
    }

    fn accept(&mut self, stage: &str, at: usize, now: &mut Now) -> Response {
        let call = self.contract.service.calls()[at].1.clone();
        match stage {
            "authorization" => {
                self.challenge = Some(self.contract.facts.value("code_challenge").to_owned());
                self.code_is_spent = false;
                redirect::response(&mut self.contract, &call.example, mint(now, "code-"))
            }
            "token_request" | "chain" | "refresh_request" | "device_token_request" => self.tokens(stage, &call, now),
            "pushed_authorization" => {
                let reply = document(&call.example, || self.by_itself(stage));
                self.contract.facts.set("request_uri", reply.text("request_uri").unwrap_or_default());
                reply.answer()
            }
            "lookup" | "fetch" => self.fetched(stage, at, &call),
            "device_authorization" => self.device(&call),
            other => document(&call.example, || self.by_itself(other)).answer(),
        }
    }

    /// A reply with new tokens. The refresh token stays the same if the service does not rotate it.
    fn tokens(&mut self, stage: &str, call: &CallTemplate, now: &mut Now) -> Response {
        let documented = Document::in_format(&call.example, call.reading.format).filter(|_| !call.example.is_empty());
        let mut reply = documented.unwrap_or_else(|| Document::of(self.by_itself(stage)));
        let facts = &mut self.contract.facts;
        let old = facts.value("refresh_token").to_owned();
        let stays =
            stage == "refresh_request" && !self.contract.service.policy.rotates && !self.refresh_token.is_empty();
        if !stays {
            self.refresh_token = mint(now, "refresh-");
        }
        let access_token = reply.put(ACCESS_TOKEN, &mint(now, "access-"));
        let refresh_token = reply.put(REFRESH_TOKEN, &self.refresh_token);
        let id_token = reply.put(ID_TOKEN, &mint(now, "id-"));
        let further = further::put(&mut reply, &self.contract.service, |start| mint(now, start));
        let token_type = call.reading.token_type.iter().find_map(|path| reply.text(path.as_str()));
        facts.set("token_type", token_type.unwrap_or_else(|| "Bearer".to_owned()));
        for (name, token) in [("token", &access_token), ("refresh_token", &refresh_token), ("id_token", &id_token)] {
            if let Some((_, value)) = token {
                facts.set(name, value);
            }
        }
        if refresh_token.is_some() && stage == "refresh_request" && old != facts.value("refresh_token") {
            self.spent.push(old);
        }
        let kept = reply.retained(&call.reading);
        for (name, value) in &kept {
            if let Some(value) = value {
                facts.set(name, value);
            }
        }
        let issued = |token: Option<(String, String)>| token.map(|(path, value)| (Secret::new(value), path));
        self.issued = Some(Issued {
            access_token: issued(access_token),
            refresh_token: issued(refresh_token),
            id_token: issued(id_token),
            kept,
            further,
            document: reply.json.clone(),
        });
        reply.answer()
    }

    /// A reply with a device code, which the polling request must send (RFC 8628 section 3.4).
    fn device(&mut self, call: &CallTemplate) -> Response {
        let reply = document(&call.example, || self.by_itself("device_authorization"));
        for (name, paths) in [("device_code", &call.reading.device_code), ("user_code", &call.reading.user_code)] {
            let value = paths.iter().find_map(|path| reply.text(path.as_str()));
            self.contract.facts.set(name, value.unwrap_or_default());
        }
        reply.answer()
    }

    /// A reply with values to retain; the first item that has all of them counts as chosen.
    fn fetched(&mut self, stage: &str, at: usize, call: &CallTemplate) -> Response {
        let service = &self.contract.service;
        let before = service.calls().iter().take(at).filter(|(known, _)| *known == stage).count();
        let fetch = if stage == "lookup" { &service.lookup } else { &service.fetch }[before].clone();
        let reply = document(&call.example, || {
            let item = with_texts(fetch.retain.iter().map(|(name, path)| (path.as_str(), format!("example-{name}"))));
            if fetch.list.as_str().is_empty() {
                return item;
            }
            let mut list = with_texts(std::iter::once((fetch.list.as_str(), String::new())));
            if let Some(place) = list.pointer_mut(&pointer(fetch.list.as_str())) {
                *place = json!([item]);
            }
            list
        });
        let items = match reply.json.pointer(&pointer(fetch.list.as_str())) {
            Some(Json::Array(items)) => items.clone(),
            item => item.cloned().into_iter().collect(),
        };
        let all = |item: &Json| -> Option<Vec<(String, String)>> {
            fetch.retain.iter().map(|(name, path)| Some((name.clone(), text_at(item, path.as_str())?))).collect()
        };
        for (name, value) in items.iter().find_map(all).unwrap_or_default() {
            self.contract.facts.set(&name, value);
        }
        reply.answer()
    }

    /// What the RFCs have, where the preset documents no reply: RFC 6749 section 5.1, RFC 7662 section 2.2, RFC 8628
    /// section 3.2; of an identity what the preset shows.
    fn by_itself(&self, stage: &str) -> Json {
        let service = &self.contract.service;
        match stage {
            "token_request" | "chain" | "refresh_request" | "device_token_request" => {
                let token_type = if service.dpop.is_some() { "DPoP" } else { "Bearer" };
                let mut reply = json!({ "access_token": ACCESS_TOKEN, "token_type": token_type, "expires_in": 3600 });
                let uses = |call: &CallTemplate| call.placeholders().any(|name| name == "refresh_token");
                let refreshable = service.refresh_request.as_ref().is_some_and(uses);
                if refreshable && (stage == "token_request" || (stage == "refresh_request" && service.policy.rotates)) {
                    reply["refresh_token"] = REFRESH_TOKEN.into();
                }
                if !self.contract.facts.value("scope").is_empty() {
                    reply["scope"] = self.contract.scope_in_answers().into();
                }
                reply
            }
            "introspection" => json!({ "active": true }),
            // RFC 9126 section 2.2.
            "pushed_authorization" => json!({
                "request_uri": "urn:ietf:params:oauth:request_uri:example", "expires_in": 60,
            }),
            "device_authorization" => json!({
                "device_code": "example-device-code", "user_code": "EXAM-PLES",
                "verification_uri": "https://example.com/device", "expires_in": 900, "interval": 5,
            }),
            "identity" => {
                let fields = service.identity.iter().flat_map(|identity| &identity.fields);
                with_texts(fields.map(|(label, path)| (path.as_str(), format!("example {label}"))))
            }
            _ => json!({}),
        }
    }
}

/// The documented reply, or else a generated one.
fn document(example: &str, by_itself: impl FnOnce() -> Json) -> Document {
    Document::parse(example).unwrap_or_else(|| Document::of(by_itself()))
}

fn mint(now: &mut Now, start: &str) -> String {
    format!("{}{AWKWARD}", now.mint(start).expose())
}
