//! Step 1: the services, the chosen one, its preset and its rehearsal.

use std::fmt::Display;

pub const WELCOME: &str = "Tokenwright signs you in to a service and refreshes its OAuth tokens for your tools. To look around, choose the Practice service: it needs no account.";
pub const CHOOSE_ONE: &str = "Choose a service to continue. The Practice service needs no registration.";
pub const SEARCH: &str = "Search services";
pub const SEARCH_EXAMPLE: &str = "Search by name: QBO, Graph, ERP …";
pub const MISSING_FROM_IMPORT: &str = "Still missing from the import";
pub const LOADING: &str = "Loading presets…";

pub fn show_all(services: usize) -> String {
    format!("Show all {services} services")
}

pub const NO_MATCH: &str = "No preset matches. Use a custom service for any other OAuth 2.0 service.";

pub fn listening(port: u16) -> String {
    format!("Listening on http://127.0.0.1:{port}, for this machine only.")
}

pub const FAULTS_TO_INJECT: &str = "Faults to inject";
pub const FAULTS_HELP: &str = "See what a failure looks like before a real service shows it. Changes apply at once.";
pub const SEARCH_FAULTS: &str = "Search faults";
pub const SEARCH_FAULTS_EXAMPLE: &str = "Search by name or meaning: refresh, device, issuer …";
pub const NO_FAULT: &str = "No fault matches.";
pub const NOT_SUPPORTED: &str = "Not supported yet";

pub fn disputed(fact: &str) -> String {
    format!("Disputed: {fact}")
}

pub fn checked(date: impl Display, is_single_source: bool) -> String {
    if is_single_source {
        format!("Based on a single source, checked on {date}.")
    } else {
        format!("Checked on {date}.")
    }
}

pub fn fact_checked(fact: &str, date: impl Display, source: &str) -> String {
    format!("{fact}: checked on {date}, {source}")
}

// A preset of your own.

pub const CUSTOMISE: &str = "Customise";
pub const OPEN_SAVE_AS_PRESET: &str = "Save as preset…";
pub const SAVE_AS_PRESET: &str = "Save as preset";
pub const SAVE_AS_PRESET_HELP: &str = "Saves the service as entered in all three steps to your own preset file, with a card among the services. Your client and secrets are not included.";
pub const ENTER_ID_AND_NAME: &str = "Enter an ID and a name first";
pub const SECRET_IN_REQUEST: &str = "The request contains one of your secrets";
pub const LEAKS: &str = "A request of this service contains one of your secrets";
pub const LEAKS_HINT: &str = "Use its placeholder instead, such as <client_secret>.";

pub fn replaces(service: &str) -> String {
    format!("Replaces {service} on this machine.")
}

pub const PRESET_ID: &str = "Preset ID";
pub const PRESET_ID_EXAMPLE: &str = "acme-billing";
pub const PRESET_NAME: &str = "Preset name";
pub const PRESET_NAME_EXAMPLE: &str = "Acme Billing";
pub const PRESET_FILE: &str = "Preset file";
pub const PRESET_SAVED: &str = "Contains no secrets, so you can share it. Its card is now among the services.";

// The rehearsal of a preset.

pub const SAVE_BEFORE_REHEARSAL: &str = "Save it as a preset first: only presets can be rehearsed";
pub const REHEARSING: &str = "Rehearsing…";
pub const REHEARSAL: &str = "Rehearsal";
pub const REHEARSAL_WAITING: &str = "Rehearsing against a local server";
pub const REHEARSAL_IS_LOCAL: &str = "Nothing left this machine: a local server answers as the preset describes.";
pub const REHEARSED_AS_SAVED: &str = "The preset is rehearsed as saved, without your changes.";

pub fn stages_skipped(stages: usize) -> String {
    format!("; {stages} skipped")
}

pub const NOTHING_REHEARSED: &str = "Nothing was rehearsed";

pub fn one_stage_passed(besides: &str) -> String {
    format!("1 stage rehearsed, all passed{besides}")
}

pub fn stages_passed(rehearsed: usize, besides: &str) -> String {
    format!("{rehearsed} stages rehearsed, all passed{besides}")
}

pub fn stages_failed(failed: usize, rehearsed: usize, besides: &str) -> String {
    format!("{failed} of {rehearsed} failed{besides}")
}

// The service in the form of another tool.

pub const COPY_AS: &str = "Copy as…";

pub fn copy_as(format: &str) -> String {
    format!("Copy as {format}")
}

pub fn copied_as(format: &str) -> String {
    format!("Copied as {format}, without secrets")
}

pub fn copied_in_part_as(format: &str) -> String {
    format!("Copied as {format}, which cannot represent everything")
}
