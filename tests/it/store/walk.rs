//! The commands of `docs/team.md`, run as the paper shows them: only the addresses and folders are the test's own, `curl` is
//! the browser, and what a person compares on two screens is compared by an option.

use std::path::Path;
use std::process::Command;

use crate::support::http::browser;
use crate::support::postgres::Cluster;
use crate::support::practice::Practice;
use crate::support::process::Process;
use crate::support::tokenwright::{Tokenwright, path_with_program};

/// The shell blocks of the section "Try it" between the server's start and its end.
fn blocks(paper: &str) -> Vec<&str> {
    let section = paper.split("\n## Try it\n").nth(1).and_then(|rest| rest.split("\n## ").next()).expect("the section");
    let blocks: Vec<&str> =
        section.split("```").skip(1).step_by(2).filter_map(|block| block.strip_prefix("sh\n")).collect();
    let [_, blocks @ .., _] = &blocks[..] else { panic!("a server's start and its end: {blocks:?}") };
    blocks.to_vec()
}

#[test]
#[ignore = "needs postgresql and bash"]
fn the_commands_of_the_paper_about_teams_do_what_it_says() {
    let cluster = Cluster::start();
    let url = cluster.url(&cluster.database("tokens"));
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let paper = std::fs::read_to_string(root.join("docs/team.md")).expect("a paper");
    let folder = program.home().join("tw-");
    let lines = blocks(&paper).concat();
    let lines = lines.lines().filter(|line| !line.contains("tokenwright practice")).map(|line| {
        let line = line.replace("postgres://team@127.0.0.1:5499/tokens", &url).replace("5498", practice.port());
        let line = line.replace("/tmp/tw-", &folder.display().to_string());
        let line = line.replace("sign-in demo", &format!("sign-in demo --browser '{}'", browser()));
        let asks = line.find("team admit ").map(|at| line[at..].replace("team admit ", ""));
        let compared = asks.map(|name| format!(" --fingerprint \"$(key {name})\"")).unwrap_or_default();
        format!("echo '> {}'; {line}{compared}\n", line.replace('\'', "\""))
    });
    let key = "key() { [ \"$1\" = ci ] && export TOKENWRIGHT_VAULT=memory; \
               TOKENWRIGHT_HOME=FOLDER$1 tokenwright team status | sed -n 's/^key  *//p'; }\n";
    let script =
        format!("set -u\n{}{}", key.replace("FOLDER", &folder.display().to_string()), lines.collect::<String>());
    let own = program.command(&[]);
    let mut bash = Command::new("bash");
    bash.args(["-c", &script]).current_dir(program.home()).env_clear();
    bash.envs(own.get_envs().filter_map(|(name, value)| Some((name, value?)))).env("PATH", path_with_program());
    let done = Process::start(&mut bash).finish();
    let said = &done.stdout;
    // Every token is one of the practice service; the last one is refused, since that member was removed.
    assert_eq!(said.matches("\npractice-at-").count(), 2, "{done:?}");
    assert!(
        said.matches("demo: shared with the team\n").count() == 2
            && said.contains("demo: taken out of the team;")
            && said.contains("demo: refreshed, "),
        "{done:?}"
    );
    assert_eq!(done.stderr.matches("error: ").count(), 1, "{done:?}");
    assert!(done.stderr.contains("no longer a member") || done.stderr.contains("not a member"), "{done:?}");
}
