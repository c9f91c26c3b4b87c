//! How long tokens live by the documentation of their service, where replies do not say.

use jiff::{SignedDuration, Timestamp};

use crate::oauth::TokenSet;
use crate::service::rules::TokenPolicy;

impl TokenPolicy {
    /// Adds to the tokens of a reply what it does not say of their ends. `previous` are those that were refreshed, if they are
    /// known, and `is_new` whether the reply has brought the refresh token: the age of one that was pasted is unknown.
    pub fn complete(&self, tokens: &mut TokenSet, previous: Option<&TokenSet>, is_new: bool) {
        let same_end = previous.and_then(|previous| previous.refresh_token_expires_at);
        if is_new && tokens.refresh_token_expires_at.is_none() {
            let same_end = same_end.filter(|_| self.fixed_end);
            tokens.refresh_token_expires_at = same_end.or_else(|| self.refresh_token_end(tokens));
        }
        // An end that a reply has said is not moved: it may be that of an app in test mode.
        let was_documented = || previous.is_some_and(|previous| same_end == self.refresh_token_end(previous));
        if self.extended_by_use && !is_new && tokens.refresh_token_expires_at == same_end && was_documented() {
            tokens.refresh_token_expires_at = self.refresh_token_end(tokens);
        }
        if let Some(longest) = self.longest_life {
            let end = life_after(tokens.obtained_at, longest);
            tokens.expires_at = tokens.expires_at.into_iter().chain(end).min();
        }
    }

    /// When the refresh token expires by the documentation, counted from these tokens.
    pub(crate) fn refresh_token_end(&self, tokens: &TokenSet) -> Option<Timestamp> {
        let _there = tokens.refresh_token.as_ref()?;
        life_after(tokens.obtained_at, self.refresh_token_life?)
    }
}

/// So many seconds later; `None` at the end of time.
pub(crate) fn life_after(time: Timestamp, seconds: u64) -> Option<Timestamp> {
    time.checked_add(SignedDuration::from_secs(i64::try_from(seconds).ok()?)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    const DAY: i64 = 86_400;

    fn tokens(token: &str, obtained: i64, end: Option<i64>) -> TokenSet {
        let at = |second| Timestamp::from_second(second).expect("a time");
        TokenSet {
            refresh_token: Some(Secret::new(token)),
            refresh_token_expires_at: end.map(at),
            ..TokenSet::bearer(Secret::new("at"), at(obtained))
        }
    }

    fn end(policy: &TokenPolicy, mut tokens: TokenSet, previous: Option<&TokenSet>) -> Option<i64> {
        let is_new = tokens.has_new_refresh_token(previous);
        policy.complete(&mut tokens, previous, is_new);
        tokens.refresh_token_expires_at.map(|at| at.as_second() / DAY)
    }

    fn policy() -> TokenPolicy {
        TokenPolicy { refresh_token_life: Some(30 * 86_400), ..TokenPolicy::default() }
    }

    #[test]
    fn a_new_refresh_token_begins_a_life_unless_its_end_is_fixed_or_said() {
        let first = tokens("a", 0, Some(30 * DAY));
        let next = || tokens("b", 10 * DAY, None);
        assert_eq!(end(&policy(), next(), Some(&first)), Some(40));
        assert_eq!(end(&policy(), next(), None), Some(40));
        assert_eq!(end(&TokenPolicy { fixed_end: true, ..policy() }, next(), Some(&first)), Some(30));
        assert_eq!(end(&policy(), tokens("b", 10 * DAY, Some(12 * DAY)), Some(&first)), Some(12));
    }

    #[test]
    fn the_same_refresh_token_lives_on_where_use_extends_it_and_not_beyond_an_end_that_was_said() {
        let extended = TokenPolicy { extended_by_use: true, ..policy() };
        let first = tokens("a", 0, Some(30 * DAY));
        let same = |end| tokens("a", 10 * DAY, Some(end));
        assert_eq!(end(&policy(), same(30 * DAY), Some(&first)), Some(30));
        assert_eq!(end(&extended, same(30 * DAY), Some(&first)), Some(40));
        let said = tokens("a", 0, Some(7 * DAY));
        assert_eq!(end(&extended, same(7 * DAY), Some(&said)), Some(7));
    }
}
