//! Every bundled preset sends what its vendor documents.

use std::collections::BTreeSet;

use super::*;
use crate::call::{CallTemplate, Template};
use crate::service::Catalog;

/// The differences of a bundled preset, each with its place.
fn differences(service: &Service) -> Vec<String> {
    let lineage = Catalog::bundled().lineage(&service.id);
    let found = testimony(service, &lineage).map(|testimony| testimony.differences).unwrap_or_default();
    found.into_iter().map(|difference| format!("{}: {}: {}", service.id, difference.at, difference.words)).collect()
}

#[test]
fn every_record_reads_and_says_where_its_facts_are_from() {
    let (ids, texts) = BUNDLED;
    let catalog = Catalog::bundled();
    let mut named = BTreeSet::new();
    for (id, text) in ids.lines().zip(texts) {
        let record: Record = toml::from_str(text).unwrap_or_else(|error| panic!("{id}: {error}"));
        let date: Result<jiff::civil::Date, _> = record.date.parse();
        assert!(date.is_ok(), "{id}: `date` is `{}`", record.date);
        assert!(!record.source.is_empty() && record.source.iter().all(|page| page.starts_with("https://")), "{id}");
        assert!(record.token_request.is_some(), "{id}: there is no token request");
        for preset in record.presets.iter().map(String::as_str).chain([id]) {
            assert!(catalog.service(preset).is_ok(), "{id}: there is no preset `{preset}`");
            assert!(named.insert(preset.to_owned()), "{id}: `{preset}` has two records");
        }
    }
}

#[test]
fn every_bundled_preset_sends_what_its_vendor_documents() {
    let found: Vec<String> = Catalog::bundled().services().iter().flat_map(differences).collect();
    assert!(found.is_empty(), "{} differences:\n{}", found.len(), found.join("\n"));
}

/// So many records there were, and so many presets with one, at least.
#[test]
fn the_records_grow() {
    let catalog = Catalog::bundled();
    let services = catalog.services();
    let witnessed =
        services.iter().filter(|service| testimony(service, &catalog.lineage(&service.id)).is_some()).count();
    let counts = (RECORDS.len(), witnessed);
    assert!(counts.0 >= RECORDED && counts.1 >= WITNESSED, "{counts:?} of {}", services.len());
}

const RECORDED: usize = 180;
const WITNESSED: usize = 208;

