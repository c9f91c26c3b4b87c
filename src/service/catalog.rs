//! The services there are: those bundled with the program and the person's own presets, which come first where the
//! id is the same. A preset is parsed when it is asked for, so that the command line does not pay for all of them.

use thiserror::Error;

use crate::call::nearest;
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::service::{PresetError, Service, parse_preset};

/// The bundled presets in the order in which they are listed: to learn on, one click, the rest by name.
const BUNDLED: [(&str, &str); 6] = [
    ("practice", include_str!("../../presets/practice.toml")),
    ("google", include_str!("../../presets/google.toml")),
    ("quickbooks", include_str!("../../presets/quickbooks.toml")),
    ("netsuite", include_str!("../../presets/netsuite.toml")),
    ("microsoft", include_str!("../../presets/microsoft.toml")),
    (Catalog::CUSTOM, include_str!("../../presets/custom.toml")),
];

/// All presets, unparsed.
#[derive(Clone, Debug)]
pub struct Catalog {
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    id: String,
    file: String,
    text: String,
}

/// Why there is no such service.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum CatalogError {
    /// No preset has this id.
    #[error("there is no service `{id}`")]
    Unknown {
        /// What was asked for.
        id: String,
        /// The id that looks most like it.
        nearest: Option<String>,
    },
    /// Its preset cannot be read.
    #[error(transparent)]
    Preset(#[from] PresetError),
}

impl Diagnose for CatalogError {
    fn diagnose(&self) -> Diagnosis {
        match self {
            Self::Unknown { nearest, .. } => {
                let meant = nearest.as_ref().map(|id| format!("did you mean `{id}`? "));
                let list = "`tokenwright service list` names all there are";
                Diagnosis::new(self.to_string()).hint(format!("{}{list}", meant.unwrap_or_default()))
            }
            Self::Preset(error) => error.diagnose(),
        }
    }
}

impl Default for Catalog {
    fn default() -> Self {
        Self::bundled()
    }
}

impl Catalog {
    /// The id of the preset that a service described by hand starts from.
    pub const CUSTOM: &'static str = "custom";

    /// The presets that come with the program.
    pub fn bundled() -> Self {
        let entry = |(id, text): &(&str, &str)| Entry {
            id: (*id).to_owned(),
            file: format!("{id}.toml"),
            text: (*text).to_owned(),
        };
        Self { entries: BUNDLED.iter().map(entry).collect() }
    }

    /// Adds a person's own preset, by the text of its file; one with the same id as a bundled one takes its place.
    pub fn add(&mut self, file: &str, text: &str) -> Result<(), PresetError> {
        let service = parse_preset(file, text)?;
        let entry = Entry { id: service.id.clone(), file: file.to_owned(), text: text.to_owned() };
        match self.entries.iter_mut().find(|known| known.id == service.id) {
            Some(known) => *known = entry,
            None => self.entries.push(entry),
        }
        Ok(())
    }

    /// The ids, in the order in which they are listed.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.id.as_str())
    }

    /// Parses the preset of this id.
    pub fn service(&self, id: &str) -> Result<Service, CatalogError> {
        let Some(entry) = self.entries.iter().find(|entry| entry.id == id) else {
            return Err(CatalogError::Unknown { id: id.to_owned(), nearest: nearest(id, self.ids()) });
        };
        Ok(parse_preset(&entry.file, &entry.text)?)
    }

    /// Parses all of them. Those bundled are proven by tests, and those added were parsed when they were added.
    pub fn services(&self) -> Vec<Service> {
        self.ids().filter_map(|id| self.service(id).ok()).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_file_in_presets_is_bundled_and_reads() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/presets");
        let names = std::fs::read_dir(folder).expect("presets").map(|entry| entry.expect("an entry").file_name());
        let files: BTreeSet<String> = names
            .filter_map(|name| name.to_str().and_then(|name| name.strip_suffix(".toml")).map(str::to_owned))
            .collect();
        let catalog = Catalog::bundled();
        assert_eq!(files, catalog.ids().map(str::to_owned).collect());
        for id in catalog.ids() {
            let service = catalog.service(id).unwrap_or_else(|error| panic!("{}", error.diagnose()));
            assert_eq!(service.id, id, "a preset's file is named as its id");
            assert!(
                !service.summary.is_empty() && !service.source.is_empty(),
                "{id} says what is needed and its source"
            );
        }
    }

    #[test]
    fn every_preset_survives_being_written() {
        for service in Catalog::bundled().services() {
            let text = crate::service::write_preset(&service);
            assert_eq!(parse_preset("again.toml", &text).as_ref(), Ok(&service), "{text}");
        }
    }

    #[test]
    fn an_unknown_service_names_the_nearest() {
        let error = Catalog::bundled().service("quickboks").expect_err("unknown");
        assert_eq!(
            error.diagnose().to_string(),
            "there is no service `quickboks`\nhint: did you mean `quickbooks`? `tokenwright service list` names all there are"
        );
    }

    #[test]
    fn a_persons_own_preset_takes_the_place_of_a_bundled_one() {
        let mut catalog = Catalog::bundled();
        let mut google = catalog.service("google").expect("google");
        google.name = "Our Google".into();
        catalog.add("ours.toml", &crate::service::write_preset(&google)).expect("added");
        assert_eq!(catalog.service("google").map(|service| service.name), Ok("Our Google".to_owned()));
        assert_eq!(catalog.ids().count(), BUNDLED.len());
    }
}
