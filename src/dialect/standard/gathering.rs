//! What is collected while a document is read: the person's values, taken out of the calls, and the notes.

use std::collections::BTreeSet;

use crate::call::{Parameter, Template, scalar_text};
use crate::dialect::document::{LONGEST_TEXT, MOST_PARAMETERS, MOST_SCOPES};
use crate::dialect::standard::slots::{
    Piece, canonical, is_stand_in, looks_secret, pieces, placeholder_name, whole_slot, with_open_parts,
};
use crate::dialect::standard::variables::Variables;
use crate::dialect::{Described, Note};
use crate::oauth::GrantType;
use crate::service::{Field, Input};

#[derive(Debug, Default)]
pub(crate) struct Gathering {
    pub(crate) described: Described,
    /// The inputs that the document leaves open.
    pub(crate) inputs: Vec<Input>,
    /// What separates its scopes.
    pub(crate) separator: Option<&'static str>,
    pub(crate) grant_type: String,
    /// Whether the document leaves a place open for a client secret.
    pub(crate) names_secret: bool,
    variables: Variables,
}

impl Gathering {
    /// With the document's variables.
    pub(crate) fn new(variables: Variables) -> Self {
        Self { variables, ..Self::default() }
    }

    /// A text with the document's variables filled in.
    pub(crate) fn filled(&self, text: &str) -> String {
        self.variables.fill(text).expose().to_owned()
    }

    pub(crate) fn understood(&mut self, place: impl Into<String>, words: impl Into<String>) {
        self.described.understood.push(Note::new(place, words));
    }

    pub(crate) fn ignored(&mut self, place: impl Into<String>, words: impl Into<String>) {
        self.described.ignored.push(Note::new(place, words));
    }

    /// The same of what the server offers, by the option that asks for it.
    pub(crate) fn offered(&mut self, place: impl Into<String>, words: impl Into<String>) {
        self.described.ignored.push(Note::offer(place, words));
    }

    /// Notes that the fragment of an endpoint's URL is not sent, if it has one (RFC 6749 section 3.1 allows none).
    pub(crate) fn fragment(&mut self, place: impl Into<String>, url: &str) {
        if url.contains('#') {
            self.ignored(place, "what follows its `#` is not sent: if the page needs it, enter the URL by hand");
        }
    }

    /// Notes that an implicit grant is not used (RFC 9700 section 2.1.2), and returns the grant type in its place.
    pub(crate) fn replaced_implicit(&mut self) -> GrantType {
        self.ignored("implicit grant", "replaced by the authorization code grant (RFC 9700 section 2.1.2)");
        GrantType::AuthorizationCode
    }

    /// Notes what the document lacks, and where to find it.
    pub(crate) fn missing(&mut self, place: impl Into<String>, words: impl Into<String>) {
        self.described.missing.push(Note::new(place, words));
    }

    /// A parameter of a call; a value of the person is replaced by a placeholder.
    pub(crate) fn parameter(&mut self, place: &str, name: &str, value: &str) -> Parameter {
        Parameter::new(name, self.parameter_text(place, name, value))
    }

    /// The text of such a parameter.
    pub(crate) fn parameter_text(&mut self, place: &str, name: &str, value: &str) -> String {
        if value.len() > LONGEST_TEXT {
            self.ignored(place, "too long for a request");
            return String::new();
        }
        // A slot with the name of one of our placeholders is that placeholder, whatever the parameter is called.
        let slot = whole_slot(value).filter(|slot| !self.variables.has(slot));
        let known = slot.and_then(canonical).or_else(|| canonical(name));
        let slot = slot.or_else(|| is_stand_in(name, value).then_some(value.trim()));
        match (known, slot) {
            (Some(known), Some(_)) => {
                self.understood(place, format!("`<{known}>`"));
                format!("<{known}>")
            }
            (Some("grant_type"), None) => {
                let filled = self.variables.fill(value);
                self.grant_type = filled.expose().to_owned();
                "<grant_type>".to_owned()
            }
            (Some(known), None) => {
                self.value(place, known, value);
                format!("<{known}>")
            }
            (None, Some(slot)) => self.slot(place, slot),
            (None, None) if looks_secret(name) && !is_templated(value) => self.secret_input(place, name, value),
            (None, None) => self.text(place, value),
        }
    }

    /// An address whose slots become placeholders or inputs of the service. Parts of it may be slots without brackets.
    pub(crate) fn address(&mut self, place: &str, url: &str) -> String {
        self.text(place, &with_open_parts(url))
    }

    /// A text whose slots become placeholders or inputs of the service.
    pub(crate) fn text(&mut self, place: &str, value: &str) -> String {
        if value.len() > LONGEST_TEXT {
            self.ignored(place, "too long for a request");
            return String::new();
        }
        if let Some(slot) = whole_slot(value).filter(|slot| !self.variables.has(slot)) {
            return self.slot(place, slot);
        }
        let mut text = String::new();
        for piece in pieces(value) {
            match piece {
                Piece::Text(literal) => text.push_str(literal),
                Piece::Slot(name, _) if !self.variables.has(name) => text.push_str(&self.slot(place, name)),
                Piece::Slot(name, written) => {
                    let filled = self.variables.fill(written);
                    // The URL of a token endpoint is not secret, whatever its variable is called.
                    let is_secret = looks_secret(name) && !is_plain_url(filled.expose());
                    if self.variables.is_secret(name) || is_secret {
                        text.push_str(&self.secret_input(place, name, filled.expose()));
                    } else {
                        text.push_str(&self.open_places(place, filled.expose()));
                    }
                }
            }
        }
        text
    }

