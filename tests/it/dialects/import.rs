//! `tokenwright import` and `service export`: what is read, shown and saved, and how hostile documents are refused.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use crate::support::process::Process;
use crate::support::scripted::{Answer, Scripted};
use crate::support::tokenwright::Tokenwright;
use serde_json::{Value as Json, json};

/// A preset of a person's own, with made-up hosts.
const ACME: &str = r#"
id = "acme"
name = "Acme Books"
category = "Accounting"
summary = "A client of Acme Books"
checked = "2026-11-21"
source = ["made up"]

[[inputs]]
name = "company"
label = "Company"
example = "42"

[scopes]
default = ["ledger.read"]

[authorization]
url = "https://acme.example/<company>/authorize"

[token_request]
url = "https://acme.example/<company>/token"

[refresh_request]
url = "https://acme.example/<company>/token"
"#;

fn file(program: &Tokenwright, name: &str, bytes: impl AsRef<[u8]>) -> String {
    fs::write(program.home().join(name), bytes).expect("a file of our own");
    name.to_owned()
}

/// The message for a document, which is refused with exit code 2; nothing is kept of it.
#[track_caller]
fn refused(bytes: impl AsRef<[u8]>) -> String {
    let program = Tokenwright::with_vault();
    let name = file(&program, "document", bytes);
    let told = program.run(&["import", &name, "--profile", "x", "--yes"]).failed(2);
    nothing_is_kept(&program);
    told
}

#[track_caller]
fn nothing_is_kept(program: &Tokenwright) {
    for folder in ["profiles", "presets", "vault"] {
        let kept = fs::read_dir(program.data().join(folder)).map(Iterator::count).unwrap_or_default();
        assert_eq!(kept, 0, "{folder}");
    }
}

/// Checks the first line of what is told, and the hint where one is expected.
#[track_caller]
fn check(bytes: impl AsRef<[u8]>, summary: &str, hint: &str) {
    let told = refused(bytes);
    assert_eq!(told, format!("error: `document`: {summary}\nhint: {hint}\n"));
}

#[test]
fn a_document_is_told_before_it_is_kept_and_kept_only_with_a_yes() {
    let program = Tokenwright::with_vault();
    let name = file(&program, "acme.toml", ACME);
    let told = program.run(&["import", &name, "--profile", "books"]).failed(2);
    let expected = "\
acme.toml: Tokenwright preset
Acme Books, tokens from https://acme.example/<company>/token
Values:
  grant: authorization code
  authorization URL: https://acme.example/<company>/authorize
  token URL: https://acme.example/<company>/token
  client authentication: client ID in the body, no secret
  code challenge (PKCE): S256
  redirect URI: http://localhost:8080/callback  (default of this program)
  scopes: ledger.read  (default of the service)
Understood:
  authorization    GET https://acme.example/<company>/authorize
  token_request    POST https://acme.example/<company>/token
  refresh_request  POST https://acme.example/<company>/token
Still missing:
  company    enter one like `42`
  Client ID  copy it from the page where the service registered your client
error: nothing was saved
hint: to save it, repeat with `--yes` and `--profile PROFILE` or `--preset ID`
";
    assert_eq!(told, expected);
    nothing_is_kept(&program);
    let kept = program.run(&["import", &name, "--profile", "books", "--yes"]);
    assert_eq!(kept.stderr.lines().last(), Some("Saved as the profile `books`. Next: tokenwright sign-in books"));
    assert_eq!(kept.done(), "");
    assert_eq!(program.run(&["list", "--json"]).json()[0]["service_name"], "Acme Books");
    let again = program.run(&["import", &name, "--profile", "books", "--yes"]).failed(2);
    assert!(again.contains("error: a profile `books` exists already\n"), "{again}");
}

