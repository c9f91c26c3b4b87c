//! What each form is called where a person says which one a document has.

use crate::dialect::Form;

const KEYS: [(Form, &str); 20] = [
    (Form::Profile, "profile"),
    (Form::Preset, "toml"),
    (Form::OwnExport, "json"),
    (Form::GoogleUser, "google-user"),
    (Form::OidcAgent, "oidc-agent"),
    (Form::Rclone, "rclone"),
    (Form::Oauthlib, "requests-oauthlib"),
    (Form::Dotenv, "dotenv"),
    (Form::AuthorizationRequest, "authorization-url"),
    (Form::Curl, "curl"),
    (Form::Google, "google"),
    (Form::Discovery, "metadata"),
    (Form::Postman, "postman"),
    (Form::Insomnia, "insomnia"),
    (Form::OpenApi, "openapi"),
    (Form::Bruno, "bruno"),
    (Form::Ezintegrations, "ezintegrations"),
    (Form::Evolutionx, "evolutionx"),
    (Form::Datazen, "datazen"),
    (Form::Zspec, "zspec"),
];

impl Form {
    /// What the command line calls it where one is read.
    pub fn key(self) -> &'static str {
        KEYS.iter().find(|(form, _)| *form == self).map_or("", |(_, key)| *key)
    }

    /// The form of this key.
    pub fn of_key(key: &str) -> Option<Self> {
        KEYS.iter().find(|(_, known)| *known == key).map(|(form, _)| *form)
    }

    /// All keys, the surest form first.
    pub fn keys() -> impl Iterator<Item = &'static str> {
        KEYS.iter().map(|(_, key)| *key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::form::DIALECTS;

    #[test]
    fn every_form_has_a_key_of_its_own_and_one_that_is_written_has_the_same_for_both() {
        for dialect in DIALECTS {
            let key = dialect.form.key();
            assert_eq!(Form::of_key(key), Some(dialect.form), "{}", dialect.name);
            assert!(dialect.id.is_empty() || dialect.id == key, "{}", dialect.name);
        }
        assert_eq!((Form::of_key(""), Form::of_key("word")), (None, None));
    }
}
