//! A token that a person pastes, in whatever it is pasted, and the keys that its signature is checked with.
#![no_main]

use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use tokenwright::oauth::{Expected, Inspected, KeySet, PastedToken, SignatureCheck, TokenUse, check_with_secret};
use tokenwright::secret::Secret;

fuzz_target!(|input: (&str, &str)| {
    let (text, keys) = input;
    let pasted = PastedToken::read(&Secret::new(text), Some(TokenUse::Id))
        .or_else(|_| PastedToken::read(&Secret::new(text), None));
    let token = pasted.map_or_else(|_| Secret::new(text), |pasted| pasted.token);
    let inspected = Inspected::read(&token);
    let expected = Expected {
        purpose: Some(TokenUse::Access),
        client_id: "client".to_owned(),
        issuer: Some("https://issuer.example".to_owned()),
        origins: vec!["https://issuer.example".to_owned()],
        audience: Some("https://api.example".to_owned()),
        certificate: Some("A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0".to_owned()),
        proof_key: Some("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I".to_owned()),
    };
    for now in [Timestamp::UNIX_EPOCH, Timestamp::MAX] {
        let _ = inspected.findings(&expected, now);
    }
    let keys = KeySet::parse(keys).unwrap_or_default();
    for check in [keys.check(&token, &inspected), check_with_secret(&token, &inspected, &Secret::new("not known"))] {
        assert!(!matches!(check, SignatureCheck::Valid { .. }), "nobody but who has the key signs");
    }
});
