//! The key of a member: an age identity (age-encryption.org/v1, X25519), for which the keys of a team are sealed.

use std::fmt;
use std::io::{Read as _, Write as _};
use std::str::FromStr as _;

use age::secrecy::ExposeSecret as _;
use age::{Decryptor, Encryptor, x25519};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::secret::Secret;
use crate::vault::VaultError;
use crate::vault::key::Key;

/// The key of this member.
pub(in crate::vault) struct Identity(x25519::Identity);

impl Identity {
    pub(in crate::vault) fn fresh() -> Self {
        Self(x25519::Identity::generate())
    }

    /// Reads an identity file as `age-keygen` writes it; `None` if no line of it is an identity.
    pub(in crate::vault) fn from_text(text: &Secret) -> Option<Self> {
        let mut lines = text.expose().lines().map(str::trim);
        let line = lines.find(|line| line.starts_with("AGE-SECRET-KEY-1"))?;
        x25519::Identity::from_str(line).ok().map(Self)
    }

    pub(in crate::vault) fn to_text(&self) -> Secret {
        Secret::new(self.0.to_string().expose_secret())
    }

    pub(in crate::vault) fn recipient(&self) -> String {
        self.0.to_public().to_string()
    }

    /// The key that was sealed for this member; `None` if it was sealed for another, or changed.
    pub(in crate::vault) fn unwrap(&self, wrapped: &[u8]) -> Option<Key> {
        let decryptor = Decryptor::new_buffered(wrapped).ok()?;
        if decryptor.is_scrypt() {
            return None;
        }
        let mut bytes = Zeroizing::new(Vec::with_capacity(64));
        let reader = decryptor.decrypt(std::iter::once(&self.0 as _)).ok()?;
        reader.take(64).read_to_end(&mut bytes).ok()?;
        Key::from_bytes(&bytes)
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Identity").field(&self.recipient()).finish()
    }
}

/// Whether this is the public key of a member, in the one way of writing it.
pub(in crate::vault) fn is_recipient(text: &str) -> bool {
    x25519::Recipient::from_str(text).is_ok_and(|recipient| recipient.to_string() == text)
}

/// Seals a key for a member.
pub(in crate::vault) fn wrap_for(recipient: &str, key: &Key) -> Result<Vec<u8>, VaultError> {
    let failed = |reason: String| VaultError::Internal { reason };
    let recipient = x25519::Recipient::from_str(recipient).map_err(|reason| failed(reason.to_owned()))?;
    let encryptor = Encryptor::with_recipients(std::iter::once(&recipient as _));
    let encryptor = encryptor.map_err(|error| failed(error.to_string()))?;
    let mut wrapped = Vec::new();
    let mut writer = encryptor.wrap_output(&mut wrapped).map_err(|error| failed(error.to_string()))?;
    writer.write_all(key.bytes()).map_err(|error| failed(error.to_string()))?;
    writer.finish().map_err(|error| failed(error.to_string()))?;
    Ok(wrapped)
}

/// What two persons read to each other to see that they mean the same key: 80 bits of its hash.
pub(in crate::vault) fn fingerprint(kind: &str, of: &[u8]) -> String {
    let digest = Sha256::new().chain_update(kind).chain_update([0]).chain_update(of).finalize();
    let groups: Vec<String> = digest[..10].chunks(2).map(|pair| format!("{:02x}{:02x}", pair[0], pair[1])).collect();
    groups.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_got_back_by_the_member_it_is_sealed_for_only() {
        let (anna, ben) = (Identity::fresh(), Identity::fresh());
        let key = Key::from_bytes(&[7; 32]).expect("a key");
        let wrapped = wrap_for(&anna.recipient(), &key).expect("wrapped");
        assert_eq!(anna.unwrap(&wrapped).map(|key| *key.bytes()), Some([7; 32]));
        assert!(ben.unwrap(&wrapped).is_none());
        for at in [0, wrapped.len() / 2, wrapped.len() - 1] {
            let mut changed = wrapped.clone();
            changed[at] ^= 1;
            assert!(anna.unwrap(&changed).is_none(), "byte {at}");
        }
    }

    #[test]
    fn an_identity_file_of_age_is_read_and_what_is_none_is_not() {
        let anna = Identity::fresh();
        let file = Secret::new(format!("# created: today\n# public key: …\n{}\n", anna.to_text().expose()));
        assert_eq!(Identity::from_text(&file).map(|read| read.recipient()), Some(anna.recipient()));
        assert!(Identity::from_text(&Secret::new("AGE-SECRET-KEY-1 and so on")).is_none());
        assert!(is_recipient(&anna.recipient()));
        assert!(!is_recipient(&anna.recipient().to_uppercase()) && !is_recipient("age1"));
    }

    #[test]
    fn fingerprints_are_short_and_of_their_kind() {
        let (member, team) = (fingerprint("member", b"a"), fingerprint("team", b"a"));
        assert!(member != team && member.len() == 24 && member.split('-').count() == 5, "{member}");
    }
}
