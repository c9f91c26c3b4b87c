//! A profile's tokens as text for another tool. Each format refuses what it cannot express.
//!
//! Nothing here writes a file or requests a token: a [`Subject`] in, a text out. A *snapshot* holds the current values; a
//! *live* text runs this program on each use, so it is never stale.

mod bundle;
mod error;
mod format;
mod formats;
mod icalendar;
mod own;
mod quote;
mod sinks;
mod subject;

pub use crate::export::bundle::{Bundle, Bundled};
pub use crate::export::error::ExportError;
pub use crate::export::format::{ExportFormat, RefreshTokenUse, Text};
pub use crate::export::formats::{by_id, formats};
pub use crate::export::icalendar::{CalendarEvent, icalendar};
pub use crate::export::own::write_own;
pub use crate::export::quote::shell_word;
pub use crate::export::sinks::{HandedOver, Sink, Sinks};
pub use crate::export::subject::{Field, Subject, variable};
