//! ZSPEC XML: the `<oauth2>` element that Zoho's ZEST has for an OAuth 2.0 service, with its four stages.
//!
//! A document is read into a tree of XML, checked against the table of elements, and turned into a service; a service is
//! written the other way round. The document is stored with the service, so that it can be written again.
//! The facts of the format are those of `https://docs.catalyst.zoho.com/en/zest/help/zest-specification-file/`. An
//! argument at `param` is a parameter of the query, also in a POST: bodies are the format's `<request-body>`.

mod body;
mod caller;
mod complete;
mod error;
mod fill;
mod known;
mod loss;
mod read;
mod reply;
mod schema;
mod value;
mod values;
mod write;
mod xml;

pub use crate::dialect::zspec::error::{Position, ZspecError, ZspecWriteError};
pub use crate::dialect::zspec::loss::losses;

use crate::dialect::Import;
use crate::service::Service;

/// Reads the `<oauth2>` element of a document: the element alone, or anywhere inside of a `<resource>`.
pub fn read(text: &str) -> Result<Import, ZspecError> {
    let mut oauth2 = xml::oauth2(text)?;
    let ignored = schema::check(&mut oauth2)?;
    let mut described = read::read(&oauth2);
    described.ignored.splice(0..0, ignored);
    write::keep(&mut described.service, oauth2);
    Ok(Import { format: "ZSPEC <oauth2>", described: vec![described] })
}

/// Writes a service as an `<oauth2>` element. What the element cannot hold is left out; [`losses`] lists it.
pub fn write(service: &Service) -> Result<String, ZspecWriteError> {
    let text = write::element(service, write::kept(service).as_ref())?.write();
    match text.chars().find(|c| !xml::is_xml(*c)) {
        Some(wrong) => Err(ZspecWriteError::Character { service: service.name.clone(), code: wrong.into() }),
        None => Ok(text),
    }
}

/// The descriptions of the parameters of a call in the stored document: name and text.
pub fn parameter_help(service: &Service, stage: &str) -> Vec<(String, String)> {
    let element = schema::STAGES.into_iter().find(|(name, ..)| *name == stage).map(|(_, element, _)| element);
    let kept = write::kept(service);
    let stage = element.and_then(|element| kept.as_ref()?.child(element)).map(schema::operation);
    let arguments = stage.into_iter().flat_map(|operation| operation.all("argument"));
    let help = arguments.map(|argument| (argument.attribute("name").to_owned(), argument.description().to_owned()));
    help.filter(|(_, text)| !text.is_empty()).collect()
}

/// Whether a text is markup other than a web page; problems are reported by the reader.
pub(in crate::dialect) fn recognise(text: &str) -> bool {
    let start: String = text.chars().take(16).collect::<String>().to_lowercase();
    let is_document = ["<oauth2", "<resource"].iter().any(|begins| start.starts_with(begins))
        || start.starts_with("<?xml") && ["oauth2", "<resource"].iter().any(|name| text.contains(name));
    // Markdown and pages begin with a tag as well.
    let is_page = ["<!doctype html", "<html"].iter().any(|page| start.starts_with(page));
    let is_element = start.starts_with('<') && text.contains("<oauth2") && text.trim_end().ends_with('>');
    is_document || is_element && !is_page
}
