//! The API tools: Postman, Bruno and Insomnia.

use serde_json::{Value, json};
use tokenwright::call::{Authentication, BodyTemplate, Template};
use tokenwright::dialect::{bruno, insomnia, postman};
use tokenwright::oauth::Pkce;
use tokenwright::secret::Secret;
use tokenwright::service::Asks;

use crate::dialects::check::{only, read_text, recognises, sound, words};

fn collection() -> Value {
    let member = |key: &str, value: Value| json!({ "key": key, "value": value, "type": "string" });
    json!({
        "info": {
            "name": "Billing API",
            "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
        },
        "variable": [
            { "key": "host", "value": "https://{{zone}}.example.test" },
            { "key": "zone", "value": "eu" },
            { "key": "secret", "value": "col-secret-value", "type": "secret" },
            { "key": "off", "value": "unused", "disabled": true },
        ],
        "item": [{
            "name": "Invoices",
            "item": [{
                "name": "List",
                "request": { "method": "GET", "url": "{{host}}/invoices", "auth": { "type": "oauth2", "oauth2": [
                    member("grant_type", json!("authorization_code_with_pkce")),
                    member("authUrl", json!("{{host}}/authorize?audience=api")),
                    member("accessTokenUrl", json!("{{host}}/token")),
                    member("clientId", json!("{{clientId}}")),
                    member("clientSecret", json!("{{secret}}")),
                    member("scope", json!("read write")),
                    member("redirect_uri", json!("https://oauth.pstmn.io/v1/callback")),
                    member("client_authentication", json!("header")),
                    member("addTokenTo", json!("header")),
                    member("tokenRequestParams", json!([
                        { "key": "tenant", "value": "{{tenant}}", "enabled": true, "send_as": "request_body" },
                        { "key": "X-Trace", "value": "1", "enabled": true, "send_as": "request_header" },
                        { "key": "old", "value": "1", "enabled": false, "send_as": "request_url" },
                    ])),
                ] } },
            }, {
                "name": "Robot",
                "request": { "auth": { "type": "oauth2", "oauth2": {
                    "grant_type": "client_credentials", "accessTokenUrl": "{{host}}/token",
                    "clientId": "robot", "clientSecret": "{{secret}}", "client_authentication": "body",
                } } },
            }],
        }],
    })
}

#[test]
fn a_postman_collection_brings_each_of_its_blocks() {
    let text = collection().to_string();
    assert!(recognises(postman::recognise, &text));
    let import = read_text(postman::read, &text).expect("a collection");
    sound(&import);
    let [by_code, robot] = &import.described[..] else { panic!("two blocks: {:?}", import.described.len()) };
    let service = &by_code.service;
    let authorization = service.authorization.as_ref().expect("a browser's visit");
    assert_eq!(authorization.call.url.source(), "https://eu.example.test/authorize");
    assert_eq!(authorization.pkce, Pkce::S256);
    assert!(authorization.call.query.iter().any(|p| p.name == "audience" && p.value.source() == "api"));
    assert_eq!(service.token_request.url.source(), "https://eu.example.test/token");
    assert_eq!(service.token_request.authentication, Authentication::BasicOrNone);
    assert_eq!(service.token_request.headers[0].name, "X-Trace");
    let BodyTemplate::Form(form) = &service.token_request.body else { panic!("a form") };
    assert_eq!(form.last().map(|p| (p.name.as_str(), p.value.source())), Some(("tenant", "<tenant>")));
    assert_eq!(by_code.scopes, ["read", "write"]);
    assert_eq!(by_code.secrets.client_secret, Secret::new("col-secret-value"));
    assert_eq!(by_code.redirect_uri, "https://oauth.pstmn.io/v1/callback");
    assert_eq!(
        words(&by_code.missing),
        ["auth.oauth2 › tenant: a value for `tenant`", "client id: the service issues one when you register a client",]
    );
    assert_eq!(words(&by_code.ignored), ["auth.oauth2.addTokenTo: concerns only how the tool uses the token"]);
    assert_eq!((robot.service.grant_type.as_str(), robot.client_id.as_str()), ("client_credentials", "robot"));
    assert_eq!((robot.service.asks, robot.service.authorization.is_none()), (Asks::Secret, true));
}

