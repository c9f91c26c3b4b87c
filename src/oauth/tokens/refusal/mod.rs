//! Reads why a service refused, and what it means: from the fields of RFC 6749 section 5.2, from problem details (RFC 9457),
//! XML, a web page or plain text.
//!
//! Invariant: the secrets of the request are masked in every text.

mod cause;
mod document;
mod hint;
mod names;
mod target;

#[cfg(test)]
mod tests;

use serde_json::{Map, Value as Json};

use crate::call::{Answers, Reading, Reply, mask_text, scalar_text};
use crate::oauth::authorization::response::printable;
use crate::oauth::challenge::Challenge;
use crate::oauth::tokens::explain::{ErrorHint, hint_for};
use crate::oauth::tokens::fit::web_reference;
use crate::oauth::tokens::refusal::cause::Words;
use crate::oauth::tokens::refusal::document::Document;
use crate::secret::Secret;

pub use crate::oauth::tokens::refusal::cause::Cause;
pub use crate::oauth::tokens::refusal::target::Target;

/// A refusal.
#[allow(clippy::struct_excessive_bools, reason = "independent facts")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The status code.
    pub status: u16,
    /// The error code.
    pub code: Option<String>,
    /// The service's own words.
    pub description: Option<String>,
    /// A link to read on.
    pub uri: Option<String>,
    /// What it means.
    pub cause: Cause,
    /// What the body is if it has no reason, such as `an empty body`.
    what: String,
    /// All texts, for the hints of the service.
    said: String,
    /// The code in the spelling of the RFCs.
    known: Option<String>,
    /// Whether a field or a flag signals a failure.
    says_failure: bool,
    /// Whether code, description and link are all that the reply says.
    is_whole: bool,
    asks_for_basic: bool,
    is_page: bool,
    /// The methods that the URL takes, as a refusal of another has to name them (RFC 9110 section 15.5.6).
    allowed: String,
    /// Whether a success has its fields within something else, such as a string or a page.
    is_wrapped: bool,
}

/// `secrets` are those of the request.
pub fn read_refusal(reply: &Reply, answers: Option<&Answers>, reading: &Reading, secrets: &[&Secret]) -> Refusal {
    let clean = |text: &str| printable(&mask_text(text, secrets));
    let challenges = Challenge::all(reply);
    let asks_for_basic = challenges.iter().any(|challenge| challenge.scheme == "basic");
    let allowed = reply.header("allow").map(|methods| short(&clean(methods))).unwrap_or_default();
    let mut refusal = Refusal { asks_for_basic, allowed, ..Refusal::new(reply.status) };
    let mut texts = match document::of(reply, answers, &|text| mask_text(text, secrets)) {
        Document::Fields(fields) => {
            let mut found = names::collect(&fields, reply.status, &clean);
            refusal.take_read(answers, reading, &clean);
            refusal.take(&mut found);
            // What was read as it stands has answers.
            refusal.is_wrapped = reply.is_success() && answers.is_none();
            let what = if refusal.is_wrapped { "other text around JSON" } else { "a reply that gives no reason" };
            refusal.what = format!("{what}; it has {}", names_of(&fields, secrets));
            found.texts
        }
        other => refusal.take_other(other, reply.is_success(), secrets),
    };
    let said = said_in(&challenges);
    if refusal.code.is_none() && !said.is_empty() {
        let mut found = names::collect(&Json::Object(said), reply.status, &clean);
        refusal.take(&mut found);
        texts.append(&mut found.texts);
    }
    refusal.judge(reply, &texts);
    // The page of a gateway has nothing but its title.
    refusal.is_whole |= refusal.is_page && refusal.cause == Cause::Trouble && !refusal.said.is_empty();
    refusal
}

/// The `error` that a reply's challenge of this scheme names (RFC 6750 section 3, RFC 9449 section 7.1); `scheme` in lower
/// case.
pub(in crate::oauth) fn error_of_challenge(reply: &Reply, scheme: &str) -> Option<String> {
    let challenges = Challenge::all(reply);
    let first = challenges.iter().find(|challenge| challenge.scheme == scheme)?;
    first.parameter("error").map(str::to_owned)
}

/// `error`, `error_description` and `error_uri`, whichever challenge has them.
fn said_in(challenges: &[Challenge]) -> Map<String, Json> {
    let mut said = Map::new();
    for (name, value) in challenges.iter().flat_map(|challenge| &challenge.parameters) {
        if name.starts_with("error") {
            said.entry(name.as_str()).or_insert_with(|| Json::from(value.as_str()));
        }
    }
    said
}

