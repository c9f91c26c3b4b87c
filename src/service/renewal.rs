//! The refresh request of a service that describes none: the token endpoint takes its own refresh tokens (RFC 6749 section 6). So
//! a refresh token is of use that a service began to issue after its preset was written.

use serde_json::{Map, Value as Json};

use crate::call::{BodyTemplate, CallTemplate, Parameter, Template};
use crate::oauth::{GrantType, Request};
use crate::service::definition::Service;

impl Service {
    /// Whether a refresh token is of use here.
    pub fn takes_refresh_tokens(&self) -> bool {
        self.refresh_request.is_some() || self.derived_refresh_request().is_some()
    }

    /// Fills in the refresh request, where none is described.
    pub fn derive_refresh_request(&mut self) {
        if self.refresh_request.is_none() {
            self.refresh_request = self.derived_refresh_request();
        }
    }

    /// The token request with the refresh token in place of the code: the same URL, client authentication and encoding. `None` if
    /// tokens are had again without a person anyway, or the body is no list of parameters.
    fn derived_refresh_request(&self) -> Option<CallTemplate> {
        if self.asks_again() {
            return None;
        }
        let first = &self.token_request;
        let renewing = Request::Token(GrantType::RefreshToken).parameters();
        let body = match &first.body {
            BodyTemplate::Form(form) => {
                BodyTemplate::Form(renewing.into_iter().chain(form.iter().filter(|one| stays(one)).cloned()).collect())
            }
            BodyTemplate::Json(text) => {
                let members: Map<String, Json> = serde_json::from_str(text.source()).ok()?;
                let rest = members.into_iter().filter(|(name, value)| {
                    value.as_str().is_none_or(|text| stays(&Parameter::new(name.as_str(), text)))
                });
                let renewing = renewing.iter().map(|one| (one.name.clone(), Json::from(one.value.source())));
                let members: Map<String, Json> = renewing.chain(rest).collect();
                BodyTemplate::Json(Template::new(Json::Object(members).to_string()))
            }
            BodyTemplate::None | BodyTemplate::Text { .. } => return None,
        };
        let query = first.query.iter().filter(|one| stays(one)).cloned().collect();
        Some(CallTemplate { query, body, example: String::new(), ..first.clone() })
    }
}

/// Whether a parameter of the token request is one of the refresh request, too.
fn stays(parameter: &Parameter) -> bool {
    let is_of_code = |name: &str| matches!(name, "code" | "redirect_uri" | "code_verifier" | "grant_type");
    parameter.name != "grant_type" && !parameter.value.placeholders().any(is_of_code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::{Catalog, parse_preset};

    fn derived(preset: &str) -> Option<CallTemplate> {
        let head = "id = \"small\"\nname = \"Small\"\nchecked = \"2026-11-30\"\nsource = [\"a test\"]\n";
        parse_preset("small.toml", &format!("{head}{preset}"), &|_| None).expect("a preset").derived_refresh_request()
    }

    const AUTHORIZATION: &str = "[authorization]\nurl = \"https://a.test/authorize\"\n";

    #[test]
    fn it_is_the_token_request_with_the_refresh_token_in_place_of_the_code() {
        let form = derived(&format!(
            "{AUTHORIZATION}[token_request]\nurl = \"https://a.test/token\"\nauthentication = \"basic\"\n\
             headers = {{ Accept = \"text/json\" }}\nbody = {{ audience = \"x\" }}\n"
        ));
        let form = form.expect("a request");
        let BodyTemplate::Form(parameters) = &form.body else { panic!("a form: {form:?}") };
        let named: Vec<(&str, &str)> = parameters.iter().map(|one| (&*one.name, one.value.source())).collect();
        let expected = [("grant_type", "refresh_token"), ("refresh_token", "<refresh_token>"), ("audience", "x")];
        assert_eq!(named, expected);
        assert_eq!((form.url.source(), &*form.headers[0].name), ("https://a.test/token", "Accept"));
        assert_eq!(form.authentication, crate::call::Authentication::Basic);
    }

    #[test]
    fn a_body_in_json_stays_one() {
        let json = derived(&format!(
            "{AUTHORIZATION}[token_request]\nurl = \"https://a.test/token\"\nauthentication = \"body\"\nencoding = \"json\"\n"
        ));
        let BodyTemplate::Json(text) = json.expect("a request").body else { panic!("JSON") };
        let members: Map<String, Json> = serde_json::from_str(text.source()).expect("an object");
        assert_eq!(
            (&members["grant_type"], &members["refresh_token"]),
            (&"refresh_token".into(), &"<refresh_token>".into())
        );
        assert!(members.contains_key("client_id") && members.contains_key("client_secret"), "{members:?}");
        assert!(!members.contains_key("code") && !members.contains_key("redirect_uri"), "{members:?}");
    }

    #[test]
    fn what_asks_again_without_a_person_has_none_and_what_is_described_stays() {
        assert_eq!(derived("[token_request]\nurl = \"https://a.test/token\"\nauthentication = \"basic\"\n"), None);
        let mut google = Catalog::bundled().service("google").expect("a preset");
        let before = google.refresh_request.clone();
        google.derive_refresh_request();
        assert_eq!(google.refresh_request, before);
    }
}
