//! What the program says of its own command line: completions in the shells they are for, manual pages in the formatter,
//! and `docs/command-line.md`.

use std::fmt::Write as _;
use std::process::Command as Program;

use clap::{Command, CommandFactory as _};

use crate::support::process::Process;
use crate::support::tokenwright::Tokenwright;

/// The program with all its commands, as clap completes them.
fn command_line() -> Command {
    let mut command = tokenwright::cli::Arguments::command();
    command.build();
    command
}

/// Every command below this one, depth first; `help` is clap's own.
fn each<'a>(command: &'a Command, visit: &mut impl FnMut(&'a Command)) {
    for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
        visit(below);
        each(below, visit);
    }
}

fn path_of(command: &Command) -> &str {
    command.get_bin_name().expect("built").trim_start_matches("tokenwright ")
}

/// Runs a script in a shell where `tokenwright` is this program.
fn in_shell(shell: &str, script: &str) -> String {
    let program = Tokenwright::new();
    let folder = std::path::Path::new(env!("CARGO_BIN_EXE_tokenwright")).parent().expect("a folder");
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap_or_default());
    let mut command = Program::new(shell);
    command.args(["-c", script]).env("PATH", path).env("HOME", program.home()).env("TOKENWRIGHT_HOME", program.data());
    Process::start(&mut command).finish().done()
}

#[test]
fn bash_completes_commands_options_and_values() {
    let completed = |words: &str, at: usize, word: &str, before: &str| {
        let script = format!(
            "eval \"$(tokenwright completions bash)\"; complete -p tokenwright >/dev/null || exit 9; \
             COMP_WORDS=({words}); COMP_CWORD={at}; _tokenwright tokenwright '{word}' '{before}'; echo \"${{COMPREPLY[*]}}\""
        );
        in_shell("bash", &script)
    };
    assert_eq!(completed("tokenwright sig", 1, "sig", "tokenwright"), "sign-in\n");
    assert_eq!(completed("tokenwright sign-in --serv", 2, "--serv", "sign-in"), "--service\n");
    assert_eq!(completed("tokenwright vault rekey --to ''", 4, "", "--to"), "keyring passphrase memory\n");
}

#[test]
fn fish_completes_commands_options_and_values() {
    let completed =
        |line: &str| in_shell("fish", &format!("tokenwright completions fish | source; complete -C '{line}'"));
    assert_eq!(completed("tokenwright sig"), "sign-in\tSign in to a service and save the tokens as a profile\n");
    assert_eq!(
        completed("tokenwright export --dry"),
        "--dry-run\tShow what would be written, with secrets masked, and write nothing\n"
    );
    assert!(completed("tokenwright import --format po").starts_with("postman"));
}

#[test]
fn other_shells_get_a_script_of_theirs() {
    let program = Tokenwright::new();
    for (shell, sign) in [
        ("zsh", "#compdef tokenwright\n"),
        ("powershell", "Register-ArgumentCompleter -Native -CommandName 'tokenwright'"),
        ("elvish", "set edit:completion:arg-completer[tokenwright]"),
    ] {
        assert!(program.run(&["completions", shell]).done().contains(sign), "{shell}");
    }
    assert!(program.run(&["completions", "csh"]).failed(2).contains("[possible values: bash, elvish, fish"));
}

#[test]
fn every_command_has_a_manual_page_that_formats_without_a_warning() {
    let program = Tokenwright::new();
    let command = command_line();
    let mut paths = vec![String::new()];
    each(&command, &mut |command| paths.push(path_of(command).to_owned()));
    for path in paths {
        let page = program.run(&[&["man"][..], &path.split_whitespace().collect::<Vec<_>>()].concat()).done();
        let mut groff = Process::start(Program::new("groff").args(["-man", "-ww", "-Tutf8", "-Kutf8", "-P-c"]));
        groff.type_text(&page);
        let finished = groff.finish();
        assert_eq!(finished.stderr, "", "{path}");
        let name = format!("tokenwright {path}").trim_end().replace(' ', "-");
        assert!(finished.done().contains(&name[..name.len().min(26)]), "{path}");
    }
    let whole = program.run(&["man"]).done();
    assert!(whole.contains(".SH \"EXIT STATUS\"") && whole.contains("TOKENWRIGHT_PASSPHRASE_FILE"), "{whole}");
    assert_eq!(
        program.run(&["man", "signin"]).failed(2),
        "error: there is no command `signin`\nhint: `tokenwright --help` lists the commands\n"
    );
}

/// The reference, made from the same tree that reads the arguments.
fn reference() -> String {
    let help = |command: &Command| {
        let command = command.clone().term_width(100).disable_help_flag(true);
        command.mut_args(|argument| if argument.get_id() == "verbose" { argument.hide(true) } else { argument })
    };
    let mut text = "# Command line\n\n\
        <!-- Generated from the program: `TOKENWRIGHT_WRITE_DOCS=1 cargo test --test it manual` renews it. -->\n\n\
        Results go to standard output, everything else to standard error. Every command also takes `--verbose` (show each \
        HTTP\nrequest and response, with secrets masked) and `--help`.\n\n"
        .to_owned();
    let whole = command_line().term_width(100).render_long_help().to_string();
    write!(text, "```text\n{}\n```\n", whole.trim_end()).expect("a text");
    let command = command_line();
    each(&command, &mut |command| {
        let path = path_of(command);
        let long = help(command).render_long_help().to_string();
        write!(text, "\n## {path}\n\n```text\n{}\n```\n", long.trim_end()).expect("a text");
    });
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n") + "\n"
}

#[test]
fn the_command_line_reference_is_that_of_this_program() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/command-line.md");
    let made = reference();
    if std::env::var_os("TOKENWRIGHT_WRITE_DOCS").is_some() {
        std::fs::write(&path, &made).expect("a file of the repository");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == made,
        "docs/command-line.md is stale; renew it with `TOKENWRIGHT_WRITE_DOCS=1 cargo test --test it manual`"
    );
}
