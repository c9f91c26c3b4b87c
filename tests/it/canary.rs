//! Known secrets and tokens go through every path of the command line. Then every byte that the program produced is
//! searched for them: the output of every command, every file, its arguments and its browser's, and the pages that the
//! browser got. They may appear on the standard output of `token` only.

use std::fs;
use std::path::Path;
use std::sync::Mutex;

use crate::support::http::browser;
use crate::support::process::{Finished, Process};
use crate::support::scripted::{Answer, Asked, Scripted};
use crate::support::tokenwright::Tokenwright;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde_json::json;

/// With every character that some escaping changes.
const CLIENT_SECRET: &str = "canary-secret a%^*&+=\"\n<é>";
const PASSPHRASE: &str = "canary-passphrase";
const CODE: &str = "canary-code/+=";
const ACCESS_TOKEN: &str = "canary-access-token";
const REFRESH_TOKEN: &str = "canary-refresh-token";
/// Has the shape of a JWT; nothing checks it here.
const ID_TOKEN: &str = "eyJjYW5hcnkiOiJ5ZXMifQ.eyJzdWIiOiJjYW5hcnkifQ.Y2FuYXJ5LXNpZ25hdHVyZQ";
const CLIENT_ID: &str = "it";

#[test]
fn a_good_sign_in_and_all_that_follows_show_no_secret() {
    let ways: [(&str, &[&str]); 4] = [("basic", &[]), ("basic", &["-v"]), ("basic-raw", &["-v"]), ("body", &["-v"])];
    for (authentication, verbose) in ways {
        let service = Scripted::start(|asked, earlier| match asked.path.as_str() {
            "/authorize" => asked.grant(CODE),
            "/api" => Answer::json(200, &json!({ "you": asked.raw }))
                .header("X-Request-Id", &asked.raw.replace(['\r', '\n'], " ")),
            _ => Answer::json(200, &tokens(earlier)).header("Set-Cookie", "session=canary-cookie"),
        });
        let watch = Watch::over(&service, authentication);
        watch.sign_in(verbose).done();
        for task in
            ["refresh demo", "list", "list --json", "show demo", "show demo --json", "service show scripted --json"]
        {
            let task: Vec<&str> = task.split(' ').collect();
            watch.run(&[&task[..], verbose].concat()).done();
        }
        for token in ["access", "id", "refresh"] {
            watch.run(&[&["inspect", "demo", "--token", token][..], verbose].concat()).done();
        }
        watch.run_with_input(&["inspect", "--json"], ID_TOKEN).done();
        watch.run_with_input(&["inspect", "demo", "--ask", "--file", "-"], &tokens(0).to_string()).done();
        // A service that echoes the token; and a stranger, who gets none.
        let api = format!("{}/api", service.url());
        watch.run(&[&["call", "demo", &api, "--save"][..], verbose].concat()).done();
        assert_eq!(watch.run(&[&["call", "demo", "https://api.example.com/"][..], verbose].concat()).code, 2);
        // Where tokens belong; with `-v` the call is told on the error output, which is watched.
        let said = watch.program.run(&[&["token", "demo", "--min-valid", "2h"][..], verbose].concat());
        watch.keep("the error output of `token`", &said.stderr);
        assert!(said.done().starts_with(ACCESS_TOKEN));
        watch.finds_nothing();
    }
}

#[test]
fn a_service_that_echoes_what_it_was_sent_gives_nothing_away() {
    let echo: [fn(&str) -> Answer; 6] = [
        |raw| Answer::json(400, &json!({ "error": "invalid_request", "error_description": raw })),
        |raw| Answer::json(400, &json!({ "error": raw, "error_uri": raw })),
        |raw| Answer::json(200, &json!({ "you": { "sent": raw }, "again": [raw] })),
        |raw| Answer::text(400, "text/html", &format!("<html><title>{raw}</title><body>{raw}</body></html>")),
        |raw| Answer::text(400, "text/plain", raw),
        |raw| Answer::text(401, "text/plain", "no").header("X-You-Sent", raw.lines().last().unwrap_or_default()),
    ];
    for authentication in ["basic", "body"] {
        for answer in echo {
            let service = Scripted::start(move |asked, earlier| match (asked.path.as_str(), earlier) {
                ("/authorize", _) => asked.grant(CODE),
                // The first sign-in works, so that there is a refresh to refuse.
                (_, 0) => Answer::json(200, &tokens(0)),
                _ => answer(&everything_in(asked)),
            });
            let watch = Watch::over(&service, authentication);
            watch.sign_in(&[]).done();
            // The words are the same without `-v`.
            assert_ne!(watch.run(&["refresh", "demo", "-v"]).code, 0);
            assert_ne!(watch.sign_in(&["-v"]).code, 0);
            watch.finds_nothing();
        }
    }
}

