//! One person's use of a service, and its file. No secret is in it: those are in the vault under the same name.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::call::{Parameter, Place, Template, Values};
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::service::catalog::CatalogError;
use crate::service::preset::{Pairs, PresetFile};
use crate::service::{Catalog, DisplayName, Service};

/// The name of a profile: 1 to 64 letters, digits, `-`, `_` and `.`, starting with a letter or digit, so that it
/// can stand in a file name and on a command line everywhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct ProfileName(String);

/// Why a text is not a profile's name.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ProfileNameError {
    /// Nothing was given.
    #[error("the profile has no name")]
    Missing,
    /// Too long.
    #[error("the profile's name has {0} characters, more than 64")]
    TooLong(usize),
    /// A character that cannot be in it.
    #[error("the profile's name cannot hold {0:?} there")]
    Character(char),
}

impl Diagnose for ProfileNameError {
    fn diagnose(&self) -> Diagnosis {
        Diagnosis::new(self.to_string())
            .hint("use letters, digits, `-`, `_` and `.`, starting with a letter or digit, such as `acme-quickbooks`")
    }
}

impl ProfileName {
    /// Reads a name.
    pub fn parse(text: &str) -> Result<Self, ProfileNameError> {
        let text = text.trim();
        let length = text.chars().count();
        if length == 0 {
            return Err(ProfileNameError::Missing);
        }
        if length > 64 {
            return Err(ProfileNameError::TooLong(length));
        }
        let fits = |(at, c): &(usize, char)| c.is_ascii_alphanumeric() || (*at > 0 && "-_.".contains(*c));
        match text.char_indices().find(|position| !fits(position)) {
            Some((_, wrong)) => Err(ProfileNameError::Character(wrong)),
            None => Ok(Self(text.to_owned())),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ProfileName {
    type Error = ProfileNameError;

    fn try_from(text: String) -> Result<Self, ProfileNameError> {
        Self::parse(&text)
    }
}

impl fmt::Display for ProfileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One person's use of a service.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// What the person calls it; empty where its plain name is all it has.
    pub display_name: DisplayName,
    /// The service, with whatever the person changed in it.
    pub service: Service,
    /// The service's inputs, transformed and checked.
    pub inputs: BTreeMap<String, String>,
    /// The client's id.
    pub client_id: String,
    /// The redirect URI as registered.
    pub redirect_uri: String,
    /// The scopes asked for.
    pub scopes: Vec<String>,
    /// Further parameters of the authorization request.
    pub extra: Vec<Parameter>,
    /// The user's id, where the service asks for one.
    pub user_name: String,
    /// Whether its tokens are renewed before they expire, unasked, while the window or the agent runs.
    pub keep_alive: bool,
}

/// Why a profile's file cannot be read.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ProfileError {
    /// Not the TOML it should be.
    #[error("the file of the profile `{name}`, line {line}: {problem}")]
    File {
        /// The profile.
        name: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong there.
        problem: String,
    },
    /// It names a service that is not there.
    #[error("the profile `{name}`: {error}")]
    Service {
        /// The profile.
        name: String,
        /// Why not.
        #[source]
        error: CatalogError,
    },
}

impl Diagnose for ProfileError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::File { .. } => diagnosis.hint("mend the file, or move it away and sign in again"),
            Self::Service { error, .. } => Diagnosis { hint: error.diagnose().hint, ..diagnosis },
        }
    }
}

/// The file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProfileFile {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    display_name: String,
    service: String,
    client_id: String,
    #[serde(default)]
    redirect_uri: String,
    #[serde(default)]
    scopes: Vec<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    user_name: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    keep_alive: bool,
    #[serde(default)]
    inputs: BTreeMap<String, String>,
    #[serde(default)]
    extra: Pairs,
    /// The whole service, where it differs from the preset of that id.
    #[serde(skip_serializing_if = "Option::is_none")]
    customised: Option<PresetFile>,
}

