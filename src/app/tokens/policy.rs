//! When tokens are good enough and when they are refreshed, by need and by the service's policy. The wall clock is read at
//! each use, so a machine that slept is no special case.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::app::{Failure, FailureKind, Need, Recovery};
use crate::diagnosis::Diagnosis;
use crate::oauth::{Freshness, TokenSet, span, span_left};
use crate::service::{ProfileName, Service, TokenPolicy};

/// How long before its end an access token is renewed where the preset does not say: time enough to use it.
const LEEWAY: Duration = Duration::from_mins(1);
/// From when on the end of a refresh token is announced, at most.
const ANNOUNCED: Duration = Duration::from_hours(7 * 24);
/// A clock that was set back by more than this since the tokens came tells nothing about them.
const SET_BACK: SignedDuration = SignedDuration::from_mins(2);

/// The tokens, if they are as good as is needed.
pub(crate) fn good<'a>(
    policy: &TokenPolicy,
    tokens: Option<&'a TokenSet>,
    need: Need,
    now: Timestamp,
) -> Option<&'a TokenSet> {
    let tokens = tokens?;
    let leeway = match need {
        Need::New | Need::Resent => return None,
        Need::ValidFor(least) => least,
        Need::Usable => leeway(policy, tokens),
    };
    if tokens.obtained_at.duration_since(now) > SET_BACK {
        return None;
    }
    let is_good = match tokens.freshness(now, leeway) {
        Freshness::Fresh => true,
        // The service would refuse to renew it yet.
        Freshness::Expiring => too_young(policy, tokens, now).is_some(),
        Freshness::Expired => false,
    };
    is_good.then_some(tokens)
}

/// The leeway is bounded by the token's life: one that is given for a minute is not renewed at once.
fn leeway(policy: &TokenPolicy, tokens: &TokenSet) -> Duration {
    let leeway = policy.leeway.map_or(LEEWAY, Duration::from_secs);
    tokens.life().map_or(leeway, |life| leeway.min(life / 2))
}

/// Tokens that have not expired, for whoever asked for no more than usable ones and cannot have new ones.
pub(crate) fn last_resort(tokens: Option<TokenSet>, need: Need, now: Timestamp) -> Option<TokenSet> {
    let is_good = |tokens: &TokenSet| tokens.freshness(now, Duration::ZERO) == Freshness::Fresh;
    tokens.filter(|tokens| need == Need::Usable && is_good(tokens))
}

/// That the service gives no token that lives as long as was asked.
pub(crate) fn shortfall(tokens: &TokenSet, need: Need, now: Timestamp) -> Option<Diagnosis> {
    let (Need::ValidFor(least), Some(at)) = (need, tokens.expires_at) else { return None };
    let left = Duration::try_from(at.duration_since(now)).unwrap_or_default();
    let summary = || format!("the token is valid for {}, not for the {} requested", span_left(left), span(least));
    (left < least).then(|| Diagnosis::new(summary()).hint("the service issues no longer-lived tokens"))
}

/// How long the service still refuses to renew the access token, if it does.
fn too_young(policy: &TokenPolicy, tokens: &TokenSet, now: Timestamp) -> Option<Duration> {
    let from = tokens.obtained_at.checked_add(Duration::from_secs(policy.minimum_age?)).ok()?;
    Duration::try_from(from.duration_since(now)).ok().filter(|left| !left.is_zero())
}

/// Does not ask for what the service would refuse: a renewal of an access token that is too young.
pub(crate) fn check_age(
    name: &ProfileName,
    service: &Service,
    tokens: Option<&TokenSet>,
    now: Timestamp,
) -> Result<(), Failure> {
    let valid = tokens.filter(|tokens| tokens.freshness(now, Duration::ZERO) == Freshness::Fresh);
    let Some(left) = valid.and_then(|tokens| too_young(&service.policy, tokens, now)) else { return Ok(()) };
    let summary = format!("the access token of `{name}` is too new: {} does not refresh it yet", service.name);
    let diagnosis = Diagnosis::new(summary).hint(format!("it is valid; it can be refreshed in {}", span(left)));
    let recovery = Recovery::Later { after: Some(left) };
    Err(Failure { recovery, ..Failure::new(FailureKind::Network, diagnosis) })
}

/// From when on the end of the refresh token is announced: its last tenth, and no more than a week.
pub(crate) fn announced_from(policy: &TokenPolicy, tokens: &TokenSet) -> Option<Timestamp> {
    let end = tokens.refresh_token_expires_at?;
    let told = || Duration::try_from(end.duration_since(tokens.obtained_at)).unwrap_or_default();
    let life = policy.refresh_token_life.map_or_else(told, Duration::from_secs);
    end.checked_sub((life / 10).min(ANNOUNCED)).ok()
}

