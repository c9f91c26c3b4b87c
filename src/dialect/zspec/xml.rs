//! XML as a tree, with limits on what is read. Only the five entities of XML are expanded, document types are refused,
//! and nothing is fetched.

use std::fmt::Write as _;

use quick_xml::errors::IllFormedError;
use quick_xml::events::attributes::AttrError;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Error, Reader, XmlVersion};

use crate::dialect::zspec::{Position, ZspecError};

/// The deepest nesting; a property of an argument is nine deep.
const DEEPEST: usize = 32;
/// The most elements; the documented example has about 120.
const MOST_ELEMENTS: usize = 2_000;
/// The most attributes of an element; at most twenty are documented.
const MOST_ATTRIBUTES: usize = 32;
/// The longest attribute in characters: it may hold a JSON body.
const LONGEST: usize = 16 * 1024;
/// Longest name of an element or attribute in characters.
const LONGEST_NAME: usize = 128;

/// The value of an attribute to leave out; no document can hold it.
pub(super) const ABSENT: &str = "\0";

/// An element. It has no `Debug`: a document may hold a secret.
#[derive(Clone, Default)]
pub(super) struct Element {
    pub name: String,
    pub at: Position,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Element>,
    /// Its own text, with white space collapsed.
    pub text: String,
}

impl Element {
    pub(super) fn new(name: &str, attributes: &[(&str, &str)], children: Vec<Self>) -> Self {
        let mut element = Self { name: name.to_owned(), children, ..Self::default() };
        for (name, value) in attributes {
            element.set(name, *value);
        }
        element
    }

    /// An attribute, trimmed; empty if there is none.
    pub(super) fn attribute(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// The same, not trimmed.
    pub(super) fn raw(&self, name: &str) -> &str {
        self.attributes.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.attributes.iter().any(|(known, _)| known == name)
    }

    pub(super) fn set(&mut self, name: &str, value: impl Into<String>) {
        let value = value.into();
        match self.attributes.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => self.attributes.push((name.to_owned(), value)),
        }
    }

    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.all(name).next()
    }

    /// The text of its `<description>`.
    pub(super) fn description(&self) -> &str {
        self.child("description").map_or("", |description| &description.text)
    }

    pub(super) fn write(&self) -> String {
        let mut text = String::new();
        self.write_to(&mut text, 0);
        text
    }

    fn write_to(&self, out: &mut String, depth: usize) {
        let (indent, name) = ("  ".repeat(depth), &self.name);
        let _ = write!(out, "{indent}<{name}");
        for (name, value) in self.attributes.iter().filter(|(_, value)| value != ABSENT) {
            let _ = write!(out, " {name}=\"{}\"", escaped(value));
        }
        if self.children.is_empty() && self.text.is_empty() {
            out.push_str("/>\n");
        } else if self.children.is_empty() {
            let _ = writeln!(out, ">{}</{name}>", escaped(&self.text));
        } else {
            out.push_str(">\n");
            self.children.iter().for_each(|child| child.write_to(out, depth + 1));
            let _ = writeln!(out, "{indent}</{name}>");
        }
    }
}

/// Text of an element or an attribute. A line break in an attribute is escaped, or it would be read as a space.
fn escaped(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut escaped, c| {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\r' | '\t' => {
                let _ = write!(escaped, "&#{};", u32::from(c));
            }
            c => escaped.push(c),
        }
        escaped
    })
}

/// The `<oauth2>` element of a document.
pub(super) fn oauth2(text: &str) -> Result<Element, ZspecError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut cursor = Cursor::new(text);
    if let Some((offset, wrong)) = text.char_indices().find(|(_, c)| !is_xml(*c)) {
        return Err(ZspecError::Character { at: cursor.position(offset), code: wrong.into() });
    }
    Walk { cursor, open: Vec::new(), root: None, found: None, kept: 0 }.run(text)
}

pub(super) fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'..)
}

/// Whether it can be the name of an attribute (XML 1.0 section 2.3, without its rarer letters).
pub(super) fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

/// Line and column of increasing offsets.
struct Cursor<'a> {
    text: &'a str,
    offset: usize,
    at: Position,
}

