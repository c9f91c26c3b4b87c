//! Certificates as people have them: made by openssl, in a folder of one test.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::support::temp_home;

/// A certificate authority and what it has signed. Files: `NAME.pem` and `NAME.key`; its own are called `ca`.
#[derive(Debug)]
pub struct Authority {
    folder: TempDir,
}

/// What a certificate is valid for.
const DAYS: &str = "30";
const P256: [&str; 5] = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

impl Authority {
    /// A new one, with this name.
    pub fn new(name: &str) -> Self {
        let authority = Self { folder: temp_home() };
        authority.self_signed("ca", &format!("/CN={name}"));
        authority
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A file in the folder, as an argument.
    pub fn file(&self, name: &str) -> String {
        self.path().join(name).to_str().expect("a path in UTF-8").to_owned()
    }

    /// A certificate that nobody else has signed.
    pub fn self_signed(&self, name: &str, subject: &str) {
        let (key, certificate) = (format!("{name}.key"), format!("{name}.pem"));
        let rest = ["-subj", subject, "-days", DAYS, "-keyout", &key, "-out", &certificate];
        self.openssl(&[&["req", "-x509"][..], &P256, &rest].concat());
    }

    /// A certificate with these extensions.
    pub fn sign(&self, name: &str, subject: &str, extensions: &str) {
        self.sign_with("ca", name, subject, extensions, &["-days", DAYS]);
    }

    /// The same by another authority of the folder, with further arguments of `openssl x509`.
    pub fn sign_with(&self, by: &str, name: &str, subject: &str, extensions: &str, dates: &[&str]) {
        let [key, request, certificate, file] = ["key", "csr", "pem", "ext"].map(|end| format!("{name}.{end}"));
        let asked = ["-subj", subject, "-keyout", &key, "-out", &request];
        self.openssl(&[&["req", "-new"][..], &P256, &asked].concat());
        std::fs::write(self.path().join(&file), extensions).expect("a file of our own");
        let (ca, ca_key) = (format!("{by}.pem"), format!("{by}.key"));
        let sign = ["x509", "-req", "-in", &request, "-CA", &ca, "-CAkey", &ca_key, "-CAcreateserial"];
        self.openssl(&[&sign[..], &["-extfile", &file, "-out", &certificate], dates].concat());
    }

    /// The server of the tests, at this machine's own address, and at `auth.example.test` for what a proxy leads there.
    pub fn sign_server(&self) {
        self.sign(
            "server",
            "/CN=server",
            "subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:auth.example.test\nbasicConstraints=CA:FALSE\n",
        );
    }

    /// A client of this name.
    pub fn sign_client(&self, name: &str, common_name: &str) {
        self.sign(name, &format!("/CN={common_name}"), "basicConstraints=CA:FALSE\nextendedKeyUsage=clientAuth\n");
    }

    /// One file with the text of several.
    pub fn join(&self, name: &str, parts: &[&str]) -> PathBuf {
        let texts = parts.iter().map(|part| std::fs::read_to_string(self.path().join(part)).expect("a file"));
        let path = self.path().join(name);
        std::fs::write(&path, texts.collect::<String>()).expect("a file of our own");
        path
    }

    /// Runs `openssl` in the folder.
    #[track_caller]
    pub fn openssl(&self, arguments: &[&str]) {
        let mut command = Command::new("openssl");
        let output = command.args(arguments).current_dir(self.path()).stdin(Stdio::null()).output().expect("openssl");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// The settings of a program that trusts it.
    pub fn trusted(&self) -> String {
        format!("[network]\nca_file = \"{}\"\n", self.file("ca.pem"))
    }
}
