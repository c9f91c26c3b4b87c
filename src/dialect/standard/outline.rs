//! A service from its endpoints: the calls of RFC 6749 and its relatives, for documents that name endpoints and leave
//! the calls to the standards.

use crate::call::{Authentication, BodyTemplate, CallTemplate, Method, Parameter, Template};
use crate::dialect::standard::gathering::Gathering;
use crate::dialect::standard::slots::looks_secret;
use crate::dialect::{CLIENT_AUTHENTICATION, CODE_CHALLENGE, Described, Note};
use crate::oauth::{GrantType, Pkce, RedirectUri, Request, client_parameters};
use crate::service::{Asks, Authorization, Field, Identity, KnownScope, Service, Start};

/// The longest id and name: what a preset's file may be called.
const LONGEST_NAME: usize = 64;

/// Additions to a standard call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Extras {
    pub(crate) headers: Vec<Parameter>,
    pub(crate) query: Vec<Parameter>,
    pub(crate) body: Vec<Parameter>,
}

/// What a document says about a service. An empty URL is unknown.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outline {
    pub(crate) format: &'static str,
    pub(crate) title: String,
    pub(crate) grant: GrantType,
    /// At the token endpoint; `None` sends client ID and secret in the body.
    pub(crate) authentication: Authentication,
    /// Whose default that is, where the document says nothing of it.
    pub(crate) assumes_authentication: Option<&'static str>,
    pub(crate) pkce: Option<Pkce>,
    /// Whose default that is, where the document says nothing of it.
    pub(crate) assumes_pkce: Option<&'static str>,
    pub(crate) authorization_url: String,
    /// Where authorization requests are pushed to; empty where the browser carries them.
    pub(crate) pushed_url: String,
    pub(crate) token_url: String,
    /// The token endpoint where empty.
    pub(crate) refresh_url: String,
    pub(crate) device_url: String,
    pub(crate) identity_url: String,
    pub(crate) revocation_url: String,
    pub(crate) introspection_url: String,
    pub(crate) known_scopes: Vec<KnownScope>,
    pub(crate) authorization_query: Vec<Parameter>,
    pub(crate) token: Extras,
    pub(crate) refresh: Extras,
    /// The whole token request, if the document has it.
    pub(crate) token_request: Option<CallTemplate>,
    /// The whole refresh request, if the document has it.
    pub(crate) refresh_request: Option<CallTemplate>,
    /// The secrets that the document says are needed.
    pub(crate) asks: Option<Asks>,
}

impl Outline {
    /// The service, with what was gathered.
    pub(crate) fn described(&self, gathering: Gathering) -> Described {
        let mut gathering = gathering;
        self.tell_missing(&mut gathering);
        let with_code = self.grant == GrantType::AuthorizationCode;
        let of_program = || (self.pkce.is_none() && self.pkce() == Pkce::S256).then_some("default of this program");
        if let Some(whose) = self.assumes_pkce.or_else(of_program).filter(|_| with_code) {
            gathering.described.assumed.push((CODE_CHALLENGE, whose));
        }
        if let Some(whose) = self.assumes_authentication {
            gathering.described.assumed.push((CLIENT_AUTHENTICATION, whose));
        }
        let authorization = with_code.then(|| self.authorization());
        let can_refresh = self.grant != GrantType::ClientCredentials || !self.refresh_url.is_empty();
        let standard_request = || self.token_call(&self.token_url, Request::Token(self.grant), &self.token);
        let grant_type = match gathering.grant_type.as_str() {
            "" => self.grant.as_str().to_owned(),
            named => named.to_owned(),
        };
        let service = Service {
            name: self.title.clone(),
            grant_type,
            start: if self.grant == GrantType::RefreshToken { Start::RefreshToken } else { Start::Browser },
            asks: self.asks.unwrap_or_else(|| self.standard_asks(&gathering)),
            authorization,
            pushed_authorization: self.token_stage(&self.pushed_url, Request::PushedAuthorization),
            token_request: self.token_request.clone().unwrap_or_else(standard_request),
            refresh_request: self.refresh_request.clone().or_else(|| can_refresh.then(|| self.standard_refresh())),
            identity: self.identity(),
            revocation: self.token_stage(&self.revocation_url, Request::Revocation),
            introspection: self.token_stage(&self.introspection_url, Request::Introspection),
            device_authorization: self.token_stage(&self.device_url, Request::DeviceAuthorization),
            device_token_request: self.token_stage(self.device_token_url(), Request::Token(GrantType::DeviceCode)),
            ..Service::default()
        };
        finish(self.format, service, self.known_scopes.clone(), gathering)
    }

