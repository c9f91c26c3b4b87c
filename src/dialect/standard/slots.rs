//! Slots, where a document leaves a value open: `{{name}}`, `{name}`, `<name>`, `${NAME}`, and texts such as
//! `your_client_id` without brackets.

use crate::call::is_name;

/// The longest name in brackets.
const LONGEST_NAME: usize = 100;

/// The longest command that fills in a value.
const LONGEST_COMMAND: usize = 500;

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
        .take(LONGEST_NAME)
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
    let inside = ["<>", "[]", "%%", "``", "{}"].iter().find_map(|pair| {
        let inside = value.strip_prefix(&pair[..1])?.strip_suffix(&pair[1..])?;
        let refused = ['<', '>', '[', ']', '%', '"', ',', '{', '}', ':'];
        let refused = if *pair == "{}" { &refused[..] } else { &refused[..refused.len() - 3] };
        (!inside.is_empty() && inside.len() <= LONGEST_NAME && !inside.contains(refused)).then_some(inside)
    });
    let doubled = value.strip_prefix("<<").and_then(|rest| rest.strip_suffix(">>")).filter(|name| is_name(name));
    let shell = value.strip_prefix('$').filter(|name| is_name(name));
    let tag = value.strip_prefix("{%").and_then(|rest| rest.strip_suffix("%}")).map(str::trim);
    inside.or(doubled).or(shell).or(tag).or_else(|| is_dummy(value).then_some(value))
}

/// Whether a text without brackets says that a value goes there: `your_client_id`, `xxxx`, `changeme`.
pub(crate) fn is_dummy(value: &str) -> bool {
    /// How files name a variable of the environment, or an entry of a store of secrets.
    const REFERENCES: [&str; 7] = ["os.environ/", "env:", "env.", "process.env.", "$env:", "op://", "vault:"];
    const BEGINS: [&str; 13] = [
        "your_",
        "your-",
        "your ",
        "my_client",
        "my_refresh",
        "insert_",
        "insert-",
        "replace_",
        "replace-",
        "enter_",
        "change_",
        "change-",
        "changeme",
    ];
    let lower = value.to_ascii_lowercase();
    let is_crossed_out = |c| matches!(c, 'x' | 'X' | '*' | '.' | '…' | '-');
    let crossed_out = value.len() >= 3 && value.chars().all(is_crossed_out) && value.chars().any(|c| c != '-');
    let is_shortened = value.ends_with("...") || value.ends_with('…');
    let is_word = lower == "todo" || lower.contains("placeholder");
    let begins = |starts: &[&str]| starts.iter().any(|start| lower.starts_with(start));
    let is_any = begins(&BEGINS) || begins(&REFERENCES) || crossed_out || is_shortened || is_word;
    is_any && value.len() <= LONGEST_NAME
}

/// The address with brackets around the labels of its host and the parts of its path that say that something goes there:
/// `https://YOUR_DOMAIN/token`, `https://your-shop.example.com/{id}`.
pub(crate) fn with_open_parts(url: &str) -> String {
    /// What `your` stands before, and what names in capitals are made of.
    const WORDS: &str = " account base client company customer dc directory domain environment host id instance name okta org         organization project realm region server shop store subdomain tenant url your ";
    let (address, query) = url.split_at(url.find(['?', '#']).unwrap_or(url.len()));
    let is_word = |word: &str| WORDS.contains(&format!(" {word} "));
    let is_open = |part: &str| {
        let lower = part.to_ascii_lowercase();
        let is_named = part.starts_with(|c: char| c.is_ascii_alphabetic());
        let is_plain = part.chars().all(|c| c.is_ascii_alphabetic() || "_-".contains(c));
        let of_person = lower.strip_prefix("your").is_some_and(|rest| rest.starts_with(['-', '_']) || is_word(rest))
            || part.strip_prefix("your").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()));
        let is_capital = is_plain && part.len() > 3 && !part.chars().any(|c| c.is_ascii_lowercase());
        is_named && (of_person || is_capital && lower.split(['_', '-']).all(is_word))
    };
    let Some((scheme, rest)) = address.split_once("://") else { return url.to_owned() };
    let mut open = format!("{scheme}://");
    for piece in rest.split_inclusive(['/', '.', ':', '@']) {
        let (part, sign) = piece.split_at(piece.trim_end_matches(['/', '.', ':', '@']).len());
        let is_slot = is_open(part);
        open.push_str(&if is_slot { format!("{{{{{part}}}}}{sign}") } else { piece.to_owned() });
    }
    open + query
}

