//! The shapes in which the token of a saved profile is copied.

use egui::Id;

use crate::app::SavedToken;
use crate::gui::texts::home as texts;
use crate::oauth::Resource;
use crate::secret::Secret;

/// In which shape the token of a profile is copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CopiedToken {
    /// The access token alone.
    Token,
    /// The line of a request that carries it.
    Header,
    /// A command for the terminal that fetches a valid token each time. It holds no secret.
    Curl,
}

impl CopiedToken {
    pub const ALL: [Self; 3] = [Self::Token, Self::Header, Self::Curl];

    /// What the button copies.
    pub fn words(self) -> &'static str {
        match self {
            Self::Token => texts::COPY_TOKEN,
            Self::Header => texts::COPY_HEADER,
            Self::Curl => texts::COPY_CURL,
        }
    }

    /// What the pointer brings up there.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Token => texts::COPY_TOKEN_HINT,
            Self::Header => texts::COPY_HEADER_HINT,
            Self::Curl => texts::COPY_CURL_HINT,
        }
    }

    /// Under which the copy is known.
    pub fn id(self) -> Id {
        Id::unique("copied-token").with(self)
    }

    /// What is copied, where it holds the token.
    pub(in crate::gui) fn text(self, token: &SavedToken) -> Secret {
        match self {
            Self::Header => token.header_lines(),
            Self::Token | Self::Curl => token.tokens.access_token.clone(),
        }
    }
}

/// A copy that is made once the token is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CopiedAs {
    /// Of the profile's own token.
    Own(CopiedToken),
    /// Of the token for another API.
    ForResource(Resource),
}

impl CopiedAs {
    /// Under which the copy is known.
    pub fn id(&self) -> Id {
        match self {
            Self::Own(what) => what.id(),
            Self::ForResource(resource) => Id::unique("copied-resource-token").with(resource.as_str()),
        }
    }

    /// What is copied.
    pub(in crate::gui) fn text(&self, token: &SavedToken) -> Secret {
        match self {
            Self::Own(what) => what.text(token),
            Self::ForResource(_) => CopiedToken::Token.text(token),
        }
    }

    /// The API that the token is for, if another than that of the own one.
    pub(in crate::gui) fn resource(&self) -> Option<&Resource> {
        match self {
            Self::Own(_) => None,
            Self::ForResource(resource) => Some(resource),
        }
    }
}
