//! Authorization details (RAR, RFC 9396) of a service: a parameter of the authorization request, or of the token request where
//! there is no other.

use crate::call::{BodyTemplate, Parameter, parse_parameters};
use crate::diagnosis::{Diagnose as _, Diagnosis};
use crate::oauth::{AUTHORIZATION_DETAILS, TokenSet, detail_types, details_not_granted};
use crate::service::by_hand::changes::{ChangeError, StageName, set_parameters, set_refresh_parameters};
use crate::service::definition::{Authorization, Service};
use crate::service::profile::draft::{BodyKind, CallFields, ProfileDraft};

impl Service {
    /// What is asked for in detail, as JSON; `None` if nothing is.
    pub fn authorization_details(&self) -> Option<&str> {
        let form = match (&self.authorization, &self.token_request.body) {
            (None, BodyTemplate::Form(form)) => form.as_slice(),
            _ => &[],
        };
        let query = self.authorization.iter().flat_map(|authorization| &authorization.call.query);
        let asked = query.chain(form).find(|parameter| parameter.name == AUTHORIZATION_DETAILS)?;
        Some(asked.value.source()).filter(|text| !text.trim().is_empty())
    }
}

impl Service {
    /// What the token request asks for of that (RFC 9396 section 6), as JSON; `None` if it asks for all of it.
    pub fn token_details(&self) -> Option<&str> {
        let BodyTemplate::Form(form) = &self.token_request.body else { return None };
        let asked = form.iter().find(|parameter| parameter.name == AUTHORIZATION_DETAILS)?;
        Some(asked.value.source()).filter(|text| self.authorization.is_some() && !text.trim().is_empty())
    }

    /// The details that were asked for and not granted with these tokens, each as JSON; none if the service does not say.
    pub fn details_not_granted(&self, tokens: &TokenSet) -> Vec<String> {
        let asked = self.token_details().or_else(|| self.authorization_details());
        match (asked, tokens.retained.get(AUTHORIZATION_DETAILS)) {
            (Some(asked), Some(granted)) => details_not_granted(asked, granted),
            _ => Vec::new(),
        }
    }
}

impl ProfileDraft {
    /// What was typed as details and is none, and why.
    pub(in crate::service) fn wrong_details(&self) -> Option<(&str, Diagnosis)> {
        let details = self.service.authorization_details()?;
        detail_types(details).err().map(|error| (details, error.diagnose()))
    }

    /// Whether its token request can ask for a part of them.
    pub fn takes_token_details(&self) -> bool {
        let CallFields { url, body_kind, .. } = &self.token_request;
        self.client_flow && *body_kind == BodyKind::Form && !url.trim().is_empty()
    }

    /// What its token request asks for of them, as typed; empty if it asks for all.
    pub fn token_details(&self) -> String {
        let fields = if self.takes_token_details() { parse_parameters(&self.token_request.body) } else { Vec::new() };
        let asked = fields.into_iter().find(|parameter| parameter.name == AUTHORIZATION_DETAILS);
        asked.map(|parameter| parameter.value.source().to_owned()).unwrap_or_default()
    }

    /// Sets what the token request and the refresh request ask for of them (RFC 9396 section 6); an empty text asks for all.
    pub fn set_token_details(&mut self, text: &str) -> Result<(), ChangeError> {
        let details = Parameter::new(AUTHORIZATION_DETAILS, text.trim());
        set_parameters(self, StageName::Token, &[&details])?;
        set_refresh_parameters(self, &[&details])
    }

    /// Sets the details of the authorization request.
    pub fn set_authorization_details(&mut self, text: &str) {
        let authorization = self.service.authorization.get_or_insert_with(Authorization::standard);
        let query = &mut authorization.call.query;
        query.retain(|parameter| parameter.name != AUTHORIZATION_DETAILS);
        if !text.trim().is_empty() {
            query.push(Parameter::new(AUTHORIZATION_DETAILS, text));
        }
    }
}
