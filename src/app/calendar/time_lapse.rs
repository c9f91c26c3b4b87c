//! 400 days of every preset and of the practice service on a clock that is moved on: each end that is told, against the moment
//! from which on the service refuses. The services stand in for themselves: they are asked what they accept, not when it ends.

use std::path::Path;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::app::calendar::ends::{End, EndKind, ends_of};
use crate::call::{Answers, Reading, Reply};
use crate::oauth::{ReadContext, Stage, TokenSet, read_token_set, span};
use crate::practice::{GrantedAccess, Grants, Now, Renewal, Terms};
use crate::secret::Secret;
use crate::service::{Catalog, Profile, ProfileDraft, TokenPolicy};
use crate::vault::{Contents, History, Record};

const DAY: i64 = 86_400;
const DAYS: i64 = 400;
/// How far from the service's own an end may be told, in seconds.
const EXACT: i64 = 60;
/// The access token of a service that documents no lifetime lives so long, in seconds.
const USUAL: u64 = 3600;

/// What stands above the table.
const HEAD: &str = "# Lifetimes

How long tokens live by the presets, as the [calendar](agent.md#the-calendar) tells it and as a service with these lifetimes does,
counted from the sign-in or refresh after which each kind is told first. A test writes this: it uses every preset and the practice
service once a day for 400 days on a clock of its own, and compares all ends each day; more than a minute apart is a failure. Tokens
that are asked for anew instead of being refreshed are left out.

| preset | what ends | told | the service refuses |
|---|---|---|---|
";

/// What accepts tokens, and stops to.
trait Issuer {
    /// A sign-in or a refresh; `None` if it is refused.
    fn issue(&mut self, at: Timestamp, is_sign_in: bool) -> Option<serde_json::Value>;
    /// Whether the newest access token is accepted then.
    fn accepts_access(&self, at: Timestamp) -> bool;
    /// Whether the newest refresh token is accepted then, if nothing happens before.
    fn accepts_refresh(&self, at: Timestamp) -> bool;
}

/// A service with the lifetimes of its documentation.
struct Documented {
    policy: TokenPolicy,
    access_life: u64,
    /// Whether replies say how long tokens live.
    says: bool,
    /// Whether the app is in test mode.
    tests: bool,
    signed_in_at: Timestamp,
    issued_at: Timestamp,
    /// When the current refresh token was issued, or used last where that counts.
    life_from: Timestamp,
    number: u32,
}

impl Documented {
    fn new(policy: &TokenPolicy, default_lifetime: Option<u64>, (says, tests): (bool, bool)) -> Self {
        let documented = default_lifetime.or(policy.access_token_life).unwrap_or(USUAL);
        Self {
            access_life: policy.longest_life.map_or(documented, |longest| longest.min(documented)),
            policy: policy.clone(),
            says,
            tests,
            signed_in_at: start(),
            issued_at: start(),
            life_from: start(),
            number: 0,
        }
    }

    fn age(since: Timestamp, at: Timestamp) -> u64 {
        u64::try_from(at.duration_since(since).as_secs()).unwrap_or_default()
    }
}

impl Issuer for Documented {
    fn issue(&mut self, at: Timestamp, is_sign_in: bool) -> Option<serde_json::Value> {
        if !is_sign_in && !self.accepts_refresh(at) {
            return None;
        }
        let is_new = is_sign_in || self.policy.rotates;
        if is_sign_in || !self.policy.fixed_end && (is_new || self.policy.extended_by_use) {
            self.life_from = at;
        }
        self.issued_at = at;
        self.number += 1;
        let mut reply = json!({ "access_token": format!("at-{}", self.number) });
        if is_new {
            reply["refresh_token"] = format!("rt-{}", self.number).into();
        }
        if self.says {
            reply["expires_in"] = self.access_life.into();
        }
        if let (true, true, Some(life)) = (self.says, is_new, self.policy.refresh_token_life) {
            let left = life - Self::age(self.life_from, at);
            reply["refresh_token_expires_in"] = left.into();
        }
        Some(reply)
    }

    fn accepts_access(&self, at: Timestamp) -> bool {
        Self::age(self.issued_at, at) < self.access_life
    }

    fn accepts_refresh(&self, at: Timestamp) -> bool {
        let lives = |life: Option<u64>, since: Timestamp| life.is_none_or(|life| Self::age(since, at) < life);
        lives(self.policy.refresh_token_life, self.life_from)
            && lives(self.policy.grant_life, self.signed_in_at)
            && (!self.tests || lives(self.policy.test_mode_life, self.signed_in_at))
    }
}

/// The practice service, as it is.
struct Practice {
    grants: Grants,
    terms: Terms,
    access_token: Secret,
    refresh_token: Secret,
}

impl Issuer for Practice {
    fn issue(&mut self, at: Timestamp, is_sign_in: bool) -> Option<serde_json::Value> {
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&at.as_second().to_be_bytes());
        let mut now = Now::new(at, seed);
        let pair = if is_sign_in {
            let grant = GrantedAccess {
                client_id: "it".into(),
                person: None,
                scopes: Vec::new(),
                nonce: None,
                signed_in: None,
                details: None,
            };
            crate::practice::issue(grant, self.terms, true, &mut now)
        } else {
            self.grants.refresh(self.refresh_token.expose(), "it", None, self.terms, &mut now).ok()?
        };
        let mut reply = json!({ "access_token": pair.access_token.expose() });
        reply["expires_in"] = self.terms.access_token_life.as_secs().into();
        if let Some(token) = &pair.refresh_token {
            reply["refresh_token"] = token.expose().into();
            reply["refresh_token_expires_in"] = self.terms.refresh_token_life.map(|life| life.as_secs()).into();
            self.refresh_token = token.clone();
        }
        self.access_token = pair.access_token;
        Some(reply)
    }

    fn accepts_access(&self, at: Timestamp) -> bool {
        self.grants.look_up(self.access_token.expose(), at).is_some()
    }

    fn accepts_refresh(&self, at: Timestamp) -> bool {
        self.grants.look_up(self.refresh_token.expose(), at).is_some()
    }
}

