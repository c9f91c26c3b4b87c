//! Every known way in which services differ is expressed by a bundled preset: class by class, where to look.

use std::collections::BTreeSet;

use toml::{Table, Value};

use crate::service::catalog::bundled_text;
use crate::service::{AssertionFormat, Catalog};

/// Whether the program does what the key says, or only says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Built {
    Executed,
    /// The preset's `lacks` tells the person.
    Declared,
}

use Built::{Declared, Executed};

/// Class, preset, the way to a key in its file, a value that is found there (empty for any).
const SHOWN: &[(u32, &str, &str, &str, Built)] = &[
    // Inputs with pattern and transform, in URLs and elsewhere.
    (1, "netsuite", "inputs/transform", "underscore-to-dash", Executed),
    (1, "shopify", "inputs/pattern", "", Executed),
    // Regions and environments that switch several hosts.
    (2, "zoho-crm", "inputs/choices/sets/accounts_host", "accounts.zoho.eu", Executed),
    // A host learnt from the redirect, bounded.
    (3, "zoho-crm", "allow/accounts-server", "", Executed),
    (3, "zoho-crm", "token_request/url", "<accounts-server>/oauth/v2/token", Executed),
    // Values kept from the redirect.
    (4, "quickbooks", "redirect/retain", "realmId", Executed),
    // The code under another name.
    (5, "tiktok-ads", "redirect/code_parameter", "auth_code", Executed),
    // Junk on the code.
    (6, "instagram", "redirect/code_suffix", "#_", Executed),
    // A signed redirect.
    (7, "shopify", "redirect/signature", "shopify-hmac", Executed),
    // Sign-ins that begin otherwise.
    (8, "dropbox-code", "start", "code-by-hand", Executed),
    (8, "workday-integration", "start", "refresh-token", Executed),
    (8, "docusign-jwt", "start", "consent", Executed),
    // Standard parameters renamed.
    (9, "tiktok-ads", "authorization/rename/client_id", "app_id", Executed),
    // Standard parameters left out.
    (10, "monday", "authorization/omit", "response_type", Executed),
    (10, "clickup", "token_request/omit", "grant_type", Executed),
    // Parameters added to the authorization, fixed and offered.
    (11, "google", "authorization/query/access_type", "offline", Executed),
    (11, "dropbox", "authorization/offers/name", "force_reapprove", Executed),
    // Parameters added to bearer and refresh.
    (12, "pinterest", "token_request/body/continuous_refresh", "true", Executed),
    (12, "shopify", "token_request/body/expiring", "1", Executed),
    // Headers added to the token calls.
    (13, "notion", "token_request/headers/Notion-Version", "", Executed),
    (13, "github", "token_request/headers/Accept", "application/json", Executed),
    // Client authentication.
    (14, "airtable", "token_request/authentication", "basic-or-none", Executed),
    (14, "snowflake", "token_request/authentication", "basic-raw-or-none", Executed),
    (14, "stripe-apps", "token_request/authentication", "basic-secret", Executed),
    (14, "workday", "token_request/authentication", "basic-raw", Executed),
    (14, "github", "token_request/authentication", "body", Executed),
    (14, "adp", "client_certificate", "true", Executed),
    (14, "sap-btp-app-certificate", "token_request/authentication", "tls-client-auth", Executed),
    (14, "netsuite-m2m", "token_request/authentication", "private-key-jwt", Executed),
    // Encoding of the body.
    (15, "notion", "token_request/encoding", "json", Executed),
    (15, "facebook", "chain/encoding", "none", Executed),
    // Another method or URL of the refresh.
    (16, "instagram", "refresh_request/method", "GET", Executed),
    (16, "figma", "refresh_request/url", "https://api.figma.com/v1/oauth/refresh", Executed),
    // Exchanges after the code, and a refresh that renews the access token.
    (17, "threads", "chain/query/grant_type", "th_exchange_token", Executed),
    (17, "threads", "policy/renews_access_token", "true", Executed),
    // Grants of other names.
    (18, "zoom-app", "grant_type", "account_credentials", Executed),
    (18, "dayforce", "grant_type", "password", Executed),
    (18, "google-service-account", "grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer", Executed),
    (18, "sap-ariba", "grant_type", "openapi_2lo", Executed),
    // Assertions.
    (19, "netsuite-m2m", "assertion/key_id", "<certificate_id>", Executed),
    (19, "google-service-account", "assertion/claims/sub", "<person>", Executed),
    (19, "docusign-jwt", "assertion/audience", "<account_host>", Executed),
    (19, "salesforce-jwt", "assertion/life", "180", Executed),
    (19, "microsoft-app-certificate", "assertion/certificate_thumbprint", "x5t#S256", Executed),
    (19, "sap-successfactors", "assertion/format", "saml", Declared),
    // PKCE.
    (20, "linkedin", "authorization/pkce", "off", Executed),
    (20, "tiktok", "authorization/pkce", "S256-hex", Executed),
    // Scopes.
    (22, "linkedin", "scopes/answer_separator", ",", Executed),
    (22, "airtable", "scopes/required", "true", Executed),
    (22, "criteo", "authorization/omit", "scope", Executed),
    (22, "slack", "authorization/offers/name", "user_scope", Executed),
    // Redirect URIs.
    (23, "ebay", "redirect/sent", "<ru_name>", Executed),
    (23, "microsoft", "redirect/loopback", "any-port", Executed),
    (23, "instagram", "redirect/loopback", "refused", Executed),
    // Where things are in a reply, and what tells a success.
    (24, "slack", "token_request/reading/success/ok", "true", Executed),
    (24, "slack", "token_request/reading/access_token", "authed_user.access_token", Executed),
    (24, "facebook", "identity/reading/error", "error.type", Executed),
    // Times of expiry.
    (25, "square", "token_request/reading/lifetime", "date", Executed),
    (25, "salesforce", "token_request/reading/default_lifetime", "", Executed),
    (25, "zoho-crm", "device_authorization/reading/lifetime", "milliseconds", Executed),
    // How refresh tokens behave.
    (26, "airtable", "policy/rotates", "true", Executed),
    (26, "xero", "policy/grace", "1800", Executed),
    (26, "linkedin", "policy/fixed_end", "true", Executed),
    (26, "exact-online", "policy/minimum_age", "570", Executed),
    (26, "snowflake", "policy/leeway", "60", Executed),
    // Values kept from a reply.
    (27, "slack", "token_request/reading/retain/team_id", "team.id", Executed),
    (27, "salesforce", "token_request/reading/retain/instance_url", "instance_url", Executed),
    // Calls that fetch a value, with a choice.
    (28, "mailchimp", "fetch/retain/dc", "dc", Executed),
    (28, "docusign", "fetch/list", "accounts", Executed),
    // Identity checks.
    (29, "monday", "identity/headers/Authorization", "<token>", Executed),
    (29, "twitch", "identity/headers/Authorization", "OAuth <token>", Executed),
    (29, "snowflake", "identity/method", "POST", Executed),
    // Revocation.
    (30, "github", "revocation/method", "DELETE", Executed),
    (30, "square", "revocation/headers/Authorization", "Client <client_secret>", Executed),
    // Introspection.
    (31, "hubspot", "introspection/url", "", Executed),
    // Device flow.
    (32, "webex", "device_token_request/authentication", "basic", Executed),
    (32, "amazon-lwa", "device_token_request/body/user_code", "<user_code>", Executed),
    (32, "zoho-crm", "device_token_request/body/grant_type", "device_token", Executed),
    (32, "youtube", "device_authorization/reading/verification_uri", "verification_url", Executed),
    // The issuer, where the redirect tells it.
    (33, "xero", "redirect/issuer", "https://identity.xero.com", Executed),
    // Labels, links and what to do before.
    (34, "salesforce-app", "labels/client_id", "Consumer Key", Executed),
    (34, "quickbooks", "checklist", "", Executed),
    // What errors mean.
    (35, "facebook", "hints/when", "URL Blocked", Executed),
    // Versions that age.
    (36, "facebook", "inputs/name", "api_version", Executed),
    // One preset from another.
    (37, "youtube", "extends", "google", Executed),
    (37, "zoho-books", "extends", "zoho-crm", Executed),
    // Where the facts are from.
    (38, "netsuite-m2m", "source", "", Executed),
    (38, "stripe-apps", "confidence", "one-source", Executed),
];

