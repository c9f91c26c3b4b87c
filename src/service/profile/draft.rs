//! A profile while it is typed: fields are text, and any text is allowed. [`ProfileDraft::parse`] makes a [`Profile`] of it.
//! Secrets are kept apart.

use std::collections::BTreeMap;

use crate::call::{
    Authentication, BodyTemplate, CallTemplate, Method, Reading, Template, parse_headers, parse_parameters,
    write_headers, write_parameters,
};
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::oauth::{Pkce, RedirectUri, registered_uris, split_scopes};
use crate::service::assertion::fields::AssertionFields;
use crate::service::by_hand::typed_url::wrong_url;
use crate::service::definition::{Authorization, Service};
use crate::service::profile::Profile;
use crate::service::profile::api_call::ApiCall;
use crate::service::profile::check_every::CheckEvery;
use crate::service::profile::display_name::DisplayName;
use crate::service::profile::expiry_date::ExpiryDate;
use crate::service::profile::remarks::{Notes, Tags};
use crate::service::rules::Asks;
use crate::service::value_source::ValueSource;

/// An unsaved profile, as typed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProfileDraft {
    /// The name for people.
    pub display_name: String,
    /// The service it started from.
    pub service: Service,
    /// "This service requires client-flow authorization".
    pub client_flow: bool,
    /// The URL of the authorization endpoint.
    pub authorization_url: String,
    /// Whether a code challenge is sent.
    pub pkce: Pkce,
    /// The service's inputs by name.
    pub inputs: BTreeMap<String, String>,
    /// Where secret inputs are read in place of the vault, by name; kept on this machine, not in the profile.
    pub sources: BTreeMap<String, String>,
    /// The client's id.
    pub client_id: String,
    /// The redirect URI.
    pub redirect_uri: String,
    /// Those that are registered with the service, one a line; empty if the person listed none.
    pub registered: String,
    /// The ticked ones of the known scopes.
    pub ticked: Vec<String>,
    /// Further scopes.
    pub typed_scopes: String,
    /// Further parameters of the authorization request.
    pub extra: String,
    /// Whether the service's servers want a client certificate, however the client authenticates.
    pub client_certificate: bool,
    /// Which secrets the calls need.
    pub asks: Asks,
    /// The user's id.
    pub user_name: String,
    /// Whether its tokens are refreshed before they expire.
    pub keep_alive: bool,
    /// The only account that may sign in to it; not typed here.
    pub account: String,
    /// How often it is checked; not typed here.
    pub check_every: Option<CheckEvery>,
    /// When the client secret expires; empty if the person does not know.
    pub client_secret_expires: String,
    /// What the person wrote down about it; not typed here.
    pub notes: Notes,
    /// What the person groups it by; not typed here.
    pub tags: Tags,
    /// The call that shows whether it works; not typed here.
    pub api_check: Option<ApiCall>,
    /// The value of `<grant_type>`.
    pub grant_type: String,
    /// How `<assertion>` is made, if there is one.
    pub assertion: Option<AssertionFields>,
    /// The token request.
    pub token_request: CallFields,
    /// The refresh request.
    pub refresh_request: CallFields,
}

/// A call as typed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CallFields {
    /// The method.
    pub method: Method,
    /// The URL.
    pub url: String,
    /// The URL for clients that show a certificate; empty if it is the same.
    pub mtls_url: String,
    /// How the client authenticates.
    pub authentication: Authentication,
    /// `Name: value` a line.
    pub headers: String,
    /// `name=value` a line.
    pub query: String,
    /// What the body is.
    pub body_kind: BodyKind,
    /// The media type of a body that is plain text.
    pub content_type: String,
    /// The body: `name=value` a line for a form, else its text.
    pub body: String,
    /// How to read the reply; not typed.
    pub reading: Reading,
    /// A documented reply; not typed.
    pub example: String,
}

/// What a body is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum BodyKind {
    None,
    #[default]
    Form,
    Json,
    Text,
}

/// The place of an error.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the fields")]
pub enum Field {
    Input(String),
    AuthorizationUrl,
    TokenUrl,
    ClientId,
    ClientSecretExpires,
    AuthorizationDetails,
    RedirectUri,
}

/// An invalid field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The field.
    pub field: Field,
    /// What is wrong, and what to type.
    pub diagnosis: Diagnosis,
    /// Whether the field is required and empty.
    pub is_missing: bool,
}

