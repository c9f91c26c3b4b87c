//! The further access tokens of a token set: for other resources (RFC 8707), and those that came beside the own one.

use jiff::Timestamp;

use crate::oauth::{RenewedBy, Resource, ResourceToken, TokenSet};

/// So many are kept for one profile; the oldest makes room.
const MOST: usize = 32;

impl TokenSet {
    /// When each of its access tokens expires, where that is known.
    pub fn ends(&self) -> impl Iterator<Item = Timestamp> {
        self.expires_at.into_iter().chain(self.for_resources.values().filter_map(|token| token.expires_at))
    }

    /// The tokens that a refresh token of their own renews, by name, each in place of the own one.
    pub fn renewed_apart(&self) -> impl Iterator<Item = (Resource, Self)> {
        let is_apart = |token: &ResourceToken| match &token.renewed_by {
            RenewedBy::Shared => false,
            RenewedBy::Own { refresh_token, .. } => refresh_token.is_some(),
        };
        let names = self.for_resources.iter().filter(move |(_, token)| is_apart(token)).map(|(name, _)| name);
        let names = names.filter_map(|name| Resource::parse(name).ok());
        names.filter_map(|name| self.for_resource(&name).map(|tokens| (name, tokens)))
    }

    /// The tokens with the access token of this name in place of the own one, and the refresh token that renews it, if there is
    /// one.
    pub fn for_resource(&self, resource: &Resource) -> Option<Self> {
        let ResourceToken { access_token, token_type, expires_at, scopes, obtained_at, renewed_by } =
            self.for_resources.get(resource.as_str())?.clone();
        let (refresh_token, refresh_token_expires_at) = match renewed_by {
            RenewedBy::Shared => (self.refresh_token.clone(), self.refresh_token_expires_at),
            RenewedBy::Own { refresh_token, expires_at } => (refresh_token, expires_at),
        };
        Some(Self {
            access_token,
            token_type,
            expires_at,
            refresh_token,
            refresh_token_expires_at,
            scopes,
            obtained_at,
            id_token: None,
            ..self.clone()
        })
    }

    /// Adds what a refresh for a resource granted: its access token, and the refresh token that follows the one sent. The own
    /// access token stays, and the own refresh token if another was sent.
    #[must_use]
    pub fn with_resource(&self, resource: &Resource, granted: &Self) -> Self {
        let mut all = self.clone();
        let known = self.for_resources.get(resource.as_str());
        let is_shared = known.is_none_or(|token| token.renewed_by == RenewedBy::Shared);
        let renewed_by = if is_shared {
            all.refresh_token.clone_from(&granted.refresh_token);
            all.refresh_token_expires_at = granted.refresh_token_expires_at;
            RenewedBy::Shared
        } else {
            granted.renewed_by_own()
        };
        all.insert(resource.as_str(), granted, renewed_by);
        all
    }

    /// Adds a token that a reply has beside the own one, with its refresh token. The own token under another name is none.
    pub fn add_further(&mut self, name: &str, further: &Self) {
        if further.access_token != self.access_token {
            self.insert(name, further, further.renewed_by_own());
        }
    }

    fn renewed_by_own(&self) -> RenewedBy {
        RenewedBy::Own { refresh_token: self.refresh_token.clone(), expires_at: self.refresh_token_expires_at }
    }

    fn insert(&mut self, name: &str, granted: &Self, renewed_by: RenewedBy) {
        let Self { access_token, token_type, expires_at, scopes, obtained_at, .. } = granted.clone();
        let token = ResourceToken { access_token, token_type, expires_at, scopes, obtained_at, renewed_by };
        self.for_resources.insert(name.to_owned(), token);
        while self.for_resources.len() > MOST {
            let oldest = self.for_resources.iter().min_by_key(|(_, token)| token.obtained_at);
            let Some(name) = oldest.map(|(name, _)| name.clone()) else { break };
            self.for_resources.remove(&name);
        }
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
    fn a_token_that_came_beside_the_own_one_is_renewed_by_its_own_refresh_token() {
        let (mut own, user) = (tokens("own", "rt", 0), Resource::parse("user").expect("a name"));
        own.add_further("same", &tokens("own", "rt", 0));
        own.add_further("user", &tokens("user-1", "user-rt-1", 0));
        let secrets: Vec<&str> = own.secrets().map(Secret::expose).collect();
        assert_eq!(secrets, ["own", "rt", "user-1", "user-rt-1"], "the own token under another name is none");
        let first = own.for_resource(&user).expect("it came");
        assert_eq!((first.access_token.expose(), first.refresh_token), ("user-1", Some(Secret::new("user-rt-1"))));
        let next = own.with_resource(&user, &tokens("user-2", "user-rt-2", 40));
        assert_eq!((&next.access_token, &next.refresh_token), (&own.access_token, &own.refresh_token));
        let second = next.for_resource(&user).expect("it was renewed");
        assert_eq!((second.access_token.expose(), second.expires_at), ("user-2", Some(at(100))));
        assert_eq!(second.refresh_token, Some(Secret::new("user-rt-2")));
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
