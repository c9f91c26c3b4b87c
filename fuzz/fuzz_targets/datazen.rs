//! The pages of DataZen, read by its reader alone.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tokenwright::dialect::datazen;

fuzz_target!(|text: &str| {
    let is_one = datazen::recognise(text);
    let read = datazen::read(text);
    if let Ok(import) = read {
        for described in import.described.iter().take(8) {
            let _ = (is_one, described.profile(), described.still_missing());
        }
    }
});
