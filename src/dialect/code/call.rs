//! A call of an HTTP client in code, read as the request that it sends.

use serde_json::Value as Json;

use crate::call::Method;
use crate::dialect::Note;
use crate::dialect::code::value::Value;
use crate::dialect::standard::{PlainRequest, RawBody, RawCall, method_named};

/// The clients of Python, whose tables are sent as forms.
const OF_PYTHON: [&str; 6] = ["requests", "session", "client", "httpx", "s", "http"];

/// Whether it is one of the two cmdlets of `PowerShell` that send a request.
pub(super) fn is_cmdlet(name: &str) -> bool {
    name.eq_ignore_ascii_case("Invoke-RestMethod") || name.eq_ignore_ascii_case("Invoke-WebRequest")
}

/// Settings of a client that change nothing of what is sent.
const HARMLESS: [&str; 16] = [
    "timeout",
    "verify",
    "allowredirects",
    "credentials",
    "mode",
    "redirect",
    "cache",
    "success",
    "error",
    "datatype",
    "async",
    "responsetype",
    "maxredirects",
    "signal",
    "crossdomain",
    "next",
];

/// A call as written.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Call {
    /// With the names before it: `requests.post`.
    pub(super) name: String,
    pub(super) positional: Vec<Value>,
    pub(super) named: Vec<(String, Value)>,
}

/// Whether a call sends a request.
pub(super) fn is_client(call: &Call) -> bool {
    let (before, last) = call.name.rsplit_once('.').unwrap_or(("", &call.name));
    let first = call.positional.first();
    let is_url = || first.is_some_and(|url| url.text().contains("://") || url.text().starts_with("{{"));
    match last {
        "fetch" | "axios" | "got" | "ajax" | "sendRequest" | "request" | "Request" => first.is_some(),
        "post" | "put" | "patch" => !before.is_empty() && (first.is_some() || !call.named.is_empty()),
        // Tables and environments have such a method too.
        "get" => is_url() && (!before.ends_with("env") && call.positional.len() + call.named.len() > 1),
        _ => false,
    }
}

/// The request of a text that is the address of an authorization request (RFC 6749 section 4.1.1), which a browser opens.
pub(super) fn authorization(text: &str) -> Option<Call> {
    // It may stand in a text of HTML.
    let end = |c: char| c.is_whitespace() || "\"'<>".contains(c);
    let inner = || text.split(end).find(|word| word.starts_with("http") && word.contains("response_type="));
    let text = if text.starts_with('<') { inner()? } else { text };
    let is_address = text.starts_with("http") || text.starts_with("{{");
    let is_it = is_address && text.contains('?') && text.contains("response_type=");
    let positional = || vec![Value::Text(text.to_owned())];
    is_it.then(|| Call { name: "authorization URL".to_owned(), positional: positional(), ..Call::default() })
}

impl Call {
    /// The request that it sends; `None` if it names no URL.
    pub(super) fn request(&self) -> Option<PlainRequest> {
        let (before, last) = self.name.rsplit_once('.').unwrap_or(("", &self.name));
        let mut sent = Sent { is_form: !before.starts_with("axios") && last != "axios", ..Sent::default() };
        sent.method = method_named(last);
        let mut positional = self.positional.iter();
        let mut first = positional.next();
        // Python names the method first.
        if let Some(method) = first.and_then(method_of).filter(|_| last == "request") {
            sent.method = Some(method);
            first = positional.next();
        }
        match first {
            Some(table @ Value::Table(_)) => sent.take_all(table, &self.name),
            Some(url) => sent.url = url.text(),
            None => {}
        }
        let of_python = !self.named.is_empty() || OF_PYTHON.contains(&before.rsplit('.').next().unwrap_or_default());
        let takes_body = !matches!(sent.method, Some(Method::Get | Method::Delete));
        match positional.next() {
            Some(query) if of_python && !takes_body => sent.take("params", query, &self.name),
            Some(options) if !takes_body => sent.take_all(options, &self.name),
            Some(data) if of_python || !sent.is_form && sent.method.is_some() => sent.body = Some(data.clone()),
            Some(options @ Value::Table(_)) => sent.take_all(options, &self.name),
            Some(data @ (Value::Form(_) | Value::Json(_) | Value::Text(_))) if sent.method.is_some() => {
                sent.body = Some(data.clone());
            }
            _ => {}
        }
        if let Some(options @ Value::Table(_)) = positional.next() {
            sent.take_all(options, &self.name);
        }
        for (name, value) in &self.named {
            sent.take(name, value, &self.name);
        }
        sent.finish(&self.name)
    }
}

fn method_of(value: &Value) -> Option<Method> {
    let Value::Text(text) = value else { return None };
    method_named(text)
}

/// What the arguments of a client say.
#[derive(Default)]
pub(super) struct Sent {
    url: String,
    /// What a URL without a host is appended to.
    base: String,
    method: Option<Method>,
    body: Option<Value>,
    /// Whether a table is sent as a form, where nothing else says it.
    is_form: bool,
    headers: Vec<(String, String)>,
    query: Vec<(String, String)>,
    basic: Option<(String, String)>,
    ignored: Vec<Note>,
}

