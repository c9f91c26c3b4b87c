//! ZSPEC XML: the `<oauth2>` element that Zoho's ZEST has for an OAuth 2.0 service, with its four stages.
//!
//! A document comes in as text → a bounded tree of XML → elements → a service; a service goes out the same way back.
//! The facts of the format are those of `https://docs.catalyst.zoho.com/en/zest/help/zest-specification-file/`. An
//! argument at `param` is a parameter of the query, also in a POST: bodies are the format's `<request-body>`.

mod body;
mod caller;
mod complete;
mod draft;
mod element;
mod error;
mod explain;
mod known;
mod loss;
mod markup;
mod parse;
mod read;
mod reply;
mod value;
mod write;
mod xml;

pub use crate::dialect::zspec::error::{Position, ZspecError, ZspecWriteError};
pub use crate::dialect::zspec::loss::losses;

use crate::dialect::Import;
use crate::service::Service;

/// Reads the `<oauth2>` element of a document: the element alone, or anywhere inside of a `<resource>`.
pub fn read(text: &str) -> Result<Import, ZspecError> {
    let (oauth2, ignored) = parse::parse(text)?;
    Ok(read::read(&oauth2, ignored))
}

/// Writes a service as an `<oauth2>` element. What the element cannot hold is left out; [`losses`] lists it.
pub fn write(service: &Service) -> Result<String, ZspecWriteError> {
    let elements = write::elements(service)?;
    markup::markup(&elements).map_err(|code| ZspecWriteError::Character { service: service.name.clone(), code })
}

/// Whether a text is markup other than a web page; what is wrong with it is for the reader to say.
pub(in crate::dialect) fn recognise(text: &str) -> bool {
    let start: String = text.chars().take(16).collect::<String>().to_lowercase();
    let is_document = ["<?xml", "<oauth2", "<resource"].iter().any(|begins| start.starts_with(begins));
    // Markdown and pages begin with a tag as well.
    let is_page = ["<!doctype html", "<html"].iter().any(|page| start.starts_with(page));
    let is_element = start.starts_with('<') && text.contains("oauth2") && text.trim_end().ends_with('>');
    is_document || is_element && !is_page
}
