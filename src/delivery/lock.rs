//! Encrypts a text with a passphrase or for an age recipient (age-encryption.org/v1), so that age can open it as well as this
//! program.

use std::io::{Read as _, Write as _};
use std::str::FromStr as _;

use age::armor::{ArmoredReader, ArmoredWriter, Format};
use age::{Decryptor, Encryptor, scrypt, x25519};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::secret::Secret;

/// The most bytes of an unlocked text.
const SIZE_LIMIT: u64 = 16 * 1024 * 1024;

/// The largest scrypt work factor that is accepted, about twenty seconds; a hostile file could ask for years.
const HARDEST: u8 = 22;

/// The first line of every locked text.
pub const LOCKED: &str = "-----BEGIN AGE ENCRYPTED FILE-----";

/// For whom a text is locked.
#[derive(Clone, Debug)]
pub enum Lock {
    /// Anybody with the passphrase.
    Passphrase(Secret),
    /// The holder of the identity of this recipient (`age1…`).
    Recipient(String),
}

#[derive(Clone, Debug)]
pub enum Key {
    Passphrase(Secret),
    /// The text of an identity file: a line of it begins with `AGE-SECRET-KEY-1`.
    Identity(Secret),
}

#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum LockError {
    #[error("`{0}` is not an age recipient")]
    Recipient(String),
    #[error("there is no age identity in the file")]
    Identity,
    /// The other kind of key is needed.
    #[error("the text is locked {0}")]
    OtherLock(&'static str),
    /// Wrong key, or the text was changed.
    #[error("the text cannot be opened with this key, or was changed on the way")]
    Refused,
    #[error("the text was not locked by age: {0}")]
    Shape(String),
    #[error("the text is larger than {SIZE_LIMIT} bytes when opened")]
    TooLarge,
}

impl Diagnose for LockError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::Recipient(_) => diagnosis.hint("a recipient begins with `age1`; `age-keygen` prints it"),
            Self::Identity => diagnosis.hint("name the file that `age-keygen` wrote"),
            Self::OtherLock(_) => {
                diagnosis.hint("give the passphrase if it was locked with one, else the identity file")
            }
            Self::Refused => diagnosis.hint("type the passphrase again, or ask which recipient it was locked for"),
            Self::Shape(_) | Self::TooLarge => diagnosis.hint("ask for the file again"),
        }
    }
}

/// Locks a text. With a passphrase this takes about a second, on purpose.
pub fn lock(text: &Secret, lock: &Lock) -> Result<String, LockError> {
    let encryptor = match lock {
        Lock::Passphrase(passphrase) => {
            Encryptor::with_user_passphrase(age::secrecy::SecretString::from(passphrase.expose()))
        }
        Lock::Recipient(name) => {
            let recipient = x25519::Recipient::from_str(name).map_err(|_| LockError::Recipient(name.clone()))?;
            Encryptor::with_recipients(std::iter::once(&recipient as _))
                .map_err(|error| LockError::Shape(error.to_string()))?
        }
    };
    let mut locked = Vec::new();
    let write = |locked: &mut Vec<u8>| -> std::io::Result<()> {
        let mut writer = encryptor.wrap_output(ArmoredWriter::wrap_output(locked, Format::AsciiArmor)?)?;
        writer.write_all(text.expose().as_bytes())?;
        writer.finish()?.finish().map(drop)
    };
    write(&mut locked).map_err(|error| LockError::Shape(error.to_string()))?;
    String::from_utf8(locked).map_err(|error| LockError::Shape(error.to_string()))
}

pub fn unlock(locked: &str, key: &Key) -> Result<Secret, LockError> {
    let decryptor = Decryptor::new_buffered(ArmoredReader::new(locked.as_bytes())).map_err(|error| shape(&error))?;
    let mut text = Zeroizing::new(Vec::new());
    let reader = match (key, decryptor.is_scrypt()) {
        (Key::Passphrase(passphrase), true) => {
            let mut identity = scrypt::Identity::new(age::secrecy::SecretString::from(passphrase.expose()));
            identity.set_max_work_factor(HARDEST);
            decryptor.decrypt(std::iter::once(&identity as _))
        }
        (Key::Identity(file), false) => {
            let line = file.expose().lines().find(|line| line.starts_with("AGE-SECRET-KEY-1"));
            let identity = line.and_then(|line| x25519::Identity::from_str(line.trim()).ok());
            let identity = identity.ok_or(LockError::Identity)?;
            decryptor.decrypt(std::iter::once(&identity as _))
        }
        (Key::Passphrase(_), false) => return Err(LockError::OtherLock("for an age recipient")),
        (Key::Identity(_), true) => return Err(LockError::OtherLock("with a passphrase")),
    };
    let mut reader = reader.map_err(|_| LockError::Refused)?.take(SIZE_LIMIT + 1);
    reader.read_to_end(&mut text).map_err(|_| LockError::Refused)?;
    if u64::try_from(text.len()).map_or(true, |length| length > SIZE_LIMIT) {
        return Err(LockError::TooLarge);
    }
    std::str::from_utf8(&text).map(Secret::new).map_err(|_| LockError::Shape("it is not text".to_owned()))
}

fn shape(error: &age::DecryptError) -> LockError {
    LockError::Shape(error.to_string().lines().next().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text() -> Secret {
        Secret::new("a%^*&+=\"\n<é>")
    }

    fn key_pair() -> (Lock, Key) {
        let identity = x25519::Identity::generate();
        let file =
            format!("# made by age-keygen\n{}\n", age::secrecy::ExposeSecret::expose_secret(&identity.to_string()));
        (Lock::Recipient(identity.to_public().to_string()), Key::Identity(Secret::new(file)))
    }

    #[test]
    fn what_is_locked_is_opened_by_its_own_key_alone() {
        let (lock_for, own_key) = key_pair();
        let locked = lock(&text(), &lock_for).expect("locked");
        assert!(locked.starts_with(LOCKED));
        assert_eq!(unlock(&locked, &own_key), Ok(text()));
        assert_eq!(unlock(&locked, &key_pair().1), Err(LockError::Refused));
        let passphrase = Key::Passphrase(Secret::new("x"));
        assert_eq!(unlock(&locked, &passphrase), Err(LockError::OtherLock("for an age recipient")));
    }

    #[test]
    fn a_passphrase_opens_what_it_locked() {
        let locked = lock(&text(), &Lock::Passphrase(Secret::new("open sesame"))).expect("locked");
        assert_eq!(unlock(&locked, &Key::Passphrase(Secret::new("open sesame"))), Ok(text()));
        assert_eq!(unlock(&locked, &Key::Passphrase(Secret::new("open says me"))), Err(LockError::Refused));
        assert_eq!(unlock(&locked, &key_pair().1), Err(LockError::OtherLock("with a passphrase")));
    }

    #[test]
    fn what_is_no_recipient_or_no_locked_text_is_told() {
        let words = lock(&text(), &Lock::Recipient("bob".into())).expect_err("no recipient").to_string();
        assert_eq!(words, "`bob` is not an age recipient");
        assert!(matches!(unlock("hello", &key_pair().1), Err(LockError::Shape(_))));
        let (lock_for, key) = key_pair();
        let locked = lock(&text(), &lock_for).expect("locked");
        let cut = &locked[..locked.len() / 2];
        assert!(unlock(cut, &key).is_err());
    }
}
