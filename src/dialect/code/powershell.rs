//! The cmdlets of `PowerShell` that send requests: `Invoke-RestMethod -Uri … -Method Post -Body @{…}`.

use crate::dialect::code::call::{Call, Sent};
use crate::dialect::code::reader::Reader;
use crate::dialect::code::value::{MOST_PLACES, Value, replaced};

/// Parameters without a value.
const SWITCHES: [&str; 8] = [
    "usebasicparsing",
    "usedefaultcredentials",
    "skipcertificatecheck",
    "skipheadervalidation",
    "allowunencryptedauthentication",
    "passthru",
    "verbose",
    "disablekeepalive",
];

/// Parameters that change nothing of what is sent.
const HARMLESS: [&str; 7] =
    ["erroraction", "sessionvariable", "websession", "timeoutsec", "outfile", "usebasicparsing", "verbose"];

impl Reader<'_> {
    /// The parameters of a cmdlet, to the end of its line; a backtick continues it.
    pub(super) fn cmdlet(&mut self, from: usize, name: &str) {
        let mut call = Call { name: name.to_owned(), ..Call::default() };
        loop {
            self.gap();
            match self.peek() {
                None | Some('\n' | ';' | '|' | ')' | '}' | '\r') => break,
                Some('-') => {
                    let parameter = self.parameter();
                    self.gap();
                    let is_switch = SWITCHES.contains(&parameter.to_ascii_lowercase().as_str());
                    let value = if is_switch { None } else { self.word() };
                    call.named.push((parameter, value.unwrap_or_else(|| Value::open("value"))));
                }
                // A table of parameters.
                Some('@') if !self.rest().starts_with("@{") => {
                    self.step();
                    let name = self.path();
                    if let Value::Table(members) = self.looked_up(&name) {
                        call.named.extend(members);
                    }
                }
                Some(_) => match self.word() {
                    Some(url) => call.named.push(("Uri".to_owned(), url)),
                    None => break,
                },
            }
        }
        self.calls.push((from, call));
    }

    /// Goes over spaces and continued lines.
    fn gap(&mut self) {
        loop {
            let rest = self.rest();
            self.at += rest.len() - rest.trim_start_matches([' ', '\t']).len();
            if !self.take("`\n") && !self.take("`\r\n") {
                return;
            }
        }
    }

    fn parameter(&mut self) -> String {
        self.step();
        let rest = self.rest();
        let length = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        self.at += length;
        self.take(":");
        rest[..length].to_owned()
    }

    /// A value: in quotes or brackets, a variable, or a bare word.
    fn word(&mut self) -> Option<Value> {
        let next = self.peek()?;
        if next.is_alphanumeric() || next == '/' {
            let rest = self.rest();
            let length = rest.find(|c: char| c.is_whitespace() || ");|}`".contains(c)).unwrap_or(rest.len());
            self.at += length;
            return Some(Value::Text(rest[..length].to_owned()));
        }
        self.term()
    }

    /// The text with the values behind its `-f` in the places of `{0}`, `{1}`.
    pub(super) fn formatted(&mut self, text: &Value) -> Option<Value> {
        let mut text = Some(text.text());
        for number in 0..MOST_PLACES {
            self.gap();
            let value = self.term()?.text();
            text = text.and_then(|text| replaced(&text, &format!("{{{number}}}"), &value));
            self.gap();
            if !self.take(",") {
                break;
            }
        }
        Some(text.map_or_else(|| Value::open("text"), Value::Text))
    }

    /// What stands behind a pipe: a table as JSON, or something that is computed.
    pub(super) fn piped(&mut self, value: Value) -> Value {
        self.gap();
        let is_json =
            self.rest().get(.."ConvertTo-Json".len()).is_some_and(|name| name.eq_ignore_ascii_case("ConvertTo-Json"));
        let rest = self.rest();
        self.at += rest.find(['\n', ')', ';', '}', '|']).unwrap_or(rest.len());
        if is_json { Value::Json(Box::new(value)) } else { Value::open("value") }
    }
}

/// The request of a cmdlet.
pub(super) fn sent(call: &Call) -> Option<crate::dialect::standard::PlainRequest> {
    let mut sent = Sent::of_forms();
    for (name, value) in &call.named {
        let lower = name.to_ascii_lowercase();
        match lower.as_str() {
            "uri" | "method" | "headers" | "body" | "form" | "contenttype" => sent.take(&lower, value, &call.name),
            _ if HARMLESS.contains(&lower.as_str()) => sent.note(&call.name, name, "does not affect the request"),
            _ => sent.note(&call.name, name, "not read"),
        }
    }
    sent.finish(&call.name)
}
