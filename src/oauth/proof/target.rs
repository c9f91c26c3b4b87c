//! The one request that a proof of possession is handed out for, as a person names it.

use url::Url;

/// The longest URL: what fits a request line with most servers.
const LONGEST_URL: usize = 8 * 1024;

/// A method and a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofTarget {
    /// The HTTP method, in the case in which it is sent (RFC 9110 section 9.1).
    pub method: String,
    /// The URL. Its query is sent and no part of the proof.
    pub url: String,
}

impl ProofTarget {
    /// Reads `GET https://api.example.com/v1/me`; without a method it is GET.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut words = text.split_whitespace();
        let (method, url) = match (words.next(), words.next(), words.next()) {
            (Some(url), None, _) => ("GET", url),
            (Some(method), Some(url), None) => (method, url),
            _ => return Err(Self::usage()),
        };
        let is_method = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-');
        let is_url = Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host());
        if !is_method || !is_url || url.len() > LONGEST_URL {
            return Err(Self::usage());
        }
        Ok(Self { method: method.to_owned(), url: url.to_owned() })
    }

    fn usage() -> String {
        "write the method in capitals and the whole URL: `GET https://api.example.com/v1/me`".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_a_method_and_a_whole_url() {
        let read = |text: &str| ProofTarget::parse(text).ok().map(|target| (target.method, target.url));
        let url = "https://a.test/x?y=z";
        assert_eq!(read("GET https://a.test/x?y=z"), Some(("GET".into(), url.into())));
        assert_eq!(read(" https://a.test/x?y=z "), Some(("GET".into(), url.into())));
        assert_eq!(read("VERSION-CONTROL https://a.test/x?y=z"), Some(("VERSION-CONTROL".into(), url.into())));
        let long = format!("https://a.test/{}", "x".repeat(LONGEST_URL));
        for wrong in ["", "GET", "get https://a.test", "GET /v1/me", "GET https://a.test x", "GET file:///x", &long] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
