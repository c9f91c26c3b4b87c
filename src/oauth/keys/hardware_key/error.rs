use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};

/// Why a key in a token cannot be used.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum HardwareKeyError {
    /// Not an address of RFC 7512 that names one private key.
    #[error("the address of the key is not one that is known here")]
    Address,
    /// It names the module to load.
    #[error("the address of the key names a module")]
    ModuleInAddress,
    /// It names a place to read the PIN from.
    #[error("the address of the key names a place of the PIN")]
    PinSource,
    /// No module is set on this machine.
    #[error("no PKCS#11 module is set")]
    NoModule,
    /// The module is none, or does not start.
    #[error("the PKCS#11 module could not be loaded")]
    NotLoaded,
    /// No token of this name is there.
    #[error("the token of the key is not there")]
    NoToken,
    /// No private key of this name is in it.
    #[error("the key is not in its token")]
    NoKey,
    /// The address fits several tokens or keys.
    #[error("the address fits several keys")]
    Several,
    /// The token wants a PIN.
    #[error("the token of the key wants a PIN")]
    NoPin,
    /// It is not asked again with it, since a few wrong ones lock a token.
    #[error("the PIN is wrong")]
    WrongPin,
    /// Too many wrong PINs.
    #[error("the token of the key is locked")]
    Locked,
    /// The public key cannot be read, or is of a kind that is not known here.
    #[error(
        "the public key cannot be read from the token, or is none of RSA, EC on P-256, P-384 or P-521, and Ed25519"
    )]
    NoPublicKey,
    /// The token, or this key in it, does not decrypt, or not by this algorithm.
    #[error("the token does not decrypt by this algorithm")]
    SignsOnly,
    /// The token does not make this signature, or failed.
    #[error("the token did not sign")]
    Refused,
}

impl Diagnose for HardwareKeyError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        let rfc = "https://www.rfc-editor.org/rfc/rfc7512#section-2.3";
        match self {
            Self::Address => diagnosis
                .hint("write `pkcs11:token=TOKEN;object=KEY`, or `id=%01` for the key; `p11tool --list-all` shows them")
                .reference(rfc),
            Self::ModuleInAddress => diagnosis
                .hint("leave it out of the address: the module is set by `pkcs11_module` in the settings file, or by `TOKENWRIGHT_PKCS11_MODULE`")
                .reference(rfc),
            Self::PinSource => diagnosis
                .hint("leave it out: the PIN is asked for, or read from `TOKENWRIGHT_KEY_PIN`, and sealed with the profile")
                .reference(rfc),
            Self::NoModule => diagnosis.hint(
                "name the library that came with the token: `pkcs11_module = \"/usr/lib/….so\"` in the settings file, or `TOKENWRIGHT_PKCS11_MODULE`",
            ),
            Self::NotLoaded => {
                diagnosis.hint("compare the path of the module with what the maker of the token says; it must suit this processor")
            }
            Self::NoToken => diagnosis.hint("insert it, and compare its name: `p11tool --list-tokens` shows those that are there"),
            Self::NoKey => {
                diagnosis.hint("compare `object` and `id` of the address with what `p11tool --login --list-privkeys` shows")
            }
            Self::Several => diagnosis.hint("add `token`, `serial` or `id` to the address, so that one key fits it"),
            Self::NoPin => {
                diagnosis.hint("set `TOKENWRIGHT_KEY_PIN` when the key is read, or add `?pin-value=PIN` to an address in a file")
            }
            Self::WrongPin => diagnosis.hint("read the key again with the right PIN; it was tried once, since a few wrong ones lock the token"),
            Self::Locked => diagnosis.hint("unlock it with the program of its maker"),
            Self::NoPublicKey => {
                diagnosis.hint("put the public key or the certificate beside the private key, with the same `id`")
            }
            Self::SignsOnly => diagnosis.hint(
                "have the service not encrypt, or by `RSA-OAEP` or `ECDH-ES` as the key is; or use a key that is sealed in the vault",
            ),
            Self::Refused => diagnosis.hint("look at whether the token makes this signature, and whether it waits to be touched"),
        }
    }
}
