//! The files that are written again at each refresh. One that fails never fails the refresh: why is told and remembered.

use std::path::Path;

use crate::delivery;
use crate::diagnosis::{Diagnose as _, Diagnosis};
use crate::export::{HandedOver, Outlet, Outlets};
use crate::service::ProfileName;
use crate::wizard::export::{ExportOrder, Form, subject};
use crate::wizard::shared::{Shared, blocking};
use crate::wizard::{Event, Failure, FailureKind};

/// What was exported of a profile.
pub(in crate::wizard::export) fn load(shared: &Shared, name: &ProfileName) -> Result<Outlets, Failure> {
    match shared.edges.store.load_outlets_text(name.as_str())? {
        None => Ok(Outlets::default()),
        Some(text) => {
            Outlets::parse(name.as_str(), &text).map_err(|error| Failure::new(FailureKind::Machine, error.diagnose()))
        }
    }
}

pub(in crate::wizard::export) fn save(shared: &Shared, name: &ProfileName, outlets: &Outlets) -> Result<(), Failure> {
    if outlets.is_empty() {
        shared.edges.store.remove_outlets(name.as_str())?;
    } else {
        shared.edges.store.save_outlets_text(name.as_str(), &outlets.to_text())?;
    }
    Ok(())
}

/// To whom the refresh token of a profile was given, if it was.
pub(crate) fn handed_over(shared: &Shared, name: &ProfileName) -> Option<HandedOver> {
    load(shared, name).ok()?.handed_over
}

/// A new sign-in brings a refresh token that nobody else has.
pub(crate) fn clear_hand_over(shared: &Shared, name: &ProfileName) -> Result<(), Failure> {
    let mut outlets = load(shared, name)?;
    if outlets.handed_over.take().is_some() {
        save(shared, name, &outlets)?;
    }
    Ok(())
}

/// What a draft was exported to goes with its tokens: the files, and that its refresh token was given away.
pub(crate) fn carry_over(shared: &Shared, draft: &ProfileName, name: &ProfileName) -> Result<(), Failure> {
    let Outlets { files, handed_over, .. } = load(shared, draft)?;
    let mut outlets = load(shared, name)?;
    let before = outlets.clone();
    outlets.handed_over = handed_over;
    let added: Vec<Outlet> =
        files.into_iter().filter(|file| outlets.files.iter().all(|known| known.path != file.path)).collect();
    outlets.files.extend(added);
    if outlets == before { Ok(()) } else { save(shared, name, &outlets) }
}

/// Writes the sinks of a profile again, and tells which failed.
pub(crate) async fn rewrite(shared: &Shared, name: &ProfileName) -> Vec<Diagnosis> {
    let mut outlets = match load(shared, name) {
        Ok(outlets) => outlets,
        Err(failure) => return vec![failure.diagnosis],
    };
    let sinks: Vec<Outlet> = outlets.files.iter().filter(|file| file.sink).cloned().collect();
    if sinks.is_empty() {
        return Vec::new();
    }
    let mut problems = Vec::new();
    for mut sink in sinks {
        sink.problem = match write_again(shared, name, &sink).await {
            Ok(digest) => {
                sink.digest = digest;
                sink.written_at = (shared.edges.now)().to_string();
                None
            }
            Err(failure) => {
                let summary = format!("the file `{}` was not written again: {}", sink.path, failure.diagnosis.summary);
                let problem = sink.problem.insert(failure.diagnosis.summary.clone()).clone();
                problems.push(Diagnosis { summary, ..failure.diagnosis });
                Some(problem)
            }
        };
        outlets.remember(sink);
    }
    problems.extend(save(shared, name, &outlets).err().map(|failure| failure.diagnosis));
    shared.emit(Event::Outlets(name.clone(), outlets));
    problems
}

async fn write_again(shared: &Shared, name: &ProfileName, sink: &Outlet) -> Result<String, Failure> {
    let order = ExportOrder {
        with_refresh_token: sink.with_refresh_token,
        // It left when the file was first written, which the person was told.
        hand_over: sink.with_refresh_token,
        url: sink.url.clone(),
        ..ExportOrder::new(name.clone(), &sink.form)
    };
    let form = Form::find(shared, &sink.form)?;
    let kept = subject::kept(shared, &order).await?;
    let text = form.write(&order, &kept.subject, kept.rotates)?.text;
    let (path, known) = (Path::new(&sink.path).to_owned(), sink.digest.clone());
    // A work tree was insisted on when the file was first written.
    let insisted = delivery::Insisted { replace: false, in_work_tree: true };
    let written = blocking(move || {
        delivery::check(&path, Some(&known), true, insisted)?;
        delivery::write(&path, &text)
    });
    Ok(written.await??)
}
