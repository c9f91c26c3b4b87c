//! The preset format: a service in a TOML file, bundled or a person's own. `presets/README.md` explains the keys.
//!
//! The struct here is the file to the letter. What needs no parsing is the domain's own type; the calls are the tables
//! of `stage_file.rs`, of which `stage.rs` makes call templates.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::oauth::ErrorHint;
use crate::service::assertion::Assertion;
use crate::service::input::Input;
use crate::service::preset::stage::{Kind, call_template, stage};
use crate::service::preset::stage_file::{FetchTable, Pairs, PkceKey, Stage};
use crate::service::remark::Remark;
use crate::service::rules::{
    Asks, Confidence, Defaults, Disputed, Labels, Links, RedirectRules, ScopeRules, Start, TokenPolicy, is_default,
};
use crate::service::{Authorization, Fetch, Identity, Service};

use crate::call::Expression;
use crate::oauth::Pkce;

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
    #[serde(default, skip_serializing_if = "is_default")]
    pub grant_type: String,
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
    pub remarks: Vec<Remark>,
}

impl From<PresetFile> for Service {
    fn from(file: PresetFile) -> Self {
        let by_code = file.authorization.is_some();
        let bearer_kind = if by_code { Kind::BearerByCode } else { Kind::BearerWithoutCode };
        let grant_type = if by_code { "authorization_code" } else { "client_credentials" };
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
            grant_type: if file.grant_type.is_empty() { grant_type.to_owned() } else { file.grant_type },
            token_request: call_template(file.token_request, bearer_kind),
            chain: file.chain.into_iter().map(|stage| call_template(stage, Kind::Chain)).collect(),
            fetch: file.fetch.into_iter().map(fetch).collect(),
            refresh_request: file.refresh_request.map(|stage| call_template(stage, Kind::Refresh)),
            identity: file.identity.map(identity),
            revocation: file.revocation.map(|stage| call_template(stage, Kind::Revocation)),
            introspection: file.introspection.map(|stage| call_template(stage, Kind::Introspection)),
            device_authorization: file.device_authorization.map(|stage| call_template(stage, Kind::Device)),
            device_token_request: file.device_token_request.map(|stage| call_template(stage, Kind::DevicePoll)),
            assertion: file.assertion,
            policy: file.policy,
            hints: file.hints,
            remarks: file.remarks,
            defaults: file.defaults,
            confidence: file.confidence,
            disputed: file.disputed,
            source: file.source,
            checked: file.checked,
        }
    }
}

fn authorization(mut stage: Stage) -> Authorization {
    let offers = std::mem::take(&mut stage.offers);
    let pkce = stage.pkce.map_or(Pkce::S256, Pkce::from);
    Authorization { call: call_template(stage, Kind::Authorization), pkce, offers }
}

fn identity(mut stage: Stage) -> Identity {
    let fields = std::mem::take(&mut stage.fields);
    Identity { call: call_template(stage, Kind::Identity), fields: paths(fields) }
}

fn fetch(table: FetchTable) -> Fetch {
    Fetch {
        call: call_template(table.call, Kind::Identity),
        label: table.label,
        list: Expression::new(table.list),
        item_label: Expression::new(table.item_label),
        retain: paths(table.retain),
    }
}

fn paths(pairs: Pairs) -> Vec<(String, Expression)> {
    pairs.0.into_iter().map(|(name, path)| (name, Expression::new(path))).collect()
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
            grant_type: service.grant_type,
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
            remarks: service.remarks,
        }
    }
}

fn authorization_stage(authorization: &Authorization) -> Stage {
    let pkce = Some(PkceKey::from(authorization.pkce));
    Stage { pkce, offers: authorization.offers.clone(), ..stage(&authorization.call) }
}

fn identity_stage(identity: &Identity) -> Stage {
    Stage { fields: pairs(&identity.fields), ..stage(&identity.call) }
}

fn fetch_table(fetch: &Fetch) -> FetchTable {
    FetchTable {
        label: fetch.label.clone(),
        list: fetch.list.as_str().to_owned(),
        item_label: fetch.item_label.as_str().to_owned(),
        retain: pairs(&fetch.retain),
        call: stage(&fetch.call),
    }
}

fn pairs(paths: &[(String, Expression)]) -> Pairs {
    paths.iter().map(|(name, path)| (name.clone(), path.as_str().to_owned())).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_key_is_explained_in_the_readme_of_the_presets() {
        let sources = [
            include_str!("file.rs"),
            include_str!("stage_file.rs"),
            include_str!("../rules.rs"),
            include_str!("../input.rs"),
            include_str!("../assertion.rs"),
            include_str!("../remark.rs"),
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