impl Profile {
    /// Reads a profile's file.
    pub fn from_toml(name: &ProfileName, text: &str, catalog: &Catalog) -> Result<Self, ProfileError> {
        let file: ProfileFile = toml::from_str(text).map_err(|error| ProfileError::File {
            name: name.to_string(),
            line: error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1),
            // foreign: the library's words may have several lines.
            problem: error.message().replace('\n', " "),
        })?;
        let service = match file.customised {
            Some(customised) => Service::from(customised),
            None => catalog
                .service(&file.service)
                .map_err(|error| ProfileError::Service { name: name.to_string(), error })?,
        };
        Ok(Self {
            display_name: DisplayName::of(&file.display_name),
            service,
            inputs: file.inputs,
            client_id: file.client_id,
            redirect_uri: file.redirect_uri,
            scopes: file.scopes,
            extra: file.extra.parameters().collect(),
            user_name: file.user_name,
            keep_alive: file.keep_alive,
        })
    }

    /// The text of its file. The service is written out only where it differs from its preset.
    pub fn to_toml(&self, catalog: &Catalog) -> String {
        let as_preset = catalog.service(&self.service.id).is_ok_and(|preset| preset == self.service);
        let extra = self.extra.iter().map(|p| (p.name.clone(), p.value.source().to_owned()));
        let file = ProfileFile {
            display_name: self.display_name.to_string(),
            service: self.service.id.clone(),
            client_id: self.client_id.clone(),
            redirect_uri: self.redirect_uri.clone(),
            scopes: self.scopes.clone(),
            user_name: self.user_name.clone(),
            keep_alive: self.keep_alive,
            inputs: self.inputs.clone(),
            extra: extra.collect(),
            customised: (!as_preset).then(|| PresetFile::from(&self.service)),
        };
        toml::to_string_pretty(&file)
            .expect("a profile holds nothing but texts, numbers, lists and tables, all of which TOML can write")
    }

    /// What is sent as redirect URI: the URI itself, or the name that the service gave it.
    pub fn sent_redirect_uri(&self, uri: &str, values: &Values) -> String {
        self.service.redirect.sent.as_ref().map_or_else(|| uri.to_owned(), |sent| with_values(sent, values))
    }

    /// The values that it supplies to its calls. Secrets and what a sign-in brings are added by whoever has them.
    pub fn values(&self) -> Values {
        let mut values = Values::new();
        self.service.declare(&mut values);
        for input in self.service.inputs.iter().filter(|input| !input.secret) {
            let value = self.inputs.get(&input.name).map_or("", String::as_str);
            // The practice service's port is filled in by whoever starts it.
            let is_to_come = self.service.practice && input.name == "port";
            if value.is_empty() && (!input.optional || is_to_come) {
                continue;
            }
            // One that may stay empty and does is left out, where a parameter can be.
            values.set(&input.name, value);
            let chosen = input.choices.iter().find(|choice| choice.value == value);
            for (name, value) in chosen.iter().flat_map(|choice| &choice.sets) {
                values.set(name, value);
            }
        }
        for (name, _) in self.service.fetch.iter().flat_map(|fetch| &fetch.retain) {
            if let Some(value) = self.inputs.get(name) {
                values.set(name, value);
            }
        }
        if !self.client_id.is_empty() {
            values.set("client_id", &self.client_id);
        }
        values.set("redirect_uri", self.sent_redirect_uri(&self.redirect_uri, &values));
        let scopes: Vec<String> = self.scopes.iter().map(|scope| with_values(scope, &values)).collect();
        values.set("scope", scopes.join(&self.service.scopes.separator));
        values.set("grant_type", &self.service.grant_type);
        if !self.user_name.is_empty() {
            values.set("user_name", &self.user_name);
        }
        values
    }
}

