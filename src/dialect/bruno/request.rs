//! The request of a file, as far as a call for tokens needs it.

use crate::call::Method;
use crate::dialect::Note;
use crate::dialect::bruno::{FORMAT, Section, pairs};
use crate::dialect::document::DocumentError;
use crate::dialect::standard::{PlainRequest, PlainRequests, RawBody, RawCall, SeenRequests};

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
    Method::ALL.into_iter().find(|method| is_lower && method.as_str().eq_ignore_ascii_case(name))
}

impl PlainFile {
    pub(super) fn add(&mut self, section: &Section<'_>) {
        let call = &mut self.request.call;
        match section.name {
            "meta" => self.request.name = value(section, "name"),
            "headers" => call.headers.extend(pairs(section)),
            // The URL has them too.
            "params:query" | "query" => call.query = pairs(section),
            "params:path" => fill_path(call, &pairs(section)),
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
    pub(super) fn end(self, requests: &mut PlainRequests, seen: &mut SeenRequests) -> Result<(), DocumentError> {
        if !self.has_request {
            return Ok(());
        }
        seen.add(&self.authentication);
        let mut request = self.request;
        let call = &mut request.call;
        if !call.query.is_empty()
            && let Some((before, _)) = call.url.split_once('?')
        {
            call.url = before.to_owned();
        }
        if self.authentication == "none" {
            call.basic = None;
        }
        if request.name.is_empty() {
            "request".clone_into(&mut request.name);
        }
        requests.add(FORMAT, request)
    }
}

fn value(section: &Section<'_>, name: &str) -> String {
    pairs(section).into_iter().find(|(known, _)| known == name).map(|(_, value)| value).unwrap_or_default()
}

/// The values of path variables (`/:tenant/token`).
fn fill_path(call: &mut RawCall, values: &[(String, String)]) {
    for (name, value) in values.iter().filter(|(_, value)| !value.is_empty()) {
        call.url = call.url.replace(&format!("/:{name}"), &format!("/{value}"));
    }
}
