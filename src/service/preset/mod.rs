//! A preset file ↔ a [`Service`]; `presets/README.md` explains the keys. Every error names file, line and key.

use thiserror::Error;
use toml::Table;

use crate::call::nearest;
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::oauth::GrantType;
use crate::service::definition::Service;
use crate::service::preset::check::{check, check_verified};
use crate::service::preset::difference::{changes, difference, patch};
use crate::service::preset::finding::Finding;
use crate::service::preset::inherit::{InheritError, inherit};
use crate::service::preset::lint::lint;
use crate::service::preset::stage::without_code;

pub(crate) use crate::service::preset::difference::Changes;
pub(crate) use crate::service::preset::stage::{Kind, Stage, json_object, read};

mod check;
mod device;
mod difference;
mod finding;
mod inherit;
mod lint;
mod stage;

/// The keys that every preset has.
const REQUIRED: [&str; 4] = ["id", "name", "checked", "source"];

/// The key that every preset has whose tokens are not signed here.
const TOKEN_REQUEST: &str = "token_request";

/// Why a file is not a preset.
#[allow(missing_docs, reason = "the names say it")]
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{file}:{line}: {problem}")]
pub struct PresetError {
    pub file: String,
    /// From 1.
    pub line: usize,
    pub problem: String,
    pub hint: Option<String>,
}

impl Diagnose for PresetError {
    fn diagnose(&self) -> Diagnosis {
        Diagnosis { hint: self.hint.clone(), ..Diagnosis::new(self.to_string()) }
    }
}

/// Reads a preset. `file` is its name, for errors; `parent` supplies the text of a preset that it extends.
pub fn parse_preset(file: &str, text: &str, parent: &dyn Fn(&str) -> Option<String>) -> Result<Service, PresetError> {
    let table: Table = text.parse().map_err(|error| toml_error(file, text, &error))?;
    let service = if table.contains_key("extends") || table.contains_key(device::AUTHORIZATION) {
        let table = inherit(table, parent).map_err(|error| inherit_error(file, text, error))?;
        service_of_table(&table)
    } else {
        // From the text, for the line numbers of errors.
        service_of(&table, toml::from_str(text))
    };
    let service = service.map_err(|error| toml_error(file, text, &error))?;
    match check(&service).or_else(|| check_verified(&service, &self::table(&service))) {
        None => Ok(service),
        Some(Finding { near, problem, hint }) => {
            Err(PresetError { file: file.to_owned(), line: line_near(text, &near), problem, hint })
        }
    }
}

/// What is probably a mistake in a preset, although it can be used.
pub fn lint_preset(file: &str, text: &str, service: &Service) -> Vec<PresetError> {
    let suspect = lint(service).into_iter();
    let error = |Finding { near, problem, hint }: Finding| {
        let line = line_near(text, &near);
        PresetError { file: file.to_owned(), line, problem, hint }
    };
    suspect.map(error).collect()
}

/// The text of a preset that [`parse_preset`] reads as this service.
pub fn write_preset(service: &Service) -> String {
    toml::to_string_pretty(&preset_table(service)).expect(WRITABLE)
}

/// The service as a preset file, without keys that have their defaults.
pub(crate) fn preset_table(service: &Service) -> Table {
    let mut defaults = table(&Service::default());
    // The default of `grant_type` depends on the rest of the file.
    let of_call: &[&str] = if service.signs_tokens() { &[] } else { &[TOKEN_REQUEST, "grant_type"] };
    for key in REQUIRED.iter().chain(of_call) {
        defaults.remove(*key);
    }
    difference(&defaults, &table(service))
}

pub(crate) fn service_of_table(table: &Table) -> Result<Service, toml::de::Error> {
    let table = device::completed(table);
    service_of(&table, table.clone().try_into())
}

pub(crate) fn changes_between(preset: &Service, changed: &Service) -> Changes {
    if preset == changed { Changes::default() } else { changes(&table(preset), &table(changed)) }
}

pub(crate) fn with_changes(preset: Service, changes: Changes) -> Result<Service, toml::de::Error> {
    if changes == Changes::default() { Ok(preset) } else { service_of_table(&patch(table(&preset), changes)) }
}

const WRITABLE: &str = "a preset holds nothing but texts, numbers, lists and tables, all of which TOML can write";

