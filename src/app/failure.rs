//! Why a use case failed: the message, the kind (which is also the exit code), and a code for behaviour to depend on.

use std::time::Duration;

use crate::agent::AgentError;
use crate::call::RenderError;
use crate::config::ConfigError;
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::oauth::{AuthorizationError, ErrorHint, HardwareKeyError, KeyError, Meaning, SigningError, TokenError};
use crate::practice::PracticeError;
use crate::redirect::{CertificateError, ListenError};
use crate::service::{BundleError, CatalogError, PresetError, ProfileError, Service};
use crate::store::StoreError;
use crate::transport::{TlsCause, TransportError};
use crate::vault::VaultError;

/// The error code for a spent code or refresh token (RFC 6749 section 5.2).
pub(crate) const INVALID_GRANT: &str = "invalid_grant";
/// Client authentication failed (RFC 6749 section 5.2).
const INVALID_CLIENT: &str = "invalid_client";

/// What `invalid_client` means for a client that authenticates by a certificate.
const OTHER_CERTIFICATE: &str = "it is not the certificate that the service knows for this client ID, or none came through: compare \
                                 subject and thumbprint with the service's console";

/// A failure, ready to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub diagnosis: Diagnosis,
    /// Who has to act.
    pub kind: FailureKind,
    /// Which failure it is. Behaviour depends on this code, never on the message.
    pub code: FailureCode,
    /// What helps.
    pub recovery: Recovery,
    /// Whether the service may have acted on a call whose reply was lost: a rotating refresh token may be spent then.
    pub reply_lost: bool,
    /// Whether the reply says more than the message does, so that the whole reply is worth showing.
    pub says_more: bool,
    /// The service's own code, where it refused with one.
    pub said: Option<String>,
}

/// How long a rate limit is assumed to last if the service does not say (RFC 6585 section 4).
const LIMIT: Duration = Duration::from_mins(1);
/// Identifies the failures that need a reaction of their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FailureCode {
    /// Any other failure.
    #[default]
    General,
    /// A profile of this name exists; it may be replaced.
    ProfileExists,
    /// The profile was forgotten since it was opened.
    ProfileGone,
    /// The profile was forgotten, and can be brought back.
    Forgotten,
    /// Another account signed in than the profile is for.
    OtherAccount,
    /// The ID token failed a check.
    IdTokenRefused,
    /// A preset with this ID exists; it may be replaced.
    PresetExists,
    /// Another program wrote the file.
    FileForeign,
    /// The file was changed since this program wrote it.
    FileChanged,
    /// Git would commit the file.
    InWorkTree,
    /// A rotating refresh token leaves only if it is handed over for good.
    HandOverNeeded,
    /// A live export contains no values, so there is nothing to rewrite.
    LiveSink,
    /// The token is bound to a key, and no request is named for which a proof could be made.
    BoundToken,
    /// The format needs the URL that the token is used for.
    AddressNeeded,
    /// The issuer publishes no metadata at any of the well-known places.
    NoMetadata,
    /// The document can be read in several ways.
    AmbiguousDocument,
    /// The service says that the code or the refresh token is spent (`invalid_grant`).
    Spent,
    /// The port of the redirect URI cannot be listened on; a person may paste the response instead.
    NoListener,
    /// The redirect URI is not among those that the person says are registered.
    Unregistered,
    /// The service does not know the client, or not by what was sent (`invalid_client`).
    ClientRefused,
    /// The refresh token is dead for another reason that the service names.
    GrantEnded,
    /// The server registers only clients that show an initial access token (RFC 7591 section 3), and not by this one.
    InitialTokenNeeded,
    /// The host of a call is not one of the service's, to which alone a token goes.
    StrangeHost,
    /// The file is locked with a passphrase, and none was given or a wrong one.
    PassphraseNeeded,
    /// A token wants the PIN of the key in it.
    PinNeeded,
    /// The refresh token was sent before, and nobody knows what came of it; a person may have it sent again.
    OutcomeUnknown,
}

/// What helps after a failure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Recovery {
    /// Something must be changed first.
    #[default]
    ByHand,
    /// Try again later; nothing is lost.
    Later {
        /// How long the service asked to wait.
        after: Option<Duration>,
    },
    /// Only a new sign-in: the refresh token is dead.
    SignIn,
}

