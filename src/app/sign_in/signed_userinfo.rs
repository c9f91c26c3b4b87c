//! A signed or encrypted reply of the identity endpoint (OpenID Connect Core 1.0 section 5.3.2), checked before anything in it is
//! believed.

use serde_json::Value as Json;

use crate::app::handle::App;
use crate::app::progress::Report;
use crate::app::tokens::issuer_keys::keys_of;
use crate::app::{CallContext, Failure, FailureCode, FailureKind};
use crate::call::Reply;
use crate::diagnosis::{Diagnose as _, Diagnosis};
use crate::oauth::{ExpectedUserinfo, KeySet, OpenedUserinfo, USERINFO_JWT, UserinfoError, open_userinfo};
use crate::service::SecurityProfile;

/// The claims of a reply that is a JWT, verified; `None` if it is something else.
pub(in crate::app::sign_in) async fn claims_of(
    app: &App,
    report: &Report,
    context: &CallContext,
    reply: &Reply,
) -> Result<Option<Json>, Failure> {
    if reply.media_type() != USERINFO_JWT {
        return Ok(None);
    }
    let opened = open_userinfo(&reply.body, context.secrets.signing_key.as_ref()).map_err(|error| refused(&error))?;
    let signed = match opened {
        OpenedUserinfo::Claims(claims) => return Ok(Some(claims)),
        OpenedUserinfo::Signed(signed) => signed,
    };
    let expected = context.expected(None);
    let named = signed.issuer().filter(|issuer| expected.is_issuer(issuer)).map(str::to_owned);
    let issuer = expected.issuer.or(named).ok_or_else(|| {
        let summary = "the userinfo reply is signed, and whose keys it should be signed with is not known";
        let hint = "name the issuer: `redirect.issuer` in the preset, or describe the service by `--issuer`";
        Failure::new(FailureKind::Usage, Diagnosis::new(summary).hint(hint))
    })?;
    let keys = if signed.is_by_secret() {
        KeySet::default()
    } else {
        keys_of(app, &report.of_profile(context.name.as_ref()), &issuer, signed.key_id()).await?.keys
    };
    let is_fapi = context.profile.service.security_profile.is_some_and(SecurityProfile::is_fapi);
    let expected = ExpectedUserinfo { issuer, client_id: context.profile.client_id.clone(), is_fapi };
    let verified = signed.verified(&expected, (&keys, &context.secrets.client_secret), (app.ports.now)());
    verified.map(Some).map_err(|error| refused(&error))
}

fn refused(error: &UserinfoError) -> Failure {
    Failure::new(FailureKind::Refused, error.diagnose()).coded(FailureCode::IdTokenRefused)
}
