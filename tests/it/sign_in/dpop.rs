//! Tokens that are bound to a key (DPoP, RFC 9449): against a certified server that checks each proof, and against servers that
//! do what the RFC warns of.

use crate::support::http::{browser, get};
use crate::support::oidc_provider::OidcProvider;
use crate::support::postgres::Cluster;
use crate::support::practice::Practice;
use crate::support::process::{Finished, Process};
use crate::support::scripted::{Answer, Asked, Scripted};
use crate::support::team::join;
use crate::support::tokenwright::Tokenwright;
use serde_json::{Value, json};
use tokenwright::oauth::{decode_jwt, thumbprint};
use tokenwright::secret::Secret;

fn at_certified(server: &OidcProvider, program: &Tokenwright, client: &str, more: &[&str]) -> Finished {
    let issuer = ["sign-in", "demo", "--issuer", server.issuer(), "--client-id", client, "--browser", browser()];
    let scopes = [
        "--redirect-uri",
        "http://127.0.0.1/callback",
        "--scope",
        "openid profile email offline_access",
        "--param",
        "authorization.prompt=consent",
    ];
    let secret = if client == "bound-public" { "--client-auth=none" } else { "--client-auth=client_secret_basic" };
    let mut arguments = [&issuer[..], &scopes, &[secret], more].concat();
    if client != "bound-public" {
        arguments.extend(["--client-secret-stdin"]);
    }
    program.run_with_input(&arguments, "secret\n")
}

#[test]
#[ignore = "needs node"]
fn a_certified_server_issues_and_renews_bound_tokens_with_and_without_nonces() {
    for (client, nonce, algorithm) in
        [("bound-public", true, "ES256"), ("bound-confidential", true, "PS256"), ("bound-public", false, "EdDSA")]
    {
        let server = OidcProvider::start_with(if nonce { &["--auto", "--dpop-nonce"] } else { &["--auto"] });
        let program = Tokenwright::with_vault();
        at_certified(&server, &program, client, &[&format!("--dpop={algorithm}")]).done();
        let shown = program.run(&["show", "demo", "--json"]).json();
        assert_eq!(shown["token_type"], "DPoP", "{client}");
        let person = program.run(&["userinfo", "demo", "--json"]).json();
        assert_eq!(person["sub"], "alex", "{client}");
        for _ in 0..2 {
            program.run(&["refresh", "demo"]).done();
            assert_eq!(program.run(&["userinfo", "demo", "--json"]).json()["sub"], "alex", "{client}");
        }
    }
}

#[test]
#[ignore = "needs node"]
fn a_certified_server_refuses_a_client_that_proves_nothing() {
    let server = OidcProvider::start_auto();
    let program = Tokenwright::with_vault();
    let words = at_certified(&server, &program, "bound-public", &[]).failed(4);
    assert!(words.contains("error: the token endpoint refused: `invalid_grant` ("), "{words}");
    program.run(&["token", "demo"]).failed(3);
}

/// A service with these replies of its token endpoint; refreshes go to `/refresh`, and `/me` takes bound tokens only.
fn service(answer: impl Fn(&Asked, usize) -> Answer + Send + Sync + 'static) -> Scripted {
    Scripted::start(move |asked, earlier| match asked.path.as_str() {
        "/authorize" => asked.grant("a-code"),
        _ => answer(asked, earlier),
    })
}

fn program(service: &Scripted) -> Tokenwright {
    let url = service.url();
    let program = Tokenwright::with_vault();
    let preset = format!(
        "id = \"bound\"\nname = \"Bound\"\nchecked = \"2026-11-30\"\nsource = [\"a test\"]\nasks = \"nothing\"\n\
         dpop = \"ES256\"\n[redirect]\ndefault = \"http://127.0.0.1/callback\"\n\
         [authorization]\nurl = \"{url}/authorize\"\n[token_request]\nurl = \"{url}/token\"\n\
         [refresh_request]\nurl = \"{url}/refresh\"\n[identity]\nurl = \"{url}/me\"\n"
    );
    program.add_preset("bound.toml", &preset);
    program
}

