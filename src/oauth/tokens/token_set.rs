//! What a token endpoint granted, with absolute times.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::diagnosis::Diagnosis;
use crate::oauth::{RenewedBy, ResourceTokens};
use crate::secret::Secret;

/// The tokens of one profile and what is known about them (RFC 6749 section 5.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenSet {
    /// The access token.
    pub access_token: Secret,
    /// `Bearer` if the service does not say.
    pub token_type: String,
    /// `None` if the service did not say, or said never.
    pub expires_at: Option<Timestamp>,
    /// The refresh token, if one was issued.
    pub refresh_token: Option<Secret>,
    /// When the refresh token expires, if the service said so.
    pub refresh_token_expires_at: Option<Timestamp>,
    /// The ID token (OpenID Connect), if one was issued.
    pub id_token: Option<Secret>,
    /// The granted scopes; `None` if the service did not say, which means as requested (RFC 6749 section 5.1).
    pub scopes: Option<Vec<String>>,
    /// When the reply was received, by the local clock.
    pub obtained_at: Timestamp,
    /// Values retained from the redirect and the replies (`realmId`, `instance_url`, …).
    pub retained: BTreeMap<String, String>,
    /// What they were issued for by name: token endpoint, client ID, scopes, inputs, user. Empty if unknown.
    pub issued_for: BTreeMap<String, String>,
    /// The names of reply fields that look like an expiry and were not understood.
    pub unread_life: Vec<String>,
    /// The access tokens for other resources that the same refresh token gave, and those that came beside the own one.
    pub for_resources: ResourceTokens,
}

/// The refusal of a refresh token. It is saved beside the token, so that the token is not tried again and again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// By the local clock.
    pub at: Timestamp,
    /// What the service said.
    pub reason: String,
    /// What to do.
    #[serde(default)]
    pub hint: Option<String>,
}

/// The state of an access token at a given time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// Valid beyond the leeway.
    Fresh,
    /// Valid, but about to expire.
    Expiring,
    /// Expired.
    Expired,
}

impl TokenSet {
    /// The secrets among the tokens.
    pub fn secrets(&self) -> impl Iterator<Item = &Secret> {
        let own = [Some(&self.access_token), self.refresh_token.as_ref(), self.id_token.as_ref()];
        let further = self.for_resources.values().flat_map(|token| {
            let refresh_token = match &token.renewed_by {
                RenewedBy::Own { refresh_token, .. } => refresh_token.as_ref(),
                RenewedBy::Shared => None,
            };
            std::iter::once(&token.access_token).chain(refresh_token)
        });
        own.into_iter().flatten().chain(further)
    }

    /// A bearer token without further facts.
    pub fn bearer(access_token: Secret, obtained_at: Timestamp) -> Self {
        Self {
            access_token,
            token_type: "Bearer".to_owned(),
            expires_at: None,
            refresh_token: None,
            refresh_token_expires_at: None,
            id_token: None,
            scopes: None,
            obtained_at,
            retained: BTreeMap::new(),
            issued_for: BTreeMap::new(),
            unread_life: Vec::new(),
            for_resources: ResourceTokens::new(),
        }
    }

    /// Whether its refresh token is another one than before.
    pub fn has_new_refresh_token(&self, before: Option<&Self>) -> bool {
        self.refresh_token.is_some()
            && self.refresh_token.as_ref() != before.and_then(|before| before.refresh_token.as_ref())
    }

    /// The lifetime of the access token; `None` if it does not expire.
    pub fn life(&self) -> Option<Duration> {
        let life = self.expires_at?.duration_since(self.obtained_at);
        Some(Duration::try_from(life).unwrap_or_default())
    }

    /// A warning that an expiry was not understood.
    pub fn unread_life_note(&self) -> Option<Diagnosis> {
        if self.unread_life.is_empty() {
            return None;
        }
        let names = self.unread_life.join("`, `");
        let hint = match self.expires_at {
            Some(_) => "the end is taken from what else is known; if it is wrong, have it read from the right place",
            None => {
                "until it is read from the right place the access token counts as one without an end, and is not \
                 refreshed: name the place and its unit in the preset (`expires_in`, `lifetime`), or in step 3 of the \
                 window"
            }
        };
        Some(Diagnosis::new(format!("the reply tells of a life in `{names}`, which is not understood")).hint(hint))
    }

    /// A warning that the access token had expired on arrival.
    pub fn over_note(&self) -> Option<Diagnosis> {
        let at = self.expires_at.filter(|at| *at <= self.obtained_at)?;
        let summary = format!("by the reply the access token had ended at {at}, before it came");
        Some(Diagnosis::new(summary).hint("compare this machine's clock with the service's; it is refreshed when used"))
    }

    /// A token without expiry is fresh.
    pub fn freshness(&self, now: Timestamp, leeway: Duration) -> Freshness {
        Freshness::of(self.expires_at, now, leeway)
    }
}

impl Freshness {
    /// Of a token that expires at this time; one without expiry is fresh.
    pub fn of(expires_at: Option<Timestamp>, now: Timestamp, leeway: Duration) -> Self {
        let Some(expires_at) = expires_at else { return Self::Fresh };
        let left = expires_at.duration_since(now).as_millis();
        match left {
            ..=0 => Self::Expired,
            left if left <= i128::try_from(leeway.as_millis()).unwrap_or(i128::MAX) => Self::Expiring,
            _ => Self::Fresh,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token_set(expires_at: Option<i64>) -> TokenSet {
        TokenSet {
            expires_at: expires_at.map(|second| Timestamp::from_second(second).expect("a time")),
            ..TokenSet::bearer(Secret::new("at"), Timestamp::UNIX_EPOCH)
        }
    }

    #[test]
    fn a_token_is_fresh_until_the_leeway_and_expired_at_its_second() {
        let at = |second| Timestamp::from_second(second).expect("a time");
        let leeway = Duration::from_secs(60);
        let tokens = token_set(Some(1000));
        assert_eq!(tokens.freshness(at(939), leeway), Freshness::Fresh);
        assert_eq!(tokens.freshness(at(940), leeway), Freshness::Expiring);
        assert_eq!(tokens.freshness(at(1000), leeway), Freshness::Expired);
        assert_eq!(token_set(None).freshness(at(1_000_000), leeway), Freshness::Fresh);
    }
}
