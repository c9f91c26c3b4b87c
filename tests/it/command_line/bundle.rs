//! `tokenwright service update` and `service bundle make`: presets that are updated apart from the program.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use serde_json::{Value as Json, json};
use tokenwright::oauth::{AssertionAlgorithm, SigningKey, UnsignedJwt, make_proof_key};

use crate::support::process::Process;
use crate::support::scripted::{Answer, Scripted};
use crate::support::tokenwright::Tokenwright;

/// The exit codes.
const USAGE: i32 = 2;
const REFUSED: i32 = 4;

/// A publisher with a key, and a person.
struct World {
    program: Tokenwright,
    key: SigningKey,
}

impl World {
    fn new() -> Self {
        let program = Tokenwright::with_vault();
        let pair = make_proof_key(AssertionAlgorithm::EdDSA).expect("a key");
        fs::write(program.home().join("key.pem"), pair.private_key.expose()).expect("written");
        fs::create_dir(program.home().join("source")).expect("a folder");
        Self { program, key: pair.signing_key().expect("usable") }
    }

    /// A world in which the person uses the bundle 11.
    fn with_bundle() -> Self {
        let world = Self::new();
        world.publish(11, &[("robot", preset("robot", "https://one.example"))]);
        let key = world.thumbprint();
        let taken = world.program.run(&["service", "update", "acme.jws", "--yes", "--key-thumbprint", &key]).done();
        assert!(taken.ends_with("in use: bundle acme 11\n"), "{taken}");
        world
    }

    fn thumbprint(&self) -> String {
        self.key.thumbprint().expect("a public key")
    }

    fn file(&self) -> PathBuf {
        self.program.home().join("acme.jws")
    }

    /// Writes the presets into the folder, and makes `acme.jws` of it.
    fn publish(&self, number: u64, presets: &[(&str, String)]) {
        let folder = self.program.home().join("source");
        fs::remove_dir_all(&folder).expect("removed");
        fs::create_dir(&folder).expect("a folder");
        for (id, text) in presets {
            fs::write(folder.join(format!("{id}.toml")), text).expect("written");
        }
        let number = number.to_string();
        let made = self.program.run(&[
            "service",
            "bundle",
            "make",
            "source",
            "--key",
            "key.pem",
            "--name",
            "acme",
            "--number",
            &number,
            "-o",
            "acme.jws",
            "--overwrite",
        ]);
        let presets = if presets.len() == 1 { "1 preset".to_owned() } else { format!("{} presets", presets.len()) };
        let key = self.thumbprint();
        assert_eq!(made.done(), format!("acme.jws: bundle acme {number}, {presets}\nkey: {key}\n"));
    }

    /// A document as `service bundle make` would not write it, signed with the publisher's key.
    fn signed(&self, header: &Json, payload: &Json) -> String {
        let mut all = json!({ "typ": "tokenwright-presets+jws", "jwk": self.key.public_jwk() });
        let members = all.as_object_mut().expect("an object");
        members.extend(header.as_object().expect("an object").clone());
        let jwt = UnsignedJwt { header: members.clone(), claims: payload.as_object().expect("an object").clone() };
        jwt.sign(&self.key, AssertionAlgorithm::EdDSA).expect("signed").expose().to_owned()
    }

    /// What is saved of the bundle.
    fn disk(&self) -> BTreeMap<String, String> {
        let files = fs::read_dir(self.program.data().join("bundle")).into_iter().flatten().flatten();
        let read = |entry: fs::DirEntry| {
            (entry.file_name().to_string_lossy().into_owned(), fs::read_to_string(entry.path()).expect("text"))
        };
        files.map(read).collect()
    }

    /// An update with these arguments is refused in these words, and changes nothing on the disk.
    fn refuses(&self, arguments: &[&str], code: i32, words: &str) {
        let before = self.disk();
        let said = self.program.run(&[&["service", "update", "--yes"], arguments].concat()).failed(code);
        let said: Vec<&str> = said.lines().filter(|line| !line.starts_with("Fetching ")).collect();
        assert_eq!(said.first(), Some(&format!("error: {words}").as_str()), "{said:?}");
        assert_eq!(self.disk(), before, "{words}");
    }

