//! The rooms of the house as data: the layer of each, and what it must not name.

use crate::text::Source;

/// One room of `src`.
struct Room {
    name: &'static str,
    /// A room never names one on a higher layer.
    layer: u8,
    /// Whether rooms of its own layer are out of bounds too.
    alone: bool,
    /// Paths, as their first segments or (where marked by a leading `..`) as any segments, that it must not name.
    bans: &'static [&'static [&'static str]],
}

const WORDS: u8 = 0;
const DOMAIN: u8 = 1;
const EDGES: u8 = 2;
const SEALS: u8 = 3;
const PRODUCT: u8 = 4;
const FACES: u8 = 5;
const ASSEMBLY: u8 = 6;

const WINDOW: &[&str] = &["egui", "eframe", "winit", "egui_kittest"];
const FILES: &[&str] = &["std::fs", "tempfile", "directories"];
const THREADS: &[&str] = &["std::thread", "..thread::spawn", "..thread::Builder", "tokio"];
const COMMAND_LINE: &[&str] = &["clap", "rpassword"];
/// `std::net::IpAddr` and its like are values, and fine.
const NETWORK: &[&str] = &[
    "std::net::TcpStream",
    "std::net::TcpListener",
    "std::net::UdpSocket",
    "std::net::ToSocketAddrs",
    "std::os::unix::net",
    "..TcpStream::connect",
    "..TcpListener::bind",
    "reqwest",
    "hyper",
    "hyper_util",
    "tiny_http",
    "tokio_rustls",
    "open",
];
/// What a room needs that reaches nobody but a database.
const DATABASE: &[&str] = &["rustls", "tokio_postgres"];
const SECRETS: &[&str] = &["crate::secret"];
/// Values that must come in as arguments, so that a flow can be told again in a test.
const CLOCK_AND_CHANCE: &[&str] =
    &["..SystemTime::now", "..Instant::now", "..Timestamp::now", "..Zoned::now", "getrandom", "rand", "..OsRng"];

const DOMAIN_BANS: &[&[&str]] = &[NETWORK, DATABASE, FILES, THREADS, WINDOW, COMMAND_LINE];

/// The house, lowest layer first.
const ROOMS: &[Room] = &[
    Room {
        name: "secret",
        layer: WORDS,
        alone: true,
        bans: &[NETWORK, DATABASE, FILES, THREADS, WINDOW, COMMAND_LINE],
    },
    Room {
        name: "search",
        layer: WORDS,
        alone: true,
        bans: &[NETWORK, DATABASE, FILES, THREADS, WINDOW, COMMAND_LINE],
    },
    Room {
        name: "diagnosis",
        layer: WORDS,
        alone: true,
        bans: &[NETWORK, DATABASE, FILES, THREADS, WINDOW, COMMAND_LINE],
    },
    // Atomic writes: the one word that touches files.
    Room { name: "durable", layer: WORDS, alone: true, bans: &[NETWORK, DATABASE, THREADS, WINDOW, COMMAND_LINE] },
    // How programs are started: the one place that starts any.
    Room { name: "child", layer: WORDS, alone: true, bans: &[FILES, THREADS, WINDOW, COMMAND_LINE] },
    Room { name: "call", layer: DOMAIN, alone: false, bans: DOMAIN_BANS },
    Room {
        name: "oauth",
        layer: DOMAIN,
        alone: false,
        bans: &[NETWORK, DATABASE, FILES, THREADS, WINDOW, COMMAND_LINE, CLOCK_AND_CHANCE],
    },
    Room {
        name: "service",
        layer: DOMAIN,
        alone: false,
        bans: &[NETWORK, DATABASE, FILES, THREADS, WINDOW, COMMAND_LINE, SECRETS],
    },
    Room {
        name: "witness",
        layer: DOMAIN,
        alone: false,
        bans: &[NETWORK, DATABASE, FILES, THREADS, WINDOW, COMMAND_LINE, SECRETS],
    },
    Room { name: "dialect", layer: DOMAIN, alone: false, bans: DOMAIN_BANS },
    Room { name: "export", layer: DOMAIN, alone: false, bans: DOMAIN_BANS },
    Room { name: "agent", layer: EDGES, alone: true, bans: &[WINDOW, COMMAND_LINE] },
    Room { name: "transport", layer: EDGES, alone: true, bans: &[WINDOW, COMMAND_LINE] },
    Room { name: "redirect", layer: EDGES, alone: true, bans: &[WINDOW, COMMAND_LINE] },
    Room { name: "config", layer: EDGES, alone: true, bans: &[WINDOW, COMMAND_LINE, SECRETS] },
    Room { name: "store", layer: EDGES, alone: true, bans: &[NETWORK, WINDOW, COMMAND_LINE, SECRETS] },
    // Seals what a store keeps.
    Room { name: "vault", layer: SEALS, alone: true, bans: &[NETWORK, DATABASE, FILES, WINDOW, COMMAND_LINE] },
    // What it keeps is masked before it comes here.
    Room { name: "call_log", layer: EDGES, alone: true, bans: &[NETWORK, DATABASE, WINDOW, COMMAND_LINE, SECRETS] },
    Room { name: "delivery", layer: EDGES, alone: true, bans: &[WINDOW, COMMAND_LINE] },
    Room { name: "desktop", layer: EDGES, alone: true, bans: &[WINDOW, COMMAND_LINE] },
    Room { name: "crash", layer: EDGES, alone: true, bans: &[NETWORK, DATABASE, WINDOW, COMMAND_LINE, SECRETS] },
    Room { name: "practice", layer: EDGES, alone: true, bans: &[WINDOW, COMMAND_LINE] },
    Room { name: "expression", layer: EDGES, alone: true, bans: &[NETWORK, DATABASE, FILES, WINDOW, COMMAND_LINE] },
    Room { name: "app", layer: PRODUCT, alone: false, bans: &[WINDOW, COMMAND_LINE] },
    Room { name: "cli", layer: FACES, alone: true, bans: &[WINDOW, THREADS] },
    Room { name: "gui", layer: FACES, alone: true, bans: &[COMMAND_LINE, THREADS] },
    // Where the parts are put together.
    Room { name: "lib", layer: ASSEMBLY, alone: false, bans: &[] },
    Room { name: "entry", layer: ASSEMBLY, alone: false, bans: &[] },
    Room { name: "main", layer: ASSEMBLY, alone: false, bans: &[] },
    Room { name: "bin", layer: ASSEMBLY, alone: false, bans: &[] },
];

/// The room that a file of `src` belongs to: `src/call/mask.rs` and `src/call.rs` are in `call`.
pub fn room_name(path: &str) -> &str {
    let inside = path.strip_prefix("src/").unwrap_or(path);
    inside.split('/').next().unwrap_or(inside).trim_end_matches(".rs")
}

/// Rooms that a person finds on the map, out of the files given.
pub fn inhabited<'a>(sources: &'a [Source]) -> Vec<&'a str> {
    let mut names: Vec<&'a str> = sources.iter().map(|source| room_name(&source.path)).collect();
    names.retain(|name| !matches!(*name, "lib" | "main" | "bin"));
    names.sort_unstable();
    names.dedup();
    names
}

