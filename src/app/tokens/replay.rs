//! Whether a refresh token may be sent once more after a refresh that nobody saw answered. It may be spent, and a service that
//! detects reuse ends the whole sign-in when it comes again, with the access token that still works (RFC 9700 section 4.14.2).

use std::time::Duration;

use jiff::Timestamp;

use crate::app::Need;
use crate::oauth::{Freshness, TokenSet};
use crate::service::TokenPolicy;
use crate::vault::Record;

/// How long an access token without a known end is left alone: most live no longer, and it would wait for ever otherwise, with
/// the sign-in lost once the refresh token has ended as well.
const UNKNOWN_END: Duration = Duration::from_hours(1);

/// What is known of a refresh token that may be spent.
#[derive(Clone, Debug)]
pub(in crate::app::tokens) struct Replay {
    /// How long the service repeats its answer.
    grace: Duration,
    /// Whether a refresh is known to leave the refresh token as it is.
    stays: bool,
    /// Whether other machines use it: one of them may have the answer.
    is_shared: bool,
    /// Whether a person wants it to be sent in any case.
    is_insisted: bool,
    access: Option<TokenSet>,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::app::tokens) enum Verdict {
    Send,
    /// For the end of the access token, which could be lost.
    Wait(Duration),
    /// Only a person can decide.
    Tell,
}

impl Replay {
    pub(in crate::app::tokens) fn new(policy: &TokenPolicy, record: &Record, is_shared: bool, need: Need) -> Self {
        let tokens = record.contents.tokens.as_ref();
        let has_one = tokens.is_some_and(|tokens| tokens.refresh_token.is_some());
        let stays = !has_one || !policy.rotates && record.history.rotation() == Some(false);
        let known_end = |tokens: &TokenSet| {
            let life = policy.access_token_life.filter(|_| tokens.expires_at.is_none()).map(Duration::from_secs);
            let ends = life.and_then(|life| tokens.obtained_at.checked_add(life).ok());
            TokenSet { expires_at: tokens.expires_at.or(ends), ..tokens.clone() }
        };
        Self {
            grace: policy.grace.map(Duration::from_secs).unwrap_or_default(),
            stays,
            is_shared,
            is_insisted: need == Need::Resent,
            access: tokens.map(known_end),
        }
    }

    /// The same for a further try of this process: what a person insists on is one try.
    pub(in crate::app::tokens) fn once_more(&self) -> Self {
        Self { is_insisted: false, ..self.clone() }
    }

    /// What to do so long after the refresh token was sent first.
    pub(in crate::app::tokens) fn verdict(&self, age: Duration, now: Timestamp) -> Verdict {
        if self.is_insisted || self.stays || age < self.grace {
            return Verdict::Send;
        }
        if self.is_shared {
            return Verdict::Tell;
        }
        // Nobody else can have the answer, and the refresh token is the only way back.
        let Some(access) = &self.access else { return Verdict::Send };
        let left = match access.expires_at {
            Some(end) => Duration::try_from(end.duration_since(now)).unwrap_or_default(),
            None => UNKNOWN_END.saturating_sub(age),
        };
        if access.freshness(now, Duration::ZERO) == Freshness::Fresh && !left.is_zero() {
            Verdict::Wait(left)
        } else {
            Verdict::Send
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;
    use crate::vault::{Contents, History};

    fn record(tokens: TokenSet) -> Record {
        Record {
            number: 1,
            contents: Contents { tokens: Some(tokens), ..Contents::default() },
            history: History::default(),
        }
    }

    fn tokens(expires_at: Option<Timestamp>) -> TokenSet {
        let refresh_token = Some(Secret::new("rt"));
        TokenSet { expires_at, refresh_token, ..TokenSet::bearer(Secret::new("at"), Timestamp::UNIX_EPOCH) }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn only_a_profile_of_one_machine_is_sent_again_and_not_before_its_access_token_has_ended() {
        let policy = TokenPolicy { rotates: true, ..TokenPolicy::default() };
        let verdict = |is_shared, need, now| {
            Replay::new(&policy, &record(tokens(Some(at(100)))), is_shared, need).verdict(SECOND, at(now))
        };
        assert_eq!(verdict(false, Need::Usable, 40), Verdict::Wait(SECOND * 60));
        assert_eq!(verdict(false, Need::New, 100), Verdict::Send);
        for now in [40, 100] {
            assert_eq!(verdict(true, Need::New, now), Verdict::Tell);
            assert_eq!(verdict(true, Need::Resent, now), Verdict::Send);
            assert_eq!(verdict(false, Need::Resent, now), Verdict::Send);
        }
    }

    #[test]
    fn a_service_that_repeats_its_answer_is_asked_again_within_that_time() {
        let policy = TokenPolicy { rotates: true, grace: Some(60), ..TokenPolicy::default() };
        let replay = Replay::new(&policy, &record(tokens(Some(at(100)))), true, Need::New);
        assert_eq!(replay.verdict(SECOND * 59, at(0)), Verdict::Send);
        assert_eq!(replay.verdict(SECOND * 60, at(0)), Verdict::Tell);
    }

    #[test]
    fn an_access_token_without_an_end_is_taken_to_live_as_long_as_the_preset_says() {
        let verdict = |access_token_life, now| {
            let policy = TokenPolicy { access_token_life, ..TokenPolicy::default() };
            Replay::new(&policy, &record(tokens(None)), false, Need::New).verdict(SECOND, at(now))
        };
        assert_eq!([verdict(Some(60), 30), verdict(Some(60), 60)], [Verdict::Wait(SECOND * 30), Verdict::Send]);
    }

    #[test]
    fn one_whose_end_nobody_knows_is_waited_for_an_hour() {
        let replay = Replay::new(&TokenPolicy::default(), &record(tokens(None)), false, Need::New);
        let verdict = |age| replay.verdict(age, at(1_000_000));
        assert_eq!(verdict(SECOND * 600), Verdict::Wait(SECOND * 3000));
        assert_eq!([verdict(SECOND * 3600), verdict(Duration::MAX)], [Verdict::Send; 2]);
        let shared = Replay::new(&TokenPolicy::default(), &record(tokens(None)), true, Need::New);
        assert_eq!(shared.verdict(SECOND * 3600, at(1_000_000)), Verdict::Tell);
    }

    #[test]
    fn what_is_not_replaced_is_not_spent() {
        let without = TokenSet { refresh_token: None, ..tokens(Some(at(100))) };
        let replay = Replay::new(&TokenPolicy::default(), &record(without), true, Need::New);
        assert_eq!(replay.verdict(SECOND, at(0)), Verdict::Send);
    }
}
