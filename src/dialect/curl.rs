//! A `curl` line that calls a token endpoint, from a vendor's documentation or a browser's tools. The grant decides
//! whether it is the token request or the refresh request; the person's values are taken out.

use crate::call::Method;
use crate::dialect::command::{command, unmarked, words};
use crate::dialect::document::{Document, DocumentError, SMALL};
use crate::dialect::standard::{Blocks, PlainRequest, PlainRequests, RawBody, RawCall, form_fields};
use crate::dialect::{Import, Note};

const FORMAT: &str = "curl command";

/// The parsed options.
#[derive(Debug, Default)]
struct Options {
    method: Option<String>,
    url: String,
    headers: Vec<(String, String)>,
    data: Vec<Data>,
    user: Option<String>,
    get: bool,
    ignored: Vec<String>,
}

/// Data that is sent as it is, or encoded first.
#[derive(Debug)]
enum Data {
    Sent(String),
    Encoded(String),
    Json(String),
    Part(String),
}

/// Whether a text looks like a curl command.
pub fn recognise(document: &Document<'_>) -> bool {
    let (text, _) = command(document.text());
    is_curl(text.split_whitespace().next().unwrap_or_default()) && document.text().len() <= SMALL
}

pub fn read(document: &Document<'_>) -> Result<Import, DocumentError> {
    let (text, is_inner) = command(document.text());
    let mut requests = PlainRequests::default();
    requests.add_chosen(written(text, is_inner)?);
    let described = requests.described(FORMAT, Blocks::default(), &document.variables())?;
    Ok(Import { format: FORMAT, described })
}

/// Whether a line of another text begins with a command.
pub(in crate::dialect) fn begins(line: &str) -> bool {
    let (text, _) = command(unmarked(line));
    is_curl(text.split_whitespace().next().unwrap_or_default())
}

/// The request of the command that a text begins with; `None` if it asks for no tokens.
pub(in crate::dialect) fn request_of(text: &str) -> Option<PlainRequest> {
    let (text, is_inner) = command(unmarked(text));
    written(text, is_inner).ok()
}

/// The request of a command.
fn written(text: &str, is_inner: bool) -> Result<PlainRequest, DocumentError> {
    let mut words = words(FORMAT, text, is_inner)?.into_iter();
    if !words.next().is_some_and(|first| is_curl(&first)) {
        return Err(DocumentError::OtherFormat { format: FORMAT, expected: "`curl` at its beginning" });
    }
    let options = options(words)?;
    if options.url.is_empty() {
        return Err(DocumentError::OtherFormat { format: FORMAT, expected: "URL" });
    }
    if !options.asks_for_tokens() {
        return Err(DocumentError::OtherFormat {
            format: FORMAT,
            expected: "grant type, client or secret, as a call for tokens has",
        });
    }
    Ok(request(options))
}

fn is_curl(word: &str) -> bool {
    let name = word.rsplit(['/', '\\']).next().unwrap_or_default();
    name.eq_ignore_ascii_case("curl") || name.eq_ignore_ascii_case("curl.exe")
}

/// Letter options that take a value.
const WITH_VALUE: &str = "XdHuFAebcoTmrwxKEyYzCDPQt";

/// Long options that take a value, other than those that are read.
const NAMED_WITH_VALUE: &str = "--user-agent --referer --cookie --cookie-jar --output --max-time --connect-timeout \
    --retry --retry-delay --proxy --proxy-user --cert --cert-type --key --key-type --pass --cacert --capath --write-out \
    --resolve --connect-to --interface --unix-socket --limit-rate --max-redirs --range --ciphers --tls-max --dump-header \
    --config --upload-file --url-query --variable --oauth2-bearer --aws-sigv4 --trace --trace-ascii --stderr --netrc-file";

fn options(mut words: impl Iterator<Item = String>) -> Result<Options, DocumentError> {
    let mut options = Options::default();
    let mut others = Vec::new();
    while let Some(word) = words.next() {
        if let Some(letters) = word.strip_prefix('-').filter(|rest| !rest.is_empty() && !rest.starts_with('-')) {
            letters_of(letters, &mut words, &mut options)?;
        } else if word.starts_with("--") {
            let (name, joined) =
                word.split_once('=').map_or((word.as_str(), None), |(name, value)| (name, Some(value.to_owned())));
            let takes = named(name).is_some() || NAMED_WITH_VALUE.split_whitespace().any(|known| known == name);
            let value = if takes { joined.or_else(|| words.next()) } else { None };
            match (named(name), value) {
                (Some(letter), Some(value)) => options.put(letter, value),
                (Some(_), None) => return Err(without_value(name)),
                (None, _) if name == "--get" => options.get = true,
                (None, _) => options.ignored.push(name.to_owned()),
            }
        } else {
            others.push(word);
        }
    }
    // A word may be the value of an option that is not known here; a URL looks like one.
    let is_url = |word: &String| word.contains("://") || word.starts_with(['{', '<', '$']);
    let at = others.iter().position(is_url).or((!others.is_empty()).then_some(0));
    if let Some(at) = at.filter(|_| options.url.is_empty()) {
        options.url = others.remove(at);
    }
    options.ignored.extend(others.iter().map(|_| "a further word".to_owned()));
    Ok(options)
}

/// Combined letters such as `-sX POST` or `-XPOST`; the last may have its value attached.
fn letters_of(
    letters: &str,
    words: &mut impl Iterator<Item = String>,
    options: &mut Options,
) -> Result<(), DocumentError> {
    for (at, letter) in letters.char_indices() {
        if WITH_VALUE.contains(letter) {
            let joined = &letters[at + letter.len_utf8()..];
            let value = if joined.is_empty() { words.next() } else { Some(joined.to_owned()) };
            options.put(letter, value.ok_or_else(|| without_value(&format!("-{letter}")))?);
            return Ok(());
        }
        match letter {
            'G' => options.get = true,
            letter => options.ignored.push(format!("-{letter}")),
        }
    }
    Ok(())
}