/// What this file does against the room table, one line each: file, line, rule.
pub fn complaints(source: &Source) -> Vec<String> {
    let name = room_name(&source.path);
    let Some(room) = find(name) else {
        return vec![format!("{}: room `{name}` is not in the room table of tests/house/rooms.rs", source.path)];
    };
    let mut complaints = globs(source);
    for path in source.shipped_paths() {
        let segments = from_root(&source.path, &path.segments);
        if let Some(rule) = room.rule_against(&segments) {
            complaints.push(format!("{}:{}: {rule}: `{}`", source.path, path.line, segments.join("::")));
        }
    }
    complaints
}

/// Imports say by name what they bring, except in tests.
fn globs(source: &Source) -> Vec<String> {
    let lines = source.code.iter().enumerate();
    let globs = lines.filter(|(at, line)| line.contains("super::*") && !source.in_tests[*at]);
    globs.map(|(at, _)| format!("{}:{}: imports are named outside tests: `super::*`", source.path, at + 1)).collect()
}

/// The path with a leading `super` or `self` written out, as seen from the file's own module.
fn from_root(file: &str, segments: &[String]) -> Vec<String> {
    let relative = segments.iter().take_while(|segment| matches!(segment.as_str(), "super" | "self")).count();
    if relative == 0 || segments.len() == relative {
        return segments.to_vec();
    }
    let inside = file.trim_start_matches("src/").trim_end_matches(".rs");
    let mut module: Vec<&str> = inside.split('/').filter(|part| !matches!(*part, "mod" | "lib" | "main")).collect();
    let supers = segments[..relative].iter().filter(|segment| *segment == "super").count();
    module.truncate(module.len().saturating_sub(supers));
    let above = std::iter::once("crate").chain(module).map(str::to_owned);
    above.chain(segments[relative..].iter().cloned()).collect()
}

fn find(name: &str) -> Option<&'static Room> {
    ROOMS.iter().find(|room| room.name == name)
}

