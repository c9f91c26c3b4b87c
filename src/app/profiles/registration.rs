//! Dynamic client registration (RFC 7591, RFC 7592). A registration is sealed with the secrets of each profile that uses it, and
//! what a reply rotates is saved before anything else is done with it.

use serde_json::{Map, Value as Json};

use crate::app::handle::App;
use crate::app::profiles::contents::{change_contents, saved_secrets};
use crate::app::profiles::registration_refused::{not_changed, not_managed, refused, usage};
use crate::app::profiles::remarks::change;
use crate::app::profiles::{load, plain};
use crate::app::progress::Report;
use crate::app::sign_in::send::{self, Answered};
use crate::app::vault::lease::lease_for;
use crate::app::vault::open;
use crate::app::{CallContext, Failure, FailureKind};
use crate::call::{BodyTemplate, CallTemplate, Method, Parameter, Template};
use crate::diagnosis::Diagnose as _;
use crate::oauth::{ClientRegistration, MetadataDifference, ProfileSecrets, is_same_issuer};
use crate::secret::Secret;
use crate::service::{ClientMethod, ProfileDraft, ProfileName};
use crate::vault::{Contents, Entry, How};

/// What a client of another profile must have asked for as well to serve this one.
const MUST_BE_SAME: [&str; 3] = ["grant_types", "token_endpoint_auth_method", "jwks"];

/// What a client is registered with.
#[derive(Clone, Debug)]
pub struct RegistrationWish {
    /// As the server's metadata names it.
    pub issuer: String,
    /// The registration endpoint.
    pub endpoint: String,
    pub client_name: String,
    pub method: ClientMethod,
    /// What some servers want before they register anybody; empty if there is none.
    pub initial_access_token: Secret,
    /// A signed statement about the program; empty if there is none.
    pub software_statement: Secret,
    /// Whether a client is registered although another profile has one at this issuer.
    pub anew: bool,
}

/// A client that was registered, or that another profile has.
#[derive(Clone, Debug)]
pub struct Registered {
    pub registration: ClientRegistration,
    pub differences: Vec<MetadataDifference>,
    /// The profile that registered it before.
    pub taken_from: Option<ProfileName>,
}

/// What is asked about a client that was registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegistrationTask {
    Read,
    /// With what the profile needs now.
    Update {
        /// The redirect URI that the profile has from then on.
        redirect_uri: Option<String>,
    },
    Delete,
}

impl App {
    /// Registers a client for a profile, or takes up the one that another profile has at the same issuer. It is sealed under the
    /// profile's name before this returns; the profile itself need not exist.
    pub async fn register(
        &self,
        name: &ProfileName,
        draft: ProfileDraft,
        secrets: ProfileSecrets,
        wish: RegistrationWish,
        report: &Report,
    ) -> Result<Registered, Failure> {
        open::open_chosen(self).await?;
        let (app, name, report) = (self.clone(), name.clone(), report.clone());
        self.settle(async move { register(&app, &name, draft, secrets, wish, &report).await }).await
    }

    /// The client that was registered for a profile; `None` if none was.
    pub async fn registration(&self, name: &ProfileName) -> Result<Option<ClientRegistration>, Failure> {
        load(self, name).await?;
        Ok(saved_secrets(self, name).await?.registration.map(|registration| *registration))
    }

    /// The other saved profiles that use the client of this registration.
    pub async fn profiles_of_registration(
        &self,
        name: &ProfileName,
        registration: &ClientRegistration,
    ) -> Result<Vec<ProfileName>, Failure> {
        let mut others = registrations(self).await?;
        others.retain(|(other, known)| other != name && is_same_client(known, registration));
        Ok(others.into_iter().map(|(other, _)| other).collect())
    }

    /// Asks the server about the client of a profile, updates or deletes it (RFC 7592). Returns what the server has now.
    pub async fn manage_registration(
        &self,
        name: &ProfileName,
        task: RegistrationTask,
        report: &Report,
    ) -> Result<Registered, Failure> {
        open::open_chosen(self).await?;
        let (app, name, report) = (self.clone(), name.clone(), report.clone());
        self.settle(async move { manage(&app, &name, task, &report).await }).await
    }
}

