//! Behaviour never depends on the text of an error, so that wording can improve. This follows the text of an error from
//! its source (`.summary`, `.hint`, `.to_string()` of an error) through names, closures, arms and functions of the file
//! to where it is inspected.
//!
//! Text of other libraries may be inspected under a comment `// foreign:`.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::text::{Source, Token};

/// Fields that hold what is told to a person.
const TEXTS: [&str; 4] = ["summary", "hint", "reason", "words"];
/// Names that an error goes by; its text is its `Display`.
const ERRORS: [&str; 12] = [
    "error",
    "err",
    "failure",
    "diagnosis",
    "problem",
    "fault",
    "trouble",
    "cause",
    "refused",
    "why",
    "unwrap_err",
    "expect_err",
];
/// What else has a summary: the line below the name of a service.
const NO_ERRORS: [&str; 3] = ["service", "preset", "described"];
/// What looks into a text.
const LOOKS: [&str; 24] = [
    "contains",
    "starts_with",
    "ends_with",
    "find",
    "rfind",
    "matches",
    "rmatches",
    "match_indices",
    "strip_prefix",
    "strip_suffix",
    "trim_start_matches",
    "trim_end_matches",
    "split_once",
    "rsplit_once",
    "split",
    "splitn",
    "eq",
    "ne",
    "eq_ignore_ascii_case",
    "is_match",
    "cmp",
    "replace",
    "replacen",
    "position",
];

/// Where texts are set for the window: how a literal looks decides nothing.
const TYPESETTING: &str = "src/gui/display_text.rs";

pub fn complaints(source: &Source) -> Vec<String> {
    if source.path == TYPESETTING {
        return Vec::new();
    }
    let tokens = source.shipped_tokens();
    let mut lines = BTreeSet::new();
    let parameters = tainted_parameters(source, &tokens);
    for body in functions(&tokens) {
        let scope = Scope::new(source, &tokens, body, &parameters);
        lines.extend(scope.looked_at());
    }
    let of_ours = lines.into_iter().filter(|line| !is_foreign(source, *line));
    of_ours
        .map(|line| format!("{}:{line}: behaviour hangs on codes, not on the text of an error", source.path))
        .collect()
}

/// Whether a comment says that the text is a foreign library's.
fn is_foreign(source: &Source, line: usize) -> bool {
    source.lines[line.saturating_sub(4)..line].iter().any(|line| line.contains("// foreign:"))
}

/// A function: its name, its parameters and its body, as tokens.
struct Function {
    name: String,
    parameters: Range<usize>,
    body: Range<usize>,
}

fn functions(tokens: &[Token]) -> Vec<Function> {
    let starts = (0..tokens.len().saturating_sub(2)).filter(|at| tokens[*at].text == "fn" && tokens[at + 1].is_word());
    let read = |at: usize| {
        let open = (at..tokens.len()).find(|at| tokens[*at].text == "(")?;
        let close = closing(tokens, open)?;
        let brace = (close..tokens.len()).find(|at| matches!(tokens[*at].text.as_str(), "{" | ";"))?;
        let end = if tokens[brace].text == "{" { closing(tokens, brace)? } else { return None };
        Some(Function { name: tokens[at + 1].text.clone(), parameters: open + 1..close, body: brace..end + 1 })
    };
    starts.filter_map(read).collect()
}

/// The parameters, by function and place, that the text of an error is handed to within the file.
fn tainted_parameters(source: &Source, tokens: &[Token]) -> BTreeSet<(String, String)> {
    let all = functions(tokens);
    let mut tainted = BTreeSet::new();
    // Once more, for what is handed on.
    for _ in 0..2 {
        let mut found = tainted.clone();
        for function in functions(tokens) {
            let scope = Scope::new(source, tokens, function, &tainted);
            for at in scope.body.clone() {
                let callee = all.iter().find(|callee| callee.name == tokens[at].text);
                let (Some(callee), true) = (callee, is(tokens, at + 1, "(") && !is(tokens, at.wrapping_sub(1), "fn"))
                else {
                    continue;
                };
                let Some(close) = closing(tokens, at + 1) else { continue };
                let is_method = callee.parameters.clone().take(4).any(|at| tokens[at].text == "self");
                let names = split(tokens, callee.parameters.clone());
                let names =
                    names.iter().skip(usize::from(is_method)).map(|range| tokens[name_of(tokens, range)].text.clone());
                for (name, argument) in names.zip(split(tokens, at + 2..close)) {
                    if scope.is_text(argument) {
                        found.insert((callee.name.clone(), name));
                    }
                }
            }
        }
        tainted = found;
    }
    tainted
}

