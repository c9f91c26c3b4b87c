//! Hands a token to whoever calls the service with it. One that is bound to a key goes only with a proof for the one request that is
//! named, since whoever took it for a bearer token would be refused, and would have leaked it.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use url::Url;

use crate::app::handle::App;
use crate::app::progress::Report;
use crate::app::tokens::{context_of, hand_out};
use crate::app::{CallContext, Failure, FailureCode, FailureKind, SavedToken, Wanted, profiles};
use crate::call::{CallTemplate, Part, Place, RenderError, Template};
use crate::diagnosis::Diagnosis;
use crate::oauth::{DPOP, ProofFor, ProofTarget, bound_scheme};
use crate::secret::Secret;
use crate::service::ProfileName;

/// The request that a token is wanted for, and the nonce that its server wants repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presented {
    pub target: ProofTarget,
    /// From the header `DPoP-Nonce` of its last reply.
    pub nonce: Option<String>,
}

impl App {
    /// A valid access token of a saved profile for another program. Fails with [`FailureCode::BoundToken`] if it is bound to a key
    /// and no request is named for which a proof could be made.
    pub async fn token_to_present(
        &self,
        name: &ProfileName,
        wanted: Wanted,
        presented: Option<Presented>,
        report: &Report,
    ) -> Result<SavedToken, Failure> {
        let (app, name, report) = (self.clone(), name.clone(), report.clone());
        let handed_out = async move {
            let token = hand_out(&app, &report, name, wanted).await?.1;
            present(&app, token, presented).await
        };
        self.settle(handed_out).await
    }
}

/// The token with what its presentation needs.
pub(crate) async fn present(app: &App, token: SavedToken, presented: Option<Presented>) -> Result<SavedToken, Failure> {
    if token.header.carries_derived().is_some() {
        let mut context = context_of(app, &token.name, profiles::load(app, &token.name).await?).await?;
        app.supply_practice(&mut context).await?;
        context.tokens = Some(token.tokens.clone());
        return Ok(SavedToken { carried: carried(app, &context)?, ..token });
    }
    let Some(scheme) = bound_scheme(&token.tokens.token_type) else { return Ok(token) };
    let Some(Presented { target, nonce }) = presented.filter(|_| scheme == DPOP) else {
        return Err(bound(&token.name, scheme));
    };
    let mut context = context_of(app, &token.name, profiles::load(app, &token.name).await?).await?;
    context.tokens = Some(token.tokens.clone());
    let origin = Url::parse(&target.url).map(|url| url.origin().ascii_serialization()).unwrap_or_default();
    let nonce = nonce.or_else(|| app.proof_nonces.get(ProofFor::ResourceServer, &origin));
    let id = BASE64_URL_SAFE_NO_PAD.encode((app.ports.entropy)());
    let proof = context.proof_of_token(&target, nonce.as_deref(), ((app.ports.now)(), &id))?;
    Ok(SavedToken { proof: Some(proof), ..token })
}

/// What the header carries in place of the access token; `None` if it carries the token itself.
pub(in crate::app) fn carried(app: &App, context: &CallContext) -> Result<Option<Secret>, Failure> {
    let token_type = context.tokens.as_ref().map_or("", |tokens| tokens.token_type.as_str());
    let header = context.profile.service.token_header(token_type);
    let Some(derived) = header.carries_derived() else { return Ok(None) };
    let values = app.values_for(context, &CallTemplate::default())?;
    let part = || Part::Header(header.name().to_owned());
    let carried = Template::new(format!("<{derived}>")).render(&values, Place::Header);
    Ok(Some(carried.map_err(|error| RenderError::Template { part: part(), error })?.to_secret()))
}

fn bound(name: &ProfileName, scheme: &str) -> Failure {
    let summary =
        format!("the access token of `{name}` is bound to a key (`{scheme}`), and is no use without a proof of it");
    let diagnosis = Diagnosis::new(summary);
    let diagnosis = if scheme == DPOP {
        diagnosis.hint(format!(
            "`tokenwright token {name} --header --for 'GET https://…'` prints both headers of one request, and `tokenwright \
             call {name} URL` makes it"
        ))
    } else {
        diagnosis.hint(
            "only proofs of DPoP (RFC 9449) can be made: ask the service for a client whose tokens are bearer tokens",
        )
    };
    Failure::new(FailureKind::Usage, diagnosis).coded(FailureCode::BoundToken)
}
