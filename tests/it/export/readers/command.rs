//! Readers that are commands: each gets the export, and then a corrupt one.

use std::fs;

use serde_json::json;

use crate::export::readers::machine::{Machine, node, python};

/// What the reader is run with, given the file and the resource's address.
type Arguments<'a> = &'a dyn Fn(&str, &str) -> Vec<String>;

/// The reader gets at the resource with the export, and does not with a spoilt one.
#[track_caller]
fn check(format: &str, file: &str, tool: impl AsRef<std::path::Path>, arguments: Arguments<'_>) {
    let machine = Machine::new();
    let path = machine.export(format, file, &["--url", &machine.resource()]);
    let run = || {
        let arguments = arguments(file, &machine.resource());
        machine.run(&tool, &arguments.iter().map(String::as_str).collect::<Vec<_>>())
    };
    run().done();
    machine.spoil(&path);
    assert_ne!(run().code, 0, "the reader is content with any token");
}

fn words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

#[test]
#[ignore = "needs the tools that `tests/run` installs"]
fn curl_reads_its_options_file() {
    check("curl-file", "a.curlrc", "curl", &|file, _| words(&format!("--silent --fail --config {file}")));
}

#[test]
#[ignore = "needs the tools that `tests/run` installs"]
fn curl_reads_a_header_from_a_file() {
    check("header", "a.header", "curl", &|file, url| words(&format!("--silent --fail --header @{file} {url}")));
}

#[test]
#[ignore = "needs the tools that `tests/run` installs"]
fn a_shell_runs_the_curl_command() {
    // Without `--fail` curl is content with a refusal, so the shell looks at the answer.
    check("curl", "a.sh", "sh", &|file, _| vec!["-c".into(), format!("sh ./{file} 2>/dev/null | grep -q -v error")]);
}

#[test]
#[ignore = "needs the tools that `tests/run` installs"]
fn any_tool_takes_the_bare_token() {
    check("token", "a.token", "sh", &|file, url| {
        vec!["-c".into(), format!("curl -sf -H \"Authorization: Bearer $(cat {file})\" {url}")]
    });
}

#[test]
#[ignore = "needs the tools that `tests/run` installs"]
fn bash_fish_and_dash_take_the_variables() {
    let call = |url: &str| format!("curl -sf -H \"Authorization: Bearer $OAUTH_ACCESS_TOKEN\" {url}");
    check("shell", "a.sh", "bash", &|file, url| vec!["-c".into(), format!(". ./{file} && {}", call(url))]);
    check("shell", "a.sh", "dash", &|file, url| vec!["-c".into(), format!(". ./{file} && {}", call(url))]);
    check("fish", "a.fish", "fish", &|file, url| vec!["-c".into(), format!("source {file}; and {}", call(url))]);
}

#[test]
#[ignore = "needs the tools that `tests/run` installs"]
fn direnv_loads_its_file() {
    let machine = Machine::new();
    machine.export("envrc", ".envrc", &[]);
    machine.run("direnv", &["allow", ".envrc"]).done();
    let call = format!("curl -sf -H \"Authorization: Bearer $OAUTH_ACCESS_TOKEN\" {}", machine.resource());
    machine.run("direnv", &["exec", ".", "sh", "-c", &call]).done();
}

#[test]
#[ignore = "needs the tools that `tests/run` installs"]
fn httpie_takes_its_session() {
    check("httpie", "a.json", python("http"), &|file, url| {
        words(&format!("--ignore-stdin --check-status --session-read-only=./{file} {url}"))
    });
}

/// A collection that asks for the resource with a variable, and is content with 200 only.
fn collection(machine: &Machine, auth: &serde_json::Value) {
    let test = json!({"listen": "test", "script": {"exec": ["pm.test('200', () => pm.response.to.have.status(200))"]}});
    let item = json!({"name": "r", "event": [test], "request": {"method": "GET", "url": machine.resource()}});
    let schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";
    let collection = json!({"info": {"name": "c", "schema": schema}, "auth": auth, "item": [item]});
    fs::write(machine.program.home().join("collection.json"), collection.to_string()).expect("written");
}

