//! A Postman collection or environment, read by its reader alone.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tokenwright::dialect::{Document, postman};

fuzz_target!(|text: &str| {
    let document = Document::from(text);
    let is_one = postman::recognise(&document);
    if let Ok(import) = postman::read(&document) {
        for described in import.described.iter().take(8) {
            let _ = (is_one, described.profile(), described.still_missing());
        }
    }
});
