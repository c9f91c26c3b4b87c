//! The list of saved profiles as it is shown: what is searched for, which line has the keyboard, and the lines themselves. They
//! are put in order when something changes that they depend on, never in a frame in which nothing does.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use jiff::Timestamp;

use crate::app::{ListGroup, ListSort, ProfileState, ProfileSummary};
use crate::gui::model::Model;
use crate::gui::texts::profiles as texts;
use crate::search::{Query, folded};
use crate::service::ProfileName;

/// Height of a profile's line, in points: two lines of text.
pub const PROFILE_HEIGHT: f32 = 44.0;
/// Height of a group's heading, in points; more than the 24 that WCAG 2.2 (2.5.8) asks of what is pressed.
pub const GROUP_HEIGHT: f32 = 28.0;

/// What a person does with the list. It stays when another service or profile is opened.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    pub search: String,
    /// Whether only those are shown that need a person.
    pub attention: bool,
    /// Whether the list is beside the page; `None` while the person leaves that to the width of the window.
    pub is_open: Option<bool>,
    /// The groups that are closed, by name.
    pub collapsed: BTreeSet<String>,
    /// The width that the list is being dragged to, in points.
    pub dragged: Option<f32>,
    cursor: Option<Cursor>,
    facts: Option<Rc<Facts>>,
    shown: Option<Rc<Shown>>,
}

/// The line that the keyboard is on. Its place is that of the last time: a profile may be in several groups.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Cursor {
    line: Line,
    place: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Line {
    Group(String),
    Profile(ProfileName),
}

/// A line of the list, from its top.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub line: Line,
    /// The place of a profile in the model; of a group, how many profiles it has.
    pub of: usize,
    /// In points.
    pub top: f32,
    /// Which group it is in, from the first: a profile may be in several.
    pub group: usize,
}

impl Row {
    pub fn height(&self) -> f32 {
        match self.line {
            Line::Group(_) => GROUP_HEIGHT,
            Line::Profile(_) => PROFILE_HEIGHT,
        }
    }
}

/// The list in its order.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    pub rows: Vec<Row>,
    /// How many profiles were found.
    pub found: usize,
    /// How many there are.
    pub total: usize,
    /// How many of all need a person.
    pub attention: usize,
    from: From,
}

/// All that the order comes from.
#[derive(Clone, Debug, Default, PartialEq)]
struct From {
    facts: Versions,
    sort: ListSort,
    group: ListGroup,
    search: String,
    attention: bool,
    collapsed: BTreeSet<String>,
}

type Versions = [u64; 4];

/// What has gone wrong with a profile whose tokens seem to be good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failing {
    /// The last refresh by keep-alive.
    KeepAlive,
    /// The last regular check.
    Check,
}

/// What is known of the profiles, in the order of the model.
#[derive(Debug)]
struct Facts {
    versions: Versions,
    /// Name and all else that is searched in, folded.
    texts: Vec<(String, String)>,
    failing: Vec<Option<Failing>>,
    /// Whether it needs a person.
    attention: Vec<bool>,
    /// When that changes for one of them.
    until: Option<Timestamp>,
}

/// Where a key moves the keyboard in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    Up,
    Down,
    First,
    Last,
    /// By so many lines, up or down.
    PageUp(usize),
    PageDown(usize),
}

impl Shown {
    /// The whole height, in points.
    pub fn height(&self) -> f32 {
        self.rows.last().map_or(0.0, |row| row.top + row.height())
    }

    /// The rows that are at least partly between these heights.
    pub fn between(&self, top: f32, bottom: f32) -> std::ops::Range<usize> {
        let first = self.rows.partition_point(|row| row.top + row.height() < top);
        let last = self.rows.partition_point(|row| row.top <= bottom);
        first..last.max(first)
    }
}

impl Listing {
    /// The list in its order, as it is now.
    pub fn shown(&mut self, model: &Model, now: Timestamp) -> Rc<Shown> {
        let facts = self.facts(model, now);
        let settings = model.window.unwrap_or_default().list;
        let shown = self.shown.clone().filter(|shown| {
            let from = &shown.from;
            from.facts == facts.versions
                && (from.sort, from.group, from.attention) == (settings.sort, settings.group, self.attention)
                && from.search == self.search
                && from.collapsed == self.collapsed
        });
        let shown = shown.unwrap_or_else(|| {
            let from = From {
                facts: facts.versions,
                sort: settings.sort,
                group: settings.group,
                search: self.search.clone(),
                attention: self.attention,
                collapsed: self.collapsed.clone(),
            };
            Rc::new(Shown::of(from, &facts, &model.profiles))
        });
        self.shown = Some(shown.clone());
        shown
    }

