//! What the simpler dialects share: a bounded document, its placeholders and variables, the parts of it that are no
//! part of a service but of a person's use of it, and a service made from endpoints.
//!
//! Invariant: no literal value of the document that is secret stays in the service; it is among the secrets, and the
//! service names it by a placeholder.

mod block;
mod collected;
mod gathering;
mod json;
mod labelled;
mod outline;
mod parts;
mod plain;
mod raw_call;
mod slots;
mod variables;

pub(crate) use crate::dialect::standard::block::{
    Block, Blocks, DEEPEST_FOLDER, Further, Placement, Request, RequestPart,
};
pub(crate) use crate::dialect::standard::collected::Collected;
pub(crate) use crate::dialect::standard::gathering::Gathering;
pub(crate) use crate::dialect::standard::json::{plain_text, text_at};
pub(crate) use crate::dialect::standard::labelled::labelled;
pub(crate) use crate::dialect::standard::outline::{Outline, finish};
pub(crate) use crate::dialect::standard::parts::PlainRequest;
pub(crate) use crate::dialect::standard::plain::PlainRequests;
pub(crate) use crate::dialect::standard::raw_call::{
    RawBody, RawCall, form_fields, host, method_named, method_or_get, split_url, with_grant_type,
};
pub(crate) use crate::dialect::standard::slots::{filled, is_dummy, is_stand_in, squeezed, whole_slot};
pub(crate) use crate::dialect::standard::variables::Variables;
