//! The redirect listener, visited by curl, openssl and Chromium.

use std::io::Write as _;
use std::net::TcpStream;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::services::service::{Waiting, curl, granting, preset, program_at};
use crate::support::browser::Plan;
use crate::support::http::browser;
use crate::support::scripted::{Answer, Scripted};
use crate::support::tokenwright::Tokenwright;

/// How often a text stands in another.
fn count(text: &str, part: &str) -> usize {
    text.matches(part).count()
}

#[test]
#[ignore = "needs curl"]
fn a_browser_that_comes_back_over_https_is_told_of_at_once_and_the_sign_in_goes_on() {
    let server = granting();
    let program = program_at(&server);
    let mut waiting = Waiting::start(&program, &["--no-browser"]);
    let https = waiting.response().replacen("http:", "https:", 1);
    // 35: the TLS handshake failed, and not "timed out" or "reset".
    assert_eq!([curl(&["-k", &https]), curl(&["-k", &https])], ["exit 35", "exit 35"]);
    let warning = waiting.process.line_with("warning: ");
    assert_eq!(warning, "warning: the browser came back over `https`, but the redirect URI is plain `http`");
    let hint = waiting.process.line_with("hint: ");
    for word in ["change `https` to `http`", "HTTPS-only mode", "`127.0.0.1`"] {
        assert!(hint.contains(word), "{word} in {hint}");
    }
    let said = waiting.succeed().stderr;
    assert_eq!(count(&said, "came back over `https`"), 1, "{said}");
}

#[test]
#[ignore = "needs openssl"]
fn tls_on_the_plain_listener_is_answered_with_an_alert() {
    let server = granting();
    let program = program_at(&server);
    let waiting = Waiting::start(&program, &["--no-browser"]);
    let at = url::Url::parse(&waiting.redirect_uri).expect("a URL");
    let address = format!("127.0.0.1:{}", at.port().expect("a port"));
    let openssl = Command::new("openssl")
        .args(["s_client", "-connect", &address])
        .stdin(Stdio::null())
        .output()
        .expect("openssl");
    let said = String::from_utf8_lossy(&openssl.stderr).to_lowercase();
    assert!(said.contains("alert") && said.contains("handshake failure"), "{said}");
    waiting.succeed();
}

#[test]
#[ignore = "needs chromium"]
fn chromium_shows_at_once_that_there_is_no_tls() {
    let server = granting();
    let program = program_at(&server);
    let mut waiting = Waiting::start(&program, &["--no-browser"]);
    let https = waiting.response().replacen("http:", "https:", 1);
    // The browser's own page; the step fails, which is what a person sees.
    let browser = std::panic::catch_unwind(|| Plan::new().open(&https).run());
    let words = browser.expect_err("no page comes").downcast::<String>().expect("words");
    assert!(words.contains("net::ERR_SSL_VERSION_OR_CIPHER_MISMATCH"), "{words}");
    waiting.process.line_with("the browser came back over `https`");
    waiting.succeed();
}

#[test]
#[ignore = "needs chromium"]
fn plain_http_on_the_https_listener_is_told_on_the_page_and_in_the_terminal() {
    let server = granting();
    let program = program_at(&server);
    let mut waiting = Waiting::start(&program, &["--no-browser", "--redirect-uri", "https://127.0.0.1/callback"]);
    let http = waiting.response().replacen("https:", "http:", 1);
    let seen = Plan::new().open(&http).run();
    assert!(seen.text.contains("Change http to https"), "{}", seen.text);
    waiting.process.line_with("warning: the browser came back over plain `http`, but the redirect URI is `https`");
    let said = waiting.succeed().stderr;
    assert_eq!(count(&said, "came back over plain `http`"), 1, "{said}");
}

#[test]
#[ignore = "needs curl"]
fn what_the_browser_loads_ahead_does_not_spend_the_code_and_the_visit_itself_succeeds() {
    let server = granting();
    let program = program_at(&server);
    let waiting = Waiting::start(&program, &["--no-browser"]);
    for header in ["Sec-Purpose: prefetch", "Sec-Purpose: prefetch;prerender", "Purpose: prefetch", "X-Moz: prefetch"] {
        assert_eq!(curl(&["-H", header, &waiting.response()]), "204", "{header}");
    }
    assert!(server.asked("/token").is_empty(), "the code was redeemed by what nobody sees");
    let said = waiting.succeed().stderr;
    assert!(!said.contains("warning"), "{said}");
}

