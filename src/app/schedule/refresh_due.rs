//! When a profile's tokens are due for a refresh: early enough that nobody has to wait, and no earlier than the service
//! allows. A pure function of what the service documents and what it granted.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::oauth::TokenSet;
use crate::service::{Service, TokenPolicy};

/// How long before expiry an access token is refreshed if the service says nothing: longer than a script runs that just
/// got it. For a short lifetime, a fifth of it.
const LEEWAY: SignedDuration = SignedDuration::from_mins(5);
/// How long before its end an idle refresh token is used: time for the machine to be switched on again, and for the
/// person to react.
const IDLE_LEEWAY: SignedDuration = SignedDuration::from_hours(24);
/// The shortest time between two refreshes of a profile: a service that issues expired tokens must not be called
/// without end.
const LEAST_AGE: SignedDuration = SignedDuration::from_secs(5);

/// A planned refresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Due {
    /// The time.
    pub(crate) at: Timestamp,
    /// No refresh is needed if the access token is valid for this long at that time; `None` refreshes in any case.
    pub(crate) min_valid: Option<Duration>,
}

/// The service's rules for refreshing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rules {
    policy: TokenPolicy,
    /// Whether the token request can be repeated without a person.
    without_person: bool,
    refreshes: bool,
}

impl Rules {
    /// The rules of a service.
    pub(crate) fn of(service: &Service) -> Self {
        let policy = TokenPolicy { description: String::new(), ..service.policy.clone() };
        Self { policy, without_person: service.authorization.is_none(), refreshes: service.takes_refresh_tokens() }
    }

    /// Whether these tokens can be refreshed without a person.
    pub(crate) fn can_renew(&self, tokens: &TokenSet) -> bool {
        let refreshable = tokens.refresh_token.is_some() || self.policy.renews_access_token;
        self.without_person || self.refreshes && refreshable
    }

    /// When they are due; `None` for never, if no expiry is known.
    pub(crate) fn due(&self, tokens: &TokenSet) -> Option<Due> {
        let access = self.access_due(tokens);
        let refresh = self.refresh_due(tokens);
        let first = [access, refresh].into_iter().flatten().min_by_key(|due| due.at)?;
        let minimum = self.policy.minimum_age.map_or(LEAST_AGE, seconds).max(LEAST_AGE);
        Some(Due { at: first.at.max(after(tokens.obtained_at, minimum)), ..first })
    }

    fn access_due(&self, tokens: &TokenSet) -> Option<Due> {
        let end = tokens.expires_at.or_else(|| {
            let life = self.policy.access_token_life.filter(|life| *life > 0)?;
            Some(after(tokens.obtained_at, seconds(life)))
        })?;
        let life = end.duration_since(tokens.obtained_at);
        let wanted = self.policy.leeway.map_or(LEEWAY.min(life / 5), seconds);
        // A leeway as long as the lifetime would refresh without end.
        let leeway = wanted.min(life / 2).max(SignedDuration::ZERO);
        // A token without a known expiry counts as valid for ever, so only force refreshes it.
        let min_valid = tokens.expires_at.and_then(|_| Duration::try_from(leeway).ok());
        Some(Due { at: after(end, -leeway), min_valid })
    }

    /// A refresh token whose end moves with each use is used in time; one with a fixed end gains nothing by it.
    fn refresh_due(&self, tokens: &TokenSet) -> Option<Due> {
        let _there = tokens.refresh_token.as_ref().filter(|_| !self.policy.fixed_end)?;
        let end = tokens.refresh_token_expires_at.or_else(|| {
            let life = self.policy.refresh_token_life.filter(|life| *life > 0)?;
            Some(after(tokens.obtained_at, seconds(life)))
        })?;
        let life = end.duration_since(tokens.obtained_at);
        Some(Due { at: after(end, -IDLE_LEEWAY.min(life / 5)), min_valid: None })
    }
}

fn seconds(seconds: u64) -> SignedDuration {
    SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX))
}

fn after(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.saturating_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    const HOUR: u64 = 3600;
    const DAY: u64 = 24 * HOUR;

    fn tokens(expires: Option<i64>, refresh_expires: Option<i64>) -> TokenSet {
        let at = |second| Timestamp::from_second(second).expect("a time");
        TokenSet {
            expires_at: expires.map(at),
            refresh_token: Some(Secret::new("rt")),
            refresh_token_expires_at: refresh_expires.map(at),
            ..TokenSet::bearer(Secret::new("at"), at(0))
        }
    }

    fn rules(policy: TokenPolicy) -> Rules {
        Rules { policy, without_person: false, refreshes: true }
    }

    /// The second at which it is due, and the validity asked for.
    fn check(policy: &TokenPolicy, tokens: &TokenSet, expected: Option<(i64, Option<u64>)>) {
        let due = rules(policy.clone()).due(tokens);
        let due = due.map(|due| (due.at.as_second(), due.min_valid.map(|time| time.as_secs())));
        assert_eq!(due, expected, "{policy:?}");
    }

    #[test]
    fn an_access_token_is_renewed_minutes_before_its_end_and_a_short_one_at_four_fifths() {
        let policy = TokenPolicy::default();
        check(&policy, &tokens(Some(3600), None), Some((3300, Some(300))));
        check(&policy, &tokens(Some(100), None), Some((80, Some(20))));
        check(&TokenPolicy { leeway: Some(600), ..policy.clone() }, &tokens(Some(3600), None), Some((3000, Some(600))));
        check(&policy, &tokens(None, None), None);
    }

    #[test]
    fn a_leeway_as_long_as_the_life_does_not_renew_without_end() {
        let policy = TokenPolicy { leeway: Some(HOUR), ..TokenPolicy::default() };
        check(&policy, &tokens(Some(1800), None), Some((900, Some(900))));
        check(&policy, &tokens(Some(-10), None), Some((5, Some(0))));
    }

    #[test]
    fn a_minimum_age_is_waited_for() {
        let policy = TokenPolicy { minimum_age: Some(95), ..TokenPolicy::default() };
        check(&policy, &tokens(Some(100), None), Some((95, Some(20))));
    }

    #[test]
    fn a_documented_life_stands_in_for_an_expiry_that_is_not_told() {
        let policy = TokenPolicy { access_token_life: Some(HOUR), ..TokenPolicy::default() };
        check(&policy, &tokens(None, None), Some((3300, None)));
    }

    #[test]
    fn a_refresh_token_that_dies_of_idleness_is_used_a_day_before() {
        let day = i64::try_from(DAY).expect("small");
        let policy = TokenPolicy { refresh_token_life: Some(30 * DAY), ..TokenPolicy::default() };
        check(&policy, &tokens(None, None), Some((29 * day, None)));
        check(&policy, &tokens(None, Some(10 * day)), Some((9 * day, None)));
        check(&TokenPolicy { fixed_end: true, ..policy }, &tokens(None, None), None);
    }

    #[test]
    fn without_a_refresh_token_only_a_service_that_needs_no_person_renews() {
        let bare = TokenSet { refresh_token: None, ..tokens(Some(3600), None) };
        let browser = rules(TokenPolicy::default());
        assert!(!browser.can_renew(&bare) && browser.can_renew(&tokens(None, None)));
        assert!(Rules { without_person: true, refreshes: false, ..Rules::default() }.can_renew(&bare));
        assert!(rules(TokenPolicy { renews_access_token: true, ..TokenPolicy::default() }).can_renew(&bare));
    }
}
