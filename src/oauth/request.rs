//! The requests of the RFCs: the parameters of each, with the placeholder of each value. Presets, grants, imports and exports
//! take them from here.

use crate::call::Parameter;

/// A grant type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GrantType {
    /// RFC 6749 section 4.1.3.
    #[default]
    AuthorizationCode,
    /// RFC 6749 section 4.4.2.
    ClientCredentials,
    /// RFC 6749 section 4.3.2.
    Password,
    /// RFC 6749 section 6.
    RefreshToken,
    /// RFC 7523 section 2.1.
    JwtBearer,
    /// RFC 8628 section 3.4.
    DeviceCode,
    /// RFC 7522 section 2.1.
    Saml2Bearer,
    /// RFC 8693 section 2.1.
    TokenExchange,
}

/// A request of the RFCs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// RFC 6749 section 4.1.1, RFC 7636 section 4.3.
    Authorization,
    /// A request to the token endpoint, with the section of its grant type.
    Token(GrantType),
    /// RFC 7009 section 2.1.
    Revocation,
    /// RFC 7662 section 2.1.
    Introspection,
    /// RFC 8628 section 3.1.
    DeviceAuthorization,
    /// RFC 9126 section 2.1: the authorization request, sent by the client itself.
    PushedAuthorization,
}

impl GrantType {
    pub(crate) const ALL: [Self; 8] = [
        Self::AuthorizationCode,
        Self::ClientCredentials,
        Self::Password,
        Self::RefreshToken,
        Self::JwtBearer,
        Self::DeviceCode,
        Self::Saml2Bearer,
        Self::TokenExchange,
    ];

    /// The value of `grant_type`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::ClientCredentials => "client_credentials",
            Self::Password => "password",
            Self::RefreshToken => "refresh_token",
            Self::JwtBearer => "urn:ietf:params:oauth:grant-type:jwt-bearer",
            Self::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
            Self::Saml2Bearer => "urn:ietf:params:oauth:grant-type:saml2-bearer",
            Self::TokenExchange => "urn:ietf:params:oauth:grant-type:token-exchange",
        }
    }

    /// The grant type of this value.
    pub fn parse(value: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grant| grant.as_str() == value)
    }

    /// The parameters besides `grant_type` and client authentication.
    pub fn parameters(self) -> Vec<Parameter> {
        parameters(match self {
            Self::AuthorizationCode => {
                &[("code", "<code>"), ("redirect_uri", "<redirect_uri>"), ("code_verifier", "<code_verifier>")]
            }
            Self::ClientCredentials => &[("scope", "<scope>")],
            Self::Password => &[("username", "<user_name>"), ("password", "<password>"), ("scope", "<scope>")],
            Self::RefreshToken => &[("refresh_token", "<refresh_token>")],
            Self::JwtBearer => &[("assertion", "<assertion>")],
            Self::DeviceCode => &[("device_code", "<device_code>")],
            Self::Saml2Bearer => &[("assertion", "<assertion>"), ("scope", "<scope>")],
            // What is empty is left out.
            Self::TokenExchange => &[
                ("subject_token", "<subject_token>"),
                ("subject_token_type", "<subject_token_type>"),
                ("actor_token", "<actor_token>"),
                ("actor_token_type", "<actor_token_type>"),
                ("requested_token_type", "<requested_token_type>"),
                ("audience", "<audience>"),
                ("resource", "<resource>"),
                ("scope", "<scope>"),
            ],
        })
    }

    /// `grant_type`: a placeholder in a first request, since services have their own names for grants; else the RFC's value.
    fn parameter(self) -> Parameter {
        let follows = matches!(self, Self::RefreshToken | Self::DeviceCode);
        Parameter::new("grant_type", if follows { self.as_str() } else { "<grant_type>" })
    }
}

impl Request {
    /// The parameters without client authentication.
    pub fn parameters(self) -> Vec<Parameter> {
        match self {
            Self::Authorization | Self::PushedAuthorization => parameters(&[
                ("response_type", "code"),
                ("client_id", "<client_id>"),
                ("redirect_uri", "<redirect_uri>"),
                ("scope", "<scope>"),
                ("state", "<state>"),
                ("code_challenge", "<code_challenge>"),
                ("code_challenge_method", "<code_challenge_method>"),
            ]),
            Self::Token(grant) => [grant.parameter()].into_iter().chain(grant.parameters()).collect(),
            Self::Revocation => parameters(&[("token", "<refresh_token>"), ("token_type_hint", "refresh_token")]),
            Self::Introspection => parameters(&[("token", "<token>")]),
            Self::DeviceAuthorization => parameters(&[("client_id", "<client_id>"), ("scope", "<scope>")]),
        }
    }
}