fn start() -> Timestamp {
    Timestamp::from_second(1_800_000_000).expect("a time")
}

fn after(at: Timestamp, seconds: i64) -> Timestamp {
    at + SignedDuration::from_secs(seconds)
}

/// The tokens of a reply, as the program reads them.
fn read(reply: &serde_json::Value, at: Timestamp, profile: &Profile, previous: Option<&TokenSet>) -> TokenSet {
    let stage = if previous.is_some() { Stage::RefreshRequest } else { Stage::TokenRequest };
    let reply = Reply {
        status: 200,
        headers: vec![("content-type".into(), "application/json".into())],
        body: Secret::new(reply.to_string()),
        elapsed: Duration::ZERO,
        received_at: at,
    };
    let default_lifetime = default_lifetime(profile);
    let reading = Reading { default_lifetime, ..Reading::default() };
    let context = ReadContext { stage, scope_separator: " ", previous, origin: None };
    let mut tokens =
        read_token_set(&reply, Answers::of(&reply).as_ref(), &reading, context, [].iter()).expect("tokens");
    let is_new = tokens.has_new_refresh_token(previous);
    profile.service.policy.complete(&mut tokens, previous, is_new);
    tokens
}

/// The lifetime of an access token by the preset. That of the practice service is an option of it.
fn access_life(profile: &Profile) -> Option<u64> {
    let practice = profile.service.practice.then_some(120);
    practice.or(default_lifetime(profile)).or(profile.service.policy.access_token_life)
}

fn default_lifetime(profile: &Profile) -> Option<u64> {
    profile.service.token_request.reading.default_lifetime
}

/// The moment from which on it is not accepted, to the second; `None` if it is accepted for another fifty years.
fn real_end(from: Timestamp, accepts: impl Fn(Timestamp) -> bool) -> Option<Timestamp> {
    let (mut low, mut high) = (0, 50 * 365 * DAY);
    if accepts(after(from, high)) {
        return None;
    }
    while low < high {
        let middle = i64::midpoint(low, high);
        if accepts(after(from, middle)) { low = middle + 1 } else { high = middle }
    }
    Some(after(from, low))
}

/// One line of the table: what is told, and what it is.
type Line = (EndKind, Option<Timestamp>, Option<Timestamp>);

/// The told ends of this moment beside those of the service.
fn compare(issuer: &dyn Issuer, ends: &[End], now: Timestamp, tests: bool) -> Vec<Line> {
    let access = ends.iter().find(|end| end.kind == EndKind::AccessToken).expect("an access token");
    let counts = |end: &&End| match end.kind {
        EndKind::UnusedRefreshToken | EndKind::RefreshToken | EndKind::SignIn => true,
        EndKind::TestMode => tests,
        _ => false,
    };
    // The first of them ends it.
    let refresh = ends.iter().filter(counts).min_by_key(|end| (end.at.is_none(), end.at)).expect("a refresh token");
    vec![
        (access.kind, access.at, real_end(now, |at| issuer.accepts_access(at))),
        (refresh.kind, refresh.at, real_end(now, |at| issuer.accepts_refresh(at))),
    ]
}

