//! The private key of step 2, for a service that takes signed assertions: read, pasted, dropped or made here; then its
//! certificate, and where that is uploaded. The private key itself is never shown.

use egui::Ui;

use crate::diagnosis::Diagnosis;
use crate::gui::draft::Draft;
use crate::gui::intent::Intent;
use crate::gui::model::{KeyDone, Model, Stand, Work};
use crate::gui::screens::service::input_ui;
use crate::gui::screens::{entered, intent_button, waiting_row};
use crate::gui::theme::{Tone, small};
use crate::gui::widgets::{
    ButtonKind, CodeBlock, Field, SHORT, TEXT, banner, choice, disclosure, key_values, link_button, notice,
    secondary_button, section, toggle,
};
use crate::oauth::{AssertionAlgorithm, KeyPair};
use crate::service::{Assertion, AssertionFields, CertificateThumbprint, FieldError, ProfileName, Service};

/// Shows the key, or how to come by one; what the person wants.
pub(crate) fn key_ui(ui: &mut Ui, model: &Model, draft: &mut Draft, errors: &[FieldError]) -> Option<Intent> {
    let profile = draft.profile.as_ref()?;
    let assertion = profile.signed_assertion()?;
    let service = profile.service.clone();
    let mut intent = None;
    section(ui, "Private key", |ui| {
        ui.label("Instead of a secret, the service accepts an assertion signed with your private key.");
        ui.add_space(8.0);
        intent = match draft.secrets.signing_key.clone() {
            Some(pair) => key_details_ui(ui, draft, &service, &assertion, &pair),
            None => missing_ui(ui, model, draft),
        };
        state_ui(ui, model);
        ui.add_space(8.0);
        inputs_ui(ui, draft, &service, errors);
        if let Some(typed) = draft.profile.as_mut().and_then(|profile| profile.assertion.as_mut()) {
            disclosure(ui, "Change the assertion", false, |ui| assertion_ui(ui, typed));
        }
    });
    ui.add_space(12.0);
    intent
}

/// What the service tells when the certificate is uploaded.
fn inputs_ui(ui: &mut Ui, draft: &mut Draft, service: &Service, errors: &[FieldError]) {
    let Draft { profile, next_view, .. } = draft;
    let Some(profile) = profile else { return };
    for input in service.inputs.iter().filter(|input| service.is_of_key(&input.name)) {
        input_ui(ui, input, profile, errors, next_view);
        ui.add_space(8.0);
    }
}

/// What became of the last thing that was asked for.
fn state_ui(ui: &mut Ui, model: &Model) {
    match model.open.key.stand() {
        Stand::Failed(failure) => {
            ui.add_space(8.0);
            banner(ui, Tone::Danger, &failure.diagnosis);
        }
        Stand::Done(KeyDone::Saved(name)) => {
            ui.add_space(8.0);
            let words = format!(
                "It is stored in the vault as {name} and will be there when you return from the service's console."
            );
            notice(ui, Tone::Success, "Key saved", &words);
        }
        Stand::Done(KeyDone::Written(path)) => {
            ui.add_space(8.0);
            notice(ui, Tone::Success, "Written", &path.display().to_string());
        }
        Stand::Idle | Stand::Pending(_) | Stand::Done(KeyDone::Read(_)) => {}
    }
}

fn missing_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) -> Option<Intent> {
    if model.open.key.is_pending() {
        return waiting_row(ui, model, "Reading or generating the key", Work::Key);
    }
    let mut intent = dropped(ui, draft);
    let help = "PEM, a private JWK, or the JSON file of a service account. It is stored in the vault.";
    Field::new("Pasted private key").help(help).optional().limit(TEXT).show_secret(ui, &mut draft.key.text);
    ui.add_space(8.0);
    let help = "Or its file: enter the path, or drop the file here.";
    let field = Field::new("Key file").help(help).optional().mono().show(ui, &mut draft.key.file);
    if entered(ui, &field) && !draft.key.file.trim().is_empty() {
        intent = Some(Intent::ReadKey);
    }
    ui.add_space(8.0);
    let help = "The certificate already registered with the service, if any.";
    Field::new("Certificate file").help(help).optional().mono().show(ui, &mut draft.key.certificate_file);
    ui.add_space(8.0);
    let name_is_wrong = name_ui(ui, draft, "The name a key is saved under, or will be.");
    ui.add_space(8.0);
    let is_empty = draft.key.text.is_empty() && draft.key.file.trim().is_empty();
    let blocked = is_empty.then_some("Paste the key or enter its file first");
    ui.horizontal_wrapped(|ui| {
        let read = intent_button(ui, ButtonKind::Secondary, Intent::ReadKey, blocked);
        let made = intent_button(ui, ButtonKind::Secondary, Intent::MakeKey, None);
        let opened = intent_button(ui, ButtonKind::Secondary, Intent::OpenKey, name_is_wrong);
        intent = intent.take().or(read).or(made).or(opened);
    });
    intent
}

