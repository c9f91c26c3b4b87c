//! The private key of step 2, for a service that takes signed assertions: read, pasted, dropped or made here; then its
//! certificate, and where that is uploaded. The private key itself is never shown.

use egui::Ui;
use egui::cache::{ComputerMut, FrameCache};

use crate::diagnosis::Diagnosis;
use crate::gui::display_text::quoted;
use crate::gui::drafts::Draft;
use crate::gui::intent::{Intent, KeyWish};
use crate::gui::model::{KeyDone, Model, Stand, Work};
use crate::gui::screens::steps::client::input_ui;
use crate::gui::screens::{entered, intent_button, waiting_row, want};
use crate::gui::texts::{common, key as texts};
use crate::gui::theme::{Tone, small};
use crate::gui::widgets::{
    ButtonKind, CodeBlock, Field, SHORT, TEXT, banner, choice, disclosure, key_values, link_button, notice,
    secondary_button, section, toggle,
};
use crate::oauth::{AssertionAlgorithm, KeyKind, KeyPair, SigningKey};
use crate::secret::Secret;
use crate::service::{Assertion, AssertionFields, CertificateThumbprint, FieldError, ProfileName, SamlFields, Service};

/// Shows the key, or how to come by one.
pub(crate) fn key_ui(ui: &mut Ui, model: &Model, draft: &mut Draft, errors: &[FieldError]) {
    let Some(profile) = &draft.profile else { return };
    let Some(assertion) = profile.client_key() else { return };
    let service = profile.service.clone();
    let used = profile.customised();
    section(ui, texts::TITLE, |ui| {
        ui.label(if used.signs_with_key().is_none() {
            texts::FOR_DECRYPTION
        } else if used.signed_assertion().is_none() {
            texts::FOR_AUTHORIZATION
        } else if used.signs_tokens() {
            texts::FOR_TOKEN
        } else if assertion.saml.is_some() {
            texts::FOR_SAML
        } else {
            texts::FOR_ASSERTION
        });
        match draft.secrets.signing_key.clone() {
            Some(pair) => key_details_ui(ui, draft, (&service, used.signs_with_key().is_some()), &assertion, &pair),
            None => missing_ui(ui, model, draft),
        }
        state_ui(ui, model);
        request_ui(ui, model, draft);
        let Draft { profile: Some(profile), next_view, .. } = draft else { return };
        // What the service tells when the certificate is uploaded.
        for input in service.inputs.iter().filter(|input| service.is_of_key(&input.name)) {
            input_ui(ui, input, profile, errors, next_view);
        }
        if let Some(typed) = &mut profile.assertion {
            disclosure(ui, texts::CHANGE_ASSERTION, false, |ui| assertion_ui(ui, typed));
        }
    });
}

/// What the signed authorization request says; it is signed when the authorization starts.
fn request_ui(ui: &mut Ui, model: &Model, draft: &Draft) {
    let shown = draft.context(model).and_then(|context| context.shown_request(draft.clock.now));
    let Some(shown) = shown else { return };
    let text = shown.lines();
    let is_encrypted =
        draft.profile.as_ref().is_some_and(|profile| profile.customised().request_encryption().is_some());
    let title = if is_encrypted { texts::SIGNED_THEN_ENCRYPTED } else { texts::SIGNED_AT_START };
    disclosure(ui, texts::DECODED_AUTHORIZATION_REQUEST, false, |ui| {
        CodeBlock::new(title, &text).copies(None).show(ui);
    });
}

/// What became of the last thing that was asked for.
fn state_ui(ui: &mut Ui, model: &Model) {
    match model.open.key.stand() {
        Stand::Failed(failure) => banner(ui, Tone::Danger, &failure.diagnosis),
        Stand::Done(KeyDone::Saved(name)) => {
            let words = texts::saved_as(name);
            notice(ui, Tone::Success, texts::KEY_SAVED, &words);
        }
        Stand::Done(KeyDone::Written(path)) => notice(ui, Tone::Success, common::WRITTEN, &path.display().to_string()),
        Stand::Idle | Stand::Pending(_) | Stand::Done(KeyDone::Read(_)) => {}
    }
}

