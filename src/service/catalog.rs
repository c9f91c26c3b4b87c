//! The services there are: the person's own presets, those of a bundle, and those that come with the program; the first of these
//! with an ID counts. A preset is parsed when it is first asked for, so that the command line does not pay for all of them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};

use thiserror::Error;

use crate::call::nearest;
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::service::bundle::Bundle;
use crate::service::definition::Service;
use crate::service::preset::{PresetError, parse_preset};

/// The ids of the bundled presets, one a line, and their texts in the same order; `build.rs` lists them.
const BUNDLED: (&str, &[&str]) = {
    let (ids, texts) = &include!(concat!(env!("OUT_DIR"), "/presets.rs"));
    (ids, texts)
};

/// Those listed first: to learn on, then those most asked for.
const FIRST: [&str; 5] = ["practice", "google", "quickbooks", "netsuite", "microsoft"];

/// How many presets one preset rests on at the most, itself included.
const MOST_EXTENDED: usize = 8;

/// All presets. Clones share what was parsed of them.
#[derive(Clone, Debug)]
pub struct Catalog {
    entries: Arc<Vec<Entry>>,
    /// The texts of the presets of the bundle, by ID.
    bundle: Arc<BTreeMap<String, String>>,
    parsed: Arc<Mutex<BTreeMap<String, Service>>>,
    fingerprint: Arc<OnceLock<u64>>,
}

#[derive(Clone, Debug)]
struct Entry {
    id: Cow<'static, str>,
    file: String,
    /// Borrowed from the program where the preset is bundled.
    text: Cow<'static, str>,
    origin: PresetOrigin,
}

/// Where a preset comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PresetOrigin {
    /// It comes with the program.
    BuiltIn,
    /// It is of a bundle.
    Bundle {
        /// The name of the bundle.
        name: String,
        /// Its number.
        number: u64,
    },
    /// It is a file of the person's.
    Own,
}

