//! What the vault has of a profile, read and changed beside what else is there.

use crate::app::Failure;
use crate::app::handle::App;
use crate::app::vault::open;
use crate::oauth::ProfileSecrets;
use crate::service::ProfileName;
use crate::vault::{Contents, How, Vault};

/// The secrets saved under a name; the profile itself need not exist.
pub(in crate::app::profiles) async fn saved_secrets(app: &App, name: &ProfileName) -> Result<ProfileSecrets, Failure> {
    open::open_chosen(app).await?;
    let asked = name.clone();
    let record = app.with_vault(move |vault| vault.snapshot(&asked)).await?;
    Ok(record.map(|record| record.contents.secrets).unwrap_or_default())
}

/// Changes what the vault has under a name, beside what is there. Nothing is written where `change` returns `None`.
pub(in crate::app::profiles) async fn change_contents<T: Send + 'static>(
    app: &App,
    name: &ProfileName,
    change: impl FnOnce(&mut Contents) -> Option<T> + Send + 'static,
) -> Result<Option<T>, Failure> {
    open::open_chosen(app).await?;
    let name = name.clone();
    let done = move |vault: &Vault| {
        let entry = vault.lease(&name)?;
        let last = entry.get()?;
        let number = last.as_ref().map(|record| record.number);
        let mut contents = last.map(|record| record.contents).unwrap_or_default();
        let Some(changed) = change(&mut contents) else { return Ok(None) };
        entry.put(number, &contents, How::Saved).map(|_| Some(changed))
    };
    app.with_vault(done).await
}
