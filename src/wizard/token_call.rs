//! Step 3: the bearer call and the refresh call.

use crate::call::{Call, CallTemplate, Reply, mask_body, mask_text, pretty_body};
use crate::diagnosis::Diagnosis;
use crate::oauth::{ReadContext, Stage, TokenSet, read_token_set};
use crate::secret::Secret;
use crate::service::ProfileName;
use crate::transport::Wire;
use crate::wizard::shared::Shared;
use crate::wizard::{Attempt, Event, Exchange, Failure, FailureKind, Material, ReplyView, follow_up, keep, reading};

/// Calls the bearer token endpoint.
pub(crate) async fn bearer(shared: &Shared, attempt: Attempt, mut material: Material) -> Result<(), Failure> {
    shared.supply_practice(&mut material)?;
    // What the last sign-in granted is not carried over into a new one.
    material.tokens = None;
    let mut exchange = exchange(shared, attempt, &material, Stage::Bearer).await?;
    follow_up::run(shared, material, &mut exchange).await;
    shared.emit(Event::Called(attempt, Box::new(exchange)));
    Ok(())
}

/// Calls the refresh token endpoint. The tokens of a saved profile are refreshed where they are kept, under its
/// lease, so that no other process refreshes with the same token and nothing is lost.
pub(crate) async fn refresh(
    shared: &Shared,
    attempt: Attempt,
    mut material: Material,
    saved_as: Option<ProfileName>,
) -> Result<(), Failure> {
    shared.supply_practice(&mut material)?;
    let pasted = !material.secrets.refresh_token.is_empty();
    let exchange = match saved_as {
        Some(name) if !pasted => keep::refresh_saved(shared, attempt, &name, material).await?,
        _ => {
            let is_first = material.tokens.is_none();
            let mut exchange = exchange(shared, attempt, &material, Stage::Refresh).await?;
            if is_first {
                follow_up::fetch(shared, material, &mut exchange).await;
            }
            exchange
        }
    };
    shared.emit(Event::Called(attempt, Box::new(exchange)));
    Ok(())
}

/// Sends the call of a stage and reads its reply.
pub(crate) async fn exchange(
    shared: &Shared,
    attempt: Attempt,
    material: &Material,
    stage: Stage,
) -> Result<Exchange, Failure> {
    let service = &material.profile.service;
    let template = template(material, stage)?;
    let values = shared.values_for(material, template)?;
    let call = template.render(&values)?;
    shared.emit(Event::Sending(attempt, call.origin()));
    let reply = send(shared, &call).await;
    let reply = match reply {
        Ok(reply) => reply,
        Err(failure) => {
            return Ok(Exchange { call, reply: None, outcome: Err(failure), notes: Vec::new(), choices: Vec::new() });
        }
    };
    let previous = if stage == Stage::Refresh { material.tokens.as_ref() } else { None };
    let separator = service.scopes.answer_separator.as_ref().unwrap_or(&service.scopes.separator);
    let context = ReadContext { stage, scope_separator: separator, previous };
    let answers = reading::of_reply(shared, &reply, template.reading.expressions()).await;
    let outcome = read_token_set(&reply, answers.as_ref(), &template.reading, context, values.secrets())
        .map(|tokens| Box::new(with_kept(tokens, material, template)))
        .map_err(|error| Failure::of_token_call(&error, service));
    let notes = if outcome.is_ok() { reading::notes(&template.reading, answers.as_ref()) } else { Vec::new() };
    let brought = outcome.as_ref().ok().into_iter().flat_map(|tokens| {
        [Some(&tokens.access_token), tokens.refresh_token.as_ref(), tokens.id_token.as_ref()].into_iter().flatten()
    });
    let view = view(&reply, values.secrets().chain(brought));
    Ok(Exchange { reply: Some(view), call, outcome, notes, choices: Vec::new() })
}

fn template(material: &Material, stage: Stage) -> Result<&CallTemplate, Failure> {
    let service = &material.profile.service;
    if stage != Stage::Refresh {
        return Ok(&service.bearer);
    }
    service.refresh.as_ref().ok_or_else(|| {
        let diagnosis = Diagnosis::new(format!("{} has no refresh token endpoint here", service.name));
        Failure::new(FailureKind::Usage, diagnosis.hint("enter its URL on the tab Refresh token, or sign in again"))
    })
}

/// Sends a call.
pub(crate) async fn send(shared: &Shared, call: &Call) -> Result<Reply, Failure> {
    let wire = Wire {
        method: call.method.as_str(),
        url: call.url.to_secret(),
        headers: call.wire_headers(),
        body: call.wire_body(),
    };
    Ok(shared.edges.transport.send(wire, shared.edges.now).await?)
}

/// The tokens with what the redirect brought and the preset keeps, a refresh token's life by the preset where the reply
/// does not tell it, and an access token's life no longer than the preset has it.
fn with_kept(mut tokens: TokenSet, material: &Material, call: &CallTemplate) -> TokenSet {
    for (name, value) in material.kept_extras() {
        tokens.kept.entry(name).or_insert(value);
    }
    let previous = material.tokens.as_ref().and_then(|previous| previous.refresh_token.as_ref());
    let is_new = tokens.refresh_token.is_some() && tokens.refresh_token.as_ref() != previous;
    let pasted = &material.secrets.refresh_token;
    if !is_new && !pasted.is_empty() && call.placeholders().any(|name| name == "refresh_token") {
        // RFC 6749 section 6: without a new one in the reply the one that was sent stays.
        tokens.refresh_token = Some(pasted.clone());
    }
    if let (Some(life), None, true) =
        (material.profile.service.policy.refresh_token_life, tokens.refresh_token_expires_at, is_new)
    {
        let life = std::time::Duration::from_secs(life);
        tokens.refresh_token_expires_at = tokens.obtained_at.checked_add(life).ok();
    }
    if let Some(life) = material.profile.service.policy.longest_life {
        let end = tokens.obtained_at.checked_add(std::time::Duration::from_secs(life)).ok();
        tokens.expires_at = tokens.expires_at.into_iter().chain(end).min();
    }
    tokens
}

/// The reply as it may be shown: what was sent that is secret is masked in it, and what was read from it, under
/// whatever name it stands.
fn view<'a>(reply: &Reply, secrets: impl Iterator<Item = &'a Secret>) -> ReplyView {
    let known: Vec<&Secret> = secrets.filter(|secret| !secret.is_empty()).collect();
    let headers = reply.headers.iter().map(|(name, value)| (name.clone(), masked_header(name, value, &known)));
    ReplyView {
        status: reply.status,
        elapsed: reply.elapsed,
        headers: headers.collect(),
        masked_body: mask_body(&reply.body, &reply.media_type(), known.iter().copied()),
        body: pretty_body(&reply.body),
    }
}

/// A cookie is a secret of the service's session, whatever it is called.
fn masked_header(name: &str, value: &str, known: &[&Secret]) -> String {
    if name == "set-cookie" { crate::secret::MASK.to_owned() } else { mask_text(value, known) }
}
