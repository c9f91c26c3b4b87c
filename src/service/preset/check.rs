//! Checks what TOML cannot express.

use crate::call::{CallTemplate, ReplyFormat, is_name, nearest, xml_fields};
use crate::diagnosis::Diagnose;
use crate::oauth::{RedirectUri, TokenHeader, detail_types};
use crate::service::assertion::Assertion;
use crate::service::assertion::saml::Saml;
use crate::service::definition::Service;
use crate::service::derived::DerivedFault;
use crate::service::extensions::further_token::FurtherToken;
use crate::service::input::Input;
use crate::service::preset::finding::Finding;
use crate::service::preset::lint;
use crate::service::verified::VerifiedFact;

#[allow(clippy::unnecessary_wraps, reason = "every check ends in it")]
fn finding(near: impl Into<String>, problem: String, hint: impl Into<String>) -> Option<Finding> {
    Some(Finding { near: near.into(), problem, hint: Some(hint.into()) })
}

pub(crate) fn check(service: &Service) -> Option<Finding> {
    check_id(service)
        .or_else(|| service.inputs.iter().find_map(check_input))
        .or_else(|| check_patterns(service))
        .or_else(|| check_redirect(service))
        .or_else(|| check_issuer(service))
        .or_else(|| check_header(service))
        .or_else(|| check_derived(service))
        .or_else(|| check_names(service))
        .or_else(|| check_hosts(service))
        .or_else(|| check_lookups(service))
        .or_else(|| check_assertion(service))
        .or_else(|| check_proof(service))
        .or_else(|| check_resource(service))
        .or_else(|| check_further_tokens(service))
        .or_else(|| check_signed_request(service))
        .or_else(|| check_details(service))
        .or_else(|| check_hints(service))
        .or_else(|| check_expressions(service))
        .or_else(|| check_examples(service))
        .or_else(|| check_exceptions(service))
}

/// A fact that was read at the vendor's is one of the preset, read on a day on a page.
pub(crate) fn check_verified(service: &Service, preset: &toml::Table) -> Option<Finding> {
    service.verified.iter().find_map(|verified| {
        let VerifiedFact { fact, date, source } = verified;
        if !verified.is_in(preset) {
            let problem = format!("`verified` names the fact `{fact}`, which the preset does not have");
            return finding(fact, problem, "name a key of the preset with a dot for each table: `token_request.url`");
        }
        if verified.day().is_none() {
            return finding(fact, format!("the date of the fact `{fact}` is `{date}`"), "write it as `2026-11-30`");
        }
        let is_page = source.starts_with("https://") && !source.contains(char::is_whitespace);
        let problem = || format!("the source of the fact `{fact}` is `{source}`, which is no page");
        if is_page { None } else { finding(fact, problem(), "write the `https` address of the page") }
    })
}

/// An exception is from a rule that there is, and has a reason.
fn check_exceptions(service: &Service) -> Option<Finding> {
    let is_wrong =
        |(rule, reason): &(&String, &String)| !lint::rules().any(|known| known == *rule) || reason.trim().is_empty();
    let (rule, _) = service.exceptions.iter().find(is_wrong)?;
    let known: Vec<String> = lint::rules().map(|rule| format!("`{rule}`")).collect();
    let hint = format!("write the reason behind the name of a rule: {}", known.join(", "));
    finding(rule, format!("`exceptions.{rule}` is no rule, or has no reason"), hint)
}

fn check_id(service: &Service) -> Option<Finding> {
    if is_name(&service.id) {
        return None;
    }
    finding("id", format!("`id` is `{}`", service.id), "use letters, digits, `-` and `_`, starting with a letter")
}

fn check_input(input: &Input) -> Option<Finding> {
    if let Err(error) = regex_lite::Regex::new(&input.pattern) {
        let problem = format!("`pattern` of the input `{}` is not a pattern: {error}", input.name);
        return finding(&input.pattern, problem, "write a regular expression");
    }
    if !is_name(&input.name) || input.label.is_empty() {
        let problem = format!("the input `{}` has no proper `name` or no `label`", input.name);
        return finding(&input.name, problem, "an input has both: the placeholder, and what it is called");
    }
    let must_fit = [("example", &input.example), ("default", &input.default)];
    for (key, value) in must_fit.into_iter().filter(|(_, value)| !value.is_empty()) {
        if input.parse(value).is_err() {
            let problem = format!("`{key}` of the input `{}` is `{value}`, which the input itself refuses", input.name);
            return finding(format!("{key} = \"{value}\""), problem, "fix its `pattern`, `choices` or the value");
        }
    }
    let first: Vec<&String> = input.choices.first().into_iter().flat_map(|choice| choice.sets.keys()).collect();
    let uneven = input.choices.iter().find(|choice| !choice.sets.keys().eq(first.iter().copied()))?;
    let problem =
        format!("the choice `{}` of the input `{}` sets other names than the first", uneven.value, input.name);
    finding(&uneven.value, problem, "every choice sets the same names")
}

