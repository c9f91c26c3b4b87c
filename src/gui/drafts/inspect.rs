//! What is chosen and pasted on the page that inspects a token.

use crate::app::{Inspect, Reach, TokenSource};
use crate::gui::texts::inspect as texts;
use crate::oauth::{Inspected, TokenUse};
use crate::secret::Secret;
use crate::service::ProfileName;

/// Which token is inspected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Chosen {
    /// One of the profile's.
    Saved(TokenUse),
    #[default]
    Pasted,
}

/// The page, from its opening to its closing: what was pasted stays no longer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InspectDraft {
    /// The profile whose tokens can be chosen, and that a pasted one can be compared with.
    pub profile: Option<ProfileName>,
    pub chosen: Chosen,
    pub pasted: Secret,
    /// Which token of a pasted response.
    pub which: Option<TokenUse>,
    /// Whether a pasted token is compared with the profile.
    pub compares: bool,
    /// Whether the pasted text is another one than was inspected last.
    pub is_changed: bool,
}

/// A token that is shown decoded. It is read once, when it is first shown, and not in each frame.
#[derive(Clone, Debug, Default)]
pub struct Decoded(Option<(Secret, Inspected)>);

impl Decoded {
    /// What is written in this token.
    pub(in crate::gui) fn of(&mut self, token: &Secret) -> &Inspected {
        self.0.take_if(|(read, _)| read != token);
        &self.0.get_or_insert_with(|| (token.clone(), Inspected::read(token))).1
    }
}

impl InspectDraft {
    pub(in crate::gui) fn new(profile: Option<ProfileName>, chosen: Chosen) -> Self {
        Self { profile, chosen, compares: true, ..Self::default() }
    }

    /// What the core is asked.
    pub(in crate::gui) fn asked(&self, asks_issuer: bool) -> Inspect {
        let (token, which) = match self.chosen {
            Chosen::Saved(which) => (TokenSource::Saved, Some(which)),
            Chosen::Pasted => (TokenSource::Text(self.pasted.clone()), self.which),
        };
        let is_compared = self.compares || self.chosen != Chosen::Pasted;
        Inspect {
            token,
            profile: self.profile.clone().filter(|_| is_compared),
            which,
            resource: None,
            reach: if asks_issuer { Reach::Anybody } else { Reach::Profile },
        }
    }

    /// The token of the profile that is chosen; `None` for a pasted one.
    pub(in crate::gui) fn of(&self) -> Option<(ProfileName, TokenUse)> {
        match (self.chosen, &self.profile) {
            (Chosen::Saved(which), Some(name)) => Some((name.clone(), which)),
            _ => None,
        }
    }

    /// Why nothing can be inspected yet.
    pub(in crate::gui) fn lack(&self) -> Option<&'static str> {
        (self.chosen == Chosen::Pasted && self.pasted.is_empty()).then_some(texts::PASTE_FIRST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_decoded_again_only_when_it_is_another_one() {
        let (first, second) =
            (Secret::new("eyJhIjoxfQ.eyJzdWIiOiJhZGEifQ.x"), Secret::new("eyJhIjoxfQ.eyJzdWIiOiJib2IifQ.x"));
        let mut decoded = Decoded::default();
        let place = std::ptr::from_ref(&decoded.of(&first).claims[0]);
        assert_eq!(std::ptr::from_ref(&decoded.of(&first).claims[0]), place);
        assert_eq!(decoded.of(&first).claims[0].value, "ada");
        assert_eq!(decoded.of(&second).claims[0].value, "bob");
    }
}
