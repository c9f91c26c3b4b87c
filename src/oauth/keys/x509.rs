//! Reads the fields of an X.509 certificate that a person is shown (RFC 5280 section 4.1): whose it is, who signed it, and from
//! when to when it is valid.

use jiff::Timestamp;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;

use crate::oauth::authorization::pkce::hex;
use crate::oauth::tokens::fit::plain_line;

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const OBJECT_IDENTIFIER: u8 = 0x06;
const T61_STRING: u8 = 0x14;
const BMP_STRING: u8 = 0x1E;
const VERSION: u8 = 0xA0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// The longest name that is shown, in characters.
const LONGEST_NAME: usize = 200;

/// The attribute types of names by their OIDs in DER, with the words of RFC 4514 section 3 and of OpenSSL.
const ATTRIBUTES: [(&[u8], &str); 11] = [
    (&[0x55, 4, 3], "CN"),
    (&[0x55, 4, 5], "serialNumber"),
    (&[0x55, 4, 6], "C"),
    (&[0x55, 4, 7], "L"),
    (&[0x55, 4, 8], "ST"),
    (&[0x55, 4, 10], "O"),
    (&[0x55, 4, 11], "OU"),
    (&[0x55, 4, 97], "organizationIdentifier"),
    (&[0x09, 0x92, 0x26, 0x89, 0x93, 0xF2, 0x2C, 0x64, 1, 25], "DC"),
    (&[0x09, 0x92, 0x26, 0x89, 0x93, 0xF2, 0x2C, 0x64, 1, 1], "UID"),
    (&[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 1], "emailAddress"),
];

/// Those that RFC 4514 section 3 names.
const NAMED: [&str; 8] = ["CN", "C", "L", "ST", "O", "OU", "DC", "UID"];

/// The fields of a certificate.
pub(in crate::oauth) struct Fields<'a> {
    /// The name of who signed it, in DER.
    pub(in crate::oauth) issuer: &'a [u8],
    /// The name of whose it is, in DER.
    pub(in crate::oauth) subject: &'a [u8],
    pub(in crate::oauth) not_before: Timestamp,
    pub(in crate::oauth) not_after: Timestamp,
    /// `SubjectPublicKeyInfo` in DER.
    pub(in crate::oauth) public_key: &'a [u8],
}

impl<'a> Fields<'a> {
    /// `None` if this is not a certificate.
    pub(in crate::oauth) fn read(der: &'a [u8]) -> Option<Self> {
        let (certificate, _) = value(der, SEQUENCE)?;
        let (mut fields, _) = value(certificate, SEQUENCE)?;
        if fields.first() == Some(&VERSION) {
            fields = element(fields)?.2;
        }
        // The serial number and the signature algorithm stand before.
        for _ in 0..2 {
            fields = element(fields)?.2;
        }
        let (issuer, fields) = value(fields, SEQUENCE)?;
        let (validity, fields) = value(fields, SEQUENCE)?;
        let (subject, fields) = value(fields, SEQUENCE)?;
        let (_, after) = value(fields, SEQUENCE)?;
        let public_key = fields.strip_suffix(after)?;
        let (tag, text, end) = element(validity)?;
        let not_before = time(tag, std::str::from_utf8(text).ok()?)?;
        let (tag, text, _) = element(end)?;
        let not_after = time(tag, std::str::from_utf8(text).ok()?)?;
        Some(Self { issuer, subject, not_before, not_after, public_key })
    }
}

/// The end of the validity; `None` if this is not a certificate.
pub(crate) fn not_after(der: &[u8]) -> Option<Timestamp> {
    Fields::read(der).map(|fields| fields.not_after)
}

/// A name in a line, the narrowest part first (RFC 4514 section 2.1): `CN=acme, O=Acme Ltd`.
pub(in crate::oauth) fn name_text(mut name: &[u8]) -> String {
    let mut parts = Vec::new();
    while let Some((set, rest)) = value(name, SET) {
        name = rest;
        let mut attributes = set;
        while let Some((attribute, rest)) = value(attributes, SEQUENCE) {
            attributes = rest;
            parts.extend(attribute_text(attribute));
        }
    }
    parts.reverse();
    let text = plain_line(&parts.join(", "));
    if text.chars().count() <= LONGEST_NAME {
        return text;
    }
    text.chars().take(LONGEST_NAME).chain(['…']).collect()
}

fn attribute_text(attribute: &[u8]) -> Option<String> {
    let (oid, rest) = value(attribute, OBJECT_IDENTIFIER)?;
    let (tag, bytes, _) = element(rest)?;
    let named = ATTRIBUTES.iter().find(|(known, _)| *known == oid).map(|(_, name)| (*name).to_owned());
    let name = named.unwrap_or_else(|| format!("OID {}", hex(oid)));
    Some(format!("{name}={}", text_of(tag, bytes)))
}

