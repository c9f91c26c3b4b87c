//! What depends on the whole document: the remaining inputs, the hosts that a person types, the secrets that the calls
//! need.

use crate::call::{Authentication as Caller, Template};
use crate::dialect::Note;
use crate::dialect::zspec::known::{SERVER, label};
use crate::dialect::zspec::value::Reader;
use crate::service::{Asks, Field, Input, Service, matches_whole};

/// A host that a person types.
const HOST: &str = "[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*";
/// The same with scheme and port, at the start of a URL.
const ORIGIN: &str = "https?://[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*(:[0-9]{1,5})?";

impl Reader {
    /// Completes the service once all stages are read.
    pub(super) fn finish(&mut self, visibility: &str) {
        self.drop_kept_hosts();
        self.bare_inputs();
        self.bound_hosts();
        self.asks();
        let needs = match self.service.asks {
            Asks::Nothing => "Client ID",
            Asks::Secret | Asks::OptionalSecret => "Client ID and client secret",
            Asks::UserAndSecret => "Client ID, user ID and secret",
        };
        self.service.summary = match visibility.to_ascii_lowercase().as_str() {
            "" | "public" => needs.to_owned(),
            kind => format!("{}: {needs}", label(kind)),
        };
        self.missing();
    }

    /// A value from a reply may not name a host: the document does not bound the hosts.
    fn drop_kept_hosts(&mut self) {
        let hosts = host_names(&self.service);
        let calls = [Some(&mut self.service.token_request), self.service.refresh_request.as_mut()];
        for call in calls.into_iter().flatten() {
            call.reading.retain.retain(|(name, _)| !hosts.contains(name));
        }
    }

    /// A placeholder without an argument of its own becomes an input too.
    fn bare_inputs(&mut self) {
        for (stage, name) in self.service.unsupplied() {
            if !self.has_input(&name) {
                self.service.inputs.push(bare_input(&name, &begins(&self.service)));
                self.understood(stage, format!("`{{{name}}}` is asked for"));
            }
        }
    }

    /// Inputs that name a host are bounded.
    fn bound_hosts(&mut self) {
        let (hosts, begins) = (host_names(&self.service), begins(&self.service));
        let typed = self.service.inputs.iter_mut().filter(|input| hosts.contains(&input.name));
        for input in typed.filter(|input| input.choices.is_empty()) {
            input.optional = false;
            input.pattern = if begins.contains(&input.name) { ORIGIN } else { HOST }.to_owned();
            for text in [&mut input.default, &mut input.example] {
                if !text.is_empty() && !matches_whole(&input.pattern, text) {
                    text.clear();
                }
            }
        }
    }

    fn asks(&mut self) {
        let calls = || [Some(&self.service.token_request), self.service.refresh_request.as_ref()].into_iter().flatten();
        let names = |wanted: &str| calls().any(|call| call.placeholders().any(|name| name == wanted));
        let may_be_public = calls().any(|call| call.authentication.may_be_public());
        let by_user = calls().any(|call| call.authentication == Caller::BasicUser);
        let basic = calls().any(|call| call.authentication != Caller::None);
        self.service.asks = if names("user_name") || names("password") || by_user {
            Asks::UserAndSecret
        } else if !basic && !names("client_secret") {
            Asks::Nothing
        } else if self.has_optional_secret || may_be_public {
            Asks::OptionalSecret
        } else {
            Asks::Secret
        };
    }

    fn missing(&mut self) {
        let mut missing = Vec::new();
        if self.described.client_id.is_empty() {
            missing.push(
                Note::new("client id", "the service issues it when you register a client").about(Field::ClientId),
            );
        }
        let secret = &self.described.secrets.client_secret;
        if matches!(self.service.asks, Asks::Secret | Asks::UserAndSecret) && secret.is_empty() {
            missing.push(Note::new("client secret", "issued with the client id"));
        }
        if self.service.asks == Asks::UserAndSecret && self.described.user_name.is_empty() {
            missing.push(Note::new("user id", "the user on whose behalf the calls are made"));
        }
        for input in self.service.inputs.iter().filter(|input| !input.optional && input.default.is_empty()) {
            if !self.described.secrets.inputs.contains_key(&input.name) {
                let help = if input.help.is_empty() { "the document does not explain it" } else { &input.help };
                missing.push(Note::new(&input.label, help).about(Field::Input(input.name.clone())));
            }
        }
        self.described.missing = missing;
    }
}

/// An input for a name that the document does not describe.
pub(super) fn bare_input(name: &str, begins: &[String]) -> Input {
    let example = if begins.iter().any(|other| other == name) { "https://accounts.example.com" } else { "" };
    let help = if name == SERVER { "Where the service is: the document has only paths." } else { "" };
    Input {
        name: name.to_owned(),
        label: label(name),
        help: help.to_owned(),
        example: example.to_owned(),
        ..Input::default()
    }
}

/// The placeholders that begin a URL.
pub(super) fn begins(service: &Service) -> Vec<String> {
    let calls = service.calls().into_iter().map(|(_, call)| &call.url);
    calls.filter(|url| !url.source().contains("://")).flat_map(Template::host_placeholders).collect()
}

fn host_names(service: &Service) -> Vec<String> {
    service.calls().into_iter().flat_map(|(_, call)| call.url.host_placeholders()).collect()
}
