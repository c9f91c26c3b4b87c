//! The values in a reply: its body, and the results of its JSONata expressions. Every field of a reply is looked up here,
//! so that paths and JSONata are treated alike.

use serde_json::Value as Json;

use crate::call::expression::Walk;
use crate::call::{Expression, ExpressionError, ExpressionFault, Reply, ReplyFormat, xml_fields};

/// What a reply turned out to be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrittenIn {
    /// JSON.
    Json,
    /// A form.
    Form,
    /// No fields: the whole is one text.
    Text,
    /// XML.
    Xml,
}

impl WrittenIn {
    /// With an article.
    pub fn words(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::Form => "a form",
            Self::Text => "one text",
            Self::Xml => "XML",
        }
    }
}

/// The values in a reply. Has no `Debug`: it holds tokens.
#[derive(Clone)]
pub struct Answers {
    json: Json,
    written_in: WrittenIn,
    came_to: Vec<(Expression, Result<Option<Json>, ExpressionError>)>,
}

impl Answers {
    /// For a document whose expressions are not evaluated yet.
    pub fn new(json: Json) -> Self {
        Self { json, written_in: WrittenIn::Json, came_to: Vec::new() }
    }

    /// For a reply's body; `None` if it is neither JSON nor a form.
    pub fn of(reply: &Reply) -> Option<Self> {
        let json = body_as_json(reply)?;
        let is_json =
            reply.body.expose().trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']).starts_with(['{', '[']);
        Some(Self { written_in: if is_json { WrittenIn::Json } else { WrittenIn::Form }, ..Self::new(json) })
    }

    /// The same where the service writes in this format. A reply in another one is read as usual. Where nothing is said of the
    /// format, a success that its media type calls XML is read by the names below its root element.
    pub fn in_format(reply: &Reply, format: ReplyFormat) -> Option<Self> {
        let success = Some(reply).filter(|reply| reply.is_success());
        let (read, written_in) = match format {
            ReplyFormat::Fields => return Self::of(reply).or_else(|| success.and_then(Self::below_root)),
            ReplyFormat::Text => (success.and_then(one_text), WrittenIn::Text),
            ReplyFormat::Xml => (xml_fields(reply.body.expose()), WrittenIn::Xml),
        };
        read.map(|json| Self { written_in, ..Self::new(json) }).or_else(|| Self::of(reply))
    }

    fn below_root(reply: &Reply) -> Option<Self> {
        if !matches!(reply.media_type().as_str(), "application/xml" | "text/xml") {
            return None;
        }
        let Json::Object(roots) = xml_fields(reply.body.expose())? else { return None };
        let below = roots.into_iter().next().map(|(_, below)| below).filter(Json::is_object)?;
        Some(Self { written_in: WrittenIn::Xml, ..Self::new(below) })
    }

    /// What the reply is written in.
    pub fn written_in(&self) -> WrittenIn {
        self.written_in
    }

    /// The body.
    pub fn json(&self) -> &Json {
        &self.json
    }

    /// The same with nothing but the member of the body that this path begins with, if there is one.
    #[must_use]
    pub fn only_with(&self, path: &Expression) -> Self {
        let name = path.as_str().split(['.', '[']).next().filter(|_| path.is_path()).unwrap_or_default();
        let member = self.json.get(name).map(|value| serde_json::json!({ name: value }));
        Self { json: member.unwrap_or_else(|| self.json.clone()), ..self.clone() }
    }

    /// The expressions that need the evaluating process, each once.
    pub fn open<'a>(&self, expressions: impl IntoIterator<Item = &'a Expression>) -> Vec<&'a Expression> {
        let mut open: Vec<&Expression> = Vec::new();
        for expression in expressions {
            if expression.walk(&self.json) == Walk::Beyond && !open.contains(&expression) {
                open.push(expression);
            }
        }
        open
    }

    /// Adds the result of an expression.
    pub fn add(&mut self, expression: &Expression, came_to: Result<Option<Json>, ExpressionError>) {
        self.came_to.push((expression.clone(), came_to));
    }

