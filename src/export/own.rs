//! A person's own export format: a template file with the usual placeholders, escaped by the file's extension.

use crate::call::{Place, Template, Values};
use crate::export::{ExportError, Subject, Text};

/// Fills in the person's own template. Values are escaped for `.json` and `.xml` by the extension of `name`; any other file
/// takes them as they are, and refuses a line break.
pub fn write_own(name: &str, template: &str, subject: &Subject) -> Result<Text, ExportError> {
    let problem = |problem: String| ExportError::Own { name: name.to_owned(), problem };
    let place = match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("json") => Place::JsonString,
        Some("xml") => Place::Xml,
        _ => Place::Text,
    };
    let mut values = Values::new();
    for field in subject.fields() {
        if place == Place::Text && field.value.expose().contains(['\n', '\r']) {
            return Err(problem(format!("the value of `<{}>` has a line break in it", field.name)));
        }
        values.set_secret(&field.name, field.value);
    }
    values.set("profile", &subject.profile);
    values.set("client_id", &subject.client_id);
    for (name, value) in &subject.inputs {
        values.set(name, value);
    }
    let rendered = Template::new(template).render(&values, place).map_err(|error| problem(error.to_string()))?;
    Ok(Text { text: rendered.to_secret(), left_out: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::subject::tests::subject;
    use crate::secret::Secret;

    #[test]
    fn a_format_of_ones_own_is_filled_in_and_escaped_by_its_extension() {
        let mut subject = subject();
        subject.tokens.access_token = Secret::new("a\"b");
        let json = write_own("x.json", r#"{"t": "<access_token>", "r": "{realmId}"}"#, &subject).expect("written");
        assert_eq!(json.text.expose(), r#"{"t": "a\"b", "r": "9130"}"#);
        let text = write_own("x.txt", "<access_token> <profile>\n", &subject).expect("written");
        assert_eq!(text.text.expose(), "a\"b acme\n");
    }

    #[test]
    fn a_name_that_nothing_supplies_is_an_error_that_names_it() {
        let error = write_own("x.txt", "<nonsense_name>", &subject()).expect_err("unknown").to_string();
        assert!(error.starts_with("the format `x.txt`: ") && error.contains("nonsense_name"), "{error}");
    }
}
