//! A `.env` file, or `export` lines of a shell: variables with known endings and any prefix. Each
//! prefix is one use of a service.

use std::collections::BTreeMap;

use crate::dialect::document::{Document, DocumentError};
use crate::dialect::held::{Held, Part};
use crate::dialect::{Described, Import};
use crate::secret::Secret;

const FORMAT: &str = ".env file";

/// Endings of variable names, and what such a variable is. The longest that fits counts.
const ENDINGS: [(&str, Part); 26] = [
    ("CLIENT_ID", Part::ClientId),
    ("CLIENT_SECRET", Part::ClientSecret),
    ("REFRESH_TOKEN", Part::RefreshToken),
    ("ACCESS_TOKEN", Part::AccessToken),
    ("ID_TOKEN", Part::IdToken),
    ("TOKEN_URL", Part::TokenUrl),
    ("TOKEN_URI", Part::TokenUrl),
    ("TOKEN_ENDPOINT", Part::TokenUrl),
    ("ACCESS_TOKEN_URL", Part::TokenUrl),
    ("REFRESH_TOKEN_URL", Part::TokenUrl),
    ("AUTH_URL", Part::AuthorizationUrl),
    ("AUTH_URI", Part::AuthorizationUrl),
    ("AUTHORIZE_URL", Part::AuthorizationUrl),
    ("AUTHORIZATION_URL", Part::AuthorizationUrl),
    ("AUTHORIZATION_ENDPOINT", Part::AuthorizationUrl),
    ("REVOKE_URL", Part::RevocationUrl),
    ("REVOCATION_ENDPOINT", Part::RevocationUrl),
    ("INTROSPECTION_ENDPOINT", Part::IntrospectionUrl),
    ("ISSUER", Part::Issuer),
    ("ISSUER_URL", Part::Issuer),
    ("REDIRECT_URI", Part::RedirectUri),
    ("REDIRECT_URL", Part::RedirectUri),
    ("CALLBACK_URL", Part::RedirectUri),
    ("SCOPE", Part::Scope),
    ("SCOPES", Part::Scope),
    ("OAUTH_USERNAME", Part::UserName),
];

/// Variables of our own export formats that a profile does not have.
const OURS: [&str; 2] = ["TOKEN_TYPE", "EXPIRES_AT"];

/// Whether a text looks like a `.env` file: it begins with a variable, and one names a client or a refresh token.
pub fn recognise(document: &Document<'_>) -> bool {
    // A script has variables too, and what it runs says more.
    if document.lines().any(crate::dialect::curl::begins) {
        return false;
    }
    let mut lines = lines(document.text()).map(|(_, line)| assignment(line));
    let Some(Some(first)) = lines.next() else { return false };
    let is_telling = |name: &str| {
        let part = ending(name).map(|(_, part)| part);
        matches!(part, Some(Part::ClientId | Part::RefreshToken | Part::AccessToken | Part::TokenUrl))
    };
    is_telling(first.0) || lines.flatten().any(|(name, _)| is_telling(name))
}

pub fn read(document: &Document<'_>) -> Result<Import, DocumentError> {
    let mut groups: BTreeMap<&str, Vec<(&str, Part, Secret)>> = BTreeMap::new();
    let mut others: Vec<&str> = Vec::new();
    for (number, line) in lines(document.text()) {
        let wrong = |reason| DocumentError::Syntax { format: FORMAT, reason, line: number, column: 1 };
        let (name, rest) = assignment(line).ok_or(wrong("expected `NAME=value`"))?;
        let value = value(rest).ok_or(wrong("unclosed quote"))?;
        match ending(name) {
            Some((prefix, part)) => groups.entry(prefix).or_default().push((name, part, value)),
            None => others.push(name),
        }
    }
    let is_use = |group: &[(&str, Part, Secret)]| {
        let held = |wanted: Part| group.iter().any(|(_, part, value)| *part == wanted && !value.is_empty());
        held(Part::ClientId) || held(Part::RefreshToken) || held(Part::AccessToken)
    };
    groups.retain(|_, group| is_use(group));
    if groups.is_empty() {
        return Err(DocumentError::OtherFormat { format: FORMAT, expected: "`CLIENT_ID` or `REFRESH_TOKEN`" });
    }
    DocumentError::unless_few(FORMAT, "prefixes", groups.len())?;
    let mut described: Vec<Described> = groups.into_iter().map(|(prefix, group)| described(prefix, &group)).collect();
    if let [only] = &mut described[..] {
        only.ignored.extend(others.into_iter().map(other));
    }
    Ok(Import { format: FORMAT, described })
}

