//! `vault.json`, which is read before there is a key, by whatever hand it was written.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;
use tokenwright::vault;

static FOLDER: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().expect("a folder of our own"));

fuzz_target!(|bytes: &[u8]| {
    std::fs::write(FOLDER.path().join("vault.json"), bytes).expect("a file of our own");
    let _ = vault::kind_in(FOLDER.path());
});
