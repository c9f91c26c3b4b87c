//! Requests without an authorization response that a browser may have meant as one: the page it gets, and the warning for the
//! waiting person.

use std::collections::HashSet;
use std::mem::{Discriminant, discriminant};

use hyper::header::{HeaderMap, HeaderName};
use hyper::http::request::Parts;
use hyper::{Method, StatusCode};

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::redirect::page::LandingPage;

/// How many stray requests of one kind are reported. Any page can make the browser send any number of them.
const TOLD_PER_KIND: usize = 2;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Stray {
    /// TLS on a plain HTTP port.
    Https,
    /// Plain HTTP on a TLS port.
    PlainHttp,
    /// With a `Host` that is not this machine.
    ForeignHost(String),
    OtherPath {
        /// The requested path, without its query.
        path: String,
        /// The path of the redirect URI.
        expected: String,
    },
    /// Neither GET nor POST.
    OtherMethod(String),
    /// POST with a body that is not a form.
    NotForm(String),
    /// POST with a body larger than any response.
    TooLarge,
    /// POST with an incomplete body.
    Broken,
    NoParameters,
}

impl Stray {
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::ForeignHost(_) => StatusCode::MISDIRECTED_REQUEST,
            Self::OtherPath { .. } => StatusCode::NOT_FOUND,
            Self::OtherMethod(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotForm(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Https | Self::PlainHttp | Self::Broken | Self::NoParameters => StatusCode::BAD_REQUEST,
        }
    }

    /// The page that the browser shows.
    pub(crate) fn page(&self) -> LandingPage {
        let (title, text) = match self {
            // Never shown: the TLS handshake fails first.
            Self::Https => ("This is not https", "Change https to http in the address bar."),
            Self::PlainHttp => (
                "This is not http",
                "Tokenwright listens here over https. Change http to https in the address bar, and press Enter.",
            ),
            Self::ForeignHost(_) => {
                ("Not for this address", "Tokenwright answers only to names of this machine, such as localhost.")
            }
            Self::OtherPath { .. } => ("Not found", "Tokenwright waits for a sign-in at another address."),
            Self::OtherMethod(_) => ("Method not allowed", "A sign-in response uses GET or POST."),
            Self::NotForm(_) => ("Not a form", "A sign-in response that is posted must be a form."),
            Self::TooLarge => ("Too large", "The request is larger than any sign-in response."),
            Self::Broken => ("Incomplete", "The request ended early."),
            Self::NoParameters => (
                "The response is missing",
                "The service sent the browser back without any parameters. It may have put them after a # in the \
                 address, a part that the browser keeps to itself.\nCopy the whole address of this tab and paste it \
                 into Tokenwright by hand.",
            ),
        };
        LandingPage::problem(title, text)
    }
}

impl Diagnose for Stray {
    fn diagnose(&self) -> Diagnosis {
        let (summary, hint) = match self {
            Self::Https => (
                "the browser came back over `https`, but the redirect URI is plain `http`".to_owned(),
                "change `https` to `http` in its address bar, or paste that address; for the next time turn its \
                 HTTPS-only mode off for this address, or register `127.0.0.1` in place of `localhost`",
            ),
            Self::PlainHttp => (
                "the browser came back over plain `http`, but the redirect URI is `https`".to_owned(),
                "change `http` to `https` in its address bar, or paste that address",
            ),
            Self::ForeignHost(host) => (
                format!("a response came to `{host}`, which is not a name of this machine"),
                "put `localhost` or `127.0.0.1` into the address bar, or paste the address; ignore it if it is not \
                 yours",
            ),
            Self::OtherPath { path, expected } => (
                format!("the browser came back to `{path}`, but the path of the redirect URI is `{expected}`"),
                "compare the redirect URI with the one that the service has, letter by letter, or paste the address \
                 of that tab",
            ),
            Self::OtherMethod(method) => (
                format!("a response came with the method `{method}`, but only `GET` and `POST` are accepted"),
                "have the service redirect the browser, or paste the code",
            ),
            Self::NotForm(media_type) => (
                format!("a response was posted as `{media_type}`, but only a form is accepted"),
                "have the service redirect the browser, or post a form (`response_mode=form_post`); or paste the code",
            ),
            Self::TooLarge => {
                ("a posted response is larger than 64 KiB".to_owned(), "paste the code, if the page shows it")
            }
            Self::Broken => ("a posted response is incomplete".to_owned(), "go back in the browser and try again"),
            Self::NoParameters => (
                "the browser came back without any parameters".to_owned(),
                "they may stand after a `#`, a part that the browser keeps to itself: paste the whole address of that \
                 tab",
            ),
        };
        Diagnosis::new(summary).hint(hint)
    }
}

