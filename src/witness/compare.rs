//! Compares a preset with a record, stage by stage.

use crate::call::{CallTemplate, Method, is_secret_name};
use crate::oauth::Pkce;
use crate::service::Service;
use crate::witness::address::fits;
use crate::witness::difference::{Difference, Place};
use crate::witness::record::{PkceRule, Record, Request, Texts};
use crate::witness::reply;
use crate::witness::sent::{Sent, filled, query};

const AUTHORIZATION: Place = Place { key: "authorization", name: "the authorization request" };
const TOKEN_REQUEST: Place = Place { key: "token_request", name: "the token request" };
const CHAIN: Place = Place { key: "chain", name: "the exchange after the token request" };
const REFRESH_REQUEST: Place = Place { key: "refresh_request", name: "the refresh request" };
const IDENTITY: Place = Place { key: "identity", name: "the identity request" };
const FETCH: Place = Place { key: "fetch", name: "the call that fetches a value" };
const REVOCATION: Place = Place { key: "revocation", name: "the revocation request" };
const INTROSPECTION: Place = Place { key: "introspection", name: "the introspection request" };
const DEVICE: Place = Place { key: "device_authorization", name: "the device authorization request" };
const DEVICE_TOKEN: Place = Place { key: "device_token_request", name: "the device token request" };

/// The most characters in which a URL may differ from another that is meant.
const MISSPELT: usize = 2;

/// What was compared, in words, and what is different. `is_own` if the record is of this very preset, and not of one that it
/// extends or shares a host with: those may have another identity request.
pub(super) fn compare(record: &Record, service: &Service, is_own: bool) -> (Vec<&'static str>, Vec<Difference>) {
    let mut service = service.clone();
    service.derive_refresh_request();
    let mut comparison = Comparison { service: &service, compared: Vec::new(), found: Vec::new() };
    comparison.rules(record);
    let authorization = service.authorization.as_ref().map(|authorization| &authorization.call);
    let grant_type = record.grant_type.as_deref().unwrap_or("authorization_code");
    let code = [("response_type", "code"), ("client_id", "{client_id}"), ("redirect_uri", "*"), ("state", "{state}")];
    comparison.needed(AUTHORIZATION, record.authorization.as_ref(), authorization, &code);
    let has_code = record.authorization.is_some() && grant_type == "authorization_code";
    let code = [("grant_type", grant_type), ("code", "{code}")];
    let code = if has_code { &code[..] } else { &code[..1] };
    comparison.needed(TOKEN_REQUEST, record.token_request.as_ref(), service.token_call(), code);
    for (number, request) in record.chain.iter().enumerate() {
        comparison.needed(CHAIN, Some(request), service.chain.get(number), &[]);
    }
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", "{refresh_token}")];
    comparison.needed(REFRESH_REQUEST, record.refresh_request.as_ref(), service.refresh_request.as_ref(), &refresh);
    if record.refresh_request.is_none() {
        comparison.usual_refresh(record);
    }
    comparison.resources(&record.identity, is_own);
    comparison.offered(REVOCATION, record.revocation.as_ref(), service.revocation.as_ref());
    comparison.offered(INTROSPECTION, record.introspection.as_ref(), service.introspection.as_ref());
    comparison.offered(DEVICE, record.device_authorization.as_ref(), service.device_authorization.as_ref());
    comparison.offered(DEVICE_TOKEN, record.device_token_request.as_ref(), service.device_token_request.as_ref());
    (comparison.compared, comparison.found)
}

/// Whether a call goes to one of these URLs.
pub(super) fn goes_to(service: &Service, call: &CallTemplate, documented: &Texts) -> bool {
    is_documented(&Sent::new(service, call).urls, documented)
}

struct Comparison<'a> {
    service: &'a Service,
    compared: Vec<&'static str>,
    found: Vec<Difference>,
}