#[test]
fn a_document_in_a_block_of_a_page_is_read_as_what_it_is() {
    let program = Tokenwright::with_vault();
    let realm = r#"{"realm": "demo", "auth-server-url": "https://sso.acme.example/auth", "resource": "acme-app"}"#;
    let page =
        format!("# Acme\n\nPut this into `keycloak.json`:\n\n```json\n{realm}\n```\n\n## Then\n\n```sh\n./run\n```\n");
    let name = file(&program, "page.md", page);
    let told = program.run(&["import", &name]).failed(2);
    assert!(told.starts_with("page.md: Keycloak client\n"), "{told}");
    assert!(told.contains("\n  client ID: acme-app\n") && told.contains("\n  Realm: demo\n"), "{told}");
    let without = file(&program, "other.md", "# Acme\n\n[Home](x)\n\n```sh\n./run\n```\n");
    let told = program.run(&["import", &without]).failed(2);
    assert!(told.contains("the document describes no service: it is a Markdown text\n"), "{told}");
}

#[test]
fn a_name_is_needed_and_told_so() {
    let program = Tokenwright::with_vault();
    let name = file(&program, "acme.toml", ACME);
    let told = program.run(&["import", &name, "--yes"]).failed(2);
    assert!(
        told.contains("error: nothing was saved: the profile has no name\nhint: to save it, repeat with `--yes`"),
        "{told}"
    );
    let told = program.run(&["import", &name, "--yes", "--profile", "a/b"]).failed(2);
    assert!(told.contains("error: the profile's name cannot hold '/' there\n"), "{told}");
    let told = program.run(&["import", &name, "--yes", "--preset", "custom"]).failed(2);
    assert!(told.contains("error: `custom` stays the service that is described by hand\n"), "{told}");
    nothing_is_kept(&program);
}

#[test]
fn a_preset_goes_out_and_comes_in_as_it_was() {
    let program = Tokenwright::with_vault();
    let name = file(&program, "acme.toml", ACME);
    let kept = program.run(&["import", &name, "--preset", "acme", "--yes"]);
    assert!(kept.stderr.contains("Next: tokenwright sign-in NAME --service acme"), "{}", kept.stderr);
    let text = program.run(&["service", "export", "acme", "--format", "toml"]).done();
    let other = Tokenwright::with_vault();
    assert_eq!(other.run_with_input(&["import", "-", "--preset", "acme", "--yes"], &text).done(), "");
    assert_eq!(other.run(&["service", "export", "acme", "--format", "toml"]).done(), text);
    let show = |program: &Tokenwright| program.run(&["service", "show", "acme", "--json"]).json();
    assert_eq!(show(&other), show(&program));
}

#[test]
fn what_was_understood_is_there_as_json_too() {
    let program = Tokenwright::with_vault();
    let name = file(&program, "acme.toml", ACME);
    let json = program.run(&["import", &name, "--profile", "books", "--yes", "--json"]).json();
    let described = &json["described"][0];
    assert_eq!((&json["format"], &described["id"]), (&json!("Tokenwright preset"), &json!("acme")));
    assert_eq!(described["calls"]["token_request"]["url"], "https://acme.example/<company>/token");
    assert_eq!(described["missing"][0]["place"], "company");
    assert_eq!(described["secrets"], json!([]));
}

#[test]
fn a_profile_is_carried_to_another_machine_without_its_secrets() {
    let program = Tokenwright::with_vault();
    let name = file(&program, "acme.toml", ACME);
    program.run(&["import", &name, "--profile", "books", "--yes"]).done();
    let out = program.home().join("books.toml");
    let path = out.display().to_string();
    let export = ["service", "export", "--profile", "books", "--format", "toml", "--output", &path];
    let told = program.run(&export);
    assert_eq!((told.code, told.stderr.as_str()), (0, format!("Written to {path}\n").as_str()));
    assert_eq!(fs::metadata(&out).expect("the file").permissions().mode() & 0o777, 0o600);
    let told = program.run(&export).failed(2);
    assert!(told.starts_with(&format!("error: `{path}` already exists\n")), "{told}");
    program.run(&[&export[..], &["--overwrite"]].concat()).done();
    let other = Tokenwright::with_vault();
    other.run(&["import", &path, "--profile", "books", "--yes"]).done();
    let show = |program: &Tokenwright| program.run(&["show", "books", "--json"]).json();
    assert_eq!(show(&other), show(&program));
}

