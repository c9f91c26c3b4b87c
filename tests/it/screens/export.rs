//! *Export…* and *Share…*: the preview, what must be confirmed, and the resulting files.

use std::fs;
use std::path::Path;

use egui_kittest::Harness;
use egui_kittest::kittest::NodeT as _;
use tokenwright::app::{
    ExportDone, ExportView, Failure, FailureCode, FailureKind, FormatLine, Insisted, News, ShareDone,
};
use tokenwright::diagnosis::Diagnosis;
use tokenwright::export::{HandedOver, Sink, Sinks, formats};
use tokenwright::gui::model::{Model, Requested};
use tokenwright::gui::{Draft, ExportDraft, Intent, Locking, ShareDraft, Step, Way};
use tokenwright::secret::{MASK, Secret};

use crate::screens::by_name::ByName as _;
use crate::screens::machine::{Machine, Visit};
use crate::screens::scenes::{at, name, saved, service};
use crate::screens::screen::{Screen, THEMES, screen};

fn offered() -> Vec<FormatLine> {
    formats().iter().map(FormatLine::from).collect()
}

/// The page is open, nothing chosen; two files were written.
pub fn exporting() -> Model {
    let mut model = saved("demo");
    model.export.formats = Requested::ended(Ok(offered()));
    let written = |path: &str, sink, problem: Option<&str>| Sink {
        path: path.to_owned(),
        format: "dotenv".to_owned(),
        sink,
        written_at: "2030-03-17T17:46:40Z".to_owned(),
        problem: problem.map(str::to_owned),
        ..Sink::default()
    };
    let files = vec![
        written("/home/ada/demo.env", true, None),
        written(&"a-long-name/".repeat(20), true, Some("`/home/ada/demo.env` was changed since this program wrote it")),
        written("/home/ada/once.env", false, None),
    ];
    model.hear(News::Sinks(name("demo"), Sinks { handed_over: None, files }));
    model
}

/// This format is chosen.
pub fn choosing(format: Option<&str>) -> Draft {
    let mut draft = at(service("practice"), Step::Tokens);
    let mut export = ExportDraft::new(name("demo"), Path::new("/home/ada"));
    if let Some(format) = format {
        let formats = offered();
        export.choose(formats.iter().find(|line| line.id == format).expect("a format"));
    }
    draft.export = Some(export);
    draft
}

/// The preview came.
pub fn previewed(rotates: bool) -> Model {
    let mut model = exporting();
    let view = ExportView {
        name: ".env file".into(),
        masked: format!("OAUTH_ACCESS_TOKEN='{MASK}'\n"),
        warnings: vec!["anyone who reads it can use the access token of demo until it expires".into()],
        next: "docker run --env-file demo.env IMAGE".into(),
        file_name: "demo.env".into(),
        hands_over: false,
        rotates,
        needs_hand_over: rotates,
    };
    model.export.view = Requested::ended(Ok(view));
    model
}

/// The export was made, or not.
pub fn exported(outcome: Result<&str, (Diagnosis, FailureCode)>) -> Model {
    let mut model = previewed(true);
    model.export.done = Requested::ended(match outcome {
        Ok(path) => {
            let (path, next) = (Some(path.into()), "docker run --env-file demo.env IMAGE".into());
            let left_out = vec!["the refresh token, which this service gives anew at each refresh".into()];
            Ok(ExportDone { text: None, path, next, left_out, notes: Vec::new() })
        }
        Err((diagnosis, code)) => Err(Failure::new(FailureKind::Usage, diagnosis).coded(code)),
    });
    model
}

/// Sharing is open, in this way.
pub fn sharing(locking: Locking, secret: &str) -> Draft {
    let mut draft = at(service("practice"), Step::Tokens);
    let mut share = ShareDraft::new([name("demo")].into(), Path::new("/home/ada"));
    share.locking = locking;
    share.passphrase = [Secret::new(secret), Secret::new(secret)];
    draft.share = Some(share);
    draft
}

/// Profiles were shared.
pub fn shared() -> Model {
    let mut model = saved("demo");
    let left_out = vec![("demo".into(), "Client secret".into()), ("demo".into(), "a sign-in of their own".into())];
    let path = Some("/home/ada/profiles.tokenwright".into());
    model.export.shared = Requested::ended(Ok(ShareDone { text: None, path, left_out, warnings: Vec::new() }));
    model
}

