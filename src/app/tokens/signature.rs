//! Whether a token's issuer signed it: by the keys that the issuer publishes, or by the client's own secret.

use crate::app::CallContext;
use crate::app::handle::App;
use crate::app::progress::Report;
use crate::app::tokens::issuer_keys::keys_of;
use crate::diagnosis::Diagnosis;
use crate::oauth::{Expected, Inspected, SignatureCheck, TokenForm, TokenUse, check_with_secret, is_shared_secret};
use crate::secret::Secret;
use crate::service::Assertion;

/// Who may be asked about a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Nobody.
    Nobody,
    /// The service of the profile, about the profile's own token; its issuer for its keys.
    Profile,
    /// Whomever the token names as its issuer, for its keys; the service of the profile about a pasted token.
    Anybody,
}

/// What is known of a token's signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    pub state: SignatureState,
    /// For people: by which key, or why not.
    pub words: Diagnosis,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureState {
    /// Its issuer signed it, or the client's own secret did.
    Valid,
    /// Somebody else wrote it, or it was changed.
    Invalid,
    /// Not checked; why is told.
    Unchecked,
    /// Not checked: its issuer is not the profile's, and is asked only if the person wants it.
    Stranger,
    /// There is none.
    Absent,
}

impl SignatureState {
    /// For programs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Unchecked | Self::Stranger => "not-checked",
            Self::Absent => "none",
        }
    }
}

/// Whether the issuer of a token signed it, by whom `reach` allows to ask; with the profile that it is compared with.
pub(in crate::app) async fn signature_of(
    app: &App,
    report: &Report,
    (context, reach): (Option<&CallContext>, Reach),
    (token, inspected): (&Secret, &Inspected),
    expected: &Expected,
) -> Signature {
    Signing { app, report, reach, context }.check(token, inspected, expected).await
}

/// What a signature is checked with.
struct Signing<'a> {
    app: &'a App,
    report: &'a Report,
    reach: Reach,
    context: Option<&'a CallContext>,
}

impl Signing<'_> {
    async fn check(&self, token: &Secret, inspected: &Inspected, expected: &Expected) -> Signature {
        let algorithm = inspected.algorithm().unwrap_or("none");
        if inspected.form != TokenForm::Signed || algorithm.eq_ignore_ascii_case("none") {
            let words = match inspected.form {
                TokenForm::Signed => "it has no signature",
                _ => "nothing is signed that could be read here",
            };
            return Signature { state: SignatureState::Absent, words: Diagnosis::new(words) };
        }
        let issuer = inspected.issuer();
        let is_own = issuer.is_some_and(|issuer| expected.is_issuer(issuer));
        if is_shared_secret(algorithm) {
            return self.check_shared(token, inspected, is_own);
        }
        let Some(issuer) = issuer else {
            return unchecked(Diagnosis::new(
                "it does not say who issued it, so whose keys to check it with is unknown",
            ));
        };
        if self.reach == Reach::Nobody {
            return unchecked(Diagnosis::new("the issuer's keys are not fetched offline"));
        }
        if self.reach == Reach::Profile && !is_own {
            let summary = match self.context {
                Some(_) => format!("the keys of `{issuer}`, which is not the profile's service, were not fetched"),
                None => format!("the keys of `{issuer}` were not fetched"),
            };
            let words = Diagnosis::new(summary).hint("ask the issuer if you know who it is");
            return Signature { state: SignatureState::Stranger, words };
        }
        let report = self.report.of_profile(self.context.and_then(|context| context.name.as_ref()));
        match keys_of(self.app, &report, issuer, inspected.key_id()).await {
            Ok(published) => {
                let fit = published.keys.count_for(algorithm);
                // OpenID Connect Core 1.0 section 10.1: an ID token names its key where there are several.
                if expected.purpose == Some(TokenUse::Id) && inspected.key_id().is_none() && fit > 1 {
                    let summary = format!("it does not name its key (`kid`), and its issuer has {fit} for {algorithm}");
                    return Signature { state: SignatureState::Invalid, words: Diagnosis::new(summary) };
                }
                let by = format!("a key of `{issuer}`, published at {}", published.address);
                told(&published.keys.check(token, inspected), inspected, &by)
            }
            Err(failure) => unchecked(failure.diagnosis),
        }
    }

    /// By the secret of the client, which nobody but the client and its service knows.
    fn check_shared(&self, token: &Secret, inspected: &Inspected, is_own: bool) -> Signature {
        let secret = self.context.map(|context| &context.secrets.client_secret).filter(|secret| !secret.is_empty());
        let made_here = self.context.and_then(|context| context.profile.service.token_assertion());
        let encoding = made_here.map(|assertion| assertion.secret_encoding).unwrap_or_default();
        if let Some(secret) = secret.filter(|_| is_own || made_here.is_some_and(Assertion::is_shared)) {
            return told(&check_with_secret(token, inspected, (secret, encoding)), inspected, "the client secret");
        }
        let summary = "it is signed with a secret, which only its issuer and its recipient have";
        unchecked(Diagnosis::new(summary).hint("compare it with a profile that has the client's secret"))
    }
}

fn unchecked(words: Diagnosis) -> Signature {
    Signature { state: SignatureState::Unchecked, words }
}

fn told(check: &SignatureCheck, inspected: &Inspected, by: &str) -> Signature {
    let algorithm = inspected.algorithm().unwrap_or_default();
    match check {
        SignatureCheck::Valid { key } => {
            let key = key.as_ref().map(|key| format!(", `{key}`")).unwrap_or_default();
            let words = Diagnosis::new(format!("{algorithm}, by {by}{key}"));
            Signature { state: SignatureState::Valid, words }
        }
        SignatureCheck::Invalid => {
            let words = Diagnosis::new(format!("it was not made with {by}"));
            // Microsoft signs tokens for Graph over a header that is changed afterwards.
            let hint = if inspected.header_json.contains_key("nonce") {
                "tokens for Microsoft Graph, with `nonce` in the header, can be checked by Graph only"
            } else {
                "the token was changed, or somebody else made it: do not trust what it says"
            };
            let words = words.hint(hint);
            Signature { state: SignatureState::Invalid, words }
        }
        SignatureCheck::NoKey => {
            let summary = match inspected.key_id() {
                Some(id) => format!("none of the issuer's keys has the ID `{id}` and is for {algorithm}"),
                None => format!("none of the issuer's keys is for {algorithm}"),
            };
            unchecked(Diagnosis::new(summary).hint("the issuer may have replaced its keys since the token was issued"))
        }
        SignatureCheck::UnknownAlgorithm => {
            unchecked(Diagnosis::new(format!("the algorithm `{algorithm}` is not known here")))
        }
        SignatureCheck::UnknownExtension => {
            unchecked(Diagnosis::new("its header demands an extension that is not known here (`crit`)"))
        }
        SignatureCheck::NotSigned => {
            Signature { state: SignatureState::Absent, words: Diagnosis::new("it has no signature") }
        }
    }
}
