//! The forms of file with a fixed schema, a table each.

use crate::dialect::Import;
use crate::dialect::document::{Document, DocumentError};
use crate::dialect::held::Part;
use crate::dialect::held::Part::{
    AccessToken, AuthorizationParameters, AuthorizationUrl, ClientId, ClientSecret, DeviceUrl, Grant, IdToken,
    IdentityUrl, Issuer, Method, Named, NoPkce, Password, Pkce, RedirectUri, RefreshParameters, RefreshToken,
    RefreshUrl, RevocationUrl, Scope, Separator, Title, TokenParameters, TokenUrl, Unused, UserName,
};
use crate::dialect::held::form::Form;
use crate::dialect::held::joins;

/// The most services of a catalog.
pub const MOST_PROVIDERS: usize = 2_000;

const OF_THE_TOOL: Part = Unused("concerns only the tool itself");

/// The cache of Microsoft's MSAL libraries. Each refresh token is a use.
pub static MSAL: Form = Form {
    name: "MSAL token cache",
    holder: "the program that this cache is of",
    marks: &["RefreshToken", "home_account_id", "environment"],
    at: "RefreshToken.*",
    has: &["environment", "client_id", "secret"],
    parts: &[
        ("client_id", ClientId),
        ("secret", RefreshToken),
        ("target", Scope),
        ("token_url", TokenUrl),
        ("authorization_url", AuthorizationUrl),
        ("username", UserName),
        ("title", Title),
        ("environment", Unused("a part of each endpoint")),
        ("tenant", Unused("a part of each endpoint")),
        ("credential_type", OF_THE_TOOL),
        ("home_account_id", OF_THE_TOOL),
        ("last_modification_time", OF_THE_TOOL),
    ],
    derived: &[
        ("authorization_url", "https://{environment}/{tenant}/oauth2/v2.0/authorize"),
        ("token_url", "https://{environment}/{tenant}/oauth2/v2.0/token"),
    ],
    has_slots: false,
    join: joins::msal,
    ..Form::BLANK
};

/// The token file of mutt's `mutt_oauth2.py`. The endpoints are in the script, by the name of the registration.
pub static MUTT: Form = Form {
    name: "mutt_oauth2 token file",
    holder: "mutt_oauth2.py",
    marks: &["registration", "authflow"],
    has: &["registration", "authflow", "refresh_token"],
    parts: &[
        ("registration", Title),
        ("refresh_token", RefreshToken),
        ("access_token", AccessToken),
        ("client_id", ClientId),
        ("client_secret", ClientSecret),
        ("email", UserName),
        ("scope", Scope),
        ("authflow", Unused("how the script got the refresh token")),
        ("access_token_expiration", Unused("belongs to the access token")),
    ],
    is_named: true,
    ..Form::BLANK
};

/// The authorization of the HTTP client of `JetBrains`, in its environment files.
pub static HTTP_CLIENT: Form = Form {
    name: "HTTP client environment",
    marks: &["Security", "Auth", "Type"],
    at: "*.Security.Auth.*",
    has: &["Type"],
    any: &["Token URL", "Auth URL", "Device Auth URL"],
    parts: &[
        ("Type", OF_THE_TOOL),
        ("Grant Type", Grant),
        ("Client ID", ClientId),
        ("Client Secret", ClientSecret),
        ("Client Credentials", Method),
        ("Auth URL", AuthorizationUrl),
        ("Token URL", TokenUrl),
        ("Device Auth URL", DeviceUrl),
        ("Revoke URL", RevocationUrl),
        ("Redirect URL", RedirectUri),
        ("Scope", Scope),
        ("PKCE", Pkce),
        ("Username", UserName),
        ("Password", Password),
        ("Acquire Automatically", OF_THE_TOOL),
        ("Use ID Token", OF_THE_TOOL),
        ("Custom Request Parameters", TokenParameters),
    ],
    // Its documentation: `basic` is the default.
    basic: true,
    ..Form::BLANK
};

/// The registrations of Spring Security, in YAML or properties. What a provider is named for is joined with it.
pub static SPRING: Form = Form {
    name: "Spring Security client registration",
    marks: &["oauth2", "registration"],
    at: "spring.security.oauth2.client.registration.*",
    // The ID may be in another file.
    any: &["client-id", "authorization-grant-type", "client-authentication-method", "scope"],
    parts: &[
        ("client-id", ClientId),
        ("client-secret", ClientSecret),
        ("authorization-grant-type", Grant),
        ("client-authentication-method", Method),
        ("scope", Scope),
        ("redirect-uri", RedirectUri),
        ("client-name", Title),
        ("authorization-uri", AuthorizationUrl),
        ("token-uri", TokenUrl),
        ("user-info-uri", IdentityUrl),
        ("issuer-uri", Issuer),
        ("provider", Unused("its endpoints are taken")),
        ("user-name-attribute", Unused("no request uses it")),
        ("jwk-set-uri", Unused("keys are read where the issuer's metadata names them")),
    ],
    // Spring Security: `client_secret_basic` is the default.
    basic: true,
    join: joins::spring,
    is_named: true,
    ..Form::BLANK
};

