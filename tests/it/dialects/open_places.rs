//! Files as people publish them: values left open in many ways, empty variables, and addresses without code around them. What
//! is open is asked for, and never taken for a value.

use tokenwright::call::Authentication;
use tokenwright::dialect::{Described, Found, Import, read};
use tokenwright::oauth::Pkce;
use tokenwright::service::Catalog;

use crate::dialects::check::{sound, words};

#[track_caller]
fn import(name: &str, text: &str) -> Import {
    match read(text.as_bytes(), name, &Catalog::bundled(), None) {
        Ok(Found::Import(import)) => {
            sound(&import);
            import
        }
        other => panic!("{name}: {other:?}"),
    }
}

#[track_caller]
fn one(name: &str, text: &str) -> Described {
    let import = import(name, text);
    assert_eq!(import.described.len(), 1, "{name}: {:?}", import.described);
    import.described.into_iter().next().expect("one")
}

fn token_url(described: &Described) -> &str {
    described.service.token_request.url.source()
}

fn authorization_url(described: &Described) -> &str {
    described.service.authorization.as_ref().map(|visit| visit.call.url.source()).unwrap_or_default()
}

#[test]
fn an_empty_variable_of_code_is_filled_in_by_the_person() {
    let python = "tenant = \"\"\nclient_id = ''\nurl = f\"https://as.test/{tenant}/token\"\n\
                  body = \"\"\nbody += \"grant_type=client_credentials&client_id=\" + client_id\n\
                  requests.post(url, data=body)\n";
    let shell = "$tenant = \"\"\n$body = @{ grant_type = \"client_credentials\"; client_id = $clientId }\n\
                 Invoke-RestMethod -Uri \"https://as.test/$tenant/token\" -Method Post -Body $body\n";
    for (name, text) in [("a.py", python), ("a.ps1", shell)] {
        let described = one(name, text);
        assert_eq!(token_url(&described), "https://as.test/<tenant>/token", "{name}");
        assert!(described.client_id.is_empty(), "{name}");
    }
}

#[test]
fn an_argument_of_code_is_no_variable_of_a_shell() {
    let text = "url = 'https://as.test/authorize?{}'.format(urlencode(dict(\n    client_id=self.client_id,\n    \
                scope='read write',\n    response_type='code',\n)))\n\
                requests.post('https://as.test/token', data={'grant_type': 'authorization_code', 'code': code,\n\
                'client_id': self.client_id, 'client_secret': self.client_secret})\n";
    let described = one("a.py", text);
    assert_eq!((described.client_id.as_str(), described.scopes.join(" ").as_str()), ("", "read write"));
    assert_eq!(authorization_url(&described), "https://as.test/authorize");
}

#[test]
fn a_request_without_a_grant_type_asks_for_tokens_of_the_client() {
    let text = "$id = \"CLIENTID\"\n$body = \"client_id=$id&client_secret=$secret\"\n\
                Invoke-RestMethod -Uri \"https://as.test/oauth2/token\" -Method Post -Body $body\n";
    let described = one("a.ps1", text);
    assert_eq!((described.service.grant_type.as_str(), described.client_id.as_str()), ("client_credentials", ""));
    let javascript = "const r = new Request('https://as.test/token', { method: 'POST', headers: { Authorization: null },\n\
                      body: new URLSearchParams({ grantType: 'client_credentials', clientId: 'demo' }) });\n";
    let described = one("a.js", javascript);
    assert_eq!((described.client_id.as_str(), described.service.token_request.headers.len()), ("demo", 0));
}

#[test]
fn an_address_in_prose_is_a_request() {
    let page = "Send the user to\n\n```\nhttps://as.test/<tenant>/authorize?\nclient_id=demo-app\n&response_type=code\n\
                &scope=read%20write\n```\n\nthen\n\n```\ncurl https://as.test/<tenant>/token -d client_id=demo-app \
                -d grant_type=authorization_code -d code=abc -d code_verifier=xyz\n```\n";
    let described = one("a.md", page);
    assert_eq!(authorization_url(&described), "https://as.test/<tenant>/authorize");
    assert_eq!((described.client_id.as_str(), described.scopes.join(" ").as_str()), ("demo-app", "read write"));
    let link = "Get a token: open\n`https://as.test/token?grant_type=client_credentials&client_id={{id}}&client_secret={{s}}`\n";
    let described = one("b.md", link);
    assert_eq!(
        (token_url(&described), described.service.grant_type.as_str()),
        ("https://as.test/token", "client_credentials")
    );
    assert_eq!(described.values().iter().find(|shown| shown.value == "secret in the URL").map(|_| ()), Some(()));
}

