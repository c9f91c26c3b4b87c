//! What the members of a header and the claims mean, in a few words.

use serde_json::Value as Json;

/// The IANA registry "JSON Web Token Claims", as far as tokens of OAuth and `OpenID` Connect have them, and what the
/// largest vendors add.
const CLAIMS: &[(&str, &str)] = &[
    // RFC 7519 section 4.1
    ("iss", "who issued it"),
    ("sub", "whom it is about"),
    ("aud", "whom it is for"),
    ("exp", "when it expires"),
    ("nbf", "from when on it is valid"),
    ("iat", "when it was issued"),
    ("jti", "its own ID"),
    // RFC 8693 section 4
    ("act", "who acts for the subject"),
    ("act.sub", "who acts for the subject"),
    ("act.iss", "who issued the ID of the actor"),
    ("may_act", "who may act for the subject"),
    ("may_act.sub", "who may act for the subject"),
    ("scope", "what it allows"),
    ("client_id", "the client that it was issued to"),
    // RFC 7800, RFC 8705, RFC 9449
    ("cnf", "the key that its holder must prove to have"),
    ("cnf.jkt", "thumbprint of the holder's DPoP key"),
    ("cnf.x5t#S256", "thumbprint of the holder's certificate"),
    ("cnf.kid", "the holder's key"),
    // RFC 7662 section 2.2
    ("active", "whether it can be used"),
    ("username", "user name"),
    ("token_type", "how it is sent"),
    // RFC 9068 section 2.2, RFC 9396
    ("groups", "the groups of the subject"),
    ("roles", "the roles of the subject"),
    ("entitlements", "the entitlements of the subject"),
    ("authorization_details", "what it allows, in detail"),
    // OpenID Connect Core 1.0 section 2
    ("auth_time", "when the person signed in"),
    ("nonce", "ties it to the sign-in that asked for it"),
    ("acr", "how well the person was authenticated"),
    ("amr", "how the person proved who they are"),
    ("azp", "the client that it was issued to"),
    ("at_hash", "hash of the access token issued with it"),
    ("c_hash", "hash of the code issued with it"),
    ("s_hash", "hash of the state of its sign-in"),
    ("sid", "the session at the issuer"),
    // OpenID Connect Core 1.0 section 5.1
    ("name", "full name"),
    ("given_name", "given name"),
    ("family_name", "family name"),
    ("middle_name", "middle name"),
    ("nickname", "nickname"),
    ("preferred_username", "user name; may change"),
    ("profile", "page about the person"),
    ("picture", "picture of the person"),
    ("website", "website of the person"),
    ("email", "e-mail address"),
    ("email_verified", "whether the e-mail address was verified"),
    ("gender", "gender"),
    ("birthdate", "date of birth"),
    ("zoneinfo", "time zone"),
    ("locale", "language and country"),
    ("phone_number", "telephone number"),
    ("phone_number_verified", "whether the telephone number was verified"),
    ("address.formatted", "postal address"),
    ("address.country", "country of the postal address"),
    ("updated_at", "when the person's data last changed"),
    // RFC 8417
    ("events", "what happened"),
    ("toe", "when it happened"),
    ("txn", "the transaction"),
    // Microsoft Entra
    ("tid", "the tenant (Microsoft)"),
    ("oid", "the person or application in the tenant (Microsoft)"),
    ("scp", "what it allows"),
    ("appid", "the client that it was issued to (Microsoft)"),
    ("upn", "user name (Microsoft)"),
    ("unique_name", "user name (Microsoft)"),
    ("idtyp", "whether it is an application's or a person's (Microsoft)"),
    ("idp", "who authenticated the person (Microsoft)"),
    ("ver", "version of the token's format"),
    ("wids", "roles in the tenant (Microsoft)"),
    // Keycloak
    ("typ", "what kind of token it is (Keycloak)"),
    ("session_state", "the session at the issuer (Keycloak)"),
    ("realm_access.roles", "roles in the realm (Keycloak)"),
    ("allowed-origins", "web pages that may send it (Keycloak)"),
    // Google
    ("hd", "the organisation's domain (Google)"),
    // Okta
    ("cid", "the client that it was issued to (Okta)"),
    ("uid", "the person (Okta)"),
    // Auth0
    ("permissions", "what it allows (Auth0)"),
    ("org_id", "the organisation (Auth0)"),
    // Amazon Cognito
    ("token_use", "what kind of token it is (Cognito)"),
    ("cognito:groups", "the groups of the subject (Cognito)"),
    ("cognito:username", "user name (Cognito)"),
];

/// RFC 7515 section 4.1, RFC 7516 section 4.1, RFC 7518 section 4.
const HEADER: &[(&str, &str)] = &[
    ("alg", "the algorithm"),
    ("typ", "what kind of token it is"),
    ("kid", "the key that it is signed with"),
    ("cty", "what is inside"),
    ("enc", "how the contents are encrypted"),
    ("zip", "how the contents are compressed"),
    ("jku", "where it says the key is; not used"),
    ("x5u", "where it says the certificate is; not used"),
    ("x5c", "certificates it brings along; not used"),
    ("x5t", "thumbprint of the certificate (SHA-1)"),
    ("x5t#S256", "thumbprint of the certificate (SHA-256)"),
    ("crit", "what must be understood to use it"),
    ("b64", "whether the contents are encoded"),
    ("apu", "about the sender"),
    ("apv", "about the recipient"),
];

/// RFC 7518 section 3.1, RFC 8037 section 3.1.
const ALGORITHMS: &[(&str, &str)] = &[
    ("RS256", "RSA with SHA-256"),
    ("RS384", "RSA with SHA-384"),
    ("RS512", "RSA with SHA-512"),
    ("PS256", "RSA-PSS with SHA-256"),
    ("PS384", "RSA-PSS with SHA-384"),
    ("PS512", "RSA-PSS with SHA-512"),
    ("ES256", "ECDSA on P-256 with SHA-256"),
    ("ES384", "ECDSA on P-384 with SHA-384"),
    ("ES512", "ECDSA on P-521 with SHA-512"),
    ("EdDSA", "Edwards-curve signature"),
    ("HS256", "HMAC with SHA-256, by a shared secret"),
    ("HS384", "HMAC with SHA-384, by a shared secret"),
    ("HS512", "HMAC with SHA-512, by a shared secret"),
    ("none", "not signed"),
];

pub(super) fn claim_meaning(name: &str) -> Option<&'static str> {
    find(CLAIMS, name)
}

pub(super) fn header_meaning(name: &str, value: &Json) -> Option<&'static str> {
    if name == "alg" {
        let algorithm = value.as_str().and_then(|algorithm| find(ALGORITHMS, algorithm));
        return algorithm.or(find(HEADER, name));
    }
    let is_key = name.starts_with("jwk.") || name.starts_with("epk.");
    if is_key { Some("a key that it brings along; not used") } else { find(HEADER, name) }
}

fn find(table: &[(&'static str, &'static str)], name: &str) -> Option<&'static str> {
    table.iter().find(|(known, _)| *known == name).map(|(_, meaning)| *meaning)
}
