//! For a request over HTTP: the token, its header, and the command lines that send it.

use serde_json::json;
use url::Url;

use crate::export::formats::documents::pretty;
use crate::export::quote::curl_value;
use crate::export::{ExportError, ExportFormat, Subject, Text, shell_word};

pub(super) const TOKEN: ExportFormat = ExportFormat {
    id: "token",
    name: "Access token",
    reader: "anything that takes a token",
    file_name: "{profile}.token",
    snapshot: Some(token),
    live: Some(token_live),
    next: "curl --header \"Authorization: Bearer $(cat {file})\" {url}",
    live_next: Some("sh {file}"),
    ..ExportFormat::BLANK
};

fn token(subject: &Subject) -> Result<Text, ExportError> {
    Text::whole(subject.tokens.access_token.expose())
}

fn token_live(subject: &Subject) -> Result<Text, ExportError> {
    Text::whole(format!("tokenwright token {}\n", subject.profile))
}

/// The whole `Authorization` header (RFC 6750 section 2.1), for tools that take a header as text.
pub(super) const HEADER: ExportFormat = ExportFormat {
    id: "header",
    name: "Authorization header",
    reader: "curl --header @FILE, and anything that takes a header",
    file_name: "{profile}.header",
    snapshot: Some(header),
    live: Some(header_live),
    next: "curl --header @{file} {url}",
    live_next: Some("sh {file}"),
    ..ExportFormat::BLANK
};

fn header(subject: &Subject) -> Result<Text, ExportError> {
    Text::whole(format!("{}\n", header_line(subject)?))
}

fn header_live(subject: &Subject) -> Result<Text, ExportError> {
    Text::whole(format!("tokenwright token {} --header\n", subject.profile))
}

/// The header as one line. A token with a line break would become two headers, so it is refused.
pub(super) fn header_line(subject: &Subject) -> Result<String, ExportError> {
    let carried = subject.carried().expose();
    if carried.chars().any(char::is_control) {
        let why = "a header has no way of writing a control character";
        return Err(ExportError::CannotCarry { format: HEADER.id, field: "access_token".into(), why });
    }
    Ok(subject.header().line(carried))
}

/// A curl command line; the token never is an argument.
pub(super) const CURL: ExportFormat = ExportFormat {
    id: "curl",
    name: "curl command",
    reader: "a POSIX shell with curl",
    file_name: "{profile}.sh",
    snapshot: Some(curl),
    live: Some(curl_live),
    next: "sh {file}",
    holds_url: true,
    ..ExportFormat::BLANK
};

/// The header goes through standard input: every user of the machine can see arguments.
fn curl(subject: &Subject) -> Result<Text, ExportError> {
    let header = shell_word(&header_line(subject)?);
    Text::whole(format!("printf '%s\\n' {header} | curl --header @- {}{}\n", certificate(subject), url(subject)))
}

/// Gets the header first: a pipe would send the request without a token where that fails, and still succeed.
fn curl_live(subject: &Subject) -> Result<Text, ExportError> {
    Text::whole(format!(
        "header=\"$(tokenwright token {} --header)\" &&\n  printf '%s\\n' \"$header\" | curl --header @- {}{}\n",
        subject.profile,
        certificate(subject),
        url(subject)
    ))
}

/// The files of the client certificate, which a person names: no key belongs into a script.
fn certificate(subject: &Subject) -> &'static str {
    if subject.whole.service.wants_client_certificate() {
        "--cert \"${CLIENT_CERTIFICATE:?the file of the client certificate}\" \
         --key \"${CLIENT_CERTIFICATE_KEY:?the file of its private key}\" "
    } else {
        ""
    }
}

fn url(subject: &Subject) -> String {
    subject.url.as_deref().map_or_else(|| "\"$@\"".to_owned(), shell_word)
}

/// A file of options for `curl --config`.
pub(super) const CURL_FILE: ExportFormat = ExportFormat {
    id: "curl-file",
    name: "curl options file",
    reader: "curl --config FILE",
    file_name: "{profile}.curlrc",
    snapshot: Some(curl_file),
    next: "curl --config {file} {url}",
    holds_url: true,
    ..ExportFormat::BLANK
};

fn curl_file(subject: &Subject) -> Result<Text, ExportError> {
    let mut text = format!("header = {}\n", curl_value(&header_line(subject)?));
    if let Some(url) = &subject.url {
        text.push_str(&format!("url = {}\n", curl_value(url)));
    }
    Text::whole(text)
}

