//! What a person says in single words about the assertion that is signed here, for a service that is described by hand: the keys
//! of `[assertion]` and `[assertion.saml]` of a preset.

use std::fmt;

use thiserror::Error;

use crate::call::{Parameter, Template, is_secret_name, parse_parameters, write_parameters};
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::oauth::{AssertionAlgorithm, GrantType, SamlEncoding};
use crate::service::assertion::Assertion;
use crate::service::assertion::fields::{AssertionFields, SamlFields};
use crate::service::assertion::saml::Saml;
use crate::service::profile::draft::ProfileDraft;

/// One part of an assertion, and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssertionChange {
    part: Part,
    /// A template, unless the part is one of those that are not sent.
    value: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Algorithm(AssertionAlgorithm),
    Audience,
    Issuer,
    Subject,
    Life,
    KeyId,
    Claim(String),
    Recipient,
    SubjectFormat,
    AuthenticationContext,
    Attribute(String),
    Encoding(SamlEncoding),
}

/// Why a part cannot be said.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum AssertionChangeError {
    /// There is no such part.
    #[error(
        "an assertion has no `{0}`: write `issuer`, `subject`, `audience`, `algorithm` or `life`; in SAML also `recipient`, \
         `subject_format`, `authentication_context`, `attribute.NAME` or `encoding`; in a JWT `key_id` or `claim.NAME`"
    )]
    Unknown(String),
    /// The value is not one of those that the part takes.
    #[error("`{part}` is `{value}`: write {expected}")]
    Value {
        /// The part.
        part: &'static str,
        /// What was written.
        value: String,
        /// What it takes.
        expected: &'static str,
    },
    /// Nothing is signed here that could say it.
    #[error("no assertion is signed here")]
    NoAssertion,
    /// The assertion is of the other kind.
    #[error("a {kind} has no `{part}`")]
    OtherKind {
        /// What it cannot say.
        part: String,
        /// What it is.
        kind: &'static str,
    },
    /// A secret in an argument.
    #[error("`{0}` is a secret, and every process can see arguments: name it, such as `<client_secret>`")]
    Secret(String),
}

impl Diagnose for AssertionChangeError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::NoAssertion => {
                diagnosis.hint("choose `--grant saml2-bearer`, `--grant jwt-bearer` or `--client-auth private_key_jwt`")
            }
            Self::OtherKind { .. } => diagnosis.hint(
                "of SAML are `recipient`, `subject_format`, `authentication_context`, `attribute` and `encoding`, of a JWT `key_id` and `claim`",
            ),
            // They say what to write.
            Self::Unknown(_) | Self::Value { .. } | Self::Secret(_) => diagnosis,
        }
    }
}

impl AssertionChange {
    /// Reads a part and its value, as a person writes them.
    pub fn parse(name: &str, value: &str) -> Result<Self, AssertionChangeError> {
        let wrong = |part, expected| AssertionChangeError::Value { part, value: value.to_owned(), expected };
        let part = match name.split_once('.') {
            Some(("claim", claim)) if !claim.is_empty() => Part::Claim(claim.to_owned()),
            Some(("attribute", attribute)) if !attribute.is_empty() => Part::Attribute(attribute.to_owned()),
            _ => match name {
                "algorithm" => {
                    let known = AssertionAlgorithm::parse(value).filter(|algorithm| algorithm.is_asymmetric());
                    let expected = "an algorithm that a private key signs by, such as `RS256` or `ES256`";
                    Part::Algorithm(known.ok_or_else(|| wrong("algorithm", expected))?)
                }
                "encoding" => Part::Encoding(match value {
                    "base64url" => SamlEncoding::Base64url,
                    "base64" => SamlEncoding::Base64,
                    _ => return Err(wrong("encoding", "`base64url` or `base64`")),
                }),
                "life" if value.parse::<u64>().is_ok_and(|life| life > 0) => Part::Life,
                "life" => return Err(wrong("life", "a number of seconds, such as 300")),
                "audience" => Part::Audience,
                "issuer" => Part::Issuer,
                "subject" => Part::Subject,
                "key_id" => Part::KeyId,
                "recipient" => Part::Recipient,
                "subject_format" => Part::SubjectFormat,
                "authentication_context" => Part::AuthenticationContext,
                _ => return Err(AssertionChangeError::Unknown(name.to_owned())),
            },
        };
        let is_literal = !value.is_empty() && Template::new(value).placeholders().next().is_none();
        match &part {
            Part::Claim(name) | Part::Attribute(name) if is_secret_name(name) && is_literal => {
                Err(AssertionChangeError::Secret(name.clone()))
            }
            _ => Ok(Self { part, value: value.to_owned() }),
        }
    }

