//! The preset format: a service in a TOML file, bundled or a person's own. `presets/README.md` explains the keys.
//!
//! The struct here is the file to the letter: the domain's own types, and for each call a [`Stage`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::oauth::{ErrorHint, GrantType, Request};
use crate::service::assertion::Assertion;
use crate::service::definition::{Authorization, Fetch, Identity, Service};
use crate::service::input::Input;
use crate::service::preset::stage::{FetchTable, Kind, Stage, call_template, stage};
use crate::service::rules::{
    Asks, Confidence, Defaults, Disputed, Labels, Links, RedirectRules, ScopeRules, Start, TokenPolicy, is_default,
};

/// The whole file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PresetFile {
    pub id: String,
    pub name: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub aliases: Vec<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub category: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub summary: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub practice: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub lacks: Vec<String>,
    pub checked: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub confidence: Confidence,
    pub source: Vec<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub checklist: Vec<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub start: Start,
    #[serde(default)]
    pub asks: Asks,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant_type: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub links: Links,
    #[serde(default, skip_serializing_if = "is_default")]
    pub labels: Labels,
    #[serde(default, skip_serializing_if = "is_default")]
    pub defaults: Defaults,
    #[serde(default, skip_serializing_if = "is_default")]
    pub allow: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub inputs: Vec<Input>,
    #[serde(default)]
    pub scopes: ScopeRules,
    #[serde(default)]
    pub redirect: RedirectRules,
    #[serde(default, skip_serializing_if = "is_default")]
    pub policy: TokenPolicy,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization: Option<Stage>,
    pub token_request: Stage,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chain: Vec<Stage>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fetch: Vec<FetchTable>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_request: Option<Stage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<Stage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revocation: Option<Stage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introspection: Option<Stage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_authorization: Option<Stage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_token_request: Option<Stage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assertion: Option<Assertion>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub disputed: Vec<Disputed>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub hints: Vec<ErrorHint>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub documents: BTreeMap<String, String>,
}

impl From<PresetFile> for Service {
    fn from(file: PresetFile) -> Self {
        let has_code = file.authorization.is_some();
        let grant = if has_code { GrantType::AuthorizationCode } else { GrantType::ClientCredentials };
        let optional = |stage: Option<Stage>, kind: Kind| stage.map(|stage| call_template(stage, kind));
        Self {
            id: file.id,
            name: file.name,
            aliases: file.aliases,
            category: file.category,
            summary: file.summary,
            practice: file.practice,
            lacks: file.lacks,
            links: file.links,
            labels: file.labels,
            checklist: file.checklist,
            inputs: file.inputs,
            allow: file.allow,
            scopes: file.scopes,
            redirect: file.redirect,
            start: file.start,
            authorization: file.authorization.map(authorization),
            asks: file.asks,
            grant_type: file.grant_type.unwrap_or_else(|| grant.as_str().to_owned()),
            token_request: call_template(file.token_request, Kind::Request(Request::Token(grant))),
            chain: file.chain.into_iter().map(|stage| call_template(stage, Kind::Chain)).collect(),
            fetch: file.fetch.into_iter().map(fetch).collect(),
            refresh_request: optional(file.refresh_request, Kind::REFRESH),
            identity: file.identity.map(identity),
            revocation: optional(file.revocation, Kind::Request(Request::Revocation)),
            introspection: optional(file.introspection, Kind::Request(Request::Introspection)),
            device_authorization: optional(file.device_authorization, Kind::Request(Request::DeviceAuthorization)),
            device_token_request: optional(file.device_token_request, Kind::DEVICE_TOKEN),
            assertion: file.assertion,
            policy: file.policy,
            hints: file.hints,
            documents: file.documents,
            defaults: file.defaults,
            confidence: file.confidence,
            disputed: file.disputed,
            source: file.source,
            checked: file.checked,
        }
    }
}

fn authorization(mut stage: Stage) -> Authorization {
    let (pkce, offers) = (stage.pkce.unwrap_or_default(), std::mem::take(&mut stage.offers));
    Authorization { call: call_template(stage, Kind::Request(Request::Authorization)), pkce, offers }
}

fn identity(mut stage: Stage) -> Identity {
    let fields = std::mem::take(&mut stage.fields);
    Identity { call: call_template(stage, Kind::Resource), fields }
}

fn fetch(table: FetchTable) -> Fetch {
    let FetchTable { label, list, item_label, retain, call } = table;
    Fetch { call: call_template(call, Kind::Resource), label, list, item_label, retain }
}

impl From<&Service> for PresetFile {
    fn from(service: &Service) -> Self {
        let service = service.clone();
        Self {
            authorization: service.authorization.as_ref().map(authorization_stage),
            token_request: stage(&service.token_request),
            chain: service.chain.iter().map(stage).collect(),
            fetch: service.fetch.iter().map(fetch_table).collect(),
            refresh_request: service.refresh_request.as_ref().map(stage),
            identity: service.identity.as_ref().map(identity_stage),
            revocation: service.revocation.as_ref().map(stage),
            introspection: service.introspection.as_ref().map(stage),
            device_authorization: service.device_authorization.as_ref().map(stage),
            device_token_request: service.device_token_request.as_ref().map(stage),
            assertion: service.assertion,
            start: service.start,
            id: service.id,
            name: service.name,
            aliases: service.aliases,
            category: service.category,
            summary: service.summary,
            practice: service.practice,
            lacks: service.lacks,
            checked: service.checked,
            confidence: service.confidence,
            source: service.source,
            checklist: service.checklist,
            asks: service.asks,
            grant_type: Some(service.grant_type),
            links: service.links,
            labels: service.labels,
            defaults: service.defaults,
            allow: service.allow,
            inputs: service.inputs,
            scopes: service.scopes,
            redirect: service.redirect,
            policy: service.policy,
            disputed: service.disputed,
            hints: service.hints,
            documents: service.documents,
        }
    }
}

fn authorization_stage(authorization: &Authorization) -> Stage {
    Stage { pkce: Some(authorization.pkce), offers: authorization.offers.clone(), ..stage(&authorization.call) }
}

fn identity_stage(identity: &Identity) -> Stage {
    Stage { fields: identity.fields.clone(), ..stage(&identity.call) }
}

fn fetch_table(fetch: &Fetch) -> FetchTable {
    let Fetch { call, label, list, item_label, retain } = fetch.clone();
    FetchTable { label, list, item_label, retain, call: stage(&call) }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_key_is_explained_in_the_readme_of_the_presets() {
        let sources = [
            include_str!("file.rs"),
            include_str!("stage.rs"),
            include_str!("../../call/reading.rs"),
            include_str!("../rules.rs"),
            include_str!("../input.rs"),
            include_str!("../assertion.rs"),
        ];
        let keys = sources.iter().flat_map(|source| source.lines()).filter_map(|line| {
            let (name, _) = line.trim().strip_prefix("pub ")?.split_once(':')?;
            name.chars().all(|c| c.is_ascii_lowercase() || c == '_').then_some(name)
        });
        let readme = include_str!("../../../presets/README.md");
        let missing: Vec<&str> =
            keys.filter(|key| !["`{}`", "[{}]"].iter().any(|form| readme.contains(&form.replace("{}", key)))).collect();
        assert_eq!(missing, Vec::<&str>::new());
    }
}