#[test]
fn an_address_alone_may_have_open_places_or_be_of_a_token_request() {
    let described =
        one("a.txt", "https://{{domain}}/authorize?response_type=code&client_id={{id}}&audience=api&state=x");
    assert_eq!((authorization_url(&described), described.client_id.as_str()), ("https://<domain>/authorize", ""));
    assert_eq!(described.service.authorization.as_ref().map(|visit| visit.pkce), Some(Pkce::S256));
    let described =
        one("a.txt", "https://as.test/token?grant_type=client_credentials&client_id=demo&client_secret=made-up-1");
    assert_eq!((token_url(&described), described.client_id.as_str()), ("https://as.test/token", "demo"));
    assert_eq!(described.secrets.client_secret.expose(), "made-up-1");
}

#[test]
fn parts_of_an_address_may_be_open_without_brackets() {
    for (url, expected) in [
        ("https://YOUR_DOMAIN/oauth/token", "https://<YOUR_DOMAIN>/oauth/token"),
        ("https://your-shop.as.test/token", "https://<your-shop>.as.test/token"),
        ("https://as.test/TENANT_ID/token", "https://as.test/<TENANT_ID>/token"),
    ] {
        let text = format!("curl {url} -d grant_type=client_credentials -d client_id=demo -d client_secret=made-up-1");
        assert_eq!(token_url(&one("a.txt", &text)), expected);
    }
}

#[test]
fn what_stands_for_a_value_in_settings_is_none() {
    let text = "ACME_CLIENT_ID=your-client-id\nACME_CLIENT_SECRET=replace-from-console\nACME_TOKEN_URL=https://as.test/token\n\
                ACME_AUTH_URL=https://as.test/authorize\n";
    let described = one(".env", text);
    assert_eq!((described.client_id.as_str(), described.secrets.names().len()), ("", 0));
    let expected = "ACME_CLIENT_SECRET: the document leaves it open";
    assert!(words(&described.ignored).contains(&expected.to_owned()), "{:?}", described.ignored);
    let text = "mcp_servers:\n  acme:\n    oauth:\n      flow: client_credentials\n      token_url: https://as.test/token\n      \
                client_id: os.environ/ACME_ID\n      client_secret: os.environ/ACME_SECRET\n      pkce: false\n";
    let described = one("a.yaml", text);
    assert_eq!((described.service.name.as_str(), described.client_id.as_str()), ("acme", ""));
    assert!(described.secrets.names().is_empty() && described.service.grant_type == "client_credentials");
}

#[test]
fn settings_name_the_metadata_and_the_code_challenge() {
    let text = "auth:\n  grant_type: authorization_code\n  discovery_url: https://sso.test/one/.well-known/openid-configuration\n  \
                authorization_url: \"\"\n  client_id: demo\n  client_secret: made-up-1\n  pkce: true\n";
    let described = one("a.yml", text);
    assert_eq!(described.service.redirect.issuer.as_deref(), Some("https://sso.test/one"));
    assert_eq!(described.service.authorization.as_ref().map(|visit| visit.pkce), Some(Pkce::S256));
    assert!(described.ignored.is_empty(), "{:?}", described.ignored);
    let json = "{\"a\": {\"tokenUrl\": \"https://[your shop].as.test/token\", \"clientId\": \"demo\", \"clientSecret\": \"made-up-1\", \
                \"grantType\": \"clientCredentials\", \"authentication\": \"header\"}}";
    let described = one("a.json", json);
    assert_eq!(token_url(&described), "https://<your_shop>.as.test/token");
    assert_eq!(described.service.token_request.authentication, Authentication::BasicOrNone);
}

#[test]
fn a_property_of_spring_is_filled_in_from_its_own_file() {
    let text = "client-id: not-this-one\nhost: sso.test\nissuer: http://${host}/realms/${REALM:demo}\nspring:\n  security:\n    \
                oauth2:\n      client:\n        provider:\n          sso:\n            token-uri: ${issuer}/token\n            \
                authorization-uri: ${issuer}/authorize\n        registration:\n          sso:\n            \
                client-id: ${APP_ID}\n            client-secret: clientSecret\n            scope: a, b\n";
    let described = one("application.yml", text);
    assert_eq!(token_url(&described), "http://sso.test/realms/demo/token");
    assert_eq!((described.client_id.as_str(), described.secrets.names().len()), ("", 0));
    assert_eq!(described.scopes, ["a", "b"]);
}

#[test]
fn properties_may_be_indented_and_have_lists_and_no_client_id() {
    let text = "  spring.security.oauth2.client.registration.a.provider=<one>\n  \
                spring.security.oauth2.client.registration.a.scope[0]=read\n  \
                spring.security.oauth2.client.registration.a.scope[1]=write\n  \
                spring.security.oauth2.client.registration.a.authorization-grant-type=client_credentials\n  \
                spring.security.oauth2.client.provider.<one>.token-uri=${sso.url}/realms/demo/token\n";
    let described = one("application.properties", text);
    assert_eq!(token_url(&described), "<sso_url>/realms/demo/token");
    assert_eq!(described.scopes, ["read", "write"]);
}