#[test]
fn a_reply_that_is_not_as_usual_shows_no_secret_either() {
    let replies: [fn() -> Answer; 4] = [
        || {
            let form = form_urlencoded::Serializer::new(String::new())
                .extend_pairs([
                    ("access_token", ACCESS_TOKEN),
                    ("refresh_token", REFRESH_TOKEN),
                    ("id_token", ID_TOKEN),
                ])
                .finish();
            Answer::text(200, "application/x-www-form-urlencoded", &form)
        },
        || Answer::json(200, &json!({ "data": tokens(0) })),
        || Answer::json(200, &json!({ "data": { "accessToken": ACCESS_TOKEN, "refreshToken": REFRESH_TOKEN } })),
        || Answer::json(500, &json!({ "error": "server_error", "debug": tokens(0) })),
    ];
    for reply in replies {
        let service = Scripted::start(move |asked, _| match asked.path.as_str() {
            "/authorize" => asked.grant(CODE),
            _ => reply(),
        });
        let watch = Watch::over(&service, "body");
        watch.sign_in(&["-v"]);
        watch.sign_in(&[]);
        watch.run(&["list"]).done();
        watch.finds_nothing();
    }
}

#[test]
fn what_is_pasted_shows_nowhere() {
    let service = Scripted::start(|asked, earlier| match asked.path.as_str() {
        "/authorize" => asked.grant(CODE),
        _ => Answer::json(200, &tokens(earlier)),
    });
    let watch = Watch::over(&service, "body");
    let encoded: String = form_urlencoded::byte_serialize(CODE.as_bytes()).collect();
    for pasted in [
        format!("http://127.0.0.1/callback?code={encoded}&state=wrong"),
        format!("http://127.0.0.1/callback?code={encoded}"),
        format!("there you are: {CODE}"),
        format!("code={encoded}&code={encoded}&state=x"),
    ] {
        let said = watch.sign_in_by_hand(&["-v"], &format!("{pasted}\n{encoded}\n"));
        assert!(said.stderr.contains("warning: "), "{}", said.stderr);
        said.done();
    }
    watch.finds_nothing();
}

#[test]
fn a_vault_that_does_not_open_repeats_no_passphrase() {
    let service = Scripted::start(|asked, earlier| match asked.path.as_str() {
        "/authorize" => asked.grant(CODE),
        _ => Answer::json(200, &tokens(earlier)),
    });
    let mut watch = Watch::over(&service, "body");
    watch.sign_in(&[]).done();
    watch.canaries.push("canary-wrong-passphrase".to_owned());
    for task in ["token", "refresh", "show", "forget"] {
        let mut command = watch.program.command(&[task, "demo", "-v"]);
        let said = Process::start(command.env("TOKENWRIGHT_PASSPHRASE", "canary-wrong-passphrase")).finish();
        watch.keep("a locked vault", &said.stderr);
        said.failed(6);
    }
    watch.program.database().damage("demo", true);
    let said = watch.run(&["token", "demo", "-v"]);
    assert_eq!(said.code, 6);
    watch.finds_nothing();
}

