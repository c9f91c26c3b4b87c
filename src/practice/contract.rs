//! What the practice service promises to those who call it: its paths, who may call, the scopes, the person.

use std::borrow::Cow;
use std::time::Duration;

use serde_json::{Value, json};

use crate::oauth::ResponseMode;
use crate::practice::checks::details::{DETAIL_TYPE, DETAIL_TYPES};
use crate::practice::http::message::{ErrorCode, Refusal};

/// The client id of the confidential practice client.
pub const CLIENT_ID: &str = "practice-client";
/// Its secret, which the service's front page shows.
pub const CLIENT_SECRET: &str = "practice-secret";
/// The client id of the public practice client: no secret, PKCE required.
pub const PUBLIC_CLIENT_ID: &str = "practice-public";
/// The client ID of the practice client that signs assertions, or shows its certificate; that is uploaded.
pub const KEY_CLIENT_ID: &str = "practice-robot";
/// The password for everyone.
pub const PASSWORD: &str = "practice";
/// The redirect URI of a web page elsewhere, from which the person pastes by hand. `.invalid` is never resolved
/// (RFC 6761 section 6.4), so nothing can leave this machine.
pub const PASTE_PAGE: &str = "https://practice.invalid/callback";

/// The page that a certificate is uploaded on.
pub(crate) const CERTIFICATE_PAGE: &str = "/keys";
/// The page that moves the clock of the service.
pub(crate) const CLOCK_PAGE: &str = "/clock";
/// By how much the page moves the clock: for the form, for a person, and the time.
pub(crate) const CLOCK_STEPS: [(&str, &str, Duration); 4] = [
    ("hour", "+1 hour", Duration::from_hours(1)),
    ("day", "+1 day", Duration::from_hours(24)),
    ("month", "+30 days", Duration::from_hours(30 * 24)),
    ("year", "+365 days", Duration::from_hours(365 * 24)),
];
/// The signature algorithms verified with a certificate.
pub(crate) const BY_KEY: [&str; 9] = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"];
/// The grant type of RFC 7523 section 2.1.
pub(crate) const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// The grant type of RFC 8628 section 3.4.
pub(crate) const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// The grant type of RFC 8693 section 2.1.
pub(crate) const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
/// The service that an exchanged token may be for.
pub(crate) const AUDIENCE: &str = "practice-archive";
/// The one resource that a token may be asked for (RFC 8707), besides the service itself.
pub(crate) const ARCHIVE_RESOURCE: &str = "urn:practice:archive";
/// Registers clients while the fault `registration-closed` is switched on.
pub(crate) const INITIAL_ACCESS_TOKEN: &str = "practice-initial";
/// The name of a person who enters none.
pub(crate) const DEFAULT_NAME: &str = "Ada";
/// The accounts that the sign-in page offers, beside any other name.
pub(crate) const ACCOUNTS: [&str; 2] = [DEFAULT_NAME, "Grace"];

#[derive(Clone, Debug)]
pub(crate) struct Registration {
    pub(crate) id: Cow<'static, str>,
    /// `None` for a public client, which must use PKCE.
    pub(crate) secret: Option<Cow<'static, str>>,
    /// Whether it authenticates with signed assertions.
    pub(crate) signs: bool,
}

/// A scope and what it means to the person who consents.
#[derive(Debug)]
pub(crate) struct Scope {
    pub(crate) name: &'static str,
    pub(crate) meaning: &'static str,
}

