//! Dynamic client registration (RFC 7591) and its management (RFC 7592): what is asked, and what the server made of it.

use jiff::Timestamp;
use serde_json::{Map, Value as Json};
use thiserror::Error;
use url::Url;

use crate::call::{Reply, Template};
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::oauth::authorization::redirect_uri::{Landing, Loopback, RedirectUri};
use crate::oauth::tokens::fit::plain_line;
use crate::secret::Secret;

/// The parts of a reply that are no client metadata (RFC 7591 section 3.2.1, RFC 7592 section 3), and the statement, which the
/// server repeats (RFC 7591 section 2.3).
const NOT_METADATA: [&str; 7] = [
    "client_id",
    "client_secret",
    "client_id_issued_at",
    "client_secret_expires_at",
    "registration_access_token",
    "registration_client_uri",
    "software_statement",
];
/// The most text of a value that is shown.
const LONGEST_SHOWN: usize = 300;

/// A client that was registered here. Its secrets are in the vault with those of the profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientRegistration {
    /// Whose client it is.
    pub issuer: String,
    /// Where it was registered.
    pub endpoint: String,
    /// The client's ID.
    pub client_id: String,
    /// Empty for a client without one.
    pub client_secret: Secret,
    /// When the ID was issued, if the server said.
    pub issued_at: Option<Timestamp>,
    /// When the secret expires; `None` if it does not, or the server did not say.
    pub secret_expires_at: Option<Timestamp>,
    /// Where it is read, updated and deleted; empty if the server has no such endpoint.
    pub management_url: String,
    /// What that takes.
    pub access_token: Secret,
    /// What was asked.
    pub asked: Map<String, Json>,
    /// What the server has, without secrets.
    pub given: Map<String, Json>,
    /// Whether a change was sent whose reply never came: the server may have given the client another token with it.
    pub is_changing: bool,
}

/// A value that the server gave another way than it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetadataDifference {
    /// The name of the member.
    pub field: String,
    /// What was asked.
    pub asked: String,
    /// What it became.
    pub given: String,
}

/// Why a reply is no registration.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum RegistrationError {
    /// It is no JSON object.
    #[error("the registration endpoint answered {0} with something else than a JSON object")]
    Shape(u16),
    /// There is no ID in it.
    #[error("the reply of the registration endpoint names no client (`client_id`)")]
    NoClientId,
    /// Another client came than was asked about.
    #[error("the registration endpoint answered for the client `{0}`, which is another one")]
    OtherClient(String),
}

impl Diagnose for RegistrationError {
    fn diagnose(&self) -> Diagnosis {
        Diagnosis::new(self.to_string()).hint(match self {
            Self::Shape(_) => "is it the registration endpoint? Something in between, such as a proxy or a sign-in page, may have answered",
            Self::NoClientId | Self::OtherClient(_) => "tell those who run the server; a client can be registered by hand as well",
        })
    }
}

impl ClientRegistration {
    /// Reads the reply to a registration, or to a request about one that there is. What such a reply leaves out stays as it was.
    pub fn read(&self, reply: &Reply) -> Result<Self, RegistrationError> {
        let object: Option<Map<String, Json>> = serde_json::from_str(reply.body.expose()).ok();
        let mut object = object.ok_or(RegistrationError::Shape(reply.status))?;
        let text = |name: &str| object.get(name).and_then(Json::as_str).filter(|text| !text.is_empty());
        // A reply about a known client may rotate its token, which must not be lost for want of the ID.
        let known = Some(self.client_id.as_str()).filter(|known| !known.is_empty());
        let client_id = plain_line(text("client_id").or(known).ok_or(RegistrationError::NoClientId)?);
        if !self.client_id.is_empty() && client_id != self.client_id {
            return Err(RegistrationError::OtherClient(client_id));
        }
        let secret = |name: &str, before: &Secret| text(name).map_or_else(|| before.clone(), Secret::new);
        let management_url = text("registration_client_uri").map_or_else(|| self.management_url.clone(), plain_line);
        let read = Self {
            client_id,
            client_secret: secret("client_secret", &self.client_secret),
            access_token: secret("registration_access_token", &self.access_token),
            issued_at: time(object.get("client_id_issued_at")).or(self.issued_at),
            secret_expires_at: match object.get("client_secret_expires_at") {
                None => self.secret_expires_at,
                some => time(some).filter(|at| at.as_second() > 0),
            },
            management_url,
            is_changing: false,
            ..self.clone()
        };
        for name in NOT_METADATA {
            object.shift_remove(name);
        }
        Ok(Self { given: object, ..read })
    }

    /// Whether the server may be asked about it: it gave a token for that, and an address of its own. A token goes to no other.
    pub fn is_managed(&self) -> bool {
        !self.access_token.is_empty() && self.is_own_url(&self.management_url)
    }