fn sign_in(program: &Tokenwright) -> Finished {
    program.run(&["sign-in", "demo", "--service", "bound", "--client-id", "id", "--browser", browser()])
}

fn tokens(which: &str, token_type: &str) -> Answer {
    let (access_token, refresh_token) = (format!("at-{which}"), format!("rt-{which}"));
    let body = json!({
        "access_token": access_token, "refresh_token": refresh_token, "token_type": token_type, "expires_in": 3600,
    });
    Answer::json(200, &body)
}

fn wants_nonce(nonce: &str) -> Answer {
    Answer::json(400, &json!({ "error": "use_dpop_nonce" })).header("DPoP-Nonce", nonce)
}

/// The headers of this name.
fn headers<'a>(asked: &'a Asked, name: &str) -> Vec<&'a str> {
    let lines = asked.raw.split("\r\n\r\n").next().unwrap_or_default().lines().filter_map(|line| line.split_once(": "));
    lines.filter(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value).collect()
}

/// Header and claims of the one proof of a request.
fn proof(asked: &Asked) -> (Value, Value) {
    let proofs = headers(asked, "dpop");
    assert_eq!(proofs.len(), 1, "{}", asked.raw);
    let jwt = decode_jwt(&Secret::new(proofs[0])).expect("a JWT");
    (jwt.header, jwt.claims)
}

#[test]
fn every_request_for_tokens_and_with_them_has_a_proof_of_one_key() {
    let service = service(|asked, _| match asked.path.as_str() {
        "/token" => tokens("first", "DPoP"),
        "/refresh" => tokens("second", "dpop"),
        _ => Answer::json(200, &json!({ "name": "Ada" })),
    });
    let program = program(&service);
    sign_in(&program).done();
    program.run(&["refresh", "demo"]).done();
    program.run(&["whoami", "demo"]).done();
    program.run(&["call", "demo", "/me?page=2"]).done();
    let authorization = &service.asked("/authorize")[0];
    let asked = [service.asked("/token"), service.asked("/refresh"), service.asked("/me")].concat();
    let url = service.url();
    let expected =
        [("POST", "/token", None), ("POST", "/refresh", None), ("GET", "/me", Some(())), ("GET", "/me", Some(()))];
    assert_eq!(asked.len(), expected.len());
    let mut seen = Vec::new();
    for (asked, (method, path, token)) in asked.iter().zip(expected) {
        let (header, claims) = proof(asked);
        assert_eq!((&header["typ"], &header["alg"]), (&json!("dpop+jwt"), &json!("ES256")));
        assert_eq!(thumbprint(&header["jwk"]).as_deref(), Some(authorization.parameter("dpop_jkt")));
        assert_eq!((&claims["htm"], &claims["htu"]), (&json!(method), &json!(format!("{url}{path}"))));
        let digest = token.map(|()| "IQgil4Avv61Mp6zutLkedjpCgBGsZXHczlM3itcyyZ0");
        assert_eq!(claims.get("ath").and_then(Value::as_str), digest, "of the token that goes with it");
        assert_eq!(headers(asked, "authorization"), token.map_or(vec![], |()| vec!["DPoP at-second"]));
        let id = claims["jti"].as_str().expect("an ID").to_owned();
        assert!(!seen.contains(&id), "each proof is another one");
        seen.push(id);
    }
}