fn text_of(tag: u8, bytes: &[u8]) -> String {
    match tag {
        BMP_STRING => {
            let (pairs, _) = bytes.as_chunks::<2>();
            String::from_utf16_lossy(&pairs.iter().map(|pair| u16::from_be_bytes(*pair)).collect::<Vec<_>>())
        }
        // Latin 1 in practice.
        T61_STRING => bytes.iter().copied().map(char::from).collect(),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// A name as RFC 4514 writes it, for a server that compares it; `None` if it is no name.
pub(in crate::oauth) fn distinguished_name(mut name: &[u8]) -> Option<String> {
    let mut parts = Vec::new();
    while let Some((mut attributes, rest)) = value(name, SET) {
        name = rest;
        let mut together = Vec::new();
        while let Some((attribute, rest)) = value(attributes, SEQUENCE) {
            attributes = rest;
            together.push(exact_attribute(attribute)?);
        }
        parts.push(together.join("+"));
    }
    parts.reverse();
    Some(parts.join(","))
}

/// RFC 4514 sections 2.3 and 2.4: types without a name there are written by their OIDs, with the value in hex.
fn exact_attribute(attribute: &[u8]) -> Option<String> {
    let (oid, rest) = value(attribute, OBJECT_IDENTIFIER)?;
    let (tag, bytes, _) = element(rest)?;
    let named = ATTRIBUTES.iter().find(|(known, name)| *known == oid && NAMED.contains(name));
    Some(match named {
        Some((_, name)) => format!("{name}={}", escaped(&text_of(tag, bytes))),
        None => format!("{}=#{}", dotted(oid)?, hex(rest)),
    })
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let last = text.chars().count().saturating_sub(1);
    for (at, sign) in text.chars().enumerate() {
        let is_edge = sign == ' ' && (at == 0 || at == last) || sign == '#' && at == 0;
        match sign {
            '\0' => escaped.push_str("\\00"),
            _ if is_edge || "\"+,;<>\\".contains(sign) => escaped.extend(['\\', sign]),
            _ => escaped.push(sign),
        }
    }
    escaped
}

/// An OID as numbers (ITU-T X.690 section 8.19).
fn dotted(oid: &[u8]) -> Option<String> {
    let mut numbers: Vec<u64> = Vec::new();
    let mut number = 0_u64;
    for byte in oid {
        number = number.checked_mul(128)? + u64::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            numbers.push(number);
            number = 0;
        }
    }
    let first = *numbers.first()?;
    let top = (first / 40).min(2);
    numbers.splice(..1, [top, first - 40 * top]);
    Some(numbers.iter().map(u64::to_string).collect::<Vec<_>>().join("."))
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
    fn a_name_is_told_narrowest_part_first_whatever_its_encoding() {
        let mut params = rcgen::CertificateParams::new(Vec::<String>::new()).expect("params");
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(rcgen::DnType::CountryName, "DE");
        params.distinguished_name.push(rcgen::DnType::OrganizationName, "Müller \u{1b}[2J & Söhne");
        let bmp = rcgen::string::BmpString::try_from("Ω").expect("text");
        params.distinguished_name.push(rcgen::DnType::OrganizationalUnitName, rcgen::DnValue::BmpString(bmp));
        params.distinguished_name.push(rcgen::DnType::CommonName, "acme");
        params.distinguished_name.push(rcgen::DnType::CustomDnType(vec![2, 5, 4, 12]), "Dr");
        let made = params.self_signed(&rcgen::KeyPair::generate().expect("a key")).expect("made");
        let fields = Fields::read(made.der()).expect("a certificate");
        let told = name_text(fields.subject);
        assert_eq!(told, "OID 55040c=Dr, CN=acme, OU=Ω, O=Müller  [2J & Söhne, C=DE");
        assert_eq!(name_text(fields.issuer), told);
        assert!(fields.not_before < fields.not_after);
    }

    #[test]
    fn a_name_is_written_exactly_for_a_server() {
        let mut params = rcgen::CertificateParams::new(Vec::<String>::new()).expect("params");
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(rcgen::DnType::CountryName, "DE");
        params.distinguished_name.push(rcgen::DnType::OrganizationName, "Sue, Grabbit + \"Runn\" ");
        params.distinguished_name.push(rcgen::DnType::CustomDnType(vec![1, 3, 6, 1, 4, 1, 1466, 0]), "x");
        params.distinguished_name.push(rcgen::DnType::CommonName, "#1");
        let made = params.self_signed(&rcgen::KeyPair::generate().expect("a key")).expect("made");
        let subject = Fields::read(made.der()).expect("a certificate").subject;
        let exact = r#"CN=\#1,1.3.6.1.4.1.1466.0=#0c0178,O=Sue\, Grabbit \+ \"Runn\"\ ,C=DE"#;
        assert_eq!(distinguished_name(subject).as_deref(), Some(exact));
        assert_eq!(dotted(&[0x88, 0x37, 3]).as_deref(), Some("2.999.3"));
    }

    #[test]
    fn garbage_has_no_validity() {
        for garbage in [&b""[..], b"\x30", b"\x30\x84\xff\xff\xff\xff", b"\x30\x80", b"\x30\x03\x30\x01\x02"] {
            assert_eq!(not_after(garbage), None, "{garbage:?}");
        }
    }
}
