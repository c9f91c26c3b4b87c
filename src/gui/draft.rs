//! What is on the screen and not yet anybody's: the fields being typed, the step shown, what is revealed.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::{CallContext, OpenedProfile, TypedSecrets};
use crate::call::{Reading, Reveal};
use crate::diagnosis::Diagnosis;
use crate::dialect::{Described, Dialect, Note};
use crate::gui::export_draft::{ExportDraft, ShareDraft};
use crate::gui::intent::Intent;
use crate::gui::leaving::Loss;
use crate::gui::model::{Model, Visit};
use crate::oauth::ReadKey;
use crate::secret::Secret;
use crate::service::{FieldError, PresetDraft, ProfileDraft, ProfileName, Service};

/// The step on the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the steps")]
pub enum Step {
    #[default]
    Service,
    Authorization,
    Tokens,
}

/// The tab of step 3.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the tabs")]
pub enum TokenTab {
    #[default]
    Bearer,
    Refresh,
}

/// Where the eye is led in the next frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lead {
    /// Whether the screen shows its top: something came that stands there.
    pub to_top: bool,
    /// Whether the screen shows the rehearsal: a stage of it is over.
    pub to_rehearsal: bool,
    /// What takes the keyboard.
    pub focus: Option<Focus>,
}

/// What can take the keyboard by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    /// The search of step 1.
    Search,
    /// The first field that is wrong.
    Error,
    /// The first thing that the token call lacks.
    Missing,
    /// The passphrase of the vault.
    Passphrase,
    /// The name of the profile: tokens came that are not kept.
    Name,
}

impl Lead {
    /// Whether this takes the keyboard now; it is asked for once.
    pub fn takes(&mut self, focus: Focus) -> bool {
        self.focus.take_if(|wanted| *wanted == focus).is_some()
    }
}

/// What is being imported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportDraft {
    /// The path of a file.
    pub path: String,
    /// What was pasted; it may hold secrets.
    pub pasted: Secret,
    /// Which of several services is meant, by place.
    pub picked: usize,
    /// What opens shared profiles that are locked.
    pub passphrase: Secret,
    /// The path of the age identity that opens them instead.
    pub identity: String,
    /// Whether profiles that are here may be replaced by shared ones of the same name.
    pub replace: bool,
}

/// What was copied last in another tool's form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// The form.
    pub format: &'static Dialect,
    /// What the form could not carry, or why nothing was copied.
    pub outcome: Result<Vec<Note>, Diagnosis>,
}

/// A question before something is left that is kept nowhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// What would be lost.
    pub loss: Loss,
    /// What is done once it is answered.
    pub then: Box<Intent>,
}

/// The question of where tokens are kept, because something waits for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Door {
    /// What is done once the vault is open.
    pub then: Option<Box<Intent>>,
}

/// What is typed, to see whether it was changed.
pub type Typed = (ProfileDraft, TypedSecrets);

