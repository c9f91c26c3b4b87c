//! Signing in: the whole sequence here, its steps in the files beside it.

pub(in crate::app) mod assertions;
pub(in crate::app) mod authorize;
pub(in crate::app) mod call_context;
pub(in crate::app) mod certificate;
pub(in crate::app) mod follow_up;
pub(in crate::app) mod identity;
pub(in crate::app) mod late_visits;
pub(in crate::app) mod send;
pub(in crate::app) mod token_request;
pub(in crate::app) mod try_reading;
pub(in crate::app) mod typed;

use crate::app::ask::Ask;
use crate::app::handle::App;
use crate::app::{Browser, CallContext, Exchange, Failure, Keeping, Progress};
use crate::secret::Secret;
use crate::service::Start;

/// What a sign-in starts from.
#[derive(Clone, Debug)]
pub struct SignIn {
    pub context: CallContext,
    pub browser: Browser,
    /// Where the tokens are saved.
    pub keeping: Keeping,
}

impl App {
    /// The whole sign-in: the authorization request and its response, the token request, the choices that follow, and the
    /// tokens saved. A refresh token that is at hand takes the place of the first two.
    ///
    /// Returned is what it was made from, as far as it came, and the last exchange, whose outcome may be a refusal.
    pub async fn sign_in(&self, request: SignIn, ask: &dyn Ask) -> Result<(CallContext, Exchange), Failure> {
        let SignIn { mut context, browser, mut keeping } = request;
        // The steps are boxed, because each future is large and callers hold this one on the stack.
        let service = &context.profile.service;
        let is_pasted = !context.secrets.refresh_token.is_empty() && service.start != Start::RefreshToken;
        if service.authorization.is_some() && !is_pasted {
            context.authorized = Some(Box::pin(authorize::authorize(self, ask, &mut context, browser)).await?);
            (context, keeping) = ask.proceed((context, keeping)).await?;
        }
        let (request, report) = (context.clone(), ask.report());
        let mut exchange = if is_pasted {
            Box::pin(self.request_refresh(request, None, keeping.clone(), &report)).await?
        } else {
            Box::pin(self.request_tokens(request, keeping.clone(), &report)).await?
        };
        report.tell(Progress::Traced(Box::new(exchange.clone())));
        let Ok(tokens) = &mut exchange.outcome else { return Ok((context, exchange)) };
        for choosing in &exchange.choices {
            if let Some(chosen) = ask.choose(choosing).await? {
                tokens.retained.extend(chosen.keep);
                exchange.is_saved = false;
            }
        }
        // What was pasted is spent, or is with the tokens.
        context.secrets.refresh_token = Secret::default();
        context.tokens = Some((**tokens).clone());
        if let Keeping::Under(name) = &keeping {
            // The tokens are nowhere else, so a person is asked to make room, and not sent to sign in anew.
            while !exchange.is_saved {
                match Box::pin(self.save(name, context.clone(), true, None)).await {
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
}
