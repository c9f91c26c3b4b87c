//! Completions in real shells, manual pages in their formatter, and the documentation: generated parts are up to date,
//! and each command shown is valid.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command as Program;

use clap::{Command, CommandFactory as _, Parser as _};
use tokenwright::cli::Arguments;
use tokenwright::dialect::Dialect;
use tokenwright::export::{RefreshTokenUse, formats};
use tokenwright::service::Catalog;

use crate::support::practice::Practice;
use crate::support::process::Process;
use crate::support::tokenwright::{Tokenwright, path_with_program};

/// The program with all its commands, as clap completes them.
fn command_line() -> Command {
    let mut command = Arguments::command();
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
    let mut command = Program::new(shell);
    command
        .args(["-c", script])
        .env("PATH", path_with_program())
        .env("HOME", program.home())
        .env("TOKENWRIGHT_HOME", program.data());
    Process::start(&mut command).finish().done()
}

#[test]
#[ignore = "needs bash"]
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
#[ignore = "needs fish"]
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
#[ignore = "needs groff"]
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
        <!-- Generated from the program: `TOKENWRIGHT_WRITE_DOCS=1 cargo test --test it papers` renews it. -->\n\n\
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

/// What renews the papers.
const RENEW: &str = "TOKENWRIGHT_WRITE_DOCS=1 cargo test --test it papers";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Compares a paper with what it should be, or writes it.
#[track_caller]
fn check_paper(path: &str, wanted: &str) {
    let file = root().join(path);
    if std::env::var_os("TOKENWRIGHT_WRITE_DOCS").is_some() {
        std::fs::write(&file, wanted).expect("a file of the repository");
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(found == wanted, "{path} is stale; renew it with `{RENEW}`");
}

#[test]
fn the_command_line_reference_is_that_of_this_program() {
    check_paper("docs/command-line.md", &reference());
}

/// Puts a table between the two comments that name it.
fn with_table(paper: &str, name: &str, head: &[&str], rows: &[Vec<String>]) -> String {
    let (begin, end) = (format!("<!-- begin: {name} -->\n"), format!("<!-- end: {name} -->\n"));
    let (before, rest) = paper.split_once(&begin).unwrap_or_else(|| panic!("no `{begin}`"));
    let (_, after) = rest.split_once(&end).unwrap_or_else(|| panic!("no `{end}`"));
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let escaped = |row: &Vec<String>| row.iter().map(|cell| cell.replace('|', "\\|")).collect::<Vec<_>>();
    let head: Vec<String> = head.iter().map(|&cell| cell.to_owned()).collect();
    let rule = format!("|{}\n", "---|".repeat(head.len()));
    let body: String = rows.iter().map(|row| line(&escaped(row))).collect();
    format!("{before}{begin}{}{rule}{body}{end}{after}", line(&head))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn the_tables_of_formats_are_those_of_this_program() {
    let ways = |snapshot: bool, live: bool| match (snapshot, live) {
        (true, true) => "snapshot, live",
        (true, false) => "snapshot",
        _ => "live",
    };
    let refresh = |refresh: RefreshTokenUse| match refresh {
        RefreshTokenUse::Never => "no",
        RefreshTokenUse::Optional => "if asked for",
        RefreshTokenUse::Needed => "always",
    };
    let row = |format: &tokenwright::export::ExportFormat| {
        let ways = ways(format.snapshot.is_some(), format.live.is_some()).to_owned();
        vec![format!("`{}`", format.id), format.reader.to_owned(), ways, refresh(format.refresh_token).to_owned()]
    };
    let exports: Vec<_> = formats().iter().map(row).collect();
    let paper = read("docs/exports.md");
    let paper = with_table(&paper, "formats", &["format", "read by", "ways", "refresh token"], &exports);
    let imports: Vec<_> =
        Dialect::all().iter().map(|format| vec![format.name.replace('<', "&lt;"), format.sign.to_owned()]).collect();
    check_paper("docs/exports.md", &with_table(&paper, "imports", &["imported file", "recognized by"], &imports));
}

#[test]
fn the_table_of_presets_is_that_of_this_program() {
    let services = Catalog::bundled().services();
    let row = |service: &tokenwright::service::Service| {
        vec![service.name.clone(), format!("`{}`", service.id), service.category.clone()]
    };
    let rows: Vec<_> = services.iter().map(row).collect();
    check_paper(
        "docs/presets.md",
        &with_table(&read("docs/presets.md"), "services", &["service", "ID", "kind"], &rows),
    );
}

#[test]
fn the_counts_in_the_readme_are_those_of_this_program() {
    let readme = read("README.md");
    let counts = [
        format!("[{} formats](docs/exports.md)", formats().len()),
        format!("[{} formats](docs/exports.md#importing)", Dialect::all().len()),
        format!(
            "[{} faults](docs/practice.md#faults)",
            tokenwright::app::faults().map(|of| of.faults.len()).sum::<usize>()
        ),
    ];
    for count in counts {
        assert!(readme.contains(&count), "README.md does not say `{count}`");
    }
    assert!(readme.contains("[more than 250 presets]") && Catalog::bundled().services().len() > 250);
}

#[test]
fn the_table_of_faults_is_that_of_this_program() {
    let row =
        |stage: &str, (name, meaning): (&str, &str)| vec![stage.to_owned(), format!("`{name}`"), meaning.to_owned()];
    let rows: Vec<_> = tokenwright::app::faults()
        .flat_map(|of| of.faults.into_iter().map(move |fault| row(of.stage, fault)))
        .collect();
    check_paper(
        "docs/practice.md",
        &with_table(&read("docs/practice.md"), "faults", &["stage", "fault", "what happens"], &rows),
    );
}

#[test]
fn every_folder_of_the_data_folder_is_explained() {
    let (places, paper) = (read("src/config/places.rs"), read("docs/files.md"));
    let folders: Vec<&str> =
        places.split("self.data.join(\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(folders.len() > 2, "{folders:?}");
    for folder in folders {
        assert!(paper.contains(&format!("`{folder}/`")), "docs/files.md lacks `{folder}/`");
    }
}

/// The papers that a person reads.
fn papers() -> Vec<String> {
    let docs = std::fs::read_dir(root().join("docs")).expect("there are docs");
    let mut papers: Vec<String> = docs
        .map(|entry| format!("docs/{}", entry.expect("an entry").file_name().to_string_lossy()))
        .filter(|path| Path::new(path).extension().is_some_and(|extension| extension == "md"))
        .collect();
    papers.extend(["README.md", "CONTRIBUTING.md", "SECURITY.md", "presets/README.md"].map(str::to_owned));
    papers.sort();
    papers
}

/// The lines of a paper's shell blocks.
fn shell_lines(paper: &str) -> Vec<&str> {
    let blocks = paper.split("```").skip(1).step_by(2).filter_map(|block| block.strip_prefix("sh\n"));
    blocks.flat_map(str::lines).collect()
}

/// The words of a command as a shell splits them, up to what ends it; none if it is another program's.
fn command_words(line: &str) -> Option<Vec<String>> {
    let line = line.replace("cargo run --release -- ", "tokenwright ");
    let at = line.find("tokenwright ").filter(|at| *at == 0 || line[..*at].ends_with([' ', '(', '"']))?;
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for c in line[at..].chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') if word.is_empty() || word.ends_with('=') => quote = Some(c),
            (None, '"' | ')' | '|' | '>' | ';' | '&' | '#') => break,
            (None, ' ') => words.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty())),
            (_, c) => word.push(c),
        }
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    Some(words)
}

