//! The grants that a person chooses among for a service described by hand, and the assertion as it is typed. A preset
//! has both of its own; here is what the RFCs say where nobody said anything.

use std::collections::BTreeMap;

use crate::call::{Authentication, Parameter, parse_parameters, write_parameters};
use crate::service::assertion::{Assertion, AssertionAlgorithm, CertificateThumbprint};
use crate::service::draft::{BodyKind, ProfileDraft};

/// The value of `grant_type` of RFC 7523 section 2.1.
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// The life of an assertion that is begun by hand, in seconds; services take at least this.
const LIFE: &str = "300";

/// A grant of RFC 6749 or RFC 7523.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    /// A code that the browser brings (RFC 6749 section 4.1).
    AuthorizationCode,
    /// The client acts for itself (section 4.4).
    ClientCredentials,
    /// The person's own password (section 4.3).
    Password,
    /// A signed assertion (RFC 7523).
    JwtBearer,
    /// A refresh token that is at hand (section 6).
    RefreshToken,
    /// One by another name, which is typed.
    Other,
}

/// An assertion as typed: every field is text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AssertionDraft {
    /// The signature; by the key's kind where it is `None`.
    pub algorithm: Option<AssertionAlgorithm>,
    /// `aud`.
    pub audience: String,
    /// `kid`.
    pub key_id: String,
    /// The header that names the certificate.
    pub thumbprint: Option<CertificateThumbprint>,
    /// `name=value` a line.
    pub claims: String,
    /// From `iat` to `exp`, in seconds.
    pub life: String,
    /// Whether each has a `jti`.
    pub unique: bool,
}

impl Grant {
    /// Those offered, with what they are called.
    pub const OFFERED: [(Self, &'static str); 6] = [
        (Self::AuthorizationCode, "Authorization code"),
        (Self::ClientCredentials, "Client credentials"),
        (Self::Password, "Password"),
        (Self::JwtBearer, "JWT bearer"),
        (Self::RefreshToken, "Refresh token at hand"),
        (Self::Other, "Another"),
    ];

    /// The value of `grant_type`; `None` for another one, which is typed.
    fn value(self) -> Option<&'static str> {
        Some(match self {
            Self::AuthorizationCode => "authorization_code",
            Self::ClientCredentials => "client_credentials",
            Self::Password => "password",
            Self::JwtBearer => JWT_BEARER,
            Self::RefreshToken => "refresh_token",
            Self::Other => return None,
        })
    }

    /// What its call sends besides `grant_type` and the client.
    fn parameters(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::AuthorizationCode => {
                &[("code", "<code>"), ("redirect_uri", "<redirect_uri>"), ("code_verifier", "<code_verifier>")]
            }
            Self::ClientCredentials | Self::Other => &[("scope", "<scope>")],
            Self::Password => &[("username", "<user_name>"), ("password", "<password>"), ("scope", "<scope>")],
            Self::JwtBearer => &[("assertion", "<assertion>")],
            Self::RefreshToken => &[("refresh_token", "<refresh_token>")],
        }
    }
}

impl ProfileDraft {
    /// The grant that is typed.
    pub fn grant(&self) -> Grant {
        let known = Grant::OFFERED.into_iter().map(|(grant, _)| grant);
        let mut known = known.filter(|grant| grant.value() == Some(self.grant_type.trim()));
        known.next().unwrap_or(Grant::Other)
    }

    /// Takes another grant: its name, what its call sends, and whether a browser is needed. What the person added to the
    /// call stays.
    pub fn choose_grant(&mut self, grant: Grant) {
        let old = self.grant();
        if grant == old {
            return;
        }
        self.grant_type = grant.value().unwrap_or_default().to_owned();
        self.client_flow = grant == Grant::AuthorizationCode;
        if self.token_request.body_kind == BodyKind::Form {
            let mut form = parse_parameters(&self.token_request.body);
            form.retain(|own| !old.parameters().iter().any(|(name, _)| *name == own.name));
            let at = form.iter().position(|own| own.name == "grant_type").map_or(0, |at| at + 1);
            let added = grant.parameters().iter().map(|(name, value)| Parameter::new(*name, *value));
            form.splice(at..at, added);
            self.token_request.body = write_parameters(&form);
        }
        if grant == Grant::JwtBearer && self.assertion.is_none() {
            self.assertion = Some(AssertionDraft::begun(&self.token_request.url, "<user_name>"));
        }
    }

    /// The assertion's fields are there while a call signs one.
    pub fn settle_assertion(&mut self) {
        let signs = [self.token_request.authentication, self.refresh_request.authentication]
            .into_iter()
            .any(|authentication| authentication == Authentication::PrivateKeyJwt);
        if signs && self.assertion.is_none() {
            self.assertion = Some(AssertionDraft::begun(&self.token_request.url, "<client_id>"));
        }
    }

