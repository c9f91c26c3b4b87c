//! The clock of the practice service, which a person moves ahead, to see what ends and how that looks.

use std::time::Duration;

use crate::practice::contract::CLOCK_STEPS;
use crate::practice::endpoints::pages;
use crate::practice::http::message::{Parameters, Response};
use crate::practice::state::State;
use crate::practice::state::now::Now;

/// Further ahead than this it is not moved: times must stay ones that can be written.
const FARTHEST: Duration = Duration::from_hours(100 * 365 * 24);

/// `GET /clock`.
pub(crate) fn page(state: &State, now: &Now) -> Response {
    let is_ahead = state.options.clock_ahead > Duration::ZERO;
    pages::clock(&now.time.strftime("%F %T UTC").to_string(), is_ahead)
}

/// `POST /clock`: moves it ahead by a step, or back to the time of this machine.
pub(crate) fn set(state: &mut State, form: &Parameters, now: &mut Now) -> Response {
    let asked = form.one("ahead").ok().flatten().unwrap_or_default();
    let step = CLOCK_STEPS.iter().find(|(name, ..)| *name == asked).map(|(.., step)| *step);
    let before = state.options.clock_ahead;
    let after = step.map_or(Duration::ZERO, |step| (before + step).min(FARTHEST));
    state.options.clock_ahead = after;
    if let Ok(time) = now.time.checked_sub(before).and_then(|machine| machine.checked_add(after)) {
        now.time = time;
    }
    page(state, now)
}
