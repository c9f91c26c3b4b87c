//! Each step alone: what it shows of a model, and what a press requests.

use egui::accesskit::Toggled;
use egui::{Key, Modifiers};
use egui_kittest::kittest::NodeT as _;
use tokenwright::app::{FailureCode, News, VaultState};
use tokenwright::diagnosis::Diagnosis;
use tokenwright::gui::model::{Requested, Visit, Work};
use tokenwright::gui::{Intent, Step, TokenTab, VaultPrompt};
use tokenwright::secret::Secret;

use crate::screens::by_name::ByName as _;
use crate::screens::scenes::{
    ACCESS_TOKEN, CLIENT_SECRET, at, authorized, called, draft, exchange, failure, name, saved, service, started,
    token_set, visiting,
};
use crate::screens::screen::{THEMES, screen};

#[test]
fn a_service_is_chosen_by_its_card_and_found_by_another_name() {
    for theme in THEMES {
        let mut window = screen(theme, started(), draft());
        assert_eq!(window.focused(), "Search services");
        window.press("Google");
        assert_eq!(window.state().wanted, [Intent::Choose("google".into())]);
        window.fill("Search services", "qbo");
        assert!(window.button("QuickBooks Online").is_some() && window.button("Custom service").is_some());
        assert!(window.button("Google").is_none());
        window.key_press(Key::Enter);
        window.settle();
        assert_eq!(window.state().wanted[1], Intent::Choose("quickbooks".into()));
        window.fill("Search services", "no such service");
        assert!(window.reads("No preset matches."));
    }
}

#[test]
fn what_the_service_needs_is_asked_and_a_wrong_value_is_told_while_it_is_typed() {
    for theme in THEMES {
        let mut window = screen(theme, started(), at(service("netsuite"), Step::Authorization));
        assert!(!window.reads("Account ID is missing"));
        let model = window.state().model.clone();
        window.state_mut().draft.go_to(Step::Tokens, &model);
        window.settle();
        assert!(window.reads("Account ID is missing"));
        assert_eq!((window.state().draft.step, window.focused()), (Step::Authorization, "Account ID".to_owned()));
        window.fill("Account ID", "evil.example/#");
        assert!(window.reads("Account ID"), "{}", window.words());
        assert!(!window.reads("Account ID is missing"));
        let wrong = window.field("Account ID").expect("the field");
        assert!(wrong.accesskit_node().data().invalid().is_some());
        window.fill("Account ID", "1234567_SB1");
        let right = window.field("Account ID").expect("the field");
        assert!(right.accesskit_node().data().invalid().is_none());
    }
}

#[test]
fn what_one_needs_in_the_services_console_stands_on_one_page_in_its_order() {
    for theme in THEMES {
        let window = screen(theme, started(), at(service("quickbooks"), Step::Authorization));
        let words = window.words();
        let places: Vec<_> = [
            "Open the service's console",
            "Before the first sign-in",
            "Copy redirect URI",
            "Client ID",
            "Client secret",
            "Scopes",
        ]
        .map(|text| words.find(text).unwrap_or_else(|| panic!("no {text} in {words}")))
        .into();
        assert!(places.is_sorted(), "{places:?} {words}");
    }
}

#[test]
fn the_checklist_is_ticked_as_done_and_the_ticks_are_kept() {
    for theme in THEMES {
        let quickbooks = service("quickbooks");
        let (first, all) = (format!("1. {}", quickbooks.checklist[0]), quickbooks.checklist.len());
        let mut window = screen(theme, started(), at(quickbooks.clone(), Step::Authorization));
        let ticked = |window: &egui_kittest::Harness<'static, crate::screens::screen::Screen>| {
            window.button(&first).expect("a tick box").accesskit_node().toggled() == Some(Toggled::True)
        };
        assert!(!ticked(&window) && !window.reads(&format!("of {all} done")));
        window.press(&first);
        assert!(ticked(&window) && window.reads(&format!("Before the first sign-in: 1 of {all} done")));
        window.press(&first);
        assert!(!ticked(&window));
        window.press(&first);
        window.state_mut().draft.choose(service("google"));
        window.settle();
        window.state_mut().draft.choose(quickbooks.clone());
        window.state_mut().draft.step = Step::Authorization;
        window.settle();
        assert!(ticked(&window), "{}", window.words());
    }
}