/// What is on the screen.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch on the screen")]
pub struct Draft {
    /// The step.
    pub step: Step,
    /// The tab of step 3.
    pub tab: TokenTab,
    /// Whether all services are shown although one is chosen.
    pub browsing: bool,
    /// The text that services are looked for by.
    pub search: String,
    /// Where the eye is led in the next frame.
    pub lead: Lead,
    /// The practice service's faults that are switched on.
    pub faults: Vec<String>,
    /// The lines of the service's checklist that are ticked, by place.
    pub ticked: BTreeSet<usize>,
    /// The profile being typed; `None` until a service is chosen.
    pub profile: Option<ProfileDraft>,
    /// The preset of the person's own being typed; `None` while nobody asked for it.
    pub preset: Option<PresetDraft>,
    /// The import that is open; `None` while the wizard is shown.
    pub import: Option<ImportDraft>,
    /// What was still missing of what was imported.
    pub missing: Vec<Note>,
    /// What was copied last in another tool's form.
    pub copied: Option<Copied>,
    /// The export that is open; `None` while the wizard is shown.
    pub export: Option<ExportDraft>,
    /// The sharing that is open; `None` while the wizard is shown.
    pub share: Option<ShareDraft>,
    /// What is typed that is secret.
    pub secrets: TypedSecrets,
    /// Where the private key is to come from.
    pub key: KeyDraft,
    /// What was pasted as the response.
    pub pasted: Secret,
    /// The name to save under.
    pub name: String,
    /// The values whose mask is lifted.
    pub reveal: Reveal,
    /// Whether the body of the reply is shown as it is.
    pub reveal_reply: bool,
    /// Whether the tokens are shown as they are.
    pub reveal_tokens: bool,
    /// How a reply was last said to be read, and on which tab.
    pub tried: Option<(TokenTab, Reading)>,
    /// Whether errors are shown at fields that were not touched yet: after the first *Next*.
    pub insisted: bool,
    /// The passphrase being typed, and again.
    pub passphrase: [Secret; 2],
    /// The profile that is about to be forgotten, once it is confirmed.
    pub forgetting: Option<ProfileName>,
    /// The older generation that is about to be restored although it is spent, once it is confirmed.
    pub restoring: Option<u64>,
    /// Whether it is asked where the vault is to be moved.
    pub moving: bool,
    /// Whether the person is being asked if the window may close.
    pub closing: bool,
    /// What is being asked before something is left.
    pub question: Option<Question>,
    /// What waits for the vault.
    pub door: Option<Door>,
    /// What was typed when it was last kept, or when the person began.
    pub baseline: Option<Typed>,
    /// What was typed when it was last sent off to be kept.
    pub sent: Option<Typed>,
    /// Whether the person has said that what is typed may be lost.
    pub waived: bool,
    /// The time of this frame.
    pub now: Timestamp,
    /// The person's time zone, looked up once.
    pub zone: TimeZone,
}

/// Where the private key is to come from, and its certificate to go.
#[derive(Clone, Debug, Default)]
pub struct KeyDraft {
    /// The key, pasted.
    pub text: Secret,
    /// The path of its file.
    pub file: String,
    /// The path of the certificate's file.
    pub certificate_file: String,
    /// Where the certificate is to be written.
    pub save_to: String,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            step: Step::default(),
            tab: TokenTab::default(),
            browsing: false,
            search: String::new(),
            lead: Lead { focus: Some(Focus::Search), ..Lead::default() },
            faults: Vec::new(),
            ticked: BTreeSet::new(),
            profile: None,
            preset: None,
            import: None,
            missing: Vec::new(),
            copied: None,
            export: None,
            share: None,
            secrets: TypedSecrets::default(),
            key: KeyDraft::default(),
            pasted: Secret::default(),
            name: String::new(),
            reveal: Reveal::new(),
            reveal_reply: false,
            reveal_tokens: false,
            tried: None,
            insisted: false,
            passphrase: [Secret::default(), Secret::default()],
            forgetting: None,
            restoring: None,
            moving: false,
            closing: false,
            question: None,
            door: None,
            baseline: None,
            sent: None,
            waived: false,
            now: Timestamp::UNIX_EPOCH,
            zone: TimeZone::UTC,
        }
    }
}

impl Draft {
    /// Begins anew; window, clock and the practice service's faults stay.
    pub fn begin(&mut self) {
        *self = Self {
            faults: std::mem::take(&mut self.faults),
            zone: self.zone.clone(),
            now: self.now,
            ..Self::default()
        };
    }

    /// Takes a service with its defaults.
    pub fn choose(&mut self, service: Service) {
        // The card that was chosen stays where it was found.
        let search = std::mem::take(&mut self.search);
        self.begin();
        self.search = search;
        self.lead = Lead::default();
        self.secrets.client_secret = Secret::new(&service.defaults.client_secret);
        self.profile = Some(ProfileDraft::new(service));
        self.baseline = self.typed();
    }

    /// What is typed, without what the fields fill in by themselves.
    pub fn typed(&self) -> Option<Typed> {
        let mut profile = self.profile.clone()?;
        for input in profile.service.inputs.iter().filter(|input| !input.optional) {
            let first = input.choices.first().map(|choice| &choice.value);
            if first.is_some() && profile.inputs.get(&input.name) == first {
                profile.inputs.remove(&input.name);
            }
        }
        profile.inputs.retain(|_, value| !value.is_empty());
        // Of a saved profile it is kept at once.
        profile.keep_alive = false;
        let mut secrets = self.secrets.clone();
        secrets.inputs.retain(|_, value| !value.is_empty());
        Some((profile, secrets))
    }

