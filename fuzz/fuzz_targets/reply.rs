//! The file of a reply that waits on this machine for a team's database.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tokenwright::store::read_any_reply;

fuzz_target!(|bytes: &[u8]| read_any_reply(bytes));