impl fmt::Display for PresetOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn => f.write_str("built in"),
            Self::Bundle { name, number } => write!(f, "bundle {name} {number}"),
            Self::Own => f.write_str("your file"),
        }
    }
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
        static ONCE: LazyLock<Catalog> = LazyLock::new(|| {
            let entry = |(id, text): (&'static str, &'static str)| Entry {
                id: Cow::Borrowed(id),
                file: format!("{id}.toml"),
                text: Cow::Borrowed(text),
                origin: PresetOrigin::BuiltIn,
            };
            let mut entries: Vec<Entry> = bundled().map(entry).collect();
            entries.sort_by(|one, other| (place(&one.id), &one.id).cmp(&(place(&other.id), &other.id)));
            Catalog::of(entries)
        });
        ONCE.clone()
    }

    /// The same, with the presets of a bundle before them. They are not parsed here.
    pub fn with_bundle(bundle: &Bundle) -> Self {
        let mut catalog = Self { bundle: Arc::new(bundle.presets.clone()), ..Self::bundled() };
        let origin = PresetOrigin::Bundle { name: bundle.name.clone(), number: bundle.number };
        let entries = bundle.presets.iter().map(|(id, text)| Entry {
            id: id.clone().into(),
            file: format!("{id}.toml"),
            text: Cow::Owned(text.clone()),
            origin: origin.clone(),
        });
        catalog.put(entries);
        catalog
    }

    /// No presets.
    pub fn empty() -> Self {
        Self::of(Vec::new())
    }

    fn of(entries: Vec<Entry>) -> Self {
        Self { entries: Arc::new(entries), bundle: Arc::default(), parsed: Arc::default(), fingerprint: Arc::default() }
    }

    /// The same for the same presets in the same version of the program, and hardly ever for others.
    pub fn fingerprint(&self) -> u64 {
        *self.fingerprint.get_or_init(|| {
            let mut hasher = DefaultHasher::new();
            env!("CARGO_PKG_VERSION").hash(&mut hasher);
            // The texts of those that are bundled, which are half a megabyte to read.
            env!("TOKENWRIGHT_PRESETS").hash(&mut hasher);
            for Entry { id, text, .. } in self.entries.iter() {
                match text {
                    Cow::Borrowed(_) => id.hash(&mut hasher),
                    Cow::Owned(text) => text.hash(&mut hasher),
                }
            }
            hasher.finish()
        })
    }

    /// Adds a person's own presets, by file and text; one with the same id as a bundled one takes its place. They may
    /// extend each other in any order. What is wrong with those that cannot be read is returned.
    pub fn add(&mut self, presets: Vec<(String, String)>) -> Vec<PresetError> {
        let mut problems = Vec::new();
        let mut waiting = presets;
        loop {
            let before = waiting.len();
            problems.clear();
            waiting.retain(|(file, text)| match self.parse(file, text) {
                Ok(service) => {
                    let (file, text) = (file.clone(), Cow::Owned(text.clone()));
                    self.put([Entry { id: service.id.into(), file, text, origin: PresetOrigin::Own }]);
                    false
                }
                Err(error) => {
                    problems.push(error);
                    true
                }
            });
            // Another round helps only those that extend one of this round's.
            if waiting.is_empty() || waiting.len() == before {
                return problems;
            }
        }
    }

    fn put(&mut self, added: impl IntoIterator<Item = Entry>) {
        let mut entries = self.entries.to_vec();
        for entry in added {
            match entries.iter_mut().find(|known| known.id == entry.id) {
                Some(known) => *known = entry,
                None => entries.push(entry),
            }
        }
        *self = Self { bundle: Arc::clone(&self.bundle), ..Self::of(entries) };
    }

    fn entry(&self, id: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id == id)
    }

    /// Where the preset of this ID comes from.
    pub fn origin(&self, id: &str) -> Option<PresetOrigin> {
        self.entry(id).map(|entry| entry.origin.clone())
    }

    /// Whether the preset of this ID, and those that it extends, have the same text in another catalog.
    pub(in crate::service) fn is_same(&self, other: &Self, id: &str) -> bool {
        let text = |catalog: &Self, id: &str| catalog.entry(id).map(|entry| entry.text.clone());
        let is_built_in = |catalog: &Self| catalog.origin(id) == Some(PresetOrigin::BuiltIn);
        if is_built_in(self) && is_built_in(other) {
            return true;
        }
        let lineage = self.lineage(id);
        lineage == other.lineage(id)
            && std::iter::once(id).chain(lineage.iter().map(String::as_str)).all(|id| text(self, id) == text(other, id))
    }

    /// The ids, in the order in which they are listed.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.id.as_ref())
    }

    /// The IDs of the presets that this one extends, nearest first.
    pub fn lineage(&self, id: &str) -> Vec<String> {
        let mut lineage: Vec<String> = Vec::new();
        let parent = |id: &str| {
            let entry = self.entry(id)?;
            let table: toml::Table = entry.text.parse().ok()?;
            table.get("extends")?.as_str().map(str::to_owned)
        };
        let mut next = parent(id);
        // A circle ends where it began.
        while let Some(id) = next.filter(|id| !lineage.contains(id)) {
            next = parent(&id);
            lineage.push(id);
        }
        lineage
    }

    /// Reads a preset that may extend any of these.
    pub fn parse(&self, file: &str, text: &str) -> Result<Service, PresetError> {
        parse_preset(file, text, &|id: &str| self.entry(id).map(|entry| entry.text.to_string()))
    }

    /// Reads a preset of the bundle, which extends others of the bundle or those that come with the program.
    pub(in crate::service) fn parse_of_bundle(&self, file: &str, text: &str) -> Result<Service, PresetError> {
        parse_preset(file, text, &|id: &str| self.bundle.get(id).cloned().or_else(|| bundled_text(id)))
    }

    /// The service of this id, parsed when it is asked for the first time.
    pub fn service(&self, id: &str) -> Result<Service, CatalogError> {
        let mut parsed = self.parsed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(service) = parsed.get(id) {
            return Ok(service.clone());
        }
        let Some(entry) = self.entry(id) else {
            return Err(CatalogError::Unknown { id: id.to_owned(), nearest: nearest(id, self.ids()) });
        };
        let service = self.parse_entry(entry)?;
        Ok(parsed.entry(id.to_owned()).or_insert(service).clone())
    }

    fn parse_entry(&self, entry: &Entry) -> Result<Service, PresetError> {
        match entry.origin {
            // A preset extends what it was written for, whatever a bundle or a person puts in its place.
            PresetOrigin::BuiltIn => parse_preset(&entry.file, &entry.text, &bundled_text),
            PresetOrigin::Bundle { .. } => self.parse_of_bundle(&entry.file, &entry.text),
            PresetOrigin::Own => self.parse(&entry.file, &entry.text),
        }
    }

    /// The IDs of those whose text, or that of a preset that they extend, this holds for. Nothing is parsed.
    pub fn ids_where(&self, holds: impl Fn(&str) -> bool) -> Vec<&str> {
        let parent = |text: &str| text.lines().find_map(|line| line.strip_prefix("extends = ")).map(str::to_owned);
        let fits = |own: &&Entry| {
            let mut next = Some(*own);
            // No preset extends more than a few others.
            (0..MOST_EXTENDED).any(|_| {
                let Some(Entry { text, .. }) = next else { return false };
                next = parent(text).and_then(|id| self.entry(id.trim().trim_matches('"')));
                holds(text)
            })
        };
        self.entries.iter().filter(fits).map(|entry| entry.id.as_ref()).collect()
    }

    /// Parses all of them, and keeps none. Those bundled are proven by tests, and those added were parsed when they were added.
    pub fn services(&self) -> Vec<Service> {
        self.entries.iter().filter_map(|entry| self.parse_entry(entry).ok()).collect()
    }
}

