//! A gateway in front of a service that lets in only who shows a certificate (mutual TLS), whatever the client sends besides: nginx, and
//! servers that end the handshake.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::services::service::call_preset;
use crate::support::PATIENCE;
use crate::support::authority::Authority;
use crate::support::http::browser;
use crate::support::practice::Practice;
use crate::support::tokenwright::Tokenwright;

/// A server with a certificate of the authority, ended when it is dropped.
struct Server {
    port: u16,
    child: Child,
}

impl Server {
    fn start(port: u16, mut command: Command) -> Self {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a server");
        let until = Instant::now() + PATIENCE;
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < until, "the server does not listen");
            // waits: for a server that tells nobody when it listens.
            std::thread::sleep(Duration::from_millis(50));
        }
        Self { port, child }
    }

    /// nginx, which wants a certificate of the authority, in front of a server on this port.
    fn nginx(authority: &Authority, behind: &str) -> Self {
        let port = free_port();
        let folder = authority.path().display();
        let configuration = format!(
            "daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;\n\
             events {{}}\n\
             http {{ access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;\n\
             fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;\n\
             server {{ listen 127.0.0.1:{port} ssl; ssl_protocols TLSv1.2 TLSv1.3;\n\
             ssl_certificate {folder}/server.pem; ssl_certificate_key {folder}/server.key;\n\
             ssl_client_certificate {folder}/ca.pem; ssl_verify_client on;\n\
             location / {{ proxy_pass http://127.0.0.1:{behind}; proxy_set_header Host 127.0.0.1:{behind}; }} }} }}\n"
        );
        fs::write(authority.path().join("nginx.conf"), configuration).expect("a file of our own");
        let mut nginx = Command::new("nginx");
        nginx.args([
            "-p",
            &authority.file(""),
            "-c",
            &authority.file("nginx.conf"),
            "-e",
            &authority.file("error.log"),
        ]);
        Self::start(port, nginx)
    }

    /// `openssl s_server`, which ends the handshake with who does not show a certificate of the authority.
    fn openssl(authority: &Authority, version: &str) -> Self {
        let port = free_port();
        let mut server = Command::new("openssl");
        server.current_dir(authority.path()).args(["s_server", "-www", "-quiet", version, "-cert", "server.pem"]);
        server.args(["-key", "server.key", "-CAfile", "ca.pem", "-Verify", "2", "-verify_return_error", "-accept"]);
        server.arg(format!("127.0.0.1:{port}"));
        Self::start(port, server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port()
}

fn authority() -> Authority {
    let authority = Authority::new("made-up authority");
    authority.sign_server();
    authority.sign_client("client", "client");
    let extensions = "basicConstraints=CA:FALSE\nextendedKeyUsage=clientAuth\n";
    authority.sign_with("ca", "expired", "/CN=client", extensions, &["-days", "-1"]);
    authority.self_signed("stranger", "/CN=stranger");
    authority
}

fn program(authority: &Authority) -> Tokenwright {
    let program = Tokenwright::with_vault();
    program.set("settings.toml", &authority.trusted());
    program
}

/// The practice service behind the gateway; the browser goes around it.
fn preset(gateway: u16) -> String {
    let call = |stage: &str, path: &str| format!("[{stage}]\nurl = \"https://127.0.0.1:{gateway}/{path}\"\n");
    format!(
        "extends = \"practice\"\nid = \"guarded\"\nname = \"Guarded\"\nchecked = \"2026-11-30\"\nsource = [\"a test\"]\n\
         client_certificate = true\n{}{}{}{}",
        call("token_request", "token"),
        call("refresh_request", "token"),
        call("identity", "userinfo"),
        call("introspection", "introspect"),
    )
}

fn shown(authority: &Authority, name: &str) -> [String; 4] {
    let [file, key] = ["pem", "key"].map(|end| authority.file(&format!("{name}.{end}")));
    ["--client-certificate".to_owned(), file, "--client-key".to_owned(), key]
}

fn as_arguments(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}

#[test]
#[ignore = "needs nginx and openssl"]
fn every_call_of_a_profile_goes_through_a_gateway_that_wants_a_certificate() {
    let authority = authority();
    let program = program(&authority);
    let practice = Practice::start(&program);
    let nginx = Server::nginx(&authority, practice.port());
    program.add_preset("guarded.toml", &preset(nginx.port));
    let whole = ["sign-in", "p", "--service", "guarded", "--set", &practice.set(), "--browser", browser()];
    let said = program.run(&whole).failed(2);
    assert!(said.contains("Guarded requires a client certificate"), "{said}");

    let with = |name: &str| program.run(&[&whole[..], &as_arguments(&shown(&authority, name))].concat());
    with("client").done();
    program.run(&["whoami", "p"]).done();
    program.run(&["refresh", "p"]).done();
    program.run(&["introspect", "p"]).done();
    let url = format!("https://127.0.0.1:{}/userinfo", nginx.port);
    assert!(program.run(&["call", "p", &url]).done().contains("sub"));

    // nginx answers 400 with a page.
    let said = with("stranger").failed(4);
    assert!(said.contains("the server does not accept the client certificate"), "{said}");
    let said = with("expired").failed(4);
    assert!(said.contains("the client certificate expired at"), "{said}");
}

#[test]
#[ignore = "needs nginx and openssl"]
fn a_gateway_that_misses_the_certificate_is_told_as_that() {
    let authority = authority();
    let program = program(&authority);
    let practice = Practice::start(&program);
    let nginx = Server::nginx(&authority, practice.port());
    program.add_preset("guarded.toml", &preset(nginx.port).replace("client_certificate = true\n", ""));
    let whole = ["sign-in", "p", "--service", "guarded", "--set", &practice.set(), "--browser", browser()];
    let said = program.run(&whole).failed(4);
    assert!(said.contains("it wants a client certificate") && said.contains("--client-certificate"), "{said}");

    // One for all servers, in the settings.
    let file = authority.join("both.pem", &["client.pem", "client.key"]);
    let settings = format!("{}client_certificate = \"{}\"\n", authority.trusted(), file.display());
    program.set("settings.toml", &settings);
    program.run(&whole).done();
    let ends = program.run(&["calendar"]).done();
    assert!(ends.contains("(settings)") && ends.contains("client certificate"), "{ends}");
    program.set("settings.toml", &settings.replace("both.pem", "gone.pem"));
    let told = program.run(&["calendar"]);
    assert!(told.stderr.contains("gone.pem") && told.stderr.contains("cannot be read"), "{told:?}");
}

/// A proxy that leads every `CONNECT` to this port, and its own port. It ends with the process of the tests.
fn proxy(behind: u16) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for mut client in listener.incoming().map_while(Result::ok) {
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && client.read_exact(&mut byte).is_ok() {
                head.push(byte[0]);
            }
            let server = TcpStream::connect(("127.0.0.1", behind)).expect("the server");
            client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").expect("the client listens");
            let ends = [(client.try_clone(), server.try_clone()), (server.try_clone(), client.try_clone())];
            for (from, to) in ends {
                let (mut from, mut to) = (from.expect("a socket"), to.expect("a socket"));
                std::thread::spawn(move || {
                    let _ = std::io::copy(&mut from, &mut to);
                    let _ = to.shutdown(std::net::Shutdown::Write);
                });
            }
        }
    });
    port
}

