//! What is typed on the page that tries a service's API.

use crate::call::{Method, parse_headers, write_headers};
use crate::gui::texts::call as texts;
use crate::oauth::Resource;
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
    /// The API whose token is sent; empty for the profile's own.
    pub resource: String,
}

impl CallDraft {
    /// Begins with the call that is kept with the profile, else with this URL.
    pub(in crate::gui) fn new(profile: ProfileName, kept: Option<&ApiCall>, url: Option<String>) -> Self {
        let call = kept.cloned().unwrap_or_else(|| ApiCall::get(url.unwrap_or_default()));
        let headers = write_headers(&call.headers);
        let resource = call.resource.map(|resource| resource.to_string()).unwrap_or_default();
        Self { profile, method: call.method, url: call.url, headers, body: call.body, resource }
    }

    pub(in crate::gui) fn call(&self) -> ApiCall {
        ApiCall {
            method: self.method,
            url: self.url.trim().to_owned(),
            headers: parse_headers(&self.headers),
            body: self.body.clone(),
            resource: Resource::parse(self.resource.trim()).ok(),
        }
    }

    /// Why it cannot be sent yet.
    pub(in crate::gui) fn lack(&self) -> Option<&'static str> {
        if self.url.trim().is_empty() {
            return Some(texts::ENTER_URL);
        }
        self.wrong_resource().is_some().then_some(texts::CORRECT_API)
    }

    /// What is wrong with the API that is typed.
    pub(in crate::gui) fn wrong_resource(&self) -> Option<String> {
        let typed = self.resource.trim();
        if typed.is_empty() { None } else { Resource::parse(typed).err() }
    }
}
