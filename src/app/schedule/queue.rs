//! The scheduler's queue: when each profile is due, its last failure, and when it is retried.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::app::profiles::ReadFrom;
use crate::app::schedule::refresh_due::{Due, Rules};
use crate::app::{Failure, FailureKind, KeptAlive};
use crate::diagnosis::Diagnosis;
use crate::oauth::{Resource, TokenSet};
use crate::service::ProfileName;

/// The delay after a first failure, doubled with each further one: a network that is just coming up is there in
/// seconds.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
/// The longest delay: during an outage of hours, one request every quarter of an hour.
const LONGEST_PAUSE: Duration = Duration::from_mins(15);

/// What is refreshed by itself: the own tokens of a profile, or one that came beside them and has a refresh token of its own.
pub(crate) type Part = (ProfileName, Option<Resource>);

/// What is kept alive.
#[derive(Debug, Default)]
pub(crate) struct Book {
    entries: BTreeMap<Part, Entry>,
}

/// All that is kept alive of a profile.
pub(crate) type Parts = Vec<(Option<Resource>, Entry)>;

/// A part of a keep-alive profile.
#[derive(Debug)]
pub(crate) struct Entry {
    rules: Rules,
    /// `None` if the tokens could not be read.
    read_from: Option<ReadFrom>,
    /// Identifies the tokens it was planned with: when they were obtained.
    tokens: Option<Timestamp>,
    state: State,
    /// Failures since the last success.
    failures: u32,
    problem: Option<Diagnosis>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Due for a refresh.
    Due(Due),
    /// Being refreshed, unless its access token turns out to be valid for this long.
    Going(Option<Duration>),
    /// No known expiry, or only a person can help.
    Resting,
}

impl Entry {
    /// Planned by the saved tokens, each part for itself.
    pub(crate) fn parts(rules: &Rules, tokens: Result<Option<TokenSet>, Failure>, from: Option<ReadFrom>) -> Parts {
        let saved = tokens.as_ref().ok().and_then(Option::as_ref);
        let apart = saved.into_iter().flat_map(TokenSet::renewed_apart).filter(|(_, tokens)| rules.can_renew(tokens));
        let apart = apart.map(|(name, tokens)| (Some(name), Self::new(rules.clone(), Ok(Some(tokens)), None)));
        let mut parts: Parts = apart.collect();
        parts.push((None, Self::new(rules.clone(), tokens, from)));
        parts
    }

    /// Planned by its tokens.
    fn new(rules: Rules, tokens: Result<Option<TokenSet>, Failure>, from: Option<ReadFrom>) -> Self {
        let read_from = from.filter(|_| tokens.is_ok());
        let mut entry = Self { rules, read_from, tokens: None, state: State::Resting, failures: 0, problem: None };
        match tokens {
            Ok(Some(tokens)) => entry.plan(&tokens),
            Ok(None) => entry.problem = Some(Diagnosis::new("signed out").hint("sign in again")),
            Err(failure) => entry.problem = Some(failure.diagnosis),
        }
        entry
    }

    fn plan(&mut self, tokens: &TokenSet) {
        self.tokens = Some(tokens.obtained_at);
        self.failures = 0;
        self.problem = None;
        self.state = if self.rules.can_renew(tokens) {
            self.rules.due(tokens).map_or(State::Resting, State::Due)
        } else {
            let hint = "the access token cannot be refreshed without a sign-in: sign in again when it expires";
            self.problem = Some(Diagnosis::new("no refresh token").hint(hint));
            State::Resting
        };
    }
}

impl Book {
    /// Enters a profile's current state. A part being refreshed stays as it is, and so does one that failed with these very tokens: an
    /// unrelated change is no reason to spend them again.
    pub(crate) fn put(&mut self, name: &ProfileName, parts: Parts) {
        let own = self.entries.range((name.clone(), None)..).take_while(|((known, _), _)| known == name);
        let is_there = |part: &Part| parts.iter().any(|(resource, _)| *resource == part.1);
        let is_gone = |part: &Part, entry: &Entry| !is_there(part) && !matches!(entry.state, State::Going(_));
        let gone: Vec<Part> = own.filter(|(part, entry)| is_gone(part, entry)).map(|(part, _)| part.clone()).collect();
        for part in gone {
            self.entries.remove(&part);
        }
        for (resource, entry) in parts {
            let part = (name.clone(), resource);
            let stays = self.entries.get(&part).is_some_and(|known| {
                let failed = known.failures > 0 && known.tokens == entry.tokens && known.rules == entry.rules;
                failed || matches!(known.state, State::Going(_))
            });
            if !stays {
                self.entries.insert(part, entry);
            }
        }
    }

