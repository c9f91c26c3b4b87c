//! Desktop notifications, for events while the person looks elsewhere.

use tokio::sync::oneshot;

use crate::app::handle::App;
use crate::app::news::News;
use crate::desktop::{Notice, show_notice};

impl App {
    /// Shows a notification and reports a click on it. Runs as long as the notification is there.
    pub async fn notify(&self, notice: Notice) {
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
