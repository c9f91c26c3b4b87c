//! Which of the bundled presets a document is about, by its endpoints, its issuer, or the name that it has there.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use crate::call::{Authentication, CallTemplate};
use crate::dialect::standard::{host, squeezed};
use crate::dialect::{Described, Import, Note};
use crate::oauth::GrantType;
use crate::service::{Asks, Catalog, Choice, Field, Input, Service};

/// A service, and its inputs found in a URL.
type Found = (Service, BTreeMap<String, String>);

/// Words of a variable's name beside that of a service.
const BESIDE: &str =
    "oauth oauth2 provider providers social login auth next public vite react app my api dev prod test client";

/// How many words of a path are those of one service only.
const TELLING: usize = 4;

/// A host that no service of a preset has.
const UNRELATED: &str = "unrelated.example.test";

/// The services of the bundled presets, parsed once.
static BUNDLED: LazyLock<Vec<Service>> = LazyLock::new(|| Catalog::bundled().services());

/// The services that these addresses and names may be of, so that not all presets are parsed for one. A preset names the host
/// of its service, or its addresses begin with an open place; an address without a host, or many hosts, leave all services.
fn candidates<'a>(addresses: impl Iterator<Item = &'a str>, names: &[String]) -> Cow<'static, [Service]> {
    const MANY: usize = 16;
    let labels: Option<BTreeSet<&str>> = addresses.map(label).collect();
    let Some(labels) = labels.filter(|labels| labels.len() + names.len() < MANY) else {
        return Cow::Borrowed(&BUNDLED);
    };
    let labels: Vec<&str> = labels.into_iter().collect();
    let catalog = Catalog::bundled();
    let ids = catalog.ids_where(|text| {
        !labels.is_empty() && may_be_of(text, &labels) || names.iter().any(|name| may_be_named(text, name))
    });
    Cow::Owned(ids.into_iter().filter_map(|id| catalog.service(id).ok()).collect())
}

/// Whether the service of a preset with this text may have a name, which is squeezed.
fn may_be_named(text: &str, name: &str) -> bool {
    let is_name = |line: &&str| ["id = ", "name = ", "aliases = "].iter().any(|key| line.starts_with(key));
    text.lines().filter(is_name).any(|line| squeezed(line).contains(name))
}

/// Whether a preset with this text may be of a host with one of these labels.
fn may_be_of(text: &str, labels: &[&str]) -> bool {
    let is_open = |line: &str| line.starts_with("url = \"<") || line.starts_with("issuer = \"<");
    labels.iter().any(|label| text.contains(label)) || text.lines().any(is_open)
}

/// What tells the owner of a host: the first letters of a label, `zend` of `acme.zendesk.com`, since a host of tests may have a
/// longer one; or the whole host, where all labels are short.
fn label(address: &str) -> Option<&str> {
    const LETTERS: usize = 4;
    let host = address.split_once("://")?.1.split(['/', '?', '#']).next()?;
    let is_plain = host.chars().all(|letter| letter.is_ascii_alphanumeric() || "-.:".contains(letter));
    // The end names nobody, nor does the `co` of `co.uk`.
    let owner = host.rsplit('.').skip(1).find(|label| label.len() >= LETTERS);
    is_plain.then(|| owner.map_or(host, |owner| &owner[..LETTERS]))
}

/// The preset of this ID, unless the document has another token endpoint.
pub(in crate::dialect) fn preset(id: &str, token_url: &str) -> Option<Found> {
    let service = Catalog::bundled().service(id).ok()?;
    if token_url.is_empty() {
        return Some((service, BTreeMap::new()));
    }
    let inputs = inputs_at(&service, token_url)?;
    Some((service, inputs))
}

/// The first preset with this token endpoint, this issuer, or this name and token endpoint.
pub(in crate::dialect) fn matched(token_url: &str, issuer: &str, name: &str) -> Option<Found> {
    let issuer = issuer.trim_end_matches('/');
    if token_url.is_empty() && issuer.is_empty() {
        return None;
    }
    let mut found = None;
    let services = candidates([if token_url.is_empty() { issuer } else { token_url }].into_iter(), &[]);
    for service in services.iter().filter(|service| service.refresh_request.is_some() && !service.practice) {
        let inputs =
            if token_url.is_empty() { has_issuer(service, issuer, false) } else { inputs_at(service, token_url) };
        if let Some(inputs) = inputs {
            // Of several services at one address the one that the document names, or else the first.
            if service.name == name {
                return Some((service.clone(), inputs));
            }
            found = found.or(Some((service, inputs)));
        }
    }
    found.map(|(service, inputs)| (service.clone(), inputs))
}

