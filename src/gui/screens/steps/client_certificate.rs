//! The client certificate of step 2, for mutual TLS: read from a file or made here, then shown as the service's console shows it. The
//! private key itself is never shown.

use egui::Ui;
use egui::cache::{ComputerMut, FrameCache};
use jiff::Timestamp;

use crate::diagnosis::Diagnosis;
use crate::gui::clock::Clock;
use crate::gui::drafts::{Draft, Focus};
use crate::gui::intent::{CertificateWish, Intent};
use crate::gui::model::{KeyDone, Model, Stand, Work};
use crate::gui::screens::{entered, intent_button, lead_to, waiting_row, want};
use crate::gui::texts::{client_certificate as texts, common};
use crate::gui::theme::{Tone, small};
use crate::gui::widgets::{
    ButtonKind, CodeBlock, Field, banner, disclosure, key_values, link_button, notice, secondary_button, section,
};
use crate::oauth::Certificate;
use crate::service::ProfileName;

/// Shows the certificate, or how to come by one.
pub(crate) fn certificate_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    let Some(service) = draft.profile.as_ref().map(crate::service::ProfileDraft::customised) else { return };
    let Some(note) = service.certificate_note() else { return };
    section(ui, common::CLIENT_CERTIFICATE, |ui| {
        ui.label(note);
        match draft.secrets.client_certificate.as_ref().and_then(|pair| pair.certificate.clone()) {
            Some(text) => details_ui(ui, draft, &text, service.links.console.as_deref()),
            None => missing_ui(ui, model, draft),
        }
        state_ui(ui, model);
    });
}

/// What became of the last thing that was asked for.
fn state_ui(ui: &mut Ui, model: &Model) {
    match model.open.client_certificate.stand() {
        Stand::Failed(failure) => banner(ui, Tone::Danger, &failure.diagnosis),
        Stand::Done(KeyDone::Saved(name)) => {
            let words = texts::saved_as(name);
            notice(ui, Tone::Success, texts::SAVED, &words);
        }
        Stand::Done(KeyDone::Written(path)) => notice(ui, Tone::Success, common::WRITTEN, &path.display().to_string()),
        Stand::Idle | Stand::Pending(_) | Stand::Done(KeyDone::Read(_)) => {}
    }
}

fn missing_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    take_dropped(ui, draft);
    let typed = &mut draft.authorization_step.client_certificate;
    let field = Field::new(texts::FILE).help(texts::FILE_HELP).example(texts::FILE_EXAMPLE).mono();
    let field = field.show(ui, &mut typed.file);
    lead_to(&field, Focus::Missing, typed.file.trim().is_empty(), &mut draft.next_view);
    let mut is_entered = entered(ui, &field);
    let field = Field::new(texts::FILE_PASSPHRASE)
        .help(texts::FILE_PASSPHRASE_HELP)
        .optional()
        .show_secret(ui, &mut typed.passphrase);
    is_entered |= entered(ui, &field);
    let field = Field::new(texts::KEY_FILE).help(texts::KEY_FILE_HELP).optional().mono().show(ui, &mut typed.key_file);
    is_entered |= entered(ui, &field);
    if model.open.client_certificate.is_pending() {
        // The fields stay: without them the page would be shorter, and jump.
        return waiting_row(ui, &model.open.client_certificate, texts::READING, Work::Certificate);
    }
    let is_empty = typed.file.trim().is_empty();
    if is_entered && !is_empty {
        want(ui, Intent::ClientCertificate(CertificateWish::Read));
    }
    let blocked = is_empty.then_some(texts::ENTER_FILE);
    ui.horizontal_wrapped(|ui| {
        intent_button(ui, ButtonKind::Secondary, Intent::ClientCertificate(CertificateWish::Read), blocked);
        intent_button(ui, ButtonKind::Secondary, Intent::ClientCertificate(CertificateWish::Make), None);
    });
}

/// A file that was dropped on the window, unless the private key still waits for one.
fn take_dropped(ui: &Ui, draft: &mut Draft) {
    let has_key = draft.profile.as_ref().is_some_and(|profile| profile.client_key().is_some());
    if has_key && draft.secrets.signing_key.is_none() {
        return;
    }
    let files = ui.input_mut(|input| std::mem::take(&mut input.raw.dropped_files));
    let path = files.first().map(|file| file.path().display().to_string());
    if let Some(path) = path.filter(|path| !path.is_empty()) {
        draft.authorization_step.client_certificate.file = path;
        want(ui, Intent::ClientCertificate(CertificateWish::Read));
    }
}