/// The authenticators of Airbyte's low-code manifests.
pub static AIRBYTE: Form = Form {
    name: "Airbyte manifest",
    marks: &["OAuthAuthenticator"],
    at: "**",
    has: &["type", "token_refresh_endpoint"],
    parts: &[
        ("type", OF_THE_TOOL),
        ("client_id", ClientId),
        ("client_secret", ClientSecret),
        ("refresh_token", RefreshToken),
        ("access_token_value", AccessToken),
        ("token_refresh_endpoint", TokenUrl),
        ("authorization_url", AuthorizationUrl),
        ("grant_type", Grant),
        ("scopes", Scope),
        ("refresh_request_body", RefreshParameters),
        ("title", Title),
        ("refresh_token_updater", Unused("a new refresh token is always kept")),
    ],
    join: joins::airbyte,
    ..Form::BLANK
};

/// Nango's catalog of providers, or entries of it.
pub static NANGO: Form = Form {
    name: "Nango provider",
    marks: &["auth_mode"],
    at: "*",
    has: &["auth_mode", "token_url"],
    parts: &[
        ("display_name", Title),
        ("auth_mode", Grant),
        ("authorization_url", AuthorizationUrl),
        ("token_url", TokenUrl),
        ("refresh_url", RefreshUrl),
        ("authorization_params", AuthorizationParameters),
        ("token_params", TokenParameters),
        ("refresh_params", RefreshParameters),
        ("scope_separator", Separator),
        ("default_scopes", Scope),
        ("disable_pkce", NoPkce),
        ("token_request_auth_method", Method),
        ("authorization_method", Method),
        ("proxy", Unused("concerns the API, not its tokens")),
        ("body_format", Unused("the requests are sent as forms: check that the service takes them")),
        ("categories", OF_THE_TOOL),
        ("docs", Unused("documentation")),
        ("docs_connect", Unused("documentation")),
    ],
    join: joins::nango,
    is_named: true,
    ..Form::BLANK
};

/// The members of a provider in grant's files.
const GRANT_PARTS: [(&str, Part); 19] = [
    ("authorize_url", AuthorizationUrl),
    ("access_url", TokenUrl),
    ("key", ClientId),
    ("client_id", ClientId),
    ("secret", ClientSecret),
    ("client_secret", ClientSecret),
    ("scope", Scope),
    ("scope_delimiter", Separator),
    ("custom_params", AuthorizationParameters),
    ("pkce", Pkce),
    ("profile_url", IdentityUrl),
    ("redirect_uri", RedirectUri),
    ("token_endpoint_auth_method", Method),
    ("callback", Unused("a path of the application")),
    ("oauth", OF_THE_TOOL),
    ("transport", OF_THE_TOOL),
    ("response", OF_THE_TOOL),
    ("state", Unused("each sign-in has its own")),
    ("nonce", Unused("each sign-in has its own")),
];

/// The configuration of grant, the proxy for Node.js, or its catalog of providers.
pub static GRANT: Form = Form {
    name: "grant configuration",
    marks: &["\"oauth\"", "access_url"],
    at: "*",
    has: &["access_url", "oauth"],
    parts: &GRANT_PARTS,
    join: joins::grant,
    is_named: true,
    ..Form::BLANK
};

/// The same without endpoints, which grant takes from its catalog by the name of the provider.
pub static GRANT_NAMED: Form = Form {
    name: "grant configuration",
    marks: &["\"defaults\"", "\"key\"", "\"secret\"", "\"callback\""],
    at: "*",
    has: &["key", "secret"],
    parts: &GRANT_PARTS,
    is_named: true,
    ..Form::BLANK
};

pub fn read_grant(document: &Document<'_>) -> Result<Import, DocumentError> {
    if GRANT.recognise(document) { GRANT.read(document) } else { GRANT_NAMED.read(document) }
}

/// The connection parameters of a Power Platform connector.
pub static POWER_PLATFORM: Form = Form {
    name: "Power Platform connector",
    marks: &["oAuthSettings", "identityProvider"],
    at: "**.oAuthSettings",
    has: &["identityProvider"],
    parts: &[
        ("clientId", ClientId),
        ("clientSecret", ClientSecret),
        ("scopes", Scope),
        ("authorizationUrl", AuthorizationUrl),
        ("tokenUrl", TokenUrl),
        ("refreshUrl", RefreshUrl),
        ("authorizationUrlTemplate", AuthorizationUrl),
        ("tokenUrlTemplate", TokenUrl),
        ("refreshUrlTemplate", RefreshUrl),
        ("authorizationParams", AuthorizationParameters),
        ("tokenParams", TokenParameters),
        ("refreshParams", RefreshParameters),
        ("loginUri", Unused("a part of each endpoint")),
        ("tenantId", Unused("a part of each endpoint")),
        ("pkce", Pkce),
        ("title", Title),
        ("identityProvider", Named),
        ("redirectUrl", Unused("an address of the platform: register one of this machine")),
        ("redirectMode", Unused("an address of the platform: register one of this machine")),
    ],
    join: joins::power_platform,
    ..Form::BLANK
};