/// A preset, a change of its text (all places), and what the witness says of it.
const DOCTORED: &[(&str, &str, &str, &str)] = &[
    // The encoding of a body.
    (
        "notion",
        "encoding = \"json\"",
        "encoding = \"form\"",
        "the token request is encoded as `form`; the vendor documents `json`",
    ),
    (
        "instagram",
        "[token_request]\n",
        "[token_request]\nencoding = \"json\"\n",
        "the token request is encoded as `json`; the vendor documents `form`",
    ),
    (
        "quickbooks",
        "encoding = \"json\"",
        "encoding = \"form\"",
        "the revocation request is encoded as `form`; the vendor documents `json`",
    ),
    (
        "tiktok-ads",
        "encoding = \"json\"",
        "encoding = \"form\"",
        "the token request is encoded as `form`; the vendor documents `json`",
    ),
    // A path or a host.
    (
        "quickbooks",
        "tokens/bearer",
        "token/bearer",
        "the token request goes to `https://oauth.platform.intuit.com/oauth2/v1/token/bearer`; the vendor documents `https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer`",
    ),
    (
        "tiktok",
        "v2/oauth/token/",
        "v2/oauth/token",
        "the token request goes to `https://open.tiktokapis.com/v2/oauth/token`; the vendor documents `https://open.tiktokapis.com/v2/oauth/token/`",
    ),
    (
        "figma",
        "v1/oauth/refresh",
        "v1/oauth/token",
        "the refresh request goes to `https://api.figma.com/v1/oauth/token`; the vendor documents `https://api.figma.com/v1/oauth/refresh`",
    ),
    (
        "netsuite",
        ".suitetalk.api.netsuite.com/services/rest/auth/oauth2/v1/token",
        ".app.netsuite.com/services/rest/auth/oauth2/v1/token",
        "the token request goes to `https://{account_id}.app.netsuite.com/services/rest/auth/oauth2/v1/token`; the vendor documents `https://{account_id}.suitetalk.api.netsuite.com/services/rest/auth/oauth2/v1/token`",
    ),
    (
        "salesforce",
        "/services/oauth2/authorize",
        "/oauth2/authorize",
        "the authorization request goes to `https://{login_host}/oauth2/authorize`; the vendor documents `https://{login_host}/services/oauth2/authorize`",
    ),
    (
        "slack",
        "https://slack.com/oauth/v2/authorize",
        "https://slack.com/oauth/authorize",
        "the authorization request goes to `https://slack.com/oauth/authorize`; the vendor documents `https://slack.com/oauth/v2/authorize`",
    ),
    // The name of a parameter.
    (
        "tiktok",
        "client_id = \"client_key\"",
        "client_id = \"client_id\"",
        "the token request sends `client_id`; the vendor documents `client_key`",
    ),
    (
        "tiktok-ads",
        "auth_code = \"<code>\"",
        "code = \"<code>\"",
        "the token request sends `code`; the vendor documents `auth_code`",
    ),
    (
        "facebook",
        "fb_exchange_token = \"<token>\"",
        "exchange_token = \"<token>\"",
        "the refresh request sends `exchange_token`; the vendor documents `fb_exchange_token`",
    ),
    (
        "instagram",
        "access_token = \"<token>\" }\nexample",
        "token = \"<token>\" }\nexample",
        "the exchange after the token request sends `token`; the vendor documents `access_token`",
    ),
    (
        "zoho-crm",
        "code = \"<device_code>\"",
        "device_code = \"<device_code>\"",
        "the device token request sends `device_code`; the vendor documents `code`",
    ),
    // The place of the secret.
    (
        "quickbooks",
        "authentication = \"basic\"",
        "authentication = \"body\"",
        "the token request authenticates the client by `body`; the vendor documents `basic`",
    ),
    (
        "linkedin",
        "authentication = \"body\"",
        "authentication = \"basic\"",
        "the token request authenticates the client by `basic`; the vendor documents `body`",
    ),
    (
        "reddit",
        "authentication = \"basic\"",
        "authentication = \"body\"",
        "the refresh request authenticates the client by `body`; the vendor documents `basic`",
    ),
    (
        "etsy",
        "authentication = \"none\"",
        "authentication = \"body\"",
        "the token request authenticates the client by `body`; the vendor documents `none`",
    ),
    // A header.
    (
        "github",
        "headers = { Accept = \"application/json\" }",
        "",
        "the token request does not send the header `Accept`, which the vendor documents",
    ),
    (
        "twitch",
        "OAuth <token>",
        "Bearer <token>",
        "the identity request sends the header `Authorization: Bearer {token}`; the vendor documents `OAuth {token}`",
    ),
    (
        "mailchimp",
        "Authorization = \"OAuth <token>\", ",
        "",
        "the call that fetches a value sends the header `Authorization: Bearer {token}`; the vendor documents `OAuth {token}`",
    ),
    (
        "shopify",
        "header = \"X-Shopify-Access-Token: <token>\"",
        "",
        "the access token is sent as `Authorization: Bearer {token}`; the vendor documents `X-Shopify-Access-Token: {token}`",
    ),
    (
        "notion",
        "headers = { Notion-Version = \"<notion_version>\" }",
        "",
        "the identity request does not send the header `Notion-Version`, which the vendor documents",
    ),
    // Scopes.
    ("slack", "separator = \",\"", "separator = \" \"", "scopes are joined by ` `; the vendor documents `,`"),
    ("tiktok", "separator = \",\"", "separator = \" \"", "scopes are joined by ` `; the vendor documents `,`"),
    // PKCE.
    (
        "linkedin",
        "pkce = \"off\"",
        "pkce = \"S256\"",
        "`pkce` is `S256`; by the vendor's documentation the service does not take PKCE",
    ),
    (
        "etsy",
        "pkce = \"S256\"",
        "pkce = \"off\"",
        "`pkce` is `off`; by the vendor's documentation the service requires PKCE",
    ),
    (
        "tiktok",
        "pkce = \"S256-hex\"",
        "pkce = \"S256\"",
        "`pkce` is `S256`; by the vendor's documentation the service requires PKCE with the challenge in hex",
    ),
    // Access without the person.
    (
        "google",
        "access_type = \"offline\", ",
        "",
        "the authorization request does not send `access_type=offline`, which the vendor documents",
    ),
    (
        "dropbox",
        "query = { token_access_type = \"offline\" }",
        "",
        "the authorization request does not send `token_access_type=offline`, which the vendor documents",
    ),
    (
        "reddit",
        "query = { duration = \"permanent\" }",
        "",
        "the authorization request does not send `duration=permanent`, which the vendor documents",
    ),
    (
        "microsoft",
        "\"offline_access\", \"User.Read\"]",
        "\"User.Read\"]",
        "`offline_access` is none of the default scopes; the vendor gives no refresh token without it",
    ),
    (
        "atlassian",
        "audience = \"api.atlassian.com\", ",
        "",
        "the authorization request does not send `audience=api.atlassian.com`, which the vendor documents",
    ),
    // What tells a success.
    (
        "slack",
        "success = { ok = \"true\" }",
        "",
        "the token request takes a reply for a success whatever `ok` is; the vendor documents `true`",
    ),
    (
        "tiktok-ads",
        "success = { code = \"0\" }",
        "",
        "the token request takes a reply for a success whatever `code` is; the vendor documents `0`",
    ),
    (
        "tiktok",
        ", success = { \"error.code\" = \"ok\" }",
        "",
        "the identity request takes a reply for a success whatever `error.code` is; the vendor documents `ok`",
    ),
    // Rotation.
    (
        "xero",
        "rotates = true\n",
        "",
        "the preset does not say that a refresh replaces the refresh token; by the vendor's documentation it replaces it",
    ),
    (
        "google",
        "[policy]\n",
        "[policy]\nrotates = true\n",
        "the preset says that a refresh replaces the refresh token; by the vendor's documentation it does not",
    ),
    // The code.
    ("instagram", "code_suffix = \"#_\"", "", "`redirect.code_suffix` is ``; the vendor appends `#_` to the code"),
    (
        "amazon-sp-api",
        "code_parameter = \"spapi_oauth_code\"",
        "",
        "the code is read from `code`; the vendor documents `spapi_oauth_code`",
    ),
    (
        "amazon-sp-api",
        "retain = [\"selling_partner_id\"]",
        "retain = []",
        "`selling_partner_id` of the redirect is not kept, which API calls need",
    ),
    // Replies.
    (
        "google",
        "[refresh_request]\n",
        "[token_request.reading]\nlifetime = \"milliseconds\"\n[refresh_request]\n",
        "the life that the token request brings is read as `milliseconds`; the vendor documents `seconds`",
    ),
    (
        "square",
        "lifetime = \"date\"\nrefresh_token",
        "refresh_token",
        "the life that the token request brings is read as `seconds`; the vendor documents `date`",
    ),
    (
        "slack",
        "access_token = [\"access_token\", \"authed_user.access_token\"]",
        "access_token = \"token\"",
        "the access token of the token request is read at `token`; the vendor documents `access_token`",
    ),
    (
        "tiktok",
        "reading = { retain = { open_id = \"open_id\" } }",
        "",
        "the token request does not keep `open_id`, which API calls need",
    ),
    // Methods.
    ("slack", "method = \"POST\"\n", "", "the identity request is `GET`; the vendor documents `POST`"),
    ("facebook", "method = \"GET\"\n", "", "the refresh request is `POST`; the vendor documents `GET`"),
    ("github", "method = \"DELETE\"\n", "", "the revocation request is `POST`; the vendor documents `DELETE`"),
    // Grant types.
    (
        "zoom-app",
        "grant_type = \"account_credentials\"",
        "grant_type = \"client_credentials\"",
        "the token request sends `grant_type=client_credentials`; the vendor documents `grant_type=account_credentials`",
    ),
    (
        "facebook",
        "fb_exchange_token\", client_id",
        "exchange_token\", client_id",
        "the refresh request sends `grant_type=exchange_token`; the vendor documents `grant_type=fb_exchange_token`",
    ),
    (
        "basecamp",
        "omit = [\"grant_type\"]\n",
        "",
        "the token request sends `grant_type`; by the vendor's documentation it must not",
    ),
];

