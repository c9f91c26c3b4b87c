//! Judges a SAML assertion as the service would: digest, signature, contents, life, and that none comes twice. What verifies the
//! signature is a library that has no part in the signing, and what reads the XML has none in the writing.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use jsonwebtoken::Algorithm;
use quick_xml::events::Event;
use quick_xml::{Reader, XmlVersion};
use serde_json::{Map, Value as Json};

use crate::oauth::SamlEncoding;
use crate::practice::checks::assertion::key_of;
use crate::practice::rehearsal::assertion::{Judge, SKEW, compare};
use crate::service::Saml;

/// The only way to confirm who brings it (RFC 7522 section 3, step 5).
const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
/// What is judged by its time or for being new.
const APART: [&str; 6] = [
    "Assertion@ID",
    "Assertion@IssueInstant",
    "AuthnStatement@AuthnInstant",
    "Conditions@NotBefore",
    "Conditions@NotOnOrAfter",
    "SubjectConfirmationData@NotOnOrAfter",
];

/// All problems with it.
pub(super) fn complaints(judge: &Judge<'_>, saml: &Saml, sent: &str) -> Vec<String> {
    if sent.is_empty() {
        return vec!["no `<assertion>` is sent".to_owned()];
    }
    let Some(xml) = decoded(saml.encoding, sent) else {
        return vec![format!("the assertion is not in {:?}", saml.encoding)];
    };
    if let Err(problem) = verify(judge, &xml) {
        return vec![format!("the assertion's signature is not verified: {problem}")];
    }
    let Some(found) = contents(&xml) else { return vec!["the assertion cannot be read as XML".to_owned()] };
    let mut complaints = compare("the assertion's", &wanted(judge, saml), &found, &APART);
    complaints.extend(times(judge, &found));
    let id = found.get(APART[0]).and_then(Json::as_str);
    match id {
        None => complaints.push("the assertion has no `ID`".to_owned()),
        Some(id) if judge.used.iter().any(|used| used == id) => {
            complaints.push(format!("the assertion's ID `{id}` came already"));
        }
        Some(_) => {}
    }
    complaints
}

/// The ID of an assertion.
pub(super) fn id(sent: &str) -> Option<String> {
    let xml =
        [SamlEncoding::Base64url, SamlEncoding::Base64].into_iter().find_map(|encoding| decoded(encoding, sent))?;
    contents(&xml)?.get(APART[0])?.as_str().map(str::to_owned)
}

fn decoded(encoding: SamlEncoding, sent: &str) -> Option<String> {
    let engine = if encoding == SamlEncoding::Base64 { &STANDARD } else { &URL_SAFE_NO_PAD };
    String::from_utf8(engine.decode(sent).ok()?).ok()
}

/// The digest is that of the assertion without its signature, and what is signed holds the digest. The assertion must come in its
/// canonical form, as the program promises.
fn verify(judge: &Judge<'_>, xml: &str) -> Result<(), String> {
    let (before, rest) = xml.split_once("<ds:Signature ").ok_or("there is none")?;
    let (signature, after) = rest.split_once("</ds:Signature>").ok_or("it has no end")?;
    let tail = signature.split_once("<ds:SignedInfo ").ok_or("nothing is signed")?.1;
    let signed = tail.split_once("</ds:SignedInfo>").ok_or("what is signed has no end")?.0;
    let signed = format!("<ds:SignedInfo {signed}</ds:SignedInfo>");
    let leaf = |name: &str| {
        let (_, rest) = signature.split_once(&format!("<ds:{name}>"))?;
        Some(rest.split_once(&format!("</ds:{name}>"))?.0)
    };
    let digested = STANDARD.encode(digest(&SHA256, format!("{before}{after}").as_bytes()));
    if leaf("DigestValue") != Some(&digested) {
        return Err("the digest is of something else".to_owned());
    }
    let algorithm: Algorithm = judge
        .assertion
        .algorithm
        .and_then(|algorithm| algorithm.as_str().parse().ok())
        .ok_or("the preset's algorithm is not verified here")?;
    let key = judge.certificate.and_then(|certificate| key_of(certificate, algorithm));
    let key = key.ok_or("no certificate was uploaded that fits the preset's algorithm")?;
    let value = leaf("SignatureValue").and_then(|value| STANDARD.decode(value).ok()).ok_or("it is not in base64")?;
    let verified = jsonwebtoken::crypto::verify(&URL_SAFE_NO_PAD.encode(value), signed.as_bytes(), &key, algorithm);
    if verified.unwrap_or(false) { Ok(()) } else { Err("another key made it".to_owned()) }
}

