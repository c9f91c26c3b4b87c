//! Dynamic client registration (RFC 7591). A registration is sealed with the secrets of each profile that uses it, and
//! what a reply rotates is saved before anything else is done with it.

use serde_json::{Map, Value as Json};

use crate::app::handle::App;
use crate::app::profiles::contents::{change_contents, saved_secrets};
use crate::app::profiles::drafts::free_names;
use crate::app::profiles::registration_management::manage;
use crate::app::profiles::registration_refused::{refused, usage};
use crate::app::profiles::{load, plain};
use crate::app::progress::Report;
use crate::app::sign_in::send::{self, Answered};
use crate::app::vault::open;
use crate::app::{CallContext, Failure, FailureKind};
use crate::call::{BodyTemplate, CallTemplate, Method, Parameter, Template};
use crate::diagnosis::Diagnose as _;
use crate::oauth::{ClientRegistration, KeyPair, MetadataDifference, ProfileSecrets, is_same_issuer};
use crate::secret::Secret;
use crate::service::{ClientMethod, ProfileDraft, ProfileName};
use crate::vault::Contents;

/// What a client of another profile must have asked for as well to serve this one.
const MUST_BE_SAME: [&str; 4] = ["grant_types", "token_endpoint_auth_method", "jwks", SUBJECT];
/// The subject of the certificate of a client (RFC 8705 section 2.1.2).
pub(super) const SUBJECT: &str = "tls_client_auth_subject_dn";

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
    /// The profile that it is sealed with.
    pub name: ProfileName,
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
    /// profile's name before this returns; the profile itself need not exist. Without a name, a free one is taken, and the
    /// profile is saved under it as one that has not signed in yet.
    pub async fn register(
        &self,
        name: Option<ProfileName>,
        draft: ProfileDraft,
        secrets: ProfileSecrets,
        wish: RegistrationWish,
        report: &Report,
    ) -> Result<Registered, Failure> {
        open::open_chosen(self).await?;
        let (app, report) = (self.clone(), report.clone());
        self.settle(async move { register(&app, name, draft, secrets, wish, &report).await }).await
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

pub(super) fn is_same_client(one: &ClientRegistration, other: &ClientRegistration) -> bool {
    one.client_id == other.client_id && is_same_issuer(&one.issuer, &other.issuer)
}

/// The registrations of all saved profiles that can be read.
pub(super) async fn registrations(app: &App) -> Result<Vec<(ProfileName, ClientRegistration)>, Failure> {
    let mut found = Vec::new();
    for summary in app.profiles().await? {
        let Ok(secrets) = saved_secrets(app, &summary.name).await else { continue };
        found.extend(secrets.registration.map(|registration| (summary.name, *registration)));
    }
    Ok(found)
}

async fn register(
    app: &App,
    name: Option<ProfileName>,
    draft: ProfileDraft,
    secrets: ProfileSecrets,
    wish: RegistrationWish,
    report: &Report,
) -> Result<Registered, Failure> {
    let mut asked = draft.client_metadata(&wish.client_name, wish.method);
    asked.extend(proof_of(&secrets, wish.method)?);
    if !wish.anew
        && let Some((taken_from, registration)) = known(app, name.as_ref(), &wish, &asked).await?
    {
        let name = keep(app, name, (&draft, &secrets), &registration).await?;
        let differences = registration.differences();
        return Ok(Registered { differences, registration, taken_from: Some(taken_from), name });
    }
    let begun = ClientRegistration {
        issuer: wish.issuer.clone(),
        endpoint: wish.endpoint.clone(),
        asked,
        ..Default::default()
    };
    let context = CallContext::new(draft.as_typed(), secrets.clone());
    let answered = create(app, &context, &begun, &wish, report).await?;
    if !answered.reply.is_success() {
        return Err(refused(&answered, &context.profile.service, !wish.initial_access_token.is_empty()));
    }
    let registration = begun.read(&answered.reply);
    let registration = registration.map_err(|error| Failure::new(FailureKind::Refused, error.diagnose()))?;
    let name = keep(app, name, (&draft, &secrets), &registration).await?;
    Ok(Registered { differences: registration.differences(), registration, taken_from: None, name })
}

/// By what a client proves itself that has no secret.
pub(super) fn proof_of(secrets: &ProfileSecrets, method: ClientMethod) -> Result<Map<String, Json>, Failure> {
    let keys = |key: Json| ("jwks", serde_json::json!({ "keys": [key] }));
    let certificate = secrets.client_certificate.as_ref();
    let proof = match method {
        ClientMethod::PrivateKeyJwt => {
            let key = secrets.signing_key.as_ref().and_then(|pair| pair.signing_key()?.public_jwk());
            keys(key.ok_or_else(|| {
                let hint = "read a private key or make one; `tokenwright sign-in … --key-file FILE` reads it";
                usage("a client that signs is registered with its key", hint)
            })?)
        }
        // RFC 8705 section 2.2.2.
        ClientMethod::SelfSignedTls => keys(certificate.and_then(KeyPair::certificate_jwk).ok_or_else(no_certificate)?),
        // RFC 8705 section 2.1.2.
        ClientMethod::Tls => {
            let name = certificate.and_then(|pair| pair.certificate()?.distinguished_name());
            (SUBJECT, name.ok_or_else(no_certificate)?.into())
        }
        ClientMethod::SecretBasic | ClientMethod::SecretPost | ClientMethod::SecretJwt | ClientMethod::None => {
            return Ok(Map::new());
        }
    };
    Ok(Map::from_iter([(proof.0.to_owned(), proof.1)]))
}

fn no_certificate() -> Failure {
    let hint = "open a certificate or make one; `tokenwright sign-in … --client-certificate FILE` reads it";
    usage("a client that authenticates by a certificate is registered with it", hint)
}

/// A client at this issuer that serves as well: the profile's own, or that of another.
async fn known(
    app: &App,
    name: Option<&ProfileName>,
    wish: &RegistrationWish,
    asked: &Map<String, Json>,
) -> Result<Option<(ProfileName, ClientRegistration)>, Failure> {
    let now = (app.ports.now)();
    let serves = |known: &ClientRegistration| {
        is_same_issuer(&known.issuer, &wish.issuer)
            && known.covers(asked)
            && MUST_BE_SAME.iter().all(|member| known.asked.get(*member) == asked.get(*member))
            && known.secret_expires_at.is_none_or(|end| end > now)
    };
    let mut all = registrations(app).await?;
    all.retain(|(_, known)| serves(known));
    all.sort_by_key(|(other, _)| Some(other) != name);
    Ok(all.into_iter().next())
}

/// Seals the registration under the name, or under a free one, which is returned. Where the profile has no tokens of another
/// client yet, it is this client's now.
async fn keep(
    app: &App,
    name: Option<ProfileName>,
    (draft, secrets): (&ProfileDraft, &ProfileSecrets),
    registration: &ClientRegistration,
) -> Result<ProfileName, Failure> {
    let Some(name) = name else { return keep_anew(app, (draft, secrets), registration).await };
    let sealed = Sealed::of(secrets, registration);
    let put = move |contents: &mut Contents| {
        let is_in_use = contents.tokens.is_some();
        sealed.put(contents, is_in_use);
        Some(is_in_use)
    };
    let is_in_use = change_contents(app, &name, put).await? == Some(true);
    if !is_in_use || plain(app, &name).await?.definition.is_none() {
        save_unused(app, &name, draft, registration).await?;
    }
    Ok(name)
}

/// The same for a profile without a name.
async fn keep_anew(
    app: &App,
    (draft, secrets): (&ProfileDraft, &ProfileSecrets),
    registration: &ClientRegistration,
) -> Result<ProfileName, Failure> {
    let context = CallContext::new(draft.as_typed(), ProfileSecrets::default());
    for name in free_names(&context) {
        if app.load_profile_text(&name).await?.is_some() {
            continue;
        }
        let sealed = Sealed::of(secrets, registration);
        let put = move |contents: &mut Contents| {
            // A key may have been saved before its profile.
            let is_free = *contents == Contents::default();
            sealed.put(contents, false);
            is_free.then_some(())
        };
        if change_contents(app, &name, put).await?.is_some() {
            save_unused(app, &name, draft, registration).await?;
            return Ok(name);
        }
    }
    Err(usage("there is no free name for the profile", "forget some of those that are there"))
}

/// What a registration leaves in the vault: the client, and by what it proves itself, which is nowhere else yet.
struct Sealed {
    registration: ClientRegistration,
    signing_key: Option<KeyPair>,
    client_certificate: Option<KeyPair>,
}

impl Sealed {
    fn of(secrets: &ProfileSecrets, registration: &ClientRegistration) -> Self {
        let ProfileSecrets { signing_key, client_certificate, .. } = secrets.clone();
        Self { registration: registration.clone(), signing_key, client_certificate }
    }

    /// A profile in use keeps what its tokens belong to.
    fn put(self, contents: &mut Contents, is_in_use: bool) {
        let secrets = &mut contents.secrets;
        if !is_in_use {
            secrets.client_secret.clone_from(&self.registration.client_secret);
            secrets.signing_key = self.signing_key.or(secrets.signing_key.take());
            secrets.client_certificate = self.client_certificate.or(secrets.client_certificate.take());
        }
        secrets.registration = Some(Box::new(self.registration));
    }
}

/// Saves the profile of a client that has no tokens yet.
async fn save_unused(
    app: &App,
    name: &ProfileName,
    draft: &ProfileDraft,
    registration: &ClientRegistration,
) -> Result<(), Failure> {
    let mut draft = draft.clone();
    draft.take_registration(registration);
    app.save_plain(name, draft.as_typed()).await?;
    app.tell_profiles().await;
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
pub(super) fn call(method: Method, url: &str, token: Option<&Secret>, body: Option<String>) -> CallTemplate {
    let mut headers = vec![Parameter::new("Accept", "application/json")];
    headers.extend(token.map(|_| Parameter::new("Authorization", "Bearer <registration_token>")));
    let json = |text: String| BodyTemplate::Text { content_type: "application/json".into(), text: Template::new(text) };
    let body = body.map_or(BodyTemplate::None, json);
    CallTemplate { method, url: Template::new(url), headers, body, ..CallTemplate::default() }
}
