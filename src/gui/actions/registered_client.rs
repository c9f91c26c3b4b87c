//! What a person wants of a client that registers itself (RFC 7591, RFC 7592).

use crate::app::{App, Failure, RegistrationTask, RegistrationWish, Report};
use crate::gui::drafts::{Focus, Typed};
use crate::gui::intent::ClientWish;
use crate::gui::model::ClientDone;
use crate::gui::texts::common;
use crate::gui::window::Window;
use crate::oauth::{ClientRegistration, KeyPair};
use crate::secret::Secret;
use crate::service::{ClientAuthentication, ClientMethod, ProfileName};

impl Window {
    pub(in crate::gui) fn fulfil_client(&mut self, wish: ClientWish) {
        self.draft.questions.delete_client = None;
        match wish {
            ClientWish::Register { anew } => self.register_client(anew),
            ClientWish::Read => self.manage_client(RegistrationTask::Read),
            ClientWish::Update => {
                let uri = self.draft.profile.as_ref().filter(|profile| profile.client_flow);
                let redirect_uri = uri.map(|profile| profile.redirect_uri.clone());
                self.manage_client(RegistrationTask::Update { redirect_uri });
            }
            ClientWish::Delete => {
                let Some(name) = self.model.open.saved_as.clone() else { return };
                self.start_client(|app, report| async move {
                    app.delete_registration(&name, &report).await.map(|_| ClientDone::Deleted)
                });
            }
        }
    }

    /// A profile without a name gets a free one, and is saved before the browser opens.
    fn register_client(&mut self, anew: bool) {
        let Some(mut draft) = self.draft.profile.clone() else { return };
        let step = &self.draft.authorization_step;
        let secrets = self.draft.secrets.clone();
        let certificate = secrets.client_certificate.as_ref().and_then(KeyPair::certificate);
        let method = match (draft.client_authentication(), certificate) {
            (Some(ClientAuthentication::Certificate), Some(own)) if own.is_self_issued() => ClientMethod::SelfSignedTls,
            (Some(ClientAuthentication::Certificate), _) => ClientMethod::Tls,
            _ => draft.method_to_register(&step.offered.client_methods, secrets.signing_key.is_some()),
        };
        draft.choose_client_method(method);
        let wish = RegistrationWish {
            issuer: step.offered.issuer.clone(),
            endpoint: step.offered.registration_url.clone(),
            // The service may show it on its pages.
            client_name: common::PRODUCT.to_owned(),
            method,
            initial_access_token: Secret::new(step.initial_access_token.expose().trim()),
            software_statement: Secret::default(),
            anew,
        };
        // A key may be saved under a name that was typed for it.
        let typed = ProfileName::parse(&self.draft.tokens_step.name).ok();
        let typed = typed.filter(|name| self.model.profiles.iter().all(|listed| listed.name != *name));
        let name = self.model.open.saved_as.clone().or(typed);
        self.draft.changes.sent = self.draft.typed();
        self.start_client(|app, report| async move {
            let registered = app.register(name, draft, secrets, wish, &report).await?;
            Ok(ClientDone::Registered(Box::new(registered)))
        });
    }

    fn manage_client(&mut self, task: RegistrationTask) {
        let Some(name) = self.model.open.saved_as.clone() else { return };
        let uri = self.draft.profile.as_ref().map(|profile| profile.redirect_uri.clone()).unwrap_or_default();
        self.start_client(|app, report| async move {
            let known = app.manage_registration(&name, task, &report).await?;
            Ok(ClientDone::Known(Box::new(known), uri))
        });
    }

    fn start_client<F>(&mut self, work: impl FnOnce(App, Report) -> F)
    where
        F: Future<Output = Result<ClientDone, Failure>> + Send + 'static,
    {
        self.model.open.registration.start(self.tasks.start(work));
    }

    /// Takes in what came of it. What was saved with it is no change of the person's.
    pub(in crate::gui) fn take_registered_client(&mut self) {
        if !self.poll(|model| &mut model.open.registration) {
            return;
        }
        self.model.lease_busy = None;
        match self.model.open.registration.last().cloned() {
            Some(ClientDone::Registered(done)) => {
                self.draft.changes.baseline = self.draft.changes.sent.take();
                self.change_typed(|typed| take_client(typed, &done.registration));
                self.draft.authorization_step.initial_access_token = Secret::default();
                self.draft.tokens_step.name = done.name.to_string();
                self.model.open.saved_as = Some(done.name);
            }
            Some(ClientDone::Known(done, uri)) => {
                if let Some((profile, _)) = self.draft.changes.baseline.as_deref_mut() {
                    profile.redirect_uri = uri;
                }
                self.change_typed(|(_, secrets)| {
                    let before = secrets.registration.as_ref().map(|before| &before.client_secret);
                    if before == Some(&secrets.client_secret) {
                        secrets.client_secret.clone_from(&done.registration.client_secret);
                    }
                    secrets.registration = Some(Box::new(done.registration.clone()));
                });
            }
            Some(ClientDone::Deleted) => self.change_typed(|(_, secrets)| secrets.registration = None),
            // The field for a token stands where the failure is told.
            None => self.draft.next_view.focus = Some(Focus::Missing),
        }
    }

    /// Changes what is typed and what is saved alike.
    fn change_typed(&mut self, change: impl Fn(&mut Typed)) {
        if let Some(baseline) = &mut self.draft.changes.baseline {
            change(baseline);
        }
        if let Some(profile) = self.draft.profile.take() {
            let mut typed = (profile, std::mem::take(&mut self.draft.secrets));
            change(&mut typed);
            (self.draft.profile, self.draft.secrets) = (Some(typed.0), typed.1);
        }
    }
}

fn take_client((profile, secrets): &mut Typed, registration: &ClientRegistration) {
    profile.take_registration(registration);
    secrets.client_secret.clone_from(&registration.client_secret);
    secrets.registration = Some(Box::new(registration.clone()));
}
