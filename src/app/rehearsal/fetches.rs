//! The stages that find a value for later calls: lookups before the sign-in, fetches after the token request.

use crate::app::rehearsal::stages::{Stages, Trouble, wrong};
use crate::app::sign_in::follow_up;
use crate::service::Fetch;

impl Stages<'_> {
    pub(in crate::app::rehearsal) async fn fetch(&mut self, fetch: &Fetch) {
        let said = self.said(&fetch.call);
        let outcome = self.fetched(fetch).await.map(|(read, retain)| {
            if let Some(tokens) = &mut self.context.tokens {
                tokens.retained.extend(retain);
            }
            read
        });
        self.line(&format!("fetch {}", fetch.label), said, outcome);
    }

    pub(in crate::app::rehearsal) async fn lookup(&mut self, lookup: &Fetch) -> bool {
        let said = self.said(&lookup.call);
        let outcome = self.fetched(lookup).await.map(|(read, retain)| {
            self.context.found.extend(retain);
            read
        });
        self.line(&format!("lookup {}", lookup.label), said, outcome)
    }

    /// What was read, in words, and the values of the first item.
    async fn fetched(&self, fetch: &Fetch) -> Result<(String, Vec<(String, String)>), Trouble> {
        let options = follow_up::fetched(&self.server.app, None, &self.context, fetch).await;
        let options = options.map_err(|failure| self.refused_or_unmade(failure))?;
        let count = options.len();
        let first = options.into_iter().next().ok_or_else(|| wrong(nothing_fetched(fetch)))?;
        let names: Vec<&str> = first.retain.iter().map(|(name, _)| name.as_str()).collect();
        Ok((format!("{} of {count}: {}", first.label, names.join(", ")), first.retain))
    }
}

fn nothing_fetched(fetch: &Fetch) -> String {
    let names: Vec<String> = fetch.retain.iter().map(|(name, path)| format!("`{name}` at `{path}`")).collect();
    format!("the documented reply has no item with {} in the list `{}`", names.join(", "), fetch.list)
}
