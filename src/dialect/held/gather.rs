//! The service of a stored sign-in: the preset with the same token endpoint, else the standard calls at the endpoints
//! that the document names.

use serde_json::Value as Json;

use crate::call::Authentication;
use crate::dialect::Note;
use crate::dialect::held::left_open::{is_open, plain_slots};
use crate::dialect::held::part::{Part, grant, method, pkce, scopes_of};
use crate::dialect::standard::{Gathering, Outline, filled, is_dummy, is_stand_in, plain_text, split_url, text_at};
use crate::oauth::{GrantType, Pkce, RedirectUri, plain_line};
use crate::secret::Secret;

/// The longest value, in bytes: tokens with the groups of a person have kilobytes.
const LONGEST_VALUE: usize = 64 * 1024;

/// The contents of a document, collected while it is read.
#[derive(Debug, Default)]
pub(in crate::dialect::held) struct Held {
    pub(in crate::dialect::held) format: &'static str,
    /// The tool that still has the refresh token.
    pub(in crate::dialect::held) holder: &'static str,
    /// The name in the document; the host of its token endpoint if empty.
    pub(in crate::dialect::held) title: String,
    /// The preset, if the format is for a single service.
    pub(in crate::dialect::held) preset: Option<&'static str>,
    pub(in crate::dialect::held) basic: bool,
    /// Whether its values may have slots, as the entries of a catalog or a template do: it is described as it stands, by no
    /// preset.
    pub(in crate::dialect::held) has_slots: bool,
    /// The service's name, if this program wrote the document.
    pub(in crate::dialect::held) service_name: String,
    pub(in crate::dialect::held) outline: Outline,
    pub(in crate::dialect::held) issuer: String,
    pub(in crate::dialect::held) grant: Option<GrantType>,
    /// At the token endpoint, if the document names it.
    pub(in crate::dialect::held) method: Option<Authentication>,
    pub(in crate::dialect::held) gathering: Gathering,
}

impl Held {
    /// Starts empty; `holder` is the tool that still has the refresh token.
    pub(in crate::dialect::held) fn new(format: &'static str, holder: &'static str) -> Self {
        Self { format, holder, ..Self::default() }
    }

    /// Adds a value, unless it is empty.
    pub(in crate::dialect::held) fn take(&mut self, place: &str, part: Part, value: &str) {
        let value = if part.is_secret() { value } else { value.trim() };
        if value.is_empty() {
            return;
        }
        if value.len() > LONGEST_VALUE {
            self.ignore(place, "too long for a request");
            return;
        }
        let has_open_host = part == Part::Issuer && plain_slots(value).contains("{{");
        let is_left_open = self.has_slots && (is_open(value) || has_open_host) && !matches!(part, Part::Unused(_));
        // A client ID is of printable ASCII (RFC 6749 appendix A.1); anything else is what a person is told to enter.
        let is_told = if part == Part::ClientId { !value.is_ascii() } else { !value.contains(|c: char| c.is_ascii()) };
        let stands_in = |name: &str| is_told || is_dummy(value) || is_stand_in(name, value);
        if is_left_open || part.own_name().is_some_and(stands_in) {
            self.gathering.names_secret |= part == Part::ClientSecret;
            self.ignore(place, "the document leaves it open");
            return;
        }
        let secrets = &mut self.gathering.described.secrets;
        match part {
            Part::AccessToken => self.ignore(place, "access tokens are not imported: a refresh gets a new one"),
            Part::IdToken => self.ignore(place, "ID tokens are not imported: no call needs one"),
            Part::Unused(words) => self.ignore(place, words),
            Part::ClientId => self.gathering.described.client_id = self.told(place, "client id", value),
            Part::UserName => self.gathering.described.user_name = self.told(place, "user id", value),
            Part::ClientSecret => {
                secrets.client_secret = Secret::new(value);
                self.understand(place, "client secret");
            }
            Part::RefreshToken => {
                secrets.refresh_token = Secret::new(value);
                self.understand(place, "a refresh token");
            }
            Part::Password => {
                secrets.password = Secret::new(value);
                self.understand(place, "password");
            }
            Part::Scope => self.take_scopes(place, scopes_of(&Json::from(value))),
            Part::RedirectUri => match RedirectUri::parse(value) {
                Ok(_) => self.gathering.described.redirect_uri = self.told(place, "redirect URI", value),
                Err(error) => self.ignore(place, format!("it cannot be used: {error}")),
            },
            Part::Title => value.clone_into(&mut self.title),
            Part::Named => {
                value.clone_into(&mut self.gathering.described.named_service);
                self.ignore(place, "names the service");
            }
            Part::Grant | Part::Method | Part::Pkce | Part::NoPkce | Part::Separator => {
                self.take_rule(place, part, &Json::from(value));
            }
            Part::AuthorizationParameters | Part::TokenParameters | Part::RefreshParameters => {
                self.ignore(place, "expected parameters by name");
            }
            _ => self.take_url(place, part, value),
        }
    }

