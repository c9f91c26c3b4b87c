//! Text with placeholders: `<name>`, `{name}` and `{{name}}` mean the same. A value is escaped for its place and never
//! expanded again.
//!
//! Text that only looks like a placeholder is literal: JSON braces around anything but a single name, and an XML tag with
//! a closing tag (`<scope>` … `</scope>`; of several opening tags, the outermost is the tag).

use thiserror::Error;

use crate::call::values::{Value, nearest};
use crate::call::{Derived, EscapeError, Place, Rendered, Span, Values};
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::secret::Secret;

/// A template as written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    source: String,
}

/// Why a template cannot be rendered.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum TemplateError {
    /// An unknown placeholder.
    #[error("`<{name}>` is not a known value")]
    Unknown {
        /// The name in the template.
        name: String,
        /// The most similar known name.
        nearest: Option<String>,
    },
    /// The name is known and has no value yet.
    #[error("`<{name}>` has no value yet")]
    Missing {
        /// The name in the template.
        name: String,
        /// What supplies it.
        supplied_by: String,
    },
    /// A day or a time was to be made of what is no number of seconds.
    #[error("`<{name}>` is made of what is no time in seconds since 1970")]
    NoTime {
        /// The name of the derived value.
        name: String,
    },
    /// The value cannot appear in its place.
    #[error("the value of `<{name}>` does not fit: {reason}")]
    Unfit {
        /// The name in the template.
        name: String,
        /// The reason.
        #[source]
        reason: EscapeError,
    },
}

impl Diagnose for TemplateError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::Unknown { nearest: Some(nearest), .. } => diagnosis.hint(format!("did you mean `<{nearest}>`?")),
            Self::Unknown { nearest: None, .. } => {
                diagnosis.hint("use a name from the list of placeholders, or write the text without the brackets")
            }
            Self::Missing { supplied_by, .. } => diagnosis.hint(format!("it is supplied by {supplied_by}")),
            Self::NoTime { .. } => diagnosis.hint("make it of `<now>`, or of another number of seconds"),
            Self::Unfit { .. } => diagnosis.hint("change the value, or move the placeholder elsewhere in the call"),
        }
    }
}

/// A piece of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Literal text.
    Text(&'a str),
    /// The name of a placeholder.
    Placeholder(&'a str),
}

impl Template {
    /// Any text is a template; unknown names fail when it is rendered.
    pub fn new(source: impl Into<String>) -> Self {
        Self { source: source.into() }
    }

    /// The text as written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.source.is_empty()
    }

    /// The text with placeholders as `{name}`, as most other tools write them; unchanged if that would change its meaning.
    pub fn in_braces(&self) -> String {
        let own = pieces(&self.source);
        let written = own.iter().map(|piece| match piece {
            Piece::Placeholder(name) => format!("{{{name}}}"),
            Piece::Text(text) => (*text).to_owned(),
        });
        let written: String = written.collect();
        if pieces(&written) == own { written } else { self.source.clone() }
    }

    /// The names of its placeholders in order, with duplicates.
    pub fn placeholders(&self) -> impl Iterator<Item = &str> {
        pieces(&self.source).into_iter().filter_map(|piece| match piece {
            Piece::Placeholder(name) => Some(name),
            Piece::Text(_) => None,
        })
    }

    /// The placeholders in the host of a URL, or at its start.
    pub fn host_placeholders(&self) -> Vec<String> {
        let mut before = String::new();
        let mut names = Vec::new();
        for piece in pieces(&self.source) {
            match piece {
                Piece::Text(text) => before.push_str(text),
                Piece::Placeholder(name) => {
                    let at_start = before.is_empty() && names.is_empty();
                    let in_host = before.split_once("://").is_some_and(|(_, rest)| !rest.contains(['/', '?']));
                    if at_start || in_host {
                        names.push(name.to_owned());
                    }
                }
            }
        }
        names
    }

    /// Renders text with all placeholders in one kind of place.
    pub fn render(&self, values: &Values, place: Place) -> Result<Rendered, TemplateError> {
        self.render_by(values, values.derived(), |_| place)
    }

    /// Renders a URL: a placeholder at its start is an origin (`https://host`), others are a host, a path segment or a part of
    /// the query by their position.
    pub fn render_url(&self, values: &Values) -> Result<Rendered, TemplateError> {
        let at_start = matches!(pieces(&self.source).first(), Some(Piece::Placeholder(_)));
        self.render_by(values, values.derived(), |before| {
            if before.is_empty() {
                return Place::Origin;
            }
            let after_scheme = match before.split_once("://") {
                Some((_, rest)) => rest,
                None if at_start => "/",
                None => before,
            };
            if after_scheme.contains('?') {
                Place::Query
            } else if after_scheme.contains('/') {
                Place::PathSegment
            } else {
                Place::Host
            }
        })
    }

    /// Renders JSON: a value inside a string is escaped, any other is quoted.
    pub fn render_json(&self, values: &Values) -> Result<Rendered, TemplateError> {
        let place = |before: &str| if in_json_string(before) { Place::JsonString } else { Place::JsonValue };
        self.render_by(values, values.derived(), place)
    }

    /// Renders with the place chosen by the literal text before the placeholder (placeholders themselves left out).
    fn render_by(
        &self,
        values: &Values,
        derived: &[Derived],
        place: impl Fn(&str) -> Place,
    ) -> Result<Rendered, TemplateError> {
        let mut rendered = Rendered::default();
        let mut before = String::new();
        for piece in pieces(&self.source) {
            match piece {
                Piece::Text(text) => {
                    rendered.push_literal(text);
                    before.push_str(text);
                }
                Piece::Placeholder(name) => rendered.push(span(name, values, derived, place(&before))?),
            }
        }
        Ok(rendered)
    }
}

