//! What a person should know of a token before trusting or using it.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value as Json;
use url::Url;

use crate::diagnosis::Diagnosis;
use crate::oauth::authorization::issuer::is_same_issuer;
use crate::oauth::inspected::times::{Written, is_time, read_time, relative};
use crate::oauth::inspected::{Inspected, TokenForm, TokenUse};

/// How far two clocks may differ before a time in the future is told.
const SKEW: SignedDuration = SignedDuration::from_mins(1);

/// What is known of where a token should come from. An empty field is not compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// What it should be for.
    pub purpose: Option<TokenUse>,
    /// The client.
    pub client_id: String,
    /// The service's issuer, where it names one.
    pub issuer: Option<String>,
    /// The origins of the service's calls.
    pub origins: Vec<String>,
    /// The audience that was asked for, where one was.
    pub audience: Option<String>,
    /// The thumbprint of the client certificate that the calls show.
    pub certificate: Option<String>,
    /// The thumbprint of the key that signs proofs of possession (RFC 9449).
    pub proof_key: Option<String>,
}

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// The token should not be used.
    Wrong,
    /// Something to look at.
    Doubtful,
    /// Good to know.
    Fact,
}

/// Which finding it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindingCode {
    /// It has expired.
    Expired,
    /// It is not valid yet.
    NotYetValid,
    /// It says that it was issued in the future.
    IssuedInFuture,
    /// It has no signature (`alg` is `none`).
    NotSigned,
    /// A name occurs twice.
    Duplicate,
    /// A time cannot be understood.
    NoTime,
    /// A time is not in seconds.
    NotInSeconds,
    /// It is for somebody else.
    OtherAudience,
    /// It is from somebody else.
    OtherIssuer,
    /// It is another kind of token than it should be.
    OtherUse,
    /// It was issued to another client.
    OtherClient,
    /// It is bound to another client certificate than that of the profile, or the profile has none.
    OtherCertificate,
    /// It is bound to the profile's client certificate.
    BoundToCertificate,
    /// It is bound to another key than that of the profile, or the profile has none.
    OtherKey,
    /// It is bound to the profile's key.
    BoundToKey,
    /// It never expires, by its own words.
    NoExpiry,
    /// It looks like a JWT and is none.
    Broken,
    /// It is encrypted.
    Encrypted,
    /// Only its service understands it.
    Opaque,
}

/// What a person should know of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which one it is.
    pub code: FindingCode,
    /// How much it weighs.
    pub weight: Weight,
    /// For people.
    pub diagnosis: Diagnosis,
}

impl FindingCode {
    /// For programs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::NotYetValid => "not-yet-valid",
            Self::IssuedInFuture => "issued-in-future",
            Self::NotSigned => "not-signed",
            Self::Duplicate => "duplicate",
            Self::NoTime => "no-time",
            Self::NotInSeconds => "not-in-seconds",
            Self::OtherAudience => "other-audience",
            Self::OtherIssuer => "other-issuer",
            Self::OtherUse => "other-use",
            Self::OtherClient => "other-client",
            Self::OtherCertificate => "other-certificate",
            Self::BoundToCertificate => "bound-to-certificate",
            Self::OtherKey => "other-key",
            Self::BoundToKey => "bound-to-key",
            Self::NoExpiry => "no-expiry",
            Self::Broken => "broken",
            Self::Encrypted => "encrypted",
            Self::Opaque => "opaque",
        }
    }

    fn weight(self) -> Weight {
        match self {
            Self::Expired | Self::NotYetValid | Self::NotSigned | Self::OtherUse | Self::Broken => Weight::Wrong,
            Self::BoundToCertificate | Self::BoundToKey | Self::NoExpiry | Self::Encrypted | Self::Opaque => {
                Weight::Fact
            }
            _ => Weight::Doubtful,
        }
    }
}

impl Weight {
    /// For programs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Wrong => "error",
            Self::Doubtful => "warning",
            Self::Fact => "note",
        }
    }
}

impl Inspected {
    /// What a person should know, the gravest first.
    pub fn findings(&self, expected: &Expected, now: Timestamp) -> Vec<Finding> {
        let mut found = Vec::new();
        self.form_findings(&mut found);
        self.time_findings(now, &mut found);
        if self.form == TokenForm::Signed {
            self.use_findings(expected, &mut found);
            self.issuer_findings(expected, &mut found);
            self.audience_findings(expected, &mut found);
            self.binding_findings(expected, &mut found);
        }
        let finding = |(code, diagnosis): (FindingCode, _)| Finding { code, weight: code.weight(), diagnosis };
        let mut findings: Vec<Finding> = found.into_iter().map(finding).collect();
        findings.sort_by_key(|finding| finding.weight);
        findings
    }

