//! The certificate that a client shows in the TLS handshake (mutual TLS), as part of a call: no header or parameter carries it.

use std::sync::Arc;

use crate::secret::Secret;

/// A certificate with its private key. `Debug` shows no key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCertificate {
    /// The certificate and its intermediates in PEM, its own first.
    pub chain: String,
    /// Its private key, PKCS#8 in PEM.
    pub private_key: Secret,
    /// Whose it is, by its own words: `CN=acme, O=Acme Ltd`.
    pub subject: String,
    /// Its SHA-256 in base64url (`x5t#S256`, RFC 8705 section 3.1).
    pub thumbprint: String,
}

/// Whether a call is made over mutual TLS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum MutualTls {
    /// No: no certificate is shown.
    #[default]
    Off,
    /// It is to be, and there is no certificate yet.
    Missing,
    /// With this certificate.
    With(Arc<ClientCertificate>),
}

impl MutualTls {
    /// Whether a certificate is shown, or would be if there were one.
    pub fn is_on(&self) -> bool {
        *self != Self::Off
    }
}

impl ClientCertificate {
    /// In a line, to show.
    pub fn told(&self) -> String {
        format!("{}; x5t#S256 {}", self.subject, self.thumbprint)
    }
}