/// The word before the `:` of a parameter.
fn name_of(tokens: &[Token], range: &Range<usize>) -> usize {
    range.clone().find(|at| is(tokens, at + 1, ":")).unwrap_or(range.start)
}

/// The body of a function, and the names in it that hold the text of an error.
struct Scope<'a> {
    source: &'a Source,
    tokens: &'a [Token],
    body: Range<usize>,
    names: BTreeSet<String>,
    /// Parameters that are texts, whatever they are called.
    plain: BTreeSet<String>,
    /// Names that hold it within a range only: those of closures.
    closures: Vec<(String, Range<usize>)>,
}

impl<'a> Scope<'a> {
    fn new(
        source: &'a Source,
        tokens: &'a [Token],
        function: Function,
        parameters: &BTreeSet<(String, String)>,
    ) -> Self {
        let own = parameters.iter().filter(|(name, _)| *name == function.name).map(|(_, name)| name.clone());
        let typed = split(tokens, function.parameters);
        let is_plain = |range: &Range<usize>| tokens[range.clone()].iter().any(|token| token.text == "str");
        let plain =
            typed.iter().filter(|range| is_plain(range)).map(|range| tokens[name_of(tokens, range)].text.clone());
        let (names, plain) = (own.collect(), plain.collect());
        let mut scope = Self { source, tokens, body: function.body, names, plain, closures: Vec::new() };
        // A name may be taken from one that is found further down.
        for _ in 0..3 {
            scope.bind();
        }
        scope
    }

    /// Finds the names that the text goes by: of `let`, of arms, of closures, and of a `Diagnosis` taken apart.
    fn bind(&mut self) {
        for at in self.body.clone() {
            match self.tokens[at].text.as_str() {
                "let" | "for" => {
                    let sign = if self.tokens[at].text == "let" { "=" } else { "in" };
                    let Some(sign) = (at..self.body.end).find(|at| self.tokens[*at].text == sign) else { continue };
                    let of_condition =
                        matches!(self.text_at(at.wrapping_sub(1)), "if" | "while" | "&") || sign == at + 2;
                    let end = self.end_of(sign + 1, of_condition || self.tokens[at].text == "for");
                    if self.is_text(sign + 1..end) {
                        self.bind_pattern(at + 1..sign);
                    }
                }
                "match" => {
                    let Some((scrutinee, arms)) = self.arms(at) else { continue };
                    if self.is_text(scrutinee) {
                        for pattern in self.patterns(arms) {
                            let guard = pattern.clone().find(|at| self.text_at(*at) == "if");
                            self.bind_pattern(pattern.start..guard.unwrap_or(pattern.end));
                        }
                    }
                }
                "|" if self.text_at(at.wrapping_sub(1)) == "(" => self.bind_closure(at),
                "Diagnosis" | "FieldError" if self.text_at(at + 1) == "{" => {
                    let Some(close) = closing(self.tokens, at + 1) else { continue };
                    // Taken apart, not made: it is followed by what it is taken from, or stands in an arm.
                    if matches!(self.text_at(close + 1), "=" | "|") {
                        self.bind_pattern(at + 2..close);
                    }
                }
                _ => {}
            }
        }
    }

