//! `tokenwright import`: reads a document of another tool, prints what was understood, and after confirmation saves a
//! profile or a preset.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value as Json, json};

use crate::app::{AmbiguousText, CallContext, Failure, FailureKind, ImportOutcome, ImportSource, Imported};
use crate::cli::args::ImportOptions;
use crate::cli::prompt::is_yes;
use crate::cli::runner::Runner;
use crate::cli::vault::open_vault;
use crate::cli::{print, prompt, sharing};
use crate::diagnosis::{Diagnose, Diagnosis, printable};
use crate::dialect::{Described, Import, Issuer, Note};
use crate::service::{NewPreset, ProfileName, Service};

/// What the document is saved as.
enum Purpose {
    Profile(ProfileName),
    Preset(Box<Service>),
}

pub(crate) fn run(runner: &Runner, options: &ImportOptions) -> Result<(), Failure> {
    let mut source = source(&options.document)?;
    if let Some(format) = options.format {
        source = ImportSource::As(Box::new(source), format);
    }
    if !options.with.is_empty() {
        source = ImportSource::With(Box::new(source), options.with.clone());
    }
    let imported = loop {
        source = match runner.run(runner.app.import(source, &runner.report()))? {
            ImportOutcome::Described(imported) => break imported,
            ImportOutcome::Shared(shared) => return sharing::accept(runner, *shared, options),
            // An address in a file needs confirmation; one on the command line was asked for.
            ImportOutcome::Issuer(issuer) => asked(issuer)?,
            ImportOutcome::Locked(locked) => sharing::unlocked(locked, options)?,
            ImportOutcome::Ambiguous(text) => meant(text)?,
            ImportOutcome::NotChosen => return Err(nothing_kept("nothing was saved")),
        };
    };
    if options.json {
        print::json(&import_json(&imported));
    } else {
        print::note(&format!("{}: {}", imported.from, imported.import.format));
    }
    let described = pick(&imported.import, options)?;
    if !options.json {
        tell(described);
    }
    let purpose = purpose(described, options)?;
    if !agreed(&purpose, options)? {
        return Err(nothing_kept("nothing was saved"));
    }
    keep(runner, described, purpose)
}

fn source(document: &str) -> Result<ImportSource, Failure> {
    Ok(match Issuer::parse(document) {
        Some(issuer) => ImportSource::Issuer(issuer),
        None if document == "-" => ImportSource::Input,
        None if !is_address(document) => ImportSource::File(document.into()),
        // An address with a query is a document itself.
        None if Issuer::parse(without_query(document)).is_some() => {
            ImportSource::Pasted(crate::secret::Secret::new(document))
        }
        None => return Err(not_fetched(document)),
    })
}

/// Whether it begins with a scheme, as no path does; a single letter is a drive.
fn is_address(document: &str) -> bool {
    let Some((scheme, _)) = document.split_once("://") else { return false };
    scheme.len() > 1
        && scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

fn without_query(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or_default()
}

/// The address for messages: without its query, which may hold a code, and without the user before its host.
fn not_fetched(document: &str) -> Failure {
    let (scheme, rest) = without_query(document).split_once("://").unwrap_or_default();
    let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let diagnosis = Diagnosis::new(format!("`{scheme}://{rest}` is not a URL that can be imported"));
    let hint = "use the `https` URL of an issuer (`http` only on this machine), or the path of a file";
    Failure::new(FailureKind::Usage, diagnosis.hint(hint))
}

fn meant(text: Box<AmbiguousText>) -> Result<ImportSource, Failure> {
    if !prompt::is_terminal() {
        return Err(text.failure());
    }
    let names: Vec<String> = text.formats.iter().map(|format| format.name.to_owned()).collect();
    let chosen = prompt::one_of("The file matches several formats. Which one is it?", &names)?;
    let format = text.formats.get(chosen).copied().ok_or_else(|| text.failure())?;
    Ok(ImportSource::Meant(text, format))
}

fn asked(issuer: Issuer) -> Result<ImportSource, Failure> {
    let address = issuer.as_str().to_owned();
    let question = format!("This is the URL of an issuer. Fetch its metadata from {}? [y/N]", issuer.host());
    if prompt::is_terminal() && is_yes(&prompt::line(&question)?) {
        return Ok(ImportSource::Issuer(issuer));
    }
    let diagnosis = Diagnosis::new(format!("the document is the URL of an issuer, `{address}`; nothing was fetched"));
    Err(Failure::new(FailureKind::Usage, diagnosis.hint(format!("to fetch it: `tokenwright import {address}`"))))
}

fn pick<'a>(import: &'a Import, options: &ImportOptions) -> Result<&'a Described, Failure> {
    let all = &import.described;
    let at = |number: usize| number.checked_sub(1).and_then(|at| all.get(at));
    let many = |summary: String| {
        Failure::new(FailureKind::Usage, Diagnosis::new(summary).hint("choose one with `--pick NUMBER`"))
    };
    if let Some(number) = options.pick {
        return at(number)
            .ok_or_else(|| many(format!("there is no number {number} among the {} described", all.len())));
    }
    if let [only] = &all[..] {
        return Ok(only);
    }
    let titles: Vec<String> = all.iter().map(title).collect();
    if !prompt::is_terminal() {
        let lines: Vec<String> = (1..).zip(&titles).map(|(number, title)| format!("({number}) {title}")).collect();
        return Err(many(format!("it describes {}: {}", all.len(), lines.join(", "))));
    }
    let picked = prompt::one_of(&format!("It describes {}:", all.len()), &titles)?;
    at(picked + 1).ok_or_else(|| many(format!("it describes {}", all.len())))
}

