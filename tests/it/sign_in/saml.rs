//! SAML assertions that are signed here, judged by a verifier that we did not make.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD, Engine as _};
use serde_json::json;

use jiff::Timestamp;
use tokenwright::oauth::{AssertionAlgorithm, make_key_pair};

use crate::support::scripted::{Answer, Scripted};
use crate::support::tokenwright::Tokenwright;

/// A service that takes a SAML assertion, as a person describes one.
fn preset(algorithm: &str, encoding: &str) -> String {
    format!(
        r#"
id = "saml"
name = "A service that takes SAML"
checked = "2026-11-30"
source = ["a test"]
asks = "nothing"
grant_type = "urn:ietf:params:oauth:grant-type:saml2-bearer"

[[inputs]]
name = "port"
label = "Port"
example = "8080"
pattern = "[0-9]+"

[[inputs]]
name = "user_id"
label = "User"
example = "alex"

[token_request]
url = "http://127.0.0.1:<port>/token"
body = {{ assertion = "<assertion>" }}

[assertion]
algorithm = "{algorithm}"
audience = "acme & sons"
life = 300
parameter = "assertion"

[assertion.saml]
issuer = "a \"friend\" of <client_id>"
subject = "<user_id>"
authentication_context = "urn:oasis:names:tc:SAML:2.0:ac:classes:PreviousSession"
attributes = {{ api_key = "<client_id>", "a<b" = "]]>", user = "<user_id>" }}
encoding = "{encoding}"
"#
    )
}

fn port_of(server: &Scripted) -> String {
    format!("port={}", server.url().rsplit(':').next().expect("a port"))
}

/// A profile that has signed in as this user and refreshed.
struct Job {
    program: Tokenwright,
    _server: Scripted,
    /// As they were sent.
    assertions: Vec<String>,
    /// Its file.
    certificate: String,
}

fn job(algorithm: &str, encoding: &str, user: &str) -> Job {
    let program = Tokenwright::with_vault();
    program.add_preset("saml.toml", &preset(algorithm, encoding));
    let server = Scripted::start(|_, _| Answer::json(200, &json!({ "access_token": "at", "expires_in": 300 })));
    let certificate = program.home().join("certificate.pem").to_str().expect("UTF-8").to_owned();
    let key = ["key", "generate", "job", "--service", "saml", "--bits", "2048", "--certificate-file", &certificate];
    program.run(&key).done();
    let (port, user) = (port_of(&server), format!("user_id={user}"));
    let sign_in = ["sign-in", "job", "--service", "saml", "--set", &port, "--set", &user, "--client-id", "id"];
    program.run(&sign_in).done();
    program.run(&["refresh", "job"]).done();
    let assertions = server.asked("/token").iter().map(|asked| asked.parameter("assertion").to_owned()).collect();
    Job { program, _server: server, assertions, certificate }
}

/// What `xmlsec1` says of it, trusting this certificate's key and nothing that the document brings.
fn verify(folder: &Path, xml: &str, certificate: &str) -> bool {
    let path = folder.join("assertion.xml");
    fs::write(&path, xml).expect("written");
    let mut command = Command::new("xmlsec1");
    command.args(["--verify", "--enabled-key-data", "rsa,ec,key-name", "--pubkey-cert-pem", certificate]);
    command.arg("--id-attr:ID").arg("urn:oasis:names:tc:SAML:2.0:assertion:Assertion");
    command.arg(&path).output().expect("xmlsec1").status.success()
}

