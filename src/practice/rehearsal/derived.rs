//! What the preset derives from other values, computed here by itself.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac as _};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::call::{CallTemplate, Derived, Function, Template};
use crate::practice::http::message::Request;
use crate::practice::rehearsal::facts::{Facts, is_filled};
use crate::practice::rehearsal::judge::sent_as;
use crate::service::Service;

/// How far the clocks of client and service may be apart, in seconds.
const APART: u64 = 60;

/// Sets the derived values of a request. What the client makes anew for each call is taken from the request, if it is sent by
/// itself; what is wrong with a time is returned.
pub(crate) fn learn(
    (service, call): (&Service, &CallTemplate),
    request: &Request,
    facts: &mut Facts,
    now: Timestamp,
) -> Vec<String> {
    let mut complaints = Vec::new();
    // Of this call only: elsewhere they are compared by their form.
    let mut known = facts.clone();
    for name in ["now", "random"] {
        let sent = sent_as(call, request, name).filter(|sent| is_filled(&format!("<{name}>"), sent));
        if let Some(sent) = sent {
            known.set(name, sent);
        }
    }
    for derived in &service.derived {
        let value = if derived.function.is_of_time() {
            let sent = sent_as(call, request, &derived.name).unwrap_or_default();
            if !sent.is_empty() && !is_near(derived, &sent, now) {
                complaints.push(format!("`<{}>` is `{sent}`, which is not that time", derived.name));
            }
            sent
        } else {
            computed(derived, &known)
        };
        known.set(&derived.name, &value);
        facts.set(&derived.name, value);
    }
    complaints
}

/// Empty if something that it is made of is empty or not known.
fn computed(derived: &Derived, facts: &Facts) -> String {
    let texts = [&derived.of, &derived.key].map(Template::new);
    if texts.iter().flat_map(Template::placeholders).any(|name| facts.value(name).is_empty()) {
        return String::new();
    }
    let [of, key] = [&derived.of, &derived.key].map(|text| facts.fill(text));
    let digest = || Sha256::digest(&of).to_vec();
    let hmac = || {
        let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("a key of any length will do");
        mac.update(of.as_bytes());
        mac.finalize().into_bytes().to_vec()
    };
    let hex = |bytes: Vec<u8>| bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    match derived.function {
        Function::Base64 => STANDARD.encode(of),
        Function::Base64Url => URL_SAFE_NO_PAD.encode(of),
        Function::Sha256Hex => hex(digest()),
        Function::Sha256Base64 => STANDARD.encode(digest()),
        Function::HmacSha256Hex => hex(hmac()),
        Function::HmacSha256Base64 => STANDARD.encode(hmac()),
        Function::Date | Function::DateTime => String::new(),
    }
}

/// Whether the time that was sent is the present one with what the preset adds.
fn is_near(derived: &Derived, sent: &str, now: Timestamp) -> bool {
    let wanted = now.as_second() + derived.plus;
    let whole = if derived.function == Function::Date { format!("{sent}T00:00:00Z") } else { sent.to_owned() };
    let Ok(sent) = whole.parse::<Timestamp>() else { return false };
    let day = if derived.function == Function::Date { 86_400 } else { 0 };
    sent.as_second().abs_diff(wanted) <= APART + day
}
