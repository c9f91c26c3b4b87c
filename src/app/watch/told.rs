//! What was told of each profile: which ends were announced, whether it is broken, and which hook still has to hear of it. A
//! pure function of what was told before, what is known now and the clock; the file is in `file`.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::app::EndKind;
use crate::service::ProfileName;

/// The code of a check that failed.
pub(in crate::app::watch) const CHECK_FAILED: &str = "check-failed";
/// How many days before an end it is announced, the last one first.
const DAYS_BEFORE: [i64; 2] = [1, 7];
/// How often a hook is called for one event, and how long after each failure.
const ATTEMPTS: u32 = 3;
const AGAIN: SignedDuration = SignedDuration::from_mins(2);

/// What is known of a profile now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::app::watch) struct Watched {
    pub(in crate::app::watch) name: ProfileName,
    pub(in crate::app::watch) service: String,
    /// What ends and needs a person.
    pub(in crate::app::watch) ends: Vec<WatchedEnd>,
    pub(in crate::app::watch) health: Health,
    /// When its tokens came: trouble of before says nothing of them.
    pub(in crate::app::watch) obtained_at: Option<Timestamp>,
    /// What this process has seen of it.
    pub(in crate::app::watch) trouble: Option<Breakage>,
    /// How often it is checked.
    pub(in crate::app::watch) check_every: Option<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::app::watch) struct WatchedEnd {
    pub(in crate::app::watch) kind: EndKind,
    pub(in crate::app::watch) at: Timestamp,
    /// When it began to be good, if that is known: what lives for an hour is not announced a day before.
    pub(in crate::app::watch) from: Option<Timestamp>,
}

/// Whether a profile works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::app::watch) enum Health {
    Well,
    Broken {
        /// Which kind of trouble, for programs.
        code: String,
        message: String,
    },
    /// Not known, or not to be expected to work: nothing is told.
    Unknown,
}

/// An end that is announced now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::app::watch) struct Announced {
    pub(in crate::app::watch) name: ProfileName,
    pub(in crate::app::watch) kind: EndKind,
    pub(in crate::app::watch) at: Timestamp,
}

/// A call of the hooks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::app::watch) struct HookEvent {
    pub(in crate::app::watch) name: String,
    pub(in crate::app::watch) service: String,
    pub(in crate::app::watch) is_broken: bool,
    pub(in crate::app::watch) breakage: Breakage,
    /// Whether it is not called again for this event if it fails.
    pub(in crate::app::watch) is_last: bool,
}

/// Since when a profile is broken, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::app::watch) struct Breakage {
    pub(in crate::app::watch) code: String,
    pub(in crate::app::watch) since: Timestamp,
    pub(in crate::app::watch) message: String,
}

/// All that was told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::app::watch) struct Told {
    profiles: BTreeMap<String, ToldProfile>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct ToldProfile {
    #[serde(skip_serializing_if = "Option::is_none")]
    broken: Option<Breakage>,
    /// What does not show in what is saved of it: a refresh was refused, or a check has failed. Window and agent share it.
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<Breakage>,
    /// When it was last checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    checked: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hook: Option<Untold>,
    /// By the word of the kind.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    ends: BTreeMap<String, ToldEnd>,
}

/// What the hooks still have to hear.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Untold {
    is_broken: bool,
    service: String,
    breakage: Breakage,
    attempts: u32,
    /// Not called before; while it is called, when another process may call it.
    not_before: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct ToldEnd {
    at: Timestamp,
    /// How many days before it was announced last.
    days: i64,
}

impl Told {
    /// Takes in what is known of a profile now; returns the ends that are to be announced.
    pub(in crate::app::watch) fn observe(&mut self, now: &Watched, at: Timestamp, has_hooks: bool) -> Vec<Announced> {
        let told = self.profiles.entry(now.name.to_string()).or_default();
        told.follow_trouble(now);
        told.follow_health(now, at, has_hooks);
        let kinds: BTreeSet<&str> = now.ends.iter().map(|end| end.kind.word()).collect();
        told.ends.retain(|kind, _| kinds.contains(kind.as_str()));
        let due = now.ends.iter().filter(|end| told.announces(end, at));
        due.map(|end| Announced { name: now.name.clone(), kind: end.kind, at: end.at }).collect::<Vec<_>>()
    }

