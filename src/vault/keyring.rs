//! The keyring of the operating system, which keeps nothing of ours but a key of 32 bytes: Windows takes no more than
//! 2,560 bytes an entry, and tokens can be longer.
//!
//! A keyring that starts later is found. Every call runs on a thread of its own, so one that waits for a person is given
//! up after a while. Calls follow one another: the Windows store does not
//! order what several threads do with one entry.

use std::error::Error;
use std::fmt;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use keyring_core::{CredentialStore, Entry, Error as KeyringError};
use zeroize::Zeroizing;

use crate::vault::VaultError;
use crate::vault::key::Cost;

/// The service under which all entries stand.
pub(in crate::vault) const SERVICE: &str = "tokenwright";

/// How long a call may take. It protects from a keyring that asks on a screen nobody looks at; one that is open
/// answers in milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

type Connect = dyn Fn() -> keyring_core::Result<Arc<CredentialStore>> + Send + Sync;

/// Where keys come from. Tests have a keyring of their own and spend less on a passphrase.
#[derive(Clone, Debug)]
pub(in crate::vault) struct KeySource {
    pub keyring: Keyring,
    pub cost: Cost,
}

/// The user name of the entry that holds a vault's key.
pub(in crate::vault) fn entry_name(id: &str) -> String {
    format!("vault-key:{id}")
}

/// A way to the keyring.
#[derive(Clone)]
pub(in crate::vault) struct Keyring {
    connect: Arc<Connect>,
    patience: Duration,
    /// Held by the call that is under way.
    turn: Arc<Mutex<()>>,
}

impl Keyring {
    /// The keyring of this system and user.
    pub(in crate::vault) fn of_system() -> Self {
        static TURN: Mutex<Option<Arc<Mutex<()>>>> = Mutex::new(None);
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_default().clone();
        Self { connect: Arc::new(system_store), patience: PATIENCE, turn }
    }

    /// Connects to it on a thread of its own, while the caller prepares to ask it; whoever asks meanwhile waits for that.
    pub(in crate::vault) fn connect_ahead(self) {
        // Whoever asks says why there is none.
        let _ = thread::Builder::new().name("tokenwright-keyring".to_owned()).spawn(move || drop((self.connect)()));
    }

    /// The value of an entry; `None` where there is none.
    pub(in crate::vault) fn get(&self, user: &str) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        self.entry(user, |entry| match entry.get_secret() {
            Ok(value) => Ok(Some(Zeroizing::new(value))),
            Err(KeyringError::NoEntry) => Ok(None),
            Err(error) => Err(error),
        })
    }

    /// Writes an entry.
    pub(in crate::vault) fn put(&self, user: &str, value: &[u8]) -> Result<(), VaultError> {
        let value = Zeroizing::new(value.to_vec());
        self.entry(user, move |entry| entry.set_secret(&value))
    }

    /// Removes an entry; one that is not there is no error.
    pub(in crate::vault) fn remove(&self, user: &str) -> Result<(), VaultError> {
        self.entry(user, |entry| match entry.delete_credential() {
            Err(KeyringError::NoEntry) => Ok(()),
            removed => removed,
        })
    }

    /// Runs a call on an entry, on a thread of its own and for a bounded time.
    fn entry<T: Send + 'static>(
        &self,
        user: &str,
        call: impl FnOnce(&Entry) -> keyring_core::Result<T> + Send + 'static,
    ) -> Result<T, VaultError> {
        let (connect, turn, user) = (Arc::clone(&self.connect), Arc::clone(&self.turn), user.to_owned());
        let (answer, answered) = mpsc::sync_channel(1);
        let work = move || {
            let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
            let result = connect()
                .map_err(unavailable)
                .and_then(|store| store.build(SERVICE, &user, None).and_then(|entry| call(&entry)).map_err(refused));
            // Nobody listens any more after a timeout.
            let _ = answer.send(result);
        };
        thread::Builder::new()
            .name("tokenwright-keyring".to_owned())
            .spawn(work)
            .map_err(|error| failed(&error.to_string()))?;
        match answered.recv_timeout(self.patience) {
            Ok(result) => result,
            Err(RecvTimeoutError::Timeout) => Err(VaultError::KeyringTimeout { waited: self.patience }),
            Err(RecvTimeoutError::Disconnected) => Err(failed("the library that speaks to it stopped")),
        }
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keyring")
    }
}