impl<'a> Cursor<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, offset: 0, at: Position { line: 1, column: 1 } }
    }

    fn position(&mut self, offset: usize) -> Position {
        let mut to = offset.clamp(self.offset, self.text.len());
        while !self.text.is_char_boundary(to) {
            to -= 1;
        }
        for c in self.text[self.offset..to].chars() {
            match c {
                '\n' => self.at = Position { line: self.at.line + 1, column: 1 },
                _ => self.at.column += 1,
            }
        }
        self.offset = to;
        self.at
    }
}

/// The state of reading a document.
struct Walk<'a> {
    cursor: Cursor<'a>,
    /// The open elements; outside `<oauth2>` only names and places are used.
    open: Vec<Element>,
    root: Option<String>,
    found: Option<Element>,
    /// The number of elements read.
    kept: usize,
}

impl Walk<'_> {
    fn run(mut self, text: &str) -> Result<Element, ZspecError> {
        let mut reader = Reader::from_str(text);
        loop {
            let begin = offset(reader.buffer_position());
            let event = reader.read_event();
            match event {
                Ok(event) => {
                    let at = self.cursor.position(begin);
                    if !self.take(event, at)? {
                        break;
                    }
                }
                Err(error) => {
                    let at = self.cursor.position(offset(reader.error_position()));
                    return Err(self.malformed(at, &error));
                }
            }
        }
        if let Some(cut) = self.open.pop() {
            return Err(ZspecError::CutOff { at: cut.at, element: cut.name });
        }
        self.found.ok_or(ZspecError::NoElement { root: self.root })
    }

    /// Handles an event; returns whether there may be more.
    fn take(&mut self, event: Event<'_>, at: Position) -> Result<bool, ZspecError> {
        match event {
            Event::Start(start) => self.begin(&start, at)?,
            Event::Empty(start) => {
                self.begin(&start, at)?;
                self.end();
            }
            Event::End(_) => self.end(),
            Event::Text(text) => self.add(&text.xml_content(XmlVersion::Implicit1_0)),
            Event::CData(text) => self.add(&text.xml_content(XmlVersion::Implicit1_0)),
            Event::GeneralRef(reference) => {
                let text = expanded(&reference, at)?;
                self.add(&text);
            }
            Event::Decl(declaration) => {
                if let Some(Ok(name)) = declaration.encoding()
                    && !name.eq_ignore_ascii_case("utf-8")
                {
                    return Err(ZspecError::Encoding { at, name: short(&name) });
                }
            }
            Event::DocType(_) => return Err(ZspecError::Doctype { at }),
            Event::Comment(_) | Event::PI(_) => {}
            Event::Eof => return Ok(false),
        }
        Ok(true)
    }

    fn begin(&mut self, start: &BytesStart<'_>, at: Position) -> Result<(), ZspecError> {
        let name = start.local_name().into_inner().to_owned();
        let too_many = |what, most| Err(ZspecError::TooMany { at, element: short(&name), what, most });
        if name.chars().count() > LONGEST_NAME {
            return too_many("characters in the name", LONGEST_NAME);
        }
        if self.open.len() >= DEEPEST {
            return too_many("nested elements", DEEPEST);
        }
        let inside = self.is_inside();
        if name == "oauth2" {
            let outer = self.open.iter().find(|element| element.name == "oauth2").or(self.found.as_ref());
            if let Some(first) = outer {
                return Err(ZspecError::Twice { what: "`<oauth2>`".into(), first: first.at, second: at });
            }
        }
        if inside && self.kept >= MOST_ELEMENTS {
            return too_many("elements in it", MOST_ELEMENTS);
        }
        self.kept += usize::from(inside);
        self.root.get_or_insert_with(|| name.clone());
        let attributes = attributes(start, &name, at)?;
        self.open.push(Element { name, at, attributes, children: Vec::new(), text: String::new() });
        Ok(())
    }

    fn end(&mut self) {
        let Some(mut element) = self.open.pop() else { return };
        element.text = element.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let inside = self.is_inside();
        match self.open.last_mut() {
            Some(parent) if inside => parent.children.push(element),
            _ if element.name == "oauth2" => self.found = Some(element),
            _ => {}
        }
    }

    fn is_inside(&self) -> bool {
        self.open.iter().any(|element| element.name == "oauth2")
    }

    fn add(&mut self, text: &str) {
        if self.is_inside()
            && let Some(element) = self.open.last_mut()
        {
            element.text.push_str(text);
        }
    }

    fn malformed(&self, at: Position, error: &Error) -> ZspecError {
        let rest = &self.cursor.text[self.cursor.offset..];
        let is_end = matches!(error, Error::Syntax(_)) || !rest.contains('<');
        match self.open.last() {
            Some(open) if is_end => ZspecError::CutOff { at: open.at, element: short(&open.name) },
            Some(open) => ZspecError::Malformed { at, element: short(&open.name), reason: reason(error) },
            None => {
                let name: String =
                    rest.trim_start_matches(['<', '/']).chars().take_while(|c| !" \t\r\n>/".contains(*c)).collect();
                match error {
                    Error::Syntax(_) => ZspecError::CutOff { at, element: short(&name) },
                    _ => ZspecError::Malformed { at, element: short(&name), reason: reason(error) },
                }
            }
        }
    }
}

