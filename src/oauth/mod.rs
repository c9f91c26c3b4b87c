//! The OAuth RFCs as values: builds requests and reads responses, sends nothing. Clock and randomness are arguments.

#![warn(missing_docs)]

mod assertions;
mod authorization;
mod challenge;
mod client_registration;
mod clock;
mod device;
mod identity;
mod inspected;
mod jose;
mod keys;
mod profile_secrets;
mod proof;
mod protected_resource;
mod request;
mod tokens;

pub use crate::oauth::assertions::jwt::{AssertionAlgorithm, SigningError, UnsignedJwt};
pub use crate::oauth::assertions::saml::{SamlEncoding, UnsignedSaml, is_xml_text};
pub use crate::oauth::assertions::unsigned::UnsignedAssertion;
pub use crate::oauth::authorization::detail_types::{DetailFault, DetailType, DetailTypes, DetailTypesError};
pub use crate::oauth::authorization::details::{
    AUTHORIZATION_DETAILS, DetailsError, detail_types, details_not_granted, with_detail,
};
pub use crate::oauth::authorization::issuer::is_same_issuer;
pub use crate::oauth::authorization::pasted::{Pasted, parse_pasted};
pub use crate::oauth::authorization::pkce::{CodeVerifier, Pkce, state};
pub use crate::oauth::authorization::redirect_uri::{Landing, Loopback, RedirectUri, RedirectUriError};
pub use crate::oauth::authorization::registered_uris::{Difference, departure, registered_uris};
pub use crate::oauth::authorization::request_object::{REQUEST, request_object};
pub use crate::oauth::authorization::response::{
    AuthorizationError, AuthorizationResponse, ExpectedResponse, Parameters, RefusalNames,
};
pub use crate::oauth::authorization::response_mode::{RESPONSE_MODE, ResponseMode};
pub use crate::oauth::authorization::signed_response::{ExpectedSignature, SignedResponse, SignedResponseError};
pub use crate::oauth::authorization::step_up::StepUp;
pub use crate::oauth::challenge::Challenge;
pub use crate::oauth::client_registration::{ClientRegistration, MetadataDifference, RegistrationError};
pub use crate::oauth::clock::{clock_skew, retry_after, skew_note, span, span_left};
pub(crate) use crate::oauth::device::authorization::poll_interval;
pub use crate::oauth::device::authorization::{
    DeviceAuthorization, DeviceAuthorizationError, PendingDevice, read_device_authorization,
};
pub use crate::oauth::device::polling::{PollAnswer, Polling};
pub use crate::oauth::identity::id_token::{
    Answered, Checked, ExpectedIdToken, IdTokenCheck, Verdict, check_id_token, departure_of_renewed, failed_words,
    id_token_words, unmet_words,
};
pub use crate::oauth::identity::signed_userinfo::{
    ExpectedUserinfo, OpenedUserinfo, SignedUserinfo, USERINFO_JWT, UserinfoError, open_userinfo,
};
pub use crate::oauth::inspected::{
    Expected, Finding, FindingCode, Inspected, LONGEST_TOKEN, PasteError, PastedToken, TokenForm, TokenRow, TokenUse,
    Weight, claim_rows, relative,
};
pub use crate::oauth::jose::jwe::{
    ContentEncryption, JweError, KeyManagement, Recipient, RecipientError, Recipients, RequestEncryption,
    UnknownEncryption, decrypt,
};
pub use crate::oauth::jose::jwt::{certificate_binding, decode_jwt};
pub use crate::oauth::jose::key_set::{KeySet, SignatureCheck, check_with_secret, is_shared_secret};
pub use crate::oauth::jose::signed_document::{SignedDocument, SignedDocumentError};
pub use crate::oauth::keys::certificate::Certificate;
pub use crate::oauth::keys::client_certificate::parse_client_certificate;
pub use crate::oauth::keys::hardware_key::{HardwareKey, HardwareKeyError, use_pkcs11_module};
pub use crate::oauth::keys::jwk::{digest_text, thumbprint};
pub use crate::oauth::keys::key_making::{MakeKeyError, RSA_BITS, make_key_pair, make_proof_key};
pub use crate::oauth::keys::key_text::{KeyError, LONGEST_KEY_TEXT, ReadKey, parse_key};
pub use crate::oauth::keys::pkcs12::{is_pkcs12, parse_pkcs12};
pub use crate::oauth::keys::signing_key::{KeyKind, KeyPair, SecretEncoding, SigningKey};
pub(crate) use crate::oauth::keys::x509::not_after;
pub use crate::oauth::profile_secrets::ProfileSecrets;
pub use crate::oauth::proof::target::ProofTarget;
pub use crate::oauth::proof::{
    DPOP, ProofFor, ProvedRequest, bound_to, is_proof_nonce, key_to_come, proof_algorithm, proof_nonce,
    wants_proof_nonce,
};
pub use crate::oauth::protected_resource::address::{ResourceAddress, ResourceChallenge};
pub use crate::oauth::protected_resource::metadata::{ProtectedResource, ProtectedResourceError};
pub use crate::oauth::request::{GrantType, Request, client_parameters};
pub use crate::oauth::tokens::explain::{ErrorHint, Stage, explain};
pub use crate::oauth::tokens::fit::is_token_text;
pub(crate) use crate::oauth::tokens::fit::{plain_line, token_text};
pub use crate::oauth::tokens::granted::read_further;
pub use crate::oauth::tokens::life::is_life;
pub use crate::oauth::tokens::refusal::{Cause, Refusal, read_refusal};
pub use crate::oauth::tokens::resource::{RenewedBy, Resource, ResourceToken, ResourceTokens};
pub use crate::oauth::tokens::scope::{ScopeAnswers, scope_difference, split_answer, split_scopes};
pub use crate::oauth::tokens::token_error::{Meaning, TokenError};
pub use crate::oauth::tokens::token_header::{TokenHeader, bound_scheme, type_note};
pub use crate::oauth::tokens::token_response::{ReadContext, read_token_set};
pub use crate::oauth::tokens::token_set::{Freshness, Refused, TokenSet};
