//! Values with characters that some reader might misread: each is returned unchanged by the real reader, or refused by
//! the format.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use tokenwright::export::{ExportError, Subject, by_id, variable};
use tokenwright::oauth::TokenSet;
use tokenwright::secret::Secret;
use tokenwright::service::{Profile, Service};

use crate::export::readers::machine::{python, python_script};
use crate::support::peer;

/// What a value may hold.
const VALUES: &[&str] = &[
    "plain-1.2~3_4+/=",
    "two words",
    "\"quoted\"",
    "it's",
    "'both' and \"both\"",
    "$HOME ${HOME} $(id) `id`",
    "back\\slash \\n \\\\ two",
    "100 % %{x} %PATH%",
    "# no comment",
    "a=b&c=d;e",
    "{{x}} {x} <x>",
    "żółw 龜 🐢",
    " spaces at the ends ",
    "tab\there",
    "line\nbreak",
    "true",
    "0123",
    "null",
    "~",
    "!bang",
    "-dash",
    "@at",
];

fn subject(value: &str) -> Subject {
    let tokens = TokenSet::bearer(Secret::new(value), "2026-11-21T02:00:00Z".parse().expect("a time"));
    Subject {
        profile: "acme".into(),
        service: "Acme".into(),
        tokens,
        carried: None,
        client_id: "id".into(),
        client_secret: Secret::default(),
        token_endpoint: "https://as.test/token".into(),
        scopes: Vec::new(),
        url: None,
        inputs: BTreeMap::new(),
        whole: Box::new(Profile {
            display_name: tokenwright::service::DisplayName::default(),
            service: Service::default(),
            inputs: BTreeMap::new(),
            client_id: "id".into(),
            registered: Vec::new(),
            redirect_uri: String::new(),
            scopes: Vec::new(),
            extra: Vec::new(),
            user_name: String::new(),
            keep_alive: false,
            account: String::new(),
            client_secret_expires: None,
            check_every: None,
            notes: tokenwright::service::Notes::default(),
            tags: tokenwright::service::Tags::default(),
            api_check: None,
        }),
    }
}

/// What Google's own file is written from.
pub fn google() -> Subject {
    let mut subject = subject("at-1");
    subject.tokens.refresh_token = Some(Secret::new("rt-1"));
    subject.tokens.expires_at = Some("2026-11-21T03:00:00Z".parse().expect("a time"));
    subject.client_secret = Secret::new("cs-1");
    subject.token_endpoint = "https://oauth2.googleapis.com/token".into();
    subject.scopes = vec!["a".into(), "b".into()];
    subject
}

