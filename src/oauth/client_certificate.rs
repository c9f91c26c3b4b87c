//! A client certificate (RFC 8705) with its intermediates and its private key, from PEM.

use crate::call::ClientCertificate;
use crate::oauth::certificate::Certificate;
use crate::oauth::key_text::{KeyError, parse_private_key};
use crate::oauth::signing_key::{KeyPair, SigningKey};
use crate::secret::Secret;

/// Longer chains are damaged files: public ones have two or three certificates.
const LONGEST_CHAIN: usize = 10;

/// Reads the private key in one text and the certificates in another; both may be the same.
pub fn parse_client_certificate(key: &Secret, certificates: &str) -> Result<KeyPair, KeyError> {
    let pair = parse_private_key(key)?.pair;
    let signing_key = pair.signing_key().ok_or(KeyError::Unusable)?;
    let chain = chain_of(&signing_key, Certificate::parse_all(certificates)?)?;
    let certificate: String = chain.iter().map(Certificate::to_pem).collect();
    Ok(KeyPair { certificate: Some(certificate), ..pair })
}

/// The certificate of this key, then those that lead to its authority, whatever their order in a file. Servers of TLS 1.2 want
/// them in this order (RFC 5246 section 7.4.2). What belongs to another chain is left out.
fn chain_of(key: &SigningKey, mut certificates: Vec<Certificate>) -> Result<Vec<Certificate>, KeyError> {
    let own = certificates.iter().position(|certificate| certificate.is_of(key)).ok_or(KeyError::WrongCertificate)?;
    let mut chain = vec![certificates.remove(own)];
    while let Some(last) = chain.last().filter(|last| !last.is_self_issued() && chain.len() < LONGEST_CHAIN) {
        let Some(next) = certificates.iter().position(|certificate| last.is_issued_by(certificate)) else { break };
        chain.push(certificates.remove(next));
    }
    Ok(chain)
}

impl KeyPair {
    /// The pair as a call shows it in the TLS handshake; an error if there is no certificate of this key.
    pub fn client_certificate(&self) -> Result<ClientCertificate, KeyError> {
        let chain = self.certificate.clone().ok_or(KeyError::NotCertificate)?;
        let certificate = Certificate::parse(&chain)?;
        Ok(ClientCertificate {
            chain,
            private_key: self.private_key.clone(),
            subject: certificate.subject(),
            thumbprint: certificate.sha256_thumbprint(),
        })
    }
}
