//! A client or key as Google hands it out, read by its reader alone.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tokenwright::dialect::{Document, google};

fuzz_target!(|text: &str| {
    let document = Document::from(text);
    let is_one = google::recognise(&document);
    if let Ok(import) = google::read(&document) {
        for described in import.described.iter().take(8) {
            let _ = (is_one, described.profile(), described.still_missing());
        }
    }
});
