//! An HTTP call as data: the words every stage of every service is made of.
//!
//! Nothing here touches a socket, a file, a thread or a clock.

mod escape;
mod rendered;
mod reply;
mod values;

pub use crate::call::escape::{EscapeError, Place};
pub use crate::call::rendered::{Rendered, Reveal, Span};
pub use crate::call::reply::Reply;
pub use crate::call::values::{Value, Values};
