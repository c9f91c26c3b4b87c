//! Working without an account: `rehearse` tests presets, `practice` runs the practice service.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use serde_json::{Value as Json, json};

use crate::app::{self, Failure, FailureKind, FaultsOfStage, Progress, Report, StageLine, faults, parse_faults};
use crate::cli::args::{PracticeOptions, RehearseOptions};
use crate::cli::print;
use crate::cli::runner::{Runner, tell_progress};
use crate::diagnosis::Diagnosis;

/// Runs until the process is stopped.
pub(crate) fn practice(runner: &Runner, options: &PracticeOptions) -> Result<(), Failure> {
    if options.list_faults {
        for (place, FaultsOfStage { stage, faults }) in faults().enumerate() {
            if place > 0 {
                print::result("");
            }
            print::result(stage);
            for (name, explanation) in faults {
                print::result(&format!("  {name:28} {explanation}"));
            }
        }
        return Ok(());
    }
    let usual = app::PracticeOptions::default();
    let wanted = app::PracticeOptions {
        port: options.port,
        faults: parse_faults(&options.faults)?,
        auto_consent: options.auto_consent,
        access_token_life: options.access_token_life.unwrap_or(usual.access_token_life),
        refresh_token_life: options.refresh_token_life,
        tls: options.tls.is_some(),
        clock_ahead: options.clock_ahead.unwrap_or_default(),
    };
    let port = runner.run(runner.app.start_practice(wanted))?;
    if let (Some(file), Some(certificate)) = (&options.tls, runner.app.practice_certificate()) {
        write_certificate(file, &certificate)?;
    }
    print::result(&format!("http://127.0.0.1:{port}"));
    print::note("The practice service listens on this machine only; Ctrl-C stops it.");
    match &options.tls {
        None => print::note(&format!("Next: tokenwright sign-in demo --service practice --set port={port}")),
        Some(file) => {
            let file = file.display();
            print::note(&format!("It answers at https://127.0.0.1:{port} too. Its certificate: {file}"));
            print::note("Name that file in the settings (`ca_file`), or in SSL_CERT_FILE, so that it is trusted.");
            print::note(&format!("Next: tokenwright sign-in demo --service practice-certificate --set port={port}"));
        }
    }
    runner.run(std::future::pending())
}

pub(crate) fn rehearse(runner: &Runner, options: &RehearseOptions) -> Result<(), Failure> {
    let start = Instant::now();
    let ids = match &options.id {
        Some(id) => vec![id.clone()],
        None => runner.catalog()?.ids().map(str::to_owned).collect(),
    };
    let mut failed = Vec::new();
    let mut list = Vec::new();
    for id in &ids {
        let lines = rehearse_one(runner, id, options.json)?;
        if lines.iter().any(StageLine::is_failure) {
            failed.push(id.as_str());
        }
        list.push(rehearsal_json(id, &lines));
    }
    if options.json {
        let whole = if options.all { Json::from(list) } else { list.pop().unwrap_or_default() };
        print::json(&whole);
    }
    if options.all {
        print::note(&format!("{} services rehearsed in {:.1} s", ids.len(), start.elapsed().as_secs_f64()));
    }
    if failed.is_empty() { Ok(()) } else { Err(failure(&failed)) }
}

/// Writes the certificate, in place of an earlier one. Another file is left as it is.
fn write_certificate(file: &Path, certificate: &str) -> Result<(), Failure> {
    match fs::read(file) {
        Ok(before) if !before.is_empty() && !before.starts_with(b"-----BEGIN CERTIFICATE-----") => {
            let summary = format!("`{}` is there, and is no certificate", file.display());
            return Err(Failure::new(FailureKind::Usage, Diagnosis::new(summary).hint("name another file")));
        }
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(unwritable(file, &error)),
        Ok(_) | Err(_) => {}
    }
    fs::write(file, certificate).map_err(|error| unwritable(file, &error))
}

fn unwritable(file: &Path, error: &io::Error) -> Failure {
    let summary = format!("the certificate cannot be written to `{}`: {error}", file.display());
    Failure::new(FailureKind::Usage, Diagnosis::new(summary).hint("name a file in a folder that you may write to"))
}

/// Rehearses one service, and prints each stage as it ends.
fn rehearse_one(runner: &Runner, id: &str, quiet: bool) -> Result<Vec<StageLine>, Failure> {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let (told, shown_id, verbose) = (Arc::clone(&lines), id.to_owned(), runner.verbose);
    let report = Report::new(move |progress| match progress {
        Progress::StageRehearsed(line) => {
            if !quiet {
                print::result(&text(&shown_id, &line));
            }
            told.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        }
        progress => tell_progress(&progress, verbose),
    });
    runner.run(runner.app.rehearse(id, &report))?;
    Ok(std::mem::take(&mut *lines.lock().unwrap_or_else(PoisonError::into_inner)))
}

fn text(id: &str, line: &StageLine) -> String {
    let sent = if line.sent.is_empty() { String::new() } else { format!("{} -> ", line.sent) };
    format!("{id}: {}: {}: {sent}{}", line.stage, line.outcome.label(), line.outcome.text())
}

fn rehearsal_json(id: &str, lines: &[StageLine]) -> Json {
    let stages = lines.iter().map(|line| {
        json!({"stage": line.stage, "outcome": line.outcome.label(), "sent": line.sent, "text": line.outcome.text()})
    });
    json!({
        "service": id,
        "ok": !lines.iter().any(StageLine::is_failure),
        "stages": stages.collect::<Vec<_>>(),
    })
}

fn failure(failed: &[&str]) -> Failure {
    let names = failed.join("`, `");
    let summary = match failed.len() {
        1 => format!("the rehearsal of `{names}` failed"),
        count => format!("{count} rehearsals failed: `{names}`"),
    };
    let hint = "a line marked `failed` says where the preset departs from its documented replies, or from what the vendor \
                documents";
    Failure::new(FailureKind::Refused, Diagnosis::new(summary).hint(hint))
}
