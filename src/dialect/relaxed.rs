//! JSON as editors write it, with comments and a comma after the last item, made strict JSON of the same length, so that
//! every place in it stays where it is.

use zeroize::Zeroizing;

/// The text without the white space and comments before it.
pub(in crate::dialect) fn after_comments(text: &str) -> &str {
    let mut rest = text.trim();
    loop {
        let comment = match rest.get(..2) {
            Some("//") => rest.find('\n'),
            Some("/*") => rest.find("*/").map(|end| end + 2),
            _ => None,
        };
        let Some(end) = comment else { return rest };
        rest = rest[end..].trim_start();
    }
}

/// The text with blanks in place of comments, and of commas before a closing bracket.
pub(in crate::dialect) fn strict(text: &str) -> Zeroizing<String> {
    let mut bytes = text.as_bytes().to_vec();
    let (mut at, mut comma) = (0, None);
    while at < bytes.len() {
        let rest = &bytes[at..];
        let end = at
            + match rest {
                [b'"', ..] => text_length(rest),
                [b'/', b'/', ..] => length_to(rest, b"\n"),
                [b'/', b'*', ..] => (length_to(&rest[2..], b"*/") + 4).min(rest.len()),
                _ => 1,
            };
        match bytes[at] {
            b'/' if end > at + 1 => {
                for byte in bytes[at..end].iter_mut().filter(|byte| !matches!(**byte, b'\n' | b'\r')) {
                    *byte = b' ';
                }
            }
            b'}' | b']' => {
                if let Some(comma) = comma.take() {
                    bytes[comma] = b' ';
                }
            }
            b',' => comma = Some(at),
            byte if byte.is_ascii_whitespace() => {}
            _ => comma = None,
        }
        at = end;
    }
    // Only whole characters were replaced.
    Zeroizing::new(String::from_utf8(bytes).unwrap_or_default())
}

/// The length of a quoted text with its quotes.
fn text_length(bytes: &[u8]) -> usize {
    let mut is_escaped = false;
    for (at, byte) in bytes.iter().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    bytes.len()
}

/// How much comes before a text, or all.
fn length_to(bytes: &[u8], end: &[u8]) -> usize {
    bytes.windows(end.len()).position(|found| found == end).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_last_commas_are_blanks() {
        let check = |written: &str, expected: &str| {
            assert_eq!(strict(written).as_str(), expected, "{written}");
            assert_eq!(written.len(), expected.len());
        };
        check("{\"a\": 1, // é\n}", "{\"a\": 1       \n}");
        check("[1, 2, /* x */ ]", "[1, 2          ]");
        check("{\"u\": \"https://a.test/,}\", \"q\": \"\\\"//\"}", "{\"u\": \"https://a.test/,}\", \"q\": \"\\\"//\"}");
        check("[1, /* never closed", "[1,                ");
        assert_eq!(after_comments("// a\n /* b */ {}"), "{}");
        assert_eq!(after_comments("/* open"), "/* open");
    }
}
