//! The outcome of a stage of a rehearsal, for a person.

use crate::call::{Call, CallBody, Reveal};

/// A stage of a rehearsal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageLine {
    /// Which: `authorization`, `token request`, `refresh request`, …
    pub stage: String,
    /// What was sent: method, address without its query, the names of the parameters by place. Empty where nothing was.
    pub sent: String,
    pub outcome: StageOutcome,
}

/// How a stage ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StageOutcome {
    /// All is well: what was read.
    Passed(String),
    /// Something is wrong: what.
    Failed(String),
    /// It was left out, and that is no failure: why.
    NotRehearsed(String),
}

impl StageLine {
    /// Whether something is wrong.
    pub fn is_failure(&self) -> bool {
        matches!(self.outcome, StageOutcome::Failed(_))
    }
}

impl StageOutcome {
    /// The outcome in a word or two.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Passed(_) => "ok",
            Self::Failed(_) => "failed",
            Self::NotRehearsed(_) => "not rehearsed",
        }
    }

    /// What was read, what is wrong, or why it was left out.
    pub fn text(&self) -> &str {
        let (Self::Passed(text) | Self::Failed(text) | Self::NotRehearsed(text)) = self;
        text
    }
}

/// A call in a line, without a value.
pub(crate) fn sent(call: &Call) -> String {
    let url = call.url.masked(&Reveal::new());
    let (address, query) = url.split_once('?').unwrap_or((&url, ""));
    let mut parts = vec![format!("{} {address}", call.method.as_str())];
    let query: Vec<&str> =
        query.split('&').filter_map(|pair| pair.split('=').next()).filter(|n| !n.is_empty()).collect();
    if !query.is_empty() {
        parts.push(format!("query {}", query.join(" ")));
    }
    match &call.body {
        CallBody::None => {}
        CallBody::Form(form) => {
            let names: Vec<&str> = form.iter().map(|(name, _)| name.as_str()).collect();
            parts.push(format!("form {}", names.join(" ")));
        }
        CallBody::Text { content_type, .. } => parts.push(content_type.clone()),
    }
    if call.basic.is_some() {
        parts.push("Basic".to_owned());
    }
    parts.extend(call.headers.iter().map(|(name, _)| format!("header {name}")));
    parts.join(", ")
}
