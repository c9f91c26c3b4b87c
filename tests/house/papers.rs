//! The documentation is true: the README's commands are the ones that run, the map matches the folders, and a merge
//! left no doubled line.

use std::collections::BTreeSet;
use std::path::Path;

use crate::text::Source;

/// What on the map is not so. `rooms` are the rooms of `src`.
pub fn map_complaints(architecture: &str, rooms: &[&str], root: &Path) -> Vec<String> {
    let Some(map) = map(architecture) else {
        return vec!["docs/architecture.md has no heading with the word `map`".to_owned()];
    };
    let named: Vec<&str> = map.split('`').skip(1).step_by(2).filter(|name| is_path(name)).collect();
    let missing = named.iter().filter(|name| !root.join(name.trim_end_matches('/')).exists());
    let missing = missing.map(|name| format!("the map has `{name}`, which does not exist"));
    let on_the_map = |room: &str| named.iter().any(|name| is_room(name, room));
    let absent =
        rooms.iter().filter(|room| !on_the_map(room)).map(|room| format!("the map lacks the room `src/{room}`"));
    missing.chain(absent).collect()
}

/// Both commands stand in fenced blocks, exist, and are what the build server runs: `ci` is the text of its script.
pub fn command_complaints(readme: &str, ci: &str, root: &Path) -> Vec<String> {
    let fenced: Vec<&str> = readme.split("```").skip(1).step_by(2).collect();
    let stated = |command: &str| {
        fenced.iter().any(|block| block.lines().any(|line| line.split('#').next().unwrap_or(line).trim() == command))
    };
    let checks = [
        (stated("cargo run --release"), "README.md has no fenced line `cargo run --release`"),
        (root.join("src/main.rs").exists(), "there is no src/main.rs for `cargo run` to run"),
        (stated("tests/run"), "README.md has no fenced line `tests/run`"),
        (root.join("tests/run").exists(), "tests/run does not exist"),
        (ci.lines().any(|line| line.trim() == "exec tests/run"), ".ci/run does not call tests/run"),
    ];
    checks.into_iter().filter(|(holds, _)| !holds).map(|(_, complaint)| complaint.to_owned()).collect()
}

/// The agent's list of functions is written anew when a fifth of our own in it are in the source no more.
pub fn order_complaints(list: &str, sources: &[Source]) -> Vec<String> {
    let there: BTreeSet<&str> = sources
        .iter()
        .flat_map(|source| &source.code)
        .flat_map(|line| line.split("fn ").skip(1))
        .filter_map(|rest| rest.split(|c: char| c != '_' && !c.is_alphanumeric()).next())
        .collect();
    let names: Vec<&str> =
        list.lines().filter_map(|line| own_function(line.strip_prefix("_ZN11tokenwright")?)).collect();
    let stale: Vec<&str> = names.iter().copied().filter(|name| !there.contains(name)).collect();
    let complaint = format!("write assets/agent-order.txt anew with assets/agent-order: it has {}", stale.join(", "));
    (stale.len() * 5 > names.len() || names.is_empty()).then_some(complaint).into_iter().collect()
}

/// The function of a mangled path, such as `write` of `7durable5write17h*`; `None` for one that the compiler made.
fn own_function(mut path: &str) -> Option<&str> {
    let mut function = None;
    loop {
        let digits = path.find(|c: char| !c.is_ascii_digit())?;
        let Ok(length) = path[..digits].parse::<usize>() else { return function };
        // A hash is the end, written without what differs.
        let Some(name) = path[digits..].get(..length) else { return function };
        if name.chars().all(|c| c == '_' || c.is_ascii_lowercase() || c.is_ascii_digit()) {
            function = Some(name);
        } else if !name.starts_with("_$u7b$") {
            return None;
        }
        path = &path[digits + length..];
    }
}

/// Lines that stand twice in a row. In Rust only those of comments and lists of texts: a statement may be repeated.
pub fn doubled(path: &str, text: &str) -> Vec<String> {
    let is_rust = path.ends_with(".rs");
    let counts = |line: &str| {
        let is_text = line.starts_with("//") || line.starts_with('"') || line.starts_with("use ");
        line.chars().filter(|c| c.is_alphanumeric()).count() >= 4 && (!is_rust || is_text)
    };
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let pairs = lines.windows(2).enumerate().filter(|(_, pair)| pair[0] == pair[1] && counts(pair[0]));
    pairs.map(|(at, pair)| format!("{path}:{}: stands twice: {}", at + 2, pair[0])).collect()
}

