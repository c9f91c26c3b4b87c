//! Programs are started in one file only, which keeps our secrets out of their environment.

use crate::text::Source;

/// Where programs are started.
const HOME: &str = "src/child.rs";

/// What starts a program, as the last segments of a path.
const STARTERS: [&[&str]; 4] =
    [&["Command", "new"], &["process", "Command", "new"], &["open", "commands"], &["open", "with_command"]];

/// Whatever of the crate `open` starts a program by itself.
const OPENERS: [&str; 6] =
    ["that", "that_detached", "that_in_background", "with", "with_detached", "with_in_background"];

pub fn complaints(source: &Source) -> Vec<String> {
    if source.path == HOME {
        return Vec::new();
    }
    let renamed = source.code.iter().enumerate().filter(|(at, line)| {
        !source.in_tests[*at] && line.contains("process::Command as ") || line.contains("exec::Command as ")
    });
    let renamed = renamed.map(|(at, _)| at + 1);
    let paths = source.shipped_paths();
    let named = paths.iter().filter(|path| starts(&path.segments)).map(|path| path.line);
    let mut lines: Vec<usize> = renamed.chain(named).collect();
    lines.sort_unstable();
    lines.dedup();
    lines
        .iter()
        .map(|line| format!("{}:{line}: programs are started with the functions of {HOME}", source.path))
        .collect()
}

fn starts(segments: &[String]) -> bool {
    let ends = |end: &[&str]| segments.len() >= end.len() && segments[segments.len() - end.len()..].iter().eq(end);
    // The command line's own `Command` makes no process.
    let is_clap = segments.first().is_some_and(|first| first == "clap");
    let opens = segments.first().is_some_and(|first| first == "open")
        && segments.last().is_some_and(|last| OPENERS.contains(&last.as_str()));
    opens || !is_clap && STARTERS.iter().any(|starter| ends(starter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_started_elsewhere_is_named() {
        let check = |text: &str, expected: usize| {
            let source = Source::new("src/redirect/browser.rs", text);
            assert_eq!(complaints(&source).len(), expected, "{text}");
        };
        check("fn a() { std::process::Command::new(x).spawn(); }", 1);
        check("use std::process::Command;\nfn a() { Command::new(x); }", 1);
        check("use std::process::Command as Program;\nfn a() { Program::new(x); }", 1);
        check("use tokio::process::Command;\nfn a() { Command\n::new(x); }", 1);
        check("fn a() { open::that_detached(url); open::that(url); }", 1);
        check("fn a() {\n open::with(url, x);\n open::commands(url);\n}", 2);
        check("use open::that;\nfn a() { that(url); }", 1);
        check("fn a() { clap::Command::new(x); child::command(x); tokio::process::Command::from(c); }", 0);
        check("fn a() {}\n#[cfg(test)]\nmod tests { fn b() { Command::new(x); } }", 0);
        assert!(complaints(&Source::new(HOME, "fn a() { Command::new(x); }")).is_empty());
    }
}
