//! Goes through code from its start to its end, and keeps what its variables are set to.

use std::collections::{BTreeMap, HashMap};

use crate::dialect::code::call::{Call, is_cmdlet};
use crate::dialect::code::value::Value;

/// How many bytes the variables of a document may be filled in with: a document can make them double each other.
const MOST_FILLED: usize = 4 * 1024 * 1024;

/// How many tables are kept: a program has some settings.
const MOST_TABLES: usize = 2_000;

/// How often code is read ahead of its place, each time to its end at the most.
const MOST_LOOKS_AHEAD: usize = 32;

/// Reads code from its start to its end, without going back.
pub(super) struct Reader<'a> {
    pub(super) code: &'a str,
    pub(super) at: usize,
    pub(super) depth: usize,
    /// Whether the code that is read now is of `PowerShell`.
    pub(super) is_powershell: bool,
    known: HashMap<String, Value>,
    /// How many bytes variables have been filled in with.
    filled: usize,
    /// The calls of HTTP clients, with their places.
    pub(super) calls: Vec<(usize, Call)>,
    /// The tables that are given to functions, set to variables or returned.
    pub(super) tables: Vec<Value>,
    /// How often code may still be read ahead of its place.
    pub(super) looks_ahead: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(code: &'a str) -> Self {
        Self {
            code,
            at: 0,
            depth: 0,
            is_powershell: false,
            known: HashMap::new(),
            filled: 0,
            calls: Vec::new(),
            tables: Vec::new(),
            looks_ahead: MOST_LOOKS_AHEAD,
        }
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.code[self.at..]
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn step(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// Goes over a text if it stands here.
    pub(super) fn take(&mut self, text: &str) -> bool {
        let is_here = self.rest().starts_with(text);
        if is_here {
            self.at += text.len();
        }
        is_here
    }

    /// Goes over white space and comments.
    pub(super) fn space(&mut self) {
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

    /// Names with dots between them; `$env:NAME` too.
    pub(super) fn path(&mut self) -> String {
        let rest = self.rest();
        let mut length = 0;
        loop {
            let name = &rest[length..];
            length += name.find(|c: char| !is_inner(c)).unwrap_or(name.len());
            let rest = &rest[length..];
            let after = |sign: &str| rest.strip_prefix(sign).is_some_and(|rest| rest.starts_with(is_start));
            let sign = [".", "?.", "::", ":"].into_iter().find(|sign| after(sign));
            match sign {
                Some(":") if !self.code[self.at..].starts_with('$') => break,
                Some(sign) => length += sign.len(),
                None if self.rest().get(..length + "-RestMethod".len()).is_some_and(is_cmdlet) => {
                    length += "-RestMethod".len();
                    break;
                }
                None => break,
            }
        }
        self.at += length;
        rest[..length].replace("?.", ".")
    }

    pub(super) fn set(&mut self, name: &str, value: Value) {
        self.filled += value.size();
        if self.filled < MOST_FILLED {
            self.known.insert(key(name).to_owned(), value);
        }
    }

    /// Keeps a table that may be settings.
    pub(super) fn keep(&mut self, value: &Value) {
        let is_table = match value {
            Value::Table(members) => !members.is_empty(),
            Value::List(items) => items.iter().any(|item| matches!(item, Value::Table(_))),
            _ => false,
        };
        let is_new = |tables: &[Value]| tables.len() < MOST_TABLES && tables.last() != Some(value);
        if is_table && is_new(&self.tables) && self.filled + value.size() < MOST_FILLED {
            self.filled += value.size();
            self.tables.push(value.clone());
        }
    }

    /// The variables that are set to texts.
    pub(super) fn texts(&self) -> BTreeMap<&str, &str> {
        let text = |(name, value)| {
            let (name, Value::Text(text)): (&String, &Value) = (name, value) else { return None };
            (!text.is_empty()).then_some((name.as_str(), text.as_str()))
        };
        self.known.iter().filter_map(text).collect()
    }

    pub(super) fn put(&mut self, name: &str, member: String, value: Value) {
        self.filled += value.size();
        if self.filled < MOST_FILLED
            && let Some(table) = self.known.get_mut(key(name))
        {
            table.put(member, value);
        }
    }

    pub(super) fn knows(&self, name: &str) -> bool {
        self.known.contains_key(key(name))
    }

    /// The value of a variable or of its member, or the slot for it. An empty text is one that the reader fills in.
    pub(super) fn looked_up(&mut self, path: &str) -> Value {
        match self.so_far(path) {
            Value::Text(text) if text.is_empty() => Value::open(last(path)),
            value => value,
        }
    }

    /// The same, empty or not: what a text grows from.
    pub(super) fn so_far(&mut self, path: &str) -> Value {
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

/// The last name of a path.
fn last(path: &str) -> &str {
    let path = key(path);
    path.rsplit_once(['.', ':']).map_or(path, |(_, last)| last)
}

pub(super) fn is_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || c == '$'
}

pub(super) fn is_inner(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$'
}
