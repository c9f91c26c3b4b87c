//! The five settings as a person has them: an object with their labels as keys, or the labelled text of the page.

use serde_json::{Map, Value as Json};

use crate::call::scalar_text;
use crate::dialect::document::{Document, DocumentError, LONGEST_TEXT};
use crate::dialect::ezintegrations::FORMAT;
use crate::dialect::standard::{form_fields, labelled, squeezed};

#[derive(Debug, Default)]
pub(super) struct Settings {
    pub(super) url: String,
    pub(super) method: String,
    pub(super) header: Map<String, Json>,
    pub(super) params: Map<String, Json>,
    /// An object, or a text.
    pub(super) body: Option<Json>,
    /// Other labels.
    pub(super) others: Vec<String>,
}

/// One of the five.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Label {
    Url,
    Method,
    Header,
    Params,
    Body,
}

impl Label {
    /// The setting of this name: `Refresh Token Endpoint Header`, `refresh_token_url`, `endpointParams`.
    fn of(written: &str) -> Option<Self> {
        let name = squeezed(written);
        let name = name.strip_prefix("oauth2").unwrap_or(&name);
        let name = name.strip_prefix("refreshtoken").unwrap_or(name);
        let name = name.strip_prefix("endpoint").unwrap_or(name);
        Some(match name {
            "url" => Self::Url,
            "method" => Self::Method,
            "header" | "headers" => Self::Header,
            "params" | "param" | "parameters" => Self::Params,
            "body" => Self::Body,
            _ => return None,
        })
    }

    fn words(self) -> &'static str {
        match self {
            Self::Url => "Refresh Token URL",
            Self::Method => "Refresh Token Method",
            Self::Header => "Refresh Token Endpoint Header",
            Self::Params => "Refresh Token Endpoint Params",
            Self::Body => "Refresh Token Endpoint Body",
        }
    }
}

/// Whether an object has the settings: a URL, and names of this tool.
pub(super) fn is_settings(json: &Json) -> bool {
    let Some(members) = json.as_object() else { return false };
    let named = |label: Label| members.keys().any(|key| Label::of(key) == Some(label));
    // Any tool has a `url`; only this tool's own name says that it is the refresh token URL.
    let ours = members.keys().any(|key| is_refresh_url(key));
    let others = members.keys().any(|key| squeezed(key).ends_with("bearertokenurl"));
    ours && !others && (named(Label::Body) || named(Label::Header) || named(Label::Method))
}

/// Whether a text has the settings, each under its label.
pub(super) fn is_labelled(text: &str) -> bool {
    let begins = |label: &str| text.lines().any(|line| squeezed(line).starts_with(label));
    // As the page writes it, at the margin; a key of YAML has no blanks.
    let has_url =
        text.lines().any(|line| label_line(line).is_some() && line.contains(' ') && is_refresh_url(label(line)));
    let labels = text.lines().filter(|line| label_line(line).is_some()).count();
    // Another tool has fields of the same names beside the URL of its token request.
    has_url && labels > 1 && is_page(text) && !begins("oauthbearertokenurl") && !begins("bearertokenurl")
}

/// Whether a text can be a page copied from the tool: plain `Label: value` lines. A text with blocks, lists, tables or
/// headings is another kind of document, and its `url:` means something else.
fn is_page(text: &str) -> bool {
    let is_key = |text: &str| {
        text.split_once(':').is_some_and(|(key, rest)| {
            let is_name = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || "_-./".contains(c));
            is_name && (rest.is_empty() || rest.starts_with(' '))
        })
    };
    let is_structure = |line: &str| {
        let trimmed = line.trim();
        let is_indented = line.starts_with([' ', '\t']);
        let opens_block = trimmed.ends_with('{') && trimmed.starts_with(char::is_alphabetic);
        is_indented && is_key(trimmed)
            || trimmed.strip_prefix("- ").is_some_and(|item| is_key(item.trim_start()))
            || opens_block
            || trimmed == "---"
            || ["#", "```", "~~~", "|"].iter().any(|mark| trimmed.starts_with(mark))
    };
    !text.lines().any(is_structure)
}

