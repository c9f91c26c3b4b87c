//! The tray icon while the window is hidden: its menu lists the profiles with keep-alive.

use std::sync::Arc;

use jiff::tz::TimeZone;
use tokio::sync::mpsc::unbounded_channel;

use crate::agent::KeptAlive;
use crate::app::blocking::locked;
use crate::app::handle::App;
use crate::app::news::News;
use crate::app::types::TrayState;
use crate::desktop::{Tray, TrayError, TrayIcon, TrayPress};
use crate::diagnosis::Diagnose as _;

impl App {
    /// Shows an icon in the tray, or with `None` removes it. Runs as long as the icon is shown.
    pub async fn show_tray(&self, icon: Option<TrayIcon>) {
        drop(locked(&self.tray).take());
        let Some(icon) = icon else { return self.tell(News::Tray(TrayState::Off)) };
        let (sender, mut presses) = unbounded_channel();
        let tell = move |press| {
            // The receiver is gone only when the program ends.
            let _ = sender.send(press);
        };
        let tray = match Tray::show(lines(&self.scheduler.standing()), icon, tell).await {
            Ok(tray) => Arc::new(tray),
            Err(error) => return self.tell(News::Tray(TrayState::Absent(error.diagnose()))),
        };
        *locked(&self.tray) = Some(tray);
        self.tell(News::Tray(TrayState::There));
        while let Some(press) = presses.recv().await {
            if press == TrayPress::Gone {
                drop(locked(&self.tray).take());
                self.tell(News::Tray(TrayState::Absent(TrayError::NoTray.diagnose())));
            }
            self.tell(News::TrayPressed(press));
        }
    }

    /// Updates the lines of the tray's menu.
    pub(in crate::app) fn update_tray(&self, standing: &[KeptAlive]) {
        let tray = locked(&self.tray).clone();
        if let Some(tray) = tray {
            let lines = lines(standing);
            tokio::spawn(async move { tray.set_lines(lines).await });
        }
    }
}

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
