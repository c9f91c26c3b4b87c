//! A service as data: who issues tokens, what it asks for, and the call each of its stages is.

use std::collections::BTreeMap;

use regex_lite::Regex;

use crate::call::{CallTemplate, Path, Values};
use crate::oauth::{ErrorHint, Pkce};

/// Who issues tokens.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Service {
    /// The name in files and on the command line.
    pub id: String,
    /// The name people use.
    pub name: String,
    /// Other names it is looked for by.
    pub aliases: Vec<String>,
    /// What kind of service it is.
    pub category: String,
    /// What a person needs to have at hand, in a line.
    pub summary: String,
    /// Whether the practice service inside this program answers for it: then the input `port` is filled with its
    /// port where it was left empty.
    pub practice: bool,
    /// Where to register a client.
    pub console: Option<String>,
    /// Where to read on.
    pub documentation: Option<String>,
    /// What the service calls things.
    pub labels: Labels,
    /// What to do before the first sign-in, in order.
    pub checklist: Vec<String>,
    /// What it needs to know besides the client.
    pub inputs: Vec<Input>,
    /// Its scopes.
    pub scopes: ScopeRules,
    /// Its redirect URIs.
    pub redirect: RedirectRules,
    /// The browser's visit; `None` where the service requires no client-flow authorization.
    pub authorization: Option<Authorization>,
    /// Which secrets the calls need.
    pub asks: Asks,
    /// The value of `<grant_type>` in the bearer call.
    pub grant_type: String,
    /// The call that gets the first token.
    pub bearer: CallTemplate,
    /// The call that renews it.
    pub refresh: Option<CallTemplate>,
    /// The call that tells whose token it is.
    pub identity: Option<Identity>,
    /// The call that ends the token (RFC 7009).
    pub revocation: Option<CallTemplate>,
    /// How its tokens live.
    pub policy: TokenPolicy,
    /// What its errors mean.
    pub hints: Vec<ErrorHint>,
    /// Values that are public and the same for everybody: a practice client's.
    pub defaults: Defaults,
    /// Where the facts are from, and when they were looked at (`YYYY-MM-DD`).
    pub source: Vec<String>,
    /// The date on which the facts were looked at.
    pub checked: String,
}

/// What the service calls things.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are the things")]
pub struct Labels {
    pub client_id: String,
    pub client_secret: String,
    pub user_name: String,
}

impl Default for Labels {
    fn default() -> Self {
        Self { client_id: "Client ID".into(), client_secret: "Client secret".into(), user_name: "User ID".into() }
    }
}

/// A value that the service needs to know: an account id, a region, a tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Input {
    /// The placeholder it becomes.
    pub name: String,
    /// What it is called.
    pub label: String,
    /// Where to find it.
    pub help: String,
    /// One that fits.
    pub example: String,
    /// What it must match as a whole, once transformed; empty for anything.
    pub pattern: String,
    /// What it is unless changed.
    pub default: String,
    /// Whether it may stay empty.
    pub optional: bool,
    /// Done to what was typed, in order.
    pub transform: Vec<Transform>,
    /// The values to choose from; empty for free text.
    pub choices: Vec<Choice>,
}

/// Something done to what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transform {
    /// To lower case.
    Lowercase,
    /// `_` becomes `-`.
    UnderscoreToDash,
}

/// One of several values, which may bring others along (a region its hosts).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// The value.
    pub value: String,
    /// What it is called.
    pub label: String,
    /// Further values by placeholder name.
    pub sets: BTreeMap<String, String>,
}

/// How scopes are written and which there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeRules {
    /// What separates them.
    pub separator: String,
    /// Those ticked from the start.
    pub default: Vec<String>,
    /// Those offered.
    pub known: Vec<KnownScope>,
}

impl Default for ScopeRules {
    fn default() -> Self {
        Self { separator: " ".into(), default: Vec::new(), known: Vec::new() }
    }
}

