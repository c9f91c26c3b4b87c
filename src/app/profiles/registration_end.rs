//! What becomes of a registered client when its profile goes.

use crate::app::handle::App;
use crate::app::profiles::contents::saved_secrets;
use crate::app::profiles::load;
use crate::app::profiles::registration::RegistrationTask;
use crate::app::profiles::registration_management::delete_at_server;
use crate::app::profiles::registration_refused::usage;
use crate::app::progress::Report;
use crate::app::{CallContext, Failure};
use crate::diagnosis::Diagnosis;
use crate::oauth::ClientRegistration;
use crate::service::{Profile, ProfileName};
use crate::store::Forgotten;

/// What became of the client of a profile that was erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientEnd {
    pub client_id: String,
    pub issuer: String,
    pub fate: ClientFate,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientFate {
    /// It is deleted at the server.
    Deleted,
    /// It stays, since these profiles use it as well.
    Used(Vec<ProfileName>),
    /// It stays, and nobody here can delete it any more.
    Left(Diagnosis),
}

impl ClientEnd {
    /// What a person has to do by hand, if anything.
    pub fn trouble(&self) -> Option<Diagnosis> {
        let ClientFate::Left(why) = &self.fate else { return None };
        let words = format!("the client `{}` was not deleted at {}: {}", self.client_id, self.issuer, why.summary);
        Some(Diagnosis::new(words).hint("delete it in the service's console"))
    }
}

impl App {
    /// Deletes the client of a profile at the server, unless other profiles use it. The profile stays.
    pub async fn delete_registration(
        &self,
        name: &ProfileName,
        report: &Report,
    ) -> Result<ClientRegistration, Failure> {
        if let Some(registration) = self.registration(name).await? {
            let users = self.profiles_of_registration(name, &registration).await?;
            if !users.is_empty() {
                let names: Vec<String> = users.iter().map(|user| format!("`{user}`")).collect();
                let verb = if users.len() == 1 { "uses" } else { "use" };
                let summary = format!("the client of `{name}` was not deleted: {} {verb} it as well", names.join(", "));
                return Err(usage(&summary, "erase them first; `tokenwright forget NAME --now` does that"));
            }
        }
        Ok(self.manage_registration(name, RegistrationTask::Delete, report).await?.registration)
    }

    /// Deletes the clients of what is about to be erased under a name: of the saved profile, and of those that were forgotten.
    pub(in crate::app) async fn end_clients(&self, name: &ProfileName, report: &Report) -> Vec<ClientEnd> {
        let mut going: Vec<CallContext> = Vec::new();
        if let (Ok(profile), Ok(secrets)) = (load(self, name).await, saved_secrets(self, name).await) {
            going.push(CallContext::new(profile, secrets));
        }
        going.extend(self.forgotten_contexts(name).await);
        let mut ends: Vec<ClientEnd> = Vec::new();
        for context in going {
            let Some(registration) = context.secrets.registration.as_deref().cloned() else { continue };
            let ClientRegistration { client_id, issuer, .. } = &registration;
            // It was forgotten and registered once more under the same name, or brought back.
            if ends.iter().any(|end| end.client_id == *client_id && end.issuer == *issuer) {
                continue;
            }
            let fate = match self.profiles_of_registration(name, &registration).await {
                Ok(users) if !users.is_empty() => ClientFate::Used(users),
                Ok(_) => match delete_at_server(self, context, name, report).await {
                    Ok(()) => ClientFate::Deleted,
                    Err(failure) => ClientFate::Left(failure.diagnosis),
                },
                Err(failure) => ClientFate::Left(failure.diagnosis),
            };
            ends.push(ClientEnd { client_id: client_id.clone(), issuer: issuer.clone(), fate });
        }
        ends
    }

    /// What was forgotten under a name and can still be read, the latest first.
    async fn forgotten_contexts(&self, name: &ProfileName) -> Vec<CallContext> {
        let mut found = Vec::new();
        for shared in [false, true] {
            let forgotten = self.with_store(move |store| store.forgotten(shared)).await.unwrap_or_default();
            for one in forgotten.into_iter().filter(|one| one.name == name.as_str()) {
                found.extend(self.forgotten_context(name, one, shared).await);
            }
        }
        found
    }

    /// What requests of a forgotten profile are made from; `None` if it cannot be read.
    pub(super) async fn forgotten_context(
        &self,
        name: &ProfileName,
        forgotten: Forgotten,
        shared: bool,
    ) -> Option<CallContext> {
        let Forgotten { number, definition, .. } = forgotten;
        let (catalog, _) = self.catalog().await.ok()?;
        let profile = Profile::from_toml(name, &definition.unwrap_or_default(), &catalog).ok()?;
        let asked = name.clone();
        let contents = self.with_vault(move |vault| vault.forgotten(&asked, number, shared)).await.ok()??;
        Some(CallContext::new(profile, contents.secrets).named(Some(name)))
    }
}