    fn facts(&mut self, model: &Model, now: Timestamp) -> Rc<Facts> {
        let of_failures = [model.keep_alive.version(), model.failed_checks.version()];
        let versions = [model.profiles.version(), model.known_as.version(), of_failures[0], of_failures[1]];
        let known = self
            .facts
            .clone()
            .filter(|facts| facts.versions == versions && facts.until.is_none_or(|until| now < until));
        let facts = known.unwrap_or_else(|| {
            // What needs a person may be other profiles by now.
            self.shown = None;
            Rc::new(Facts::of(model, now, versions))
        });
        self.facts = Some(facts.clone());
        facts
    }

    /// What went wrong last with the profile at this place of the model.
    pub fn failing(&self, place: usize) -> Option<Failing> {
        self.facts.as_ref().and_then(|facts| facts.failing.get(place).copied().flatten())
    }

    /// Whether a line has the keyboard, when the list has.
    pub fn is_at(&self, place: usize, row: &Row) -> bool {
        self.cursor.as_ref().is_some_and(|cursor| cursor.place == place && cursor.line == row.line)
    }

    /// Where the keyboard is. What moved is followed; where it is gone, the line that took its place.
    pub fn cursor(&mut self, shown: &Shown) -> Option<usize> {
        let cursor = self.cursor.as_mut()?;
        if shown.rows.get(cursor.place).is_none_or(|row| row.line != cursor.line) {
            let moved = shown.rows.iter().position(|row| row.line == cursor.line);
            let place = moved.unwrap_or(cursor.place.min(shown.rows.len().saturating_sub(1)));
            match shown.rows.get(place) {
                Some(row) => *cursor = Cursor { line: row.line.clone(), place },
                None => self.cursor = None,
            }
        }
        self.cursor.as_ref().map(|cursor| cursor.place)
    }

    /// Puts the keyboard on a line.
    pub fn put(&mut self, shown: &Shown, place: usize) {
        self.cursor = shown.rows.get(place).map(|row| Cursor { line: row.line.clone(), place });
    }

    /// Puts it on the profile, or else where it was, or on the first line.
    pub fn begin(&mut self, shown: &Shown, open: Option<&ProfileName>) {
        if self.cursor(shown).is_none() {
            let is_open = |row: &Row| matches!(&row.line, Line::Profile(name) if Some(name) == open);
            self.put(shown, shown.rows.iter().position(is_open).unwrap_or_default());
        }
    }

    pub fn go(&mut self, shown: &Shown, to: Move) {
        let last = shown.rows.len().saturating_sub(1);
        let now = self.cursor(shown).unwrap_or_default();
        let place = match to {
            Move::Up => now.saturating_sub(1),
            Move::Down => now + 1,
            Move::First => 0,
            Move::Last => last,
            Move::PageUp(lines) => now.saturating_sub(lines),
            Move::PageDown(lines) => now + lines,
        };
        self.put(shown, place.min(last));
    }

    /// Opens or closes the group of the line with the keyboard, which goes to its heading.
    pub fn fold(&mut self, shown: &Shown, closed: bool) {
        let Some(now) = self.cursor(shown) else { return };
        let heading = (0..=now).rev().find(|place| matches!(shown.rows[*place].line, Line::Group(_)));
        let Some(heading) = heading else { return };
        let Line::Group(name) = &shown.rows[heading].line else { return };
        if closed {
            self.collapsed.insert(name.clone());
            self.put(shown, heading);
        } else {
            self.collapsed.remove(name);
        }
    }

    pub fn toggle(&mut self, group: &str) {
        if !self.collapsed.remove(group) {
            self.collapsed.insert(group.to_owned());
        }
    }
}

impl Facts {
    fn of(model: &Model, now: Timestamp, versions: Versions) -> Self {
        let failing: BTreeSet<&ProfileName> =
            model.keep_alive.iter().filter(|kept| kept.problem.is_some()).map(|kept| &kept.name).collect();
        let failing = |profile: &ProfileSummary| {
            if profile.keep_alive && failing.contains(&profile.name) {
                return Some(Failing::KeepAlive);
            }
            model.failed_checks.contains_key(&profile.name).then_some(Failing::Check)
        };
        let failing: Vec<Option<Failing>> = model.profiles.iter().map(failing).collect();
        let attention = |(profile, failing): (&ProfileSummary, &Option<Failing>)| {
            profile.state.needs_person(now) || failing.is_some()
        };
        Self {
            versions,
            texts: model.profiles.iter().map(|profile| texts(model, profile)).collect(),
            attention: model.profiles.iter().zip(&failing).map(attention).collect(),
            failing,
            until: model.profiles.iter().filter_map(|profile| needs_person_from(&profile.state, now)).min(),
        }
    }
}

