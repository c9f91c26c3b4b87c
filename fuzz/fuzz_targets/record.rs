//! The text of a record that another member has sealed, and the note of a refresh, which the database has in plain.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tokenwright::vault::read_any_record;

fuzz_target!(|input: (u64, &[u8])| read_any_record(input.0, input.1));
