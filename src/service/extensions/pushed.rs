//! Pushed authorization requests (RFC 9126): the client sends the authorization request itself, and the browser only carries the
//! reference to it.

use crate::call::{BodyTemplate, CallTemplate, Parameter};
use crate::service::definition::Service;

/// The parameters that a browser carries then (RFC 9126 section 4); FAPI 2.0 forbids any other.
const BY_REFERENCE: [(&str, &str); 2] = [("client_id", "<client_id>"), ("request_uri", "<request_uri>")];

impl Service {
    /// The request that pushes the authorization request: the parameters of the latter, wherever the preset names them, with
    /// client authentication. `None` if the service's authorization requests are not pushed.
    pub fn pushed_request(&self) -> Option<CallTemplate> {
        let mut call = self.pushed_authorization.clone()?;
        let authorization = &self.authorization.as_ref()?.call;
        if let BodyTemplate::Form(form) = &mut call.body {
            for parameter in &authorization.query {
                match form.iter_mut().find(|known| known.name == parameter.name) {
                    Some(known) => known.value = parameter.value.clone(),
                    None => form.push(parameter.clone()),
                }
            }
            // What the authorization request leaves out is not pushed either.
            let standard = crate::oauth::Request::Authorization.parameters();
            form.retain(|own| {
                own.name == "client_id"
                    || !standard.iter().any(|known| known.name == own.name)
                    || authorization.query.iter().any(|known| known.name == own.name)
            });
        }
        Some(call)
    }

    /// The call that the browser makes.
    pub fn visit(&self) -> Option<CallTemplate> {
        let call = &self.authorization.as_ref()?.call;
        if self.pushed_authorization.is_none() {
            return Some(call.clone());
        }
        let query = BY_REFERENCE.iter().map(|(name, value)| Parameter::new(*name, *value)).collect();
        Some(CallTemplate { query, ..call.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{Template, Values};
    use crate::service::parse_preset;

    const PRESET: &str = "id = \"p\"\nname = \"P\"\nchecked = \"2026-11-30\"\nsource = [\"a test\"]\nasks = \"secret\"\n\
        [redirect]\ndefault = \"http://127.0.0.1/callback\"\n\
        [authorization]\nurl = \"https://as.test/authorize?tenant=1\"\nomit = [\"scope\"]\nquery = { audience = \"api\" }\n\
        [pushed_authorization]\nurl = \"https://as.test/par\"\nauthentication = \"body\"\n\
        [token_request]\nurl = \"https://as.test/token\"\nauthentication = \"body\"\n";

    #[test]
    fn what_is_pushed_is_the_authorization_request_and_the_browser_carries_the_reference() {
        let service = parse_preset("p.toml", PRESET, &|_| None).expect("a preset");
        let pushed = service.pushed_request().expect("pushed");
        let BodyTemplate::Form(form) = &pushed.body else { panic!("{:?}", pushed.body) };
        let mut names: Vec<&str> = form.iter().map(|own| own.name.as_str()).collect();
        names.sort_unstable();
        let expected = [
            "audience",
            "client_id",
            "client_secret",
            "code_challenge",
            "code_challenge_method",
            "redirect_uri",
            "response_type",
            "state",
        ];
        assert_eq!(names, expected);

        let mut values = Values::new();
        values.set("client_id", "mine");
        // The example of RFC 9126 section 2.2.
        values.set("request_uri", "urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c");
        let visit = service.visit().expect("a visit").render(&values).expect("complete");
        assert_eq!(
            visit.url.to_secret().expose(),
            "https://as.test/authorize?tenant=1&client_id=mine&request_uri=urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri\
             %3A6esc_11ACC5bwc014ltc14eY22c"
        );
    }

    #[test]
    fn without_a_place_to_push_to_the_browser_carries_everything() {
        let text =
            PRESET.replace("[pushed_authorization]\nurl = \"https://as.test/par\"\nauthentication = \"body\"\n", "");
        let service = parse_preset("p.toml", &text, &|_| None).expect("a preset");
        assert_eq!(service.pushed_request(), None);
        let visit = service.visit().expect("a visit");
        assert_eq!(visit.url, Template::new("https://as.test/authorize?tenant=1"));
        assert!(visit.query.iter().any(|own| own.name == "redirect_uri"));
    }
}