#[test]
fn a_postman_environment_is_read_by_its_names() {
    let value =
        |key: &str, value: &str, kind: &str| json!({ "key": key, "value": value, "type": kind, "enabled": true });
    let environment = json!({
        "name": "Acme production",
        "values": [
            value("base", "https://as.example.test", "default"),
            value("token_url", "{{base}}/oauth/token", "default"),
            value("auth_url", "{{base}}/oauth/authorize", "default"),
            value("client_id", "acme", "default"),
            value("client_secret", "env-secret-value", "secret"),
            value("refresh_token", "env-refresh-value", "secret"),
        ],
        "_postman_variable_scope": "environment",
    });
    let described = only(read_text(postman::read, &environment.to_string()).expect("an environment"));
    assert_eq!(described.service.name, "Acme production");
    assert_eq!(described.service.token_request.url.source(), "https://as.example.test/oauth/token");
    assert_eq!(described.client_id, "acme");
    assert_eq!(described.secrets.client_secret, Secret::new("env-secret-value"));
    assert_eq!(described.secrets.refresh_token, Secret::new("env-refresh-value"));
    assert_eq!(words(&described.missing), [""; 0]);
}

#[test]
fn a_bruno_file_with_its_variables() {
    let text = "meta {\n  name: Billing\n  type: collection\n}\n\n\
        auth {\n  mode: oauth2\n}\n\n\
        auth:oauth2 {\n  grant_type: authorization_code\n  callback_url: http://localhost:8080/callback\n  \
        authorization_url: {{host}}/authorize\n  access_token_url: {{host}}/token\n  refresh_token_url: {{host}}/renew\n  \
        client_id: {{client_id}}\n  client_secret: bru-secret: {x}\n  scope: read\n  state: abc\n  pkce: true\n  \
        credentials_placement: basic_auth_header\n  token_header_prefix: Bearer\n  auto_refresh_token: true\n}\n\n\
        auth:oauth2:additional_params:auth_req:queryparams {\n  prompt: consent\n  ~old: 1\n}\n\n\
        auth:oauth2:additional_params:refresh_token_req:body {\n  resource: api\n}\n\n\
        vars {\n  host: https://as.example.test\n  client_id: bru\n}\n";
    assert!(recognises(bruno::recognise, text));
    let described = only(read_text(bruno::read, text).expect("a file"));
    let service = &described.service;
    assert_eq!(service.name, "Billing");
    let authorization = service.authorization.as_ref().expect("a browser's visit");
    assert_eq!(authorization.call.url.source(), "https://as.example.test/authorize");
    assert_eq!(authorization.call.query.last().map(|p| p.name.as_str()), Some("prompt"));
    assert_eq!(authorization.pkce, Pkce::S256);
    let refresh = service.refresh_request.as_ref().expect("a refresh request");
    assert_eq!(refresh.url.source(), "https://as.example.test/renew");
    let BodyTemplate::Form(form) = &refresh.body else { panic!("a form") };
    assert_eq!(form.last().map(|p| p.value.source()), Some("api"));
    assert_eq!(
        (described.client_id.as_str(), described.redirect_uri.as_str()),
        ("bru", "http://localhost:8080/callback")
    );
    // Brackets in a value are no open place.
    assert_eq!(described.secrets.client_secret, Secret::new("bru-secret: {x}"));
    let error = read_text(bruno::read, "auth:oauth2 {\n  client_id: a\n").expect_err("open").to_string();
    assert_eq!(error, "the Bruno file cannot be read: unclosed block at line 1, column 1");
}

