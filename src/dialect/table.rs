//! The table of dialects: one row each, with those of `held/rows.rs` after them. A new reader is one more row.

use std::sync::LazyLock;

use crate::dialect::document::LARGEST;
use crate::dialect::format::Dialect;
use crate::dialect::held::{dotenv, google_user, oidc_agent, own_export, rclone, rows};
use crate::dialect::{
    address, bruno, curl, datazen, discovery, documentation, evolutionx, ezintegrations, google, har, hoppscotch,
    http_file, insomnia, openapi, outgoing, own, postman, zspec,
};

/// Every dialect, the most certain first.
static DIALECTS: LazyLock<Vec<Dialect>> = LazyLock::new(|| ROWS.into_iter().chain(rows::ROWS).collect());

const ROWS: [Dialect; 23] = [
    Dialect {
        id: "profile",
        name: "Tokenwright profile",
        sign: "TOML with `service` and `client_id`",
        marks: &["\nclient_id =", "\nredirect_uri ="],
        is_ours: true,
        recognise: own::is_profile,
        read: |document, catalog| Ok(own::read_profile(document, catalog)?),
        ..Dialect::READ_ONLY
    },
    Dialect {
        id: "toml",
        name: "Tokenwright preset",
        sign: "TOML with `[token_request]` or `extends`",
        marks: &["[token_request]", "[authorization]", "[refresh_request]", "\nextends ="],
        is_ours: true,
        recognise: own::is_preset,
        read: |document, catalog| Ok(own::read_preset(document, catalog)?),
        write: Some(own::write),
        ..Dialect::READ_ONLY
    },
    Dialect {
        id: "json",
        name: "Tokenwright JSON export",
        sign: "JSON with `version`, `profile` and `service`",
        marks: &["\"version\"", "\"profile\"", "\"service\""],
        is_ours: true,
        recognise: own_export::recognise,
        read: |document, _| Ok(own_export::read(document)?),
        ..Dialect::READ_ONLY
    },
    Dialect {
        id: "google-user",
        name: "Google authorized user file",
        sign: "JSON with `type` of `authorized_user`",
        marks: &["authorized_user", "\"refresh_token\"", "\"client_id\""],
        recognise: google_user::recognise,
        read: |document, _| Ok(google_user::read(document)?),
        ..Dialect::READ_ONLY
    },
    Dialect {
        id: "oidc-agent",
        name: "oidc-agent account configuration",
        sign: "JSON with `issuer_url` and `client_name`",
        marks: &["\"issuer_url\"", "daeSetByUser", "\"cert_path\""],
        recognise: oidc_agent::recognise,
        read: |document, _| Ok(oidc_agent::read(document)?),
        ..Dialect::READ_ONLY
    },
    Dialect {
        id: "rclone",
        name: "rclone configuration",
        sign: "sections with `type` and `token`",
        marks: &["\ntype =", "\ntoken =", "\nclient_secret ="],
        recognise: rclone::recognise,
        read: |document, _| Ok(rclone::read(document)?),
        ..Dialect::READ_ONLY
    },
    Dialect {
        id: "authorization-url",
        name: "authorization URL",
        sign: "an https address with `client_id`",
        marks: &["response_type=code", "client_id="],
        recognise: |document| address::is_request(document.trimmed()),
        read: |document, _| Ok(address::authorization_request(document.trimmed())?),
        ..Dialect::READ_ONLY
    },
    Dialect {
        id: "curl",
        name: "curl command",
        sign: "a line that begins with `curl`",
        marks: &["curl ", "--data", "-d "],
        recognise: |document| curl::recognise(document) && !documentation::has_several(document),
        read: |document, _| Ok(curl::read(document)?),
        ..Dialect::READ_ONLY
    },
    Dialect {
        id: "http",
        name: "HTTP request",
        sign: "text that begins with `POST /` or `POST https://`",
        marks: &["HTTP/1.1", "POST http", "POST /", "\n###"],
        recognise: http_file::recognise,
        read: |document, _| Ok(http_file::read(document)?),
        ..Dialect::READ_ONLY
    },
    Dialect {
        id: "har",
        name: "HAR log",
        sign: "JSON with `log` and `entries`",
        marks: &["\"log\"", "\"entries\"", "\"postData\"", "\"startedDateTime\""],
        largest: LARGEST,
        recognise: har::recognise,
        read: |document, _| Ok(har::read(document)?),
        ..Dialect::READ_ONLY
    },
    Dialect {
        id: "google",
        name: "Google key or client file",
        sign: "JSON with `installed`, `web` or `private_key`",
        marks: &["\"installed\"", "\"client_email\"", "\"private_key\""],
        recognise: google::recognise,
        read: |document, _| Ok(google::read(document)?),
        ..Dialect::READ_ONLY
    },
    Dialect {
        id: "metadata",
        name: "OAuth 2.0 server metadata",
        sign: "JSON with `issuer` and `token_endpoint`",
        marks: &["\"issuer\"", "\"token_endpoint\"", "\"authorization_endpoint\""],
        recognise: discovery::recognise,
        read: |document, _| Ok(discovery::read(document)?),
        ..Dialect::READ_ONLY
    },
    Dialect {
        id: "postman",
        name: "Postman collection or environment",
        sign: "JSON with `info` and `item`, or `values`",
        marks: &["\"info\"", "\"item\"", "\"values\"", "postman"],
        largest: LARGEST,
        recognise: postman::recognise,
        read: |document, _| Ok(postman::read(document)?),
        ..Dialect::READ_ONLY
    },
    Dialect {
        id: "insomnia",
        name: "Insomnia export",
        sign: "JSON or YAML of version 4 or 5",
        marks: &["\"_type\"", "\"resources\"", "insomnia"],
        largest: LARGEST,
        recognise: insomnia::recognise,
        read: |document, _| Ok(insomnia::read(document)?),
        ..Dialect::READ_ONLY
    },
    Dialect {
        id: "hoppscotch",
        name: "Hoppscotch collection",
        sign: "JSON with `folders` and `requests`",
        marks: &["\"folders\"", "\"requests\"", "\"authType\""],
        largest: LARGEST,
        recognise: hoppscotch::recognise,
        read: |document, _| Ok(hoppscotch::read(document)?),
        ..Dialect::READ_ONLY
    },
    Dialect {
        id: "openapi",
        name: "OpenAPI document",
        sign: "JSON or YAML with `openapi` or `swagger`",
        marks: &["openapi", "swagger", "securitySchemes"],
        largest: LARGEST,
        recognise: openapi::recognise,
        read: |document, _| Ok(openapi::read(document)?),
        ..Dialect::READ_ONLY
    },
    Dialect {
        id: "bruno",
        name: "Bruno file",
        sign: "text with `auth:oauth2 {`, YAML with `info` and `http`, or JSON with `items` and `environments`",
        marks: &["auth:oauth2", "meta {", "vars {", "opencollection:", "\"brunoConfig\""],
        largest: LARGEST,
        recognise: bruno::recognise,
        read: |document, _| Ok(bruno::read(document)?),
        ..Dialect::READ_ONLY
    },
    Dialect {
        id: "ezintegrations",
        name: "eZintegrations OAuth 2.0 settings",
        sign: "JSON or lines with `Refresh Token URL`",
        marks: &["Refresh Token URL", "Refresh Token Method", "Refresh Token Endpoint"],
        recognise: ezintegrations::recognise,
        read: |document, _| Ok(ezintegrations::read(document)?),
        write: Some(outgoing::ezintegrations),
        ..Dialect::READ_ONLY
    },
    Dialect {
        id: "evolutionx",
        name: "Evolutionx settings",
        sign: "JSON or lines with `OAuth Endpoint`",
        marks: &["OAuth Endpoint", "OAuth Grant Type", "OAuth Client", "grant_type"],
        recognise: evolutionx::recognise,
        read: |document, _| Ok(evolutionx::read(document)?),
        write: Some(outgoing::evolutionx),
        ..Dialect::READ_ONLY
    },
    Dialect {
        id: "datazen",
        name: "DataZen OAuth settings",
        sign: "JSON or lines with `OAuth Bearer Token URL`",
        marks: &["Bearer Token URL", "User Id", "Grant Type", "Redirect U"],
        recognise: datazen::recognise,
        read: |document, _| Ok(datazen::read(document)?),
        write: Some(outgoing::datazen),
        ..Dialect::READ_ONLY
    },
    Dialect {
        id: "dotenv",
        name: ".env file",
        sign: "variables such as `CLIENT_ID=…`",
        marks: &["CLIENT_ID=", "REFRESH_TOKEN=", "TOKEN_URL="],
        recognise: dotenv::recognise,
        read: |document, _| Ok(dotenv::read(document)?),
        ..Dialect::READ_ONLY
    },
    Dialect {
        id: "documentation",
        name: "documentation or code",
        sign: "text with lines of curl, HTTPie or wget, HTTP requests, calls of Python, JavaScript or PowerShell, or settings of a client in code",
        marks: &["curl ", "grant_type", "POST /", "requests.post", "fetch(", "Invoke-RestMethod"],
        is_guess: true,
        recognise: documentation::recognise,
        read: |document, _| Ok(documentation::read(document)?),
        ..Dialect::READ_ONLY
    },
    Dialect {
        id: "zspec",
        name: "ZSPEC <oauth2>",
        sign: "XML with `<oauth2>`",
        marks: &["<oauth2", "<token-url", "<resource"],
        recognise: |document| zspec::recognise(document.trimmed()),
        read: |document, _| Ok(zspec::read(document.text())?),
        write: Some(outgoing::zspec),
        ..Dialect::READ_ONLY
    },
];

impl Dialect {
    /// Every dialect, the most certain first.
    pub fn all() -> &'static [Self] {
        &DIALECTS
    }

    /// Those that are written too, in the order of the table.
    pub fn written() -> impl Iterator<Item = &'static Self> {
        Self::all().iter().filter(|dialect| dialect.write.is_some())
    }

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