    fn form_findings(&self, found: &mut Vec<(FindingCode, Diagnosis)>) {
        match self.form {
            TokenForm::Signed => {}
            TokenForm::Encrypted => {
                let summary = "it is encrypted: only whom it is for can read more than its header";
                found.push((FindingCode::Encrypted, Diagnosis::new(summary)));
            }
            TokenForm::Broken => {
                let summary = "it looks like a JSON Web Token, but its parts are not base64url of JSON objects";
                let hint = "compare it with where it came from: part of it may be missing";
                found.push((FindingCode::Broken, Diagnosis::new(summary).hint(hint)));
            }
            TokenForm::Opaque => {
                let summary = "only its service knows what it means: nothing in it can be read here";
                found.push((FindingCode::Opaque, Diagnosis::new(summary)));
            }
        }
        // RFC 8725 section 3.1: the comparison is exact where a token is verified; here every spelling is told.
        if self.algorithm().is_some_and(|algorithm| algorithm.eq_ignore_ascii_case("none")) {
            let summary = "it is not signed: anybody can have written it";
            let reference = "https://www.rfc-editor.org/rfc/rfc8725#section-2.1";
            found.push((FindingCode::NotSigned, Diagnosis::new(summary).reference(reference)));
        }
        for name in self.duplicates.iter().take(3) {
            let summary = format!("`{name}` occurs twice; shown is the last, and other programs may take the first");
            let reference = "https://www.rfc-editor.org/rfc/rfc7519#section-4";
            found.push((FindingCode::Duplicate, Diagnosis::new(summary).reference(reference)));
        }
    }

    fn time_findings(&self, now: Timestamp, found: &mut Vec<(FindingCode, Diagnosis)>) {
        for (name, value) in self.claims_json.iter().filter(|(name, _)| is_time(name)) {
            let Some(time) = read_time(value) else {
                let summary = format!("`{name}` is not a time");
                let hint = "it should be a number of seconds since 1970";
                found.push((FindingCode::NoTime, Diagnosis::new(summary).hint(hint)));
                continue;
            };
            let wrong = match time.written {
                Written::Seconds => None,
                Written::Milliseconds => Some("in milliseconds"),
                // Auth0 and others write it so, and nothing else depends on it.
                Written::Text if name == "updated_at" => None,
                Written::Text => Some("a text"),
            };
            if let Some(wrong) = wrong {
                let summary = format!("`{name}` is {wrong}; it should be a number of seconds");
                let reference = "https://www.rfc-editor.org/rfc/rfc7519#section-2";
                found.push((FindingCode::NotInSeconds, Diagnosis::new(summary).reference(reference)));
            }
            let when = relative(time.at, now);
            match name.as_str() {
                "exp" if time.at <= now => {
                    found.push((FindingCode::Expired, Diagnosis::new(format!("it expired {when}"))));
                }
                "nbf" if is_ahead(time.at, now) => {
                    found.push((FindingCode::NotYetValid, Diagnosis::new(format!("it is not valid yet: {when}"))));
                }
                "iat" if is_ahead(time.at, now) => {
                    let summary = format!("it says that it was issued in the future, {when}");
                    let hint = "compare this machine's clock with the issuer's";
                    found.push((FindingCode::IssuedInFuture, Diagnosis::new(summary).hint(hint)));
                }
                _ => {}
            }
        }
        if self.form == TokenForm::Signed && !self.claims_json.contains_key("exp") {
            found.push((FindingCode::NoExpiry, Diagnosis::new("it does not say when it expires")));
        }
    }

    fn use_findings(&self, expected: &Expected, found: &mut Vec<(FindingCode, Diagnosis)>) {
        let (Some(is), Some(should)) = (self.says_it_is(), expected.purpose) else { return };
        if is != should {
            let summary = format!("by its own words it is {}, not {}", article(is), article(should));
            let hint = match is {
                TokenUse::Id => "an ID token tells the client who signed in; it is not for calling an API",
                TokenUse::Access => "an access token is for calling an API",
                TokenUse::Refresh => "a refresh token is for the token endpoint alone",
            };
            found.push((FindingCode::OtherUse, Diagnosis::new(summary).hint(hint)));
        }
    }

    fn issuer_findings(&self, expected: &Expected, found: &mut Vec<(FindingCode, Diagnosis)>) {
        if expected.origins.is_empty() && expected.issuer.is_none() {
            return;
        }
        let Some(issuer) = self.issuer() else { return };
        if !expected.is_issuer(issuer) {
            let summary = format!("its issuer, `{issuer}`, is not the profile's service");
            let diagnosis = match &expected.issuer {
                Some(own) => Diagnosis::new(summary).hint(format!("the service's issuer is `{own}`")),
                None => Diagnosis::new(summary).hint("compare it with the issuer in the service's documentation"),
            };
            found.push((FindingCode::OtherIssuer, diagnosis));
        }
    }