#[test]
fn an_insomnia_export_of_version_4() {
    let export = json!({
        "_type": "export",
        "__export_format": 4,
        "resources": [
            { "_id": "env_1", "_type": "environment", "name": "Base", "data": { "host": "https://as.example.test", "deep": {} } },
            { "_id": "req_1", "_type": "request", "name": "Get invoices", "authentication": {
                "type": "oauth2", "grantType": "password", "accessTokenUrl": "{{ _.host }}/token", "clientId": "ins",
                "clientSecret": "ins-secret-value", "username": "ada", "password": "ada-password", "scope": "a b",
                "credentialsInBody": true, "audience": "api", "pkceMethod": "S256",
            } },
            { "_id": "req_2", "_type": "request", "name": "Other", "authentication": { "type": "basic" } },
        ],
    });
    assert!(recognises(insomnia::recognise, &export.to_string()));
    let described = only(read_text(insomnia::read, &export.to_string()).expect("an export"));
    assert_eq!(described.service.token_request.url, Template::new("https://as.example.test/token"));
    assert_eq!((described.service.grant_type.as_str(), described.user_name.as_str()), ("password", "ada"));
    assert_eq!(described.secrets.password, Secret::new("ada-password"));
    let BodyTemplate::Form(form) = &described.service.token_request.body else { panic!("a form") };
    let names: Vec<&str> = form.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["grant_type", "username", "password", "scope", "client_id", "client_secret", "audience"]);
}

#[test]
fn an_insomnia_collection_of_version_5_keeps_texts_that_look_like_numbers() {
    let text = "type: collection.insomnia.rest/5.0\nname: Billing\nmeta:\n  id: wrk_1\n  created: 1717508275743\n\
        collection:\n  - name: Folder\n    children:\n      - url: \"{{ _.host }}/invoices\"\n        name: Invoices\n        \
        method: GET\n        authentication:\n          type: oauth2\n          grantType: authorization_code\n          \
        authorizationUrl: \"{{ _.host }}/authorize\"\n          accessTokenUrl: \"{{ _.host }}:{{ _.port }}/token\"\n          \
        clientId: 0012\n          clientSecret: no\n          redirectUrl: http://localhost:8080/callback\n          \
        usePkce: true\n          credentialsInBody: false\n\
        environments:\n  name: Base\n  data:\n    port: 8443\n  subEnvironments:\n    - name: EU\n      data:\n        \
        host: https://as.example.test\n";
    assert!(recognises(insomnia::recognise, text));
    let described = only(read_text(insomnia::read, text).expect("a collection"));
    assert_eq!(described.service.token_request.url.source(), "https://as.example.test:8443/token");
    assert_eq!((described.client_id.as_str(), &described.secrets.client_secret), ("0012", &Secret::new("no")));
    assert_eq!(described.service.name, "Invoices");
}

#[test]
fn what_is_no_oauth_2_is_said() {
    let error = |result: Result<_, tokenwright::dialect::DocumentError>| {
        result.map(|_: tokenwright::dialect::Import| ()).expect_err("refused").to_string()
    };
    let empty = json!({ "info": { "name": "x" }, "item": [] }).to_string();
    assert_eq!(
        error(read_text(postman::read, &empty)),
        "the Postman collection has no OAuth 2.0 settings and no request for tokens: it has 0 requests"
    );
    assert_eq!(
        error(read_text(postman::read, "[]")),
        "this does not look like Postman collection: it has no `info` and `item`"
    );
    assert_eq!(
        error(read_text(insomnia::read, "a: 1\n")),
        "this does not look like Insomnia export: it has no `type` of version 5"
    );
    let nested = (0..70).fold(json!({}), |inner, _| json!({ "item": [inner] }));
    let mut deep = json!({ "info": { "name": "x" }, "item": [] });
    deep["item"] = json!([nested]);
    let said = error(read_text(postman::read, &deep.to_string()));
    assert!(said.contains("more than 64 nested folders") || said.ends_with("brackets nest deeper than 127"), "{said}");
}
