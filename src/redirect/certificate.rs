//! The self-signed certificate of `https://localhost`, for the loopback names only. It is saved, so that the browser warns
//! about it once; the window shows its fingerprint.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::secret::Secret;

const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// How long it is valid. Apple's systems refuse certificates of more than 398 days.
const LIFETIME: Duration = Duration::from_hours(397 * 24);

/// It is valid from this long before it is made, in case the clock is set back.
const BACKDATE: Duration = Duration::from_hours(24);

#[derive(Clone)]
pub struct LocalCertificate {
    certificate: CertificateDer<'static>,
    pem: String,
    key: Secret,
    not_after: Timestamp,
}

#[derive(Debug, Error)]
pub enum CertificateError {
    #[error("cannot make a certificate: {0}")]
    Make(#[source] rcgen::Error),
    /// The clock is outside the years that a certificate can name.
    #[error("the clock shows {0}, for which no certificate can be made")]
    Clock(Timestamp),
    /// The text is not a certificate in PEM.
    #[error("the certificate is not readable as PEM")]
    NotCertificate,
    /// The text is not a private key in PEM.
    #[error("the private key of the certificate is not readable as PEM")]
    NotKey,
    /// Certificate and key do not belong together, or TLS cannot use them.
    #[error("the certificate and its private key cannot be used: {0}")]
    Unusable(#[source] rustls::Error),
}

impl Diagnose for CertificateError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::Clock(_) => diagnosis.hint("set the clock of this machine"),
            _ => diagnosis.hint("let a new certificate be made"),
        }
    }
}

impl LocalCertificate {
    /// Makes one, valid from a day before `now` for a little more than a year.
    pub fn generate(now: Timestamp) -> Result<Self, CertificateError> {
        let since_epoch =
            u64::try_from(now.as_second()).map(Duration::from_secs).map_err(|_| CertificateError::Clock(now))?;
        let mut params = CertificateParams::new(NAMES.map(str::to_owned)).map_err(CertificateError::Make)?;
        let epoch = rcgen::date_time_ymd(1970, 1, 1);
        // The year 9000 is far inside what the time type holds; beyond it the sum would panic.
        let latest = rcgen::date_time_ymd(9000, 1, 1) - epoch;
        if latest < since_epoch {
            return Err(CertificateError::Clock(now));
        }
        params.not_before = epoch + since_epoch.saturating_sub(BACKDATE);
        params.not_after = epoch + since_epoch + LIFETIME;
        params.distinguished_name.push(DnType::CommonName, "Tokenwright on this machine");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let key = KeyPair::generate().map_err(CertificateError::Make)?;
        let certificate = params.self_signed(&key).map_err(CertificateError::Make)?;
        Self::from_pem(&certificate.pem(), &Secret::new(key.serialize_pem()))
    }

    /// Reads one that was kept.
    pub fn from_pem(certificate: &str, key: &Secret) -> Result<Self, CertificateError> {
        let der =
            CertificateDer::from_pem_slice(certificate.as_bytes()).map_err(|_| CertificateError::NotCertificate)?;
        let not_after = crate::oauth::not_after(&der).ok_or(CertificateError::NotCertificate)?;
        KeyPair::from_pem(key.expose()).map_err(|_| CertificateError::NotKey)?;
        let kept = Self { certificate: der, pem: certificate.to_owned(), key: key.clone(), not_after };
        kept.server_side().map(|_| kept)
    }

    /// The certificate and its private key, to be kept.
    pub fn to_pem(&self) -> (String, Secret) {
        (self.pem.clone(), self.key.clone())
    }

    /// The last moment of its validity.
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// The SHA-256 of the certificate as browsers show it: `AA:BB:…`.
    pub fn fingerprint(&self) -> String {
        let pairs: Vec<String> = Sha256::digest(&self.certificate).iter().map(|byte| format!("{byte:02X}")).collect();
        pairs.join(":")
    }

    /// What the listener needs to speak TLS.
    pub(crate) fn server_side(&self) -> Result<Arc<ServerConfig>, CertificateError> {
        let key = PrivateKeyDer::from_pem_slice(self.key.expose().as_bytes()).map_err(|_| CertificateError::NotKey)?;
        let mut side = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(CertificateError::Unusable)?
            .with_no_client_auth()
            .with_single_cert(vec![self.certificate.clone()], key)
            .map_err(CertificateError::Unusable)?;
        side.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(side))
    }
}

impl fmt::Debug for LocalCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalCertificate")
            .field("fingerprint", &self.fingerprint())
            .field("not_after", &self.not_after)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-21T04:40:00Z".parse().expect("a time")
    }

    #[test]
    fn a_kept_certificate_is_the_same_certificate() {
        let made = LocalCertificate::generate(now()).expect("made");
        let (pem, key) = made.to_pem();
        let kept = LocalCertificate::from_pem(&pem, &key).expect("read");
        assert_eq!(kept.fingerprint(), made.fingerprint());
        assert_eq!(kept.not_after().to_string(), "2027-12-23T04:40:00Z");
        assert_eq!(made.fingerprint().len(), 32 * 3 - 1);
    }

    #[test]
    fn a_key_of_another_certificate_is_refused() {
        let (pem, _) = LocalCertificate::generate(now()).expect("made").to_pem();
        let (_, key) = LocalCertificate::generate(now()).expect("made").to_pem();
        assert!(matches!(LocalCertificate::from_pem(&pem, &key), Err(CertificateError::Unusable(_))));
        assert!(matches!(LocalCertificate::from_pem(&pem, &Secret::new("x")), Err(CertificateError::NotKey)));
        assert!(matches!(LocalCertificate::from_pem("x", &key), Err(CertificateError::NotCertificate)));
    }

    #[test]
    fn debug_shows_the_fingerprint_and_never_the_key() {
        let made = LocalCertificate::generate(now()).expect("made");
        let text = format!("{made:?}");
        assert!(text.contains(&made.fingerprint()) && !text.contains("PRIVATE"), "{text}");
    }

    #[test]
    fn a_clock_out_of_range_is_named() {
        let before_1970 = "1969-12-31T00:00:00Z".parse().expect("a time");
        assert!(matches!(LocalCertificate::generate(before_1970), Err(CertificateError::Clock(_))));
        assert!(matches!(LocalCertificate::generate(Timestamp::MAX), Err(CertificateError::Clock(_))));
    }
}