fn table(service: &Service) -> Table {
    Table::try_from(service).expect(WRITABLE)
}

/// Completes a service that was read from a table: without an authorization request the grant is client credentials (RFC 6749
/// section 4.4).
fn service_of(table: &Table, read: Result<Service, toml::de::Error>) -> Result<Service, toml::de::Error> {
    let mut service = read?;
    let token_request = service.token_call().map(|_| TOKEN_REQUEST);
    if let Some(key) = REQUIRED.iter().chain(token_request.iter()).find(|key| !table.contains_key(**key)) {
        return Err(serde::de::Error::missing_field(key));
    }
    let has_code = service.authorization.is_some();
    if let Some(stage) = table.get(TOKEN_REQUEST).filter(|_| !has_code) {
        service.token_request = without_code(stage.clone().try_into()?);
    }
    if !table.contains_key("grant_type") && !service.signs_tokens() {
        let grant = if has_code { GrantType::AuthorizationCode } else { GrantType::ClientCredentials };
        grant.as_str().clone_into(&mut service.grant_type);
    }
    Ok(service)
}

fn toml_error(file: &str, text: &str, error: &toml::de::Error) -> PresetError {
    // foreign: the library's words may have several lines.
    let message = error.message().replace('\n', " ");
    // foreign: serde lists what it expected; the nearest of them was probably meant.
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let wrong = quoted.first().copied().unwrap_or_default();
    // foreign: it has no type for this either.
    let hint = nearest(wrong, quoted.iter().skip(1).copied()).filter(|_| message.starts_with("unknown"));
    // A merged table has no line numbers.
    let line = error.span().map_or_else(|| line_near(text, wrong), |span| line_of(text, span.start));
    let hint = hint.map(|key| format!("did you mean `{key}`?"));
    PresetError { file: file.to_owned(), line, problem: message, hint }
}

fn inherit_error(file: &str, text: &str, error: InheritError) -> PresetError {
    let (id, problem) = match error {
        InheritError::Unknown(id) => (id.clone(), format!("`extends` names `{id}`, which is not a preset")),
        InheritError::Circle(id) => (id.clone(), format!("`extends = \"{id}\"` is a circle")),
    };
    let hint = Some("name a preset of `tokenwright service list`".to_owned());
    PresetError { file: file.to_owned(), line: line_near(text, &id), problem, hint }
}

pub(crate) fn line_near(text: &str, near: &str) -> usize {
    text.find(near).map_or(1, |at| line_of(text, at))
}

