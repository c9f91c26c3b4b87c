//! The table of dialects: one line each. A new reader is a line more.

use std::error::Error;

use thiserror::Error as ThisError;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::dialect::document::Document;
use crate::dialect::held::forms;
use crate::dialect::standard::DocumentError;
use crate::dialect::{
    Described, Import, ImportedSecrets, Note, address, bruno, curl, datazen, discovery, evolutionx, ezintegrations,
    google, insomnia, openapi, outgoing, own, postman, zspec,
};
use crate::secret::Secret;
use crate::service::{Catalog, Profile, Service};

/// A form that a description of a service can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A preset of ours.
    Preset,
    /// The plain file of a profile of ours.
    Profile,
    /// The JSON that an export of ours writes.
    OwnExport,
    /// The file of google-auth that holds a person's refresh token.
    GoogleUser,
    /// An account configuration of oidc-agent.
    OidcAgent,
    /// The remotes of rclone.
    Rclone,
    /// The token of requests-oauthlib.
    Oauthlib,
    /// Variables in a file.
    Dotenv,
    /// The address that a browser was sent to.
    AuthorizationRequest,
    /// A token call as a curl line.
    Curl,
    /// A service account's key, or a client, as Google hands them out.
    Google,
    /// What an authorization server tells of itself.
    Discovery,
    /// A collection or an environment of Postman.
    Postman,
    /// An export of Insomnia.
    Insomnia,
    /// The security schemes of an `OpenAPI` document.
    OpenApi,
    /// A request, collection or environment of Bruno.
    Bruno,
    /// The settings of eZintegrations.
    Ezintegrations,
    /// The settings of Evolutionx.
    Evolutionx,
    /// The pages of DataZen's wizard.
    Datazen,
    /// ZSPEC's `<oauth2>` element.
    Zspec,
}

