//! Encrypts a signed JWT to a key that the issuer publishes (RFC 7516, RFC 9101 section 6.1), and chooses key and algorithms by
//! the issuer's metadata.

use aws_lc_rs::aead::{Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{self, ECDH_P256, ECDH_P384, ECDH_P521, PrivateKey, UnparsedPublicKey};
use aws_lc_rs::cipher::{EncryptionContext, PaddedBlockEncryptingKey, UnboundCipherKey};
use aws_lc_rs::hmac;
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::key_wrap::{AesBlockCipher, AesKek, KeyWrap as _};
use aws_lc_rs::rsa::{OaepAlgorithm, OaepPublicEncryptingKey, PublicEncryptingKey, PublicKeyComponents};
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use serde_json::{Map, Value as Json, json};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::oauth::jose::jwe::algorithms::{ContentEncryption, KeyManagement, RequestEncryption};
use crate::oauth::jose::jwe::primitives::{Contents, Unwrapping, agreed_for, contents, covered_by_hmac, derive, named};
use crate::oauth::jose::key_set::{MOST_KEYS, Material};
use crate::secret::Secret;

/// What an issuer decrypts: its keys, and what its metadata offers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recipients {
    keys: Vec<PublicKey>,
    /// `request_object_encryption_alg_values_supported`; empty if the metadata does not say.
    algorithms: Vec<String>,
    /// `request_object_encryption_enc_values_supported`; empty if the metadata does not say.
    contents: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct PublicKey {
    id: Option<String>,
    /// The only algorithm that it is for, where it says so.
    algorithm: Option<String>,
    /// Whether it says that it is for encryption; one that says nothing is for anything.
    is_for_encryption: bool,
    material: Material,
}

/// Whom a request is encrypted to, and by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    key: PublicKey,
    /// `alg`.
    pub algorithm: KeyManagement,
    /// `enc`.
    pub contents: ContentEncryption,
}

/// Why an issuer cannot be sent an encrypted request.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum RecipientError {
    /// The metadata offers others.
    #[error("the metadata of the issuer does not offer to decrypt requests by {wanted}; it offers {offered}")]
    NotOffered {
        /// What is wanted: an algorithm, or any that is known here.
        wanted: String,
        /// What is offered.
        offered: String,
    },
    /// It publishes no key that fits.
    #[error("the issuer publishes no key to encrypt the authorization request to{0}")]
    NoKey(String),
    /// The library failed.
    #[error("the authorization request could not be encrypted by {0}")]
    Refused(&'static str),
}

impl Diagnose for RecipientError {
    fn diagnose(&self) -> Diagnosis {
        Diagnosis::new(self.to_string()).hint(match self {
            Self::NotOffered { .. } => "choose one that it offers, or do not encrypt: `--encrypted-request=off`",
            Self::NoKey(_) => {
                "have the service publish one with `\"use\": \"enc\"` at its `jwks_uri`, or do not encrypt: `--encrypted-request=off`"
            }
            Self::Refused(_) => "look at the key that the issuer publishes, or choose another algorithm",
        })
    }
}

impl Recipients {
    /// Reads the issuer's metadata and its key set. Keys of an unknown kind, for signatures, or with a shared secret are left out.
    pub fn read(metadata: &str, key_set: &str) -> Self {
        let json = |text| serde_json::from_str::<Json>(text).unwrap_or_default();
        let (metadata, keys) = (json(metadata), json(key_set));
        let list = |name: &str| {
            let items = metadata.get(name).and_then(Json::as_array).into_iter().flatten().take(MOST_KEYS);
            items.filter_map(Json::as_str).map(str::to_owned).collect()
        };
        let keys = keys.get("keys").and_then(Json::as_array).into_iter().flatten().take(MOST_KEYS);
        Self {
            keys: keys.filter_map(PublicKey::read).collect(),
            algorithms: list("request_object_encryption_alg_values_supported"),
            contents: list("request_object_encryption_enc_values_supported"),
        }
    }

