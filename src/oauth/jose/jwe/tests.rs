use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use serde_json::json;

use super::*;
use crate::oauth::{AssertionAlgorithm, make_proof_key, parse_key};

/// Keys, and a text that npm `jose` 6.2.17 encrypted to them by each algorithm.
const BY_JOSE: &str = include_str!("by_jose.json");

fn by_jose() -> (Vec<Json>, impl Fn(&Json) -> KeyPair) {
    let json: Json = serde_json::from_str(BY_JOSE).expect("JSON");
    let keys = json["keys"].clone();
    let key = move |encrypted: &Json| {
        let pem = keys[encrypted["key"].as_str().expect("a name")].as_str().expect("PEM");
        parse_key(&Secret::new(pem)).expect("a key").pair
    };
    (json["encrypted"].as_array().expect("a list").clone(), key)
}

fn text(json: &Json) -> String {
    json.as_str().expect("a text").to_owned()
}

#[test]
fn what_another_program_encrypted_by_each_algorithm_is_read() {
    let (all, key) = by_jose();
    assert_eq!(all.len(), 18);
    for encrypted in &all {
        let read = decrypt(&Secret::new(text(&encrypted["jwe"])), Some(&key(encrypted)));
        assert_eq!(read.as_ref().map(Secret::expose), Ok("the text"), "{} {}", encrypted["alg"], encrypted["enc"]);
    }
}

#[test]
fn whatever_is_changed_is_refused_with_the_same_words() {
    let (all, key) = by_jose();
    for encrypted in &all {
        let jwe = text(&encrypted["jwe"]);
        let parts: Vec<&str> = jwe.split('.').collect();
        for part in 0..parts.len() {
            let mut changed: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
            let mut bytes = decode(&changed[part]).expect("base64url");
            // The header stays JSON with the same algorithms: one more space before its end.
            match (part, bytes.last_mut()) {
                (0, _) => bytes.insert(bytes.len() - 1, b' '),
                (_, Some(byte)) => *byte ^= 1,
                (_, None) => bytes.push(0),
            }
            changed[part] = BASE64_URL_SAFE_NO_PAD.encode(bytes);
            let read = decrypt(&Secret::new(changed.join(".")), Some(&key(encrypted)));
            assert_eq!(read, Err(JweError::Refused), "{} {}: part {part}", encrypted["alg"], encrypted["enc"]);
        }
        let short = format!("{}.{}", parts[..4].join("."), &parts[4][..8]);
        assert_eq!(decrypt(&Secret::new(short), Some(&key(encrypted))), Err(JweError::Refused), "a short tag");
    }
}

/// The public halves of keys, as an issuer publishes them.
fn published(keys: &[&KeyPair], purpose: &str) -> String {
    let of = |(at, pair): (usize, &&KeyPair)| {
        let mut jwk = pair.signing_key().expect("a key").public_jwk().expect("a public key");
        jwk["kid"] = format!("k{at}").into();
        if !purpose.is_empty() {
            jwk["use"] = purpose.into();
        }
        jwk
    };
    json!({ "keys": keys.iter().enumerate().map(of).collect::<Vec<_>>() }).to_string()
}

fn wanted(text: &str) -> RequestEncryption {
    text.parse().expect(text)
}

