//! What Bruno's files in YAML and its export in JSON have in common.

use serde_json::Value as Json;

use crate::dialect::standard::{Further, Request, RequestPart, text_at};

/// The entries of a list.
pub(super) fn list<'a>(json: &'a Json, name: &str) -> impl Iterator<Item = &'a Json> {
    json.get(name).and_then(Json::as_array).into_iter().flatten()
}

/// Whether an entry is switched on: a file says `disabled`, an export `enabled`.
pub(super) fn is_enabled(entry: &Json) -> bool {
    let is = |name: &str| entry.get(name).and_then(Json::as_bool);
    is("disabled") != Some(true) && is("enabled") != Some(false)
}

/// The names and values of the entries that are switched on.
pub(super) fn pairs<'a>(entries: impl Iterator<Item = &'a Json>) -> Vec<(String, String)> {
    let used = entries.filter(|entry| is_enabled(entry));
    used.map(|entry| (text_at(entry, "name"), text_at(entry, "value"))).filter(|(name, _)| !name.is_empty()).collect()
}

/// The further parameters of the authorization, token and refresh request, by the names of their lists. `placed` names the member
/// that says where each is sent.
pub(super) fn further(parameters: &Json, lists: [&str; 3], placed: &str) -> Vec<Further> {
    let requests = lists.into_iter().zip([Request::Authorization, Request::Token, Request::Refresh]);
    let each = requests.flat_map(|(name, request)| list(parameters, name).map(move |parameter| (request, parameter)));
    let used = each.filter(|(_, parameter)| is_enabled(parameter));
    used.map(|(request, parameter)| Further {
        request,
        part: match text_at(parameter, placed).as_str() {
            "header" | "headers" => RequestPart::Header,
            "query" | "queryparams" => RequestPart::Query,
            _ => RequestPart::Body,
        },
        name: text_at(parameter, "name"),
        value: text_at(parameter, "value"),
    })
    .collect()
}