/// Client ID and secret as parameters (RFC 6749 section 2.3.1).
pub fn client_parameters() -> Vec<Parameter> {
    parameters(&[("client_id", "<client_id>"), ("client_secret", "<client_secret>")])
}

fn parameters(pairs: &[(&str, &str)]) -> Vec<Parameter> {
    pairs.iter().map(|(name, value)| Parameter::new(*name, *value)).collect()
}

/// A second opinion on every request: the `oauth2` crate builds the same ones. It has no bearer assertions (RFC 7521) and no
/// token exchange (RFC 8693).
#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use oauth2::basic::BasicClient;
    use oauth2::{
        AccessToken, AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, DeviceAuthorizationUrl,
        HttpRequest, HttpResponse, IntrospectionUrl, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken,
        ResourceOwnerPassword, ResourceOwnerUsername, RevocationUrl, Scope, StandardDeviceAuthorizationResponse,
        StandardRevocableToken, TokenUrl, http,
    };

    use super::*;
    use crate::call::{Authentication, BodyTemplate, Call, CallTemplate, Method, Template, Values};

    const ID: &str = "id/é +";
    const SECRET: &str = "a%^*&+=\"";
    const ENDPOINT: &str = "https://as.test/endpoint";
    const REDIRECT: &str = "http://localhost:8080/callback";
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    fn values(grant: GrantType) -> Values {
        let mut values = Values::new();
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(VERIFIER.to_owned()));
        for (name, value) in [
            ("client_id", ID),
            ("client_secret", SECRET),
            ("redirect_uri", REDIRECT),
            ("scope", "a b"),
            ("state", "s&t"),
            ("code", "c=1"),
            ("code_verifier", VERIFIER),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
            ("grant_type", grant.as_str()),
            ("user_name", "me@x"),
            ("password", "p w"),
            ("refresh_token", "r/1"),
            ("device_code", "d/1"),
            ("token", "t+1"),
        ] {
            values.set(name, value);
        }
        values
    }

    fn sorted(text: &str) -> Vec<&str> {
        let mut pairs: Vec<&str> = text.split('&').collect();
        pairs.sort_unstable();
        pairs
    }

    fn ours(request: Request, in_body: bool) -> Call {
        let grant = if let Request::Token(grant) = request { grant } else { GrantType::AuthorizationCode };
        let mut body = request.parameters();
        body.extend(if in_body { client_parameters() } else { Vec::new() });
        let authentication = match request {
            Request::DeviceAuthorization => Authentication::None,
            _ if in_body => Authentication::None,
            _ => Authentication::Basic,
        };
        let body = BodyTemplate::Form(body);
        let call = CallTemplate { url: Template::new(ENDPOINT), authentication, body, ..CallTemplate::default() };
        call.render(&values(grant)).expect("complete")
    }

    // flat: one arm a request.
    fn theirs(request: Request, in_body: bool) -> HttpRequest {
        let client = BasicClient::new(ClientId::new(ID.into()))
            .set_auth_type(if in_body { AuthType::RequestBody } else { AuthType::BasicAuth })
            .set_token_uri(TokenUrl::new(ENDPOINT.into()).expect("a URL"))
            .set_redirect_uri(RedirectUrl::new(REDIRECT.into()).expect("a URL"))
            .set_revocation_url(RevocationUrl::new(ENDPOINT.into()).expect("a URL"))
            .set_introspection_url(IntrospectionUrl::new(ENDPOINT.into()).expect("a URL"))
            .set_device_authorization_url(DeviceAuthorizationUrl::new(ENDPOINT.into()).expect("a URL"));
        // A device has no secret; it names itself in the body (RFC 8628 section 3.1).
        let public = client.clone();
        let client = client.set_client_secret(ClientSecret::new(SECRET.into()));
        let sent = RefCell::new(None);
        let http = |request: HttpRequest| -> Result<HttpResponse, std::io::Error> {
            *sent.borrow_mut() = Some(request);
            let refused = http::Response::builder().status(400).body(br#"{"error":"access_denied"}"#.to_vec());
            Ok(refused.expect("a response"))
        };
        let scopes = ["a", "b"].map(|scope| Scope::new(scope.into()));
        let (user, password) = (ResourceOwnerUsername::new("me@x".into()), ResourceOwnerPassword::new("p w".into()));
        let token = RefreshToken::new("r/1".into());
        let is_refused = match request {
            Request::Token(GrantType::AuthorizationCode) => client
                .exchange_code(AuthorizationCode::new("c=1".into()))
                .set_pkce_verifier(PkceCodeVerifier::new(VERIFIER.into()))
                .request(&http)
                .is_err(),
            Request::Token(GrantType::ClientCredentials) => {
                client.exchange_client_credentials().add_scopes(scopes).request(&http).is_err()
            }
            Request::Token(GrantType::Password) => {
                client.exchange_password(&user, &password).add_scopes(scopes).request(&http).is_err()
            }
            Request::Token(GrantType::RefreshToken) => client.exchange_refresh_token(&token).request(&http).is_err(),
            Request::Token(GrantType::DeviceCode) => {
                let issued =
                    r#"{"device_code":"d/1","user_code":"u","verification_uri":"https://as.test/","expires_in":9}"#;
                let issued: StandardDeviceAuthorizationResponse = serde_json::from_str(issued).expect("RFC 8628");
                client.exchange_device_access_token(&issued).request(&http, |_| (), None).is_err()
            }
            Request::Revocation => {
                let token = StandardRevocableToken::RefreshToken(token);
                client.revoke_token(token).expect("a secure URL").request(&http).is_err()
            }
            Request::Introspection => client.introspect(&AccessToken::new("t+1".into())).request(&http).is_err(),
            Request::DeviceAuthorization => {
                let details: Result<StandardDeviceAuthorizationResponse, _> =
                    public.exchange_device_code().add_scopes(scopes).request(&http);
                details.is_err()
            }
            Request::Token(GrantType::JwtBearer | GrantType::Saml2Bearer | GrantType::TokenExchange)
            | Request::Authorization
            | Request::PushedAuthorization => panic!("not one of theirs"),
        };
        assert!(is_refused);
        sent.into_inner().expect("a request")
    }

    #[test]
    fn every_request_to_an_endpoint_is_the_same_byte_for_byte() {
        let both = |request| [(request, false), (request, true)];
        let tokens = [
            GrantType::AuthorizationCode,
            GrantType::ClientCredentials,
            GrantType::Password,
            GrantType::RefreshToken,
            GrantType::DeviceCode,
        ];
        let requests = tokens.map(Request::Token).into_iter().chain([Request::Revocation, Request::Introspection]);
        for (request, in_body) in requests.flat_map(both).chain([(Request::DeviceAuthorization, false)]) {
            let (ours, theirs) = (ours(request, in_body), theirs(request, in_body));
            let body = ours.wire_body().expect("a form");
            let their_body = String::from_utf8(theirs.body().clone()).expect("text");
            assert_eq!(sorted(body.expose()), sorted(&their_body), "{request:?}");
            assert_eq!(
                (ours.method.as_str(), theirs.uri().to_string().as_str()),
                (theirs.method().as_str(), ENDPOINT),
                "{request:?}"
            );
            let headers = ours.wire_headers();
            for (name, value) in &headers {
                let their = theirs.headers().get(name).map(|value| value.to_str().expect("text"));
                assert_eq!(Some(value.expose()), their, "{request:?} {name}");
            }
            let authorizes = |name: &str| name.eq_ignore_ascii_case("authorization");
            assert_eq!(
                headers.iter().any(|(name, _)| authorizes(name)),
                theirs.headers().keys().any(|name| authorizes(name.as_str())),
                "{request:?}"
            );
        }
    }

    #[test]
    fn an_authorization_request_sends_the_same_parameters() {
        let query = Request::Authorization.parameters();
        let url = Template::new("https://as.test/authorize");
        let call = CallTemplate { method: Method::Get, url, query, ..CallTemplate::default() };
        let ours = call.render(&values(GrantType::AuthorizationCode)).expect("complete");
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(VERIFIER.to_owned()));
        let (theirs, _) = BasicClient::new(ClientId::new(ID.into()))
            .set_auth_uri(AuthUrl::new("https://as.test/authorize".into()).expect("a URL"))
            .set_redirect_uri(RedirectUrl::new(REDIRECT.into()).expect("a URL"))
            .authorize_url(|| CsrfToken::new("s&t".into()))
            .add_scopes(["a", "b"].map(|scope| Scope::new(scope.into())))
            .set_pkce_challenge(challenge)
            .url();
        let query = |url: &str| {
            url::Url::parse(url)
                .expect("a URL")
                .query_pairs()
                .into_owned()
                .collect::<std::collections::BTreeMap<_, _>>()
        };
        assert_eq!(query(ours.url.to_secret().expose()), query(theirs.as_str()));
    }
}