impl Sent {
    /// Of a client that sends tables as forms.
    pub(super) fn of_forms() -> Self {
        Self { is_form: true, ..Self::default() }
    }

    fn take_all(&mut self, options: &Value, place: &str) {
        let Value::Table(members) = options else { return };
        for (name, value) in members {
            self.take(name, value, place);
        }
    }

    /// Takes an option by its name. `place` is the call.
    pub(super) fn take(&mut self, name: &str, value: &Value, place: &str) {
        let squeezed: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        match squeezed.as_str() {
            "url" | "uri" => self.url = value.text(),
            "baseurl" => self.base = value.text(),
            "method" | "type" => self.method = method_of(value),
            "header" | "headers" => match value {
                // `Name: value`
                Value::Text(line) if line.contains(": ") => {
                    self.headers.extend(line.split_once(':').map(|(name, value)| pair(name, value)));
                }
                Value::Text(_) => self.note(place, name, "not read"),
                table => self.headers.extend(table.fields()),
            },
            "contenttype" => self.headers.push(pair("Content-Type", &value.text())),
            "params" | "searchparams" | "qs" if matches!(value, Value::Text(_)) => self.note(place, name, "not read"),
            "params" | "searchparams" | "qs" => self.query.extend(value.fields()),
            "auth" => match credentials(value) {
                Some(basic) => self.basic = Some(basic),
                None => self.note(place, name, "not read"),
            },
            "json" if *value == Value::Literal(Json::Bool(true)) => self.is_form = false,
            "json" => self.body = Some(Value::Json(Box::new(value.clone()))),
            "form" => self.body = Some(Value::Form(value.fields())),
            "body" => self.body = Some(of_mode(value).unwrap_or_else(|| value.clone())),
            "data" | "content" => self.body = Some(value.clone()),
            _ if HARMLESS.contains(&squeezed.as_str()) => self.note(place, name, "does not affect the request"),
            _ => self.note(place, name, "not read"),
        }
    }

    pub(super) fn note(&mut self, place: &str, name: &str, words: &str) {
        self.ignored.push(Note::new(format!("{place} › {name}"), words));
    }

    /// The request; `None` without a URL.
    pub(super) fn finish(mut self, name: &str) -> Option<PlainRequest> {
        if self.url.is_empty() {
            return None;
        }
        if !self.base.is_empty() && !self.url.contains("://") && !self.url.starts_with("{{") {
            self.url = format!("{}/{}", self.base.trim_end_matches('/'), self.url.trim_start_matches('/'));
        }
        let of_header = |header: &(String, String)| header.0.eq_ignore_ascii_case("authorization");
        if let Some(at) = self.headers.iter().position(of_header)
            && let Some(basic) = described_basic(&self.headers[at].1)
        {
            self.headers.remove(at);
            self.basic = Some(basic);
        }
        let standard = if self.body.is_some() { Method::Post } else { Method::Get };
        let says_type = self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        let json = match &self.body {
            Some(Value::Json(value)) => Some(value.to_json()),
            Some(value @ (Value::Table(_) | Value::List(_))) if !self.is_form => Some(value.to_json()),
            _ => None,
        };
        if json.is_some() && !says_type {
            self.headers.push(pair("Content-Type", "application/json"));
        }
        let body = match (json, self.body) {
            (Some(json), _) => RawBody::Json(json),
            (None, Some(Value::Text(text))) => RawBody::Text(text),
            (None, Some(value)) => {
                Some(value.fields()).filter(|fields| !fields.is_empty()).map_or(RawBody::None, RawBody::Fields)
            }
            (None, None) => RawBody::None,
        };
        let call = RawCall {
            method: self.method.unwrap_or(standard),
            url: self.url,
            headers: self.headers,
            query: self.query,
            body,
            basic: self.basic,
        };
        Some(PlainRequest { title: String::new(), name: name.to_owned(), call, ignored: self.ignored })
    }
}

/// A body of Postman: `{mode: "urlencoded", urlencoded: …}`.
fn of_mode(body: &Value) -> Option<Value> {
    let mode = body.member("mode")?.text();
    let content = body.member(&mode)?;
    Some(match content {
        Value::Text(text) if mode == "urlencoded" => Value::Form(crate::dialect::standard::form_fields(text)),
        Value::Text(_) | Value::Json(_) => content.clone(),
        _ => Value::Form(content.fields()),
    })
}

/// User and password of Basic authentication, as Python and JavaScript name them.
fn credentials(value: &Value) -> Option<(String, String)> {
    match value {
        Value::List(pair) => match &pair[..] {
            [user, password] => Some((user.text(), password.text())),
            _ => None,
        },
        table => {
            let user = table.member("username").or_else(|| table.member("user"))?;
            let password = table.member("password").or_else(|| table.member("pass"));
            Some((user.text(), password.map(Value::text).unwrap_or_default()))
        }
    }
}

/// User and password of `Basic base64(user:password)`, where a part of the text is open.
fn described_basic(header: &str) -> Option<(String, String)> {
    let pair = header.strip_prefix("Basic base64(")?.strip_suffix(')')?;
    let (user, password) = pair.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.trim().to_owned(), value.trim().to_owned())
}
