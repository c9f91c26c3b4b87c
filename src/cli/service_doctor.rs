//! `tokenwright service doctor`: a preset beside its service as it is now.

use serde_json::{Value as Json, json};

use crate::app::{Examination, ExaminationOrder, Failure, FailureKind, Point};
use crate::cli::args::DoctorOptions;
use crate::cli::print;
use crate::cli::runner::Runner;
use crate::diagnosis::Diagnosis;

pub(crate) fn run(runner: &Runner, options: DoctorOptions) -> Result<(), Failure> {
    let case = options.case.map(|path| runner.run(runner.app.read_case(path))).transpose()?;
    let order = ExaminationOrder { id: options.id, issuer: options.issuer, inputs: options.set, case };
    let examination = runner.run(runner.app.examine_service(order, &runner.report()))?;
    if options.json {
        print::json(&as_json(&examination));
    } else {
        examination.points.iter().for_each(|point| print::result(&line(&examination.id, point)));
    }
    examination.notes.iter().for_each(|note| print::note(note));
    if let Some(path) = options.report {
        runner.run(runner.app.write_report(&examination, path.clone()))?;
        print::note(&format!("Report written to {}", path.display()));
    }
    let count = examination.differences().count();
    if count == 0 { Ok(()) } else { Err(departs(&examination.id, count)) }
}

fn line(id: &str, point: &Point) -> String {
    let words = point.words();
    let words = if words.is_empty() { words } else { format!(": {words}") };
    format!("{id}: {}: {}{words}", point.name, point.verdict.label())
}

fn as_json(examination: &Examination) -> Json {
    let points = examination.points.iter().map(|point| {
        json!({
            "point": point.name,
            "result": point.verdict.label(),
            "preset": point.preset,
            "service": point.service,
            "told_by": point.told_by,
        })
    });
    json!({
        "service": examination.id,
        "date": examination.date,
        "sources": examination.sources,
        "ok": examination.differences().next().is_none(),
        "points": points.collect::<Vec<_>>(),
        "notes": examination.notes,
        "changes": examination.changes(),
    })
}

fn departs(id: &str, count: usize) -> Failure {
    let points = if count == 1 { "one point".to_owned() } else { format!("{count} points") };
    let diagnosis = Diagnosis::new(format!("the preset `{id}` departs from its service in {points}"));
    let hint = "change the preset, or hand in what `--report FILE` writes";
    Failure::new(FailureKind::Refused, diagnosis.hint(hint))
}
