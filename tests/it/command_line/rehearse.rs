//! Rehearses every preset: the program's own sign-in, calls and readings against a stand-in that is strict about the
//! preset and answers with its documented replies.

use std::io::ErrorKind;
use std::net::TcpListener;
use std::path::PathBuf;

use crate::support::tokenwright::Tokenwright;

/// A preset whose documented replies and readings agree.
const SOUND: &str = r#"
id = "sound"
name = "Sound"
category = "Learning"
summary = "Nothing"
checked = "2026-11-21"
source = ["a test"]

[authorization]
url = "https://as.example.test/authorize"

[token_request]
url = "https://as.example.test/token"
authentication = "basic"
example = '{"ok": true, "data": {"token": "example-access-token"}, "expires_in": 3600, "refresh": "example-refresh-token", "host": "eu.example.test"}'

[token_request.reading]
access_token = "data.token"
refresh_token = "refresh"
success = { ok = "true" }
retain = { host = "host" }

[refresh_request]
url = "https://as.example.test/token"
authentication = "basic"
example = '{"access_token": "example-access-token", "expires_in": 3600, "refresh_token": "example-refresh-token"}'

[identity]
url = "https://as.example.test/me"
fields = { Name = "name" }
example = '{"name": "Erin Example"}'

[policy]
rotates = true
access_token_life = 3600
"#;

#[test]
fn a_preset_whose_requests_have_what_is_made_anew_is_rehearsed() {
    let fresh = "authentication = \"basic\"\nheaders = { X-Request-Id = \"<random>-<now>\" }";
    let program = with_preset(&SOUND.replace("authentication = \"basic\"", fresh));
    program.run(&["rehearse", "sound"]).done();
}

fn with_preset(text: &str) -> Tokenwright {
    let (program, folder) = with_folder();
    std::fs::write(folder.join("sound.toml"), text).expect("a file");
    program
}

fn with_folder() -> (Tokenwright, PathBuf) {
    let program = Tokenwright::new();
    let folder = program.data().join("presets");
    std::fs::create_dir_all(&folder).expect("a folder");
    (program, folder)
}

/// The preset with one change fails at this stage, with this text.
#[track_caller]
fn check(from: &str, to: &str, stage: &str, words: &str) {
    assert!(SOUND.contains(from), "`{from}` is not in the preset");
    let finished = with_preset(&SOUND.replacen(from, to, 1)).run(&["rehearse", "sound"]);
    assert_eq!(finished.code, 4, "{}\n{}", finished.stdout, finished.stderr);
    let failed: Vec<&str> = finished.stdout.lines().filter(|line| line.contains(": failed: ")).collect();
    let [line] = failed[..] else { panic!("one stage fails:\n{}", finished.stdout) };
    assert!(line.starts_with(&format!("sound: {stage}: failed: ")) && line.ends_with(words), "{line}");
    assert!(finished.stderr.starts_with("error: the rehearsal of `sound` failed\n"), "{}", finished.stderr);
}

const DEVICE: &str = r#"
[device_authorization]
url = "https://as.example.test/device"
example = '{"device_code": "d&1", "user_code": "EXAM", "verification_url": "https://example.test", "expires_in": 9}'

[device_authorization.reading]
verification_uri = "verification_url"

[device_token_request]
url = "https://as.example.test/device/token"
body = { user_code = "<user_code>" }

[policy]
"#;

#[test]
fn a_sign_in_on_another_device_is_asked_for_with_the_code_that_began_it() {
    let finished = with_preset(&SOUND.replace("[policy]\n", DEVICE)).run(&["rehearse", "sound"]);
    let poll = "sound: device token request: ok: POST https://as.example.test/device/token, \
                form grant_type device_code user_code, Basic -> access token\n";
    assert!(finished.stdout.contains(poll), "{}", finished.stdout);
    let elsewhere = DEVICE.replace("verification_uri =", "interval =");
    let words = "the device authorization endpoint sent no verification URL";
    check("[policy]\n", &elsewhere, "device authorization", words);
    let unread = DEVICE.replace("\n[policy]", "example = '{\"token\": \"example-access-token\"}'\n\n[policy]");
    let words = "the documented reply has no access token where the preset looks for it";
    check("[policy]\n", &unread, "device token request", words);
}

