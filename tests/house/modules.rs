//! Every Rust file is part of the program or its tests: a file that no `mod` names is never compiled.

use crate::text::Source;

/// The files that no module above them declares.
pub fn complaints(sources: &[Source]) -> Vec<String> {
    let orphans = sources.iter().filter(|source| !is_root(&source.path) && !is_declared(source, sources));
    orphans.map(|source| format!("{}: no `mod` declares it, so it is not compiled", source.path)).collect()
}

fn is_root(path: &str) -> bool {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let is_named = matches!(file, "main.rs" | "lib.rs") && (folder == "src" || folder.strip_prefix("tests/").is_some());
    is_named || folder == "src/bin"
}

/// `a/b.rs` and `a/b/mod.rs` are declared in `a/mod.rs`, `a/main.rs`, `a/lib.rs` or `a.rs`, there by `mod` or by `path`.
fn is_declared(source: &Source, sources: &[Source]) -> bool {
    let path = source.path.trim_end_matches("/mod.rs").trim_end_matches(".rs");
    let Some((folder, name)) = path.rsplit_once('/') else { return false };
    let (by_name, by_path) = (format!("mod {name};"), format!("path = \"{name}.rs\""));
    let above = ["/mod.rs", "/main.rs", "/lib.rs", ".rs"].map(|end| format!("{folder}{end}"));
    sources.iter().filter(|source| above.contains(&source.path)).any(|above| {
        above.code.iter().any(|line| line.trim_end().ends_with(&by_name))
            || above.lines.iter().any(|line| line.contains(&by_path))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_no_module_declares_is_named() {
        let file = |path: &str, text: &str| Source::new(path, text);
        let sources = [
            file(
                "tests/it/main.rs",
                "#[cfg_attr(not(unix), path = \"absent.rs\")]\nmod agent;\nmod vault;\n// mod lost;\n",
            ),
            file("tests/it/absent.rs", ""),
            file("tests/it/agent.rs", ""),
            file("tests/it/vault/mod.rs", "pub(crate) mod lease;\n"),
            file("tests/it/vault/lease.rs", "mod tests;"),
            file("tests/it/vault/lease/tests.rs", ""),
            file("tests/it/lost.rs", ""),
            file("tests/it/vault/history.rs", ""),
        ];
        let expected = ["tests/it/lost.rs", "tests/it/vault/history.rs"];
        let expected = expected.map(|path| format!("{path}: no `mod` declares it, so it is not compiled"));
        assert_eq!(complaints(&sources), expected);
    }
}
