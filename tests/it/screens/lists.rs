//! Lists that change while a press is in flight: it reaches what was meant, or nothing.

use egui_kittest::Harness;
use tokenwright::app::{News, ProfileSummary, WindowSettings};
use tokenwright::gui::actions::queries::QUERIES;
use tokenwright::gui::model::Model;
use tokenwright::gui::{Intent, ShareDraft, Step, TokenTab};
use tokenwright::service::Asks;

use crate::screens::by_name::ByName as _;
use crate::screens::export::{choosing, exporting};
use crate::screens::scenes::{at, draft, failure, name, saved, service, started};
use crate::screens::screen::{Screen, THEMES, screen};

/// Presses it as a screen reader does, and changes what is shown before the press arrives.
fn press_late(window: &mut Harness<'static, Screen>, button: &str, change: impl FnOnce(&mut Screen)) {
    let Some(node) = window.button(button) else { panic!("there is no {button:?} in\n{}", window.words()) };
    node.click_accesskit();
    change(window.state_mut());
    window.settle();
}

/// Something is told at the top, and everything below it moves down.
fn tell(play: &mut Screen) {
    play.model.tell(failure("it").diagnosis);
    play.model.window = Some(WindowSettings::default());
    play.model.profiles[0].keep_alive = true;
}

/// So many saved profiles, with names in their order.
fn many(count: usize) -> Model {
    let mut model = saved("demo");
    let demo = model.profiles[0].clone();
    let profiles = (0..count).map(|at| ProfileSummary { name: name(&format!("p{at:05}")), ..demo.clone() });
    model.hear(News::Profiles(profiles.collect()));
    model
}

/// How many profiles of the list are drawn.
fn drawn(window: &Harness<'static, Screen>, prefix: &str) -> usize {
    window.words().lines().filter(|line| line.starts_with(prefix)).count()
}

#[test]
fn of_ten_thousand_profiles_those_in_view_are_drawn_and_all_are_reached() {
    let mut window = screen(THEMES[0], many(10_000), draft());
    assert!((5..60).contains(&drawn(&window, "Open p0")), "{}", window.words());
    window.press("Open p00001");
    assert_eq!(window.state().wanted, [Intent::Open(name("p00001"))]);
    window.field("Search profiles").expect("there").focus();
    window.settle();
    for _ in 0..41 {
        window.key_press(egui::Key::ArrowDown);
    }
    window.settle();
    window.key_press(egui::Key::Enter);
    window.settle();
    // The first press leads to the first line.
    assert_eq!(window.state().wanted.last(), Some(&Intent::Open(name("p00040"))));
    assert!(window.button("Open p00001").is_none() && window.button("Open p00040").is_some(), "{}", window.words());
    let card = window.button("Open p00040").expect("there").rect();
    assert!(card.top() > 0.0 && card.bottom() < 780.0, "{card:?}");

    // The wheel, as far down as it goes.
    window.hover_at(card.center());
    for _ in 0..5 {
        let delta = egui::vec2(0.0, -1_000_000.0);
        window.event(egui::Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            delta,
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Wheel,
            modifiers: egui::Modifiers::NONE,
        });
        window.settle();
    }
    window.press("Open p09999");
    assert_eq!(window.state().wanted.last(), Some(&Intent::Open(name("p09999"))));

    let mut shared = draft();
    shared.share = Some(ShareDraft::new([].into(), std::path::Path::new("/home/ada")));
    let window = screen(THEMES[0], many(10_000), shared);
    assert!((10..200).contains(&drawn(&window, "p0")), "{}", drawn(&window, "p0"));
}

/// The list of saved profiles without its first.
fn without_first(model: &mut Model) {
    let rest = model.profiles.split_off(1);
    model.hear(News::Profiles(rest));
}

#[test]
fn a_late_press_on_a_service_or_a_format_reaches_that_one_or_nothing() {
    for (search, wanted) in [("qbo", vec![]), ("g", vec![Intent::Choose("google".into())])] {
        let mut window = screen(THEMES[0], started(), draft());
        press_late(&mut window, "Google", |play| play.draft.service_step.search = search.into());
        assert_eq!(window.state().wanted, wanted);
    }
    for (search, chosen) in [("kubectl", None), ("curl", Some("curl"))] {
        let mut window = screen(THEMES[0], exporting(), choosing(None));
        press_late(&mut window, "curl command", |play| {
            play.draft.export.as_mut().expect("open").search = search.into();
        });
        let export = window.state().draft.export.as_ref().expect("open");
        assert_eq!(export.format.as_deref(), chosen);
    }
}

