//! Where a service departs from the profiles of OAuth 2.0 that forbid what is weak, and how it is used as they want it.

use crate::call::{Authentication, CallTemplate, Parameter, Template};
use crate::oauth::{AssertionAlgorithm, GrantType, Pkce, ResponseMode};
use crate::service::assertion::Assertion;
use crate::service::client_method::ClientMethod;
use crate::service::definition::Service;
use crate::service::profile::draft::ProfileDraft;
use crate::service::rules::Asks;
use crate::service::security::profile::SecurityProfile;

/// One point in which a service, as it is used here, departs from a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Departure {
    /// Where the rule stands.
    pub rule: &'static str,
    /// What departs from it.
    pub what: String,
    /// What to change.
    pub hint: &'static str,
}

/// The signatures that FAPI 2.0 allows (cryptography and secrets). `EdDSA` is the third; it is not made here.
const FAPI_ALGORITHMS: [AssertionAlgorithm; 2] = [AssertionAlgorithm::ES256, AssertionAlgorithm::PS256];

impl ProfileDraft {
    /// Has the service used as this profile wants it, as far as that is a choice of the client; [`Service::departures`] tells what
    /// is left. `method` is the client authentication that the person chose, if any.
    pub fn follow_security_profile(&mut self, profile: SecurityProfile, method: Option<ClientMethod>) {
        self.pkce = Pkce::S256;
        if profile.is_fapi() {
            let current = self.token_request.authentication;
            let is_strong = current == Authentication::PrivateKeyJwt || current.shows_certificate();
            if let Some(method) = method.or((!is_strong).then_some(ClientMethod::PrivateKeyJwt)) {
                self.choose_client_method(method);
            }
            let shows_certificate = self.token_request.authentication.shows_certificate();
            if !shows_certificate && self.service.dpop.is_none() {
                self.service.dpop = Some(AssertionAlgorithm::ES256);
            }
            self.service.redirect.sends_issuer = true;
            if let Some(fields) = &mut self.assertion {
                fields.algorithm = Some(AssertionAlgorithm::ES256);
                if let Some(issuer) = &self.service.redirect.issuer {
                    fields.audience.clone_from(issuer);
                }
            }
            // A key that cannot make the first makes the second.
            let assertion = self.service.assertion.get_or_insert_with(Assertion::default);
            assertion.alternatives = vec![AssertionAlgorithm::PS256];
        }
        if profile == SecurityProfile::Fapi2MessageSigning {
            if !self.service.signed_request.is_some_and(|algorithm| FAPI_ALGORITHMS.contains(&algorithm)) {
                self.service.signed_request = Some(AssertionAlgorithm::ES256);
            }
            let mode = self.service.response_mode();
            self.set_response_mode(Some(mode.map_or(ResponseMode::Jwt, ResponseMode::signed)));
        }
        self.service.security_profile = Some(profile);
    }
}

impl Service {
    /// Where it departs from a profile. `has_certificate` is whether a client certificate is shown.
    pub fn departures(&self, from: SecurityProfile, has_certificate: bool) -> Vec<Departure> {
        let mut departures = self.of_oauth21(has_certificate);
        if from.is_fapi() {
            departures.extend(self.of_fapi2(has_certificate));
        }
        if from == SecurityProfile::Fapi2MessageSigning && self.authorization.is_some() {
            departures.extend(self.of_message_signing());
        }
        departures
    }

    fn of_message_signing(&self) -> Vec<Departure> {
        let mut departures = Vec::new();
        let mut departs = |rule, what: &str, hint| departures.push(Departure { rule, what: what.to_owned(), hint });
        if self.signed_request.is_none() {
            let rule = "FAPI 2.0 Message Signing, signed authorization requests";
            departs(rule, "the authorization request is not signed", "have it signed (JAR, RFC 9101)");
        }
        if !self.response_mode().is_some_and(ResponseMode::is_signed) {
            let rule = "FAPI 2.0 Message Signing, signed authorization responses";
            departs(rule, "the authorization response is not signed", "ask for a signed one: response mode jwt (JARM)");
        }
        departures
    }

