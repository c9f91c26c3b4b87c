//! Text from outside, made fit for a terminal, a log or a label: what would move the cursor, reorder the line or hide in
//! it is written out as `\u{1b}`. All else stays as it is, so that text of every script remains readable.

use std::borrow::Cow;
use std::fmt::Write as _;

/// One line: a line break is written out as well, so that nothing from outside begins a line of its own.
pub fn printable(text: &str) -> Cow<'_, str> {
    written_out(text, |c| c == '\t')
}

/// Several lines, whose line breaks are meant.
pub fn printable_lines(text: &str) -> Cow<'_, str> {
    written_out(text, |c| matches!(c, '\t' | '\n'))
}

/// JSON, of which the same is said with escapes: no reader of JSON sees a difference.
pub fn printable_json(json: &str) -> Cow<'_, str> {
    if !json.chars().any(|c| c != '\n' && acts_on_text(c)) {
        return Cow::Borrowed(json);
    }
    let mut escaped = String::with_capacity(json.len() + 16);
    let mut units = [0; 2];
    for c in json.chars() {
        if c != '\n' && acts_on_text(c) {
            for unit in c.encode_utf16(&mut units) {
                // Writing to a `String` cannot fail.
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(c);
        }
    }
    Cow::Owned(escaped)
}

fn written_out(text: &str, stays: impl Fn(char) -> bool) -> Cow<'_, str> {
    let is_plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~') || byte.is_ascii() && stays(byte.into()));
    if is_plain || text.chars().all(|c| stays(c) || !(acts_on_text(c) || joins(c))) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut before = None;
    for c in text.chars() {
        if stays(c) || !acts_on_text(c) && (!joins(c) || belongs(c, before)) {
            out.push(c);
        } else {
            // Writing to a `String` cannot fail.
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        }
        before = Some(c);
    }
    Cow::Owned(out)
}

/// Whether a character acts on the text around it, or hides in it, in place of being seen.
pub fn acts_on_text(c: char) -> bool {
    c.is_control()
        || matches!(c,
            // Soft hyphen, invisible joiners and fillers.
            '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{3164}' | '\u{ffa0}'
            // Direction: marks, embeddings, overrides, isolates.
            | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            // Zero width, line and paragraph separators, other invisible formats.
            | '\u{200b}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}'
            | '\u{feff}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            // Tags, and what is not assigned beside them.
            | '\u{e0000}'..='\u{e00ff}' | '\u{e01f0}'..='\u{e0fff}')
        // No character at all.
        || u32::from(c) & 0xfffe == 0xfffe
        || matches!(c, '\u{fdd0}'..='\u{fdef}')
}

/// Joiners and variation selectors: scripts and emoji need them behind a letter or sign, and anywhere else they hide.
fn joins(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

fn belongs(c: char, before: Option<char>) -> bool {
    before.is_some_and(|before| match c {
        // A digit in a box has its selector behind the digit.
        '\u{fe0f}' => !joins(before) && (!before.is_ascii() || matches!(before, '0'..='9' | '#' | '*')),
        '\u{200d}' => !before.is_ascii() && (!joins(before) || before == '\u{fe0f}'),
        _ => !before.is_ascii() && !joins(before),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_of_every_script_stays_as_it_is() {
        for text in [
            "plain\ttext, ~!@#",
            "Grüße",
            "日本語",
            "العربية",
            "עברית",
            "ไทย",
            "한국어",
            "نمی\u{200c}خواهم",
            "👩\u{200d}💻",
            "❤\u{fe0f}",
            "🏳\u{fe0f}\u{200d}🌈",
            "1\u{fe0f}\u{20e3}",
            "葛\u{e0100}",
            "e\u{301}",
            "क\u{94d}\u{200d}ष",
            "🇩🇪",
            "👍🏽",
        ] {
            assert_eq!(printable(text), text);
        }
    }

    #[test]
    fn what_acts_or_hides_is_written_out() {
        let check = |text: &str, expected: &str| assert_eq!(printable(text), expected, "{text:?}");
        check("a\u{1b}]0;x\u{7}b", "a\\u{1b}]0;x\\u{7}b");
        check("a\u{9b}2J\u{7f}", "a\\u{9b}2J\\u{7f}");
        check("id\u{202e}txt", "id\\u{202e}txt");
        check("a\r\nb", "a\\u{d}\\u{a}b");
        check("a\u{200b}\u{feff}\u{2028}b\u{ad}", "a\\u{200b}\\u{feff}\\u{2028}b\\u{ad}");
        check("a\u{200d}b\u{fe0f}", "a\\u{200d}b\\u{fe0f}");
        check("é\u{fe00}\u{fe01}\u{fe02}", "é\u{fe00}\\u{fe01}\\u{fe02}");
        check("x\u{e0041}\u{e007f}", "x\\u{e0041}\\u{e007f}");
        assert_eq!(printable_lines("a\r\nb\u{85}c"), "a\\u{d}\nb\\u{85}c");
    }

    #[test]
    fn json_says_the_same_with_escapes() {
        let value = serde_json::json!({"a\u{202e}": "b\u{9b}\u{7f}\u{e0041}é\u{200d}"});
        let text = value.to_string();
        let escaped = printable_json(&text).into_owned();
        assert!(!escaped.chars().any(acts_on_text), "{escaped}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&escaped).expect("JSON"), value);
    }

    proptest! {
        #[test]
        fn nothing_that_acts_gets_through_and_the_rest_is_untouched(text in any::<String>()) {
            let shown = printable(&text);
            prop_assert!(shown.chars().all(|c| c == '\t' || !acts_on_text(c)), "{shown:?}");
            prop_assert_eq!(printable(&shown), shown.as_ref());
            let kept: String = text.chars().filter(|c| !acts_on_text(*c) && !joins(*c)).collect();
            let plain = printable(&kept).into_owned();
            prop_assert_eq!(plain, kept);
        }

        #[test]
        fn whatever_stands_between_two_letters_adds_no_control(between in prop::collection::vec(any::<char>(), 0..8)) {
            let text: String = std::iter::once('a').chain(between).chain(['b']).collect();
            let shown = printable_lines(&text).into_owned();
            prop_assert!(shown.chars().all(|c| matches!(c, '\t' | '\n') || !acts_on_text(c)));
        }
    }
}
