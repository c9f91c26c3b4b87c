//! The response of the authorization endpoint (RFC 6749 sections 4.1.2 and 4.1.2.1). An [`AuthorizationResponse`] has passed
//! its checks, in this order: `state`, `iss`, `error`, then `code`. One that should be signed was verified before
//! (`signed_response`).

use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::oauth::authorization::pkce::hex;
use crate::oauth::authorization::signed_response::SignedResponseError;
use crate::oauth::tokens::explain::{Stage, explain};
use crate::oauth::tokens::fit::{plain_line, web_reference};
use crate::secret::Secret;

/// The parameters of a redirect in order, decoded once.
pub type Parameters = Vec<(String, String)>;

/// What a response is checked against.
#[derive(Clone, Debug)]
pub struct ExpectedResponse {
    /// The `state` that was sent.
    pub state: String,
    /// The expected issuer (RFC 9207), if known.
    pub issuer: Option<String>,
    /// Whether the service always sends its issuer.
    pub sends_issuer: bool,
    /// The parameter with the code: `code` for nearly all services.
    pub code_parameter: String,
    /// The service's own names for the parameters of a refusal.
    pub refusal: RefusalNames,
    /// The key of the parameter `hmac`, if the service signs its redirects: the hex HMAC-SHA256 of all other parameters,
    /// sorted by name (<https://shopify.dev/docs/apps/build/authentication-authorization>).
    pub hmac_secret: Option<Secret>,
}

/// The parameters of a refusal besides `error` and `error_description` (RFC 6749 section 4.1.2.1), which go first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RefusalNames {
    /// That of the error code.
    pub error: Vec<String>,
    /// That of its description.
    pub description: Vec<String>,
}

impl RefusalNames {
    /// The error code, by whichever name it came. `value` has a parameter's value by its name.
    pub fn error<T: AsRef<str>>(&self, value: impl Fn(&str) -> Option<T>) -> Option<T> {
        named("error", &self.error, value)
    }

    /// Its description, by whichever name it came.
    pub fn description<T: AsRef<str>>(&self, value: impl Fn(&str) -> Option<T>) -> Option<T> {
        named("error_description", &self.description, value)
    }
}

fn named<T: AsRef<str>>(standard: &str, own: &[String], value: impl Fn(&str) -> Option<T>) -> Option<T> {
    let own_value = |name: &String| value(name).filter(|text| !text.as_ref().is_empty());
    value(standard).or_else(|| own.iter().find_map(own_value))
}

/// A response that passed the checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorizationResponse {
    /// The authorization code.
    pub code: Secret,
    /// All other parameters but `state` and `iss`.
    pub extras: Parameters,
}

/// Why a response is not accepted, or the refusal in it.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum AuthorizationError {
    /// RFC 6749 section 3.1 forbids a repeated parameter.
    #[error("the response has the parameter `{0}` twice")]
    Duplicate(String),
    /// No `state`; with the unverified refusal in the response.
    #[error("the response has no `state`, so it cannot be told from a forged one{}", says(.0.as_deref()))]
    MissingState(Option<String>),
    /// The `state` of another sign-in; with the unverified refusal.
    #[error("the response has another `state` than the one that was sent{}", says(.0.as_deref()))]
    WrongState(Option<String>),
    /// No issuer, although the service always sends it (RFC 9207 section 2.4).
    #[error("the response does not name its issuer, and `{expected}` announces that it always does{}", says(.said.as_deref()))]
    MissingIssuer {
        /// The expected issuer.
        expected: String,
        /// The unverified refusal.
        said: Option<String>,
    },
    /// Another issuer (RFC 9207 section 2.4).
    #[error("the response comes from `{received}`, not from `{expected}`")]
    WrongIssuer {
        /// The expected issuer.
        expected: String,
        /// The issuer in the response.
        received: String,
    },
    /// A missing or wrong signature.
    #[error("the response is not signed by the service")]
    WrongSignature,
    /// It should be a signed JWT, and is none that can be believed.
    #[error(transparent)]
    Signed(#[from] SignedResponseError),
    /// The service refused (RFC 6749 section 4.1.2.1).
    #[error("the service refused: {}", words(.error, .description.as_deref()))]
    Refused {
        /// The error code.
        error: String,
        /// The service's own words.
        description: Option<String>,
        /// A link to read on.
        uri: Option<String>,
    },
    /// Neither an error nor a code.
    #[error("the response has no `{0}`")]
    NoCode(String),
}

