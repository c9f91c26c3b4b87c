//! The difference between two tables: for presets that extend another, replies that differ from the RFC, and profiles whose
//! service the person changed. `patch(base, changes(base, wanted))` is `wanted`, and keeps later corrections of `base`.

use toml::{Table, Value};

/// Tables whose order matters, since it is the order on the wire.
const ORDERED: [&str; 7] = ["body", "fields", "headers", "query", "rename", "retain", "success"];

/// What turns one table into another.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Changes {
    /// The paths of removed keys. They are removed before anything is set.
    pub removed: Vec<Vec<String>>,
    pub changed: Table,
}

/// Merges tables key by key; everything else is replaced.
pub(crate) fn merge(base: &mut Table, over: Table) {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            (Some(Value::Table(base)), Value::Table(over)) => merge(base, over),
            (_, value) => drop(base.insert(key, value)),
        }
    }
}

/// What the table adds to the base or changes in it.
pub(crate) fn difference(base: &Table, wanted: &Table) -> Table {
    let unlike = wanted.iter().filter_map(|(key, value)| match (base.get(key), value) {
        (Some(Value::Table(base)), Value::Table(wanted)) => {
            let difference = difference(base, wanted);
            (!difference.is_empty()).then(|| (key.clone(), Value::Table(difference)))
        }
        (Some(same), value) if same == value => None,
        (_, value) => Some((key.clone(), value.clone())),
    });
    unlike.collect()
}

pub(crate) fn changes(base: &Table, wanted: &Table) -> Changes {
    let mut changes = Changes::default();
    changes.changed = collect(base, wanted, &mut Vec::new(), &mut changes.removed);
    changes
}

fn collect(base: &Table, wanted: &Table, way: &mut Vec<String>, removed: &mut Vec<Vec<String>>) -> Table {
    let mut changed = Table::new();
    for key in base.keys().filter(|key| !wanted.contains_key(*key)) {
        removed.push(way.iter().chain([key]).cloned().collect());
    }
    for (key, value) in wanted {
        way.push(key.clone());
        match (base.get(key), value) {
            (Some(Value::Table(base)), Value::Table(wanted)) => {
                let before = removed.len();
                let mut inner = collect(base, wanted, way, removed);
                let patched = || {
                    let mut patched = base.clone();
                    patched.retain(|key, _| wanted.contains_key(key));
                    merge(&mut patched, inner.clone());
                    patched
                };
                if ORDERED.contains(&key.as_str()) && !patched().keys().eq(wanted.keys()) {
                    removed.truncate(before);
                    removed.push(way.clone());
                    inner.clone_from(wanted);
                }
                if !inner.is_empty() {
                    changed.insert(key.clone(), Value::Table(inner));
                }
            }
            (Some(same), value) if same == value => {}
            (_, value) => drop(changed.insert(key.clone(), value.clone())),
        }
        way.pop();
    }
    changed
}

/// The base with the changes; a key to remove may be gone already.
pub(crate) fn patch(mut base: Table, changes: Changes) -> Table {
    for way in changes.removed {
        let Some((last, parents)) = way.split_last() else { continue };
        let table = parents.iter().try_fold(&mut base, |table, key| table.get_mut(key)?.as_table_mut());
        if let Some(table) = table {
            table.remove(last);
        }
    }
    merge(&mut base, changes.changed);
    base
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Table {
        text.parse().expect("TOML")
    }

    #[test]
    fn only_what_differs_is_written_and_the_order_of_parameters_is_kept() {
        let base = table("a = 1\nb = [1]\n[call.headers]\nh = \"1\"\n[call.body]\nx = \"1\"\ny = \"2\"\n");
        for (wanted, removed, changed) in [
            ("a = 2\nb = [1]\n[call.headers]\nh = \"1\"\n[call.body]\nx = \"1\"\ny = \"2\"\n", vec![], "a = 2\n"),
            (
                "a = 1\n[call.headers]\n[call.body]\nx = \"1\"\ny = \"2\"\nz = \"3\"\n",
                vec![vec!["b"], vec!["call", "headers", "h"]],
                "[call.body]\nz = \"3\"\n",
            ),
            (
                "a = 1\nb = [1]\n[call.headers]\nh = \"1\"\n[call.body]\ny = \"2\"\nx = \"1\"\n",
                vec![vec!["call", "body"]],
                "[call.body]\ny = \"2\"\nx = \"1\"\n",
            ),
        ] {
            let found = changes(&base, &table(wanted));
            assert_eq!(
                (&found.removed, &found.changed.to_string()[..]),
                (&removed.iter().map(|way| way.iter().map(ToString::to_string).collect()).collect(), changed)
            );
            assert_eq!(patch(base.clone(), found).to_string(), table(wanted).to_string());
        }
    }
}
