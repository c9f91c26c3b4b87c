//! A client certificate (RFC 8705) with its intermediates and its private key, from PEM.

use crate::call::ClientCertificate;
use crate::oauth::keys::certificate::Certificate;
use crate::oauth::keys::key_text::{KeyError, parse_private_key};
use crate::oauth::keys::signing_key::{KeyPair, SigningKey};
use crate::secret::Secret;

/// Longer chains are damaged files: public ones have two or three certificates.
const LONGEST_CHAIN: usize = 10;

/// Reads the private key in one text and the certificates in another; both may be the same.
pub fn parse_client_certificate(key: &Secret, certificates: &str) -> Result<KeyPair, KeyError> {
    let signing_key = parse_private_key(key)?.pair.signing_key().ok_or(KeyError::Unusable)?;
    pair_of(&signing_key, Certificate::parse_all(certificates)?)
}

/// A key with its certificate among these, and with those that lead to its authority.
pub(in crate::oauth) fn pair_of(key: &SigningKey, certificates: Vec<Certificate>) -> Result<KeyPair, KeyError> {
    let chain = chain_of(key, certificates)?;
    let private_key = key.to_pem().ok_or(KeyError::Unusable)?;
    Ok(KeyPair { private_key, certificate: Some(chain.iter().map(Certificate::to_pem).collect()) })
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

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer};

    use super::*;

    fn named(name: &str, is_ca: bool) -> CertificateParams {
        let mut params = CertificateParams::new(Vec::<String>::new()).expect("params");
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = if is_ca { IsCa::Ca(BasicConstraints::Unconstrained) } else { IsCa::NoCa };
        params
    }

    /// A root, an intermediate and a leaf in PEM, and the key of the leaf.
    fn chain() -> ([String; 3], Secret) {
        let [root, middle, leaf] = [(); 3].map(|()| rcgen::KeyPair::generate().expect("a key"));
        let root_pem = named("root", true).self_signed(&root).expect("made").pem();
        let issuer = Issuer::new(named("root", true), &root);
        let middle_pem = named("middle", true).signed_by(&middle, &issuer).expect("made").pem();
        let issuer = Issuer::new(named("middle", true), &middle);
        let leaf_pem = named("leaf", false).signed_by(&leaf, &issuer).expect("made").pem();
        ([root_pem, middle_pem, leaf_pem], Secret::new(leaf.serialize_pem()))
    }

    #[test]
    fn a_chain_is_put_in_order_and_what_is_of_another_is_left_out() {
        let ([root, middle, leaf], key) = chain();
        let ([.., stranger], _) = chain();
        let text = format!("{stranger}{root}{}{middle}Bag Attributes\n{leaf}", key.expose());
        let pair = parse_client_certificate(&Secret::new(text.clone()), &text).expect("all in one file");
        let whole: Vec<String> = Certificate::parse_all(pair.certificate.as_deref().unwrap_or_default())
            .expect("certificates")
            .iter()
            .map(Certificate::subject)
            .collect();
        assert_eq!(whole, ["CN=leaf", "CN=middle", "CN=root"]);
        let shown = pair.client_certificate().expect("a certificate of the key");
        assert_eq!(shown.subject, "CN=leaf");
        assert!(!format!("{shown:?}").contains("PRIVATE"), "{shown:?}");
        assert_eq!(parse_client_certificate(&key, &middle), Err(KeyError::WrongCertificate));
        assert_eq!(parse_client_certificate(&key, key.expose()), Err(KeyError::NotCertificate));
        assert_eq!(parse_client_certificate(&Secret::new(leaf.clone()), &leaf), Err(KeyError::PublicOnly));
    }

    #[test]
    fn the_thumbprint_is_that_of_rfc_8705_appendix_a() {
        let text = "-----BEGIN CERTIFICATE-----\n\
            MIIBBjCBrAIBAjAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARtdGxzMB4XDTE4MTAxODEyMzcwOVoXDTIyMDUwMjEyMzcwOVowDzENMAsG\n\
            A1UEAwwEbXRsczBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNcnyxwqV6hY8QnhxxzFQ03C7HKW9OylMbnQZjjJ/Au08/coZwxS7LfA\n\
            4vOLS9WuneIXhbGGWvsDSb0tH6IxLm8wCgYIKoZIzj0EAwIDSQAwRgIhAP0RC1E+vwJD/D1AGHGzuri+hlV/PpQEKTWUVeORWz83AiEA\n\
            5x2eXZOVbUlJSGQgjwD5vaUaKlLR50Q2DmFfQj1L+SY=\n-----END CERTIFICATE-----";
        let certificate = Certificate::parse(text).expect("a certificate");
        assert_eq!(certificate.sha256_thumbprint(), "A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0");
        assert_eq!((certificate.subject(), certificate.issuer()), ("CN=mtls".to_owned(), "CN=mtls".to_owned()));
        let dates = [certificate.not_before(), certificate.not_after()].map(|at| at.expect("a date").to_string());
        assert_eq!(dates, ["2018-10-18T12:37:09Z", "2022-05-02T12:37:09Z"]);
    }
}
