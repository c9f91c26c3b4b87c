//! Models and drafts as the window makes them.

use jiff::{SignedDuration, Timestamp};
use tokenwright::app::{
    Again, Authorized, Exchange, Failure, FailureKind, News, ProfileState, ProfileSummary, ReplyView, VaultKind,
    VaultState, Waiting,
};
use tokenwright::call::{Method, Values};
use tokenwright::diagnosis::Diagnosis;
use tokenwright::gui::clock::Clock;
use tokenwright::gui::model::{Model, Requested, Saved, Visit};
use tokenwright::gui::{Draft, Step};
use tokenwright::oauth::TokenSet;
use tokenwright::secret::Secret;
use tokenwright::service::{Catalog, ProfileName, Service};

/// Nothing of these may be read on a masked screen.
pub const CLIENT_SECRET: &str = "canary-client-secret-1f0";
pub const ACCESS_TOKEN: &str = "canary-access-token-2e1";
pub const REFRESH_TOKEN: &str = "canary-refresh-token-3d2";
pub const CODE: &str = "canary-code-4c3";
pub const VERIFIER: &str = "canary-verifier-5b4";

/// The clock of every scene.
pub fn now() -> Timestamp {
    Timestamp::from_second(1_900_000_000).expect("a time")
}

pub fn name(text: &str) -> ProfileName {
    ProfileName::parse(text).expect("a name")
}

pub fn failure(summary: &str) -> Failure {
    Failure::new(FailureKind::Refused, Diagnosis::new(summary).hint("do it again"))
}

pub fn service(id: &str) -> Service {
    Catalog::bundled().service(id).expect("a bundled preset")
}

/// Enough services to fill a screen: the first of the list, the ones with the most to ask and to say, and the last.
const FEW: [&str; 10] = [
    "practice",
    "google",
    "quickbooks",
    "netsuite",
    "microsoft",
    "zoho-crm",
    "dayforce",
    "netsuite-m2m",
    "slack",
    "custom",
];

/// As after the start: the services are there, tokens can be kept.
pub fn started() -> Model {
    let mut model = Model::default();
    model.hear(News::Services(FEW.map(service).to_vec(), Vec::new()));
    model.hear(News::Vault(VaultState::Open(VaultKind::Memory)));
    model.hear(News::Profiles(Vec::new()));
    model.hear(News::PracticeReady(4321));
    model
}

/// Nothing chosen yet.
pub fn draft() -> Draft {
    Draft::new(Clock { now: now(), ..Clock::default() })
}

/// A service chosen, its step 2 or 3 open.
pub fn at(service: Service, step: Step) -> Draft {
    let mut draft = draft();
    draft.choose(service);
    draft.secrets.client_secret = Secret::new(CLIENT_SECRET);
    draft.step = step;
    draft
}

pub fn waiting() -> Waiting {
    Waiting {
        url: "https://service.example/authorize?client_id=a&state=b".into(),
        redirect_uri: "http://127.0.0.1:5000/callback".into(),
        addresses: vec!["127.0.0.1:5000".into()],
        fingerprint: Some("AB:CD:".repeat(16)),
        until: now() + SignedDuration::from_mins(9),
        browser_problem: Some(Diagnosis::new("the system could not open a browser").hint("open the URL yourself")),
        listener_problem: None,
    }
}

/// Waits for the browser.
pub fn visiting() -> Model {
    let mut model = started();
    model.open.sign_in.visit = Visit::Waiting(Box::new(waiting()), None);
    model
}

/// The code came.
pub fn authorized() -> Model {
    let mut model = started();
    let authorized = Authorized {
        code: Secret::new(CODE),
        code_verifier: Secret::new(VERIFIER),
        redirect_uri: "http://127.0.0.1:5000/callback".into(),
        nonce: None,
        state: None,
        extras: vec![("realmId".into(), "9130".into())],
        asked_at: now(),
        at: now(),
    };
    model.open.sign_in.visit = Visit::Done(Box::new(authorized));
    model
}

pub fn token_set(access_token: &str) -> TokenSet {
    TokenSet {
        expires_at: Some(now() + SignedDuration::from_secs(119)),
        refresh_token: Some(Secret::new(REFRESH_TOKEN)),
        refresh_token_expires_at: Some(now() + SignedDuration::from_hours(24)),
        scopes: Some(vec!["openid".into(), "profile".into()]),
        retained: std::iter::once(("realmId".to_owned(), "9130".to_owned())).collect(),
        ..TokenSet::bearer(Secret::new(access_token), now())
    }
}

/// What a call to the practice service brought.
pub fn exchange(outcome: Result<TokenSet, Failure>) -> Exchange {
    let template = tokenwright::call::CallTemplate {
        method: Method::Post,
        url: tokenwright::call::Template::new("http://127.0.0.1:4321/token"),
        ..Default::default()
    };
    let call = template.render(&Values::new()).expect("a call without placeholders");
    let (status, body) = match &outcome {
        Ok(tokens) => (200, format!("{{\n  \"access_token\": \"{}\"\n}}", tokens.access_token.expose())),
        Err(_) => (400, "{\n  \"error\": \"invalid_grant\"\n}".to_owned()),
    };
    let reply = ReplyView {
        status,
        elapsed: std::time::Duration::from_millis(12),
        headers: vec![("content-type".into(), "application/json".into())],
        read_as: Some(tokenwright::call::WrittenIn::Json),
        masked_body: body.replace(ACCESS_TOKEN, "••••"),
        body: Secret::new(body),
    };
    Exchange {
        by_second_secret: false,
        call: Some(call),
        reply: Some(reply),
        outcome: outcome.map(Box::new),
        notes: Vec::new(),
        id_token: Vec::new(),
        choices: Vec::new(),
        unanswered: false,
        is_saved: false,
        again: Again::default(),
    }
}

/// A token request has brought this.
pub fn requested(model: &mut Model, exchange: Exchange) {
    model.open.called(&exchange);
    model.open.token_request = Requested::ended(Ok(exchange));
}

/// A token request that brought this, after a sign-in.
pub fn called(outcome: Result<TokenSet, Failure>) -> Model {
    let mut model = authorized();
    requested(&mut model, exchange(outcome));
    model
}

/// Tokens arrived, and the profile is kept beside another one that expired.
pub fn saved(as_name: &str) -> Model {
    let mut model = called(Ok(token_set(ACCESS_TOKEN)));
    model.open.saved(&Saved::Profile(name(as_name)));
    let tokens = |seconds| ProfileState::Tokens {
        expires_at: Some(now() + SignedDuration::from_secs(seconds)),
        refreshable: true,
        refresh_token_expires_at: None,
        announced_from: None,
        scopes: None,
    };
    let broken = ProfileState::Broken(Diagnosis::new("`old.toml` line 3: there is no key `bearr`"));
    let summary = |name, service: &str, state| ProfileSummary {
        display_name: tokenwright::service::DisplayName::default(),
        name,
        service_id: "practice".into(),
        service: service.to_owned(),
        tags: tokenwright::service::Tags::default(),
        environment: String::new(),
        keep_alive: false,
        draft: false,
        shared: false,
        state,
        revision: None,
    };
    model.hear(News::Profiles(vec![
        summary(name(as_name), "Practice service", tokens(119)),
        summary(name("acme"), "NetSuite", tokens(-5)),
        summary(name("old"), "", broken),
    ]));
    model
}
