//! A `.env` file, or the lines of a shell that set variables: bash, fish or `PowerShell`. Variables have known endings and any
//! prefix; each prefix is one use of a service.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::str::Chars;

use crate::dialect::document::{Document, DocumentError};
use crate::dialect::held::{Held, Part};
use crate::dialect::preset::is_known;
use crate::dialect::{Described, Import};
use crate::secret::Secret;

const FORMAT: &str = ".env file";

/// Endings of variable names, and what such a variable is. The longest that fits counts.
const ENDINGS: [(&str, Part); 41] = [
    ("CLIENT_ID", Part::ClientId),
    ("CLIENT_SECRET", Part::ClientSecret),
    ("REFRESH_TOKEN", Part::RefreshToken),
    ("ACCESS_TOKEN", Part::AccessToken),
    ("ID_TOKEN", Part::IdToken),
    ("TOKEN_URL", Part::TokenUrl),
    ("TOKEN_URI", Part::TokenUrl),
    ("TOKEN_ENDPOINT", Part::TokenUrl),
    ("ENDPOINT_TOKEN", Part::TokenUrl),
    ("ACCESS_TOKEN_URL", Part::TokenUrl),
    ("REFRESH_TOKEN_URL", Part::TokenUrl),
    ("AUTH_URL", Part::AuthorizationUrl),
    ("AUTH_URI", Part::AuthorizationUrl),
    ("AUTHORIZE_URL", Part::AuthorizationUrl),
    ("AUTHORIZE_URI", Part::AuthorizationUrl),
    ("AUTHORIZE_ENDPOINT", Part::AuthorizationUrl),
    ("ENDPOINT_AUTHORIZE", Part::AuthorizationUrl),
    ("AUTHORIZATION_URI", Part::AuthorizationUrl),
    ("AUTHORIZATION_URL", Part::AuthorizationUrl),
    ("AUTHORIZATION_ENDPOINT", Part::AuthorizationUrl),
    ("REVOKE_URL", Part::RevocationUrl),
    ("REVOCATION_ENDPOINT", Part::RevocationUrl),
    ("ENDPOINT_REVOKE", Part::RevocationUrl),
    ("USERINFO_URL", Part::IdentityUrl),
    ("USER_INFO_URL", Part::IdentityUrl),
    ("USERINFO_ENDPOINT", Part::IdentityUrl),
    ("ENDPOINT_USER_INFO", Part::IdentityUrl),
    ("INTROSPECTION_ENDPOINT", Part::IntrospectionUrl),
    ("ISSUER", Part::Issuer),
    ("ISSUER_URL", Part::Issuer),
    ("ISSUER_URI", Part::Issuer),
    ("DISCOVERY_URL", Part::Issuer),
    ("WELL_KNOWN_URL", Part::Issuer),
    ("AUTHORITY", Part::Issuer),
    ("REDIRECT_URI", Part::RedirectUri),
    ("REDIRECT_URL", Part::RedirectUri),
    ("CALLBACK_URL", Part::RedirectUri),
    ("CALLBACK_URI", Part::RedirectUri),
    ("SCOPE", Part::Scope),
    ("SCOPES", Part::Scope),
    ("OAUTH_USERNAME", Part::UserName),
];

const A_PART: Part = Part::Unused("a part of the endpoints");

/// Variables of our own export formats that a profile does not have.
const OURS: [&str; 2] = ["TOKEN_TYPE", "EXPIRES_AT"];

/// Whether a text looks like a `.env` file: it begins with a variable, and one names a client or a refresh token.
pub fn recognise(document: &Document<'_>) -> bool {
    let mut lines = lines(document.text()).map(|(_, line)| assignment(line));
    let Some(Some(first)) = lines.next() else { return false };
    // A script has variables too, and what it runs says more.
    if document.lines().any(crate::dialect::documentation::begins) {
        return false;
    }
    let is_telling = |name: &str| {
        let part = ending(name).map(|(_, part)| part);
        matches!(part, Some(Part::ClientId | Part::RefreshToken | Part::AccessToken | Part::TokenUrl))
    };
    is_telling(first.0) || lines.flatten().any(|(name, _)| is_telling(name)) || !providers(document.text()).is_empty()
}

