//! Splits a command line into words like a shell: POSIX quoting, `$'…'` of bash, line breaks after `\` (Unix), `^`
//! (`cmd`) or a backtick (`PowerShell`). Nothing is run, and no variable is looked up.

use crate::dialect::document::DocumentError;

/// A call has dozens of words.
const MOST_WORDS: usize = 2_000;

/// The longest command that fills in a value.
const LONGEST_COMMAND: usize = 500;

/// The words of the first command. `is_inner` says that a parenthesis ends it, as in `TOKEN=$(curl …)`.
pub(in crate::dialect) fn words(
    format: &'static str,
    text: &str,
    is_inner: bool,
) -> Result<Vec<String>, DocumentError> {
    let is_cmd = is_of_cmd(text);
    let chars: Vec<char> = text.chars().collect();
    let mut reader = Reader { format, chars: &chars, at: 0, is_cmd, is_inner };
    let mut words = Vec::new();
    while let Some(word) = reader.word()? {
        words.push(word);
        if words.len() > MOST_WORDS {
            return Err(DocumentError::TooMany { format, what: "words", limit: MOST_WORDS });
        }
    }
    Ok(words)
}

/// `cmd` continues a line with `^`, has no single quotes, and copies of a browser begin a text with `^"`. Only the lines of the
/// first command count: a page has some for each shell.
fn is_of_cmd(text: &str) -> bool {
    let mut goes_on = true;
    let mut lines = text.trim_start().lines().take_while(|line| {
        let is_own = goes_on;
        goes_on = line.trim_end().ends_with(['\\', '^', '`']);
        is_own
    });
    let begins_text = |line: &str| [" ^\"", "\t^\"", "=^\""].iter().any(|sign| line.contains(sign));
    lines.any(|line| line.trim_end().ends_with('^') || begins_text(line))
}

struct Reader<'a> {
    format: &'static str,
    chars: &'a [char],
    at: usize,
    is_cmd: bool,
    is_inner: bool,
}

