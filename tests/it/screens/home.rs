//! The page of a saved profile: its state, and what is done with it from day to day.

use egui_kittest::kittest::NodeT as _;
use jiff::SignedDuration;
use tokenwright::app::{Failure, FailureCode, FailureKind, News};
use tokenwright::diagnosis::Diagnosis;
use tokenwright::gui::actions::queries::QUERIES;
use tokenwright::gui::desktop::copied_token::CopiedToken;
use tokenwright::gui::model::{Model, Requested};
use tokenwright::gui::{Draft, Intent, Naming, Step};

use crate::screens::by_name::ByName as _;
use crate::screens::machine::{Machine, Visit};
use crate::screens::scenes::{ACCESS_TOKEN, at, exchange, failure, name, now, saved, service, token_set};
use crate::screens::screen::{THEMES, screen};
use crate::screens::vault::with_profile;
use crate::support::database::Database;
use crate::support::temp_home;

/// The page of `demo`.
pub fn page() -> Draft {
    let mut draft = at(service("practice"), Step::Tokens);
    draft.home = true;
    draft
}

/// `demo` as it is read from the store: nothing was asked for.
pub fn opened() -> Model {
    let mut model = saved("demo");
    model.open.token_request = Requested::default();
    model
}

#[test]
fn what_is_done_each_day_stands_beside_the_state_of_the_tokens() {
    for theme in THEMES {
        let mut window = screen(theme, opened(), page());
        for text in ["fresh, 1 min 55 s left", "1 day 0 h left", "tokenwright token demo", "openid profile"] {
            assert!(window.reads(text), "{text} in {}", window.words());
        }
        assert!(!window.reads(ACCESS_TOKEN));
        for (button, intent) in [
            ("Refresh", Intent::RequestRefresh),
            ("Copy token", Intent::CopyToken(CopiedToken::Token)),
            ("Copy header", Intent::CopyToken(CopiedToken::Header)),
            ("Copy curl", Intent::CopyToken(CopiedToken::Curl)),
            ("Export…", Intent::OpenExport(name("demo"))),
            ("Who am I", Intent::Ask(&QUERIES[0], name("demo"))),
            ("Sign in again", Intent::SignInAgain),
            ("Edit…", Intent::EditProfile),
        ] {
            window.press(button);
            assert_eq!(window.state_mut().wanted.pop(), Some(intent), "{button}");
        }
        // By its key as well.
        window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Enter);
        window.settle();
        assert_eq!(window.state().wanted, [Intent::RequestRefresh]);
    }
}

#[test]
fn an_expired_token_is_a_fault_only_where_nothing_renews_it() {
    let expired = |refreshable: bool| {
        let mut model = opened();
        let tokens = model.open.tokens.as_mut().expect("tokens");
        tokens.expires_at = Some(now() - SignedDuration::from_secs(5));
        tokens.refresh_token.take_if(|_| !refreshable);
        screen(THEMES[0], model, page())
    };
    let renewable = expired(true);
    assert!(renewable.reads("expired, and refreshed at the next use"), "{}", renewable.words());
    assert!(!renewable.button("Refresh").expect("there").accesskit_node().is_disabled());
    let dead = expired(false);
    assert!(dead.reads("none: sign in again when the access token expires"), "{}", dead.words());
    assert!(dead.button("Refresh").expect("there").accesskit_node().is_disabled());
}

#[test]
fn what_came_of_a_refresh_stands_under_its_button() {
    for theme in THEMES {
        let mut model = opened();
        model.open.refresh_request = Requested::ended(Ok(exchange(Ok(token_set(ACCESS_TOKEN)))));
        let window = screen(theme, model.clone(), page());
        let told = window.words().find("Refreshed: a new access token, 1 min 55 s left").expect("told");
        let (button, next) = (window.words().find("\nRefresh\n").expect("it"), window.words().find("\nAccount\n"));
        assert!(button < told && told < next.expect("the next section"), "{}", window.words());

        model.open.refresh_request = Requested::ended(Ok(exchange(Err(failure("the service refused: invalid_grant")))));
        let mut window = screen(theme, model.clone(), page());
        assert!(window.reads("The service refused: invalid_grant"));
        window.press("Show request and response");
        assert_eq!(window.state().wanted, [Intent::EditProfile]);

        let unknown = Failure::new(FailureKind::NeedsSignIn, Diagnosis::new("it may be spent"));
        model.open.refresh_request = Requested::ended(Err(unknown.coded(FailureCode::OutcomeUnknown)));
        let mut window = screen(theme, model, page());
        window.press("Send it once more");
        assert_eq!(window.state().wanted, [Intent::ResendRefresh]);
    }
}

