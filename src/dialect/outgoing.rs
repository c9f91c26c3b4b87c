//! Services written in the formats of other tools, and what of a service each has no place for.

use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::dialect::format::{FormatError, Outgoing, Written};
use crate::dialect::{Note, Secrecy, datazen, evolutionx, ezintegrations, zspec};
use crate::oauth::{Pkce, ProfileSecrets};
use crate::secret::Secret;
use crate::service::Service;

pub(in crate::dialect) fn ezintegrations(outgoing: &Outgoing<'_>) -> Result<Written, FormatError> {
    check_has_call(outgoing)?;
    let text = ezintegrations::write(&outgoing.described(), secrecy(outgoing))?;
    let mut lost = unplaced(outgoing.service, &["refresh_request"], "eZintegrations");
    if !outgoing.service.scopes.default.is_empty() {
        lost.push(Note::new("scopes", "eZintegrations sends none: the refresh token has its own"));
    }
    Ok(Written { text, has_secrets: outgoing.has_secrets(), lost })
}

pub(in crate::dialect) fn evolutionx(outgoing: &Outgoing<'_>) -> Result<Written, FormatError> {
    check_has_call(outgoing)?;
    let with_secrets = outgoing.secrets.is_some();
    let written = evolutionx::write(&outgoing.described(), with_secrets)?;
    Ok(Written { text: written.text, has_secrets: outgoing.has_secrets(), lost: written.ignored })
}

pub(in crate::dialect) fn datazen(outgoing: &Outgoing<'_>) -> Result<Written, FormatError> {
    check_has_call(outgoing)?;
    let text = datazen::write(&outgoing.described(), secrecy(outgoing))?;
    let mut lost = unplaced(outgoing.service, &["authorization", "token_request", "refresh_request"], "DataZen");
    if outgoing.service.authorization.as_ref().is_some_and(|authorization| authorization.pkce != Pkce::Off) {
        lost.push(Note::new("PKCE", "DataZen sends no code challenge"));
    }
    let inputs = outgoing.service.inputs.iter().map(|input| &input.name);
    lost.extend(inputs.map(|name| Note::new(name, "not one of DataZen's nine variables")));
    Ok(Written { text, has_secrets: outgoing.has_secrets(), lost })
}

pub(in crate::dialect) fn zspec(outgoing: &Outgoing<'_>) -> Result<Written, FormatError> {
    check_has_call(outgoing)?;
    let mut service = outgoing.service.clone();
    let mut lost = Vec::new();
    if let Some(profile) = outgoing.profile {
        // A document describes a service: the profile's choices become its defaults.
        service.scopes.default.clone_from(&profile.scopes);
        for input in &mut service.inputs {
            if let Some(value) = profile.inputs.get(&input.name) {
                input.default.clone_from(value);
            }
        }
        lost.push(Note::new("client id", "ZSPEC describes a service, not a client"));
    }
    let names = outgoing.secrets.map(ProfileSecrets::names).unwrap_or_default();
    lost.extend(names.into_iter().map(|name| Note::new(name, "ZSPEC cannot hold secrets")));
    lost.extend(zspec::losses(&service));
    Ok(Written { text: Secret::new(zspec::write(&service)?), has_secrets: false, lost })
}

/// A service whose access tokens are signed by the program, so that there is no call to write.
#[derive(Debug, Error)]
#[error("the access tokens of {0} are signed without a call, and the format describes calls")]
struct WithoutCall(String);

impl Diagnose for WithoutCall {
    fn diagnose(&self) -> Diagnosis {
        Diagnosis::new(self.to_string()).hint("write it in another format, such as `toml`")
    }
}

fn check_has_call(outgoing: &Outgoing<'_>) -> Result<(), WithoutCall> {
    let service = outgoing.service;
    if service.signs_tokens() { Err(WithoutCall(service.name.clone())) } else { Ok(()) }
}

fn secrecy(outgoing: &Outgoing<'_>) -> Secrecy {
    if outgoing.secrets.is_some() { Secrecy::With } else { Secrecy::Without }
}

/// The stages that a tool cannot describe, and the assertion that it cannot sign.
fn unplaced(service: &Service, placed: &[&str], tool: &str) -> Vec<Note> {
    let stages = service.calls().into_iter().map(|(stage, _)| stage).filter(|stage| !placed.contains(stage));
    let mut lost: Vec<Note> =
        stages.map(|stage| Note::new(stage, format!("{tool} cannot describe this call"))).collect();
    if service.assertion.is_some() {
        lost.push(Note::new("assertion", format!("{tool} cannot sign assertions")));
    }
    lost
}
