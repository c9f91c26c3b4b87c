//! Starts the child process, feeds it, and stops it.

use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use serde_json::Value as Json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};
use zeroize::Zeroizing;

use crate::call::{Expression, ExpressionError, ExpressionFault};
use crate::expression::child::{CHILD_ARGUMENT, MEBIBYTES};
use crate::expression::message::{Answer, AskedQuestion, READY};

/// The time limit for all expressions of a reply together.
const LONGEST: Duration = Duration::from_secs(2);
/// The time limit for starting the process: a busy machine is not the fault of the expression.
const LONGEST_START: Duration = Duration::from_secs(20);
/// The most bytes of its output.
const MOST_OUTPUT: usize = 1024 * 1024;

/// Evaluates expressions, in a new process each time.
#[derive(Clone, Debug)]
pub struct Expressions {
    program: PathBuf,
}

/// How a process ended.
enum End {
    Done,
    TooSlow,
    TooMuchOutput,
    Ended(ExitStatus),
    Failed(std::io::Error),
}

impl Expressions {
    /// With this executable, which must be Tokenwright: it is started with [`CHILD_ARGUMENT`].
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self { program: program.into() }
    }

    /// The results of the expressions on a document, in their order. If one is stopped, those after it are not evaluated.
    pub async fn evaluate(
        &self,
        document: &Json,
        expressions: &[Expression],
    ) -> Vec<Result<Option<Json>, ExpressionError>> {
        let mut came_to: Vec<Option<Result<Option<Json>, ExpressionError>>> =
            expressions.iter().map(|expression| expression.check().err().map(Err)).collect();
        let asked: Vec<usize> = (0..expressions.len()).filter(|at| came_to[*at].is_none()).collect();
        let texts = asked.iter().map(|at| expressions[*at].to_jsonata()).collect();
        let mut output = Zeroizing::new(Vec::with_capacity(4 * 1024));
        let end = match (asked.as_slice(), serde_json::to_vec(&AskedQuestion { document, expressions: texts })) {
            ([], _) => End::Done,
            (_, Ok(question)) => self.ask(&Zeroizing::new(question), &mut output).await,
            (_, Err(error)) => End::Failed(error.into()),
        };
        let mut answers = answers(&output).into_iter();
        let mut stopped_at: Option<&Expression> = None;
        for at in asked {
            let expression = &expressions[at];
            came_to[at] = Some(match (answers.next(), stopped_at) {
                (Some(answer), _) => read(answer).map_err(|fault| expression.error(fault)),
                (None, Some(before)) => {
                    let fault =
                        ExpressionFault::NotReached { before: before.error(ExpressionFault::TooLong).expression };
                    Err(expression.error(fault))
                }
                (None, None) => {
                    stopped_at = Some(expression);
                    Err(expression.error(end.fault()))
                }
            });
        }
        came_to.into_iter().map(|came_to| came_to.unwrap_or(Ok(None))).collect()
    }

    /// Sends the request and collects results until the process ends or is stopped.
    async fn ask(&self, question: &[u8], output: &mut Vec<u8>) -> End {
        let mut child = match self.start() {
            Ok(child) => child,
            Err(error) => return End::Failed(error),
        };
        let end = match tokio::time::timeout(LONGEST_START, begin(&mut child, question, output)).await {
            Ok(Ok(true)) => tokio::time::timeout(LONGEST, finish(&mut child, output)).await.unwrap_or(End::TooSlow),
            Ok(Ok(false)) => finish(&mut child, output).await,
            Ok(Err(error)) => End::Failed(error),
            Err(_) => End::Failed(std::io::ErrorKind::TimedOut.into()),
        };
        // It has ended, or must end before anything else happens.
        let _ = child.kill().await;
        end
    }

    fn start(&self) -> std::io::Result<Child> {
        // Our environment may hold secrets, and the child needs none of it.
        let mut command = Command::from(crate::child::empty_command(&self.program));
        command.arg(CHILD_ARGUMENT).kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()
    }
}

