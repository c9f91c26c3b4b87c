//! What the clipboard holds.

use std::fmt::Display;

pub fn not_copied(why: impl Display) -> String {
    format!("Nothing was copied: {why}")
}

pub const COPIED_SECRET: &str = "Copied, and marked as a secret";

pub fn cleared_after(seconds: impl Display) -> String {
    format!("It is cleared after {seconds} seconds, unless something else is copied first.")
}

pub const COPIED_UNMARKED: &str = "Copied, but not marked as a secret";
pub const COPIED_UNMARKED_HINT: &str = "This desktop lets no program mark it or take it back later: what keeps a history of the clipboard keeps it too. Copy something else when you have pasted it.";

// Notifications of the desktop.

pub fn needs_sign_in(profile: impl Display) -> String {
    format!("{profile} needs a new sign-in")
}

pub fn several_need_sign_in(profiles: impl Display) -> String {
    format!("{profiles} profiles need a new sign-in")
}

pub const NEEDS_SIGN_IN: &str = "It can no longer be refreshed without signing in.";

pub fn needs_choice(profile: impl Display) -> String {
    format!("{profile} needs a choice")
}

pub const NEEDS_CHOICE: &str = "The service returned several values: choose one.";

pub fn token_signed(profile: impl Display) -> String {
    format!("The token for {profile} is signed")
}

pub const TOKEN_SIGNED: &str = "Only a call to the service shows whether it accepts the token.";

pub fn signed_in(profile: impl Display) -> String {
    format!("Signed in to {profile}")
}

pub const SIGNED_IN: &str = "Tokens received.";

pub fn code_arrived(service: impl Display) -> String {
    format!("The code from {service} has arrived")
}

pub const CODE_ARRIVED: &str = "It expires in about a minute: continue in the window.";

pub fn refused(service: impl Display) -> String {
    format!("{service} refused the sign-in")
}

pub fn failed(service: impl Display) -> String {
    format!("The sign-in to {service} failed")
}

pub const SEE_WINDOW: &str = "See the window for details.";

// Messages at the bottom of the window.

pub const DISMISS: &str = "Dismiss";

pub fn first_of(count: usize) -> String {
    format!("1 of {count}")
}

pub fn forgot(profile: impl Display) -> String {
    format!("Forgot {profile}")
}

pub const FORGOT_HINT: &str = "It can be brought back for a week.";
pub const UNDO: &str = "Undo";

// Why there is no window. A terminal shows these, so that a literal has backticks.

pub const START_IN_TERMINAL: &str =
    "do the same in the terminal: `tokenwright sign-in demo --service practice`, or `tokenwright --help`";

pub fn install_packages() -> String {
    format!(
        "install what is missing (on Debian: `apt-get install libx11-6 libxcursor1 libxi6 libxkbcommon-x11-0 libgl1`), or {START_IN_TERMINAL}"
    )
}

pub const NO_DISPLAY: &str = "there is no display to open the window on";
pub const NO_LIBRARY: &str =
    "the window needs a system library that is missing (libX11, libXcursor, libXi, libxkbcommon-x11)";
pub const NO_OPENGL: &str = "the window needs OpenGL, which is missing (libgl1)";
pub const NOT_OPENED: &str = "the window could not be opened";