/// Whether a label names the refresh, unlike labels that any tool has.
fn is_of_refresh(written: &str) -> bool {
    let name = squeezed(written);
    name.strip_prefix("oauth2").unwrap_or(&name).starts_with("refreshtoken")
}

fn is_url_of_something_else(written: &str) -> bool {
    Label::of(written) == Some(Label::Url) && !is_of_refresh(written)
}

/// Whether this is the label of the refresh URL.
fn is_refresh_url(written: &str) -> bool {
    is_of_refresh(written) && Label::of(written) == Some(Label::Url)
}

pub(super) fn read_settings(document: &Document<'_>) -> Result<Settings, DocumentError> {
    let settings = if document.trimmed().starts_with('{') {
        let straight = || serde_json::from_str(&straight_quotes(document.text())).ok();
        from_json(document.as_json(FORMAT).cloned().or_else(|error| straight().ok_or(error))?)?
    } else {
        from_text(document.text())?
    };
    if settings.url.is_empty() {
        return Err(DocumentError::OtherFormat { format: FORMAT, expected: "Refresh Token URL" });
    }
    Ok(settings)
}

fn from_json(json: Json) -> Result<Settings, DocumentError> {
    let mut settings = Settings::default();
    let Json::Object(members) = json else {
        return Err(DocumentError::OtherFormat { format: FORMAT, expected: "Refresh Token URL" });
    };
    // A `url` of something else has a method and a body of its own.
    let is_mixed = members.keys().any(|key| is_url_of_something_else(key));
    for (key, value) in members {
        match Label::of(&key) {
            Some(label) if !is_mixed || is_of_refresh(&key) => settings.set(label, value)?,
            _ => settings.others.push(key),
        }
    }
    Ok(settings)
}

fn from_text(text: &str) -> Result<Settings, DocumentError> {
    let mut settings = Settings::default();
    let is_mixed = text.lines().any(|line| label_line(line).is_some() && is_url_of_something_else(label(line)));
    let is_ours = |line: &str| !is_mixed || is_of_refresh(label(line));
    let named = |line| label_line(line).map(|(known, rest)| ((is_ours(line).then_some(known), label(line)), rest));
    for ((known, label), value) in labelled(text, named) {
        match known {
            Some(known) => settings.set_text(known, &value)?,
            None => settings.others.push(label.trim().to_owned()),
        }
    }
    Ok(settings)
}

/// The label that a line begins with, and the rest of the line.
fn label_line(line: &str) -> Option<(Label, &str)> {
    if line.trim_start().starts_with(['"', '{', '“', '\'']) {
        return None;
    }
    // Indented lines belong to something else.
    if line.starts_with([' ', '\t']) {
        return None;
    }
    let rest = line.split_once(':').map_or("", |(_, rest)| rest);
    Some((Label::of(label(line))?, rest.trim()))
}

/// The part before the colon.
fn label(line: &str) -> &str {
    line.split_once(':').map_or(line, |(label, _)| label)
}

impl Settings {
    fn set(&mut self, label: Label, value: Json) -> Result<(), DocumentError> {
        let text = scalar_text(&value);
        match (label, value, text) {
            (_, Json::Null, _) => {}
            (Label::Url, _, Some(text)) => self.url = text.trim().to_owned(),
            (Label::Method, _, Some(text)) => self.method = text.trim().to_owned(),
            (Label::Header, Json::Object(fields), _) => self.header.extend(fields),
            (Label::Params, Json::Object(fields), _) => self.params.extend(fields),
            (Label::Body, Json::Object(fields), _) => self.body = Some(Json::Object(fields)),
            (label @ (Label::Header | Label::Params | Label::Body), _, Some(text)) => self.set_text(label, &text)?,
            (label, ..) => {
                let expected =
                    if matches!(label, Label::Url | Label::Method) { "a text" } else { "an object or a text" };
                return Err(DocumentError::Unexpected { format: FORMAT, place: label.words().to_owned(), expected });
            }
        }
        Ok(())
    }

