//! Compares how a preset reads a reply with where the vendor puts things.

use crate::call::{CallTemplate, Expression, Lifetime};
use crate::witness::difference::{Difference, Place};
use crate::witness::record::ReplyFacts;

/// How the preset's reading departs from the facts.
pub(super) fn differences(place: Place, facts: &ReplyFacts, call: &CallTemplate) -> Vec<Difference> {
    let reading = &call.reading;
    let mut found = Vec::new();
    let places = [
        ("access_token", "the access token", &facts.access_token, &reading.access_token),
        ("refresh_token", "the refresh token", &facts.refresh_token, &reading.refresh_token),
    ];
    for (key, what, path, read) in places {
        let Some(path) = path else { continue };
        if !is_read(read, path) {
            let words = format!("{what} of {} is read at {}; the vendor documents `{path}`", place.name, quoted(read));
            found.push(place.difference(&format!("reply.{key}"), words));
        }
    }
    if let Some(lifetime) = facts.lifetime.filter(|lifetime| *lifetime != reading.lifetime) {
        let (own, documented) = (unit(reading.lifetime), unit(lifetime));
        let words =
            format!("the life that {} brings is read as `{own}`; the vendor documents `{documented}`", place.name);
        found.push(place.difference("reply.lifetime", words));
    }
    for (path, value) in &facts.success {
        let is_told = reading.success.iter().any(|(own, wanted)| own.as_str() == path && wanted == value);
        if !is_told {
            let words = format!(
                "{} takes a reply for a success whatever `{path}` is; the vendor documents `{value}`",
                place.name
            );
            found.push(place.difference("reply.success", words));
        }
    }
    for path in &facts.retain {
        if !reading.retain.iter().any(|(_, own)| own.as_str() == path || !own.is_path()) {
            let words = format!("{} does not keep `{path}`, which API calls need", place.name);
            found.push(place.difference(&format!("reply.retain.{path}"), words));
        }
    }
    found
}

/// Whether the place is among those that are read; JSONata may read any.
fn is_read(read: &[Expression], path: &str) -> bool {
    read.iter().any(|own| own.as_str() == path || !own.is_path())
}

fn quoted(read: &[Expression]) -> String {
    let paths: Vec<String> = read.iter().map(|path| format!("`{path}`")).collect();
    paths.join(" or ")
}

/// The unit as a preset names it.
fn unit(lifetime: Lifetime) -> &'static str {
    match lifetime {
        Lifetime::Seconds => "seconds",
        Lifetime::Milliseconds => "milliseconds",
        Lifetime::EpochSeconds => "epoch-seconds",
        Lifetime::Date => "date",
    }
}
