//! What a ZSPEC document cannot hold of a service. The calls are compared with those of the document when it is read
//! back, so that no loss goes unnoticed.

use crate::call::{CallTemplate, Parameter, Template};
use crate::dialect::Note;
use crate::dialect::zspec::known::is_idle;
use crate::dialect::zspec::schema::STAGES;
use crate::dialect::zspec::{read, write};
use crate::service::{RedirectRules, Service, Start};

/// What [`write()`] leaves out of a service: where it is, and what becomes of it. Nothing where it cannot be written at
/// all.
pub fn losses(service: &Service) -> Vec<Note> {
    let Some(back) = write(service).ok().and_then(|text| read(&text).ok()) else { return Vec::new() };
    let mut losses = Vec::new();
    let others = service.calls().into_iter().map(|(stage, _)| stage).filter(|stage| !is_placed(stage));
    losses.extend(others.map(|stage| Note::new(stage, "ZSPEC cannot describe this call")));
    if let Some(described) = back.described.first() {
        calls(service, &described.service, &mut losses);
        inputs(service, &described.service, &mut losses);
    }
    rules(service, &mut losses);
    losses
}

fn is_placed(stage: &str) -> bool {
    STAGES.iter().any(|(placed, ..)| *placed == stage)
}

fn calls(service: &Service, back: &Service, losses: &mut Vec<Note>) {
    for (stage, call) in service.calls().into_iter().filter(|(stage, _)| is_placed(stage)) {
        let Some((_, other)) = back.calls().into_iter().find(|(name, _)| *name == stage) else { continue };
        let (own, other) = (sent(service, call), sent(back, other));
        if own != other {
            losses.push(Note::new(stage, "the call changes when the document is read back"));
        }
    }
    let reads = |service: &Service| {
        let refresh = service.refresh_request.as_ref().map(|call| call.reading.clone());
        (service.token_request.reading.clone(), refresh)
    };
    if reads(service) != reads(back) {
        losses.push(Note::new("reading", "how the response is read is described only in part"));
    }
    let pkce = |service: &Service| service.authorization.as_ref().map(|authorization| authorization.pkce);
    if pkce(service) != pkce(back) {
        losses.push(Note::new("authorization", "how the code challenge is made"));
    }
    if service.authorization.as_ref().is_some_and(|authorization| !authorization.offers.is_empty()) {
        losses.push(Note::new("authorization", "the optional parameters"));
    }
}

/// The call in a normal form: placeholders in braces, unused parameters removed, constants filled in, and headers sorted by
/// name, since the order of different headers means nothing (RFC 9110 section 5.3).
fn sent(service: &Service, call: &CallTemplate) -> CallTemplate {
    let filled = |template: &Template| template.in_braces().replace("{grant_type}", &service.grant_type);
    let list = |list: &[Parameter]| -> Vec<Parameter> {
        let used = list.iter().filter(|p| !p.value.is_empty() && !is_idle(service, p));
        used.map(|p| Parameter::new(&p.name, filled(&p.value))).collect()
    };
    let body = match &call.body {
        crate::call::BodyTemplate::Form(form) if list(form).is_empty() => crate::call::BodyTemplate::None,
        crate::call::BodyTemplate::Form(form) => crate::call::BodyTemplate::Form(list(form)),
        crate::call::BodyTemplate::Json(text) => crate::call::BodyTemplate::Json(Template::new(filled(text))),
        crate::call::BodyTemplate::Text { content_type, text } => {
            crate::call::BodyTemplate::Text { content_type: content_type.clone(), text: Template::new(filled(text)) }
        }
        crate::call::BodyTemplate::None => crate::call::BodyTemplate::None,
    };
    let mut headers = list(&call.headers);
    headers.sort_by_key(|header| header.name.to_ascii_lowercase());
    CallTemplate {
        method: call.method,
        url: Template::new(call.url.in_braces()),
        authentication: call.authentication,
        headers,
        query: list(&call.query),
        body,
        ..CallTemplate::default()
    }
}

fn inputs(service: &Service, back: &Service, losses: &mut Vec<Note>) {
    for input in &service.inputs {
        let place = format!("input {}", input.name);
        let other = back.inputs.iter().find(|other| other.name == input.name);
        if input.choices.iter().any(|choice| !choice.sets.is_empty()) {
            losses.push(Note::new(&place, "the values that its choices set become inputs of their own"));
        }
        match other {
            None => losses.push(Note::new(&place, "not asked for")),
            Some(other) if other.secret != input.secret => {
                losses.push(Note::new(&place, "that it is a secret"));
            }
            Some(other) if (&other.pattern, &other.transform) != (&input.pattern, &input.transform) => {
                losses.push(Note::new(&place, "its pattern"));
            }
            Some(_) => {}
        }
    }
}

fn rules(service: &Service, losses: &mut Vec<Note>) {
    let redirect = RedirectRules { default: service.redirect.default.clone(), ..RedirectRules::default() };
    let lost = [
        ("redirect", service.redirect != redirect, "the redirect settings"),
        ("assertion", service.assertion.is_some(), "how the assertion is made"),
        ("client certificate", service.client_certificate, "that a client certificate is wanted"),
        (
            "client certificate",
            service.calls().iter().any(|(_, call)| !call.mtls_url.is_empty()),
            "the addresses for clients with a certificate",
        ),
        ("start", service.start != Start::Browser, "how a sign-in begins"),
        ("hints", !service.hints.is_empty(), "what its errors mean"),
        ("scopes", service.scopes.known.iter().any(|scope| !scope.meaning.is_empty()), "what each scope allows"),
        ("checklist", !service.checklist.is_empty(), "what to do before the first sign-in"),
    ];
    losses.extend(lost.into_iter().filter(|(_, is_lost, _)| *is_lost).map(|(place, _, words)| Note::new(place, words)));
}
