//! Reads a private key from PEM (PKCS#8, PKCS#1, SEC1), base64 of PKCS#8, a private JWK (RFC 7517), the JSON file of a Google
//! service account, or the address of a key in a token (RFC 7512).
//!
//! No error quotes the text, since it may be the key.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use serde_json::Value as Json;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::oauth::keys::certificate::{Bytes, Certificate, from_pem};
use crate::oauth::keys::hardware_key::{HardwareKey, HardwareKeyError};
use crate::oauth::keys::signing_key::{KeyKind, KeyPair, SigningKey};
use crate::secret::Secret;

/// Longer than any key file: that of a service account has 2.4 kB, an RSA key of 8192 bits in PEM 6.4 kB.
pub const LONGEST_KEY_TEXT: usize = 64 * 1024;

/// The PEM labels of private keys.
const LABELS: [&str; 3] = ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"];

/// A key and what else its file contains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadKey {
    /// The key to save.
    pub pair: KeyPair,
    /// Its kind.
    pub kind: KeyKind,
    /// The key's id: `private_key_id` of a service account, `kid` of a JWK.
    pub key_id: Option<String>,
    /// `client_email` of a service account.
    pub client_id: Option<String>,
    /// `token_uri` of a service account.
    pub token_uri: Option<String>,
}

/// Why a key or its certificate is refused.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum KeyError {
    /// Nothing was given.
    #[error("the private key is missing")]
    Missing,
    /// Longer than any key.
    #[error("the text is longer than any private key")]
    TooLong,
    /// A passphrase is needed to read it.
    #[error("the private key is encrypted with a passphrase")]
    Encrypted,
    /// The format of OpenSSH.
    #[error("the private key is in OpenSSH's own form")]
    OpenSsh,
    /// A public key, or a certificate alone.
    #[error("there is no private key in it, only a public key or a certificate")]
    PublicOnly,
    /// Neither PEM nor base64 nor JSON of a known kind.
    #[error("the text is no private key in a form that is known here")]
    Unknown,
    /// The right format, but not a usable key.
    #[error(
        "the private key is damaged, or none of RSA with 2048 to 8192 bits, EC on P-256, P-384 or P-521, and Ed25519"
    )]
    Unusable,
    /// A JWK of an unsupported kind.
    #[error("the JWK is no private key of RSA, EC or Ed25519")]
    WrongJwk,
    /// Not a certificate in PEM.
    #[error("the certificate is not readable as PEM")]
    NotCertificate,
    /// The certificate of another key.
    #[error("the certificate belongs to another private key")]
    WrongCertificate,
    /// A PKCS#12 file, and no passphrase was given.
    #[error("the file is locked with a passphrase")]
    NoPassphrase,
    /// The passphrase does not open the PKCS#12 file.
    #[error("the passphrase does not open the file")]
    WrongPassphrase,
    /// A PKCS#12 file in an encryption that is not known here.
    #[error("the file is encrypted in a way that is not known here")]
    UnknownEncryption,
    /// A PKCS#12 file that would keep this machine busy for minutes or longer.
    #[error("the file asks for more than 10 million rounds of key derivation")]
    TooManyRounds,
    /// Not PKCS#12, or cut off.
    #[error("the file is damaged, or neither PEM nor PKCS#12")]
    DamagedPkcs12,
    /// It is to stay in a token, which cannot be used.
    #[error(transparent)]
    Hardware(#[from] HardwareKeyError),
}

