//! The table of faults: for each way in which a token endpoint fails, the message, the exit code, and what is on disk
//! afterwards. The practice service injects each of them.

use std::fs;
use std::path::Path;

use crate::support::practice::Practice;
use crate::support::process::Finished;
use crate::support::renewed::{describe, sign_in, signed_in_at_one_endpoint};
use crate::support::scripted::{Answer, Scripted};
use crate::support::tokenwright::Tokenwright;
use serde_json::{Value, json};

/// What a refresh comes to.
struct Line {
    fault: &'static str,
    /// The exit code of `refresh`.
    code: i32,
    /// What is on the error output, lines that tell of another try apart; `{host}` is the practice service.
    words: &'static str,
    /// How often it was tried again.
    again: usize,
    /// The state that `list` shows afterwards.
    state: &'static str,
}

const WELL: Line = Line { fault: "", code: 0, words: "", again: 0, state: "fresh" };

const TABLE: &[Line] = &[
    WELL,
    Line { fault: "omit-refresh-token", ..WELL },
    Line { fault: "string-expiry", ..WELL },
    Line { fault: "no-expiry", ..WELL },
    Line { fault: "zero-expiry", ..WELL },
    Line { fault: "epoch-expiry", ..WELL },
    Line { fault: "form-reply", ..WELL },
    Line { fault: "expires-at", ..WELL },
    Line { fault: "expires-on", ..WELL },
    Line { fault: "expiry-with-unit", ..WELL },
    Line { fault: "other-token-type", ..WELL },
    Line { fault: "scope-list", ..WELL },
    Line { fault: "scope-commas", ..WELL },
    Line { fault: "empty-refresh-token", ..WELL },
    Line { fault: "byte-order-mark", ..WELL },
    Line {
        fault: "wrong-date",
        words: "warning: this machine's clock is 60 min behind that of `http://{host}`\n\
                hint: set the clock; until then the times shown here are this machine's own\n",
        ..WELL
    },
    Line {
        fault: "http-500",
        code: 5,
        words: "error: the token endpoint refused: `server_error` (the practice service is told to fail)\n\
                hint: the service has a problem of its own: try again later\n",
        again: 2,
        ..WELL
    },
    Line {
        fault: "http-503",
        code: 5,
        words: "error: the token endpoint refused: `temporarily_unavailable` (the practice service is told to be \
                unavailable)\n\
                hint: the service has a problem of its own: try again later\n",
        again: 2,
        ..WELL
    },
    Line {
        fault: "http-429",
        code: 5,
        words: "error: the token endpoint refused: `slow_down` (the practice service is told to want fewer \
                calls)\n\
                hint: the service asks to wait 60 min: try again after that\n",
        ..WELL
    },
    Line {
        fault: "html-error",
        code: 5,
        words: "error: the token endpoint answered 502 with a web page titled \"502 Bad Gateway\"\n\
                hint: the service has a problem of its own: try again later\n",
        again: 2,
        ..WELL
    },
    Line {
        fault: "garbage-reply",
        code: 4,
        words: "error: the token endpoint answered 200 with text that is neither JSON nor a form\n\
                hint: what is no reply of a token endpoint mostly means a wrong URL, or a proxy in between; `--verbose` \
                shows the whole reply\n",
        ..WELL
    },
    Line {
        fault: "nested-reply",
        code: 4,
        words: "error: the token endpoint answered 200 without an access token at `access_token`; it has `ok`, \
                `data`\n\
                hint: there is one at `data.access_token`: have it read from there\n",
        ..WELL
    },
    Line {
        fault: "huge-reply",
        code: 5,
        words: "error: the reply of `{host}` is larger than 1048576 bytes\n\
                hint: check the URL; a token endpoint answers with a few kilobytes\n",
        ..WELL
    },
    Line {
        fault: "redirect-token",
        code: 4,
        words: "error: the token endpoint answered with a redirect (307) to `http://localhost:{port}/elsewhere`, which \
                is not followed\n\
                hint: enter the token URL that the service documents; secrets go to no other host\n",
        ..WELL
    },
    Line {
        fault: "broken-reply",
        code: 5,
        words: "error: the connection to `{host}` was lost: Invalid chunk size line: missing size digit; the refresh token \
                may be spent, so it is not sent again now\n\
                hint: it is sent once more in {left}: until then the access token may be valid, and could end with it; \
                `tokenwright refresh demo --resend` sends it now\n",
        ..WELL
    },
    Line {
        fault: "dead-refresh-token",
        code: 3,
        words: "error: the token endpoint refused: `invalid_grant` (the practice service is told to refuse every \
                refresh token)\n\
                hint: the refresh token is spent, expired or revoked: sign in again; a service that rotates accepts only \
                the newest one\n",
        state: "needs sign-in",
        ..WELL
    },
    Line {
        fault: "error-200",
        code: 3,
        words: "error: the token endpoint refused: `invalid_grant` (the practice service is told to refuse)\n\
                hint: the refresh token is spent, expired or revoked: sign in again; a service that rotates accepts only \
                the newest one\n",
        state: "needs sign-in",
        ..WELL
    },
];

