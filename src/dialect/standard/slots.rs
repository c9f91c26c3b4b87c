//! Slots, where a document leaves a value open: `{{name}}`, `{name}`, `<name>`, `${NAME}`, and texts such as
//! `your_client_id` without brackets.

use crate::call::is_name;

/// The longest name in brackets.
const LONGEST_NAME: usize = 100;

/// A piece of a text with slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    Text(&'a str),
    /// A slot: its name, and all of it as written.
    Slot(&'a str, &'a str),
}

/// The names of our placeholders in documents, squeezed.
const KNOWN: [(&str, &[&str]); 16] = [
    ("client_id", &["clientid", "appid", "applicationid", "consumerkey", "clientidentifier"]),
    ("client_secret", &["clientsecret", "appsecret", "consumersecret", "secret", "applicationsecret"]),
    ("refresh_token", &["refreshtoken"]),
    ("token", &["accesstoken", "bearertoken", "token"]),
    ("redirect_uri", &["redirecturi", "redirecturl", "callbackurl", "callbackuri", "callback", "oauthcallback"]),
    ("scope", &["scope", "scopes"]),
    ("user_name", &["username", "user", "userid"]),
    ("password", &["password", "passwd"]),
    ("code", &["code", "authorizationcode", "authcode"]),
    ("code_verifier", &["codeverifier"]),
    ("code_challenge", &["codechallenge"]),
    ("code_challenge_method", &["codechallengemethod"]),
    ("state", &["state"]),
    ("grant_type", &["granttype"]),
    ("assertion", &["assertion", "clientassertion"]),
    ("id_token", &["idtoken"]),
];

/// Letters and digits of a name, in lower case: `Refresh Token URL` and `refresh_token_url` are the same.
pub(crate) fn squeezed(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Our placeholder for a name in a document.
pub(crate) fn canonical(name: &str) -> Option<&'static str> {
    let squeezed = squeezed(name);
    let bare = ["your", "my", "the"].iter().find_map(|before| squeezed.strip_prefix(before)).unwrap_or(&squeezed);
    KNOWN.iter().find(|(_, names)| names.contains(&bare)).map(|(known, _)| *known)
}

/// Whether a value of this name is a secret.
pub(crate) fn looks_secret(name: &str) -> bool {
    let name = squeezed(name);
    let harmless = ["type", "hint", "url", "uri", "method", "format", "name", "id", "life", "expiry", "endpoint"];
    let marks = ["secret", "password", "passwd", "passphrase", "token", "apikey", "signature", "cookie"];
    !harmless.iter().any(|end| name.ends_with(end))
        && (marks.iter().any(|mark| name.contains(mark)) || name.ends_with("key") || name == "authorization")
}

/// A name for a placeholder.
pub(crate) fn placeholder_name(written: &str) -> String {
    let name: String = written
        .trim()
        .trim_start_matches("_.")
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' })
        .collect();
    let name = name.trim_matches('_');
    match name.chars().next() {
        None => "value".to_owned(),
        Some(first) if first.is_ascii_alphabetic() => name.to_owned(),
        Some(_) => format!("value_{name}"),
    }
}

/// The name of the slot, if the whole value is one.
pub(crate) fn whole_slot(value: &str) -> Option<&str> {
    let value = value.trim();
    if let [Piece::Slot(name, _)] = pieces(value)[..] {
        return Some(name);
    }
    let inside = ["<>", "[]", "%%"].iter().find_map(|pair| {
        let inside = value.strip_prefix(&pair[..1])?.strip_suffix(&pair[1..])?;
        (!inside.is_empty() && inside.len() <= LONGEST_NAME && !inside.contains(['<', '>', '[', ']', '%', '"', ',']))
            .then_some(inside)
    });
    let shell = value.strip_prefix('$').filter(|name| is_name(name));
    let lower = value.to_ascii_lowercase();
    let begins = ["your_", "your-", "your ", "my_client", "my_refresh"].iter().any(|start| lower.starts_with(start));
    let crossed_out = value.len() >= 3 && value.chars().all(|c| matches!(c, 'x' | 'X' | '*' | '.' | '…'));
    let dummy = begins || crossed_out || matches!(lower.as_str(), "…" | "changeme" | "placeholder" | "todo");
    inside.or(shell).or_else(|| (dummy && value.len() <= LONGEST_NAME).then_some(value))
}

/// Splits a text at its slots.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut text_from, mut at) = (0, 0);
    while let Some(offset) = text[at..].find(['{', '<', '$']) {
        let start = at + offset;
        match slot_at(&text[start..]) {
            Some((name, length)) => {
                if text_from < start {
                    pieces.push(Piece::Text(&text[text_from..start]));
                }
                text_from = start + length;
                at = text_from;
                pieces.push(Piece::Slot(name, &text[start..text_from]));
            }
            None => at = start + 1,
        }
    }
    if text_from < text.len() {
        pieces.push(Piece::Text(&text[text_from..]));
    }
    pieces
}

/// The slot at the start of a text: its name and length.
fn slot_at(text: &str) -> Option<(&str, usize)> {
    let (open, close) = ["{{|}}", "${|}", "{|}", "<|>"]
        .iter()
        .filter_map(|pair| pair.split_once('|'))
        .find(|(open, _)| text.starts_with(open))?;
    let inner = &text[open.len()..];
    // No further than the longest name, so that a text full of brackets is not read once a bracket.
    let room = inner.char_indices().nth(LONGEST_NAME + close.len()).map_or(inner, |(end, _)| &inner[..end]);
    let end = room.find(close)?;
    let name = inner[..end].trim();
    let may_be = if open == "{{" {
        !name.is_empty() && name.len() <= LONGEST_NAME && !name.contains(['{', '}', '"', ':', '\n'])
    } else {
        is_name(name)
    };
    may_be.then_some((name, open.len() + end + close.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_of_leaving_a_value_open_is_seen() {
        for (text, name) in [
            ("{{client_id}}", "client_id"),
            ("{{ _.client_id }}", "_.client_id"),
            ("{client_id}", "client_id"),
            ("<client_id>", "client_id"),
            ("${CLIENT_ID}", "CLIENT_ID"),
            ("$CLIENT_ID", "CLIENT_ID"),
            ("<your client id>", "your client id"),
            ("your_client_id", "your_client_id"),
            ("YOUR-CLIENT-ID", "YOUR-CLIENT-ID"),
            ("xxxx", "xxxx"),
        ] {
            assert_eq!(whole_slot(text), Some(name), "{text}");
        }
        for text in ["", "abc", "{\"a\": 1}", "yourself", "a%^*&+=\"\n<é>", "{{", "xx"] {
            assert_eq!(whole_slot(text), None, "{text}");
        }
    }

    #[test]
    fn names_of_documents_are_known_whatever_their_spelling() {
        for (name, known) in [
            ("clientId", Some("client_id")),
            ("your_client_id", Some("client_id")),
            ("CLIENT-SECRET", Some("client_secret")),
            ("oauth callback", Some("redirect_uri")),
            ("tenant", None),
        ] {
            assert_eq!(canonical(name), known, "{name}");
        }
        assert!(looks_secret("X-Api-Key") && looks_secret("subscription_token"));
        assert!(!looks_secret("token_type_hint") && !looks_secret("audience"));
        assert_eq!(placeholder_name("_.base url"), "base_url");
        assert_eq!(placeholder_name("$1"), "value_1");
    }
}
