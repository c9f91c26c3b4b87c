//! What a client adds to its calls whose tokens are to be bound to a key (RFC 9449).

use crate::call::{BodyTemplate, CallTemplate, Parameter};
use crate::practice::http::message::{Parameters, Request};
use crate::practice::rehearsal::facts::Facts;
use crate::service::Service;

/// The call as a client sends it whose tokens are to be bound to a key (RFC 9449).
pub(in crate::practice) fn with_proof(
    service: &Service,
    mut call: CallTemplate,
    stage: &str,
    request: &Request,
    facts: &mut Facts,
) -> CallTemplate {
    if service.dpop.is_none() {
        return call;
    }
    let is_authorization = matches!(stage, "authorization" | "pushed_authorization");
    let omits = service.authorization.as_ref().is_some_and(|request| request.omits("dpop_jkt"));
    if is_authorization && !omits {
        let form = Parameters::form(request.body.expose());
        let came = if stage == "authorization" { &request.query } else { &form };
        if let Ok(Some(thumbprint)) = came.one("dpop_jkt") {
            facts.set("dpop_jkt", thumbprint.to_owned());
        }
        let parameter = Parameter::new("dpop_jkt", "<dpop_jkt>");
        match &mut call.body {
            BodyTemplate::Form(form) => form.push(parameter),
            _ => call.query.push(parameter),
        }
    }
    let is_bound = facts.value("token_type").eq_ignore_ascii_case("dpop");
    for header in &mut call.headers {
        if is_bound && header.value.source() == "Bearer <token>" {
            *header = Parameter::new(&header.name, "DPoP <token>");
        }
    }
    // Whether it is a good one, the practice service and the tests say.
    if let Some((_, proof)) = request.headers.iter().find(|(name, _)| name == "dpop") {
        facts.set("dpop_proof", proof.expose().to_owned());
        call.headers.push(Parameter::new("DPoP", "<dpop_proof>"));
    }
    call
}
