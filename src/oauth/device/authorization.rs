//! The response of the device authorization endpoint (RFC 8628 section 3.2). Everything in it is hostile until it was read here: a
//! URL is opened by a person, and a code is shown in a terminal.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value as Json;
use thiserror::Error;

use crate::call::{Answers, Expression, Lifetime, Reading, scalar_text};
use crate::diagnosis::{Diagnose, Diagnosis, acts_on_text};
use crate::oauth::clock::span;
use crate::oauth::tokens::fit::{is_token_text, plain_line, web_reference};
use crate::secret::Secret;

/// The interval if the service names none (RFC 8628 section 3.2).
const USUAL_INTERVAL: Duration = Duration::from_secs(5);
/// The shortest interval: a service that asks for none is polled once a second.
const SHORTEST_INTERVAL: Duration = Duration::from_secs(1);
/// The lifetime of a code if the service names none, although it must.
const USUAL_LIFE: Duration = Duration::from_mins(15);
/// A code is taken to live no longer, whatever the service says.
const LONGEST_LIFE: Duration = Duration::from_hours(24);
/// More characters than a person can type.
const LONGEST_USER_CODE: usize = 64;
/// Longer than any text that a person is shown.
const LONGEST_MESSAGE: usize = 300;

/// A device code and what a person needs to use it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceAuthorization {
    /// What the polls send.
    pub device_code: Secret,
    /// What the person types: visible characters only.
    pub user_code: String,
    /// Where they type it: `http` or `https`.
    pub verification_uri: String,
    /// The same with the code in it, if the service has one.
    pub verification_uri_complete: Option<String>,
    /// The service's own words for the person, in one line; empty if it has none.
    pub message: String,
    /// By the local clock.
    pub expires_at: Timestamp,
    /// Between two polls, at least.
    pub interval: Duration,
}

/// A device code that is waited for. It is sealed with its profile, so that it can be taken up again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingDevice {
    /// The code.
    pub authorization: DeviceAuthorization,
    /// What it was issued for by name, as of tokens.
    pub issued_for: BTreeMap<String, String>,
}

/// Why a reply cannot be used.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum DeviceAuthorizationError {
    /// A member that RFC 8628 requires is not where the preset looks for it.
    #[error("the device authorization endpoint sent no {0}")]
    Missing(&'static str),
    /// The device code has characters that no code has.
    #[error("the device authorization endpoint sent a device code with characters that are not allowed in one")]
    UnfitDeviceCode,
    /// The user code would act on a terminal, or cannot be typed.
    #[error("the device authorization endpoint sent a user code that cannot be shown: it contains {0}")]
    UnfitUserCode(&'static str),
    /// Not an address that a browser may be sent to.
    #[error("the device authorization endpoint sent a verification URL that is no `http` or `https` address")]
    UnsafeUri,
    /// The code has expired on arrival.
    #[error("the device authorization endpoint sent a code that is valid for 0 seconds")]
    Lifeless,
    /// A lifetime or interval that is no number.
    #[error("the device authorization endpoint sent a value for `{0}` that is no number of seconds")]
    NoNumber(&'static str),
    /// The code expires before it may be polled for.
    #[error(
        "the service wants {} between two polls, and its code is valid for {}",
        span(*.interval),
        span(*.life)
    )]
    NeverPolled {
        /// The interval.
        interval: Duration,
        /// The lifetime of the code.
        life: Duration,
    },
}

impl Diagnose for DeviceAuthorizationError {
    fn diagnose(&self) -> Diagnosis {
        let hint = match self {
            Self::Missing(_) => "compare the reply with what the preset reads from it, under `reading`",
            Self::UnfitDeviceCode | Self::UnfitUserCode(_) | Self::UnsafeUri => {
                "the reply may not be the service's: compare the URL of the call with its documentation"
            }
            Self::Lifeless => "start again; if that repeats, the service's clock or its settings are wrong",
            Self::NoNumber(_) | Self::NeverPolled { .. } => {
                "if the service counts in milliseconds, the preset says so: `lifetime = \"milliseconds\"`"
            }
        };
        Diagnosis::new(self.to_string()).hint(hint)
    }
}

