//! The grants and the assertion of a service that a person describes by hand, with the defaults of the RFCs.

use crate::call::{Authentication, Parameter, parse_parameters, write_parameters};
use crate::oauth::GrantType;
use crate::service::assertion::Assertion;
use crate::service::assertion::fields::AssertionFields;
use crate::service::by_hand::grant_inputs::inputs_of;
use crate::service::profile::draft::{BodyKind, ProfileDraft};

/// The grants on offer, with labels; `None` is any other `grant_type`, which is typed.
pub const OFFERED_GRANTS: [(Option<GrantType>, &str); 8] = [
    (Some(GrantType::AuthorizationCode), "Authorization code"),
    (Some(GrantType::ClientCredentials), "Client credentials"),
    (Some(GrantType::Password), "Password"),
    (Some(GrantType::JwtBearer), "JWT bearer"),
    (Some(GrantType::Saml2Bearer), "SAML 2.0 bearer"),
    (Some(GrantType::TokenExchange), "Token exchange"),
    (Some(GrantType::RefreshToken), "Refresh token at hand"),
    (None, "Another"),
];

fn parameters(grant: Option<GrantType>) -> Vec<Parameter> {
    grant.unwrap_or(GrantType::ClientCredentials).parameters()
}

impl ProfileDraft {
    /// The current grant, if it is one of those on offer.
    pub fn grant(&self) -> Option<GrantType> {
        let typed = GrantType::parse(self.grant_type.trim());
        typed.filter(|typed| OFFERED_GRANTS.iter().any(|(grant, _)| *grant == Some(*typed)))
    }

    /// Changes the grant: `grant_type`, the parameters of the request, and whether a browser is needed. What the person
    /// added to the request stays.
    pub fn choose_grant(&mut self, grant: Option<GrantType>) {
        let old = self.grant();
        if grant == old {
            return;
        }
        if old == Some(GrantType::Saml2Bearer) {
            self.set_signs_saml(false);
        }
        self.grant_type = grant.map_or("", GrantType::as_str).to_owned();
        self.client_flow = grant == Some(GrantType::AuthorizationCode);
        self.exchange_inputs(old, grant);
        if self.token_request.body_kind == BodyKind::Form {
            let mut form = parse_parameters(&self.token_request.body);
            form.retain(|own| !parameters(old).iter().any(|old| old.name == own.name));
            let at = form.iter().position(|own| own.name == "grant_type").map_or(0, |at| at + 1);
            form.splice(at..at, parameters(grant));
            self.token_request.body = write_parameters(&form);
        }
        if grant == Some(GrantType::JwtBearer) && self.assertion.is_none() {
            self.assertion = Some(AssertionFields::standard(&self.token_request.url, "<user_name>"));
        }
    }

    /// Removes what the old grant needed of the person, and adds what the new one needs.
    fn exchange_inputs(&mut self, old: Option<GrantType>, new: Option<GrantType>) {
        let leaving = inputs_of(old);
        self.service.inputs.retain(|input| !leaving.contains(input));
        if let Some(grant) = new {
            self.add_inputs_of(grant);
        }
    }

    /// Adds what a grant needs of the person, unless the service has it.
    pub(in crate::service) fn add_inputs_of(&mut self, grant: GrantType) {
        for input in inputs_of(Some(grant)) {
            if !self.service.inputs.iter().any(|known| known.name == input.name) {
                self.inputs.insert(input.name.clone(), input.default.clone());
                self.service.inputs.push(input);
            }
        }
    }

    /// Adds the fields of an assertion if a request is signed with one.
    pub fn settle_assertion(&mut self) {
        let signs = [self.token_request.authentication, self.refresh_request.authentication]
            .into_iter()
            .any(|authentication| authentication == Authentication::PrivateKeyJwt);
        if signs && self.assertion.is_none() {
            self.assertion = Some(AssertionFields::standard(&self.token_request.url, "<client_id>"));
        }
    }

    /// What the private key of the client signs: an assertion, or else the authorization request.
    pub fn signs_with_key(&self) -> Option<Assertion> {
        self.customised().signs_with_key()
    }

    /// What the private key of the client must be like; `None` if it has none.
    pub fn client_key(&self) -> Option<Assertion> {
        self.customised().client_key()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::Catalog;

    fn custom() -> ProfileDraft {
        ProfileDraft::new(Catalog::bundled().service(Catalog::CUSTOM).expect("a preset"))
    }

    #[track_caller]
    fn check(grant: GrantType, body: &str) {
        let mut draft = custom();
        draft.choose_grant(Some(grant));
        assert_eq!(draft.token_request.body, body);
        assert_eq!(draft.grant(), Some(grant));
        draft.choose_grant(Some(GrantType::AuthorizationCode));
        assert_eq!(draft.token_request, custom().token_request, "and back again");
    }

    #[test]
    fn each_grant_sends_what_its_rfc_says_and_the_client_as_before() {
        let client = "client_id=<client_id>\nclient_secret=<client_secret>";
        check(GrantType::ClientCredentials, &format!("grant_type=<grant_type>\nscope=<scope>\n{client}"));
        let password = "grant_type=<grant_type>\nusername=<user_name>\npassword=<password>\nscope=<scope>";
        check(GrantType::Password, &format!("{password}\n{client}"));
        check(GrantType::JwtBearer, &format!("grant_type=<grant_type>\nassertion=<assertion>\n{client}"));
        check(GrantType::RefreshToken, &format!("grant_type=<grant_type>\nrefresh_token=<refresh_token>\n{client}"));
    }

    #[test]
    fn only_the_code_needs_a_browser() {
        for (grant, _) in OFFERED_GRANTS {
            let mut draft = custom();
            draft.choose_grant(grant);
            assert_eq!(draft.client_flow, grant == Some(GrantType::AuthorizationCode), "{grant:?}");
        }
    }

    #[test]
    fn an_assertion_begun_by_hand_is_one_that_can_be_signed() {
        let mut draft = custom();
        draft.token_request.url = "https://as.test/token".into();
        draft.choose_grant(Some(GrantType::JwtBearer));
        let assertion = draft.signs_with_key().expect("an assertion");
        assert_eq!((assertion.audience.as_str(), assertion.life), ("https://as.test/token", Some(300)));
        assert_eq!(assertion.claims["sub"], "<user_name>");
        assert_eq!(AssertionFields::from(&assertion), draft.assertion.clone().expect("as typed"));
        draft.assertion.as_mut().expect("as typed").life = "soon".into();
        let wrong = draft.assertion.as_ref().and_then(AssertionFields::wrong_life);
        assert_eq!(wrong, Some("write a number of seconds, such as 300"));
    }

    #[test]
    fn a_client_with_a_key_begins_with_its_own_id_as_the_subject() {
        let mut draft = custom();
        draft.token_request.authentication = Authentication::PrivateKeyJwt;
        draft.settle_assertion();
        assert_eq!(draft.signs_with_key().expect("an assertion").claims["sub"], "<client_id>");
    }

    #[test]
    fn the_assertion_of_a_preset_stays_as_it_is_until_it_is_changed() {
        let service = Catalog::bundled().service("netsuite-m2m").expect("a preset");
        let mut draft = ProfileDraft::new(service);
        assert!(!draft.is_changed());
        draft.assertion.as_mut().expect("the preset's").life = "60".into();
        assert!(draft.is_changed());
    }
}
