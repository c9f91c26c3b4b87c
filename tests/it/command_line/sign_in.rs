//! Sign-in on the command line: browsers, pasted responses, redirect URIs, client secrets.

use std::net::TcpListener;
use std::process::Command;
use std::sync::atomic::{AtomicU16, Ordering};

use crate::support::PATIENCE;
use crate::support::http::{browser, follow, get, post};
use crate::support::practice::Practice;
use crate::support::process::Process;
use crate::support::scripted::{Answer, Scripted};
use crate::support::tokenwright::Tokenwright;
use serde_json::json;

/// The redirect URI of a page elsewhere that the practice service knows.
const ELSEWHERE: &str = "https://practice.invalid/callback";

#[test]
fn the_whole_address_can_be_pasted() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    let mut signing_in = SigningIn::start(&program, &practice, &["--paste"]);
    let landed = signing_in.visit();
    signing_in.paste(&landed);
    signing_in.succeeds(&program);
}

#[test]
fn a_sign_in_over_another_clients_profile_is_insisted_on_and_its_tokens_are_not_restored_into_this_one() {
    const PRESET: &str = "name = \"Tenants\"\nchecked = \"2026-11-28\"\nsource = [\"a test\"]\nasks = \"nothing\"\n\
        [redirect]\ndefault = \"http://127.0.0.1/callback\"\n\
        [[inputs]]\nname = \"tenant\"\nlabel = \"Tenant\"\nexample = \"one\"\nhelp = \"Which tenant\"\n\
        [authorization]\nurl = \"URL/authorize\"\n[token_request]\nurl = \"URL/token\"\n[refresh_request]\nurl = \"URL/token\"\n";
    let service = Scripted::start(|asked, earlier| match asked.path.as_str() {
        "/authorize" => asked.grant("a-code"),
        _ => Answer::json(
            200,
            &json!({ "access_token": format!("at-{earlier}"), "refresh_token": "rt", "expires_in": 3600 }),
        ),
    });
    let program = Tokenwright::with_vault();
    for id in ["one", "two"] {
        let preset = format!("id = \"{id}\"\n{}", PRESET.replace("URL", &service.url()));
        program.add_preset(&format!("{id}.toml"), &preset);
    }
    let sign_in = |id: &str, client: &str, tenant: &str, more: &[&str]| {
        let set = format!("tenant={tenant}");
        let mut arguments = vec!["sign-in", "p", "--service", id, "--client-id", client, "--set", &set];
        arguments.extend(["--browser", browser()]);
        arguments.extend(more);
        program.run(&arguments)
    };
    sign_in("one", "mine", "a", &[]).done();
    for (id, client, tenant, what) in [
        ("two", "mine", "a", "service: `one` there, `two` here"),
        ("one", "theirs", "a", "client id: `mine` there, `theirs` here"),
        ("one", "mine", "b", "input `tenant`: `a` there, `b` here"),
    ] {
        let words = sign_in(id, client, tenant, &[]).failed(2);
        assert!(words.contains(&format!("a profile `p` exists already, of another {what}")), "{words}");
        assert!(words.contains("`--overwrite`"), "{words}");
    }
    assert_eq!(service.asked("/authorize").len(), 1, "it is said before the browser opens");
    // The same again is the same profile.
    sign_in("one", "mine", "a", &[]).done();
    assert_eq!(program.run(&["token", "p"]).done(), "at-1\n");
    sign_in("one", "theirs", "a", &["--overwrite"]).done();
    let words = program.run(&["restore", "p"]).failed(4);
    assert!(words.contains("issued for another client id: `mine` then, `theirs` now"), "{words}");
    assert_eq!(program.run(&["token", "p"]).done(), "at-2\n", "nothing was changed");
}

#[test]
fn the_code_alone_can_be_pasted() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    let mut signing_in = SigningIn::start(&program, &practice, &["--paste"]);
    let landed = signing_in.visit();
    signing_in.paste(&parameter(&landed, "code"));
    signing_in.succeeds(&program);
}

