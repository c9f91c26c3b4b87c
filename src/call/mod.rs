//! An HTTP call as data. A [`CallTemplate`] rendered with [`Values`] is a [`Call`]; sending it gives a [`Reply`]. The
//! [`Expression`]s of a [`Reading`] say where in the reply each field is; [`Answers`] looks them up. Every request of every
//! service is made of these types.
//!
//! Nothing here touches a socket, a file, a thread or a clock.

#![warn(missing_docs)]

mod answers;
mod authentication;
mod client_certificate;
mod curl;
mod derived;
mod escape;
mod expression;
mod har;
mod leaves;
mod loopback;
mod mask;
pub mod pairs;
mod parameters;
mod reading;
mod rendered;
mod reply;
mod request;
mod template;
mod traced;
mod values;
mod wire;
mod xml;

pub use crate::call::answers::{Answers, WrittenIn, scalar_text, text_as_json};
pub use crate::call::authentication::{Authentication, JWT_CLIENT_ASSERTION};
pub use crate::call::client_certificate::{ClientCertificate, MutualTls};
pub use crate::call::derived::{Derived, Function};
pub use crate::call::escape::{EscapeError, Place};
pub(crate) use crate::call::expression::code_of;
pub use crate::call::expression::{Expression, ExpressionError, ExpressionFault};
pub use crate::call::har::{read_entry, read_har, write_archive, write_entry, write_har};
pub use crate::call::leaves::{Leaf, leaves};
pub use crate::call::loopback::is_loopback;
pub(crate) use crate::call::mask::{is_secret_key, is_secret_name};
pub use crate::call::mask::{mask_body, mask_text, pretty_body};
pub use crate::call::parameters::{Parameter, parse_headers, parse_parameters, write_headers, write_parameters};
pub use crate::call::reading::{Lifetime, Reading};
pub use crate::call::rendered::{Rendered, Reveal, Span};
pub use crate::call::reply::{Reply, ReplyFormat};
pub use crate::call::request::{BodyTemplate, CallTemplate, Method, Part, RenderError};
pub use crate::call::template::{Template, TemplateError, is_name};
pub use crate::call::traced::{NoReply, TracedCall, TracedOutcome, TracedReply, Way};
pub use crate::call::values::{Values, nearest};
pub use crate::call::wire::{Basic, Call, CallBody};
pub(crate) use crate::call::xml::fields as xml_fields;
