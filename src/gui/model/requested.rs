//! Something that the window asks of the core, from the asking to what came of it.

use crate::app::{Failure, Pending, Progress};

/// Something that is asked of the core. A copy shows what goes on, and does not hold it.
pub struct Requested<T> {
    pending: Option<Pending<T>>,
    /// The place that it is at: an origin that is called, an address that is fetched.
    place: String,
    outcome: Option<Result<T, Failure>>,
}

#[derive(Debug)]
pub enum Stand<'a, T> {
    /// Nobody asked.
    Idle,
    /// It goes on, at this place where one is known.
    Pending(&'a str),
    Done(&'a T),
    Failed(&'a Failure),
}

impl<T> Requested<T> {
    pub fn ended(outcome: Result<T, Failure>) -> Self {
        Self { outcome: Some(outcome), ..Self::default() }
    }

    /// What goes on, at this place.
    pub fn going(place: &str) -> Self {
        Self { pending: Some(Pending::never()), place: place.to_owned(), outcome: None }
    }

    /// Waits for this; what went on before is cancelled, and what came of it is forgotten.
    pub fn start(&mut self, pending: Pending<T>) {
        *self = Self { pending: Some(pending), ..Self::default() };
    }

    /// The same, with what came last still shown until then.
    pub fn start_again(&mut self, pending: Pending<T>) {
        self.pending = Some(pending);
        self.place.clear();
    }

    /// Takes in what came since; whether it has ended now.
    pub fn poll(&mut self, told: &mut Vec<Progress>) -> bool {
        let Some(pending) = &mut self.pending else { return false };
        let before = told.len();
        let outcome = pending.poll(told);
        for progress in &told[before..] {
            if let Progress::Sending(place) | Progress::Fetching(place) = progress {
                self.place.clone_from(place);
            }
        }
        let Some(outcome) = outcome else { return false };
        self.pending = None;
        self.outcome = Some(outcome);
        true
    }

    pub fn stand(&self) -> Stand<'_, T> {
        match (&self.pending, &self.outcome) {
            (Some(_), _) => Stand::Pending(&self.place),
            (None, None) => Stand::Idle,
            (None, Some(Ok(done))) => Stand::Done(done),
            (None, Some(Err(failure))) => Stand::Failed(failure),
        }
    }

    pub fn is_pending(&self) -> bool {
        self.pending.is_some()
    }

    /// A number that tells it from what went on before; 0 where nothing goes on.
    pub fn id(&self) -> u64 {
        self.pending.as_ref().map_or(0, Pending::id)
    }

    /// What came last, whether it is asked for again or not.
    pub fn last(&self) -> Option<&T> {
        self.outcome.as_ref()?.as_ref().ok()
    }

    pub fn last_mut(&mut self) -> Option<&mut T> {
        self.outcome.as_mut()?.as_mut().ok()
    }

    pub fn failure(&self) -> Option<&Failure> {
        self.outcome.as_ref()?.as_ref().err()
    }

    /// Takes what came out of it.
    pub fn take(&mut self) -> Option<Result<T, Failure>> {
        self.outcome.take()
    }

    /// Takes what came out of it, where that is a failure.
    pub fn take_failed(&mut self) -> Option<Result<T, Failure>> {
        self.outcome.take_if(|outcome| outcome.is_err())
    }

    /// Goes on as this instead.
    #[must_use]
    pub fn hand_over(&mut self) -> Self {
        Self { pending: self.pending.take(), ..Self::default() }
    }

    /// Cancels it; what came last stays.
    pub fn stop(&mut self) {
        self.pending = None;
    }

    /// Cancels it, and forgets what came of it.
    pub fn cancel(&mut self) {
        *self = Self::default();
    }
}

impl<T> Default for Requested<T> {
    fn default() -> Self {
        Self { pending: None, place: String::new(), outcome: None }
    }
}

impl<T: Clone> Clone for Requested<T> {
    fn clone(&self) -> Self {
        let pending = self.pending.as_ref().map(|_| Pending::never());
        Self { pending, place: self.place.clone(), outcome: self.outcome.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::FailureKind;
    use crate::diagnosis::Diagnosis;

    fn failed() -> Requested<u8> {
        Requested::ended(Err(Failure::new(FailureKind::Refused, Diagnosis::new("no"))))
    }

    #[test]
    fn what_came_last_is_forgotten_by_a_new_start_and_shown_until_another_one_ends() {
        let mut requested = Requested::ended(Ok(1));
        requested.start_again(Pending::never());
        assert!(matches!(requested.stand(), Stand::Pending("")));
        assert_eq!(requested.last(), Some(&1));
        requested.start(Pending::never());
        assert_eq!(requested.last(), None);
        requested.cancel();
        assert!(matches!(requested.stand(), Stand::Idle));
    }

    #[test]
    fn only_a_failure_is_taken_as_one() {
        assert!(failed().take_failed().is_some());
        assert!(Requested::ended(Ok(1)).take_failed().is_none());
        assert_eq!(failed().failure().map(|failure| failure.diagnosis.summary.as_str()), Some("no"));
    }

    #[test]
    fn what_goes_on_can_be_handed_over_and_goes_on_there() {
        let mut first: Requested<u8> = Requested::going("https://as.test");
        let second = first.hand_over();
        assert!(!first.is_pending() && second.is_pending());
    }
}
