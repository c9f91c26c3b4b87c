//! Desktop notifications, for what happens while the person looks elsewhere.

use tokio::sync::oneshot;

use crate::app::handle::App;
use crate::app::news::News;
use crate::desktop::{Notice, show_notice};

impl App {
    /// Has the desktop show a notice, and tells the face when it is pressed. Goes on as long as the notice is there.
    pub async fn notify(&self, notice: Notice) {
        let (press, pressed) = oneshot::channel();
        show_notice(notice, move || {
            // The receiver is gone only at the end of the program.
            let _ = press.send(());
        });
        if pressed.await.is_ok() {
            self.tell(News::NoticePressed);
        }
    }
}
