//! Calls with a proof of possession (DPoP, RFC 9449): which calls have one, how it is made, and the nonces that servers want
//! repeated in it.
//!
//! Invariants: a bound token goes nowhere without its proof; a call is sent once more only if its refusal says that nothing but
//! the nonce was wrong, and then once.

pub(in crate::app) mod answer;
pub(in crate::app) mod key;
pub(in crate::app) mod nonces;

use std::borrow::Cow;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use jiff::Timestamp;

use crate::app::call_log::CallAbout;
use crate::app::handle::App;
use crate::app::sign_in::deliver::{deliver, record};
use crate::app::{CallContext, Failure, FailureKind};
use crate::call::{Call, CallTemplate, Parameter, Place, Rendered, Reply, Span, Template, Values};
use crate::diagnosis::Diagnosis;
use crate::oauth::{
    AssertionAlgorithm, DPOP, KeyPair, ProofFor, ProofTarget, ProvedRequest, SigningError, SigningKey, TokenSet,
    UnsignedJwt, bound_scheme, key_to_come, proof_algorithm, proof_nonce, wants_proof_nonce,
};
use crate::secret::Secret;
use crate::transport::TransportError;

/// A call as it was sent last, and what came of it.
pub(in crate::app) struct Delivered {
    pub(in crate::app) call: Call,
    pub(in crate::app) at: Timestamp,
    pub(in crate::app) outcome: Result<Reply, TransportError>,
}

/// Sends a call that was rendered with these values, with a proof if somebody checks one. A server takes an assertion once, so
/// the call that is sent again has a new one (RFC 7523 section 3).
pub(in crate::app) async fn deliver_proved(
    app: &App,
    context: &CallContext,
    (mut call, template, values): (Call, &CallTemplate, &Values),
    by: Option<ProofFor>,
) -> Result<Delivered, Failure> {
    let Some(by) = by else {
        let at = (app.ports.now)();
        let outcome = deliver(app, &call).await;
        return Ok(Delivered { call, at, outcome });
    };
    let origin = call.origin();
    let (mut nonce, mut is_second) = (app.proof_nonces.get(by, &origin), false);
    loop {
        let at = (app.ports.now)();
        let proved = context.proved(&call, by, nonce.as_deref(), (at, (app.ports.entropy)()))?;
        let outcome = deliver(app, &proved).await;
        if let Ok(reply) = &outcome
            && let Some(fresh) = proof_nonce(reply)
        {
            app.proof_nonces.set(by, &origin, fresh);
            if !is_second && nonce.as_deref() != Some(fresh) && wants_proof_nonce(reply, by) {
                record(app, CallAbout::of(context, template), (&proved, at), Ok(reply), values.secrets());
                (nonce, is_second) = (Some(fresh.to_owned()), true);
                if let Some(values) =
                    context.signed_anew(template, values, ((app.ports.now)(), (app.ports.entropy)()))?
                {
                    call = context.bound(template).render(&values)?;
                }
                continue;
            }
        }
        return Ok(Delivered { call: proved, at, outcome });
    }
}

impl CallContext {
    /// Who checks the proof of this call; `None` if it is sent without one. Revocation and introspection have none.
    pub(in crate::app) fn proof_for(&self, call: &CallTemplate) -> Option<ProofFor> {
        let service = &self.profile.service;
        if shows_token(call) {
            return self.tokens.as_ref().filter(|tokens| tokens.needs_proof()).map(|_| ProofFor::ResourceServer);
        }
        let others = [&service.refresh_request, &service.device_token_request];
        let mut asking = others.into_iter().flatten().chain([&service.token_request]).chain(&service.chain);
        let asks_for_tokens = asking.any(|own| own == call);
        (asks_for_tokens && self.binds_tokens()).then_some(ProofFor::AuthorizationServer)
    }

    /// Whether the tokens that are asked for are to be bound to a key.
    pub(in crate::app) fn binds_tokens(&self) -> bool {
        let is_bound = self.tokens.as_ref().is_some_and(TokenSet::needs_proof);
        self.profile.service.dpop.is_some() || is_bound && self.secrets.proof_key.is_some()
    }

