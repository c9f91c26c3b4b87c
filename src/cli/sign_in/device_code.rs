//! The code of a sign-in on another device as a terminal shows it.

use crate::app::DeviceWaiting;
use crate::cli::print;
use crate::cli::profiles::local;
use crate::cli::sign_in::qr;

/// Prints the code and where to type it.
pub(crate) fn tell(waiting: &DeviceWaiting, shows_qr: bool) {
    if waiting.is_taken_up {
        print::note("This code is still waited for:");
    }
    let frame = "─".repeat(waiting.user_code.chars().count() + 6);
    print::note(&format!("On another device, open {}", waiting.verification_uri));
    print::note("and enter the code:");
    print::note(&format!("  ┌{frame}┐"));
    print::note(&format!("  │   {}   │", waiting.user_code));
    print::note(&format!("  └{frame}┘"));
    if shows_qr {
        match qr::lines(waiting.address(), print::is_told_in_colour()) {
            Some(lines) => {
                print::note("Or scan this with it:");
                print::picture(&lines);
            }
            None => print::note("The address is too long for a QR code."),
        }
    }
    if !waiting.message.is_empty() {
        print::note(&format!("The service says: {}", waiting.message));
    }
    print::note("Never enter a code that somebody sent you, and send this one to nobody.");
    print::note(&format!("Waiting until {} for the sign-in to be allowed; Ctrl-C to stop.", local(waiting.until)));
}
