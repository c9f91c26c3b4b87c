//! Requests for tokens in the code of documentation and in the scripts of a collection.

use serde_json::json;
use tokenwright::call::{Authentication, BodyTemplate, CallTemplate, Method};
use tokenwright::dialect::{Described, bruno, documentation, insomnia, postman};
use tokenwright::secret::Secret;

use crate::dialects::check::{only, read_text, recognises, sound, words};

/// The fields of a form, as `name=value`.
fn fields(call: &CallTemplate) -> Vec<String> {
    let BodyTemplate::Form(list) = &call.body else { panic!("a form: {:?}", call.body) };
    list.iter().map(|parameter| format!("{}={}", parameter.name, parameter.value.source())).collect()
}

#[track_caller]
fn corpus(name: &str) -> String {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/import");
    std::fs::read_to_string(folder.join(name)).expect("a file of the corpus")
}

#[track_caller]
fn described(text: &str) -> Vec<Described> {
    assert!(recognises(documentation::recognise, text), "{text}");
    let import = read_text(documentation::read, text).unwrap_or_else(|error| panic!("{text}: {error}"));
    sound(&import);
    import.described
}

#[track_caller]
fn one(text: &str) -> Described {
    let described = described(text);
    assert_eq!(described.len(), 1, "{described:?}");
    described.into_iter().next().expect("one")
}

#[test]
fn python_is_read_with_its_variables_and_open_places() {
    let one = one(&corpus("documentation.python.md"));
    let token = &one.service.token_request;
    assert_eq!(token.url.source(), "https://auth.acme.example/oauth2/token");
    assert_eq!(token.authentication, Authentication::BasicRaw);
    assert_eq!(fields(token), ["grant_type=<grant_type>", "code=<code>", "redirect_uri=<redirect_uri>"]);
    assert_eq!((one.client_id.as_str(), one.redirect_uri.as_str()), ("acme-app", "https://app.example/cb"));
    assert!(one.secrets.client_secret.is_empty());
    let refresh = one.service.refresh_request.as_ref().expect("a refresh request");
    assert_eq!(refresh.authentication, Authentication::BasicRaw);
    assert_eq!(fields(refresh), ["grant_type=refresh_token", "refresh_token=<refresh_token>"]);
    assert_eq!(words(&one.ignored), ["requests.post › timeout: does not affect the request"]);
}