/// What is shown of a certificate. It is read when the certificate changes and not in each frame.
#[derive(Clone)]
struct Facts {
    subject: String,
    issuer: String,
    is_own_issuer: bool,
    dates: [Option<Timestamp>; 2],
    fingerprint: String,
    thumbprint: String,
    intermediates: usize,
}

#[derive(Default)]
struct ReadFacts;

impl ComputerMut<&str, Option<Facts>> for ReadFacts {
    fn compute(&mut self, text: &str) -> Option<Facts> {
        let all = Certificate::parse_all(text).ok()?;
        let certificate = all.first()?;
        Some(Facts {
            subject: certificate.subject(),
            issuer: certificate.issuer(),
            is_own_issuer: certificate.is_self_issued(),
            dates: [certificate.not_before(), certificate.not_after()],
            fingerprint: certificate.fingerprint(),
            thumbprint: certificate.sha256_thumbprint(),
            intermediates: all.len() - 1,
        })
    }
}

fn details_ui(ui: &mut Ui, draft: &mut Draft, text: &str, console: Option<&str>) {
    let facts = ui.memory_mut(|memory| memory.caches.cache::<FrameCache<Option<Facts>, ReadFacts>>().get(text).clone());
    let Some(facts) = facts else { return };
    date_ui(ui, &facts, &draft.clock);
    let clock = draft.clock.clone();
    key_values(ui, |rows| {
        rows.copyable(common::SUBJECT, &facts.subject);
        rows.text(common::ISSUER, if facts.is_own_issuer { texts::ITSELF } else { &facts.issuer });
        if let Some(end) = facts.dates[1] {
            rows.text(texts::VALID_UNTIL, &clock.show(end));
        }
        if facts.intermediates > 0 {
            rows.text(texts::INTERMEDIATES, &facts.intermediates.to_string());
        }
        rows.copyable(common::FINGERPRINT, &facts.fingerprint);
        rows.copyable(texts::THUMBPRINT, &facts.thumbprint);
    });
    if facts.is_own_issuer {
        CodeBlock::new(texts::TO_REGISTER, text).max_height(120.0).show(ui);
        if let Some(console) = console {
            link_button(ui, texts::OPEN_CONSOLE, console);
        }
    }
    let is_unnamed = ProfileName::parse(&draft.tokens_step.name).is_err();
    let unnamed = is_unnamed.then_some(common::ENTER_PROFILE_NAME);
    disclosure(ui, texts::SAVE_BEFORE_SIGN_IN, facts.is_own_issuer, |ui| {
        ui.label(small(ui, texts::SAVE_BEFORE_SIGN_IN_HELP));
        let field = Field::new(common::PROFILE_NAME).example(texts::PROFILE_NAME_EXAMPLE).mono();
        field.show(ui, &mut draft.tokens_step.name);
        intent_button(ui, ButtonKind::Secondary, Intent::ClientCertificate(CertificateWish::Save), unnamed);
        let field = Field::new(texts::WRITE_TO).example(texts::WRITE_TO_EXAMPLE).optional().mono();
        field.show(ui, &mut draft.authorization_step.client_certificate.save_to);
        let is_empty = draft.authorization_step.client_certificate.save_to.trim().is_empty();
        let blocked = is_empty.then_some(common::ENTER_FILE_NAME);
        intent_button(ui, ButtonKind::Secondary, Intent::ClientCertificate(CertificateWish::Write), blocked);
    });
    if secondary_button(ui, texts::USE_ANOTHER).clicked() {
        draft.secrets.client_certificate = None;
    }
}

/// That it is not valid now.
fn date_ui(ui: &mut Ui, facts: &Facts, clock: &Clock) {
    let words = match facts.dates {
        [_, Some(end)] if end <= clock.now => texts::expired_at(clock.show(end)),
        [Some(begin), _] if begin > clock.now => texts::not_valid_before(clock.show(begin)),
        _ => return,
    };
    banner(ui, Tone::Warning, &Diagnosis::new(words).hint(texts::RENEW_HINT));
}
