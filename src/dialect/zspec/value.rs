//! What fills an argument or a property of a body: a name that OAuth knows is filled by it, one value is sent as it is,
//! anything else is an input of the service.

use crate::call::Template;
use crate::dialect::Note;
use crate::dialect::zspec::draft::ReadDraft;
use crate::dialect::zspec::element::{Facts, Property, read_values, write_values};
use crate::dialect::zspec::known::{is_secret, is_standard, label, only_placeholder, placeholder, slug};
use crate::oauth::{Pkce, RedirectUri};
use crate::secret::Secret;
use crate::service::{Choice, Input, KnownScope};

/// Grant types, which stand at other names only by a slip.
const GRANT_TYPES: [&str; 4] = ["authorization_code", "refresh_token", "client_credentials", "password"];

/// Something that asks for a value.
pub(super) struct Asked<'a> {
    /// The stage of the service.
    pub stage: &'static str,
    /// `token-url › code`.
    pub place: String,
    pub name: &'a str,
    /// What the document says of it, for people.
    pub help: String,
    pub required: bool,
    pub delimiter: Option<&'a str>,
    pub property: &'a Property,
}

impl ReadDraft {
    /// What is sent, as a template; `facts` loses what the service itself now says.
    pub(super) fn value(&mut self, asked: &Asked<'_>, facts: &mut Facts) -> String {
        let values = &asked.property.values;
        // A value that holds a placeholder says itself what fills it.
        let own = values.first().filter(|value| values.len() == 1 && holds_placeholder(value));
        let name = placeholder(asked.name);
        if let (Some(own), false) = (own, name == Some("scope")) {
            return Template::new(own).in_braces();
        }
        match name {
            Some("grant_type") => self.grant_type(asked),
            Some("scope") => self.scope(asked, facts),
            Some("code_challenge_method") => self.challenge_method(asked),
            Some(known) => self.known(asked, known, facts),
            None if asked.name.eq_ignore_ascii_case("response_type") => response_type(asked),
            None if values.len() == 1 && !is_secret(asked.name) => {
                self.understood(&asked.place, format!("always `{}`", values[0]));
                values[0].clone()
            }
            None => format!("<{}>", self.input(asked, facts)),
        }
    }

    fn known(&mut self, asked: &Asked<'_>, known: &'static str, facts: &mut Facts) -> String {
        if is_secret(asked.name) || known == "token" {
            facts.retain(|name, _| !matches!(name.as_str(), "property default-value" | "property example-value"));
        }
        self.understood(&asked.place, format!("filled with `<{known}>`"));
        match &asked.property.values[..] {
            [] => {}
            [value] if self.is_given(asked.stage, known, value) => {}
            values => {
                let are_words = values.iter().all(|value| GRANT_TYPES.contains(&value.as_str()));
                let named = if is_secret(asked.name) && !are_words {
                    "its `values`".to_owned()
                } else {
                    format!("`values=\"{}\"`", write_values(values))
                };
                let (is, are) = if values.len() == 1 { ("is no", "is not sent") } else { ("are no", "are not sent") };
                let words = format!("{named} {is} {}, and {are}: `<{known}>` is", known.replace('_', " "));
                self.ignored(&asked.place, words);
            }
        }
        format!("<{known}>")
    }

    /// Takes a constant for what the document's own client sends there, where it can be that.
    fn is_given(&mut self, stage: &str, known: &str, value: &str) -> bool {
        let described = &mut self.described;
        let is_word = GRANT_TYPES.contains(&value) || value.eq_ignore_ascii_case(known);
        match known {
            _ if is_word => false,
            "client_id" => fill(&mut described.client_id, value),
            "user_name" => fill(&mut described.user_name, value),
            "redirect_uri" => RedirectUri::parse(value).is_ok() && fill(&mut described.redirect_uri, value),
            "client_secret" => fill_secret(&mut described.secrets.client_secret, value),
            "refresh_token" if stage == "refresh_request" => fill_secret(&mut described.secrets.refresh_token, value),
            "password" => fill_secret(&mut described.secrets.password, value),
            _ => false,
        }
    }

