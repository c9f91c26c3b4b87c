//! The part that is played: a profile made of the preset's own examples and defaults, and a client that nobody has.

use std::collections::BTreeMap;

use crate::practice::{REHEARSAL_CLIENT_ID, REHEARSAL_CLIENT_SECRET, REHEARSAL_USER_NAME, Registration};
use crate::secret::Secret;
use crate::service::{Asks, Input, ProfileDraft, Service};
use crate::wizard::{Material, TypedSecrets};

/// What the calls are made from, by the door that typed fields go through as well, so that its reading of a preset is
/// rehearsed too; and what the service was told beforehand; or what is wrong with the preset's examples.
pub(crate) fn cast(service: Service) -> Result<(Material, Registration), String> {
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
    let registration = Registration {
        inputs: profile.inputs.clone().into_iter().chain(told).collect(),
        redirect_uri: profile.redirect_uri.clone(),
        scopes: profile.scopes.clone(),
    };
    let secret = if profile.service.asks == Asks::Nothing { "" } else { REHEARSAL_CLIENT_SECRET };
    let secrets = TypedSecrets { client_secret: Secret::new(secret), inputs: secret_inputs, ..TypedSecrets::default() };
    Ok((Material::new(profile, secrets), registration))
}

/// The default, the example or the first choice.
fn value(input: &Input) -> String {
    let first = input.choices.first().map(|choice| &choice.value);
    let mut values = [Some(&input.default), Some(&input.example), first].into_iter().flatten();
    let value = values.find(|value| !value.is_empty()).cloned();
    value.unwrap_or_else(|| if input.secret { format!("example-{}", input.name) } else { String::new() })
}
