//! An XML document, read by the reader of ZSPEC alone.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tokenwright::dialect::zspec;

fuzz_target!(|text: &str| {
    let is_one = text.contains("<oauth2");
    if let Ok(import) = zspec::read(text) {
        for described in import.described.iter().take(8) {
            let _ = (is_one, described.profile(), described.still_missing());
        }
    }
});
