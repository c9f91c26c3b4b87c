//! A tree of XML → the elements of ZSPEC: what must be there is asked for by name and place, what is not known is noted
//! and left out.

use std::collections::BTreeMap;

use crate::call::Method;
use crate::dialect::Note;
use crate::dialect::zspec::element::{
    Argument, Authentication, Content, Facts, Location, Oauth2, Property, Response, Stage, Structure, read_values,
};
use crate::dialect::zspec::xml::{Element, oauth2};
use crate::dialect::zspec::{Position, ZspecError};

/// What `location` may be.
const LOCATIONS: &str = "one of `param`, `header`, `variable`";

/// Reads the `<oauth2>` element of a document; what was left out of it is noted.
pub(super) fn parse(text: &str) -> Result<(Oauth2, Vec<Note>), ZspecError> {
    let element = oauth2(text)?;
    let mut parser = Parser { notes: Vec::new(), place: Vec::new() };
    let oauth2 = parser.oauth2(&element)?;
    Ok((oauth2, parser.notes))
}

struct Parser {
    notes: Vec<Note>,
    /// Where the parser is, for notes.
    place: Vec<String>,
}

impl Parser {
    fn oauth2(&mut self, element: &Element) -> Result<Oauth2, ZspecError> {
        const STAGES: [&str; 4] = ["authorization-url", "token-url", "refresh-url", "authentication-url"];
        self.only(element, &["description", STAGES[0], STAGES[1], STAGES[2], STAGES[3]])?;
        let mut facts = facts(element, &["name"]);
        word(element, "visibility", &["internal", "private", "public"], "one of `internal`, `private`, `public`")?;
        // What is public says nothing: it is so unless said otherwise.
        facts.retain(|name, value| name != "visibility" || !value.trim().eq_ignore_ascii_case("public"));
        Ok(Oauth2 {
            name: required(element, "name", "what the service is called")?,
            description: description(element),
            facts,
            authorization: self.stage(child(element, STAGES[0])?)?,
            token: self.stage(child(element, STAGES[1])?)?,
            refresh: self.stage(child(element, STAGES[2])?)?,
            authentication: find(element, STAGES[3]).map(|stage| self.stage(stage)).transpose()?,
        })
    }

    fn stage(&mut self, element: &Element) -> Result<Stage, ZspecError> {
        self.place = vec![element.name.clone()];
        self.only(element, &["operation", "description"])?;
        let path = required(element, "path", "the URL, such as `https://example.com/oauth/token`")?;
        let operation = child(element, "operation")?;
        self.only(operation, &["description", "argument*", "request-body", "response*", "authentication"])?;
        let mut names: BTreeMap<(Location, &str), Position> = BTreeMap::new();
        let mut arguments = Vec::new();
        for argument in children(operation, "argument") {
            let read = self.argument(argument)?;
            let name = argument.attributes.iter().find(|(name, _)| name == "name").map_or("", |(_, value)| value);
            if let Some(first) = names.insert((read.location, name), argument.at) {
                let what = format!("argument `{name}` in `<{}>`", element.name);
                return Err(ZspecError::Twice { what, first, second: argument.at });
            }
            arguments.push(read);
        }
        let body = find(operation, "request-body").map(|body| self.content_of(body)).transpose()?.flatten();
        let responses = children(operation, "response").map(|response| self.response(response));
        Ok(Stage {
            path,
            method: method(operation)?,
            description: description(operation),
            facts: facts(operation, &["method"]),
            responses: responses.collect::<Result<_, _>>()?,
            authentication: find(operation, "authentication").map(|asked| self.authentication(asked)).transpose()?,
            arguments,
            body,
        })
    }

    fn argument(&mut self, element: &Element) -> Result<Argument, ZspecError> {
        let name = required(element, "name", "what the argument is called on the wire")?;
        self.place.push(name.clone());
        self.only(element, &["description", "content"])?;
        required(element, "location", LOCATIONS)?;
        word(element, "required", &["true", "false"], "`true` or `false`")?;
        word(element, "visibility", &["internal", "private", "public"], "one of `internal`, `private`, `public`")?;
        let argument = Argument {
            location: location(element)?.unwrap_or_default(),
            description: description(element),
            facts: facts(element, &["name", "location"]),
            content: self.content_of(element)?.unwrap_or_default(),
            name,
        };
        self.place.pop();
        Ok(argument)
    }

    /// The content that an element holds, where it has one.
    fn content_of(&mut self, element: &Element) -> Result<Option<Content>, ZspecError> {
        let Some(content) = find(element, "content") else { return Ok(None) };
        self.only(content, &["encode", "structure", "description"])?;
        let encode = find(content, "encode").map(|encode| required(encode, "type", "a media type")).transpose()?;
        let structure = find(content, "structure").map(|structure| self.structure(structure)).transpose()?;
        Ok(Some(Content { encode: encode.unwrap_or_default(), structure: structure.unwrap_or_default() }))
    }

    fn structure(&mut self, element: &Element) -> Result<Structure, ZspecError> {
        self.only(element, &["property*", "description"])?;
        let mut names: BTreeMap<&str, Position> = BTreeMap::new();
        let mut properties = Vec::new();
        for property in children(element, "property") {
            let name = attribute(property, "name").unwrap_or_default();
            if let Some(first) = names.insert(name, property.at) {
                let what =
                    if name.is_empty() { "property without a name".into() } else { format!("property `{name}`") };
                return Err(ZspecError::Twice { what, first, second: property.at });
            }
            properties.push(self.property(property)?);
        }
        Ok(Structure { name: attribute(element, "name").unwrap_or_default().to_owned(), properties })
    }

