//! A URL while it is typed.

use crate::diagnosis::Diagnosis;

/// What is wrong with a URL as it is typed. What its placeholders come to is checked when it is used.
pub fn wrong_url(name: &str, typed: &str) -> Option<Diagnosis> {
    let typed = typed.trim();
    if typed.is_empty() {
        let missing = Diagnosis::new(format!("the {name} is missing"));
        return Some(missing.hint("enter the URL from the service's documentation"));
    }
    // A placeholder may stand for anything, the scheme and the host included.
    if typed.contains(['<', '{']) {
        return None;
    }
    let wrong = |why: &str| {
        let diagnosis = Diagnosis::new(format!("the {name} {why}"));
        Some(diagnosis.hint("enter an address such as https://example.com/oauth2/token"))
    };
    match url::Url::parse(typed) {
        Ok(url) if !matches!(url.scheme(), "https" | "http") => wrong("does not begin with https://"),
        Ok(url) if url.host().is_none() => wrong("names no host"),
        Ok(_) if typed.contains(char::is_whitespace) => wrong("contains a space"),
        Ok(_) => None,
        Err(_) => wrong("is not a URL"),
    }
}