#[test]
fn what_is_pasted_wrongly_is_explained_and_asked_for_again() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    let mut signing_in = SigningIn::start(&program, &practice, &["--paste"]);
    let landed = signing_in.visit();
    let state = parameter(&landed, "state");
    for (pasted, problem) in [
        (landed.replace(&state, "another"), "warning: the response has another `state` than the one that was sent"),
        (
            landed.replace("state=", "x="),
            "warning: the response has no `state`, so it cannot be told from a forged one",
        ),
        (landed.replace("code=", "x="), "warning: the response has no `code`"),
        ("see you later".into(), "warning: the pasted text contains neither a code nor an error"),
        (String::new(), "warning: the pasted text contains neither a code nor an error"),
    ] {
        signing_in.paste(&pasted);
        signing_in.process.line_with(problem);
        signing_in.process.line_with("Paste the code, or the URL");
    }
    signing_in.paste(&landed);
    signing_in.succeeds(&program);
}

#[test]
fn a_browser_that_comes_back_by_itself_is_not_held_up_by_what_might_be_pasted() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    let mut signing_in = SigningIn::start(&program, &practice, &["--paste"]);
    signing_in.process.line_with("Paste the code");
    follow(&signing_in.url);
    signing_in.process.line_with("Signed in: saved as the profile `demo`");
    signing_in.succeeds(&program);
}

#[test]
fn an_input_that_ends_ends_the_sign_in() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    let words = SigningIn::start(&program, &practice, &["--paste"]).process.finish().failed(3);
    assert!(words.ends_with(
        "error: standard input ended before a code was read\nhint: paste the URL or the code, or remove `--paste`\n"
    ));
}

#[test]
fn a_refusal_can_be_pasted_too() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start_with(&program, &["access-denied"]);
    let mut signing_in = SigningIn::start(&program, &practice, &["--paste"]);
    let landed = signing_in.visit();
    signing_in.paste(&landed);
    let words = signing_in.process.finish().failed(4);
    assert!(
        words.contains("error: the service refused: `access_denied` (the practice service is told to deny"),
        "{words}"
    );
}

#[test]
fn a_redirect_uri_elsewhere_is_not_listened_to_but_pasted() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    let mut signing_in = SigningIn::start(&program, &practice, &["--redirect-uri", ELSEWHERE]);
    signing_in.process.line_with("Paste the code, or the URL the browser was redirected to, and press Enter:");
    assert!(!signing_in.process.stderr().contains("Waiting on"), "{}", signing_in.process.stderr());
    let landed = signing_in.visit();
    assert!(landed.starts_with(&format!("{ELSEWHERE}?code=")), "{landed}");
    signing_in.paste(&landed);
    signing_in.succeeds(&program);
    assert_eq!(program.run(&["show", "demo", "--json"]).json()["redirect_uri"], ELSEWHERE);
}

#[test]
fn a_code_that_the_service_shows_is_pasted_although_the_redirect_uri_is_on_this_machine() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    let folder = program.data().join("presets");
    std::fs::create_dir_all(&folder).expect("a folder");
    let text = "extends = \"practice\"\nid = \"by-hand\"\nname = \"By hand\"\nstart = \"code-by-hand\"\n";
    let text = format!("{text}[redirect]\ndefault = \"http://127.0.0.1:8081/callback\"\n");
    std::fs::write(folder.join("by-hand.toml"), text).expect("a file");
    let mut signing_in = SigningIn::start(&program, &practice, &["--service", "by-hand"]);
    signing_in.process.line_with("Paste the code, or the URL the browser was redirected to, and press Enter:");
    assert!(!signing_in.process.stderr().contains("Waiting on"), "{}", signing_in.process.stderr());
    let landed = signing_in.visit();
    signing_in.paste(&parameter(&landed, "code"));
    signing_in.succeeds(&program);
}

#[test]
fn a_port_that_is_taken_is_named_and_the_response_can_be_pasted() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = taken.local_addr().expect("a bound socket").port();
    let redirect_uri = format!("http://127.0.0.1:{port}/callback");
    let mut signing_in = SigningIn::start(&program, &practice, &["--redirect-uri", &redirect_uri]);
    let said = signing_in.process.stderr().to_owned();
    assert!(said.starts_with(&format!("warning: port {port} on 127.0.0.1 is taken")), "{said}");
    assert!(
        said.contains("use another redirect URI that is registered with the service, or paste the address"),
        "{said}"
    );
    let landed = signing_in.visit();
    signing_in.paste(&landed);
    signing_in.succeeds(&program);
}

