//! Just enough of Rust's grammar to read a source file: text with comments and literals blanked, the paths it names,
//! and the functions it holds.
//! Invariant: blanking keeps every line break, so a line number holds for the file as it is on disk.

use std::ops::RangeInclusive;

/// A source file, ready to be asked about.
pub struct Source {
    /// Path below the repository, with `/`.
    pub path: String,
    /// The lines as they are.
    pub lines: Vec<String>,
    /// The same lines without comments and literals.
    pub code: Vec<String>,
    /// Whether the line belongs to an item marked `#[cfg(test)]`, or to a file of tests.
    pub in_tests: Vec<bool>,
}

/// A path such as `crate::secret::Secret`, with the line (from 1) it starts on.
#[derive(Debug, PartialEq, Eq)]
pub struct Path {
    pub line: usize,
    pub segments: Vec<String>,
}

/// A text in quotes.
#[derive(Debug)]
pub struct Literal {
    /// The line (from 1) it starts on.
    pub line: usize,
    /// What stands between the quotes, escapes as they are written.
    pub text: String,
    /// What it is directly handed to, such as `label` or `Field::new`; of `format!`, what that is handed to.
    pub callee: String,
}

/// A function with a body.
#[derive(Debug)]
pub struct Function {
    pub name: String,
    /// From `fn` to the closing brace, from 1.
    pub lines: RangeInclusive<usize>,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        let blanked = blank(text);
        let code: Vec<String> = blanked.lines().map(str::to_owned).collect();
        let in_tests = if is_test_file(path) { vec![true; code.len()] } else { test_lines(&blanked, code.len()) };
        Self { path: path.to_owned(), lines: text.lines().map(str::to_owned).collect(), code, in_tests }
    }

    /// The tokens of the code outside the tests.
    pub fn shipped_tokens(&self) -> Vec<Token> {
        let mut tokens = tokens(&self.code.join("\n"));
        tokens.retain(|token| !self.in_tests[token.line - 1]);
        tokens
    }

    /// The texts in quotes outside the tests.
    pub fn shipped_literals(&self) -> Vec<Literal> {
        let text: Vec<char> = self.lines.join("\n").chars().collect();
        let code = self.code.join("\n");
        let mut literals = Vec::new();
        let (mut at, mut line) = (0, 1);
        while at < text.len() {
            let end = skipped(&text, at);
            let is_comment = text[at] == '/';
            if let Some(open) = text[at..end].iter().position(|c| *c == '"').filter(|_| !is_comment) {
                let raw: String = text[at + open + 1..end].iter().collect();
                let raw = raw.trim_end_matches('#');
                let before: String = code.chars().take(at).collect();
                let text = raw.strip_suffix('"').unwrap_or(raw).to_owned();
                literals.push(Literal { line, text, callee: callee(&tokens(&before)) });
            }
            let next = end.max(at + 1);
            line += text[at..next].iter().filter(|c| **c == '\n').count();
            at = next;
        }
        literals.retain(|literal| !self.in_tests[literal.line - 1]);
        literals
    }

    /// Lines that are not tests.
    pub fn length(&self) -> usize {
        self.in_tests.iter().filter(|test| !**test).count()
    }

    /// Every path that the file names, `use` trees written out.
    pub fn paths(&self) -> Vec<Path> {
        let tokens = tokens(&self.code.join("\n"));
        let mut paths = Vec::new();
        let mut at = 0;
        while at < tokens.len() {
            if tokens[at].is_word() {
                at = read_path(&tokens, at, &[], &mut paths);
            } else {
                at += 1;
            }
        }
        paths
    }

    /// The paths outside the tests.
    pub fn shipped_paths(&self) -> Vec<Path> {
        self.paths().into_iter().filter(|path| !self.in_tests[path.line - 1]).collect()
    }

    /// The lines (from 1) where this macro is called.
    pub fn macro_calls(&self, name: &str) -> Vec<usize> {
        let tokens = tokens(&self.code.join("\n"));
        tokens.windows(2).filter(|pair| pair[0].text == name && pair[1].text == "!").map(|pair| pair[0].line).collect()
    }

    /// The lines (from 1) where this word stands in the code.
    pub fn words(&self, word: &str) -> Vec<usize> {
        let tokens = tokens(&self.code.join("\n"));
        tokens.iter().filter(|token| token.text == word).map(|token| token.line).collect()
    }

    /// Every function with a body, outside the tests.
    pub fn functions(&self) -> Vec<Function> {
        let tokens = tokens(&self.code.join("\n"));
        let starts =
            (0..tokens.len().saturating_sub(1)).filter(|at| tokens[*at].text == "fn" && tokens[at + 1].is_word());
        starts
            .filter(|at| !self.in_tests[tokens[*at].line - 1])
            .filter_map(|at| Some((at, body_end(&tokens, at)?)))
            .map(|(at, end)| Function { name: tokens[at + 1].text.clone(), lines: tokens[at].line..=end })
            .collect()
    }
}

/// A word, `::`, or one other character.
#[derive(Debug)]
pub struct Token {
    pub line: usize,
    pub text: String,
}

