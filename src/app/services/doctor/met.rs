//! What a failed sign-in met that the preset does not say. Of the replies only codes and the names of members are told.

use serde_json::Value as Json;
use url::Url;

use crate::app::services::doctor::open_values::OpenValues;
use crate::app::services::doctor::point::{Point, Verdict};
use crate::app::{Case, Failure, FailureKind};
use crate::call::{CallTemplate, Expression, Reading, TracedCall, TracedOutcome, TracedReply, Way, scalar_text};
use crate::diagnosis::Diagnosis;
use crate::oauth::explain;
use crate::oauth::{Stage, plain_line};
use crate::service::{Profile, Service};
use crate::witness::fits;

/// Who tells these points.
const CASE: &str = "case";
/// The most members that are named.
const LONGEST_LIST: usize = 50;

/// The profile of a case; a case of another service is refused.
pub(super) fn profile(service: &Service, case: &Case) -> Result<Profile, Failure> {
    let profile = case.read_profile()?;
    if profile.service.id == service.id {
        return Ok(profile);
    }
    let summary = format!("the case is of the service `{}`, not of `{}`", profile.service.id, service.id);
    let hint = "name the service of the case, or leave `--case` out";
    Err(Failure::new(FailureKind::Usage, Diagnosis::new(summary).hint(hint)))
}

/// What the case adds.
pub(super) fn points(service: &Service, values: &OpenValues, case: &Case) -> Vec<Point> {
    let mut points: Vec<Point> = Vec::new();
    for call in case.calls() {
        let found = match call.way {
            Way::Sent => of_sent(service, values, &call),
            Way::Redirect => refused_authorization(service, &call).into_iter().collect(),
            Way::Browser => Vec::new(),
        };
        // A call may be made again.
        points.extend(found.into_iter().filter(|point| !points.contains(point)).collect::<Vec<_>>());
    }
    points
}

fn of_sent(service: &Service, values: &OpenValues, call: &TracedCall) -> Vec<Point> {
    let mut points: Vec<Point> = other_host(service, values, call).into_iter().collect();
    let TracedOutcome::Reply(reply) = &call.outcome else { return points };
    let stages = [
        ("token", "token_request.url", Stage::TokenRequest, service.token_call()),
        ("refresh", "refresh_request.url", Stage::RefreshRequest, service.refresh_request.as_ref()),
    ];
    let url = call.url.split('?').next().unwrap_or_default();
    let is_its = |template: &CallTemplate| fits(&values.filled(template.url.source()), url);
    let stages = stages.into_iter().filter_map(|(name, key, stage, template)| Some((name, key, stage, template?)));
    for (name, key, stage, template) in stages.filter(|(.., template)| call.method == "POST" && is_its(template)) {
        points.extend(redirected(name, key, template, url, reply));
        // Both may go to one endpoint; the replies are those of the token request then.
        if stage == Stage::TokenRequest || service.token_request.url != template.url {
            points.extend(replied(service, name, stage, &template.reading, reply));
        }
    }
    points
}

/// A host that none of the preset's calls goes to.
fn other_host(service: &Service, values: &OpenValues, call: &TracedCall) -> Option<Point> {
    let origin = Url::parse(&call.url).ok().filter(|_| call.method == "POST")?.origin().ascii_serialization();
    let own: Vec<String> = service.calls().iter().map(|(_, call)| values.filled(call.url.source())).collect();
    let is_known = own.iter().any(|url| fits(&origin_of(url), &origin));
    (!is_known).then(|| Point::new("host of a call", CASE, Verdict::Differs).says("", origin))
}

/// The URL up to its path, which may be open.
fn origin_of(url: &str) -> String {
    let start = url.find("://").map_or(0, |at| at + "://".len());
    let end = url[start..].find('/').map_or(url.len(), |at| start + at);
    url[..end].to_owned()
}

/// A redirect of an endpoint, which no client follows with its secret.
fn redirected(name: &str, key: &'static str, template: &CallTemplate, url: &str, reply: &TracedReply) -> Option<Point> {
    let location = reply.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("location"));
    let (_, location) = location.filter(|_| (300..400).contains(&reply.status))?;
    let target = Url::parse(url).ok()?.join(location).ok()?;
    let target = plain_line(target.as_str().split(['?', '#']).next().unwrap_or_default());
    let point = Point::new(&format!("{name} URL"), CASE, Verdict::Differs).says(template.url.source(), &target);
    // Others hold for one request only (RFC 9110 section 15.4).
    let is_permanent = matches!(reply.status, 301 | 308);
    Some(if is_permanent { point.change_url(key, &target) } else { point })
}

/// A refusal that nothing explains, or the members of a reply that is not read.
fn replied(service: &Service, name: &str, stage: Stage, reading: &Reading, reply: &TracedReply) -> Option<Point> {
    let document: Json = serde_json::from_str(&reply.body).ok()?;
    let text = |places: &[Expression]| places.iter().find_map(|place| scalar_text(place.find(&document)?));
    if let Some(code) = text(&reading.error) {
        let description = text(&reading.error_description).unwrap_or_default();
        return unexplained(&format!("refusal of the {name} request"), stage, &code, &description, service);
    }
    let is_success = (200..300).contains(&reply.status);
    let members = document.as_object().filter(|_| is_success && reading.expressions().all(Expression::is_path))?;
    let first = |place: &Expression| place.as_str().split(['.', '[']).next().unwrap_or_default().to_owned();
    let known: Vec<String> = reading.expressions().map(first).collect();
    let unknown: Vec<String> =
        members.keys().filter(|name| !known.contains(name)).map(|name| plain_line(name)).collect();
    if unknown.is_empty() {
        return None;
    }
    // With a token they are more than is needed.
    let verdict = if text(&reading.access_token).is_some() { Verdict::Offered } else { Verdict::Differs };
    let unknown = unknown.iter().take(LONGEST_LIST).map(String::as_str).collect::<Vec<_>>().join(", ");
    let own: Vec<&str> = reading.access_token.iter().map(Expression::as_str).collect();
    let own = if verdict == Verdict::Differs { own.join(", ") } else { String::new() };
    Some(Point::new(&format!("members of the {name} response"), CASE, verdict).says(own, unknown))
}

/// A code that neither the preset nor the RFCs explain.
fn unexplained(name: &str, stage: Stage, code: &str, description: &str, service: &Service) -> Option<Point> {
    let is_explained = explain(stage, code, description, &service.hints).is_some();
    (!is_explained).then(|| Point::new(name, CASE, Verdict::Differs).says("", plain_line(code)))
}

fn refused_authorization(service: &Service, call: &TracedCall) -> Option<Point> {
    let url = Url::parse(&call.url).ok()?;
    let value = |wanted: &str| url.query_pairs().find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned());
    let names = service.redirect.refusal();
    let (code, description) = (names.error(value)?, names.description(value).unwrap_or_default());
    unexplained("refusal of the authorization request", Stage::Authorization, &code, &description, service)
}
