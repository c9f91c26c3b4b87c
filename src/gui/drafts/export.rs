//! What is chosen and typed on the export page and on the sharing page.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::app::{ExportOrder, ExportView, FormatLine, Insisted, ShareLock, ShareOrder};
use crate::export::RefreshTokenUse;
use crate::gui::texts::{common, export as texts};
use crate::secret::Secret;
use crate::service::ProfileName;

/// How an export stays current.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// The values as they are now.
    #[default]
    Snapshot,
    /// A text that asks this program each time.
    Live,
    /// A snapshot in a file that is written again at each refresh.
    Sink,
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch on the page")]
pub struct ExportDraft {
    pub profile: ProfileName,
    /// The text that formats are looked for by.
    pub search: String,
    /// The id of the chosen format; `None` while all are shown.
    pub format: Option<String>,
    /// Whether the keyboard goes to the search, or to the chosen format, in the next frame.
    pub leads: bool,
    pub way: Way,
    /// With the refresh token, in a format that may carry it.
    pub with_refresh_token: bool,
    /// Whether each refresh spends the refresh token, as the last preview said.
    pub rotates: bool,
    /// Whether the person has confirmed that such a refresh token leaves for good.
    pub hand_over: bool,
    pub url: String,
    pub path: String,
    /// Whether the person named the file: the usual one is proposed no more.
    pub path_is_typed: bool,
    /// The folder in which the usual file is proposed.
    pub folder: PathBuf,
    /// What the preview was asked for.
    pub shown: Option<ExportOrder>,
    /// What was asked to be written last, and into which file.
    pub asked: Option<(ExportOrder, String)>,
    /// What was insisted on with it.
    pub insisted: Insisted,
}

impl ExportDraft {
    pub fn new(profile: ProfileName, folder: &Path) -> Self {
        Self {
            profile,
            search: String::new(),
            format: None,
            leads: true,
            way: Way::default(),
            with_refresh_token: false,
            rotates: false,
            hand_over: false,
            url: String::new(),
            path: String::new(),
            path_is_typed: false,
            folder: folder.to_owned(),
            shown: None,
            asked: None,
            insisted: Insisted::default(),
        }
    }

    /// Takes a format, in a way that it has; what was confirmed for another one is not for this.
    pub fn choose(&mut self, format: &FormatLine) {
        self.format = Some(format.id.clone());
        self.leads = true;
        self.way = match self.way {
            Way::Live if !format.live => Way::Snapshot,
            Way::Snapshot | Way::Sink if !format.snapshot => Way::Live,
            way => way,
        };
        (self.with_refresh_token, self.hand_over, self.path_is_typed) = (false, false, false);
    }

