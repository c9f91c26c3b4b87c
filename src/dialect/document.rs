//! A document from outside: decoded, checked against the limits of all readers, and parsed once. No error quotes the
//! document: what it quotes could be a secret.

use std::borrow::Cow;
use std::cell::OnceCell;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use serde_json::error::Category;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::dialect::standard::Variables;
use crate::dialect::{relaxed, tree};

/// The most bytes a document may have: exports of whole workspaces stay below, and what they are parsed into fits into
/// the memory of a small machine.
pub const LARGEST: usize = 16 * 1024 * 1024;

/// The most bytes of a description of one service, a hundred times the largest one seen.
pub(in crate::dialect) const SMALL: usize = 1024 * 1024;

/// The longest text of a call, in bytes: each is searched for placeholders many times.
pub(in crate::dialect) const LONGEST_TEXT: usize = 64 * 1024;

/// The most parameters of a call, and the most inputs of a service: nobody fills in more.
pub(in crate::dialect) const MOST_PARAMETERS: usize = 100;

/// The most scopes offered: the largest services have hundreds.
pub(in crate::dialect) const MOST_SCOPES: usize = 1_000;

/// The most services in one document, so that a person can still choose.
pub(in crate::dialect) const MOST_DESCRIBED: usize = 100;

/// How deep brackets may nest: the depth that the JSON parser allows, so that no reader runs out of stack.
const DEEPEST: usize = 127;

/// The most JSON values; each takes about a hundred bytes once parsed.
const MOST_VALUES: usize = 1_000_000;

/// The first bytes of binary files, and what those files are.
const MAGIC: [(&[u8], &str); 10] = [
    (b"PK\x03\x04", "a ZIP archive"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"SQLite format 3\0", "a database"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"\x30\x82", "a certificate or key in binary form"),
    (b"\xd0\xcf\x11\xe0", "an office document"),
];

