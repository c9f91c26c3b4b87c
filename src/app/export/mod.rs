//! Exports: previews what another tool would get, secrets masked; then writes it, and rewrites it at each refresh if
//! wanted.

mod order;
mod share;
mod sinks;
mod state;
mod subject;

use std::path::{Path, PathBuf};

use crate::app::blocking::blocking;
use crate::app::handle::App;
use crate::app::news::News;
use crate::app::progress::Report;
use crate::app::tokens;
use crate::app::vault::lease::lease;
use crate::app::vault::open;
use crate::app::{Failure, FailureCode, FailureKind, Need, Rotation, Wanted};
use crate::delivery::{self, DeliveryError};
use crate::diagnosis::{Diagnose as _, Diagnosis};
use crate::export::{
    ExportError, ExportFormat, Field, HandedOver, RefreshTokenUse, Sink, Sinks, Subject, Text, by_id, write_own,
};
use crate::oauth::{Resource, TokenSet, bound_scheme};
use crate::secret::Secret;
use crate::service::ProfileName;
use crate::vault::Entry;

pub use crate::app::export::order::{ExportDone, ExportOrder, ExportTo, ExportView, FormatLine};
pub use crate::app::export::share::{ShareDone, ShareOrder};
pub(crate) use crate::app::export::sinks::{carry_over, clear_hand_over, follow_name, handed_over, rewrite};
pub use crate::app::export::state::home_folder;
pub use crate::delivery::{Insisted, Lock as ShareLock};

impl App {
    /// The export formats: the built-in ones, then your own templates.
    pub async fn export_formats(&self) -> Result<Vec<FormatLine>, Failure> {
        let own = self.with_config(|config| Ok(config.list_formats())).await?;
        let built_in = crate::export::formats().iter().map(FormatLine::from);
        Ok(built_in.chain(own.into_iter().map(FormatLine::own)).collect())
    }

    /// A preview with masked secrets. Refreshes nothing and writes nothing.
    pub async fn preview_export(&self, order: ExportOrder) -> Result<ExportView, Failure> {
        preview(self, order).await
    }

    async fn load_format(&self, id: &str) -> Result<Option<String>, Failure> {
        let id = id.to_owned();
        self.with_config(move |config| config.load_format(&id)).await
    }

    /// Exports a profile's tokens with a valid access token.
    pub async fn export(&self, order: ExportOrder, to: ExportTo, report: &Report) -> Result<ExportDone, Failure> {
        let (app, report) = (self.clone(), report.clone());
        self.settle(async move { export(&app, &report, order, to).await }).await
    }

    /// The profile's named values for a child's environment, with warnings about the token. The access token is that for this API;
    /// `None` for the profile's own.
    pub async fn fields(
        &self,
        name: &ProfileName,
        resource: Option<Resource>,
        report: &Report,
    ) -> Result<(Vec<Field>, Vec<Diagnosis>), Failure> {
        let (app, name, report) = (self.clone(), name.clone(), report.clone());
        let fields = async move {
            open::open_chosen(&app).await?;
            let wanted = Wanted { need: Need::Usable, resource };
            let token = tokens::hand_out(&app, &report, name.clone(), wanted).await?.1;
            let order = ExportOrder::new(name, "");
            let (mut subject, _) = subject::subject(&app, &order).await?;
            subject.scopes = token.tokens.scopes.clone().unwrap_or(subject.scopes);
            // That of another API is sent as the service of that API says.
            subject.carried = subject.carried.filter(|_| subject.tokens.access_token == token.tokens.access_token);
            subject.tokens = TokenSet { refresh_token: None, ..token.tokens };
            check_bound("the environment of a program", &subject)?;
            Ok((subject.fields(), token.notes))
        };
        self.settle(fields).await
    }

    /// Lets the person choose a file to write to, beginning at the typed one. A desktop without a file chooser counts as choosing
    /// none. Writes nothing.
    pub async fn choose_target(&self, typed: &Path) -> Option<PathBuf> {
        let mut dialog = rfd::AsyncFileDialog::new().set_title("Choose where to write the file");
        if let Some(folder) = typed.parent().filter(|folder| folder.is_absolute()) {
            dialog = dialog.set_directory(folder);
        }
        if let Some(name) = typed.file_name().and_then(|name| name.to_str()) {
            dialog = dialog.set_file_name(name);
        }
        dialog.save_file().await.map(|file| file.path().to_owned())
    }

