//! A private key in any of its forms, and a certificate.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tokenwright::oauth::{Certificate, parse_key};
use tokenwright::secret::Secret;

fuzz_target!(|text: &str| {
    let _ = Certificate::parse(text);
    if let Ok(read) = parse_key(&Secret::new(text)) {
        assert!(read.pair.signing_key().is_some());
        let _ = read.with_certificate(text);
    }
});
