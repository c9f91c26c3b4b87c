//! A form of file with a fixed schema: where in it the uses of a service are, and what each name means. Each form is a table;
//! this is the one reader of them all.

use serde_json::Value as Json;

use crate::dialect::document::{Document, DocumentError};
use crate::dialect::held::{Held, Part};
use crate::dialect::standard::{plain_text, squeezed};
use crate::dialect::{Described, Import};
use crate::oauth::plain_line;

/// The deepest level of members of one use.
const DEEPEST: usize = 8;

/// The most members that are named as not used.
const MOST_NOTES: usize = 60;

/// The most uses of one file: catalogs have hundreds.
const MOST_USES: usize = 2_000;

/// A form of file.
pub struct Form {
    pub(in crate::dialect::held) name: &'static str,
    /// The tool that still has the refresh token.
    pub(in crate::dialect::held) holder: &'static str,
    /// Texts that each such file has, so that no other is parsed.
    pub(in crate::dialect::held) marks: &'static [&'static str],
    /// Where the uses are: names joined by dots, `*` for any one, `**` for any at any depth. Lists are passed through.
    pub(in crate::dialect::held) at: &'static str,
    /// The members that each use has, besides one of `any` and one of `and_any`.
    pub(in crate::dialect::held) has: &'static [&'static str],
    pub(in crate::dialect::held) any: &'static [&'static str],
    pub(in crate::dialect::held) and_any: &'static [&'static str],
    /// What each member means, by its names joined by dots, in any spelling.
    pub(in crate::dialect::held) parts: &'static [(&'static str, Part)],
    /// Whether its values may be slots.
    pub(in crate::dialect::held) has_slots: bool,
    /// Whether client ID and secret are sent in the header where the file says nothing of it.
    pub(in crate::dialect::held) basic: bool,
    /// Brings together what a use has in several places.
    pub(in crate::dialect::held) join: fn(&Json) -> Json,
    /// Members that follow from others: `{name}` stands for one, `{a|b}` for the first of two. The first of a name that can be made counts.
    pub(in crate::dialect::held) derived: &'static [(&'static str, &'static str)],
    /// Whether the name of a use is that of the service, as in a catalog.
    pub(in crate::dialect::held) is_named: bool,
}

impl Form {
    pub(in crate::dialect::held) const BLANK: Self = Self {
        name: "",
        holder: "whoever reads this file",
        marks: &[],
        at: "",
        has: &[],
        any: &[],
        and_any: &[],
        parts: &[],
        has_slots: true,
        basic: false,
        join: Json::clone,
        derived: &[],
        is_named: false,
    };

    pub fn recognise(&self, document: &Document<'_>) -> bool {
        let text = document.text();
        self.marks.iter().all(|mark| text.contains(mark))
            && document.tree().is_some_and(|tree| !self.uses(&(self.join)(tree)).is_empty())
    }

    pub fn read(&self, document: &Document<'_>) -> Result<Import, DocumentError> {
        let tree =
            document.tree().ok_or(DocumentError::OtherFormat { format: self.name, expected: "names and values" })?;
        self.read_tree(tree)
    }

    pub(in crate::dialect::held) fn read_tree(&self, tree: &Json) -> Result<Import, DocumentError> {
        let tree = (self.join)(tree);
        let uses = self.uses(&tree);
        if uses.is_empty() {
            let expected = self.has.first().or(self.any.first()).copied().unwrap_or("client");
            return Err(DocumentError::OtherFormat { format: self.name, expected });
        }
        if uses.len() > MOST_USES {
            return Err(DocumentError::TooMany { format: self.name, what: "services", limit: MOST_USES });
        }
        let mut described: Vec<Described> = Vec::new();
        for (path, json) in uses {
            let one = self.described(&path, json);
            // A template names the same client in several places.
            if !described.iter().any(|known| known.client_id == one.client_id && *known == one) {
                described.push(one);
            }
        }
        Ok(Import { format: self.name, described })
    }

