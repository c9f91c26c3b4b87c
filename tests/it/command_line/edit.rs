//! `tokenwright edit`, with scripts for editors.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use crate::command_line::profiles::assert_harmless;
use crate::support::practice::Practice;
use crate::support::process::{Finished, Process};
use crate::support::tokenwright::{PASSPHRASE, Tokenwright};

/// The profile `demo` of the practice service, and a folder for the program's temporary files.
struct Setup {
    program: Tokenwright,
    _practice: Practice,
}

impl Setup {
    fn new() -> Self {
        let program = Tokenwright::with_vault();
        let temporary = program.home().join("tmp");
        fs::create_dir(&temporary).expect("a folder");
        let program = program.with_env("TMPDIR", temporary);
        let practice = Practice::start(&program);
        practice.sign_in(&program, "demo");
        Self { program, _practice: practice }
    }

    /// An editor that runs this script, with the file as `$1` after its options.
    fn editor(&self, script: &str) -> PathBuf {
        let path = self.program.home().join("an editor.sh");
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a program");
        path
    }

    fn edit(&self, script: &str) -> Finished {
        let editor = self.editor(script);
        let mut command = self.program.command(&["edit", "demo"]);
        command.env("EDITOR", format!("'{}'", editor.display()));
        Process::start(&mut command).finish()
    }

    fn text(&self) -> String {
        self.program.database().profile("demo").expect("saved")
    }

    /// What is left of temporary files.
    fn left(&self) -> Vec<PathBuf> {
        let folder = fs::read_dir(self.program.home().join("tmp")).expect("a folder");
        folder.map(|entry| entry.expect("an entry").path().join("demo.toml")).collect()
    }

    /// The text is as it was, and what was written is in the file that the failure names.
    #[track_caller]
    fn check_refused(&self, before: &str, words: &str, written: &str) {
        assert_eq!(self.text(), before);
        let [left] = &self.left()[..] else { panic!("{:?}", self.left()) };
        assert!(words.contains(&format!("what you wrote is in `{}`", left.display())), "{words}");
        let kept = String::from_utf8_lossy(&fs::read(left).expect("kept")).into_owned();
        assert!(kept.contains(written), "{kept}");
        fs::remove_dir_all(left.parent().expect("a folder")).expect("removed");
    }
}

