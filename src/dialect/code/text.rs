//! The texts of code: quotes of each kind, and what is filled into them.

use crate::dialect::code::reader::{Reader, is_inner, is_start};
use crate::dialect::code::value::{Value, slot};

/// What is filled into a text, and how.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Filled {
    /// Nothing.
    No,
    /// `{name}` of Python.
    Braces,
    /// `${name}` of JavaScript.
    Dollar,
    /// `$name` and `$(…)` of `PowerShell`.
    Shell,
}

impl Reader<'_> {
    /// A text, if a quote stands here. `prefix` is that of Python, such as `f`.
    pub(super) fn quoted(&mut self, prefix: &str) -> Option<Value> {
        let is_filled = prefix.contains(['f', 'F']);
        if self.is_powershell && self.take("@") {
            return self.here_text();
        }
        let triple = ["\"\"\"", "'''"].into_iter().find(|quote| self.rest().starts_with(quote));
        let quote = match triple {
            Some(triple) if !self.is_powershell => triple,
            _ => ["\"", "'", "`"].into_iter().find(|quote| self.rest().starts_with(quote))?,
        };
        let filled = match quote {
            "`" => Filled::Dollar,
            "\"" if self.is_powershell => Filled::Shell,
            _ if is_filled => Filled::Braces,
            _ => Filled::No,
        };
        self.at += quote.len();
        let spans_lines = self.is_powershell || quote.len() == 3 || quote == "`";
        self.until(quote, filled, spans_lines).map(Value::Text)
    }

    /// `@"` … `"@` over several lines.
    fn here_text(&mut self) -> Option<Value> {
        let (end, filled) = if self.take("\"") { ("\n\"@", Filled::Shell) } else { ("\n'@", Filled::No) };
        if filled == Filled::No && !self.take("'") {
            return None;
        }
        let start = self.rest().find('\n')?;
        self.at += start + 1;
        self.until(end, filled, true).map(Value::Text)
    }

    /// The text to its end; `None` if it has none.
    fn until(&mut self, end: &str, filled: Filled, spans_lines: bool) -> Option<String> {
        let mut text = String::new();
        let escape = if self.is_powershell { '`' } else { '\\' };
        loop {
            if self.take(end) {
                return Some(text);
            }
            let next = self.step()?;
            match next {
                '\n' if !spans_lines => return None,
                _ if next == escape && !(self.is_powershell && end.ends_with('\'')) => self.escaped(&mut text),
                '{' if filled == Filled::Braces && self.take("{") => text.push('{'),
                '}' if filled == Filled::Braces && self.take("}") => text.push('}'),
                '{' if filled == Filled::Braces => text.push_str(&self.filled_to('}')),
                '$' if filled == Filled::Dollar && self.take("{") => text.push_str(&self.filled_in()),
                '$' if filled == Filled::Shell => text.push_str(&self.of_shell()),
                _ => text.push(next),
            }
        }
    }

    fn escaped(&mut self, text: &mut String) {
        match self.step() {
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some('r') => text.push('\r'),
            Some('\n') | None => {}
            Some(other) => text.push(other),
        }
    }

    /// The value of the expression up to this sign.
    fn filled_to(&mut self, end: char) -> String {
        /// Longer ones are no names.
        const LONGEST: usize = 200;
        let Some(length) = self.rest().bytes().take(LONGEST).position(|byte| byte == end as u8) else {
            return String::new();
        };
        let inside = self.rest()[..length].trim();
        self.at += length + 1;
        let inside = inside.strip_prefix('$').unwrap_or(inside);
        if is_path(inside) { self.looked_up(inside).text() } else { slot(named(inside)) }
    }

    /// The value of the expression up to the brace that closes it, which may have braces and texts of its own.
    fn filled_in(&mut self) -> String {
        /// Longer ones are no names.
        const LONGEST: usize = 400;
        let rest = self.rest();
        let Some(length) = closing(&rest.as_bytes()[..rest.len().min(LONGEST)]) else { return String::new() };
        let (inside, code, end) = (rest[..length].trim(), self.code, self.at + length + 1);
        if is_path(inside.strip_prefix('$').unwrap_or(inside)) {
            return self.filled_to('}');
        }
        self.code = &code[..end - 1];
        self.space();
        let value = self.value();
        self.space();
        let is_whole = self.at == self.code.len();
        (self.code, self.at) = (code, end);
        let text = value.filter(|_| is_whole).map(|value| value.text()).filter(|text| !text.is_empty());
        text.unwrap_or_else(|| slot(named(inside)))
    }

    /// What stands after a dollar sign in a text of `PowerShell`.
    fn of_shell(&mut self) -> String {
        if self.take("(") {
            return self.filled_to(')');
        }
        if self.take("{") {
            return self.filled_to('}');
        }
        let name: String = self.rest().chars().take_while(|c| is_inner(*c) && *c != '$').collect();
        self.at += name.len();
        let colon = self.rest().strip_prefix(':').and_then(|rest| rest.chars().next());
        if name.eq_ignore_ascii_case("env") && colon.is_some_and(is_start) {
            self.at += 1;
            let name: String = self.rest().chars().take_while(|c| is_inner(*c)).collect();
            self.at += name.len();
            return slot(&name);
        }
        if name.is_empty() { "$".to_owned() } else { self.looked_up(&name).text() }
    }
}

/// Where the brace is that closes the one before a text.
fn closing(text: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    text.iter().position(|byte| {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 0 => return true,
            b'}' => depth -= 1,
            _ => {}
        }
        false
    })
}

/// What tells what a computed value is: the last name in it, `tenant` of `encode(config["tenant"])`.
fn named(expression: &str) -> &str {
    const SHORTEST: usize = 3;
    let mut names = expression.split(|c: char| !is_inner(c)).filter(|name| name.starts_with(is_start));
    names.rfind(|name| name.len() >= SHORTEST).unwrap_or(expression)
}

fn is_path(text: &str) -> bool {
    text.starts_with(is_start) && text.chars().all(|c| is_inner(c) || c == '.')
}