#[test]
fn a_given_port_is_listened_on_and_waits_for_the_browser() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    let port = free_port();
    let redirect_uri = format!("http://localhost:{port}/callback");
    let mut signing_in = SigningIn::start(&program, &practice, &["--redirect-uri", &redirect_uri]);
    let waiting = signing_in.process.line_with("Waiting on");
    assert!(waiting.starts_with(&format!("Waiting on 127.0.0.1:{port}")), "{waiting}");
    let page = follow(&signing_in.url).body;
    assert!(page.contains("<h1>The authorization code arrived</h1>"), "{page}");
    signing_in.succeeds(&program);
}

#[test]
#[ignore = "needs openssl"]
fn https_on_this_machine_is_served_with_the_certificate_whose_fingerprint_is_shown() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    let port = free_port();
    let redirect_uri = format!("https://localhost:{port}/callback");
    let mut signing_in = SigningIn::start(&program, &practice, &["--redirect-uri", &redirect_uri]);
    signing_in.process.line_with("The browser will warn about a certificate that was generated on this machine");
    let fingerprint = signing_in.process.line_with("");
    signing_in.process.line_with("Waiting on");
    assert_eq!(served_fingerprint(port), fingerprint);
    let page = follow(&signing_in.url).body;
    assert!(page.contains("<h1>The authorization code arrived</h1>"), "{page}");
    signing_in.succeeds(&program);
}

#[test]
fn a_client_secret_comes_from_standard_input_or_the_environment() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    let set = practice.set();
    let arguments = |name| ["sign-in", name, "--service", "practice", "--set", &set, "--browser", browser()];
    let piped = |name| [&arguments(name)[..], &["--client-secret-stdin"]].concat();

    program.run_with_input(&piped("piped"), "practice-secret\n").done();
    let wrong = program.run_with_input(&piped("wrong"), "another\n").failed(4);
    assert!(wrong.contains("refused: `invalid_client` (the client secret is wrong)"), "{wrong}");
    assert!(wrong.contains("hint: client id or secret is wrong"), "{wrong}");

    let with_secret = |secret: &str, arguments: &[&str]| {
        Process::start(program.command(arguments).env("TOKENWRIGHT_CLIENT_SECRET", secret)).finish()
    };
    with_secret("practice-secret", &arguments("named")).done();
    with_secret("another", &arguments("wrong")).failed(4);
    let public = [&arguments("public")[..], &["--client-id", "practice-public"]].concat();
    with_secret("", &public).done();

    let list = program.run(&["list", "--json"]).json();
    let state = |profile: &serde_json::Value| {
        (profile["name"].as_str().unwrap_or_default().to_owned(), profile["state"].as_str() == Some("signed out"))
    };
    let states: Vec<(String, bool)> = list.as_array().expect("a list").iter().map(state).collect();
    let expected = [("named", false), ("piped", false), ("public", false), ("wrong", true)];
    assert_eq!(states, expected.map(|(name, out)| (name.to_owned(), out)), "of what was refused no token is kept");
    // The secret is kept with the tokens: a refresh needs it again.
    program.run(&["refresh", "piped"]).done();
}

#[test]
fn a_profile_signs_in_again_by_its_name_alone() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    let set = practice.set();
    let first =
        ["sign-in", "demo", "--service", "practice", "--set", &set, "--browser", browser(), "--scope", "openid"];
    program.run_with_input(&[&first[..], &["--client-secret-stdin"]].concat(), "practice-secret").done();
    let token = program.run(&["token", "demo"]).done();
    program.run(&["sign-in", "demo", "--browser", browser()]).done();
    assert_ne!(program.run(&["token", "demo"]).done(), token);
    let shown = program.run(&["show", "demo", "--json"]).json();
    assert_eq!(shown["scopes"], serde_json::json!(["openid"]), "what was asked for then is asked for again");
    assert_eq!(program.run(&["list", "--json"]).json().as_array().map(Vec::len), Some(1));
}

