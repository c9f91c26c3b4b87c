//! Why the window could not be opened, and the same without one.

use crate::diagnosis::Diagnosis;

/// Why there is no window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoWindow {
    /// The desktop or a library refused.
    Refused(Diagnosis),
    /// Something panicked. The toolkit does so before it has drawn anything where a library is missing, for which these
    /// are the words; every other panic is a fault of the program.
    Panicked(Diagnosis),
}

/// The reasons carry paths of the machine that built the program, so they are told in our own words.
pub(crate) fn no_window(reason: &str) -> Diagnosis {
    let missing_display = ["WAYLAND_DISPLAY nor", "open connection to X", "wayland compositor"];
    let terminal =
        "do the same in the terminal: `tokenwright sign-in demo --service practice`, or `tokenwright --help`";
    let packages =
        "install what is missing (on Debian: `apt-get install libx11-6 libxcursor1 libxi6 libxkbcommon-x11-0 libgl1`)";
    let summary = if missing_display.iter().any(|text| reason.contains(text)) {
        "there is no display to open the window on"
    } else if reason.contains("xlib") || reason.contains("library") {
        "the window needs a system library that is missing (libX11, libXcursor, libXi, libxkbcommon-x11)"
    } else if reason.contains("glutin") || reason.contains("OpenGL") || reason.contains("EGL") {
        "the window needs OpenGL, which is missing (libgl1)"
    } else {
        "the window could not be opened"
    };
    let hint = if summary.contains("missing") { format!("{packages}, or {terminal}") } else { terminal.to_owned() };
    Diagnosis::new(summary).hint(hint)
}
