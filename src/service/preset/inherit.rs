//! `extends = "id"`: a preset that says only how it differs from another. Tables are merged key by key, hints go before the
//! inherited ones, everything else is replaced.

use toml::{Table, Value};

use crate::service::preset::difference::merge;

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
        merge(&mut merged, table);
        table = merged;
    }
    Err(InheritError::Circle(table.get("extends").and_then(Value::as_str).unwrap_or_default().to_owned()))
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
    fn a_parent_that_is_not_there_and_a_circle_are_named() {
        let merged = inherit(table("extends = \"nobody\"\n"), &|_| None);
        assert_eq!(merged, Err(InheritError::Unknown("nobody".into())));
        let circle = inherit(table("extends = \"me\"\n"), &|_| Some("extends = \"me\"\n".into()));
        assert_eq!(circle, Err(InheritError::Circle("me".into())));
    }
}
