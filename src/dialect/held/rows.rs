//! The rows of the table of dialects for files with fixed names. A new form is one more row.

use crate::dialect::document::LARGEST;
use crate::dialect::format::Dialect;
use crate::dialect::held::{forms, keycloak, named, oauthlib, pizauth, salesforce};

/// The most certain first.
pub(in crate::dialect) const ROWS: [Dialect; 15] = [
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
        name: "Keycloak client",
        sign: "JSON with `realm`, `auth-server-url` and `resource`, or an exported realm or client",
        marks: &["\"realm\"", "\"auth-server-url\"", "\"resource\""],
        recognise: keycloak::recognise,
        read: |document, _| Ok(keycloak::read(document)?),
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
