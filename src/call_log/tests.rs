use std::sync::mpsc::channel;
use std::time::Duration;

use super::*;
use crate::call::{TracedCall, TracedOutcome, TracedReply, Way};

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn call(at: Timestamp, body: &str) -> LoggedCall {
    let reply = TracedReply {
        status: 400,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: body.to_owned(),
        elapsed: Duration::from_millis(12),
    };
    let call = TracedCall {
        at,
        way: Way::Sent,
        method: "POST".to_owned(),
        url: "https://as.test/token".to_owned(),
        headers: Vec::new(),
        body: Some(("application/x-www-form-urlencoded".to_owned(), "grant_type=refresh_token".to_owned())),
        client_certificate: String::new(),
        curl: String::new(),
        outcome: TracedOutcome::Reply(reply),
    };
    let (face, profile, stage) = ("agent".to_owned(), "acme".to_owned(), "refresh_request".to_owned());
    LoggedCall { call, face, process: 7, profile, stage }
}

fn log() -> (tempfile::TempDir, CallLog) {
    let home = tempfile::tempdir().expect("a folder");
    let log = CallLog::new(home.path().join("calls"));
    (home, log)
}

const NOON: &str = "2026-12-01T12:00:00Z";

#[test]
fn calls_are_read_as_they_were_added_the_newest_last() {
    let (_home, log) = log();
    assert_eq!(log.read(at(NOON)).expect("read"), []);
    let (first, second) = (call(at("2026-12-01T11:00:00Z"), "a"), call(at("2026-12-01T11:30:00.000000001Z"), "b\nc"));
    log.add(std::slice::from_ref(&second), at(NOON)).expect("added");
    log.add(std::slice::from_ref(&first), at(NOON)).expect("added");
    assert_eq!(log.read(at(NOON)).expect("read"), [first, second]);
}

#[test]
fn a_torn_line_and_what_is_not_ours_are_passed_over() {
    let (_home, log) = log();
    let (one, other) = (call(at(NOON), "one"), call(at("2026-12-01T12:00:01Z"), "other"));
    log.add(std::slice::from_ref(&one), at(NOON)).expect("added");
    let path = log.files().expect("listed")[0].path.clone();
    durable::append_private(&path, b"{\"startedDateTime\":\"2026-12").expect("torn");
    log.add(std::slice::from_ref(&other), at(NOON)).expect("added");
    durable::append_private(&path, b"\nnull\n{}\n[]\n\xff\xfe\n").expect("foreign");
    fs::write(log.folder.join("notes.jsonl"), "notes").expect("written");
    assert_eq!(log.read(at(NOON)).expect("read"), [one, other]);
    log.clear().expect("cleared");
    assert_eq!(log.read(at(NOON)).expect("read"), []);
    assert!(log.folder.join("notes.jsonl").exists());
}

#[test]
fn what_is_older_than_a_day_is_not_listed_and_then_removed() {
    let (_home, log) = log();
    log.add(&[call(at(NOON), "")], at(NOON)).expect("added");
    let later = at("2026-12-02T12:00:00Z");
    assert_eq!(log.read(later).expect("read"), []);
    log.add(&[call(later, "")], later).expect("added");
    assert_eq!(log.files().expect("listed").len(), 2);
    let last = at("2026-12-02T18:00:00Z");
    log.add(&[call(last, "")], last).expect("added");
    let names: Vec<String> = log.files().expect("listed").iter().map(|file| file.path.display().to_string()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(names[0].ends_with("20261202T120000Z.jsonl") && names[1].ends_with("20261202T180000Z.jsonl"), "{names:?}");
    // By a clock that was set back.
    log.add(&[call(at(NOON), "")], at(NOON)).expect("added");
    assert_eq!(log.files().expect("listed").len(), 1);
}

#[test]
fn the_log_stays_small() {
    let (_home, log) = log();
    let mut now = at(NOON);
    for _ in 0..600 {
        now += SignedDuration::from_secs(1);
        log.add(&[call(now, &"b".repeat(16 * 1024))], now).expect("added");
    }
    let files = log.files().expect("listed");
    let length: u64 = files.iter().map(|file| file.length).sum();
    assert!(length <= ALL_SIZE && length > ALL_SIZE / 2, "{length}");
    assert_eq!(log.read(now).expect("read").last().map(|logged| logged.call.at), Some(now));
}

#[test]
fn many_writers_tear_no_line() {
    let (_home, log) = log();
    std::thread::scope(|scope| {
        for writer in 0..4_u32 {
            let log = &log;
            scope.spawn(move || {
                for number in 0..50_i64 {
                    let time = at(NOON) + SignedDuration::from_secs(number);
                    let logged = LoggedCall { process: writer, ..call(time, &"b".repeat(4000)) };
                    log.add(&[logged], at(NOON)).expect("added");
                }
            });
        }
    });
    let calls = log.read(at("2026-12-01T13:00:00Z")).expect("read");
    assert_eq!(calls.len(), 200);
    assert!((0..4).all(|writer| calls.iter().filter(|logged| logged.process == writer).count() == 50));
}

#[test]
fn replies_about_people_and_what_is_sent_to_an_api_are_left_out() {
    let with = |stage: &str, status: u16| {
        let mut logged = LoggedCall { stage: stage.to_owned(), ..call(at(NOON), "ada@example.test") };
        if let TracedOutcome::Reply(reply) = &mut logged.call.outcome {
            reply.status = status;
        }
        let reduced = logged.reduced();
        let TracedOutcome::Reply(reply) = reduced.call.outcome else { panic!("a reply") };
        (!reduced.call.body.expect("a body").1.is_empty(), !reply.body.is_empty())
    };
    assert_eq!(with("refresh_request", 200), (true, true));
    assert_eq!(with("identity", 200), (true, false));
    assert_eq!(with("identity", 403), (true, true));
    assert_eq!(with("", 200), (false, false));
    assert_eq!(with("", 500), (false, true));
}

#[cfg(unix)]
#[test]
fn the_log_is_for_this_user_only_and_follows_no_link() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let (home, log) = log();
    log.add(&[call(at(NOON), "")], at(NOON)).expect("added");
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    let path = log.files().expect("listed")[0].path.clone();
    assert_eq!((mode(&log.folder), mode(&path)), (0o700, 0o600));
    fs::remove_file(&path).expect("removed");
    symlink(home.path().join("elsewhere"), &path).expect("linked");
    assert!(log.add(&[call(at(NOON), "")], at(NOON)).is_err());
    assert!(!home.path().join("elsewhere").exists());
}

#[test]
fn who_watches_hears_of_a_call() {
    let (_home, log) = log();
    let (sender, heard) = channel();
    let watch = log
        .watch(move || {
            let _ = sender.send(());
        })
        .expect("watched");
    let before = log.state();
    log.add(&[call(at(NOON), "")], at(NOON)).expect("added");
    heard.recv_timeout(Duration::from_secs(20)).expect("heard");
    assert_ne!(log.state(), before);
    drop(watch);
}
