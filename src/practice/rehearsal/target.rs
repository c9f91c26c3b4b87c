//! Where a call goes: as the preset writes it, and as it arrives at a rehearsal, where the path tells scheme, host and
//! path (`/https/as.example.com/token`).

use std::fmt;

use percent_encoding::percent_decode_str;

use crate::practice::rehearsal::facts::Facts;

/// Scheme, host (with its port where it is not the usual one) and the decoded segments of the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    scheme: String,
    host: String,
    path: Vec<String>,
}

impl Target {
    /// Parses the path of a request; `None` if it is not from a rehearsal.
    pub(crate) fn arrived(path: &str) -> Option<Self> {
        let (scheme, rest) = path.strip_prefix('/')?.split_once('/')?;
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        Some(Self { scheme: scheme.to_owned(), host: host.to_owned(), path: path.split('/').map(decode).collect() })
    }

    /// The preset's URL with the known values.
    pub(crate) fn declared(url: &str, facts: &Facts) -> Option<Self> {
        let url = without_query(url);
        // A placeholder at the very start is a whole origin, with or without a path.
        let url = match url.split_once('/') {
            Some((origin, path)) if url.starts_with(['<', '{']) => format!("{}/{path}", facts.fill(origin)),
            None if url.starts_with(['<', '{']) => facts.fill(url),
            _ => url.to_owned(),
        };
        let (scheme, rest) = url.split_once("://")?;
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let host = facts.fill(host).to_lowercase();
        let usual = if scheme == "https" { ":443" } else { ":80" };
        Some(Self {
            scheme: scheme.to_owned(),
            host: host.strip_suffix(usual).map(str::to_owned).unwrap_or(host),
            path: path.split('/').map(|segment| facts.fill(&decode(segment))).collect(),
        })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}/{}", self.scheme, self.host, self.path.join("/"))
    }
}

/// The query in the preset's URL: decoded names, and values that may have placeholders.
pub(crate) fn own_query(url: &str) -> Vec<(String, String)> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

fn without_query(url: &str) -> &str {
    url.split_once('?').map_or(url, |(before, _)| before)
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        let mut facts = Facts::default();
        facts.set("account", "Acme");
        facts.set("server", "https://eu.as.test");
        facts.set("endpoint", "https://as.test/oauth/token");
        facts.set("token", "a/b");
        facts
    }

    fn check(url: &str, arrived: &str) {
        assert_eq!(Target::declared(url, &facts()), Target::arrived(arrived), "{url}");
    }

    #[test]
    fn what_the_preset_writes_is_what_arrives() {
        check("https://<account>.as.test/oauth/token?x=1", "/https/acme.as.test/oauth/token");
        check("<server>/oauth/token", "/https/eu.as.test/oauth/token");
        check("<endpoint>", "/https/as.test/oauth/token");
        check("https://as.test:443/tokens/{token}", "/https/as.test/tokens/a%2Fb");
        check("http://127.0.0.1:81", "/http/127.0.0.1:81/");
    }

    #[test]
    fn a_token_that_became_two_segments_is_another_target() {
        assert_ne!(Target::declared("https://as.test/<token>", &facts()), Target::arrived("/https/as.test/a/b"));
        assert_eq!(Target::arrived("/favicon.ico"), None);
    }
}
