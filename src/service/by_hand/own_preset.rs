//! A preset that a person saves: ID and name are typed, the rest is the service of the draft, without the person's client and
//! secrets.

use thiserror::Error;

use crate::call::is_name;
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::service::{Catalog, ProfileDraft, Service};

/// The longest ID or name, so that every system accepts the path of the file.
const LONGEST: usize = 64;

/// The source of such a preset.
const BY_HAND: &str = "described by hand";

/// ID and name, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewPreset {
    /// The name in files and on the command line.
    pub id: String,
    /// The name for people.
    pub name: String,
}

/// Why an ID or a name is refused.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NewPresetError {
    /// Nothing was typed.
    #[error("the {0} is missing")]
    Missing(&'static str),
    /// It is longer than a file name may be.
    #[error("the {0} is longer than {LONGEST} letters")]
    TooLong(&'static str),
    /// The ID has other characters.
    #[error("an id has letters, digits, `-` and `_`, and starts with a letter")]
    Letters,
    /// The ID of the blank service.
    #[error("`{}` stays the service that is described by hand", Catalog::CUSTOM)]
    Reserved,
}

impl Diagnose for NewPresetError {
    fn diagnose(&self) -> Diagnosis {
        Diagnosis::new(self.to_string()).hint(match self {
            Self::Missing("id") | Self::Letters => "type something like `acme-billing`",
            Self::Missing(_) => "type something like `Acme Billing`",
            Self::TooLong(_) => "shorten it",
            Self::Reserved => "choose another id",
        })
    }
}

impl NewPreset {
    /// A proposal that does not replace the bundled preset; empty for a service described by hand.
    pub fn beside(service: &Service) -> Self {
        if service.id == Catalog::CUSTOM {
            return Self::default();
        }
        if service.id.starts_with("my-") {
            return Self { id: service.id.clone(), name: service.name.clone() };
        }
        Self { id: format!("my-{}", service.id), name: format!("My {}", service.name) }
    }

    /// The ID, if it is valid.
    pub fn parse_id(&self) -> Result<&str, NewPresetError> {
        let id = within("id", self.id.trim())?;
        match id {
            Catalog::CUSTOM => Err(NewPresetError::Reserved),
            id if is_name(id) => Ok(id),
            _ => Err(NewPresetError::Letters),
        }
    }

    /// The name, if it is valid.
    pub fn parse_name(&self) -> Result<&str, NewPresetError> {
        within("name", self.name.trim())
    }

    /// The service of the draft under this ID and name. `today` (`YYYY-MM-DD`) is when its facts were checked.
    pub fn parse(&self, fields: &ProfileDraft, today: &str) -> Result<Service, NewPresetError> {
        let (id, name) = (self.parse_id()?.to_owned(), self.parse_name()?.to_owned());
        // The defaults are the preset's; what the person typed is in the draft, not in the service.
        // Whoever saves it has read none of the single facts at the vendor's.
        let verified = Vec::new();
        let mut service = Service { id, name, checked: today.to_owned(), verified, ..fields.customised() };
        if fields.service.id == Catalog::CUSTOM {
            BY_HAND.clone_into(&mut service.summary);
            service.source = vec![BY_HAND.to_owned()];
            service.defaults = crate::service::Defaults::default();
        } else if service.source.is_empty() {
            service.source = vec![BY_HAND.to_owned()];
        }
        Ok(service)
    }
}

fn within<'a>(what: &'static str, typed: &'a str) -> Result<&'a str, NewPresetError> {
    match typed.chars().count() {
        0 => Err(NewPresetError::Missing(what)),
        length if length > LONGEST => Err(NewPresetError::TooLong(what)),
        _ => Ok(typed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::{parse_preset, write_preset};

    fn fields(id: &str) -> ProfileDraft {
        let mut fields = ProfileDraft::new(Catalog::bundled().service(id).expect("bundled"));
        fields.client_id = "canary-client-id".into();
        fields
    }

    #[test]
    fn an_id_that_is_none_is_told() {
        let check = |id: &str, expected: Result<&str, NewPresetError>| {
            assert_eq!(NewPreset { id: id.into(), name: String::new() }.parse_id(), expected);
        };
        check(" acme_Billing-2 ", Ok("acme_Billing-2"));
        check("", Err(NewPresetError::Missing("id")));
        check("custom", Err(NewPresetError::Reserved));
        for id in ["a b", "a/b", "../a", "2a", "ä"] {
            check(id, Err(NewPresetError::Letters));
        }
        check(&"a".repeat(65), Err(NewPresetError::TooLong("id")));
    }

    #[test]
    fn a_changed_preset_keeps_its_facts_and_loses_the_persons_client() {
        let mut fields = fields("quickbooks");
        fields.token_request.headers = "X-Mine: 1".into();
        let typed = NewPreset::beside(&fields.service);
        let service = typed.parse(&fields, "2026-03-04").expect("a preset");
        assert_eq!((service.id.as_str(), service.name.as_str()), ("my-quickbooks", "My QuickBooks Online"));
        assert_eq!((service.checked.as_str(), &service.source), ("2026-03-04", &fields.service.source));
        let text = write_preset(&service);
        assert!(text.contains("X-Mine") && !text.contains("canary-client-id"), "{text}");
        assert_eq!(parse_preset("my.toml", &text, &|_| None).as_ref(), Ok(&service), "{text}");
    }

    #[test]
    fn a_service_described_by_hand_says_so() {
        let mut fields = fields("custom");
        fields.authorization_url = "https://acme.example/authorize".into();
        fields.token_request.url = "https://acme.example/token".into();
        let typed = NewPreset { id: "acme".into(), name: "Acme".into() };
        let service = typed.parse(&fields, "2026-03-04").expect("a preset");
        assert_eq!(service.source, ["described by hand"]);
        let text = write_preset(&service);
        assert!(!text.contains("canary-client-id"), "{text}");
        assert_eq!(parse_preset("acme.toml", &text, &|_| None).as_ref(), Ok(&service), "{text}");
    }

    #[test]
    fn no_bundled_preset_is_changed_before_a_person_changes_it() {
        for service in Catalog::bundled().services() {
            let is_blank = service.id == Catalog::CUSTOM;
            assert!(is_blank || !ProfileDraft::new(service.clone()).is_changed(), "{}", service.id);
        }
    }
}
