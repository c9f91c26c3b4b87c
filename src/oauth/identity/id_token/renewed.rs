//! The ID token of a refresh (OpenID Connect Core 1.0 section 12.2): about the same person, from the same issuer, for the same
//! client as the one of the sign-in.

use serde_json::Value as Json;
use url::Url;

use crate::oauth::authorization::issuer::is_issuer_of_token;
use crate::oauth::inspected::{Inspected, TokenForm};

/// In what the ID token of a refresh departs from the one before; `None` if in nothing, or if one of them cannot be read.
pub fn departure_of_renewed(before: &Inspected, now: &Inspected) -> Option<String> {
    if before.form != TokenForm::Signed || now.form != TokenForm::Signed {
        return None;
    }
    let shown = |token: &Inspected, name: &str| match token.claims_json.get(name) {
        Some(Json::String(text)) => format!("`{text}`"),
        Some(value) => format!("`{value}`"),
        None => "none".to_owned(),
    };
    let differs = |name: &str| match name {
        "iss" => {
            let (before, now) = (before.issuer().unwrap_or_default(), now.issuer().unwrap_or_default());
            !(is_issuer_of_token(before, now) || is_local(before) && is_local(now))
        }
        "aud" => {
            let sorted = |token: &Inspected| {
                let mut audiences: Vec<String> = token.audiences().into_iter().map(str::to_owned).collect();
                audiences.sort_unstable();
                audiences
            };
            sorted(before) != sorted(now)
        }
        // It need not repeat it.
        "nonce" => {
            now.claims_json.get(name).is_some_and(|now| before.claims_json.get(name).is_some_and(|then| then != now))
        }
        _ => before.claims_json.get(name) != now.claims_json.get(name),
    };
    let names = ["sub", "iss", "aud", "nonce"];
    let name = names.into_iter().find(|name| differs(name))?;
    if name == "nonce" {
        return Some("its `nonce` is another than at the sign-in".to_owned());
    }
    Some(format!("its `{name}` is {}, and was {} at the sign-in", shown(now, name), shown(before, name)))
}

/// Whether an issuer is on this machine, where one that is started anew listens on another port.
fn is_local(issuer: &str) -> bool {
    Url::parse(issuer).is_ok_and(|url| url.host_str() == Some("127.0.0.1"))
}
