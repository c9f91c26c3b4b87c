//! Nothing is cut off: in the smallest supported window, at 100 % and 150 %, in both themes, with the longest values.

use egui::{Rect, Shape};
use egui_kittest::Harness;
use egui_kittest::kittest::NodeT as _;
use jiff::SignedDuration;
use tokenwright::app::{
    FieldRead, ForgottenProfile, ImportOutcome, Imported, KeptAlive, News, ProfileState, VaultState,
};
use tokenwright::call::Expression;
use tokenwright::diagnosis::Diagnosis;
use tokenwright::dialect::{Described, Dialect, Import, Note};
use tokenwright::gui::actions::queries::QUERIES;
use tokenwright::gui::model::{AskedQuery, Model, Requested, Visit};
use tokenwright::gui::{Copied, Draft, Locking, Naming, Step, TokenTab};
use tokenwright::service::{Catalog, DisplayName, KnownScope, Service};

use crate::screens::by_name::{ByName as _, TYPED};
use crate::screens::call;
use crate::screens::described;
use crate::screens::device;
use crate::screens::export::{choosing, exported, exporting, previewed, shared, sharing};
use crate::screens::home;
use crate::screens::import::{import_failed, imported, importing, issuer_found};
use crate::screens::inspect;
use crate::screens::key::{keyed, netsuite, pair, successfactors};
use crate::screens::preset::{customising, written};
use crate::screens::rehearsal::{rehearsed, rehearsing};
use crate::screens::scenes::{
    ACCESS_TOKEN, at, authorized, called, draft, exchange, failure, name, now, saved, service, started, token_set,
    visiting, waiting,
};
use crate::screens::screen::{SMALL, Screen, THEMES, sized};
use crate::screens::{calendar, calls, redirects, settings, team};

/// As small as a window gets, in points: fewer than a laptop's screen shows at 200 %.
const LEAST: egui::Vec2 = egui::vec2(640.0, 400.0);
/// Rounding to whole pixels.
const HAIR: f32 = 1.0;

/// Looks at the window from its top to its end.
#[track_caller]
fn check(scene: &str, model: &Model, draft: &Draft, open: &[&str]) {
    let [light, dark] = THEMES;
    for (theme, size, scale) in [(light, SMALL, 1.0), (dark, SMALL, 1.0), (dark, LEAST, 1.5)] {
        let mut window = sized(theme, size, scale, model.clone(), draft.clone());
        for name in open {
            window.press(name);
        }
        let place = format!("{scene}, {theme:?}, {size:?} at {scale}");
        check_widgets(&place, &window, size.x);
        check_texts(&place, &window);
    }
}

#[track_caller]
pub fn check_widgets(place: &str, window: &Harness<'static, Screen>, width: f32) {
    for node in window.root().children_recursive() {
        let Some(bounds) = node.accesskit_node().bounding_box() else { continue };
        let rect = node.rect();
        let fits = rect.left() >= -HAIR && rect.right() <= width + HAIR;
        let name = node.accesskit_node().label().or(node.value());
        let role = node.accesskit_node().role();
        // The letters within a one-line field scroll.
        let is_letters = matches!(role, egui::accesskit::Role::TextRun);
        assert!(fits || is_letters, "{place}: {role:?} {name:?} is at {bounds:?}");
    }
}

