//! The agent from outside: the tokens it gives, the profiles it keeps alive, the clients it accepts, and how it stops.
#![cfg(unix)]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::process::Command;
use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::time::Duration;

use crate::support::PATIENCE;
use crate::support::practice::Practice;
use crate::support::process::{Finished, Process, one_test};
use crate::support::renewed::{signed_in_at_one_endpoint, tokens};
use crate::support::scripted::{Answer, Scripted};
use crate::support::tokenwright::{PASSPHRASE, Tokenwright};
use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, setrlimit};
use serde_json::{Value, json};

#[test]
fn a_token_comes_from_the_agent_as_it_would_without_it() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    practice.sign_in(&program, "demo");
    let agent = start_agent(&program);
    for form in [&["token", "demo"][..], &["token", "demo", "--header"], &["token", "demo", "--json"]] {
        let with_agent = without_passphrase(&program, form).done();
        assert_eq!(with_agent, program.run(&[form, &["--no-agent"]].concat()).done());
    }
    // Its words are the same as well.
    let unknown = without_passphrase(&program, &["token", "dem"]).failed(3);
    assert_eq!(
        unknown,
        "error: there is no profile `dem`\n\
         hint: did you mean `demo`? `tokenwright list` names the saved profiles\n"
    );
    assert_eq!(unknown, program.run(&["token", "dem", "--no-agent"]).failed(3));
    // Whoever does not ask it, or asks for another vault, is on their own.
    without_passphrase(&program, &["token", "demo", "--no-agent"]).failed(6);
    let alone = |name: &str, value: &str| {
        let mut command = program.command(&["token", "demo"]);
        Process::start(command.env_remove("TOKENWRIGHT_PASSPHRASE").env(name, value)).finish()
    };
    alone("TOKENWRIGHT_AGENT", "off").failed(6);
    alone("TOKENWRIGHT_VAULT", "memory").failed(3);
    let said = stop(&program, agent);
    assert!(!said.contains("practice-at-") && !said.contains(PASSPHRASE), "{said}");
    without_passphrase(&program, &["token", "demo"]).failed(6);
}

