//! The field names under which services put code and reason: of RFC 6749 section 5.2, RFC 9457 (problem details), JSON:API,
//! SOAP, and of gateways and services of their own style.

use serde_json::Value as Json;

use crate::call::scalar_text;
use crate::oauth::tokens::refusal::cause::{self, is_in};

/// Names of an error code, best first. All names here are in lower case and without separators.
const CODES: &str = "error errorcode errcode code faultcode errortype errorname errorid exception exceptioncode exceptiontype \
    type reason subcode status";
/// Names whose value is a code only if it is a known one.
const PERHAPS_CODES: &str = "title name key id statustext statuscode subtype";
/// Names of a description, best first.
const DESCRIPTIONS: &str = "errordescription detail message errormessage msg errmsg errormsg faultstring reasontext description \
    developermessage usermessage details detailmessage errordetail errordetails text error errorsummary \
    exceptionmessage reason title";
/// Names of a link.
const REFERENCES: &str = "erroruri moreinfo moreinformation helpurl documentationurl href about infolink type";
/// Names that mean a failure, whatever the status.
const OF_FAILURE: &str = "error errors errorcode errcode errormessage errmsg errordescription fault faultstring faultcode exception \
    errortype";
/// Names of a flag of success.
const OF_SUCCESS: &str = "ok success successful issuccess";
/// Names of the thing that is wrong.
const SUBJECTS: &str = "field parameter param resource property source";
/// Values that are not codes.
const NO_CODES: &str = "error errors fail failed failure fault exception false true null none 0 -1 undefined ok success \
    about:blank client server sender receiver unknown default";

/// The rank after all others.
const LAST: usize = 100;

/// The nesting that is examined: enough for the detail of a SOAP fault.
const DEEPEST: usize = 6;
/// The number of values that are examined.
const MOST: usize = 300;

/// A text with the level and rank of its name.
struct Candidate {
    level: usize,
    rank: usize,
    text: String,
}

/// What was found.
#[derive(Default)]
pub(super) struct Found {
    codes: Vec<Candidate>,
    descriptions: Vec<Candidate>,
    references: Vec<String>,
    /// All texts.
    pub texts: Vec<String>,
    /// Texts below a name that means a failure, with their own names.
    of_failure: Vec<String>,
    /// Whether a name or a flag means a failure.
    pub says_failure: bool,
    /// The number of texts and numbers.
    pub leaves: usize,
}

/// `clean` masks a text.
pub(super) fn collect(document: &Json, status: u16, clean: &dyn Fn(&str) -> String) -> Found {
    let mut found = Found::default();
    // What is next, its level, its name, and whether a name above it speaks of failure.
    let mut next: Vec<(&Json, usize, String, bool)> = vec![(document, 0, String::new(), false)];
    let mut seen = 0;
    while !next.is_empty() && seen < MOST {
        let mut deeper = Vec::new();
        for (value, level, name, failure) in next {
            seen += 1;
            match value {
                _ if seen > MOST || level > DEEPEST => {}
                Json::Object(fields) => {
                    found.of_subject(fields, clean);
                    for (key, value) in fields.iter().take(MOST) {
                        let plain = plain(key);
                        found.says_failure |= says_failure(&plain, value);
                        let failure = failure || is_in(OF_FAILURE, &plain);
                        found.leaf(&plain, key, value, Place { level, status, failure }, clean);
                        if value.is_object() || value.is_array() {
                            deeper.push((value, level + 1, key.clone(), failure));
                        }
                    }
                }
                Json::Array(items) => {
                    let of_list = plain(&name);
                    let of_list = of_list.strip_suffix('s').unwrap_or(&of_list).to_owned();
                    for item in items.iter().take(MOST) {
                        let named = if of_list.is_empty() { "error" } else { of_list.as_str() };
                        found.leaf(named, &name, item, Place { level, status, failure }, clean);
                        if item.is_object() || item.is_array() {
                            deeper.push((item, level + 1, name.clone(), failure));
                        }
                    }
                }
                _ => {}
            }
        }
        next = deeper;
    }
    found
}

/// Where a value stands.
#[derive(Clone, Copy)]
struct Place {
    level: usize,
    status: u16,
    failure: bool,
}