#[test]
fn a_regular_check_that_failed_stands_on_the_page_and_in_the_list() {
    for theme in THEMES {
        let mut model = opened();
        let failed = Diagnosis::new("the identity endpoint answered 401: `invalid_token`");
        model.hear(News::FailedChecks([(name("demo"), failed)].into()));
        let mut window = screen(theme, model, page());
        assert!(window.reads("The last check failed: the identity endpoint answered 401"), "{}", window.words());
        assert!(window.reads("refresh the token, or sign in again"), "{}", window.words());
        window.state_mut().draft.listing.attention = true;
        window.settle();
        assert!(window.reads("Last check failed") && window.reads("Needs attention (2)"), "{}", window.words());
        window.state_mut().model.hear(News::FailedChecks([].into()));
        window.settle();
        assert!(!window.reads("heck failed"), "{}", window.words());
    }
}

#[test]
fn a_name_is_asked_for_and_a_wrong_or_taken_one_told() {
    for (link, action, proposed, typed) in
        [("Rename…", "Rename", "demo", "acme-books"), ("Duplicate…", "Duplicate", "demo-copy", "acme-books")]
    {
        let mut window = screen(THEMES[1], opened(), page());
        window.press(link);
        assert_eq!(window.focused(), "New name");
        assert_eq!(window.field("New name").expect("it").accesskit_node().value().as_deref(), Some(proposed));
        window.fill("New name", "a b");
        assert!(window.button(action).expect("there").accesskit_node().is_disabled());
        window.fill("New name", typed);
        window.press(action);
        assert_eq!(window.state().wanted, [Intent::SaveName]);
        let expected = Naming { profile: name("demo"), copy: action == "Duplicate", typed: typed.to_owned() };
        assert_eq!(window.state().draft.questions.naming, Some(expected));
        window.state_mut().model.naming = Requested::ended(Err(failure("a profile of that name exists already")));
        window.settle();
        assert!(window.reads("A profile of that name exists already"));
        window.press("Cancel");
        assert_eq!(window.state().draft.questions.naming, None);
    }
}

/// The practice service, signed in to as `demo`.
fn signed_in() -> (Machine, tempfile::TempDir) {
    let (mut machine, home) = Machine::new(THEMES[0], Visit::Follow);
    machine.sign_in();
    machine.window.fill("Profile name", "demo");
    machine.press("Done");
    machine.wait("tokenwright token demo");
    (machine, home)
}

#[test]
fn in_the_whole_window_a_check_by_itself_is_kept_with_the_profile_and_is_no_edit() {
    let (mut machine, home) = signed_in();
    machine.press("Every 6 hours");
    machine.wait_until("it is saved", |_| {
        let text = Database::of(home.path()).profile("demo");
        text.is_some_and(|text| text.contains("check_every = \"6h\""))
    });
    // Nothing is asked: there is nothing to save.
    machine.press("New profile");
    machine.wait("Search services");
    machine.press("Open demo");
    machine.press("Never");
    machine.wait_until("it is saved", |_| {
        let text = Database::of(home.path()).profile("demo");
        text.is_some_and(|text| !text.contains("check_every"))
    });
}

#[test]
fn in_the_whole_window_the_token_is_copied_in_each_shape() {
    let (mut machine, _home) = signed_in();
    let token = machine.access_token();
    for (button, starts, ends) in [
        ("Copy token", token.clone(), token.clone()),
        ("Copy header", "Authorization: Bearer ".to_owned(), token.clone()),
        ("Copy curl", "header=\"$(tokenwright token demo --header)\" && ".to_owned(), "/userinfo'".to_owned()),
    ] {
        machine.press(button);
        let copied = machine.copied_that(|text| text.starts_with(&starts) && text.ends_with(&ends));
        assert_eq!(copied.contains(&token), button != "Copy curl");
    }
}

#[test]
fn in_the_whole_window_a_token_for_another_api_is_copied_and_stands_there_with_its_own_clock() {
    let (mut machine, _home) = signed_in();
    let own = machine.access_token();
    machine.press("Other access tokens");
    machine.window.fill("API", "urn:practice archive");
    machine.wait("A resource is an absolute URI without blanks");
    machine.window.fill("API", "urn:practice:archive");
    machine.press("Copy token for this API");
    let copied = machine.copied_that(|text| text.starts_with("practice-at-"));
    assert_ne!(copied, own);
    machine.wait("Copy token for urn:practice:archive");
    assert_eq!(machine.access_token(), own, "the own one stays");
    machine.press("Copy token for urn:practice:archive");
    assert_eq!(machine.copied_that(|text| text.starts_with("practice-at-")), copied);
    machine.window.fill("API", "urn:practice:attic");
    machine.press("Copy token for this API");
    machine.wait("invalid_target");
}

