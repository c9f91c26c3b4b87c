//! The management of a registered client (RFC 7592). What a reply rotates is saved before anything else is done with it.

use serde_json::{Map, Value as Json};

use crate::app::handle::App;
use crate::app::profiles::contents::change_contents;
use crate::app::profiles::load;
use crate::app::profiles::registration::{Registered, RegistrationTask, SUBJECT, call, proof_of};
use crate::app::profiles::registration_refused::{is_refused_token, not_changed, not_managed, usage};
use crate::app::profiles::remarks::change;
use crate::app::progress::Report;
use crate::app::sign_in::send::{self, Answered};
use crate::app::vault::lease::lease_for;
use crate::app::{CallContext, Failure, FailureKind};
use crate::call::Method;
use crate::diagnosis::Diagnose as _;
use crate::oauth::{ClientRegistration, ProfileSecrets};
use crate::service::{ClientMethod, ProfileDraft, ProfileName};
use crate::vault::{Contents, Entry, How};

/// The method and the body of the request, and what is asked for then.
fn asked_of(
    task: &RegistrationTask,
    before: &ClientRegistration,
    (draft, secrets): (&ProfileDraft, &ProfileSecrets),
) -> (Method, Option<String>, Map<String, Json>) {
    match task {
        RegistrationTask::Read => (Method::Get, None, before.asked.clone()),
        RegistrationTask::Delete => (Method::Delete, None, before.asked.clone()),
        RegistrationTask::Update { .. } => {
            let method = ClientMethod::ALL.into_iter().find(|method| method.as_str() == before.client_method());
            let name = before.asked.get("client_name").and_then(Json::as_str).unwrap_or_default();
            let method = method.unwrap_or(ClientMethod::None);
            let mut asked = draft.client_metadata(name, method);
            for member in ["jwks", SUBJECT] {
                asked.extend(before.asked.get(member).map(|value| (member.to_owned(), value.clone())));
            }
            // Another key or certificate may be there by now.
            asked.extend(proof_of(secrets, method).unwrap_or_default());
            (Method::Put, Some(Json::Object(before.update(&asked)).to_string()), asked)
        }
    }
}

pub(super) async fn manage(
    app: &App,
    name: &ProfileName,
    task: RegistrationTask,
    report: &Report,
) -> Result<Registered, Failure> {
    let profile = load(app, name).await?;
    // Held to the end: two updates at once would each end the token of the other.
    let entry = lease_for(app, report, name).await?;
    let record = app.with_entry(&entry, Entry::get).await?;
    let secrets = record.map(|record| record.contents.secrets).unwrap_or_default();
    let Some(before) = secrets.registration.clone() else {
        let summary = format!("the client of `{name}` was not registered by this program");
        return Err(usage(
            &summary,
            "`tokenwright sign-in … --issuer URL --register` registers one, where the server can do that",
        ));
    };
    if !before.is_managed() {
        return Err(not_managed(&before));
    }
    let moved = match &task {
        RegistrationTask::Update { redirect_uri } => redirect_uri.clone(),
        _ => None,
    };
    let mut draft = ProfileDraft::from(&profile);
    draft.redirect_uri = moved.clone().unwrap_or(draft.redirect_uri);
    let (method, body, asked) = asked_of(&task, &before, (&draft, &secrets));
    let context = CallContext::new(profile, secrets).named(Some(name));
    let (answered, noted) = ask(app, &entry, (name, &context, &before), (method, body), report).await?;
    if method == Method::Delete {
        replace(app, &entry, None).await?;
        return Ok(Registered { differences: Vec::new(), registration: *before, taken_from: None, name: name.clone() });
    }
    let read = ClientRegistration { asked, ..(*before).clone() }.read(&answered.reply);
    let after = read.map_err(|error| Failure::new(FailureKind::Refused, error.diagnose()))?;
    if after != noted {
        replace(app, &entry, Some(after.clone())).await?;
    }
    drop(entry);
    if after != *before {
        tell_others(app, name, &after).await?;
    }
    if let Some(uri) = moved {
        change(app, name, move |profile| profile.redirect_uri = uri).await?;
        app.tell_profiles().await;
    }
    Ok(Registered { differences: after.differences(), registration: after, taken_from: None, name: name.clone() })
}