    fn shown(&self, id: &str) -> Json {
        self.program.run(&["service", "show", id, "--json"]).json()
    }
}

fn preset(id: &str, origin: &str) -> String {
    format!(
        "id = \"{id}\"\nname = \"Robot {id}\"\nsummary = \"A client ID\"\nchecked = \"2026-11-30\"\nsource = [\"a test\"]\n\
         asks = \"secret\"\n\n[token_request]\nurl = \"{origin}/token\"\nauthentication = \"basic\"\n"
    )
}

fn payload(number: u64, presets: &Json) -> Json {
    json!({ "format": 1, "name": "acme", "number": number, "presets": presets })
}

/// The document with these members in its header, and another signature or none.
fn with_header(text: &str, header: &Json, signature: &str) -> String {
    let payload = text.split('.').nth(1).expect("a payload");
    format!("{}.{payload}.{signature}", BASE64_URL_SAFE_NO_PAD.encode(header.to_string()))
}

#[test]
fn a_bundle_is_made_shown_used_and_rolled_back() {
    let world = World::new();
    let (program, key) = (&world.program, world.thumbprint());
    let google = fs::read_to_string("presets/google.toml").expect("a preset").replace("Desktop app", "Desktop");
    world.publish(11, &[("google", google.clone()), ("robot", preset("robot", "https://one.example"))]);
    let path = world.file().display().to_string();

    let shown = program.run(&["service", "update", "acme.jws", "--dry-run"]);
    assert_eq!(shown.stderr, "Nothing was changed.\n");
    let summary = "  summary: \"OAuth client of type Desktop app, its id and secret\" -> \
                   \"OAuth client of type Desktop, its id and secret\"\n";
    let shown = shown.done();
    let head = format!("bundle acme 11 of {path}, in use: what is built in\nkey: {key}\nchanged: google\n");
    assert!(shown.starts_with(&head) && shown.contains(summary), "{shown}");
    assert!(shown.ends_with("new: robot (Robot robot)\n"), "{shown}");
    assert_eq!(world.disk(), BTreeMap::new());

    // The key is neither named nor can be confirmed, since there is no terminal.
    let refused = program.run(&["service", "update", "acme.jws", "--yes"]);
    assert_eq!((refused.code, world.disk()), (USAGE, BTreeMap::new()));
    assert_eq!(
        refused.stderr,
        format!(
            "error: the bundle is signed with the key `{key}`, which is not known yet; nothing was changed\nhint: compare it \
             with what its publisher tells elsewhere, and name it: `--key-thumbprint THUMBPRINT`\n"
        )
    );
    let taken = program.run(&["service", "update", "acme.jws", "--yes", "--key-thumbprint", &key]).done();
    assert!(taken.ends_with("\nin use: bundle acme 11\n"), "{taken}");
    assert_eq!(
        (&world.shown("robot")["from"], &world.shown("google")["from"]),
        (&json!("bundle acme 11"), &json!("bundle acme 11"))
    );
    assert_eq!(world.shown("slack")["from"], "built in");
    assert!(program.run(&["service", "show", "robot"]).done().ends_with("\n  preset: bundle acme 11\n"));
    program.add_preset("mine.toml", &preset("robot", "https://mine.example"));
    assert_eq!(world.shown("robot")["from"], "your file");
    fs::remove_file(program.data().join("presets/mine.toml")).expect("removed");

    // From the pinned file, which its publisher has replaced.
    world.publish(12, &[("robot", preset("robot", "https://two.example"))]);
    let json = program.run(&["service", "update", "--yes", "--json"]).json();
    assert_eq!((&json["number"], &json["in_use"], &json["is_known_key"]), (&json!(12), &json!(11), &json!(true)));
    let url = json!({ "key": "token_request.url", "ours": "\"https://one.example/token\"", "theirs": "\"https://two.example/token\"" });
    assert_eq!(json["changes"][1], json!({ "id": "robot", "change": "changed", "keys": [url] }));
    assert_eq!(world.shown("google")["from"], "built in");
    let again = program.run(&["service", "update", "--yes"]);
    assert_eq!(again.stderr, "It is in use already; nothing was changed.\n");
    let list = program.run(&["service", "list", "--json"]).json();
    let from: Vec<&Json> = list.as_array().expect("a list").iter().filter(|one| one["from"] != "built in").collect();
    assert_eq!((from.len(), &from[0]["id"], &from[0]["from"]), (1, &json!("robot"), &json!("bundle acme 12")));

    let back = || program.run(&["service", "update", "--roll-back"]);
    assert_eq!(back().done(), "in use: bundle acme 11\n");
    assert_eq!(world.shown("robot")["calls"]["token_request"]["url"], "https://one.example/token");
    assert_eq!(back().done(), "in use: what is built in\n");
    assert_eq!(program.run(&["service", "show", "robot"]).code, USAGE);
    let none = "what is built in is in use already, and there is nothing to go back to";
    assert!(back().failed(USAGE).starts_with(&format!("error: {none}\n")));
    assert!(program.run(&["service", "update", "--yes"]).done().ends_with("in use: bundle acme 12\n"));

    assert_eq!(program.run(&["service", "update", "--forget"]).done(), "forgotten; in use: what is built in\n");
    world.refuses(&[], USAGE, "no bundle of presets is pinned");
}

