//! When what a profile depends on ends. A pure function of the profile, its tokens and keys, and its service's rules; an end
//! that nobody has said is told as not known.

use jiff::Timestamp;

use crate::app::schedule::refresh_due::Rules;
use crate::oauth::{Refused, TokenSet};
use crate::service::{Asks, Profile, TokenPolicy, life_after};
use crate::vault::Record;

/// Something that ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    pub kind: EndKind,
    /// `None` if it is not known, or if it does not end.
    pub at: Option<Timestamp>,
    pub basis: Basis,
    pub renewal: Renewal,
    /// Under which condition it ends then, to follow "if"; empty if it does in any case.
    pub condition: String,
}

/// What ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EndKind {
    /// The refresh token was refused already.
    Refused,
    AccessToken,
    /// The refresh token, unless it is used before.
    UnusedRefreshToken,
    /// The refresh token, whether it is used or not.
    RefreshToken,
    /// All that came from one sign-in.
    SignIn,
    /// The same, of an app in test mode.
    TestMode,
    ClientSecret,
    Certificate,
    /// That of mutual TLS.
    ClientCertificate,
}

/// How the end is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The service, the certificate or the person said it.
    Said,
    /// It is what the service documents; a reply did not say.
    Documented,
    /// Nobody said.
    Unknown,
}

/// Who moves the end before it comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewal {
    /// Keep-alive, by itself.
    KeptAlive,
    /// The next use, by itself.
    OnUse,
    /// A refresh that somebody begins.
    Refresh,
    /// A person.
    Person,
}

impl EndKind {
    pub const ALL: [Self; 9] = [
        Self::Refused,
        Self::AccessToken,
        Self::UnusedRefreshToken,
        Self::RefreshToken,
        Self::SignIn,
        Self::TestMode,
        Self::ClientSecret,
        Self::Certificate,
        Self::ClientCertificate,
    ];

    /// The word for it in files, which never changes.
    pub fn word(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::AccessToken => "access-token",
            Self::UnusedRefreshToken => "unused-refresh-token",
            Self::RefreshToken => "refresh-token",
            Self::SignIn => "sign-in",
            Self::TestMode => "test-mode",
            Self::ClientSecret => "client-secret",
            Self::Certificate => "certificate",
            Self::ClientCertificate => "client-certificate",
        }
    }

    /// Whether it is that of a token, not of what tokens are obtained with.
    pub fn is_of_token(self) -> bool {
        matches!(self, Self::Refused | Self::AccessToken | Self::UnusedRefreshToken | Self::RefreshToken)
    }

    /// What it is called before its date.
    pub fn title(self) -> &'static str {
        match self {
            Self::Refused => "Refused",
            Self::AccessToken => "Access token ends",
            Self::UnusedRefreshToken | Self::RefreshToken => "Refresh token ends",
            Self::SignIn | Self::TestMode => "Sign-in ends",
            Self::ClientSecret => "Client secret expires",
            Self::Certificate => "Certificate expires",
            Self::ClientCertificate => "Client certificate expires",
        }
    }

    /// What it is called in a list.
    pub fn label(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::AccessToken => "access token",
            Self::UnusedRefreshToken => "unused refresh token",
            Self::RefreshToken => "refresh token",
            Self::SignIn => "sign-in",
            Self::TestMode => "sign-in in test mode",
            Self::ClientSecret => "client secret",
            Self::Certificate => "certificate",
            Self::ClientCertificate => "client certificate",
        }
    }
}

impl End {
    fn new(kind: EndKind, at: Option<Timestamp>, basis: Basis, renewal: Renewal) -> Self {
        let basis = if at.is_some() { basis } else { Basis::Unknown };
        Self { kind, at, basis, renewal, condition: String::new() }
    }

    /// Of what the settings name.
    pub(in crate::app::calendar) fn of_settings(kind: EndKind, at: Option<Timestamp>) -> Self {
        Self::new(kind, at, Basis::Said, Renewal::Person)
    }

    /// Whether a person has to do something before then. What nobody knows, or what holds only under a condition, is no duty.
    pub fn needs_person(&self) -> bool {
        self.at.is_some() && matches!(self.renewal, Renewal::Refresh | Renewal::Person) && self.condition.is_empty()
    }

