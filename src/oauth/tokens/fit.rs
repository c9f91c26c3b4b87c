//! What a token, a text or a link from a service may contain (RFC 6749 appendix A). Checked once, on arrival, so that
//! nothing later ends a header, a line of a protocol or a line of a terminal.

use url::Url;

use crate::diagnosis::acts_on_text;

/// Why a text is not a token.
pub(crate) fn unfit(text: &str) -> Option<&'static str> {
    if text.contains(char::is_control) {
        Some("a control character")
    } else if !text.is_ascii() {
        Some("a character outside of ASCII")
    } else {
        None
    }
}

/// A token without the white space that files and clipboards add at the ends; `Err` names a character that no token may have
/// (RFC 6749 appendices A.12 and A.17).
pub(crate) fn token_text(text: &str) -> Result<&str, &'static str> {
    let text = text.trim();
    unfit(text).map_or(Ok(text), Err)
}

/// Whether this can be a token.
pub fn is_token_text(text: &str) -> bool {
    unfit(text).is_none()
}

/// Makes a text safe to show, write and send: control characters become spaces; invisible and bidirectional ones are removed.
pub(crate) fn plain_line(text: &str) -> String {
    let line: String = text
        .chars()
        .filter(|c| c.is_control() || !acts_on_text(*c))
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    line.trim().to_owned()
}

/// A link of a service, if it is safe to open: `http` or `https`, without user name.
pub(crate) fn web_reference(address: &str) -> Option<String> {
    let url = Url::parse(address.trim()).ok()?;
    let is_plain = url.username().is_empty() && url.password().is_none() && url.has_host();
    (matches!(url.scheme(), "https" | "http") && is_plain).then(|| url.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_token_is_of_visible_ascii() {
        assert_eq!(token_text("2YotnFZFEjr1zCsicMWpAA"), Ok("2YotnFZFEjr1zCsicMWpAA"));
        assert_eq!(token_text(" a b~!\r\n"), Ok("a b~!"));
        for text in ["AT\r\nX-Injected: yes", "a\0b", "a\u{1b}[2J", "a\u{9b}b", "a\tb", "a\u{7f}b"] {
            assert_eq!(token_text(text), Err("a control character"), "{text:?}");
        }
        assert_eq!(token_text("tök"), Err("a character outside of ASCII"));
        assert_eq!(token_text("a\u{202e}b"), Err("a character outside of ASCII"));
    }

    #[test]
    fn a_line_stays_one_and_keeps_its_words() {
        assert_eq!(plain_line("Müller & Söhne"), "Müller & Söhne");
        assert_eq!(plain_line("a\r\nb\u{1b}c\u{202e}d\u{2028}e"), "a  b cde");
    }

    #[test]
    fn only_an_address_of_the_web_is_passed_on() {
        assert_eq!(web_reference(" https://x.test/a?b#c").as_deref(), Some("https://x.test/a?b#c"));
        for wrong in [
            "javascript:alert(1)",
            "file:///etc/passwd",
            "data:text/html,x",
            "about:blank",
            "/a",
            "",
            "https://u:p@x.test",
        ] {
            assert_eq!(web_reference(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_let_through_has_no_control_character(text in ".*") {
            if let Ok(token) = token_text(&text) {
                prop_assert!(token.bytes().all(|byte| (0x20..=0x7e).contains(&byte)));
            }
            prop_assert!(!plain_line(&text).contains(char::is_control));
        }
    }
}
