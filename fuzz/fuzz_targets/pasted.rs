//! What comes back from the browser: a redirect, or what a person pastes in its place.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tokenwright::oauth::{ExpectedResponse, Pasted, RedirectUri, RefusalNames, parse_pasted};
use tokenwright::secret::Secret;

fuzz_target!(|text: &str| {
    let _ = RedirectUri::parse(text);
    if let Pasted::Parameters(parameters) = parse_pasted(text, "code") {
        let expected = ExpectedResponse {
            state: "state".to_owned(),
            issuer: Some("https://issuer.example".to_owned()),
            sends_issuer: true,
            code_parameter: "code".to_owned(),
            refusal: RefusalNames::default(),
            hmac_secret: None,
        };
        let _ = expected.read(&parameters);
        let signed = ExpectedResponse { hmac_secret: Some(Secret::new("secret")), ..expected };
        let _ = signed.read(&parameters);
    }
});
