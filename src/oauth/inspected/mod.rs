//! A token as its text tells, for the person who holds it: its form, header and claims in rows. Nobody is asked here, and
//! nothing is believed: see [`crate::oauth::KeySet`].

mod findings;
mod meanings;
mod members;
mod pasted_token;
mod times;

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use crate::call::mask_text;
use crate::oauth::inspected::members::flatten;
use crate::secret::Secret;

pub(in crate::oauth) use crate::oauth::inspected::members::{decode, decode_part};

pub use crate::oauth::inspected::findings::{Expected, Finding, FindingCode, Weight};
pub use crate::oauth::inspected::pasted_token::{LONGEST_TOKEN, PasteError, PastedToken, TokenUse};
pub use crate::oauth::inspected::times::relative;

/// What a token is by its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenForm {
    /// A signed JWT (RFC 7519, RFC 7515): header and claims can be read.
    Signed,
    /// An encrypted JWT (RFC 7516): only the header can be read.
    Encrypted,
    /// Three or five parts as a JWT has, but what should be JSON is not.
    Broken,
    /// It means something to its service only.
    Opaque,
}

impl TokenForm {
    /// What it is called.
    pub fn words(self) -> &'static str {
        match self {
            Self::Signed => "a JSON Web Token",
            Self::Encrypted => "an encrypted JSON Web Token",
            Self::Broken => "a broken JSON Web Token",
            Self::Opaque => "opaque",
        }
    }
}

/// A member of the header or a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRow {
    /// Its name; a member of an object is called `cnf.jkt`.
    pub name: String,
    /// Its value as text: items of a list are separated by commas. Tokens inside are masked, long values are cut.
    pub value: String,
    /// What it means, where that is known.
    pub meaning: Option<&'static str>,
    /// When it is, if it is a time.
    pub at: Option<Timestamp>,
}

/// The claims that a service tells about a token (RFC 7662 section 2.2) in rows, as those in a token.
pub fn claim_rows(claims: &Map<String, Json>) -> Vec<TokenRow> {
    flatten(claims, false)
}

/// A token as its text tells.
#[derive(Clone, Debug, PartialEq)]
pub struct Inspected {
    /// What it is by its form.
    pub form: TokenForm,
    /// Its length in characters.
    pub length: usize,
    /// The header's members in their order.
    pub header: Vec<TokenRow>,
    /// The claims in their order.
    pub claims: Vec<TokenRow>,
    /// The header as JSON; empty for an opaque token.
    pub header_json: Map<String, Json>,
    /// The claims as JSON, with tokens inside masked; empty where they cannot be read.
    pub claims_json: Map<String, Json>,
    /// Names that occur twice at the top of header or claims. The last one counts (RFC 7519 section 4).
    pub(in crate::oauth) duplicates: Vec<String>,
}

impl Inspected {
    /// Reads a token. Any text is one.
    pub fn read(token: &Secret) -> Self {
        let text = token.expose();
        let mut inspected = Self {
            form: TokenForm::Opaque,
            length: text.chars().count(),
            header: Vec::new(),
            claims: Vec::new(),
            header_json: Map::new(),
            claims_json: Map::new(),
            duplicates: Vec::new(),
        };
        if text.len() > LONGEST_TOKEN {
            return inspected;
        }
        let parts: Vec<&str> = text.split('.').collect();
        let (header, claims) = match parts[..] {
            [header, claims, _] => (header, Some(claims)),
            [header, _, _, _, _] => (header, None),
            _ => return inspected,
        };
        // base64url of `{`: anything else in front is another kind of token, such as PASETO.
        if !header.starts_with("ey") && !header.starts_with("ew") {
            return inspected;
        }
        let mut read = |part: &str| {
            let (mut members, twice) = decode_part(part)?;
            inspected.duplicates.extend(twice);
            members.values_mut().for_each(mask);
            Some(members)
        };
        let (header, claims) = (read(header), claims.map(read));
        inspected.form = match (&header, &claims) {
            (Some(_), Some(Some(_))) => TokenForm::Signed,
            (Some(header), None) if header.contains_key("enc") => TokenForm::Encrypted,
            _ => TokenForm::Broken,
        };
        inspected.header_json = header.unwrap_or_default();
        inspected.claims_json = claims.flatten().unwrap_or_default();
        inspected.header = flatten(&inspected.header_json, true);
        inspected.claims = flatten(&inspected.claims_json, false);
        inspected
    }

    /// The algorithm that the header names.
    pub fn algorithm(&self) -> Option<&str> {
        self.header_json.get("alg")?.as_str()
    }

    /// The key that the header names.
    pub fn key_id(&self) -> Option<&str> {
        self.header_json.get("kid")?.as_str()
    }

    /// Who issued it, by its own words.
    pub fn issuer(&self) -> Option<&str> {
        self.claims_json.get("iss")?.as_str().filter(|issuer| !issuer.is_empty())
    }

    /// Whom it is for, by its own words: one or several.
    pub fn audiences(&self) -> Vec<&str> {
        match self.claims_json.get("aud") {
            Some(Json::String(one)) => vec![one],
            Some(Json::Array(several)) => several.iter().filter_map(Json::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// The scopes that it names: `scope` (RFC 8693 section 4.2), or `scp` as several vendors write it.
    pub fn scopes(&self) -> Vec<String> {
        let named = ["scope", "scp", "scopes"].into_iter().find_map(|name| self.claims_json.get(name));
        match named {
            Some(Json::String(text)) => text.split_whitespace().map(str::to_owned).collect(),
            Some(Json::Array(items)) => items.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
            _ => Vec::new(),
        }
    }

    /// What it is for by its own words; `None` where it does not say.
    pub fn says_it_is(&self) -> Option<TokenUse> {
        let text = |json: &Map<String, Json>, name| json.get(name).and_then(Json::as_str).map(str::to_ascii_lowercase);
        // RFC 9068 section 2.1. Keycloak and Amazon Cognito say it in a claim.
        let header = text(&self.header_json, "typ").unwrap_or_default();
        if matches!(header.as_str(), "at+jwt" | "application/at+jwt") {
            return Some(TokenUse::Access);
        }
        let claim = text(&self.claims_json, "typ").or_else(|| text(&self.claims_json, "token_use"));
        match claim.as_deref() {
            Some("bearer" | "access") => Some(TokenUse::Access),
            Some("id") => Some(TokenUse::Id),
            Some("refresh" | "offline") => Some(TokenUse::Refresh),
            // OpenID Connect Core 1.0 sections 2 and 3.1.3.6: only ID tokens have these.
            _ if ["at_hash", "c_hash"].iter().any(|name| self.claims_json.contains_key(*name)) => Some(TokenUse::Id),
            _ => None,
        }
    }
}

/// Masks what looks like a token in every text of a value.
fn mask(value: &mut Json) {
    match value {
        Json::String(text) => *text = mask_text(text, &[]),
        Json::Array(items) => items.iter_mut().for_each(mask),
        Json::Object(members) => members.values_mut().for_each(mask),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

#[cfg(test)]
mod tests;