#[test]
fn an_unknown_form_and_an_unknown_service_are_told_with_what_there_is() {
    let program = Tokenwright::with_vault();
    let told = program.run(&["service", "export", "google", "--format", "word"]).failed(2);
    assert!(told.contains("invalid value 'word' for '--format <FORMAT>'\n  [possible values: toml, "), "{told}");
    let told = program.run(&["service", "export", "gogle", "--format", "toml"]).failed(2);
    assert!(told.starts_with("error: there is no service `gogle`\nhint: did you mean `google`?"), "{told}");
}

#[test]
fn an_authorization_url_is_read_from_the_command_line() {
    let program = Tokenwright::with_vault();
    let url = "https://acme.example/authorize?response_type=code&client_id=id-1&scope=a%20b&state=abc";
    let json = program.run(&["import", url, "--profile", "x", "--yes", "--json"]).json();
    let described = &json["described"][0];
    assert_eq!((&described["client_id"], &described["scopes"]), (&json!("id-1"), &json!(["a", "b"])));
    assert_eq!(program.run(&["show", "x", "--json"]).json()["client_id"], "id-1");
}

/// A server that describes itself, or somebody else.
fn issuer(told: &'static str) -> Scripted {
    Scripted::start(move |asked, _| match asked.path.as_str() {
        "/.well-known/openid-configuration" => Answer::json(404, &json!({})),
        "/.well-known/oauth-authorization-server" => Answer::json(200, &json!({"issuer": told})),
        _ => Answer::json(404, &json!({"error": "not_found"})),
    })
}

#[test]
fn an_address_is_fetched_when_it_was_named_and_asked_for_when_it_was_found() {
    let program = Tokenwright::with_vault();
    let other = issuer("https://other.example");
    let url = other.url();
    let told = program.run(&["import", &url]).failed(4);
    let fetched = format!(
        "Fetching {url}/.well-known/openid-configuration\nFetching {url}/.well-known/oauth-authorization-server\n"
    );
    assert!(told.starts_with(&fetched), "{told}");
    let wrong = format!(
        "error: {url}/.well-known/oauth-authorization-server describes another issuer, `https://other.example`\n"
    );
    assert!(told.contains(&wrong), "{told}");
    let asked = other.asked("/.well-known/openid-configuration").len();
    let told = program.run_with_input(&["import", "-", "--profile", "x", "--yes"], &format!("{url}\n")).failed(2);
    let expected = format!(
        "error: the document is the URL of an issuer, `{url}/`; nothing was fetched\n\
         hint: to fetch it: `tokenwright import {url}/`\n"
    );
    assert_eq!(told, expected);
    assert_eq!(other.asked("/.well-known/openid-configuration").len(), asked, "it was not asked");
    let told = program.run(&["import", &format!("{url}/nothing/here")]).failed(4);
    assert!(told.contains("has no discovery document: 404 at "), "{told}");
    nothing_is_kept(&program);
}

#[test]
fn a_document_of_a_hundred_mebibytes_is_refused_without_being_read() {
    let program = Tokenwright::with_vault();
    let path = program.home().join("huge.json");
    fs::File::create(&path).and_then(|file| file.set_len(100 * 1024 * 1024)).expect("room for nothing");
    let told = program.run(&["import", "huge.json", "--profile", "x", "--yes"]).failed(2);
    assert_eq!(
        told,
        "error: `huge.json`: the document is larger than 16 MiB\nhint: export only what describes the service\n"
    );
    // Zeros without an end: who reads on would never answer.
    let endless = fs::File::open("/dev/zero").expect("an endless file");
    let mut command = program.command(&["import", "-", "--profile", "x", "--yes"]);
    let output = command.stdin(Stdio::from(endless)).output().expect("it ran");
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.starts_with("error: `standard input`: the document is larger than 16 MiB\n"), "{told}");
    let told = program.run(&["import", "/dev/zero", "--profile", "x", "--yes"]).failed(2);
    assert!(told.starts_with("error: `/dev/zero` cannot be read: not a regular file\n"), "{told}");
    nothing_is_kept(&program);
}