    fn audience_findings(&self, expected: &Expected, found: &mut Vec<(FindingCode, Diagnosis)>) {
        let audiences = self.audiences();
        let purpose = self.says_it_is().or(expected.purpose);
        let is_for = |one: &str| audiences.iter().any(|audience| is_same_issuer(audience, one));
        let named = audiences.join("`, `");
        if purpose == Some(TokenUse::Id) && !expected.client_id.is_empty() && !is_for(&expected.client_id) {
            // OpenID Connect Core 1.0 section 3.1.3.7.
            let summary = if audiences.is_empty() {
                "it does not say for which client it is".to_owned()
            } else {
                format!("it is for `{named}`, not for the profile's client")
            };
            let hint = format!("the profile's client ID is `{}`", expected.client_id);
            found.push((FindingCode::OtherAudience, Diagnosis::new(summary).hint(hint)));
        }
        if purpose == Some(TokenUse::Access)
            && let Some(asked) = expected.audience.as_ref().filter(|asked| !is_for(asked))
        {
            let summary = if audiences.is_empty() {
                "it does not say for which API it is".to_owned()
            } else {
                format!("it is for `{named}`")
            };
            let hint = format!("the profile asks for one for `{asked}`");
            found.push((FindingCode::OtherAudience, Diagnosis::new(summary).hint(hint)));
        }
        let client = ["azp", "client_id", "appid", "cid"].iter().find_map(|name| self.claims_json.get(*name));
        if let Some(Json::String(client)) = client
            && !expected.client_id.is_empty()
            && *client != expected.client_id
            && !found.iter().any(|(code, _)| *code == FindingCode::OtherAudience)
        {
            let summary = format!("it was issued to the client `{client}`");
            let hint = format!("the profile's client ID is `{}`", expected.client_id);
            found.push((FindingCode::OtherClient, Diagnosis::new(summary).hint(hint)));
        }
    }
}

/// What a token can be bound to.
struct Binding<'a> {
    /// The member of `cnf` (RFC 7800) that says so.
    member: &'static str,
    /// What the profile has.
    own: Option<&'a String>,
    /// What it is called.
    what: &'static str,
    reference: &'static str,
    /// Where the two are the same, and where they are not.
    codes: (FindingCode, FindingCode),
}

impl Expected {
    fn bindings(&self) -> [Binding<'_>; 2] {
        [
            Binding {
                member: "x5t#S256",
                own: self.certificate.as_ref(),
                what: "client certificate",
                reference: "https://www.rfc-editor.org/rfc/rfc8705#section-3.1",
                codes: (FindingCode::BoundToCertificate, FindingCode::OtherCertificate),
            },
            Binding {
                member: "jkt",
                own: self.proof_key.as_ref(),
                what: "key for proofs of possession",
                reference: "https://www.rfc-editor.org/rfc/rfc9449#section-6.1",
                codes: (FindingCode::BoundToKey, FindingCode::OtherKey),
            },
        ]
    }
}

impl Inspected {
    /// A token from elsewhere is compared with nothing.
    fn binding_findings(&self, expected: &Expected, found: &mut Vec<(FindingCode, Diagnosis)>) {
        for Binding { member, own, what, reference, codes: (same, other) } in expected.bindings() {
            let bound_to = self.claims_json.get("cnf").and_then(|cnf| cnf.get(member)).and_then(Json::as_str);
            let Some(bound_to) = bound_to else { continue };
            let (code, summary) = match own {
                Some(own) if own == bound_to => {
                    (same, format!("it is bound to the profile's {what}: it works only together with it"))
                }
                Some(own) => (other, format!("it is bound to another {what} than the profile's, which is `{own}`")),
                None if expected.client_id.is_empty() => continue,
                None => (other, format!("it is bound to a {what}, and the profile has none")),
            };
            found.push((code, Diagnosis::new(summary).reference(reference)));
        }
    }
}

impl Expected {
    /// Whether an issuer is the service's: the one that it names, or one at the host of its calls.
    pub fn is_issuer(&self, issuer: &str) -> bool {
        if self.issuer.as_ref().is_some_and(|own| is_same_issuer(own, issuer)) {
            return true;
        }
        // Google leaves the scheme out.
        let url = Url::parse(issuer).or_else(|_| Url::parse(&format!("https://{issuer}")));
        url.is_ok_and(|url| self.origins.contains(&url.origin().ascii_serialization()))
    }
}

/// Whether a time lies so far in the future that no clock explains it.
fn is_ahead(at: Timestamp, now: Timestamp) -> bool {
    at.duration_since(now) > SKEW
}

fn article(token: TokenUse) -> String {
    let article = if token == TokenUse::Refresh { "a" } else { "an" };
    format!("{article} {}", token.words())
}
