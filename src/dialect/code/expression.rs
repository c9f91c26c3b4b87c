//! The expressions of code, as far as their values stand there.

use serde_json::Value as Json;

use crate::dialect::code::call::{Call, authorization, is_client, is_cmdlet};
use crate::dialect::code::function::{of_function, of_method};
use crate::dialect::code::reader::{Reader, is_inner, is_start};
use crate::dialect::code::value::Value;

/// How deep values may nest.
const DEEPEST: usize = 32;

/// The words before a value that change nothing.
const BEFORE: [&str; 6] = ["await", "new", "return", "const", "let", "var"];

impl Reader<'_> {
    /// A value; `None` where something stands that has none. What was read is not read again.
    pub(super) fn value(&mut self) -> Option<Value> {
        if self.depth == DEEPEST {
            return None;
        }
        self.depth += 1;
        let from = self.at;
        let value = self.sum();
        self.depth -= 1;
        if let Some(Value::Text(text)) = &value
            && let Some(call) = authorization(text)
        {
            self.calls.push((from, call));
        }
        value
    }

    fn sum(&mut self) -> Option<Value> {
        let mut value = self.term()?;
        loop {
            let rest = self.rest();
            let gap = rest.len() - rest.trim_start().len();
            let is_same_line = !rest[..gap].contains('\n');
            let rest = &rest[gap..];
            let other = ["||", "??", "or "].into_iter().find(|word| rest.starts_with(word) && is_same_line);
            let is_text = rest.starts_with(['"', '\'']) && (is_same_line || self.depth > 1) && !self.is_powershell;
            if rest.starts_with('+') && !rest.starts_with("++") {
                self.at += gap + 1;
                self.space();
                value = value.joined(self.term()?);
            } else if let Some(word) = other {
                self.at += gap + word.len();
                self.space();
                let other = self.term()?;
                // What it is unless somebody sets it.
                if value.is_open() && matches!(&other, Value::Text(text) if !text.is_empty()) && !other.is_open() {
                    value = other;
                }
            } else if is_text && matches!(value, Value::Text(_)) {
                // Python joins texts that stand beside each other.
                self.at += gap;
                value = value.joined(self.term()?);
            } else if self.is_powershell && rest.starts_with("-f ") && is_same_line {
                self.at += gap + "-f ".len();
                value = self.formatted(&value)?;
            } else if self.is_powershell && rest.starts_with('|') && is_same_line {
                self.at += gap + 1;
                return Some(self.piped(value));
            } else {
                return Some(value);
            }
        }
    }

    pub(super) fn term(&mut self) -> Option<Value> {
        match self.peek()? {
            '"' | '\'' | '`' => {
                let text = self.quoted("")?;
                self.further(text)
            }
            '{' => self.table(),
            '[' if self.is_powershell => self.typed(),
            '[' => {
                let list = self.list(']')?;
                self.further(list)
            }
            '$' if self.is_powershell && self.rest().starts_with("$(") => {
                self.at += 1;
                self.bracketed()
            }
            '(' => {
                let value = self.bracketed()?;
                self.further(value)
            }
            '@' if self.rest().starts_with("@{") => {
                (self.at, self.is_powershell) = (self.at + 1, true);
                self.table()
            }
            '@' if self.is_powershell && self.rest().starts_with("@(") => {
                self.at += 1;
                self.list(')')
            }
            '@' if self.is_powershell => self.quoted(""),
            c if c.is_ascii_digit() || c == '-' => self.number(),
            c if is_start(c) => self.named(),
            _ => None,
        }
    }

    fn number(&mut self) -> Option<Value> {
        let rest = self.rest();
        let length = rest.find(|c: char| !c.is_ascii_digit() && !"-._".contains(c)).unwrap_or(rest.len());
        self.at += length;
        serde_json::from_str(&rest[..length]).ok().map(Value::Literal)
    }

    /// `( value )`, or several values with commas between them.
    fn bracketed(&mut self) -> Option<Value> {
        let Value::List(mut list) = self.list(')')? else { return None };
        let is_function = self.rest().trim_start().starts_with("=>");
        match list.len() {
            _ if is_function => None,
            1 => list.pop(),
            _ => Some(Value::List(list)),
        }
    }

    fn list(&mut self, end: char) -> Option<Value> {
        self.at += 1;
        let mut list = Vec::new();
        loop {
            self.space();
            match self.peek()? {
                next if next == end => {
                    self.at += 1;
                    return Some(Value::List(list));
                }
                ',' => self.at += 1,
                _ => match self.value() {
                    Some(value) => list.push(value),
                    None => self.skip_to([',', end, end])?,
                },
            }
        }
    }

    /// `{name: value, "name": value, name}` or `@{name = value; …}`.
    fn table(&mut self) -> Option<Value> {
        self.at += 1;
        let mut members: Vec<(String, Value)> = Vec::new();
        loop {
            self.space();
            match self.peek()? {
                '}' => {
                    self.at += 1;
                    return Some(Value::Table(members));
                }
                ',' | ';' => self.at += 1,
                _ if self.take("...") || self.take("**") => {
                    if let Some(Value::Table(others)) = self.value() {
                        members.extend(others);
                    }
                }
                _ => match self.name_of_member() {
                    Some(name) => members.push(self.member(name)?),
                    None => self.skip_to([',', ';', '}'])?,
                },
            }
        }
    }

    fn name_of_member(&mut self) -> Option<String> {
        match self.peek()? {
            '"' | '\'' | '`' => self.quoted("").map(|name| name.text()),
            '[' => {
                let Some(Value::List(list)) = self.list(']') else { return None };
                list.first().map(Value::text)
            }
            c if is_start(c) => {
                let rest = self.rest();
                let length = rest.find(|c: char| !is_inner(c) && c != '-').unwrap_or(rest.len());
                self.at += length;
                Some(rest[..length].to_owned())
            }
            _ => None,
        }
    }

    /// The member of a name; alone it is the variable of this name.
    fn member(&mut self, name: String) -> Option<(String, Value)> {
        self.space();
        if !self.take(":") && !self.take("=") {
            let value = self.looked_up(&name);
            return Some((name, value));
        }
        self.space();
        let value = self.value();
        self.space();
        let is_whole = self.is_powershell || self.rest().starts_with([',', '}', ';']);
        match value {
            Some(value) if is_whole => Some((name, value)),
            // More stands there than was understood.
            _ => {
                let open = Value::open(&name);
                self.skip()?;
                Some((name, open))
            }
        }
    }

    /// The same, up to one of these signs or the end of a line of `PowerShell`; `None` at another, such as a bracket that
    /// closes nothing.
    fn skip_to(&mut self, ends: [char; 3]) -> Option<()> {
        self.skip()?;
        let is_line = self.is_powershell && self.peek() == Some('\n');
        self.space();
        self.peek().filter(|next| is_line || ends.contains(next)).map(|_| ())
    }

    /// Goes on to the comma or bracket that ends a value which is not understood.
    fn skip(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            match self.peek()? {
                ',' | ';' | '}' | ']' | ')' if depth == 0 => return Some(()),
                '\n' if depth == 0 && self.is_powershell => return Some(()),
                '{' | '[' | '(' => depth += 1,
                '}' | ']' | ')' => depth -= 1,
                '"' | '\'' => {
                    if self.quoted("").is_none() && self.peek().is_none() {
                        return None;
                    }
                    continue;
                }
                _ => {}
            }
            self.step();
        }
    }

    /// What a name stands for: a variable, a word of the language, or what a function returns.
    fn named(&mut self) -> Option<Value> {
        let from = self.at;
        let name = self.path();
        if BEFORE.contains(&name.as_str()) {
            self.space();
            return self.term();
        }
        let is_prefix = name.len() <= 2 && name.chars().all(|c| "fFbBrRuU".contains(c));
        if is_prefix && self.rest().starts_with(['"', '\'']) {
            let text = self.quoted(&name)?;
            return self.further(text);
        }
        if is_cmdlet(&name) {
            self.is_powershell = true;
            self.cmdlet(from, &name);
            return Some(Value::open("response"));
        }
        let value = match name.trim_start_matches('$') {
            "true" | "True" => return Some(Value::Literal(Json::Bool(true))),
            "false" | "False" => return Some(Value::Literal(Json::Bool(false))),
            "null" | "None" | "undefined" => return Some(Value::Literal(Json::Null)),
            "async" | "function" | "lambda" | "if" | "for" | "def" | "class" => return None,
            _ if self.rest().starts_with('(') => self.called(from, &name),
            // A text may have an index or a method behind it.
            _ => self.looked_up(&name),
        };
        // An arrow function.
        if self.rest().trim_start().starts_with("=>") {
            return None;
        }
        self.further(value)
    }

    /// What is taken of a value: `.encode()`, `["key"]`, `.name`.
    fn further(&mut self, mut value: Value) -> Option<Value> {
        loop {
            if self.rest().starts_with('[') {
                let Some(Value::List(index)) = self.list(']') else { return None };
                let key = index.first().map(Value::text).unwrap_or_default();
                value = value.member(&key).cloned().unwrap_or_else(|| Value::open(&key));
            } else if self.rest().starts_with('.') {
                self.at += 1;
                let name = self.path();
                let args = if self.rest().starts_with('(') { Some(self.arguments()) } else { None };
                value = match args {
                    Some(args) => of_method(&name, value, &args),
                    None => value.member(&name).cloned().unwrap_or_else(|| Value::open(&name)),
                };
            } else {
                return Some(value);
            }
        }
    }

    /// `[type]` before a value, or `[type]::method(…)`.
    fn typed(&mut self) -> Option<Value> {
        let end = self.rest().find([']', '\n']).filter(|end| self.rest()[*end..].starts_with(']'))?;
        self.at += end + 1;
        while self.take("::") || self.take(".") {
            let from = self.at;
            let name = self.path();
            if self.rest().starts_with('(') {
                return Some(self.called(from, &name));
            }
        }
        self.term()
    }

    /// The arguments of a call, as far as they are understood: positional ones, then those with names.
    fn arguments(&mut self) -> Call {
        let mut call = Call::default();
        self.at += 1;
        loop {
            self.space();
            match self.peek() {
                None => return call,
                Some(')') => {
                    self.at += 1;
                    return call;
                }
                Some(',') => self.at += 1,
                Some(_) => {
                    self.take("**");
                    match self.name_of_argument() {
                        Some(name) => {
                            let value = self.value().filter(|_| !self.is_computed());
                            let is_whole = value.is_some();
                            call.named.push((name.clone(), value.unwrap_or_else(|| Value::open(&name))));
                            if !is_whole && self.skip().is_none() {
                                return call;
                            }
                        }
                        // A function is read on by itself: what it calls counts.
                        None => match self.value() {
                            Some(_) if self.is_computed() => {
                                call.positional.push(Value::open("value"));
                                if self.skip().is_none() {
                                    return call;
                                }
                            }
                            Some(value) => call.positional.push(value),
                            None => return call,
                        },
                    }
                }
            }
        }
    }

    /// `name=` of an argument of Python.
    fn name_of_argument(&mut self) -> Option<String> {
        let rest = self.rest();
        let length = rest.find(|c: char| !is_inner(c)).filter(|length| *length > 0)?;
        let after = rest[length..].trim_start_matches([' ', '\t']);
        let is_named = after.starts_with('=') && !after.starts_with("==") && !after.starts_with("=>");
        if !is_named {
            return None;
        }
        self.at += rest.len() - after.len() + 1;
        self.space();
        Some(rest[..length].to_owned())
    }

    /// What a call returns. That of an HTTP client is kept.
    pub(super) fn called(&mut self, from: usize, name: &str) -> Value {
        let mut call = self.arguments();
        name.clone_into(&mut call.name);
        let (receiver, last) = name.rsplit_once(['.', ':']).unwrap_or(("", name));
        if matches!(last, "append" | "set" | "add") {
            if let [key, value] = &call.positional[..] {
                self.put(receiver, key.text(), value.clone());
            }
            return Value::open(last);
        }
        if is_client(&call) {
            self.calls.push((from, call));
            return Value::open("response");
        }
        for argument in &call.positional {
            self.keep(argument);
        }
        if !call.named.is_empty() {
            self.keep(&Value::Table(call.named.clone()));
        }
        let receiver = receiver.trim_end_matches(':');
        if !receiver.is_empty() && self.knows(receiver) {
            let value = self.looked_up(receiver);
            return of_method(last, value, &call);
        }
        of_function(last, &call)
    }
}
