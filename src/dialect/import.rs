//! The result of reading another tool's document.

use std::collections::BTreeMap;

use crate::diagnosis::Diagnosis;
use crate::oauth::ProfileSecrets;
use crate::secret::Secret;
use crate::service::{Field, Notes, Profile, ProfileDraft, Service, Tags};

/// The services in a document, and how it was understood.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Import {
    /// The name of the format: `ZSPEC <oauth2>`, `Postman collection`.
    pub format: &'static str,
    /// The person chooses if there are several.
    pub described: Vec<Described>,
}

impl Import {
    /// The first use as the document itself describes it, and not by a preset.
    pub fn own(&self) -> Option<&Described> {
        self.described.iter().find(|described| !described.is_preset)
    }
}

/// One use of a service, as a document describes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Described {
    /// Its ID is made from the title if the document has none.
    pub service: Service,
    pub client_id: String,
    pub redirect_uri: String,
    pub user_name: String,
    /// The requested scopes; empty for the defaults of the service.
    pub scopes: Vec<String>,
    /// Values of the service's inputs, by name.
    pub inputs: BTreeMap<String, String>,
    /// The secrets in the document.
    pub secrets: ProfileSecrets,
    /// Parts that were understood, and what each became.
    pub understood: Vec<Note>,
    /// Parts that were ignored, and why.
    pub ignored: Vec<Note>,
    /// What is still needed to get a token, and where to find it.
    pub missing: Vec<Note>,
    /// What the server announces that it supports.
    pub offered: Offered,
    /// Which values the document leaves to a default, by their labels, and whose default that is.
    pub assumed: Vec<(&'static str, &'static str)>,
    /// The name under which the document has the service, where it is that of a known one: `github`. Empty otherwise.
    pub named_service: String,
    /// Whether the service is a bundled preset, which the document only adds to.
    pub is_preset: bool,
    /// The ID of the preset that is offered before this description; empty if there is none.
    pub preset: String,
}

/// What a server announces; empty where it announces nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offered {
    pub grants: Vec<String>,
    /// At the token endpoint.
    pub client_methods: Vec<String>,
    /// Where authorization requests may be pushed to (RFC 9126).
    pub pushed_url: String,
    /// The algorithms of proofs of possession (RFC 9449).
    pub proof_algorithms: Vec<String>,
    /// The algorithms of signed authorization requests (RFC 9101).
    pub request_algorithms: Vec<String>,
    /// The types of authorization details (RFC 9396).
    pub detail_types: Vec<String>,
    /// Where each of them is described, with its schema (draft-ietf-oauth-rar-metadata-remediation-00); empty if nowhere.
    pub detail_types_url: String,
    /// How the authorization response may come back.
    pub response_modes: Vec<String>,
    /// The same for clients that show a certificate (RFC 8705 section 5); empty if it is the same.
    pub pushed_mtls_url: String,
    /// As the server names itself.
    pub issuer: String,
    /// Where a client registers itself (RFC 7591); empty if it cannot.
    pub registration_url: String,
    /// The code challenges that it takes (RFC 7636).
    pub challenge_methods: Vec<String>,
    /// Whether it reads the metadata of a client at the URL that is the client's ID (draft-ietf-oauth-client-id-metadata-document).
    pub reads_client_documents: bool,
    /// The kinds of authentication that a person may be asked for (OpenID Connect Discovery 1.0 section 3).
    pub acr_values: Vec<String>,
}

/// A note about a part of a document. Never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Where it is: `token-url › client_secret`, `auth.oauth2.accessTokenUrl`.
    pub place: String,
    /// What it became, or what to do.
    pub words: String,
    /// Whether the part changes nothing at all.
    pub is_unused: bool,
    /// Whether the server offers it and nothing asked for it; the words name the option of the command line that does.
    pub is_offer: bool,
    /// The field of the profile that a note on something missing is about.
    pub field: Option<Field>,
}

impl Note {
    pub fn new(place: impl Into<String>, words: impl Into<String>) -> Self {
        Self { place: place.into(), words: words.into(), field: None, is_unused: false, is_offer: false }
    }

    /// A part of metadata that changes nothing.
    pub(in crate::dialect) fn unused(place: impl Into<String>) -> Self {
        Self { is_unused: true, ..Self::new(place, "no request uses it") }
    }

