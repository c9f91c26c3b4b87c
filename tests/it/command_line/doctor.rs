//! `tokenwright service doctor`: a preset beside the metadata of its service, and beside a sign-in that failed.

use std::fs;
use std::sync::{Arc, OnceLock};

use serde_json::{Value, json};

use crate::support::http::browser;
use crate::support::oidc_provider::OidcProvider;
use crate::support::practice::Practice;
use crate::support::process::Finished;
use crate::support::scripted::{Answer, Scripted};
use crate::support::tokenwright::Tokenwright;

const WELL_KNOWN: &str = "/.well-known/oauth-authorization-server";

/// A service with the issuer `URL/acme-7`, which publishes this of itself, and answers token requests with a redirect.
fn service(more: &Value) -> Scripted {
    let document = Arc::<OnceLock<Value>>::default();
    let published = Arc::clone(&document);
    let service = Scripted::start(move |asked, _| match (asked.path.as_str(), published.get()) {
        ("/acme-7/authorize", _) => asked.grant("a-code"),
        ("/acme-7/token", _) => Answer::json(308, &json!({})).header("Location", "/acme-7/oauth/token?x=1"),
        (path, Some(document)) if path == format!("{WELL_KNOWN}/acme-7") => Answer::json(200, document),
        _ => Answer::json(404, &json!({})),
    });
    let url = format!("{}/acme-7", service.url());
    let mut metadata = json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
        "revocation_endpoint": format!("{url}/revoke"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": ["openid", "read"],
    });
    for (member, value) in more.as_object().into_iter().flatten() {
        metadata[member] = value.clone();
    }
    document.set(metadata).expect("set once");
    service
}

fn preset(url: &str) -> String {
    format!(
        "id = \"acme\"\nname = \"Acme\"\nchecked = \"2026-11-30\"\nsource = [\"a test\"]\nasks = \"secret\"\n\
         [[inputs]]\nname = \"tenant\"\nlabel = \"Tenant\"\nexample = \"acme-1\"\n\
         [scopes]\ndefault = [\"openid\"]\nknown = [{{ name = \"read\", meaning = \"read\" }}]\n\
         [redirect]\ndefault = \"http://127.0.0.1/callback\"\nissuer = \"{url}/<tenant>\"\n\
         [authorization]\nurl = \"{url}/<tenant>/authorize\"\n\
         [token_request]\nurl = \"{url}/<tenant>/token\"\nauthentication = \"body\"\n"
    )
}

fn program(preset: &str) -> Tokenwright {
    let program = Tokenwright::with_vault().with_env("TOKENWRIGHT_CLIENT_SECRET", "canary-secret");
    program.add_preset("acme.toml", preset);
    program
}

const DOCTOR: [&str; 5] = ["service", "doctor", "acme", "--set", "tenant=acme-7"];

/// What is said of a preset that departs from its service, beside the points.
fn departs(finished: &Finished) -> &str {
    assert_eq!(finished.code, 4, "{}\n{}", finished.stdout, finished.stderr);
    &finished.stderr
}

#[test]
fn a_preset_that_agrees_with_the_metadata_passes_point_by_point() {
    let service = service(&json!({}));
    let url = service.url();
    let expected = format!(
        "acme: issuer: same: {url}/<tenant>\n\
         acme: authorization URL: same: {url}/<tenant>/authorize\n\
         acme: token URL: same: {url}/<tenant>/token\n\
         acme: revocation URL: offered: {url}/<tenant>/revoke\n\
         acme: client authentication: same: client_secret_post\n\
         acme: PKCE: same: S256\n\
         acme: grant types: not told: authorization_code\n\
         acme: default scopes: same: openid\n\
         acme: known scopes: same: read\n\
         acme: issuer in the response: not told: optional\n"
    );
    assert_eq!(program(&preset(&url)).run(&DOCTOR).done(), expected);
}