    fn tell_missing(&self, gathering: &mut Gathering) {
        if self.token_url.is_empty() && self.token_request.as_ref().is_none_or(|call| call.url.is_empty()) {
            gathering.missing("token endpoint", "its URL: see the service's documentation");
        }
        if self.grant == GrantType::AuthorizationCode && self.authorization_url.is_empty() {
            let note = Note::new("authorization endpoint", "its URL: see the service's documentation");
            gathering.described.missing.push(note.about(Field::AuthorizationUrl));
        }
    }

    fn standard_asks(&self, gathering: &Gathering) -> Asks {
        let has_secret = gathering.names_secret || !gathering.described.secrets.client_secret.is_empty();
        match self.authentication {
            _ if self.grant == GrantType::Password => Asks::UserAndSecret,
            Authentication::PrivateKeyJwt | Authentication::TlsClientAuth | Authentication::SelfSignedTlsClientAuth => {
                Asks::Nothing
            }
            Authentication::ClientSecretJwt => Asks::Secret,
            _ if has_secret || self.grant == GrantType::ClientCredentials => Asks::Secret,
            _ => Asks::OptionalSecret,
        }
    }

    fn authorization(&self) -> Authorization {
        let query = with_extras(Request::Authorization.parameters(), &self.authorization_query);
        let url = Template::new(self.authorization_url.clone());
        let call = CallTemplate { method: Method::Get, url, query, ..CallTemplate::default() };
        Authorization { call, pkce: self.pkce(), ..Authorization::default() }
    }

    /// A code challenge is sent only if the token request sends the verifier.
    fn pkce(&self) -> Pkce {
        let sends_verifier = |call: &CallTemplate| call.placeholders().any(|name| name == "code_verifier");
        let can = self.token_request.as_ref().is_none_or(sends_verifier);
        if can { self.pkce.unwrap_or_default() } else { Pkce::Off }
    }

    fn standard_refresh(&self) -> CallTemplate {
        let url = if self.refresh_url.is_empty() { &self.token_url } else { &self.refresh_url };
        self.token_call(url, Request::Token(GrantType::RefreshToken), &self.refresh)
    }

    /// A call with the client authentication of the token endpoint.
    fn token_call(&self, url: &str, request: Request, extras: &Extras) -> CallTemplate {
        let mut body = request.parameters();
        let is_public = self.asks == Some(Asks::Nothing);
        let of_client = match self.authentication {
            Authentication::None if !is_public => client_parameters(),
            authentication => authentication.parameters(),
        };
        body.retain(|own| !of_client.iter().any(|other| other.name == own.name));
        body.extend(of_client);
        CallTemplate {
            url: Template::new(url),
            authentication: self.authentication,
            headers: extras.headers.clone(),
            query: extras.query.clone(),
            body: BodyTemplate::Form(with_extras(body, &extras.body)),
            ..CallTemplate::default()
        }
    }

    fn token_stage(&self, url: &str, request: Request) -> Option<CallTemplate> {
        (!url.is_empty()).then(|| self.token_call(url, request, &Extras::default()))
    }

    fn identity(&self) -> Option<Identity> {
        (!self.identity_url.is_empty()).then(|| {
            let headers = vec![Parameter::new("Authorization", "Bearer <token>")];
            let url = Template::new(self.identity_url.clone());
            let call = CallTemplate { method: Method::Get, url, headers, ..CallTemplate::default() };
            Identity { call, fields: Vec::new() }
        })
    }

    fn device_token_url(&self) -> &str {
        if self.device_url.is_empty() { "" } else { &self.token_url }
    }
}

/// The standard parameters, overridden and extended by others.
fn with_extras(mut standard: Vec<Parameter>, extras: &[Parameter]) -> Vec<Parameter> {
    for extra in extras {
        match standard.iter_mut().find(|known| known.name == extra.name) {
            Some(known) => known.value = extra.value.clone(),
            None => standard.push(extra.clone()),
        }
    }
    standard
}

/// Completes the service with what every imported one has: ID, source, scopes, redirect URI, inputs.
pub(crate) fn finish(
    format: &'static str,
    mut service: Service,
    known_scopes: Vec<KnownScope>,
    gathering: Gathering,
) -> Described {
    let Gathering { mut described, mut inputs, separator, .. } = gathering;
    service.name = name(&service.name);
    service.id = id(&service.name);
    service.category = "Imported".into();
    service.summary = format!("imported from {format}");
    service.source = vec![service.summary.clone()];
    service.scopes.known = known_scopes;
    service.scopes.default.clone_from(&described.scopes);
    separator.unwrap_or(" ").clone_into(&mut service.scopes.separator);
    match RedirectUri::parse(&described.redirect_uri) {
        Ok(_) => service.redirect.default.clone_from(&described.redirect_uri),
        Err(_) if described.redirect_uri.is_empty() => {}
        Err(error) => {
            let note = Note::new("redirect URI", format!("it cannot be used: {error}"));
            described.ignored.push(note);
            described.redirect_uri.clear();
        }
    }
    each_once(&mut service);
    service.inputs.clone_from(&inputs);
    for name in service.unsupplied().into_iter().map(|(_, name)| name) {
        if !inputs.iter().any(|input| input.name == name) {
            let label = name.clone();
            inputs.push(crate::service::Input { secret: looks_secret(&name), name, label, ..Default::default() });
        }
    }
    let hosts: Vec<String> = service.calls().into_iter().flat_map(|(_, call)| call.url.host_placeholders()).collect();
    for input in inputs.iter_mut().filter(|input| hosts.contains(&input.name)) {
        bound_host(input, &service);
    }
    service.inputs = inputs;
    described.missing.extend(missing(&service, &described));
    described.service = service;
    described
}

