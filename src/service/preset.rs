//! A preset file ↔ a [`Service`]: what TOML cannot check is checked here, and every error names file, line and key.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::call::{Path, is_name, nearest};
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::oauth::{ErrorHint, Pkce, RedirectUri};
use crate::service::definition::{
    Asks, Authorization, Choice, Defaults, Identity, Input, KnownScope, Labels, RedirectRules, ScopeRules, Service,
    TokenPolicy, Transform,
};
use crate::service::preset_file::{
    self, AsksKey, ChoiceTable, Hint, InputTable, LabelKey, Links, PkceKey, Policy, PresetFile, Redirect, Scope,
    Scopes, Stage, TransformKey,
};
use crate::service::stage::{Kind, call_template, stage};

/// Why a file is not a preset.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{file}:{line}: {problem}")]
pub struct PresetError {
    /// The file's name.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub problem: String,
    /// What to do.
    pub hint: Option<String>,
}

impl Diagnose for PresetError {
    fn diagnose(&self) -> Diagnosis {
        Diagnosis { hint: self.hint.clone(), ..Diagnosis::new(self.to_string()) }
    }
}

/// Reads a preset. `file` is its name, for errors.
pub fn parse_preset(file: &str, text: &str) -> Result<Service, PresetError> {
    let parsed: PresetFile = toml::from_str(text).map_err(|error| toml_error(file, text, &error))?;
    let service = Service::from(parsed);
    check(file, text, &service)?;
    Ok(service)
}

/// The text of a preset that [`parse_preset`] reads as this service.
pub fn write_preset(service: &Service) -> String {
    let body = toml::to_string_pretty(&PresetFile::from(service));
    body.expect("a preset holds nothing but texts, numbers, lists and tables, all of which TOML can write")
}

