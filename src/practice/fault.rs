//! What the practice service can be told to do wrong, so that a person sees how each failure looks and a test can
//! cause it. Each one is something that real services do.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};

/// A fault that can be switched on. Its text form is the name in kebab-case, such as `no-refresh-token`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    NoRefreshToken,
    OmitRefreshToken,
    StringExpiry,
    NoExpiry,
    NestedReply,
    FormReply,
    ServerError,
    HtmlError,
    ErrorWithSuccess,
    SlowReply,
    HugeReply,
    RedirectToken,
    TypeInLowerCase,
    NoScope,
    DeadRefreshToken,
    ZeroExpiry,
    EpochExpiry,
    Unavailable,
    TooManyRequests,
    GarbageReply,
    BrokenReply,
    WrongDate,
    DroppedState,
    WrongIssuer,
    DroppedIssuer,
    OtherIssuer,
    OtherAccount,
    AccessDenied,
    OwnRefusal,
    DeviceSlowDown,
    DeviceInterval,
    DeviceRetryAfter,
    DeviceLostReply,
    DeviceExpired,
    DeviceOwnWords,
    IdTokenWrongIss,
    IdTokenNoIss,
    IdTokenWrongAud,
    IdTokenNoAud,
    IdTokenAudList,
    IdTokenMoreAud,
    IdTokenWrongAzp,
    IdTokenExpired,
    IdTokenNoExp,
    IdTokenOldIat,
    IdTokenNoIat,
    IdTokenNoSub,
    IdTokenWrongNonce,
    IdTokenNoNonce,
    IdTokenOldAuthTime,
    IdTokenNoAuthTime,
    IdTokenOtherAcr,
    IdTokenWrongAtHash,
    IdTokenWrongCHash,
    IdTokenWrongSHash,
    IdTokenAlgNone,
    IdTokenOtherAlg,
    IdTokenRsa15,
    IdTokenWrongSignature,
    IdTokenConfusedAlg,
    IdTokenNoKidOfSeveral,
    IdTokenNoKid,
    IdTokenHs256,
    IdTokenNewKey,
    UserinfoOtherSub,
    UserinfoSigned,
    UserinfoAlgNone,
    UserinfoWrongSignature,
    UserinfoWrongIss,
    UserinfoWrongAud,
    UserinfoNoSub,
    UserinfoExpired,
    RefreshOtherSub,
    DpopNonce,
    DpopEndlessNonce,
    DpopBadNonce,
    DpopBearer,
    DpopInvalidProof,
    StepUp,
    MoreScope,
    MoreDetails,
    OtherResource,
    SeveralIssuers,
    WrongState,
    JarmPlain,
    JarmAlgNone,
    JarmHs256,
    JarmWrongSignature,
    JarmUnknownKey,
    JarmNewKey,
    JarmWrongIss,
    JarmNoIss,
    JarmWrongAud,
    JarmNoAud,
    JarmExpired,
    JarmNoExp,
    RegistrationRedirectUri,
    RegistrationMetadata,
    RegistrationStatement,
    RegistrationUnapproved,
    RegistrationClosed,
    RegistrationChanged,
    RegistrationShortSecret,
    RegistrationUnmanaged,
    RegistrationRefusedToken,
    RegistrationLostReply,
    ProblemDetails,
    JsonApiError,
    GatewayFault,
    ErrorList,
    PlainTextError,
    XmlError,
    BareChallenge,
    LimitAsRefusal,
    BareLimit,
    RedirectSlash,
    WarningBeforeReply,
    ExpiresAt,
    ExpiresOn,
    ExpiryWithUnit,
    OtherTokenType,
    ScopeList,
    ScopeCommas,
    EmptyRefreshToken,
    ByteOrderMark,
}

/// Where a fault shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Metadata,
    Registration,
    Authorization,
    Redirect,
    Device,
    Token,
    Refresh,
    IdToken,
    Userinfo,
    Proof,
    Resource,
}

