//! The client authentication methods by their registered names (RFC 8414 section 2, `token_endpoint_auth_methods_supported`).

use crate::call::{Authentication, Parameter, parse_parameters, write_parameters};
use crate::oauth::client_parameters;
use crate::service::profile::draft::{BodyKind, CallFields, ProfileDraft};
use crate::service::rules::Asks;

/// A registered method, the one that is chosen first on top: a secret before a key, a public client where nothing else goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientMethod {
    /// `client_secret_basic` (RFC 6749 section 2.3.1).
    SecretBasic,
    /// `client_secret_post` (RFC 6749 section 2.3.1).
    SecretPost,
    /// `private_key_jwt` (OpenID Connect Core 1.0 section 9, RFC 7523).
    PrivateKeyJwt,
    /// `client_secret_jwt` (OpenID Connect Core 1.0 section 9, RFC 7523).
    SecretJwt,
    /// `tls_client_auth` (RFC 8705 section 2.1).
    Tls,
    /// `self_signed_tls_client_auth` (RFC 8705 section 2.2).
    SelfSignedTls,
    /// `none`: a public client (RFC 7591 section 2).
    None,
}

impl ClientMethod {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::SecretBasic,
        Self::SecretPost,
        Self::PrivateKeyJwt,
        Self::SecretJwt,
        Self::Tls,
        Self::SelfSignedTls,
        Self::None,
    ];

    /// The registered name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SecretBasic => "client_secret_basic",
            Self::SecretPost => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::SecretJwt => "client_secret_jwt",
            Self::Tls => "tls_client_auth",
            Self::SelfSignedTls => "self_signed_tls_client_auth",
            Self::None => "none",
        }
    }

    /// How a request authenticates by it.
    pub fn authentication(self) -> Authentication {
        match self {
            Self::SecretBasic => Authentication::BasicOrNone,
            Self::PrivateKeyJwt => Authentication::PrivateKeyJwt,
            Self::SecretJwt => Authentication::ClientSecretJwt,
            Self::Tls => Authentication::TlsClientAuth,
            Self::SelfSignedTls => Authentication::SelfSignedTlsClientAuth,
            Self::SecretPost | Self::None => Authentication::None,
        }
    }

    /// What the client must have.
    fn asks(self) -> Asks {
        match self {
            Self::SecretBasic | Self::SecretPost | Self::SecretJwt => Asks::Secret,
            Self::PrivateKeyJwt | Self::Tls | Self::SelfSignedTls | Self::None => Asks::Nothing,
        }
    }
}

/// The parameters of a form that authenticate a client.
const OF_CLIENT: [&str; 4] = ["client_id", "client_secret", "client_assertion", "client_assertion_type"];

impl ProfileDraft {
    /// Has the client authenticate by this method in the token request and the refresh request.
    pub fn choose_client_method(&mut self, method: ClientMethod) {
        for call in [&mut self.token_request, &mut self.refresh_request] {
            authenticate(call, method);
        }
        let service = &mut self.service;
        let others = [&mut service.pushed_authorization, &mut service.revocation, &mut service.introspection];
        let of_device = [&mut service.device_authorization, &mut service.device_token_request];
        for call in others.into_iter().chain(of_device).flatten() {
            let mut fields = CallFields::from(&*call);
            authenticate(&mut fields, method);
            *call = fields.call_template();
        }
        if self.asks != Asks::UserAndSecret {
            self.asks = method.asks();
        }
        self.settle_assertion();
    }
}

/// Has one request authenticate the client by this method.
pub(in crate::service) fn authenticate(call: &mut CallFields, method: ClientMethod) {
    call.authentication = method.authentication();
    if call.body_kind != BodyKind::Form {
        return;
    }
    let mut form = parse_parameters(&call.body);
    form.retain(|parameter| !OF_CLIENT.contains(&parameter.name.as_str()));
    form.extend(match method {
        ClientMethod::SecretPost => client_parameters(),
        ClientMethod::None | ClientMethod::Tls | ClientMethod::SelfSignedTls => {
            vec![Parameter::new("client_id", "<client_id>")]
        }
        ClientMethod::SecretBasic | ClientMethod::PrivateKeyJwt | ClientMethod::SecretJwt => {
            call.authentication.parameters()
        }
    });
    call.body = write_parameters(&form);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::Catalog;

    #[test]
    fn each_method_replaces_what_another_one_sent() {
        let custom = Catalog::bundled().service(Catalog::CUSTOM).expect("a preset");
        let mut draft = ProfileDraft::new(custom);
        draft.token_request.url = "https://as.test/token".into();
        let rest = "grant_type=<grant_type>\ncode=<code>\nredirect_uri=<redirect_uri>\ncode_verifier=<code_verifier>";
        let assertion = "client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer\n\
            client_assertion=<assertion>";
        for (method, sent, asks) in [
            (ClientMethod::PrivateKeyJwt, assertion, Asks::Nothing),
            (ClientMethod::None, "client_id=<client_id>", Asks::Nothing),
            (ClientMethod::SecretJwt, assertion, Asks::Secret),
            (ClientMethod::SecretBasic, "", Asks::Secret),
            (ClientMethod::SecretPost, "client_id=<client_id>\nclient_secret=<client_secret>", Asks::Secret),
        ] {
            draft.choose_client_method(method);
            let expected = if sent.is_empty() { rest.to_owned() } else { format!("{rest}\n{sent}") };
            assert_eq!((draft.token_request.body.as_str(), draft.asks), (expected.as_str(), asks), "{method:?}");
        }
    }
}