    /// The files that a profile was exported to.
    pub async fn sinks(&self, name: &ProfileName) -> Result<Sinks, Failure> {
        sinks::load(self, name).await
    }

    /// Reports them as news.
    pub async fn list_sinks(&self, name: &ProfileName) -> Result<(), Failure> {
        let sinks = sinks::load(self, name).await?;
        self.tell(News::Sinks(name.clone(), sinks));
        Ok(())
    }

    /// Drops a file from the list and returns the rest; the file itself stays.
    pub async fn drop_sink(&self, name: &ProfileName, path: &str) -> Result<Sinks, Failure> {
        let dropped = path.to_owned();
        let left = sinks::change(self, name, move |sinks| sinks.forget(&dropped).then(|| sinks.clone()));
        let left = left.await?.ok_or_else(|| {
            let diagnosis = Diagnosis::new(format!("nothing of `{name}` was exported to `{path}`"));
            let hint = format!("`tokenwright export {name} --list-sinks` lists the files");
            Failure::new(FailureKind::Usage, diagnosis.hint(hint))
        })?;
        self.tell(News::Sinks(name.clone(), left.clone()));
        Ok(left)
    }
}

async fn preview(app: &App, order: ExportOrder) -> Result<ExportView, Failure> {
    open::open_chosen(app).await?;
    let format = Format::find(app, &order.format).await?;
    let (subject, rotation) = subject::subject(app, &order).await?;
    let rotates = rotation.rotates();
    // The preview shows a hand-over before the person has agreed to it, so that they can decide.
    let needs_hand_over = format.hands_over(&order, rotates).is_err();
    let order = ExportOrder { hand_over: order.hand_over || needs_hand_over, ..order };
    let hands_over = format.hands_over(&order, rotates)?;
    let text = format.write(&order, &subject.masked(), rotates)?;
    let secret = !order.live;
    let mut warnings: Vec<String> = text.left_out;
    if secret {
        warnings.push(format!("anyone who reads it can use the access token of {} until it expires", order.profile));
    }
    if hands_over {
        warnings.push(HANDED_OVER.to_owned());
    }
    warnings.extend(format.unknown_rotation(&order, &subject, rotation));
    Ok(ExportView {
        name: format.name(),
        masked: text.text.expose().to_owned(),
        warnings,
        next: format.next(&order, None),
        file_name: format.file_name(&order),
        hands_over,
        rotates,
        needs_hand_over,
    })
}

const HANDED_OVER: &str = "the refresh token is given away with it: the first refresh there ends the one that is saved here, \
                           so the profile is marked as handed over and no longer refreshed by this program";

async fn export(app: &App, report: &Report, order: ExportOrder, to: ExportTo) -> Result<ExportDone, Failure> {
    open::open_chosen(app).await?;
    let format = Format::find(app, &order.format).await?;
    let ExportTo::File { path, sink, insisted } = to else {
        let Leaving { text, hands_over, notes, lease: _lease } = compose(app, report, &format, &order).await?;
        if hands_over {
            hand_over(app, &order, "").await?;
        }
        let next = format.next(&order, None);
        return Ok(ExportDone { text: Some(text.text), path: None, next, left_out: text.left_out, notes });
    };
    if sink && order.live {
        let diagnosis = Diagnosis::new("a live export contains no token, so there is nothing to rewrite");
        let diagnosis = diagnosis.hint("export it once, or write a snapshot at each refresh");
        return Err(Failure::new(FailureKind::Usage, diagnosis).coded(FailureCode::LiveSink));
    }
    let sinks = sinks::load(app, &order.profile).await?;
    // Checked first: nothing is refreshed for a file that will not be written.
    let path = blocking(move || delivery::place(&path)).await??;
    let known = sinks.file(&path.display().to_string()).map(|file| file.digest.clone());
    let (checked, secret, insisted) = (path.clone(), !order.live, insisted);
    blocking(move || delivery::check(&checked, known.as_deref(), secret, insisted)).await??;
    let Leaving { text, hands_over, notes, lease } = compose(app, report, &format, &order).await?;
    if hands_over {
        // Recorded before it leaves: after a crash in between, two must not refresh with it.
        hand_over(app, &order, &path.display().to_string()).await?;
    }
    let written = write(&path, text.text).await;
    if hands_over && written.is_err() {
        clear_hand_over(app, &order.profile).await?;
    }
    let written = sink_of(app, &order, &path, sink, written?);
    let sinks = sinks::change(app, &order.profile, move |sinks| {
        sinks.remember(written);
        sinks.clone()
    });
    app.tell(News::Sinks(order.profile.clone(), sinks.await?));
    drop(lease);
    let next = format.next(&order, Some(&path.display().to_string()));
    Ok(ExportDone { text: None, path: Some(path), next, left_out: text.left_out, notes })
}

