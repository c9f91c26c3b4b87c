//! The corpus of the fuzz target `import`: each file is read by the format of its name, and no file with a part cut off or
//! a byte changed makes the one door panic or run long.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use tokenwright::dialect::{Dialect, Found, ImportError, read};
use tokenwright::service::Catalog;

/// The limit of the fuzz target for one input.
const LONGEST: Duration = Duration::from_secs(10);

/// The most bytes of a file: small files are changed in more ways in the same time.
const LARGEST: usize = 2048;

/// The files by their names, `FORMAT.ENDING` or `FORMAT.VARIANT.ENDING`.
fn corpus() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/import");
    let entries = fs::read_dir(folder).expect("the corpus").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<(String, Vec<u8>)> = entries
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, fs::read(path).expect("a file"))
        })
        .collect();
    files.sort();
    files
}

fn read_in_time(name: &str, bytes: &[u8], catalog: &Catalog) -> Result<Found, ImportError> {
    let start = Instant::now();
    let found = read(bytes, name, catalog, None);
    assert!(start.elapsed() < LONGEST, "{name}: {}", String::from_utf8_lossy(bytes));
    found
}

#[test]
fn each_format_has_a_file_that_is_recognised_as_it() {
    let catalog = Catalog::bundled();
    let mut seen = BTreeSet::new();
    for (name, bytes) in corpus() {
        let id = name.split('.').next().unwrap_or_default();
        let format = Dialect::by_id(id).unwrap_or_else(|| panic!("{name}: no format has the ID `{id}`"));
        assert!(bytes.len() < LARGEST, "{name}: {} bytes", bytes.len());
        let recognised = read_in_time(&name, &bytes, &catalog).unwrap_or_else(|error| panic!("{name}: {error}"));
        let named = read(&bytes, &name, &catalog, Some(format)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(recognised, named, "{name}");
        seen.insert(format.id);
    }
    let all: BTreeSet<&str> = Dialect::all().iter().map(|dialect| dialect.id).collect();
    assert_eq!(seen, all);
}

#[test]
fn a_file_that_is_cut_off_comes_to_an_end() {
    let catalog = Catalog::bundled();
    for (name, bytes) in corpus() {
        for eighth in 1..8 {
            let at = bytes.len() * eighth / 8;
            let _ = read_in_time(&name, &bytes[..at], &catalog);
            let _ = read_in_time(&name, &bytes[at..], &catalog);
        }
    }
}

#[test]
fn a_file_with_a_changed_byte_comes_to_an_end() {
    /// The places in each file.
    const PLACES: usize = 16;
    let catalog = Catalog::bundled();
    for (name, bytes) in corpus() {
        for place in 0..PLACES {
            let at = bytes.len() * place / PLACES;
            for bits in [0x01, 0x20, 0x80] {
                let mut changed = bytes.clone();
                changed[at] ^= bits;
                let _ = read_in_time(&name, &changed, &catalog);
            }
        }
    }
}
