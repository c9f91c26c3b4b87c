//! Files with fixed names, made up in the form of each tool: every value that is used is the right one.

use tokenwright::dialect::{Described, Found, Import, read};
use tokenwright::service::Catalog;

use crate::dialects::check::sound;

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

/// The values of a description in lines, secrets with their text.
fn lines(described: &Described) -> Vec<String> {
    let shown = described.values().into_iter().filter(|shown| shown.value != "set" && shown.origin.is_empty());
    let mut lines: Vec<String> = shown.map(|shown| format!("{}: {}", shown.label, shown.value)).collect();
    let names = described.secrets.names();
    lines.extend(
        names.iter().zip(described.secrets.values()).map(|(name, secret)| format!("{name}: {}", secret.expose())),
    );
    lines
}

/// The format of a text, and the values of its one description.
#[track_caller]
fn check(name: &str, text: &str, format: &str, expected: &[&str]) {
    let import = import(name, text);
    assert_eq!(import.format, format, "{name}");
    let [described] = &import.described[..] else { panic!("{name}: {:?}", import.described) };
    assert_eq!(lines(described), expected, "{name}");
}

/// The services of a text: each with whether it is a preset, its name, and its token URL.
fn services(import: &Import) -> Vec<(bool, &str, &str)> {
    let url = |described: &'_ Described| described.service.token_request.url.source().to_owned();
    import
        .described
        .iter()
        .map(|described| {
            let name = if described.is_preset { &described.service.id } else { &described.service.name };
            (described.is_preset, name.as_str(), Box::leak(url(described).into_boxed_str()) as &str)
        })
        .collect()
}

const CODE: [&str; 3] = [
    "grant: authorization code",
    "authorization URL: https://sso.example.test/authorize",
    "token URL: https://sso.example.test/token",
];

fn with_code<'a>(more: &[&'a str]) -> Vec<&'a str> {
    CODE.into_iter().chain(more.iter().copied()).collect()
}

#[test]
fn an_environment_of_the_http_client_has_an_authorization_for_each_name() {
    let text = r#"{
        // as the editor writes it
        "dev": {"host": "https://api.example.test", "Security": {"Auth": {"demo": {
            "Type": "OAuth2", "Grant Type": "Authorization Code", "Client ID": "app", "Client Secret": "made-up-secret",
            "Auth URL": "https://sso.example.test/authorize", "Token URL": "https://sso.example.test/token",
            "Redirect URL": "http://localhost:1234", "Scope": "read write", "Client Credentials": "in body",
            "PKCE": {"Code Challenge Method": "Plain"},
        }}}}
    }"#;
    check(
        "http-client.env.json",
        text,
        "HTTP client environment",
        &with_code(&[
            "client authentication: secret in the body",
            "code challenge (PKCE): plain",
            "client ID: app",
            "redirect URI: http://localhost:1234",
            "scopes: read write",
            "client secret: made-up-secret",
        ]),
    );
}

#[test]
fn a_registration_of_spring_has_the_endpoints_of_its_provider() {
    let yaml = "spring:\n  security:\n    oauth2:\n      client:\n        registration:\n          demo:\n            client-id: app\n            \
        client-secret: made-up-secret\n            provider: sso\n            scope: [a, b]\n            authorization-grant-type: \
        authorization_code\n            redirect-uri: '{baseUrl}/login/oauth2/code/{registrationId}'\n        provider:\n          \
        sso:\n            authorization-uri: https://sso.example.test/authorize\n            token-uri: https://sso.example.test/token\n";
    let dotted = "server.port=8080\nspring.security.oauth2.client.registration.demo.client-id=app\n\
        spring.security.oauth2.client.registration.demo.client-secret=made-up-secret\n\
        spring.security.oauth2.client.registration.demo.provider=sso\n\
        spring.security.oauth2.client.registration.demo.scope=a,b\n\
        spring.security.oauth2.client.registration.demo.authorization-grant-type=authorization_code\n\
        spring.security.oauth2.client.provider.sso.authorization-uri=https://sso.example.test/authorize\n\
        spring.security.oauth2.client.provider.sso.token-uri=https\\://sso.example.test/token\n";
    let expected = with_code(&["client ID: app", "scopes: a b", "client secret: made-up-secret"]);
    for (name, text) in [("application.yml", yaml), ("application.properties", dotted)] {
        check(name, text, "Spring Security client registration", &expected);
    }
}