/// No text is shortened unless it is shown elsewhere, and none exceeds its clip.
#[track_caller]
fn check_texts(place: &str, window: &Harness<'static, Screen>) {
    let nodes = window.root().children_recursive().map(|node| node.accesskit_node());
    let typed: Vec<String> =
        nodes.filter(|node| TYPED.contains(&node.role())).filter_map(|node| node.value()).collect();
    // What is shortened is told in full by the description of what it stands on, or else by the tooltip, as a name is.
    let nodes = window.root().children_recursive().map(|node| node.accesskit_node());
    let told: Vec<String> =
        nodes.flat_map(|node| [node.label(), node.data().description().map(str::to_owned)]).flatten().collect();
    // A sentence begins with a capital; what stands in a line of the list does not.
    let told: Vec<String> = told.iter().map(|told| told.to_lowercase()).collect();
    let is_told = |text: &str| text.to_lowercase().split(" · ").all(|part| told.iter().any(|told| told.contains(part)));
    for clipped in &window.output().shapes {
        for (rect, text, elided) in texts(&clipped.shape) {
            let is_typed = typed.iter().any(|value| value == &text) || text.chars().all(|letter| letter == '•');
            if text.is_empty() || is_typed {
                continue;
            }
            assert!(!elided || is_told(&text), "{place}: {text:?} is shortened");
            let seen = clipped.clip_rect.intersects(rect);
            let fits =
                rect.left() >= clipped.clip_rect.left() - HAIR && rect.right() <= clipped.clip_rect.right() + HAIR;
            assert!(!seen || fits, "{place}: {text:?} is cut: {rect:?} in {:?}", clipped.clip_rect);
        }
    }
}