    /// What each was read from, as far as it could be read.
    pub(crate) fn read_from(&self) -> BTreeMap<ProfileName, ReadFrom> {
        self.entries.iter().filter_map(|((name, _), entry)| Some((name.clone(), entry.read_from?))).collect()
    }

    /// Removes all others.
    pub(crate) fn retain(&mut self, stays: impl Fn(&ProfileName) -> bool) {
        self.entries.retain(|(name, _), _| stays(name));
    }

    /// Takes the parts that are due, at most `room`, earliest first; they count as being refreshed from now on.
    pub(crate) fn start_due(&mut self, now: Timestamp, room: usize) -> Vec<(Part, Option<Duration>)> {
        let due = self.entries.iter_mut().filter_map(|(part, entry)| match entry.state {
            State::Due(due) if due.at <= now => Some((due, part, entry)),
            _ => None,
        });
        let mut due: Vec<_> = due.collect();
        if due.len() > room {
            due.select_nth_unstable_by_key(room, |(due, ..)| due.at);
            due.truncate(room);
        }
        due.sort_by_key(|(due, ..)| due.at);
        let start = |(due, part, entry): (Due, &Part, &mut Entry)| {
            entry.state = State::Going(due.min_valid);
            (part.clone(), due.min_valid)
        };
        due.into_iter().map(start).collect()
    }

    /// When the next one is due; `None` if there is no room for another.
    pub(crate) fn next(&self, has_room: bool) -> Option<Timestamp> {
        self.entries.values().filter_map(Entry::next).min().filter(|_| has_room)
    }

    /// Records a success.
    pub(crate) fn renewed(&mut self, part: &Part, tokens: &TokenSet) {
        if let Some(entry) = self.entries.get_mut(part) {
            entry.plan(tokens);
        }
    }

    /// Records a failure. What time may cure is retried; what only a person can fix waits until the profile changes.
    pub(crate) fn failed(&mut self, part: &Part, failure: &Failure, now: Timestamp, chance: u8) {
        let Some(entry) = self.entries.get_mut(part) else { return };
        entry.problem = Some(failure.diagnosis.clone());
        entry.state = match failure.kind {
            FailureKind::NeedsSignIn | FailureKind::Usage => State::Resting,
            FailureKind::Refused | FailureKind::Network | FailureKind::Vault | FailureKind::Machine => {
                let at = now.saturating_add(pause(entry.failures, chance)).unwrap_or(Timestamp::MAX);
                let min_valid = if let State::Going(min_valid) = entry.state { min_valid } else { None };
                State::Due(Due { at, min_valid })
            }
        };
        entry.failures = entry.failures.saturating_add(1);
    }

    /// The state of all profiles: when the first of its parts is due, and what is wrong with one.
    pub(crate) fn standing(&self) -> Vec<KeptAlive> {
        let mut lines: Vec<KeptAlive> = Vec::new();
        for ((name, _), entry) in &self.entries {
            let (next, problem) = (entry.next(), entry.problem.clone());
            match lines.last_mut().filter(|line| line.name == *name) {
                Some(line) => {
                    line.next = line.next.into_iter().chain(next).min();
                    line.problem = line.problem.take().or(problem);
                }
                None => lines.push(KeptAlive { name: name.clone(), next, problem }),
            }
        }
        lines
    }
}

impl Entry {
    fn next(&self) -> Option<Timestamp> {
        match self.state {
            State::Due(due) => Some(due.at),
            State::Going(_) | State::Resting => None,
        }
    }
}