/// Puts the preset that a description is about before it, with what the description adds.
pub(in crate::dialect) fn offer(import: &mut Import) {
    // Without an address only the name tells.
    let (without, with): (Vec<&Described>, Vec<&Described>) =
        import.described.iter().partition(|described| address(described).is_empty());
    let names = without.iter().map(|described| bare(&described.named_service)).filter(|name| !name.is_empty());
    let services = &*candidates(with.into_iter().map(address), &names.collect::<Vec<_>>());
    let is_bundled = |described: &Described| {
        let own = &described.service;
        described.is_preset || services.iter().any(|service| service.id == own.id && service.source == own.source)
    };
    let mut offered = Vec::new();
    for mut described in std::mem::take(&mut import.described) {
        let found = if is_bundled(&described) { None } else { about(services, &described) };
        if let Some((service, inputs)) = found {
            service.id.clone_into(&mut described.preset);
            offered.push(with_preset(service.clone(), inputs, &described));
        }
        offered.push(described);
    }
    import.described = offered;
}

/// The address by which a preset is told; empty where only a name tells.
fn address(described: &Described) -> &str {
    let own = &described.service;
    let call = Some(&own.token_request).filter(|call| !call.url.is_empty()).or(own.refresh_request.as_ref());
    let authorization = own.authorization.as_ref().map(|visit| &visit.call);
    let urls = call.into_iter().chain(authorization).map(|call| call.url.source());
    let issuer = own.redirect.issuer.as_deref().unwrap_or(&described.offered.issuer);
    urls.chain([issuer]).find(|address| !address.is_empty()).unwrap_or_default()
}

/// The preset that a description is about.
fn about<'a>(services: &'a [Service], described: &Described) -> Option<(&'a Service, BTreeMap<String, String>)> {
    let own = &described.service;
    let issuer = own.redirect.issuer.as_deref().unwrap_or(&described.offered.issuer).trim_end_matches('/');
    let call = Some(&own.token_request).filter(|call| !call.url.is_empty()).or(own.refresh_request.as_ref());
    let token_url = call.map(|call| call.url.source()).unwrap_or_default();
    let authorization_url = own.authorization.as_ref().map(|visit| visit.call.url.source()).unwrap_or_default();
    let fits = services
        .iter()
        .filter(|service| service.id != Catalog::CUSTOM && !service.practice && is_same_grant(service, own));
    if token_url.is_empty() && authorization_url.is_empty() && issuer.is_empty() {
        let name = &described.named_service;
        let fits: Vec<&Service> = fits.collect();
        let by = |is_it: fn(&Service, &str) -> bool| fits.iter().find(|service| is_it(service, name)).copied();
        return by(is_named).or_else(|| by(is_alias)).map(|service| (service, BTreeMap::new()));
    }
    let found = fits.filter_map(|service| {
        let visit = || service.authorization.as_ref().map(|visit| &visit.call);
        let inputs = if !token_url.is_empty() {
            inputs_at(service, token_url)
        } else if !authorization_url.is_empty() {
            visit().and_then(|call| inputs_in(service, call.url.source(), authorization_url))
        } else {
            has_issuer(service, issuer, is_named(service, &described.named_service))
        };
        let has_visit = |url: &str| visit().is_some_and(|call| inputs_in(service, call.url.source(), url).is_some());
        let names = [&described.named_service, &own.name];
        let is_named = names.iter().any(|name| is_named(service, name));
        let knows = |scope: &&String| {
            let rules = &service.scopes;
            rules.known.iter().any(|known| known.name == **scope) || rules.answers.names.contains_key(*scope)
        };
        let scopes = described.scopes.iter().filter(knows).count();
        let host = host(if token_url.is_empty() { authorization_url } else { token_url });
        let fit = (
            has_visit(authorization_url),
            // Scopes say more than a name.
            scopes,
            is_named,
            is_same_client(service, described),
            is_of_host(service, &host),
        );
        Some((service, inputs?, fit))
    });
    // The first of those that fit best.
    let found = found.collect::<Vec<_>>().into_iter().rev().max_by(|(_, _, one), (_, _, other)| one.cmp(other));
    found.map(|(service, inputs, _)| (service, inputs))
}

/// Whether both authenticate alike: with a key or certificate, with a secret, or not at all.
fn is_same_client(preset: &Service, described: &Described) -> bool {
    let has_key = |service: &Service| {
        let method = service.token_request.authentication;
        method.shows_certificate() || method == Authentication::PrivateKeyJwt
    };
    let has_secret = !described.secrets.client_secret.is_empty() || described.service.asks != Asks::Nothing;
    let asks_the_same = match preset.asks {
        Asks::OptionalSecret => true,
        Asks::Nothing => !has_secret,
        Asks::Secret | Asks::UserAndSecret => has_secret,
    };
    asks_the_same && has_key(preset) == has_key(&described.service)
}

