//! Asks for another authentication in the next sign-in (RFC 9470 section 5): parameters of the authorization request, which stay
//! with the profile.

use crate::call::{Parameter, parse_parameters, write_parameters};
use crate::oauth::StepUp;
use crate::service::profile::draft::ProfileDraft;

/// The kinds of authentication that are asked for (OpenID Connect Core 1.0 section 3.1.2.1).
pub const ACR_VALUES: &str = "acr_values";
/// How long ago the person may have signed in, in seconds.
pub const MAX_AGE: &str = "max_age";

impl ProfileDraft {
    /// Sends this parameter in the authorization request, beside those of the service; an empty value sends none.
    pub fn set_extra(&mut self, name: &str, value: &str) {
        let mut extra = parse_parameters(&self.extra);
        extra.retain(|known| known.name != name);
        if !value.is_empty() {
            extra.push(Parameter::new(name, value));
        }
        self.extra = write_parameters(&extra);
    }

    /// Asks in the next sign-in for what an API asks for.
    pub fn step_up(&mut self, asked: &StepUp) {
        if !asked.acr_values.is_empty() {
            self.set_extra(ACR_VALUES, &asked.acr_values.join(" "));
        }
        if let Some(max_age) = asked.max_age {
            self.set_extra(MAX_AGE, &max_age.to_string());
        }
        if !asked.details.is_empty() {
            self.set_authorization_details(&asked.details);
        }
        if !asked.scopes.is_empty() {
            let scopes = asked.all_scopes(&self.as_typed().scopes);
            self.ticked.clear();
            self.typed_scopes = scopes.join(&self.service.scopes.separator);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::Catalog;

    #[test]
    fn what_is_asked_for_takes_the_place_of_what_was() {
        let mut draft = ProfileDraft::new(Catalog::bundled().service("practice").expect("a preset"));
        draft.extra = "prompt=consent\nmax_age=9".to_owned();
        let before = draft.as_typed().scopes;
        let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
        let asked = StepUp {
            acr_values: texts(&["a", "b"]),
            max_age: Some(0),
            scopes: texts(&["practice.write"]),
            details: "[{\"type\":\"payment\"}]".to_owned(),
            is_authentication: true,
        };
        draft.step_up(&asked);
        draft.step_up(&asked);
        let profile = draft.as_typed();
        let sent: Vec<String> =
            profile.extra.iter().map(|own| format!("{}={}", own.name, own.value.source())).collect();
        assert_eq!(sent, ["prompt=consent", "acr_values=a b", "max_age=0"]);
        assert_eq!(profile.service.authorization_details(), Some("[{\"type\":\"payment\"}]"));
        let scopes: Vec<String> = before.into_iter().chain(asked.scopes.clone()).collect();
        assert_eq!(profile.scopes, scopes);
        draft.set_extra(ACR_VALUES, "");
        assert_eq!(draft.extra, "prompt=consent\nmax_age=0");
    }
}