impl Token {
    pub fn is_word(&self) -> bool {
        self.text.starts_with(|c: char| c.is_alphabetic() || c == '_')
    }
}

fn tokens(code: &str) -> Vec<Token> {
    let chars: Vec<char> = code.chars().collect();
    let (mut tokens, mut line, mut at) = (Vec::new(), 1, 0);
    while at < chars.len() {
        let start = at;
        if is_word_char(chars[at]) {
            while at < chars.len() && is_word_char(chars[at]) {
                at += 1;
            }
        } else {
            at += if chars[at..].starts_with(&[':', ':']) || chars[at..].starts_with(&['-', '>']) { 2 } else { 1 };
        }
        if chars[start] == '\n' {
            line += 1;
        }
        if !chars[start].is_whitespace() {
            tokens.push(Token { line, text: chars[start..at].iter().collect() });
        }
    }
    tokens
}

fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Reads the path at `at`, writes each leaf of its tree to `paths`, and returns where reading goes on.
fn read_path(tokens: &[Token], mut at: usize, above: &[String], paths: &mut Vec<Path>) -> usize {
    let line = tokens[at].line;
    let mut segments = above.to_vec();
    loop {
        segments.push(tokens[at].text.clone());
        let joined = tokens.get(at + 1).is_some_and(|token| token.text == "::");
        match tokens.get(at + 2) {
            Some(next) if joined && next.is_word() => at += 2,
            Some(next) if joined && next.text == "{" => return read_group(tokens, at + 3, &segments, paths),
            _ => break,
        }
    }
    paths.push(Path { line, segments });
    at + 1
}

/// Reads `a, b::c, …}`.
fn read_group(tokens: &[Token], mut at: usize, above: &[String], paths: &mut Vec<Path>) -> usize {
    while at < tokens.len() && tokens[at].text != "}" {
        if tokens[at].text == "as" {
            at += 2;
        } else if tokens[at].is_word() {
            at = read_path(tokens, at, above, paths);
        } else {
            at += 1;
        }
    }
    at + 1
}