#[test]
fn a_catalog_of_nango_is_a_service_for_each_entry_of_oauth_2() {
    let text = "demo:\n  display_name: Demo\n  auth_mode: OAUTH2\n  authorization_url: https://sso.example.test/authorize\n  \
        token_url: https://sso.example.test/token\n  token_request_auth_method: basic\n  disable_pkce: true\n  authorization_params:\n    \
        response_type: code\n    access_type: offline\n  default_scopes: [a]\n  proxy:\n    base_url: https://api.example.test\n\
        other:\n  display_name: Other\n  alias: demo\n  default_scopes: [b]\n\
        shop:\n  auth_mode: OAUTH2\n  authorization_url: https://${connectionConfig.subdomain}.zendesk.com/oauth/authorizations/new\n  \
        token_url: https://${connectionConfig.subdomain}.zendesk.com/oauth/tokens\n\
        key:\n  auth_mode: API_KEY\n  token_url: https://api.example.test\n";
    let import = import("providers.yaml", text);
    assert_eq!(
        services(&import),
        [
            (false, "Demo", "https://sso.example.test/token"),
            (false, "Other", "https://sso.example.test/token"),
            (true, "zendesk", "https://<subdomain>.zendesk.com/oauth/tokens"),
            (false, "shop", "https://<subdomain>.zendesk.com/oauth/tokens"),
        ]
    );
    let demo = &import.described[0];
    assert_eq!(
        lines(demo),
        with_code(&[
            "client authentication: secret in the header (Basic), if there is one",
            "code challenge (PKCE): off",
            "scopes: a",
        ])
    );
    let visit = demo.service.authorization.as_ref().expect("a visit");
    assert!(
        visit
            .call
            .query
            .iter()
            .any(|parameter| parameter.name == "access_type" && parameter.value.source() == "offline")
    );
    assert_eq!(import.described[1].scopes, ["b"]);
}

#[test]
fn a_manifest_of_airbyte_has_the_address_of_its_specification() {
    let text = "version: 4.3.0\ntype: DeclarativeSource\ndefinitions:\n  base:\n    type: HttpRequester\n    url_base: https://api.example.test\n    \
        authenticator:\n      type: OAuthAuthenticator\n      client_id: \"{{ config['client_id'] }}\"\n      client_secret: \"{{ \
        config['client_secret'] }}\"\n      refresh_token: \"{{ config[\\\"refresh_token\\\"] }}\"\n      token_refresh_endpoint: \
        https://{{ config['shop'] }}.example.test/token\n      scopes: [a]\nspec:\n  advanced_auth:\n    oauth_config_specification:\n      \
        oauth_connector_input_specification:\n        consent_url: https://sso.example.test/authorize?{{client_id_key}}={{client_id_value}}\n";
    check(
        "manifest.yaml",
        text,
        "Airbyte manifest",
        &[
            "grant: authorization code",
            "authorization URL: https://sso.example.test/authorize",
            "token URL: https://<shop>.example.test/token",
            "scopes: a",
        ],
    );
}

#[test]
fn a_connector_of_power_platform_and_a_configuration_of_grant_are_read() {
    let connector = r#"{"properties": {"connectionParameters": {"token": {"type": "oauthSetting", "oAuthSettings": {
        "identityProvider": "oauth2pkce", "clientId": "app", "scopes": ["a"], "redirectMode": "Global",
        "redirectUrl": "https://global.example.test/redirect", "customParameters": {
            "authorizationUrl": {"value": "https://sso.example.test/authorize"},
            "tokenUrl": {"value": "https://sso.example.test/token"}, "refreshUrl": {"value": "https://sso.example.test/token"}}}}}}}"#;
    check(
        "apiProperties.json",
        connector,
        "Power Platform connector",
        &with_code(&["code challenge (PKCE): S256", "client ID: app", "scopes: a"])[1..],
    );
    let grant = r#"{"defaults": {"origin": "http://localhost:3000"}, "old": {"oauth": 1, "access_url": "https://sso.example.test/1"},
        "demo": {"authorize_url": "https://sso.example.test/authorize", "access_url": "https://sso.example.test/token", "oauth": 2,
        "key": "app", "secret": "made-up-secret", "scope": ["a"], "callback": "/hi"}}"#;
    check(
        "oauth.json",
        grant,
        "grant configuration",
        &with_code(&["client ID: app", "scopes: a", "client secret: made-up-secret"])[1..],
    );
}