    /// `receiver.method(|name| …)`, where the receiver holds the text.
    fn bind_closure(&mut self, bar: usize) {
        let (open, Some(end)) = (bar - 1, (bar + 1..self.body.end).find(|at| self.text_at(*at) == "|")) else { return };
        let method = open.wrapping_sub(1);
        if self.text_at(method.wrapping_sub(1)) != "." || !self.is_text(chain(self.tokens, method - 1)) {
            return;
        }
        let Some(close) = closing(self.tokens, open) else { return };
        let names = self.tokens[bar + 1..end].iter().filter(|token| is_name(&token.text));
        let found: Vec<_> = names.map(|token| (token.text.clone(), end..close)).collect();
        for closure in found {
            if !self.closures.contains(&closure) {
                self.closures.push(closure);
            }
        }
    }

    /// The names of a pattern; what stands behind the `:` of a `let` is its type.
    fn bind_pattern(&mut self, pattern: Range<usize>) {
        let names: Vec<String> = pattern
            .filter(|at| is_name(self.text_at(*at)) && !matches!(self.text_at(at + 1), "(" | "::" | "{" | ":"))
            .map(|at| self.text_at(at).to_owned())
            .collect();
        self.names.extend(names);
    }

    /// Where the expression at `from` ends.
    fn end_of(&self, from: usize, at_brace: bool) -> usize {
        let mut depth = 0_i32;
        for at in from..self.body.end {
            match self.text_at(at) {
                "{" if at_brace && depth == 0 => return at,
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth -= 1,
                ";" if depth == 0 => return at,
                "else" if depth == 0 && !at_brace => return at,
                _ => {}
            }
            if depth < 0 {
                return at;
            }
        }
        self.body.end
    }

    /// What a `match` is of, and the inside of its braces.
    fn arms(&self, at: usize) -> Option<(Range<usize>, Range<usize>)> {
        let open = self.end_of(at + 1, true);
        let close = (self.text_at(open) == "{").then(|| closing(self.tokens, open)).flatten()?;
        Some((at + 1..open, open + 1..close))
    }

    /// The patterns of arms, guards included.
    fn patterns(&self, arms: Range<usize>) -> Vec<Range<usize>> {
        let (mut patterns, mut start, mut at) = (Vec::new(), arms.start, arms.start);
        while at < arms.end {
            match self.text_at(at) {
                "=" if self.text_at(at + 1) == ">" => {
                    patterns.push(start..at);
                    at += 2;
                    if self.text_at(at) == "{" {
                        at = closing(self.tokens, at).map_or(arms.end, |close| close + 1);
                    } else {
                        at = self.comma(at, arms.end);
                    }
                    start = at + usize::from(self.text_at(at) == ",");
                    at = start;
                }
                "(" | "[" | "{" => at = closing(self.tokens, at).map_or(arms.end, |close| close + 1),
                _ => at += 1,
            }
        }
        patterns
    }

    fn comma(&self, from: usize, end: usize) -> usize {
        let mut at = from;
        while at < end && self.text_at(at) != "," {
            at = match self.text_at(at) {
                "(" | "[" | "{" => closing(self.tokens, at).map_or(end, |close| close + 1),
                _ => at + 1,
            };
        }
        at
    }

