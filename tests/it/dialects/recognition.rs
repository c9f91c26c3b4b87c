//! Each format is recognised by its own reader only.

use serde_json::json;
use tokenwright::dialect::held::{dotenv, google_user, oauthlib, oidc_agent, own_export, rclone};
use tokenwright::dialect::{
    Document, bruno, curl, datazen, discovery, ezintegrations, google, har, hoppscotch, http_file, insomnia, openapi,
    postman,
};

/// Tells whether a text is of a format.
type Recognises = fn(&Document<'_>) -> bool;

const RECOGNISERS: [(&str, Recognises); 18] = [
    ("bruno", bruno::recognise),
    ("curl", curl::recognise),
    ("datazen", datazen::recognise),
    ("discovery", discovery::recognise),
    ("ezintegrations", ezintegrations::recognise),
    ("google", google::recognise),
    ("har", har::recognise),
    ("hoppscotch", hoppscotch::recognise),
    ("http", http_file::recognise),
    ("insomnia", insomnia::recognise),
    ("openapi", openapi::recognise),
    ("postman", postman::recognise),
    ("dotenv", dotenv::recognise),
    ("google user", google_user::recognise),
    ("oauthlib", oauthlib::recognise),
    ("oidc-agent", oidc_agent::recognise),
    ("own export", own_export::recognise),
    ("rclone", rclone::recognise),
];

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let known: Vec<&str> =
        RECOGNISERS.iter().filter(|(_, recognise)| recognise(&Document::from(text))).map(|(name, _)| *name).collect();
    assert_eq!(known, expected, "{text}");
}

#[test]
fn a_document_is_recognised_by_its_own_reader_alone() {
    check("meta {\n  name: x\n}\n\nauth:oauth2 {\n  grant_type: password\n}\n", &["bruno"]);
    check("info:\n  name: x\nhttp:\n  method: GET\n", &["bruno"]);
    check("meta {\n  name: x\n}\n\nget {\n  url: https://a.test\n}\n", &["bruno"]);
    check("ACCESS_TOKEN=$(curl https://a.test/token -d grant_type=x)", &["curl"]);
    check("CLIENT_ID=a\ncurl https://a.test/token -d grant_type=x", &[]);
    check("### Token\n# comment\n@a=b\nPOST {{a}}/token\n", &["http"]);
    check("POST /token HTTP/1.1\nHost: a.test\n", &["http"]);
    check("{\"log\": {\"entries\": []}}", &["har"]);
    check("{\"name\": \"x\", \"folders\": [], \"requests\": []}", &["hoppscotch"]);
    check("curl -X POST https://as.example.test/token -d grant_type=refresh_token", &["curl"]);
    check(
        "This service requires client-flow authorization: No\nOAuth Bearer Token URL: https://a.test\nBody: x={code}\n\
         Refresh Token Settings\nRefresh Token URL: https://a.test\nBody: y={refresh_token}\n",
        &["datazen"],
    );
    check(
        "{\"bearerTokenUrl\": \"https://a.test\", \"grantType\": \"x\", \"refreshTokenUrl\": \"\", \"body\": \"\"}",
        &["datazen"],
    );
    check(&json!({ "issuer": "https://a.test", "token_endpoint": "https://a.test/token" }).to_string(), &["discovery"]);
    check("{\"refreshTokenUrl\": \"https://a.test\", \"refreshTokenEndpointBody\": {}}", &["ezintegrations"]);
    check("Refresh Token URL: https://a.test\nMethod: POST\nBody: a=b\n", &["ezintegrations"]);
    check("{\"web\": {\"client_id\": \"x\"}}", &["google"]);
    check("{\"type\": \"service_account\", \"private_key\": \"\"}", &["google"]);
    check("{\"_type\": \"export\", \"resources\": []}", &["insomnia"]);
    check("type: collection.insomnia.rest/5.0\nname: x\n", &["insomnia"]);
    check("openapi: 3.0.0\ninfo: {}\n", &["openapi"]);
    check("{\"swagger\": \"2.0\", \"info\": {}}", &["openapi"]);
    check("{\"info\": {}, \"item\": []}", &["postman"]);
    check("{\"name\": \"x\", \"values\": [{\"key\": \"a\"}]}", &["postman"]);
    check("# mine\nexport ACME_CLIENT_ID=x\n", &["dotenv"]);
    check("{\"type\": \"authorized_user\", \"client_id\": \"x\", \"refresh_token\": \"y\"}", &["google user"]);
    check("{\"access_token\": \"x\", \"token_type\": \"Bearer\", \"expires_at\": 1}", &["oauthlib"]);
    check(
        "{\"name\": \"x\", \"client_name\": \"y\", \"issuer_url\": \"https://a.test\", \"client_id\": \"z\"}",
        &["oidc-agent"],
    );
    check(
        "{\"version\": 1, \"profile\": \"x\", \"service\": \"y\", \"access_token\": \"z\", \"refresh_token\": \"r\"}",
        &["own export"],
    );
    check("[x]\ntype = drive\ntoken = {}\n", &["rclone"]);
    for text in ["", "hello", "{}", "[]", "<oauth2/>", "{\"values\": [], \"name\": \"x\"}", "id = \"x\"\n"] {
        check(text, &[]);
    }
}
