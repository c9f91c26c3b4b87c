//! Requests that follow the token request: exchanges for a longer-lived token, and requests for values that later calls
//! need. Neither can undo the token request: what fails here becomes a note beside the tokens.

use serde_json::Value as Json;

use crate::app::call_log::CallAbout;
use crate::app::handle::App;
use crate::app::progress::Report;
use crate::app::sign_in::deliver::record;
use crate::app::sign_in::proof::{Delivered, deliver_proved};
use crate::app::sign_in::send::{self, Answered};
use crate::app::sign_in::try_reading;
use crate::app::{CallContext, Choosing, Exchange, Failure, Fetched};
use crate::call::{Answers, CallTemplate};
use crate::diagnosis::Diagnosis;
use crate::oauth::{ReadContext, Stage, TokenSet, plain_line, read_token_set};
use crate::service::{Fetch, Service};

/// Sends the follow-up requests of the preset and updates the tokens in the exchange.
pub(crate) async fn run(app: &App, mut context: CallContext, exchange: &mut Exchange) {
    let Ok(tokens) = &exchange.outcome else { return };
    context.tokens = Some((**tokens).clone());
    for call in context.profile.service.chain.clone() {
        match exchanged(app, &context, &call).await {
            Ok(tokens) => context.tokens = Some(tokens),
            Err(failure) => exchange.notes.push(note("the exchange for a longer-lived token", failure)),
        }
    }
    if let Some(tokens) = context.tokens.clone() {
        exchange.outcome = Ok(Box::new(tokens));
    }
    fetch(app, context, exchange).await;
}

/// Whether the service has follow-up requests.
pub(crate) fn follows(service: &Service) -> bool {
    !service.chain.is_empty() || !service.fetch.is_empty()
}

/// Fetches values that later calls need and updates the tokens in the exchange.
pub(crate) async fn fetch(app: &App, mut context: CallContext, exchange: &mut Exchange) {
    let Ok(tokens) = &exchange.outcome else { return };
    context.tokens = Some((**tokens).clone());
    for fetch in context.profile.service.fetch.clone() {
        match fetched(app, None, &context, &fetch).await {
            Err(failure) => exchange.notes.push(note(&format!("fetching {}", fetch.label), failure)),
            Ok(mut options) => {
                options.retain(|option| is_wanted(&context, option));
                match (options.len(), &mut context.tokens) {
                    (0, _) => exchange.notes.push(nothing_found(&fetch)),
                    (1, Some(tokens)) => tokens.retained.extend(options.remove(0).retain),
                    _ => exchange.choices.push(Choosing { label: fetch.label, options }),
                }
            }
        }
    }
    if let Some(tokens) = context.tokens {
        exchange.outcome = Ok(Box::new(tokens));
    }
}

/// Exchanges the token for a longer-lived one.
pub(crate) async fn exchanged(app: &App, context: &CallContext, call: &CallTemplate) -> Result<TokenSet, Failure> {
    let service = &context.profile.service;
    let values = app.values_for(context, call)?;
    let (rendered, proof) = (context.bound(call).render(&values)?, context.proof_for(call));
    let Delivered { call: call_sent, at, outcome } =
        deliver_proved(app, context, (rendered, call, &values), proof).await?;
    let about = || CallAbout::of(context, call);
    let reply = outcome.inspect_err(|error| record(app, about(), (&call_sent, at), Err(error), values.secrets()))?;
    let separator = service.scopes.in_answers();
    let previous = context.tokens.as_ref();
    let reading = ReadContext { stage: Stage::TokenRequest, scope_separator: separator, previous, origin: None };
    let answers = try_reading::of_reply(app, (&reply, call.reading.format), call.reading.expressions()).await;
    let read = read_token_set(&reply, answers.as_ref(), &call.reading, reading, values.secrets());
    let brought = read.iter().flat_map(TokenSet::secrets);
    record(app, about(), (&call_sent, at), Ok(&reply), values.secrets().chain(brought));
    read.map_err(|error| Failure::of_token_call(&error, service))
}

