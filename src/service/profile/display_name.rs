//! What a person calls a profile, in any script, beside the plain name that files and scripts know it by.

use crate::diagnosis::acts_on_text;
use std::fmt;

use crate::service::profile::name::ProfileName;

/// The most characters of a display name.
const LONGEST: usize = 100;
/// The most characters of a plain name that is made from one, which leaves room for a number.
const LONGEST_PLAIN: usize = 56;

/// A profile's name for people: one line of up to 100 characters without any that are invisible or change the order of
/// others. Empty where there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DisplayName(String);

impl DisplayName {
    /// The name that a text comes to. Nothing is refused; what no name can hold is left out.
    pub fn of(text: &str) -> Self {
        Self(shown_text(text, LONGEST))
    }

    /// The name; empty where there is none.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A plain name like it that is not taken yet. What has no Latin letters is named after its service.
    pub fn plain_name(&self, service: &str, is_taken: impl Fn(&ProfileName) -> bool) -> ProfileName {
        let base = [self.as_str(), service, "profile"].into_iter().map(plain).find(|name| !name.is_empty());
        let base = base.unwrap_or_default();
        let names = std::iter::once(base.clone()).chain((2_u64..).map(|number| format!("{base}-{number}")));
        let mut free = names.filter_map(|name| ProfileName::parse(&name).ok()).filter(|name| !is_taken(name));
        free.next().expect("some number is free")
    }
}

impl fmt::Display for DisplayName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text in one line, as it may be shown anywhere: without control characters and those that reorder or hide what stands
/// around them, blanks joined, cut after so many characters.
pub fn shown_text(text: &str, longest: usize) -> String {
    let visible: String = text
        .chars()
        .filter(|c| c.is_whitespace() || !acts_on_text(*c))
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .collect();
    let words: Vec<&str> = visible.split(' ').filter(|word| !word.is_empty()).collect();
    let line: String = words.join(" ").chars().take(longest).collect();
    line.trim_end().to_owned()
}

/// What of a text a plain name can hold, in small letters, words joined by `-`.
fn plain(text: &str) -> String {
    let mut name = String::new();
    let mut gap = false;
    for part in text.chars().map(latin) {
        if part.is_empty() {
            gap = true;
            continue;
        }
        if std::mem::take(&mut gap) && !name.is_empty() {
            name.push('-');
        }
        name.push_str(&part);
    }
    // All of it is ASCII.
    name.truncate(LONGEST_PLAIN);
    name.trim_matches(['-', '.', '_']).to_owned()
}

/// A character in plain Latin letters; nothing where it has none. A mark on the letter before, which is left out, is
/// nothing as well, but does not separate.
fn latin(c: char) -> String {
    let written = match c.to_lowercase().next().unwrap_or(c) {
        c if c.is_ascii_alphanumeric() => return c.to_string(),
        '.' | '_' => return c.to_string(),
        'ä' | 'æ' => "ae",
        'ö' | 'ø' | 'œ' => "oe",
        'ü' => "ue",
        'ß' => "ss",
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'ç' | 'ć' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ė' | 'ę' | 'ě' => "e",
        'ğ' => "g",
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'ı' => "i",
        'ł' | 'ľ' | 'ĺ' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ő' => "o",
        'ŕ' | 'ř' => "r",
        'ś' | 'š' | 'ş' | 'ș' => "s",
        'ť' | 'ţ' | 'ț' => "t",
        'þ' => "th",
        'ù' | 'ú' | 'û' | 'ū' | 'ů' | 'ű' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => "",
    };
    written.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain_name(text: &str, service: &str, taken: &[&str]) -> String {
        DisplayName::of(text).plain_name(service, |name| taken.contains(&name.as_str())).to_string()
    }

    #[test]
    fn any_script_stays_as_it_was_typed() {
        for name in
            ["株式会社", "Müller GmbH – Test", "한국어", "العربية", "שלום 12", "ไทย", "कंपनी", "🏭 Werk 👩‍🔧", "می‌خواهم"]
        {
            assert_eq!(DisplayName::of(name).as_str(), name);
        }
    }

    #[test]
    fn what_cannot_be_seen_or_reorders_others_is_left_out() {
        for (text, expected) in [
            ("safe\u{202e}moc.live", "safemoc.live"),
            ("\u{2066}a\u{2069}\u{200f}b", "ab"),
            ("two\r\nlines\tand a tab", "two lines and a tab"),
            ("\u{1b}[31mred\u{7f}", "[31mred"),
            ("a\u{200b}\u{feff}\u{2060}b", "ab"),
            ("a\u{2028}b\u{a0}c", "a b c"),
            ("tag\u{e0041}\u{e0001}", "tag"),
            (" \u{200b} ", ""),
        ] {
            assert_eq!(DisplayName::of(text).as_str(), expected);
        }
        assert_eq!(DisplayName::of(&"長".repeat(500)).as_str().chars().count(), LONGEST);
    }

    #[test]
    fn a_plain_name_is_made_from_what_was_typed() {
        for (text, service, expected) in [
            ("Müller GmbH – Test", "quickbooks", "mueller-gmbh-test"),
            ("株式会社", "quickbooks", "quickbooks"),
            ("株式会社 Acme", "quickbooks", "acme"),
            ("Crédit Łódź (EU)", "x", "credit-lodz-eu"),
            ("--- ", "x", "x"),
            ("..hidden", "x", "hidden"),
            ("العربية", "", "profile"),
        ] {
            assert_eq!(plain_name(text, service, &[]), expected, "{text}");
        }
        assert_eq!(plain_name("株式会社", "quickbooks", &["quickbooks", "quickbooks-2"]), "quickbooks-3");
        assert!(plain_name(&"é".repeat(90), "x", &[]).len() <= 64);
    }
}
