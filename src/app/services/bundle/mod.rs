//! Bundles of presets: made by a publisher; offered to a person, who sees what they change, taken, rolled back and forgotten.

mod destinations;
mod fetch;
mod make;

use crate::app::handle::App;
use crate::app::news::News;
use crate::app::progress::Report;
use crate::app::state::{PresetFiles, Presets};
use crate::app::{Failure, FailureKind};
use crate::config::{BundlePin, Config};
use crate::diagnosis::Diagnosis;
use crate::service::{Bundle, Catalog, PresetChange, SignedBundle, preset_changes};

pub use crate::app::services::bundle::make::{BundleOrder, MadeBundle};

/// What is pinned and in use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BundleState {
    /// Name, key and address of the pinned bundle.
    pub pinned: Option<PinnedBundle>,
    /// The number in use; `None` if what is built in is.
    pub in_use: Option<u64>,
    /// Why a bundle that should be in use is not.
    pub problem: Option<Diagnosis>,
}

/// The bundle that a person trusts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PinnedBundle {
    pub name: String,
    /// The thumbprint of its publisher's key (RFC 7638).
    pub key: String,
    /// Where it is fetched: an `https` address, or the path of a file.
    pub address: String,
}

/// A bundle that was fetched and checked. Nothing is changed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleOffer {
    pub name: String,
    pub number: u64,
    /// The thumbprint of the key that signed it.
    pub key: String,
    pub address: String,
    /// The number in use now; `None` if what is built in is.
    pub in_use: Option<u64>,
    /// Whether a person has to trust the key first.
    pub is_unknown_key: bool,
    /// Whether it, or its address, is another one than that in use.
    pub is_new: bool,
    /// What saved profiles would send elsewhere than now, in words.
    pub destinations: Vec<String>,
    /// What it changes.
    pub changes: Vec<PresetChange>,
    before: Option<BundlePin>,
    after: BundlePin,
    text: String,
}

/// What is in use after a step back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RolledBack {
    pub name: String,
    /// The number; `None` if what is built in is in use.
    pub in_use: Option<u64>,
}

impl App {
    /// What is pinned and in use.
    pub async fn bundle_state(&self) -> Result<BundleState, Failure> {
        self.with_presets(state).await
    }

    /// Fetches a bundle from this address, or else from the pinned one, checks it and compares it with what is in use. `key` is the
    /// thumbprint that the person was told by the publisher.
    pub async fn offer_bundle(
        &self,
        address: Option<String>,
        key: Option<String>,
        report: &Report,
    ) -> Result<BundleOffer, Failure> {
        let (files, in_use) = self.with_presets(|presets| (presets.files.clone(), presets.bundle.clone())).await?;
        let before = pin_of(&files)?;
        let pinned = before.as_ref().map(|pin| pin.address.clone());
        let address = address.map(fetch::absolute).or(pinned).ok_or_else(not_pinned)?;
        let text = fetch::fetch(self, &address, report).await?;
        let signed = SignedBundle::read(&text)?;
        let told = key.as_deref().or(before.as_ref().map(|pin| pin.key.as_str()));
        check_key(&signed, told, before.as_ref())?;
        if let Some(pin) = &before {
            check_number(&signed, pin)?;
        }
        signed.bundle.check_presets()?;
        let SignedBundle { bundle, key: signed_by, digest } = &signed;
        let is_elsewhere = before.as_ref().is_some_and(|pin| pin.address != address);
        let is_new = is_elsewhere || in_use.as_ref() != Some(&signed);
        let destinations = destinations::changed(self, &files, in_use.as_ref(), bundle).await?;
        let changes = preset_changes(&catalog_of(in_use.as_ref()), &Catalog::with_bundle(bundle));
        let kept = kept_with(before.as_ref(), bundle.number);
        let after = BundlePin {
            name: bundle.name.clone(),
            key: signed_by.clone(),
            address: address.clone(),
            newest: bundle.number,
            digest: digest.clone(),
            program: env!("CARGO_PKG_VERSION").to_owned(),
            kept,
        };
        Ok(BundleOffer {
            name: bundle.name.clone(),
            number: bundle.number,
            key: signed_by.clone(),
            address,
            in_use: in_use.map(|signed| signed.bundle.number),
            is_unknown_key: told.is_none(),
            is_new,
            destinations,
            changes,
            before,
            after,
            text,
        })
    }

    /// Uses a bundle from now on. The person has seen what it changes, and trusts its key.
    pub async fn take_bundle(&self, offer: BundleOffer) -> Result<(), Failure> {
        let BundleOffer { before, after, text, number, .. } = offer;
        self.with_config(move |config| config.change_bundle(before.as_ref(), &after, Some((number, &text)))).await?;
        self.tell_services().await
    }

