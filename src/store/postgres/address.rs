//! Where the store of a team is. A password in it is never shown, and nothing goes over a network that TLS does not protect.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;

use percent_encoding::percent_decode_str;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};

use crate::store::StoreError;

/// A PostgreSQL database, as `postgres://user@host/database` names it.
#[derive(Clone)]
pub struct Address {
    pub(in crate::store) config: Config,
    pub(in crate::store) tls: Tls,
    shown: String,
}

/// How the connection is protected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) enum Tls {
    /// Not at all: the server is on this machine, or the address says so.
    Off,
    /// By TLS, with the server's name and certificate verified against the roots of the system, or those of this file.
    Verified { roots: Option<PathBuf> },
}

impl Address {
    /// Reads a URL as libpq writes it (<https://www.postgresql.org/docs/current/libpq-connect.html>, section 34.1.1.2).
    /// `password` takes the place of one in the URL.
    ///
    /// Every `sslmode` but `disable` means `verify-full`; without one, only a server on this machine is used without TLS.
    /// Of several hosts, the one that can be written is used, whatever `target_session_attrs` says.
    pub fn parse(url: &str, password: Option<&str>) -> Result<Self, StoreError> {
        let refused = |reason: &'static str| StoreError::BadAddress { reason };
        if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
            return Err(refused("it does not start with `postgres://`"));
        }
        let (url, ours) = take_tls_settings(url);
        let mut config: Config = url.parse().map_err(|_| refused("it cannot be read, or has an unknown option"))?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(refused("it names no host"));
        }
        if let Some(password) = password {
            config.password(password);
        }
        if config.get_hosts().len().max(config.get_hostaddrs().len()) > 1 {
            // A standby is behind, and cannot note that a token is being spent.
            config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        }
        let roots = ours.roots.map(PathBuf::from);
        let tls = match ours.mode.as_deref() {
            Some("disable") => Tls::Off,
            None if roots.is_none() && is_on_this_machine(&config) => Tls::Off,
            None | Some("allow" | "prefer" | "require" | "verify-ca" | "verify-full") => Tls::Verified { roots },
            Some(_) => return Err(refused("its `sslmode` is unknown")),
        };
        // `Prefer`, the library's default, would go on in plain where somebody on the way says that there is no TLS.
        config.ssl_mode(if tls == Tls::Off { SslMode::Disable } else { SslMode::Require });
        let shown = shown(&config);
        Ok(Self { config, tls, shown })
    }

    /// Whether it has a password.
    pub fn has_password(&self) -> bool {
        self.config.get_password().is_some()
    }
}

impl fmt::Display for Address {
    /// Without the password and the options.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Address").field(&self.shown).finish()
    }
}

/// What the library does not read, or reads in a way of its own.
#[derive(Default)]
struct TlsSettings {
    mode: Option<String>,
    roots: Option<String>,
}

fn take_tls_settings(url: &str) -> (String, TlsSettings) {
    let mut taken = TlsSettings::default();
    // A question mark before the `@` belongs to the password.
    let credentials = url.find('@').unwrap_or_default();
    let Some(at) = url[credentials..].find('?').map(|at| credentials + at) else { return (url.to_owned(), taken) };
    let mut rest = Vec::new();
    for option in url[at + 1..].split('&') {
        let (key, value) = option.split_once('=').unwrap_or((option, ""));
        let value = || Some(percent_decode_str(value).decode_utf8_lossy().into_owned());
        match key {
            "sslmode" => taken.mode = value(),
            "sslrootcert" => taken.roots = value(),
            _ => rest.push(option),
        }
    }
    let mark = if rest.is_empty() { "" } else { "?" };
    (format!("{}{mark}{}", &url[..at], rest.join("&")), taken)
}

fn is_on_this_machine(config: &Config) -> bool {
    let is_local = |host: &Host| match host {
        #[cfg(unix)]
        Host::Unix(_) => true,
        Host::Tcp(name) => name == "localhost" || name.parse().is_ok_and(|address: IpAddr| address.is_loopback()),
    };
    config.get_hosts().iter().all(is_local) && config.get_hostaddrs().iter().all(IpAddr::is_loopback)
}