    /// A text in which `<name>` can be a tag; the placeholders in it become inputs.
    pub(crate) fn tagged_text(&mut self, place: &str, text: &str) -> Template {
        let template = Template::new(if text.len() > LONGEST_TEXT { "" } else { text });
        let names: BTreeSet<String> = template.placeholders().map(str::to_owned).collect();
        if text.len() > LONGEST_TEXT || names.len() > MOST_PARAMETERS {
            self.ignored(place, "too long for a request, or too many placeholders");
            return Template::default();
        }
        for name in names.into_iter().filter(|name| canonical(name) != Some(name)) {
            self.open_input(place, &name, &name);
        }
        template
    }

    /// A value of the person's own: the client's id, its secret, a refresh token and the like. `known` is our
    /// placeholder for it.
    pub(crate) fn value(&mut self, place: &str, known: &str, written: &str) {
        let filled = self.variables.fill(written);
        let text = filled.expose();
        if text.is_empty() {
            return;
        }
        // Nobody's secret has the variables of a tool in it.
        let has_variable = known != "scope" && text.contains("{{") && text.contains("}}");
        let has_open_part = known == "redirect_uri" && with_open_parts(text) != text;
        // A client ID is of printable ASCII (RFC 6749 appendix A.1); anything else is what a person is told to enter.
        let is_told = known == "client_id" && !text.is_ascii();
        if has_variable || has_open_part || is_told || whole_slot(text).is_some() || is_stand_in(known, text) {
            self.names_secret |= known == "client_secret";
            let is_empty = whole_slot(text).is_some_and(|slot| self.variables.is_empty(slot));
            let empty = if is_empty { ": the variable is empty in the document" } else { "" };
            self.understood(place, format!("`<{known}>`{empty}"));
            return;
        }
        let used = match (known, self.described.take(known, &filled)) {
            (_, Some(used)) => used,
            ("scope", None) => {
                self.scopes(place, text);
                return;
            }
            ("grant_type", None) => {
                self.grant_type = text.to_owned();
                true
            }
            (_, None) => {
                self.ignored(place, format!("each sign-in has its own `<{known}>`"));
                return;
            }
        };
        if used {
            self.understood(place, words_for(known));
        } else {
            self.ignored(place, "the document has another value, which is used");
        }
    }

    /// The scopes asked for, and what separates them.
    pub(crate) fn scopes(&mut self, place: &str, text: &str) {
        // Pages copy the space as a URL has it.
        let text = self.text(place, &text.trim().replace("%20", " "));
        let separator = [" ", ",", ";"].into_iter().find(|separator| text.contains(separator)).unwrap_or(" ");
        let named = text.split(separator).flat_map(str::split_whitespace);
        let scopes: Vec<String> = named.map(|scope| scope.trim_matches([',', ';']).to_owned()).collect();
        let wanted = scopes.into_iter().filter(|scope| !scope.is_empty() && scope != "<scope>");
        let scopes: Vec<String> = wanted.take(MOST_SCOPES).collect();
        if scopes.is_empty() {
            return;
        }
        self.separator = Some(separator);
        self.understood(place, format!("scopes: {}", shortened(&scopes.join(separator))));
        for scope in scopes {
            if !self.described.scopes.contains(&scope) {
                self.described.scopes.push(scope);
            }
        }
    }

    /// A JSON body whose values of the person become placeholders.
    pub(crate) fn json_body(&mut self, place: &str, body: &mut serde_json::Value) {
        match body {
            serde_json::Value::Object(members) => {
                for (name, value) in members {
                    let place = format!("{place} › {name}");
                    match value {
                        serde_json::Value::String(text) => *text = self.parameter_text(&place, name, text),
                        value if scalar_text(value).is_some() && canonical(name).is_some() => {
                            let text = scalar_text(value).unwrap_or_default();
                            *value = serde_json::Value::String(self.parameter_text(&place, name, &text));
                        }
                        other => self.json_body(&place, other),
                    }
                }
            }
            serde_json::Value::Array(items) => items.iter_mut().for_each(|item| match item {
                serde_json::Value::String(text) => *text = self.text(place, text),
                item => self.json_body(place, item),
            }),
            _ => {}
        }
    }

    /// The placeholder for a slot.
    fn slot(&mut self, place: &str, written: &str) -> String {
        if let Some(known) = canonical(written) {
            return format!("<{known}>");
        }
        let name = placeholder_name(written);
        if self.is_full(&name) {
            self.ignored(place, "too many placeholders");
            return String::new();
        }
        self.open_input(place, &name, written);
        format!("<{name}>")
    }