#[test]
fn a_host_that_is_all_open_is_of_no_preset() {
    let text = "axios.post(`https://${config['DOMAIN']}/oauth/token`, { grant_type: 'client_credentials', client_id: id, \
                client_secret: secret })\n";
    let described = one("a.js", text);
    assert!(!described.is_preset && described.preset.is_empty(), "{}", described.service.id);
    assert_eq!(token_url(&described), "https://<DOMAIN>/oauth/token");
}

#[test]
fn of_several_presets_at_one_server_that_of_its_owner_is_offered() {
    let id = |text: &str| import("a.py", text).described[0].service.id.clone();
    let microsoft = |more: &str| {
        format!(
            "requests.post(f\"https://login.microsoftonline.com/{{tenant}}/oauth2/v2.0/token\", data={{'grant_type': \
             'client_credentials', 'client_id': cid, 'client_secret': secret, 'scope': {more}}})\n"
        )
    };
    assert_eq!(id(&microsoft("scopes")), "microsoft-app");
    assert_eq!(id(&microsoft("'https://api.loganalytics.io/.default'")), "microsoft-app");
    let public = "requests.post('http://localhost:8484/realms/demo/protocol/openid-connect/token', data={'grant_type': \
                  'authorization_code', 'code': code, 'client_id': 'demo', 'code_verifier': verifier})\n";
    assert_eq!(id(public), "keycloak");
    // Scopes say more than what somebody calls an account.
    let ortie = "[accounts.outlook]\nclient-id = \"demo\"\nclient-secret = \"<secret>\"\n\
                 endpoints.authorization = \"https://login.microsoftonline.com/common/oauth2/v2.0/authorize\"\n\
                 endpoints.token = \"https://login.microsoftonline.com/common/oauth2/v2.0/token\"\n\
                 scopes = [\"https://outlook.office.com/IMAP.AccessAsUser.All\", \"offline_access\"]\n";
    assert_eq!(import("config.toml", ortie).described[0].service.id, "outlook-imap");
}

#[test]
fn sections_of_a_file_are_looked_into() {
    let keycloak = "{\"Logging\": {}, \"Keycloak\": {\"realm\": \"demo\", \"auth-server-url\": \"https://sso.test/\", \
                    \"resource\": \"app\"}}";
    let described = import("appsettings.json", keycloak).described.into_iter().next().expect("one");
    assert_eq!((described.service.id.as_str(), described.inputs["realm"].as_str()), ("keycloak", "demo"));
    let insomnia = r#"{"_type": "export", "resources": [
        {"_type": "environment", "_id": "e", "data": {"erp": {"prod": {"url": "https://erp.test/token", "id": "demo"}}}},
        {"_type": "request", "_id": "r", "url": "https://erp.test", "authentication": {"type": "oauth2",
         "grantType": "client_credentials", "accessTokenUrl": "{{ _.erp.prod.url }}", "clientId": "{{ _.erp.prod.id }}"}}]}"#;
    let described = one("a.json", insomnia);
    assert_eq!((token_url(&described), described.client_id.as_str()), ("https://erp.test/token", "demo"));
    let swagger = "swagger: '2.0'\ninfo: {title: Demo}\nhost: api.test\nschemes: [http, https]\nsecurityDefinitions:\n  a:\n    \
                   type: oauth2\n    flow: application\n    tokenUrl: /oauth2/token\n    scopes: {}\n";
    assert_eq!(token_url(&one("a.yaml", swagger)), "https://api.test/oauth2/token");
}

#[test]
fn what_a_tool_does_not_know_is_told() {
    let bruno = "meta {\n  name: Demo\n}\n\nauth:oauth2 {\n  grant_type: client_credentials\n  access_token_url: https://as.test/token\n\
                 \n}\n\nauth:oauth2:token_headers {\n  x: y\n}\n";
    let described = one("a.bru", bruno);
    assert_eq!(words(&described.ignored), ["auth:oauth2.token_headers: unknown"]);
    let postman = r#"{"info": {"name": "Demo"}, "item": [], "auth": {"type": "oauth2", "oauth2": [
        {"key": "grant_type", "value": "client_credentials"}, {"key": "accessTokenUrl", "value": "https://as.test/token"},
        {"key": "audience", "value": {"a": "https://api.test"}, "type": "any"}]}}"#;
    let described = one("a.json", postman);
    assert_eq!(words(&described.ignored), ["auth.oauth2.audience (no text): unknown"]);
    let yaml = "opencollection: 1.0.0\ninfo:\n  name: Demo\nrequest:\n  auth:\n    type: oauth2\n    \
                flow: resource_owner_password_credentials\n    accessTokenUrl: https://as.test/token\n";
    assert_eq!(one("opencollection.yml", yaml).service.grant_type, "password");
}