    /// What it means.
    pub fn meaning(&self) -> String {
        match self.kind {
            EndKind::Refused => "The service has refused the refresh token.".to_owned(),
            EndKind::AccessToken => "The access token expires.".to_owned(),
            EndKind::UnusedRefreshToken => "The refresh token expires if it is not used before then.".to_owned(),
            EndKind::RefreshToken => "The refresh token expires; a refresh does not move this.".to_owned(),
            EndKind::SignIn => "The sign-in ends, however often its tokens are refreshed.".to_owned(),
            EndKind::TestMode => format!("The sign-in ends if {}.", self.condition),
            EndKind::ClientSecret => "The client secret expires; nothing can be refreshed with it then.".to_owned(),
            EndKind::Certificate => {
                "The certificate expires; the service accepts nothing signed with its key then.".to_owned()
            }
            EndKind::ClientCertificate => {
                "The client certificate expires; the service accepts no connection with it then.".to_owned()
            }
        }
    }

    /// What to do.
    pub fn remedy(&self) -> &'static str {
        match (self.kind, self.renewal) {
            (_, Renewal::KeptAlive) => "Nothing: keep-alive refreshes it in time.",
            (_, Renewal::OnUse) => "Nothing: it is refreshed when it is used.",
            (_, Renewal::Refresh) => "Refresh it before then, or turn on keep-alive.",
            (EndKind::ClientSecret, Renewal::Person) => "Create a new secret in the service's console, and enter it.",
            (EndKind::Certificate, Renewal::Person) => "Make a new key pair, and upload its certificate.",
            (EndKind::ClientCertificate, Renewal::Person) => "Get a new one, and open it in place of this one.",
            (_, Renewal::Person) => "Sign in again.",
        }
    }
}

/// The ends of a profile, soonest first, those that are not known last.
pub(crate) fn ends_of(profile: &Profile, record: Option<&Record>) -> Vec<End> {
    let mut ends = Vec::new();
    if let Some(tokens) = record.and_then(|record| record.contents.tokens.as_ref()) {
        let granted_at = record.and_then(|record| record.history.granted_at);
        let refused = record.and_then(|record| record.contents.refused.as_ref());
        let rotates = profile.service.policy.rotates || record.is_some_and(|record| record.rotation() == Some(true));
        of_tokens(&mut ends, profile, tokens, Grant { refused, granted_at, rotates });
    }
    let has_secret = record.is_some_and(|record| !record.contents.secrets.client_secret.is_empty());
    let registration = record.and_then(|record| record.contents.secrets.registration.as_deref());
    // What a person has read in a console goes before what the server said when it registered the client.
    let registration = registration.filter(|registration| registration.client_id == profile.client_id);
    let registered_end = registration.and_then(|registration| registration.secret_expires_at);
    let secret_end = profile.client_secret_expires.map(crate::service::ExpiryDate::at).or(registered_end);
    // A server that registers a client says when its secret expires; without a time it does not.
    let has_secret = has_secret && registration.is_none();
    if secret_end.is_some() || has_secret && profile.service.asks != Asks::Nothing {
        ends.push(End::new(EndKind::ClientSecret, secret_end, Basis::Said, Renewal::Person));
    }
    let key = record.and_then(|record| record.contents.secrets.signing_key.as_ref());
    if let Some(certificate) = key.and_then(crate::oauth::KeyPair::certificate) {
        ends.push(End::new(EndKind::Certificate, certificate.not_after(), Basis::Said, Renewal::Person));
    }
    let shown = record.filter(|_| profile.service.wants_client_certificate());
    let shown = shown.and_then(|record| record.contents.secrets.client_certificate.as_ref());
    if let Some(certificate) = shown.and_then(crate::oauth::KeyPair::certificate) {
        ends.push(End::new(EndKind::ClientCertificate, certificate.not_after(), Basis::Said, Renewal::Person));
    }
    ends.sort_by_key(|end| (end.at.is_none(), end.at, end.kind));
    ends
}

/// What else is known of the tokens.
#[derive(Clone, Copy)]
struct Grant<'a> {
    refused: Option<&'a Refused>,
    granted_at: Option<Timestamp>,
    /// Whether each refresh brings a new refresh token: as documented, or as was seen.
    rotates: bool,
}

