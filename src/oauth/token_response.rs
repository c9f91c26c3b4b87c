//! Reading the reply of a bearer or refresh call (RFC 6749 sections 5.1 and 5.2), with the ways in which services
//! differ taken from the call's [`Reading`].

use serde_json::Value as Json;
use thiserror::Error;

use crate::call::{Answers, ExpressionError, Reading, Reply, mask_text};
use crate::diagnosis::{Diagnose as _, Diagnosis};
use crate::oauth::TokenSet;
use crate::oauth::authorization_response::printable;
use crate::oauth::explain::{ErrorHint, Stage, explain};
use crate::oauth::granted::granted;
use crate::secret::Secret;

/// Why a reply holds no tokens. Its texts are masked of the secrets that were sent.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum TokenError {
    /// The service refused in OAuth's own words.
    #[error("{} refused: {}", .stage.words(), refusal(.error, .description.as_deref()))]
    Refused {
        /// Which call.
        stage: Stage,
        /// The status code.
        status: u16,
        /// The error code.
        error: String,
        /// The service's own words.
        description: Option<String>,
        /// Where it says more.
        uri: Option<String>,
    },
    /// The service sent the caller elsewhere, which is not followed.
    #[error("{} answered with a redirect ({status}) to `{host}`, which is not followed", .stage.words())]
    Redirected {
        /// Which call.
        stage: Stage,
        /// The status code.
        status: u16,
        /// The host it names.
        host: String,
    },
    /// Not a reply that could hold a token.
    #[error("{} answered {status} with {what}", .stage.words())]
    NotJson {
        /// Which call.
        stage: Stage,
        /// The status code.
        status: u16,
        /// What it is.
        what: String,
    },
    /// JSON or a form, and no access token where one was looked for.
    #[error("{} answered {status} without an access token at `{path}`; it has {}", .stage.words(), fields(.names))]
    NoAccessToken {
        /// Which call.
        stage: Stage,
        /// The status code.
        status: u16,
        /// Where it was looked for.
        path: String,
        /// The names that are there.
        names: Vec<String>,
        /// Where something of that name lies deeper in the reply.
        deeper: Option<String>,
    },
    /// The expression that says where the access token is came to nothing that is one.
    #[error("{} answered {status}; {error}", .stage.words())]
    Unreadable {
        /// Which call.
        stage: Stage,
        /// The status code.
        status: u16,
        /// Which expression, and why.
        #[source]
        error: ExpressionError,
    },
}

impl Stage {
    fn words(self) -> &'static str {
        match self {
            Self::Authorization => "the authorization endpoint",
            Self::Bearer => "the bearer token endpoint",
            Self::Refresh => "the refresh token endpoint",
            Self::Identity => "the identity endpoint",
        }
    }
}