/// Reads the fields of a successful reply that came at this time.
pub fn read_device_authorization(
    answers: &Answers,
    reading: &Reading,
    received_at: Timestamp,
) -> Result<DeviceAuthorization, DeviceAuthorizationError> {
    use DeviceAuthorizationError as Error;
    let text = |places: &[Expression]| answers.first_text(places).map(|text| text.trim().to_owned());
    let needed = |places: &[Expression], name| text(places).filter(|text| !text.is_empty()).ok_or(Error::Missing(name));
    let device_code = needed(&reading.device_code, "device code")?;
    if !is_token_text(&device_code) {
        return Err(Error::UnfitDeviceCode);
    }
    let user_code = needed(&reading.user_code, "user code")?;
    if let Some(what) = unfit_user_code(&user_code) {
        return Err(Error::UnfitUserCode(what));
    }
    let uri = needed(&reading.verification_uri, "verification URL")?;
    let verification_uri = web_reference(&uri).ok_or(Error::UnsafeUri)?;
    let life =
        duration(answers.first(&reading.expires_in), reading.lifetime).map_err(|()| Error::NoNumber("expires_in"))?;
    let life = life.unwrap_or(USUAL_LIFE).min(LONGEST_LIFE);
    if life.is_zero() {
        return Err(Error::Lifeless);
    }
    let interval = poll_interval(answers, reading).map_err(|()| Error::NoNumber("interval"))?;
    let interval = interval.unwrap_or(USUAL_INTERVAL).max(SHORTEST_INTERVAL);
    if interval > life {
        return Err(Error::NeverPolled { interval, life });
    }
    let message = text(&reading.message).map(|text| plain_line(&text)).unwrap_or_default();
    Ok(DeviceAuthorization {
        device_code: Secret::new(device_code),
        user_code,
        verification_uri,
        verification_uri_complete: text(&reading.verification_uri_complete).and_then(|uri| web_reference(&uri)),
        message: message.chars().take(LONGEST_MESSAGE).collect(),
        expires_at: received_at.checked_add(life).unwrap_or(Timestamp::MAX),
        interval,
    })
}

/// The interval that a reply names: the first one's, or a new one while the code is polled for.
pub(crate) fn poll_interval(answers: &Answers, reading: &Reading) -> Result<Option<Duration>, ()> {
    duration(answers.first(&reading.interval), reading.lifetime)
}

/// A number or a string of digits. Fractions count up to the next second, and what is negative is none.
fn duration(value: Option<&Json>, lifetime: Lifetime) -> Result<Option<Duration>, ()> {
    let Some(value) = value else { return Ok(None) };
    let number: f64 = scalar_text(value).and_then(|text| text.trim().parse().ok()).ok_or(())?;
    if !number.is_finite() {
        return Err(());
    }
    let seconds = if lifetime == Lifetime::Milliseconds { number / 1000.0 } else { number };
    let seconds = seconds.ceil().clamp(0.0, LONGEST_LIFE.as_secs_f64() * 365.0);
    Ok(Some(Duration::from_secs_f64(seconds)))
}