#[test]
fn what_is_encrypted_by_each_algorithm_is_decrypted_whatever_it_says() {
    use proptest::test_runner::{Config, TestRunner};
    let of = |algorithm| make_proof_key(algorithm).expect("a key");
    let keys =
        [AssertionAlgorithm::PS256, AssertionAlgorithm::ES256, AssertionAlgorithm::ES384, AssertionAlgorithm::ES512];
    let mut runner = TestRunner::new(Config { cases: 8, failure_persistence: None, ..Config::default() });
    for (at, pair) in keys.map(of).iter().enumerate() {
        let recipients = Recipients::read("{}", &published(&[pair], "enc"));
        let algorithms = KeyManagement::ALL.into_iter().filter(|known| known.as_str().starts_with("RSA") == (at == 0));
        let contents = ContentEncryption::ALL;
        for (algorithm, contents) in algorithms.flat_map(|algorithm| contents.map(|contents| (algorithm, contents))) {
            let wanted = RequestEncryption { algorithm: Some(algorithm), contents: Some(contents) };
            let recipient = recipients.choose(wanted).expect("a key");
            let check = |(text, random): (String, u8)| {
                let sealed = recipient.encrypt(&Secret::new(text.clone()), &mut || [random; 32]).expect("encrypted");
                let header = sealed.expose().split('.').next().and_then(decode).expect("a header");
                let header: Json = serde_json::from_slice(&header).expect("JSON");
                assert_eq!((&header["alg"], &header["enc"]), (&algorithm.as_str().into(), &contents.as_str().into()));
                assert_eq!((&header["cty"], &header["kid"]), (&"JWT".into(), &"k0".into()));
                assert_eq!(decrypt(&sealed, Some(pair)).as_ref().map(Secret::expose), Ok(text.as_str()), "{wanted}");
                Ok(())
            };
            runner.run(&(".{0,80}", proptest::num::u8::ANY), check).expect("each text");
        }
    }
}

#[test]
fn key_and_algorithms_are_those_that_the_issuer_offers() {
    let (rsa, p256) = (make_proof_key(AssertionAlgorithm::PS256), make_proof_key(AssertionAlgorithm::ES256));
    let (rsa, p256) = (rsa.expect("a key"), p256.expect("a key"));
    let metadata = |algorithms: &[&str], contents: &[&str]| {
        let names =
            ["request_object_encryption_alg_values_supported", "request_object_encryption_enc_values_supported"];
        json!({ (names[0]): algorithms, (names[1]): contents }).to_string()
    };
    let check = |metadata: &str, keys: &str, text: &str| {
        let chosen = Recipients::read(metadata, keys).choose(wanted(text));
        chosen.map(|chosen| format!("{} {}", chosen.algorithm.as_str(), chosen.contents.as_str()))
    };
    let both = published(&[&rsa, &p256], "enc");
    assert_eq!(check("{}", &both, "auto").as_deref(), Ok("ECDH-ES A128CBC-HS256"));
    assert_eq!(check("{}", &published(&[&rsa], "enc"), "auto/A256GCM").as_deref(), Ok("RSA-OAEP-256 A256GCM"));
    assert_eq!(check("{}", &both, "rsa-oaep/a128gcm").as_deref(), Ok("RSA-OAEP A128GCM"));
    // What is offered decides, in our order.
    let offers = metadata(&["RSA1_5", "RSA-OAEP", "ECDH-ES+A256KW"], &["A256GCM", "A192GCM"]);
    assert_eq!(check(&offers, &both, "auto").as_deref(), Ok("ECDH-ES+A256KW A256GCM"));
    assert_eq!(check(&offers, &published(&[&rsa], "enc"), "auto").as_deref(), Ok("RSA-OAEP A256GCM"));
    // A key without a use will do where the metadata offers to decrypt, and only there.
    assert_eq!(check(&offers, &published(&[&rsa], ""), "auto").as_deref(), Ok("RSA-OAEP A256GCM"));
    let none = RecipientError::NoKey(String::new());
    assert_eq!(check("{}", &published(&[&rsa], ""), "auto"), Err(none.clone()));
    assert_eq!(check(&offers, &published(&[&rsa], "sig"), "auto"), Err(none.clone()));
    assert_eq!(check(&offers, "no JSON", "auto"), Err(none));
    let of_kind = RecipientError::NoKey(" by `ECDH-ES`".to_owned());
    assert_eq!(check("{}", &published(&[&rsa], "enc"), "ECDH-ES"), Err(of_kind));
    let told = |outcome: Result<String, RecipientError>| outcome.expect_err("refused").to_string();
    let start = "the metadata of the issuer does not offer to decrypt requests by ";
    assert_eq!(
        told(check(&offers, &both, "ECDH-ES")),
        format!("{start}`ECDH-ES`; it offers `RSA1_5`, `RSA-OAEP`, `ECDH-ES+A256KW`")
    );
    assert_eq!(
        told(check(&metadata(&["RSA1_5"], &[]), &both, "auto")),
        format!("{start}an algorithm that is known here; it offers `RSA1_5`")
    );
    assert_eq!(
        told(check(&offers, &both, "auto/A128GCM")),
        format!("{start}`A128GCM`; it offers `A256GCM`, `A192GCM`")
    );
}

