//! Files that are chosen by pointing, typed where the desktop has no file chooser, or dropped on the window.

use std::sync::Arc;

use tokenwright::app::{ImportOutcome, ImportSource};
use tokenwright::gui::drafts::Focus;
use tokenwright::gui::model::{Model, Requested};
use tokenwright::gui::{Draft, Intent, Locking, Step};

use crate::screens::by_name::ByName as _;
use crate::screens::export::{choosing, exporting, previewed, sharing};
use crate::screens::import::{Dropped, importing};
use crate::screens::scenes::{at, draft, saved, service, started};
use crate::screens::screen::{THEMES, screen};
use crate::screens::team;

const NOTHING: &str = "No file was chosen";

fn led_to_path(mut draft: Draft) -> Draft {
    draft.next_view.focus = Some(Focus::Path);
    draft
}

#[test]
fn where_no_file_was_chosen_to_import_it_says_so_and_the_path_has_the_keyboard() {
    for theme in THEMES {
        let mut model = started();
        model.import = Requested::ended(Ok(ImportOutcome::NotChosen));
        let window = screen(theme, model, led_to_path(importing()));
        assert!(window.reads(NOTHING) && window.reads("Type the path instead"), "{}", window.words());
        assert_eq!(window.focused(), "File");
    }
}

#[test]
fn an_export_and_shared_profiles_are_written_where_one_points_or_types() {
    for theme in THEMES {
        check_target(theme, previewed(true), choosing(Some("json")));
        check_target(theme, exporting(), sharing(Locking::WithoutSecrets, ""));
    }
}

#[track_caller]
fn check_target(theme: egui::Theme, model: Model, draft: Draft) {
    let mut window = screen(theme, model, draft.clone());
    assert!(!window.reads(NOTHING));
    window.press("Browse…");
    assert_eq!(window.state().wanted, [Intent::ChooseTarget]);

    let mut model = window.state().model.clone();
    model.export.target = Requested::ended(Ok(None));
    let window = screen(theme, model, led_to_path(draft));
    assert!(window.reads(NOTHING), "{}", window.words());
    assert_eq!(window.focused(), "File");
}

#[test]
fn a_file_that_is_dropped_is_read_on_every_screen() {
    let scenes = vec![
        (started(), draft()),
        (started(), at(service("practice"), Step::Authorization)),
        (saved("demo"), at(service("practice"), Step::Tokens)),
        (started(), importing()),
        (exporting(), choosing(None)),
        (exporting(), sharing(Locking::WithoutSecrets, "")),
        (team::none(), team::page()),
    ];
    for (model, draft) in scenes {
        let mut window = screen(THEMES[0], model, draft);
        window.input_mut().dropped_files.push(Arc::new(Dropped));
        window.settle();
        let wanted = &window.state().wanted;
        assert!(matches!(wanted[..], [Intent::Import(ImportSource::File(_))]), "{wanted:?}");
    }
}