#[test]
#[ignore = "needs xmlsec1"]
fn another_program_verifies_what_is_signed_and_refuses_whatever_is_changed() {
    let hostile = "a</saml2:NameID><saml2:NameID>root</saml2:NameID> & \"q\" 'é' ]]>";
    for (algorithm, encoding) in [
        ("RS256", "base64"),
        ("RS384", "base64url"),
        ("RS512", "base64url"),
        ("ES256", "base64url"),
        ("ES384", "base64"),
    ] {
        let Job { program, assertions, certificate, .. } = job(algorithm, encoding, hostile);
        let decoded = |text: &String| {
            let bytes =
                if encoding == "base64" { BASE64_STANDARD.decode(text) } else { BASE64_URL_SAFE_NO_PAD.decode(text) };
            String::from_utf8(bytes.expect("as the preset says")).expect("UTF-8")
        };
        let [first, second] = assertions.iter().map(decoded).collect::<Vec<_>>().try_into().expect("two");
        let is_good = |xml: &str| verify(program.home(), xml, &certificate);
        assert!(is_good(&first) && is_good(&second), "{algorithm}: {first}");
        assert_eq!(first.matches("<saml2:NameID ").count(), 1, "no value becomes an element");
        let id = |xml: &str| xml.split(" ID=\"").nth(1).and_then(|rest| rest.split('"').next()).map(str::to_owned);
        assert_ne!(id(&first), id(&second), "each has a new ID");
        for (old, new) in [
            ("acme &amp; sons", "acme &amp; son"),
            ("root", "boot"),
            ("Version=\"2.0\"", "Version=\"2.1\""),
            ("</saml2:Subject>", "</saml2:Subject><saml2:Subject></saml2:Subject>"),
            ("<saml2:Conditions", " <saml2:Conditions"),
            ("http://127.0.0.1:", "http://127.0.0.2:"),
            ("#sha256\"", "#sha384\""),
            ("<ds:DigestValue>", "<ds:DigestValue>A"),
            ("<ds:SignatureValue>", "<ds:SignatureValue>AAAA"),
        ] {
            let changed = first.replacen(old, new, 1);
            assert_ne!(changed, first, "{old}");
            assert!(!is_good(&changed), "{algorithm}: {old} became {new}");
        }
        let stranger = job(algorithm, encoding, "alex");
        assert!(!verify(program.home(), &first, &stranger.certificate), "another's key made it");
    }
}

/// A sign-in to a service of which nothing but its token endpoint is known.
fn by_hand(url: &str, key: &str, more: &[&str]) -> Vec<String> {
    let start =
        ["sign-in", "hand", "--token-url", url, "--client-id", "id", "--client-auth", "none", "--key-file", key];
    let grant = ["--grant", "saml2-bearer", "--username", "ada <b>"];
    [&start[..], &grant, more].concat().into_iter().map(str::to_owned).collect()
}

#[test]
#[ignore = "needs xmlsec1"]
fn an_assertion_for_a_service_described_by_hand_is_signed_here_and_kept_as_a_preset() {
    let program = Tokenwright::with_vault();
    let server = Scripted::start(|_, _| Answer::json(200, &json!({ "access_token": "at", "expires_in": 300 })));
    let (key, certificate) = (program.home().join("key.pem"), program.home().join("certificate.pem"));
    let pair = make_key_pair(AssertionAlgorithm::RS256, 2048, "a test", Timestamp::now(), Duration::from_hours(24));
    let pair = pair.expect("a key pair");
    fs::write(&key, pair.private_key.expose()).expect("written");
    fs::write(&certificate, pair.certificate.as_deref().expect("a certificate")).expect("written");
    let (key, certificate) = (key.to_str().expect("UTF-8"), certificate.to_str().expect("UTF-8"));
    let url = format!("{}/token", server.url());
    let parts = ["--assertion", "issuer=https://idp.test", "--assertion", "audience=acme & sons"];
    let more = ["--assertion", "attribute.role=<client_id>", "--assertion", "algorithm=RS512"];
    let saved = ["--save-as-preset", "by-hand"];
    let arguments = by_hand(&url, key, &[&parts[..], &more, &saved].concat());
    program.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>()).done();
    program.run(&["refresh", "hand"]).done();
    let asked = server.asked("/token");
    assert_eq!(asked.len(), 2);
    for asked in &asked {
        assert_eq!(asked.parameter("grant_type"), "urn:ietf:params:oauth:grant-type:saml2-bearer");
        let xml = BASE64_URL_SAFE_NO_PAD.decode(asked.parameter("assertion")).expect("base64url");
        let xml = String::from_utf8(xml).expect("UTF-8");
        assert!(verify(program.home(), &xml, certificate), "{xml}");
        for said in [
            "<saml2:Issuer>https://idp.test</saml2:Issuer>",
            "ada &lt;b&gt;</saml2:NameID>",
            "<saml2:Audience>acme &amp; sons</saml2:Audience>",
            &format!("Recipient=\"{url}\""),
            "rsa-sha512",
            "<saml2:Attribute Name=\"role\">",
        ] {
            assert!(xml.contains(said), "{said}: {xml}");
        }
    }
    program.run(&["rehearse", "by-hand"]).done();
}