/// The line of the brace that closes the function at `at`; nothing when it has no body.
fn body_end(tokens: &[Token], at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let open = (at..tokens.len()).find(|at| {
        match tokens[*at].text.as_str() {
            "(" | "[" => depth += 1,
            ")" | "]" => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && matches!(tokens[*at].text.as_str(), "{" | ";")
    })?;
    (tokens[open].text == "{").then(|| closing_brace(tokens, open)).flatten().map(|end| tokens[end].line)
}

fn closing_brace(tokens: &[Token], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    (open..tokens.len()).find(|at| {
        match tokens[*at].text.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        depth == 0
    })
}

/// A room keeps long tests in `tests.rs` or a folder `tests`, under a `#[cfg(test)] mod tests;`.
pub fn is_test_file(path: &str) -> bool {
    path.starts_with("src/") && (path.ends_with("/tests.rs") || path.contains("/tests/"))
}

/// Marks the lines of every item under `#[cfg(test)]`.
fn test_lines(code: &str, count: usize) -> Vec<bool> {
    const MARK: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let tokens = tokens(code);
    let mut marked = vec![false; count];
    for at in 0..tokens.len() {
        if !MARK.iter().enumerate().all(|(n, text)| tokens.get(at + n).is_some_and(|token| token.text == *text)) {
            continue;
        }
        let body = (at + MARK.len()..tokens.len()).find(|at| matches!(tokens[*at].text.as_str(), "{" | ";"));
        let end =
            body.and_then(|open| if tokens[open].text == "{" { closing_brace(&tokens, open) } else { Some(open) });
        let last = end.map_or(count, |end| tokens[end].line);
        marked[tokens[at].line - 1..last].fill(true);
    }
    marked
}

/// The text with comments and the insides of literals as spaces.
pub fn blank(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = skipped(&chars, at);
        if end == at {
            out.push(chars[at]);
            at += 1;
        } else {
            out.extend(chars[at..end].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
            at = end;
        }
    }
    out
}

/// The end of the comment or literal that begins at `at`; `at` itself where none does.
fn skipped(chars: &[char], at: usize) -> usize {
    let after_word = at > 0 && is_word_char(chars[at - 1]);
    match chars[at] {
        '/' if chars.get(at + 1) == Some(&'/') => line_comment(chars, at),
        '/' if chars.get(at + 1) == Some(&'*') => block_comment(chars, at),
        '"' => quoted(chars, at, '"'),
        '\'' => character(chars, at),
        'r' | 'b' | 'c' if !after_word => prefixed(chars, at),
        _ => at,
    }
}

/// What the next argument is handed to; for one of `format!`, what that is handed to.
fn callee(before: &[Token]) -> String {
    let mut depth = 0_usize;
    for at in (1..before.len()).rev() {
        match (before[at].text.as_str(), before[at - 1].text.as_str()) {
            (")" | "]" | "}", _) => depth += 1,
            ("(" | "[" | "{", _) if depth > 0 => depth -= 1,
            ("(", "!") if at >= 2 && before[at - 2].text == "format" => {}
            ("(", "!") if at >= 2 => return format!("{}!", before[at - 2].text),
            ("(", name) if at >= 3 && before[at - 2].text == "::" => return format!("{}::{name}", before[at - 3].text),
            ("(", name) => return name.to_owned(),
            (";" | "{", _) => break,
            _ => {}
        }
    }
    String::new()
}

fn line_comment(chars: &[char], at: usize) -> usize {
    chars[at..].iter().position(|c| *c == '\n').map_or(chars.len(), |length| at + length)
}

/// Block comments nest.
fn block_comment(chars: &[char], at: usize) -> usize {
    let (mut depth, mut at) = (0_usize, at);
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => {
                depth += 1;
                at += 2;
            }
            ('*', Some('/')) => {
                depth -= 1;
                at += 2;
            }
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// From an opening quote to behind the closing one; a backslash takes the next character with it.
fn quoted(chars: &[char], at: usize, quote: char) -> usize {
    let mut at = at + 1;
    while at < chars.len() {
        match chars[at] {
            '\\' => at += 2,
            c if c == quote => return at + 1,
            _ => at += 1,
        }
    }
    chars.len()
}

/// A character literal; a lifetime is no literal and stays.
fn character(chars: &[char], at: usize) -> usize {
    match (chars.get(at + 1), chars.get(at + 2)) {
        (Some('\\'), _) => quoted(chars, at, '\''),
        (Some(_), Some('\'')) => at + 3,
        _ => at,
    }
}

/// `b'…'`, `b"…"`, `c"…"`, `r"…"`, `br#"…"#` and their like; a raw identifier stays.
fn prefixed(chars: &[char], at: usize) -> usize {
    let letters = chars[at..].iter().take(2).take_while(|c| "rbc".contains(**c)).count();
    let raw = chars[at..at + letters].contains(&'r');
    let hashes = if raw { chars[at + letters..].iter().take_while(|c| **c == '#').count() } else { 0 };
    let open = at + letters + hashes;
    match chars.get(open) {
        Some('"') if raw => raw_end(chars, open + 1, hashes),
        Some('"') => quoted(chars, open, '"'),
        Some('\'') if chars[at] == 'b' && letters == 1 => quoted(chars, open, '\''),
        _ => at,
    }
}

fn raw_end(chars: &[char], mut at: usize, hashes: usize) -> usize {
    while at < chars.len() {
        let closing = chars[at + 1..].iter().take(hashes).filter(|c| **c == '#').count();
        if chars[at] == '"' && closing == hashes {
            return at + 1 + hashes;
        }
        at += 1;
    }
    chars.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_blank(text: &str, expected: &str) {
        assert_eq!(blank(text).split_whitespace().collect::<Vec<_>>().join(" "), expected);
    }

    #[test]
    fn comments_and_literals_are_blanked_and_the_rest_stays() {
        check_blank("a /* b /* c */ d */ e // f\ng", "a e g");
        check_blank(r#"let a = "x \" }"; b"#, "let a = ; b");
        check_blank(r##"let a = r#"x " }"#; b"##, "let a = ; b");
        check_blank("fn f<'a>(x: &'a str) -> char { '{' }", "fn f<'a>(x: &'a str) -> char { }");
        check_blank(r"let (a, b, c) = ('\'', b'}', '\u{7d}'); d", "let (a, b, c) = ( , , ); d");
        check_blank(r#"let r#fn = c"}"; bar("x")"#, "let r#fn = ; bar( )");
    }

    #[test]
    fn a_use_tree_is_written_out() {
        let source =
            Source::new("a.rs", "use crate::{call::{Call, Reply as R}, oauth};\nlet x = crate::secret::Secret::new();");
        let paths: Vec<_> = source.paths().iter().map(|path| (path.line, path.segments.join("::"))).collect();
        let of_crate: Vec<_> = paths.iter().filter(|(_, path)| path.starts_with("crate")).cloned().collect();
        let expected = [
            (1, "crate::call::Call"),
            (1, "crate::call::Reply"),
            (1, "crate::oauth"),
            (2, "crate::secret::Secret::new"),
        ];
        assert_eq!(of_crate, expected.map(|(line, path)| (line, path.to_owned())));
    }

    #[test]
    fn a_function_is_measured_from_its_name_to_its_brace() {
        let text = "fn one() {}\nfn two(a: [u8; 2]) -> u8\nwhere\n    u8: Copy,\n{\n    \"}\";\n    0\n}\ntrait T { fn none(); }\n";
        let lengths: Vec<_> = Source::new("a.rs", text).functions().into_iter().map(|f| (f.name, f.lines)).collect();
        assert_eq!(lengths, [("one".to_owned(), 1..=1), ("two".to_owned(), 2..=8)]);
    }

    #[test]
    fn tests_do_not_count() {
        let source = Source::new("a.rs", "fn a() {}\n\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\nfn c() {}\n");
        assert_eq!(source.length(), 3);
        assert_eq!(source.functions().len(), 2);
        assert_eq!(Source::new("src/call/tests.rs", "fn a() {}\n").length(), 0);
    }
}
