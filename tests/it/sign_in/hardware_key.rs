//! Private keys that stay in a token (PKCS#11), by a software token that somebody else wrote: it signs assertions, proofs, requests
//! and handshakes, and what is wrong with it is said.

use std::path::Path;
use std::process::Command;

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::object::{Attribute, ObjectClass};
use cryptoki::session::UserType;
use cryptoki::types::AuthPin;
use tempfile::TempDir;

use crate::sign_in::fapi::{P256, make_key};
use crate::sign_in::message_signing::{RSA, certified, text};
use crate::sign_in::mutual_tls;
use crate::support::oidc_provider::OidcProvider;
use crate::support::process::{Process, one_test};
use crate::support::tokenwright::Tokenwright;

const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
const PIN: &str = "pin-canary-4711";

/// A token named `work`, on a disk of its own.
struct Token(TempDir);

impl Token {
    fn new() -> Self {
        let token = Self(tempfile::tempdir().expect("a folder"));
        let folder = token.0.path().join("tokens");
        std::fs::create_dir(&folder).expect("a folder");
        std::fs::write(token.settings(), format!("directories.tokendir = {}\nlog.level = ERROR\n", folder.display()))
            .expect("written");
        token.run(&["--init-token", "--free", "--label", "work", "--so-pin", "87654321", "--pin", PIN]);
        token
    }

    fn settings(&self) -> std::path::PathBuf {
        self.0.path().join("softhsm2.conf")
    }

    fn run(&self, arguments: &[&str]) {
        let mut command = Command::new("softhsm2-util");
        let done = command.env("SOFTHSM2_CONF", self.settings()).args(arguments).output().expect("softhsm2-util");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    /// Puts a key into it.
    fn import(&self, key: &Path, label: &str, id: &str) {
        self.run(&["--import", text(key), "--token", "work", "--label", label, "--id", id, "--pin", PIN]);
    }

    /// Lets its keys agree upon secrets, which the tool that imports them does not.
    fn permit_agreement(&self) {
        let mut other = one_test(module_path!(), "the_other_process_permits_agreement");
        Process::start(other.env("SOFTHSM2_CONF", self.settings())).finish().done();
    }

    /// The program on a machine with this token.
    fn program(&self) -> Tokenwright {
        Tokenwright::with_vault()
            .with_env("SOFTHSM2_CONF", self.settings())
            .with_env("TOKENWRIGHT_PKCS11_MODULE", MODULE)
            .with_env("TOKENWRIGHT_KEY_PIN", PIN)
    }
}

#[test]
#[ignore = "needs node, openssl and softhsm2"]
fn a_client_whose_keys_stay_in_a_token_signs_in_by_fapi_2_and_refreshes() {
    let folder = tempfile::tempdir().expect("a folder");
    let (key, public) = make_key(folder.path(), &P256);
    let other = tempfile::tempdir().expect("a folder");
    let (proof_key, _) = make_key(other.path(), &P256);
    let token = Token::new();
    token.import(&key, "client", "01");
    token.import(&proof_key, "proofs", "02");
    let provider = OidcProvider::start_with(&["--auto", "--client-key", text(&public)]);
    let program = token.program();
    let sign_in = |program: &Tokenwright, more: &[&str]| {
        let given = ["sign-in", "bank", "--issuer", provider.issuer(), "--profile", "fapi2", "--client-id", "fapi"];
        let keys = ["--key-file", "pkcs11:token=work;object=client", "--dpop-key", "pkcs11:token=work;id=%02"];
        let asked = ["--scope", "openid", "--scope", "offline_access", "--param", "authorization.prompt=consent"];
        let browser = ["--redirect-uri", "http://127.0.0.1/callback", "--browser", "curl -sL -o /dev/null"];
        program.run(&[&given[..], &keys, &asked, &browser, more].concat())
    };
    sign_in(&program, &["--verbose"]).done();
    for _ in 0..2 {
        program.run(&["refresh", "bank"]).done();
    }
    assert!(program.run(&["whoami", "bank"]).done().contains("alex"));
    let shown = program.run(&["key", "show", "bank"]);
    assert!(shown.stderr.contains("the key `client` in the token `work`."), "{}", shown.stderr);
    assert_eq!(shown.done(), std::fs::read_to_string(&public).expect("our own file"));
    for arguments in [&["show", "bank", "--json"][..], &["share", "bank"], &["export", "bank", "--format", "json"]] {
        let said = program.run(arguments);
        assert!(!said.stdout.contains("pkcs11:") && !said.stdout.contains(PIN), "{arguments:?}: {}", said.stdout);
    }

    // The token is pulled out: nothing is spent, and the profile goes on when it is back.
    let tokens = token.0.path().join("tokens");
    let away = token.0.path().join("away");
    std::fs::rename(&tokens, &away).expect("moved");
    std::fs::create_dir(&tokens).expect("a folder");
    let said = program.run(&["refresh", "bank"]);
    assert!(said.stderr.contains("error: the token of the key is not there\nhint: insert it"), "{}", said.stderr);
    // A machine's trouble: the agent tries again, and does not rest as after a mistake.
    said.failed(1);
    std::fs::remove_dir(&tokens).expect("it is empty");
    std::fs::rename(&away, &tokens).expect("moved");
    program.run(&["refresh", "bank"]).done();
}

#[test]
#[ignore = "needs node, openssl and softhsm2"]
fn a_signed_request_is_signed_in_a_token_with_each_kind_of_key() {
    for algorithm in [&P256, &RSA] {
        let folder = tempfile::tempdir().expect("a folder");
        let (key, public) = make_key(folder.path(), algorithm);
        let token = Token::new();
        token.import(&key, "client", "01");
        let server = OidcProvider::start_with(&["--auto", "--client-key", text(&public)]);
        let program = token.program().with_env("TOKENWRIGHT_CLIENT_SECRET", "secret");
        let signed = ["--signed-request", "--key-file", "pkcs11:object=client"];
        certified(&program, &server, "jar", &signed).finish().done();
        program.run(&["token", "bank"]).done();
    }
}

/// In a process that may have no other token than that of a test.
fn permit_agreement() {
    let module = Pkcs11::new(MODULE).expect("a module");
    module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)).expect("it starts");
    let slot = module.get_slots_with_initialized_token().expect("slots")[0];
    let session = module.open_rw_session(slot).expect("a session");
    session.login(UserType::User, Some(&AuthPin::from(PIN))).expect("the right PIN");
    for key in session.find_objects(&[Attribute::Class(ObjectClass::PRIVATE_KEY)]).expect("keys") {
        session.update_attributes(key, &[Attribute::Derive(true)]).expect("it may be changed");
    }
}