/// The delay before the next try. Randomized by a quarter, so that a thousand profiles that failed together do not
/// return together.
fn pause(failures: u32, chance: u8) -> Duration {
    let pause = FIRST_PAUSE.saturating_mul(1 << failures.min(16)).min(LONGEST_PAUSE);
    pause.mul_f64(0.75 + f64::from(chance) / 512.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::Freshness;
    use crate::secret::Secret;
    use crate::service::{Service, TokenPolicy};
    use crate::store::Revision;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    fn name(text: &str) -> ProfileName {
        ProfileName::parse(text).expect("a name")
    }

    fn tokens(obtained: i64, expires: i64) -> TokenSet {
        TokenSet {
            expires_at: Some(at(expires)),
            refresh_token: Some(Secret::new("rt")),
            ..TokenSet::bearer(Secret::new("at"), at(obtained))
        }
    }

    fn entry(obtained: i64, expires: i64) -> Parts {
        parts(tokens(obtained, expires))
    }

    fn parts(tokens: TokenSet) -> Parts {
        let obtained = tokens.obtained_at;
        assert_eq!(tokens.freshness(obtained, Duration::ZERO), Freshness::Fresh);
        let policy = TokenPolicy::default();
        let service =
            Service { policy, refresh_request: Some(crate::call::CallTemplate::default()), ..Service::default() };
        let revision = Revision { plain: 1, secret: Some(1) };
        Entry::parts(&Rules::of(&service), Ok(Some(tokens)), Some(ReadFrom { presets: 0, shared: false, revision }))
    }

    fn failure(kind: FailureKind) -> Failure {
        Failure::new(kind, Diagnosis::new("no"))
    }

    #[test]
    fn the_earliest_are_taken_first_and_only_as_many_as_there_is_room_for() {
        let mut book = Book::default();
        for (text, expires) in [("a", 300), ("b", 100), ("c", 200), ("d", 3000)] {
            book.put(&name(text), entry(0, expires));
        }
        assert_eq!(book.next(true), Some(at(80)));
        let taken: Vec<String> =
            book.start_due(at(250), 2).into_iter().map(|((name, _), _)| name.to_string()).collect();
        assert_eq!(taken, ["b", "c"]);
        assert_eq!((book.next(true), book.next(false)), (Some(at(240)), None));
    }

    #[test]
    fn what_time_may_mend_is_tried_again_ever_later() {
        let mut book = Book::default();
        book.put(&name("a"), entry(0, 100));
        let mut pauses = Vec::new();
        for _ in 0..10 {
            book.start_due(at(1_000_000), 1);
            book.failed(&(name("a"), None), &failure(FailureKind::Network), at(1000), 128);
            pauses.push(book.next(true).expect("again").as_second() - 1000);
        }
        assert_eq!(pauses, [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]);
        assert_eq!((pause(0, 0).as_millis(), pause(0, 255).as_millis()), (3750, 6240));
    }

    #[test]
    fn what_a_person_must_mend_waits_for_other_tokens() {
        let mut book = Book::default();
        book.put(&name("a"), entry(0, 100));
        book.start_due(at(90), 1);
        book.failed(&(name("a"), None), &failure(FailureKind::NeedsSignIn), at(90), 0);
        assert_eq!(book.standing()[0].problem, Some(Diagnosis::new("no")));
        // Something else has changed.
        book.put(&name("a"), entry(0, 100));
        assert_eq!(book.next(true), None);
        book.put(&name("a"), entry(95, 195));
        assert_eq!(book.next(true), Some(at(175)));
    }

    #[test]
    fn a_profile_that_is_being_renewed_is_not_begun_again() {
        let mut book = Book::default();
        book.put(&name("a"), entry(0, 100));
        assert_eq!(book.start_due(at(90), 9).len(), 1);
        book.put(&name("a"), entry(0, 100));
        assert_eq!(book.start_due(at(90), 9).len(), 0);
        book.retain(|_| false);
        assert_eq!(book.standing(), []);
    }

    #[test]
    fn a_token_with_a_refresh_token_of_its_own_is_due_by_itself_and_its_end_stops_no_other() {
        let mut book = Book::default();
        let mut both = tokens(0, 1000);
        both.add_further("user", &TokenSet { access_token: Secret::new("user"), ..tokens(0, 100) });
        let bare = TokenSet { access_token: Secret::new("bare"), refresh_token: None, ..tokens(0, 50) };
        both.add_further("bare", &bare);
        book.put(&name("a"), parts(both.clone()));
        let user = || (name("a"), Resource::parse("user").ok());
        assert_eq!(book.start_due(at(90), 9), [(user(), Some(Duration::from_secs(20)))]);
        assert_eq!(book.standing().len(), 1);
        // It is planned by what came for it.
        book.renewed(&user(), &tokens(90, 290));
        assert_eq!(book.next(true), Some(at(250)));
        book.start_due(at(250), 9);
        book.failed(&user(), &failure(FailureKind::NeedsSignIn), at(250), 0);
        let own = book.next(true);
        assert_eq!(own, Some(at(800)), "the own token goes on");
        assert_eq!((book.standing()[0].next, book.standing()[0].problem.is_some()), (own, true));
        // A sign-in that brings none.
        book.put(&name("a"), parts(tokens(300, 1300)));
        assert_eq!((book.standing()[0].problem.is_some(), book.standing().len()), (false, 1));
    }
}