impl AuthorizationError {
    /// Whether the response is authentic and ends the sign-in; otherwise it is ignored.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Refused { .. })
    }
}

impl Diagnose for AuthorizationError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::Duplicate(_) => diagnosis.reference("https://www.rfc-editor.org/rfc/rfc6749#section-3.1"),
            Self::MissingState(said)
            | Self::MissingIssuer { said, .. }
            | Self::Signed(SignedResponseError::Plain(said))
                if said.is_some() =>
            {
                diagnosis.hint(DECLINED)
            }
            Self::Signed(error) => error.diagnose(),
            Self::MissingState(_) => diagnosis
                .hint("go on in the tab that this sign-in opened; if the service never returns `state`, paste the code by hand")
                .reference("https://www.rfc-editor.org/rfc/rfc6749#section-10.12"),
            Self::WrongState(_) => diagnosis.hint("it belongs to an older sign-in: go on in the newest browser tab"),
            Self::MissingIssuer { .. } => diagnosis
                .hint("do not go on with this response: another server may have sent it; sign in again in the tab that this sign-in opened, and paste whole addresses only")
                .reference("https://www.rfc-editor.org/rfc/rfc9207#section-2.4"),
            Self::WrongSignature => diagnosis.hint("compare the client secret with the one in the service's console; it signs the response"),
            Self::WrongIssuer { .. } => diagnosis
                .hint("do not go on: another server answered in the service's place")
                .reference("https://www.rfc-editor.org/rfc/rfc9207"),
            Self::Refused { error, description, uri } => {
                let explained = explain(Stage::Authorization, error, description.as_deref().unwrap_or_default(), &[]);
                Diagnosis { hint: explained, reference: uri.clone(), ..diagnosis }
            }
            Self::NoCode(_) => diagnosis.hint("paste the whole address that the browser shows, or start again"),
        }
    }
}

/// The hint for a person who declined consent, when the refusal cannot be verified.
const DECLINED: &str = "if you declined, stop this sign-in (Ctrl-C in a terminal) and start again; if you did not, go on \
                        in the tab that it opened";

impl ExpectedResponse {
    /// The service's own names of parameters that hold no secret.
    pub fn shown(&self) -> Vec<&str> {
        self.refusal.error.iter().chain(&self.refusal.description).map(String::as_str).collect()
    }

    /// Checks a response.
    pub fn read(&self, parameters: &Parameters) -> Result<AuthorizationResponse, AuthorizationError> {
        for name in ["state", "iss", "error", self.code_parameter.as_str()] {
            if parameters.iter().filter(|(key, _)| key == name).count() > 1 {
                return Err(AuthorizationError::Duplicate(name.to_owned()));
            }
        }
        let value = |name: &str| parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let description = || self.refusal.description(value).map(printable).filter(|text| !text.is_empty());
        let said = || self.refusal.error(value).map(|error| words(&printable(error), description().as_deref()));
        let state = value("state").ok_or_else(|| AuthorizationError::MissingState(said()))?;
        if !bool::from(state.as_bytes().ct_eq(self.state.as_bytes())) {
            return Err(AuthorizationError::WrongState(said()));
        }
        match (&self.issuer, value("iss")) {
            (Some(expected), Some(received)) if expected != received => {
                let (expected, received) = (expected.clone(), printable(received));
                return Err(AuthorizationError::WrongIssuer { expected, received });
            }
            (Some(expected), None) if self.sends_issuer => {
                return Err(AuthorizationError::MissingIssuer { expected: expected.clone(), said: said() });
            }
            _ => {}
        }
        if self.hmac_secret.as_ref().is_some_and(|secret| !is_signed(parameters, secret)) {
            return Err(AuthorizationError::WrongSignature);
        }
        if let Some(error) = self.refusal.error(value) {
            return Err(AuthorizationError::Refused {
                error: printable(error),
                description: description(),
                uri: value("error_uri").and_then(web_reference),
            });
        }
        let code = value(&self.code_parameter).filter(|code| !code.is_empty());
        let code = code.ok_or_else(|| AuthorizationError::NoCode(self.code_parameter.clone()))?;
        let known = |key: &str| ["state", "iss"].contains(&key) || key == self.code_parameter;
        let extras = parameters.iter().filter(|(key, _)| !known(key));
        let extras = extras.map(|(name, value)| (name.clone(), plain_line(value))).collect();
        Ok(AuthorizationResponse { code: Secret::new(code), extras })
    }