    /// Forgets all profiles but these, and those of which there is nothing to remember.
    pub(in crate::app::watch) fn retain(&mut self, names: &BTreeSet<String>) {
        self.profiles.retain(|name, told| names.contains(name) && *told != ToldProfile::default());
    }

    /// Makes room for a profile of which nothing was told yet.
    pub(in crate::app::watch) fn remember(&mut self, name: &ProfileName) {
        self.profiles.entry(name.to_string()).or_default();
    }

    /// Whether it is time to check this profile. It counts as checked from now on, so that one process does.
    pub(in crate::app::watch) fn claim_check(&mut self, now: &Watched, at: Timestamp) -> bool {
        let is_due = self.next_check(now).is_some_and(|due| due <= at);
        if is_due && let Some(told) = self.profiles.get_mut(now.name.as_str()) {
            told.checked = Some(at);
        }
        is_due
    }

    /// When this profile is checked next; `None` for never, or while a check could bring nothing new.
    pub(in crate::app::watch) fn next_check(&self, now: &Watched) -> Option<Timestamp> {
        let every = now.check_every.filter(|_| now.health == Health::Well)?;
        let checked = self.profiles.get(now.name.as_str()).and_then(|told| told.checked);
        Some(checked.map_or(Timestamp::UNIX_EPOCH, |at| at.saturating_add(every).unwrap_or(Timestamp::MAX)))
    }

    /// Takes in what came of a check: nothing, or why it failed.
    pub(in crate::app::watch) fn checked(&mut self, name: &ProfileName, failed: Option<Breakage>) {
        let told = self.profiles.entry(name.to_string()).or_default();
        if failed.is_some() || told.trouble.as_ref().is_some_and(|trouble| trouble.code == CHECK_FAILED) {
            told.trouble = failed;
        }
    }

    /// The profiles whose last check failed, with the reason.
    pub(in crate::app::watch) fn failed_checks(&self) -> BTreeMap<String, String> {
        let failed = self.profiles.iter().filter_map(|(name, told)| {
            let trouble = told.trouble.as_ref().filter(|trouble| trouble.code == CHECK_FAILED)?;
            Some((name.clone(), trouble.message.clone()))
        });
        failed.collect()
    }

    /// Takes in that a check by hand has succeeded; returns whether that is news.
    pub(in crate::app::watch) fn worked(&mut self, name: &ProfileName) -> bool {
        let Some(told) = self.profiles.get_mut(name.as_str()) else { return false };
        told.trouble.take_if(|trouble| trouble.code == CHECK_FAILED).is_some()
    }

    /// The calls that are due. Each counts as made from now on, so that a crash in the middle leads to another call, and
    /// no crash to more than a few.
    pub(in crate::app::watch) fn claim(&mut self, now: Timestamp) -> Vec<HookEvent> {
        let due = self.profiles.iter_mut().filter_map(|(name, told)| {
            let untold = told.hook.as_mut().filter(|untold| untold.not_before <= now)?;
            untold.attempts += 1;
            untold.not_before = now.saturating_add(AGAIN).unwrap_or(Timestamp::MAX);
            let event = HookEvent {
                name: name.clone(),
                service: untold.service.clone(),
                is_broken: untold.is_broken,
                breakage: untold.breakage.clone(),
                is_last: untold.attempts >= ATTEMPTS,
            };
            if event.is_last {
                told.hook = None;
            }
            Some(event)
        });
        due.collect()
    }

    /// Notes that the hooks have heard of this event.
    pub(in crate::app::watch) fn heard(&mut self, event: &HookEvent) {
        if let Some(told) = self.profiles.get_mut(&event.name) {
            told.hook.take_if(|untold| (untold.is_broken, &untold.breakage) == (event.is_broken, &event.breakage));
        }
    }

    /// When the next call is due.
    pub(in crate::app::watch) fn next_call(&self) -> Option<Timestamp> {
        self.profiles.values().filter_map(|told| Some(told.hook.as_ref()?.not_before)).min()
    }
}

impl ToldProfile {
    fn follow_trouble(&mut self, now: &Watched) {
        let later = |new: &&Breakage| self.trouble.as_ref().is_none_or(|known| known.since < new.since);
        if let Some(new) = now.trouble.as_ref().filter(later) {
            self.trouble = Some(new.clone());
        }
        // New tokens begin anew.
        self.trouble.take_if(|trouble| now.obtained_at.is_some_and(|obtained| trouble.since < obtained));
        if now.check_every.is_none() {
            self.trouble.take_if(|trouble| trouble.code == CHECK_FAILED);
            self.checked = None;
        }
    }

