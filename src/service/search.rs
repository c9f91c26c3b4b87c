//! Looking for a service by what a person types.

use crate::search::{Query, folded};
use crate::service::Service;

/// The services that a search finds, the best first: a name that is the word, or begins with it, goes before a category or
/// another name that has it. All of them, in their order, for an empty search.
pub fn found<'a>(services: &'a [Service], search: &str) -> Vec<&'a Service> {
    let query = Query::of(search);
    if query.is_empty() {
        return services.iter().collect();
    }
    let mut found: Vec<(u32, &Service)> =
        services.iter().filter_map(|service| Some((service.score(&query)?, service))).collect();
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    found.into_iter().map(|(_, service)| service).collect()
}

impl Service {
    /// How well it is met by a search; `None` if a word is nowhere in its name, ID, category and other names.
    fn score(&self, query: &Query) -> Option<u32> {
        query.score(&folded(&self.name), &folded(&self.searched()))
    }

    /// What is known of it besides its name, to be searched in.
    pub fn searched(&self) -> String {
        format!("{} {} {}", self.id, self.category, self.aliases.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::Catalog;

    #[test]
    fn the_service_that_was_meant_comes_first() {
        let services = Catalog::bundled().services();
        let names = |search: &str| found(&services, search).into_iter().map(|one| one.id.as_str()).collect::<Vec<_>>();
        for (search, first) in [
            ("custom", Some("custom")),
            ("qbo", Some("quickbooks")),
            ("accounting quick", Some("quickbooks")),
            ("Google", Some("google")),
            ("no such service", None),
        ] {
            assert_eq!(names(search).first().copied(), first, "{search}");
        }
        assert!(names("accounting").len() > 2);
        assert_eq!(names("").len(), services.len());
    }
}