    // flat: one rule after the other.
    fn of_oauth21(&self, has_certificate: bool) -> Vec<Departure> {
        let mut departures = Vec::new();
        let mut departs = |rule, what: &str, hint| departures.push(Departure { rule, what: what.to_owned(), hint });
        if let Some(authorization) = &self.authorization {
            if authorization.pkce != Pkce::S256 {
                let hint = "send a code challenge by S256; a service that does not know it ignores it, unless it says otherwise";
                departs("RFC 9700 section 2.1.1", "the authorization request has no code challenge by S256", hint);
            }
            let response_type = authorization.call.query.iter().find(|own| own.name == "response_type");
            if response_type.is_some_and(|own| own.value.source().split(' ').any(|part| part == "token")) {
                let hint = "ask for a code";
                departs(
                    "RFC 9700 section 2.1.2",
                    "the authorization response carries the access token (implicit grant)",
                    hint,
                );
            }
        }
        if GrantType::parse(&self.grant_type) == Some(GrantType::Password) {
            let hint = "use a code, or client credentials, if the service has them";
            departs("RFC 9700 section 2.4", "the password of the person is sent to the token endpoint", hint);
        }
        for (stage, call) in self.calls() {
            if in_url(call, |name| name == "token") {
                let what = format!("the {stage} request has the access token in its URL");
                departs("RFC 9700 section 4.3.2", &what, "send it in the header Authorization");
            }
            if in_url(call, |name| matches!(name, "client_secret" | "password" | "code" | "refresh_token")) {
                let what = format!("the {stage} request has a secret in its URL");
                departs("RFC 6749 section 2.3.1", &what, "send it in the body");
            }
        }
        let is_public = self.is_public(has_certificate);
        let is_refreshed = self.refresh_request.is_some() && self.authorization.is_some();
        if is_public && is_refreshed && !self.policy.rotates && self.dpop.is_none() {
            let what = "the refresh token of a public client is neither replaced by each refresh nor bound to a key";
            departs("RFC 9700 section 2.2.2", what, "have tokens bound by DPoP, or use a confidential client");
        }
        departures
    }

    // flat: one rule after the other.
    fn of_fapi2(&self, has_certificate: bool) -> Vec<Departure> {
        let mut departures = Vec::new();
        let mut departs = |rule, what: &str, hint| departures.push(Departure { rule, what: what.to_owned(), hint });
        let (client, server) =
            ("FAPI 2.0, requirements for clients", "FAPI 2.0, requirements for authorization servers");
        let is_strong = |call: &CallTemplate| {
            call.authentication == Authentication::PrivateKeyJwt || call.authentication.shows_certificate()
        };
        let mut of_client: Vec<(&str, &CallTemplate)> =
            self.token_call().map(|call| ("token", call)).into_iter().collect();
        of_client.extend(self.refresh_request.iter().map(|call| ("refresh", call)));
        of_client.extend(self.pushed_authorization.iter().map(|call| ("pushed authorization", call)));
        for (stage, call) in of_client {
            if !is_strong(call) {
                let what = format!(
                    "the {stage} request authenticates the client by neither a signed assertion nor a certificate"
                );
                departs(client, &what, "choose private_key_jwt or mutual TLS");
            }
        }
        if self.authorization.is_some() && self.pushed_authorization.is_none() {
            let hint = "give the endpoint for pushed authorization requests (RFC 9126)";
            departs(client, "the authorization request is not pushed", hint);
        }
        if self.authorization.is_some() && (self.redirect.issuer.is_none() || !self.redirect.sends_issuer) {
            let hint = "name the issuer, which the authorization response must repeat (RFC 9207)";
            departs(client, "the issuer of the authorization response is not checked", hint);
        }
        if self.dpop.is_none() && !has_certificate && !self.token_request.authentication.shows_certificate() {
            departs(server, "access tokens are bound to no key", "have them bound by DPoP, or to a client certificate");
        }
        if let Some(assertion) = self.token_assertion().cloned().or_else(|| self.assertion_of(&self.token_request)) {
            let algorithms = assertion.algorithm.iter().chain(&assertion.alternatives);
            if assertion.algorithm.is_none() || algorithms.into_iter().any(|own| !FAPI_ALGORITHMS.contains(own)) {
                departs(
                    "FAPI 2.0, cryptography and secrets",
                    "the assertion may be signed by another algorithm than ES256 or PS256",
                    "choose ES256 or PS256",
                );
            }
            if self.redirect.issuer.as_ref().is_some_and(|issuer| *issuer != assertion.audience) {
                departs(client, "the audience of the assertion is not the issuer", "write the issuer as the audience");
            }
        }
        if self.signed_request.is_some_and(|algorithm| !FAPI_ALGORITHMS.contains(&algorithm)) {
            departs(
                "FAPI 2.0, cryptography and secrets",
                "the authorization request is signed by another algorithm than ES256 or PS256",
                "choose ES256 or PS256",
            );
        }
        if self.dpop.is_some_and(|algorithm| !FAPI_ALGORITHMS.contains(&algorithm)) {
            departs(
                "FAPI 2.0, cryptography and secrets",
                "proofs are signed by another algorithm than ES256 or PS256",
                "choose ES256 or PS256",
            );
        }
        departures
    }