#[test]
fn a_bundle_that_is_not_the_publishers_is_refused_and_changes_nothing() {
    let world = World::with_bundle();
    world.publish(12, &[("robot", preset("robot", "https://two.example"))]);
    let good = fs::read_to_string(world.file()).expect("a bundle");
    let refuses = |text: &str, words: &str| {
        fs::write(world.file(), text).expect("written");
        world.refuses(&[], REFUSED, words);
    };
    let wrong = "the bundle is refused: its signature is wrong: it was changed, cut off, or not signed with the key that it names";
    let (message, signature) = good.rsplit_once('.').expect("three parts");
    refuses(&format!("{message}.{}", signature.chars().rev().collect::<String>()), wrong);
    refuses(&good[..good.len() - 20], wrong);
    let payload_of = |text: &str| text.split('.').nth(1).expect("a payload").to_owned();
    let other = BASE64_URL_SAFE_NO_PAD
        .encode(payload(13, &json!({ "robot": preset("robot", "https://evil.example") })).to_string());
    refuses(&good.replace(&payload_of(&good), &other), wrong);
    let cut = "the bundle is refused: it is no signed document (JWS, RFC 7515), or it is cut off";
    refuses(&good[..good.len() / 2], cut);
    refuses("", cut);
    let header = |alg: &str| json!({ "alg": alg, "typ": "tokenwright-presets+jws", "jwk": world.key.public_jwk() });
    let none = "the bundle is refused: it has no signature (its `alg` is `none`), so anybody can have written it";
    refuses(&with_header(&good, &header("none"), ""), none);
    let unknown = "the bundle is refused: it is signed by `HS256`; only `EdDSA` and `ES256` are accepted";
    refuses(&with_header(&good, &header("HS256"), "c2ln"), unknown);
    let crit = world.signed(&json!({ "crit": ["new"], "new": 1 }), &payload(12, &json!({})));
    refuses(&crit, "the bundle is refused: its header demands an extension that is not known here (`crit`)");
    let typ = world.signed(&json!({ "typ": "JWT" }), &payload(12, &json!({})));
    refuses(&typ, "the bundle is refused: its type (`typ`) is `JWT`, not `tokenwright-presets+jws`");

    let stranger = World::new();
    let forged =
        stranger.signed(&json!({}), &payload(12, &json!({ "robot": preset("robot", "https://evil.example") })));
    let (new, pinned) = (stranger.thumbprint(), world.thumbprint());
    refuses(&forged, &format!("the bundle is signed with the key `{new}`, and the key `{pinned}` is pinned"));
    world.refuses(
        &["--key-thumbprint", &new],
        REFUSED,
        &format!("the bundle is signed with the key `{new}`, and the key `{pinned}` is pinned"),
    );
    fs::write(world.file(), &good).expect("written");
    world.refuses(
        &["--key-thumbprint", &new],
        REFUSED,
        &format!("the bundle is signed with the key `{pinned}`, and `{new}` was named"),
    );
}

