//! `tokenwright completions` and `tokenwright man`: what the program says of its own command line.

use std::io::{self, Write};

use clap::{Command, CommandFactory as _};
use clap_complete::Shell;
use clap_mangen::Man;

use crate::app::{Failure, FailureKind};
use crate::cli::args::{Arguments, ENVIRONMENT, EXIT_CODES};
use crate::cli::print;
use crate::diagnosis::Diagnosis;

pub(crate) fn completions(shell: Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "tokenwright", &mut script);
    show(&script);
    Ok(())
}

/// Prints the page of the program, or that of one command of it: `["service", "export"]`.
pub(crate) fn man(path: &[String]) -> Result<(), Failure> {
    let mut command = Arguments::command();
    command.build();
    for name in path {
        command = command.find_subcommand(name).cloned().ok_or_else(|| unknown(name))?;
    }
    let mut page = Vec::new();
    write_page(&command, path.is_empty(), &mut page).map_err(|error| {
        Failure::new(FailureKind::Machine, Diagnosis::new(format!("the manual page cannot be written: {error}")))
    })?;
    show(&page);
    Ok(())
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

/// Terms and their meanings, in the man macros (groff_man(7)).
fn section(title: &str, rows: &[(&str, &str)], page: &mut Vec<u8>) -> io::Result<()> {
    writeln!(page, ".SH \"{title}\"")?;
    rows.iter().try_for_each(|(term, meaning)| writeln!(page, ".TP\n\\fB{term}\\fR\n{meaning}"))
}

fn show(text: &[u8]) {
    print::data(String::from_utf8_lossy(text).trim_end());
}

fn unknown(name: &str) -> Failure {
    let diagnosis = Diagnosis::new(format!("there is no command `{name}`"));
    Failure::new(FailureKind::Usage, diagnosis.hint("`tokenwright --help` lists the commands"))
}