#[test]
fn in_the_whole_window_a_sign_in_anew_ends_on_the_page() {
    let (mut machine, home) = signed_in();
    let first = machine.access_token();
    machine.press("Sign in again");
    machine.wait("Signed in: a new access token");
    assert_ne!(machine.access_token(), first);
    assert_eq!(machine.sent.lock().expect("no panic holds it").len(), 2);
    let database = Database::of(home.path());
    assert!(database.has("demo"), "the profile is the same one");
    machine.press("Edit…");
    machine.press("Back to the profile");
    machine.wait("tokenwright token demo");
}

#[test]
fn in_the_whole_window_a_profile_gets_notes_another_name_and_a_copy() {
    let (mut machine, home) = signed_in();
    let database = Database::of(home.path());
    machine.window.fill("Tags", "prod, acme");
    machine.window.fill("Notes", "Ask Ada.");
    machine.window.field("Tags").expect("it").focus();
    machine.wait_until("saved", |_| {
        database.profile("demo").is_some_and(|text| text.contains("Ask Ada.") && text.contains("acme"))
    });
    machine.press("Rename…");
    machine.window.fill("New name", "books");
    machine.press("Rename");
    machine.wait("tokenwright token books");
    assert!(!database.has("demo") && database.has("books"));
    let token = machine.access_token();
    machine.press("Refresh");
    machine.wait("Refreshed: a new access token");
    assert_ne!(machine.access_token(), token);

    machine.press("Duplicate…");
    machine.press("Duplicate");
    machine.wait("tokenwright token books-copy");
    assert!(machine.window.reads("signed out") && machine.window.button("Sign in again").is_some());
    let copy = database.profile("books-copy").expect("a profile");
    assert!(copy.contains("Ask Ada."), "{copy}");
}

#[test]
fn in_the_whole_window_what_was_changed_is_asked_about_on_the_way_back_to_the_page() {
    let (mut machine, home) = signed_in();
    let database = Database::of(home.path());
    machine.press("Edit…");
    machine.press("Back");
    machine.press("email");
    machine.press("Back to the profile");
    machine.wait("Save your changes?");
    machine.press("Discard");
    machine.wait("tokenwright token demo");
    assert!(!database.profile("demo").expect("a profile").contains("email"));
    machine.press("Edit…");
    machine.press("Back");
    machine.press("email");
    machine.press("Back to the profile");
    machine.press("Save");
    machine.wait("tokenwright token demo");
    assert!(database.profile("demo").expect("a profile").contains("email"));
}

#[test]
fn in_the_whole_window_a_forgotten_profile_is_brought_back_and_erased() {
    // A vault in memory keeps nothing of what was forgotten.
    let home = temp_home();
    let mut machine = with_profile(home.path(), THEMES[1], "correct horse");
    let database = Database::of(home.path());
    let token = machine.access_token();
    let forget = |machine: &mut Machine| {
        machine.press("Forget…");
        machine.press("Forget");
        machine.wait("Forgot kept");
        assert!(!database.has("kept"), "it is put aside");
    };
    forget(&mut machine);
    machine.press("Undo");
    machine.wait("tokenwright token kept");
    assert_eq!(machine.access_token(), token);
    assert!(database.has("kept") && !machine.window.reads("Forgot kept"), "{}", machine.window.words());

    forget(&mut machine);
    machine.press("Dismiss");
    machine.press("Forgotten…");
    machine.wait("Forgotten profiles");
    machine.press("Bring back");
    machine.wait("tokenwright token kept");

    forget(&mut machine);
    machine.press("Forgotten…");
    machine.press("Erase…");
    machine.press("Erase now");
    machine.wait("There are none.");
    machine.press("Close");
    machine.wait_until("nothing to undo", |window| !window.reads("Forgot kept"));
    assert!(!database.has("kept"));
}

#[test]
fn a_token_that_is_bound_to_a_key_is_not_copied_alone() {
    for theme in THEMES {
        let mut model = opened();
        model.open.tokens.as_mut().expect("tokens").token_type = "DPoP".into();
        let window = screen(theme, model, page());
        assert!(
            window.reads("bound to a key: each request needs a proof of it, which the button Copy curl makes"),
            "{}",
            window.words()
        );
        assert!(!window.words().contains("Copy Access token"), "{}", window.words());
        assert!(screen(theme, opened(), page()).words().contains("Copy Access token"));
    }
}