/// Refusals as services write them that do not follow RFC 6749 section 5.2.
const IN_OTHER_WORDS: &[Line] = &[
    Line {
        fault: "problem-details",
        code: 3,
        words: "error: the token endpoint refused: `invalid_grant` (the practice service is told to refuse every \
                refresh token)\n\
                hint: the refresh token is spent, expired or revoked: sign in again; a service that rotates \
                accepts only the newest one\n\
                see: https://practice.example/problems/invalid_grant\n",
        state: "needs sign-in",
        ..WELL
    },
    Line {
        fault: "error-list",
        code: 3,
        words: "error: the token endpoint refused: `invalid_grant` (the practice service is told to refuse every \
                refresh token)\n\
                hint: the refresh token is spent, expired or revoked: sign in again; a service that rotates \
                accepts only the newest one\n",
        state: "needs sign-in",
        ..WELL
    },
    Line {
        fault: "xml-error",
        code: 3,
        words: "error: the token endpoint refused: `invalid_grant` (the practice service is told to refuse every \
                refresh token)\n\
                hint: the refresh token is spent, expired or revoked: sign in again; a service that rotates \
                accepts only the newest one\n",
        state: "needs sign-in",
        ..WELL
    },
    Line {
        fault: "json-api-error",
        code: 4,
        words: "error: the token endpoint refused: `invalid_client` (the practice service is told to refuse the \
                client)\n\
                hint: client id or secret is wrong, or the service wants it elsewhere: try the other \
                authentication (Basic or body); `--verbose` shows the whole reply\n",
        ..WELL
    },
    Line {
        fault: "gateway-fault",
        code: 4,
        words: "error: the token endpoint refused: `oauth.v2.InvalidClientIdentifier` (the practice service is \
                told to refuse the client)\n\
                hint: client id or secret is wrong, or the service wants it elsewhere: try the other \
                authentication (Basic or body)\n",
        ..WELL
    },
    Line {
        fault: "plain-text-error",
        code: 4,
        words: "error: the token endpoint answered 401 with the text \"Invalid client credentials\"\n\
                hint: client id or secret is wrong, or the service wants it elsewhere: try the other \
                authentication (Basic or body)\n",
        ..WELL
    },
    Line {
        fault: "bare-challenge",
        code: 4,
        words: "error: the token endpoint answered 401 with an empty body\n\
                hint: client id or secret is wrong, or they were not sent as the service wants: it asks for Basic, \
                so set the client authentication to Basic if it is another\n",
        ..WELL
    },
    Line {
        fault: "limit-as-refusal",
        code: 5,
        words: "error: the token endpoint refused: `rate_limit_exceeded` (Rate Limit Exceeded)\n\
                hint: the service asks for fewer calls: wait a minute and try again\n",
        ..WELL
    },
    Line {
        fault: "bare-limit",
        code: 5,
        words: "error: the token endpoint answered 429 with an empty body\n\
                hint: the service asks for fewer calls: wait a minute and try again\n",
        ..WELL
    },
    Line {
        fault: "redirect-slash",
        code: 4,
        words: "error: the token endpoint answered with a redirect (307) to `http://{host}/token/`, which is not \
                followed\n\
                hint: the service wants the URL with `/token/`: change the token URL, unless that is a page to \
                sign in at\n",
        ..WELL
    },
    Line {
        fault: "warning-before-reply",
        code: 4,
        words: "error: the token endpoint answered 200 with other text around JSON; it has `access_token`\n\
                hint: the reply must be JSON and nothing else (RFC 6749 section 5.1): whoever runs the service has \
                to mend it; `--verbose` shows the whole reply\n",
        ..WELL
    },
];