    /// What has no place in the other kind of assertion.
    fn is_of_saml(&self) -> Option<bool> {
        match self.part {
            Part::KeyId | Part::Claim(_) => Some(false),
            Part::Recipient
            | Part::SubjectFormat
            | Part::AuthenticationContext
            | Part::Attribute(_)
            | Part::Encoding(_) => Some(true),
            Part::Algorithm(_) | Part::Audience | Part::Issuer | Part::Subject | Part::Life => None,
        }
    }
}

impl fmt::Display for AssertionChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.part {
            Part::Algorithm(_) => "algorithm",
            Part::Audience => "audience",
            Part::Issuer => "issuer",
            Part::Subject => "subject",
            Part::Life => "life",
            Part::KeyId => "key_id",
            Part::Claim(_) => "claim",
            Part::Recipient => "recipient",
            Part::SubjectFormat => "subject_format",
            Part::AuthenticationContext => "authentication_context",
            Part::Attribute(_) => "attribute",
            Part::Encoding(_) => "encoding",
        })
    }
}

impl ProfileDraft {
    /// Has the assertion say this. Where the grant is a SAML assertion that was made elsewhere, it is signed here from now on.
    pub(in crate::service) fn change_assertion(
        &mut self,
        changes: &[AssertionChange],
    ) -> Result<(), AssertionChangeError> {
        if changes.is_empty() {
            return Ok(());
        }
        if self.grant() == Some(GrantType::Saml2Bearer) {
            self.set_signs_saml(true);
        }
        let is_saml = self.assertion.as_ref().ok_or(AssertionChangeError::NoAssertion)?.saml.is_some();
        for change in changes {
            if change.is_of_saml().is_some_and(|of_saml| of_saml != is_saml) {
                let kind = if is_saml { "SAML assertion" } else { "JWT" };
                return Err(AssertionChangeError::OtherKind { part: change.to_string(), kind });
            }
            self.change_part(change);
        }
        Ok(())
    }

    /// Whether a SAML assertion is written and signed here.
    pub fn signs_saml(&self) -> bool {
        self.assertion.as_ref().is_some_and(|fields| fields.saml.is_some())
    }

    /// Has the assertion of RFC 7522 section 3 written here and signed by RS256, unless the key is on a curve; or else taken as
    /// it is from a file, a command or the person.
    pub fn set_signs_saml(&mut self, signs: bool) {
        if self.signs_saml() == signs {
            return;
        }
        if !signs {
            (self.assertion, self.service.assertion) = (None, None);
            self.add_inputs_of(GrantType::Saml2Bearer);
            return;
        }
        self.service.inputs.retain(|input| input.name != "assertion");
        self.inputs.remove("assertion");
        self.assertion = Some(AssertionFields::standard_saml(&self.token_request.url));
        let alternatives = [AssertionAlgorithm::ES256, AssertionAlgorithm::ES384, AssertionAlgorithm::ES512];
        self.service.assertion = Some(Assertion {
            alternatives: alternatives.to_vec(),
            parameter: "assertion".to_owned(),
            ..Assertion::default()
        });
    }

