//! One person's use of a service, and its text. Its secrets are in the vault under the same name.

pub(super) mod api_call;
pub(super) mod check_every;
pub(super) mod display_name;
pub(super) mod draft;
pub(super) mod expiry_date;
pub(super) mod name;
pub(super) mod registration;
pub(super) mod remarks;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::call::{Parameter, Place, Template, Values, pairs};
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::service::catalog::{Catalog, CatalogError};
use crate::service::definition::Service;
use crate::service::input::Input;
use crate::service::preset::{Changes, changes_between, line_of, preset_table, service_of_table, with_changes};
use crate::service::profile::api_call::ApiCall;
use crate::service::profile::check_every::CheckEvery;
use crate::service::profile::display_name::DisplayName;
use crate::service::profile::expiry_date::ExpiryDate;
use crate::service::profile::name::ProfileName;
use crate::service::profile::remarks::{Notes, Tags};

/// One person's use of a service.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Empty if it has only its plain name.
    pub display_name: DisplayName,
    /// The service, with the person's changes.
    pub service: Service,
    /// By name; transformed and checked.
    pub inputs: BTreeMap<String, String>,
    /// The client's id.
    pub client_id: String,
    /// The redirect URI to use.
    pub redirect_uri: String,
    /// The redirect URIs that are registered with the service, if the person listed them.
    pub registered: Vec<String>,
    /// The scopes asked for.
    pub scopes: Vec<String>,
    /// Further parameters of the authorization request.
    pub extra: Vec<Parameter>,
    /// The user's id, where the service asks for one.
    pub user_name: String,
    /// Whether its tokens are refreshed before they expire, while the window or the agent runs.
    pub keep_alive: bool,
    /// The only account that may sign in to it, as the service names it; empty for any.
    pub account: String,
    /// When the client secret expires, as the person has read it in the service's console.
    pub client_secret_expires: Option<ExpiryDate>,
    /// How often the service is asked whether the token works, while the window or the agent runs; `None` for never.
    pub check_every: Option<CheckEvery>,
    /// What the person wrote down about it.
    pub notes: Notes,
    /// What the person groups it by.
    pub tags: Tags,
    /// The call that shows whether it works; `None` for the identity call.
    pub api_check: Option<ApiCall>,
}

/// The name or label of the input that chooses among the environments of a service.
const ENVIRONMENT: &str = "environment";

/// Why the text of a profile cannot be read.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ProfileError {
    /// The text is not valid.
    #[error("the profile `{name}`, line {line}{}: {problem}", key.as_ref().map(|key| format!(", key `{key}`")).unwrap_or_default())]
    Text {
        /// The profile.
        name: String,
        /// The line, from 1.
        line: usize,
        /// The key whose value is wrong, if it is about a value.
        key: Option<String>,
        /// What is wrong there.
        problem: String,
    },
    /// Its service is unknown or invalid.
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
            Self::Text { name, .. } => diagnosis.hint(format!("correct it: `tokenwright edit {name}`")),
            Self::Service { error, .. } => Diagnosis { hint: error.diagnose().hint, ..diagnosis },
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProfileText {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    display_name: String,
    service: String,
    client_id: String,
    #[serde(default)]
    redirect_uri: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    registered: Vec<String>,
    #[serde(default)]
    scopes: Vec<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    user_name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    account: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client_secret_expires: Option<ExpiryDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    check_every: Option<CheckEvery>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    keep_alive: bool,
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    tags: Tags,
    #[serde(default, skip_serializing_if = "Notes::is_empty")]
    notes: Notes,
    /// The paths of the preset's keys that the person removed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    removed: Vec<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    check: Option<ApiCall>,
    #[serde(default)]
    inputs: BTreeMap<String, String>,
    #[serde(default, with = "pairs")]
    extra: Vec<Parameter>,
    /// What the person changed in the preset, so that later corrections of the preset reach the profile.
    #[serde(default, skip_serializing_if = "toml::Table::is_empty")]
    changes: toml::Table,
    /// The whole service, if no preset has its ID.
    #[serde(skip_serializing_if = "Option::is_none")]
    definition: Option<toml::Table>,
}