#[test]
fn a_late_press_on_a_profile_reaches_that_one_or_nothing() {
    for (button, wanted) in [("Open demo", vec![]), ("Open acme", vec![Intent::Open(name("acme"))])] {
        let mut window = screen(THEMES[0], saved("demo"), draft());
        press_late(&mut window, button, |play| without_first(&mut play.model));
        assert_eq!(window.state().wanted, wanted);
    }
    let mut window = screen(THEMES[0], saved("demo"), draft());
    press_late(&mut window, "More for demo", |play| without_first(&mut play.model));
    assert!(window.button("Forget…").is_none(), "{}", window.words());

    for (profile, chosen) in [("demo", vec![]), ("acme", vec![name("acme")])] {
        let mut shared = draft();
        shared.share = Some(ShareDraft::new([].into(), std::path::Path::new("/home/ada")));
        let mut window = screen(THEMES[0], saved("demo"), shared);
        press_late(&mut window, profile, |play| without_first(&mut play.model));
        let share = window.state().draft.share.as_ref().expect("open");
        assert_eq!(share.profiles.iter().cloned().collect::<Vec<_>>(), chosen);
    }
}

#[test]
fn a_late_press_on_a_scope_or_a_message_reaches_that_one_or_nothing() {
    let mut window = screen(THEMES[0], started(), at(service("practice"), Step::Authorization));
    press_late(&mut window, "email", |play| {
        let profile = play.draft.profile.as_mut().expect("chosen");
        profile.service.scopes.known.retain(|scope| scope.name != "email");
    });
    let scopes = window.state().draft.profile.as_ref().expect("chosen").scopes();
    assert_eq!(scopes, ["openid", "profile", "offline_access"]);

    let (first, second) = (failure("one").diagnosis, failure("two").diagnosis);
    let mut model = started();
    model.tell(first.clone());
    model.tell(second);
    let mut window = screen(THEMES[0], model, draft());
    press_late(&mut window, "Dismiss", |play| play.model.problems.retain(|told| *told != first));
    assert_eq!(window.state().wanted, []);
}

#[test]
fn a_late_press_in_a_profiles_menu_reaches_the_entry_that_was_meant() {
    let demo = || name("demo");
    let entries = [
        (QUERIES[0].text, vec![Intent::Ask(&QUERIES[0], demo())]),
        ("Export demo", vec![Intent::OpenExport(demo())]),
        ("Forget…", vec![]),
    ];
    for (entry, wanted) in entries {
        let mut window = screen(THEMES[0], saved("demo"), draft());
        window.press("More for demo");
        // The service turns out to answer fewer questions: the entries move up.
        press_late(&mut window, entry, |play| {
            play.model.services.iter_mut().for_each(|service| service.introspection = None);
            play.model.profiles[0].keep_alive = true;
        });
        assert_eq!(window.state().wanted, wanted);
        let forgotten = (entry == "Forget…").then(demo);
        assert_eq!(window.state().draft.questions.forget, forgotten, "{entry}");
    }
    let mut window = screen(THEMES[0], saved("demo"), draft());
    press_late(&mut window, "More for demo", tell);
    assert!(window.button("Export demo").is_some(), "{}", window.words());
}

#[test]
fn a_late_press_on_a_step_a_tab_or_a_listed_value_reaches_that_one() {
    let tokens = || at(service("practice"), Step::Tokens);
    let mut window = screen(THEMES[0], saved("demo"), tokens());
    press_late(&mut window, "Step 1 of 3: Service, done", tell);
    assert_eq!(window.state().wanted, [Intent::GoTo(Step::Service)]);

    let mut window = screen(THEMES[0], saved("demo"), tokens());
    press_late(&mut window, "Refresh request", tell);
    assert_eq!(window.state().draft.tokens_step.tab, TokenTab::RefreshRequest);

    let mut window = screen(THEMES[0], saved("demo"), at(service("practice"), Step::Authorization));
    window.press("More about the authorization");
    window.press("The client has");
    press_late(&mut window, "Optional secret", tell);
    assert_eq!(window.state().draft.profile.as_ref().expect("chosen").asks, Asks::OptionalSecret);
}
