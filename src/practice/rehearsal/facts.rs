//! What the rehearsed service knows, by placeholder: what was registered with it and what it has handed out. Texts of
//! the preset are filled in here by a reading of our own, so that a slip in the program's rendering shows.

use std::collections::BTreeMap;

use crate::service::matches_whole;

/// The ways in which a placeholder is written, the longest first.
const BRACKETS: [(&str, &str); 3] = [("{{", "}}"), ("{", "}"), ("<", ">")];

/// Values by placeholder name.
#[derive(Clone, Default)]
pub(crate) struct Facts(BTreeMap<String, String>);

impl Facts {
    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.insert(name.to_owned(), value.into());
    }

    pub(crate) fn value(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// The text with what is known in place; what is not stays as it is, and is found missing when it is compared.
    pub(crate) fn fill(&self, text: &str) -> String {
        self.fill_escaped(text, str::to_owned)
    }

    /// The same with each value escaped.
    pub(crate) fn fill_escaped(&self, text: &str, escape: impl Fn(&str) -> String) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '<']) {
            let (before, from) = rest.split_at(at);
            filled.push_str(before);
            if let Some((value, after)) = self.placeholder(from) {
                filled.push_str(&escape(value));
                rest = after;
            } else {
                filled.push_str(&from[..1]);
                rest = &from[1..];
            }
        }
        filled + rest
    }

    fn placeholder<'a>(&self, text: &'a str) -> Option<(&str, &'a str)> {
        BRACKETS.iter().find_map(|(open, close)| {
            let (name, after) = text.strip_prefix(open)?.split_once(close)?;
            // A tag of XML is none.
            let is_tag = *open == "<" && after.contains(&format!("</{name}>"));
            if is_tag {
                return None;
            }
            Some((self.0.get(name)?.as_str(), after))
        })
    }
}

/// Whether a text is the one that was wanted, where `now` and `random` are made anew for each call.
pub(crate) fn is_filled(wanted: &str, found: &str) -> bool {
    const FRESH: [(&str, &str); 2] = [("now", r"\d{10,}"), ("random", r"[\w-]{43}")];
    if wanted == found {
        return true;
    }
    let mut pattern = regex_lite::escape(wanted);
    for (name, fresh) in FRESH {
        for (open, close) in BRACKETS {
            pattern = pattern.replace(&regex_lite::escape(&format!("{open}{name}{close}")), fresh);
        }
    }
    pattern != regex_lite::escape(wanted) && matches_whole(&pattern, found)
}

/// The name of the placeholder that the whole text is.
pub(crate) fn lone(text: &str) -> Option<&str> {
    let inside = |(open, close): &(&str, &str)| text.strip_prefix(open)?.strip_suffix(close);
    BRACKETS.iter().find_map(inside).filter(|name| !name.contains(['{', '}', '<', '>']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_in_all_three_spellings_and_values_are_not_read_again() {
        let mut facts = Facts::default();
        facts.set("a", "{b}");
        facts.set("b", "2");
        assert_eq!(facts.fill("<a>-{b}-{{b}}-<c>-{\"x\"}"), "{b}-2-2-<c>-{\"x\"}");
    }

    #[test]
    fn a_tag_that_is_closed_is_no_placeholder() {
        let mut facts = Facts::default();
        facts.set("a", "1");
        assert_eq!(facts.fill("<a>{a}</a>-<a>"), "<a>1</a>-1");
    }

    #[test]
    fn what_is_made_anew_is_told_by_its_form() {
        let random = "S3KqGlenlc6kP_pDlHfexr7FPgZ3yRumYRYFFBCK0iY";
        assert!(is_filled("id-<random>.{now}", &format!("id-{random}.1796065176")));
        for found in
            ["id-<random>.{now}", &format!("id-{random}."), &format!("id-{random}x.1796065176"), "id-.1796065176"]
        {
            assert_eq!(is_filled("id-<random>.{now}", found), found == "id-<random>.{now}", "{found}");
        }
        assert!(is_filled("a", "a") && !is_filled("a.c", "abc"));
    }

    #[test]
    fn a_text_that_is_one_placeholder_is_told_from_one_that_holds_one() {
        assert_eq!(
            (lone("<state>"), lone("{{state}}"), lone("{state}")),
            (Some("state"), Some("state"), Some("state"))
        );
        assert_eq!((lone("x<state>"), lone("<a><b>"), lone("state")), (None, None, None));
    }
}