/// Fetches the values to choose from.
pub(crate) async fn fetched(
    app: &App,
    report: Option<&Report>,
    context: &CallContext,
    fetch: &Fetch,
) -> Result<Vec<Fetched>, Failure> {
    let Answered { reply, answers, refusal } = send::ask(app, report, context, &fetch.call, &[&fetch.list]).await?;
    let Some(answers) = answers.as_ref().filter(|_| reply.is_success()) else {
        let summary = if refusal.has_reason() {
            format!("the service refused{}", refusal.text())
        } else {
            format!("the service answered {} without a list", reply.status)
        };
        return Err(Failure::new(crate::app::FailureKind::Refused, Diagnosis::new(summary)));
    };
    let mut options = Vec::new();
    for item in items(fetch, answers) {
        let places = fetch.retain.iter().map(|(_, place)| place).chain([&fetch.item_label]);
        options.extend(option(fetch, &try_reading::of_document(app, item, places).await));
    }
    Ok(options)
}

/// The items of the list, or the single value in its place.
fn items(fetch: &Fetch, answers: &Answers) -> Vec<Json> {
    match answers.find(&fetch.list) {
        Some(Json::Array(items)) => items.clone(),
        Some(item) => vec![item.clone()],
        None => Vec::new(),
    }
}

/// The item as an option, if it has all the values to retain.
fn option(fetch: &Fetch, item: &Answers) -> Option<Fetched> {
    let text = |place| item.first_text(std::slice::from_ref(place));
    let retain: Option<Vec<(String, String)>> =
        fetch.retain.iter().map(|(name, place)| Some((name.clone(), plain_line(&text(place)?)))).collect();
    let retain = retain?;
    let label = text(&fetch.item_label).or_else(|| retain.first().map(|(_, value)| value.clone()));
    Some(Fetched { label: label.unwrap_or_default(), retain })
}

/// Whether it agrees with the inputs that the person has entered.
pub(in crate::app::sign_in) fn is_wanted(context: &CallContext, option: &Fetched) -> bool {
    let named = |name: &str| context.profile.inputs.get(name).filter(|value| !value.is_empty());
    option.retain.iter().all(|(name, value)| named(name).is_none_or(|wanted| wanted == value))
}

fn note(what: &str, failure: Failure) -> Diagnosis {
    Diagnosis { summary: format!("{what} failed: {}", failure.diagnosis.summary), ..failure.diagnosis }
}

fn nothing_found(fetch: &Fetch) -> Diagnosis {
    Diagnosis::new(format!("{}: the service returned none", fetch.label))
        .hint("check in the service itself whether this account has one")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Expression;

    fn options(fetch: &Fetch, json: Json) -> Vec<Fetched> {
        let items = items(fetch, &Answers::new(json));
        items.into_iter().filter_map(|item| option(fetch, &Answers::new(item))).collect()
    }

    #[test]
    fn each_item_that_has_the_values_is_an_option() {
        let fetch = Fetch {
            list: Expression::new("data"),
            item_label: Expression::new("name"),
            retain: vec![("tenant".into(), Expression::new("id"))],
            ..Fetch::default()
        };
        let json = serde_json::json!({"data": [{"id": 7, "name": "Acme"}, {"name": "no id"}, {"id": "b"}]});
        let expected = [("Acme", "7"), ("b", "b")]
            .map(|(label, id)| Fetched { label: label.into(), retain: vec![("tenant".into(), id.into())] });
        assert_eq!(options(&fetch, json), expected);
    }

    #[test]
    fn a_reply_that_is_one_thing_is_one_option() {
        let fetch = Fetch { retain: vec![("dc".into(), Expression::new("dc"))], ..Fetch::default() };
        let options = options(&fetch, serde_json::json!({"dc": "us6"}));
        assert_eq!(options, [Fetched { label: "us6".into(), retain: vec![("dc".into(), "us6".into())] }]);
    }
}
