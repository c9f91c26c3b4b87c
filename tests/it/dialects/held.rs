//! Clients and refresh tokens in the files of other tools, made up in the format of each.

use serde_json::{Value, json};
use tokenwright::call::Authentication;
use tokenwright::dialect::held::{dotenv, google_user, oauthlib, oidc_agent, own_export, rclone};
use tokenwright::dialect::{Described, Import};
use tokenwright::secret::Secret;
use tokenwright::service::Start;

use crate::dialects::check::{only, read_text, recognises, sound, words};

fn refresh_url(described: &Described) -> &str {
    described.service.refresh_request.as_ref().map_or("", |call| call.url.source())
}

fn held_by_many(json: &Value) -> Described {
    only(read_text(oauthlib::read, &json.to_string()).expect("a token"))
}

#[test]
fn googles_file_is_of_google_wherever_it_says_it_refreshes() {
    let file = json!({
        "type": "authorized_user", "client_id": "id-1.apps.example", "client_secret": "google-secret",
        "refresh_token": "1//google-refresh", "token_uri": "https://elsewhere.example/token", "token": "ya29.access",
        "scopes": ["https://www.googleapis.com/auth/drive.file"], "account": "", "quota_project_id": "acme-1",
        "expiry": "2026-11-21T03:00:00Z",
    });
    let described = only(read_text(google_user::read, &file.to_string()).expect("a file"));
    assert_eq!((described.service.id.as_str(), described.client_id.as_str()), ("google", "id-1.apps.example"));
    assert_eq!(refresh_url(&described), "https://oauth2.googleapis.com/token");
    assert_eq!(described.secrets.refresh_token, Secret::new("1//google-refresh"));
    assert_eq!(described.scopes, ["https://www.googleapis.com/auth/drive.file"]);
    assert_eq!(
        words(&described.ignored),
        [
            "token: access tokens are not imported: a refresh gets a new one",
            "token_uri: clients that read this file always refresh at Google",
            "quota_project_id: no call uses it",
            "expiry: no call uses it",
        ]
    );
    // Google's refresh tokens do not change, so nothing is said of who holds it.
    assert!(!words(&described.understood).iter().any(|words| words.contains("goes on holding")));
    assert_eq!(words(&described.missing), Vec::<String>::new());
}

#[test]
fn the_external_file_refreshes_where_it_says() {
    let file = json!({
        "type": "external_account_authorized_user", "audience": "", "client_id": "id-1", "client_secret": "an-old-secret",
        "refresh_token": "refresh-1", "token_url": "https://sts.example/v1/oauthtoken",
        "revoke_url": "https://sts.example/v1/revoke", "token_info_url": "https://sts.example/v1/introspect",
    });
    let described = only(read_text(google_user::read, &file.to_string()).expect("a file"));
    let service = &described.service;
    assert_eq!((service.name.as_str(), service.start), ("sts.example", Start::RefreshToken));
    assert_eq!(refresh_url(&described), "https://sts.example/v1/oauthtoken");
    assert_eq!(service.refresh_request.as_ref().map(|call| &call.authentication), Some(&Authentication::BasicOrNone));
    assert!(service.revocation.is_some() && service.introspection.is_some());
    assert_eq!(
        words(&described.understood).last().map(String::as_str),
        Some(
            "refresh token: google-auth goes on holding it: if the service gives a new one at each refresh, let only \
             one of the two refresh"
        )
    );
}

