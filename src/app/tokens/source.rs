//! Chooses how tokens are renewed: by a refresh request, or by another token request if that needs no browser.

use std::time::Duration;

use crate::app::handle::App;
use crate::app::tokens::refusal::needs_sign_in;
use crate::app::{CallContext, Failure};
use crate::oauth::{Freshness, Stage, TokenSet};
use crate::service::{Profile, ProfileName};
use crate::vault::{Contents, Record};

/// The context of the request, and which of the two it is.
pub(crate) fn renewal(
    app: &App,
    name: &ProfileName,
    profile: Profile,
    record: &Record,
) -> Result<(CallContext, Stage), Failure> {
    let tokens = record.contents.tokens.as_ref();
    let renews_itself = profile.service.policy.renews_access_token;
    let refreshable = tokens.is_some_and(|tokens| renews_itself || tokens.refresh_token.is_some());
    let without_browser = profile.service.asks_again();
    let mut context = saved(name, profile, record);
    if tokens.is_some_and(|tokens| tokens.refresh_token.is_some()) {
        context.profile.service.derive_refresh_request();
    }
    match (refreshable && context.profile.service.refresh_request.is_some(), without_browser) {
        (true, _) => Ok((context, Stage::RefreshRequest)),
        (false, true) => Ok((context, Stage::TokenRequest)),
        (false, false) => Err(needs_sign_in(name, what_lacks(app, context.tokens.as_ref(), refreshable))),
    }
}

pub(crate) fn saved(name: &ProfileName, profile: Profile, record: &Record) -> CallContext {
    let Contents { secrets, tokens, .. } = record.contents.clone();
    CallContext { tokens, ..CallContext::new(profile, secrets).named(Some(name)) }
}

/// Why a person must sign in.
fn what_lacks(app: &App, tokens: Option<&TokenSet>, refreshable: bool) -> &'static str {
    let is_good = |tokens: &TokenSet| tokens.freshness((app.ports.now)(), Duration::ZERO) == Freshness::Fresh;
    match tokens {
        None => "has no tokens",
        Some(_) if refreshable => "has a refresh token, but its service has no refresh token endpoint here",
        Some(tokens) if is_good(tokens) => "has no refresh token, and its access token cannot be renewed without one",
        Some(_) => "has an access token that is no longer valid and no refresh token",
    }
}