impl Reader<'_> {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    /// The next word; `None` at the end of the command.
    fn word(&mut self) -> Result<Option<String>, DocumentError> {
        if !self.skip_space() {
            return Ok(None);
        }
        let mut word = String::new();
        while let Some(c) = self.peek(0) {
            let start = self.at;
            match c {
                c if c.is_whitespace() => break,
                ';' | '|' if !self.is_cmd => break,
                '\'' if !self.is_cmd => self.single(&mut word, start)?,
                '$' if self.peek(1) == Some('\'') && !self.is_cmd => self.ansi(&mut word, start)?,
                '"' => self.double(&mut word, start)?,
                '$' if self.peek(1) == Some('(') && !self.is_cmd => self.command(&mut word),
                '`' if self.ends_command() => self.backticks(&mut word),
                // The command itself stands in `$(…)`.
                ')' if self.is_inner => break,
                '{' | '<' if self.slot_length().is_some() => {
                    let end = self.at + self.slot_length().unwrap_or_default();
                    word.extend(&self.chars[self.at..end]);
                    self.at = end;
                }
                '\\' if !self.is_cmd => self.escaped(&mut word),
                '^' if self.is_cmd => self.escaped(&mut word),
                c => {
                    word.push(c);
                    self.at += 1;
                }
            }
        }
        Ok(Some(word))
    }

    /// The length of a slot with spaces in its name, such as `{tenant id}`, which documentation has in a URL without quotes.
    fn slot_length(&self) -> Option<usize> {
        const LONGEST: usize = 40;
        let close = if self.peek(0) == Some('{') { '}' } else { '>' };
        let name = self.chars.get(self.at + 1..)?;
        let length = name.iter().take(LONGEST).position(|c| *c == close)?;
        let is_name = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-');
        let is_one = name.first()?.is_alphanumeric() && name[..length].iter().all(is_name);
        is_one.then_some(length + 2)
    }

    /// Skips spaces and continued lines; `false` at the end of the command.
    fn skip_space(&mut self) -> bool {
        while let Some(c) = self.peek(0) {
            match c {
                '\\' | '^' | '`' if self.breaks_line(1) => self.skip_break(),
                '\n' => {
                    // The line is over; only blank ones may stand before the command.
                    if self.chars[..self.at].iter().any(|c| !c.is_whitespace()) {
                        return false;
                    }
                    self.at += 1;
                }
                c if c.is_whitespace() => self.at += 1,
                ';' | '|' if !self.is_cmd => return false,
                ')' if self.is_inner => return false,
                _ => return true,
            }
        }
        false
    }

    /// Whether the line ends this many characters ahead, ignoring spaces that copying added.
    fn breaks_line(&self, ahead: usize) -> bool {
        let rest = self.chars.get(self.at + ahead..).unwrap_or_default();
        rest.iter().find(|c| !matches!(c, ' ' | '\t' | '\r')).is_some_and(|c| *c == '\n')
    }

    fn skip_break(&mut self) {
        while self.peek(0).is_some_and(|c| c != '\n') {
            self.at += 1;
        }
        self.at += 1;
    }

    fn escaped(&mut self, word: &mut String) {
        if self.breaks_line(1) {
            self.skip_break();
            return;
        }
        self.at += 1;
        if let Some(c) = self.peek(0) {
            // Of `^"` the quote opens a text, as it does without the `^`.
            if self.is_cmd && c == '"' {
                return;
            }
            word.push(c);
            self.at += 1;
        }
    }

    fn single(&mut self, word: &mut String, start: usize) -> Result<(), DocumentError> {
        self.at += 1;
        while let Some(c) = self.peek(0) {
            self.at += 1;
            if c == '\'' {
                return Ok(());
            }
            word.push(c);
        }
        Err(self.open_quote(start))
    }

    fn double(&mut self, word: &mut String, start: usize) -> Result<(), DocumentError> {
        self.at += 1;
        while let Some(c) = self.peek(0) {
            let next = self.peek(1);
            match c {
                '"' => {
                    self.at += 1;
                    return Ok(());
                }
                '\\' if next == Some('\n') && !self.is_cmd => self.at += 2,
                '\\' if next.is_some_and(|next| matches!(next, '"' | '\\' | '$' | '`')) => {
                    word.extend(next);
                    self.at += 2;
                }
                // A browser writes `^%^` and `^"` inside the quotes when it copies a line for `cmd`.
                '$' if next == Some('(') && !self.is_cmd => self.command(word),
                '`' if self.ends_command() => self.backticks(word),
                '^' if self.is_cmd && next == Some('"') && self.ends_after_caret() => self.at += 1,
                '^' if self.is_cmd && next.is_some() => {
                    word.extend(next);
                    self.at += 2;
                }
                c => {
                    word.push(c);
                    self.at += 1;
                }
            }
        }
        Err(self.open_quote(start))
    }

    /// `$(…)` as it is written, or its sign if nothing closes it.
    fn command(&mut self, word: &mut String) {
        let mut depth = 0_usize;
        let end = self.chars[self.at + 1..].iter().take(LONGEST_COMMAND).position(|c| {
            depth = match c {
                '(' => depth + 1,
                ')' => depth.saturating_sub(1),
                _ => depth,
            };
            depth == 0
        });
        let length = end.map_or(1, |end| end + 2);
        word.extend(&self.chars[self.at..self.at + length]);
        self.at += length;
    }

    /// Whether a backtick begins a command that ends in the same line.
    fn ends_command(&self) -> bool {
        let rest = self.chars[self.at + 1..].iter().take(LONGEST_COMMAND).take_while(|c| **c != '\n');
        !self.is_cmd && rest.into_iter().any(|c| *c == '`')
    }

    /// The command as it is written, with its backticks.
    fn backticks(&mut self, word: &mut String) {
        loop {
            word.extend(self.peek(0));
            self.at += 1;
            if self.peek(0).is_none_or(|c| c == '`') {
                break;
            }
        }
        word.extend(self.peek(0));
        self.at += 1;
    }

    /// Whether `^"` closes the text: a space or the end follows.
    fn ends_after_caret(&self) -> bool {
        self.peek(2).is_none_or(char::is_whitespace)
    }

    /// `$'…'` with the escapes of C.
    fn ansi(&mut self, word: &mut String, start: usize) -> Result<(), DocumentError> {
        self.at += 2;
        while let Some(c) = self.peek(0) {
            self.at += 1;
            match c {
                '\'' => return Ok(()),
                '\\' => self.ansi_escape(word),
                c => word.push(c),
            }
        }
        Err(self.open_quote(start))
    }

    fn ansi_escape(&mut self, word: &mut String) {
        let Some(c) = self.peek(0) else { return };
        self.at += 1;
        match c {
            'n' => word.push('\n'),
            't' => word.push('\t'),
            'r' => word.push('\r'),
            'u' => self.code(word, 4),
            'U' => self.code(word, 8),
            'x' => self.code(word, 2),
            c => word.push(c),
        }
    }

    /// A character by its number in hexadecimal.
    fn code(&mut self, word: &mut String, most: usize) {
        let digits: String = self.chars[self.at..].iter().take(most).take_while(|c| c.is_ascii_hexdigit()).collect();
        self.at += digits.len();
        word.extend(u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32));
    }

    fn open_quote(&self, start: usize) -> DocumentError {
        let before = &self.chars[..start];
        let line = before.iter().filter(|c| **c == '\n').count() + 1;
        let column = before.iter().rev().take_while(|c| **c != '\n').count() + 1;
        let reason = "unclosed quote";
        DocumentError::Syntax { format: self.format, reason, line, column }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(words("curl command", text, false).expect("words"), expected, "{text}");
    }

    #[test]
    fn words_are_as_a_shell_sees_them() {
        check("curl 'a b' \"c \\\"d\\\" $e\" f\\ g", &["curl", "a b", "c \"d\" $e", "f g"]);
        check("curl \\\n  -d 'x=1' \\  \r\n -G\nls", &["curl", "-d", "x=1", "-G"]);
        check("curl $'a\\n\\'\\u00e9\\x41'", &["curl", "a\n'éA"]);
        check("\n curl 'a'\"b\"c", &["curl", "abc"]);
        check("curl a | jq .", &["curl", "a"]);
        check("curl `\n -X POST", &["curl", "-X", "POST"]);
        check("curl a/{tenant id}/b <your id> {", &["curl", "a/{tenant id}/b", "<your id>", "{"]);
    }

    #[test]
    fn words_are_as_cmd_sees_them() {
        check("curl ^\n  -d \"a=b\" ^\r\n  it's", &["curl", "-d", "a=b", "it's"]);
        check("curl ^\"https://a.test/^\" ^\n -d ^\"x=^%^41^\"", &["curl", "https://a.test/", "-d", "x=%41"]);
    }

    #[test]
    fn a_quote_that_stays_open_is_told() {
        let error = words("curl command", "curl \\\n  -d 'secret", false).expect_err("open").to_string();
        assert_eq!(error, "the curl command cannot be read: unclosed quote at line 2, column 6");
    }
}
