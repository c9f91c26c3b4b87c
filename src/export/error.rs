//! Why an export fails, and what to do about it.

use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};

#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ExportError {
    #[error("there is no format `{0}`")]
    Unknown(String),
    /// The format has no live text, or no snapshot.
    #[error("the format `{format}` cannot be {wanted}")]
    Way {
        format: &'static str,
        /// `live` or `a snapshot`.
        wanted: &'static str,
        hint: &'static str,
    },
    /// The format cannot express the value of a field.
    #[error("the format `{format}` cannot carry `{field}`: {why}")]
    CannotCarry { format: &'static str, field: String, why: &'static str },
    /// The format requires a field that the profile lacks.
    #[error("the format `{format}` needs the {field}, and the profile has none")]
    Missing { format: &'static str, field: &'static str, hint: &'static str },
    /// The format requires the URL that the token is for.
    #[error("the format `{format}` needs the {field}, and the profile has none")]
    NoAddress {
        format: &'static str,
        /// What the format calls it.
        field: &'static str,
        hint: &'static str,
    },
    /// The format requires the refresh token, which rotates: a copy would soon be dead.
    #[error("the refresh token cannot just be copied (format `{0}`): this service gives a new one at each refresh")]
    Rotates(&'static str),
    /// The format's reader refreshes by itself, and the service wants a client certificate for that.
    #[error("the format `{0}` has no place for a client certificate, and the service accepts no refresh without it")]
    ClientCertificate(String),
    /// The token is bound to a key, and whoever reads the format sends it without a proof.
    #[error(
        "{format} cannot use the access token: it is bound to a key (`{scheme}`), and needs a proof with each request"
    )]
    Bound {
        /// What it is called.
        format: String,
        profile: String,
        scheme: &'static str,
    },
    /// The person's own template cannot be filled in.
    #[error("the format `{name}`: {problem}")]
    Own { name: String, problem: String },
}

impl Diagnose for ExportError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::Unknown(_) => diagnosis.hint("`tokenwright export --list-formats` lists them"),
            Self::Way { hint, .. } | Self::Missing { hint, .. } | Self::NoAddress { hint, .. } => diagnosis.hint(*hint),
            Self::CannotCarry { .. } => diagnosis.hint("choose another format: `json` carries any value"),
            Self::Rotates(_) => diagnosis.hint(
                "whichever of the two refreshes first ends the other's token: export a live text, or hand the refresh token over \
                 for good; this program then no longer refreshes it",
            ),
            Self::ClientCertificate(_) => diagnosis.hint("choose a format without a refresh token, and have it rewritten at each refresh"),
            Self::Bound { profile, .. } => diagnosis.hint(format!(
                "have a script ask for both headers of each request: `tokenwright token {profile} --header --for 'GET \
                 https://…'`"
            )),
            Self::Own { .. } => diagnosis.hint("fix the template file"),
        }
    }
}
