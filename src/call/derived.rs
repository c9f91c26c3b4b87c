//! Values that are computed from others, wherever a call names them.

use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD, Engine as _};
use hmac::{Hmac, Mac as _};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// A value that a function makes of others. It is a secret if it is made of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Derived {
    /// The name of its placeholder.
    pub name: String,
    /// What makes it.
    pub function: Function,
    /// Template of what it is made of.
    pub of: String,
    /// Template of the key of an HMAC; else empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub key: String,
    /// Of a date or a time: the seconds that are added.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub plus: i64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(seconds: &i64) -> bool {
    *seconds == 0
}

/// What makes a derived value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Function {
    /// Base64 with padding (RFC 4648 section 4).
    Base64,
    /// Base64url without padding (RFC 4648 section 5).
    #[serde(rename = "base64url")]
    Base64Url,
    /// SHA-256 in lower-case hex.
    Sha256Hex,
    /// SHA-256 in base64.
    Sha256Base64,
    /// HMAC with SHA-256 (RFC 2104) in lower-case hex.
    HmacSha256Hex,
    /// HMAC with SHA-256 (RFC 2104) in base64.
    HmacSha256Base64,
    /// The day in UTC (`2026-11-30`) of seconds since 1970.
    Date,
    /// The time in UTC (`2026-11-30T09:15:00Z`, RFC 3339) of seconds since 1970.
    DateTime,
}

impl Function {
    /// As in a preset.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Base64 => "base64",
            Self::Base64Url => "base64url",
            Self::Sha256Hex => "sha256-hex",
            Self::Sha256Base64 => "sha256-base64",
            Self::HmacSha256Hex => "hmac-sha256-hex",
            Self::HmacSha256Base64 => "hmac-sha256-base64",
            Self::Date => "date",
            Self::DateTime => "date-time",
        }
    }

    /// Whether it has a key.
    pub fn has_key(self) -> bool {
        matches!(self, Self::HmacSha256Hex | Self::HmacSha256Base64)
    }

    /// Whether it makes a day or a time of seconds since 1970.
    pub fn is_of_time(self) -> bool {
        matches!(self, Self::Date | Self::DateTime)
    }
}

impl Derived {
    /// Shown in one line: `hmac-sha256-hex of <token>, key <client_secret>`.
    pub fn text(&self) -> String {
        let key = if self.key.is_empty() { String::new() } else { format!(", key {}", self.key) };
        let plus = if self.plus == 0 { String::new() } else { format!(", {:+} s", self.plus) };
        format!("{} of {}{key}{plus}", self.function.as_str(), self.of)
    }

    /// Made of a text and a key; `None` if it is to be a time and the text is no number of seconds.
    pub(in crate::call) fn made(&self, of: &str, key: &str) -> Option<String> {
        let bytes = of.as_bytes();
        Some(match self.function {
            Function::Base64 => BASE64_STANDARD.encode(bytes),
            Function::Base64Url => BASE64_URL_SAFE_NO_PAD.encode(bytes),
            Function::Sha256Hex => hex(&Sha256::digest(bytes)),
            Function::Sha256Base64 => BASE64_STANDARD.encode(Sha256::digest(bytes)),
            Function::HmacSha256Hex => hex(&hmac(key, bytes)),
            Function::HmacSha256Base64 => BASE64_STANDARD.encode(hmac(key, bytes)),
            Function::Date => self.moment(of)?.to_zoned(TimeZone::UTC).date().to_string(),
            Function::DateTime => self.moment(of)?.to_string(),
        })
    }

    fn moment(&self, seconds: &str) -> Option<Timestamp> {
        Timestamp::from_second(seconds.parse::<i64>().ok()?.checked_add(self.plus)?).ok()
    }
}

