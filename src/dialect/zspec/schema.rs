//! The elements of ZSPEC, in one table for reading and writing: what each must hold, and the order in which it is
//! written.

use std::collections::BTreeMap;

use crate::dialect::Note;
use crate::dialect::zspec::xml::Element;
use crate::dialect::zspec::{Position, ZspecError};

/// The stages: the name in presets, the element, and whether ZSPEC requires it.
pub(super) const STAGES: [(&str, &str, bool); 4] = [
    ("authorization", "authorization-url", true),
    ("token_request", "token-url", true),
    ("refresh_request", "refresh-url", true),
    ("identity", "authentication-url", false),
];

/// Where an argument goes.
pub(super) const LOCATIONS: [&str; 3] = ["param", "header", "variable"];

/// What an element holds: its name, its attributes, and the elements in it, each in the order in which it is written.
/// `!` must be there, `*` may be there often, all others once; `=` is followed by the words that an attribute may be.
/// Attributes in brackets and all others follow by name.
const RULES: [(&str, &str, &str); 14] = [
    (
        "oauth2",
        "name! [visibility=internal|private|public]",
        "description authorization-url! token-url! refresh-url! authentication-url",
    ),
    ("authorization-url", "path!", "description operation!"),
    ("token-url", "path!", "description operation!"),
    ("refresh-url", "path!", "description operation!"),
    ("authentication-url", "path!", "description operation!"),
    ("operation", "method!=get|post|put|patch|delete", "description argument* request-body response* authentication"),
    (
        "argument",
        "name! location!=param|header|variable [required=true|false] [visibility=internal|private|public]",
        "description content",
    ),
    ("request-body", "", "description content"),
    ("content", "", "description encode structure"),
    ("encode", "type!", ""),
    ("structure", "name", "description property*"),
    ("property", "name type values", "description structure"),
    ("response", "status!", "description content"),
    ("authentication", "location=param|header|variable type name scopes", ""),
];

/// What a required attribute should hold, by element and attribute.
const EXPECTED: [(&str, &str, &str); 5] = [
    ("oauth2", "name", "what the service is called"),
    ("argument", "name", "what the argument is called on the wire"),
    ("encode", "type", "a media type"),
    ("response", "status", "an HTTP status, such as `200`"),
    ("", "path", "the URL, such as `https://example.com/oauth/token`"),
];

pub(super) fn operation(stage: &Element) -> &Element {
    stage.child("operation").unwrap_or(stage)
}

pub(super) fn property(argument: &Element) -> Option<&Element> {
    argument.child("content")?.child("structure")?.child("property")
}

pub(super) fn location(argument: &Element) -> &'static str {
    let found = LOCATIONS.into_iter().find(|location| location.eq_ignore_ascii_case(argument.attribute("location")));
    found.unwrap_or(LOCATIONS[0])
}

pub(super) fn property_of<'a>(structure: &'a Element, name: &str) -> Option<&'a Element> {
    structure.all("property").find(|property| property.attribute("name") == name)
}

struct Rule {
    attributes: Vec<Item>,
    children: Vec<Item>,
}

/// An attribute or an element in the table.
struct Item {
    name: &'static str,
    is_required: bool,
    is_list: bool,
    /// Whether it is written in the order of the table.
    is_ordered: bool,
    words: Vec<&'static str>,
}

impl Item {
    fn parse(text: &'static str) -> Self {
        let inner = text.trim_matches(['[', ']']);
        let (name, words) = inner.split_once('=').unwrap_or((inner, ""));
        Self {
            name: name.trim_end_matches(['!', '*']),
            is_required: name.ends_with('!'),
            is_list: name.ends_with('*'),
            is_ordered: inner == text,
            words: words.split('|').filter(|word| !word.is_empty()).collect(),
        }
    }
}

fn rule(element: &str) -> Option<Rule> {
    let items = |text: &'static str| text.split_whitespace().map(Item::parse).collect();
    let (_, attributes, children) = RULES.iter().find(|(name, ..)| *name == element)?;
    Some(Rule { attributes: items(attributes), children: items(children) })
}

/// Checks a document against the table. Elements that are not in the table are removed and noted.
pub(super) fn check(oauth2: &mut Element) -> Result<Vec<Note>, ZspecError> {
    let mut checker = Checker::default();
    checker.element(oauth2)?;
    arrange(oauth2);
    Ok(checker.notes)
}

