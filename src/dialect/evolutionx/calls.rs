//! The calls of Evolutionx, exactly as in its examples.

use crate::call::{BodyTemplate, CallTemplate, JWT_CLIENT_ASSERTION, Method, Parameter, Template};
use crate::dialect::Described;
use crate::dialect::evolutionx::settings::{GrantSetting, Key, Settings};
use crate::oauth::split_scopes;
use crate::service::{Asks, Assertion, AssertionAlgorithm, Input, Labels, Service, Start};

/// The input that the resource is.
pub(crate) const RESOURCE: &str = "resource";

/// The settings for the body.
pub(crate) struct Sent<'a> {
    pub(crate) body_key: &'a str,
    pub(crate) settings: &'a Settings,
}

/// Sets the calls of the service and their inputs.
pub(crate) fn set(service: &mut Service, grant: GrantSetting, endpoint: &str, sent: &Sent<'_>) {
    grant.name().clone_into(&mut service.grant_type);
    service.asks = Asks::Secret;
    let token = match grant {
        GrantSetting::ClientCredentials => {
            let mut fields = vec![
                ("grant_type", "<grant_type>"),
                ("client_id", "<client_id>"),
                ("client_secret", "<client_secret>"),
            ];
            fields.extend(resource_and_scope(service, sent));
            fields
        }
        GrantSetting::UserPassword => {
            service.labels =
                Labels { client_id: "User name".into(), client_secret: "Password".into(), ..Labels::default() };
            vec![("username", "<client_id>"), ("password", "<client_secret>")]
        }
        GrantSetting::RefreshToken => {
            service.start = Start::RefreshToken;
            refresh_fields()
        }
        GrantSetting::JwtBearer => {
            "client_credentials".clone_into(&mut service.grant_type);
            service.asks = Asks::Nothing;
            service.assertion = Some(assertion(endpoint));
            let mut fields = vec![
                ("grant_type", "<grant_type>"),
                ("client_id", "<client_id>"),
                ("client_assertion_type", JWT_CLIENT_ASSERTION),
                ("client_assertion", "<assertion>"),
            ];
            fields.extend(resource_and_scope(service, sent));
            fields
        }
    };
    service.token_request = call(endpoint, &token);
    let refresh = match grant {
        GrantSetting::JwtBearer => vec![
            ("grant_type", "refresh_token"),
            ("client_id", "<client_id>"),
            ("client_assertion_type", JWT_CLIENT_ASSERTION),
            ("client_assertion", "<assertion>"),
            ("refresh_token", "<refresh_token>"),
        ],
        _ => refresh_fields(),
    };
    service.refresh_request = Some(call(endpoint, &refresh));
}

fn refresh_fields() -> Vec<(&'static str, &'static str)> {
    vec![
        ("grant_type", "refresh_token"),
        ("client_id", "<client_id>"),
        ("client_secret", "<client_secret>"),
        ("refresh_token", "<refresh_token>"),
    ]
}

/// Both are optional: one that is not set is not sent.
fn resource_and_scope<'a>(service: &mut Service, sent: &Sent<'a>) -> Vec<(&'a str, &'static str)> {
    let mut fields = Vec::new();
    if let Some(resource) = sent.settings.text(Key::Resource) {
        service.inputs.push(Input {
            name: RESOURCE.to_owned(),
            label: "Resource".to_owned(),
            help: format!("Sent as `{}`.", sent.body_key),
            default: resource.to_owned(),
            ..Input::default()
        });
        fields.push((sent.body_key, "<resource>"));
    }
    if let Some(scope) = sent.settings.text(Key::Scope) {
        service.scopes.default = split_scopes(scope, " ");
        fields.push(("scope", "<scope>"));
    }
    fields
}

/// The claims of RFC 7523 section 3.
fn assertion(endpoint: &str) -> Assertion {
    let claims = [("iss", "<client_id>"), ("sub", "<client_id>")].map(|(name, value)| (name.into(), value.into()));
    Assertion {
        algorithm: Some(AssertionAlgorithm::RS256),
        audience: endpoint.to_owned(),
        claims: claims.into(),
        unique: true,
        life: Some(300),
        parameter: "client_assertion".to_owned(),
        client_assertion_type: JWT_CLIENT_ASSERTION.to_owned(),
        ..Assertion::default()
    }
}

/// POST with a JSON body, a field per line as in the examples.
fn call(endpoint: &str, fields: &[(&str, &str)]) -> CallTemplate {
    let lines: Vec<String> = fields.iter().map(|(name, value)| format!("\"{name}\": \"{value}\"")).collect();
    CallTemplate {
        method: Method::Post,
        url: Template::new(endpoint),
        headers: vec![Parameter::new("Content-Type", "application/json"), Parameter::new("Accept", "application/json")],
        body: BodyTemplate::Json(Template::new(format!("{{\n{}\n}}", lines.join(",\n")))),
        ..CallTemplate::default()
    }
}

/// Fills in the person's values.
pub(crate) fn fill(described: &mut Described, grant: GrantSetting, settings: &Settings) {
    let text = |key| settings.text(key).unwrap_or_default().to_owned();
    described.client_id = text(Key::ClientId);
    if grant != GrantSetting::JwtBearer {
        described.secrets.client_secret = settings.secret(Key::ClientSecret);
    }
    described.secrets.refresh_token = settings.secret(Key::RefreshToken);
    described.scopes.clone_from(&described.service.scopes.default);
    if described.service.inputs.iter().any(|input| input.name == RESOURCE) {
        described.inputs.insert(RESOURCE.to_owned(), text(Key::Resource));
    }
}
