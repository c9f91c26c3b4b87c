//! *Import…* of profiles that a colleague shared, in the whole window: locked, opened, shown, saved.

use egui::Event as Input;
use tokenwright::delivery::{Lock, lock};
use tokenwright::export::{Bundle, Bundled};
use tokenwright::oauth::ProfileSecrets;
use tokenwright::secret::Secret;

use crate::screens::by_name::ByName as _;
use crate::screens::machine::{Machine, Visit};
use crate::screens::screen::THEMES;

/// Two profiles; the first with what is secret of it.
fn bundle() -> Secret {
    let bundled = |name: &str, secrets: ProfileSecrets| Bundled {
        name: name.into(),
        file: "service = \"google\"\nclient_id = \"acme-client\"\nredirect_uri = \"http://localhost/\"\n".into(),
        must_supply: vec!["a sign-in of their own".into()],
        secrets,
    };
    let secrets = ProfileSecrets { client_secret: Secret::new("a-made-up-secret"), ..ProfileSecrets::default() };
    Bundle { profiles: vec![bundled("acme-drive", secrets), bundled("beta-drive", ProfileSecrets::default())] }
        .to_text()
}

#[test]
fn shared_profiles_are_shown_with_what_is_to_be_supplied_and_then_kept() {
    let (mut machine, _home) = Machine::new(THEMES[0], Visit::Stay);
    machine.press("Import…");
    machine.window.event(Input::Paste(bundle().expose().to_owned()));
    machine.wait("Shared profiles");
    for text in ["acme-drive", "beta-drive", "You must supply", "a sign-in of their own", "client secret"] {
        assert!(machine.window.reads(text), "no {text:?} in\n{}", machine.window.words());
    }
    assert!(!machine.window.words().contains("a-made-up-secret"));
    machine.press("Save profiles");
    machine.wait("Saved: acme-drive, beta-drive");
    // Both are here now, and stay unless that is asked for.
    machine.press("Import another");
    machine.window.event(Input::Paste(bundle().expose().to_owned()));
    machine.wait("A profile of this name exists and stays as it is.");
    assert!(machine.window.reads("Replace existing profiles of the same name"));
}

#[test]
fn locked_profiles_ask_for_their_passphrase_until_it_fits() {
    let (mut machine, _home) = Machine::new(THEMES[1], Visit::Stay);
    let locked = lock(&bundle(), &Lock::Passphrase(Secret::new("open sesame"))).expect("locked");
    machine.press("Import…");
    machine.window.event(Input::Paste(locked));
    machine.wait("The profiles are encrypted");
    machine.window.fill("Passphrase", "open says me");
    machine.press("Unlock");
    machine.wait_until("the refusal", |window| {
        window.words().contains("The text cannot be opened with this key, or was changed on the way")
    });
    machine.window.fill("Passphrase", "open sesame");
    machine.press("Unlock");
    machine.wait("Shared profiles");
    machine.press("Save profiles");
    machine.wait("Saved: acme-drive, beta-drive");
}
