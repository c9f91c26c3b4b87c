//! Git's own protocol for asking a program for user and password (gitcredentials, git-credential). Live it is the lines for the git settings that name this program.

use url::Url;

use crate::export::{ExportError, ExportFormat, Subject, Text};
use crate::oauth::bound_scheme;

pub(super) const FORMAT: ExportFormat = ExportFormat {
    id: "git",
    name: "git credential",
    reader: "git",
    file_name: "{profile}.gitconfig",
    snapshot: Some(snapshot),
    live: Some(live),
    next: "git config --global include.path {file}",
    holds_url: true,
    ..ExportFormat::BLANK
};

/// What a helper prints. Its lines end where a line break is, so there may be none in a value.
fn snapshot(subject: &Subject) -> Result<Text, ExportError> {
    let token = subject.tokens.access_token.expose();
    if token.contains(char::is_control) {
        let why = "git's protocol has no way of writing a control character";
        return Err(ExportError::CannotCarry { format: FORMAT.id, field: "access_token".into(), why });
    }
    if bound_scheme(&subject.tokens.token_type).is_some() {
        let why = "the token is bound to a key, and git sends it as a password, without a proof of that key";
        return Err(ExportError::CannotCarry { format: FORMAT.id, field: "access_token".into(), why });
    }
    let mut lines = vec![format!("username={}", user(subject)), format!("password={token}")];
    if let Some(expires_at) = subject.expires_at_seconds() {
        lines.push(format!("password_expiry_utc={expires_at}"));
    }
    Text::whole(lines.join("\n") + "\n")
}

fn live(subject: &Subject) -> Result<Text, ExportError> {
    let hint = "name the repository's server, such as `https://git.example.com`";
    let url = subject.url.as_deref().and_then(|url| Url::parse(url).ok());
    let origin = url.map(|url| url.origin().ascii_serialization());
    let origin = origin.ok_or(ExportError::NoAddress { format: FORMAT.id, field: "address", hint })?;
    Text::whole(format!(
        "[credential \"{origin}\"]\n\thelper =\n\thelper = \"!tokenwright git-credential {}\"\n",
        subject.profile
    ))
}

/// GitLab wants `oauth2`, Bitbucket `x-token-auth`; GitHub and the rest take any name with a token.
fn user(subject: &Subject) -> &'static str {
    let host = &subject.token_endpoint;
    if host.contains("bitbucket") { "x-token-auth" } else { "oauth2" }
}