/// Lists of plain texts or names that hold one of them twice: in TOML, in a shell's `NAMES=(…)`, in Rust's constants.
pub fn listed_twice(path: &str, text: &str) -> Vec<String> {
    let (open, between) = if path.ends_with("run") { ("=(", " ") } else { ("[", ",") };
    let in_rust = path.ends_with(".rs");
    let mut complaints = Vec::new();
    for part in text.split("\n\n").filter(|part| !in_rust || part.contains("const ")) {
        for list in part.split(open).skip(1).filter_map(|rest| rest.split([']', ')']).next()) {
            let items: Vec<&str> = list.split(between).flat_map(str::lines).map(str::trim).collect();
            let items: Vec<&str> = items.into_iter().filter(|item| !item.is_empty()).collect();
            let is_plain =
                |item: &&str| item.starts_with('"') || item.chars().all(|c| c.is_alphanumeric() || "_-".contains(c));
            // Short ones are arguments and figures, which may well repeat.
            let counts = |item: &str| item.chars().filter(|c| c.is_alphabetic()).count() >= 3;
            let doubled = items.iter().enumerate().find(|(at, item)| counts(item) && items[..*at].contains(item));
            let doubled = doubled.filter(|_| items.iter().all(is_plain));
            complaints.extend(doubled.map(|(_, item)| format!("{path}: stands twice in a list: {item}")));
        }
    }
    complaints
}

/// The section under the heading that has the word `map`, up to the next heading.
fn map(readme: &str) -> Option<&str> {
    let sections = readme.split("\n#").skip(1);
    sections
        .filter(|section| section.lines().next().is_some_and(|heading| heading.to_lowercase().contains("map")))
        .last()
}

fn is_path(name: &str) -> bool {
    !name.contains(char::is_whitespace)
        && (name.ends_with('/') || name.starts_with("src/") || name.starts_with("tests/"))
}

/// `src/call/`, `src/call` and `src/call.rs` all name the room `call`; so does a line of its own `call/`.
fn is_room(name: &str, room: &str) -> bool {
    name.strip_prefix("src/").is_some_and(|name| name.trim_end_matches('/').trim_end_matches(".rs") == room)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR"))
    }

    #[test]
    fn a_list_with_functions_that_are_gone_is_to_be_written_anew() {
        let source = Source::new("src/a.rs", "pub(crate) fn write(at: u8) {}\nasync fn read() {}\n");
        let there = "# Ours.\n_ZN11tokenwright1a5write17h*\n_ZN11tokenwright1a4read28_$u7b$$u7b$closure$u7d$$u7d$17h*\nmalloc\n";
        assert_eq!(order_complaints(there, std::slice::from_ref(&source)), Vec::<String>::new());
        let gone = order_complaints(&format!("{there}_ZN11tokenwright1a5erase17h*\n"), &[source]);
        assert_eq!(gone, ["write assets/agent-order.txt anew with assets/agent-order: it has erase"]);
    }

    #[test]
    fn a_readme_with_both_commands_passes_and_one_that_is_missing_is_named() {
        let (readme, ci) = ("```sh\ncargo run --release   # the window\ntests/run\n```\n", "set -e\nexec tests/run\n");
        assert_eq!(command_complaints(readme, ci, root()), Vec::<String>::new());
        let missing = command_complaints("```sh\ntests/run\n```\n", ci, root());
        assert_eq!(missing, ["README.md has no fenced line `cargo run --release`"]);
        assert_eq!(command_complaints(readme, "cargo test\n", root()), [".ci/run does not call tests/run"]);
    }

    #[test]
    fn a_map_that_drifted_is_named() {
        let check = |text: &str, expected: &[&str]| assert_eq!(map_complaints(text, &["secret"], root()), expected);
        check("# A\n## Map of the house\n| `src/secret.rs` | one word |\n| `tests/` | tests |\n", &[]);
        check(
            "# A\n## Map\n`src/attic/`\n",
            &["the map has `src/attic/`, which does not exist", "the map lacks the room `src/secret`"],
        );
        check("# A\n", &["docs/architecture.md has no heading with the word `map`"]);
    }

    #[test]
    fn what_stands_twice_in_a_list_is_named() {
        let check = |path: &str, text: &str, item: &str| {
            assert_eq!(listed_twice(path, text), [format!("{path}: stands twice in a list: {item}")]);
        };
        check("a.toml", "a = [\"one\", \"two\",\n \"one\"]\nb = [\"two\"]", "\"one\"");
        check("tests/run", "A=(\n  curl git\n  jq curl\n)\n", "curl");
        check("a.rs", "const A: &[&str] = &[\n    ROOM,\n    BANS,\n    ROOM,\n];\n\nlet x = [a, a];", "ROOM");
        assert_eq!(listed_twice("a.toml", "a = [[1, 2], [1, 2]]\nb = [{ x = 1 }, { x = 1 }]"), [""; 0]);
    }

    #[test]
    fn a_line_that_a_merge_doubled_is_named() {
        assert_eq!(doubled("a.md", "one line\n  one line\n\n|---|\n|---|\n"), ["a.md:2: stands twice: one line"]);
        let code = "again();\nagain();\n\"crate::x\",\n\"crate::x\",\n";
        assert_eq!(doubled("a.rs", code), ["a.rs:4: stands twice: \"crate::x\","]);
    }
}