/// The part of the text that describes the service. A table has no line numbers, so this is read for the line of an error.
#[derive(Deserialize)]
struct ServicePart {
    #[serde(rename = "definition", alias = "changes")]
    _service: Service,
}

/// Where the first error in the description of the service is.
fn place_in_service(text: &str) -> Option<usize> {
    toml::from_str::<ServicePart>(text).err()?.span().map(|span| span.start)
}

/// The key whose value begins or goes on at this place; `None` where a key or a table begins.
fn key_at(text: &str, place: usize) -> Option<String> {
    let (key, _) = text.get(..place)?.rsplit('\n').next()?.split_once('=')?;
    // A line of a longer text may hold `=` as well.
    Some(key.trim()).filter(|key| !key.is_empty() && !key.contains(char::is_whitespace)).map(str::to_owned)
}

impl Profile {
    /// Reads the text.
    pub fn from_toml(name: &ProfileName, text: &str, catalog: &Catalog) -> Result<Self, ProfileError> {
        let wrong = |error: &toml::de::Error, place: usize| ProfileError::Text {
            name: name.to_string(),
            line: line_of(text, place),
            key: key_at(text, place),
            // foreign: the library's words may have several lines.
            problem: error.message().replace('\n', " "),
        };
        let file: ProfileText =
            toml::from_str(text).map_err(|error| wrong(&error, error.span().map_or(0, |span| span.start)))?;
        let (table, service) = if let Some(definition) = file.definition {
            ("[definition", service_of_table(&definition))
        } else {
            let preset = catalog.service(&file.service);
            let preset = preset.map_err(|error| ProfileError::Service { name: name.to_string(), error })?;
            ("[changes", with_changes(preset, Changes { removed: file.removed, changed: file.changes }))
        };
        let service = service
            .map_err(|error| wrong(&error, place_in_service(text).or_else(|| text.find(table)).unwrap_or_default()))?;
        Ok(Self {
            display_name: DisplayName::of(&file.display_name),
            service,
            inputs: file.inputs,
            client_id: file.client_id,
            redirect_uri: file.redirect_uri,
            registered: file.registered,
            scopes: file.scopes,
            extra: file.extra,
            user_name: file.user_name,
            keep_alive: file.keep_alive,
            account: file.account.trim().to_owned(),
            client_secret_expires: file.client_secret_expires,
            check_every: file.check_every,
            notes: file.notes,
            tags: file.tags,
            api_check: file.check,
        })
    }

    /// Writes the text: the ID of the preset and the changes to it, or the whole service.
    pub fn to_toml(&self, catalog: &Catalog) -> String {
        let preset = catalog.service(&self.service.id).ok();
        let changes = preset.as_ref().map(|preset| changes_between(preset, &self.service)).unwrap_or_default();
        let file = ProfileText {
            display_name: self.display_name.to_string(),
            service: self.service.id.clone(),
            client_id: self.client_id.clone(),
            redirect_uri: self.redirect_uri.clone(),
            registered: self.registered.clone(),
            scopes: self.scopes.clone(),
            user_name: self.user_name.clone(),
            keep_alive: self.keep_alive,
            account: self.account.clone(),
            client_secret_expires: self.client_secret_expires,
            check_every: self.check_every,
            tags: self.tags.clone(),
            check: self.api_check.clone(),
            notes: self.notes.clone(),
            inputs: self.inputs.clone(),
            extra: self.extra.clone(),
            removed: changes.removed,
            changes: changes.changed,
            definition: preset.is_none().then(|| preset_table(&self.service)),
        };
        toml::to_string_pretty(&file)
            .expect("a profile holds nothing but texts, numbers, lists and tables, all of which TOML can write")
    }

    /// Whether the authorization request is one of OpenID Connect, which an ID token answers.
    pub fn asks_for_id_token(&self) -> bool {
        self.scopes.iter().any(|scope| scope == "openid")
    }

    /// Which environment of the service it is for, such as `Sandbox`, as the service's input of that name says; empty if the
    /// service has no such input.
    pub fn environment(&self) -> &str {
        let is_it = |input: &&Input| input.name == ENVIRONMENT || input.label.eq_ignore_ascii_case(ENVIRONMENT);
        let Some(input) = self.service.inputs.iter().filter(|input| !input.secret).find(is_it) else { return "" };
        let value = self.inputs.get(&input.name).map_or("", String::as_str);
        let chosen = input.choices.iter().find(|choice| choice.value == value);
        chosen.map_or(value, |choice| &choice.label)
    }