/// The letter of a supported option; options without one get a letter of our own.
fn named(name: &str) -> Option<char> {
    Some(match name {
        "--request" => 'X',
        "--url" => 'U',
        "--data" | "--data-ascii" => 'd',
        "--data-raw" | "--data-binary" => 'B',
        "--data-urlencode" => 'E',
        "--json" => 'J',
        "--header" => 'H',
        "--user" => 'u',
        "--form" | "--form-string" => 'F',
        _ => return None,
    })
}

fn without_value(name: &str) -> DocumentError {
    DocumentError::Unexpected { format: FORMAT, place: name.chars().take(40).collect(), expected: "a value" }
}

impl Options {
    fn put(&mut self, letter: char, value: String) {
        match letter {
            'X' => self.method = Some(value),
            'U' => self.url = value,
            'H' => {
                let (name, value) = value.split_once(':').unwrap_or((&value, ""));
                self.headers.push((name.trim().to_owned(), value.trim().to_owned()));
            }
            'u' => self.user = Some(value),
            'J' => self.data.push(Data::Json(value)),
            // The body would be in a file, which is not read here.
            'd' if value.starts_with('@') => self.ignored.push("--data @file".to_owned()),
            'E' if !value.contains('=') && value.contains('@') => {
                self.ignored.push("--data-urlencode @file".to_owned());
            }
            'F' if value.contains("=@") || value.contains("=<") => self.ignored.push("--form @file".to_owned()),
            'F' => self.data.push(Data::Part(value)),
            'E' => self.data.push(Data::Encoded(value)),
            'd' | 'B' => self.data.push(Data::Sent(value)),
            letter => self.ignored.push(format!("-{letter}")),
        }
    }

    /// Whether the command may request tokens rather than use one; its URL would be sent secrets.
    fn asks_for_tokens(&self) -> bool {
        const NAMES: [&str; 16] = [
            "grant",
            "client",
            "secret",
            "refresh_token",
            "code",
            "username",
            "user_name",
            "userid",
            "password",
            "assertion",
            "api_key",
            "apikey",
            "scope",
            "audience",
            "login",
            "token",
        ];
        const PLACES: [&str; 6] = ["token", "oauth", "auth", "login", "session", "sso"];
        let has = |text: &str, any: &[&str]| any.iter().any(|part| text.to_lowercase().contains(part));
        let sent = self.data.iter().any(|data| {
            let (Data::Sent(text) | Data::Json(text) | Data::Encoded(text) | Data::Part(text)) = data;
            has(text, &NAMES)
        });
        let is_basic = self.headers.iter().any(|(name, value)| {
            name.eq_ignore_ascii_case("authorization") && value.to_lowercase().starts_with("basic")
        });
        let (address, query) = self.url.split_once('?').unwrap_or((&self.url, ""));
        sent || is_basic || self.user.is_some() || has(address, &PLACES) || has(query, &["grant", "client", "secret"])
    }

    /// All data joined as curl joins it, and whether it is JSON.
    fn body(&mut self) -> RawBody {
        let data = std::mem::take(&mut self.data);
        if data.is_empty() {
            return RawBody::None;
        }
        let is_fields = data.iter().all(|data| matches!(data, Data::Encoded(_) | Data::Part(_)));
        let is_json = data.iter().any(|data| matches!(data, Data::Json(_)));
        let mut fields = Vec::new();
        let mut sent = Vec::new();
        for piece in &data {
            match piece {
                Data::Sent(text) | Data::Json(text) => {
                    sent.push(text.clone());
                    fields.extend(form_fields(text));
                }
                // `name=value`: curl encodes the value.
                Data::Encoded(text) | Data::Part(text) => {
                    let (name, value) = text.split_once('=').unwrap_or((text, ""));
                    fields.push((name.to_owned(), value.to_owned()));
                }
            }
        }
        if is_fields || sent.len() < data.len() {
            return RawBody::Fields(fields);
        }
        if is_json {
            self.headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
        }
        RawBody::Text(sent.join(if is_json { "" } else { "&" }))
    }
}

/// The request of a command.
fn request(mut options: Options) -> PlainRequest {
    let mut ignored: Vec<Note> =
        options.ignored.iter().map(|name| Note::new(name, "does not affect the request")).collect();
    let has_data = !options.data.is_empty();
    let is_form_part = options.data.iter().any(|data| matches!(data, Data::Part(_)));
    let mut body = options.body();
    let mut query = Vec::new();
    if options.get {
        if let RawBody::Fields(fields) = body {
            query = fields;
        } else if let RawBody::Text(text) = body {
            query = form_fields(&text);
        }
        body = RawBody::None;
    }
    if is_form_part {
        ignored.push(Note::new("--form", "the body is sent URL-encoded (RFC 6749 section 4.1.3)"));
        options.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
    }
    let standard = if has_data && !options.get { Method::Post } else { Method::Get };
    let named = options.method.as_deref();
    let method = Method::ALL.into_iter().find(|m| named.is_some_and(|named| m.as_str().eq_ignore_ascii_case(named)));
    let basic = options.user.as_deref().map(|user| {
        let (name, password) = user.split_once(':').unwrap_or((user, ""));
        (name.to_owned(), password.to_owned())
    });
    let method = method.unwrap_or(standard);
    let call = RawCall { method, url: options.url, headers: options.headers, query, body, basic };
    PlainRequest { title: String::new(), name: "curl".to_owned(), call, ignored }
}
