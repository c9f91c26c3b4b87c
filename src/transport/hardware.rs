//! TLS with a client certificate whose private key stays in a token (PKCS#11). The HTTP library takes keys as bytes only, so what
//! it sets up for others is set up here.

use std::sync::Arc;

use rustls::client::ResolvesClientCert;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::sign::{CertifiedKey, Signer, SigningKey, SingleCertAndKey};
use rustls::{ClientConfig, SignatureAlgorithm, SignatureScheme};
use rustls_platform_verifier::Verifier;

use crate::call::ClientCertificate;
use crate::oauth::{AssertionAlgorithm, HardwareKey, KeyKind};
use crate::transport::error::TransportError;
use crate::transport::identity::unusable;

/// What each kind of key signs in a handshake, the best first (RFC 8446 section 4.2.3; PKCS #1 version 1.5 for TLS 1.2).
const RSA: [(SignatureScheme, AssertionAlgorithm); 6] = [
    (SignatureScheme::RSA_PSS_SHA256, AssertionAlgorithm::PS256),
    (SignatureScheme::RSA_PSS_SHA384, AssertionAlgorithm::PS384),
    (SignatureScheme::RSA_PSS_SHA512, AssertionAlgorithm::PS512),
    (SignatureScheme::RSA_PKCS1_SHA256, AssertionAlgorithm::RS256),
    (SignatureScheme::RSA_PKCS1_SHA384, AssertionAlgorithm::RS384),
    (SignatureScheme::RSA_PKCS1_SHA512, AssertionAlgorithm::RS512),
];
const P256: [(SignatureScheme, AssertionAlgorithm); 1] =
    [(SignatureScheme::ECDSA_NISTP256_SHA256, AssertionAlgorithm::ES256)];
const P384: [(SignatureScheme, AssertionAlgorithm); 1] =
    [(SignatureScheme::ECDSA_NISTP384_SHA384, AssertionAlgorithm::ES384)];
const P521: [(SignatureScheme, AssertionAlgorithm); 1] =
    [(SignatureScheme::ECDSA_NISTP521_SHA512, AssertionAlgorithm::ES512)];
const ED25519: [(SignatureScheme, AssertionAlgorithm); 1] = [(SignatureScheme::ED25519, AssertionAlgorithm::EdDSA)];

/// TLS that shows this certificate, and trusts these authorities besides the system's.
pub(crate) fn tls(
    certificate: &ClientCertificate,
    key: HardwareKey,
    roots: Vec<CertificateDer<'static>>,
) -> Result<ClientConfig, TransportError> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificate.chain.as_bytes()).collect();
    let chain = chain.ok().filter(|chain| !chain.is_empty()).ok_or_else(|| unusable(certificate))?;
    let provider = Arc::new(default_provider());
    let verifier = Verifier::new_with_extra_roots(roots, Arc::clone(&provider));
    let shown: Arc<dyn ResolvesClientCert> =
        Arc::new(SingleCertAndKey::from(CertifiedKey::new(chain, Arc::new(TokenKey(Arc::new(key))))));
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let (Ok(builder), Ok(verifier)) = (builder, verifier) else { return Err(unusable(certificate)) };
    // The verifier is the system's own; the library calls every verifier from outside dangerous.
    let builder = builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier));
    let mut config = builder.with_client_cert_resolver(shown);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

#[derive(Debug)]
struct TokenKey(Arc<HardwareKey>);

impl SigningKey for TokenKey {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        let known: &[_] = match self.0.kind() {
            KeyKind::Rsa(_) => &RSA,
            KeyKind::P256 => &P256,
            KeyKind::P384 => &P384,
            KeyKind::P521 => &P521,
            KeyKind::Ed25519 => &ED25519,
            KeyKind::Shared => &[],
        };
        let (scheme, algorithm) = known.iter().copied().find(|(scheme, _)| offered.contains(scheme))?;
        Some(Box::new(TokenSigner { key: Arc::clone(&self.0), scheme, algorithm }))
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        match self.0.kind() {
            KeyKind::Rsa(_) => SignatureAlgorithm::RSA,
            KeyKind::Ed25519 => SignatureAlgorithm::ED25519,
            KeyKind::P256 | KeyKind::P384 | KeyKind::P521 | KeyKind::Shared => SignatureAlgorithm::ECDSA,
        }
    }
}

#[derive(Debug)]
struct TokenSigner {
    key: Arc<HardwareKey>,
    scheme: SignatureScheme,
    algorithm: AssertionAlgorithm,
}

impl Signer for TokenSigner {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rustls::Error> {
        self.key
            .sign_in_der(self.algorithm, message)
            .map_err(|error| rustls::Error::Other(rustls::OtherError(Arc::new(error))))
    }

    fn scheme(&self) -> SignatureScheme {
        self.scheme
    }
}