/// The file of each value in a format, as far as the format takes it; those that it refuses.
fn written(id: &str, folder: &Path) -> (Vec<(&'static str, std::path::PathBuf)>, Vec<&'static str>) {
    let format = by_id(id).expect("a format");
    let (mut files, mut refused) = (Vec::new(), Vec::new());
    for (number, value) in VALUES.iter().enumerate() {
        match format.write_snapshot(&subject(value)) {
            Ok(text) => {
                let file = folder.join(number.to_string());
                fs::write(&file, text.text.expose()).expect("written");
                files.push((*value, file));
            }
            Err(ExportError::CannotCarry { .. }) => refused.push(*value),
            Err(error) => panic!("{id}: {error}"),
        }
    }
    (files, refused)
}

/// A reader gives each value back; exactly these are refused by the format.
#[track_caller]
fn check(id: &str, expected_refused: &[&str], read: impl Fn(&Path) -> Command) {
    let folder = tempfile::tempdir().expect("a folder");
    let (files, refused) = written(id, folder.path());
    assert_eq!(refused, expected_refused, "{id}");
    for (value, file) in files {
        let output = read(&file).output().expect("the reader runs");
        let seen = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(seen.strip_suffix("<END>"), Some(value), "{id}: {output:?}");
    }
}

fn shell(program: &str, script: &str) -> Command {
    let mut command = Command::new(program);
    command.args(["-c", script]).env("LANG", "C.UTF-8");
    command
}

fn script(name: &str, file: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(python("python"));
    command.arg(python_script(name)).arg(file).args(more).env("LANG", "C.UTF-8");
    command
}

const TOKEN: &str = "OAUTH_ACCESS_TOKEN";

/// Quotes of both kinds together, a dollar with a quote, two backslashes, a line break: readers of `.env` differ.
const NO_DOTENV: &[&str] =
    &["'both' and \"both\"", "$HOME ${HOME} $(id) `id`", "back\\slash \\n \\\\ two", "line\nbreak"];

#[test]
#[ignore = "needs the tools that `tests/run` installs"]
fn posix_shells_and_fish_give_back_every_value() {
    assert_eq!(variable("access_token"), TOKEN);
    for program in ["bash", "dash"] {
        check("shell", &[], |file| shell(program, &format!(". {}; printf '%s<END>' \"${TOKEN}\"", file.display())));
    }
    check("fish", &[], |file| shell("fish", &format!("source {}; printf '%s<END>' \"${TOKEN}\"", file.display())));
}

#[test]
#[ignore = "needs the tools that `tests/run` installs"]
fn readers_of_dotenv_agree_about_every_value_that_is_not_refused() {
    check("dotenv", NO_DOTENV, |file| script("dotenv_at.py", file, &[TOKEN]));
    let write = format!("process.stdout.write(process.env.{TOKEN} + '<END>')");
    check("dotenv", NO_DOTENV, |file| {
        let mut node = Command::new("node");
        node.arg(format!("--env-file={}", file.display())).args(["-e", &write]);
        node
    });
    let dotenv = peer("node_modules/dotenv");
    check("dotenv", NO_DOTENV, |file| {
        let load =
            format!("require('{}').config({{path: '{}', quiet: true}});{write}", dotenv.display(), file.display());
        let mut node = Command::new("node");
        node.args(["-e", &load]);
        node
    });
    check("dotenv", NO_DOTENV, |file| shell("sh", &format!(". {}; printf '%s<END>' \"${TOKEN}\"", file.display())));
}

#[test]
#[ignore = "needs the tools that `tests/run` installs"]
fn documents_give_back_every_value() {
    check("json", &[], |file| script("json_at.py", file, &["access_token"]));
    check("yaml", &[], |file| script("yaml_at.py", file, &["--end", "access_token"]));
    check("kubernetes-secret", &[], |file| script("yaml_at.py", file, &["--end", "stringData", "access_token"]));
    check("terraform", &[], |file| script("tfvars.py", file, &["--end", "access_token"]));
    check("bruno", &[], |file| script("json_at.py", file, &["variables", "0", "value"]));
    check("postman-environment", &[], |file| script("json_at.py", file, &["values", "0", "value"]));
    check("insomnia", &[], |file| script("json_at.py", file, &["resources", "1", "data", "access_token"]));
    check("http-client", &[], |file| script("json_at.py", file, &["acme", "access_token"]));
    check("vault-kv", &[], |file| script("json_at.py", file, &["data", "access_token"]));
    check("requests-oauthlib", &[], |file| script("json_at.py", file, &["access_token"]));
}

/// A header's value: a line break in it is refused, white space at its ends does not count (RFC 9110 section 5.5).
#[test]
#[ignore = "needs the tools that `tests/run` installs"]
fn curl_sends_every_value_that_a_header_takes() {
    use crate::support::scripted::{Answer, Scripted};
    let server = Scripted::start(|_, _| Answer::text(200, "text/plain", "ok"));
    let folder = tempfile::tempdir().expect("a folder");
    let (files, refused) = written("curl-file", folder.path());
    assert_eq!(refused, ["tab\there", "line\nbreak"]);
    for (value, file) in files {
        let url = format!("{}/x", server.url());
        let status = Command::new("curl").args(["-sf", "-K"]).arg(&file).arg(&url).output().expect("curl").status;
        assert!(status.success());
        let asked = server.asked("/x");
        let raw = &asked.last().expect("a request").raw;
        let sent = raw.lines().find_map(|line| line.strip_prefix("Authorization: ")).expect("a header");
        assert_eq!(sent.trim_end(), format!("Bearer {value}").trim_end());
    }
}