    fn follow_health(&mut self, now: &Watched, at: Timestamp, has_hooks: bool) {
        let health = match (&now.health, &self.trouble) {
            (Health::Well, Some(Breakage { code, message, .. })) => {
                Health::Broken { code: code.clone(), message: message.clone() }
            }
            (health, _) => health.clone(),
        };
        let (is_broken, breakage) = match (&health, self.broken.take()) {
            (Health::Broken { code, message }, None) => {
                let breakage = Breakage { code: code.clone(), since: at, message: message.clone() };
                self.broken = Some(breakage.clone());
                (true, breakage)
            }
            (Health::Well, Some(breakage)) => (false, breakage),
            (_, broken) => {
                self.broken = broken;
                return;
            }
        };
        // Whoever has not heard that it broke need not hear that it is well.
        let unheard = self.hook.take().is_some_and(|untold| untold.is_broken && untold.attempts == 0);
        if has_hooks && (is_broken || !unheard) {
            let service = now.service.clone();
            self.hook = Some(Untold { is_broken, service, breakage, attempts: 0, not_before: at });
        }
    }

    /// Whether this end is announced now, and notes that it is. Another date begins anew.
    fn announces(&mut self, end: &WatchedEnd, now: Timestamp) -> bool {
        let known = self.ends.get(end.kind.word()).filter(|told| told.at == end.at);
        let begun = begun(end).filter(|(_, from)| *from <= now).min_by_key(|(days, _)| *days);
        let Some((days, _)) = begun.filter(|_| now < end.at) else { return false };
        if known.is_some_and(|told| told.days <= days) {
            return false;
        }
        self.ends.insert(end.kind.word().to_owned(), ToldEnd { at: end.at, days });
        true
    }
}

/// From when on an end is announced, each with the days before it. One that was as near when it began is not news.
fn begun(end: &WatchedEnd) -> impl Iterator<Item = (i64, Timestamp)> {
    let from = DAYS_BEFORE
        .into_iter()
        .filter_map(|days| Some((days, end.at.checked_sub(SignedDuration::from_hours(24 * days)).ok()?)));
    from.filter(|(_, from)| end.from.is_none_or(|began| began < *from))
}