fn of_tokens(ends: &mut Vec<End>, profile: &Profile, tokens: &TokenSet, grant: Grant<'_>) {
    let Grant { refused, granted_at, rotates } = grant;
    let (policy, rules) = (&profile.service.policy, Rules::of(&profile.service));
    let can_renew = refused.is_none() && rules.can_renew(tokens);
    let due = rules.due(tokens).filter(|_| profile.keep_alive && can_renew);
    let is_kept = |end: Timestamp| due.is_some_and(|due| due.at < end);
    let access_renewal = match tokens.expires_at {
        _ if !can_renew => Renewal::Person,
        Some(end) if is_kept(end) => Renewal::KeptAlive,
        _ => Renewal::OnUse,
    };
    let basis = access_basis(profile, tokens);
    ends.push(End::new(EndKind::AccessToken, tokens.expires_at, basis, access_renewal));
    if let Some(refused) = refused {
        ends.push(End::new(EndKind::Refused, Some(refused.at), Basis::Said, Renewal::Person));
        return;
    }
    let of_grant = |life: Option<u64>| life_after(granted_at?, life?);
    let sign_in_end = of_grant(policy.grant_life);
    if policy.grant_life.is_some() {
        ends.push(End::new(EndKind::SignIn, sign_in_end, Basis::Documented, Renewal::Person));
    }
    // A refresh after that end shows that the service is not in test mode; a reply that says the same, that it is.
    let test_end = of_grant(policy.test_mode_life).filter(|end| tokens.obtained_at < *end);
    let test_end = test_end.filter(|end| !is_about(tokens.refresh_token_expires_at, Some(*end)));
    if let Some(at) = test_end {
        let end = End::new(EndKind::TestMode, Some(at), Basis::Documented, Renewal::Person);
        ends.push(End { condition: policy.test_mode.clone(), ..end });
    }
    if tokens.refresh_token.is_none() {
        return;
    }
    let end = tokens.refresh_token_expires_at;
    if sign_in_end.is_some_and(|last| end.is_some_and(|end| last <= end)) {
        return;
    }
    let basis = if end == policy.refresh_token_end(tokens) || carries_over(policy, tokens, granted_at) {
        Basis::Documented
    } else {
        Basis::Said
    };
    let is_moved = !policy.fixed_end && (rotates || policy.extended_by_use && basis == Basis::Documented);
    let (kind, renewal) = match end {
        Some(end) if is_moved && is_kept(end) => (EndKind::UnusedRefreshToken, Renewal::KeptAlive),
        Some(_) if is_moved && can_renew => (EndKind::UnusedRefreshToken, Renewal::Refresh),
        _ => (EndKind::RefreshToken, Renewal::Person),
    };
    ends.push(End::new(kind, end, basis, renewal));
}

/// Whether the end is that which the documentation gives the refresh token of the sign-in, which refreshes have left as it is.
fn carries_over(policy: &TokenPolicy, tokens: &TokenSet, granted_at: Option<Timestamp>) -> bool {
    is_about(granted_at.and_then(|at| life_after(at, policy.refresh_token_life?)), tokens.refresh_token_expires_at)
}

/// Whether both are known and the same but for the time that it takes to save a sign-in.
fn is_about(one: Option<Timestamp>, other: Option<Timestamp>) -> bool {
    const SAVING: i64 = 60;
    one.zip(other).is_some_and(|(one, other)| one.duration_since(other).abs().as_secs() <= SAVING)
}

