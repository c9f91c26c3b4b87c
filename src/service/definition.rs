//! A service as data: who issues tokens, what it asks for, and the call each of its stages is.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::call::{Authentication, CallTemplate, Derived, Expression, Method, Template, Values, pairs};
use crate::oauth::{
    AssertionAlgorithm, ErrorHint, GrantType, Pkce, Request, RequestEncryption, TokenHeader, TokenSet, scope_difference,
};
use crate::service::assertion::Assertion;
use crate::service::extensions::further_token::FurtherToken;
use crate::service::extensions::resource::ResourceRules;
use crate::service::input::Input;
use crate::service::preset::{Kind, Stage, read};
use crate::service::rules::{
    Asks, Confidence, Defaults, DeviceWords, Disputed, Labels, Links, Offer, RedirectRules, ScopeRules, Start,
    TokenPolicy, is_default,
};
use crate::service::security::profile::SecurityProfile;
use crate::service::verified::VerifiedFact;

/// Who issues tokens. A preset file has the same keys; a missing key means its default.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Service {
    /// The name in files and on the command line.
    pub id: String,
    /// The name people use.
    pub name: String,
    /// Other names it is looked for by.
    pub aliases: Vec<String>,
    /// What kind of service it is.
    pub category: String,
    /// What a person needs to have at hand, in a line.
    pub summary: String,
    /// Whether the practice service inside this program answers for it: then the input `port` is filled with its
    /// port where it was left empty.
    pub practice: bool,
    /// What this program cannot do with it yet, for people.
    pub lacks: Vec<String>,
    /// The origins of its API besides the hosts of its calls: `https://api.example.com`, or all below one,
    /// `https://*.example.com`. The token may be sent there.
    pub api: Vec<String>,
    /// The date on which the facts were checked (`YYYY-MM-DD`).
    pub checked: String,
    /// How well the facts are known.
    pub confidence: Confidence,
    /// Where the facts are from.
    pub source: Vec<String>,
    /// What to do before the first sign-in, in order.
    pub checklist: Vec<String>,
    /// How a sign-in begins.
    pub start: Start,
    /// Which secrets the calls need.
    pub asks: Asks,
    /// Whether its servers want a client certificate on each connection (mutual TLS), however the client authenticates: a gateway
    /// in front of them does, or access tokens are bound to the certificate (RFC 8705 section 3).
    pub client_certificate: bool,
    /// The value of `<grant_type>` in the token request.
    pub grant_type: String,
    /// Pages of the service for people.
    pub links: Links,
    /// What the service calls things.
    pub labels: Labels,
    /// Values that are public and the same for everybody: a practice client's.
    pub defaults: Defaults,
    /// What a value that was learnt from a redirect or a reply must match before it may name a host.
    pub allow: BTreeMap<String, String>,
    /// What it needs to know besides the client.
    pub inputs: Vec<Input>,
    /// Its scopes.
    pub scopes: ScopeRules,
    /// Its redirect URIs.
    pub redirect: RedirectRules,
    /// How its tokens live.
    pub policy: TokenPolicy,
    /// Values that are computed from others wherever a call names them; each may name those before it.
    pub derived: Vec<Derived>,
    /// The browser's visit; `None` where the service requires no client-flow authorization.
    pub authorization: Option<Authorization>,
    /// The call that takes the authorization request in place of the browser (RFC 9126).
    #[serde(deserialize_with = "read::pushed_authorization")]
    pub pushed_authorization: Option<CallTemplate>,
    /// The call that gets the first token; of no meaning where tokens are signed here.
    #[serde(deserialize_with = "read::token_request")]
    pub token_request: CallTemplate,
    /// Calls after it, each with the token of the one before: an exchange for a longer-lived one.
    #[serde(deserialize_with = "read::chain")]
    pub chain: Vec<CallTemplate>,
    /// Calls without a token before all others, which find a host or a value that those need.
    #[serde(deserialize_with = "lookups")]
    pub lookup: Vec<Fetch>,
    /// Calls after those, which fetch a value that later calls need.
    pub fetch: Vec<Fetch>,
    /// The call that renews the token.
    #[serde(deserialize_with = "read::refresh_request")]
    pub refresh_request: Option<CallTemplate>,
    /// The call that tells whose token it is.
    pub identity: Option<Identity>,
    /// The call that ends the token (RFC 7009).
    #[serde(deserialize_with = "read::revocation")]
    pub revocation: Option<CallTemplate>,
    /// The call that tells about a token (RFC 7662).
    #[serde(deserialize_with = "read::introspection")]
    pub introspection: Option<CallTemplate>,
    /// The call that begins a sign-in on another device (RFC 8628).
    #[serde(deserialize_with = "read::device_authorization")]
    pub device_authorization: Option<CallTemplate>,
    /// The call that asks whether that sign-in is done (RFC 8628 section 3.4).
    #[serde(deserialize_with = "read::device_token_request")]
    pub device_token_request: Option<CallTemplate>,
    /// Its own error codes while that is polled for.
    pub device_words: DeviceWords,
    /// The tokens that a reply may have beside the own one.
    pub further_token: Vec<FurtherToken>,
    /// How it names the API that an access token is for, where one sign-in gives tokens for several (RFC 8707).
    pub resource: ResourceRules,
    /// The algorithm by which proofs of possession are signed, where its tokens are bound to a key (RFC 9449); `None` for bearer
    /// tokens.
    pub dpop: Option<AssertionAlgorithm>,
    /// The algorithm by which authorization requests are signed (JAR, RFC 9101), with the key of the client; `None` if they are not.
    pub signed_request: Option<AssertionAlgorithm>,
    /// By what signed authorization requests are encrypted to a key of the issuer (RFC 9101 section 6.1); `None` if they are not.
    pub encrypted_request: Option<RequestEncryption>,
    /// Whether it encrypts to the public key of the client what it tells: its responses (JARM), ID tokens or userinfo.
    pub encrypts_to_client: bool,
    /// What it is held to: a request is refused where it departs from that.
    pub security_profile: Option<SecurityProfile>,
    /// How `<assertion>` is made.
    pub assertion: Option<Assertion>,
    /// The facts that have a date and a source of their own.
    pub verified: Vec<VerifiedFact>,
    /// What the sources disagree about.
    pub disputed: Vec<Disputed>,
    /// Why something that `service check` takes for a mistake is none, by the name of the rule.
    pub exceptions: BTreeMap<String, String>,
    /// What its errors mean.
    pub hints: Vec<ErrorHint>,
    /// The document that it was imported from, by the id of the dialect, so that it can be written again. Only the
    /// dialect reads it; it holds no secret.
    pub documents: BTreeMap<String, String>,
}