#[test]
fn every_command_that_a_paper_shows_is_one_that_the_program_takes() {
    let mut count = 0;
    for path in papers() {
        let paper = read(&path);
        for words in shell_lines(&paper).into_iter().filter_map(command_words) {
            count += 1;
            if let Err(error) = Arguments::try_parse_from(&words) {
                use clap::error::ErrorKind::{DisplayHelp, DisplayVersion};
                assert!(matches!(error.kind(), DisplayHelp | DisplayVersion), "{path}: {words:?}\n{error}");
            }
        }
    }
    assert!(count > 25, "only {count} commands were found");
}

/// Shell lines of the papers that need the practice service only: run one after the other, as a reader would.
#[test]
#[cfg(unix)]
fn the_commands_of_the_papers_do_what_they_say() {
    let program = Tokenwright::with_vault().with_env("TOKENWRIGHT_SHARE_PASSPHRASE", "open sesame");
    let practice = Practice::start(&program);
    for name in ["demo", "acme", "beta"] {
        practice.sign_in(&program, name);
    }
    let mut ran = 0;
    for path in ["README.md", "docs/exports.md", "docs/agent.md"] {
        for line in shell_lines(&read(path)) {
            let needs = ["sign-in", "python", "age1…", "agent", "quickbooks", "https://", "service list", "cargo"];
            if !line.starts_with("tokenwright ") || needs.iter().any(|needs| line.contains(needs)) {
                continue;
            }
            let own = program.command(&[]);
            let mut command = Program::new("sh");
            command.args(["-c", line]).current_dir(program.home()).env_clear();
            command
                .envs(own.get_envs().filter_map(|(name, value)| Some((name, value?))))
                .env("PATH", path_with_program());
            let finished = Process::start(&mut command).finish();
            // Without `--yes` an import saves nothing, and says so.
            let code = if line.contains(" import ") { 2 } else { 0 };
            assert_eq!(finished.code, code, "{line}\n{}", finished.stderr);
            ran += 1;
        }
    }
    assert!(ran > 10, "only {ran} commands were run");
}