    fn change_part(&mut self, AssertionChange { part, value }: &AssertionChange) {
        let Some(fields) = &mut self.assertion else { return };
        let value = || value.clone();
        match (part, &mut fields.saml) {
            (Part::Algorithm(algorithm), _) => fields.algorithm = Some(*algorithm),
            (Part::Audience, _) => fields.audience = value(),
            (Part::Life, _) => fields.life = value(),
            (Part::KeyId, _) => fields.key_id = value(),
            (Part::Encoding(encoding), _) => {
                let assertion = self.service.assertion.get_or_insert_default();
                assertion.saml.get_or_insert_with(Saml::default).encoding = *encoding;
            }
            (Part::Issuer, Some(saml)) => saml.issuer = value(),
            (Part::Subject, Some(saml)) => saml.subject = value(),
            (Part::Recipient, Some(saml)) => saml.recipient = value(),
            (Part::SubjectFormat, Some(saml)) => saml.subject_format = value(),
            (Part::AuthenticationContext, Some(saml)) => saml.authentication_context = value(),
            (Part::Attribute(name), Some(saml)) => set_line(&mut saml.attributes, name, value()),
            (Part::Issuer, None) => set_line(&mut fields.claims, "iss", value()),
            (Part::Subject, None) => set_line(&mut fields.claims, "sub", value()),
            (Part::Claim(name), _) => set_line(&mut fields.claims, name, value()),
            (Part::Recipient | Part::SubjectFormat | Part::AuthenticationContext | Part::Attribute(_), None) => {}
        }
    }
}

/// Sets one line of `name=value`; an empty value removes it.
fn set_line(lines: &mut String, name: &str, value: String) {
    let mut list = parse_parameters(lines);
    list.retain(|line| line.name != name);
    if !value.is_empty() {
        list.push(Parameter::new(name, value));
    }
    *lines = write_parameters(&list);
}