/// Keeps only the first parameter of each name.
fn each_once(service: &mut Service) {
    let authorization = service.authorization.iter_mut().map(|authorization| &mut authorization.call);
    for call in authorization.chain([&mut service.token_request]).chain(&mut service.refresh_request) {
        let body = match &mut call.body {
            BodyTemplate::Form(list) => Some(list),
            _ => None,
        };
        for list in [&mut call.headers, &mut call.query].into_iter().chain(body) {
            let mut names: Vec<String> = Vec::new();
            list.retain(|parameter| {
                let is_new = !parameter.name.is_empty() && !names.contains(&parameter.name);
                names.push(parameter.name.clone());
                is_new
            });
        }
    }
}

/// The values of the person that the calls need and the document lacks.
fn missing(service: &Service, described: &Described) -> Vec<Note> {
    let calls = [Some(&service.token_request), service.refresh_request.as_ref()];
    let names: Vec<&str> = calls.into_iter().flatten().flat_map(CallTemplate::placeholders).collect();
    let sends = |name: &str| names.contains(&name);
    let asks_secret = matches!(service.asks, Asks::Secret | Asks::UserAndSecret);
    let secrets = &described.secrets;
    let sends_secret = !sends("password") || service.calls().iter().any(|(_, call)| call.sends_client_secret());
    let needs_secret = asks_secret && sends_secret && secrets.client_secret.is_empty();
    let needs_password = sends("password") && secrets.password.is_empty();
    let wants = [
        (needs_secret, "client secret", "the service issues one when you register a client"),
        (needs_password, "password", "the one of the user"),
        (sends("user_name") && described.user_name.is_empty(), "user id", "the one that the secret belongs to"),
        (
            service.start == Start::RefreshToken && secrets.refresh_token.is_empty(),
            "refresh token",
            "paste the one that the service issued, in step 3",
        ),
        (sends("assertion") && secrets.signing_key.is_none(), "private key", "the key that signs the assertion"),
    ];
    let missing = wants.into_iter().filter(|(is_missing, ..)| *is_missing);
    let client_id = described
        .client_id
        .is_empty()
        .then(|| Note::new("client id", "the service issues one when you register a client").about(Field::ClientId));
    let others = missing.map(|(_, what, where_to_find)| Note::new(what, where_to_find));
    client_id.into_iter().chain(others).collect()
}

/// Bounds an input that is part of a host: `https://host/…` at the start of a URL, else part of a host name.
fn bound_host(input: &mut crate::service::Input, service: &Service) {
    let opens = format!("<{}>", input.name);
    let is_origin = service.calls().iter().any(|(_, call)| call.url.source().starts_with(&opens));
    let (pattern, example) =
        if is_origin { (r"https?://[^?#\s]+", "https://example.com") } else { (r"[A-Za-z0-9.-]+", "example") };
    pattern.clone_into(&mut input.pattern);
    example.clone_into(&mut input.example);
}

/// A readable name in one line.
fn name(title: &str) -> String {
    let title: Vec<&str> = title.split_whitespace().collect();
    let title: String = title.join(" ").chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
    if title.is_empty() { "Imported service".to_owned() } else { title }
}

/// An ID of the letters and digits of a name.
fn id(name: &str) -> String {
    let letters = name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
    let letters: String = letters.collect();
    let words: Vec<&str> = letters.split('-').filter(|word| !word.is_empty()).collect();
    let id: String = words.join("-").chars().take(LONGEST_NAME - "service-".len()).collect();
    match id.chars().next() {
        Some(first) if first.is_ascii_alphabetic() && id != crate::service::Catalog::CUSTOM => id,
        Some(_) => format!("service-{id}"),
        None => "imported-service".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_made_of_a_name() {
        for (title, expected) in [
            ("Acme  Billing (EU)", "acme-billing-eu"),
            ("2checkout", "service-2checkout"),
            ("Custom", "service-custom"),
            ("日本", "imported-service"),
        ] {
            assert_eq!(id(&name(title)), expected);
        }
    }
}
