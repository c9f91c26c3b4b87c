//! Which requests of a service carry a signed assertion, and what its key must be.

use crate::call::{Authentication, CallTemplate, Template};
use crate::oauth::{ReadKey, RequestEncryption};
use crate::service::assertion::{Assertion, AssertionAlgorithm};
use crate::service::definition::Service;
use crate::service::profile::draft::ProfileDraft;
use crate::service::rules::Asks;

/// The strongest signature that each kind of key makes and FAPI 2.0 allows, then the others.
const OF_EACH_KIND: [AssertionAlgorithm; 5] = [
    AssertionAlgorithm::PS256,
    AssertionAlgorithm::ES256,
    AssertionAlgorithm::ES384,
    AssertionAlgorithm::ES512,
    AssertionAlgorithm::EdDSA,
];

impl Service {
    /// How `<assertion>` is made for this request; `None` if it sends none or the person enters it.
    pub fn assertion_of(&self, call: &CallTemplate) -> Option<Assertion> {
        let is_typed = self.inputs.iter().any(|input| input.name == "assertion");
        let is_named = self.names(call, "assertion");
        let signs = call.authentication.signs();
        if is_typed || !(is_named || signs) {
            return None;
        }
        let described = self.assertion.clone();
        let mut assertion = match described {
            Some(described) if signs => described.or_of_client(self.token_request.url.source()),
            Some(described) => described,
            None if signs => Assertion::of_client(self.token_request.url.source()),
            None => return None,
        };
        if let Some(saml) = assertion.saml.as_mut().filter(|saml| saml.recipient.is_empty()) {
            self.token_request.url.source().clone_into(&mut saml.recipient);
        }
        match call.authentication {
            Authentication::ClientSecretJwt => assertion.algorithm = Some(AssertionAlgorithm::HS256),
            Authentication::PrivateKeyJwt if assertion.is_shared() => assertion.algorithm = None,
            _ => {}
        }
        Some(assertion)
    }

    /// The assertion that is the access token itself, if it is one.
    pub fn token_assertion(&self) -> Option<&Assertion> {
        self.assertion.as_ref().filter(|assertion| assertion.access_token)
    }

    /// Whether its access tokens are signed here, without a token request.
    pub fn signs_tokens(&self) -> bool {
        self.token_assertion().is_some()
    }

    /// The token request, unless tokens are signed here.
    pub fn token_call(&self) -> Option<&CallTemplate> {
        (!self.signs_tokens()).then_some(&self.token_request)
    }

    /// The assertion that a private key signs, if a request sends one or it is the access token.
    pub fn signed_assertion(&self) -> Option<Assertion> {
        let calls = self.calls();
        let sent = calls.iter().filter_map(|(_, call)| self.assertion_of(call));
        self.token_assertion().cloned().into_iter().chain(sent).find(|assertion| !assertion.is_shared())
    }

    /// How authorization requests are signed, with the same key; `None` if they are not.
    pub fn request_signature(&self) -> Option<Assertion> {
        let wanted = self.signed_request.filter(|_| self.authorization.is_some())?;
        let key_id = self.assertion.as_ref().map(|assertion| assertion.key_id.clone()).unwrap_or_default();
        // A key that cannot make the signature makes the strong one of its kind.
        let alternatives = OF_EACH_KIND.to_vec();
        Some(Assertion { algorithm: Some(wanted), alternatives, key_id, ..Assertion::default() })
    }

    /// Has authorization requests signed by this algorithm, or not. One that is not signed is not encrypted either.
    pub fn set_signed_request(&mut self, algorithm: Option<AssertionAlgorithm>) {
        self.signed_request = algorithm;
        self.encrypted_request = self.encrypted_request.filter(|_| algorithm.is_some());
    }

    /// By what signed authorization requests are encrypted; `None` if they are not.
    pub fn request_encryption(&self) -> Option<RequestEncryption> {
        self.encrypted_request.filter(|_| self.request_signature().is_some())
    }

    /// What the private key of the client signs: an assertion, or else the authorization request.
    pub fn signs_with_key(&self) -> Option<Assertion> {
        self.signed_assertion().or_else(|| self.request_signature())
    }

    /// What the private key of the client must be like, as an assertion; any will do that only decrypts. `None` if it has none.
    pub fn client_key(&self) -> Option<Assertion> {
        self.signs_with_key().or_else(|| self.encrypts_to_client.then(Assertion::default))
    }

    /// Whether a request or the assertion uses this value.
    pub fn wants(&self, name: &str) -> bool {
        let is_called = self.calls().iter().any(|(_, call)| self.names(call, name));
        let mut templates = self.assertion.iter().flat_map(Assertion::templates);
        is_called || templates.any(|text| Template::new(text).placeholders().any(|named| self.is_made_of(named, name)))
    }

    /// Whether this input is the ID of the key.
    pub fn is_of_key(&self, input: &str) -> bool {
        let assertion = self.assertion.as_ref().filter(|assertion| !assertion.is_shared());
        assertion.is_some_and(|assertion| Template::new(&assertion.key_id).placeholders().any(|name| name == input))
    }

    /// Whether it needs the user ID.
    pub fn wants_user_name(&self) -> bool {
        self.asks == Asks::UserAndSecret || self.wants("user_name")
    }

    /// Whether it needs the person's own password (RFC 6749 section 4.3).
    pub fn wants_password(&self) -> bool {
        self.wants("password")
    }
}

impl ProfileDraft {
    /// Takes over what else a key file contains: the client ID, the key ID if an input holds it, and the token URL if there is
    /// none yet.
    pub fn take_key(&mut self, read: &ReadKey) {
        if let Some(client_id) = &read.client_id {
            self.client_id.clone_from(client_id);
        }
        if let Some(key_id) = &read.key_id {
            let template = self.service.signed_assertion().map(|assertion| Template::new(assertion.key_id));
            let named: Vec<String> = template.iter().flat_map(Template::placeholders).map(str::to_owned).collect();
            if let Some(input) = self.service.inputs.iter().find(|input| named.contains(&input.name)) {
                self.inputs.insert(input.name.clone(), key_id.clone());
            }
        }
        if let Some(token_uri) = read.token_uri.as_ref().filter(|_| self.token_request.url.is_empty()) {
            self.token_request.url.clone_from(token_uri);
        }
    }
}
