//! What is exported: a profile's tokens, client and service.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::oauth::{TokenHeader, TokenSet};
use crate::secret::{MASK, Secret};
use crate::service::Profile;

#[derive(Clone, Debug)]
pub struct Subject {
    pub profile: String,
    /// The service's name, for people.
    pub service: String,
    /// The refresh token is in it only if it may leave.
    pub tokens: TokenSet,
    /// What the header carries in place of the access token, where that is made of it.
    pub carried: Option<Secret>,
    pub client_id: String,
    /// Empty for a public client.
    pub client_secret: Secret,
    /// Empty where the token is not refreshed.
    pub token_endpoint: String,
    /// The granted scopes, or else the requested ones.
    pub scopes: Vec<String>,
    /// The URL that the token is for, where the person named one.
    pub url: Option<String>,
    pub inputs: BTreeMap<String, String>,
    /// For formats that describe the requests.
    pub whole: Box<Profile>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// As in the RFC, or as the service retains it.
    pub name: String,
    pub value: Secret,
    pub secret: bool,
}

impl Subject {
    /// What a format of named values carries, in a fixed order: the tokens and their facts, the client, the retained values.
    pub fn fields(&self) -> Vec<Field> {
        let mut fields = vec![secret("access_token", &self.tokens.access_token)];
        let header = self.header();
        // What readers write before the token, not what the service calls it.
        fields.push(plain("token_type", header.token_type()));
        if !header.is_authorization() || header.scheme().is_none() {
            fields.push(plain("token_header", header.name()));
        }
        if let Some(carried) = &self.carried {
            fields.push(secret("header_line", &Secret::new(header.line(carried.expose()))));
        }
        if let Some(expires_at) = self.tokens.expires_at {
            fields.push(plain("expires_at", &rfc3339(expires_at)));
        }
        if let Some(refresh_token) = &self.tokens.refresh_token {
            fields.push(secret("refresh_token", refresh_token));
            fields.push(plain("client_id", &self.client_id));
            fields.push(secret("client_secret", &self.client_secret));
            fields.push(plain("token_endpoint", &self.token_endpoint));
        }
        fields.extend(self.tokens.id_token.iter().map(|token| secret("id_token", token)));
        if !self.scopes.is_empty() {
            fields.push(plain("scope", &self.scopes.join(" ")));
        }
        fields.extend(self.tokens.retained.iter().map(|(name, value)| plain(name, value)));
        fields.retain(|field| !field.value.is_empty());
        fields
    }

    pub fn header(&self) -> TokenHeader {
        self.whole.service.token_header(&self.tokens.token_type)
    }

    /// What the header carries.
    pub fn carried(&self) -> &Secret {
        self.carried.as_ref().unwrap_or(&self.tokens.access_token)
    }

    /// With every secret masked, for a preview.
    #[must_use]
    pub fn masked(&self) -> Self {
        let mask = |secret: &Secret| if secret.is_empty() { Secret::default() } else { Secret::new(MASK) };
        let tokens = TokenSet {
            access_token: Secret::new(MASK),
            refresh_token: self.tokens.refresh_token.as_ref().map(mask),
            id_token: self.tokens.id_token.as_ref().map(mask),
            ..self.tokens.clone()
        };
        let carried = self.carried.as_ref().map(mask);
        Self { tokens, carried, client_secret: mask(&self.client_secret), ..self.clone() }
    }

    /// The access token's expiry in seconds since 1970.
    pub fn expires_at_seconds(&self) -> Option<i64> {
        self.tokens.expires_at.map(Timestamp::as_second)
    }
}

/// In seconds and UTC, which every reader of RFC 3339 accepts.
pub(in crate::export) fn rfc3339(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The environment variable of a field: `realmId` is `OAUTH_REALM_ID`.
pub fn variable(name: &str) -> String {
    let mut text = String::from("OAUTH_");
    let mut before = '_';
    for c in name.chars() {
        if c.is_ascii_uppercase() && before.is_ascii_lowercase() {
            text.push('_');
        }
        text.push(if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' });
        before = c;
    }
    text
}

fn secret(name: &str, value: &Secret) -> Field {
    Field { name: name.to_owned(), value: value.clone(), secret: true }
}

fn plain(name: &str, value: &str) -> Field {
    Field { name: name.to_owned(), value: Secret::new(value), secret: false }
}

#[cfg(test)]
pub(in crate::export) mod tests {
    use super::*;
    use crate::service::{Catalog, Notes, Tags};

    /// A subject with everything in it.
    pub(in crate::export) fn subject() -> Subject {
        let time = |text: &str| text.parse::<Timestamp>().expect("a time");
        Subject {
            profile: "acme".into(),
            service: "QuickBooks Online".into(),
            tokens: TokenSet {
                expires_at: Some(time("2026-11-21T03:00:00Z")),
                refresh_token: Some(Secret::new("rt-1")),
                scopes: Some(vec!["a".into(), "b".into()]),
                retained: [("realmId".to_owned(), "9130".to_owned())].into(),
                ..TokenSet::bearer(Secret::new("at-1"), time("2026-11-21T02:00:00Z"))
            },
            carried: None,
            client_id: "id-1".into(),
            client_secret: Secret::new("cs-1"),
            token_endpoint: "https://as.test/token".into(),
            scopes: vec!["a".into(), "b".into()],
            url: None,
            inputs: BTreeMap::new(),
            whole: Box::new(whole()),
        }
    }

    fn whole() -> Profile {
        Profile {
            display_name: crate::service::DisplayName::default(),
            service: Catalog::bundled().service("quickbooks").expect("a bundled preset"),
            inputs: BTreeMap::new(),
            client_id: "id-1".into(),
            redirect_uri: "http://localhost/callback".into(),
            scopes: vec!["a".into(), "b".into()],
            extra: Vec::new(),
            user_name: String::new(),
            keep_alive: false,
            account: String::new(),
            client_secret_expires: None,
            check_every: None,
            notes: Notes::default(),
            tags: Tags::default(),
            api_check: None,
            registered: Vec::new(),
        }
    }

    #[test]
    fn a_variable_is_in_capitals() {
        assert_eq!(variable("access_token"), "OAUTH_ACCESS_TOKEN");
        assert_eq!(variable("realmId"), "OAUTH_REALM_ID");
        assert_eq!(variable("accounts-server"), "OAUTH_ACCOUNTS_SERVER");
    }

    #[test]
    fn nothing_secret_is_left_when_masked() {
        let fields = subject().masked().fields();
        let seen: Vec<&str> = fields.iter().filter(|field| field.secret).map(|field| field.value.expose()).collect();
        assert_eq!(seen, [MASK, MASK, MASK]);
    }

    #[test]
    fn without_a_refresh_token_the_client_stays_at_home() {
        let mut subject = subject();
        subject.tokens.refresh_token = None;
        let fields = subject.fields();
        let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names, ["access_token", "token_type", "expires_at", "scope", "realmId"]);
    }
}
