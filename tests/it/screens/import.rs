//! *Import…*: the page, what it shows of a document, and the result; and *Copy as…*, the way back.

use egui::Event as Input;
use egui_kittest::kittest::NodeT as _;
use tokenwright::app::{AmbiguousText, ImportOutcome, ImportSource, Imported};
use tokenwright::dialect::{Described, Dialect, Import, Issuer, Note};
use tokenwright::gui::model::{Model, Requested};
use tokenwright::gui::{Draft, ImportDraft, Intent, Step};
use tokenwright::oauth::ProfileSecrets;
use tokenwright::secret::Secret;

use crate::screens::by_name::ByName as _;
use crate::screens::machine::{Machine, Visit};
use crate::screens::scenes::{CLIENT_SECRET, at, draft, failure, service, started};
use crate::screens::screen::{THEMES, screen};

/// The page is open.
pub fn importing() -> Draft {
    let mut draft = draft();
    draft.import = Some(ImportDraft::default());
    draft
}

/// A document was read that describes these.
pub fn imported(ids: &[&str]) -> Model {
    let described = ids.iter().map(|id| Described {
        service: service(id),
        client_id: "acme-client".into(),
        secrets: ProfileSecrets { client_secret: Secret::new(CLIENT_SECRET), ..ProfileSecrets::default() },
        understood: vec![Note::new("auth.oauth2.accessTokenUrl", "the token endpoint, with a word or two")],
        ignored: vec![Note::new("auth.oauth2.headerPrefix", "tokens are handed out without a header")],
        missing: vec![Note::new("redirect URI", "as registered with the service")],
        ..Described::default()
    });
    let import = Import { format: "Postman collection", described: described.collect() };
    let mut model = started();
    let from = "/home/me/a-folder-with-a-name/collection.json".into();
    model.import = Requested::ended(Ok(ImportOutcome::Described(Box::new(Imported { from, import }))));
    model
}

/// The address of an issuer was read.
pub fn issuer_found() -> Model {
    let mut model = started();
    let issuer = Issuer::parse("https://login.acme.example/realms/one").expect("an issuer");
    model.import = Requested::ended(Ok(ImportOutcome::Issuer(issuer)));
    model
}

/// A document could not be read.
pub fn import_failed() -> Model {
    let mut model = started();
    model.import = Requested::ended(Err(failure("`a.json`: line 3, column 9: the JSON ends in the middle")));
    model
}

#[test]
fn the_import_is_opened_by_its_button_and_by_its_key() {
    for theme in THEMES {
        let mut window = screen(theme, started(), draft());
        window.press("Import…");
        window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::I);
        window.settle();
        assert_eq!(window.state().wanted, [Intent::OpenImport, Intent::OpenImport]);
    }
}

#[test]
fn a_pasted_text_is_read_at_once_and_a_typed_one_when_told() {
    for theme in THEMES {
        let mut window = screen(theme, started(), importing());
        assert!(window.button("Read text").expect("there").accesskit_node().is_disabled());
        window.event(Input::Paste("curl https://acme.example".into()));
        window.settle();
        let pasted = Intent::Import(ImportSource::Pasted(Secret::new("curl https://acme.example")));
        assert_eq!(window.state().wanted, std::slice::from_ref(&pasted));
        window.press("Read text");
        assert_eq!(window.state().wanted, [pasted.clone(), pasted]);
    }
}

#[test]
fn a_text_that_is_pasted_where_no_field_is_opens_the_import() {
    let mut draft = draft();
    draft.next_view.focus = None;
    let mut window = screen(THEMES[0], started(), draft);
    window.event(Input::Paste("id = \"acme\"".into()));
    window.settle();
    assert_eq!(window.state().wanted, [Intent::Import(ImportSource::Pasted(Secret::new("id = \"acme\"")))]);
}

#[test]
fn a_path_is_typed_and_read_by_enter() {
    for theme in THEMES {
        let mut window = screen(theme, started(), importing());
        window.fill("File", "/tmp/a.json");
        window.key_press(egui::Key::Enter);
        window.settle();
        assert_eq!(window.state().wanted, [Intent::Import(ImportSource::File("/tmp/a.json".into()))]);
        window.press("Browse…");
        assert_eq!(window.state().wanted.last(), Some(&Intent::ImportChosen));
    }
}

#[test]
fn a_file_that_hovers_and_drops_is_imported() {
    for theme in THEMES {
        let mut window = screen(theme, started(), draft());
        window.input_mut().hovered_files.push(egui::HoveredFile::default());
        window.step();
        let painted: Vec<String> = window.output().shapes.iter().flat_map(|clipped| texts(&clipped.shape)).collect();
        assert!(painted.iter().any(|text| text == "Drop to import"), "{painted:?}");
        window.input_mut().hovered_files.clear();
        window.input_mut().dropped_files.push(std::sync::Arc::new(Dropped));
        window.settle();
        assert_eq!(window.state().wanted, [Intent::Import(ImportSource::File("/tmp/dropped.json".into()))]);
    }
}

/// A file that is dropped.
#[derive(Debug)]
pub struct Dropped;

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &std::path::Path {
        std::path::Path::new("/tmp/dropped.json")
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("the worker reads it".into())
    }
}

