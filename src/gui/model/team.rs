//! What the window knows of the team.

use crate::app::{MemberRemoved, TeamStatus, Untouched};
use crate::gui::model::Requested;
use crate::service::ProfileName;

#[derive(Clone, Default)]
pub struct TeamModel {
    /// What is asked of the team; in the end the team, or `None` if this machine belongs to none.
    pub work: Requested<Option<TeamStatus>>,
    /// A member is being removed.
    pub removal: Requested<MemberRemoved>,
    /// How far that is: profiles done, and all of them.
    pub removing: Option<(usize, usize)>,
    /// The profiles without new tokens after the last removal.
    pub untouched: Vec<Untouched>,
    /// Profiles that are being given to the team.
    pub shared: Requested<Vec<ProfileName>>,
    /// The team as it was seen last.
    seen: Requested<Option<TeamStatus>>,
}

impl TeamModel {
    /// The team as it was seen last.
    pub fn status(&self) -> Option<&TeamStatus> {
        self.work.last().or(self.seen.last())?.as_ref()
    }

    /// Whether this machine is known to belong to none.
    pub fn is_none(&self) -> bool {
        matches!(self.work.last().or(self.seen.last()), Some(None))
    }

    pub fn is_busy(&self) -> bool {
        self.work.is_pending() || self.removal.is_pending()
    }

    /// Something else is asked: what was seen stays until then.
    pub fn begin(&mut self) {
        if let Some(seen) = self.work.last() {
            self.seen = Requested::ended(Ok(seen.clone()));
        }
        (self.removing, self.untouched) = (None, Vec::new());
    }

    /// Takes in what the removal of a member came to.
    pub fn removed(&mut self) {
        self.removing = None;
        match self.removal.take() {
            Some(Ok(removed)) => {
                self.untouched = removed.untouched;
                self.work = Requested::ended(Ok(Some(removed.team)));
            }
            Some(Err(failure)) => self.work = Requested::ended(Err(failure)),
            None => {}
        }
    }
}
