//! Judges a request by the preset's call: what it does not list, or lists otherwise, is a complaint. What arrived is
//! parsed here by itself and never by the code that rendered it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;

use crate::call::{Authentication, BodyTemplate, CallTemplate, Parameter};
use crate::practice::http::message::{Parameters, Request, form_decoded};
use crate::practice::rehearsal::facts::{Facts, is_filled, lone};
use crate::practice::rehearsal::target::own_query;

/// Headers that the transport writes by itself, with what they begin with; a preset that names one of them replaces it.
const OF_THE_TRANSPORT: [(&str, &str); 5] = [
    ("host", ""),
    ("content-length", ""),
    ("accept-encoding", ""),
    ("user-agent", "tokenwright/"),
    ("accept", "application/json"),
];

const FORM: &str = "application/x-www-form-urlencoded";

type Pairs = Vec<(String, String)>;

/// All that is wrong with a request; method and target were looked at before.
pub(crate) fn complaints(call: &CallTemplate, request: &Request, facts: &Facts) -> Vec<String> {
    let mut wanted: Pairs = own_query(call.url.source()).into_iter().map(|(n, v)| (n, facts.fill(&v))).collect();
    wanted.extend(filled(&call.query, facts));
    let mut complaints = compare("the query parameter", &wanted, &pairs(&request.query));
    complaints.extend(headers(call, request, facts));
    complaints.extend(authentication(call, request, facts));
    complaints.extend(match with_id(call, facts) {
        Some(form) => body(&BodyTemplate::Form(form), request, facts),
        None => body(&call.body, request, facts),
    });
    complaints
}

/// What was sent where the preset has this placeholder and nothing else, or only a scheme before it in a header.
pub(crate) fn sent_as(call: &CallTemplate, request: &Request, name: &str) -> Option<String> {
    let is_it = |value: &str| lone(value) == Some(name);
    let own = own_query(call.url.source());
    let in_query = call.query.iter().map(|p| (p.name.as_str(), p.value.source()));
    let mut in_query = own.iter().map(|(name, value)| (name.as_str(), value.as_str())).chain(in_query);
    if let Some((key, _)) = in_query.find(|(_, value)| is_it(value)) {
        return value(&request.query, key);
    }
    let in_header = call.headers.iter().find_map(|header| {
        let source = header.value.source();
        let at = source.rfind(' ').map_or(0, |space| space + 1);
        is_it(&source[at..]).then(|| (header.name.to_lowercase(), source[..at].to_owned()))
    });
    if let Some((key, scheme)) = in_header {
        let (_, sent) = request.headers.iter().find(|(name, _)| *name == key)?;
        return sent.expose().strip_prefix(scheme.as_str()).map(str::to_owned);
    }
    match &call.body {
        BodyTemplate::Form(list) => {
            let key = &list.iter().find(|parameter| is_it(parameter.value.source()))?.name;
            value(&Parameters::form(request.body.expose()), key)
        }
        BodyTemplate::Json(template) => {
            let template: Json = serde_json::from_str(template.source()).ok()?;
            let found: Json = serde_json::from_str(request.body.expose()).ok()?;
            let (key, _) = template.as_object()?.iter().find(|(_, value)| value.as_str().is_some_and(is_it))?;
            found.get(key)?.as_str().map(str::to_owned)
        }
        BodyTemplate::None | BodyTemplate::Text { .. } => None,
    }
}

fn headers(call: &CallTemplate, request: &Request, facts: &Facts) -> Vec<String> {
    let mut wanted: Pairs =
        filled(&call.headers, facts).into_iter().map(|(name, value)| (name.to_lowercase(), value)).collect();
    let names = |pairs: &Pairs, name: &str| pairs.iter().any(|(known, _)| known == name);
    if let Some(content_type) = content_type(&call.body)
        && !names(&wanted, "content-type")
    {
        wanted.push(("content-type".to_owned(), content_type.to_owned()));
    }
    let basic = basic_parts(call.authentication, facts).is_some() && !names(&wanted, "authorization");
    let by_itself = |name: &str, value: &str| {
        let known = OF_THE_TRANSPORT.iter().any(|(known, start)| *known == name && value.starts_with(start));
        known && !names(&wanted, name)
    };
    let found = request.headers.iter().map(|(name, value)| (name.clone(), value.expose().to_owned()));
    let found: Pairs =
        found.filter(|(name, value)| !(by_itself(name, value) || basic && name == "authorization")).collect();
    compare("the header", &wanted, &found)
}

