//! Why the window could not be opened, and the same without one.

use crate::diagnosis::Diagnosis;
use crate::gui::texts::notices as texts;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoWindow {
    /// The desktop or a library refused.
    Refused(Diagnosis),
    /// Something panicked. The toolkit does so before it has drawn anything where a library is missing, for which these
    /// are the words; every other panic is a fault of the program.
    Panicked(Diagnosis),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// Nothing to open it on.
    NoDisplay,
    /// A library of the system that windows need.
    NoLibrary,
    /// OpenGL, or what it takes to draw with it.
    NoOpenGl,
    Other,
}

impl Reason {
    /// Why the toolkit gave up.
    pub(crate) fn of(error: &eframe::Error) -> Self {
        match error {
            eframe::Error::Glutin(_) | eframe::Error::NoGlutinConfigs(..) | eframe::Error::OpenGL(_) => Self::NoOpenGl,
            eframe::Error::Winit(_) | eframe::Error::WinitEventLoop(_) if !has_display() => Self::NoDisplay,
            eframe::Error::Winit(error) => of_foreign_words(&error.to_string()),
            eframe::Error::WinitEventLoop(error) => of_foreign_words(&error.to_string()),
            eframe::Error::AppCreation(_) => Self::Other,
        }
    }
}

/// Whether the desktop names a display at all; elsewhere than on Unix there always is one.
fn has_display() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    // for programs: variables of the environment
    !cfg!(all(unix, not(target_os = "macos"))) || ["WAYLAND_DISPLAY", "WAYLAND_SOCKET", "DISPLAY"].iter().any(is_set)
}

/// What winit says of the system. Where its words change, the window is told to have failed without a cause.
fn of_foreign_words(words: &str) -> Reason {
    // foreign: winit keeps these errors to itself; outside it they have no type, only words.
    let has = |any: &[&str]| any.iter().any(|part| words.contains(part));
    if has(&["open connection to X", "wayland compositor", "WAYLAND_DISPLAY nor"]) {
        Reason::NoDisplay
    } else if has(&["xlib", "library"]) {
        Reason::NoLibrary
    } else if has(&["glutin", "OpenGL", "EGL"]) {
        Reason::NoOpenGl
    } else {
        Reason::Other
    }
}

/// The reasons carry paths of the machine that built the program, so they are told in our own words.
pub(crate) fn no_window(reason: Reason) -> Diagnosis {
    let terminal = texts::START_IN_TERMINAL;
    match reason {
        Reason::NoDisplay => Diagnosis::new(texts::NO_DISPLAY).hint(terminal),
        Reason::NoLibrary => Diagnosis::new(texts::NO_LIBRARY).hint(texts::install_packages()),
        Reason::NoOpenGl => Diagnosis::new(texts::NO_OPENGL).hint(texts::install_packages()),
        Reason::Other => Diagnosis::new(texts::NOT_OPENED).hint(terminal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_toolkit_says_of_the_system_is_told_apart() {
        let check = |words: &str, expected| assert_eq!(of_foreign_words(words), expected, "{words}");
        check("os error: neither WAYLAND_DISPLAY nor WAYLAND_SOCKET nor DISPLAY is set.", Reason::NoDisplay);
        check("os error at x.rs:1: failed to open connection to X server", Reason::NoDisplay);
        check("opening library failed (libX11.so.6: cannot open shared object file)", Reason::NoLibrary);
        check("provided display handle is not supported by EGL", Reason::NoOpenGl);
        check("something new", Reason::Other);
        assert_eq!(Reason::of(&eframe::Error::AppCreation("a library of ours".into())), Reason::Other);
    }
}