pub(crate) const AUTHORIZE: &str = "/authorize";
pub(crate) const SIGN_IN_PAGE: &str = "/authorize/sign-in";
pub(crate) const CONSENT_PAGE: &str = "/authorize/consent";
pub(crate) const PUSH: &str = "/par";
pub(crate) const TOKEN: &str = "/token";
pub(crate) const DEVICE_AUTHORIZATION: &str = "/device_authorization";
pub(crate) const DEVICE: &str = "/device";
pub(crate) const DEVICE_CONSENT: &str = "/device/consent";
pub(crate) const USERINFO: &str = "/userinfo";
pub(crate) const RESOURCE: &str = "/resource";
/// The metadata of [`RESOURCE`] (RFC 9728 section 3.1).
pub(crate) const RESOURCE_METADATA: &str = "/.well-known/oauth-protected-resource/resource";
/// Takes tokens for [`ARCHIVE_RESOURCE`] only.
pub(crate) const ARCHIVE: &str = "/archive";
pub(crate) const REVOKE: &str = "/revoke";
pub(crate) const INTROSPECT: &str = "/introspect";
pub(crate) const JWKS: &str = "/jwks";

/// Takes registrations of clients (RFC 7591); below it is each client that it registered (RFC 7592).
pub(crate) const REGISTER: &str = "/register";

/// The clients that are there from the start.
pub(crate) static REGISTRATIONS: [Registration; 3] = [
    Registration { id: Cow::Borrowed(CLIENT_ID), secret: Some(Cow::Borrowed(CLIENT_SECRET)), signs: false },
    Registration { id: Cow::Borrowed(PUBLIC_CLIENT_ID), secret: None, signs: false },
    Registration { id: Cow::Borrowed(KEY_CLIENT_ID), secret: None, signs: true },
];

pub(crate) const GRANT_TYPES: [&str; 7] =
    ["authorization_code", "refresh_token", "client_credentials", "password", JWT_BEARER, DEVICE_CODE, TOKEN_EXCHANGE];
/// How a client may authenticate.
pub(crate) const CLIENT_METHODS: [&str; 5] =
    ["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none"];

/// Brings a second token in the reply, that of the person.
pub(crate) const PERSON_SCOPE: &str = "practice.person";

pub(crate) const SCOPES: [Scope; 7] = [
    Scope { name: "openid", meaning: "Know who you are" },
    Scope { name: "profile", meaning: "See your name" },
    Scope { name: "email", meaning: "See your e-mail address" },
    Scope { name: "offline_access", meaning: "Keep access while you are away" },
    Scope { name: "practice.read", meaning: "Read your practice data" },
    Scope { name: "practice.write", meaning: "Change your practice data" },
    Scope { name: PERSON_SCOPE, meaning: "Act as you, with a token of its own" },
];

/// By which proofs of possession may be signed.
pub(crate) const PROOF_ALGORITHMS: [&str; 5] = ["ES256", "ES384", "ES512", "PS256", "EdDSA"];

/// Granted if the request asks for no scope.
const DEFAULT_SCOPES: [&str; 3] = ["openid", "profile", "practice.read"];

/// The user name of the password grant; anyone may sign in on the page.
pub(crate) const USER_NAME: &str = "ada";

/// An extra parameter of the redirect, like Intuit's.
pub(crate) const REALM: (&str, &str) = ("realmId", "4620816365000000000");

/// The kinds of authentication: what the sign-in page asks for, and what counts as two factors where that was asked for.
pub(crate) const BY_PASSWORD: &str = "practice:password";
pub(crate) const BY_TWO_FACTORS: &str = "practice:two-factors";

/// The kind of authentication that a request gets.
pub(crate) fn acr(asked: Option<&str>) -> &'static str {
    let known = |asked: &str| [BY_TWO_FACTORS, BY_PASSWORD].into_iter().find(|known| *known == asked);
    asked.unwrap_or_default().split_whitespace().find_map(known).unwrap_or(BY_PASSWORD)
}

/// The requested scopes, in order.
pub(crate) fn scopes(asked: Option<&str>) -> Result<Vec<String>, Refusal> {
    let mut scopes: Vec<String> = Vec::new();
    for name in asked.unwrap_or_default().split_ascii_whitespace() {
        if !SCOPES.iter().any(|scope| scope.name == name) {
            return Err(Refusal::new(ErrorCode::InvalidScope, format!("the scope `{name}` is unknown")));
        }
        if !scopes.iter().any(|scope| scope == name) {
            scopes.push(name.to_owned());
        }
    }
    if scopes.is_empty() {
        scopes = DEFAULT_SCOPES.map(str::to_owned).into();
    }
    Ok(scopes)
}

