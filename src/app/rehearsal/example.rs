//! The profile of a rehearsal: the preset's own examples and defaults, and a client that nobody has.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::app::CallContext;
use crate::oauth::{AssertionAlgorithm, KeyPair, ProfileSecrets, make_key_pair, make_proof_key};
use crate::practice::{
    REHEARSAL_CLIENT_ID, REHEARSAL_CLIENT_SECRET, REHEARSAL_USER_NAME, Registration, rehearsal_secret,
};
use crate::secret::Secret;
use crate::service::{Input, ProfileDraft, Service};

/// Enough for a key that signs a few assertions to a stand-in and is thrown away; more would only take longer.
const RSA_BITS: usize = 2048;
/// Longer than any rehearsal.
const CERTIFICATE_LIFE: Duration = Duration::from_hours(24);

/// What the calls are made from, and what was registered with the service beforehand; or what is wrong with the preset's
/// examples. They are parsed as typed fields are, so that this too is rehearsed.
pub(crate) fn profile(service: Service, now: Timestamp) -> Result<(CallContext, Registration), String> {
    let mut draft = ProfileDraft::new(service);
    for input in &draft.service.inputs {
        draft.inputs.insert(input.name.clone(), value(input));
    }
    draft.client_id = REHEARSAL_CLIENT_ID.to_owned();
    draft.user_name = REHEARSAL_USER_NAME.to_owned();
    let profile = draft.parse().map_err(|errors| {
        let errors: Vec<String> = errors.into_iter().map(|error| error.diagnosis.summary).collect();
        errors.join("; ")
    })?;
    let secret_inputs = profile.service.inputs.iter().filter(|input| input.secret);
    let secret_inputs: BTreeMap<String, Secret> =
        secret_inputs.map(|input| (input.name.clone(), Secret::new(value(input)))).collect();
    let told = secret_inputs.iter().map(|(name, secret)| (name.clone(), secret.expose().to_owned()));
    let signing_key = key_pair(&profile.service, now)?;
    let registration = Registration {
        inputs: profile.inputs.clone().into_iter().chain(told).collect(),
        redirect_uri: profile.redirect_uri.clone(),
        scopes: profile.scopes.clone(),
        certificate: signing_key.as_ref().and_then(|pair| pair.certificate.clone()),
    };
    let password = if profile.service.wants_password() { REHEARSAL_CLIENT_SECRET } else { "" };
    let secrets = ProfileSecrets {
        client_secret: Secret::new(rehearsal_secret(&profile.service)),
        password: Secret::new(password),
        signing_key,
        proof_key: proof_key(&profile.service)?,
        client_certificate: client_certificate(&profile.service, now)?,
        inputs: secret_inputs,
        ..ProfileSecrets::default()
    };
    Ok((CallContext::new(profile, secrets), registration))
}

/// The key of a client that signs, or decrypts.
pub(in crate::app) fn key_pair(service: &Service, now: Timestamp) -> Result<Option<KeyPair>, String> {
    let Some(assertion) = service.client_key() else { return Ok(None) };
    let algorithm = assertion.algorithm.unwrap_or(AssertionAlgorithm::RS256);
    let pair = make_key_pair(algorithm, RSA_BITS, "Tokenwright rehearsal", now, CERTIFICATE_LIFE);
    pair.map(Some).map_err(|error| error.to_string())
}

/// The key that tokens are bound to.
pub(in crate::app) fn proof_key(service: &Service) -> Result<Option<KeyPair>, String> {
    service.dpop.map(make_proof_key).transpose().map_err(|error| error.to_string())
}

/// The certificate of a client whose service wants one. A stand-in does not speak TLS, so it is shown to nobody.
pub(in crate::app) fn client_certificate(service: &Service, now: Timestamp) -> Result<Option<KeyPair>, String> {
    if !service.wants_client_certificate() {
        return Ok(None);
    }
    let pair = make_key_pair(AssertionAlgorithm::ES256, 0, "Tokenwright rehearsal", now, CERTIFICATE_LIFE);
    pair.map(Some).map_err(|error| error.to_string())
}

/// The default, the example or the first choice.
fn value(input: &Input) -> String {
    let first = input.choices.first().map(|choice| &choice.value);
    let mut values = [Some(&input.default), Some(&input.example), first].into_iter().flatten();
    let value = values.find(|value| !value.is_empty()).cloned();
    value.unwrap_or_else(|| if input.secret { format!("example-{}", input.name) } else { String::new() })
}