impl Found {
    fn leaf(&mut self, plain: &str, key: &str, value: &Json, place: Place, clean: &dyn Fn(&str) -> String) {
        let Some(text) = scalar_text(value) else { return };
        let text = clean(&text);
        let is_status = text == place.status.to_string();
        let is_text = value.is_string() && text.parse::<f64>().is_err();
        if text.is_empty() {
            return;
        }
        self.leaves += usize::from(!is_status);
        let Place { level, .. } = place;
        let is_address = text.contains("://") && !text.contains(' ');
        if let Some(rank) = rank(CODES, plain)
            && let Some(code) = code_of(&text)
            && !is_status
            && !value.is_boolean()
        {
            // A name beside a number says more.
            let rank = if is_text { rank } else { rank + LAST };
            self.codes.push(Candidate { level, rank, text: code });
        }
        if is_in(PERHAPS_CODES, plain) && cause::of_code(&text).is_some() && !text.contains(' ') {
            self.codes.push(Candidate { level, rank: LAST, text: text.clone() });
        }
        if let Some(rank) = rank(DESCRIPTIONS, plain)
            && is_text
            && !is_address
            && !is_no_code(&text)
        {
            self.descriptions.push(Candidate { level, rank, text: text.clone() });
        }
        if is_in(REFERENCES, plain) {
            self.references.extend(crate::oauth::tokens::fit::web_reference(&text));
        }
        if is_text && !is_address {
            if place.failure && level > 0 && !key.is_empty() {
                self.of_failure.push(format!("{}: {text}", clean(key)));
            }
            self.texts.push(text);
        }
    }

    /// `{"field":"refresh_token","code":"invalid"}`: what is wrong with what.
    fn of_subject(&mut self, fields: &serde_json::Map<String, Json>, clean: &dyn Fn(&str) -> String) {
        let of = |names: &str| {
            let found = fields.iter().find(|(key, _)| is_in(names, &plain(key)));
            found.and_then(|(_, value)| value.as_str()).map(clean)
        };
        if let (Some(subject), Some(said)) = (of(SUBJECTS), of("code message reason")) {
            self.texts.push(format!("{subject} {said}"));
        }
    }

    /// The code: a known one, or else the outermost.
    pub fn code(&mut self) -> Option<String> {
        self.codes.sort_by_key(|found| (is_sentence(&found.text), found.level, found.rank));
        let known = self.codes.iter().find(|found| !is_sentence(&found.text) && cause::of_code(&found.text).is_some());
        known.or(self.codes.first()).map(|found| found.text.clone())
    }

    /// The description that goes with a code.
    pub fn description(&mut self, code: Option<&str>) -> Option<String> {
        self.descriptions.sort_by_key(|found| (found.level, found.rank));
        let other = self.descriptions.iter().map(|found| &found.text).find(|text| code != Some(text));
        let other = other.or_else(|| self.of_failure.iter().find(|text| code.is_none_or(|code| !text.ends_with(code))));
        other.cloned()
    }

    /// The first link.
    pub fn reference(&self) -> Option<String> {
        self.references.first().cloned()
    }
}

/// A name in lower case, without separators and namespace.
fn plain(name: &str) -> String {
    let local = name.rsplit([':', '}']).next().unwrap_or(name);
    local.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The place of a name in a list, best first.
fn rank(list: &str, name: &str) -> Option<usize> {
    list.split(' ').position(|known| known == name)
}

fn is_no_code(text: &str) -> bool {
    text.is_empty() || is_in(NO_CODES, &text.to_ascii_lowercase())
}

fn is_sentence(text: &str) -> bool {
    text.split_whitespace().count() > 1
}

/// The code in a text that may be a URL or URN: `urn:…:invalid_grant`, `s:Client`.
fn code_of(text: &str) -> Option<String> {
    /// A longer text is not a code.
    const LONGEST: usize = 120;
    let last = text.trim_end_matches('/').rsplit(['/', '#', ':']).next().unwrap_or(text);
    let is_address = text.contains("://") || text.starts_with("urn:");
    let code = if is_address { cause::of_code(last).map(|_| last)? } else { text };
    (!is_no_code(last) && !is_no_code(text) && code.chars().count() <= LONGEST).then(|| code.to_owned())
}

fn says_failure(name: &str, value: &Json) -> bool {
    let is_something = match value {
        Json::Null => false,
        Json::Bool(flag) => *flag,
        Json::Number(number) => number.as_f64() != Some(0.0),
        Json::String(text) => !matches!(text.trim(), "" | "0" | "false" | "null" | "none" | "ok" | "success"),
        Json::Array(items) => !items.is_empty(),
        Json::Object(fields) => !fields.is_empty(),
    };
    let is_false = |value: &Json| *value == Json::Bool(false) || value.as_str().is_some_and(|text| text == "false");
    let failed = |value: &Json| {
        let text = value.as_str().unwrap_or_default().to_ascii_lowercase();
        matches!(text.as_str(), "error" | "fail" | "failed" | "failure")
    };
    is_in(OF_FAILURE, name) && is_something
        || is_in(OF_SUCCESS, name) && is_false(value)
        || matches!(name, "status" | "result") && failed(value)
}
