//! Arbitrary text: each reader returns, and what it reads can be saved.

use proptest::prelude::*;
use tokenwright::dialect::{
    Document, DocumentError, Import, bruno, curl, datazen, discovery, documentation, ezintegrations, google, har,
    hoppscotch, http_file, insomnia, openapi, postman,
};

use crate::dialects::check::{keepable, read_text};

type Read = fn(&Document<'_>) -> Result<Import, DocumentError>;

const READERS: [Read; 13] = [
    bruno::read,
    curl::read,
    datazen::read,
    discovery::read,
    documentation::read,
    ezintegrations::read,
    google::read,
    har::read,
    hoppscotch::read,
    http_file::read,
    insomnia::read,
    openapi::read,
    postman::read,
];

#[test]
fn a_hostile_document_comes_to_an_end() {
    // Four times what a text of a call may have.
    let large = 256 * 1024;
    let full = |text: &str| text.repeat(large / text.len());
    let doubling: Vec<_> = (0..40)
        .map(|n| serde_json::json!({ "key": format!("v{n}"), "value": format!("{{{{v{}}}}}", n + 1).repeat(50) }))
        .collect();
    let many: Vec<_> = (0..90).map(|n| serde_json::json!({ "key": format!("p{n}"), "value": "{{v0}}" })).collect();
    let collection = serde_json::json!({ "info": {}, "variable": doubling, "auth": { "type": "oauth2", "oauth2": {
        "accessTokenUrl": "{{v0}}", "clientId": "{{v0}}", "tokenRequestParams": many,
    } } });
    let open: String = (0..20_000).map(|n| format!("p{n}={{x{n}}}")).collect::<Vec<_>>().join("&");
    let documents = [
        collection.to_string(),
        full("{"),
        full("{{a"),
        full("[{\"a\":"),
        format!("curl https://a.test -d '{open}'"),
        format!("curl https://a.test -H 'Content-Type: text/xml' -d '{}'", full("</a><a>{b}")),
        format!("curl https://a.test -d '{}'", full("a=1&")),
        format!("OAuth Bearer Token URL: https://a.test\nBody: {open}\nScope: {}", full("a b ")),
        format!("Refresh Token URL: https://a.test\nRefresh Token Endpoint Body: {}", "{“a”:“b”}".repeat(3_500)),
        format!("auth:oauth2 {{\n{}}}\n", full("  scope: {{a}}\n")),
        format!("curl https://a.test -d grant_type={}", full("$(")),
        format!("grant_type\n{}", full("curl https://a.test -d '\n")),
        format!("grant_type\n{}", full("POST /token\n")),
        format!("POST https://a.test\n\n{}", full("grant_type=a&{{b}}\n")),
        format!("@a = {}\nPOST {{{{a}}}}/token\n\ngrant_type={{{{a}}}}", "{{a}}".repeat(1_000)),
        format!("openapi: 3.0.0\ncomponents: {}", full("{a: ")),
        format!("type: collection.insomnia.rest/5.0\ncollection: {}", full("[")),
    ];
    for document in &documents {
        for read in READERS {
            if let Ok(import) = read(&Document::from(document.as_str())) {
                keepable(&import);
            }
        }
    }
}

/// Words from documents, so that some texts look like documents.
fn word() -> impl Strategy<Value = String> {
    let known = [
        "Refresh Token URL: ",
        "Refresh Token Endpoint Body: ",
        "OAuth Bearer Token URL: ",
        "Grant Type: ",
        "Secret: ",
        "Refresh Token Settings\n",
        "curl ",
        "-d ",
        "-H ",
        "-u ",
        "auth:oauth2 {\n",
        "}\n",
        "client_id",
        "scope",
        "=",
        "&",
        ":",
        "'",
        "\"",
        "\\",
        "^",
        "\n",
        "{{x}}",
        "{y}",
        "<z>",
        "https://a.test/token",
        "{\"",
        "\":",
        "},",
        "[",
        "openapi: 3.0.0\n",
        "Body: ",
        "Query: ",
        "Basic aTpz",
        "€",
        "%",
        "vars {\n",
        "Authorization",
        "$'",
        "{{{",
        "<a b>",
        "grant_type=",
        "POST https://a.test/token\n",
        "\n\n",
        "###",
        "$(",
        ")",
        "`",
        "CLIENT_ID",
        "HTTP/1.1",
        "info:\n",
        "http:\n",
        "  url: ",
        "post {\n",
        "meta {\n",
        "body:form-urlencoded {\n",
    ];
    prop_oneof![4 => proptest::sample::select(known.to_vec()).prop_map(str::to_owned), 1 => any::<String>()]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn is_read_or_refused(words in proptest::collection::vec(word(), 0..24)) {
        let text = words.concat();
        for read in READERS {
            if let Ok(import) = read(&Document::from(text.as_str())) {
                keepable(&import);
            }
        }
        let document = Document::from(text.as_str());
        let _ = [bruno::recognise, curl::recognise, datazen::recognise, openapi::recognise, ezintegrations::recognise,
            insomnia::recognise, postman::recognise].map(|recognise| recognise(&document));
    }

    #[test]
    fn is_a_value_of_any_member(value in prop_oneof![any::<String>(), word()], name in word()) {
        let collection = serde_json::json!({ "info": { "name": value }, "auth": { "type": "oauth2", "oauth2": {
            "accessTokenUrl": value, "clientId": value, "clientSecret": value, "scope": value, "authUrl": value,
            "tokenRequestParams": [{ "key": name, "value": value }], name.as_str(): value,
        } }, "variable": [{ "key": name, "value": value }] });
        keepable(&read_text(postman::read, &collection.to_string()).expect("a collection"));
        let settings = serde_json::json!({ "Refresh Token URL": format!("https://{value}"),
            "Refresh Token Endpoint Header": { "Authorization": value, name.as_str(): value },
            "Refresh Token Endpoint Params": { name.as_str(): value },
            "Refresh Token Endpoint Body": { "client_secret": value, "deep": { name.as_str(): [value] } } });
        keepable(&read_text(ezintegrations::read, &settings.to_string()).expect("settings"));
    }
}
