//! The access tokens of a token set for other resources (RFC 8707).

use jiff::Timestamp;

use crate::oauth::{Resource, ResourceToken, TokenSet};

/// So many are kept for one profile; the oldest makes room.
const MOST: usize = 32;

impl TokenSet {
    /// When each of its access tokens expires, where that is known.
    pub fn ends(&self) -> impl Iterator<Item = Timestamp> {
        self.expires_at.into_iter().chain(self.for_resources.values().filter_map(|token| token.expires_at))
    }

    /// The tokens with the access token for a resource in place of the own one, if there is one.
    pub fn for_resource(&self, resource: &Resource) -> Option<Self> {
        let ResourceToken { access_token, token_type, expires_at, scopes, obtained_at } =
            self.for_resources.get(resource.as_str())?.clone();
        Some(Self { access_token, token_type, expires_at, scopes, obtained_at, id_token: None, ..self.clone() })
    }

    /// Adds what a refresh for a resource granted: its access token, and the refresh token that follows the one sent. The own
    /// access token stays.
    #[must_use]
    pub fn with_resource(&self, resource: &Resource, granted: &Self) -> Self {
        let mut all = self.clone();
        all.refresh_token.clone_from(&granted.refresh_token);
        all.refresh_token_expires_at = granted.refresh_token_expires_at;
        let Self { access_token, token_type, expires_at, scopes, obtained_at, .. } = granted.clone();
        let token = ResourceToken { access_token, token_type, expires_at, scopes, obtained_at };
        all.for_resources.insert(resource.as_str().to_owned(), token);
        while all.for_resources.len() > MOST {
            let oldest = all.for_resources.iter().min_by_key(|(_, token)| token.obtained_at);
            let Some(name) = oldest.map(|(name, _)| name.clone()) else { break };
            all.for_resources.remove(&name);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    fn tokens(access: &str, refresh: &str, second: i64) -> TokenSet {
        TokenSet {
            refresh_token: Some(Secret::new(refresh)),
            expires_at: Some(at(second + 60)),
            scopes: Some(vec![access.to_owned()]),
            ..TokenSet::bearer(Secret::new(access), at(second))
        }
    }

    #[test]
    fn each_resource_has_a_token_and_a_clock_of_its_own_and_all_share_the_refresh_token() {
        let (own, api) = (tokens("own", "rt-1", 0), Resource::parse("https://api.test").expect("a resource"));
        assert_eq!(own.for_resource(&api), None);
        let both = own.with_resource(&api, &tokens("other", "rt-2", 40));
        assert_eq!((&both.access_token, both.expires_at), (&own.access_token, own.expires_at));
        assert_eq!(both.refresh_token, Some(Secret::new("rt-2")));
        let other = both.for_resource(&api).expect("it was granted");
        assert_eq!((other.access_token.expose(), other.expires_at), ("other", Some(at(100))));
        assert_eq!(other.scopes, Some(vec!["other".to_owned()]));
        assert_eq!(other.refresh_token, Some(Secret::new("rt-2")));
    }

    #[test]
    fn the_oldest_makes_room() {
        let mut all = tokens("own", "rt", 0);
        for number in 0..=MOST {
            let resource = Resource::parse(&format!("https://{number}.test")).expect("a resource");
            let second = i64::try_from(number).expect("small");
            all = all.with_resource(&resource, &tokens("other", "rt", second));
        }
        assert_eq!(all.for_resources.len(), MOST);
        assert!(!all.for_resources.contains_key("https://0.test"));
    }
}
