//! The checks of an ID token in words.

use crate::oauth::identity::id_token::{Checked, IdTokenCheck, Verdict};

/// What failed, in words; `None` if nothing did.
pub fn failed_words(checks: &[IdTokenCheck]) -> Option<String> {
    let failed = checks.iter().filter_map(|check| match &check.verdict {
        Verdict::Failed(why) => Some(why.as_str()),
        _ => None,
    });
    let failed: Vec<&str> = failed.collect();
    (!failed.is_empty()).then(|| failed.join("; "))
}

/// What was asked for and not met, in words; `None` if nothing was.
pub fn unmet_words(checks: &[IdTokenCheck]) -> Option<String> {
    checks.iter().find_map(|check| match &check.verdict {
        Verdict::Unmet(why) => Some(why.clone()),
        _ => None,
    })
}

/// All of them in a sentence for people.
pub fn id_token_words(checks: &[IdTokenCheck]) -> String {
    let is = |check: &&IdTokenCheck, word: &str| check.verdict.word() == word;
    let passed = checks.iter().filter(|check| is(check, "passed")).count();
    if let Some(failed) = failed_words(checks) {
        return format!("Do not trust it: {}", failed.replace('`', ""));
    }
    if let Some(unmet) = unmet_words(checks) {
        return format!("It is good, and not all that was asked for: {}", unmet.replace('`', ""));
    }
    let is_signed = checks.iter().any(|check| check.checked == Checked::Signature && check.verdict == Verdict::Passed);
    let checks = if passed == 1 { "check" } else { "checks" };
    if is_signed {
        format!("Signed by its issuer and meant for this client: {passed} {checks} passed")
    } else {
        format!("As it should be: {passed} {checks} passed; its signature could not be checked")
    }
}