fn toml_error(file: &str, text: &str, error: &toml::de::Error) -> PresetError {
    let line = error.span().map_or(1, |span| line_of(text, span.start));
    let message = error.message().replace('\n', " ");
    // serde lists what it expected; the nearest of them is most likely what was meant.
    let mut quoted = message.split('`').skip(1).step_by(2);
    let hint = quoted.next().and_then(|wrong| nearest(wrong, quoted)).filter(|_| message.starts_with("unknown"));
    PresetError {
        file: file.to_owned(),
        line,
        problem: message,
        hint: hint.map(|key| format!("did you mean `{key}`?")),
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes()[..offset.min(text.len())].iter().filter(|byte| **byte == b'\n').count() + 1
}

/// What a TOML parser cannot know.
fn check(file: &str, text: &str, service: &Service) -> Result<(), PresetError> {
    let fail = |needle: &str, problem: String, hint: Option<String>| {
        let line = text.find(needle).map_or(1, |at| line_of(text, at));
        Err(PresetError { file: file.to_owned(), line, problem, hint })
    };
    if !is_name(&service.id) {
        return fail("id", format!("`id` is `{}`", service.id), Some("use letters, digits, `-` and `_`".into()));
    }
    for input in &service.inputs {
        if let Err(error) = regex_lite::Regex::new(&input.pattern) {
            return fail(
                &input.pattern,
                format!("`pattern` of the input `{}` is not a pattern: {error}", input.name),
                None,
            );
        }
        let must_fit = [("example", &input.example), ("default", &input.default)];
        for (key, value) in must_fit.into_iter().filter(|(_, value)| !value.is_empty()) {
            if input.parse(value).is_err() {
                let problem =
                    format!("`{key}` of the input `{}` is `{value}`, which the input itself refuses", input.name);
                return fail(&format!("{key} = "), problem, Some("mend its `pattern`, `choices` or the value".into()));
            }
        }
    }
    if let Err(error) = RedirectUri::parse(&service.redirect.default) {
        return fail(&service.redirect.default, format!("`redirect.default`: {error}"), error.diagnose().hint);
    }
    if let Some((stage, name)) = service.unsupplied().into_iter().next() {
        let mut values = crate::call::Values::new();
        service.declare(&mut values);
        let meant = nearest(&name, values.known_names()).map(|known| format!("did you mean `<{known}>`?"));
        let problem = format!("`{stage}` names `<{name}>`, which nothing supplies");
        let hint = meant.unwrap_or_else(|| format!("add an input `{name}`, or keep it from a reply"));
        return fail(&name, problem, Some(hint));
    }
    Ok(())
}

impl From<PresetFile> for Service {
    fn from(file: PresetFile) -> Self {
        let bearer_kind = if file.authorization.is_some() { Kind::BearerByCode } else { Kind::BearerWithoutCode };
        let default_grant = if file.authorization.is_some() { "authorization_code" } else { "client_credentials" };
        let label = |key: LabelKey, standard: String| file.labels.get(&key).cloned().unwrap_or(standard);
        let standard = Labels::default();
        Self {
            labels: Labels {
                client_id: label(LabelKey::ClientId, standard.client_id),
                client_secret: label(LabelKey::ClientSecret, standard.client_secret),
                user_name: label(LabelKey::UserName, standard.user_name),
            },
            id: file.id,
            name: file.name,
            aliases: file.aliases,
            category: file.category,
            summary: file.summary,
            practice: file.practice,
            console: file.links.console,
            documentation: file.links.documentation,
            checklist: file.checklist,
            inputs: file.inputs.into_iter().map(Input::from).collect(),
            scopes: ScopeRules::from(file.scopes),
            redirect: RedirectRules::from(file.redirect),
            authorization: file.authorization.map(authorization),
            asks: match file.asks {
                AsksKey::Nothing => Asks::Nothing,
                AsksKey::Secret => Asks::Secret,
                AsksKey::OptionalSecret => Asks::OptionalSecret,
                AsksKey::UserAndSecret => Asks::UserAndSecret,
            },
            grant_type: if file.grant_type.is_empty() { default_grant.to_owned() } else { file.grant_type },
            bearer: call_template(file.bearer, bearer_kind),
            refresh: file.refresh.map(|stage| call_template(stage, Kind::Refresh)),
            identity: file.identity.map(identity),
            revocation: file.revocation.map(|stage| call_template(stage, Kind::Revocation)),
            policy: TokenPolicy {
                rotates: file.policy.rotates,
                refresh_token_life: file.policy.refresh_token_life,
                words: file.policy.words,
            },
            hints: file.hints.into_iter().map(|hint| ErrorHint { when: hint.when, say: hint.say }).collect(),
            defaults: Defaults { client_id: file.defaults.client_id, client_secret: file.defaults.client_secret },
            source: file.source,
            checked: file.checked,
        }
    }
}

fn authorization(stage: Stage) -> Authorization {
    let pkce = match stage.pkce {
        Some(PkceKey::Off) => Pkce::Off,
        Some(PkceKey::Plain) => Pkce::Plain,
        Some(PkceKey::S256) | None => Pkce::S256,
    };
    Authorization { call: call_template(stage, Kind::Authorization), pkce }
}

fn identity(mut stage: Stage) -> Identity {
    let fields = std::mem::take(&mut stage.fields);
    let fields = fields.0.into_iter().map(|(label, path)| (label, Path::new(path))).collect();
    Identity { call: call_template(stage, Kind::Identity), fields }
}

impl From<InputTable> for Input {
    fn from(table: InputTable) -> Self {
        let transform = table.transform.into_iter().map(|key| match key {
            TransformKey::Lowercase => Transform::Lowercase,
            TransformKey::UnderscoreToDash => Transform::UnderscoreToDash,
        });
        let choice = |choice: ChoiceTable| Choice { value: choice.value, label: choice.label, sets: choice.sets };
        Self {
            transform: transform.collect(),
            name: table.name,
            label: table.label,
            help: table.help,
            example: table.example,
            pattern: table.pattern,
            default: table.default,
            optional: table.optional,
            choices: table.choices.into_iter().map(choice).collect(),
        }
    }
}

impl From<Scopes> for ScopeRules {
    fn from(scopes: Scopes) -> Self {
        let known = scopes.known.into_iter().map(|scope| KnownScope { name: scope.name, meaning: scope.meaning });
        Self { known: known.collect(), separator: scopes.separator, default: scopes.default }
    }
}

impl From<Redirect> for RedirectRules {
    fn from(redirect: Redirect) -> Self {
        let standard = Self::default();
        Self {
            default: redirect.default.unwrap_or(standard.default),
            note: redirect.note,
            code_parameter: redirect.code_parameter.unwrap_or(standard.code_parameter),
            keep: redirect.keep,
            issuer: redirect.issuer,
        }
    }
}

impl From<&Service> for PresetFile {
    fn from(service: &Service) -> Self {
        let labels = [
            (LabelKey::ClientId, &service.labels.client_id),
            (LabelKey::ClientSecret, &service.labels.client_secret),
            (LabelKey::UserName, &service.labels.user_name),
        ];
        Self {
            id: service.id.clone(),
            name: service.name.clone(),
            aliases: service.aliases.clone(),
            category: service.category.clone(),
            summary: service.summary.clone(),
            practice: service.practice,
            checked: service.checked.clone(),
            source: service.source.clone(),
            checklist: service.checklist.clone(),
            asks: match service.asks {
                Asks::Nothing => AsksKey::Nothing,
                Asks::Secret => AsksKey::Secret,
                Asks::OptionalSecret => AsksKey::OptionalSecret,
                Asks::UserAndSecret => AsksKey::UserAndSecret,
            },
            grant_type: service.grant_type.clone(),
            links: Links { console: service.console.clone(), documentation: service.documentation.clone() },
            labels: labels.into_iter().map(|(key, label)| (key, label.clone())).collect::<BTreeMap<_, _>>(),
            defaults: preset_file::Defaults {
                client_id: service.defaults.client_id.clone(),
                client_secret: service.defaults.client_secret.clone(),
            },
            inputs: service.inputs.iter().map(input_table).collect(),
            scopes: scopes_table(&service.scopes),
            redirect: redirect_table(&service.redirect),
            policy: Policy {
                rotates: service.policy.rotates,
                refresh_token_life: service.policy.refresh_token_life,
                words: service.policy.words.clone(),
            },
            authorization: service.authorization.as_ref().map(authorization_stage),
            bearer: stage(&service.bearer),
            refresh: service.refresh.as_ref().map(stage),
            identity: service.identity.as_ref().map(identity_stage),
            revocation: service.revocation.as_ref().map(stage),
            hints: service.hints.iter().map(|hint| Hint { when: hint.when.clone(), say: hint.say.clone() }).collect(),
        }
    }
}

fn authorization_stage(authorization: &Authorization) -> Stage {
    let pkce = match authorization.pkce {
        Pkce::Off => PkceKey::Off,
        Pkce::S256 => PkceKey::S256,
        Pkce::Plain => PkceKey::Plain,
    };
    Stage { pkce: Some(pkce), ..stage(&authorization.call) }
}

fn identity_stage(identity: &Identity) -> Stage {
    let fields = identity.fields.iter().map(|(label, path)| (label.clone(), path.as_str().to_owned())).collect();
    Stage { fields, ..stage(&identity.call) }
}

fn input_table(input: &Input) -> InputTable {
    let choice = |choice: &Choice| ChoiceTable {
        value: choice.value.clone(),
        label: choice.label.clone(),
        sets: choice.sets.clone(),
    };
    let transform = |transform: &Transform| match transform {
        Transform::Lowercase => TransformKey::Lowercase,
        Transform::UnderscoreToDash => TransformKey::UnderscoreToDash,
    };
    InputTable {
        name: input.name.clone(),
        label: input.label.clone(),
        help: input.help.clone(),
        example: input.example.clone(),
        pattern: input.pattern.clone(),
        default: input.default.clone(),
        optional: input.optional,
        transform: input.transform.iter().map(transform).collect(),
        choices: input.choices.iter().map(choice).collect(),
    }
}

fn scopes_table(rules: &ScopeRules) -> Scopes {
    let known = rules.known.iter().map(|scope| Scope { name: scope.name.clone(), meaning: scope.meaning.clone() });
    Scopes { separator: rules.separator.clone(), default: rules.default.clone(), known: known.collect() }
}

fn redirect_table(rules: &RedirectRules) -> Redirect {
    Redirect {
        default: Some(rules.default.clone()),
        note: rules.note.clone(),
        code_parameter: Some(rules.code_parameter.clone()),
        keep: rules.keep.clone(),
        issuer: rules.issuer.clone(),
    }
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

[bearer]
url = "https://example.test/token"
authentication = "basic"
"#;

    fn error(text: &str) -> String {
        parse_preset("small.toml", text).expect_err("refused").diagnose().to_string()
    }

    #[test]
    fn what_is_not_named_is_as_the_rfc_has_it() {
        let service = parse_preset("small.toml", SMALL).expect("a preset");
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
        assert_eq!(service.bearer.authentication, Authentication::Basic);
        let expected = ["grant_type", "code", "redirect_uri", "code_verifier"];
        assert!(matches!(&service.bearer.body, BodyTemplate::Form(form) if form.iter().map(|p| &p.name).eq(expected)));
        assert_eq!(service.grant_type, "authorization_code");
    }

    #[test]
    fn a_stage_adds_replaces_omits_and_encodes() {
        let text = SMALL.replace(
            "authentication = \"basic\"",
            "authentication = \"body\"\nomit = [\"code_verifier\"]\nencoding = \"json\"\nbody = { code = \"{code}\", x = [\"1\", \"2\"] }",
        );
        let service = parse_preset("small.toml", &text).expect("a preset");
        let BodyTemplate::Json(json) = &service.bearer.body else { panic!("not JSON") };
        let parsed: serde_json::Value = serde_json::from_str(json.source()).expect("JSON");
        let names: Vec<&String> = parsed.as_object().expect("an object").keys().collect();
        assert_eq!(names, ["grant_type", "code", "redirect_uri", "client_id", "client_secret", "x"]);
        assert_eq!(parsed["code"], "{code}");
        assert_eq!(service.bearer.query, Vec::<Parameter>::new());
    }

    #[test]
    fn what_is_written_reads_back_the_same() {
        let service = parse_preset("small.toml", SMALL).expect("a preset");
        assert_eq!(parse_preset("again.toml", &write_preset(&service)), Ok(service));
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line_and_the_nearest_one() {
        let text = SMALL.replace("authentication =", "authenticaton =");
        let text = error(&text);
        assert!(text.starts_with("small.toml:13: unknown field `authenticaton`"), "{text}");
        assert!(text.ends_with("hint: did you mean `authentication`?"), "{text}");
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
            "small.toml:12: `bearer` names `<acount>`, which nothing supplies\nhint: add an input `acount`, or keep it from a reply"
        );
    }

    #[test]
    fn an_example_must_fit_its_own_pattern() {
        let text =
            format!("{SMALL}\n[[inputs]]\nname = \"a\"\nlabel = \"A\"\npattern = \"[0-9]+\"\nexample = \"x1\"\n");
        let expected = "small.toml:19: `example` of the input `a` is `x1`, which the input itself refuses\n\
            hint: mend its `pattern`, `choices` or the value";
        assert_eq!(error(&text), expected);
    }
}
