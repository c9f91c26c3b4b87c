//! `tokenwright service show`: all that a preset says, for a person and as JSON.

use serde_json::{Value as Json, json};

use crate::call::{Authentication, BodyTemplate, CallTemplate, Parameter, Template};
use crate::cli::print;
use crate::oauth::{Pkce, ResponseMode};
use crate::service::{Asks, Confidence, Input, LoopbackRule, Service, VerifiedFact};
use crate::witness::WitnessedFact;

/// Columns before a line, and before one that explains it.
const LINE: &str = "  ";
const DETAIL: &str = "      ";

/// Prints a service for a person. `origin` is where its preset comes from.
pub(crate) fn show(service: &Service, origin: &str, witnessed: &[WitnessedFact]) {
    print::result(&format!("{} ({})", service.name, service.id));
    head(service);
    for input in &service.inputs {
        input_lines(input);
    }
    client(service);
    redirect(service);
    scopes(service);
    requests(service);
    binding(service);
    if !service.policy.description.is_empty() {
        line(&service.policy.description);
    }
    doubts(service);
    facts(service, witnessed);
    line(&format!("preset: {origin}"));
}

fn line(text: &str) {
    print::wrapped(LINE, text);
}

fn detail(text: &str) {
    if !text.is_empty() {
        print::wrapped(DETAIL, text);
    }
}

fn head(service: &Service) {
    line(&service.summary);
    let known = [("category", &service.category), ("also called", &service.aliases.join(", "))];
    let links = [("console", &service.links.console), ("documentation", &service.links.documentation)];
    let links = links.iter().filter_map(|(label, link)| Some((*label, link.as_ref()?)));
    for (label, text) in known.into_iter().filter(|(_, text)| !text.is_empty()).chain(links) {
        line(&format!("{label}: {text}"));
    }
    if let Some(words) = service.start.note() {
        line(&format!("note: {words}"));
    }
    for lack in &service.lacks {
        line(&format!("not supported yet: {lack}"));
    }
    for (number, step) in service.checklist.iter().enumerate() {
        line(&format!("{}. {step}", number + 1));
    }
}

fn input_lines(input: &Input) {
    let values: Vec<&str> = input.choices.iter().map(|choice| choice.value.as_str()).collect();
    let values = if values.is_empty() { input.example.clone() } else { values.join("|") };
    let default = if input.default.is_empty() { String::new() } else { format!(" (default: {})", input.default) };
    let optional = if input.optional { " (optional)" } else { "" };
    if input.secret {
        line(&format!("secret: {}{optional}, asked for at the sign-in", input.label));
    } else {
        line(&format!("--set {}={values}{default}{optional}", input.name));
    }
    detail(&input.help);
    for choice in input.choices.iter().filter(|choice| choice.label != choice.value) {
        detail(&format!("{}: {}", choice.value, choice.label));
    }
}

fn client(service: &Service) {
    let labels = &service.labels;
    if labels.client_id != "Client ID" {
        line(&format!("client ID: called {} there", labels.client_id));
    }
    let called =
        if labels.client_secret == "Client secret" { "" } else { &format!(", called {} there", labels.client_secret) };
    line(&format!("client secret: {}{called}", asks(service)));
    if let Some(place) = secret_sent(service) {
        detail(&format!("sent {place}"));
    } else if service.signs_tokens() && service.asks != Asks::Nothing {
        detail("access tokens are signed with it; it is not sent");
    }
}

fn asks(service: &Service) -> &'static str {
    match service.asks {
        Asks::Nothing => "none",
        Asks::OptionalSecret => "optional",
        Asks::Secret | Asks::UserAndSecret => "required",
    }
}

/// Where the service gets the client's secret; `None` if it does not.
fn secret_sent(service: &Service) -> Option<String> {
    service.token_call().and_then(|call| secret_place(service, call)).filter(|_| service.asks != Asks::Nothing)
}

/// Where the token request has the client's secret; `None` if it has none.
fn secret_place(service: &Service, call: &CallTemplate) -> Option<String> {
    let header = "in the header (Basic)";
    Some(match call.authentication {
        Authentication::Basic => header.to_owned(),
        Authentication::BasicOrNone => format!("{header}; a client without one sends its ID in the body"),
        Authentication::BasicRaw => format!("{header}, without form encoding"),
        Authentication::BasicRawOrNone => {
            format!("{header}, without form encoding; a client without one sends its ID in the body")
        }
        Authentication::BasicUser => format!("{header}, after the user ID"),
        Authentication::BasicSecret => format!("{header}, in place of a user"),
        Authentication::ClientSecretJwt => "as the key of a signed assertion (client_secret_jwt)".to_owned(),
        Authentication::PrivateKeyJwt | Authentication::TlsClientAuth | Authentication::SelfSignedTlsClientAuth => {
            return None;
        }
        Authentication::None => {
            let names_secret =
                |text: &Template| text.placeholders().any(|name| service.is_made_of(name, "client_secret"));
            let named = |list: &[Parameter]| {
                let has_secret = |parameter: &&Parameter| names_secret(&parameter.value);
                list.iter().find(has_secret).map(|parameter| parameter.name.clone())
            };
            let (body, is_text) = match &call.body {
                BodyTemplate::None => (None, false),
                BodyTemplate::Form(form) => (named(form), false),
                BodyTemplate::Json(text) | BodyTemplate::Text { text, .. } => (None, names_secret(text)),
            };
            let headers = named(&call.headers).map(|name| format!("in the header {name}"));
            let query = || named(&call.query).map(|name| format!("in the query, as {name}"));
            let body = || body.map(|name| format!("in the body, as {name}"));
            return headers.or_else(query).or_else(body).or_else(|| is_text.then(|| "in the body".to_owned()));
        }
    })
}

