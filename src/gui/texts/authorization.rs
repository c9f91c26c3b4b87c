//! Step 2: the browser's visit, the other device, the trial and what the console asks for.

use std::fmt::Display;

pub const REGISTER_A_CLIENT: &str = "Register a client";
pub const STARTING: &str = "Starting";
pub const CODE_ARRIVED: &str = "The authorization code arrived";
pub const CODE_ARRIVED_HELP: &str = "It expires in about a minute: send the token request now.";
pub const OTHER_PARAMETERS: &str = "Other response parameters";

// The wait for the browser.

pub const SIGN_IN_WITH_BROWSER: &str = "Sign in with the browser";
pub const WAITING_FOR_PASTE: &str = "Waiting for you to paste the response";

pub fn waiting_on(addresses: &[String]) -> String {
    format!("Waiting on {}", addresses.join(" and "))
}

pub fn times_out(until: impl Display) -> String {
    format!("Times out at {until}.")
}

pub const SELF_SIGNED_HELP: &str =
    "The browser warns once, because the certificate was made on this machine. Continue if it shows this fingerprint.";
pub const SELF_SIGNED: &str = "Self-signed certificate";
pub const PASTED_RESPONSE: &str = "Pasted response";
pub const PASTED_RESPONSE_HELP: &str = "The address the browser was redirected to, its query, or just the code.";
pub const PASTE_FIRST: &str = "Paste the response first";
pub const THE_ADDRESS: &str = "The address";
pub const QR_CODE: &str = "QR code, for another device";
pub const QR_CODE_HELP: &str = "Scan it with a device of your own. After the sign-in that device cannot reach this machine: paste the address that it ends on above.";
pub const QR_CODE_NAME: &str = "QR code of the address";
pub const OPEN_AGAIN_HINT: &str = "Show the sign-in page in the browser once more";
pub const OPEN_AGAIN: &str = "Open again";
pub const OPEN_IN: &str = "Open in…";
pub const WAITING_FOR_BROWSER: &str = "Waiting for the browser";
pub const WAITING_FOR_DEVICE: &str = "Waiting for the other device";
pub const SHOW_WAIT: &str = "Show";

// The sign-in on another device.

pub const ANOTHER_DEVICE: &str = "Another device";
pub const ANOTHER_DEVICE_HELP: &str = "For a machine without a browser, or an account that you use on your phone: the service gives a code to enter there.";
pub const SIGN_IN_ON_DEVICE: &str = "Sign in on another device";

pub fn service_says(words: impl Display) -> String {
    format!("The service says: {words}")
}

pub const CODE_WARNING: &str = "Never enter a code that somebody sent you, and send this one to nobody.";
pub const WAITING_TO_BE_ALLOWED: &str = "Waiting for you to allow it there";

pub fn open_there(address: &str) -> String {
    format!("Open {address} there, or scan the QR code, and enter this code:")
}

pub const COPIED_CODE: &str = "code";
pub const OPEN_PAGE_HINT: &str = "Show the page in the browser of this machine";
pub const OPEN_PAGE: &str = "Open page";

pub fn time_left(time: impl Display) -> String {
    format!("{time} left")
}

pub fn code_from_before(time: impl Display) -> String {
    format!("The code from before is still valid: {time} left")
}

// The comparison of the redirect URI with the registered ones.

pub const CHECK_REDIRECT_URI: &str = "Check the redirect URI";
pub const CHECK_REDIRECT_URI_HELP: &str = "Copy them from the service's console, one per line. They are compared letter by letter with what is sent. If the port of one is taken, the sign-in uses the next.";
pub const REGISTERED_REDIRECT_URIS: &str = "Registered redirect URIs";
pub const TRYING_PORTS: &str = "Trying the ports";

pub fn not_registered(uri: impl Display) -> String {
    format!("This redirect URI is not registered: {uri}")
}

pub fn nearest_registered(uri: &str) -> String {
    format!("The nearest registered one is {uri}")
}

pub const USE_URI: &str = "Use it";

pub fn use_uri(uri: &str) -> String {
    format!("Use {uri}")
}

pub const PORT_ELSEWHERE: &str = "not on this machine: paste the response";
pub const PORT_IS_NEXT: &str = "free; the next sign-in uses it";
pub const PORT_IS_FREE: &str = "free";

// The trial without a sign-in.

pub const TRY: &str = "Try without signing in";
pub const TRY_HELP: &str = "Opens no browser: it asks for the authorization page, and sends a token request with a made-up code or the client's own credentials. It shows whether the URLs answer and the client is accepted. Nothing is saved.";
pub const TRYING: &str = "Trying";

// What is to be done at the console of the service.

pub const REGISTER_YOUR_CLIENT: &str = "Register your client";
pub const OPEN_CONSOLE: &str = "Open the service's console";
pub const READ_DOCUMENTATION: &str = "Read its documentation";
pub const BEFORE_FIRST_SIGN_IN: &str = "Before the first sign-in";

pub fn steps_done(done: usize, all: usize) -> String {
    format!("Before the first sign-in: {done} of {all} done")
}

pub const COPIED_REDIRECT_URI: &str = "redirect URI";

pub fn no_loopback(service: &str) -> String {
    format!("{service} does not accept loopback redirect URIs")
}

pub const NO_LOOPBACK_HINT: &str =
    "Register an https address you control, and paste the address you are redirected to.";

pub fn development_only(service: &str) -> String {
    format!("{service} accepts this only while the app is in development")
}

pub const DEVELOPMENT_ONLY_HINT: &str =
    "In production, register an https address you control, and paste the address you are redirected to.";

pub fn exact_port(service: &str) -> String {
    format!("{service} requires the exact port, and a free port changes each time")
}

pub const EXACT_PORT_HINT: &str = "Choose a port, such as http://localhost:8080/callback.";
pub const REGISTER_URI_ELSEWHERE: &str =
    "Register exactly this URI. It is not on this machine: paste the address you are redirected to.";
pub const REGISTER_ANY_PORT: &str = "A free port is chosen each time, so the service must accept any port.";

pub fn register_port(port: u16) -> String {
    format!("Register exactly this URI. Tokenwright listens on port {port} of this machine.")
}
