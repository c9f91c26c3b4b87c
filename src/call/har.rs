//! Calls as an HTTP Archive (HAR 1.2), which browsers' developer tools and many others open, and back.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::call::traced::{NoReply, TracedCall, TracedOutcome, TracedReply, Way};

/// Members of our own: the format lets names begin with an underscore (HAR 1.2, custom fields).
const NO_REPLY: &str = "_noReply";
const CLIENT_CERTIFICATE: &str = "_clientCertificate";

/// The archive of these calls.
pub fn write_har(calls: &[TracedCall]) -> Json {
    write_archive(&calls.iter().map(write_entry).collect::<Vec<_>>())
}

/// The archive of these entries.
pub fn write_archive(entries: &[Json]) -> Json {
    let creator = json!({ "name": "Tokenwright", "version": env!("CARGO_PKG_VERSION") });
    json!({ "log": { "version": "1.2", "creator": creator, "entries": entries } })
}

/// A call as an entry of an archive.
pub fn write_entry(call: &TracedCall) -> Json {
    let empty = json!({
        "status": 0, "statusText": "", "httpVersion": "HTTP/1.1", "cookies": [], "headers": [],
        "content": { "size": 0, "mimeType": "x-unknown" }, "redirectURL": "", "headersSize": -1, "bodySize": -1,
    });
    let (response, elapsed, comment) = match &call.outcome {
        TracedOutcome::Reply(reply) => (response(reply), reply.elapsed, None),
        TracedOutcome::Failed(no_reply) => (empty, Duration::ZERO, Some(no_reply.why.clone())),
        TracedOutcome::Unseen => (empty, Duration::ZERO, Some(way_name(call.way).to_owned())),
    };
    let milliseconds = elapsed.as_secs_f64() * 1000.0;
    let mut entry = json!({
        "startedDateTime": call.at.to_string(),
        "time": milliseconds,
        "request": request(call),
        "response": response,
        "cache": {},
        "timings": { "send": 0, "wait": milliseconds, "receive": 0 },
    });
    if let Some(comment) = comment {
        entry["comment"] = Json::from(comment);
    }
    if let TracedOutcome::Failed(NoReply { error: Some(error), .. }) = &call.outcome {
        entry[NO_REPLY] = error.clone();
    }
    entry
}

fn way_name(way: Way) -> &'static str {
    match way {
        Way::Sent => "sent",
        Way::Browser => "opened in the browser",
        Way::Redirect => "brought by the browser",
    }
}

fn request(call: &TracedCall) -> Json {
    let query = call.url.split_once('?').map_or("", |(_, query)| query);
    let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        json!({ "name": name, "value": value })
    });
    let mut request = json!({
        "method": call.method,
        "url": call.url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": headers(&call.headers),
        "queryString": pairs.collect::<Vec<_>>(),
        "headersSize": -1,
        "bodySize": call.body.as_ref().map_or(0, |(_, text)| text.len()),
    });
    if !call.client_certificate.is_empty() {
        request[CLIENT_CERTIFICATE] = Json::from(call.client_certificate.as_str());
    }
    if let Some((media_type, text)) = &call.body {
        request["postData"] = json!({ "mimeType": media_type, "text": text });
    }
    request
}

fn response(reply: &TracedReply) -> Json {
    let header = |wanted: &str| reply.headers.iter().find(|(name, _)| name == wanted).map_or("", |(_, value)| value);
    json!({
        "status": reply.status,
        "statusText": "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": headers(&reply.headers),
        "content": { "size": reply.body.len(), "mimeType": header("content-type"), "text": reply.body },
        "redirectURL": header("location"),
        "headersSize": -1,
        "bodySize": reply.body.len(),
    })
}

fn headers(headers: &[(String, String)]) -> Vec<Json> {
    headers.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect()
}

/// The calls of an archive that [`write_har`] wrote. What lacks a member is left out.
pub fn read_har(archive: &Json) -> Vec<TracedCall> {
    let entries = archive.pointer("/log/entries").and_then(Json::as_array);
    entries.into_iter().flatten().filter_map(read_entry).collect()
}