fn redirect(service: &Service) {
    if service.authorization.is_none() {
        return;
    }
    line(&format!("redirect URI: {}", service.redirect.default));
    detail(loopback(service.redirect.loopback));
    detail(&service.redirect.note);
    if let Some(issuer) = &service.redirect.issuer {
        detail(&format!("the issuer in the response must be {issuer}"));
    }
}

/// Whether the service redirects to this machine, in words.
fn loopback(rule: LoopbackRule) -> &'static str {
    match rule {
        LoopbackRule::Unknown => "",
        LoopbackRule::AnyPort => "a loopback address with any port is allowed",
        LoopbackRule::FixedPort => "a loopback address is allowed with the registered port only",
        LoopbackRule::DevelopmentOnly => "a loopback address is allowed for apps in development only",
        LoopbackRule::Refused => "no loopback address is allowed: what arrives elsewhere is pasted",
    }
}

fn scopes(service: &Service) {
    let rules = &service.scopes;
    if rules.default.is_empty() && rules.known.is_empty() {
        return;
    }
    let asked = if rules.default.is_empty() { "none" } else { &rules.default.join(" ") };
    let required = if rules.required { " (at least one is needed)" } else { "" };
    line(&format!("scopes: {asked}{required}"));
    for scope in &rules.known {
        detail(&format!("{}: {}", scope.name, scope.meaning));
    }
}

fn requests(service: &Service) {
    if service.signs_tokens() {
        line("access token: signed here, without a call");
    }
    for (stage, call) in service.calls() {
        line(&format!("{}: {} {}", stage.replace('_', " "), call.method.as_str(), call.url.source()));
        let lookup = service.lookup.iter().find(|lookup| std::ptr::eq(&raw const lookup.call, call));
        detail(lookup.map_or("", |lookup| &lookup.label));
        if !call.mtls_url.is_empty() {
            detail(&format!("with a client certificate: {}", call.mtls_url.source()));
        }
    }
    if let Some(authorization) = &service.authorization {
        line(&format!("PKCE: {}", pkce(authorization.pkce)));
        for offer in &authorization.offers {
            line(&format!("--param authorization.{}={}", offer.name, offer.value));
            detail(&offer.meaning);
        }
    }
    if let Some(mode) = service.response_mode() {
        let signed = if mode.is_signed() { ", signed by the service (JARM)" } else { "" };
        line(&format!("authorization response: {}{signed}", mode.as_str()));
    }
}

fn pkce(pkce: Pkce) -> &'static str {
    match pkce {
        Pkce::Off => "off",
        Pkce::S256 => "S256",
        Pkce::S256Hex => "S256, written in hex",
        Pkce::Plain => "plain",
    }
}

/// What proves who asks, besides a secret.
fn binding(service: &Service) {
    if let Some(words) = service.certificate_note() {
        line(&format!("client certificate: {words}"));
    }
    for derived in &service.derived {
        line(&format!("derived: <{}> is {}", derived.name, derived.text()));
    }
    for token in &service.further_token {
        line(&format!("further token: {}, {}", token.name, token.meaning));
        detail(&format!("`tokenwright token PROFILE --resource {}`", token.name));
    }
    if let Some(assertion) = &service.assertion {
        line(&format!("assertion: {}", assertion.text()));
    }
    if let Some(algorithm) = service.dpop {
        line(&format!("tokens are bound to a key (DPoP, RFC 9449), proofs are signed by {}", algorithm.as_str()));
    }
    if let Some(algorithm) = service.signed_request {
        line(&format!("authorization requests are signed by {} (JAR, RFC 9101)", algorithm.as_str()));
    }
    if let Some(encryption) = service.request_encryption() {
        line(&format!("signed requests are encrypted to a key of the issuer: {encryption} (RFC 9101 section 6.1)"));
    }
    if service.encrypts_to_client {
        line("responses, ID tokens or userinfo are encrypted to the key of the client");
    }
    if let Some(details) = service.authorization_details() {
        line(&format!("authorization details (RAR, RFC 9396): {details}"));
    }
    if let Some(details) = service.token_details() {
        line(&format!("of these for the access token (RFC 9396 section 6): {details}"));
    }
}

