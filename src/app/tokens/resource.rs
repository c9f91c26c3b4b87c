//! Access tokens for several APIs from one sign-in (RFC 8707 section 2.2): each is asked for by a refresh of its own, and kept
//! beside the profile's own access token until it expires. Those that a reply has beside the own one are kept there too, and
//! renewed by their own refresh tokens.

use serde_json::Value as Json;

use crate::app::handle::App;
use crate::app::tokens::refusal::needs_sign_in;
use crate::app::tokens::source;
use crate::app::{CallContext, Failure, FailureKind};
use crate::diagnosis::{Diagnose as _, Diagnosis};
use crate::oauth::{Resource, Stage, TokenSet, decode_jwt, plain_line};
use crate::service::{Profile, ProfileName};
use crate::vault::{Contents, Record};

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

/// The context of the request that renews the token of this resource, and which request it is.
pub(in crate::app::tokens) fn renewal(
    app: &App,
    name: &ProfileName,
    (profile, resource): (Profile, &Resource),
    record: &Record,
) -> Result<(CallContext, Stage), Failure> {
    let Some(further) = profile.service.further_token(resource) else {
        let (context, stage) = source::renewal(app, name, profile, record)?;
        return Ok((asked_for(context, name, stage, resource)?, stage));
    };
    let Some(tokens) = wanted(record.contents.tokens.as_ref(), Some(resource)) else {
        let summary = format!("the sign-in of `{name}` brought no token `{resource}` beside its own");
        let mut diagnosis = Diagnosis::new(summary);
        diagnosis.hint = Some(further.meaning.clone()).filter(|meaning| !meaning.is_empty());
        return Err(Failure::new(FailureKind::NeedsSignIn, diagnosis));
    };
    if tokens.refresh_token.is_none() {
        return Err(needs_sign_in(name, &format!("has no refresh token for its token `{resource}`")));
    }
    let contents = Contents { tokens: Some(tokens), ..record.contents.clone() };
    match source::renewal(app, name, profile, &Record { contents, ..record.clone() })? {
        (context, Stage::RefreshRequest) => Ok((context, Stage::RefreshRequest)),
        _ => Err(needs_sign_in(name, &format!("has no refresh request for its token `{resource}`"))),
    }
}

/// The context whose request asks for a token of this resource.
fn asked_for(
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
    let is_by_scope = profile.service.names_resources_by_scope();
    let resource = resource.filter(|name| !is_by_scope && profile.service.further_token(name).is_none())?;
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
