//! The settings of Evolutionx, read by its reader alone.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tokenwright::dialect::evolutionx;

fuzz_target!(|text: &str| {
    let is_one = evolutionx::recognise(text);
    let read = evolutionx::read(text);
    if let Ok(import) = read {
        for described in import.described.iter().take(8) {
            let _ = (is_one, described.profile(), described.still_missing());
        }
    }
});
