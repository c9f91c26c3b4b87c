//! Signs the authorization request with the key of the profile (JAR, RFC 9101), and encrypts it to a key of the issuer if the
//! service wants that (section 6.1).
//!
//! Invariant: outside of the request object stand only the client's ID and what authenticates the client. A server must not use
//! anything else (section 6.3), and FAPI 2.0 forbids it.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use jiff::Timestamp;

use crate::app::handle::App;
use crate::app::progress::{Progress, Report};
use crate::app::sign_in::assertions::{ID_TO_COME, ShownJwt, usage};
use crate::app::sign_in::call_context::SentAuthorization;
use crate::app::tokens::issuer_keys::fetch_anew;
use crate::app::{CallContext, Failure, FailureKind};
use crate::call::{BodyTemplate, Parameter, Place, Template, Values};
use crate::diagnosis::Diagnosis;
use crate::oauth::request_object;
use crate::oauth::{AssertionAlgorithm, KeyError, KeyPair, Parameters, REQUEST, Recipient, SigningKey, UnsignedJwt};
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
    /// who the client is, and the object, which is encrypted if there is a recipient.
    pub(in crate::app::sign_in) fn sign_request(
        &self,
        parameters: &mut Vec<Parameter>,
        values: &mut Values,
        (now, mut entropy): (Timestamp, fn() -> [u8; 32]),
        recipient: Option<&Recipient>,
        report: &Report,
    ) -> Result<(), Failure> {
        let Some(signature) = self.profile.service.request_signature() else { return Ok(()) };
        let id = BASE64_URL_SAFE_NO_PAD.encode(entropy());
        let (jwt, algorithm, key) = self.unsigned_request(&signature, parameters, values, (now, &id))?;
        report.tell(Progress::RequestSigned(told(jwt.clone(), algorithm, recipient)));
        let signed = jwt.sign(&key, algorithm)?;
        let object = recipient.map(|recipient| recipient.encrypt(&signed, &mut entropy)).transpose();
        values.set_secret(REQUEST_OBJECT, object.map_err(|error| usage(&error))?.unwrap_or(signed));
        parameters.retain(stays_outside);
        if !parameters.iter().any(|parameter| parameter.name == "client_id") {
            parameters.push(Parameter::new("client_id", "<client_id>"));
        }
        parameters.push(Parameter::new(REQUEST, format!("<{REQUEST_OBJECT}>")));
        Ok(())
    }

    /// Whom the request object is encrypted to, by the metadata and the keys of its issuer as they are now; `None` if it is only
    /// signed.
    pub(in crate::app::sign_in) async fn recipient(
        &self,
        app: &App,
        report: &Report,
    ) -> Result<Option<Recipient>, Failure> {
        let Some(wanted) = self.profile.service.request_encryption() else { return Ok(None) };
        let report = report.of_profile(self.name.as_ref());
        let published = fetch_anew(app, &report, &self.issuer_of_request(&self.values())?).await?;
        published.recipients.choose(wanted).map(Some).map_err(|error| usage(&error))
    }

    fn issuer_of_request(&self, values: &Values) -> Result<String, Failure> {
        let issuer = self.profile.service.redirect.issuer.as_ref().ok_or_else(|| {
            let summary = "the authorization request is to be signed, and for which issuer is not known";
            let hint = "name the issuer: `redirect.issuer` in the preset, or describe the service by `--issuer`";
            Failure::new(FailureKind::Usage, Diagnosis::new(summary).hint(hint))
        })?;
        text(&Template::new(issuer), values)
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
        let issuer = self.issuer_of_request(values)?;
        let mut signed = Parameters::new();
        for parameter in parameters.iter().filter(|parameter| !stays_outside(parameter)) {
            signed.push((parameter.name.clone(), text(&parameter.value, values)?));
        }
        // What is empty is left out, as from a query.
        signed.retain(|(_, value)| !value.is_empty());
        let pair = self.secrets.signing_key.as_ref().ok_or_else(|| usage(&KeyError::Missing))?;
        let key = KeyPair::signing_key(pair).ok_or_else(|| usage(&KeyError::Unusable))?;
        let algorithm = signature.algorithm_for(key.kind());
        let key_id = text(&Template::new(&signature.key_id), values)?;
        let parties = (self.profile.client_id.as_str(), issuer.as_str());
        Ok((request_object(&signed, parties, &key_id, (now, id)), algorithm, key))
    }
}

fn text(template: &Template, values: &Values) -> Result<String, Failure> {
    let rendered = template.render(values, Place::Text).map_err(|error| usage(&error))?;
    Ok(rendered.to_secret().expose().to_owned())
}

/// Header and claims for people, without what tells a response of this sign-in from a forged one, and by what they are encrypted.
fn told(mut jwt: UnsignedJwt, algorithm: AssertionAlgorithm, recipient: Option<&Recipient>) -> String {
    for name in ["state", "nonce"] {
        jwt.claims.entry(name).and_modify(|value| *value = MASK.into());
    }
    let ShownJwt { header, claims } = ShownJwt::of(&jwt, algorithm);
    let encrypted = recipient.map(|Recipient { algorithm, contents, .. }| {
        format!("\nEncrypted to a key of the issuer, by {} and {}", algorithm.as_str(), contents.as_str())
    });
    format!("{header}\n.\n{claims}{}", encrypted.unwrap_or_default())
}

/// Whether a parameter says who the client is; no secret gets into the request object.
fn stays_outside(parameter: &Parameter) -> bool {
    let authenticates = ["client_secret", "assertion"];
    matches!(parameter.name.as_str(), "client_id" | "client_secret" | "client_assertion" | "client_assertion_type")
        || parameter.value.placeholders().any(|name| authenticates.contains(&name))
}
