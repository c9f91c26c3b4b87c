//! Live texts hold no token; the tool gets a valid one on each use, also after the first is replaced.

use std::fs;

use crate::export::readers::machine::{Machine, PROFILE, python};
use crate::support::process::Process;

/// Runs what a shell is told, before and after a refresh.
#[track_caller]
fn check(format: &str, file: &str, shell: &str, script: &dyn Fn(&str) -> String) {
    let machine = Machine::new();
    let path = machine.export(format, file, &["--live", "--url", &machine.resource()]);
    let text = fs::read_to_string(path).expect("the export");
    assert!(!text.contains(&machine.token()), "a live text holds no token");
    let script = script(&machine.resource());
    machine.run(shell, &["-c", &script]).done();
    machine.program.run(&["refresh", PROFILE]).done();
    machine.run(shell, &["-c", &script]).done();
}

#[test]
#[ignore = "needs the tools that `tests/run` installs"]
fn a_shell_asks_each_time() {
    let call = |url: &str| format!("curl -sf -H \"Authorization: Bearer $OAUTH_ACCESS_TOKEN\" {url}");
    check("shell", "a.sh", "bash", &|url| format!(". ./a.sh && {}", call(url)));
    check("fish", "a.fish", "fish", &|url| format!("source a.fish; and {}", call(url)));
    check("curl", "a.sh", "sh", &|url| format!("sh ./a.sh | grep -q . && sh ./a.sh --fail {url}"));
    check("token", "a.sh", "sh", &|url| format!("curl -sf -H \"Authorization: Bearer $(sh a.sh)\" {url}"));
    check("header", "a.sh", "sh", &|url| format!("sh a.sh | curl -sf --header @- {url}"));
    check("json", "a.sh", "sh", &|url| {
        format!("curl -sf -H \"Authorization: Bearer $(sh a.sh | jq -r .access_token)\" {url}")
    });
}

#[test]
#[ignore = "needs the tools that `tests/run` installs"]
fn direnv_asks_each_time() {
    let call = |url: &str| format!("curl -sf -H \"Authorization: Bearer $OAUTH_ACCESS_TOKEN\" {url}");
    check("envrc", ".envrc", "sh", &|url| format!("direnv allow .envrc && direnv exec . sh -c '{}'", call(url)));
}

#[test]
#[ignore = "needs the tools that `tests/run` installs"]
fn httpie_asks_each_time() {
    let http = python("http").display().to_string();
    check("httpie", "a.sh", "sh", &|url| {
        format!("sed 's, http , {http} --ignore-stdin --check-status ,' a.sh > b.sh && sh b.sh {url}")
    });
}

#[test]
#[ignore = "needs the tools that `tests/run` installs"]
fn git_asks_for_user_and_password() {
    let machine = Machine::new();
    let file = machine.export("git", "a.gitconfig", &["--live", "--url", "https://git.test/acme/app.git"]);
    let include = format!("include.path={}", file.display());
    let asked_for = |host: &str| {
        let mut git = machine.command("git", &["-c", &include, "credential", "fill"]);
        git.env("GIT_TERMINAL_PROMPT", "0").env("GIT_CONFIG_NOSYSTEM", "1");
        let mut process = Process::start(&mut git);
        process.type_text(&format!("protocol=https\nhost={host}\n\n"));
        process.end_input();
        process.finish()
    };
    let answer = asked_for("git.test").done();
    assert!(answer.contains("username=oauth2\n"), "{answer}");
    assert!(answer.contains(&format!("password={}\n", machine.token())), "{answer}");
    assert_ne!(asked_for("other.test").code, 0, "the token is for one host");
}

#[test]
#[ignore = "needs the tools that `tests/run` installs"]
fn an_exec_credential_is_what_kubernetes_expects() {
    let machine = Machine::new();
    let file = machine.export("exec-credential", "kube", &["--live"]);
    let text = fs::read_to_string(file).expect("the export");
    let kubeconfig: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let exec = &kubeconfig["users"][0]["user"]["exec"];
    let arguments: Vec<&str> = exec["args"].as_array().expect("a list").iter().filter_map(|a| a.as_str()).collect();
    assert_eq!(exec["command"], "tokenwright");
    let answer = machine.program.run(&arguments).json();
    assert_eq!(answer["apiVersion"], exec["apiVersion"]);
    assert_eq!(
        (answer["kind"].as_str(), answer["status"]["token"].as_str()),
        (Some("ExecCredential"), Some(machine.token().as_str()))
    );
}

#[test]
#[ignore = "needs the tools that `tests/run` installs"]
fn google_auth_runs_the_command_for_a_subject_token() {
    let machine = Machine::new();
    let pool = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q";
    machine.export("google-executable", "a.json", &["--live", "--url", pool]);
    let id_token = machine.python("google_executable.py", &["a.json"]).done();
    assert_eq!(id_token.trim_end().split('.').count(), 3, "{id_token}");
}

#[test]
#[ignore = "needs the tools that `tests/run` installs"]
fn a_child_has_the_values_and_its_exit_code_is_ours() {
    let machine = Machine::new();
    let call = format!("curl -sf -H \"Authorization: Bearer $OAUTH_ACCESS_TOKEN\" {}; exit 7", machine.resource());
    let finished = machine.program.run(&["exec", PROFILE, "--", "sh", "-c", &call]);
    assert_eq!((finished.code, finished.stdout.is_empty()), (7, false), "{finished:?}");
    let missing = machine.program.run(&["exec", PROFILE, "--", "no-such-command"]);
    assert_eq!(missing.code, 127, "{missing:?}");
    assert!(missing.stderr.starts_with("warning: cannot run `no-such-command`: "), "{}", missing.stderr);
}
