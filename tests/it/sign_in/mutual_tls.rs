//! Mutual TLS (RFC 8705) against a certified server: a certificate in place of a secret, and tokens that are bound to it.

use std::process::Command;

use crate::support::authority::Authority;
use crate::support::oidc_provider::OidcProvider;
use crate::support::process::Finished;
use crate::support::tokenwright::Tokenwright;

/// The authority, its server, and a client of each kind.
pub(super) fn authority() -> Authority {
    let authority = Authority::new("made-up authority");
    authority.sign_server();
    authority.sign_client("by-ca", "by-ca");
    authority.self_signed("self-signed", "/CN=self-signed");
    authority
}

pub(super) fn provider(authority: &Authority, more: &[&str]) -> OidcProvider {
    OidcProvider::start_with(&[&["--auto", "--tls", &authority.file("")][..], more].concat())
}

fn program(authority: &Authority) -> Tokenwright {
    let program = Tokenwright::with_vault();
    program.set("settings.toml", &authority.trusted());
    program
}

/// Signs in as this client with the certificate of this name; the browser shows none.
fn sign_in(
    program: &Tokenwright,
    (authority, provider): (&Authority, &OidcProvider),
    (client, method, certificate): (&str, &str, &str),
    more: &[&str],
) -> Finished {
    let browser = format!("curl -sL -o /dev/null --cacert {}", authority.file("ca.pem"));
    let (file, key) = (authority.file(&format!("{certificate}.pem")), authority.file(&format!("{certificate}.key")));
    let whole = ["sign-in", "p", "--issuer", provider.issuer(), "--client-id", client, "--client-auth", method];
    let shown = ["--client-certificate", &file, "--client-key", &key];
    let rest = ["--redirect-uri", "http://127.0.0.1/callback", "--browser", &browser, "--overwrite"];
    program.run(&[&whole[..], &shown, &rest, more].concat())
}

pub(super) const OFFLINE: [&str; 4] = ["--scope", "openid offline_access", "--param", "authorization.prompt=consent"];
const ROBOT: [&str; 2] = ["--grant", "client-credentials"];
const FOR_API: [&str; 4] = ["--param", "token.resource=https://api.example.com", "--scope", "read"];

/// The status that the server answers to a use of the token with another certificate, or with none.
fn used_with(authority: &Authority, provider: &OidcProvider, token: &str, certificate: Option<&str>) -> String {
    let mut curl = Command::new("curl");
    curl.args(["-s", "-o", "/dev/null", "-w", "%{http_code}", "--cacert", &authority.file("ca.pem")]);
    if let Some(name) = certificate {
        curl.args([
            "--cert",
            &authority.file(&format!("{name}.pem")),
            "--key",
            &authority.file(&format!("{name}.key")),
        ]);
    }
    curl.arg(format!("{}/me", provider.mtls_origin())).arg("-H").arg(format!("Authorization: Bearer {token}"));
    String::from_utf8(curl.output().expect("curl").stdout).expect("a number")
}

#[test]
#[ignore = "needs node, openssl and curl"]
fn a_client_with_a_certificate_signs_in_refreshes_and_uses_its_bound_token() {
    let authority = authority();
    for (client, method, version) in [
        ("by-ca", "tls-client-auth", "TLSv1.2"),
        ("by-ca", "tls_client_auth", "TLSv1.3"),
        ("self-signed", "self-signed-tls-client-auth", "TLSv1.2"),
        ("self-signed", "self_signed_tls_client_auth", "TLSv1.3"),
    ] {
        let provider = provider(&authority, &["--tls-version", version]);
        let program = program(&authority);
        let said = sign_in(&program, (&authority, &provider), (client, method, client), &OFFLINE);
        assert!(
            said.stderr.contains("mtls_endpoint_aliases: the endpoints for clients with a certificate"),
            "{said:?}"
        );
        said.done();
        assert!(program.run(&["whoami", "p"]).done().contains("alex"));
        let first = program.run(&["token", "p"]).done();
        program.run(&["refresh", "p"]).done();
        let second = program.run(&["token", "p"]).done();
        assert_ne!(first, second, "{client} {version}");

        let token = second.trim();
        assert_eq!(used_with(&authority, &provider, token, Some(client)), "200");
        assert_eq!(used_with(&authority, &provider, token, None), "401", "a bound token is no bearer token");
        let other = if client == "by-ca" { "self-signed" } else { "by-ca" };
        assert_eq!(used_with(&authority, &provider, token, Some(other)), "401");

        assert!(program.run(&["introspect", "p"]).done().contains("active"));
        // Pushed authorization requests (RFC 9126) authenticate the client, too.
        sign_in(&program, (&authority, &provider), (client, method, client), &[&OFFLINE[..], &["--par"]].concat())
            .done();
        let said = sign_in(&program, (&authority, &provider), (client, method, other), &["--par"]).failed(4);
        assert!(said.contains("the pushed authorization request endpoint refused: `invalid_client`"), "{said}");
        let token = program.run(&["token", "p"]).done();
        let token = token.trim();
        program.run(&["forget", "p", "--revoke"]).done();
        assert_eq!(used_with(&authority, &provider, token, Some(client)), "401", "it was revoked");
    }
}

