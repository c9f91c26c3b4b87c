//! Sinks: exported files that are rewritten at each refresh. A failing sink never fails the refresh; the reason is reported
//! and remembered.

use std::path::Path;

use crate::app::blocking::blocking;
use crate::app::export::{ExportOrder, Format, subject};
use crate::app::handle::App;
use crate::app::news::News;
use crate::app::{Failure, FailureKind};
use crate::delivery;
use crate::diagnosis::{Diagnose as _, Diagnosis};
use crate::export::{HandedOver, Sink, Sinks};
use crate::service::ProfileName;
use crate::store::Plain;

/// The files that a profile was exported to.
pub(in crate::app::export) async fn load(app: &App, name: &ProfileName) -> Result<Sinks, Failure> {
    let asked = name.clone();
    let text = app.with_store(move |store| Ok(store.profile(asked.as_str())?.sinks)).await?;
    read(name, text.as_deref())
}

/// Changes the list of exported files in one step, so that a file that was dropped meanwhile, or forgotten with its
/// profile, does not come back.
pub(in crate::app::export) async fn change<T: Send + 'static>(
    app: &App,
    name: &ProfileName,
    change: impl FnOnce(&mut Sinks) -> T + Send + 'static,
) -> Result<T, Failure> {
    let (store, name) = (app.ports.store.clone(), name.clone());
    let changed = move || {
        let asked = name.clone();
        store.change(asked.as_str(), move |plain| -> Result<T, Failure> {
            let mut sinks = read(&name, plain.sinks.as_deref())?;
            let done = change(&mut sinks);
            plain.sinks = (!sinks.is_empty()).then(|| sinks.to_text());
            Ok(done)
        })
    };
    blocking(changed).await?
}

fn read(name: &ProfileName, text: Option<&str>) -> Result<Sinks, Failure> {
    let Some(text) = text else { return Ok(Sinks::default()) };
    Sinks::parse(name.as_str(), text).map_err(|error| Failure::new(FailureKind::Machine, error.diagnose()))
}

/// The tool that the profile's refresh token was handed to, if any.
pub(crate) fn handed_over(name: &ProfileName, plain: &Plain) -> Option<HandedOver> {
    read(name, plain.sinks.as_deref()).ok()?.handed_over
}

/// A new sign-in brings a refresh token that nobody else holds.
pub(crate) async fn clear_hand_over(app: &App, name: &ProfileName) -> Result<(), Failure> {
    change(app, name, |sinks| sinks.handed_over = None).await
}

/// Moves a draft's exports with its tokens: the files, and the hand-over of its refresh token.
pub(crate) async fn carry_over(app: &App, draft: &ProfileName, name: &ProfileName) -> Result<(), Failure> {
    let Sinks { files, handed_over, .. } = load(app, draft).await?;
    change(app, name, move |sinks| {
        sinks.handed_over = handed_over;
        let added: Vec<Sink> =
            files.into_iter().filter(|file| sinks.files.iter().all(|known| known.path != file.path)).collect();
        sinks.files.extend(added);
    })
    .await
}

/// Rewrites the sinks of a profile and reports which failed.
pub(crate) async fn rewrite(app: &App, name: &ProfileName) -> Vec<Diagnosis> {
    let sinks = match load(app, name).await {
        Ok(sinks) => sinks,
        Err(failure) => return vec![failure.diagnosis],
    };
    let sinks: Vec<Sink> = sinks.files.iter().filter(|file| file.sink).cloned().collect();
    if sinks.is_empty() {
        return Vec::new();
    }
    let (mut problems, mut written) = (Vec::new(), Vec::new());
    for mut sink in sinks {
        sink.problem = match write_again(app, name, &sink).await {
            Ok(digest) => {
                sink.digest = digest;
                sink.written_at = (app.ports.now)().to_string();
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
    let changed = change(app, name, move |sinks| {
        for sink in written {
            // One that was dropped meanwhile stays dropped.
            if sinks.file(&sink.path).is_some_and(|file| file.sink) {
                sinks.remember(sink);
            }
        }
        sinks.clone()
    });
    match changed.await {
        Ok(sinks) => app.tell(News::Sinks(name.clone(), sinks)),
        Err(failure) => problems.push(failure.diagnosis),
    }
    problems
}

/// Writes the files anew that ask for the token of this profile by its name, after that has changed. Returns those that were
/// written, and why others were not.
pub(crate) async fn follow_name(app: &App, name: &ProfileName) -> (Vec<String>, Vec<Diagnosis>) {
    let sinks = match load(app, name).await {
        Ok(sinks) => sinks,
        Err(failure) => return (Vec::new(), vec![failure.diagnosis]),
    };
    let (mut written, mut problems) = (Vec::new(), Vec::new());
    for mut sink in sinks.files.into_iter().filter(|file| file.live) {
        match write_again(app, name, &sink).await {
            Ok(digest) => {
                sink.digest = digest;
                sink.written_at = (app.ports.now)().to_string();
                written.push(sink);
            }
            Err(failure) => {
                let summary = format!("the file `{}` still has the old name: {}", sink.path, failure.diagnosis.summary);
                problems.push(Diagnosis::new(summary).hint(format!("export `{name}` to it again")));
            }
        }
    }
    let paths = written.iter().map(|sink| sink.path.clone()).collect();
    let changed = change(app, name, move |sinks| written.into_iter().for_each(|sink| sinks.remember(sink)));
    problems.extend(changed.await.err().map(|failure| failure.diagnosis));
    (paths, problems)
}

async fn write_again(app: &App, name: &ProfileName, sink: &Sink) -> Result<String, Failure> {
    let order = ExportOrder {
        live: sink.live,
        with_refresh_token: sink.with_refresh_token,
        url: sink.url.clone(),
        ..ExportOrder::new(name.clone(), &sink.format)
    };
    let format = Format::find(app, &sink.format).await?;
    let (subject, rotation) = subject::subject(app, &order).await?;
    // A refresh token that is now known to rotate is no longer exported without a hand-over; the file stays as it is.
    let rotates = rotation.rotates();
    format.hands_over(&order, rotates)?;
    let text = format.write(&order, &subject, rotates)?.text;
    let (path, known, is_secret) = (Path::new(&sink.path).to_owned(), sink.digest.clone(), !sink.live);
    // A work tree was accepted when the file was first written.
    let insisted = delivery::Insisted { replace: false, in_work_tree: true };
    let written = blocking(move || {
        delivery::check(&path, Some(&known), is_secret, insisted)?;
        delivery::write(&path, &text)
    });
    Ok(written.await??)
}