/// Whether a host has the first word of a preset's ID: of several services at one server, its owner's own.
fn is_of_host(preset: &Service, host: &str) -> bool {
    preset.id.split('-').next().is_some_and(|word| host.contains(word))
}

/// A refresh token at hand is refreshed by the preset of its service, which starts in the browser.
fn is_same_grant(preset: &Service, own: &Service) -> bool {
    let has = |grant: GrantType| own.grant_type == grant.as_str();
    preset.grant_type == own.grant_type && preset.authorization.is_some() == own.authorization.is_some()
        || has(GrantType::RefreshToken) && preset.refresh_request.is_some() && preset.authorization.is_some()
}

/// Whether this is the ID or the name of a service, in any spelling and with the usual words around it.
fn is_named(service: &Service, name: &str) -> bool {
    let name = bare(name);
    !name.is_empty() && [&service.id, &service.name].into_iter().any(|known| squeezed(known) == name)
}

/// Whether this is another name of a service. Short ones are words of any program.
fn is_alias(service: &Service, name: &str) -> bool {
    const SHORTEST: usize = 6;
    let name = bare(name);
    name.len() >= SHORTEST && service.aliases.iter().any(|known| squeezed(known) == name)
}

/// Whether this is a name of a bundled service.
pub(in crate::dialect) fn is_known(name: &str) -> bool {
    let bare = [bare(name)];
    !bare[0].is_empty()
        && candidates(std::iter::empty(), &bare)
            .iter()
            .any(|service| is_named(service, name) || is_alias(service, name))
}

/// A name without the usual words around it.
fn bare(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).filter(|word| !BESIDE.split(' ').any(|beside| beside == word)).collect()
}

/// The preset with the person's values of a description.
fn with_preset(service: Service, mut inputs: BTreeMap<String, String>, own: &Described) -> Described {
    let has_input = |name: &str| service.inputs.iter().any(|input| input.name == name);
    inputs.extend(
        own.inputs.iter().filter(|(name, _)| has_input(name)).map(|(name, value)| (name.clone(), value.clone())),
    );
    let mut secrets = own.secrets.clone();
    secrets.inputs.retain(|name, _| has_input(name));
    let is_of_client = |note: &&Note| match &note.field {
        Some(Field::ClientId) => true,
        Some(_) => false,
        None => note.place == "private key" || note.place == "refresh token",
    };
    let mut missing: Vec<Note> = own.missing.iter().filter(is_of_client).cloned().collect();
    if matches!(service.asks, Asks::Secret | Asks::UserAndSecret) && secrets.client_secret.is_empty() {
        let words = "the service issues one when you register a client";
        missing.push(Note::new(service.labels.client_secret.clone(), words));
    }
    let mut understood = own.understood.clone();
    understood.insert(0, Note::new("service", format!("the preset `{}`", service.id)));
    Described {
        client_id: own.client_id.clone(),
        redirect_uri: own.redirect_uri.clone(),
        user_name: own.user_name.clone(),
        scopes: own.scopes.clone(),
        inputs,
        secrets,
        understood,
        ignored: own.ignored.clone(),
        missing,
        offered: own.offered.clone(),
        assumed: Vec::new(),
        named_service: own.named_service.clone(),
        is_preset: true,
        preset: String::new(),
        service,
    }
}

/// What the issuer has in the open places of the service's own, if it fits it. An issuer with an open start fits only where the
/// document names the service.
fn has_issuer(service: &Service, issuer: &str, is_named: bool) -> Option<BTreeMap<String, String>> {
    let own = service.redirect.issuer.as_deref()?.trim_end_matches('/');
    match own.strip_prefix('<').and_then(|rest| rest.split_once('>')) {
        Some((base, path)) if is_named && !path.is_empty() => under_base(base, path, issuer, 1),
        _ => (own == issuer).then(BTreeMap::new),
    }
}

/// The inputs in the URL, if it is that of the refresh or token request.
fn inputs_at(service: &Service, token_url: &str) -> Option<BTreeMap<String, String>> {
    let calls: [Option<&CallTemplate>; 2] = [service.refresh_request.as_ref(), Some(&service.token_request)];
    calls.into_iter().flatten().find_map(|call| inputs_in(service, call.url.source(), token_url))
}

