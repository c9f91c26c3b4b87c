//! Requests and responses as plain values, so that everything between the sockets is a function that a test can call.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use crate::secret::Secret;

#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    /// In upper case; `HEAD` is answered as `GET`.
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) host: Option<String>,
    pub(crate) query: Parameters,
    pub(crate) authorization: Option<Secret>,
    /// All headers, with names in lower case.
    pub(crate) headers: Vec<(String, Secret)>,
    /// The media type in lower case, without parameters.
    pub(crate) content_type: String,
    pub(crate) body: Secret,
    /// The part that is too large and was not read.
    pub(crate) excess: Option<Excess>,
}

/// The part of a request that is too large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Excess {
    /// Request line and headers.
    Head,
    Body,
}

/// Names and values, in order. Values may be secret, so `Debug` shows none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parameters(Vec<(String, Secret)>);

#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Body,
}

#[derive(Debug)]
pub(crate) enum Body {
    /// A complete text.
    Text(String),
    /// A text followed by blanks without end.
    Endless(&'static str),
    /// A text that is cut off.
    Broken(&'static str),
}

/// The error codes of RFC 6749 sections 4.1.2.1 and 5.2, RFC 6750 section 3.1, `OpenID` Connect Core 1.0
/// section 3.1.2.6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorCode {
    InvalidRequest,
    InvalidClient,
    InvalidGrant,
    InvalidScope,
    InvalidTarget,
    InvalidAuthorizationDetails,
    UnauthorizedClient,
    UnsupportedGrantType,
    UnsupportedResponseType,
    AccessDenied,
    LoginRequired,
}

/// An OAuth error. The description never quotes a value that could be secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: ErrorCode,
    pub(crate) description: String,
}

impl Parameters {
    pub(crate) fn form(text: &str) -> Self {
        let pairs = form_urlencoded::parse(text.as_bytes());
        Self(pairs.map(|(name, value)| (name.into_owned(), Secret::new(value))).collect())
    }

    /// Reads a flat JSON object: texts, numbers and booleans.
    pub(crate) fn json(text: &str) -> Option<Self> {
        let Ok(Value::Object(object)) = serde_json::from_str(text) else { return None };
        let pairs = object.into_iter().map(|(name, value)| match value {
            Value::String(text) => Some((name, Secret::new(text))),
            Value::Number(_) | Value::Bool(_) => Some((name, Secret::new(value.to_string()))),
            _ => None,
        });
        Some(Self(pairs.collect::<Option<_>>()?))
    }

    /// Reads the claims of a signed request: a list is a parameter for each of its texts, what is no text is its JSON.
    pub(crate) fn claims(claims: &Map<String, Value>) -> Self {
        let text = |value: &Value| match value {
            Value::String(text) => Secret::new(text.as_str()),
            other => Secret::new(other.to_string()),
        };
        let all = claims.iter().flat_map(|(name, value)| match value {
            Value::Array(items) if items.iter().all(Value::is_string) => {
                items.iter().map(|item| (name.clone(), text(item))).collect()
            }
            one => vec![(name.clone(), text(one))],
        });
        Self(all.collect())
    }

    /// The value of a parameter. An empty one counts as absent, a second one is an error (RFC 6749 section 3.1).
    pub(crate) fn one(&self, name: &str) -> Result<Option<&str>, Refusal> {
        let mut values = self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| value.expose());
        let first = values.next().filter(|value| !value.is_empty());
        match values.next() {
            Some(_) => Err(Refusal::new(ErrorCode::InvalidRequest, format!("`{name}` is given more than once"))),
            None => Ok(first),
        }
    }

    pub(crate) fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.one(name)?.ok_or_else(|| Refusal::new(ErrorCode::InvalidRequest, format!("`{name}` is missing")))
    }

    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.expose()))
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

/// One name or value of a form, decoded.
pub(crate) fn form_decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

impl Response {
    /// A JSON document that must not be cached (RFC 6749 section 5.1).
    pub(crate) fn json(status: u16, document: &Value) -> Self {
        Self::text(status, "application/json", document.to_string())
    }

    pub(crate) fn text(status: u16, content_type: &'static str, text: String) -> Self {
        let headers = vec![
            ("content-type", content_type.to_owned()),
            ("cache-control", "no-store".to_owned()),
            ("pragma", "no-cache".to_owned()),
            ("x-content-type-options", "nosniff".to_owned()),
        ];
        Self { status, headers, body: Body::Text(text) }
    }

    pub(crate) fn redirect(status: u16, location: &str) -> Self {
        Self::text(status, "text/plain; charset=utf-8", String::new()).header("location", location)
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

impl ErrorCode {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
            Self::InvalidAuthorizationDetails => "invalid_authorization_details",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::AccessDenied => "access_denied",
            Self::LoginRequired => "login_required",
        }
    }
}

impl Refusal {
    pub(crate) fn new(code: ErrorCode, description: impl Into<String>) -> Self {
        Self { code, description: description.into() }
    }

    /// `invalid_grant`: the code or refresh token is not valid.
    pub(crate) fn grant(description: &str) -> Self {
        Self::new(ErrorCode::InvalidGrant, description)
    }

    /// The response of RFC 6749 section 5.2. `invalid_client` is 401, with a challenge if the client used Basic.
    pub(crate) fn answer(&self, by_basic: bool) -> Response {
        let status = if self.code == ErrorCode::InvalidClient { 401 } else { 400 };
        let document = json!({ "error": self.code.as_str(), "error_description": self.description });
        let answer = Response::json(status, &document);
        if status == 401 && by_basic {
            return answer.header("www-authenticate", "Basic realm=\"practice\"");
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_given_twice_is_refused_and_an_empty_one_is_absent() {
        let parameters = Parameters::form("a=1&a=2&b=&c=%26");
        assert_eq!(
            parameters.one("a").map_err(|refusal| refusal.description),
            Err("`a` is given more than once".into())
        );
        assert_eq!(parameters.one("b"), Ok(None));
        assert_eq!(parameters.one("c"), Ok(Some("&")));
        assert_eq!(parameters.required("d").map_err(|refusal| refusal.description), Err("`d` is missing".into()));
    }

    #[test]
    fn a_json_body_is_read_when_it_is_a_flat_object() {
        let parameters = Parameters::json(r#"{"grant_type":"password","n":7}"#).expect("a flat object");
        assert_eq!(parameters.one("n"), Ok(Some("7")));
        assert!(Parameters::json(r#"{"a":{"b":1}}"#).is_none());
        assert!(Parameters::json("[]").is_none());
    }

    #[test]
    fn debug_shows_names_only() {
        assert!(!format!("{:?}", Parameters::form("password=hunter2")).contains("hunter2"));
    }
}
