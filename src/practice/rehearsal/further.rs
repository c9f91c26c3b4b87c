//! The further tokens in a documented reply: `example-NAME-access-token`, `example-NAME-refresh-token`.

use crate::practice::rehearsal::document::Document;
use crate::secret::Secret;
use crate::service::Service;

/// A further token as it was issued.
#[derive(Clone, Debug)]
pub struct IssuedFurther {
    pub name: String,
    /// Those that the documented reply has.
    pub access_token: Option<Secret>,
    pub refresh_token: Option<Secret>,
}

/// Puts new tokens in their places.
pub(crate) fn put(reply: &mut Document, service: &Service, mut mint: impl FnMut(&str) -> String) -> Vec<IssuedFurther> {
    let issued = service.further_token.iter().map(|token| {
        let mut put = |kind: &str| {
            let minted = mint(&format!("{}-{kind}-", token.name));
            reply.put(&format!("example-{}-{kind}-token", token.name), &minted).map(|(_, value)| Secret::new(value))
        };
        IssuedFurther { name: token.name.clone(), access_token: put("access"), refresh_token: put("refresh") }
    });
    issued.collect()
}
