//! Addresses that a person wants to see in the browser: consoles, documentation, references.

use std::sync::Arc;

use crate::app::shared::{Shared, blocking};
use crate::app::sign_in::authorize::browser_of;
use crate::app::{BrowserChoice, Event, Failure};
use crate::diagnosis::Diagnosis;

/// Opens an address, or tells why not.
pub(crate) async fn open(shared: &Shared, url: String, browser: BrowserChoice) -> Result<(), Failure> {
    if browser == BrowserChoice::None {
        shared.emit(Event::LinkNotOpened(url, not_opened("no browser is to be opened")));
        return Ok(());
    }
    let (open, browser, address) = (Arc::clone(&shared.ports.open_browser), browser_of(browser), url.clone());
    let problem = match blocking(move || open(&browser, &address)).await? {
        // What was started may still fail: no browser is set, or it cannot be started either.
        Ok(launched) => blocking(move || launched.failure()).await?,
        Err(error) => Some(error),
    };
    if let Some(error) = problem {
        shared.emit(Event::LinkNotOpened(url, not_opened(&error.to_string())));
    }
    Ok(())
}

fn not_opened(why: &str) -> Diagnosis {
    Diagnosis::new(why).hint("copy the address and open it in a browser yourself")
}
