//! Words for a person who looks at the window. A terminal marks a literal with backticks and names commands; the window
//! has quotes and buttons.

/// What begins a command of ours in a literal. The window has buttons for what these do.
// for programs: the name of ours
const COMMAND: &str = "`tokenwright ";

/// The text with its literals in quotes; a backtick without another one stays.
pub fn quoted(text: &str) -> String {
    let marks = text.chars().filter(|c| *c == '`').count();
    let pairs = marks / 2;
    let mut seen = 0;
    let shown = text.chars().map(|c| {
        if c != '`' || seen == 2 * pairs {
            return c;
        }
        seen += 1;
        if seen % 2 == 1 { '“' } else { '”' }
    });
    shown.collect()
}

/// The same as a sentence. An error begins in lower case, since a terminal has something before it. What begins with a literal, an
/// address or a name that is no plain word stays as it is.
pub fn sentence(text: &str) -> String {
    let text = quoted(text);
    let word = text.split(' ').next().unwrap_or_default().trim_end_matches([',', ':', ';', '.']);
    let is_plain = |c: char| c.is_ascii_lowercase() || c == '\'';
    match text.chars().next() {
        Some(first) if !word.is_empty() && word.chars().all(is_plain) => {
            format!("{}{}", first.to_ascii_uppercase(), &text[1..])
        }
        _ => text,
    }
}

/// A hint as a sentence, without the commands for a terminal; nothing where it was nothing else.
pub fn hint(text: &str) -> Option<String> {
    let kept: Vec<String> = text.split("; ").filter_map(without_command).collect();
    (!kept.is_empty()).then(|| sentence(&kept.join("; ")))
}

/// `words: COMMAND, more` becomes `words, more`, and `words? COMMAND …` becomes `words?`; a part that begins with a
/// command is left out.
fn without_command(part: &str) -> Option<String> {
    let Some(start) = part.find(COMMAND) else { return Some(part.to_owned()) };
    let before = &part[..start];
    if let Some(question) = before.strip_suffix("? ") {
        return Some(format!("{question}?"));
    }
    let before = before.strip_suffix(": ")?;
    let after = part[start + 1..].split_once('`').map_or("", |(_, after)| after);
    Some(format!("{before}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_quoted_and_a_lonely_backtick_stays() {
        for (text, expected) in [
            ("a profile `acme` exists already", "a profile “acme” exists already"),
            ("`a` and `b`", "“a” and “b”"),
            ("it said ` once", "it said ` once"),
            ("`a` and ` once", "“a” and ` once"),
            ("plain", "plain"),
        ] {
            assert_eq!(quoted(text), expected);
        }
    }

    #[test]
    fn a_sentence_begins_with_a_capital_unless_it_begins_with_what_is_no_plain_word() {
        for (text, expected) in [
            ("the code is spent", "The code is spent"),
            ("again, now", "Again, now"),
            ("`code` is missing", "“code” is missing"),
            ("https://as.test/token answered 500", "https://as.test/token answered 500"),
            ("invalid_grant", "invalid_grant"),
            ("x5t#S256 differs", "x5t#S256 differs"),
            ("Who am I", "Who am I"),
            ("état", "état"),
            ("", ""),
        ] {
            assert_eq!(sentence(text), expected);
        }
    }

    #[test]
    fn commands_for_a_terminal_are_left_out_of_a_hint() {
        for (text, expected) in [
            ("sign in again: `tokenwright sign-in acme`", Some("Sign in again")),
            (
                "sign in again: `tokenwright sign-in acme`, or open the profile in the window; `tokenwright refresh \
                 acme` asks once more",
                Some("Sign in again, or open the profile in the window"),
            ),
            ("`tokenwright list` names the saved profiles", None),
            ("did you mean `acme`? `tokenwright list` names the saved profiles", Some("Did you mean “acme”?")),
            ("choose `S256`", Some("Choose “S256”")),
        ] {
            assert_eq!(hint(text).as_deref(), expected);
        }
    }
}
