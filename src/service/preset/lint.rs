//! What is probably a mistake in a preset that can be used all the same. A preset may say why it is none: `[exceptions]`.

use serde_json::Value as Json;

use crate::call::{Authentication, CallTemplate, Expression, scalar_text};
use crate::service::definition::Service;
use crate::service::preset::finding::Finding;
use crate::service::rules::Asks;

/// The fields of a reply by which services tell a refusal that comes with the status 200.
const VERDICTS: [&str; 3] = ["ok", "success", "code"];

/// A rule: its name, as `[exceptions]` has it, and what breaks it.
type Rule = (&'static str, fn(&Service) -> Option<Finding>);

const RULES: [Rule; 5] = [
    ("success", success),
    ("refresh", refresh),
    ("rotation", rotation),
    ("refresh-token", refresh_token),
    ("public-client", public_client),
];

/// The rule that a rehearsal adds: the requests are those that the vendor documents.
const WITNESS: &str = "witness";

/// The names of the rules.
pub(crate) fn rules() -> impl Iterator<Item = &'static str> {
    RULES.iter().map(|(name, _)| *name).chain([WITNESS])
}

impl Service {
    /// Why its requests are not compared with those that the vendor documents; `None` if they are.
    pub fn witness_exception(&self) -> Option<&str> {
        self.exceptions.get(WITNESS).map(String::as_str)
    }
}

/// What breaks a rule and is no exception.
pub(crate) fn lint(service: &Service) -> Vec<Finding> {
    let broken = RULES.iter().filter(|(name, _)| !service.exceptions.contains_key(*name));
    broken.filter_map(|(_, rule)| rule(service)).collect()
}

fn finding(near: &str, problem: String, hint: &str) -> Finding {
    Finding { near: near.to_owned(), problem, hint: Some(hint.to_owned()) }
}

/// An example that tells whether the call succeeded, and no rule that reads it.
fn success(service: &Service) -> Option<Finding> {
    service.calls().into_iter().find_map(|(stage, call)| {
        let Ok(Json::Object(reply)) = serde_json::from_str(&call.example) else { return None };
        let retained = call.reading.retain.iter().map(|(_, place)| place);
        let shown = service.identity.iter().filter(|_| stage == "identity").flat_map(|identity| &identity.fields);
        let read: Vec<&Expression> =
            call.reading.device_code.iter().chain(retained).chain(shown.map(|(_, place)| place)).collect();
        let is_verdict = |name: &&&str| {
            let is_told = reply.get(**name).is_some_and(|value| scalar_text(value).is_some());
            is_told && !read.iter().any(|place| place.as_str() == **name)
        };
        let name = VERDICTS.iter().find(is_verdict).filter(|_| call.reading.success.is_empty())?;
        let problem = format!("the example of `{stage}` has `{name}`, and nothing says its value in a success");
        Some(finding(stage, problem, "add `success` to its `reading`, so that a refusal is read as one"))
    })
}

/// Token and refresh request at one URL that are sent in different ways.
fn refresh(service: &Service) -> Option<Finding> {
    let (first, renewing) = (&service.token_request, service.refresh_request.as_ref()?);
    if first.url != renewing.url || first.method != renewing.method {
        return None;
    }
    let is_encoded_alike = std::mem::discriminant(&first.body) == std::mem::discriminant(&renewing.body);
    let points = [
        ("authentication", authentication(first) == authentication(renewing)),
        ("encoding", is_encoded_alike),
        ("headers", first.headers == renewing.headers),
    ];
    let (point, _) = points.into_iter().find(|(_, is_same)| !is_same)?;
    let problem = format!("`token_request` and `refresh_request` go to one URL and differ in `{point}`");
    Some(finding("[refresh_request]", problem, "write both alike, as the service documents them"))
}

/// How the client authenticates, and whether its secret is a parameter.
fn authentication(call: &CallTemplate) -> (Authentication, bool) {
    (call.authentication, call.placeholders().any(|name| name == "client_secret"))
}

/// A refresh that brings another refresh token, and no word of it in the policy.
fn rotation(service: &Service) -> Option<Finding> {
    let renewed = example_refresh_token(service.refresh_request.as_ref()?)?;
    if service.policy.rotates || example_refresh_token(&service.token_request).is_none_or(|first| first == renewed) {
        return None;
    }
    let problem =
        "the example of `refresh_request` brings a new refresh token, and `policy.rotates` is not set".to_owned();
    Some(finding("[refresh_request]", problem, "set `rotates = true` under `[policy]`"))
}

/// A refresh token that nothing can be done with.
fn refresh_token(service: &Service) -> Option<Finding> {
    let brings = service.calls().into_iter().find(|(_, call)| example_refresh_token(call).is_some());
    let (stage, _) = brings.filter(|_| !service.takes_refresh_tokens())?;
    let problem = format!("the example of `{stage}` brings a refresh token, and there is no `refresh_request`");
    Some(finding(stage, problem, "describe the call that takes it: `[refresh_request]`"))
}

