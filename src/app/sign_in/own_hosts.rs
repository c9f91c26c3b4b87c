//! Where a profile's token may go, and who may have issued it: the service's own hosts.

use url::Url;

use crate::app::CallContext;
use crate::call::{BodyTemplate, Parameter, Place, Template};
use crate::oauth::{Expected, KeyPair, TokenUse};

/// The parameters that name the API that a token is wanted for (RFC 8707 section 2; `audience` at Auth0 and others).
const AUDIENCE: [&str; 2] = ["resource", "audience"];

impl CallContext {
    /// The origins of the service's calls as they come out for this profile, each once.
    pub fn origins(&self) -> Vec<String> {
        let mut origins: Vec<String> = Vec::new();
        let urls = self.profile.service.calls().into_iter().flat_map(|(_, call)| [&call.url, &call.mtls_url]);
        for url in urls {
            if let Some(origin) = self.origin(url).filter(|origin| !origins.contains(origin)) {
                origins.push(origin);
            }
        }
        origins
    }

    /// Where a path of the service's API is taken to be: at the host of the identity call, else at the first of the API.
    pub(in crate::app) fn api_host(&self) -> Option<String> {
        let service = &self.profile.service;
        let identity = service.identity.as_ref().and_then(|identity| self.origin(&identity.call.url));
        identity.or_else(|| service.api.iter().find(|origin| !origin.contains('*')).cloned())
    }

    fn origin(&self, url: &Template) -> Option<String> {
        let url = url.render_url(&self.values()).ok()?;
        let origin = Url::parse(url.to_secret().expose()).ok()?.origin();
        origin.is_tuple().then(|| origin.ascii_serialization())
    }

    /// What is known of where a token of this profile comes from.
    pub(in crate::app) fn expected(&self, purpose: Option<TokenUse>) -> Expected {
        let values = self.values();
        let plain = |template: &Template| {
            let rendered = template.render(&values, Place::Text).ok()?;
            Some(rendered.to_secret().expose().to_owned()).filter(|text| !text.is_empty())
        };
        let service = &self.profile.service;
        let issuer = service.redirect.issuer.as_ref().and_then(|issuer| plain(&Template::new(issuer)));
        let form = match &service.token_request.body {
            BodyTemplate::Form(form) => form.as_slice(),
            _ => &[],
        };
        let query = service.authorization.iter().flat_map(|authorization| &authorization.call.query);
        let is_audience = |parameter: &&Parameter| AUDIENCE.contains(&parameter.name.as_str());
        let named = self.profile.extra.iter().chain(query).chain(form).find(is_audience);
        Expected {
            purpose,
            client_id: self.profile.client_id.clone(),
            issuer,
            origins: self.origins(),
            certificate: self
                .secrets
                .client_certificate
                .as_ref()
                .and_then(KeyPair::certificate)
                .map(|own| own.sha256_thumbprint()),
            proof_key: self.proof_thumbprint(),
            audience: named.and_then(|parameter| plain(&parameter.value)),
        }
    }
}