/// Uses a profile once a day until the service refuses, and compares each day. Returns the table, of which the kinds that were
/// told appear once each.
fn lapse(name: &str, profile: &Profile, issuer: &mut dyn Issuer, (says, tests): (bool, bool)) -> Vec<String> {
    let (mut tokens, mut table) = (None::<TokenSet>, Vec::new());
    let mut seen = std::collections::BTreeSet::new();
    let mut last_told = None;
    for day in 0..DAYS {
        let now = after(start(), day * DAY);
        let Some(reply) = issuer.issue(now, day == 0) else {
            let told: Timestamp = last_told.flatten().unwrap_or_else(|| panic!("{name} ended untold on day {day}"));
            assert!(told <= after(now, EXACT), "{name}: refused on day {day}, told until {told}");
            break;
        };
        let next = read(&reply, now, profile, tokens.as_ref());
        let contents = Contents { tokens: Some(next.clone()), ..Contents::default() };
        let history = History { granted_at: Some(start()), ..History::default() };
        let ends = ends_of(profile, Some(&Record { number: 1, contents, history }));
        for (kind, told, real) in compare(issuer, &ends, now, tests) {
            // What no reply says and no documentation is unknown, not wrong.
            let is_unknown =
                told.is_none() && kind == EndKind::AccessToken && !says && default_lifetime(profile).is_none();
            let distance = told.zip(real).map(|(told, real)| told.duration_since(real).as_secs().abs());
            let is_right = is_unknown || told.is_none() && real.is_none() || distance.is_some_and(|far| far <= EXACT);
            assert!(is_right, "{name}, day {day}: {} is told as {told:?} and is {real:?}", kind.word());
            // Where nothing is documented the stand-in has a lifetime of its own, which says nothing of the service.
            let is_documented = kind != EndKind::AccessToken || !tests && access_life(profile).is_some();
            if seen.insert((kind, told.is_none())) && is_documented {
                let words = |at: Option<Timestamp>| {
                    let left = at.and_then(|at| Duration::try_from(at.duration_since(now)).ok());
                    left.map_or("never, or not known".to_owned(), span)
                };
                table.push(format!("| {name} | {} | {} | {} |", kind.label(), words(told), words(real)));
            }
            last_told = Some(told);
        }
        tokens = Some(next);
    }
    table
}

#[test]
fn every_end_is_told_within_a_minute_of_the_service_for_400_days() {
    let catalog = Catalog::bundled();
    let mut table = Vec::new();
    for service in catalog.services() {
        let is_asked_again = service.asks_again() || service.policy.renews_access_token;
        let profile = ProfileDraft::new(service).as_typed();
        let policy = &profile.service.policy;
        if is_asked_again || profile.service.practice {
            continue;
        }
        for says in [true, false] {
            for tests in [false, true] {
                // No reply says when test mode ends: that is the condition of the end.
                if tests && (policy.test_mode_life.is_none() || says) {
                    continue;
                }
                let mut issuer = Documented::new(policy, default_lifetime(&profile), (says, tests));
                let name = &profile.service.id;
                let name = format!("{name}{}", if tests { " in test mode" } else { "" });
                let lines = lapse(&name, &profile, &mut issuer, (says, tests));
                table.extend(lines.into_iter().filter(|_| says || tests));
            }
        }
    }
    let practice = ProfileDraft::new(catalog.service("practice").expect("a preset")).as_typed();
    for renewal in [Renewal::Rotate, Renewal::Keep] {
        for refresh_token_life in [None, Some(Duration::from_hours(24 * 30))] {
            let terms = Terms { access_token_life: Duration::from_mins(2), refresh_token_life, renewal };
            let (access_token, refresh_token) = Default::default();
            let mut issuer = Practice { grants: Grants::default(), terms, access_token, refresh_token };
            table.extend(lapse(&format!("practice, {renewal:?}"), &practice, &mut issuer, (true, false)));
        }
    }
    assert!(table.len() > 120, "{}", table.len());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/lifetimes.md");
    let text = format!("{HEAD}{}\n", table.join("\n"));
    if std::env::var_os("TOKENWRIGHT_WRITE_DOCS").is_some() {
        std::fs::write(&path, &text).expect("written");
    }
    let written = std::fs::read_to_string(&path).expect("docs/lifetimes.md");
    assert!(written == text, "docs/lifetimes.md is old: TOKENWRIGHT_WRITE_DOCS=1 cargo test --lib time_lapse");
}