    /// Accepts a code that a person pasted alone, unless the service always sends its issuer (RFC 9207 section 2.4).
    pub fn read_code(&self, code: Secret) -> Result<AuthorizationResponse, AuthorizationError> {
        match &self.issuer {
            Some(expected) if self.sends_issuer => {
                Err(AuthorizationError::MissingIssuer { expected: expected.clone(), said: None })
            }
            _ => Ok(AuthorizationResponse { code, extras: Vec::new() }),
        }
    }
}

/// Verifies the parameter `hmac`.
fn is_signed(parameters: &Parameters, secret: &Secret) -> bool {
    let mut others: Vec<String> =
        parameters.iter().filter(|(name, _)| name != "hmac").map(|(name, value)| format!("{name}={value}")).collect();
    others.sort();
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()) else { return false };
    mac.update(others.join("&").as_bytes());
    let expected = hex(&mac.finalize().into_bytes());
    let received = parameters.iter().find(|(name, _)| name == "hmac").map(|(_, value)| value.as_str());
    received.is_some_and(|received| received.as_bytes().ct_eq(expected.as_bytes()).into())
}

pub(in crate::oauth) fn says(refusal: Option<&str>) -> String {
    refusal.map(|refusal| format!("; it says {refusal}")).unwrap_or_default()
}

pub(in crate::oauth) fn words(error: &str, description: Option<&str>) -> String {
    match description {
        Some(description) => format!("`{error}` ({description})"),
        None => format!("`{error}`"),
    }
}

