//! Keys and signatures, against the examples of RFC 7515 and against a second library that only verifies.

use std::time::Duration;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value as Json, json};

use crate::diagnosis::Diagnose as _;
use crate::oauth::authorization::pkce::hex;
use crate::oauth::{
    AssertionAlgorithm, KeyError, KeyKind, KeyPair, SecretEncoding, SigningKey, UnsignedJwt, decode_jwt, make_key_pair,
    parse_key,
};
use crate::secret::Secret;

/// RFC 7515 appendix A.2.1.
fn rsa_jwk() -> Json {
    json!({
        "kty": "RSA",
        "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
        "e": "AQAB",
        "d": "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46sui395IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQ",
        "p": "4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH_5IB3jw3bcxGn6QLvnEtfdUdiYrqBdss1l58BQ3KhooKeQTa9AB0Hw_Py5PJdTJNPY8cQn7ouZ2KKDcmnPGBY5t7yLc1QlQ5xHdwW1VhvKn-nXqhJTBgIPgtldC-KDV5z-y2XDwGUc",
        "q": "uQPEfgmVtjL0Uyyx88GZFF1fOunH3-7cepKmtH4pxhtCoHqpWmT8YAmZxaewHgHAjLYsp1ZSe7zFYHj7C6ul7TjeLQeZD_YwD66t62wDmpe_HlB-TnBA-njbglfIsRLtXlnDzQkv5dTltRJ11BKBBypeeF6689rjcJIDEz9RWdc",
        "dp": "BwKfV3Akq5_MFZDFZCnW-wzl-CCo83WoZvnLQwCTeDv8uzluRSnm71I3QCLdhrqE2e9YkxvuxdBfpT_PI7Yz-FOKnu1R6HsJeDCjn12Sk3vmAktV2zb34MCdy7cpdTh_YVr7tss2u6vneTwrA86rZtu5Mbr1C1XsmvkxHQAdYo0",
        "dq": "h_96-mK1R_7glhsum81dZxjTnYynPbZpHziZjeeHcXYsXaaMwkOlODsWa7I9xXDoRwbKgB719rrmI2oKr6N3Do9U0ajaHF-NKJnwgjMd2w9cjz3_-kyNlxAr2v4IKhGNpmM5iIgOS1VZnOZ68m6_pbLBSp3nssTdlqvd0tIiTHU",
        "qi": "IYd7DHOhrWvxkwPQsRM2tOgrjbcrfvtQJipd-DlcxyVuuM9sQLdgjVk2oy26F0EmpScGLq2MowX7fhd_QJQ3ydy5cY7YIBi87w93IKLEdfnbJtoOPLUW0ITrJReOgo1cq9SbsxYawBgfp_gh6A5603k2-ZQwVK0JKSHuLFkuQ3U",
    })
}

/// RFC 7515 appendix A.3.1.
fn ec_jwk() -> Json {
    json!({
        "kty": "EC",
        "crv": "P-256",
        "kid": "of-the-rfc",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
    })
}

