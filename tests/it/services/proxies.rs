//! A proxy in front of a service: errors name it and what it said, never its password.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::thread;

use crate::services::service::call_preset;
use crate::support::process::Finished;
use crate::support::tokenwright::Tokenwright;

/// A proxy that answers every `CONNECT` with this, and its port. It ends with the process of the tests.
fn proxy(answer: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let head = BufReader::new(&stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
            assert!(head.count() > 0, "a request");
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    port
}

/// A port where nothing listens.
fn nobody() -> u16 {
    TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port()
}

/// A sign-in at a service that is reached through this proxy.
fn sign_in(variable: &str, proxy: &str) -> Finished {
    let program = Tokenwright::with_vault().with_env("TOKENWRIGHT_CLIENT_SECRET", "made-up").with_env(variable, proxy);
    program.add_preset("own.toml", &call_preset("https://auth.example.test/token", "basic"));
    program.run(&["sign-in", "p", "--service", "own", "--client-id", "x"])
}

#[track_caller]
fn check(proxy: &str, words: &str, hints: &[&str]) {
    let said = sign_in("HTTPS_PROXY", proxy).failed(5);
    assert!(said.contains(&format!("error: {words}")), "{words} in {said}");
    for hint in hints {
        assert!(said.contains(hint), "{hint} in {said}");
    }
    assert!(!said.contains("hunter2") && !said.contains("tunnel"), "{said}");
}

#[test]
fn a_dead_proxy_is_named_and_not_the_service() {
    let port = nobody();
    let words =
        format!("cannot connect to the proxy `127.0.0.1:{port}` for `auth.example.test`: nothing listens there");
    for proxy in [
        format!("http://127.0.0.1:{port}"),
        format!("127.0.0.1:{port}"),
        format!("http://me:hunter2@127.0.0.1:{port}/"),
    ] {
        check(&proxy, &words, &["`HTTPS_PROXY`", "`NO_PROXY`"]);
    }
    let said = sign_in("ALL_PROXY", &format!("socks5h://me:hunter2@127.0.0.1:{port}")).failed(5);
    assert!(said.contains(&format!("the proxy `127.0.0.1:{port}`")) && !said.contains("hunter2"), "{said}");
}

#[test]
fn a_proxy_whose_name_is_not_found_is_named() {
    let words =
        "cannot connect to the proxy `no-such-proxy.invalid:3128` for `auth.example.test`: its host name was not found";
    check("http://me:hunter2@no-such-proxy.invalid:3128", words, &["`HTTPS_PROXY`"]);
}

#[test]
fn a_proxy_that_forbids_the_host_is_told_with_its_status() {
    let port = proxy("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    let words =
        format!("the proxy `127.0.0.1:{port}` refused to connect to `auth.example.test` (status 403 Forbidden)");
    check(&format!("http://127.0.0.1:{port}"), &words, &["allow this host", "`NO_PROXY`"]);
}

#[test]
fn a_proxy_that_cannot_reach_the_host_is_told_with_its_status() {
    let port = proxy("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
    let words = format!(
        "the proxy `127.0.0.1:{port}` refused to connect to `auth.example.test` (status 503 Service Unavailable)"
    );
    check(&format!("http://127.0.0.1:{port}"), &words, &["try again"]);
}

#[test]
fn a_proxy_that_wants_a_password_says_how_to_give_it_and_one_that_refuses_it_says_so() {
    let port =
        proxy("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n");
    let words = format!("the proxy `127.0.0.1:{port}` requires a user name and a password");
    let hints =
        ["status 407 Proxy Authentication Required", "`http://user:password@proxy:port`", "rfc9110#section-15.5.8"];
    check(&format!("http://127.0.0.1:{port}"), &words, &hints);
    let words = format!("the proxy `127.0.0.1:{port}` refused the user name and password");
    check(&format!("http://me:hunter2@127.0.0.1:{port}"), &words, &hints);
}

#[test]
fn a_proxy_that_says_nothing_is_named_all_the_same() {
    let port = proxy("");
    let said = sign_in("HTTPS_PROXY", &format!("http://127.0.0.1:{port}")).failed(5);
    assert!(said.contains(&format!("the proxy `127.0.0.1:{port}`")) && !said.contains("tunnel"), "{said}");
}

/// A sign-in with this proxy in the settings, and this in the environment.
fn sign_in_with(settings: &str, of_environment: &str) -> String {
    let program = Tokenwright::with_vault()
        .with_env("TOKENWRIGHT_CLIENT_SECRET", "made-up")
        .with_env("HTTPS_PROXY", of_environment);
    program.add_preset("own.toml", &call_preset("https://auth.example.invalid/token", "basic"));
    program.set("settings.toml", settings);
    program.run(&["sign-in", "p", "--service", "own", "--client-id", "x"]).failed(5)
}

#[test]
fn a_proxy_of_the_settings_goes_before_that_of_the_environment() {
    let (own, other) = (proxy("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"), nobody());
    let environment = format!("http://127.0.0.1:{other}");
    let settings = format!("[network]\nproxy = \"http://127.0.0.1:{own}\"\n");
    let said = sign_in_with(&settings, &environment);
    assert!(said.contains(&format!("the proxy `127.0.0.1:{own}` refused to connect")), "{said}");
    // Without any proxy, and for a host that needs none, the name itself is looked for.
    for settings in ["[network]\nproxy = \"none\"\n".to_owned(), format!("{settings}no_proxy = \".example.invalid\"\n")]
    {
        let said = sign_in_with(&settings, &environment);
        assert!(said.contains("the host name of `auth.example.invalid` was not found"), "{said}");
    }
}

#[test]
fn a_network_that_cannot_be_read_stops_calls_and_another_mistake_in_the_settings_does_not() {
    let environment = format!("http://127.0.0.1:{}", nobody());
    let said = sign_in_with("theme = \"blue\"\n", &environment);
    assert!(said.contains("cannot connect to the proxy"), "{said}");
    let program = Tokenwright::with_vault().with_env("TOKENWRIGHT_CLIENT_SECRET", "made-up");
    program.add_preset("own.toml", &call_preset("https://auth.example.invalid/token", "basic"));
    program.set("settings.toml", "[network]\nproxy = \"http://me:hunter2@proxy.test\"\n");
    let finished = program.run(&["sign-in", "p", "--service", "own", "--client-id", "x"]);
    assert_ne!(finished.code, 0);
    let said = finished.stderr;
    assert!(said.contains("line 2 of") && said.contains("key `proxy`: no user and password here"), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
}
