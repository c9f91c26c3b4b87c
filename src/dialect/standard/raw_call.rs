//! A call as another tool writes it, read into a template: Basic authentication, media type and body are separated, and
//! the person's values are taken out.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use percent_encoding::percent_decode_str;
use serde_json::Value as Json;

use crate::call::{Authentication, BodyTemplate, CallTemplate, Method, Parameter, Template};
use crate::dialect::document::{LONGEST_TEXT, MOST_PARAMETERS};
use crate::dialect::standard::gathering::Gathering;
use crate::dialect::standard::json::plain_text;
use crate::dialect::standard::slots::{canonical, whole_slot};
use crate::secret::Secret;

const FORMAT: &str = "application/x-www-form-urlencoded";

/// A call as written.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct RawCall {
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: RawBody,
    /// User and password of Basic authentication, where they are not in a header.
    pub(crate) basic: Option<(String, String)>,
}

/// A body as written.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum RawBody {
    #[default]
    None,
    Fields(Vec<(String, String)>),
    /// JSON, to be sent as the content type says.
    Json(Json),
    /// Text, to be sent as the content type says.
    Text(String),
}

/// A parsed URL.
#[derive(Debug, Default)]
pub(crate) struct SplitUrl {
    /// All before the query, without user and password.
    pub(crate) url: String,
    /// The query, decoded.
    pub(crate) query: Vec<(String, String)>,
    pub(crate) user: Option<(String, String)>,
}

impl RawCall {
    /// The call as a template. `place` is its place in the document.
    pub(crate) fn call_template(self, place: &str, gathering: &mut Gathering) -> CallTemplate {
        let split = split_url(&self.url);
        let content_type = self.header("content-type").to_ascii_lowercase();
        let authorization = self.header("authorization").to_owned();
        gathering.fragment(format!("{place} › URL"), &self.url);
        let whole = with_host(&split.url);
        if whole.starts_with("https://") && whole.len() > split.url.len() {
            gathering.understood(format!("{place} › URL"), "it names no scheme: https is used");
        }
        let url = gathering.address(&format!("{place} › URL"), &whole);
        let query = split.query.into_iter().chain(self.query);
        let query = parameters(&format!("{place} › query"), query, gathering);
        let mut headers = Vec::new();
        let basic = basic_pair(&authorization).or(self.basic).or(split.user);
        for (name, value) in &self.headers {
            let header_place = format!("{place} › header {name}");
            if name.eq_ignore_ascii_case("content-type") {
                gathering.understood(header_place, "the media type of the body");
            } else if name.eq_ignore_ascii_case("authorization") {
                headers.extend(authorization_header(&header_place, value, basic.is_some(), gathering));
            } else {
                headers.push(gathering.parameter(&header_place, name, value));
            }
        }
        let authentication = basic.map_or(Authentication::None, |pair| {
            basic_authentication(&format!("{place} › Basic authentication"), &pair, gathering)
        });
        let body = body(&format!("{place} › body"), self.body, &content_type, gathering);
        let url = Template::new(url);
        CallTemplate { method: self.method, url, authentication, headers, query, body, ..CallTemplate::default() }
    }

    /// Takes the parameters of the URL from a list of their own, which the tool also writes into the URL.
    pub(crate) fn set_query(&mut self, query: Vec<(String, String)>) {
        self.query = query;
        if !self.query.is_empty()
            && let Some((before, _)) = self.url.split_once('?')
        {
            self.url = before.to_owned();
        }
    }

    /// Fills in the variables of the path: `/:tenant/token`.
    pub(crate) fn fill_path(&mut self, values: impl IntoIterator<Item = (String, String)>) {
        for (name, value) in values.into_iter().filter(|(_, value)| !value.is_empty()) {
            self.url = self.url.replace(&format!("/:{name}"), &format!("/{value}"));
        }
    }

