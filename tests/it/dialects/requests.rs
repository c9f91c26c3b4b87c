//! Calls for tokens that stand in a document as plain requests.

use serde_json::{Value, json};
use tokenwright::call::{Authentication, BodyTemplate, CallTemplate};
use tokenwright::dialect::{Described, Document, DocumentError, Import, bruno, documentation, har, hoppscotch};
use tokenwright::dialect::{curl, http_file, insomnia, postman};
use tokenwright::oauth::Pkce;
use tokenwright::secret::Secret;
use tokenwright::service::{Asks, Start};

use crate::dialects::check::{only, read_text, recognises, sound, words};

type Read = fn(&Document<'_>) -> Result<Import, DocumentError>;

#[track_caller]
fn described(read: Read, text: &str) -> Vec<Described> {
    let import = read_text(read, text).expect("a document");
    sound(&import);
    import.described
}

/// The parameters of a form, as `name=value`.
#[track_caller]
fn form(call: &CallTemplate) -> Vec<String> {
    let BodyTemplate::Form(form) = &call.body else { panic!("a form: {:?}", call.body) };
    form.iter().map(|parameter| format!("{}={}", parameter.name, parameter.value.source())).collect()
}

fn pair(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": value, "type": "text" })
}

/// A collection with requests of its own for tokens; `auth` is the collection's.
fn collection(auth: &Value, items: &[Value]) -> String {
    let schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";
    json!({ "info": { "name": "Orders", "schema": schema }, "auth": auth, "item": items }).to_string()
}

fn item(name: &str, method: &str, url: &Value, fields: &[Value]) -> Value {
    json!({ "name": name, "request": { "method": method, "url": url, "header": [],
        "body": { "mode": "urlencoded", "urlencoded": fields } } })
}

#[test]
fn the_requests_of_one_client_are_one_service() {
    let token = "https://sso.example.test/oauth/token";
    let query = json!([
        pair("response_type", "code"),
        pair("client_id", "orders-app"),
        pair("scope", "read write"),
        pair("redirect_uri", "http://localhost:8080/callback"),
        pair("state", "abc"),
        pair("prompt", "consent"),
        { "key": "old", "value": "1", "disabled": true },
    ]);
    let authorize = json!({ "raw": "https://login.example.test/authorize?response_type=code", "query": query });
    let code = [
        pair("grant_type", "authorization_code"),
        pair("code", "{{code}}"),
        pair("client_id", "orders-app"),
        pair("client_secret", "made-up-secret-1"),
        pair("redirect_uri", "http://localhost:8080/callback"),
        json!({ "key": "off", "value": "1", "disabled": true }),
    ];
    let refresh = [
        pair("grant_type", "refresh_token"),
        pair("refresh_token", "{{refresh_token}}"),
        pair("client_id", "orders-app"),
        pair("client_secret", "made-up-secret-1"),
        pair("tenant", "eu"),
    ];
    let items = [
        item("Sign in", "GET", &authorize, &[]),
        item("Redeem", "POST", &json!(token), &code),
        item("Again", "POST", &json!(token), &code),
        item("Renew", "POST", &json!(token), &refresh),
        item("Orders", "GET", &json!("https://api.example.test/orders"), &[]),
    ];
    let text = collection(&Value::Null, &[json!({ "name": "Auth", "item": items })]);
    let [service] = &described(postman::read, &text)[..] else { panic!("one service") };
    assert_eq!((service.service.name.as_str(), service.client_id.as_str()), ("Orders", "orders-app"));
    assert_eq!(service.secrets.client_secret, Secret::new("made-up-secret-1"));
    assert_eq!(service.redirect_uri, "http://localhost:8080/callback");
    assert_eq!(service.scopes, ["read", "write"]);
    let authorization = service.service.authorization.as_ref().expect("a visit of the browser");
    assert_eq!(authorization.call.url.source(), "https://login.example.test/authorize");
    assert_eq!(authorization.call.query.last().map(|last| last.name.as_str()), Some("prompt"));
    assert_eq!(authorization.pkce, Pkce::Off);
    assert_eq!(
        form(&service.service.token_request),
        [
            "grant_type=<grant_type>",
            "code=<code>",
            "client_id=<client_id>",
            "client_secret=<client_secret>",
            "redirect_uri=<redirect_uri>",
        ]
    );
    let refresh = service.service.refresh_request.as_ref().expect("a refresh request");
    assert_eq!(form(refresh).first().map(String::as_str), Some("grant_type=refresh_token"));
    assert_eq!(form(refresh).last().map(String::as_str), Some("tenant=eu"));
    assert_eq!(words(&service.missing), [""; 0]);
}

#[test]
fn other_grants_and_hosts_are_services_of_their_own() {
    let robot = |host: &str| {
        let url = json!({ "host": [host], "protocol": "https", "path": ["token"] });
        item("Robot", "POST", &url, &[pair("grant_type", "client_credentials"), pair("client_id", "robot")])
    };
    let person = [pair("grant_type", "password"), pair("username", "ada"), pair("password", "made-up-password")];
    let person = item("Person", "POST", &json!("https://a.example.test/token"), &person);
    let text = collection(&Value::Null, &[robot("a.example.test"), robot("b.example.test"), person]);
    let all = described(postman::read, &text);
    let told: Vec<(&str, &str, &str)> = all
        .iter()
        .map(|one| (&*one.service.name, one.service.token_request.url.source(), &*one.service.grant_type))
        .collect();
    assert_eq!(
        told,
        [
            ("Orders: Robot", "https://a.example.test/token", "client_credentials"),
            ("Orders: Robot", "https://b.example.test/token", "client_credentials"),
            ("Orders: Person", "https://a.example.test/token", "password"),
        ]
    );
}

#[test]
fn basic_authentication_of_the_collection_and_path_variables_count() {
    let auth = json!({ "type": "basic", "basic": [pair("username", "robot"), pair("password", "made-up-secret-2")] });
    let url = json!({ "raw": "https://sso.example.test/:tenant/:zone/token", "host": ["x"],
        "variable": [{ "key": "tenant", "value": "acme" }, { "key": "zone", "value": "" }] });
    let fields = [pair("grant_type", "client_credentials")];
    let one = only(read_text(postman::read, &collection(&auth, &[item("Token", "POST", &url, &fields)])).expect("one"));
    assert_eq!(one.service.token_request.url.source(), "https://sso.example.test/acme/<zone>/token");
    assert_eq!(one.service.token_request.authentication, Authentication::BasicRaw);
    assert_eq!((one.client_id.as_str(), one.service.asks), ("robot", Asks::Secret));
    assert_eq!(one.secrets.client_secret, Secret::new("made-up-secret-2"));
}

#[test]
fn an_empty_block_does_not_hide_a_request_and_tells_of_its_client() {
    let auth = json!({ "type": "oauth2", "oauth2": [
        pair("addTokenTo", "header"), pair("accessToken", "{{token}}"), pair("clientId", "orders-app"),
    ] });
    let fields = [pair("grant_type", "client_credentials"), pair("client_id", "{{id}}")];
    let text = collection(&auth, &[item("Token", "POST", &json!("https://sso.example.test/token"), &fields)]);
    let one = only(read_text(postman::read, &text).expect("one"));
    assert_eq!(one.service.token_request.url.source(), "https://sso.example.test/token");
    assert_eq!(one.client_id, "orders-app");
}

#[test]
fn a_block_and_a_request_for_the_same_tokens_are_one_service() {
    let auth = json!({ "type": "oauth2", "oauth2": [
        pair("authUrl", "https://sso.example.test/authorize"), pair("accessTokenUrl", "https://sso.example.test/token"),
        pair("clientId", "orders-app"), pair("grant_type", "authorization_code"),
    ] });
    let fields = [
        pair("grant_type", "authorization_code"),
        pair("code", "{{code}}"),
        pair("client_id", "orders-app"),
        pair("audience", "api"),
    ];
    let text = collection(&auth, &[item("Token", "POST", &json!("https://sso.example.test/token"), &fields)]);
    let one = only(read_text(postman::read, &text).expect("one"));
    let authorization = one.service.authorization.as_ref().expect("a visit of the browser");
    assert_eq!(authorization.call.url.source(), "https://sso.example.test/authorize");
    assert_eq!(form(&one.service.token_request).last().map(String::as_str), Some("audience=api"));
}

#[test]
fn a_refusal_says_what_was_seen() {
    let bearer = json!({ "type": "bearer", "bearer": [pair("token", "{{token}}")] });
    let orders = item("Orders", "GET", &json!("https://api.example.test/orders"), &[]);
    let error = read_text(postman::read, &collection(&bearer, &[orders.clone(), orders])).expect_err("refused");
    assert_eq!(
        error.to_string(),
        "the Postman collection has no OAuth 2.0 settings and no request for tokens: it has 2 requests"
    );
}

#[test]
fn insomnia_has_such_requests_in_both_versions() {
    let fourth = json!({ "_type": "export", "__export_format": 4, "resources": [
        { "_id": "wrk", "_type": "workspace", "name": "Orders" },
        { "_id": "env", "_type": "environment", "data": { "host": "https://sso.example.test" } },
        { "_id": "req", "_type": "request", "name": "Token", "method": "POST", "url": "{{ _.host }}/token",
            "body": { "mimeType": "application/x-www-form-urlencoded", "params": [
                { "name": "grant_type", "value": "client_credentials" }, { "name": "off", "value": "x", "disabled": true },
            ] },
            "authentication": { "type": "basic", "username": "robot", "password": "made-up-secret-3" } },
    ] });
    let fifth = "type: collection.insomnia.rest/5.0\nname: Orders\ncollection:\n  - name: Auth\n    children:\n      \
        - name: Token\n        url: \"{{ _.host }}/token\"\n        method: POST\n        body:\n          \
        mimeType: application/x-www-form-urlencoded\n          params:\n            - name: grant_type\n              \
        value: client_credentials\n            - name: off\n              value: 0012\n              disabled: true\n        \
        authentication:\n          type: basic\n          username: robot\n          password: made-up-secret-3\n\
        environments:\n  name: Base\n  data:\n    host: https://sso.example.test\n";
    for text in [fourth.to_string(), fifth.to_owned()] {
        let one = only(read_text(insomnia::read, &text).expect("one"));
        assert_eq!(one.service.name, "Orders", "{text}");
        assert_eq!(one.service.token_request.url.source(), "https://sso.example.test/token");
        assert_eq!(form(&one.service.token_request), ["grant_type=<grant_type>"]);
        assert_eq!((one.client_id.as_str(), &one.secrets.client_secret), ("robot", &Secret::new("made-up-secret-3")));
    }
}

#[test]
fn bruno_has_such_requests_in_both_forms() {
    let bru = "meta {\n  name: Token\n  type: http\n}\n\npost {\n  url: {{host}}/token\n  body: json\n  auth: none\n}\n\n\
        headers {\n  X-Tenant: acme\n  ~off: 1\n}\n\nbody:json {\n  {\n    \"grant_type\": \"client_credentials\",\n    \
        \"client_id\": \"robot\"\n  }\n}\n\nvars {\n  host: https://sso.example.test\n}\n";
    assert!(recognises(bruno::recognise, bru));
    let one = only(read_text(bruno::read, bru).expect("one"));
    assert_eq!(one.service.token_request.url.source(), "https://sso.example.test/token");
    assert!(
        matches!(&one.service.token_request.body, BodyTemplate::Json(text) if text.source().contains("<client_id>"))
    );
    assert_eq!(one.service.token_request.headers[0].name, "X-Tenant");
    assert_eq!(one.client_id, "robot");

    let yaml = "info:\n  name: Token\n  type: http\nhttp:\n  method: POST\n  url: https://sso.example.test/token\n  body:\n    \
        type: form-urlencoded\n    data:\n      - name: grant_type\n        value: client_credentials\n      \
        - name: off\n        value: \"1\"\n        disabled: true\n  auth:\n    type: basic\n    username: robot\n    \
        password: made-up-secret-4\n";
    assert!(recognises(bruno::recognise, yaml));
    let one = only(read_text(bruno::read, yaml).expect("one"));
    assert_eq!(form(&one.service.token_request), ["grant_type=<grant_type>"]);
    assert_eq!((one.client_id.as_str(), &one.secrets.client_secret), ("robot", &Secret::new("made-up-secret-4")));
}

#[test]
fn bruno_settings_in_yaml() {
    let yaml = "opencollection: 1.0.0\ninfo:\n  name: Orders\nconfig:\n  environments:\n    - name: dev\n      variables:\n        \
        - name: host\n          value: https://sso.example.test\nrequest:\n  auth:\n    type: oauth2\n    \
        flow: resource_owner_password\n    accessTokenUrl: \"{{host}}/token\"\n    credentials:\n      clientId: orders-app\n      \
        clientSecret: \"{{secret}}\"\n      placement: basic_auth_header\n    resourceOwner:\n      username: ada\n      \
        password: made-up-password\n    scope: read\n    additionalParameters:\n      accessTokenRequest:\n        \
        - name: audience\n          value: api\n          placement: body\n";
    let one = only(read_text(bruno::read, yaml).expect("one"));
    assert_eq!(one.service.token_request.url.source(), "https://sso.example.test/token");
    assert_eq!(one.service.token_request.authentication, Authentication::BasicOrNone);
    assert_eq!((one.service.grant_type.as_str(), one.user_name.as_str()), ("password", "ada"));
    assert_eq!(form(&one.service.token_request).last().map(String::as_str), Some("audience=api"));
}

#[test]
fn http_files_have_variables_and_several_requests() {
    let text = "@host = https://sso.example.test\n@id=robot\n\n### Orders\nGET https://api.example.test/orders\n\n\
        ### Token\n# @name token\nPOST {{host}}/token HTTP/1.1\nContent-Type: application/x-www-form-urlencoded\n\
        Authorization: Basic {{id}} made-up-secret-5\n\ngrant_type=client_credentials\n&scope=read\n\n> {%\n  \
        client.log(\"grant_type=x\")\n%}\n\n### Renew\nPOST {{host}}/token\n\ngrant_type=refresh_token&client_id={{id}}\n\n\
        < ./body.txt\n";
    assert!(recognises(http_file::recognise, text));
    let [robot, renew] = &described(http_file::read, text)[..] else { panic!("two services") };
    assert_eq!(robot.service.token_request.url.source(), "https://sso.example.test/token");
    assert_eq!((robot.client_id.as_str(), &robot.secrets.client_secret), ("robot", &Secret::new("made-up-secret-5")));
    assert_eq!(form(&robot.service.token_request), ["grant_type=<grant_type>", "scope=<scope>"]);
    assert_eq!((renew.service.start, renew.client_id.as_str()), (Start::RefreshToken, "robot"));
    assert!(words(&renew.ignored).contains(&"Renew › body: the file that it names is not read".to_owned()));
}

/// RFC 6749 sections 4.1.1 and 4.1.3 print them so.
#[test]
fn the_messages_of_the_rfc_are_read_from_the_text_around_them() {
    let text = "   For example, the client directs the user-agent to make the following\n   HTTP request using TLS:\n\n    \
        GET /authorize?response_type=code&client_id=s6BhdRkqt3&state=xyz\n        \
        &redirect_uri=https%3A%2F%2Fclient%2Eexample%2Ecom%2Fcb HTTP/1.1\n    Host: server.example.com\n\n   and then\n\n     \
        POST /token HTTP/1.1\n     Host: server.example.com\n     Authorization: Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW\n     \
        Content-Type: application/x-www-form-urlencoded\n\n     grant_type=authorization_code&code=SplxlOBeZQQYbYS6WxSbIA\n     \
        &redirect_uri=https%3A%2F%2Fclient%2Eexample%2Ecom%2Fcb\n\n   The client sends more.\n";
    assert!(!recognises(http_file::recognise, text) && recognises(documentation::recognise, text));
    let one = only(read_text(documentation::read, text).expect("one"));
    let authorization = one.service.authorization.as_ref().expect("a visit of the browser");
    assert_eq!(authorization.call.url.source(), "https://server.example.com/authorize");
    assert_eq!(one.service.token_request.url.source(), "https://server.example.com/token");
    assert_eq!(one.redirect_uri, "https://client.example.com/cb");
    assert_eq!((one.client_id.as_str(), &one.secrets.client_secret), ("s6BhdRkqt3", &Secret::new("gX1fBat3bV")));
}

#[test]
fn a_page_with_several_curl_commands_is_one_service() {
    let text = "# Sign in\n\nFirst ask for a token:\n\n```bash\ncurl -X POST https://sso.example.test/token \\\n  \
        -d grant_type=authorization_code -d code=CODE -d client_id=CLIENT_ID -d client_secret=CLIENT_SECRET\n```\n\nand then\n\n\
        ```bash\nTOKEN=$(curl -s https://sso.example.test/token -d grant_type=refresh_token \\\n  \
        -d refresh_token=\"$REFRESH_TOKEN\" -d client_id=CLIENT_ID | jq -r .access_token)\n\
        curl https://api.example.test/orders -H \"Authorization: Bearer $TOKEN\"\n```\n";
    assert!(recognises(documentation::recognise, text));
    let one = only(read_text(documentation::read, text).expect("one"));
    assert_eq!((one.service.grant_type.as_str(), one.client_id.as_str()), ("authorization_code", ""));
    let refresh = one.service.refresh_request.as_ref().expect("a refresh request");
    assert_eq!(form(refresh), ["grant_type=refresh_token", "refresh_token=<refresh_token>", "client_id=<client_id>"]);
}

#[test]
fn a_har_log_brings_both_requests_without_the_headers_of_the_browser() {
    let header = |name: &str, value: &str| json!({ "name": name, "value": value });
    let entry =
        |request: Value| json!({ "startedDateTime": "2026-01-01T00:00:00Z", "request": request, "response": {} });
    let log = json!({ "log": { "version": "1.2", "entries": [
        entry(json!({ "method": "GET", "headers": [], "url": "https://sso.example.test/authorize?client_id=web\
            &response_type=code&scope=openid&redirect_uri=https%3A%2F%2Fapp.example.test%2Fcb&code_challenge=x\
            &code_challenge_method=S256&nonce=n" })),
        entry(json!({ "method": "POST", "url": "https://sso.example.test/token",
            "headers": [header("Cookie", "session=made-up-session"), header("sec-ch-ua", "x"), header("Accept", "*/*"),
                header("content-type", "application/x-www-form-urlencoded")],
            "postData": { "mimeType": "application/x-www-form-urlencoded",
                "params": [header("grant_type", "authorization_code")],
                "text": "grant_type=authorization_code&client_id=web&code=abc&code_verifier=v&redirect_uri=https%3A%2F%2Fapp.example.test%2Fcb" } })),
    ] } });
    assert!(recognises(har::recognise, &log.to_string()));
    let one = only(read_text(har::read, &log.to_string()).expect("one"));
    let authorization = one.service.authorization.as_ref().expect("a visit of the browser");
    assert_eq!(authorization.call.url.source(), "https://sso.example.test/authorize");
    assert_eq!(authorization.pkce, Pkce::S256);
    assert_eq!((one.client_id.as_str(), one.redirect_uri.as_str()), ("web", "https://app.example.test/cb"));
    assert_eq!(one.service.asks, Asks::Nothing);
    let names: Vec<&str> = one.service.token_request.headers.iter().map(|header| header.name.as_str()).collect();
    assert_eq!(names, ["Accept"]);
    let told = words(&one.ignored).join("\n");
    assert!(told.contains("2 headers of the browser") && !told.contains("made-up-session"), "{told}");
}

#[test]
fn a_hoppscotch_collection() {
    let text = json!([{ "v": 11, "name": "Orders", "folders": [], "requests": [
        { "name": "Token", "method": "POST", "endpoint": "<<host>>/token", "params": [], "headers": [],
            "auth": { "authType": "inherit", "authActive": true },
            "body": { "contentType": "application/x-www-form-urlencoded",
                "body": "grant_type: password\nusername: ada\npassword: <<password>>\n# off: 1" } },
    ], "auth": { "authType": "oauth-2", "authActive": true, "addTo": "HEADERS", "grantTypeInfo": {
        "grantType": "CLIENT_CREDENTIALS", "authEndpoint": "https://sso.example.test/token", "clientID": "robot",
        "clientSecret": "made-up-secret-6", "scopes": "read", "clientAuthentication": "AS_BASIC_AUTH_HEADERS",
    } }, "variables": [{ "key": "host", "currentValue": "https://sso.example.test" }] }]);
    assert!(recognises(hoppscotch::recognise, &text.to_string()));
    let [person, robot] = &described(hoppscotch::read, &text.to_string())[..] else { panic!("two services") };
    assert_eq!(person.service.token_request.url.source(), "https://sso.example.test/token");
    assert_eq!((person.service.grant_type.as_str(), person.user_name.as_str()), ("password", "ada"));
    assert_eq!(robot.service.token_request.url.source(), "https://sso.example.test/token");
    assert_eq!(robot.service.token_request.authentication, Authentication::BasicOrNone);
    assert_eq!((robot.service.grant_type.as_str(), robot.client_id.as_str()), ("client_credentials", "robot"));
}

#[test]
fn what_documentation_leaves_out_is_left_open() {
    for (id, secret) in [
        ("CLIENT_ID", "CLIENT_SECRET"),
        ("{client-id}", "[client_secret]"),
        (":client_id", "YOUR-SECRET"),
        ("MY_CLIENT_ID", "%CLIENT_SECRET%"),
        ("$(jq -r .client_id f)", "`cat secret`"),
        ("${CLIENT_ID:-android}", "..."),
        ("client_id", "APP_SECRET"),
        ("<<client_id>>", "{% prompt 'x' %}"),
        ("YOUR CLIENT ID", "w3c..."),
    ] {
        let line = format!(
            "curl https://sso.example.test/token -d grant_type=client_credentials -d 'client_id={id}' -d 'client_secret={secret}'"
        );
        let one = only(read_text(curl::read, &line).expect("a line"));
        assert_eq!((one.client_id.as_str(), one.secrets.names().len()), ("", 0), "{line}");
        assert_eq!(form(&one.service.token_request).last().map(String::as_str), Some("client_secret=<client_secret>"));
    }
    for (id, secret) in [
        ("a8F3kQz91", "Zx81-Lq_77"),
        ("my-client", "CLIENT7SECRET"),
        ("0oa1b2c3d4", "S3CRET"),
        ("demo", "pa$$word1"),
        ("QWERTY", "xoxb-made-up"),
        ("id.apps.example.test", "a$B/c"),
    ] {
        let line = format!(
            "curl https://sso.example.test/token -d grant_type=client_credentials -d 'client_id={id}' -d 'client_secret={secret}'"
        );
        let one = only(read_text(curl::read, &line).expect("a line"));
        assert_eq!((one.client_id.as_str(), &one.secrets.client_secret), (id, &Secret::new(secret)));
    }
}

#[test]
fn a_command_in_an_assignment_and_a_url_without_a_host() {
    let line = "TOKEN=$(curl -sS \"$BASE/oauth/token\" -H \"Authorization: Basic $(printf '%s' \"ID:SECRET\" | base64)\" \
        -d grant_type=client_credentials | jq -r .access_token)";
    let one = only(read_text(curl::read, line).expect("a line"));
    assert_eq!(one.service.token_request.url.source(), "<BASE>/oauth/token");
    assert_eq!(one.client_id, "");
    assert_eq!(
        words(&one.missing),
        [
            "curl › URL: a value for `BASE`",
            "client id: the service issues one when you register a client",
            "client secret: the service issues one when you register a client",
        ]
    );
    let line = "curl /oauth2/token -d grant_type=client_credentials -d client_id=a";
    let one = only(read_text(curl::read, line).expect("a line"));
    assert_eq!(one.service.token_request.url.source(), "<host>/oauth2/token");
    assert_eq!(words(&one.missing), ["curl › URL: a value for `host`"]);
}
