//! Signing in: the whole sequence here, its steps in the files beside it.

mod account;
pub(in crate::app) mod assertions;
pub(in crate::app) mod authorize;
pub(in crate::app) mod call_context;
pub(in crate::app) mod certificate;
mod certificate_binding;
mod deliver;
pub(in crate::app) mod device;
pub(in crate::app) mod follow_up;
mod further_tokens;
pub(in crate::app) mod id_token;
pub(in crate::app) mod identity;
pub(in crate::app) mod late_visits;
pub(in crate::app) mod listening;
pub(in crate::app) mod lookup;
mod nonce;
mod own_hosts;
pub(in crate::app) mod pending_device;
pub(in crate::app) mod proof;
pub(in crate::app) mod pushed;
mod request_object;
pub(in crate::app) mod send;
mod signed_response;
mod signed_userinfo;
pub(in crate::app) mod sources;
mod subject;
pub(in crate::app) mod token_request;
pub(in crate::app) mod trial;
pub(in crate::app) mod try_reading;
pub(in crate::app) mod typed;

use crate::app::ask::Ask;
use crate::app::handle::App;
use crate::app::{Browser, CallContext, Exchange, Failure, Progress, SaveTo};
use crate::secret::Secret;
use crate::service::Start;

/// What a sign-in starts from.
#[derive(Clone, Debug)]
pub struct SignIn {
    pub context: CallContext,
    pub browser: Browser,
    /// Where the tokens are saved.
    pub save_to: SaveTo,
    /// Whether to go on where the port of the redirect URI cannot be listened on: the person pastes the response then.
    pub can_paste: bool,
}

impl App {
    /// The whole sign-in: authorization request and response, token request, the choices that follow, and saving the tokens.
    /// With a pasted refresh token, a refresh request replaces the first two. Where the profile is for one account, and another
    /// one signed in, the outcome is [`crate::app::FailureCode::OtherAccount`] and nothing is saved; the same with
    /// [`crate::app::FailureCode::IdTokenRefused`] where the ID token fails a check.
    ///
    /// Returns the context as it is at the end, and the last exchange, whose outcome may be a refusal.
    pub async fn sign_in(&self, request: SignIn, ask: &dyn Ask) -> Result<(CallContext, Exchange), Failure> {
        let SignIn { mut context, browser, mut save_to, can_paste } = request;
        account::check_tellable(&context.profile)?;
        proof::key::provide(self, &mut context, &save_to).await?;
        // Before the browser opens.
        context.check_client_certificate()?;
        Box::pin(lookup::anew(self, &ask.report(), &mut context)).await?;
        // The steps are boxed, because each future is large and callers hold this one on the stack.
        let service = &context.profile.service;
        let is_pasted = !context.secrets.refresh_token.is_empty() && service.start != Start::RefreshToken;
        if service.authorization.is_some() && !is_pasted {
            context.authorized =
                Some(Box::pin(authorize::authorize(self, ask, &mut context, browser, can_paste)).await?);
            let (found, inputs) = (context.found.clone(), context.profile.inputs.clone());
            (context, save_to) = ask.proceed((context, save_to)).await?;
            // Who was asked may return one that has not looked anything up.
            if context.profile.inputs == inputs {
                context.found = found;
            }
        }
        let (request, report) = (context.clone(), ask.report());
        let exchange = if is_pasted {
            Box::pin(self.request_refresh(request, None, save_to.clone(), &report)).await?
        } else {
            Box::pin(self.request_tokens(request, save_to.clone(), &report)).await?
        };
        finish(self, ask, context, exchange, &save_to).await
    }
}

/// The choices that follow the tokens, and saving them where they are not saved yet.
async fn finish(
    app: &App,
    ask: &dyn Ask,
    mut context: CallContext,
    mut exchange: Exchange,
    save_to: &SaveTo,
) -> Result<(CallContext, Exchange), Failure> {
    ask.report().tell(Progress::Traced(Box::new(exchange.clone())));
    let Ok(tokens) = &mut exchange.outcome else { return Ok((context, exchange)) };
    for choosing in &exchange.choices {
        if let Some(chosen) = ask.choose(choosing).await? {
            tokens.retained.extend(chosen.retain);
            exchange.is_saved = false;
        }
    }
    // A pasted refresh token and a device code are spent or among the tokens now.
    (context.secrets.refresh_token, context.device) = (Secret::default(), None);
    context.tokens = Some((**tokens).clone());
    if let SaveTo::Profile(name) = save_to {
        // The tokens are nowhere else, so the person may make room and try again instead of signing in again.
        while !exchange.is_saved {
            match Box::pin(app.save(name, context.clone(), true, None)).await {
                Ok(()) => exchange.is_saved = true,
                Err(failure) => {
                    if !ask.save_again(&failure).await? {
                        return Err(failure);
                    }
                }
            }
        }
    }
    Ok((context, exchange))
}
