//! Circles of files: files that need each other can only be understood and changed together. A name is followed
//! through `pub use` to the file that has it, so a facade hides no circle; facades themselves do not count.

use std::collections::{BTreeMap, BTreeSet};

use crate::text::{Source, Token};

/// Files in one circle.
const LARGEST: usize = 4;
/// Files in circles, in the whole tree.
const IN_CIRCLES: usize = 20;

type Module = Vec<String>;

/// The circles, where there are more than the limits allow.
pub fn complaints(sources: &[Source]) -> Vec<String> {
    let circles = circles(sources);
    let largest = circles.iter().map(Vec::len).max().unwrap_or_default();
    let inside: usize = circles.iter().map(Vec::len).sum();
    if largest <= LARGEST && inside <= IN_CIRCLES {
        return Vec::new();
    }
    let over = format!("{inside} files in circles, {largest} in the largest; allowed are {IN_CIRCLES} and {LARGEST}:");
    std::iter::once(over).chain(circles.iter().map(|circle| circle.join(" "))).collect()
}

fn circles(sources: &[Source]) -> Vec<Vec<String>> {
    let files: BTreeMap<Module, &Source> = sources.iter().map(|source| (module_of(&source.path), source)).collect();
    let exports = exports(&files);
    let mut needs: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (module, source) in files.iter().filter(|(_, source)| !is_facade(&source.path)) {
        let paths = source.shipped_paths();
        let paths = paths.iter().filter_map(|path| absolute(&path.segments, module, &files));
        let owners = paths.filter_map(|path| owner(path, &files, &exports)).map(|owner| files[&owner].path.as_str());
        let others = owners.filter(|path| *path != source.path && !is_facade(path)).collect();
        needs.insert(&source.path, others);
    }
    let reached: BTreeMap<&str, BTreeSet<&str>> = needs.keys().map(|file| (*file, reachable(file, &needs))).collect();
    let mut circles = BTreeSet::new();
    for (file, reached_from) in &reached {
        let circle: Vec<String> =
            reached_from.iter().filter(|other| reached[*other].contains(file)).map(|path| (*path).to_owned()).collect();
        if circle.len() > 1 {
            circles.insert(circle);
        }
    }
    circles.into_iter().collect()
}

fn reachable<'a>(from: &'a str, needs: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> BTreeSet<&'a str> {
    let (mut reached, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(file) = open.pop() {
        open.extend(needs[file].iter().filter(|next| reached.insert(**next)));
    }
    reached
}

/// `src/call/mask.rs` is `call::mask`, `src/call/mod.rs` is `call`.
fn module_of(path: &str) -> Module {
    let inside = path.trim_start_matches("src/").trim_end_matches(".rs");
    inside.split('/').filter(|part| !matches!(*part, "mod" | "lib" | "main")).map(str::to_owned).collect()
}

fn is_facade(path: &str) -> bool {
    matches!(path.rsplit('/').next(), Some("mod.rs" | "lib.rs" | "main.rs"))
}

/// The path as seen from the root of the crate; nothing for a path into another crate, or a name of the file's own.
fn absolute(path: &[String], module: &[String], files: &BTreeMap<Module, &Source>) -> Option<Module> {
    let supers = path.iter().take_while(|segment| *segment == "super").count();
    match path.first()?.as_str() {
        "crate" => Some(path[1..].to_vec()),
        "self" => Some([module, &path[1..]].concat()),
        "super" => Some([&module[..module.len().checked_sub(supers)?], &path[supers..]].concat()),
        child => files.contains_key(&[module, &[child.to_owned()]].concat()).then(|| [module, path].concat()),
    }
}

/// The module of the file that has what the path names, through re-exports.
fn owner(path: Module, files: &BTreeMap<Module, &Source>, exports: &BTreeMap<Module, Module>) -> Option<Module> {
    let mut path = path;
    // A chain of re-exports is short, and a circle of them would not compile.
    for _ in 0..16 {
        let at = (0..=path.len()).rev().find(|at| files.contains_key(&path[..*at]))?;
        match exports.get(path.get(..=at).unwrap_or_default()) {
            Some(target) => path = [target, &path[at + 1..]].concat(),
            None => return Some(path[..at].to_vec()),
        }
    }
    None
}

/// What each `pub use` gives another place: the path where it is found, and the path that it stands for.
fn exports(files: &BTreeMap<Module, &Source>) -> BTreeMap<Module, Module> {
    let mut exports = BTreeMap::new();
    for (module, source) in files {
        let tokens = source.shipped_tokens();
        for at in (0..tokens.len()).filter(|at| tokens[*at].text == "use" && is_public(&tokens[..*at])) {
            let mut leaves = Vec::new();
            use_tree(&tokens, at + 1, &[], &mut leaves);
            for (name, path) in leaves {
                if let Some(target) = absolute(&path, module, files) {
                    exports.insert([&module[..], &[name]].concat(), target);
                }
            }
        }
    }
    exports
}

/// `pub` or `pub(…)` before the token.
fn is_public(before: &[Token]) -> bool {
    let end = before.iter().rev().take_while(|token| !matches!(token.text.as_str(), ";" | "}" | "]" | "{"));
    end.last().is_some_and(|token| token.text == "pub")
}

/// Reads `a::{b, c as d}` at `at`: the names it brings and the paths they stand for. Returns where reading goes on.
fn use_tree(tokens: &[Token], mut at: usize, above: &[String], leaves: &mut Vec<(String, Vec<String>)>) -> usize {
    let mut path = above.to_vec();
    while let Some(token) = tokens.get(at) {
        match token.text.as_str() {
            "::" => at += 1,
            "{" => {
                at += 1;
                while tokens.get(at).is_some_and(|token| token.text != "}") {
                    at = use_tree(tokens, at, &path, leaves);
                    at += usize::from(tokens.get(at).is_some_and(|token| token.text == ","));
                }
                return at + 1;
            }
            "as" => {
                let alias = tokens.get(at + 1).map(|token| token.text.clone()).unwrap_or_default();
                leaves.push((alias, path));
                return at + 2;
            }
            _ if token.is_word() => {
                path.push(token.text.clone());
                at += 1;
            }
            _ => break,
        }
    }
    leaves.extend(path.last().cloned().map(|name| (name, path)));
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_through_a_facade_is_found_and_a_chain_is_none() {
        let sources = [
            Source::new("src/lib.rs", "pub mod vault;\npub mod app;\n"),
            Source::new(
                "src/vault/mod.rs",
                "mod file;\nmod key;\npub use file::{File as Sealed, open};\npub(crate) use key::Key;\n",
            ),
            Source::new("src/vault/file.rs", "use super::Key;\npub struct File(Key);\npub fn open() {}\n"),
            Source::new("src/vault/key.rs", "pub struct Key;\nimpl Key { fn of(file: &crate::vault::Sealed) {} }\n"),
            Source::new("src/app/mod.rs", "mod unlock;\n"),
            Source::new(
                "src/app/unlock.rs",
                "use crate::vault::{Sealed, Key};\n#[cfg(test)]\nmod tests { use super::*; }\n",
            ),
        ];
        assert_eq!(circles(&sources), [["src/vault/file.rs", "src/vault/key.rs"]]);
        assert_eq!(circles(&sources[..3]), Vec::<Vec<String>>::new());
    }
}