    /// The parameters of query and body by name; those of JSON are the members of its object.
    pub(crate) fn fields(&self) -> Vec<(String, String)> {
        let members = |json: &Json| -> Vec<(String, String)> {
            let members = json.as_object().into_iter().flatten();
            members.map(|(name, value)| (name.clone(), plain_text(value))).collect()
        };
        let body = match &self.body {
            RawBody::None => Vec::new(),
            RawBody::Fields(fields) => fields.clone(),
            RawBody::Json(json) => members(json),
            RawBody::Text(text) => match serde_json::from_str::<Json>(text) {
                Ok(json) => members(&json),
                Err(_) => form_fields(text),
            },
        };
        split_url(&self.url).query.into_iter().chain(self.query.clone()).chain(body).collect()
    }

    /// The user of Basic authentication.
    pub(crate) fn basic_user(&self) -> Option<String> {
        let pair = basic_pair(self.header("authorization")).or_else(|| self.basic.clone());
        pair.or_else(|| split_url(&self.url).user).map(|(user, _)| user)
    }

    fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value.trim())
    }
}

/// The call with its own grant type in place of the placeholder for the token request's.
pub(crate) fn with_grant_type(mut call: CallTemplate, grant_type: &str) -> CallTemplate {
    let filled = |template: &Template| Template::new(template.source().replace("<grant_type>", grant_type));
    let fill =
        |list: &mut Vec<Parameter>| list.iter_mut().for_each(|parameter| parameter.value = filled(&parameter.value));
    fill(&mut call.query);
    match &mut call.body {
        BodyTemplate::None => {}
        BodyTemplate::Form(list) => fill(list),
        BodyTemplate::Json(text) | BodyTemplate::Text { text, .. } => *text = filled(text),
    }
    call
}

/// The method of a name in any spelling.
pub(crate) fn method_named(name: &str) -> Option<Method> {
    Method::ALL.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(name))
}

/// The same; GET where a document names none.
pub(crate) fn method_or_get(name: &str) -> Method {
    method_named(name).unwrap_or(Method::Get)
}

/// A path without a host gets a place for it, and a host without a scheme the usual one.
fn with_host(url: &str) -> String {
    if url.starts_with('/') {
        return format!("{{{{host}}}}{url}");
    }
    let host = url.split('/').next().unwrap_or_default();
    let is_host = !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-:".contains(c));
    let is_here = host.starts_with("localhost") || host.starts_with("127.");
    match url.contains("://") {
        false if is_host && is_here => format!("http://{url}"),
        false if is_host && host.contains('.') => format!("https://{url}"),
        _ => url.to_owned(),
    }
}

/// The host of a URL, to name a service without a name.
pub(crate) fn host(url: &str) -> String {
    let url = url.split('?').next().unwrap_or_default();
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default().to_owned()
}

/// Splits a URL: its query can contain the person's values.
pub(crate) fn split_url(text: &str) -> SplitUrl {
    let text = text.trim();
    let text = text.split_once('#').map_or(text, |(before, _)| before);
    let (base, query) = text.split_once('?').unwrap_or((text, ""));
    // A command line may leave the scheme out.
    let (scheme, rest) = base.find("://").map_or(("", base), |at| base.split_at(at + "://".len()));
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let (base, user) = match authority.rsplit_once('@') {
        Some((user, host)) => (format!("{scheme}{host}{path}"), Some(user)),
        None => (base.to_owned(), None),
    };
    let user = user.map(|user| {
        let (name, password) = user.split_once(':').unwrap_or((user, ""));
        (decoded(name), decoded(password))
    });
    SplitUrl { url: base, query: form_fields(query), user }
}

