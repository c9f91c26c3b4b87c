//! Where an endpoint redirects to. The redirect is not followed; the error says how to correct the URL.

use url::Url;

/// Where a redirect leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Another URL of the same host.
    SameHost {
        /// The URL without its query.
        to: String,
        /// What to put into the configured URL: the path, or the whole URL if scheme or port differ.
        wants: String,
    },
    /// Another host, or plain HTTP.
    Elsewhere {
        /// The URL without its query.
        to: String,
    },
    /// Not an `http` or `https` URL.
    NotWeb {
        /// Its scheme.
        scheme: String,
    },
    /// Not a URL.
    Unreadable,
    /// There is no `Location`.
    Missing,
}

impl Target {
    /// The target of `Location` (RFC 9110 section 10.2.2), seen from the origin of the call. `clean` masks a text.
    pub(super) fn of(location: Option<&str>, origin: Option<&str>, clean: &dyn Fn(&str) -> String) -> Self {
        let Some(location) = location.map(str::trim).filter(|location| !location.is_empty()) else {
            return Self::Missing;
        };
        let base = origin.and_then(|origin| Url::parse(origin).ok());
        let url = match (Url::parse(location), &base) {
            (Ok(url), _) => url,
            (Err(url::ParseError::RelativeUrlWithoutBase), Some(base)) => match base.join(location) {
                Ok(url) => url,
                Err(_) => return Self::Unreadable,
            },
            _ => return Self::Unreadable,
        };
        if !matches!(url.scheme(), "http" | "https") {
            return Self::NotWeb { scheme: clean(url.scheme()) };
        }
        let to = clean(&format!("{}{}", url.origin().ascii_serialization(), url.path()));
        match base {
            Some(base) if base.origin() == url.origin() => Self::SameHost { to, wants: clean(url.path()) },
            Some(base) if base.host() == url.host() && (url.scheme() == "https" || base.scheme() == "http") => {
                Self::SameHost { wants: to.clone(), to }
            }
            _ => Self::Elsewhere { to },
        }
    }

    /// What follows `a redirect (307) ` in the error.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::SameHost { to, .. } | Self::Elsewhere { to } => format!("to `{to}`, which is not followed"),
            Self::NotWeb { scheme } => format!("to a `{scheme}:` URL, which is not a web address"),
            Self::Unreadable => "to an address that cannot be read".to_owned(),
            Self::Missing => "that names no address".to_owned(),
        }
    }

    /// What to do.
    pub(crate) fn hint(&self) -> String {
        match self {
            Self::SameHost { wants, .. } => format!(
                "the service wants the URL with `{wants}`: change the token URL, unless that is a page to sign in at"
            ),
            Self::Elsewhere { .. } => {
                "enter the token URL that the service documents; secrets go to no other host".to_owned()
            }
            Self::NotWeb { .. } | Self::Unreadable | Self::Missing => {
                "the URL is not that of a token endpoint: compare it with the service's documentation".to_owned()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Target;

    fn of(location: Option<&str>) -> (String, String) {
        let target = Target::of(location, Some("https://x.test"), &str::to_owned);
        (target.text(), target.hint())
    }

    #[test]
    fn a_target_is_told_without_its_query_and_told_apart_by_its_host() {
        let (words, hint) = of(Some("/token/?client_secret=s"));
        assert_eq!(words, "to `https://x.test/token/`, which is not followed");
        assert!(hint.starts_with("the service wants the URL with `/token/`: change the token URL"), "{hint}");
        let (words, hint) = of(Some("https://u:p@x.test:8443/token#f"));
        assert_eq!(words, "to `https://x.test:8443/token`, which is not followed");
        assert!(hint.starts_with("the service wants the URL with `https://x.test:8443/token`"), "{hint}");
        for away in ["https://y.test/token", "//y.test/token", "http://x.test/token"] {
            assert!(of(Some(away)).1.ends_with("secrets go to no other host"), "{away}");
        }
        assert_eq!(of(Some("file:///etc/passwd")).0, "to a `file:` URL, which is not a web address");
        assert_eq!(of(Some("https://[")).0, "to an address that cannot be read");
        assert_eq!(of(None).0, "that names no address");
    }
}
