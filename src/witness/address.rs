//! URLs with open places: `{tenant}` stands for any text without a slash.

/// Whether a URL is one that the vendor documents. An open place on one side fits any text on the other.
pub fn fits(url: &str, documented: &str) -> bool {
    let (url, documented) = (open(url), open(documented));
    matches(&documented, &url) || matches(&url, &documented)
}

/// Whether a host is one of the vendor's.
pub(super) fn is_host(host: &str, pattern: &str) -> bool {
    matches(pattern, host)
}

/// The host of a URL, with `*` for what is open.
pub(super) fn host(url: &str) -> Option<String> {
    let url = open(url);
    let (_, rest) = url.split_once("://")?;
    Some(rest.split(['/', '?']).next().unwrap_or_default().to_owned())
}

/// Whether a host, with `*` for what is open, tells whose it is: its last two labels are written.
pub(super) fn is_telling(host: &str) -> bool {
    let mut last = host.rsplit('.').take(2);
    last.all(|label| !label.contains('*')) && host.contains('.')
}

/// The URL without its query, with `*` for each open place. One at its start is an origin.
fn open(url: &str) -> String {
    let url = url.split('?').next().unwrap_or_default();
    let mut text = String::new();
    let mut rest = url;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((_, after)) = after.split_once('}') else { break };
        text.push_str(before);
        text.push_str(if text.is_empty() { "https://*" } else { "*" });
        rest = after;
    }
    text + rest
}

/// Whether the text is what the pattern says; `*` is any text without a slash.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(left) = text.strip_prefix(start) else { return false };
    let end = left.find('/').unwrap_or(left.len());
    (0..=end).filter(|at| left.is_char_boundary(*at)).any(|at| matches(rest, &left[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_place_fits_any_text_without_a_slash() {
        let documented = "https://login.test/{tenant}/oauth2/token";
        assert!(fits("https://login.test/{other}/oauth2/token", documented));
        assert!(fits("https://login.test/common/oauth2/token", documented));
        assert!(fits("https://{host}/common/oauth2/token", "https://login.test/common/oauth2/token"));
        assert!(!fits("https://login.test/a/b/oauth2/token", documented));
        assert!(!fits("https://login.test/common/oauth2/tokens", documented));
        assert!(!fits("https://login.test/token", "https://login.test/token/"));
    }

    #[test]
    fn an_open_place_at_the_start_is_an_origin_and_a_query_is_no_part_of_it() {
        assert!(fits("{accounts-server}/oauth/token", "https://accounts.example.test/oauth/token"));
        assert!(fits("https://a.test/token?client=1", "https://a.test/token"));
    }

    #[test]
    fn a_host_tells_whose_it_is_by_its_last_labels() {
        assert_eq!(host("https://{shop}.shop.test/token").as_deref(), Some("*.shop.test"));
        assert!(is_telling("*.shop.test") && !is_telling("*") && !is_telling("*.test") && !is_telling("start.*"));
        assert!(is_host("mine.shop.test", "*.shop.test") && !is_host("shop.test.evil.test", "*.shop.test"));
    }
}