/// The metadata (RFC 8414 section 2, `OpenID` Connect Discovery 1.0 section 3).
pub(crate) fn metadata(issuer: &str, tls: bool) -> Value {
    let at = |path: &str| format!("{issuer}{path}");
    let mut document = json!({
        "issuer": issuer,
        "authorization_endpoint": at(AUTHORIZE),
        "pushed_authorization_request_endpoint": at(PUSH),
        "token_endpoint": at(TOKEN),
        "registration_endpoint": at(REGISTER),
        "device_authorization_endpoint": at(DEVICE_AUTHORIZATION),
        "userinfo_endpoint": at(USERINFO),
        "revocation_endpoint": at(REVOKE),
        "introspection_endpoint": at(INTROSPECT),
        "jwks_uri": at(JWKS),
        "acr_values_supported": [BY_PASSWORD, BY_TWO_FACTORS],
        "authorization_details_types_supported": [DETAIL_TYPE],
        "authorization_details_types_metadata_endpoint": at(DETAIL_TYPES),
        "scopes_supported": SCOPES.iter().map(|scope| scope.name).collect::<Vec<_>>(),
        "response_types_supported": ["code"],
        "response_modes_supported": ResponseMode::ALL.map(ResponseMode::as_str),
        "request_parameter_supported": true,
        "request_object_signing_alg_values_supported": BY_KEY,
        "request_object_encryption_alg_values_supported": ["ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW"],
        "request_object_encryption_enc_values_supported": ["A128GCM", "A256GCM", "A128CBC-HS256", "A256CBC-HS512"],
        "authorization_signing_alg_values_supported": ["ES256"],
        "grant_types_supported": GRANT_TYPES,
        "token_endpoint_auth_methods_supported": CLIENT_METHODS,
        "token_endpoint_auth_signing_alg_values_supported": ["HS256", "RS256", "PS256", "ES256", "ES384", "EdDSA"],
        "revocation_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "dpop_signing_alg_values_supported": PROOF_ALGORITHMS,
        "code_challenge_methods_supported": ["S256", "plain"],
        "authorization_response_iss_parameter_supported": true,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256", "HS256"],
        "claims_supported": ["iss", "sub", "aud", "iat", "exp", "nonce", "auth_time", "acr", "at_hash", "name", "email", "realm"],
    });
    if tls {
        let by_tls = |path: &str| format!("{}{path}", issuer.replacen("http:", "https:", 1));
        document["tls_client_certificate_bound_access_tokens"] = true.into();
        document["mtls_endpoint_aliases"] = json!({
            "token_endpoint": by_tls(TOKEN),
            "pushed_authorization_request_endpoint": by_tls(PUSH),
            "device_authorization_endpoint": by_tls(DEVICE_AUTHORIZATION),
            "userinfo_endpoint": by_tls(USERINFO),
            "revocation_endpoint": by_tls(REVOKE),
            "introspection_endpoint": by_tls(INTROSPECT),
        });
        for methods in ["token", "revocation", "introspection"] {
            if let Some(methods) = document[format!("{methods}_endpoint_auth_methods_supported")].as_array_mut() {
                methods.push(SELF_SIGNED.into());
            }
        }
    }
    document
}

/// The client authentication of RFC 8705 section 2.2.
const SELF_SIGNED: &str = "self_signed_tls_client_auth";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_kept_in_order_once_each_and_an_unknown_one_is_named() {
        let scopes = |asked| scopes(asked).map_err(|refusal| refusal.description);
        assert_eq!(scopes(Some("email openid email")), Ok(vec!["email".to_owned(), "openid".to_owned()]));
        assert_eq!(scopes(Some("openid admin")), Err("the scope `admin` is unknown".to_owned()));
        assert_eq!(scopes(None), Ok(DEFAULT_SCOPES.map(str::to_owned).into()));
    }
}
