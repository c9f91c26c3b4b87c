//! Opens consoles, documentation and references in the browser.

use std::path::PathBuf;
use std::sync::Arc;

use crate::app::blocking::blocking;
use crate::app::handle::App;
use crate::app::{Browser, Failure, FailureKind, InstalledBrowser};
use crate::diagnosis::Diagnosis;
use crate::durable;
use crate::redirect::{Launched, installed, show_folder};

impl App {
    /// Opens an address in the browser.
    pub async fn open_link(&self, url: String, browser: Browser) -> Result<(), Failure> {
        if browser == Browser::None {
            return Err(not_opened("no browser is to be opened"));
        }
        let open = Arc::clone(&self.ports.open_browser);
        let problem = match blocking(move || open(&browser, &url)).await? {
            // It stays for as long as the browser does.
            Ok(launched) if launched.may_be_the_browser() => None,
            // The launcher may still fail: no browser is set, or it cannot be started.
            Ok(launched) => blocking(move || launched.failure()).await?,
            Err(error) => Some(error),
        };
        problem.map_or(Ok(()), |error| Err(not_opened(&error.to_string())))
    }

    /// Shows a folder of the program in the file manager of the desktop; it is made if nothing was kept there yet.
    pub async fn show_folder(&self, folder: PathBuf) -> Result<(), Failure> {
        let shown = folder.clone();
        let made = blocking(move || durable::create_folder(&folder)).await?;
        let failure = |why: &str| {
            let diagnosis = Diagnosis::new(format!("`{}` cannot be shown: {why}", shown.display()));
            Failure::new(FailureKind::Machine, diagnosis.hint("copy the path and open it yourself"))
        };
        made.map_err(|error| failure(&error.to_string()))?;
        let opened = shown.clone();
        match blocking(move || show_folder(&opened).map(Launched::failure)).await? {
            Ok(None) => Ok(()),
            Ok(Some(error)) | Err(error) => Err(failure(&error.to_string())),
        }
    }

    /// The browsers of this machine.
    pub async fn installed_browsers(&self) -> Result<Vec<InstalledBrowser>, Failure> {
        blocking(|| installed(&std::env::var_os("PATH").unwrap_or_default())).await
    }
}

fn not_opened(why: &str) -> Failure {
    let diagnosis = Diagnosis::new(why).hint("copy the address and open it in a browser yourself");
    Failure::new(FailureKind::Machine, diagnosis)
}