    /// The value of an expression, unless it is missing or `null`.
    pub fn find(&self, expression: &Expression) -> Option<&Json> {
        match expression.walk(&self.json) {
            Walk::Found(value) => Some(value),
            Walk::Nothing => None,
            Walk::Beyond => self.evaluated(expression)?.as_ref().ok()?.as_ref().filter(|value| !value.is_null()),
        }
    }

    /// The first value that one of the expressions finds. A single empty expression is the whole reply; among several, an
    /// empty one finds nothing.
    pub fn first(&self, expressions: &[Expression]) -> Option<&Json> {
        let is_left_empty = |expression: &Expression| expressions.len() > 1 && expression.as_str().is_empty();
        expressions.iter().filter(|expression| !is_left_empty(expression)).find_map(|expression| self.find(expression))
    }

    /// The same as text, also for numbers and booleans.
    pub fn first_text(&self, expressions: &[Expression]) -> Option<String> {
        self.first(expressions).and_then(scalar_text).filter(|text| !text.is_empty())
    }

    /// Why one of these has no usable result, if the reply itself is not the cause.
    pub fn problem(&self, expressions: &[Expression]) -> Option<ExpressionError> {
        expressions.iter().find_map(|expression| match self.evaluated(expression)? {
            Err(error) => Some(error.clone()),
            Ok(Some(value)) => no_text(value).map(|what| expression.error(ExpressionFault::NotText(what))),
            Ok(None) => None,
        })
    }

    fn evaluated(&self, expression: &Expression) -> Option<&Result<Option<Json>, ExpressionError>> {
        self.came_to.iter().find(|(known, _)| known == expression).map(|(_, came_to)| came_to)
    }
}

fn no_text(value: &Json) -> Option<&'static str> {
    match value {
        Json::Object(_) => Some("an object"),
        Json::Array(_) => Some("a list"),
        _ => None,
    }
}

