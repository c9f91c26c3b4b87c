//! Access tokens that are bound to the client certificate (RFC 8705 section 3), and the dates of that certificate.

use jiff::Timestamp;

use crate::app::CallContext;
use crate::diagnosis::Diagnosis;
use crate::oauth::{Certificate, KeyPair, TokenSet, certificate_binding};

/// What a person should know of new tokens and of the certificate that they were asked for with.
pub(crate) fn notes(context: &CallContext, tokens: Option<&TokenSet>, now: Timestamp) -> Vec<Diagnosis> {
    if !context.profile.service.wants_client_certificate() {
        return Vec::new();
    }
    let certificate = context.secrets.client_certificate.as_ref().and_then(KeyPair::certificate);
    let Some(certificate) = certificate else { return Vec::new() };
    let other = tokens.and_then(|tokens| certificate_binding(&tokens.access_token));
    let other = other.filter(|bound_to| *bound_to != certificate.sha256_thumbprint()).map(|bound_to| {
        let own = certificate.sha256_thumbprint();
        let summary = format!("the access token is bound to another client certificate: `{bound_to}`, not `{own}`");
        Diagnosis::new(summary)
            .hint("a proxy that shows a certificate of its own may be in the way; the token will be refused with this one")
            .reference("https://www.rfc-editor.org/rfc/rfc8705#section-3.1")
    });
    other.into_iter().chain(out_of_date(&certificate, now)).collect()
}

/// That the certificate is not valid now, by this machine's clock.
fn out_of_date(certificate: &Certificate, now: Timestamp) -> Option<Diagnosis> {
    let summary = match (certificate.not_before(), certificate.not_after()) {
        (_, Some(end)) if end < now => format!("the client certificate expired at {end}"),
        (Some(begin), _) if now < begin => format!("the client certificate is not valid before {begin}"),
        _ => return None,
    };
    Some(Diagnosis::new(summary).hint("renew it; until then the service may refuse it at any time"))
}
