//! Requests in the code of documentation: Python's `requests` and `httpx`, JavaScript's `fetch`, `axios` and
//! `pm.sendRequest`, and the cmdlets of `PowerShell`. Nothing is run: variables that are set to literals are filled in,
//! and what is computed is a slot.

mod call;
mod expression;
mod function;
mod powershell;
mod reader;
mod statement;
mod text;
mod value;

use serde_json::Value as Json;

use crate::dialect::code::call::Call;
use crate::dialect::code::reader::Reader;
use crate::dialect::code::value::Value;
use crate::dialect::standard::PlainRequest;

/// What calls of the clients look like. A document without any has no code to read.
const SIGNS: [&str; 15] = [
    ".post(",
    ".request(",
    ".get(",
    ".put(",
    "fetch(",
    "axios(",
    "request(",
    "Request(",
    ".ajax(",
    "got(",
    "sendRequest(",
    "Invoke-RestMethod",
    "Invoke-WebRequest",
    "invoke-restmethod",
    "invoke-webrequest",
];

/// Whether a line calls an HTTP client.
pub(in crate::dialect) fn calls(line: &str) -> bool {
    SIGNS.iter().any(|sign| line.contains(sign))
}

/// The requests that code sends, in its order, with the places where they stand.
pub(in crate::dialect) fn requests(code: &str) -> Vec<(usize, PlainRequest)> {
    let mut reader = Reader::new(code);
    reader.statements();
    let request = |call: &Call| if powershell::is_cmdlet(&call.name) { powershell::sent(call) } else { call.request() };
    reader.calls.iter().filter_map(|(at, call)| Some((*at, request(call)?))).collect()
}

/// The settings that code may have: each table that is given to a function, set to a variable or returned, and the variables
/// that are set to texts.
pub(in crate::dialect) fn settings(code: &str) -> (Vec<Json>, Vec<(String, String)>) {
    let mut reader = Reader::new(code);
    reader.statements();
    let texts = reader.texts().into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
    (reader.tables.iter().map(Value::to_json).collect(), texts)
}

/// How many calls of `pm.sendRequest` a script has.
pub(in crate::dialect) fn sends(script: &str) -> usize {
    script.matches("sendRequest(").count()
}
