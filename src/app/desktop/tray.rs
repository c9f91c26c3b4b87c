//! The icon in the desktop's tray while the window is hidden: what its menu says of the profiles that are kept alive, and
//! what is pressed in it.

use std::cell::RefCell;
use std::rc::Rc;

use jiff::tz::TimeZone;
use tokio::sync::mpsc::unbounded_channel;

use crate::app::shared::Shared;
use crate::app::{Event, Failure, KeptAlive, TrayState};
use crate::desktop::{Tray, TrayError, TrayIcon, TrayPress};
use crate::diagnosis::Diagnose as _;

/// The icon that is shown.
pub(crate) type Shown = RefCell<Option<Rc<Tray>>>;

/// Shows the icon, or with none takes it away. Goes on as long as it is shown.
pub(crate) async fn show(shared: &Shared, icon: Option<TrayIcon>) -> Result<(), Failure> {
    drop(shared.tray.take());
    let Some(icon) = icon else {
        shared.emit(Event::Tray(TrayState::Off));
        return Ok(());
    };
    let (sender, mut presses) = unbounded_channel();
    let tell = move |press| {
        // The receiver is gone only with the worker.
        let _ = sender.send(press);
    };
    let tray = match Tray::show(lines(&shared.alive.standing()), icon, tell).await {
        Ok(tray) => Rc::new(tray),
        Err(error) => {
            shared.emit(Event::Tray(TrayState::Absent(error.diagnose())));
            return Ok(());
        }
    };
    shared.tray.replace(Some(tray));
    shared.emit(Event::Tray(TrayState::There));
    while let Some(press) = presses.recv().await {
        if press == TrayPress::Gone {
            drop(shared.tray.take());
            shared.emit(Event::Tray(TrayState::Absent(TrayError::NoTray.diagnose())));
        }
        shared.emit(Event::TrayPressed(press));
    }
    Ok(())
}

/// The profiles stand otherwise.
pub(crate) fn update(shared: &Shared, standing: &[KeptAlive]) {
    if let Some(tray) = shared.tray.borrow().clone() {
        let lines = lines(standing);
        tokio::task::spawn_local(async move { tray.set_lines(lines).await });
    }
}

/// A line a profile.
fn lines(standing: &[KeptAlive]) -> Vec<String> {
    let line = |kept: &KeptAlive| match (&kept.problem, kept.next) {
        (Some(problem), _) => format!("{}: {}", kept.name, problem.summary),
        (None, Some(at)) => {
            let at = at.to_zoned(TimeZone::system()).strftime("%H:%M");
            format!("{}: next refresh {at}", kept.name)
        }
        (None, None) => kept.name.to_string(),
    };
    standing.iter().map(line).collect()
}
