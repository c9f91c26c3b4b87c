//! Facts of a preset with a date and a source of their own: `checked` is the date of the preset as a whole.

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use toml::{Table, Value};

/// A fact that was read at its vendor's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerifiedFact {
    /// The dotted key in the preset: `token_request.url`.
    pub fact: String,
    /// When it was read (`YYYY-MM-DD`).
    pub date: String,
    /// The page where it stands.
    pub source: String,
}

impl VerifiedFact {
    /// The date; `None` if it is none.
    pub(in crate::service) fn day(&self) -> Option<Date> {
        // The parser takes other forms of a date as well.
        self.date.parse().ok().filter(|day: &Date| day.to_string() == self.date)
    }

    /// Whether the preset has its key.
    pub(in crate::service) fn is_in(&self, preset: &Table) -> bool {
        let mut keys = self.fact.split('.');
        let first = keys.next().and_then(|key| preset.get(key));
        keys.try_fold(first, |value, key| value.map(|value| value.get(key))).flatten().is_some()
    }

    /// Whether a table says something else of it, or of a part of it.
    pub(in crate::service) fn is_overridden(fact: &str, over: &Table) -> bool {
        let mut keys = fact.split('.');
        let Some(mut value) = keys.next().and_then(|key| over.get(key)) else { return false };
        for key in keys {
            match value {
                Value::Table(table) => match table.get(key) {
                    Some(inner) => value = inner,
                    None => return false,
                },
                _ => return true,
            }
        }
        true
    }
}

/// The facts whose date is more than a year before this day.
pub fn older_than_a_year(facts: &[VerifiedFact], today: Date) -> Vec<&VerifiedFact> {
    let is_old = |fact: &&VerifiedFact| fact.day().is_some_and(|day| day < today.saturating_sub(1.year()));
    facts.iter().filter(is_old).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(fact: &str, date: &str) -> VerifiedFact {
        VerifiedFact { fact: fact.into(), date: date.into(), source: "https://a.example".into() }
    }

    #[test]
    fn a_date_has_year_month_and_day_and_grows_old_after_a_year() {
        for date in ["", "2026", "2026-11", "2026-13-01", "20261130", "2026-11-30T00:00", "soon"] {
            assert_eq!(fact("id", date).day(), None, "{date}");
        }
        let (old, new) = (fact("id", "2025-11-29"), fact("name", "2025-11-30"));
        let today = "2026-11-30".parse().expect("a date");
        assert_eq!(older_than_a_year(&[old.clone(), new], today), [&old]);
    }

    #[test]
    fn a_key_is_found_by_its_path_and_overridden_by_what_stands_at_it_or_above() {
        let table: Table = "a = 1\n[t]\nx = 1\n[t.inner]\ny = 2\n".parse().expect("TOML");
        for (key, is_there) in [
            ("a", true),
            ("t.x", true),
            ("t.inner", true),
            ("t.inner.y", true),
            ("t.z", false),
            ("", false),
            ("a.x", false),
        ] {
            assert_eq!(fact(key, "").is_in(&table), is_there, "{key}");
        }
        for (key, is_overridden) in
            [("a", true), ("a.x", true), ("t", true), ("t.x", true), ("t.z", false), ("b", false)]
        {
            assert_eq!(VerifiedFact::is_overridden(key, &table), is_overridden, "{key}");
        }
    }
}