#[test]
fn a_refusal_in_other_words_than_the_rfcs_comes_to_the_same() {
    for line in IN_OTHER_WORDS {
        check(line);
    }
}

#[test]
fn each_fault_has_its_words_its_code_and_leaves_the_tokens_where_they_are() {
    for line in TABLE {
        check(line);
    }
}

fn check(line: &Line) {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    practice.sign_in(&program, "demo");
    let before = shown(&program);
    let port = practice.port().to_owned();
    drop(practice);

    let faults: Vec<&str> = Some(line.fault).filter(|fault| !fault.is_empty()).into_iter().collect();
    let in_trouble = Practice::start_at(&program, &port, &faults);
    let refreshed = program.run(&["refresh", "demo"]);
    drop(in_trouble);
    let host = format!("127.0.0.1:{port}");
    let expected = line.words.replace("{host}", &host).replace("{port}", &port);
    let (again, words) = tries_and_words(&refreshed);
    let left = words.split("once more in ").nth(1).and_then(|rest| rest.split(':').next()).unwrap_or_default();
    let expected = expected.replace("{left}", left);
    assert_eq!((refreshed.code, words), (line.code, expected), "{}: {refreshed:?}", line.fault);
    assert_eq!(again, line.again, "{}: {refreshed:?}", line.fault);

    assert_eq!(state(&program), line.state, "{}", line.fault);
    let after = shown(&program);
    assert_eq!(after["refresh_token"], "kept", "{}: it is never thrown away", line.fault);
    assert_eq!(after["obtained_at"] == before["obtained_at"], line.code != 0, "{}: the old ones stay", line.fault);

    // A practice service that was started anew remembers nobody's mistakes: what is on the disk is good as it was.
    let _well = Practice::start_at(&program, &port, &[]);
    // One that got no answer waits for the end of the access token, unless a person wants it now.
    program.run(&["refresh", "demo", "--resend"]).done();
    assert_eq!(state(&program), "fresh", "{}", line.fault);
}

fn state(program: &Tokenwright) -> String {
    program.run(&["list", "--json"]).json()[0]["state"].as_str().expect("a word").to_owned()
}

/// How often the command says that it tries again, and what else is on its error output.
fn tries_and_words(finished: &Finished) -> (usize, String) {
    let (again, words): (Vec<&str>, Vec<&str>) =
        finished.stderr.lines().partition(|line| line.contains("; trying again in "));
    (again.len(), words.into_iter().flat_map(|line| [line, "\n"]).collect())
}

fn shown(program: &Tokenwright) -> Value {
    program.run(&["show", "demo", "--json"]).json()
}

/// A service that takes each refresh token once.
fn rotating() -> Scripted {
    Scripted::start(|asked, earlier| match (asked.path.as_str(), asked.parameter("refresh_token")) {
        ("/authorize", _) => asked.grant("a-code"),
        (_, spent) if !spent.is_empty() && spent != format!("rt-{}", earlier - 1) => {
            Answer::json(400, &json!({ "error": "invalid_grant" }))
        }
        _ => {
            let body = json!({
                "access_token": format!("at-{earlier}"), "refresh_token": format!("rt-{earlier}"),
                "token_type": "Bearer", "expires_in": 3600,
            });
            Answer::json(200, &body)
        }
    })
}

#[test]
fn no_refresh_token_is_spent_where_its_successor_cannot_be_kept() {
    let service = rotating();
    let program = signed_in_at_one_endpoint(&service, "demo", "");
    program.run(&["refresh", "demo"]).done();
    let store = program.database().folder();
    let mut calls = 2;
    for file in ["profiles.db", "profiles.db-wal", "profiles.db-shm", "reserve", "leases/demo"] {
        let (path, aside) = (store.join(file), store.join("aside"));
        if path.exists() {
            fs::rename(&path, &aside).expect("moved away");
        }
        fs::create_dir(&path).expect("a folder in its place");
        let words = program.run(&["refresh", "demo"]).failed(6);
        assert_eq!(service.asked("/token").len(), calls, "{file}: {words}");
        fs::remove_dir(&path).expect("mended");
        if aside.exists() {
            fs::rename(&aside, &path).expect("put back");
        }
        program.run(&["refresh", "demo"]).done();
        calls += 1;
        assert_eq!(service.asked("/token").len(), calls, "{file}");
    }
    program.database().refuse_secrets();
    let words = program.run(&["refresh", "demo"]).failed(6);
    assert_eq!(service.asked("/token").len(), calls, "{words}");
    program.database().accept_secrets();
    program.run(&["refresh", "demo"]).done();
}

