//! What a team's database has of its members, and the list of members that somebody with the team's key has sealed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tokenwright::vault::read_any_document;

fuzz_target!(|input: (&str, &[u8])| read_any_document(input.0, input.1));