impl ProfileDraft {
    /// A new profile of a service, with its defaults.
    pub fn new(service: Service) -> Self {
        let inputs = service.inputs.iter().map(|input| (input.name.clone(), input.default.clone())).collect();
        let profile = Profile {
            display_name: DisplayName::default(),
            inputs,
            client_id: service.defaults.client_id.clone(),
            redirect_uri: service.redirect.default.clone(),
            registered: Vec::new(),
            scopes: service.scopes.default.clone(),
            extra: Vec::new(),
            user_name: String::new(),
            keep_alive: false,
            account: String::new(),
            client_secret_expires: None,
            check_every: None,
            notes: Notes::default(),
            tags: Tags::default(),
            api_check: None,
            service,
        };
        Self::from(&profile)
    }

    /// The profile, or all invalid fields.
    pub fn parse(&self) -> Result<Profile, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut wrong = |field: Field, typed: &str, diagnosis: Diagnosis| {
            errors.push(FieldError { field, diagnosis, is_missing: typed.trim().is_empty() });
        };
        let mut inputs = BTreeMap::new();
        for input in self.service.inputs.iter().filter(|input| !input.secret) {
            let typed = self.inputs.get(&input.name).map_or("", String::as_str);
            match input.parse(typed) {
                Ok(value) => drop(inputs.insert(input.name.clone(), value)),
                Err(error) => wrong(Field::Input(input.name.clone()), typed, error.diagnose()),
            }
        }
        // A value that is fetched later may be entered beforehand.
        for name in self.service.found() {
            if let Some(value) = self.inputs.get(name).map(|value| value.trim()).filter(|value| !value.is_empty()) {
                inputs.insert(name.clone(), value.to_owned());
            }
        }
        if self.client_id.trim().is_empty() {
            wrong(Field::ClientId, "", self.missing_client_id());
        }
        if let Some(Err(error)) = ExpiryDate::typed(&self.client_secret_expires) {
            wrong(Field::ClientSecretExpires, &self.client_secret_expires, error.diagnose());
        }
        self.wrong_details().into_iter().for_each(|(text, told)| wrong(Field::AuthorizationDetails, text, told));
        for (field, name, url) in self.urls() {
            if let Some(diagnosis) = wrong_url(name, url) {
                wrong(field, url, diagnosis);
            }
        }
        if self.client_flow
            && let Err(error) = RedirectUri::parse(&self.redirect_uri)
        {
            wrong(Field::RedirectUri, &self.redirect_uri, error.diagnose());
        }
        if errors.is_empty() { Ok(self.profile(inputs)) } else { Err(errors) }
    }

    /// The sources that can be read, of values that the service still has.
    pub fn read_sources(&self) -> impl Iterator<Item = (String, ValueSource)> {
        let is_known = |name: &String| self.service.inputs.iter().any(|input| input.secret && input.name == *name);
        let typed = self.sources.iter().filter(move |(name, _)| is_known(name));
        typed.filter_map(|(name, source)| Some((name.clone(), source.trim().parse().ok()?)))
    }

    /// The unchecked profile, to save it; not for a request.
    pub fn as_typed(&self) -> Profile {
        let inputs = self.inputs.iter().filter(|(_, value)| !value.is_empty());
        self.profile(inputs.map(|(name, value)| (name.clone(), value.clone())).collect())
    }

    /// The requested scopes: those ticked, in the service's order, then those typed.
    pub fn scopes(&self) -> Vec<String> {
        let mut scopes = self.ticked.clone();
        let typed = split_scopes(&self.typed_scopes, &self.service.scopes.separator);
        scopes.extend(typed.into_iter().filter(|scope| !self.ticked.contains(scope)));
        scopes
    }

    /// The URLs without which there are no tokens, and what they are called. A refresh token at hand needs no other request.
    fn urls(&self) -> impl Iterator<Item = (Field, &'static str, &str)> {
        let authorization = (Field::AuthorizationUrl, "authorization URL", self.authorization_url.as_str());
        let token = (Field::TokenUrl, "token URL", self.token_request.url.as_str());
        let refreshes_only = token.2.trim().is_empty() && !self.refresh_request.url.trim().is_empty();
        let has_call = !refreshes_only && !self.service.signs_tokens();
        self.client_flow.then_some(authorization).into_iter().chain(has_call.then_some(token))
    }

    fn missing_client_id(&self) -> Diagnosis {
        let label = &self.service.labels.client_id;
        let page = self.service.links.console.as_deref();
        let page = page.unwrap_or("the page where the service registered your client");
        Diagnosis::new(format!("{label} is missing")).hint(format!("copy it from {page}"))
    }

    fn profile(&self, inputs: BTreeMap<String, String>) -> Profile {
        Profile {
            display_name: DisplayName::of(&self.display_name),
            service: self.customised(),
            inputs,
            client_id: self.client_id.trim().to_owned(),
            redirect_uri: if self.client_flow { self.redirect_uri.trim().to_owned() } else { String::new() },
            scopes: self.scopes(),
            extra: parse_parameters(&self.extra),
            user_name: self.user_name.trim().to_owned(),
            keep_alive: self.keep_alive,
            registered: registered_uris(&self.registered),
            account: self.account.clone(),
            check_every: self.check_every,
            client_secret_expires: ExpiryDate::typed(&self.client_secret_expires).and_then(Result::ok),
            notes: self.notes.clone(),
            tags: self.tags.clone(),
            api_check: self.api_check.clone(),
        }
    }

    /// Whether the person changed the service.
    pub fn is_changed(&self) -> bool {
        self.customised() != self.service
    }

    /// The service with the person's changes.
    pub fn customised(&self) -> Service {
        let mut service = self.service.clone();
        service.authorization = self.client_flow.then(|| {
            let mut authorization = service.authorization.take().unwrap_or_else(Authorization::standard);
            authorization.call.url = Template::new(self.authorization_url.trim());
            authorization.pkce = self.pkce;
            authorization
        });
        service.asks = self.asks;
        service.client_certificate = self.client_certificate;
        service.grant_type = self.grant_type.trim().to_owned();
        service.assertion = self.assertion.as_ref().map(|typed| typed.assertion(service.assertion.take()));
        service.token_request = self.token_request.call_template();
        service.refresh_request =
            (!self.refresh_request.url.trim().is_empty()).then(|| self.refresh_request.call_template());
        service
    }
}