/// The text of a bundled preset, as it was written.
pub(crate) fn bundled_text(id: &str) -> Option<String> {
    bundled().find(|(bundled, _)| *bundled == id).map(|(_, text)| text.to_owned())
}

/// The bundled presets, id and text, by id.
fn bundled() -> impl Iterator<Item = (&'static str, &'static str)> {
    let (ids, texts) = BUNDLED;
    ids.lines().zip(texts.iter().copied())
}

/// Where in the list a service stands; the one that is described by hand comes last.
fn place(id: &str) -> usize {
    match id {
        Catalog::CUSTOM => usize::MAX,
        id => FIRST.iter().position(|first| *first == id).unwrap_or(FIRST.len()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_bundled_preset_reads_and_says_what_it_is() {
        let catalog = Catalog::bundled();
        let mut names = BTreeSet::new();
        for id in catalog.ids() {
            let service = catalog.service(id).unwrap_or_else(|error| panic!("{}", error.diagnose()));
            assert_eq!(service.id, id, "a preset's file is named as its id");
            assert!(names.insert(service.name.clone()), "{id}: another service is called {} too", service.name);
            let said = [&service.summary, &service.category, &service.checked];
            assert!(said.iter().all(|text| !text.is_empty()) && !service.source.is_empty(), "{id} is not complete");
        }
    }

    #[test]
    fn every_preset_survives_being_written() {
        for service in Catalog::bundled().services() {
            let text = crate::service::write_preset(&service);
            assert_eq!(parse_preset("again.toml", &text, &|_| None).as_ref(), Ok(&service), "{text}");
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
    fn own_presets_extend_each_other_in_any_order_and_a_broken_one_stands_alone() {
        let mut catalog = Catalog::bundled();
        let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let child = file("a.toml", "extends = \"mine\"\nid = \"child\"\nname = \"Child\"\n");
        let parent = file("b.toml", "extends = \"google\"\nid = \"mine\"\nname = \"Mine\"\n");
        let problems = catalog.add(vec![child, file("c.toml", "id = 1\n"), parent]);
        assert_eq!(problems.iter().map(|problem| problem.file.as_str()).collect::<Vec<_>>(), ["c.toml"]);
        assert_eq!(catalog.service("child").map(|service| service.name), Ok("Child".to_owned()));
    }

    #[test]
    fn a_persons_own_preset_takes_the_place_of_a_bundled_one() {
        let mut catalog = Catalog::bundled();
        let mut google = catalog.service("google").expect("google");
        google.name = "Our Google".into();
        let ours = ("ours.toml".to_owned(), crate::service::write_preset(&google));
        assert_eq!(catalog.add(vec![ours]), []);
        assert_eq!(catalog.service("google").map(|service| service.name), Ok("Our Google".to_owned()));
        assert_eq!(catalog.ids().count(), bundled().count());
    }
}
