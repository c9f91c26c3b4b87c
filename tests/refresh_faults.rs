//! The fault table: each way in which a token endpoint goes wrong, with the words that a person reads, the code that a
//! script reads, and what is on the disk afterwards. The practice service can be told to do each of them.

mod support;

use serde_json::Value;
use support::practice::Practice;
use support::process::Finished;
use support::tokenwright::Tokenwright;

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
    Line {
        fault: "wrong-date",
        words: "warning: this machine's clock is 60 min behind that of `http://{host}`\n\
                hint: set the clock; until then the times shown here are this machine's own\n",
        ..WELL
    },
    Line {
        fault: "http-500",
        code: 5,
        words: "error: the refresh token endpoint refused: `server_error` (the practice service is told to fail)\n\
                hint: the service has a problem of its own: try again later\n",
        again: 2,
        ..WELL
    },
    Line {
        fault: "http-503",
        code: 5,
        words: "error: the refresh token endpoint refused: `temporarily_unavailable` (the practice service is told to be \
                unavailable)\n\
                hint: the service has a problem of its own: try again later\n",
        again: 2,
        ..WELL
    },
    Line {
        fault: "http-429",
        code: 5,
        words: "error: the refresh token endpoint refused: `slow_down` (the practice service is told to want fewer \
                calls)\n\
                hint: the service asks to be left alone for 60 min: try again then\n",
        ..WELL
    },
    Line {
        fault: "html-error",
        code: 5,
        words: "error: the refresh token endpoint answered 502 with a web page titled \"502 Bad Gateway\"\n\
                hint: the service has a problem of its own: try again later\n",
        again: 2,
        ..WELL
    },
    Line {
        fault: "garbage-reply",
        code: 4,
        words: "error: the refresh token endpoint answered 200 with text that is neither JSON nor a form\n\
                hint: what is no reply of a token endpoint mostly means a wrong URL, or a proxy in between; `--verbose` \
                shows the whole reply\n",
        ..WELL
    },
    Line {
        fault: "nested-reply",
        code: 4,
        words: "error: the refresh token endpoint answered 200 without an access token at `access_token`; it has `ok`, \
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
        words: "error: the refresh token endpoint answered with a redirect (307) to `http://localhost:{port}/elsewhere`, which \
                is not followed\n\
                hint: enter the token URL that the service documents; secrets go to no other host\n",
        ..WELL
    },
    Line {
        fault: "broken-reply",
        code: 3,
        words: "error: the refresh token endpoint refused: `invalid_grant` (the refresh token was already used; every \
                token of this sign-in is revoked, sign in again); the reply to the try before was lost, and with it the \
                new refresh token\n\
                hint: sign in again: the service has spent the old refresh token and does not repeat its answer\n",
        again: 1,
        state: "needs sign-in",
    },
    Line {
        fault: "dead-refresh-token",
        code: 3,
        words: "error: the refresh token endpoint refused: `invalid_grant` (the practice service is told to refuse every \
                refresh token)\n\
                hint: the refresh token is spent, expired or revoked: sign in again; a service that rotates accepts only \
                the newest one\n",
        state: "needs sign-in",
        ..WELL
    },
    Line {
        fault: "error-200",
        code: 3,
        words: "error: the refresh token endpoint refused: `invalid_grant` (the practice service is told to refuse)\n\
                hint: the refresh token is spent, expired or revoked: sign in again; a service that rotates accepts only \
                the newest one\n",
        state: "needs sign-in",
        ..WELL
    },
];

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
    assert_eq!((refreshed.code, words), (line.code, expected), "{}: {refreshed:?}", line.fault);
    assert_eq!(again, line.again, "{}: {refreshed:?}", line.fault);

    assert_eq!(state(&program), line.state, "{}", line.fault);
    let after = shown(&program);
    assert_eq!(after["refresh_token"], "kept", "{}: it is never thrown away", line.fault);
    assert_eq!(after["obtained_at"] == before["obtained_at"], line.code != 0, "{}: the old ones stay", line.fault);

    // A practice service that was started anew remembers nobody's mistakes: what is on the disk is good as it was.
    let _well = Practice::start_at(&program, &port, &[]);
    program.run(&["refresh", "demo"]).done();
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
