//! What may be built into the program: licences, sources, and crates that stay out. Reads the lock file and cargo's own
//! metadata, so it works without a network. `deny.toml` holds the same policy for those who run `cargo deny`.

use std::collections::BTreeMap;
use std::process::Command;

use crate::read;

const LICENCES: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "OFL-1.1",
    "Ubuntu-font-1.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];
/// Licences that hold for one crate only.
const LICENCES_OF: &[(&str, &str)] = &[
    // Weak copyleft, file by file; `directories` has no other way to say "nothing".
    ("option-ext", "MPL-2.0"),
];
/// Crates that stay out, and why.
const BANNED: &[(&str, &str)] = &[
    ("openssl", "one TLS library: rustls"),
    ("openssl-sys", "one TLS library: rustls"),
    ("native-tls", "one TLS library: rustls"),
    ("boring", "one TLS library: rustls"),
    ("ring", "one cryptography library for TLS: aws-lc-rs"),
    ("ttf-parser", "unmaintained, RUSTSEC-2026-0192; comes with winit's default features"),
    ("rsa", "timing leak, RUSTSEC-2023-0071"),
    ("atty", "unmaintained, RUSTSEC-2024-0375"),
    ("ansi_term", "unmaintained, RUSTSEC-2021-0139"),
    ("instant", "unmaintained, RUSTSEC-2024-0384"),
    ("bincode", "unmaintained, RUSTSEC-2025-0141"),
    ("serde_yaml", "unmaintained"),
    ("serde_yml", "unsound, RUSTSEC-2025-0068"),
    ("yaml-rust", "unmaintained, RUSTSEC-2024-0320"),
    ("syntect", "brings unmaintained crates"),
    ("egui_inspection", "opens a control port without a lock"),
];
/// Crates that must be there once: a second version means two windows, two network stacks or two ideas of a type.
const SINGLE: &[&str] = &[
    "aws-lc-rs",
    "clap",
    "eframe",
    "egui",
    "hyper",
    "keyring",
    "oauth2",
    "reqwest",
    "rustls",
    "serde",
    "tokio",
    "url",
    "winit",
    "zbus",
];

#[test]
fn every_dependency_comes_from_the_package_registry() {
    let packages = locked(&read("Cargo.lock"));
    let strange = packages.iter().filter(|package| !package.is_ours() && !package.is_registered());
    let strange: Vec<String> =
        strange.map(|package| format!("{} comes from {:?}", package.name, package.source)).collect();
    assert_eq!(strange, [""; 0]);
}

#[test]
fn banned_crates_and_second_versions_stay_out() {
    let unused = not_built();
    let packages: Vec<_> =
        locked(&read("Cargo.lock")).into_iter().filter(|package| !unused.contains(&package.name)).collect();
    assert_eq!(bans(&packages), [""; 0]);
}

#[test]
fn every_licence_is_one_we_may_ship() {
    let refused = metadata().into_iter().filter(|(name, licence)| !is_allowed(name, licence.as_deref().unwrap_or("")));
    let refused: Vec<String> = refused.map(|(name, licence)| format!("{name}: {licence:?}")).collect();
    assert_eq!(refused, [""; 0]);
}

#[test]
fn the_policy_for_cargo_deny_is_the_same() {
    let policy: toml::Table = read("deny.toml").parse().expect("deny.toml is TOML");
    let listed: Vec<&str> =
        policy["licenses"]["allow"].as_array().into_iter().flatten().filter_map(toml::Value::as_str).collect();
    assert_eq!(listed, LICENCES);
    let denied = policy["bans"]["deny"].as_array().into_iter().flatten();
    let denied: Vec<&str> = denied.filter_map(|ban| ban.get("crate")?.as_str()).collect();
    assert_eq!(denied, BANNED.iter().map(|(name, _)| *name).collect::<Vec<_>>());
}

#[derive(Debug)]
struct Package {
    name: String,
    version: String,
    source: Option<String>,
}

impl Package {
    fn is_ours(&self) -> bool {
        self.source.is_none() && self.name == env!("CARGO_PKG_NAME")
    }

    fn is_registered(&self) -> bool {
        self.source
            .as_deref()
            .is_some_and(|source| source.starts_with("registry+") && source.ends_with("/crates.io-index"))
    }
}

fn locked(lock: &str) -> Vec<Package> {
    let lock: toml::Table = lock.parse().expect("Cargo.lock is TOML");
    let text = |package: &toml::Value, key: &str| package.get(key).and_then(toml::Value::as_str).map(str::to_owned);
    let packages = lock["package"].as_array().into_iter().flatten();
    packages
        .map(|package| Package {
            name: text(package, "name").expect("a locked package has a name"),
            version: text(package, "version").expect("a locked package has a version"),
            source: text(package, "source"),
        })
        .collect()
}

