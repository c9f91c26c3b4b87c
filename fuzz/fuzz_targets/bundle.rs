//! A bundle of presets, of any hand: the signed document, and what a publisher may have signed.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use tokenwright::oauth::{AssertionAlgorithm, SigningKey, make_proof_key};
use tokenwright::service::{Bundle, SignedBundle};

static KEY: LazyLock<SigningKey> = LazyLock::new(|| {
    let pair = make_proof_key(AssertionAlgorithm::EdDSA).expect("a key");
    pair.signing_key().expect("usable")
});

fuzz_target!(|input: (&str, &str)| {
    let (document, payload) = input;
    if let Ok(signed) = SignedBundle::read(document) {
        assert_ne!(Some(signed.key), KEY.thumbprint(), "nobody but who has the key signs");
    }
    let Ok(bundle) = serde_json::from_str::<Bundle>(payload) else { return };
    let Ok(text) = bundle.sign(&KEY) else { return };
    if let Ok(read) = SignedBundle::read(&text) {
        assert_eq!((&read.bundle, Some(read.key)), (&bundle, KEY.thumbprint()));
        let _ = bundle.check_presets();
    }
});