    /// A value within other text, as on the page: the first URL, method, object or quoted text.
    fn set_text(&mut self, label: Label, text: &str) -> Result<(), DocumentError> {
        if text.len() > LONGEST_TEXT {
            let place = label.words().to_owned();
            return Err(DocumentError::Unexpected { format: FORMAT, place, expected: "a shorter text" });
        }
        let words = text.split_whitespace().map(|word| word.trim_matches(['"', '“', '”', ',', '\'']));
        match label {
            Label::Url => {
                let is_url = |word: &&str| word.contains("://") || word.starts_with(['{', '<']);
                let found = words.into_iter().find(is_url).unwrap_or_else(|| text.trim());
                found.clone_into(&mut self.url);
            }
            Label::Method => {
                let methods = crate::call::Method::ALL.map(crate::call::Method::as_str);
                let named = |word: &str| methods.into_iter().find(|method| word.eq_ignore_ascii_case(method));
                let found = words.into_iter().find_map(named);
                self.method = found.map_or_else(|| text.trim().to_owned(), str::to_owned);
            }
            Label::Header => self.header.extend(objects(label, text)?),
            Label::Params => self.params.extend(objects(label, text)?),
            Label::Body => {
                let fields = objects(label, text)?;
                self.body = (!fields.is_empty()).then_some(Json::Object(fields)).or_else(|| form_text(text));
            }
        }
        Ok(())
    }
}

/// The members of all JSON objects in a text.
fn objects(label: Label, text: &str) -> Result<Map<String, Json>, DocumentError> {
    let mut fields = Map::new();
    let mut rest = text;
    // A form may begin with a placeholder; only an object has a quote behind its brace.
    while let Some(start) = rest.match_indices('{').map(|(at, _)| at).find(|at| opens_object(&rest[*at + 1..])) {
        let from = &rest[start..];
        let Some((object, length)) = first_object(from) else {
            let place = label.words().to_owned();
            return Err(DocumentError::Unexpected { format: FORMAT, place, expected: "a JSON object that ends" });
        };
        fields.extend(object);
        rest = &from[length..];
    }
    Ok(fields)
}

fn opens_object(behind: &str) -> bool {
    behind.trim_start().starts_with(['"', '“', '”'])
}

/// The object at the start of a text, and its length in bytes; typographic quotes are accepted.
fn first_object(text: &str) -> Option<(Map<String, Json>, usize)> {
    let read = |text: &str| {
        let mut stream = serde_json::Deserializer::from_str(text).into_iter::<Map<String, Json>>();
        let object = stream.next()?.ok()?;
        Some((object, stream.byte_offset()))
    };
    read(text).or_else(|| {
        let straight = straight_quotes(text);
        let (object, length) = read(&straight)?;
        // The quotes differ in their bytes, so the length is counted in characters.
        let characters = straight[..length].chars().count();
        Some((object, text.char_indices().nth(characters).map_or(text.len(), |(at, _)| at)))
    })
}

/// The URL-encoded text within other text: in quotes, or the first word with a `=`.
fn form_text(text: &str) -> Option<Json> {
    let straight = straight_quotes(text);
    let straight = straight.trim();
    let quoted = straight.split_once('"').and_then(|(_, rest)| rest.rsplit_once('"')).map(|(inside, _)| inside);
    let word = || straight.split_whitespace().find(|word| word.contains('='));
    let form = quoted.filter(|inside| inside.contains('=')).or_else(word).unwrap_or_default();
    (!form_fields(form).is_empty()).then(|| Json::String(form.to_owned()))
}

/// Replaces typographic quotes by plain ones.
fn straight_quotes(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '“' | '”' | '„' | '«' | '»' => '"',
            '‘' | '’' => '\'',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_lines_of_words_and_values() {
        for page in
            ["Refresh Token URL: https://a.test\nMethod: POST", "Header :\n{\n  \"a\": \"b\"\n}\n", "such as this\n"]
        {
            assert!(is_page(page), "{page}");
        }
        for other in
            ["a:\n  b: c\n", "a:\n- b: c\n", "# Title\ntext", "```\ncode\n```", "meta {\n}", "---\na: b", "| a | b |"]
        {
            assert!(!is_page(other), "{other}");
        }
    }
}
