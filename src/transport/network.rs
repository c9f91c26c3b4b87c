//! What a person may set of connections: the proxy, certificates and time limits. It is read when a client is built, so a
//! change holds from the next call after [`Transport::rest`](crate::transport::Transport::rest).

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Certificate, ClientBuilder, Identity, NoProxy, Proxy};
use zeroize::Zeroizing;

use crate::diagnosis::Diagnosis;
use crate::transport::error::TransportError;

/// The largest file with certificates that is read, in bytes: all authorities of a system are less than half of it.
const LARGEST: u64 = 1024 * 1024;

/// Which proxy calls to other machines take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ProxyChoice {
    /// That of the environment or the system.
    #[default]
    System,
    /// None, whatever the environment says.
    None,
    Url {
        /// Without a user and password.
        url: String,
        /// Hosts that need no proxy, as in `NO_PROXY`.
        except: String,
    },
}

/// What a person may set of connections.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    pub proxy: ProxyChoice,
    /// A PEM file with certificates of authorities that are trusted in addition.
    pub ca_file: Option<PathBuf>,
    /// A PEM file with a certificate and its private key, shown to a server that asks for one.
    pub client_certificate: Option<PathBuf>,
    /// Instead of [`TransportOptions::connect_timeout`](crate::transport::TransportOptions::connect_timeout).
    pub connect_timeout: Option<Duration>,
    /// Instead of [`TransportOptions::timeout`](crate::transport::TransportOptions::timeout).
    pub timeout: Option<Duration>,
}

/// Reads what was set. The error is shown as that of the call.
pub type ReadNetwork = Arc<dyn Fn() -> Result<Network, Diagnosis> + Send + Sync>;

impl Network {
    /// The certificates of the authorities that are trusted in addition.
    pub(crate) fn roots(&self) -> Result<Vec<Certificate>, TransportError> {
        let Some(file) = &self.ca_file else { return Ok(Vec::new()) };
        let pem = self.root_pem()?;
        let roots = Certificate::from_pem_bundle(&pem).unwrap_or_default();
        if roots.is_empty() {
            let hint = "name a PEM file with `-----BEGIN CERTIFICATE-----` blocks, or clear the setting";
            return Err(wrong(format!("`{}` has no certificate in PEM", file.display()), hint));
        }
        Ok(roots)
    }

    /// The same in PEM; empty if none are.
    pub(crate) fn root_pem(&self) -> Result<Vec<u8>, TransportError> {
        self.ca_file.as_ref().map_or_else(|| Ok(Vec::new()), |file| read(file, "file of certificate authorities"))
    }

    pub(crate) fn with_proxy(&self, builder: ClientBuilder) -> Result<ClientBuilder, TransportError> {
        Ok(match &self.proxy {
            ProxyChoice::System => builder,
            ProxyChoice::None => builder.no_proxy(),
            ProxyChoice::Url { url, except } => {
                let proxy = Proxy::all(url).map_err(|_| {
                    wrong(format!("`{url}` is not the URL of a proxy"), "write it as `http://proxy.example:3128`")
                })?;
                builder.no_proxy().proxy(proxy.no_proxy(NoProxy::from_string(except)))
            }
        })
    }

    pub(crate) fn with_identity(&self, builder: ClientBuilder) -> Result<ClientBuilder, TransportError> {
        let Some(file) = &self.client_certificate else { return Ok(builder) };
        let pem = Zeroizing::new(read(file, "client certificate")?);
        // The library's own words may repeat the text, which holds the key.
        let identity = Identity::from_pem(&pem).map_err(|_| {
            let hint =
                "name one PEM file with the certificate, then the unencrypted private key (`cat cert.pem key.pem`)";
            wrong(format!("`{}` has no certificate with its private key in PEM", file.display()), hint)
        })?;
        Ok(builder.identity(identity))
    }
}

fn read(file: &Path, what: &str) -> Result<Vec<u8>, TransportError> {
    let refused = |reason: String| {
        let summary = format!("cannot read the {what} `{}`: {reason}", file.display());
        wrong(summary, "correct the path in the settings, table `[network]`, or clear it")
    };
    let size = std::fs::metadata(file).map_err(|error| refused(error.to_string()))?;
    if !size.is_file() || size.len() > LARGEST {
        return Err(refused("it is not a file of certificates".to_owned()));
    }
    std::fs::read(file).map_err(|error| refused(error.to_string()))
}

fn wrong(summary: String, hint: &str) -> TransportError {
    TransportError::Settings(Box::new(Diagnosis::new(summary).hint(hint)))
}