/// Why a document cannot be read. `format` is the assumed format; lines and columns count from 1.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are what the messages name")]
pub enum DocumentError {
    #[error("the document is empty")]
    Empty,
    /// Larger than any document, or than any of this format.
    #[error("the document is larger than {} MiB{}", limit / 1024 / 1024, limit_for(*format))]
    TooLarge { format: Option<&'static str>, limit: usize },
    /// Not text, but this.
    #[error("the document is {0}, not text")]
    Binary(&'static str),
    #[error("line {line}, column {column}: the text is not UTF-8")]
    Encoding { line: usize, column: usize },
    #[error("line {line}, column {column}: brackets nest deeper than {DEEPEST}")]
    TooDeep { line: usize, column: usize },
    #[error("line {line}, column {column}: more than {MOST_VALUES} values")]
    TooManyValues { line: usize, column: usize },
    /// It starts like JSON and is not valid.
    #[error("line {line}, column {column}: invalid JSON: {problem}")]
    Json { line: usize, column: usize, problem: String, cause: &'static str },
    #[error("line {line}, column {column}: the JSON ends in the middle")]
    CutOff { line: usize, column: usize },
    /// It breaks the rules of its format.
    #[error("the {format} cannot be read: {reason} at line {line}, column {column}")]
    Syntax { format: &'static str, reason: &'static str, line: usize, column: usize },
    #[error("this does not look like {format}: it has no {expected}")]
    OtherFormat { format: &'static str, expected: &'static str },
    #[error("the {format} describes no service: it has no {lacks}")]
    NoService { format: &'static str, lacks: &'static str },
    /// Its requests ask for no tokens, and none says how its own are got.
    #[error("the {format} has no OAuth 2.0 settings and no request for tokens: it has {seen}")]
    NoOauth { format: &'static str, seen: String },
    /// A value is not of the expected type.
    #[error("{format}: expected {expected} at `{place}`")]
    Unexpected { format: &'static str, place: String, expected: &'static str },
    #[error("the {format} has more than {limit} {what}")]
    TooMany { format: &'static str, what: &'static str, limit: usize },
}

fn limit_for(format: Option<&str>) -> String {
    format.map_or_else(String::new, |format| format!(", the limit for {format}"))
}

impl DocumentError {
    /// Refuses a document with more services than a person can choose from.
    pub(in crate::dialect) fn unless_few(format: &'static str, what: &'static str, count: usize) -> Result<(), Self> {
        if count > MOST_DESCRIBED { Err(Self::TooMany { format, what, limit: MOST_DESCRIBED }) } else { Ok(()) }
    }

    /// The same error, with the assumed format.
    fn within(&self, format: &'static str) -> Self {
        match self {
            Self::Json { line, column, cause: reason, .. } => {
                Self::Syntax { format, reason, line: *line, column: *column }
            }
            Self::CutOff { line, column } => {
                Self::Syntax { format, reason: "it ends too early", line: *line, column: *column }
            }
            other => other.clone(),
        }
    }
}

impl Diagnose for DocumentError {
    fn diagnose(&self) -> Diagnosis {
        Diagnosis::new(self.to_string()).hint(match self {
            Self::Empty => "copy or export it again",
            Self::TooLarge { .. } | Self::TooManyValues { .. } => "export only what describes the service",
            Self::Binary(_) => "export the description as text: JSON, YAML, XML or TOML",
            Self::Encoding { .. } => "save it as UTF-8",
            Self::TooDeep { .. } => "no description of a service nests that deep; check the program that made it",
            Self::Json { .. } => "fix the JSON there, or export it again",
            Self::CutOff { .. } => "the document is cut off: export or copy it again, whole",
            Self::Syntax { .. } => "check that all of it was copied, from the first to the last line",
            Self::NoService { .. } => "import another description of the service, such as the URL of its issuer",
            Self::OtherFormat { .. } => "check whether this is the right file",
            Self::NoOauth { .. } => "export the request that gets the tokens, or one with OAuth 2.0 settings, with it",
            Self::Unexpected { .. } => "fix the document there",
            Self::TooMany { .. } => "cut out the part that you need",
        })
    }
}

/// A document as text, and as JSON if it is JSON, parsed once.
pub struct Document<'a> {
    /// The name of its file, or another name for it.
    pub(in crate::dialect) name: &'a str,
    /// `None` if it does not begin like JSON.
    json: Option<Result<Json, DocumentError>>,
    /// What it is as another tree of names and values, parsed when it is first asked for.
    tree: OnceCell<Option<Json>>,
    /// Wiped on drop: a document may hold secrets.
    text: Zeroizing<String>,
    /// The variables of other files.
    variables: Variables,
}

impl From<&str> for Document<'_> {
    fn from(text: &str) -> Self {
        Self::of_text("document", Zeroizing::new(text.to_owned()))
    }
}

impl<'a> Document<'a> {
    /// Decodes the bytes and checks the limits.
    pub(in crate::dialect) fn parse(bytes: &[u8], name: &'a str) -> Result<Self, DocumentError> {
        if bytes.len() > LARGEST {
            return Err(DocumentError::TooLarge { format: None, limit: LARGEST });
        }
        let text = Zeroizing::new(decode(bytes)?);
        if text.trim().is_empty() {
            return Err(DocumentError::Empty);
        }
        let document = Self::of_text(name, text);
        match document.broken() {
            // Refused whatever it is: no reader could be sure of coming to its end.
            Some(error @ (DocumentError::TooDeep { .. } | DocumentError::TooManyValues { .. })) => Err(error.clone()),
            _ => Ok(document),
        }
    }

    fn of_text(name: &'a str, text: Zeroizing<String>) -> Self {
        let json = looks_like_json(relaxed::after_comments(&text)).then(|| {
            bound(&text)?;
            serde_json::from_str(&text).or_else(|_| {
                // The places are the same.
                serde_json::from_str(&relaxed::strict(&text)).map_err(|error| json_error(&error))
            })
        });
        Self { name, json, tree: OnceCell::new(), text, variables: Variables::default() }
    }

    /// The same with the variables of other files.
    pub(in crate::dialect) fn with(self, variables: Variables) -> Self {
        Self { variables, ..self }
    }

    /// The variables of other files; those of the document itself are added after them.
    pub(in crate::dialect) fn variables(&self) -> Variables {
        self.variables.clone()
    }

    /// The text, without a byte order mark.
    pub(in crate::dialect) fn text(&self) -> &str {
        &self.text
    }

    /// The text without surrounding white space.
    pub(in crate::dialect) fn trimmed(&self) -> &str {
        self.text.trim()
    }

    /// Its lines that are not blank.
    pub(in crate::dialect) fn lines(&self) -> impl Iterator<Item = &str> {
        self.text().lines().map(str::trim).filter(|line| !line.is_empty())
    }

    pub(in crate::dialect) fn json(&self) -> Option<&Json> {
        self.json.as_ref().and_then(|json| json.as_ref().ok())
    }

    /// Its names and values: JSON, TOML, YAML, INI or properties. `None` for any other text.
    pub(in crate::dialect) fn tree(&self) -> Option<&Json> {
        match &self.json {
            Some(json) => json.as_ref().ok(),
            None => self.tree.get_or_init(|| tree::parse(&self.text)).as_ref(),
        }
    }

    /// Why it is not JSON, if it begins like JSON.
    pub(in crate::dialect) fn broken(&self) -> Option<&DocumentError> {
        self.json.as_ref().and_then(|json| json.as_ref().err())
    }

    /// Whether it is JSON for which this holds.
    pub(in crate::dialect) fn is_json(&self, holds: impl FnOnce(&Json) -> bool) -> bool {
        self.json().is_some_and(holds)
    }

    /// Its JSON, for a format that is always JSON.
    pub(in crate::dialect) fn as_json(&self, format: &'static str) -> Result<&Json, DocumentError> {
        match &self.json {
            Some(json) => json.as_ref().map_err(|error| error.within(format)),
            None => Err(DocumentError::OtherFormat { format, expected: "JSON" }),
        }
    }

    /// Its JSON if `is_one` accepts it; `expected` describes what was missing otherwise.
    pub(in crate::dialect) fn json_of(
        &self,
        format: &'static str,
        is_one: impl FnOnce(&Json) -> bool,
        expected: &'static str,
    ) -> Result<&Json, DocumentError> {
        let json = self.as_json(format)?;
        if is_one(json) { Ok(json) } else { Err(DocumentError::OtherFormat { format, expected }) }
    }

    /// Its JSON or YAML, deserialized.
    pub(in crate::dialect) fn typed<T: DeserializeOwned>(&self, format: &'static str) -> Result<T, DocumentError> {
        match &self.json {
            Some(_) => {
                T::deserialize(self.as_json(format)?).map_err(|_| {
                    match serde_json::from_str::<T>(&relaxed::strict(self.text())) {
                        // Only the text knows where it is.
                        Err(error) => json_error(&error).within(format),
                        Ok(_) => DocumentError::OtherFormat { format, expected: "members of the expected types" },
                    }
                })
            }
            None => self.yaml(format),
        }
    }

    /// YAML, deserialized into a type whose texts are strings: untyped YAML makes `012` a number. The parser limits
    /// nesting, aliases and nodes.
    pub(in crate::dialect) fn yaml<T: DeserializeOwned>(&self, format: &'static str) -> Result<T, DocumentError> {
        serde_saphyr::from_str(self.text()).map_err(|error| {
            let (line, column) = error.location().map_or((1, 1), |at| (at.line(), at.column()));
            let place = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
            let reason = "it is not YAML, or has something unexpected";
            DocumentError::Syntax { format, reason, line: place(line), column: place(column) }
        })
    }
}

fn looks_like_json(text: &str) -> bool {
    let mut letters = text.chars();
    match letters.next() {
        Some('{') => !letters.as_str().starts_with('{'),
        // A table of TOML begins with a bracket or two as well, and then a name.
        Some('[') => {
            let rest = letters.as_str().strip_prefix('[').unwrap_or(letters.as_str());
            let is_list =
                |next| "{[\"]".contains(next) || rest.len() < letters.as_str().len() && "-0123456789".contains(next);
            rest.chars().find(|letter| !letter.is_whitespace()).is_none_or(is_list)
        }
        _ => false,
    }
}

/// The bytes as text: UTF-8, or UTF-16 by its byte order mark or zero bytes.
fn decode(bytes: &[u8]) -> Result<String, DocumentError> {
    if let Some((_, what)) = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Err(DocumentError::Binary(what));
    }
    if bytes.starts_with(b"\xff\xfe\0\0") || bytes.starts_with(b"\0\0\xfe\xff") {
        return Err(DocumentError::Binary("text in UTF-32"));
    }
    if let Some(encoding) = wide(bytes) {
        let (text, _, broken) = encoding.decode(bytes);
        return if broken { Err(DocumentError::Binary("broken UTF-16")) } else { Ok(Cow::into_owned(text)) };
    }
    if bytes.contains(&0) {
        return Err(DocumentError::Binary("a binary file"));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|error| {
        let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
        let (line, column) = place(&before);
        DocumentError::Encoding { line, column }
    })
}

/// The UTF-16 encoding. Without a byte order mark, the first character has a zero byte.
fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    match *bytes {
        [0xff, 0xfe, ..] => Some(UTF_16LE),
        [0xfe, 0xff, ..] => Some(UTF_16BE),
        [first, 0, second, 0, ..] if first.is_ascii_graphic() && second != 0 => Some(UTF_16LE),
        [0, first, 0, second, ..] if first.is_ascii_graphic() && second != 0 => Some(UTF_16BE),
        _ => None,
    }
}

