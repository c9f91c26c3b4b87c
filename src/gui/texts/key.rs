//! Step 2: the private key, its certificate, and the assertion that it signs.

use std::fmt::Display;

pub const TITLE: &str = "Private key";
pub const FOR_DECRYPTION: &str = "The service encrypts what it tells to your public key, and your private key decrypts it. Register the public key with the service.";
pub const FOR_AUTHORIZATION: &str =
    "The authorization request is signed with your private key. Register its public key with the service.";
pub const FOR_TOKEN: &str =
    "The access token is signed here with your private key. Register its public key with the service.";
pub const FOR_SAML: &str = "Each token request brings a SAML assertion, written here and signed with your private key.";
pub const FOR_ASSERTION: &str = "Instead of a secret, the service accepts an assertion signed with your private key.";
pub const CHANGE_ASSERTION: &str = "Change the assertion";
pub const SIGNED_THEN_ENCRYPTED: &str = "Signed, then encrypted to a key of the service, when the authorization starts";
pub const SIGNED_AT_START: &str = "Signed when the authorization starts";
pub const DECODED_AUTHORIZATION_REQUEST: &str = "Decoded authorization request";

pub fn saved_as(name: impl Display) -> String {
    format!("It is stored in the vault as {name} and will be there when you return from the service's console.")
}

pub const KEY_SAVED: &str = "Key saved";
pub const READING_KEY: &str = "Reading or making the key";
pub const PASTED_KEY_HELP: &str =
    "PEM, a private JWK, or the JSON file of a service account. It is stored in the vault.";
pub const PASTED_KEY: &str = "Pasted private key";
pub const KEY_FILE_HELP: &str = "Or enter the path of its file, or drop the file here.";
pub const KEY_FILE: &str = "Key file";
pub const CERTIFICATE_FILE_HELP: &str = "The certificate that is already registered with the service, if any.";
pub const CERTIFICATE_FILE: &str = "Certificate file";
pub const PROFILE_NAME_HELP: &str = "The name under which the key is saved, or will be.";
pub const ENTER_KEY: &str = "Paste the key or enter its file first";
pub const PROFILE_NAME_EXAMPLE: &str = "acme-erp";
pub const KEY: &str = "Key";
pub const STAYS_THERE: &str = "It stays there";
pub const CERTIFICATE_SHA256: &str = "Certificate, SHA-256";
pub const CERTIFICATE_SHA1: &str = "Certificate, SHA-1";

pub fn signs_with(algorithm: impl Display) -> String {
    format!("signs with {algorithm}")
}

pub const DECRYPTS: &str = "decrypts";
pub const NO_ED25519: &str = "Nothing can be encrypted to a key on Ed25519";
pub const NO_ED25519_HINT: &str = "Use an RSA key, or one on P-256, P-384 or P-521.";

pub fn other_kind(what: &str, algorithm: impl Display, kind: impl Display) -> String {
    format!("“{what}” is signed with {algorithm}, and this is {kind}")
}

pub const OTHER_KIND_HINT: &str = "Make a key pair, or use the key that is registered with the service.";
pub const CERTIFICATE_TO_UPLOAD: &str = "Certificate to upload";
pub const PUBLIC_KEY: &str = "Public key";

pub fn where_to_upload(place: impl Display) -> String {
    format!("Where to upload it: {place}")
}

pub const OPEN_CONSOLE: &str = "Open the service's console to upload it";
pub const SAVE_CERTIFICATE_TO: &str = "Save the certificate to";
pub const SAVE_CERTIFICATE_EXAMPLE: &str = "certificate.pem";
pub const SAVE_CERTIFICATE_HELP: &str =
    "Save the key before you upload its certificate: the certificate is useless without it.";
pub const USE_ANOTHER_KEY: &str = "Use another key";
pub const CHOSEN_BY_KEY: &str = "Chosen by key type";
pub const SIGNATURE: &str = "Signature";
pub const SAML_AUDIENCE: &str = "Audience of the assertion";
pub const SAML_AUDIENCE_HELP: &str = "For whom it is, as the service names itself.";
pub const LIFETIME: &str = "Lifetime in seconds";
pub const AUDIENCE: &str = "Audience (aud)";
pub const AUDIENCE_HELP: &str = "Usually the token endpoint or the issuer.";
pub const KEY_ID: &str = "Key ID (kid)";
pub const NOT_IN_HEADER: &str = "Not in the header";
pub const THUMBPRINT_SHA1: &str = "x5t (SHA-1)";
pub const THUMBPRINT_SHA256: &str = "x5t#S256 (SHA-256)";
pub const CERTIFICATE: &str = "Certificate";
pub const CLAIMS_HELP: &str = "One name=value per line. The claims iat and exp are added. Empty values are omitted.";
pub const UNIQUE_ID: &str = "Unique ID in each assertion (jti)";
pub const SAML_ISSUER: &str = "Issuer of the assertion";
pub const SAML_ISSUER_HELP: &str = "Who makes the assertion, by the name the service knows.";
pub const SAML_SUBJECT: &str = "Subject (NameID)";
pub const SAML_SUBJECT_HELP: &str = "The user whose token it becomes.";
pub const SAML_FORMAT_HELP: &str = "What kind of name that is. Empty: unspecified.";
pub const SAML_FORMAT: &str = "Format of the subject";
pub const SAML_RECIPIENT_HELP: &str = "The token endpoint. Empty: the URL of the token request.";
pub const SAML_RECIPIENT: &str = "Recipient";
pub const SAML_CONTEXT_HELP: &str = "How the user was authenticated. Empty: the assertion does not say.";
pub const SAML_CONTEXT: &str = "Authentication context";
pub const SAML_ATTRIBUTES_HELP: &str = "One name=value per line. Empty values are omitted.";
pub const SAML_ATTRIBUTES: &str = "Attributes";

// A key that is not there.

pub const NOT_SAVED: &str = "No private key is saved under this name";
pub const NOT_SAVED_HINT: &str = "Make a key pair, or read one.";
