//! Our own files: a preset, and the text of a profile.

use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::dialect::document::Document;
use crate::dialect::format::{FormatError, Outgoing, Written};
use crate::dialect::{Described, Import, Note};
use crate::secret::Secret;
use crate::service::{Catalog, Profile, ProfileError, ProfileName, Service, write_preset};

/// Lines that only presets have.
const PRESET_LINES: [&str; 6] =
    ["[token_request]", "[assertion]", "[authorization]", "[refresh_request]", "[[inputs]]", "extends"];

#[derive(Debug, Error, PartialEq, Eq)]
pub enum OwnError {
    #[error("line {line}: {problem}")]
    Preset { line: usize, problem: String, hint: Option<String> },
    #[error("line {line}: {problem}")]
    Profile { line: usize, problem: String },
    /// Its service does not exist.
    #[error("{}", .0.summary)]
    Service(Diagnosis),
}

impl Diagnose for OwnError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::Preset { hint: Some(hint), .. } => diagnosis.hint(hint),
            Self::Preset { hint: None, .. } | Self::Profile { .. } => diagnosis.hint("fix the file there"),
            Self::Service(service) => service.clone(),
        }
    }
}

pub(in crate::dialect) fn is_preset(document: &Document<'_>) -> bool {
    is_toml(document) && has_line(document, &PRESET_LINES)
}

pub(in crate::dialect) fn is_profile(document: &Document<'_>) -> bool {
    is_toml(document) && has_line(document, &["service"]) && has_line(document, &["client_id"])
}

/// The first line is the name of a table, or a key with its value.
fn is_toml(document: &Document<'_>) -> bool {
    let Some(first) = document.lines().find(|line| !line.starts_with('#')) else { return false };
    let is_bare = |text: &str| {
        !text.is_empty() && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_.\"".contains(letter))
    };
    let table = first.trim_start_matches('[').split(']').next().unwrap_or_default();
    let key = first.split_once('=').map_or("", |(key, _)| key.trim_end());
    if first.starts_with('[') { is_bare(table) } else { is_bare(key) }
}

fn has_line(document: &Document<'_>, names: &[&str]) -> bool {
    document.lines().any(|line| {
        let key = line.split_once('=').map_or(line, |(key, _)| key.trim_end());
        names.contains(&key)
    })
}

pub(in crate::dialect) fn read_preset(document: &Document<'_>, catalog: &Catalog) -> Result<Import, OwnError> {
    let text = document.text();
    let service = catalog.parse(document.name, text).map_err(|error| OwnError::Preset {
        line: error.line,
        problem: error.problem,
        hint: error.hint,
    })?;
    let described = Described {
        understood: calls(&service),
        client_id: service.defaults.client_id.clone(),
        service,
        ..Described::default()
    };
    Ok(Import { format: "Tokenwright preset", described: vec![described] })
}

pub(in crate::dialect) fn read_profile(document: &Document<'_>, catalog: &Catalog) -> Result<Import, OwnError> {
    let text = document.text();
    let name = ProfileName::parse("imported").expect("nine letters are a name");
    let mut profile = Profile::from_toml(&name, text, catalog).map_err(|error| match error {
        ProfileError::Text { line, problem, .. } => OwnError::Profile { line, problem },
        ProfileError::Service { error, .. } => OwnError::Service(error.diagnose()),
    })?;
    let mut understood = calls(&profile.service);
    understood.push(Note::new("client_id", &profile.client_id));
    if let Some(authorization) = &mut profile.service.authorization {
        // Parameters of this profile alone: from now on they are the service's.
        let names: Vec<String> = profile.extra.iter().map(|extra| extra.name.clone()).collect();
        authorization.call.query.retain(|parameter| !names.contains(&parameter.name));
        authorization.call.query.append(&mut profile.extra);
    }
    let described = Described {
        service: profile.service,
        client_id: profile.client_id,
        redirect_uri: profile.redirect_uri,
        user_name: profile.user_name,
        scopes: profile.scopes,
        inputs: profile.inputs,
        understood,
        missing: vec![Note::new("secrets", "profile files hold no secrets; they are asked for at sign-in")],
        ..Described::default()
    };
    Ok(Import { format: "Tokenwright profile", described: vec![described] })
}

/// The stages with their URLs.
fn calls(service: &Service) -> Vec<Note> {
    let calls = service.calls().into_iter().filter(|(_, call)| !call.url.source().is_empty());
    calls.map(|(stage, call)| Note::new(stage, format!("{} {}", call.method.as_str(), call.url.source()))).collect()
}

/// A preset of the service, or the text of the profile. Neither holds a secret.
#[allow(clippy::unnecessary_wraps, reason = "every format is written by the same type")]
pub(in crate::dialect) fn write(outgoing: &Outgoing<'_>) -> Result<Written, FormatError> {
    let text = match outgoing.profile {
        // The presets of one machine are not those of another: all but the bundled ones are written out.
        Some(profile) => profile.to_toml(&Catalog::bundled()),
        None => write_preset(outgoing.service),
    };
    let secrets = outgoing.secrets.iter().flat_map(|secrets| secrets.names());
    let lost = secrets.map(|name| Note::new(name, "secrets are not written to TOML files")).collect();
    Ok(Written { text: Secret::new(text), has_secrets: false, lost })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::{Dialect, Found, Outgoing, read};

    fn import(text: &str) -> Described {
        match read(text.as_bytes(), "acme.toml", &Catalog::bundled(), None) {
            Ok(Found::Import(import)) => import.described.into_iter().next().expect("one"),
            other => panic!("{other:?}"),
        }
    }

    fn refused(text: &str) -> String {
        let error = read(text.as_bytes(), "acme.toml", &Catalog::bundled(), None).expect_err("refused");
        error.diagnose().to_string()
    }

    #[test]
    fn every_bundled_preset_comes_back_as_it_went_out() {
        for service in Catalog::bundled().services() {
            let outgoing = Outgoing { service: &service, profile: None, secrets: None };
            let written = crate::dialect::write(Dialect::by_id("toml").expect("ours"), &outgoing).expect("written");
            assert_eq!((import(written.text.expose()).service, written.lost), (service, Vec::new()));
        }
    }

    #[test]
    fn a_profile_comes_back_with_what_was_added_to_its_authorization() {
        let text = "service = \"google\"\nclient_id = \"id-1\"\nredirect_uri = \"http://localhost/\"\nscopes = [\"a\"]\n\
                    [extra]\nlogin_hint = \"someone\"\n";
        let described = import(text);
        assert_eq!((described.client_id.as_str(), described.scopes.as_slice()), ("id-1", &["a".to_owned()][..]));
        let query = described.service.authorization.expect("a client flow").call.query;
        assert_eq!(query.last().map(|parameter| parameter.name.as_str()), Some("login_hint"));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let told =
            refused("id = \"acme\"\nname = \"Acme\"\n[token_reqest]\nurl = \"x\"\n[token_request]\nurl = \"y\"\n");
        assert!(told.starts_with("Tokenwright preset: line 3: unknown field `token_reqest`"), "{told}");
        assert!(told.ends_with("hint: did you mean `token_request`?"), "{told}");
        let told = refused("service = \"gogle\"\nclient_id = \"a\"\n");
        assert!(
            told.starts_with("Tokenwright profile: there is no service `gogle`\nhint: did you mean `google`?"),
            "{told}"
        );
    }
}
