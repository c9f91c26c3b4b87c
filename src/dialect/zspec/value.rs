//! The value of an argument or a property of a body: a placeholder for a name of OAuth, a single value as a constant,
//! anything else as an input of the service.

use crate::call::Template;
use crate::dialect::zspec::known::{is_secret, is_standard, label, placeholder, slug};
use crate::dialect::zspec::values::{read_values, write_values};
use crate::dialect::zspec::xml::Element;
use crate::dialect::{Described, Note};
use crate::oauth::{Pkce, RedirectUri};
use crate::secret::Secret;
use crate::service::{Choice, Input, KnownScope, Service};

/// Grant types, which appear elsewhere only by mistake.
const GRANT_TYPES: [&str; 4] = ["authorization_code", "refresh_token", "client_credentials", "password"];

/// The service that is being read.
#[derive(Default)]
pub(super) struct Reader {
    pub service: Service,
    pub described: Described,
    pub pkce: Pkce,
    /// Whether the document says that a client may have no secret.
    pub has_optional_secret: bool,
}

/// Something that asks for a value.
pub(super) struct Asked<'a> {
    pub stage: &'static str,
    /// `token-url › code`.
    pub place: String,
    pub name: &'a str,
    /// Its description in the document.
    pub help: String,
    pub is_required: bool,
    /// The separator of several values; empty if one is sent.
    pub delimiter: &'a str,
    pub property: &'a Element,
}

impl Asked<'_> {
    pub(super) fn values(&self) -> Vec<String> {
        read_values(self.property.attribute("values"))
    }
}

impl Reader {
    /// What is sent, as a template.
    pub(super) fn value(&mut self, asked: &Asked<'_>) -> String {
        let values = asked.values();
        let known = placeholder(asked.name);
        match (known, &values[..]) {
            // A value with a placeholder is a template.
            (known, [own]) if known != Some("scope") && Template::new(own).placeholders().next().is_some() => {
                Template::new(own).in_braces()
            }
            (Some("grant_type"), _) => self.grant_type(asked, &values),
            (Some("scope"), _) => self.scope(asked, &values),
            (Some("code_challenge_method"), _) => {
                let names = |method: &str| values.iter().any(|value| value.eq_ignore_ascii_case(method));
                if names("plain") && !names("S256") {
                    self.pkce = Pkce::Plain;
                }
                "<code_challenge_method>".to_owned()
            }
            (Some(known), _) => self.known(asked, known, &values),
            // RFC 6749 section 4.1.1.
            (None, [one]) if asked.name.eq_ignore_ascii_case("response_type") => one.clone(),
            (None, _) if asked.name.eq_ignore_ascii_case("response_type") => "code".to_owned(),
            (None, [constant]) if !is_secret(asked.name) => {
                self.understood(&asked.place, format!("always `{constant}`"));
                constant.clone()
            }
            (None, _) => format!("<{}>", self.input(asked)),
        }
    }

    fn known(&mut self, asked: &Asked<'_>, known: &'static str, values: &[String]) -> String {
        self.understood(&asked.place, format!("filled with `<{known}>`"));
        match values {
            [] => {}
            [value] if self.is_given(asked.stage, known, value) => {}
            values => {
                let are_words = values.iter().all(|value| GRANT_TYPES.contains(&value.as_str()));
                let named = if is_secret(asked.name) && !are_words {
                    "its `values`".to_owned()
                } else {
                    format!("`values=\"{}\"`", write_values(values))
                };
                let is = if values.len() == 1 { "is" } else { "are" };
                let words = format!("{named} {is} not a {}: `<{known}>` is sent instead", known.replace('_', " "));
                self.ignored(&asked.place, words);
            }
        }
        format!("<{known}>")
    }

    /// Takes a constant as the value of the document's own client, if it can be one.
    fn is_given(&mut self, stage: &str, known: &str, value: &str) -> bool {
        let is_word = GRANT_TYPES.contains(&value) || value.eq_ignore_ascii_case(known);
        let can_be = match known {
            "redirect_uri" => RedirectUri::parse(value).is_ok(),
            "refresh_token" => stage == "refresh_request",
            _ => true,
        };
        !is_word && can_be && self.described.take(known, &Secret::new(value)) == Some(true)
    }

