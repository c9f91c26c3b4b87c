//! Compares what the program read with what the stand-in handed out. What it says is wrong is wrong in the preset: a
//! path, a unit, a separator, a policy.

use jiff::Timestamp;
use serde_json::Value as Json;

use crate::app::{Failure, Identified};
use crate::call::{CallTemplate, Expression, Lifetime, scalar_text};
use crate::oauth::{Resource, TokenSet};
use crate::practice::{Issued, IssuedFurther};
use crate::secret::Secret;
use crate::service::{Identity, Service};

/// Nobody issues an access token for longer; a larger number is of another unit.
const LONGEST_LIFE: i64 = 10 * 366 * 24 * 3600;
/// Nobody issues one for less.
const SHORTEST_LIFE: i64 = 30;
/// In bytes; the tokens that the stand-in makes are longer.
const SHORTEST_TOKEN: usize = 16;

/// What was read, in words, or what is wrong with it.
pub(crate) fn tokens(
    service: &Service,
    call: &CallTemplate,
    tokens: &TokenSet,
    issued: &Issued,
) -> Result<String, String> {
    let reading = &call.reading;
    same("access token", &reading.access_token, Some(&tokens.access_token), issued.access_token.as_ref())?;
    if issued.refresh_token.is_some() {
        same("refresh token", &reading.refresh_token, tokens.refresh_token.as_ref(), issued.refresh_token.as_ref())?;
    }
    if issued.id_token.is_some() {
        same("ID token", &reading.id_token, tokens.id_token.as_ref(), issued.id_token.as_ref())?;
    }
    let mut read = vec!["access token".to_owned()];
    read.extend(expiry(service, call, tokens, issued)?);
    if issued.refresh_token.is_some() {
        read.push("refresh token".to_owned());
    }
    read.extend(issued.id_token.is_some().then(|| "ID token".to_owned()));
    read.extend(refresh_expiry(tokens, issued)?);
    if !reading.scope.is_empty() {
        read.extend(scopes(tokens, issued)?);
    }
    for (name, value) in &issued.kept {
        read.push(kept(call, tokens, name, value.as_ref())?);
    }
    for token in &issued.further {
        read.extend(further(service, call, tokens, token)?);
    }
    Ok(read.join(", "))
}

/// The same of a token beside the own one. A refresh need not bring it.
fn further(
    service: &Service,
    call: &CallTemplate,
    tokens: &TokenSet,
    issued: &IssuedFurther,
) -> Result<Option<String>, String> {
    let name = &issued.name;
    if issued.access_token.is_none() {
        let is_missing = *call == service.token_request && !call.example.is_empty();
        return if is_missing { Err(no_marker(&format!("{name} access token"))) } else { Ok(None) };
    }
    let read = Resource::parse(name).ok().and_then(|name| tokens.for_resource(&name));
    let (access_token, refresh_token) = read.map(|read| (read.access_token, read.refresh_token)).unzip();
    if access_token != issued.access_token || refresh_token.flatten() != issued.refresh_token {
        return Err(format!("the token `{name}` was not read as the documented reply has it"));
    }
    Ok(Some(format!("token {name}")))
}

/// The same of an identity: each field that the preset shows must be there.
pub(crate) fn identity(declared: &Identity, read: &Identified) -> Result<String, String> {
    let is_read = |label: &String| read.fields.iter().any(|(known, _)| known == label);
    if let Some((label, path)) = declared.fields.iter().find(|(label, _)| !is_read(label)) {
        return Err(format!("{label} was not read: `{path}` holds nothing in the documented reply"));
    }
    let fields = read.fields.iter().map(|(label, value)| format!("{label} {value}"));
    Ok(fields.collect::<Vec<_>>().join(", "))
}

/// Why a reply that the stand-in gave was not read at all.
pub(crate) fn unread(call: &CallTemplate, issued: Option<&Issued>, failure: &Failure) -> String {
    let summary = || failure.diagnosis.summary.clone();
    // The stand-in cannot turn an expression round to make a reply that fits it.
    if call.example.is_empty() && !call.reading.access_token.iter().any(Expression::is_path) {
        return "the reply is read by JSONata, and none is documented: add one as `example`".to_owned();
    }
    let Some(issued) = issued else { return summary() };
    if let Some((path, wanted)) = unmet_success(call, &issued.document) {
        let found = path.find(&issued.document).and_then(scalar_text);
        let found = found.map_or("nothing".to_owned(), |found| format!("`{found}`"));
        return format!(
            "the reply was not taken for a success: `{path}` must be `{wanted}`, and the documented reply has {found}"
        );
    }
    let paths = &call.reading.access_token;
    match &issued.access_token {
        Some((_, at)) if !paths.iter().any(|path| path.as_str() == at) => elsewhere("access token", paths, at),
        Some(_) => summary(),
        None => no_marker("access token"),
    }
}

fn unmet_success<'a>(call: &'a CallTemplate, document: &Json) -> Option<&'a (Expression, String)> {
    let holds = |path: &Expression, value: &String| path.find(document).and_then(scalar_text).as_ref() == Some(value);
    call.reading.success.iter().find(|(path, value)| !holds(path, value))
}

fn same(
    what: &str,
    paths: &[Expression],
    read: Option<&Secret>,
    issued: Option<&(Secret, String)>,
) -> Result<(), String> {
    let Some((value, at)) = issued else { return Err(no_marker(what)) };
    let is_part = |read: &Secret| read.expose().len() >= SHORTEST_TOKEN && value.expose().contains(read.expose());
    // JSONata may take the token out of a longer text.
    let may_be_part = !paths.iter().all(Expression::is_path);
    if read.is_some_and(|read| read == value || (may_be_part && is_part(read))) {
        return Ok(());
    }
    Err(elsewhere(what, paths, at))
}