#[test]
fn json_that_nests_without_end_is_refused_at_its_place() {
    let hint = "no description of a service nests that deep; check the program that made it";
    check("[".repeat(1_000_000), "line 1, column 128: brackets nest deeper than 127", hint);
    check("{\"a\":".repeat(200_000), "line 1, column 636: brackets nest deeper than 127", hint);
}

#[test]
fn a_document_that_is_cut_off_is_refused_at_its_end() {
    let hint = "the document is cut off: export or copy it again, whole";
    check("{\n  \"info\": {\"name\": \"Ac", "line 2, column 22: the JSON ends in the middle", hint);
    let cut = &ACME[..ACME.find("authorize\"").expect("it is there")];
    let told = refused(cut);
    assert!(told.starts_with("error: `document`: Tokenwright preset: line 18: "), "{told}");
}

#[test]
fn what_is_no_text_or_not_in_utf_8_is_named() {
    let hint = "export the description as text: JSON, YAML, XML or TOML";
    check(b"PK\x03\x04....", "the document is a ZIP archive, not text", hint);
    check(b"\x89PNG\r\n", "the document is a picture, not text", hint);
    check(b"id = \"a\"\0\0", "the document is a binary file, not text", hint);
    check(b"id = \"caf\xe9\"", "line 1, column 10: the text is not UTF-8", "save it as UTF-8");
    check(b"\xff\xfe\0\0i\0\0\0", "the document is text in UTF-32, not text", hint);
    check("", "the document is empty", "copy or export it again");
}

#[test]
fn a_document_in_utf_16_is_read() {
    let program = Tokenwright::with_vault();
    let mut bytes = b"\xff\xfe".to_vec();
    bytes.extend(ACME.trim_start().encode_utf16().flat_map(u16::to_le_bytes));
    let name = file(&program, "acme.toml", bytes);
    program.run(&["import", &name, "--preset", "acme", "--yes"]).done();
    assert_eq!(program.run(&["service", "show", "acme", "--json"]).json()["name"], "Acme Books");
}

#[test]
fn a_document_of_another_kind_is_named_and_what_was_looked_for() {
    let link = "copy the settings on it, or save the document it links to";
    check("<!DOCTYPE html><html>", "the document describes no service: it is a web page", link);
    let key = "import the description of the service, and give the key at sign-in";
    check("-----BEGIN PRIVATE KEY-----\nAAAA", "the document describes no service: it is a key", key);
    let token = "import the description of the service; sign in to get tokens";
    check(
        "{\"access_token\": \"a\"}",
        "the document describes no service: it is the response of a token endpoint",
        token,
    );
    let told = refused("name: value\nother: value\n");
    let hint = "name the format with `--format`; `tokenwright import --help` lists all formats";
    assert_eq!(told, format!("error: `document`: unrecognized file format\nhint: {hint}\n"));
    let told = refused("see [token_request]\nand [refresh_request]\n");
    assert!(told.contains("hint: it looks most like Tokenwright preset (`toml`); name the format"), "{told}");
}

#[test]
fn a_file_that_is_not_there_is_told() {
    let program = Tokenwright::with_vault();
    let told = program.run(&["import", "nowhere.json"]).failed(2);
    let hint = "hint: give the path of a file, `-`, or the https address of an issuer\n";
    assert_eq!(told, format!("error: `nowhere.json` cannot be read: No such file or directory (os error 2)\n{hint}"));
}

