//! The generations of a profile: a bounded list of lines, and the older token sets that may still be needed. Older token
//! sets are removed only once a newer one has worked, and the one before the newest is always retained.

use jiff::Timestamp;

use crate::oauth::TokenSet;
use crate::vault::generation::{Change, Generation, How, Outcome, Stamp};
use crate::vault::journal::InFlightRefresh;

/// The most lines of a history: two and a half days of a profile that is refreshed every hour.
const LINES: usize = 64;

/// The most older token sets, so that a service that never accepts one does not fill the record.
const EARLIER: usize = 8;

/// The generations of a profile.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// Oldest first. The last line is that of the newest tokens.
    pub lines: Vec<Generation>,
    /// The retained older token sets, oldest first.
    pub earlier: Vec<Earlier>,
    /// Whether a refresh has ever returned another refresh token. It outlives the lines that show it.
    pub rotated: bool,
    /// When the person consented to what the newest tokens came from, where that is known. It outlives the line of it.
    pub granted_at: Option<Timestamp>,
}

/// An older token set.
#[derive(Clone, Debug, PartialEq)]
pub struct Earlier {
    /// The generation it came with.
    pub number: u64,
    /// The tokens.
    pub tokens: TokenSet,
}

impl History {
    /// The history of a record that was written before there were histories.
    pub(in crate::vault) fn of_old_record(number: u64, tokens: Option<&TokenSet>) -> Self {
        let line = tokens.map(|tokens| Generation::new(number, tokens.obtained_at, How::Saved, Some(tokens)));
        Self { lines: line.into_iter().collect(), ..Self::default() }
    }

    /// The line of the newest generation.
    pub fn last(&self) -> Option<&Generation> {
        self.lines.last()
    }

    /// The tokens of an older generation, if they are retained.
    pub fn tokens_of(&self, number: u64) -> Option<&Earlier> {
        let line = self.lines.iter().find(|line| line.number == number)?;
        self.earlier.iter().rev().find(|earlier| line.is_of(&earlier.tokens))
    }

    /// Whether these tokens, or the same lack of tokens, were here before.
    pub fn knows(&self, tokens: Option<&TokenSet>) -> bool {
        let asked = Generation::new(0, Timestamp::UNIX_EPOCH, How::Saved, tokens);
        let is_same =
            |line: &Generation| line.access_token == asked.access_token && line.refresh_token == asked.refresh_token;
        self.lines.iter().any(is_same)
    }

    /// Whether this refresh was sent with the newest tokens, so that its response was not saved.
    pub fn is_unanswered(&self, refresh: &InFlightRefresh) -> bool {
        let Some(last) = self.last() else { return false };
        let is_same =
            |line: &&Generation| line.access_token == last.access_token && line.refresh_token == last.refresh_token;
        let first = self.lines.iter().rev().take_while(is_same).last();
        first.is_some_and(|first| first.number <= refresh.number)
    }

    /// Whether refreshes return another refresh token; `None` if no refresh was seen.
    pub fn rotation(&self) -> Option<bool> {
        let seen = self.lines.windows(2).filter_map(|pair| {
            let before = pair[0].refresh_token.as_ref()?;
            let after = pair[1].refresh_token.as_ref().filter(|_| pair[1].how == How::Refreshed)?;
            Some(before != after)
        });
        let (stayed, rotated) =
            seen.fold((false, self.rotated), |(stayed, rotated), other| (stayed || !other, rotated || other));
        (stayed || rotated).then_some(rotated)
    }

    /// Whether newer tokens have followed these.
    pub fn is_overtaken(&self, tokens: &TokenSet) -> bool {
        self.lines.iter().any(|line| line.is_of(tokens)) && !self.last().is_some_and(|last| last.is_of(tokens))
    }

    /// Whether this history continues another one by refreshes only, without a sign-in or a removal in between.
    pub fn continues(&self, other: &Self) -> bool {
        let Some(last) = other.last() else { return self.lines.is_empty() };
        let Some(at) = self.lines.iter().rposition(|line| line.is_same(last)) else { return false };
        let goes_on = |line: &Generation| matches!(line.how, How::Refreshed | How::Saved);
        self.lines[at + 1..].iter().all(goes_on)
    }

    /// Retains tokens that are being replaced.
    pub(in crate::vault) fn retain(&mut self, number: u64, tokens: TokenSet) {
        if self.earlier.iter().all(|earlier| earlier.tokens != tokens) {
            self.earlier.push(Earlier { number, tokens });
            let surplus = self.earlier.len().saturating_sub(EARLIER);
            self.earlier.drain(..surplus);
        }
    }

