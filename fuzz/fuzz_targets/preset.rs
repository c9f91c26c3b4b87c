//! A preset file, of any hand.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use tokenwright::service::{Catalog, parse_preset, write_preset};

static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::bundled);

fuzz_target!(|text: &str| {
    if let Ok(service) = CATALOG.parse("fuzz.toml", text) {
        let written = write_preset(&service);
        assert_eq!(parse_preset("again.toml", &written, &|_| None).as_ref(), Ok(&service), "{written}");
    }
});
