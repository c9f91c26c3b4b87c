//! A call of the service's own API, as a person types it. One that is kept with a profile is its check: it shows whether the
//! profile works.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::call::{BodyTemplate, CallTemplate, Method, Parameter, Template, pairs};
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::oauth::{Resource, TokenHeader};
use crate::service::rules::is_default;

/// The header with the media type of the body (RFC 9110 section 8.3).
const CONTENT_TYPE: &str = "content-type";

/// A call of the service's own API, without the token. URL, headers and body may hold placeholders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiCall {
    /// The method.
    #[serde(default = "get", skip_serializing_if = "is_get")]
    pub method: Method,
    /// The whole URL, or a path at the host of the identity call.
    pub url: String,
    /// Besides the one that carries the token.
    #[serde(default, with = "pairs", skip_serializing_if = "is_default")]
    pub headers: Vec<Parameter>,
    /// Empty for none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body: String,
    /// The API whose token is sent (RFC 8707), if that is not the profile's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<Resource>,
}

/// Why a call cannot be sent.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ApiCallError {
    /// There is no URL.
    #[error("the URL is missing")]
    NoUrl,
    /// It is a path, and no host is known.
    #[error("`{0}` is a path, and the service has no identity call whose host it could be at")]
    NoHost(String),
    /// A header that is set by itself.
    #[error("the header `{0}` carries the token, and is added by itself")]
    TokenHeader(String),
    /// Another secret than the access token.
    #[error("`<{0}>` is a secret, and only the access token is sent")]
    OtherSecret(String),
}

impl Diagnose for ApiCallError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::NoUrl => diagnosis.hint("enter a URL of the service's API, or a path such as `/v1/me`"),
            Self::NoHost(_) => diagnosis.hint("enter the whole URL, starting with `https://`"),
            Self::TokenHeader(_) | Self::OtherSecret(_) => diagnosis.hint("leave it out"),
        }
    }
}

fn get() -> Method {
    Method::Get
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "what serde asks for")]
fn is_get(method: &Method) -> bool {
    *method == Method::Get
}

impl ApiCall {
    /// A GET without further headers.
    pub fn get(url: impl Into<String>) -> Self {
        Self { method: Method::Get, url: url.into(), headers: Vec::new(), body: String::new(), resource: None }
    }

    /// The call with the token in its header, and the `further` headers of each call of this API. A path is taken to be at `host`,
    /// an origin.
    pub fn template(
        &self,
        (token, further): (&TokenHeader, &[Parameter]),
        host: Option<&str>,
    ) -> Result<CallTemplate, ApiCallError> {
        let url = self.url.trim();
        let url = match (url, host) {
            ("", _) => return Err(ApiCallError::NoUrl),
            (path, Some(host)) if path.starts_with('/') => format!("{host}{path}"),
            (path, None) if path.starts_with('/') => return Err(ApiCallError::NoHost(path.to_owned())),
            (url, _) => url.to_owned(),
        };
        let is_type = |header: &&Parameter| header.name.eq_ignore_ascii_case(CONTENT_TYPE);
        let mut set = std::iter::once(token.name()).chain(further.iter().map(|header| header.name.as_str()));
        let is_set = |header: &&Parameter| set.any(|name| header.name.eq_ignore_ascii_case(name));
        if let Some(taken) = self.headers.iter().find(is_set) {
            return Err(ApiCallError::TokenHeader(taken.name.clone()));
        }
        let content_type = self.headers.iter().find(is_type).map(|header| header.value.source());
        let mut headers = vec![Parameter::new(token.name(), token.template())];
        headers.extend(further.iter().cloned());
        headers.extend(self.headers.iter().filter(|header| !is_type(header)).cloned());
        let body = match (self.body.trim(), content_type) {
            ("", _) => BodyTemplate::None,
            (body, None) if is_json(body) => BodyTemplate::Json(Template::new(body)),
            (_, content_type) => BodyTemplate::Text {
                content_type: content_type.unwrap_or("text/plain; charset=utf-8").to_owned(),
                text: Template::new(&self.body),
            },
        };
        Ok(CallTemplate { method: self.method, url: Template::new(url), headers, body, ..CallTemplate::default() })
    }
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// Whether a URL's origin is one of these: `https://api.example.com`, or all hosts below one, `https://*.example.com`.
pub fn is_own_origin(own: &[String], origin: &str) -> bool {
    own.iter().any(|own| match own.split_once("://*.") {
        Some((scheme, domain)) => {
            let rest = origin.strip_prefix(scheme).and_then(|rest| rest.strip_prefix("://"));
            let host = rest.and_then(|host| host.strip_suffix(domain));
            host.is_some_and(|host| host.len() > 1 && host.ends_with('.') && !host.contains('/'))
        }
        None => own.trim_end_matches('/').eq_ignore_ascii_case(origin),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bearer() -> TokenHeader {
        TokenHeader::default()
    }

    #[test]
    fn a_path_is_at_the_host_of_the_identity_call_and_the_token_in_its_header() {
        let call = ApiCall::get("/v1/me").template((&bearer(), &[]), Some("https://api.test")).expect("a call");
        assert_eq!((call.method, call.url.source()), (Method::Get, "https://api.test/v1/me"));
        assert_eq!(call.headers, [Parameter::new("Authorization", "Bearer <token>")]);
        assert_eq!(ApiCall::get("/v1/me").template((&bearer(), &[]), None), Err(ApiCallError::NoHost("/v1/me".into())));
        assert_eq!(ApiCall::get(" ").template((&bearer(), &[]), None), Err(ApiCallError::NoUrl));
    }

    #[test]
    fn the_header_of_the_token_is_not_to_be_typed() {
        let headers = vec![Parameter::new("authorization", "Bearer x")];
        let call = ApiCall { headers, ..ApiCall::get("https://api.test") };
        assert_eq!(call.template((&bearer(), &[]), None), Err(ApiCallError::TokenHeader("authorization".into())));
    }

    #[test]
    fn a_body_is_json_where_it_is_json_and_its_type_can_be_named() {
        let body = |text: &str, headers: &[Parameter]| {
            let call = ApiCall { body: text.into(), headers: headers.to_vec(), ..ApiCall::get("https://api.test") };
            call.template((&bearer(), &[]), None).expect("a call").body
        };
        assert_eq!(body("  ", &[]), BodyTemplate::None);
        assert_eq!(body("{\"a\":1}", &[]), BodyTemplate::Json(Template::new("{\"a\":1}")));
        let text =
            |content_type: &str| BodyTemplate::Text { content_type: content_type.into(), text: Template::new("a=1") };
        assert_eq!(body("a=1", &[]), text("text/plain; charset=utf-8"));
        let form = "application/x-www-form-urlencoded";
        assert_eq!(body("a=1", &[Parameter::new("Content-Type", form)]), text(form));
    }

    #[test]
    fn an_origin_is_own_by_its_name_or_below_a_domain() {
        let own = ["https://api.test".to_owned(), "https://*.vendor.test".to_owned()];
        for (origin, is_own) in [
            ("https://api.test", true),
            ("https://eu.vendor.test", true),
            ("https://a.b.vendor.test", true),
            ("https://vendor.test", false),
            ("https://.vendor.test", false),
            ("https://evilvendor.test", false),
            ("http://eu.vendor.test", false),
            ("https://api.test:8443", false),
            ("https://api.test.evil.test", false),
        ] {
            assert_eq!(is_own_origin(&own, origin), is_own, "{origin}");
        }
    }
}
