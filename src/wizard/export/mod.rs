//! Handing a profile's tokens to other tools: shown first with secrets masked, then written, and written again at each
//! refresh where that was asked for.

mod order;
mod share;
mod sinks;
mod state;
mod subject;

use std::path::PathBuf;

use crate::delivery;
use crate::diagnosis::{Diagnose as _, Diagnosis};
use crate::export::{
    ExportError, ExportFormat, HandedOver, Outlet, Outlets, RefreshTokenUse, Subject, Text, by_id, write_own,
};
use crate::secret::Secret;
use crate::service::ProfileName;
use crate::wizard::shared::{Shared, blocking};
use crate::wizard::{Attempt, Event, Failure, FailureKind, keep, profiles, unlock};

pub use crate::wizard::export::order::{ExportDone, ExportOrder, ExportTo, ExportView, FormLine, Insisted};
pub(crate) use crate::wizard::export::share::share;
pub use crate::wizard::export::share::{ShareDone, ShareLock, ShareOrder};
pub(crate) use crate::wizard::export::sinks::{carry_over, clear_hand_over, handed_over, rewrite};
pub use crate::wizard::export::state::{ExportState, home_folder};

/// The forms there are: those of this program, then the person's own.
pub(crate) fn forms(shared: &Shared) {
    let built_in = crate::export::formats().iter().map(FormLine::from);
    let own = shared.edges.store.list_forms().into_iter().map(FormLine::own);
    shared.emit(Event::Forms(built_in.chain(own).collect()));
}

/// Shows what an export would hold, secrets masked. Nothing is refreshed and nothing written.
pub(crate) async fn preview(shared: &Shared, attempt: Attempt, order: ExportOrder) -> Result<(), Failure> {
    unlock::open_chosen(shared).await?;
    let form = Form::find(shared, &order.form)?;
    let kept = subject::kept(shared, &order).await?;
    // What would leave is shown although nobody insisted yet: that is how one decides.
    let needs_hand_over = form.hands_over(&order, kept.rotates).is_err();
    let order = ExportOrder { hand_over: order.hand_over || needs_hand_over, ..order };
    let hands_over = form.hands_over(&order, kept.rotates)?;
    let text = form.write(&order, &kept.subject.masked(), kept.rotates)?;
    let secret = !order.live;
    let mut warnings: Vec<String> = text.left_out;
    if secret {
        warnings.push(format!("whoever reads it has the access token of {} until it expires", order.profile));
    }
    if hands_over {
        warnings.push(HANDED_OVER.to_owned());
    }
    let view = ExportView {
        name: form.name(),
        masked: text.text.expose().to_owned(),
        warnings,
        next: form.next(&order, None),
        file_name: form.file_name(&order),
        hands_over,
        rotates: kept.rotates,
        needs_hand_over,
    };
    shared.emit(Event::ExportPreview(attempt, Box::new(view)));
    Ok(())
}

const HANDED_OVER: &str = "the refresh token is given away with it: the first refresh there ends the one that is kept here, \
                           so the profile is marked as handed over and no longer refreshed by this program";

