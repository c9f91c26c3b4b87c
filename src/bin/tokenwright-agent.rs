//! `tokenwright-agent` is `tokenwright agent` without the window, so that what runs all day needs little memory.
//! `tokenwright agent` becomes it where it is in the same folder.

use std::panic::catch_unwind;
use std::process::{ExitCode, Termination as _};

use tokenwright::cli;
use tokenwright::crash::Watch;
use tokenwright::entry;
use tokenwright::expression;
use tokenwright::secret;

fn main() -> ExitCode {
    // First, so that the child holds nothing but its input.
    if std::env::args_os().nth(1).is_some_and(|argument| argument == expression::CHILD_ARGUMENT) {
        return expression::serve();
    }
    let _watch = Watch::start(entry::data_folder, cli::print_fault);
    // The panic hook has reported it.
    catch_unwind(program).unwrap_or(cli::Exit::Machine).report()
}

fn program() -> cli::Exit {
    let verbose = match cli::agent_arguments(std::env::args_os().skip(1)) {
        Ok(verbose) => verbose,
        Err(exit) => return exit,
    };
    secret::keep_out_of_dumps(true);
    match entry::ports() {
        Ok(ports) => cli::run_agent(verbose, ports),
        Err(failure) => cli::print_failure(&failure),
    }
}
