//! A device code that is waited for is sealed with its profile or draft, so that a restart of the program takes it up again
//! instead of sending the person to the other device once more.

use crate::app::handle::App;
use crate::app::profiles::drafts;
use crate::app::profiles::save::sealed;
use crate::app::progress::Report;
use crate::app::tokens::issued_for;
use crate::app::{CallContext, Failure, SaveTo};
use crate::oauth::PendingDevice;
use crate::service::{Profile, ProfileName};
use crate::vault::{Contents, How, Record, Vault, VaultError};

impl App {
    /// Forgets the device code that a profile or draft waits for, if there is one.
    pub async fn drop_device_code(&self, name: &ProfileName) -> Result<(), Failure> {
        let name = name.clone();
        let change = move |vault: &Vault| -> Result<(), VaultError> {
            let entry = vault.lease(&name)?;
            let Some(Record { number, mut contents, .. }) = entry.get()? else { return Ok(()) };
            match contents.device.take() {
                Some(_) => entry.put(Some(number), &contents, How::Saved).map(|_| ()),
                None => Ok(()),
            }
        };
        let app = self.clone();
        self.settle(async move { app.with_vault(change).await }).await
    }
}

/// The code that is waited for under this name, unless it has expired or the profile has become another since.
pub(super) async fn find(app: &App, profile: &Profile, save_to: &SaveTo) -> Option<PendingDevice> {
    let name = name_of(save_to)?.clone();
    let found = match app.held.get(&name) {
        Some(context) => context.device,
        None => app.with_vault(move |vault| vault.snapshot(&name)).await.ok().flatten()?.contents.device,
    };
    let lives = |pending: &PendingDevice| pending.authorization.expires_at > (app.ports.now)();
    found.filter(|pending| lives(pending) && pending.issued_for == issued_for::of(profile))
}

/// Seals the code of the context. Returns where the tokens go: a new draft has a name now.
pub(super) async fn keep(
    app: &App,
    report: &Report,
    context: &CallContext,
    save_to: SaveTo,
) -> Result<SaveTo, Failure> {
    let (app, report, context) = (app.clone(), report.clone(), context.clone());
    app.clone().settle(async move { keep_sealed(&app, &report, context, save_to).await }).await
}

async fn keep_sealed(app: &App, report: &Report, context: CallContext, save_to: SaveTo) -> Result<SaveTo, Failure> {
    let saved = match &save_to {
        SaveTo::Draft { name, of } => return drafts::waiting(app, report, context, (name.clone(), of.clone())).await,
        SaveTo::Profile(name) | SaveTo::Renewal(name) => name.clone(),
    };
    // The polls send the client's secrets as well.
    let new = sealed(app, &CallContext { tokens: None, ..context }).0;
    let put = move |vault: &Vault| {
        let entry = vault.lease(&saved)?;
        let (number, contents) = match entry.get()? {
            Some(Record { number, contents, .. }) => (Some(number), Contents { device: new.device, ..contents }),
            None => (None, new),
        };
        entry.put(number, &contents, How::Saved).map(|_| ())
    };
    app.with_vault(put).await?;
    Ok(save_to)
}

/// Forgets the code after its end.
pub(super) async fn drop(app: &App, save_to: &SaveTo) {
    let Some(name) = name_of(save_to) else { return };
    // What stays has expired, so that it is never taken up.
    let _ = app.drop_device_code(name).await;
}

fn name_of(save_to: &SaveTo) -> Option<&ProfileName> {
    match save_to {
        SaveTo::Draft { name, .. } => name.as_ref(),
        SaveTo::Profile(name) | SaveTo::Renewal(name) => Some(name),
    }
}
