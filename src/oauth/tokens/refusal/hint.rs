//! What to change after a refusal: the service's own hint, or else what its code, its cause or its status mostly mean.

use crate::oauth::tokens::explain::{ErrorHint, Stage, explain, explain_known};
use crate::oauth::tokens::refusal::{Cause, Refusal};

impl Refusal {
    /// What to change.
    pub fn hint(&self, stage: Stage, hints: &[ErrorHint]) -> Option<String> {
        if let Some(hint) = self.service_hint(hints) {
            return Some(hint.say.clone());
        }
        if let Some(hint) = self.certificate_hint() {
            return Some(hint.to_owned());
        }
        if self.cause == Cause::Limit {
            return Some("the service asks for fewer calls: wait a minute and try again".to_owned());
        }
        if self.cause == Cause::Client && self.asks_for_basic {
            return Some(
                "client id or secret is wrong, or they were not sent as the service wants: it asks for Basic, so set the \
                 client authentication to Basic if it is another"
                    .to_owned(),
            );
        }
        if self.cause == Cause::Grant && self.is_vague() && stage == Stage::RefreshRequest {
            return explain_known(stage, "invalid_grant");
        }
        let by_code = || self.code.as_deref().and_then(|code| explain(stage, code, "", &[]));
        let by_known = || self.known.as_deref().and_then(|code| explain_known(stage, code));
        let by_cause = || match self.cause {
            Cause::Grant => explain_known(stage, "invalid_grant"),
            Cause::Client => explain_known(stage, "invalid_client"),
            Cause::Trouble => explain_known(stage, "server_error"),
            Cause::Limit | Cause::Other => None,
        };
        by_code()
            .or_else(by_known)
            .or_else(by_cause)
            .or_else(|| self.method_hint())
            .or_else(|| self.hint_of_status(stage).map(str::to_owned))
    }

    /// What a URL is that does not take the request's method (RFC 9110 section 15.5.6). A token endpoint takes POST (RFC 6749
    /// section 3.2), which is sent unless the preset says otherwise.
    fn method_hint(&self) -> Option<String> {
        if self.status != 405 {
            return None;
        }
        let takes_post = self.allowed.split(',').any(|method| method.trim().eq_ignore_ascii_case("POST"));
        Some(match self.allowed.as_str() {
            _ if takes_post => format!("the URL takes `{}`: change the method of this request", self.allowed),
            "" => "the URL does not take this method: it is mostly that of another page, such as the authorization \
                   endpoint; compare it with the service's documentation"
                .to_owned(),
            allowed => format!(
                "the URL takes `{allowed}` and no POST: it is mostly that of another page, such as the authorization \
                 endpoint; compare it with the service's documentation"
            ),
        })
    }

    /// What nginx has to say about a client certificate: it has statuses of its own for it (495, 496) and sends 400 with a page.
    fn certificate_hint(&self) -> Option<&'static str> {
        if !self.is_page || !matches!(self.status, 400 | 495 | 496) {
            return None;
        }
        // foreign: the title of the page is all that tells the two apart.
        if self.status == 496 || self.said.contains("No required SSL certificate was sent") {
            return Some("it wants a client certificate: give the profile one (step 2, or `--client-certificate`)");
        }
        (self.status == 495 || self.said.contains("SSL certificate error")).then_some(
            "the server does not accept the client certificate: it is expired or revoked, or the server does not know the \
             authority that signed it",
        )
    }

    fn hint_of_status(&self, stage: Stage) -> Option<&'static str> {
        Some(match self.status {
            404 | 410 => "the URL is wrong: compare it with the service's documentation",
            407 => "a proxy wants a user and a password: put them into the proxy's address",
            415 => "the body's encoding is wrong: try form in place of JSON, or the reverse",
            200..=299 if self.is_wrapped => {
                "the reply must be JSON and nothing else (RFC 6749 section 5.1): whoever runs the service has to mend it"
            }
            200..=299 if !self.is_page => {
                "what is no reply of a token endpoint mostly means a wrong URL, or a proxy in between"
            }
            _ if self.is_page => "a web page in place of tokens mostly means a wrong URL, or a proxy in between",
            400 | 403 if !self.has_reason() && stage == Stage::RefreshRequest => {
                "the service gives no reason: mostly the refresh token is spent, expired or revoked; where that repeats, \
                 sign in again"
            }
            400 | 403 if !self.has_reason() => {
                "the service gives no reason: compare the call with its documentation, or authorize again where the \
                 code may be spent"
            }
            _ => return None,
        })
    }
}
