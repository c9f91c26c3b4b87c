//! The two names of a profile: the plain one that files and scripts know it by, and what the person calls it.

use crate::gui::draft::Draft;
use crate::gui::model::Model;
use crate::service::{DisplayName, ProfileName, ProfileNameError};

/// The plain name and the display name that typed text comes to, where the text is no plain name itself; `None` where it
/// is one, or holds nothing that could be shown.
pub(crate) fn proposed(draft: &Draft, model: &Model) -> Option<(ProfileName, DisplayName)> {
    if ProfileName::parse(&draft.name).is_ok() {
        return None;
    }
    let shown = DisplayName::of(&draft.name);
    if shown.is_empty() {
        return None;
    }
    let service = draft.profile.as_ref().map_or("", |profile| profile.service.id.as_str());
    let is_taken = |name: &ProfileName| {
        let is_own = model.open.saved_as.as_ref() == Some(name);
        !is_own && model.profiles.iter().any(|profile| profile.name == *name)
    };
    let name = shown.plain_name(service, is_taken);
    Some((name, shown))
}

/// The plain name that the profile is saved under as things are typed.
pub(crate) fn plain_name(draft: &Draft, model: &Model) -> Result<ProfileName, ProfileNameError> {
    ProfileName::parse(&draft.name).or_else(|error| proposed(draft, model).map(|(name, _)| name).ok_or(error))
}

/// Takes a proposal over into the two fields.
pub(crate) fn settle(draft: &mut Draft, model: &Model) {
    let Some((name, shown)) = proposed(draft, model) else { return };
    draft.name = name.to_string();
    if let Some(profile) = &mut draft.profile {
        profile.display_name = shown.to_string();
    }
}