fn check_resource(service: &Service) -> Option<Finding> {
    let problem = "`[resource]` sends no resource".to_owned();
    let hint = "name a `parameter`, and a `value` that has the placeholder `<resource>`";
    if service.resource.names_resource() { None } else { finding("[resource]", problem, hint) }
}

/// A further token has a name of its own, and a place in the reply.
fn check_further_tokens(service: &Service) -> Option<Finding> {
    let all = &service.further_token;
    let is_wrong = |at: usize, token: &FurtherToken| {
        !is_name(&token.name) || token.access_token.is_empty() || all[..at].iter().any(|one| one.name == token.name)
    };
    let (_, token) = all.iter().enumerate().find(|(at, token)| is_wrong(*at, token))?;
    let problem = format!("the further token `{}` has no name of its own, or no `access_token`", token.name);
    finding("[[further_token]]", problem, "take letters, digits, `-` and `_`, and say where in the reply it is")
}

fn check_hints(service: &Service) -> Option<Finding> {
    if let Some(hint) = service.hints.iter().find(|hint| hint.when.trim().is_empty()) {
        return finding(
            &hint.say,
            "a hint has an empty `when`, which every error fits".to_owned(),
            "name what to look for",
        );
    }
    let both = service.hints.iter().find(|hint| hint.ends_grant && hint.temporary)?;
    let problem = format!("the hint for `{}` both ends the grant and is temporary", both.when);
    finding(&both.when, problem, "a temporary error leaves the refresh token alive: remove one of the two keys")
}

fn check_patterns(service: &Service) -> Option<Finding> {
    let (name, pattern) = service.allow.iter().find(|(_, pattern)| regex_lite::Regex::new(pattern).is_err())?;
    finding(pattern, format!("`allow.{name}` is not a pattern"), "write a regular expression")
}

fn check_redirect(service: &Service) -> Option<Finding> {
    let error = RedirectUri::parse(&service.redirect.default).err()?;
    let hint = error.diagnose().hint.unwrap_or_default();
    finding(&service.redirect.default, format!("`redirect.default`: {error}"), hint)
}

fn check_issuer(service: &Service) -> Option<Finding> {
    if !service.redirect.sends_issuer || service.redirect.issuer.is_some() {
        return None;
    }
    let problem = "`redirect.sends_issuer` is set, and `redirect.issuer` is not".to_owned();
    finding("sends_issuer", problem, "name the issuer that the response is compared with")
}

fn check_header(service: &Service) -> Option<Finding> {
    let header = &service.policy.header;
    let of_derived = |name: &str| service.derived.iter().any(|derived| derived.name == name);
    let fits = |header: TokenHeader| header.carries_derived().is_none_or(of_derived);
    if header.is_empty() || TokenHeader::parse(header).is_some_and(fits) {
        return None;
    }
    let problem = format!("`policy.header` is `{}`, which is not a header for a token", header.escape_debug());
    finding(
        "header",
        problem,
        "write it like `Authorization: Zoho-oauthtoken <token>`, or `X-Access-Token: <token>`, or with the name of a `[[derived]]` value",
    )
}

fn check_derived(service: &Service) -> Option<Finding> {
    let DerivedFault { name, problem, hint } = service.derived_fault()?;
    finding(format!("name = \"{name}\""), problem, hint)
}

fn check_names(service: &Service) -> Option<Finding> {
    let (stage, name) = service.unsupplied().into_iter().next()?;
    let mut values = crate::call::Values::new();
    service.declare(&mut values);
    let meant = nearest(&name, values.known_names()).map(|known| format!("did you mean `<{known}>`?"));
    let problem = format!("`{stage}` names `<{name}>`, which nothing supplies");
    finding(&name, problem, meant.unwrap_or_else(|| format!("add an input `{name}`, or retain it from a reply")))
}

