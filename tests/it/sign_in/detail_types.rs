//! The types of authorization details that a server describes, and details that do not match them.

use serde_json::json;

use crate::sign_in::message_signing::with_secret;
use crate::support::http::browser;
use crate::support::oidc_provider::OidcProvider;
use crate::support::practice::Practice;
use crate::support::renewed::add_preset;
use crate::support::scripted::{Answer, Scripted};
use crate::support::tokenwright::Tokenwright;

const TYPED: &str = r#"[{"type":"practice_payment","creditor":"","amount":{"currency":"CHF","value":1}}]"#;

#[test]
fn the_types_of_an_issuer_are_listed_with_what_to_write_for_each() {
    let program = Tokenwright::new();
    let practice = Practice::start(&program);
    let issuer = practice.url("");
    let listed = program.run(&["service", "detail-types", &issuer]).done();
    let example = r#"[{"type":"practice_payment","creditor":"Grace","amount":{"currency":"EUR","value":12.5}}]"#;
    let expected = format!(
        "practice_payment: One payment of practice money\n  requires amount, creditor\n  {issuer}/\n  --authorization-details '{example}'\n"
    );
    assert_eq!(listed, expected);
    let listed = program.run(&["service", "detail-types", &issuer, "--json"]).json();
    assert_eq!(listed[0]["requires"], json!(["amount", "creditor"]));
    assert_eq!(listed[0]["not_checked"], json!(null));
    assert_eq!(format!("[{}]", listed[0]["example"]), example);
}

#[test]
fn details_that_do_not_match_the_schema_are_told_of_before_the_browser_opens() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    let issuer = practice.url("");
    let client =
        ["--client-id", "practice-public", "--client-auth", "none", "--redirect-uri", "http://127.0.0.1/callback"];
    let arguments = ["sign-in", "pay", "--issuer", &issuer, "--browser", browser(), "--authorization-details"];
    let said = program.run(&[&arguments[..], &[TYPED], &client].concat()).failed(4);
    for line in [
        "warning: `--authorization-details`: object 1, /creditor: expected a text of at least 1 character",
        "warning: `--authorization-details`: object 1, /amount/currency: expected one of \"EUR\", \"USD\", \"JPY\"",
        "`invalid_authorization_details` (a `practice_payment` needs",
    ] {
        assert!(said.contains(line), "{line}\n{said}");
    }
    let warned = said.find("warning: `--authorization-details`").expect("a warning");
    assert!(warned < said.find("Opening").or_else(|| said.find("browser")).unwrap_or(said.len()), "{said}");
    let right = TYPED.replace("\"\"", "\"Grace\"").replace("CHF", "JPY");
    let said = program.run(&[&arguments[..], &[&right], &client].concat());
    assert!(!said.stderr.contains("warning: `--authorization-details`"), "{}", said.stderr);
    said.done();
}

#[test]
fn details_are_checked_where_the_preset_or_the_profile_names_the_issuer() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    let (set, wrong) = (practice.set(), "warning: `--authorization-details`: object 1, /creditor");
    let right = TYPED.replace("\"\"", "\"Grace\"").replace("CHF", "JPY");
    let preset = ["sign-in", "pay", "--service", "practice", "--set", &set, "--browser", browser()];
    let said = program.run(&[&preset[..], &["--authorization-details", TYPED]].concat()).failed(4);
    assert!(said.contains(wrong), "{said}");
    let said = program.run(&[&preset[..], &["--authorization-details", &right]].concat());
    assert!(said.code == 0 && !said.stderr.contains("warning: `--authorization-details`"), "{}", said.stderr);
    let saved = ["sign-in", "pay", "--browser", browser(), "--authorization-details", TYPED];
    let said = program.run(&saved).failed(4);
    assert!(said.contains(wrong), "{said}");
}

#[test]
fn an_issuer_that_does_not_answer_holds_up_no_sign_in() {
    let service = Scripted::start(|asked, _| match asked.path.as_str() {
        "/authorize" => asked.grant("a-code"),
        _ => Answer::json(200, &json!({ "access_token": "at-1" })),
    });
    let program = Tokenwright::with_vault();
    add_preset(&program, &service, "");
    let file = program.data().join("presets/scripted.toml");
    let preset = std::fs::read_to_string(&file).expect("a preset");
    let named = preset.replace("[redirect]\n", "[redirect]\nissuer = \"http://127.0.0.1:9\"\n");
    std::fs::write(&file, named).expect("a file of our own");
    let sign_in = ["sign-in", "pay", "--service", "scripted", "--client-id", "it", "--browser", browser()];
    program.run(&[&sign_in[..], &["--authorization-details", TYPED]].concat()).done();
}

#[test]
#[ignore = "needs node"]
fn a_server_that_judges_by_its_schema_refuses_what_is_warned_of_and_nothing_else() {
    let server = OidcProvider::start_with(&["--auto", "--rar"]);
    let program = with_secret();
    for (order, is_right) in [
        (r#"{"type":"order","lines":[{"article":"nut","count":3}]}"#, true),
        (r#"{"type":"order","lines":[{"article":"nut","count":3}],"express":true,"weight":"7 kg"}"#, true),
        (r#"{"type":"order","lines":[{"article":"nut","count":99.0}],"weight":0.5}"#, true),
        (r#"{"type":"order","lines":[]}"#, false),
        (r#"{"type":"order","lines":[{"article":"nu","count":3}]}"#, false),
        (r#"{"type":"order","lines":[{"article":"nut","count":1.5}]}"#, false),
        (r#"{"type":"order","lines":[{"article":"nut","count":3}],"express":true}"#, false),
        (r#"{"type":"order","lines":[{"article":"nut","count":3}],"weight":"7 g"}"#, false),
        (r#"{"type":"order","lines":[{"article":"nut","count":3}],"note":"x"}"#, false),
    ] {
        let details = format!("[{order}]");
        let arguments = [
            "sign-in",
            "shop",
            "--issuer",
            server.issuer(),
            "--client-id",
            "confidential-basic",
            "--overwrite",
            "--redirect-uri",
            "http://127.0.0.1/callback",
            "--browser",
            browser(),
            "--authorization-details",
            &details,
        ];
        let said = program.run(&arguments);
        assert_eq!(
            said.stderr.contains("warning: `--authorization-details`: object 1"),
            !is_right,
            "{order}\n{}",
            said.stderr
        );
        if is_right {
            said.done();
        } else {
            assert!(said.failed(4).contains("the order does not match its schema"), "{order}");
        }
    }
    let listed = program.run(&["service", "detail-types", server.issuer()]).done();
    let expected = "order: An order of goods\n  requires lines\n  --authorization-details '[{\"type\":\"order\",\"lines\":[]}]'\n\
                    account\n  --authorization-details '[{\"type\":\"account\"}]'\n";
    assert_eq!(listed, expected);
}

#[test]
#[ignore = "needs node"]
fn an_issuer_that_describes_no_types_is_told() {
    let server = OidcProvider::start_auto();
    let said = Tokenwright::new().run(&["service", "detail-types", server.issuer()]).failed(4);
    assert!(said.contains("does not describe its types of authorization details"), "{said}");
}
