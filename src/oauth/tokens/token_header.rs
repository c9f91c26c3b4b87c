//! The header that carries an access token. `token_type` of a reply is a type, not a scheme: a bearer token is sent as `Bearer`
//! (RFC 6750 section 2.1) whether the service calls it `bot`, `BearerToken` or nothing.

use std::fmt;

use crate::diagnosis::Diagnosis;
use crate::oauth::tokens::fit::plain_line;

/// The scheme of RFC 6750.
const BEARER: &str = "Bearer";

/// Types of tokens that are bound to a key, by their schemes (RFC 9449, RFC 6749 section 7.1, RFC 9200 and RFC 9635). None of them is ever presented as a bearer token.
const BOUND: [&str; 4] = ["DPoP", "MAC", "PoP", "GNAP"];

/// The name of the token in a written header.
const TOKEN: &str = "token";

/// The header that carries an access token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenHeader {
    name: String,
    /// Empty if the token stands alone.
    scheme: String,
    /// The name of the value that it carries: the token, or what is made of it.
    carries: String,
}

impl Default for TokenHeader {
    /// `Authorization: Bearer <token>`.
    fn default() -> Self {
        Self::authorization(BEARER)
    }
}

impl TokenHeader {
    fn authorization(scheme: &str) -> Self {
        Self { name: "Authorization".to_owned(), scheme: scheme.to_owned(), carries: TOKEN.to_owned() }
    }

    /// The header of a token of this type; `own` is the one that the service documents. A token that is bound to a key keeps
    /// its scheme regardless.
    pub fn of(token_type: &str, own: Option<Self>) -> Self {
        match bound_scheme(token_type) {
            Some(scheme) => Self::authorization(scheme),
            None => own.unwrap_or_default(),
        }
    }

    /// Reads a written header: `Authorization: Zoho-oauthtoken <token>`, `X-Access-Token: <token>`; or one with the name of what
    /// is made of the token, `Authorization: Basic <token_pair>`.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, value) = text.split_once(':')?;
        let (name, (scheme, carries)) = (name.trim(), value.trim().strip_suffix('>')?.split_once('<')?);
        let is_set_off = scheme.is_empty() || scheme.ends_with(' ');
        let scheme = scheme.trim();
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        let fits = !name.is_empty() && name.bytes().chain(scheme.bytes()).all(is_token_byte) && is_set_off;
        let fits = fits && !carries.is_empty() && carries.bytes().all(is_name);
        fits.then(|| Self { name: name.to_owned(), scheme: scheme.to_owned(), carries: carries.to_owned() })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name of the value that is made of the token and carried in its place; `None` if it carries the token.
    pub fn carries_derived(&self) -> Option<&str> {
        Some(self.carries.as_str()).filter(|name| *name != TOKEN)
    }

    /// Its value as a template: the scheme, and the placeholder of what it carries.
    pub fn template(&self) -> String {
        self.value(&format!("<{}>", self.carries))
    }

    /// Whether it is the header `Authorization`.
    pub fn is_authorization(&self) -> bool {
        self.name.eq_ignore_ascii_case("authorization")
    }

    /// The scheme before the token, if any.
    pub fn scheme(&self) -> Option<&str> {
        Some(self.scheme.as_str()).filter(|scheme| !scheme.is_empty())
    }

    /// Whether it is `Authorization: Bearer` with the token.
    pub fn is_bearer(&self) -> bool {
        self.is_authorization() && self.scheme == BEARER && self.carries == TOKEN
    }

    /// The `token_type` for tools that write it before the token.
    pub fn token_type(&self) -> &str {
        self.scheme().unwrap_or(BEARER)
    }

    /// Its value for what it carries.
    pub fn value(&self, token: &str) -> String {
        if self.scheme.is_empty() { token.to_owned() } else { format!("{} {token}", self.scheme) }
    }

    /// The whole header for what it carries.
    pub fn line(&self, token: &str) -> String {
        format!("{}: {}", self.name, self.value(token))
    }
}

impl fmt::Display for TokenHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.template())
    }
}

/// The scheme of a token type that requires proof of possession of a key.
pub fn bound_scheme(token_type: &str) -> Option<&'static str> {
    let token_type = token_type.trim();
    BOUND.into_iter().find(|scheme| scheme.eq_ignore_ascii_case(token_type))
}

/// Token types, without signs, that say how a token is sent or nothing at all. RFC 8693 section 2.2.1 has `N_A` for a token that
/// is no access token.
const KNOWN: [&str; 4] = ["", "dpop", "na", "jwt"];

