//! Habits that a compiler does not check: colours in one file, printing in one place, tests that wait for events.

use crate::rooms::room_name;
use crate::text::Source;

const PRINTING: [&str; 5] = ["print", "println", "eprint", "eprintln", "dbg"];
/// Why a test may be ignored: another one starts it as a second process, or `tests/run` installs what it needs.
const REASONS: [&str; 2] = ["#[ignore = \"the other process", "#[ignore = \"needs "];
const THEME: &str = "src/gui/theme.rs";

/// Colours outside the theme, so that light and dark stay complete.
pub fn stray_colours(source: &Source) -> Vec<String> {
    if source.path == THEME || room_name(&source.path) != "gui" {
        return Vec::new();
    }
    let paths = source.shipped_paths();
    let literal = |segments: &[String]| segments.iter().rev().skip(1).any(|segment| segment == "Color32");
    let paths = paths.iter().filter(|path| literal(&path.segments)).map(|path| path.line);
    let lines = paths.chain(source.macro_calls("hex_color"));
    lines.map(|line| format!("{}:{line}: colours belong in {THEME}", source.path)).collect()
}

/// Print macros outside the command line: the window has no terminal, and a library has no voice.
pub fn stray_printing(source: &Source) -> Vec<String> {
    if matches!(room_name(&source.path), "cli" | "main") {
        return Vec::new();
    }
    let calls = PRINTING.iter().flat_map(|name| source.macro_calls(name).into_iter().map(move |line| (line, name)));
    calls.map(|(line, name)| format!("{}:{line}: `{name}!` belongs in src/cli and src/main.rs", source.path)).collect()
}

/// Widgets that ask for a frame after each frame: one of them keeps half a core busy for as long as it is shown.
pub fn restless(source: &Source) -> Vec<String> {
    let spinners = source.words("Spinner").into_iter().chain(source.words("spinner"));
    let rule = "a spinner draws the window without end: use `widgets::waiting`";
    spinners.map(|line| format!("{}:{line}: {rule}", source.path)).collect()
}

/// `unsafe`, tests that are switched off, and sleeping where one can wait for an event.
pub fn shortcuts(source: &Source) -> Vec<String> {
    let unsafe_code = source.words("unsafe").into_iter().map(|line| (line, "`unsafe` is not used here"));
    let ignored = source.code.iter().enumerate().filter(|(_, line)| line.contains("#[ignore"));
    let ignored = ignored.filter(|(at, _)| !REASONS.iter().any(|reason| source.lines[*at].contains(reason)));
    let ignored = ignored.map(|(at, _)| (at + 1, "a test that is switched off tests nothing"));
    let sleeps = source.paths().into_iter().filter(|path| is_sleep(&path.segments)).map(|path| path.line);
    let sleeps = sleeps.filter(|line| !says_why_it_waits(source, *line));
    let sleeps = sleeps.map(|line| (line, "wait for an event, or say why not in a comment `// waits:`"));
    unsafe_code.chain(ignored).chain(sleeps).map(|(line, rule)| format!("{}:{line}: {rule}", source.path)).collect()
}

/// Tests that end before their last check: one that finds that it cannot run here would pass for one that has run.
pub fn early_returns(source: &Source) -> Vec<String> {
    let tests = source.functions().into_iter().filter(|function| is_test(source, *function.lines.start()));
    let lines = tests.flat_map(|function| function.lines).filter(|line| {
        let code = source.code[line - 1].trim();
        code == "return;" || code.contains("{ return }") || code.contains(" return;")
    });
    let rule = "a test does not return early: assert, or mark it `#[ignore = \"needs …\"]`";
    lines.map(|line| format!("{}:{line}: {rule}", source.path)).collect()
}

/// Whether it is a test by itself, and not the second process of others, which without them has nothing to do.
fn is_test(source: &Source, line: usize) -> bool {
    let above = source.lines[..line - 1].iter().rev().map(|line| line.trim());
    let above: Vec<&str> = above.take_while(|line| line.starts_with("#[") || line.starts_with("//")).collect();
    above.contains(&"#[test]") && !above.iter().any(|line| line.starts_with(REASONS[0]))
}

fn is_sleep(path: &[String]) -> bool {
    path.ends_with(&["thread".to_owned(), "sleep".to_owned()])
}

fn says_why_it_waits(source: &Source, line: usize) -> bool {
    let near = source.lines[line.saturating_sub(2)..line].iter();
    near.into_iter().any(|line| line.contains("// waits:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_outside_the_theme_is_named() {
        let text = "use egui::Color32;\nfn a() -> Color32 { Color32::RED }";
        let named = ["src/gui/panel.rs:2: colours belong in src/gui/theme.rs"];
        assert_eq!(stray_colours(&Source::new("src/gui/panel.rs", text)), named);
        assert_eq!(stray_colours(&Source::new("src/gui/theme.rs", text)), [""; 0]);
    }

    #[test]
    fn printing_outside_the_command_line_is_named() {
        let text = "fn a() {\n    eprintln!(\"a\");\n}";
        let named = ["src/vault/mod.rs:2: `eprintln!` belongs in src/cli and src/main.rs"];
        assert_eq!(stray_printing(&Source::new("src/vault/mod.rs", text)), named);
        assert_eq!(stray_printing(&Source::new("src/cli/list.rs", text)), [""; 0]);
    }

    #[test]
    fn what_draws_without_end_is_named() {
        let text = "use egui::Spinner;\nfn a(ui: &mut Ui) {\n    ui.spinner();\n}";
        assert_eq!(restless(&Source::new("src/gui/panel.rs", text)).len(), 2);
        assert_eq!(restless(&Source::new("src/gui/panel.rs", "fn a() { waiting(ui, text, run); }")), [""; 0]);
    }

    #[test]
    fn shortcuts_are_named() {
        let text = "unsafe fn a() {}\n#[ignore]\nfn b() {}\nfn c() { std::thread::sleep(d); }\n";
        assert_eq!(shortcuts(&Source::new("tests/a.rs", text)).len(), 3);
        for reason in ["the other process of the test above", "needs chromium"] {
            let text = format!("#[ignore = \"{reason}\"]\nfn b() {{}}\n");
            assert_eq!(shortcuts(&Source::new("tests/a.rs", &text)), [""; 0]);
        }
        let explained = "// waits: the other side has no way to say that it is ready\nstd::thread::sleep(d);";
        assert_eq!(shortcuts(&Source::new("tests/a.rs", explained)), [""; 0]);
    }

    #[test]
    fn a_test_that_returns_early_is_named() {
        let text = "#[test]\n#[ignore = \"the other process of a test\"]\nfn o() {\n    return;\n}\n\n\
                    #[test]\n#[ignore = \"needs root\"]\nfn a() {\n    if !root() {\n        return;\n    }\n}\n\n\
                    fn b() {\n    return;\n}\n\n#[test]\nfn c() {\n    let Ok(()) = d() else { return };\n}\n";
        let rule = "a test does not return early: assert, or mark it `#[ignore = \"needs …\"]`";
        let named = [format!("tests/it/a.rs:11: {rule}"), format!("tests/it/a.rs:21: {rule}")];
        assert_eq!(early_returns(&Source::new("tests/it/a.rs", text)), named);
    }
}
