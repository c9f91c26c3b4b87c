//! Everything a call is made from: the profile, its secrets, the authorization response, and the tokens. The preview and
//! the call itself take their values from here, so they cannot differ.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::app::sign_in::sources::source::{ProfileSources, SentSource};
use crate::call::{MutualTls, Parameter, RenderError, Values};
use crate::oauth::{KeyPair, Parameters, PendingDevice, ProfileSecrets, TokenSet, split_answer};
use crate::secret::Secret;
use crate::service::{Asks, Catalog, Profile, ProfileName, actor_token_type, matches_whole};

/// Who is asked to sign in (OpenID Connect Core 1.0 section 3.1.2.1).
const LOGIN_HINT: &str = "login_hint";

/// The thumbprint of the key that the tokens are bound to (RFC 9449 section 10).
const DPOP_JKT: &str = "dpop_jkt";

/// An authorization response, and what is needed to redeem its code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorized {
    pub code: Secret,
    /// Empty without PKCE.
    pub code_verifier: Secret,
    /// The redirect URI as it was sent.
    pub redirect_uri: String,
    /// The `nonce` that was sent, which the ID token repeats; `None` if none was.
    pub nonce: Option<String>,
    /// The `state` that was sent; `None` if the response was read elsewhere.
    pub state: Option<String>,
    /// The other parameters of the response.
    pub extras: Parameters,
    /// When the request was made.
    pub asked_at: Timestamp,
    /// When it was received.
    pub at: Timestamp,
}

/// Everything a call is made from.
#[derive(Clone, Debug)]
pub struct CallContext {
    /// The name of the profile; `None` as long as it has none.
    pub name: Option<ProfileName>,
    pub profile: Profile,
    pub secrets: ProfileSecrets,
    pub authorized: Option<Authorized>,
    pub tokens: Option<TokenSet>,
    /// The code of a sign-in on another device, while it is waited for.
    pub device: Option<PendingDevice>,
    /// The port of the practice service, when it runs.
    pub practice_port: Option<u16>,
    /// What the lookups before this sign-in have found, by placeholder.
    pub found: BTreeMap<String, String>,
    /// Where values are read that are not in the vault, when a token request sends them.
    pub sources: ProfileSources,
}

impl CallContext {
    /// Without an authorization response or tokens.
    pub fn new(profile: Profile, secrets: ProfileSecrets) -> Self {
        Self {
            name: None,
            profile,
            secrets,
            authorized: None,
            tokens: None,
            device: None,
            practice_port: None,
            found: BTreeMap::new(),
            sources: ProfileSources::new(),
        }
    }

    /// The same for a profile of this name.
    #[must_use]
    pub fn named(self, name: Option<&ProfileName>) -> Self {
        Self { name: name.cloned(), ..self }
    }

    /// The value of every placeholder that has one, except the assertion, which is signed for each call.
    pub fn values(&self) -> Values {
        let mut values = self.profile.values();
        if let Some(port) = self.practice_port
            && self.profile.service.practice
            && values.value("port").is_none()
        {
            values.set("port", port.to_string());
        }
        self.set_secret(&mut values);
        self.set_secret_inputs(&mut values);
        self.set_actor_type(&mut values);
        if let Some(authorized) = &self.authorized {
            values.set_secret("code", authorized.code.clone());
            values.set("redirect_uri", &authorized.redirect_uri);
            for (name, value) in self.retained_extras() {
                self.set_learnt(&mut values, &name, &value);
            }
        }
        // Empty without PKCE, so that the parameter is left out.
        let verifier = self.authorized.as_ref().map(|authorized| authorized.code_verifier.clone());
        values.set_secret("code_verifier", verifier.unwrap_or_default());
        if let Some(PendingDevice { authorization, .. }) = &self.device {
            values.set_secret("device_code", authorization.device_code.clone());
            values.set("user_code", &authorization.user_code);
        }
        self.set_tokens(&mut values);
        for (name, value) in &self.found {
            self.set_learnt(&mut values, name, value);
        }
        self.set_key_hash(&mut values);
        values.mutual_tls = self.mutual_tls();
        values
    }

    /// The certificate that the calls show, if the service wants one.
    fn mutual_tls(&self) -> MutualTls {
        if !self.profile.service.wants_client_certificate() {
            return MutualTls::Off;
        }
        let certificate = self.secrets.client_certificate.as_ref().and_then(|pair| pair.client_certificate().ok());
        certificate.map_or(MutualTls::Missing, |certificate| MutualTls::With(Arc::new(certificate)))
    }