/// What is wrong with a doctored preset, unless the witness says these words.
fn unnamed(id: &str, text: &str, words: &str) -> Option<String> {
    let service = match Catalog::bundled().parse("doctored.toml", text) {
        Ok(service) => service,
        Err(error) => return Some(format!("{id}: {error}")),
    };
    let Some(testimony) = testimony(&service, &[]) else {
        return Some(format!("{id}: there is no record of `{words}`"));
    };
    let found: Vec<&str> = testimony.differences.iter().map(|difference| difference.words.as_str()).collect();
    (!found.contains(&words)).then(|| format!("{id}: `{words}` is not among\n  {}", found.join("\n  ")))
}

#[test]
fn a_wrong_request_is_named_in_a_preset_of_any_id() {
    let mut unseen = Vec::new();
    for (id, from, to, words) in DOCTORED {
        let text = crate::service::bundled_text(id).expect("a preset");
        assert!(text.contains(from), "{id}: `{from}` is not in it");
        let text = text.replace(from, to);
        unseen.extend(unnamed(id, &text, words));
        // A grant at a host that other presets share is told by its ID only.
        if *id != "zoom-app" {
            let renamed = text.replacen(&format!("id = \"{id}\""), "id = \"mine\"", 1);
            unseen.extend(unnamed(id, &renamed, words));
        }
    }
    assert!(DOCTORED.len() >= 50 && unseen.is_empty(), "{}", unseen.join("\n"));
}

/// A change of one path, `None` where the preset has no such request, and the place that is told.
type Misspelt = fn(&mut Service) -> Option<&mut CallTemplate>;