fn refused(hint: &str) -> Diagnosis {
    Diagnosis::new("`/home/ada/demo.env` exists, and this program did not write it").hint(hint)
}

fn is_blocked(window: &Harness<'static, Screen>, button: &str) -> bool {
    window.button(button).expect("a button").accesskit_node().is_disabled()
}

#[test]
fn formats_that_cannot_be_read_are_told() {
    let mut model = exporting();
    model.export.formats = Requested::ended(Err(crate::screens::scenes::failure("the folder is locked")));
    let window = screen(THEMES[0], model, choosing(None));
    assert!(window.reads("The folder is locked") && !window.reads("Loading formats"), "{}", window.words());
}

#[test]
fn formats_are_found_by_name_and_by_what_reads_them() {
    for theme in THEMES {
        let mut window = screen(theme, exporting(), choosing(None));
        window.fill("Search formats", "kubectl");
        assert!(window.button("Kubernetes ExecCredential").is_some(), "{}", window.words());
        assert!(window.button("curl command").is_none());
        window.fill("Search formats", "pigeon post");
        assert!(window.reads("No format matches."));
        window.fill("Search formats", "curl command");
        window.press("curl command");
        let export = window.state().draft.export.clone().expect("open");
        assert_eq!((export.format.as_deref(), export.way), (Some("curl"), Way::Snapshot));
        window.press(&format!("Show all {} formats", offered().len()));
        assert!(window.button("curl command").is_some());
    }
}

#[test]
fn the_search_has_the_keyboard_and_enter_takes_what_it_found() {
    let mut window = screen(THEMES[0], exporting(), choosing(None));
    assert_eq!(window.focused(), "Search formats");
    window.fill("Search formats", "kubectl client-go");
    window.key_press(egui::Key::Enter);
    window.settle();
    assert_eq!(
        window.state().draft.export.as_ref().and_then(|export| export.format.as_deref()),
        Some("exec-credential")
    );
    assert_eq!(window.focused(), format!("Show all {} formats", offered().len()));
}

#[test]
fn what_a_form_cannot_do_cannot_be_chosen_and_says_why() {
    for theme in THEMES {
        let window = screen(theme, previewed(true), choosing(Some("terraform")));
        let live = window.button("Live").expect("a way");
        assert!(live.accesskit_node().is_disabled());
        let reason = "Tools that read this format cannot fetch a token themselves";
        assert_eq!(live.accesskit_node().data().description(), Some(reason));
        let live_only = offered().into_iter().find(|format| !format.snapshot).expect("a format that asks each time");
        let window = screen(theme, previewed(true), choosing(Some(&live_only.id)));
        assert!(window.reads("Contains no token. It fetches a valid one from Tokenwright on each use."));
        let sink = window.button("Sink").expect("a way");
        let reason = "This format fetches the token on each use and contains none";
        assert_eq!(sink.accesskit_node().data().description(), Some(reason));
    }
}

#[test]
fn a_refresh_token_that_has_one_holder_is_handed_over_only_after_a_second_yes() {
    for theme in THEMES {
        let mut window = screen(theme, previewed(true), choosing(Some("json")));
        assert!(!is_blocked(&window, "Save"));
        window.press("Hand over the refresh token and client credentials");
        assert!(window.reads("Tokenwright stops refreshing it until you sign in again"), "{}", window.words());
        assert!(is_blocked(&window, "Save") && is_blocked(&window, "Copy with secrets"));
        window.press("Yes, hand it over");
        assert!(!is_blocked(&window, "Save") && !is_blocked(&window, "Copy with secrets"));
        window.press("Sink");
        assert!(is_blocked(&window, "Save"), "nothing would be written again");
        window.press("Live");
        assert!(!is_blocked(&window, "Save") && window.button("Yes, hand it over").is_none());
    }
}

#[test]
fn one_that_stays_good_goes_along_without_ado() {
    let mut window = screen(THEMES[0], previewed(false), choosing(Some("json")));
    window.press("Include the refresh token and client credentials");
    assert!(!is_blocked(&window, "Save") && window.button("Yes, hand it over").is_none());
    let order = window.state().draft.export.as_ref().and_then(|export| export.order(&offered())).expect("an order");
    assert!(order.with_refresh_token && !order.hand_over);
}