/// Line and column, from 1, after this text.
pub(in crate::dialect) fn place(before: &str) -> (usize, usize) {
    let last = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, last.chars().count() + 1)
}

/// Refuses JSON that is nested too deep or has too many values, before it is parsed.
fn bound(text: &str) -> Result<(), DocumentError> {
    let (mut depth, mut values, mut in_text, mut escaped) = (0_usize, 0_usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match (in_text, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => in_text = !in_text,
            (false, b'{' | b'[') => (depth, values) = (depth + 1, values + 1),
            (false, b'}' | b']') => depth = depth.saturating_sub(1),
            (false, b',') => values += 1,
            _ => {}
        }
        if depth > DEEPEST || values > MOST_VALUES {
            let (line, column) = place(&text[..at]);
            let is_deep = depth > DEEPEST;
            let too_deep = DocumentError::TooDeep { line, column };
            return Err(if is_deep { too_deep } else { DocumentError::TooManyValues { line, column } });
        }
    }
    Ok(())
}

fn json_error(error: &serde_json::Error) -> DocumentError {
    let (line, column) = (error.line(), error.column());
    if error.is_eof() {
        return DocumentError::CutOff { line, column };
    }
    let cause = match error.classify() {
        Category::Data => "a value of another type is expected",
        _ => "there is something unexpected",
    };
    // foreign: the library appends the place to its message; ours names it first.
    let problem = error.to_string().split(" at line ").next().unwrap_or_default().to_owned();
    DocumentError::Json { line, column, problem, cause }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(bytes: &[u8]) -> String {
        Document::parse(bytes, "x").err().expect("refused").to_string()
    }

    #[test]
    fn text_in_each_usual_encoding_is_the_same_text() {
        let text = "id = \"café\"";
        let wide = |units: Vec<[u8; 2]>| units.concat();
        let little = wide(text.encode_utf16().map(u16::to_le_bytes).collect());
        let big = wide(text.encode_utf16().map(u16::to_be_bytes).collect());
        let marked = |mark: &[u8], bytes: &[u8]| [mark, bytes].concat();
        for bytes in [
            text.as_bytes().to_vec(),
            marked(b"\xef\xbb\xbf", text.as_bytes()),
            marked(b"\xff\xfe", &little),
            marked(b"\xfe\xff", &big),
            little,
            big,
        ] {
            assert_eq!(Document::parse(&bytes, "x").expect("text").text(), text);
        }
    }

    #[test]
    fn what_is_no_text_is_named() {
        assert_eq!(error(b"PK\x03\x04rest"), "the document is a ZIP archive, not text");
        assert_eq!(error(b"a = 1\0\0\0"), "the document is a binary file, not text");
        assert_eq!(error(b"a = 1\nb = \"\xe9\""), "line 2, column 6: the text is not UTF-8");
        assert_eq!(error(b" \n"), "the document is empty");
        let large = vec![b' '; LARGEST + 1];
        assert_eq!(error(&large), "the document is larger than 16 MiB");
    }

    #[test]
    fn json_that_is_too_deep_or_cut_is_placed() {
        assert_eq!(error("[".repeat(100_000).as_bytes()), "line 1, column 128: brackets nest deeper than 127");
        let deep_text = format!("{{\"a\": \"{}\"}}", "[".repeat(1000));
        assert!(Document::parse(deep_text.as_bytes(), "x").expect("a text").is_json(|json| json["a"].is_string()));
        let many = format!("[{}0]", "\"\",".repeat(MOST_VALUES));
        assert_eq!(error(many.as_bytes()), "line 1, column 3000001: more than 1000000 values");
        let cut = Document::parse(b"{\n  \"info\": {\"name\": \"Acm", "x").expect("text");
        let broken = cut.broken().expect("broken");
        assert_eq!(broken.to_string(), "line 2, column 23: the JSON ends in the middle");
        assert_eq!(broken.diagnose().hint.as_deref(), Some("the document is cut off: export or copy it again, whole"));
    }

    #[test]
    fn a_table_of_toml_is_no_json() {
        for text in ["[token_request]\nurl = 1", "[[clients]]\nid = 1"] {
            assert!(Document::from(text).json.is_none(), "{text}");
        }
        for text in ["[]", "[{}]", "[[\"a\"]]", "[[1]]", "[ [] ]"] {
            assert!(Document::from(text).json.is_some(), "{text}");
        }
    }
}
