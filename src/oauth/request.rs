//! The requests of the RFCs: the parameters each one sends, with the placeholder that supplies each value. Presets,
//! grants, imports and the command line name a request; nobody else spells one out.

use crate::call::Parameter;

/// A grant by which a client gets tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantType {
    /// A code that the browser brings back (RFC 6749 section 4.1.3).
    AuthorizationCode,
    /// The client acts for itself (RFC 6749 section 4.4.2).
    ClientCredentials,
    /// The person's own password (RFC 6749 section 4.3.2).
    Password,
    /// A refresh token (RFC 6749 section 6).
    RefreshToken,
    /// A signed assertion (RFC 7523 section 2.1).
    JwtBearer,
    /// A code that the person confirms on another device (RFC 8628 section 3.4).
    DeviceCode,
}

/// A request of the RFCs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// The browser's request (RFC 6749 section 4.1.1, RFC 7636 section 4.3).
    Authorization,
    /// A request to the token endpoint.
    Token(GrantType),
    /// RFC 7009 section 2.1.
    Revocation,
    /// RFC 7662 section 2.1.
    Introspection,
    /// RFC 8628 section 3.1.
    DeviceAuthorization,
}

impl GrantType {
    const ALL: [Self; 6] = [
        Self::AuthorizationCode,
        Self::ClientCredentials,
        Self::Password,
        Self::RefreshToken,
        Self::JwtBearer,
        Self::DeviceCode,
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
        }
    }

    /// The grant type of this value.
    pub fn parse(value: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grant| grant.as_str() == value)
    }

    /// What its token request sends besides `grant_type` and the client.
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
        })
    }

    /// `grant_type`: a placeholder where the request gets the first tokens, since services name those grants in their
    /// own ways; the RFC's value in a request that follows another one.
    fn parameter(self) -> Parameter {
        let follows = matches!(self, Self::RefreshToken | Self::DeviceCode);
        Parameter::new("grant_type", if follows { self.as_str() } else { "<grant_type>" })
    }
}

impl Request {
    /// What it sends, without what authenticates the client.
    pub fn parameters(self) -> Vec<Parameter> {
        match self {
            Self::Authorization => parameters(&[
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

/// The client's id and secret as parameters (RFC 6749 section 2.3.1).
pub fn client_parameters() -> Vec<Parameter> {
    parameters(&[("client_id", "<client_id>"), ("client_secret", "<client_secret>")])
}

fn parameters(pairs: &[(&str, &str)]) -> Vec<Parameter> {
    pairs.iter().map(|(name, value)| Parameter::new(*name, *value)).collect()
}
