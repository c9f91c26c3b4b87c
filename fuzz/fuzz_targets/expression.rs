//! Where a value is in a reply: a path, which is followed here, or JSONata, of which only the parser runs here.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use tokenwright::call::Expression;

static REPLY: LazyLock<Value> =
    LazyLock::new(|| json!({"data": {"items": [{"token": "a"}, {"a-b": null}]}, "a": [[1, true]], "": {"": 1.5}}));

fuzz_target!(|text: &str| {
    let expression = Expression::new(text);
    if expression.check().is_ok() && expression.is_path() {
        let _ = expression.find(&REPLY);
    }
    let _ = expression.to_jsonata();
});
