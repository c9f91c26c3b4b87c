//! The states of the steps that a face shows.

use std::path::PathBuf;

use crate::app::{Authorized, Exchange, Failure, StageLine, Waiting};
use crate::diagnosis::Diagnosis;

/// The practice service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PracticeState {
    /// It does not run.
    #[default]
    Off,
    /// It listens on this port.
    Ready(u16),
    /// It could not be started.
    Failed(Failure),
}

/// A preset of the person's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PresetState {
    /// None was written.
    #[default]
    Idle,
    /// It is in this file.
    Saved(PathBuf),
    /// It could not be written.
    Failed(Failure),
}

/// Step 2.
#[derive(Clone, Debug, Default)]
pub enum AuthorizationState {
    /// Not started.
    #[default]
    Idle,
    /// Started; the browser is not off yet.
    Starting,
    /// The browser is off; with what came meanwhile and was not believed.
    Waiting(Box<Waiting>, Option<Diagnosis>),
    /// The code came.
    Done(Box<Authorized>),
    /// It ended without one.
    Failed(Failure),
}

/// A call of step 3.
#[derive(Clone, Debug, Default)]
pub enum CallState {
    /// Not called.
    #[default]
    Idle,
    /// Being called, at this origin.
    Sending(String),
    /// Called.
    Done(Box<Exchange>),
    /// Not even sent.
    Failed(Failure),
}

/// A rehearsal: what its stages came to. Whether it goes on is what [`crate::app::Session::running`] says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RehearsalState {
    /// The preset's id; empty until it begins.
    pub service: String,
    /// The stages so far.
    pub lines: Vec<StageLine>,
    /// Why it could not be held at all.
    pub problem: Option<Failure>,
}
