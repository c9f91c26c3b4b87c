//! `tokenwright export`.

use std::path::PathBuf;

use serde_json::{Value as Json, json};

use crate::app::{ExportDone, ExportOrder, ExportTo, Failure, FailureKind, FormatLine, Insisted};
use crate::cli::args::ExportOptions;
use crate::cli::print;
use crate::cli::profiles::local;
use crate::cli::runner::Runner;
use crate::diagnosis::Diagnosis;
use crate::export::Sink;
use crate::service::ProfileName;

pub(crate) fn run(runner: &Runner, options: &ExportOptions) -> Result<(), Failure> {
    if options.list_formats {
        return formats(runner, options.json);
    }
    let usage = |what: &str, hint: &str| Failure::new(FailureKind::Usage, Diagnosis::new(what).hint(hint));
    let name = options.name.as_deref();
    let name = name.ok_or_else(|| usage("the profile name is missing", "`tokenwright list` lists them"))?;
    let name = ProfileName::parse(name)?;
    if options.list_sinks {
        return sinks(runner, &name, options.json);
    }
    if let Some(path) = &options.remove_sink {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.clone()).display().to_string();
        runner.run(runner.app.drop_sink(&name, &path))?;
        print::result(&format!("{name}: `{path}` is no longer rewritten"));
        return Ok(());
    }
    let format = options.format.clone();
    let format =
        format.ok_or_else(|| usage("`--format` is missing", "`tokenwright export --list-formats` lists them"))?;
    let order = ExportOrder {
        live: options.live,
        with_refresh_token: options.with_refresh_token,
        hand_over: options.hand_over,
        url: options.url.clone(),
        settings: options.set.iter().cloned().collect(),
        ..ExportOrder::new(name, format)
    };
    if options.dry_run { preview(runner, order) } else { export(runner, order, options) }
}

fn export(runner: &Runner, order: ExportOrder, options: &ExportOptions) -> Result<(), Failure> {
    let insisted = Insisted { replace: options.overwrite, in_work_tree: options.allow_unignored };
    let to = match &options.output {
        Some(path) => ExportTo::File { path: path.clone(), sink: options.sink, insisted },
        None if options.sink => ExportTo::File { path: usual_file(runner, &order)?, sink: true, insisted },
        None => ExportTo::Text,
    };
    let hand_over = order.hand_over;
    let done = runner.run(runner.app.export(order, to, &runner.report()))?;
    tell(&done, options.sink);
    if hand_over {
        print::note(
            "the refresh token was handed over: Tokenwright does not refresh this profile until you sign in again",
        );
    }
    Ok(())
}

/// Prints the text, or the path of the file; warnings and the next command go to standard error.
fn tell(done: &ExportDone, sink: bool) {
    match (&done.text, &done.path) {
        (Some(text), _) => print::data(text.expose().trim_end_matches('\n')),
        (None, Some(path)) if sink => {
            print::result(&format!("written to {}, and again after every refresh", path.display()));
        }
        (None, Some(path)) => print::result(&format!("written to {}", path.display())),
        (None, None) => {}
    }
    done.notes.iter().for_each(print::warning);
    for words in &done.left_out {
        print::note(&format!("left out: {words}"));
    }
    if done.path.is_some() && !done.next.is_empty() {
        print::note(&format!("next: {}", done.next));
    }
}

fn preview(runner: &Runner, order: ExportOrder) -> Result<(), Failure> {
    let view = runner.run(runner.app.preview_export(order))?;
    print::result_lines(view.masked.trim_end_matches('\n'));
    for words in &view.warnings {
        print::warning(&Diagnosis::new(words.as_str()));
    }
    if view.needs_hand_over {
        print::note("exporting it requires `--hand-over`");
    }
    print::note(&format!("usual file: {}", view.file_name));
    print::note(&format!("next: {}", view.next));
    Ok(())
}

/// The format's usual file name, in the current folder.
fn usual_file(runner: &Runner, order: &ExportOrder) -> Result<PathBuf, Failure> {
    Ok(PathBuf::from(runner.run(runner.app.preview_export(order.clone()))?.file_name))
}

fn formats(runner: &Runner, as_json: bool) -> Result<(), Failure> {
    let formats = runner.run(runner.app.export_formats())?;
    if as_json {
        let formats = formats.iter().map(|format| {
            json!({"id": format.id, "name": format.name, "reader": format.reader, "snapshot": format.snapshot, "live": format.live})
        });
        print::json(&Json::from(formats.collect::<Vec<_>>()));
        return Ok(());
    }
    let mut rows = vec![["FORMAT", "WAYS", "READ BY"].map(str::to_owned).to_vec()];
    rows.extend(formats.iter().map(|format| vec![format.id.clone(), ways(format).to_owned(), format.reader.clone()]));
    print::table(&rows);
    Ok(())
}

fn ways(format: &FormatLine) -> &'static str {
    match (format.snapshot, format.live) {
        (true, true) => "snapshot, live",
        (false, true) => "live",
        _ => "snapshot",
    }
}

fn sinks(runner: &Runner, name: &ProfileName, as_json: bool) -> Result<(), Failure> {
    let sinks = runner.run(runner.app.sinks(name))?;
    if as_json {
        print::json(&json!(sinks));
        return Ok(());
    }
    if let Some(to) = &sinks.handed_over {
        print::note(&format!("the refresh token was handed over at {} (format {})", to.at, to.format));
    }
    let mut rows = vec![["FILE", "FORMAT", "WRITTEN", "STATE"].map(str::to_owned).to_vec()];
    rows.extend(
        sinks.files.iter().map(|file| vec![file.path.clone(), file.format.clone(), written(file), state(file)]),
    );
    print::table(&rows);
    Ok(())
}

fn written(file: &Sink) -> String {
    file.written_at.parse().map_or_else(|_| file.written_at.clone(), local)
}

fn state(file: &Sink) -> String {
    match &file.problem {
        Some(problem) => format!("failed: {problem}"),
        None if file.sink => "rewritten after every refresh".to_owned(),
        None if file.live => "live".to_owned(),
        None => "written once".to_owned(),
    }
}