/// The parameters that are not among those of the RFC: one is sent where an ID token is asked for, the other where tokens are
/// bound to a key.
const ON_DEMAND: [&str; 2] = ["nonce", "dpop_jkt"];

/// The browser's visit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Stage", into = "Stage")]
pub struct Authorization {
    /// The URL and its query.
    pub call: CallTemplate,
    /// Whether a code challenge is sent.
    pub pkce: Pkce,
    /// Parameters that are sent only if the person wants them.
    pub offers: Vec<Offer>,
    /// What is not sent although an ID token is asked for, or tokens are bound to a key, since the service does not take it:
    /// `nonce`, `dpop_jkt`.
    pub omit: Vec<String>,
}

impl Authorization {
    /// Whether this parameter is not sent.
    pub(crate) fn omits(&self, parameter: &str) -> bool {
        self.omit.iter().any(|name| name == parameter)
    }

    /// The RFC's authorization request, for a service without one.
    pub(in crate::service) fn standard() -> Self {
        let query = Request::Authorization.parameters();
        Self { call: CallTemplate { method: Method::Get, query, ..CallTemplate::default() }, ..Self::default() }
    }
}

/// A call that fetches a value which later calls need: a tenant, a data centre, an account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fetch {
    /// What is fetched, for people.
    pub label: String,
    /// Where in the reply the list is; empty where the reply is one thing.
    #[serde(default, skip_serializing_if = "is_default")]
    pub list: Expression,
    /// What an item is called; within the item.
    #[serde(default, skip_serializing_if = "is_default")]
    pub item_label: Expression,
    /// The values to retain: placeholder and path within the item.
    #[serde(with = "pairs")]
    pub retain: Vec<(String, Expression)>,
    /// The call.
    #[serde(deserialize_with = "read::resource")]
    pub call: CallTemplate,
}

/// A lookup is a fetch whose call has no token.
fn lookups<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Fetch>, D::Error> {
    let mut lookups = Vec::<toml::Table>::deserialize(deserializer)?;
    let calls = lookups.iter_mut().filter_map(|lookup| lookup.get_mut("call")?.as_table_mut());
    for call in calls {
        call.entry("standard").or_insert_with(|| false.into());
    }
    let read = lookups.into_iter().map(|lookup| lookup.try_into().map_err(D::Error::custom));
    read.collect()
}

/// The call that tells whose token it is, and what to show of its reply.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Stage", into = "Stage")]
pub struct Identity {
    /// The call.
    pub call: CallTemplate,
    /// Label and path of each field shown; all of the reply's plain fields where empty.
    pub fields: Vec<(String, Expression)>,
}

