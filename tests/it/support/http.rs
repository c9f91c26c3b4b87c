//! An HTTP client for tests: one request, or a browser that follows redirects.

use std::sync::OnceLock;

use reqwest::redirect::Policy;

use crate::support::PATIENCE;
use crate::support::process::one_test;

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    /// Where the page is, after redirects.
    pub url: String,
    /// Where a redirect leads.
    pub location: Option<String>,
    pub body: String,
}

impl Reply {
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

/// Asks once, with these headers.
#[track_caller]
pub fn get(url: &str, headers: &[(&str, &str)]) -> Reply {
    let headers =
        headers.iter().fold(client(Policy::none()).get(url), |call, (name, value)| call.header(*name, *value));
    send(headers)
}

/// Posts a form and follows where it leads.
#[track_caller]
pub fn post(url: &str, form: &[(&str, &str)]) -> Reply {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    send(client(Policy::default()).post(url).header("Content-Type", "application/x-www-form-urlencoded").body(body))
}

/// The page at the end of all redirects, over any certificate.
#[track_caller]
pub fn follow(url: &str) -> Reply {
    send(client(Policy::default()).get(url))
}

/// The command of a browser that follows redirects and prints the last page: this program once more.
pub fn browser() -> &'static str {
    static COMMAND: OnceLock<String> = OnceLock::new();
    COMMAND.get_or_init(|| {
        let command = one_test(module_path!(), "the_other_process_follows");
        let arguments = command.get_args().map(|argument| argument.to_string_lossy());
        // The address is taken for one more name of a test, and no test has it.
        format!("'{}' {} %s", command.get_program().display(), arguments.collect::<Vec<_>>().join(" "))
    })
}

#[test]
#[ignore = "the other process of tests that need a browser"]
fn the_other_process_follows() {
    if let Some(url) = std::env::args().next_back().filter(|last| last.starts_with("http")) {
        println!("{}", follow(&url).body);
    }
}

fn client(redirects: Policy) -> reqwest::Client {
    let client = reqwest::Client::builder().no_proxy().redirect(redirects).timeout(PATIENCE);
    client.tls_danger_accept_invalid_certs(true).build().expect("a client")
}

#[track_caller]
fn send(call: reqwest::RequestBuilder) -> Reply {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let answer = runtime.block_on(async {
        let answer = call.send().await?;
        let (status, url) = (answer.status().as_u16(), answer.url().clone());
        let target = answer.headers().get("location").and_then(|value| url.join(value.to_str().ok()?).ok());
        let (location, url) = (target.map(String::from), String::from(url));
        Ok::<_, reqwest::Error>(Reply { status, url, location, body: answer.text().await? })
    });
    answer.unwrap_or_else(|error| panic!("{error:?}"))
}