#[test]
#[ignore = "needs node, openssl and curl"]
fn a_client_is_registered_with_its_certificate_and_updated_with_another() {
    let authority = authority();
    authority.sign("named", "/C=DE/O=Acme, Ltd/CN=named", "basicConstraints=CA:FALSE\nextendedKeyUsage=clientAuth\n");
    authority.self_signed("renewed", "/CN=renewed");
    let provider = provider(&authority, &["--registration"]);
    let browser = format!("curl -sL -o /dev/null --cacert {}", authority.file("ca.pem"));
    let program = program(&authority);
    let register = |name: &str, method: &str, certificate: Option<&str>| {
        let whole = ["sign-in", name, "--issuer", provider.issuer(), "--register=new", "--client-auth", method];
        let files =
            certificate.map(|certificate| ["pem", "key"].map(|end| authority.file(&format!("{certificate}.{end}"))));
        let shown = files.as_ref().map(|[file, key]| ["--client-certificate", file, "--client-key", key]);
        let rest = ["--scope", "openid", "--redirect-uri", "http://127.0.0.1/callback", "--browser", &browser];
        program.run(&[&whole[..], shown.as_ref().map(|shown| &shown[..]).unwrap_or_default(), &rest].concat())
    };
    let member = |name: &str, member: &str| {
        program.run(&["registration", "show", name, "--json"]).json()["metadata"][member].clone()
    };
    register("ca", "tls-client-auth", Some("by-ca")).done();
    assert_eq!(member("ca", "tls_client_auth_subject_dn"), "CN=by-ca");
    program.run(&["whoami", "ca"]).done();
    let token = program.run(&["token", "ca"]).done();
    assert_eq!(used_with(&authority, &provider, token.trim(), Some("by-ca")), "200");
    assert_eq!(used_with(&authority, &provider, token.trim(), None), "401", "bound tokens were asked for");

    register("own", "self-signed-tls-client-auth", Some("self-signed")).done();
    let first = member("own", "jwks");
    assert!(first["keys"][0]["x5c"][0].is_string(), "{first}");
    program.run(&["whoami", "own"]).done();
    let renewed = authority.join("both.pem", &["renewed.pem", "renewed.key"]);
    program.run(&["certificate", "set", "own", renewed.to_str().expect("a path")]).done();
    program.run(&["sign-in", "own", "--browser", &browser]).failed(4);
    program.run(&["registration", "update", "own"]).done();
    assert_ne!(member("own", "jwks"), first);
    program.run(&["sign-in", "own", "--browser", &browser]).done();

    // The server compares another form of a longer name; what is asked for is that of RFC 4514.
    register("named", "tls-client-auth", Some("named"));
    assert_eq!(member("named", "tls_client_auth_subject_dn"), "CN=named,O=Acme\\, Ltd,C=DE");
    let refused = register("none", "tls-client-auth", None).failed(2);
    assert!(refused.contains("certificate"), "{refused}");
}

