//! *Save as preset…* and *Customise*: the service as it stands in the fields becomes a file of the person's own.

use egui::Ui;

use crate::app::FailureCode;
use crate::diagnosis::Diagnose as _;
use crate::gui::drafts::Draft;
use crate::gui::intent::Intent;
use crate::gui::model::{Model, Stand};
use crate::gui::screens::intent_button;
use crate::gui::texts::{common, service as texts};
use crate::gui::theme::{Tone, small};
use crate::gui::widgets::{ButtonKind, Field, SHORT, banner, key_values, secondary_button, section};
use crate::service::{Catalog, NewPreset, ProfileDraft, Service, write_preset};

/// The button that opens the form: another name for a preset that nobody changed yet. Whether it was pressed.
pub(crate) fn button_ui(ui: &mut Ui, profile: &ProfileDraft) -> bool {
    let is_as_it_came = profile.service.id != Catalog::CUSTOM && !profile.is_changed();
    secondary_button(ui, if is_as_it_came { texts::CUSTOMISE } else { texts::OPEN_SAVE_AS_PRESET }).clicked()
}

/// The form, once it is asked for.
pub(crate) fn preset_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    let Some(mut typed) = draft.service_step.preset.clone() else { return };
    let leaked = draft.own_preset().is_some_and(|service| is_leaked(model, draft, &service));
    let mut closed = false;
    section(ui, texts::SAVE_AS_PRESET, |ui| {
        ui.label(small(ui, texts::SAVE_AS_PRESET_HELP));
        fields_ui(ui, model, &mut typed);
        let complete = typed.parse_id().is_ok() && typed.parse_name().is_ok();
        let blocked = match () {
            () if !complete => Some(texts::ENTER_ID_AND_NAME),
            () if leaked => Some(texts::SECRET_IN_REQUEST),
            () if model.open.preset.is_pending() => Some(common::SAVING),
            () => None,
        };
        if leaked {
            let diagnosis = crate::diagnosis::Diagnosis::new(texts::LEAKS);
            banner(ui, Tone::Danger, &diagnosis.hint(texts::LEAKS_HINT));
        }
        ui.horizontal_wrapped(|ui| {
            intent_button(ui, ButtonKind::Secondary, Intent::SavePreset { replace: false }, blocked);
            closed = secondary_button(ui, common::CANCEL).clicked();
        });
        outcome_ui(ui, model, blocked);
    });
    draft.service_step.preset = (!closed).then_some(typed);
}

fn fields_ui(ui: &mut Ui, model: &Model, typed: &mut NewPreset) {
    let wrong = typed.parse_id().err().filter(|_| !typed.id.is_empty()).map(|error| error.diagnose().summary);
    let taken = model.services.iter().find(|service| service.id == typed.id.trim());
    let help = taken.map(|service| texts::replaces(&service.name));
    Field::new(texts::PRESET_ID)
        .limit(SHORT)
        .example(texts::PRESET_ID_EXAMPLE)
        .help(help.as_deref())
        .error(wrong.as_deref())
        .show(ui, &mut typed.id);
    let wrong = typed.parse_name().err().filter(|_| !typed.name.is_empty()).map(|error| error.diagnose().summary);
    Field::new(texts::PRESET_NAME)
        .limit(SHORT)
        .example(texts::PRESET_NAME_EXAMPLE)
        .error(wrong.as_deref())
        .show(ui, &mut typed.name);
}

/// Where it is, or why it is not.
fn outcome_ui(ui: &mut Ui, model: &Model, blocked: Option<&str>) {
    match model.open.preset.stand() {
        Stand::Idle | Stand::Pending(_) => {}
        Stand::Done(path) => {
            let path = path.display().to_string();
            key_values(ui, |rows| rows.copyable(texts::PRESET_FILE, &path));
            ui.label(small(ui, texts::PRESET_SAVED));
        }
        Stand::Failed(failure) => {
            banner(ui, Tone::Danger, &failure.diagnosis);
            if failure.code == FailureCode::PresetExists {
                intent_button(ui, ButtonKind::Danger, Intent::SavePreset { replace: true }, blocked);
            }
        }
    }
}

/// Whether a secret that is known here was typed into a request by itself, where its placeholder belongs.
fn is_leaked(model: &Model, draft: &Draft, service: &Service) -> bool {
    /// Shorter ones stand in any text by chance.
    const LEAST: usize = 8;
    let typed = &draft.secrets;
    let tokens =
        model.open.tokens.iter().flat_map(|tokens| [Some(&tokens.access_token), tokens.refresh_token.as_ref()]);
    let known = [&typed.client_secret, &typed.refresh_token].into_iter().chain(typed.inputs.values());
    let text = write_preset(service);
    known.chain(tokens.flatten()).map(crate::secret::Secret::expose).any(|secret| {
        // What a preset says by itself is public, and the same for everybody.
        secret.len() >= LEAST && secret != service.defaults.client_secret && text.contains(secret)
    })
}