fn texts(shape: &Shape) -> Vec<(Rect, String, bool)> {
    match shape {
        Shape::Text(text) => {
            let rect = text.galley.rect.translate(text.pos.to_vec2());
            vec![(rect, text.galley.text().to_owned(), text.galley.elided)]
        }
        Shape::Vec(shapes) => shapes.iter().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn step_1_fits() {
    check("nothing chosen", &started(), &draft(), &[]);
    let mut whole = started();
    whole.hear(News::Services(Catalog::bundled().services(), Vec::new()));
    check("the whole catalogue", &whole, &draft(), &[]);
    let services: Vec<Service> = started().services;
    for service in services {
        check(&service.id, &started(), &at(service.clone(), Step::Service), &[]);
    }
    let mut wrong = at(service("netsuite"), Step::Service);
    wrong.insist();
    check("wrong", &started(), &wrong, &[]);
    let mut practising = at(service("practice"), Step::Service);
    practising.service_step.faults =
        tokenwright::app::faults().flat_map(|of| of.faults).map(|(name, _)| name.to_owned()).collect();
    check("every fault", &started(), &practising, &[]);
    for model in [rehearsing, rehearsed] {
        check("rehearsal", &model(), &at(service("quickbooks"), Step::Service), &[]);
    }
    let folder = "a-long-name/".repeat(20);
    for outcome in [Ok(folder.as_str()), Err("there is a preset file already")] {
        check("own preset", &written(outcome), &customising(), &[]);
    }
}

#[test]
fn step_2_fits() {
    for service in started().services {
        let draft = at(service.clone(), Step::Authorization);
        let opened: &[&str] = if service.authorization.is_some() { &["More about the authorization"] } else { &[] };
        check(&service.id, &started(), &draft, opened);
    }
    let mut described = described::describing();
    let model = described::tried(&mut described);
    check("described", &model, &described, &["Extra parameters"]);
    check("without a key", &started(), &netsuite(Step::Authorization), &["Change the assertion"]);
    check("SAML", &started(), &successfactors(Step::Authorization, &pair()), &["Change the assertion"]);
    check("with a key", &started(), &keyed(Step::Authorization, &pair()), &[]);
    check("an assertion", &started(), &keyed(Step::Tokens, &pair()), &[]);
    check("waiting", &visiting(), &at(service("practice"), Step::Authorization), &[]);
    check("arrived", &authorized(), &at(service("practice"), Step::Authorization), &[]);
    let mut refused = started();
    let why = failure("the service refused: access_denied (the person said no)");
    refused.open.sign_in.visit = Visit::Failed(why);
    check("refused", &refused, &at(service("practice"), Step::Authorization), &[]);
}

#[test]
fn step_3_fits() {
    for tab in [TokenTab::TokenRequest, TokenTab::RefreshRequest] {
        let mut draft = at(service("practice"), Step::Tokens);
        draft.tokens_step.tab = tab;
        let open = ["Change the request", "Headers and query"];
        check("to be called", &authorized(), &draft, &open);
        check("called", &called(Ok(token_set(ACCESS_TOKEN))), &draft, &open);
        check("saved", &saved("demo"), &draft, &open);
        check("refused", &called(Err(failure("token endpoint refused the code: invalid_grant"))), &draft, &open);
        let mut sending = authorized();
        sending.open.token_request = Requested::going("https://login.a-service.example:8443");
        sending.open.refresh_request = Requested::going("https://login.a-service.example:8443");
        check("being called", &sending, &draft, &[]);
    }
}

#[test]
fn an_inspected_token_and_a_call_fit() {
    check("a token", &inspect::known(inspect::found()), &inspect::page(), &[]);
    for status in [200, 401] {
        check("a call", &call::answered(status), &call::page(), &["Headers (1)"]);
    }
    check("a pasted token", &home::opened(), &inspect::pasting(), &[]);
}

#[test]
fn the_page_of_a_profile_fits() {
    check("a page", &home::opened(), &home::page(), &["History"]);
    let mut failed = home::opened();
    failed.open.refresh_request = Requested::ended(Ok(exchange(Err(failure(&"a long reason ".repeat(20))))));
    failed.query =
        Some(AskedQuery { query: &QUERIES[1], profile: name("demo"), answer: Requested::going("a.example") });
    check("a refusal", &failed, &home::page(), &[]);
    let mut naming = home::page();
    naming.questions.naming = Some(Naming { profile: name(&"a".repeat(64)), copy: false, typed: "b".repeat(64) });
    check("renaming", &home::opened(), &naming, &[]);
    let mut forgotten = home::opened();
    forgotten.forgotten.last = Some(name(&"a".repeat(64)));
    forgotten.forgotten.all = Requested::ended(Ok(vec![ForgottenProfile {
        name: name(&"a".repeat(64)),
        display_name: DisplayName::of(&"Müller GmbH ".repeat(5)),
        service: "Practice service".to_owned(),
        shared: true,
        forgotten_at: now(),
        erased_at: now() + SignedDuration::from_hours(7 * 24),
    }]));
    check("forgotten", &forgotten, &home::page(), &[]);
    let mut bringing_back = home::page();
    bringing_back.questions.forgotten = true;
    check("bringing back", &forgotten, &bringing_back, &["Erase…"]);
}

#[test]
fn an_export_and_sharing_fit() {
    check("all formats", &exporting(), &choosing(None), &[]);
    // One of each kind: with an address, live only or not at all, and with a refresh token or without.
    for form in ["curl", "dotenv", "exec-credential", "google-authorized-user"] {
        check(form, &previewed(true), &choosing(Some(form)), &[]);
    }
    let mut handing_over = choosing(Some("json"));
    handing_over.export.as_mut().expect("open").with_refresh_token = true;
    check("handing over", &previewed(true), &handing_over, &["Yes, hand it over"]);
    let folder = "a-long-name/".repeat(20);
    let refused = Diagnosis::new(format!("`{folder}` is there already")).hint("choose another file");
    let refused = (refused, tokenwright::app::FailureCode::FileForeign);
    for outcome in [Ok(folder.as_str()), Err(refused)] {
        let mut draft = choosing(Some("dotenv"));
        let export = draft.export.as_mut().expect("open");
        (export.path, export.path_is_typed, export.rotates) = (folder.clone(), true, true);
        export.asked = export.order(exporting().export.formats()).map(|order| (order, export.path.clone()));
        check("exported", &exported(outcome), &draft, &[]);
    }
    for locking in [Locking::WithoutSecrets, Locking::Passphrase, Locking::Recipient] {
        check("sharing", &shared(), &sharing(locking, "correct horse"), &[]);
    }
}

#[test]
fn the_check_of_a_redirect_uri_fits() {
    let long = format!("http://localhost:8081/{}", "callback/".repeat(20));
    let registered = format!("http://localhost:8081/callback\n{long}");
    check("redirect URIs that were tried", &redirects::tried(), &redirects::registering(&registered), &[]);
}

#[test]
fn the_calls_fit() {
    check("no calls", &started(), &calls::page(), &[]);
    let mut draft = calls::page();
    draft.calls.as_mut().expect("open").open = Some(now() + SignedDuration::from_secs(3));
    check("calls", &calls::made(), &draft, &[]);
}

#[test]
fn the_settings_fit() {
    let (model, draft) = calendar::busy();
    check("calendar", &model, &draft, &["Save as .ics…", "Also show what needs nobody"]);
    check("settings", &settings::known(), &settings::page(), &["Components and their licences"]);
    let mut draft = settings::page();
    let typed = draft.settings.as_mut().expect("open");
    (typed.proxy, typed.timeout, typed.ca_file) = ("proxy:3128".into(), "x".into(), "corp.pem".into());
    check("settings with mistakes", &settings::known(), &draft, &[]);
}

#[test]
fn the_team_fits() {
    for model in [team::none, team::asking, team::member] {
        check("team", &model(), &team::page(), &[]);
    }
    let mut draft = sharing(Locking::WithoutSecrets, "");
    draft.share.as_mut().expect("open").to_team = true;
    check("sharing with the team", &shared(), &draft, &[]);
}

#[test]
fn the_list_of_profiles_fits_with_the_menu_and_the_question_before_forgetting() {
    let why = || Diagnosis::new("the profile `c` needs a new sign-in since 2026-11-21 09:08 UTC").hint("sign in again");
    let dying = ProfileState::Tokens {
        expires_at: Some(now() + SignedDuration::from_hours(2999)),
        refreshable: true,
        refresh_token_expires_at: Some(now() + SignedDuration::from_hours(24 * 6 + 23)),
        announced_from: Some(now()),
        scopes: None,
    };
    let states = [dying, ProfileState::NeedsSignIn { why: why(), expires_at: None }, ProfileState::Stale(why())];
    let mut model = saved("demo");
    for (state, letter) in states.into_iter().zip("abc".chars()) {
        let mut summary = model.profiles[0].clone();
        (summary.name, summary.state, summary.keep_alive) = (name(&letter.to_string().repeat(64)), state, true);
        model.profiles.push(summary);
    }
    let alive = KeptAlive { name: name(&"a".repeat(64)), next: None, problem: Some(why()) };
    model.hear(News::KeepAlive(vec![alive]));
    let mut draft = at(service("practice"), Step::Tokens);
    // In the smallest window it is hidden until it is asked for.
    draft.listing.is_open = Some(true);
    check("the menu", &model, &draft, &["More for acme"]);
    let mut forgetting = draft;
    forgetting.questions.forget = Some(name(&"a".repeat(64)));
    check("forgetting", &model, &forgetting, &[]);
}

#[test]
fn the_questions_about_the_vault_fit() {
    let problem = Diagnosis::new("the keyring cannot be used: there is no service that keeps secrets")
        .hint("choose a passphrase, or keep tokens in memory until the window closes");
    let wrong = VaultState::NeedsPassphrase { new: false, problem: Some(Diagnosis::new("the passphrase is wrong")) };
    let new = VaultState::NeedsPassphrase { new: true, problem: None };
    for state in [VaultState::NeedsChoice(problem), wrong, new] {
        let mut model = started();
        model.hear(News::Vault(state));
        check("vault", &model, &at(service("practice"), Step::Authorization), &[]);
    }
}

#[test]
fn the_import_fits() {
    check("import", &started(), &importing(), &["Supported formats"]);
    for model in [|| imported(&["quickbooks", "google"]), issuer_found, import_failed] {
        check("import", &model(), &importing(), &[]);
    }
    let mut reading = started();
    reading.import = Requested::going(&format!("https://login.acme.example/{}", "a".repeat(300)));
    check("fetching", &reading, &importing(), &[]);
    let mut adopted = at(service("quickbooks"), Step::Service);
    let note = |words: &str| Note::new(format!("auth.{}", "p".repeat(120)), words.repeat(40));
    adopted.service_step.missing = vec![note("to be found in the console "), note("x")];
    let outcome = Ok(adopted.service_step.missing.clone());
    adopted.service_step.copied = Some(Copied { format: Dialect::by_id("toml").expect("ours"), outcome });
    check("adopted", &started(), &adopted, &[]);
    let mut long = Described { service: service("quickbooks"), ..Described::default() };
    long.service.name = "n".repeat(200);
    (long.understood, long.ignored) = (adopted.service_step.missing.clone(), adopted.service_step.missing);
    let import = Import { format: "f".repeat(120).leak(), described: vec![long] };
    let mut model = started();
    let imported = Imported { from: "/a-folder".repeat(40), import };
    model.import = Requested::ended(Ok(ImportOutcome::Described(Box::new(imported))));
    check("long import", &model, &importing(), &[]);
}

#[test]
fn very_long_values_fit() {
    let long_word = "x".repeat(200);
    let scopes: Vec<String> = (0..40).map(|number| format!("https://service.example/auth/scope.{number}")).collect();
    let mut long = service("practice");
    long.name = format!("{}{long_word}", "A service with a name that never ends ".repeat(3));
    long.labels.client_secret = "The client secret of the integration record that was shown once".into();
    long.scopes.known = scopes
        .iter()
        .map(|scope| KnownScope { name: scope.clone(), meaning: "what it lets the program do".into() })
        .collect();
    long.checklist = vec![long_word.clone()];
    let profile_name = "n".repeat(64);
    let mut model = saved(&profile_name);
    model.hear(News::Services(vec![long.clone()], vec![Diagnosis::new(long_word.clone()).hint(long_word.clone())]));
    let mut tokens = token_set(&"t".repeat(2048));
    tokens.scopes = Some(scopes.clone());
    tokens.retained.insert("k".repeat(80), long_word.clone());
    tokens.expires_at = Some(now() + SignedDuration::from_hours(24 * 400));
    crate::screens::scenes::requested(&mut model, exchange(Ok(tokens)));
    for step in [Step::Service, Step::Authorization, Step::Tokens] {
        let mut draft = at(long.clone(), step);
        draft.profile.as_mut().expect("chosen").ticked = scopes.clone();
        draft.tokens_step.name.clone_from(&profile_name);
        draft.tokens_step.revealed.tokens = true;
        draft.tokens_step.revealed.response = true;
        check("long", &model, &draft, &[]);
    }
    let mut model = started();
    let mut waiting = waiting();
    waiting.url = format!("https://service.example/{}", "u".repeat(3000));
    waiting.redirect_uri = format!("http://127.0.0.1/{long_word}");
    waiting.addresses = vec!["127.0.0.1:65535".into(), "[::1]:65535".into()];
    model.open.sign_in.visit = Visit::Waiting(Box::new(waiting), None);
    check("long", &model, &at(long.clone(), Step::Authorization), &[]);
    let mut waiting = device::waiting();
    waiting.user_code = "W".repeat(64);
    waiting.verification_uri = format!("https://service.example/{}", "u".repeat(300));
    waiting.message = "word ".repeat(60);
    check("another device", &device::shown(waiting), &at(long, Step::Authorization), &[]);
}

#[test]
fn a_registered_client_is_never_cut() {
    use crate::screens::registered_client::{offering, page_of, registered, registration};
    let long = serde_json::json!({
        "client_id": "x".repeat(300), "client_name": "word ".repeat(60), "scope": "s".repeat(200),
        "redirect_uris": ["http://127.0.0.1/".to_owned() + &"u".repeat(300), "http://127.0.0.1/b"],
    });
    check("registered", &registered(&long, Some("first")), &offering(), &[]);
    check("offered", &started(), &offering(), &[]);
    let page = page_of(registration(&long));
    check("a registered client", &home::opened(), &page, &["Delete registration…"]);
}

#[test]
fn how_a_reply_is_read_is_never_cut() {
    let long = Diagnosis::new(format!("the expression `{}` failed: {}", "a".repeat(60), "it says why ".repeat(8)));
    let model = crate::screens::reading::read(called(Ok(token_set(ACCESS_TOKEN))), FieldRead::Failed(long));
    let mut draft = at(service("practice"), Step::Tokens);
    if let Some(profile) = &mut draft.profile {
        profile.token_request.reading.access_token[0] = Expression::new(format!("$split({}, ' ')[1]", "a".repeat(90)));
    }
    check("how the reply is read", &model, &draft, &["How the response is read"]);
    let draft = at(service("practice"), Step::Tokens);
    check("values to point at", &crate::screens::reading::pointed(), &draft, &["How the response is read"]);
}
