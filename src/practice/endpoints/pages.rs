//! The pages that a person sees: templates from `assets/practice/`, filled once, with everything escaped. No
//! script, no foreign resource, and a policy that would not let one in.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::practice::contract::{
    ACCOUNTS, AUTHORIZE, CERTIFICATE_PAGE, CLIENT_ID, CLIENT_SECRET, CLOCK_PAGE, CLOCK_STEPS, DEVICE,
    DEVICE_AUTHORIZATION, INTROSPECT, KEY_CLIENT_ID, PASSWORD, PASTE_PAGE, PUBLIC_CLIENT_ID, REGISTER, RESOURCE,
    REVOKE, SCOPES, SIGN_IN_PAGE, TOKEN, USER_NAME, USERINFO,
};
use crate::practice::fault::Fault;
use crate::practice::http::message::Response;
use crate::secret::Secret;

const FRAME: &str = include_str!("../../../assets/practice/page.html");
/// A checkout may change line ends, and a browser normalises them before it compares the hash.
static STYLE: LazyLock<String> =
    LazyLock::new(|| include_str!("../../../assets/practice/style.css").replace("\r\n", "\n"));

/// Nothing but our own style sheet may load, and no other page may hold this one in a frame. `form-action` is left
/// open: browsers apply it to the redirect after a form as well, and ours leads to the client.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!("default-src 'none'; style-src 'sha256-{hash}'; frame-ancestors 'none'; base-uri 'none'")
});

/// A value for a template.
enum Slot {
    /// Text, to be escaped.
    Text(String),
    /// HTML made here from escaped parts.
    Markup(String),
}

/// The front page: what this is and how to use it.
pub(crate) fn home(issuer: &str, faults: &[Fault]) -> Response {
    let endpoints = [
        ("GET", AUTHORIZE, "authorization"),
        ("POST", TOKEN, "tokens"),
        ("POST", DEVICE_AUTHORIZATION, "sign-in on another device"),
        ("GET", DEVICE, "its page for a person"),
        ("POST", REGISTER, "registration of a client"),
        ("GET", USERINFO, "identity"),
        ("GET", RESOURCE, "a protected resource"),
        ("POST", REVOKE, "revocation"),
        ("POST", INTROSPECT, "introspection"),
        ("GET", "/.well-known/openid-configuration", "metadata"),
    ];
    let endpoints = endpoints.into_iter().map(|(method, path, meaning)| {
        let address = format!("{issuer}{path}");
        fill(
            include_str!("../../../assets/practice/endpoint-row.html"),
            &[("method", text(method)), ("address", text(&address)), ("meaning", text(meaning))],
        )
    });
    let rows = faults.iter().map(|fault| {
        let slots = [("name", text(fault.name())), ("meaning", marked(fault.explanation()))];
        fill(include_str!("../../../assets/practice/fault-row.html"), &slots)
    });
    let faults = if faults.is_empty() {
        include_str!("../../../assets/practice/no-faults.html").to_owned()
    } else {
        fill(include_str!("../../../assets/practice/faults.html"), &[("rows", Slot::Markup(rows.collect()))])
    };
    let slots = [
        ("client_id", text(CLIENT_ID)),
        ("client_secret", text(CLIENT_SECRET)),
        ("public_client_id", text(PUBLIC_CLIENT_ID)),
        ("key_client_id", text(KEY_CLIENT_ID)),
        ("keys", text(&format!("{issuer}{CERTIFICATE_PAGE}"))),
        ("clock", text(&format!("{issuer}{CLOCK_PAGE}"))),
        ("accounts", text(&ACCOUNTS.join(" or "))),
        ("register", text(&format!("{issuer}{REGISTER}"))),
        ("password", text(PASSWORD)),
        ("user_name", text(USER_NAME)),
        ("paste_page", text(PASTE_PAGE)),
        ("scopes", text(&SCOPES.iter().map(|scope| scope.name).collect::<Vec<_>>().join(" "))),
        ("endpoints", Slot::Markup(endpoints.collect())),
        ("faults", Slot::Markup(faults)),
    ];
    page(200, "Practice service", include_str!("../../../assets/practice/home.html"), &slots)
}

