//! Evaluates one expression on one document with the library. The limits here are soft; the process enforces hard ones.

use jsonata_core::evaluator::{Context, Evaluator, EvaluatorError, EvaluatorOptions};
use jsonata_core::value::JValue;
use serde_json::{Map, Number, Value as Json};

use crate::call::code_of;
use crate::expression::message::Answer;

/// The library's time limit, slightly below that of the process: its error says more.
const LONGEST_MILLISECONDS: u64 = 1_800;
/// Nested calls; no reply is nested as deep.
const DEEPEST: usize = 500;
/// Items in a list that an expression creates.
const LONGEST_LIST: usize = 100_000;
/// Values in a result: a short expression can double an object again and again.
const MOST_VALUES: usize = 10_000;
/// Bytes of text in a result: a token is a few thousand.
const MOST_TEXT: usize = 256 * 1024;
/// The longest result of `$pad`, in characters.
const WIDEST: usize = 10_000;

/// The value of an expression, if any; or the JSONata error code, empty if it has none. A `null` document counts as
/// none.
pub fn evaluate(expression: &str, document: &Json) -> Result<Option<Json>, String> {
    match answer(expression, document) {
        Answer::Value(value) => Ok(Some(value)),
        Answer::Nothing => Ok(None),
        Answer::Failed(code) => Err(code),
        Answer::Function | Answer::TooLarge(..) => Err(String::new()),
    }
}

/// The same as a message to the parent.
pub(crate) fn answer(expression: &str, document: &Json) -> Answer {
    let parsed = match jsonata_core::parser::parse(expression) {
        Ok(parsed) => parsed,
        Err(error) => return Answer::Failed(code_of(&error.to_string()).to_owned()),
    };
    let options = EvaluatorOptions {
        timeout_ms: Some(LONGEST_MILLISECONDS),
        max_stack_depth: Some(DEEPEST),
        max_sequence_length: Some(LONGEST_LIST),
        ..EvaluatorOptions::default()
    };
    let mut evaluator = Evaluator::with_options(Context::new(), options);
    if evaluator.register_fn_override("pad", pad).is_err() {
        return Answer::Failed(String::new());
    }
    let document = if document.is_null() { JValue::Undefined } else { JValue::from(document.clone()) };
    match evaluator.evaluate(&parsed, &document) {
        Ok(value) => to_answer(&value.unwrap_sequence()),
        Err(error) => Answer::Failed(code_of(error.message()).to_owned()),
    }
}

fn to_answer(value: &JValue) -> Answer {
    if value.is_undefined() {
        return Answer::Nothing;
    }
    if value.is_function() {
        return Answer::Function;
    }
    match (Budget { values: MOST_VALUES, text: MOST_TEXT }).convert(value) {
        Ok(json) => Answer::Value(json),
        Err(answer) => answer,
    }
}

/// How much more a result may hold.
struct Budget {
    values: usize,
    text: usize,
}

impl Budget {
    fn convert(&mut self, value: &JValue) -> Result<Json, Answer> {
        let too_many = || Answer::TooLarge(MOST_VALUES, "values".to_owned());
        self.values = self.values.checked_sub(1).ok_or_else(too_many)?;
        Ok(match value {
            JValue::Bool(flag) => Json::Bool(*flag),
            JValue::Number(number) => to_number(*number),
            JValue::String(text) => Json::String(self.spend(text)?),
            JValue::Array(items) => Json::Array(items.iter().map(|item| self.convert(item)).collect::<Result<_, _>>()?),
            JValue::Object(fields) => {
                let mut object = Map::new();
                for (name, value) in fields.iter() {
                    object.insert(self.spend(name)?, self.convert(value)?);
                }
                Json::Object(object)
            }
            // A function in a result is `null`, as in JSON.
            _ => Json::Null,
        })
    }

    fn spend(&mut self, text: &str) -> Result<String, Answer> {
        let too_much = || Answer::TooLarge(MOST_TEXT, "bytes of text".to_owned());
        self.text = self.text.checked_sub(text.len()).ok_or_else(too_much)?;
        Ok(text.to_owned())
    }
}

/// JSONata numbers are floating-point; an integer is written as one.
fn to_number(number: f64) -> Json {
    /// 2^53: from here on, floating-point integers are not exact.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() <= EXACT {
        #[allow(clippy::cast_possible_truncation, reason = "it is whole and below 2^53")]
        return Json::from(number as i64);
    }
    Number::from_f64(number).map_or(Json::Null, Json::Number)
}

/// `$pad` with a limit: the library's fills memory before it checks its limits.
fn pad(arguments: &[JValue]) -> Result<JValue, EvaluatorError> {
    let fault = |text: &str| EvaluatorError::EvaluationError(text.to_owned());
    let (text, width, filling) = match arguments {
        [text, width] => (text, width, None),
        [text, width, filling] => (text, width, filling.as_str()),
        _ => return Err(fault("T0410: `$pad` takes a text, a width and a filling")),
    };
    if text.is_undefined() {
        return Ok(JValue::Undefined);
    }
    let (Some(text), Some(width)) = (text.as_str(), width.as_f64()) else {
        return Err(fault("T0410: `$pad` takes a text, a width and a filling"));
    };
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast ends at the largest")]
    let wanted = width.abs() as usize;
    if wanted > WIDEST {
        return Err(fault("D2015: a text would be filled up too far"));
    }
    let missing = wanted.saturating_sub(text.chars().count());
    let filling = filling.filter(|filling| !filling.is_empty()).unwrap_or(" ");
    let filling: String = filling.chars().cycle().take(missing).collect();
    Ok(JValue::from(if width < 0.0 { filling + text } else { text.to_owned() + &filling }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_an_expression_comes_to_is_json() {
        let document = json!({"token": "Bearer abc", "life": "3600", "items": [{"t": 1}, {"t": 2.5}]});
        let check = |expression: &str, expected: Result<Option<Json>, &str>| {
            assert_eq!(evaluate(expression, &document), expected.map_err(str::to_owned), "{expression}");
        };
        check("$substringAfter(token, ' ')", Ok(Some("abc".into())));
        check("$number(life) - 60", Ok(Some(3540.into())));
        check("items.t", Ok(Some(json!([1, 2.5]))));
        check("items[t=1].t", Ok(Some(1.into())));
        check("items[]", Ok(Some(json!([{"t": 1}, {"t": 2.5}]))));
        check("nothing", Ok(None));
        check("$number(token)", Err("D3030"));
        check("token + 1", Err("T2001"));
        check("(", Err("S0207"));
        check("function($x) { $x }", Err(""));
        check("$pad(life, -6, '0')", Ok(Some("003600".into())));
        check("$pad(life, 2000000000)", Err("D2015"));
    }

    #[test]
    fn a_result_without_end_is_cut_off() {
        let object = "($f := function($n, $o) { $n = 0 ? $o : $f($n - 1, {'a': $o, 'b': $o}) }; $f(40, 'x'))";
        assert!(matches!(answer(object, &json!({})), Answer::TooLarge(10_000, what) if what == "values"));
    }
}