/// The store of this system, which the `keyring` crate chooses once in a process. Where there was none then, one may
/// have been started since.
fn system_store() -> keyring_core::Result<Arc<CredentialStore>> {
    match keyring::Entry::store_status() {
        Ok(()) => keyring_core::get_default_store().ok_or(KeyringError::NoDefaultStore),
        Err(_) => late_store(),
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
fn late_store() -> keyring_core::Result<Arc<CredentialStore>> {
    zbus_secret_service_keyring_store::Store::new().map(|store| store as Arc<CredentialStore>)
}

/// Keychain and Credential Manager are there from the start or not at all.
#[cfg(not(all(unix, not(target_os = "macos"))))]
fn late_store() -> keyring_core::Result<Arc<CredentialStore>> {
    Err(KeyringError::NoDefaultStore)
}

/// There is no keyring to speak to.
fn unavailable(error: KeyringError) -> VaultError {
    match error {
        KeyringError::PlatformFailure(source) => VaultError::KeyringUnavailable { source },
        KeyringError::NoDefaultStore => VaultError::KeyringUnavailable { source: "there is none".into() },
        error => refused(error),
    }
}

/// A call that the keyring did not do. What it read is dropped here: two of these errors carry it.
fn refused(error: KeyringError) -> VaultError {
    match error {
        KeyringError::NoStorageAccess(source) => VaultError::KeyringLocked { source },
        KeyringError::PlatformFailure(source) => failed(&innermost(&*source)),
        KeyringError::BadEncoding(_) | KeyringError::BadDataFormat(..) => failed("an entry is malformed"),
        KeyringError::Ambiguous(entries) => failed(&format!("{} entries have the same name", entries.len())),
        error => failed(&error.to_string()),
    }
}

fn failed(reason: &str) -> VaultError {
    VaultError::KeyringFailed { reason: reason.to_owned() }
}

/// What the system itself said, without the layers above it.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

#[cfg(test)]
pub(in crate::vault) mod tests {
    use std::sync::mpsc::Receiver;

    use super::*;
    use crate::diagnosis::Diagnose;

    const SOON: Duration = Duration::from_millis(50);

    fn keyring(connect: impl Fn() -> keyring_core::Result<Arc<CredentialStore>> + Send + Sync + 'static) -> Keyring {
        Keyring { connect: Arc::new(connect), patience: PATIENCE, turn: Arc::default() }
    }

    /// A keyring that lives as long as this process.
    pub(in crate::vault) fn mock() -> Keyring {
        let store: Arc<CredentialStore> = keyring_core::mock::Store::new().expect("a store");
        keyring(move || Ok(Arc::clone(&store)))
    }

    /// A keyring on a system that has none.
    pub(in crate::vault) fn absent() -> Keyring {
        keyring(|| Err(KeyringError::PlatformFailure("no bus".into())))
    }

    #[test]
    fn a_value_is_kept_and_a_missing_one_is_none() {
        let keyring = mock();
        assert_eq!(keyring.get("a").expect("read"), None);
        keyring.put("a", &[0, 255]).expect("written");
        assert_eq!(keyring.get("a").expect("read").as_deref(), Some(&vec![0, 255]));
        keyring.remove("a").expect("removed");
        assert_eq!(keyring.get("a").expect("read"), None);
    }

    #[test]
    fn without_a_keyring_the_ways_on_are_named() {
        let error = absent().get("a").expect_err("no keyring");
        assert_eq!(
            error.diagnose().to_string(),
            "no system keyring was found\n\
             hint: set `TOKENWRIGHT_VAULT=passphrase` to lock the secrets with a passphrase (`TOKENWRIGHT_PASSPHRASE` or \
             `TOKENWRIGHT_PASSPHRASE_FILE` for unattended use), or `TOKENWRIGHT_VAULT=memory` to keep them only while \
             the program runs"
        );
    }

    #[test]
    fn a_keyring_that_hangs_is_given_up_and_found_again_when_it_answers() {
        let (release, wait): (mpsc::Sender<()>, Receiver<()>) = mpsc::channel();
        let wait = Mutex::new(wait);
        let store: Arc<CredentialStore> = keyring_core::mock::Store::new().expect("a store");
        let mut keyring = keyring(move || {
            // Ends at once when the sender is gone.
            let _ = wait.lock().expect("one call at a time").recv();
            Ok(Arc::clone(&store))
        });
        keyring.patience = SOON;
        assert_eq!(keyring.get("a").expect_err("hangs").to_string(), "the system keyring did not answer within 0.05 s");
        drop(release);
        keyring.patience = PATIENCE;
        assert_eq!(keyring.get("a").expect("answers"), None);
    }

    #[test]
    fn a_keyring_that_panics_is_an_error() {
        let error = keyring(|| panic!("a bug in a library")).get("a").expect_err("panics");
        assert_eq!(error.to_string(), "the system keyring failed: the library that speaks to it stopped");
    }

    /// A keyring that answers every call with this, whatever it is asked.
    fn scripted(answer: fn() -> keyring_core::Error) -> Keyring {
        keyring(move || Err(answer()))
    }

    #[test]
    fn each_state_of_a_keyring_has_its_words_and_a_way_on() {
        let said = |answer: fn() -> KeyringError| scripted(answer).get("a").expect_err("no key").diagnose().to_string();
        let locked = said(|| KeyringError::NoStorageAccess("locked".into()));
        assert!(
            locked.starts_with("the system keyring is locked\nhint: unlock the keyring and try again; or set"),
            "{locked}"
        );
        let absent = said(|| KeyringError::NoDefaultStore);
        assert!(
            absent.starts_with("no system keyring was found\nhint: set `TOKENWRIGHT_VAULT=passphrase`"),
            "{absent}"
        );
        let nonsense = said(|| KeyringError::BadDataFormat(b"hunter2".to_vec(), "not utf-8".into()));
        assert!(nonsense.starts_with("the system keyring failed: an entry is malformed\nhint: set "), "{nonsense}");
        assert!(!nonsense.contains("hunter2"), "{nonsense}");
    }

    #[test]
    fn what_the_keyring_read_is_not_in_the_error() {
        let error = refused(KeyringError::BadEncoding(b"hunter2".to_vec()));
        assert_eq!(format!("{error:?}"), "KeyringFailed { reason: \"an entry is malformed\" }");
    }
}