#[test]
#[ignore = "needs script"]
fn at_a_terminal_a_person_is_asked() {
    let program = Tokenwright::with_vault();
    let name = file(&program, "acme.toml", ACME);
    let program_path = env!("CARGO_BIN_EXE_tokenwright");
    let inside = format!("{program_path} import {name} --profile books");
    let command = program.command(&[]);
    let mut terminal = Command::new("script");
    terminal.args(["--quiet", "--return", "--command", &inside, "/dev/null"]).current_dir(program.home()).env_clear();
    terminal.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let mut process = Process::start(&mut terminal);
    process.line_with("Save it as the profile `books`? [y/N]");
    process.type_text("y\n");
    process.line_with("Saved as the profile `books`. Next: tokenwright sign-in books");
    assert_eq!(process.finish().code, 0);
    assert_eq!(names(&program), ["books"]);
}

/// A document of `OpenAPI` by one of its members, and a Postman collection by two others.
const TWO_FORMS: &str = r#"{"openapi": "3.0.0", "info": {"title": "Two", "name": "Two"}, "item": [],
    "components": {"securitySchemes": {"a": {"type": "oauth2", "flows": {"clientCredentials": {
        "tokenUrl": "https://as.example.test/token", "scopes": {}}}}}},
    "auth": {"type": "oauth2", "oauth2": [{"key": "accessTokenUrl", "value": "https://other.example.test/token"}]}}"#;

#[test]
fn a_document_that_two_readers_could_mean_is_read_as_the_one_that_the_person_names() {
    let program = Tokenwright::with_vault();
    let name = file(&program, "two.json", TWO_FORMS);
    let told = program.run(&["import", &name, "--yes", "--profile", "two"]).failed(2);
    let expected = format!(
        "error: `{name}`: the document can be read as Postman collection or environment or as OpenAPI document\n\
         hint: choose one of them: `postman` or `openapi`, with `--format`\n"
    );
    assert_eq!(told, expected);
    assert_eq!(names(&program), [""; 0], "nothing was saved");
    for (form, url) in [("openapi", "https://as.example.test/token"), ("postman", "https://other.example.test/token")] {
        let read = program.run(&["import", &name, "--format", form, "--json", "--yes", "--profile", form]).json();
        assert_eq!(read["described"][0]["calls"]["token_request"]["url"], url, "{read}");
    }
    let told = program.run(&["import", &name, "--format", "word"]).failed(2);
    assert!(told.contains("[possible values: profile, toml, json, "), "{told}");
    let told = program.run(&["import", &name, "--format", "curl"]).failed(2);
    assert!(told.contains("this does not look like curl command"), "{told}");
}

#[test]
#[ignore = "needs script"]
fn at_a_terminal_the_person_is_asked_which_of_two_forms_is_meant() {
    let program = Tokenwright::with_vault();
    let name = file(&program, "two.json", TWO_FORMS);
    let inside = format!("{} import {name} --profile two --yes", env!("CARGO_BIN_EXE_tokenwright"));
    let command = program.command(&[]);
    let mut terminal = Command::new("script");
    terminal.args(["--quiet", "--return", "--command", &inside, "/dev/null"]).current_dir(program.home()).env_clear();
    terminal.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let mut process = Process::start(&mut terminal);
    process.line_with("(2) OpenAPI document");
    process.type_text("2\n");
    process.line_with("Two, tokens from https://as.example.test/token");
    assert_eq!(process.finish().code, 0);
}

fn names(program: &Tokenwright) -> Vec<String> {
    let list: Json = program.run(&["list", "--json"]).json();
    let list = list.as_array().expect("a list");
    list.iter().filter_map(|profile| profile["name"].as_str().map(str::to_owned)).collect()
}

