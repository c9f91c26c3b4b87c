//! An address that a service names for reading on.

use url::Url;

/// The address, where it is one of the web: what a service names is shown to be opened, so nothing that would run
/// (`javascript:`) or read this machine (`file:`) is passed on, and none that names a user.
pub(crate) fn web_reference(address: &str) -> Option<String> {
    let url = Url::parse(address.trim()).ok()?;
    let is_plain = url.username().is_empty() && url.password().is_none() && url.has_host();
    (matches!(url.scheme(), "https" | "http") && is_plain).then(|| url.into())
}

#[cfg(test)]
mod tests {
    use super::web_reference;

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
}