/// Writes the request and waits until the process has read it; returns whether it has.
async fn begin(child: &mut Child, question: &[u8], output: &mut Vec<u8>) -> std::io::Result<bool> {
    if let Some(mut input) = child.stdin.take() {
        // It reads everything before it answers. If it ended meanwhile, its exit status says more.
        let _ = input.write_all(question).await;
    }
    while !output.contains(&b'\n') {
        if take(child, output).await? == 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Waits for the results and the end.
async fn finish(child: &mut Child, output: &mut Vec<u8>) -> End {
    loop {
        match take(child, output).await {
            Ok(0) => break,
            Ok(_) if output.len() > MOST_OUTPUT => return End::TooMuchOutput,
            Ok(_) => {}
            Err(error) => return End::Failed(error),
        }
    }
    match child.wait().await {
        Ok(status) if status.success() => End::Done,
        Ok(status) => End::Ended(status),
        Err(error) => End::Failed(error),
    }
}

async fn take(child: &mut Child, output: &mut Vec<u8>) -> std::io::Result<usize> {
    match &mut child.stdout {
        Some(stdout) => stdout.read_buf(output).await,
        None => Ok(0),
    }
}

/// The complete results.
fn answers(output: &[u8]) -> Vec<Answer> {
    let whole = output.iter().rposition(|byte| *byte == b'\n').map_or(&[][..], |end| &output[..end]);
    let lines = whole.split(|byte| *byte == b'\n').skip_while(|line| *line == READY.as_bytes());
    lines.map_while(|line| serde_json::from_slice(line).ok()).collect()
}

fn read(answer: Answer) -> Result<Option<Json>, ExpressionFault> {
    match answer {
        Answer::Value(value) => Ok(Some(value)),
        Answer::Nothing => Ok(None),
        // The library's time limit, slightly below ours.
        Answer::Failed(code) if code == "D1012" => Err(too_slow()),
        Answer::Failed(code) => Err(ExpressionFault::Failed { words: meaning(&code), code }),
        Answer::Function => Err(ExpressionFault::NotText("a function")),
        Answer::TooLarge(most, what) => {
            let what = if what == "values" { "values" } else { "bytes of text" };
            Err(ExpressionFault::TooLarge { most, what })
        }
    }
}

/// The meaning of a JSONata error code. JSONata's own messages may quote the reply, so they are not used.
// flat: one line a code
fn meaning(code: &str) -> &'static str {
    match code {
        "T0410" | "T0411" | "T0412" => "a function has an argument of the wrong type",
        "T1003" => "a name in an object is not a string",
        "T1005" | "T1006" | "T1007" | "T1008" => "a value that is not a function is called",
        "T1010" => "a pattern is not valid",
        "T2001" | "T2002" => "an operand is not a number",
        "T2003" | "T2004" => "a bound of a range is not an integer",
        "T2006" => "the right side of `~>` is not a function",
        "T2007" | "T2008" | "T2009" | "T2010" => "values of different types are compared or sorted",
        "D1001" => "a number became too large",
        "D1002" => "a value that is not a number is negated",
        "D1009" => "an object has a name twice",
        "D2014" | "D2015" => "a list is too long",
        "D1011" | "U1001" => "the recursion is too deep",
        "D3001" => "a function cannot become a string",
        "D3030" => "a string is not a number",
        "D3137" => "it calls `$error`",
        "D3138" => "`$single` finds more than one value",
        "D3139" => "`$single` finds no value",
        "D3141" => "an `$assert` fails",
        "D3120" | "D3121" => "the argument of `$eval` is not an expression",
        _ => "evaluation failed",
    }
}

fn too_slow() -> ExpressionFault {
    ExpressionFault::TooSlow { seconds: LONGEST.as_secs() }
}

impl End {
    fn fault(&self) -> ExpressionFault {
        match self {
            Self::TooSlow => too_slow(),
            Self::TooMuchOutput => ExpressionFault::TooLarge { most: MOST_OUTPUT, what: "bytes" },
            Self::Failed(error) => ExpressionFault::NoProcess { reason: error.kind().to_string() },
            Self::Done => ExpressionFault::NoProcess { reason: "its process did not answer".to_owned() },
            Self::Ended(status) => of_status(*status),
        }
    }
}

/// At the memory limit the allocator aborts or the stack overflows.
#[cfg(unix)]
fn of_status(status: ExitStatus) -> ExpressionFault {
    use rustix::process::Signal;
    use std::os::unix::process::ExitStatusExt as _;
    let signal = status.signal().and_then(Signal::from_named_raw);
    match signal {
        Some(Signal::XCPU) => too_slow(),
        Some(Signal::ABORT | Signal::BUS | Signal::KILL | Signal::SEGV) => {
            ExpressionFault::TooMuchMemory { mebibytes: MEBIBYTES }
        }
        _ => ended(status),
    }
}

#[cfg(not(unix))]
fn of_status(status: ExitStatus) -> ExpressionFault {
    ended(status)
}

fn ended(status: ExitStatus) -> ExpressionFault {
    ExpressionFault::NoProcess { reason: format!("its process ended with {status}") }
}
