//! The scripts of a collection that ask for tokens: `pm.sendRequest({url, method, body}, …)`.

use serde_json::Value as Json;

use crate::dialect::standard::{PlainRequest, plain_text, text_at, whole_slot};
use crate::dialect::{Note, code};

/// What the scripts of an item have.
#[derive(Default)]
pub(super) struct Scripts {
    pub(super) requests: Vec<PlainRequest>,
    /// Those that send what is not read.
    pub(super) unread: Vec<Note>,
}

/// The scripts of a collection, a folder or a request.
pub(super) fn scripts(item: &Json, title: &str) -> Scripts {
    let mut scripts = Scripts::default();
    for event in item.get("event").and_then(Json::as_array).into_iter().flatten() {
        let script = event.get("script").unwrap_or(&Json::Null);
        let text = match script.get("exec") {
            Some(Json::Array(lines)) => {
                lines.iter().map(|line| line.as_str().unwrap_or_default()).collect::<Vec<_>>().join("\n")
            }
            Some(text) => plain_text(text),
            None => String::new(),
        };
        let sent = code::sends(&text);
        if sent == 0 {
            continue;
        }
        let own = text_at(item, "name");
        let own = if own.is_empty() { title } else { &own };
        let kind = if text_at(event, "listen") == "test" { "test script" } else { "pre-request script" };
        let place = format!("{own} › {kind}");
        let mut found = code::requests(&text);
        // What a function or an unknown variable gives says nothing of the request.
        found.retain(|(_, request)| whole_slot(&request.call.url).is_none() || !request.call.fields().is_empty());
        if found.len() < sent {
            let words = "it sends a request that is not written as an object: not read";
            scripts.unread.push(Note::new(place.clone(), words));
        }
        let requests = found.into_iter().map(|(_, request)| PlainRequest {
            title: title.to_owned(),
            name: place.clone(),
            ..request
        });
        scripts.requests.extend(requests);
    }
    scripts
}