    /// Whether something was typed that is not kept.
    pub fn has_edits(&self) -> bool {
        self.typed() != self.baseline
    }

    /// Takes over what a document describes.
    pub fn adopt(&mut self, described: &Described) {
        let CallContext { profile, secrets, .. } = CallContext::from(described);
        self.begin();
        self.lead = Lead { to_top: true, ..Lead::default() };
        self.missing = described.still_missing();
        self.profile = Some(ProfileDraft::from(&profile));
        self.secrets = secrets;
    }

    /// Takes over a saved profile.
    pub fn open(&mut self, opened: &OpenedProfile) {
        self.begin();
        self.lead = Lead { to_top: true, ..Lead::default() };
        self.profile = Some(ProfileDraft::from(&opened.material.profile));
        self.secrets = opened.material.secrets.clone();
        self.name = opened.name.to_string();
        self.baseline = self.typed();
        self.step = Step::Tokens;
        let refreshable = opened.material.tokens.as_ref().is_some_and(|tokens| tokens.refresh_token.is_some());
        self.tab = if refreshable { TokenTab::Refresh } else { TokenTab::Bearer };
    }

    /// Takes over a private key and what its file says besides.
    pub fn take_key(&mut self, read: &ReadKey) {
        if let Some(profile) = &mut self.profile {
            profile.take_key(read);
        }
        self.secrets.signing_key = Some(read.pair.clone());
        self.key = KeyDraft::default();
    }

    /// What is wrong with the fields of steps 1 and 2.
    pub fn errors(&self) -> Vec<FieldError> {
        self.profile.as_ref().and_then(|profile| profile.parse().err()).unwrap_or_default()
    }

    /// The preset of the person's own, as it would be written now; `None` while its id or name is none.
    pub fn own_preset(&self) -> Option<Service> {
        let today = self.now.to_zoned(self.zone.clone()).strftime("%Y-%m-%d").to_string();
        self.preset.as_ref()?.parse(self.profile.as_ref()?, &today).ok()
    }

    /// All that a call is made from; `None` while the fields cannot be read.
    pub fn context(&self, model: &Model) -> Option<CallContext> {
        let profile = self.profile.as_ref()?.parse().ok()?;
        let mut material = CallContext::new(profile, self.secrets.clone());
        model.complete(&mut material);
        Some(material)
    }

    /// Shows a step, if those before it have what it needs; else the first that has not, with what is missing.
    pub fn go_to(&mut self, step: Step, model: &Model) {
        let shown = match step {
            Step::Authorization | Step::Tokens if !self.is_done(Step::Service, model) => Step::Service,
            Step::Tokens if !self.errors().is_empty() => Step::Authorization,
            step => step,
        };
        self.step = shown;
        self.lead.to_top = true;
        if shown == step { self.insisted = false } else { self.insist() }
    }

    /// Shows what is missing at its field from now on, and leads there.
    pub fn insist(&mut self) {
        self.insisted = true;
        if !self.errors().is_empty() {
            self.lead.focus = Some(Focus::Error);
        }
    }

    /// Whether a step has what the next one needs.
    pub fn is_done(&self, step: Step, model: &Model) -> bool {
        use crate::service::Field;
        let Some(profile) = &self.profile else { return false };
        let errors = self.errors();
        // What comes with the private key is asked for beside it, in step 2.
        let first_is_done = !errors.iter().any(|error| match &error.field {
            Field::Input(name) => !profile.service.is_of_key(name),
            field => *field == Field::AuthorizationUrl,
        });
        match step {
            Step::Service => first_is_done,
            Step::Authorization if profile.client_flow => matches!(model.open.sign_in.visit, Visit::Done(_)),
            Step::Authorization => errors.is_empty(),
            Step::Tokens => model.open.saved_as.is_some() && model.open.draft.is_none(),
        }
    }
}