    /// Removes all but the newest of the older token sets.
    fn trim(&mut self) {
        let surplus = self.earlier.len().saturating_sub(1);
        self.earlier.drain(..surplus);
    }
}

impl History {
    /// Adds the line of a `put`.
    pub(in crate::vault) fn record(
        &mut self,
        number: u64,
        (old, new): (Option<&TokenSet>, Option<&TokenSet>),
        change: Change,
        stamp: Stamp,
    ) {
        let how = match change {
            Change::Fared(outcome) => return self.set_outcome(outcome),
            Change::New(how) => how,
        };
        self.replace(old, new, how);
        let outcome = if old == new { self.outcome() } else { Outcome::Unused };
        let line = Generation::new(number, stamp.at, how, new);
        self.lines.push(Generation { outcome, by: Some(stamp.by), ..line });
        // Computed before the line that shows it is cut off.
        self.rotated = self.rotation() == Some(true);
        match how {
            How::SignedIn | How::AskedFor => self.granted_at = Some(stamp.at),
            // Tokens from elsewhere, or of an earlier sign-in.
            How::Pasted | How::Restored(_) => self.granted_at = None,
            How::Refreshed | How::Saved | How::TakenOut => {}
        }
        let surplus = self.lines.len().saturating_sub(LINES);
        self.lines.drain(..surplus);
    }

    fn outcome(&self) -> Outcome {
        self.last().map(|line| line.outcome.clone()).unwrap_or_default()
    }

    fn set_outcome(&mut self, outcome: Outcome) {
        if outcome == Outcome::Worked {
            self.trim();
        }
        if let Some(last) = self.lines.last_mut() {
            last.outcome = outcome;
        }
    }

    /// Replaces one token set by another.
    fn replace(&mut self, old: Option<&TokenSet>, new: Option<&TokenSet>, how: How) {
        if old == new {
            return;
        }
        if how == How::Refreshed {
            // The refresh succeeded, so the old tokens worked.
            self.set_outcome(Outcome::Worked);
        }
        if let Some(old) = old {
            if self.outcome() == Outcome::Worked {
                self.earlier.clear();
            }
            self.retain(self.last().map_or(0, |line| line.number), old.clone());
        }
        // A restored token set needs no second copy.
        self.earlier.retain(|earlier| Some(&earlier.tokens) != new);
    }
}