#[test]
fn a_refused_file_is_written_all_the_same_only_when_told_so() {
    let replace = Insisted { replace: true, ..Insisted::default() };
    let anyway = Insisted { in_work_tree: true, ..Insisted::default() };
    for theme in THEMES {
        let hints = [
            (FailureCode::FileForeign, "or replace the file", "Replace file", replace),
            (FailureCode::InWorkTree, "or save there anyway", "Save there anyway", anyway),
        ];
        for (code, said, button, insisted) in hints {
            let mut draft = choosing(Some("dotenv"));
            let export = draft.export.as_mut().expect("open");
            (export.path, export.path_is_typed, export.rotates) = ("/home/ada/demo.env".into(), true, true);
            export.asked = export.order(&offered()).map(|order| (order, export.path.clone()));
            let mut window = screen(theme, exported(Err((refused("any words at all"), code))), draft);
            assert!(window.reads(said), "{}", window.words());
            window.press(button);
            assert_eq!(window.state().wanted, [Intent::SaveExport(insisted)]);
            // What is insisted on is this file, not another one.
            window.fill("File", "/home/ada/other.env");
            assert!(window.button(button).is_none());
        }
    }
}

#[test]
fn the_files_of_a_profile_say_how_they_do_and_can_be_dropped() {
    for theme in THEMES {
        let mut window = screen(theme, exporting(), choosing(None));
        let words = window.words();
        for line in ["Updated at each refresh", "Written once", "Failed: “/home/ada/demo.env” was changed"] {
            assert!(words.contains(line), "{line} in\n{words}");
        }
        assert!(words.contains(".env file, last written 2030-03-17 17:46:40"), "{words}");
        window.press("Remove /home/ada/once.env from the list");
        let dropped = Intent::DropSink(name("demo"), "/home/ada/once.env".into());
        assert_eq!(window.state().wanted, [dropped]);
    }
}

#[test]
fn a_refresh_token_that_was_handed_over_is_told() {
    let mut model = exporting();
    let given =
        HandedOver { format: "json".into(), path: "/home/ada/a.json".into(), at: "2030-03-17T17:46:40Z".into() };
    model.hear(News::Sinks(name("demo"), Sinks { handed_over: Some(given), files: Vec::new() }));
    let window = screen(THEMES[0], model, choosing(None));
    assert!(window.reads("The refresh token was handed over to /home/ada/a.json"));
    assert!(window.reads("In the format json, at 2030-03-17 17:46:40."));
}

#[test]
fn a_profile_is_exported_from_its_row_and_from_step_3() {
    for theme in THEMES {
        let mut window = screen(theme, saved("demo"), at(service("practice"), Step::Tokens));
        window.press("More for acme");
        window.press("Export acme");
        window.press("Export…");
        window.press("Share profiles");
        let expected = [Intent::OpenExport(name("acme")), Intent::OpenExport(name("demo")), Intent::OpenShare];
        assert_eq!(window.state().wanted, expected);
        window.press("More for old");
        assert!(window.button("Export old").is_none(), "its text cannot be read");
    }
}

#[test]
fn sharing_says_what_is_still_missing() {
    let mut window = screen(THEMES[0], saved("demo"), sharing(Locking::WithoutSecrets, ""));
    assert!(!is_blocked(&window, "Share"));
    window.press("Encrypted with a passphrase");
    assert!(is_blocked(&window, "Share"));
    window.fill("Passphrase for the file", "one");
    window.fill("Repeat passphrase", "two");
    assert!(window.reads("The passphrases do not match") && is_blocked(&window, "Share"));
    window.fill("Repeat passphrase", "one");
    assert!(!is_blocked(&window, "Share"));
    window.press("demo");
    assert!(is_blocked(&window, "Share"), "nothing is ticked");
}

/// A profile of the practice service, which gives a new refresh token at each refresh.
fn with_a_profile(visit: usize) -> (Machine, tempfile::TempDir, String) {
    let (mut machine, home) = Machine::new(THEMES[visit], Visit::Follow);
    machine.sign_in();
    machine.window.fill("Profile name", "demo");
    machine.press("Done");
    machine.wait("tokenwright token demo");
    let token = machine.access_token();
    (machine, home, token)
}

fn type_path(machine: &mut Machine, path: &Path) {
    machine.window.fill("File", &path.display().to_string());
}