    /// The call with a bound token under its own scheme, where the preset has `Bearer`.
    pub(in crate::app) fn bound<'a>(&self, call: &'a CallTemplate) -> Cow<'a, CallTemplate> {
        if self.proof_for(call) != Some(ProofFor::ResourceServer) {
            return Cow::Borrowed(call);
        }
        let mut call = call.clone();
        for header in call.headers.iter_mut().filter(|header| is_bearer(&header.value)) {
            *header = Parameter::new(&header.name, format!("{DPOP} <token>"));
        }
        Cow::Owned(call)
    }

    /// Refuses to send a token that is bound to a key without a proof of it. Only proofs of RFC 9449 can be made.
    pub(in crate::app) fn check_bound(&self, call: &CallTemplate) -> Result<(), Failure> {
        let scheme = self.tokens.as_ref().and_then(|tokens| bound_scheme(&tokens.token_type));
        match scheme {
            Some(DPOP) if shows_token(call) => self.proof_signer().map(drop),
            Some(scheme) if call.headers.iter().any(|header| is_bearer(&header.value)) => {
                let summary =
                    format!("the access token is bound to a key (`{scheme}`) and cannot be sent as a bearer token");
                let hint =
                    "ask the service for a client whose tokens are bearer tokens, or are bound by DPoP (RFC 9449)";
                Err(Failure::new(FailureKind::Usage, Diagnosis::new(summary).hint(hint)))
            }
            _ => Ok(()),
        }
    }

    /// The key that the tokens are bound to, and the algorithm by which it signs.
    fn proof_signer(&self) -> Result<(SigningKey, AssertionAlgorithm), Failure> {
        let key = self.secrets.proof_key.as_ref().and_then(KeyPair::signing_key).ok_or_else(lost_key)?;
        let algorithm = proof_algorithm(&key, self.profile.service.dpop);
        Ok((key, algorithm))
    }

    /// The call with a proof.
    fn proved(
        &self,
        call: &Call,
        by: ProofFor,
        nonce: Option<&str>,
        (now, id): (Timestamp, [u8; 32]),
    ) -> Result<Call, Failure> {
        let (key, algorithm) = self.proof_signer()?;
        let public = key.public_jwk().ok_or_else(lost_key)?;
        let jwt = self.unsigned_proof(call, by, nonce, (public, now, &BASE64_URL_SAFE_NO_PAD.encode(id)));
        let proof = jwt.sign(&key, algorithm).map_err(unsigned)?;
        Ok(with_proof(call.clone(), proof))
    }

    /// A proof for a request that another program makes with the access token.
    pub(in crate::app) fn proof_of_token(
        &self,
        target: &ProofTarget,
        nonce: Option<&str>,
        (now, id): (Timestamp, &str),
    ) -> Result<Secret, Failure> {
        let (key, algorithm) = self.proof_signer()?;
        let public = key.public_jwk().ok_or_else(lost_key)?;
        let access_token = self.tokens.as_ref().map(|tokens| &tokens.access_token);
        let request = ProvedRequest { method: &target.method, url: &target.url, access_token, nonce };
        request.proof(public, now, id).sign(&key, algorithm).map_err(unsigned)
    }

    fn unsigned_proof(
        &self,
        call: &Call,
        by: ProofFor,
        nonce: Option<&str>,
        (public, now, id): (serde_json::Value, Timestamp, &str),
    ) -> UnsignedJwt {
        let url = call.url.to_secret();
        let token = self.tokens.as_ref().filter(|_| by == ProofFor::ResourceServer);
        let access_token = token.map(|tokens| &tokens.access_token);
        let request = ProvedRequest { method: call.method.as_str(), url: url.expose(), access_token, nonce };
        request.proof(public, now, id)
    }

    /// The proof of a call as it would be sent now, without its signature; `None` if the call has none.
    pub(in crate::app) fn shown_proof(
        &self,
        template: &CallTemplate,
        call: &Call,
        now: Timestamp,
        id: &str,
    ) -> Option<(UnsignedJwt, AssertionAlgorithm)> {
        let by = self.proof_for(template)?;
        let signer = self.proof_signer().ok();
        let wanted = self.profile.service.dpop.unwrap_or(AssertionAlgorithm::ES256);
        let algorithm = signer.as_ref().map_or(wanted, |(_, algorithm)| *algorithm);
        let public = signer.and_then(|(key, _)| key.public_jwk()).unwrap_or_else(key_to_come);
        Some((self.unsigned_proof(call, by, None, (public, now, id)), algorithm))
    }

    /// The thumbprint of the key that the tokens are bound to, if there is one.
    pub(in crate::app) fn proof_thumbprint(&self) -> Option<String> {
        self.secrets.proof_key.as_ref()?.signing_key()?.thumbprint()
    }
}

/// The call with this proof in its header.
pub(in crate::app) fn with_proof(mut call: Call, proof: Secret) -> Call {
    let mut value = Rendered::default();
    let name = "dpop_proof".to_owned();
    value.push(Span::Value { name, raw: proof.clone(), written: proof, place: Place::Header, secret: true });
    call.headers.push((DPOP.to_owned(), value));
    call
}

/// The tokens are there, and what they are bound to is not.
pub(in crate::app) fn lost_key() -> Failure {
    let diagnosis =
        Diagnosis::new(format!("the access token is bound to a key (`{DPOP}`), and the key is not in the vault"));
    let hint =
        "sign in again, which makes a new key; where DPoP is not switched on for the service, switch it on first";
    Failure::new(FailureKind::NeedsSignIn, diagnosis.hint(hint))
}

/// Why there is no proof: a key that stays in a token is not lost if the token is away.
fn unsigned(error: SigningError) -> Failure {
    match error {
        SigningError::Hardware(_) => error.into(),
        SigningError::WrongKey { .. } | SigningError::Refused { .. } => lost_key(),
    }
}

/// Whether the access token is in a header of the call.
fn shows_token(call: &CallTemplate) -> bool {
    call.headers.iter().any(|header| header.value.placeholders().any(|name| name == "token"))
}

/// Whether a header is `Bearer <token>`.
fn is_bearer(value: &Template) -> bool {
    let scheme = value.source().trim_start().split(' ').next().unwrap_or_default();
    scheme.eq_ignore_ascii_case("bearer") && value.placeholders().any(|name| name == "token")
}