/// RFC 8037 appendix A.1.
fn ed_jwk() -> Json {
    json!({
        "kty": "OKP",
        "crv": "Ed25519",
        "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    })
}

fn parse(text: &str) -> Result<KeyKind, KeyError> {
    parse_key(&Secret::new(text)).map(|read| read.kind)
}

fn key(json: &Json) -> SigningKey {
    let read = parse_key(&Secret::new(json.to_string())).expect("a key");
    read.pair.signing_key().expect("what is kept can be read")
}

fn made(algorithm: AssertionAlgorithm) -> KeyPair {
    let now: Timestamp = "2026-11-21T08:00:00Z".parse().expect("a time");
    make_key_pair(algorithm, 2048, "a test", now, Duration::from_hours(24 * 30)).expect("a key pair")
}

/// What RFC 7515 section 5.2 does, by a library that has no part in the signing.
fn verify(token: &Secret, key: &DecodingKey, algorithm: Algorithm) -> Result<Json, jsonwebtoken::errors::Error> {
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    jsonwebtoken::decode::<Json>(token.expose(), key, &validation).map(|data| data.claims)
}

#[test]
fn the_rsa_example_of_rfc_7515_appendix_a_2_comes_out_to_the_letter() {
    let input = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    let expected = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
    let signature = key(&rsa_jwk()).sign(AssertionAlgorithm::RS256, input.as_bytes()).expect("signed");
    assert_eq!(BASE64_URL_SAFE_NO_PAD.encode(signature), expected);
}

#[test]
fn the_curve_example_of_rfc_7515_appendix_a_3_is_the_same_key() {
    let read = parse_key(&Secret::new(ec_jwk().to_string())).expect("a key");
    assert_eq!((read.kind, read.key_id.as_deref()), (KeyKind::P256, Some("of-the-rfc")));
    let token = UnsignedJwt::default().sign(&key(&ec_jwk()), AssertionAlgorithm::ES256).expect("signed");
    let public = ec_jwk();
    let public =
        DecodingKey::from_ec_components(public["x"].as_str().expect("a text"), public["y"].as_str().expect("a text"));
    assert_eq!(verify(&token, &public.expect("a point"), Algorithm::ES256).expect("of that key"), json!({}));
}

#[test]
fn the_examples_of_rfc_8037_appendix_a_come_out_to_the_letter() {
    let key = key(&ed_jwk());
    let input = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    let expected = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    let signature = key.sign(AssertionAlgorithm::EdDSA, input.as_bytes()).expect("signed");
    assert_eq!(BASE64_URL_SAFE_NO_PAD.encode(signature), expected);
    assert_eq!(key.thumbprint().as_deref(), Some("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"));
    let other = json!({ "kty": "OKP", "crv": "Ed25519", "d": ed_jwk()["x"], "x": ed_jwk()["x"] });
    assert_eq!(parse(&other.to_string()), Err(KeyError::WrongJwk), "the halves are of two keys");
    let other = json!({ "kty": "OKP", "crv": "X25519", "d": ed_jwk()["d"], "x": ed_jwk()["x"] });
    assert_eq!(parse(&other.to_string()), Err(KeyError::WrongJwk), "a key to agree with, not to sign with");
}

#[test]
fn every_signature_is_verified_by_another_library_and_by_the_right_key_only() {
    let (rsa, p256, p384) =
        (made(AssertionAlgorithm::PS256), made(AssertionAlgorithm::ES256), made(AssertionAlgorithm::ES384));
    let ed = made(AssertionAlgorithm::EdDSA);
    let all = [
        (AssertionAlgorithm::RS256, Algorithm::RS256, &rsa),
        (AssertionAlgorithm::RS384, Algorithm::RS384, &rsa),
        (AssertionAlgorithm::RS512, Algorithm::RS512, &rsa),
        (AssertionAlgorithm::PS256, Algorithm::PS256, &rsa),
        (AssertionAlgorithm::PS384, Algorithm::PS384, &rsa),
        (AssertionAlgorithm::PS512, Algorithm::PS512, &rsa),
        (AssertionAlgorithm::ES256, Algorithm::ES256, &p256),
        (AssertionAlgorithm::ES384, Algorithm::ES384, &p384),
        (AssertionAlgorithm::EdDSA, Algorithm::EdDSA, &ed),
    ];
    let jwt = UnsignedJwt {
        header: json!({ "typ": "JWT", "kid": "7" }).as_object().expect("an object").clone(),
        claims: json!({ "iss": "é\"", "exp": 1 }).as_object().expect("an object").clone(),
    };
    for (algorithm, theirs, pair) in all {
        let key = pair.signing_key().expect("a key");
        let token = jwt.sign(&key, algorithm).expect("signed");
        let header = decode_jwt(&token).expect("a JWT").header;
        assert_eq!(header, json!({ "alg": algorithm.as_str(), "typ": "JWT", "kid": "7" }));
        let public = |pair: &KeyPair| {
            let pem = pair.signing_key().and_then(|key| key.public_key_pem()).expect("a public key");
            let parse = match pair {
                _ if *pair == rsa => DecodingKey::from_rsa_pem,
                _ if *pair == ed => DecodingKey::from_ed_pem,
                _ => DecodingKey::from_ec_pem,
            };
            parse(pem.as_bytes()).expect("in PEM")
        };
        assert_eq!(verify(&token, &public(pair), theirs).expect("verified"), Json::Object(jwt.claims.clone()));
        if pair == &rsa {
            let other = made(algorithm);
            assert!(verify(&token, &public_of_rsa(&other), theirs).is_err(), "{algorithm:?} by another key");
        }
    }
    let shared = SigningKey::shared(&Secret::new("a secret that both sides know"));
    let token = jwt.sign(&shared, AssertionAlgorithm::HS256).expect("signed");
    let theirs = DecodingKey::from_secret(b"a secret that both sides know");
    assert!(verify(&token, &theirs, Algorithm::HS256).is_ok());
}

/// RFC 4231 section 4.3 (test case 2).
#[test]
fn a_shared_key_in_hex_has_the_bytes_that_it_names() {
    let key = |text: &str| SigningKey::shared_as(&Secret::new(text), SecretEncoding::Hex);
    let signed = key("4a656665").expect("a key").sign(AssertionAlgorithm::HS256, b"what do ya want for nothing?");
    assert_eq!(hex(&signed.expect("signed")), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    for wrong in ["", "4a6", "4a 66", "0x4a", "id:4a65", "+a+b"] {
        assert!(key(wrong).is_none(), "{wrong}");
    }
}

#[test]
fn a_certificate_and_its_key_have_one_hash_of_the_public_key() {
    for algorithm in [AssertionAlgorithm::RS256, AssertionAlgorithm::ES256, AssertionAlgorithm::EdDSA] {
        let pair = made(algorithm);
        let hash = pair.signing_key().and_then(|key| key.public_key_sha256()).expect("a hash");
        assert_eq!(pair.certificate().and_then(|own| own.public_key_sha256()), Some(hash), "{algorithm:?}");
    }
    assert_eq!(SigningKey::shared(&Secret::new("s")).public_key_sha256(), None);
}

fn public_of_rsa(pair: &KeyPair) -> DecodingKey {
    let pem = pair.signing_key().and_then(|key| key.public_key_pem()).expect("a public key");
    DecodingKey::from_rsa_pem(pem.as_bytes()).expect("in PEM")
}

#[test]
fn a_key_of_the_wrong_kind_is_named_with_the_signature() {
    let words = |key: &SigningKey, algorithm| {
        UnsignedJwt::default().sign(key, algorithm).expect_err("refused").diagnose().to_string()
    };
    let hint = "\nhint: make a key pair here, or choose the key that the service knows";
    let ec = key(&ec_jwk());
    let expected = format!("`PS256` is signed with an RSA key, and this is an EC key on P-256{hint}");
    assert_eq!(words(&ec, AssertionAlgorithm::PS256), expected);
    let expected = format!("`ES384` is signed with an EC key on P-384, and this is an EC key on P-256{hint}");
    assert_eq!(words(&ec, AssertionAlgorithm::ES384), expected);
    let expected = format!("`ES256` is signed with an EC key on P-256, and this is an RSA key of 2048 bits{hint}");
    assert_eq!(words(&key(&rsa_jwk()), AssertionAlgorithm::ES256), expected);
}

#[test]
fn the_file_of_a_service_account_tells_id_and_address_besides_the_key() {
    let pem = parse_key(&Secret::new(rsa_jwk().to_string())).expect("a key").pair.private_key;
    let file = json!({
        "type": "service_account",
        "private_key_id": "0123456789abcdef",
        "private_key": pem.expose(),
        "client_email": "robot@example-project.iam.gserviceaccount.com",
        "token_uri": "https://oauth2.googleapis.com/token",
    });
    let read = parse_key(&Secret::new(file.to_string())).expect("a service account");
    assert_eq!(read.kind, KeyKind::Rsa(2048));
    assert_eq!(read.key_id.as_deref(), Some("0123456789abcdef"));
    assert_eq!(read.client_id.as_deref(), Some("robot@example-project.iam.gserviceaccount.com"));
    assert_eq!(read.token_uri.as_deref(), Some("https://oauth2.googleapis.com/token"));
    assert_eq!(read.pair.private_key, pem);
}

#[test]
fn a_key_is_read_without_its_armour_and_with_spaces_about_it() {
    let pair = made(AssertionAlgorithm::ES256);
    let pem = pair.private_key.expose();
    assert_eq!(parse(&format!("\n {} \r\n", pem.replace('\n', "\r\n"))), Ok(KeyKind::P256));
    let bare: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    assert_eq!(parse(&bare), Ok(KeyKind::P256));
}

#[test]
fn a_text_that_is_no_key_is_told_from_one_that_cannot_be_used() {
    let public = made(AssertionAlgorithm::ES256);
    let mut without_d = rsa_jwk();
    without_d.as_object_mut().expect("an object").remove("d");
    let mut without_p = rsa_jwk();
    without_p.as_object_mut().expect("an object").remove("p");
    let cases = [
        (String::new(), KeyError::Missing),
        ("x".repeat(70_000), KeyError::TooLong),
        ("hello".to_owned(), KeyError::Unknown),
        ("{\"a\": 1}".to_owned(), KeyError::Unknown),
        ("{".to_owned(), KeyError::Unknown),
        (without_d.to_string(), KeyError::PublicOnly),
        (without_p.to_string(), KeyError::WrongJwk),
        ("{\"kty\": \"oct\", \"k\": \"AAAA\"}".to_owned(), KeyError::WrongJwk),
        (public.certificate.clone().expect("a certificate"), KeyError::PublicOnly),
        (
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----".to_owned(),
            KeyError::Encrypted,
        ),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----".to_owned(),
            KeyError::Encrypted,
        ),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----".to_owned(), KeyError::OpenSsh),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----".to_owned(), KeyError::Unusable),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n".to_owned(), KeyError::Unusable),
    ];
    for (text, expected) in cases {
        assert_eq!(parse(&text), Err(expected), "{text}");
    }
}

#[test]
fn a_certificate_must_be_of_the_key() {
    let (own, other) = (made(AssertionAlgorithm::ES256), made(AssertionAlgorithm::ES256));
    let read = parse_key(&own.private_key).expect("a key");
    let with = |text: &str| read.clone().with_certificate(text).map(|read| read.pair);
    assert_eq!(with(own.certificate.as_deref().expect("its own")), Ok(own.clone()));
    assert_eq!(with(other.certificate.as_deref().expect("another")), Err(KeyError::WrongCertificate));
    assert_eq!(with("no certificate"), Err(KeyError::NotCertificate));
    let both = format!("{}{}", own.certificate.as_deref().expect("its own"), own.private_key.expose());
    assert_eq!(parse_key(&Secret::new(both)).expect("both in one text").pair, own);
}

#[test]
fn neither_a_key_nor_its_pair_shows_itself() {
    let pair = made(AssertionAlgorithm::ES256);
    let secret = pair.private_key.expose().lines().nth(1).expect("a line of the key").to_owned();
    for shown in [format!("{pair:?}"), format!("{:?}", pair.signing_key())] {
        assert!(!shown.contains(&secret), "{shown}");
    }
    assert_eq!(format!("{:?}", pair.signing_key().expect("a key")), "SigningKey(an EC key on P-256)");
}

#[test]
fn a_clock_that_no_certificate_can_name_is_said() {
    let late: Timestamp = "9998-01-01T00:00:00Z".parse().expect("a time");
    let error = make_key_pair(AssertionAlgorithm::ES256, 2048, "a test", late, Duration::from_hours(24));
    let words = error.expect_err("refused").diagnose().to_string();
    let expected = "the clock shows 9998-01-01T00:00:00Z, for which no certificate can be made\nhint: set the clock of this machine";
    assert_eq!(words, expected);
}
