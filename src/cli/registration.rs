//! `tokenwright registration`: reads, updates and deletes the client that was registered for a profile (RFC 7592).

use serde_json::{Value as Json, json};

use crate::app::{ClientEnd, ClientFate, Failure, Registered, RegistrationTask};
use crate::cli::args::{RegistrationCommand, RegistrationOptions, RegistrationUpdateOptions};
use crate::cli::print;
use crate::cli::profiles::local;
use crate::cli::runner::Runner;
use crate::diagnosis::printable;
use crate::oauth::{MetadataDifference, RedirectUri};
use crate::service::ProfileName;

pub(crate) fn run(runner: &Runner, command: &RegistrationCommand) -> Result<(), Failure> {
    match command {
        RegistrationCommand::Show(options) => shown(runner, options, RegistrationTask::Read),
        RegistrationCommand::Update(RegistrationUpdateOptions { of, redirect_uri }) => {
            let redirect_uri = redirect_uri.as_deref().map(RedirectUri::parse).transpose()?;
            let redirect_uri = redirect_uri.map(|uri| uri.to_string());
            shown(runner, of, RegistrationTask::Update { redirect_uri })
        }
        RegistrationCommand::Delete(options) => delete(runner, options),
    }
}

fn shown(runner: &Runner, options: &RegistrationOptions, task: RegistrationTask) -> Result<(), Failure> {
    let name = ProfileName::parse(&options.name)?;
    let done = runner.run(runner.app.manage_registration(&name, task, &runner.report()))?;
    if options.json {
        print::json(&to_json(&done));
        return Ok(());
    }
    let Registered { registration, differences, .. } = done;
    let line = |label: &str, text: &str| print::result(format!("{label:37} {}", printable(text)).trim_end());
    line("issuer", &registration.issuer);
    line("client_id", &registration.client_id);
    if let Some(at) = registration.issued_at {
        line("client_id_issued_at", &local(at));
    }
    if !registration.client_secret.is_empty() {
        line("client_secret_expires_at", &registration.secret_expires_at.map_or("never".to_owned(), local));
    }
    for (name, value) in registration.members() {
        line(&printable(name), &value);
    }
    tell_differences(&differences);
    Ok(())
}

/// Prints what the server changed of what was asked.
pub(crate) fn tell_differences(differences: &[MetadataDifference]) {
    for MetadataDifference { field, asked, given } in differences {
        print::note(&format!("  The server changed {}: {asked} became {given}", printable(field)));
    }
}

fn to_json(Registered { registration, differences, .. }: &Registered) -> Json {
    let changed = |one: &MetadataDifference| json!({ "field": one.field, "asked": one.asked, "given": one.given });
    json!({
        "issuer": registration.issuer,
        "client_id": registration.client_id,
        "client_id_issued_at": registration.issued_at.map(|at| at.to_string()),
        "client_secret_expires_at": registration.secret_expires_at.map(|at| at.to_string()),
        "metadata": registration.given,
        "changed": differences.iter().map(changed).collect::<Vec<_>>(),
    })
}

fn delete(runner: &Runner, options: &RegistrationOptions) -> Result<(), Failure> {
    let name = ProfileName::parse(&options.name)?;
    let registration = runner.run(runner.app.delete_registration(&name, &runner.report()))?;
    if options.json {
        print::json(&json!({ "deleted": registration.client_id }));
    } else {
        print::result(&format!("{name}: the client `{}` is deleted at the server", printable(&registration.client_id)));
    }
    Ok(())
}

/// Says what became of the clients of a profile that was erased.
pub(crate) fn tell_ends(ends: &[ClientEnd]) {
    for end in ends {
        let (id, issuer) = (printable(&end.client_id), printable(&end.issuer));
        match &end.fate {
            ClientFate::Deleted => print::note(&format!("The client `{id}` is deleted at {issuer}.")),
            ClientFate::Used(users) => {
                let names: Vec<String> = users.iter().map(|user| format!("`{user}`")).collect();
                let verb = if users.len() == 1 { "uses" } else { "use" };
                print::note(&format!("The client `{id}` stays registered: {} {verb} it as well.", names.join(", ")));
            }
            ClientFate::Left(_) => end.trouble().iter().for_each(print::warning),
        }
    }
}

/// After a profile was forgotten, which keeps its client: it can be brought back.
pub(crate) fn told_client(runner: &Runner, name: &ProfileName) -> Option<String> {
    let registration = runner.run(runner.app.registration(name)).ok()??;
    let id = printable(&registration.client_id).into_owned();
    Some(format!(
        "Its client `{id}` stays registered at {}: `tokenwright forget {name} --now` deletes it there.",
        printable(&registration.issuer)
    ))
}
