//! `tokenwright service`: lists, shows and checks presets.

use serde_json::{Value as Json, json};

use crate::app::{Failure, FailureKind};
use crate::cli::args::ServiceTask;
use crate::cli::runner::Runner;
use crate::cli::{print, prompt, service_export};
use crate::diagnosis::Diagnosis;
use crate::oauth::ResponseMode;
use crate::service::{Asks, Service, write_preset};

pub(crate) fn run(runner: &Runner, task: ServiceTask) -> Result<(), Failure> {
    match task {
        ServiceTask::List { json } => list(runner, json),
        ServiceTask::Show { id, json } => {
            let service = runner.catalog()?.service(&id)?;
            if json {
                print::json(&show_json(&service));
            } else {
                show(&service);
            }
            Ok(())
        }
        ServiceTask::Check { file } => check(runner, &file),
        ServiceTask::Export(options) => service_export::run(runner, &options),
    }
}

fn list(runner: &Runner, as_json: bool) -> Result<(), Failure> {
    let services = runner.catalog()?.services();
    if as_json {
        let list =
            services.iter().map(|s| json!({"id": s.id, "name": s.name, "category": s.category, "needs": s.summary}));
        print::json(&Json::from(list.collect::<Vec<_>>()));
        return Ok(());
    }
    let mut rows = vec![["ID", "SERVICE", "NEEDS"].map(str::to_owned).to_vec()];
    rows.extend(services.iter().map(|s| vec![s.id.clone(), s.name.clone(), s.summary.clone()]));
    print::table(&rows);
    Ok(())
}

fn show(service: &Service) {
    print::result(&format!("{} ({})", service.name, service.id));
    print::result(&format!("  {}", service.summary));
    let link = |label: &str, link: &Option<String>| {
        if let Some(link) = link {
            print::result(&format!("  {label}: {link}"));
        }
    };
    link("console", &service.links.console);
    link("documentation", &service.links.documentation);
    for words in service.start.note().into_iter().chain(service.lacks.iter().map(String::as_str)) {
        print::result(&format!("  note: {words}"));
    }
    for (number, step) in service.checklist.iter().enumerate() {
        print::result(&format!("  {}. {step}", number + 1));
    }
    for input in &service.inputs {
        let default = if input.default.is_empty() { String::new() } else { format!(" (default: {})", input.default) };
        print::result(&format!("  --set {}={}{default}", input.name, input.example));
        print::result(&format!("      {}", input.help));
    }
    print::result(&format!("  redirect URI: {}", service.redirect.default));
    print::result(&format!("      {}", service.redirect.note));
    print::result(&format!("  scopes: {}", service.scopes.default.join(" ")));
    for (stage, call) in service.calls() {
        print::result(&format!("  {stage}: {} {}", call.method.as_str(), call.url.source()));
        if !call.mtls_url.is_empty() {
            print::result(&format!("      with a client certificate: {}", call.mtls_url.source()));
        }
    }
    if let Some(words) = service.certificate_note() {
        print::result(&format!("  client certificate: {words}"));
    }
    if let Some(assertion) = &service.assertion {
        print::result(&format!("  assertion: {}", assertion.text()));
    }
    show_messages(service);
    if !service.policy.description.is_empty() {
        print::result(&format!("  {}", service.policy.description));
    }
    print::result(&format!("  checked {}: {}", service.checked, service.source.join(" ")));
}

/// How requests, responses and tokens are protected, and what is asked for in detail.
fn show_messages(service: &Service) {
    if let Some(algorithm) = service.dpop {
        print::result(&format!(
            "  tokens are bound to a key (DPoP, RFC 9449), proofs are signed by {}",
            algorithm.as_str()
        ));
    }
    if let Some(algorithm) = service.signed_request {
        print::result(&format!("  authorization requests are signed by {} (JAR, RFC 9101)", algorithm.as_str()));
    }
    if let Some(encryption) = service.request_encryption() {
        print::result(&format!(
            "  signed requests are encrypted to a key of the issuer: {encryption} (RFC 9101 section 6.1)"
        ));
    }
    if service.encrypts_to_client {
        print::result("  responses, ID tokens or userinfo are encrypted to the key of the client");
    }
    if let Some(details) = service.authorization_details() {
        print::result(&format!("  authorization details (RAR, RFC 9396): {details}"));
    }
    if let Some(details) = service.token_details() {
        print::result(&format!("  of these for the access token (RFC 9396 section 6): {details}"));
    }
    if let Some(mode) = service.response_mode() {
        let signed = if mode.is_signed() { ", signed by the service (JARM)" } else { "" };
        print::result(&format!("  authorization response: {}{signed}", mode.as_str()));
    }
}

fn show_json(service: &Service) -> Json {
    let inputs = service.inputs.iter().map(|input| {
        let choices: Vec<&String> = input.choices.iter().map(|choice| &choice.value).collect();
        json!({"name": input.name, "label": input.label, "help": input.help, "example": input.example,
            "pattern": input.pattern, "default": input.default, "optional": input.optional, "choices": choices})
    });
    let calls = service
        .calls()
        .into_iter()
        .map(|(stage, call)| (stage.to_owned(), json!({"method": call.method.as_str(), "url": call.url.source()})));
    json!({
        "id": service.id,
        "name": service.name,
        "aliases": service.aliases,
        "category": service.category,
        "needs": service.summary,
        "console": service.links.console,
        "documentation": service.links.documentation,
        "checklist": service.checklist,
        "inputs": inputs.collect::<Vec<_>>(),
        "redirect_uri": service.redirect.default,
        "scopes": service.scopes.default,
        "client_secret": match service.asks {
            Asks::Nothing => "none",
            Asks::OptionalSecret => "optional",
            Asks::Secret | Asks::UserAndSecret => "required",
        },
        "client_certificate": service.certificate_note(),
        "assertion": service.assertion,
        "dpop": service.dpop,
        "encrypts_to_client": service.encrypts_to_client,
        "authorization_details": service.authorization_details(),
        "token_details": service.token_details(),
        "signed_request": service.signed_request,
        "encrypted_request": service.request_encryption(),
        "response_mode": service.response_mode().map(ResponseMode::as_str),
        "start": service.start,
        "lacks": service.lacks,
        "calls": calls.collect::<serde_json::Map<_, _>>(),
        "rotates": service.policy.rotates,
        "policy": service.policy.description,
        "checked": service.checked,
        "source": service.source,
    })
}

/// Reads the file as a preset, writes it and reads it again, so that nothing in it is lost.
fn check(runner: &Runner, file: &str) -> Result<(), Failure> {
    let text = if file == "-" { prompt::read_all()? } else { read(file)? };
    let catalog = runner.catalog()?;
    let service = catalog.parse(file, &text)?;
    catalog.parse(file, &write_preset(&service))?;
    print::result(&format!("{file}: {} ({}) is a valid preset", service.name, service.id));
    Ok(())
}

fn read(file: &str) -> Result<String, Failure> {
    std::fs::read_to_string(file)
        .map_err(|error| Failure::new(FailureKind::Usage, Diagnosis::new(format!("cannot read `{file}`: {error}"))))
}