fn missing_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    if model.open.key.is_pending() {
        return waiting_row(ui, &model.open.key, texts::READING_KEY, Work::Key);
    }
    take_dropped(ui, draft);
    Field::new(texts::PASTED_KEY)
        .help(texts::PASTED_KEY_HELP)
        .optional()
        .limit(TEXT)
        .show_secret(ui, &mut draft.authorization_step.key.text);
    let field = Field::new(texts::KEY_FILE)
        .help(texts::KEY_FILE_HELP)
        .optional()
        .mono()
        .show(ui, &mut draft.authorization_step.key.file);
    if entered(ui, &field) && !draft.authorization_step.key.file.trim().is_empty() {
        want(ui, Intent::Key(KeyWish::Read));
    }
    Field::new(texts::CERTIFICATE_FILE)
        .help(texts::CERTIFICATE_FILE_HELP)
        .optional()
        .mono()
        .show(ui, &mut draft.authorization_step.key.certificate_file);
    let name_is_wrong = name_ui(ui, draft, texts::PROFILE_NAME_HELP);
    let is_empty = draft.authorization_step.key.text.is_empty() && draft.authorization_step.key.file.trim().is_empty();
    let blocked = is_empty.then_some(texts::ENTER_KEY);
    ui.horizontal_wrapped(|ui| {
        intent_button(ui, ButtonKind::Secondary, Intent::Key(KeyWish::Read), blocked);
        intent_button(ui, ButtonKind::Secondary, Intent::Key(KeyWish::Make), None);
        intent_button(ui, ButtonKind::Secondary, Intent::Key(KeyWish::Open), name_is_wrong);
    });
}

/// The name of the profile; why it cannot be used yet.
fn name_ui(ui: &mut Ui, draft: &mut Draft, help: &str) -> Option<&'static str> {
    let parsed = ProfileName::parse(&draft.tokens_step.name).err();
    let wrong = parsed.as_ref().filter(|_| !draft.tokens_step.name.is_empty()).map(ToString::to_string);
    let field = Field::new(common::PROFILE_NAME)
        .help(help)
        .example(texts::PROFILE_NAME_EXAMPLE)
        .limit(SHORT)
        .error(wrong.as_deref())
        .optional();
    field.show(ui, &mut draft.tokens_step.name);
    parsed.is_some().then_some(common::ENTER_PROFILE_NAME)
}

/// A file that was dropped on the window.
fn take_dropped(ui: &Ui, draft: &mut Draft) {
    let files = ui.input_mut(|input| std::mem::take(&mut input.raw.dropped_files));
    let path = files.first().map(|file| file.path().display().to_string());
    if let Some(path) = path.filter(|path| !path.is_empty()) {
        draft.authorization_step.key.file = path;
        want(ui, Intent::Key(KeyWish::Read));
    }
}

/// What is shown of a key pair. It is read when the pair changes and not in each frame.
#[derive(Clone)]
struct KeyFacts {
    kind: Option<KeyKind>,
    /// Where it is, if it stays in a token.
    place: Option<String>,
    /// Of the certificate: SHA-256 and SHA-1.
    fingerprints: Option<[String; 2]>,
    public_key: String,
}

#[derive(Default)]
struct ReadFacts;

impl ComputerMut<(&str, &str), KeyFacts> for ReadFacts {
    fn compute(&mut self, (private_key, certificate): (&str, &str)) -> KeyFacts {
        let pair = KeyPair { private_key: Secret::new(private_key), certificate: Some(certificate.to_owned()) };
        let key = pair.signing_key();
        KeyFacts {
            kind: key.as_ref().map(SigningKey::kind),
            place: key.as_ref().and_then(SigningKey::place),
            fingerprints: pair.certificate().map(|read| [read.fingerprint(), read.sha1_fingerprint()]),
            public_key: key.and_then(|key| key.public_key_pem()).unwrap_or_default(),
        }
    }
}

fn facts_ui(ui: &mut Ui, facts: &KeyFacts, key: &str) {
    key_values(ui, |rows| {
        rows.text(texts::KEY, key);
        if let Some(place) = &facts.place {
            rows.text(texts::STAYS_THERE, &quoted(place));
        }
        if let Some([sha256, sha1]) = &facts.fingerprints {
            rows.copyable(texts::CERTIFICATE_SHA256, sha256);
            rows.copyable(texts::CERTIFICATE_SHA1, sha1);
        }
    });
}