/// Classes that no preset shows, and why.
const NOT_SHOWN: &[(u32, &str)] = &[
    // NetSuite wants 22 characters at least and 1024 at most, Airtable 16 at least.
    (21, "the state always has 43 characters, which every known rule allows, so that there is nothing to write"),
];

/// Whether the way leads to the value, through any item of a list.
fn leads_to(value: &Value, way: &[&str], wanted: &str) -> bool {
    match (value, way) {
        (Value::Array(items), _) => items.iter().any(|item| leads_to(item, way, wanted)),
        (Value::Table(table), [step, rest @ ..]) => table.get(*step).is_some_and(|next| leads_to(next, rest, wanted)),
        (Value::String(text), []) => wanted.is_empty() || text == wanted,
        (scalar, []) => wanted.is_empty() || scalar.to_string() == wanted,
        _ => false,
    }
}

#[test]
fn each_of_the_38_quirk_classes_is_shown_by_a_preset_or_named_with_the_reason() {
    let shown = SHOWN.iter().map(|(class, ..)| *class);
    let not_shown = NOT_SHOWN.iter().filter(|(_, reason)| !reason.is_empty()).map(|(class, _)| *class);
    let classes: BTreeSet<u32> = shown.chain(not_shown).collect();
    assert_eq!(classes, (1..=38).collect());
    for (class, id, way, wanted, _) in SHOWN {
        let text = bundled_text(id).unwrap_or_else(|| panic!("class {class}: there is no preset `{id}`"));
        let table: Table = text.parse().expect("TOML");
        let steps: Vec<&str> = way.split('/').collect();
        assert!(leads_to(&Value::Table(table), &steps, wanted), "class {class}: `{id}` has no `{way}` = `{wanted}`");
    }
}