/// `Authorization: Basic` (RFC 7617), with id and secret form-encoded first where RFC 6749 section 2.3.1 is followed.
fn authentication(call: &CallTemplate, request: &Request, facts: &Facts) -> Vec<String> {
    let Some(wanted) = basic_parts(call.authentication, facts) else { return Vec::new() };
    if call.headers.iter().any(|header| header.name.eq_ignore_ascii_case("authorization")) {
        return Vec::new();
    }
    let Some((found_user, found_secret)) = basic(request) else {
        return vec!["`Authorization: Basic` is missing, or is not that".to_owned()];
    };
    let decode = |text: String| match call.authentication {
        Authentication::Basic | Authentication::BasicOrNone => form_decoded(&text),
        _ => text,
    };
    let wanted = [("user", wanted.0), ("password", wanted.1)];
    let wanted: Pairs = wanted.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let found = vec![("user".to_owned(), decode(found_user)), ("password".to_owned(), decode(found_secret))];
    compare("of `Authorization: Basic` the", &wanted, &found)
}

/// User and password that are wanted, where any are. What the program cannot do it must not pretend to do.
fn basic_parts(authentication: Authentication, facts: &Facts) -> Option<(&str, &str)> {
    let secret = facts.value("client_secret");
    match authentication {
        Authentication::None
        | Authentication::TlsClientAuth
        | Authentication::SelfSignedTlsClientAuth
        | Authentication::PrivateKeyJwt
        | Authentication::ClientSecretJwt => None,
        Authentication::Basic | Authentication::BasicRaw => Some((facts.value("client_id"), secret)),
        Authentication::BasicOrNone | Authentication::BasicRawOrNone => {
            (!secret.is_empty()).then(|| (facts.value("client_id"), secret))
        }
        Authentication::BasicUser => Some((facts.value("user_name"), secret)),
        Authentication::BasicSecret => Some((secret, "")),
    }
}

/// The form with the id that a client without a secret adds to it (RFC 6749 section 3.2.1).
fn with_id(call: &CallTemplate, facts: &Facts) -> Option<Vec<Parameter>> {
    let is_public = call.authentication.may_be_public() && facts.value("client_secret").is_empty();
    let form = match &call.body {
        BodyTemplate::Form(form) => form.as_slice(),
        BodyTemplate::None => &[],
        _ => return None,
    };
    let is_named = form.iter().any(|parameter| parameter.name == "client_id");
    let id = Parameter::new("client_id", "<client_id>");
    (is_public && !is_named).then(|| form.iter().cloned().chain([id]).collect())
}

fn basic(request: &Request) -> Option<(String, String)> {
    let encoded = request.authorization.as_ref()?.expose().strip_prefix("Basic ")?;
    let text = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    text.split_once(':').map(|(user, password)| (user.to_owned(), password.to_owned()))
}

fn body(template: &BodyTemplate, request: &Request, facts: &Facts) -> Vec<String> {
    let found = request.body.expose();
    match template {
        BodyTemplate::None if found.is_empty() => Vec::new(),
        BodyTemplate::None => vec!["there is a body, and none is declared".to_owned()],
        BodyTemplate::Form(list) => {
            compare("the form parameter", &filled(list, facts), &pairs(&Parameters::form(found)))
        }
        BodyTemplate::Json(template) => json(template.source(), found, facts),
        BodyTemplate::Text { content_type, text } => {
            let escape = if content_type.contains("xml") { xml } else { str::to_owned };
            let wanted = facts.fill_escaped(text.source(), escape);
            if is_filled(&wanted, found) { Vec::new() } else { vec!["the body is not the declared text".to_owned()] }
        }
    }
}

