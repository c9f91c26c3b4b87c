//! A client that registers itself: the offer in step 2, and what is registered on the page of a profile.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use tokenwright::app::{Failure, FailureCode, FailureKind, Registered};
use tokenwright::call::Reply;
use tokenwright::diagnosis::Diagnosis;
use tokenwright::dialect::Offered;
use tokenwright::gui::model::{ClientDone, Model, Requested};
use tokenwright::gui::{ClientWish, Draft, Intent};
use tokenwright::oauth::ClientRegistration;
use tokenwright::practice::{Fault, Practice, PracticeOptions};
use tokenwright::secret::Secret;

use crate::screens::by_name::ByName as _;
use crate::screens::described::describing;
use crate::screens::home::{opened, page};
use crate::screens::machine::{Machine, Visit};
use crate::screens::scenes::{failure, name, started};
use crate::screens::screen::{THEMES, screen};
use crate::support::http::get;
use crate::support::oidc_provider::OidcProvider;
use crate::support::temp_home;

const REGISTER: Intent = Intent::Client(ClientWish::Register { anew: false });
const CLIENT_SECRET: &str = "canary-registered-secret";
const TOKEN: &str = "canary-registration-token";

/// Step 2 of a service whose metadata names a registration endpoint.
pub fn offering() -> Draft {
    let mut draft = describing();
    draft.profile.as_mut().expect("a service").client_id.clear();
    draft.authorization_step.offered = Offered {
        issuer: "https://as.example".into(),
        registration_url: "https://as.example/register".into(),
        ..Offered::default()
    };
    draft
}

/// What a server has of a client, with `more`.
pub fn registration(more: &Value) -> ClientRegistration {
    let asked = json!({ "client_name": "Tokenwright", "redirect_uris": ["http://127.0.0.1/callback"] });
    let begun = ClientRegistration {
        issuer: "https://as.example".into(),
        endpoint: "https://as.example/register".into(),
        asked: asked.as_object().cloned().expect("an object"),
        ..ClientRegistration::default()
    };
    let mut body = json!({
        "client_id": "own-7f3", "client_secret": CLIENT_SECRET, "client_secret_expires_at": 0,
        "registration_client_uri": "https://as.example/register/own-7f3", "registration_access_token": TOKEN,
        "client_name": "Tokenwright", "redirect_uris": ["http://127.0.0.1/callback"],
        "grant_types": ["authorization_code", "refresh_token"],
    });
    body.as_object_mut().expect("an object").extend(more.as_object().cloned().expect("an object"));
    let reply = Reply {
        status: 201,
        headers: Vec::new(),
        body: Secret::new(body.to_string()),
        elapsed: Duration::ZERO,
        received_at: Timestamp::UNIX_EPOCH,
    };
    begun.read(&reply).expect("a registration")
}

/// A client that was just registered.
pub fn registered(more: &Value, taken_from: Option<&str>) -> Model {
    let registration = registration(more);
    let differences = registration.differences();
    let done = Registered { registration, differences, taken_from: taken_from.map(name), name: name("as-example") };
    let mut model = started();
    model.open.registration = Requested::ended(Ok(ClientDone::Registered(Box::new(done))));
    model
}

/// The page of a profile with this client.
pub fn page_of(registration: ClientRegistration) -> Draft {
    let mut draft = page();
    draft.profile.as_mut().expect("a service").redirect_uri = "http://127.0.0.1/callback".into();
    draft.secrets.registration = Some(Box::new(registration));
    draft
}

#[test]
fn a_client_is_registered_by_one_button_where_the_service_does_that() {
    for theme in THEMES {
        let mut window = screen(theme, started(), offering());
        assert!(window.reads("This service registers clients by itself."), "{}", window.words());
        assert!(window.field("Initial access token").is_none(), "nobody asked for one");
        window.press("Register a client");
        assert_eq!(window.state().wanted, [REGISTER]);
        assert!(screen(theme, started(), describing()).button("Register a client").is_none());
    }
}

#[test]
fn it_can_be_cancelled_and_what_failed_is_told_there_without_words_for_a_terminal() {
    for theme in THEMES {
        let mut model = started();
        model.open.registration = Requested::going("https://as.example");
        let mut window = screen(theme, model, offering());
        assert!(window.reads("Asking https://as.example") && window.button("Register a client").is_none());
        window.press("Cancel");
        assert!(matches!(window.state().wanted[..], [Intent::Cancel(_)]));

        let mut model = started();
        model.open.registration = Requested::ended(Err(failure("the server takes other redirect URIs")));
        let window = screen(theme, model, offering());
        assert!(window.reads("The server takes other redirect URIs"), "{}", window.words());
        assert!(window.button("Register a client").is_some() && window.field("Initial access token").is_none());
    }
}

