//! The settings as text: JSON, with the commas that the examples have before a closing bracket, or `Label: value` lines.

use serde_json::Value as Json;

use crate::dialect::Note;
use crate::dialect::evolutionx::SettingsError;
use crate::dialect::standard::labelled;

/// The values of the setting `OAuth Grant Type`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GrantSetting {
    /// Client ID and secret.
    #[default]
    ClientCredentials,
    /// User name and password in place of client ID and secret.
    UserPassword,
    /// An existing refresh token.
    RefreshToken,
    /// Client credentials with a signed assertion in place of the secret (RFC 7523 section 2.2).
    JwtBearer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Endpoint,
    TokenLife,
    GrantType,
    ClientId,
    ClientSecret,
    ResourceName,
    Resource,
    Scope,
    RefreshToken,
    TokenResponse,
    RefreshTokenResponse,
}

/// Settings by key, trimmed and not empty.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    values: Vec<(Key, crate::secret::Secret)>,
    unknown: Vec<String>,
    /// Whether it was the body of a request.
    is_body: bool,
    /// Whether a label was spelled as on the tool's page.
    is_spelled: bool,
}

impl GrantSetting {
    pub fn name(self) -> &'static str {
        match self {
            Self::ClientCredentials => "client_credentials",
            Self::UserPassword => "user_password",
            Self::RefreshToken => "refresh_token",
            Self::JwtBearer => "jwt-bearer",
        }
    }
}

impl Key {
    pub(crate) const ALL: [Self; 11] = [
        Self::Endpoint,
        Self::TokenLife,
        Self::GrantType,
        Self::ClientId,
        Self::ClientSecret,
        Self::ResourceName,
        Self::Resource,
        Self::Scope,
        Self::RefreshToken,
        Self::TokenResponse,
        Self::RefreshTokenResponse,
    ];

    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Endpoint => "OAuth Endpoint",
            Self::TokenLife => "OAuth Token life",
            Self::GrantType => "OAuth Grant Type",
            Self::ClientId => "OAuth Client ID",
            Self::ClientSecret => "OAuth Client Secret",
            Self::ResourceName => "OAuth Resource Body Key",
            Self::Resource => "OAuth resource",
            Self::Scope => "OAuth scope",
            Self::RefreshToken => "Refresh token",
            Self::TokenResponse => "JSONata Token Response",
            Self::RefreshTokenResponse => "JSONata Refresh Token Response",
        }
    }

    /// The setting with this label in any spelling: `OAuth Client ID`, `client_id`, `clientId`.
    fn parse(label: &str) -> Option<Self> {
        let plain = plain(label);
        Self::ALL.into_iter().find(|key| self::plain(key.label()) == plain)
    }

    fn is_secret(self) -> bool {
        matches!(self, Self::ClientSecret | Self::RefreshToken)
    }
}

/// Letters and digits in lower case, without a leading `OAuth`.
fn plain(label: &str) -> String {
    let letters: String = label.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    letters.strip_prefix("oauth").map(str::to_owned).unwrap_or(letters)
}

impl Settings {
    pub(crate) fn parse(text: &str) -> Result<Self, SettingsError> {
        let text = text.trim();
        let settings = if text.starts_with('{') { Self::of_json(text)? } else { Self::of_lines(text)? };
        if settings.values.is_empty() { Err(SettingsError::NoSettings) } else { Ok(settings) }
    }

    fn of_json(text: &str) -> Result<Self, SettingsError> {
        let not_json = |error: serde_json::Error| SettingsError::NotJson { line: error.line(), column: error.column() };
        let pairs: Pairs = serde_json::from_str(&without_last_commas(text)).map_err(not_json)?;
        if is_body(&pairs.0) {
            return Self::of_body(pairs.0);
        }
        let mut settings = Self::default();
        for (label, value) in pairs.0 {
            settings.is_spelled |= is_spelled(&label);
            match Key::parse(&label) {
                Some(key) => settings.set(key, &scalar(key, &value)?)?,
                None => settings.unknown.push(label),
            }
        }
        Ok(settings)
    }