#[test]
fn a_point_that_is_not_on_the_curve_and_a_short_key_are_not_encrypted_to() {
    let keys = [
        json!({ "kty": "EC", "crv": "P-256", "use": "enc", "x": "AQ", "y": "AQ" }),
        json!({ "kty": "RSA", "use": "enc", "n": "AQ", "e": "AQAB" }),
    ];
    for (key, name) in keys.into_iter().zip(["ECDH-ES", "RSA-OAEP-256"]) {
        let recipients = Recipients::read("{}", &json!({ "keys": [key] }).to_string());
        let recipient = recipients.choose(RequestEncryption::default()).expect("a key");
        let sealed = recipient.encrypt(&Secret::new("x"), &mut || [7; 32]);
        assert_eq!(sealed, Err(RecipientError::Refused(name)));
    }
}

#[test]
fn an_encryption_is_written_as_it_is_read() {
    for text in ["auto", "ECDH-ES", "ECDH-ES+A256KW/A256CBC-HS512", "auto/A256GCM", "RSA-OAEP/A128CBC-HS256"] {
        assert_eq!(wanted(text).to_string(), text);
        let json = serde_json::to_string(&wanted(text)).expect("JSON");
        assert_eq!(serde_json::from_str::<RequestEncryption>(&json).ok(), Some(wanted(text)));
    }
    for text in ["", "RSA1_5", "auto/", "auto/A192GCM", "/A128GCM", "A128GCM"] {
        assert!(text.parse::<RequestEncryption>().is_err(), "{text}");
    }
    let told = "RSA1_5".parse::<RequestEncryption>().expect_err("unknown").to_string();
    assert!(
        told.starts_with("`RSA1_5` is no encryption that is known here: write `auto` or one of `ECDH-ES`,"),
        "{told}"
    );
}

#[test]
fn a_key_of_another_kind_or_of_somebody_else_does_not_decrypt() {
    let (all, key) = by_jose();
    let of = |algorithm| make_proof_key(algorithm).expect("a key");
    let (rsa, p256) = (of(AssertionAlgorithm::PS256), of(AssertionAlgorithm::ES256));
    for encrypted in &all {
        let token = Secret::new(text(&encrypted["jwe"]));
        assert_eq!(decrypt(&token, None), Err(JweError::NoKey));
        let is_rsa = encrypted["key"] == "RSA";
        let (same, other) = if is_rsa { (&rsa, &p256) } else { (&p256, &rsa) };
        assert_eq!(decrypt(&token, Some(same)), Err(JweError::Refused));
        let kind = other.signing_key().expect("a key").kind();
        let algorithm = text(&encrypted["alg"]);
        assert_eq!(decrypt(&token, Some(other)), Err(JweError::WrongKey { algorithm, kind }));
        assert!(decrypt(&token, Some(&key(encrypted))).is_ok());
    }
}