/// Whether a value stands for the value of a parameter that documentation leaves out: the parameter's own name, or
/// words in capitals such as `APP_SECRET`. `name` is that of the parameter, or our placeholder for it.
pub(crate) fn is_stand_in(name: &str, value: &str) -> bool {
    /// The words of such names.
    const WORDS: &str = " access account add and api app application auth authorization base64 callback change client \
        code consumer credentials email encoded enter from header here id insert key me my name oauth oauth2 paste \
        password put redirect refresh replace secret string the token uri url user username value with your ";
    let (value, known) = (value.trim(), canonical(name));
    // Grants and scopes may be such words.
    let is_word_of_its_own = known == Some("scope") && canonical(value) != known;
    if known == Some("grant_type") || squeezed(name).ends_with("type") || is_word_of_its_own {
        return false;
    }
    // What an OpenAPI page fills in.
    if value == "string" && matches!(known, Some("client_id" | "client_secret")) {
        return true;
    }
    let value = value.strip_prefix(':').filter(|rest| canonical(rest).is_some() && is_name(rest)).unwrap_or(value);
    let is_plain = |c: char| c.is_ascii_alphabetic() || "_- ".contains(c) || c == '2' || c == '6' || c == '4';
    if value.is_empty() || value.len() > LONGEST_NAME || !value.chars().all(is_plain) {
        return false;
    }
    let is_one_word = value.chars().all(|c| c.is_ascii_lowercase());
    let own = known.map_or_else(|| squeezed(name) == squeezed(value), |known| canonical(value) == Some(known));
    if own && !is_one_word {
        return true;
    }
    let words: Vec<String> = value.split(['_', '-', ' ']).map(str::to_ascii_lowercase).collect();
    let is_capital = !value.chars().any(|c| c.is_ascii_lowercase());
    let are_known = words.iter().all(|word| !word.is_empty() && WORDS.contains(&format!(" {word} ")));
    is_capital && are_known && (words.len() > 1 || canonical(value).is_some())
}

/// The text with something in each slot.
pub(crate) fn filled(text: &str) -> String {
    let fill = |piece: Piece<'_>| match piece {
        Piece::Text(text) => text.to_owned(),
        Piece::Slot(..) => "x".to_owned(),
    };
    pieces(text).into_iter().map(fill).collect()
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
    let Some((open, close)) = ["{{|}}", "${|}", "{|}", "<|>"]
        .iter()
        .filter_map(|pair| pair.split_once('|'))
        .find(|(open, _)| text.starts_with(open))
    else {
        return of_a_shell(text);
    };
    let inner = &text[open.len()..];
    // No further than the longest name, so that a text full of brackets is not read once a bracket.
    let room = inner.char_indices().nth(LONGEST_NAME + close.len()).map_or(inner, |(end, _)| &inner[..end]);
    let end = room.find(close)?;
    let name = inner[..end].trim();
    // A shell's default (`${NAME:-value}`) is one of many values.
    let name = if open == "${" { name.split_once(":-").map_or(name, |(name, _)| name) } else { name };
    let may_be = if open == "{{" {
        !name.is_empty() && name.len() <= LONGEST_NAME && !name.contains(['{', '}', '"', ':', '\n'])
    } else {
        is_name(name)
    };
    may_be.then_some((name, open.len() + end + close.len()))
}

/// What a shell fills in: `$NAME`, and the output of a command `$(…)`, at the start of a text.
fn of_a_shell(text: &str) -> Option<(&str, usize)> {
    let rest = text.strip_prefix('$')?;
    if let Some(command) = rest.strip_prefix('(') {
        let mut depth = 1_usize;
        let end = command.bytes().take(LONGEST_COMMAND).position(|byte| {
            depth = match byte {
                b'(' => depth + 1,
                b')' => depth - 1,
                _ => depth,
            };
            depth == 0
        })?;
        return Some((command[..end].trim(), end + 3));
    }
    let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
    let name = &rest[..length];
    // Any other text with this sign is more likely a password.
    let is_variable = length > 1 && name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_');
    let is_variable = is_variable && !name.chars().any(|c| c.is_ascii_lowercase());
    is_variable.then_some((name, length + 1))
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
        for (written, open) in [
            ("https://YOUR_DOMAIN/oauth/token?a=YOUR_X", "https://{{YOUR_DOMAIN}}/oauth/token?a=YOUR_X"),
            ("https://your-shop.example.test/token", "https://{{your-shop}}.example.test/token"),
            ("https://yourOktaDomain/oauth2/v1/token", "https://{{yourOktaDomain}}/oauth2/v1/token"),
            ("https://as.test/TENANT_ID/token", "https://as.test/{{TENANT_ID}}/token"),
            ("https://as.test/yourself/AS/TOKEN/API", "https://as.test/yourself/AS/TOKEN/API"),
            ("https://AS.test/{YOUR_ID}/token", "https://AS.test/{YOUR_ID}/token"),
        ] {
            assert_eq!(with_open_parts(written), open, "{written}");
        }
        assert!(is_dummy("os.environ/ACME_ID") && is_dummy("op://vault/acme/id") && !is_dummy("environment"));
        assert_eq!(filled("https://{{shop}}.example.test"), "https://x.example.test");
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