    /// An input that the document names without a value.
    fn open_input(&mut self, place: &str, name: &str, written: &str) {
        if self.inputs.iter().any(|input| input.name == name) {
            return;
        }
        self.inputs.push(Input {
            name: name.to_owned(),
            label: written.trim().trim_start_matches("_.").to_owned(),
            help: "Left open by the document.".into(),
            secret: looks_secret(written) || self.variables.is_secret(written),
            ..Input::default()
        });
        let empty = if self.variables.is_empty(written) { ": the variable is empty in the document" } else { "" };
        let note = Note::new(place, format!("a value for `{}`{empty}", shortened(written)));
        self.described.missing.push(note.about(Field::Input(name.to_owned())));
    }

    /// The placeholder for a secret value, which becomes an input of the service.
    fn secret_input(&mut self, place: &str, written: &str, value: &str) -> String {
        let filled = self.variables.fill(value);
        let base = placeholder_name(written);
        let base = if canonical(&base).is_some() { format!("service_{base}") } else { base };
        let mut name = base.clone();
        let mut number = 2;
        while self.described.secrets.inputs.get(&name).is_some_and(|known| *known != filled) {
            name = format!("{base}_{number}");
            number += 1;
        }
        if self.is_full(&name) {
            self.ignored(place, "the document has too many secrets");
            return String::new();
        }
        if !self.inputs.iter().any(|input| input.name == name) {
            let label = written.trim().to_owned();
            self.inputs.push(Input { name: name.clone(), label, secret: true, ..Input::default() });
            self.understood(place, "a secret input of the service");
        }
        if !filled.is_empty() {
            self.described.secrets.inputs.insert(name.clone(), filled);
        }
        format!("<{name}>")
    }

    /// Whether another input would be too many.
    fn is_full(&self, name: &str) -> bool {
        self.inputs.len() >= MOST_PARAMETERS && !self.inputs.iter().any(|input| input.name == name)
    }

    /// A filled text can have slots again, which have no value.
    fn open_places(&mut self, place: &str, text: &str) -> String {
        pieces(text)
            .into_iter()
            .map(|piece| match piece {
                Piece::Text(literal) => literal.to_owned(),
                Piece::Slot(name, _) => self.slot(place, name),
            })
            .collect()
    }
}

/// Whether a text contains slots.
fn is_templated(value: &str) -> bool {
    whole_slot(value).is_some() || pieces(value).iter().any(|piece| matches!(piece, Piece::Slot(..)))
}

fn words_for(known: &str) -> &'static str {
    match known {
        "client_id" => "client id",
        "client_secret" => "client secret",
        "redirect_uri" => "redirect URI",
        "user_name" => "user id",
        "password" => "password",
        "refresh_token" => "a refresh token",
        _ => "grant type",
    }
}

/// A text, shortened for a note.
fn shortened(text: &str) -> String {
    const ROOM: usize = 120;
    match text.char_indices().nth(ROOM) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn is_plain_url(value: &str) -> bool {
    url::Url::parse(value).is_ok_and(|url| {
        matches!(url.scheme(), "https" | "http")
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    #[test]
    fn what_is_the_persons_own_leaves_the_call() {
        let mut gathering = Gathering::default();
        let mut check = |name: &str, value: &str, expected: &str| {
            assert_eq!(gathering.parameter("body", name, value), Parameter::new(name, expected), "{name}={value}");
        };
        check("client_id", "the-id", "<client_id>");
        check("client_secret", "a{b}c<d>", "<client_secret>");
        check("refresh_token", "your_refresh_token", "<refresh_token>");
        check("scope", "a,b", "<scope>");
        check("audience", "https://{{tenant}}.example.test", "https://<tenant>.example.test");
        check("api_key", "k3y", "<api_key>");
        check("api_key", "an0ther", "<api_key_2>");
        check("params1", "your_params1", "<your_params1>");
        let Gathering { described, inputs, .. } = gathering;
        assert_eq!((described.client_id.as_str(), described.scopes), ("the-id", vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(described.secrets.client_secret, Secret::new("a{b}c<d>"));
        assert_eq!(described.secrets.inputs["api_key"], Secret::new("k3y"));
        let names: Vec<(&str, bool)> = inputs.iter().map(|input| (input.name.as_str(), input.secret)).collect();
        assert_eq!(names, [("tenant", false), ("api_key", true), ("api_key_2", true), ("your_params1", false)]);
    }

    #[test]
    fn a_variable_that_is_secret_does_not_stay_in_the_call() {
        let mut variables = Variables::default();
        variables.add("region", "eu", false);
        variables.add("pin", "1234", true);
        let mut gathering = Gathering::new(variables);
        let parameter = gathering.parameter("body", "extra", "{{region}}-{{pin}}");
        assert_eq!(parameter, Parameter::new("extra", "eu-<pin>"));
        assert_eq!(gathering.described.secrets.inputs["pin"], Secret::new("1234"));
        assert!(!format!("{:?}", gathering.described).contains("1234"));
    }
}
