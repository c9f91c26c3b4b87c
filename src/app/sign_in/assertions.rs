//! Client assertions: built and signed for each request, with the profile's key.
//!
//! Invariant: the preview shows the same header and claims; the signature is made only when the request is sent.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::app::handle::App;
use crate::app::sign_in::proof::with_proof;
use crate::app::sign_in::sources::source::{ASSERTION, SentSource};
use crate::app::{CallContext, Failure, FailureKind};
use crate::call::{Call, CallTemplate, Values};
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::oauth::{AssertionAlgorithm, Certificate, KeyError, KeyPair, SigningKey, UnsignedAssertion, UnsignedJwt};
use crate::secret::{MASK, Secret};
use crate::service::{Assertion, Departure, SecurityProfile};

/// Shown in place of the `jti`, which is random for each request.
pub(in crate::app::sign_in) const ID_TO_COME: &str = "made when it is sent";

/// An access token that was signed here.
#[derive(Debug)]
pub(in crate::app::sign_in) struct SignedToken {
    pub token: Secret,
    /// Its `exp`.
    pub expires_at: Timestamp,
}

/// Header and claims of an assertion or a proof, as formatted JSON without a signature.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownJwt {
    pub header: String,
    pub claims: String,
}

impl ShownJwt {
    pub(in crate::app::sign_in) fn of(jwt: &UnsignedJwt, algorithm: AssertionAlgorithm) -> Self {
        let lines = |json: &serde_json::Value| serde_json::to_string_pretty(json).unwrap_or_default();
        let claims = serde_json::Value::Object(jwt.claims.clone());
        Self { header: lines(&jwt.whole_header(algorithm)), claims: lines(&claims) }
    }

    /// The three parts of a JWT, the signature masked.
    pub fn lines(&self) -> String {
        format!("{}\n.\n{}\n.\n{MASK}", self.header, self.claims)
    }
}

impl CallContext {
    /// The values for this call, with a freshly signed assertion if it needs one. `id` is random.
    pub(crate) fn values_for(&self, call: &CallTemplate, now: Timestamp, id: [u8; 32]) -> Result<Values, Failure> {
        self.check_security_profile()?;
        self.check_bound(call)?;
        let values = self.fresh_values(now, id);
        let mut values = self.signed_anew(call, &values, (now, id))?.unwrap_or(values);
        values.note_derived();
        Ok(values)
    }

    /// The values with those that are made for one call. What is random there says nothing of the assertion's own ID.
    pub(in crate::app::sign_in) fn fresh_values(&self, now: Timestamp, id: [u8; 32]) -> Values {
        let mut values = self.values();
        values.set_fresh(now, Sha256::digest([b"random".as_slice(), &id].concat()).into());
        values
    }

    /// The same values with a new assertion; `None` if the call has none that is signed here.
    pub(in crate::app::sign_in) fn signed_anew(
        &self,
        call: &CallTemplate,
        values: &Values,
        (now, id): (Timestamp, [u8; 32]),
    ) -> Result<Option<Values>, Failure> {
        let Some(assertion) = self.assertion_to_sign(call) else { return Ok(None) };
        let id = BASE64_URL_SAFE_NO_PAD.encode(id);
        let (unsigned, algorithm, key) = self.unsigned(&assertion, values, now, &id)?;
        let signed = unsigned.sign(&key, algorithm, self.certificate().as_ref())?;
        let mut values = values.clone();
        values.set_secret(ASSERTION, signed);
        Ok(Some(values))
    }

    /// A new access token, for a service whose tokens are signed here. `id` is random.
    pub(in crate::app::sign_in) fn signed_token(&self, now: Timestamp, id: [u8; 32]) -> Result<SignedToken, Failure> {
        self.check_security_profile()?;
        let assertion = self.token_assertion()?;
        let (values, id) = (self.fresh_values(now, id), BASE64_URL_SAFE_NO_PAD.encode(id));
        let (unsigned, algorithm, key) = self.unsigned(assertion, &values, now, &id)?;
        let token = unsigned.sign(&key, algorithm, self.certificate().as_ref())?;
        let end = Timestamp::from_second(now.as_second().saturating_add(assertion.life()));
        Ok(SignedToken { token, expires_at: end.unwrap_or(Timestamp::MAX) })
    }

    /// Header and claims of the access token that would be signed now.
    pub fn shown_token(&self, now: Timestamp) -> Result<String, Failure> {
        let assertion = self.token_assertion()?;
        let (unsigned, algorithm, _) = self.unsigned(assertion, &self.values(), now, ID_TO_COME)?;
        match unsigned {
            UnsignedAssertion::Jwt(jwt) => Ok(ShownJwt::of(&jwt, algorithm).lines()),
            UnsignedAssertion::Saml(saml, _) => Ok(saml.shown()),
        }
    }

    fn token_assertion(&self) -> Result<&Assertion, Failure> {
        self.profile.service.token_assertion().ok_or_else(|| no_signed_token(self))
    }

