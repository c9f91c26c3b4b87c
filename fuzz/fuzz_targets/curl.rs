//! A curl line, read by its reader alone.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tokenwright::dialect::curl;

fuzz_target!(|text: &str| {
    let is_one = curl::recognise(text);
    let read = curl::read(text);
    if let Ok(import) = read {
        for described in import.described.iter().take(8) {
            let _ = (is_one, described.profile(), described.still_missing());
        }
    }
});
