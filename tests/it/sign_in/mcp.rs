//! The scenarios about tokens of the conformance suite for clients of MCP servers, which others wrote: `tests/peers/mcp-client.mjs` does
//! in each what a person would type.

use std::process::Command;

use crate::support::process::Process;
use crate::support::{peer, temp_home};

/// The revisions of the protocol that have the same scenarios.
const BOTH: [&str; 2] = ["2025-11-25", "2026-07-28"];

/// Runs the scenarios, each by these revisions of the protocol. None may fail, or be warned of.
#[track_caller]
fn check(revisions: &[&str], scenarios: &[&str]) {
    let results = temp_home();
    let client = format!("node {} {}", peer("mcp-client.mjs").display(), env!("CARGO_BIN_EXE_tokenwright"));
    for (revision, scenario) in revisions.iter().flat_map(|revision| scenarios.iter().map(move |name| (revision, name)))
    {
        let mut suite = Command::new("node");
        suite.arg(peer("node_modules/@modelcontextprotocol/conformance/dist/index.js"));
        suite.args(["client", "--command", &client, "--scenario", &format!("auth/{scenario}"), "--output-dir"]);
        suite.arg(results.path());
        if !revision.is_empty() {
            suite.args(["--spec-version", revision]);
        }
        let finished = Process::start(&mut suite).finish();
        let said = finished.stdout + &finished.stderr;
        let is_passed = finished.code == 0 && said.contains(", 0 failed, 0 warnings");
        assert!(is_passed, "{scenario} by {revision}: {said}");
    }
}

#[test]
#[ignore = "needs node 22"]
fn the_metadata_of_an_api_and_its_issuer_is_found_in_each_place() {
    check(&BOTH, &["metadata-default", "metadata-var1", "metadata-var2", "metadata-var3"]);
    check(&["2025-03-26"], &["2025-03-26-oauth-metadata-backcompat", "2025-03-26-oauth-endpoint-fallback"]);
    check(&["2026-07-28"], &["resource-mismatch", "metadata-issuer-mismatch"]);
}

#[test]
#[ignore = "needs node 22"]
fn a_client_is_known_described_or_registered_and_another_at_another_issuer() {
    let methods = ["token-endpoint-auth-basic", "token-endpoint-auth-post", "token-endpoint-auth-none"];
    check(&BOTH, &[&["pre-registration", "basic-cimd"], &methods[..]].concat());
    check(&["2026-07-28"], &["authorization-server-migration"]);
}

#[test]
#[ignore = "needs node 22"]
fn scopes_are_those_that_are_asked_for_and_more_when_an_operation_wants_them() {
    check(&BOTH, &["scope-from-www-authenticate", "scope-from-scopes-supported", "scope-omitted-when-undefined"]);
    check(&BOTH, &["scope-step-up", "scope-retry-limit"]);
    check(&["2026-07-28"], &["offline-access-scope", "offline-access-not-supported"]);
}

#[test]
#[ignore = "needs node 22"]
fn a_response_is_believed_by_the_issuer_that_it_names() {
    check(&["2026-07-28"], &["iss-supported", "iss-not-advertised", "iss-supported-missing", "iss-wrong-issuer"]);
    check(&["2026-07-28"], &["iss-unexpected", "iss-normalized"]);
}

#[test]
#[ignore = "needs node 22"]
fn the_extensions_for_robots_enterprises_and_bound_tokens_are_there() {
    check(&[""], &["client-credentials-jwt", "client-credentials-basic", "wif-jwt-bearer"]);
    check(&[""], &["enterprise-managed-authorization", "dpop", "dpop-nonce"]);
}
