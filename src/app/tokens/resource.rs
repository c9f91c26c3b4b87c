//! Access tokens for several APIs from one sign-in (RFC 8707 section 2.2): each is asked for by a refresh of its own, and kept
//! beside the profile's own access token until it expires.

use serde_json::Value as Json;

use crate::app::tokens::refusal::needs_sign_in;
use crate::app::{CallContext, Failure, FailureKind};
use crate::diagnosis::{Diagnose as _, Diagnosis};
use crate::oauth::{Resource, Stage, TokenSet, decode_jwt, plain_line};
use crate::service::{Profile, ProfileName};

/// The resource, unless the profile's own access token is for it.
pub(in crate::app::tokens) fn other_than_own(profile: &Profile, resource: Option<Resource>) -> Option<Resource> {
    resource.filter(|resource| !profile.service.is_own_resource(resource))
}

/// The saved tokens with the access token that is wanted, if it is there.
pub(in crate::app::tokens) fn wanted(saved: Option<&TokenSet>, resource: Option<&Resource>) -> Option<TokenSet> {
    match resource {
        Some(resource) => saved?.for_resource(resource),
        None => saved.cloned(),
    }
}

/// The context whose request asks for a token of this resource.
pub(in crate::app::tokens) fn asked_for(
    mut context: CallContext,
    name: &ProfileName,
    stage: Stage,
    resource: &Resource,
) -> Result<CallContext, Failure> {
    // A token of its own comes first: the others are kept beside it.
    let Some(tokens) = &mut context.tokens else { return Err(needs_sign_in(name, "has no tokens")) };
    // What was granted for another resource is no answer for this one.
    tokens.scopes = None;
    let profile = &context.profile;
    if profile.service.names_resources_by_uri() && !resource.is_uri() {
        let summary = format!("`{resource}` is no absolute URI, as the parameter `resource` demands");
        let diagnosis = Diagnosis::new(summary).hint("write the URI that the service names for its API");
        return Err(Failure::new(
            FailureKind::Usage,
            diagnosis.reference("https://www.rfc-editor.org/rfc/rfc8707#section-2"),
        ));
    }
    // Not left to the server: one was seen to spend the refresh token, and to refuse then.
    if stage == Stage::RefreshRequest && !profile.may_ask_for(resource) {
        let summary = format!("the sign-in of `{name}` did not ask for `{resource}`");
        let hint = format!(
            "`tokenwright sign-in {name} --resource URI` names it, once for each API; the first is that of the profile's own token"
        );
        return Err(Failure::new(FailureKind::Usage, Diagnosis::new(summary).hint(hint)));
    }
    let asked = context.profile.service.for_resource(stage, resource);
    context.profile.service = asked.map_err(|error| Failure::new(FailureKind::Usage, error.diagnose()))?;
    Ok(context)
}

/// A warning that the token names other audiences than the resource. A service may pass over one that it does not know, and give
/// the token that it gives otherwise.
pub(in crate::app::tokens) fn departure(
    profile: &Profile,
    resource: Option<&Resource>,
    tokens: &TokenSet,
) -> Option<Diagnosis> {
    // Where the scopes say it, the audience may be the API's number.
    let resource = resource.filter(|_| !profile.service.names_resources_by_scope())?;
    let claims = decode_jwt(&tokens.access_token)?.claims;
    let audiences: Vec<&str> = match claims.get("aud")? {
        Json::Array(all) => all.iter().filter_map(Json::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    };
    let is_same = |audience: &&str| audience.trim_end_matches('/') == resource.as_str().trim_end_matches('/');
    if audiences.iter().any(is_same) {
        return None;
    }
    let summary = format!("the token is not for `{resource}`: it names `{}`", plain_line(&audiences.join("`, `")));
    Some(Diagnosis::new(summary).hint("allow the client to ask for that API, in the service's console"))
}

/// The tokens to keep once new ones were granted, for a resource or for the profile itself.
pub(in crate::app::tokens) fn kept(
    saved: Option<&TokenSet>,
    resource: Option<&Resource>,
    granted: &TokenSet,
) -> TokenSet {
    match (saved, resource) {
        (Some(saved), Some(resource)) => saved.with_resource(resource, granted),
        _ => granted.clone(),
    }
}
