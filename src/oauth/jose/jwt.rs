//! Decodes a JSON Web Token (RFC 7519) to show it to its owner. Nothing is verified, since the token is for the service.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use serde_json::Value as Json;

use crate::secret::Secret;

/// Header and claims of a token that is a JWT.
#[derive(Clone, Debug, PartialEq)]
pub struct Jwt {
    /// The JOSE header.
    pub header: Json,
    /// The claims.
    pub claims: Json,
}

/// `None` for anything but a signed JWT; encrypted ones included.
pub fn decode_jwt(token: &Secret) -> Option<Jwt> {
    let parts: Vec<&str> = token.expose().split('.').collect();
    let [header, claims, _signature] = parts[..] else { return None };
    let object = |part: &str| {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok()?;
        serde_json::from_slice::<Json>(&bytes).ok().filter(Json::is_object)
    };
    Some(Jwt { header: object(header)?, claims: object(claims)? })
}

/// The certificate to which an access token is bound by its own words: `x5t#S256` (RFC 8705 section 3.1).
pub fn certificate_binding(token: &Secret) -> Option<String> {
    decode_jwt(token)?.claims.get("cnf")?.get("x5t#S256")?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_7519_section_3_1() {
        let token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0\
            dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let jwt = decode_jwt(&Secret::new(token)).expect("a JWT");
        assert_eq!(jwt.header["alg"], "HS256");
        assert_eq!(jwt.claims["iss"], "joe");
        assert_eq!(jwt.claims["exp"], 1_300_819_380);
    }

    #[test]
    fn the_confirmation_of_rfc_8705_section_3_1_names_the_certificate() {
        let claims = "{\"iss\":\"https://server.example.com\",\"cnf\":{\"x5t#S256\":\"bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2\"}}";
        let token = format!("e30.{}.x", BASE64_URL_SAFE_NO_PAD.encode(claims));
        let bound = certificate_binding(&Secret::new(token));
        assert_eq!(bound.as_deref(), Some("bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"));
        assert_eq!(certificate_binding(&Secret::new("e30.e30.x")), None);
    }

    #[test]
    fn anything_else_is_not_one() {
        for token in ["", "opaque", "a.b.c", "..", "e30.e30", "W10.e30.x"] {
            assert_eq!(decode_jwt(&Secret::new(token)), None, "{token}");
        }
    }
}
