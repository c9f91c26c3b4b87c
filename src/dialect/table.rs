//! The table of dialects: one row each. A new reader is one more row.

use crate::dialect::document::{LARGEST, SMALL};
use crate::dialect::format::Dialect;
use crate::dialect::held::{dotenv, google_user, oauthlib, oidc_agent, own_export, rclone};
use crate::dialect::{
    address, bruno, curl, datazen, discovery, evolutionx, ezintegrations, google, insomnia, openapi, outgoing, own,
    postman, zspec,
};

/// All of them, the surest first.
static DIALECTS: [Dialect; 20] = [
    Dialect {
        id: "profile",
        name: "Tokenwright profile",
        sign: "TOML with `service` and `client_id`",
        marks: &["\nclient_id =", "\nredirect_uri ="],
        largest: SMALL,
        is_ours: true,
        recognise: own::is_profile,
        read: |document, catalog| Ok(own::read_profile(document, catalog)?),
        write: None,
    },
    Dialect {
        id: "toml",
        name: "Tokenwright preset",
        sign: "TOML with `[token_request]` or `extends`",
        marks: &["[token_request]", "[authorization]", "[refresh_request]", "\nextends ="],
        largest: SMALL,
        is_ours: true,
        recognise: own::is_preset,
        read: |document, catalog| Ok(own::read_preset(document, catalog)?),
        write: Some(own::write),
    },
    Dialect {
        id: "json",
        name: "Tokenwright JSON export",
        sign: "JSON with `version`, `profile` and `service`",
        marks: &["\"version\"", "\"profile\"", "\"service\""],
        largest: SMALL,
        is_ours: true,
        recognise: own_export::recognise,
        read: |document, _| Ok(own_export::read(document)?),
        write: None,
    },
    Dialect {
        id: "google-user",
        name: "Google authorized user file",
        sign: "JSON with `type` of `authorized_user`",
        marks: &["authorized_user", "\"refresh_token\"", "\"client_id\""],
        largest: SMALL,
        is_ours: false,
        recognise: google_user::recognise,
        read: |document, _| Ok(google_user::read(document)?),
        write: None,
    },
    Dialect {
        id: "oidc-agent",
        name: "oidc-agent account configuration",
        sign: "JSON with `issuer_url` and `client_name`",
        marks: &["\"issuer_url\"", "daeSetByUser", "\"cert_path\""],
        largest: SMALL,
        is_ours: false,
        recognise: oidc_agent::recognise,
        read: |document, _| Ok(oidc_agent::read(document)?),
        write: None,
    },
    Dialect {
        id: "rclone",
        name: "rclone configuration",
        sign: "sections with `type` and `token`",
        marks: &["\ntype =", "\ntoken =", "\nclient_secret ="],
        largest: SMALL,
        is_ours: false,
        recognise: rclone::recognise,
        read: |document, _| Ok(rclone::read(document)?),
        write: None,
    },
    Dialect {
        id: "authorization-url",
        name: "authorization URL",
        sign: "an https address with `client_id`",
        marks: &["response_type=code", "client_id="],
        largest: SMALL,
        is_ours: false,
        recognise: |document| address::is_request(document.trimmed()),
        read: |document, _| Ok(address::authorization_request(document.trimmed())?),
        write: None,
    },
    Dialect {
        id: "curl",
        name: "curl command",
        sign: "a line that begins with `curl`",
        marks: &["curl ", "--data", "-d "],
        largest: SMALL,
        is_ours: false,
        recognise: curl::recognise,
        read: |document, _| Ok(curl::read(document)?),
        write: None,
    },
    Dialect {
        id: "google",
        name: "Google key or client file",
        sign: "JSON with `installed`, `web` or `private_key`",
        marks: &["\"installed\"", "\"client_email\"", "\"private_key\""],
        largest: SMALL,
        is_ours: false,
        recognise: google::recognise,
        read: |document, _| Ok(google::read(document)?),
        write: None,
    },
    Dialect {
        id: "metadata",
        name: "OAuth 2.0 server metadata",
        sign: "JSON with `issuer` and `token_endpoint`",
        marks: &["\"issuer\"", "\"token_endpoint\"", "\"authorization_endpoint\""],
        largest: SMALL,
        is_ours: false,
        recognise: discovery::recognise,
        read: |document, _| Ok(discovery::read(document)?),
        write: None,
    },
    Dialect {
        id: "postman",
        name: "Postman collection or environment",
        sign: "JSON with `info` and `item`, or `values`",
        marks: &["\"info\"", "\"item\"", "\"values\"", "postman"],
        largest: LARGEST,
        is_ours: false,
        recognise: postman::recognise,
        read: |document, _| Ok(postman::read(document)?),
        write: None,
    },
    Dialect {
        id: "insomnia",
        name: "Insomnia export",
        sign: "JSON or YAML of version 4 or 5",
        marks: &["\"_type\"", "\"resources\"", "insomnia"],
        largest: LARGEST,
        is_ours: false,
        recognise: insomnia::recognise,
        read: |document, _| Ok(insomnia::read(document)?),
        write: None,
    },
    Dialect {
        id: "openapi",
        name: "OpenAPI document",
        sign: "JSON or YAML with `openapi` or `swagger`",
        marks: &["openapi", "swagger", "securitySchemes"],
        largest: LARGEST,
        is_ours: false,
        recognise: openapi::recognise,
        read: |document, _| Ok(openapi::read(document)?),
        write: None,
    },
    Dialect {
        id: "bruno",
        name: "Bruno file",
        sign: "text with `auth:oauth2 {`",
        marks: &["auth:oauth2", "meta {", "vars {"],
        largest: SMALL,
        is_ours: false,
        recognise: bruno::recognise,
        read: |document, _| Ok(bruno::read(document)?),
        write: None,
    },
    Dialect {
        id: "ezintegrations",
        name: "eZintegrations OAuth 2.0 settings",
        sign: "JSON or lines with `Refresh Token URL`",
        marks: &["Refresh Token URL", "Refresh Token Method", "Refresh Token Endpoint"],
        largest: SMALL,
        is_ours: false,
        recognise: ezintegrations::recognise,
        read: |document, _| Ok(ezintegrations::read(document)?),
        write: Some(outgoing::ezintegrations),
    },
    Dialect {
        id: "evolutionx",
        name: "Evolutionx settings",
        sign: "JSON or lines with `OAuth Endpoint`",
        marks: &["OAuth Endpoint", "OAuth Grant Type", "OAuth Client", "grant_type"],
        largest: SMALL,
        is_ours: false,
        recognise: evolutionx::recognise,
        read: |document, _| Ok(evolutionx::read(document)?),
        write: Some(outgoing::evolutionx),
    },
    Dialect {
        id: "datazen",
        name: "DataZen OAuth settings",
        sign: "JSON or lines with `OAuth Bearer Token URL`",
        marks: &["Bearer Token URL", "User Id", "Grant Type", "Redirect U"],
        largest: SMALL,
        is_ours: false,
        recognise: datazen::recognise,
        read: |document, _| Ok(datazen::read(document)?),
        write: Some(outgoing::datazen),
    },
    Dialect {
        id: "requests-oauthlib",
        name: "requests-oauthlib token",
        sign: "JSON with `access_token` and `refresh_token`",
        marks: &["\"token_type\"", "\"refresh_token\"", "\"expires_at\""],
        largest: SMALL,
        is_ours: false,
        recognise: oauthlib::recognise,
        read: |document, _| Ok(oauthlib::read(document)?),
        write: None,
    },
    Dialect {
        id: "dotenv",
        name: ".env file",
        sign: "variables such as `CLIENT_ID=…`",
        marks: &["CLIENT_ID=", "REFRESH_TOKEN=", "TOKEN_URL="],
        largest: SMALL,
        is_ours: false,
        recognise: dotenv::recognise,
        read: |document, _| Ok(dotenv::read(document)?),
        write: None,
    },
    Dialect {
        id: "zspec",
        name: "ZSPEC <oauth2>",
        sign: "XML with `<oauth2>`",
        marks: &["<oauth2", "<token-url", "<resource"],
        largest: SMALL,
        is_ours: false,
        recognise: |document| zspec::recognise(document.trimmed()),
        read: |document, _| Ok(zspec::read(document.text())?),
        write: Some(outgoing::zspec),
    },
];

impl Dialect {
    /// Every dialect, the surest first.
    pub fn all() -> &'static [Self] {
        &DIALECTS
    }

    /// Those that are written too, in the order of the table.
    pub fn written() -> impl Iterator<Item = &'static Self> {
        Self::all().iter().filter(|dialect| dialect.write.is_some())
    }

    /// The dialect of this id.
    pub fn by_id(id: &str) -> Option<&'static Self> {
        Self::all().iter().find(|dialect| dialect.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dialect_has_an_id_of_its_own_and_says_what_it_is_known_by() {
        for dialect in Dialect::all() {
            assert_eq!(Dialect::by_id(dialect.id), Some(dialect), "{}", dialect.name);
            assert!(
                !dialect.id.is_empty() && !dialect.marks.is_empty() && !dialect.sign.is_empty(),
                "{}",
                dialect.name
            );
        }
        assert!(Dialect::by_id("").is_none() && Dialect::by_id("word").is_none());
    }

    #[test]
    fn what_is_written_is_in_the_order_of_the_table() {
        let ids: Vec<&str> = Dialect::written().map(|dialect| dialect.id).collect();
        assert_eq!(ids, ["toml", "ezintegrations", "evolutionx", "datazen", "zspec"]);
    }
}