fn is_same_client(one: &ClientRegistration, other: &ClientRegistration) -> bool {
    one.client_id == other.client_id && is_same_issuer(&one.issuer, &other.issuer)
}

/// The registrations of all saved profiles that can be read.
async fn registrations(app: &App) -> Result<Vec<(ProfileName, ClientRegistration)>, Failure> {
    let mut found = Vec::new();
    for summary in app.profiles().await? {
        let Ok(secrets) = saved_secrets(app, &summary.name).await else { continue };
        found.extend(secrets.registration.map(|registration| (summary.name, *registration)));
    }
    Ok(found)
}

async fn register(
    app: &App,
    name: &ProfileName,
    draft: ProfileDraft,
    secrets: ProfileSecrets,
    wish: RegistrationWish,
    report: &Report,
) -> Result<Registered, Failure> {
    let mut asked = draft.client_metadata(&wish.client_name, wish.method);
    if wish.method == ClientMethod::PrivateKeyJwt {
        let key = secrets.signing_key.as_ref().and_then(|pair| pair.signing_key()?.public_jwk());
        let key =
            key.ok_or_else(|| usage("a client that signs is registered with its key", "add `--key-file FILE`"))?;
        asked.insert("jwks".into(), serde_json::json!({ "keys": [key] }));
    }
    if matches!(wish.method, ClientMethod::Tls | ClientMethod::SelfSignedTls) {
        let hint = "register it in the service's console, or choose another `--client-auth`";
        return Err(usage("a client that authenticates by a certificate is not registered here", hint));
    }
    if !wish.anew
        && let Some(found) = known(app, name, &wish, &asked).await?
    {
        keep(app, name, &draft, &found.registration).await?;
        return Ok(found);
    }
    let begun = ClientRegistration {
        issuer: wish.issuer.clone(),
        endpoint: wish.endpoint.clone(),
        asked,
        ..Default::default()
    };
    let context = CallContext::new(draft.as_typed(), secrets);
    let answered = create(app, &context, &begun, &wish, report).await?;
    if !answered.reply.is_success() {
        return Err(refused(&answered, &context.profile.service, !wish.initial_access_token.is_empty()));
    }
    let registration = begun.read(&answered.reply);
    let registration = registration.map_err(|error| Failure::new(FailureKind::Refused, error.diagnose()))?;
    keep(app, name, &draft, &registration).await?;
    Ok(Registered { differences: registration.differences(), registration, taken_from: None })
}

/// A client at this issuer that serves as well: the profile's own, or that of another.
async fn known(
    app: &App,
    name: &ProfileName,
    wish: &RegistrationWish,
    asked: &Map<String, Json>,
) -> Result<Option<Registered>, Failure> {
    let now = (app.ports.now)();
    let serves = |known: &ClientRegistration| {
        is_same_issuer(&known.issuer, &wish.issuer)
            && known.covers(asked)
            && MUST_BE_SAME.iter().all(|member| known.asked.get(*member) == asked.get(*member))
            && known.secret_expires_at.is_none_or(|end| end > now)
    };
    let mut all = registrations(app).await?;
    all.retain(|(_, known)| serves(known));
    all.sort_by_key(|(other, _)| other != name);
    Ok(all.into_iter().next().map(|(taken_from, registration)| Registered {
        differences: registration.differences(),
        registration,
        taken_from: Some(taken_from),
    }))
}

/// Seals the registration under the name. Where the profile has no tokens of another client yet, it is this client's now.
async fn keep(
    app: &App,
    name: &ProfileName,
    draft: &ProfileDraft,
    registration: &ClientRegistration,
) -> Result<(), Failure> {
    let sealed = registration.clone();
    let put = move |contents: &mut Contents| {
        let is_in_use = contents.tokens.is_some();
        if !is_in_use {
            contents.secrets.client_secret.clone_from(&sealed.client_secret);
        }
        contents.secrets.registration = Some(Box::new(sealed));
        Some(is_in_use)
    };
    let is_in_use = change_contents(app, name, put).await? == Some(true);
    if !is_in_use || plain(app, name).await?.definition.is_none() {
        let mut draft = draft.clone();
        draft.take_registration(registration);
        app.save_plain(name, draft.as_typed()).await?;
        app.tell_profiles().await;
    }
    Ok(())
}