    fn text_at(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.text.as_str())
    }

    /// Whether an expression is, or holds, the text of an error.
    fn is_text(&self, range: Range<usize>) -> bool {
        let mut at = range.start;
        while at < range.end {
            if self.is_source(at, &range) {
                return true;
            }
            // What an error becomes on its way out is not what the expression comes to.
            let leaves = matches!(self.text_at(at), "map_err" | "ok_or" | "ok_or_else" | "Err");
            let close = if leaves && self.text_at(at + 1) == "(" { closing(self.tokens, at + 1) } else { None };
            at = close.unwrap_or(at) + 1;
        }
        false
    }

    fn is_source(&self, at: usize, within: &Range<usize>) -> bool {
        let text = self.text_at(at);
        let (before, after) = (self.text_at(at.wrapping_sub(1)), self.text_at(at + 1));
        let is_field = before == "." && after != "(";
        let of = self.text_at(at.wrapping_sub(2));
        if is_field && TEXTS.contains(&text) {
            return !NO_ERRORS.contains(&of) && !self.source.path.starts_with("src/service/definition");
        }
        let is_name_of = before != "." && !matches!(after, "(" | "::" | ":" | "!");
        let held = self.closures.iter().any(|(name, range)| name == text && range.contains(&at));
        if is_name_of && (held || self.names.contains(text)) {
            return true;
        }
        match text {
            "to_string" if before == "." => {
                chain(self.tokens, at - 1).any(|at| within.contains(&at) && self.is_error(self.text_at(at)))
            }
            "message" if before == "." => after == "(" && self.is_error(of),
            "format" => after == "!" && self.formats_an_error(at),
            _ => false,
        }
    }

    /// Whether an error goes by this name; a parameter that is a text is what a service said.
    fn is_error(&self, name: &str) -> bool {
        ERRORS.contains(&name) && !self.plain.contains(name)
    }

    /// `format!("… {error} …")`: the name stands in the literal.
    fn formats_an_error(&self, at: usize) -> bool {
        let Some(close) = closing(self.tokens, at + 2) else { return false };
        if (at + 3..close).any(|at| self.is_error(self.text_at(at)) && !matches!(self.text_at(at + 1), "." | "(")) {
            return true;
        }
        let lines = &self.source.lines[self.tokens[at].line - 1..self.tokens[close].line];
        let text = lines.join("\n");
        let is_in = |name: &str| text.contains(&format!("{{{name}}}")) || text.contains(&format!("{{{name}:"));
        ERRORS.iter().any(|name| self.is_error(name) && is_in(name)) || self.names.iter().any(|name| is_in(name))
    }

    /// The lines where the text is looked into.
    fn looked_at(&self) -> Vec<usize> {
        let mut lines = Vec::new();
        for at in self.body.clone() {
            let found = match self.text_at(at) {
                "." => self.is_look(at),
                "=" => self.is_comparison(at),
                "match" => self.arms(at).is_some_and(|(of, arms)| {
                    self.is_text(of) && self.patterns(arms).into_iter().any(|pattern| self.is_literal(pattern))
                }),
                "let" => self.is_literal_let(at),
                "matches" => self.text_at(at + 1) == "!" && self.is_match_of_literal(at + 2),
                _ => false,
            };
            if found {
                lines.push(self.tokens[at].line);
            }
        }
        lines
    }

    /// `text.contains(…)`, or a list of words that is asked whether the text is in it.
    fn is_look(&self, dot: usize) -> bool {
        if !LOOKS.contains(&self.text_at(dot + 1)) || self.text_at(dot + 2) != "(" {
            return false;
        }
        let argument = closing(self.tokens, dot + 2).map_or(dot + 3..dot + 3, |close| dot + 3..close);
        // Of a closure it is what is done inside that counts.
        let is_closure = self.text_at(argument.start) == "|";
        self.is_text(chain(self.tokens, dot)) || !is_closure && self.is_text(argument)
    }

    /// `text == "…"`, either way round.
    fn is_comparison(&self, at: usize) -> bool {
        let (before, after) = (self.text_at(at.wrapping_sub(1)), self.text_at(at + 1));
        if matches!(before, "=" | "<" | ">") || after != "=" && before != "!" {
            return false;
        }
        let left = if before == "!" { at - 1 } else { at };
        let right = if before == "!" { at + 1 } else { at + 2 };
        let end = (right..self.body.end).find(|at| {
            matches!(self.text_at(*at), ")" | ";" | "{" | "," | "}")
                || self.text_at(*at) == "&" && self.text_at(at + 1) == "&"
        });
        // Whole failures may be compared; it is their text that may not.
        let compares = |range: Range<usize>| {
            let last = self.text_at(range.end.wrapping_sub(1));
            self.is_text(range.clone()) && last != "diagnosis" && !self.is_code(range)
        };
        compares(chain(self.tokens, left)) || compares(right..end.unwrap_or(self.body.end))
    }

    /// What is beside the text in a failure: its kind and its code.
    fn is_code(&self, range: Range<usize>) -> bool {
        matches!(self.text_at(range.end.wrapping_sub(1)), "code" | "kind" | "recovery" | "field" | "name" | "status")
    }

    /// A pattern with a literal text in it: one that is empty, or has an empty place.
    fn is_literal(&self, pattern: Range<usize>) -> bool {
        let words = pattern.clone().filter(|at| self.tokens[*at].is_word()).count();
        let empty_place = pattern.clone().any(|at| self.text_at(at) == "(" && self.text_at(at + 1) == ")");
        words == 0 && !pattern.clone().any(|at| self.text_at(at) == ".") || empty_place
    }

    /// `let "…" = text` or `let Some("…") = text`.
    fn is_literal_let(&self, at: usize) -> bool {
        let Some(sign) = (at..self.body.end).find(|at| self.text_at(*at) == "=") else { return false };
        self.is_literal(at + 1..sign) && self.is_text(sign + 1..self.end_of(sign + 1, true))
    }

    /// `matches!(text, "…" | "…")`.
    fn is_match_of_literal(&self, open: usize) -> bool {
        let Some(close) = closing(self.tokens, open) else { return false };
        let parts = split(self.tokens, open + 1..close);
        let [of, pattern, ..] = &parts[..] else { return false };
        self.is_text(of.clone()) && self.is_literal(pattern.clone())
    }
}

