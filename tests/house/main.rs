//! The rules of the house, checked by reading the source: layers, budgets, habits, documentation, dependencies. Each
//! rule has tests with a text that breaks it.
//!
//! A separate test program: it links nothing of the program, so a rule is checked in seconds.

#![allow(clippy::case_sensitive_file_extension_comparisons, reason = "our own files are named in small letters")]

mod budgets;
mod children;
mod circles;
mod dependencies;
mod habits;
mod modules;
mod needs;
mod papers;
mod people;
mod prose;
mod rooms;
mod text;

use std::fs;
use std::path::Path;

use crate::text::Source;

#[test]
fn no_room_names_what_it_must_not() {
    assert_none(&of_each(&sources("src"), rooms::complaints));
}

#[test]
fn no_more_files_need_each_other_than_allowed() {
    assert_none(&circles::complaints(&sources("src")));
}

#[test]
fn files_and_functions_stay_within_their_budgets() {
    assert_none(&budgets::complaints(&sources("src")));
}

#[test]
fn every_file_is_compiled() {
    let all = ["src", "tests/it", "tests/house"].into_iter().flat_map(sources).collect::<Vec<_>>();
    assert_none(&modules::complaints(&all));
}

#[test]
fn a_test_that_needs_more_than_rust_says_so() {
    let all = ["src", "tests/it"].into_iter().flat_map(sources).collect::<Vec<_>>();
    assert_none(&of_each(&all, needs::complaints));
}

#[test]
fn no_test_returns_early() {
    let all = ["src", "tests/it", "tests/house"].into_iter().flat_map(sources).collect::<Vec<_>>();
    assert_none(&of_each(&all, habits::early_returns));
}

#[test]
fn colours_are_named_in_the_theme_only() {
    assert_none(&of_each(&sources("src"), habits::stray_colours));
}

#[test]
fn only_the_command_line_prints() {
    assert_none(&of_each(&sources("src"), habits::stray_printing));
}

#[test]
fn no_product_code_looks_into_the_words_of_an_error() {
    assert_none(&of_each(&sources("src"), prose::complaints));
}

#[test]
fn what_a_person_reads_in_the_window_stands_among_its_texts() {
    assert_none(&of_each(&sources("src/gui"), people::complaints));
}

#[test]
fn every_program_is_started_where_secrets_are_kept_from_it() {
    assert_none(&of_each(&sources("src"), children::complaints));
}

#[test]
fn nothing_draws_the_window_without_end() {
    assert_none(&of_each(&sources("src"), habits::restless));
}

#[test]
fn nothing_is_unsafe_switched_off_or_left_to_sleep() {
    let all: Vec<Source> = sources("src").into_iter().chain(sources("tests")).collect();
    assert_none(&of_each(&all, habits::shortcuts));
}

#[test]
fn the_readme_and_the_map_are_true() {
    assert_none(&papers::command_complaints(&read("README.md"), &read(".ci/run"), root()));
    let rooms = sources("src");
    assert_none(&papers::map_complaints(&read("docs/architecture.md"), &rooms::inhabited(&rooms), root()));
}

#[test]
fn what_the_linker_puts_together_for_an_agent_is_still_there() {
    assert_none(&papers::order_complaints(&read("assets/agent-order.txt"), &sources("src")));
}

#[test]
fn nothing_stands_twice_in_a_row_or_in_a_list() {
    let mut paths = vec!["tests/run".to_owned(), "assets/tokenwright-agent.service".to_owned()];
    for folder in [".", "docs", "presets"] {
        let entries = fs::read_dir(root().join(folder)).expect("a folder of the repository");
        let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
        paths.extend(names.filter(|name| name.ends_with(".md")).map(|name| format!("{folder}/{name}")));
    }
    let listed = ["Cargo.toml", "deny.toml", "rustfmt.toml"].map(str::to_owned);
    paths.extend(listed.into_iter().filter(|path| root().join(path).exists()));
    paths.extend(sources("src").iter().chain(&sources("tests")).map(|source| source.path.clone()));
    let presets = fs::read_dir(root().join("presets")).expect("a folder of the repository");
    let presets = presets.map(|entry| format!("presets/{}", entry.expect("an entry").file_name().to_string_lossy()));
    paths.extend(presets.filter(|path| path.ends_with(".toml")));
    let doubled = |path: &String| {
        let text = read(path);
        [papers::doubled(path, &text), papers::listed_twice(path, &text)].concat()
    };
    assert_none(&paths.iter().flat_map(doubled).collect::<Vec<_>>());
}

fn of_each(sources: &[Source], rule: fn(&Source) -> Vec<String>) -> Vec<String> {
    sources.iter().flat_map(rule).collect()
}

#[track_caller]
fn assert_none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The Rust files below a folder of the repository, in the order of their paths.
fn sources(folder: &str) -> Vec<Source> {
    let mut found = Vec::new();
    collect(&root().join(folder), &mut found);
    found.sort();
    assert!(!found.is_empty(), "no Rust file below {folder}");
    found.iter().map(|path| Source::new(path, &read(path))).collect()
}

fn collect(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a folder of the repository") {
        let path = entry.expect("an entry of a folder").path();
        if path.is_dir() && !path.ends_with("node_modules") {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let inside = path.strip_prefix(root()).expect("a path below the root");
            found.push(inside.to_string_lossy().replace('\\', "/"));
        }
    }
}