/// A text from a request, shortened to be quoted.
pub(crate) fn quoted(text: &str) -> String {
    const LONGEST: usize = 60;
    // No control characters, and none that change the direction of text.
    let is_hidden = |c: char| {
        c.is_control() || matches!(c, '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let line: String = text
        .chars()
        .map(|c| {
            if is_hidden(c) {
                ' '
            } else if c == '`' {
                '\''
            } else {
                c
            }
        })
        .collect();
    let line = line.trim();
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

/// Whether to report a request without a response: browsers fetch icons, pages fetch images, and scripts send preflight
/// requests.
pub(crate) fn is_worth_telling(head: &Parts) -> bool {
    let path = head.uri.path().to_ascii_lowercase();
    let is_by_itself = path.starts_with("/favicon")
        || path.starts_with("/apple-touch-icon")
        || path.starts_with("/.well-known/")
        || path == "/robots.txt";
    let destination = value(&head.headers, "sec-fetch-dest");
    let is_part = !["", "document", "iframe", "frame", "empty"].contains(&destination);
    !is_by_itself && !is_part && head.method != Method::HEAD && head.method != Method::OPTIONS
}

/// Whether the browser only loads ahead what the person may open later (<https://fetch.spec.whatwg.org/#sec-purpose-header>,
/// and the names that stood for it before). A code must not be spent on it: nobody would see the page.
pub(crate) fn is_prefetch(headers: &HeaderMap) -> bool {
    let ahead = |word: &str| ["prefetch", "prerender", "preview"].iter().any(|known| word.eq_ignore_ascii_case(known));
    ["sec-purpose", "purpose", "x-purpose", "x-moz"].iter().any(|name| {
        let name = HeaderName::from_static(name);
        headers
            .get_all(name)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .any(|value| value.split([';', ',', ' ']).any(|word| ahead(word.trim())))
    })
}

/// Whether the browser navigates, so that the person sees the answer.
pub(crate) fn is_navigation(headers: &HeaderMap) -> bool {
    value(headers, "sec-fetch-dest") == "document"
}

fn value<'a>(headers: &'a HeaderMap, name: &'static str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The stray requests reported so far.
#[derive(Default)]
pub(crate) struct Told {
    visits: HashSet<Stray>,
}

impl Told {
    /// Whether to report this one.
    pub(crate) fn is_news(&mut self, stray: &Stray) -> bool {
        let kind: Discriminant<Stray> = discriminant(stray);
        let alike = self.visits.iter().filter(|told| discriminant(*told) == kind).count();
        alike < TOLD_PER_KIND && self.visits.insert(stray.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::Request;

    fn head(request: hyper::http::request::Builder) -> Parts {
        request.body(()).expect("a request").into_parts().0
    }

    #[test]
    fn what_is_loaded_ahead_is_known_by_every_name_that_browsers_gave_it() {
        for (name, value) in [
            ("Sec-Purpose", "prefetch"),
            ("Sec-Purpose", "prefetch;prerender"),
            ("sec-purpose", "prefetch; anonymous-client-ip"),
            ("Purpose", "Prefetch"),
            ("Purpose", "preview"),
            ("X-Purpose", "preview"),
            ("X-Moz", "prefetch"),
        ] {
            assert!(is_prefetch(&head(Request::get("/").header(name, value)).headers), "{name}: {value}");
        }
        for (name, value) in [("Purpose", ""), ("X-Moz", "prefetched"), ("Sec-Fetch-Mode", "navigate")] {
            assert!(!is_prefetch(&head(Request::get("/").header(name, value)).headers), "{name}: {value}");
        }
    }

    #[test]
    fn what_browsers_ask_for_by_themselves_is_not_told() {
        let is_told = |request| is_worth_telling(&head(request));
        for path in ["/favicon.ico", "/apple-touch-icon-precomposed.png", "/.well-known/appspecific/x.json"] {
            assert!(!is_told(Request::get(path)), "{path}");
        }
        assert!(!is_told(Request::head("/other")) && !is_told(Request::options("/callback")));
        assert!(!is_told(Request::get("/other").header("Sec-Fetch-Dest", "image")));
        assert!(is_told(Request::get("/other").header("Sec-Fetch-Dest", "document")));
        assert!(is_told(Request::get("/callback/?code=c")) && is_told(Request::put("/callback")));
    }

    #[test]
    fn each_visit_is_told_once_and_two_of_a_kind_at_most() {
        let mut told = Told::default();
        let at = |path: &str| Stray::OtherPath { path: path.into(), expected: "/callback".into() };
        assert!(told.is_news(&at("/a")) && !told.is_news(&at("/a")) && told.is_news(&at("/b")));
        assert!(!told.is_news(&at("/c")));
        assert!(told.is_news(&Stray::Https), "another kind");
    }

    #[test]
    fn what_is_quoted_is_one_short_line() {
        assert_eq!(quoted("/a\u{1b}[2J`b"), "/a [2J'b");
        assert_eq!(quoted(&"x".repeat(100)), format!("{}…", "x".repeat(60)));
    }
}
