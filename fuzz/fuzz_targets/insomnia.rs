//! An export of Insomnia, read by its reader alone.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tokenwright::dialect::insomnia;

fuzz_target!(|text: &str| {
    let is_one = insomnia::recognise(text);
    let read = insomnia::read(text);
    if let Ok(import) = read {
        for described in import.described.iter().take(8) {
            let _ = (is_one, described.profile(), described.still_missing());
        }
    }
});
