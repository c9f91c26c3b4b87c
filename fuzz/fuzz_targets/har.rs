//! A HAR log, read by its reader alone.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tokenwright::dialect::{Document, har};

fuzz_target!(|text: &str| {
    let document = Document::from(text);
    let is_one = har::recognise(&document);
    if let Ok(import) = har::read(&document) {
        for described in import.described.iter().take(8) {
            let _ = (is_one, described.profile(), described.still_missing());
        }
    }
});
