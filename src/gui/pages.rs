//! The pages that lie over the steps: whether one is open, and closing it.

use crate::gui::drafts::Draft;

impl Draft {
    /// Whether a page lies over the steps, which has buttons of its own.
    pub(in crate::gui) fn has_page(&self) -> bool {
        let Self { import, export, share, team, inspect, call, settings, calls, calendar, .. } = self;
        let shared = [export.is_some(), share.is_some(), team.is_some()];
        let tools = [inspect.is_some(), call.is_some(), calls.is_some(), calendar.is_some()];
        import.is_some() || settings.is_some() || shared.into_iter().chain(tools).any(|is_open| is_open)
    }

    /// Closes the page that lies over the steps, but for the import, which is closed with what was read.
    pub(in crate::gui) fn close_page(&mut self) {
        (self.export, self.share, self.team) = (None, None, None);
        (self.settings, self.calls, self.calendar) = (None, None, None);
        (self.inspect, self.call) = (None, None);
    }
}