#[test]
fn each_departure_is_told_with_what_both_say() {
    let service = service(&json!({ "token_endpoint_auth_methods_supported": ["client_secret_post"] }));
    let url = service.url();
    let right = preset(&url);
    for (from, to, line) in [
        (
            "/token\"",
            "/oauth/token\"",
            format!("token URL: differs: the preset says {url}/<tenant>/oauth/token, the service {url}/<tenant>/token"),
        ),
        (
            "/authorize\"\n",
            "/authorize\"\npkce = \"off\"\n",
            "PKCE: differs: the preset says off, the service S256".to_owned(),
        ),
        (
            "authentication = \"body\"",
            "authentication = \"basic\"",
            "client authentication: differs: the preset says client_secret_basic, the service client_secret_post"
                .to_owned(),
        ),
    ] {
        let wrong = right.replace(from, to);
        assert_ne!(wrong, right);
        let finished = program(&wrong).run(&DOCTOR);
        let differs: Vec<&str> = finished.stdout.lines().filter(|line| line.contains(": differs")).collect();
        assert_eq!(differs, [format!("acme: {line}")]);
        let words = departs(&finished);
        assert!(words.contains("error: the preset `acme` departs from its service in one point\nhint: "), "{words}");
    }
}

#[test]
fn a_service_without_metadata_leaves_a_case_to_compare() {
    let service = service(&json!({}));
    let program = program(&preset(&service.url()));
    let issuer = format!("{}/other", service.url());
    let words = program.run(&["service", "doctor", "acme", "--issuer", &issuer]).failed(2);
    let url = service.url();
    let expected = format!(
        "error: `acme` publishes no metadata at {url}/other/.well-known/openid-configuration, {url}{WELL_KNOWN}/other, \
         {url}/.well-known/openid-configuration/other\n\
         hint: what can be compared: a case of a failed sign-in, with `--case FILE`; or name the issuer with `--issuer URL`\n"
    );
    assert!(words.ends_with(&expected), "{words}");
    let words = program.run(&["service", "doctor", "acme", "--set", "tennant=x"]).failed(2);
    assert_eq!(words, "error: Acme has no input `tennant`\nhint: did you mean `--set tenant=…`?\n");
}

#[test]
fn a_service_that_cannot_be_reached_is_no_departure() {
    let busy = Scripted::start(|_, _| Answer::json(503, &json!({})));
    program(&preset(&busy.url())).run(&DOCTOR).failed(5);
    program(&preset("http://127.0.0.1:1")).run(&DOCTOR).failed(5);
}

#[test]
fn the_report_has_the_keys_to_change_and_no_value_of_the_person() {
    let service = service(&json!({ "grant_types_supported": ["implicit"] }));
    let url = service.url();
    let program = program(&preset(&url).replace("/token\"", "/oauth/token\"").replace("openid", "write"));
    let file = program.home().join("report.md");
    let path = file.to_str().expect("UTF-8");
    // Without a value the open place is learnt from what fits.
    let issuer = format!("{url}/acme-7");
    departs(&program.run(&["service", "doctor", "acme", "--issuer", &issuer, "--report", path]));
    let report = fs::read_to_string(&file).expect("written");
    let (first, rest) = report.split_once('\n').expect("lines");
    let date = first.strip_prefix("# The preset `acme` and its service, ").expect("a title");
    assert!(date.len() == 10 && date.starts_with("20"), "{date}");
    let expected = format!(
        "\nCompared with:\n\n- `{url}{WELL_KNOWN}/<tenant>`\n\n\
         | point | result | preset | service | told by |\n|---|---|---|---|---|\n\
         | issuer | same | `{url}/<tenant>` | `{url}/<tenant>` | `issuer` |\n\
         | authorization URL | same | `{url}/<tenant>/authorize` | `{url}/<tenant>/authorize` | `authorization_endpoint` |\n\
         | token URL | differs | `{url}/<tenant>/oauth/token` | `{url}/<tenant>/token` | `token_endpoint` |\n\
         | revocation URL | offered | nothing | `{url}/<tenant>/revoke` | `revocation_endpoint` |\n\
         | client authentication | same | `client_secret_post` | `client_secret_post, client_secret_basic` | \
         `token_endpoint_auth_methods_supported` |\n\
         | PKCE | same | `S256` | `S256` | `code_challenge_methods_supported` |\n\
         | grant types | differs | `authorization_code` | `implicit` | `grant_types_supported` |\n\
         | default scopes | not told | `write` | `not listed` | `scopes_supported` |\n\
         | known scopes | same | `read` | `listed` | `scopes_supported` |\n\
         | issuer in the response | not told | `optional` | nothing | `authorization_response_iss_parameter_supported` |\n\n\
         ## Keys to change\n\n```toml\n[token_request]\nurl = \"{url}/<tenant>/token\"\n```\n\n\
         ## To decide by hand\n\n- grant types: the preset says `authorization_code`, the service `implicit`\n"
    );
    assert_eq!(rest, expected);
    let printed = program.run(&["service", "doctor", "acme", "--issuer", &issuer, "--json"]);
    let json: Value = serde_json::from_str(&printed.stdout).expect("JSON");
    assert_eq!((&json["ok"], &json["points"][2]["result"]), (&json!(false), &json!("differs")));
    assert!(!printed.stdout.contains("acme-7"), "{}", printed.stdout);
}