#[test]
fn another_client_id_is_saved_and_makes_the_tokens_stale() {
    let setup = Setup::new();
    let token = setup.program.run(&["token", "demo"]).done();
    let script = r#"
        cp "$1" seen; stat -c %a "$1" "$(dirname "$1")" > modes; env > environment; echo "$1" > name
        sed -i 's/^client_id = .*/client_id = "another"/' "$1""#;
    let finished = setup.edit(script);
    assert_eq!(
        finished.stderr,
        "warning: the tokens of `demo` were issued for another client id: `practice-client` then, `another` now\n\
         hint: sign in again: `tokenwright sign-in demo`, or open the profile in the window and change it back\n"
    );
    assert_eq!(finished.done(), "demo: saved\n");
    assert!(setup.text().contains("client_id = \"another\"\n") && !setup.text().contains('#'), "{}", setup.text());
    assert!(setup.program.run(&["token", "demo"]).failed(3).contains("issued for another client id"));

    let seen = |name: &str| fs::read_to_string(setup.program.home().join(name)).expect("written");
    assert!(seen("seen").starts_with("# The profile `demo`. Every key can be changed"), "{}", seen("seen"));
    assert!(!seen("seen").contains(token.trim()), "{}", seen("seen"));
    assert_eq!(seen("modes"), "600\n700\n");
    assert!(seen("name").ends_with("/demo.toml\n"), "{}", seen("name"));
    assert!(!seen("environment").contains(PASSPHRASE) && seen("environment").contains("TOKENWRIGHT_VAULT="));
    assert_eq!(setup.left(), [] as [PathBuf; 0]);

    setup.edit(r#"sed -i 's/^client_id = .*/client_id = "practice-client"/' "$1""#).done();
    assert_eq!(setup.program.run(&["token", "demo"]).done(), token, "changed back, it fits again");
}

#[test]
fn what_means_the_same_is_not_saved() {
    let setup = Setup::new();
    let before = setup.text();
    for script in ["exit 0", "echo '# a comment' >> \"$1\"", "touch \"$1\""] {
        let finished = setup.edit(script);
        assert_eq!((finished.code, finished.stderr.as_str()), (0, "demo: nothing was changed\n"), "{script}");
        assert_eq!(setup.text(), before);
    }
    assert_eq!(setup.left(), [] as [PathBuf; 0]);
}

#[test]
fn visual_comes_first_with_its_options_and_a_missing_editor_is_named() {
    let setup = Setup::new();
    let editor = setup.editor(r#"[ "$1" = --wait ] && sed -i '1i display_name = "Mine"' "$2""#);
    let run = |variables: &[(&str, &str)]| {
        let mut command = setup.program.command(&["edit", "demo"]);
        command.envs(variables.iter().copied());
        Process::start(&mut command).finish()
    };
    let line = format!("'{}' --wait", editor.display());
    run(&[("VISUAL", &line), ("EDITOR", "no-such-editor")]).done();
    assert!(setup.text().contains("display_name = \"Mine\""), "{}", setup.text());
    let hint = "hint: set `VISUAL` or `EDITOR` to an editor that waits until you are done, such as `EDITOR=nano`\n";
    let words = run(&[("VISUAL", ""), ("EDITOR", "no-such-editor")]).failed(1);
    assert!(words.starts_with("error: cannot start the editor `no-such-editor`: ") && words.ends_with(hint), "{words}");
    let words = run(&[("EDITOR", "vi 'x")]).failed(1);
    assert!(words.starts_with("error: the editor command has an unclosed ' quote\n"), "{words}");
    let words = run(&[("PATH", "/nowhere")]).failed(1);
    assert!(words.starts_with("error: no editor is set, and there is none of the usual ones (`editor`, "), "{words}");
    assert_eq!(setup.left(), [] as [PathBuf; 0], "nothing was written");
}

#[test]
fn an_editor_that_fails_changes_nothing() {
    let setup = Setup::new();
    let before = setup.text();
    let words = setup.edit("exit 3").failed(1);
    assert!(words.ends_with("an editor.sh` failed (exit status: 3): nothing was changed\n"), "{words}");
    assert_eq!(setup.left(), [] as [PathBuf; 0]);
    let words = setup.edit("echo 'keep_alive = true' > \"$1\"; kill -9 $$").failed(1);
    setup.check_refused(&before, &words, "keep_alive = true");
}

#[test]
fn a_text_that_cannot_be_saved_is_refused_by_line_and_key_and_not_lost() {
    let setup = Setup::new();
    let before = setup.text();
    for (script, expected, written) in [
        ("echo nonsense > \"$1\"", "error: the profile `demo`, line 1: ", "nonsense\n"),
        (
            "sed -i 's/^client_id = .*/client_id = 7/' \"$1\"",
            "error: the profile `demo`, line 5, key `client_id`: invalid type: integer `7`, expected a string\n",
            "client_id = 7\n",
        ),
        ("sed -i '/^client_id/d' \"$1\"", "error: the profile `demo`, line 1: missing field `client_id`\n", "service"),
        (
            "sed -i 's/^service = .*/service = \"practise\"/' \"$1\"",
            "there is no service `practise`\nhint: did you mean `practice`? ",
            "practise",
        ),
        ("sed -i 's/^port = .*/port = \"x\"/' \"$1\"", "hint: enter one like `8123`; what you wrote is in", "\"x\""),
        (
            "printf 'service = \"\\n\\377\\n' > \"$1\"",
            "error: line 2 is not UTF-8 text\nhint: save the text as UTF-8; ",
            "service",
        ),
    ] {
        let words = setup.edit(script).failed(2);
        assert!(words.contains(expected), "{script}\n{words}");
        setup.check_refused(&before, &words, written);
    }
    let words = setup.edit("rm \"$1\"").failed(2);
    assert!(words.starts_with("error: the editor left no file `"), "{words}");
    assert_eq!(setup.text(), before);
    assert!(setup.program.run(&["edit", "dmo"]).failed(3).contains("hint: did you mean `demo`?"));
}

#[test]
fn a_profile_that_was_changed_or_forgotten_meanwhile_is_left_as_it_is() {
    let setup = Setup::new();
    let own = env!("CARGO_BIN_EXE_tokenwright");
    let change = "sed -i '1i keep_alive = true' \"$1\"";
    let words = setup.edit(&format!("{own} display-name demo Theirs >/dev/null; {change}")).failed(2);
    assert!(words.starts_with("error: the profile `demo` was changed in the meantime: nothing was saved\n"), "{words}");
    assert!(setup.text().contains("Theirs") && !setup.text().contains("keep_alive"), "{}", setup.text());
    setup.check_refused(&setup.text(), &words, "keep_alive = true");

    let forget = format!("TOKENWRIGHT_PASSPHRASE='{PASSPHRASE}' {own} forget demo");
    let words = setup.edit(&format!("{forget} >/dev/null 2>&1; {change}")).failed(2);
    assert!(
        words.starts_with("error: the profile `demo` was forgotten in the meantime: nothing was saved\n"),
        "{words}"
    );
    assert!(words.contains("what you wrote is in `"), "{words}");
    assert!(!setup.program.database().has("demo"), "it does not come back");
}

#[test]
fn a_profile_that_cannot_be_read_is_repaired() {
    let setup = Setup::new();
    let good = setup.text();
    setup.program.database().set_profile("demo", "service = 7\n");
    let words = setup.program.run(&["token", "demo"]).failed(2);
    assert!(words.ends_with("hint: correct it: `tokenwright edit demo`\n"), "{words}");
    fs::write(setup.program.home().join("good"), &good).expect("written");
    assert_eq!(setup.edit("cp good \"$1\"").done(), "demo: saved\n");
    assert_eq!(setup.text(), good);
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    let setup = Setup::new();
    let before = setup.text();
    let finished = setup.edit("printf 'client_id = \"a\\033[2J\\302\\233b\"\\n' > \"$1\"");
    assert_harmless(&finished, "refused");
    setup.check_refused(&before, &finished.failed(2), "a\u{1b}[2J");
    let finished = setup.edit(r#"printf 'ser\033[2Jvice' > "$1""#);
    assert_harmless(&finished, "no key");
    setup.check_refused(&before, &finished.failed(2), "ser");
    let finished = setup.edit(r#"sed -i 's/^client_id = .*/client_id = "a\\u001b[2J\\u202eb"/' "$1""#);
    assert_harmless(&finished, "saved");
    finished.done();
    let shown = setup.program.run(&["show", "demo"]);
    assert_harmless(&shown, "shown");
    assert!(shown.done().contains(r"client id          a\u{1b}[2J\u{202e}b"));
}

/// Edits at a terminal; the editor writes nonsense first and what is right the second time.
#[track_caller]
fn at_a_terminal(setup: &Setup, answer: &str) -> (i32, String) {
    let again = r#"if [ -e again ]; then cp good "$1"; else touch again; cp "$1" good; sed -i 's/practice-client/mine/' good; echo wrong > "$1"; fi"#;
    let editor = setup.editor(again);
    // Without `exec`, Ctrl-C would end the shell in between.
    let inside = format!("exec {} edit demo", env!("CARGO_BIN_EXE_tokenwright"));
    let command = setup.program.command(&[]);
    let mut terminal = Command::new("script");
    terminal.args(["--quiet", "--return", "--command", &inside, "/dev/null"]).current_dir(setup.program.home());
    terminal.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    terminal.env("VISUAL", format!("'{}'", editor.display()));
    let mut process = Process::start(&mut terminal);
    process.line_with("the profile `demo`, line 1");
    process.line_with("Go on editing? [y/N]");
    process.type_text(answer);
    let finished = process.finish();
    (finished.code, finished.stdout)
}

#[test]
#[ignore = "needs script"]
fn at_a_terminal_a_person_may_go_on_editing() {
    let setup = Setup::new();
    let (code, shown) = at_a_terminal(&setup, "y\n");
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("demo: saved"), "{shown}");
    assert!(setup.text().contains("client_id = \"mine\""), "{}", setup.text());
    assert_eq!(setup.left(), [] as [PathBuf; 0]);
}

#[test]
#[ignore = "needs script"]
fn at_a_terminal_a_person_may_give_up() {
    for answer in ["n\n", "\u{3}"] {
        let setup = Setup::new();
        let before = setup.text();
        let (code, shown) = at_a_terminal(&setup, answer);
        assert_eq!(code, 2, "{shown}");
        let told = shown.replace(['\r', '\n'], "");
        assert!(told.contains("nothing was changed"), "{shown}");
        setup.check_refused(&before, &told, "wrong");
    }
}