#[test]
fn a_wrong_url_of_a_custom_service_is_told_at_its_field_and_nothing_is_opened() {
    for theme in THEMES {
        let mut window = screen(theme, started(), at(service("custom"), Step::Authorization));
        window.fill("Client ID", "my-client");
        window.fill("Authorization URL", "htp:/foo bar");
        assert!(window.reads("The authorization URL does not begin with https://"), "{}", window.words());
        window.fill("Authorization URL", "https://as.test/authorize");
        assert!(!window.reads("The authorization URL"));
        let model = window.state().model.clone();
        window.state_mut().draft.go_to(Step::Tokens, &model);
        window.settle();
        assert_eq!((window.state().draft.step, window.focused()), (Step::Authorization, "Token URL".to_owned()));
        assert!(window.reads("The token URL is missing"));
        window.fill("Token URL", "https://as.test/token");
        let profile = window.state().draft.profile.as_ref().expect("chosen");
        assert_eq!(profile.refresh_request.url, "https://as.test/token");
        assert!(profile.parse().is_ok());
    }
}

#[test]
fn a_client_that_is_refused_can_be_sent_in_the_other_place() {
    for theme in THEMES {
        let refused = failure("the service refused the client: invalid_client").coded(FailureCode::ClientRefused);
        let mut window = screen(theme, called(Err(refused)), at(service("practice"), Step::Tokens));
        assert!(window.reads("were sent in the "), "{}", window.words());
        window.press("Try the other place");
        assert_eq!(window.state().wanted, [Intent::TryOtherAuthentication]);
    }
}

#[test]
fn a_missing_client_id_is_told_at_its_field_and_no_later_step_is_entered() {
    for theme in THEMES {
        let mut window = screen(theme, started(), at(service("google"), Step::Authorization));
        let model = window.state().model.clone();
        window.state_mut().draft.go_to(Step::Tokens, &model);
        window.settle();
        assert_eq!(window.state().draft.step, Step::Authorization);
        assert!(window.reads("Client ID is missing"), "{}", window.words());
        assert_eq!(window.focused(), "Client ID");
        window.fill("Client ID", "my-client");
        assert!(!window.reads("Client ID is missing"));
        window.fill("Redirect URI", "not a uri");
        assert!(window.button("Copy redirect URI").is_none());
        window.fill("Redirect URI", "https://app.example/callback");
        assert!(window.reads("paste the address you are redirected to"), "{}", window.words());
    }
}

#[test]
fn a_service_without_client_flow_asks_for_the_client_id_only() {
    for theme in THEMES {
        let mut window = screen(theme, started(), at(service("custom"), Step::Authorization));
        assert!(window.field("Authorization URL").is_some() && window.field("Token URL").is_some());
        window.press("More about the authorization");
        window.press("This service requires client-flow authorization");
        assert!(window.field("Authorization URL").is_none());
        assert!(window.field("Client ID").is_some());
        assert!(window.field("Redirect URI").is_none() && window.button("Start authorization").is_none());
        window.press("Next");
        assert_eq!(window.state().wanted, [Intent::GoTo(Step::Tokens)]);
    }
}

#[test]
fn the_wait_for_the_browser_says_where_and_for_how_long_and_can_be_ended() {
    for theme in THEMES {
        let mut window = screen(theme, visiting(), at(service("practice"), Step::Authorization));
        assert!(window.reads("Waiting on 127.0.0.1:5000") && window.reads("Times out at "), "{}", window.words());
        for text in ["The system could not open a browser", "Open the URL yourself", "SHA-256 fingerprint"] {
            assert!(window.reads(text), "{text}");
        }
        assert!(window.button("Copy address").is_some() && window.button("Open again").is_some());
        assert!(window.button("Open in…").is_none(), "no browser is known");
        window.press("The address");
        assert!(window.button("Copy URL").is_some() && window.button("Copy Redirect URI").is_some());
        window.press("QR code, for another device");
        assert!(window.reads("paste the address that it ends on"), "{}", window.words());
        assert!(window.button("Use pasted response").expect("there").accesskit_node().is_disabled());
        window.press("Cancel");
        assert_eq!(window.state().wanted, [Intent::Cancel(Work::SignIn)]);
        window.key_press(Key::Escape);
        window.settle();
        assert_eq!(window.state().wanted[1], Intent::Cancel(Work::SignIn));
        window.fill("Pasted response", "code=abc");
        window.press("Use pasted response");
        assert_eq!(window.state().wanted[2], Intent::Paste);
    }
}