    /// Notes a value that the document names and leaves empty.
    pub(in crate::dialect::held) fn leave_empty(&mut self, place: &str, part: Part) {
        self.gathering.names_secret |= part == Part::ClientSecret;
        self.ignore(place, "empty in the document");
    }

    /// Adds how the requests are made.
    fn take_rule(&mut self, place: &str, part: Part, json: &Json) {
        const SEPARATORS: [&str; 4] = [" ", ",", ";", "+"];
        let value = json.as_str().unwrap_or_default();
        let understood = match part {
            Part::Grant => grant(value).map(|grant| self.grant = Some(grant)).map(|()| "grant"),
            Part::Method => method(value).map(|method| self.method = Some(method)).map(|()| "client authentication"),
            Part::Separator => SEPARATORS
                .into_iter()
                .find(|separator| *separator == value)
                .map(|separator| self.gathering.separator = Some(separator))
                .map(|()| "what stands between scopes"),
            _ => {
                let is_off = |found: &Pkce| *found != Pkce::Off;
                let found = pkce(json);
                let found = if part == Part::NoPkce { found.filter(is_off).map(|_| Pkce::Off) } else { found };
                found.map(|pkce| self.outline.pkce = Some(pkce)).map(|()| "code challenge (PKCE)")
            }
        };
        match understood {
            Some(words) => self.understand(place, words),
            None => self.ignore(place, "a value that is not known here"),
        }
    }

    /// Adds a value of a document, whatever its type.
    pub(in crate::dialect::held) fn take_any(&mut self, place: &str, part: Part, json: &Json) {
        match (part, json) {
            (Part::Unused(words), _) => self.ignore(place, words),
            (Part::Scope, _) => self.take_scopes(place, scopes_of(json)),
            (Part::Separator | Part::Pkce | Part::NoPkce, _) => self.take_rule(place, part, json),
            (_, Json::Object(members)) => {
                for (name, value) in members {
                    self.take_parameter(&format!("{place}.{name}"), part, name, &plain_text(value));
                }
            }
            // Of several redirect URIs the first that can be used.
            (Part::RedirectUri, Json::Array(uris)) => {
                let usable = uris.iter().map(plain_text).find(|uri| RedirectUri::parse(uri).is_ok());
                match usable {
                    Some(uri) => self.take(place, part, &uri),
                    None => self.ignore(place, "none of them can be used"),
                }
            }
            (_, Json::String(text)) => self.take(place, part, text),
            _ => self.take(place, part, &plain_text(json)),
        }
    }

    /// Adds a further parameter of a request; those of the standard have their values from each sign-in.
    fn take_parameter(&mut self, place: &str, part: Part, name: &str, value: &str) {
        const OWN: [&str; 9] = [
            "grant_type",
            "response_type",
            "client_id",
            "client_secret",
            "redirect_uri",
            "code",
            "refresh_token",
            "state",
            "code_verifier",
        ];
        if value.is_empty() || OWN.contains(&name) {
            return;
        }
        if name == "scope" {
            return self.take_scopes(place, scopes_of(&Json::from(value)));
        }
        let parameter = self.gathering.parameter(place, name, &plain_slots(value));
        let outline = &mut self.outline;
        match part {
            Part::AuthorizationParameters => outline.authorization_query.push(parameter),
            Part::TokenParameters => outline.token.body.push(parameter),
            Part::RefreshParameters => outline.refresh.body.push(parameter),
            _ => return self.ignore(place, "a value that is not known here"),
        }
        self.understand(place, "a parameter of the request");
    }

    /// Adds the members of an object that are in these rows.
    pub(in crate::dialect::held) fn take_json(&mut self, json: &Json, parts: &[(&str, Part)]) {
        for (name, part) in parts {
            match (part, json.get(name)) {
                (Part::Scope, Some(scopes)) => self.take_scopes(name, scopes_of(scopes)),
                _ => self.take(name, *part, &text_at(json, name)),
            }
        }
    }