/// A scope and what it allows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct KnownScope {
    pub name: String,
    pub meaning: String,
}

/// What the service allows as redirect URI, and what it sends there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectRules {
    /// The one to start with.
    pub default: String,
    /// What to know when registering it.
    pub note: String,
    /// The name of the parameter that holds the code.
    pub code_parameter: String,
    /// The parameters to keep as values (`realmId`).
    pub keep: Vec<String>,
    /// The issuer, where it is known and sent (RFC 9207).
    pub issuer: Option<String>,
}

impl Default for RedirectRules {
    fn default() -> Self {
        Self {
            default: "http://localhost:8080/callback".into(),
            note: String::new(),
            code_parameter: "code".into(),
            keep: Vec::new(),
            issuer: None,
        }
    }
}

/// The browser's visit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Authorization {
    /// The URL and its query.
    pub call: CallTemplate,
    /// Whether a code challenge is sent.
    pub pkce: Pkce,
}

/// Which secrets the calls need: the wizard's "User Id and/or Secret".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Asks {
    /// None: a public client.
    Nothing,
    /// The client secret.
    #[default]
    Secret,
    /// The client secret, where there is one: public and confidential clients both exist.
    OptionalSecret,
    /// A user id and a secret.
    UserAndSecret,
}

/// The call that tells whose token it is, and what to show of its reply.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Identity {
    /// The call.
    pub call: CallTemplate,
    /// Label and path of each field shown; all of the reply's plain fields where empty.
    pub fields: Vec<(String, Path)>,
}

/// How tokens live, by the service's documentation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenPolicy {
    /// Whether each refresh brings a new refresh token and spends the old one.
    pub rotates: bool,
    /// The life of a refresh token in seconds, where the service does not say in its replies.
    pub refresh_token_life: Option<u64>,
    /// The policy in words.
    pub words: String,
}

/// Values that are public and the same for everybody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Defaults {
    pub client_id: String,
    pub client_secret: String,
}

/// Why an input's value does not do.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum InputError {
    /// Nothing was given.
    #[error("{label} is missing")]
    Missing {
        /// The input's label.
        label: String,
        /// One that fits.
        example: String,
    },
    /// It does not look as it should.
    #[error("{label} `{value}` does not look like `{example}`")]
    Pattern {
        /// The input's label.
        label: String,
        /// What was given, transformed.
        value: String,
        /// One that fits.
        example: String,
    },
    /// It is none of the choices.
    #[error("{label} `{value}` is none of {choices}")]
    Choice {
        /// The input's label.
        label: String,
        /// What was given.
        value: String,
        /// The choices, quoted.
        choices: String,
    },
}

impl Input {
    /// What was typed, transformed and checked.
    pub fn parse(&self, typed: &str) -> Result<String, InputError> {
        let mut value = typed.trim().to_owned();
        for transform in &self.transform {
            value = match transform {
                Transform::Lowercase => value.to_lowercase(),
                Transform::UnderscoreToDash => value.replace('_', "-"),
            };
        }
        if value.is_empty() {
            let missing = InputError::Missing { label: self.label.clone(), example: self.example.clone() };
            return if self.optional { Ok(value) } else { Err(missing) };
        }
        if !self.choices.is_empty() && !self.choices.iter().any(|choice| choice.value == value) {
            let choices: Vec<String> = self.choices.iter().map(|choice| format!("`{}`", choice.value)).collect();
            return Err(InputError::Choice { label: self.label.clone(), value, choices: choices.join(", ") });
        }
        let whole = Regex::new(&format!("^(?:{})$", self.pattern));
        if !self.pattern.is_empty() && !whole.is_ok_and(|whole| whole.is_match(&value)) {
            return Err(InputError::Pattern { label: self.label.clone(), value, example: self.example.clone() });
        }
        Ok(value)
    }
}

