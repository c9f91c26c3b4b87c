//! The program: builds the ports, then hands over to a face.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{ExitCode, Termination as _};

use tokenwright::app::Runtime;
#[cfg(unix)]
use tokenwright::child;
use tokenwright::cli;
#[cfg(unix)]
use tokenwright::cli::AgentOptions;
use tokenwright::cli::{Arguments, Task};
use tokenwright::crash::Watch;
use tokenwright::entry::{self, Asked};
use tokenwright::expression;
use tokenwright::gui::NoWindow;
use tokenwright::secret;

fn main() -> ExitCode {
    // First, so that the child holds nothing but its input.
    if std::env::args_os().nth(1).is_some_and(|argument| argument == expression::CHILD_ARGUMENT) {
        return expression::serve();
    }
    let watch = Watch::start(entry::data_folder, cli::print_fault);
    // The panic hook has reported it.
    catch_unwind(AssertUnwindSafe(|| program(&watch))).unwrap_or(cli::Exit::Machine).report()
}

fn program(watch: &Watch) -> cli::Exit {
    let arguments = match entry::token_of_agent(std::env::args_os()) {
        Asked::Answered(exit) => return exit,
        // To parse the whole command line takes a millisecond.
        Asked::Unanswered(options) => Arguments { task: Some(Task::Token(*options)), verbose: false },
        Asked::Nothing => match cli::arguments() {
            Ok(arguments) => arguments,
            Err(exit) => return exit,
        },
    };
    #[cfg(unix)]
    if let Some(Task::Agent(AgentOptions { task: None })) = arguments.task {
        // What runs all day needs no window in its memory.
        let verbose = if arguments.verbose { &["agent", "--verbose"][..] } else { &["agent"] };
        child::become_sibling("tokenwright-agent", cli::AGENT_VERSION, verbose);
    }
    // The desktop's file chooser inspects the process of its caller, and refuses one that is not dumpable.
    secret::keep_out_of_dumps(arguments.task.is_some());
    let ports = match entry::ports() {
        Ok(ports) => ports,
        Err(failure) => return cli::print_failure(&failure),
    };
    match arguments.task {
        Some(task) => cli::run(task, arguments.verbose, ports),
        None => match tokenwright::gui::run(Box::new(move |news| Runtime::start(ports, news)), watch.opening()) {
            Ok(()) => cli::Exit::Done,
            Err(NoWindow::Panicked(_)) if watch.has_told() => cli::Exit::Machine,
            Err(NoWindow::Refused(reason) | NoWindow::Panicked(reason)) => cli::no_window(&reason),
        },
    }
}