/// What the door knows of a form.
pub(in crate::dialect) struct Dialect {
    pub form: Form,
    /// What the command line calls it, where it is written too; empty otherwise.
    pub id: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// What it is known by, in words.
    pub sign: &'static str,
    /// Texts that stand in such a document: the more of them are in one, the more it looks like it.
    pub marks: &'static [&'static str],
    /// Whether a document has this form. Cheap, and sure of it: what is wrong with the document is for `read` to say.
    pub recognise: fn(&Document<'_>) -> bool,
    /// Reads it.
    pub read: fn(&Document<'_>, &Catalog) -> Result<Import, FormError>,
    /// Writes it, where it is written too.
    pub write: Option<Write>,
}

/// Writes a form.
type Write = fn(&Outgoing<'_>) -> Result<Written, FormError>;

/// All of them, the surest first.
pub(in crate::dialect) const DIALECTS: &[Dialect] = &[
    Dialect {
        form: Form::Profile,
        id: "",
        name: "Tokenwright profile",
        sign: "TOML with `service` and `client_id`",
        marks: &["\nclient_id =", "\nredirect_uri ="],
        recognise: own::is_profile,
        read: |document, catalog| Ok(own::read_profile(document, catalog)?),
        write: None,
    },
    Dialect {
        form: Form::Preset,
        id: "toml",
        name: "Tokenwright preset",
        sign: "TOML with `[token_request]` or `extends`",
        marks: &["[token_request]", "[authorization]", "[refresh_request]", "\nextends ="],
        recognise: own::is_preset,
        read: |document, catalog| Ok(own::read_preset(document, catalog)?),
        write: Some(own::write),
    },
    forms::OWN_EXPORT,
    forms::GOOGLE_USER,
    forms::OIDC_AGENT,
    forms::RCLONE,
    Dialect {
        form: Form::AuthorizationRequest,
        id: "",
        name: "authorization URL",
        sign: "an https address with `client_id`",
        marks: &["response_type=code", "client_id="],
        recognise: |document| address::is_request(document.trimmed()),
        read: |document, _| Ok(address::authorization_request(document.trimmed())?),
        write: None,
    },
    Dialect {
        form: Form::Curl,
        id: "",
        name: "curl command",
        sign: "a line that begins with `curl`",
        marks: &["curl ", "--data", "-d "],
        recognise: |document| curl::recognise(document.text()),
        read: |document, _| Ok(curl::read(document.text())?),
        write: None,
    },
    Dialect {
        form: Form::Google,
        id: "",
        name: "Google key or client file",
        sign: "JSON with `installed`, `web` or `private_key`",
        marks: &["\"installed\"", "\"client_email\"", "\"private_key\""],
        recognise: |document| document.is_json(google::recognise_json),
        read: |document, _| Ok(google::read(document.text())?),
        write: None,
    },
    Dialect {
        form: Form::Discovery,
        id: "",
        name: "OAuth 2.0 server metadata",
        sign: "JSON with `issuer` and `token_endpoint`",
        marks: &["\"issuer\"", "\"token_endpoint\"", "\"authorization_endpoint\""],
        recognise: |document| document.is_json(discovery::recognise_json),
        read: |document, _| Ok(discovery::read(document.text())?),
        write: None,
    },
    Dialect {
        form: Form::Postman,
        id: "",
        name: "Postman collection or environment",
        sign: "JSON with `info` and `item`, or `values`",
        marks: &["\"info\"", "\"item\"", "\"values\"", "postman"],
        recognise: |document| document.is_json(postman::recognise_json),
        read: |document, _| Ok(postman::read(document.text())?),
        write: None,
    },
    Dialect {
        form: Form::Insomnia,
        id: "",
        name: "Insomnia export",
        sign: "JSON or YAML of version 4 or 5",
        marks: &["\"_type\"", "\"resources\"", "insomnia"],
        recognise: |document| match &document.json {
            Some(json) => insomnia::recognise_json(json),
            None => insomnia::recognise(document.text()),
        },
        read: |document, _| Ok(insomnia::read(document.text())?),
        write: None,
    },
    Dialect {
        form: Form::OpenApi,
        id: "",
        name: "OpenAPI document",
        sign: "JSON or YAML with `openapi` or `swagger`",
        marks: &["openapi", "swagger", "securitySchemes"],
        recognise: |document| match &document.json {
            Some(json) => openapi::recognise_json(json),
            None => openapi::recognise(document.text()),
        },
        read: |document, _| Ok(openapi::read(document.text())?),
        write: None,
    },
    Dialect {
        form: Form::Bruno,
        id: "",
        name: "Bruno file",
        sign: "text with `auth:oauth2 {`",
        marks: &["auth:oauth2", "meta {", "vars {"],
        recognise: |document| bruno::recognise(document.text()),
        read: |document, _| Ok(bruno::read(document.text())?),
        write: None,
    },
    Dialect {
        form: Form::Ezintegrations,
        id: "ezintegrations",
        name: "eZintegrations OAuth 2.0 settings",
        sign: "JSON or lines with `Refresh Token URL`",
        marks: &["Refresh Token URL", "Refresh Token Method", "Refresh Token Endpoint"],
        recognise: |document| match &document.json {
            Some(json) => ezintegrations::recognise_json(json),
            None => ezintegrations::recognise(document.text()),
        },
        read: |document, _| Ok(ezintegrations::read(document.text())?),
        write: Some(outgoing::ezintegrations),
    },
    Dialect {
        form: Form::Evolutionx,
        id: "evolutionx",
        name: "Evolutionx settings",
        sign: "JSON or lines with `OAuth Endpoint`",
        marks: &["OAuth Endpoint", "OAuth Grant Type", "OAuth Client", "grant_type"],
        recognise: |document| evolutionx::recognise(document.text()),
        read: |document, _| Ok(evolutionx::read(document.text())?),
        write: Some(outgoing::evolutionx),
    },
    Dialect {
        form: Form::Datazen,
        id: "datazen",
        name: "DataZen OAuth settings",
        sign: "JSON or lines with `OAuth Bearer Token URL`",
        marks: &["Bearer Token URL", "User Id", "Grant Type", "Redirect U"],
        recognise: |document| match &document.json {
            Some(json) => datazen::recognise_json(json),
            None => datazen::recognise(document.text()),
        },
        read: |document, _| Ok(datazen::read(document.text())?),
        write: Some(outgoing::datazen),
    },
    forms::OAUTHLIB,
    forms::DOTENV,
    Dialect {
        form: Form::Zspec,
        id: "zspec",
        name: "ZSPEC <oauth2>",
        sign: "XML with `<oauth2>`",
        marks: &["<oauth2", "<token-url", "<resource"],
        recognise: |document| outgoing::is_xml(document.trimmed()),
        read: |document, _| Ok(zspec::read(document.text().trim_start())?),
        write: Some(outgoing::zspec),
    },
];

/// Why a reader or writer refused, ready to be told.
#[derive(Debug, ThisError)]
#[error("{}", diagnosis.summary)]
pub struct FormError {
    diagnosis: Diagnosis,
    #[source]
    source: Box<dyn Error + Send + Sync>,
}

impl<E: Diagnose + Error + Send + Sync + 'static> From<E> for FormError {
    fn from(error: E) -> Self {
        Self { diagnosis: error.diagnose(), source: Box::new(error) }
    }
}

impl FormError {
    /// Whether its words name the form already.
    pub(in crate::dialect) fn names_form(&self) -> bool {
        self.source.is::<DocumentError>()
    }

    /// What is wrong and what to do.
    pub fn diagnose(&self) -> Diagnosis {
        self.diagnosis.clone()
    }
}

/// What is written down.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// The service.
    pub service: &'a Service,
    /// One person's use of it, where that is meant.
    pub profile: Option<&'a Profile>,
    /// Its secrets, where they are to be written too.
    pub secrets: Option<&'a ImportedSecrets>,
}