/// What an address has in the open places of a template, if it fits it; nothing for those that are open there as well. An input that is a host must be bound to the
/// service's own, since another fits any.
fn inputs_in(service: &Service, template: &str, address: &str) -> Option<BTreeMap<String, String>> {
    if let Some((base, path)) = template.strip_prefix('<').and_then(|rest| rest.split_once('>')) {
        return under_base(base, path, address, TELLING);
    }
    let (open, written): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), address.split('/').collect());
    if open.len() != written.len() || open.len() < 4 {
        return None;
    }
    let mut inputs = BTreeMap::new();
    for (at, (open, written)) in open.into_iter().zip(written).enumerate() {
        let input = |name: &str| service.inputs.iter().find(|input| input.name == name);
        for (name, value) in segment(open, written)? {
            let known = input(name);
            if known.is_none()
                && let Some((input, choice)) = choice_that_sets(service, name, value)
            {
                inputs.insert(input.to_owned(), choice.to_owned());
                continue;
            }
            let is_bound = at > 2 || open.len() > name.len() + 6 || known.is_some_and(is_bound);
            let fits = known.is_none_or(|input| input.parse(value).is_ok_and(|parsed| parsed == value));
            // An open place of the document is left to the person, but a host that is all open may be of any service.
            let is_any_host = at == 2 && open.starts_with('<') && open.ends_with('>') && is_open(value, None);
            if is_bound && !is_any_host && is_open(value, known) {
                continue;
            }
            if !is_bound || !fits || value.contains(['<', '{', '$', '?', '#']) {
                return None;
            }
            inputs.insert(name.to_owned(), value.to_owned());
        }
    }
    Some(inputs)
}

/// The input, and its choice, that sets a place to this value: an environment sets the host.
fn choice_that_sets<'a>(service: &'a Service, name: &str, value: &str) -> Option<(&'a str, &'a str)> {
    let sets = |choice: &&Choice| choice.sets.get(name).is_some_and(|set| set == value);
    service.inputs.iter().find_map(|input| Some((input.name.as_str(), input.choices.iter().find(sets)?.value.as_str())))
}