impl Stage {
    /// In the order in which they are listed to a person.
    pub const ALL: [Self; 11] = [
        Self::Metadata,
        Self::Registration,
        Self::Authorization,
        Self::Redirect,
        Self::Device,
        Self::Token,
        Self::Refresh,
        Self::IdToken,
        Self::Userinfo,
        Self::Proof,
        Self::Resource,
    ];

    pub fn title(self) -> &'static str {
        match self {
            Self::Metadata => "Metadata",
            Self::Registration => "Client registration",
            Self::Authorization => "Authorization",
            Self::Redirect => "Redirect",
            Self::Device => "Another device",
            Self::Token => "Token request",
            Self::Refresh => "Refresh",
            Self::IdToken => "ID token",
            Self::Userinfo => "Userinfo",
            Self::Proof => "Proof of possession (DPoP)",
            Self::Resource => "Resource",
        }
    }
}

#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("there is no fault `{0}`")]
pub struct UnknownFault(pub String);

/// Each fault with its stage, name and explanation, in the order of the enum.
#[rustfmt::skip]
const FAULTS: [(Fault, Stage, &str, &str); 125] = [
    (Fault::NoRefreshToken, Stage::Token, "no-refresh-token", "No reply carries a refresh token."),
    (Fault::OmitRefreshToken, Stage::Refresh, "omit-refresh-token", "A refresh brings no new refresh token; the old one stays good."),
    (Fault::StringExpiry, Stage::Token, "string-expiry", "`expires_in` is a string instead of a number."),
    (Fault::NoExpiry, Stage::Token, "no-expiry", "The reply does not say when the access token expires."),
    (Fault::NestedReply, Stage::Token, "nested-reply", "The tokens lie one level down, under `data`."),
    (Fault::FormReply, Stage::Token, "form-reply", "The token reply is form-encoded instead of JSON."),
    (Fault::ServerError, Stage::Token, "http-500", "The token endpoint answers 500; nothing is spent, a later try succeeds."),
    (Fault::HtmlError, Stage::Token, "html-error", "The token endpoint answers 502 with a web page, as a gateway in between does."),
    (Fault::ErrorWithSuccess, Stage::Token, "error-200", "The token endpoint refuses every call, but with the status 200."),
    (Fault::SlowReply, Stage::Token, "slow-reply", "The token endpoint waits a minute before it answers."),
    (Fault::HugeReply, Stage::Token, "huge-reply", "The token reply never ends."),
    (Fault::RedirectToken, Stage::Token, "redirect-token", "The token endpoint redirects (307) to another host name."),
    (Fault::TypeInLowerCase, Stage::Token, "type-in-lower-case", "`token_type` is written in lower case, which is right (RFC 6749 section 7.1)."),
    (Fault::NoScope, Stage::Token, "no-scope", "The reply does not say which scopes were granted: those that were asked for (RFC 6749 section 5.1)."),
    (Fault::DeadRefreshToken, Stage::Refresh, "dead-refresh-token", "Each refresh is refused with `invalid_grant`; only a new sign-in helps."),
    (Fault::ZeroExpiry, Stage::Token, "zero-expiry", "`expires_in` is 0."),
    (Fault::EpochExpiry, Stage::Token, "epoch-expiry", "`expires_in` is the time of expiry in seconds since 1970 instead of a length."),
    (Fault::Unavailable, Stage::Token, "http-503", "The token endpoint answers 503; nothing is spent, a later try succeeds."),
    (Fault::TooManyRequests, Stage::Token, "http-429", "The token endpoint answers 429 and asks to be left alone for an hour."),
    (Fault::GarbageReply, Stage::Token, "garbage-reply", "The token endpoint answers 200 with JSON that is cut short; nothing is spent."),
    (Fault::BrokenReply, Stage::Token, "broken-reply", "The connection breaks in the middle of the token reply; what was spent is spent."),
    (Fault::WrongDate, Stage::Token, "wrong-date", "The token endpoint's clock is an hour ahead, by the `Date` of its replies."),
    (Fault::DroppedState, Stage::Redirect, "dropped-state", "The redirect comes back without `state`."),
    (Fault::WrongIssuer, Stage::Redirect, "wrong-issuer", "The redirect names another issuer in `iss`."),
    (Fault::DroppedIssuer, Stage::Redirect, "dropped-issuer", "The redirect comes back without `iss`, although the metadata promises it (RFC 9207)."),
    (Fault::OtherIssuer, Stage::Metadata, "other-issuer", "The metadata names another issuer than the one it was fetched from."),
    (Fault::OtherAccount, Stage::Authorization, "other-account", "Another person signs in than the one who was asked for."),
    (Fault::AccessDenied, Stage::Authorization, "access-denied", "Whatever is pressed, the answer is `access_denied`."),
    (Fault::OwnRefusal, Stage::Authorization, "own-refusal", "Whatever is pressed, the redirect refuses in words of its own: `invalid` and `reason` in place of `error` and `error_description`."),
    (Fault::DeviceSlowDown, Stage::Device, "device-slow-down", "The first poll for a device code is answered `slow_down`: five seconds more between all later ones."),
    (Fault::DeviceInterval, Stage::Device, "device-interval", "The first poll for a device code is answered with a longer `interval`."),
    (Fault::DeviceRetryAfter, Stage::Device, "device-retry-after", "The first poll for a device code is answered 503, with `Retry-After`."),
    (Fault::DeviceLostReply, Stage::Device, "device-lost-reply", "The reply to the first poll for a device code is cut off."),
    (Fault::DeviceExpired, Stage::Device, "device-expired", "A device code has expired at the first poll."),
    (Fault::DeviceOwnWords, Stage::Device, "device-own-words", "The replies of the device flow have a service's own words: `verification_url`, and `not_yet` as error."),
    (Fault::IdTokenWrongIss, Stage::IdToken, "id-token-wrong-iss", "The ID token names another issuer."),
    (Fault::IdTokenNoIss, Stage::IdToken, "id-token-no-iss", "The ID token names no issuer."),
    (Fault::IdTokenWrongAud, Stage::IdToken, "id-token-wrong-aud", "The ID token is for another client."),
    (Fault::IdTokenNoAud, Stage::IdToken, "id-token-no-aud", "The ID token does not say for which client it is."),
    (Fault::IdTokenAudList, Stage::IdToken, "id-token-aud-list", "The ID token names the client in a list of one, and is good."),
    (Fault::IdTokenMoreAud, Stage::IdToken, "id-token-more-aud", "The ID token is for another client as well, without `azp`."),
    (Fault::IdTokenWrongAzp, Stage::IdToken, "id-token-wrong-azp", "The ID token was issued to another client, by its `azp`."),
    (Fault::IdTokenExpired, Stage::IdToken, "id-token-expired", "The ID token expired an hour ago."),
    (Fault::IdTokenNoExp, Stage::IdToken, "id-token-no-exp", "The ID token does not say when it expires."),
    (Fault::IdTokenOldIat, Stage::IdToken, "id-token-old-iat", "The ID token was issued a week ago."),
    (Fault::IdTokenNoIat, Stage::IdToken, "id-token-no-iat", "The ID token does not say when it was issued."),
    (Fault::IdTokenNoSub, Stage::IdToken, "id-token-no-sub", "The ID token names no person."),
    (Fault::IdTokenWrongNonce, Stage::IdToken, "id-token-wrong-nonce", "The ID token answers another sign-in, by its `nonce`."),
    (Fault::IdTokenNoNonce, Stage::IdToken, "id-token-no-nonce", "The ID token does not repeat the `nonce`."),
    (Fault::IdTokenOldAuthTime, Stage::IdToken, "id-token-old-auth-time", "The ID token says that the person signed in a week ago."),
    (Fault::IdTokenNoAuthTime, Stage::IdToken, "id-token-no-auth-time", "The ID token does not say when the person signed in."),
    (Fault::IdTokenOtherAcr, Stage::IdToken, "id-token-other-acr", "The ID token names another kind of authentication than was asked for."),
    (Fault::IdTokenWrongAtHash, Stage::IdToken, "id-token-wrong-at-hash", "The ID token belongs to another access token, by its `at_hash`."),
    (Fault::IdTokenWrongCHash, Stage::IdToken, "id-token-wrong-c-hash", "The ID token belongs to another code, by its `c_hash`."),
    (Fault::IdTokenWrongSHash, Stage::IdToken, "id-token-wrong-s-hash", "The ID token belongs to another `state`, by its `s_hash`."),
    (Fault::IdTokenAlgNone, Stage::IdToken, "id-token-alg-none", "The ID token is not signed: its `alg` is `none`."),
    (Fault::IdTokenOtherAlg, Stage::IdToken, "id-token-other-alg", "The ID token is signed by RS256, with a key that the service publishes, and good; FAPI 2.0 forbids it."),
    (Fault::IdTokenRsa15, Stage::IdToken, "id-token-rsa1-5", "The ID token is encrypted by RSA1_5, which is broken (RFC 8017 section 7.2)."),
    (Fault::IdTokenWrongSignature, Stage::IdToken, "id-token-wrong-signature", "The ID token is signed with a key that is not the one it names."),
    (Fault::IdTokenConfusedAlg, Stage::IdToken, "id-token-confused-alg", "The ID token is signed by HS256 with the public key, which everybody has."),
    (Fault::IdTokenNoKidOfSeveral, Stage::IdToken, "id-token-no-kid-of-several", "The ID token does not name its key, and there are two."),
    (Fault::IdTokenNoKid, Stage::IdToken, "id-token-no-kid", "The ID token does not name its key, and there is one, so it is good."),
    (Fault::IdTokenHs256, Stage::IdToken, "id-token-hs256", "The ID token is signed with the client secret, and good."),
    (Fault::IdTokenNewKey, Stage::IdToken, "id-token-new-key", "Each ID token is signed with a new key, and good."),
    (Fault::UserinfoOtherSub, Stage::Userinfo, "userinfo-other-sub", "The userinfo endpoint tells of another person than the ID token."),
    (Fault::UserinfoSigned, Stage::Userinfo, "userinfo-signed", "The userinfo endpoint answers with a signed JWT, which is right (OpenID Connect Core 1.0 section 5.3.2)."),
    (Fault::UserinfoAlgNone, Stage::Userinfo, "userinfo-alg-none", "The userinfo reply is a JWT that is not signed: its `alg` is `none`."),
    (Fault::UserinfoWrongSignature, Stage::Userinfo, "userinfo-wrong-signature", "The userinfo reply is signed with a key that is not the one it names."),
    (Fault::UserinfoWrongIss, Stage::Userinfo, "userinfo-wrong-iss", "The signed userinfo reply comes from another issuer."),
    (Fault::UserinfoWrongAud, Stage::Userinfo, "userinfo-wrong-aud", "The signed userinfo reply is for another client."),
    (Fault::UserinfoNoSub, Stage::Userinfo, "userinfo-no-sub", "The signed userinfo reply does not say whom it is about."),
    (Fault::UserinfoExpired, Stage::Userinfo, "userinfo-expired", "The signed userinfo reply expired an hour ago."),
    (Fault::RefreshOtherSub, Stage::Refresh, "refresh-other-sub", "The ID token of a refresh is about another person."),
    (Fault::DpopNonce, Stage::Proof, "dpop-nonce", "Each proof of possession must repeat a nonce: one of the token endpoint, another of the resources."),
    (Fault::DpopEndlessNonce, Stage::Proof, "dpop-endless-nonce", "Each proof of possession is refused for its nonce, with another nonce each time."),
    (Fault::DpopBadNonce, Stage::Proof, "dpop-bad-nonce", "The nonce for proofs of possession has characters that no nonce has."),
    (Fault::DpopBearer, Stage::Proof, "dpop-bearer", "Tokens are not bound to the key of the proof: `token_type` is `Bearer`."),
    (Fault::DpopInvalidProof, Stage::Proof, "dpop-invalid-proof", "Each proof of possession is refused with `invalid_dpop_proof`."),
    (Fault::StepUp, Stage::Resource, "step-up", "`/resource` wants a person who signed in by `practice:two-factors`, within the last five minutes (RFC 9470)."),
    (Fault::MoreScope, Stage::Resource, "more-scope", "`/resource` wants a token with the scope `practice.write`."),
    (Fault::MoreDetails, Stage::Resource, "more-details", "`/resource` wants a token with authorization details of the type `practice_payment`."),
    (Fault::OtherResource, Stage::Resource, "other-resource", "The metadata of `/resource` is about another API (RFC 9728)."),
    (Fault::SeveralIssuers, Stage::Resource, "several-issuers", "The metadata of `/resource` names another issuer besides this one (RFC 9728)."),
    (Fault::WrongState, Stage::Redirect, "wrong-state", "The redirect comes back with another `state`."),
    (Fault::JarmPlain, Stage::Redirect, "jarm-plain", "The response is not signed, although a signed one was asked for (`response_mode=jwt`)."),
    (Fault::JarmAlgNone, Stage::Redirect, "jarm-alg-none", "The `alg` of the signed response is `none`."),
    (Fault::JarmHs256, Stage::Redirect, "jarm-hs256", "The response is signed with the client secret."),
    (Fault::JarmWrongSignature, Stage::Redirect, "jarm-wrong-signature", "The response is signed with a key that is not the one it names."),
    (Fault::JarmUnknownKey, Stage::Redirect, "jarm-unknown-key", "The response is signed with a key that the service does not publish."),
    (Fault::JarmNewKey, Stage::Redirect, "jarm-new-key", "Each response is signed with a new key, and good."),
    (Fault::JarmWrongIss, Stage::Redirect, "jarm-wrong-iss", "The signed response names another issuer."),
    (Fault::JarmNoIss, Stage::Redirect, "jarm-no-iss", "The signed response names no issuer."),
    (Fault::JarmWrongAud, Stage::Redirect, "jarm-wrong-aud", "The signed response is for another client."),
    (Fault::JarmNoAud, Stage::Redirect, "jarm-no-aud", "The signed response does not say for which client it is."),
    (Fault::JarmExpired, Stage::Redirect, "jarm-expired", "The signed response expired an hour ago."),
    (Fault::JarmNoExp, Stage::Redirect, "jarm-no-exp", "The signed response does not say when it expires."),
    (Fault::RegistrationRedirectUri, Stage::Registration, "registration-redirect-uri", "Each registration of a client is refused with `invalid_redirect_uri`."),
    (Fault::RegistrationMetadata, Stage::Registration, "registration-metadata", "Each registration of a client is refused with `invalid_client_metadata`."),
    (Fault::RegistrationStatement, Stage::Registration, "registration-statement", "Each registration of a client is refused with `invalid_software_statement`."),
    (Fault::RegistrationUnapproved, Stage::Registration, "registration-unapproved", "Each registration of a client is refused with `unapproved_software_statement`."),
    (Fault::RegistrationClosed, Stage::Registration, "registration-closed", "A client is registered only with the initial access token `practice-initial`."),
    (Fault::RegistrationChanged, Stage::Registration, "registration-changed", "A client is registered with another name than it asked for, and with a secret where it asked for none."),
    (Fault::RegistrationShortSecret, Stage::Registration, "registration-short-secret", "The secret of a registered client expires after an hour."),
    (Fault::RegistrationUnmanaged, Stage::Registration, "registration-unmanaged", "A registered client cannot be read, changed or deleted."),
    (Fault::RegistrationRefusedToken, Stage::Registration, "registration-refused-token", "The token that manages a registered client is refused."),
    (Fault::RegistrationLostReply, Stage::Registration, "registration-lost-reply", "The reply to a change of a registered client breaks off; its token is another one already."),
    (Fault::ProblemDetails, Stage::Refresh, "problem-details", "Each refresh is refused by a problem document (RFC 9457) instead of an OAuth error."),
    (Fault::JsonApiError, Stage::Token, "json-api-error", "The token endpoint refuses the client by a list of errors, as JSON:API has it."),
    (Fault::GatewayFault, Stage::Token, "gateway-fault", "The token endpoint refuses the client in the words of an API gateway, under `fault`."),
    (Fault::ErrorList, Stage::Refresh, "error-list", "Each refresh is refused by a JSON list, with the OAuth error in it."),
    (Fault::PlainTextError, Stage::Token, "plain-text-error", "The token endpoint refuses the client by a line of plain text."),
    (Fault::XmlError, Stage::Refresh, "xml-error", "Each refresh is refused by XML."),
    (Fault::BareChallenge, Stage::Token, "bare-challenge", "The token endpoint answers 401 with nothing but a challenge for Basic authentication."),
    (Fault::LimitAsRefusal, Stage::Token, "limit-as-refusal", "The token endpoint answers 400 where it wants fewer calls; nothing is spent, a later try succeeds."),
    (Fault::BareLimit, Stage::Token, "bare-limit", "The token endpoint answers 429 with an empty body, and does not say how long to wait."),
    (Fault::RedirectSlash, Stage::Token, "redirect-slash", "The token endpoint redirects (307) to the same path with a slash at its end."),
    (Fault::WarningBeforeReply, Stage::Token, "warning-before-reply", "The token endpoint writes a warning of its own before the JSON; nothing is spent."),
    (Fault::ExpiresAt, Stage::Token, "expires-at", "The reply has `expires_at`, a time, instead of `expires_in`."),
    (Fault::ExpiresOn, Stage::Token, "expires-on", "The reply has `expires_on`, in seconds since 1970, instead of `expires_in`."),
    (Fault::ExpiryWithUnit, Stage::Token, "expiry-with-unit", "`expires_in` is a string with a unit, such as `120s`."),
    (Fault::OtherTokenType, Stage::Token, "other-token-type", "`token_type` is `BearerToken`; the scheme of the header is `Bearer` all the same (RFC 6750 section 2.1)."),
    (Fault::ScopeList, Stage::Token, "scope-list", "`scope` in the reply is a list."),
    (Fault::ScopeCommas, Stage::Token, "scope-commas", "The scopes in the reply are separated by commas."),
    (Fault::EmptyRefreshToken, Stage::Refresh, "empty-refresh-token", "The `refresh_token` in the reply to a refresh is empty; the old one stays good."),
    (Fault::ByteOrderMark, Stage::Token, "byte-order-mark", "The reply begins with a byte order mark."),
];