fn doubts(service: &Service) {
    for disputed in &service.disputed {
        line(&format!("disputed: {}", disputed.fact));
        detail(&disputed.alternative);
    }
    let single = if service.confidence == Confidence::OneSource { ", in a single source" } else { "" };
    line(&format!("checked {}{single}:", service.checked));
    for source in &service.source {
        detail(source);
    }
}

/// The facts that have a date of their own: read for the preset, or by a witness that did not know it.
fn facts(service: &Service, witnessed: &[WitnessedFact]) {
    if !service.verified.is_empty() || !witnessed.is_empty() {
        line("single facts:");
    }
    for VerifiedFact { fact, date, source } in &service.verified {
        detail(&format!("{fact}: checked {date}, {source}"));
    }
    for WitnessedFact { fact, agrees, date, source } in witnessed {
        let not = if *agrees { "as" } else { "not as" };
        detail(&format!("{fact}: {not} its witness of {date} says, {source}"));
    }
}

/// The same as JSON, for programs.
// flat: one line a key
pub(crate) fn json(service: &Service, origin: &str, witnessed: &[WitnessedFact]) -> Json {
    let named = |name: &str, meaning: &str| json!({"name": name, "meaning": meaning});
    let inputs = service.inputs.iter().map(|input| {
        let choices = input
            .choices
            .iter()
            .map(|choice| json!({"value": choice.value, "label": choice.label, "sets": choice.sets}));
        json!({"name": input.name, "label": input.label, "help": input.help, "example": input.example,
            "pattern": input.pattern, "default": input.default, "optional": input.optional, "secret": input.secret,
            "choices": choices.collect::<Vec<_>>()})
    });
    let calls = service
        .calls()
        .into_iter()
        .map(|(stage, call)| (stage.to_owned(), json!({"method": call.method.as_str(), "url": call.url.source()})));
    let offers = service.authorization.iter().flat_map(|authorization| &authorization.offers);
    let offers = offers.map(|offer| json!({"name": offer.name, "value": offer.value, "meaning": offer.meaning}));
    let mut all = json!({
        "id": service.id,
        "name": service.name,
        "aliases": service.aliases,
        "category": service.category,
        "needs": service.summary,
        "console": service.links.console,
        "documentation": service.links.documentation,
        "checklist": service.checklist,
        "inputs": inputs.collect::<Vec<_>>(),
        "labels": service.labels,
        "redirect_uri": service.authorization.as_ref().map(|_| &service.redirect.default),
        "loopback": service.redirect.loopback,
        "redirect_note": service.redirect.note,
        "issuer": service.redirect.issuer,
        "scopes": service.scopes.default,
        "scopes_required": service.scopes.required,
        "known_scopes": service.scopes.known.iter().map(|scope| named(&scope.name, &scope.meaning)).collect::<Vec<_>>(),
        "client_secret": asks(service),
        "secret_sent": secret_sent(service),
        "pkce": service.authorization.as_ref().map(|authorization| authorization.pkce),
        "offers": offers.collect::<Vec<_>>(),
        "client_certificate": service.certificate_note(),
        "derived": service.derived,
        "assertion": service.assertion,
        "dpop": service.dpop,
        "authorization_details": service.authorization_details(),
        "signed_request": service.signed_request,
        "encrypted_request": service.request_encryption(),
        "encrypts_to_client": service.encrypts_to_client,
        "token_details": service.token_details(),
        "response_mode": service.response_mode().map(ResponseMode::as_str),
        "start": service.start,
        "signs_tokens": service.signs_tokens(),
        "lacks": service.lacks,
        "calls": calls.collect::<serde_json::Map<_, _>>(),
        "rotates": service.policy.rotates,
        "policy": service.policy.description,
        "disputed": service.disputed,
        "confidence": service.confidence,
        "checked": service.checked,
        "source": service.source,
    });
    let further = service.further_token.iter();
    all["further_tokens"] = further.map(|token| named(&token.name, &token.meaning)).collect();
    all["verified"] = json!(service.verified);
    all["witnessed"] = witnessed.iter().map(witness_json).collect();
    all["from"] = origin.into();
    all
}

fn witness_json(witnessed: &WitnessedFact) -> Json {
    let WitnessedFact { fact, agrees, date, source } = witnessed;
    json!({"fact": fact, "agrees": agrees, "date": date, "source": source})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::Catalog;

    #[test]
    fn it_is_told_where_each_service_wants_the_secret() {
        for (id, place) in [
            ("quickbooks", Some("in the header (Basic)")),
            ("slack", Some("in the body, as client_secret")),
            ("okta-management", None),
            ("dayforce", None),
        ] {
            let service = Catalog::bundled().service(id).expect("a preset");
            assert_eq!(secret_place(&service, &service.token_request).as_deref(), place, "{id}");
        }
    }
}