/// A text from outside as one line of limited length.
pub(crate) fn printable(text: &str) -> String {
    const LONGEST: usize = 500;
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST).collect();
    crate::diagnosis::printable(line.trim()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<AuthorizationResponse, AuthorizationError> {
        let expected = ExpectedResponse {
            state: "xyz".into(),
            issuer: Some("https://example.test".into()),
            sends_issuer: false,
            code_parameter: "code".into(),
            refusal: RefusalNames::default(),
            hmac_secret: None,
        };
        expected.read(&form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    #[test]
    fn the_example_of_rfc_6749_section_4_1_2() {
        let response = read("code=SplxlOBeZQQYbYS6WxSbIA&state=xyz").expect("believed");
        assert_eq!(response.code.expose(), "SplxlOBeZQQYbYS6WxSbIA");
        assert_eq!(response.extras, []);
    }

    #[test]
    fn what_else_came_is_kept() {
        let response = read("code=c&state=xyz&iss=https://example.test&realmId=46&scope=a+b").expect("believed");
        assert_eq!(response.extras, [("realmId".into(), "46".into()), ("scope".into(), "a b".into())]);
    }

    #[test]
    fn state_is_checked_before_anything_else_is_believed() {
        assert_eq!(read("code=c"), Err(AuthorizationError::MissingState(None)));
        let denied = AuthorizationError::WrongState(Some("`access_denied`".into()));
        assert_eq!(read("error=access_denied&state=abc"), Err(denied));
        assert_eq!(read("code=c&state=xyz&state=xyz"), Err(AuthorizationError::Duplicate("state".into())));
        assert!(!AuthorizationError::WrongState(None).is_final());
    }

    #[test]
    fn a_refusal_that_is_not_believed_is_told_all_the_same() {
        let refused = read("error=access_denied&error_description=User+cancelled%1b[2J").expect_err("not believed");
        assert!(!refused.is_final());
        let told = refused.diagnose();
        assert_eq!(
            told.summary,
            "the response has no `state`, so it cannot be told from a forged one; it says `access_denied` (User \
             cancelled [2J)"
        );
        assert!(told.hint.is_some_and(|hint| hint.starts_with("if you declined, stop this sign-in (Ctrl-C")));
    }

    #[test]
    fn a_refusal_may_come_under_names_of_the_service_and_those_of_the_rfc_go_first() {
        let refusal = RefusalNames { error: vec!["invalid".into()], description: vec!["reason".into()] };
        let expected = ExpectedResponse {
            state: "xyz".into(),
            issuer: None,
            sends_issuer: false,
            code_parameter: "code".into(),
            refusal,
            hmac_secret: None,
        };
        let read = |query: &str| expected.read(&form_urlencoded::parse(query.as_bytes()).into_owned().collect());
        let words = |query: &str| read(query).expect_err("refused").to_string();
        assert_eq!(words("invalid=denied&reason=no+way&state=xyz"), "the service refused: `denied` (no way)");
        assert_eq!(words("invalid=1&reason=2&error=a&error_description=b&state=xyz"), "the service refused: `a` (b)");
        assert_eq!(
            words("invalid=denied&reason=no+way"),
            "the response has no `state`, so it cannot be told from a forged one; it says `denied` (no way)"
        );
        assert!(read("invalid=&code=c&state=xyz").is_ok());
    }

    #[test]
    fn an_issuer_that_was_announced_must_come() {
        let expected = ExpectedResponse {
            state: "xyz".into(),
            issuer: Some("https://example.test".into()),
            sends_issuer: true,
            code_parameter: "code".into(),
            refusal: RefusalNames::default(),
            hmac_secret: None,
        };
        let read = |query: &str| expected.read(&form_urlencoded::parse(query.as_bytes()).into_owned().collect());
        assert!(read("code=c&state=xyz&iss=https://example.test").is_ok());
        let missing = |said: Option<&str>| AuthorizationError::MissingIssuer {
            expected: "https://example.test".into(),
            said: said.map(str::to_owned),
        };
        assert_eq!(read("code=c&state=xyz"), Err(missing(None)));
        assert_eq!(read("error=access_denied&state=xyz"), Err(missing(Some("`access_denied`"))));
        assert!(matches!(read("code=c&state=xyz&iss="), Err(AuthorizationError::WrongIssuer { .. })));
        assert_eq!(expected.read_code(Secret::new("c")), Err(missing(None)));
        assert!(!missing(None).is_final());
    }

    #[test]
    fn a_page_that_a_refusal_refers_to_is_one_of_the_web() {
        let uri = |uri: &str| match read(&format!("error=access_denied&state=xyz&error_uri={uri}")) {
            Err(AuthorizationError::Refused { uri, .. }) => uri,
            other => panic!("{other:?}"),
        };
        assert_eq!(uri("https://as.test/help").as_deref(), Some("https://as.test/help"));
        assert_eq!(uri("javascript:alert(1)"), None);
    }

    #[test]
    fn a_signed_response_is_believed_only_with_its_signature() {
        let expected = ExpectedResponse {
            state: "xyz".into(),
            issuer: None,
            sends_issuer: false,
            code_parameter: "code".into(),
            refusal: RefusalNames::default(),
            hmac_secret: Some(Secret::new("hush")),
        };
        let read = |query: &str| expected.read(&form_urlencoded::parse(query.as_bytes()).into_owned().collect());
        // The signature was made with `openssl dgst -sha256 -hmac hush` of `code=c&shop=a.myshopify.com&state=xyz`.
        let signed = "shop=a.myshopify.com&state=xyz&code=c&hmac=4de5b657a2a39b76c18ca5d6c58dc9f1a165bfbba3feeb6a9c09d82a8c918563";
        assert_eq!(read(signed).map(|response| response.code), Ok(Secret::new("c")));
        assert_eq!(read(&signed.replace("code=c", "code=d")), Err(AuthorizationError::WrongSignature));
        assert_eq!(read("state=xyz&code=c"), Err(AuthorizationError::WrongSignature));
    }

    #[test]
    fn then_the_issuer_then_the_error_then_the_code() {
        assert!(matches!(
            read("error=access_denied&state=xyz&iss=https://evil.test"),
            Err(AuthorizationError::WrongIssuer { .. })
        ));
        let refused = read("code=c&error=access_denied&error_description=no%0Away&state=xyz").expect_err("refused");
        assert_eq!(refused.to_string(), "the service refused: `access_denied` (no way)");
        assert!(refused.is_final());
        assert_eq!(read("state=xyz"), Err(AuthorizationError::NoCode("code".into())));
        assert_eq!(read("state=xyz&code="), Err(AuthorizationError::NoCode("code".into())));
    }
}