#[test]
fn a_cancelled_sign_in_leaves_nothing_on_the_screen() {
    for theme in THEMES {
        let fresh = screen(theme, started(), at(service("practice"), Step::Authorization)).words();
        let mut window = screen(theme, visiting(), at(service("practice"), Step::Authorization));
        assert_ne!(window.words(), fresh);
        window.state_mut().model.cancel(Work::SignIn);
        window.settle();
        assert_eq!(window.words(), fresh);
        window.state_mut().model.open.sign_in.visit = Visit::Failed(failure("a new failure"));
        window.settle();
        assert!(window.reads("A new failure") && window.reads("Do it again"));
    }
}

#[test]
fn the_code_arrives_with_what_else_came() {
    for theme in THEMES {
        let window = screen(theme, authorized(), at(service("practice"), Step::Authorization));
        for text in ["The authorization code arrived", "realmId", "9130", "Step 2 of 3: Authorization, current, done"] {
            assert!(window.reads(text), "{text} in\n{}", window.words());
        }
        assert!(window.button("Next").is_some() && window.button("Authorize again").is_some());
    }
}

#[test]
fn the_preview_follows_the_editor_and_masks_until_a_value_is_revealed() {
    for theme in THEMES {
        let mut window = screen(theme, authorized(), at(service("practice"), Step::Tokens));
        assert!(window.reads("POST http://127.0.0.1:4321/token"), "{}", window.words());
        assert!(!window.reads(CLIENT_SECRET));
        window.press("Change the request");
        window.press("PUT");
        window.fill("URL", "http://127.0.0.1:4321/token?v=2");
        assert!(window.reads("PUT http://127.0.0.1:4321/token?v=2"), "{}", window.words());
        window.press("JSON");
        assert!(window.reads("Content-Type: application/json"), "{}", window.words());
        assert!(window.reads("\"grant_type\": \"authorization_code\""), "{}", window.words());
        window.press("Reveal client secret");
        assert!(window.reads(CLIENT_SECRET));
        assert!(!window.reads(crate::screens::scenes::CODE));
        window.press("Mask client secret");
        assert!(!window.reads(CLIENT_SECRET));
    }
}

#[test]
fn the_curl_copy_holds_variables_in_place_of_secrets() {
    let mut window = screen(THEMES[0], authorized(), at(service("practice"), Step::Tokens));
    let button = window.button("Copy as curl").expect("a copy button");
    button.click_accesskit();
    window.step();
    let copied = crate::screens::by_name::copied(&window.ctx).pop();
    let copied = copied.expect("something was copied");
    assert!(copied.contains("curl \\\n") && copied.contains("${CLIENT_SECRET}"), "{copied}");
    for secret in [CLIENT_SECRET, crate::screens::scenes::CODE, crate::screens::scenes::VERIFIER] {
        assert!(!copied.contains(secret), "{secret} in {copied}");
    }
}

#[test]
fn tokens_are_shown_with_their_clock_and_only_when_asked_in_the_clear() {
    for theme in THEMES {
        let mut window = screen(theme, called(Ok(token_set(ACCESS_TOKEN))), at(service("practice"), Step::Tokens));
        for text in ["fresh, 1 min 55 s left", "Bearer", "openid profile", "Tokens received", "Status 200 after 12 ms"]
        {
            assert!(window.reads(text), "{text} in\n{}", window.words());
        }
        // A refresh token is what `offline_access` asks for, whether the reply names it or not.
        assert!(!window.reads("Requested but not granted"), "{}", window.words());
        assert!(!window.reads(ACCESS_TOKEN));
        window.press("Show tokens");
        assert!(window.reads(ACCESS_TOKEN));
        window.press("Hide tokens");
        window.press("Reveal secrets in the body");
        assert!(window.reads(ACCESS_TOKEN));

        let mut fewer = token_set(ACCESS_TOKEN);
        (fewer.scopes, fewer.refresh_token) = (Some(vec!["openid".into()]), None);
        let window = screen(theme, called(Ok(fewer)), at(service("practice"), Step::Tokens));
        assert!(window.reads("Requested but not granted"), "{}", window.words());
        assert!(window.words().lines().any(|line| line == "profile offline_access"), "{}", window.words());
    }
}