/// Writes an export, with a token that is valid.
pub(crate) async fn export(shared: &Shared, attempt: Attempt, order: ExportOrder, to: ExportTo) -> Result<(), Failure> {
    unlock::open_chosen(shared).await?;
    let form = Form::find(shared, &order.form)?;
    let ExportTo::File { path, sink, insisted } = to else {
        let (text, hands_over) = compose(shared, attempt, &form, &order).await?;
        if hands_over {
            hand_over(shared, &order, "")?;
        }
        let next = form.next(&order, None);
        let done = ExportDone { text: Some(text.text), path: None, next, left_out: text.left_out };
        shared.emit(Event::Exported(attempt, Box::new(done)));
        return Ok(());
    };
    if sink && order.live {
        let diagnosis = Diagnosis::new("a live text holds no token, so there is nothing to write again");
        return Err(Failure::new(FailureKind::Usage, diagnosis.hint("leave out `--sink`, or `--live`")));
    }
    let mut outlets = sinks::load(shared, &order.profile)?;
    // Looked at before the token is asked for: nothing is refreshed for a file that will not be written.
    let path = delivery::place(&path)?;
    let known = outlets.file(&path.display().to_string()).map(|file| file.digest.clone());
    let (checked, secret, insisted) = (path.clone(), !order.live, insisted.into());
    blocking(move || delivery::check(&checked, known.as_deref(), secret, insisted)).await??;
    let (text, hands_over) = compose(shared, attempt, &form, &order).await?;
    if hands_over {
        // Marked before it leaves: a crash in between must not leave two who refresh with it.
        hand_over(shared, &order, &path.display().to_string())?;
    }
    let written = write(&path, text.text).await;
    if hands_over && written.is_err() {
        clear_hand_over(shared, &order.profile)?;
    }
    let digest = written?;
    // The refresh that may just have been made has written to the list as well.
    outlets = sinks::load(shared, &order.profile).unwrap_or(outlets);
    outlets.remember(outlet(shared, &order, &path, sink, digest));
    sinks::save(shared, &order.profile, &outlets)?;
    let next = form.next(&order, Some(&path.display().to_string()));
    let done = ExportDone { text: None, path: Some(path), next, left_out: text.left_out };
    shared.emit(Event::Exported(attempt, Box::new(done)));
    list(shared, &order.profile)
}

/// The named values for the environment of a child.
pub(crate) async fn fields(shared: &Shared, attempt: Attempt, name: ProfileName) -> Result<(), Failure> {
    unlock::open_chosen(shared).await?;
    keep::valid(shared, attempt, &name).await?;
    let order = ExportOrder::new(name, "");
    let mut subject = subject::kept(shared, &order).await?.subject;
    subject.tokens.refresh_token = None;
    shared.emit(Event::Fields(attempt, subject.fields()));
    Ok(())
}

/// Tells what was exported of a profile.
pub(crate) fn list(shared: &Shared, name: &ProfileName) -> Result<(), Failure> {
    let outlets = sinks::load(shared, name)?;
    shared.emit(Event::Outlets(name.clone(), outlets));
    Ok(())
}

/// Forgets a file that was exported; the file itself stays.
pub(crate) fn drop_outlet(shared: &Shared, name: &ProfileName, path: &str) -> Result<(), Failure> {
    let mut outlets = sinks::load(shared, name)?;
    if !outlets.forget(path) {
        let diagnosis = Diagnosis::new(format!("nothing of `{name}` was exported to `{path}`"));
        let hint = format!("`tokenwright export {name} --sinks` lists the files");
        return Err(Failure::new(FailureKind::Usage, diagnosis.hint(hint)));
    }
    sinks::save(shared, name, &outlets)?;
    list(shared, name)
}

/// A form: of this program, or of the person's own.
enum Form {
    BuiltIn(&'static ExportFormat),
    Own { name: String, template: String },
}

impl Form {
    fn find(shared: &Shared, id: &str) -> Result<Self, Failure> {
        match by_id(id) {
            Ok(format) => Ok(Self::BuiltIn(format)),
            Err(unknown) => match shared.edges.store.load_form(id)? {
                Some(template) => Ok(Self::Own { name: id.to_owned(), template }),
                None => Err(unknown.into()),
            },
        }
    }

    fn name(&self) -> String {
        match self {
            Self::BuiltIn(format) => format.name.to_owned(),
            Self::Own { name, .. } => name.clone(),
        }
    }

    fn refresh_token(&self) -> RefreshTokenUse {
        match self {
            Self::BuiltIn(format) => format.refresh_token,
            Self::Own { .. } => RefreshTokenUse::Optional,
        }
    }

    /// Whether the refresh token goes into the text.
    fn takes_refresh_token(&self, order: &ExportOrder) -> bool {
        match self.refresh_token() {
            _ if order.live => false,
            RefreshTokenUse::Never => false,
            RefreshTokenUse::Optional => order.with_refresh_token || order.hand_over,
            RefreshTokenUse::Needed => true,
        }
    }