/// The next time at which an end is announced.
pub(in crate::app::watch) fn next_announcement(end: &WatchedEnd, now: Timestamp) -> Option<Timestamp> {
    begun(end).map(|(_, from)| from).filter(|from| *from > now).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    fn watched(end: Option<(i64, Option<i64>)>, health: Health) -> Watched {
        let end = end.map(|(end, from)| WatchedEnd { kind: EndKind::ClientSecret, at: at(end), from: from.map(at) });
        let (name, service) = (ProfileName::parse("acme").expect("a name"), "Service".to_owned());
        let ends = end.into_iter().collect();
        Watched { name, service, ends, health, obtained_at: None, trouble: None, check_every: None }
    }

    fn broken() -> Health {
        Health::Broken { code: "sign-in-needed".into(), message: "refused".into() }
    }

    /// The days on which an end is announced, looked at each hour.
    fn announced(told: &mut Told, end: (i64, Option<i64>), days: std::ops::Range<i64>) -> Vec<i64> {
        let hours = days.start * 24..days.end * 24;
        let now = watched(Some(end), Health::Well);
        let is_told = |hour: &i64| {
            // As if the program began anew each time.
            let text = serde_json::to_string(told).expect("JSON");
            *told = serde_json::from_str(&text).expect("the same");
            !told.observe(&now, at(hour * 3600), true).is_empty()
        };
        hours.filter(is_told).map(|hour| hour / 24).collect()
    }

    #[test]
    fn an_end_is_announced_a_week_and_a_day_before_once_each_and_anew_when_it_has_moved() {
        let mut told = Told::default();
        assert_eq!(announced(&mut told, (100 * DAY, None), 0..110), [93, 99]);
        assert_eq!(announced(&mut told, (200 * DAY, None), 110..210), [193, 199]);
        // It was off for the week.
        assert_eq!(announced(&mut Told::default(), (100 * DAY, None), 99..110), [99]);
        assert_eq!(announced(&mut Told::default(), (100 * DAY, None), 100..110), [0; 0]);
    }

    #[test]
    fn what_lives_for_less_is_not_announced_as_soon_as_it_is_there() {
        assert_eq!(announced(&mut Told::default(), (7 * DAY, Some(0)), 0..8), [6]);
        assert_eq!(announced(&mut Told::default(), (3600, Some(0)), 0..2), [0; 0]);
        let end = WatchedEnd { kind: EndKind::SignIn, at: at(10 * DAY), from: Some(at(0)) };
        assert_eq!(next_announcement(&end, at(0)), Some(at(3 * DAY)));
        assert_eq!(next_announcement(&end, at(3 * DAY)), Some(at(9 * DAY)));
        assert_eq!(next_announcement(&end, at(9 * DAY)), None);
    }

    #[test]
    fn hooks_hear_once_that_a_profile_broke_and_once_that_it_is_well() {
        let mut told = Told::default();
        let mut see = |health: Health, second: i64| {
            told.observe(&watched(None, health), at(second), true);
            let events = told.claim(at(second));
            for event in &events {
                told.heard(event);
            }
            events.iter().map(|event| (event.is_broken, event.breakage.since.as_second())).collect::<Vec<_>>()
        };
        assert_eq!(see(Health::Well, 0), []);
        assert_eq!(see(broken(), 10), [(true, 10)]);
        assert_eq!(see(broken(), 5000), []);
        assert_eq!(see(Health::Unknown, 6000), []);
        assert_eq!(see(Health::Well, 7000), [(false, 10)]);
        assert_eq!(see(Health::Well, 8000), []);
        assert_eq!(see(broken(), 9000), [(true, 9000)]);
    }

    #[test]
    fn a_hook_that_fails_is_called_three_times_and_by_one_process_at_a_time() {
        let mut told = Told::default();
        told.observe(&watched(None, broken()), at(0), true);
        let mut calls = Vec::new();
        for second in (0..3600).step_by(10) {
            calls.extend(told.claim(at(second)).iter().map(|event| (second, event.is_last)));
        }
        assert_eq!(calls, [(0, false), (120, false), (240, true)]);
        assert_eq!(told.next_call(), None);
    }

    #[test]
    fn a_check_that_failed_breaks_a_profile_for_every_process_until_one_succeeds_or_there_are_new_tokens() {
        let breakage = |second| Breakage { code: CHECK_FAILED.into(), since: at(second), message: "401".into() };
        let hour = Some(Duration::from_hours(1));
        let well =
            |obtained| Watched { check_every: hour, obtained_at: Some(at(obtained)), ..watched(None, Health::Well) };
        let mut told = Told::default();
        told.observe(&well(0), at(0), true);
        assert!(told.claim_check(&well(0), at(0)) && !told.claim_check(&well(0), at(3599)));
        assert!(told.claim_check(&well(0), at(3600)));
        told.checked(&well(0).name, Some(breakage(3600)));
        let mut see = |obtained, second| {
            told.observe(&well(obtained), at(second), true);
            told.claim(at(second)).iter().map(|event| event.is_broken).collect::<Vec<_>>()
        };
        assert_eq!(see(0, 3601), [true]);
        assert_eq!(see(3700, 3701), [false]);
        told.checked(&well(0).name, Some(breakage(7200)));
        told.observe(&well(3700), at(7201), true);
        assert_eq!(told.claim(at(7201)).len(), 1);
        told.checked(&well(0).name, None);
        told.observe(&well(3700), at(7300), true);
        assert_eq!(told.claim(at(7300)).iter().map(|event| event.is_broken).collect::<Vec<_>>(), [false]);
    }

    #[test]
    fn without_hooks_nothing_waits_and_what_nobody_has_heard_is_not_taken_back() {
        let mut told = Told::default();
        told.observe(&watched(None, broken()), at(0), false);
        assert_eq!(told.claim(at(0)), []);
        let mut told = Told::default();
        told.observe(&watched(None, broken()), at(0), true);
        told.observe(&watched(None, Health::Well), at(1), true);
        assert_eq!(told.claim(at(1)), []);
        told.retain(&BTreeSet::from(["acme".to_owned()]));
        assert_eq!(told, Told::default());
    }
}
