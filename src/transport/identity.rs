//! A profile's client certificate as the HTTP library wants it.

use reqwest::Identity;
use zeroize::Zeroizing;

use crate::call::ClientCertificate;
use crate::diagnosis::Diagnosis;
use crate::transport::error::TransportError;

/// Reads it. The library's own words may repeat the text, which holds the key, so they are not told.
pub(crate) fn identity_of(certificate: &ClientCertificate) -> Result<Identity, TransportError> {
    let key = certificate.private_key.expose();
    let mut pem = Zeroizing::new(String::with_capacity(key.len() + certificate.chain.len() + 1));
    pem.push_str(key);
    pem.push('\n');
    pem.push_str(&certificate.chain);
    Identity::from_pem(pem.as_bytes()).map_err(|_| unusable(certificate))
}

/// That certificate and key do not go together.
pub(crate) fn unusable(certificate: &ClientCertificate) -> TransportError {
    let summary = format!("the client certificate `{}` cannot be used with its private key", certificate.subject);
    let hint = "open the file of the certificate and its private key again, in step 2, Authorization";
    TransportError::Settings(Box::new(Diagnosis::new(summary).hint(hint)))
}