    /// RFC 6749 sections 4.1.3 and 6: the grant type of each call is fixed; that of another call is a mistake.
    fn grant_type(&mut self, asked: &Asked<'_>, values: &[String]) -> String {
        let (mut usual, mut other) = ("authorization_code", "refresh_token");
        if asked.stage == "refresh_request" {
            (usual, other) = (other, usual);
        }
        let chosen = match values {
            [one] if one != other => one.clone(),
            values => {
                if !values.is_empty() {
                    let words = format!("`values=\"{}\"` is replaced by", write_values(values));
                    self.ignored(&asked.place, format!("{words} the grant of this call, `{usual}`"));
                }
                usual.to_owned()
            }
        };
        self.understood(&asked.place, format!("always `{chosen}`"));
        if asked.stage == "token_request" {
            self.service.grant_type = chosen;
            return "<grant_type>".to_owned();
        }
        chosen
    }

    fn scope(&mut self, asked: &Asked<'_>, values: &[String]) -> String {
        let split = |texts: &[String]| -> Vec<String> {
            texts.iter().flat_map(|text| text.split_whitespace()).map(str::to_owned).collect()
        };
        let known = split(values);
        let default = match asked.property.attribute("default-value") {
            "" if known.len() == 1 && !asked.property.has("default-value") => known.clone(),
            text => split(&read_values(text)),
        };
        if values.len() == 1 && known.len() > 1 {
            self.add_scopes(&[], &known);
        }
        self.add_scopes(&known, &default);
        if [" ", ",", ";"].contains(&asked.delimiter) {
            self.service.scopes.separator = asked.delimiter.to_owned();
        }
        self.understood(&asked.place, "filled with the requested scopes");
        "<scope>".to_owned()
    }

    /// Offers scopes, and requests some of them by default.
    pub(super) fn add_scopes(&mut self, known: &[String], default: &[String]) {
        let scopes = &mut self.service.scopes;
        for name in known {
            if !scopes.known.iter().any(|other| other.name == *name) {
                scopes.known.push(KnownScope { name: name.clone(), meaning: String::new() });
            }
        }
        for scope in default {
            if !scopes.default.contains(scope) {
                scopes.default.push(scope.clone());
            }
        }
    }

    /// The name of the input, which is created if missing.
    pub(super) fn input(&mut self, asked: &Asked<'_>) -> String {
        let mut input = described_input(asked);
        if let Some(other) = self.service.inputs.iter().find(|other| other.name == input.name) {
            if input.choices.is_empty() || input.choices == other.choices {
                self.again(asked, &input.name);
                return input.name;
            }
            input.name = format!("{}_{}", asked.stage, input.name);
            if self.has_input(&input.name) {
                return input.name;
            }
        }
        self.understood(&asked.place, format!("asked for as `{}`", input.label));
        if let (true, [secret]) = (input.secret, &asked.values()[..]) {
            self.described.secrets.inputs.insert(input.name.clone(), Secret::new(secret));
        }
        let name = input.name.clone();
        self.service.inputs.push(input);
        name
    }

    pub(super) fn has_input(&self, name: &str) -> bool {
        self.service.inputs.iter().any(|input| input.name == name)
    }

    pub(super) fn understood(&mut self, place: &str, words: impl Into<String>) {
        self.described.understood.push(Note::new(place, words));
    }

    pub(super) fn ignored(&mut self, place: &str, words: impl Into<String>) {
        self.described.ignored.push(Note::new(place, words));
    }

    /// Notes another mention of an input.
    pub(super) fn again(&mut self, asked: &Asked<'_>, name: &str) {
        self.understood(&asked.place, format!("the input `{name}` again"));
    }
}

/// The input as the document describes it.
fn described_input(asked: &Asked<'_>) -> Input {
    let name = slug(asked.name);
    let values = asked.values();
    let secret = is_secret(asked.name);
    // Several values with a delimiter may be sent together, so they are not choices.
    let has_choices = values.len() > 1 && asked.delimiter.is_empty() && !secret;
    let choice = |value: &String| Choice { value: value.clone(), label: value.clone(), ..Choice::default() };
    let choices: Vec<Choice> = values.iter().filter(|_| has_choices).map(choice).collect();
    let is_choice = |value: &str| choices.iter().any(|choice| choice.value == value);
    let mut default = asked.property.raw("default-value").to_owned();
    match (&choices[..], &values[..]) {
        _ if secret => default.clear(),
        ([first, ..], _) if !is_choice(&default) => default.clone_from(&first.value),
        ([], [only]) if default.is_empty() => default.clone_from(only),
        _ => {}
    }
    let example = asked.property.raw("example-value");
    let fits = choices.is_empty() || is_choice(example);
    Input {
        name: if is_standard(&name) { format!("{}_{name}", asked.stage) } else { name },
        label: label(asked.name),
        help: asked.help.clone(),
        example: if fits && !secret { example.to_owned() } else { String::new() },
        default,
        secret,
        optional: !asked.is_required,
        choices,
        ..Input::default()
    }
}