#[test]
#[ignore = "needs the tools that `tests/run` installs"]
fn newman_fills_in_the_environment() {
    let machine = Machine::new();
    let bearer = json!({"type": "bearer", "bearer": [{"key": "token", "value": "{{access_token}}", "type": "string"}]});
    collection(&machine, &bearer);
    let file = machine.export("postman-environment", "env.json", &[]);
    let run = || machine.run(node("newman"), &["run", "collection.json", "--environment", "env.json"]);
    run().done();
    machine.spoil(&file);
    assert_eq!(run().code, 1);
}

#[test]
#[ignore = "needs the tools that `tests/run` installs"]
fn newman_takes_the_collections_own_authorization() {
    let machine = Machine::new();
    let file = machine.export("postman-collection", "own.json", &["--url", &machine.resource()]);
    let exported: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(&file).expect("the export")).expect("JSON");
    collection(&machine, &exported["auth"]);
    machine.run(node("newman"), &["run", "collection.json"]).done();
    machine.spoil(&machine.program.home().join("collection.json"));
    assert_eq!(machine.run(node("newman"), &["run", "collection.json"]).code, 1);
    // The file as it is: its own request is sent, and newman finds nothing to complain of.
    machine.run(node("newman"), &["run", "own.json"]).done();
}

#[test]
#[ignore = "needs the tools that `tests/run` installs"]
fn bruno_fills_in_the_environment() {
    let machine = Machine::new();
    let home = machine.program.home();
    fs::write(home.join("bruno.json"), r#"{"version": "1", "name": "c", "type": "collection"}"#).expect("written");
    let request = format!(
        "meta {{\n  name: r\n  type: http\n  seq: 1\n}}\n\nget {{\n  url: {}\n  auth: bearer\n}}\n\nauth:bearer {{\n  \
         token: {{{{access_token}}}}\n}}\n",
        machine.resource()
    );
    fs::write(home.join("r.bru"), request).expect("written");
    let file = machine.export("bruno", "env.json", &[]);
    // Its own assertions now and then find no status where it prints one.
    let status = || machine.run(node("bru"), &["run", "--env-file", "env.json"]).stdout;
    assert!(status().contains("r (200 OK)"), "{}", status());
    machine.spoil(&file);
    assert!(status().contains("r (401 Unauthorized)"), "{}", status());
}

#[test]
#[ignore = "needs the tools that `tests/run` installs"]
fn rclone_reads_its_remote_and_refreshes_with_it() {
    let machine = Machine::new();
    let file = machine.export("rclone", "rclone.conf", &["--set", "rclone_type=drive", "--hand-over"]);
    let dump = machine.run("rclone", &["--config", "rclone.conf", "config", "dump"]).json();
    let token: serde_json::Value =
        serde_json::from_str(dump["acme"]["token"].as_str().expect("a token")).expect("JSON");
    assert_eq!((dump["acme"]["type"].as_str(), token["token_type"].as_str()), (Some("drive"), Some("Bearer")));
    // An expired one: rclone refreshes at the token endpoint before it asks the drive, which is not there.
    let expired = fs::read_to_string(&file).expect("the export");
    let at = token["expiry"].as_str().expect("a time");
    fs::write(&file, expired.replace(at, "2001-01-01T00:00:00Z")).expect("written");
    let lsd =
        ["--config", "rclone.conf", "--retries", "1", "--low-level-retries", "1", "--drive-skip-gdocs", "lsd", "acme:"];
    let mut rclone = machine.command("rclone", &lsd);
    // The drive is out of reach: only the refresh is wanted.
    rclone.env("https_proxy", "http://127.0.0.1:9").env("no_proxy", "127.0.0.1");
    let _ = crate::support::process::Process::start(&mut rclone).finish();
    let after = fs::read_to_string(&file).expect("rclone's file");
    assert!(!after.contains(token["access_token"].as_str().expect("a token")), "rclone wrote no new token: {after}");
}

#[test]
#[ignore = "needs the tools that `tests/run` installs"]
fn terraform_variables_are_read_by_a_parser_of_hcl() {
    let machine = Machine::new();
    machine.export("terraform", "a.tfvars", &[]);
    assert_eq!(machine.python("tfvars.py", &["a.tfvars", "access_token"]).done().trim_end(), machine.token());
}

#[test]
#[ignore = "needs the tools that `tests/run` installs"]
fn kubernetes_accepts_the_manifest() {
    let machine = Machine::new();
    let file = machine.export("kubernetes-secret", "a.yaml", &[]);
    machine.run(python("kubernetes-validate"), &["--strict", "a.yaml"]).done();
    assert_eq!(
        machine.python("yaml_at.py", &["a.yaml", "stringData", "access_token"]).done().trim_end(),
        machine.token()
    );
    let text = fs::read_to_string(&file).expect("the export");
    fs::write(&file, text.replace("stringData:", "stringDat:")).expect("written");
    assert_ne!(machine.run(python("kubernetes-validate"), &["--strict", "a.yaml"]).code, 0);
}

#[test]
#[ignore = "needs the tools that `tests/run` installs"]
fn jq_and_yaml_readers_take_the_documents() {
    let machine = Machine::new();
    machine.export("json", "a.json", &[]);
    assert_eq!(machine.run("jq", &["--raw-output", ".access_token", "a.json"]).done().trim_end(), machine.token());
    machine.export("yaml", "a.yaml", &[]);
    assert_eq!(machine.python("yaml_at.py", &["a.yaml", "access_token"]).done().trim_end(), machine.token());
    machine.export("http-client", "http-client.private.env.json", &[]);
    let at = machine.run("jq", &["--raw-output", ".acme.access_token", "http-client.private.env.json"]);
    assert_eq!(at.done().trim_end(), machine.token());
    machine.export("insomnia", "i.json", &[]);
    let filter = ".resources[] | select(._type == \"environment\") | .data.access_token";
    assert_eq!(machine.run("jq", &["--raw-output", filter, "i.json"]).done().trim_end(), machine.token());
}

#[test]
#[ignore = "needs the tools that `tests/run` installs"]
fn node_and_npm_dotenv_take_the_variables() {
    let call = "fetch(process.argv[1], {headers: {Authorization: 'Bearer ' + process.env.OAUTH_ACCESS_TOKEN}})\
                .then(r => process.exit(r.status === 200 ? 0 : 1))";
    check("dotenv", "a.env", "node", &|file, url| {
        vec![format!("--env-file={file}"), "-e".into(), call.into(), url.into()]
    });
    let dotenv = crate::support::peer("node_modules/dotenv");
    let with_npm = format!("require('{}').config({{path: 'a.env', quiet: true}});{call}", dotenv.display());
    check("dotenv", "a.env", "node", &|_, url| vec!["-e".into(), with_npm.clone(), url.into()]);
    check("dotenv", "a.env", python("dotenv"), &|file, url| {
        let call = format!("curl -sf -H \"Authorization: Bearer $OAUTH_ACCESS_TOKEN\" {url}");
        vec!["-f".into(), file.into(), "run".into(), "--".into(), "sh".into(), "-c".into(), call]
    });
}

#[test]
#[ignore = "needs the tools that `tests/run` installs"]
fn systemd_seals_and_opens_the_token() {
    let machine = Machine::new();
    machine.export("systemd", "access_token", &[]);
    let seal = ["--with-key=host", "encrypt", "--name=access_token", "access_token", "sealed"];
    machine.run("systemd-creds", &seal).done();
    assert_eq!(
        machine.run("systemd-creds", &["decrypt", "--name=access_token", "sealed", "-"]).done().trim_end(),
        machine.token()
    );
}
