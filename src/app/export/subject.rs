//! What an export holds: a saved profile and its tokens, as they are.

use crate::app::export::order::ExportOrder;
use crate::app::handle::App;
use crate::app::profiles;
use crate::app::tokens;
use crate::app::tokens::present;
use crate::app::{CallContext, Failure, Rotation};
use crate::export::Subject;
use crate::oauth::ProfileSecrets;

/// The saved tokens, without a refresh, and whether their refresh token rotates.
pub(in crate::app::export) async fn subject(app: &App, order: &ExportOrder) -> Result<(Subject, Rotation), Failure> {
    let profile = profiles::load(app, &order.profile).await?;
    let record = tokens::read(app, &order.profile).await?;
    let rotation = tokens::rotation(&profile.service.policy, Some(&record));
    let Some(tokens) = record.contents.tokens else {
        return Err(tokens::needs_sign_in(&order.profile, "has no tokens"));
    };
    let service = profile.service.clone();
    let scopes = tokens.scopes.clone().unwrap_or_else(|| profile.scopes.clone());
    let inputs = profile.inputs.clone().into_iter().chain(order.settings.clone()).collect();
    let client_id = profile.client_id.clone();
    let mut context =
        CallContext { tokens: Some(tokens.clone()), ..CallContext::new(profile, record.contents.secrets) };
    app.supply_practice(&mut context).await?;
    let carried = present::carried(app, &context)?;
    let ProfileSecrets { client_secret, client_certificate, .. } = context.secrets;
    context.secrets = ProfileSecrets { client_secret, client_certificate, ..ProfileSecrets::default() };
    let subject = Subject {
        profile: order.profile.to_string(),
        service: service.name.clone(),
        token_endpoint: token_endpoint(app, &context),
        tokens,
        carried,
        client_id,
        client_secret: context.secrets.client_secret,
        scopes,
        url: order.url.clone(),
        inputs,
        whole: Box::new(context.profile),
    };
    Ok((subject, rotation))
}

/// The URL of the refresh request without its query; empty if there is none or it cannot be built.
fn token_endpoint(app: &App, context: &CallContext) -> String {
    let Some(refresh) = &context.profile.service.refresh_request else { return String::new() };
    let Ok(call) = app.render(context, refresh) else { return String::new() };
    let url = call.url.to_secret();
    url.expose().split(['?', '#']).next().unwrap_or_default().to_owned()
}
