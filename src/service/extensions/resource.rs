//! How a service names the API that an access token is for, where one sign-in gives tokens for several (RFC 8707).

use serde::{Deserialize, Serialize};

use crate::call::Parameter;
use crate::oauth::Resource;

/// The parameter of RFC 8707 section 2.
const PARAMETER: &str = "resource";
/// The parameter of a service whose scopes say which API is meant.
const SCOPE: &str = "scope";
/// Stands for the resource in [`ResourceRules::value`].
const PLACE: &str = "<resource>";

/// What a request for a token of another resource sends in place of the parameter of that name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ResourceRules {
    /// The parameter: `resource` (RFC 8707), or what the service has instead, such as `audience` or `scope`.
    pub parameter: String,
    /// Its value; `<resource>` stands for the resource.
    pub value: String,
    /// Whether a refresh may ask for any resource; else for those that the sign-in named (RFC 8707 section 2.2). A server may
    /// spend the refresh token before it refuses another.
    pub any: bool,
}

impl Default for ResourceRules {
    fn default() -> Self {
        Self { parameter: PARAMETER.to_owned(), value: PLACE.to_owned(), any: false }
    }
}

impl ResourceRules {
    /// Whether the request says which resource is meant.
    pub(in crate::service) fn names_resource(&self) -> bool {
        !self.parameter.trim().is_empty() && self.value.contains(PLACE)
    }

    /// Whether the scopes say which API a token is for.
    pub(in crate::service) fn are_scopes(&self) -> bool {
        self.parameter == SCOPE
    }

    /// Whether they are those of RFC 8707, whose parameter takes URIs only.
    pub(in crate::service) fn are_by_uri(&self) -> bool {
        self.parameter == PARAMETER && self.value == PLACE
    }

    pub(in crate::service) fn parameter_for(&self, resource: &Resource) -> Parameter {
        Parameter::new(&self.parameter, self.value.replace(PLACE, resource.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_without_a_place_for_the_resource_name_none() {
        assert!(ResourceRules::default().names_resource());
        let without = ResourceRules { value: "all".to_owned(), ..ResourceRules::default() };
        assert!(!without.names_resource());
        assert!(!ResourceRules { parameter: " ".to_owned(), ..ResourceRules::default() }.names_resource());
    }
}