    /// Whether a URL is at the host of the registration endpoint or of the issuer, and holds no placeholder, which would be filled
    /// in.
    pub fn is_own_url(&self, url: &str) -> bool {
        if Template::new(url).placeholders().next().is_some() {
            return false;
        }
        let origin = |text: &str| Url::parse(text).ok().map(|url| url.origin()).filter(url::Origin::is_tuple);
        let asked = origin(url);
        asked.is_some() && [&self.endpoint, &self.issuer].iter().any(|own| origin(own) == asked)
    }

    /// What the server changed of what was asked. What it does not repeat is not known.
    pub fn differences(&self) -> Vec<MetadataDifference> {
        let differs = |(name, asked): (&String, &Json)| {
            let given = self.given.get(name)?;
            (values(name, asked) != values(name, given)).then(|| MetadataDifference {
                field: name.clone(),
                asked: shown(asked),
                given: shown(given),
            })
        };
        self.asked.iter().filter_map(differs).collect()
    }

    /// What the server has, member by member, each in one line.
    pub fn members(&self) -> impl Iterator<Item = (&str, String)> {
        self.given.iter().map(|(name, value)| (name.as_str(), shown(value)))
    }

    /// Whether a client that asks for this can use it: each redirect URI is registered.
    pub fn covers(&self, asked: &Map<String, Json>) -> bool {
        let uris = |metadata: &Map<String, Json>| {
            metadata.get("redirect_uris").map(|uris| values("redirect_uris", uris)).unwrap_or_default()
        };
        uris(asked).iter().all(|uri| self.covers_redirect(uri))
    }

    /// Whether this redirect URI is registered.
    pub fn covers_redirect(&self, uri: &str) -> bool {
        self.redirect_uris().any(|known| known == uri || is_other_port(known, uri))
    }

    /// The redirect URIs, as the server has them or else as they were asked for.
    pub fn redirect_uris(&self) -> impl Iterator<Item = &str> {
        let known = [&self.given, &self.asked].into_iter().find_map(|metadata| metadata.get("redirect_uris"));
        known.and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str)
    }

    /// How the client authenticates, by the name of the method; `client_secret_basic` if nobody said (RFC 7591 section 2).
    pub fn client_method(&self) -> &str {
        const NAME: &str = "token_endpoint_auth_method";
        let named = [&self.given, &self.asked].into_iter().find_map(|metadata| metadata.get(NAME)?.as_str());
        named.unwrap_or("client_secret_basic")
    }

    /// The body of an update (RFC 7592 section 2.2): all that the server has, with what is asked now in its place.
    pub fn update(&self, asked: &Map<String, Json>) -> Map<String, Json> {
        let mut body = Map::new();
        body.insert("client_id".into(), self.client_id.as_str().into());
        body.extend(self.given.iter().chain(asked).map(|(name, value)| (name.clone(), value.clone())));
        body
    }
}

/// Whether a loopback URI was registered without a port, which allows any (RFC 8252 section 7.3).
fn is_other_port(registered: &str, asked: &str) -> bool {
    let parsed = [registered, asked].map(|text| RedirectUri::parse(text).map(|uri| uri.landing().clone()));
    let [Ok(Landing::Loopback(registered)), Ok(Landing::Loopback(asked))] = parsed else { return false };
    registered.port.is_none() && Loopback { port: None, ..asked } == registered
}

/// Seconds since 1970; some servers write them as text.
fn time(value: Option<&Json>) -> Option<Timestamp> {
    let value = value?;
    let seconds = value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())?;
    Timestamp::from_second(seconds).ok()
}

/// The parts of a value, in any order: lists and scopes are sets.
fn values(name: &str, value: &Json) -> Vec<String> {
    let mut values: Vec<String> = match value {
        Json::Array(items) => {
            items.iter().map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned)).collect()
        }
        Json::String(text) if name == "scope" => text.split_whitespace().map(str::to_owned).collect(),
        Json::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    };
    values.sort();
    values.dedup();
    values
}