impl Comparison<'_> {
    fn differs(&mut self, at: &str, words: String) {
        self.found.push(Difference { at: at.to_owned(), words });
    }

    /// What holds for the service as a whole.
    fn rules(&mut self, record: &Record) {
        let service = self.service;
        let (scopes, redirect, policy) = (&record.scopes, &record.redirect, &record.policy);
        if !scopes.separator.is_empty() && !scopes.separator.has(&service.scopes.separator) {
            let (own, documented) = (&service.scopes.separator, scopes.separator.quoted());
            self.differs(
                "scopes.separator",
                format!("scopes are joined by `{own}`; the vendor documents {documented}"),
            );
        }
        for scope in scopes.needed.iter().filter(|scope| !service.scopes.default.contains(scope)) {
            let words =
                format!("`{scope}` is none of the default scopes; the vendor gives no refresh token without it");
            self.differs("scopes.needed", words);
        }
        if let Some(suffix) = redirect.code_suffix.as_ref().filter(|suffix| **suffix != service.redirect.code_suffix) {
            let words = format!(
                "`redirect.code_suffix` is `{}`; the vendor appends `{suffix}` to the code",
                service.redirect.code_suffix
            );
            self.differs("redirect.code_suffix", words);
        }
        let parameter = &service.redirect.code_parameter;
        if let Some(documented) = redirect.code_parameter.as_ref().filter(|documented| *documented != parameter) {
            let words = format!("the code is read from `{parameter}`; the vendor documents `{documented}`");
            self.differs("redirect.code_parameter", words);
        }
        for name in redirect.retain.iter().filter(|name| !service.redirect.retain.contains(name)) {
            let words = format!("`{name}` of the redirect is not kept, which API calls need");
            self.differs("redirect.retain", words);
        }
        if let Some(rotates) = policy.rotates.filter(|rotates| *rotates != service.policy.rotates) {
            let documented = if rotates { "replaces it" } else { "does not" };
            let own = if rotates {
                "does not say that a refresh replaces the refresh token"
            } else {
                "says that a refresh replaces the refresh token"
            };
            self.differs("policy.rotates", format!("the preset {own}; by the vendor's documentation it {documented}"));
        }
        let header = service.policy.header.replace('<', "{").replace('>', "}");
        if let Some(documented) = policy.header.as_ref().filter(|documented| **documented != header) {
            let own = if header.is_empty() { "Authorization: Bearer {token}" } else { &header };
            self.differs(
                "policy.header",
                format!("the access token is sent as `{own}`; the vendor documents `{documented}`"),
            );
        }
    }

    /// A stage that a preset must have.
    fn needed(
        &mut self,
        place: Place,
        documented: Option<&Request>,
        call: Option<&CallTemplate>,
        standard: &[(&str, &str)],
    ) {
        let Some(documented) = documented else { return };
        let Some(call) = call else {
            let words = format!("{} is not described; the vendor documents {}", place.name, documented.url.quoted());
            self.found.push(place.difference("missing", words));
            return;
        };
        let found = self.request(place, documented, call, standard);
        self.compared.push(place.name);
        self.found.extend(found);
    }

    /// A stage that a preset may do without.
    fn offered(&mut self, place: Place, documented: Option<&Request>, call: Option<&CallTemplate>) {
        if call.is_some() {
            self.needed(place, documented, call, &[]);
        }
    }

    /// A refresh request that the record does not name: it goes where the token request does (RFC 6749 section 6).
    fn usual_refresh(&mut self, record: &Record) {
        let (Some(documented), Some(call)) = (&record.token_request, &self.service.refresh_request) else { return };
        let (url, authentication) = (documented.url.clone(), documented.authentication.clone());
        let usual = Request { url, authentication, standard: false, ..Request::default() };
        let found = self.request(REFRESH_REQUEST, &usual, call, &[]);
        self.found.extend(found);
    }

    /// The identity request, and the calls that fetch values. Of several documented requests the one with the preset's URL counts,
    /// or else one whose URL is so much like it that the preset misspells it.
    fn resources(&mut self, documented: &[Request], is_own: bool) {
        let service = self.service;
        let same = |call: &CallTemplate| {
            let urls = Sent::new(service, call).urls;
            let is_meant =
                |request: &&Request| urls.iter().any(|own| request.url.0.iter().any(|url| is_like(own, url)));
            documented
                .iter()
                .find(|request| is_documented(&urls, &request.url))
                .or_else(|| documented.iter().find(is_meant))
        };
        if let Some(identity) = &service.identity {
            let request = same(&identity.call).or_else(|| documented.first().filter(|_| is_own));
            self.needed(IDENTITY, request, Some(&identity.call), &[]);
        }
        for fetch in &service.fetch {
            self.needed(FETCH, same(&fetch.call), Some(&fetch.call), &[]);
        }
    }

    fn request(
        &self,
        place: Place,
        documented: &Request,
        call: &CallTemplate,
        standard: &[(&str, &str)],
    ) -> Vec<Difference> {
        let sent = Sent::new(self.service, call);
        let mut found = Vec::new();
        let mut differs = |at: &str, own: &str, documented: &str| {
            found.push(place.difference(at, format!("{} {own}; the vendor documents {documented}", place.name)));
        };
        if !documented.url.is_empty() && !is_documented(&sent.urls, &documented.url) {
            let own = sent.urls[0].split('?').next().unwrap_or_default();
            differs("url", &format!("goes to `{own}`"), &documented.url.quoted());
        }
        let usual =
            if matches!(place.key, "authorization" | "identity" | "fetch") { Method::Get } else { Method::Post };
        let method = documented.method.unwrap_or(usual);
        if method != sent.method {
            differs("method", &format!("is `{}`", sent.method.as_str()), &format!("`{}`", method.as_str()));
        }
        let own = &documented.authentication;
        if !own.is_empty() && !sent.authentication.iter().any(|way| own.has(way)) {
            differs(
                "authentication",
                &format!("authenticates the client by `{}`", sent.authentication.join("-or-")),
                &own.quoted(),
            );
        }
        if !documented.encoding.is_empty() && !documented.encoding.has(sent.encoding) {
            differs("encoding", &format!("is encoded as `{}`", sent.encoding), &documented.encoding.quoted());
        }
        found.extend(self.names(place, documented, &sent, standard));
        for name in documented.refuses.iter().filter(|name| sent.parameter(name).is_some()) {
            let words = format!("{} sends `{name}`; by the vendor's documentation it must not", place.name);
            found.push(place.difference(&format!("refuses.{name}"), words));
        }
        found.extend(self.pkce(place, documented));
        found.extend(reply::differences(place, &documented.reply, call));
        found
    }

    /// Parameters and headers.
    fn names(&self, place: Place, documented: &Request, sent: &Sent, standard: &[(&str, &str)]) -> Vec<Difference> {
        let mut wanted: Vec<(String, Texts)> =
            documented.parameters.iter().map(|(name, values)| (name.clone(), values.clone())).collect();
        let is_told = |name: &str, value: &str| {
            let refused = documented.refuses.iter().any(|refused| refused == name);
            let renamed = documented.parameters.iter().any(|(own, values)| own == name || values.has(value));
            refused || renamed
        };
        let client = [("client_id", "{client_id}"), ("client_secret", "{client_secret}")];
        let is_in_body = sent.authentication == ["body"] && documented.authentication.has("body");
        let client = if is_in_body { &client[..] } else { &[] };
        let standard = if documented.standard { [standard, client].concat() } else { Vec::new() };
        for (name, value) in standard.into_iter().filter(|(name, value)| !is_told(name, value)) {
            wanted.push((name.to_owned(), Texts(vec![value.to_owned()])));
        }
        let of_url = documented.url.0.first().map(|url| query(url)).unwrap_or_default();
        wanted.extend(of_url.into_iter().map(|(name, value)| (name, Texts(vec![value]))));
        let mut found = Vec::new();
        for (name, values) in &wanted {
            let documented_as = told(name, values);
            let words = match sent.parameter(name) {
                Some(own) if self.is_value(own, values) => continue,
                Some(own) => {
                    format!("{} sends `{name}={}`; the vendor documents {documented_as}", place.name, shown(name, own))
                }
                None => match misnamed(sent, &wanted, values) {
                    Some(own) => format!("{} sends `{own}`; the vendor documents `{name}`", place.name),
                    None => format!("{} does not send {documented_as}, which the vendor documents", place.name),
                },
            };
            found.push(place.difference(&format!("parameters.{name}"), words));
        }
        for (name, values) in &documented.headers {
            let words = match sent.header(name) {
                Some(own) if self.is_value(own, values) => continue,
                Some(own) => {
                    format!(
                        "{} sends the header `{name}: {}`; the vendor documents {}",
                        place.name,
                        shown(name, own),
                        values.quoted()
                    )
                }
                None => format!("{} does not send the header `{name}`, which the vendor documents", place.name),
            };
            found.push(place.difference(&format!("headers.{name}"), words));
        }
        found
    }

    /// Whether a value is one that the vendor documents, as it is written or with the values that the inputs start with.
    fn is_value(&self, own: &str, values: &Texts) -> bool {
        values.has("*") || values.has(own) || values.has(&filled(self.service, own))
    }

    fn pkce(&self, place: Place, documented: &Request) -> Option<Difference> {
        let own = self.service.authorization.as_ref()?.pkce;
        let (is_right, rule) = match documented.pkce? {
            PkceRule::Required => (matches!(own, Pkce::S256 | Pkce::Plain), "requires PKCE"),
            PkceRule::RequiredHex => (own == Pkce::S256Hex, "requires PKCE with the challenge in hex"),
            PkceRule::Optional => (own != Pkce::S256Hex, "takes PKCE with the challenge in base64url"),
            PkceRule::Refused => (own == Pkce::Off, "does not take PKCE"),
        };
        let own = match own {
            Pkce::Off => "off",
            Pkce::S256 => "S256",
            Pkce::S256Hex => "S256-hex",
            Pkce::Plain => "plain",
        };
        let words = || format!("`pkce` is `{own}`; by the vendor's documentation the service {rule}");
        (!is_right).then(|| place.difference("pkce", words()))
    }
}

