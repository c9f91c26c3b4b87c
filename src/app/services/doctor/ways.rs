//! The client authentication methods and the grant types of a preset by their registered names.

use crate::call::{Authentication, BodyTemplate, CallTemplate};
use crate::oauth::GrantType;
use crate::service::{Asks, ClientMethod, Service};

/// The methods by which a call authenticates the client: two where it depends on whether there is a secret, none where the way is
/// no registered one.
pub(super) fn client_methods(service: &Service, call: &CallTemplate) -> Vec<&'static str> {
    let methods: &[ClientMethod] = match call.authentication {
        Authentication::Basic | Authentication::BasicRaw => &[ClientMethod::SecretBasic],
        Authentication::BasicOrNone | Authentication::BasicRawOrNone => {
            &[ClientMethod::SecretBasic, ClientMethod::None]
        }
        Authentication::BasicUser | Authentication::BasicSecret => &[],
        Authentication::TlsClientAuth => &[ClientMethod::Tls],
        Authentication::SelfSignedTlsClientAuth => &[ClientMethod::SelfSignedTls],
        Authentication::PrivateKeyJwt => &[ClientMethod::PrivateKeyJwt],
        Authentication::ClientSecretJwt => &[ClientMethod::SecretJwt],
        Authentication::None => by_parameter(service, call),
    };
    methods.iter().map(|method| method.as_str()).collect()
}

fn by_parameter(service: &Service, call: &CallTemplate) -> &'static [ClientMethod] {
    let BodyTemplate::Form(form) = &call.body else { return &[] };
    let has = |name: &str| form.iter().any(|parameter| parameter.value.placeholders().any(|found| found == name));
    if form.iter().any(|parameter| parameter.name == "client_assertion") {
        return &[ClientMethod::PrivateKeyJwt];
    }
    if has("client_secret") {
        return match service.asks {
            Asks::Nothing => &[ClientMethod::None],
            Asks::OptionalSecret => &[ClientMethod::SecretPost, ClientMethod::None],
            Asks::Secret | Asks::UserAndSecret => &[ClientMethod::SecretPost],
        };
    }
    // Without a client ID it is no client that authenticates, but the assertion or the token that is sent.
    if has("client_id") && !call.sends_client_secret() { &[ClientMethod::None] } else { &[] }
}

/// The key `authentication` of a preset for a method.
pub(super) fn written(method: ClientMethod) -> &'static str {
    match method {
        ClientMethod::SecretBasic => "basic",
        ClientMethod::SecretPost | ClientMethod::None => "body",
        ClientMethod::PrivateKeyJwt => "private-key-jwt",
        ClientMethod::SecretJwt => "client-secret-jwt",
        ClientMethod::Tls => "tls-client-auth",
        ClientMethod::SelfSignedTls => "self-signed-tls-client-auth",
    }
}

/// The registered grant types of the preset's token requests.
pub(super) fn grants(service: &Service) -> Vec<String> {
    let calls = [service.refresh_request.as_ref(), service.device_token_request.as_ref()];
    let calls = [service.token_call()].into_iter().chain(calls).flatten();
    let mut grants: Vec<String> = Vec::new();
    for call in calls {
        let BodyTemplate::Form(form) = &call.body else { continue };
        let sent =
            form.iter().find(|parameter| parameter.name == "grant_type").map(|parameter| parameter.value.in_braces());
        let sent = sent.map(|sent| sent.replace("{grant_type}", &service.grant_type));
        grants.extend(sent.filter(|sent| GrantType::parse(sent).is_some() && !grants.contains(sent)));
    }
    grants
}
