//! A call that was made, as it may be shown, saved and handed on: without a secret.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value as Json;

use crate::call::mask::masked_json;
use crate::call::wire::CallBody;
use crate::call::{Call, Rendered, Reply, Reveal, is_secret_key, is_secret_name, mask_body, mask_text};
use crate::secret::{MASK, Secret};

/// The longest address and value of a header that [`TracedCall::cut`] leaves, in bytes.
const LONGEST_LINE: usize = 8 * 1024;
/// The most headers that it leaves.
const MOST_HEADERS: usize = 100;
/// The most bytes of a reply's body that are kept: far more than a reply with tokens or an error has.
const LONGEST: usize = 64 * 1024;

/// A call that was made. Contains no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TracedCall {
    /// When it was sent, or when it came.
    pub at: Timestamp,
    /// Who carried it.
    pub way: Way,
    /// Such as `POST`.
    pub method: String,
    /// With the whole query, secrets masked.
    pub url: String,
    /// Secrets masked.
    pub headers: Vec<(String, String)>,
    /// Media type and text.
    pub body: Option<(String, String)>,
    /// The client certificate that was shown, in a line; empty if there was none.
    pub client_certificate: String,
    /// The same for a terminal; secrets are shell variables. Empty where nobody asked for it, and where the program sent nothing.
    pub curl: String,
    /// What came of it.
    pub outcome: TracedOutcome,
}

/// Who carried a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The program sent it.
    Sent,
    /// The browser was sent there.
    Browser,
    /// The browser came back with it.
    Redirect,
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TracedOutcome {
    /// A reply, whatever its status.
    Reply(TracedReply),
    /// There was no reply.
    Failed(NoReply),
    /// The program does not see the reply: the browser has it.
    Unseen,
}

/// Why there was no reply. Contains no secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoReply {
    /// In words.
    pub why: String,
    /// The error of the transport in its own form, of which the same diagnosis can be made again.
    pub error: Option<Json>,
}

/// A reply. Contains no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TracedReply {
    /// The status code.
    pub status: u16,
    /// Secrets masked.
    pub headers: Vec<(String, String)>,
    /// Indented if it is JSON, secrets masked.
    pub body: String,
    /// From sending the request to the last byte.
    pub elapsed: Duration,
}

impl TracedCall {
    /// A call that the program sent. `known` are the secrets that may be in its reply beside those of the call.
    pub fn sent<'a>(
        call: &'a Call,
        at: Timestamp,
        outcome: Result<&Reply, NoReply>,
        known: impl IntoIterator<Item = &'a Secret>,
    ) -> Self {
        let known: Vec<&Secret> = call.secrets().chain(known).filter(|secret| !secret.is_empty()).collect();
        let outcome = match outcome {
            Ok(reply) => TracedOutcome::Reply(TracedReply::of(reply, &known)),
            Err(NoReply { why, error }) => TracedOutcome::Failed(NoReply {
                why: mask_text(&why, &known),
                error: error.map(|error| masked_json(error, &known)),
            }),
        };
        let mut headers: Vec<(String, String)> =
            call.headers.iter().map(|(name, value)| (name.clone(), header(name, value))).collect();
        if call.basic.is_some() {
            headers.push(("Authorization".to_owned(), format!("Basic {MASK}")));
        }
        let body = match &call.body {
            CallBody::None => None,
            CallBody::Form(form) => {
                let pairs = form.iter().map(|(name, value)| pair(name, &value.masked(&Reveal::new())));
                Some(pairs.collect::<Vec<_>>().join("&"))
            }
            CallBody::Text { content_type, text } => {
                let text = Secret::new(text.masked(&Reveal::new()));
                Some(mask_body(&text, content_type, known.iter().copied()))
            }
        };
        let media_type = call.body.content_type().unwrap_or_default().to_owned();
        Self {
            at,
            way: Way::Sent,
            method: call.method.as_str().to_owned(),
            url: masked_url(&call.url.masked(&Reveal::new())),
            headers,
            body: body.map(|body| (media_type, body)),
            client_certificate: call.client_certificate.as_ref().map(|shown| shown.told()).unwrap_or_default(),
            curl: String::new(),
            outcome,
        }
    }

    /// With the command that makes the same call.
    #[must_use]
    pub fn with_curl(self, call: &Call) -> Self {
        Self { curl: call.to_curl(), ..self }
    }

    /// The authorization request, which the browser makes. Its `state` is masked, too.
    pub fn in_browser(call: &Call, state: &str, at: Timestamp) -> Self {
        let sent = Self::sent(call, at, Err(NoReply::default()), []);
        let url = if state.is_empty() { sent.url } else { sent.url.replace(state, MASK) };
        Self { way: Way::Browser, url, outcome: TracedOutcome::Unseen, ..sent }
    }

    /// The authorization response, which the browser brought. What is no error is masked: codes, tokens and the state.
    /// `plain` are the service's own names for what is no secret.
    pub fn redirect(uri: &str, parameters: &[(String, String)], plain: &[&str], at: Timestamp) -> Self {
        let shown = parameters.iter().map(|(name, value)| {
            let is_plain = matches!(name.as_str(), "error" | "error_description" | "error_uri" | "iss" | "scope")
                || plain.contains(&name.as_str());
            let value = if is_plain { mask_text(value, &[]) } else { MASK.to_owned() };
            format!("{name}={value}")
        });
        let separator = if uri.contains('?') { '&' } else { '?' };
        Self {
            at,
            way: Way::Redirect,
            method: "GET".to_owned(),
            url: format!("{uri}{separator}{}", shown.collect::<Vec<_>>().join("&")),
            headers: Vec::new(),
            body: None,
            client_certificate: String::new(),
            curl: String::new(),
            outcome: TracedOutcome::Unseen,
        }
    }

    /// Makes it fit for a log: bodies of at most `longest` bytes, no endless header.
    pub fn cut(&mut self, longest: usize) {
        cut(&mut self.url, LONGEST_LINE);
        cut_headers(&mut self.headers);
        if let Some((_, body)) = &mut self.body {
            cut(body, longest);
        }
        match &mut self.outcome {
            TracedOutcome::Reply(reply) => {
                cut_headers(&mut reply.headers);
                cut(&mut reply.body, longest);
            }
            TracedOutcome::Failed(NoReply { why, .. }) => cut(why, LONGEST_LINE),
            TracedOutcome::Unseen => {}
        }
    }

    /// Host and path, for a list.
    pub fn place(&self) -> &str {
        let rest = self.url.split_once("://").map_or(self.url.as_str(), |(_, rest)| rest);
        rest.split(['?', '#']).next().unwrap_or(rest)
    }
}

