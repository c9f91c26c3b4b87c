//! The right account: a profile may name the one that is to sign in, and nothing is saved when it is another.
//!
//! This guards against a browser that is still signed in as somebody else. It is no protection from a service, which says itself
//! who signed in.

use crate::app::handle::App;
use crate::app::progress::Report;
use crate::app::sign_in::identity;
use crate::app::tokens;
use crate::app::{CallContext, Exchange, Failure, FailureCode, FailureKind};
use crate::diagnosis::Diagnosis;
use crate::oauth::{TokenSet, decode_jwt};
use crate::service::Profile;

/// The claims of an ID token that name an account (OpenID Connect Core 1.0 section 5.1), the most telling first.
const CLAIMS: [&str; 5] = ["email", "preferred_username", "upn", "name", "sub"];

/// Refuses a profile for one account at a service that does not tell which one signed in, before a browser opens.
pub(super) fn check_tellable(profile: &Profile) -> Result<(), Failure> {
    if profile.account.is_empty() || profile.service.identity.is_some() || profile.asks_for_id_token() {
        return Ok(());
    }
    let service = &profile.service.name;
    let diagnosis = Diagnosis::new(format!(
        "the profile is for `{}` only, and {service} does not tell which account signed in",
        profile.account
    ));
    let hint = "ask for the scope `openid` if the service has it, or remove `account` from the profile";
    Err(Failure::new(FailureKind::Usage, diagnosis.hint(hint)))
}

/// Replaces tokens of another account than the profile is for by a failure, after the service has revoked them if it can and
/// `revokes` says so.
pub(super) async fn check(app: &App, report: &Report, context: &CallContext, exchange: &mut Exchange, revokes: bool) {
    let wanted = &context.profile.account;
    let Ok(tokens) = &exchange.outcome else { return };
    if wanted.is_empty() {
        return;
    }
    let context = CallContext { tokens: Some((**tokens).clone()), ..context.clone() };
    let mut names = claimed(tokens);
    let is_it = |names: &[String]| names.iter().any(|name| name.eq_ignore_ascii_case(wanted));
    let mut unknown = None;
    if !is_it(&names) && context.profile.service.identity.is_some() {
        match identity::ask(app, report, &context).await {
            Ok(identified) => names.extend(identified.fields.into_iter().map(|(_, value)| value)),
            Err(failure) => unknown = Some(failure.diagnosis.summary),
        }
    }
    if is_it(&names) {
        return;
    }
    let became = if revokes { revoked(app, report, &context).await } else { String::new() };
    let summary = match (names.first(), unknown) {
        (Some(found), _) => {
            format!("`{found}` signed in, and the profile is for `{wanted}`: the tokens were not saved")
        }
        (None, Some(why)) => {
            format!("it is not known whether `{wanted}` signed in, so the tokens were not saved: {why}")
        }
        (None, None) => format!("the service does not say whether `{wanted}` signed in: the tokens were not saved"),
    };
    let hint =
        format!("{became}sign out of the service in the browser, or use a private window, and sign in as `{wanted}`");
    let failure = Failure::new(FailureKind::NeedsSignIn, Diagnosis::new(summary).hint(hint));
    exchange.choices.clear();
    exchange.outcome = Err(failure.coded(FailureCode::OtherAccount));
}

/// What the ID token calls the account, as the service sent it over TLS (OpenID Connect Core 1.0 section 3.1.3.7).
fn claimed(tokens: &TokenSet) -> Vec<String> {
    let Some(token) = tokens.id_token.as_ref().and_then(decode_jwt) else { return Vec::new() };
    CLAIMS.iter().filter_map(|claim| Some(token.claims.get(*claim)?.as_str()?.to_owned())).collect()
}

/// Has the service revoke the tokens; what came of it.
pub(super) async fn revoked(app: &App, report: &Report, context: &CallContext) -> String {
    let Some(template) = context.profile.service.revocation.clone() else { return String::new() };
    match tokens::revoke::revoke(app, report, context, &template).await {
        Ok(()) => "the new tokens were revoked; ".to_owned(),
        Err(failure) => format!("the new tokens could not be revoked ({}); ", failure.diagnosis.summary),
    }
}