    /// The body of a call, as in the examples: a parameter that is not OAuth's is the resource.
    fn of_body(pairs: Vec<(String, Json)>) -> Result<Self, SettingsError> {
        let text_of = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value);
        let mut settings = Self { is_body: true, ..Self::default() };
        let grant = match (text_of("client_assertion_type"), text_of("grant_type")) {
            (Some(_), _) => GrantSetting::JwtBearer.name().to_owned(),
            (None, Some(named)) => scalar(Key::GrantType, named)?,
            (None, None) => GrantSetting::UserPassword.name().to_owned(),
        };
        settings.set(Key::GrantType, &grant)?;
        for (name, value) in pairs {
            let key = match name.as_str() {
                "grant_type" | "client_assertion" | "client_assertion_type" => continue,
                "client_id" | "username" => Key::ClientId,
                "client_secret" | "password" => Key::ClientSecret,
                "scope" => Key::Scope,
                "refresh_token" => Key::RefreshToken,
                other if settings.has(Key::Resource) => {
                    settings.unknown.push(other.to_owned());
                    continue;
                }
                other => {
                    settings.set(Key::ResourceName, other)?;
                    Key::Resource
                }
            };
            settings.set(key, &scalar(key, &value)?)?;
        }
        Ok(settings)
    }

    /// An expression may have several lines.
    fn of_lines(text: &str) -> Result<Self, SettingsError> {
        let mut settings = Self::default();
        let mut has_page_label = false;
        let found = labelled(text, |line| {
            let (label, value) = line.trim_start_matches([' ', '\t', '•', '*', '-']).split_once(':')?;
            let key = Key::parse(label)?;
            has_page_label |= label.trim().contains(' ') && is_spelled(label);
            Some((key, value.trim()))
        });
        for (key, value) in found {
            settings.set(key, &value)?;
        }
        settings.is_spelled = has_page_label;
        Ok(settings)
    }

    fn set(&mut self, key: Key, value: &str) -> Result<(), SettingsError> {
        if self.has(key) {
            return Err(SettingsError::Twice { name: key.label() });
        }
        if !value.trim().is_empty() {
            self.values.push((key, crate::secret::Secret::new(value.trim())));
        }
        Ok(())
    }

    pub(crate) fn has(&self, key: Key) -> bool {
        self.values.iter().any(|(known, _)| *known == key)
    }

    /// The value; secrets have [`Settings::secret`].
    pub(crate) fn text(&self, key: Key) -> Option<&str> {
        self.values.iter().find(|(known, _)| *known == key).map(|(_, value)| value.expose())
    }

    pub(crate) fn secret(&self, key: Key) -> crate::secret::Secret {
        let found = self.values.iter().find(|(known, _)| *known == key);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    }

    pub(crate) fn grant(&self) -> Result<GrantSetting, SettingsError> {
        let Some(named) = self.text(Key::GrantType) else { return Ok(GrantSetting::default()) };
        match plain(named).as_str() {
            "clientcredentials" => Ok(GrantSetting::ClientCredentials),
            // `password` is what the RFC calls it.
            "userpassword" | "password" => Ok(GrantSetting::UserPassword),
            "refreshtoken" => Ok(GrantSetting::RefreshToken),
            jwt if jwt.ends_with("jwtbearer") => Ok(GrantSetting::JwtBearer),
            _ => Err(SettingsError::Grant),
        }
    }

    /// The name of the resource in the body.
    pub(crate) fn body_key(&self) -> Result<&str, SettingsError> {
        let key = self.text(Key::ResourceName).unwrap_or("resource");
        let fits = key.chars().all(|c| c.is_ascii_alphanumeric() || "_-.:".contains(c));
        if fits { Ok(key) } else { Err(SettingsError::BodyKey) }
    }

    /// Whether it can be nothing else: labels of the page, or the body of an example.
    pub(crate) fn is_telling(&self) -> bool {
        const OURS: [Key; 3] = [Key::ResourceName, Key::TokenResponse, Key::RefreshTokenResponse];
        if self.is_body {
            return self.unknown.is_empty();
        }
        let has_call = self.has(Key::Endpoint) && (self.has(Key::GrantType) || self.has(Key::TokenLife));
        self.is_spelled && (has_call || OURS.iter().any(|key| self.has(*key)))
    }

    pub(crate) fn understood(&self) -> Vec<Note> {
        let words = |key: Key, value: &str| match key {
            key if key.is_secret() => "saved in the vault".to_owned(),
            Key::TokenLife => format!("tokens expire after {value} s at the latest"),
            _ => format!("`{}`", value.replace('\n', " ")),
        };
        self.values.iter().map(|(key, value)| Note::new(key.label(), words(*key, value.expose()))).collect()
    }

    pub(crate) fn unknown(&self) -> Vec<Note> {
        let words = if self.is_body { "a body has one resource" } else { "not an Evolutionx setting" };
        self.unknown.iter().map(|label| Note::new(label, words)).collect()
    }
}

/// Whether a label is this tool's own. Many formats have an `endpoint` and a `grant_type`; only this one says `OAuth`.
fn is_spelled(label: &str) -> bool {
    let own = [Key::Endpoint, Key::ResourceName, Key::TokenResponse, Key::RefreshTokenResponse];
    let letters: String = label.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let is_told = letters.starts_with("oauth") || letters.starts_with("jsonata");
    is_told && Key::parse(label).is_some_and(|key| own.contains(&key))
}

fn scalar(key: Key, value: &Json) -> Result<String, SettingsError> {
    match value {
        Json::Null => Ok(String::new()),
        Json::String(text) => Ok(text.clone()),
        Json::Number(number) => Ok(number.to_string()),
        _ => Err(SettingsError::NoText { name: key.label() }),
    }
}

/// Whether this is the body of a call and not settings: OAuth's own names, and no label of the page.
fn is_body(pairs: &[(String, Json)]) -> bool {
    let has = |name: &str| pairs.iter().any(|(known, _)| known == name);
    let is_labelled = pairs.iter().any(|(name, _)| {
        let key = Key::parse(name);
        let only_a_label =
            [Key::Endpoint, Key::TokenLife, Key::ResourceName, Key::TokenResponse, Key::RefreshTokenResponse];
        key.is_some_and(|key| only_a_label.contains(&key) || name.contains(' '))
    });
    !is_labelled && (has("grant_type") || (has("username") && has("password")))
}

/// The fields of an object in order, with duplicates.
struct Pairs(Vec<(String, Json)>);

impl<'de> serde::Deserialize<'de> for Pairs {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> serde::de::Visitor<'de> for Fields {
            type Value = Pairs;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<M: serde::de::MapAccess<'de>>(self, mut map: M) -> Result<Pairs, M::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

/// JSON without trailing commas, which the examples have.
fn without_last_commas(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    let (mut inside, mut escaped) = (false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if inside => escaped = true,
            '"' => inside = !inside,
            // A blank keeps lines and columns as they are.
            ',' if !inside && text[at + 1..].trim_start().starts_with(['}', ']']) => {
                cleaned.push(' ');
                continue;
            }
            _ => {}
        }
        cleaned.push(c);
    }
    cleaned
}
