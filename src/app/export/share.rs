//! Shares profiles with a colleague: in plain text without secrets, or encrypted with them.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::app::blocking::blocking;
use crate::app::handle::App;
use crate::app::profiles;
use crate::app::tokens;
use crate::app::vault::lease::lease;
use crate::app::vault::open;
use crate::app::{Failure, FailureKind, Rotation};
use crate::delivery::{self, Insisted, Lock};
use crate::diagnosis::Diagnose as _;
use crate::export::{Bundle, Bundled};
use crate::oauth::ProfileSecrets;
use crate::secret::Secret;
use crate::service::{Asks, Catalog, Profile, ProfileName};
use crate::vault::Contents;

/// The profiles to share, and how.
#[derive(Clone, Debug)]
pub struct ShareOrder {
    pub profiles: Vec<ProfileName>,
    /// With their secrets, locked for whoever this says; `None` leaves the secrets out.
    pub secrets_for: Option<Lock>,
    /// Into which file; `None` gives the text back.
    pub path: Option<PathBuf>,
    pub insisted: Insisted,
}

/// Profiles that were shared.
#[derive(Clone, Debug, PartialEq)]
pub struct ShareDone {
    /// The text, if no file was named.
    pub text: Option<Secret>,
    pub path: Option<PathBuf>,
    /// What must be supplied or was left out, by profile.
    pub left_out: Vec<(String, String)>,
    /// Warnings about what was shared.
    pub warnings: Vec<String>,
}

impl App {
    /// Shares profiles with a colleague.
    pub async fn share(&self, order: ShareOrder) -> Result<ShareDone, Failure> {
        share(self, order).await
    }
}

async fn share(app: &App, order: ShareOrder) -> Result<ShareDone, Failure> {
    let mut bundle = Bundle::default();
    let (mut left_out, mut warnings, mut leases) = (Vec::new(), Vec::new(), Vec::new());
    if order.secrets_for.is_some() {
        open::open_chosen(app).await?;
        // Leased in the same order by everybody, and until the file is written: nobody may refresh a token that is shared.
        for name in order.profiles.iter().collect::<BTreeSet<_>>() {
            leases.push(lease(app, name).await?);
        }
    }
    for name in &order.profiles {
        let bundled = bundled(app, name, order.secrets_for.is_some(), &mut warnings).await?;
        left_out.extend(bundled.must_supply.iter().map(|words| (name.to_string(), words.clone())));
        bundle.profiles.push(bundled);
    }
    let text = locked(bundle, order.secrets_for).await?;
    let path = order.path.map(|path| delivery::place(&path)).transpose()?;
    if let Some(path) = path.clone() {
        let (text, insisted) = (text.clone(), order.insisted);
        let written = blocking(move || {
            delivery::check(&path, None, false, insisted)?;
            delivery::write(&path, &text)
        });
        written.await??;
    }
    drop(leases);
    let text = path.is_none().then_some(text);
    Ok(ShareDone { text, path, left_out, warnings })
}

/// The text, locked if it has secrets. Locking with a passphrase takes a second, so it runs on another thread.
async fn locked(bundle: Bundle, secrets_for: Option<Lock>) -> Result<Secret, Failure> {
    let Some(lock) = secrets_for else { return Ok(bundle.to_text()) };
    let locked = blocking(move || delivery::lock(&bundle.to_text(), &lock)).await?;
    locked.map(Secret::new).map_err(|error| Failure::new(FailureKind::Usage, error.diagnose()))
}

async fn bundled(
    app: &App,
    name: &ProfileName,
    with_secrets: bool,
    warnings: &mut Vec<String>,
) -> Result<Bundled, Failure> {
    let profile = profiles::load(app, name).await?;
    // Another machine has the bundled presets only: others are written out.
    let file = profile.to_toml(&Catalog::bundled());
    let mut bundled = Bundled { name: name.to_string(), file, ..Bundled::default() };
    if with_secrets {
        let asked = name.clone();
        let record = app.with_vault(move |vault| vault.snapshot(&asked)).await?;
        let record = tokens::newest(app, name, record);
        let rotation = tokens::rotation(&profile.service.policy, record.as_ref());
        let contents = record.map(|record| record.contents).unwrap_or_default();
        let leaves = contents.tokens.as_ref().is_some_and(|tokens| tokens.refresh_token.is_some());
        warnings.extend(rotation.warning(name.as_str()).filter(|_| leaves));
        (bundled.secrets, bundled.must_supply) = shared_secrets(&profile, contents, rotation);
    } else {
        bundled.must_supply = slots(&profile);
    }
    Ok(bundled)
}

/// What the recipient of a profile without secrets must supply.
fn slots(profile: &Profile) -> Vec<String> {
    let service = &profile.service;
    let mut slots = Vec::new();
    match service.asks {
        Asks::Nothing => {}
        Asks::OptionalSecret => slots.push(format!("{}, where there is one", service.labels.client_secret)),
        Asks::Secret | Asks::UserAndSecret => slots.push(service.labels.client_secret.clone()),
    }
    slots.extend(service.inputs.iter().filter(|input| input.secret).map(|input| input.label.clone()));
    slots.extend(certificate_slot(profile));
    slots.push(SIGN_IN.to_owned());
    slots
}

/// A private key has one owner.
fn certificate_slot(profile: &Profile) -> Option<String> {
    profile.service.wants_client_certificate().then(|| "a client certificate of their own".to_owned())
}

const SIGN_IN: &str = "a sign-in of their own";

/// The secrets to share, and what the recipient must still supply. A rotating refresh token can have one holder only, and an
/// access token would expire before the file arrives.
fn shared_secrets(profile: &Profile, contents: Contents, rotation: Rotation) -> (ProfileSecrets, Vec<String>) {
    // Without the key, which stays here, a bound refresh token is worth nothing (RFC 9449 section 5).
    let refresh_token = contents.tokens.filter(|tokens| !tokens.needs_proof()).and_then(|tokens| tokens.refresh_token);
    let refresh_token = refresh_token.filter(|_| !rotation.rotates());
    let signs_in = refresh_token.is_none() && profile.service.authorization.is_some();
    let must_supply: Vec<String> =
        certificate_slot(profile).into_iter().chain(signs_in.then(|| SIGN_IN.to_owned())).collect();
    let refresh_token = refresh_token.unwrap_or_default();
    (
        ProfileSecrets {
            refresh_token,
            signing_key: None,
            proof_key: None,
            client_certificate: None,
            registration: None,
            ..contents.secrets
        },
        must_supply,
    )
}
