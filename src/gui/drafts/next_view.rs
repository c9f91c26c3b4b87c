//! Where the next frame leads the eye and the keyboard.

/// How much of a result is to be in sight, in points.
const RESULT: f32 = 200.0;

/// What the next frame scrolls to and focuses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NextView {
    /// Whether the screen shows its top: something came that stands there.
    pub to_top: bool,
    /// Whether the screen shows the rehearsal: a stage of it is over.
    pub to_rehearsal: bool,
    /// Whether the screen shows the result of what was asked on it, which may lie below.
    pub to_result: bool,
    /// What takes the keyboard.
    pub focus: Option<Focus>,
}

/// What can take the keyboard by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    Search,
    /// The button that leads on.
    Next,
    /// The search in the list of profiles.
    Profiles,
    /// The path of a file: none was chosen.
    Path,
    /// The first field that is wrong.
    Error,
    /// The first thing that the token request lacks.
    Missing,
    Passphrase,
    /// The token that is to be pasted.
    Pasted,
    /// The name of the profile: tokens arrived that are not saved.
    Name,
}

impl NextView {
    /// Scrolls to where the result is drawn next, if that was asked for.
    pub(in crate::gui) fn lead_to_result(&mut self, ui: &egui::Ui) {
        if std::mem::take(&mut self.to_result) {
            let beginning = egui::Rect::from_min_size(ui.cursor().min, egui::vec2(1.0, RESULT));
            ui.scroll_to_rect(beginning, None);
        }
    }

    /// Whether this takes the keyboard now; it is asked for once.
    pub fn take_focus(&mut self, focus: Focus) -> bool {
        self.focus.take_if(|wanted| *wanted == focus).is_some()
    }
}