#[test]
fn a_nonce_that_is_wanted_is_repeated_once_and_the_refresh_token_is_not_spent_by_it() {
    let service = service(|asked, _| {
        let has = |nonce: &str| proof(asked).1["nonce"] == nonce;
        match asked.path.as_str() {
            "/token" if !has("of-token") => wants_nonce("of-token"),
            "/token" => tokens("first", "DPoP"),
            "/refresh" if !has("of-refresh") => wants_nonce("of-refresh"),
            "/refresh" => tokens("second", "DPoP"),
            "/me" if !has("of-me") => Answer::json(401, &json!({}))
                .header("WWW-Authenticate", "DPoP error=\"use_dpop_nonce\", algs=\"ES256\"")
                .header("DPoP-Nonce", "of-me"),
            _ => Answer::json(200, &json!({ "name": "Ada" })),
        }
    });
    let program = program(&service);
    sign_in(&program).done();
    program.run(&["refresh", "demo"]).done();
    assert!(program.run(&["whoami", "demo"]).done().contains("Ada"));
    assert_eq!(["/token", "/refresh", "/me"].map(|path| service.asked(path).len()), [2, 2, 2]);
    let sent: Vec<String> =
        service.asked("/refresh").iter().map(|asked| asked.parameter("refresh_token").to_owned()).collect();
    assert_eq!(sent, ["rt-first", "rt-first"], "the refusal did not spend it");
    assert!(program.run(&["history", "demo", "--json"]).json()["begun"].is_null());
    // A server of resources has nonces of its own, wherever it is.
    assert_eq!(proof(&service.asked("/me")[0]).1.get("nonce"), None);
}

#[test]
fn a_nonce_that_is_refused_for_ever_or_is_none_ends_it_and_nothing_is_lost() {
    for (nonce, requests, words) in [
        ("first", 2, "the service refuses the nonce that it gave itself"),
        ("not a nonce", 1, "gives none that can be used"),
        ("", 1, "gives none that can be used"),
    ] {
        let service = service(move |asked, earlier| match (asked.path.as_str(), earlier) {
            ("/token", _) => tokens("first", "DPoP"),
            // Another one each time, so that it is not the same one that is refused.
            (_, 0) => wants_nonce(nonce),
            (_, 1) if requests == 2 => wants_nonce("another"),
            _ => tokens("second", "DPoP"),
        });
        let program = program(&service);
        sign_in(&program).done();
        let said = program.run(&["refresh", "demo"]).failed(4);
        assert!(said.starts_with("error: the token endpoint refused: `use_dpop_nonce`\n"), "{said}");
        assert!(said.contains(words), "{said}");
        assert_eq!(service.asked("/refresh").len(), requests);
        let history = program.run(&["history", "demo", "--json"]).json();
        assert!(history["begun"].is_null(), "an answer came: {history}");
        program.run(&["refresh", "demo"]).done();
        assert_eq!(service.asked("/refresh").last().expect("one").parameter("refresh_token"), "rt-first");
    }
}

#[test]
fn a_refresh_token_whose_second_request_was_lost_is_not_sent_again_by_itself() {
    let service = service(|asked, earlier| match (asked.path.as_str(), earlier) {
        ("/token", _) => tokens("first", "DPoP"),
        (_, 0) => wants_nonce("first"),
        // What a gateway says that lost the reply would be an answer; this one is cut off.
        (_, 1) => Answer::json(200, &json!({})).header("Content-Length", "999"),
        _ => tokens("second", "DPoP"),
    });
    let program = program(&service);
    sign_in(&program).done();
    let said = program.run(&["refresh", "demo"]).failed(5);
    assert!(said.contains("the refresh token may be spent, so it is not sent again now"), "{said}");
    assert_eq!(service.asked("/refresh").len(), 2);
    let history = program.run(&["history", "demo", "--json"]).json();
    assert!(!history["begun"].is_null(), "it is on record: {history}");
    let said = program.run(&["token", "demo", "--min-valid", "2h"]);
    assert_eq!(service.asked("/refresh").len(), 2, "{}", said.stderr);
    program.run(&["refresh", "demo", "--resend"]).done();
    assert_eq!(service.asked("/refresh").len(), 3);
}

#[test]
fn only_the_code_in_its_place_has_a_request_sent_again() {
    for refusal in [
        json!({ "error": "invalid_grant", "error_description": "use_dpop_nonce" }),
        json!({ "error": "invalid_dpop_proof" }),
    ] {
        let answer = refusal.clone();
        let service = service(move |asked, _| match asked.path.as_str() {
            "/token" => tokens("first", "DPoP"),
            _ => Answer::json(400, &answer).header("DPoP-Nonce", "a-nonce"),
        });
        let program = program(&service);
        sign_in(&program).done();
        assert_ne!(program.run(&["refresh", "demo"]).code, 0);
        assert_eq!(service.asked("/refresh").len(), 1, "{refusal}");
    }
}

