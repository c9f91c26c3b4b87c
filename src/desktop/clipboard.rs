//! The desktop's clipboard. The window's own clipboard cannot mark a text as sensitive, cannot tell
//! whether a copy was made, and reads on the window's thread; this one can, and does not.
//!
//! Invariant: only our own copy is taken back, never one that another program made since. Between the check and the
//! removal another program may copy something; no desktop closes that gap.
//!
//! Everything here may block, for a few seconds when the program that holds the text does not answer: not for an async
//! thread, nor for one that paints.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::secret::Secret;

/// How long a copied secret stays on the clipboard.
pub const HOLD: Duration = Duration::from_mins(1);

/// Whether a text may be remembered by whatever keeps a history of the clipboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sensitivity {
    Plain,
    /// It is marked, where the desktop knows such a mark, and taken back.
    Secret,
}

/// Why the clipboard failed.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ClipboardError {
    /// Only a window that has the keyboard can reach it here: Wayland without the protocol for clipboard managers.
    #[error("this desktop lets only the window with the keyboard copy and paste")]
    WindowOnly,
    /// There is none, or it failed.
    #[error("the desktop's clipboard cannot be reached: {0}")]
    Absent(String),
    /// The text is not what is there afterwards.
    #[error("the clipboard did not take the text")]
    NotTaken,
    #[error("there is no text on the clipboard")]
    Empty,
}

impl Diagnose for ClipboardError {
    fn diagnose(&self) -> Diagnosis {
        let hint = match self {
            Self::Empty => "copy it again in the other program",
            _ => "select the text and copy it with Ctrl+C, or save it to a file",
        };
        Diagnosis::new(self.to_string()).hint(hint)
    }
}

/// Recognises our own copy: a salted hash of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    salt: [u8; 32],
    hash: [u8; 32],
}

impl Trace {
    fn of(text: &str, salt: [u8; 32]) -> Self {
        let hash = Sha256::new().chain_update(salt).chain_update(text).finalize().into();
        Self { salt, hash }
    }

    fn is_of(&self, text: &str) -> bool {
        Self::of(text, self.salt) == *self
    }
}

#[derive(Clone)]
pub struct Clipboard {
    backing: Backing,
    hold: Duration,
}

#[derive(Clone)]
enum Backing {
    /// The desktop's. It stays open: on X11 a text is there only as long as the program that copied it answers for it.
    Desktop(Arc<Mutex<Option<arboard::Clipboard>>>),
    Memory(Arc<Mutex<Option<(String, Sensitivity)>>>),
}

impl Clipboard {
    /// The desktop's, which keeps a secret for `hold`.
    pub fn of_desktop(hold: Duration) -> Self {
        Self { backing: Backing::Desktop(Arc::default()), hold }
    }

    /// One of its own, for tests and rehearsals: nothing reaches the desktop.
    pub fn in_memory() -> Self {
        Self { backing: Backing::Memory(Arc::default()), hold: HOLD }
    }

    pub fn hold(&self) -> Duration {
        self.hold
    }

    /// Puts a text there, and looks whether it is there. The trace is for [`Clipboard::take_back`].
    pub fn copy(&self, text: &Secret, sensitivity: Sensitivity, salt: [u8; 32]) -> Result<Trace, ClipboardError> {
        let trace = Trace::of(text.expose(), salt);
        match &self.backing {
            Backing::Memory(memory) => *locked(memory) = Some((text.expose().to_owned(), sensitivity)),
            Backing::Desktop(kept) => {
                let mut kept = locked(kept);
                let clipboard = match &mut *kept {
                    Some(clipboard) => clipboard,
                    none => none.insert(open()?),
                };
                // An old connection may have died with its desktop; the next copy makes a new one.
                if let Err(error) = put(clipboard, text.expose(), sensitivity) {
                    *kept = None;
                    return Err(absent(&error));
                }
                drop(kept);
                if !trace.is_of(self.read()?.expose()) {
                    return Err(ClipboardError::NotTaken);
                }
            }
        }
        Ok(trace)
    }