#[test]
fn a_refused_call_is_explained_above_the_request() {
    for theme in THEMES {
        let refused = called(Err(failure("token endpoint refused the code: invalid_grant")));
        let window = screen(theme, refused, at(service("practice"), Step::Tokens));
        for text in ["Token endpoint refused the code: invalid_grant", "Do it again", "Status 400 after 12 ms"] {
            assert!(window.reads(text), "{text}");
        }
        assert!(window.button("Done").is_none());
    }
}

#[test]
fn a_profile_is_saved_by_button_key_and_enter_and_a_bad_name_is_told() {
    for theme in THEMES {
        let mut window = screen(theme, called(Ok(token_set(ACCESS_TOKEN))), at(service("practice"), Step::Tokens));
        assert!(window.button("Done").expect("there").accesskit_node().is_disabled());
        window.fill("Profile name", "\u{202e}");
        assert!(window.reads("The profile's name cannot hold '\\u{202e}' there"), "{}", window.words());
        window.fill("Profile name", "acme");
        window.press("Done");
        window.key_press_modifiers(Modifiers::COMMAND, Key::S);
        window.settle();
        window.field("Profile name").expect("the field").focus();
        window.settle();
        window.key_press(Key::Enter);
        window.settle();
        assert_eq!(window.state().wanted, vec![Intent::Save { replace: false }; 3]);
        window.state_mut().model.open.save = Requested::ended(Err(taken()));
        window.settle();
        window.press("Replace");
        assert_eq!(window.state().wanted[3], Intent::Save { replace: true });
    }
}

#[test]
fn a_name_in_any_script_becomes_the_display_name_and_a_plain_one_is_proposed() {
    for theme in THEMES {
        for (typed, plain) in [("Müller GmbH – Test", "mueller-gmbh-test"), ("Мир", "practice"), ("a/b", "a-b")] {
            let mut window = screen(theme, called(Ok(token_set(ACCESS_TOKEN))), at(service("practice"), Step::Tokens));
            window.fill("Profile name", typed);
            assert!(window.reads(&format!("Files and scripts use {plain}.")), "{}", window.words());
            assert!(!window.reads("cannot hold"));
            window.field("Profile name").expect("the field").focus();
            window.settle();
            window.key_press(Key::Enter);
            window.settle();
            assert_eq!(window.state().wanted, [Intent::Save { replace: false }]);
            let draft = &window.state().draft;
            assert_eq!(draft.tokens_step.name, plain);
            assert_eq!(draft.profile.as_ref().expect("a profile").display_name, typed);
        }
    }
}

fn taken() -> tokenwright::app::Failure {
    let diagnosis = Diagnosis::new("a profile `acme` exists already").hint("choose another name, or replace it");
    tokenwright::app::Failure::new(tokenwright::app::FailureKind::Usage, diagnosis)
        .coded(tokenwright::app::FailureCode::ProfileExists)
}

#[test]
fn profiles_are_listed_with_their_state_and_forgotten_only_when_asked_twice() {
    for theme in THEMES {
        let mut window = screen(theme, saved("demo"), at(service("practice"), Step::Tokens));
        for text in ["fresh, 1 min 55 s", "expired", "unreadable"] {
            assert!(window.reads(text), "{text}");
        }
        window.press("Open acme");
        assert_eq!(window.state().wanted, [Intent::Open(name("acme"))]);
        window.press("Forget…");
        assert_eq!(window.state().wanted.len(), 1);
        window.press("Cancel");
        window.press("Forget…");
        window.press("Forget");
        assert_eq!(window.state().wanted[1], Intent::Forget(name("demo")));
    }
}

#[test]
fn a_profile_that_cannot_be_read_is_told_and_the_message_can_be_dismissed() {
    for theme in THEMES {
        let mut model = started();
        let problem = failure("`old.toml` line 3: there is no key `bearr`").diagnosis;
        model.tell(problem.clone());
        let mut window = screen(theme, model, draft());
        assert!(window.reads("“old.toml” line 3: there is no key “bearr”"));
        window.press("Dismiss");
        assert_eq!(window.state().wanted, [Intent::Dismiss(problem)]);
    }
}

