//! Accepts profiles that a colleague shared: unlocks and shows them, and saves them only on request. An existing profile of
//! the same name is replaced only if the person insists.

use std::path::{Path, PathBuf};

use crate::app::blocking::blocking;
use crate::app::handle::App;
use crate::app::profiles;
use crate::app::services::import_outcome::{ImportOutcome, LockedText, SharedProfile, SharedProfiles};
use crate::app::{CallContext, Failure, FailureCode, FailureKind};
use crate::delivery::{self, LockError};
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::durable;
use crate::export::{Bundle, Bundled};
use crate::secret::Secret;
use crate::service::{Catalog, Profile, ProfileName};
use crate::store::Store;

/// The most bytes of an identity file, which is a line or two and comments.
const LARGEST_IDENTITY: u64 = 64 * 1024;

/// What opens locked profiles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShareKey {
    /// The passphrase that they were locked with.
    Passphrase(Secret),
    /// The age identity in this file.
    Identity(PathBuf),
}

/// The text if `share` wrote it, locked or not.
pub(in crate::app) fn ours(bytes: &[u8]) -> Option<Secret> {
    let text = std::str::from_utf8(bytes).ok()?.trim_start_matches('\u{feff}').trim_start();
    let is_bundle =
        || text.lines().find(|line| !line.starts_with('#')).is_some_and(|line| line.starts_with(Bundle::MARK));
    (text.starts_with(delivery::LOCKED) || is_bundle()).then(|| Secret::new(text))
}

/// Reads shared profiles, or returns that they are locked.
pub(in crate::app) async fn read(app: &App, from: String, text: Secret) -> Result<ImportOutcome, Failure> {
    if text.expose().starts_with(delivery::LOCKED) {
        return Ok(ImportOutcome::Locked(Box::new(LockedText { from, text, problem: None })));
    }
    let usage = |diagnosis: Diagnosis| Failure::new(FailureKind::Usage, diagnosis);
    let bundle = Bundle::parse(text.expose()).map_err(|error| usage(error.diagnose()))?;
    let (store, (catalog, _)) = (app.ports.store.clone(), app.catalog().await?);
    let read = move || -> Result<Vec<SharedProfile>, Failure> {
        bundle.profiles.into_iter().map(|bundled| profile(&store, &catalog, bundled)).collect()
    };
    let profiles = blocking(read).await??;
    if profiles.is_empty() {
        return Err(usage(Diagnosis::new(format!("`{from}` contains no profiles")).hint("ask for the file again")));
    }
    Ok(ImportOutcome::Shared(Box::new(SharedProfiles { from, profiles })))
}

/// Unlocks and reads shared profiles. With a wrong key the result is still locked, with the reason.
pub(in crate::app) async fn open(app: &App, locked: LockedText, key: ShareKey) -> Result<ImportOutcome, Failure> {
    let text = locked.text.clone();
    let opened = blocking(move || -> Result<Result<Secret, LockError>, Failure> {
        let key = match key {
            ShareKey::Passphrase(passphrase) => delivery::Key::Passphrase(passphrase),
            ShareKey::Identity(path) => delivery::Key::Identity(identity(&path)?),
        };
        Ok(delivery::unlock(text.expose(), &key))
    });
    match opened.await?? {
        Ok(text) => read(app, locked.from, text).await,
        Err(error) => {
            let problem = Some(error.diagnose());
            Ok(ImportOutcome::Locked(Box::new(LockedText { problem, ..locked })))
        }
    }
}

fn identity(path: &Path) -> Result<Secret, Failure> {
    let unreadable = |what: String| {
        let diagnosis = Diagnosis::new(format!("the identity file `{}` {what}", path.display()));
        Failure::new(FailureKind::Usage, diagnosis.hint("name the file that `age-keygen` wrote"))
    };
    let bytes =
        durable::read(path, LARGEST_IDENTITY).map_err(|error| unreadable(format!("cannot be read: {error}")))?;
    let bytes = zeroize::Zeroizing::new(bytes.ok_or_else(|| unreadable("does not exist".to_owned()))?);
    std::str::from_utf8(&bytes).map(Secret::new).map_err(|_| unreadable("is not text".to_owned()))
}

/// A shared profile, or why it cannot be used here, which does not hold up the others.
fn profile(store: &Store, catalog: &Catalog, bundled: Bundled) -> Result<SharedProfile, Failure> {
    let Bundled { name, file, must_supply, secrets } = bundled;
    let name = ProfileName::parse(&name)?;
    let is_here = store.profile(name.as_str())?.definition.is_some();
    let names = secrets.names();
    let context = match Profile::from_toml(&name, &file, catalog) {
        Ok(profile) => Ok(Box::new(CallContext::new(profile, secrets))),
        Err(error) => Err(error.diagnose()),
    };
    Ok(SharedProfile { name, must_supply, secrets: names, is_here, context })
}

impl App {
    /// Saves shared profiles under their names: none of them if a name is taken and `replace` is off.
    pub async fn accept_shared(
        &self,
        chosen: Vec<(ProfileName, CallContext)>,
        replace: bool,
    ) -> Result<Vec<ProfileName>, Failure> {
        for (name, _) in chosen.iter().filter(|_| !replace) {
            if self.load_profile_text(name).await?.is_some() {
                let diagnosis = Diagnosis::new(format!("a profile `{name}` exists already; none was saved"));
                let hint = "replace what is here, or forget the one that is here first";
                return Err(Failure::new(FailureKind::Usage, diagnosis.hint(hint)).coded(FailureCode::ProfileExists));
            }
        }
        let mut names = Vec::new();
        for (name, context) in chosen {
            profiles::save::save_quietly(self, &name, context, replace).await?;
            names.push(name);
        }
        self.tell_profiles().await;
        Ok(names)
    }
}