/// The sign-in page; `notice` says what was wrong with the last attempt.
pub(crate) fn sign_in(client_id: &str, ticket: &Secret, name: &str, notice: Option<&str>) -> Response {
    let notice =
        notice.map(|words| fill(include_str!("../../../assets/practice/notice.html"), &[("words", marked(words))]));
    let slots = [
        ("action", text(SIGN_IN_PAGE)),
        ("client_id", text(client_id)),
        ("ticket", text(ticket.expose())),
        ("name", text(name)),
        ("accounts", accounts()),
        ("password", text(PASSWORD)),
        ("notice", Slot::Markup(notice.unwrap_or_default())),
    ];
    page(200, "Sign in", include_str!("../../../assets/practice/sign-in.html"), &slots)
}

/// The accounts that the sign-in page offers.
fn accounts() -> Slot {
    let option = |name: &&str| fill(include_str!("../../../assets/practice/account.html"), &[("name", text(name))]);
    Slot::Markup(ACCOUNTS.iter().map(option).collect())
}

/// The page on which a code from another device is typed; `notice` says what was wrong with the last attempt.
pub(crate) fn device(user_code: &str, name: &str, notice: Option<&str>) -> Response {
    let notice =
        notice.map(|words| fill(include_str!("../../../assets/practice/notice.html"), &[("words", marked(words))]));
    let slots = [
        ("action", text(DEVICE)),
        ("user_code", text(user_code)),
        ("name", text(name)),
        ("password", text(PASSWORD)),
        ("notice", Slot::Markup(notice.unwrap_or_default())),
    ];
    page(200, "Sign in on this device", include_str!("../../../assets/practice/device.html"), &slots)
}

/// That a person has decided.
pub(crate) fn done(heading: &'static str, words: &str) -> Response {
    let slots = [("heading", text(heading)), ("words", text(words))];
    page(200, heading, include_str!("../../../assets/practice/done.html"), &slots)
}

/// The page to upload a certificate on, with the fingerprint of the one that was uploaded, or with what was wrong.
pub(crate) fn keys(uploaded: Option<&str>, wrong: Option<&str>) -> Response {
    let words = uploaded.map(|fingerprint| format!("Uploaded. Its SHA-256 fingerprint: `{fingerprint}`"));
    let words = words.or(wrong.map(str::to_owned));
    let notice =
        words.map(|words| fill(include_str!("../../../assets/practice/notice.html"), &[("words", marked(&words))]));
    let slots = [
        ("client_id", text(KEY_CLIENT_ID)),
        ("action", text(CERTIFICATE_PAGE)),
        ("notice", Slot::Markup(notice.unwrap_or_default())),
    ];
    let status = if wrong.is_some() { 400 } else { 200 };
    page(status, "Certificate", include_str!("../../../assets/practice/keys.html"), &slots)
}

/// The page that moves the clock.
pub(crate) fn clock(time: &str, is_ahead: bool) -> Response {
    let steps = CLOCK_STEPS.iter().map(|(value, words, _)| {
        let slots = [("value", text(value)), ("words", text(words))];
        fill(include_str!("../../../assets/practice/clock-step.html"), &slots)
    });
    let slots = [
        ("time", text(time)),
        ("notice", text(if is_ahead { ", which is ahead of this computer" } else { "" })),
        ("action", text(CLOCK_PAGE)),
        ("steps", Slot::Markup(steps.collect())),
    ];
    page(200, "Clock", include_str!("../../../assets/practice/clock.html"), &slots)
}

/// The consent page of a sign-in; the decision goes to `action`.
pub(crate) fn consent(action: &str, client_id: &str, scopes: &[String], ticket: &Secret, name: &str) -> Response {
    let asked = SCOPES.iter().filter(|known| scopes.iter().any(|scope| scope == known.name));
    let rows = asked.map(|scope| {
        let slots = [("name", text(scope.name)), ("meaning", text(scope.meaning))];
        fill(include_str!("../../../assets/practice/scope-row.html"), &slots)
    });
    let slots = [
        ("action", text(action)),
        ("client_id", text(client_id)),
        ("ticket", text(ticket.expose())),
        ("name", text(name)),
        ("scopes", Slot::Markup(rows.collect())),
    ];
    page(200, "Allow access", include_str!("../../../assets/practice/consent.html"), &slots)
}

