//! The lines of these forms in the table of the door.

use crate::dialect::Form;
use crate::dialect::form::Dialect;
use crate::dialect::held::{dotenv, google_user, oauthlib, oidc_agent, own_export, rclone};

pub(in crate::dialect) const OWN_EXPORT: Dialect = Dialect {
    form: Form::OwnExport,
    id: "",
    name: "Tokenwright JSON export",
    sign: "JSON with `version`, `profile` and `service`",
    marks: &["\"version\"", "\"profile\"", "\"service\""],
    recognise: |document| document.is_json(own_export::recognise_json),
    read: |document, _| Ok(own_export::read(document.text())?),
    write: None,
};

pub(in crate::dialect) const GOOGLE_USER: Dialect = Dialect {
    form: Form::GoogleUser,
    id: "",
    name: "Google authorized user file",
    sign: "JSON with `type` of `authorized_user`",
    marks: &["authorized_user", "\"refresh_token\"", "\"client_id\""],
    recognise: |document| document.is_json(google_user::recognise_json),
    read: |document, _| Ok(google_user::read(document.text())?),
    write: None,
};

pub(in crate::dialect) const OIDC_AGENT: Dialect = Dialect {
    form: Form::OidcAgent,
    id: "",
    name: "oidc-agent account configuration",
    sign: "JSON with `issuer_url` and `client_name`",
    marks: &["\"issuer_url\"", "daeSetByUser", "\"cert_path\""],
    recognise: |document| document.is_json(oidc_agent::recognise_json),
    read: |document, _| Ok(oidc_agent::read(document.text())?),
    write: None,
};

pub(in crate::dialect) const RCLONE: Dialect = Dialect {
    form: Form::Rclone,
    id: "",
    name: "rclone configuration",
    sign: "sections with `type` and `token`",
    marks: &["\ntype =", "\ntoken =", "\nclient_secret ="],
    recognise: |document| rclone::recognise(document.text()),
    read: |document, _| Ok(rclone::read(document.text())?),
    write: None,
};

pub(in crate::dialect) const OAUTHLIB: Dialect = Dialect {
    form: Form::Oauthlib,
    id: "",
    name: "requests-oauthlib token",
    sign: "JSON with `access_token` and `refresh_token`",
    marks: &["\"token_type\"", "\"refresh_token\"", "\"expires_at\""],
    recognise: |document| document.is_json(oauthlib::recognise_json),
    read: |document, _| Ok(oauthlib::read(document.text())?),
    write: None,
};

pub(in crate::dialect) const DOTENV: Dialect = Dialect {
    form: Form::Dotenv,
    id: "",
    name: ".env file",
    sign: "variables such as `CLIENT_ID=…`",
    marks: &["CLIENT_ID=", "REFRESH_TOKEN=", "TOKEN_URL="],
    recognise: |document| dotenv::recognise(document.text()),
    read: |document, _| Ok(dotenv::read(document.text())?),
    write: None,
};
