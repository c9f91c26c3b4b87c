//! `sign-in --protected-resource`: an API, such as an MCP server, of which only its address is known.

use crate::app::{Failure, FailureCode, FailureKind, FoundResource};
use crate::cli::args::DescribeOptions;
use crate::cli::runner::Runner;
use crate::cli::sign_in::describe;
use crate::cli::{print, prompt};
use crate::diagnosis::{Diagnose as _, Diagnosis, printable};
use crate::dialect::{Issuer, Offered};
use crate::oauth::{AssertionAlgorithm, GrantType, Resource, ResourceAddress, is_same_issuer};
use crate::service::{ProfileDraft, ServiceChanges, StageName};

/// What an MCP server of the revision 2025-03-26 has that describes nothing, below its own host.
const USUAL_PATHS: [(StageName, &str); 2] = [(StageName::Authorization, "/authorize"), (StageName::Token, "/token")];
const USUAL_REGISTRATION: &str = "/register";

/// The scope by which servers of OpenID Connect issue a refresh token.
const OFFLINE: &str = "offline_access";

/// The service that issues the tokens of an API, by what the API and its issuer say of themselves.
pub(super) fn of_resource(
    runner: &Runner,
    address: &ResourceAddress,
    options: &DescribeOptions,
) -> Result<(ProfileDraft, Offered), Failure> {
    let found = runner.run(runner.app.protected_resource(address, &runner.report()))?;
    tell(address, &found);
    let issuer = issuer(address, &found, options.issuer.as_ref())?;
    let (mut draft, offered) = match describe::of_issuer(runner, &issuer, options) {
        Err(failure) if failure.code == FailureCode::NoMetadata && found.metadata.is_none() => {
            print::note(&format!(
                "{} publishes no metadata: its endpoints have the usual paths.",
                printable(&address.origin())
            ));
            usual(runner, address)?
        }
        described => described?,
    };
    check_pkce(&draft, &offered, options)?;
    // A response that names its issuer must name this one, announced or not.
    if draft.service.redirect.issuer.is_none() {
        draft.service.redirect.issuer = Some(offered.issuer.clone()).filter(|issuer| !issuer.is_empty());
    }
    let wants_proofs = found.metadata.as_ref().is_some_and(|(metadata, _)| metadata.wants_proofs);
    let own = Resource::parse(address.as_str()).ok();
    let named = found.metadata.as_ref().map(|(metadata, _)| metadata.resource.clone()).or(own);
    let changes = ServiceChanges {
        resources: if options.resources.is_empty() { named.into_iter().collect() } else { Vec::new() },
        dpop: (wants_proofs && options.dpop.is_none()).then(|| Some(proof_algorithm(&offered))),
        ..ServiceChanges::default()
    };
    changes.apply(&mut draft).map_err(|error| Failure::new(FailureKind::Usage, error.diagnose()))?;
    // Its token may go there, and to no other host than those of the issuer.
    draft.service.api.push(address.origin());
    draft.ticked.clear();
    draft.typed_scopes = scopes(&found, &draft).join(&draft.service.scopes.separator);
    Ok((draft, offered))
}

/// Prints what the API says.
fn tell(address: &ResourceAddress, found: &FoundResource) {
    let Some((metadata, place)) = &found.metadata else {
        let words = "does not say who issues its tokens (RFC 9728)";
        return print::note(&format!("{} {words}.", printable(address.as_str())));
    };
    print::note(&format!("Metadata of {}, from {}:", printable(metadata.resource.as_str()), printable(place)));
    if metadata.is_wider {
        print::note("  resource: more than the address that you gave; its tokens are good for all of that");
    }
    print::note(&format!("  authorization_servers: {}", printable(&metadata.authorization_servers.join(", "))));
    if metadata.wants_certificate {
        print::note("  its tokens are bound to a client certificate: `--client-certificate FILE`");
    }
}

/// Who issues the tokens: the only one that the API names, or the one that the person chose among them. One that names nobody is its own
/// issuer.
fn issuer(address: &ResourceAddress, found: &FoundResource, chosen: Option<&Issuer>) -> Result<Issuer, Failure> {
    let Some((metadata, _)) = &found.metadata else {
        let own = || Issuer::parse(&address.origin()).ok_or_else(|| Failure::inside("an origin that is no issuer"));
        return chosen.cloned().map_or_else(own, Ok);
    };
    let named = &metadata.authorization_servers;
    let quoted = || named.iter().map(|issuer| format!("`{}`", printable(issuer))).collect::<Vec<_>>().join(", ");
    let refused =
        |summary: String, hint: String| Failure::new(FailureKind::Refused, Diagnosis::new(summary).hint(hint));
    if let Some(chosen) = chosen {
        let is_named = named.is_empty() || named.iter().any(|issuer| is_same_issuer(issuer, chosen.as_str()));
        return is_named.then(|| chosen.clone()).ok_or_else(|| {
            let summary = format!("the API takes no tokens of `{}`", printable(chosen.as_str()));
            refused(summary, format!("it names {}", quoted()))
        });
    }
    let only = match &named[..] {
        [] => {
            let hint = "name the issuer yourself, from the documentation of the API: `--issuer URL`".to_owned();
            return Err(refused("the API names no issuer of its tokens".to_owned(), hint));
        }
        [only] => only,
        several if prompt::is_terminal() => {
            let lines: Vec<String> = several.iter().map(|issuer| printable(issuer).into_owned()).collect();
            &several[prompt::one_of(
                "The API takes tokens of several issuers. Which one do you have an account at?",
                &lines,
            )?]
        }
        _ => {
            let summary = format!("the API takes tokens of several issuers: {}", quoted());
            let diagnosis = Diagnosis::new(summary).hint("say which one you have an account at: `--issuer URL`");
            return Err(Failure::new(FailureKind::Usage, diagnosis));
        }
    };
    // What is not on this machine has no business with what is.
    let is_here = |issuer: &Issuer| ResourceAddress::parse(issuer.as_str()).is_some_and(|place| place.is_here());
    let only_issuer = Issuer::parse(only).filter(|issuer| !is_here(issuer) || address.is_here());
    only_issuer.ok_or_else(|| {
        let hint = "tell those who run the API: an issuer is an https URL without a query".to_owned();
        refused(format!("the API names `{}` as the issuer of its tokens, which is none", printable(only)), hint)
    })
}