/// Cuts a text between two letters, and shows that.
fn cut(text: &mut String, longest: usize) {
    if text.len() > longest {
        text.truncate(text.floor_char_boundary(longest));
        text.push('…');
    }
}

fn cut_headers(headers: &mut Vec<(String, String)>) {
    headers.truncate(MOST_HEADERS);
    for (name, value) in headers {
        cut(name, LONGEST_LINE);
        cut(value, LONGEST_LINE);
    }
}

/// A parameter. A secret that a person typed into the request as text is known by the name only.
fn pair(name: &str, value: &str) -> String {
    format!("{name}={}", if is_secret_key(name) && !value.is_empty() { MASK } else { value })
}

fn header(name: &str, value: &Rendered) -> String {
    let shown = value.masked(&Reveal::new());
    match shown.split_once(' ') {
        Some((scheme, _)) if name.to_ascii_lowercase().ends_with("authorization") => format!("{scheme} {MASK}"),
        _ if is_secret_name(name) => MASK.to_owned(),
        _ => shown,
    }
}

/// Masks the user and password of an address, and what has the name of a secret in its query.
fn masked_url(url: &str) -> String {
    let host = url.find("://").map_or(0, |at| at + 3);
    let end = url[host..].find(['/', '?', '#']).map_or(url.len(), |length| host + length);
    let url = match url[host..end].rfind('@') {
        Some(at) => &format!("{}{MASK}{}", &url[..host], &url[host + at..]),
        None => url,
    };
    let Some((address, query)) = url.split_once('?') else { return url.to_owned() };
    let pairs = query.split('&').map(|part| match part.split_once('=') {
        Some((name, value)) => pair(name, value),
        None => part.to_owned(),
    });
    format!("{address}?{}", pairs.collect::<Vec<_>>().join("&"))
}

