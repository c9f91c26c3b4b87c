//! The values that placeholders stand for.

use std::collections::BTreeMap;

use crate::secret::Secret;

/// Names whose values are secret wherever they appear.
const SECRET_NAMES: [&str; 8] =
    ["client_secret", "password", "code", "code_verifier", "token", "refresh_token", "id_token", "assertion"];

/// One value: its text and whether it must be masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// The text, as it was typed or received.
    pub text: Secret,
    /// Whether it is masked where it is shown.
    pub secret: bool,
}

/// Values by placeholder name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values {
    by_name: BTreeMap<String, Value>,
}

impl Values {
    /// No values.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a value; it is secret when its name is one of the OAuth names that are (`client_secret`, `code`, …).
    pub fn set(&mut self, name: &str, text: impl Into<String>) {
        let secret = SECRET_NAMES.contains(&name);
        self.by_name.insert(name.to_owned(), Value { text: Secret::new(text), secret });
    }

    /// Sets a value that is secret whatever its name.
    pub fn set_secret(&mut self, name: &str, text: Secret) {
        self.by_name.insert(name.to_owned(), Value { text, secret: true });
    }

    /// Sets the value when there is one, and leaves the name without a value when there is none.
    pub fn set_optional_secret(&mut self, name: &str, text: Option<&Secret>) {
        match text {
            Some(text) => self.set_secret(name, text.clone()),
            None => {
                self.by_name.remove(name);
            }
        }
    }

    /// The value of a name.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.by_name.get(name)
    }

    /// The names that have a value.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// Every secret text, for masking what a server echoes.
    pub fn secrets(&self) -> impl Iterator<Item = &Secret> {
        self.by_name.values().filter(|value| value.secret).map(|value| &value.text)
    }
}