/// The prefixes of `NAME_ID` with `NAME_SECRET`, as Auth.js has them for each provider: after `AUTH_`, or after the name of a
/// service alone.
fn providers(text: &str) -> Vec<&str> {
    let names: Vec<&str> = lines(text).filter_map(|(_, line)| assignment(line)).map(|(name, _)| name).collect();
    let prefixes = names.iter().filter_map(|name| name.strip_suffix("ID")).filter(|prefix| prefix.ends_with('_'));
    let has_secret = |prefix: &&str| names.iter().any(|name| name.strip_suffix("SECRET") == Some(prefix));
    prefixes
        .filter(has_secret)
        .filter(|prefix| prefix.len() > "AUTH_".len() && prefix.starts_with("AUTH_") || is_known(prefix))
        .collect()
}

fn provider_part<'a>(name: &'a str, prefixes: &[&str]) -> Option<(&'a str, Part)> {
    let parts = [("ID", Part::ClientId), ("SECRET", Part::ClientSecret)];
    let found = parts.into_iter().find_map(|(ending, part)| Some((name.strip_suffix(ending)?, part)))?;
    prefixes.contains(&found.0).then_some(found)
}

pub fn read(document: &Document<'_>) -> Result<Import, DocumentError> {
    let mut groups: BTreeMap<&str, Vec<(&str, Part, Secret)>> = BTreeMap::new();
    let mut others: Vec<(&str, Secret)> = Vec::new();
    let pairs = providers(document.text());
    for (number, line) in lines(document.text()) {
        let wrong = |reason| DocumentError::Syntax { format: FORMAT, reason, line: number, column: 1 };
        let (name, rest) = assignment(line).ok_or(wrong("expected `NAME=value`"))?;
        let value = value(rest, Shell::of(line)).ok_or(wrong("unclosed quote"))?;
        match ending(name).or_else(|| provider_part(name, &pairs)) {
            Some((prefix, part)) => groups.entry(prefix).or_default().push((name, part, value)),
            None => others.push((name, value)),
        }
    }
    let is_use = |group: &[(&str, Part, Secret)]| {
        let has = |wanted: Part| group.iter().any(|(_, part, _)| *part == wanted);
        let held = |wanted: Part| group.iter().any(|(_, part, value)| *part == wanted && !value.is_empty());
        // A template has no client yet, but says more.
        let is_template = has(Part::ClientId) && group.iter().any(|(_, _, value)| !value.is_empty());
        held(Part::ClientId) || held(Part::RefreshToken) || held(Part::AccessToken) || is_template
    };
    groups.retain(|_, group| is_use(group));
    if groups.is_empty() {
        let expected = "`CLIENT_ID` or `REFRESH_TOKEN` with a value";
        return Err(DocumentError::OtherFormat { format: FORMAT, expected });
    }
    DocumentError::unless_few(FORMAT, "prefixes", groups.len())?;
    for (prefix, group) in &mut groups {
        complete(prefix, group, &mut others);
    }
    let mut described: Vec<Described> = groups.into_iter().map(|(prefix, group)| described(prefix, &group)).collect();
    let prefixes: Vec<String> = described.iter().map(|one| one.named_service.clone()).collect();
    for (name, _) in others {
        // A name with the prefix of one service says nothing of another.
        let of = prefixes.iter().filter(|prefix| name.starts_with(prefix.as_str())).max_by_key(|prefix| prefix.len());
        let told = described.iter_mut().filter(|one| of.is_none_or(|prefix| one.named_service == *prefix));
        told.for_each(|one| one.ignored.push(other(name)));
    }
    Ok(Import { format: FORMAT, described })
}