/// Who has to act, or what was unavailable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The request is wrong: a field, a name, a file.
    Usage,
    /// A sign-in is required.
    NeedsSignIn,
    /// The service refused.
    Refused,
    /// The service cannot be reached, or is unavailable for now.
    Network,
    /// The vault cannot be read or written.
    Vault,
    /// A local error: port, disk, browser.
    Machine,
}

impl Failure {
    pub fn new(kind: FailureKind, diagnosis: Diagnosis) -> Self {
        Self {
            diagnosis,
            kind,
            code: FailureCode::General,
            recovery: Recovery::ByHand,
            reply_lost: false,
            says_more: false,
            said: None,
        }
    }

    /// The same failure with a code.
    #[must_use]
    pub fn coded(self, code: FailureCode) -> Self {
        Self { code, ..self }
    }

    /// A failure of a token call, with the service's own hints.
    pub fn of_token_call(error: &TokenError, service: &Service) -> Self {
        let (kind, recovery) = match error.meaning(&service.hints) {
            Meaning::EndsGrant => (FailureKind::NeedsSignIn, Recovery::SignIn),
            Meaning::Limit => (FailureKind::Network, Recovery::Later { after: Some(LIMIT) }),
            Meaning::Trouble => (FailureKind::Network, Recovery::Later { after: None }),
            Meaning::Refused => (FailureKind::Refused, Recovery::ByHand),
        };
        let code = match (error.code(), recovery) {
            (Some(INVALID_GRANT), _) => FailureCode::Spent,
            (_, Recovery::SignIn) => FailureCode::GrantEnded,
            (Some(INVALID_CLIENT), _) => FailureCode::ClientRefused,
            _ => FailureCode::General,
        };
        let (reply_lost, says_more) = (error.may_have_acted(), !error.tells_all());
        let said = error.code().map(str::to_owned);
        let by_certificate = service.token_request.authentication.shows_certificate();
        // The service's own hints go before this one, and this one before that about secrets.
        let of_certificate =
            ErrorHint { when: INVALID_CLIENT.into(), say: OTHER_CERTIFICATE.into(), ..ErrorHint::default() };
        let hints: Vec<ErrorHint> =
            service.hints.iter().cloned().chain(by_certificate.then_some(of_certificate)).collect();
        Self { code, recovery, reply_lost, says_more, said, ..Self::new(kind, error.diagnose(&hints)) }
    }

    /// A refused authorization, with the service's own hints.
    pub fn of_authorization(error: &AuthorizationError, service: &Service) -> Self {
        let mut diagnosis = error.diagnose();
        if let AuthorizationError::Refused { error, description, .. } = error {
            let text = description.as_deref().unwrap_or_default();
            diagnosis.hint = crate::oauth::explain(crate::oauth::Stage::Authorization, error, text, &service.hints);
        }
        Self::new(FailureKind::Refused, diagnosis)
    }
}

/// The kind of each error of the lower modules, except the two above.
macro_rules! failure_from {
    ($($error:ty => $kind:ident),* $(,)?) => {
        $(impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::new(FailureKind::$kind, error.diagnose())
            }
        })*
    };
}

failure_from! {
    RenderError => Usage,
    crate::dialect::WriteError => Usage,
    BundleError => Refused,
    CatalogError => Usage,
    PresetError => Usage,
    ProfileError => Usage,
    crate::oauth::MakeKeyError => Machine,
    crate::oauth::RedirectUriError => Usage,
    crate::service::ProfileNameError => Usage,
    crate::service::TagError => Usage,
    ListenError => Machine,
    CertificateError => Machine,
    PracticeError => Machine,
    AgentError => Machine,
    ConfigError => Machine,
}

impl From<SigningError> for Failure {
    /// A token that is not there, or did not sign, may do so later; whatever else is wrong a person has to put right.
    fn from(error: SigningError) -> Self {
        let is_away = matches!(error, SigningError::Hardware(HardwareKeyError::NoToken | HardwareKeyError::Refused));
        let kind = if is_away { FailureKind::Machine } else { FailureKind::Usage };
        Self::new(kind, error.diagnose())
    }
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        let code = match error {
            KeyError::NoPassphrase | KeyError::WrongPassphrase => FailureCode::PassphraseNeeded,
            KeyError::Hardware(HardwareKeyError::NoPin) => FailureCode::PinNeeded,
            _ => FailureCode::General,
        };
        Self::new(FailureKind::Usage, error.diagnose()).coded(code)
    }
}