/// Sends the request. A change is noted before: should the reply be lost, a later refusal of the token is explained by it. Returns
/// the reply, and what is sealed by then.
async fn ask(
    app: &App,
    entry: &Entry,
    (name, context, before): (&ProfileName, &CallContext, &ClientRegistration),
    (method, body): (Method, Option<String>),
    report: &Report,
) -> Result<(Answered, ClientRegistration), Failure> {
    let text = body.is_some().then(|| "<client_metadata>".to_owned());
    let template = call(method, &before.management_url, Some(&before.access_token), text);
    let mut values = app.values_for(context, &template)?;
    values.set("client_metadata", body.unwrap_or_default());
    values.set_secret("registration_token", before.access_token.clone());
    let noted = ClientRegistration { is_changing: before.is_changing || method == Method::Put, ..before.clone() };
    if noted != *before {
        replace(app, entry, Some(noted.clone())).await?;
    }
    let answered = send::ask_with(app, Some(report), context, (&template, None), &values, &[]).await?;
    if answered.reply.is_success() {
        return Ok((answered, noted));
    }
    // A refusal of the token says nothing of a change before it; any other is one of this change, by a token that is good.
    let is_changing = match answered.reply.status {
        400..500 => before.is_changing && is_refused_token(answered.reply.status),
        _ => noted.is_changing,
    };
    if is_changing != noted.is_changing {
        replace(app, entry, Some(ClientRegistration { is_changing, ..noted })).await?;
    }
    Err(not_changed(&answered, &context.profile.service, (name, before.is_changing)))
}

/// Deletes a client whose profile is about to be erased.
pub(super) async fn delete_at_server(
    app: &App,
    context: CallContext,
    name: &ProfileName,
    report: &Report,
) -> Result<(), Failure> {
    let Some(known) = context.secrets.registration.clone() else { return Ok(()) };
    if !known.is_managed() {
        return Err(not_managed(&known));
    }
    let template = call(Method::Delete, &known.management_url, Some(&known.access_token), None);
    let mut values = app.values_for(&context, &template)?;
    values.set_secret("registration_token", known.access_token.clone());
    let answered = send::ask_with(app, Some(report), &context, (&template, None), &values, &[]).await?;
    if answered.reply.is_success() {
        return Ok(());
    }
    Err(not_changed(&answered, &context.profile.service, (name, known.is_changing)))
}

/// Seals what the server has now. A secret that it replaced is the one that requests are made with.
async fn replace(app: &App, entry: &Entry, after: Option<ClientRegistration>) -> Result<(), Failure> {
    let put = move |entry: &Entry| {
        let last = entry.get()?;
        let number = last.as_ref().map(|record| record.number);
        let mut contents = last.map(|record| record.contents).unwrap_or_default();
        put_registration(&mut contents, after);
        entry.put(number, &contents, How::Saved).map(|_| ())
    };
    app.with_entry(entry, put).await?;
    Ok(())
}

fn put_registration(contents: &mut Contents, after: Option<ClientRegistration>) {
    let secrets = &mut contents.secrets;
    let before = secrets.registration.as_ref().map(|before| &before.client_secret);
    if let Some(after) = &after
        && before == Some(&secrets.client_secret)
    {
        secrets.client_secret.clone_from(&after.client_secret);
    }
    secrets.registration = after.map(Box::new);
}

/// The other profiles of the same client have the same secret and token.
async fn tell_others(app: &App, name: &ProfileName, after: &ClientRegistration) -> Result<(), Failure> {
    for other in app.profiles_of_registration(name, after).await? {
        let after = after.clone();
        change_contents(app, &other, move |contents| {
            put_registration(contents, Some(after));
            Some(())
        })
        .await?;
    }
    Ok(())
}