fn other(name: &str) -> crate::dialect::Note {
    let is_ours = OURS.iter().any(|ending| name.ends_with(ending));
    let words = if is_ours { "belongs to the access token" } else { "unknown name" };
    crate::dialect::Note::new(name, words)
}

fn described(prefix: &str, group: &[(&str, Part, Secret)]) -> Described {
    let mut held = Held::new(FORMAT, "whoever reads this file");
    // The prefix names the service, unless it only says OAuth.
    let word = prefix.trim_end_matches('_').to_lowercase().replace('_', " ");
    if !["", "oauth", "oauth2", "google oauth"].contains(&word.as_str()) {
        held.title = word;
    }
    for (name, part, value) in group {
        held.take(name, *part, value.expose());
    }
    held.described()
}

/// The prefix of a name, and the meaning of its ending.
fn ending(name: &str) -> Option<(&str, Part)> {
    let fits = |(ending, part): &(&str, Part)| {
        let prefix = name.strip_suffix(ending)?;
        (prefix.is_empty() || prefix.ends_with('_')).then_some((prefix, *part))
    };
    ENDINGS.iter().filter_map(fits).min_by_key(|(prefix, _)| prefix.len())
}

/// The lines that are not blank or comments, with their numbers.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate();
    lines.map(|(at, line)| (at + 1, line.trim())).filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

/// The name in capitals, and what follows its `=`.
fn assignment(line: &str) -> Option<(&str, &str)> {
    let line = line.strip_prefix("export ").map_or(line, str::trim_start);
    let (name, rest) = line.split_once('=')?;
    let name = name.trim_end();
    let is_letter = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let is_name = name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_') && name.chars().all(is_letter);
    is_name.then_some((name, rest.trim_start()))
}

/// A value as its readers take it: bare up to a comment, in single quotes as it stands, in double quotes with
/// backslashes before quote, backslash, `$` and backquote, and with `\n`; pieces that touch are one, as in a shell.
fn value(rest: &str) -> Option<Secret> {
    let mut value = Secret::default();
    let mut letters = rest.chars().peekable();
    while let Some(letter) = letters.next() {
        let text = value.typing();
        match letter {
            '\'' => loop {
                match letters.next()? {
                    '\'' => break,
                    inside => text.push(inside),
                }
            },
            '"' => loop {
                match letters.next()? {
                    '"' => break,
                    '\\' => match letters.next()? {
                        'n' => text.push('\n'),
                        escaped @ ('"' | '\\' | '$' | '`') => text.push(escaped),
                        other => text.extend(['\\', other]),
                    },
                    inside => text.push(inside),
                }
            },
            '\\' if letters.peek() == Some(&'\'') => text.extend(letters.next()),
            // A comment, or another command of the shell.
            letter if letter.is_whitespace() || letter == ';' => break,
            letter => text.push(letter),
        }
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_as_it_was_quoted() {
        for (written, expected) in [
            ("ya29.a0-_~+/=", "ya29.a0-_~+/="),
            ("bare # a comment", "bare"),
            ("'a b#\"$c'", "a b#\"$c"),
            ("\"it's\"", "it's"),
            (r"'it'\''s $x'", "it's $x"),
            (r#""a\"b\\c\nd\e""#, "a\"b\\c\nd\\e"),
            ("''", ""),
            ("", ""),
        ] {
            assert_eq!(value(written).expect(written).expose(), expected, "{written}");
        }
        assert_eq!((value("'open"), value("\"open\\")), (None, None));
    }

    #[test]
    fn the_longer_ending_is_meant() {
        assert_eq!(ending("ACME_REFRESH_TOKEN_URL"), Some(("ACME_", Part::TokenUrl)));
        assert_eq!(ending("CLIENT_ID"), Some(("", Part::ClientId)));
        assert_eq!(ending("MYCLIENT_ID"), None);
    }
}
