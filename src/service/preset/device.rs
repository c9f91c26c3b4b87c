//! The request that polls for a sign-in on another device: what a preset leaves out of it is as in the token request, since most
//! services have one token endpoint.

use toml::{Table, Value};

/// The key of the request that begins it.
pub(crate) const AUTHORIZATION: &str = "device_authorization";
/// The key of the request that polls.
const TOKEN_REQUEST: &str = "device_token_request";
/// The keys that it shares with the token request.
const SHARED: [&str; 7] = ["url", "method", "authentication", "headers", "encoding", "reading", "example"];

/// The preset with a complete request that polls.
pub(crate) fn completed(preset: &Table) -> Table {
    let mut preset = preset.clone();
    if let Some(stage) = token_request(&preset) {
        preset.insert(TOKEN_REQUEST.to_owned(), stage.into());
    }
    preset
}

/// The stage `device_token_request` of a preset that has a device authorization endpoint. One that is written out with all its
/// parameters (`standard = false`) is complete.
fn token_request(preset: &Table) -> Option<Table> {
    preset.get(AUTHORIZATION)?;
    let own = preset.get(TOKEN_REQUEST).and_then(Value::as_table).cloned().unwrap_or_default();
    if own.get("standard").and_then(Value::as_bool) == Some(false) {
        return Some(own);
    }
    let usual = preset.get("token_request").and_then(Value::as_table)?;
    let mut stage: Table =
        SHARED.iter().filter_map(|key| Some(((*key).to_owned(), usual.get(*key)?.clone()))).collect();
    stage.extend(own);
    // A token endpoint that nobody knows cannot be polled.
    let has_url = stage.get("url").and_then(Value::as_str).is_some_and(|url| !url.is_empty());
    has_url.then_some(stage)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Table {
        text.parse().expect("TOML")
    }

    const USUAL: &str =
        "[token_request]\nurl = \"https://as.test/token\"\nauthentication = \"basic\"\nbody = { x = \"1\" }\n";

    #[test]
    fn what_it_leaves_out_is_as_in_the_token_request() {
        let stage = |own: &str| token_request(&table(&format!("{own}\n{USUAL}")));
        assert_eq!(stage(""), None);
        let begins = "[device_authorization]\nurl = \"https://as.test/device\"\n";
        assert_eq!(stage(begins), Some(table("url = \"https://as.test/token\"\nauthentication = \"basic\"\n")));
        let own = format!("{begins}[device_token_request]\nauthentication = \"none\"\n");
        assert_eq!(stage(&own), Some(table("url = \"https://as.test/token\"\nauthentication = \"none\"\n")));
        let whole = format!("{begins}[device_token_request]\nurl = \"https://as.test/poll\"\nstandard = false\n");
        assert_eq!(stage(&whole), Some(table("url = \"https://as.test/poll\"\nstandard = false\n")));
    }
}
