//! What one table changes in another: presets that extend another one, replies that differ from the RFC, and profiles
//! whose service the person changed. `patch(base, changes(base, wanted))` gives `wanted` again, whatever else was mended
//! in `base` meanwhile.

use toml::{Table, Value};

/// Tables of names and values whose order counts: it is the order on the wire.
const ORDERED: [&str; 7] = ["body", "fields", "headers", "query", "rename", "retain", "success"];

/// The changes that lead from one table to another.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Changes {
    /// The keys that were removed, each as the way to it. They are removed before anything is set.
    pub removed: Vec<Vec<String>>,
    /// What was set or changed.
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

/// What is in a table and not the same in the base.
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

/// What leads from the base to the wanted table.
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

/// The base with the changes. A key that is not there any more needs no removal.
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