impl TokenError {
    /// Whether the same call may succeed later: then nothing is given up (RFC 9110 sections 15.6 and 15.5.20).
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Refused { status, error, .. } => {
                is_transient_status(*status) || matches!(error.as_str(), "temporarily_unavailable" | "server_error")
            }
            Self::NotJson { status, .. } | Self::NoAccessToken { status, .. } | Self::Unreadable { status, .. } => {
                is_transient_status(*status)
            }
            Self::Redirected { .. } => false,
        }
    }

    /// Whether only a new sign-in helps: a refresh was refused for what the refresh token is. Services use many codes
    /// for it, so it is any but those that speak of the client or the call (RFC 6749 section 5.2).
    pub fn spends_refresh_token(&self) -> bool {
        const OF_THE_CALL: [&str; 3] = ["invalid_client", "unauthorized_client", "unsupported_grant_type"];
        matches!(self, Self::Refused { stage: Stage::Refresh, error, .. } if !OF_THE_CALL.contains(&error.as_str()))
            && !self.is_transient()
    }

    /// Whether the refresh token is dead beyond doubt, so that asking again with it makes no sense: the service says
    /// `invalid_grant`, a word of its own for it, or something of which its own hint says to sign in again.
    pub fn ends_grant(&self, hints: &[ErrorHint]) -> bool {
        let Self::Refused { error, description, .. } = self else { return false };
        let description = description.as_deref().unwrap_or_default();
        let of_hint =
            || explain(Stage::Refresh, error, description, hints).is_some_and(|say| say.contains("sign in again"));
        self.spends_refresh_token()
            && (OWN_WORDS.contains(&error.as_str()) || speaks_of_refresh_token(description) || of_hint())
    }

    /// Whether the service may have acted although its reply brought nothing: a gateway that lost the answer behind
    /// it, or a success that cannot be read (RFC 9110 sections 15.6.3 and 15.6.5).
    pub fn may_have_acted(&self) -> bool {
        match self {
            Self::Refused { .. } | Self::Redirected { .. } => false,
            Self::NotJson { status, .. } | Self::NoAccessToken { status, .. } | Self::Unreadable { status, .. } => {
                matches!(status, 200..=299 | 502 | 504)
            }
        }
    }

    /// The words for a person; `hints` are the service's own.
    pub fn diagnose(&self, hints: &[ErrorHint]) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        if let Self::NotJson { what, .. } = self
            && let Some(hint) = hints.iter().find(|hint| what.contains(&hint.when))
        {
            return diagnosis.hint(&hint.say);
        }
        match self {
            Self::Refused { stage, error, description, uri, .. } => Diagnosis {
                hint: explain(*stage, error, description.as_deref().unwrap_or_default(), hints),
                reference: uri.clone(),
                ..diagnosis
            },
            Self::Redirected { .. } => {
                diagnosis.hint("enter the token URL that the service documents; secrets go to no other host")
            }
            Self::NotJson { status: 404, .. } => {
                diagnosis.hint("the URL is wrong: compare it with the service's documentation")
            }
            Self::NotJson { status: 405, .. } => diagnosis.hint("the method is wrong: most token endpoints want POST"),
            Self::NotJson { status: 415, .. } => {
                diagnosis.hint("the body's encoding is wrong: try form in place of JSON, or the reverse")
            }
            Self::NotJson { status: 429, .. } => {
                diagnosis.hint("the service asks for fewer calls: wait a minute and try again")
            }
            Self::NotJson { status: 500..=599, .. } => {
                diagnosis.hint("the service has a problem of its own: try again later")
            }
            Self::NotJson { .. } => {
                diagnosis.hint("a web page in place of tokens mostly means a wrong URL, or a proxy in between")
            }
            Self::Unreadable { error, .. } => Diagnosis { summary: diagnosis.summary, ..error.diagnose() },
            Self::NoAccessToken { deeper: Some(place), .. } => {
                diagnosis.hint(format!("there is one at `{place}`: have it read from there"))
            }
            Self::NoAccessToken { .. } => {
                diagnosis.hint("look at the reply: if the token is under another name, change where it is read from")
            }
        }
    }
}

/// What services say in place of `invalid_grant` (RFC 6749 section 5.2) when a refresh token is dead: GitHub, Slack,
/// Zoho, Microsoft and others.
const OWN_WORDS: [&str; 13] = [
    "invalid_grant",
    "bad_refresh_token",
    "invalid_refresh_token",
    "refresh_token_expired",
    "expired_refresh_token",
    "invalid_token",
    "expired_token",
    "token_expired",
    "token_revoked",
    "invalid_code",
    "interaction_required",
    "consent_required",
    "login_required",
];

/// Whether a description says of the refresh token that it is gone.
fn speaks_of_refresh_token(description: &str) -> bool {
    let text = description.to_lowercase().replace('_', " ");
    let ends = ["expired", "revoked", "invalid", "not found", "already used", "no longer"];
    text.contains("refresh token") && ends.iter().any(|end| text.contains(end))
}

fn is_transient_status(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500..=599)
}