impl From<Stage> for Authorization {
    fn from(mut stage: Stage) -> Self {
        let (pkce, offers) = (stage.pkce.unwrap_or_default(), std::mem::take(&mut stage.offers));
        // The others are not in the call then.
        let omit = stage.omit.iter().filter(|name| ON_DEMAND.contains(&name.as_str())).cloned().collect();
        Self { call: stage.call(Kind::Request(Request::Authorization)), pkce, offers, omit }
    }
}

impl From<Authorization> for Stage {
    fn from(Authorization { call, pkce, offers, omit }: Authorization) -> Self {
        let mut stage = Self { pkce: Some(pkce), offers, ..Self::from(&call) };
        stage.omit.extend(omit);
        stage
    }
}

impl From<Stage> for Identity {
    fn from(mut stage: Stage) -> Self {
        let fields = std::mem::take(&mut stage.fields);
        Self { call: stage.call(Kind::Resource), fields }
    }
}

impl From<Identity> for Stage {
    fn from(Identity { call, fields }: Identity) -> Self {
        Self { fields, ..Self::from(&call) }
    }
}

impl Service {
    /// Whether its token request can be made again without a person: there is no visit, or one for the consent alone.
    pub fn asks_again(&self) -> bool {
        self.authorization.is_none() || self.start == Start::Consent
    }

    /// Whether its calls are made with a client certificate: by the client's authentication, or because its servers want one.
    pub fn wants_client_certificate(&self) -> bool {
        self.client_certificate || self.calls().iter().any(|(_, call)| call.authentication.shows_certificate())
    }