    /// The chosen format among those there are.
    pub fn line<'a>(&self, formats: &'a [FormatLine]) -> Option<&'a FormatLine> {
        formats.iter().find(|format| Some(&format.id) == self.format.as_ref())
    }

    /// Whether the refresh token is to be in the text.
    pub fn takes_refresh_token(&self, format: &FormatLine) -> bool {
        match format.refresh_token {
            _ if self.way == Way::Live => false,
            RefreshTokenUse::Never => false,
            RefreshTokenUse::Optional => self.with_refresh_token,
            RefreshTokenUse::Needed => true,
        }
    }

    /// Whether a refresh token that has one holder is to leave.
    pub fn gives_away(&self, format: &FormatLine) -> bool {
        self.rotates && self.takes_refresh_token(format)
    }

    /// What is to be exported; `None` until a format is chosen.
    pub fn order(&self, formats: &[FormatLine]) -> Option<ExportOrder> {
        let format = self.line(formats)?;
        let url = Some(self.url.trim()).filter(|url| format.url && !url.is_empty());
        Some(ExportOrder {
            live: self.way == Way::Live,
            with_refresh_token: self.takes_refresh_token(format),
            hand_over: self.gives_away(format) && self.hand_over,
            url: url.map(str::to_owned),
            ..ExportOrder::new(self.profile.clone(), &format.id)
        })
    }

    /// Learns from what the export would hold.
    pub fn look(&mut self, view: &ExportView) {
        self.rotates = view.rotates;
        if !self.path_is_typed {
            self.path = self.folder.join(&view.file_name).display().to_string();
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Locking {
    #[default]
    WithoutSecrets,
    /// The secrets, for whoever knows a passphrase.
    Passphrase,
    /// The secrets, for the holder of an age identity.
    Recipient,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShareDraft {
    pub profiles: BTreeSet<ProfileName>,
    /// Whether they become the team's; else they are written to a file.
    pub to_team: bool,
    pub locking: Locking,
    /// The passphrase, and again.
    pub passphrase: [Secret; 2],
    pub recipient: String,
    pub path: String,
    /// The path that was asked for last.
    pub asked: Option<String>,
    /// What was insisted on with it.
    pub insisted: Insisted,
}

impl ShareDraft {
    /// These profiles, without secrets, into a file in this folder.
    pub fn new(profiles: BTreeSet<ProfileName>, folder: &Path) -> Self {
        let path = folder.join("profiles.tokenwright").display().to_string();
        Self { profiles, path, ..Self::default() }
    }

    /// What is missing before it can be shared, in words.
    pub fn lack(&self) -> Option<&'static str> {
        let [first, second] = &self.passphrase;
        match self.locking {
            _ if self.profiles.is_empty() => Some(texts::TICK_PROFILE),
            Locking::Passphrase if first.is_empty() => Some(common::ENTER_PASSPHRASE),
            Locking::Passphrase if first != second => Some(common::ENTER_PASSPHRASE_TWICE),
            _ if self.to_team => None,
            Locking::Recipient if self.recipient.trim().is_empty() => Some(texts::ENTER_RECIPIENT),
            _ if self.path.trim().is_empty() => Some(common::ENTER_FILE),
            _ => None,
        }
    }

    pub fn order(&self, insisted: Insisted) -> ShareOrder {
        let secrets_for = match self.locking {
            Locking::WithoutSecrets => None,
            Locking::Passphrase => Some(ShareLock::Passphrase(self.passphrase[0].clone())),
            Locking::Recipient => Some(ShareLock::Recipient(self.recipient.trim().to_owned())),
        };
        let path = Some(PathBuf::from(self.path.trim()));
        ShareOrder { profiles: self.profiles.iter().cloned().collect(), secrets_for, path, insisted }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(refresh_token: RefreshTokenUse, snapshot: bool, live: bool) -> FormatLine {
        let text = || "f".to_owned();
        FormatLine { id: text(), name: text(), reader: text(), snapshot, live, refresh_token, url: false }
    }

    fn draft() -> ExportDraft {
        ExportDraft::new(ProfileName::parse("acme").expect("a name"), Path::new("/home/ada"))
    }

    #[test]
    fn a_form_is_taken_in_a_way_that_it_has() {
        let mut export = draft();
        export.choose(&format(RefreshTokenUse::Never, false, true));
        assert_eq!(export.way, Way::Live);
        export.choose(&format(RefreshTokenUse::Never, true, false));
        assert_eq!(export.way, Way::Snapshot);
    }

    #[test]
    fn a_refresh_token_that_has_one_holder_leaves_only_when_that_was_confirmed_for_this_form() {
        let formats = [format(RefreshTokenUse::Optional, true, true)];
        let mut export = ExportDraft { rotates: true, ..draft() };
        export.choose(&formats[0]);
        export.hand_over = true;
        assert!(!export.order(&formats).expect("chosen").hand_over, "it does not leave at all");
        export.with_refresh_token = true;
        assert!(export.order(&formats).expect("chosen").hand_over);
        export.way = Way::Live;
        let live = export.order(&formats).expect("chosen");
        assert!(!live.hand_over && !live.with_refresh_token);
        export.choose(&formats[0]);
        assert!(!export.hand_over && !export.with_refresh_token);
    }

    #[test]
    fn the_usual_file_is_proposed_until_the_person_names_one() {
        let view = |file_name: &str| ExportView {
            name: String::new(),
            masked: String::new(),
            warnings: Vec::new(),
            next: String::new(),
            file_name: file_name.to_owned(),
            hands_over: false,
            rotates: true,
            needs_hand_over: false,
        };
        let mut export = draft();
        export.look(&view("acme.env"));
        assert_eq!(export.path, "/home/ada/acme.env");
        (export.path, export.path_is_typed) = ("/tmp/a".to_owned(), true);
        export.look(&view("acme.json"));
        assert_eq!(export.path, "/tmp/a");
    }
}