#[test]
fn a_bundle_with_wrong_contents_is_refused_and_changes_nothing() {
    let world = World::with_bundle();
    let refuses = |payload: &Json, words: &str| {
        fs::write(world.file(), world.signed(&json!({}), payload)).expect("written");
        world.refuses(&[], REFUSED, words);
    };
    let robot = json!({ "robot": preset("robot", "https://two.example") });
    refuses(&payload(10, &robot), "the bundle acme 10 is older than acme 11, which was taken before");
    refuses(&payload(11, &robot), "the bundle acme 11 says other things than the acme 11 that was taken before");
    let other = json!({ "format": 1, "name": "other", "number": 12, "presets": robot });
    refuses(&other, "the bundle is `other`, and `acme` is pinned");
    refuses(&json!({ "format": 2 }), "the bundle is of the format 2, and this program knows the format 1");
    refuses(&payload(12, &json!({})), "the bundle has no presets");
    // One that can be used does not save the other.
    let broken = json!({ "a": preset("a", "https://two.example"), "robot": preset("robot", "https://two.example").replace("name = \"Robot robot\"\n", "") });
    refuses(&payload(12, &broken), "the bundle is refused: its preset robot.toml:1: missing field `name`");
    let unchecked = preset("robot", "https://two.example").replace("https://two.example", "https://<host>");
    let unchecked = json!({ "robot": unchecked });
    refuses(
        &payload(12, &unchecked),
        "the bundle is refused: its preset robot.toml:9: `token_request` names `<host>`, which nothing supplies",
    );
    let stolen = json!({ "google": preset("robot", "https://two.example") });
    refuses(&payload(12, &stolen), "the bundle lists the preset `google`, whose text has the id `robot`");
    let own = json!({ "custom": preset("custom", "https://two.example") });
    refuses(&payload(12, &own), "the bundle has the preset `custom`, which belongs to the program");

    fs::write(world.file(), "a".repeat(1024 * 1024 + 1)).expect("written");
    world.refuses(&[], REFUSED, "the bundle is larger than 1048576 bytes");
    // A publisher is told before anybody has it.
    fs::write(world.program.home().join("source/robot.toml"), "id = \"robot\"\n").expect("written");
    let made = world
        .program
        .run(&["service", "bundle", "make", "source", "--key", "key.pem", "--name", "acme", "-o", "new.jws"]);
    assert!(
        made.failed(REFUSED).starts_with("error: the bundle is refused: its preset robot.toml:1: missing field `name`")
    );
    assert!(!world.program.home().join("new.jws").exists());
}

#[test]
fn a_bundle_is_fetched_from_an_address_and_from_no_other_host() {
    let world = World::with_bundle();
    world.publish(12, &[("robot", preset("robot", "https://two.example"))]);
    let bundle = fs::read_to_string(world.file()).expect("a bundle");
    let server = Scripted::start(move |asked, _| match asked.path.as_str() {
        "/acme.jws" => Answer::text(200, "application/jose", &bundle),
        "/moved" => Answer::text(302, "text/plain", "").header("Location", "/acme.jws"),
        "/round" => Answer::text(302, "text/plain", "").header("Location", "/round"),
        "/away" => Answer::text(302, "text/plain", "").header("Location", "https://other.example/acme.jws"),
        "/large" => Answer::text(200, "application/jose", &"a".repeat(1024 * 1024 + 1)),
        _ => Answer::text(404, "text/plain", "none"),
    });
    let url = |path: &str| format!("{}{path}", server.url());
    let host = server.url().replace("http://", "");
    world.refuses(
        &["http://presets.example/acme.jws"],
        USAGE,
        "`http://presets.example/acme.jws` is not the `https` address of a bundle",
    );
    world.refuses(
        &["ftp://presets.example/acme.jws"],
        USAGE,
        "`ftp://presets.example/acme.jws` is not the `https` address of a bundle",
    );
    let user = "the address of a bundle has a user or a password in it";
    world.refuses(&["https://ada:hunter2@presets.example/acme.jws"], USAGE, user);
    let network = 5;
    world.refuses(&[&url("/none")], network, &format!("`{}` answered 404, not with a bundle", url("/none")));
    world.refuses(&[&url("/large")], network, &format!("the reply of `{host}` is larger than 1048576 bytes"));
    world.refuses(
        &[&url("/away")],
        REFUSED,
        &format!("`{}` redirects to another host: `https://other.example`", url("/away")),
    );
    world.refuses(&[&url("/round")], REFUSED, &format!("`{}` redirects more than 3 times", url("/round")));
    assert_eq!(server.asked("/round").len(), 4);
    assert!(
        world.program.run(&["service", "update", "--yes", &url("/moved")]).done().ends_with("in use: bundle acme 12\n")
    );
    // The address is pinned with the key.
    let again = world.program.run(&["service", "update", "--yes"]);
    assert!(again.done().starts_with(&format!("bundle acme 12 of {}, in use: bundle acme 12\n", url("/moved"))));
}