#[test]
fn a_sign_in_that_fails_leaves_the_profile_as_it_was() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    practice.sign_in(&program, "demo");
    let token = program.run(&["token", "demo"]).done();
    let mut wrong = program.command(&["sign-in", "demo", "--browser", browser()]);
    Process::start(wrong.env("TOKENWRIGHT_CLIENT_SECRET", "another")).finish().failed(4);
    assert_eq!(program.run(&["token", "demo"]).done(), token);
}

#[test]
fn the_practice_service_starts_by_itself() {
    let program = Tokenwright::with_vault();
    let arguments = ["sign-in", "demo", "--service", "practice", "--no-browser"];
    let mut process = program.start(&arguments);
    let told = process.line_with("The practice service listens on http://127.0.0.1:");
    let address = told.rsplit(' ').next().expect("an address").to_owned();
    let mut signing_in = SigningIn { url: address_of(&mut process), process };
    assert!(signing_in.url.starts_with(&format!("{address}/authorize?")), "{}", signing_in.url);
    signing_in.process.line_with("Waiting on");
    // Its pages are for a person: name, password, then consent.
    let ticket = |page: &str| {
        let (_, rest) = page.split_once("name=\"ticket\" value=\"").unwrap_or_else(|| panic!("a ticket in {page}"));
        rest.split('"').next().unwrap_or_default().to_owned()
    };
    let page = follow(&signing_in.url).body;
    let typed = [("ticket", &*ticket(&page)), ("name", "Ada"), ("password", "practice")];
    let page = post(&format!("{address}/authorize/sign-in"), &typed).body;
    let pressed = [("ticket", &*ticket(&page)), ("decision", "allow")];
    let page = post(&format!("{address}/authorize/consent"), &pressed).body;
    assert!(page.contains("<h1>The authorization code arrived</h1>"), "{page}");
    signing_in.succeeds(&program);
    // It ended with that command, and starts again for this one.
    let token = program.run(&["token", "demo"]).done();
    program.run(&["refresh", "demo"]).done();
    assert_ne!(program.run(&["token", "demo"]).done(), token);
}

#[test]
fn a_browser_that_does_not_start_is_named_and_the_sign_in_goes_on() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    let set = practice.set();
    let browser = ["--browser", "no-such-browser-here"];
    let mut process =
        program.start(&[&["sign-in", "demo", "--service", "practice", "--set", &set][..], &browser].concat());
    process.line_with("warning: cannot start the browser `no-such-browser-here`: ");
    process.line_with("hint: copy the URL and open it in a browser yourself");
    let mut signing_in = SigningIn { url: address_of(&mut process), process };
    signing_in.process.line_with("Waiting on");
    follow(&signing_in.url);
    signing_in.succeeds(&program);
}

/// A sign-in of the profile `demo` that waits for its response.
struct SigningIn {
    process: Process,
    url: String,
}

impl SigningIn {
    fn start(program: &Tokenwright, practice: &Practice, more: &[&str]) -> Self {
        let set = practice.set();
        // The service is the first of `more` if that names one.
        let named = more.first() == Some(&"--service");
        let service: &[&str] = if named { &[] } else { &["--service", "practice"] };
        let arguments = ["sign-in", "demo", "--set", &set, "--no-browser"];
        let mut process = program.start(&[&arguments[..], service, more].concat());
        Self { url: address_of(&mut process), process }
    }

    /// Where the browser is sent after signing in, without going there.
    fn visit(&mut self) -> String {
        get(&self.url, &[]).location.expect("a redirect")
    }

    fn paste(&mut self, text: &str) {
        self.process.type_text(&format!("{text}\n"));
    }

    /// Waits for the end, after which the profile has a token.
    #[track_caller]
    fn succeeds(self, program: &Tokenwright) {
        let finished = self.process.finish();
        assert!(finished.stderr.contains("Signed in: saved as the profile `demo`"), "{}", finished.stderr);
        assert_eq!(finished.done(), "");
        assert!(program.run(&["token", "demo"]).done().starts_with("practice-at-"));
    }
}

fn address_of(process: &mut Process) -> String {
    process.line_with("Sign in at:");
    process.line_with("http")
}