/// A scope may hold a value (`{org_url}/.default`); one that is not known yet stays as it is, to be seen.
fn with_values(scope: &str, values: &Values) -> String {
    let rendered = Template::new(scope).render(values, Place::Text);
    rendered.map_or_else(|_| scope.to_owned(), |text| text.to_secret().expose().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile() -> Profile {
        let service = Catalog::bundled().service("netsuite").expect("netsuite");
        Profile {
            display_name: DisplayName::default(),
            service,
            inputs: [("account_id".to_owned(), "123-sb1".to_owned())].into(),
            client_id: "id".into(),
            redirect_uri: "https://localhost:8443/callback".into(),
            scopes: vec!["rest_webservices".into(), "restlets".into()],
            extra: vec![Parameter::new("prompt", "login")],
            user_name: String::new(),
            keep_alive: false,
        }
    }

    #[test]
    fn whether_it_is_kept_alive_is_written_only_where_it_is() {
        let (catalog, name) = (Catalog::bundled(), ProfileName::parse("acme").expect("a name"));
        assert!(!profile().to_toml(&catalog).contains("keep_alive"));
        let kept = Profile { keep_alive: true, ..profile() };
        let text = kept.to_toml(&catalog);
        assert!(text.contains("\nkeep_alive = true\n"), "{text}");
        assert_eq!(Profile::from_toml(&name, &text, &catalog), Ok(kept));
    }

    #[test]
    fn what_it_is_called_is_read_back_without_what_a_name_cannot_hold() {
        let (catalog, name) = (Catalog::bundled(), ProfileName::parse("acme").expect("a name"));
        assert!(!profile().to_toml(&catalog).contains("display_name"));
        let called = Profile { display_name: DisplayName::of("株式会社 \"東京\""), ..profile() };
        let text = called.to_toml(&catalog);
        assert_eq!(Profile::from_toml(&name, &text, &catalog), Ok(called));
        let forged = format!("display_name = \"a\\u001b[2J\\u202eb\\nc\"\n{}", profile().to_toml(&catalog));
        let read = Profile::from_toml(&name, &forged, &catalog).expect("a profile");
        assert_eq!(read.display_name.as_str(), "a[2Jb c");
    }

    #[test]
    fn its_file_names_the_preset_and_reads_back_the_same() {
        let (catalog, name) = (Catalog::bundled(), ProfileName::parse("acme").expect("a name"));
        let text = profile().to_toml(&catalog);
        assert!(text.contains("service = \"netsuite\"") && !text.contains("[customised"), "{text}");
        assert_eq!(Profile::from_toml(&name, &text, &catalog), Ok(profile()));
    }

    #[test]
    fn a_changed_service_is_written_out_whole() {
        let (catalog, name) = (Catalog::bundled(), ProfileName::parse("acme").expect("a name"));
        let mut changed = profile();
        changed.service.token_request.url = crate::call::Template::new("https://other.example.test/token");
        let text = changed.to_toml(&catalog);
        assert!(text.contains("[customised.token_request]"), "{text}");
        assert_eq!(Profile::from_toml(&name, &text, &catalog), Ok(changed));
    }

    #[test]
    fn a_broken_file_is_named_with_its_line() {
        let name = ProfileName::parse("acme").expect("a name");
        let error =
            Profile::from_toml(&name, "service = \"x\"\nclient = 1\n", &Catalog::bundled()).expect_err("broken");
        assert!(
            error.to_string().starts_with("the file of the profile `acme`, line 2: unknown field `client`"),
            "{error}"
        );
    }

    #[test]
    fn scopes_are_joined_as_the_service_wants_them() {
        let mut profile = profile();
        profile.service.scopes.separator = ",".into();
        let values = profile.values();
        assert_eq!(values.value("scope").map(|value| value.text.expose()), Some("rest_webservices,restlets"));
        assert_eq!(values.value("account_id").map(|value| value.text.expose()), Some("123-sb1"));
    }

    #[test]
    fn a_name_fits_in_a_file_name() {
        assert_eq!(ProfileName::parse(" acme-1.prod ").map(|name| name.to_string()), Ok("acme-1.prod".to_owned()));
        assert_eq!(ProfileName::parse(""), Err(ProfileNameError::Missing));
        assert_eq!(ProfileName::parse(".hidden"), Err(ProfileNameError::Character('.')));
        assert_eq!(ProfileName::parse("a/b"), Err(ProfileNameError::Character('/')));
        assert_eq!(ProfileName::parse(&"a".repeat(65)), Err(ProfileNameError::TooLong(65)));
    }
}
