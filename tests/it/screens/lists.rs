//! Lists that change while a press is on its way: it reaches what was meant, or nothing.

use egui_kittest::Harness;
use tokenwright::app::News;
use tokenwright::gui::model::Model;
use tokenwright::gui::{Intent, ShareDraft, Step};

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

/// The list of saved profiles without its first.
fn without_first(model: &mut Model) {
    let rest = model.profiles.split_off(1);
    model.hear(News::Profiles(rest));
}

#[test]
fn a_late_press_on_a_service_or_a_format_reaches_that_one_or_nothing() {
    for (search, wanted) in [("qbo", vec![]), ("g", vec![Intent::Choose("google".into())])] {
        let mut window = screen(THEMES[0], started(), draft());
        press_late(&mut window, "Google", |play| play.draft.search = search.into());
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