impl From<&Profile> for ProfileDraft {
    fn from(profile: &Profile) -> Self {
        let service = &profile.service;
        let is_known = |scope: &&String| service.scopes.known.iter().any(|known| known.name == **scope);
        let (ticked, typed): (Vec<&String>, Vec<&String>) = profile.scopes.iter().partition(is_known);
        let typed: Vec<&str> = typed.into_iter().map(String::as_str).collect();
        let authorization = service.authorization.clone().unwrap_or_default();
        Self {
            display_name: profile.display_name.to_string(),
            client_flow: service.authorization.is_some(),
            authorization_url: authorization.call.url.source().to_owned(),
            pkce: authorization.pkce,
            inputs: profile.inputs.clone(),
            sources: BTreeMap::new(),
            client_id: profile.client_id.clone(),
            redirect_uri: profile.redirect_uri.clone(),
            registered: profile.registered.join("\n"),
            ticked: ticked.into_iter().cloned().collect(),
            typed_scopes: typed.join(&service.scopes.separator),
            extra: write_parameters(&profile.extra),
            asks: service.asks,
            client_certificate: service.client_certificate,
            user_name: profile.user_name.clone(),
            keep_alive: profile.keep_alive,
            account: profile.account.clone(),
            check_every: profile.check_every,
            client_secret_expires: profile.client_secret_expires.map(|date| date.to_string()).unwrap_or_default(),
            notes: profile.notes.clone(),
            tags: profile.tags.clone(),
            api_check: profile.api_check.clone(),
            grant_type: service.grant_type.clone(),
            assertion: service.assertion.as_ref().map(AssertionFields::from),
            token_request: CallFields::from(&service.token_request),
            refresh_request: service.refresh_request.as_ref().map(CallFields::from).unwrap_or_default(),
            service: service.clone(),
        }
    }
}

impl CallFields {
    /// Never fails; what cannot be rendered fails when it is.
    pub fn call_template(&self) -> CallTemplate {
        CallTemplate {
            method: self.method,
            url: Template::new(self.url.trim()),
            mtls_url: Template::new(self.mtls_url.trim()),
            authentication: self.authentication,
            headers: parse_headers(&self.headers),
            query: parse_parameters(&self.query),
            body: match self.body_kind {
                BodyKind::None => BodyTemplate::None,
                BodyKind::Form => BodyTemplate::Form(parse_parameters(&self.body)),
                BodyKind::Json => BodyTemplate::Json(Template::new(self.body.clone())),
                BodyKind::Text => BodyTemplate::Text {
                    content_type: self.content_type.trim().to_owned(),
                    text: Template::new(self.body.clone()),
                },
            },
            reading: self.reading.clone(),
            example: self.example.clone(),
        }
    }

