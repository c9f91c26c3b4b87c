//! What a reply says: the expressions that are more than a path are evaluated in a process of their own first, and what
//! they came to is looked up with the rest.

use serde_json::Value as Json;

use crate::call::{Answers, Expression, Reading, Reply};
use crate::diagnosis::{Diagnose as _, Diagnosis};
use crate::wizard::shared::Shared;

/// What a reply says to these expressions; `None` where it is neither JSON nor a form.
pub(crate) async fn of_reply<'a>(
    shared: &Shared,
    reply: &Reply,
    expressions: impl IntoIterator<Item = &'a Expression>,
) -> Option<Answers> {
    let answers = Answers::of(reply)?;
    Some(complete(shared, answers, expressions).await)
}

/// What a document says to these expressions.
pub(crate) async fn of_document<'a>(
    shared: &Shared,
    document: Json,
    expressions: impl IntoIterator<Item = &'a Expression>,
) -> Answers {
    complete(shared, Answers::new(document), expressions).await
}

async fn complete<'a>(
    shared: &Shared,
    mut answers: Answers,
    expressions: impl IntoIterator<Item = &'a Expression>,
) -> Answers {
    let open: Vec<Expression> = answers.open(expressions).into_iter().cloned().collect();
    if open.is_empty() {
        return answers;
    }
    let came_to = shared.edges.expressions.evaluate(answers.json(), &open).await;
    for (expression, came_to) in open.iter().zip(came_to) {
        answers.add(expression, came_to);
    }
    answers
}

/// What could not be read beside the access token. A service that leaves a field out is no reason for a note; an
/// expression that fails is.
pub(crate) fn notes(reading: &Reading, answers: Option<&Answers>) -> Vec<Diagnosis> {
    let Some(answers) = answers else { return Vec::new() };
    let fields = [&reading.refresh_token, &reading.expires_in, &reading.refresh_token_expires_in, &reading.id_token];
    let kept = reading.keep.iter().map(|keep| std::slice::from_ref(&keep.path));
    let fields = fields.into_iter().map(Vec::as_slice).chain(kept);
    fields
        .filter(|field| answers.first(field).is_none())
        .filter_map(|field| Some(answers.problem(field)?.diagnose()))
        .collect()
}
