//! What a person says about a service in single words: endpoints, the grant, client authentication, parameters. It changes a
//! preset, the metadata of an issuer, or a service that is described by nothing else.

use thiserror::Error;

use crate::call::{BodyTemplate, CallTemplate, Method, Parameter, Template};
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::oauth::{AUTHORIZATION_DETAILS, AssertionAlgorithm, GrantType, Pkce, Request, RequestEncryption, Resource};
use crate::service::by_hand::assertion_changes::{AssertionChange, AssertionChangeError};
use crate::service::client_method::ClientMethod;
use crate::service::definition::{Authorization, Identity};
use crate::service::profile::draft::{CallFields, ProfileDraft};
use crate::service::rules::Start;
use crate::service::security::profile::SecurityProfile;

/// A request of a service that takes parameters of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the preset's tables")]
pub enum StageName {
    Authorization,
    Pushed,
    Token,
    Refresh,
    Device,
    Revocation,
    Introspection,
    Identity,
}

impl StageName {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Authorization,
        Self::Pushed,
        Self::Token,
        Self::Refresh,
        Self::Device,
        Self::Revocation,
        Self::Introspection,
        Self::Identity,
    ];

    /// The name that a person writes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authorization => "authorization",
            Self::Pushed => "par",
            Self::Token => "token",
            Self::Refresh => "refresh",
            Self::Device => "device",
            Self::Revocation => "revocation",
            Self::Introspection => "introspection",
            Self::Identity => "identity",
        }
    }

    /// The stage of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == name)
    }
}

/// Changes to a service; what is `None` or empty stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceChanges {
    /// The URLs of endpoints.
    pub urls: Vec<(StageName, String)>,
    /// How tokens are obtained.
    pub grant: Option<GrantType>,
    /// How the client authenticates.
    pub client_method: Option<ClientMethod>,
    /// Parameters of requests, in the order in which they were given. An empty value removes the parameter.
    pub parameters: Vec<(StageName, Parameter)>,
    /// The APIs that tokens are asked for (RFC 8707), the one of the own access token first.
    pub resources: Vec<Resource>,
    /// Whether a code challenge is sent.
    pub pkce: Option<Pkce>,
    /// Whether tokens are bound to a key (RFC 9449), and by which algorithm proofs are signed.
    pub dpop: Option<Option<AssertionAlgorithm>>,
    /// Whether authorization requests are signed (RFC 9101), and by which algorithm.
    pub signed_request: Option<Option<AssertionAlgorithm>>,
    /// Whether they are encrypted as well (RFC 9101 section 6.1), and by what.
    pub encrypted_request: Option<Option<RequestEncryption>>,
    /// What is asked for in detail (RFC 9396), as JSON; empty removes it.
    pub authorization_details: Option<String>,
    /// What the token and the refresh request ask for of that (RFC 9396 section 6), as JSON; empty asks for all of it.
    pub token_details: Option<String>,
    /// What the assertion says that is signed here.
    pub assertion: Vec<AssertionChange>,
    /// The profile of OAuth 2.0 that the service is held to from now on.
    pub security_profile: Option<SecurityProfile>,
}

