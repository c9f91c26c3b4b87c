//! Lists the files of `presets/`, so that adding a service is adding a file, and hashes them, so that no process has to.

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;
use std::{env, fs};

fn main() {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("set by cargo")).join("presets");
    println!("cargo::rerun-if-changed={}", folder.display());
    let entries = fs::read_dir(&folder).expect("the folder `presets` is part of the source");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let mut list = String::from("[\n");
    let mut hasher = DefaultHasher::new();
    for file in files {
        let id = file.file_stem().and_then(|stem| stem.to_str()).expect("names are plain").to_owned();
        fs::read(&file).expect("a readable file").hash(&mut hasher);
        let file = file.to_str().expect("the source has a plain path").to_owned();
        writeln!(list, "    ({id:?}, include_str!({file:?})),").expect("writing to a text cannot fail");
    }
    list.push(']');
    println!("cargo::rustc-env=TOKENWRIGHT_PRESETS={:016x}", hasher.finish());
    let out = Path::new(&env::var("OUT_DIR").expect("set by cargo")).join("presets.rs");
    fs::write(out, list).expect("cargo made the folder");
}