/// Whatever is part of a host name is restricted: an input by its pattern or choices, a value from outside by `allow`.
fn check_hosts(service: &Service) -> Option<Finding> {
    if let Some(name) = service.unguarded().into_iter().next() {
        let problem = format!("`<{name}>` comes from outside and names a host");
        return finding(&name, problem, format!("say under `[allow]` what it must match: `{name} = \"…\"`"));
    }
    let names: Vec<String> = service.calls().into_iter().flat_map(|(_, call)| call.url.host_placeholders()).collect();
    let open = |input: &&Input| names.contains(&input.name) && input.pattern.is_empty() && input.choices.is_empty();
    let input = service.inputs.iter().find(open)?;
    let problem = format!("the input `{}` names a host and takes any text", input.name);
    finding(&input.name, problem, "give it a `pattern`")
}

/// A lookup comes before there is a token.
fn check_lookups(service: &Service) -> Option<Finding> {
    const LATER: [&str; 4] = ["token", "refresh_token", "id_token", "code"];
    let of_later = |call: &CallTemplate| call.placeholders().find(|name| LATER.contains(name)).map(str::to_owned);
    let (lookup, name) = service.lookup.iter().find_map(|lookup| Some((lookup, of_later(&lookup.call)?)))?;
    let problem = format!("the lookup `{}` names `<{name}>`, and there is none before the sign-in", lookup.label);
    finding(&lookup.label, problem, "describe the call under `[[fetch]]`, which comes after the token request")
}

/// An assertion that is never sent, or has no signature algorithm or issuer, is a mistake.
fn check_assertion(service: &Service) -> Option<Finding> {
    let assertion = service.assertion.as_ref()?;
    if service.inputs.iter().any(|input| input.name == "assertion") {
        // It is made elsewhere; what is said here is how it is sent.
        return None;
    }
    if assertion.algorithm.is_none() {
        return finding("[assertion]", "`assertion` has no `algorithm`".to_owned(), "name it, such as `RS256`");
    }
    if assertion.access_token {
        return check_signed_tokens(service);
    }
    let authenticates = service.calls().iter().any(|(_, call)| call.authentication.signs());
    if let Some(saml) = &assertion.saml {
        if let Some(found) = check_saml(assertion, saml, authenticates) {
            return Some(found);
        }
    } else if !(assertion.claims.contains_key("iss") || assertion.claims.is_empty() && authenticates) {
        // RFC 7523 section 3 requires it. A client that authenticates with an assertion has default claims.
        let problem = "`assertion` has no claim `iss`, so its issuer is unknown".to_owned();
        return finding("[assertion]", problem, "name it: `claims = { iss = \"<client_id>\" }`");
    }
    let is_named = service.calls().iter().any(|(_, call)| service.names(call, "assertion"));
    if is_named || assertion.parameter.is_empty() {
        return None;
    }
    let problem = "`assertion` is described, but no request sends `<assertion>`".to_owned();
    finding("[assertion]", problem, format!("send it: `{} = \"<assertion>\"`", assertion.parameter))
}

/// Where the assertion is the access token, no call brings one.
fn check_signed_tokens(service: &Service) -> Option<Finding> {
    let calls = [
        ("authorization", service.authorization.is_some()),
        ("token_request", !service.token_request.url.is_empty()),
        ("chain", !service.chain.is_empty()),
        ("refresh_request", service.refresh_request.is_some()),
        ("device_authorization", service.device_authorization.is_some()),
        ("assertion.saml", service.assertion.as_ref().is_some_and(|assertion| assertion.saml.is_some())),
    ];
    let (name, _) = calls.into_iter().find(|(_, is_there)| *is_there)?;
    let problem =
        format!("`{name}` is described, and `assertion.access_token` says that tokens are signed without a call");
    finding(name, problem, "keep one of the two")
}

