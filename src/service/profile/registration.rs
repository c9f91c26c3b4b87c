//! What a profile asks for when it registers a client (RFC 7591 section 2), and what it takes over of the client it got.

use serde_json::{Map, Value as Json, json};

use crate::oauth::{ClientRegistration, GrantType, Landing, RedirectUri};
use crate::service::client_method::ClientMethod;
use crate::service::profile::draft::ProfileDraft;

/// Names this program at every server, whatever its version (RFC 7591 section 2).
const SOFTWARE_ID: &str = "c3a1f1de-6a0b-4c57-9d0e-5f0d2c8e7b41";

impl ProfileDraft {
    /// The client metadata of a client that authenticates by this method, without keys and statements.
    pub fn client_metadata(&self, client_name: &str, method: ClientMethod) -> Map<String, Json> {
        let (service, profile) = (self.customised(), self.as_typed());
        let mut metadata = Map::new();
        let mut put = |name: &str, value: Json| drop(metadata.insert(name.to_owned(), value));
        let landing = RedirectUri::parse(&profile.redirect_uri).map(|uri| uri.landing().clone());
        let is_web = landing == Ok(Landing::Elsewhere) && profile.redirect_uri.starts_with("https:");
        put("client_name", client_name.into());
        put("application_type", if is_web { "web" } else { "native" }.into());
        let mut grants = Vec::new();
        if service.authorization.is_some() {
            // Without a port where it is a free one (RFC 8252 section 7.3).
            put("redirect_uris", json!([profile.redirect_uri]));
            put("response_types", json!(["code"]));
            grants.push(GrantType::AuthorizationCode.as_str());
        } else {
            put("response_types", json!([]));
            grants.push(service.grant_type.as_str());
        }
        if service.has_device_flow() && !grants.contains(&GrantType::DeviceCode.as_str()) {
            grants.push(GrantType::DeviceCode.as_str());
        }
        if service.refresh_request.is_some() {
            grants.push(GrantType::RefreshToken.as_str());
        }
        put("grant_types", json!(grants));
        put("token_endpoint_auth_method", method.as_str().into());
        if !profile.scopes.is_empty() {
            put("scope", profile.scopes.join(" ").into());
        }
        if service.dpop.is_some() {
            put("dpop_bound_access_tokens", true.into());
        } else if matches!(method, ClientMethod::Tls | ClientMethod::SelfSignedTls) {
            // RFC 8705 section 3.4. A proof of possession binds them otherwise.
            put("tls_client_certificate_bound_access_tokens", true.into());
        }
        if service.pushed_authorization.is_some() {
            put("require_pushed_authorization_requests", true.into());
        }
        put("software_id", SOFTWARE_ID.into());
        put("software_version", env!("CARGO_PKG_VERSION").into());
        metadata
    }

    /// How a client of this profile authenticates that is registered where these methods are offered: with its key if it has one,
    /// else a public client, since a program on a desktop keeps no secret from its user (RFC 8252 section 8.4).
    pub fn method_to_register(&self, offered: &[String], has_key: bool) -> ClientMethod {
        let is_offered = |method: &ClientMethod| offered.iter().any(|name| name == method.as_str());
        let key = [ClientMethod::PrivateKeyJwt].into_iter().filter(|_| has_key);
        let public = [ClientMethod::None].into_iter().filter(|_| self.grant() != Some(GrantType::ClientCredentials));
        let all = ClientMethod::ALL.into_iter().filter(|method| has_key || *method != ClientMethod::PrivateKeyJwt);
        key.chain(public).chain(all).find(is_offered).unwrap_or(ClientMethod::SecretBasic)
    }

    /// Uses the client that was registered, as the server has it.
    pub fn take_registration(&mut self, registration: &ClientRegistration) {
        self.client_id.clone_from(&registration.client_id);
        let given = ClientMethod::ALL.into_iter().find(|method| method.as_str() == registration.client_method());
        if let Some(method) = given {
            self.choose_client_method(method);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::{Asks, Catalog, ServiceChanges, StageName};

    fn draft() -> ProfileDraft {
        let mut draft = ProfileDraft::new(Catalog::bundled().service(Catalog::CUSTOM).expect("a preset"));
        let urls = [(StageName::Authorization, "authorize"), (StageName::Token, "token")];
        let urls = urls.map(|(stage, path)| (stage, format!("https://as.test/{path}"))).to_vec();
        ServiceChanges { urls, ..ServiceChanges::default() }.apply(&mut draft).expect("a service");
        draft.redirect_uri = "http://127.0.0.1/callback".into();
        draft.typed_scopes = "openid email".into();
        draft
    }

    #[test]
    fn a_native_client_asks_for_what_the_profile_needs() {
        let metadata = draft().client_metadata("It", ClientMethod::None);
        let asked = |name: &str| metadata.get(name).cloned().unwrap_or_default();
        assert_eq!(asked("application_type"), "native");
        assert_eq!(asked("redirect_uris"), json!(["http://127.0.0.1/callback"]));
        assert_eq!(asked("grant_types"), json!(["authorization_code", "refresh_token"]));
        assert_eq!((asked("response_types"), asked("scope")), (json!(["code"]), json!("openid email")));
        assert_eq!((asked("token_endpoint_auth_method"), asked("client_name")), (json!("none"), json!("It")));
        assert!(asked("dpop_bound_access_tokens").is_null());
        let web = ProfileDraft { redirect_uri: "https://app.example/callback".into(), ..draft() };
        assert_eq!(web.client_metadata("It", ClientMethod::None)["application_type"], "web");
    }

    #[test]
    fn a_client_with_a_certificate_asks_for_tokens_bound_to_it_unless_a_proof_binds_them() {
        const BOUND: &str = "tls_client_certificate_bound_access_tokens";
        let mut draft = draft();
        assert_eq!(draft.client_metadata("It", ClientMethod::SelfSignedTls)[BOUND], true);
        assert_eq!(draft.client_metadata("It", ClientMethod::PrivateKeyJwt).get(BOUND), None);
        draft.service.dpop = Some(crate::oauth::AssertionAlgorithm::ES256);
        let metadata = draft.client_metadata("It", ClientMethod::Tls);
        assert_eq!((metadata.get(BOUND), &metadata["dpop_bound_access_tokens"]), (None, &json!(true)));
    }

    #[test]
    fn a_robot_asks_for_no_redirect() {
        let mut robot = draft();
        let changes = ServiceChanges { grant: Some(GrantType::ClientCredentials), ..ServiceChanges::default() };
        changes.apply(&mut robot).expect("a robot");
        let metadata = robot.client_metadata("It", ClientMethod::SecretBasic);
        assert_eq!(metadata["grant_types"][0], "client_credentials");
        assert_eq!((metadata.get("redirect_uris"), &metadata["response_types"]), (None, &json!([])));
    }

    #[test]
    fn the_method_that_the_server_gave_is_used() {
        let mut draft = draft();
        let given = json!({ "token_endpoint_auth_method": "client_secret_post" });
        let given = given.as_object().cloned().expect("an object");
        draft.take_registration(&ClientRegistration { client_id: "c".into(), given, ..ClientRegistration::default() });
        assert_eq!((draft.client_id.as_str(), draft.asks), ("c", Asks::Secret));
        assert!(draft.token_request.body.contains("client_secret"), "{}", draft.token_request.body);
    }
}