#[test]
fn what_saved_profiles_would_send_elsewhere_is_told_first() {
    let world = World::new();
    let server = Scripted::start(|_, _| Answer::json(200, &json!({ "access_token": "at", "expires_in": 3600 })));
    world.publish(11, &[("robot", preset("robot", &server.url()))]);
    let key = world.thumbprint();
    world.program.run(&["service", "update", "acme.jws", "--yes", "--key-thumbprint", &key]).done();
    let mut sign_in = world.program.command(&["sign-in", "demo", "--service", "robot", "--client-id", "me"]);
    sign_in.env("TOKENWRIGHT_CLIENT_SECRET", "s3cret");
    assert!(sign_in.status().expect("run").success());

    world.publish(12, &[("robot", preset("robot", "https://evil.example"))]);
    let shown = world.program.run(&["service", "update", "--dry-run"]).done();
    let told = format!(
        "Your secrets would be sent elsewhere:\n  `demo` (robot): the token call with the client secret would go to \
         `https://evil.example` instead of `{}`\nchanged: robot\n",
        server.url()
    );
    assert!(shown.contains(&told), "{shown}");
    world.publish(12, &[("other", preset("other", "https://two.example"))]);
    let shown = world.program.run(&["service", "update", "--dry-run"]).done();
    assert!(shown.contains("  `demo` (robot): the profile could not be used any more: "), "{shown}");

    // A preset of one's own goes before the bundle, so nothing changes for the profile.
    world.program.add_preset("robot.toml", &preset("robot", &server.url()));
    let shown = world.program.run(&["service", "update", "--dry-run", "--json"]).json();
    assert_eq!(shown["destinations"], json!([]));
}

#[test]
fn a_damaged_bundle_is_named_and_what_is_built_in_goes_on() {
    let world = World::with_bundle();
    let google = fs::read_to_string("presets/google.toml").expect("a preset").replace("Desktop app", "Desktop");
    world.publish(12, &[("google", google)]);
    world.program.run(&["service", "update", "--yes"]).done();
    assert_eq!(world.shown("google")["from"], "bundle acme 12");
    let path = world.program.data().join("bundle/12.jws");
    fs::write(&path, &fs::read_to_string(&path).expect("a bundle")[1..]).expect("damaged");
    let shown = world.program.run(&["service", "show", "google", "--json"]);
    let told = format!("warning: `{}` is not used, and what is built in is: ", path.display());
    assert!(shown.stderr.starts_with(&told), "{}", shown.stderr);
    assert_eq!(shown.json()["from"], "built in");
    // The hint of the warning is right.
    world.program.run(&["service", "update", "--yes"]).done();
    let shown = world.program.run(&["service", "show", "google", "--json"]);
    assert_eq!(shown.stderr, "");
    assert_eq!(shown.json()["from"], "bundle acme 12");
}

#[test]
fn of_two_processes_one_takes_the_bundle_and_the_other_is_told() {
    let world = World::with_bundle();
    world.publish(12, &[("robot", preset("robot", "https://two.example"))]);
    let both = [(); 2].map(|()| world.program.start(&["service", "update", "--yes"]));
    let ended = both.map(Process::finish);
    assert!(ended.iter().any(|finished| finished.code == 0), "{ended:?}");
    let changed = "error: another process has changed the bundle of presets meanwhile; nothing was changed here\n";
    assert!(ended.iter().all(|finished| finished.code == 0 || finished.stderr.starts_with(changed)), "{ended:?}");
    let names: Vec<String> = world.disk().into_keys().filter(|name| name != "lock").collect();
    assert_eq!(names, ["11.jws", "12.jws", "pin.toml"]);
    assert_eq!(world.shown("robot")["from"], "bundle acme 12");
}