#[test]
fn the_search_finds_what_it_is_there_to_find() {
    let base64 = STANDARD.encode(format!("{CLIENT_ID}:{CLIENT_SECRET}"));
    let form: String = form_urlencoded::byte_serialize(CLIENT_SECRET.as_bytes()).collect();
    let percent = percent_encoding::utf8_percent_encode(CLIENT_SECRET, percent_encoding::NON_ALPHANUMERIC).to_string();
    let json = json!(CLIENT_SECRET).to_string();
    let html = CLIENT_SECRET.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;");
    let printable = CLIENT_SECRET.replace('\n', " ");
    for hidden in [CLIENT_SECRET, &base64, &form, &percent, &percent.to_lowercase(), &json, &html, &printable] {
        let bytes = [b"\x00\xff before ", hidden.as_bytes(), b" after"].concat();
        assert!(is_in(CLIENT_SECRET, &bytes), "{hidden}");
    }
    assert!(!is_in(CLIENT_SECRET, b"canary-secret and other words"));

    // And the watch sees what the program itself says: the token on its standard output.
    let service = Scripted::start(|asked, earlier| match asked.path.as_str() {
        "/authorize" => asked.grant(CODE),
        _ => Answer::json(200, &tokens(earlier)),
    });
    let watch = Watch::over(&service, "body");
    watch.sign_in(&[]).done();
    assert_eq!(watch.finds(), [""; 0]);
    let token = watch.run(&["token", "demo"]).done();
    assert_eq!(watch.finds(), [format!("`{ACCESS_TOKEN}` in the standard output of `token demo`")]);
    fs::write(watch.program.data().join("careless"), token).expect("a file of our own");
    assert_eq!(watch.finds().len(), 2);
}

/// A program whose output is recorded completely.
struct Watch<'a> {
    program: Tokenwright,
    service: &'a Scripted,
    canaries: Vec<String>,
    kept: Mutex<Vec<(String, Vec<u8>)>>,
}

impl<'a> Watch<'a> {
    fn over(service: &'a Scripted, authentication: &str) -> Self {
        let program = Tokenwright::new()
            .with_env("TOKENWRIGHT_VAULT", "passphrase")
            .with_env("TOKENWRIGHT_PASSPHRASE", PASSPHRASE)
            .with_env("TOKENWRIGHT_CLIENT_SECRET", CLIENT_SECRET);
        let url = service.url();
        program.add_preset(
            "scripted.toml",
            &format!(
                "id = \"scripted\"\nname = \"Scripted\"\nchecked = \"2026-11-21\"\nsource = [\"a test\"]\n\
                 [redirect]\ndefault = \"http://127.0.0.1/callback\"\n[authorization]\nurl = \"{url}/authorize\"\n\
                 [token_request]\nurl = \"{url}/token\"\nauthentication = \"{authentication}\"\n\
                 [refresh_request]\nurl = \"{url}/token\"\nauthentication = \"{authentication}\"\n"
            ),
        );
        // Keeps what it was started with and what it got, as `browser-arguments` and `browser-page`.
        let follow = browser().replace("%s", "\"$1\"");
        let script =
            format!("printf '%s\\n' \"$@\" >> \"$HOME/browser-arguments\"\n{follow} >> \"$HOME/browser-page\"\n");
        fs::write(program.home().join("browser"), script).expect("a file of our own");
        let canaries = [CLIENT_SECRET, PASSPHRASE, CODE, ACCESS_TOKEN, REFRESH_TOKEN, ID_TOKEN, "canary-cookie"];
        Self { program, service, canaries: canaries.map(str::to_owned).to_vec(), kept: Mutex::default() }
    }

    fn keep(&self, what: &str, bytes: impl AsRef<[u8]>) {
        self.kept.lock().expect("a list").push((what.to_owned(), bytes.as_ref().to_vec()));
    }

    fn run(&self, arguments: &[&str]) -> Finished {
        let process = self.program.start(arguments);
        self.keep_arguments(process.id());
        self.keep_outputs(arguments, process.finish())
    }

    fn run_with_input(&self, arguments: &[&str], input: &str) -> Finished {
        let mut process = self.program.start(arguments);
        self.keep_arguments(process.id());
        process.type_text(input);
        self.keep_outputs(arguments, process.finish())
    }

    fn sign_in(&self, more: &[&str]) -> Finished {
        let browser = format!("sh '{}'", self.program.home().join("browser").display());
        let arguments = ["sign-in", "demo", "--service", "scripted", "--client-id", CLIENT_ID, "--browser", &browser];
        self.run(&[&arguments[..], more].concat())
    }

