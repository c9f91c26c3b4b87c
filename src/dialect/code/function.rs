//! What the functions and methods of code return, as far as they only change how a value is written.

use crate::dialect::code::call::Call;
use crate::dialect::code::value::{LONGEST_TEXT, MOST_PLACES, Value, replaced};
use crate::dialect::standard::form_fields;

/// What a method makes of a value.
pub(super) fn of_method(name: &str, value: Value, call: &Call) -> Value {
    let first = || call.positional.first().map(Value::text).unwrap_or_default();
    match name {
        "encode" | "decode" | "strip" | "trim" | "toString" if first().eq_ignore_ascii_case("base64") => {
            value.in_base64()
        }
        "encode" | "decode" | "strip" | "trim" | "toString" | "copy" => value,
        "get" => value.member(&first()).cloned().unwrap_or_else(|| Value::open(&first())),
        "format" => formatted(&value.text(), call).map_or_else(|| Value::open(name), Value::Text),
        "join" => match (&value, call.positional.first()) {
            (Value::List(items), Some(between)) => {
                joined(items, &between.text()).map_or_else(|| Value::open(name), Value::Text)
            }
            _ => Value::open(name),
        },
        _ => Value::open(name),
    }
}

/// The text of Python with each `{}` filled in; `{name}` is a slot where no argument has the name. `None` if it is too long.
fn formatted(text: &str, call: &Call) -> Option<String> {
    let open = Value::open("value");
    let mut values = call.positional.iter();
    let mut filled = String::new();
    let mut pieces = text.split("{}").peekable();
    while let Some(piece) = pieces.next() {
        filled.push_str(piece);
        if pieces.peek().is_some() {
            filled.push_str(&values.next().unwrap_or(&open).text());
        }
        if filled.len() > LONGEST_TEXT {
            return None;
        }
    }
    let mut named = call.named.iter().take(MOST_PLACES);
    named.try_fold(filled, |text, (name, value)| replaced(&text, &format!("{{{name}}}"), &value.text()))
}

/// The texts with another between them; `None` if that is too long.
fn joined(items: &[Value], between: &str) -> Option<String> {
    let mut text = String::new();
    for (number, item) in items.iter().enumerate() {
        text.push_str(if number == 0 { "" } else { between });
        text.push_str(&item.text());
        if text.len() > LONGEST_TEXT {
            return None;
        }
    }
    Some(text)
}

/// What a function returns, of those that only change how a value is written.
pub(super) fn of_function(name: &str, call: &Call) -> Value {
    let first = || call.positional.first().cloned();
    let or_open = |value: Option<Value>| value.unwrap_or_else(|| Value::open(name));
    match name {
        "URLSearchParams" | "FormData" | "urlencode" => Value::Form(
            first()
                .map(|value| match &value {
                    Value::Text(text) => form_fields(text),
                    value => value.fields(),
                })
                .unwrap_or_default(),
        ),
        "stringify" if call.name.starts_with("JSON") => Value::Json(Box::new(or_open(first()))),
        "stringify" => Value::Form(first().map(|value| value.fields()).unwrap_or_default()),
        "dumps" => Value::Json(Box::new(or_open(first()))),
        "btoa" | "b64encode" | "ToBase64String" => or_open(first()).in_base64(),
        "Headers" => first().unwrap_or(Value::Table(Vec::new())),
        "dict" => Value::Table(call.named.clone()),
        "HTTPBasicAuth" | "BasicAuth" => Value::List(call.positional.clone()),
        "from" | "str" | "String" | "encodeURIComponent" | "encodeURI" | "quote" | "quote_plus"
        | "EscapeDataString" | "UrlEncode" | "GetBytes" => or_open(first()),
        "get" | "getenv" | "getEnvironmentVariable" | "getGlobalVariable" | "GetEnvironmentVariable" => {
            // With what it is unless somebody sets it.
            let default = call.positional.get(1).filter(|value| matches!(value, Value::Text(text) if !text.is_empty()));
            or_open(default.cloned().or_else(|| first().map(|name| Value::open(&name.text()))))
        }
        _ => Value::open(name),
    }
}