/// A session file of `HTTPie`.
pub(super) const HTTPIE: ExportFormat = ExportFormat {
    id: "httpie",
    name: "HTTPie session",
    reader: "http --session-read-only",
    file_name: "{profile}.httpie.json",
    snapshot: Some(httpie),
    live: Some(httpie_live),
    next: "http --session-read-only=./{file} {url}",
    live_next: Some("sh {file} {url}"),
    ..ExportFormat::BLANK
};

fn httpie(subject: &Subject) -> Result<Text, ExportError> {
    // First, since it refuses what no header can hold.
    let header = header_line(subject)?;
    let (name, value) = header.split_once(": ").unwrap_or_default();
    let is_bearer = subject.header().is_bearer();
    let auth = if is_bearer {
        json!({"type": "bearer", "raw_auth": subject.tokens.access_token.expose()})
    } else {
        json!({"type": null, "username": null, "password": null})
    };
    let headers = if is_bearer { json!([]) } else { json!([{"name": name, "value": value}]) };
    Text::whole(pretty(&json!({
        "__meta__": {"about": "HTTPie session file", "httpie": "3.2.4"},
        "auth": auth,
        "cookies": [],
        "headers": headers,
    })))
}

/// `HTTPie` takes a header as one argument, `Name:value`.
fn httpie_live(subject: &Subject) -> Result<Text, ExportError> {
    // No request without a token.
    Text::whole(format!("header=\"$(tokenwright token {} --header)\" && http \"$@\" \"$header\"\n", subject.profile))
}

/// The answer of a git credential helper (gitcredentials, git-credential). Live: the lines of git's settings that make this
/// program the helper.
pub(super) const GIT: ExportFormat = ExportFormat {
    id: "git",
    name: "git credential",
    reader: "git",
    file_name: "{profile}.gitconfig",
    snapshot: Some(git),
    live: Some(git_live),
    next: "git config --global include.path {file}",
    holds_url: true,
    ..ExportFormat::BLANK
};

/// A helper prints one attribute a line, so no value may hold a line break.
fn git(subject: &Subject) -> Result<Text, ExportError> {
    let token = subject.tokens.access_token.expose();
    if token.contains(char::is_control) {
        let why = "git's protocol has no way of writing a control character";
        return Err(ExportError::CannotCarry { format: GIT.id, field: "access_token".into(), why });
    }
    let mut lines = vec![format!("username={}", user(subject)), format!("password={token}")];
    if let Some(expires_at) = subject.expires_at_seconds() {
        lines.push(format!("password_expiry_utc={expires_at}"));
    }
    Text::whole(lines.join("\n") + "\n")
}

fn git_live(subject: &Subject) -> Result<Text, ExportError> {
    let hint = "name the repository's server, such as `https://git.example.com`";
    let url = subject.url.as_deref().and_then(|url| Url::parse(url).ok());
    let origin = url.map(|url| url.origin().ascii_serialization());
    let origin = origin.ok_or(ExportError::NoAddress { format: GIT.id, field: "address", hint })?;
    Text::whole(format!(
        "[credential \"{origin}\"]\n\thelper =\n\thelper = \"!tokenwright git-credential {}\"\n",
        subject.profile
    ))
}

/// GitLab wants the user `oauth2`, Bitbucket `x-token-auth`; GitHub and others accept any.
fn user(subject: &Subject) -> &'static str {
    let host = &subject.token_endpoint;
    if host.contains("bitbucket") { "x-token-auth" } else { "oauth2" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::subject::tests::subject;
    use crate::secret::Secret;

    #[test]
    fn a_header_is_one_line_or_none() {
        let mut subject = subject();
        for token_type in ["bearer", "bot", "Bearer\r\nX-Evil: 1"] {
            subject.tokens.token_type = token_type.into();
            assert_eq!(header_line(&subject).as_deref(), Ok("Authorization: Bearer at-1"));
        }
        subject.tokens.token_type = "dpop".into();
        assert_eq!(header_line(&subject).as_deref(), Ok("Authorization: DPoP at-1"));
        subject.tokens.token_type = "Bearer".into();
        subject.whole.service.policy.header = "X-Access-Token: <token>".into();
        assert_eq!(header_line(&subject).as_deref(), Ok("X-Access-Token: at-1"));
        subject.tokens.access_token = Secret::new("a\r\nX-Evil: 1");
        assert!(matches!(header_line(&subject), Err(ExportError::CannotCarry { format: "header", .. })));
    }
}