/// Puts the address of a server before the paths of its endpoints, and before the realm of a Keycloak server.
fn complete<'a>(prefix: &str, group: &mut Vec<(&'a str, Part, Secret)>, others: &mut Vec<(&'a str, Secret)>) {
    const SERVERS: [&str; 6] = ["AUTH_SERVER_URL", "BASE_URL", "SERVER_URL", "URL", "HOST", "BASE_URI"];
    let at = |name: &str| others.iter().position(|(known, _)| known.strip_prefix(prefix) == Some(name));
    let is_address = |at: &usize| others[*at].1.expose().contains("://");
    let Some(server) = SERVERS.iter().filter_map(|name| at(name)).find(is_address) else { return };
    let realm = at("REALM").filter(|_| prefix.ends_with("KEYCLOAK_"));
    let base = others[server].1.expose().trim_end_matches('/').to_owned();
    let is_path = |(_, part, value): &&mut (&str, Part, Secret)| {
        *part != Part::RedirectUri && !part.is_secret() && value.expose().starts_with('/')
    };
    let mut is_used = false;
    for (_, _, value) in group.iter_mut().filter(is_path) {
        *value = Secret::new(format!("{base}{}", value.expose()));
        is_used = true;
    }
    if let Some(realm) = realm {
        let issuer = format!("{base}/realms/{}", others[realm].1.expose());
        group.push((others[realm].0, Part::Issuer, Secret::new(issuer)));
    }
    let used = [realm, Some(server).filter(|_| is_used || realm.is_some())];
    let names: Vec<&str> = used.into_iter().flatten().map(|at| others[at].0).collect();
    if names.contains(&others[server].0) {
        group.push((others[server].0, A_PART, Secret::new("set")));
    }
    others.retain(|(name, _)| !names.contains(name));
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
        if value.is_empty() {
            held.leave_empty(name, *part);
        } else {
            held.take(name, *part, value.expose());
        }
    }
    let mut described = held.described();
    prefix.clone_into(&mut described.named_service);
    described
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

/// The shell whose rules a line follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shell {
    /// None: a reader of `.env` files, for which a value without quotes goes on to the end of the line.
    File,
    /// A shell of POSIX.
    Posix,
    Fish,
    /// `PowerShell`.
    Windows,
}

impl Shell {
    fn of(line: &str) -> Self {
        match line {
            _ if line.starts_with("set ") => Self::Fish,
            _ if line.starts_with("$env:") => Self::Windows,
            _ if line.starts_with("export ") => Self::Posix,
            _ => Self::File,
        }
    }
}

/// The name in capitals, and what follows its `=`, or in fish its name.
fn assignment(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = match Shell::of(line) {
        Shell::Fish => {
            let words = line.strip_prefix("set ")?.trim_start();
            // Options, which begin with a hyphen.
            let start =
                words.split_inclusive(' ').take_while(|word| word.starts_with('-')).map(str::len).sum::<usize>();
            words.get(start..)?.trim_start().split_once(' ')?
        }
        Shell::Windows => line.strip_prefix("$env:")?.split_once('=')?,
        Shell::File | Shell::Posix => line.strip_prefix("export ").map_or(line, str::trim_start).split_once('=')?,
    };
    let name = name.trim_end();
    let is_letter = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let is_name = name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_') && name.chars().all(is_letter);
    is_name.then_some((name, rest.trim_start()))
}

/// A value as its readers take it: bare up to a comment, in single quotes as it stands, in double quotes with
/// backslashes before quote, backslash, `$` and backquote, and with `\n`; pieces that touch are one, as in a shell.
fn value(rest: &str, shell: Shell) -> Option<Secret> {
    let rest = rest.trim_end();
    let mut value = Secret::default();
    let mut letters = rest.chars().peekable();
    if matches!(shell, Shell::Fish | Shell::Windows) && letters.next_if_eq(&'\'').is_some() {
        loop {
            let text = value.typing();
            match (letters.next()?, shell) {
                ('\\', Shell::Fish) if matches!(letters.peek(), Some('\\' | '\'')) => text.extend(letters.next()),
                (quote @ ('\'' | '\u{2018}'..='\u{201b}'), Shell::Windows) if letters.peek() == Some(&quote) => {
                    text.extend(letters.next());
                }
                ('\'', _) => return Some(value),
                (inside, _) => text.push(inside),
            }
        }
    }
    // White space is a part of the value if more of it follows.
    let mut space = String::new();
    while let Some(letter) = letters.next() {
        let text = value.typing();
        if !letter.is_whitespace() {
            text.push_str(&space);
            space.clear();
        }
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
            letter if letter.is_whitespace() || letter == ';' => {
                if shell != Shell::File || is_end(letter, &mut letters) {
                    break;
                }
                if letter == ';' { text.push(letter) } else { space.push(letter) }
            }
            letter => text.push(letter),
        }
    }
    Some(value)
}

