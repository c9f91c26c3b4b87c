//! Desktop notifications, for events while the person looks elsewhere.

use tokio::sync::oneshot;

use crate::app::handle::App;
use crate::app::news::News;
use crate::desktop::{Notice, show_notice};

impl App {
    /// Shows a notification, unless the settings want none, and reports a click on it. Runs as long as the notification is
    /// there.
    pub async fn notify(&self, notice: Notice) {
        let is_quiet = self.with_config(|config| Ok(config.load_settings().is_ok_and(|settings| settings.quiet))).await;
        if is_quiet.unwrap_or_default() {
            return;
        }
        let (press, pressed) = oneshot::channel();
        show_notice(notice, move || {
            // The receiver is gone only when the program ends.
            let _ = press.send(());
        });
        if pressed.await.is_ok() {
            self.tell(News::NoticePressed);
        }
    }
}