#[cfg(unix)]
#[test]
fn a_link_in_the_place_of_a_file_of_the_vault_changes_nothing_elsewhere() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let service = rotating();
    let program = signed_in_at_one_endpoint(&service, "demo", "");
    let store = program.database().folder();
    let (elsewhere, aside) = (program.home().join("elsewhere"), store.join("aside"));
    for file in ["profiles.db", "profiles.db-wal", "profiles.db-shm", "leases/demo"] {
        fs::rename(store.join(file), &aside).expect("made by the sign-in");
        symlink(&elsewhere, store.join(file)).expect("a link");
        program.run(&["refresh", "demo"]).failed(6);
        assert!(!elsewhere.exists(), "{file}: a file was made where the link leads");
        fs::remove_file(store.join(file)).expect("mended");
        fs::rename(&aside, store.join(file)).expect("put back");
    }
    assert_eq!(service.asked("/token").len(), 1);
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    fs::write(&elsewhere, "somebody's").expect("written");
    fs::set_permissions(&elsewhere, fs::Permissions::from_mode(0o644)).expect("as others read it");
    symlink(&elsewhere, store.join("reserve")).expect("a link");
    program.run(&["refresh", "demo"]).done();
    assert_eq!((mode(&elsewhere), fs::read_to_string(&elsewhere).expect("read")), (0o644, "somebody's".into()));
    program.run(&["refresh", "demo"]).done();
}

/// A disk that is full but for a page or two, which takes the right to mount one.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs the right to mount a disk"]
fn a_disk_with_little_room_left_costs_no_refresh_token() {
    use std::process::Command;
    let service = rotating();
    let program = Tokenwright::with_vault();
    let data = program.data();
    fs::create_dir_all(&data).expect("a folder of our own");
    let disk =
        Command::new("mount").args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"]).arg(&data).output().expect("mount");
    assert!(disk.status.success(), "{}", String::from_utf8_lossy(&disk.stderr));
    let _mounted = Mounted(data.clone());
    describe(&program, &service, "/token", "");
    sign_in(&program, "demo");
    program.run(&["refresh", "demo"]).done();
    let mut calls = 2;
    let fill = data.join("fill");
    for pages in (0..8).rev() {
        let free = Command::new("df").args(["--output=avail", "-B4096"]).arg(&data).output().expect("df");
        let free: usize =
            String::from_utf8_lossy(&free.stdout).lines().last().expect("a number").trim().parse().expect("one");
        fs::write(&fill, vec![0; free.saturating_sub(pages) * 4096]).expect("filled");
        let finished = program.run(&["refresh", "demo"]);
        calls += usize::from(finished.code == 0);
        assert!(matches!(finished.code, 0 | 6), "{pages} pages: {finished:?}");
        assert_eq!(service.asked("/token").len(), calls, "{pages} pages: {finished:?}");
        fs::remove_file(&fill).expect("removed");
        program.run(&["refresh", "demo"]).done();
        calls += 1;
    }
}

/// A disk that is taken away again, however the test ends.
#[cfg(target_os = "linux")]
struct Mounted(std::path::PathBuf);

#[cfg(target_os = "linux")]
impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn a_pasted_refresh_token_is_not_spent_where_nothing_can_be_kept() {
    let service = rotating();
    let program = signed_in_at_one_endpoint(&service, "demo", "");
    let reserve = program.database().folder().join("reserve");
    let _ = fs::remove_file(&reserve);
    fs::create_dir(&reserve).expect("a folder in its place");
    let arguments = ["sign-in", "other", "--service", "scripted", "--client-id", "it", "--refresh-token-stdin"];
    program.run_with_input(&arguments, "rt-0\n").failed(6);
    assert_eq!(service.asked("/token").len(), 1);
    fs::remove_dir(&reserve).expect("mended");
    program.run_with_input(&arguments, "rt-0\n").done();
    assert_eq!(program.run(&["token", "other"]).done(), "at-1\n");
}