/// What it is sorted by, and what it is searched in.
fn texts(model: &Model, profile: &ProfileSummary) -> (String, String) {
    let name = folded(profile.shown_name());
    let account = model.known_as.get(&profile.name).map_or("", String::as_str);
    let ProfileSummary { display_name, service, environment, tags, .. } = profile;
    let text = folded(&format!("{display_name} {} {service} {environment} {tags} {account}", profile.name));
    (name, text)
}

/// When a profile will need a person, unless somebody looks after it.
fn needs_person_from(state: &ProfileState, now: Timestamp) -> Option<Timestamp> {
    let ProfileState::Tokens { expires_at, refreshable, announced_from, .. } = state else { return None };
    let ends = expires_at.filter(|_| !refreshable);
    [ends, *announced_from].into_iter().flatten().filter(|at| *at > now).min()
}

/// When the first of its tokens ends, as far as that is known.
fn ends(state: &ProfileState) -> Option<Timestamp> {
    match state {
        ProfileState::Tokens { expires_at, refresh_token_expires_at, .. } => {
            [*expires_at, *refresh_token_expires_at].into_iter().flatten().min()
        }
        ProfileState::NeedsSignIn { expires_at, .. } => *expires_at,
        _ => None,
    }
}

impl Shown {
    fn of(from: From, facts: &Facts, profiles: &[ProfileSummary]) -> Self {
        let query = Query::of(&from.search);
        let is_found =
            |place: &usize| (!from.attention || facts.attention[*place]) && query.finds(&facts.texts[*place].1);
        let mut found: Vec<usize> = (0..profiles.len()).filter(is_found).collect();
        let name = |place: &usize| (&facts.texts[*place].0, &profiles[*place].name);
        match from.sort {
            ListSort::Name => found.sort_by_key(name),
            ListSort::Service => found.sort_by_key(|place| (&profiles[*place].service, name(place))),
            ListSort::Ends => {
                found.sort_by_key(|place| (ends(&profiles[*place].state).unwrap_or(Timestamp::MAX), name(place)));
            }
        }
        let mut shown = Self {
            found: found.len(),
            total: profiles.len(),
            attention: facts.attention.iter().filter(|needs| **needs).count(),
            ..Self::default()
        };
        if from.group == ListGroup::None {
            shown.add_profiles(&found, profiles);
        } else {
            // A search is not for what a closed group hides.
            let opens = !query.is_empty();
            for (group, places) in groups(from.group, &found, profiles) {
                let is_closed = !opens && from.collapsed.contains(&group);
                shown.add(Line::Group(group), places.len());
                if !is_closed {
                    shown.add_profiles(&places, profiles);
                }
            }
        }
        shown.from = from;
        shown
    }

    fn add_profiles(&mut self, places: &[usize], profiles: &[ProfileSummary]) {
        for place in places {
            self.add(Line::Profile(profiles[*place].name.clone()), *place);
        }
    }

    fn add(&mut self, line: Line, of: usize) {
        let (top, before) = (self.height(), self.rows.last().map_or(0, |row| row.group));
        let group = if matches!(line, Line::Group(_)) { before + 1 } else { before };
        self.rows.push(Row { line, of, top, group });
    }
}

/// The groups by name, each in the order of the list; those without one come last.
fn groups(by: ListGroup, found: &[usize], profiles: &[ProfileSummary]) -> Vec<(String, Vec<usize>)> {
    let mut groups: BTreeMap<(bool, String), (String, Vec<usize>)> = BTreeMap::new();
    for place in found {
        for (is_rest, name) in groups_of(by, &profiles[*place]) {
            let group = groups.entry((is_rest, folded(&name))).or_insert_with(|| (name, Vec::new()));
            group.1.push(*place);
        }
    }
    groups.into_values().collect()
}