/// The value of a name, escaped for its place.
fn span(name: &str, values: &Values, derived: &[Derived], place: Place) -> Result<Span, TemplateError> {
    let value = match (values.value(name), derived.iter().position(|derived| derived.name == name)) {
        (Some(value), _) => value.clone(),
        (None, Some(at)) => computed(&derived[at], values, &derived[..at])?,
        (None, None) => return Err(unknown(name, values)),
    };
    let written =
        place.escape(value.text.expose()).map_err(|reason| TemplateError::Unfit { name: name.to_owned(), reason })?;
    Ok(Span::Value {
        name: name.to_owned(),
        raw: value.text.clone(),
        written: Secret::new(written),
        place,
        secret: value.secret,
    })
}

/// A derived value; empty if one of the values that it is made of is. `earlier` are those that it may name.
fn computed(derived: &Derived, values: &Values, earlier: &[Derived]) -> Result<Value, TemplateError> {
    let rendered = |text: &str| Template::new(text).render_by(values, earlier, |_| Place::Text);
    let (of, key) = (rendered(&derived.of)?, rendered(&derived.key)?);
    let secret = of.secret_names().chain(key.secret_names()).next().is_some();
    if of.values().chain(key.values()).any(Secret::is_empty) {
        return Ok(Value { text: Secret::default(), secret });
    }
    let made = derived.made(of.to_secret().expose(), key.to_secret().expose());
    let made = made.ok_or_else(|| TemplateError::NoTime { name: derived.name.clone() })?;
    Ok(Value { text: Secret::new(made), secret })
}

impl Values {
    /// Computes the derived values as they are now and takes the secret ones in, so that they are masked in what a server
    /// repeats.
    pub fn note_derived(&mut self) {
        let all = self.derived();
        let computed = all.iter().enumerate().filter_map(|(at, one)| computed(one, self, &all[..at]).ok());
        self.derived_secrets = computed.filter(|value| value.secret).map(|value| value.text).collect();
    }
}

fn unknown(name: &str, values: &Values) -> TemplateError {
    match values.supplied_by(name) {
        Some(supplied_by) => TemplateError::Missing { name: name.to_owned(), supplied_by },
        None => TemplateError::Unknown { name: name.to_owned(), nearest: nearest(name, values.known_names()) },
    }
}

/// Whether a JSON text that ends here ends inside a string.
fn in_json_string(before: &str) -> bool {
    let mut inside = false;
    let mut escaped = false;
    for c in before.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if inside => escaped = true,
            '"' => inside = !inside,
            _ => {}
        }
    }
    inside
}

/// Splits a template into literal text and placeholders.
pub(crate) fn pieces(source: &str) -> Vec<Piece<'_>> {
    let tags = xml_tags(source);
    let mut pieces = Vec::new();
    let mut text_from = 0;
    let mut at = 0;
    while let Some(offset) = source[at..].find(['<', '{']) {
        let start = at + offset;
        match placeholder_at(source, start) {
            Some((name, end)) if !tags.contains(&start) => {
                if text_from < start {
                    pieces.push(Piece::Text(&source[text_from..start]));
                }
                pieces.push(Piece::Placeholder(name));
                text_from = end;
                at = end;
            }
            _ => at = start + 1,
        }
    }
    if text_from < source.len() {
        pieces.push(Piece::Text(&source[text_from..]));
    }
    pieces
}

/// The placeholder that starts here: its name and where it ends.
fn placeholder_at(source: &str, start: usize) -> Option<(&str, usize)> {
    let rest = &source[start..];
    let (open, close) = if rest.starts_with("{{") {
        ("{{", "}}")
    } else if rest.starts_with('{') {
        ("{", "}")
    } else {
        ("<", ">")
    };
    let inner = &rest[open.len()..];
    // Stops at the first character that no name contains: a text full of brackets takes linear time.
    let is_inside = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-' || (open == "{{" && c.is_whitespace());
    let end = inner.find(|c| !is_inside(c))?;
    let name = if open == "{{" { inner[..end].trim() } else { &inner[..end] };
    (inner[end..].starts_with(close) && is_name(name)).then_some((name, start + open.len() + end + close.len()))
}