#[test]
#[ignore = "needs node, openssl and curl"]
fn a_client_with_a_certificate_acts_for_itself_and_its_token_names_the_certificate() {
    let authority = authority();
    let provider = provider(&authority, &[]);
    for (client, method) in [("by-ca", "tls-client-auth"), ("self-signed", "self-signed-tls-client-auth")] {
        let program = program(&authority);
        sign_in(&program, (&authority, &provider), (client, method, client), &[&ROBOT[..], &FOR_API].concat()).done();
        let inspected = program.run(&["inspect", "p"]).done();
        assert!(inspected.contains("bound to the profile's client certificate"), "{inspected}");
        let thumbprint = thumbprint(&authority, client);
        assert!(inspected.contains(&thumbprint), "{inspected}");
    }
}

/// The `x5t#S256` of a certificate by openssl.
fn thumbprint(authority: &Authority, name: &str) -> String {
    let script = format!(
        "openssl x509 -in {}.pem -outform DER | openssl dgst -sha256 -binary | base64 | tr '+/' '-_' | tr -d '=\\n'",
        authority.file(name)
    );
    let output = Command::new("sh").args(["-c", &script]).output().expect("openssl");
    String::from_utf8(output.stdout).expect("base64")
}

#[test]
#[ignore = "needs node, openssl and curl"]
fn a_client_with_a_secret_may_have_its_tokens_bound_to_a_certificate() {
    let authority = authority();
    let provider = provider(&authority, &[]);
    let program = program(&authority).with_env("TOKENWRIGHT_CLIENT_SECRET", "secret");
    let client = ("bound", "client_secret_basic", "by-ca");
    sign_in(&program, (&authority, &provider), client, &OFFLINE).done();
    assert!(program.run(&["whoami", "p"]).done().contains("alex"));
    let token = program.run(&["token", "p"]).done();
    assert_eq!(used_with(&authority, &provider, token.trim(), None), "401");
}

#[test]
#[ignore = "needs node, openssl and curl"]
fn a_certificate_that_is_not_the_clients_is_refused_by_the_server() {
    let authority = authority();
    let elsewhere = Authority::new("another authority");
    elsewhere.sign_client("by-ca", "by-ca");
    authority.sign_client("other", "other");
    for end in ["pem", "key"] {
        let name = format!("elsewhere.{end}");
        std::fs::copy(elsewhere.path().join(format!("by-ca.{end}")), authority.path().join(name)).expect("copied");
    }
    let mut provider = provider(&authority, &[]);
    for (client, method, certificate, why) in [
        ("by-ca", "tls-client-auth", "elsewhere", "client certificate was not verified"),
        ("by-ca", "tls-client-auth", "other", "certificate subject value does not match the registered one"),
        ("by-ca", "tls-client-auth", "self-signed", "client certificate was not verified"),
        ("self-signed", "self-signed-tls-client-auth", "by-ca", "unregistered client certificate provided"),
    ] {
        let program = program(&authority);
        let said = sign_in(&program, (&authority, &provider), (client, method, certificate), &ROBOT).failed(4);
        assert!(said.contains("invalid_client"), "{said}");
        assert!(said.contains("it is not the certificate that the service knows for this client"), "{said}");
        assert!(provider.refusal("grant.error").contains(why));
        assert!(program.run(&["token", "p"]).code != 0, "nothing was saved");
    }
}

#[test]
#[ignore = "needs node, openssl and curl"]
fn without_the_certificate_or_with_another_key_nothing_is_sent() {
    let authority = authority();
    let provider = provider(&authority, &[]);
    let program = program(&authority);
    let whole = ["sign-in", "p", "--issuer", provider.issuer(), "--client-id", "by-ca"];
    let said = program.run(&[&whole[..], &["--client-auth", "tls-client-auth"], &ROBOT].concat()).failed(2);
    assert!(said.contains("requires a client certificate") && said.contains("--client-certificate FILE"), "{said}");

    let (file, key) = (authority.file("by-ca.pem"), authority.file("self-signed.key"));
    let shown = ["--client-certificate", &file, "--client-key", &key];
    let said = program.run(&[&whole[..], &["--client-auth", "tls-client-auth"], &ROBOT, &shown].concat()).failed(2);
    assert!(said.contains("the certificate belongs to another private key"), "{said}");
    let said = program.run(&[&whole[..], &["--client-certificate", &file], &ROBOT].concat()).failed(2);
    assert!(said.contains("there is no private key in it"), "{said}");
}

