use super::*;
use crate::oauth::{AssertionAlgorithm, make_proof_key};
use crate::service::PresetOrigin;

fn key() -> SigningKey {
    make_proof_key(AssertionAlgorithm::EdDSA).expect("a key").signing_key().expect("usable")
}

fn preset(id: &str, host: &str) -> String {
    format!(
        "id = \"{id}\"\nname = \"{id} of the bundle\"\nsummary = \"A client ID\"\nchecked = \"2026-11-30\"\n\
         source = [\"a test\"]\n\n[token_request]\nurl = \"https://{host}/token\"\n"
    )
}

fn bundle(presets: &[(&str, String)]) -> Bundle {
    let presets = presets.iter().map(|(id, text)| ((*id).to_owned(), text.clone())).collect();
    Bundle::new("acme", 12, presets).expect("a bundle")
}

#[test]
fn what_was_signed_is_read_with_its_key() {
    let (key, bundle) = (key(), bundle(&[("small", preset("small", "a.test"))]));
    let read = SignedBundle::read(&bundle.sign(&key).expect("signed")).expect("read");
    assert_eq!((read.bundle, Some(read.key)), (bundle, key.thumbprint()));
}

#[test]
fn a_payload_that_is_no_bundle_is_refused() {
    let read = |payload: &str| {
        let text = SignedDocument::sign(&key(), TYP, payload.as_bytes()).expect("signed");
        SignedBundle::read(&text).expect_err("refused")
    };
    assert!(matches!(read("[]"), BundleError::Payload(_)));
    assert!(matches!(read("{\"format\":1,\"name\":\"a\",\"number\":-1,\"presets\":{}}"), BundleError::Payload(_)));
    assert_eq!(read("{\"format\":2,\"new\":true}"), BundleError::Format(2));
    assert!(matches!(
        read("{\"format\":1,\"name\":\"a\",\"number\":1,\"presets\":{\"a\":\"\"},\"x\":1}"),
        BundleError::Payload(_)
    ));
    assert_eq!(read("{\"format\":1,\"name\":\"a\",\"number\":1,\"presets\":{}}"), BundleError::Empty);
    assert_eq!(
        read("{\"format\":1,\"name\":\"a b\",\"number\":1,\"presets\":{\"a\":\"\"}}"),
        BundleError::Name("a b".into())
    );
    for id in ["custom", "practice", "practice-dpop"] {
        let payload = format!("{{\"format\":1,\"name\":\"a\",\"number\":1,\"presets\":{{\"{id}\":\"\"}}}}");
        assert_eq!(read(&payload), BundleError::Reserved(id.into()));
    }
    assert_eq!(SignedBundle::read(&"a".repeat(LARGEST_BUNDLE + 1)), Err(BundleError::TooLarge));
}

#[test]
fn a_preset_that_cannot_be_used_or_has_another_id_is_named() {
    let check = |presets: &[(&str, String)]| bundle(presets).check_presets();
    assert_eq!(check(&[("small", preset("small", "a.test"))]), Ok(()));
    let other = BundleError::OtherId { listed: "google".into(), own: "small".into() };
    assert_eq!(check(&[("google", preset("small", "a.test"))]), Err(other));
    let error = check(&[("small", preset("small", "a.test").replace("checked", "chequed"))]).expect_err("refused");
    assert!(error.to_string().starts_with("the bundle is refused: its preset small.toml:4: unknown field"), "{error}");
    let practice = format!("practice = true\n{}", preset("small", "a.test"));
    assert_eq!(check(&[("small", practice)]), Err(BundleError::Reserved("small".into())));
}

#[test]
fn its_presets_go_before_those_built_in_and_after_ones_own() {
    let gmail = "extends = \"google\"\nid = \"gmail\"\nname = \"Mail\"\n".to_owned();
    let small = preset("small", "a.test");
    let bundle = bundle(&[("google", preset("google", "b.test")), ("gmail", gmail), ("small", small.clone())]);
    let mut catalog = Catalog::with_bundle(&bundle);
    assert_eq!(catalog.add(vec![("s.toml".into(), small.replace("a.test", "mine.test"))]), []);
    let url = |id: &str| catalog.service(id).expect("a preset").token_request.url.source().to_owned();
    assert_eq!(url("google"), "https://b.test/token");
    assert_eq!(url("gmail"), "https://b.test/token", "a preset of a bundle extends one of the bundle");
    assert_eq!(url("small"), "https://mine.test/token");
    assert_eq!(url("google-drive"), "https://oauth2.googleapis.com/token", "what is built in extends what is built in");
    let origin = |id: &str| catalog.origin(id).expect("a preset").to_string();
    assert_eq!([origin("google"), origin("small"), origin("slack")], ["bundle acme 12", "your file", "built in"]);
    assert_eq!(catalog.origin("nobody"), None::<PresetOrigin>);
}

#[test]
fn a_difference_names_each_key_and_both_values() {
    let before =
        Catalog::with_bundle(&bundle(&[("small", preset("small", "a.test")), ("old", preset("old", "a.test"))]));
    let after =
        Catalog::with_bundle(&bundle(&[("small", preset("small", "b.test")), ("new", preset("new", "a.test"))]));
    let key = KeyChange {
        key: "token_request.url".into(),
        ours: Some("\"https://a.test/token\"".into()),
        theirs: Some("\"https://b.test/token\"".into()),
    };
    let expected = [
        PresetChange::New { id: "new".into(), name: "new of the bundle".into() },
        PresetChange::Removed { id: "old".into() },
        PresetChange::Changed { id: "small".into(), keys: vec![key] },
    ];
    assert_eq!(preset_changes(&before, &after), expected);
    assert_eq!(preset_changes(&before, &before), []);
}
