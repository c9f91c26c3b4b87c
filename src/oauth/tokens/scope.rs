//! Scopes: lists with a separator (a space in RFC 6749 section 3.3; services differ), and which of the requested ones were
//! granted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How a service names granted scopes, if not as requested.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ScopeAnswers {
    /// Prefixes that a reply may add or leave out.
    pub prefixes: Vec<String>,
    /// Scopes that replies never name; a leading `*` is any prefix.
    pub silent: Vec<String>,
    /// Whether case is ignored.
    pub ignore_case: bool,
    /// By requested scope: its other names in replies, or scopes that contain it.
    pub names: BTreeMap<String, Vec<String>>,
}

/// Splits at the service's separator and at spaces.
pub fn split_scopes(text: &str, separator: &str) -> Vec<String> {
    let separator = separator.trim();
    unique(text.split(|c: char| c.is_whitespace() || (!separator.is_empty() && separator.contains(c))))
}

/// Splits the scopes of a reply. Some services use spaces in requests and commas in replies.
pub fn split_answer(text: &str, separator: &str) -> Vec<String> {
    if text.trim().contains(char::is_whitespace) {
        return unique(split_scopes(text, separator).iter().map(|scope| scope.trim_matches(',')));
    }
    split_scopes(text, &format!("{},", separator.trim()))
}

fn unique<'a>(parts: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut scopes: Vec<String> = Vec::new();
    for scope in parts.filter(|part| !part.is_empty()) {
        if !scopes.iter().any(|known| known == scope) {
            scopes.push(scope.to_owned());
        }
    }
    scopes
}

/// How the granted scopes differ from the requested ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScopeDifference {
    /// Requested and not granted.
    pub missing: Vec<String>,
    /// Granted and not requested.
    pub extra: Vec<String>,
}

/// A `granted` of `None` means "as requested" (RFC 6749 section 5.1).
pub fn scope_difference(asked: &[String], granted: Option<&[String]>, answers: &ScopeAnswers) -> ScopeDifference {
    let Some(granted) = granted else { return ScopeDifference::default() };
    let is_granted = |asked: &&String| granted.iter().any(|granted| answers.is_same(asked, granted));
    let is_asked = |granted: &&String| asked.iter().any(|asked| answers.is_same(asked, granted));
    let missing = asked.iter().filter(|asked| !is_granted(asked) && !answers.is_silent(asked));
    let extra = granted.iter().filter(|granted| !is_asked(granted));
    ScopeDifference { missing: missing.cloned().collect(), extra: extra.cloned().collect() }
}

impl ScopeAnswers {
    /// Whether a scope in a reply is the requested one.
    fn is_same(&self, asked: &str, granted: &str) -> bool {
        let is_equal = |one: &str, other: &str| {
            if self.ignore_case { one.eq_ignore_ascii_case(other) } else { one == other }
        };
        let bare = |scope: &str| self.without_prefix(scope).to_owned();
        let names = || self.names.iter().filter(|(name, _)| is_equal(name, asked)).flat_map(|(_, names)| names);
        is_equal(&bare(asked), &bare(granted)) || names().any(|name| is_equal(name, granted))
    }

    fn without_prefix<'a>(&self, scope: &'a str) -> &'a str {
        let begins = |prefix: &&String| {
            scope.get(..prefix.len()).is_some_and(|start| {
                if self.ignore_case { start.eq_ignore_ascii_case(prefix) } else { start == prefix.as_str() }
            })
        };
        let prefix = self.prefixes.iter().find(begins);
        prefix.map_or(scope, |prefix| &scope[prefix.len()..])
    }

    fn is_silent(&self, asked: &str) -> bool {
        self.silent.iter().any(|silent| match silent.strip_prefix('*') {
            Some(end) => asked.ends_with(end),
            None => silent == asked,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> Vec<String> {
        split_scopes(text, " ")
    }

    #[test]
    fn each_separator_and_a_space_split_and_doubles_go() {
        assert_eq!(split_scopes("a b  a", " "), ["a", "b"]);
        assert_eq!(split_scopes("a,b, c", ","), ["a", "b", "c"]);
        assert_eq!(split_scopes("a;b", ";"), ["a", "b"]);
        assert_eq!(split_scopes("https://x.test/a,b", " "), ["https://x.test/a,b"]);
    }

    #[test]
    fn an_answer_with_commas_is_a_list() {
        assert_eq!(split_answer("chat:write,search:read", " "), ["chat:write", "search:read"]);
        assert_eq!(split_answer("a, b,c", " "), ["a", "b,c"], "with spaces the comma belongs to the scope");
        assert_eq!(split_answer("a, b", ","), ["a", "b"]);
        assert_eq!(split_answer(" a;b,c ", ";"), ["a", "b", "c"]);
        assert_eq!(split_answer("", " "), Vec::<String>::new());
    }

    #[test]
    fn the_difference_tells_both_ways_and_order_does_not_matter() {
        let check = |asked: &str, granted: Option<&str>, missing: &str, extra: &str| {
            let granted = granted.map(list);
            let found = scope_difference(&list(asked), granted.as_deref(), &ScopeAnswers::default());
            assert_eq!(found, ScopeDifference { missing: list(missing), extra: list(extra) });
        };
        check("a b", Some("c b"), "a", "c");
        check("a b", Some("b a"), "", "");
        check("a", None, "", "");
        check("A", Some("a"), "A", "a");
    }

    #[test]
    fn a_service_answers_in_its_own_spelling() {
        let answers = ScopeAnswers {
            names: [("email".to_owned(), vec!["https://as.test/userinfo.email".to_owned()])].into(),
            prefixes: vec!["https://graph.test/".to_owned()],
            silent: vec!["offline_access".to_owned(), "*/.default".to_owned()],
            ignore_case: true,
        };
        let missing = |asked: &str, granted: &str| {
            scope_difference(&list(asked), Some(&list(granted)), &answers).missing.join(" ")
        };
        assert_eq!(missing("email", "https://as.test/userinfo.email"), "");
        assert_eq!(missing("https://graph.test/user.read offline_access", "User.Read"), "");
        assert_eq!(missing("User.Read", "https://graph.test/User.Read"), "");
        assert_eq!(missing("https://api.test/.default", "Orders.Read"), "");
        assert_eq!(missing("https://api.test/User.Read email", "User.Read"), "https://api.test/User.Read email");
    }
}
