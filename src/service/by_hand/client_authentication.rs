//! How the client of a service that a person describes by hand shows who it is (RFC 6749 section 2.3.1).

use crate::call::{Authentication, parse_parameters};
use crate::service::client_method::{ClientMethod, authenticate};
use crate::service::profile::draft::{BodyKind, CallFields, ProfileDraft};

/// Where a request has the client's ID and secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuthentication {
    /// `Authorization: Basic`; a client without a secret has its ID in the body.
    Header,
    /// `client_id` and `client_secret` in the form.
    Body,
    /// `client_id` in the form, and a certificate in the TLS handshake (RFC 8705 section 2).
    Certificate,
}

impl ClientAuthentication {
    /// The other place of a secret; `None` if there is no secret.
    pub fn other(self) -> Option<Self> {
        match self {
            Self::Header => Some(Self::Body),
            Self::Body => Some(Self::Header),
            Self::Certificate => None,
        }
    }

    fn method(self) -> ClientMethod {
        match self {
            Self::Header => ClientMethod::SecretBasic,
            Self::Body => ClientMethod::SecretPost,
            Self::Certificate => ClientMethod::Tls,
        }
    }

    /// All of them, with labels.
    pub const OFFERED: [(Self, &str); 3] = [
        (Self::Header, "In the header (Basic)"),
        (Self::Body, "In the body (client_id and client_secret)"),
        (Self::Certificate, "With a client certificate (mutual TLS)"),
    ];
}

impl ProfileDraft {
    /// How the token request authenticates the client; `None` where that is none of these.
    pub fn client_authentication(&self) -> Option<ClientAuthentication> {
        let call = &self.token_request;
        match call.authentication {
            _ if call.authentication.shows_certificate() => Some(ClientAuthentication::Certificate),
            _ if call.body_kind != BodyKind::Form => None,
            Authentication::Basic | Authentication::BasicOrNone => Some(ClientAuthentication::Header),
            Authentication::None if names(call).any(|name| name == "client_id") => Some(ClientAuthentication::Body),
            _ => None,
        }
    }

    /// Changes it: between the places of the secret in the token request and the refresh request, else in all requests.
    pub fn choose_client_authentication(&mut self, chosen: ClientAuthentication) {
        let had_certificate = self.client_authentication() == Some(ClientAuthentication::Certificate);
        if had_certificate || chosen == ClientAuthentication::Certificate {
            return self.choose_client_method(chosen.method());
        }
        for call in [&mut self.token_request, &mut self.refresh_request] {
            if call.body_kind == BodyKind::Form {
                authenticate(call, chosen.method());
            }
        }
    }
}

fn names(call: &CallFields) -> impl Iterator<Item = String> {
    parse_parameters(&call.body).into_iter().map(|parameter| parameter.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::Catalog;

    fn custom() -> ProfileDraft {
        ProfileDraft::new(Catalog::bundled().service(Catalog::CUSTOM).expect("a preset"))
    }

    #[test]
    fn the_client_moves_to_the_header_and_back() {
        let mut draft = custom();
        assert_eq!(draft.client_authentication(), Some(ClientAuthentication::Body));
        draft.choose_client_authentication(ClientAuthentication::Header);
        assert_eq!(draft.client_authentication(), Some(ClientAuthentication::Header));
        for call in [&draft.token_request, &draft.refresh_request] {
            assert_eq!(call.authentication, Authentication::BasicOrNone);
            assert!(!names(call).any(|name| name.starts_with("client_")), "{}", call.body);
        }
        draft.choose_client_authentication(ClientAuthentication::Body);
        assert_eq!(draft.token_request, custom().token_request);
        assert_eq!(draft.refresh_request, custom().refresh_request);
    }

    #[test]
    fn a_certificate_takes_the_place_of_the_secret_and_gives_it_back() {
        let mut draft = custom();
        draft.choose_client_authentication(ClientAuthentication::Certificate);
        assert_eq!(draft.client_authentication(), Some(ClientAuthentication::Certificate));
        assert!(draft.customised().wants_client_certificate() && draft.asks == crate::service::Asks::Nothing);
        assert!(!names(&draft.token_request).any(|name| name == "client_secret"), "{}", draft.token_request.body);
        draft.choose_client_authentication(ClientAuthentication::Body);
        assert_eq!(draft.token_request, custom().token_request);
        assert!(!draft.customised().wants_client_certificate() && draft.asks == crate::service::Asks::Secret);
    }

    #[test]
    fn what_is_sent_otherwise_is_neither_of_the_two() {
        let mut draft = custom();
        draft.token_request.authentication = Authentication::PrivateKeyJwt;
        assert_eq!(draft.client_authentication(), None);
        draft.token_request.change_body_kind(BodyKind::Json);
        assert_eq!(draft.client_authentication(), None);
    }
}
