//! A file with a certificate and its private key, in binary form; and a certificate beside a key.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tokenwright::oauth::{is_pkcs12, parse_client_certificate, parse_pkcs12};
use tokenwright::secret::Secret;

fuzz_target!(|bytes: &[u8]| {
    let is_one = is_pkcs12(bytes);
    for passphrase in ["", "password"] {
        let _ = (is_one, parse_pkcs12(bytes, &Secret::new(passphrase)));
    }
    if let Some((key, certificates)) = std::str::from_utf8(bytes).ok().and_then(|text| text.split_once('\0')) {
        let _ = parse_client_certificate(&Secret::new(key), certificates);
    }
});
