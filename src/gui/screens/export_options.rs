//! How an export keeps up with the tokens, whether the refresh token goes along, and into which file it goes.

use egui::Ui;

use crate::app::FormLine;
use crate::diagnosis::Diagnosis;
use crate::export::RefreshTokenUse;
use crate::gui::export_draft::{ExportDraft, Way};
use crate::gui::theme::{Tone, small};
use crate::gui::widgets::{Field, banner_with, section, segmented_among, toggle};

const NO_LIVE: &str = "Whatever reads this form cannot ask for a token by itself";
const ONLY_LIVE: &str = "This form asks for the token each time, and holds none";

/// Shows what can be chosen of this form.
pub(crate) fn options_ui(ui: &mut Ui, form: &FormLine, export: &mut ExportDraft) {
    section(ui, "How does it keep up?", |ui| {
        let without = (!form.snapshot).then_some(ONLY_LIVE);
        let ways = [
            (Way::Snapshot, "Snapshot", without),
            (Way::Live, "Live", (!form.live).then_some(NO_LIVE)),
            (Way::Sink, "Sink", without),
        ];
        segmented_among(ui, "How it keeps up", &mut export.way, &ways);
        ui.label(small(ui, meaning(export.way)));
        refresh_token_ui(ui, form, export);
        if form.url {
            let field = Field::new("Address").example("https://api.example.com/me").optional().mono();
            field
                .help("What the token is for; it stands in the text or in the next command.")
                .show(ui, &mut export.url);
        }
    });
}

fn meaning(way: Way) -> &'static str {
    match way {
        Way::Snapshot => "The values as they are now. They are stale once the access token expires.",
        Way::Live => "It holds no token: it asks this program for a valid one each time.",
        Way::Sink => "A file that this program writes again at each refresh.",
    }
}

fn refresh_token_ui(ui: &mut Ui, form: &FormLine, export: &mut ExportDraft) {
    if export.way == Way::Live {
        return;
    }
    match (form.refresh_token, export.rotates) {
        (RefreshTokenUse::Never, _) => return,
        (RefreshTokenUse::Optional, false) => {
            let help = "The tool can then refresh by itself, and so can whoever reads the file.";
            toggle(ui, "With the refresh token and the client", &mut export.with_refresh_token, Some(help));
        }
        (RefreshTokenUse::Optional, true) => {
            let help = "This service gives a new refresh token at each refresh, so only one of the two can hold it.";
            toggle(ui, "Hand over the refresh token, with the client", &mut export.with_refresh_token, Some(help));
        }
        (RefreshTokenUse::Needed, _) => {
            let words = "The tool refreshes by itself: the refresh token and the client are in it.";
            ui.label(small(ui, words));
        }
    }
    if export.gives_away(form) {
        confirm_ui(ui, form, export);
    } else {
        export.hand_over = false;
    }
}

/// Asked once more: it cannot be taken back but by signing in.
fn confirm_ui(ui: &mut Ui, form: &FormLine, export: &mut ExportDraft) {
    let way_out = match (form.refresh_token, form.live) {
        (_, true) => "choose Live",
        (RefreshTokenUse::Needed, false) => "choose another form",
        (_, false) => "take the tick away",
    };
    let what = Diagnosis::new("the refresh token will have another holder").hint(format!(
        "The first refresh there ends the token that is kept here. The profile is marked as handed over, and this \
         program no longer refreshes it until you sign in again. To keep it here, {way_out}."
    ));
    banner_with(ui, Tone::Warning, &what, |ui| {
        toggle(ui, "Yes, hand it over", &mut export.hand_over, None);
    });
}

/// Where it is saved.
pub(crate) fn file_ui(ui: &mut Ui, export: &mut ExportDraft) {
    section(ui, "Where to?", |ui| {
        let help = "Written for your eyes only. The folder must exist.";
        let field = Field::new("File").example("/home/me/acme.env").help(help).mono();
        if field.show(ui, &mut export.path).changed() {
            export.path_is_typed = true;
        }
    });
}