/// The announcement of a refresh token's end, when it is time for it.
pub(crate) fn ending(name: &ProfileName, policy: &TokenPolicy, tokens: &TokenSet, now: Timestamp) -> Option<Diagnosis> {
    let end = tokens.refresh_token_expires_at?;
    if tokens.refresh_token.is_none() || announced_from(policy, tokens)? > now {
        return None;
    }
    let left = Duration::try_from(end.duration_since(now)).unwrap_or_default();
    let sign_in = format!("`tokenwright sign-in {name}`");
    Some(match (left.is_zero(), policy.rotates && !policy.fixed_end) {
        (true, _) => Diagnosis::new(format!("the refresh token of `{name}` has expired"))
            .hint(format!("sign in again: {sign_in}")),
        (false, true) => Diagnosis::new(format!("the refresh token of `{name}` expires in {}", span_left(left)))
            .hint(format!("a refresh before then brings a new one: `tokenwright refresh {name}`")),
        (false, false) => Diagnosis::new(format!("the refresh token of `{name}` expires in {}", span_left(left)))
            .hint(format!("sign in again before then: {sign_in}")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;
    const DAY: i64 = 86_400;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    /// Obtained at 0.
    fn tokens(life: Option<i64>, refresh_life: Option<i64>) -> TokenSet {
        TokenSet {
            expires_at: life.map(at),
            refresh_token: Some(Secret::new("rt")),
            refresh_token_expires_at: refresh_life.map(at),
            ..TokenSet::bearer(Secret::new("at"), at(0))
        }
    }

    fn is_good(policy: &TokenPolicy, life: Option<i64>, need: Need, second: i64) -> bool {
        good(policy, Some(&tokens(life, None)), need, at(second)).is_some()
    }

    #[test]
    fn a_token_is_renewed_a_minute_before_its_end_or_as_the_preset_says() {
        let usual = TokenPolicy::default();
        assert!(is_good(&usual, Some(3600), Need::Usable, 3539));
        assert!(!is_good(&usual, Some(3600), Need::Usable, 3540));
        let early = TokenPolicy { leeway: Some(300), ..TokenPolicy::default() };
        assert!(is_good(&early, Some(3600), Need::Usable, 3299));
        assert!(!is_good(&early, Some(3600), Need::Usable, 3300));
        assert!(is_good(&usual, None, Need::Usable, 1_000_000), "one that never ends is never renewed");
    }

    #[test]
    fn a_short_life_is_not_used_up_by_the_leeway() {
        for policy in [TokenPolicy::default(), TokenPolicy { leeway: Some(600), ..TokenPolicy::default() }] {
            assert!(is_good(&policy, Some(30), Need::Usable, 14));
            assert!(!is_good(&policy, Some(30), Need::Usable, 15));
        }
    }

    #[test]
    fn whoever_names_a_time_gets_it_or_is_told() {
        let need = Need::ValidFor(Duration::from_mins(2));
        assert!(!is_good(&TokenPolicy::default(), Some(60), need, 0));
        let told = shortfall(&tokens(Some(60), None), need, at(0)).expect("told");
        assert_eq!(told.summary, "the token is valid for 60 s, not for the 2 min requested");
        assert_eq!(shortfall(&tokens(Some(3600), None), need, at(0)), None);
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_keep_a_token_alive() {
        assert!(is_good(&TokenPolicy::default(), Some(3600), Need::Usable, -60));
        assert!(!is_good(&TokenPolicy::default(), Some(3600), Need::Usable, -3600));
    }

    #[test]
    fn a_token_that_is_too_young_is_used_and_not_renewed() {
        let policy = TokenPolicy { minimum_age: Some(570), leeway: Some(60), ..TokenPolicy::default() };
        assert!(is_good(&policy, Some(600), Need::Usable, 545), "it expires soon and cannot be renewed yet");
        assert!(!is_good(&policy, Some(600), Need::Usable, 571));
        let service = Service { name: "Exact".into(), policy, ..Service::default() };
        let name = ProfileName::parse("acme").expect("a name");
        let refused = check_age(&name, &service, Some(&tokens(Some(600), None)), at(270)).expect_err("too young");
        assert_eq!(
            refused.diagnosis.to_string(),
            "the access token of `acme` is too new: Exact does not refresh it yet\n\
             hint: it is valid; it can be refreshed in 5 min"
        );
        assert!(check_age(&name, &service, Some(&tokens(Some(600), None)), at(570)).is_ok());
        assert!(check_age(&name, &service, Some(&tokens(Some(100), None)), at(200)).is_ok(), "it has ended already");
    }

    #[test]
    fn the_end_of_a_refresh_token_is_announced_in_its_last_tenth_and_at_most_a_week_before() {
        let from = |policy: &TokenPolicy, end: i64| {
            announced_from(policy, &tokens(None, Some(end))).map(|at| at.as_second() / (DAY / 10))
        };
        let usual = TokenPolicy::default();
        assert_eq!(from(&usual, 100 * DAY), Some(930), "a week before the end of a hundred days");
        assert_eq!(from(&usual, 10 * DAY), Some(90), "a day before the end of ten");
        // The life left is not the life given, where refreshes do not move the end.
        let fixed = TokenPolicy { fixed_end: true, refresh_token_life: Some(50 * 86_400), ..TokenPolicy::default() };
        assert_eq!(from(&fixed, 5 * DAY), Some(0));
    }

    #[test]
    fn the_announcement_names_what_keeps_the_grant() {
        let words = |policy: TokenPolicy, second: i64| {
            let name = ProfileName::parse("acme").expect("a name");
            ending(&name, &policy, &tokens(None, Some(10 * DAY)), at(second)).map(|told| told.to_string())
        };
        assert_eq!(words(TokenPolicy::default(), 8 * DAY), None);
        assert_eq!(
            words(TokenPolicy::default(), 10 * DAY - 7200).as_deref(),
            Some(
                "the refresh token of `acme` expires in 2 h\nhint: sign in again before then: `tokenwright sign-in acme`"
            )
        );
        let rotates = TokenPolicy { rotates: true, ..TokenPolicy::default() };
        assert_eq!(
            words(rotates, 10 * DAY - 7200).as_deref(),
            Some(
                "the refresh token of `acme` expires in 2 h\nhint: a refresh before then brings a new one: `tokenwright \
                 refresh acme`"
            )
        );
        assert_eq!(
            words(TokenPolicy::default(), 11 * DAY).as_deref(),
            Some("the refresh token of `acme` has expired\nhint: sign in again: `tokenwright sign-in acme`")
        );
    }
}