#[test]
fn a_server_that_does_not_bind_is_told_of_and_its_token_is_a_bearer_token() {
    let service = service(|asked, _| match asked.path.as_str() {
        "/token" => tokens("first", "Bearer"),
        _ => Answer::json(200, &json!({ "name": "Ada" })),
    });
    let program = program(&service);
    let said = sign_in(&program);
    assert!(said.stderr.contains("the service did not bind the access token to the key"), "{}", said.stderr);
    said.done();
    assert_eq!(program.run(&["token", "demo", "--header"]).done(), "Authorization: Bearer at-first\n");
    program.run(&["whoami", "demo"]).done();
    let asked = service.asked("/me").remove(0);
    assert_eq!((headers(&asked, "authorization"), headers(&asked, "dpop")), (vec!["Bearer at-first"], vec![]));
}

#[test]
fn a_token_of_another_key_is_refused_at_the_sign_in() {
    // {"alg":"none"}.{"cnf":{"jkt":"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}}
    let token =
        "eyJhbGciOiJub25lIn0.eyJjbmYiOnsiamt0IjoiMFpjT0NPUlpOWXktRFdwcXEzMGpaeUpHSFROMGQySGdsQlYzdWlndUE0SSJ9fQ.x";
    let service = service(move |_, _| {
        Answer::json(200, &json!({ "access_token": token, "token_type": "DPoP", "expires_in": 60 }))
    });
    let program = program(&service);
    let said = sign_in(&program).failed(4);
    assert!(said.contains("the access token is bound to another key (`cnf.jkt`)"), "{said}");
    program.run(&["token", "demo"]).failed(3);
}

#[test]
fn a_proof_that_is_refused_is_explained_by_the_clocks() {
    for (date, words) in [
        (Some("Sun, 06 Nov 1994 08:49:37 GMT"), "this machine's clock is "),
        (None, "the service may have seen the same proof before"),
    ] {
        let service = service(move |_, _| {
            let refusal = Answer::json(400, &json!({ "error": "invalid_dpop_proof" }));
            date.map_or(refusal.clone(), |date| refusal.header("Date", date))
        });
        let said = sign_in(&program(&service)).failed(4);
        assert!(said.contains(words), "{said}");
    }
}

/// A signed-in program at a service whose `/api` takes bound tokens with a nonce only.
fn signed_in() -> (Scripted, Tokenwright) {
    let service = service(|asked, _| match asked.path.as_str() {
        "/token" => tokens("first", "DPoP"),
        _ => Answer::json(200, &json!({ "name": "Ada" })),
    });
    let program = program(&service);
    sign_in(&program).done();
    (service, program)
}

/// The headers that were printed, and the claims of the proof among them.
fn printed(lines: &str) -> (&str, Value) {
    let (authorization, proof) = lines.trim_end().split_once('\n').expect("two lines");
    let proof = proof.strip_prefix("DPoP: ").expect("a proof");
    (authorization, decode_jwt(&Secret::new(proof)).expect("a JWT").claims)
}

#[test]
fn a_bound_token_is_handed_out_with_a_proof_for_one_request_and_never_alone() {
    let (_service, program) = signed_in();
    for arguments in [&["token", "demo"][..], &["token", "demo", "--header"], &["token", "demo", "--json"]] {
        let words = program.run(arguments).failed(2);
        assert!(
            words.contains("`tokenwright token demo --header --for 'GET https://…'` prints both headers"),
            "{words}"
        );
        assert!(!words.contains("at-first"), "{words}");
    }
    let target = "PATCH https://api.test/v1/things?page=2";
    let lines = program.run(&["token", "demo", "--header", "--for", target, "--nonce", "n-1"]).done();
    let (authorization, claims) = printed(&lines);
    assert_eq!(authorization, "Authorization: DPoP at-first");
    assert_eq!((&claims["htm"], &claims["htu"]), (&json!("PATCH"), &json!("https://api.test/v1/things")));
    assert_eq!((&claims["nonce"], claims["ath"].is_string()), (&json!("n-1"), true));
    for wrong in [
        &["token", "demo", "--for", "GET https://api.test/"][..],
        &["token", "demo", "--header", "--for", "GET /v1"],
        &["token", "demo", "--header", "--nonce", "n-1"],
        &["token", "demo", "--header", "--for", "https://api.test/", "--nonce", "not a nonce"],
    ] {
        program.run(wrong).failed(2);
    }
}

