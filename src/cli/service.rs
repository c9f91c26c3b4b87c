//! `tokenwright service`: lists, shows and checks presets.

use jiff::Zoned;
use serde_json::{Value as Json, json};

use crate::app::{Failure, FailureKind};
use crate::cli::args::ServiceTask;
use crate::cli::runner::Runner;
use crate::cli::{print, prompt, service_doctor, service_export, service_show, service_update};
use crate::diagnosis::{Diagnose as _, Diagnosis, printable};
use crate::dialect::Issuer;
use crate::export::shell_word;
use crate::service::{VerifiedFact, found, lint_preset, older_than_a_year, write_preset};
use crate::witness::witnessed;

pub(crate) fn run(runner: &Runner, task: ServiceTask) -> Result<(), Failure> {
    match task {
        ServiceTask::List { search, json } => list(runner, &search.join(" "), json),
        ServiceTask::Show { id, json } => {
            let catalog = runner.catalog()?;
            let service = catalog.service(&id)?;
            let origin = catalog.origin(&id).map(|origin| origin.to_string()).unwrap_or_default();
            let facts = witnessed(&service, &catalog.lineage(&id));
            if json {
                print::json(&service_show::json(&service, &origin, &facts));
            } else {
                service_show::show(&service, &origin, &facts);
            }
            Ok(())
        }
        ServiceTask::Check { file } => check(runner, &file),
        ServiceTask::Doctor(options) => service_doctor::run(runner, options),
        ServiceTask::DetailTypes { issuer, json } => detail_types(runner, issuer, json),
        ServiceTask::Update(options) => service_update::update(runner, options),
        ServiceTask::Bundle(task) => service_update::make(runner, task),
        ServiceTask::Export(options) => service_export::run(runner, &options),
    }
}

fn detail_types(runner: &Runner, issuer: Issuer, as_json: bool) -> Result<(), Failure> {
    let types = runner.run(runner.app.detail_types_of(issuer, &runner.report()))?;
    if as_json {
        let list = types.all().iter().map(|kind| {
            json!({
                "type": kind.name,
                "description": kind.description,
                "documentation": kind.documentation,
                "requires": kind.required(),
                "example": serde_json::from_str::<Json>(&kind.outline()).unwrap_or_default(),
                "not_checked": kind.unchecked(),
            })
        });
        print::json(&Json::from(list.collect::<Vec<_>>()));
        return Ok(());
    }
    for kind in types.all() {
        let told = if kind.description.is_empty() { String::new() } else { format!(": {}", kind.description) };
        print::result(&printable(&format!("{}{told}", kind.name)));
        let required = kind.required();
        let lines = [
            (!required.is_empty()).then(|| format!("requires {}", required.join(", "))),
            kind.unchecked().map(|why| format!("not checked: {why}")),
            kind.documentation.clone(),
            Some(format!("--authorization-details {}", shell_word(&format!("[{}]", kind.outline())))),
        ];
        lines.iter().flatten().for_each(|line| print::result(&format!("  {}", printable(line))));
    }
    Ok(())
}

fn list(runner: &Runner, search: &str, as_json: bool) -> Result<(), Failure> {
    let catalog = runner.catalog()?;
    let services = catalog.services();
    let services = found(&services, search);
    if services.is_empty() {
        let diagnosis = Diagnosis::new(format!("no service matches `{search}`"));
        let hint = "`tokenwright sign-in NAME --issuer URL` signs in to any other OAuth 2.0 service";
        return Err(Failure::new(FailureKind::Usage, diagnosis.hint(hint)));
    }
    if as_json {
        let origin = |id: &str| catalog.origin(id).map(|origin| origin.to_string());
        let list = services.iter().map(
            |s| json!({"id": s.id, "name": s.name, "category": s.category, "needs": s.summary, "from": origin(&s.id)}),
        );
        print::json(&Json::from(list.collect::<Vec<_>>()));
        return Ok(());
    }
    let mut rows = vec![["ID", "SERVICE", "NEEDS"].map(str::to_owned).to_vec()];
    rows.extend(services.iter().map(|s| vec![s.id.clone(), s.name.clone(), s.summary.clone()]));
    print::table(&rows);
    Ok(())
}

/// Reads the file as a preset, writes it and reads it again, so that nothing in it is lost, and looks for mistakes.
fn check(runner: &Runner, file: &str) -> Result<(), Failure> {
    let text = if file == "-" { prompt::read_all()? } else { read(file)? };
    let catalog = runner.catalog()?;
    let service = catalog.parse(file, &text)?;
    catalog.parse(file, &write_preset(&service))?;
    for VerifiedFact { fact, date, .. } in older_than_a_year(&service.verified, Zoned::now().date()) {
        print::note(&format!("{file}: the fact `{fact}` was read on {date}, more than a year ago"));
    }
    let suspect = lint_preset(file, &text, &service);
    if !suspect.is_empty() {
        for problem in &suspect {
            print::warning(&problem.diagnose());
        }
        let summary = format!("`{file}` can be used, and is probably wrong");
        let hint = "mend what the warnings name, or say under `[exceptions]` why it is right";
        return Err(Failure::new(FailureKind::Usage, Diagnosis::new(summary).hint(hint)));
    }
    print::result(&format!("{file}: {} ({}) is a valid preset", service.name, service.id));
    Ok(())
}

fn read(file: &str) -> Result<String, Failure> {
    std::fs::read_to_string(file)
        .map_err(|error| Failure::new(FailureKind::Usage, Diagnosis::new(format!("cannot read `{file}`: {error}"))))
}
