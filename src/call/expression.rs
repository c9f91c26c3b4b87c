//! Where a value is in a reply. Paths are followed here. Anything else is JSONata, which is checked here and evaluated in a
//! separate process, the only way to bound its time and memory.

use std::fmt;

use jsonata_core::parser::ParserError;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};

/// The longest expression in bytes: longer than anybody writes by hand, and short enough to bound the parser's recursion.
pub const LONGEST_EXPRESSION: usize = 8 * 1024;

/// Where a value is in a reply: names separated by dots, `[n]` for the n-th item from 0 (`data.items[0].token`), or
/// JSONata (`$substringAfter(token, ' ')`). The empty one is the whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Expression {
    text: String,
}

/// The result of following a path.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Walk<'a> {
    /// The value.
    Found(&'a Json),
    /// There is no value.
    Nothing,
    /// JSONata may find one: the path has a name in a list, or an index in something that is not a list.
    Beyond,
}

/// An expression without a result, and why.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("the expression `{expression}` {fault}")]
pub struct ExpressionError {
    /// The expression, shortened.
    pub expression: String,
    /// Why.
    #[source]
    pub fault: ExpressionFault,
}

/// Why an expression has no result. Never quotes the reply, which is secret.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are what the words name")]
pub enum ExpressionFault {
    /// It is too long.
    #[error("is longer than {LONGEST_EXPRESSION} bytes")]
    TooLong,
    /// It is not valid JSONata; `code` is from the JSONata reference.
    #[error("cannot be read at line {line}, column {column}: {words}{}", in_brackets(.code))]
    Syntax { line: usize, column: usize, words: &'static str, code: String },
    /// Evaluation failed; `code` is from the JSONata reference.
    #[error("failed: {words}{}", in_brackets(.code))]
    Failed { words: &'static str, code: String },
    /// The result is not a string, number or boolean.
    #[error("returned {0}, not a string")]
    NotText(&'static str),
    /// The result is to be a token and has characters that no token may have (RFC 6749 appendix A).
    #[error("returned a token with {0}")]
    UnfitToken(&'static str),
    /// The result is too large.
    #[error("returned more than {most} {what}")]
    TooLarge { most: usize, what: &'static str },
    /// It ran out of time.
    #[error("took longer than {seconds} s and was stopped")]
    TooSlow { seconds: u64 },
    /// It ran out of memory or stack.
    #[error("used more than {mebibytes} MiB of memory and was stopped")]
    TooMuchMemory { mebibytes: u64 },
    /// An earlier expression was stopped.
    #[error("was not evaluated: `{before}` before it was stopped")]
    NotReached { before: String },
    /// The evaluating process failed.
    #[error("could not be evaluated: {reason}")]
    NoProcess { reason: String },
}

fn in_brackets(code: &str) -> String {
    if code.is_empty() { String::new() } else { format!(" ({code})") }
}

impl Diagnose for ExpressionError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match &self.fault {
            ExpressionFault::TooLong => diagnosis.hint("shorten it"),
            ExpressionFault::Syntax { .. } => {
                diagnosis.hint("write a path such as `data.token`, or JSONata").reference("https://docs.jsonata.org")
            }
            ExpressionFault::Failed { .. } | ExpressionFault::NotText(_) => {
                diagnosis.hint("compare it with the reply: step 3 of the window shows both side by side")
            }
            ExpressionFault::UnfitToken(_) => diagnosis
                .hint("no header can carry it: look at the reply, and read the token from the right place")
                .reference("https://www.rfc-editor.org/rfc/rfc6749#appendix-A.12"),
            ExpressionFault::TooLarge { .. }
            | ExpressionFault::TooSlow { .. }
            | ExpressionFault::TooMuchMemory { .. } => diagnosis.hint("simplify it"),
            ExpressionFault::NotReached { .. } => diagnosis.hint("fix the one before it"),
            ExpressionFault::NoProcess { .. } => diagnosis.hint(
                "expressions are evaluated in another process of this program: check that nothing forbids starting it",
            ),
        }
    }
}

impl Expression {
    /// An expression of this text.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }

    /// As written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is a path, which needs no evaluation.
    pub fn is_path(&self) -> bool {
        steps(&self.text).is_some()
    }

    /// The value at a path, unless it is missing or `null`.
    pub fn find<'a>(&self, json: &'a Json) -> Option<&'a Json> {
        match self.walk(json) {
            Walk::Found(value) => Some(value),
            Walk::Nothing | Walk::Beyond => None,
        }
    }

    /// Follows the path as far as it leads.
    pub(crate) fn walk<'a>(&self, json: &'a Json) -> Walk<'a> {
        let Some(steps) = steps(&self.text) else { return Walk::Beyond };
        let mut at = json;
        for step in steps {
            let next = match (step, at) {
                (Step::Name(name), Json::Object(fields)) => fields.get(name),
                (Step::Index(index), Json::Array(items)) => items.get(index),
                (Step::Name(_), Json::Array(_)) | (Step::Index(_), Json::Object(_) | Json::String(_)) => {
                    return Walk::Beyond;
                }
                _ => None,
            };
            let Some(next) = next else { return Walk::Nothing };
            at = next;
        }
        if at.is_null() { Walk::Nothing } else { Walk::Found(at) }
    }

    /// The expression as JSONata: names of a path are quoted, since a bare `a-b` would be a subtraction.
    pub fn to_jsonata(&self) -> String {
        let Some(steps) = steps(&self.text) else { return self.text.clone() };
        let mut text = String::from("$");
        for step in steps {
            match step {
                Step::Name(name) => text.push_str(&format!(".`{name}`")),
                Step::Index(index) => text.push_str(&format!("[{index}]")),
            }
        }
        text
    }

    /// Rejects an expression that is too long or not JSONata.
    pub fn check(&self) -> Result<(), ExpressionError> {
        if self.text.len() > LONGEST_EXPRESSION {
            return Err(self.error(ExpressionFault::TooLong));
        }
        if self.is_path() {
            return Ok(());
        }
        match jsonata_core::parser::parse(&self.text) {
            Ok(_) => Ok(()),
            Err(error) => Err(self.error(syntax(&self.text, &error))),
        }
    }

    /// An error of this expression.
    pub fn error(&self, fault: ExpressionFault) -> ExpressionError {
        /// Enough to recognise the expression.
        const SHOWN: usize = 60;
        let text = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut expression: String = text.chars().take(SHOWN).collect();
        if text.chars().nth(SHOWN).is_some() {
            expression.push('…');
        }
        ExpressionError { expression: expression.replace('`', "'"), fault }
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step<'a> {
    Name(&'a str),
    Index(usize),
}

/// The steps of a path; `None` if the text is not a path.
fn steps(text: &str) -> Option<Vec<Step<'_>>> {
    let mut steps = Vec::new();
    for (at, part) in text.split('.').enumerate().filter(|_| !text.is_empty()) {
        let (name, indexes) = part.split_at(part.find('[').unwrap_or(part.len()));
        match name {
            // `[0].token`: the reply is a list.
            "" if at == 0 && !indexes.is_empty() => {}
            name if is_plain(name) => steps.push(Step::Name(name)),
            _ => return None,
        }
        for index in indexes.split_inclusive(']') {
            let digits = index.strip_prefix('[')?.strip_suffix(']')?;
            steps.push(Step::Index(digits.parse().ok()?));
        }
    }
    Some(steps)
}