#[test]
fn accounts_for_mail_are_read() {
    let pizauth = "auth_notify_cmd = \"x\";\naccount \"work\" {\n    // the server\n    auth_uri = \"https://sso.example.test/authorize\";\n    \
        token_uri = \"https://sso.example.test/token\";\n    client_id = \"app\";\n    client_secret = \"made-up-secret\";\n    \
        scopes = [\n        \"a\",\n        \"b\",\n    ];\n}\n";
    let ortie = "[accounts.work]\nclient-id = \"app\"\nclient-secret.raw = \"made-up-secret\"\nendpoints.authorization = \
        \"https://sso.example.test/authorize\"\nendpoints.token = \"https://sso.example.test/token\"\nscopes = [\"a\", \"b\"]\n";
    let expected = with_code(&["client ID: app", "scopes: a b", "client secret: made-up-secret"]);
    check("pizauth.conf", pizauth, "pizauth configuration", &expected[1..]);
    check("config.toml", ortie, "Ortie configuration", &expected[1..]);
    let proxy = "[Server setup]\n\n[IMAP-1993]\nserver_address = imap.example.test\nserver_port = 993\n\n[me@example.test]\n\
        permission_url = https://sso.example.test/authorize\ntoken_url = https://sso.example.test/token\noauth2_scope = a b\n\
        redirect_uri = http://localhost:8080\nclient_id = app\nclient_secret = *** your client secret here ***\n\
        refresh_token = gAAAAABmade-up\n";
    check(
        "emailproxy.config",
        proxy,
        "Email OAuth 2.0 Proxy configuration",
        &with_code(&[
            "client ID: app",
            "redirect URI: http://localhost:8080",
            "scopes: a b",
            "user ID: me@example.test",
        ])[1..],
    );
}

#[test]
fn the_endpoints_of_a_realm_a_cache_or_a_command_line_follow_from_what_is_in_the_file() {
    let realm = r#"{"realm": "demo", "auth-server-url": "https://sso.example.test/auth/", "ssl-required": "external", "resource": "app",
        "credentials": {"secret": "made-up-secret"}, "confidential-port": 0}"#;
    let read = import("keycloak.json", realm);
    let token = "https://sso.example.test/auth/realms/demo/protocol/openid-connect/token";
    let [preset, own] = &read.described[..] else { panic!("{read:?}") };
    assert_eq!(
        (preset.service.id.as_str(), preset.inputs["base_url"].as_str(), preset.inputs["realm"].as_str()),
        ("keycloak", "https://sso.example.test/auth", "demo")
    );
    assert_eq!(
        (own.service.token_request.url.source(), own.preset.as_str(), own.client_id.as_str()),
        (token, "keycloak", "app")
    );
    let cache = r#"{"RefreshToken": {"k": {"credential_type": "RefreshToken", "secret": "made-up-refresh", "home_account_id": "u.t-1",
        "environment": "login.microsoftonline.com", "client_id": "app", "target": "User.Read"}},
        "Account": {"a": {"home_account_id": "u.t-1", "username": "me@example.test"}}}"#;
    let read = import("msal.json", cache);
    let one = &read.described[0];
    assert_eq!(
        (one.service.id.as_str(), one.inputs["tenant"].as_str(), one.user_name.as_str()),
        ("microsoft", "t-1", "me@example.test")
    );
    assert_eq!(one.secrets.refresh_token.expose(), "made-up-refresh");
    for text in [
        "force://PlatformCLI::made-up-refresh@acme.my.salesforce.com\n",
        r#"{"status": 0, "result": {"sfdxAuthUrl": "force://PlatformCLI::made-up-refresh@acme.my.salesforce.com"}}"#,
    ] {
        let read = import("auth", text);
        let one = &read.described[0];
        assert_eq!(
            (one.service.id.as_str(), one.client_id.as_str(), one.inputs["login_host"].as_str()),
            ("salesforce", "PlatformCLI", "acme.my.salesforce.com")
        );
        assert_eq!(one.secrets.refresh_token.expose(), "made-up-refresh");
        assert!(one.secrets.client_secret.is_empty());
    }
}