#[test]
fn an_agent_hands_out_the_same_and_no_bound_token_alone() {
    let (_service, program) = signed_in();
    let program = program.with_env("TOKENWRIGHT_AGENT", "on");
    let mut agent = program.start(&["agent"]);
    agent.line_with("The agent listens on ");
    let lines = Process::start(&mut program.token_command(&["demo", "--header", "--for", "https://api.test/x"]));
    let lines = lines.finish().done();
    let (authorization, claims) = printed(&lines);
    assert_eq!((authorization, &claims["htm"]), ("Authorization: DPoP at-first", &json!("GET")));
    let words = Process::start(&mut program.token_command(&["demo"])).finish().failed(2);
    assert!(words.contains("is bound to a key (`DPoP`)"), "{words}");
    agent.end();
}

#[test]
fn no_export_takes_a_bound_token_for_a_bearer_token() {
    let (_service, program) = signed_in();
    let formats = program.run(&["export", "--list-formats", "--json"]).json();
    let ids: Vec<&str> =
        formats.as_array().expect("a list").iter().filter_map(|format| format["id"].as_str()).collect();
    assert!(ids.len() > 30, "{ids:?}");
    for id in ids {
        for way in [&["--url", "https://api.test/"][..], &["--url", "https://api.test/", "--live"]] {
            let finished = program.run(&[&["export", "demo", "--format", id], way].concat());
            assert!(!finished.stdout.contains("at-first"), "{id}: {}", finished.stdout);
            assert_ne!(finished.code, 0, "{id}");
        }
    }
    let words = program.run(&["export", "demo", "--format", "dotenv"]).failed(2);
    assert!(words.contains("cannot use the access token: it is bound to a key (`DPoP`)"), "{words}");
    let words = program.run(&["exec", "demo", "--", "true"]).failed(2);
    assert!(words.contains("the environment of a program cannot use the access token"), "{words}");
}

#[test]
fn the_key_stays_where_it_was_made() {
    let (service, program) = signed_in();
    let shared = program.run(&["share", "demo"]).done();
    assert!(!shared.contains("PRIVATE KEY") && shared.contains("dpop"), "{shared}");
    // Another sign-in to the same profile uses the key that its tokens are bound to; that of another profile has its own.
    program.run(&["sign-in", "demo", "--browser", browser()]).done();
    program.run(&["sign-in", "other", "--service", "bound", "--client-id", "id", "--browser", browser()]).done();
    let keys: Vec<Option<String>> =
        service.asked("/token").iter().map(|asked| thumbprint(&proof(asked).0["jwk"])).collect();
    program.run(&["duplicate", "demo", "copy"]).done();
    program.run(&["sign-in", "copy", "--browser", browser()]).done();
    assert_eq!(keys.len(), 3);
    assert_eq!(keys[0], keys[1]);
    assert_ne!(keys[0], keys[2]);
    let copied = thumbprint(&proof(&service.asked("/token")[3]).0["jwk"]);
    assert!(copied.is_some() && !keys.contains(&copied), "a copy has a key of its own");
}

fn at_practice(program: &Tokenwright, practice: &Practice) -> Finished {
    let set = practice.set();
    program.run(&["sign-in", "demo", "--service", "practice-dpop", "--set", &set, "--browser", browser()])
}

