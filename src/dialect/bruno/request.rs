//! The request of a file, as far as a call for tokens needs it.

use crate::call::Method;
use crate::dialect::Note;
use crate::dialect::bruno::{Section, pairs};
use crate::dialect::document::DocumentError;
use crate::dialect::standard::{Collected, PlainRequest, RawBody, method_named};

/// What a file says of its request.
#[derive(Default)]
pub(super) struct PlainFile {
    request: PlainRequest,
    /// The authentication that the request names.
    authentication: String,
    has_request: bool,
}

/// Whether a block of this name is a request.
pub(super) fn is_method(name: &str) -> bool {
    method(name).is_some()
}

fn method(name: &str) -> Option<Method> {
    let is_lower = name.chars().all(|c| c.is_ascii_lowercase());
    method_named(name).filter(|_| is_lower)
}

impl PlainFile {
    pub(super) fn add(&mut self, section: &Section<'_>) {
        let call = &mut self.request.call;
        match section.name {
            "meta" => self.request.name = value(section, "name"),
            "headers" => call.headers.extend(pairs(section)),
            // The URL has them too.
            "params:query" | "query" => call.query = pairs(section),
            "params:path" => call.fill_path(pairs(section)),
            "auth:basic" => call.basic = Some((value(section, "username"), value(section, "password"))),
            "auth:apikey" => {
                let parameter = (value(section, "key"), value(section, "value"));
                let is_query = value(section, "placement") == "queryparams";
                if is_query { &mut call.query } else { &mut call.headers }.push(parameter);
            }
            "body:form-urlencoded" => call.body = RawBody::Fields(pairs(section)),
            "body:multipart-form" => {
                call.body = RawBody::Fields(pairs(section));
                let words = "the body is sent URL-encoded (RFC 6749 section 4.1.3)";
                self.request.ignored.push(Note::new("body:multipart-form", words));
            }
            "body" | "body:json" | "body:text" => call.body = RawBody::Text(section.lines.join("\n")),
            name => {
                let Some(method) = method(name) else { return };
                call.method = method;
                call.url = value(section, "url");
                self.authentication = value(section, "auth");
                self.has_request = true;
            }
        }
    }

    /// Adds the request, if the file has one that asks for tokens.
    pub(super) fn end(self, collected: &mut Collected) -> Result<(), DocumentError> {
        if !self.has_request {
            return Ok(());
        }
        let mut request = self.request;
        let call = &mut request.call;
        let query = std::mem::take(&mut call.query);
        call.set_query(query);
        if self.authentication == "none" {
            call.basic = None;
        }
        if request.name.is_empty() {
            "request".clone_into(&mut request.name);
        }
        collected.add(request, &self.authentication)
    }
}

fn value(section: &Section<'_>, name: &str) -> String {
    pairs(section).into_iter().find(|(known, _)| known == name).map(|(_, value)| value).unwrap_or_default()
}
