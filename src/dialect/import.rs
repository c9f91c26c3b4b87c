//! What a document of another tool came to.

use std::collections::BTreeMap;

use crate::secret::Secret;
use crate::service::Service;

/// What a document came to: the services it describes, and what of it was understood.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Import {
    /// What form the document has, for people: `ZSPEC <oauth2>`, `Postman collection`.
    pub form: String,
    /// What it describes. More than one where the document holds several; the person chooses.
    pub described: Vec<Described>,
}

/// One use of a service, as a document describes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Described {
    /// The service. Its id is a name made from its title where the document has none.
    pub service: Service,
    /// The client id, where the document names one; empty otherwise.
    pub client_id: String,
    /// The redirect URI, where the document names one; empty otherwise.
    pub redirect_uri: String,
    /// The user id, where the document names one; empty otherwise.
    pub user_name: String,
    /// The scopes asked for; those of the service's own defaults where empty.
    pub scopes: Vec<String>,
    /// Values of the service's inputs, by name.
    pub inputs: BTreeMap<String, String>,
    /// What the document holds that is secret.
    pub secrets: ImportedSecrets,
    /// What was understood: the place in the document, and what it became.
    pub understood: Vec<Note>,
    /// What was not, and why.
    pub ignored: Vec<Note>,
    /// What is still missing before a token can be had, and where it is to be found.
    pub missing: Vec<Note>,
}

/// The secrets of a document; empty where it holds none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImportedSecrets {
    /// The client secret.
    pub client_secret: Secret,
    /// The person's password.
    pub password: Secret,
    /// A refresh token.
    pub refresh_token: Secret,
    /// A private key: PEM, or a JWK as JSON.
    pub private_key: Secret,
    /// Secret inputs, by name.
    pub inputs: BTreeMap<String, Secret>,
}

/// A part of a document, and what is said of it. Never a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Where it is: `token-url › client_secret`, `auth.oauth2.accessTokenUrl`.
    pub place: String,
    /// What became of it, or what is to be done.
    pub words: String,
}

impl Note {
    /// A note.
    pub fn new(place: impl Into<String>, words: impl Into<String>) -> Self {
        Self { place: place.into(), words: words.into() }
    }
}
