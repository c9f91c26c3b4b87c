//! The elements of ZSPEC as values. What has a meaning here is a field; every other attribute is a fact, kept under its
//! name, so that it can be written again.

use std::collections::BTreeMap;

use crate::call::Method;

/// Attributes by name.
pub(super) type Facts = BTreeMap<String, String>;

/// `<oauth2>`.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Oauth2 {
    pub name: String,
    pub description: String,
    /// `visibility` and what else there is.
    pub facts: Facts,
    pub authorization: Stage,
    pub token: Stage,
    pub refresh: Stage,
    pub authentication: Option<Stage>,
}

/// `<authorization-url>` and its like, with its one operation.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Stage {
    pub path: String,
    pub method: Method,
    /// Of the operation.
    pub description: String,
    /// Of the operation: `name`, `category` and what else there is.
    pub facts: Facts,
    pub arguments: Vec<Argument>,
    pub body: Option<Content>,
    pub responses: Vec<Response>,
    pub authentication: Option<Authentication>,
}

/// Where an argument goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Location {
    /// The query.
    #[default]
    Param,
    /// A header.
    Header,
    /// A variable of the path.
    Variable,
}

/// `<argument>`.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Argument {
    pub name: String,
    pub location: Location,
    pub description: String,
    /// `required`, `delimiter`, `length`, `visibility` and what else there is.
    pub facts: Facts,
    pub content: Content,
}

/// `<content>`: a media type and a structure.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Content {
    /// The type of `<encode>`; empty where there is none.
    pub encode: String,
    pub structure: Structure,
}

/// `<structure>`.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Structure {
    pub name: String,
    pub properties: Vec<Property>,
}

/// `<property>`. Its `values` may be a secret.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Property {
    pub name: String,
    pub description: String,
    /// The data type: `string` where none is named.
    pub kind: String,
    /// The possible values, separated by commas; empty for any.
    pub values: Vec<String>,
    /// `default-value`, `example-value` and what else there is.
    pub facts: Facts,
    pub structure: Option<Structure>,
}

/// `<response>`.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Response {
    pub status: String,
    pub description: String,
    pub facts: Facts,
    pub content: Option<Content>,
}

/// `<authentication>` of an operation.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Authentication {
    pub location: Location,
    /// `oauth2`, or how else the caller says who it is.
    pub kind: String,
    pub name: String,
    /// Separated by commas.
    pub scopes: Vec<String>,
    pub facts: Facts,
}

impl Location {
    /// All, as they are written.
    pub(super) const ALL: [(Self, &'static str); 3] =
        [(Self::Param, "param"), (Self::Header, "header"), (Self::Variable, "variable")];

    /// As it is written.
    pub(super) fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(location, _)| *location == self).map_or("param", |(_, word)| word)
    }
}

impl Content {
    /// Its first property: an argument has one, without a name.
    pub(super) fn property(&self) -> Option<&Property> {
        self.structure.properties.first()
    }
}

/// Reads values separated by commas; one that holds a comma or a quote stands in quotes (RFC 4180 section 2).
pub(super) fn read_values(text: &str) -> Vec<String> {
    let (mut values, mut value) = (Vec::new(), String::new());
    let (mut quoted, mut was_quoted) = (false, false);
    let mut chars = text.trim().chars().chain([',']).peekable();
    while let Some(c) = chars.next() {
        let is_last = chars.peek().is_none();
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => value.extend(chars.next()),
            '"' if quoted || (!was_quoted && value.trim().is_empty()) => {
                if !quoted {
                    value.clear();
                }
                (quoted, was_quoted) = (!quoted, true);
            }
            ',' if !quoted || is_last => {
                let taken = std::mem::take(&mut value);
                values.push(if was_quoted { taken } else { taken.trim().to_owned() });
                (quoted, was_quoted) = (false, false);
            }
            c if was_quoted && !quoted && c.is_whitespace() => {}
            c => value.push(c),
        }
    }
    values.retain(|value| !value.is_empty());
    values
}

/// Writes values so that [`read_values`] reads them again.
pub(super) fn write_values(values: &[String]) -> String {
    let quoted = |value: &String| {
        let plain = !value.contains([',', '"']) && value.trim() == value;
        if plain { value.clone() } else { format!("\"{}\"", value.replace('"', "\"\"")) }
    };
    values.iter().map(quoted).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_separated_by_commas_and_quoted_where_they_hold_one() {
        let check = |text: &str, expected: &[&str]| assert_eq!(read_values(text), expected, "{text}");
        check("offline,online", &["offline", "online"]);
        check(" a , b b ", &["a", "b b"]);
        check("\"a,b\",c", &["a,b", "c"]);
        check("{\"\"}", &["{\"\"}"]);
        check("\"say \"\"x\"\"\"", &["say \"x\""]);
        check("", &[]);
        for value in ["a,b", "\"", "a\"b,", " a ", "{\"a\": \"b, c\"}"] {
            let values = vec![value.to_owned(), "x".to_owned()];
            assert_eq!(read_values(&write_values(&values)), values);
        }
    }
}