#[cfg(test)]
pub(in crate::vault) mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::secret::Secret;
    use crate::vault::record::{Contents, Record};

    pub(in crate::vault) fn tokens(text: &str) -> TokenSet {
        TokenSet {
            refresh_token: Some(Secret::new(format!("rt-{text}"))),
            ..TokenSet::bearer(Secret::new(format!("at-{text}")), Timestamp::UNIX_EPOCH)
        }
    }

    fn put(last: Option<&Record>, text: &str, change: impl Into<Change>) -> Record {
        let contents = Contents { tokens: Some(tokens(text)), ..Contents::default() };
        let change = change.into();
        let number = change.number_after(last.map(|last| last.number));
        Record::next(last, number, &contents, change, Stamp::now())
    }

    fn earlier(record: &Record) -> Vec<(u64, &str)> {
        let earlier = record.history.earlier.iter();
        earlier.map(|earlier| (earlier.number, earlier.tokens.access_token.expose())).collect()
    }

    fn outcomes(record: &Record) -> Vec<(u64, String, String)> {
        record.history.lines.iter().map(|line| (line.number, line.how.to_string(), line.outcome.to_string())).collect()
    }

    #[test]
    fn one_back_is_kept_and_those_before_it_until_a_newer_one_has_worked() {
        let first = put(None, "a", How::SignedIn);
        let second = put(Some(&first), "b", How::SignedIn);
        let third = put(Some(&second), "c", How::SignedIn);
        assert_eq!(earlier(&third), [(1, "at-a"), (2, "at-b")], "nobody knows yet whether any of them works");
        let refreshed = put(Some(&third), "d", How::Refreshed);
        assert_eq!(earlier(&refreshed), [(3, "at-c")], "what the newest came from has worked");
        let again = put(Some(&third), "c", Outcome::Worked);
        assert_eq!(earlier(&again), [(2, "at-b")], "the one before is always retained");
        let words = [(1, "signed in", "kept"), (2, "signed in", "kept"), (3, "signed in", "worked")];
        assert_eq!(outcomes(&again), words.map(|(number, how, outcome)| (number, how.into(), outcome.into())));
    }

    #[test]
    fn a_generation_that_is_put_on_top_again_is_not_kept_twice() {
        let first = put(None, "a", How::SignedIn);
        let second = put(Some(&first), "b", How::Refreshed);
        let restored = put(Some(&second), "a", How::Restored(1));
        assert_eq!(earlier(&restored), [(2, "at-b")]);
        assert_eq!(restored.history.tokens_of(2).map(|earlier| earlier.number), Some(2));
        assert_eq!(restored.history.tokens_of(1), None, "they are the newest");
    }

    #[test]
    fn tokens_that_stay_keep_their_outcome_and_a_refusal_is_noted_at_theirs() {
        let first = put(None, "a", How::SignedIn);
        let refused = put(Some(&first), "a", Outcome::Refused("invalid_grant".into()));
        let saved = put(Some(&refused), "a", How::Saved);
        let words = [(1, "signed in", "refused: invalid_grant"), (2, "saved", "refused: invalid_grant")];
        assert_eq!(outcomes(&saved), words.map(|(number, how, outcome)| (number, how.into(), outcome.into())));
    }

    #[test]
    fn a_call_that_was_begun_is_open_until_other_tokens_are_there() {
        let first = put(None, "a", How::SignedIn);
        let second = put(Some(&first), "b", How::Refreshed);
        let begun = InFlightRefresh::now(second.number);
        let saved = put(Some(&second), "b", How::Saved);
        let third = put(Some(&saved), "c", How::Refreshed);
        let open = |record: &Record| record.history.is_unanswered(&begun);
        assert_eq!([open(&second), open(&saved), open(&third)], [true, true, false]);
        assert!(!second.history.is_unanswered(&InFlightRefresh::now(first.number)), "it was answered by the second");
    }

    #[test]
    fn a_refresh_token_that_was_replaced_once_is_remembered_after_its_lines_are_gone() {
        let first = put(None, "a", How::SignedIn);
        assert_eq!(first.history.rotation(), None, "no refresh was seen");
        let again = put(Some(&first), "b", How::SignedIn);
        assert_eq!(again.history.rotation(), None, "a sign-in always brings another one");
        let mut same = again.contents.clone();
        same.tokens.as_mut().expect("tokens").access_token = Secret::new("at-c");
        let stayed = Record::next(Some(&again), 3, &same, How::Refreshed.into(), Stamp::now());
        assert_eq!(stayed.history.rotation(), Some(false));
        let mut record = put(Some(&stayed), "d", How::Refreshed);
        assert_eq!(record.history.rotation(), Some(true));
        for number in 0..=LINES {
            record = put(Some(&record), &format!("s{number}"), How::SignedIn);
        }
        assert_eq!(record.history.rotation(), Some(true));
        let read = Record::from_text(record.number, &record.to_text()).expect("read");
        assert_eq!(read.history.rotation(), Some(true));
    }

    #[test]
    fn a_history_goes_on_by_refreshes_and_not_over_a_sign_in_or_a_removal() {
        let first = put(None, "a", How::SignedIn);
        let refreshed = put(Some(&put(Some(&first), "b", How::Refreshed)), "b", How::Saved);
        assert!(first.history.continues(&first.history) && refreshed.history.continues(&first.history));
        let fared = put(Some(&first), "a", Outcome::Worked);
        assert!(fared.history.continues(&first.history), "the same generation, and what became of it");
        let anew = put(Some(&first), "c", How::SignedIn);
        assert!(
            !anew.history.continues(&first.history) && !put(None, "a", How::SignedIn).history.continues(&first.history)
        );
        assert!(refreshed.history.is_overtaken(first.contents.tokens.as_ref().expect("tokens")));
        assert!(!refreshed.history.is_overtaken(refreshed.contents.tokens.as_ref().expect("tokens")));
    }

    #[test]
    fn both_lists_are_bounded() {
        let mut record = put(None, "0", How::SignedIn);
        for number in 1..200 {
            record = put(Some(&record), &number.to_string(), How::SignedIn);
        }
        assert_eq!((record.history.lines.len(), record.history.earlier.len()), (LINES, EARLIER));
        assert_eq!(record.history.last().map(|line| line.number), Some(200));
    }
}
