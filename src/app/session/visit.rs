//! What happens to the browser while it is waited for.

use crate::app::{AuthorizationState, Event, Session};

impl Session {
    /// The wait goes on; the person is told why it may last.
    pub(super) fn apply_visit(&mut self, event: Event) {
        match event {
            Event::Waiting(attempt, waiting) => self.when(attempt, false, |session, _| {
                session.authorization = AuthorizationState::Waiting(waiting, None);
            }),
            Event::BrowserFailed(attempt, diagnosis) => self.when(attempt, false, |session, _| {
                if let AuthorizationState::Waiting(waiting, _) = &mut session.authorization {
                    waiting.browser_problem = Some(diagnosis);
                }
            }),
            Event::ResponseIgnored(attempt, diagnosis) | Event::ResponseAstray(attempt, diagnosis) => {
                self.when(attempt, false, |session, _| {
                    if let AuthorizationState::Waiting(_, ignored) = &mut session.authorization {
                        *ignored = Some(diagnosis);
                    }
                });
            }
            _ => {}
        }
    }
}