/// Whether two URLs differ in a few characters only.
fn is_like(one: &str, other: &str) -> bool {
    let path = |url: &str| url.split('?').next().unwrap_or_default().to_owned();
    strsim::levenshtein(&path(one), &path(other)) <= MISSPELT
}

fn is_documented(urls: &[String; 2], documented: &Texts) -> bool {
    documented.0.iter().any(|url| urls.iter().any(|own| fits(own, url)))
}

/// A value of a preset, unless it may be a secret that a person has typed into it.
fn shown<'a>(name: &str, value: &'a str) -> &'a str {
    if is_secret_name(name) && !value.contains('{') { "…" } else { value }
}

/// A parameter that carries the same value under a name that the vendor does not document.
fn misnamed<'a>(sent: &'a Sent, wanted: &[(String, Texts)], values: &Texts) -> Option<&'a str> {
    let is_known = |name: &str| wanted.iter().any(|(known, _)| known == name);
    let mut others = sent.parameters.iter().filter(|(name, value)| !is_known(name) && values.has(value));
    others.next().map(|(name, _)| name.as_str())
}

/// A parameter in words: with its value, where the vendor demands one.
fn told(name: &str, values: &Texts) -> String {
    let is_fixed = |value: &&String| !value.starts_with(['*', '{']);
    match values.0.iter().find(is_fixed) {
        Some(value) => format!("`{name}={value}`"),
        None => format!("`{name}`"),
    }
}