/// The call of an entry that [`write_entry`] wrote; `None` if the entry lacks a member.
pub fn read_entry(entry: &Json) -> Option<TracedCall> {
    let text = |place: &str| entry.pointer(place).and_then(Json::as_str).map(str::to_owned);
    let comment = text("/comment");
    let status =
        entry.pointer("/response/status").and_then(Json::as_u64).and_then(|status| u16::try_from(status).ok())?;
    let way = match comment.as_deref() {
        Some(comment) if comment == way_name(Way::Browser) => Way::Browser,
        Some(comment) if comment == way_name(Way::Redirect) => Way::Redirect,
        _ => Way::Sent,
    };
    let outcome = match (way, status) {
        (Way::Browser | Way::Redirect, _) => TracedOutcome::Unseen,
        (Way::Sent, 0) => {
            TracedOutcome::Failed(NoReply { why: comment.unwrap_or_default(), error: entry.get(NO_REPLY).cloned() })
        }
        (Way::Sent, status) => TracedOutcome::Reply(TracedReply {
            status,
            headers: read_headers(entry.pointer("/response/headers")?),
            body: text("/response/content/text").unwrap_or_default(),
            elapsed: entry.pointer("/time").and_then(Json::as_f64).and_then(elapsed).unwrap_or_default(),
        }),
    };
    Some(TracedCall {
        at: text("/startedDateTime")?.parse::<Timestamp>().ok()?,
        way,
        method: text("/request/method")?,
        url: text("/request/url")?,
        headers: read_headers(entry.pointer("/request/headers")?),
        body: text("/request/postData/mimeType").zip(text("/request/postData/text")),
        client_certificate: text(&format!("/request/{CLIENT_CERTIFICATE}")).unwrap_or_default(),
        curl: String::new(),
        outcome,
    })
}

/// A time that a file states, in milliseconds.
fn elapsed(milliseconds: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(milliseconds / 1000.0).ok()
}

fn read_headers(headers: &Json) -> Vec<(String, String)> {
    let member = |header: &Json, name: &str| header.get(name).and_then(Json::as_str).map(str::to_owned);
    let headers = headers.as_array().into_iter().flatten();
    headers.filter_map(|header| Some((member(header, "name")?, member(header, "value")?))).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn traced() -> impl Strategy<Value = TracedCall> {
        let headers = || prop::collection::vec(("[a-z-]{1,8}", ".{0,8}"), 0..3);
        let reply =
            (100_u16..600, headers(), ".{0,20}", 0_u64..100_000).prop_map(|(status, headers, body, elapsed)| {
                (
                    Way::Sent,
                    TracedOutcome::Reply(TracedReply {
                        status,
                        headers,
                        body,
                        elapsed: Duration::from_millis(elapsed),
                    }),
                )
            });
        let outcome = prop_oneof![
            reply,
            ("[a-z ]{1,10}!", prop::option::of("[a-z]{1,5}")).prop_map(|(why, error)| {
                let error = error.map(|host| json!({ "dns": { "host": host } }));
                (Way::Sent, TracedOutcome::Failed(NoReply { why, error }))
            }),
            Just((Way::Browser, TracedOutcome::Unseen)),
            Just((Way::Redirect, TracedOutcome::Unseen)),
        ];
        let body = prop::option::of(("[a-z/]{1,8}", ".{0,20}"));
        (0_i64..4_000_000_000, "[A-Z]{3,5}", ".{1,20}", headers(), body, ".{0,20}", outcome).prop_map(
            |(at, method, url, headers, body, client_certificate, (way, outcome))| TracedCall {
                at: Timestamp::from_second(at).expect("a time"),
                way,
                method,
                url,
                headers,
                body,
                client_certificate,
                curl: String::new(),
                outcome,
            },
        )
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_back(calls in prop::collection::vec(traced(), 0..4)) {
            let text = write_har(&calls).to_string();
            let archive: Json = serde_json::from_str(&text).expect("JSON");
            prop_assert_eq!(read_har(&archive), calls);
        }

        #[test]
        fn any_document_is_read_without_a_fault(text in r#"\{"log":\{"entries":\[\{"time":-?[0-9e]{1,6},"startedDateTime":"[0-9TZ:-]{0,12}"\}\]\}\}"#) {
            if let Ok(archive) = serde_json::from_str::<Json>(&text) {
                let _ = read_har(&archive);
            }
        }
    }
}
