//! What a token response says about the binding of its tokens (RFC 9449 section 5), and why a proof was refused.

use crate::app::{CallContext, Failure, FailureKind};
use crate::call::Reply;
use crate::diagnosis::Diagnosis;
use crate::oauth::{Stage, TokenSet, bound_to, clock_skew, proof_nonce, span};

/// The difference of clocks from which a proof is refused by most servers: they are good for about a minute.
const WORTH_TELLING: std::time::Duration = std::time::Duration::from_secs(20);

type Outcome = Result<Box<TokenSet>, Failure>;

/// Refuses the tokens of a sign-in that name another key than the one of the proof: no call with them would be accepted. Those
/// of a refresh are kept, since the refresh token before them may be spent.
pub(super) fn checked(outcome: Outcome, context: &CallContext, stage: Stage) -> Outcome {
    let tokens = outcome?;
    match other_key(context, &tokens) {
        Some(diagnosis) if stage != Stage::RefreshRequest => Err(Failure::new(FailureKind::Refused, diagnosis)),
        _ => Ok(tokens),
    }
}

/// What a person has to know of the tokens that came.
pub(super) fn note(context: &CallContext, tokens: &TokenSet) -> Option<Diagnosis> {
    if let Some(other) = other_key(context, tokens) {
        return Some(other);
    }
    let asked = context.profile.service.dpop.is_some();
    if !asked || tokens.needs_proof() {
        return None;
    }
    let summary = format!(
        "the service did not bind the access token to the key: it answered `token_type` `{}`",
        crate::oauth::plain_line(&tokens.token_type)
    );
    let hint =
        "it is used as a bearer token; have the client registered for DPoP-bound access tokens if they must be bound";
    Some(Diagnosis::new(summary).hint(hint))
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
pub(super) fn explained(mut failure: Failure, context: &CallContext, reply: &Reply) -> Failure {
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