    /// The objects that are uses, with the names that lead to each.
    fn uses<'a>(&self, tree: &'a Json) -> Vec<(Vec<String>, &'a Json)> {
        let steps: Vec<&str> = self.at.split('.').filter(|step| !step.is_empty()).collect();
        let mut found = Vec::new();
        walk(tree, &steps, &mut Vec::new(), &mut found);
        found.retain(|(_, json)| self.is_use(json));
        // One entry of a catalog, without its name.
        if self.is_named && found.is_empty() && self.is_use(tree) {
            found.push((Vec::new(), tree));
        }
        found
    }

    fn is_use(&self, json: &Json) -> bool {
        let has = |name: &&str| member(json, name).is_some_and(|value| !value.is_null());
        let one_of = |names: &[&str]| names.is_empty() || names.iter().any(has);
        json.is_object() && self.has.iter().all(has) && one_of(self.any) && one_of(self.and_any)
    }

    fn described(&self, path: &[String], json: &Json) -> Described {
        let mut held = Held::new(self.name, self.holder);
        held.has_slots = self.has_slots;
        held.basic = self.basic;
        if self.at == "*" || self.at.ends_with(".*") {
            held.title = path.last().cloned().unwrap_or_default();
        }
        let mut unused = Vec::new();
        self.take(json, "", 0, &mut held, &mut unused);
        let mut made = Vec::new();
        for (name, template) in self.derived {
            if let (Some((_, part)), Some(text)) = (self.row(name), derived(json, template))
                && !made.contains(name)
            {
                held.take(name, *part, &text);
                made.push(*name);
            }
        }
        let known = path.last().unwrap_or(&held.title).clone();
        let more = unused.len().saturating_sub(MOST_NOTES);
        for place in unused.into_iter().take(MOST_NOTES) {
            held.ignore(plain_line(&place), "no request uses it");
        }
        if more > 0 {
            held.ignore("…", format!("{more} more members that no request uses"));
        }
        let mut described = held.described();
        if self.is_named {
            described.named_service = known;
        }
        described
    }

    fn row(&self, place: &str) -> Option<&(&'static str, Part)> {
        self.parts.iter().find(|(written, _)| spelled(written) == spelled(place))
    }

    /// Takes the members of an object, each by the row that names it.
    fn take(&self, json: &Json, before: &str, depth: usize, held: &mut Held, unused: &mut Vec<String>) {
        for (name, value) in json.as_object().into_iter().flatten() {
            let place = if before.is_empty() { name.clone() } else { format!("{before}.{name}") };
            let row = self.row(&place);
            let is_under = self.parts.iter().any(|(written, _)| {
                spelled(written).strip_prefix(&spelled(&place)).is_some_and(|rest| rest.starts_with('.'))
            });
            match row {
                _ if value.is_object() && is_under && depth < DEEPEST => {
                    self.take(value, &place, depth + 1, held, unused);
                }
                Some((_, part)) => held.take_any(&plain_line(&place), *part, value),
                None if is_empty(value) => {}
                None => unused.push(place),
            }
        }
    }
}

/// A member made of others, if all of them are there.
fn derived(json: &Json, template: &str) -> Option<String> {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (names, after) = after.split_once('}')?;
        let mut value = names.split('|').map(|name| member(json, name).map(plain_text).unwrap_or_default());
        text.push_str(before);
        text.push_str(value.find(|value| !value.is_empty())?.trim_end_matches('/'));
        rest = after;
    }
    Some(text + rest)
}

/// A dotted name in one spelling.
fn spelled(name: &str) -> String {
    name.split('.').map(squeezed).collect::<Vec<_>>().join(".")
}

pub(in crate::dialect::held) fn is_empty(json: &Json) -> bool {
    match json {
        Json::Null => true,
        Json::String(text) => text.trim().is_empty(),
        Json::Array(items) => items.is_empty(),
        Json::Object(members) => members.is_empty(),
        Json::Bool(_) | Json::Number(_) => false,
    }
}

/// A member by dotted names in any spelling.
pub(in crate::dialect::held) fn member<'a>(json: &'a Json, dotted: &str) -> Option<&'a Json> {
    dotted.split('.').try_fold(json, |json, name| {
        let found = json.as_object()?.iter().find(|(written, _)| squeezed(written) == squeezed(name));
        found.map(|(_, value)| value)
    })
}

fn walk<'a>(json: &'a Json, steps: &[&str], path: &mut Vec<String>, found: &mut Vec<(Vec<String>, &'a Json)>) {
    if let Json::Array(items) = json {
        for item in items {
            walk(item, steps, path, found);
        }
        return;
    }
    let Some((step, rest)) = steps.split_first() else {
        found.push((path.clone(), json));
        return;
    };
    if *step == "**" {
        walk(json, rest, path, found);
    }
    for (name, value) in json.as_object().into_iter().flatten() {
        let is_it = *step == "*" || squeezed(name) == squeezed(step);
        path.push(name.clone());
        match *step {
            "**" if path.len() < 100 => walk(value, steps, path, found),
            _ if is_it => walk(value, rest, path, found),
            _ => {}
        }
        path.pop();
    }
}
