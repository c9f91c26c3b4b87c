//! Any document, read by the reader that recognises it. What was read is taken as far as the window and the command line
//! take it, and written in every format.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use tokenwright::dialect::{Dialect, Found, Outgoing, read, write};
use tokenwright::service::{Catalog, ProfileDraft};

static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::bundled);

fuzz_target!(|bytes: &[u8]| {
    let Ok(Found::Import(import)) = read(bytes, "fuzz", &CATALOG, None) else { return };
    for described in import.described.iter().take(8) {
        let profile = described.profile();
        let _ = described.still_missing();
        let _ = ProfileDraft::from(&profile).parse();
        for format in Dialect::written() {
            for profile in [None, Some(&profile)] {
                let _ = write(format, &Outgoing { service: &described.service, profile, secrets: Some(&described.secrets) });
            }
        }
    }
});
