//! A profile's tokens as text for another tool. One file a format; each says what it can carry and refuses what it cannot.
//!
//! Nothing here writes a file or asks for a token: a [`Subject`] in, a text out. A *snapshot* holds the values as they
//! are now; a *live* text asks this program each time it is used, so nothing stale is ever used.

mod bundle;
mod error;
mod format;
mod formats;
mod own;
mod quote;
mod sinks;
mod subject;

pub use crate::export::bundle::{Bundle, Bundled};
pub use crate::export::error::ExportError;
pub use crate::export::format::{ExportFormat, RefreshTokenUse, Text};
pub use crate::export::formats::{by_id, formats};
pub use crate::export::own::write_own;
pub use crate::export::quote::shell_word;
pub use crate::export::sinks::{HandedOver, Sink, Sinks};
pub use crate::export::subject::{Field, Subject, variable};