pub(crate) fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes()[..offset.min(text.len())].iter().filter(|byte| **byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{Authentication, BodyTemplate, Parameter};

    const SMALL: &str = r#"
id = "small"
name = "Small"
checked = "2026-11-21"
source = ["made up"]

[authorization]
url = "https://example.test/authorize"
query = { prompt = "consent" }

[token_request]
url = "https://example.test/token"
authentication = "basic"
"#;

    fn error(text: &str) -> String {
        parse_preset("small.toml", text, &|_| None).expect_err("refused").diagnose().to_string()
    }

    #[test]
    fn what_is_not_named_is_as_the_rfc_has_it() {
        let service = parse_preset("small.toml", SMALL, &|_| None).expect("a preset");
        let authorization = service.authorization.as_ref().expect("a client flow");
        let names: Vec<&str> = authorization.call.query.iter().map(|p| p.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "response_type",
                "client_id",
                "redirect_uri",
                "scope",
                "state",
                "code_challenge",
                "code_challenge_method",
                "prompt"
            ]
        );
        assert_eq!(service.token_request.authentication, Authentication::Basic);
        let expected = ["grant_type", "code", "redirect_uri", "code_verifier"];
        assert!(
            matches!(&service.token_request.body, BodyTemplate::Form(form) if form.iter().map(|p| &p.name).eq(expected))
        );
        assert_eq!(service.grant_type, "authorization_code");
    }

    #[test]
    fn a_stage_adds_replaces_omits_and_encodes() {
        let text = SMALL.replace(
            "authentication = \"basic\"",
            "authentication = \"body\"\nomit = [\"code_verifier\"]\nencoding = \"json\"\nbody = { code = \"{code}\", x = [\"1\", \"2\"] }",
        );
        let service = parse_preset("small.toml", &text, &|_| None).expect("a preset");
        let BodyTemplate::Json(json) = &service.token_request.body else { panic!("not JSON") };
        let parsed: serde_json::Value = serde_json::from_str(json.source()).expect("JSON");
        let names: Vec<&String> = parsed.as_object().expect("an object").keys().collect();
        assert_eq!(names, ["grant_type", "code", "redirect_uri", "client_id", "client_secret", "x"]);
        assert_eq!(parsed["code"], "{code}");
        assert_eq!(service.token_request.query, Vec::<Parameter>::new());
    }

    #[test]
    fn what_is_written_reads_back_the_same() {
        let service = parse_preset("small.toml", SMALL, &|_| None).expect("a preset");
        assert_eq!(parse_preset("again.toml", &write_preset(&service), &|_| None), Ok(service));
    }

    #[test]
    fn any_place_in_a_reply_may_be_told_by_jsonata() {
        let text = format!(
            "{SMALL}[token_request.reading]\naccess_token = \"$split(result, ' ')[1]\"\n\
             retain = {{ host = ['`api domain`', \"$.host\"] }}\n"
        );
        let service = parse_preset("small.toml", &text, &|_| None).expect("a preset");
        let texts: Vec<&str> = service.token_request.reading.retain.iter().map(|(_, place)| place.as_str()).collect();
        assert_eq!(texts, ["`api domain`", "$.host"]);
        assert_eq!(service.token_request.reading.access_token[0].as_str(), "$split(result, ' ')[1]");
        let written = write_preset(&service);
        assert_eq!(parse_preset("small.toml", &written, &|_| None), Ok(service), "{written}");
    }

    #[test]
    fn what_is_neither_a_path_nor_jsonata_is_named_with_its_line_and_place() {
        let text = format!("{SMALL}[token_request.reading]\naccess_token = \"a b\"\n");
        assert_eq!(
            error(&text),
            "small.toml:15: the expression `a b` cannot be read at line 1, column 3: this is not expected here \
             (S0201)\nhint: write a path such as `data.token`, or JSONata"
        );
    }

    #[test]
    fn a_fact_that_is_not_in_the_preset_has_no_date_or_no_page_is_named_with_its_line() {
        let with = |fact: &str, date: &str, source: &str| {
            let text = format!("{SMALL}\n[[verified]]\nfact = \"{fact}\"\ndate = \"{date}\"\nsource = \"{source}\"\n");
            parse_preset("small.toml", &text, &|_| None).map(|service| service.verified.len())
        };
        let problem = |fact, date, source| {
            let error = with(fact, date, source).expect_err("refused");
            (error.line, error.problem)
        };
        let (date, page) = ("2026-11-30", "https://example.test/docs");
        for fact in ["token_request.url", "token_request.authentication", "policy.rotates", "scopes.default"] {
            assert_eq!(with(fact, date, page), Ok(1), "{fact}");
        }
        for fact in ["token_request.uri", "refresh_request.url", "nothing"] {
            let words = format!("`verified` names the fact `{fact}`, which the preset does not have");
            assert_eq!(problem(fact, date, page), (16, words));
        }
        let words = "the date of the fact `policy.rotates` is `30.11.2026`".to_owned();
        assert_eq!(problem("policy.rotates", "30.11.2026", page), (16, words));
        let words = "the source of the fact `policy.rotates` is `a book`, which is no page".to_owned();
        assert_eq!(problem("policy.rotates", date, "a book"), (16, words));
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line_and_the_nearest_one() {
        let text = SMALL.replace("authentication =", "authenticaton =");
        let text = error(&text);
        assert!(text.starts_with("small.toml:13: unknown field `authenticaton`"), "{text}");
        assert!(text.ends_with("hint: did you mean `authentication`?"), "{text}");
    }

    const SIGNED: &str = r#"
id = "signed"
name = "Signed"
checked = "2026-11-30"
source = ["made up"]
[assertion]
access_token = true
algorithm = "HS256"
"#;

    #[test]
    fn a_service_that_takes_a_signed_token_has_no_call_for_one() {
        let service = parse_preset("signed.toml", SIGNED, &|_| None).expect("a preset");
        assert!(service.signs_tokens() && service.asks_again() && service.calls().is_empty());
        let written = write_preset(&service);
        assert!(!written.contains("token_request") && !written.contains("grant_type"), "{written}");
        assert_eq!(parse_preset("again.toml", &written, &|_| None), Ok(service));
        assert_eq!(
            error(&format!("{SIGNED}[token_request]\nurl = \"https://example.test/token\"\n")),
            "small.toml:9: `token_request` is described, and `assertion.access_token` says that tokens are signed without a \
             call\nhint: keep one of the two"
        );
        let text = error(&SIGNED.replace("access_token = true\n", ""));
        assert!(text.contains("missing field `token_request`"), "{text}");
    }

    #[test]
    fn a_missing_key_is_named() {
        let text = error(&SMALL.replace("name = \"Small\"\n", ""));
        assert!(text.contains("missing field `name`"), "{text}");
    }

    #[test]
    fn a_name_that_nothing_supplies_is_refused() {
        let text = SMALL.replace("https://example.test/token", "https://<acount>.example.test/token");
        assert_eq!(
            error(&text),
            "small.toml:12: `token_request` names `<acount>`, which nothing supplies\nhint: add an input `acount`, or retain it from a reply"
        );
    }

    #[test]
    fn an_assertion_has_an_algorithm_and_is_sent_and_names_what_is_known() {
        let sent = SMALL.replace("authentication = \"basic\"", "authentication = \"private-key-jwt\"");
        let table = "\n[assertion]\nalgorithm = \"PS256\"\nparameter = \"client_assertion\"\n";
        let service = parse_preset("small.toml", &format!("{sent}{table}"), &|_| None).expect("a preset");
        assert_eq!(parse_preset("again.toml", &write_preset(&service), &|_| None), Ok(service));
        let none = error(&format!("{sent}\n[assertion]\nparameter = \"client_assertion\"\n"));
        assert_eq!(none, "small.toml:15: `assertion` has no `algorithm`\nhint: name it, such as `RS256`");
        let expected = "small.toml:15: `assertion` is described, but no request sends `<assertion>`\n\
            hint: send it: `client_assertion = \"<assertion>\"`";
        assert_eq!(error(&format!("{SMALL}{table}claims = {{ iss = \"<client_id>\" }}\n")), expected);
        // A client that authenticates gets default claims; any other assertion must name its issuer.
        let nobody = "small.toml:15: `assertion` has no claim `iss`, so its issuer is unknown\n\
            hint: name it: `claims = { iss = \"<client_id>\" }`";
        assert_eq!(error(&format!("{SMALL}{table}")), nobody);
        assert_eq!(error(&format!("{sent}{table}claims = {{ sub = \"x\" }}\n")), nobody);
        let unknown = error(&format!("{sent}{table}key_id = \"<certificate_id>\"\n"));
        assert!(unknown.starts_with("small.toml:18: `assertion` names `<certificate_id>`, which nothing"), "{unknown}");
    }

    #[test]
    fn an_example_must_fit_its_own_pattern() {
        let text =
            format!("{SMALL}\n[[inputs]]\nname = \"a\"\nlabel = \"A\"\npattern = \"[0-9]+\"\nexample = \"x1\"\n");
        let expected = "small.toml:19: `example` of the input `a` is `x1`, which the input itself refuses\n\
            hint: fix its `pattern`, `choices` or the value";
        assert_eq!(error(&text), expected);
    }

    #[test]
    fn every_key_is_explained_in_the_readme_of_the_presets() {
        let sources = [
            include_str!("../definition.rs"),
            include_str!("stage.rs"),
            include_str!("../../call/reading.rs"),
            include_str!("../rules.rs"),
            include_str!("../input.rs"),
            include_str!("../assertion/mod.rs"),
        ];
        let keys = sources.iter().flat_map(|source| source.lines()).filter_map(|line| {
            let (name, _) = line.trim().strip_prefix("pub ")?.split_once(':')?;
            name.chars().all(|c| c.is_ascii_lowercase() || c == '_').then_some(name)
        });
        let readme = include_str!("../../../presets/README.md");
        let missing: Vec<&str> =
            keys.filter(|key| !["`{}`", "[{}]"].iter().any(|form| readme.contains(&form.replace("{}", key)))).collect();
        assert_eq!(missing, Vec::<&str>::new());
    }
}
