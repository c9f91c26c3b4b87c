//! What a token does with a private key to decrypt (RFC 7518 sections 4.3 and 4.6): it undoes RSA-OAEP, or agrees upon a secret.

use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::elliptic_curve::{EcKdf, Ecdh1DeriveParams};
use cryptoki::mechanism::rsa::{PkcsMgfType, PkcsOaepParams, PkcsOaepSource};
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass};
use cryptoki::types::Ulong;
use zeroize::Zeroizing;

use crate::oauth::keys::hardware_key::HardwareKeyError;
use crate::oauth::keys::hardware_key::address::Address;
use crate::oauth::keys::hardware_key::module::with_key;

/// Undoes RSA-OAEP by SHA-1 or by SHA-256 (RFC 8017 section 7.1.2). [`HardwareKeyError::Refused`] if it does not fit the key.
pub(super) fn undo_oaep(
    address: &Address,
    by_sha256: bool,
    wrapped: &[u8],
) -> Result<Zeroizing<Vec<u8>>, HardwareKeyError> {
    let (hash, mask) = if by_sha256 {
        (MechanismType::SHA256, PkcsMgfType::MGF1_SHA256)
    } else {
        (MechanismType::SHA1, PkcsMgfType::MGF1_SHA1)
    };
    let mechanism = Mechanism::RsaPkcsOaep(PkcsOaepParams::new(hash, mask, PkcsOaepSource::empty()));
    with_key(address, |session, key| {
        session.decrypt(&mechanism, key, wrapped).map(Zeroizing::new).map_err(|error| refused(&error))
    })
}

/// The secret of this many bytes that the key agrees upon with a point on its curve (NIST SP 800-56A section 5.7.1.2).
pub(super) fn agree(address: &Address, point: &[u8], length: u8) -> Result<Zeroizing<Vec<u8>>, HardwareKeyError> {
    let mechanism = Mechanism::Ecdh1Derive(Ecdh1DeriveParams::new(EcKdf::null(), point));
    let wanted = [
        Attribute::Class(ObjectClass::SECRET_KEY),
        Attribute::KeyType(KeyType::GENERIC_SECRET),
        Attribute::Token(false),
        Attribute::Sensitive(false),
        Attribute::Extractable(true),
        Attribute::ValueLen(Ulong::new(length.into())),
    ];
    with_key(address, |session, key| {
        let agreed = session.derive_key(&mechanism, key, &wanted).map_err(|error| refused(&error))?;
        let value = session.get_attributes(agreed, &[AttributeType::Value]);
        // It would end with the session.
        let _ = session.destroy_object(agreed);
        match value.map_err(|error| refused(&error))?.into_iter().next() {
            Some(Attribute::Value(secret)) if secret.len() == usize::from(length) => Ok(Zeroizing::new(secret)),
            _ => Err(HardwareKeyError::Refused),
        }
    })
}

/// A token that cannot do it is told from one that could not with this text.
fn refused(error: &Error) -> HardwareKeyError {
    let Error::Pkcs11(code, _) = error else { return HardwareKeyError::Refused };
    match code {
        RvError::MechanismInvalid
        | RvError::MechanismParamInvalid
        | RvError::ArgumentsBad
        | RvError::KeyFunctionNotPermitted
        | RvError::KeyTypeInconsistent
        | RvError::FunctionNotSupported => HardwareKeyError::SignsOnly,
        _ => HardwareKeyError::Refused,
    }
}
