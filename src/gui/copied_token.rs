//! The shapes in which the token of a saved profile is copied.

use egui::Id;

use crate::app::SavedToken;
use crate::secret::Secret;

/// In which shape the token of a profile is copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
            Self::Token => "Copy token",
            Self::Header => "Copy header",
            Self::Curl => "Copy curl",
        }
    }

    /// What the pointer brings up there.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Token => {
                "The access token, refreshed first if needed; it is taken back from the clipboard after a while"
            }
            Self::Header => "The header with the token, refreshed first if needed; it is taken back after a while",
            Self::Curl => "A command for the terminal that gets a valid token each time; it contains no secret",
        }
    }

    /// Under which the copy is known.
    pub fn id(self) -> Id {
        Id::unique("copied token").with(self.words())
    }

    /// What is copied, where it holds the token.
    pub(in crate::gui) fn text(self, token: &SavedToken) -> Secret {
        match self {
            Self::Header => token.header_lines(),
            Self::Token | Self::Curl => token.tokens.access_token.clone(),
        }
    }
}