/// The groups that a profile is in, and whether that is the one for the rest.
fn groups_of(by: ListGroup, profile: &ProfileSummary) -> Vec<(bool, String)> {
    let one = |name: &str, rest: &str| {
        let is_rest = name.is_empty();
        vec![(is_rest, if is_rest { rest } else { name }.to_owned())]
    };
    match by {
        ListGroup::None => Vec::new(),
        ListGroup::Service => one(&profile.service, texts::UNKNOWN_SERVICE),
        ListGroup::Environment => one(&profile.environment, texts::NO_ENVIRONMENT),
        ListGroup::Tag if profile.tags.is_empty() => one("", texts::NO_TAGS),
        ListGroup::Tag => profile.tags.iter().map(|tag| (false, tag.to_owned())).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{ListSettings, WindowSettings};
    use crate::diagnosis::Diagnosis;
    use crate::service::{DisplayName, Tags};

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn at(seconds: i64) -> Option<Timestamp> {
        Timestamp::from_second(seconds).ok()
    }

    fn tokens(ends: i64, refreshable: bool) -> ProfileState {
        ProfileState::Tokens {
            expires_at: at(ends),
            refreshable,
            refresh_token_expires_at: None,
            announced_from: None,
            scopes: None,
        }
    }

    fn name(text: &str) -> ProfileName {
        ProfileName::parse(text).expect("a name")
    }

    fn profile(text: &str, service: &str, tags: &str, state: ProfileState) -> ProfileSummary {
        ProfileSummary {
            name: name(text),
            display_name: DisplayName::default(),
            service_id: service.to_lowercase(),
            service: service.to_owned(),
            tags: Tags::of(tags),
            environment: String::new(),
            keep_alive: false,
            draft: false,
            shared: false,
            state,
            revision: None,
        }
    }

    fn three() -> Model {
        let profiles = vec![
            profile("cafe", "Google", "Paris team-a", tokens(600, true)),
            profile("Acme", "Xero", "", tokens(300, false)),
            profile("bar", "Google", "Paris", ProfileState::SignedOut),
        ];
        Model { profiles: profiles.into(), ..Model::default() }
    }

    fn ordered(sort: ListSort, group: ListGroup) -> Model {
        let list = ListSettings { sort, group, width: None };
        Model { window: Some(WindowSettings { list, ..WindowSettings::default() }), ..three() }
    }

    /// The lines, a group in brackets.
    fn lines(listing: &mut Listing, model: &Model, now: Timestamp) -> Vec<String> {
        let line = |row: &Row| match &row.line {
            Line::Group(name) => format!("[{name} {}]", row.of),
            Line::Profile(name) => name.to_string(),
        };
        listing.shown(model, now).rows.iter().map(line).collect()
    }

    #[test]
    fn the_order_is_by_name_whatever_its_case_or_by_service_or_by_what_ends_soonest() {
        for (sort, expected) in [
            (ListSort::Name, ["Acme", "bar", "cafe"]),
            (ListSort::Service, ["bar", "cafe", "Acme"]),
            (ListSort::Ends, ["Acme", "cafe", "bar"]),
        ] {
            assert_eq!(lines(&mut Listing::default(), &ordered(sort, ListGroup::None), NOW), expected, "{sort:?}");
        }
    }

    #[test]
    fn groups_have_their_count_and_those_without_one_come_last() {
        let check = |group, expected: &[&str]| {
            assert_eq!(lines(&mut Listing::default(), &ordered(ListSort::Name, group), NOW), expected, "{group:?}");
        };
        check(ListGroup::Service, &["[Google 2]", "bar", "cafe", "[Xero 1]", "Acme"]);
        check(ListGroup::Tag, &["[Paris 2]", "bar", "cafe", "[team-a 1]", "cafe", "[No tags 1]", "Acme"]);
        check(ListGroup::Environment, &["[No environment 3]", "Acme", "bar", "cafe"]);
    }

    #[test]
    fn a_closed_group_hides_its_profiles_but_not_from_a_search() {
        let model = ordered(ListSort::Name, ListGroup::Service);
        let mut listing = Listing::default();
        listing.toggle("Google");
        assert_eq!(lines(&mut listing, &model, NOW), ["[Google 2]", "[Xero 1]", "Acme"]);
        listing.search = "CAFÉ".to_owned();
        assert_eq!(lines(&mut listing, &model, NOW), ["[Google 1]", "cafe"]);
    }

    #[test]
    fn a_search_looks_at_everything_that_is_known_of_a_profile() {
        let mut model = three();
        model.known_as.insert(name("bar"), "Ada Lovelace".to_owned());
        let found = |search: &str| {
            let mut listing = Listing { search: search.to_owned(), ..Listing::default() };
            lines(&mut listing, &model, NOW)
        };
        assert_eq!(found("google paris"), ["bar", "cafe"]);
        assert_eq!(found("lovelace"), ["bar"]);
        assert_eq!(found("nobody"), [""; 0]);
    }

    #[test]
    fn what_needs_a_person_is_found_again_when_a_token_ends_by_itself() {
        let model = three();
        let mut listing = Listing { attention: true, ..Listing::default() };
        assert_eq!(lines(&mut listing, &model, NOW), ["bar"]);
        assert_eq!(lines(&mut listing, &model, at(299).expect("a time")), ["bar"]);
        // The other token can be refreshed.
        assert_eq!(lines(&mut listing, &model, at(9999).expect("a time")), ["Acme", "bar"]);
    }

    #[test]
    fn a_refresh_that_failed_needs_a_person() {
        let mut model = three();
        model.profiles[0].keep_alive = true;
        let problem = Some(Diagnosis::new("it is refused"));
        model.keep_alive.push(crate::app::KeptAlive { name: name("cafe"), next: None, problem });
        let mut listing = Listing { attention: true, ..Listing::default() };
        assert_eq!(lines(&mut listing, &model, NOW), ["bar", "cafe"]);
        assert_eq!((listing.failing(0), listing.failing(1)), (Some(Failing::KeepAlive), None));

        let checked = model.profiles[1].name.clone();
        model.failed_checks.insert(checked, Diagnosis::new("it is refused"));
        assert_eq!(lines(&mut listing, &model, NOW), ["Acme", "bar", "cafe"]);
        assert_eq!(listing.failing(1), Some(Failing::Check));
        model.failed_checks.clear();
        assert_eq!(lines(&mut listing, &model, NOW), ["bar", "cafe"]);
    }

    #[test]
    fn nothing_is_put_in_order_again_unless_something_has_changed() {
        let mut model = three();
        let mut listing = Listing::default();
        let first = listing.shown(&model, NOW);
        assert!(Rc::ptr_eq(&first, &listing.shown(&model, NOW)));
        listing.search = "a".to_owned();
        let second = listing.shown(&model, NOW);
        assert!(!Rc::ptr_eq(&first, &second));
        model.profiles[0].keep_alive = true;
        assert!(!Rc::ptr_eq(&second, &listing.shown(&model, NOW)));
    }

    #[test]
    fn the_keyboard_follows_its_profile_and_stays_at_its_place_when_that_is_gone() {
        let mut model = three();
        let mut listing = Listing::default();
        let shown = listing.shown(&model, NOW);
        listing.begin(&shown, Some(&name("bar")));
        assert_eq!(listing.cursor(&shown), Some(1));
        model.profiles.remove(1);
        let shown = listing.shown(&model, NOW);
        assert_eq!(listing.cursor(&shown), Some(0));
        model.profiles.remove(1);
        let shown = listing.shown(&model, NOW);
        assert_eq!(listing.cursor(&shown), Some(0));
        assert!(listing.is_at(0, &shown.rows[0]));
        model.profiles.clear();
        let shown = listing.shown(&model, NOW);
        assert_eq!(listing.cursor(&shown), None);
    }

    #[test]
    fn a_profile_in_two_groups_is_passed_in_both() {
        let model = ordered(ListSort::Name, ListGroup::Tag);
        let mut listing = Listing::default();
        let shown = listing.shown(&model, NOW);
        listing.begin(&shown, None);
        let mut places = Vec::new();
        for _ in 0..shown.rows.len() {
            listing.go(&shown, Move::Down);
            places.extend(listing.cursor(&shown));
        }
        assert_eq!(places, [1, 2, 3, 4, 5, 6, 6]);
        listing.go(&shown, Move::PageUp(4));
        assert_eq!(listing.cursor(&shown), Some(2));
        listing.fold(&shown, true);
        assert_eq!(listing.cursor(&shown), Some(0));
        assert!(listing.collapsed.contains("Paris"));
    }

    #[test]
    fn the_rows_in_view_are_those_between_two_heights() {
        let model = ordered(ListSort::Name, ListGroup::Service);
        let shown = Listing::default().shown(&model, NOW);
        assert!((shown.height() - 2.0 * GROUP_HEIGHT - 3.0 * PROFILE_HEIGHT).abs() < 0.1);
        assert_eq!(shown.between(0.0, 10.0), 0..1);
        assert_eq!(shown.between(GROUP_HEIGHT + 1.0, GROUP_HEIGHT + 2.0), 1..2);
        assert_eq!(shown.between(1000.0, 2000.0), 5..5);
    }
}
