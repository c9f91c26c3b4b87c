//! The case of a failed sign-in, with its calls.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tokenwright::app::Case;

fuzz_target!(|text: &str| {
    if let Ok(case) = Case::parse(text) {
        let _ = case.calls();
    }
});