#[test]
fn what_is_not_known_is_named() {
    let pair = make_proof_key(AssertionAlgorithm::ES256).expect("a key");
    let read = |header: Json| {
        let header = BASE64_URL_SAFE_NO_PAD.encode(header.to_string());
        decrypt(&Secret::new(format!("{header}.AA.AA.AA.AA")), Some(&pair))
    };
    let named = |name: &str| Err(JweError::Algorithm(name.to_owned()));
    assert_eq!(read(json!({"alg": "RSA1_5", "enc": "A128GCM"})), named("RSA1_5"));
    assert_eq!(read(json!({"alg": "dir", "enc": "A128GCM"})), named("dir"));
    assert_eq!(read(json!({"alg": "PBES2-HS256+A128KW", "enc": "A128GCM"})), named("PBES2-HS256+A128KW"));
    assert_eq!(read(json!({"alg": "ECDH-ES", "enc": "A192GCM"})), named("A192GCM"));
    let zipped = json!({"alg": "ECDH-ES", "enc": "A128GCM", "zip": "DEF"});
    assert_eq!(read(zipped), Err(JweError::Extension("zip")));
    let demanding = json!({"alg": "ECDH-ES", "enc": "A128GCM", "crit": ["exp"]});
    assert_eq!(read(demanding), Err(JweError::Extension("crit")));
    // A point that is not on the curve (RFC 7516 section 11: the invalid curve attack).
    let epk = json!({"kty": "EC", "crv": "P-256", "x": "A".repeat(43), "y": "A".repeat(43)});
    assert_eq!(read(json!({"alg": "ECDH-ES", "enc": "A128GCM", "epk": epk})), Err(JweError::Refused));
    for text in ["", "a.b", "....", "e30....", "!.!.!.!.!"] {
        assert!(decrypt(&Secret::new(text), Some(&pair)).is_err(), "{text}");
    }
}

#[test]
fn the_encrypted_examples_of_rfc_7520_are_read_but_for_the_one_by_a_broken_algorithm() {
    let cookbook: Json = serde_json::from_str(include_str!("../../../../tests/vectors/rfc7520.json")).expect("JSON");
    let key = |example: &Json| {
        let key = cookbook["keys"][example["key"].as_str().expect("a name")].to_string();
        parse_key(&Secret::new(key)).expect("a key").pair
    };
    let examples = cookbook["encrypted"].as_array().expect("a list");
    assert_eq!(examples.len(), 3);
    for example in examples {
        let read = decrypt(&Secret::new(text(&example["jwe"])), Some(&key(example)));
        assert_eq!(read.as_ref().map(Secret::expose), Ok(text(&cookbook["plaintext"]).as_str()), "{example}");
    }
    let broken = &cookbook["refused"][0];
    let read = decrypt(&Secret::new(text(&broken["jwe"])), Some(&key(broken)));
    assert_eq!(read, Err(JweError::Algorithm("RSA1_5".to_owned())));
}

/// RFC 7518 appendix C.
#[test]
fn the_key_agreement_of_the_rfc() {
    let bob = r#"{"kty":"EC","crv":"P-256","x":"weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ","y":"e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck","d":"VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw"}"#;
    let bob = parse_key(&Secret::new(bob)).expect("a key").pair;
    let bob = OwnKey::of(&bob).expect("PEM");
    let header = json!({
        "alg": "ECDH-ES", "enc": "A128GCM", "apu": "QWxpY2U", "apv": "Qm9i",
        "epk": {
            "kty": "EC", "crv": "P-256",
            "x": "gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0", "y": "SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps",
        },
    });
    let parts = Parts { header: "", key: Vec::new(), iv: Vec::new(), text: Vec::new(), tag: Vec::new() };
    let header = (header.as_object().expect("an object"), "A128GCM");
    let contents = contents("A128GCM").expect("known");
    let agreed = of_agreement(&bob, KeyKind::P256, header, None, &parts, contents);
    let agreed = agreed.expect("no token").map(|key| BASE64_URL_SAFE_NO_PAD.encode(key.as_slice()));
    assert_eq!(agreed.as_deref(), Some("VqqN6vgjbSBcIijNcacQGg"));
}