    /// Whether a rotating refresh token leaves with it, which one must insist on.
    fn hands_over(&self, order: &ExportOrder, rotates: bool) -> Result<bool, ExportError> {
        let leaves = rotates && self.takes_refresh_token(order);
        let Self::BuiltIn(format) = self else { return Ok(leaves && order.hand_over) };
        if leaves && !order.hand_over {
            return Err(ExportError::Rotates(format.id));
        }
        Ok(leaves)
    }

    fn write(&self, order: &ExportOrder, subject: &Subject, rotates: bool) -> Result<Text, ExportError> {
        let leaves = self.takes_refresh_token(order) && (!rotates || order.hand_over);
        let mut subject = subject.clone();
        if !leaves {
            subject.tokens.refresh_token = None;
        }
        match self {
            Self::BuiltIn(format) if order.live => format.write_live(&subject),
            Self::BuiltIn(format) => format.write_snapshot(&subject),
            Self::Own { name, template } => write_own(name, template, &subject),
        }
    }

    fn file_name(&self, order: &ExportOrder) -> String {
        match self {
            Self::BuiltIn(format) => format.file_name_for(order.profile.as_str()),
            Self::Own { name, .. } => name.clone(),
        }
    }

    /// What to run next.
    fn next(&self, order: &ExportOrder, path: Option<&str>) -> String {
        let Self::BuiltIn(format) = self else { return String::new() };
        let file = path.map_or_else(|| self.file_name(order), str::to_owned);
        let url = order.url.as_deref().unwrap_or("URL");
        let words = format.next_for(order.live).replace("{file}", &crate::export::shell_word(&file));
        words.replace("{profile}", order.profile.as_str()).replace("{url}", url)
    }
}

/// The text with a token that is valid, and whether the refresh token left with it.
async fn compose(shared: &Shared, attempt: Attempt, form: &Form, order: &ExportOrder) -> Result<(Text, bool), Failure> {
    let kept = subject::kept(shared, order).await?;
    let hands_over = form.hands_over(order, kept.rotates)?;
    if order.live {
        return Ok((form.write(order, &kept.subject, kept.rotates)?, false));
    }
    if keep::valid(shared, attempt, &order.profile).await?.refreshed {
        // The list shows when tokens expire. The export does not depend on it.
        let _ = profiles::list(shared).await;
    }
    let subject = subject::kept(shared, order).await?.subject;
    Ok((form.write(order, &subject, kept.rotates)?, hands_over))
}

async fn write(path: &std::path::Path, text: Secret) -> Result<String, Failure> {
    let path: PathBuf = path.to_owned();
    Ok(blocking(move || delivery::write(&path, &text)).await??)
}

fn outlet(shared: &Shared, order: &ExportOrder, path: &std::path::Path, sink: bool, digest: String) -> Outlet {
    Outlet {
        path: path.display().to_string(),
        form: order.form.clone(),
        sink,
        live: order.live,
        with_refresh_token: order.with_refresh_token || order.hand_over,
        url: order.url.clone(),
        digest,
        written_at: (shared.edges.now)().to_string(),
        problem: None,
    }
}

fn hand_over(shared: &Shared, order: &ExportOrder, path: &str) -> Result<(), Failure> {
    let mut outlets: Outlets = sinks::load(shared, &order.profile)?;
    let at = (shared.edges.now)().to_string();
    outlets.handed_over = Some(HandedOver { form: order.form.clone(), path: path.to_owned(), at });
    sinks::save(shared, &order.profile, &outlets)
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        Self::new(FailureKind::Usage, error.diagnose())
    }
}

impl From<delivery::DeliveryError> for Failure {
    fn from(error: delivery::DeliveryError) -> Self {
        let kind = if error.can_be_insisted_on() { FailureKind::Usage } else { FailureKind::Machine };
        Self::new(kind, error.diagnose())
    }
}

/// A profile that is exported must be there.
fn profile(shared: &Shared, name: &ProfileName) -> Result<crate::service::Profile, Failure> {
    profiles::load(shared, name)
}
