//! For clusters, machines and stores that hold secrets.

use serde_json::json;

use crate::export::formats::documents::{fields, pretty, write};
use crate::export::subject::rfc3339;
use crate::export::{ExportError, ExportFormat, RefreshTokenUse, Subject, Text};

/// A manifest of a Kubernetes Secret. Every value is quoted, since the cluster refuses a number.
pub(super) const KUBERNETES_SECRET: ExportFormat = ExportFormat {
    id: "kubernetes-secret",
    name: "Kubernetes Secret",
    reader: "kubectl apply",
    file_name: "{profile}.secret.yaml",
    refresh_token: RefreshTokenUse::Optional,
    snapshot: Some(kubernetes_secret),
    next: "kubectl apply --filename {file}",
    ..ExportFormat::BLANK
};

fn kubernetes_secret(subject: &Subject) -> Result<Text, ExportError> {
    let mut text = String::from("apiVersion: v1\nkind: Secret\n");
    write(&mut text, 0, "metadata", &json!({"name": object_name(&subject.profile)}));
    text.push_str("type: Opaque\n");
    write(&mut text, 0, "stringData", &json!(fields(subject)));
    Text::whole(text)
}

/// An object's name is a DNS subdomain (RFC 1123): lower-case letters, digits, `-` and `.`, with a letter or digit at both
/// ends.
fn object_name(profile: &str) -> String {
    let name: String = profile.to_lowercase().chars().map(|c| if c == '_' { '-' } else { c }).collect();
    name.trim_matches(['-', '.']).to_owned()
}

/// `ExecCredential` of Kubernetes: a kubeconfig user whose token this program supplies.
pub(super) const EXEC_CREDENTIAL: ExportFormat = ExportFormat {
    id: "exec-credential",
    name: "Kubernetes ExecCredential",
    reader: "kubectl, client-go",
    file_name: "{profile}.kubeconfig",
    snapshot: Some(exec_credential),
    live: Some(exec_credential_live),
    next: "KUBECONFIG=~/.kube/config:{file} kubectl --user={profile} get pods",
    ..ExportFormat::BLANK
};

/// What the command of a kubeconfig prints.
fn exec_credential(subject: &Subject) -> Result<Text, ExportError> {
    let mut status = json!({"token": subject.tokens.access_token.expose()});
    if let Some(expires_at) = subject.tokens.expires_at {
        status["expirationTimestamp"] = json!(rfc3339(expires_at));
    }
    Text::whole(pretty(&json!({
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "status": status,
    })))
}

/// A kubeconfig with such a user, to merge with the one that names the cluster. JSON is YAML.
fn exec_credential_live(subject: &Subject) -> Result<Text, ExportError> {
    Text::whole(pretty(&json!({
        "apiVersion": "v1",
        "kind": "Config",
        "users": [{"name": subject.profile, "user": {"exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": "tokenwright",
            "args": ["export", subject.profile, "--format", "exec-credential"],
            "interactiveMode": "Never",
            "provideClusterInfo": false,
        }}}],
    })))
}

/// The input of `aws secretsmanager create-secret`: the fields as JSON, as a string in JSON.
pub(super) const AWS_SECRET: ExportFormat = ExportFormat {
    id: "aws-secret",
    name: "AWS Secrets Manager",
    reader: "aws secretsmanager create-secret --cli-input-json",
    file_name: "{profile}.aws-secret.json",
    refresh_token: RefreshTokenUse::Optional,
    snapshot: Some(aws_secret),
    next: "aws secretsmanager create-secret --cli-input-json file://{file}",
    ..ExportFormat::BLANK
};

fn aws_secret(subject: &Subject) -> Result<Text, ExportError> {
    let fields = json!(fields(subject)).to_string();
    Text::whole(pretty(&json!({"Name": subject.profile, "SecretString": fields})))
}

/// The body of a write to `HashiCorp` Vault's key/value store, version 2.
pub(super) const VAULT_KV: ExportFormat = ExportFormat {
    id: "vault-kv",
    name: "HashiCorp Vault KV",
    reader: "vault write, the KV version 2 API, OpenBao",
    file_name: "{profile}.vault.json",
    refresh_token: RefreshTokenUse::Optional,
    snapshot: Some(vault_kv),
    next: "curl --header \"X-Vault-Token: $VAULT_TOKEN\" --data @{file} $VAULT_ADDR/v1/secret/data/{profile}",
    ..ExportFormat::BLANK
};

fn vault_kv(subject: &Subject) -> Result<Text, ExportError> {
    Text::whole(pretty(&json!({ "data": fields(subject) })))
}

/// The token alone, in a file with the name by which a unit loads it.
pub(super) const SYSTEMD: ExportFormat = ExportFormat {
    id: "systemd",
    name: "systemd credential",
    reader: "LoadCredential= of a unit, systemd-creds encrypt",
    file_name: "access_token",
    snapshot: Some(systemd),
    next: "systemd-creds encrypt --name=access_token {file} access_token.cred",
    ..ExportFormat::BLANK
};

fn systemd(subject: &Subject) -> Result<Text, ExportError> {
    Text::whole(subject.tokens.access_token.expose())
}