    /// Refuses any request where the profile departs from what it is held to.
    pub(in crate::app::sign_in) fn check_security_profile(&self) -> Result<(), Failure> {
        let Some(profile) = self.profile.service.security_profile else { return Ok(()) };
        let departures = self.departures(profile);
        let Some(first) = departures.first() else { return Ok(()) };
        let more = match departures.len() - 1 {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        let summary =
            format!("the profile is held to {profile}, and departs from it: {}{more} ({})", first.what, first.rule);
        Err(Failure::new(FailureKind::Usage, Diagnosis::new(summary).hint(first.hint)))
    }

    /// Where the profile departs from a profile of OAuth 2.0.
    pub fn departures(&self, from: SecurityProfile) -> Vec<Departure> {
        self.profile.service.departures(from, self.secrets.client_certificate.is_some())
    }

    /// The assertion of a call that is signed here; none if it is read from a source.
    fn assertion_to_sign(&self, call: &CallTemplate) -> Option<Assertion> {
        if self.sources.contains_key(ASSERTION) { None } else { self.profile.service.assertion_of(call) }
    }

    /// A call as it would be sent now, except for the signatures of an assertion and of a proof of possession.
    pub fn preview(&self, call: &CallTemplate, now: Timestamp) -> Result<Call, Failure> {
        let mut values = self.values();
        values.set_fresh_texts(now, ID_TO_COME);
        for (value, SentSource { source, .. }) in &self.sources {
            values.set_secret(value, Secret::new(format!("read from {source} when it is sent")));
        }
        if let Some(assertion) = self.assertion_to_sign(call) {
            let (unsigned, algorithm, _) = self.unsigned(&assertion, &values, now, ID_TO_COME)?;
            values.set_secret(ASSERTION, unsigned.unsigned(algorithm));
        }
        let rendered = self.bound(call).render(&values)?;
        Ok(match self.shown_proof(call, &rendered, now, ID_TO_COME) {
            Some((jwt, algorithm)) => with_proof(rendered, jwt.unsigned(algorithm)),
            None => rendered,
        })
    }

    /// The assertion of a call as it would be sent now; `None` if the call has none or it cannot be built yet.
    pub fn shown_assertion(&self, call: &CallTemplate, now: Timestamp) -> Option<String> {
        let assertion = self.assertion_to_sign(call)?;
        let (unsigned, algorithm, _) = self.unsigned(&assertion, &self.values(), now, ID_TO_COME).ok()?;
        Some(match unsigned {
            UnsignedAssertion::Jwt(jwt) => ShownJwt::of(&jwt, algorithm).lines(),
            UnsignedAssertion::Saml(saml, _) => saml.shown(),
        })
    }

    /// The proof of possession of a call as it would be sent now; `None` if the call has none or cannot be built yet.
    pub fn shown_possession(&self, call: &CallTemplate, now: Timestamp) -> Option<ShownJwt> {
        let rendered = self.preview(call, now).ok()?;
        let (jwt, algorithm) = self.shown_proof(call, &rendered, now, ID_TO_COME)?;
        Some(ShownJwt::of(&jwt, algorithm))
    }

    fn unsigned(
        &self,
        assertion: &Assertion,
        values: &Values,
        now: Timestamp,
        id: &str,
    ) -> Result<(UnsignedAssertion, AssertionAlgorithm, SigningKey), Failure> {
        let unsigned = assertion.build(values, now, id, self.certificate().as_ref());
        let unsigned = unsigned.map_err(|error| usage(&error));
        let key = match &self.secrets.signing_key {
            _ if assertion.is_shared() => {
                let secret = values.value("client_secret").map(|value| value.text.clone());
                let secret = secret.filter(|secret| !secret.is_empty());
                let secret = secret.ok_or_else(|| missing_secret(self))?;
                SigningKey::shared_as(&secret, assertion.secret_encoding).ok_or_else(|| secret_is_not_hex(self))?
            }
            // Without a key there is no certificate either; the key is what to report.
            None => return Err(usage(&KeyError::Missing)),
            Some(pair) => pair.signing_key().ok_or_else(|| usage(&KeyError::Unusable))?,
        };
        let algorithm = assertion.algorithm_for(key.kind());
        Ok((unsigned?, algorithm, key))
    }

    /// The certificate of the key that signs, if it has one.
    fn certificate(&self) -> Option<Certificate> {
        self.secrets.signing_key.as_ref().and_then(KeyPair::certificate)
    }
}

impl App {
    pub(crate) fn values_for(&self, context: &CallContext, call: &CallTemplate) -> Result<Values, Failure> {
        context.values_for(call, (self.ports.now)(), (self.ports.entropy)())
    }

    pub(crate) fn render(&self, context: &CallContext, call: &CallTemplate) -> Result<Call, Failure> {
        Ok(call.render(&self.values_for(context, call)?)?)
    }
}

pub(in crate::app::sign_in) fn usage(error: &dyn Diagnose) -> Failure {
    Failure::new(FailureKind::Usage, error.diagnose())
}

fn no_signed_token(context: &CallContext) -> Failure {
    let diagnosis =
        Diagnosis::new(format!("{} has a call for its tokens: none is signed here", context.profile.service.name));
    Failure::new(FailureKind::Usage, diagnosis)
}

fn secret_is_not_hex(context: &CallContext) -> Failure {
    let label = &context.profile.service.labels.client_secret;
    let diagnosis = Diagnosis::new(format!("{label} is not hex, and the assertion is signed with its bytes"));
    let hint = "enter an even number of the digits 0-9 and a-f, and nothing else";
    Failure::new(FailureKind::Usage, diagnosis.hint(hint))
}

fn missing_secret(context: &CallContext) -> Failure {
    let label = &context.profile.service.labels.client_secret;
    let diagnosis = Diagnosis::new(format!("{label} is missing, and the assertion is signed with it"));
    Failure::new(FailureKind::Usage, diagnosis.hint("enter it in step 2, Authorization"))
}
