//! Every known way in which services differ is expressed by a bundled preset: class by class, where to look.

use std::collections::BTreeSet;

use toml::{Table, Value};

use crate::service::Catalog;
use crate::service::catalog::bundled_text;

/// Class, preset, the way to a key in its file, a value that is found there (empty for any).
const SHOWN: &[(u32, &str, &str, &str)] = &[
    // Inputs with pattern and transform, in URLs and elsewhere.
    (1, "netsuite", "inputs/transform", "underscore-to-dash"),
    (1, "shopify", "inputs/pattern", ""),
    // Regions and environments that switch several hosts.
    (2, "zoho-crm", "inputs/choices/sets/accounts_host", "accounts.zoho.eu"),
    // A host learnt from the redirect, bounded.
    (3, "zoho-crm", "allow/accounts-server", ""),
    (3, "zoho-crm", "token_request/url", "<accounts-server>/oauth/v2/token"),
    // Values kept from the redirect.
    (4, "quickbooks", "redirect/retain", "realmId"),
    // The code under another name.
    (5, "tiktok-ads", "redirect/code_parameter", "auth_code"),
    // Junk on the code.
    (6, "instagram", "redirect/code_suffix", "#_"),
    // A signed redirect.
    (7, "shopify", "redirect/signature", "shopify-hmac"),
    // Sign-ins that begin otherwise.
    (8, "dropbox-code", "start", "code-by-hand"),
    (8, "workday-integration", "start", "refresh-token"),
    (8, "docusign-jwt", "start", "consent"),
    // Standard parameters renamed.
    (9, "tiktok-ads", "authorization/rename/client_id", "app_id"),
    // Standard parameters left out.
    (10, "monday", "authorization/omit", "response_type"),
    (10, "clickup", "token_request/omit", "grant_type"),
    // Parameters added to the authorization, fixed and offered.
    (11, "google", "authorization/query/access_type", "offline"),
    (11, "dropbox", "authorization/offers/name", "force_reapprove"),
    // Parameters added to bearer and refresh.
    (12, "pinterest", "token_request/body/continuous_refresh", "true"),
    (12, "shopify", "token_request/body/expiring", "1"),
    // Headers added to the token calls.
    (13, "notion", "token_request/headers/Notion-Version", ""),
    (13, "github", "token_request/headers/Accept", "application/json"),
    // Client authentication.
    (14, "airtable", "token_request/authentication", "basic-or-none"),
    (14, "snowflake", "token_request/authentication", "basic-raw-or-none"),
    (14, "stripe-apps", "token_request/authentication", "basic-secret"),
    (14, "workday", "token_request/authentication", "basic-raw"),
    (14, "github", "token_request/authentication", "body"),
    (14, "adp", "client_certificate", "true"),
    (14, "sap-btp-app-certificate", "token_request/authentication", "tls-client-auth"),
    (14, "netsuite-m2m", "token_request/authentication", "private-key-jwt"),
    // Encoding of the body.
    (15, "notion", "token_request/encoding", "json"),
    (15, "facebook", "chain/encoding", "none"),
    // Another method or URL of the refresh.
    (16, "instagram", "refresh_request/method", "GET"),
    (16, "figma", "refresh_request/url", "https://api.figma.com/v1/oauth/refresh"),
    // Exchanges after the code, and a refresh that renews the access token.
    (17, "threads", "chain/query/grant_type", "th_exchange_token"),
    (17, "threads", "policy/renews_access_token", "true"),
    // Grants of other names.
    (18, "zoom-app", "grant_type", "account_credentials"),
    (18, "dayforce", "grant_type", "password"),
    (18, "google-service-account", "grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
    (18, "sap-ariba", "grant_type", "openapi_2lo"),
    // Assertions.
    (19, "netsuite-m2m", "assertion/key_id", "<certificate_id>"),
    (19, "google-service-account", "assertion/claims/sub", "<person>"),
    (19, "docusign-jwt", "assertion/audience", "<account_host>"),
    (19, "salesforce-jwt", "assertion/life", "180"),
    (19, "microsoft-app-certificate", "assertion/certificate_thumbprint", "x5t#S256"),
    (19, "sap-successfactors", "assertion/saml/attributes/api_key", "<client_id>"),
    // PKCE.
    (20, "linkedin", "authorization/pkce", "off"),
    (20, "tiktok", "authorization/pkce", "S256-hex"),
    // Scopes.
    (22, "linkedin", "scopes/answer_separator", ","),
    (22, "airtable", "scopes/required", "true"),
    (22, "criteo", "authorization/omit", "scope"),
    (22, "slack", "authorization/offers/name", "user_scope"),
    // Redirect URIs.
    (23, "ebay", "redirect/sent", "<ru_name>"),
    (23, "microsoft", "redirect/loopback", "any-port"),
    (23, "instagram", "redirect/loopback", "refused"),
    // Where things are in a reply, and what tells a success.
    (24, "slack", "token_request/reading/success/ok", "true"),
    (24, "slack", "token_request/reading/access_token", "authed_user.access_token"),
    (24, "facebook", "identity/reading/error", "error.type"),
    // Times of expiry.
    (25, "square", "token_request/reading/lifetime", "date"),
    (25, "salesforce", "token_request/reading/default_lifetime", ""),
    (25, "zoho-crm", "device_authorization/reading/lifetime", "milliseconds"),
    // How refresh tokens behave.
    (26, "airtable", "policy/rotates", "true"),
    (26, "xero", "policy/grace", "1800"),
    (26, "linkedin", "policy/fixed_end", "true"),
    (26, "exact-online", "policy/minimum_age", "570"),
    (26, "snowflake", "policy/leeway", "60"),
    // Values kept from a reply.
    (27, "slack", "token_request/reading/retain/team_id", "team.id"),
    (27, "salesforce", "token_request/reading/retain/instance_url", "instance_url"),
    // Calls that fetch a value, with a choice.
    (28, "mailchimp", "fetch/retain/dc", "dc"),
    (28, "docusign", "fetch/list", "accounts"),
    // Identity checks.
    (29, "monday", "identity/headers/Authorization", "<token>"),
    (29, "twitch", "identity/headers/Authorization", "OAuth <token>"),
    (29, "snowflake", "identity/method", "POST"),
    // Revocation.
    (30, "github", "revocation/method", "DELETE"),
    (30, "square", "revocation/headers/Authorization", "Client <client_secret>"),
    // Introspection.
    (31, "hubspot", "introspection/url", ""),
    // Device flow.
    (32, "webex", "device_token_request/authentication", "basic"),
    (32, "amazon-lwa", "device_token_request/body/user_code", "<user_code>"),
    (32, "zoho-crm", "device_token_request/body/grant_type", "device_token"),
    (32, "youtube", "device_authorization/reading/verification_uri", "verification_url"),
    // The issuer, where the redirect tells it.
    (33, "xero", "redirect/issuer", "https://identity.xero.com"),
    // Labels, links and what to do before.
    (34, "salesforce-app", "labels/client_id", "Consumer Key"),
    (34, "quickbooks", "checklist", ""),
    // What errors mean.
    (35, "facebook", "hints/when", "URL Blocked"),
    // Versions that age.
    (36, "facebook", "inputs/name", "api_version"),
    // One preset from another.
    (37, "youtube", "extends", "google"),
    (37, "zoho-books", "extends", "zoho-crm"),
    // Where the facts are from.
    (38, "netsuite-m2m", "source", ""),
    (38, "stripe-apps", "confidence", "one-source"),
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
    for (class, id, way, wanted) in SHOWN {
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

/// Words for what is built: no preset says that it is lacking.
const BUILT: [&str; 28] = [
    "proof of possession",
    "dpop",
    "device flow",
    "another device",
    "device code",
    "assertion",
    "jwt",
    "certificate",
    "mutual tls",
    "mtls",
    "token exchange",
    "exchanged for",
    "saml",
    "pkce",
    "no secret",
    "without a secret",
    "password",
    "client credentials",
    "client_credentials",
    "refresh token",
    "authorization code",
    "browser",
    "extra parameter",
    "secret field",
    "other hosts",
    "introspection",
    "pushed authorization",
    "signed request",
];

/// What is built and said to be lacking.
fn stale(lack: &str) -> Option<&'static str> {
    let lack = lack.to_lowercase();
    BUILT.into_iter().find(|word| lack.contains(word))
}

/// The same words are read in the window, which has steps, and in a terminal, which has none.
#[test]
fn no_preset_names_a_step_of_the_window() {
    let step = regex_lite::Regex::new(r"\b[Ss]tep [1-3]\b").expect("a pattern");
    for id in Catalog::bundled().ids() {
        let text = bundled_text(id).expect("a preset");
        let named = text.lines().find(|line| step.is_match(line));
        assert_eq!(named, None, "{id}");
    }
}

#[test]
fn no_service_lacks_what_is_built() {
    for service in Catalog::bundled().services() {
        for lack in &service.lacks {
            assert_eq!(stale(lack), None, "`{}` lacks what is built: {lack}", service.id);
        }
    }
}

#[test]
fn a_line_that_says_so_is_found() {
    // As presets had them once.
    for line in [
        "a signed assertion in place of a sign-in (JWT bearer)",
        "SAML assertions in place of a sign-in (SAML bearer)",
        "Apps of type Client, which have no secret",
        "the chatbot's token, which is asked for with client credentials",
        "The password grant for one's own account",
        "token exchange, with which an embedded app gets its token",
        "App-only access: it wants a certificate in place of a client secret",
        "the device flow",
        "The authorization code grant, at https://example.com/authorize",
        "access tokens bound to a key (DPoP)",
    ] {
        assert!(stale(line).is_some(), "{line}");
    }
    assert_eq!(stale("two tokens in one reply: the second is dropped"), None);
}

#[test]
fn a_service_that_begins_on_another_device_can_be_polled() {
    for service in Catalog::bundled().services() {
        assert_eq!(service.device_authorization.is_some(), service.has_device_flow(), "`{}`", service.id);
    }
}
