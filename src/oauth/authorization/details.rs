//! What an authorization is asked for in detail (RAR, RFC 9396): a JSON array of objects, each of a type that the service knows.

use serde_json::Value as Json;
use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::oauth::authorization::response::printable;

/// The name of the parameter, and of the member of the token response that says what was granted.
pub const AUTHORIZATION_DETAILS: &str = "authorization_details";

/// Why a text is no authorization details.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum DetailsError {
    /// Not JSON.
    #[error("the authorization details are not JSON, at line {line}, column {column}")]
    NotJson {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
    /// Not an array of objects.
    #[error("the authorization details are not a list of objects")]
    NoList,
    /// RFC 9396 section 2: `type` is required.
    #[error("the authorization details at {0} have no `type`")]
    NoType(usize),
}

impl Diagnose for DetailsError {
    fn diagnose(&self) -> Diagnosis {
        let hint = match self {
            Self::NotJson { .. } => "look for a missing quote, or a comma too many before a bracket",
            Self::NoList => "write a list, even of one: `[{\"type\": \"payment_initiation\"}]`",
            Self::NoType(_) => "the service's documentation names the types that it knows",
        };
        let reference = "https://www.rfc-editor.org/rfc/rfc9396#section-2";
        Diagnosis::new(self.to_string()).hint(hint).reference(reference)
    }
}

/// The types in authorization details, in their order, each once; none if the text is empty.
pub fn detail_types(text: &str) -> Result<Vec<String>, DetailsError> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let json: Json = serde_json::from_str(text)
        .map_err(|error| DetailsError::NotJson { line: error.line(), column: error.column() })?;
    let items = json.as_array().filter(|items| !items.is_empty() && items.iter().all(Json::is_object));
    let mut types: Vec<String> = Vec::new();
    for (number, item) in (1..).zip(items.ok_or(DetailsError::NoList)?) {
        let kind = item.get("type").and_then(Json::as_str).filter(|kind| !kind.is_empty());
        let kind = printable(kind.ok_or(DetailsError::NoType(number))?);
        if !types.contains(&kind) {
            types.push(kind);
        }
    }
    Ok(types)
}

/// Details with one more; `None` if these are none.
pub fn with_detail(text: &str, detail: &str) -> Option<String> {
    detail_types(text).ok()?;
    Some(match text.trim().strip_suffix(']') {
        Some(others) => format!("{}, {detail}]", others.trim_end()),
        None => format!("[{detail}]"),
    })
}

/// The details that were asked for and are not among those that were granted, each as JSON. A service may add members to what
/// it grants, such as the accounts that the person chose (RFC 9396 section 7.1), and may narrow lists.
pub fn details_not_granted(asked: &str, granted: &str) -> Vec<String> {
    let list = |text: &str| match serde_json::from_str(text) {
        Ok(Json::Array(items)) => items,
        _ => Vec::new(),
    };
    let granted = list(granted);
    let is_granted = |asked: &Json| granted.iter().any(|granted| covers(granted, asked));
    list(asked).iter().filter(|asked| !is_granted(asked)).map(Json::to_string).collect()
}

/// Details that a server or an API proposes, as JSON text to be sent: in ASCII, and with nothing in it that is a placeholder here.
pub(in crate::oauth) fn literal(details: &Json) -> String {
    let mut is_text = false;
    let mut is_escaped = false;
    let mut text = String::new();
    for c in details.to_string().chars() {
        match c {
            '<' | '>' => push_escaped(&mut text, c),
            '{' | '}' if is_text => push_escaped(&mut text, c),
            c if !c.is_ascii() => push_escaped(&mut text, c),
            c => text.push(c),
        }
        is_text ^= c == '"' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
    }
    text
}

fn push_escaped(text: &mut String, c: char) {
    for unit in c.encode_utf16(&mut [0; 2]) {
        text.push_str(&format!("\\u{unit:04x}"));
    }
}

/// Whether everything in `asked` is in `granted`.
fn covers(granted: &Json, asked: &Json) -> bool {
    match (granted, asked) {
        (Json::Object(granted), Json::Object(asked)) => {
            asked.iter().all(|(name, value)| granted.get(name).is_some_and(|own| covers(own, value)))
        }
        (Json::Array(granted), Json::Array(asked)) => {
            asked.iter().all(|value| granted.iter().any(|own| covers(own, value)))
        }
        _ => granted == asked,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::call::Template;

    /// RFC 9396 section 2.
    const EXAMPLE: &str = r#"[{"type": "account_information", "actions": ["list_accounts", "read_balances"],
        "locations": ["https://example.com/accounts"]},
        {"type": "payment_initiation", "instructedAmount": {"currency": "EUR", "amount": "123.50"}}]"#;

    #[test]
    fn a_list_of_objects_with_types_is_right_and_nothing_else() {
        assert_eq!(detail_types(EXAMPLE), Ok(vec!["account_information".into(), "payment_initiation".into()]));
        assert_eq!(detail_types("  "), Ok(Vec::new()));
        assert_eq!(detail_types("[{\"type\": \"a\"},]"), Err(DetailsError::NotJson { line: 1, column: 16 }));
        for text in ["{\"type\": \"a\"}", "[]", "[\"a\"]", "7"] {
            assert_eq!(detail_types(text), Err(DetailsError::NoList), "{text}");
        }
        for text in
            ["[{\"type\": \"a\"}, {}]", "[{\"type\": \"a\"}, {\"type\": 7}]", "[{\"type\": \"a\"}, {\"type\": \"\"}]"]
        {
            assert_eq!(detail_types(text), Err(DetailsError::NoType(2)), "{text}");
        }
    }

    #[test]
    fn one_more_stands_after_the_others_which_stay_as_they_were_typed() {
        assert_eq!(with_detail(" ", "{}"), Some("[{}]".to_owned()));
        let typed = "[ {\"type\": \"a\"}\n ] ";
        assert_eq!(with_detail(typed, "{\"type\":\"b\"}").as_deref(), Some("[ {\"type\": \"a\"}, {\"type\":\"b\"}]"));
        assert_eq!(with_detail("[{}", "{}"), None);
    }

    proptest! {
        #[test]
        fn proposed_details_are_sent_as_they_are_and_are_no_template(text in ".{0,40}", name in "[a-z_]{1,20}") {
            let details = json!([{"type": text, "a": format!("<{name}> {{{name}}} {{{{{name}}}}}"), name: ["\\\"", "🦀"]}]);
            let written = literal(&details);
            prop_assert!(written.is_ascii());
            prop_assert_eq!(serde_json::from_str::<Json>(&written).ok(), Some(details));
            let template = Template::new(&written);
            prop_assert_eq!(template.placeholders().next(), None);
        }
    }

    #[test]
    fn what_was_granted_is_compared_with_what_was_asked() {
        let asked = r#"[{"type": "a", "actions": ["read", "write"]}, {"type": "b"}]"#;
        let check =
            |granted: &str, missing: &[&str]| assert_eq!(details_not_granted(asked, granted), missing, "{granted}");
        check(r#"[{"type": "b", "accounts": ["1"]}, {"actions": ["write", "read", "list"], "type": "a"}]"#, &[]);
        check(
            r#"[{"type": "a", "actions": ["read"]}, {"type": "b"}]"#,
            &[r#"{"type":"a","actions":["read","write"]}"#],
        );
        check("nonsense", &[r#"{"type":"a","actions":["read","write"]}"#, r#"{"type":"b"}"#]);
        assert_eq!(details_not_granted("", "[]"), [""; 0]);
    }
}
