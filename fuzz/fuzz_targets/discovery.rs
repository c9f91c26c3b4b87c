//! The metadata of an authorization server, read by its reader alone.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tokenwright::dialect::discovery;

fuzz_target!(|text: &str| {
    let is_one = discovery::recognise(text);
    let read = discovery::read(text);
    if let Ok(import) = read {
        for described in import.described.iter().take(8) {
            let _ = (is_one, described.profile(), described.still_missing());
        }
    }
});
