//! The mechanics: peers that idle, lie or flood, bounds, and the end of the service.

use super::*;

#[test]
fn a_huge_reply_keeps_nobody_else_waiting_and_ends_with_the_service() {
    let practice = service(&[Fault::HugeReply]);
    let request = format!("POST /token HTTP/1.1\r\n{HEAD}Content-Length: 0\r\n\r\n");
    let mut stream = open(&practice, &request);
    let mut first = vec![0; 1024 * 1024];
    stream.read_exact(&mut first).expect("more than a megabyte");
    assert!(String::from_utf8_lossy(&first[..400]).contains("practice-at-huge"));
    assert_eq!(get(&practice, "/").status, 200);
    drop(practice);
    let mut rest = Vec::new();
    // Cut off in the middle of a chunk, by an end or by a reset.
    let _ = stream.read_to_end(&mut rest);
    assert!(!rest.ends_with(b"0\r\n\r\n"));
}

#[test]
fn a_slow_reply_keeps_nobody_else_waiting_and_ends_with_the_service() {
    let practice = service(&[Fault::SlowReply]);
    let request = format!("POST /token HTTP/1.1\r\n{HEAD}Content-Length: 0\r\n\r\n");
    let slow: Vec<TcpStream> = (0..40).map(|_| open(&practice, &request)).collect();
    practice.server.wait_for_requests(slow.len());
    assert_eq!(get(&practice, "/").status, 200);
    drop(practice);
    for stream in slow {
        let heard = rest(stream);
        assert_eq!((heard.status, heard.text("error").as_str()), (503, "temporarily_unavailable"));
    }
}

/// A call that tries again on a new connection. In the very instant in which a crowd of idle peers comes, the library
/// may queue a caller behind one of them; whoever comes later gets a thread at once.
fn get_through_a_crowd(practice: &Practice) -> Option<Heard> {
    (0..10).find_map(|_| {
        let mut stream = open(practice, &format!("GET / HTTP/1.1\r\n{HEAD}\r\n"));
        stream.set_read_timeout(Some(Duration::from_secs(2))).expect("a timeout");
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).is_ok().then(|| Heard::parse(&bytes))
    })
}

#[test]
fn idle_half_sent_and_lying_peers_keep_nobody_else_waiting_nor_the_end() {
    let practice = service(&[]);
    let lie = "POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\nshort";
    let _lies: Vec<TcpStream> = (1..=60)
        .map(|number| {
            let stream = open(&practice, lie);
            practice.server.wait_for_requests(number);
            stream
        })
        .collect();
    let _idle: Vec<TcpStream> = (0..60).map(|_| open(&practice, "")).collect();
    let _half: Vec<TcpStream> = (0..60).map(|_| open(&practice, "POST /token HTTP/1.1\r\nHost: loc")).collect();
    assert_eq!(get_through_a_crowd(&practice).map(|heard| heard.status), Some(200));
    drop(practice);
}

#[test]
fn a_body_or_head_beyond_the_bounds_is_refused() {
    let practice = service(&[]);
    let size = |bytes: usize| call(&practice, "POST", "/token", "", &"x".repeat(bytes));
    assert_eq!(size(64 * 1024).status, 400);
    for bytes in [64 * 1024 + 1, 1024 * 1024] {
        assert_eq!(size(bytes).text("error_description"), "the body is larger than 64 KiB");
    }
    let long = get(&practice, &format!("/?{}", "x".repeat(64 * 1024)));
    assert_eq!(long.status, 431);
    for declared in ["1048577", "9000000000000000000", "18446744073709551615"] {
        let request = format!("POST /token HTTP/1.1\r\n{HEAD}Content-Length: {declared}\r\n\r\nstart");
        assert_eq!(head(open(&practice, &request)).status, 413, "{declared}");
    }
    assert_eq!(get(&practice, "/").status, 200);
}

#[test]
fn a_body_may_come_in_chunks_within_the_same_bounds() {
    let practice = service(&[]);
    let send = |body: &str| {
        let request = format!("POST /token HTTP/1.1\r\n{HEAD}Transfer-Encoding: chunked\r\n\r\n");
        rest(open(&practice, &format!("{request}{:x}\r\n{body}\r\n0\r\n\r\n", body.len())))
    };
    assert_eq!(send("grant_type=implicit&client_id=practice-public").text("error"), "unsupported_grant_type");
    assert_eq!(send(&"x".repeat(64 * 1024 + 1)).status, 413);
}

#[test]
fn a_caller_that_offers_an_upgrade_is_answered_without_it() {
    let practice = service(&[]);
    let body = "grant_type=implicit&client_id=practice-public";
    let more = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n";
    let request = format!("POST /token HTTP/1.1\r\nHost: localhost\r\n{more}Content-Length: {}\r\n\r\n", body.len());
    assert_eq!(rest(open(&practice, &(request + body))).text("error"), "unsupported_grant_type");
}

#[test]
fn every_reply_tells_the_caller_to_close_so_that_no_connection_outlives_the_service() {
    let practice = service(&[]);
    let heard = head(open(&practice, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    assert_eq!((heard.status, heard.header("Connection")), (200, Some("close")));
    let heard = call(&practice, "HEAD", "/", "", "");
    assert_eq!((heard.status, heard.body.as_str()), (200, ""));
}

#[test]
fn another_host_name_is_refused() {
    let practice = service(&[]);
    let request = "GET / HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n";
    let heard = rest(open(&practice, request));
    assert_eq!(heard.status, 421);
    assert!(!heard.body.contains(CLIENT_SECRET));
}

#[test]
fn debug_shows_no_value_of_what_was_granted() {
    let practice = service(&[]);
    let reply = sign_in(&practice);
    let everything = format!("{practice:?} {:?}", *practice.server.handler());
    for secret in [reply.text("access_token"), reply.text("refresh_token"), "practice-code-".to_owned()] {
        assert!(!everything.contains(&secret));
    }
}

#[test]
fn a_taken_port_is_named_with_the_ways_out() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let port = taken.local_addr().expect("an address").port();
    let options = PracticeOptions { port: Some(port), ..PracticeOptions::default() };
    let error = Practice::start(options).expect_err("the port is taken");
    assert_eq!(error.to_string(), format!("port {port} on 127.0.0.1 is taken"));
    assert!(error.diagnose().hint.is_some_and(|hint| hint.starts_with("choose another port")));
}

#[test]
fn a_stopped_service_gives_its_port_back() {
    let port = service(&[]).port();
    for _ in 0..20 {
        let again = Practice::start(PracticeOptions { port: Some(port), ..PracticeOptions::default() });
        assert_eq!(get(&again.expect("the port is free"), "/").status, 200);
    }
}

#[test]
fn many_callers_at_once_are_all_answered() {
    let practice = service(&[]);
    thread::scope(|scope| {
        let callers: Vec<_> = (0..16).map(|_| scope.spawn(|| sign_in(&practice).status)).collect();
        for caller in callers {
            assert_eq!(caller.join().ok(), Some(200));
        }
    });
}