#[test]
fn the_small_program_prints_what_the_large_one_prints_with_an_agent_and_without() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    practice.sign_in(&program, "demo");
    let small = |arguments: &[&str]| Process::start(&mut program.token_command(arguments)).finish();
    let same = || {
        for rest in
            [&["demo"][..], &["demo", "--header"], &["demo", "--json"], &["dem"], &["demo", "--json", "--header"]]
        {
            let (one, other) = (small(rest), program.run(&[&["token"], rest].concat()));
            assert_eq!((one.code, one.stdout, one.stderr), (other.code, other.stdout, other.stderr), "{rest:?}");
        }
    };
    same();
    let agent = start_agent(&program);
    same();
    let token = small(&["demo"]).done();
    // Moved away from the large one, it answers through the agent all the same.
    let beside = program.token_command(&["demo"]);
    let moved = || {
        let mut moved = Command::new(program.home().join("tokenwright-token"));
        moved.args(beside.get_args()).env_clear();
        moved.envs(beside.get_envs().filter_map(|(name, value)| Some((name, value?)))).env("PATH", program.home());
        Process::start(&mut moved).finish()
    };
    fs::copy(beside.get_program(), program.home().join("tokenwright-token")).expect("copied");
    assert_eq!(moved().done(), token);
    stop(&program, agent);
    let said = moved().failed(1);
    assert!(said.starts_with("error: cannot start `tokenwright`: ") && said.contains("the same folder"), "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn the_agent_becomes_the_program_without_a_window_where_that_is_beside_it_and_of_its_version() {
    let program = Tokenwright::with_vault();
    let runs = |agent: &Process| {
        let path = fs::read_link(format!("/proc/{}/exe", agent.id())).expect("a process");
        path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned()
    };
    let agent = start_agent(&program);
    assert_eq!(runs(&agent), "tokenwright-agent");
    stop(&program, agent);
    // Alone, and beside one of another version.
    let folder = program.home().join("bin");
    fs::create_dir(&folder).expect("our own folder");
    let large = program.command(&["agent"]);
    if fs::hard_link(large.get_program(), folder.join("tokenwright")).is_err() {
        fs::copy(large.get_program(), folder.join("tokenwright")).expect("copied");
    }
    let moved = || {
        let mut moved = Command::new(folder.join("tokenwright"));
        moved.args(large.get_args()).env_clear();
        moved.envs(large.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let mut agent = Process::start(&mut moved);
        agent.line_with("The agent listens on ");
        assert_eq!(runs(&agent), "tokenwright");
        stop(&program, agent);
    };
    moved();
    let other = folder.join("tokenwright-agent");
    fs::write(&other, "#!/bin/sh\necho tokenwright-agent 0.0.0\n").expect("our own file");
    fs::set_permissions(&other, fs::Permissions::from_mode(0o755)).expect("set");
    moved();
}

#[test]
fn the_agents_own_program_has_no_window_and_no_other_command() {
    let program = Tokenwright::with_vault();
    let holds_window = |command: &Command| {
        let mut file = BufReader::new(fs::File::open(command.get_program()).expect("a program"));
        let mut part = Vec::new();
        while file.read_until(b'.', &mut part).expect("read") > 0 {
            // From the paths of the library's sources, which its panics name.
            if part.ends_with(b"winit-0.") {
                return true;
            }
            part.clear();
        }
        false
    };
    let agent = |arguments: &[&str]| program.agent_command(arguments);
    assert!(holds_window(&program.command(&[])) && !holds_window(&agent(&[])));
    assert!(!holds_window(&program.token_command(&[])));
    let version = Process::start(&mut agent(&["--version"])).finish().done();
    assert_eq!(version, format!("tokenwright-agent {}\n", env!("CARGO_PKG_VERSION")));
    assert_eq!(
        Process::start(&mut agent(&["status"])).finish().failed(2),
        "error: `tokenwright-agent` runs the agent, and takes no option but `--verbose`\n\
         hint: `tokenwright agent --help` says more\n"
    );
}

#[test]
fn a_profile_that_is_kept_alive_is_refreshed_before_it_expires() {
    let service = Scripted::start(|asked, earlier| match (asked.path.as_str(), earlier) {
        ("/authorize", _) => asked.grant("a-code"),
        (_, 0) => tokens("first", 6),
        (_, 1) if asked.parameter("refresh_token") == "rt-first" => tokens("second", 3600),
        _ => Answer::json(400, &json!({ "error": "invalid_grant" })),
    });
    let program = signed_in(&service);
    let mut agent = start_agent(&program);
    assert_eq!(status(&program)["profiles"], json!([]));
    // A running agent learns of it at once.
    assert_eq!(
        program.run(&["keep-alive", "demo"]).done(),
        "demo: kept alive while the window or `tokenwright agent` runs\n"
    );
    assert_eq!(program.run(&["list", "--json"]).json()[0]["keep_alive"], true);
    agent.line_with("demo: refreshed, valid until ");
    assert_eq!(without_passphrase(&program, &["token", "demo"]).done(), "at-second\n");
    let kept = status(&program)["profiles"][0].clone();
    assert_eq!((&kept["name"], &kept["problem"]), (&json!("demo"), &Value::Null));
    assert!(kept["next"].is_string(), "{kept}");
    program.run(&["keep-alive", "demo", "--off"]).done();
    assert_eq!(status(&program)["profiles"], json!([]));
    assert_eq!(service.asked("/token").len(), 2);
    stop(&program, agent);
}

#[test]
fn a_refresh_token_that_is_spent_is_sent_once_and_told() {
    let service = Scripted::start(|asked, earlier| match (asked.path.as_str(), earlier) {
        ("/authorize", _) => asked.grant("a-code"),
        (_, 0) => tokens("first", 1),
        _ => Answer::json(400, &json!({ "error": "invalid_grant" })),
    });
    let program = signed_in(&service);
    program.run(&["keep-alive", "demo"]).done();
    let mut agent = start_agent(&program);
    agent.line_with("demo: not refreshed: the token endpoint refused: `invalid_grant`");
    // Another profile changes, which is no reason to send it again.
    program.run(&["keep-alive", "demo"]).done();
    let kept = status(&program)["profiles"][0].clone();
    assert_eq!(kept["next"], Value::Null, "{kept}");
    assert!(kept["problem"].as_str().is_some_and(|problem| problem.contains("`invalid_grant`")), "{kept}");
    assert_eq!(service.asked("/token").len(), 2);
    stop(&program, agent);
}

#[test]
fn what_is_to_be_known_of_a_token_is_told_through_the_agent_too() {
    let body = json!({
        "access_token": "at-first", "refresh_token": "rt-first", "token_type": "Bearer", "expires_in": 3600,
        "refresh_token_expires_in": 100_000,
    });
    let service = Scripted::start(move |asked, _| match asked.path.as_str() {
        "/authorize" => asked.grant("a-code"),
        _ => Answer::json(200, &body),
    });
    let program = signed_in_at_one_endpoint(&service, "demo", "[policy]\nrefresh_token_life = 8640000\n");
    let agent = start_agent(&program);
    let through_it = without_passphrase(&program, &["token", "demo"]);
    assert_eq!(
        (through_it.code, through_it.stdout.as_str(), through_it.stderr.as_str()),
        (
            0,
            "at-first\n",
            "warning: the refresh token of `demo` expires in 27 h\n\
             hint: sign in again before then: `tokenwright sign-in demo`\n"
        )
    );
    let alone = program.run(&["token", "demo", "--no-agent"]);
    assert_eq!((alone.stdout, alone.stderr), (through_it.stdout, through_it.stderr));
    stop(&program, agent);
}

#[test]
fn fifty_that_ask_at_once_wait_for_one_refresh() {
    let service = Scripted::start(|asked, _| match asked.path.as_str() {
        "/authorize" => asked.grant("a-code"),
        _ if asked.parameter("grant_type") == "authorization_code" => tokens("first", 30),
        _ if asked.parameter("refresh_token") == "rt-first" => tokens("second", 3600),
        _ => Answer::json(400, &json!({ "error": "invalid_grant" })),
    });
    let program = signed_in(&service);
    let agent = start_agent(&program);
    let running: Vec<Process> =
        (0..50).map(|_| start_without_passphrase(&program, &["token", "demo", "--min-valid", "5m"])).collect();
    for process in running {
        assert_eq!(process.finish().done(), "at-second\n");
    }
    assert_eq!(service.asked("/token").len(), 2);
    stop(&program, agent);
}

#[test]
fn an_agent_that_is_to_end_ends_the_refresh_that_goes_on() {
    let (release, released) = channel::<()>();
    let released = Mutex::new(released);
    let service = Scripted::start(move |asked, earlier| match (asked.path.as_str(), earlier) {
        ("/authorize", _) => asked.grant("a-code"),
        (_, 0) => tokens("first", 1),
        _ => {
            released.lock().expect("one at a time").recv_timeout(PATIENCE).expect("released");
            tokens("second", 3600)
        }
    });
    let program = signed_in(&service);
    program.run(&["keep-alive", "demo"]).done();
    let mut agent = start_agent(&program);
    while service.asked("/token").len() < 2 {
        // waits: the scripted server tells nobody that it was asked.
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    signal(&agent, Signal::TERM);
    // It hears it while it waits for the service: nobody is answered any more.
    while program.data().join("agent/agent.sock").exists() {
        // waits: the socket's end is its only sign.
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    release.send(()).expect("the server waits");
    agent.line_with("demo: refreshed, valid until ");
    agent.line_with("The agent has stopped.");
    assert_eq!(agent.finish().code, 0);
    assert_eq!(program.run(&["token", "demo"]).done(), "at-second\n");
}

#[test]
fn there_is_one_agent_and_a_dead_one_is_no_obstacle() {
    let program = Tokenwright::with_vault();
    let first = start_agent(&program);
    assert_eq!(
        program.run(&["agent"]).failed(1),
        "error: an agent is running already\n\
         hint: `tokenwright agent status` shows it, `tokenwright agent stop` stops it\n"
    );
    signal(&first, Signal::KILL);
    assert_eq!(first.finish().code, -1);
    let socket = program.data().join("agent/agent.sock");
    assert!(socket.exists(), "as it was left");
    for task in ["status", "stop"] {
        let words = program.run(&["agent", task]).failed(1);
        assert_eq!(words, "error: no agent is running\nhint: start it with `tokenwright agent`\n");
    }
    let second = start_agent(&program);
    let mode = |path: &std::path::Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!((mode(&socket), mode(&program.data().join("agent"))), (0o600, 0o700));
    assert_eq!(status(&program)["process"], second.id());
    stop(&program, second);
    assert!(!socket.exists());
}

#[test]
fn nobody_holds_the_agent_up() {
    let program = Tokenwright::with_vault();
    let agent = start_agent(&program);
    let connect = || UnixStream::connect(program.data().join("agent/agent.sock")).expect("an agent");
    // Says nothing, and stays.
    let silent = connect();
    for wrong in [&b"GET / HTTP/1.1\r\n\r\n"[..], b"{\"ask\":\"secrets\"}\n", &[b'a'; 9000], b"\n"] {
        let mut stream = connect();
        // It may have heard enough before the end of it.
        let _ = stream.write_all(wrong).and_then(|()| stream.shutdown(std::net::Shutdown::Write));
        let mut answer = String::new();
        let read = stream.read_to_string(&mut answer);
        if read.is_ok() {
            let expected = "{\"answer\":\"failed\",\"kind\":\"machine\",\"summary\":\"the request cannot be read\",\
                            \"hint\":\"the agent may be of another version\",\"reference\":null}\n";
            assert_eq!(answer, expected);
        }
    }
    assert_eq!(status(&program)["process"], agent.id());
    drop(silent);
    stop(&program, agent);
}

#[test]
fn hundreds_that_say_nothing_do_not_hold_up_one_that_asks() {
    let service = Scripted::start(|asked, _| match asked.path.as_str() {
        "/authorize" => asked.grant("a-code"),
        _ => tokens("first", 3600),
    });
    let program = signed_in(&service);
    let agent = start_agent(&program);
    let connect = || UnixStream::connect(program.data().join("agent/agent.sock")).expect("an agent");
    for crowd in [200, 700] {
        let silent: Vec<UnixStream> = (0..crowd).map(|_| connect()).collect();
        // Without the agent it would fail for want of a passphrase; who asks the agent gives up after two seconds.
        assert_eq!(without_passphrase(&program, &["token", "demo"]).done(), "at-first\n", "{crowd}");
        drop(silent);
    }
    stop(&program, agent);
}

#[test]
fn a_thousand_that_ask_a_moment_later_are_all_answered() {
    let program = Tokenwright::with_vault();
    let agent = start_agent(&program);
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }).expect("more files");
    let socket = program.data().join("agent/agent.sock");
    let mut connected: Vec<UnixStream> = (0..1000).map(|_| UnixStream::connect(&socket).expect("an agent")).collect();
    // waits: as a thousand processes would on a busy machine.
    std::thread::sleep(Duration::from_millis(300));
    for stream in &mut connected {
        stream.write_all(b"{\"ask\":\"status\"}\n").expect("it listens");
    }
    for (at, stream) in connected.iter_mut().enumerate() {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        assert!(answer.contains("\"answer\":\"status\""), "{at}: {answer:?}");
    }
    stop(&program, agent);
}

#[test]
fn whoever_says_nothing_is_turned_away_without_an_answer() {
    let program = Tokenwright::with_vault();
    let agent = start_agent(&program);
    let connect = || UnixStream::connect(program.data().join("agent/agent.sock")).expect("an agent");
    let mut first = connect();
    let crowd: Vec<UnixStream> = (0..700).map(|_| connect()).collect();
    let mut answer = String::new();
    first.read_to_string(&mut answer).expect("closed");
    assert_eq!(answer, "", "no answer, as if there were no agent");
    drop(crowd);
    stop(&program, agent);
}

/// Answers on the agent's socket in its place, with a token.
fn answer_once(socket: &std::path::Path) {
    let listener = std::os::unix::net::UnixListener::bind(socket).expect("a socket");
    let anyone = fs::Permissions::from_mode(0o777);
    fs::set_permissions(socket, anyone).expect("open to all");
    let (mut stream, _) = listener.accept().expect("somebody asks");
    let _ = stream.read(&mut [0; 4096]);
    let answer = json!({
        "answer": "token", "access_token": "at-of-somebody-else", "token_type": "Bearer", "expires_at": null,
        "scopes": null, "obtained_at": "2026-11-28T00:00:00Z", "retained": {}, "header": "Authorization: Bearer <token>",
    });
    let _ = stream.write_all(format!("{answer}\n").as_bytes());
}

/// The error of the client for an agent that it does not trust.
fn refused(program: &Tokenwright) -> String {
    let refused = program.run(&["agent", "status"]).failed(1);
    assert!(program.run(&["token", "demo"]).failed(3).contains("there is no profile `demo`"));
    refused
}

const SOCKET: &str = "TOKENWRIGHT_TEST_SOCKET";

#[test]
#[ignore = "the other process of the test below"]
fn the_other_process_answers_in_the_place_of_the_agent() {
    let Some(socket) = std::env::var_os(SOCKET) else { return };
    answer_once(std::path::Path::new(&socket));
}

#[test]
fn nobody_else_answers_in_the_place_of_the_agent() {
    let program = Tokenwright::with_vault();
    let folder = program.data().join("agent");
    fs::create_dir_all(&folder).expect("our own folder");
    let socket = folder.join("agent.sock");
    let mode = |mode| fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).expect("set");
    // A folder that others can write to.
    mode(0o777);
    let here = socket.clone();
    let fake = std::thread::spawn(move || answer_once(&here));
    while !socket.exists() {
        // waits: a socket's only sign is that it is there.
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert!(refused(&program).contains("other users can write to the folder of the agent's socket"));
    mode(0o700);
    // It is asked where the folder is closed: the answer above was not for want of one.
    assert_eq!(program.run(&["token", "demo"]).done(), "at-of-somebody-else\n");
    fake.join().expect("answered");
    fs::remove_file(&socket).expect("removed");
}

#[test]
#[ignore = "needs root"]
fn nobody_else_is_another_user_in_a_folder_of_ours_or_a_folder_of_another_user() {
    const NOBODY: u32 = 65534;
    let program = Tokenwright::with_vault();
    let folder = program.data().join("agent");
    fs::create_dir_all(&folder).expect("our own folder");
    let socket = folder.join("agent.sock");
    let mode = |mode| fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).expect("set");
    let give = |path: &std::path::Path, to: u32| std::os::unix::fs::chown(path, Some(to), Some(to)).expect("given");
    fs::set_permissions(program.home(), fs::Permissions::from_mode(0o711)).expect("set");
    fs::set_permissions(program.data(), fs::Permissions::from_mode(0o711)).expect("set");
    mode(0o777);
    let exe = program.home().join("other");
    let own = one_test(module_path!(), "the_other_process_answers_in_the_place_of_the_agent");
    fs::copy(own.get_program(), &exe).expect("copied");
    let mut other = Command::new(&exe);
    other.args(own.get_args());
    other.env(SOCKET, &socket).stdout(std::process::Stdio::null());
    std::os::unix::process::CommandExt::uid(&mut other, NOBODY);
    let mut other = other.spawn().expect("started");
    while !socket.exists() {
        // waits: a socket's only sign is that it is there.
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    mode(0o755);
    assert!(refused(&program).contains("the agent's socket belongs to another user"));
    let _ = other.kill();
    let _ = other.wait();
    fs::remove_file(&socket).expect("removed");
    // The agent keeps out of a folder that is not its user's, and leaves it as it was.
    give(&folder, NOBODY);
    assert!(program.run(&["agent"]).failed(1).contains("the agent's socket belongs to another user"));
    assert_eq!(fs::read_dir(&folder).expect("there").count(), 0);
    assert_eq!(fs::metadata(&folder).expect("there").permissions().mode() & 0o777, 0o755);
}

#[test]
fn the_agents_lock_is_not_opened_through_a_link() {
    let program = Tokenwright::with_vault();
    let folder = program.data().join("agent");
    fs::create_dir_all(&folder).expect("our own folder");
    std::os::unix::fs::symlink(program.home().join("elsewhere"), folder.join("agent.lock")).expect("a link");
    program.run(&["agent"]).failed(1);
    assert!(!program.home().join("elsewhere").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn who_asks_the_agent_for_a_token_leaves_none_in_a_core_dump() {
    let program = Tokenwright::with_vault();
    let folder = program.data().join("agent");
    fs::create_dir_all(&folder).expect("our own folder");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).expect("set");
    let listener = std::os::unix::net::UnixListener::bind(folder.join("agent.sock")).expect("a socket");
    let token = program.start(&["token", "demo"]);
    let (stream, _) = listener.accept().expect("it asks");
    let limits = fs::read_to_string(format!("/proc/{}/limits", token.id())).expect("limits");
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).expect("a line");
    assert_eq!(core.split_whitespace().nth(4), Some("1"), "{core}");
    drop((stream, listener));
    token.finish().failed(3);
}

#[test]
fn a_supervisor_is_told_when_it_is_ready_and_when_it_ends() {
    let program = Tokenwright::with_vault();
    let path = program.home().join("notify");
    let supervisor = UnixDatagram::bind(&path).expect("a socket");
    supervisor.set_read_timeout(Some(PATIENCE)).expect("a socket");
    let told = || {
        let mut text = [0; 64];
        let length = supervisor.recv(&mut text).expect("told");
        String::from_utf8_lossy(&text[..length]).into_owned()
    };
    let folder = program.home().join("of-systemd");
    fs::create_dir(&folder).expect("our own folder");
    fs::write(folder.join("passphrase"), format!("{PASSPHRASE}\n")).expect("our own file");
    let mut command = program.command(&["agent"]);
    command.env("NOTIFY_SOCKET", &path).env_remove("TOKENWRIGHT_PASSPHRASE").env("CREDENTIALS_DIRECTORY", &folder);
    let agent = Process::start(&mut command);
    assert_eq!(told(), "READY=1");
    signal(&agent, Signal::INT);
    assert_eq!(told(), "STOPPING=1");
    assert_eq!(agent.finish().code, 0);
}

#[test]
fn an_agent_without_its_vault_does_not_start() {
    let program = Tokenwright::with_vault();
    stop(&program, start_agent(&program));
    let words = without_passphrase(&program, &["agent"]).failed(6);
    assert!(words.contains("the vault is locked with a passphrase"), "{words}");
    assert!(!program.data().join("agent/agent.sock").exists());
}

fn start_agent(program: &Tokenwright) -> Process {
    let mut agent = program.start(&["agent"]);
    agent.line_with("The agent listens on ");
    agent
}

/// All its output, once it has ended.
#[track_caller]
fn stop(program: &Tokenwright, agent: Process) -> String {
    program.run(&["agent", "stop"]).done();
    let Finished { code, stdout, stderr } = agent.finish();
    assert_eq!((code, stdout.as_str()), (0, ""), "{stderr}");
    stderr
}

fn status(program: &Tokenwright) -> Value {
    program.run(&["agent", "status", "--json"]).json()
}

fn start_without_passphrase(program: &Tokenwright, arguments: &[&str]) -> Process {
    Process::start(program.command(arguments).env_remove("TOKENWRIGHT_PASSPHRASE"))
}

fn without_passphrase(program: &Tokenwright, arguments: &[&str]) -> Finished {
    start_without_passphrase(program, arguments).finish()
}

fn signal(process: &Process, signal: Signal) {
    let id = i32::try_from(process.id()).ok().and_then(Pid::from_raw).expect("a process");
    rustix::process::kill_process(id, signal).expect("sent");
}

fn signed_in(service: &Scripted) -> Tokenwright {
    signed_in_at_one_endpoint(service, "demo", "")
}
