//! The values of placeholders, and what supplies those that are not set yet.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use jiff::Timestamp;

use crate::call::{Derived, MutualTls};
use crate::secret::Secret;

/// The names that every service has: whether the value is secret, and what supplies it.
const STANDARD: [(&str, bool, &str); 21] = [
    ("client_id", false, "step 2, Authorization"),
    ("client_secret", true, "step 2, Authorization"),
    ("user_name", false, "step 2, Authorization"),
    ("password", true, "step 2, Authorization"),
    ("code", true, "step 2, Authorization"),
    ("redirect_uri", false, "step 2, Authorization"),
    ("scope", false, "step 2, Authorization"),
    ("state", false, "the program, when authorization starts"),
    ("code_verifier", true, "the program, when authorization starts"),
    ("code_challenge", false, "the program, when authorization starts"),
    ("code_challenge_method", false, "the program, when authorization starts"),
    ("grant_type", false, "step 3, Tokens"),
    ("token", true, "the token request in step 3"),
    ("token_type", false, "the token request in step 3"),
    ("refresh_token", true, "the token request in step 3, or a refresh token pasted there"),
    ("id_token", true, "the token request in step 3"),
    ("assertion", true, "the private key in step 2, Authorization"),
    ("public_key_sha256", false, "the private key in step 2, Authorization"),
    ("call_path", false, "the URL of a call of the API"),
    ("now", false, "the program, for each call"),
    ("random", false, "the program, for each call"),
];

/// One value: its text and whether it must be masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// As typed or received.
    pub text: Secret,
    /// Whether it is masked when shown.
    pub secret: bool,
}

/// Values by placeholder name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values {
    by_name: BTreeMap<String, Value>,
    declared: BTreeMap<String, String>,
    derived: Arc<[Derived]>,
    /// The secret ones among the derived values that a call has, for masking.
    pub(in crate::call) derived_secrets: Vec<Secret>,
    /// Whether the calls are made over mutual TLS.
    pub mutual_tls: MutualTls,
}

impl Values {
    /// No values.
    pub fn new() -> Self {
        Self::default()
    }

    /// Declares a name before it has a value, with what supplies it, such as `step 2, Authorization: Account ID`.
    pub fn declare(&mut self, name: &str, supplied_by: impl Into<String>) {
        self.declared.insert(name.to_owned(), supplied_by.into());
    }

    /// Sets a value; it is secret if OAuth makes a value of this name secret (`client_secret`, `code`, …).
    pub fn set(&mut self, name: &str, text: impl Into<String>) {
        let secret = STANDARD.iter().any(|(standard, secret, _)| *standard == name && *secret);
        self.by_name.insert(name.to_owned(), Value { text: Secret::new(text), secret });
    }

    /// Sets a value that is secret whatever its name.
    pub fn set_secret(&mut self, name: &str, text: Secret) {
        self.by_name.insert(name.to_owned(), Value { text, secret: true });
    }

    /// Sets what is made anew for each call: `now`, in seconds since 1970, and `random`. An input of the same name goes first.
    pub fn set_fresh(&mut self, now: Timestamp, random: [u8; 32]) {
        self.set_fresh_texts(now, &BASE64_URL_SAFE_NO_PAD.encode(random));
    }

    /// The same with a text in place of what is random, to be shown.
    pub fn set_fresh_texts(&mut self, now: Timestamp, random: &str) {
        let fresh = [("now", now.as_second().to_string()), ("random", random.to_owned())];
        for (name, text) in fresh {
            if !self.declared.contains_key(name) {
                self.set(name, text);
            }
        }
    }

    /// Takes over what is computed wherever a call names it; each may name those before it.
    pub fn derive(&mut self, derived: Arc<[Derived]>) {
        self.derived = derived;
    }

    /// What is computed wherever a call names it.
    pub(in crate::call) fn derived(&self) -> &[Derived] {
        &self.derived
    }

    /// Removes a value; a declared name stays declared.
    pub fn withdraw(&mut self, name: &str) {
        self.by_name.remove(name);
    }

    /// The value of a name.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.by_name.get(name)
    }

    /// What supplies this name; `None` if nothing does.
    pub fn supplied_by(&self, name: &str) -> Option<String> {
        let standard = || STANDARD.iter().find(|(standard, ..)| *standard == name).map(|(.., by)| (*by).to_owned());
        self.declared.get(name).cloned().or_else(standard)
    }

    /// Every name that has or could have a value.
    pub fn known_names(&self) -> impl Iterator<Item = &str> {
        let standard = STANDARD.iter().map(|(name, ..)| *name);
        let own = self.declared.keys().chain(self.by_name.keys()).map(String::as_str);
        standard.chain(own).chain(self.derived.iter().map(|derived| derived.name.as_str()))
    }

    /// Every secret text, for masking what a server echoes.
    pub fn secrets(&self) -> impl Iterator<Item = &Secret> {
        let own = self.by_name.values().filter(|value| value.secret).map(|value| &value.text);
        own.chain(&self.derived_secrets)
    }
}

/// The most similar known name, if one is similar enough.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    /// Below this, they are different words rather than a typing error.
    const ALIKE: f64 = 0.8;
    known
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(alike, _)| *alike >= ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate.to_owned())
}
