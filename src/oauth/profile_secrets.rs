//! The secrets of a profile: the same type whether they were typed, imported, shared or saved. It has no serde; what
//! writes them out names each of them ([`Secret::expose`]).

use std::collections::BTreeMap;

use crate::oauth::client_registration::ClientRegistration;
use crate::oauth::keys::signing_key::KeyPair;
use crate::secret::Secret;

/// The secrets of one profile, besides its tokens. An empty one is an absent one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileSecrets {
    /// The client secret, or the secret that belongs to the user id.
    pub client_secret: Secret,
    /// Another client secret, while one is being replaced: the token endpoint gets it where it refuses the first.
    pub second_client_secret: Secret,
    /// The user's password, where a call sends it.
    pub password: Secret,
    /// The private key that signs assertions, and its certificate.
    pub signing_key: Option<KeyPair>,
    /// The private key that the tokens are bound to (RFC 9449). It is made here and leaves the vault in no export or copy; only
    /// the members of a team have it in common.
    pub proof_key: Option<KeyPair>,
    /// The certificate that is shown in the TLS handshake (RFC 8705), its intermediates, and its private key. A key of its own: a
    /// client may sign assertions with one key and be known to the gateway by another.
    pub client_certificate: Option<KeyPair>,
    /// The client that was registered here (RFC 7591), with the token that manages it. It stays on this machine, or with the team.
    pub registration: Option<Box<ClientRegistration>>,
    /// A refresh token from elsewhere, not used yet. Once saved it is among the tokens.
    pub refresh_token: Secret,
    /// The service's secret inputs, by name.
    pub inputs: BTreeMap<String, Secret>,
}

impl ProfileSecrets {
    /// What is there, as a person calls it: `client secret`, `refresh token`, the names of inputs.
    pub fn names(&self) -> Vec<String> {
        self.named().map(|(name, _)| name.to_owned()).collect()
    }

    /// Each secret that is there.
    pub fn values(&self) -> impl Iterator<Item = &Secret> {
        self.named().map(|(_, secret)| secret)
    }

    /// Has the second client secret tried first.
    pub fn swap_client_secrets(&mut self) {
        std::mem::swap(&mut self.client_secret, &mut self.second_client_secret);
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.named().next().is_none()
    }

    fn named(&self) -> impl Iterator<Item = (&str, &Secret)> {
        let own = [
            ("client secret", Some(&self.client_secret)),
            ("second client secret", Some(&self.second_client_secret)),
            ("password", Some(&self.password)),
            ("refresh token", Some(&self.refresh_token)),
            ("private key", self.signing_key.as_ref().map(|pair| &pair.private_key)),
            ("DPoP key", self.proof_key.as_ref().map(|pair| &pair.private_key)),
            ("registration access token", self.registration.as_ref().map(|registration| &registration.access_token)),
            ("client certificate", self.client_certificate.as_ref().map(|pair| &pair.private_key)),
        ];
        let own = own.into_iter().filter_map(|(name, secret)| Some((name, secret?)));
        let inputs = self.inputs.iter().map(|(name, secret)| (name.as_str(), secret));
        own.chain(inputs).filter(|(_, secret)| !secret.is_empty())
    }
}
