//! What the forms of shells share: a line a variable.

use crate::export::{ExportError, Subject, Text, variable};

/// Every field as a line, which `line` writes from the variable's name and the value.
pub(super) fn lines(
    subject: &Subject,
    format: &'static str,
    line: fn(&str, &str) -> String,
) -> Result<Text, ExportError> {
    let mut text = String::new();
    for field in subject.fields() {
        if field.value.expose().contains('\0') {
            let why = "a variable cannot hold a zero byte";
            return Err(ExportError::CannotCarry { format, field: field.name, why });
        }
        text.push_str(&line(&variable(&field.name), field.value.expose()));
        text.push('\n');
    }
    Text::whole(text)
}
