//! The reply of a device authorization endpoint: what is read from it is safe to show and to open.
#![no_main]

use std::time::Duration;

use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use tokenwright::call::{Answers, Reading, Reply};
use tokenwright::diagnosis::acts_on_text;
use tokenwright::oauth::read_device_authorization;
use tokenwright::secret::Secret;

fuzz_target!(|input: (bool, &str)| {
    let (is_form, body) = input;
    let media_type = if is_form { "application/x-www-form-urlencoded" } else { "application/json" };
    let reply = Reply {
        status: 200,
        headers: vec![("content-type".to_owned(), media_type.to_owned())],
        body: Secret::new(body),
        elapsed: Duration::ZERO,
        received_at: Timestamp::UNIX_EPOCH,
    };
    let Some(answers) = Answers::of(&reply) else { return };
    if let Ok(read) = read_device_authorization(&answers, &Reading::default(), reply.received_at) {
        assert!(!read.user_code.is_empty() && !read.user_code.chars().any(acts_on_text));
        assert!(!read.message.chars().any(acts_on_text));
        for uri in [Some(&read.verification_uri), read.verification_uri_complete.as_ref()].into_iter().flatten() {
            assert!(uri.starts_with("https://") || uri.starts_with("http://"));
        }
        assert!(read.interval >= Duration::from_secs(1) && read.expires_at > reply.received_at);
    }
});
