//! npm `oidc-provider`: a certified server that we did not write.

use std::process::Command;
use std::time::Duration;

use crate::support::peer;
use crate::support::process::Process;

/// It starts in about a second.
const AT_ONCE: Duration = Duration::from_secs(25);

/// The server, on a port of its own. Clients: `confidential-basic` and `confidential-post` (secret `secret`) and
/// `public-native` (none), and like the first `must-push`, which must push its requests (RFC 9126), and `signed-userinfo`, whose userinfo is signed; redirect URIs `http://127.0.0.1` and `http://localhost`, with any port, and with no path, `/` or
/// `/callback`. PKCE is required, refresh tokens rotate, and one is issued for `offline_access` with `prompt=consent`.
#[derive(Debug)]
pub struct OidcProvider {
    process: Process,
    issuer: String,
    /// Of its other port, for mutual TLS.
    mtls_port: Option<u64>,
}

impl OidcProvider {
    /// With the server's own pages: sign in with any name and password, then *Continue*.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// Without pages: the authorization endpoint answers at once with the redirect that carries the code.
    pub fn start_auto() -> Self {
        Self::start_with(&["--auto"])
    }

    /// With arguments as `oidc-provider.mjs` names them.
    pub fn start_with(arguments: &[&str]) -> Self {
        let start = || Process::start(Command::new("node").arg(peer("oidc-provider.mjs")).args(arguments));
        let mut process = start();
        // Node was seen to hang before its first line, once: it gets one more chance.
        let line = process.line_within("\"listening\"", AT_ONCE).unwrap_or_else(|| {
            process = start();
            process.line_with("\"listening\"")
        });
        let told: serde_json::Value = serde_json::from_str(&line).expect("the server's first line is JSON");
        let issuer = told["issuer"].as_str().expect("the server names its issuer").to_owned();
        let mtls_port = told["mtls"].as_u64();
        Self { process, issuer, mtls_port }
    }

    /// `http://127.0.0.1:PORT`.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Where it asks for a client certificate, if it was started with `--tls`.
    pub fn mtls_origin(&self) -> String {
        format!("https://127.0.0.1:{}", self.mtls_port.expect("started for mutual TLS"))
    }

    pub fn authorization_endpoint(&self) -> String {
        format!("{}/auth", self.issuer)
    }

    pub fn token_endpoint(&self) -> String {
        format!("{}/token", self.issuer)
    }

    pub fn userinfo_endpoint(&self) -> String {
        format!("{}/me", self.issuer)
    }

    pub fn revocation_endpoint(&self) -> String {
        format!("{}/token/revocation", self.issuer)
    }

    pub fn introspection_endpoint(&self) -> String {
        format!("{}/token/introspection", self.issuer)
    }

    /// Waits for a line in which the server tells of a refusal, such as `grant.error: refresh token already used`.
    pub fn refusal(&mut self, text: &str) -> String {
        self.process.line_with(text)
    }
}