#[test]
#[ignore = "needs nginx and openssl"]
fn the_certificate_is_shown_through_a_proxy_to_a_server_elsewhere() {
    let authority = authority();
    let program = program(&authority);
    let practice = Practice::start(&program);
    let nginx = Server::nginx(&authority, practice.port());
    let proxied = format!("http://127.0.0.1:{}", proxy(nginx.port));
    program.add_preset(
        "guarded.toml",
        &preset(nginx.port).replace(&format!("127.0.0.1:{}", nginx.port), "auth.example.test"),
    );
    let program = program.with_env("HTTPS_PROXY", proxied);
    let whole = ["sign-in", "p", "--service", "guarded", "--set", &practice.set(), "--browser", browser()];
    program.run(&[&whole[..], &as_arguments(&shown(&authority, "client"))].concat()).done();
    program.run(&["whoami", "p"]).done();
    program.run(&["refresh", "p"]).done();
    let said = program.run(&[&whole[..], &as_arguments(&shown(&authority, "stranger"))].concat()).failed(4);
    assert!(said.contains("the server does not accept the client certificate"), "{said}");
}

#[test]
#[ignore = "needs openssl"]
fn a_handshake_that_ends_over_the_certificate_is_told_by_its_reason() {
    let authority = authority();
    for version in ["-tls1_2", "-tls1_3"] {
        let server = Server::openssl(&authority, version);
        let told = |name: Option<&str>| {
            let program = program(&authority).with_env("TOKENWRIGHT_CLIENT_SECRET", "made-up");
            let preset = call_preset(&format!("https://localhost:{}/", server.port), "basic");
            program.add_preset("own.toml", &format!("{preset}method = \"GET\"\n"));
            let certificate = name.map(|name| shown(&authority, name));
            let certificate = certificate.iter().flatten().map(String::as_str);
            let whole = ["sign-in", "p", "--service", "own", "--client-id", "x"];
            let arguments: Vec<&str> = whole.into_iter().chain(certificate).collect();
            let finished = program.run(&arguments);
            assert_ne!(finished.code, 0, "{finished:?}");
            finished.stderr
        };
        let wants =
            if version == "-tls1_3" { "it wants a certificate of the client" } else { "it refused the handshake" };
        let said = told(None);
        assert!(said.contains(wants) && said.contains("--client-certificate"), "{version}: {said}");
        let said = told(Some("stranger"));
        assert!(said.contains("does not know the authority"), "{version}: {said}");
        let said = told(Some("expired"));
        assert!(said.contains("it has expired") && said.contains("expired at"), "{version}: {said}");
        // It lets this one in, and its page is no token response.
        let said = told(Some("client"));
        assert!(!said.contains("cannot trust") && !said.contains("handshake"), "{version}: {said}");
    }
}
