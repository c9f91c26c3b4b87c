//! The challenges of a refusal, and the step that they ask for: what goes into a command and an authorization request is plain.
#![no_main]

use std::time::Duration;

use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use tokenwright::call::Reply;
use tokenwright::oauth::StepUp;
use tokenwright::secret::Secret;

fuzz_target!(|headers: Vec<&str>| {
    let headers = headers.into_iter().map(|value| ("www-authenticate".to_owned(), value.to_owned())).collect();
    let (elapsed, received_at) = (Duration::ZERO, Timestamp::UNIX_EPOCH);
    let reply = Reply { status: 401, headers, body: Secret::default(), elapsed, received_at };
    let Some(asked) = StepUp::of(&reply) else { return };
    for value in asked.acr_values.iter().chain(&asked.scopes) {
        assert!(!value.is_empty() && value.bytes().all(|byte| byte.is_ascii_graphic()));
        assert!(!value.contains(['"', '\\', '{', '}', '<', '>', '`']));
    }
});
