//! What the window can cancel.

use crate::gui::model::{Model, SignIn};

/// What goes on, and can be cancelled by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Work {
    SignIn,
    TokenRequest,
    RefreshRequest,
    Identity,
    Query,
    Rehearsal,
    Import,
    Export,
    Share,
    Key,
}

impl Model {
    /// Cancels what goes on; it is then as if it had not begun.
    pub fn cancel(&mut self, work: Work) {
        let open = &mut self.open;
        match work {
            Work::SignIn => open.sign_in = SignIn::default(),
            Work::TokenRequest => open.token_request.cancel(),
            Work::RefreshRequest => open.refresh_request.cancel(),
            Work::Identity => open.identity.cancel(),
            Work::Query => self.query = None,
            Work::Rehearsal => open.rehearsal = None,
            Work::Import => self.import.cancel(),
            Work::Export => self.export.done.cancel(),
            Work::Share => self.export.shared.cancel(),
            Work::Key => open.key.cancel(),
        }
        self.lease_busy = None;
    }
}
