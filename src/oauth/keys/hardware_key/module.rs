//! The PKCS#11 module of this machine. A process loads one, once: the standard knows no second start (PKCS#11 version 3.1,
//! section 5.4). Calls go one after the other, since a session is not for several threads.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use aws_lc_rs::digest::{SHA256, SHA384, SHA512, digest};
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::eddsa::{EddsaParams, EddsaSignatureScheme};
use cryptoki::mechanism::rsa::{PkcsMgfType, PkcsPssParams};
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::{Attribute, AttributeType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::{Slot, TokenInfo};
use cryptoki::types::{AuthPin, Ulong};

use crate::oauth::assertions::jwt::AssertionAlgorithm;
use crate::oauth::keys::certificate::Certificate;
use crate::oauth::keys::hardware_key::HardwareKeyError;
use crate::oauth::keys::hardware_key::address::Address;
use crate::oauth::keys::hardware_key::public::PublicKey;
use crate::oauth::keys::jwk::digest_text;

type Loaded = Result<Mutex<Pkcs11>, HardwareKeyError>;

/// Says where the module is, when it is first needed.
type Find = Box<dyn Fn() -> Option<PathBuf> + Send + Sync>;

/// Does what may take as long as a person, who has to touch a token.
type Aside = fn(&mut dyn FnMut());

static FIND: OnceLock<(Find, Aside)> = OnceLock::new();
static MODULE: OnceLock<Loaded> = OnceLock::new();
/// The hashes of addresses whose PIN was wrong: a token is locked after a few of those, and a refresh comes again and again.
static WRONG: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Sets where the module is that is loaded when a key in a token is first used, and what runs the work of a token, so that nothing
/// else of the thread waits for it. Only the first call counts.
pub fn use_pkcs11_module(find: impl Fn() -> Option<PathBuf> + Send + Sync + 'static, aside: Aside) {
    let _ = FIND.set((Box::new(find), aside));
}

fn module() -> Result<MutexGuard<'static, Pkcs11>, HardwareKeyError> {
    let (find, _) = FIND.get().ok_or(HardwareKeyError::NoModule)?;
    let load = || -> Loaded {
        let path = find().ok_or(HardwareKeyError::NoModule)?;
        let module = Pkcs11::new(path).map_err(|_| HardwareKeyError::NotLoaded)?;
        let arguments = CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK);
        module.initialize(arguments).map_err(|_| HardwareKeyError::NotLoaded)?;
        Ok(Mutex::new(module))
    };
    let loaded = MODULE.get_or_init(load).as_ref().map_err(|error| *error)?;
    Ok(loaded.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Does something with the private key at an address, aside.
pub(super) fn with_key<T>(
    address: &Address,
    work: impl FnOnce(&Session, ObjectHandle) -> Result<T, HardwareKeyError>,
) -> Result<T, HardwareKeyError> {
    let (_, aside) = FIND.get().ok_or(HardwareKeyError::NoModule)?;
    let (mut work, mut done) = (Some(work), Err(HardwareKeyError::Refused));
    aside(&mut || {
        if let Some(work) = work.take() {
            done = with_session(address, work);
        }
    });
    done
}

fn with_session<T>(
    address: &Address,
    work: impl FnOnce(&Session, ObjectHandle) -> Result<T, HardwareKeyError>,
) -> Result<T, HardwareKeyError> {
    let module = module()?;
    let (slot, token) = token_of(&module, address)?;
    let session = module.open_ro_session(slot).map_err(|_| HardwareKeyError::NoToken)?;
    log_in(&session, &token, address)?;
    let mut wanted = vec![Attribute::Class(ObjectClass::PRIVATE_KEY)];
    wanted.extend(address.object.as_ref().map(|label| Attribute::Label(label.clone().into_bytes())));
    wanted.extend(address.id.clone().map(Attribute::Id));
    let found = session.find_objects(&wanted).map_err(|_| HardwareKeyError::NoKey)?;
    match found[..] {
        [] => Err(HardwareKeyError::NoKey),
        [key] => work(&session, key),
        _ => Err(HardwareKeyError::Several),
    }
}

fn token_of(module: &Pkcs11, address: &Address) -> Result<(Slot, TokenInfo), HardwareKeyError> {
    let slots = module.get_slots_with_token().map_err(|_| HardwareKeyError::NoToken)?;
    let tokens = slots.into_iter().filter_map(|slot| Some((slot, module.get_token_info(slot).ok()?)));
    let fits = |token: &TokenInfo| {
        let is =
            |wanted: &Option<String>, found: &str| wanted.as_ref().is_none_or(|wanted| wanted.trim() == found.trim());
        token.token_initialized()
            && is(&address.token, token.label())
            && is(&address.serial, token.serial_number())
            && is(&address.manufacturer, token.manufacturer_id())
            && is(&address.model, token.model())
    };
    let mut tokens = tokens.filter(|(_, token)| fits(token));
    match (tokens.next(), tokens.next()) {
        (None, _) => Err(HardwareKeyError::NoToken),
        (Some(token), None) => Ok(token),
        (Some(_), Some(_)) => Err(HardwareKeyError::Several),
    }
}

fn log_in(session: &Session, token: &TokenInfo, address: &Address) -> Result<(), HardwareKeyError> {
    if !token.login_required() {
        return Ok(());
    }
    let has_own_way = token.protected_authentication_path();
    if address.pin.is_empty() && !has_own_way {
        return Err(HardwareKeyError::NoPin);
    }
    let known = digest_text(address.to_text().expose());
    let mut wrong = WRONG.lock().unwrap_or_else(PoisonError::into_inner);
    if wrong.contains(&known) {
        return Err(HardwareKeyError::WrongPin);
    }
    let pin = (!has_own_way).then(|| AuthPin::from(address.pin.expose()));
    match session.login(UserType::User, pin.as_ref()) {
        Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(()),
        Err(Error::Pkcs11(RvError::PinIncorrect | RvError::PinLenRange | RvError::PinInvalid, _)) => {
            wrong.insert(known);
            Err(HardwareKeyError::WrongPin)
        }
        Err(Error::Pkcs11(RvError::PinLocked | RvError::PinExpired, _)) => Err(HardwareKeyError::Locked),
        Err(_) => Err(HardwareKeyError::Refused),
    }
}

/// Reads the public key that belongs to the private key at an address.
pub(super) fn public_key(address: &Address) -> Result<PublicKey, HardwareKeyError> {
    with_key(address, |session, key| {
        let of_key = [AttributeType::Id, AttributeType::Label, AttributeType::Modulus, AttributeType::PublicExponent];
        let attributes = session.get_attributes(key, &of_key).unwrap_or_default();
        if let Some(found) = rsa(&attributes) {
            return Ok(found);
        }
        // What belongs together has the same ID, or else the same label.
        let names = attributes.into_iter().filter(|attribute| match attribute {
            Attribute::Id(bytes) | Attribute::Label(bytes) => !bytes.is_empty(),
            _ => false,
        });
        for name in names {
            let of_class = |class| session.find_objects(&[Attribute::Class(class), name.clone()]).unwrap_or_default();
            for public in of_class(ObjectClass::PUBLIC_KEY) {
                let wanted = [
                    AttributeType::Modulus,
                    AttributeType::PublicExponent,
                    AttributeType::EcParams,
                    AttributeType::EcPoint,
                ];
                let attributes = session.get_attributes(public, &wanted).unwrap_or_default();
                if let Some(found) = rsa(&attributes).or_else(|| curve(&attributes)) {
                    return Ok(found);
                }
            }
            for certificate in of_class(ObjectClass::CERTIFICATE) {
                let value = session.get_attributes(certificate, &[AttributeType::Value]).unwrap_or_default();
                if let [Attribute::Value(der)] = &value[..]
                    && let Some(found) = PublicKey::of_certificate(&Certificate::of_der(der))
                {
                    return Ok(found);
                }
            }
        }
        Err(HardwareKeyError::NoPublicKey)
    })
}

fn rsa(attributes: &[Attribute]) -> Option<PublicKey> {
    let modulus =
        attributes.iter().find_map(|one| if let Attribute::Modulus(bytes) = one { Some(bytes) } else { None });
    let exponent =
        attributes.iter().find_map(|one| if let Attribute::PublicExponent(bytes) = one { Some(bytes) } else { None });
    PublicKey::of_rsa(modulus?, exponent?)
}

fn curve(attributes: &[Attribute]) -> Option<PublicKey> {
    let parameters =
        attributes.iter().find_map(|one| if let Attribute::EcParams(bytes) = one { Some(bytes) } else { None });
    let point = attributes.iter().find_map(|one| if let Attribute::EcPoint(bytes) = one { Some(bytes) } else { None });
    PublicKey::of_curve(parameters?, point?)
}

/// Signs with the private key at an address. An EC signature is the two numbers after each other (RFC 7518 section 3.4).
pub(super) fn sign(address: &Address, algorithm: AssertionAlgorithm, text: &[u8]) -> Result<Vec<u8>, HardwareKeyError> {
    let pss = |hash_alg, mgf, length: u8| PkcsPssParams { hash_alg, mgf, s_len: Ulong::new(length.into()) };
    let hashed = |algorithm| digest(algorithm, text).as_ref().to_vec();
    let whole = || text.to_vec();
    let (mechanism, data) = match algorithm {
        AssertionAlgorithm::RS256 => (Mechanism::Sha256RsaPkcs, whole()),
        AssertionAlgorithm::RS384 => (Mechanism::Sha384RsaPkcs, whole()),
        AssertionAlgorithm::RS512 => (Mechanism::Sha512RsaPkcs, whole()),
        AssertionAlgorithm::PS256 => {
            (Mechanism::Sha256RsaPkcsPss(pss(MechanismType::SHA256, PkcsMgfType::MGF1_SHA256, 32)), whole())
        }
        AssertionAlgorithm::PS384 => {
            (Mechanism::Sha384RsaPkcsPss(pss(MechanismType::SHA384, PkcsMgfType::MGF1_SHA384, 48)), whole())
        }
        AssertionAlgorithm::PS512 => {
            (Mechanism::Sha512RsaPkcsPss(pss(MechanismType::SHA512, PkcsMgfType::MGF1_SHA512, 64)), whole())
        }
        // Not all tokens hash for these.
        AssertionAlgorithm::ES256 => (Mechanism::Ecdsa, hashed(&SHA256)),
        AssertionAlgorithm::ES384 => (Mechanism::Ecdsa, hashed(&SHA384)),
        AssertionAlgorithm::ES512 => (Mechanism::Ecdsa, hashed(&SHA512)),
        AssertionAlgorithm::EdDSA => (Mechanism::Eddsa(EddsaParams::new(EddsaSignatureScheme::Ed25519)), whole()),
        AssertionAlgorithm::HS256 => return Err(HardwareKeyError::Refused),
    };
    with_key(address, |session, key| session.sign(&mechanism, key, &data).map_err(|_| HardwareKeyError::Refused))
}