#[test]
fn the_practice_service_binds_tokens_and_wants_nonces_where_it_is_told_to() {
    for faults in [&[][..], &["dpop-nonce"]] {
        let program = Tokenwright::with_vault();
        let practice = Practice::start_with(&program, faults);
        at_practice(&program, &practice).done();
        assert_eq!(program.run(&["show", "demo", "--json"]).json()["token_type"], "DPoP");
        for _ in 0..2 {
            program.run(&["refresh", "demo"]).done();
            assert!(program.run(&["whoami", "demo"]).done().contains("Ada"), "{faults:?}");
        }
        let url = format!("http://127.0.0.1:{}/resource", practice.port());
        program.run(&["call", "demo", &url]).done();
        assert_eq!(program.run(&["introspect", "demo", "--json"]).json()["token_type"], "DPoP");
        // What another program makes of the headers: good once, and for this request only.
        let lines = program.run(&["token", "demo", "--header", "--for", &format!("GET {url}")]).done();
        let headers: Vec<(&str, &str)> = lines.lines().filter_map(|line| line.split_once(": ")).collect();
        let status = |url: &str| get(url, &headers).status;
        if faults.is_empty() {
            assert_eq!([status(&url.replace("/resource", "/userinfo")), status(&url), status(&url)], [401, 200, 401]);
        }
        let bearer = headers[0].1.replace("DPoP ", "Bearer ");
        assert_eq!(get(&url, &[("Authorization", &bearer)]).status, 401, "it is no bearer token");
    }
}

#[test]
fn what_the_practice_service_does_wrong_about_proofs_is_named() {
    for (fault, words) in [
        ("dpop-endless-nonce", "the service refuses the nonce that it gave itself"),
        ("dpop-bad-nonce", "gives none that can be used"),
        ("dpop-invalid-proof", "the clocks agree: the service may have seen the same proof before"),
    ] {
        let program = Tokenwright::with_vault();
        let practice = Practice::start_with(&program, &[fault]);
        let said = at_practice(&program, &practice).failed(4);
        assert!(said.contains(words), "{fault}: {said}");
        program.run(&["token", "demo"]).failed(3);
    }
    let program = Tokenwright::with_vault();
    let practice = Practice::start_with(&program, &["dpop-bearer"]);
    let said = at_practice(&program, &practice);
    assert!(said.stderr.contains("the service did not bind the access token to the key"), "{}", said.stderr);
    assert!(program.run(&["token", "demo"]).done().starts_with("practice-at-"));
}

#[test]
#[ignore = "needs postgresql"]
fn each_member_of_a_team_proves_with_the_one_key_that_the_tokens_are_bound_to() {
    let service = service(|asked, earlier| tokens(&format!("{}-{earlier}", &asked.path[1..]), "DPoP"));
    let cluster = Cluster::start();
    let database = cluster.database("team");
    let url = cluster.url(&database);
    let (anna, ben) = (program(&service), program(&service));
    sign_in(&anna).done();
    anna.run(&["team", "init", &url, "--as", "anna"]).done();
    anna.run(&["share", "demo", "--team"]).done();
    join(&anna, &ben, &url, "ben");
    ben.run(&["refresh", "demo"]).done();
    let key = |path: &str| thumbprint(&proof(&service.asked(path)[0]).0["jwk"]).expect("a key");
    assert_eq!(key("/token"), key("/refresh"), "a refresh token is good with its own key only");
    // What the other machine got is used here, with the same key.
    let lines = anna.run(&["token", "demo", "--header", "--for", "GET https://api.test/"]).done();
    assert!(lines.starts_with("Authorization: DPoP at-refresh-0\nDPoP: "), "{lines}");
    let shown = lines.trim_end().rsplit(' ').next().expect("a proof");
    let header = decode_jwt(&Secret::new(shown)).expect("a JWT").header;
    assert_eq!(thumbprint(&header["jwk"]), Some(key("/token")));
    let dump = cluster.dump(&database);
    assert!(!dump.contains("PRIVATE KEY") && !dump.contains("rt-"), "the database sees no key and no token");
}

#[test]
fn a_poll_is_proved_like_any_other_token_request() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start_with(&program, &["dpop-nonce"]);
    let set = practice.set();
    program.run(&["sign-in", "demo", "--service", "practice-dpop", "--set", &set, "--device"]).done();
    let header = program.run(&["token", "demo", "--header", "--for", &format!("GET {}", practice.url("/resource"))]);
    assert!(header.done().starts_with("Authorization: DPoP "));
    assert_eq!(program.run(&["call", "demo", "/resource", "--json"]).json()["status"], 200);
}