/// A letter or `_`, then letters, digits, `_` and `-`.
pub fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

/// The positions of opening tags that are closed: for each `</name>`, the first `<name>` since the last one.
fn xml_tags(source: &str) -> Vec<usize> {
    let mut tags = Vec::new();
    let mut at = 0;
    while let Some(offset) = source[at..].find("</") {
        let close = at + offset;
        at = close + 2;
        let Some(length) = source[at..].find('>') else { break };
        let name = source[at..at + length].trim();
        if !is_name(name) {
            continue;
        }
        let opening = format!("<{name}>");
        let since = source[..close].rfind(&format!("</{name}>")).map_or(0, |last| last + 1);
        if let Some(found) = source[since..close].find(&opening) {
            tags.push(since + found);
        }
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Reveal;

    fn values() -> Values {
        let mut values = Values::new();
        values.set("client_id", "id 1");
        values.set("client_secret", "a%^*&+=\"\n<é>");
        values.set("account_id", "123-sb1");
        values
    }

    fn check(template: &str, expected: &[Piece<'_>]) {
        assert_eq!(pieces(template), expected, "{template}");
    }

    #[test]
    fn the_three_spellings_are_the_same_placeholder() {
        use Piece::{Placeholder, Text};
        check("<code>", &[Placeholder("code")]);
        check("{code}", &[Placeholder("code")]);
        check("{{code}}", &[Placeholder("code")]);
        check("{{ code }}", &[Placeholder("code")]);
        check("a=<code>&b={x}", &[Text("a="), Placeholder("code"), Text("&b="), Placeholder("x")]);
    }

    #[test]
    fn what_merely_looks_like_one_stays() {
        use Piece::{Placeholder, Text};
        for text in ["{\"a\":1}", "{ }", "<", "<a b=\"c\">", "a < b > c", "<br/>", "{}", "</code>", "<1>", "{a.b}"] {
            check(text, &[Text(text)]);
        }
        check("<code><code></code>", &[Text("<code>"), Placeholder("code"), Text("</code>")]);
        check(
            "<a><code>{code}</code><code><code></code></a>",
            &[Text("<a><code>"), Placeholder("code"), Text("</code><code>"), Placeholder("code"), Text("</code></a>")],
        );
    }

    #[test]
    fn placeholders_can_be_written_in_braces() {
        let check = |source: &str, expected: &str| assert_eq!(Template::new(source).in_braces(), expected, "{source}");
        check("https://<dc>.example.test/{{x}}", "https://{dc}.example.test/{x}");
        check("Bearer <token>", "Bearer {token}");
        check("{<a>}", "{<a>}");
        check("<a><a></a>", "<a>{a}</a>");
    }

    #[test]
    fn a_url_escapes_by_position() {
        let template = Template::new("https://<account_id>.example.test/x/<client_id>?s=<client_secret>");
        let url = template.render_url(&values()).expect("renders");
        assert_eq!(
            url.to_secret().expose(),
            "https://123-sb1.example.test/x/id%201?s=a%25%5E%2A%26%2B%3D%22%0A%3C%C3%A9%3E"
        );
        assert_eq!(url.masked(&Reveal::new()), "https://123-sb1.example.test/x/id%201?s=••••••••");
    }

    #[test]
    fn a_value_cannot_move_the_host() {
        let mut values = values();
        values.set("account_id", "evil.test/");
        let error = Template::new("https://<account_id>.example.test/").render_url(&values).expect_err("refused");
        assert_eq!(error.to_string(), "the value of `<account_id>` does not fit: a host name cannot hold '/'");
    }

    #[test]
    fn json_is_escaped_inside_and_quoted_outside_of_strings() {
        let template = Template::new("{\"id\":\"<client_id>\",\"s\":<client_secret>,\"q\":\"\\\"{client_id}\"}");
        let text = template.render_json(&values()).expect("renders").to_secret();
        let parsed: serde_json::Value = serde_json::from_str(text.expose()).expect("JSON");
        assert_eq!(parsed["id"], "id 1");
        assert_eq!(parsed["s"], "a%^*&+=\"\n<é>");
        assert_eq!(parsed["q"], "\"id 1");
    }

    #[test]
    fn a_value_is_never_expanded_again() {
        let mut values = values();
        values.set("client_id", "<client_secret>{code}");
        let text = Template::new("<client_id>").render(&values, Place::Text).expect("renders");
        assert_eq!(text.to_secret().expose(), "<client_secret>{code}");
    }

    #[test]
    fn an_unknown_and_a_missing_name_say_what_to_do() {
        let render = |text: &str| Template::new(text).render(&values(), Place::Text).expect_err("fails").diagnose();
        assert_eq!(
            render("<client_secrt>").to_string(),
            "`<client_secrt>` is not a known value\nhint: did you mean `<client_secret>`?"
        );
        assert_eq!(
            render("<code>").to_string(),
            "`<code>` has no value yet\nhint: it is supplied by step 2, Authorization"
        );
    }
}