/// A name that can hold a value.
fn is_name(text: &str) -> bool {
    const WORDS: [&str; 9] = ["mut", "ref", "let", "if", "in", "Some", "Ok", "Err", "_"];
    text.starts_with(|c: char| c.is_lowercase() || c == '_') && !WORDS.contains(&text)
}

fn is(tokens: &[Token], at: usize, text: &str) -> bool {
    tokens.get(at).is_some_and(|token| token.text == text)
}

/// The bracket that closes the one at `open`.
fn closing(tokens: &[Token], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    (open..tokens.len()).find(|at| {
        match tokens[*at].text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    })
}

/// The parts between commas.
fn split(tokens: &[Token], range: Range<usize>) -> Vec<Range<usize>> {
    let (mut parts, mut start, mut at) = (Vec::new(), range.start, range.start);
    while at < range.end {
        match tokens[at].text.as_str() {
            "(" | "[" | "{" => at = closing(tokens, at).unwrap_or(range.end),
            "," => {
                parts.push(start..at);
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    if start < range.end {
        parts.push(start..range.end);
    }
    parts
}

/// The expression that ends before `end`: `a.b(c)?.d` before its next dot.
fn chain(tokens: &[Token], end: usize) -> Range<usize> {
    let mut start = end;
    while let Some(before) = start.checked_sub(1) {
        match tokens[before].text.as_str() {
            ")" | "]" | "}" => {
                let mut depth = 0_usize;
                let open = (0..=before).rev().find(|at| {
                    match tokens[*at].text.as_str() {
                        ")" | "]" | "}" => depth += 1,
                        "(" | "[" | "{" => depth -= 1,
                        _ => {}
                    }
                    depth == 0
                });
                let Some(open) = open else { break };
                start = open;
                if tokens[before].text == "}" {
                    break;
                }
            }
            "." | "?" | "::" | "!" => start = before,
            _ if tokens[before].is_word() && is_joined(tokens, start) => start = before,
            _ => break,
        }
    }
    start..end
}

/// Whether a word before `at` belongs to the same expression.
fn is_joined(tokens: &[Token], at: usize) -> bool {
    tokens.get(at).is_none_or(|token| !token.is_word())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(body: &str) -> usize {
        let text = format!("fn a(failure: &Failure, error: Error) {{\n{body}\n}}\n");
        complaints(&Source::new("src/gui/screens/save.rs", &text)).len()
    }

    #[test]
    fn a_look_into_the_text_of_an_error_is_named() {
        for body in [
            "failure.diagnosis.summary.contains(\"already\")",
            "failure\n    .diagnosis\n    .hint\n    .as_deref()\n    .unwrap_or_default()\n    .starts_with(\"a\")",
            "let hint = failure.diagnosis.hint.as_deref().unwrap_or_default();\nif hint.contains(\"--replace\") {}",
            "let words = failure.diagnosis.summary.clone();\nlet low = words.to_lowercase();\nlow.ends_with(\"x\")",
            "failure.diagnosis.hint.as_ref().is_some_and(|hint| hint.contains(\"sign in\"))",
            "if let Some(hint) = &failure.diagnosis.hint { drop(hint.find(\"x\")); }",
            "let Some(hint) = failure.diagnosis.hint else { return };\nhint.strip_prefix(\"x\")",
            "error.to_string().contains(\"library\")",
            "error.diagnose().to_string().contains(\"x\")",
            "failure.diagnosis.to_string().find(\"x\")",
            "error.diagnose().summary.matches(\"x\").count()",
            "let text = format!(\"{error}\");\ntext.contains(\"x\")",
            "format!(\"{}\", failure.diagnosis).contains(\"x\")",
            "failure.diagnosis.summary == \"x\"",
            "if \"x\" == failure.diagnosis.summary {}",
            "if failure.diagnosis.summary != \"x\" {}",
            "match failure.diagnosis.summary.as_str() { \"x\" => 1, _ => 2 }",
            "match failure.diagnosis.hint.as_deref() { Some(\"x\") => 1, _ => 2 }",
            "match &failure.diagnosis.hint { Some(words) => words.contains(\"x\"), None => false }",
            "matches!(&*failure.diagnosis.summary, \"a\" | \"b\")",
            "if let Some(\"x\") = failure.diagnosis.hint.as_deref() {}",
            "let Diagnosis { summary: said, .. } = failure.diagnosis;\nsaid.contains(\"x\")",
            "[\"a\", \"b\"].contains(&failure.diagnosis.summary.as_str())",
            "[\"a\"].iter().any(|word| failure.diagnosis.summary.contains(word))",
            "pattern.is_match(&failure.diagnosis.summary)",
            "failure.diagnosis.summary.split(' ').next()",
            "for word in failure.diagnosis.summary.lines() { drop(word.contains(\"x\")); }",
            "error.message().starts_with(\"unknown\")",
            "failure.diagnosis.hint.replace(\"a\", \"b\")",
        ] {
            assert_eq!(found(body), 1, "{body}");
        }
    }

    #[test]
    fn a_text_that_is_handed_to_a_function_is_followed() {
        let text = "fn a(failure: &Failure) { is_there(1, &failure.diagnosis.summary); }\n\
                    fn is_there(n: u8, said: &str) -> bool { deeper(said) }\n\
                    fn deeper(words: &str) -> bool { words.contains(\"already\") }\n";
        assert_eq!(
            complaints(&Source::new("src/a.rs", text)),
            ["src/a.rs:3: behaviour hangs on codes, not on the text of an error"]
        );
    }

    #[test]
    fn what_looks_at_other_things_is_left_alone() {
        for body in [
            "failure.code == FailureCode::ProfileExists",
            "failure.kind != FailureKind::Usage",
            "failure.diagnosis.hint.is_some()",
            "let summary = format!(\"{}: {}\", a, failure.diagnosis.summary);\nDiagnosis { summary, ..failure.diagnosis }",
            "match &failure.diagnosis.hint { Some(hint) => print(hint), None => {} }",
            "service.summary.contains(\"x\")",
            "errors.iter().find(|error| error.field == field).map(|error| error.diagnosis.summary.clone())",
            "if failure.diagnosis == other.diagnosis {}",
            "if !problems.contains(&failure.diagnosis) {}",
            "let url = parse(text).map_err(|error| bad(error.to_string()))?;\nurl.contains(\"x\")",
            "name.contains(\"x\") && failure.kind == x",
            "// foreign: the library has no type for it\nerror.to_string().contains(\"No CA certificates\")",
        ] {
            assert_eq!(found(body), 0, "{body}");
        }
    }
}