#[test]
fn javascript_is_read_as_forms_and_as_json() {
    let [of_fetch, of_axios] = &described(&corpus("documentation.javascript.md"))[..] else { panic!("two services") };
    assert_eq!(of_fetch.service.name, "api.acme.example");
    let expected = ["grant_type=<grant_type>", "client_id=<client_id>", "client_secret=<client_secret>"];
    assert_eq!(fields(&of_fetch.service.token_request), expected);
    assert_eq!(of_fetch.secrets.client_secret, Secret::new("acme-secret-1"));
    assert!(of_fetch.client_id.is_empty());
    let BodyTemplate::Json(body) = &of_axios.service.token_request.body else { panic!("JSON") };
    assert!(body.source().contains(r#""username": "<user_name>""#), "{}", body.source());
    assert_eq!(of_axios.service.token_request.url.source(), "https://<tenant>.other.example/token");
    assert_eq!(of_axios.secrets.password, Secret::new("other-pass-1"));
}

#[test]
fn powershell_is_read_with_tables_and_basic_authentication() {
    let [of_table, of_text] = &described(&corpus("documentation.powershell.md"))[..] else { panic!("two services") };
    assert_eq!(of_table.service.token_request.url.source(), "https://login.example/contoso.example/oauth2/token");
    assert_eq!(of_table.client_id, "acme-app");
    assert_eq!(of_table.scopes, ["https://graph.example/.default"]);
    assert!(of_table.secrets.client_secret.is_empty());
    assert_eq!(of_text.service.token_request.authentication, Authentication::BasicRaw);
    assert_eq!((of_text.client_id.as_str(), of_text.user_name.as_str()), ("acme-app", "ada"));
}

#[test]
fn commands_of_httpie_and_wget_are_two_services() {
    let [of_httpie, of_wget] = &described(&corpus("documentation.commands.txt"))[..] else { panic!("two services") };
    assert_eq!(of_httpie.secrets.client_secret, Secret::new("acme-secret-1"));
    assert_eq!(of_httpie.scopes, ["a", "b"]);
    let refresh = of_wget.service.refresh_request.as_ref().expect("a refresh request");
    assert_eq!(refresh.url.source(), "https://as.other.example/token");
    assert!(of_wget.secrets.refresh_token.is_empty(), "the word is a stand-in");
}

#[test]
fn each_way_to_write_a_call_is_read() {
    let cases = [
        "requests.post('https://a.test/token', {'grant_type': 'client_credentials', 'client_id': 'acme-app'})",
        "session.post(url='https://a.test/token', data=dict(grant_type='client_credentials', client_id='acme-app'))",
        "requests.post(\n  'https://a.test' '/token',\n  data='grant_type=client_credentials&client_id=acme-app')",
        "id = 'acme-app'\nhttpx.post('https://{}/token'.format('a.test'), data={'grant_type': 'client_credentials', 'client_id': id})",
        "await fetch('https://a.test/token', {method: 'POST', body: 'grant_type=client_credentials&client_id=acme-app'})",
        "axios({url: 'https://a.test/token', method: 'post', data: qs.stringify({grant_type: 'client_credentials', client_id: 'acme-app'})})",
        "axios.post('https://a.test/token', new URLSearchParams({grant_type: 'client_credentials', client_id: 'acme-app'}))",
        "$.ajax({url: 'https://a.test/token', type: 'POST', data: {grant_type: 'client_credentials', client_id: 'acme-app'}})",
        "got.post('https://a.test/token', {form: {grant_type: 'client_credentials', client_id: 'acme-app'}})",
        "var options = {method: 'POST', url: 'https://a.test/token', form: {grant_type: 'client_credentials', client_id: 'acme-app'}};\nrequest(options, function (error, reply) {});",
        "$p = @{ Uri = 'https://a.test/token'; Method = 'Post'; Body = @{ grant_type = 'client_credentials'; client_id = 'acme-app' } }\nInvoke-RestMethod @p",
        "Invoke-RestMethod https://a.test/token -Method POST -Body @{grant_type='client_credentials'; client_id='acme-app'}",
        "// {\nrequests.post('https://a.test/token', data={'grant_type': 'client_credentials', **more, 'client_id': 'acme-app'})",
    ];
    for case in cases {
        let one = one(case);
        let token = &one.service.token_request;
        assert_eq!(token.url.source(), "https://a.test/token", "{case}");
        assert_eq!(fields(token), ["grant_type=<grant_type>", "client_id=<client_id>"], "{case}");
        assert_eq!(
            (one.client_id.as_str(), one.service.grant_type.as_str()),
            ("acme-app", "client_credentials"),
            "{case}"
        );
    }
}

#[test]
fn what_is_computed_is_left_open_and_what_is_not_read_is_told() {
    let code = "requests.post(base + '/token', data={'grant_type': 'client_credentials', 'client_id': load(1, [2]), \
        'extra': f'{a.b}-{c()}'}, headers=HEADERS, cert=pair)";
    let one = one(code);
    let token = &one.service.token_request;
    assert_eq!(token.url.source(), "<base>/token");
    assert_eq!(fields(token), ["grant_type=<grant_type>", "client_id=<client_id>", "extra=<b>-<c>"]);
    assert_eq!(words(&one.ignored), ["requests.post › headers: not read", "requests.post › cert: not read"]);
}

#[test]
fn what_depends_on_a_condition_is_open_by_the_name_of_its_variable() {
    let text = "const mode = process.env.PAY_MODE || 'sandbox'\n\
                const baseUrl = mode === 'live'\n  ? 'https://pay.example'\n  : 'https://sandbox.pay.example'\n\
                fetch(`${baseUrl}/token`, { method: 'POST', body: 'grant_type=client_credentials' })\n";
    assert_eq!(one(text).service.token_request.url.source(), "<baseUrl>/token");
    let text = "URL = 'https://live.pay.example' if live else 'https://sandbox.pay.example'\n\
                requests.post(f'{URL}/token', data={'grant_type': 'client_credentials'})\n";
    assert_eq!(one(text).service.token_request.url.source(), "<URL>/token");
    let text = "requests.post('https://a.example/token' if x else y, data={'grant_type': 'client_credentials'})\n";
    assert_eq!(one(text).service.token_request.url.source(), "<value>");
}

#[test]
fn a_token_that_is_asked_for_by_get_has_options_behind_the_url() {
    let text = "const auth = Buffer.from(`${env.key}:${env.secret}`).toString('base64');\n\
                axios.get(`${baseUrl()}/generate?grant_type=client_credentials`, {\n  \
                headers: { Authorization: `Basic ${auth}` }, timeout: 2000 });\n";
    let of_axios = one(text).service.token_request;
    assert_eq!((of_axios.method, of_axios.authentication), (Method::Get, Authentication::BasicRaw));
    assert_eq!(of_axios.url.source(), "<baseUrl>/generate");
    let text =
        "requests.get('https://a.example/token', {'grant_type': 'client_credentials'}, auth=('acme-app', KEY))\n";
    let of_python = one(text);
    assert_eq!(of_python.service.token_request.authentication, Authentication::BasicRaw);
    assert_eq!((of_python.client_id.as_str(), of_python.service.token_request.method), ("acme-app", Method::Get));
}

#[test]
fn a_text_that_grows_is_read_whole() {
    let text = "$body = 'grant_type=client_credentials'\n$body += '&client_id=' + $application_id\n\
                $body += '&client_secret=' + [Uri]::EscapeDataString($secret)\n\
                $body += '&resource=' + [Uri]::EscapeDataString(\"https://vault.example\")\n\
                $response = Invoke-RestMethod -Method POST -Uri https://login.acme.example/token -Headers @{} -Body $body\n";
    let expected = [
        "grant_type=<grant_type>",
        "client_id=<client_id>",
        "client_secret=<client_secret>",
        "resource=https://vault.example",
    ];
    assert_eq!(fields(&one(text).service.token_request), expected);
}

#[test]
fn what_a_command_is_piped_into_is_not_of_it() {
    let text = "SCOPE=\"${ACME_SCOPE:-api://acme/.default}\"\n\
                curl -sS -X POST \"https://login.acme.example/token?p=one\" \\\n  -d \"grant_type=client_credentials\" \\\n  \
                -d \"client_id=${ACME_ID}\" \\\n  -d \"scope=${SCOPE}\" \\\n  \
                | sed -E 's/.*\"access_token\":\"([^\"]+)\".*/\\1/'\n";
    let one = one(text);
    assert_eq!(
        fields(&one.service.token_request),
        ["grant_type=<grant_type>", "client_id=<client_id>", "scope=<scope>"]
    );
    assert_eq!(one.scopes, ["api://acme/.default"]);
    let query: Vec<_> =
        one.service.token_request.query.iter().map(|one| (one.name.as_str(), one.value.source())).collect();
    assert_eq!(query, [("p", "one")]);
    assert_eq!(words(&one.ignored), ["-s: does not affect the request", "-S: does not affect the request"]);
}

#[test]
fn variables_that_double_each_other_come_to_an_end() {
    let line = |at: usize| format!("a{at} = [a{0}, a{0}]\nb{at} = f'{{b{0}}}{{b{0}}}'\n", at - 1);
    let doubling = (1..60).map(line).collect::<Vec<_>>().concat();
    let deep = format!("requests.post({}", "[".repeat(100_000));
    for code in [format!("a0 = 'x'\nb0 = 'y'\n{doubling}"), deep, "x = {".repeat(20_000), "f'{".repeat(20_000)] {
        let text = format!("{code}\nx = [}} y = {{) f([; grant_type requests.post(");
        assert!(read_text(documentation::read, &text).is_err());
    }
}

#[test]
fn prose_and_code_of_other_things_ask_for_no_tokens() {
    for text in [
        "Call `.post(` with grant_type",
        "app.post('/login', (request, reply) => reply.send('grant_type'))",
        "os.environ.get('grant_type')\nfetch(url)",
    ] {
        assert!(read_text(documentation::read, text).is_err(), "{text}");
    }
}

#[test]
fn a_script_of_a_collection_asks_for_tokens() {
    let one = only(read_text(postman::read, &corpus("postman.script.json")).expect("a collection"));
    let token = &one.service.token_request;
    assert_eq!(token.url.source(), "https://api.acme.example/oauth/token");
    assert_eq!(fields(token), ["grant_type=<grant_type>", "client_id=<client_id>", "client_secret=<client_secret>"]);
    assert_eq!(one.secrets.client_secret, Secret::new("acme-secret-1"));
    assert!(words(&one.understood).contains(&"Acme › pre-request script: the token request".to_owned()));
}

#[test]
fn a_script_that_is_not_read_is_told() {
    let collection = json!({
        "info": { "name": "Acme" },
        "event": [{ "listen": "prerequest", "script": { "exec": ["pm.sendRequest(build(), done);"] } }],
        "item": [{ "name": "Token", "request": { "method": "POST", "url": "https://a.test/token", "body": {
            "mode": "urlencoded",
            "urlencoded": [{ "key": "grant_type", "value": "urn:ietf:params:oauth:grant-type:jwt-bearer" },
                { "key": "assertion", "value": "{{jwt}}" }],
        } } }],
    });
    let one = only(read_text(postman::read, &collection.to_string()).expect("a collection"));
    let told = ["Acme › pre-request script: it sends a request that is not written as an object: not read"];
    assert_eq!(words(&one.ignored), told);
    let missing = words(&one.missing);
    let assertion = missing.iter().find(|note| note.starts_with("assertion: ")).expect("a note");
    assert!(assertion.contains("--source assertion=file:PATH"), "{assertion}");
}

#[test]
fn the_authentication_of_a_folder_counts_for_its_requests() {
    let of_bruno = only(read_text(bruno::read, &corpus("bruno.export.json")).expect("an export"));
    assert_eq!(of_bruno.service.token_request.url.source(), "https://api.acme.example/oauth/v2/token");
    let of_insomnia = only(read_text(insomnia::read, &corpus("insomnia.folder.yaml")).expect("an export"));
    let version_4 = json!({ "_type": "export", "resources": [
        { "_id": "fld_1", "_type": "request_group", "name": "Tokens",
            "authentication": { "type": "basic", "username": "acme-app", "password": "acme-secret-1" } },
        { "_id": "req_1", "parentId": "fld_1", "_type": "request", "name": "Get a token", "method": "POST",
            "url": "https://api.acme.example/token", "authentication": {},
            "body": { "text": "grant_type=client_credentials" } },
    ] });
    let of_version_4 = only(read_text(insomnia::read, &version_4.to_string()).expect("an export"));
    for one in [&of_bruno, &of_insomnia, &of_version_4] {
        assert_eq!(one.service.token_request.authentication, Authentication::BasicRaw);
        assert_eq!(one.client_id, "acme-app");
    }
    assert_eq!(of_version_4.secrets.client_secret, Secret::new("acme-secret-1"));
}

#[test]
fn settings_for_a_library_are_read_where_no_request_asks_for_tokens() {
    let one = one(&corpus("documentation.settings.js"));
    assert_eq!(one.service.token_request.url.source(), "https://auth.acme.example/oauth2/token");
    let authorization = one.service.authorization.as_ref().expect("an authorization request");
    assert_eq!(authorization.call.url.source(), "https://auth.acme.example/oauth2/authorize");
    assert_eq!((one.client_id.as_str(), one.secrets.client_secret.is_empty()), ("acme-app", true));
    let [of_request, of_settings] = &described(
        "fetch('https://a.test/token', {method: 'POST', body: new URLSearchParams({grant_type: 'client_credentials'})});
         passport.use(new OAuth2Strategy({authorizationURL: 'https://b.test/a', tokenURL: 'https://b.test/t',
           clientID: 'demo'}, done));",
    )[..] else {
        panic!("two services")
    };
    let urls = [of_request, of_settings].map(|one| one.service.token_request.url.source());
    assert_eq!(urls, ["https://a.test/token", "https://b.test/t"]);
}
