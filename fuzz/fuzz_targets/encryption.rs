//! What a server says of its encryption keys, and what it encrypts: a response, a token, userinfo.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tokenwright::oauth::{Recipients, decrypt, open_userinfo};
use tokenwright::secret::Secret;

fuzz_target!(|input: (&str, &str, &str)| {
    let (metadata, key_set, token) = input;
    let _ = Recipients::read(metadata, key_set);
    assert!(decrypt(&Secret::new(token), None).is_err(), "nobody reads it without a key");
    let _ = open_userinfo(&Secret::new(token), None);
});
