//! The metadata of an issuer, from all the places where it may be published.

use serde_json::{Map, Value as Json};

use crate::app::handle::App;
use crate::app::progress::{Progress, Report};
use crate::app::sign_in::send::ask_address;
use crate::app::{Failure, FailureCode, FailureKind};
use crate::call::Method;
use crate::diagnosis::Diagnosis;
use crate::dialect::discovery::is_pattern;
use crate::dialect::{Issuer, JoinedMetadata, Note};
use crate::oauth::{is_same_issuer, plain_line};

/// The places where metadata is published.
const WELL_KNOWN: &str = "/.well-known/";

/// What an issuer publishes.
pub(in crate::app) struct Metadata {
    /// The JSON text, joined of all documents.
    pub(in crate::app) text: String,
    /// Where the documents are.
    pub(in crate::app) sources: Vec<String>,
    /// Where the documents contradict each other, and what could not be checked.
    pub(in crate::app) notes: Vec<Note>,
}

/// Fetches the metadata of an issuer: both the document of OpenID Connect Discovery and that of RFC 8414, where there are both and
/// the first is not enough.
pub(in crate::app) async fn fetch_metadata(
    app: &App,
    report: &Report,
    issuer: &Issuer,
    is_enough: impl Fn(&Map<String, Json>) -> bool,
) -> Result<Metadata, Failure> {
    let mut tried = Vec::new();
    let mut joined = JoinedMetadata::default();
    let mut notes = Vec::new();
    let mut kinds: Vec<&'static str> = Vec::new();
    let mut sources = Vec::new();
    for address in issuer.descriptions() {
        let kind = kind(&address);
        if kinds.contains(&kind) {
            continue;
        }
        report.tell(Progress::Fetching(address.clone()));
        match ask_address(app, report, Method::Get, &address).await {
            Err(failure) if kinds.is_empty() => return Err(failure),
            // The first document is enough.
            Err(failure) => notes.push(Note::new(address, format!("not read: {}", failure.diagnosis.summary))),
            Ok(reply) if !reply.is_success() => tried.push((reply.status, address)),
            Ok(reply) => {
                let text = reply.body.expose();
                match (check_issuer(issuer, &address, text), document(text)) {
                    (Ok(()), Some(document)) => {
                        let is_all = is_enough(&document);
                        joined.add(&address, document);
                        sources.push(address);
                        if is_all {
                            kinds.push(kind);
                            break;
                        }
                    }
                    // The reader tells what is wrong with it.
                    (Ok(()), None) if kinds.is_empty() => {
                        return Ok(Metadata { text: text.to_owned(), sources: vec![address], notes });
                    }
                    (Ok(()), None) => notes.push(Note::new(address, "not read: it is no JSON object")),
                    (Err(failure), _) if kinds.is_empty() => return Err(failure),
                    (Err(failure), _) => {
                        notes.push(Note::new(address, format!("not used: {}", failure.diagnosis.summary)));
                    }
                }
                kinds.push(kind);
            }
        }
    }
    if !kinds.is_empty() {
        let (text, contradictions) = joined.finish();
        notes.extend(contradictions);
        notes.extend(not_checked(issuer, &text));
        return Ok(Metadata { text, sources, notes });
    }
    Err(not_published(issuer, &tried))
}

/// Why there is no metadata: the status at each address.
fn not_published(issuer: &Issuer, tried: &[(u16, String)]) -> Failure {
    let told: Vec<String> = tried.iter().map(|(status, address)| format!("{status} at {address}")).collect();
    let diagnosis = Diagnosis::new(format!("`{}` has no discovery document: {}", issuer.as_str(), told.join(", ")));
    let hint = "check the issuer URL in the service's documentation, or paste the document itself";
    let diagnosis = diagnosis.hint(hint);
    // Too many requests (RFC 6585 section 4), or trouble of the server.
    if tried.iter().any(|(status, _)| *status == 429 || *status >= 500) {
        return Failure::new(FailureKind::Network, diagnosis);
    }
    Failure::new(FailureKind::Refused, diagnosis).coded(FailureCode::NoMetadata)
}

/// Which standard's document is at this address.
fn kind(address: &str) -> &'static str {
    if address.contains("/.well-known/oauth-authorization-server") { "RFC 8414" } else { "OpenID" }
}

fn document(text: &str) -> Option<Map<String, Json>> {
    serde_json::from_str(text).ok()
}

/// Rejects metadata that names a different issuer (OpenID Connect Discovery 1.0 section 4.3, RFC 8414 section 3.3).
fn check_issuer(issuer: &Issuer, address: &str, text: &str) -> Result<(), Failure> {
    let asked_directly = issuer.as_str().contains(WELL_KNOWN);
    match issuer_of(text) {
        Some(told) if !asked_directly && !is_same_issuer(&told, issuer.as_str()) => {
            let diagnosis = Diagnosis::new(format!("{address} describes another issuer, `{told}`"));
            let reference = "https://www.rfc-editor.org/rfc/rfc8414#section-3.3";
            let hint = if is_pattern(&told) {
                format!(
                    "it is a pattern, one issuer for each tenant: give the tenant's id in place of `common` and its like, \
                     or import the document's own address, {address}; for Microsoft there is the preset `microsoft`"
                )
            } else {
                "if that is the one you mean, import its address".to_owned()
            };
            Err(Failure::new(FailureKind::Refused, diagnosis.hint(hint).reference(reference)))
        }
        _ => Ok(()),
    }
}

fn issuer_of(text: &str) -> Option<String> {
    let json: serde_json::Value = serde_json::from_str(text).ok()?;
    Some(plain_line(json.get("issuer")?.as_str()?))
}

/// The warning that metadata fetched from its own address names an issuer with a different one. Issuer patterns are
/// reported where they are read.
fn not_checked(issuer: &Issuer, text: &str) -> Option<Note> {
    let (base, rest) = issuer.as_str().split_once(WELL_KNOWN)?;
    // RFC 8414 section 3.1 puts the issuer's path after the well-known name.
    let path = rest.split_once('/').map(|(_, path)| format!("/{path}")).unwrap_or_default();
    let told = issuer_of(text)?;
    let is_its_own = is_same_issuer(&told, base) || is_same_issuer(&told, &format!("{base}{path}"));
    (!is_its_own && !is_pattern(&told))
        .then(|| Note::new("issuer", format!("`{told}` was not checked: the description came from another address")))
}