/// A warning of a token type that is not known here: a client must not use such a token (RFC 6749 section 7.1). Services call
/// bearer tokens by many names, so that only a type that is bound to a key is taken at its word. `example` is the reply that
/// the preset documents, `own` the header that it names.
pub fn type_note(token_type: &str, own: &str, example: &str) -> Option<Diagnosis> {
    let told = plain_line(token_type);
    if let Some(scheme) = bound_scheme(&told).filter(|scheme| *scheme != "DPoP") {
        let summary =
            format!("the access token is of the type `{told}`, which is bound to a key: it is no bearer token");
        let hint =
            format!("no call with it can be signed here (`{scheme}`): have the client registered for bearer tokens");
        return Some(Diagnosis::new(summary).hint(hint));
    }
    let squeezed: String = told.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let is_bearer = ["bearer", "accesstoken"].iter().any(|word| squeezed.contains(word));
    let is_documented = !own.is_empty() || example.contains(&format!("\"{told}\""));
    if is_bearer || is_documented || KNOWN.contains(&squeezed.as_str()) {
        return None;
    }
    let summary =
        format!("the access token is of the type `{told}`, which is not known here: it is sent as a bearer token");
    let hint = "if the API refuses it, name the header that its documentation has (`policy.header` of a preset)";
    Some(Diagnosis::new(summary).hint(hint))
}

/// The bytes of a header's name and of a scheme (RFC 9110 section 5.6.2).
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_header_of_rfc_6750_section_2_1() {
        let header = TokenHeader::of("Bearer", None);
        assert_eq!(header.line("mF_9.B5f-4.1JqM"), "Authorization: Bearer mF_9.B5f-4.1JqM");
    }

    #[test]
    fn whatever_the_service_calls_a_bearer_token_it_goes_as_one() {
        for token_type in ["bearer", "BEARER", "BearerToken", "bot", "user", "N_A", "JWT", "", " ", "User Access Token"]
        {
            assert_eq!(TokenHeader::of(token_type, None), TokenHeader::default(), "{token_type:?}");
        }
    }

    #[test]
    fn a_token_that_is_bound_to_a_key_is_no_bearer_token_whatever_the_preset_says() {
        for (token_type, scheme) in [("DPoP", "DPoP"), ("dpop ", "DPoP"), ("mac", "MAC"), ("PoP", "PoP")] {
            let own = TokenHeader::parse("X-Access-Token: <token>");
            assert_eq!(TokenHeader::of(token_type, own).line("t"), format!("Authorization: {scheme} t"));
        }
    }

    #[test]
    fn a_type_that_is_no_bearer_token_is_told_and_odd_names_of_one_are_not() {
        for known in ["", "Bearer", "bearer", "BEARER ", "BearerToken", "N_A", "JWT", "DPoP", "User Access Token"] {
            assert_eq!(type_note(known, "", ""), None, "{known:?}");
        }
        let told = |token_type: &str| type_note(token_type, "", "").expect("a note");
        assert!(told("mac").summary.contains("`mac`, which is bound to a key"), "RFC 6749 section 7.1");
        assert!(type_note("mac", "X-Token: <token>", "\"mac\"").is_some(), "whatever the preset says");
        let words = "the access token is of the type `exa mple`, which is not known here: it is sent as a bearer token";
        assert_eq!(told("exa\u{1b}mple").summary, words);
        assert_eq!(type_note("bot", "", r#"{"token_type": "bot"}"#), None, "the preset documents it");
        assert_eq!(type_note("bot", "Authorization: Token <token>", ""), None);
    }

    #[test]
    fn a_service_may_have_a_header_of_its_own() {
        for text in [
            "Authorization: Zoho-oauthtoken <token>",
            "X-Access-Token: <token>",
            "Authorization: <token>",
            "Authorization: Basic <token_pair>",
        ] {
            let header = TokenHeader::parse(text).expect(text);
            assert_eq!(header.carries_derived(), text.contains("pair").then_some("token_pair"));
            assert_eq!(header.to_string(), text);
            assert_eq!(TokenHeader::of("Bearer", Some(header.clone())), header);
        }
        for text in [
            "",
            "<token>",
            "Authorization: Bearer",
            "A B: <token>",
            "X: a\r\nY: <token>",
            "X: a<token>",
            "X: <token> b",
            "X: <>",
            "X: <a b>",
            "X: <a><token>",
        ] {
            assert_eq!(TokenHeader::parse(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn no_type_and_no_header_of_a_preset_adds_a_line(token_type in ".*", own in ".*") {
            let line = TokenHeader::of(&token_type, TokenHeader::parse(&own)).line("t");
            prop_assert!(!line.contains(char::is_control) && line.is_ascii(), "{line:?}");
        }
    }
}
