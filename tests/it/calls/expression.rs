//! Expressions for values in a reply, evaluated in a child process. Hostile ones are stopped with a clear error and
//! cost this process nothing.

use std::time::Duration;

use crate::support::process::one_test;

use serde_json::{Value as Json, json};
use tokenwright::call::Expression;
use tokenwright::diagnosis::Diagnose as _;
use tokenwright::expression::Expressions;

/// Set where a test runs in a process of its own.
const ALONE: &str = "TOKENWRIGHT_TEST_ALONE";

#[test]
fn expressions_of_a_reply_are_answered_each_in_its_place() {
    let document = json!({"result": "Bearer canary-1 3600", "data": [{"token": "a"}, {"token": "b", "main": true}]});
    let came_to = evaluate(
        &document,
        &[
            "$split(result, ' ')[1]",
            "data[main].token",
            "nothing.here",
            "$number($split(result, ' ')[2]) - 60",
            "data.token",
        ],
    );
    let expected = [
        Ok(Some(json!("canary-1"))),
        Ok(Some(json!("b"))),
        Ok(None),
        Ok(Some(json!(3540))),
        Ok(Some(json!(["a", "b"]))),
    ];
    assert_eq!(came_to, expected.map(|came_to: Result<_, String>| came_to));
}

#[test]
fn one_that_fails_is_named_and_those_after_it_are_answered() {
    let document = json!({"token": "canary-secret"});
    let came_to = evaluate(&document, &["token +", "token - 1", "$error(token)", "function() { 1 }", "token"]);
    let expected = [
        Err("the expression `token +` cannot be read at line 1, column 8: it ends too early (S0207)".to_owned()),
        Err("the expression `token - 1` failed: an operand is not a number (T2001)".to_owned()),
        Err("the expression `$error(token)` failed: it calls `$error` (D3137)".to_owned()),
        Err("the expression `function() { 1 }` returned a function, not a string".to_owned()),
        Ok(Some(json!("canary-secret"))),
    ];
    assert_eq!(came_to, expected);
}

#[test]
fn one_that_is_stopped_stops_those_after_it() {
    let came_to = evaluate(&json!({"a": 1}), &["a + 1", &doubling("$a & $a"), "a + 2"]);
    assert_eq!(came_to[0], Ok(Some(json!(2))));
    assert!(came_to[1].as_ref().is_err_and(|words| words.ends_with(" and was stopped")), "{:?}", came_to[1]);
    let words = came_to[2].as_ref().expect_err("not reached");
    assert!(words.starts_with("the expression `a + 2` was not evaluated: `($f := function("), "{words}");
    assert!(words.ends_with(" before it was stopped"), "{words}");
}

