//! What a token response says about the binding of its tokens (RFC 9449 section 5), and why a proof was refused.

use crate::app::{CallContext, Failure, FailureKind};
use crate::call::Reply;
use crate::diagnosis::Diagnosis;
use crate::oauth::{Stage, TokenSet, bound_to, clock_skew, plain_line, proof_nonce, span};
use crate::service::SecurityProfile;

/// The difference of clocks from which a proof is refused by most servers: they are good for about a minute.
const WORTH_TELLING: std::time::Duration = std::time::Duration::from_secs(20);

type Outcome = Result<Box<TokenSet>, Failure>;

/// Refuses the tokens of a sign-in that name another key than the one of the proof, since no call with them would be accepted,
/// and bearer tokens where the profile is held to FAPI 2.0. Those of a refresh are kept, since the refresh token before them may be spent.
pub(in crate::app) fn checked(outcome: Outcome, context: &CallContext, stage: Stage) -> Outcome {
    let tokens = outcome?;
    let must_be_bound = context.profile.service.security_profile.is_some_and(SecurityProfile::is_fapi);
    let unbound = not_bound(context, &tokens).filter(|_| must_be_bound);
    let unbound =
        unbound.map(|told| told.hint("FAPI 2.0 takes bound tokens only: have the client registered for them"));
    match other_key(context, &tokens).or(unbound) {
        Some(diagnosis) if stage != Stage::RefreshRequest => Err(Failure::new(FailureKind::Refused, diagnosis)),
        _ => Ok(tokens),
    }
}

/// What a person has to know of the tokens that came.
pub(in crate::app) fn note(context: &CallContext, tokens: &TokenSet) -> Option<Diagnosis> {
    if let Some(other) = other_key(context, tokens) {
        return Some(other);
    }
    let hint =
        "it is used as a bearer token; have the client registered for DPoP-bound access tokens if they must be bound";
    not_bound(context, tokens).map(|told| told.hint(hint))
}

fn not_bound(context: &CallContext, tokens: &TokenSet) -> Option<Diagnosis> {
    if context.profile.service.dpop.is_none() || tokens.needs_proof() {
        return None;
    }
    let answered = plain_line(&tokens.token_type);
    let summary =
        format!("the service did not bind the access token to the key: it answered `token_type` `{answered}`");
    Some(Diagnosis::new(summary))
}

fn other_key(context: &CallContext, tokens: &TokenSet) -> Option<Diagnosis> {
    let (theirs, ours) = (bound_to(&tokens.access_token)?, context.proof_thumbprint()?);
    if theirs == ours {
        return None;
    }
    let summary = "the access token is bound to another key (`cnf.jkt`) than the one that the request was signed with";
    let hint =
        "no call with this token can be signed: it is a fault of the service, or the reply was meant for somebody else";
    Some(Diagnosis::new(summary).hint(hint))
}

/// A refusal that is about the proof, with what to do about it. Others stay as they are.
pub(in crate::app) fn explained(mut failure: Failure, context: &CallContext, reply: &Reply) -> Failure {
    if !context.binds_tokens() {
        return failure;
    }
    let hint = match failure.said.as_deref() {
        Some("use_dpop_nonce") if proof_nonce(reply).is_none() => {
            "the service wants a nonce in the proof, and gives none that can be used: that is a fault of the service".to_owned()
        }
        Some("use_dpop_nonce") => {
            "the service refuses the nonce that it gave itself: try again; if that repeats, it is a fault of the service"
                .to_owned()
        }
        Some("invalid_dpop_proof") => of_proof(reply),
        _ => return failure,
    };
    failure.diagnosis.hint = Some(hint);
    failure
}

fn of_proof(reply: &Reply) -> String {
    let skew = clock_skew(reply);
    let by = skew.unsigned_abs();
    if by >= WORTH_TELLING {
        let side = if skew.is_positive() { "behind" } else { "ahead of" };
        return format!(
            "this machine's clock is {} {side} the service's, and a proof is good for about a minute: set the clock",
            span(by)
        );
    }
    "the clocks agree: the service may have seen the same proof before, as behind a proxy that sends requests twice, or take \
     another algorithm"
        .to_owned()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::oauth::{AssertionAlgorithm, ProfileSecrets};
    use crate::secret::Secret;
    use crate::service::{Catalog, ProfileDraft};

    #[test]
    fn a_bearer_token_is_borne_unless_the_profile_is_held_to_fapi() {
        let mut draft = ProfileDraft::new(Catalog::bundled().service("practice").expect("a preset"));
        draft.service.dpop = Some(AssertionAlgorithm::ES256);
        let tokens = || Box::new(TokenSet::bearer(Secret::new("made-up"), Timestamp::UNIX_EPOCH));
        let mut check = |held_to, stage, is_taken| {
            draft.service.security_profile = held_to;
            let context = CallContext::new(draft.as_typed(), ProfileSecrets::default());
            assert_eq!(checked(Ok(tokens()), &context, stage).is_ok(), is_taken, "{held_to:?} {stage:?}");
            assert!(note(&context, &tokens()).is_some(), "it is told in any case");
        };
        check(None, Stage::TokenRequest, true);
        check(Some(SecurityProfile::OAuth21), Stage::TokenRequest, true);
        check(Some(SecurityProfile::Fapi2), Stage::TokenRequest, false);
        check(Some(SecurityProfile::Fapi2), Stage::RefreshRequest, true);
    }
}