/// The same where the start of the address is open, and its path is one that only this service has.
fn under_base(base: &str, path: &str, address: &str, telling: usize) -> Option<BTreeMap<String, String>> {
    let open: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let written: Vec<&str> = address.split('/').collect();
    let literal = open.iter().filter(|part| !part.contains('<')).count();
    // A base that the document leaves open is left to the person.
    let is_left_open = written[0].starts_with('<') && written[0].ends_with('>');
    let is_base = |at: &usize| *at >= 3 || *at == 1 && is_left_open;
    let at = written.len().checked_sub(open.len()).filter(|at| is_base(at) && literal >= telling)?;
    let own = Some(written[..at].join("/")).filter(|own| !own.contains(['<', '{'])).map(|own| (base.to_owned(), own));
    let mut inputs: BTreeMap<String, String> = own.into_iter().collect();
    for (open, written) in open.into_iter().zip(&written[at..]) {
        let found = segment(open, written)?;
        if found.iter().any(|(_, value)| value.contains(['<', '{', '$', '?', '#'])) {
            return None;
        }
        inputs.extend(found.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
    Some(inputs)
}

fn is_bound(input: &Input) -> bool {
    input.parse(UNRELATED).is_err()
}

/// Whether a value is an open place of a document, `<tenant>`, or has one where anything fits: `<shop>.myshopify.com`.
fn is_open(value: &str, input: Option<&Input>) -> bool {
    let Some((before, rest)) = value.split_once('<') else { return false };
    let Some((name, after)) = rest.split_once('>').filter(|(name, after)| !name.contains('<') && !after.contains('<'))
    else {
        return false;
    };
    let fits = |input: &Input| input.parse(&format!("{before}example{after}")).is_ok();
    !name.is_empty() && (before.is_empty() && after.is_empty() || input.is_some_and(fits))
}

/// The values in a part of an address between slashes.
fn segment<'a, 'b>(open: &'a str, written: &'b str) -> Option<Vec<(&'a str, &'b str)>> {
    let Some((before, rest)) = open.split_once('<') else { return (open == written).then(Vec::new) };
    let (name, after) = rest.split_once('>')?;
    let written = written.strip_prefix(before)?;
    let next = after.split('<').next().unwrap_or_default();
    let end = if next.is_empty() { written.len() } else { written.find(next)? };
    let (value, rest) = written.split_at(end);
    if value.is_empty() {
        return None;
    }
    let mut found = vec![(name, value)];
    found.extend(segment(after, rest)?);
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_the_preset_and_what_it_leaves_open() {
        let id = |found: Option<Found>| found.map(|(service, inputs)| (service.id, inputs.into_values().next()));
        let named = |id: &str, input: Option<&str>| Some((id.to_owned(), input.map(str::to_owned)));
        let tenant = "https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token";
        assert_eq!(id(matched("https://oauth2.googleapis.com/token", "", "")), named("google", None));
        assert_eq!(id(matched("https://oauth2.googleapis.com/token", "", "Gmail")), named("gmail", None));
        assert_eq!(id(matched("https://api.dropboxapi.com/oauth2/token", "", "")), named("dropbox", None));
        assert_eq!(id(matched(tenant, "", "")), named("microsoft", Some("contoso.example")));
        assert_eq!(id(matched("", "https://accounts.google.com/", "")), named("google", None));
        for unknown in ["https://as.example/oauth/token", "http://127.0.0.1:8123/token", "https://as.example", ""] {
            assert_eq!(id(matched(unknown, "", "Google")), None, "{unknown}");
        }
        assert_eq!(id(preset("google-drive", "https://as.example/token")), None);
    }

    #[test]
    fn each_preset_is_among_the_candidates_for_its_own_addresses() {
        let catalog = Catalog::bundled();
        for service in BUNDLED.iter().filter(|service| service.id != Catalog::CUSTOM && !service.practice) {
            let calls = service.authorization.iter().map(|visit| &visit.call).chain([&service.token_request]);
            let issuer = service.redirect.issuer.as_deref();
            for template in calls.map(|call| call.url.source()).chain(issuer) {
                let mut address = template.to_owned();
                for input in &service.inputs {
                    let example = if input.default.is_empty() { &input.example } else { &input.default };
                    address = address.replace(&format!("<{}>", input.name), example);
                    for (name, value) in input.choices.last().into_iter().flat_map(|choice| &choice.sets) {
                        address = address.replace(&format!("<{name}>"), value);
                    }
                }
                let label = label(&address);
                let ids = catalog.ids_where(|text| label.is_none_or(|label| may_be_of(text, &[label])));
                assert!(ids.contains(&service.id.as_str()), "{}: {address}", service.id);
            }
        }
        let few = candidates(["https://acme.zendesk.com/oauth/tokens"].into_iter(), &[]);
        assert!(few.len() < BUNDLED.len() / 2, "{}", few.len());
        assert_eq!(candidates(["<base>/token"].into_iter(), &[]).len(), BUNDLED.len());
        for service in BUNDLED.iter() {
            for name in [&service.id, &service.name].into_iter().chain(&service.aliases).map(|name| squeezed(name)) {
                let ids = catalog.ids_where(|text| may_be_named(text, &name));
                assert!(ids.contains(&service.id.as_str()), "{}: {name}", service.id);
            }
        }
        let host = "localhost:9000";
        assert_eq!(label("https://login.example.co.uk/token"), Some("exam"));
        assert_eq!((label("http://localhost:9000/token"), label("https://<host>/token")), (Some(host), None));
    }

    #[test]
    fn a_host_fills_an_input_only_if_it_is_the_services_own() {
        let inputs = |id: &str, url: &str| {
            let service = Catalog::bundled().service(id).expect("a preset");
            inputs_at(&service, url).map(|inputs| inputs.into_values().collect::<Vec<_>>())
        };
        let zendesk = "https://acme.zendesk.com/oauth/tokens";
        assert_eq!(inputs("zendesk", zendesk), Some(vec!["acme".to_owned()]));
        assert_eq!(inputs("zendesk", "https://acme.example.test/oauth/tokens"), None);
        let keycloak = "https://sso.example.test/auth/realms/demo/protocol/openid-connect/token";
        let expected = ["https://sso.example.test/auth", "demo"].map(str::to_owned);
        assert_eq!(inputs("keycloak", keycloak), Some(expected.to_vec()));
        for id in Catalog::bundled().ids() {
            let service = Catalog::bundled().service(id).expect("a preset");
            let path = service.token_request.url.source().split('/').skip(3).collect::<Vec<_>>().join("/");
            let elsewhere = format!("https://{UNRELATED}/{path}");
            assert_eq!(inputs_at(&service, &elsewhere), None, "{id}");
        }
    }

    #[test]
    fn a_name_is_that_of_a_service_with_the_usual_words_around_it() {
        let github = Catalog::bundled().service("github").expect("a preset");
        for name in ["github", "GITHUB", "next public github", "OAUTH_GITHUB"] {
            assert!(is_named(&github, name), "{name}");
        }
        for name in ["", "oauth", "githubx", "my", "gh"] {
            assert!(!is_named(&github, name), "{name}");
        }
    }
}