impl Diagnose for KeyError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::Missing => diagnosis.hint("enter the private key, or make a key pair"),
            Self::TooLong => diagnosis.hint("choose the file of the key itself"),
            Self::Encrypted => {
                diagnosis.hint("write it without the passphrase: `openssl pkcs8 -topk8 -nocrypt -in KEY -out KEY2`")
            }
            Self::OpenSsh => diagnosis.hint("write a copy of it as PEM: `ssh-keygen -p -m PEM -f COPY`"),
            Self::PublicOnly => diagnosis.hint("choose the file that begins with `BEGIN PRIVATE KEY`"),
            Self::Unknown => {
                diagnosis.hint("PEM, base64 of PKCS#8, a private JWK, and the JSON file of a service account are known")
            }
            Self::Unusable => diagnosis.hint("export the key again, or make a key pair"),
            Self::WrongJwk => {
                diagnosis.hint("`kty` is to be `RSA`, `EC` or `OKP`, and all of the private numbers to be there")
            }
            Self::NotCertificate => diagnosis.hint("it begins with `-----BEGIN CERTIFICATE-----`"),
            Self::WrongCertificate => diagnosis.hint("choose the certificate that was made with this key"),
            Self::NoPassphrase => diagnosis.hint("enter the passphrase that came with the file"),
            Self::WrongPassphrase => diagnosis.hint("type it as it came with the file; upper and lower case differ"),
            Self::UnknownEncryption => diagnosis.hint("convert it: `openssl pkcs12 -in FILE -nodes -out FILE.pem`"),
            Self::Hardware(error) => error.diagnose(),
            Self::TooManyRounds => diagnosis.hint("export it again; 600000 rounds are many"),
            Self::DamagedPkcs12 => diagnosis.hint("export it again as PKCS#12 (`.p12`, `.pfx`) or PEM"),
        }
    }
}

/// Reads a private key, and a certificate beside it in the same PEM text.
pub fn parse_key(text: &Secret) -> Result<ReadKey, KeyError> {
    let key = parse_private_key(text)?;
    let text = text.expose();
    if text.contains("-----BEGIN CERTIFICATE") { key.with_certificate(text) } else { Ok(key) }
}

/// Reads a private key, whatever stands beside it. At the address of a key in a token, the token is asked.
pub(in crate::oauth) fn parse_private_key(text: &Secret) -> Result<ReadKey, KeyError> {
    if HardwareKey::is_one(text) {
        return read(&SigningKey::hardware(HardwareKey::find(text)?));
    }
    let text = text.expose().trim();
    if text.is_empty() {
        return Err(KeyError::Missing);
    }
    if text.len() > LONGEST_KEY_TEXT {
        return Err(KeyError::TooLong);
    }
    if text.starts_with('{') {
        let mut json = serde_json::from_str(text).map_err(|_| KeyError::Unknown)?;
        let read = from_json(&json);
        wipe(&mut json);
        return read;
    }
    if text.contains("-----BEGIN ") {
        return from_pem_text(text);
    }
    let der = Bytes::from_base64(text).ok_or(KeyError::Unknown)?;
    SigningKey::from_der(der.expose()).ok_or(KeyError::Unknown).and_then(|key| read(&key))
}

impl ReadKey {
    /// Adds the certificate of the key.
    pub fn with_certificate(mut self, text: &str) -> Result<Self, KeyError> {
        let certificate = Certificate::parse(text)?;
        let key = self.pair.signing_key().ok_or(KeyError::Unusable)?;
        if !certificate.is_of(&key) {
            return Err(KeyError::WrongCertificate);
        }
        self.pair.certificate = Some(certificate.to_pem());
        Ok(self)
    }
}

fn from_pem_text(text: &str) -> Result<ReadKey, KeyError> {
    if text.contains("BEGIN ENCRYPTED PRIVATE KEY") || text.contains("Proc-Type: 4,ENCRYPTED") {
        return Err(KeyError::Encrypted);
    }
    if text.contains("BEGIN OPENSSH PRIVATE KEY") {
        return Err(KeyError::OpenSsh);
    }
    if !text.contains("PRIVATE KEY-----") {
        return Err(if text.contains("PUBLIC KEY-----") || text.contains("CERTIFICATE-----") {
            KeyError::PublicOnly
        } else {
            KeyError::Unknown
        });
    }
    let der = LABELS.iter().find_map(|label| from_pem(text, label)).ok_or(KeyError::Unusable)?;
    read(&SigningKey::from_der(der.expose()).ok_or(KeyError::Unusable)?)
}

