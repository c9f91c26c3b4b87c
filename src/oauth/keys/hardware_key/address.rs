//! The address of a key in a token (RFC 7512): `pkcs11:token=work;object=client`, with the PIN that opens the token.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::oauth::keys::hardware_key::HardwareKeyError;
use crate::secret::Secret;

const SCHEME: &str = "pkcs11:";
/// Longer than any address: a label has 32 characters.
const LONGEST: usize = 2048;
/// What needs no escape in the value of an attribute, whether in the path or in the query.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Where a key is. `Debug` does not show the PIN.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::oauth) struct Address {
    /// The label of the token.
    pub(in crate::oauth) token: Option<String>,
    /// Its serial number.
    pub(in crate::oauth) serial: Option<String>,
    /// Who made it.
    pub(in crate::oauth) manufacturer: Option<String>,
    pub(in crate::oauth) model: Option<String>,
    /// The label of the key.
    pub(in crate::oauth) object: Option<String>,
    /// `CKA_ID` of the key.
    pub(in crate::oauth) id: Option<Vec<u8>>,
    /// Empty if the token asks for none, or has its own way to be told.
    pub(in crate::oauth) pin: Secret,
}

/// Whether a text is an address, right or wrong.
pub(in crate::oauth) fn is_address(text: &str) -> bool {
    text.trim_start().get(..SCHEME.len()).is_some_and(|scheme| scheme.eq_ignore_ascii_case(SCHEME))
}

impl Address {
    /// Reads an address. Which module is loaded is set on this machine: an address that names one is refused, since it may come
    /// from somebody else.
    pub(in crate::oauth) fn parse(text: &str) -> Result<Self, HardwareKeyError> {
        let text = text.trim();
        if text.len() > LONGEST || !is_address(text) {
            return Err(HardwareKeyError::Address);
        }
        let (path, query) = text[SCHEME.len()..].split_once('?').unwrap_or((&text[SCHEME.len()..], ""));
        let mut address = Self::default();
        for (name, value) in attributes(path, ';')? {
            let place = match name {
                "token" => &mut address.token,
                "serial" => &mut address.serial,
                "manufacturer" => &mut address.manufacturer,
                "model" => &mut address.model,
                "object" => &mut address.object,
                "id" if address.id.is_none() => {
                    address.id = Some(value);
                    continue;
                }
                "type" if value == b"private" => continue,
                _ => return Err(HardwareKeyError::Address),
            };
            if place.is_some() {
                return Err(HardwareKeyError::Address);
            }
            *place = Some(String::from_utf8(value).map_err(|_| HardwareKeyError::Address)?);
        }
        for (name, value) in attributes(query, '&')? {
            match name {
                "pin-value" => {
                    address.pin = Secret::new(String::from_utf8(value).map_err(|_| HardwareKeyError::Address)?);
                }
                "module-path" | "module-name" => return Err(HardwareKeyError::ModuleInAddress),
                "pin-source" => return Err(HardwareKeyError::PinSource),
                _ => return Err(HardwareKeyError::Address),
            }
        }
        // Else any key of the token would do.
        if address.object.is_none() && address.id.is_none() {
            return Err(HardwareKeyError::Address);
        }
        Ok(address)
    }

    /// As it was written, in one order.
    pub(in crate::oauth) fn to_text(&self) -> Secret {
        let encode = |value: &str| utf8_percent_encode(value, ESCAPED).to_string();
        let named = [
            ("token", &self.token),
            ("serial", &self.serial),
            ("manufacturer", &self.manufacturer),
            ("model", &self.model),
            ("object", &self.object),
        ];
        let named = named.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", encode(value.as_ref()?))));
        let id = self.id.as_ref().map(|id| id.iter().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat());
        let path: Vec<String> = named.chain(id.map(|id| format!("id={id}"))).collect();
        let mut text = format!("{SCHEME}{}", path.join(";"));
        if !self.pin.is_empty() {
            text.push_str("?pin-value=");
            text.push_str(&encode(self.pin.expose()));
        }
        Secret::new(text)
    }

    /// In words, without the PIN: ``the key `client` in the token `work` ``.
    pub(in crate::oauth) fn told(&self) -> String {
        let key = self.object.as_ref().map_or("the key".to_owned(), |object| format!("the key `{object}`"));
        self.token.as_ref().map_or(key.clone(), |token| format!("{key} in the token `{token}`"))
    }
}

fn attributes(text: &str, separator: char) -> Result<Vec<(&str, Vec<u8>)>, HardwareKeyError> {
    let parts = text.split(separator).filter(|part| !part.is_empty());
    let read = |part: &'_ str| -> Option<(usize, Vec<u8>)> {
        let at = part.find('=')?;
        let value: Vec<u8> = percent_decode_str(&part[at + 1..]).collect();
        // A text that C code reads ends at such a byte.
        (!value.is_empty() && !value.contains(&0) || part.starts_with("id=")).then_some((at, value))
    };
    parts.map(|part| read(part).map(|(at, value)| (&part[..at], value)).ok_or(HardwareKeyError::Address)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_rfc_7512_section_3_that_name_a_private_key_are_read() {
        let text = "pkcs11:object=my-pubkey;type=private";
        assert_eq!(Address::parse(text).expect("read").object.as_deref(), Some("my-pubkey"));
        let text = "pkcs11:token=The%20Software%20PKCS%2311%20Softtoken;manufacturer=Snake%20Oil,%20Inc.;model=1.0;\
                    object=my-certificate;type=private;id=%69%95%3E%5C%F4%BD%EC%91;serial=?pin-value=the-pin";
        let read = Address::parse(&text.replace("serial=", "serial=1"));
        let read = read.expect("read");
        assert_eq!(read.token.as_deref(), Some("The Software PKCS#11 Softtoken"));
        assert_eq!(read.manufacturer.as_deref(), Some("Snake Oil, Inc."));
        assert_eq!(read.id.as_deref(), Some(&[0x69, 0x95, 0x3E, 0x5C, 0xF4, 0xBD, 0xEC, 0x91][..]));
        assert_eq!(read.pin.expose(), "the-pin");
        assert_eq!(Address::parse(read.to_text().expose()), Ok(read.clone()), "written and read again");
        assert!(!format!("{read:?}").contains("the-pin"));
        assert_eq!(read.told(), "the key `my-certificate` in the token `The Software PKCS#11 Softtoken`");
    }

    #[test]
    fn what_names_no_key_or_a_module_is_refused() {
        let refused = |text: &str| Address::parse(text).expect_err(text);
        for text in
            ["pkcs11:", "pkcs11:token=a", "pkcs11:object", "pkcs11:object=a;object=b", "pkcs11:object=a;type=cert"]
        {
            assert_eq!(refused(text), HardwareKeyError::Address);
        }
        assert_eq!(refused("pkcs11:object=%00"), HardwareKeyError::Address);
        assert_eq!(refused("pkcs11:object=a?module-path=/tmp/evil.so"), HardwareKeyError::ModuleInAddress);
        assert_eq!(refused("pkcs11:object=a?pin-source=file:/etc/pin"), HardwareKeyError::PinSource);
        assert!(is_address(" PKCS11:object=a") && !is_address("-----BEGIN PRIVATE KEY-----"));
    }
}