fn json(template: &str, found: &str, facts: &Facts) -> Vec<String> {
    // The template's own texts are filled in after it was parsed, so that no value can break it.
    let wanted = match serde_json::from_str(template) {
        Ok(wanted) => filled_json(wanted, facts),
        Err(_) => serde_json::from_str(&facts.fill(template)).unwrap_or(Json::Null),
    };
    let Ok(found) = serde_json::from_str::<Json>(found) else { return vec!["the body is not JSON".to_owned()] };
    match (&wanted, &found) {
        (Json::Object(wanted), Json::Object(found)) => {
            let list = |object: &serde_json::Map<String, Json>| -> Pairs {
                object.iter().map(|(name, value)| (name.clone(), value.to_string())).collect()
            };
            compare("the JSON value", &list(wanted), &list(found))
        }
        _ if wanted == found => Vec::new(),
        _ => vec!["the body is not the declared JSON".to_owned()],
    }
}

fn filled_json(json: Json, facts: &Facts) -> Json {
    match json {
        Json::String(text) => Json::String(facts.fill(&text)),
        Json::Array(items) => items.into_iter().map(|item| filled_json(item, facts)).collect(),
        Json::Object(fields) => {
            Json::Object(fields.into_iter().map(|(name, value)| (name, filled_json(value, facts))).collect())
        }
        plain => plain,
    }
}

fn xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&apos;")
}

fn content_type(body: &BodyTemplate) -> Option<&str> {
    match body {
        BodyTemplate::None => None,
        BodyTemplate::Form(_) => Some(FORM),
        BodyTemplate::Json(_) => Some("application/json"),
        BodyTemplate::Text { content_type, .. } => Some(content_type),
    }
}

/// A parameter without a value is not sent (RFC 6749 section 3.1).
fn filled(list: &[Parameter], facts: &Facts) -> Pairs {
    let pairs = list.iter().map(|parameter| (parameter.name.clone(), facts.fill(parameter.value.source())));
    pairs.filter(|(_, value)| !value.is_empty()).collect()
}