#[test]
fn the_initial_access_token_is_asked_for_once_the_service_wanted_one() {
    for theme in THEMES {
        let mut model = started();
        let wants = Failure::new(FailureKind::Refused, Diagnosis::new("it wants a token"));
        model.open.registration = Requested::ended(Err(wants.coded(FailureCode::InitialTokenNeeded)));
        let mut window = screen(theme, model, offering());
        window.fill("Initial access token", "canary-initial");
        assert!(!window.words().contains("canary"), "{}", window.words());
        window.key_press(egui::Key::Enter);
        window.settle();
        assert_eq!(window.state().wanted, [REGISTER]);
        assert_eq!(window.state().draft.authorization_step.initial_access_token.expose(), "canary-initial");
    }
}

#[test]
fn what_was_registered_is_told_with_the_name_it_is_saved_under_and_what_the_service_changed() {
    for theme in THEMES {
        let mut draft = offering();
        draft.secrets.registration = Some(Box::new(registration(&json!({}))));
        draft.profile.as_mut().expect("a service").client_id = "own-7f3".into();
        let window = screen(theme, registered(&json!({ "client_name": "Other" }), None), draft.clone());
        for said in [
            "The client ID is own-7f3. The profile is saved as as-example and has not signed in yet.",
            "The service changed what was asked for",
            "client_name: Tokenwright became Other",
        ] {
            assert!(window.reads(said), "{said}: {}", window.words());
        }
        assert!(!window.words().contains("canary"), "{}", window.words());
        assert!(window.button("Register a client").is_none(), "there is one");

        let mut window = screen(theme, registered(&json!({}), Some("first")), draft);
        assert!(window.reads("The client that first registered is used"), "{}", window.words());
        window.press("Register another client");
        assert_eq!(window.state().wanted, [Intent::Client(ClientWish::Register { anew: true })]);
    }
}

#[test]
fn a_redirect_uri_that_is_not_registered_is_told_before_the_browser_opens() {
    for theme in THEMES {
        let mut draft = describing();
        let profile = draft.profile.as_mut().expect("a service");
        (profile.client_id, profile.redirect_uri) = ("own-7f3".into(), "http://localhost/other".into());
        draft.secrets.registration = Some(Box::new(registration(&json!({}))));
        let mut window = screen(theme, started(), draft);
        assert!(window.reads("is not among the redirect URIs of the registered client"), "{}", window.words());
        window.press("Update registration");
        assert_eq!(window.state().wanted, [Intent::Client(ClientWish::Update)]);
    }
}

#[test]
fn the_page_of_a_profile_shows_its_client_and_deletes_it_only_when_asked_twice() {
    for theme in THEMES {
        let end = json!({ "client_secret_expires_at": 1_900_086_400 });
        let mut window = screen(theme, opened(), page_of(registration(&end)));
        for said in
            ["Registered client", "own-7f3", "https://as.example", "http://127.0.0.1/callback", "Secret expires"]
        {
            assert!(window.reads(said), "{said}: {}", window.words());
        }
        assert!(!window.words().contains("canary"), "{}", window.words());
        window.press("Ask the service");
        window.press("Update registration");
        window.press("Delete registration…");
        assert!(window.reads("The client ends at the service."));
        window.press("Keep it");
        window.press("Delete registration…");
        window.press("Delete registration");
        assert_eq!(
            window.state().wanted,
            [ClientWish::Read, ClientWish::Update, ClientWish::Delete].map(Intent::Client)
        );
        let unmanaged = registration(&json!({ "registration_access_token": "", "registration_client_uri": "" }));
        let window = screen(theme, opened(), page_of(unmanaged));
        assert!(window.reads("Do that in its console") && window.button("Ask the service").is_none());
        assert!(!screen(theme, opened(), page()).reads("Registered client"));
    }
}

/// A machine whose vault is on the disk, so that what is forgotten can be read still.
fn with_vault(theme: egui::Theme) -> (Machine, tempfile::TempDir) {
    let home = temp_home();
    let mut machine = Machine::at(home.path(), theme, Visit::Follow, "passphrase");
    machine.press("Choose…");
    machine.wait("Set a vault passphrase");
    machine.window.fill("Passphrase", "correct horse");
    machine.window.fill("Repeat passphrase", "correct horse");
    machine.press("Open vault");
    machine.wait("Vault: passphrase");
    (machine, home)
}