impl Refusal {
    fn new(status: u16) -> Self {
        Self {
            status,
            code: None,
            description: None,
            uri: None,
            cause: Cause::Other,
            what: String::new(),
            said: String::new(),
            known: None,
            says_failure: false,
            is_whole: false,
            asks_for_basic: false,
            is_page: false,
            allowed: String::new(),
            is_wrapped: false,
        }
    }

    /// Reads a body without fields; returns its texts.
    fn take_other(&mut self, document: Document, is_success: bool, secrets: &[&Secret]) -> Vec<String> {
        self.what = match document {
            Document::Page { title, text } => {
                let title = title.map(|title| printable(&mask_text(&title, secrets)));
                self.is_page = true;
                self.said = title.clone().unwrap_or_default();
                self.take_page(title.as_deref(), &mask_text(&text, secrets));
                title.map_or("a web page".to_owned(), |title| format!("a web page titled \"{title}\""))
            }
            // The text may be a token.
            Document::Text(_) if is_success => "text that is neither JSON nor a form".to_owned(),
            Document::Text(text) => {
                let masked = mask_text(&text, secrets);
                let line = masked.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
                let line = short(&printable(line));
                self.is_whole = line == masked.trim();
                self.what = format!("the text \"{line}\"");
                return vec![masked];
            }
            Document::Empty => {
                self.is_whole = true;
                "an empty body".to_owned()
            }
            Document::Compressed => "a compressed body: it begins like gzip, and no header says so".to_owned(),
            Document::Bytes => "bytes that are no text".to_owned(),
            Document::Fields(_) => String::new(),
        };
        Vec::new()
    }

    /// Reads the fields that the preset names.
    fn take_read(&mut self, answers: Option<&Answers>, reading: &Reading, clean: &dyn Fn(&str) -> String) {
        let Some(answers) = answers else { return };
        let text = |places| answers.first_text(places).map(|text| clean(&text)).filter(|text| !text.is_empty());
        self.says_failure = answers.first(&reading.error).is_some();
        let code = answers.first(&reading.error).and_then(scalar_text).map(|code| clean(&code));
        self.code = code.filter(|code| !code.is_empty());
        self.description = text(&reading.error_description);
        self.uri = answers.first_text(&reading.error_uri).and_then(|uri| web_reference(&uri)).map(|uri| clean(&uri));
    }

    /// Adds what was found under other names.
    fn take(&mut self, found: &mut names::Found) {
        let code = found.code();
        let is_sentence = |code: &String| code.contains(' ');
        // A sentence instead of a code describes the code beside it.
        if self.code.as_ref().is_none_or(is_sentence) && code.is_some() && code != self.code {
            let sentence = std::mem::replace(&mut self.code, code);
            self.description = self.description.take().or(sentence);
        }
        let description = found.description(self.code.as_deref());
        // A description that repeats the code says nothing.
        self.description = self.description.take().filter(|text| Some(text) != self.code.as_ref()).or(description);
        if self.code.as_ref().is_some_and(is_sentence) && self.description.is_none() {
            self.description = self.code.take();
        }
        self.uri = self.uri.take().or_else(|| found.reference());
        self.says_failure |= found.says_failure;
        let told = [&self.code, &self.description, &self.uri].into_iter().flatten().count();
        self.is_whole = found.leaves <= told;
    }

    /// Reads the title of a page, and codes of the RFC in its text.
    fn take_page(&mut self, title: Option<&str>, text: &str) {
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let codes = text.split(|c| !is_part(c)).filter(|word| word.contains('_'));
        let known = codes.filter_map(|word| cause::of_code_in(&Words::of(word)));
        let title = Words::of(title.unwrap_or_default());
        if let Some((known, cause)) = known.into_iter().next().or_else(|| cause::of_code_in(&title)) {
            (self.known, self.cause) = (Some(known.replace(' ', "_")), cause);
        } else if cause::speaks_of_limit(&title) {
            self.cause = Cause::Limit;
        }
    }