#[test]
fn in_the_whole_window_a_sink_is_written_and_written_again_at_the_next_refresh() {
    let (mut machine, home, token) = with_a_profile(0);
    machine.press("More for demo");
    machine.press("Export demo");
    machine.press(".env file");
    machine.wait("OAUTH_ACCESS_TOKEN");
    assert!(!machine.window.reads(&token), "{}", machine.window.words());
    machine.press("Sink");
    let path = home.path().join("demo.env");
    type_path(&mut machine, &path);
    machine.press("Save");
    machine.wait(&format!("Written to {}", path.display()));
    machine.wait("Updated at each refresh");
    assert!(fs::read_to_string(&path).expect("the sink").contains(&token));
    assert!(!machine.window.reads(&token), "{}", machine.window.words());
    machine.press("Close");
    machine.press("Refresh");
    machine.wait("Refreshed: a new access token");
    let after = machine.access_token();
    assert_ne!(after, token);
    assert!(fs::read_to_string(&path).expect("the sink").contains(&after));
    machine.press("More for demo");
    machine.press("Export demo");
    machine.press(&format!("Remove {} from the list", path.display()));
    machine.wait_until("an empty list", |window| !window.reads("Files exported from this profile"));
    assert!(path.exists(), "the file itself stays");
}

#[test]
fn in_the_whole_window_a_foreign_file_stays_until_it_is_to_be_replaced() {
    let (mut machine, home, token) = with_a_profile(1);
    let path = home.path().join("token");
    fs::write(&path, "somebody else's").expect("our own folder");
    machine.press("More for demo");
    machine.press("Export demo");
    machine.wait_until("the search", |window| window.field("Search formats").is_some());
    machine.window.fill("Search formats", "token");
    machine.press("Access token");
    type_path(&mut machine, &path);
    machine.press("Save");
    machine.wait("exists, and this program did not write it");
    assert_eq!(fs::read_to_string(&path).expect("a file"), "somebody else's");
    machine.press("Replace file");
    machine.wait("Written to");
    assert_eq!(fs::read_to_string(&path).expect("a file").trim_end(), token);
}

#[test]
fn in_the_whole_window_the_text_goes_to_the_clipboard_and_is_not_painted() {
    let (mut machine, _home, token) = with_a_profile(0);
    machine.press("More for demo");
    machine.press("Export demo");
    machine.press("Authorization header");
    machine.wait_until("Copy with secrets", |window| {
        window.button("Copy with secrets").is_some_and(|button| !button.accesskit_node().is_disabled())
    });
    machine.window.button("Copy with secrets").expect("there").click_accesskit();
    assert_eq!(machine.copied().trim_end(), format!("Authorization: Bearer {token}"));
    machine.wait("Copied to the clipboard");
    assert!(!machine.window.reads(&token), "{}", machine.window.words());
}

#[test]
fn in_the_whole_window_a_rotating_refresh_token_is_handed_over_and_the_profile_marked() {
    let (mut machine, home, _token) = with_a_profile(1);
    machine.press("More for demo");
    machine.press("Export demo");
    machine.press("JSON");
    machine.press("Hand over the refresh token and client credentials");
    machine.wait("refresh_token");
    machine.press("Yes, hand it over");
    type_path(&mut machine, &home.path().join("demo.json"));
    machine.press("Save");
    machine.wait("The refresh token was handed over to");
    let text = fs::read_to_string(home.path().join("demo.json")).expect("the file");
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert!(json["refresh_token"].is_string(), "{text}");
}

#[test]
fn in_the_whole_window_profiles_are_shared_without_secrets_and_locked() {
    let (mut machine, home, token) = with_a_profile(0);
    machine.press("Share profiles");
    let path = home.path().join("open.toml");
    type_path(&mut machine, &path);
    machine.press("Share");
    machine.wait(&format!("Written to {}", path.display()));
    machine.wait("demo: a sign-in of their own");
    let open = fs::read_to_string(&path).expect("the file");
    assert!(open.contains("demo") && !open.contains(&token) && !open.contains("practice-secret"), "{open}");
    machine.press("Encrypted with a passphrase");
    machine.window.fill("Passphrase for the file", "correct horse");
    machine.window.fill("Repeat passphrase", "correct horse");
    let path = home.path().join("locked.age");
    type_path(&mut machine, &path);
    machine.press("Share");
    machine.wait(&format!("Written to {}", path.display()));
    let locked = fs::read_to_string(&path).expect("the file");
    assert!(locked.contains("AGE ENCRYPTED FILE") && !locked.contains("practice-secret"), "{locked}");
}