#[test]
#[ignore = "needs node, openssl and curl"]
fn a_chain_of_intermediates_is_sent_and_without_it_the_server_does_not_know_the_certificate() {
    let authority = authority();
    authority.sign("middle", "/CN=middle", "basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n");
    authority.sign_with("middle", "leaf", "/CN=by-ca", "basicConstraints=CA:FALSE\n", &["-days", "30"]);
    // Not in the order in which they are sent.
    authority.join("whole.pem", &["middle.pem", "leaf.pem"]);
    std::fs::copy(authority.path().join("leaf.key"), authority.path().join("whole.key")).expect("copied");
    let provider = provider(&authority, &[]);
    let program = program(&authority);
    sign_in(&program, (&authority, &provider), ("by-ca", "tls-client-auth", "whole"), &ROBOT).done();
    let said = sign_in(&program, (&authority, &provider), ("by-ca", "tls-client-auth", "leaf"), &ROBOT).failed(4);
    assert!(said.contains("invalid_client"), "{said}");
}

/// A PKCS#12 file of a client, with these arguments of `openssl pkcs12`.
fn pkcs12(authority: &Authority, name: &str, passphrase: &str, more: &[&str]) -> String {
    let (file, locked) = (format!("{name}.p12"), format!("pass:{passphrase}"));
    let made = ["pkcs12", "-export", "-in", "by-ca.pem", "-inkey", "by-ca.key", "-certfile", "ca.pem", "-name", "it"];
    authority.openssl(&[&made[..], &["-passout", &locked, "-out", &file], more].concat());
    authority.file(&file)
}

#[test]
#[ignore = "needs node, openssl and curl"]
fn a_file_of_pkcs12_modern_or_old_is_opened_with_its_passphrase_alone() {
    let authority = authority();
    let provider = provider(&authority, &[]);
    let old = ["-legacy", "-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-RC2-40", "-macalg", "sha1"];
    for (name, passphrase, more) in
        [("modern", "a passphrase é", &[][..]), ("old", "a passphrase", &old), ("open", "", &["-nomaciter"])]
    {
        let file = pkcs12(&authority, name, passphrase, more);
        let program = program(&authority).with_env("TOKENWRIGHT_CLIENT_CERTIFICATE_PASSPHRASE", passphrase);
        let whole = ["sign-in", "p", "--issuer", provider.issuer(), "--client-id", "by-ca", "--client-auth"];
        let shown = ["tls-client-auth", "--client-certificate", &file, "--grant", "client-credentials"];
        program.run(&[&whole[..], &shown].concat()).done();
        let told = program.run(&["certificate", "show", "p"]);
        let told = format!("{}{}", told.stdout, told.stderr);
        assert!(told.contains("Subject: CN=by-ca") && told.contains("Issuer: CN=made-up authority"), "{told}");
        assert!(told.contains("Intermediates: 1") && told.contains(&thumbprint(&authority, "by-ca")), "{told}");
        assert!(!told.contains("PRIVATE KEY"), "{told}");
    }
    let file = pkcs12(&authority, "locked", "right", &[]);
    for (passphrase, words) in
        [("wrong", "the passphrase does not open the file"), ("", "TOKENWRIGHT_CLIENT_CERTIFICATE_PASSPHRASE")]
    {
        let program = program(&authority).with_env("TOKENWRIGHT_CLIENT_CERTIFICATE_PASSPHRASE", passphrase);
        let said = program.run(&["certificate", "set", "p", &file]).failed(2);
        assert!(said.contains(words), "{said}");
    }
    let cut = authority.path().join("cut.p12");
    let bytes = std::fs::read(&file).expect("a file");
    std::fs::write(&cut, &bytes[..bytes.len() / 2]).expect("a file of our own");
    let said = program(&authority).run(&["certificate", "set", "p", cut.to_str().expect("UTF-8")]).failed(2);
    assert!(said.contains("damaged"), "{said}");
    let public = ["pkcs12", "-export", "-nokeys", "-in", "by-ca.pem", "-passout", "pass:x", "-out", "public.p12"];
    authority.openssl(&public);
    let program = program(&authority).with_env("TOKENWRIGHT_CLIENT_CERTIFICATE_PASSPHRASE", "x");
    let said = program.run(&["certificate", "set", "p", &authority.file("public.p12")]).failed(2);
    assert!(said.contains("there is no private key in it"), "{said}");
}