impl TracedReply {
    /// Whether the status says that the call went well.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    fn of(reply: &Reply, known: &[&Secret]) -> Self {
        let header = |name: &String, value: &String| {
            // A cookie is a secret whatever its name; the address of a redirect may carry one.
            let shown = match name.as_str() {
                "set-cookie" => MASK.to_owned(),
                "location" => mask_text(value.split(['?', '#']).next().unwrap_or_default(), known),
                _ => mask_text(value, known),
            };
            (mask_text(name, known), shown)
        };
        let mut body = mask_body(&reply.body, &reply.media_type(), known.iter().copied());
        cut(&mut body, LONGEST);
        Self {
            status: reply.status,
            headers: reply.headers.iter().map(|(name, value)| header(name, value)).collect(),
            body,
            elapsed: reply.elapsed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{Authentication, BodyTemplate, CallTemplate, Method, Parameter, Template, Values};

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    /// A token request with a secret in each of its places.
    pub fn call() -> Call {
        let mut values = Values::new();
        values.set("client_id", "mine");
        values.set("client_secret", "canary-1 %");
        values.set("code", "canary-2");
        let template = CallTemplate {
            method: Method::Post,
            url: Template::new("https://as.test/token?k=<client_secret>"),
            authentication: Authentication::Basic,
            headers: vec![Parameter::new("X-Key", "<code>")],
            body: BodyTemplate::Form(vec![Parameter::new("code", "<code>"), Parameter::new("grant_type", "x")]),
            ..CallTemplate::default()
        };
        template.render(&values).expect("rendered")
    }

    /// A reply that repeats what was sent, and has a token under a name that tells nothing.
    pub fn reply() -> Reply {
        let headers = [("content-type", "application/json"), ("set-cookie", "sid=canary-3"), ("x-echo", "canary-2")];
        Reply {
            status: 400,
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
            body: Secret::new(
                r#"{"key":"canary-4","access_token":"canary-5","said":"canary-1 %25 canary-2","error":"x"}"#,
            ),
            elapsed: Duration::from_millis(12),
            received_at: NOW,
        }
    }

    #[test]
    fn no_secret_is_in_it() {
        let brought = Secret::new("canary-4");
        let traced = TracedCall::sent(&call(), NOW, Ok(&reply()), [&brought]);
        let told = format!("{traced:?}");
        assert!(!told.contains("canary"), "{told}");
        assert!(told.contains("grant_type=x") && told.contains("\\\"error\\\": \\\"x\\\""), "{told}");
        let lost = "canary-2 was lost".to_owned();
        let lost = NoReply { error: Some(serde_json::json!({ "io": { "reason": [lost.clone()] } })), why: lost };
        let failed = TracedCall::sent(&call(), NOW, Err(lost), []);
        assert!(!format!("{failed:?}").contains("canary"));
        let response = [("code", "canary"), ("state", "canary"), ("id_token", "canary"), ("error", "access_denied")];
        let response = response.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let came = TracedCall::redirect("http://localhost/cb", &response, &[], NOW);
        assert!(!format!("{came:?}").contains("canary"), "{came:?}");
        assert!(came.url.ends_with("&error=access_denied"), "{}", came.url);
    }

    #[test]
    fn a_secret_that_stands_in_the_request_as_text_is_masked_by_its_name() {
        let template = CallTemplate {
            method: Method::Post,
            url: Template::new("https://as.test/token?api_key=canary&lang=en"),
            headers: [("Authorization", "Token canary"), ("X-Api-Key", "canary"), ("Ocp-Subscription-Key", "canary")]
                .map(|(name, value)| Parameter::new(name, value))
                .to_vec(),
            body: BodyTemplate::Form(
                [("client_secret", "canary"), ("token_type_hint", "access_token"), ("grant_type", "x")]
                    .map(|(name, value)| Parameter::new(name, value))
                    .to_vec(),
            ),
            ..CallTemplate::default()
        };
        let call = template.render(&Values::new()).expect("rendered");
        let traced = TracedCall { curl: String::new(), ..TracedCall::sent(&call, NOW, Ok(&reply()), []) };
        let told = format!("{:?} {:?} {:?}", traced.url, traced.headers, traced.body);
        assert!(!told.contains("canary"), "{told}");
        assert!(
            told.contains("lang=en") && told.contains("token_type_hint=access_token") && told.contains("grant_type=x")
        );
    }

    #[test]
    fn the_user_of_an_address_is_masked() {
        assert_eq!(masked_url("https://me:canary@as.test:8443/a?b=@"), format!("https://{MASK}@as.test:8443/a?b=@"));
        assert_eq!(masked_url("https://as.test/@me"), "https://as.test/@me");
    }

    #[test]
    fn what_is_cut_fits_and_the_rest_stays() {
        let sent = TracedCall::sent(&call(), NOW, Ok(&reply()), []);
        let mut cut = sent.clone();
        cut.cut(1024);
        assert_eq!(cut, sent);
        let TracedOutcome::Reply(mut reply) = sent.outcome.clone() else { panic!("a reply") };
        reply.headers = vec![("x".to_owned(), "é".repeat(LONGEST_LINE)); 200];
        reply.body = "b".repeat(2000);
        let mut long = TracedCall { outcome: TracedOutcome::Reply(reply), url: "u".repeat(20_000), ..sent };
        long.cut(1024);
        let TracedOutcome::Reply(reply) = &long.outcome else { panic!("a reply") };
        assert_eq!((reply.headers.len(), reply.body.len()), (MOST_HEADERS, 1024 + '…'.len_utf8()));
        assert!(reply.headers[0].1.len() <= LONGEST_LINE + 3 && long.url.len() <= LONGEST_LINE + 3);
    }

    #[test]
    fn a_list_names_host_and_path() {
        assert_eq!(TracedCall::sent(&call(), NOW, Ok(&reply()), []).place(), "as.test/token");
    }

    #[test]
    fn a_huge_body_is_cut_between_two_letters() {
        let body = Secret::new("é".repeat(LONGEST));
        let traced = TracedReply::of(&Reply { body, ..reply() }, &[]);
        assert!(traced.body.len() <= LONGEST + '…'.len_utf8() && traced.body.ends_with('…'));
    }
}