#[test]
#[ignore = "the other process of the test below"]
fn the_other_process_permits_agreement() {
    if std::env::var_os("SOFTHSM2_CONF").is_some() {
        permit_agreement();
    }
}

#[test]
#[ignore = "needs node, openssl and softhsm2"]
fn what_is_encrypted_to_a_key_in_a_token_is_decrypted_there_by_each_kind_of_key() {
    for algorithm in [&P256, &RSA] {
        let folder = tempfile::tempdir().expect("a folder");
        let (key, public) = make_key(folder.path(), algorithm);
        let token = Token::new();
        token.import(&key, "client", "01");
        token.permit_agreement();
        let server = OidcProvider::start_with(&["--auto", "--client-key", text(&public)]);
        let program = token.program().with_env("TOKENWRIGHT_CLIENT_SECRET", "secret");
        let given = ["--response-mode", "jwt", "--scope", "email", "--key-file", "pkcs11:object=client", "--verbose"];
        // The response, the ID token and the userinfo are encrypted.
        let said = certified(&program, &server, "encrypted-sha1", &given).finish();
        assert!(said.stderr.contains("ID token: signature passed"), "{}", said.stderr);
        said.done();
        assert!(program.run(&["whoami", "bank"]).done().contains("alex@example.com"));
    }
}

#[test]
#[ignore = "needs node, openssl and softhsm2"]
fn a_token_that_does_not_decrypt_so_is_told_from_one_that_is_away() {
    let folder = tempfile::tempdir().expect("a folder");
    let (key, public) = make_key(folder.path(), &RSA);
    let token = Token::new();
    token.import(&key, "client", "01");
    let server = OidcProvider::start_with(&["--auto", "--client-key", text(&public)]);
    let program = token.program().with_env("TOKENWRIGHT_CLIENT_SECRET", "secret");
    let given = ["--response-mode", "jwt", "--key-file", "pkcs11:object=client"];
    // This one knows RSA-OAEP by SHA-1 alone.
    let mut process = certified(&program, &server, "encrypted", &given);
    let said = process.line_with("warning: the response cannot be read: ");
    assert!(said.contains("it is encrypted, and the token does not decrypt by this algorithm"), "{said}");
    assert!(process.line_with("hint: ").contains("by `RSA-OAEP` or `ECDH-ES`"));
    drop(process);
    std::fs::rename(token.0.path().join("tokens"), token.0.path().join("away")).expect("moved");
    std::fs::create_dir(token.0.path().join("tokens")).expect("a folder");
    let said = certified(&program, &server, "encrypted-sha1", &given).finish();
    assert!(said.code != 0 && said.stderr.contains("the token of the key is not there"), "{}", said.stderr);
}

