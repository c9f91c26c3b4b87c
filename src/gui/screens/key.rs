//! The private key of step 2, for a service that takes signed assertions: read, pasted, dropped or made here; then its
//! certificate, and where that is uploaded. The private key itself is never shown.

use egui::Ui;
use egui::cache::{ComputerMut, FrameCache};

use crate::diagnosis::Diagnosis;
use crate::gui::display_text::quoted;
use crate::gui::draft::Draft;
use crate::gui::intent::{Intent, KeyWish};
use crate::gui::model::{KeyDone, Model, Stand, Work};
use crate::gui::screens::client::input_ui;
use crate::gui::screens::{entered, intent_button, waiting_row, want};
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
    section(ui, "Private key", |ui| {
        ui.label(if used.signs_with_key().is_none() {
            "What the service tells is encrypted to your public key, and your private key decrypts it; register the public key with the service."
        } else if used.signed_assertion().is_none() {
            "The authorization request is signed with your private key; register its public key with the service."
        } else if used.signs_tokens() {
            "The access token is signed here with your private key; register its public key with the service."
        } else if assertion.saml.is_some() {
            "Each token request brings a SAML assertion, written here and signed with your private key."
        } else {
            "Instead of a secret, the service accepts an assertion signed with your private key."
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
            disclosure(ui, "Change the assertion", false, |ui| assertion_ui(ui, typed));
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
    let title = if is_encrypted {
        "Signed, then encrypted to a key of the service, when the authorization starts"
    } else {
        "Signed when the authorization starts"
    };
    disclosure(ui, "Decoded authorization request", false, |ui| {
        CodeBlock::new(title, &text).copies(None).show(ui);
    });
}

/// What became of the last thing that was asked for.
fn state_ui(ui: &mut Ui, model: &Model) {
    match model.open.key.stand() {
        Stand::Failed(failure) => banner(ui, Tone::Danger, &failure.diagnosis),
        Stand::Done(KeyDone::Saved(name)) => {
            let words = format!(
                "It is stored in the vault as {name} and will be there when you return from the service's console."
            );
            notice(ui, Tone::Success, "Key saved", &words);
        }
        Stand::Done(KeyDone::Written(path)) => notice(ui, Tone::Success, "Written", &path.display().to_string()),
        Stand::Idle | Stand::Pending(_) | Stand::Done(KeyDone::Read(_)) => {}
    }
}

fn missing_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    if model.open.key.is_pending() {
        return waiting_row(ui, &model.open.key, "Reading or generating the key", Work::Key);
    }
    take_dropped(ui, draft);
    let help = "PEM, a private JWK, or the JSON file of a service account. It is stored in the vault.";
    Field::new("Pasted private key")
        .help(help)
        .optional()
        .limit(TEXT)
        .show_secret(ui, &mut draft.authorization_step.key.text);
    let help = "Or its file: enter the path, or drop the file here.";
    let field = Field::new("Key file").help(help).optional().mono().show(ui, &mut draft.authorization_step.key.file);
    if entered(ui, &field) && !draft.authorization_step.key.file.trim().is_empty() {
        want(ui, Intent::Key(KeyWish::Read));
    }
    let help = "The certificate already registered with the service, if any.";
    Field::new("Certificate file")
        .help(help)
        .optional()
        .mono()
        .show(ui, &mut draft.authorization_step.key.certificate_file);
    let name_is_wrong = name_ui(ui, draft, "The name a key is saved under, or will be.");
    let is_empty = draft.authorization_step.key.text.is_empty() && draft.authorization_step.key.file.trim().is_empty();
    let blocked = is_empty.then_some("Paste the key or enter its file first");
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
    let field =
        Field::new("Profile name").help(help).example("acme-erp").limit(SHORT).error(wrong.as_deref()).optional();
    field.show(ui, &mut draft.tokens_step.name);
    parsed.is_some().then_some("Enter the profile's name first")
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
        rows.text("Key", key);
        if let Some(place) = &facts.place {
            rows.text("It stays there", &quoted(place));
        }
        if let Some([sha256, sha1]) = &facts.fingerprints {
            rows.copyable("Certificate, SHA-256", sha256);
            rows.copyable("Certificate, SHA-1", sha1);
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
        let does = if signs { format!("signs with {}", algorithm.as_str()) } else { "decrypts".to_owned() };
        facts_ui(ui, &facts, &format!("{kind}; {does}"));
        if !signs && kind == KeyKind::Ed25519 {
            let diagnosis = Diagnosis::new("nothing can be encrypted to a key on Ed25519");
            banner(ui, Tone::Danger, &diagnosis.hint("use an RSA key, or one on P-256, P-384 or P-521"));
        }
        if signs && !kind.signs(algorithm) {
            let words = format!("`{}` is signed with {}, and this is {kind}", algorithm.as_str(), algorithm.wants());
            banner(
                ui,
                Tone::Danger,
                &Diagnosis::new(words).hint("make a key pair, or use the key registered with the service"),
            );
        }
    }
    let (label, text) = match &pair.certificate {
        Some(certificate) => ("Certificate to upload", certificate),
        None => ("Public key", &facts.public_key),
    };
    CodeBlock::new(label, text).max_height(120.0).show(ui);
    if !assertion.upload.is_empty() {
        ui.label(small(ui, format!("Where to upload it: {}", assertion.upload)));
    }
    if let Some(console) = &service.links.console {
        link_button(ui, "Open the service's console to upload it", console);
    }
    Field::new("Save the certificate to")
        .example("certificate.pem")
        .optional()
        .mono()
        .show(ui, &mut draft.authorization_step.key.save_to);
    let help = "Save the key before you upload its certificate: the certificate is useless without it.";
    let unnamed = name_ui(ui, draft, help);
    let blocked = draft.authorization_step.key.save_to.trim().is_empty().then_some("Enter the file's name first");
    ui.horizontal_wrapped(|ui| {
        intent_button(ui, ButtonKind::Secondary, Intent::Key(KeyWish::Save), unnamed);
        intent_button(ui, ButtonKind::Secondary, Intent::Key(KeyWish::WriteCertificate), blocked);
        if secondary_button(ui, "Use another key").clicked() {
            draft.secrets.signing_key = None;
        }
    });
}

/// The assertion as the service wants it. What stands in it is shown in step 3, filled in.
fn assertion_ui(ui: &mut Ui, typed: &mut AssertionFields) {
    let mut algorithms = vec![(None, "Chosen by key type")];
    let keyed = AssertionAlgorithm::ALL.into_iter().filter(|algorithm| *algorithm != AssertionAlgorithm::HS256);
    algorithms.extend(keyed.map(|algorithm| (Some(algorithm), algorithm.as_str())));
    choice(ui, "Signature", &mut typed.algorithm, &algorithms, None);
    let wrong = typed.wrong_life();
    if let Some(saml) = &mut typed.saml {
        saml_ui(ui, saml);
        Field::new("Audience of the assertion")
            .help("For whom it is, as the service names itself.")
            .mono()
            .show(ui, &mut typed.audience);
        Field::new("Lifetime in seconds").limit(SHORT).error(wrong).mono().show(ui, &mut typed.life);
        return;
    }
    Field::new("Audience (aud)").help("Usually the token endpoint or the issuer.").mono().show(ui, &mut typed.audience);
    Field::new("Key ID (kid)").optional().mono().show(ui, &mut typed.key_id);
    let thumbprints = [
        (None, "Not in the header"),
        (Some(CertificateThumbprint::Sha1), "x5t (SHA-1)"),
        (Some(CertificateThumbprint::Sha256), "x5t#S256 (SHA-256)"),
    ];
    choice(ui, "Certificate", &mut typed.thumbprint, &thumbprints, None);
    let help = "One name=value per line; iat and exp are added. Empty values are omitted.";
    Field::new("Claims").help(help).show_lines(ui, &mut typed.claims, 3);
    Field::new("Lifetime in seconds").limit(SHORT).error(wrong).mono().show(ui, &mut typed.life);
    toggle(ui, "Unique ID in each assertion (jti)", &mut typed.unique, None);
}

/// What a SAML assertion says; its ID and its times are made when it is sent.
fn saml_ui(ui: &mut Ui, typed: &mut SamlFields) {
    Field::new("Issuer of the assertion")
        .help("Who makes the assertion, by the name the service knows.")
        .mono()
        .show(ui, &mut typed.issuer);
    Field::new("Subject (NameID)").help("The user whose token it becomes.").mono().show(ui, &mut typed.subject);
    let help = "What kind of name that is; empty for unspecified.";
    Field::new("Format of the subject").help(help).optional().mono().show(ui, &mut typed.subject_format);
    let help = "The token endpoint; empty for the URL of the token request.";
    Field::new("Recipient").help(help).optional().mono().show(ui, &mut typed.recipient);
    let help = "How the user was authenticated; empty to say nothing of it.";
    Field::new("Authentication context").help(help).optional().mono().show(ui, &mut typed.authentication_context);
    let help = "One name=value per line. Empty values are omitted.";
    Field::new("Attributes").help(help).optional().show_lines(ui, &mut typed.attributes, 3);
}