/// Whether a value ends before this: a comment or another command of the shell follows, or nothing.
fn is_end(letter: char, letters: &mut Peekable<Chars<'_>>) -> bool {
    match letters.peek() {
        Some('#') => letter.is_whitespace(),
        Some(next) => letter == ';' && next.is_whitespace(),
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_as_it_was_quoted() {
        for (written, expected) in [
            ("ya29.a0-_~+/=", "ya29.a0-_~+/="),
            ("bare # a comment", "bare"),
            ("two words  # a comment", "two words"),
            ("a;b", "a;b"),
            ("a; b=c", "a"),
            ("'a b#\"$c'", "a b#\"$c"),
            ("\"it's\"", "it's"),
            (r"'it'\''s $x'", "it's $x"),
            (r#""a\"b\\c\nd\e""#, "a\"b\\c\nd\\e"),
            ("''", ""),
            ("", ""),
        ] {
            assert_eq!(value(written, Shell::File).expect(written).expose(), expected, "{written}");
        }
        assert_eq!(value("two words", Shell::Posix).expect("a value").expose(), "two");
        assert_eq!((value("'open", Shell::Posix), value("\"open\\", Shell::Posix)), (None, None));
    }

    #[test]
    fn each_shell_has_its_own_quotes() {
        for (line, expected) in [
            ("export A='it'\\''s'", "it's"),
            ("set -gx A 'a\\\\b\\'c'", "a\\b'c"),
            ("set --global --export A plain", "plain"),
            ("$env:A = 'it''s \u{2019}\u{2019}'", "it's \u{2019}"),
        ] {
            let (name, rest) = assignment(line).expect(line);
            assert_eq!((name, value(rest, Shell::of(line)).expect(line).expose()), ("A", expected), "{line}");
        }
    }

    #[test]
    fn the_variables_of_auth_js_are_a_client_each() {
        let text = "AUTH_SECRET=s\nAUTH_ACME_ID=a\nAUTH_ACME_SECRET=b\nGITHUB_ID=c\nGITHUB_SECRET=d\nTEAM_ID=e\nTEAM_SECRET=f\n";
        assert_eq!(providers(text), ["AUTH_ACME_", "GITHUB_"]);
    }

    #[test]
    fn the_address_of_a_server_completes_its_endpoints() {
        let of = |text: &str| read(&Document::from(text)).expect("a service").described.remove(0);
        let one = of("ACME_BASE_URL=https://as.test/\nACME_CLIENT_ID=\nACME_ENDPOINT_TOKEN=/token\nPORT=1\n");
        assert_eq!(one.service.token_request.url.source(), "https://as.test/token");
        let told: Vec<&str> = one.ignored.iter().map(|note| note.place.as_str()).collect();
        assert_eq!(told, ["ACME_CLIENT_ID", "ACME_BASE_URL", "PORT"]);
        let one = of("KEYCLOAK_URL=https://as.test\nKEYCLOAK_REALM=demo\nKEYCLOAK_CLIENT_ID=web\n");
        let issuer = one.service.redirect.issuer.as_deref();
        assert_eq!((issuer, one.client_id.as_str()), (Some("https://as.test/realms/demo"), "web"));
    }

    #[test]
    fn the_longer_ending_is_meant() {
        assert_eq!(ending("ACME_REFRESH_TOKEN_URL"), Some(("ACME_", Part::TokenUrl)));
        assert_eq!(ending("CLIENT_ID"), Some(("", Part::ClientId)));
        assert_eq!(ending("MYCLIENT_ID"), None);
    }
}
