//! The OAuth RFCs as values: builds requests and reads responses, sends nothing. Clock and randomness are arguments.

#![warn(missing_docs)]

mod assertion;
mod authorization_details;
mod authorization_response;
mod certificate;
mod challenge;
mod client_certificate;
mod client_registration;
mod clock;
mod detail_type;
mod device_authorization;
mod expiry;
mod explain;
mod fit;
mod granted;
mod hardware_key;
mod id_token;
mod inspected;
mod issuer;
mod jwe;
mod jwk;
mod jwt;
mod key_making;
mod key_set;
mod key_text;
mod life;
mod pasted;
mod pkce;
mod pkcs12;
mod polling;
mod profile_secrets;
mod proof;
mod proof_target;
mod redirect_uri;
mod refusal;
mod registered;
mod request;
mod request_object;
mod resource;
mod resource_tokens;
mod response_mode;
mod saml;
mod scope;
mod signed_document;
mod signed_response;
mod signed_userinfo;
mod signing_key;
#[cfg(test)]
mod signing_tests;
mod step_up;
mod token_error;
mod token_header;
mod token_response;
mod token_set;
mod unsigned_assertion;
mod x509;

pub use crate::oauth::assertion::{AssertionAlgorithm, SigningError, UnsignedJwt};
pub use crate::oauth::authorization_details::{AUTHORIZATION_DETAILS, DetailsError, detail_types, details_not_granted};
pub use crate::oauth::authorization_response::{
    AuthorizationError, AuthorizationResponse, ExpectedResponse, Parameters, RefusalNames,
};
pub use crate::oauth::certificate::Certificate;
pub use crate::oauth::challenge::Challenge;
pub use crate::oauth::client_certificate::parse_client_certificate;
pub use crate::oauth::client_registration::{ClientRegistration, MetadataDifference, RegistrationError};
pub use crate::oauth::clock::{clock_skew, retry_after, skew_note, span, span_left};
pub use crate::oauth::detail_type::{DetailFault, DetailType, DetailTypes, DetailTypesError};
pub(crate) use crate::oauth::device_authorization::poll_interval;
pub use crate::oauth::device_authorization::{
    DeviceAuthorization, DeviceAuthorizationError, PendingDevice, read_device_authorization,
};
pub use crate::oauth::explain::{ErrorHint, Stage, explain};
pub use crate::oauth::fit::is_token_text;
pub(crate) use crate::oauth::fit::{plain_line, token_text};
pub use crate::oauth::granted::read_further;
pub use crate::oauth::hardware_key::{HardwareKey, HardwareKeyError, use_pkcs11_module};
pub use crate::oauth::id_token::{
    Answered, Checked, ExpectedIdToken, IdTokenCheck, Verdict, check_id_token, departure_of_renewed, failed_words,
    id_token_words, unmet_words,
};
pub use crate::oauth::inspected::{
    Expected, Finding, FindingCode, Inspected, LONGEST_TOKEN, PasteError, PastedToken, TokenForm, TokenRow, TokenUse,
    Weight, claim_rows, relative,
};
pub use crate::oauth::issuer::is_same_issuer;
pub use crate::oauth::jwe::{
    ContentEncryption, JweError, KeyManagement, Recipient, RecipientError, Recipients, RequestEncryption,
    UnknownEncryption, decrypt,
};
pub use crate::oauth::jwk::{digest_text, thumbprint};
pub use crate::oauth::jwt::{certificate_binding, decode_jwt};
pub use crate::oauth::key_making::{MakeKeyError, RSA_BITS, make_key_pair, make_proof_key};
pub use crate::oauth::key_set::{KeySet, SignatureCheck, check_with_secret, is_shared_secret};
pub use crate::oauth::key_text::{KeyError, LONGEST_KEY_TEXT, ReadKey, parse_key};
pub use crate::oauth::life::is_life;
pub use crate::oauth::pasted::{Pasted, parse_pasted};
pub use crate::oauth::pkce::{CodeVerifier, Pkce, state};
pub use crate::oauth::pkcs12::{is_pkcs12, parse_pkcs12};
pub use crate::oauth::polling::{PollAnswer, Polling};
pub use crate::oauth::profile_secrets::ProfileSecrets;
pub use crate::oauth::proof::{
    DPOP, ProofFor, ProvedRequest, bound_to, is_proof_nonce, key_to_come, proof_algorithm, proof_nonce,
    wants_proof_nonce,
};
pub use crate::oauth::proof_target::ProofTarget;
pub use crate::oauth::redirect_uri::{Landing, Loopback, RedirectUri, RedirectUriError};
pub use crate::oauth::refusal::{Cause, Refusal, read_refusal};
pub use crate::oauth::registered::{Difference, departure, registered_uris};
pub use crate::oauth::request::{GrantType, Request, client_parameters};
pub use crate::oauth::request_object::{REQUEST, request_object};
pub use crate::oauth::resource::{RenewedBy, Resource, ResourceToken, ResourceTokens};
pub use crate::oauth::response_mode::{RESPONSE_MODE, ResponseMode};
pub use crate::oauth::saml::{SamlEncoding, UnsignedSaml, is_xml_text};
pub use crate::oauth::scope::{ScopeAnswers, scope_difference, split_answer, split_scopes};
pub use crate::oauth::signed_document::{SignedDocument, SignedDocumentError};
pub use crate::oauth::signed_response::{ExpectedSignature, SignedResponse, SignedResponseError};
pub use crate::oauth::signed_userinfo::{
    ExpectedUserinfo, OpenedUserinfo, SignedUserinfo, USERINFO_JWT, UserinfoError, open_userinfo,
};
pub use crate::oauth::signing_key::{KeyKind, KeyPair, SecretEncoding, SigningKey};
pub use crate::oauth::step_up::StepUp;
pub use crate::oauth::token_error::{Meaning, TokenError};
pub use crate::oauth::token_header::{TokenHeader, bound_scheme};
pub use crate::oauth::token_response::{ReadContext, read_token_set};
pub use crate::oauth::token_set::{Freshness, Refused, TokenSet};
pub use crate::oauth::unsigned_assertion::UnsignedAssertion;
pub(crate) use crate::oauth::x509::not_after;
