//! Makes a bundle of a folder of presets, for a publisher.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::app::blocking::blocking;
use crate::app::handle::App;
use crate::app::profiles::keys::KeySource;
use crate::app::{Failure, FailureKind};
use crate::diagnosis::{Diagnose as _, Diagnosis};
use crate::durable::{self, FileError};
use crate::oauth::{KeyError, SigningKey};
use crate::service::{Bundle, Catalog, LARGEST_BUNDLE, lint_preset};

/// What to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleOrder {
    /// The folder with the presets.
    pub folder: PathBuf,
    /// The file with the publisher's private key.
    pub key: PathBuf,
    pub name: String,
    /// Higher than that of any bundle of this name before; `None` for the date and time now.
    pub number: Option<u64>,
    pub output: PathBuf,
    /// Whether a file that exists is overwritten.
    pub overwrite: bool,
}

/// What was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeBundle {
    pub number: u64,
    /// The thumbprint of the key, which people are to be told elsewhere.
    pub key: String,
    /// How many presets are in it.
    pub presets: usize,
    /// The presets of the folder that are not in it, since they belong to the program.
    pub left_out: Vec<String>,
    /// The presets that are built in, extend one of these and do not change with it.
    pub unchanged: Vec<String>,
    /// Probable mistakes in the presets.
    pub suspect: Vec<Diagnosis>,
}

impl App {
    /// Makes a bundle and writes it to a file.
    pub async fn make_bundle(&self, order: BundleOrder) -> Result<MadeBundle, Failure> {
        let key = self.read_key(KeySource::File(order.key.clone()), None).await?;
        let key = key.pair.signing_key().ok_or(KeyError::Unusable)?;
        let now = (self.ports.now)().strftime("%Y%m%d%H%M%S").to_string();
        // Fourteen digits.
        let number = order.number.or_else(|| now.parse().ok()).unwrap_or_default();
        blocking(move || make(&order, number, &key)).await?
    }
}

fn make(order: &BundleOrder, number: u64, key: &SigningKey) -> Result<MadeBundle, Failure> {
    if !order.overwrite && order.output.symlink_metadata().is_ok() {
        let diagnosis = Diagnosis::new(format!("`{}` already exists", order.output.display()));
        return Err(Failure::new(FailureKind::Usage, diagnosis.hint("choose another name, or add `--overwrite`")));
    }
    let (mut presets, mut left_out) = (BTreeMap::new(), Vec::new());
    for (id, text) in presets_in(&order.folder)? {
        if Bundle::is_reserved(&id) {
            left_out.push(id);
        } else if let Some(id) = presets.insert(id.clone(), text).map(|_| id) {
            let diagnosis = Diagnosis::new(format!("two presets of the folder have the id `{id}`"));
            return Err(Failure::new(FailureKind::Usage, diagnosis.hint("remove one of them, or give it another id")));
        }
    }
    let bundle = Bundle::new(&order.name, number, presets)?;
    bundle.check_presets()?;
    let text = bundle.sign(key)?;
    durable::write_private(&order.output, format!("{text}\n").as_bytes())
        .map_err(|error| failed(&FileError::at("write", &order.output)(error)))?;
    Ok(MadeBundle {
        number,
        key: key.thumbprint().unwrap_or_default(),
        presets: bundle.presets.len(),
        left_out,
        unchanged: unchanged(&bundle),
        suspect: suspect(&bundle),
    })
}

/// The presets in a folder: ID and text. One without an ID is named by its file, and refused with the others.
fn presets_in(folder: &Path) -> Result<Vec<(String, String)>, Failure> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |error| failed(&FileError::at("read", path)(error))
    };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable(folder))? {
        let path = entry.map_err(unreadable(folder))?.path();
        let is_hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if !is_hidden && path.extension().is_some_and(|extension| extension == "toml") {
            paths.push(path);
        }
    }
    paths.sort();
    let read = |path: PathBuf| {
        let bytes = durable::read(&path, LARGEST_BUNDLE as u64).map_err(unreadable(&path))?.unwrap_or_default();
        let text = String::from_utf8(bytes).map_err(|_| {
            let summary = format!("`{}` is not UTF-8 text", path.display());
            Failure::new(FailureKind::Usage, Diagnosis::new(summary).hint("save the file as UTF-8"))
        })?;
        let table: Option<toml::Table> = text.parse().ok();
        let id = table.as_ref().and_then(|table| table.get("id")?.as_str()).map(str::to_owned);
        let stem = || path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok((id.unwrap_or_else(stem), text))
    };
    paths.into_iter().map(read).collect()
}

/// What is built in, rests on one of these, and is not among them.
fn unchanged(bundle: &Bundle) -> Vec<String> {
    let catalog = Catalog::bundled();
    let rests = |id: &&str| {
        !bundle.presets.contains_key(*id)
            && catalog.lineage(id).iter().any(|parent| bundle.presets.contains_key(parent))
    };
    catalog.ids().filter(rests).map(str::to_owned).collect()
}

fn suspect(bundle: &Bundle) -> Vec<Diagnosis> {
    let catalog = Catalog::with_bundle(bundle);
    let of = |(id, text): (&String, &String)| {
        let service = catalog.service(id).unwrap_or_default();
        lint_preset(&format!("{id}.toml"), text, &service)
    };
    bundle.presets.iter().flat_map(of).map(|problem| problem.diagnose()).collect()
}

fn failed(error: &FileError) -> Failure {
    Failure::new(FailureKind::Usage, Diagnosis::new(error.to_string()).hint(error.advice()))
}
