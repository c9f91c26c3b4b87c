//! How calls leave this machine: proxy, certificates and time limits, in the table `[network]` of the settings.

use std::path::PathBuf;

use serde::{Deserialize, Deserializer, Serialize};
use url::Url;

/// The least and the most seconds to wait for a reply.
pub const SECONDS: (u64, u64) = (1, 600);

/// How calls leave this machine. What is `None` is as the system or the program has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NetworkSettings {
    /// The proxy of calls to other machines; without one here, that of the environment or the system.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "proxy")]
    pub proxy: Option<ProxySetting>,
    /// Hosts that need no proxy, as in `NO_PROXY`: `localhost, .corp.example`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_proxy: Option<String>,
    /// A PEM file with certificates of authorities that are trusted in addition to the system's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
    /// A PEM file with a certificate and its private key, for servers and gateways that ask for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_certificate: Option<PathBuf>,
    /// The limit for connecting, in seconds.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "seconds")]
    pub connect_timeout: Option<u64>,
    /// The limit for a whole call, in seconds.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "seconds")]
    pub timeout: Option<u64>,
}

/// How the program reaches services, and what shows their pages: all that is needed of the settings to make a call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Connections {
    /// The command line of the browser; `None` is the system's default browser.
    pub browser: Option<String>,
    pub network: NetworkSettings,
}

/// A proxy that a person names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ProxySetting {
    /// No proxy, whatever the environment says.
    None,
    #[serde(untagged)]
    Url(String),
}

impl NetworkSettings {
    pub(in crate::config) fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

impl ProxySetting {
    /// Reads `none`, or the URL of a proxy without a user and password: the settings are no place for a secret. The error says
    /// what is wrong.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text == "none" {
            return Ok(Self::None);
        }
        let url = Url::parse(text).map_err(|_| "not a URL such as http://proxy.example:3128, and not none")?;
        if !matches!(url.scheme(), "http" | "https" | "socks4" | "socks4a" | "socks5" | "socks5h") {
            return Err("a proxy has an http, https or socks5 URL");
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err("the host is missing");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("no user and password here: give them in the variable HTTPS_PROXY");
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err("a proxy has a host and a port only");
        }
        Ok(Self::Url(text.to_owned()))
    }
}

fn proxy<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<ProxySetting>, D::Error> {
    let text = String::deserialize(deserializer)?;
    ProxySetting::parse(&text).map(Some).map_err(serde::de::Error::custom)
}

fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let seconds = u64::deserialize(deserializer)?;
    let (least, most) = SECONDS;
    if !(least..=most).contains(&seconds) {
        return Err(serde::de::Error::custom(format_args!("a number of seconds from {least} to {most}")));
    }
    Ok(Some(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_a_host_and_a_port_without_a_password() {
        for good in ["none", "http://proxy.example:3128", "https://p.test/", "socks5h://[::1]:1080"] {
            assert!(ProxySetting::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "proxy:3128", "ftp://p.test", "http://u:p@p.test", "http://u@p.test", "http://p.test/a", "None"]
        {
            assert!(ProxySetting::parse(bad).is_err(), "{bad}");
        }
        // It would be shown with the settings.
        let refused = ProxySetting::parse("http://u:hunter2@p.test").expect_err("a password");
        assert!(!refused.contains("hunter2"));
    }
}
