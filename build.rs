//! Lists the files of `presets/` and `tests/witness/`, so that adding a service or a witness is adding a file, and hashes the
//! presets, so that no process has to. Has what an idle agent needs put together in its program.

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;
use std::{env, fs};

fn main() {
    let source = env::var("CARGO_MANIFEST_DIR").expect("set by cargo");
    let out = env::var("OUT_DIR").expect("set by cargo");
    let (source, out) = (Path::new(&source), Path::new(&out));
    let hash = list_files(&source.join("presets"), &out.join("presets.rs"));
    println!("cargo::rustc-env=TOKENWRIGHT_PRESETS={hash:016x}");
    list_files(&source.join("tests/witness"), &out.join("witness.rs"));
    order_agent(source, out);
}

/// Writes the ids and the texts of all TOML files of the folder into a file of Rust, and returns their hash.
fn list_files(folder: &Path, out: &Path) -> u64 {
    println!("cargo::rerun-if-changed={}", folder.display());
    let entries = fs::read_dir(folder).expect("the folder is part of the source");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    // Ids and texts are apart, so that the texts are not read from the disk for the sake of the ids between them.
    let (mut ids, mut list) = (String::new(), String::from("[\n"));
    let mut hasher = DefaultHasher::new();
    for file in files {
        let id = file.file_stem().and_then(|stem| stem.to_str()).expect("names are plain").to_owned();
        fs::read(&file).expect("a readable file").hash(&mut hasher);
        let file = file.to_str().expect("the source has a plain path").to_owned();
        writeln!(ids, "{id}").expect("writing to a text cannot fail");
        writeln!(list, "    include_str!({file:?}),").expect("writing to a text cannot fail");
    }
    list.push(']');
    let list = format!("({ids:?}, {list})");
    fs::write(out, list).expect("cargo made the folder");
    hasher.finish()
}

/// Few pages of the program are in memory where the functions that have run stand together. Only the linker that Rust brings
/// is sure to know such a script; whoever chose another one gets the same program with a larger agent.
fn order_agent(source: &Path, out: &Path) {
    let list = source.join("assets/agent-order.txt");
    println!("cargo::rerun-if-changed={}", list.display());
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    let is_default = env::var_os("RUSTC_LINKER").is_none() && is("CARGO_ENCODED_RUSTFLAGS", "");
    if !(is("TARGET", "x86_64-unknown-linux-gnu") && is("PROFILE", "release") && is_default) {
        return;
    }
    let list = fs::read_to_string(list).expect("the list is part of the source");
    let mut script = String::from("SECTIONS { .text.agent : {\n");
    for name in list.lines().filter(|line| !line.starts_with('#')) {
        // The compiler sets those apart that it expects to run seldom: `.text.unlikely.NAME`.
        writeln!(script, "*(.text*.{name})").expect("writing to a text cannot fail");
    }
    script.push_str("} }\nINSERT BEFORE .text;\n");
    let file = out.join("agent.ld");
    fs::write(&file, script).expect("cargo made the folder");
    println!("cargo::rustc-link-arg-bin=tokenwright-agent={}", file.display());
    // Half a megabyte less. A C library before 2.36 refuses such a program; then `tokenwright agent` stays what it is.
    println!("cargo::rustc-link-arg-bin=tokenwright-agent=-Wl,-z,pack-relative-relocs");
}
