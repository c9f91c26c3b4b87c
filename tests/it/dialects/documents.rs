//! Documents from servers and vendors: metadata, Google's files, `OpenAPI`.

use std::time::Duration;

use serde_json::json;
use tokenwright::call::{Authentication, BodyTemplate};
use tokenwright::dialect::{discovery, google, openapi};
use tokenwright::oauth::{AssertionAlgorithm, Pkce, make_key_pair};
use tokenwright::secret::Secret;
use tokenwright::service::Catalog;

use crate::dialects::check::{only, read_text, recognises, sound, words};

#[test]
fn the_metadata_of_a_server_is_its_service() {
    let metadata = json!({
        "issuer": "https://as.example.test/tenant",
        "authorization_endpoint": "https://as.example.test/tenant/authorize",
        "token_endpoint": "https://as.example.test/tenant/token",
        "userinfo_endpoint": "https://as.example.test/tenant/userinfo",
        "revocation_endpoint": "https://as.example.test/tenant/revoke",
        "introspection_endpoint": "https://as.example.test/tenant/introspect",
        "device_authorization_endpoint": "https://as.example.test/tenant/device",
        "jwks_uri": "https://as.example.test/tenant/jwks",
        "scopes_supported": ["openid", "email", "offline_access"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
    });
    let text = metadata.to_string();
    assert!(recognises(discovery::recognise, &text));
    let described = only(read_text(discovery::read, &text).expect("metadata"));
    let service = &described.service;
    assert_eq!(service.name, "as.example.test");
    assert_eq!(service.redirect.issuer.as_deref(), Some("https://as.example.test/tenant"));
    assert_eq!(service.authorization.as_ref().map(|a| a.pkce), Some(Pkce::S256));
    assert_eq!(service.token_request.url.source(), "https://as.example.test/tenant/token");
    let BodyTemplate::Form(form) = &service.token_request.body else { panic!("a form") };
    assert!(form.iter().any(|p| p.name == "client_secret"));
    let stages: Vec<&str> = service.calls().into_iter().map(|(stage, _)| stage).collect();
    let all = [
        "authorization",
        "token_request",
        "refresh_request",
        "identity",
        "revocation",
        "introspection",
        "device_authorization",
        "device_token_request",
    ];
    assert_eq!(stages, all);
    assert_eq!(service.scopes.known.len(), 3);
    assert_eq!(words(&described.missing), ["client id: the service issues one when you register a client"]);
    assert_eq!(words(&described.ignored), [""; 0]);
}

#[test]
fn metadata_with_the_least_there_can_be_uses_the_standards_defaults() {
    let text = json!({ "issuer": "https://as.example.test", "token_endpoint": "https://as.example.test/token" });
    let described = only(read_text(discovery::read, &text.to_string()).expect("metadata"));
    assert_eq!(described.service.token_request.authentication, Authentication::BasicOrNone);
    assert_eq!(described.service.grant_type, "client_credentials");
    // A placeholder in an endpoint would be filled in with a secret.
    for wrong in
        ["javascript:x", "https://as.example.test/<password>", "https://as.example.test/token?a=<client_secret>"]
    {
        let text = json!({ "issuer": "https://as.example.test", "token_endpoint": wrong });
        let error = read_text(discovery::read, &text.to_string()).expect_err("no URL").to_string();
        assert_eq!(error, "OAuth 2.0 server metadata: expected a URL at `token_endpoint`");
    }
}

#[test]
fn googles_client_file_is_its_preset_with_the_values() {
    let file = |kind: &str, uris: &[&str]| {
        json!({ kind: {
            "client_id": "1234-abc.apps.googleusercontent.com",
            "project_id": "example-project",
            "auth_uri": "https://accounts.google.com/o/oauth2/auth",
            "token_uri": "https://oauth2.googleapis.com/token",
            "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
            "client_secret": "GOCSPX-made-up",
            "redirect_uris": uris,
        } })
        .to_string()
    };
    let installed = only(read_text(google::read, &file("installed", &["http://localhost"])).expect("a file"));
    assert_eq!(installed.service, Catalog::bundled().service("google").expect("a preset"));
    assert_eq!(installed.client_id, "1234-abc.apps.googleusercontent.com");
    assert_eq!(installed.secrets.client_secret, Secret::new("GOCSPX-made-up"));
    assert_eq!(installed.redirect_uri, "");
    assert_eq!(words(&installed.missing), [""; 0]);

    let uris = ["https://www.example.test/back", "http://localhost:9000/back"];
    let web = only(read_text(google::read, &file("web", &uris)).expect("a file"));
    assert_eq!(web.redirect_uri, "http://localhost:9000/back");
    let web = only(read_text(google::read, &file("web", &[])).expect("a file"));
    let missing = "redirect URI: add one in the console: clients of type Web application need it";
    assert_eq!(words(&web.missing), [missing]);
}

#[test]
fn googles_service_account_file_brings_its_key() {
    let now = "2026-11-21T02:00:00Z".parse().expect("a time");
    let pair = make_key_pair(AssertionAlgorithm::ES256, 0, "test", now, Duration::from_hours(1)).expect("a key");
    let file = json!({
        "type": "service_account",
        "project_id": "example-project",
        "private_key_id": "0123456789abcdef",
        "private_key": pair.private_key.expose(),
        "client_email": "robot@example-project.iam.gserviceaccount.com",
        "client_id": "100000000000000000001",
        "token_uri": "https://oauth2.googleapis.com/token",
    });
    assert!(recognises(google::recognise, &file.to_string()));
    let described = only(read_text(google::read, &file.to_string()).expect("a file"));
    assert_eq!(described.secrets.signing_key.expect("a key").private_key, pair.private_key);
    assert_eq!(described.client_id, "robot@example-project.iam.gserviceaccount.com");
    let assertion = described.service.assertion.as_ref().expect("an assertion");
    assert_eq!(assertion.key_id, "0123456789abcdef");
    let mut broken = file;
    broken["private_key"] = json!("-----BEGIN PRIVATE KEY-----\nbWFkZSB1cA==\n-----END PRIVATE KEY-----\n");
    let described = only(read_text(google::read, &broken.to_string()).expect("a file"));
    assert_eq!(described.secrets.signing_key, None);
    assert!(words(&described.still_missing())[0].starts_with("private key: the private key is damaged"));
    broken["private_key"] = json!("hunter2");
    let error = read_text(google::read, &broken.to_string()).expect_err("no key").to_string();
    assert_eq!(error, "Google service account key file: expected a key in PEM at `private_key`");
}

const OPENAPI: &str = "
openapi: 3.0.3
info:
  title: Billing API
  version: 1.0
paths: {}
components:
  securitySchemes:
    apiKey: { type: apiKey, in: header, name: X-Key }
    acme:
      type: oauth2
      flows:
        authorizationCode:
          authorizationUrl: https://as.example.test/authorize?audience=api
          tokenUrl: https://as.example.test/token
          refreshUrl: https://as.example.test/renew
          scopes:
            read: See invoices
            012: A scope that looks like a number
        clientCredentials:
          tokenUrl: https://as.example.test/token
          scopes: {}
    sso:
      type: openIdConnect
      openIdConnectUrl: https://as.example.test/.well-known/openid-configuration
";

#[test]
fn openapi_3_brings_each_flow_in_yaml_and_in_json() {
    assert!(recognises(openapi::recognise, OPENAPI));
    let import = read_text(openapi::read, OPENAPI).expect("a document");
    sound(&import);
    let json = json!({
        "openapi": "3.0.3",
        "info": { "title": "Billing API", "version": "1.0" },
        "components": { "securitySchemes": {
            "apiKey": { "type": "apiKey", "in": "header", "name": "X-Key" },
            "acme": { "type": "oauth2", "flows": {
                "authorizationCode": {
                    "authorizationUrl": "https://as.example.test/authorize?audience=api",
                    "tokenUrl": "https://as.example.test/token",
                    "refreshUrl": "https://as.example.test/renew",
                    "scopes": { "read": "See invoices", "012": "A scope that looks like a number" },
                },
                "clientCredentials": { "tokenUrl": "https://as.example.test/token", "scopes": {} },
            } },
            "sso": {
                "type": "openIdConnect",
                "openIdConnectUrl": "https://as.example.test/.well-known/openid-configuration",
            },
        } },
    });
    assert!(recognises(openapi::recognise, &json.to_string()));
    assert_eq!(read_text(openapi::read, &json.to_string()).as_ref(), Ok(&import));
    let [by_code, robot, sso] = &import.described[..] else { panic!("{}", import.described.len()) };
    assert_eq!(by_code.service.name, "Billing API");
    assert_eq!(by_code.service.scopes.known.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["012", "read"]);
    let refresh = by_code.service.refresh_request.as_ref().expect("a refresh request");
    assert_eq!(refresh.url.source(), "https://as.example.test/renew");
    assert_eq!(words(&by_code.ignored), ["apiKey: `apiKey` is not OAuth 2.0"]);
    assert_eq!(robot.service.grant_type, "client_credentials");
    let at = "endpoints: import the document at https://as.example.test/.well-known/openid-configuration";
    assert_eq!(words(&sso.missing)[0], at);
}

#[test]
fn swagger_2_and_addresses_that_are_not_whole() {
    let text = "swagger: \"2.0\"\ninfo: { title: Old API }\nsecurityDefinitions:\n  main:\n    type: oauth2\n    \
        flow: accessCode\n    authorizationUrl: https://as.example.test/authorize\n    \
        tokenUrl: https://as.example.test/token\n    scopes: { read: r }\n";
    let described = only(read_text(openapi::read, text).expect("a document"));
    assert_eq!(
        described.service.authorization.as_ref().map(|a| a.call.url.source()),
        Some("https://as.example.test/authorize")
    );
    let text = "openapi: 3.1.0\ninfo: { title: New API }\nservers:\n  - url: https://api.example.test/v1/\ncomponents:\n  \
        securitySchemes:\n    main:\n      type: oauth2\n      flows:\n        clientCredentials:\n          tokenUrl: /oauth/token\n          scopes:\n";
    let described = only(read_text(openapi::read, text).expect("a document"));
    assert_eq!(described.service.token_request.url.source(), "https://api.example.test/oauth/token");
}

#[test]
fn what_is_no_openapi_is_told() {
    let error = |text: &str| read_text(openapi::read, text).expect_err("refused").to_string();
    assert_eq!(error("a: 1\n"), "this does not look like OpenAPI document: it has no `openapi` or `swagger`");
    assert_eq!(
        error("openapi: 3.0.0\n"),
        "the OpenAPI document describes no service: it has no security scheme of type `oauth2` or `openIdConnect`"
    );
    let said = error("openapi: 3.0.0\ninfo: { title: [hunter2] }\n");
    assert!(said.starts_with("the OpenAPI document cannot be read: ") && !said.contains("hunter2"), "{said}");
    let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n\
        d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n\
        openapi: *f\n";
    assert!(error(bomb).starts_with("the OpenAPI document cannot be read: "));
}
