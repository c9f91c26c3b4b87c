//! The README says what is true: its commands are the ones that run, its map is the house.

use std::path::Path;

/// What in the README is not so. `rooms` are the rooms of `src`, `ci` the text of the script that the build server runs.
pub fn complaints(readme: &str, ci: &str, rooms: &[&str], root: &Path) -> Vec<String> {
    let mut complaints = commands(readme, ci, root);
    let Some(map) = map(readme) else {
        complaints.push("README.md has no heading with the word `map`".to_owned());
        return complaints;
    };
    let named: Vec<&str> = map.split('`').skip(1).step_by(2).filter(|name| is_path(name)).collect();
    let missing = named.iter().filter(|name| !root.join(name.trim_end_matches('/')).exists());
    complaints.extend(missing.map(|name| format!("README.md's map has `{name}`, which does not exist")));
    let on_the_map = |room: &str| named.iter().any(|name| is_room(name, room));
    let absent = rooms.iter().filter(|room| !on_the_map(room));
    complaints.extend(absent.map(|room| format!("README.md's map lacks the room `src/{room}`")));
    complaints
}

/// Both commands stand in fenced blocks, exist, and are what the build server runs.
fn commands(readme: &str, ci: &str, root: &Path) -> Vec<String> {
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

    fn check(readme: &str, ci: &str, expected: &[&str]) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert_eq!(complaints(readme, ci, &["secret"], root), expected);
    }

    const COMMANDS: &str = "# A\n```sh\ncargo run --release   # the window\ntests/run\n```\n";
    const CI: &str = "set -e\nexec tests/run\n";

    #[test]
    fn a_readme_that_is_true_passes() {
        check(
            &format!("{COMMANDS}\n## Map of the house\n| `src/secret.rs` | one word |\n| `tests/` | tests |\n"),
            CI,
            &[],
        );
    }

    #[test]
    fn a_command_that_is_not_stated_or_not_run_is_named() {
        let map = "\n## Map\n`src/secret.rs`\n";
        check(
            &format!("# A\n```sh\ntests/run\n```\n{map}"),
            CI,
            &["README.md has no fenced line `cargo run --release`"],
        );
        check(&format!("{COMMANDS}{map}"), "cargo test\n", &[".ci/run does not call tests/run"]);
    }

    #[test]
    fn a_map_that_drifted_is_named() {
        let named =
            ["README.md's map has `src/attic/`, which does not exist", "README.md's map lacks the room `src/secret`"];
        check(&format!("{COMMANDS}\n## Map\n`src/attic/`\n"), CI, &named);
        check(COMMANDS, CI, &["README.md has no heading with the word `map`"]);
    }
}