/// A client that may have no secret, and yet sends one: `Authorization: Basic` with an empty password.
fn public_client(service: &Service) -> Option<Finding> {
    let is_basic =
        |call: &CallTemplate| matches!(call.authentication, Authentication::Basic | Authentication::BasicRaw);
    let calls = service.calls();
    let (stage, _) = calls.iter().find(|(_, call)| is_basic(call)).filter(|_| service.asks == Asks::OptionalSecret)?;
    let problem = format!("the secret is optional, and `{stage}` sends `Authorization: Basic` without one too");
    Some(finding(stage, problem, "authenticate by `basic-or-none`"))
}

fn example_refresh_token(call: &CallTemplate) -> Option<String> {
    let reply: Json = serde_json::from_str(&call.example).ok()?;
    call.reading.refresh_token.iter().find_map(|place| place.find(&reply).and_then(scalar_text))
}

#[cfg(test)]
mod tests {
    use crate::service::{Catalog, lint_preset, parse_preset};

    const SOUND: &str = r#"
id = "sound"
name = "Sound"
checked = "2026-11-30"
source = ["a test"]
asks = "optional-secret"

[authorization]
url = "https://as.example.test/authorize"

[token_request]
url = "https://as.example.test/token"
authentication = "basic-or-none"
reading = { success = { ok = "true" } }
example = '{"ok": true, "access_token": "example-access-token", "refresh_token": "example-refresh-token"}'

[refresh_request]
url = "https://as.example.test/token"
authentication = "basic-or-none"
example = '{"access_token": "example-access-token-2", "refresh_token": "example-refresh-token-2"}'

[policy]
rotates = true
"#;

    fn linted(text: &str) -> Vec<String> {
        let service = parse_preset("sound.toml", text, &|_| None).unwrap_or_else(|error| panic!("{error}"));
        let found = lint_preset("sound.toml", text, &service);
        found.into_iter().map(|error| error.to_string()).collect()
    }

    /// One change breaks one rule, unless it is an exception.
    #[track_caller]
    fn check(rule: &str, from: &str, to: &str, words: &str) {
        assert!(SOUND.contains(from), "`{from}` is not in the preset");
        let broken = SOUND.replace(from, to);
        assert_eq!(linted(&broken), [words]);
        let excepted = format!("{broken}\n[exceptions]\n{rule} = \"a test\"\n");
        assert_eq!(linted(&excepted), [""; 0]);
    }

    #[test]
    fn each_rule_is_broken_by_one_change() {
        assert_eq!(linted(SOUND), [""; 0]);
        let reading = "reading = { success = { ok = \"true\" } }\n";
        let words = "sound.toml:11: the example of `token_request` has `ok`, and nothing says its value in a success";
        check("success", reading, "", words);
        let at_one_url = "`token_request` and `refresh_request` go to one URL and differ in";
        let second = "authentication = \"basic-or-none\"\nexample";
        let line = "sound.toml:17:";
        check(
            "refresh",
            second,
            "authentication = \"body\"\nexample",
            &format!("{line} {at_one_url} `authentication`"),
        );
        let json = format!("encoding = \"json\"\n{second}");
        check("refresh", second, &json, &format!("{line} {at_one_url} `encoding`"));
        let headers = format!("headers = {{ Accept = \"application/json\" }}\n{second}");
        check("refresh", second, &headers, &format!("{line} {at_one_url} `headers`"));
        let words = format!(
            "{line} the example of `refresh_request` brings a new refresh token, and `policy.rotates` is not set"
        );
        check("rotation", "rotates = true\n", "", &words);
        let words =
            "sound.toml:11: the secret is optional, and `token_request` sends `Authorization: Basic` without one too";
        check("public-client", "\"basic-or-none\"", "\"basic\"", words);
    }

    #[test]
    fn a_refresh_token_has_a_use() {
        let (head, tail) = SOUND.split_once("[authorization]").expect("a sign-in");
        let (_, tail) = tail.split_once("[token_request]").expect("a token request");
        let (token_request, _) = tail.split_once("[refresh_request]").expect("a refresh request");
        let words =
            "sound.toml:8: the example of `token_request` brings a refresh token, and there is no `refresh_request`";
        assert_eq!(linted(&format!("{head}[token_request]{token_request}")), [words]);
    }

    #[test]
    fn an_exception_has_a_rule_and_a_reason() {
        for wrong in ["rotates = \"a test\"", "rotation = \" \""] {
            let text = format!("{SOUND}\n[exceptions]\n{wrong}\n");
            let error = parse_preset("sound.toml", &text, &|_| None).expect_err("refused");
            let rule = wrong.split(' ').next().expect("a rule");
            assert_eq!(error.problem, format!("`exceptions.{rule}` is no rule, or has no reason"));
        }
    }

    #[test]
    fn no_bundled_preset_breaks_a_rule() {
        let services = Catalog::bundled().services();
        let found = services.iter().flat_map(|service| lint_preset(&service.id, "", service));
        let found: Vec<String> = found.map(|error| error.to_string()).collect();
        assert!(found.is_empty(), "{}", found.join("\n"));
    }
}