#[test]
fn the_state_fits_every_known_rule() {
    // Class 21: 22 characters at least (NetSuite), 1024 at most.
    assert_eq!(crate::oauth::state([7; 32]).len(), 43);
}

#[test]
fn what_is_only_described_is_told_as_lacking() {
    let catalog = Catalog::bundled();
    for (class, id, way, ..) in SHOWN.iter().filter(|(.., built)| *built == Declared) {
        let service = catalog.service(id).expect("a bundled preset");
        assert!(!service.lacks.is_empty(), "class {class}: `{id}` has `{way}`, and says nothing of it under `lacks`");
    }
}

#[test]
fn a_service_that_wants_what_is_not_built_says_that_this_is_lacking() {
    for service in Catalog::bundled().services() {
        let saml = service.assertion.as_ref().is_some_and(|assertion| assertion.format == AssertionFormat::Saml);
        assert!(!saml || !service.lacks.is_empty(), "`{}` says nothing under `lacks`", service.id);
    }
}

/// Words for what is built: no preset says that it is lacking.
const BUILT: [&str; 10] = [
    "proof of possession",
    "device flow",
    "another device",
    "device code",
    "private_key_jwt",
    "signed jwt (",
    "certificate in place of the",
    "mutual tls",
    "mtls",
    "client certificate",
];

#[test]
fn no_service_lacks_what_is_built() {
    for service in Catalog::bundled().services() {
        for lack in &service.lacks {
            let found = BUILT.iter().find(|words| lack.to_lowercase().contains(*words));
            assert_eq!(found, None, "`{}` lacks what is built: {lack}", service.id);
        }
    }
}

#[test]
fn a_service_that_begins_on_another_device_can_be_polled() {
    for service in Catalog::bundled().services() {
        assert_eq!(service.device_authorization.is_some(), service.has_device_flow(), "`{}`", service.id);
    }
}