const MISSPELT: [(&str, Misspelt); 3] = [
    ("token_request.url", |service| Some(&mut service.token_request)),
    ("refresh_request.url", |service| service.refresh_request.as_mut()),
    ("authorization.url", |service| {
        let authorization = service.authorization.as_mut().filter(|_| service.start != Start::Consent);
        authorization.map(|authorization| &mut authorization.call)
    }),
];

#[test]
fn a_wrong_path_is_seen_in_every_preset_that_has_a_record_and_in_a_copy_of_it() {
    let catalog = Catalog::bundled();
    let mut unseen = Vec::new();
    for service in catalog.services() {
        let lineage = catalog.lineage(&service.id);
        if testimony(&service, &lineage).is_none() {
            continue;
        }
        let mut copies = vec![(service.clone(), lineage)];
        if named(&service.id).is_some() {
            copies.push((Service { id: "mine".to_owned(), ..service.clone() }, Vec::new()));
        }
        for ((copy, lineage), (place, call)) in copies.iter().flat_map(|copy| MISSPELT.map(|misspelt| (copy, misspelt)))
        {
            let mut wrong = copy.clone();
            let Some(call) = call(&mut wrong) else { continue };
            let url = call.url.source().to_owned();
            let (path, query) = url.split_once('?').unwrap_or((&url, ""));
            call.url = Template::new(format!("{path}/x?{query}"));
            let found = testimony(&wrong, lineage).map(|testimony| testimony.differences).unwrap_or_default();
            if !found.iter().any(|difference| difference.at == place) {
                unseen.push(format!("{} as {}: {place}", service.id, copy.id));
            }
        }
    }
    assert!(unseen.is_empty(), "{}", unseen.join("\n"));
}

#[test]
fn a_misspelt_identity_request_is_seen_in_a_copy_with_another_id_or_name() {
    for (id, name) in [("mine", "Box"), ("mine", "Our Box")] {
        let mut service = Catalog::bundled().service("box").expect("a preset");
        (service.id, service.name) = (id.to_owned(), name.to_owned());
        let identity = service.identity.as_mut().expect("an identity request");
        identity.call.url = Template::new("https://api.box.com/2.0/user/me");
        let found = testimony(&service, &[]).expect("a record").differences;
        let words = "the identity request goes to `https://api.box.com/2.0/user/me`; the vendor documents \
                     `https://api.box.com/2.0/users/me`";
        assert_eq!(found.iter().map(|one| one.words.as_str()).collect::<Vec<_>>(), [words], "{name}");
    }
}

#[test]
fn a_secret_that_stands_in_a_preset_is_not_told() {
    let text = crate::service::bundled_text("twitch").expect("a preset");
    let text = text
        .replace("OAuth <token>", "Basic typed-secret")
        .replace("oauth2/validate", "oauth2/validate?client_secret=typed-secret");
    let service = Catalog::bundled().parse("own.toml", &text).expect("a preset");
    let found = testimony(&service, &[]).expect("a record").differences;
    let words: Vec<&str> = found.iter().map(|difference| difference.words.as_str()).collect();
    assert_eq!(
        words,
        ["the identity request sends the header `Authorization: …`; the vendor documents `OAuth {token}`"]
    );
}

#[test]
fn a_preset_is_compared_where_it_keeps_the_vendors_host_and_not_elsewhere() {
    let mut catalog = Catalog::bundled();
    let head = "extends = \"keycloak\"\nid = \"ours\"\nname = \"Ours\"\n";
    let own = |text: &str| ("ours.toml".to_owned(), format!("{head}{text}"));
    assert_eq!(catalog.add(vec![own("[token_request]\nencoding = \"json\"\n")]), []);
    let ours = catalog.service("ours").expect("a preset");
    let testimony_of = |catalog: &Catalog, service| testimony(service, &catalog.lineage("ours"));
    let words = "the token request is encoded as `json`; the vendor documents `form`";
    let found = testimony_of(&catalog, &ours).expect("a record");
    assert_eq!(found.differences.iter().map(|one| one.words.as_str()).collect::<Vec<_>>(), [words]);
    assert!(found.cited.contains("https://www.keycloak.org/"), "{}", found.cited);
    let mut elsewhere = catalog.service("quickbooks").expect("a preset");
    assert_eq!(testimony(&elsewhere, &[]).map(|found| found.differences), Some(Vec::new()));
    elsewhere.token_request.url = Template::new("https://proxy.example.test/token");
    let authorization = elsewhere.authorization.as_mut().expect("a sign-in");
    authorization.call.url = Template::new("https://proxy.example.test/authorize");
    assert_eq!(testimony(&elsewhere, &[]), None);
}
