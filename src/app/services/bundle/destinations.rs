//! Where saved profiles would send their secrets with other presets: what an attacker would change of a preset.

use std::collections::BTreeSet;

use crate::app::Failure;
use crate::app::blocking::blocking;
use crate::app::handle::App;
use crate::app::state::{PresetFiles, Presets};
use crate::call::{CallTemplate, Place, Template, Values};
use crate::service::{Bundle, Catalog, Profile, ProfileName, Service, SignedBundle};

/// For each saved profile, in words: what would go to another host than now, and that it could not be read any more.
pub(super) async fn changed(
    app: &App,
    files: &PresetFiles,
    in_use: Option<&SignedBundle>,
    offered: &Bundle,
) -> Result<Vec<String>, Failure> {
    let ours = Presets::with(files.clone(), in_use.map(|signed| &signed.bundle)).catalog;
    let theirs = Presets::with(files.clone(), Some(offered)).catalog;
    let (own, team) = app.listed(&ours).await?;
    let mut texts = Vec::new();
    for name in own.iter().chain(&team).filter_map(|listed| ProfileName::parse(&listed.name).ok()) {
        if let Some(text) = app.load_profile_text(&name).await? {
            texts.push((name, text));
        }
    }
    blocking(move || texts.iter().flat_map(|(name, text)| of_profile(name, text, &ours, &theirs)).collect()).await
}

fn of_profile(name: &ProfileName, text: &str, ours: &Catalog, theirs: &Catalog) -> Vec<String> {
    // One that cannot be read now sends nothing.
    let Ok(before) = Profile::from_toml(name, text, ours) else { return Vec::new() };
    let whose = format!("`{name}` ({})", before.service.id);
    match Profile::from_toml(name, text, theirs) {
        Ok(after) if after == before => Vec::new(),
        Ok(after) => compare(&before, &after).into_iter().map(|words| format!("{whose}: {words}")).collect(),
        Err(error) => vec![format!("{whose}: the profile could not be used any more: {error}")],
    }
}

/// A call, and where it goes.
struct Destination<'a> {
    stage: &'static str,
    /// Which of the calls of this stage it is.
    at: usize,
    call: &'a CallTemplate,
    host: String,
}

fn compare(before: &Profile, after: &Profile) -> Vec<String> {
    let (old, new) = (destinations(before), destinations(after));
    let known: BTreeSet<&str> = old.iter().map(|one| one.host.as_str()).collect();
    let mut words = Vec::new();
    for Destination { stage, at, call, host } in &new {
        let was = old.iter().filter(|one| one.stage == *stage && one.at == *at).map(|one| &one.host).next();
        let what = carried(stage, call, &after.service);
        match was {
            Some(was) if was == host => {}
            Some(was) => words.push(format!("{what} would go to `{host}` instead of `{was}`")),
            None if known.contains(host.as_str()) => {}
            None => words.push(format!("{what} would go to `{host}`, where nothing goes now")),
        }
    }
    let added = after.service.api.iter().filter(|origin| !before.service.api.contains(origin));
    words.extend(added.map(|origin| format!("the access token could be sent to `{origin}`")));
    words
}

fn destinations(profile: &Profile) -> Vec<Destination<'_>> {
    let values = profile.values();
    let mut found: Vec<Destination> = Vec::new();
    for (stage, call) in profile.service.calls() {
        for url in [&call.url, &call.mtls_url].into_iter().filter(|url| !url.is_empty()) {
            let at = found.iter().filter(|one| one.stage == stage).count();
            found.push(Destination { stage, at, call, host: host(url, &values, &profile.service) });
        }
    }
    found
}

/// Scheme and host of a URL. What is open in it is said by the pattern that it has to match.
fn host(url: &Template, values: &Values, service: &Service) -> String {
    let source = url.source();
    let start = source.find("://").map_or(0, |at| at + 3);
    let end = source[start..].find(['/', '?', '#']).map_or(source.len(), |at| start + at);
    let origin = Template::new(&source[..end]);
    if let Ok(rendered) = origin.render(values, Place::Text) {
        return rendered.to_secret().expose().to_owned();
    }
    let allowed: Vec<String> =
        origin.placeholders().filter_map(|name| Some(format!("<{name}> is {}", service.allow.get(name)?))).collect();
    if allowed.is_empty() {
        origin.source().to_owned()
    } else {
        format!("{} ({})", origin.source(), allowed.join(", "))
    }
}

/// What a call carries, in words.
fn carried(stage: &str, call: &CallTemplate, service: &Service) -> String {
    let mut carried: Vec<&str> = Vec::new();
    if call.sends_client_secret() {
        carried.push("the client secret");
    }
    let has = |name: &str| call.placeholders().any(|known| known == name);
    let secrets = [("refresh_token", "the refresh token"), ("access_token", "the access token"), ("code", "the code")];
    carried.extend(secrets.iter().filter(|(name, _)| has(name)).map(|(_, words)| *words));
    if matches!(stage, "identity" | "fetch") && !carried.contains(&"the access token") {
        carried.push("the access token");
    }
    let inputs = service.inputs.iter().filter(|input| input.secret && has(&input.name));
    carried.extend(inputs.map(|input| input.label.as_str()));
    let request = match stage {
        "authorization" => "the browser".to_owned(),
        stage => format!("the {} call", stage.trim_end_matches("_request").replace('_', " ")),
    };
    if carried.is_empty() { request } else { format!("{request} with {}", carried.join(", ")) }
}