    /// Refuses to begin without the certificate that the calls are to show.
    pub(in crate::app) fn check_client_certificate(&self) -> Result<(), RenderError> {
        if self.mutual_tls() == MutualTls::Missing { Err(RenderError::NoClientCertificate) } else { Ok(()) }
    }

    /// Sets what only the authorization request has.
    pub(crate) fn set_sent(&self, values: &mut Values, sent: &SentAuthorization<'_>) {
        values.set("state", sent.state);
        values.set("code_challenge", sent.code_challenge);
        values.set("code_challenge_method", sent.code_challenge_method);
        values.set("redirect_uri", sent.redirect_uri);
        if let Some(nonce) = sent.nonce {
            values.set("nonce", nonce);
        }
        let thumbprint = self.proof_thumbprint();
        values.set(DPOP_JKT, thumbprint.as_deref().unwrap_or("thumbprint-of-the-key"));
        if !self.profile.account.is_empty() && values.value(LOGIN_HINT).is_none() {
            values.set(LOGIN_HINT, &self.profile.account);
        }
    }

    /// Adds the parameters that the person wants in the authorization request.
    pub(crate) fn add_extras(&self, parameters: &mut Vec<Parameter>) {
        for parameter in &self.profile.extra {
            replace_or_add(parameters, parameter);
        }
        self.add_nonce(parameters);
        self.add_thumbprint(parameters);
        let is_known = |parameter: &Parameter| parameter.name == LOGIN_HINT;
        if !self.profile.account.is_empty() && self.profile.asks_for_id_token() && !parameters.iter().any(is_known) {
            parameters.push(Parameter::new(LOGIN_HINT, format!("<{LOGIN_HINT}>")));
        }
    }

    /// Adds the thumbprint of the key, so that the code is bound to it as well (RFC 9449 section 10).
    fn add_thumbprint(&self, parameters: &mut Vec<Parameter>) {
        let service = &self.profile.service;
        let is_omitted = service.authorization.as_ref().is_none_or(|request| request.omits(DPOP_JKT));
        let is_there = parameters.iter().any(|parameter| parameter.name == DPOP_JKT);
        if service.dpop.is_some() && !is_omitted && !is_there {
            parameters.push(Parameter::new(DPOP_JKT, format!("<{DPOP_JKT}>")));
        }
    }

    /// The parameters of the redirect that become values: those that the preset names; all for a custom service.
    pub fn retained_extras(&self) -> Parameters {
        let retain = &self.profile.service.redirect.retain;
        let all = self.profile.service.id == Catalog::CUSTOM;
        let extras = self.authorized.iter().flat_map(|authorized| &authorized.extras);
        extras.filter(|(name, _)| all || retain.contains(name)).cloned().collect()
    }

    /// The granted scopes, where the service names them on the redirect.
    pub(in crate::app) fn redirect_scopes(&self) -> Option<Vec<String>> {
        let service = &self.profile.service;
        let mut extras = self.authorized.iter().flat_map(|authorized| &authorized.extras);
        let (_, named) = extras.find(|(name, _)| *name == service.redirect.scope)?;
        let separator = service.scopes.in_answers();
        Some(split_answer(named, separator))
    }

    fn set_secret(&self, values: &mut Values) {
        let secret = &self.secrets.client_secret;
        match self.profile.service.asks {
            // Empty, so that the parameter is left out: a public client has none.
            Asks::Nothing => values.set_secret("client_secret", Secret::default()),
            Asks::Secret | Asks::UserAndSecret if secret.is_empty() => {}
            Asks::Secret | Asks::UserAndSecret | Asks::OptionalSecret => {
                values.set_secret("client_secret", secret.clone());
            }
        }
        let password = &self.secrets.password;
        if !password.is_empty() {
            values.set_secret("password", password.clone());
        } else if self.profile.service.asks == Asks::UserAndSecret && !secret.is_empty() {
            // With a user id and its secret, the secret is the password.
            values.set_secret("password", secret.clone());
        }
    }

    fn set_secret_inputs(&self, values: &mut Values) {
        for input in self.profile.service.inputs.iter().filter(|input| input.secret) {
            if let Some(SentSource { source, .. }) = self.sources.get(&input.name) {
                values.declare(&input.name, format!("`{source}`, when the request is sent"));
                continue;
            }
            let typed = self.secrets.inputs.get(&input.name).cloned().unwrap_or_default();
            if input.optional || !typed.is_empty() {
                values.set_secret(&input.name, typed);
            }
        }
    }