#[test]
fn a_case_adds_what_the_sign_in_met() {
    let service = service(&json!({}));
    let url = service.url();
    let program = program(&preset(&url));
    let file = program.home().join("case.json");
    let path = file.to_str().expect("UTF-8");
    let sign_in = ["sign-in", "p", "--service", "acme", "--set", "tenant=acme-7", "--client-id", "canary-client"];
    let more = ["--redirect-uri", "http://127.0.0.1/callback", "--browser", browser(), "--case", path];
    assert!(program.run(&[&sign_in[..], &more].concat()).stderr.contains("Case written"));
    let report = program.home().join("report.md");
    let of_case = ["service", "doctor", "acme", "--case", path, "--report", report.to_str().expect("UTF-8")];
    let other = format!("{url}/other");
    // With the metadata, whose address the case fills, and without.
    for issuer in [&[][..], &["--issuer", &other]] {
        let finished = program.run(&[&of_case[..], issuer].concat());
        let differs: Vec<&str> = finished.stdout.lines().filter(|line| line.contains(": differs")).collect();
        let words = format!("the preset says {url}/<tenant>/token, the service {url}/<tenant>/oauth/token");
        assert_eq!(differs, [format!("acme: token URL: differs: {words}")]);
        departs(&finished);
        let report = fs::read_to_string(&report).expect("written");
        assert!(report.contains("\n- `a case of 20") && report.contains("/oauth/token` | `case` |\n"), "{report}");
        assert!(!report.contains("canary") && !report.contains("acme-7"), "{report}");
    }
    let words = program.run(&["service", "doctor", "practice", "--case", path]).failed(2);
    let expected = "error: the case is of the service `acme`, not of `practice`\n\
                    hint: name the service of the case, or leave `--case` out\n";
    assert_eq!(words, expected);
}

#[test]
fn the_practice_service_says_that_it_always_names_its_issuer() {
    let program = Tokenwright::new();
    let practice = Practice::start(&program);
    let finished = program.run(&["service", "doctor", "practice", "--set", &practice.set()]);
    let others: Vec<&str> = finished.stdout.lines().filter(|line| !line.contains(": same: ")).collect();
    let expected = [
        "practice: pushed authorization URL: offered: http://127.0.0.1:<port>/par",
        "practice: issuer in the response: differs: the preset says optional, the service always",
    ];
    assert_eq!(others, expected);
    departs(&finished);
}

#[test]
#[ignore = "needs node"]
fn a_server_that_we_did_not_write_is_compared() {
    let server = OidcProvider::start_auto();
    let issuer = server.issuer();
    let preset = format!(
        "id = \"acme\"\nname = \"Acme\"\nchecked = \"2026-11-30\"\nsource = [\"a test\"]\nasks = \"secret\"\n\
         [redirect]\ndefault = \"http://127.0.0.1/callback\"\nissuer = \"{issuer}\"\nsends_issuer = true\n\
         [authorization]\nurl = \"{}\"\n[token_request]\nurl = \"{}\"\nauthentication = \"basic\"\n\
         [identity]\nurl = \"{}\"\n",
        server.authorization_endpoint(),
        server.token_endpoint(),
        server.userinfo_endpoint()
    );
    let said = program(&preset).run(&["service", "doctor", "acme"]).done();
    assert!(said.contains(&format!("acme: token URL: same: {issuer}/token\n")), "{said}");
    let wrong = preset.replace("/token\"", "/oauth/token\"");
    let finished = program(&wrong).run(&["service", "doctor", "acme"]);
    let words = format!("the preset says {issuer}/oauth/token, the service {issuer}/token");
    assert!(finished.stdout.contains(&format!("acme: token URL: differs: {words}\n")), "{}", finished.stdout);
    departs(&finished);
}