#[test]
fn every_option_that_a_paper_names_is_there() {
    let mut known = vec!["--help".to_owned(), "--version".to_owned()];
    let command = command_line();
    each(&command, &mut |command| {
        known.extend(command.get_arguments().filter_map(|a| a.get_long().map(|long| format!("--{long}"))));
    });
    for path in papers().into_iter().filter(|path| path != "CONTRIBUTING.md") {
        let paper = read(&path);
        // In running text: `--option`, alone or after `tokenwright …`.
        for code in paper.split("```").step_by(2).flat_map(|text| text.split('`').skip(1).step_by(2)) {
            if code.starts_with("--") || code.starts_with("tokenwright ") {
                let options = code.split(' ').filter(|word| word.starts_with("--") && word.len() > 2);
                for option in options {
                    let option = option.split('=').next().unwrap_or(option).to_owned();
                    assert!(known.contains(&option), "{path}: `{code}`");
                }
            }
        }
    }
}

#[test]
fn every_link_between_the_papers_leads_somewhere() {
    for path in papers() {
        let paper = read(&path);
        let folder = root().join(&path).parent().expect("a folder").to_owned();
        for link in paper.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.starts_with("http") || link.starts_with("mailto:") {
                continue;
            }
            let (file, anchor) = link.split_once('#').map_or((link, None), |(file, anchor)| (file, Some(anchor)));
            let target: PathBuf = if file.is_empty() { root().join(&path) } else { folder.join(file) };
            assert!(target.exists(), "{path}: `{link}` leads nowhere");
            if let Some(anchor) = anchor {
                let text = std::fs::read_to_string(&target).expect("a paper");
                let headings = text.lines().filter(|line| line.starts_with('#')).map(anchor_of);
                assert!(headings.into_iter().any(|heading| heading == anchor), "{path}: `{link}` has no such heading");
            }
        }
    }
}

#[test]
fn every_path_that_a_paper_names_is_there() {
    for path in papers() {
        let paper = read(&path);
        for code in paper.split("```").step_by(2).flat_map(|text| text.split('`').skip(1).step_by(2)) {
            let is_ours =
                ["src/", "tests/", "assets/", "docs/", "presets/"].iter().any(|folder| code.starts_with(folder));
            if is_ours && !code.contains([' ', '*']) && !path.starts_with("docs/files") {
                assert!(root().join(code).exists(), "{path}: `{code}` is not there");
            }
        }
    }
}

/// The anchor that GitHub gives a heading.
fn anchor_of(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    text.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c)).map(|c| if c == ' ' { '-' } else { c }).collect()
}