fn title(described: &Described) -> String {
    let service = &described.service;
    let call = if service.token_request.url.source().is_empty() {
        service.refresh_request.as_ref()
    } else {
        Some(&service.token_request)
    };
    match call.map(|call| call.url.source()).filter(|url| !url.is_empty()) {
        Some(url) => format!("{}, tokens from {url}", service.name),
        None => service.name.clone(),
    }
}

/// Prints what was understood, what was not, and what is missing, all before anything is saved.
fn tell(described: &Described) {
    print::note(&title(described));
    list("Understood", &described.understood);
    list("Ignored", &described.ignored);
    list("Still missing", &described.still_missing());
    let secrets = described.secrets.names();
    if !secrets.is_empty() {
        print::note(&format!("Secrets, saved in the vault only: {}", secrets.join(", ")));
    }
}

fn list(title: &str, notes: &[Note]) {
    if notes.is_empty() {
        return;
    }
    print::note(&format!("{title}:"));
    let places: Vec<_> = notes.iter().map(|note| printable(&note.place)).collect();
    let width = places.iter().map(|place| place.chars().count()).max().unwrap_or_default().min(40);
    for (place, note) in places.iter().zip(notes) {
        print::note(&format!("  {place:width$}  {}", note.words));
    }
}

fn purpose(described: &Described, options: &ImportOptions) -> Result<Purpose, Failure> {
    if let Some(id) = &options.preset {
        return preset(described, id).map(|service| Purpose::Preset(Box::new(service)));
    }
    match &options.profile {
        Some(name) => Ok(Purpose::Profile(ProfileName::parse(name)?)),
        None if prompt::is_terminal() && !options.yes => {
            let name = prompt::line("Save it as the profile (empty: do not save):")?;
            if name.trim().is_empty() {
                return Err(nothing_kept("nothing was saved"));
            }
            Ok(Purpose::Profile(ProfileName::parse(&name)?))
        }
        None => Err(nothing_kept("nothing was saved: the profile has no name")),
    }
}

/// Saves the service as a preset with this ID, without anything personal.
fn preset(described: &Described, id: &str) -> Result<Service, Failure> {
    let draft = NewPreset { id: id.to_owned(), name: described.service.name.clone() };
    let usage = |error: crate::service::NewPresetError| Failure::new(FailureKind::Usage, error.diagnose());
    let id = draft.parse_id().map_err(usage)?.to_owned();
    let name = draft.parse_name().map_or_else(|_| id.clone(), str::to_owned);
    let mut service = Service { id, name, ..described.service.clone() };
    if service.checked.is_empty() {
        service.checked = Timestamp::now().to_zoned(TimeZone::system()).strftime("%Y-%m-%d").to_string();
    }
    Ok(service)
}

/// Asks for confirmation, after everything was printed.
fn agreed(purpose: &Purpose, options: &ImportOptions) -> Result<bool, Failure> {
    if options.yes {
        return Ok(true);
    }
    let question = match purpose {
        Purpose::Profile(_) if prompt::is_terminal() && options.profile.is_none() => return Ok(true),
        Purpose::Profile(name) => format!("Save it as the profile `{name}`? [y/N]"),
        Purpose::Preset(service) => format!("Save it as the preset `{}`? [y/N]", service.id),
    };
    Ok(prompt::is_terminal() && is_yes(&prompt::line(&question)?))
}

fn nothing_kept(summary: &str) -> Failure {
    let hint = "to save it, repeat with `--yes` and `--profile PROFILE` or `--preset ID`";
    Failure::new(FailureKind::Usage, Diagnosis::new(summary).hint(hint))
}

fn keep(runner: &Runner, described: &Described, purpose: Purpose) -> Result<(), Failure> {
    match purpose {
        Purpose::Profile(name) => {
            open_vault(runner)?;
            runner.run(runner.app.save(&name, CallContext::from(described), false, None))?;
            // With a refresh token and everything else that the call needs, no sign-in is necessary.
            let renews = !described.secrets.refresh_token.is_empty() && described.service.refresh_request.is_some();
            let renews = renews && described.still_missing().is_empty();
            let next = if renews { "token" } else { "sign-in" };
            print::note(&format!("Saved as the profile `{name}`. Next: tokenwright {next} {name}"));
        }
        Purpose::Preset(service) => {
            let id = service.id.clone();
            let path = runner.run(runner.app.save_preset(*service, false))?;
            print::note(&format!("Saved as the preset `{id}`, in {}", path.display()));
            print::note(&format!("Next: tokenwright sign-in NAME --service {id}"));
        }
    }
    Ok(())
}

fn import_json(imported: &Imported) -> Json {
    let described: Vec<Json> = imported.import.described.iter().map(described_json).collect();
    json!({"from": imported.from, "format": imported.import.format, "described": described})
}

fn described_json(described: &Described) -> Json {
    let notes = |notes: &[Note]| -> Vec<Json> {
        notes.iter().map(|note| json!({"place": note.place, "text": note.words})).collect()
    };
    let service = &described.service;
    let calls = service
        .calls()
        .into_iter()
        .map(|(stage, call)| (stage.to_owned(), json!({"method": call.method.as_str(), "url": call.url.source()})));
    let profile = described.profile();
    json!({
        "id": service.id,
        "name": service.name,
        "client_id": profile.client_id,
        "redirect_uri": profile.redirect_uri,
        "scopes": profile.scopes,
        "inputs": profile.inputs,
        "calls": calls.collect::<serde_json::Map<_, _>>(),
        "secrets": described.secrets.names(),
        "understood": notes(&described.understood),
        "ignored": notes(&described.ignored),
        "missing": notes(&described.still_missing()),
    })
}