#[test]
fn entities_are_refused_before_they_grow() {
    let bomb = "<?xml version=\"1.0\"?>\n<!DOCTYPE a [\n<!ENTITY b \"ha\">\n<!ENTITY c \"&b;&b;&b;\">\n]>\n<oauth2>&c;</oauth2>\n";
    check(bomb, "ZSPEC <oauth2>: line 2, column 1: `<!DOCTYPE` is not supported", "remove the `<!DOCTYPE …>`");
    let told = refused(format!("<oauth2>{}", "<a>".repeat(100_000)));
    assert!(told.contains("line 1, column 102: `<a>`: more than 32 nested elements\n"), "{told}");
}

#[test]
fn two_elements_and_an_argument_twice_are_refused_with_both_places() {
    check(
        "<resource>\n<oauth2>\n</oauth2>\n<oauth2>\n</oauth2>\n</resource>\n",
        "ZSPEC <oauth2>: line 4, column 1: duplicate `<oauth2>`; the first is at line 2, column 1",
        "keep one of the two",
    );
    let lines: Vec<&str> = include_str!("travel.xml").lines().collect();
    let twice = [&lines[..22], &lines[13..22], &lines[22..]].concat().join("\n");
    let told = refused(twice);
    assert!(told.starts_with("error: `document`: ZSPEC <oauth2>: line 23, column 7: "), "{told}");
    assert!(told.contains("client_id") && told.contains("line 14, column 7"), "{told}");
    let told = refused(lines[..30].join("\n"));
    assert!(told.contains(": the document ends inside `<"), "{told}");
}

#[test]
fn an_environment_fills_what_a_collection_leaves_open() {
    let program = Tokenwright::with_vault();
    let request = json!({ "method": "POST", "url": "{{host}}/token", "body": { "mode": "urlencoded", "urlencoded": [
        { "key": "grant_type", "value": "client_credentials" }, { "key": "client_id", "value": "{{id}}" },
        { "key": "client_secret", "value": "{{secret}}" },
    ] } });
    let collection = json!({ "info": { "name": "Orders" }, "item": [{ "name": "Token", "request": request }] });
    let values = json!([
        { "key": "host", "value": "https://sso.example.test", "enabled": true },
        { "key": "id", "value": "robot", "enabled": true },
        { "key": "secret", "value": "made-up-secret-7", "type": "secret", "enabled": true },
    ]);
    let environment = json!({ "name": "dev", "values": values, "_postman_variable_scope": "environment" });
    let (collection, environment) = (
        file(&program, "collection.json", collection.to_string()),
        file(&program, "environment.json", environment.to_string()),
    );
    let told =
        program.run(&["import", &collection, "--with", &environment, "--json", "--profile", "x", "--yes"]).done();
    let told: Json = serde_json::from_str(told.lines().collect::<Vec<_>>().join("\n").as_str()).expect("JSON");
    let one = &told["described"][0];
    assert_eq!(one["calls"]["token_request"]["url"], json!("https://sso.example.test/token"));
    assert_eq!((&one["client_id"], &one["secrets"]), (&json!("robot"), &json!(["client secret"])));
    assert_eq!(one["missing"], json!([]));
    let note = json!({ "place": environment, "text": "3 variables" });
    assert!(one["understood"].as_array().is_some_and(|notes| notes.contains(&note)), "{one}");
    let empty = file(&program, "empty.json", "{}");
    let refused = program.run(&["import", &collection, "--with", &empty, "--profile", "y", "--yes"]).failed(2);
    assert!(refused.contains("`empty.json`: this does not look like environment: it has no variable"), "{refused}");
}

#[test]
fn a_secret_in_plain_text_is_refused_with_its_place() {
    let told = refused(
        "curl 'https://sso.example.test/token?v=x-made-up-secret-8' -d grant_type=client_credentials -d client_id=a \
         -d client_secret=made-up-secret-8",
    );
    assert!(told.contains("one of its secrets is plain text in `token_request`, query parameter `v`"), "{told}");
    let program = Tokenwright::with_vault();
    let word = file(
        &program,
        "word",
        "curl https://keycloak.example.test/token -d grant_type=password -d username=a -d password=password",
    );
    program.run(&["import", &word, "--profile", "x", "--yes"]).done();
}
