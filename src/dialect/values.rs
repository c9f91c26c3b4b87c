//! What a description will be used with, as a person reads it: each value with where it is from, and of secrets only that they
//! are there.

use crate::call::{Authentication, CallTemplate};
use crate::dialect::Described;
use crate::oauth::{GrantType, Pkce};
use crate::service::{RedirectRules, Start};

/// A value of a description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownValue {
    pub label: String,
    pub value: String,
    /// Where it is from, if the document does not say it; empty otherwise.
    pub origin: &'static str,
}

/// The label of the grant.
pub const GRANT: &str = "grant";

/// The label of the client authentication, which a document may leave to a default.
pub const CLIENT_AUTHENTICATION: &str = "client authentication";

/// The same for the code challenge.
pub const CODE_CHALLENGE: &str = "code challenge (PKCE)";

impl ShownValue {
    fn new(label: impl Into<String>, value: impl Into<String>, origin: &'static str) -> Self {
        Self { label: label.into(), value: value.into(), origin }
    }

    /// A value, or the default of the service in its place.
    fn or(label: impl Into<String>, own: &str, default: &str, whose: &'static str) -> Self {
        if own.is_empty() { Self::new(label, default, whose) } else { Self::new(label, own, "") }
    }
}

impl Described {
    /// The values in the order in which a sign-in uses them.
    pub fn values(&self) -> Vec<ShownValue> {
        let mut shown = vec![ShownValue::new(GRANT, self.grant_words(), self.origin(GRANT))];
        shown.extend(self.urls().map(|(label, call)| ShownValue::new(label, call.url.source(), "")));
        let token_call = Some(&self.service.token_request).filter(|call| !call.url.is_empty());
        if let Some(call) = token_call.or(self.service.refresh_request.as_ref()) {
            let words = authentication_words(call);
            shown.push(ShownValue::new(CLIENT_AUTHENTICATION, words, self.origin(CLIENT_AUTHENTICATION)));
        }
        if let Some(visit) = &self.service.authorization {
            shown.push(ShownValue::new(CODE_CHALLENGE, pkce_words(visit.pkce), self.origin(CODE_CHALLENGE)));
        }
        shown.extend(self.of_person());
        shown.extend(self.secrets.names().into_iter().map(|name| ShownValue::new(name, "set", "")));
        shown.retain(|shown| !shown.value.is_empty());
        shown
    }

    /// Whose default a value is, if the document leaves it to one.
    fn origin(&self, label: &str) -> &'static str {
        self.assumed.iter().find(|(assumed, _)| *assumed == label).map_or("", |(_, origin)| *origin)
    }

    /// The calls by the labels of their URLs.
    fn urls(&self) -> impl Iterator<Item = (&'static str, &CallTemplate)> {
        let service = &self.service;
        let stages = [
            ("authorization URL", service.authorization.as_ref().map(|visit| &visit.call)),
            ("pushed authorization URL", service.pushed_authorization.as_ref()),
            ("device authorization URL", service.device_authorization.as_ref()),
            ("token URL", Some(&service.token_request)),
            ("refresh URL", service.refresh_request.as_ref().filter(|call| call.url != service.token_request.url)),
            ("identity URL", service.identity.as_ref().map(|identity| &identity.call)),
            ("revocation URL", service.revocation.as_ref()),
            ("introspection URL", service.introspection.as_ref()),
        ];
        stages.into_iter().filter_map(|(label, call)| Some((label, call?)))
    }

    /// The client, and what else differs from person to person.
    fn of_person(&self) -> Vec<ShownValue> {
        let service = &self.service;
        let whose = if self.is_preset { "default of the preset" } else { "default of the service" };
        let scopes = (self.scopes.join(" "), service.scopes.default.join(" "));
        let mut shown = vec![ShownValue::or("client ID", &self.client_id, &service.defaults.client_id, whose)];
        // Without a browser nobody comes back.
        if service.authorization.is_some() {
            let default = &service.redirect.default;
            let is_ours = *default == RedirectRules::default().default;
            let whose = if is_ours { "default of this program" } else { whose };
            shown.push(ShownValue::or("redirect URI", &self.redirect_uri, default, whose));
        }
        shown.push(ShownValue::or("scopes", &scopes.0, &scopes.1, whose));
        shown.push(ShownValue::new("user ID", &self.user_name, ""));
        shown.extend(service.inputs.iter().filter(|input| !input.secret).map(|input| {
            let own = self.inputs.get(&input.name).map(String::as_str).unwrap_or_default();
            let label = if input.label.is_empty() { &input.name } else { &input.label };
            ShownValue::or(label, own, &input.default, whose)
        }));
        shown
    }

    fn grant_words(&self) -> String {
        let grant = GrantType::parse(&self.service.grant_type);
        match grant {
            _ if self.service.start == Start::RefreshToken => "refresh token at hand",
            Some(GrantType::AuthorizationCode) => "authorization code",
            Some(GrantType::ClientCredentials) => "client credentials",
            Some(GrantType::Password) => "password",
            Some(GrantType::DeviceCode) => "device code",
            _ => &self.service.grant_type,
        }
        .to_owned()
    }
}

fn authentication_words(call: &CallTemplate) -> &'static str {
    let sends = |name: &str| call.placeholders().any(|known| known == name);
    let in_url = |name: &str| {
        let value = format!("<{name}>");
        call.query.iter().any(|parameter| parameter.value.source() == value)
    };
    match call.authentication {
        Authentication::None if in_url("client_secret") => "secret in the URL",
        Authentication::None if in_url("client_id") && !sends("client_secret") => "client ID in the URL, no secret",
        Authentication::None if sends("client_secret") => "secret in the body",
        Authentication::None if sends("client_id") => "client ID in the body, no secret",
        Authentication::None => "none",
        Authentication::Basic | Authentication::BasicRaw => "secret in the header (Basic)",
        Authentication::BasicOrNone | Authentication::BasicRawOrNone => "secret in the header (Basic), if there is one",
        Authentication::BasicUser => "user ID and secret in the header (Basic)",
        Authentication::BasicSecret => "secret in the header (Basic), without client ID",
        Authentication::TlsClientAuth | Authentication::SelfSignedTlsClientAuth => "client certificate",
        Authentication::PrivateKeyJwt => "assertion signed with a private key",
        Authentication::ClientSecretJwt => "assertion signed with the client secret",
    }
}

fn pkce_words(pkce: Pkce) -> &'static str {
    match pkce {
        Pkce::Off => "off",
        Pkce::Plain => "plain",
        Pkce::S256 | Pkce::S256Hex => "S256",
    }
}
