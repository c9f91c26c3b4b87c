//! Profiles of OAuth 2.0 that forbid what is weak: OAuth 2.1, and the FAPI 2.0 Security Profile, which banks ask for,
//! alone or with signed messages. A profile
//! may be held to one; each can be reported on.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A profile of OAuth 2.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SecurityProfile {
    /// draft-ietf-oauth-v2-1.
    #[serde(rename = "oauth-2.1")]
    OAuth21,
    /// FAPI 2.0 Security Profile.
    #[serde(rename = "fapi-2.0")]
    Fapi2,
    /// FAPI 2.0 Message Signing, as far as it is about authorization: the security profile with signed requests and responses.
    #[serde(rename = "fapi-2.0-message-signing")]
    Fapi2MessageSigning,
}

impl SecurityProfile {
    /// All, each stricter than those before.
    pub const ALL: [Self; 3] = [Self::OAuth21, Self::Fapi2, Self::Fapi2MessageSigning];

    /// As people write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::OAuth21 => "OAuth 2.1",
            Self::Fapi2 => "FAPI 2.0",
            Self::Fapi2MessageSigning => "FAPI 2.0 Message Signing",
        }
    }

    /// Whether it is of the FAPI 2.0 family.
    pub fn is_fapi(self) -> bool {
        self != Self::OAuth21
    }

    /// The profile of this name, as on the command line.
    pub fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "oauth-2.1" | "oauth2.1" => Some(Self::OAuth21),
            "fapi2" | "fapi-2.0" => Some(Self::Fapi2),
            "fapi2-message-signing" | "fapi-2.0-message-signing" => Some(Self::Fapi2MessageSigning),
            _ => None,
        }
    }
}

impl fmt::Display for SecurityProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
