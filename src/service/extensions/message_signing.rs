//! Signed authorization responses (JARM) of a service.

use crate::call::Parameter;
use crate::oauth::{RESPONSE_MODE, ResponseMode};
use crate::service::definition::{Authorization, Service};
use crate::service::profile::draft::ProfileDraft;

impl Service {
    /// How the authorization response comes back, if the request says so in a way that is known.
    pub fn response_mode(&self) -> Option<ResponseMode> {
        let query = &self.authorization.as_ref()?.call.query;
        let mode = query.iter().find(|parameter| parameter.name == RESPONSE_MODE)?;
        ResponseMode::parse(mode.value.source())
    }
}

impl ProfileDraft {
    /// Sets how the authorization response comes back; `None` for the service's default.
    pub fn set_response_mode(&mut self, mode: Option<ResponseMode>) {
        let authorization = self.service.authorization.get_or_insert_with(Authorization::standard);
        let query = &mut authorization.call.query;
        query.retain(|parameter| parameter.name != RESPONSE_MODE);
        query.extend(mode.map(|mode| Parameter::new(RESPONSE_MODE, mode.as_str())));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::Catalog;

    #[test]
    fn a_response_mode_is_a_parameter_of_the_authorization_request() {
        let mut draft = ProfileDraft::new(Catalog::bundled().service("microsoft").expect("a preset"));
        assert_eq!(draft.service.response_mode(), Some(ResponseMode::Query));
        draft.set_response_mode(Some(ResponseMode::Jwt));
        assert_eq!(draft.customised().response_mode(), Some(ResponseMode::Jwt));
        draft.set_response_mode(None);
        let service = draft.customised();
        let query = &service.authorization.as_ref().expect("a browser").call.query;
        assert!(!query.iter().any(|own| own.name == RESPONSE_MODE));
    }
}
