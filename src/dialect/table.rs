//! The table of dialects: one row each. A new reader is one more row.

use crate::dialect::document::{LARGEST, MOST_DESCRIBED, SMALL};
use crate::dialect::format::Dialect;
use crate::dialect::held::{
    dotenv, forms, google_user, named, oauthlib, oidc_agent, own_export, pizauth, rclone, salesforce,
};
use crate::dialect::import::Import;
use crate::dialect::{
    address, bruno, curl, datazen, discovery, evolutionx, ezintegrations, google, insomnia, openapi, outgoing, own,
    postman, zspec,
};

impl Dialect {
    /// The defaults of a row: a small document of another tool that is only read.
    const READ_ONLY: Self = Self {
        id: "",
        name: "",
        sign: "",
        marks: &[],
        largest: SMALL,
        is_ours: false,
        is_guess: false,
        most: MOST_DESCRIBED,
        recognise: |_| false,
        read: |_, _| Ok(Import::default()),
        write: None,
    };
}

/// The most certain first.
static DIALECTS: [Dialect; 34] = [
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
        recognise: curl::recognise,
        read: |document, _| Ok(curl::read(document)?),
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
        sign: "text with `auth:oauth2 {`",
        marks: &["auth:oauth2", "meta {", "vars {"],
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
        id: "requests-oauthlib",
        is_guess: true,
        name: "requests-oauthlib token",
        sign: "JSON with `access_token` and `refresh_token`",
        marks: &["\"token_type\"", "\"refresh_token\"", "\"expires_at\""],
        recognise: oauthlib::recognise,
        read: |document, _| Ok(oauthlib::read(document)?),
        ..Dialect::READ_ONLY
    },
    Dialect {
        id: "http-client",
        name: "HTTP client environment",
        sign: "JSON with `Security` and `Auth` in an environment",
        marks: &["\"Security\"", "\"Auth\"", "\"Token URL\""],
        recognise: |document| forms::HTTP_CLIENT.recognise(document),
        read: |document, _| Ok(forms::HTTP_CLIENT.read(document)?),
        ..Dialect::READ_ONLY
    },
    Dialect {
        id: "spring",
        name: "Spring Security client registration",
        sign: "YAML or properties with `spring.security.oauth2.client.registration`",
        marks: &["oauth2", "registration", "client-id"],
        recognise: |document| forms::SPRING.recognise(document),
        read: |document, _| Ok(forms::SPRING.read(document)?),
        ..Dialect::READ_ONLY
    },
    Dialect {
        id: "airbyte",
        name: "Airbyte manifest",
        sign: "YAML with `OAuthAuthenticator`",
        marks: &["DeclarativeSource", "OAuthAuthenticator", "token_refresh_endpoint"],
        largest: LARGEST,
        recognise: |document| forms::AIRBYTE.recognise(document),
        read: |document, _| Ok(forms::AIRBYTE.read(document)?),
        ..Dialect::READ_ONLY
    },
    Dialect {
        id: "nango",
        name: "Nango provider",
        sign: "YAML with `auth_mode` and `token_url`",
        marks: &["auth_mode", "token_url", "authorization_params"],
        largest: LARGEST,
        most: forms::MOST_PROVIDERS,
        recognise: |document| forms::NANGO.recognise(document),
        read: |document, _| Ok(forms::NANGO.read(document)?),
        ..Dialect::READ_ONLY
    },
    Dialect {
        id: "grant",
        name: "grant configuration",
        sign: "JSON with `access_url` and `oauth` of each provider",
        marks: &["\"access_url\"", "\"authorize_url\"", "\"oauth\""],
        most: forms::MOST_PROVIDERS,
        recognise: |document| forms::GRANT.recognise(document) || forms::GRANT_NAMED.recognise(document),
        read: |document, _| Ok(forms::read_grant(document)?),
        ..Dialect::READ_ONLY
    },
    Dialect {
        id: "power-platform",
        name: "Power Platform connector",
        sign: "`apiProperties.json` with `oAuthSettings`",
        marks: &["connectionParameters", "oAuthSettings", "identityProvider"],
        largest: LARGEST,
        recognise: |document| forms::POWER_PLATFORM.recognise(document),
        read: |document, _| Ok(forms::POWER_PLATFORM.read(document)?),
        ..Dialect::READ_ONLY
    },
    Dialect {
        id: "keycloak",
        name: "Keycloak adapter configuration",
        sign: "JSON with `realm`, `auth-server-url` and `resource`",
        marks: &["\"realm\"", "\"auth-server-url\"", "\"resource\""],
        recognise: |document| forms::KEYCLOAK.recognise(document),
        read: |document, _| Ok(forms::KEYCLOAK.read(document)?),
        ..Dialect::READ_ONLY
    },
    Dialect {
        id: "msal",
        name: "MSAL token cache",
        sign: "JSON with `RefreshToken` and `home_account_id`",
        marks: &["\"RefreshToken\"", "\"home_account_id\"", "\"environment\""],
        recognise: |document| forms::MSAL.recognise(document),
        read: |document, _| Ok(forms::MSAL.read(document)?),
        ..Dialect::READ_ONLY
    },
    Dialect {
        id: "mutt",
        name: "mutt_oauth2 token file",
        sign: "JSON with `registration` and `authflow`",
        marks: &["\"registration\"", "\"authflow\"", "\"access_token_expiration\""],
        recognise: |document| forms::MUTT.recognise(document),
        read: |document, _| Ok(forms::MUTT.read(document)?),
        ..Dialect::READ_ONLY
    },
    Dialect {
        id: "email-oauth2-proxy",
        name: "Email OAuth 2.0 Proxy configuration",
        sign: "sections with `permission_url` and `oauth2_scope`",
        marks: &["permission_url", "oauth2_scope", "token_url"],
        recognise: |document| forms::EMAIL_PROXY.recognise(document),
        read: |document, _| Ok(forms::EMAIL_PROXY.read(document)?),
        ..Dialect::READ_ONLY
    },
    Dialect {
        id: "pizauth",
        name: "pizauth configuration",
        sign: "`account` blocks with `token_uri`",
        marks: &["\naccount \"", "auth_uri =", "token_uri ="],
        recognise: pizauth::recognise,
        read: |document, _| Ok(pizauth::read(document)?),
        ..Dialect::READ_ONLY
    },
    Dialect {
        id: "ortie",
        name: "Ortie configuration",
        sign: "TOML with `accounts` and `endpoints`",
        marks: &["[accounts.", "endpoints.token", "endpoints.authorization"],
        recognise: |document| forms::ORTIE.recognise(document),
        read: |document, _| Ok(forms::ORTIE.read(document)?),
        ..Dialect::READ_ONLY
    },
    Dialect {
        id: "salesforce",
        name: "Salesforce CLI authorization",
        sign: "`force://…`, or JSON with `sfdxAuthUrl` or `refreshToken` and `instanceUrl`",
        marks: &["force://", "\"instanceUrl\"", "\"sfdxAuthUrl\""],
        recognise: salesforce::recognise,
        read: |document, _| Ok(salesforce::read(document)?),
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
        id: "zspec",
        name: "ZSPEC <oauth2>",
        sign: "XML with `<oauth2>`",
        marks: &["<oauth2", "<token-url", "<resource"],
        recognise: |document| zspec::recognise(document.trimmed()),
        read: |document, _| Ok(zspec::read(document.text())?),
        write: Some(outgoing::zspec),
        ..Dialect::READ_ONLY
    },
    Dialect {
        id: "settings",
        name: "settings with an OAuth client",
        sign: "names such as `client_id` in JSON, YAML, TOML, INI or properties",
        marks: &["client_id", "client_secret", "refresh_token"],
        largest: LARGEST,
        is_guess: true,
        recognise: named::recognise,
        read: |document, _| Ok(named::read(document)?),
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