fn shown(config: &Config) -> String {
    let user = config.get_user().map(|user| format!("{user}@")).unwrap_or_default();
    let hosts: Vec<String> = match config.get_hosts() {
        [] => config.get_hostaddrs().iter().map(ToString::to_string).collect(),
        hosts => hosts.iter().map(host).collect(),
    };
    // One port is that of every host.
    let port =
        |number: usize| config.get_ports().get(number).or(config.get_ports().first()).filter(|port| **port != 5432);
    let with_port = |(number, host): (usize, &String)| match port(number) {
        Some(port) => format!("{host}:{port}"),
        None => host.clone(),
    };
    let hosts: Vec<String> = hosts.iter().enumerate().map(with_port).collect();
    let database = config.get_dbname().or(config.get_user()).unwrap_or_default();
    let text = format!("postgres://{user}{}/{database}", hosts.join(","));
    // What is decoded may hold anything.
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

fn host(host: &Host) -> String {
    match host {
        #[cfg(unix)]
        Host::Unix(path) => path.display().to_string(),
        Host::Tcp(name) => name.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> Address {
        Address::parse(url, None).unwrap_or_else(|error| panic!("{url}: {error}"))
    }

    #[test]
    fn only_a_server_on_this_machine_or_an_explicit_word_goes_without_tls() {
        let verified = || Tls::Verified { roots: None };
        for (url, tls) in [
            ("postgres://a@localhost/b", Tls::Off),
            ("postgres://a@127.0.0.1:5433/b", Tls::Off),
            ("postgresql:///b?host=%2Frun%2Fpostgresql", Tls::Off),
            ("postgres://a@db.example/b", verified()),
            ("postgres://a@db.example/b?sslmode=prefer", verified()),
            ("postgres://a@db.example/b?sslmode=disable", Tls::Off),
            ("postgres://a@localhost/b?sslmode=verify-full", verified()),
            ("postgres://a@localhost,db.example/b", verified()),
            ("postgres://a@localhost/b?hostaddr=192.0.2.1", verified()),
            (
                "postgres://a@h/b?sslrootcert=%2Fca.pem&sslmode=verify-full&connect_timeout=3",
                Tls::Verified { roots: Some("/ca.pem".into()) },
            ),
        ] {
            let address = read(url);
            assert_eq!(address.tls, tls, "{url}");
            assert_ne!(address.config.get_ssl_mode(), SslMode::Prefer, "{url}");
        }
    }

    #[test]
    fn a_password_is_used_and_not_shown() {
        let address = read("postgres://ann:s%40cret%3F@db.example:6543/team?application_name=x");
        assert_eq!(address.config.get_password(), Some(&b"s@cret?"[..]));
        assert_eq!(address.to_string(), "postgres://ann@db.example:6543/team");
        assert_eq!(format!("{address:?}"), "Address(\"postgres://ann@db.example:6543/team\")");
        let other = Address::parse("postgres://ann:old@db.example/team", Some("new")).expect("read");
        assert_eq!(other.config.get_password(), Some(&b"new"[..]));
        assert_eq!(read("postgres://ann:a?sslmode=disable@db.example/team").tls, Tls::Verified { roots: None });
    }

    #[test]
    fn of_several_hosts_the_one_that_can_be_written_is_used_and_each_is_shown_with_its_port() {
        let several = "postgres://ann@one.example:6543,two.example/team";
        for url in [several.to_owned(), format!("{several}?target_session_attrs=any")] {
            let address = read(&url);
            assert_eq!(address.config.get_target_session_attrs(), TargetSessionAttrs::ReadWrite);
            assert_eq!(address.to_string(), several);
        }
        let one_port = read("postgres:///b?host=one&host=two&port=7");
        assert_eq!(one_port.to_string(), "postgres://one:7,two:7/b");
        let one = read("postgres://ann@one.example/team");
        assert_eq!(one.config.get_target_session_attrs(), TargetSessionAttrs::Any);
    }

    #[test]
    fn what_is_no_address_is_refused_without_repeating_it() {
        for url in [
            "mysql://ann:canary@h/b",
            "host=h password=canary",
            "postgres:///b",
            "postgres://ann@h/b?sslmode=canary",
            "postgres://ann@h/b?canary=1",
            "postgres://ann@h:canary/b",
        ] {
            let error = Address::parse(url, None).expect_err(url);
            assert!(matches!(error, StoreError::BadAddress { .. }), "{error}");
            assert!(!error.to_string().contains("canary"), "{error}");
        }
    }
}