#[test]
#[ignore = "needs node, openssl, curl and softhsm2"]
fn a_handshake_is_signed_in_a_token_and_binds_the_tokens_to_its_certificate() {
    let authority = mutual_tls::authority();
    for version in ["TLSv1.2", "TLSv1.3"] {
        let token = Token::new();
        token.import(Path::new(&authority.file("by-ca.key")), "client", "01");
        let provider = mutual_tls::provider(&authority, &["--tls-version", version]);
        let program = token.program();
        program.set("settings.toml", &authority.trusted());
        let browser = format!("curl -sL -o /dev/null --cacert {}", authority.file("ca.pem"));
        let file = authority.file("by-ca.pem");
        let whole = ["sign-in", "p", "--issuer", provider.issuer(), "--client-id", "by-ca"];
        let shown =
            ["--client-auth", "tls-client-auth", "--client-certificate", &file, "--client-key", "pkcs11:object=client"];
        let rest = ["--redirect-uri", "http://127.0.0.1/callback", "--browser", &browser];
        program.run(&[&whole[..], &shown, &rest, &mutual_tls::OFFLINE].concat()).done();
        program.run(&["refresh", "p"]).done();
        assert!(program.run(&["whoami", "p"]).done().contains("alex"), "{version}");
        let refused = program.run(&["certificate", "show", "p", "--private-key-file", "/tmp/never"]).failed(2);
        assert!(refused.contains("the private key stays in its token"), "{refused}");
        // Another key than that of the certificate is found out before anything is sent.
        token.import(Path::new(&authority.file("self-signed.key")), "other", "02");
        let other = ["certificate", "set", "p", &file, "--key-file", "pkcs11:object=other"];
        assert!(program.run(&other).failed(2).contains("the certificate belongs to another private key"));
    }
}

#[test]
#[ignore = "needs openssl and softhsm2"]
fn each_way_in_which_a_token_cannot_be_used_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let (key, _) = make_key(folder.path(), &P256);
    let token = Token::new();
    token.import(&key, "client", "01");
    let urls = ["--authorization-url", "https://as.invalid/authorize", "--token-url", "https://as.invalid/token"];
    let refused = |program: &Tokenwright, address: &str| {
        let start = ["sign-in", "plain", "--client-id", "x", "--redirect-uri", "http://127.0.0.1/cb", "--no-browser"];
        let said =
            program.run(&[&start[..], &urls, &["--client-auth", "private-key-jwt", "--key-file", address]].concat());
        let said = said.failed(2);
        assert!(!said.contains(PIN) && !said.contains("4712"), "{said}");
        said
    };
    let program = token.program();
    for (address, words) in [
        ("pkcs11:token=home;object=client", "the token of the key is not there"),
        ("pkcs11:object=clint", "the key is not in its token"),
        ("pkcs11:token=work", "the address of the key is not one that is known here"),
        ("pkcs11:object=client?module-path=/tmp/evil.so", "the address of the key names a module"),
        ("pkcs11:object=client?pin-value=4712", "the PIN of the key is in an argument, which every process can read"),
    ] {
        let said = refused(&program, address);
        assert!(said.contains(words) && said.contains("hint: "), "{address}: {said}");
    }
    token.import(&key, "client", "02");
    assert!(refused(&program, "pkcs11:object=client").contains("the address fits several keys"));
    let good = "pkcs11:object=client;id=%01";
    let wrong = token.program().with_env("TOKENWRIGHT_KEY_PIN", "4712");
    assert!(refused(&wrong, good).contains("the PIN is wrong"));
    let without = token.program().with_env("TOKENWRIGHT_KEY_PIN", "");
    assert!(refused(&without, good).contains("the token of the key wants a PIN"));
    let other = token.program().with_env("TOKENWRIGHT_PKCS11_MODULE", "/usr/lib/no-such-module.so");
    assert!(refused(&other, good).contains("the PKCS#11 module could not be loaded"));
    let by_settings =
        Tokenwright::with_vault().with_env("SOFTHSM2_CONF", token.settings()).with_env("TOKENWRIGHT_KEY_PIN", "4712");
    by_settings.set("settings.toml", &format!("pkcs11_module = \"{MODULE}\"\n"));
    assert!(refused(&by_settings, good).contains("the PIN is wrong"), "the module of the settings is loaded");
}
