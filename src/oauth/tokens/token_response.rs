//! Reads the reply of a token or refresh request (RFC 6749 sections 5.1 and 5.2) as the request's [`Reading`] says.

use serde_json::Value as Json;

use crate::call::{Answers, Reading, Reply};
use crate::oauth::tokens::explain::Stage;
use crate::oauth::tokens::granted::granted;
use crate::oauth::tokens::refusal::{names_of, read_refusal, redirect_target, shown_name};
use crate::oauth::{TokenError, TokenSet};
use crate::secret::Secret;

/// What is known besides the reply.
#[derive(Clone, Copy, Debug)]
pub struct ReadContext<'a> {
    /// The request.
    pub stage: Stage,
    /// The separator of scopes in replies.
    pub scope_separator: &'a str,
    /// The tokens that are refreshed; they supply what the reply leaves out.
    pub previous: Option<&'a TokenSet>,
    /// The origin of the request, to explain a redirect.
    pub origin: Option<&'a str>,
}

/// Reads a token set. `answers` is `None` if the body has no fields; `secrets` are those of the request, to mask in errors.
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
        return Err(TokenError::Redirected { stage, status, to: redirect_target(reply, context.origin, &secrets) });
    }
    let access_token = answers.and_then(|answers| answers.first_text(&reading.access_token));
    if let (Some(answers), Some(access_token)) = (answers, access_token)
        && reply.is_success()
        && reading.is_success(answers)
    {
        let granted = granted(&access_token, answers, reply, reading, context);
        return granted.map_err(|error| TokenError::Unreadable { stage, status, error });
    }
    let path = reading.access_token.first().map(ToString::to_string).unwrap_or_default();
    let is_empty = answers.and_then(|answers| answers.json().get(&path)).is_some_and(is_nothing);
    let refusal = Box::new(read_refusal(reply, answers, reading, &secrets));
    // A service that issues nothing says why, whatever its status.
    if refusal.is_said() || refusal.has_reason() && (is_empty || !reply.is_success()) {
        return Err(TokenError::Refused { stage, refusal });
    }
    if let Some(error) = answers.and_then(|answers| answers.problem(&reading.access_token)) {
        return Err(TokenError::Unreadable { stage, status, error });
    }
    let Some(answers) = answers.filter(|_| reply.is_success()) else {
        return Err(TokenError::NotJson { stage, refusal });
    };
    Err(TokenError::NoAccessToken {
        stage,
        status,
        path,
        names: names_of(answers.json(), &secrets),
        is_empty,
        deeper: deeper(answers.json(), "access_token", DEEPEST, &secrets),
    })
}

/// Whether a member has no value in it.
fn is_nothing(json: &Json) -> bool {
    json.is_null() || json.as_str().is_some_and(str::is_empty)
}

/// How deep to look for a misplaced token; no known service nests it deeper than two levels.
const DEEPEST: usize = 4;

/// The path of the first text of this name below the top, such as `data.access_token`.
fn deeper(json: &Json, name: &str, levels: usize, secrets: &[&Secret]) -> Option<String> {
    let fields = json.as_object().filter(|_| levels > 0)?;
    fields.iter().find_map(|(key, value)| {
        let inside = value.get(name).is_some_and(Json::is_string).then(|| name.to_owned());
        let place = inside.or_else(|| deeper(value, name, levels - 1, secrets))?;
        Some(format!("{}.{place}", shown_name(key, secrets)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::Meaning;
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
        let stage = if previous.is_some() { Stage::RefreshRequest } else { Stage::TokenRequest };
        let context = ReadContext { stage, scope_separator: " ", previous, origin: None };
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
                "the token endpoint answered 200; the expression `{field}` returned a token with a control character"
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
        let context = ReadContext { stage: Stage::TokenRequest, scope_separator: ",", previous: None, origin: None };
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
        assert_eq!(error.to_string(), "the token endpoint refused: `invalid_grant` (spent)");
        assert_eq!(error.meaning(&[]), Meaning::Refused, "it is the code that is refused");
    }

    #[test]
    fn an_error_never_repeats_a_secret_that_was_sent() {
        let error = read(400, r#"{"error":"invalid_client","error_description":"bad secret s3cret"}"#, None);
        let text = error.expect_err("refused").diagnose(&[]).to_string();
        assert!(text.starts_with("the token endpoint refused: `invalid_client` (bad secret ••••••••)"), "{text}");
    }

    #[test]
    fn a_page_in_place_of_tokens_is_named() {
        let error = read(502, "<html><title>Bad Gateway</title></html>", None).expect_err("refused");
        assert_eq!(error.to_string(), "the token endpoint answered 502 with a web page titled \"Bad Gateway\"");
        assert_eq!(error.meaning(&[]), Meaning::Trouble);
        let error = read(404, "<html><title>No /s3cret here</title></html>", None).expect_err("refused");
        assert!(error.to_string().ends_with("titled \"No /•••••••• here\""), "{error}");
        assert_eq!(
            read(200, "", None).expect_err("refused").to_string(),
            "the token endpoint answered 200 with an empty body"
        );
    }

    #[test]
    fn a_token_under_another_name_is_pointed_at() {
        let error = read(200, r#"{"data":{"access_token":"a"},"ok":true}"#, None).expect_err("not found");
        assert_eq!(
            error.to_string(),
            "the token endpoint answered 200 without an access token at `access_token`; it has `data`, `ok`"
        );
        let hint = error.diagnose(&[]).hint;
        assert_eq!(hint.as_deref(), Some("there is one at `data.access_token`: have it read from there"));
        let error = read(200, r#"{"data":{"token":"a"},"access_token":{}}"#, None).expect_err("not found");
        assert!(error.diagnose(&[]).hint.is_some_and(|hint| hint.starts_with("look at the reply")));
    }

    #[test]
    fn a_token_that_is_there_and_empty_is_told_with_the_reason() {
        let error = read(200, r#"{"access_token":"","expires_in":60}"#, None).expect_err("empty");
        let expected = "the token endpoint answered 200 with an empty access token at `access_token`; it has \
                        `access_token`, `expires_in`";
        assert_eq!(error.to_string(), expected);
        assert!(error.diagnose(&[]).hint.is_some_and(|hint| hint.starts_with("the service issued none")));
        let error = read(200, r#"{"access_token":null,"error":null,"message":"Account locked"}"#, None);
        assert_eq!(error.expect_err("refused").to_string(), "the token endpoint refused with 200: Account locked");
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
            let context =
                ReadContext { stage: Stage::TokenRequest, scope_separator: " ", previous: None, origin: None };
            read_token_set(&reply, Some(&answers), &reading, context, [].iter()).expect_err("no token").to_string()
        };
        assert_eq!(
            told(200, r#"{"token":"a b"}"#),
            "the token endpoint answered 200; the expression `$split(token, 1)[1]` took longer than 2 s and was \
             stopped"
        );
        assert_eq!(told(400, r#"{"error":"invalid_grant"}"#), "the token endpoint refused: `invalid_grant`");
    }

    #[test]
    fn an_error_object_is_read_too() {
        let error = read(400, r#"{"error":{"message":"Error validating","type":"OAuthException","code":1}}"#, None);
        assert_eq!(
            error.expect_err("refused").to_string(),
            "the token endpoint refused: `OAuthException` (Error validating)"
        );
    }
}
