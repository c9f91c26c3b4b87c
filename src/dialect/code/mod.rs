//! Requests in the code of documentation: Python's `requests` and `httpx`, JavaScript's `fetch`, `axios` and
//! `pm.sendRequest`, and the cmdlets of `PowerShell`. Nothing is run: variables that are set to literals are filled in,
//! and what is computed is a slot.

mod call;
mod expression;
mod function;
mod powershell;
mod text;
mod value;

use std::collections::HashMap;

use crate::dialect::code::call::Call;
use crate::dialect::code::value::Value;
use crate::dialect::standard::PlainRequest;

/// What calls of the clients look like. A document without any has no code to read.
const SIGNS: [&str; 13] = [
    ".post(",
    ".request(",
    ".get(",
    ".put(",
    "fetch(",
    "axios(",
    "request(",
    ".ajax(",
    "got(",
    "sendRequest(",
    "Invoke-RestMethod",
    "Invoke-WebRequest",
    "invoke-restmethod",
];

/// How many bytes the variables of a document may be filled in with: a document can make them double each other.
const MOST_FILLED: usize = 4 * 1024 * 1024;

/// How deep values may nest.
const DEEPEST: usize = 32;

/// Whether a line calls an HTTP client.
pub(in crate::dialect) fn calls(line: &str) -> bool {
    SIGNS.iter().any(|sign| line.contains(sign))
}

/// The requests that code sends, in its order, with the places where they stand.
pub(in crate::dialect) fn requests(code: &str) -> Vec<(usize, PlainRequest)> {
    let mut reader = Reader::new(code);
    reader.statements();
    reader.calls.iter().filter_map(|(at, call)| Some((*at, call.request()?))).collect()
}

/// How many calls of `pm.sendRequest` a script has.
pub(in crate::dialect) fn sends(script: &str) -> usize {
    script.matches("sendRequest(").count()
}

/// Reads code from its start to its end, without going back.
struct Reader<'a> {
    code: &'a str,
    at: usize,
    depth: usize,
    /// Whether the code that is read now is of `PowerShell`.
    is_powershell: bool,
    known: HashMap<String, Value>,
    /// How many bytes variables have been filled in with.
    filled: usize,
    /// The calls of HTTP clients, with their places.
    calls: Vec<(usize, Call)>,
}

impl<'a> Reader<'a> {
    fn new(code: &'a str) -> Self {
        Self { code, at: 0, depth: 0, is_powershell: false, known: HashMap::new(), filled: 0, calls: Vec::new() }
    }

    fn rest(&self) -> &'a str {
        &self.code[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn step(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// Goes over a text if it stands here.
    fn take(&mut self, text: &str) -> bool {
        let is_here = self.rest().starts_with(text);
        if is_here {
            self.at += text.len();
        }
        is_here
    }

    /// Goes over white space and comments.
    fn space(&mut self) {
        loop {
            let rest = self.rest();
            self.at += rest.len() - rest.trim_start().len();
            let is_comment = if self.is_powershell { self.rest().starts_with('#') } else { self.comments() };
            let continues = self.is_powershell && self.rest().starts_with('`') || self.rest().starts_with("\\\n");
            match (is_comment, continues) {
                (true, _) => self.at += self.rest().find('\n').unwrap_or(self.rest().len()),
                (false, true) => self.at += 1,
                (false, false) => return,
            }
        }
    }

    fn comments(&self) -> bool {
        self.rest().starts_with("//") || self.rest().starts_with('#')
    }

    /// All statements: what is set, and what is called.
    fn statements(&mut self) {
        while let Some(next) = self.peek() {
            self.is_powershell = false;
            let starts_name = is_start(next) && !self.code[..self.at].ends_with(|c: char| is_inner(c) || c == '-');
            if starts_name {
                self.statement();
            } else {
                self.step();
            }
        }
    }

    /// A name, and what is done with it.
    fn statement(&mut self) {
        let from = self.at;
        let name = self.path();
        if powershell::is_cmdlet(&name) {
            self.is_powershell = true;
            self.cmdlet(from, &name);
            return;
        }
        self.is_powershell = name.starts_with('$') && !self.rest().starts_with(['.', '(']);
        let gap = self.rest().len() - self.rest().trim_start_matches([' ', '\t']).len();
        let rest = &self.rest()[gap..];
        if rest.starts_with('=') && !rest.starts_with("==") && !rest.starts_with("=>") {
            self.at += gap + 1;
            self.space();
            if let Some(value) = self.value() {
                self.set(&name, value);
            }
        } else if self.rest().starts_with('[') {
            self.set_member(&name);
        } else if self.rest().starts_with('(') {
            self.called(from, &name);
        }
    }

    /// `name["key"] = value`
    fn set_member(&mut self, name: &str) {
        self.at += 1;
        let Some(Value::Text(key)) = self.value() else { return };
        if !self.take("]") {
            return;
        }
        let gap = self.rest().len() - self.rest().trim_start_matches([' ', '\t']).len();
        let rest = &self.rest()[gap..];
        if rest.starts_with('=') && !rest.starts_with("==") {
            self.at += gap + 1;
            self.space();
            if let Some(value) = self.value() {
                self.put(name, key, value);
            }
        }
    }

    fn set(&mut self, name: &str, value: Value) {
        self.filled += value.size();
        if self.filled < MOST_FILLED {
            self.known.insert(key(name).to_owned(), value);
        }
    }

    fn put(&mut self, name: &str, member: String, value: Value) {
        self.filled += value.size();
        if self.filled < MOST_FILLED
            && let Some(table) = self.known.get_mut(key(name))
        {
            table.put(member, value);
        }
    }

    /// The value of a variable or of its member, or the slot for it.
    fn looked_up(&mut self, path: &str) -> Value {
        let path = key(path);
        let (first, last) = path.rsplit_once(['.', ':']).unwrap_or(("", path));
        let found = self.known.get(path).or_else(|| self.known.get(first)?.member(last));
        match found {
            Some(value) if self.filled + value.size() < MOST_FILLED => {
                self.filled += value.size();
                value.clone()
            }
            _ => Value::open(last),
        }
    }
}

/// A name of a variable without what says where it is kept.
fn key(name: &str) -> &str {
    let name = name.trim_start_matches('$');
    ["this.", "self.", "script:", "global:"].iter().find_map(|before| name.strip_prefix(before)).unwrap_or(name)
}

fn is_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || c == '$'
}

fn is_inner(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$'
}
