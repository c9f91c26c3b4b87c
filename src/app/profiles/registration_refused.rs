//! Why a client was not registered, read, changed or deleted, and what helps.

use crate::app::sign_in::send::Answered;
use crate::app::{Failure, FailureCode, FailureKind};
use crate::diagnosis::Diagnosis;
use crate::oauth::{ClientRegistration, Stage};
use crate::service::{ProfileName, Service};

const REFERENCE: &str = "https://www.rfc-editor.org/rfc/rfc7591#section-3.2.2";

pub(super) fn usage(summary: &str, hint: &str) -> Failure {
    Failure::new(FailureKind::Usage, Diagnosis::new(summary).hint(hint))
}

/// Why a client was not registered or changed, and what helps (RFC 7591 section 3.2.2).
pub(super) fn refused(answered: &Answered, service: &Service, has_token: bool) -> Failure {
    let failure = answered.refused_at("registration endpoint", Stage::TokenRequest, service);
    let wants_token = matches!(answered.reply.status, 401 | 403);
    let hint = match (answered.refusal.code.as_deref(), answered.reply.status) {
        (Some("invalid_redirect_uri"), _) => {
            "the server takes other redirect URIs: try one with a port, such as `http://127.0.0.1:8765/callback`, or one with `localhost`"
        }
        (Some("invalid_client_metadata"), _) => {
            "the server does not take one of the values that were asked for, such as a scope, the grant or how the client authenticates"
        }
        (Some("invalid_software_statement" | "unapproved_software_statement"), _) => {
            "ask those who run the server which software statement they take"
        }
        (_, 401 | 403) if has_token => {
            "the token is wrong, spent or expired: ask those who run the server for a new one"
        }
        (_, 401 | 403) => "the server registers only those whom it gave a token: ask those who run it for one",
        _ => return failure,
    };
    let diagnosis = Diagnosis { reference: Some(REFERENCE.to_owned()), ..failure.diagnosis }.hint(hint);
    let code = if wants_token { FailureCode::InitialTokenNeeded } else { failure.code };
    Failure { diagnosis, code, ..failure }
}

pub(super) fn not_managed(registration: &ClientRegistration) -> Failure {
    let id = &registration.client_id;
    let url = &registration.management_url;
    let is_elsewhere = !url.is_empty() && !registration.is_own_url(url);
    let summary = if is_elsewhere {
        format!(
            "the server names `{url}` to manage the client `{id}`, which is not its own host, and the token was not sent there"
        )
    } else {
        format!("the server gave no way to read or change the client `{id}`")
    };
    usage(&summary, "change or delete it in the service's console")
}

/// Whether the server does not know the client, or not by this token (RFC 7592 section 2.1).
pub(super) fn is_refused_token(status: u16) -> bool {
    matches!(status, 401 | 403 | 404)
}

/// Why a client was not read, changed or deleted. `was_changing` says that the reply to an earlier change was lost.
pub(super) fn not_changed(
    answered: &Answered,
    service: &Service,
    (name, was_changing): (&ProfileName, bool),
) -> Failure {
    let status = answered.reply.status;
    if !is_refused_token(status) {
        return refused(answered, service, true);
    }
    let why = if was_changing {
        "the reply to the last change was lost, and the server gave the client another token with it"
    } else {
        "the client is gone there, or the token that manages it is not the last one"
    };
    let summary = format!("the registration endpoint answered {status}: {why}");
    let hint = format!(
        "look in the service's console; `tokenwright sign-in {name} --issuer URL --register=new` registers another client"
    );
    Failure::new(FailureKind::Refused, Diagnosis::new(summary).hint(hint))
}
