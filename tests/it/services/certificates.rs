//! Certificates that people make with openssl, on a real TLS server.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::services::service::call_preset;
use crate::support::PATIENCE;
use crate::support::tokenwright::Tokenwright;

/// `openssl s_server` with a certificate of its own; ended when it is dropped.
struct Server {
    port: u16,
    certificate: PathBuf,
    child: Child,
}

impl Server {
    fn start(folder: &Path, made: &[&str], served: &[&str]) -> Self {
        let (key, certificate) = (folder.join("key.pem"), folder.join("certificate.pem"));
        let base = [
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-subj",
            "/CN=tokenwright made-up server",
        ];
        let mut making = Command::new("openssl");
        making.args(base).args(made).arg("-keyout").arg(&key).arg("-out").arg(&certificate).stderr(Stdio::null());
        assert!(making.status().expect("openssl").success());
        let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
        let child = Command::new("openssl")
            .args(["s_server", "-www", "-quiet", "-accept", &format!("127.0.0.1:{port}"), "-key"])
            .arg(&key)
            .arg("-cert")
            .arg(&certificate)
            .args(served)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("openssl");
        let until = Instant::now() + PATIENCE;
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < until, "openssl s_server does not listen");
            // waits: for a server that tells nobody when it listens.
            std::thread::sleep(Duration::from_millis(50));
        }
        Self { port, certificate, child }
    }

    /// What a call to it ends with, where these variables say whom to trust.
    #[track_caller]
    fn refused(&self, variables: &[(&str, &Path)]) -> String {
        self.refused_with(variables, "")
    }

    /// The same with this in the settings.
    #[track_caller]
    fn refused_with(&self, variables: &[(&str, &Path)], settings: &str) -> String {
        let mut program = Tokenwright::with_vault().with_env("TOKENWRIGHT_CLIENT_SECRET", "made-up");
        for (name, value) in variables {
            program = program.with_env(name, *value);
        }
        // The server has a page for a GET and no answer at all for a POST.
        let preset = call_preset(&format!("https://localhost:{}/token", self.port), "basic");
        program.set("settings.toml", settings);
        program.add_preset("own.toml", &format!("{preset}method = \"GET\"\n"));
        let finished = program.run(&["sign-in", "p", "--service", "own", "--client-id", "x"]);
        assert_ne!(finished.code, 0, "{finished:?}");
        for name in ["CaUsedAsEndEntity", "OtherError", "InvalidCertificate", "UnknownIssuer", "Alert"] {
            assert!(!finished.stderr.contains(name), "{name} is a name of a library's: {}", finished.stderr);
        }
        finished.stderr
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const FOR_LOCALHOST: [&str; 2] = ["-addext", "subjectAltName=DNS:localhost"];
const NO_AUTHORITY: [&str; 4] =
    ["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"];

fn folder() -> tempfile::TempDir {
    crate::support::temp_home()
}

#[test]
#[ignore = "needs openssl"]
fn a_certificate_authority_that_serves_itself_is_told_in_words_with_what_to_do() {
    let folder = folder();
    let server = Server::start(folder.path(), &FOR_LOCALHOST, &[]);
    for variables in [&[][..], &[("SSL_CERT_FILE", server.certificate.as_path())]] {
        let said = server.refused(variables);
        let words = "its certificate is that of a certificate authority, not of a server";
        assert!(said.contains(words) && said.contains("`CA:FALSE`") && said.contains("`SSL_CERT_FILE`"), "{said}");
    }
    let missing = folder.path().join("missing.pem");
    let said = server.refused(&[("SSL_CERT_FILE", &missing), ("SSL_CERT_DIR", folder.path())]);
    assert!(said.contains("also, `SSL_CERT_FILE` names"), "{said}");
}

#[test]
#[ignore = "needs openssl"]
fn an_unknown_authority_is_told_with_the_variables_that_make_it_known() {
    let folder = folder();
    let server = Server::start(folder.path(), &NO_AUTHORITY, &[]);
    let said = server.refused(&[]);
    assert!(said.contains("signed by an unknown authority"), "{said}");
    assert!(said.contains("`SSL_CERT_FILE`") && said.contains("`ca_file`"), "{said}");
    // And so it is: what comes then is an answer, which is a page and no token.
    let said = server.refused(&[("SSL_CERT_FILE", &server.certificate)]);
    assert!(!said.contains("cannot trust") && !said.contains("certificate"), "{said}");
}

#[test]
#[ignore = "needs openssl"]
fn roots_that_cannot_be_read_are_named() {
    let folder = folder();
    let server = Server::start(folder.path(), &NO_AUTHORITY, &[]);
    let (missing, empty) = (folder.path().join("missing.pem"), folder.path().join("empty.pem"));
    fs::write(&empty, "not a certificate").expect("written");
    let said = server.refused(&[("SSL_CERT_FILE", &missing)]);
    let words = format!("`SSL_CERT_FILE` names `{}`, which cannot be read: it does not exist", missing.display());
    assert!(said.contains(&words), "{said}");
    let said = server.refused(&[("SSL_CERT_FILE", &empty)]);
    assert!(
        said.contains(&format!("`SSL_CERT_FILE` names `{}`, which has no certificate in PEM", empty.display())),
        "{said}"
    );
    let said = server.refused(&[("SSL_CERT_DIR", &missing)]);
    assert!(said.contains(&format!("`SSL_CERT_DIR` names `{}`, which cannot be read", missing.display())), "{said}");
    // One that is bad beside one that is good, and that knows nobody of use here.
    let others = folder.path().join("others");
    fs::create_dir(&others).expect("made");
    let other = Server::start(&others, &NO_AUTHORITY, &[]);
    let said = server.refused(&[("SSL_CERT_DIR", &others), ("SSL_CERT_FILE", &missing)]);
    assert!(said.contains("`SSL_CERT_FILE` names"), "{said}");
    drop(other);
}

#[test]
#[ignore = "needs openssl"]
fn a_certificate_for_another_name_or_time_is_told_in_words() {
    let folder = folder();
    let other = ["-addext", "subjectAltName=DNS:other.test", "-addext", "basicConstraints=critical,CA:FALSE"];
    let server = Server::start(folder.path(), &other, &[]);
    let said = server.refused(&[("SSL_CERT_FILE", &server.certificate)]);
    assert!(said.contains("its certificate is for another name"), "{said}");
}

#[test]
#[ignore = "needs openssl"]
fn a_server_that_shares_no_version_or_wants_a_client_certificate_is_told_in_words() {
    let folder = folder();
    let old = Server::start(folder.path(), &NO_AUTHORITY, &["-tls1_2", "-cipher", "AES128-SHA@SECLEVEL=0"]);
    let said = old.refused(&[("SSL_CERT_FILE", &old.certificate)]);
    assert!(said.contains("it refused the handshake (handshake failure)"), "{said}");
    let sub = folder.path().join("mutual");
    fs::create_dir(&sub).expect("made");
    let mutual = Server::start(&sub, &NO_AUTHORITY, &["-Verify", "1", "-tls1_3"]);
    let said = mutual.refused(&[("SSL_CERT_FILE", &mutual.certificate)]);
    assert!(said.contains("it wants a certificate of the client"), "{said}");
}

#[test]
#[ignore = "needs openssl"]
fn an_authority_of_the_settings_is_trusted_in_addition() {
    let folder = folder();
    let server = Server::start(folder.path(), &NO_AUTHORITY, &[]);
    let named = |file: &Path| format!("[network]\nca_file = {:?}\n", file.display().to_string());
    let said = server.refused_with(&[], &named(&server.certificate));
    assert!(!said.contains("cannot trust") && !said.contains("certificate"), "{said}");
    let missing = folder.path().join("missing.pem");
    let said = server.refused_with(&[], &named(&missing));
    let words = format!("cannot read the file of certificate authorities `{}`", missing.display());
    assert!(said.contains(&words) && said.contains("table `[network]`"), "{said}");
}

#[test]
#[ignore = "needs openssl"]
fn a_client_certificate_of_the_settings_is_shown_to_a_server_that_asks_for_one() {
    let folder = folder();
    let of_client = folder.path().join("client");
    fs::create_dir(&of_client).expect("made");
    // Another server, for its certificate and key.
    let client = Server::start(&of_client, &NO_AUTHORITY, &[]);
    let ca_file = client.certificate.to_str().expect("UTF-8");
    let asks = ["-Verify", "1", "-verify_return_error", "-CAfile", ca_file];
    let server = Server::start(folder.path(), &NO_AUTHORITY, &asks);
    let trusted = format!("[network]\nca_file = {:?}\n", server.certificate.display().to_string());
    let said = server.refused_with(&[], &trusted);
    assert!(said.contains("it wants a certificate of the client") && said.contains("`client_certificate`"), "{said}");

    let both = of_client.join("both.pem");
    let read = |name: &str| fs::read_to_string(of_client.join(name)).expect("made by openssl");
    fs::write(&both, read("certificate.pem") + &read("key.pem")).expect("written");
    let shown = format!("{trusted}client_certificate = {:?}\n", both.display().to_string());
    let said = server.refused_with(&[], &shown);
    assert!(!said.contains("cannot trust") && !said.contains("certificate"), "{said}");

    // A certificate without its key is told without what is in the file.
    let shown = format!("{trusted}client_certificate = {:?}\n", client.certificate.display().to_string());
    let said = server.refused_with(&[], &shown);
    assert!(said.contains("has no certificate with its private key in PEM") && !said.contains("BEGIN CERT"), "{said}");
}
