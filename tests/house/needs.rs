//! `cargo test` alone passes on a machine that has only Rust: a test that starts another program is marked `#[ignore =
//! "needs …"]`. `tests/run` installs the programs and includes the ignored tests.

use crate::text::{Function, Source};

/// What starts other programs for a test.
const SUPPORT: [&str; 9] = [
    "Plan::new",
    "OidcProvider::start",
    "Display::start",
    "Desktop::start",
    "Reader::start",
    "Cluster::start",
    "curl(&",
    "in_shell(",
    "shell(&program",
];
/// Programs that are there wherever Rust is.
const PRESENT: [&str; 1] = ["sh"];

/// The tests of a file that reach such a program, themselves or through functions of the file, and are not marked.
pub fn complaints(source: &Source) -> Vec<String> {
    let functions = source.functions();
    let mut needy: Vec<bool> = functions.iter().map(|function| starts_a_program(source, function)).collect();
    loop {
        // `drop(value)` calls no function of the file.
        let needing = functions.iter().zip(&needy).filter(|(function, needy)| **needy && function.name != "drop");
        let names: Vec<String> = needing.map(|(function, _)| format!("{}(", function.name)).collect();
        let calls = |function: &Function| names.iter().any(|name| body(source, function).any(|line| calls(line, name)));
        let more: Vec<bool> = functions.iter().zip(&needy).map(|(function, needy)| *needy || calls(function)).collect();
        if more == needy {
            break;
        }
        needy = more;
    }
    let unmarked = functions.iter().zip(needy).filter(|(function, needy)| *needy && is_unmarked(source, function));
    let rule = "needs another program: mark it `#[ignore = \"needs …\"]`";
    unmarked.map(|(f, _)| format!("{}:{}: `{}` {rule}", source.path, f.lines.start(), f.name)).collect()
}

fn body<'a>(source: &'a Source, function: &Function) -> impl Iterator<Item = &'a String> {
    source.code[function.lines.start() - 1..*function.lines.end()].iter()
}

fn starts_a_program(source: &Source, function: &Function) -> bool {
    let lines = &source.lines[function.lines.start() - 1..*function.lines.end()];
    let named = lines.iter().filter_map(|line| {
        let (_, rest) = line.split_once("Command::new(\"").or_else(|| line.split_once("Program::new(\""))?;
        rest.split('"').next()
    });
    named.into_iter().any(|name| !PRESENT.contains(&name))
        || body(source, function).any(|line| SUPPORT.iter().any(|call| line.contains(call)))
}

/// Whether the line calls a function of this name, and no method of something else.
fn calls(line: &str, name: &str) -> bool {
    let before = |at: usize| line[..at].chars().next_back();
    line.match_indices(name).any(|(at, _)| !before(at).is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '.'))
}

fn is_unmarked(source: &Source, function: &Function) -> bool {
    let above = source.lines[..function.lines.start() - 1].iter().rev().map(|line| line.trim());
    let above: Vec<&str> = above.take_while(|line| line.starts_with("#[") || line.starts_with("//")).collect();
    above.contains(&"#[test]") && !above.iter().any(|line| line.starts_with("#[ignore = \"needs "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_that_reaches_another_program_unmarked_is_named() {
        let text = "#[test]\nfn own() { Command::new(\"strace\"); }\n\n#[test]\nfn through() { helper() }\n\n\
                    fn helper() { Plan::new(); }\n\n#[test]\nfn other() { Command::new(\"sh\"); run.helper() }\n\n\
                    #[test]\n#[ignore = \"needs chromium\"]\nfn marked() { helper() }\n";
        let rule = "needs another program: mark it `#[ignore = \"needs …\"]`";
        let named = [format!("tests/it/a.rs:2: `own` {rule}"), format!("tests/it/a.rs:5: `through` {rule}")];
        assert_eq!(complaints(&Source::new("tests/it/a.rs", text)), named);
    }
}