/// What a reading takes from outside the reply.
#[derive(Clone, Copy, Debug)]
pub struct ReadContext<'a> {
    /// Which call.
    pub stage: Stage,
    /// What separates scopes in the service's answers.
    pub scope_separator: &'a str,
    /// The token set that is renewed: what the reply leaves out is kept from it.
    pub previous: Option<&'a TokenSet>,
}

/// Reads a token set. `answers` are the reply's, `None` where its body has no fields; `secrets` are those of the call,
/// so that no error repeats them.
pub fn read_token_set<'a>(
    reply: &Reply,
    answers: Option<&Answers>,
    reading: &Reading,
    context: ReadContext<'_>,
    secrets: impl Iterator<Item = &'a Secret>,
) -> Result<TokenSet, TokenError> {
    let secrets: Vec<&Secret> = secrets.filter(|secret| !secret.is_empty()).collect();
    let (stage, status) = (context.stage, reply.status);
    if (300..400).contains(&status) {
        return Err(TokenError::Redirected { stage, status, host: redirect_host(reply) });
    }
    let Some(answers) = answers else {
        return Err(TokenError::NotJson { stage, status, what: describe_body(reply, &secrets) });
    };
    let access_token = answers.first_text(&reading.access_token);
    if let (Some(access_token), true) = (access_token, reply.is_success() && reading.is_success(answers)) {
        let granted = granted(&access_token, answers, reply, reading, context);
        return granted.map_err(|error| TokenError::Unreadable { stage, status, error });
    }
    if let Some(error) = answers.first(&reading.error) {
        return Err(refused(stage, status, error, answers, reading, &secrets));
    }
    if let Some(error) = answers.problem(&reading.access_token) {
        return Err(TokenError::Unreadable { stage, status, error });
    }
    Err(TokenError::NoAccessToken {
        stage,
        status,
        path: reading.access_token.first().map(ToString::to_string).unwrap_or_default(),
        names: names(answers.json()),
        deeper: deeper(answers.json(), "access_token", DEEPEST),
    })
}

fn refused(
    stage: Stage,
    status: u16,
    error: &Json,
    answers: &Answers,
    reading: &Reading,
    secrets: &[&Secret],
) -> TokenError {
    let clean = |text: String| printable(&mask_text(&text, secrets));
    // Facebook and its kin put an object where the code should be.
    let inside = |name: &str| error.get(name).and_then(crate::call::scalar_text);
    let code = crate::call::scalar_text(error).or_else(|| inside("type")).or_else(|| inside("code"));
    TokenError::Refused {
        stage,
        status,
        error: clean(code.unwrap_or_else(|| "error".to_owned())),
        description: answers.first_text(&reading.error_description).or_else(|| inside("message")).map(clean),
        uri: answers.first_text(&reading.error_uri).map(clean),
    }
}

fn names(json: &Json) -> Vec<String> {
    /// Enough to recognise the reply by.
    const MOST: usize = 12;
    let names = json.as_object().map(|fields| fields.keys().take(MOST).map(|name| printable(name)).collect());
    names.unwrap_or_default()
}

/// How many levels down a misplaced token is looked for; no service is known to go beyond two.
const DEEPEST: usize = 4;

/// The path of the first text of this name below the top, such as `data.access_token`.
fn deeper(json: &Json, name: &str, levels: usize) -> Option<String> {
    let fields = json.as_object().filter(|_| levels > 0)?;
    fields.iter().find_map(|(key, value)| {
        let inside = value.get(name).is_some_and(Json::is_string).then(|| name.to_owned());
        let place = inside.or_else(|| deeper(value, name, levels - 1))?;
        Some(format!("{}.{place}", printable(key)))
    })
}

fn redirect_host(reply: &Reply) -> String {
    let location = reply.header("location").unwrap_or_default();
    url::Url::parse(location)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned))
        .unwrap_or_else(|| "the same host".to_owned())
}