fn from_json(json: &Json) -> Result<ReadKey, KeyError> {
    let text = |name: &str| json.get(name).and_then(Json::as_str);
    if let Some(pem) = text("private_key") {
        let key = from_pem_text(pem)?;
        let learnt = |name: &str| text(name).filter(|text| !text.is_empty()).map(str::to_owned);
        return Ok(ReadKey {
            key_id: learnt("private_key_id"),
            client_id: learnt("client_email"),
            token_uri: learnt("token_uri"),
            ..key
        });
    }
    let key = match text("kty") {
        None => return Err(KeyError::Unknown),
        Some(_) if text("d").is_none() && text("k").is_none() => return Err(KeyError::PublicOnly),
        Some("RSA") => rsa_of_jwk(json),
        Some("EC") => ec_of_jwk(json),
        Some("OKP") => ed_of_jwk(json),
        Some(_) => None,
    };
    let key = read(&key.ok_or(KeyError::WrongJwk)?)?;
    Ok(ReadKey { key_id: text("kid").map(str::to_owned), ..key })
}

fn read(key: &SigningKey) -> Result<ReadKey, KeyError> {
    let private_key = key.to_pem().ok_or(KeyError::Unusable)?;
    let pair = KeyPair { private_key, certificate: None };
    Ok(ReadKey { pair, kind: key.kind(), key_id: None, client_id: None, token_uri: None })
}

/// RFC 7518 section 6.3 as the `RSAPrivateKey` of RFC 8017 appendix A.1.2.
fn rsa_of_jwk(json: &Json) -> Option<SigningKey> {
    let mut numbers = Zeroizing::new(vec![2, 1, 0]);
    for name in ["n", "e", "d", "p", "q", "dp", "dq", "qi"] {
        push_integer(&mut numbers, &number(json, name)?);
    }
    let mut der = Zeroizing::new(vec![0x30]);
    push_length(&mut der, numbers.len());
    der.extend_from_slice(&numbers);
    SigningKey::from_der(&der)
}

/// RFC 7518 section 6.2.
fn ec_of_jwk(json: &Json) -> Option<SigningKey> {
    let (kind, length) = match json.get("crv")?.as_str()? {
        "P-256" => (KeyKind::P256, 32),
        "P-384" => (KeyKind::P384, 48),
        "P-521" => (KeyKind::P521, 66),
        _ => return None,
    };
    let whole = |name: &str| number(json, name).filter(|bytes| bytes.len() == length);
    // The point is written uncompressed (SEC 1 section 2.3.3).
    let point = [&[4][..], &whole("x")?, &whole("y")?].concat();
    SigningKey::from_curve(kind, &whole("d")?, &point)
}

/// RFC 8037 section 2.
fn ed_of_jwk(json: &Json) -> Option<SigningKey> {
    json.get("crv").filter(|curve| *curve == "Ed25519")?;
    SigningKey::from_seed(&number(json, "d")?, &number(json, "x")?)
}

fn number(json: &Json, name: &str) -> Option<Zeroizing<Vec<u8>>> {
    let text = json.get(name)?.as_str()?.trim_end_matches('=');
    BASE64_URL_SAFE_NO_PAD.decode(text).ok().map(Zeroizing::new).filter(|bytes| !bytes.is_empty())
}

/// An INTEGER of DER: without leading zeros, but with one if the first bit is set.
pub(in crate::oauth) fn push_integer(der: &mut Vec<u8>, bytes: &[u8]) {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let bytes = &bytes[zeros.min(bytes.len() - 1)..];
    let padded = bytes[0] & 0x80 != 0;
    der.push(2);
    push_length(der, bytes.len() + usize::from(padded));
    if padded {
        der.push(0);
    }
    der.extend_from_slice(bytes);
}

pub(in crate::oauth) fn push_length(der: &mut Vec<u8>, length: usize) {
    let bytes = length.to_be_bytes();
    let used = &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..];
    match used {
        [] => der.push(0),
        [short] if *short < 0x80 => der.push(*short),
        long => {
            // At most eight bytes, so the count fits beside the mark.
            der.push(0x80 | u8::try_from(long.len()).unwrap_or(0x7F));
            der.extend_from_slice(long);
        }
    }
}

/// Wipes the copies that the parser made.
fn wipe(json: &mut Json) {
    use zeroize::Zeroize as _;
    match json {
        Json::String(text) => text.zeroize(),
        Json::Array(items) => items.iter_mut().for_each(wipe),
        Json::Object(fields) => fields.values_mut().for_each(wipe),
        _ => {}
    }
}
