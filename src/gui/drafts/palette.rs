//! The command palette: what is typed there, what was found by it, and which of that the keyboard is on.

use egui::KeyboardShortcut;

use crate::gui::intent::{Intent, Step};
use crate::gui::model::Model;
use crate::search::{Query, folded};

/// Something that can be done now, or could be if something else were done first.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    pub intent: Intent,
    pub name: &'static str,
    pub hint: &'static str,
    pub key: Option<KeyboardShortcut>,
    /// Why it cannot be done now.
    pub blocked: Option<String>,
}

impl Action {
    pub fn of(intent: Intent) -> Self {
        Self::unless(intent, None)
    }

    /// One that is blocked, where there is a reason.
    pub fn unless(intent: Intent, blocked: Option<String>) -> Self {
        let (text, hint) = intent.words();
        // Among all that can be done, "Next" says nothing.
        let name = if matches!(intent, Intent::GoTo(Step::Authorization | Step::Tokens)) { hint } else { text };
        let key = intent.key();
        Self { intent, name, hint, key, blocked }
    }
}

/// What was found: a command, or a profile or a service by its place in the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    Command(usize),
    Profile(usize),
    Service(usize),
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Palette {
    pub search: String,
    pub commands: Vec<Action>,
    pub found: Vec<Found>,
    /// Which of what was found Enter takes.
    pub at: usize,
    /// What it was found by: the search, and the lists as they were.
    from: Option<(String, u64, usize)>,
}

impl Palette {
    /// Looks anew, if what is looked for or the lists have changed; `commands` says what can be done.
    pub fn look(&mut self, model: &Model, commands: impl FnOnce() -> Vec<Action>) {
        let from = Some((self.search.clone(), model.profiles.version(), model.services.len()));
        if self.from == from {
            return;
        }
        (self.from, self.at, self.commands) = (from, 0, commands());
        let query = Query::of(&self.search);
        let mut found: Vec<(u32, Found)> = Vec::new();
        let mut add = |found_one: Found, name: &str, rest: &str| {
            if let Some(score) = query.score_loosely(&folded(name), &folded(rest)) {
                found.push((score, found_one));
            }
        };
        for (place, command) in self.commands.iter().enumerate() {
            add(Found::Command(place), command.name, command.hint);
        }
        for (place, profile) in model.profiles.iter().enumerate() {
            add(Found::Profile(place), profile.shown_name(), &format!("{} {}", profile.name, profile.service));
        }
        for (place, service) in model.services.iter().enumerate() {
            add(Found::Service(place), &service.name, &service.searched());
        }
        let is_blocked = |found: Found| match found {
            Found::Command(place) => self.commands[place].blocked.is_some(),
            Found::Profile(_) | Found::Service(_) => false,
        };
        // Of what is met as well, commands come first, then profiles, then services.
        found.sort_by_key(|(score, found)| (std::cmp::Reverse(*score), is_blocked(*found)));
        self.found = found.into_iter().map(|(_, found)| found).collect();
    }

    /// What the one that the keyboard is on comes to; `None` where it cannot be done now.
    pub fn chosen(&self, model: &Model) -> Option<Intent> {
        Some(match *self.found.get(self.at)? {
            Found::Command(place) => {
                let command = &self.commands[place];
                return command.blocked.is_none().then(|| command.intent.clone());
            }
            Found::Profile(place) => Intent::Open(model.profiles.get(place)?.name.clone()),
            Found::Service(place) => Intent::Choose(model.services.get(place)?.id.clone()),
        })
    }

    /// Moves the keyboard by so many lines, as far as there are some.
    pub fn go(&mut self, lines: isize) {
        self.at = self.at.saturating_add_signed(lines).min(self.found.len().saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::News;
    use crate::service::Catalog;

    fn looked_for(search: &str) -> (Palette, Model) {
        let mut model = Model::default();
        model.hear(News::Services(Catalog::bundled().services(), Vec::new()));
        let mut palette = Palette { search: search.to_owned(), ..Palette::default() };
        palette.look(&model, || {
            vec![
                Action::unless(Intent::GoTo(Step::Tokens), Some("The code has not arrived yet".to_owned())),
                Action::of(Intent::NewProfile),
                Action::of(Intent::OpenImport),
            ]
        });
        (palette, model)
    }

    fn first(search: &str) -> Option<Intent> {
        let (palette, model) = looked_for(search);
        palette.chosen(&model)
    }

    #[test]
    fn what_is_named_as_it_was_typed_comes_first() {
        for (search, expected) in [
            ("custom", Intent::Choose("custom".to_owned())),
            ("qbo", Intent::Choose("quickbooks".to_owned())),
            ("import", Intent::OpenImport),
            ("new prof", Intent::NewProfile),
            ("google", Intent::Choose("google".to_owned())),
        ] {
            assert_eq!(first(search), Some(expected), "{search}");
        }
    }

    #[test]
    fn what_is_blocked_comes_after_the_others_and_does_nothing() {
        assert_eq!(first(""), Some(Intent::NewProfile));
        assert_eq!(first("continue to tokens"), None);
        let (palette, _) = looked_for("continue to tokens");
        assert_eq!(palette.found[0], Found::Command(0));
    }

    #[test]
    fn the_keyboard_stays_among_what_was_found_and_goes_to_the_first_of_what_is_found_next() {
        let (mut palette, model) = looked_for("google");
        palette.go(-1);
        assert_eq!(palette.at, 0);
        palette.go(1000);
        assert_eq!(palette.at, palette.found.len() - 1);
        palette.look(&model, || panic!("nothing has changed"));
        palette.search = "no such thing at all".to_owned();
        palette.look(&model, Vec::new);
        assert_eq!((palette.at, palette.chosen(&model)), (0, None));
    }
}
