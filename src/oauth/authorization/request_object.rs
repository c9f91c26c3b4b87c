//! The authorization request as a signed JWT (JAR, RFC 9101).

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use crate::oauth::Parameters;
use crate::oauth::assertions::jwt::UnsignedJwt;

/// The parameter that carries it.
pub const REQUEST: &str = "request";

/// The media type that its header names (RFC 9101 section 10.8), so that it is taken for nothing else.
const TYPE: &str = "oauth-authz-req+jwt";

/// From now until it expires, in seconds: as long as a sign-in may take. FAPI 2.0 Message Signing allows an hour.
const LIFE: i64 = 600;

/// How far the clock of this machine may be ahead of the service's, in seconds.
const SKEW: i64 = 60;

/// Parameters whose value is JSON (RFC 9101 section 4): in the request object it is no text.
const JSON: [&str; 2] = ["claims", "authorization_details"];

/// Parameters whose value is a number.
const NUMBERS: [&str; 1] = ["max_age"];

/// Header and claims. All parameters are in it, and those about the JWT itself: it is from the client, for the issuer. `id` is
/// random, and no two have the same.
pub fn request_object(
    parameters: &Parameters,
    (client_id, issuer): (&str, &str),
    key_id: &str,
    (now, id): (Timestamp, &str),
) -> UnsignedJwt {
    let mut header = Map::from_iter([("typ".to_owned(), Json::from(TYPE))]);
    if !key_id.is_empty() {
        header.insert("kid".to_owned(), key_id.into());
    }
    let mut claims = Map::new();
    for (name, text) in parameters {
        match claims.get_mut(name) {
            None => drop(claims.insert(name.clone(), value(name, text))),
            // Only `resource` may occur several times (RFC 8707 section 2.1).
            Some(Json::Array(several)) if !JSON.contains(&name.as_str()) => several.push(text.as_str().into()),
            Some(one) => *one = Json::Array(vec![one.take(), text.as_str().into()]),
        }
    }
    let now = now.as_second();
    let own = [
        ("client_id", Json::from(client_id)),
        ("iss", client_id.into()),
        ("aud", issuer.into()),
        ("iat", now.into()),
        ("nbf", (now - SKEW).into()),
        ("exp", (now + LIFE).into()),
        ("jti", id.into()),
    ];
    claims.extend(own.map(|(name, value)| (name.to_owned(), value)));
    UnsignedJwt { header, claims }
}

fn value(name: &str, text: &str) -> Json {
    let read = || serde_json::from_str::<Json>(text).ok();
    let typed = match name {
        _ if JSON.contains(&name) => read().filter(|json| json.is_object() || json.is_array()),
        _ if NUMBERS.contains(&name) => read().filter(Json::is_u64),
        _ => None,
    };
    typed.unwrap_or_else(|| text.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn claims(parameters: &[(&str, &str)]) -> Json {
        let parameters: Parameters =
            parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let now = Timestamp::from_second(1_800_000_000).expect("a time");
        let jwt = request_object(&parameters, ("mine", "https://as.test"), "k-1", (now, "once"));
        assert_eq!(Json::Object(jwt.header), json!({ "typ": "oauth-authz-req+jwt", "kid": "k-1" }));
        Json::Object(jwt.claims)
    }

    #[test]
    fn all_parameters_are_in_it_with_who_signed_it_for_whom_and_until_when() {
        let found = claims(&[("response_type", "code"), ("scope", "openid a"), ("client_id", "mine")]);
        let expected = json!({
            "response_type": "code", "scope": "openid a", "client_id": "mine", "iss": "mine", "aud": "https://as.test",
            "iat": 1_800_000_000, "nbf": 1_799_999_940, "exp": 1_800_000_600, "jti": "once",
        });
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_json_or_a_number_is_no_text_and_what_is_repeated_is_a_list() {
        let found = claims(&[
            ("max_age", "60"),
            ("claims", "{\"userinfo\":{}}"),
            ("authorization_details", "[{\"type\":\"a\"}]"),
            ("resource", "https://a.test"),
            ("resource", "https://b.test"),
            ("resource", "https://c.test"),
            ("code", "123"),
        ]);
        assert_eq!(found["max_age"], 60);
        assert_eq!(found["claims"], json!({ "userinfo": {} }));
        assert_eq!(found["authorization_details"], json!([{ "type": "a" }]));
        assert_eq!(found["resource"], json!(["https://a.test", "https://b.test", "https://c.test"]));
        assert_eq!(found["code"], "123");
        assert_eq!(claims(&[("max_age", "soon"), ("claims", "all")])["max_age"], "soon");
    }

    #[test]
    fn no_parameter_takes_the_place_of_who_signed_it() {
        let found = claims(&[("iss", "other"), ("aud", "other"), ("exp", "9"), ("client_id", "other")]);
        assert_eq!((&found["iss"], &found["aud"]), (&json!("mine"), &json!("https://as.test")));
        assert_eq!((&found["exp"], &found["client_id"]), (&json!(1_800_000_600), &json!("mine")));
    }
}
