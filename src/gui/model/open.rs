//! What belongs to the service or profile that is open. Another one begins with the default, so nothing is left behind.

use std::path::PathBuf;

use jiff::Timestamp;

use crate::app::{
    Answers, Authorized, Choosing, DeviceWaiting, End, Exchange, Failure, Fetched, Identified, Imported, OpenedProfile,
    ProfileHistory, Progress, RedirectState, Registered, Restored, Revision, SavedToken, SharedWith, StageLine, Tried,
    TriedReading, Waiting,
};
use crate::diagnosis::Diagnosis;
use crate::gui::desktop::copied_token::CopiedAs;
use crate::gui::model::Requested;
use crate::oauth::{DetailTypes, ReadKey, TokenSet};
use crate::service::ProfileName;

/// What belongs to the service or profile that is open.
#[derive(Clone, Default)]
pub struct Open {
    /// Step 2, and the token request that follows it at once.
    pub sign_in: SignIn,
    /// Whether the redirect URIs can be listened on, once that was asked.
    pub redirects: Requested<Vec<RedirectState>>,
    /// The types of authorization details that the service describes.
    pub detail_types: Requested<DetailTypes>,
    pub token_request: Requested<Exchange>,
    pub refresh_request: Requested<Exchange>,
    pub identity: Requested<Identified>,
    /// The metadata of an issuer, from which the fields are filled in.
    pub discovery: Requested<Imported>,
    /// What was done last about a client that registers itself.
    pub registration: Requested<ClientDone>,
    /// What came of trying the service without a person.
    pub trial: Requested<Vec<Tried>>,
    /// A token that is to be copied, and how.
    pub copying: Requested<SavedToken>,
    pub copied_as: Option<CopiedAs>,
    /// What the last reply comes to by the expressions as they are typed.
    pub tried: Requested<TriedReading>,
    /// What the person must choose among before the tokens are complete.
    pub choosing: Vec<Choosing>,
    pub tokens: Option<TokenSet>,
    /// What the list showed the profile as when the page last read it.
    pub revision: Option<Revision>,
    /// The same profile, where it was saved since.
    pub read_again: Requested<OpenedProfile>,
    /// The name under which the profile is saved.
    pub saved_as: Option<ProfileName>,
    /// The draft that holds what was received since, or what was typed.
    pub draft: Option<ProfileName>,
    pub save: Requested<Saved>,
    pub rehearsal: Option<Rehearsal>,
    /// The preset of the person's own that was written last, and its file.
    pub preset: Requested<PathBuf>,
    /// With whom the profile is shared, as it was when it was opened.
    pub shared: Option<SharedWith>,
    /// When what the profile depends on ends, as it was when it was opened.
    pub ends: Vec<End>,
    /// The generations of the profile, once they were asked for.
    pub history: Requested<ProfileHistory>,
    /// One of them is being restored.
    pub restore: Requested<Restored>,
    pub key: Requested<KeyDone>,
    /// The same about the client certificate.
    pub client_certificate: Requested<KeyDone>,
    /// Until when a device code is good that was waited for when the profile was left.
    pub code_until: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saved {
    /// The profile, under this name.
    Profile(ProfileName),
    /// What was typed, as a draft of this name.
    Draft(ProfileName),
}

/// What was done about a private key.
#[derive(Clone, Debug, PartialEq)]
pub enum KeyDone {
    /// It was read or made, and is not yet taken over into the fields.
    Read(Box<ReadKey>),
    Saved(ProfileName),
    Written(PathBuf),
}

/// What was done about a client that registers itself.
#[derive(Clone, Debug)]
pub enum ClientDone {
    Registered(Box<Registered>),
    /// What the server has now, and the redirect URI that the profile has with it.
    Known(Box<Registered>, String),
    Deleted,
}

#[derive(Clone, Default)]
pub struct Rehearsal {
    pub service: String,
    pub lines: Vec<StageLine>,
    /// Whether it goes on, or why it could not be held.
    pub work: Requested<()>,
}

/// Step 2.
#[derive(Default)]
pub struct SignIn {
    /// The whole sequence, until its token request is sent.
    pub work: Requested<Exchange>,
    /// Where what is asked in it is answered.
    pub answers: Option<Answers>,
    pub visit: Visit,
}

#[derive(Clone, Debug, Default)]
pub enum Visit {
    #[default]
    None,
    /// Started; the browser is not off yet.
    Starting,
    /// The browser is off; with what came meanwhile and was not believed.
    Waiting(Box<Waiting>, Option<Diagnosis>),
    /// A person is waited for on another device; with what went wrong meanwhile.
    Device(Box<DeviceWaiting>, Option<Diagnosis>),
    Done(Box<Authorized>),
    Failed(Failure),
}

impl Clone for SignIn {
    fn clone(&self) -> Self {
        Self { work: self.work.clone(), answers: None, visit: self.visit.clone() }
    }
}

impl SignIn {
    /// Takes in what happens to the browser while it is waited for.
    pub fn hear(&mut self, progress: Progress) {
        match (progress, &mut self.visit) {
            (Progress::Waiting(waiting), visit) => *visit = Visit::Waiting(waiting, None),
            (Progress::DeviceWaiting(waiting), visit) => *visit = Visit::Device(Box::new(waiting), None),
            (Progress::Retrying(why), Visit::Device(_, trouble)) => *trouble = Some(why),
            (Progress::BrowserFailed(why), Visit::Waiting(waiting, _)) => waiting.browser_problem = Some(why),
            (Progress::ResponseIgnored(why) | Progress::ResponseAstray(why), Visit::Waiting(_, ignored)) => {
                *ignored = Some(why);
            }
            _ => {}
        }
    }

    /// What the token request is about to be made from, if the code has come since.
    pub fn code_came(&mut self) -> bool {
        let Some(context) = self.answers.as_ref().and_then(Answers::code_came) else { return false };
        if let Some(authorized) = context.authorized {
            self.visit = Visit::Done(Box::new(authorized));
        }
        true
    }
}

impl Open {
    /// The name under which it is saved: as a draft, else as a profile.
    pub fn name(&self) -> Option<&ProfileName> {
        self.draft.as_ref().or(self.saved_as.as_ref())
    }

    pub fn called(&mut self, exchange: &Exchange) {
        self.tried.cancel();
        if let Ok(tokens) = &exchange.outcome {
            self.choosing.clone_from(&exchange.choices);
            self.tokens = Some((**tokens).clone());
            self.identity.cancel();
        }
    }

    /// The values of the choice become the tokens' own; the question is answered.
    pub fn choose(&mut self, chosen: Fetched) {
        self.choosing.retain(|choosing| !choosing.options.contains(&chosen));
        if let Some(tokens) = &mut self.tokens {
            tokens.retained.extend(chosen.retain);
        }
    }

    pub fn saved(&mut self, saved: &Saved) {
        match saved {
            Saved::Profile(name) => (self.saved_as, self.draft) = (Some(name.clone()), None),
            Saved::Draft(name) => self.draft = Some(name.clone()),
        }
    }

    pub fn restored(&mut self, restored: &Restored) {
        if self.name() == Some(&restored.name) {
            self.tokens.clone_from(&restored.tokens);
            self.identity.cancel();
        }
    }
}
