//! Authorization details (RAR, RFC 9396): the one type that the practice service knows, how it describes it
//! (draft-ietf-oauth-rar-metadata-remediation-00 section 5), and the API that wants it.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::practice::http::message::{ErrorCode, Parameters, Refusal};
use crate::practice::state::signed_token::GrantedAccess;

/// Where the types are described.
pub(crate) const DETAIL_TYPES: &str = "/authorization-details-types";

/// The type.
pub(crate) const DETAIL_TYPE: &str = "practice_payment";

const CURRENCIES: [&str; 3] = ["EUR", "USD", "JPY"];

/// The description of the type.
pub(crate) fn described(issuer: &str) -> Value {
    json!({ DETAIL_TYPE: {
        "description": "One payment of practice money",
        "documentation_uri": format!("{issuer}/"),
        "schema": {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "required": ["type", "amount", "creditor"],
            "additionalProperties": false,
            "properties": {
                "type": { "const": DETAIL_TYPE },
                "creditor": { "type": "string", "minLength": 1, "description": "Who is paid" },
                "amount": {
                    "type": "object",
                    "required": ["currency", "value"],
                    "properties": {
                        "currency": { "enum": CURRENCIES },
                        "value": { "type": "number", "exclusiveMinimum": 0 },
                    },
                },
            },
        },
        "examples": [payment()],
    }})
}

fn payment() -> Value {
    json!({ "type": DETAIL_TYPE, "creditor": "Grace", "amount": { "currency": "EUR", "value": 12.5 } })
}

/// The details that a request asks for; `None` if it asks for none. Judged without the schema, which is for the client.
pub(crate) fn asked(parameters: &Parameters) -> Result<Option<Value>, Refusal> {
    let Some(text) = parameters.one("authorization_details")? else { return Ok(None) };
    let refused = |words: &str| Refusal::new(ErrorCode::InvalidAuthorizationDetails, words);
    let parsed: Option<Value> = serde_json::from_str(text).ok();
    let details = parsed.filter(|details| details.as_array().is_some_and(|items| !items.is_empty()));
    let details = details.ok_or_else(|| refused("`authorization_details` must be a JSON list"))?;
    for detail in details.as_array().into_iter().flatten() {
        if detail["type"] != DETAIL_TYPE {
            return Err(refused("the only type is `practice_payment`"));
        }
        let amount = &detail["amount"];
        let is_money = amount["value"].as_f64().is_some_and(|value| value > 0.0)
            && amount["currency"].as_str().is_some_and(|currency| CURRENCIES.contains(&currency));
        if !is_money || detail["creditor"].as_str().is_none_or(str::is_empty) {
            return Err(refused(
                "a `practice_payment` needs an `amount` with `currency` and `value`, and a `creditor`",
            ));
        }
    }
    Ok(Some(details))
}

/// Whether a token allows a payment.
pub(crate) fn allows_payment(grant: &GrantedAccess) -> bool {
    grant.details.is_some()
}

/// What the API asks for where a token does not (section 4 of the draft).
pub(crate) fn remediation() -> String {
    BASE64_URL_SAFE_NO_PAD.encode(json!({ "authorization_details": [payment()] }).to_string())
}
