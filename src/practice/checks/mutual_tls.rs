//! What a certificate that was shown over TLS is worth (RFC 8705): it authenticates the client that uploaded it, and tokens are
//! bound to it, whoever shows it.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

use crate::oauth::Certificate;
use crate::practice::contract::{CERTIFICATE_PAGE, Registration};
use crate::practice::http::message::{ErrorCode, Parameters, Refusal, Request};
use crate::practice::state::State;

/// The client that the certificate authenticates (RFC 8705 section 2.2); `None` where none was shown, or the client is one that
/// authenticates by other means.
pub(crate) fn client(state: &State, request: &Request, body: &Parameters) -> Result<Option<Registration>, Refusal> {
    let Some(shown) = shown(state, request) else { return Ok(None) };
    let named = body.one("client_id")?.and_then(|id| state.clients.find(id));
    let Some(registration) = named.filter(|registration| registration.signs) else { return Ok(None) };
    let refused = |words: String| Refusal::new(ErrorCode::InvalidClient, words);
    // One that was registered said which certificate is its own.
    if let Some(keys) = state.clients.keys(&registration.id) {
        let own = keys.keys.iter().filter_map(|key| key.common.x509_chain.as_ref()?.first());
        let is_own = own.filter_map(|own| STANDARD.decode(own).ok()).any(|own| own == shown);
        let words = "the certificate that was shown is not in the `jwks` of the registration";
        return if is_own { Ok(Some(registration)) } else { Err(refused(words.to_owned())) };
    }
    let uploaded = state.certificate.as_ref().ok_or_else(|| {
        refused(format!("no certificate was uploaded; open {}{CERTIFICATE_PAGE} in the browser", state.issuer))
    })?;
    if Certificate::parse(uploaded).is_ok_and(|uploaded| uploaded.sha256_thumbprint() == thumbprint_of(&shown)) {
        return Ok(Some(registration));
    }
    Err(refused("the certificate that was shown is not the one that was uploaded".to_owned()))
}

/// The thumbprint of the certificate that was shown (`x5t#S256`, RFC 8705 section 3.1).
pub(crate) fn thumbprint(state: &State, request: &Request) -> Option<String> {
    shown(state, request).map(|shown| thumbprint_of(&shown))
}

/// The base of the URL that the request went to.
pub(crate) fn base_url(state: &State, request: &Request) -> String {
    let is_tls = state.certificate_header.as_ref().is_some_and(|header| header.is_by_tls(request));
    if is_tls { state.issuer.replacen("http:", "https:", 1) } else { state.issuer.clone() }
}

fn shown(state: &State, request: &Request) -> Option<Vec<u8>> {
    state.certificate_header.as_ref()?.certificate(request)
}

fn thumbprint_of(der: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(der))
}