/// Step 2 of a new profile of this issuer, with its metadata fetched.
fn discovered(machine: &mut Machine, issuer: &str) {
    machine.press("Custom service");
    machine.press("Next");
    // At a free port: other tests listen as well.
    machine.window.fill("Redirect URI", "http://127.0.0.1/callback");
    machine.window.fill("Issuer", issuer);
    machine.press("Discover");
    machine.wait("Filled in from the metadata");
    assert!(!machine.window.reads("--register"), "{}", machine.window.words());
}

fn practice(faults: &[Fault]) -> Practice {
    let options = PracticeOptions { auto_consent: true, faults: faults.to_vec(), ..PracticeOptions::default() };
    Practice::start(options).expect("a free port")
}

#[test]
fn from_an_issuer_to_a_profile_whose_client_is_changed_and_deleted_with_it() {
    let practice = practice(&[Fault::RegistrationChanged]);
    let (mut machine, _home) = with_vault(THEMES[0]);
    discovered(&mut machine, &practice.base_url());
    machine.press("Register a client");
    machine.wait("has not signed in yet");
    assert!(machine.window.reads("token_endpoint_auth_method: none became client_secret_basic"));
    let words = machine.window.words();
    let id = words.split("The client ID is ").nth(1).and_then(|rest| rest.split('.').next()).expect("an ID");
    let asked = format!("{}/authorize?client_id={id}", practice.base_url());
    assert!(!get(&asked, &[]).body.contains("the client id is unknown"));
    machine.press("Start authorization");
    machine.wait("Signed in: a new access token");
    machine.wait("Registered client");

    // What is typed of the redirect URI is registered and saved by the update.
    machine.press("Edit…");
    machine.press("Step 2 of 3: Authorization, done");
    machine.window.fill("Redirect URI", "http://127.0.0.1/other");
    machine.wait("is not among the redirect URIs of the registered client");
    machine.press("Update registration");
    machine.wait_until("the client fits", |window| !window.reads("is not among the redirect URIs"));
    machine.press("Authorize again");
    machine.wait("Signed in: a new access token");
    machine.press("Ask the service");
    machine.wait("This is what it has of the client now.");
    assert!(machine.window.reads("http://127.0.0.1/other"), "{}", machine.window.words());

    machine.press("Forget…");
    machine.press("Forget");
    machine.wait("None yet. Step 3 saves a profile here");
    machine.press("Forgotten…");
    machine.press("Erase…");
    // The server is told with the token that the update gave.
    machine.press("Erase now");
    machine.wait("There are none.");
    assert!(!machine.window.reads("was not deleted at"), "{}", machine.window.words());
    assert!(get(&asked, &[]).body.contains("the client id is unknown"));
}

#[test]
fn a_client_that_cannot_be_deleted_with_its_profile_is_named_once() {
    let practice = practice(&[]);
    let (mut machine, _home) = with_vault(THEMES[1]);
    discovered(&mut machine, &practice.base_url());
    machine.press("Register a client");
    machine.wait("has not signed in yet");
    practice.set_faults(vec![Fault::RegistrationRefusedToken]);
    machine.press("Start authorization");
    machine.wait("Signed in: a new access token");
    machine.press("Ask the service");
    machine.wait("the token that manages it is not the last one");
    machine.press("Forget…");
    machine.press("Forget");
    machine.press("Forgotten…");
    machine.press("Erase…");
    machine.press("Erase now");
    machine.wait("was not deleted at http://127.0.0.1:");
    assert!(machine.window.reads("Delete it in the service's console"), "{}", machine.window.words());
}

#[test]
fn a_service_that_registers_nobody_without_a_token_gets_it() {
    let practice = practice(&[Fault::RegistrationClosed]);
    let (mut machine, _home) = Machine::new(THEMES[0], Visit::Follow);
    discovered(&mut machine, &practice.base_url());
    machine.press("Register a client");
    machine.wait("The server registers only those whom it gave a token");
    assert!(!machine.window.reads("initial-access-token-stdin"), "{}", machine.window.words());
    machine.window.fill("Initial access token", "practice-initial");
    machine.press("Register a client");
    machine.wait("has not signed in yet");
}

#[test]
#[ignore = "needs node"]
fn a_client_is_registered_at_a_certified_server_and_deleted() {
    let server = OidcProvider::start_with(&["--auto", "--registration"]);
    let (mut machine, _home) = Machine::new(THEMES[0], Visit::Follow);
    discovered(&mut machine, server.issuer());
    machine.press("Register a client");
    machine.wait("has not signed in yet");
    machine.press("Start authorization");
    machine.wait("Signed in: a new access token");
    machine.press("Ask the service");
    machine.wait("This is what it has of the client now.");
    machine.press("Update registration");
    machine.wait("This is what it has of the client now.");
    machine.press("Delete registration…");
    machine.press("Delete registration");
    machine.wait("The client is deleted at the service.");
}
