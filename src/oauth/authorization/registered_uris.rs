//! Whether a redirect URI is one of those that are registered with the service. Services compare it as text (RFC 6749 section
//! 3.1.2.3, RFC 9700 section 2.1), except for the port of a loopback address where they follow RFC 8252 section 7.3.

use url::Url;

/// The first thing in which two redirect URIs differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// Something that is not seen, such as a space at the end or a character without width.
    Hidden,
    /// `http` and `https`.
    Scheme,
    /// Other names for one machine included: a service compares text.
    Host,
    /// One that is not written is that of the scheme.
    Port,
    /// Only that one path ends with `/`.
    TrailingSlash,
    /// Only capitals.
    Case,
    /// More than its capitals or its last slash.
    Path,
    /// What follows `?`.
    Query,
    /// The same address written in another way, such as `%2F` for `%2f`.
    Spelling,
}

impl Difference {
    /// What differs, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Hidden => "a space or a character that is not shown differs",
            Self::Scheme => "http and https differ",
            Self::Host => "the host differs",
            Self::Port => "the port differs",
            Self::TrailingSlash => "the slash at the end differs",
            Self::Case => "capital and small letters differ",
            Self::Path => "the path differs",
            Self::Query => "the query differs",
            Self::Spelling => "the spelling differs",
        }
    }
}

/// The registered redirect URIs of a text with one a line.
pub fn registered_uris(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// The registered redirect URI that is most like the one that is sent, and in what they differ; `None` if it is registered.
/// With `any_port`, the service ignores the port of loopback addresses.
pub fn departure<'a>(sent: &str, registered: &'a [String], any_port: bool) -> Option<(&'a str, Difference)> {
    let differences = registered.iter().map(|uri| (uri.as_str(), difference(sent, uri, any_port)));
    let mut nearest: Option<(&str, Difference)> = None;
    for (uri, difference) in differences {
        let difference = difference?;
        if nearest.is_none_or(|(_, least)| distance(difference) < distance(least)) {
            nearest = Some((uri, difference));
        }
    }
    nearest
}

/// How far two URIs are apart that differ in this: a person rather mistypes the end than the host.
fn distance(difference: Difference) -> u8 {
    match difference {
        Difference::Hidden | Difference::Spelling => 0,
        Difference::Case | Difference::TrailingSlash => 1,
        Difference::Scheme => 2,
        Difference::Port => 3,
        Difference::Query => 4,
        Difference::Path => 5,
        Difference::Host => 6,
    }
}

/// In what two redirect URIs differ first; `None` if a service takes them for the same.
fn difference(sent: &str, registered: &str, any_port: bool) -> Option<Difference> {
    if sent == registered {
        return None;
    }
    if seen(sent) == seen(registered) {
        return Some(Difference::Hidden);
    }
    let (Ok(one), Ok(other)) = (Url::parse(sent), Url::parse(registered)) else { return Some(Difference::Path) };
    let is_local = |url: &Url| url.host_str().is_some_and(|host| matches!(host, "localhost" | "127.0.0.1" | "[::1]"));
    let ports_differ = one.port_or_known_default() != other.port_or_known_default();
    let path = |url: &Url| url.path().to_owned();
    let bare = |url: &Url| url.path().trim_end_matches('/').to_owned();
    match () {
        () if one.scheme() != other.scheme() => Some(Difference::Scheme),
        () if one.host_str() != other.host_str() => Some(Difference::Host),
        () if ports_differ && !(any_port && is_local(&one)) => Some(Difference::Port),
        // The parser adds the slash of an empty path.
        () if one.path() == other.path()
            && sent.ends_with('/') != registered.ends_with('/')
            && one.query() == other.query() =>
        {
            Some(Difference::TrailingSlash)
        }
        () if one.path() != other.path() && bare(&one) == bare(&other) => Some(Difference::TrailingSlash),
        () if path(&one) != path(&other) && path(&one).eq_ignore_ascii_case(&path(&other)) => Some(Difference::Case),
        () if one.path() != other.path() => Some(Difference::Path),
        () if one.query() != other.query() => Some(Difference::Query),
        () if ports_differ => None,
        () if sent.eq_ignore_ascii_case(registered) => Some(Difference::Case),
        () => Some(Difference::Spelling),
    }
}

/// What a person sees of it.
fn seen(text: &str) -> String {
    let is_hidden = |c: &char| c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}');
    text.chars().filter(|c| !is_hidden(c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENT: &str = "http://localhost:8080/callback";

    #[track_caller]
    fn check(registered: &str, expected: Option<Difference>) {
        let list = [registered.to_owned()];
        assert_eq!(departure(SENT, &list, false).map(|(_, difference)| difference), expected, "{registered}");
    }

    #[test]
    fn what_differs_is_named() {
        check(SENT, None);
        check("http://localhost:8080/callback/", Some(Difference::TrailingSlash));
        check("https://localhost:8080/callback", Some(Difference::Scheme));
        check("http://127.0.0.1:8080/callback", Some(Difference::Host));
        check("http://localhost:8081/callback", Some(Difference::Port));
        check("http://localhost/callback", Some(Difference::Port));
        check("http://localhost:8080/Callback", Some(Difference::Case));
        check("http://LOCALHOST:8080/callback", Some(Difference::Case));
        check("http://localhost:8080/auth", Some(Difference::Path));
        check("http://localhost:8080/callback?x=1", Some(Difference::Query));
        check("http://localhost:8080/callback\u{200b}", Some(Difference::Hidden));
        check("http://localhost:08080/callback", Some(Difference::Spelling));
        check("not a URI", Some(Difference::Path));
    }

    #[test]
    fn a_service_that_takes_any_port_is_told_nothing_of_ports() {
        let differs = |sent: &str, registered: &str| {
            departure(sent, &[registered.to_owned()], true).map(|(_, difference)| difference)
        };
        assert_eq!(differs("http://localhost:49152/callback", "http://localhost/callback"), None);
        assert_eq!(differs("http://127.0.0.1:49152/callback", "http://127.0.0.1:1/callback"), None);
        assert_eq!(differs("http://localhost:49152", "http://localhost/"), Some(Difference::TrailingSlash));
        assert_eq!(differs("https://a.test:8443/c", "https://a.test/c"), Some(Difference::Port));
    }

    #[test]
    fn the_nearest_of_several_is_named_and_one_that_is_the_same_is_enough() {
        let list = registered_uris(" https://app.example/x \n\nhttp://localhost:8080/callback/\n");
        assert_eq!(departure(SENT, &list, false), Some(("http://localhost:8080/callback/", Difference::TrailingSlash)));
        let list = registered_uris(&format!("https://app.example/x\n{SENT}"));
        assert_eq!(departure(SENT, &list, false), None);
        assert_eq!(departure(SENT, &[], false), None, "nothing is known");
    }
}