fn key_details_ui(
    ui: &mut Ui,
    draft: &mut Draft,
    (service, signs): (&Service, bool),
    assertion: &Assertion,
    pair: &KeyPair,
) {
    let text = (pair.private_key.expose(), pair.certificate.as_deref().unwrap_or_default());
    let facts = ui.memory_mut(|memory| memory.caches.cache::<FrameCache<KeyFacts, ReadFacts>>().get(text).clone());
    if let Some(kind) = facts.kind {
        let algorithm = assertion.algorithm_for(kind);
        let does = if signs { texts::signs_with(algorithm.as_str()) } else { texts::DECRYPTS.to_owned() };
        facts_ui(ui, &facts, &format!("{kind}; {does}"));
        if !signs && kind == KeyKind::Ed25519 {
            let diagnosis = Diagnosis::new(texts::NO_ED25519);
            banner(ui, Tone::Danger, &diagnosis.hint(texts::NO_ED25519_HINT));
        }
        if signs && !kind.signs(algorithm) {
            let words = texts::other_kind(algorithm.as_str(), algorithm.wants(), kind);
            banner(ui, Tone::Danger, &Diagnosis::new(words).hint(texts::OTHER_KIND_HINT));
        }
    }
    let (label, text) = match &pair.certificate {
        Some(certificate) => (texts::CERTIFICATE_TO_UPLOAD, certificate),
        None => (texts::PUBLIC_KEY, &facts.public_key),
    };
    CodeBlock::new(label, text).max_height(120.0).show(ui);
    if !assertion.upload.is_empty() {
        ui.label(small(ui, texts::where_to_upload(&assertion.upload)));
    }
    if let Some(console) = &service.links.console {
        link_button(ui, texts::OPEN_CONSOLE, console);
    }
    Field::new(texts::SAVE_CERTIFICATE_TO)
        .example(texts::SAVE_CERTIFICATE_EXAMPLE)
        .optional()
        .mono()
        .show(ui, &mut draft.authorization_step.key.save_to);
    let unnamed = name_ui(ui, draft, texts::SAVE_CERTIFICATE_HELP);
    let blocked = draft.authorization_step.key.save_to.trim().is_empty().then_some(common::ENTER_FILE_NAME);
    ui.horizontal_wrapped(|ui| {
        intent_button(ui, ButtonKind::Secondary, Intent::Key(KeyWish::Save), unnamed);
        intent_button(ui, ButtonKind::Secondary, Intent::Key(KeyWish::WriteCertificate), blocked);
        if secondary_button(ui, texts::USE_ANOTHER_KEY).clicked() {
            draft.secrets.signing_key = None;
        }
    });
}

/// The assertion as the service wants it. What stands in it is shown in step 3, filled in.
fn assertion_ui(ui: &mut Ui, typed: &mut AssertionFields) {
    let mut algorithms = vec![(None, texts::CHOSEN_BY_KEY)];
    let keyed = AssertionAlgorithm::ALL.into_iter().filter(|algorithm| *algorithm != AssertionAlgorithm::HS256);
    algorithms.extend(keyed.map(|algorithm| (Some(algorithm), algorithm.as_str())));
    choice(ui, texts::SIGNATURE, &mut typed.algorithm, &algorithms, None);
    let wrong = typed.wrong_life();
    if let Some(saml) = &mut typed.saml {
        saml_ui(ui, saml);
        Field::new(texts::SAML_AUDIENCE).help(texts::SAML_AUDIENCE_HELP).mono().show(ui, &mut typed.audience);
        Field::new(texts::LIFETIME).limit(SHORT).error(wrong).mono().show(ui, &mut typed.life);
        return;
    }
    Field::new(texts::AUDIENCE).help(texts::AUDIENCE_HELP).mono().show(ui, &mut typed.audience);
    Field::new(texts::KEY_ID).optional().mono().show(ui, &mut typed.key_id);
    let thumbprints = [
        (None, texts::NOT_IN_HEADER),
        (Some(CertificateThumbprint::Sha1), texts::THUMBPRINT_SHA1),
        (Some(CertificateThumbprint::Sha256), texts::THUMBPRINT_SHA256),
    ];
    choice(ui, texts::CERTIFICATE, &mut typed.thumbprint, &thumbprints, None);
    Field::new(common::CLAIMS).help(texts::CLAIMS_HELP).show_lines(ui, &mut typed.claims, 3);
    Field::new(texts::LIFETIME).limit(SHORT).error(wrong).mono().show(ui, &mut typed.life);
    toggle(ui, texts::UNIQUE_ID, &mut typed.unique, None);
}

/// What a SAML assertion says; its ID and its times are made when it is sent.
fn saml_ui(ui: &mut Ui, typed: &mut SamlFields) {
    Field::new(texts::SAML_ISSUER).help(texts::SAML_ISSUER_HELP).mono().show(ui, &mut typed.issuer);
    Field::new(texts::SAML_SUBJECT).help(texts::SAML_SUBJECT_HELP).mono().show(ui, &mut typed.subject);
    Field::new(texts::SAML_FORMAT).help(texts::SAML_FORMAT_HELP).optional().mono().show(ui, &mut typed.subject_format);
    Field::new(texts::SAML_RECIPIENT).help(texts::SAML_RECIPIENT_HELP).optional().mono().show(ui, &mut typed.recipient);
    Field::new(texts::SAML_CONTEXT)
        .help(texts::SAML_CONTEXT_HELP)
        .optional()
        .mono()
        .show(ui, &mut typed.authentication_context);
    Field::new(texts::SAML_ATTRIBUTES).help(texts::SAML_ATTRIBUTES_HELP).optional().show_lines(
        ui,
        &mut typed.attributes,
        3,
    );
}
