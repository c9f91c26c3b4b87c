//! What the desktop says while the person looks elsewhere.

use std::rc::Rc;

use tokio::sync::oneshot;

use crate::app::Event;
use crate::app::shared::Shared;
use crate::desktop::{Notice, show_notice};

/// Shows a notice, and tells the face when it is pressed. Goes on as long as the notice is there.
pub(crate) async fn show(shared: &Rc<Shared>, notice: Notice) {
    let (press, pressed) = oneshot::channel();
    show_notice(notice, move || {
        // The receiver is gone only with the worker.
        let _ = press.send(());
    });
    if pressed.await.is_ok() {
        shared.emit(Event::NoticePressed);
    }
}