#[test]
fn the_practice_service_can_be_told_what_to_do_wrong() {
    for theme in THEMES {
        let mut window = screen(theme, started(), at(service("practice"), Step::Service));
        assert!(window.reads("Listening on http://127.0.0.1:4321, for this machine only."));
        window.press("Faults to inject");
        window.press("http-500");
        assert_eq!(window.state().wanted, [Intent::SetFaults]);
        assert_eq!(window.state().draft.service_step.faults, ["http-500"]);
        assert!(window.reads("http-500: The token endpoint answers 500"));
        window.fill("Search faults", "Refused invalid_grant");
        let named = |name| window.button(name).is_some();
        assert!(named("dead-refresh-token") && named("http-500") && !named("slow-reply"), "{}", window.words());
    }
}

#[test]
fn the_vault_is_asked_for_in_words_for_a_person_once_something_waits_for_it() {
    for theme in THEMES {
        let mut model = started();
        let problem = Diagnosis::new("the keyring cannot be used").hint("set `TOKENWRIGHT_VAULT=passphrase`");
        model.hear(News::Vault(VaultState::NoKeyring(problem)));
        let mut draft = at(service("practice"), Step::Authorization);
        let quiet = screen(theme, model.clone(), draft.clone());
        assert!(!quiet.reads("Where should tokens be stored?"), "nothing is to be kept yet");
        draft.questions.vault = Some(VaultPrompt { then: Some(Box::new(Intent::Authorize { again: false })) });
        let mut window = screen(theme, model, draft);
        assert!(window.reads("Where should tokens be stored?") && window.reads("the keyring cannot be used"));
        assert!(!window.reads("TOKENWRIGHT_") && !window.reads("`"), "{}", window.words());
        window.fill("Passphrase", "one");
        window.fill("Repeat passphrase", "two");
        assert!(window.reads("The passphrases do not match"));
        assert!(window.button("Open vault").expect("there").accesskit_node().is_disabled());
        window.fill("Repeat passphrase", "one");
        window.press("Open vault");
        window.press("Memory only");
        let [Intent::OpenVault(first, Some(passphrase)), Intent::OpenVault(second, None)] = &window.state().wanted[..]
        else {
            panic!("{:?}", window.state().wanted)
        };
        assert_eq!(format!("{first:?} {second:?}"), "Passphrase Memory");
        assert_eq!(*passphrase, Secret::new("one"));
    }
}

#[test]
fn a_refresh_token_that_is_at_hand_is_used_without_a_sign_in() {
    for theme in THEMES {
        let mut window = screen(theme, started(), at(service("practice"), Step::Tokens));
        window.press("Refresh request");
        assert_eq!(window.state().draft.tokens_step.tab, TokenTab::RefreshRequest);
        let call = window.button("Refresh").expect("there");
        assert!(call.accesskit_node().is_disabled());
        window.fill("Refresh token to use", "at-hand");
        assert!(window.reads("refresh_token="), "{}", window.words());
        assert!(!window.reads("at-hand"));
        window.press("Refresh");
        assert_eq!(window.state().wanted, [Intent::RequestRefresh]);
        let refused = exchange(Err(failure("token endpoint refused the refresh token: invalid_grant")));
        window.state_mut().model.open.refresh_request = Requested::ended(Ok(refused));
        window.settle();
        assert!(window.reads("Token endpoint refused the refresh token: invalid_grant"));
        assert!(window.button("Send it once more").is_none());
        let unknown =
            failure("the refresh token of `demo` was spent, outcome unknown").coded(FailureCode::OutcomeUnknown);
        window.state_mut().model.open.refresh_request = Requested::ended(Err(unknown));
        window.settle();
        window.press("Send it once more");
        assert_eq!(window.state().wanted.last(), Some(&Intent::ResendRefresh));
    }
}

#[test]
fn a_code_is_not_sent_twice() {
    for theme in THEMES {
        let mut window = screen(theme, called(Ok(token_set(ACCESS_TOKEN))), at(service("practice"), Step::Tokens));
        let call = window.button("Send token request").expect("there");
        assert!(call.accesskit_node().is_disabled());
        call.hover();
        window.settle();
        assert!(window.reads("The code has been used: refresh or authorize again"), "{}", window.words());
        window.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
        window.settle();
        assert!(window.state().wanted.is_empty());
    }
}