    /// What the certificate is for, in a sentence; `None` if there is none.
    pub fn certificate_note(&self) -> Option<&'static str> {
        let shows = |wanted: Authentication| self.calls().iter().any(|(_, call)| call.authentication == wanted);
        if shows(Authentication::SelfSignedTlsClientAuth) {
            return Some("The service recognizes you by a certificate that you registered there, instead of a secret.");
        }
        if shows(Authentication::TlsClientAuth) {
            return Some(
                "The service recognizes you by a certificate from an authority that it trusts, instead of a secret.",
            );
        }
        self.client_certificate.then_some("The service accepts connections only from clients that show a certificate.")
    }

    /// Whether a person can sign in to it on another device.
    pub fn has_device_flow(&self) -> bool {
        self.device_authorization.is_some() && self.device_token_request.is_some()
    }

    /// Whether that is the only way to its tokens.
    pub fn has_only_device_flow(&self) -> bool {
        let is_grant = GrantType::parse(&self.grant_type) == Some(GrantType::DeviceCode);
        is_grant && self.authorization.is_none() && self.has_device_flow()
    }

    /// Whether one of its calls sends the client secret, or one that follows: some services take a device for a public client.
    pub fn device_flow_sends_secret(&self) -> bool {
        let mut calls = self.device_authorization.iter().chain(&self.device_token_request).chain(&self.chain);
        calls.any(|call| self.sends_client_secret(call))
    }

    /// The scopes that were asked for and not granted, whatever the service calls them. That a refresh token came says
    /// that offline access was granted, and an ID token says it of `openid` (`OpenID` Connect Core sections 11 and 3.1.2.1).
    pub fn not_granted(&self, asked: &[String], tokens: &TokenSet) -> Vec<String> {
        let mut missing = scope_difference(asked, tokens.scopes.as_deref(), &self.scopes.answers).missing;
        missing.retain(|scope| match scope.as_str() {
            "offline_access" => tokens.refresh_token.is_none(),
            "openid" => tokens.id_token.is_none(),
            _ => true,
        });
        missing
    }

    /// The header that carries an access token of this type.
    pub fn token_header(&self, token_type: &str) -> TokenHeader {
        TokenHeader::of(token_type, TokenHeader::parse(&self.policy.header))
    }

    /// Its calls with the names of their stages.
    pub fn calls(&self) -> Vec<(&'static str, &CallTemplate)> {
        let mut calls: Vec<(&'static str, &CallTemplate)> =
            self.lookup.iter().map(|lookup| ("lookup", &lookup.call)).collect();
        calls.extend(self.authorization.iter().map(|authorization| ("authorization", &authorization.call)));
        calls.extend(self.pushed_authorization.iter().map(|call| ("pushed_authorization", call)));
        calls.extend(self.token_call().map(|call| ("token_request", call)));
        calls.extend(self.chain.iter().map(|call| ("chain", call)));
        calls.extend(self.fetch.iter().map(|fetch| ("fetch", &fetch.call)));
        calls.extend(self.refresh_request.iter().map(|call| ("refresh_request", call)));
        calls.extend(self.identity.iter().map(|identity| ("identity", &identity.call)));
        calls.extend(self.revocation.iter().map(|call| ("revocation", call)));
        calls.extend(self.introspection.iter().map(|call| ("introspection", call)));
        calls.extend(self.device_authorization.iter().map(|call| ("device_authorization", call)));
        calls.extend(self.device_token_request.iter().map(|call| ("device_token_request", call)));
        calls
    }

    /// Makes known the names that this service supplies, and who does.
    pub fn declare(&self, values: &mut Values) {
        for input in &self.inputs {
            values.declare(&input.name, format!("step 2, Authorization: {}", input.label));
            for name in input.choices.iter().flat_map(|choice| choice.sets.keys()) {
                values.declare(name, format!("step 2, Authorization: {}", input.label));
            }
        }
        for name in &self.redirect.retain {
            values.declare(name, "the redirect that ends step 2, Authorization");
        }
        for (name, _) in self.calls().into_iter().flat_map(|(_, call)| &call.reading.retain) {
            values.declare(name, "the token request in step 3");
        }
        if self.pushed_authorization.is_some() {
            values.declare("request_uri", "the pushed authorization request");
        }
        if self.device_authorization.is_some() {
            // RFC 8628 section 3.2. One service wants the user code again when it is asked for the token.
            values.declare("device_code", "the device call");
            values.declare("user_code", "the device call");
        }
        for (name, _) in self.fetch.iter().flat_map(|fetch| &fetch.retain) {
            values.declare(name, "the call after the token request in step 3");
        }
        for (lookup, (name, _)) in self.lookup.iter().flat_map(|own| own.retain.iter().map(move |one| (own, one))) {
            values.declare(name, format!("the lookup before the sign-in: {}", lookup.label));
        }
        values.derive(self.derived.as_slice().into());
    }

    /// The names of the values that its lookups and fetches retain.
    pub fn found(&self) -> impl Iterator<Item = &String> {
        self.lookup.iter().chain(&self.fetch).flat_map(|fetch| &fetch.retain).map(|(name, _)| name)
    }

    /// The names in its calls and scopes that nobody supplies, each with where it stands.
    pub fn unsupplied(&self) -> Vec<(&'static str, String)> {
        let mut values = Values::new();
        self.declare(&mut values);
        let in_calls = self.calls().into_iter().flat_map(|(stage, call)| {
            let names: Vec<String> = call.placeholders().map(str::to_owned).collect();
            names.into_iter().map(move |name| (stage, name))
        });
        let named = |stage: &'static str, text: &str| {
            let names: Vec<String> = Template::new(text).placeholders().map(str::to_owned).collect();
            names.into_iter().map(move |name| (stage, name))
        };
        let in_scopes = self.scopes.default.iter().flat_map(|scope| named("scopes", scope));
        let in_redirect =
            self.redirect.sent.iter().chain(&self.redirect.issuer).flat_map(|text| named("redirect", text));
        let in_assertion =
            self.assertion.iter().flat_map(Assertion::templates).flat_map(|text| named("assertion", text));
        let in_derived =
            self.derived.iter().flat_map(|derived| [&derived.of, &derived.key]).flat_map(|text| named("derived", text));
        let in_policy = self.policy.headers.iter().flat_map(|header| named("policy", header.value.source()));
        let named = in_policy.chain(in_calls).chain(in_scopes).chain(in_redirect).chain(in_assertion).chain(in_derived);
        let made = |name: &String| self.derived.iter().any(|derived| derived.name == *name);
        named.filter(|(_, name)| values.supplied_by(name).is_none() && !made(name)).collect()
    }

    /// What was learnt from outside and names a host although nothing says which hosts are meant.
    pub fn unguarded(&self) -> Vec<String> {
        let learnt = self.redirect.retain.iter().cloned();
        let kept =
            self.calls().into_iter().flat_map(|(_, call)| call.reading.retain.iter().map(|(name, _)| name.clone()));
        let learnt: Vec<String> = learnt.chain(kept).chain(self.found().cloned()).collect();
        let hosts = self.calls().into_iter().flat_map(|(_, call)| call.url.host_placeholders());
        let mut unguarded: Vec<String> =
            hosts.filter(|name| learnt.contains(name) && !self.allow.contains_key(name)).collect();
        unguarded.dedup();
        unguarded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_was_learnt_must_be_guarded() {
        let mut service = Service { token_request: CallTemplate::default(), ..Service::default() };
        service.redirect.retain = vec!["accounts-server".into()];
        service.token_request.url = Template::new("{accounts-server}/oauth/v2/token");
        assert_eq!(service.unguarded(), ["accounts-server"]);
        service.allow.insert("accounts-server".into(), "https://accounts\\.zoho\\.eu".into());
        assert_eq!(service.unguarded(), Vec::<String>::new());
    }
}