impl Room {
    fn rule_against(&self, path: &[String]) -> Option<String> {
        let banned = self.bans.iter().copied().flatten().find(|ban| names(path, ban));
        if let Some(ban) = banned {
            return Some(format!("room `{}` must not name `{}`", self.name, ban.trim_start_matches("..")));
        }
        let own_crate = matches!(path.first().map(String::as_str), Some("crate" | "tokenwright"));
        let other = path.get(1).filter(|_| own_crate).and_then(|name| find(name))?;
        if other.name == self.name {
            None
        } else if other.layer > self.layer {
            Some(format!("room `{}` must not name `{}`, which is on a higher layer", self.name, other.name))
        } else if self.layer == FACES && matches!(other.layer, EDGES | SEALS) {
            Some(format!(
                "room `{}` must not name `{}`: what a face needs of it comes from `app`",
                self.name, other.name
            ))
        } else if self.alone && other.layer == self.layer {
            Some(format!("room `{}` must not name `{}`, which is on its own layer", self.name, other.name))
        } else {
            None
        }
    }
}

/// Whether the path is, or is inside, what the ban names. A lone word is a variable, not a crate.
fn names(path: &[String], ban: &str) -> bool {
    let anywhere = ban.starts_with("..");
    let ban: Vec<&str> = ban.trim_start_matches("..").split("::").collect();
    let same = |window: &[String]| window.iter().zip(&ban).all(|(segment, banned)| segment == banned);
    let own = path.first().is_some_and(|first| first == "tokenwright")
        && ban[0] == "crate"
        && path[1..].starts_with(&[ban[1].to_owned()]);
    match path.len() {
        0 | 1 => false,
        _ if anywhere => path.windows(ban.len()).any(same),
        length => own || (length >= ban.len() && same(&path[..ban.len()])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, text: &str, expected: &[&str]) {
        assert_eq!(complaints(&Source::new(path, text)), expected, "{path}: {text}");
    }

    #[test]
    fn a_room_that_names_a_higher_one_is_caught_with_file_and_line() {
        let higher =
            "src/call/mask.rs:2: room `call` must not name `app`, which is on a higher layer: `crate::app::Step`";
        check("src/call/mask.rs", "//! Masks.\nuse crate::{oauth::Scope, app::Step};", &[higher]);
        let qualified =
            "src/vault.rs:1: room `vault` must not name `cli`, which is on a higher layer: `crate::cli::run`";
        check("src/vault.rs", "fn a() { crate::cli::run(); }", &[qualified]);
    }

    #[test]
    fn an_edge_that_names_another_edge_is_caught() {
        let edge = "src/store/mod.rs:1: room `store` must not name `config`, which is on its own layer: `crate::config::Config`";
        check("src/store/mod.rs", "use crate::config::Config;", &[edge]);
        check(
            "src/gui/mod.rs",
            "use crate::vault;",
            &[
                "src/gui/mod.rs:1: room `gui` must not name `vault`: what a face needs of it comes from `app`: `crate::vault`",
            ],
        );
    }

    #[test]
    fn what_a_domain_room_must_not_touch_is_caught_in_each_way_of_writing_it() {
        let file = "src/service/catalog.rs:1: room `service` must not name `std::fs`: `std::fs`";
        check("src/service/catalog.rs", "use std::{fs, net::IpAddr};", &[file]);
        let clock = "src/oauth/state.rs:1: room `oauth` must not name `Timestamp::now`: `jiff::Timestamp::now`";
        check("src/oauth/state.rs", "fn a() { jiff::Timestamp::now(); }", &[clock]);
        let secret = "src/store.rs:1: room `store` must not name `crate::secret`: `crate::secret::Secret`";
        check("src/store.rs", "use crate::secret::Secret;", &[secret]);
        let thread = "src/gui/app.rs:2: room `gui` must not name `std::thread`: `std::thread::spawn`";
        check("src/gui/app.rs", "fn a() {\n    std::thread::spawn(b);\n}", &[thread]);
    }

    #[test]
    fn a_room_without_a_place_in_the_table_is_caught() {
        check("src/attic.rs", "", &["src/attic.rs: room `attic` is not in the room table of tests/house/rooms.rs"]);
    }

    #[test]
    fn super_does_not_lead_out_of_a_room_unseen() {
        let out =
            "src/call/mod.rs:1: room `call` must not name `vault`, which is on a higher layer: `crate::vault::Vault`";
        check("src/call/mod.rs", "use super::vault::Vault;", &[out]);
        check("src/call/mask.rs", "fn a() { super::escape::form(); }", &[]);
    }

    #[test]
    fn an_unnamed_import_is_caught_outside_tests_only() {
        let text = "use super::*;\n#[cfg(test)]\nmod tests {\n    use super::*;\n}\n";
        check("src/call/a.rs", text, &["src/call/a.rs:1: imports are named outside tests: `super::*`"]);
    }

    #[test]
    fn comments_strings_and_lower_rooms_are_no_offence() {
        check("src/call/mod.rs", "// crate::app\nconst A: &str = \"crate::app\";\nuse crate::secret::Secret;", &[]);
        check("src/app/mod.rs", "use crate::{vault::Vault, transport};", &[]);
        check("src/main.rs", "use tokenwright::{cli, gui};", &[]);
    }
}
