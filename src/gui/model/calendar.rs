//! What the window knows of when things end.

use std::path::PathBuf;

use crate::app::{End, ProfileEnds};
use crate::gui::model::Requested;

/// The ends of all saved profiles, and a file that was written of them.
#[derive(Clone, Default)]
pub struct CalendarModel {
    pub ends: Requested<Calendar>,
    pub file: Requested<PathBuf>,
}

/// The ends of all saved profiles by date.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    profiles: Vec<ProfileEnds>,
    /// The profile and its end, by date; those that are not known last.
    all: Vec<(usize, usize)>,
    /// Those of them that need a person.
    needy: Vec<(usize, usize)>,
}

impl Calendar {
    pub fn of(profiles: Vec<ProfileEnds>) -> Self {
        let places = profiles.iter().enumerate();
        let places = places.flat_map(|(profile, ends)| (0..ends.ends.len()).map(move |end| (profile, end)));
        let mut all: Vec<(usize, usize)> = places.collect();
        let end = |(profile, end): &(usize, usize)| &profiles[*profile].ends[*end];
        all.sort_by_key(|place| (end(place).at.is_none(), end(place).at, *place));
        let needy: Vec<(usize, usize)> = all.iter().filter(|place| end(place).needs_person()).copied().collect();
        Self { profiles, all, needy }
    }

    /// How many there are.
    pub fn count(&self, all: bool) -> usize {
        self.places(all).len()
    }

    pub fn line(&self, all: bool, place: usize) -> (&ProfileEnds, &End) {
        let (profile, end) = self.places(all)[place];
        (&self.profiles[profile], &self.profiles[profile].ends[end])
    }

    /// The profiles that could not be read.
    pub fn unreadable(&self) -> impl Iterator<Item = &ProfileEnds> {
        self.profiles.iter().filter(|profile| profile.problem.is_some())
    }

    /// The first line for which this does not hold, where it holds for none after that.
    pub fn end_of(&self, all: bool, holds: impl Fn(&End) -> bool) -> usize {
        self.places(all).partition_point(|(profile, end)| holds(&self.profiles[*profile].ends[*end]))
    }

    fn places(&self, all: bool) -> &[(usize, usize)] {
        if all { &self.all } else { &self.needy }
    }
}