#[test]
fn what_no_assertion_says_is_refused_before_anything_is_sent() {
    let program = Tokenwright::with_vault();
    let server = Scripted::start(|_, _| Answer::json(200, &json!({ "access_token": "at" })));
    let url = format!("{}/token", server.url());
    let refused = |grant: &str, part: &str| {
        let start = ["sign-in", "hand", "--token-url", &url, "--client-id", "id", "--client-auth", "none"];
        program.run(&[&start[..], &["--grant", grant, "--assertion", part]].concat()).failed(2)
    };
    for (grant, part, words) in [
        ("saml2-bearer", "recipent=x", "an assertion has no `recipent`: write `issuer`"),
        ("saml2-bearer", "algorithm=HS256", "`algorithm` is `HS256`: write an algorithm that a private key signs by"),
        ("saml2-bearer", "claim.a=b", "a SAML assertion has no `claim`"),
        ("jwt-bearer", "recipient=x", "a JWT has no `recipient`"),
        ("client-credentials", "issuer=x", "no assertion is signed here"),
        ("saml2-bearer", "subject=x", "requires a private key, and there is none named `hand`"),
    ] {
        let said = refused(grant, part);
        assert!(said.contains(words), "{grant} {part}: {said}");
    }
    assert!(server.asked("/token").is_empty());
}

#[test]
fn it_is_told_before_it_is_sent_and_no_trace_has_the_signed_one() {
    let Job { program, assertions, _server, .. } = job("RS256", "base64url", "alex");
    let shown = program.run(&["service", "show", "saml"]).done();
    let words = "assertion: SAML 2.0, signed with RS256, Issuer a \"friend\" of <client_id>, NameID <user_id>";
    assert!(shown.contains(words), "{shown}");
    let told = program.run(&["--verbose", "refresh", "job"]);
    assert_eq!(told.code, 0, "{}", told.stderr);
    assert!(told.stderr.contains("assertion"), "{}", told.stderr);
    let body = assertions[0].split('.').next().expect("a text");
    assert!(!told.stderr.contains(&body[..40]), "the beginning, which is the same each time, is masked too");
}

#[test]
fn a_value_that_xml_cannot_hold_is_refused_before_anything_is_sent() {
    let program = Tokenwright::with_vault();
    program.add_preset("saml.toml", &preset("RS256", "base64"));
    let server = Scripted::start(|_, _| Answer::json(200, &json!({ "access_token": "at" })));
    program.run(&["key", "generate", "job", "--service", "saml", "--bits", "2048"]).done();
    let port = port_of(&server);
    let sign_in =
        ["sign-in", "job", "--service", "saml", "--set", &port, "--set", "user_id=a\u{7}b", "--client-id", "id"];
    let words = program.run(&sign_in).failed(2);
    assert!(words.contains("`user` holds a control character"), "{words}");
    assert!(server.asked("/token").is_empty());
}

#[test]
fn one_that_is_made_elsewhere_goes_in_the_place_of_ours() {
    let program = Tokenwright::with_vault();
    program.add_preset("saml.toml", &preset("RS256", "base64"));
    let server = Scripted::start(|_, _| Answer::json(200, &json!({ "access_token": "at", "expires_in": 300 })));
    let path = program.home().join("assertion.xml");
    fs::write(&path, "<saml2:Assertion>?</saml2:Assertion>").expect("written");
    let (port, source) = (port_of(&server), format!("assertion=file:{}", path.display()));
    let sign_in = ["sign-in", "job", "--service", "saml", "--set", &port, "--set", "user_id=x", "--client-id", "id"];
    program.run(&[&sign_in[..], &["--source", &source]].concat()).done();
    let asked = &server.asked("/token")[0];
    assert_eq!(asked.parameter("assertion"), BASE64_STANDARD.encode("<saml2:Assertion>?</saml2:Assertion>"));
}

#[test]
fn a_preset_that_says_too_little_is_refused_with_its_line() {
    let program = Tokenwright::with_vault();
    for (old, new, words) in [
        ("subject = \"<user_id>\"\n", "", "the SAML assertion has no `subject`"),
        ("issuer = \"a \\\"friend\\\" of <client_id>\"\n", "", "the SAML assertion has no `issuer`"),
        ("audience = \"acme & sons\"\n", "", "the SAML assertion has no `audience`"),
        ("algorithm = \"RS256\"\n", "", "`assertion` has no `algorithm`"),
        ("life = 300\n", "claims = { iss = \"me\" }\n", "are for a JWT"),
        ("asks = \"nothing\"\n", "[x]\n", "unknown field"),
    ] {
        let text = preset("RS256", "base64").replace(old, new);
        let path = program.home().join("checked.toml");
        fs::write(&path, text).expect("written");
        let refused = program.run(&["service", "check", path.to_str().expect("UTF-8")]);
        assert!(refused.code != 0 && refused.stderr.contains(words), "{}", refused.stderr);
    }
    let text = preset("RS256", "base64").replace("[assertion]", "authentication = \"private-key-jwt\"\n[assertion]");
    let path = program.home().join("checked.toml");
    fs::write(&path, text).expect("written");
    let words = program.run(&["service", "check", path.to_str().expect("UTF-8")]).stderr;
    assert!(words.contains("cannot send a SAML assertion as well"), "{words}");
}