impl Outgoing<'_> {
    /// Whether there are secrets to be written.
    pub(in crate::dialect) fn has_secrets(&self) -> bool {
        self.secrets.is_some_and(|secrets| !secrets.names().is_empty())
    }

    /// The same as a document would describe it.
    pub(in crate::dialect) fn described(&self) -> Described {
        let described = Described {
            service: self.service.clone(),
            client_id: self.service.defaults.client_id.clone(),
            secrets: self.secrets.cloned().unwrap_or_default(),
            ..Described::default()
        };
        let Some(profile) = self.profile else { return described };
        Described {
            client_id: profile.client_id.clone(),
            redirect_uri: profile.redirect_uri.clone(),
            user_name: profile.user_name.clone(),
            scopes: profile.scopes.clone(),
            inputs: profile.inputs.clone(),
            ..described
        }
    }
}

/// A service in another tool's form.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Written {
    /// The document; it holds secrets only where they were handed in.
    pub text: Secret,
    /// Whether it holds secrets.
    pub has_secrets: bool,
    /// What the form cannot carry, and so is not in it.
    pub lost: Vec<Note>,
}

/// Why nothing was written.
#[derive(Debug, ThisError)]
pub enum WriteError {
    /// It is only read.
    #[error("{0} is read here, and not written")]
    ReadOnly(&'static str),
    /// The service does not fit in it.
    #[error("{form}: {error}")]
    Form {
        /// The form.
        form: &'static str,
        /// Why not.
        #[source]
        error: FormError,
    },
}

impl Diagnose for WriteError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::ReadOnly(_) => diagnosis.hint(format!("choose one of {}", ids())),
            Self::Form { error, .. } => Diagnosis { hint: error.diagnose().hint, ..diagnosis },
        }
    }
}

impl Form {
    /// The forms that are written, in the order of the table.
    pub fn written() -> impl Iterator<Item = Self> {
        DIALECTS.iter().filter(|dialect| dialect.write.is_some()).map(|dialect| dialect.form)
    }

    /// What is read: the name of each form and what it is known by.
    pub fn all_read() -> impl Iterator<Item = (&'static str, &'static str)> {
        DIALECTS.iter().map(|dialect| (dialect.name, dialect.sign))
    }

    /// The form of this id, if it is one that is written.
    pub fn parse(id: &str) -> Option<Self> {
        Self::written().find(|form| form.id() == id)
    }

    /// What the command line calls it; empty for one that is only read.
    pub fn id(self) -> &'static str {
        self.dialect().id
    }

    /// What people call it.
    pub fn name(self) -> &'static str {
        self.dialect().name
    }

    pub(in crate::dialect) fn dialect(self) -> &'static Dialect {
        DIALECTS.iter().find(|dialect| dialect.form == self).expect("every form has its line in the table")
    }
}

fn ids() -> String {
    Form::written().map(|form| format!("`{}`", form.id())).collect::<Vec<_>>().join(", ")
}

/// Writes a service in a form.
pub fn write(form: Form, outgoing: &Outgoing<'_>) -> Result<Written, WriteError> {
    let dialect = form.dialect();
    let write = dialect.write.ok_or(WriteError::ReadOnly(dialect.name))?;
    write(outgoing).map_err(|error| WriteError::Form { form: dialect.name, error })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Form; 20] = [
        Form::Preset,
        Form::Profile,
        Form::OwnExport,
        Form::GoogleUser,
        Form::OidcAgent,
        Form::Rclone,
        Form::Oauthlib,
        Form::Dotenv,
        Form::AuthorizationRequest,
        Form::Curl,
        Form::Google,
        Form::Discovery,
        Form::Postman,
        Form::Insomnia,
        Form::OpenApi,
        Form::Bruno,
        Form::Ezintegrations,
        Form::Evolutionx,
        Form::Datazen,
        Form::Zspec,
    ];

    #[test]
    fn every_form_has_one_line_in_the_table() {
        for form in ALL {
            assert_eq!(DIALECTS.iter().filter(|dialect| dialect.form == form).count(), 1, "{form:?}");
        }
        assert_eq!(DIALECTS.len(), ALL.len());
    }

    #[test]
    fn what_is_written_is_asked_for_by_its_id() {
        for dialect in DIALECTS {
            assert_eq!(dialect.id.is_empty(), dialect.write.is_none(), "{}", dialect.name);
            assert!(!dialect.marks.is_empty() && !dialect.sign.is_empty(), "{}", dialect.name);
        }
        assert_eq!(Form::parse("toml"), Some(Form::Preset));
        assert_eq!((Form::parse("word"), Form::parse("")), (None, None));
    }
}