    pub fn read(&self) -> Result<Secret, ClipboardError> {
        match &self.backing {
            Backing::Memory(memory) => {
                locked(memory).as_ref().map(|(text, _)| Secret::new(text.as_str())).ok_or(ClipboardError::Empty)
            }
            Backing::Desktop(_) => match open()?.get_text() {
                Ok(text) => Ok(Secret::new(text)),
                Err(arboard::Error::ContentNotAvailable | arboard::Error::ConversionFailure) => {
                    Err(ClipboardError::Empty)
                }
                Err(error) => Err(absent(&error)),
            },
        }
    }

    /// Empties the clipboard if what was copied is still there; returns whether it was.
    pub fn take_back(&self, trace: &Trace) -> Result<bool, ClipboardError> {
        match self.read() {
            Ok(text) if trace.is_of(text.expose()) => {}
            Ok(_) | Err(ClipboardError::Empty) => return Ok(false),
            Err(error) => return Err(error),
        }
        match &self.backing {
            Backing::Memory(memory) => *locked(memory) = None,
            Backing::Desktop(kept) => {
                if let Some(clipboard) = &mut *locked(kept) {
                    clipboard.clear().map_err(|error| absent(&error))?;
                }
            }
        }
        Ok(true)
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn absent(error: &arboard::Error) -> ClipboardError {
    ClipboardError::Absent(error.to_string())
}

fn open() -> Result<arboard::Clipboard, ClipboardError> {
    let refusal = |error| if on_wayland() { ClipboardError::WindowOnly } else { absent(&error) };
    let mut clipboard = arboard::Clipboard::new().map_err(refusal)?;
    if on_wayland() && !reaches_wayland(&mut clipboard) {
        return Err(ClipboardError::WindowOnly);
    }
    Ok(clipboard)
}

#[cfg(all(unix, not(target_os = "macos")))]
fn on_wayland() -> bool {
    std::env::var_os("WAYLAND_DISPLAY").is_some_and(|name| !name.is_empty())
}

/// Where the compositor has no protocol for it the library turns to X11, whose clipboard need not be that of the
/// desktop. It does not say so, but only X11 has a secondary selection.
#[cfg(all(unix, not(target_os = "macos")))]
fn reaches_wayland(clipboard: &mut arboard::Clipboard) -> bool {
    use arboard::{GetExtLinux as _, LinuxClipboardKind};
    let secondary = clipboard.get().clipboard(LinuxClipboardKind::Secondary).text();
    matches!(secondary, Err(arboard::Error::ClipboardNotSupported))
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn on_wayland() -> bool {
    false
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn reaches_wayland(_clipboard: &mut arboard::Clipboard) -> bool {
    true
}

fn put(clipboard: &mut arboard::Clipboard, text: &str, sensitivity: Sensitivity) -> Result<(), arboard::Error> {
    #[cfg(target_os = "macos")]
    use arboard::SetExtApple as _;
    #[cfg(all(unix, not(target_os = "macos")))]
    use arboard::SetExtLinux as _;
    #[cfg(windows)]
    use arboard::SetExtWindows as _;
    let set = clipboard.set();
    match sensitivity {
        Sensitivity::Plain => set.text(text),
        Sensitivity::Secret => set.exclude_from_history().text(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_taken_back_while_it_stands_there_and_another_text_is_left_alone() {
        let clipboard = Clipboard::in_memory();
        let first = clipboard.copy(&Secret::new("at-1"), Sensitivity::Secret, [1; 32]).expect("copied");
        assert_eq!(clipboard.take_back(&first), Ok(true));
        assert_eq!(clipboard.read(), Err(ClipboardError::Empty));
        let second = clipboard.copy(&Secret::new("at-2"), Sensitivity::Secret, [2; 32]).expect("copied");
        clipboard.copy(&Secret::new("a shopping list"), Sensitivity::Plain, [3; 32]).expect("copied");
        assert_eq!(clipboard.take_back(&second), Ok(false));
        assert_eq!(clipboard.read(), Ok(Secret::new("a shopping list")));
    }

    #[test]
    fn what_is_kept_to_know_a_secret_again_does_not_hold_it() {
        let trace = Trace::of("hunter2", [7; 32]);
        assert!(trace.is_of("hunter2") && !trace.is_of("hunter3"));
        assert!(!format!("{trace:?}").contains("hunter2"));
    }
}
