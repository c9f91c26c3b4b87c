//! A document as it came: bytes that may be anything, made into text within bounds.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};
use serde_json::Value as Json;
use zeroize::Zeroizing;

use crate::dialect::door::ImportError;

/// The most bytes a document may have: the largest exports of whole workspaces are below, and what it is parsed into
/// stays within the memory of a small machine.
pub const LARGEST: u64 = 16 * 1024 * 1024;

/// How deep brackets may nest; what the JSON parser behind the readers takes, so that none of them runs out of stack.
const DEEPEST: usize = 127;

/// How many values JSON may hold; each takes some hundred bytes once it is parsed.
const MOST_VALUES: usize = 1_000_000;

/// How the first bytes of files that are no text begin, and what those files are.
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

/// The text of a document, and what can be told of it without knowing its form.
pub(in crate::dialect) struct Document<'a> {
    /// The name of the file it came from, or what else it is called.
    pub name: &'a str,
    /// What it is as JSON, where it is that.
    pub json: Option<Json>,
    /// Why it is no JSON, where it begins like it.
    pub broken: Option<ImportError>,
    /// Wiped on drop: a document may hold secrets.
    text: Zeroizing<String>,
}

impl<'a> Document<'a> {
    /// Reads the bytes as text.
    pub(in crate::dialect) fn parse(bytes: &[u8], name: &'a str) -> Result<Self, ImportError> {
        if u64::try_from(bytes.len()).map_or(true, |length| length > LARGEST) {
            return Err(ImportError::TooLarge);
        }
        let text = Zeroizing::new(decode(bytes)?);
        if text.trim().is_empty() {
            return Err(ImportError::Empty);
        }
        let mut document = Self { name, json: None, broken: None, text };
        if document.looks_like_json() {
            bound(document.text())?;
            match serde_json::from_str(document.text()) {
                Ok(json) => document.json = Some(json),
                Err(error) => document.broken = Some(json_error(&error)),
            }
        }
        Ok(document)
    }

    /// The text, without the mark of byte order. Its first line is line 1 to whoever made it.
    pub(in crate::dialect) fn text(&self) -> &str {
        &self.text
    }

    /// The text without white space around it.
    pub(in crate::dialect) fn trimmed(&self) -> &str {
        self.text.trim()
    }

    /// Whether it is JSON of which this holds.
    pub(in crate::dialect) fn is_json(&self, holds: impl FnOnce(&Json) -> bool) -> bool {
        self.json.as_ref().is_some_and(holds)
    }

    /// Its lines that say something, from the top.
    pub(in crate::dialect) fn lines(&self) -> impl Iterator<Item = &str> {
        self.text().lines().map(str::trim).filter(|line| !line.is_empty())
    }

    fn looks_like_json(&self) -> bool {
        let mut letters = self.trimmed().chars();
        match letters.next() {
            Some('{') => !letters.as_str().starts_with('{'),
            // A table of TOML begins with a bracket too, and then a name.
            Some('[') => letters.find(|letter| !letter.is_whitespace()).is_none_or(|next| "{[\"]".contains(next)),
            _ => false,
        }
    }
}

/// The bytes as text: UTF-8, or UTF-16 by its mark or its empty bytes.
fn decode(bytes: &[u8]) -> Result<String, ImportError> {
    if let Some((_, what)) = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Err(ImportError::Binary(what));
    }
    if bytes.starts_with(b"\xff\xfe\0\0") || bytes.starts_with(b"\0\0\xfe\xff") {
        return Err(ImportError::Binary("text in UTF-32"));
    }
    if let Some(encoding) = wide(bytes) {
        let (text, _, broken) = encoding.decode(bytes);
        return if broken { Err(ImportError::Binary("broken UTF-16")) } else { Ok(Cow::into_owned(text)) };
    }
    if bytes.contains(&0) {
        return Err(ImportError::Binary("a binary file"));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|error| {
        let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
        let (line, column) = place(&before);
        ImportError::Encoding { line, column }
    })
}

/// The UTF-16 it is in. Without a mark a document of this kind begins with a letter or bracket that has an empty half.
fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    match *bytes {
        [0xff, 0xfe, ..] => Some(UTF_16LE),
        [0xfe, 0xff, ..] => Some(UTF_16BE),
        [first, 0, second, 0, ..] if first.is_ascii_graphic() && second != 0 => Some(UTF_16LE),
        [0, first, 0, second, ..] if first.is_ascii_graphic() && second != 0 => Some(UTF_16BE),
        _ => None,
    }
}

/// Line and column, from 1, behind this text.
pub(in crate::dialect) fn place(before: &str) -> (usize, usize) {
    let last = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, last.chars().count() + 1)
}

/// Refuses JSON that nests too deep, or whose values would fill the memory; counted before anything is parsed.
fn bound(text: &str) -> Result<(), ImportError> {
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
            let deep = ImportError::Deep { line, column };
            return Err(if depth > DEEPEST { deep } else { ImportError::TooMany { line, column } });
        }
    }
    Ok(())
}

fn json_error(error: &serde_json::Error) -> ImportError {
    let message = error.to_string();
    // foreign: the library appends the place to its words, and we tell it in our own order.
    let problem = message.split(" at line ").next().unwrap_or_default().to_owned();
    ImportError::Json { line: error.line(), column: error.column(), is_cut: error.is_eof(), problem }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::Diagnose as _;

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
        let large = vec![b' '; usize::try_from(LARGEST).expect("small") + 1];
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
        let broken = cut.broken.expect("broken");
        assert_eq!(broken.to_string(), "line 2, column 23: the JSON ends in the middle");
        assert_eq!(broken.diagnose().hint.as_deref(), Some("the document is cut off: export or copy it again, whole"));
    }

    #[test]
    fn a_table_of_toml_is_no_json() {
        let document = Document::parse(b"[token_request]\nurl = 1", "x").expect("text");
        assert!(document.broken.is_none() && document.json.is_none());
    }
}