    /// The key and the algorithms for what is wanted.
    pub fn choose(&self, wanted: RequestEncryption) -> Result<Recipient, RecipientError> {
        let all = KeyManagement::ALL.into_iter();
        let all: Vec<_> = all.filter(|known| wanted.algorithm.is_none_or(|wanted| wanted == *known)).collect();
        let algorithm = wanted.algorithm.map(KeyManagement::as_str);
        let offered = offered(all, KeyManagement::as_str, (algorithm, &self.algorithms))?;
        let fit = |algorithm: &KeyManagement| {
            let key = self.keys.iter().find(|key| {
                // Where nothing is said of encryption, a key that might only sign is not taken.
                key.fits(*algorithm) && (key.is_for_encryption || !self.algorithms.is_empty())
            });
            Some((*algorithm, key?.clone()))
        };
        let (algorithm, key) = offered
            .iter()
            .find_map(fit)
            .ok_or_else(|| RecipientError::NoKey(algorithm.map(|name| format!(" by `{name}`")).unwrap_or_default()))?;
        let all = ContentEncryption::ALL.into_iter();
        let all: Vec<_> = all.filter(|known| wanted.contents.is_none_or(|wanted| wanted == *known)).collect();
        let wanted = wanted.contents.map(ContentEncryption::as_str);
        let all = self::offered(all, ContentEncryption::as_str, (wanted, &self.contents))?;
        Ok(Recipient { key, algorithm, contents: all[0] })
    }
}

/// Those that are offered, or all if nothing is said; there is at least one.
fn offered<T: Copy>(
    mut all: Vec<T>,
    name: impl Fn(T) -> &'static str,
    (wanted, offered): (Option<&str>, &[String]),
) -> Result<Vec<T>, RecipientError> {
    all.retain(|known| offered.is_empty() || offered.iter().any(|own| own == name(*known)));
    if all.is_empty() {
        let wanted = wanted.map_or_else(|| "an algorithm that is known here".to_owned(), |name| format!("`{name}`"));
        let offered: Vec<String> = offered.iter().take(MOST_TOLD).map(|own| format!("`{}`", named(own))).collect();
        return Err(RecipientError::NotOffered { wanted, offered: offered.join(", ") });
    }
    Ok(all)
}

/// The most names from outside that an error tells.
const MOST_TOLD: usize = 10;

impl PublicKey {
    fn read(json: &Json) -> Option<Self> {
        let text = |name: &str| json.get(name).and_then(Json::as_str);
        let purpose = text("use");
        if purpose.is_some_and(|purpose| purpose != "enc") {
            return None;
        }
        Some(Self {
            id: text("kid").map(str::to_owned),
            algorithm: text("alg").map(str::to_owned),
            is_for_encryption: purpose.is_some(),
            material: Material::read(json)?,
        })
    }

    fn fits(&self, algorithm: KeyManagement) -> bool {
        let name = algorithm.as_str();
        let is_kind = match self.material {
            Material::Rsa { .. } => Unwrapping::of(name).is_some_and(Unwrapping::is_rsa),
            Material::Ec { .. } => Unwrapping::of(name).is_some_and(|way| !way.is_rsa()),
            Material::Ed25519(_) => false,
        };
        is_kind && self.algorithm.as_deref().is_none_or(|own| own == name)
    }
}

impl Recipient {
    /// The signed JWT, encrypted. `entropy` gives random bytes; the key of an agreement is the cryptography library's own.
    pub fn encrypt(&self, signed: &Secret, entropy: &mut dyn FnMut() -> [u8; 32]) -> Result<Secret, RecipientError> {
        self.sealed(signed, entropy).ok_or(RecipientError::Refused(self.algorithm.as_str()))
    }

    fn sealed(&self, signed: &Secret, entropy: &mut dyn FnMut() -> [u8; 32]) -> Option<Secret> {
        let (algorithm, encryption) = (self.algorithm.as_str(), self.contents.as_str());
        let contents = contents(encryption)?;
        let mut header = Map::new();
        header.insert("alg".to_owned(), algorithm.into());
        header.insert("enc".to_owned(), encryption.into());
        // RFC 7519 section 5.2: inside is another JWT.
        header.insert("cty".to_owned(), "JWT".into());
        if let Some(id) = &self.key.id {
            header.insert("kid".to_owned(), id.as_str().into());
        }
        let mut random = || Zeroizing::new([entropy(), entropy()].concat()[..contents.length()].to_vec());
        let (key, wrapped) = match (Unwrapping::of(algorithm)?, &self.key.material) {
            (Unwrapping::Rsa(padding), Material::Rsa { modulus, exponent }) => {
                let key = random();
                let wrapped = to_rsa(modulus, exponent, padding, &key)?;
                (key, wrapped)
            }
            (Unwrapping::Agreed(wrap), Material::Ec { curve, point }) => {
                let (name, length) = agreed_for(algorithm, encryption, wrap.is_some(), contents);
                let (agreed, epk) = agree(curve, point, name, length)?;
                header.insert("epk".to_owned(), epk);
                match wrap {
                    None => (agreed, Vec::new()),
                    Some(cipher) => {
                        let key = random();
                        let wrapped = wrapped(cipher, &agreed, &key)?;
                        (key, wrapped)
                    }
                }
            }
            _ => return None,
        };
        let header = BASE64_URL_SAFE_NO_PAD.encode(Json::Object(header).to_string());
        let (iv, text, tag) = contents.seal(&key, &entropy(), &header, signed.expose().as_bytes())?;
        let [wrapped, iv, text, tag] = [wrapped, iv, text, tag].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part));
        Some(Secret::new(format!("{header}.{wrapped}.{iv}.{text}.{tag}")))
    }
}