async fn create(
    app: &App,
    context: &CallContext,
    begun: &ClientRegistration,
    wish: &RegistrationWish,
    report: &Report,
) -> Result<Answered, Failure> {
    let statement = wish.software_statement.expose().trim();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if !statement.bytes().all(is_plain) {
        return Err(usage("the software statement is no JWT", "give the file that you were sent, as it is"));
    }
    let mut body = Json::Object(begun.asked.clone()).to_string();
    let mut text = "<client_metadata>".to_owned();
    if !statement.is_empty() {
        body.pop();
        text.push_str(",\"software_statement\":\"<software_statement>\"}");
    }
    let token = &wish.initial_access_token;
    let template = call(Method::Post, &wish.endpoint, (!token.is_empty()).then_some(token), Some(text));
    let mut values = app.values_for(context, &template)?;
    values.set("client_metadata", body);
    values.set_secret("software_statement", Secret::new(statement));
    values.set_secret("registration_token", token.clone());
    send::ask_with(app, Some(report), context, (&template, None), &values, &[]).await
}

/// A call of a registration endpoint; `<registration_token>` stands for the token.
fn call(method: Method, url: &str, token: Option<&Secret>, body: Option<String>) -> CallTemplate {
    let mut headers = vec![Parameter::new("Accept", "application/json")];
    headers.extend(token.map(|_| Parameter::new("Authorization", "Bearer <registration_token>")));
    let json = |text: String| BodyTemplate::Text { content_type: "application/json".into(), text: Template::new(text) };
    let body = body.map_or(BodyTemplate::None, json);
    CallTemplate { method, url: Template::new(url), headers, body, ..CallTemplate::default() }
}

/// The method and the body of the request, and what is asked for then.
fn asked_of(
    task: &RegistrationTask,
    before: &ClientRegistration,
    draft: &ProfileDraft,
) -> (Method, Option<String>, Map<String, Json>) {
    match task {
        RegistrationTask::Read => (Method::Get, None, before.asked.clone()),
        RegistrationTask::Delete => (Method::Delete, None, before.asked.clone()),
        RegistrationTask::Update { .. } => {
            let method = ClientMethod::ALL.into_iter().find(|method| method.as_str() == before.client_method());
            let name = before.asked.get("client_name").and_then(Json::as_str).unwrap_or_default();
            let mut asked = draft.client_metadata(name, method.unwrap_or(ClientMethod::None));
            if let Some(keys) = before.asked.get("jwks") {
                asked.insert("jwks".into(), keys.clone());
            }
            (Method::Put, Some(Json::Object(before.update(&asked)).to_string()), asked)
        }
    }
}

async fn manage(app: &App, name: &ProfileName, task: RegistrationTask, report: &Report) -> Result<Registered, Failure> {
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
    let (method, body, asked) = asked_of(&task, &before, &draft);
    let text = body.is_some().then(|| "<client_metadata>".to_owned());
    let template = call(method, &before.management_url, Some(&before.access_token), text);
    let context = CallContext::new(profile, secrets);
    let mut values = app.values_for(&context, &template)?;
    values.set("client_metadata", body.unwrap_or_default());
    values.set_secret("registration_token", before.access_token.clone());
    let answered = send::ask_with(app, Some(report), &context, (&template, None), &values, &[]).await?;
    if !answered.reply.is_success() {
        return Err(not_changed(&answered, &context.profile.service, name));
    }
    if method == Method::Delete {
        replace(app, &entry, None).await?;
        return Ok(Registered { differences: Vec::new(), registration: *before, taken_from: None });
    }
    let read = ClientRegistration { asked, ..(*before).clone() }.read(&answered.reply);
    let after = read.map_err(|error| Failure::new(FailureKind::Refused, error.diagnose()))?;
    if after != *before {
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
    Ok(Registered { differences: after.differences(), registration: after, taken_from: None })
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