/// Puts attributes and elements into the order in which they are written.
pub(super) fn arrange(element: &mut Element) {
    let Some(rule) = rule(&element.name) else { return };
    let place = |items: &[Item], name: &str| {
        items.iter().position(|item| item.is_ordered && item.name == name).unwrap_or(items.len())
    };
    element.attributes.sort_by_cached_key(|(name, _)| (place(&rule.attributes, name), name.clone()));
    element.children.sort_by_key(|child| place(&rule.children, &child.name));
    element.children.iter_mut().for_each(arrange);
}

#[derive(Default)]
struct Checker {
    notes: Vec<Note>,
    /// The stage and argument, for notes.
    place: Vec<String>,
}

impl Checker {
    fn element(&mut self, element: &mut Element) -> Result<(), ZspecError> {
        let Some(rule) = rule(&element.name) else {
            element.children.clear();
            return Ok(());
        };
        attributes(element, &rule)?;
        element.text.clear();
        let depth = self.place.len();
        match element.name.as_str() {
            "argument" => self.place.push(element.attribute("name").to_owned()),
            stage if stage.ends_with("-url") => self.place.push(stage.to_owned()),
            _ => {}
        }
        element.children.retain(|child| {
            let is_known = rule.children.iter().any(|known| known.name == child.name);
            if !is_known {
                self.note(child);
            }
            is_known
        });
        self.children(element, &rule)?;
        element.children.retain(|child| child.name != "description" || !child.text.is_empty());
        self.place.truncate(depth);
        Ok(())
    }

    fn children(&mut self, element: &mut Element, rule: &Rule) -> Result<(), ZspecError> {
        let mut required = rule.children.iter().filter(|known| known.is_required);
        if let Some(missing) = required.find(|known| element.child(known.name).is_none()) {
            return Err(ZspecError::NoChild { at: element.at, element: element.name.clone(), child: missing.name });
        }
        let mut seen: BTreeMap<String, Position> = BTreeMap::new();
        let mut once = |key: &str, what: String, at: Position| match seen.insert(key.to_owned(), at) {
            Some(first) => Err(ZspecError::Twice { what, first, second: at }),
            None => Ok(()),
        };
        for child in &mut element.children {
            if rule.children.iter().any(|known| known.name == child.name && !known.is_list) {
                once(&child.name, format!("`<{}>` in `<{}>`", child.name, element.name), child.at)?;
            }
            self.element(child)?;
            let (name, location) = (child.attribute("name"), child.attribute("location").to_ascii_lowercase());
            let what = match child.name.as_str() {
                "argument" => format!("argument `{name}` in `<{}>`", self.place.concat()),
                "property" if name.is_empty() => "property without a name".to_owned(),
                "property" => format!("property `{name}`"),
                _ => continue,
            };
            once(&format!("{location} {name}"), what, child.at)?;
        }
        Ok(())
    }

    fn note(&mut self, unknown: &Element) {
        let words = match unknown.name.strip_suffix("-ref") {
            Some(of) => format!(
                "`<{}>` at {} is a reference, which is not followed: put the `<{of}>` itself there",
                unknown.name, unknown.at
            ),
            None => format!("`<{}>` at {} is unknown and ignored", unknown.name, unknown.at),
        };
        self.notes.push(Note::new(self.place.join(" › "), words));
    }
}

fn attributes(element: &Element, rule: &Rule) -> Result<(), ZspecError> {
    for Item { name: attribute, is_required, words, .. } in &rule.attributes {
        let (at, name, value) = (element.at, element.name.clone(), element.attribute(attribute));
        let expected = match &words[..] {
            [] => {
                let is_it = |(of, known, _): &&(&str, &str, &str)| known == attribute && (of.is_empty() || *of == name);
                EXPECTED.iter().find(is_it).map(|(_, _, expected)| (*expected).to_owned()).unwrap_or_default()
            }
            [one, other] => format!("`{one}` or `{other}`"),
            words => format!("one of `{}`", words.join("`, `")),
        };
        if *is_required && value.is_empty() {
            return Err(ZspecError::NoAttribute { at, element: name, attribute, expected });
        }
        let is_one = words.is_empty() || words.iter().any(|word| word.eq_ignore_ascii_case(value));
        if element.has(attribute) && !is_one {
            let value = value.chars().take(80).collect();
            return Err(ZspecError::Value { at, element: name, attribute, value, expected });
        }
    }
    Ok(())
}
