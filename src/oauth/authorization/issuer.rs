//! Comparing issuers.

/// Whether two texts name one issuer, but for a slash at the end, which some leave out.
pub fn is_same_issuer(one: &str, other: &str) -> bool {
    one.trim_end_matches('/') == other.trim_end_matches('/')
}

/// The same for what a token names: Google leaves the scheme out.
pub(in crate::oauth) fn is_issuer_of_token(own: &str, named: &str) -> bool {
    let plain = |text: &str| text.trim_start_matches("https://").to_owned();
    is_same_issuer(&plain(own), &plain(named))
}