    /// RFC 6749 sections 4.1.3 and 6: the grant of each call is fixed, and a value that is another call's is a slip.
    fn grant_type(&mut self, asked: &Asked<'_>) -> String {
        let usual = if asked.stage == "refresh_request" { "refresh_token" } else { "authorization_code" };
        let other = if asked.stage == "refresh_request" { "authorization_code" } else { "refresh_token" };
        let chosen = match &asked.property.values[..] {
            [one] if one != other => one.clone(),
            values => {
                if !values.is_empty() {
                    let words = format!("of `values=\"{}\"` the grant of this call is sent", write_values(values));
                    self.ignored(&asked.place, format!("{words}: `{usual}`"));
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

    fn challenge_method(&mut self, asked: &Asked<'_>) -> String {
        if asked.property.values.iter().any(|value| value.eq_ignore_ascii_case("plain"))
            && !asked.property.values.iter().any(|value| value.eq_ignore_ascii_case("S256"))
        {
            self.pkce = Pkce::Plain;
        }
        "<code_challenge_method>".to_owned()
    }

    fn scope(&mut self, asked: &Asked<'_>, facts: &mut Facts) -> String {
        let split = |texts: &[String]| -> Vec<String> {
            texts.iter().flat_map(|text| text.split_whitespace()).map(str::to_owned).collect()
        };
        let values = split(&asked.property.values);
        let default = facts.remove("property default-value").map(|text| split(&read_values(&text)));
        let default = default.unwrap_or_else(|| if values.len() == 1 { values.clone() } else { Vec::new() });
        if asked.property.values.len() == 1 && values.len() > 1 {
            self.add_scopes(&[], &values);
        }
        self.add_scopes(&values, &default);
        if let Some(delimiter) = asked.delimiter.filter(|delimiter| [" ", ",", ";"].contains(delimiter)) {
            self.service.scopes.separator = delimiter.to_owned();
            facts.remove("delimiter");
        }
        self.understood(&asked.place, "filled with the scopes that are asked for");
        "<scope>".to_owned()
    }

    /// Offers scopes, and asks for some of them unless changed.
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

    /// The input that is asked for, made where it is not there; its name.
    pub(super) fn input(&mut self, asked: &Asked<'_>, facts: &mut Facts) -> String {
        let mut input = described_input(asked);
        if let Some(first) = self.input_place.get(&input.name) {
            let other = &self.service.inputs[*first];
            if input.choices.is_empty() || input.choices == other.choices {
                self.again(asked, &input.name, facts);
                return input.name;
            }
            input.name = format!("{}_{}", asked.stage, input.name);
            if self.input_place.contains_key(&input.name) {
                return input.name;
            }
        }
        take_facts(asked, facts);
        self.understood(&asked.place, format!("asked for as `{}`", input.label));
        if let (true, [secret]) = (input.secret, &asked.property.values[..]) {
            self.described.secrets.inputs.insert(input.name.clone(), Secret::new(secret));
        }
        let name = input.name.clone();
        self.input_place.insert(name.clone(), self.service.inputs.len());
        self.service.inputs.push(input);
        name
    }

    /// Another mention of an input that is explained elsewhere.
    pub(super) fn again(&mut self, asked: &Asked<'_>, name: &str, facts: &mut Facts) {
        self.understood(&asked.place, format!("the input `{name}` again"));
        if !asked.property.values.is_empty() && !is_secret(asked.name) {
            facts.insert("property values".into(), write_values(&asked.property.values));
        }
    }

    pub(super) fn understood(&mut self, place: &str, words: impl Into<String>) {
        self.described.understood.push(Note::new(place, words));
    }

    pub(super) fn ignored(&mut self, place: &str, words: impl Into<String>) {
        self.described.ignored.push(Note::new(place, words));
    }
}

/// RFC 6749 section 4.1.1.
fn response_type(asked: &Asked<'_>) -> String {
    match &asked.property.values[..] {
        [one] => one.clone(),
        _ => "code".to_owned(),
    }
}

/// What the input itself says is no fact beside it.
fn take_facts(asked: &Asked<'_>, facts: &mut Facts) {
    for name in ["required", "property default-value", "property example-value"] {
        facts.remove(name);
    }
    if asked.delimiter.is_some() && asked.property.values.len() > 1 {
        facts.insert("property values".into(), write_values(&asked.property.values));
    }
}

/// The input that the document describes.
fn described_input(asked: &Asked<'_>) -> Input {
    let name = slug(asked.name);
    let property = asked.property;
    let fact = |name: &str| property.facts.get(name).cloned().unwrap_or_default();
    let secret = is_secret(asked.name);
    // Several values with a delimiter may be sent together, so they are not choices.
    let is_list = asked.delimiter.is_some();
    let choices = property.values.iter().filter(|_| property.values.len() > 1 && !is_list && !secret);
    let choices: Vec<Choice> =
        choices.map(|value| Choice { value: value.clone(), label: value.clone(), ..Choice::default() }).collect();
    let mut default = fact("default-value");
    if let Some(first) = choices.first().filter(|_| !choices.iter().any(|choice| choice.value == default)) {
        default.clone_from(&first.value);
    }
    if let ([only], true) = (&property.values[..], default.is_empty() && !secret) {
        default.clone_from(only);
    }
    let example = fact("example-value");
    let fits = choices.is_empty() || choices.iter().any(|choice| choice.value == example);
    Input {
        name: if is_standard(&name) { format!("{}_{name}", asked.stage) } else { name },
        label: label(asked.name),
        help: asked.help.clone(),
        example: if fits && !secret { example } else { String::new() },
        default: if secret { String::new() } else { default },
        secret,
        optional: !asked.required,
        choices,
        ..Input::default()
    }
}

/// Whether a service fills an argument of this name with this placeholder where the document says nothing.
pub(super) fn is_filled(name: &str, template: &Template) -> bool {
    placeholder(name).is_some_and(|known| only_placeholder(template) == Some(known))
}

fn holds_placeholder(value: &str) -> bool {
    Template::new(value).placeholders().next().is_some()
}

fn fill(field: &mut String, value: &str) -> bool {
    let free = field.is_empty() || field == value;
    if free {
        value.clone_into(field);
    }
    free
}

fn fill_secret(field: &mut Secret, value: &str) -> bool {
    let value = Secret::new(value);
    let free = field.is_empty() || *field == value;
    if free {
        *field = value;
    }
    free
}