fn texts(shape: &egui::Shape) -> Vec<String> {
    match shape {
        egui::Shape::Text(text) => vec![text.galley.text().to_owned()],
        egui::Shape::Vec(shapes) => shapes.iter().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn what_was_understood_is_shown_before_anything_is_used() {
    for theme in THEMES {
        let mut window = screen(theme, imported(&["quickbooks"]), importing());
        for text in [
            "Postman collection",
            "From /home/me/a-folder-with-a-name/collection.json",
            "Contains secrets, which are stored only in the vault: client secret",
            "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer",
            "acme-client",
            "Still missing (1)",
            "as registered with the service",
            "Understood (1)",
            "Ignored (1)",
            "auth.oauth2.headerPrefix",
        ] {
            assert!(window.reads(text), "no {text:?} in\n{}", window.words());
        }
        assert!(!window.reads(CLIENT_SECRET));
        window.press("Use it");
        window.press("Save as preset…");
        window.press("Import another");
        window.press("Back to the services");
        let wanted = [
            Intent::UseImport { as_preset: false },
            Intent::UseImport { as_preset: true },
            Intent::OpenImport,
            Intent::CloseImport,
        ];
        assert_eq!(window.state().wanted, wanted);
    }
}

#[test]
fn of_several_one_is_chosen() {
    for theme in THEMES {
        let mut window = screen(theme, imported(&["quickbooks", "google"]), importing());
        window.press("It describes several services. Which one?");
        window.press("2. Google");
        assert_eq!(window.state().draft.import.as_ref().map(|import| import.picked), Some(1));
    }
}

#[test]
fn an_issuer_is_asked_only_when_the_person_says_so() {
    for theme in THEMES {
        let mut window = screen(theme, issuer_found(), importing());
        assert!(window.reads("This is an issuer URL at login.acme.example"));
        window.press("Fetch metadata");
        let issuer = Issuer::parse("https://login.acme.example/realms/one").expect("an issuer");
        assert_eq!(window.state().wanted, [Intent::Import(ImportSource::Issuer(issuer))]);
    }
}

#[test]
fn a_document_that_cannot_be_read_is_told_beside_the_fields() {
    for theme in THEMES {
        let window = screen(theme, import_failed(), importing());
        assert!(window.reads("“a.json”: line 3, column 9: the JSON ends in the middle"));
        assert!(window.field("File").is_some() && window.button("Use it").is_none());
    }
}

#[test]
fn a_service_is_copied_in_the_form_of_another_tool_without_secrets() {
    for theme in THEMES {
        let mut window = screen(theme, started(), at(service("quickbooks"), Step::Service));
        window.press("Copy as…");
        window.button("Copy as Tokenwright preset").expect("a form").click_accesskit();
        for _ in 0..3 {
            window.step();
        }
        let copied = crate::screens::by_name::copied(&window.ctx);
        assert!(copied.len() == 1 && copied[0].contains("id = \"quickbooks\""), "{copied:?}");
        assert!(!copied[0].contains(CLIENT_SECRET));
        window.settle();
        assert!(window.reads("Copied as Tokenwright preset, without secrets"), "{}", window.words());
    }
}

#[test]
fn in_the_whole_window_a_pasted_preset_fills_the_fields() {
    let (mut machine, _home) = Machine::new(THEMES[0], Visit::Stay);
    let text = tokenwright::service::write_preset(&tokenwright::service::Service {
        id: "acme".into(),
        name: "Acme Books".into(),
        ..service("quickbooks")
    });
    machine.press("Import…");
    machine.window.event(Input::Paste(text));
    machine.wait("Tokenwright preset");
    assert!(machine.window.reads("Understood (5)"), "{}", machine.window.words());
    machine.press("Use it");
    machine.wait("Still missing from the import");
    assert!(machine.window.reads("Acme Books"));
    machine.press("Next");
    machine.wait("Redirect URI");
}

#[test]
fn in_the_whole_window_an_imported_service_becomes_a_card() {
    let (mut machine, home) = Machine::new(THEMES[1], Visit::Stay);
    let text = tokenwright::service::write_preset(&tokenwright::service::Service {
        id: "acme".into(),
        name: "Acme Books".into(),
        ..service("quickbooks")
    });
    let path = home.path().join("acme.toml");
    std::fs::write(&path, text).expect("a file of our own");
    machine.press("Import…");
    machine.window.fill("File", &path.display().to_string());
    machine.press("Read file");
    machine.press("Save as preset…");
    machine.press("Save preset");
    machine.wait("Contains no secrets, so you can share it.");
    machine.press("New profile");
    machine.press("Acme Books");
}

#[test]
fn of_two_forms_that_a_text_can_have_the_person_chooses_one() {
    for theme in THEMES {
        let mut model = started();
        let format = |id| Dialect::by_id(id).expect("a format");
        let formats = vec![format("postman"), format("openapi")];
        let text = AmbiguousText {
            from: "a.json".into(),
            formats,
            text: Secret::new("{}"),
            environment: tokenwright::dialect::Environment::default(),
        };
        model.import = Requested::ended(Ok(ImportOutcome::Ambiguous(Box::new(text.clone()))));
        let mut window = screen(theme, model, importing());
        assert!(window.reads("It can be read in several formats"));
        window.press("OpenAPI document");
        let meant = ImportSource::Meant(Box::new(text), format("openapi"));
        assert_eq!(window.state().wanted, [Intent::Import(meant)]);
    }
}
