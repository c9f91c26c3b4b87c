//! `tokenwright completions` and `tokenwright man`, generated from the definitions of the command line.

use std::io::{self, Write};

use clap::{Command, CommandFactory as _};
use clap_complete::Shell;
use clap_mangen::Man;

use crate::app::{Failure, FailureKind};
use crate::cli::args::{Arguments, ENVIRONMENT, EXIT_CODES};
use crate::cli::exit::Exit;
use crate::cli::print;
use crate::diagnosis::Diagnosis;

pub(crate) fn completions(shell: Shell) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "tokenwright", &mut script);
    show(&script)
}

/// Prints the manual page of the program, or of one command: `["service", "export"]`.
pub(crate) fn man(path: &[String]) -> Exit {
    let mut command = Arguments::command();
    command.build();
    for name in path {
        command = match command.find_subcommand(name) {
            Some(command) => command.clone(),
            None => return unknown(name),
        };
    }
    let mut page = Vec::new();
    match write_page(&command, path.is_empty(), &mut page) {
        Ok(()) => show(&page),
        Err(error) => {
            let diagnosis = Diagnosis::new(format!("cannot write the manual page: {error}"));
            print::print_failure(&Failure::new(FailureKind::Machine, diagnosis))
        }
    }
}

fn write_page(command: &Command, is_whole: bool, page: &mut Vec<u8>) -> io::Result<()> {
    let command = command.clone().after_long_help(None::<&str>).after_help(None::<&str>);
    let has_commands = command.has_subcommands();
    let man = Man::new(command).manual("Tokenwright Manual").source(concat!("tokenwright ", env!("CARGO_PKG_VERSION")));
    man.render_title(page)?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    if has_commands {
        man.render_subcommands_section(page)?;
    }
    if is_whole {
        section("EXIT STATUS", &EXIT_CODES, page)?;
        section("ENVIRONMENT", &ENVIRONMENT, page)?;
    }
    Ok(())
}

/// Terms and their meanings as man macros (`groff_man(7)`).
fn section(title: &str, rows: &[(&str, &str)], page: &mut Vec<u8>) -> io::Result<()> {
    writeln!(page, ".SH \"{title}\"")?;
    rows.iter().try_for_each(|(term, meaning)| writeln!(page, ".TP\n\\fB{term}\\fR\n{meaning}"))
}

fn show(text: &[u8]) -> Exit {
    print::data(String::from_utf8_lossy(text).trim_end());
    Exit::Done
}

fn unknown(name: &str) -> Exit {
    let diagnosis = Diagnosis::new(format!("there is no command `{name}`"));
    print::print_failure(&Failure::new(FailureKind::Usage, diagnosis.hint("`tokenwright --help` lists the commands")))
}
