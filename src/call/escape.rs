//! Escapes a value for its place in a request, so that parsing the result gives back exactly the value.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use thiserror::Error;
use url::Url;

/// All but the unreserved characters (RFC 3986 section 2.3).
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The place of a value in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// At the very start of a URL: scheme, host and optionally a path (`https://eu.example.com`), nothing more.
    Origin,
    /// In the host of a URL: letters, digits, `-` and `.` only.
    Host,
    /// In a segment of a URL's path.
    PathSegment,
    /// In the query of a URL.
    Query,
    /// In a form parameter, escaped when the form is written.
    FormParameter,
    /// Inside the quotes of a JSON string.
    JsonString,
    /// Where JSON expects a value: written with quotes.
    JsonValue,
    /// In the text or an attribute of an XML document.
    Xml,
    /// In a header.
    Header,
    /// In plain text, unescaped.
    Text,
}

/// Why a value cannot appear in its place.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum EscapeError {
    /// Not `https://host…`, or with a user, a query or a fragment in it.
    #[error("a URL cannot start with it: {0}")]
    Origin(&'static str),
    /// A host has letters, digits, `-` and `.` only.
    #[error("a host name cannot hold {0:?}")]
    Host(char),
    /// An empty host, or an empty part of one.
    #[error("a host name cannot have an empty part")]
    EmptyHost,
    /// A header value has no control character (RFC 9110 section 5.5).
    #[error("a header cannot hold the control character {0:?}")]
    Header(char),
    /// XML cannot represent it (XML 1.0 section 2.2).
    #[error("XML cannot hold the character {0:?}")]
    Xml(char),
    /// `.` and `..` change the path, escaped or not (RFC 3986 section 5.2.4).
    #[error("`{0}` would change the path")]
    DotSegment(String),
}

impl Place {
    /// Escapes the value for this place.
    pub fn escape(self, value: &str) -> Result<String, EscapeError> {
        match self {
            Self::Origin => origin(value),
            Self::Host => host(value),
            Self::PathSegment => match value {
                "." | ".." => Err(EscapeError::DotSegment(value.to_owned())),
                _ => Ok(percent_encode(value)),
            },
            Self::Query => Ok(percent_encode(value)),
            Self::FormParameter | Self::Text => Ok(value.to_owned()),
            Self::JsonString => Ok(json_string(value)),
            Self::JsonValue => Ok(format!("\"{}\"", json_string(value))),
            Self::Xml => xml(value),
            Self::Header => match value.chars().find(|c| c.is_ascii_control() && *c != '\t') {
                Some(control) => Err(EscapeError::Header(control)),
                None => Ok(value.to_owned()),
            },
        }
    }
}

/// Percent-encodes all but the unreserved characters.
pub(crate) fn percent_encode(value: &str) -> String {
    utf8_percent_encode(value, COMPONENT).to_string()
}

/// Form-encodes (`application/x-www-form-urlencoded`), as RFC 6749 section 2.3.1 requires for Basic authentication.
pub(crate) fn form_encode(value: &str) -> String {
    form_urlencoded::byte_serialize(value.as_bytes()).collect()
}

/// Only scheme, host and path: a user, a query or a fragment would change the meaning of the rest of the template.
fn origin(value: &str) -> Result<String, EscapeError> {
    let url = Url::parse(value).map_err(|_| EscapeError::Origin("it is not a URL"))?;
    if !matches!(url.scheme(), "https" | "http") {
        return Err(EscapeError::Origin("it is not `https`"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(EscapeError::Origin("it names a user"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(EscapeError::Origin("it has a query or a fragment"));
    }
    Ok(value.trim_end_matches('/').to_owned())
}

fn host(value: &str) -> Result<String, EscapeError> {
    if let Some(bad) = value.chars().find(|c| !c.is_ascii_alphanumeric() && *c != '-' && *c != '.') {
        return Err(EscapeError::Host(bad));
    }
    if value.is_empty() || value.split('.').any(str::is_empty) {
        return Err(EscapeError::EmptyHost);
    }
    Ok(value.to_owned())
}

fn json_string(value: &str) -> String {
    let quoted = serde_json::Value::from(value).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

fn xml(value: &str) -> Result<String, EscapeError> {
    let mut text = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '\'' => text.push_str("&apos;"),
            // A parser normalises these (XML 1.0 sections 2.11 and 3.3.3) unless they are character references.
            '\r' | '\n' | '\t' => text.push_str(&format!("&#{};", u32::from(c))),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => return Err(EscapeError::Xml(c)),
            c => text.push(c),
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "a%^*&+=\"\n<é>";

    #[test]
    fn each_place_has_its_own_escape() {
        let check =
            |place: Place, expected: &str| assert_eq!(place.escape(HOSTILE).as_deref(), Ok(expected), "{place:?}");
        check(Place::PathSegment, "a%25%5E%2A%26%2B%3D%22%0A%3C%C3%A9%3E");
        check(Place::Query, "a%25%5E%2A%26%2B%3D%22%0A%3C%C3%A9%3E");
        check(Place::FormParameter, HOSTILE);
        check(Place::JsonString, r#"a%^*&+=\"\n<é>"#);
        check(Place::JsonValue, r#""a%^*&+=\"\n<é>""#);
        check(Place::Xml, "a%^*&amp;+=&quot;&#10;&lt;é&gt;");
        check(Place::Text, HOSTILE);
    }

    #[test]
    fn what_a_place_cannot_hold_is_an_error() {
        assert_eq!(Place::Header.escape(HOSTILE), Err(EscapeError::Header('\n')));
        assert_eq!(Place::Host.escape("evil.test/"), Err(EscapeError::Host('/')));
        assert_eq!(Place::Host.escape("a@b"), Err(EscapeError::Host('@')));
        assert_eq!(Place::Host.escape("a..b"), Err(EscapeError::EmptyHost));
        assert_eq!(Place::Host.escape(""), Err(EscapeError::EmptyHost));
        assert_eq!(Place::Xml.escape("\u{1}"), Err(EscapeError::Xml('\u{1}')));
        assert_eq!(Place::PathSegment.escape(".."), Err(EscapeError::DotSegment("..".into())));
    }
}
