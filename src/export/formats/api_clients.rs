//! For tools with a window that send requests: Postman, Bruno, Insomnia, and the HTTP clients of editors.

use serde_json::{Value as Json, json};

use crate::export::formats::documents::{fields, pretty};
use crate::export::formats::requests::header_line;
use crate::export::{ExportError, ExportFormat, RefreshTokenUse, Subject, Text};

/// A Postman environment. Postman silently reads a wrong shape as an empty one, so tests check the shape.
pub(super) const POSTMAN_ENVIRONMENT: ExportFormat = ExportFormat {
    id: "postman-environment",
    name: "Postman environment",
    reader: "Postman, newman --environment",
    file_name: "{profile}.postman_environment.json",
    refresh_token: RefreshTokenUse::Optional,
    snapshot: Some(postman_environment),
    next: "newman run collection.json --environment {file}",
    ..ExportFormat::BLANK
};

fn postman_environment(subject: &Subject) -> Result<Text, ExportError> {
    let values = subject.fields().into_iter().map(|field| {
        let kind = if field.secret { "secret" } else { "default" };
        json!({"key": field.name, "value": field.value.expose(), "type": kind, "enabled": true})
    });
    Text::whole(pretty(&json!({
        "name": subject.profile,
        "values": values.collect::<Vec<Json>>(),
        "_postman_variable_scope": "environment",
    })))
}

/// A Postman collection whose requests all carry the token: the `auth` block that others are copied from.
pub(super) const POSTMAN_COLLECTION: ExportFormat = ExportFormat {
    id: "postman-collection",
    name: "Postman collection with OAuth 2.0",
    reader: "Postman, newman run",
    file_name: "{profile}.postman_collection.json",
    snapshot: Some(postman_collection),
    next: "newman run {file}",
    holds_url: true,
    ..ExportFormat::BLANK
};

fn postman_collection(subject: &Subject) -> Result<Text, ExportError> {
    let entry = |key: &str, value: &str| json!({"key": key, "value": value, "type": "string"});
    let header = subject.header();
    let auth = if header.is_authorization() && header.scheme().is_some() && header.carries_derived().is_none() {
        json!({"type": "oauth2", "oauth2": [
            entry("accessToken", subject.tokens.access_token.expose()),
            entry("tokenType", header.token_type()),
            entry("headerPrefix", header.token_type()),
            entry("addTokenTo", "header"),
        ]})
    } else {
        json!({"type": "apikey", "apikey": [
            entry("key", header.name()),
            entry("value", &header.value(subject.carried().expose())),
            entry("in", "header"),
        ]})
    };
    // Refuses what no header can hold.
    header_line(subject)?;
    let requests = subject.url.iter().map(|url| json!({"name": url, "request": {"method": "GET", "url": url}}));
    Text::whole(pretty(&json!({
        "info": {
            "name": subject.profile,
            "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
        },
        "auth": auth,
        "item": requests.collect::<Vec<_>>(),
    })))
}

/// A Bruno environment, in the JSON that both its window and its command line read.
pub(super) const BRUNO: ExportFormat = ExportFormat {
    id: "bruno",
    name: "Bruno environment",
    reader: "Bruno, bru run --env-file",
    file_name: "{profile}.bruno.json",
    refresh_token: RefreshTokenUse::Optional,
    snapshot: Some(bruno),
    next: "bru run --env-file {file}",
    ..ExportFormat::BLANK
};

/// Bruno's files leave out the values of variables that are marked secret, so these are not.
fn bruno(subject: &Subject) -> Result<Text, ExportError> {
    let variables = subject.fields().into_iter().map(|field| {
        json!({"name": field.name, "value": field.value.expose(), "enabled": true, "secret": false, "type": "text"})
    });
    Text::whole(pretty(&json!({"name": subject.profile, "variables": variables.collect::<Vec<Json>>()})))
}

/// An Insomnia environment in export format 4.
pub(super) const INSOMNIA: ExportFormat = ExportFormat {
    id: "insomnia",
    name: "Insomnia environment",
    reader: "Insomnia, inso",
    file_name: "{profile}.insomnia.json",
    refresh_token: RefreshTokenUse::Optional,
    snapshot: Some(insomnia),
    next: "import {file} in Insomnia: Preferences, Data",
    ..ExportFormat::BLANK
};

fn insomnia(subject: &Subject) -> Result<Text, ExportError> {
    let workspace = format!("wrk_{}", subject.profile);
    Text::whole(pretty(&json!({
        "_type": "export",
        "__export_format": 4,
        "__export_source": "tokenwright",
        "resources": [
            {"_id": workspace, "_type": "workspace", "parentId": null, "name": subject.profile, "scope": "collection"},
            {"_id": format!("env_{}", subject.profile), "_type": "environment", "parentId": workspace,
                "name": "Base Environment", "data": fields(subject), "isPrivate": true},
        ],
    })))
}

/// The private environment file of the HTTP clients of `JetBrains` and VS Code (httpYac); it must not be committed.
pub(super) const HTTP_CLIENT: ExportFormat = ExportFormat {
    id: "http-client",
    name: "HTTP client private environment",
    reader: "JetBrains HTTP client, httpYac in VS Code",
    file_name: "http-client.private.env.json",
    refresh_token: RefreshTokenUse::Optional,
    snapshot: Some(http_client),
    next: "ijhttp --private-env-file {file} --env {profile} requests.http",
    ..ExportFormat::BLANK
};

fn http_client(subject: &Subject) -> Result<Text, ExportError> {
    Text::whole(pretty(&json!({ subject.profile.as_str(): fields(subject) })))
}