/// What a person could not read or type.
fn unfit_user_code(code: &str) -> Option<&'static str> {
    if code.chars().any(|c| c.is_control() || acts_on_text(c)) {
        Some("a control character")
    } else if code.chars().count() > LONGEST_USER_CODE {
        Some("more characters than can be typed")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn read(json: Json) -> Result<DeviceAuthorization, DeviceAuthorizationError> {
        read_device_authorization(&Answers::new(json), &Reading::default(), Timestamp::UNIX_EPOCH)
    }

    /// RFC 8628 section 3.2, with the URL that it has there.
    fn rfc() -> Json {
        json!({
            "device_code": "GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS",
            "user_code": "WDJB-MJHT",
            "verification_uri": "https://example.com/device",
            "verification_uri_complete": "https://example.com/device?user_code=WDJB-MJHT",
            "expires_in": 1800,
            "interval": 5
        })
    }

    fn with(name: &str, value: Json) -> Json {
        let mut json = rfc();
        json[name] = value;
        json
    }

    fn without(name: &str) -> Json {
        let mut json = rfc();
        json.as_object_mut().expect("an object").remove(name);
        json
    }

    #[test]
    fn the_example_of_the_rfc_is_read() {
        let expected = DeviceAuthorization {
            device_code: Secret::new("GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS"),
            user_code: "WDJB-MJHT".into(),
            verification_uri: "https://example.com/device".into(),
            verification_uri_complete: Some("https://example.com/device?user_code=WDJB-MJHT".into()),
            message: String::new(),
            expires_at: Timestamp::from_second(1800).expect("a time"),
            interval: Duration::from_secs(5),
        };
        assert_eq!(read(rfc()), Ok(expected));
    }

    #[test]
    fn what_is_left_out_has_the_values_of_the_rfc() {
        let interval = |json| read(json).map(|read| read.interval.as_secs());
        assert_eq!(interval(without("interval")), Ok(5));
        assert_eq!(interval(with("interval", json!(0))), Ok(1));
        assert_eq!(interval(with("interval", json!("7"))), Ok(7));
        assert_eq!(interval(with("interval", json!(7.2))), Ok(8));
        let life = |json| read(json).map(|read| read.expires_at.as_second());
        assert_eq!(life(without("expires_in")), Ok(900));
        assert_eq!(life(with("expires_in", json!("600"))), Ok(600));
        assert_eq!(life(with("expires_in", json!(1e300))), Ok(86_400));
        assert_eq!(read(without("verification_uri_complete")).map(|read| read.verification_uri_complete), Ok(None));
    }

    #[test]
    fn what_must_be_there_is_named() {
        use DeviceAuthorizationError::{Lifeless, Missing, NeverPolled, NoNumber};
        assert_eq!(read(without("device_code")), Err(Missing("device code")));
        assert_eq!(read(with("user_code", json!(" "))), Err(Missing("user code")));
        assert_eq!(read(without("verification_uri")), Err(Missing("verification URL")));
        assert_eq!(read(json!([])), Err(Missing("device code")));
        for gone in [json!(0), json!("0"), json!(-5)] {
            assert_eq!(read(with("expires_in", gone)), Err(Lifeless));
        }
        assert_eq!(read(with("expires_in", json!("soon"))), Err(NoNumber("expires_in")));
        assert_eq!(read(with("interval", json!({}))), Err(NoNumber("interval")));
        let (interval, life) = (Duration::from_secs(5000), Duration::from_secs(1800));
        let error = read(with("interval", json!(5000))).expect_err("refused");
        assert_eq!(error, NeverPolled { interval, life });
        assert_eq!(error.to_string(), "the service wants 83 min between two polls, and its code is valid for 30 min");
    }

    #[test]
    fn only_an_address_of_the_web_is_shown_or_opened() {
        for uri in [
            "javascript:alert(1)",
            "file:///etc/passwd",
            "https://user:pw@example.com/",
            "data:,x",
            "/device",
            "https:",
        ] {
            assert_eq!(read(with("verification_uri", json!(uri))), Err(DeviceAuthorizationError::UnsafeUri), "{uri}");
            let complete = read(with("verification_uri_complete", json!(uri)));
            assert_eq!(complete.map(|read| read.verification_uri_complete), Ok(None), "{uri}");
        }
        let escaped = read(with("verification_uri", json!("https://example.com/\u{1b}[2J\u{202e}")));
        assert_eq!(escaped.map(|read| read.verification_uri), Ok("https://example.com/%1B[2J%E2%80%AE".into()));
    }

    #[test]
    fn a_code_that_would_act_on_a_terminal_is_refused() {
        use DeviceAuthorizationError::{UnfitDeviceCode, UnfitUserCode};
        for code in ["AB\u{1b}[2JCD", "AB\r\nCD", "AB\u{202e}CD", "AB\u{7}CD"] {
            assert_eq!(read(with("user_code", json!(code))), Err(UnfitUserCode("a control character")), "{code:?}");
        }
        let long = "A".repeat(65);
        assert_eq!(read(with("user_code", json!(long))), Err(UnfitUserCode("more characters than can be typed")));
        assert_eq!(read(with("device_code", json!("a\r\nb"))), Err(UnfitDeviceCode));
        assert_eq!(read(with("user_code", json!(123_456))).map(|read| read.user_code), Ok("123456".into()));
    }

    #[test]
    fn a_service_may_use_names_and_units_of_its_own() {
        let reading = Reading {
            verification_uri: vec![Expression::new("verification_url")],
            message: vec![Expression::new("message")],
            lifetime: Lifetime::Milliseconds,
            ..Reading::default()
        };
        let json = json!({
            "device_code": "d", "user_code": "u", "verification_url": "https://example.com/d",
            "expires_in": 300_000, "interval": 5000, "message": "Open\nthe page\u{1b}[2J"
        });
        let read = read_device_authorization(&Answers::new(json), &reading, Timestamp::UNIX_EPOCH).expect("read");
        assert_eq!((read.expires_at.as_second(), read.interval.as_secs()), (300, 5));
        assert_eq!(read.message, "Open the page [2J");
    }

    proptest! {
        #[test]
        fn whatever_comes_is_read_to_something_safe_or_refused(
            code in any::<String>(), uri in any::<String>(), life in any::<f64>(), interval in any::<f64>()
        ) {
            let json = json!({ "device_code": "d", "user_code": code, "verification_uri": uri, "expires_in": life, "interval": interval });
            if let Ok(read) = read(json) {
                prop_assert!(!read.user_code.chars().any(acts_on_text));
                prop_assert!(read.verification_uri.starts_with("http"));
                prop_assert!(read.interval >= SHORTEST_INTERVAL);
                prop_assert!(read.expires_at.as_second() >= i64::try_from(read.interval.as_secs()).expect("short"));
            }
        }
    }
}