/// A lifetime that is exactly the documented one may be that of the documentation.
fn access_basis(profile: &Profile, tokens: &TokenSet) -> Basis {
    let service = &profile.service;
    let documented = [
        service.token_request.reading.default_lifetime,
        service.refresh_request.as_ref().and_then(|call| call.reading.default_lifetime),
        service.policy.longest_life,
    ];
    let is_it = |life: &u64| tokens.expires_at == life_after(tokens.obtained_at, *life);
    if documented.iter().flatten().any(is_it) { Basis::Documented } else { Basis::Said }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::oauth::{AssertionAlgorithm, ClientRegistration, make_key_pair};
    use crate::secret::Secret;
    use crate::service::{Catalog, ProfileDraft};
    use crate::vault::{Contents, History};
    use proptest::prelude::*;

    const DAY: i64 = 86_400;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    fn profile(service: &str) -> Profile {
        ProfileDraft::new(Catalog::bundled().service(service).expect("a preset")).as_typed()
    }

    /// Signed in at 0; the tokens came at `obtained`.
    fn record(obtained: i64, access: Option<i64>, refresh: Option<i64>) -> Record {
        let tokens = TokenSet {
            expires_at: access.map(at),
            refresh_token: Some(Secret::new("rt")),
            refresh_token_expires_at: refresh.map(at),
            ..TokenSet::bearer(Secret::new("at"), at(obtained))
        };
        let contents = Contents { tokens: Some(tokens), ..Contents::default() };
        Record { number: 1, contents, history: History { granted_at: Some(at(0)), ..History::default() } }
    }

    /// Each as `kind day basis renewal`.
    fn told(profile: &Profile, record: &Record) -> Vec<String> {
        let words = |end: &End| {
            let day = end.at.map_or("?".to_owned(), |at| (at.as_second() / DAY).to_string());
            format!("{} {day} {:?} {:?}", end.kind.word(), end.basis, end.renewal)
        };
        ends_of(profile, Some(record)).iter().map(words).collect()
    }

    #[test]
    fn a_refresh_token_that_rotates_ends_of_idleness_and_one_with_a_fixed_end_in_any_case() {
        let xero = profile("xero");
        let tokens = record(0, Some(1800), Some(60 * DAY));
        let access = "access-token 0 Said OnUse".to_owned();
        assert_eq!(told(&xero, &tokens), [access.clone(), "unused-refresh-token 60 Documented Refresh".to_owned()]);
        let kept = Profile { keep_alive: true, ..xero };
        assert_eq!(
            told(&kept, &tokens),
            ["access-token 0 Said KeptAlive", "unused-refresh-token 60 Documented KeptAlive"]
        );
        let linkedin = Profile { keep_alive: true, ..profile("linkedin") };
        assert_eq!(
            told(&linkedin, &record(10 * DAY, Some(70 * DAY), Some(365 * DAY))),
            ["access-token 70 Said KeptAlive", "refresh-token 365 Documented Person"]
        );
    }

    #[test]
    fn the_last_end_of_a_sign_in_stands_whatever_is_refreshed() {
        let atlassian = Profile { keep_alive: true, ..profile("atlassian") };
        assert_eq!(
            told(&atlassian, &record(0, Some(3600), Some(90 * DAY))),
            [
                "access-token 0 Said KeptAlive",
                "unused-refresh-token 90 Documented KeptAlive",
                "sign-in 365 Documented Person"
            ]
        );
        // The refresh token cannot outlive the sign-in.
        assert_eq!(
            told(&atlassian, &record(300 * DAY, Some(300 * DAY + 3600), Some(390 * DAY))),
            ["access-token 300 Said KeptAlive", "sign-in 365 Documented Person"]
        );
        let unknown = Record { history: History::default(), ..record(0, Some(3600), Some(90 * DAY)) };
        assert_eq!(told(&atlassian, &unknown)[2], "sign-in ? Unknown Person");
    }

    #[test]
    fn test_mode_is_a_condition_until_a_reply_says_it_or_a_refresh_disproves_it() {
        let google = profile("google");
        let day = 86_400;
        let ends = ends_of(&google, Some(&record(0, Some(3600), Some(180 * day))));
        let test = ends.iter().find(|end| end.kind == EndKind::TestMode).expect("test mode");
        assert_eq!(test.meaning(), "The sign-in ends if the consent screen is external and in testing.");
        assert!(!test.needs_person());
        assert_eq!(
            told(&google, &record(8 * day, Some(8 * day + 3600), Some(188 * day))),
            ["access-token 8 Said OnUse", "unused-refresh-token 188 Documented Refresh"]
        );
        assert_eq!(
            told(&google, &record(0, Some(3600), Some(7 * day))),
            ["access-token 0 Said OnUse", "refresh-token 7 Said Person"]
        );
    }

    #[test]
    fn what_nobody_has_said_is_not_made_up() {
        let mut record = record(0, None, None);
        record.contents.secrets.client_secret = Secret::new("s");
        let custom = profile("practice");
        assert_eq!(
            told(&custom, &record),
            ["access-token ? Unknown OnUse", "refresh-token ? Unknown Person", "client-secret ? Unknown Person"]
        );
        assert!(ends_of(&custom, Some(&record)).iter().all(|end| !end.needs_person()));
        let stated = Profile { client_secret_expires: "1970-03-01".parse().ok(), ..custom };
        assert_eq!(told(&stated, &record)[0], "client-secret 59 Said Person");
        assert_eq!(ends_of(&stated, None).len(), 1);
    }

    #[test]
    fn a_certificate_says_its_end_and_a_refusal_takes_the_place_of_what_the_refresh_token_would_have() {
        let pair = make_key_pair(AssertionAlgorithm::ES256, 0, "it", at(0), Duration::from_hours(24 * 730));
        let mut record = record(0, Some(3600), Some(60 * DAY));
        record.contents.secrets.signing_key = Some(pair.expect("a key pair"));
        record.contents.refused = Some(Refused { at: at(2 * DAY), reason: "revoked".into(), hint: None });
        assert_eq!(
            told(&profile("xero"), &record),
            ["access-token 0 Said Person", "refused 2 Said Person", "certificate 730 Said Person"]
        );
    }

    #[test]
    fn a_secret_of_a_registered_client_ends_as_the_server_said() {
        let mut record = record(0, None, None);
        record.contents.secrets.client_secret = Secret::new("s");
        let profile = Profile { client_id: "c".into(), ..profile("practice") };
        let told_with = |record: &mut Record, client_id: &str, end: Option<i64>| {
            let registration = ClientRegistration {
                client_id: client_id.into(),
                secret_expires_at: end.map(at),
                ..ClientRegistration::default()
            };
            record.contents.secrets.registration = Some(Box::new(registration));
            told(&profile, record).into_iter().find(|end| end.starts_with("client-secret"))
        };
        assert_eq!(told_with(&mut record, "c", Some(9 * DAY)).as_deref(), Some("client-secret 9 Said Person"));
        assert_eq!(told_with(&mut record, "c", None), None, "0 means that it does not expire");
        let other = told_with(&mut record, "another", Some(9 * DAY));
        assert_eq!(other.as_deref(), Some("client-secret ? Unknown Person"));
    }

    #[test]
    fn a_client_certificate_ends_where_the_service_wants_one() {
        let pair = make_key_pair(AssertionAlgorithm::ES256, 0, "it", at(0), Duration::from_hours(24 * 365));
        let mut record = record(0, Some(3600), None);
        record.contents.secrets.client_certificate = Some(pair.expect("a key pair"));
        let wanted = profile("adp");
        let end = told(&wanted, &record).into_iter().find(|end| end.starts_with("client-certificate"));
        assert_eq!(end.as_deref(), Some("client-certificate 365 Said Person"));
        assert!(!told(&profile("xero"), &record).iter().any(|end| end.starts_with("client-certificate")));
    }

    proptest! {
        #[test]
        fn ends_are_in_order_and_no_kind_is_told_twice(
            preset in 0_usize..200,
            obtained in 0_i64..500 * DAY,
            access in proptest::option::of(0_i64..600 * DAY),
            refresh in proptest::option::of(0_i64..900 * DAY),
            keep_alive: bool,
        ) {
            let catalog = Catalog::bundled();
            let ids: Vec<&str> = catalog.ids().collect();
            let profile = Profile { keep_alive, ..profile(ids[preset % ids.len()]) };
            let ends = ends_of(&profile, Some(&record(obtained, access, refresh)));
            let key = |end: &End| (end.at.is_none(), end.at);
            prop_assert!(ends.is_sorted_by_key(key));
            let kinds: std::collections::BTreeSet<EndKind> = ends.iter().map(|end| end.kind).collect();
            prop_assert_eq!(kinds.len(), ends.len());
            for end in &ends {
                prop_assert_eq!(end.at.is_none(), end.basis == Basis::Unknown);
                prop_assert!(!end.meaning().is_empty() && EndKind::ALL.contains(&end.kind));
                prop_assert!(keep_alive || end.renewal != Renewal::KeptAlive);
            }
        }
    }
}
