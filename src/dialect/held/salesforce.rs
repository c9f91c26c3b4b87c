//! The sign-in of the Salesforce command line: its files, and the address that it stores one in,
//! `force://CLIENT_ID:CLIENT_SECRET:REFRESH_TOKEN@HOST`, alone or as `sfdxAuthUrl` in its answer.

use serde_json::{Value as Json, json};

use crate::dialect::Import;
use crate::dialect::document::{Document, DocumentError};
use crate::dialect::held::forms::SALESFORCE;

pub fn recognise(document: &Document<'_>) -> bool {
    address(document).is_some() || SALESFORCE.recognise(document)
}

pub fn read(document: &Document<'_>) -> Result<Import, DocumentError> {
    let Some(address) = address(document) else { return SALESFORCE.read(document) };
    let wrong = || DocumentError::OtherFormat {
        format: SALESFORCE.name,
        expected: "`CLIENT_ID:CLIENT_SECRET:REFRESH_TOKEN@HOST` after `force://`",
    };
    let (values, host) = address.rsplit_once('@').ok_or_else(wrong)?;
    let mut values = values.splitn(3, ':');
    let (Some(client_id), Some(client_secret), Some(refresh_token)) = (values.next(), values.next(), values.next())
    else {
        return Err(wrong());
    };
    SALESFORCE.read_tree(&json!({
        "clientId": client_id,
        "clientSecret": client_secret,
        "refreshToken": refresh_token,
        "instanceUrl": format!("https://{}", host.trim_start_matches("https://")),
    }))
}

/// What follows `force://`.
fn address<'a>(document: &'a Document<'_>) -> Option<&'a str> {
    let of_answer = |json: &'a Json| {
        let json = json.get("result").unwrap_or(json);
        json.get("sfdxAuthUrl").and_then(Json::as_str)
    };
    let whole = document.trimmed();
    document.json().and_then(of_answer).unwrap_or(whole).strip_prefix("force://")
}