fn pairs(parameters: &Parameters) -> Pairs {
    parameters.pairs().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn value(parameters: &Parameters, name: &str) -> Option<String> {
    parameters.pairs().find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
}

/// What is missing, different or too much. The values are made up, so they may be told.
fn compare(what: &str, wanted: &Pairs, found: &Pairs) -> Vec<String> {
    let mut left = found.clone();
    let mut unmet = Vec::new();
    for pair in wanted {
        match left.iter().position(|(name, value)| *name == pair.0 && is_filled(&pair.1, value)) {
            Some(at) => drop(left.remove(at)),
            None => unmet.push(pair),
        }
    }
    let mut complaints = Vec::new();
    for (name, value) in unmet {
        complaints.push(match left.iter().position(|(found, _)| found == name) {
            Some(at) => format!("{what} `{name}` is `{}` in place of `{value}`", left.remove(at).1),
            None => format!("{what} `{name}` is missing"),
        });
    }
    complaints.extend(left.iter().map(|(name, _)| format!("{what} `{name}` is one too many")));
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{Method, Template};
    use crate::secret::Secret;

    fn facts() -> Facts {
        let mut facts = Facts::default();
        for (name, value) in [("client_id", "id"), ("client_secret", "s+/="), ("code", "c&d"), ("code_verifier", "")] {
            facts.set(name, value);
        }
        facts
    }

    fn call(authentication: Authentication, body: BodyTemplate) -> CallTemplate {
        CallTemplate {
            method: Method::Post,
            url: Template::new("https://as.test/token?v=2"),
            authentication,
            body,
            ..CallTemplate::default()
        }
    }

    fn request(query: &str, headers: &[(&str, &str)], body: &str) -> Request {
        let headers: Vec<(String, Secret)> =
            headers.iter().map(|(name, value)| ((*name).to_owned(), Secret::new(*value))).collect();
        let authorization = headers.iter().find(|(name, _)| name == "authorization").map(|(_, value)| value.clone());
        Request {
            query: Parameters::form(query),
            headers,
            authorization,
            body: Secret::new(body),
            ..Request::default()
        }
    }

    #[test]
    fn what_is_missing_different_or_too_much_is_named() {
        let form = BodyTemplate::Form(vec![
            Parameter::new("code", "<code>"),
            Parameter::new("client_id", "<client_id>"),
            Parameter::new("code_verifier", "<code_verifier>"),
        ]);
        let call = call(Authentication::None, form);
        let typed = [("content-type", FORM), ("host", "x"), ("accept", "application/json")];
        assert_eq!(complaints(&call, &request("v=2", &typed, "code=c%26d&client_id=id"), &facts()), [""; 0]);
        let expected = [
            "the query parameter `v` is missing",
            "the query parameter `w` is one too many",
            "the header `content-type` is `text/plain` in place of `application/x-www-form-urlencoded`",
            "the header `accept` is one too many",
            "the form parameter `code` is `c` in place of `c&d`",
            "the form parameter `client_id` is missing",
            "the form parameter `d` is one too many",
        ];
        let wrong = request("w=1", &[("content-type", "text/plain"), ("accept", "*/*")], "code=c&d=");
        assert_eq!(complaints(&call, &wrong, &facts()), expected);
    }

    #[test]
    fn basic_is_decoded_as_the_preset_says() {
        let with = |text: &str| request("v=2", &[("authorization", &format!("Basic {}", STANDARD.encode(text)))], "");
        let of =
            |authentication, text: &str| complaints(&call(authentication, BodyTemplate::None), &with(text), &facts());
        assert_eq!(of(Authentication::Basic, "id:s%2B%2F%3D"), [""; 0]);
        assert_eq!(of(Authentication::BasicRaw, "id:s+/="), [""; 0]);
        let raw = ["of `Authorization: Basic` the `password` is `s%2B%2F%3D` in place of `s+/=`"];
        assert_eq!(of(Authentication::BasicRaw, "id:s%2B%2F%3D"), raw);
        let none = complaints(&call(Authentication::Basic, BodyTemplate::None), &request("v=2", &[], ""), &facts());
        assert_eq!(none, ["`Authorization: Basic` is missing, or is not that"]);
    }

    #[test]
    fn a_client_without_a_secret_is_wanted_in_the_form_and_one_with_a_secret_in_the_header() {
        let form = BodyTemplate::Form(vec![Parameter::new("code", "<code>")]);
        let call = call(Authentication::BasicOrNone, form);
        let basic = format!("Basic {}", STANDARD.encode("id:s%2B%2F%3D"));
        let with = request("v=2", &[("content-type", FORM), ("authorization", &basic)], "code=c%26d");
        let without = request("v=2", &[("content-type", FORM)], "code=c%26d&client_id=id");
        let mut public = facts();
        public.set("client_secret", "");
        assert_eq!(complaints(&call, &with, &facts()), [""; 0]);
        assert_eq!(complaints(&call, &without, &public), [""; 0]);
        let expected =
            ["`Authorization: Basic` is missing, or is not that", "the form parameter `client_id` is one too many"];
        assert_eq!(complaints(&call, &without, &facts()), expected);
        let expected = ["the header `authorization` is one too many", "the form parameter `client_id` is missing"];
        assert_eq!(complaints(&call, &with, &public), expected);
    }

    #[test]
    fn a_json_body_is_compared_value_by_value() {
        let call = call(Authentication::None, BodyTemplate::Json(Template::new(r#"{"code": "<code>", "n": 1}"#)));
        let typed = [("content-type", "application/json")];
        assert_eq!(complaints(&call, &request("v=2", &typed, r#"{"n":1,"code":"c&d"}"#), &facts()), [""; 0]);
        let expected = ["the JSON value `n` is `\"1\"` in place of `1`"];
        assert_eq!(complaints(&call, &request("v=2", &typed, r#"{"n":"1","code":"c&d"}"#), &facts()), expected);
        assert_eq!(sent_as(&call, &request("v=2", &typed, r#"{"code":"x"}"#), "code").as_deref(), Some("x"));
    }

    #[test]
    fn an_assertion_behind_a_scheme_is_found_in_its_header() {
        let mut call = call(Authentication::None, BodyTemplate::None);
        call.headers = vec![Parameter::new("Authorization", "JWT <assertion>")];
        let sent = |header: &str| sent_as(&call, &request("v=2", &[("authorization", header)], ""), "assertion");
        assert_eq!(sent("JWT a.b.c").as_deref(), Some("a.b.c"));
        assert_eq!(sent("Bearer a.b.c"), None);
    }
}