/// A port that no other test gets: below those that the system assigns, with another start in each process.
fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let begin = 20_000 + u16::try_from(std::process::id() % 10_000).expect("a small number");
    let mut candidates = std::iter::repeat_with(|| begin + NEXT.fetch_add(1, Ordering::SeqCst));
    candidates.find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).expect("a free port")
}

fn parameter(address: &str, name: &str) -> String {
    let address = url::Url::parse(address).unwrap_or_else(|error| panic!("{error}: {address}"));
    let found = address.query_pairs().find(|(key, _)| key == name);
    found.unwrap_or_else(|| panic!("no `{name}` in {address}")).1.into_owned()
}

/// The SHA-256 fingerprint of the certificate that a browser is given.
fn served_fingerprint(port: u16) -> String {
    let script = format!(
        "openssl s_client -connect 127.0.0.1:{port} -servername localhost </dev/null 2>/dev/null \
         | openssl x509 -noout -fingerprint -sha256"
    );
    let told = Process::start(Command::new("sh").args(["-c", &script])).finish().done();
    told.trim_end().rsplit('=').next().unwrap_or_default().to_owned()
}

#[test]
fn the_browser_of_the_settings_is_opened_where_no_other_is_named() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    program.set("settings.toml", &format!("browser = {:?}\n", browser()));
    let set = practice.set();
    program.run(&["sign-in", "demo", "--service", "practice", "--set", &set]).done();
    let seen = program.home().join("seen");
    let named = format!("sh -c 'echo \"$0\" > {}' %s", seen.display());
    let again = program.start(&["sign-in", "demo", "--browser", &named]);
    let until = std::time::Instant::now() + PATIENCE;
    while !std::fs::read_to_string(&seen).is_ok_and(|seen| seen.starts_with("http")) {
        assert!(std::time::Instant::now() < until, "the named browser was not opened");
        // waits: for a file that another program writes.
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    drop(again);
}

#[test]
fn a_browser_of_the_settings_that_cannot_be_read_is_told_and_another_mistake_there_is_passed_over() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    program.set("settings.toml", "browser = 7\n");
    let set = practice.set();
    let mut waits = program.start(&["sign-in", "demo", "--service", "practice", "--set", &set]);
    let said = waits.line_with("key `browser`: ");
    assert!(said.starts_with("warning: line 1 of"), "{said}");
    drop(waits);
    program.set("settings.toml", &format!("theme = \"blue\"\nbrowser = {:?}\n", browser()));
    program.run(&["sign-in", "demo", "--service", "practice", "--set", &set]).done();
}

#[cfg(unix)]
#[test]
fn the_redirect_uri_is_compared_with_what_is_registered_and_the_next_free_one_is_used() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    practice.sign_in(&program, "demo");
    let register = |uris: &str| {
        let editor = format!("sed -i '/^registered/d;1i registered = [{uris}]'");
        let mut command = program.command(&["edit", "demo"]);
        Process::start(command.env("EDITOR", editor)).finish().done();
    };
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let (port, next) = (taken.local_addr().expect("a bound socket").port(), free_port());
    let [first, second] = [port, next].map(|port| format!("http://127.0.0.1:{port}/callback"));
    let sign_in = |uri: &str| program.run(&["sign-in", "demo", "--redirect-uri", uri, "--browser", browser()]);

    register(&format!("\"{second}/\""));
    let said = sign_in(&second).failed(2);
    let words = format!("the redirect URI `{second}` is not registered: the slash at the end differs");
    assert!(said.contains(&words) && said.contains(&format!("use `{second}/`")), "{said}");
    assert!(!said.contains("Open this URL"), "the browser is left alone: {said}");

    register(&format!("\"{first}\", \"{second}\""));
    let signed_in = sign_in(&first);
    assert_eq!(signed_in.code, 0, "{signed_in:?}");
    assert!(signed_in.stderr.contains(&format!("port {port} on 127.0.0.1 is taken by `it")), "{signed_in:?}");
    assert!(signed_in.stderr.contains(&format!("this sign-in uses `{second}`, which is registered too")));
    // What the profile says stays as it is.
    let shown = program.run(&["show", "demo", "--json"]).json();
    assert_eq!(shown["redirect_uri"], first.as_str());
}