    /// Whether nothing authenticates the client at the token endpoint.
    fn is_public(&self, has_certificate: bool) -> bool {
        let Some(call) = self.token_call() else { return false };
        let sends = |wanted: &str| call.placeholders().any(|name| name == wanted);
        let has_secret = sends("assertion") || self.asks != Asks::Nothing && sends("client_secret");
        let by_method = !matches!(
            call.authentication,
            Authentication::None | Authentication::BasicOrNone | Authentication::BasicRawOrNone
        );
        !has_secret && !by_method && !has_certificate && self.asks != Asks::Secret
    }
}

/// Whether the URL or the query of a call has a value of such a name.
fn in_url(call: &CallTemplate, is_it: impl Fn(&str) -> bool) -> bool {
    let of_query = call.query.iter().map(|Parameter { value, .. }| value);
    std::iter::once(&call.url).chain(of_query).flat_map(Template::placeholders).any(is_it)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::Catalog;
    use crate::service::by_hand::changes::{ServiceChanges, StageName};

    /// A service of one's own whose endpoints and issuer are known.
    fn described() -> ProfileDraft {
        let mut draft = ProfileDraft::new(Catalog::bundled().service(Catalog::CUSTOM).expect("a preset"));
        let url = |stage, path: &str| (stage, format!("https://as.test/{path}"));
        let urls = vec![
            url(StageName::Authorization, "authorize"),
            url(StageName::Token, "token"),
            url(StageName::Pushed, "par"),
        ];
        ServiceChanges { urls, ..ServiceChanges::default() }.apply(&mut draft).expect("changed");
        draft.service.redirect.issuer = Some("https://as.test".into());
        draft
    }

    fn points(draft: &ProfileDraft, from: SecurityProfile) -> Vec<String> {
        draft.customised().departures(from, false).into_iter().map(|own| own.what).collect()
    }

    #[test]
    fn a_service_that_follows_fapi_departs_in_nothing() {
        let mut draft = described();
        assert!(points(&draft, SecurityProfile::Fapi2).len() > 3);
        draft.follow_security_profile(SecurityProfile::Fapi2, None);
        assert_eq!(points(&draft, SecurityProfile::Fapi2), [""; 0]);
        let service = draft.customised();
        assert_eq!(service.dpop, Some(AssertionAlgorithm::ES256));
        assert_eq!(
            service.assertion_of(&service.token_request).map(|own| own.audience),
            Some("https://as.test".into())
        );
        let mut with_certificate = described();
        with_certificate.follow_security_profile(SecurityProfile::Fapi2, Some(ClientMethod::Tls));
        assert_eq!(points(&with_certificate, SecurityProfile::Fapi2), [""; 0]);
        assert_eq!(with_certificate.customised().dpop, None, "the certificate binds");
    }

    #[test]
    fn each_departure_from_fapi_is_named() {
        let check = |change: fn(&mut ProfileDraft), expected: &str| {
            let mut draft = described();
            draft.follow_security_profile(SecurityProfile::Fapi2, None);
            change(&mut draft);
            let found = points(&draft, SecurityProfile::Fapi2);
            assert!(found.iter().any(|point| point.contains(expected)), "{expected}: {found:?}");
        };
        check(|draft| draft.pkce = Pkce::Off, "no code challenge by S256");
        check(|draft| draft.pkce = Pkce::Plain, "no code challenge by S256");
        check(|draft| draft.service.pushed_authorization = None, "not pushed");
        check(|draft| draft.service.redirect.issuer = None, "the issuer of the authorization response");
        check(|draft| draft.service.redirect.sends_issuer = false, "the issuer of the authorization response");
        check(|draft| draft.service.dpop = None, "bound to no key");
        check(|draft| draft.service.dpop = Some(AssertionAlgorithm::RS256), "proofs are signed by another");
        check(|draft| draft.choose_client_method(ClientMethod::SecretBasic), "token request authenticates");
        check(
            |draft| draft.choose_client_method(ClientMethod::SecretJwt),
            "pushed authorization request authenticates",
        );
        check(|draft| draft.choose_client_method(ClientMethod::None), "refresh request authenticates");
        let fields = |draft: &mut ProfileDraft, change: fn(&mut crate::service::AssertionFields)| {
            change(draft.assertion.as_mut().expect("signed"));
        };
        let mut draft = described();
        draft.follow_security_profile(SecurityProfile::Fapi2, None);
        fields(&mut draft, |own| own.algorithm = Some(AssertionAlgorithm::RS256));
        fields(&mut draft, |own| own.audience = "https://as.test/token".into());
        assert_eq!(points(&draft, SecurityProfile::Fapi2).len(), 2, "algorithm and audience");
    }

    #[test]
    fn message_signing_is_fapi_with_a_signed_request_and_a_signed_response() {
        let held_to = SecurityProfile::Fapi2MessageSigning;
        let mut draft = described();
        draft.follow_security_profile(SecurityProfile::Fapi2, None);
        let unsigned = ["the authorization request is not signed", "the authorization response is not signed"];
        assert_eq!(points(&draft, held_to), unsigned);
        draft.set_response_mode(Some(ResponseMode::FormPost));
        draft.follow_security_profile(held_to, None);
        assert_eq!(points(&draft, held_to), [""; 0]);
        let service = draft.customised();
        assert_eq!(service.response_mode(), Some(ResponseMode::FormPostJwt), "where the person wants it");
        assert_eq!(service.signed_request, Some(AssertionAlgorithm::ES256));
        draft.service.signed_request = Some(AssertionAlgorithm::RS256);
        assert_eq!(points(&draft, held_to).len(), 1);
        draft.service.pushed_authorization = None;
        assert!(points(&draft, held_to).contains(&"the authorization request is not pushed".to_owned()));
    }

    #[test]
    fn each_departure_from_oauth_2_1_is_named() {
        let check = |change: fn(&mut Service), expected: &str| {
            let mut service = described().customised();
            service.dpop = Some(AssertionAlgorithm::ES256);
            assert_eq!(service.departures(SecurityProfile::OAuth21, false), []);
            change(&mut service);
            let found = service.departures(SecurityProfile::OAuth21, false);
            assert!(found.len() == 1 && found[0].what.contains(expected), "{expected}: {found:?}");
        };
        check(|service| service.authorization.as_mut().expect("a browser").pkce = Pkce::Off, "no code challenge");
        check(
            |service| {
                let query = &mut service.authorization.as_mut().expect("a browser").call.query;
                query.retain(|own| own.name != "response_type");
                query.push(Parameter::new("response_type", "code id_token token"));
            },
            "implicit",
        );
        check(|service| service.grant_type = "password".into(), "the password of the person");
        check(|service| service.token_request.query.push(Parameter::new("c", "<code>")), "a secret in its URL");
        check(
            |service| service.token_request.url = Template::new("https://as.test/<client_secret>"),
            "a secret in its URL",
        );
        check(
            |service| {
                let call =
                    CallTemplate { query: vec![Parameter::new("access_token", "<token>")], ..CallTemplate::default() };
                service.identity = Some(crate::service::Identity { call, fields: Vec::new() });
            },
            "the identity request has the access token in its URL",
        );
        check(|service| (service.dpop, service.asks) = (None, Asks::Nothing), "the refresh token of a public client");
    }
}
