//! Revoke and forget: the service revokes the tokens (RFC 7009), then this machine forgets them. Tokens that could not be
//! revoked are not forgotten: the person decides.

use crate::app::handle::App;
use crate::app::profiles;
use crate::app::profiles::forget::Removal;
use crate::app::progress::Report;
use crate::app::sign_in::send;
use crate::app::tokens;
use crate::app::vault::open;
use crate::app::{CallContext, Failure, FailureKind};
use crate::call::{BodyTemplate, CallTemplate, Parameter};
use crate::diagnosis::Diagnosis;
use crate::oauth::{RenewedBy, Resource, ResourceToken, TokenSet};
use crate::secret::Secret;
use crate::service::{ProfileName, Service};

impl App {
    /// Has the service revoke the tokens of a saved profile, then erases them and forgets the profile, which can be brought back
    /// signed out for a week.
    pub async fn revoke_and_forget(&self, name: &ProfileName, report: &Report) -> Result<(), Failure> {
        open::open_chosen(self).await?;
        let profile = profiles::load(self, name).await?;
        let Some(template) = profile.service.revocation.clone() else {
            return Err(no_endpoint(name, &profile.service));
        };
        let entry = profiles::forget::lease_to_forget(self, report, name).await?;
        let mut context = tokens::context_of(self, name, profile).await?;
        self.supply_practice(&mut context).await?;
        if context.tokens.is_none() {
            return Err(tokens::needs_sign_in(name, "has no tokens"));
        }
        let revoked = revoke(self, report, &context, &template).await;
        revoked.map_err(|failure| nothing_forgotten(name, failure))?;
        // The lease is held to the end, so that nobody refreshes tokens that are being revoked.
        profiles::forget::forget_held(self, name, &entry, Removal::SignedOut).await
    }
}

/// Revokes the tokens of the profile, and those that came beside them with refresh tokens of their own.
pub(in crate::app) async fn revoke(
    app: &App,
    report: &Report,
    context: &CallContext,
    template: &CallTemplate,
) -> Result<(), Failure> {
    let Some(tokens) = &context.tokens else { return Ok(()) };
    let is_shared = |token: &&ResourceToken| token.renewed_by == RenewedBy::Shared;
    let shared: Vec<&Secret> =
        tokens.for_resources.values().filter(is_shared).map(|token| &token.access_token).collect();
    revoke_grant(app, report, (context, tokens), &shared, template).await?;
    let further = tokens.for_resources.iter().filter(|(_, token)| !is_shared(token));
    for name in further.filter_map(|(name, _)| Resource::parse(name).ok()) {
        let Some(tokens) = tokens.for_resource(&name) else { continue };
        let of_further = CallContext { tokens: Some(tokens.clone()), ..context.clone() };
        revoke_grant(app, report, (&of_further, &tokens), &[], template).await?;
    }
    Ok(())
}

/// Revokes the refresh token, which by RFC 7009 section 2.1 ends its access tokens too; then each access token, for
/// services that do not follow that, if the request has a `token_type_hint`.
async fn revoke_grant(
    app: &App,
    report: &Report,
    (context, tokens): (&CallContext, &TokenSet),
    others: &[&Secret],
    template: &CallTemplate,
) -> Result<(), Failure> {
    let names_refresh_token = template.placeholders().any(|name| name == "refresh_token");
    if tokens.refresh_token.is_some() || !names_refresh_token {
        call(app, report, context, template).await?;
    }
    if names_refresh_token && (has_hint(template) || tokens.refresh_token.is_none()) {
        for access_token in std::iter::once(&tokens.access_token).chain(others.iter().copied()) {
            let mut of_access = context.clone();
            if let Some(tokens) = &mut of_access.tokens {
                tokens.refresh_token = Some(access_token.clone());
            }
            call(app, report, &of_access, &hinting(template.clone())).await?;
        }
    }
    Ok(())
}

fn has_hint(template: &CallTemplate) -> bool {
    matches!(&template.body, BodyTemplate::Form(body) if body.iter().any(|parameter| parameter.name == HINT))
}

const HINT: &str = "token_type_hint";

/// The request with `token_type_hint=access_token`.
fn hinting(mut template: CallTemplate) -> CallTemplate {
    if let BodyTemplate::Form(body) = &mut template.body {
        for parameter in body.iter_mut().filter(|parameter| parameter.name == HINT) {
            *parameter = Parameter::new(HINT, "access_token");
        }
    }
    template
}

async fn call(app: &App, report: &Report, context: &CallContext, template: &CallTemplate) -> Result<(), Failure> {
    let answered = send::ask(app, Some(report), context, template, &[]).await?;
    let refusal = &answered.refusal;
    // RFC 7009 section 2.2.1: a service may only support revoking refresh tokens.
    if answered.reply.is_success() && !refusal.is_said() || refusal.code.as_deref() == Some("unsupported_token_type") {
        return Ok(());
    }
    Err(Failure::new(FailureKind::Refused, answered.refused_by("revocation endpoint")))
}

fn nothing_forgotten(name: &ProfileName, failure: Failure) -> Failure {
    // A request that cannot be built has a better hint of its own.
    if failure.kind == FailureKind::Usage {
        return failure;
    }
    let hint = format!("nothing was forgotten: try again, or `tokenwright forget {name}` forgets without revoking");
    Failure { diagnosis: failure.diagnosis.hint(hint), ..failure }
}

fn no_endpoint(name: &ProfileName, service: &Service) -> Failure {
    let diagnosis = Diagnosis::new(format!("{} has no revocation endpoint here", service.name));
    let hint = format!("`tokenwright forget {name}` forgets the tokens here; the service's own settings end the grant");
    Failure::new(FailureKind::Usage, diagnosis.hint(hint))
}