fn wanted(judge: &Judge<'_>, saml: &Saml) -> Map<String, Json> {
    let fill = |text: &str| judge.facts.fill(text);
    let format = match fill(&saml.subject_format) {
        format if format.is_empty() => "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified".to_owned(),
        format => format,
    };
    let named = [
        ("Assertion@Version", "2.0".to_owned()),
        ("Issuer", fill(&saml.issuer)),
        ("NameID", fill(&saml.subject)),
        ("NameID@Format", format),
        ("SubjectConfirmation@Method", BEARER.to_owned()),
        ("SubjectConfirmationData@Recipient", fill(&saml.recipient)),
        ("Audience", fill(&judge.assertion.audience)),
        ("AuthnContextClassRef", fill(&saml.authentication_context)),
    ];
    let named = named.into_iter().map(|(name, value)| (name.to_owned(), value));
    let attributes = saml.attributes.iter().map(|(name, text)| (format!("Attribute {name}"), fill(text)));
    let all = named.chain(attributes).filter(|(_, value)| !value.is_empty());
    all.map(|(name, value)| (name, value.into())).collect()
}

/// What it says, by element and attribute, without prefixes and without the signature.
fn contents(xml: &str) -> Option<Map<String, Json>> {
    let mut reader = Reader::from_str(xml);
    let mut found = Map::new();
    let (mut open, mut attribute) = (Vec::new(), String::new());
    let mut text = String::new();
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => {
                let name = start.local_name().as_ref().to_owned();
                for given in start.attributes() {
                    let given = given.ok()?;
                    let value = given.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned();
                    if (name.as_str(), given.key.as_ref()) == ("Attribute", "Name") {
                        attribute = format!("Attribute {value}");
                    } else if !given.key.as_ref().starts_with("xmlns") {
                        found.insert(format!("{name}@{}", given.key.as_ref()), value.into());
                    }
                }
                open.push(name);
                text.clear();
            }
            Event::Text(part) => text.push_str(&part.xml_content(XmlVersion::Implicit1_0)),
            Event::GeneralRef(reference) => text.push(match &*reference {
                "lt" => '<',
                "gt" => '>',
                "amp" => '&',
                _ => reference.resolve_char_ref().ok()??,
            }),
            Event::End(_) => {
                let name = open.pop()?;
                let name = if name == "AttributeValue" { attribute.clone() } else { name };
                if !text.is_empty() {
                    found.insert(name, std::mem::take(&mut text).into());
                }
            }
            Event::Eof => break,
            _ => return None,
        }
    }
    let is_signature = |name: &str| {
        let element = name.split('@').next().unwrap_or_default();
        element.starts_with("Digest")
            || element.starts_with("Signature")
            || ["CanonicalizationMethod", "Reference", "Transform", "X509Certificate"].contains(&element)
    };
    found.retain(|name, _| !is_signature(name));
    Some(found)
}

