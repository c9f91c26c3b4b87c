//! The test suite of the JSONata reference implementation, run with the library as the program uses it, limits and
//! `$pad` included. Both counts are exact, so that any change of the library shows.
//!
//! The suite is read from the sources of a package in cargo's cache; none of it is built.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value as Json, json};
use tokenwright::expression::evaluate;

/// Cases with the result of the reference.
const PASSED: usize = 1588;

/// Cases that do not, and why.
const DIFFERENT: &[(&str, &str)] = &[
    ("comments/case002", "refused as it should be, without the code S0106"),
    ("flattening/large#0", BOUND),
    ("flattening/large#1", BOUND),
    ("function-encodeUrl/case002", HALF),
    ("function-encodeUrlComponent/case002", HALF),
    ("function-string/case002", CARRIER),
    ("function-string/case007", CARRIER),
    ("function-uuid/case000", CARRIER),
    ("range-operator/case021", BOUND),
    ("range-operator/case024", BOUND),
    ("tail-recursion/case002", "the case sets a bound of its own for the depth, which is less than ours"),
    ("tail-recursion/case005", LATER),
    ("tail-recursion/case006", LATER),
    ("transform/case019", "a document that is `null` is none here; no reply is one"),
];
const BOUND: &str = "our bound: no list is longer than 100000";
const HALF: &str = "half of a surrogate pair is no text here";
const CARRIER: &str = "the package has changed the case; the reference comes to what we come to";
const LATER: &str = "stopped as it should be; later references have D1011 and D1012 in place of U1001";

#[test]
#[ignore = "needs the suite that `tests/run` fetches"]
fn the_reference_implementations_own_suite_comes_to_the_same_but_for_what_is_known() {
    let suite = suite();
    let (mut passed, mut different) = (0, BTreeMap::new());
    for case in cases(&suite) {
        match case.check(&suite) {
            Ok(()) => passed += 1,
            Err(words) => drop(different.insert(case.name, words)),
        }
    }
    let found: Vec<&str> = different.keys().map(String::as_str).collect();
    let known: Vec<&str> = DIFFERENT.iter().map(|(name, _)| *name).collect();
    assert_eq!((passed, found), (PASSED, known), "{different:#?}");
}

/// A case of the suite.
struct Case {
    name: String,
    expression: String,
    told: Json,
}

impl Case {
    fn check(&self, suite: &Path) -> Result<(), String> {
        let found = evaluate(&self.with_bindings(), &self.document(suite));
        let shown = || format!("{} came to {found:?}", self.expression);
        let code = self.told.pointer("/error/code").or(self.told.get("code"));
        let is_same = match (&found, code) {
            (Err(code), Some(expected)) => expected == code,
            (Ok(None), None) => self.told["undefinedResult"] == json!(true),
            (Ok(Some(value)), None) => self.is_expected(value),
            _ => false,
        };
        if is_same { Ok(()) } else { Err(shown()) }
    }

    fn is_expected(&self, value: &Json) -> bool {
        if let Some(pattern) = self.told["result_re"].as_str() {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            return regex_lite::Regex::new(pattern).expect("a pattern of the suite").is_match(&text);
        }
        if self.told["unordered"] == json!(true) {
            return sorted(value) == sorted(&self.told["result"]);
        }
        self.told.get("result").is_some_and(|expected| is_same(value, expected))
    }

    fn document(&self, suite: &Path) -> Json {
        match self.told["dataset"].as_str() {
            Some(name) => parse(&suite.join("datasets").join(format!("{name}.json"))),
            None => self.told.get("data").cloned().unwrap_or(Json::Null),
        }
    }

    /// The program binds no variables, so a case that does says it in the expression itself.
    fn with_bindings(&self) -> String {
        let bindings = self.told["bindings"].as_object().filter(|bindings| !bindings.is_empty());
        let Some(bindings) = bindings else { return self.expression.clone() };
        let bound: Vec<String> = bindings.iter().map(|(name, value)| format!("${name} := {value};")).collect();
        format!("({} {})", bound.join(" "), self.expression)
    }
}

/// Equal, whether a number is written with a fraction or not.
fn is_same(one: &Json, other: &Json) -> bool {
    match (one, other) {
        // Our reading of JSON may miss the last digit of a fraction.
        (Json::Number(one), Json::Number(other)) => {
            let (one, other) = (one.as_f64().unwrap_or(f64::NAN), other.as_f64().unwrap_or(f64::NAN));
            (one - other).abs() <= one.abs() * f64::EPSILON
        }
        (Json::Array(one), Json::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Json::Object(one), Json::Object(other)) => {
            let in_other = |(name, value)| other.get(name).is_some_and(|other| is_same(value, other));
            one.len() == other.len() && one.iter().all(in_other)
        }
        _ => one == other,
    }
}

fn sorted(list: &Json) -> Vec<String> {
    let mut items: Vec<String> = list.as_array().into_iter().flatten().map(ToString::to_string).collect();
    items.sort();
    items
}

/// All cases, by group, file and place in the file.
fn cases(suite: &Path) -> Vec<Case> {
    let mut cases = Vec::new();
    for part in ["groups", "skip"] {
        for group in listed(&suite.join(part)) {
            for file in listed(&group).into_iter().filter(|file| file.extension().is_some_and(|end| end == "json")) {
                let name = format!("{}/{}", last(&group), last(&file).trim_end_matches(".json"));
                match parse(&file) {
                    Json::Array(several) => {
                        let of_file = several.into_iter().enumerate();
                        cases.extend(of_file.map(|(at, told)| case(format!("{name}#{at}"), &group, told)));
                    }
                    told => cases.push(case(name, &group, told)),
                }
            }
        }
    }
    cases
}

fn case(name: String, group: &Path, told: Json) -> Case {
    let of_file =
        || fs::read_to_string(group.join(told["expr-file"].as_str().expect("an expression"))).expect("a file");
    let expression = told["expr"].as_str().map_or_else(of_file, str::to_owned);
    Case { name, expression, told }
}

fn listed(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

fn last(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// A file of the suite. Half of a surrogate pair, which JavaScript takes for a letter, is no text here and becomes U+FFFD.
fn parse(file: &Path) -> Json {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let text = text.replace("\\uD800", "\\uFFFD");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// Where cargo keeps the suite.
fn suite() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/jsonata-suite/Cargo.toml");
    let mut command = Command::new(env!("CARGO"));
    command.args(["metadata", "--offline", "--locked", "--format-version", "1", "--manifest-path"]).arg(manifest);
    let told = command.output().expect("cargo runs");
    let metadata: Json = serde_json::from_slice(&told.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}: fetch it by `tests/run`", String::from_utf8_lossy(&told.stderr)));
    let packages = metadata["packages"].as_array().expect("a list");
    let package = packages.iter().find(|package| package["name"] == "jsonata-rs").expect("the package");
    let manifest = Path::new(package["manifest_path"].as_str().expect("a path"));
    manifest.parent().expect("a folder").join("tests/testsuite")
}
