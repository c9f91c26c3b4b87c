//! Reads values from replies. Expressions that are more than a path are evaluated in a process of their own first; their
//! results are then looked up like the rest.

use serde_json::Value as Json;

use crate::app::handle::App;
use crate::app::{FieldRead, ReplyValue, ReplyView, TriedReading};
use crate::call::{Answers, Expression, ExpressionFault, Leaf, Reading, Reply, ReplyFormat, leaves, text_as_json};
use crate::diagnosis::{Diagnose as _, Diagnosis};
use crate::oauth::{TokenSet, is_life};
use crate::secret::MASK;

/// A reply with the results of these expressions; `None` if it has nothing to read.
pub(crate) async fn of_reply<'a>(
    app: &App,
    (reply, format): (&Reply, ReplyFormat),
    expressions: impl IntoIterator<Item = &'a Expression>,
) -> Option<Answers> {
    let answers = Answers::in_format(reply, format)?;
    Some(complete(app, answers, expressions).await)
}

/// A document with the results of these expressions.
pub(crate) async fn of_document<'a>(
    app: &App,
    document: Json,
    expressions: impl IntoIterator<Item = &'a Expression>,
) -> Answers {
    complete(app, Answers::new(document), expressions).await
}

async fn complete<'a>(
    app: &App,
    mut answers: Answers,
    expressions: impl IntoIterator<Item = &'a Expression>,
) -> Answers {
    let open: Vec<Expression> = answers.open(expressions).into_iter().cloned().collect();
    if open.is_empty() {
        return answers;
    }
    let results = app.ports.expressions.evaluate(answers.json(), &open).await;
    for (expression, result) in open.iter().zip(results) {
        answers.add(expression, result);
    }
    answers
}

/// Notes on fields that could not be read. A missing field needs no note; a failed expression and a lifetime that is not
/// understood do.
pub(crate) fn notes(reading: &Reading, answers: Option<&Answers>, tokens: &TokenSet) -> Vec<Diagnosis> {
    let Some(answers) = answers else { return Vec::new() };
    let lifetime = tokens.unread_life_note().into_iter().chain(tokens.over_note());
    let fields = [&reading.refresh_token, &reading.expires_in, &reading.refresh_token_expires_in, &reading.id_token];
    let retained = reading.retain.iter().map(|(_, place)| std::slice::from_ref(place));
    let fields = fields.into_iter().map(Vec::as_slice).chain(retained);
    fields
        .filter(|field| answers.first(field).is_none())
        .filter_map(|field| Some(answers.problem(field)?.diagnose()))
        .chain(lifetime)
        .collect()
}

impl App {
    /// Reads a reply by expressions that are being edited.
    pub async fn try_reading(&self, reading: &Reading, reply: &ReplyView) -> TriedReading {
        let media_type = reply.headers.iter().find(|(name, _)| name == "content-type");
        let media_type = media_type.and_then(|(_, value)| value.split(';').next()).unwrap_or_default();
        let document = text_as_json(reply.body.expose(), media_type.trim()).unwrap_or_default();
        let values =
            values(reading, &document, &text_as_json(&reply.masked_body, media_type.trim()).unwrap_or_default());
        let tokens = reading.access_token.iter().chain(&reading.refresh_token);
        let answers = of_document(self, document, tokens.chain(&reading.expires_in)).await;
        let token = |text: String| FieldRead::Token(text.chars().count());
        TriedReading {
            access_token: field(&answers, &reading.access_token, token),
            refresh_token: field(&answers, &reading.refresh_token, token),
            expires_in: life(&answers, reading),
            values,
        }
    }
}

/// The single values, shown as they are in the masked reply; what is read as a token is masked whatever its name.
fn values(reading: &Reading, document: &Json, masked: &Json) -> Vec<ReplyValue> {
    let (found, masked) = (leaves(document), leaves(masked));
    let tokens = [&reading.access_token, &reading.refresh_token, &reading.id_token];
    let shown = |leaf: Leaf| {
        let is_token = tokens.iter().any(|places| places.contains(&leaf.place));
        let of_masked = masked.iter().find(|other| other.place == leaf.place && !is_token);
        let shown = of_masked.map_or_else(|| MASK.to_owned(), |other| other.text.clone());
        ReplyValue { is_secret: shown != leaf.text, shown, place: leaf.place }
    };
    found.into_iter().map(shown).collect()
}

/// A lifetime that is understood is shown as it is. Anything else may be a secret and is not shown.
fn life(answers: &Answers, reading: &Reading) -> FieldRead {
    field(answers, &reading.expires_in, |text| {
        if is_life(&text, reading.lifetime) {
            return FieldRead::Text(text);
        }
        let place = reading.expires_in.iter().find(|place| answers.find(place).is_some()).map(ToString::to_string);
        let summary = format!("`{}` did not yield a lifetime or a time", place.unwrap_or_default());
        FieldRead::Failed(Diagnosis::new(summary).hint("point to the token's lifetime or expiry"))
    })
}

fn field(answers: &Answers, expressions: &[Expression], shown: impl Fn(String) -> FieldRead) -> FieldRead {
    if let Some(text) = answers.first_text(expressions) {
        return shown(text);
    }
    let unfit = || {
        let is_unfit = |expression: &&Expression| answers.find(expression).is_some_and(|value| !value.is_string());
        expressions
            .iter()
            .find(is_unfit)
            .map(|expression| expression.error(ExpressionFault::NotText("an object or a list")))
    };
    let problem = answers.problem(expressions).or_else(unfit);
    problem.map_or(FieldRead::Nothing, |problem| FieldRead::Failed(problem.diagnose()))
}