fn hmac(key: &str, message: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{Place, Rendered, Reveal, Template, TemplateError, Values};
    use crate::diagnosis::Diagnose as _;
    use crate::secret::Secret;

    fn derived(name: &str, function: Function, of: &str, key: &str) -> Derived {
        Derived { name: name.into(), function, of: of.into(), key: key.into(), plus: 0 }
    }

    fn values(derived: Vec<Derived>) -> Values {
        let mut values = Values::new();
        values.set("client_id", "id");
        values.set("client_secret", "canary");
        values.set("empty", "");
        values.derive(derived.into());
        values
    }

    fn rendered(text: &str, values: &Values) -> Result<Rendered, TemplateError> {
        Template::new(text).render(values, Place::FormParameter)
    }

    #[track_caller]
    fn check(function: Function, of: &str, key: &str, expected: &str) {
        let values = values(vec![derived("made", function, of, key)]);
        assert_eq!(rendered("<made>", &values).expect("computed").to_secret().expose(), expected, "{function:?} {of}");
    }

    /// RFC 4648 section 10, and what tells base64url from base64.
    #[test]
    fn base64_is_that_of_the_rfc() {
        for (text, encoded) in
            [("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy")]
        {
            check(Function::Base64, text, "", encoded);
            check(Function::Base64Url, text, "", encoded.trim_end_matches('='));
        }
        check(Function::Base64, "?>~", "", "Pz5+");
        check(Function::Base64Url, "?>~", "", "Pz5-");
    }

    /// RFC 4231 sections 4.3 and 4.2 (its key is 20 bytes of 0x0b, which is a text as well).
    #[test]
    fn hmac_is_that_of_the_rfc() {
        let hex = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        check(Function::HmacSha256Hex, "what do ya want for nothing?", "Jefe", hex);
        let base64 = "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=";
        check(Function::HmacSha256Base64, "what do ya want for nothing?", "Jefe", base64);
        let hex = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7";
        check(Function::HmacSha256Hex, "Hi There", &"\u{b}".repeat(20), hex);
    }

    /// FIPS 180-2, appendix B.1.
    #[test]
    fn a_hash_is_that_of_the_standard() {
        check(Function::Sha256Hex, "abc", "", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        check(Function::Sha256Base64, "abc", "", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
    }

    #[test]
    fn a_day_and_a_time_are_made_of_seconds() {
        let later = Derived { plus: 86_400, ..derived("day", Function::Date, "<now>", "") };
        let mut values = values(vec![derived("time", Function::DateTime, "<now>", ""), later]);
        values.set_fresh("2026-11-30T09:15:07.5Z".parse().expect("a time"), [0; 32]);
        let text = rendered("<time> <day>", &values).expect("computed").to_secret();
        assert_eq!(text.expose(), "2026-11-30T09:15:07Z 2026-12-01");
        let wrong = values_of_id(Function::Date);
        let words = "`<made>` is made of what is no time in seconds since 1970\n\
                     hint: make it of `<now>`, or of another number of seconds";
        assert_eq!(rendered("<made>", &wrong).expect_err("refused").diagnose().to_string(), words);
    }

    fn values_of_id(function: Function) -> Values {
        values(vec![derived("made", function, "<client_id>", "")])
    }

    #[test]
    fn what_is_made_of_a_secret_is_masked_and_masks_what_a_server_repeats() {
        let plain = derived("plain", Function::Base64, "<client_id>", "");
        let secret = derived("secret", Function::Base64, "<client_id>:<client_secret>", "");
        let further = derived("further", Function::Sha256Hex, "<secret>", "");
        let mut values = values(vec![plain, secret, further]);
        let shown = rendered("<plain> <secret> <further>", &values).expect("computed").masked(&Reveal::new());
        assert_eq!(shown, "aWQ= •••••••• ••••••••");
        values.note_derived();
        let secrets: Vec<&str> = values.secrets().map(Secret::expose).collect();
        assert_eq!(secrets, ["canary", "aWQ6Y2FuYXJ5", &hex(&Sha256::digest("aWQ6Y2FuYXJ5"))]);
    }

    #[test]
    fn one_that_is_made_of_an_empty_value_is_empty_and_one_names_only_those_before_it() {
        let made = vec![
            derived("gap", Function::Sha256Hex, "<client_secret>|<empty>", ""),
            derived("of_gap", Function::Base64, "x<gap>", ""),
            derived("early", Function::Base64, "<late>", ""),
            derived("late", Function::Base64, "<late>", ""),
        ];
        let values = values(made);
        assert!(rendered("<gap>", &values).expect("computed").is_empty());
        assert!(rendered("<of_gap>", &values).expect("computed").is_empty());
        for name in ["early", "late"] {
            let error = rendered(&format!("<{name}>"), &values).expect_err("refused");
            assert_eq!(error.to_string(), "`<late>` is not a known value", "{name}");
        }
        let missing = self::values(vec![derived("made", Function::Base64, "<code>", "")]);
        let error = rendered("<made>", &missing).expect_err("refused");
        assert_eq!(error.to_string(), "`<code>` has no value yet");
    }
}