    /// Sets the hash of the public key, where something names it.
    fn set_key_hash(&self, values: &mut Values) {
        const KEY_HASH: &str = "public_key_sha256";
        let pair = self.secrets.signing_key.as_ref().filter(|_| self.profile.service.wants(KEY_HASH));
        if let Some(hash) = pair.and_then(KeyPair::signing_key).and_then(|key| key.public_key_sha256()) {
            values.set(KEY_HASH, hash);
        }
    }

    /// RFC 8693 section 2.1: `actor_token_type` is required with an actor token, and must not be sent without one.
    fn set_actor_type(&self, values: &mut Values) {
        let Some(chosen) = values.value("actor_token_type").map(|value| value.text.expose().to_owned()) else { return };
        let is_typed = values.value("actor_token").is_some_and(|typed| !typed.text.is_empty());
        let has_actor = is_typed || self.sources.contains_key("actor_token");
        values.set("actor_token_type", actor_token_type(has_actor, &chosen));
    }

    /// Sets a value from a response, unless the preset has a pattern that it does not match.
    fn set_learnt(&self, values: &mut Values, name: &str, value: &str) {
        match self.profile.service.allow.get(name) {
            Some(pattern) if !matches_whole(pattern, value) => {
                // The value before it must not be used instead: another server may have answered.
                values.withdraw(name);
                values.declare(
                    name,
                    format!("nobody: the service sent `{value}`, which the preset does not allow there"),
                );
            }
            _ => values.set(name, value),
        }
    }

    fn set_tokens(&self, values: &mut Values) {
        if let Some(tokens) = &self.tokens {
            values.set_secret("token", tokens.access_token.clone());
            values.set("token_type", self.profile.service.token_header(&tokens.token_type).token_type());
            for (name, token) in [("refresh_token", &tokens.refresh_token), ("id_token", &tokens.id_token)] {
                if let Some(token) = token {
                    values.set_secret(name, token.clone());
                }
            }
            for (name, value) in &tokens.retained {
                self.set_learnt(values, name, value);
            }
        }
        if !self.secrets.refresh_token.is_empty() {
            values.set_secret("refresh_token", self.secrets.refresh_token.clone());
        }
    }
}

/// The random and derived parameters of an authorization request.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "the fields are the parameters")]
pub struct SentAuthorization<'a> {
    pub state: &'a str,
    pub code_challenge: &'a str,
    pub code_challenge_method: &'a str,
    pub redirect_uri: &'a str,
    pub nonce: Option<&'a str>,
}

fn replace_or_add(query: &mut Vec<Parameter>, parameter: &Parameter) {
    match query.iter_mut().find(|known| known.name == parameter.name) {
        Some(known) => known.value = parameter.value.clone(),
        None => query.push(parameter.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::Diagnose as _;
    use crate::service::ProfileDraft;

    fn zoho(accounts_server: &str) -> CallContext {
        let mut draft = ProfileDraft::new(Catalog::bundled().service("zoho-crm").expect("a preset"));
        draft.client_id = "id".into();
        let secrets = ProfileSecrets { client_secret: Secret::new("secret"), ..ProfileSecrets::default() };
        let mut context = CallContext::new(draft.parse().expect("complete"), secrets);
        context.authorized = Some(Authorized {
            code: Secret::new("code"),
            code_verifier: Secret::default(),
            redirect_uri: "http://localhost:8080/callback".into(),
            nonce: None,
            state: None,
            extras: vec![("accounts-server".into(), accounts_server.into())],
            asked_at: Timestamp::UNIX_EPOCH,
            at: Timestamp::UNIX_EPOCH,
        });
        context
    }

    #[test]
    fn a_host_from_a_response_is_used_only_if_the_preset_allows_it() {
        let call = |context: &CallContext| context.profile.service.token_request.render(&context.values());
        let learnt = call(&zoho("https://accounts.zoho.eu")).expect("allowed");
        assert_eq!(learnt.origin(), "https://accounts.zoho.eu");
        let refused = call(&zoho("https://accounts.zoho.eu.evil.test")).expect_err("refused").diagnose().to_string();
        assert!(refused.contains("`https://accounts.zoho.eu.evil.test`, which the preset does not allow"), "{refused}");
    }
}
