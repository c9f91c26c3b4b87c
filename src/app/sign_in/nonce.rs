//! The `nonce` of an authorization request (OpenID Connect Core 1.0 section 3.1.2.1): a random text that the ID token repeats,
//! which ties the two together. The preset or the person may set one of their own.

use crate::app::CallContext;
use crate::call::{Parameter, Place, Values};

const NONCE: &str = "nonce";

impl CallContext {
    /// Adds the parameter where an ID token is asked for, unless it is there or the service does not take it.
    pub(in crate::app) fn add_nonce(&self, parameters: &mut Vec<Parameter>) {
        let is_omitted = self.profile.service.authorization.as_ref().is_none_or(|request| request.omits(NONCE));
        let is_there = parameters.iter().any(|parameter| parameter.name == NONCE);
        if self.profile.asks_for_id_token() && !is_omitted && !is_there {
            parameters.push(Parameter::new(NONCE, format!("<{NONCE}>")));
        }
    }

    /// The one that is sent, which the ID token must repeat: their own, else this fresh one. `None` if none is sent.
    pub(in crate::app) fn nonce(&self, fresh: &str) -> Option<String> {
        let mut values = self.values();
        values.set(NONCE, fresh);
        self.asked(NONCE, &values)
    }

    /// The value of a parameter of the authorization request; `None` if it is not sent.
    pub(in crate::app) fn asked(&self, name: &str, values: &Values) -> Option<String> {
        let service = &self.profile.service;
        let mut parameters = self.profile.extra.clone();
        // What the person wants takes the place of what the preset has.
        parameters.extend(service.authorization.iter().flat_map(|request| &request.call.query).cloned());
        self.add_nonce(&mut parameters);
        let sent = parameters.iter().find(|parameter| parameter.name == name)?;
        let sent = sent.value.render(values, Place::Text).ok()?;
        Some(sent.to_secret().expose().to_owned()).filter(|value| !value.is_empty())
    }
}
