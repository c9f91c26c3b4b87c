//! That the identity endpoint speaks of the person of the ID token (OpenID Connect Core 1.0 section 5.3.2).

use serde_json::Value as Json;

use crate::app::{Failure, FailureCode, FailureKind};
use crate::diagnosis::Diagnosis;
use crate::oauth::{Inspected, TokenSet};

/// Refuses what the identity endpoint says of another person than the ID token is about (section 5.3.2).
pub(in crate::app) fn check_subject(tokens: Option<&TokenSet>, said: &Json) -> Result<(), Failure> {
    let inspected = tokens.and_then(|tokens| tokens.id_token.as_ref()).map(Inspected::read);
    let signed_in = inspected.as_ref().and_then(|token| token.claims_json.get("sub")?.as_str());
    let (Some(signed_in), Some(told)) = (signed_in, said.get("sub").and_then(Json::as_str)) else { return Ok(()) };
    if signed_in == told {
        return Ok(());
    }
    let summary =
        format!("the identity endpoint told of `{told}` (`sub`), and the ID token is about `{signed_in}`: refused");
    let hint = "the access token may belong to another account: sign in again";
    let reference = "https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponse";
    let diagnosis = Diagnosis::new(summary).hint(hint).reference(reference);
    Err(Failure::new(FailureKind::Refused, diagnosis).coded(FailureCode::IdTokenRefused))
}