    /// Decides the cause.
    fn judge(&mut self, reply: &Reply, texts: &[String]) {
        let mut all: Vec<&str> = texts.iter().map(String::as_str).collect();
        all.extend(self.description.as_deref());
        if !texts.is_empty() {
            self.said = texts.join("\n");
        }
        let lines: Vec<Words> = all.iter().map(|text| Words::of(text)).collect();
        let of_field = self.code.as_deref().and_then(cause::of_code);
        let known = of_field.or_else(|| lines.iter().find_map(cause::of_code_in));
        if let Some((code, cause)) = known {
            (self.known, self.cause) = (Some(code.replace(' ', "_")), cause);
        }
        let wants_proof = all.iter().copied().chain(self.code.as_deref()).any(cause::wants_proof);
        let is_limit = self.status == 429 || lines.iter().any(cause::speaks_of_limit);
        let is_vague = self.is_vague();
        if is_limit || self.cause == Cause::Limit {
            self.cause = Cause::Limit;
        } else if matches!(self.status, 408 | 425 | 500..=599) {
            self.cause = Cause::Trouble;
        } else if wants_proof {
            self.known = Some("use_dpop_nonce".to_owned());
            self.cause = Cause::Other;
        } else if is_vague && lines.iter().any(cause::speaks_of_dead_grant) {
            self.cause = Cause::Grant;
        } else if is_vague && (400..500).contains(&self.status) && reply.header("retry-after").is_some() {
            self.cause = Cause::Limit;
        } else if is_vague && lines.iter().any(cause::speaks_of_later) {
            self.cause = Cause::Trouble;
        } else if self.known.is_none() && self.status == 401 {
            self.cause = Cause::Client;
        }
    }

    /// Whether the code leaves the cause open.
    fn is_vague(&self) -> bool {
        matches!(self.known.as_deref(), None | Some("invalid_request"))
    }

    /// Whether the service gave a reason in fields.
    pub fn has_reason(&self) -> bool {
        self.code.is_some() || self.description.is_some()
    }

    /// Whether the body reports a failure, whatever the status.
    pub fn is_said(&self) -> bool {
        self.says_failure && self.has_reason()
    }

    /// The code as sent, or in the spelling of the RFCs.
    pub fn own_code(&self) -> Option<&str> {
        self.code.as_deref().or(self.known.as_deref())
    }

    /// Whether it has a known code, so that no gateway sent it.
    pub fn is_of_service(&self) -> bool {
        self.known.is_some() && self.code.is_some()
    }

    /// Whether code, description and link are all that the reply says.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// What the body is if it has no reason, such as `an empty body`.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// What follows `refused` in the error: the service's own words.
    pub fn text(&self) -> String {
        match (&self.code, &self.description) {
            (Some(code), Some(description)) => format!(": `{code}` ({description})"),
            (Some(code), None) => format!(": `{code}`"),
            (None, Some(description)) => format!(" with {}: {description}", self.status),
            (None, None) => format!(" with {}", self.status),
        }
    }

    /// The service's hint that matches the code and description, or else any text.
    pub fn service_hint<'a>(&self, hints: &'a [ErrorHint]) -> Option<&'a ErrorHint> {
        let code = self.code.as_deref().or(self.known.as_deref()).unwrap_or_default();
        hint_for(code, self.description.as_deref().unwrap_or_default(), hints)
            .or_else(|| hint_for("", &self.said, hints))
    }
}

/// Where a redirect leads, with secrets masked.
pub(in crate::oauth) fn redirect_target(reply: &Reply, origin: Option<&str>, secrets: &[&Secret]) -> Target {
    Target::of(reply.header("location"), origin, &|text| short(&printable(&mask_text(text, secrets))))
}

/// The member names of a reply. Only what looks like a name is shown, since some servers echo the request.
pub(in crate::oauth) fn names_of(json: &Json, secrets: &[&Secret]) -> String {
    /// Enough to recognise the reply by.
    const MOST: usize = 12;
    match json {
        Json::Object(fields) if !fields.is_empty() => {
            let names: Vec<String> = fields.keys().take(MOST).map(|name| shown_name(name, secrets)).collect();
            format!("`{}`", names.join("`, `"))
        }
        _ => "no named field".to_owned(),
    }
}

/// A member's name as it may be shown.
pub(in crate::oauth) fn shown_name(name: &str, secrets: &[&Secret]) -> String {
    /// A longer name is an echo of the request.
    const LONGEST: usize = 48;
    let masked = mask_text(name, secrets);
    let is_name = name.chars().count() <= LONGEST && name.chars().all(|c| c.is_alphanumeric() || "_-.:$@ ".contains(c));
    if is_name || masked != name { short(&printable(&masked)) } else { "…".to_owned() }
}

/// A text, cut to what an error can quote.
fn short(text: &str) -> String {
    const MOST: usize = 200;
    if text.chars().count() <= MOST { text.to_owned() } else { text.chars().take(MOST).chain(['…']).collect() }
}
