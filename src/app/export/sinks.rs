//! The files that are written again at each refresh. One that fails never fails the refresh: why is told and remembered.

use std::path::Path;

use crate::app::export::{ExportOrder, Form, subject};
use crate::app::shared::{Shared, blocking};
use crate::app::{Event, Failure, FailureKind};
use crate::delivery;
use crate::diagnosis::{Diagnose as _, Diagnosis};
use crate::export::{HandedOver, Outlet, Outlets};
use crate::service::ProfileName;

/// What was exported of a profile.
pub(in crate::app::export) fn load(shared: &Shared, name: &ProfileName) -> Result<Outlets, Failure> {
    read(name, shared.ports.store.load_outlets_text(name.as_str())?.as_deref())
}

/// Changes the list of what was exported, which nobody else changes in between: what was dropped from it meanwhile, or
/// forgotten with its profile, does not come back.
pub(in crate::app::export) fn change<T>(
    shared: &Shared,
    name: &ProfileName,
    change: impl FnOnce(&mut Outlets) -> T,
) -> Result<T, Failure> {
    let mut done = None;
    shared.ports.store.change_outlets_text(name.as_str(), |text| -> Result<Option<String>, Failure> {
        let mut outlets = read(name, text)?;
        done = Some(change(&mut outlets));
        Ok((!outlets.is_empty()).then(|| outlets.to_text()))
    })?;
    done.ok_or_else(|| Failure::inside("a list was not changed"))
}

fn read(name: &ProfileName, text: Option<&str>) -> Result<Outlets, Failure> {
    let Some(text) = text else { return Ok(Outlets::default()) };
    Outlets::parse(name.as_str(), text).map_err(|error| Failure::new(FailureKind::Machine, error.diagnose()))
}

/// To whom the refresh token of a profile was given, if it was.
pub(crate) fn handed_over(shared: &Shared, name: &ProfileName) -> Option<HandedOver> {
    load(shared, name).ok()?.handed_over
}

/// A new sign-in brings a refresh token that nobody else has.
pub(crate) fn clear_hand_over(shared: &Shared, name: &ProfileName) -> Result<(), Failure> {
    change(shared, name, |outlets| outlets.handed_over = None)
}

/// What a draft was exported to goes with its tokens: the files, and that its refresh token was given away.
pub(crate) fn carry_over(shared: &Shared, draft: &ProfileName, name: &ProfileName) -> Result<(), Failure> {
    let Outlets { files, handed_over, .. } = load(shared, draft)?;
    change(shared, name, |outlets| {
        outlets.handed_over = handed_over;
        let added: Vec<Outlet> =
            files.into_iter().filter(|file| outlets.files.iter().all(|known| known.path != file.path)).collect();
        outlets.files.extend(added);
    })
}

/// Writes the sinks of a profile again, and tells which failed.
pub(crate) async fn rewrite(shared: &Shared, name: &ProfileName) -> Vec<Diagnosis> {
    let outlets = match load(shared, name) {
        Ok(outlets) => outlets,
        Err(failure) => return vec![failure.diagnosis],
    };
    let sinks: Vec<Outlet> = outlets.files.iter().filter(|file| file.sink).cloned().collect();
    if sinks.is_empty() {
        return Vec::new();
    }
    let (mut problems, mut written) = (Vec::new(), Vec::new());
    for mut sink in sinks {
        sink.problem = match write_again(shared, name, &sink).await {
            Ok(digest) => {
                sink.digest = digest;
                sink.written_at = (shared.ports.now)().to_string();
                None
            }
            Err(failure) => {
                let summary = format!("the file `{}` was not written again: {}", sink.path, failure.diagnosis.summary);
                let problem = sink.problem.insert(failure.diagnosis.summary.clone()).clone();
                problems.push(Diagnosis { summary, ..failure.diagnosis });
                Some(problem)
            }
        };
        written.push(sink);
    }
    let changed = change(shared, name, |outlets| {
        for sink in written {
            // One that was dropped meanwhile stays dropped.
            if outlets.file(&sink.path).is_some_and(|file| file.sink) {
                outlets.remember(sink);
            }
        }
        outlets.clone()
    });
    match changed {
        Ok(outlets) => shared.emit(Event::Outlets(name.clone(), outlets)),
        Err(failure) => problems.push(failure.diagnosis),
    }
    problems
}

async fn write_again(shared: &Shared, name: &ProfileName, sink: &Outlet) -> Result<String, Failure> {
    let order = ExportOrder {
        with_refresh_token: sink.with_refresh_token,
        url: sink.url.clone(),
        ..ExportOrder::new(name.clone(), &sink.form)
    };
    let form = Form::find(shared, &sink.form)?;
    let kept = subject::kept(shared, &order).await?;
    // Once a refresh was seen to bring a new one, it leaves only where it was handed over, and then nothing is refreshed
    // here. A file that was written before stays as it is.
    let rotates = kept.rotation.rotates();
    form.hands_over(&order, rotates)?;
    let text = form.write(&order, &kept.subject, rotates)?.text;
    let (path, known) = (Path::new(&sink.path).to_owned(), sink.digest.clone());
    // A work tree was insisted on when the file was first written.
    let insisted = delivery::Insisted { replace: false, in_work_tree: true };
    let written = blocking(move || {
        delivery::check(&path, Some(&known), true, insisted)?;
        delivery::write(&path, &text)
    });
    Ok(written.await??)
}