/// The name of the profile; why it cannot be used yet.
fn name_ui(ui: &mut Ui, draft: &mut Draft, help: &str) -> Option<&'static str> {
    let parsed = ProfileName::parse(&draft.name).err();
    let wrong = parsed.as_ref().filter(|_| !draft.name.is_empty()).map(ToString::to_string);
    let field =
        Field::new("Profile name").help(help).example("acme-erp").limit(SHORT).error(wrong.as_deref()).optional();
    field.show(ui, &mut draft.name);
    parsed.is_some().then_some("Enter the profile's name first")
}

/// A file that was dropped on the window.
fn dropped(ui: &Ui, draft: &mut Draft) -> Option<Intent> {
    let files = ui.input_mut(|input| std::mem::take(&mut input.raw.dropped_files));
    draft.key.file = files.first().map(|file| file.path().display().to_string()).filter(|path| !path.is_empty())?;
    Some(Intent::ReadKey)
}

fn key_details_ui(
    ui: &mut Ui,
    draft: &mut Draft,
    service: &Service,
    assertion: &Assertion,
    pair: &KeyPair,
) -> Option<Intent> {
    let key = pair.signing_key();
    if let Some(key) = &key {
        let kind = key.kind();
        key_values(ui, |rows| {
            rows.text("Key", &format!("{kind}; signs with {}", assertion.algorithm_for(kind).as_str()));
            if let Some(certificate) = pair.certificate() {
                let fingerprint = certificate.fingerprint();
                rows.copyable("Certificate, SHA-256", &fingerprint, &fingerprint);
                let thumbprint = certificate.sha1_fingerprint();
                rows.copyable("Certificate, SHA-1", &thumbprint, &thumbprint);
            }
        });
        if !kind.signs(assertion.algorithm_for(kind)) {
            let algorithm = assertion.algorithm_for(kind);
            let words = format!("`{}` is signed with {}, and this is {kind}", algorithm.as_str(), algorithm.wants());
            banner(
                ui,
                Tone::Danger,
                &Diagnosis::new(words).hint("make a key pair, or use the key registered with the service"),
            );
        }
    }
    ui.add_space(8.0);
    let public_key = key.and_then(|key| key.public_key_pem()).unwrap_or_default();
    let (label, text) = match &pair.certificate {
        Some(certificate) => ("Certificate to upload", certificate),
        None => ("Public key", &public_key),
    };
    CodeBlock::new(label, text).max_height(120.0).show(ui);
    if !assertion.upload.is_empty() {
        ui.label(small(ui, format!("Where to upload it: {}", assertion.upload)));
    }
    if let Some(console) = &service.links.console {
        link_button(ui, "Open the service's console to upload it", console);
    }
    ui.add_space(8.0);
    Field::new("Save the certificate to").example("certificate.pem").optional().mono().show(ui, &mut draft.key.save_to);
    ui.add_space(8.0);
    let help = "Save the key before you upload its certificate: the certificate is useless without it.";
    let unnamed = name_ui(ui, draft, help);
    ui.add_space(8.0);
    let blocked = draft.key.save_to.trim().is_empty().then_some("Enter the file's name first");
    let mut intent = None;
    ui.horizontal_wrapped(|ui| {
        intent = intent_button(ui, ButtonKind::Secondary, Intent::SaveKey, unnamed);
        intent = intent.take().or(intent_button(ui, ButtonKind::Secondary, Intent::WriteCertificate, blocked));
        if secondary_button(ui, "Use another key").clicked() {
            draft.secrets.signing_key = None;
        }
    });
    intent
}

/// The assertion as the service wants it. What stands in it is shown in step 3, filled in.
fn assertion_ui(ui: &mut Ui, typed: &mut AssertionFields) {
    let mut algorithms = vec![(None, "Chosen by key type")];
    let keyed = AssertionAlgorithm::ALL.into_iter().filter(|algorithm| *algorithm != AssertionAlgorithm::HS256);
    algorithms.extend(keyed.map(|algorithm| (Some(algorithm), algorithm.as_str())));
    choice(ui, "Signature", &mut typed.algorithm, &algorithms, None);
    ui.add_space(8.0);
    Field::new("Audience (aud)").help("Usually the token endpoint or the issuer.").mono().show(ui, &mut typed.audience);
    ui.add_space(8.0);
    Field::new("Key ID (kid)").optional().mono().show(ui, &mut typed.key_id);
    ui.add_space(8.0);
    let thumbprints = [
        (None, "Not in the header"),
        (Some(CertificateThumbprint::Sha1), "x5t (SHA-1)"),
        (Some(CertificateThumbprint::Sha256), "x5t#S256 (SHA-256)"),
    ];
    choice(ui, "Certificate", &mut typed.thumbprint, &thumbprints, None);
    ui.add_space(8.0);
    let help = "One name=value per line; iat and exp are added. Empty values are omitted.";
    Field::new("Claims").help(help).show_lines(ui, &mut typed.claims, 3);
    ui.add_space(8.0);
    let wrong = typed.wrong_life();
    Field::new("Lifetime in seconds").limit(SHORT).error(wrong).mono().show(ui, &mut typed.life);
    ui.add_space(8.0);
    toggle(ui, "Unique ID in each assertion (jti)", &mut typed.unique, None);
}
