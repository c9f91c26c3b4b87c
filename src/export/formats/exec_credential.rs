//! `ExecCredential` of Kubernetes: a user in a kubeconfig who asks this program for a token each time.

use serde_json::json;

use crate::export::formats::json::pretty;
use crate::export::subject::rfc3339;
use crate::export::{ExportError, ExportFormat, Subject, Text};

pub(super) const FORMAT: ExportFormat = ExportFormat {
    id: "exec-credential",
    name: "Kubernetes ExecCredential",
    reader: "kubectl, client-go",
    file_name: "{profile}.kubeconfig",
    snapshot: Some(snapshot),
    live: Some(live),
    next: "KUBECONFIG=~/.kube/config:{file} kubectl --user={profile} get pods",
    ..ExportFormat::BLANK
};

/// What the command of a kubeconfig prints.
fn snapshot(subject: &Subject) -> Result<Text, ExportError> {
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

/// A kubeconfig with such a user, to be merged with the one that names the cluster. It is written as JSON, which is YAML.
fn live(subject: &Subject) -> Result<Text, ExportError> {
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
