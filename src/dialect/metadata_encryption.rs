//! What a server's metadata says of encryption, and lists in it.

use serde_json::Value as Json;

use crate::dialect::standard::plain_text;
use crate::dialect::{Described, Note};

/// The most items read from a list: servers list dozens of scopes.
pub(in crate::dialect) const LONGEST_LIST: usize = 500;

/// How signed requests may be encrypted (RFC 9101 section 10.5).
const REQUEST_ENCRYPTIONS: [&str; 2] =
    ["request_object_encryption_alg_values_supported", "request_object_encryption_enc_values_supported"];

/// Signed requests are encrypted only if a person wants that.
pub(in crate::dialect) fn tell_encryption(json: &Json, described: &mut Described) {
    for place in REQUEST_ENCRYPTIONS {
        let offered = list(json, place);
        if !offered.is_empty() {
            let words =
                format!("signed requests are encrypted only with `--encrypted-request`: {}", offered.join(", "));
            described.ignored.push(Note::offer(place, words));
        }
    }
}

/// What the server can encrypt to the client, which it does only for a client that is registered so.
pub(in crate::dialect) fn tell_encryption_to_client(json: &Json, described: &mut Described) {
    for place in ["authorization", "id_token", "userinfo"].map(|what| format!("{what}_encryption_alg_values_supported"))
    {
        if !list(json, &place).is_empty() {
            let words = "encrypted only to a client that is registered so; its private key decrypts: `--key-file`";
            described.ignored.push(Note::offer(place, words));
        }
    }
}

/// The texts of a list.
pub(in crate::dialect) fn list(json: &Json, name: &str) -> Vec<String> {
    let items = json.get(name).and_then(Json::as_array).into_iter().flatten();
    items.map(plain_text).filter(|text| !text.is_empty()).take(LONGEST_LIST).collect()
}