/// Two remotes with a token, one without, as `rclone config` writes them.
const RCLONE: &str = "\
# made by hand
[files]
type = drive
client_id = id-1.apps.example
client_secret = drive-secret
scope = drive.readonly
token = {\"access_token\":\"ya29.drive\",\"token_type\":\"Bearer\",\"refresh_token\":\"1//drive-refresh\",\"expiry\":\"2026-11-21T03:00:00Z\"}
team_drive =

[backup]
type = box
token = {\"access_token\":\"box-access\",\"refresh_token\":\"box-refresh\",\"expiry\":\"2026-11-21T03:00:00Z\"}

[disk]
type = local
";

#[test]
fn each_remote_of_rclone_is_a_use_of_its_service() {
    assert!(recognises(rclone::recognise, RCLONE));
    let import = read_text(rclone::read, RCLONE).expect("remotes");
    sound(&import);
    let [files, backup] = &import.described[..] else { panic!("{import:?}") };
    assert_eq!((files.service.id.as_str(), files.client_id.as_str()), ("google-drive", "id-1.apps.example"));
    assert_eq!(files.scopes, ["https://www.googleapis.com/auth/drive.readonly"]);
    assert_eq!(files.secrets.refresh_token, Secret::new("1//drive-refresh"));
    assert_eq!(backup.service.id, "box");
    assert_eq!(
        words(&backup.missing),
        [
            "Client secret: the service issues one when you register a client",
            "client id: the refresh token belongs to rclone's own client: register a client and sign in",
        ]
    );
    let told = words(&backup.understood);
    assert_eq!(
        told.last().map(String::as_str),
        Some(
            "refresh token: rclone goes on holding it, and Box gives a new one at each refresh: remove it there, or \
             whichever of the two refreshes first ends the other's"
        )
    );
}

#[test]
fn a_remote_of_another_host_or_without_a_preset_is_read_by_its_endpoints() {
    let elsewhere = "[x]\ntype = drive\nclient_id = id-1\ntoken_url = https://as.example/token\ntoken = {\"refresh_token\":\"refresh-1\"}\n";
    let described = only(read_text(rclone::read, elsewhere).expect("a remote"));
    assert_eq!((described.service.name.as_str(), refresh_url(&described)), ("as.example", "https://as.example/token"));
    let zoho = "[z]\ntype = zoho\nregion = eu\nclient_id = id-1\ntoken = {\"refresh_token\":\"refresh-1\"}\n";
    let described = only(read_text(rclone::read, zoho).expect("a remote"));
    assert_eq!(refresh_url(&described), "https://accounts.zoho.eu/oauth/v2/token");
    assert_eq!(described.service.name, "Zoho WorkDrive");
}

#[test]
fn what_of_rclone_cannot_be_read_is_told_without_quoting_it() {
    let check = |text: &str, expected: &str| {
        assert_eq!(read_text(rclone::read, text).expect_err("refused").to_string(), expected);
    };
    check(
        "# Encrypted rclone configuration File\n\nRCLONE_ENCRYPT_V0:\nAbCd\n",
        "this does not look like rclone configuration: it has no readable remote: the file is encrypted; `rclone config show` prints it decrypted",
    );
    check(
        "[x]\ntype = drive\ntoken = {\"refresh_token\": hunter2}\n",
        "rclone configuration: expected a JSON object at `[x] token`",
    );
    check("[x]\ntype = local\n", "this does not look like rclone configuration: it has no remote with a token");
}

#[test]
fn a_token_by_itself_says_what_it_lacks() {
    let described = held_by_many(&json!({
        "access_token": "access-1", "token_type": "Bearer", "refresh_token": "refresh-1", "expires_at": 1_795_000_000.5,
        "scope": ["read", "write"],
    }));
    assert_eq!(described.scopes, ["read", "write"]);
    assert_eq!(
        words(&described.missing),
        [
            "token endpoint: its URL: see the service's documentation",
            "client id: the service issues one when you register a client",
        ]
    );
}

#[test]
fn a_token_with_its_client_beside_it_is_whole() {
    let described = held_by_many(&json!({
        "access_token": "access-1", "token_type": "Bearer", "refresh_token": "refresh-1", "expires_at": 1,
        "client_id": "id-1", "client_secret": "oauthlib-secret", "token_url": "https://api.dropboxapi.com/oauth2/token",
    }));
    assert_eq!((described.service.id.as_str(), described.client_id.as_str()), ("dropbox", "id-1"));
    assert_eq!(words(&described.missing), Vec::<String>::new());
}

#[test]
fn an_account_of_oidc_agent_names_its_issuer() {
    let account = json!({
        "name": "demo", "client_name": "oidc-agent:demo", "issuer_url": "https://issuer.example/",
        "device_authorization_endpoint": "https://issuer.example/device", "daeSetByUser": 0, "client_id": "id-1",
        "client_secret": "agent-secret", "refresh_token": "agent-refresh", "cert_path": "/etc/ssl/cert.pem",
        "scope": "openid offline_access", "audience": "", "username": "", "password": "",
        "redirect_uris": ["edu.kit.data.oidc-agent:/redirect", "http://localhost:4242"],
    });
    let described = only(read_text(oidc_agent::read, &account.to_string()).expect("an account"));
    assert_eq!((described.service.name.as_str(), described.redirect_uri.as_str()), ("demo", "http://localhost:4242"));
    assert_eq!(described.service.redirect.issuer.as_deref(), Some("https://issuer.example/"));
    assert_eq!(
        words(&described.missing),
        ["token endpoint: its URL: run `tokenwright import https://issuer.example/` to get it"]
    );
    let mut google = account;
    google["issuer_url"] = json!("https://accounts.google.com");
    assert_eq!(only(read_text(oidc_agent::read, &google.to_string()).expect("an account")).service.id, "google");
}

/// Two services in one file, quoted in every way.
const DOTENV: &str = "\
# Acme
ACME_CLIENT_ID=id-1
export ACME_CLIENT_SECRET='a b#\"$c'
ACME_REFRESH_TOKEN=\"it's-a-refresh-token\"
ACME_TOKEN_URL=https://as.example/token # where
ACME_AUTH_URL=https://as.example/authorize
ACME_SCOPES=\"read write\"

DROPBOX_CLIENT_ID=key-1
DROPBOX_REFRESH_TOKEN=dropbox-refresh
DROPBOX_TOKEN_URI=https://api.dropboxapi.com/oauth2/token
PORT=8080
";

#[test]
fn each_prefix_of_variables_is_a_use_of_a_service() {
    assert!(recognises(dotenv::recognise, DOTENV));
    let import = read_text(dotenv::read, DOTENV).expect("variables");
    sound(&import);
    let [acme, dropbox] = &import.described[..] else { panic!("{import:?}") };
    assert_eq!((acme.service.name.as_str(), acme.service.start), ("acme", Start::Browser));
    assert_eq!(acme.secrets.client_secret, Secret::new("a b#\"$c"));
    assert_eq!(acme.secrets.refresh_token, Secret::new("it's-a-refresh-token"));
    assert_eq!((refresh_url(acme), acme.scopes.join(" ")), ("https://as.example/token", "read write".to_owned()));
    assert_eq!((dropbox.service.id.as_str(), dropbox.client_id.as_str()), ("dropbox", "key-1"));
}

#[test]
fn variables_that_cannot_be_read_are_told_with_their_line() {
    let error = |text: &str| read_text(dotenv::read, text).expect_err("refused").to_string();
    assert_eq!(
        error("CLIENT_ID=x\nCLIENT_SECRET='hunter2\n"),
        "the .env file cannot be read: unclosed quote at line 2, column 1"
    );
    assert_eq!(
        error("CLIENT_ID=x\nhunter2\n"),
        "the .env file cannot be read: expected `NAME=value` at line 2, column 1"
    );
    assert_eq!(
        error("PORT=8080\n"),
        "this does not look like .env file: it has no `CLIENT_ID` or `REFRESH_TOKEN` with a value"
    );
}

#[test]
fn our_own_export_is_read_back_into_its_preset() {
    let json = json!({
        "version": 1, "profile": "acme", "service": "Google Drive", "access_token": "access-1", "token_type": "Bearer",
        "expires_at": "2026-11-21T03:00:00Z", "refresh_token": "refresh-1", "client_id": "id-1",
        "client_secret": "export-secret", "token_endpoint": "https://oauth2.googleapis.com/token", "scope": "a b",
        "retained": {"realmId": "9130"},
    });
    assert!(recognises(own_export::recognise, &json.to_string()));
    let described = only(read_text(own_export::read, &json.to_string()).expect("ours"));
    assert_eq!((described.service.id.as_str(), described.client_id.as_str()), ("google-drive", "id-1"));
    assert_eq!(described.scopes, ["a", "b"]);
    assert_eq!(
        words(&described.ignored),
        [
            "access_token: access tokens are not imported: a refresh gets a new one",
            "retained.realmId: each sign-in gets it again"
        ]
    );
    let mut later = json;
    later["version"] = json!(2);
    assert_eq!(
        read_text(own_export::read, &later.to_string()).expect_err("refused").to_string(),
        "Tokenwright JSON export: expected version 1, which this program reads, at `version`"
    );
}

#[test]
fn no_note_tells_a_secret_and_no_url_with_an_open_place_is_taken() {
    let text = "CLIENT_ID=id-1\nREFRESH_TOKEN=refresh-1\nTOKEN_URL=https://as.example/<client_secret>/token\n";
    let import: Import = read_text(dotenv::read, text).expect("variables");
    assert_eq!(words(&import.described[0].ignored), ["TOKEN_URL: not a URL that a request can be sent to"]);
    sound(&import);
}