fn bans(packages: &[Package]) -> Vec<String> {
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in packages {
        versions.entry(&package.name).or_default().push(&package.version);
    }
    let banned = BANNED.iter().filter(|(name, _)| versions.contains_key(name));
    let banned = banned.map(|(name, reason)| format!("{name}: {reason}"));
    let doubled = SINGLE.iter().filter(|name| versions.get(*name).is_some_and(|versions| versions.len() > 1));
    banned.chain(doubled.map(|name| format!("{name}: more than one version: {:?}", versions[name]))).collect()
}

/// Packages that the lock file lists for features nobody switches on: cargo builds them on no platform.
fn not_built() -> Vec<String> {
    let tree = cargo(&[
        "tree",
        "--offline",
        "--locked",
        "--target",
        "all",
        "--edges",
        "all",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ]);
    let Some(tree) = tree else { return Vec::new() };
    let built: Vec<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    locked(&read("Cargo.lock"))
        .into_iter()
        .map(|package| package.name)
        .filter(|name| !built.contains(&name.as_str()))
        .collect()
}

/// Name and licence of every dependency: of all platforms when cargo has them at hand (`cargo fetch`), else of this one.
fn metadata() -> Vec<(String, Option<String>)> {
    const ARGUMENTS: [&str; 5] = ["metadata", "--offline", "--locked", "--format-version", "1"];
    let of_host = || {
        let version = cargo(&["-vV"])?;
        let host = version.lines().find_map(|line| line.strip_prefix("host: "))?;
        cargo(&[&ARGUMENTS[..], &["--filter-platform", host]].concat())
    };
    let json = cargo(&ARGUMENTS).or_else(of_host).expect("cargo tells what it builds");
    let json: serde_json::Value = serde_json::from_str(&json).expect("cargo metadata is JSON");
    let packages = json["packages"].as_array().expect("cargo metadata has packages");
    let licence = |package: &serde_json::Value| package["license"].as_str().map(str::to_owned);
    packages.iter().map(|package| (package["name"].as_str().unwrap_or_default().to_owned(), licence(package))).collect()
}

fn cargo(arguments: &[&str]) -> Option<String> {
    let cargo = Command::new(env!("CARGO")).args(arguments).current_dir(crate::root()).output().expect("cargo runs");
    cargo.status.success().then(|| String::from_utf8(cargo.stdout).expect("cargo writes UTF-8"))
}

/// Whether a licence expression (SPDX, or the older form with `/` for "or") can be met by what is allowed.
fn is_allowed(name: &str, expression: &str) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    !words.is_empty() && any_of(name, &words, &mut at) && at == words.len()
}

fn any_of(name: &str, words: &[&str], at: &mut usize) -> bool {
    let mut holds = all_of(name, words, at);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        holds |= all_of(name, words, at);
    }
    holds
}

fn all_of(name: &str, words: &[&str], at: &mut usize) -> bool {
    let mut holds = one(name, words, at);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        holds &= one(name, words, at);
    }
    holds
}

fn one(name: &str, words: &[&str], at: &mut usize) -> bool {
    let Some(word) = words.get(*at) else { return false };
    *at += 1;
    if *word == "(" {
        let holds = any_of(name, words, at);
        *at += 1;
        return holds;
    }
    let mut licence = (*word).to_owned();
    if words.get(*at) == Some(&"WITH") {
        licence = format!("{licence} WITH {}", words.get(*at + 1).copied().unwrap_or_default());
        *at += 2;
    }
    LICENCES.contains(&licence.as_str()) || LICENCES_OF.contains(&(name, licence.as_str()))
}

#[test]
fn a_licence_expression_is_read_as_written() {
    let check =
        |expression: &str, expected: bool| assert_eq!(is_allowed("a-crate", expression), expected, "{expression}");
    check("MIT OR GPL-3.0-only", true);
    check("MIT AND GPL-3.0-only", false);
    check("MIT/Apache-2.0", true);
    check("(GPL-3.0-only OR MIT) AND Unicode-3.0", true);
    check("Apache-2.0 WITH LLVM-exception", true);
    check("GPL-2.0-only WITH Classpath-exception-2.0", false);
    check("MPL-2.0", false);
    check("", false);
    assert!(is_allowed("option-ext", "MPL-2.0"));
}

#[test]
fn a_banned_crate_and_a_second_version_are_named() {
    let package = |name: &str, version: &str| Package { name: name.into(), version: version.into(), source: None };
    let packages =
        [package("rsa", "0.9.0"), package("egui", "0.36.0"), package("egui", "0.37.0"), package("syn", "1.0.0")];
    let named = ["rsa: timing leak, RUSTSEC-2023-0071", "egui: more than one version: [\"0.36.0\", \"0.37.0\"]"];
    assert_eq!(bans(&packages), named);
}
