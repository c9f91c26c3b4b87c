//! A `.http` file, read by its reader alone.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tokenwright::dialect::{Document, http_file};

fuzz_target!(|text: &str| {
    let document = Document::from(text);
    let is_one = http_file::recognise(&document);
    if let Ok(import) = http_file::read(&document) {
        for described in import.described.iter().take(8) {
            let _ = (is_one, described.profile(), described.still_missing());
        }
    }
});