/// A scalar as text.
pub fn scalar_text(json: &Json) -> Option<String> {
    match json {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// The body as JSON; a form becomes an object of strings. `None` if it is neither.
pub fn body_as_json(reply: &Reply) -> Option<Json> {
    text_as_json(reply.body.expose(), &reply.media_type())
}

/// A body that is one text, perhaps in quotes: not a page, a sentence, an object or a list.
fn one_text(reply: &Reply) -> Option<Json> {
    let text = reply.body.expose().trim_start_matches('\u{feff}').trim();
    let quoted = serde_json::from_str::<String>(text).ok();
    let text = quoted.as_deref().unwrap_or(text);
    let is_one = !text.is_empty() && !text.contains(char::is_whitespace) && !text.starts_with(['<', '{', '[']);
    is_one.then(|| Json::from(text))
}

/// The same from a body's text and media type.
pub fn text_as_json(text: &str, media_type: &str) -> Option<Json> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if let Ok(json) = serde_json::from_str::<Json>(text) {
        return (json.is_object() || json.is_array()).then_some(json);
    }
    let form = media_type == "application/x-www-form-urlencoded"
        || (text.contains('=') && !text.contains(['<', '{', '\n', ' ']));
    form.then(|| {
        let pairs = form_urlencoded::parse(text.as_bytes());
        Json::Object(pairs.map(|(name, value)| (name.into_owned(), Json::String(value.into_owned()))).collect())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, body: &str) -> Reply {
        Reply {
            status,
            headers: Vec::new(),
            body: crate::secret::Secret::new(body),
            elapsed: std::time::Duration::ZERO,
            received_at: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    fn read(status: u16, body: &str, format: ReplyFormat) -> Option<Json> {
        Answers::in_format(&reply(status, body), format).map(|answers| answers.json().clone())
    }

    #[test]
    fn a_text_is_the_whole_reply_if_it_is_one_word_of_a_success() {
        for body in ["a.b=c", "\"a.b=c\"", "\u{feff} a.b=c\r\n"] {
            assert_eq!(read(200, body, ReplyFormat::Text), Some("a.b=c".into()), "{body}");
        }
        for body in ["Invalid credentials", "<html></html>", "", "  "] {
            assert_eq!(read(200, body, ReplyFormat::Text), None, "{body}");
        }
        assert_eq!(read(401, "denied", ReplyFormat::Text), None);
        let refused = serde_json::json!({ "error": "x" });
        assert_eq!(read(200, "{\"error\": \"x\"}", ReplyFormat::Text), Some(refused));
    }

    #[test]
    fn xml_is_read_by_the_same_paths_whatever_the_status() {
        let body = "<r xmlns:a='urn:x'><a:api><sessionid>s&amp;1</sessionid></a:api></r>";
        for status in [200, 400] {
            let answers = Answers::new(read(status, body, ReplyFormat::Xml).expect("XML"));
            assert_eq!(answers.first_text(&[Expression::new("r.api.sessionid")]).as_deref(), Some("s&1"));
        }
        assert_eq!(read(200, body, ReplyFormat::Fields), None);
        let bomb = "<!DOCTYPE r [<!ENTITY e \"expanded\">]><r><t>&e;x</t></r>";
        assert_eq!(read(200, bomb, ReplyFormat::Xml), Some(serde_json::json!({ "r": { "t": "x" } })));
    }

    #[test]
    fn what_a_reply_is_written_in_shows_in_the_reply_where_nobody_says_it() {
        let told = |media_type: &str, body: &str| {
            let mut reply = reply(200, body);
            reply.headers = vec![("content-type".into(), media_type.into())];
            let answers = Answers::in_format(&reply, ReplyFormat::Fields)?;
            let token = answers.first_text(&[Expression::new("access_token")]);
            Some((answers.written_in(), token.expect("a token")))
        };
        let token = |written_in| Some((written_in, "a/b".to_owned()));
        // GitHub's without `Accept`, and one of a server that calls everything a page.
        let form = "access_token=a%2Fb&scope=repo%2Cgist&token_type=bearer";
        assert_eq!(told("application/x-www-form-urlencoded; charset=utf-8", form), token(WrittenIn::Form));
        assert_eq!(told("text/html", form), token(WrittenIn::Form));
        assert_eq!(told("text/html", " {\"access_token\":\"a/b\"}"), token(WrittenIn::Json));
        assert_eq!(told("application/x-www-form-urlencoded", "{\"access_token\":\"a/b\"}"), token(WrittenIn::Json));
        let xml = "<OAuth><token_type>bearer</token_type><access_token>a/b</access_token></OAuth>";
        assert_eq!(told("application/xml; charset=utf-8", xml), token(WrittenIn::Xml));
        assert_eq!(told("text/html", xml), None, "a page");
    }

    #[test]
    fn a_path_that_only_jsonata_can_follow_is_open_once() {
        let answers = Answers::new(serde_json::json!({"items": [{"token": "a"}], "plain": 1}));
        let of = |texts: &[&str]| texts.iter().map(|text| Expression::new(*text)).collect::<Vec<_>>();
        let asked = of(&["plain", "missing", "items.token", "$sum(plain)", "items.token", "items[0].token"]);
        let open: Vec<&str> = answers.open(&asked).into_iter().map(Expression::as_str).collect();
        assert_eq!(open, ["items.token", "$sum(plain)"]);
    }

    #[test]
    fn what_was_evaluated_is_found_like_what_was_walked() {
        let mut answers = Answers::new(serde_json::json!({"a": "1"}));
        let (evaluated, wrong, list) = (Expression::new("a & a"), Expression::new("a +"), Expression::new("[a, a]"));
        let error = wrong.error(ExpressionFault::TooSlow { seconds: 2 });
        answers.add(&evaluated, Ok(Some("11".into())));
        answers.add(&wrong, Err(error.clone()));
        answers.add(&list, Ok(Some(serde_json::json!(["1", "1"]))));
        let both = [Expression::new("missing"), evaluated];
        assert_eq!(answers.first_text(&both).as_deref(), Some("11"));
        assert_eq!(answers.first_text(&[Expression::new(""), Expression::new("a")]).as_deref(), Some("1"));
        assert_eq!(answers.problem(&both), None);
        assert_eq!(answers.problem(&[wrong]), Some(error));
        let words = answers.problem(&[list]).map(|error| error.to_string());
        assert_eq!(words.as_deref(), Some("the expression `[a, a]` returned a list, not a string"));
    }
}
