//! The calendar: when what saved profiles depend on ends, as a list by date and as a file for calendar programs.

pub(in crate::app) mod ends;
mod network;
#[cfg(test)]
mod time_lapse;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::app::blocking::{blocking, on_own_thread};
use crate::app::calendar::ends::{Basis, End, ends_of};
use crate::app::handle::App;
use crate::app::profiles::read_ahead::ReadAhead;
use crate::app::vault::open;
use crate::app::{Failure, profiles, tokens};
use crate::delivery;
use crate::diagnosis::Diagnosis;
use crate::durable;
use crate::export::{CalendarEvent, icalendar};
use crate::secret::Secret;
use crate::service::{Profile, ProfileName};

/// What a calendar begins with that this program wrote.
const OURS: &[u8] = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Tokenwright//";
/// In the identifier of an event; no profile's name has a blank.
const SETTINGS_ID: &str = "the settings";
/// More bytes than the calendar of 100,000 profiles has.
const LIMIT: u64 = 256 * 1024 * 1024;

/// The ends of a saved profile, or of what the settings name for all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileEnds {
    /// `None`: the settings.
    pub name: Option<ProfileName>,
    /// The display name, or else the name.
    pub shown_name: String,
    pub service: String,
    /// Soonest first; those that are not known last.
    pub ends: Vec<End>,
    /// Why they are not known, if the profile cannot be read.
    pub problem: Option<Diagnosis>,
}

/// An end in a list by date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CalendarLine<'a> {
    pub profile: &'a ProfileEnds,
    pub end: &'a End,
}

impl ProfileEnds {
    /// The ends of all these profiles by date; those that are not known last.
    pub fn by_date(all: &[Self]) -> Vec<CalendarLine<'_>> {
        let lines = all.iter().flat_map(|profile| profile.ends.iter().map(move |end| CalendarLine { profile, end }));
        let mut lines: Vec<_> = lines.collect();
        lines.sort_by_key(|line| (line.end.at.is_none(), line.end.at, &line.profile.name, line.end.kind));
        lines
    }
}

impl CalendarLine<'_> {
    /// As an event of a calendar program; `None` where no time is known.
    fn event(&self) -> Option<CalendarEvent> {
        let Self { profile: ProfileEnds { name, shown_name, service, .. }, end } = self;
        let what = end.kind.label();
        let basis = match end.basis {
            Basis::Documented => "\nBy the documentation of the service, which may change it.",
            Basis::Said | Basis::Unknown => "",
        };
        Some(CalendarEvent {
            // The same for the same profile and kind, so that what is imported anew replaces what was.
            id: format!("{}.{}@tokenwright", name.as_ref().map_or(SETTINGS_ID, ProfileName::as_str), end.kind.word()),
            at: end.at?,
            title: format!("{shown_name}: {what} ends"),
            description: format!("{service}\n{}\n{}{basis}", end.meaning(), end.remedy()),
        })
    }
}

impl App {
    /// The ends of these saved profiles, or of all.
    pub async fn ends(&self, only: &[ProfileName]) -> Result<Vec<ProfileEnds>, Failure> {
        open::open_chosen(self).await?;
        let (app, only) = (self.clone(), only.iter().cloned().collect::<BTreeSet<_>>());
        on_own_thread(async move { ends_of_profiles(&app, &only).await }).await
    }

    /// A calendar for calendar programs, of these lines as far as their time is known.
    pub fn calendar_text(&self, lines: &[CalendarLine<'_>]) -> String {
        let events: Vec<CalendarEvent> = lines.iter().filter_map(CalendarLine::event).collect();
        icalendar(&events, (self.ports.now)())
    }

    /// Writes the calendar of all saved profiles to a file; unless `all` is set, what needs a person only.
    pub async fn save_calendar(&self, path: PathBuf, all: bool, replace: bool) -> Result<PathBuf, Failure> {
        let profiles = self.ends(&[]).await?;
        let mut lines = ProfileEnds::by_date(&profiles);
        lines.retain(|line| all || line.end.needs_person());
        self.write_calendar(path, self.calendar_text(&lines), replace).await
    }

    /// Writes a calendar to a file, in one piece. A file that this program did not write is replaced only if `replace` is set.
    /// Returns its absolute path.
    pub async fn write_calendar(&self, path: PathBuf, text: String, replace: bool) -> Result<PathBuf, Failure> {
        blocking(move || {
            let path = delivery::place(&path)?;
            let insisted = delivery::Insisted { replace: replace || is_calendar(&path), in_work_tree: false };
            delivery::check(&path, None, false, insisted)?;
            delivery::write(&path, &Secret::new(text))?;
            Ok(path)
        })
        .await?
    }
}

/// Whether this program wrote the file as a calendar.
fn is_calendar(path: &Path) -> bool {
    durable::read(path, LIMIT).is_ok_and(|bytes| bytes.is_some_and(|bytes| bytes.starts_with(OURS)))
}

async fn ends_of_profiles(app: &App, only: &BTreeSet<ProfileName>) -> Result<Vec<ProfileEnds>, Failure> {
    let (catalog, _) = app.catalog().await?;
    let (own, team) = app.listed(&catalog).await?;
    let mut all = Vec::new();
    for (listed, shared) in [(own, false), (team, true)] {
        let names = listed.into_iter().filter(|listed| !listed.is_draft);
        let names = names.filter_map(|listed| ProfileName::parse(&listed.name).ok());
        let names: Vec<_> = names.filter(|name| only.is_empty() || only.contains(name)).collect();
        let mut ahead = ReadAhead::of(names.iter().filter(|_| shared).map(ToString::to_string).collect());
        for name in names {
            ahead.step(app).await;
            all.push(ends_of_profile(app, name).await);
        }
        ahead.finish(app).await;
    }
    if let Some(unknown) = only.iter().find(|name| all.iter().all(|found| found.name.as_ref() != Some(*name))) {
        return Err(profiles::unknown(app, unknown).await);
    }
    if only.is_empty() {
        all.extend(network::ends(app).await);
    }
    all.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(all)
}

pub(in crate::app) async fn ends_of_profile(app: &App, name: ProfileName) -> ProfileEnds {
    match read(app, &name).await {
        Ok((profile, ends)) => {
            let called = profile.display_name.to_string();
            let shown_name = if called.is_empty() { name.to_string() } else { called };
            ProfileEnds { name: Some(name), shown_name, service: profile.service.name, ends, problem: None }
        }
        Err(failure) => {
            let shown_name = name.to_string();
            let (service, ends, problem) = (String::new(), Vec::new(), Some(failure.diagnosis));
            ProfileEnds { name: Some(name), shown_name, service, ends, problem }
        }
    }
}

async fn read(app: &App, name: &ProfileName) -> Result<(Profile, Vec<End>), Failure> {
    let profile = profiles::load(app, name).await?;
    let asked = name.clone();
    let record = app.with_vault(move |vault| vault.snapshot(&asked)).await?;
    let record = tokens::newest(app, name, record);
    let ends = ends_of(&profile, record.as_ref());
    Ok((profile, ends))
}
