//! Edits the text of a saved profile in the person's editor. The text is checked before it is saved, and replaces only the text
//! that the editor was given.

use std::ops::ControlFlow;

use crate::app::handle::App;
use crate::app::profiles::editor::{self, EditedFile};
use crate::app::profiles::{state, unknown};
use crate::app::schedule::scheduler;
use crate::app::vault::open;
use crate::app::{Failure, FailureCode, FailureKind, ProfileState};
use crate::diagnosis::Diagnosis;
use crate::service::{Catalog, Profile, ProfileDraft, ProfileError, ProfileName};
use crate::store::StoreError;

/// How an edit ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edited {
    /// The text means what it meant before.
    Unchanged,
    Saved {
        /// Why the profile's tokens no longer fit it, if the vault can be opened without asking.
        stale: Option<Diagnosis>,
    },
}

impl App {
    /// Opens the text of a saved profile, which holds no secret, in an editor, and saves it when the editor ends. `editor` is the
    /// person's command line for it. `retry` gets the failure of a text that cannot be saved: if it succeeds, the editor opens
    /// again; otherwise its failure is the outcome. What was written and not saved stays in a file that the failure names.
    pub async fn edit<F: Future<Output = Result<(), Failure>> + Send>(
        &self,
        name: &ProfileName,
        editor: Option<String>,
        retry: impl Fn(Failure) -> F + Send,
    ) -> Result<Edited, Failure> {
        let Some(before) = self.load_profile_text(name).await? else { return Err(unknown(self, name).await) };
        let given = format!("{}{before}", comment(name));
        let file = EditedFile::create(name, given).await?;
        let edited = loop {
            match self.edit_once(name, editor.as_deref(), &file, &before).await {
                Ok(ControlFlow::Break(edited)) => break Ok(edited),
                Ok(ControlFlow::Continue(refused)) => {
                    if let Err(failure) = editor::or_interrupted(retry(refused)).await {
                        break Err(failure);
                    }
                }
                Err(failure) => break Err(failure),
            }
        };
        match edited {
            Ok(edited) => Ok(edited),
            Err(failure) => Err(file.retained(failure).await),
        }
    }

    /// Continues with the reason if the text cannot be saved as it is.
    async fn edit_once(
        &self,
        name: &ProfileName,
        editor: Option<&str>,
        file: &EditedFile,
        before: &str,
    ) -> Result<ControlFlow<Edited, Failure>, Failure> {
        editor::run(editor, file).await?;
        let text = match file.text().await {
            Ok(text) => text,
            Err(failure) => return Ok(ControlFlow::Continue(failure)),
        };
        let (catalog, _) = self.catalog().await?;
        let was = Profile::from_toml(name, before, &catalog).ok();
        let profile = match check(name, &text, was.as_ref(), &catalog) {
            Ok(profile) => profile,
            Err(failure) => return Ok(ControlFlow::Continue(failure)),
        };
        if was.is_some_and(|was| was == profile) {
            return Ok(ControlFlow::Break(Edited::Unchanged));
        }
        self.replace_text(name, before.to_owned(), profile.to_toml(&catalog)).await?;
        scheduler::changed_profiles(self).await;
        self.tell_profiles().await;
        open::probe(self).await;
        let stale = match state(self, name, &profile).await {
            ProfileState::Stale(diagnosis) => Some(diagnosis),
            _ => None,
        };
        Ok(ControlFlow::Break(Edited::Saved { stale }))
    }

    /// Replaces the text of a profile if it is still the expected one.
    async fn replace_text(&self, name: &ProfileName, expected: String, text: String) -> Result<(), Failure> {
        let asked = name.clone();
        let replaced = self.with_store(move |store| {
            store.change(asked.as_str(), move |plain| -> Result<_, StoreError> {
                let found = plain.definition.is_some();
                let is_expected = plain.definition.as_ref() == Some(&expected);
                if is_expected {
                    plain.definition = Some(text);
                }
                Ok((found, is_expected))
            })
        });
        let refused = |what: &str| {
            let summary = format!("the profile `{name}` was {what} in the meantime: nothing was saved");
            Failure::new(FailureKind::Usage, Diagnosis::new(summary).hint("repeat your change on what is there now"))
        };
        match replaced.await? {
            (_, true) => Ok(()),
            (true, false) => Err(refused("changed")),
            (false, false) => Err(refused("forgotten").coded(FailureCode::ProfileGone)),
        }
    }
}

/// What the person reads above the text.
fn comment(name: &ProfileName) -> String {
    format!(
        "# The profile `{name}`. Every key can be changed, added or removed; docs/files.md explains them.\n\
         # Secrets are not here: they are in the vault. Comments, such as this one, are not saved.\n\n"
    )
}

/// The profile that a text describes. A field is checked as it is when a person types it, unless it was wrong before: a draft
/// may be incomplete.
fn check(name: &ProfileName, text: &str, was: Option<&Profile>, catalog: &Catalog) -> Result<Profile, Failure> {
    let mut profile = Profile::from_toml(name, text, catalog).map_err(|error| {
        let mut failure = Failure::from(error.clone());
        if let ProfileError::Text { .. } = error {
            // That would be to edit it.
            failure.diagnosis.hint = None;
        }
        failure
    })?;
    match ProfileDraft::from(&profile).parse() {
        Ok(parsed) => {
            let typed = |(name, _): &(String, String)| profile.inputs.contains_key(name);
            let inputs: Vec<_> = parsed.inputs.into_iter().filter(typed).collect();
            profile.inputs.extend(inputs);
        }
        Err(errors) => {
            let old = was.and_then(|was| ProfileDraft::from(was).parse().err()).unwrap_or_default();
            let new = errors.into_iter().find(|error| old.iter().all(|old| old.field != error.field));
            if let Some(error) = new {
                return Err(Failure::new(FailureKind::Usage, error.diagnosis));
            }
        }
    }
    Ok(profile)
}