fn elsewhere(what: &str, paths: &[Expression], at: &str) -> String {
    let paths: Vec<String> = paths.iter().map(|path| format!("`{path}`")).collect();
    format!("the {what} was not read: {} does not hold it; the documented reply has it at `{at}`", paths.join(" or "))
}

fn no_marker(what: &str) -> String {
    let marker = what.to_lowercase().replace(' ', "-");
    format!("the documented reply has no `example-{marker}`, so that nothing can be compared")
}

fn expiry(
    service: &Service,
    call: &CallTemplate,
    tokens: &TokenSet,
    issued: &Issued,
) -> Result<Option<String>, String> {
    let Some(at) = tokens.expires_at else {
        let missed = find(&issued.document, "", &|name| name.contains("expire") && !name.contains("refresh"));
        return missed.map_or(Ok(None), |path| {
            Err(format!("the expiry was not read: the documented reply has one at `{path}`"))
        });
    };
    let life = at.duration_since(tokens.obtained_at).as_secs();
    match call.reading.lifetime {
        Lifetime::EpochSeconds | Lifetime::Date => {
            // A documented date is in the past at some time; a wrong unit is far off.
            let (from, to) = (946_684_800, 7_258_118_400);
            if !(from..to).contains(&at.as_second()) {
                return Err(format!("the expiry was read as {}: is `lifetime` right?", date(at)));
            }
            Ok(Some(format!("expiry {}", date(at))))
        }
        Lifetime::Seconds | Lifetime::Milliseconds => {
            let right = "is `lifetime` right?";
            if !(SHORTEST_LIFE..=LONGEST_LIFE).contains(&life) {
                return Err(format!("the access token's life was read as {life} s: {right}"));
            }
            // What the policy tells is the token at the end of the chain.
            let is_first = !service.chain.is_empty() && *call == service.token_request;
            let policy = service.policy.access_token_life.filter(|_| !is_first);
            let policy = policy.and_then(|life| i64::try_from(life).ok());
            match policy {
                Some(policy) if life > policy.saturating_mul(2) || life.saturating_mul(2) < policy => {
                    Err(format!("the access token's life was read as {life} s, and `policy` says {policy} s: {right}"))
                }
                _ => Ok(Some(format!("life {life} s"))),
            }
        }
    }
}

fn date(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

fn refresh_expiry(tokens: &TokenSet, issued: &Issued) -> Result<Option<String>, String> {
    if let Some(at) = tokens.refresh_token_expires_at {
        let life = at.duration_since(tokens.obtained_at).as_secs();
        return Ok(Some(format!("its life {} days", life / (24 * 3600))));
    }
    let missed = find(&issued.document, "", &|name| name.contains("expire") && name.contains("refresh"));
    missed.map_or(Ok(None), |path| {
        Err(format!("the refresh token's expiry was not read: the documented reply has one at `{path}`"))
    })
}

fn scopes(tokens: &TokenSet, issued: &Issued) -> Result<Option<String>, String> {
    let Some(scopes) = &tokens.scopes else {
        let missed = find(&issued.document, "", &|name| matches!(name, "scope" | "scopes"));
        return missed.map_or(Ok(None), |path| {
            Err(format!("the scopes were not read: the documented reply has some at `{path}`"))
        });
    };
    match scopes.iter().find(|scope| scope.contains([' ', ','])) {
        Some(scope) => Err(format!("`{scope}` was read as one scope: is `answer_separator` right?")),
        None => Ok((!scopes.is_empty()).then(|| format!("{} scopes", scopes.len()).replace("1 scopes", "1 scope"))),
    }
}

fn kept(call: &CallTemplate, tokens: &TokenSet, name: &str, value: Option<&String>) -> Result<String, String> {
    let read = tokens.retained.get(name).filter(|read| !read.is_empty());
    let places: Vec<&Expression> =
        call.reading.retain.iter().filter(|(retained, _)| retained == name).map(|(_, place)| place).collect();
    match (value, read) {
        (Some(value), Some(read)) if read == value => return Ok(format!("{name} {value}")),
        // What an expression comes to is not worked out twice.
        (_, Some(read)) if places.iter().any(|place| !place.is_path()) => return Ok(format!("{name} {read}")),
        _ => {}
    }
    let (paths, verb) =
        (places.iter().map(|place| format!("`{}`", place.as_str())), if places.len() == 1 { "holds" } else { "hold" });
    let paths = paths.collect::<Vec<_>>().join(" and ");
    Err(format!("`{name}` was not kept: {paths} {verb} nothing in the documented reply"))
}

/// Where a field whose name (in small letters) is wanted holds something.
fn find(json: &Json, at: &str, wanted: &dyn Fn(&str) -> bool) -> Option<String> {
    match json {
        Json::Object(fields) => fields.iter().find_map(|(name, value)| {
            let path = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
            let says = !matches!(value, Json::Object(_)) && says_something(value) && wanted(&name.to_lowercase());
            if says { Some(path) } else { find(value, &path, wanted) }
        }),
        Json::Array(items) => {
            items.iter().enumerate().find_map(|(index, item)| find(item, &format!("{at}[{index}]"), wanted))
        }
        _ => None,
    }
}

/// Zero, nothing and `false` say "never".
fn says_something(value: &Json) -> bool {
    match value {
        Json::Null | Json::Bool(_) | Json::Object(_) => false,
        Json::Number(number) => number.as_f64() != Some(0.0),
        Json::String(text) => !matches!(text.as_str(), "" | "0"),
        // Some services number their permissions; those are no scopes.
        Json::Array(items) => items.iter().any(Json::is_string),
    }
}
