//! Reads `notAfter` of an X.509 certificate (RFC 5280 section 4.1), the one field that is needed.

use jiff::Timestamp;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xA0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// `None` if this is not a certificate.
pub(crate) fn not_after(der: &[u8]) -> Option<Timestamp> {
    let (certificate, _) = value(der, SEQUENCE)?;
    let (mut fields, _) = value(certificate, SEQUENCE)?;
    if fields.first() == Some(&VERSION) {
        fields = element(fields)?.2;
    }
    // The serial number, the signature algorithm and the issuer stand before the validity.
    for _ in 0..3 {
        fields = element(fields)?.2;
    }
    let (validity, _) = value(fields, SEQUENCE)?;
    let (tag, text, _) = element(element(validity)?.2)?;
    time(tag, std::str::from_utf8(text).ok()?)
}

/// The first element: tag, content, and what follows.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&short, mut rest) = rest.split_first()?;
    let mut length = usize::from(short);
    if short & 0x80 != 0 {
        let (bytes, after) = rest.split_at_checked(usize::from(short & 0x7F)).filter(|(bytes, _)| bytes.len() <= 4)?;
        length = bytes.iter().fold(0, |sum, &byte| sum << 8 | usize::from(byte));
        rest = after;
    }
    let (content, after) = rest.split_at_checked(length)?;
    Some((tag, content, after))
}

/// Content of the first element, if it has this tag, and what follows.
fn value(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    element(der).filter(|(found, ..)| *found == tag).map(|(_, content, after)| (content, after))
}

/// `YYMMDDHHMMSSZ` (years 1950 to 2049) or `YYYYMMDDHHMMSSZ`, as RFC 5280 section 4.1.2.5 has them.
fn time(tag: u8, text: &str) -> Option<Timestamp> {
    let is_late = |text: &str| text.starts_with(|c: char| c < '5');
    let text = match (tag, text.len()) {
        (UTC_TIME, 13) => format!("{}{text}", if is_late(text) { "20" } else { "19" }),
        (GENERALIZED_TIME, 15) => text.to_owned(),
        _ => return None,
    };
    let time = strtime::parse("%Y%m%d%H%M%SZ", text).ok()?.to_datetime().ok()?;
    time.to_zoned(TimeZone::UTC).ok().map(|moment| moment.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_time_are_read() {
        let read = |tag, text| time(tag, text).map(|moment| moment.to_string());
        assert_eq!(read(UTC_TIME, "261121044000Z").as_deref(), Some("2026-11-21T04:40:00Z"));
        assert_eq!(read(UTC_TIME, "991231235959Z").as_deref(), Some("1999-12-31T23:59:59Z"));
        assert_eq!(read(GENERALIZED_TIME, "20510102030405Z").as_deref(), Some("2051-01-02T03:04:05Z"));
        assert_eq!(read(UTC_TIME, "261321044000Z"), None);
        assert_eq!(read(GENERALIZED_TIME, "261121044000Z"), None);
    }

    #[test]
    fn garbage_has_no_validity() {
        for garbage in [&b""[..], b"\x30", b"\x30\x84\xff\xff\xff\xff", b"\x30\x80", b"\x30\x03\x30\x01\x02"] {
            assert_eq!(not_after(garbage), None, "{garbage:?}");
        }
    }
}
