//! The reply of a token endpoint, a refusal in any of its forms included, and what is shown of it.
#![no_main]

use std::time::Duration;

use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use tokenwright::call::{Answers, Reading, Reply, mask_body, pretty_body};
use tokenwright::oauth::{ReadContext, Stage, decode_jwt, read_token_set};
use tokenwright::secret::Secret;

const TYPES: [&str; 5] = ["application/json", "application/x-www-form-urlencoded", "text/html", "text/xml", ""];
const CANARY: &str = "canary-of-the-call";

fuzz_target!(|input: (u8, u16, &str, &str)| {
    let (kind, status, body, header) = input;
    let media_type = TYPES[usize::from(kind) % TYPES.len()];
    let headers = ["www-authenticate", "location"].map(|name| (name.to_owned(), header.to_owned()));
    let reply = Reply {
        status: 100 + status % 500,
        headers: [("content-type".to_owned(), media_type.to_owned())].into_iter().chain(headers).collect(),
        body: Secret::new(body),
        elapsed: Duration::ZERO,
        received_at: Timestamp::UNIX_EPOCH,
    };
    let secret = Secret::new(CANARY);
    let answers = Answers::of(&reply);
    let _ = (mask_body(&reply.body, media_type, [&secret].into_iter()), pretty_body(&reply.body));
    let origin = Some("https://x.test");
    let context = ReadContext { stage: Stage::TokenRequest, scope_separator: " ", previous: None, origin };
    let read = read_token_set(&reply, answers.as_ref(), &Reading::default(), context, [&secret].into_iter());
    if let Ok(tokens) = &read {
        let _ = decode_jwt(&tokens.access_token);
        let again = ReadContext { stage: Stage::RefreshRequest, scope_separator: ",", previous: Some(tokens), origin };
        let _ = read_token_set(&reply, answers.as_ref(), &Reading::default(), again, [&secret].into_iter());
    }
    if let Err(error) = &read {
        let _ = error.meaning(&[]);
        assert!(!error.diagnose(&[]).to_string().contains(CANARY));
    }
});
