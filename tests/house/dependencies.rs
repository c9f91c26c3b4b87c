//! What may be built into the program: the policy in `deny.toml`, checked without a network and without `cargo deny`:
//! licences and sources, banned crates, and crates that must have a single version.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use crate::read;

#[test]
fn every_dependency_is_one_that_the_policy_allows() {
    let packages = built();
    assert!(packages.len() > 100, "only {} packages were found", packages.len());
    crate::assert_none(&complaints(&packages, &policy()));
}

/// What is shown of the crates that the program is made of. `TOKENWRIGHT_WRITE_DOCS=1` writes it anew.
#[test]
fn the_components_that_the_program_names_are_those_that_it_is_built_of() {
    const PATH: &str = "assets/licences.txt";
    let line = |package: &Package| format!("{} {}  {}\n", package.name, package.version, package.licence);
    let expected: BTreeSet<String> = shipped().iter().map(line).collect();
    let expected: String = expected.into_iter().collect();
    if std::env::var_os("TOKENWRIGHT_WRITE_DOCS").is_some() {
        std::fs::write(crate::root().join(PATH), &expected).expect("written");
    }
    assert!(
        read(PATH) == expected,
        "{PATH} is not what `Cargo.lock` says: run this test with TOKENWRIGHT_WRITE_DOCS=1"
    );
}

/// The libraries that the project is built on: each does real work, or the choice is to be talked about first.
const FOUNDATION: [&str; 10] =
    ["directories", "eframe", "egui", "keyring", "oauth2", "open", "reqwest", "serde", "tiny_http", "tokio"];

#[test]
fn the_libraries_that_the_project_is_built_on_are_used() {
    let tokens: Vec<_> = crate::sources("src").iter().flat_map(crate::text::Source::shipped_tokens).collect();
    let is_used = |name: &str| tokens.windows(2).any(|pair| pair[0].text == name && pair[1].text == "::");
    let unused = FOUNDATION.into_iter().filter(|name| !is_used(name));
    let unused: Vec<String> = unused.map(|name| format!("`{name}` is not used any more")).collect();
    crate::assert_none(&unused);
}

/// A package as cargo shows it.
struct Package {
    name: String,
    version: String,
    /// Where it comes from, when that is not the package registry.
    origin: String,
    licence: String,
}

impl Package {
    /// `name v1.0.0 (origin)|licence`.
    fn parse(line: &str) -> Option<Self> {
        let (package, licence) = line.trim_end_matches(" (*)").split_once('|')?;
        let mut words = package.replace(" (proc-macro)", "");
        let origin = words.find(" (").map(|at| words.split_off(at)).unwrap_or_default();
        let (name, version) = words.split_once(" v")?;
        let [name, version, licence] = [name, version, licence].map(str::to_owned);
        Some(Self { name, version, origin: origin.trim().to_owned(), licence })
    }
}

struct Policy {
    licences: Vec<String>,
    /// A crate and the licence that is allowed for it alone.
    exceptions: Vec<(String, String)>,
    /// A crate that stays out, or one version of it (`NAME@=VERSION`), and why.
    banned: Vec<(String, String)>,
    /// Crates of which there is one version only.
    single: Vec<String>,
}

fn policy() -> Policy {
    let policy: toml::Table = read("deny.toml").parse().expect("deny.toml is TOML");
    let list = |value: &toml::Value| value.as_array().expect("a list").clone();
    let text = |value: &toml::Value| value.as_str().expect("a text").to_owned();
    let exceptions = list(&policy["licenses"]["exceptions"]);
    let (single, banned): (Vec<_>, Vec<_>) =
        list(&policy["bans"]["deny"]).into_iter().partition(|ban| ban.get("deny-multiple-versions").is_some());
    Policy {
        licences: list(&policy["licenses"]["allow"]).iter().map(text).collect(),
        exceptions: exceptions.iter().map(|one| (text(&one["crate"]), text(&one["allow"][0]))).collect(),
        banned: banned.iter().map(|ban| (text(&ban["crate"]), text(&ban["reason"]))).collect(),
        single: single.iter().map(|one| text(&one["crate"])).collect(),
    }
}

/// What cargo builds: for all platforms where it has their sources at hand (`cargo fetch`), else for this one.
fn built() -> Vec<Package> {
    let edges = "normal,build,dev";
    let tree = tree(&["--edges", edges, "--target", "all"]).or_else(|| tree(&["--edges", edges]));
    packages(&tree.expect("cargo tells what it builds"))
}

/// What is in the program on Linux.
fn shipped() -> Vec<Package> {
    let tree = tree(&["--edges", "normal", "--target", "x86_64-unknown-linux-gnu"]);
    packages(&tree.expect("cargo tells what it builds"))
}

fn tree(arguments: &[&str]) -> Option<String> {
    const TREE: &str = "tree --offline --locked --prefix none --format {p}|{l}";
    let mut command = Command::new(env!("CARGO"));
    let out = command.args(TREE.split(' ')).args(arguments).current_dir(crate::root()).output().expect("cargo runs");
    out.status.success().then(|| String::from_utf8(out.stdout).expect("cargo writes UTF-8"))
}

