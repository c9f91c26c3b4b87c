//! The `values` of a property: a list in one attribute.

/// Reads values separated by commas; a value with a comma or a quote is in quotes (RFC 4180 section 2).
pub(super) fn read_values(text: &str) -> Vec<String> {
    let (mut values, mut value) = (Vec::new(), String::new());
    let (mut quoted, mut was_quoted) = (false, false);
    let mut chars = text.trim().chars().chain([',']).peekable();
    while let Some(c) = chars.next() {
        let is_last = chars.peek().is_none();
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => value.extend(chars.next()),
            '"' if quoted || (!was_quoted && value.trim().is_empty()) => {
                if !quoted {
                    value.clear();
                }
                (quoted, was_quoted) = (!quoted, true);
            }
            ',' if !quoted || is_last => {
                let taken = std::mem::take(&mut value);
                values.push(if was_quoted { taken } else { taken.trim().to_owned() });
                (quoted, was_quoted) = (false, false);
            }
            c if was_quoted && !quoted && c.is_whitespace() => {}
            c => value.push(c),
        }
    }
    values.retain(|value| !value.is_empty());
    values
}

/// Writes values so that [`read_values`] reads them again.
pub(super) fn write_values(values: &[String]) -> String {
    let quoted = |value: &String| {
        let plain = !value.contains([',', '"']) && value.trim() == value;
        if plain { value.clone() } else { format!("\"{}\"", value.replace('"', "\"\"")) }
    };
    values.iter().map(quoted).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_separated_by_commas_and_quoted_where_they_hold_one() {
        let check = |text: &str, expected: &[&str]| assert_eq!(read_values(text), expected, "{text}");
        check("offline,online", &["offline", "online"]);
        check(" a , b b ", &["a", "b b"]);
        check("\"a,b\",c", &["a,b", "c"]);
        check("{\"\"}", &["{\"\"}"]);
        check("\"say \"\"x\"\"\"", &["say \"x\""]);
        check("", &[]);
        for value in ["a,b", "\"", "a\"b,", " a ", "{\"a\": \"b, c\"}"] {
            let values = vec![value.to_owned(), "x".to_owned()];
            assert_eq!(read_values(&write_values(&values)), values);
        }
    }
}