    /// What a server offers, by the option that asks for it.
    pub(in crate::dialect) fn offer(place: impl Into<String>, words: impl Into<String>) -> Self {
        Self { is_offer: true, ..Self::new(place, words) }
    }

    pub(in crate::dialect) fn about(self, field: Field) -> Self {
        Self { field: Some(field), ..self }
    }
}

impl Described {
    /// The profile as far as the document describes it; [`Described::still_missing`] names what it lacks.
    pub fn profile(&self) -> Profile {
        let draft = ProfileDraft::from(&self.as_it_stands());
        draft.parse().unwrap_or_else(|_| self.as_it_stands())
    }

    /// What is still needed to get a token: what the reader noted, and what the fields lack.
    pub fn still_missing(&self) -> Vec<Note> {
        let mut missing = self.missing.clone();
        if self.service.token_request.url.source().is_empty()
            && self.service.refresh_request.is_none()
            && missing.is_empty()
        {
            missing.push(Note::new("bearer URL", "its URL: see the service's documentation"));
        }
        let errors = ProfileDraft::from(&self.as_it_stands()).parse().err().unwrap_or_default();
        for error in errors {
            // Said above, where nothing else is.
            if error.field == Field::TokenUrl && error.is_missing {
                continue;
            }
            // The reader knows better where to find it.
            if missing.iter().any(|note| note.field.as_ref() == Some(&error.field)) {
                continue;
            }
            let place = match &error.field {
                Field::ClientId => &self.service.labels.client_id,
                Field::Input(name) => name,
                Field::AuthorizationUrl => "authorization URL",
                Field::TokenUrl => "token URL",
                Field::RedirectUri => "redirect URI",
                Field::AuthorizationDetails => "authorization details",
                Field::ClientSecretExpires => "expiry of the client secret",
            };
            missing.push(Note::new(place, in_a_line(error.diagnosis, error.is_missing)).about(error.field.clone()));
        }
        missing
    }

    /// Adds a value by its placeholder, unless there is one already; returns whether the value is used. `None` for any
    /// other placeholder.
    pub(in crate::dialect) fn take(&mut self, known: &str, value: &Secret) -> Option<bool> {
        let secrets = &mut self.secrets;
        let text = match known {
            "client_id" => &mut self.client_id,
            "redirect_uri" => &mut self.redirect_uri,
            "user_name" => &mut self.user_name,
            "client_secret" => return Some(take_secret(&mut secrets.client_secret, value)),
            "password" => return Some(take_secret(&mut secrets.password, value)),
            "refresh_token" => return Some(take_secret(&mut secrets.refresh_token, value)),
            _ => return None,
        };
        if text.is_empty() {
            value.expose().clone_into(text);
        }
        Some(text == value.expose())
    }

    fn as_it_stands(&self) -> Profile {
        let service = &self.service;
        let mut inputs: BTreeMap<String, String> =
            service.inputs.iter().map(|input| (input.name.clone(), input.default.clone())).collect();
        inputs.extend(self.inputs.clone());
        let or = |own: &String, other: &String| if own.is_empty() { other.clone() } else { own.clone() };
        Profile {
            display_name: crate::service::DisplayName::default(),
            inputs,
            client_id: or(&self.client_id, &service.defaults.client_id),
            redirect_uri: or(&self.redirect_uri, &service.redirect.default),
            scopes: if self.scopes.is_empty() { service.scopes.default.clone() } else { self.scopes.clone() },
            extra: Vec::new(),
            user_name: self.user_name.clone(),
            service: service.clone(),
            keep_alive: false,
            account: String::new(),
            client_secret_expires: None,
            check_every: None,
            notes: Notes::default(),
            tags: Tags::default(),
            api_check: None,
            registered: Vec::new(),
        }
    }
}

fn take_secret(field: &mut Secret, value: &Secret) -> bool {
    if field.is_empty() {
        *field = value.clone();
    }
    field == value
}

/// The hint, preceded by the problem unless the value is just missing.
pub(in crate::dialect) fn in_a_line(diagnosis: Diagnosis, is_missing: bool) -> String {
    match diagnosis.hint {
        Some(hint) if is_missing => hint,
        Some(hint) => format!("{}: {hint}", diagnosis.summary),
        None => diagnosis.summary,
    }
}