impl Service {
    /// The letters on its tile: the initials of the first two words, or the first two letters.
    pub fn monogram(&self) -> String {
        let words: Vec<&str> = self.name.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
        match words[..] {
            [] => "?".to_owned(),
            [word] => word.chars().take(2).collect(),
            [first, second, ..] => first.chars().take(1).chain(second.chars().take(1)).collect(),
        }
    }

    /// Whether a search for this text finds it: every word somewhere in its names or category.
    pub fn matches(&self, search: &str) -> bool {
        let text = format!("{} {} {} {}", self.id, self.name, self.category, self.aliases.join(" ")).to_lowercase();
        search.to_lowercase().split_whitespace().all(|word| text.contains(word))
    }

    /// Makes known the names that this service supplies, and who does.
    pub fn declare(&self, values: &mut Values) {
        for input in &self.inputs {
            values.declare(&input.name, format!("step 1, Service: {}", input.label));
            for name in input.choices.iter().flat_map(|choice| choice.sets.keys()) {
                values.declare(name, format!("step 1, Service: {}", input.label));
            }
        }
        for name in &self.redirect.keep {
            values.declare(name, "the redirect that ends step 2, Authorization");
        }
        let calls = [Some(&self.bearer), self.refresh.as_ref(), self.identity.as_ref().map(|identity| &identity.call)];
        for keep in calls.into_iter().flatten().flat_map(|call| &call.reading.keep) {
            values.declare(&keep.name, "the bearer call in step 3");
        }
    }

    /// The names in its calls that nobody supplies, each with the call it is in.
    pub fn unsupplied(&self) -> Vec<(&'static str, String)> {
        let mut values = Values::new();
        self.declare(&mut values);
        let calls = [
            ("authorization", self.authorization.as_ref().map(|authorization| &authorization.call)),
            ("bearer", Some(&self.bearer)),
            ("refresh", self.refresh.as_ref()),
            ("identity", self.identity.as_ref().map(|identity| &identity.call)),
            ("revocation", self.revocation.as_ref()),
        ];
        let names = calls.into_iter().flat_map(|(stage, call)| {
            call.into_iter().flat_map(CallTemplate::placeholders).map(move |name| (stage, name))
        });
        names
            .filter(|(_, name)| values.supplied_by(name).is_none())
            .map(|(stage, name)| (stage, name.to_owned()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> Input {
        Input {
            name: "account_id".into(),
            label: "Account ID".into(),
            example: "1234567-sb1".into(),
            pattern: "[0-9a-z]+(-[a-z0-9]+)?".into(),
            transform: vec![Transform::Lowercase, Transform::UnderscoreToDash],
            ..Input::default()
        }
    }

    #[test]
    fn an_input_is_transformed_and_then_checked_as_a_whole() {
        assert_eq!(account().parse(" 1234567_SB1 ").as_deref(), Ok("1234567-sb1"));
        let error = account().parse("evil.test/").expect_err("refused");
        assert_eq!(error.to_string(), "Account ID `evil.test/` does not look like `1234567-sb1`");
        assert_eq!(account().parse("").expect_err("refused").to_string(), "Account ID is missing");
    }

    #[test]
    fn a_choice_takes_only_what_it_offers() {
        let choice = |value: &str| Choice { value: value.into(), label: value.into(), sets: BTreeMap::new() };
        let input = Input { label: "Environment".into(), choices: vec![choice("a"), choice("b")], ..Input::default() };
        assert_eq!(input.parse("a").as_deref(), Ok("a"));
        assert_eq!(input.parse("c").expect_err("refused").to_string(), "Environment `c` is none of `a`, `b`");
    }

    #[test]
    fn a_search_looks_at_names_aliases_and_category() {
        let service = Service {
            name: "QuickBooks Online".into(),
            aliases: vec!["QBO".into()],
            category: "Accounting".into(),
            ..Service::default()
        };
        assert!(service.matches("qbo"));
        assert!(service.matches("accounting quick"));
        assert!(!service.matches("netsuite"));
        assert_eq!(service.monogram(), "QO");
    }
}