impl From<VaultError> for Failure {
    fn from(error: VaultError) -> Self {
        let is_usage = matches!(&error, VaultError::Team(error) if error.is_usage());
        if let VaultError::NameTaken { .. } = error {
            return Self::new(FailureKind::Usage, error.diagnose()).coded(FailureCode::ProfileExists);
        }
        Self::new(if is_usage { FailureKind::Usage } else { FailureKind::Vault }, error.diagnose())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let is_unusable = matches!(
            error,
            StoreError::Server(_)
                | StoreError::OldServer { .. }
                | StoreError::BadAddress { .. }
                | StoreError::Client { .. }
                | StoreError::NewerFormat { .. }
                | StoreError::NotOurs { .. }
        );
        Self::new(if is_unusable { FailureKind::Vault } else { FailureKind::Machine }, error.diagnose())
    }
}

impl From<TransportError> for Failure {
    fn from(error: TransportError) -> Self {
        let is_clock = matches!(error, TransportError::Tls { cause: TlsCause::Clock, .. });
        let later = error.is_transient() || is_clock;
        let recovery = if later { Recovery::Later { after: None } } else { Recovery::ByHand };
        Self { recovery, reply_lost: error.may_have_acted(), ..Self::new(FailureKind::Network, error.diagnose()) }
    }
}

impl FailureCode {
    const WORDS: [(Self, &'static str); 13] = [
        (Self::Forgotten, "forgotten"),
        (Self::ProfileExists, "profile-exists"),
        (Self::PresetExists, "preset-exists"),
        (Self::FileForeign, "file-foreign"),
        (Self::FileChanged, "file-changed"),
        (Self::InWorkTree, "in-work-tree"),
        (Self::HandOverNeeded, "hand-over-needed"),
        (Self::LiveSink, "live-sink"),
        (Self::BoundToken, "bound-token"),
        (Self::AddressNeeded, "address-needed"),
        (Self::AmbiguousDocument, "ambiguous-document"),
        (Self::Spent, "spent"),
        (Self::GrantEnded, "grant-ended"),
    ];

    /// The code's name in the agent protocol; none for codes that only the face needs.
    pub fn word(self) -> Option<&'static str> {
        Self::WORDS.iter().find(|(code, _)| *code == self).map(|(_, word)| *word)
    }

    /// The code with this name. Names from a later version become [`FailureCode::General`].
    pub fn of_word(word: &str) -> Self {
        Self::WORDS.iter().find(|(_, known)| *known == word).map_or(Self::General, |(code, _)| *code)
    }
}

impl FailureKind {
    const WORDS: [(Self, &'static str); 6] = [
        (Self::Usage, "usage"),
        (Self::NeedsSignIn, "needs-sign-in"),
        (Self::Refused, "refused"),
        (Self::Network, "network"),
        (Self::Vault, "vault"),
        (Self::Machine, "machine"),
    ];

    /// The kind's name in the agent protocol.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(kind, _)| *kind == self).map_or("machine", |(_, word)| word)
    }

    /// The kind with this name; an unknown one counts as a local error.
    pub fn of_word(word: &str) -> Self {
        Self::WORDS.iter().find(|(_, known)| *known == word).map_or(Self::Machine, |(kind, _)| *kind)
    }
}

impl Failure {
    /// A failure reported by another process of this program.
    pub fn of_words(kind: &str, code: Option<&str>, diagnosis: Diagnosis) -> Self {
        let code = code.map_or(FailureCode::General, FailureCode::of_word);
        Self::new(FailureKind::of_word(kind), diagnosis).coded(code)
    }

    /// A broken invariant.
    pub(crate) fn inside(what: &str) -> Self {
        Self::new(FailureKind::Machine, Diagnosis::new(format!("internal error: {what}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_word_of_its_own_that_leads_back_to_it() {
        for (code, word) in FailureCode::WORDS {
            assert_eq!((code.word(), FailureCode::of_word(word)), (Some(word), code));
        }
        assert_eq!((FailureCode::General.word(), FailureCode::of_word("of-tomorrow")), (None, FailureCode::General));
    }
}
