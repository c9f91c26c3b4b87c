//! The variables of a document that has them, filled in where they are named. Variables may name others; both how deep
//! and how long that gets is bounded, since a document can make them double each other.

use std::collections::BTreeMap;

use crate::dialect::standard::slots::{Piece, pieces};
use crate::secret::Secret;

/// The longest chain of variables.
const DEEPEST: usize = 8;

/// The longest filled-in text, in bytes.
const LONGEST: usize = 8 * 1024;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Variables(BTreeMap<String, Variable>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Variable {
    value: Secret,
    secret: bool,
}

impl Variables {
    /// Adds a variable. Only the first of a name counts, so the nearest are added first.
    pub(crate) fn add(&mut self, name: &str, value: &str, secret: bool) {
        if !name.trim().is_empty() && !value.is_empty() {
            self.0.entry(key(name)).or_insert_with(|| Variable { value: Secret::new(value), secret });
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(&key(name))
    }

    /// Whether the document marks a variable as secret.
    pub(crate) fn is_secret(&self, name: &str) -> bool {
        self.0.get(&key(name)).is_some_and(|variable| variable.secret)
    }

    /// The text with all variables that have a value filled in.
    pub(crate) fn fill(&self, text: &str) -> Secret {
        let mut filled = Secret::default();
        self.fill_into(text, 0, &mut filled);
        filled
    }

    fn fill_into(&self, text: &str, depth: usize, filled: &mut Secret) {
        for piece in pieces(text) {
            let (Piece::Text(source) | Piece::Slot(_, source)) = piece;
            if filled.expose().len() + source.len() > LONGEST {
                return;
            }
            match piece {
                Piece::Text(text) => filled.typing().push_str(text),
                Piece::Slot(name, written) => match self.0.get(&key(name)) {
                    Some(variable) if depth < DEEPEST => self.fill_into(variable.value.expose(), depth + 1, filled),
                    _ => filled.typing().push_str(written),
                },
            }
        }
    }
}

/// Insomnia writes `_.name` for `name`.
fn key(name: &str) -> String {
    name.trim().trim_start_matches("_.").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_filled_in_and_those_without_a_value_stay() {
        let mut variables = Variables::default();
        variables.add("host", "https://{{zone}}.example.test", false);
        variables.add("zone", "eu", false);
        variables.add("zone", "us", false);
        assert_eq!(variables.fill("{{host}}/token?x={{x}}").expose(), "https://eu.example.test/token?x={{x}}");
        assert_eq!(variables.fill("{{ _.zone }}").expose(), "eu");
    }

    #[test]
    fn variables_that_name_each_other_come_to_an_end() {
        let mut variables = Variables::default();
        variables.add("a", "{{b}}{{b}}{{b}}{{b}}{{b}}{{b}}{{b}}{{b}}", false);
        variables.add("b", "{{a}}{{a}}{{a}}{{a}}{{a}}{{a}}{{a}}{{a}}", false);
        assert!(variables.fill("{{a}}").expose().len() <= LONGEST);
    }
}
