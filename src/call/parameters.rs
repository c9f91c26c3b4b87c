//! Named values of a query, a form or the headers, and their text for editing.
//!
//! The text has a `name=value` per line, or joined by `&`. It is decoded like a form (`%26`, `+`), so that text copied from
//! a URL works unchanged.

use percent_encoding::percent_decode_str;

use crate::call::Template;
use crate::call::escape::percent_encode;

/// A name and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// The name, as sent.
    pub name: String,
    /// The value. A parameter with an empty value is left out (RFC 6749 section 3.1).
    pub value: Template,
}

impl Parameter {
    /// A parameter.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: Template::new(value) }
    }
}

/// Reads the text of a query or a form. Line breaks and `&` separate parameters, the first `=` ends the name.
pub fn parse_parameters(text: &str) -> Vec<Parameter> {
    text.trim()
        .trim_start_matches('?')
        .split(['\n', '&'])
        .map(|pair| pair.trim_matches(['\r', ' ', '\t']))
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Parameter::new(decode(name.trim()), decode(value.trim()))
        })
        .collect()
}

/// Reads the text of headers, a `Name: value` per line (or `Name=value`).
pub fn parse_headers(text: &str) -> Vec<Parameter> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| {
            let (name, value) = line.split_once([':', '=']).unwrap_or((line, ""));
            Parameter::new(name.trim(), value.trim())
        })
        .collect()
}

/// The text of a query or a form, one parameter per line; [`parse_parameters`] reads it back.
pub fn write_parameters(parameters: &[Parameter]) -> String {
    let lines: Vec<String> =
        parameters.iter().map(|p| format!("{}={}", encode(&p.name), encode(p.value.source()))).collect();
    lines.join("\n")
}

/// The text of headers, one per line.
pub fn write_headers(headers: &[Parameter]) -> String {
    let lines: Vec<String> = headers.iter().map(|p| format!("{}: {}", p.name, p.value.source())).collect();
    lines.join("\n")
}

fn decode(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// Encodes only what would be misread, to stay readable.
fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for c in text.chars() {
        let has_meaning = "%&+=?".contains(c) || (c.is_whitespace() && c != ' ') || c.is_control();
        if has_meaning {
            encoded.push_str(&percent_encode(c.encode_utf8(&mut [0; 4])));
        } else {
            encoded.push(c);
        }
    }
    match (encoded.starts_with(' '), encoded.ends_with(' ')) {
        (false, false) => encoded,
        _ => encoded.replace(' ', "%20"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vendors_line_and_one_a_line_are_the_same() {
        let expected = vec![
            Parameter::new("grant_type", "<grant_type>"),
            Parameter::new("code", "{code}"),
            Parameter::new("scope", "a b"),
        ];
        assert_eq!(parse_parameters("grant_type=<grant_type>&code={code}&scope=a+b"), expected);
        assert_eq!(parse_parameters("?grant_type=<grant_type>\n code = {code} \r\n\nscope=a%20b\n"), expected);
    }

    #[test]
    fn what_is_written_reads_back_the_same() {
        let parameters = vec![
            Parameter::new("a=b", "1&2 +%\n?"),
            Parameter::new("redirect_uri", "<redirect_uri>"),
            Parameter::new("x", " edge "),
        ];
        assert_eq!(parse_parameters(&write_parameters(&parameters)), parameters);
    }

    #[test]
    fn headers_are_name_and_value_a_line() {
        let headers = parse_headers("Accept: application/json\nX-Version=2\n");
        assert_eq!(headers, [Parameter::new("Accept", "application/json"), Parameter::new("X-Version", "2")]);
        assert_eq!(parse_headers(&write_headers(&headers)), headers);
    }
}