/// A format: a built-in one, or your own template.
enum Format {
    BuiltIn(&'static ExportFormat),
    Own { name: String, template: String },
}

impl Format {
    async fn find(app: &App, id: &str) -> Result<Self, Failure> {
        match by_id(id) {
            Ok(format) => Ok(Self::BuiltIn(format)),
            Err(unknown) => match app.load_format(id).await? {
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

    /// Whether the text contains the refresh token.
    fn takes_refresh_token(&self, order: &ExportOrder) -> bool {
        match self.refresh_token() {
            _ if order.live => false,
            RefreshTokenUse::Never => false,
            RefreshTokenUse::Optional => order.with_refresh_token || order.hand_over,
            RefreshTokenUse::Needed => true,
        }
    }

    /// Whether the export has a rotating refresh token; an error unless the hand-over was asked for.
    fn hands_over(&self, order: &ExportOrder, rotates: bool) -> Result<bool, ExportError> {
        let leaves = rotates && self.takes_refresh_token(order);
        let Self::BuiltIn(format) = self else { return Ok(leaves && order.hand_over) };
        if leaves && !order.hand_over {
            return Err(ExportError::Rotates(format.id));
        }
        Ok(leaves)
    }

    /// The warning for a refresh token that is exported and may rotate.
    fn unknown_rotation(&self, order: &ExportOrder, subject: &Subject, rotation: Rotation) -> Option<String> {
        let leaves = self.takes_refresh_token(order) && subject.tokens.refresh_token.is_some();
        rotation.warning(order.profile.as_str()).filter(|_| leaves)
    }

    fn write(&self, order: &ExportOrder, subject: &Subject, rotates: bool) -> Result<Text, ExportError> {
        check_bound(&self.name(), subject)?;
        let leaves = self.takes_refresh_token(order) && (!rotates || order.hand_over);
        let mut subject = subject.clone();
        if !leaves {
            subject.tokens.refresh_token = None;
        }
        let with_certificate = subject.whole.service.wants_client_certificate();
        if with_certificate && self.refresh_token() == RefreshTokenUse::Needed {
            return Err(ExportError::ClientCertificate(self.name()));
        }
        let mut text = match self {
            Self::BuiltIn(format) if order.live => format.write_live(&subject),
            Self::BuiltIn(format) => format.write_snapshot(&subject),
            Self::Own { name, template } => write_own(name, template, &subject).map(|mut text| {
                if self.takes_refresh_token(order) && !leaves {
                    text.left_out
                        .push("the refresh token, which each refresh replaces: `--hand-over` gives it away".to_owned());
                }
                text
            }),
        }?;
        if with_certificate {
            text.left_out.push(CERTIFICATE_STAYS.to_owned());
        }
        Ok(text)
    }

    fn file_name(&self, order: &ExportOrder) -> String {
        match self {
            Self::BuiltIn(format) => format.file_name_for(order.profile.as_str()),
            Self::Own { name, .. } => name.clone(),
        }
    }

    /// The next command to run.
    fn next(&self, order: &ExportOrder, path: Option<&str>) -> String {
        let Self::BuiltIn(format) = self else { return String::new() };
        let file = path.map_or_else(|| self.file_name(order), str::to_owned);
        let url = order.url.as_deref().unwrap_or("URL");
        let words = format.next_for(order.live).replace("{file}", &crate::export::shell_word(&file));
        words.replace("{profile}", order.profile.as_str()).replace("{url}", url)
    }
}

/// That the token alone is not enough.
const CERTIFICATE_STAYS: &str = "the client certificate and its private key, without which the service accepts no call: the program \
                                 that makes the calls needs them in files of its own";

/// No reader of exported tokens makes proofs of possession, and none of them may take a bound token for a bearer token.
fn check_bound(format: &str, subject: &Subject) -> Result<(), ExportError> {
    match bound_scheme(&subject.tokens.token_type) {
        Some(scheme) => {
            let (format, profile) = (format.to_owned(), subject.profile.clone());
            Err(ExportError::Bound { format, profile, scheme })
        }
        None => Ok(()),
    }
}

/// An export that is ready. The lease is held until it is written and noted, so that nobody refreshes a token that is being
/// handed over, and nothing is noted for a forgotten profile.
struct Leaving {
    text: Text,
    /// Whether it has a refresh token that this program must not use any more.
    hands_over: bool,
    /// Warnings.
    notes: Vec<Diagnosis>,
    lease: Entry,
}

/// Writes the text with a valid token.
async fn compose(app: &App, report: &Report, format: &Format, order: &ExportOrder) -> Result<Leaving, Failure> {
    let (_, rotation) = subject::subject(app, order).await?;
    format.hands_over(order, rotation.rotates())?;
    let mut notes = Vec::new();
    if !order.live {
        let token = tokens::valid(app, report, &order.profile).await?;
        if token.refreshed {
            // The list shows when tokens expire.
            app.tell_profiles().await;
        }
        notes = token.notes;
    }
    let lease = lease(app, &order.profile).await?;
    // Read again: the refresh just made may be the first that showed a rotation.
    let (subject, rotation) = subject::subject(app, order).await?;
    let hands_over = format.hands_over(order, rotation.rotates())? && !order.live;
    notes.extend(format.unknown_rotation(order, &subject, rotation).map(Diagnosis::new));
    let text = format.write(order, &subject, rotation.rotates())?;
    Ok(Leaving { text, hands_over, notes, lease })
}

async fn write(path: &std::path::Path, text: Secret) -> Result<String, Failure> {
    let path: PathBuf = path.to_owned();
    Ok(blocking(move || delivery::write(&path, &text)).await??)
}

fn sink_of(app: &App, order: &ExportOrder, path: &std::path::Path, sink: bool, digest: String) -> Sink {
    Sink {
        path: path.display().to_string(),
        format: order.format.clone(),
        sink,
        live: order.live,
        with_refresh_token: order.with_refresh_token || order.hand_over,
        url: order.url.clone(),
        digest,
        written_at: (app.ports.now)().to_string(),
        problem: None,
    }
}

async fn hand_over(app: &App, order: &ExportOrder, path: &str) -> Result<(), Failure> {
    let at = (app.ports.now)().to_string();
    let to = HandedOver { format: order.format.clone(), path: path.to_owned(), at };
    sinks::change(app, &order.profile, |sinks| sinks.handed_over = Some(to)).await
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        let code = match error {
            ExportError::Rotates(_) => FailureCode::HandOverNeeded,
            ExportError::NoAddress { .. } => FailureCode::AddressNeeded,
            ExportError::Bound { .. } => FailureCode::BoundToken,
            _ => FailureCode::General,
        };
        Self::new(FailureKind::Usage, error.diagnose()).coded(code)
    }
}

impl From<DeliveryError> for Failure {
    fn from(error: DeliveryError) -> Self {
        let (kind, code) = match error {
            DeliveryError::Foreign { .. } => (FailureKind::Usage, FailureCode::FileForeign),
            DeliveryError::Changed { .. } => (FailureKind::Usage, FailureCode::FileChanged),
            DeliveryError::InWorkTree { .. } => (FailureKind::Usage, FailureCode::InWorkTree),
            DeliveryError::File(_) | DeliveryError::Folder { .. } => (FailureKind::Machine, FailureCode::General),
        };
        Self::new(kind, error.diagnose()).coded(code)
    }
}