/// The accounts of `email-oauth2-proxy`. It encrypts the tokens that it adds.
pub static EMAIL_PROXY: Form = Form {
    name: "Email OAuth 2.0 Proxy configuration",
    holder: "the proxy",
    marks: &["token_url", "oauth2_scope", "client_id"],
    at: "*",
    has: &["token_url", "oauth2_scope"],
    parts: &[
        ("permission_url", AuthorizationUrl),
        ("device_url", DeviceUrl),
        ("token_url", TokenUrl),
        ("oauth2_scope", Scope),
        ("oauth2_flow", Grant),
        ("redirect_uri", RedirectUri),
        ("client_id", ClientId),
        ("client_secret", ClientSecret),
        ("user_name", UserName),
        ("refresh_token", Unused("the proxy encrypted it: sign in once")),
        ("access_token", Unused("access tokens are not imported: a refresh gets a new one")),
        ("client_secret_encrypted", Unused("the proxy encrypted it: enter it at sign-in")),
        ("token_salt", Unused("belongs to the proxy's encryption")),
        ("token_iterations", Unused("belongs to the proxy's encryption")),
        ("access_token_expiry", Unused("belongs to the access token")),
        ("last_activity", OF_THE_TOOL),
    ],
    join: joins::email_proxy,
    ..Form::BLANK
};

/// The accounts of Ortie.
pub static ORTIE: Form = Form {
    name: "Ortie configuration",
    holder: "Ortie",
    marks: &["accounts.", "endpoints."],
    at: "accounts.*",
    has: &["client-id", "endpoints.token"],
    parts: &[
        ("client-id", ClientId),
        ("client-secret", ClientSecret),
        ("client-secret.raw", ClientSecret),
        ("client-secret.command", Unused("a command of yours: enter what it prints at sign-in")),
        ("client-secret.env", Unused("a variable of yours: enter its value at sign-in")),
        ("grant", Grant),
        ("endpoints.authorization", AuthorizationUrl),
        ("endpoints.device-authorization", DeviceUrl),
        ("endpoints.token", TokenUrl),
        ("endpoints.redirection", RedirectUri),
        ("scopes", Scope),
        ("pkce", Pkce),
        ("extras", AuthorizationParameters),
        ("default", OF_THE_TOOL),
        ("auto-refresh", OF_THE_TOOL),
        ("storage", OF_THE_TOOL),
        ("hooks", OF_THE_TOOL),
        ("tls", OF_THE_TOOL),
    ],
    ..Form::BLANK
};

/// A file of the Salesforce command line. Its tokens are often encrypted.
pub static SALESFORCE: Form = Form {
    name: "Salesforce CLI authorization",
    holder: "the Salesforce CLI",
    marks: &["instanceUrl", "refreshToken"],
    has: &["instanceUrl", "refreshToken", "clientId"],
    parts: &[
        ("clientId", ClientId),
        ("clientSecret", ClientSecret),
        ("refreshToken", RefreshToken),
        ("accessToken", AccessToken),
        ("idToken", IdToken),
        ("token_url", TokenUrl),
        ("authorization_url", AuthorizationUrl),
        ("username", UserName),
        ("instanceUrl", Unused("the API's own address")),
        ("loginUrl", Unused("a part of each endpoint")),
        ("orgId", Unused("no request uses it")),
    ],
    derived: &[
        ("authorization_url", "{loginUrl|instanceUrl}/services/oauth2/authorize"),
        ("token_url", "{loginUrl|instanceUrl}/services/oauth2/token"),
    ],
    has_slots: false,
    ..Form::BLANK
};

/// The accounts of pizauth, as its own reader makes them a tree.
pub(super) static PIZAUTH: Form = Form {
    name: "pizauth configuration",
    holder: "pizauth",
    at: "*",
    has: &["client_id", "token_uri"],
    parts: &[
        ("client_id", ClientId),
        ("client_secret", ClientSecret),
        ("auth_uri", AuthorizationUrl),
        ("token_uri", TokenUrl),
        ("scopes", Scope),
        ("redirect_uri", RedirectUri),
        ("auth_uri_fields", AuthorizationParameters),
        ("login_hint", UserName),
    ],
    ..Form::BLANK
};