/// Why a change cannot be made.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ChangeError {
    /// The service has no such request.
    #[error("the service has no {0} request")]
    NoRequest(&'static str),
    /// The body of the request is no form.
    #[error("the body of the {0} request is no form, so it takes no parameters")]
    NoForm(&'static str),
    /// RFC 9101 section 6.1: what is encrypted is a signed request.
    #[error("the authorization request is to be encrypted, and not to be signed")]
    EncryptedUnsigned,
    /// The assertion cannot say it.
    #[error(transparent)]
    Assertion(#[from] AssertionChangeError),
    /// The service names the API in the scopes.
    #[error("the service takes no `resource`: its scopes say which API a token is for")]
    ByScope,
}

impl Diagnose for ChangeError {
    fn diagnose(&self) -> Diagnosis {
        Diagnosis::new(self.to_string()).hint(match self {
            Self::Assertion(error) => return error.diagnose(),
            Self::NoRequest(_) => "give its URL, or leave its parameters out",
            Self::ByScope => "ask for scopes of that API, with `--scope`; `tokenwright token NAME --resource URI` gives a token for another",
            Self::EncryptedUnsigned => "leave `--signed-request=off` out, or do not encrypt: `--encrypted-request=off`",
            Self::NoForm(_) => "change the body with `tokenwright edit`, or in the window",
        })
    }
}

impl ServiceChanges {
    /// Whether nothing is changed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Makes the changes.
    pub fn apply(&self, draft: &mut ProfileDraft) -> Result<(), ChangeError> {
        if let Some(grant) = self.grant.filter(|grant| *grant != GrantType::DeviceCode) {
            draft.choose_grant(Some(grant));
            draft.service.start = if grant == GrantType::RefreshToken { Start::RefreshToken } else { Start::Browser };
        }
        // First, so that what is chosen beside it is kept, and told if it departs from it.
        if let Some(profile) = self.security_profile {
            draft.follow_security_profile(profile, self.client_method);
        }
        if let Some(method) = self.client_method {
            draft.choose_client_method(method);
        }
        // After the client's method, which the new requests have, too.
        for (stage, url) in &self.urls {
            set_url(draft, *stage, url);
        }
        let begun = draft.assertion.as_mut().filter(|fields| fields.audience.is_empty());
        if let Some(fields) = begun.filter(|_| self.grant == Some(GrantType::JwtBearer)) {
            fields.audience.clone_from(&draft.token_request.url);
        }
        draft.change_assertion(&self.assertion)?;
        if let Some(pkce) = self.pkce {
            draft.pkce = pkce;
        }
        if let Some(dpop) = self.dpop {
            draft.service.dpop = dpop;
        }
        if let Some(signed_request) = self.signed_request {
            draft.service.set_signed_request(signed_request);
        }
        if let Some(encrypted_request) = self.encrypted_request {
            if encrypted_request.is_some() && draft.service.signed_request.is_none() {
                if self.signed_request.is_some() {
                    return Err(ChangeError::EncryptedUnsigned);
                }
                draft.service.signed_request = Some(AssertionAlgorithm::ES256);
            }
            draft.service.encrypted_request = encrypted_request;
        }
        if self.grant == Some(GrantType::DeviceCode) {
            if !draft.service.has_device_flow() {
                return Err(ChangeError::NoRequest(StageName::Device.as_str()));
            }
            GrantType::DeviceCode.as_str().clone_into(&mut draft.grant_type);
            draft.client_flow = false;
        }
        self.set_resources(draft)?;
        if let Some(details) = &self.authorization_details {
            let stage = if draft.client_flow { StageName::Authorization } else { StageName::Token };
            set_parameters(draft, stage, &[&Parameter::new(AUTHORIZATION_DETAILS, details)])?;
        }
        if let Some(details) = &self.token_details {
            draft.set_token_details(details)?;
        }
        self.by_name().into_iter().try_for_each(|(stage, parameters)| set_parameters(draft, stage, &parameters))
    }

    /// The sign-in names all resources, and a request for tokens the one that they are for (RFC 8707 section 2.2).
    fn set_resources(&self, draft: &mut ProfileDraft) -> Result<(), ChangeError> {
        if self.resources.is_empty() {
            return Ok(());
        }
        if draft.service.names_resources_by_scope() {
            return Err(ChangeError::ByScope);
        }
        let rules = &draft.service.resource;
        let all: Vec<Parameter> = self.resources.iter().map(|resource| rules.parameter_for(resource)).collect();
        let all: Vec<&Parameter> = all.iter().collect();
        if draft.client_flow {
            set_parameters(draft, StageName::Authorization, &all)?;
        }
        if draft.service.device_authorization.is_some() {
            set_parameters(draft, StageName::Device, &all)?;
        }
        set_parameters(draft, StageName::Token, &all[..1])?;
        set_refresh_parameters(draft, &all[..1])
    }

    /// The parameters of each stage and name: one may be sent several times, as `resource` is (RFC 8707 section 2).
    fn by_name(&self) -> Vec<(StageName, Vec<&Parameter>)> {
        let mut groups: Vec<(StageName, Vec<&Parameter>)> = Vec::new();
        for (stage, parameter) in &self.parameters {
            let is_same = |(other, group): &&mut (StageName, Vec<&Parameter>)| {
                other == stage && group.iter().any(|known| known.name == parameter.name)
            };
            match groups.iter_mut().find(is_same) {
                Some((_, group)) => group.push(parameter),
                None => groups.push((*stage, vec![parameter])),
            }
        }
        groups
    }
}

impl CallFields {
    /// Changes the URL, for clients with a certificate as well.
    fn set_url(&mut self, url: &str) {
        url.clone_into(&mut self.url);
        self.mtls_url.clear();
    }
}

fn set_url(draft: &mut ProfileDraft, stage: StageName, url: &str) {
    let authentication = draft.token_request.call_template();
    let service = &mut draft.service;
    let of_client = |request: Request| CallTemplate {
        url: Template::new(url),
        authentication: authentication.authentication,
        body: BodyTemplate::Form(with_client(request.parameters(), &authentication)),
        ..CallTemplate::default()
    };
    let keep = |call: Option<CallTemplate>, request| {
        let same = |call| CallTemplate { url: Template::new(url), mtls_url: Template::default(), ..call };
        call.map_or_else(|| of_client(request), same)
    };
    match stage {
        StageName::Authorization => {
            draft.client_flow = true;
            url.clone_into(&mut draft.authorization_url);
        }
        StageName::Token => {
            // The refresh request follows it until that has an address of its own.
            if draft.refresh_request.url == draft.token_request.url {
                draft.refresh_request.set_url(url);
            }
            draft.token_request.set_url(url);
        }
        StageName::Refresh => draft.refresh_request.set_url(url),
        StageName::Device => {
            service.device_authorization =
                Some(keep(service.device_authorization.take(), Request::DeviceAuthorization));
            if service.device_token_request.is_none() {
                let poll = of_client(Request::Token(GrantType::DeviceCode));
                let url = Template::new(draft.token_request.url.trim());
                service.device_token_request = Some(CallTemplate { url, ..poll });
            }
        }
        StageName::Pushed => {
            service.pushed_authorization =
                Some(keep(service.pushed_authorization.take(), Request::PushedAuthorization));
        }
        StageName::Revocation => service.revocation = Some(keep(service.revocation.take(), Request::Revocation)),
        StageName::Introspection => {
            service.introspection = Some(keep(service.introspection.take(), Request::Introspection));
        }
        StageName::Identity => {
            let headers = vec![Parameter::new("Authorization", "Bearer <token>")];
            let call = CallTemplate { method: Method::Get, headers, ..CallTemplate::default() };
            let known = service.identity.take().unwrap_or(Identity { call, fields: Vec::new() });
            let call = CallTemplate { url: Template::new(url), mtls_url: Template::default(), ..known.call };
            service.identity = Some(Identity { call, ..known });
        }
    }
}

/// The parameters with those by which the client of this call authenticates.
fn with_client(mut parameters: Vec<Parameter>, call: &CallTemplate) -> Vec<Parameter> {
    if let BodyTemplate::Form(form) = &call.body {
        let of_client: Vec<&Parameter> = form.iter().filter(|own| own.name.starts_with("client_")).collect();
        parameters.retain(|own| !of_client.iter().any(|other| other.name == own.name));
        parameters.extend(of_client.into_iter().cloned());
    }
    parameters
}

/// Sets parameters of one name.
pub(in crate::service) fn set_parameters(
    draft: &mut ProfileDraft,
    stage: StageName,
    parameters: &[&Parameter],
) -> Result<(), ChangeError> {
    let name = stage.as_str();
    let service = &mut draft.service;
    match stage {
        StageName::Token => return set_typed(&mut draft.token_request, name, parameters),
        StageName::Refresh => return set_typed(&mut draft.refresh_request, name, parameters),
        StageName::Authorization if !draft.client_flow => return Err(ChangeError::NoRequest(name)),
        StageName::Authorization => {
            let authorization = service.authorization.get_or_insert_with(Authorization::standard);
            set(&mut authorization.call.query, parameters);
            return Ok(());
        }
        _ => {}
    }
    let call = match stage {
        StageName::Pushed => service.pushed_authorization.as_mut(),
        StageName::Device => service.device_authorization.as_mut(),
        StageName::Revocation => service.revocation.as_mut(),
        StageName::Introspection => service.introspection.as_mut(),
        _ => service.identity.as_mut().map(|identity| &mut identity.call),
    };
    let call = call.ok_or(ChangeError::NoRequest(name))?;
    match &mut call.body {
        BodyTemplate::Form(form) => set(form, parameters),
        BodyTemplate::None => set(&mut call.query, parameters),
        BodyTemplate::Json(_) | BodyTemplate::Text { .. } => return Err(ChangeError::NoForm(name)),
    }
    Ok(())
}

/// The same for the refresh request, where there is one.
pub(in crate::service) fn set_refresh_parameters(
    draft: &mut ProfileDraft,
    parameters: &[&Parameter],
) -> Result<(), ChangeError> {
    match set_parameters(draft, StageName::Refresh, parameters) {
        Err(ChangeError::NoRequest(_)) => Ok(()),
        set => set,
    }
}

fn set_typed(call: &mut CallFields, name: &'static str, parameters: &[&Parameter]) -> Result<(), ChangeError> {
    if call.url.trim().is_empty() {
        return Err(ChangeError::NoRequest(name));
    }
    let mut template = call.call_template();
    match &mut template.body {
        BodyTemplate::Form(form) => set(form, parameters),
        BodyTemplate::None => set(&mut template.query, parameters),
        BodyTemplate::Json(_) | BodyTemplate::Text { .. } => return Err(ChangeError::NoForm(name)),
    }
    *call = CallFields::from(&template);
    Ok(())
}

/// Replaces what has the name of these parameters; empty ones are only removed.
pub(in crate::service) fn set(list: &mut Vec<Parameter>, given: &[&Parameter]) {
    let names: Vec<&str> = given.iter().map(|parameter| parameter.name.as_str()).collect();
    let at = list.iter().position(|known| names.contains(&known.name.as_str())).unwrap_or(list.len());
    list.retain(|known| !names.contains(&known.name.as_str()));
    let at = at.min(list.len());
    let sent = given.iter().filter(|parameter| !parameter.value.is_empty()).map(|parameter| (*parameter).clone());
    list.splice(at..at, sent);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::{Catalog, Service};

    fn changed(id: &str, changes: &ServiceChanges) -> Result<Service, ChangeError> {
        let mut draft = ProfileDraft::new(Catalog::bundled().service(id).expect("a preset"));
        changes.apply(&mut draft)?;
        Ok(draft.customised())
    }

    fn form(call: &CallTemplate) -> Vec<(String, String)> {
        let BodyTemplate::Form(form) = &call.body else { panic!("{:?}", call.body) };
        form.iter().map(|own| (own.name.clone(), own.value.source().to_owned())).collect()
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn a_plain_service_is_described_by_its_endpoints() {
        let url = |stage, path: &str| (stage, format!("https://as.test/{path}"));
        let changes = ServiceChanges {
            urls: vec![
                url(StageName::Authorization, "authorize"),
                url(StageName::Token, "token"),
                url(StageName::Device, "device"),
                url(StageName::Revocation, "revoke"),
                url(StageName::Introspection, "introspect"),
                url(StageName::Identity, "me"),
            ],
            client_method: Some(ClientMethod::SecretBasic),
            pkce: Some(Pkce::Off),
            ..ServiceChanges::default()
        };
        let service = changed(Catalog::CUSTOM, &changes).expect("a service");
        let authorization = service.authorization.as_ref().expect("a browser");
        assert_eq!((authorization.call.url.source(), authorization.pkce), ("https://as.test/authorize", Pkce::Off));
        let urls: Vec<&str> = service.calls().into_iter().map(|(_, call)| call.url.source()).collect();
        for path in ["authorize", "token", "device", "revoke", "introspect", "me"] {
            assert!(urls.iter().any(|url| url.ends_with(path)), "{path}: {urls:?}");
        }
        let refresh = service.refresh_request.as_ref().expect("a refresh request");
        assert_eq!(refresh.url.source(), "https://as.test/token");
    }

    #[test]
    fn parameters_are_added_replaced_and_removed() {
        let parameters = [
            (StageName::Authorization, "prompt", "consent"),
            (StageName::Authorization, "scope", ""),
            (StageName::Token, "audience", "https://api.test"),
            (StageName::Token, "resource", "https://a.test"),
            (StageName::Token, "resource", "https://b.test"),
            (StageName::Token, "client_id", "fixed"),
        ];
        let parameters = parameters.map(|(stage, name, value)| (stage, Parameter::new(name, value))).to_vec();
        let token = (StageName::Token, "https://as.test/token".to_owned());
        let authorize = (StageName::Authorization, "https://as.test/authorize".to_owned());
        let changes = ServiceChanges { urls: vec![authorize, token], parameters, ..ServiceChanges::default() };
        let service = changed(Catalog::CUSTOM, &changes).expect("a service");
        let query = &service.authorization.as_ref().expect("a browser").call.query;
        assert!(query.iter().any(|own| own.name == "prompt" && own.value.source() == "consent"));
        assert!(!query.iter().any(|own| own.name == "scope"));
        let sent = form(&service.token_request);
        for expected in [
            pair("audience", "https://api.test"),
            pair("resource", "https://a.test"),
            pair("resource", "https://b.test"),
            pair("client_id", "fixed"),
        ] {
            assert!(sent.contains(&expected), "{sent:?}");
        }
        assert!(!sent.contains(&pair("client_id", "<client_id>")), "{sent:?}");
    }

    #[test]
    fn a_parameter_of_a_request_that_there_is_not_is_refused() {
        for (stage, id) in [(StageName::Revocation, Catalog::CUSTOM), (StageName::Token, Catalog::CUSTOM)] {
            let parameters = vec![(stage, Parameter::new("a", "b"))];
            let changes = ServiceChanges { parameters, ..ServiceChanges::default() };
            assert_eq!(changed(id, &changes), Err(ChangeError::NoRequest(stage.as_str())));
        }
    }

    #[test]
    fn nothing_changes_nothing() {
        let all = Catalog::bundled().services();
        // The blank service has no URL to refresh at.
        for service in all.into_iter().filter(|service| service.id != Catalog::CUSTOM) {
            assert!(changed(&service.id, &ServiceChanges::default()).as_ref() == Ok(&service), "{}", service.id);
        }
    }
}
