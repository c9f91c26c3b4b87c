//! Who signed in: the ID token, and the userinfo response as a JWT.

pub(super) mod id_token;
pub(super) mod signed_userinfo;
