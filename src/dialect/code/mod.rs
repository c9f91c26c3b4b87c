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
    let request = |call: &Call| if call::is_cmdlet(&call.name) { powershell::sent(call) } else { call.request() };
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::standard::RawBody;

    #[test]
    fn what_is_filled_into_a_text_may_have_texts_and_functions() {
        let code = "const qs = require('qs');\nconst params = qs.stringify({ grant_type: 'refresh_token' });\n\
                    fetch(`https://as.test/token?${params.toString()}`, { method: 'POST', headers: {\n\
                    Authorization: `Basic ${new Buffer.from(`${id}:${secret}`).toString('base64')}` } })";
        let [(_, request)] = &requests(code)[..] else { panic!("one request") };
        assert_eq!(request.call.url, "https://as.test/token?grant_type=refresh_token");
        assert_eq!(request.call.basic, Some(("{{id}}".to_owned(), "{{secret}}".to_owned())));
    }

    #[test]
    fn powershell_fills_texts_by_number() {
        let code = "$p = @{\n Method = 'Post'\n Uri = 'https://as.test/{0}/token' -f $($tenant ?? 'common')\n\
                    Body = @{ grant_type = 'client_credentials' }\n}\n$r = (invoke-webrequest @p).Content\n";
        let [(_, request)] = &requests(code)[..] else { panic!("one request") };
        assert_eq!(request.call.url, "https://as.test/common/token");
        let fields = vec![("grant_type".to_owned(), "client_credentials".to_owned())];
        assert_eq!(request.call.body, RawBody::Fields(fields));
    }

    #[test]
    fn a_text_that_would_be_put_together_to_any_length_is_left_open() {
        let (long, many) = ("x".repeat(100_000), 1_000);
        let joined = format!("const u = [{}].join('{long}');", vec!["''"; many].join(","));
        let formatted = format!("b = '{long}'\nu = '{}'.format(a=b)", "{a}".repeat(many));
        let numbered = format!("$b = '{long}'\n$u = '{}' -f $b\n", "{0}".repeat(many));
        for (code, left) in [(joined, "{{join}}"), (formatted, "{{format}}"), (numbered, "{{text}}")] {
            let (_, texts) = settings(&code);
            let text =
                texts.iter().find(|(name, _)| name.trim_start_matches('$') == "u").map(|(_, text)| text.as_str());
            assert_eq!(text, Some(left), "{}", &code[..20]);
        }
    }
}
