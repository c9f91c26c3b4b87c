//! `tokenwright service`: the bundled presets and the person's own.

use crate::support::tokenwright::Tokenwright;
use serde_json::json;

const SMALL: &str = "id = \"small\"\nname = \"Small\"\nsummary = \"A client id\"\nchecked = \"2026-11-21\"\n\
                     source = [\"a test\"]\n\n[token_request]\nurl = \"https://example.test/token\"\n";

#[test]
fn the_services_are_listed_with_what_they_need() {
    let program = Tokenwright::new();
    let list = program.run(&["service", "list"]).done();
    let ids: Vec<&str> = list.lines().map(|line| line.split(' ').next().unwrap_or_default()).collect();
    assert_eq!(ids[..6], ["ID", "practice", "google", "quickbooks", "netsuite", "microsoft"]);
    assert_eq!(ids.last(), Some(&"custom"));
    assert!(ids.len() > 95, "{} services", ids.len());

    let json = program.run(&["service", "list", "--json"]).json();
    assert_eq!(json[0]["id"], "practice");
    assert_eq!(json[0]["name"], "Practice service");
    let services = json.as_array().expect("a list");
    assert!(services.iter().all(|service| !service["needs"].as_str().unwrap_or_default().is_empty()));
    for service in services.iter().step_by(20) {
        assert_eq!(
            program.run(&["service", "show", service["id"].as_str().expect("a text"), "--json"]).json()["id"],
            service["id"]
        );
    }
}

