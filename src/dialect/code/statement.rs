//! The statements of code: what is set, and what is called.

use crate::dialect::code::call::is_cmdlet;
use crate::dialect::code::reader::{Reader, is_inner, is_start};
use crate::dialect::code::value::Value;

impl Reader<'_> {
    /// All statements: what is set, and what is called.
    pub(super) fn statements(&mut self) {
        while let Some(next) = self.peek() {
            self.is_powershell = false;
            let starts_name = is_start(next) && !self.code[..self.at].ends_with(|c: char| is_inner(c) || c == '-');
            if starts_name {
                self.statement();
            } else if self.take("=> (") || self.take("=>(") {
                // A function that only returns a table.
                self.look_ahead();
            } else {
                self.step();
            }
        }
    }

    /// A name, and what is done with it.
    fn statement(&mut self) {
        let from = self.at;
        let name = self.path();
        if is_cmdlet(&name) {
            self.is_powershell = true;
            self.cmdlet(from, &name);
            return;
        }
        if matches!(name.as_str(), "default" | "return") {
            self.look_ahead();
            return;
        }
        self.is_powershell = name.starts_with('$') && !self.rest().starts_with(['.', '(']);
        self.over_type();
        let gap = self.rest().len() - self.rest().trim_start_matches([' ', '\t']).len();
        let rest = &self.rest()[gap..];
        let adds = rest.starts_with("+=");
        if adds || rest.starts_with('=') && !rest.starts_with("==") && !rest.starts_with("=>") {
            self.at += gap + if adds { 2 } else { 1 };
            self.space();
            if let Some(value) = self.value() {
                let value = if self.is_computed() { Value::open(&name) } else { value };
                let value = if adds { self.so_far(&name).joined(value) } else { value };
                self.keep(&value);
                // A module is no value: its functions are known by their own names.
                if value != Value::open("require") {
                    self.set(&name, value);
                }
            }
        } else if self.rest().starts_with('[') {
            self.set_member(&name);
        } else if self.rest().starts_with('(') {
            self.called(from, &name);
        }
    }

    /// Goes over the type between a variable and its value: `name: string = "value"`.
    fn over_type(&mut self) {
        /// Longer ones are no types of a setting.
        const LONGEST: usize = 80;
        let Some(rest) = self.rest().strip_prefix(": ") else { return };
        let end = rest
            .bytes()
            .take(LONGEST)
            .position(|byte| matches!(byte, b'=' | b'\n' | b'{' | b'(' | b',' | b'"' | b'\''));
        let is_type = |end: &usize| rest[*end..].starts_with('=') && !rest[*end..].starts_with("=>");
        if let Some(end) = end.filter(is_type) {
            self.at += ": ".len() + end;
        }
    }

    /// Keeps the table that a module or function returns. What it calls is read once more, by itself.
    fn look_ahead(&mut self) {
        let (at, before) = (self.at, self.calls.len());
        self.space();
        if self.peek() == Some('{') && self.looks_ahead > 0 {
            self.looks_ahead -= 1;
            if let Some(value) = self.value() {
                self.keep(&value);
            }
            self.calls.truncate(before);
        }
        self.at = at;
    }

    /// Whether what was read is only the beginning of what is computed, such as a condition.
    pub(super) fn is_computed(&self) -> bool {
        let rest = self.rest();
        let (here, below) = (rest.trim_start_matches([' ', '\t']), rest.trim_start());
        let continues = ["==", "!=", "<", ">", "*", "%", "-", "if ", "and ", "&&"];
        // A comment is no division. A condition may go on in the next line.
        let divides = here.starts_with('/') && !here.starts_with("//") && !here.starts_with("/*");
        let chooses = below.starts_with('?') && !below.starts_with("?.");
        divides || chooses || below.starts_with("&&") || continues.iter().any(|sign| here.starts_with(sign))
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
}