/// RFC 7522 section 3 requires issuer, subject and audience. What a JWT says has another place in SAML.
fn check_saml(assertion: &Assertion, saml: &Saml, authenticates: bool) -> Option<Finding> {
    let near = "[assertion.saml]";
    if authenticates {
        let problem = "a client that authenticates with a JWT cannot send a SAML assertion as well".to_owned();
        return finding(near, problem, "let it authenticate in another way");
    }
    let needed = [("issuer", &saml.issuer), ("subject", &saml.subject), ("audience", &assertion.audience)];
    if let Some((name, _)) = needed.iter().find(|(_, text)| text.is_empty()) {
        return finding(near, format!("the SAML assertion has no `{name}`"), "name it; it may hold placeholders");
    }
    let is_jwt = !assertion.claims.is_empty() || !assertion.key_id.is_empty() || assertion.unique;
    let is_jwt = is_jwt || assertion.certificate_thumbprint.is_some();
    if is_jwt || assertion.is_shared() {
        let problem = "`claims`, `key_id`, `certificate_thumbprint`, `unique` and `HS256` are for a JWT".to_owned();
        return finding(near, problem, "name what else it says under `attributes`; its ID is always new");
    }
    None
}

/// What a service would refuse (RFC 9396 section 2).
fn check_details(service: &Service) -> Option<Finding> {
    let all = [service.authorization_details(), service.token_details()];
    let error = all.into_iter().flatten().find_map(|details| detail_types(details).err())?;
    let hint = error.diagnose().hint.unwrap_or_default();
    finding("authorization_details", error.to_string(), hint)
}

/// A signed request is for an issuer, by a key of the client's.
fn check_signed_request(service: &Service) -> Option<Finding> {
    let Some(algorithm) = service.signed_request else {
        let encrypted = service.encrypted_request?;
        let problem = format!("`encrypted_request` is `{encrypted}`, and the request is not signed");
        return finding("encrypted_request", problem, "have it signed as well: `signed_request = \"ES256\"`");
    };
    if !algorithm.is_asymmetric() {
        let hint = "name the algorithm of a key pair: `ES256`";
        return finding("signed_request", "`signed_request` is signed with a shared secret".to_owned(), hint);
    }
    let problem = "`signed_request` needs to know for which issuer the request is".to_owned();
    let is_known = service.redirect.issuer.is_some();
    if is_known { None } else { finding("signed_request", problem, "name it: `issuer` under `redirect`") }
}

/// A proof is signed with a key of its own (RFC 9449 section 4.3).
fn check_proof(service: &Service) -> Option<Finding> {
    service.dpop.filter(|algorithm| !algorithm.is_asymmetric())?;
    finding("dpop", "`dpop` is signed with a shared secret".to_owned(), "name the algorithm of a key pair: `ES256`")
}

/// An invalid expression would otherwise fail with the first reply.
fn check_expressions(service: &Service) -> Option<Finding> {
    let of_calls = service.calls().into_iter().flat_map(|(_, call)| call.reading.expressions());
    let of_identity = service.identity.iter().flat_map(|identity| &identity.fields).map(|(_, place)| place);
    let of_fetch = service.lookup.iter().chain(&service.fetch).flat_map(|fetch| {
        let kept = fetch.retain.iter().map(|(_, place)| place);
        kept.chain([&fetch.list, &fetch.item_label])
    });
    let of_further = service.further_token.iter().flat_map(FurtherToken::expressions);
    let mut all = of_calls.chain(of_identity).chain(of_fetch).chain(of_further);
    let (expression, error) = all.find_map(|expression| Some((expression, expression.check().err()?)))?;
    let near = expression.as_str().lines().find(|line| !line.trim().is_empty()).unwrap_or_default().to_owned();
    Some(Finding { near, problem: error.to_string(), hint: error.diagnose().hint })
}

/// The rehearsal replies with the example, so it must be JSON or a form.
fn check_examples(service: &Service) -> Option<Finding> {
    let is_reply = |text: &str| {
        serde_json::from_str::<serde_json::Value>(text).is_ok() || (text.contains('=') && !text.contains('{'))
    };
    let calls = service.calls();
    let is_other = |call: &CallTemplate| match call.reading.format {
        ReplyFormat::Fields => !is_reply(&call.example),
        ReplyFormat::Text => false,
        ReplyFormat::Xml => xml_fields(&call.example).is_none(),
    };
    let (stage, call) = calls.iter().find(|(_, call)| !call.example.is_empty() && is_other(call))?;
    let line = call.example.lines().next().unwrap_or_default();
    finding(line, format!("`{stage}.example` is neither JSON nor a form"), "write a reply as the service documents it")
}