fn packages(tree: &str) -> Vec<Package> {
    let packages = tree.lines().skip(1).filter_map(Package::parse);
    packages.filter(|package| package.name != env!("CARGO_PKG_NAME")).collect()
}

fn complaints(packages: &[Package], policy: &Policy) -> Vec<String> {
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut complaints = BTreeSet::new();
    for Package { name, version, origin, licence } in packages {
        versions.entry(name).or_default().insert(version);
        let is_allowed = |one: &str| {
            policy.licences.iter().any(|allowed| allowed == one)
                || policy.exceptions.iter().any(|(of, allowed)| of == name && allowed == one)
        };
        if !is_met(licence, &is_allowed) {
            complaints.insert(format!("{name}: the licence `{licence}` is not allowed"));
        }
        if !origin.is_empty() {
            complaints.insert(format!("{name}: it comes from {origin}"));
        }
    }
    let is_built = |ban: &str| match ban.split_once("@=") {
        Some((name, version)) => versions.get(name).is_some_and(|all| all.contains(version)),
        None => versions.contains_key(ban),
    };
    let banned = policy.banned.iter().filter(|(ban, _)| is_built(ban));
    complaints.extend(banned.map(|(name, reason)| format!("{name}: {reason}")));
    let doubled = policy.single.iter().filter(|name| versions.get(name.as_str()).is_some_and(|all| all.len() > 1));
    complaints.extend(doubled.map(|name| format!("{name}: more than one version: {:?}", versions[name.as_str()])));
    complaints.into_iter().collect()
}

/// Whether a licence expression (SPDX, or the older form with `/` for "or") can be met.
fn is_met(expression: &str, is_allowed: &dyn Fn(&str) -> bool) -> bool {
    let expression = expression.replace('/', " OR ");
    let expression = expression.trim();
    for (operator, all) in [(" OR ", false), (" AND ", true)] {
        let parts = outside_brackets(expression, operator);
        if parts.len() > 1 {
            let mut met = parts.into_iter().map(|part| is_met(part, is_allowed));
            return if all { met.all(|met| met) } else { met.any(|met| met) };
        }
    }
    match expression.strip_prefix('(').and_then(|inside| inside.strip_suffix(')')) {
        Some(inside) => is_met(inside, is_allowed),
        None => is_allowed(expression),
    }
}

/// The parts between the operators that are in no brackets.
fn outside_brackets<'a>(expression: &'a str, operator: &str) -> Vec<&'a str> {
    let depth = |at: usize| expression[..at].matches('(').count() - expression[..at].matches(')').count();
    let (mut parts, mut start) = (Vec::new(), 0);
    for (at, _) in expression.match_indices(operator).filter(|(at, _)| depth(*at) == 0) {
        parts.push(&expression[start..at]);
        start = at + operator.len();
    }
    parts.push(&expression[start..]);
    parts
}

#[test]
fn what_the_policy_does_not_allow_is_named() {
    let name = |text: &str| text.to_owned();
    let policy = Policy {
        licences: ["MIT", "Unicode-3.0", "Apache-2.0 WITH LLVM-exception"].map(name).into(),
        exceptions: vec![(name("option-ext"), name("MPL-2.0"))],
        banned: vec![(name("rsa"), name("timing leak")), (name("idle@=1.7.0"), name("it wakes"))],
        single: vec![name("egui")],
    };
    let check = |line: &str, expected: &[&str]| {
        let packages: Vec<Package> = line.lines().filter_map(Package::parse).collect();
        assert_eq!(complaints(&packages, &policy), expected, "{line}");
    };
    for met in ["MIT OR GPL-3.0-only", "MIT/Apache-2.0", "(GPL-3.0-only OR MIT) AND Unicode-3.0", "MIT (*)"] {
        check(&format!("a v1.0.0|{met}"), &[]);
    }
    check("a v1.0.0 (proc-macro)|Apache-2.0 WITH LLVM-exception", &[]);
    check("option-ext v1.0.0|MPL-2.0", &[]);
    for unmet in ["MIT AND GPL-3.0-only", "MPL-2.0", "", "(MIT AND GPL-3.0-only) OR GPL-2.0-only"] {
        check(&format!("a v1.0.0|{unmet}"), &[&format!("a: the licence `{unmet}` is not allowed")]);
    }
    check("a v1.0.0 (https://git.test/a)|MIT", &["a: it comes from (https://git.test/a)"]);
    check("rsa v0.9.0|MIT", &["rsa: timing leak"]);
    check("idle v1.7.0|MIT", &["idle@=1.7.0: it wakes"]);
    check("idle v1.6.2|MIT", &[]);
    check("egui v0.36.0|MIT\negui v0.37.0|MIT", &["egui: more than one version: {\"0.36.0\", \"0.37.0\"}"]);
}