    fn sign_in_by_hand(&self, more: &[&str], input: &str) -> Finished {
        let arguments =
            ["sign-in", "demo", "--service", "scripted", "--client-id", CLIENT_ID, "--no-browser", "--paste"];
        let arguments = [&arguments[..], more].concat();
        let mut process = self.program.start(&arguments);
        // It waits: the one moment at which its arguments are sure to be there.
        process.line_with("Paste the code");
        assert!(self.keep_arguments(process.id()) > 0);
        process.type_text(input);
        self.keep_outputs(&arguments, process.finish())
    }

    fn keep_outputs(&self, arguments: &[&str], finished: Finished) -> Finished {
        let command = arguments.join(" ");
        self.keep(&format!("the standard output of `{command}`"), &finished.stdout);
        self.keep(&format!("the error output of `{command}`"), &finished.stderr);
        finished
    }

    /// What any user of this machine can see of a process, where the system tells it by files.
    fn keep_arguments(&self, process: u32) -> usize {
        let arguments = fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
        self.keep("the arguments of the process", &arguments);
        arguments.len()
    }

    /// Where a canary is that should not be there.
    fn finds(&self) -> Vec<String> {
        let mut kept = self.kept.lock().expect("a list").clone();
        collect(&self.program.data(), &mut kept);
        for file in ["browser-arguments", "browser-page"] {
            kept.extend(fs::read(self.program.home().join(file)).map(|bytes| (file.to_owned(), bytes)));
        }
        let verifiers = self
            .service
            .asked("/token")
            .iter()
            .map(|asked| asked.parameter("code_verifier").to_owned())
            .collect::<Vec<_>>();
        let canaries = self.canaries.iter().chain(verifiers.iter().filter(|verifier| !verifier.is_empty()));
        let found = canaries.flat_map(|canary| {
            kept.iter().filter(|(_, bytes)| is_in(canary, bytes)).map(move |(what, _)| format!("`{canary}` in {what}"))
        });
        found.collect()
    }

    #[track_caller]
    fn finds_nothing(&self) {
        let found = self.finds();
        assert!(found.is_empty(), "\n{}\n", found.join("\n"));
    }
}

fn tokens(earlier: usize) -> serde_json::Value {
    json!({
        "access_token": format!("{ACCESS_TOKEN}-{earlier}"),
        "refresh_token": format!("{REFRESH_TOKEN}-{earlier}"),
        "id_token": ID_TOKEN,
        "token_type": "Bearer",
        "expires_in": 3600,
    })
}

/// The request as it was sent, and its values once more decoded.
fn everything_in(asked: &Asked) -> String {
    let values: Vec<&str> = asked.parameters.iter().map(|(_, value)| value.as_str()).collect();
    format!("{}\n{}", values.join(" "), asked.raw.replace('\r', ""))
}

/// Whether a text is in these bytes, plain or encoded.
fn is_in(canary: &str, bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let upper = text.to_uppercase();
    let form: String = form_urlencoded::byte_serialize(canary.as_bytes()).collect();
    let percent = percent_encoding::utf8_percent_encode(canary, percent_encoding::NON_ALPHANUMERIC).to_string();
    let json = json!(canary).to_string();
    let html = canary.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;");
    let plain = [canary, json.trim_matches('"'), &html, &canary.replace('\n', " ")];
    let encoded = [form.to_uppercase(), percent.to_uppercase()];
    plain.iter().any(|form| text.contains(form))
        || encoded.iter().any(|form| upper.contains(form))
        || in_base64(canary, &text)
}

/// Whether the text is in one of the words, read as base64 of either alphabet.
fn in_base64(canary: &str, text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "+/-_=".contains(c);
    let words = text.split(|c| !is_part(c)).filter(|word| word.len() >= 8);
    let form: String = form_urlencoded::byte_serialize(canary.as_bytes()).collect();
    words.flat_map(|word| [STANDARD.decode(word), URL_SAFE.decode(word)]).flatten().any(|bytes| {
        let inside = String::from_utf8_lossy(&bytes);
        inside.contains(canary) || inside.contains(&form)
    })
}

/// Every file below a folder.
fn collect(folder: &Path, kept: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).expect("a folder of our own") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, kept);
        } else {
            kept.push((path.display().to_string(), fs::read(&path).expect("a file of our own")));
        }
    }
}