    /// Changes the kind of body, and converts between a form and a JSON object.
    pub fn change_body_kind(&mut self, kind: BodyKind) {
        if kind == BodyKind::Json && self.body_kind == BodyKind::Form {
            crate::service::preset::json_object(&parse_parameters(&self.body)).source().clone_into(&mut self.body);
        } else if kind == BodyKind::Form
            && let Ok(serde_json::Value::Object(fields)) = serde_json::from_str(&self.body)
        {
            let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let list: Vec<_> =
                fields.iter().map(|(name, value)| crate::call::Parameter::new(name, text(value))).collect();
            self.body = write_parameters(&list);
        }
        if kind == BodyKind::Text && self.content_type.is_empty() {
            self.content_type = "text/plain".into();
        }
        self.body_kind = kind;
    }
}

impl From<&CallTemplate> for CallFields {
    fn from(call: &CallTemplate) -> Self {
        let (body_kind, content_type, body) = match &call.body {
            BodyTemplate::None => (BodyKind::None, String::new(), String::new()),
            BodyTemplate::Form(list) => (BodyKind::Form, String::new(), write_parameters(list)),
            BodyTemplate::Json(text) => (BodyKind::Json, String::new(), text.source().to_owned()),
            BodyTemplate::Text { content_type, text } => {
                (BodyKind::Text, content_type.clone(), text.source().to_owned())
            }
        };
        Self {
            method: call.method,
            url: call.url.source().to_owned(),
            mtls_url: call.mtls_url.source().to_owned(),
            authentication: call.authentication,
            headers: write_headers(&call.headers),
            query: write_parameters(&call.query),
            body_kind,
            content_type,
            body,
            reading: call.reading.clone(),
            example: call.example.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::Catalog;

    fn draft(id: &str) -> ProfileDraft {
        ProfileDraft::new(Catalog::bundled().service(id).expect(id))
    }

    #[test]
    fn a_preset_that_is_not_changed_parses_to_itself() {
        let catalog = Catalog::bundled();
        for id in catalog.ids().filter(|id| *id != Catalog::CUSTOM) {
            let mut draft = draft(id);
            draft.client_id = "id".into();
            for input in &draft.service.inputs {
                draft.inputs.insert(input.name.clone(), input.example.clone());
            }
            let profile = draft.parse().unwrap_or_else(|errors| panic!("{id}: {errors:?}"));
            assert_eq!(profile.service, draft.service, "{id}");
            assert_eq!(ProfileDraft::from(&profile).parse(), Ok(profile), "{id}");
        }
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once_at_its_field() {
        let mut draft = draft("netsuite");
        draft.redirect_uri = "localhost".into();
        let errors = draft.parse().expect_err("three fields are wrong");
        let fields: Vec<&Field> = errors.iter().map(|error| &error.field).collect();
        assert_eq!(fields, [&Field::Input("account_id".into()), &Field::ClientId, &Field::RedirectUri]);
    }

    #[test]
    fn a_url_is_checked_as_it_is_typed() {
        for (typed, expected) in [
            ("https://as.test/token", None),
            ("http://127.0.0.1:8080/token", None),
            ("https://<account_id>.as.test/token", None),
            ("", Some("the token URL is missing")),
            ("htp:/foo bar", Some("the token URL does not begin with https://")),
            ("as.test/token", Some("the token URL is not a URL")),
            ("https://as.test/to ken", Some("the token URL contains a space")),
            ("javascript:alert(1)", Some("the token URL does not begin with https://")),
        ] {
            let wrong = wrong_url("token URL", typed).map(|diagnosis| diagnosis.summary);
            assert_eq!(wrong.as_deref(), expected, "{typed}");
        }
    }

    #[test]
    fn scopes_are_the_ticked_ones_and_then_the_typed_ones() {
        let mut draft = draft("google");
        draft.ticked = vec!["openid".into()];
        draft.typed_scopes = "https://example.test/x openid".into();
        assert_eq!(draft.scopes(), ["openid", "https://example.test/x"]);
    }

    #[test]
    fn a_form_becomes_json_and_back() {
        let mut call = CallFields { body: "a=<code>\nb=2%263".into(), ..CallFields::default() };
        call.change_body_kind(BodyKind::Json);
        assert_eq!(call.body, "{\n  \"a\": \"<code>\",\n  \"b\": \"2&3\"\n}");
        call.change_body_kind(BodyKind::Form);
        assert_eq!(call.body, "a=<code>\nb=2%263");
    }
}