/// The problem; in our words where the library's are about its internals.
fn reason(error: &Error) -> String {
    match error {
        Error::IllFormed(IllFormedError::MismatchedEndTag { expected, found }) => {
            format!("found `</{}>`, expected `</{}>`", short(found), short(expected))
        }
        Error::IllFormed(IllFormedError::UnmatchedEndTag(name)) => format!("`</{}>` has no opening tag", short(name)),
        Error::IllFormed(IllFormedError::UnclosedReference) => "unescaped `&`: write `&amp;`".to_owned(),
        other => short(&other.to_string()),
    }
}

/// The attributes of an element, declarations of name spaces left out.
fn attributes(start: &BytesStart<'_>, element: &str, at: Position) -> Result<Vec<(String, String)>, ZspecError> {
    let malformed = |reason: String| ZspecError::Malformed { at, element: short(element), reason: short(&reason) };
    let too_many = |what, most| ZspecError::TooMany { at, element: short(element), what, most };
    let mut list = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| malformed(attribute_words(&error).to_owned()))?;
        if list.len() >= MOST_ATTRIBUTES {
            return Err(too_many("attributes", MOST_ATTRIBUTES));
        }
        let name = attribute.key.as_ref();
        if name.chars().count() > LONGEST_NAME {
            return Err(too_many("characters in an attribute's name", LONGEST_NAME));
        }
        if !name.split(':').all(is_name) {
            return Err(malformed(format!("`{}` is not an attribute name", short(name))));
        }
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| match error {
            Error::Escape(quick_xml::escape::EscapeError::UnrecognizedEntity(_, name)) => {
                ZspecError::Entity { at, name: short(&name) }
            }
            _ => malformed(format!("the value of `{name}` has an unescaped `&`")),
        })?;
        if value.chars().count() > LONGEST {
            return Err(too_many("characters in an attribute", LONGEST));
        }
        if let Some(wrong) = value.chars().find(|c| !is_xml(*c)) {
            return Err(ZspecError::Character { at, code: wrong.into() });
        }
        if name != "xmlns" && !name.contains(':') {
            list.push((name.to_owned(), value.into_owned()));
        }
    }
    Ok(list)
}

/// What is wrong with an attribute, without the library's byte offsets.
fn attribute_words(error: &AttrError) -> &'static str {
    match error {
        AttrError::ExpectedEq(_) => "an attribute has no `=`",
        AttrError::ExpectedValue(_) => "an attribute has no value",
        AttrError::UnquotedValue(_) => "a value has no quotes",
        AttrError::ExpectedQuote(..) => "a value has no closing quote",
        AttrError::Duplicated(..) => "duplicate attribute",
    }
}

/// The text of `&amp;` or `&#38;`.
fn expanded(reference: &BytesRef<'_>, at: Position) -> Result<String, ZspecError> {
    let unknown = || ZspecError::Entity { at, name: short(reference) };
    let text = match quick_xml::escape::resolve_xml_entity(reference) {
        Some(text) => text.to_owned(),
        None => reference.resolve_char_ref().ok().flatten().ok_or_else(unknown)?.to_string(),
    };
    match text.chars().find(|c| !is_xml(*c)) {
        Some(wrong) => Err(ZspecError::Character { at, code: wrong.into() }),
        None => Ok(text),
    }
}

/// A quote from a document, shortened for a message.
fn short(text: &str) -> String {
    const MOST: usize = 80;
    if text.chars().count() <= MOST { text.to_owned() } else { text.chars().take(MOST).chain(['…']).collect() }
}

/// Both are offsets in a document in memory.
fn offset(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}