    /// Uses the version before again, or else what is built in.
    pub async fn roll_back_bundle(&self) -> Result<RolledBack, Failure> {
        let files = self.with_presets(|presets| presets.files.clone()).await?;
        let before = pin_of(&files)?.ok_or_else(not_pinned)?;
        let mut after = before.clone();
        if after.kept.pop().is_none() {
            let diagnosis = Diagnosis::new("what is built in is in use already, and there is nothing to go back to");
            return Err(Failure::new(
                FailureKind::Usage,
                diagnosis.hint("`tokenwright service update` takes the newest bundle again"),
            ));
        }
        let rolled_back = RolledBack { name: after.name.clone(), in_use: after.kept.last().copied() };
        self.with_config(move |config| config.change_bundle(Some(&before), &after, None)).await?;
        self.tell_services().await?;
        Ok(rolled_back)
    }

    /// Forgets the bundle, its key and its address. What is built in is used.
    pub async fn forget_bundle(&self) -> Result<(), Failure> {
        self.with_config(Config::forget_bundle).await?;
        self.tell_services().await
    }

    async fn tell_services(&self) -> Result<(), Failure> {
        let (catalog, problems) = self.catalog().await?;
        if self.shows_list() {
            self.tell(News::Services(catalog.services(), problems));
            self.tell_profiles().await;
        }
        Ok(())
    }
}

fn state(presets: &Presets) -> BundleState {
    let pin = presets.files.bundle.as_ref().ok().and_then(Option::as_ref).map(|loaded| &loaded.pin);
    let pinned =
        pin.map(|pin| PinnedBundle { name: pin.name.clone(), key: pin.key.clone(), address: pin.address.clone() });
    let in_use = presets.bundle.as_ref().map(|signed| signed.bundle.number);
    // The problem of the bundle comes before those of one's own presets.
    let is_wrong = presets.files.bundle.is_err() || pin.is_some_and(|pin| pin.kept.last().copied() != in_use);
    BundleState { pinned, in_use, problem: presets.problems.first().filter(|_| is_wrong).cloned() }
}

fn pin_of(files: &PresetFiles) -> Result<Option<BundlePin>, Failure> {
    let loaded = files.bundle.clone().map_err(|problem| Failure::new(FailureKind::Machine, problem))?;
    Ok(loaded.map(|loaded| loaded.pin))
}

fn catalog_of(bundle: Option<&SignedBundle>) -> Catalog {
    bundle.map_or_else(Catalog::bundled, |signed| Catalog::with_bundle(&signed.bundle))
}

/// The numbers to keep: the one in use before, and the new one.
fn kept_with(before: Option<&BundlePin>, number: u64) -> Vec<u64> {
    let last = before.and_then(|pin| pin.kept.iter().rev().find(|kept| **kept != number));
    last.copied().into_iter().chain([number]).collect()
}

fn not_pinned() -> Failure {
    let diagnosis = Diagnosis::new("no bundle of presets is pinned");
    Failure::new(
        FailureKind::Usage,
        diagnosis
            .hint("name the file or the `https` address that its publisher told: `tokenwright service update URL`"),
    )
}

fn refused(summary: String, hint: &str) -> Failure {
    Failure::new(FailureKind::Refused, Diagnosis::new(summary).hint(hint))
}

/// The key and the name are those that are known.
fn check_key(signed: &SignedBundle, told: Option<&str>, pin: Option<&BundlePin>) -> Result<(), Failure> {
    let (key, name) = (&signed.key, &signed.bundle.name);
    let hint = "do not use it before its publisher has told you elsewhere that the key is new; then \
                `tokenwright service update --forget`, and take it with the new key";
    if let Some(pin) = pin.filter(|pin| pin.key != *key) {
        let pinned = &pin.key;
        return Err(refused(
            format!("the bundle is signed with the key `{key}`, and the key `{pinned}` is pinned"),
            hint,
        ));
    }
    if let Some(told) = told.filter(|told| told != key) {
        let hint = "do not use it: ask its publisher for the thumbprint of the key";
        return Err(refused(format!("the bundle is signed with the key `{key}`, and `{told}` was named"), hint));
    }
    match pin.filter(|pin| pin.name != *name) {
        Some(pin) => {
            let hint = "`tokenwright service update --forget` forgets the one that is pinned";
            Err(refused(format!("the bundle is `{name}`, and `{}` is pinned", pin.name), hint))
        }
        None => Ok(()),
    }
}

/// The number has grown, or it is the one that was taken before, unchanged.
fn check_number(signed: &SignedBundle, pin: &BundlePin) -> Result<(), Failure> {
    let Bundle { name, number, .. } = &signed.bundle;
    let newest = pin.newest;
    if *number < newest {
        let hint = "its publisher, or somebody in between, offers an old one: ask the publisher; `--roll-back` goes back to \
                    the one that you had before";
        return Err(refused(
            format!("the bundle {name} {number} is older than {name} {newest}, which was taken before"),
            hint,
        ));
    }
    if *number == newest && signed.digest != pin.digest {
        let hint = "its publisher has to give it a higher number";
        let summary =
            format!("the bundle {name} {number} says other things than the {name} {number} that was taken before");
        return Err(refused(summary, hint));
    }
    Ok(())
}
