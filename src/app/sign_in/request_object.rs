//! Signs the authorization request with the key of the profile (JAR, RFC 9101).
//!
//! Invariant: outside of the request object stand only the client's ID and what authenticates the client. A server must not use
//! anything else (section 6.3), and FAPI 2.0 forbids it.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use jiff::Timestamp;

use crate::app::progress::{Progress, Report};
use crate::app::sign_in::assertions::{ID_TO_COME, ShownJwt, usage};
use crate::app::sign_in::call_context::SentAuthorization;
use crate::app::{CallContext, Failure, FailureKind};
use crate::call::{BodyTemplate, Parameter, Place, Template, Values};
use crate::diagnosis::{Diagnose as _, Diagnosis};
use crate::oauth::{
    AssertionAlgorithm, KeyError, KeyPair, Parameters, REQUEST, SigningKey, UnsignedJwt, request_object,
};
use crate::secret::MASK;
use crate::service::Assertion;

/// The placeholder of the request object.
const REQUEST_OBJECT: &str = "request_object";

/// In place of what is random for each sign-in.
const TO_COME: SentAuthorization<'static> = SentAuthorization {
    state: ID_TO_COME,
    code_challenge: ID_TO_COME,
    code_challenge_method: "S256",
    redirect_uri: "",
    nonce: Some(ID_TO_COME),
};

impl CallContext {
    /// Puts the parameters of an authorization request into a request object, if the service takes signed ones: what is left is
    /// who the client is, and the object.
    pub(in crate::app::sign_in) fn sign_request(
        &self,
        parameters: &mut Vec<Parameter>,
        values: &mut Values,
        (now, id): (Timestamp, [u8; 32]),
        report: &Report,
    ) -> Result<(), Failure> {
        let Some(signature) = self.profile.service.request_signature() else { return Ok(()) };
        let id = BASE64_URL_SAFE_NO_PAD.encode(id);
        let (jwt, algorithm, key) = self.unsigned_request(&signature, parameters, values, (now, &id))?;
        report.tell(Progress::RequestSigned(told(jwt.clone(), algorithm)));
        values.set_secret(REQUEST_OBJECT, jwt.sign(&key, algorithm).map_err(|error| usage(&error))?);
        parameters.retain(stays_outside);
        if !parameters.iter().any(|parameter| parameter.name == "client_id") {
            parameters.push(Parameter::new("client_id", "<client_id>"));
        }
        parameters.push(Parameter::new(REQUEST, format!("<{REQUEST_OBJECT}>")));
        Ok(())
    }

    /// The request object of an authorization that would start now; `None` if requests are not signed, or it cannot be built yet.
    pub fn shown_request(&self, now: Timestamp) -> Option<ShownJwt> {
        let service = &self.profile.service;
        let signature = service.request_signature()?;
        let mut parameters = match service.pushed_request().map(|call| call.body) {
            Some(BodyTemplate::Form(form)) => form,
            _ => service.authorization.as_ref()?.call.query.clone(),
        };
        self.add_extras(&mut parameters);
        let mut values = self.values();
        let redirect_uri = self.profile.sent_redirect_uri(&self.profile.redirect_uri, &values);
        self.set_sent(&mut values, &SentAuthorization { redirect_uri: &redirect_uri, ..TO_COME });
        let (jwt, algorithm, _) = self.unsigned_request(&signature, &parameters, &values, (now, ID_TO_COME)).ok()?;
        Some(ShownJwt::of(&jwt, algorithm))
    }

    fn unsigned_request(
        &self,
        signature: &Assertion,
        parameters: &[Parameter],
        values: &Values,
        (now, id): (Timestamp, &str),
    ) -> Result<(UnsignedJwt, AssertionAlgorithm, SigningKey), Failure> {
        let text = |template: &Template| {
            let rendered = template.render(values, Place::Text);
            rendered.map(|rendered| rendered.to_secret().expose().to_owned())
        };
        let text =
            |template: &Template| text(template).map_err(|error| Failure::new(FailureKind::Usage, error.diagnose()));
        let issuer = self.profile.service.redirect.issuer.as_ref().ok_or_else(|| {
            let summary = "the authorization request is to be signed, and for which issuer is not known";
            let hint = "name the issuer: `redirect.issuer` in the preset, or describe the service by `--issuer`";
            Failure::new(FailureKind::Usage, Diagnosis::new(summary).hint(hint))
        })?;
        let mut signed = Parameters::new();
        for parameter in parameters.iter().filter(|parameter| !stays_outside(parameter)) {
            signed.push((parameter.name.clone(), text(&parameter.value)?));
        }
        // What is empty is left out, as from a query.
        signed.retain(|(_, value)| !value.is_empty());
        let pair = self.secrets.signing_key.as_ref().ok_or_else(|| usage(&KeyError::Missing))?;
        let key = KeyPair::signing_key(pair).ok_or_else(|| usage(&KeyError::Unusable))?;
        let algorithm = signature.algorithm_for(key.kind());
        let (issuer, key_id) = (text(&Template::new(issuer))?, text(&Template::new(&signature.key_id))?);
        let parties = (self.profile.client_id.as_str(), issuer.as_str());
        Ok((request_object(&signed, parties, &key_id, (now, id)), algorithm, key))
    }
}

/// Header and claims for people, without what tells a response of this sign-in from a forged one.
fn told(mut jwt: UnsignedJwt, algorithm: AssertionAlgorithm) -> String {
    for name in ["state", "nonce"] {
        jwt.claims.entry(name).and_modify(|value| *value = MASK.into());
    }
    let ShownJwt { header, claims } = ShownJwt::of(&jwt, algorithm);
    format!("{header}\n.\n{claims}")
}

/// Whether a parameter says who the client is; no secret gets into the request object.
fn stays_outside(parameter: &Parameter) -> bool {
    let authenticates = ["client_secret", "assertion"];
    matches!(parameter.name.as_str(), "client_id" | "client_secret" | "client_assertion" | "client_assertion_type")
        || parameter.value.placeholders().any(|name| authenticates.contains(&name))
}
