//! What is typed on the page that tries a service's API.

use crate::call::{Method, parse_headers, write_headers};
use crate::service::{ApiCall, ProfileName};

/// A call as it is typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallDraft {
    pub profile: ProfileName,
    pub method: Method,
    pub url: String,
    /// `Name: value` a line.
    pub headers: String,
    pub body: String,
}

impl CallDraft {
    /// Begins with the call that is kept with the profile, else with this URL.
    pub(in crate::gui) fn new(profile: ProfileName, kept: Option<&ApiCall>, url: Option<String>) -> Self {
        let call = kept.cloned().unwrap_or_else(|| ApiCall::get(url.unwrap_or_default()));
        let headers = write_headers(&call.headers);
        Self { profile, method: call.method, url: call.url, headers, body: call.body }
    }

    pub(in crate::gui) fn call(&self) -> ApiCall {
        ApiCall {
            method: self.method,
            url: self.url.trim().to_owned(),
            headers: parse_headers(&self.headers),
            body: self.body.clone(),
        }
    }

    /// Why it cannot be sent yet.
    pub(in crate::gui) fn lack(&self) -> Option<&'static str> {
        self.url.trim().is_empty().then_some("Enter a URL or a path first")
    }
}
