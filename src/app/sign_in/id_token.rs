//! The ID token of a sign-in: checked before its tokens are saved (OpenID Connect Core 1.0 section 3.1.3.7). One that fails a
//! check ends the sign-in. What cannot be checked ends nothing, since the token came from the token endpoint itself over TLS
//! (point 6 of that section): an issuer that is not known here, keys that cannot be had.

use crate::app::handle::App;
use crate::app::progress::Report;
use crate::app::sign_in::account::revoked;
use crate::app::tokens::signature::{Reach, Signature, SignatureState, signature_of};
use crate::app::{CallContext, Exchange, Failure, FailureCode, FailureKind, Recovery};
use crate::diagnosis::Diagnosis;
use crate::oauth::{
    Answered, Checked, ExpectedIdToken, IdTokenCheck, Inspected, TokenForm, TokenSet, TokenUse, Verdict,
    check_id_token, decrypt, departure_of_renewed, failed_words, unmet_words,
};
use crate::secret::Secret;
use crate::service::SecurityProfile;

/// The chapter that says what is checked.
const VALIDATION: &str = "https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation";

/// Checks the ID token of a sign-in. One that fails is replaced, with all that came with it, by a failure, after the service has
/// revoked them if it can.
pub(super) async fn check(app: &App, report: &Report, context: &CallContext, exchange: &mut Exchange) {
    let Ok(tokens) = &exchange.outcome else { return };
    exchange.id_token = of_sign_in(app, context, tokens).await;
    if let Some(unmet) = unmet_words(&exchange.id_token) {
        let hint = "an API that asks for more will refuse the token; sign in again by the way that it asks for";
        exchange.notes.push(Diagnosis::new(unmet).hint(hint));
    }
    let Some(failed) = failed_words(&exchange.id_token) else { return };
    let context = CallContext { tokens: Some((**tokens).clone()), ..context.clone() };
    let became = revoked(app, report, &context).await;
    exchange.choices.clear();
    exchange.outcome = Err(refused(context.profile.service.name.as_str(), &failed, &exchange.id_token, &became));
}

/// Checks the ID token of a refresh whose tokens are not saved under a profile yet. The refresh token is spent now, so its
/// successor is kept whatever comes of it, and a person is told.
pub(super) async fn warn(app: &App, context: &CallContext, exchange: &mut Exchange) {
    let Ok(tokens) = &exchange.outcome else { return };
    let failed = if context.tokens.is_some() {
        departure_words(context.tokens.as_ref(), tokens)
    } else {
        // It answers no authorization request of ours.
        let context = CallContext { authorized: None, ..context.clone() };
        exchange.id_token = of_sign_in(app, &context, tokens).await;
        failed_words(&exchange.id_token)
    };
    if let Some(failed) = failed {
        let summary = format!("the ID token should not be trusted: {failed}");
        exchange.notes.push(Diagnosis::new(summary).hint("the tokens were kept, since the refresh token may be spent"));
    }
}

/// The issuer's keys are fetched without a word: what comes of it is told with the tokens.
async fn of_sign_in(app: &App, context: &CallContext, tokens: &TokenSet) -> Vec<IdTokenCheck> {
    let profile = &context.profile;
    // What nobody asked for and nobody relies on may be anything.
    if !profile.asks_for_id_token() && profile.account.is_empty() {
        return Vec::new();
    }
    let asked = |name: &str| context.asked(name, &context.values());
    let (max_age, acr_values) = (asked("max_age").and_then(|text| text.parse().ok()), asked("acr_values"));
    let authorized = context.authorized.as_ref();
    let answers = authorized.map(|authorized| Answered {
        nonce: authorized.nonce.as_deref(),
        state: authorized.state.as_deref(),
        code: Some(&authorized.code),
        max_age: max_age.map(|max_age| (max_age, authorized.asked_at)),
        acr_values: acr_values.as_deref().unwrap_or_default(),
    });
    checks(app, &Report::none(), context, tokens, Some(answers.unwrap_or_default()), Reach::Profile).await
}

/// The checks of a set's ID token; none if it has none, or one that only its service can read.
pub(in crate::app) async fn checks(
    app: &App,
    report: &Report,
    context: &CallContext,
    tokens: &TokenSet,
    answers: Option<Answered<'_>>,
    reach: Reach,
) -> Vec<IdTokenCheck> {
    let Some(token) = &tokens.id_token else { return Vec::new() };
    let inspected = Inspected::read(token);
    match inspected.form {
        TokenForm::Signed => {}
        // What was decrypted came as what it is inside, so this could not be.
        TokenForm::Encrypted => return undecrypted(context, token),
        TokenForm::Broken | TokenForm::Opaque => return Vec::new(),
    }
    let expected = context.expected(Some(TokenUse::Id));
    let signature = signature_of(app, report, (Some(context), reach), (token, &inspected), &expected).await;
    let compared = ExpectedIdToken {
        issuer: expected.issuer.as_deref(),
        is_own_issuer: inspected.issuer().is_some_and(|issuer| expected.is_issuer(issuer)),
        client_id: &expected.client_id,
        is_fapi: context.profile.service.security_profile.is_some_and(SecurityProfile::is_fapi),
        signature: verdict(signature),
        access_token: Some(&tokens.access_token),
        answers,
    };
    check_id_token(&inspected, &compared, (app.ports.now)())
}

