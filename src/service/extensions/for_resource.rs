//! The requests of a service for a token of one more API, where one sign-in gives tokens for several (RFC 8707).

use crate::call::{BodyTemplate, CallTemplate, Parameter};
use crate::oauth::{Resource, Stage};
use crate::service::by_hand::changes::{ChangeError, StageName, set};
use crate::service::definition::Service;
use crate::service::extensions::further_token::FurtherToken;
use crate::service::profile::Profile;

impl Service {
    /// The service whose request of this stage asks for a token of this resource. Fails where there is no such request, or its
    /// body is no form.
    pub fn for_resource(mut self, stage: Stage, resource: &Resource) -> Result<Self, ChangeError> {
        let parameter = self.resource.parameter_for(resource);
        let (name, call) = match stage {
            Stage::RefreshRequest => (StageName::Refresh, self.refresh_request.as_mut()),
            _ => (StageName::Token, Some(&mut self.token_request)),
        };
        let call = call.ok_or(ChangeError::NoRequest(name.as_str()))?;
        match &mut call.body {
            BodyTemplate::Form(form) => set(form, &[&parameter]),
            BodyTemplate::None => set(&mut call.query, &[&parameter]),
            BodyTemplate::Json(_) | BodyTemplate::Text { .. } => return Err(ChangeError::NoForm(name.as_str())),
        }
        Ok(self)
    }

    /// Whether the own access token is for this resource: the token request names it.
    pub fn is_own_resource(&self, resource: &Resource) -> bool {
        sent(&self.token_request).contains(&self.resource.parameter_for(resource))
    }

    /// The token of this name that a reply may have beside the own one.
    pub fn further_token(&self, name: &Resource) -> Option<&FurtherToken> {
        self.further_token.iter().find(|token| token.name == name.as_str())
    }

    /// Whether the scopes say which API a token is for.
    pub fn names_resources_by_scope(&self) -> bool {
        self.resource.are_scopes()
    }

    /// Whether a resource is sent in the parameter of RFC 8707, which takes URIs only.
    pub fn names_resources_by_uri(&self) -> bool {
        self.resource.are_by_uri()
    }
}

impl Profile {
    /// Whether a refresh may ask for this resource: the sign-in names it, or need not.
    pub fn may_ask_for(&self, resource: &Resource) -> bool {
        let service = &self.service;
        if service.resource.any || !service.names_resources_by_uri() {
            return true;
        }
        let (browser, device) = (service.authorization.as_ref(), service.device_authorization.as_ref());
        if browser.is_none() && device.is_none() {
            return true;
        }
        let of_browser = browser.iter().flat_map(|authorization| &authorization.call.query);
        let named = self.extra.iter().chain(of_browser).chain(device.iter().flat_map(|call| sent(call)));
        named.into_iter().any(|parameter| *parameter == service.resource.parameter_for(resource))
    }
}

/// The parameters of a call.
fn sent(call: &CallTemplate) -> &[Parameter] {
    if let BodyTemplate::Form(form) = &call.body { form } else { &call.query }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::{Catalog, ProfileDraft, ServiceChanges};

    fn values(service: &Service, stage: Stage, name: &str) -> Vec<String> {
        let call = if stage == Stage::RefreshRequest {
            service.refresh_request.as_ref().expect("a refresh")
        } else {
            &service.token_request
        };
        let BodyTemplate::Form(form) = &call.body else { panic!("{:?}", call.body) };
        form.iter().filter(|own| own.name == name).map(|own| own.value.source().to_owned()).collect()
    }

    #[test]
    fn the_parameter_is_that_of_the_rfc_or_what_the_service_has_instead() {
        let resource = Resource::parse("https://api.example.com").expect("a resource");
        let of = |id: &str| Catalog::bundled().service(id).expect("a preset");
        let practice = of("practice").for_resource(Stage::RefreshRequest, &resource).expect("a form");
        assert_eq!(values(&practice, Stage::RefreshRequest, "resource"), ["https://api.example.com"]);
        assert!(values(&practice, Stage::TokenRequest, "resource").is_empty());
        let microsoft = of("microsoft").for_resource(Stage::RefreshRequest, &resource).expect("a form");
        assert_eq!(
            values(&microsoft, Stage::RefreshRequest, "scope"),
            ["https://api.example.com/.default offline_access"]
        );
        assert!(values(&microsoft, Stage::RefreshRequest, "resource").is_empty());
    }

    #[test]
    fn a_parameter_that_is_sent_already_is_replaced() {
        let first = Resource::parse("https://a.test").expect("a resource");
        let second = Resource::parse("https://b.test").expect("a resource");
        let service = Catalog::bundled().service("practice").expect("a preset");
        let service = service.for_resource(Stage::RefreshRequest, &first).expect("a form");
        let service = service.for_resource(Stage::RefreshRequest, &second).expect("a form");
        assert_eq!(values(&service, Stage::RefreshRequest, "resource"), ["https://b.test"]);
    }

    #[test]
    fn a_refresh_asks_for_what_the_sign_in_named() {
        let (named, other) = (Resource::parse("https://a.test").expect("a URI"), Resource::parse("https://b.test"));
        let other = other.expect("a URI");
        let mut draft = ProfileDraft::new(Catalog::bundled().service("practice").expect("a preset"));
        draft.service.resource.any = false;
        let changes = ServiceChanges { resources: vec![named.clone()], ..ServiceChanges::default() };
        changes.apply(&mut draft).expect("requests with forms");
        let mut profile = draft.as_typed();
        assert!(profile.may_ask_for(&named) && !profile.may_ask_for(&other));
        assert!(profile.service.is_own_resource(&named) && !profile.service.is_own_resource(&other));
        // As an extra parameter in the window.
        profile.extra = vec![Parameter::new("resource", "https://b.test")];
        assert!(profile.may_ask_for(&other) && !profile.service.is_own_resource(&other));
        profile.extra.clear();
        profile.service.resource.any = true;
        assert!(profile.may_ask_for(&other));
        let microsoft = ProfileDraft::new(Catalog::bundled().service("microsoft").expect("a preset")).as_typed();
        assert!(microsoft.may_ask_for(&other));
    }
}
