//! Tokens that a reply has beside the own one.

use crate::call::{Answers, Reading, Reply};
use crate::diagnosis::{Diagnose as _, Diagnosis};
use crate::oauth::{TokenSet, read_further};
use crate::service::Service;

/// Adds them to the tokens of the reply, which was read so. What is wrong with one does not concern the others.
pub(in crate::app::sign_in) fn add(
    tokens: &mut TokenSet,
    service: &Service,
    (reply, answers): (&Reply, Option<&Answers>),
    reading: &Reading,
) -> Vec<Diagnosis> {
    let Some(answers) = answers else { return Vec::new() };
    let mut notes = Vec::new();
    for further in &service.further_token {
        match read_further(answers, reply, &further.reading(reading), service.scopes.in_answers()) {
            Ok(Some(read)) => tokens.add_further(&further.name, &read),
            Ok(None) => {}
            Err(error) => {
                let told = error.diagnose();
                notes.push(Diagnosis { summary: format!("the token `{}`: {}", further.name, told.summary), ..told });
            }
        }
    }
    notes
}