impl AssertionFields {
    /// What RFC 7522 section 3 asks for.
    fn standard_saml(audience: &str) -> Self {
        let [issuer, subject] = ["<client_id>", "<user_name>"].map(str::to_owned);
        let saml = SamlFields { issuer, subject, ..SamlFields::default() };
        let algorithm = Some(AssertionAlgorithm::RS256);
        Self { algorithm, claims: String::new(), unique: false, saml: Some(saml), ..Self::standard(audience, "") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::{Catalog, ChangeError, ServiceChanges, StageName};

    fn changed(grant: GrantType, parts: &[(&str, &str)]) -> Result<Assertion, ChangeError> {
        let mut draft = ProfileDraft::new(Catalog::bundled().service(Catalog::CUSTOM).expect("a preset"));
        let assertion =
            parts.iter().map(|(name, value)| AssertionChange::parse(name, value).expect("a part")).collect();
        let urls = vec![(StageName::Token, "https://as.test/token".to_owned())];
        let changes = ServiceChanges { urls, grant: Some(grant), assertion, ..ServiceChanges::default() };
        changes.apply(&mut draft)?;
        let service = draft.customised();
        assert!(!service.inputs.iter().any(|input| input.name == "assertion"), "it is made here");
        Ok(service.assertion_of(&service.token_request).expect("an assertion"))
    }

    #[test]
    fn a_saml_assertion_says_what_rfc_7522_wants_and_what_the_person_says() {
        let assertion = changed(GrantType::Saml2Bearer, &[("issuer", "https://idp.test")]).expect("changed");
        let saml = assertion.saml.clone().expect("SAML");
        assert_eq!((saml.issuer.as_str(), saml.subject.as_str()), ("https://idp.test", "<user_name>"));
        assert_eq!(
            (assertion.audience.as_str(), saml.recipient.as_str()),
            ("https://as.test/token", "https://as.test/token")
        );
        assert_eq!((assertion.algorithm, assertion.life), (Some(AssertionAlgorithm::RS256), Some(300)));
        let all = [
            ("subject", "<client_id>"),
            ("audience", "acme"),
            ("recipient", "https://as.test/other"),
            ("algorithm", "ES256"),
            ("life", "60"),
            ("subject_format", "urn:f"),
            ("authentication_context", "urn:c"),
            ("attribute.api_key", "<client_id>"),
            ("attribute.role", "x"),
            ("attribute.role", ""),
            ("encoding", "base64"),
        ];
        let assertion = changed(GrantType::Saml2Bearer, &all).expect("changed");
        let saml = assertion.saml.clone().expect("SAML");
        assert_eq!((saml.subject.as_str(), assertion.audience.as_str()), ("<client_id>", "acme"));
        assert_eq!((saml.recipient.as_str(), saml.subject_format.as_str()), ("https://as.test/other", "urn:f"));
        assert_eq!((assertion.algorithm, assertion.life), (Some(AssertionAlgorithm::ES256), Some(60)));
        assert_eq!((saml.authentication_context.as_str(), saml.encoding), ("urn:c", SamlEncoding::Base64));
        assert_eq!(saml.attributes.into_iter().collect::<Vec<_>>(), [("api_key".into(), "<client_id>".into())]);
        assert!(assertion.claims.is_empty() && !assertion.unique);
    }

    #[test]
    fn a_saml_assertion_is_signed_here_or_made_elsewhere_as_the_person_chooses() {
        let mut draft = ProfileDraft::new(Catalog::bundled().service(Catalog::CUSTOM).expect("a preset"));
        draft.choose_grant(Some(GrantType::Saml2Bearer));
        let made_elsewhere = draft.clone();
        let has_input = |draft: &ProfileDraft| draft.service.inputs.iter().any(|input| input.name == "assertion");
        assert!(has_input(&draft) && !draft.signs_saml());
        draft.set_signs_saml(true);
        assert!(!has_input(&draft) && draft.signs_saml());
        let signed = draft.clone();
        draft.set_signs_saml(false);
        assert_eq!(draft, made_elsewhere);
        // Another grant needs no such assertion.
        let mut draft = signed;
        draft.choose_grant(Some(GrantType::JwtBearer));
        assert!(!draft.signs_saml() && draft.assertion.is_some() && !has_input(&draft));
    }

    #[test]
    fn a_jwt_says_it_in_its_own_claims_and_each_kind_refuses_what_is_of_the_other() {
        let parts = [("issuer", "me"), ("subject", "alex"), ("claim.scope", "read"), ("key_id", "k-1")];
        let assertion = changed(GrantType::JwtBearer, &parts).expect("changed");
        let claims: Vec<_> = assertion.claims.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        assert_eq!(claims, [("iss", "me"), ("scope", "read"), ("sub", "alex")]);
        assert_eq!((assertion.key_id.as_str(), assertion.audience.as_str()), ("k-1", "https://as.test/token"));
        let refused = |grant, name, value| match changed(grant, &[(name, value)]) {
            Err(ChangeError::Assertion(error)) => error.to_string(),
            other => panic!("{other:?}"),
        };
        assert_eq!(refused(GrantType::JwtBearer, "recipient", "x"), "a JWT has no `recipient`");
        assert_eq!(refused(GrantType::Saml2Bearer, "claim.a", "x"), "a SAML assertion has no `claim`");
        assert_eq!(refused(GrantType::ClientCredentials, "issuer", "x"), "no assertion is signed here");
    }

    #[test]
    fn a_part_that_there_is_not_and_a_value_that_it_does_not_take_are_refused() {
        let refused = |name: &str, value: &str| AssertionChange::parse(name, value).expect_err(name).to_string();
        assert!(refused("recipent", "x").starts_with("an assertion has no `recipent`: write `issuer`,"));
        assert!(refused("claim.", "x").starts_with("an assertion has no `claim.`"));
        assert!(
            refused("algorithm", "HS256").starts_with("`algorithm` is `HS256`: write an algorithm that a private key")
        );
        assert_eq!(refused("life", "soon"), "`life` is `soon`: write a number of seconds, such as 300");
        assert_eq!(refused("encoding", "hex"), "`encoding` is `hex`: write `base64url` or `base64`");
        assert!(refused("attribute.password", "hunter2").starts_with("`password` is a secret, and every process"));
    }
}