/// Whether it is the name of a field. A hyphen before a letter is part of the name (`data-center`), before a digit it
/// subtracts. One service has a field `$items`, which JSONata would read as an unset variable.
pub(crate) fn is_plain(name: &str) -> bool {
    let name = name.strip_prefix('$').unwrap_or(name);
    let starts_a_word = |part: &str| part.starts_with(|c: char| c.is_alphabetic() || c == '_');
    let goes_on = |part: &str| part.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | ':'));
    !matches!(name, "true" | "false" | "null") && name.split('-').all(|part| starts_a_word(part) && goes_on(part))
}

/// The parser's error in our words, with its position.
fn syntax(text: &str, error: &ParserError) -> ExpressionFault {
    let said = error.to_string();
    let code = code_of(&said);
    let at = place_of_error(text);
    let before: String = text.chars().take(at).collect();
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    // foreign: the library's errors carry the reference's codes in their texts only.
    let words = match code {
        _ if is_unfinished(error) => "it ends too early",
        "S0211" | "S0201" | "S0202" => "this is not expected here",
        "S0103" | "S0104" => "an escape in a text is not known",
        "S0102" => "a number is too large",
        "S0214" | "S0215" | "S0216" | "S0217" => "`@`, `#` or `%` has no place here",
        "S0212" => "what stands before `:=` is no variable",
        "S0213" => "a literal is no step of a path",
        "U1002" => "it is nested too deeply",
        _ => "it is not JSONata",
    };
    ExpressionFault::Syntax { line, column, words, code: code.to_owned() }
}

/// The JSONata error code at the start of a library message: a letter and four digits; empty if there is none.
pub(crate) fn code_of(message: &str) -> &str {
    /// At most a prefix such as `Parse error: Invalid syntax:` precedes it.
    const WORDS_BEFORE: usize = 6;
    let is_code = |word: &&str| {
        let (letter, digits) = word.split_at_checked(1).unwrap_or_default();
        digits.len() == 4
            && digits.chars().all(|c| c.is_ascii_digit())
            && letter.chars().all(|c| c.is_ascii_uppercase())
    };
    // foreign: a message of the library.
    let words = message.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.take(WORDS_BEFORE).find(is_code).unwrap_or_default()
}

