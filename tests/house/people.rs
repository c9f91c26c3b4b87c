//! What a person reads in the window stands in `src/gui/texts/` alone: a label is found there, and another language is
//! another version of that folder.
//!
//! A literal elsewhere in `src/gui/` is a name that programs use, and has neither a capital letter nor a space, such as
//! `"list-of-profiles"`; nor is it handed to a function that shows text. Anything else has a comment `// for programs:` (or
//! `// foreign:`, as in `prose.rs`) in the lines above it.

use crate::text::{Literal, Source};

const TEXTS: &str = "src/gui/texts/";
/// What shows its argument to a person.
const SHOWN_BY: [&str; 25] = [
    "Field::new",
    "TextField::new",
    "CodeBlock::new",
    "Diagnosis::new",
    "RichText::new",
    "accessible_name",
    "banner",
    "button",
    "copy_named_button",
    "copyable",
    "disclosure",
    "error",
    "example",
    "heading",
    "help",
    "hint",
    "label",
    "link",
    "menu_item",
    "notice",
    "on_hover_text",
    "secondary_button",
    "small",
    "text",
    "toggle",
];
/// What shows its argument to nobody.
const FOR_PROGRAMS: [&str; 4] = ["env!", "include_bytes!", "include_str!", "request_discard"];
/// How many lines below its comment a literal may be.
const NEAR: usize = 8;

pub fn complaints(source: &Source) -> Vec<String> {
    if !source.path.starts_with("src/gui/") || source.path.starts_with(TEXTS) {
        return Vec::new();
    }
    let literals = source.shipped_literals().into_iter().filter(is_for_people);
    let literals =
        literals.filter(|literal| !is_attribute(source, literal.line) && !is_explained(source, literal.line));
    literals.map(|literal| format!("{}:{}: `{}` belongs in {TEXTS}", source.path, literal.line, literal.text)).collect()
}

fn is_for_people(literal: &Literal) -> bool {
    let text = without_places(&literal.text);
    if !text.contains(char::is_alphabetic) || FOR_PROGRAMS.contains(&literal.callee.as_str()) {
        return false;
    }
    text.contains(|c: char| c.is_uppercase() || c == ' ') || SHOWN_BY.contains(&literal.callee.as_str())
}

/// The literal without what stands for a value (`{name}`, `%Y`) or is escaped (`\n`).
fn without_places(text: &str) -> String {
    let mut left = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '{' => drop(chars.by_ref().find(|c| *c == '}')),
            '\\' | '%' => drop(chars.next()),
            c => left.push(c),
        }
    }
    left
}

fn is_attribute(source: &Source, line: usize) -> bool {
    let code = source.code[line - 1].trim_start();
    code.starts_with("#[") || code.starts_with("reason =")
}

fn is_explained(source: &Source, line: usize) -> bool {
    let above = &source.lines[line.saturating_sub(NEAR)..line];
    above.iter().any(|line| line.contains("// for programs:") || line.contains("// foreign:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(code: &str, expected: &[&str]) {
        let text = format!("fn a(ui: &mut Ui) {{\n    {code}\n}}\n");
        let complaints = complaints(&Source::new("src/gui/screens/a.rs", &text));
        let expected: Vec<String> =
            expected.iter().map(|text| format!("src/gui/screens/a.rs:2: `{text}` belongs in src/gui/texts/")).collect();
        assert_eq!(complaints, expected, "{code}");
    }

    #[test]
    fn a_text_for_people_is_named() {
        check(r#"let help = "When off, it is sent at once.";"#, &["When off, it is sent at once."]);
        check(r#"let words = if on { "Mask" } else { "Reveal" };"#, &["Mask", "Reveal"]);
        check(r#"ui.label(format!("{name} left"));"#, &["{name} left"]);
        check(r#"ui.label("spent");"#, &["spent"]);
        check(r#"small(ui, "optional");"#, &["optional"]);
        check(r#"Field::new(&name).example("acme");"#, &["acme"]);
    }

    #[test]
    fn what_programs_read_stays() {
        check(r#"let id = Id::unique("list-of-profiles");"#, &[]);
        check(r#"let line = format!("{name}: {value}\n");"#, &[]);
        check(r#"let time = at.strftime("%Y-%m-%d %H:%M:%S");"#, &[]);
        check(r#"ui.ctx().request_discard("the foot has another height");"#, &[]);
        check(r#"#[allow(clippy::cast_precision_loss, reason = "a few letters")]"#, &[]);
        check(r#"ui.label(texts::SPENT); // "Spent" is a word"#, &[]);
        check("// for programs: a command\n    let line = \"tokenwright token\";", &[]);
    }

    #[test]
    fn texts_and_tests_have_literals() {
        let text = "pub const CANCEL: &str = \"Cancel\";";
        assert_eq!(complaints(&Source::new("src/gui/texts/common.rs", text)), [""; 0]);
        assert_eq!(complaints(&Source::new("src/cli/list.rs", text)), [""; 0]);
        let tests = format!("#[cfg(test)]\nmod tests {{\n    {text}\n}}\n");
        assert_eq!(complaints(&Source::new("src/gui/a.rs", &tests)), [""; 0]);
    }
}
