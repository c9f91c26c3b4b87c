//! Visits that bring no authorization response although a browser may have meant to: what its page says, and what the
//! person who waits is told.

use std::collections::HashSet;
use std::mem::{Discriminant, discriminant};

use hyper::header::{HeaderMap, HeaderName};
use hyper::http::request::Parts;
use hyper::{Method, StatusCode};

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::redirect::page::LandingPage;

/// How many stray requests of one kind are reported. Any page can make the browser request anything here, without end.
const TOLD_PER_KIND: usize = 2;

/// A request that brought no authorization response.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Stray {
    /// TLS, where plain HTTP is spoken.
    Https,
    /// Plain HTTP, where TLS is spoken.
    PlainHttp,
    /// Under a name that is not this machine's own.
    ForeignHost(String),
    OtherPath {
        /// Where it came to, without its query.
        path: String,
        /// Where the response is waited for.
        expected: String,
    },
    /// Neither by GET nor by POST.
    OtherMethod(String),
    /// Posted, and not as a form.
    NotForm(String),
    /// Posted, and larger than any response.
    TooLarge,
    /// Posted, and broken off.
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

    /// What the browser shows.
    pub(crate) fn page(&self) -> LandingPage {
        let (title, text) = match self {
            // Never shown: a browser that speaks TLS reads no page before the handshake.
            Self::Https => ("Not over https", "Change https to http in the address bar."),
            Self::PlainHttp => (
                "Not over http",
                "Tokenwright waits here over https. Change http to https in the address bar, and press Enter.",
            ),
            Self::ForeignHost(_) => (
                "Not for this address",
                "Tokenwright answers here only under the name of this machine itself, such as localhost.",
            ),
            Self::OtherPath { .. } => ("Nothing here", "Tokenwright waits for a sign-in at another address."),
            Self::OtherMethod(_) => ("Not understood", "A sign-in arrives here by GET or POST."),
            Self::NotForm(_) => ("Not understood", "A sign-in that is posted here must be a form."),
            Self::TooLarge => ("Too large", "What was posted here is larger than any sign-in."),
            Self::Broken => ("Broken off", "The request did not arrive whole."),
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
                "the browser came back over `https`, and this redirect URI is plain `http`".to_owned(),
                "change `https` to `http` in its address bar, or paste that address; for the next time turn its \
                 HTTPS-only mode off for this address, or register `127.0.0.1` in place of `localhost`",
            ),
            Self::PlainHttp => (
                "the browser came back over plain `http`, and this redirect URI is `https`".to_owned(),
                "change `http` to `https` in its address bar, or paste that address",
            ),
            Self::ForeignHost(host) => (
                format!("a response came under the name `{host}`, which is not a name of this machine"),
                "put `localhost` or `127.0.0.1` into the address bar, or paste the address; ignore it if it is not \
                 yours",
            ),
            Self::OtherPath { path, expected } => (
                format!("the browser came to `{path}`, and the response is waited for at `{expected}`"),
                "compare the redirect URI with the one that the service has, letter by letter, or paste the address \
                 of that tab",
            ),
            Self::OtherMethod(method) => (
                format!("a response came by `{method}`, and only `GET` and `POST` bring one"),
                "have the service redirect the browser, or paste the code",
            ),
            Self::NotForm(media_type) => (
                format!("a response was posted as `{media_type}`, and only a form is understood"),
                "have the service redirect the browser, or post a form (`response_mode=form_post`); or paste the code",
            ),
            Self::TooLarge => {
                ("a response was posted that is larger than 64 KiB".to_owned(), "paste the code, if the page shows it")
            }
            Self::Broken => {
                ("a posted response broke off before it was whole".to_owned(), "go back in the browser and try again")
            }
            Self::NoParameters => (
                "the browser came back without any parameters".to_owned(),
                "they may stand after a `#`, a part that the browser keeps to itself: paste the whole address of that \
                 tab",
            ),
        };
        Diagnosis::new(summary).hint(hint)
    }
}

/// A text from a request, short enough to be quoted.
pub(crate) fn quoted(text: &str) -> String {
    const LONGEST: usize = 60;
    // Neither what moves the cursor nor what turns the order of the text round.
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

/// Whether a person should hear of a request that brought no response: browsers ask for icons by themselves, pages for
/// pictures, and scripts whether they may ask.
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

/// Whether the browser means to show what comes as a page.
pub(crate) fn is_navigation(headers: &HeaderMap) -> bool {
    value(headers, "sec-fetch-dest") == "document"
}

fn value<'a>(headers: &'a HeaderMap, name: &'static str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The stray requests that were reported.
#[derive(Default)]
pub(crate) struct Told {
    visits: HashSet<Stray>,
}

impl Told {
    /// Whether this one is to be reported.
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