impl Contents {
    /// IV, encrypted text and tag.
    fn seal(self, key: &[u8], random: &[u8; 32], header: &str, text: &[u8]) -> Option<(Vec<u8>, Vec<u8>, Vec<u8>)> {
        let mut text = text.to_vec();
        match self {
            Self::Gcm(algorithm, _) => {
                let iv: [u8; 12] = random[..12].try_into().ok()?;
                let key = LessSafeKey::new(UnboundKey::new(algorithm, key).ok()?);
                let nonce = Nonce::assume_unique_for_key(iv);
                let tag = key.seal_in_place_separate_tag(nonce, Aad::from(header), &mut text).ok()?;
                Some((iv.to_vec(), text, tag.as_ref().to_vec()))
            }
            // RFC 7518 section 5.2.2.1.
            Self::Cbc(algorithm, hash, length) => {
                let iv: [u8; 16] = random[..16].try_into().ok()?;
                let (of_hmac, of_aes) = key.split_at(length / 2);
                let key = PaddedBlockEncryptingKey::cbc_pkcs7(UnboundCipherKey::new(algorithm, of_aes).ok()?).ok()?;
                let context = EncryptionContext::Iv128(FixedLength::from(iv));
                key.less_safe_encrypt(&mut text, context).ok()?;
                let covered = covered_by_hmac(header, &iv, &text)?;
                let tag = hmac::sign(&hmac::Key::new(hash, of_hmac), &covered);
                Some((iv.to_vec(), text, tag.as_ref()[..length / 2].to_vec()))
            }
        }
    }
}

/// RFC 7518 section 4.3.
fn to_rsa(modulus: &[u8], exponent: &[u8], padding: &'static OaepAlgorithm, key: &[u8]) -> Option<Vec<u8>> {
    let public: PublicEncryptingKey = PublicKeyComponents { n: modulus, e: exponent }.try_into().ok()?;
    let public = OaepPublicEncryptingKey::new(public).ok()?;
    let mut wrapped = vec![0; public.ciphertext_size()];
    let length = public.encrypt(padding, key, &mut wrapped, None).ok()?.len();
    wrapped.truncate(length);
    Some(wrapped)
}

/// RFC 7518 section 4.6: the key that is agreed upon with a key made for this one text, and the public half of that key.
fn agree(curve: &str, point: &[u8], name: &str, length: usize) -> Option<(Zeroizing<Vec<u8>>, Json)> {
    let algorithm = match curve {
        "P-256" => &ECDH_P256,
        "P-384" => &ECDH_P384,
        "P-521" => &ECDH_P521,
        _ => return None,
    };
    let own = PrivateKey::generate(algorithm).ok()?;
    let parties = [Vec::new(), Vec::new()];
    // The library refuses a point that is not on the curve.
    let agreed = agreement::agree(&own, UnparsedPublicKey::new(algorithm, point), (), |secret| {
        Ok(derive(secret, name, &parties, length))
    });
    let public = own.compute_public_key().ok()?;
    // The mark of an uncompressed point, then its coordinates.
    let coordinates = public.as_ref().get(1..)?;
    let (x, y) = coordinates.split_at(coordinates.len() / 2);
    let text = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    Some((agreed.ok()?, json!({ "kty": "EC", "crv": curve, "x": text(x), "y": text(y) })))
}

fn wrapped(cipher: &'static AesBlockCipher, agreed: &[u8], key: &[u8]) -> Option<Vec<u8>> {
    // RFC 3394 section 2.2.1: eight bytes more.
    let mut wrapped = vec![0; key.len() + 8];
    let length = AesKek::new(cipher, agreed).ok()?.wrap(key, &mut wrapped).ok()?.len();
    wrapped.truncate(length);
    Some(wrapped)
}