#[test]
fn a_service_is_shown_with_its_inputs_and_calls() {
    let program = Tokenwright::new();
    let shown = program.run(&["service", "show", "netsuite"]).done();
    for part in ["--set account_id=", "redirect URI: ", "authorization: GET https://", "token request: POST https://"] {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
    let json = program.run(&["service", "show", "practice", "--json"]).json();
    assert_eq!(json["inputs"][0]["name"], "port");
    assert_eq!(json["calls"]["token_request"], json!({ "method": "POST", "url": "http://127.0.0.1:<port>/token" }));
    assert_eq!(json["client_secret"], "optional");
}

#[test]
fn a_service_is_shown_with_how_it_begins_and_what_it_signs() {
    let program = Tokenwright::new();
    let shown = program.run(&["service", "show", "docusign-jwt"]).done();
    let assertion = "  assertion: JWT, signed with RS256, aud <account_host>, iss <client_id>, scope <scope>, \
                     sub <user_id>, life 3600 s, sent as assertion\n";
    let start = "  note: The browser only asks for consent and brings back no code.\n";
    assert!(shown.contains(start) && shown.contains(assertion), "{shown}");
    let json = program.run(&["service", "show", "workday-integration", "--json"]).json();
    assert_eq!((&json["start"], &json["assertion"]), (&json!("refresh-token"), &json!(null)));
}

#[test]
fn the_terminal_tells_of_a_service_all_that_the_window_tells() {
    let program = Tokenwright::new();
    let shown = |id: &str| program.run(&["service", "show", id]).done();
    let has = |id: &str, parts: &[&str]| {
        let shown = shown(id);
        for part in parts {
            assert!(shown.contains(part), "{part}\n{shown}");
        }
    };
    has(
        "quickbooks",
        &[
            "  category: Accounting\n  also called: QBO, Intuit\n",
            "  --set environment=sandbox|production (default: sandbox)\n",
            "  client secret: required\n      sent in the header (Basic)\n",
            "      a loopback address is allowed for apps in development only\n",
            "      com.intuit.quickbooks.payment: the payments API\n",
            "  PKCE: off\n",
        ],
    );
    has(
        "slack",
        &[
            "  further token: user, the person's: ask for its scopes in the extra parameter `user_scope`\n",
            "  --param authorization.team=T0123456789\n      the workspace to install to\n",
        ],
    );
    has("figma", &["  disputed: "]);
    has("stripe-apps", &["in a single source:\n"]);
    let robot = shown("dayforce");
    assert!(!robot.contains("redirect URI") && !robot.contains("scopes:"), "{robot}");
    for line in robot.lines() {
        assert!(!line.trim().is_empty(), "{robot}");
    }
    let json = program.run(&["service", "show", "figma", "--json"]).json();
    assert!(json["disputed"][0]["fact"].is_string() && json["known_scopes"][0]["meaning"].is_string(), "{json}");
    assert_eq!((&json["confidence"], &json["pkce"]), (&json!("settled"), &json!("S256")));
}

#[test]
fn a_search_lists_the_best_match_first() {
    let program = Tokenwright::new();
    let ids = |words: &[&str]| -> Vec<String> {
        let list = program.run(&[&["service", "list", "--search"], words].concat()).done();
        list.lines().skip(1).map(|line| line.split(' ').next().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(ids(&["qbo"])[0], "quickbooks");
    assert_eq!(ids(&["google", "drive"])[0], "google-drive");
    assert!(ids(&["accounting"]).len() > 3);
    assert_eq!(program.run(&["service", "list", "--search", "qbo", "--json"]).json()[0]["id"], "quickbooks");
    let words = program.run(&["service", "list", "--search", "no such thing"]).failed(2);
    assert!(words.starts_with("error: no service matches `no such thing`\nhint: "), "{words}");
}

#[test]
fn an_unknown_service_is_answered_with_the_nearest() {
    let words = "error: there is no service `quickboks`\n\
                 hint: did you mean `quickbooks`? `tokenwright service list` names all there are\n";
    assert_eq!(Tokenwright::new().run(&["service", "show", "quickboks"]).failed(2), words);
}

#[test]
fn a_preset_file_is_checked_by_name_or_on_standard_input() {
    let program = Tokenwright::new();
    std::fs::write(program.home().join("small.toml"), SMALL).expect("a file");
    assert_eq!(
        program.run(&["service", "check", "small.toml"]).done(),
        "small.toml: Small (small) is a valid preset\n"
    );
    assert_eq!(
        program.run_with_input(&["service", "check", "-"], SMALL).done(),
        "-: Small (small) is a valid preset\n"
    );
    let words = program.run(&["service", "check", "nowhere.toml"]).failed(2);
    assert!(words.starts_with("error: cannot read `nowhere.toml`: "), "{words}");
}

#[test]
fn a_preset_that_is_probably_wrong_fails_the_check_unless_it_says_why_it_is_right() {
    let program = Tokenwright::new();
    let text = format!("{SMALL}example = '{{\"ok\": true, \"access_token\": \"example-access-token\"}}'\n");
    let words = program.run_with_input(&["service", "check", "-"], &text).failed(2);
    let expected = "warning: -:7: the example of `token_request` has `ok`, and nothing says its value in a success\n\
                    hint: add `success` to its `reading`, so that a refusal is read as one\n\
                    error: `-` can be used, and is probably wrong\n\
                    hint: mend what the warnings name, or say under `[exceptions]` why it is right\n";
    assert_eq!(words, expected);
    let excepted = format!("{text}[exceptions]\nsuccess = \"a refusal has the status 400\"\n");
    let said = program.run_with_input(&["service", "check", "-"], &excepted).done();
    assert_eq!(said, "-: Small (small) is a valid preset\n");
}

#[test]
fn a_preset_that_is_wrong_names_file_line_and_key() {
    let program = Tokenwright::new();
    for (from, to, line, problem) in [
        ("[token_request]\nurl", "[token_request]\nauthenticaton = \"body\"\nurl", 8, "unknown field `authenticaton`"),
        ("name = \"Small\"", "nmae = \"Small\"", 2, "unknown field `nmae`"),
        ("name = \"Small\"\n", "", 1, "missing field `name`"),
        ("[token_request]", "[token_request", 7, ""),
        ("/token\"", "/<tenant>\"", 8, "`token_request` names `<tenant>`, which nothing supplies"),
    ] {
        let text = SMALL.replace(from, to);
        assert_ne!(text, SMALL);
        let words = program.run_with_input(&["service", "check", "-"], &text).failed(2);
        assert!(words.starts_with(&format!("error: -:{line}: {problem}")), "{to}\n{words}");
    }
    let words = program.run_with_input(&["service", "check", "-"], &SMALL.replace("summary", "sumary")).failed(2);
    assert!(words.ends_with("hint: did you mean `summary`?\n"), "{words}");
}

#[test]
fn a_persons_own_preset_stands_beside_the_others_or_in_their_place() {
    let program = Tokenwright::new();
    program.add_preset("small.toml", SMALL);
    program.add_preset("ours.toml", &SMALL.replace("\"small\"", "\"google\"").replace("Small", "Our Google"));
    let list = program.run(&["service", "list", "--json"]).json();
    let names: Vec<_> =
        list.as_array().expect("a list").iter().filter_map(|service| service["name"].as_str()).collect();
    assert!(names.contains(&"Our Google") && !names.contains(&"Google"));
    assert!(names.contains(&"YouTube"), "what extends the bundled one still does");
    assert_eq!(names.last(), Some(&"Small"));
    assert!(program.run(&["service", "show", "small"]).done().contains("https://example.test/token"));
}

#[test]
fn a_broken_preset_of_the_persons_own_is_told_and_costs_nothing_else() {
    let program = Tokenwright::new();
    program.add_preset("broken.toml", &SMALL.replace("[token_request]", "[token_reqest]"));
    let listed = program.run(&["service", "list"]);
    let file = program.data().join("presets/broken.toml");
    assert!(
        listed.stderr.starts_with(&format!("warning: {}:7: unknown field `token_reqest`", file.display())),
        "{}",
        listed.stderr
    );
    assert!(listed.stderr.ends_with("hint: did you mean `token_request`?\n"), "{}", listed.stderr);
    assert!(listed.done().contains("quickbooks"));
}

#[test]
fn single_facts_are_shown_with_their_date_and_what_a_witness_says() {
    let program = Tokenwright::new();
    let page = "https://example.test/docs";
    let fact = |date: &str| {
        format!("{SMALL}\n[[verified]]\nfact = \"token_request.url\"\ndate = \"{date}\"\nsource = \"{page}\"\n")
    };
    program.add_preset("small.toml", &fact("2026-11-30"));
    let shown = program.run(&["service", "show", "small"]).done();
    let expected =
        format!("  single facts:\n      token_request.url: checked 2026-11-30, {page}\n  preset: your file\n");
    assert!(shown.ends_with(&expected), "{shown}");
    let json = program.run(&["service", "show", "small", "--json"]).json();
    assert_eq!(json["verified"], json!([{ "fact": "token_request.url", "date": "2026-11-30", "source": page }]));
    assert_eq!(json["witnessed"], json!([]));

    let record = include_str!("../../witness/google.toml");
    let value = |key: &str| {
        let line = record.lines().find(|line| line.starts_with(key)).expect("in the record");
        line.split('"').nth(1).expect("a text").to_owned()
    };
    let (date, source) = (value("date"), value("source"));
    let shown = program.run(&["service", "show", "google"]).done();
    let witness = format!("      token_request.url: as its witness of {date} says, {source}\n");
    assert!(shown.contains(&witness), "{shown}");
    let json = program.run(&["service", "show", "google", "--json"]).json();
    let witnessed = json!({ "fact": "token_request.url", "agrees": true, "date": date, "source": source });
    assert!(json["witnessed"].as_array().expect("a list").contains(&witnessed), "{json}");
    // A preset of one's own that extends it and sends the token request elsewhere.
    let own = "extends = \"google\"\nid = \"my-google\"\nname = \"My Google\"\n[token_request]\nurl = \"https://other.example/token\"\n";
    program.add_preset("my-google.toml", own);
    let shown = program.run(&["service", "show", "my-google"]).done();
    assert!(
        shown.contains(&format!("      token_request.url: not as its witness of {date} says, {source}\n")),
        "{shown}"
    );

    let file = program.home().join("old.toml");
    std::fs::write(&file, fact("2020-01-31")).expect("written");
    let checked = program.run(&["service", "check", "old.toml"]);
    let remark = "old.toml: the fact `token_request.url` was read on 2020-01-31, more than a year ago\n";
    assert_eq!(checked.stderr, remark);
    assert_eq!(checked.done(), "old.toml: Small (small) is a valid preset\n");
    std::fs::write(&file, fact("2020-01-31").replace("fact = \"token_request.url\"", "fact = \"refresh_request.url\""))
        .expect("written");
    let refused = program.run(&["service", "check", "old.toml"]).failed(2);
    let problem =
        "error: old.toml:11: `verified` names the fact `refresh_request.url`, which the preset does not have\n";
    assert!(refused.starts_with(problem), "{refused}");
}