#[test]
fn what_would_take_all_memory_or_never_end_is_stopped_with_a_clear_error() {
    const MEMORY: &str = "used more than 512 MiB of memory and was stopped";
    const TIME: &str = "took longer than 2 s and was stopped";
    const EITHER: [&str; 2] = [MEMORY, TIME];
    // The memory of this process is measured, so no other test may run in it.
    if std::env::var_os(ALONE).is_none() {
        let name = "what_would_take_all_memory_or_never_end_is_stopped_with_a_clear_error";
        let ended = one_test(module_path!(), name).env(ALONE, "yes").output().expect("started");
        let said = [ended.stdout, ended.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        return assert!(ended.status.success() && said.contains("1 passed"), "{said}");
    }
    let before = resident();
    for (expression, expected) in [
        (doubling("$a & $a"), &EITHER[..]),
        (doubling("[$a, $a]"), &EITHER),
        ("$pad('x', 2000000000)".to_owned(), &["failed: a list is too long (D2015)"]),
        ("'x' ~> $pad(900000000) ~> $split('')".to_owned(), &["failed: a list is too long (D2015)"]),
        (format!("{}a", "(".repeat(8000)), &["cannot be read at line 1, column 1000: it is nested too deeply (U1002)"]),
        (
            "($f := function($n, $o) { $n = 0 ? $o : $f($n - 1, {'a': $o, 'b': $o}) }; $string($f(60, 'x')))"
                .to_owned(),
            &EITHER,
        ),
        (
            "($f := function($n, $o) { $n = 0 ? $o : $f($n - 1, {'a': $o, 'b': $o}) }; $f(60, 'x'))".to_owned(),
            &["returned more than 10000 values"],
        ),
        (
            "($p := function($n, $t) { $n = 0 ? $t : $p($n - 1, $t & $t) }; $formatNumber(1, $p(27, '#') & '0'))"
                .to_owned(),
            &EITHER,
        ),
        ("($f := function($n) { 1 + $f($n + 1) }; $f(1))".to_owned(), &["failed: the recursion is too deep (D1011)"]),
        ("($f := function($n) { $f($n + 1) }; $f(1))".to_owned(), &[TIME]),
        ("[1..9999999]".to_owned(), &["failed: a list is too long (D2015)"]),
        ("$join([1..100000].('0123456789abcdef'))".to_owned(), &["returned more than 262144 bytes of text"]),
        ("a ".repeat(5000), &["is longer than 8192 bytes"]),
    ] {
        let words = evaluate(&json!({"a": "x"}), &[&expression]).remove(0).expect_err(&expression);
        let fault = words.rsplit_once("` ").map(|(_, fault)| fault);
        assert!(fault.is_some_and(|fault| expected.contains(&fault)), "{words}");
    }
    // A reply may be a megabyte; what a stopped process took is not ours.
    assert!(resident() < before + 64 * 1024, "{before} KiB before, {} KiB after", resident());
}

#[test]
fn the_other_process_finds_nothing_of_this_one() {
    // `$eval`, `$now` and the like work; there is no function that reads a file or the environment.
    for name in ["env", "read", "import", "require", "process", "file"] {
        let words = evaluate(&json!({}), &[&format!("${name}('HOME')")]).remove(0).expect_err(name);
        assert!(words.ends_with("` failed: a value that is not a function is called (T1006)"), "{words}");
    }
    assert_eq!(evaluate(&json!({"a": 2}), &["$eval('a * 2')"]), [Ok(Some(json!(4)))]);
}

#[test]
fn a_program_that_cannot_be_started_is_told() {
    let expressions = Expressions::new("/nonexistent/tokenwright");
    let came_to = wait(expressions.evaluate(&json!({}), &[Expression::new("1 + 1")]));
    let words = came_to[0].as_ref().map_err(|error| error.diagnose().to_string());
    let expected = "the expression `1 + 1` could not be evaluated: entity not found\nhint: expressions are \
                    evaluated in another process of this program: check that nothing forbids starting it";
    assert_eq!(words, Err(expected.to_owned()));
}

/// Fifty times the double of a text or list.
fn doubling(double: &str) -> String {
    format!("($f := function($n, $a) {{ $n = 0 ? $a : $f($n - 1, {double}) }}; $f(50, 'xxxxxxxx'))")
}

fn evaluate(document: &Json, expressions: &[&str]) -> Vec<Result<Option<Json>, String>> {
    let program = Expressions::new(env!("CARGO_BIN_EXE_tokenwright"));
    let expressions: Vec<Expression> = expressions.iter().map(|text| Expression::new(*text)).collect();
    let came_to = wait(program.evaluate(document, &expressions));
    came_to.into_iter().map(|came_to| came_to.map_err(|error| error.to_string())).collect()
}

fn wait<T>(work: impl Future<Output = T>) -> T {
    /// Longer than all hostile expressions of one question together.
    const PATIENCE: Duration = Duration::from_secs(120);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async { tokio::time::timeout(PATIENCE, work).await }).expect("it is stopped by itself")
}

/// The memory of this process in KiB; 0 if the system does not say.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}
