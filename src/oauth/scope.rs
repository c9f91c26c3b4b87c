//! Scopes: a list written with a separator (RFC 6749 section 3.3 says a space; services differ).

/// Reads a list of scopes. Besides the service's separator a space always separates.
pub fn split_scopes(text: &str, separator: &str) -> Vec<String> {
    let mut scopes: Vec<String> = Vec::new();
    let separator = separator.trim();
    let parts = text.split(|c: char| c.is_whitespace() || (!separator.is_empty() && separator.contains(c)));
    for scope in parts.filter(|part| !part.is_empty()) {
        if !scopes.iter().any(|known| known == scope) {
            scopes.push(scope.to_owned());
        }
    }
    scopes
}

/// What was granted against what was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScopeDifference {
    /// Asked and not granted.
    pub missing: Vec<String>,
    /// Granted and not asked.
    pub extra: Vec<String>,
}

/// Compares scopes; a `granted` of `None` means "as asked" (RFC 6749 section 5.1).
pub fn scope_difference(asked: &[String], granted: Option<&[String]>) -> ScopeDifference {
    let Some(granted) = granted else { return ScopeDifference::default() };
    let without = |list: &[String], other: &[String]| list.iter().filter(|s| !other.contains(s)).cloned().collect();
    ScopeDifference { missing: without(asked, granted), extra: without(granted, asked) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_separator_and_a_space_split_and_doubles_go() {
        assert_eq!(split_scopes("a b  a", " "), ["a", "b"]);
        assert_eq!(split_scopes("a,b, c", ","), ["a", "b", "c"]);
        assert_eq!(split_scopes("a;b", ";"), ["a", "b"]);
        assert_eq!(split_scopes("https://x.test/a,b", " "), ["https://x.test/a,b"]);
    }

    #[test]
    fn the_difference_tells_both_ways() {
        let list = |text| split_scopes(text, " ");
        let difference = scope_difference(&list("a b"), Some(&list("b c")));
        assert_eq!(difference, ScopeDifference { missing: vec!["a".into()], extra: vec!["c".into()] });
        assert_eq!(scope_difference(&list("a"), None), ScopeDifference::default());
    }
}
