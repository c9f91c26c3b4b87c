//! Reads the response of the authorization endpoint, plain or as a signed JWT (JARM).

use crate::app::handle::App;
use crate::app::progress::Report;
use crate::app::sign_in::authorize::{Outcome, Sent};
use crate::app::tokens::issuer_keys::keys_of;
use crate::app::{CallContext, Failure, FailureKind};
use crate::call::Place;
use crate::diagnosis::Diagnosis;
use crate::oauth::{ExpectedSignature, Parameters, RESPONSE_MODE, ResponseMode, SignedResponseError};
use crate::service::SecurityProfile;

impl CallContext {
    /// How the response comes back, if the authorization request says so in a way that is known.
    pub(in crate::app) fn response_mode(&self) -> Option<ResponseMode> {
        let request = self.profile.service.authorization.as_ref()?;
        // What the person wants takes the place of what the preset has.
        let mut sent = self.profile.extra.iter().chain(&request.call.query);
        let mode = sent.find(|parameter| parameter.name == RESPONSE_MODE)?;
        let mode = mode.value.render(&self.values(), Place::Text).ok()?;
        ResponseMode::parse(mode.to_secret().expose())
    }

    /// What a signed response is checked against; `None` if a plain one is asked for.
    pub(in crate::app) fn expected_signature(
        &self,
        issuer: Option<&str>,
    ) -> Result<Option<ExpectedSignature>, Failure> {
        if !self.response_mode().is_some_and(ResponseMode::is_signed) {
            return Ok(None);
        }
        let issuer = issuer.ok_or_else(|| {
            let summary = "a signed response is asked for, and whose keys it should be signed with is not known";
            let hint = "name the issuer: `redirect.issuer` in the preset, or describe the service by `--issuer`";
            Failure::new(FailureKind::Usage, Diagnosis::new(summary).hint(hint))
        })?;
        let is_fapi = self.profile.service.security_profile.is_some_and(SecurityProfile::is_fapi);
        let client_id = self.profile.client_id.clone();
        let decryption_key = self.secrets.signing_key.clone();
        Ok(Some(ExpectedSignature { issuer: issuer.to_owned(), client_id, is_fapi, decryption_key }))
    }
}

impl Sent {
    /// Fetches the keys that the response will be signed with, so that the browser is not opened in vain.
    pub(in crate::app) async fn fetch_keys(&self, app: &App, report: &Report) -> Result<(), Failure> {
        match &self.signature {
            Some(signature) => {
                keys_of(app, &report.of_profile(self.name.as_ref()), &signature.issuer, None).await.map(drop)
            }
            None => Ok(()),
        }
    }

    /// Reads a response. The keys are fetched anew, once, if the one that it names is not among them: who does not know the
    /// `state` has nothing fetched.
    pub(in crate::app) async fn read(&self, app: &App, report: &Report, parameters: &Parameters) -> Outcome {
        let Some(signature) = &self.signature else { return self.expected.read(parameters) };
        let response = signature.read(parameters, &self.expected.state, (app.ports.now)())?;
        let report = report.of_profile(self.name.as_ref());
        let keys = keys_of(app, &report, &signature.issuer, response.key_id()).await;
        let keys = keys.map_err(|failure| SignedResponseError::NoKeys(failure.diagnosis.summary))?;
        self.expected.read(&response.verified(&keys.keys)?)
    }
}
