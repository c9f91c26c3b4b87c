//! The public keys of an issuer, where its metadata says that they are (RFC 8414 section 2, `jwks_uri`). They are kept while
//! the program runs, and fetched anew for a key that is not among them.

use serde_json::Value as Json;
use url::Url;

use crate::app::blocking::locked;
use crate::app::handle::App;
use crate::app::progress::{Progress, Report};
use crate::app::services::metadata::fetch_metadata;
use crate::app::sign_in::send::ask_address;
use crate::app::state::Published;
use crate::app::{Failure, FailureKind};
use crate::call::{Method, is_loopback};
use crate::diagnosis::Diagnosis;
use crate::dialect::Issuer;
use crate::oauth::{KeySet, Recipients};

/// More issuers than a person meets in a day. With one more, all are forgotten.
const MOST_ISSUERS: usize = 32;

/// The keys of an issuer. Those that are known are fetched anew, once, if the one of this ID is not among them.
pub(in crate::app) async fn keys_of(
    app: &App,
    report: &Report,
    issuer: &str,
    key: Option<&str>,
) -> Result<Published, Failure> {
    let known = locked(&app.issuer_keys).get(issuer).cloned();
    if let Some(known) = known.filter(|known| key.is_none_or(|id| known.keys.has(id))) {
        return Ok(known);
    }
    fetch_anew(app, report, issuer).await
}

/// The keys of an issuer, and what it decrypts, as it is now: nothing tells that a key to encrypt to was replaced.
pub(in crate::app) async fn fetch_anew(app: &App, report: &Report, issuer: &str) -> Result<Published, Failure> {
    let fetched = fetch(app, report, issuer).await?;
    let mut all = locked(&app.issuer_keys);
    if all.len() >= MOST_ISSUERS {
        all.clear();
    }
    all.insert(issuer.to_owned(), fetched.clone());
    Ok(fetched)
}

async fn fetch(app: &App, report: &Report, issuer: &str) -> Result<Published, Failure> {
    // Google's tokens may leave the scheme out.
    let parsed = Issuer::parse(issuer).or_else(|| Issuer::parse(&format!("https://{issuer}")));
    let Some(parsed) = parsed else {
        let diagnosis = Diagnosis::new(format!("the issuer `{issuer}` is not an https URL"));
        return Err(Failure::new(FailureKind::Usage, diagnosis.hint("its keys cannot be fetched")));
    };
    let metadata = fetch_metadata(app, report, &parsed, |document| document.contains_key("jwks_uri")).await?;
    let address = key_address(&metadata.text, parsed.as_str()).ok_or_else(|| {
        let diagnosis = Diagnosis::new(format!("the metadata of `{issuer}` does not say where its keys are"));
        Failure::new(FailureKind::Refused, diagnosis)
    })?;
    report.tell(Progress::Fetching(address.clone()));
    let reply = ask_address(app, report, Method::Get, &address).await?;
    let keys = reply.is_success().then(|| KeySet::parse(reply.body.expose())).flatten();
    let Some(keys) = keys else {
        let said = if reply.is_success() { "no key set".to_owned() } else { reply.status.to_string() };
        let diagnosis = Diagnosis::new(format!("{address}, where the keys of `{issuer}` should be, answered {said}"));
        return Err(Failure::new(FailureKind::Refused, diagnosis));
    };
    let recipients = Recipients::read(&metadata.text, reply.body.expose());
    Ok(Published { address, keys, recipients })
}

/// Where the keys are by the metadata: at an https URL, or on this machine if the issuer is on it.
fn key_address(metadata: &str, issuer: &str) -> Option<String> {
    let json: Json = serde_json::from_str(metadata).ok()?;
    let url = Url::parse(json.get("jwks_uri")?.as_str()?).ok()?;
    let is_local = is_loopback(&url);
    let is_fit = url.scheme() == "https" || url.scheme() == "http" && is_local;
    // Metadata from elsewhere must not lead to what listens on this machine.
    let is_own = !is_local || Url::parse(issuer).is_ok_and(|issuer| is_loopback(&issuer));
    (is_fit && is_own).then(|| url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_fetched_over_https_or_from_this_machine_for_an_issuer_on_it() {
        let check = |address: &str, issuer: &str, is_fit: bool| {
            let metadata = serde_json::json!({ "jwks_uri": address }).to_string();
            let found = key_address(&metadata, issuer);
            assert_eq!(found.as_deref(), is_fit.then_some(address), "{address} of {issuer}");
        };
        check("https://keys.test/jwks", "https://op.test", true);
        check("http://keys.test/jwks", "https://op.test", false);
        check("http://127.0.0.1:1/jwks", "https://op.test", false);
        check("https://localhost/jwks", "https://op.test", false);
        check("http://127.0.0.1:1/jwks", "http://127.0.0.1:1", true);
        check("file:///etc/passwd", "https://op.test", false);
        assert_eq!(key_address("{}", "https://op.test"), None);
    }
}
