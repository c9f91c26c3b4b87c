//! The state of the practice service.

pub(super) mod bounded_map;
pub(super) mod clients;
pub(super) mod clock;
pub(super) mod device_codes;
pub(super) mod grants;
pub(super) mod id_token_keys;
pub(super) mod now;
pub(super) mod pushed_requests;
pub(super) mod signed_token;

use std::time::Duration;

use crate::practice::checks::authorization_request::AuthorizationRequest;
use crate::practice::fault::Fault;
use crate::practice::http::tls::CertificateHeader;
use crate::practice::state::bounded_map::BoundedMap;
use crate::practice::state::clients::Clients;
use crate::practice::state::device_codes::DeviceCodes;
use crate::practice::state::grants::{Grants, Renewal, Terms};
use crate::practice::state::id_token_keys::IdTokenKeys;
use crate::practice::state::pushed_requests::PushedRequests;

/// Short enough to see a token expire, long enough to use it first.
const ACCESS_TOKEN_LIFE: Duration = Duration::from_mins(2);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PracticeOptions {
    /// The port on 127.0.0.1; `None` for a free one.
    pub port: Option<u16>,
    pub faults: Vec<Fault>,
    /// Whether the pages submit themselves, so that neither person nor browser is needed.
    pub auto_consent: bool,
    pub access_token_life: Duration,
    /// `None` for no expiry. Like access tokens, they outlive the service.
    pub refresh_token_life: Option<Duration>,
    /// Whether the port answers TLS, too, so that clients can show a certificate.
    pub tls: bool,
    /// How far ahead of this machine's its clock is.
    pub clock_ahead: Duration,
}

impl Default for PracticeOptions {
    fn default() -> Self {
        Self {
            port: None,
            faults: Vec::new(),
            auto_consent: false,
            access_token_life: ACCESS_TOKEN_LIFE,
            refresh_token_life: None,
            tls: false,
            clock_ahead: Duration::ZERO,
        }
    }
}

#[derive(Debug)]
pub(crate) struct State {
    /// The base URL, which is the issuer too (RFC 8414 section 2).
    pub(crate) issuer: String,
    pub(crate) options: PracticeOptions,
    /// Where TLS is switched on.
    pub(crate) certificate_header: Option<CertificateHeader>,
    pub(crate) clients: Clients,
    pub(crate) grants: Grants,
    pub(crate) id_token_keys: IdTokenKeys,
    pub(crate) visits: BoundedMap<Visit>,
    /// Pushed authorization requests, by their references.
    pub(crate) pushed: PushedRequests,
    pub(crate) devices: DeviceCodes,
    /// The user code and the name of each person who has typed one and not decided yet.
    pub(crate) device_visits: BoundedMap<(String, String)>,
    /// The uploaded certificate of the client that signs, or shows it, in PEM.
    pub(crate) certificate: Option<String>,
    /// The IDs of the assertions received.
    pub(crate) assertions: BoundedMap<()>,
    /// The IDs of the proofs of possession received.
    pub(crate) proofs: BoundedMap<()>,
}

/// A sign-in in progress.
#[derive(Debug)]
pub(crate) struct Visit {
    pub(crate) request: AuthorizationRequest,
    /// The name, once the person is signed in.
    pub(crate) person: Option<String>,
}

impl State {
    pub(crate) fn new(options: PracticeOptions, port: u16, certificate_header: Option<CertificateHeader>) -> Self {
        Self {
            issuer: base_url(port),
            options,
            certificate_header,
            clients: Clients::default(),
            grants: Grants::default(),
            id_token_keys: IdTokenKeys::made(),
            visits: BoundedMap::default(),
            pushed: PushedRequests::default(),
            devices: DeviceCodes::default(),
            device_visits: BoundedMap::default(),
            certificate: None,
            assertions: BoundedMap::default(),
            proofs: BoundedMap::default(),
        }
    }

    pub(crate) fn has(&self, fault: Fault) -> bool {
        self.options.faults.contains(&fault)
    }

    pub(crate) fn terms(&self) -> Terms {
        let renewal = if self.has(Fault::NoRefreshToken) {
            Renewal::Never
        } else if self.has(Fault::OmitRefreshToken) || self.has(Fault::EmptyRefreshToken) {
            Renewal::Keep
        } else {
            Renewal::Rotate
        };
        let PracticeOptions { access_token_life, refresh_token_life, .. } = self.options;
        Terms { access_token_life, refresh_token_life, renewal }
    }
}

pub(crate) fn base_url(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}
