//! The command `calendar`: when what saved profiles depend on ends.

use std::borrow::Cow;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};

use crate::app::{Basis, CalendarLine, Failure, ProfileEnds, Renewal};
use crate::cli::args::CalendarOptions;
use crate::cli::print;
use crate::cli::profiles::local;
use crate::cli::runner::Runner;
use crate::oauth::span_left;
use crate::service::ProfileName;

pub(crate) fn run(runner: &Runner, options: CalendarOptions) -> Result<(), Failure> {
    let names = options.names.iter().map(|name| ProfileName::parse(name)).collect::<Result<Vec<_>, _>>()?;
    let all = runner.run(runner.app.ends(&names))?;
    all.iter().filter_map(|profile| profile.problem.as_ref()).for_each(print::warning);
    let now = Timestamp::now();
    let mut lines = ProfileEnds::by_date(&all);
    if !options.all {
        lines.retain(|line| line.end.needs_person());
    }
    if let Some(within) = options.within {
        let last = now.checked_add(within).unwrap_or(Timestamp::MAX);
        lines.retain(|line| line.end.at.is_some_and(|at| at <= last));
    }
    match options.ics {
        Some(None) => print::data(runner.app.calendar_text(&lines).trim_end_matches('\n')),
        Some(Some(path)) => {
            let text = runner.app.calendar_text(&lines);
            let written = runner.run(runner.app.write_calendar(path, text, options.overwrite))?;
            let count = lines.iter().filter(|line| line.end.at.is_some()).count();
            print::result(&format!("{}: {count} {}", written.display(), if count == 1 { "event" } else { "events" }));
        }
        None if options.json => {
            print::json(&lines.iter().map(|line| line_json(line, now)).collect());
        }
        None => table(&lines, now, all.is_empty()),
    }
    Ok(())
}

fn table(lines: &[CalendarLine<'_>], now: Timestamp, has_no_profile: bool) {
    if lines.is_empty() {
        print::note(if has_no_profile {
            "No profiles yet. Start with: tokenwright sign-in demo --service practice"
        } else {
            "Nothing ends that needs a person, as far as it is known. `--all` lists the rest."
        });
        return;
    }
    let mut rows = vec![["ENDS", "", "PROFILE", "WHAT", "THEN"].map(Cow::from).to_vec()];
    rows.extend(lines.iter().map(|line| row(line, now)));
    print::table(&rows);
}

fn row<'a>(line: &CalendarLine<'a>, now: Timestamp) -> Vec<Cow<'a, str>> {
    let end = line.end;
    let then: Cow<'_, str> = match (end.condition.as_str(), end.basis) {
        ("", Basis::Documented) => format!("{} As documented.", end.remedy()).into(),
        ("", Basis::Unknown) => "".into(),
        ("", Basis::Said) => end.remedy().into(),
        (condition, _) => format!("Only if {condition}.").into(),
    };
    let (at, relative) = match end.at {
        Some(at) => (local(at), relative(at, now)),
        None => ("not known".to_owned(), String::new()),
    };
    let name = line.profile.name.as_ref().map_or("(settings)", ProfileName::as_str);
    vec![at.into(), relative.into(), name.into(), end.kind.label().into(), then]
}

/// `in 3 days`, `2 h ago`.
fn relative(at: Timestamp, now: Timestamp) -> String {
    let span = |time: SignedDuration| span_left(Duration::try_from(time).unwrap_or_default());
    if at > now {
        format!("in {}", span(at.duration_since(now)))
    } else {
        format!("{} ago", span(now.duration_since(at)))
    }
}

fn line_json(line: &CalendarLine<'_>, now: Timestamp) -> Json {
    let CalendarLine { profile, end } = line;
    json!({
        "profile": profile.name.as_ref().map(ProfileName::as_str),
        "display_name": profile.shown_name,
        "service_name": profile.service,
        "kind": end.kind.word(),
        "at": end.at.map(|at| at.to_string()),
        "is_over": end.at.map(|at| at <= now),
        "known_from": match end.basis {
            Basis::Said => Some("said"),
            Basis::Documented => Some("documented"),
            Basis::Unknown => None,
        },
        "renewed_by": match end.renewal {
            Renewal::KeptAlive => "keep-alive",
            Renewal::OnUse => "use",
            Renewal::Refresh => "refresh",
            Renewal::Person => "person",
        },
        "needs_person": end.needs_person(),
        "only_if": Some(&end.condition).filter(|condition| !condition.is_empty()),
        "meaning": end.meaning(),
        "remedy": end.remedy(),
    })
}
