//! The reply of a token endpoint, in any of its forms, and what is shown of it.
#![no_main]

use std::time::Duration;

use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use tokenwright::call::{Answers, Reading, Reply, mask_body, pretty_body};
use tokenwright::oauth::{ReadContext, Stage, decode_jwt, read_token_set};
use tokenwright::secret::Secret;

const TYPES: [&str; 4] = ["application/json", "application/x-www-form-urlencoded", "text/html", ""];

fuzz_target!(|input: (u8, u16, &str)| {
    let (kind, status, body) = input;
    let media_type = TYPES[usize::from(kind) % TYPES.len()];
    let reply = Reply {
        status: 100 + status % 500,
        headers: vec![("content-type".to_owned(), media_type.to_owned())],
        body: Secret::new(body),
        elapsed: Duration::ZERO,
        received_at: Timestamp::UNIX_EPOCH,
    };
    let secret = Secret::new("canary-of-the-call");
    let answers = Answers::of(&reply);
    let _ = (mask_body(&reply.body, media_type, [&secret].into_iter()), pretty_body(&reply.body));
    let context = ReadContext { stage: Stage::Bearer, scope_separator: " ", previous: None, origin: None };
    let read = read_token_set(&reply, answers.as_ref(), &Reading::default(), context, [&secret].into_iter());
    if let Ok(tokens) = &read {
        let _ = decode_jwt(&tokens.access_token);
        let again = ReadContext { stage: Stage::Refresh, scope_separator: ",", previous: Some(tokens), origin: None };
        let _ = read_token_set(&reply, answers.as_ref(), &Reading::default(), again, [&secret].into_iter());
    }
});