#[test]
fn every_bundled_preset_holds_what_it_promises() {
    let program = Tokenwright::new();
    let finished = program.run(&["rehearse", "--all"]);
    let failed: Vec<&str> = finished.stdout.lines().filter(|line| line.contains(": failed: ")).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert_eq!(finished.code, 0, "{}", finished.stderr);
    let services = program.run(&["service", "list", "--json"]).json();
    for service in services.as_array().expect("a list") {
        let start = format!("{}: ", service["id"].as_str().expect("an id"));
        assert!(finished.stdout.lines().any(|line| line.starts_with(&start)), "{start}");
    }
}

/// Calls to other machines go to a proxy from the environment, which does not answer but records them.
#[test]
fn no_call_of_a_rehearsal_leaves_the_machine() {
    let proxy = TcpListener::bind("127.0.0.1:0").expect("a free port");
    proxy.set_nonblocking(true).expect("a socket that can be asked");
    let address = format!("http://{}", proxy.local_addr().expect("a bound socket"));
    let text = SOUND.replace("\n[authorization]\nurl = \"https://as.example.test/authorize\"\n", "");
    let program = with_preset(&text).with_env("TOKENWRIGHT_VAULT", "memory");
    let program = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"]
        .into_iter()
        .fold(program, |program, name| program.with_env(name, &address));
    assert_eq!(program.run(&["rehearse", "--all"]).code, 0);
    assert_eq!(proxy.accept().map_err(|error| error.kind()).err(), Some(ErrorKind::WouldBlock));

    // The real call does go that way: what was looked for can be seen.
    let mut real =
        program.start(&["sign-in", "real", "--service", "sound", "--client-id", "id", "--client-secret-stdin"]);
    real.type_text("secret\n");
    real.end_input();
    proxy.set_nonblocking(false).expect("a socket that waits");
    drop(proxy.accept().expect("the real call"));
    drop(proxy);
    assert_eq!(real.finish().code, 5);
}