    /// The assertion that a private key signs, where a call of the service as it is typed names one.
    pub fn signed_assertion(&self) -> Option<Assertion> {
        self.customised().signed_assertion()
    }
}

impl AssertionDraft {
    /// What RFC 7523 section 3 asks for.
    fn begun(audience: &str, subject: &str) -> Self {
        Self {
            audience: audience.to_owned(),
            claims: format!("iss=<client_id>\nsub={subject}"),
            life: LIFE.to_owned(),
            unique: true,
            ..Self::default()
        }
    }

    /// What is wrong with the life, in words.
    pub fn wrong_life(&self) -> Option<&'static str> {
        let life = self.life.trim();
        let is_right = life.is_empty() || life.parse::<u64>().is_ok_and(|life| life > 0);
        (!is_right).then_some("write a number of seconds, such as 300")
    }

    /// The assertion with what was typed; what is not typed here is as it was.
    pub(in crate::service) fn assertion(&self, before: Option<Assertion>) -> Assertion {
        let claims: BTreeMap<String, String> = parse_parameters(&self.claims)
            .into_iter()
            .map(|claim| (claim.name, claim.value.source().to_owned()))
            .collect();
        Assertion {
            algorithm: self.algorithm,
            audience: self.audience.trim().to_owned(),
            key_id: self.key_id.trim().to_owned(),
            certificate_thumbprint: self.thumbprint,
            claims,
            life: self.life.trim().parse().ok(),
            unique: self.unique,
            ..before.unwrap_or_default()
        }
    }
}

impl From<&Assertion> for AssertionDraft {
    fn from(assertion: &Assertion) -> Self {
        let claims: Vec<Parameter> =
            assertion.claims.iter().map(|(name, value)| Parameter::new(name, value.clone())).collect();
        Self {
            algorithm: assertion.algorithm,
            audience: assertion.audience.clone(),
            key_id: assertion.key_id.clone(),
            thumbprint: assertion.certificate_thumbprint,
            claims: write_parameters(&claims),
            life: assertion.life.map(|life| life.to_string()).unwrap_or_default(),
            unique: assertion.unique,
        }
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
    fn check(grant: Grant, body: &str) {
        let mut draft = custom();
        draft.choose_grant(grant);
        assert_eq!(draft.token_request.body, body);
        assert_eq!(draft.grant(), grant);
        draft.choose_grant(Grant::AuthorizationCode);
        assert_eq!(draft.token_request, custom().token_request, "and back again");
    }

    #[test]
    fn each_grant_sends_what_its_rfc_says_and_the_client_as_before() {
        let client = "client_id=<client_id>\nclient_secret=<client_secret>";
        check(Grant::ClientCredentials, &format!("grant_type=<grant_type>\nscope=<scope>\n{client}"));
        let password = "grant_type=<grant_type>\nusername=<user_name>\npassword=<password>\nscope=<scope>";
        check(Grant::Password, &format!("{password}\n{client}"));
        check(Grant::JwtBearer, &format!("grant_type=<grant_type>\nassertion=<assertion>\n{client}"));
        check(Grant::RefreshToken, &format!("grant_type=<grant_type>\nrefresh_token=<refresh_token>\n{client}"));
    }

    #[test]
    fn only_the_code_needs_a_browser() {
        for (grant, _) in Grant::OFFERED {
            let mut draft = custom();
            draft.choose_grant(grant);
            assert_eq!(draft.client_flow, grant == Grant::AuthorizationCode, "{grant:?}");
        }
    }

    #[test]
    fn an_assertion_begun_by_hand_is_one_that_can_be_signed() {
        let mut draft = custom();
        draft.token_request.url = "https://as.test/token".into();
        draft.choose_grant(Grant::JwtBearer);
        let assertion = draft.signed_assertion().expect("an assertion");
        assert_eq!((assertion.audience.as_str(), assertion.life), ("https://as.test/token", Some(300)));
        assert_eq!(assertion.claims["sub"], "<user_name>");
        assert_eq!(AssertionDraft::from(&assertion), draft.assertion.clone().expect("as typed"));
        draft.assertion.as_mut().expect("as typed").life = "soon".into();
        let wrong = draft.assertion.as_ref().and_then(AssertionDraft::wrong_life);
        assert_eq!(wrong, Some("write a number of seconds, such as 300"));
    }

    #[test]
    fn a_client_with_a_key_begins_with_its_own_id_as_the_subject() {
        let mut draft = custom();
        draft.token_request.authentication = Authentication::PrivateKeyJwt;
        draft.settle_assertion();
        assert_eq!(draft.signed_assertion().expect("an assertion").claims["sub"], "<client_id>");
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
