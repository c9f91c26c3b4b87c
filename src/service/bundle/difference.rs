//! What an update changes, preset by preset and key by key.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Table, Value};

use crate::service::catalog::Catalog;
use crate::service::preset::preset_table;

/// What an update does to a preset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PresetChange {
    /// There was none of this ID.
    New {
        /// The ID.
        id: String,
        /// The name for people.
        name: String,
    },
    /// It says other things.
    Changed {
        /// The ID.
        id: String,
        /// What it says otherwise, by key.
        keys: Vec<KeyChange>,
    },
    /// There is none of this ID any more.
    Removed {
        /// The ID.
        id: String,
    },
}

/// A key of a preset whose value changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyChange {
    /// The dotted path: `token_request.url`.
    pub key: String,
    /// The value in use, as TOML; `None` if there is none.
    pub ours: Option<String>,
    /// The new value, as TOML; `None` if it is removed.
    pub theirs: Option<String>,
}

impl PresetChange {
    /// The ID of the preset.
    pub fn id(&self) -> &str {
        match self {
            Self::New { id, .. } | Self::Changed { id, .. } | Self::Removed { id } => id,
        }
    }
}

/// What differs between two catalogs, by ID. Presets of the same text are not parsed.
pub fn preset_changes(ours: &Catalog, theirs: &Catalog) -> Vec<PresetChange> {
    let ids: BTreeSet<&str> = ours.ids().chain(theirs.ids()).collect();
    let change = |id: &str| match (ours.service(id).ok(), theirs.service(id).ok()) {
        (None, Some(service)) => Some(PresetChange::New { id: id.to_owned(), name: service.name }),
        (Some(_), None) => Some(PresetChange::Removed { id: id.to_owned() }),
        (Some(one), Some(other)) if one != other => {
            let keys = key_changes(&preset_table(&one), &preset_table(&other));
            Some(PresetChange::Changed { id: id.to_owned(), keys })
        }
        _ => None,
    };
    ids.into_iter().filter(|id| !ours.is_same(theirs, id)).filter_map(change).collect()
}

fn key_changes(ours: &Table, theirs: &Table) -> Vec<KeyChange> {
    let (mut one, mut other) = (BTreeMap::new(), BTreeMap::new());
    leaves(ours, &mut Vec::new(), &mut one);
    leaves(theirs, &mut Vec::new(), &mut other);
    let keys: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    let differs = keys.into_iter().filter(|key| one.get(*key) != other.get(*key));
    let changes: Vec<KeyChange> = differs
        .map(|key| KeyChange { key: key.clone(), ours: one.get(key).cloned(), theirs: other.get(key).cloned() })
        .collect();
    if changes.is_empty() {
        // The same values in another order, which is the order on the wire.
        let whole = |table: &Table| Some(Value::Table(table.clone()).to_string());
        return vec![KeyChange { key: "(order)".to_owned(), ours: whole(ours), theirs: whole(theirs) }];
    }
    changes
}

/// The values that are no tables, by their dotted paths.
fn leaves(table: &Table, way: &mut Vec<String>, found: &mut BTreeMap<String, String>) {
    for (key, value) in table {
        way.push(key.clone());
        match value {
            Value::Table(inner) if !inner.is_empty() => leaves(inner, way, found),
            value => drop(found.insert(way.join("."), value.to_string())),
        }
        way.pop();
    }
}
