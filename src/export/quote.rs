//! How each kind of file quotes a value, so that its reader gets back exactly what was put in. What a kind of file cannot
//! express is an error, never a silent change.

/// A word of a POSIX shell (bash, zsh, dash): bare where no character is special, else in single quotes.
pub fn shell_word(value: &str) -> String {
    if is_bare(value) { value.to_owned() } else { format!("'{}'", value.replace('\'', "'\\''")) }
}

/// A word of fish: single quotes, in which only `\'` and `\\` are escapes.
pub(in crate::export) fn fish_word(value: &str) -> String {
    format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// A word of PowerShell: single quotes, doubled inside. PowerShell counts typographic quotes as quotes.
pub(in crate::export) fn powershell_word(value: &str) -> String {
    let doubled = |c: char| if matches!(c, '\'' | '\u{2018}'..='\u{201b}') { vec![c, c] } else { vec![c] };
    format!("'{}'", value.chars().flat_map(doubled).collect::<String>())
}

/// A value in a `.env` file as all readers (python-dotenv, npm dotenv, Node, a shell, Docker, gh, direnv) understand it: bare,
/// else in single quotes, else in double quotes; `Err` says why none of the three will do.
pub(in crate::export) fn dotenv_value(value: &str) -> Result<String, &'static str> {
    if value.contains(['\n', '\r']) {
        return Err("readers of `.env` files do not agree about a line break");
    }
    if value.chars().any(|c| c.is_control() && c != '\t') {
        return Err("a `.env` file cannot express a control character");
    }
    if is_bare(value) {
        return Ok(value.to_owned());
    }
    if value.contains("${") {
        return Err("some readers of `.env` files fill in `${…}` whatever quotes it stands in");
    }
    if !value.contains('\'') {
        return if value.ends_with('\\') || value.contains("\\\\") {
            Err("readers of `.env` files do not agree about two backslashes together, or one at the end")
        } else {
            Ok(format!("'{value}'"))
        };
    }
    if value.contains(['"', '$', '\\', '`']) {
        return Err("readers of `.env` files do not agree about `'` together with `\"`, `$`, `\\` or a backquote");
    }
    Ok(format!("\"{value}\""))
}

/// Whether no character is special to a shell; to some, `~` or `=` at the start is.
fn is_bare(value: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._~+/=-".contains(c);
    !value.is_empty() && !value.starts_with(['~', '=']) && value.chars().all(plain)
}

/// A quoted value in a file of curl options, whose escapes are `\\`, `\"`, `\t`, `\n`, `\r` and `\v`.
pub(in crate::export) fn curl_value(value: &str) -> String {
    let mut text = String::from("\"");
    for c in value.chars() {
        match c {
            '\\' => text.push_str("\\\\"),
            '"' => text.push_str("\\\""),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            c => text.push(c),
        }
    }
    text.push('"');
    text
}

/// A string of HCL: as JSON, with `${` and `%{`, which start templates, doubled.
pub(in crate::export) fn hcl_string(value: &str) -> String {
    json_string(value).replace("${", "$${").replace("%{", "%%{")
}

/// A string of JSON, which YAML reads alike.
pub(in crate::export) fn json_string(value: &str) -> String {
    serde_json::Value::from(value).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_word_is_quoted_only_where_it_must_be() {
        assert_eq!(shell_word("a-b_c.1~+/="), "a-b_c.1~+/=");
        assert_eq!(shell_word("it's $x"), "'it'\\''s $x'");
        assert_eq!(shell_word(""), "''");
        assert_eq!(shell_word("~root"), "'~root'");
        assert_eq!(fish_word("a\\b'c"), "'a\\\\b\\'c'");
        assert_eq!(powershell_word("it's \u{2019}"), "'it''s \u{2019}\u{2019}'");
    }

    #[test]
    fn a_dotenv_value_is_one_that_all_readers_take_or_none() {
        assert_eq!(dotenv_value("ya29.a0-_~+/="), Ok("ya29.a0-_~+/=".into()));
        assert_eq!(dotenv_value("a b#\"$c"), Ok("'a b#\"$c'".into()));
        assert_eq!(dotenv_value("it's"), Ok("\"it's\"".into()));
        assert!(
            dotenv_value("it's $5").is_err()
                && dotenv_value("a\nb").is_err()
                && dotenv_value("${a}").is_err()
                && dotenv_value("a b\\").is_err()
        );
    }

    #[test]
    fn hcl_and_curl_escape_what_means_something_there() {
        assert_eq!(hcl_string("a\"${b}%{c}\\"), r#""a\"$${b}%%{c}\\""#);
        assert_eq!(curl_value("a\"b\\\n"), r#""a\"b\\\n""#);
    }
}