/// The parser does not say where it stopped. Text after an error does not change the error, so the shortest invalid prefix
/// ends at the error; a binary search finds it.
fn place_of_error(text: &str) -> usize {
    let chars: Vec<char> = text.chars().collect();
    let cuts: Vec<usize> = (1..chars.len()).filter(|at| !is_within_word(chars[at - 1], chars[*at])).collect();
    let is_wrong = |length: usize| {
        let beginning: String = chars[..length].iter().collect();
        jsonata_core::parser::parse(&beginning).is_err_and(|error| !is_unfinished(&error))
    };
    let right = cuts.partition_point(|cut| !is_wrong(*cut));
    // The error is in the characters that turn the longest valid prefix into the shortest invalid one.
    let from = right.checked_sub(1).map_or(0, |last| cuts[last]);
    if right == cuts.len() && !is_wrong(chars.len()) {
        return chars.len();
    }
    from + chars[from..].iter().take_while(|c| c.is_whitespace()).count()
}

/// Whether a cut between these two would split a name, a number or an operator.
fn is_within_word(before: char, after: char) -> bool {
    const PAIRS: [&str; 12] = [":=", "!=", "<=", ">=", "~>", "..", "**", "??", "?:", "/*", "*/", "\\\""];
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    (is_word(before) && is_word(after)) || PAIRS.iter().any(|pair| pair.chars().eq([before, after]))
}

/// Whether more text could complete it.
fn is_unfinished(error: &ParserError) -> bool {
    match error {
        ParserError::UnexpectedEnd
        | ParserError::UnclosedString
        | ParserError::UnclosedComment
        | ParserError::UnclosedBacktick => true,
        ParserError::UnexpectedToken(found) | ParserError::Expected { found, .. } => found.contains("Eof"),
        other => ["S0203", "S0207", "S0302", "S0106"].iter().any(|code| other.to_string().contains(code)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::scalar_text;

    #[test]
    fn a_path_walks_names_and_indexes() {
        let json: Json = serde_json::json!({
            "data": {"items": [{"token": "a"}, {"token": 7}]}, "none": null, "a-b": {"$items": "x"}
        });
        let find = |path: &str| Expression::new(path).find(&json).and_then(scalar_text);
        assert_eq!(find("data.items[0].token").as_deref(), Some("a"));
        assert_eq!(find("data.items[1].token").as_deref(), Some("7"));
        assert_eq!(find("a-b.$items").as_deref(), Some("x"));
        for path in ["data.items[2].token", "data.items[x].token", "data.token", "none", "none.x", "data.items.token"] {
            assert_eq!(find(path), None, "{path}");
        }
        assert_eq!(Expression::new("").find(&json), Some(&json));
        assert_eq!(Expression::new("[1]").find(&serde_json::json!([1, 2])), Some(&Json::from(2)));
    }

    #[test]
    fn what_is_more_than_a_path_is_told_apart() {
        for path in ["", "a", "a.b", "a-b.c", "a[0][1].b", "[0].a", "$items", "ns:token", "ключ", "_x"] {
            assert!(Expression::new(path).is_path(), "{path}");
        }
        for more in [
            "$", "$.a", "a b", "a-60", "a - b", "a/b", "3600", "\"x\"", "true", "a[b=1]", "a[-1]", "a..b", "`a b`", ".",
        ] {
            assert!(!Expression::new(more).is_path(), "{more}");
        }
    }

    #[test]
    fn a_path_is_written_as_jsonata_with_its_names_in_quotes() {
        let check = |path: &str, expected: &str| assert_eq!(Expression::new(path).to_jsonata(), expected);
        check("", "$");
        check("data-center.items[0].a", "$.`data-center`.`items`[0].`a`");
        check("[1].a", "$[1].`a`");
        check("$sum(a)", "$sum(a)");
    }

    #[test]
    fn what_is_not_jsonata_is_refused_with_its_place() {
        let check = |text: &str, expected: &str| {
            let error = Expression::new(text).check().expect_err(text);
            assert_eq!(error.to_string(), expected);
        };
        check("a.b[", "the expression `a.b[` cannot be read at line 1, column 5: it ends too early (S0207)");
        check("a b", "the expression `a b` cannot be read at line 1, column 3: this is not expected here (S0201)");
        check(
            "(\n  $x := a;\n  $x and) b\n)",
            "the expression `( $x := a; $x and) b )` cannot be read at line 3, column 9: this is not expected here (S0211)",
        );
        check("'abc", "the expression `'abc` cannot be read at line 1, column 5: it ends too early (S0101)");
        assert_eq!(Expression::new("a and b or $sum([1..3]) > 2").check(), Ok(()));
        let long = Expression::new("a ".repeat(5000)).check().expect_err("too long");
        assert!(long.to_string().ends_with("…` is longer than 8192 bytes"), "{long}");
    }

    #[test]
    fn a_deeply_nested_one_is_refused_and_harms_nothing() {
        for open in ["(", "[", "-", "{\"a\":"] {
            let text = open.repeat(LONGEST_EXPRESSION / open.len());
            assert!(Expression::new(text).check().is_err(), "{open}");
        }
    }
}