#[test]
fn a_sound_preset_passes_with_a_line_a_stage() {
    let lines = with_preset(SOUND).run(&["rehearse", "sound"]).done();
    let authorization = "GET https://as.example.test/authorize, query response_type client_id redirect_uri state \
                         code_challenge code_challenge_method";
    let bearer = "POST https://as.example.test/token, form grant_type code redirect_uri code_verifier, Basic";
    let refresh = "POST https://as.example.test/token, form grant_type refresh_token, Basic";
    let expected = [
        format!("sound: authorization: ok: {authorization} -> code"),
        format!("sound: token request: ok: {bearer} -> access token, life 3600 s, refresh token, host eu.example.test"),
        format!("sound: token request, code spent: ok: {bearer} -> refused: `invalid_grant`"),
        format!("sound: refresh request: ok: {refresh} -> access token, life 3600 s, refresh token"),
        format!("sound: refresh request again: ok: {refresh} -> access token, life 3600 s, refresh token"),
        format!("sound: refresh request, token spent: ok: {refresh} -> refused: `invalid_grant`"),
        "sound: identity: ok: GET https://as.example.test/me, header Authorization -> Name Erin Example".to_owned(),
    ];
    assert_eq!(lines.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn a_rehearsal_is_told_as_json_too() {
    let told = with_preset(SOUND).run(&["rehearse", "sound", "--json"]).json();
    assert_eq!((&told["service"], &told["ok"]), (&"sound".into(), &true.into()));
    assert_eq!(told["stages"][6]["stage"], "identity");
    assert_eq!(told["stages"][6]["text"], "Name Erin Example");
}

#[test]
fn a_token_that_is_elsewhere_is_named_with_its_place() {
    check(
        "access_token = \"data.token\"",
        "access_token = \"data.access_token\"",
        "token request",
        "the access token was not read: `data.access_token` does not hold it; the documented reply has it at `data.token`",
    );
    check(
        "refresh_token = \"refresh\"",
        "refresh_token = \"refresher\"",
        "token request",
        "the refresh token was not read: `refresher` does not hold it; the documented reply has it at `refresh`",
    );
}

#[test]
fn a_wrong_unit_of_the_lifetime_shows() {
    check(
        "\"expires_in\": 3600, \"refresh\"",
        "\"expires_in\": 3600000, \"refresh\"",
        "token request",
        "the access token's life was read as 3600000 s, and `policy` says 3600 s: is `lifetime` right?",
    );
    check(
        "\"expires_in\": 3600, \"refresh\"",
        "\"the_day_it_expires\": 3600, \"refresh\"",
        "token request",
        "the expiry was not read: the documented reply has one at `the_day_it_expires`",
    );
}

#[test]
fn a_kept_value_that_is_not_there_shows() {
    check(
        "host = \"host\"",
        "host = \"hosts[0]\"",
        "token request",
        "`host` was not kept: `hosts[0]` holds nothing in the documented reply",
    );
    check(
        "host = \"host\"",
        "host = [\"hosts[0]\", \"hosts[1]\"]",
        "token request",
        "`host` was not kept: `hosts[0]` and `hosts[1]` hold nothing in the documented reply",
    );
}

#[test]
fn a_success_that_never_holds_shows() {
    check(
        "ok = \"true\"",
        "ok = \"yes\"",
        "token request",
        "the reply was not taken for a success: `ok` must be `yes`, and the documented reply has `true`",
    );
}

#[test]
fn a_refusal_that_cannot_be_read_shows() {
    check(
        "refresh_token = \"refresh\"\n",
        "refresh_token = \"refresh\"\nerror = []\n",
        "token request, code spent",
        "a refusal with `invalid_grant` was read otherwise: the token endpoint refused with 200: the code is spent",
    );
}

#[test]
fn a_rotation_that_brings_nothing_shows() {
    check(
        "\"expires_in\": 3600, \"refresh_token\": \"example-refresh-token\"",
        "\"expires_in\": 3600",
        "refresh request",
        "`policy.rotates` holds, and the documented reply brings no refresh token",
    );
}

#[test]
fn an_identity_that_is_elsewhere_shows() {
    check(
        "Name = \"name\"",
        "Name = \"user.name\"",
        "identity",
        "Name was not read: `user.name` holds nothing in the documented reply",
    );
}

#[test]
fn a_code_that_is_not_sent_and_a_verifier_that_is_missing_are_refused() {
    check(
        "[token_request]\nurl = \"https://as.example.test/token\"\n",
        "[token_request]\nurl = \"https://as.example.test/token\"\nomit = [\"code\"]\n",
        "token request",
        "the preset's call does not send `<code>`",
    );
    check(
        "[token_request]\nurl = \"https://as.example.test/token\"\n",
        "[token_request]\nurl = \"https://as.example.test/token\"\nomit = [\"code_verifier\"]\n",
        "token request",
        "`<code_verifier>` is missing, or did not make the challenge that was sent",
    );
}

#[test]
fn a_call_that_cannot_be_made_is_no_failure_where_the_preset_says_what_is_lacking() {
    let text = SOUND.replace("source = [", "lacks = [\"Signing it\"]\nsource = [");
    let text = text.replace(
        "authentication = \"basic\"\n",
        "authentication = \"basic\"\nbody = { assertion = \"<assertion>\" }\n",
    );
    let lines = with_preset(&text).run(&["rehearse", "sound"]).done();
    assert!(lines.lines().any(|line| line == "sound: token request: not rehearsed: Signing it"), "{lines}");
}

#[test]
fn an_unknown_service_is_answered_with_the_nearest() {
    let words = Tokenwright::new().run(&["rehearse", "quickboks"]).failed(2);
    assert!(words.contains("did you mean `quickbooks`?"), "{words}");
}

#[test]
fn a_preset_that_reads_its_replies_by_jsonata_is_rehearsed_with_what_it_documents() {
    let text = SOUND
        .replace(
            "\"data\": {\"token\": \"example-access-token\"}",
            "\"data\": [{\"kind\": \"a\", \"token\": \"example-access-token\"}]",
        )
        .replace("access_token = \"data.token\"", "access_token = \"data[kind = 'a'].token\"");
    let lines = with_preset(&text).run(&["rehearse", "sound"]).done();
    assert!(lines.lines().any(|line| line.starts_with("sound: token request: ok: ")), "{lines}");
    let example = text.lines().find(|line| line.starts_with("example = '{\"ok\"")).expect("the bearer's");
    let program = with_preset(&text.replace(example, ""));
    let lines = program.run(&["rehearse", "sound"]).stdout;
    let words = "the reply is read by JSONata, and none is documented: add one as `example`";
    assert!(
        lines.lines().any(|line| line.starts_with("sound: token request: failed: ") && line.ends_with(words)),
        "{lines}"
    );
}

/// A bundled preset, a change of its text, and the words that name what departs from the vendor's documentation.
const DOCTORED: [(&str, &str, &str, &str); 14] = [
    ("notion", "encoding = \"json\"", "encoding = \"form\"", "the token request is encoded as `form`"),
    (
        "quickbooks",
        "tokens/bearer",
        "token/bearer",
        "the token request goes to `https://oauth.platform.intuit.com/oauth2/v1/token/",
    ),
    ("tiktok", "client_key", "client_id", "the token request sends `client_id`; the vendor documents `client_key`"),
    (
        "quickbooks",
        "\"basic\"",
        "\"body\"",
        "the token request authenticates the client by `body`; the vendor documents `basic`",
    ),
    (
        "github",
        "headers = { Accept = \"application/json\" }\n",
        "",
        "the token request does not send the header `Accept`",
    ),
    (
        "facebook",
        "fb_exchange_token = \"<token>\"",
        "exchange_token = \"<token>\"",
        "the refresh request sends `exchange_token`; the vendor documents `fb_exchange_token`",
    ),
    ("slack", "separator = \",\"", "separator = \" \"", "scopes are joined by ` `; the vendor documents `,`"),
    ("linkedin", "pkce = \"off\"", "pkce = \"S256\"", "`pkce` is `S256`"),
    ("google", "access_type = \"offline\", ", "", "the authorization request does not send `access_type=offline`"),
    ("slack", "success = { ok = \"true\" }\n", "", "the token request takes a reply for a success whatever `ok` is"),
    ("xero", "rotates = true\n", "", "the preset does not say that a refresh replaces the refresh token"),
    ("instagram", "code_suffix = \"#_\"\n", "", "`redirect.code_suffix` is ``; the vendor appends `#_` to the code"),
    (
        "hubspot",
        "[token_request.reading]\n",
        "[token_request.reading]\nlifetime = \"milliseconds\"\n",
        "the life that the token request brings is read as `milliseconds`",
    ),
    (
        "slack",
        "access_token = [\"access_token\", ",
        "access_token = [\"token\", ",
        "the access token of the token request is read at",
    ),
];

/// The preset has an ID of its own, so that nothing but its hosts tells whose it is.
#[test]
fn a_request_that_the_vendor_does_not_document_fails() {
    let (program, folder) = with_folder();
    for (id, from, to, words) in DOCTORED {
        let text = bundled(id);
        assert!(text.contains(from), "{id}: `{from}` is not in it");
        let text = text.replace(from, to).replacen(&format!("id = \"{id}\""), "id = \"doctored\"", 1);
        std::fs::write(folder.join("doctored.toml"), text).expect("a file");
        let finished = program.run(&["rehearse", "doctored"]);
        assert_eq!(finished.code, 4, "{id} {from}: {}\n{}", finished.stdout, finished.stderr);
        let start = format!("doctored: witness: failed: {words}");
        assert!(finished.stdout.lines().any(|line| line.starts_with(&start)), "{start}\n{}", finished.stdout);
    }
}

#[test]
fn a_preset_that_extends_a_bundled_one_is_compared_as_well_and_says_with_what() {
    let (program, folder) = with_folder();
    let head = "extends = \"salesforce\"\nid = \"ours\"\nname = \"Ours\"\n";
    std::fs::write(folder.join("ours.toml"), head).expect("a file");
    let finished = program.run(&["rehearse", "ours"]);
    let words = "ours: witness: ok: as documented: the authorization request, the token request, the refresh request, \
                 the identity request, the revocation request, the introspection request (witness of ";
    assert!(finished.stdout.starts_with(words), "{}", finished.stdout);
    assert_eq!(finished.code, 0, "{}", finished.stderr);
    let wrong = format!("{head}[refresh_request]\nmethod = \"GET\"\n");
    std::fs::write(folder.join("ours.toml"), &wrong).expect("a file");
    let finished = program.run(&["rehearse", "ours"]);
    let words = "ours: witness: failed: the refresh request is `GET`; the vendor documents `POST` (witness of ";
    assert!(finished.stdout.starts_with(words), "{}", finished.stdout);
    assert_eq!(finished.code, 4, "{}", finished.stderr);
    let excepted = format!("{wrong}[exceptions]\nwitness = \"our gateway takes it\"\n");
    std::fs::write(folder.join("ours.toml"), excepted).expect("a file");
    let finished = program.run(&["rehearse", "ours"]);
    let words = "ours: witness: not rehearsed: our gateway takes it\n";
    assert!(finished.stdout.starts_with(words), "{}", finished.stdout);
    assert_eq!(finished.code, 0, "{}", finished.stderr);
}

fn bundled(id: &str) -> String {
    let file = format!("{}/presets/{id}.toml", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(file).expect("a preset")
}
