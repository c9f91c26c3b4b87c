//! Files of other programs that look a little like a description of a service: none is mistaken for one, and no data
//! URL becomes a token endpoint.

use tokenwright::dialect::{Dialect, Found, ImportError, read};
use tokenwright::service::Catalog;

/// The address that must never be a token endpoint.
const DATA: &str = "https://api.example.test/orders";

const FOREIGN: [(&str, &str); 25] = [
    ("services.yaml", "services:\n  billing:\n    url: DATA\n    method: GET\n    refresh_token_days: 30\n"),
    ("flat.yaml", "url: DATA\nmethod: GET\nrefresh_token_days: 30\nbody: a=b\n"),
    ("flat-url.yaml", "refresh_token_ttl: 3600\nurl: DATA\nheaders: none\nmethod: POST\n"),
    (
        "providers.yaml",
        "acme:\n  auth_mode: OAUTH2\n  authorization_url: https://a.test/authorize\n  token_url: https://a.test/token\n  \
         refresh_url: https://a.test/token\n  proxy:\n    base_url: DATA\nother:\n  url: DATA\n  method: GET\n  \
         refresh_token_expires: 1\n",
    ),
    (
        "docker-compose.yml",
        "services:\n  web:\n    image: x\n    environment:\n      REFRESH_TOKEN_URL: DATA\n      URL: DATA\n      METHOD: \
         GET\n",
    ),
    (
        "workflow.yml",
        "on: push\njobs:\n  a:\n    steps:\n      - name: refresh_token\n        with:\n          url: DATA\n          method: POST\n          body: x\n",
    ),
    (
        "k8s.yaml",
        "apiVersion: v1\nkind: ConfigMap\ndata:\n  endpoint: DATA\n  grant_type: client_credentials\n  client_id: x\n",
    ),
    ("auth.yaml", "auth:\n  endpoint: DATA\n  grant_type: client_credentials\n  client_secret: y\n"),
    ("flat-auth.yaml", "endpoint: DATA\ngrant_type: client_credentials\nclient_id: x\ntoken_life: 60\n"),
    ("bearer.yaml", "oauth:\n  bearer_token_url: DATA\n  grant_type: password\n"),
    ("insomnia-like.yaml", "requests:\n- url: DATA\n  method: GET\n  refreshToken: \"\"\n  headers: []\n"),
    ("README.md", "# Tool\n\nRefresh Token URL: DATA\nMethod: GET\n\n```sh\ncurl DATA\n```\n"),
    ("README2.md", "Tool\n====\n\n- url: DATA\n- refresh_token: yes\n\n| Method | Body |\n|---|---|\n"),
    ("README3.md", "<img src=\"DATA\">\n\n# Tool\n\nUses oauth2 and a refresh_token.\nURL: DATA\nBody: x\n"),
    (
        "package.json",
        "{\"name\": \"x\", \"version\": \"1\", \"scripts\": {\"refresh_token\": \"curl DATA\"}, \"repository\": {\"url\": \"DATA\"}}",
    ),
    ("request.json", "{\"url\": \"DATA\", \"method\": \"GET\", \"headers\": {}, \"refresh_token_days\": 3}"),
    ("request2.json", "{\"url\": \"DATA\", \"body\": {}, \"refreshTokenMethod\": \"POST\"}"),
    ("endpoint.json", "{\"endpoint\": \"DATA\", \"grantType\": \"client_credentials\", \"clientId\": \"x\"}"),
    ("registry.json", "{\"username\": \"u\", \"password\": \"p\", \"email\": \"e\", \"serveraddress\": \"DATA\"}"),
    ("nginx.conf", "server {\n  location /refresh_token {\n    proxy_pass DATA;\n    proxy_method POST;\n  }\n}\n"),
    (
        "request.bru",
        "meta {\n  name: x\n}\n\npost {\n  url: DATA\n  body: json\n}\n\nbody:json {\n  {\"refresh_token\": \"x\"}\n}\n",
    ),
    ("openapi-ui.yml", "openapi: true\nswagger: {path: /docs}\nurl: DATA\n"),
    ("feed.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"><a href=\"DATA\"/></svg>"),
    ("call.sh", "curl -H 'Accept: application/json' DATA"),
    ("call2.sh", "curl -X POST DATA -H 'Content-Type: application/json' -d '{\"item\": 1}'"),
];

#[test]
fn no_foreign_file_is_taken_for_a_description_of_a_service() {
    for (name, text) in FOREIGN {
        let text = text.replace("DATA", DATA);
        match read(text.as_bytes(), name, &Catalog::bundled(), None) {
            Err(_) => {}
            Ok(found) => panic!("{name}: {found:?}"),
        }
    }
}

#[test]
fn a_url_of_something_else_beside_the_settings_is_not_theirs() {
    let json = format!(
        "{{\"refreshTokenUrl\": \"https://as.example.test/token\", \"url\": \"{DATA}\", \"method\": \"GET\", \
         \"refreshTokenEndpointBody\": {{\"refresh_token\": \"r\"}}}}"
    );
    let lines = format!(
        "Refresh Token URL: https://as.example.test/token\nURL: {DATA}\nRefresh Token Method: POST\nMethod: GET\n"
    );
    for text in [json, lines] {
        let Ok(Found::Import(import)) = read(text.as_bytes(), "x", &Catalog::bundled(), None) else { panic!("{text}") };
        let service = &import.described[0].service;
        assert_eq!(service.token_request.url.source(), "https://as.example.test/token", "{text}");
        assert_eq!(service.token_request.method.as_str(), "POST", "{text}");
    }
}

#[test]
fn two_formats_are_both_named_and_the_one_that_is_meant_is_read() {
    let text = "Refresh Token URL: https://two.example.test/token\nRefresh Token Method: POST\n\
                OAuth Endpoint: https://one.example.test/token\nOAuth Grant Type: refresh_token\n";
    let read = |meant| read(text.as_bytes(), "x", &Catalog::bundled(), meant);
    let Err(ImportError::Ambiguous { formats }) = read(None) else { panic!("{:?}", read(None)) };
    assert_eq!(formats.iter().map(|format: &&Dialect| format.id).collect::<Vec<_>>(), ["ezintegrations", "evolutionx"]);
    for (format, url) in
        [(formats[0], "https://two.example.test/token"), (formats[1], "https://one.example.test/token")]
    {
        let Ok(Found::Import(import)) = read(Some(format)) else { panic!("{:?}", read(Some(format))) };
        let service = &import.described[0].service;
        let call = if service.token_request.url.is_empty() {
            service.refresh_request.as_ref().expect("a call")
        } else {
            &service.token_request
        };
        assert_eq!(call.url.source(), url);
    }
}