/// A service whose last page has the way back as a link that is loaded ahead in these ways, and a sign-in there with
/// Chromium, in which the person presses the link a moment later.
fn check_loaded_ahead(ways: fn(&str) -> String) {
    let server = Scripted::start(move |asked, _| match asked.path.as_str() {
        "/authorize" => {
            let back = format!("{}?code=c0de&state={}", asked.parameter("redirect_uri"), asked.parameter("state"));
            let page = format!(
                "<!DOCTYPE html><title>Almost there</title>{}<p id=ready></p>\
                 <script>setTimeout(() => document.getElementById('ready').textContent = 'Ready now', 1500)</script>\
                 <a href=\"{back}\">Go back</a>",
                ways(&back)
            );
            Answer::text(200, "text/html", &page)
        }
        _ => Answer::json(200, &json!({ "access_token": "AT-1", "token_type": "Bearer" })),
    });
    let program = program_at(&server);
    let plan = Plan::new().wait("Ready now").click("Go back").wait("The authorization code arrived");
    let browser = plan.stand_in(program.home());
    let command = browser.command.to_str().expect("a path in UTF-8").to_owned();
    let said = program.run(&["sign-in", "p", "--service", "own", "--client-id", "x", "--browser", &command]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert_eq!(server.asked("/token").len(), 1);
}

fn rules(way: &str, back: &str) -> String {
    let rules = json!({ way: [{ "source": "list", "urls": [back], "eagerness": "immediate" }] });
    format!("<script type=speculationrules>{rules}</script>")
}

#[test]
#[ignore = "needs chromium"]
fn chromium_that_loads_the_response_ahead_still_ends_at_the_good_page() {
    check_loaded_ahead(|back| format!("<link rel=prefetch href=\"{back}\">{}", rules("prefetch", back)));
}

#[test]
#[ignore = "needs chromium"]
fn chromium_that_renders_the_response_ahead_still_ends_at_the_good_page() {
    check_loaded_ahead(|back| rules("prerender", back));
}

#[test]
#[ignore = "needs curl"]
fn a_second_visit_gets_a_page_while_and_shortly_after_the_command_works() {
    let server = granting();
    let program = program_at(&server);
    let waiting = Waiting::start(&program, &["--no-browser"]);
    let response = waiting.response();
    let three = [(); 3].map(|()| {
        let response = response.clone();
        std::thread::spawn(move || curl(&[&response]))
    });
    let mut statuses = three.map(|visit| visit.join().expect("a visit"));
    statuses.sort();
    assert_eq!(statuses, ["200", "409", "409"]);
    // waits: as long as a person who reloads the tab.
    std::thread::sleep(std::time::Duration::from_secs(1));
    assert_eq!(curl(&[&response]), "409");
    let finished = waiting.process.finish();
    assert_eq!(finished.code, 0, "{}", finished.stderr);
    assert_eq!(curl(&[&response]), "exit 7", "the port is free when the command has ended");
    assert_eq!(server.asked("/token").len(), 1);
}

#[test]
fn a_fixed_port_can_be_had_again_at_once() {
    let server = granting();
    let program = program_at(&server);
    let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    let redirect_uri = format!("http://127.0.0.1:{port}/callback");
    for _ in 0..2 {
        Waiting::start(&program, &["--no-browser", "--redirect-uri", &redirect_uri]).succeed();
    }
}

#[test]
#[ignore = "needs curl"]
fn a_response_that_lands_beside_the_mark_is_told_in_the_terminal() {
    let server = granting();
    let program = program_at(&server);
    let waiting = Waiting::start(&program, &["--no-browser"]);
    let (response, uri) = (waiting.response(), waiting.redirect_uri.clone());
    let root = uri.replace("/callback", "/");
    let visits: [(&[&str], &str, &str); 6] = [
        (
            &[&response.replace("/callback?", "/callback/?")],
            "404",
            "the browser came back to `/callback/`, but the path of the redirect URI is `/callback`",
        ),
        (&[&response.replace("/callback?", "/?")], "404", "the browser came back to `/`, but"),
        (&["--json", "{\"code\":\"c0de\"}", &uri], "415", "a response was posted as `application/json`"),
        (&[&uri], "400", "the browser came back without any parameters"),
        (&["-H", "Host: localhost.", &response], "421", "a response came to `localhost.`"),
        (&["-X", "PUT", &response], "405", "a response came with the method `PUT`"),
    ];
    for (arguments, status, _) in &visits {
        for _ in 0..3 {
            assert_eq!(curl(arguments), *status, "{arguments:?}");
        }
    }
    // A page that has the browser knock without end, and what browsers ask for by themselves.
    for number in 0..40 {
        curl(&[&format!("{root}knock/{number}?code=c&state=s")]);
        curl(&[&format!("{root}favicon.ico")]);
    }
    let said = waiting.succeed().stderr;
    for (_, _, words) in visits {
        assert_eq!(count(&said, words), 1, "{words} in {said}");
    }
    assert!(!said.contains("knock") && !said.contains("favicon"), "{said}");
    assert!(!said.contains("c0de"), "no code in what is told: {said}");
    assert!(said.contains("`--paste`"), "how a response is handed in: {said}");
}

#[test]
#[ignore = "needs chromium"]
fn a_response_in_the_fragment_is_read_by_the_page_and_leaves_no_code_in_the_address() {
    let server = granting();
    let program = program_at(&server);
    let waiting = Waiting::start(&program, &["--no-browser", "--response-mode", "fragment"]);
    let seen = Plan::new().open(&waiting.response().replacen('?', "#", 1)).wait("The authorization code arrived").run();
    assert_eq!((seen.url.as_str(), seen.errors.len()), (waiting.redirect_uri.as_str(), 0), "{:?}", seen.errors);
    let said = waiting.process.finish();
    assert!(!said.stderr.contains("without any parameters"), "{}", said.stderr);
    said.done();

    let mut waiting = Waiting::start(&program, &["--no-browser", "--overwrite"]);
    let seen = Plan::new().open(&waiting.redirect_uri).wait("The response is missing").run();
    assert!(seen.text.contains("without any parameters"), "{}", seen.text);
    waiting.process.line_with("the browser came back without any parameters");
    waiting.succeed();
}

#[test]
fn what_is_told_of_a_visit_moves_no_cursor() {
    let server = granting();
    let program = program_at(&server);
    let waiting = Waiting::start(&program, &["--no-browser"]);
    let at = url::Url::parse(&waiting.redirect_uri).expect("a URL");
    let mut stream = TcpStream::connect(("127.0.0.1", at.port().expect("a port"))).expect("connected");
    let request = b"GET /callback?code=x HTTP/1.1\r\nHost: evil\xc2\x9b2J\xe2\x80\xae.test\r\n\r\n";
    stream.write_all(request).expect("written");
    let mut answer = String::new();
    let _ = std::io::Read::read_to_string(&mut stream, &mut answer);
    let said = waiting.succeed().stderr;
    assert!(!said.contains(|c: char| c.is_control() && c != '\n') && !said.contains('\u{202e}'), "{said:?}");
}

#[test]
fn a_browser_command_that_fails_is_told_while_the_sign_in_goes_on() {
    let server = granting();
    let program = program_at(&server);
    let mut failing = Waiting::start(&program, &["--browser", "sh -c 'exit 3'"]);
    failing.process.line_with("warning: the browser command `sh` failed (exit status: 3)");
    failing.process.line_with("hint: copy the URL and open it in a browser yourself");
    let said = failing.succeed().stderr;
    assert_eq!(count(&said, "failed"), 1, "{said}");
    let mut missing = Waiting {
        process: program.start(&[
            "sign-in",
            "q",
            "--service",
            "own",
            "--client-id",
            "x",
            "--browser",
            "no-such-browser-here",
        ]),
        redirect_uri: String::new(),
        state: String::new(),
    };
    missing.process.line_with("warning: cannot start the browser `no-such-browser-here`");
}

#[test]
fn a_sign_in_that_failed_need_not_be_typed_again() {
    let server = Scripted::start(|asked, earlier| match asked.path.as_str() {
        "/authorize" => asked.grant("c0de"),
        _ if earlier == 0 => Answer::json(400, &json!({ "error": "invalid_grant" })),
        _ => Answer::json(200, &json!({ "access_token": "AT-2", "token_type": "Bearer" })),
    });
    let program = Tokenwright::with_vault();
    program.add_preset("own.toml", &preset(&server.url(), "body", ""));
    let typed = ["--client-id", "made-up", "--redirect-uri", "http://localhost/callback", "--browser", browser()];
    let first = [&["sign-in", "p", "--service", "own"][..], &typed].concat();
    let mut command = program.command(&first);
    let command = command.env("TOKENWRIGHT_CLIENT_SECRET", "made-up-secret");
    let failed = crate::support::process::Process::start(command).finish();
    assert_ne!(failed.code, 0);
    assert!(failed.stderr.contains("Try again: tokenwright sign-in p\n"), "{}", failed.stderr);
    let kept = program.database().profile("p").expect("a profile");
    assert!(kept.contains("made-up") && !kept.contains("made-up-secret"), "{kept}");
    let mut again = program.command(&["sign-in", "p", "--browser", browser()]);
    let again = crate::support::process::Process::start(again.env("TOKENWRIGHT_CLIENT_SECRET", "made-up-secret"));
    again.finish().done();
    let asked = server.asked("/authorize");
    assert_eq!(asked[1].parameter("client_id"), "made-up");
    assert!(asked[1].parameter("redirect_uri").starts_with("http://localhost:"), "{:?}", asked[1].parameters);
    assert_eq!(program.run(&["token", "p"]).done(), "AT-2\n");
}

#[test]
fn a_sign_in_that_fails_leaves_a_profile_with_tokens_as_it_is() {
    let server = granting();
    let program = program_at(&server);
    Waiting::start(&program, &["--no-browser"]).succeed();
    let before = program.database().profile("p").expect("a profile");
    let waiting = Waiting::start(&program, &["--no-browser", "--client-id", "another", "--overwrite"]);
    drop(waiting);
    assert_eq!(program.database().profile("p").expect("a profile"), before);
    assert_eq!(program.run(&["token", "p"]).done(), "AT-1\n");
}
