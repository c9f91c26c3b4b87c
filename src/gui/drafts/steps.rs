//! What is typed and shown in each of the three steps.

use crate::app::Exchange;
use crate::call::{Reading, Reveal};
use crate::diagnosis::Diagnosis;
use crate::dialect::{Dialect, Note, Offered};
use crate::gui::display_text::quoted;
use crate::gui::drafts::inspect::Decoded;
use crate::gui::model::{Open, Requested};
use crate::oauth::{DetailTypes, ProfileSecrets};
use crate::secret::Secret;
use crate::service::{BodyKind, CallFields, NewPreset, ProfileDraft};

/// What is typed, to see whether it was changed. It is large, and kept on the heap.
pub type Typed = (ProfileDraft, ProfileSecrets);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TokenTab {
    #[default]
    TokenRequest,
    RefreshRequest,
}

impl TokenTab {
    /// What came of the request of this tab.
    pub fn request(self, open: &Open) -> &Requested<Exchange> {
        match self {
            Self::TokenRequest => &open.token_request,
            Self::RefreshRequest => &open.refresh_request,
        }
    }
}

/// What was copied last in another tool's format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    pub format: &'static Dialect,
    /// What the format cannot represent, or why nothing was copied.
    pub outcome: Result<Vec<Note>, Diagnosis>,
}

#[derive(Clone, Debug, Default)]
pub struct ServiceStep {
    pub search: String,
    /// Whether the first service that is found is to be chosen once there are any: Enter was pressed while the presets were read.
    pub takes_first: bool,
    /// Whether all services are shown although one is chosen.
    pub browsing: bool,
    /// The practice service's faults that are switched on.
    pub faults: Vec<String>,
    /// What is searched for among them.
    pub fault_search: String,
    /// What the last import did not say.
    pub missing: Vec<Note>,
    /// `None` unless the service is being saved as a preset.
    pub preset: Option<NewPreset>,
    pub copied: Option<Copied>,
}

/// Parameters while they are typed: the text, and the body that it was put into.
#[derive(Clone, Debug, Default)]
pub struct TypedParameters {
    text: String,
    body: String,
}

impl TypedParameters {
    /// The text as it was typed, unless the body was changed elsewhere; `None` if the body is no form.
    pub(in crate::gui) fn text(&mut self, call: &CallFields) -> Option<&mut String> {
        if call.body_kind != BodyKind::Form {
            return None;
        }
        if self.body != call.body {
            *self = Self { text: call.extra_parameters().unwrap_or_default(), body: call.body.clone() };
        }
        Some(&mut self.text)
    }

    /// Puts the text into the body.
    pub(in crate::gui) fn apply(&mut self, call: &mut CallFields) {
        call.set_extra_parameters(&self.text);
        self.body.clone_from(&call.body);
    }
}

#[derive(Clone, Debug, Default)]
pub struct AuthorizationStep {
    pub key: KeyDraft,
    pub client_certificate: ClientCertificateDraft,
    /// The issuer whose metadata describes the service.
    pub issuer: String,
    /// What the service offers, as its metadata says.
    pub offered: Offered,
    /// Without which the service registers nobody.
    pub initial_access_token: Secret,
    /// The service's response, where the browser could not bring it.
    pub pasted: Secret,
    /// What the service was tried with last.
    pub tried: Option<Box<Typed>>,
    /// The extra parameters of the token request and of the refresh request, as they are typed.
    pub extra: [TypedParameters; 2],
    pub details: ComparedDetails,
}

/// Authorization details as they were compared last with what the service describes, so that a frame in which nothing is typed
/// compares nothing.
#[derive(Clone, Debug, Default)]
pub struct ComparedDetails {
    /// `None` if none were compared.
    text: Option<String>,
    faults: Vec<String>,
}

impl ComparedDetails {
    /// Where these details are not as the service describes them.
    pub(in crate::gui) fn faults(&mut self, types: &DetailTypes, text: &str) -> &[String] {
        if self.text.as_deref() != Some(text) {
            self.faults = types.check(text).iter().map(|fault| quoted(&fault.line())).collect();
            self.text = Some(text.to_owned());
        }
        &self.faults
    }
}

#[derive(Clone, Debug, Default)]
pub struct TokensStep {
    pub tab: TokenTab,
    /// Under which the profile is to be saved.
    pub name: String,
    pub revealed: Revealed,
    /// The expressions that were last applied to the response, and on which tab.
    pub tried: Option<(TokenTab, Reading)>,
    /// The access token and the ID token as they are written.
    pub decoded: [Decoded; 2],
    /// The API that another access token is to be for, as it is typed.
    pub resource: String,
}

/// The secrets that are shown unmasked.
#[derive(Clone, Debug, Default)]
pub struct Revealed {
    pub request: Reveal,
    pub response: bool,
    pub tokens: bool,
}

/// Where the client certificate is to come from, and to go.
#[derive(Clone, Debug, Default)]
pub struct ClientCertificateDraft {
    pub file: String,
    pub key_file: String,
    pub passphrase: Secret,
    pub save_to: String,
}

/// Where the private key is to come from, and its certificate to go.
#[derive(Clone, Debug, Default)]
pub struct KeyDraft {
    pub text: Secret,
    pub file: String,
    pub certificate_file: String,
    pub save_to: String,
}