pub(crate) fn error(status: u16, title: &'static str, words: &str, advice: &str) -> Response {
    let slots = [("heading", text(title)), ("words", marked(words)), ("advice", text(advice))];
    page(status, title, include_str!("../../../assets/practice/error.html"), &slots)
}

/// The response as a form; without scripts, the person must press the button.
pub(crate) fn form_post(target: &str, parameters: &[(&str, String)]) -> Response {
    let fields = parameters.iter().map(|(name, value)| {
        let slots = [("name", text(name)), ("value", text(value))];
        fill(include_str!("../../../assets/practice/hidden-field.html"), &slots)
    });
    let slots = [("target", text(target)), ("fields", Slot::Markup(fields.collect()))];
    page(200, "Continue", include_str!("../../../assets/practice/form-post.html"), &slots)
}

/// The URL of the redirect, for a redirect URI where nothing answers.
pub(crate) fn paste(address: &str) -> Response {
    let slots = [("address", text(address)), ("paste_page", text(PASTE_PAGE))];
    page(200, "Copy the address", include_str!("../../../assets/practice/paste.html"), &slots)
}

fn page(status: u16, title: &str, template: &str, slots: &[(&str, Slot)]) -> Response {
    let frame =
        [("title", text(title)), ("style", Slot::Markup(STYLE.clone())), ("body", Slot::Markup(fill(template, slots)))];
    Response::text(status, "text/html; charset=utf-8", fill(FRAME, &frame))
        .header("content-security-policy", POLICY.as_str())
        .header("referrer-policy", "no-referrer")
}

/// Replaces each `{{name}}` once; inserted values are not expanded again.
fn fill(template: &str, slots: &[(&str, Slot)]) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        filled.push_str(before);
        let (name, after) = after.split_once("}}").unwrap_or((after, ""));
        match slots.iter().find(|(known, _)| *known == name).map(|(_, slot)| slot) {
            Some(Slot::Text(text)) => filled.push_str(&escaped(text)),
            Some(Slot::Markup(markup)) => filled.push_str(markup),
            None => debug_assert!(false, "no slot `{name}`"),
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

fn text(text: &str) -> Slot {
    Slot::Text(text.to_owned())
}

/// Escaped text with `literals` as code.
fn marked(text: &str) -> Slot {
    let parts = text.split('`').enumerate().map(|(number, part)| match number % 2 {
        1 => format!("<code>{}</code>", escaped(part)),
        _ => escaped(part),
    });
    Slot::Markup(parts.collect())
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::practice::http::message::Body;

    fn html(answer: Response) -> String {
        match answer.body {
            Body::Text(text) => text,
            Body::Endless(_) | Body::Broken(_) => panic!("a page ends"),
        }
    }

    fn every_page(hostile: &str) -> Vec<Response> {
        let ticket = Secret::new(hostile);
        let scopes = ["openid".to_owned()];
        vec![
            home(hostile, &Fault::all().collect::<Vec<_>>()),
            sign_in(hostile, &ticket, hostile, Some(hostile)),
            consent(hostile, hostile, &scopes, &ticket, hostile),
            device(hostile, hostile, Some(hostile)),
            error(400, "Error", hostile, hostile),
            form_post(hostile, &[("state", hostile.to_owned())]),
            paste(hostile),
            keys(Some(hostile), None),
        ]
    }

    #[test]
    fn everything_echoed_is_escaped_and_nothing_is_filled_twice() {
        let hostile = "\"'><script>alert(1)</script>{{style}}&";
        for answer in every_page(hostile) {
            let html = html(answer);
            assert!(!html.contains("<script"), "{html}");
            let echoed = "&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;{{style}}&amp;";
            assert!(html.contains(echoed), "{html}");
        }
    }

    #[test]
    fn every_page_says_that_it_is_practice_and_loads_nothing() {
        for answer in every_page("x") {
            let policy = answer.headers.iter().find(|(name, _)| *name == "content-security-policy");
            assert!(policy.is_some_and(|(_, policy)| policy.starts_with("default-src 'none'")));
            let html = html(answer);
            assert!(html.contains("never type a real password"), "{html}");
            for foreign in ["src=", "@import", "url(", "<link"] {
                assert!(!html.contains(foreign), "{foreign}");
            }
        }
    }
}