#[test]
fn a_known_service_is_offered_first_and_the_documents_own_description_second() {
    let google = r#"{"token": "made-up-access", "refresh_token": "made-up-refresh", "token_uri": "https://oauth2.googleapis.com/token",
        "client_id": "app", "client_secret": "made-up-secret", "scopes": ["https://www.googleapis.com/auth/gmail.readonly"]}"#;
    let mutt = r#"{"registration": "google", "authflow": "localhostauthcode", "email": "me@example.test", "refresh_token": "made-up-refresh"}"#;
    let openapi = "openapi: 3.0.3\ninfo: {title: Demo, version: '1'}\ncomponents:\n  securitySchemes:\n    o:\n      type: oauth2\n      \
        x-of-a-tool: y\n      flows:\n        authorizationCode:\n          authorizationUrl: https://github.com/login/oauth/authorize\n          \
        tokenUrl: https://github.com/login/oauth/access_token\n          scopes: {}\n";
    let graph = "$body = @{ client_id = 'acme-app'; scope = 'https://graph.microsoft.com/.default'\n\
                 client_secret = 'acme-secret-1'; grant_type = 'client_credentials' }\n\
                 Invoke-RestMethod -Method Post -Uri \"https://login.microsoftonline.com/$tenant/oauth2/v2.0/token\" -Body $body\n";
    let shop = "curl https://{shop}.myshopify.com/admin/oauth/access_token -d client_id=acme-app -d client_secret=acme-secret-1 -d code={code}\n";
    for (name, text, preset) in [
        ("token.json", google, "google"),
        ("mutt", mutt, "google"),
        (
            ".env",
            "HUBSPOT_CLIENT_ID=app\nHUBSPOT_CLIENT_SECRET=made-up-secret\nHUBSPOT_REFRESH_TOKEN=made-up-refresh\n",
            "hubspot",
        ),
        (".env", "AUTH_SECRET=x\nAUTH_GITHUB_ID=app\nAUTH_GITHUB_SECRET=made-up-secret\n", "github"),
        ("openapi.yaml", openapi, "github"),
        // A client with a secret is no client with a certificate.
        ("script.ps1", graph, "microsoft-app"),
        ("shop.sh", shop, "shopify"),
    ] {
        let read = import(name, text);
        let [first, own] = &read.described[..] else { panic!("{name}: {read:?}") };
        assert_eq!((first.is_preset, first.service.id.as_str()), (true, preset), "{name}");
        assert_eq!((own.is_preset, own.preset.as_str()), (false, preset), "{name}");
        assert_eq!(
            (&first.client_id, &first.secrets, &first.scopes),
            (&own.client_id, &own.secrets, &own.scopes),
            "{name}"
        );
    }
    // A service of another host is none of the presets, whatever it is called.
    let other = "HUBSPOT_CLIENT_ID=app\nHUBSPOT_CLIENT_SECRET=made-up-secret\nHUBSPOT_TOKEN_URL=https://sso.example.test/token\n";
    assert_eq!(services(&import(".env", other)), [(false, "hubspot", "https://sso.example.test/token")]);
}

#[test]
fn what_of_a_scheme_is_not_used_is_named() {
    let openapi = "openapi: 3.0.3\ninfo: {title: Demo, version: '1'}\ncomponents:\n  securitySchemes:\n    o:\n      type: oauth2\n      \
        x-of-a-tool: y\n      flows:\n        authorizationCode:\n          authorizationUrl: https://sso.example.test/#/authorize\n          \
        tokenUrl: https://sso.example.test/token\n          x-pkce: plain\n          scopes: {}\n";
    let import = import("openapi.yaml", openapi);
    let places: Vec<&str> = import.described[0].ignored.iter().map(|note| note.place.as_str()).collect();
    assert_eq!(
        places,
        [
            "o › authorizationCode › x-pkce",
            "o › authorizationCode › x-of-a-tool",
            "o › authorizationCode › authorizationUrl"
        ]
    );
}

#[test]
fn settings_of_any_program_are_read_by_the_usual_names() {
    let expected = with_code(&["client ID: app", "client secret: made-up-secret"]);
    let quoted: Vec<&str> = expected[1..].to_vec();
    for (name, text) in [
        (
            "config.json",
            r#"{"oauth": {"clientId": "app", "clientSecret": "made-up-secret", "authorizeUrl": "https://sso.example.test/authorize", "accessTokenUrl": "https://sso.example.test/token"}}"#,
        ),
        (
            "values.yaml",
            "app:\n  auth.generic_oauth:\n    client_id: app\n    client_secret: made-up-secret\n    auth_url: https://sso.example.test/authorize\n    token_url: https://sso.example.test/token\n",
        ),
        (
            "config.toml",
            "[oauth2]\nclient_id = \"app\"\nclient_secret = \"made-up-secret\"\nauth_uri = \"https://sso.example.test/authorize\"\ntoken_uri = \"https://sso.example.test/token\"\n",
        ),
        (
            "app.ini",
            "[oauth]\nclient-id = app\nclient-secret = made-up-secret\nauthorization_endpoint = https://sso.example.test/authorize\ntoken_endpoint = https://sso.example.test/token\n",
        ),
    ] {
        let import = import(name, text);
        let [described] = &import.described[..] else { panic!("{name}: {:?}", import.described) };
        assert_eq!(lines(described), quoted, "{name}");
    }
}