/// The endpoints at the usual paths.
fn usual(runner: &Runner, address: &ResourceAddress) -> Result<(ProfileDraft, Offered), Failure> {
    let origin = address.origin();
    let mut draft = describe::of_endpoints(runner)?;
    let urls = USUAL_PATHS.iter().map(|(stage, path)| (*stage, format!("{origin}{path}"))).collect();
    let changes = ServiceChanges { urls, grant: Some(GrantType::AuthorizationCode), ..ServiceChanges::default() };
    changes.apply(&mut draft).map_err(|error| Failure::new(FailureKind::Usage, error.diagnose()))?;
    let offered = Offered {
        registration_url: format!("{origin}{USUAL_REGISTRATION}"),
        // What OAuth 2.1 demands of every server.
        challenge_methods: vec!["S256".to_owned()],
        issuer: origin,
        ..Offered::default()
    };
    Ok((draft, offered))
}

/// A code that no challenge protects is not asked for at a server that nobody knows: one that does not announce PKCE has none (RFC 8414
/// section 2).
fn check_pkce(draft: &ProfileDraft, offered: &Offered, options: &DescribeOptions) -> Result<(), Failure> {
    let is_code = draft.service.authorization.is_some()
        && options.grant.is_none_or(|grant| grant == GrantType::AuthorizationCode);
    if !is_code || options.pkce.is_some() || offered.challenge_methods.iter().any(|method| method == "S256") {
        return Ok(());
    }
    let summary =
        format!("`{}` does not announce that it checks code challenges (PKCE, S256)", printable(&offered.issuer));
    let hint = "somebody could redeem the code in your place; if you know that it checks them, say `--pkce S256`";
    let diagnosis =
        Diagnosis::new(summary).hint(hint).reference("https://www.rfc-editor.org/rfc/rfc9700#section-2.1.1");
    Err(Failure::new(FailureKind::Refused, diagnosis))
}

/// Has the client authenticate to the issuer and not to one of its URLs, which another server could claim for itself
/// (draft-ietf-oauth-rfc7523bis), unless the person says to whom.
pub(super) fn assert_to_issuer(draft: &mut ProfileDraft, options: &DescribeOptions) {
    let (token_url, issuer) = (draft.token_request.url.clone(), draft.service.redirect.issuer.clone());
    let (Some(fields), Some(issuer)) = (&mut draft.assertion, issuer) else { return };
    if options.assertion.is_empty() && (fields.audience.is_empty() || fields.audience == token_url) {
        fields.audience = issuer;
    }
}

/// The first algorithm that the issuer takes, else the usual one.
fn proof_algorithm(offered: &Offered) -> AssertionAlgorithm {
    let usual = AssertionAlgorithm::ES256;
    let all = [usual].into_iter().chain(AssertionAlgorithm::ALL).filter(|algorithm| algorithm.is_asymmetric());
    let mut taken = all.filter(|algorithm| offered.proof_algorithms.iter().any(|name| name == algorithm.as_str()));
    taken.next().unwrap_or(usual)
}

/// The scopes to ask for: those of the challenge, else those that the API knows; and the one for a refresh token where the issuer has it.
fn scopes(found: &FoundResource, draft: &ProfileDraft) -> Vec<String> {
    let known = found.metadata.as_ref().map(|(metadata, _)| metadata.scopes.clone()).unwrap_or_default();
    let mut scopes = if found.scopes.is_empty() { known } else { found.scopes.clone() };
    let issues_offline = draft.service.scopes.known.iter().any(|scope| scope.name == OFFLINE);
    let asks = !scopes.is_empty();
    scopes.retain(|scope| scope != OFFLINE);
    scopes.extend((asks && issues_offline).then(|| OFFLINE.to_owned()));
    scopes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::ProtectedResource;

    #[test]
    fn an_api_elsewhere_sends_nobody_to_this_machine() {
        let chosen = |api: &str, issuer: &str| {
            let address = ResourceAddress::parse(api).expect("an address");
            let document = serde_json::json!({ "resource": api, "authorization_servers": [issuer] }).to_string();
            let metadata = ProtectedResource::read(&document, &address).expect("metadata");
            let found = FoundResource { metadata: Some((metadata, String::new())), scopes: Vec::new() };
            super::issuer(&address, &found, None).map(|issuer| issuer.as_str().to_owned()).ok()
        };
        assert_eq!(chosen("https://a.test/mcp", "https://as.test").as_deref(), Some("https://as.test/"));
        assert_eq!(chosen("http://localhost:8/mcp", "http://127.0.0.1:9").as_deref(), Some("http://127.0.0.1:9/"));
        for wrong in [
            "http://127.0.0.1:9",
            "https://localhost:9",
            "http://as.test",
            "file:///etc/passwd",
            "https://as.test/?x=y",
        ] {
            assert_eq!(chosen("https://a.test/mcp", wrong), None, "{wrong}");
        }
    }
}