#[test]
#[ignore = "needs node, openssl and curl"]
fn a_certificate_that_is_replaced_keeps_the_tokens_and_tells_that_they_are_bound_to_the_other() {
    let authority = authority();
    authority.sign_client("renewed", "by-ca");
    let provider = provider(&authority, &[]);
    let program = program(&authority);
    let robot = [&ROBOT[..], &FOR_API].concat();
    sign_in(&program, (&authority, &provider), ("by-ca", "tls-client-auth", "by-ca"), &robot).done();
    let before = program.run(&["token", "p"]).done();
    let (file, key) = (authority.file("renewed.pem"), authority.file("renewed.key"));
    let said = program.run(&["certificate", "set", "p", &file, "--key-file", &key]);
    assert!(said.stderr.contains("bound to the previous certificate"), "{said:?}");
    said.done();
    assert_eq!(program.run(&["token", "p", "--min-valid", "0s"]).done(), before);
    let inspected = program.run(&["inspect", "p"]);
    let inspected = format!("{}{}", inspected.stdout, inspected.stderr);
    assert!(inspected.contains("bound to another client certificate than the profile's"), "{inspected}");
    let ends = program.run(&["calendar", "--json"]).done();
    assert!(ends.contains("client-certificate"), "{ends}");
    let exported = program.run(&["export", "p", "--format", "curl"]);
    assert!(exported.stdout.contains("--cert \"${CLIENT_CERTIFICATE:?"), "{exported:?}");
    assert!(exported.stderr.contains("the client certificate and its private key"), "{exported:?}");
    assert!(!exported.stdout.contains("PRIVATE"), "{exported:?}");
    let files = [authority.file("out.pem"), authority.file("out.key")];
    let show = ["certificate", "show", "p", "--certificate-file", &files[0], "--private-key-file", &files[1]];
    program.run(&show).done();
    let text = std::fs::read_to_string(&files[1]).expect("a key");
    assert!(text.starts_with("-----BEGIN PRIVATE KEY-----"), "it was asked for");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&files[1]).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // What was exported works with the files, and not without them.
    let [script, token] = [exported.stdout, program.run(&["token", "p", "--min-valid", "0s"]).done()];
    assert!(script.contains(token.trim()));
}

#[test]
#[ignore = "needs node, openssl and curl"]
fn an_exported_command_of_curl_shows_the_certificate_from_its_files() {
    let authority = authority();
    let provider = provider(&authority, &[]);
    let program = program(&authority);
    sign_in(&program, (&authority, &provider), ("by-ca", "tls-client-auth", "by-ca"), &OFFLINE).done();
    let url = format!("{}/me", provider.mtls_origin());
    let script = program.run(&["export", "p", "--format", "curl", "--url", &url]).done();
    let run = |certificate: Option<&str>| {
        let mut shell = Command::new("sh");
        shell.args(["-c", &script]).env("CURL_CA_BUNDLE", authority.file("ca.pem"));
        if let Some(name) = certificate {
            shell.env("CLIENT_CERTIFICATE", authority.file(&format!("{name}.pem")));
            shell.env("CLIENT_CERTIFICATE_KEY", authority.file(&format!("{name}.key")));
        }
        let output = shell.output().expect("a shell");
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    };
    assert!(run(Some("by-ca")).contains("\"sub\":\"alex\""), "{}", run(Some("by-ca")));
    assert!(run(Some("self-signed")).contains("invalid_token"));
    assert!(run(None).contains("the file of the client certificate"), "{}", run(None));
    let said = program.run(&["export", "p", "--format", "airbyte"]).failed(2);
    assert!(said.contains("no place for a client certificate"), "{said}");
}