/// A value in one line.
fn shown(value: &Json) -> String {
    let text = match value {
        Json::String(text) => text.clone(),
        Json::Array(items) if items.iter().all(Json::is_string) => {
            items.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(" ")
        }
        other => other.to_string(),
    };
    plain_line(&text).chars().take(LONGEST_SHOWN).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;

    fn begun() -> ClientRegistration {
        let asked = json!({ "redirect_uris": ["http://127.0.0.1/a"], "scope": "openid email", "client_name": "It" });
        ClientRegistration {
            issuer: "https://as.test/tenant".into(),
            endpoint: "https://reg.test/register".into(),
            asked: asked.as_object().cloned().expect("an object"),
            ..ClientRegistration::default()
        }
    }

    fn read(before: &ClientRegistration, body: &str) -> Result<ClientRegistration, RegistrationError> {
        before.read(&Reply {
            status: 201,
            headers: Vec::new(),
            body: Secret::new(body),
            elapsed: Duration::ZERO,
            received_at: Timestamp::UNIX_EPOCH,
        })
    }

    fn registered(more: &Json) -> ClientRegistration {
        let mut body = json!({
            "client_id": "c", "client_secret": "s1", "client_secret_expires_at": 0, "client_id_issued_at": 7,
            "registration_access_token": "t1", "registration_client_uri": "https://reg.test/register/c",
        });
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        read(&begun(), &body.to_string()).expect("a registration")
    }

    #[test]
    fn secrets_and_times_are_taken_out_and_the_rest_is_what_the_server_has() {
        let registration = registered(&json!({ "scope": "email openid", "client_name": "It", "extra": 1 }));
        assert_eq!((registration.client_id.as_str(), registration.client_secret.expose()), ("c", "s1"));
        assert_eq!((registration.issued_at.map(Timestamp::as_second), registration.secret_expires_at), (Some(7), None));
        let names: Vec<&str> = registration.given.keys().map(String::as_str).collect();
        assert_eq!(names, ["scope", "client_name", "extra"]);
        assert!(!format!("{registration:?}").contains("t1") && registration.is_managed());
        assert_eq!(registration.differences(), [], "a scope has no order, and what is not repeated is not known");
        let ends = registered(&json!({ "client_secret_expires_at": "60" })).secret_expires_at;
        assert_eq!(ends.map(Timestamp::as_second), Some(60));
    }

    #[test]
    fn what_the_server_changed_is_told_member_by_member() {
        let given =
            json!({ "scope": "openid", "redirect_uris": ["http://127.0.0.1/a", "x"], "client_name": "It\u{1b}[2J" });
        let told: Vec<_> = registered(&given).differences();
        let told: Vec<_> =
            told.iter().map(|one| (one.field.as_str(), one.asked.as_str(), one.given.as_str())).collect();
        let uris = ("redirect_uris", "http://127.0.0.1/a", "http://127.0.0.1/a x");
        assert_eq!(told[..2], [uris, ("scope", "openid email", "openid")]);
        assert!(told[2].0 == "client_name" && !told[2].2.contains('\u{1b}'));
    }

    #[test]
    fn a_reply_that_rotates_replaces_and_one_that_is_silent_keeps() {
        let before = registered(&json!({}));
        let rotated = read(&before, r#"{"client_id":"c","registration_access_token":"t2","client_secret":"s2"}"#);
        let rotated = rotated.expect("a registration");
        assert_eq!((rotated.access_token.expose(), rotated.client_secret.expose()), ("t2", "s2"));
        let silent = read(&before, r#"{"client_id":"c"}"#).expect("a registration");
        assert_eq!((&silent.access_token, &silent.client_secret), (&before.access_token, &before.client_secret));
        assert_eq!(silent.management_url, before.management_url);
        let nameless = read(&before, r#"{"registration_access_token":"t3"}"#).expect("a registration");
        assert_eq!((nameless.client_id.as_str(), nameless.access_token.expose()), ("c", "t3"));
    }

    #[test]
    fn what_is_no_registration_is_refused() {
        use RegistrationError::{NoClientId, OtherClient, Shape};
        for body in ["<html></html>", "", "[]", "\"c\""] {
            assert_eq!(read(&begun(), body), Err(Shape(201)), "{body}");
        }
        for body in ["{}", r#"{"client_id":""}"#, r#"{"client_id":7}"#] {
            assert_eq!(read(&begun(), body), Err(NoClientId), "{body}");
        }
        let other = read(&registered(&json!({})), r#"{"client_id":"d"}"#);
        assert_eq!(other, Err(OtherClient("d".into())));
    }

    #[test]
    fn the_token_goes_to_the_servers_own_hosts_only() {
        for (url, is_own) in [
            ("https://reg.test/other", true),
            ("https://as.test/x", true),
            ("https://evil.test/register/c", false),
            ("https://reg.test.evil.test/", false),
            ("https://reg.test:8443/", false),
            ("http://reg.test/register/c", false),
            ("https://reg.test/register/<password>", false),
            ("data:text/plain,x", false),
            ("/register/c", false),
        ] {
            assert_eq!(registered(&json!({ "registration_client_uri": url })).is_managed(), is_own, "{url}");
        }
        assert!(!registered(&json!({ "registration_access_token": "" })).is_managed());
    }

    #[test]
    fn a_client_with_other_redirect_uris_is_not_covered_and_an_update_sends_everything() {
        let registration = registered(&json!({ "redirect_uris": ["http://127.0.0.1/a"], "logo_uri": "l" }));
        let asks = |uri: &str| json!({ "redirect_uris": [uri] }).as_object().cloned().expect("an object");
        assert!(registration.covers(&asks("http://127.0.0.1/a")) && !registration.covers(&asks("http://127.0.0.1/b")));
        assert!(
            registration.covers(&asks("http://127.0.0.1:8080/a")) && !registration.covers(&asks("http://localhost/a"))
        );
        let body = registration.update(&asks("http://127.0.0.1/b"));
        let expected = json!({ "client_id": "c", "redirect_uris": ["http://127.0.0.1/b"], "logo_uri": "l" });
        assert_eq!(Json::Object(body), expected);
        assert_eq!(registration.client_method(), "client_secret_basic");
    }
}
