//! What the window does for the calendar.

use std::path::PathBuf;

use crate::app::{App, home_folder};
use crate::gui::drafts::profile_page::CalendarDraft;
use crate::gui::model::Calendar;
use crate::gui::window::Window;

impl Window {
    pub(in crate::gui) fn open_calendar(&mut self) {
        self.close_page();
        let path = home_folder().join("tokenwright.ics").display().to_string();
        self.draft.calendar = Some(CalendarDraft { path, ..CalendarDraft::default() });
        self.draft.next_view.to_top = true;
    }

    /// Reads what ends when, where the profiles are others than those it was read of last.
    pub(in crate::gui) fn look_at_calendar(&mut self) {
        let Some(calendar) = &mut self.draft.calendar else { return };
        let now = (self.model.profiles.version(), self.model.vault.clone());
        if calendar.read_of.as_ref() == Some(&now) || self.model.calendar.ends.is_pending() {
            return;
        }
        calendar.read_of = Some(now);
        let read = |app: App, _| async move { app.ends(&[]).await.map(Calendar::of) };
        self.model.calendar.ends.start_again(self.tasks.start(read));
    }

    pub(in crate::gui) fn save_calendar(&mut self, replace: bool) {
        let Some(calendar) = &self.draft.calendar else { return };
        let (path, all) = (PathBuf::from(calendar.path.trim()), calendar.all);
        self.draft.next_view.to_top = true;
        let save = |app: App, _| async move { app.save_calendar(path, all, replace).await };
        self.model.calendar.file.start(self.tasks.start(save));
    }

    pub(in crate::gui) fn take_calendar(&mut self) {
        self.poll(|model| &mut model.calendar.ends);
        if self.poll(|model| &mut model.calendar.file)
            && self.model.calendar.file.last().is_some()
            && let Some(calendar) = &mut self.draft.calendar
        {
            calendar.saves = false;
        }
    }
}