impl Fault {
    /// Every fault, in the order of the enum.
    pub fn all() -> impl Iterator<Item = Self> {
        FAULTS.iter().map(|(fault, ..)| *fault)
    }

    pub fn stage(self) -> Stage {
        FAULTS[self as usize].1
    }

    pub fn name(self) -> &'static str {
        FAULTS[self as usize].2
    }

    pub fn explanation(self) -> &'static str {
        FAULTS[self as usize].3
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(text: &str) -> Result<Self, UnknownFault> {
        Self::all().find(|fault| fault.name() == text).ok_or_else(|| UnknownFault(text.to_owned()))
    }
}

impl Diagnose for UnknownFault {
    fn diagnose(&self) -> Diagnosis {
        let names: Vec<String> = Fault::all().map(|fault| format!("`{fault}`")).collect();
        Diagnosis::new(self.to_string()).hint(format!("choose from {}", names.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_is_read_back_from_its_own_name() {
        for (at, fault) in Fault::all().enumerate() {
            assert_eq!(fault as usize, at, "the table has the order of the enum");
            assert_eq!(fault.to_string().parse(), Ok(fault));
            assert!(fault.explanation().ends_with('.'), "{fault}");
            assert!(Stage::ALL.contains(&fault.stage()), "{fault}");
        }
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_names_there_are() {
        let error = "no-such".parse::<Fault>().expect_err("no fault has this name");
        assert_eq!(error.to_string(), "there is no fault `no-such`");
        assert!(error.diagnose().hint.is_some_and(|hint| hint.contains("`http-500`, `html-error`")));
    }
}