    /// What is sent as `redirect_uri`: the URI, or the service's name for it.
    pub fn sent_redirect_uri(&self, uri: &str, values: &Values) -> String {
        self.service.redirect.sent.as_ref().map_or_else(|| uri.to_owned(), |sent| with_values(sent, values))
    }

    /// The values for its requests, without secrets and without what a sign-in adds.
    pub fn values(&self) -> Values {
        let mut values = Values::new();
        self.service.declare(&mut values);
        for input in self.service.inputs.iter().filter(|input| !input.secret) {
            let value = self.inputs.get(&input.name).map_or("", String::as_str);
            // Filled in when the practice service starts.
            let is_to_come = self.service.practice && input.name == "port";
            if value.is_empty() && (!input.optional || is_to_come) {
                continue;
            }
            // A parameter with an empty value is left out.
            values.set(&input.name, value);
            let chosen = input.choices.iter().find(|choice| choice.value == value);
            for (name, value) in chosen.iter().flat_map(|choice| &choice.sets) {
                values.set(name, value);
            }
        }
        for name in self.service.found() {
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

/// Fills in a scope (`{org_url}/.default`); a missing value leaves it visibly as it is.
fn with_values(scope: &str, values: &Values) -> String {
    let rendered = Template::new(scope).render(values, Place::Text);
    rendered.map_or_else(|_| scope.to_owned(), |text| text.to_secret().expose().to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::call::{BodyTemplate, Expression};

    fn profile() -> Profile {
        let service = Catalog::bundled().service("netsuite").expect("netsuite");
        Profile {
            display_name: DisplayName::default(),
            service,
            inputs: [("account_id".to_owned(), "123-sb1".to_owned())].into(),
            client_id: "id".into(),
            redirect_uri: "https://localhost:8443/callback".into(),
            registered: vec!["https://localhost:8443/callback".into(), "http://localhost:8080/callback".into()],
            scopes: vec!["rest_webservices".into(), "restlets".into()],
            extra: vec![Parameter::new("prompt", "login")],
            user_name: String::new(),
            keep_alive: false,
            account: String::new(),
            client_secret_expires: None,
            check_every: None,
            notes: Notes::default(),
            tags: Tags::default(),
            api_check: None,
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
    fn notes_and_tags_are_written_where_there_are_any_and_a_wrong_tag_is_named_with_its_line() {
        let (catalog, name) = (Catalog::bundled(), ProfileName::parse("acme").expect("a name"));
        let plain = profile().to_toml(&catalog);
        assert!(!plain.contains("notes") && !plain.contains("tags"));
        let notes = Notes::of("Ask Ms Ito.\n'''\n\"\"\"\\ = x\n[tags]");
        let described =
            Profile { notes, tags: Tags::of("prod customer:acme"), account: "ada@example.com".into(), ..profile() };
        let text = described.to_toml(&catalog);
        assert_eq!(Profile::from_toml(&name, &text, &catalog), Ok(described));
        let error =
            Profile::from_toml(&name, &format!("tags = [\"two words\"]\n{plain}"), &catalog).expect_err("refused");
        assert_eq!(
            error.to_string(),
            "the profile `acme`, line 1, key `tags`: the tag `two words` cannot hold ' ' there"
        );
    }

    #[test]
    fn its_check_is_written_where_there_is_one() {
        let (catalog, name) = (Catalog::bundled(), ProfileName::parse("acme").expect("a name"));
        assert!(!profile().to_toml(&catalog).contains("check"));
        let checked = Profile { api_check: Some(ApiCall::get("/v1/me")), ..profile() };
        let text = checked.to_toml(&catalog);
        assert!(text.contains("\n[check]\nurl = \"/v1/me\"\n"), "{text}");
        assert_eq!(Profile::from_toml(&name, &text, &catalog), Ok(checked));
        let whole = ApiCall {
            method: crate::call::Method::Patch,
            headers: vec![Parameter::new("Accept", "text/xml"), Parameter::new("X-Org", "<account_id>")],
            body: "{\"a\": \"é\\n\"}\n\"\"\"".into(),
            ..ApiCall::get("https://api.example.com/v1/<account_id>?q=a b")
        };
        let checked = Profile { api_check: Some(whole), ..profile() };
        assert_eq!(Profile::from_toml(&name, &checked.to_toml(&catalog), &catalog), Ok(checked));
    }

    #[test]
    fn the_environment_is_called_as_the_service_calls_it() {
        let of = |service: &str, input: &str, value: &str| {
            let service = Catalog::bundled().service(service).expect("a preset");
            let inputs = [(input.to_owned(), value.to_owned())].into();
            Profile { service, inputs, ..profile() }.environment().to_owned()
        };
        assert_eq!(of("ebay", "environment", "sandbox"), "Sandbox");
        assert_eq!(of("docusign", "account_host", "account.docusign.com"), "Live");
        assert_eq!(of("business-central-online", "environment", "UAT"), "UAT");
        assert_eq!(of("netsuite", "account_id", "123-sb1"), "");
    }

    #[test]
    fn its_text_names_the_preset_and_reads_back_the_same() {
        let (catalog, name) = (Catalog::bundled(), ProfileName::parse("acme").expect("a name"));
        let text = profile().to_toml(&catalog);
        assert!(text.contains("service = \"netsuite\"") && !text.contains("[changes"), "{text}");
        assert_eq!(Profile::from_toml(&name, &text, &catalog), Ok(profile()));
    }

    fn name() -> ProfileName {
        ProfileName::parse("acme").expect("a name")
    }

    #[test]
    fn a_changed_service_is_written_as_its_difference_to_the_preset() {
        let catalog = Catalog::bundled();
        let mut changed = profile();
        changed.service.token_request.headers.push(Parameter::new("X-Mine", "1"));
        let (plain, text) = (profile().to_toml(&catalog), changed.to_toml(&catalog));
        let added: Vec<&str> = text.lines().filter(|line| !plain.contains(line)).collect();
        assert_eq!(added, ["[changes.token_request.headers]", "X-Mine = \"1\""], "{text}");
        assert_eq!(Profile::from_toml(&name(), &text, &catalog), Ok(changed));
    }

    #[test]
    fn a_correction_of_the_preset_reaches_the_profile_and_what_the_person_changed_stays() {
        let mut changed = profile();
        changed.service.token_request.headers.push(Parameter::new("X-Mine", "1"));
        changed.service.revocation = None;
        changed.service.policy.leeway = Some(7);
        let text = changed.to_toml(&Catalog::bundled());
        let mut corrected = profile().service;
        corrected.token_request.url = Template::new("https://corrected.example.test/token");
        corrected.refresh_request.as_mut().expect("one").headers.push(Parameter::new("X-Theirs", "1"));
        corrected.policy.leeway = Some(60);
        let mut catalog = Catalog::bundled();
        assert_eq!(catalog.add(vec![("netsuite.toml".into(), crate::service::write_preset(&corrected))]), []);
        let read = Profile::from_toml(&name(), &text, &catalog).expect("a profile");
        corrected.token_request.headers = changed.service.token_request.headers;
        corrected.revocation = None;
        corrected.policy.leeway = Some(7);
        assert_eq!(read.service, corrected);
    }

    #[test]
    fn a_service_that_no_preset_describes_is_written_whole() {
        let catalog = Catalog::bundled();
        let mut imported = profile();
        imported.service.id = "imported".into();
        let text = imported.to_toml(&catalog);
        assert!(text.contains("[definition.token_request]"), "{text}");
        assert_eq!(Profile::from_toml(&name(), &text, &catalog), Ok(imported));
    }

    #[test]
    fn a_change_that_fits_no_preset_is_named_with_its_line() {
        let text = "service = \"netsuite\"\nclient_id = \"a\"\n[changes.token_request]\nurl = 7\n";
        let error = Profile::from_toml(&name(), text, &Catalog::bundled()).expect_err("refused").to_string();
        assert!(error.starts_with("the profile `acme`, line 4, key `url`: invalid type: integer `7`"), "{error}");
    }

    #[test]
    fn an_error_in_a_whole_service_is_named_with_the_line_of_its_key() {
        let catalog = Catalog::bundled();
        let mut imported = profile();
        imported.service.id = "imported".into();
        let text =
            imported.to_toml(&catalog).replacen("[definition.policy]\n", "[definition.policy]\nrotates = 7\n", 1);
        let line = text.lines().position(|line| line == "rotates = 7").expect("the key") + 1;
        let error = Profile::from_toml(&name(), &text, &catalog).expect_err("refused").to_string();
        assert!(error.starts_with(&format!("the profile `acme`, line {line}, key `rotates`: invalid type")), "{error}");
    }

    proptest! {
        #[test]
        fn any_edit_of_any_preset_reads_back_the_same(
            at in any::<proptest::sample::Index>(),
            edits in proptest::collection::vec((0..9_usize, "[a-z.\\[\\]]{1,4}", any::<String>()), 0..6),
        ) {
            let catalog = Catalog::bundled();
            let ids: Vec<&str> = catalog.ids().collect();
            let mut edited = profile();
            edited.service = catalog.service(ids[at.index(ids.len())]).expect("a preset");
            for (what, name, value) in edits {
                edit(&mut edited.service, what, &name, &value);
            }
            let text = edited.to_toml(&catalog);
            prop_assert_eq!(Profile::from_toml(&self::name(), &text, &catalog), Ok(edited), "{}", text);
        }
    }

    fn edit(service: &mut Service, what: usize, name: &str, value: &str) {
        let call = &mut service.token_request;
        let is_new = |list: &[Parameter]| list.iter().all(|parameter| parameter.name != name);
        match (what, &mut call.body) {
            (0, _) => call.url = Template::new(value),
            (1, _) if is_new(&call.headers) => call.headers.insert(0, Parameter::new(name, value)),
            (2, BodyTemplate::Form(form)) if is_new(form) => form.push(Parameter::new(name, value)),
            (3, BodyTemplate::Form(form)) => form.reverse(),
            (4, body) => *body = BodyTemplate::Json(Template::new(value)),
            (5, _) => service.refresh_request = None,
            (6, _) => drop(service.authorization.take()),
            (7, _) => call.reading.access_token = vec![Expression::new(value), Expression::new(name)],
            (8, _) if call.reading.retain.iter().all(|(retained, _)| retained != name) => {
                call.reading.retain.push((name.to_owned(), Expression::new(value)));
            }
            _ => service.grant_type = value.to_owned(),
        }
    }

    #[test]
    fn a_broken_text_is_named_with_its_line_and_key() {
        let name = ProfileName::parse("acme").expect("a name");
        let error =
            Profile::from_toml(&name, "service = \"x\"\nclient = 1\n", &Catalog::bundled()).expect_err("broken");
        assert!(error.to_string().starts_with("the profile `acme`, line 2: unknown field `client`"), "{error}");
        let text = "# client_id = \"a\"\nservice = \"netsuite\"\nclient_id = \"a\"\nscopes = [\n  \"a\", 7]\n";
        let error = Profile::from_toml(&name, text, &Catalog::bundled()).expect_err("broken").diagnose();
        assert_eq!(
            error.to_string(),
            "the profile `acme`, line 5: invalid type: integer `7`, expected a string\n\
             hint: correct it: `tokenwright edit acme`"
        );
        let text = "service = \"netsuite\"\nclient_id = true\n";
        let error = Profile::from_toml(&name, text, &Catalog::bundled()).expect_err("broken").to_string();
        assert_eq!(
            error,
            "the profile `acme`, line 2, key `client_id`: invalid type: boolean `true`, expected a string"
        );
        let error = Profile::from_toml(&name, "service = \"netsuite\"\n", &Catalog::bundled()).expect_err("incomplete");
        assert_eq!(error.to_string(), "the profile `acme`, line 1: missing field `client_id`");
    }

    #[test]
    fn scopes_are_joined_as_the_service_wants_them() {
        let mut profile = profile();
        profile.service.scopes.separator = ",".into();
        let values = profile.values();
        assert_eq!(values.value("scope").map(|value| value.text.expose()), Some("rest_webservices,restlets"));
        assert_eq!(values.value("account_id").map(|value| value.text.expose()), Some("123-sb1"));
    }
}