    fn property(&mut self, element: &Element) -> Result<Property, ZspecError> {
        let name = attribute(element, "name").unwrap_or_default().to_owned();
        self.only(element, &["description", "structure"])?;
        Ok(Property {
            description: description(element),
            kind: attribute(element, "type").filter(|kind| !kind.is_empty()).unwrap_or("string").to_owned(),
            values: read_values(attribute(element, "values").unwrap_or_default()),
            facts: facts(element, &["name", "type", "values"]),
            structure: find(element, "structure").map(|structure| self.structure(structure)).transpose()?,
            name,
        })
    }

    fn response(&mut self, element: &Element) -> Result<Response, ZspecError> {
        self.only(element, &["description", "content"])?;
        Ok(Response {
            status: required(element, "status", "an HTTP status, such as `200`")?,
            description: description(element),
            facts: facts(element, &["status"]),
            content: self.content_of(element)?,
        })
    }

    fn authentication(&mut self, element: &Element) -> Result<Authentication, ZspecError> {
        self.only(element, &[])?;
        Ok(Authentication {
            // A path has no place for a token; it goes where the other parameters go.
            location: match location(element)? {
                Some(Location::Param | Location::Variable) => Location::Param,
                _ => Location::Header,
            },
            kind: attribute(element, "type").filter(|kind| !kind.is_empty()).unwrap_or("oauth2").to_owned(),
            name: attribute(element, "name").filter(|name| !name.is_empty()).unwrap_or("Authorization").to_owned(),
            scopes: read_values(attribute(element, "scopes").unwrap_or_default()),
            facts: facts(element, &["location", "type", "name", "scopes"]),
        })
    }

    /// Refuses a second element where there may be one; notes what is not known. A name with `*` may be there often.
    fn only(&mut self, element: &Element, known: &[&str]) -> Result<(), ZspecError> {
        let mut seen: BTreeMap<&str, Position> = BTreeMap::new();
        for child in &element.children {
            let is_known = known.contains(&child.name.as_str());
            let is_list = known.iter().any(|name| name.strip_suffix('*') == Some(child.name.as_str()));
            if is_known && let Some(first) = seen.insert(&child.name, child.at) {
                let what = format!("`<{}>` in `<{}>`", child.name, element.name);
                return Err(ZspecError::Twice { what, first, second: child.at });
            }
            if !is_known && !is_list {
                self.note(child);
            }
        }
        Ok(())
    }

    fn note(&mut self, unknown: &Element) {
        let words = match unknown.name.strip_suffix("-ref") {
            Some(of) => format!(
                "`<{}>` at {} points elsewhere, which is not followed: put the `<{of}>` itself there",
                unknown.name, unknown.at
            ),
            None => format!("`<{}>` at {} is not known here, and left out", unknown.name, unknown.at),
        };
        self.notes.push(Note::new(self.place.join(" › "), words));
    }
}

fn attribute<'a>(element: &'a Element, name: &str) -> Option<&'a str> {
    element.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.trim())
}

fn required(element: &Element, attribute_name: &'static str, expected: &'static str) -> Result<String, ZspecError> {
    let found = attribute(element, attribute_name).filter(|value| !value.is_empty()).map(str::to_owned);
    found.ok_or_else(|| ZspecError::NoAttribute {
        at: element.at,
        element: element.name.clone(),
        attribute: attribute_name,
        expected,
    })
}

/// The attribute as one of these words, in small letters.
fn word<'a>(
    element: &Element,
    name: &'static str,
    words: &[&'a str],
    expected: &'static str,
) -> Result<Option<&'a str>, ZspecError> {
    let Some(value) = attribute(element, name) else { return Ok(None) };
    match words.iter().find(|word| word.eq_ignore_ascii_case(value)) {
        Some(word) => Ok(Some(word)),
        None => Err(ZspecError::Value {
            at: element.at,
            element: element.name.clone(),
            attribute: name,
            value: value.chars().take(80).collect(),
            expected,
        }),
    }
}

fn location(element: &Element) -> Result<Option<Location>, ZspecError> {
    let found = word(element, "location", &Location::ALL.map(|(_, word)| word), LOCATIONS)?;
    Ok(Location::ALL.into_iter().find(|(_, word)| Some(*word) == found).map(|(location, _)| location))
}

fn method(operation: &Element) -> Result<Method, ZspecError> {
    const EXPECTED: &str = "one of `get`, `post`, `put`, `patch`, `delete`";
    required(operation, "method", EXPECTED)?;
    let found = word(operation, "method", &Method::ALL.map(Method::as_str), EXPECTED)?;
    Ok(Method::ALL.into_iter().find(|method| Some(method.as_str()) == found).unwrap_or_default())
}

/// All attributes but these.
fn facts(element: &Element, without: &[&str]) -> Facts {
    let others = element.attributes.iter().filter(|(name, _)| !without.contains(&name.as_str()));
    others.cloned().collect()
}

fn find<'a>(element: &'a Element, name: &str) -> Option<&'a Element> {
    children(element, name).next()
}

fn children<'a>(element: &'a Element, name: &str) -> impl Iterator<Item = &'a Element> {
    element.children.iter().filter(move |child| child.name == name)
}

fn child<'a>(element: &'a Element, name: &'static str) -> Result<&'a Element, ZspecError> {
    let missing = || ZspecError::NoChild { at: element.at, element: element.name.clone(), child: name };
    find(element, name).ok_or_else(missing)
}

fn description(element: &Element) -> String {
    find(element, "description").map(|description| description.text.clone()).unwrap_or_default()
}
