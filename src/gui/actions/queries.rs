//! What can be asked about a saved profile from its menu: a row for each question, from the menu entry to the answer.

use std::fmt;
use std::pin::Pin;

use crate::app::{App, Failure, Report};
use crate::gui::texts::{common, home as texts};
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
        text: texts::WHO_AM_I,
        hint: texts::WHO_AM_I_HINT,
        is_offered: |service| service.identity.is_some(),
        ask: |app, name, report| {
            Box::pin(async move {
                let rows = app.whoami(&name, &report).await?.fields;
                let account = rows.first().map(|(_, value)| value.clone());
                let summary = match account {
                    Some(_) => common::TOKEN_ACCEPTED,
                    None => texts::TOKEN_ACCEPTED_UNNAMED,
                };
                Ok(Findings { tone: Tone::Success, summary, rows, account })
            })
        },
    },
    Query {
        text: texts::ACCOUNT_DETAILS,
        hint: texts::ACCOUNT_DETAILS_HINT,
        is_offered: |service| service.identity.is_some(),
        ask: |app, name, report| {
            Box::pin(async move {
                let rows = app.userinfo(&name, &report).await?.rows();
                Ok(Findings { tone: Tone::Success, summary: common::TOKEN_ACCEPTED, rows, account: None })
            })
        },
    },
    Query {
        text: texts::INTROSPECT,
        hint: texts::INTROSPECT_HINT,
        is_offered: |service| service.introspection.is_some(),
        ask: |app, name, report| {
            Box::pin(async move {
                let found = app.introspect(&name, &report).await?;
                let (tone, summary) = if found.is_active() {
                    (Tone::Success, texts::TOKEN_ACTIVE)
                } else {
                    (Tone::Warning, texts::TOKEN_NOT_ACTIVE)
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