fn times(judge: &Judge<'_>, found: &Map<String, Json>) -> Option<String> {
    let time = |name: &str| found.get(name)?.as_str()?.parse::<Timestamp>().ok().map(Timestamp::as_second);
    let read = (time(APART[1]), time(APART[3]), time(APART[4]), time(APART[5]));
    let (Some(made), Some(from), Some(to), Some(confirmed)) = read else {
        return Some("the assertion has no `IssueInstant`, `NotBefore` or `NotOnOrAfter`".to_owned());
    };
    let now = judge.now.as_second();
    if from > now || made > now + SKEW {
        return Some("the assertion does not hold yet".to_owned());
    }
    if to.min(confirmed) <= now {
        return Some("the assertion has expired".to_owned());
    }
    let life = judge.assertion.life.and_then(|life| i64::try_from(life).ok())?;
    (to - made > life).then(|| format!("the assertion lives {} s, and {life} s is the most", to - made))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::{AssertionAlgorithm, KeyPair, UnsignedSaml};
    use crate::practice::rehearsal::facts::Facts;
    use crate::service::Assertion;
    use std::time::Duration;

    const NOW: i64 = 1_800_000_000;

    fn unsigned() -> UnsignedSaml {
        UnsignedSaml {
            id: "once".to_owned(),
            issued_at: Timestamp::from_second(NOW).expect("a time"),
            life: 300,
            issuer: "idp".to_owned(),
            subject: "a<b>&c".to_owned(),
            subject_format: "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified".to_owned(),
            audience: "acme".to_owned(),
            recipient: "https://as.test/token".to_owned(),
            authentication_context: String::new(),
            attributes: vec![("api_key".to_owned(), "id".to_owned())],
        }
    }

    fn pair() -> KeyPair {
        let now = Timestamp::from_second(NOW).expect("a time");
        crate::oauth::make_key_pair(AssertionAlgorithm::ES256, 2048, "t", now, Duration::from_hours(24))
            .expect("a pair")
    }

    fn judged(sent: &str, pair: &KeyPair, used: &[String]) -> Vec<String> {
        let saml = Saml {
            issuer: "idp".into(),
            subject: "<person>".into(),
            recipient: "https://as.test/token".into(),
            attributes: std::iter::once(("api_key".to_owned(), "<client_id>".to_owned())).collect(),
            ..Saml::default()
        };
        let assertion = Assertion {
            algorithm: Some(AssertionAlgorithm::ES256),
            audience: "acme".into(),
            life: Some(300),
            saml: Some(saml),
            ..Assertion::default()
        };
        let mut facts = Facts::default();
        facts.set("client_id", "id");
        facts.set("person", "a<b>&c");
        let now = Timestamp::from_second(NOW).expect("a time");
        let certificate = pair.certificate.as_deref();
        let judge = Judge { assertion: &assertion, facts: &facts, certificate, now, used };
        complaints(&judge, assertion.saml.as_ref().expect("SAML"), sent)
    }

    #[track_caller]
    fn check(saml: &UnsignedSaml, expected: &[&str]) {
        let pair = pair();
        let key = pair.signing_key().expect("a key");
        let xml = saml.sign(&key, AssertionAlgorithm::ES256, pair.certificate().as_ref()).expect("signed");
        let sent = SamlEncoding::Base64url.encode(&xml);
        assert_eq!(judged(sent.expose(), &pair, &[]), expected);
        let forged = SamlEncoding::Base64url.encode(&crate::secret::Secret::new(xml.expose().replace("acme", "emca")));
        let words = "the assertion's signature is not verified: the digest is of something else";
        assert_eq!(judged(forged.expose(), &pair, &[]), [words]);
        let words = "the assertion's signature is not verified: another key made it";
        assert_eq!(judged(sent.expose(), &self::pair(), &[]), [words]);
        assert_eq!(id(sent.expose()).as_deref(), Some("_once"));
        let other = SamlEncoding::Base64.encode(&xml);
        assert_eq!(judged(other.expose(), &pair, &[]), ["the assertion is not in Base64url"]);
    }

    #[test]
    fn an_assertion_as_the_preset_says_is_taken_once() {
        check(&unsigned(), &[]);
        let pair = pair();
        let key = pair.signing_key().expect("a key");
        let xml = unsigned().sign(&key, AssertionAlgorithm::ES256, None).expect("signed");
        let sent = SamlEncoding::Base64url.encode(&xml);
        let words = "the assertion's ID `_once` came already";
        assert_eq!(judged(sent.expose(), &pair, &["_once".to_owned()]), [words]);
    }

    #[test]
    fn each_slip_has_a_complaint_of_its_own() {
        let recipient = UnsignedSaml { recipient: "https://as.test".into(), ..unsigned() };
        let words = "the assertion's `SubjectConfirmationData@Recipient` is \"https://as.test\" in place of \"https://as.test/token\"";
        check(&recipient, &[words]);
        let attributes = vec![("other".to_owned(), "x".to_owned())];
        let words =
            ["the assertion's `Attribute api_key` is missing", "the assertion's `Attribute other` is one too many"];
        check(&UnsignedSaml { attributes, ..unsigned() }, &words);
        check(&UnsignedSaml { life: 301, ..unsigned() }, &["the assertion lives 301 s, and 300 s is the most"]);
        let late = Timestamp::from_second(NOW - 400).expect("a time");
        check(&UnsignedSaml { issued_at: late, ..unsigned() }, &["the assertion has expired"]);
        let early = Timestamp::from_second(NOW + 100).expect("a time");
        check(&UnsignedSaml { issued_at: early, ..unsigned() }, &["the assertion does not hold yet"]);
        check(
            &UnsignedSaml { authentication_context: "urn:p".into(), ..unsigned() },
            &["the assertion's `AuthnContextClassRef` is one too many"],
        );
    }
}