/// The fields of a URL-encoded text. Invalid escapes are kept (`%^*`), and what a page explains of a field is left out.
pub(crate) fn form_fields(text: &str) -> Vec<(String, String)> {
    let bare = |pair: &str| pair.find(" //").unwrap_or(pair.len());
    let pairs = text.trim().trim_start_matches('?').split(['&', '\n']).map(|pair| pair[..bare(pair)].trim());
    pairs
        .filter(|pair| !pair.is_empty())
        // Some pages write the fields like headers.
        .map(|pair| pair.split_once('=').or_else(|| pair.split_once(": ")).unwrap_or((pair, "")))
        .map(|(name, value)| (decoded(name.trim()), decoded(value.trim())))
        .collect()
}

/// The parameters; only the first of a name is used.
pub(crate) fn parameters(
    place: &str,
    fields: impl IntoIterator<Item = (String, String)>,
    gathering: &mut Gathering,
) -> Vec<Parameter> {
    let mut list: Vec<Parameter> = Vec::new();
    for (name, value) in fields {
        if list.len() == MOST_PARAMETERS {
            gathering.ignored(place, format!("all after the first {MOST_PARAMETERS} parameters"));
            break;
        }
        if name.is_empty() {
            gathering.ignored(place, "a value without a name");
            continue;
        }
        let place = format!("{place} › {name}");
        if list.iter().any(|known| known.name == name) {
            gathering.ignored(place, "duplicate; the first is used");
        } else {
            list.push(gathering.parameter(&place, &name, &value));
        }
    }
    list
}

fn body(place: &str, body: RawBody, content_type: &str, gathering: &mut Gathering) -> BodyTemplate {
    let is_json = content_type.contains("json");
    match body {
        RawBody::None => BodyTemplate::None,
        RawBody::Fields(fields) => BodyTemplate::Form(parameters(place, fields, gathering)),
        RawBody::Json(Json::Object(fields)) if !is_json && fields.values().all(is_scalar) => {
            let fields = fields.into_iter().map(|(name, value)| (name, plain_text(&value)));
            BodyTemplate::Form(parameters(place, fields, gathering))
        }
        RawBody::Json(mut json) => {
            gathering.json_body(place, &mut json);
            let text = format!("{json:#}");
            if text.len() > LONGEST_TEXT {
                gathering.ignored(place, "too long for a request");
                return BodyTemplate::None;
            }
            BodyTemplate::Json(Template::new(text))
        }
        RawBody::Text(text) => text_body(place, &text, content_type, gathering),
    }
}

fn text_body(place: &str, text: &str, content_type: &str, gathering: &mut Gathering) -> BodyTemplate {
    let json = serde_json::from_str::<Json>(text).ok().filter(|json| json.is_object() || json.is_array());
    match json {
        Some(json) if content_type.is_empty() || content_type.contains("json") => {
            body(place, RawBody::Json(json), "application/json", gathering)
        }
        _ if text.trim().is_empty() => BodyTemplate::None,
        _ if content_type.is_empty() || content_type.starts_with(FORMAT) => {
            BodyTemplate::Form(parameters(place, form_fields(text), gathering))
        }
        _ => BodyTemplate::Text { content_type: content_type.to_owned(), text: gathering.tagged_text(place, text) },
    }
}

/// The header, unless it is Basic authentication.
fn authorization_header(place: &str, value: &str, is_basic: bool, gathering: &mut Gathering) -> Option<Parameter> {
    let value = value.trim();
    match value.split_once(' ') {
        _ if is_basic => None,
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("bearer") => {
            match whole_slot(rest) {
                Some(_) => gathering.understood(place, "`Bearer <token>`"),
                None => gathering.ignored(place, "each sign-in has its own `<token>`"),
            }
            Some(Parameter::new("Authorization", "Bearer <token>"))
        }
        _ => Some(Parameter::new("Authorization", gathering.parameter_text(place, "authorization", value))),
    }
}

