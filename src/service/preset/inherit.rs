//! `extends = "id"`: a preset that says only how it differs from another. Tables are merged key by key, hints go before the
//! inherited ones, everything else is replaced.

use toml::{Table, Value};

use crate::service::preset::difference::merge;
use crate::service::verified::VerifiedFact;

/// The longest chain of presets that extend each other; a circle is longer.
const LONGEST: usize = 8;

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum InheritError {
    /// No preset has this id.
    Unknown(String),
    /// The chain does not end.
    Circle(String),
}

/// The table with everything that it inherits; `parent` returns the text of a preset by its ID.
pub(crate) fn inherit(mut table: Table, parent: &dyn Fn(&str) -> Option<String>) -> Result<Table, InheritError> {
    for _ in 0..LONGEST {
        let Some(Value::String(id)) = table.remove("extends") else { return Ok(table) };
        let text = parent(&id).ok_or_else(|| InheritError::Unknown(id.clone()))?;
        let mut merged: Table = text.parse().map_err(|_| InheritError::Unknown(id))?;
        // The fields belong to the reply of this identity request; inherited ones would find nothing.
        if let [Some(base), Some(over)] = [&mut merged, &mut table].map(|preset| preset.get_mut("identity"))
            && over.get("fields").is_some()
        {
            base.as_table_mut().and_then(|base| base.remove("fields"));
        }
        if let (Some(Value::Array(base)), Some(Value::Array(own))) = (merged.get("hints"), table.get_mut("hints")) {
            own.extend(base.iter().cloned());
        }
        inherit_verified(&mut merged, &mut table);
        merge(&mut merged, table);
        table = merged;
    }
    Err(InheritError::Circle(table.get("extends").and_then(Value::as_str).unwrap_or_default().to_owned()))
}

/// Facts that were read at the vendor's hold for a preset that does not say otherwise.
fn inherit_verified(base: &mut Table, table: &mut Table) {
    let Some(Value::Array(mut inherited)) = base.remove("verified") else { return };
    let fact = |verified: &Value| verified.get("fact").and_then(Value::as_str).unwrap_or_default().to_owned();
    inherited.retain(|verified| !VerifiedFact::is_overridden(&fact(verified), table));
    let own = table.entry("verified").or_insert_with(|| Value::Array(Vec::new()));
    if let Value::Array(own) = own {
        let facts: Vec<String> = own.iter().map(fact).collect();
        own.extend(inherited.into_iter().filter(|verified| !facts.contains(&fact(verified))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Table {
        text.parse().expect("TOML")
    }

    #[test]
    fn tables_are_merged_and_everything_else_is_replaced() {
        let parent = |id: &str| {
            (id == "base")
                .then(|| "a = 1\nlist = [1, 2]\nhints = [1]\n[t]\nx = 1\ny = 2\n[identity.fields]\nz = 1\n".to_owned())
        };
        let merged = inherit(
            table("extends = \"base\"\nlist = [3]\nhints = [2]\n[t]\ny = 9\n[identity.fields]\nw = 2\n"),
            &parent,
        );
        assert_eq!(
            merged,
            Ok(table("a = 1\nlist = [3]\nhints = [2, 1]\n[t]\nx = 1\ny = 9\n[identity.fields]\nw = 2\n"))
        );
    }

    #[test]
    fn verified_facts_are_inherited_unless_the_preset_says_otherwise() {
        let parent = |id: &str| {
            (id == "base").then(|| {
                "[call]\nurl = \"a\"\n[[verified]]\nfact = \"call.url\"\ndate = \"1\"\n[[verified]]\nfact = \"policy.rotates\"\ndate = \"1\"\n".to_owned()
            })
        };
        let merged = |text: &str| {
            let merged = inherit(table(text), &parent).expect("merged");
            let facts = merged["verified"].as_array().expect("a list").clone();
            facts
                .iter()
                .map(|one| {
                    format!("{} {}", one["fact"].as_str().expect("a text"), one["date"].as_str().expect("a text"))
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(merged("extends = \"base\"\n"), ["call.url 1", "policy.rotates 1"]);
        assert_eq!(merged("extends = \"base\"\n[call]\nurl = \"b\"\n"), ["policy.rotates 1"]);
        let own = "extends = \"base\"\n[[verified]]\nfact = \"policy.rotates\"\ndate = \"2\"\n";
        assert_eq!(merged(own), ["policy.rotates 2", "call.url 1"]);
    }

    #[test]
    fn a_parent_that_is_not_there_and_a_circle_are_named() {
        let merged = inherit(table("extends = \"nobody\"\n"), &|_| None);
        assert_eq!(merged, Err(InheritError::Unknown("nobody".into())));
        let circle = inherit(table("extends = \"me\"\n"), &|_| Some("extends = \"me\"\n".into()));
        assert_eq!(circle, Err(InheritError::Circle("me".into())));
    }
}
