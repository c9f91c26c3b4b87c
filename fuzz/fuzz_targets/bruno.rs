//! A Bruno file, read by its reader alone.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tokenwright::dialect::{Document, bruno};

fuzz_target!(|text: &str| {
    let document = Document::from(text);
    let is_one = bruno::recognise(&document);
    if let Ok(import) = bruno::read(&document) {
        for described in import.described.iter().take(8) {
            let _ = (is_one, described.profile(), described.still_missing());
        }
    }
});
