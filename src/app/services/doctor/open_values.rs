//! The values of a preset's inputs: they fill its URLs for the comparison, and are taken out of what is told.

use regex_lite::Regex;

use crate::app::{Failure, FailureKind};
use crate::call::{Template, nearest};
use crate::diagnosis::{Diagnose as _, Diagnosis};
use crate::service::{Profile, Service};

/// The values by the names of their placeholders.
pub(super) struct OpenValues(Vec<(String, String)>);

impl OpenValues {
    /// The values that a person gave, else those of the profile, else the defaults of the inputs. What the profile says of the
    /// person is taken out of what is told as well.
    pub(super) fn new(
        service: &Service,
        profile: Option<&Profile>,
        given: &[(String, String)],
    ) -> Result<Self, Failure> {
        let inputs = || service.inputs.iter().filter(|input| !input.secret);
        if let Some((name, _)) = given.iter().find(|(name, _)| !inputs().any(|input| input.name == *name)) {
            let diagnosis = Diagnosis::new(format!("{} has no input `{name}`", service.name));
            let hint = match nearest(name, inputs().map(|input| input.name.as_str())) {
                Some(nearest) => format!("did you mean `--set {nearest}=…`?"),
                None => format!("`tokenwright service show {}` lists its inputs", service.id),
            };
            return Err(Failure::new(FailureKind::Usage, diagnosis.hint(hint)));
        }
        let mut values = Vec::new();
        for input in inputs() {
            let typed = given.iter().rev().find(|(name, _)| *name == input.name).map(|(_, typed)| typed);
            let value = match typed.or_else(|| profile?.inputs.get(&input.name).filter(|value| !value.is_empty())) {
                Some(typed) => {
                    input.parse(typed).map_err(|error| Failure::new(FailureKind::Usage, error.diagnose()))?
                }
                None => input.default.clone(),
            };
            if value.is_empty() {
                continue;
            }
            let chosen = input.choices.iter().find(|choice| choice.value == value);
            values.extend(chosen.iter().flat_map(|choice| choice.sets.clone()));
            values.push((input.name.clone(), value));
        }
        let mut values = Self(values);
        if let Some(profile) = profile {
            values.add([("client_id", profile.client_id.as_str()), ("user_name", profile.user_name.as_str())]);
        }
        Ok(values)
    }

    /// Adds values; those that are known already fill the templates.
    fn add<'a>(&mut self, more: impl IntoIterator<Item = (&'a str, &'a str)>) {
        let more = more.into_iter().filter(|(_, value)| !value.is_empty());
        self.0.extend(more.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    /// A template with the values; what is not known stays as `{name}`.
    pub(super) fn filled(&self, template: &str) -> String {
        let mut text = Template::new(template).in_braces();
        for (name, value) in &self.0 {
            text = text.replace(&format!("{{{name}}}"), value);
        }
        text
    }

    /// Learns from a text what stands in the open places of a template that it fits.
    pub(super) fn learn(&mut self, template: &str, text: &str) {
        let filled = self.filled(template);
        let open = Template::new(filled.as_str());
        let names: Vec<&str> = open.placeholders().collect();
        let pattern = names.iter().fold(regex_lite::escape(&filled), |pattern, name| {
            pattern.replacen(&regex_lite::escape(&format!("{{{name}}}")), "([^/?]+)", 1)
        });
        let found = Regex::new(&format!("^{pattern}$")).ok().and_then(|pattern| pattern.captures(text));
        let Some(found) = found else { return };
        self.add(names.into_iter().zip(found.iter().skip(1).flatten().map(|value| value.as_str())));
    }

    /// A text with `<name>` in place of each value, wherever the value stands as a whole word.
    pub(super) fn hidden(&self, text: &str) -> String {
        let mut values: Vec<&(String, String)> = self.0.iter().collect();
        // A longer value may have a shorter one in it.
        values.sort_by_key(|(_, value)| std::cmp::Reverse(value.len()));
        values
            .into_iter()
            .fold(text.to_owned(), |text, (name, value)| replace_words(&text, value, &format!("<{name}>")))
    }
}

/// Replaces a word that has no letter or digit beside it.
fn replace_words(text: &str, word: &str, by: &str) -> String {
    let mut replaced = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(word) {
        let (before, after) = (&rest[..at], &rest[at + word.len()..]);
        let last = before.chars().next_back().or_else(|| replaced.chars().next_back());
        let is_part = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
        replaced.push_str(before);
        replaced.push_str(if is_part(last) || is_part(after.chars().next()) { word } else { by });
        rest = after;
    }
    replaced + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::Input;

    fn service() -> Service {
        let input = |name: &str| Input { name: name.into(), label: name.into(), ..Input::default() };
        Service { name: "Acme".into(), inputs: vec![input("tenant"), input("region")], ..Service::default() }
    }

    fn given(name: &str, value: &str) -> Vec<(String, String)> {
        vec![(name.to_owned(), value.to_owned())]
    }

    #[test]
    fn a_value_fills_a_template_and_is_taken_out_of_a_text() {
        let values = OpenValues::new(&service(), None, &given("tenant", "acme-1")).expect("known");
        assert_eq!(values.filled("https://<region>.test/<tenant>/token"), "https://{region}.test/acme-1/token");
        assert_eq!(values.hidden("https://a.test/acme-1/x acme-12"), "https://a.test/<tenant>/x acme-12");
    }

    #[test]
    fn what_stands_in_an_open_place_is_learnt() {
        let mut values = OpenValues::new(&service(), None, &[]).expect("no values");
        values.learn("https://<region>.test/<tenant>/token", "https://eu.test/acme-1/token");
        assert_eq!(values.hidden("https://eu.test/acme-1/keys"), "https://<region>.test/<tenant>/keys");
    }

    #[test]
    fn an_input_that_the_preset_does_not_have_is_refused() {
        let error = OpenValues::new(&service(), None, &given("tennant", "x")).err().expect("refused");
        assert_eq!(error.diagnosis.summary, "Acme has no input `tennant`");
        assert_eq!(error.diagnosis.hint.as_deref(), Some("did you mean `--set tenant=…`?"));
    }
}