/// User and password of a Basic header: encoded, or described as `base64-encoded(client_id:client_secret)`.
fn basic_pair(authorization: &str) -> Option<(String, String)> {
    let (scheme, rest) = authorization.split_once(|c: char| c.is_whitespace() || c == '{' || c == '<')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let rest = rest.trim();
    if let Ok(bytes) = BASE64_STANDARD_NO_PAD.decode(rest.trim_end_matches('='))
        && let Ok(pair) = String::from_utf8(bytes)
    {
        let pair = Secret::new(pair);
        return pair.expose().split_once(':').map(|(user, password)| (user.to_owned(), password.to_owned()));
    }
    // Anything else is a description of the value.
    let words = |text: &str| -> Vec<&'static str> {
        text.split(|c: char| !c.is_ascii_alphanumeric() && !"_-".contains(c)).filter_map(canonical).collect()
    };
    let slots = |user: &str, password: &str| (format!("{{{user}}}"), format!("{{{password}}}"));
    let (before, after) = rest.split_once([':', '+']).unwrap_or((rest, ""));
    let user = words(before).last().copied().filter(|user| matches!(*user, "client_id" | "user_name"));
    let password = words(after).first().copied().filter(|word| matches!(*word, "client_secret" | "password"));
    Some(slots(user.unwrap_or("client_id"), password.unwrap_or("client_secret")))
}

/// Sent without RFC 6749's encoding, as the tool did.
fn basic_authentication(place: &str, (user, password): &(String, String), gathering: &mut Gathering) -> Authentication {
    let slot = |text: &str| whole_slot(text).and_then(canonical);
    match (slot(user), slot(password)) {
        (Some("user_name"), _) => {
            gathering.value(place, "client_secret", password);
            return Authentication::BasicUser;
        }
        // A user without a password may be a key, and is kept as one; a client's id is no worse for it.
        _ if password.is_empty() => {
            gathering.value(place, "client_secret", user);
            return Authentication::BasicSecret;
        }
        _ => {}
    }
    gathering.value(place, "client_id", user);
    gathering.value(place, "client_secret", password);
    Authentication::BasicRaw
}

fn is_scalar(json: &Json) -> bool {
    !json.is_object() && !json.is_array()
}

fn decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(authorization: &str, expected: Option<(&str, &str)>) {
        let expected = expected.map(|(user, password)| (user.to_owned(), password.to_owned()));
        assert_eq!(basic_pair(authorization), expected, "{authorization}");
    }

    #[test]
    fn a_basic_header_is_read_encoded_and_described() {
        check("Basic aWQ6c2VjcmV0", Some(("id", "secret")));
        check("Basic base64-encoded(client_id:client_secret)", Some(("{client_id}", "{client_secret}")));
        check("Basic {{base64(clientId:clientSecret)}}", Some(("{client_id}", "{client_secret}")));
        check("Basic <credentials>", Some(("{client_id}", "{client_secret}")));
        check("Basic base64(user_name:client_secret)", Some(("{user_name}", "{client_secret}")));
        check("Bearer aWQ6c2VjcmV0", None);
    }

    #[test]
    fn a_url_is_taken_apart() {
        let split = split_url("https://id:s%40@as.test/token?grant_type=refresh_token&a=b%26c#x");
        assert_eq!(split.url, "https://as.test/token");
        assert_eq!(split.user, Some(("id".to_owned(), "s@".to_owned())));
        let query = [("grant_type", "refresh_token"), ("a", "b&c")];
        assert_eq!(split.query, query.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let bare = split_url("id:secret@localhost:8080/oauth/token");
        assert_eq!(bare.url, "localhost:8080/oauth/token");
        assert_eq!(bare.user, Some(("id".to_owned(), "secret".to_owned())));
        assert_eq!(split_url("/oauth2/@me/token").url, "/oauth2/@me/token");
    }

    #[test]
    fn a_text_that_is_not_encoded_rightly_stays() {
        assert_eq!(form_fields("a=x%^*y&b=%41"), [("a".into(), "x%^*y".into()), ("b".into(), "A".into())]);
    }
}