    /// Adds the scopes, each once.
    pub(in crate::dialect::held) fn take_scopes(&mut self, place: &str, scopes: Vec<String>) {
        if !scopes.is_empty() {
            self.understand(place, "scopes");
        }
        for scope in scopes {
            if !self.gathering.described.scopes.contains(&scope) {
                self.gathering.described.scopes.push(scope);
            }
        }
    }

    pub(in crate::dialect::held) fn understand(&mut self, place: impl Into<String>, words: impl Into<String>) {
        self.gathering.described.understood.push(Note::new(place, words));
    }

    pub(in crate::dialect::held) fn ignore(&mut self, place: impl Into<String>, words: impl Into<String>) {
        self.gathering.described.ignored.push(Note::new(place, words));
    }

    /// Names the members of an object that no row has taken, unless they are known to belong to the tool or to the access token.
    pub(in crate::dialect::held) fn ignore_others(&mut self, json: &Json, known: &[&str]) {
        let described = &self.gathering.described;
        let is_told = |name: &str| described.understood.iter().chain(&described.ignored).any(|note| note.place == name);
        let members = json.as_object().into_iter().flatten().filter(|(_, value)| !plain_text(value).is_empty());
        let others: Vec<String> = members
            .map(|(name, _)| name.clone())
            .filter(|name| !known.contains(&name.as_str()) && !is_told(name))
            .collect();
        for name in others {
            self.ignore(plain_line(&name), "no call uses it");
        }
    }

    /// Whether the document names a client.
    pub(in crate::dialect::held) fn has_client(&self) -> bool {
        !self.gathering.described.client_id.is_empty()
    }

    /// Whether it names a token endpoint.
    pub(in crate::dialect::held) fn has_token_url(&self) -> bool {
        !self.outline.token_url.is_empty()
    }

    /// Whether it holds a refresh token.
    pub(in crate::dialect::held) fn has_refresh_token(&self) -> bool {
        !self.gathering.described.secrets.refresh_token.is_empty()
    }

    fn told(&mut self, place: &str, words: &str, value: &str) -> String {
        self.understand(place, words);
        value.to_owned()
    }

    fn take_url(&mut self, place: &str, part: Part, value: &str) {
        let value = if self.has_slots { plain_slots(value) } else { value.to_owned() };
        // Brackets in the URL would be read as one of our placeholders.
        let filled = if self.has_slots { filled(&value) } else { value.clone() };
        // A slot may stand for all before the path.
        let whole = if value.starts_with("{{") { format!("https://{filled}") } else { filled };
        let is_url = !whole.contains(['<', '>', '{', '}'])
            && url::Url::parse(&whole).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host());
        if !is_url {
            self.ignore(place, "not a URL that a request can be sent to");
            return;
        }
        self.gathering.fragment(place, &value);
        let split = split_url(&value);
        let is_authorization = part == Part::AuthorizationUrl;
        let url = if is_authorization { split.url } else { value };
        let url = if self.has_slots { self.gathering.address(place, &url) } else { url };
        if is_authorization {
            let query = split.query.iter().map(|(name, value)| self.gathering.parameter(place, name, value));
            self.outline.authorization_query.extend(query.collect::<Vec<_>>());
        }
        let outline = &mut self.outline;
        let (field, words) = match part {
            Part::TokenUrl => (&mut outline.token_url, "token endpoint"),
            Part::RefreshUrl => (&mut outline.refresh_url, "where tokens are refreshed"),
            Part::AuthorizationUrl => (&mut outline.authorization_url, "authorization endpoint"),
            Part::RevocationUrl => (&mut outline.revocation_url, "revocation endpoint"),
            Part::IntrospectionUrl => (&mut outline.introspection_url, "introspection endpoint"),
            Part::DeviceUrl => (&mut outline.device_url, "device authorization endpoint"),
            Part::IdentityUrl => (&mut outline.identity_url, "userinfo endpoint"),
            _ => (&mut self.issuer, "issuer"),
        };
        // Where the metadata is (OpenID Connect Discovery 1.0 section 4, RFC 8414 section 3).
        let metadata = url.find("/.well-known/").filter(|_| part == Part::Issuer);
        *field = metadata.map_or(url.as_str(), |at| &url[..at]).to_owned();
        self.understand(place, words);
    }
}