/// Decrypts an ID token that is encrypted to the key of the profile: what is kept is the signed one inside, which can be checked
/// and read as any other. What cannot be decrypted stays as it is.
pub(in crate::app::sign_in) fn open(context: &CallContext, tokens: &mut TokenSet) {
    let Some(token) = tokens.id_token.as_ref().filter(|token| Inspected::read(token).form == TokenForm::Encrypted)
    else {
        return;
    };
    if let Ok(inside) = decrypt(token, context.secrets.signing_key.as_ref()) {
        tokens.id_token = Some(inside);
    }
}

/// The check of an ID token that stayed encrypted. Without a key nothing of it can be read, and nothing is relied on.
fn undecrypted(context: &CallContext, token: &Secret) -> Vec<IdTokenCheck> {
    let verdict = match (decrypt(token, context.secrets.signing_key.as_ref()), &context.secrets.signing_key) {
        (Err(error), Some(_)) => Verdict::Failed(error.to_string()),
        (Err(error), None) => Verdict::NotChecked(error.to_string()),
        (Ok(_), _) => return Vec::new(),
    };
    vec![IdTokenCheck { checked: Checked::Algorithm, verdict }]
}

fn verdict(Signature { state, words }: Signature) -> Verdict {
    match state {
        SignatureState::Valid => Verdict::Passed,
        SignatureState::Invalid => Verdict::Failed(format!("its signature is wrong: {}", words.summary)),
        SignatureState::Absent => Verdict::Failed("it has no signature".to_owned()),
        SignatureState::Unchecked | SignatureState::Stranger => Verdict::NotChecked(words.summary),
    }
}

fn refused(service: &str, failed: &str, checks: &[IdTokenCheck], became: &str) -> Failure {
    let summary = format!("the ID token of {service} was refused, and nothing was saved: {failed}");
    let is_failed =
        |one: Checked| checks.iter().any(|check| check.checked == one && matches!(check.verdict, Verdict::Failed(_)));
    let mend = if checks.len() == 1 && is_failed(Checked::Algorithm) {
        "have the service encrypt to the key of this profile, by `RSA-OAEP-256` or `ECDH-ES+A256KW`, or not encrypt"
    } else if is_failed(Checked::Expiry) || is_failed(Checked::IssuedAt) {
        "compare this machine's clock with the service's, and sign in again"
    } else if is_failed(Checked::Nonce) {
        "sign in again; a preset for a service that never repeats it has `omit = [\"nonce\"]` under `authorization`"
    } else if is_failed(Checked::AuthenticationTime) {
        "sign in again, and enter the password anew where the service asks; if it does not ask, it does not know `max_age`"
    } else if is_failed(Checked::Issuer) {
        "compare the issuer in the preset (`redirect.issuer`) with the one in the service's documentation"
    } else {
        "sign in again; if it stays so, the service or something in between is not to be trusted"
    };
    let diagnosis = Diagnosis::new(summary).hint(format!("{became}{mend}")).reference(VALIDATION);
    Failure::new(FailureKind::Refused, diagnosis).coded(FailureCode::IdTokenRefused)
}

fn departure_words(before: Option<&TokenSet>, now: &TokenSet) -> Option<String> {
    let (before, came) = (before?.id_token.as_ref()?, now.id_token.as_ref()?);
    if before == came {
        return None;
    }
    departure_of_renewed(&Inspected::read(before), &Inspected::read(came))
}

/// What is wrong with the ID token of a refresh, if it brought one (section 12.2).
pub(in crate::app) fn departure(before: Option<&TokenSet>, now: &TokenSet) -> Option<Failure> {
    let departure = departure_words(before, now)?;
    let summary = format!("the ID token of the refresh was refused: {departure}");
    let hint = "the new refresh token was kept and the new access token was not; sign in again as the right account";
    let reference = "https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokenResponse";
    let diagnosis = Diagnosis::new(summary).hint(hint).reference(reference);
    let failure = Failure::new(FailureKind::NeedsSignIn, diagnosis).coded(FailureCode::IdTokenRefused);
    Some(Failure { recovery: Recovery::SignIn, ..failure })
}