fn describe_body(reply: &Reply, secrets: &[&Secret]) -> String {
    let text = reply.body.expose().trim();
    if text.is_empty() {
        return "an empty body".to_owned();
    }
    let lower = text.to_ascii_lowercase();
    if !lower.starts_with('<') {
        return "text that is neither JSON nor a form".to_owned();
    }
    let title = lower.find("<title>").and_then(|from| {
        let to = lower[from..].find("</title>")? + from;
        text.get(from + "<title>".len()..to)
    });
    match title {
        Some(title) if !title.trim().is_empty() => {
            format!("a web page titled \"{}\"", printable(&mask_text(title, secrets)))
        }
        _ => "a web page".to_owned(),
    }
}

fn refusal(error: &str, description: Option<&str>) -> String {
    match description {
        Some(description) => format!("`{error}` ({description})"),
        None => format!("`{error}`"),
    }
}

fn fields(names: &[String]) -> String {
    if names.is_empty() { "no named field".to_owned() } else { format!("`{}`", names.join("`, `")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use std::time::Duration;

    fn reply(status: u16, media_type: &str, body: &str) -> Reply {
        Reply {
            status,
            headers: vec![("content-type".into(), media_type.into())],
            body: Secret::new(body),
            elapsed: Duration::ZERO,
            received_at: Timestamp::from_second(1000).expect("a time"),
        }
    }

    fn read(status: u16, body: &str, previous: Option<&TokenSet>) -> Result<TokenSet, TokenError> {
        let stage = if previous.is_some() { Stage::Refresh } else { Stage::Bearer };
        let context = ReadContext { stage, scope_separator: " ", previous };
        let sent = [Secret::new("s3cret")];
        let reply = reply(status, "application/json", body);
        read_token_set(&reply, Answers::of(&reply).as_ref(), &Reading::default(), context, sent.iter())
    }

    #[test]
    fn the_example_of_rfc_6749_section_5_1() {
        let body = r#"{"access_token":"2YotnFZFEjr1zCsicMWpAA","token_type":"example","expires_in":3600,
            "refresh_token":"tGzv3JOkF0XG5Qx2TlKWIA","example_parameter":"example_value"}"#;
        let tokens = read(200, body, None).expect("tokens");
        assert_eq!(tokens.access_token.expose(), "2YotnFZFEjr1zCsicMWpAA");
        assert_eq!(tokens.token_type, "example");
        assert_eq!(tokens.expires_at.map(Timestamp::as_second), Some(4600));
        assert_eq!(tokens.refresh_token, Some(Secret::new("tGzv3JOkF0XG5Qx2TlKWIA")));
    }

    #[test]
    fn expiry_is_read_as_number_or_string_and_nonsense_says_nothing() {
        let expires_at = |value: &str| {
            let tokens = read(200, &format!(r#"{{"access_token":"a","expires_in":{value}}}"#), None).expect("tokens");
            tokens.expires_at.map(Timestamp::as_second)
        };
        assert_eq!(expires_at("60"), Some(1060));
        assert_eq!(expires_at("\"60\""), Some(1060));
        assert_eq!(expires_at("60.5"), Some(1060));
        for nonsense in ["0", "-5", "null", "\"soon\"", "{}", "1e300"] {
            assert_eq!(expires_at(nonsense), None, "{nonsense}");
        }
        let tokens = read(200, r#"{"access_token":"a","expires_in":"soon"}"#, None).expect("tokens");
        assert_eq!(tokens.unread_life, ["expires_in"]);
    }

    #[test]
    fn a_token_with_a_character_that_no_token_has_is_refused() {
        for field in ["access_token", "refresh_token", "id_token"] {
            let body = serde_json::json!({ "access_token": "a", field: "AT\r\nX-Injected: yes" }).to_string();
            let error = read(200, &body, None).expect_err("refused");
            let expected = format!(
                "the bearer token endpoint answered 200; the expression `{field}` came to a token with a control character"
            );
            assert_eq!(error.to_string(), expected);
            assert!(error.may_have_acted());
        }
        let tokens = read(200, r#"{"access_token":" a\n","token_type":"Bearer\r\nX: y","scope":"a\u001b[2J b"}"#, None);
        let tokens = tokens.expect("tokens");
        assert_eq!((tokens.access_token.expose(), tokens.token_type.as_str()), ("a", "Bearer  X: y"));
        assert_eq!(tokens.scopes.map(|scopes| scopes.join(" ")).as_deref(), Some("a [2J b"));
    }

    #[test]
    fn a_form_encoded_reply_is_read() {
        let context = ReadContext { stage: Stage::Bearer, scope_separator: ",", previous: None };
        let reply =
            reply(200, "application/x-www-form-urlencoded", "access_token=a%2Fb&scope=repo%2Cuser&expires_in=9");
        let tokens = read_token_set(&reply, Answers::of(&reply).as_ref(), &Reading::default(), context, [].iter())
            .expect("tokens");
        assert_eq!(tokens.access_token.expose(), "a/b");
        assert_eq!(tokens.scopes, Some(vec!["repo".to_owned(), "user".to_owned()]));
        assert_eq!(tokens.expires_at.map(Timestamp::as_second), Some(1009));
    }

    #[test]
    fn a_refresh_that_leaves_things_out_keeps_the_old_ones() {
        let first =
            read(200, r#"{"access_token":"a","refresh_token":"r","scope":"x","refresh_token_expires_in":5}"#, None);
        let second = read(200, r#"{"access_token":"b"}"#, first.as_ref().ok()).expect("tokens");
        assert_eq!(second.access_token.expose(), "b");
        assert_eq!(second.refresh_token, Some(Secret::new("r")));
        assert_eq!(second.scopes, Some(vec!["x".to_owned()]));
        assert_eq!(second.refresh_token_expires_at.map(Timestamp::as_second), Some(1005));
        let third = read(200, r#"{"access_token":"c","refresh_token":"r2"}"#, Some(&second)).expect("tokens");
        assert_eq!(third.refresh_token, Some(Secret::new("r2")));
        assert_eq!(third.refresh_token_expires_at, None, "a new token has a life of its own");
    }

    #[test]
    fn an_error_with_200_is_an_error() {
        let error = read(200, r#"{"error":"invalid_grant","error_description":"spent"}"#, None).expect_err("refused");
        assert_eq!(error.to_string(), "the bearer token endpoint refused: `invalid_grant` (spent)");
        assert!(!error.is_transient());
    }

    #[test]
    fn an_error_never_repeats_a_secret_that_was_sent() {
        let error = read(400, r#"{"error":"invalid_client","error_description":"bad secret s3cret"}"#, None);
        let text = error.expect_err("refused").diagnose(&[]).to_string();
        assert!(
            text.starts_with("the bearer token endpoint refused: `invalid_client` (bad secret ••••••••)"),
            "{text}"
        );
    }

    #[test]
    fn a_page_in_place_of_tokens_is_named() {
        let error = read(502, "<html><title>Bad Gateway</title></html>", None).expect_err("refused");
        assert_eq!(error.to_string(), "the bearer token endpoint answered 502 with a web page titled \"Bad Gateway\"");
        assert!(error.is_transient());
        let error = read(404, "<html><title>No /s3cret here</title></html>", None).expect_err("refused");
        assert!(error.to_string().ends_with("titled \"No /•••••••• here\""), "{error}");
        assert_eq!(
            read(200, "", None).expect_err("refused").to_string(),
            "the bearer token endpoint answered 200 with an empty body"
        );
    }

    #[test]
    fn a_token_under_another_name_is_pointed_at() {
        let error = read(200, r#"{"data":{"access_token":"a"},"ok":true}"#, None).expect_err("not found");
        assert_eq!(
            error.to_string(),
            "the bearer token endpoint answered 200 without an access token at `access_token`; it has `data`, `ok`"
        );
        let hint = error.diagnose(&[]).hint;
        assert_eq!(hint.as_deref(), Some("there is one at `data.access_token`: have it read from there"));
        let error = read(200, r#"{"data":{"token":"a"},"access_token":{}}"#, None).expect_err("not found");
        assert!(error.diagnose(&[]).hint.is_some_and(|hint| hint.starts_with("look at the reply")));
    }

    #[test]
    fn only_what_the_refresh_token_is_refused_for_wants_a_new_sign_in() {
        let previous = read(200, r#"{"access_token":"a","refresh_token":"r"}"#, None).expect("tokens");
        let spends =
            |status, body: &str, previous| read(status, body, previous).expect_err(body).spends_refresh_token();
        assert!(spends(400, r#"{"error":"invalid_grant"}"#, Some(&previous)));
        // LinkedIn's answer to a refresh token that has expired.
        assert!(spends(400, r#"{"error":"invalid_request"}"#, Some(&previous)));
        assert!(!spends(400, r#"{"error":"invalid_grant"}"#, None), "it is the code that is refused");
        assert!(!spends(401, r#"{"error":"invalid_client"}"#, Some(&previous)));
        assert!(!spends(400, r#"{"error":"temporarily_unavailable"}"#, Some(&previous)));
        assert!(!spends(200, r#"{"data":{"access_token":"b"}}"#, Some(&previous)));
        assert!(!spends(404, "<html></html>", Some(&previous)));
    }

    #[test]
    fn an_expression_that_failed_is_named_unless_the_service_refused() {
        let access_token = crate::call::Expression::new("$split(token, 1)[1]");
        let reading = Reading { access_token: vec![access_token.clone()], ..Reading::default() };
        let told = |status: u16, body: &str| {
            let reply = reply(status, "application/json", body);
            let mut answers = Answers::of(&reply).expect("JSON");
            let fault = crate::call::ExpressionFault::TooSlow { seconds: 2 };
            answers.add(&access_token, Err(access_token.error(fault)));
            let context = ReadContext { stage: Stage::Bearer, scope_separator: " ", previous: None };
            read_token_set(&reply, Some(&answers), &reading, context, [].iter()).expect_err("no token").to_string()
        };
        assert_eq!(
            told(200, r#"{"token":"a b"}"#),
            "the bearer token endpoint answered 200; the expression `$split(token, 1)[1]` took longer than 2 s and was \
             stopped"
        );
        assert_eq!(told(400, r#"{"error":"invalid_grant"}"#), "the bearer token endpoint refused: `invalid_grant`");
    }

    #[test]
    fn a_refresh_token_is_dead_only_where_the_service_leaves_no_doubt() {
        let previous = read(200, r#"{"access_token":"a","refresh_token":"r"}"#, None).expect("tokens");
        let hints = [ErrorHint { when: "lapsed".into(), say: "it lay unused too long: sign in again".into() }];
        let ends = |status, body: &str| read(status, body, Some(&previous)).expect_err(body).ends_grant(&hints);
        assert!(ends(400, r#"{"error":"invalid_grant"}"#));
        assert!(ends(200, r#"{"error":"bad_refresh_token"}"#));
        assert!(ends(400, r#"{"error":"invalid_request","error_description":"The refresh_token has expired"}"#));
        assert!(ends(400, r#"{"error":"invalid_request","error_description":"the grant has lapsed"}"#));
        assert!(!ends(400, r#"{"error":"invalid_request","error_description":"`scope` is misspelt"}"#));
        assert!(!ends(401, r#"{"error":"invalid_client","error_description":"refresh token expired"}"#));
        assert!(!ends(503, r#"{"error":"invalid_grant"}"#), "a service in trouble is not believed");
    }

    #[test]
    fn an_error_object_is_read_too() {
        let error = read(400, r#"{"error":{"message":"Error validating","type":"OAuthException","code":1}}"#, None);
        assert_eq!(
            error.expect_err("refused").to_string(),
            "the bearer token endpoint refused: `OAuthException` (Error validating)"
        );
    }
}
