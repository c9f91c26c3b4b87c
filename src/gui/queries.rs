//! What can be asked about a saved profile from its menu: a row for each question, from the menu entry to the answer.

use std::fmt;
use std::pin::Pin;

use crate::app::{App, Failure, Report};
use crate::gui::theme::Tone;
use crate::service::{ProfileName, Service};

/// A question about a saved profile. The answer is shown over the window.
pub struct Query {
    /// The menu entry, and the title of the answer.
    pub text: &'static str,
    pub hint: &'static str,
    /// Whether this service can answer it.
    pub is_offered: fn(&Service) -> bool,
    pub ask: fn(App, ProfileName, Report) -> Asking,
}

/// An answer on its way.
pub type Asking = Pin<Box<dyn Future<Output = Result<Findings, Failure>> + Send>>;

/// The answer to a [`Query`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Findings {
    pub tone: Tone,
    pub summary: &'static str,
    /// What the service named, and its value.
    pub rows: Vec<(String, String)>,
    /// The account, to be shown in the list of profiles.
    pub account: Option<String>,
}

pub static QUERIES: [Query; 3] = [
    Query {
        text: "Who am I",
        hint: "Show which account this profile is signed in to",
        is_offered: |service| service.identity.is_some(),
        ask: |app, name, report| {
            Box::pin(async move {
                let rows = app.whoami(&name, &report).await?.fields;
                let account = rows.first().map(|(_, value)| value.clone());
                let summary = match account {
                    Some(_) => "The service accepts the token",
                    None => "The service accepts the token but does not name the account",
                };
                Ok(Findings { tone: Tone::Success, summary, rows, account })
            })
        },
    },
    Query {
        text: "Account details",
        hint: "Show everything that the identity endpoint says about the account",
        is_offered: |service| service.identity.is_some(),
        ask: |app, name, report| {
            Box::pin(async move {
                let rows = app.userinfo(&name, &report).await?.rows();
                Ok(Findings { tone: Tone::Success, summary: "The service accepts the token", rows, account: None })
            })
        },
    },
    Query {
        text: "Introspect token",
        hint: "Ask the service whether the access token is active (RFC 7662)",
        is_offered: |service| service.introspection.is_some(),
        ask: |app, name, report| {
            Box::pin(async move {
                let found = app.introspect(&name, &report).await?;
                let (tone, summary) = if found.is_active() {
                    (Tone::Success, "The access token is active")
                } else {
                    (Tone::Warning, "The access token is not active")
                };
                let mut rows = found.rows();
                rows.retain(|(member, _)| member != "active");
                Ok(Findings { tone, summary, rows, account: None })
            })
        },
    },
];

impl PartialEq for Query {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}
