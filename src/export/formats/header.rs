//! The whole `Authorization` header (RFC 6750 section 2.1), for tools that take a header as text.

use crate::export::{ExportError, ExportFormat, Subject, Text};

pub(super) const FORMAT: ExportFormat = ExportFormat {
    id: "header",
    name: "Authorization header",
    reader: "curl --header @FILE, and anything that takes a header",
    file_name: "{profile}.header",
    snapshot: Some(snapshot),
    live: Some(live),
    next: "curl --header @{file} {url}",
    live_next: Some("sh {file}"),
    ..ExportFormat::BLANK
};

fn snapshot(subject: &Subject) -> Result<Text, ExportError> {
    Text::whole(format!("{}\n", line(subject)?))
}

fn live(subject: &Subject) -> Result<Text, ExportError> {
    Text::whole(format!("tokenwright token {} --header\n", subject.profile))
}

/// The header in a line. A token with a line break would become two headers.
pub(super) fn line(subject: &Subject) -> Result<String, ExportError> {
    let token = subject.tokens.access_token.expose();
    if token.chars().any(char::is_control) {
        let why = "a header has no way of writing a control character";
        return Err(ExportError::CannotCarry { format: FORMAT.id, field: "access_token".into(), why });
    }
    Ok(subject.header().line(token))
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
            assert_eq!(line(&subject).as_deref(), Ok("Authorization: Bearer at-1"));
        }
        subject.tokens.token_type = "dpop".into();
        assert_eq!(line(&subject).as_deref(), Ok("Authorization: DPoP at-1"));
        subject.tokens.token_type = "Bearer".into();
        subject.whole.service.policy.header = "X-Access-Token: <token>".into();
        assert_eq!(line(&subject).as_deref(), Ok("X-Access-Token: at-1"));
        subject.tokens.access_token = Secret::new("a\r\nX-Evil: 1");
        assert!(matches!(line(&subject), Err(ExportError::CannotCarry { format: "header", .. })));
    }
}
