//! An address where a service says more (`error_uri`): shown to a person, who may open it.

use url::Url;

/// The address, if it is one of the web. Any other scheme would start something else than a page.
pub(crate) fn web_reference(text: &str) -> Option<String> {
    let url = Url::parse(text.trim()).ok()?;
    let is_web = matches!(url.scheme(), "https" | "http") && url.has_host();
    let is_plain = url.username().is_empty() && url.password().is_none();
    (is_web && is_plain).then(|| url.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_the_web_are_referred_to() {
        assert_eq!(web_reference(" https://as.test/help?a=b ").as_deref(), Some("https://as.test/help?a=b"));
        assert_eq!(web_reference("http://as.test").as_deref(), Some("http://as.test/"));
        for text in [
            "",
            "help",
            "javascript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "https://as@evil.test/",
            "https:",
        ] {
            assert_eq!(web_reference(text), None, "{text}");
        }
        assert_eq!(web_reference("https://as.test/\u{1b}]0;x").as_deref(), Some("https://as.test/%1B]0;x"));
    }
}
