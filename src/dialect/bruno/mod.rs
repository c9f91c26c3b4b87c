//! Bruno: the `auth:oauth2` block of a request, folder or collection file (`.bru`), and a request that asks for tokens
//! itself, with the variables that stand in the same file; several files may be pasted one after the other, such as a
//! collection and its environment. And Bruno's files in YAML, and its export in JSON.

mod export;
mod json;
mod open_collection;
mod request;

use crate::dialect::Import;
use crate::dialect::bruno::request::{PlainFile, is_method};
use crate::dialect::document::{Document, DocumentError, SMALL};
use crate::dialect::standard::{Block, Collected, Further, Placement, Request, RequestPart};

const FORMAT: &str = "Bruno file";

/// The blocks of further parameters begin so, after `auth:oauth2:`.
const FURTHER: &str = "additional_params:";

/// A block of a file: its name, and its lines.
struct Section<'a> {
    name: &'a str,
    lines: Vec<&'a str>,
}

pub fn recognise(document: &Document<'_>) -> bool {
    if export::recognise(document) {
        return true;
    }
    if document.text().len() > SMALL {
        return false;
    }
    if open_collection::recognise(document) {
        return true;
    }
    let opened: Vec<&str> = document.text().lines().filter_map(opens).collect();
    opened.contains(&"auth:oauth2") || opened.contains(&"meta") && opened.iter().any(|name| is_method(name))
}

pub fn read(document: &Document<'_>) -> Result<Import, DocumentError> {
    if export::recognise(document) {
        return export::read(document);
    }
    if open_collection::recognise(document) {
        return open_collection::read(document);
    }
    let sections = sections(document.text())?;
    let mut collected = Collected::new(FORMAT, document.variables());
    let mut title = String::new();
    let mut current: Option<Block> = None;
    let mut file = PlainFile::default();
    for section in &sections {
        if section.name == "meta" {
            std::mem::take(&mut file).end(&mut collected)?;
        }
        file.add(section);
        match section.name {
            "vars" | "vars:pre-request" => {
                for (name, value) in pairs(section) {
                    collected.variables.add(&name, &value, false);
                }
            }
            "meta" => {
                let name = pairs(section).into_iter().find(|(name, _)| name == "name");
                title = name.map(|(_, value)| value).unwrap_or_default();
            }
            "auth:oauth2" => {
                add(&mut collected, current.take())?;
                let (title, place) = (title.clone(), "auth:oauth2".to_owned());
                current = Some(Block {
                    title,
                    place,
                    members: pairs(section),
                    placement: Placement::Body,
                    ..Block::default()
                });
            }
            name => {
                let (Some(block), Some(kind)) = (&mut current, name.strip_prefix("auth:oauth2:")) else { continue };
                match kind.strip_prefix(FURTHER).and_then(|kind| further(kind, section)) {
                    Some(list) => block.further.extend(list),
                    // Told as unknown.
                    None => block.members.push((kind.to_owned(), section.lines.concat())),
                }
            }
        }
    }
    add(&mut collected, current)?;
    file.end(&mut collected)?;
    collected.import()
}

fn add(collected: &mut Collected, block: Option<Block>) -> Result<(), DocumentError> {
    block.map_or(Ok(()), |block| collected.add_block(block))
}

/// The parameters of a block such as `…additional_params:access_token_req:body`; `None` for one that is not known.
fn further(kind: &str, section: &Section<'_>) -> Option<Vec<Further>> {
    let (request, part) = kind.split_once(':').unwrap_or((kind, ""));
    let request = match request {
        "auth_req" => Request::Authorization,
        "access_token_req" => Request::Token,
        "refresh_token_req" => Request::Refresh,
        _ => return None,
    };
    let part = match part {
        "headers" => RequestPart::Header,
        "queryparams" => RequestPart::Query,
        _ => RequestPart::Body,
    };
    Some(pairs(section).into_iter().map(|(name, value)| Further { request, part, name, value }).collect())
}

/// The name of the block that a line opens.
fn opens(line: &str) -> Option<&str> {
    let name = line.strip_suffix('{').or_else(|| line.trim_end().strip_suffix('{'))?.trim();
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '-' | '_');
    (!name.is_empty() && !line.starts_with([' ', '\t']) && name.chars().all(is_name)).then_some(name)
}

/// A block ends with a brace at the start of a line.
fn sections(text: &str) -> Result<Vec<Section<'_>>, DocumentError> {
    let mut sections: Vec<Section<'_>> = Vec::new();
    let mut open: Option<(usize, Section<'_>)> = None;
    for (at, line) in text.lines().enumerate() {
        match &mut open {
            Some((_, section)) if line.starts_with('}') => {
                sections.push(Section { name: section.name, lines: std::mem::take(&mut section.lines) });
                open = None;
            }
            Some((_, section)) => section.lines.push(line),
            None => open = opens(line).map(|name| (at, Section { name, lines: Vec::new() })),
        }
    }
    match open {
        None => Ok(sections),
        Some((at, _)) => {
            let reason = "unclosed block";
            Err(DocumentError::Syntax { format: FORMAT, reason, line: at + 1, column: 1 })
        }
    }
}

/// The pairs of a block; those switched off (`~name`) are left out. A value in triple quotes goes over several lines.
fn pairs(section: &Section<'_>) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    let mut lines = section.lines.iter();
    while let Some(line) = lines.next() {
        let Some((name, value)) = line.split_once(':') else { continue };
        let mut value = value.trim().to_owned();
        if let Some(first) = value.strip_prefix("'''") {
            let mut text = vec![first.to_owned()];
            text.extend(lines.by_ref().map(|line| line.trim().to_owned()).take_while(|line| line != "'''"));
            value = text.join("\n").trim().to_owned();
        }
        let name = name.trim().trim_matches('"');
        if !name.is_empty() && !name.starts_with('~') {
            pairs.push((name.to_owned(), value));
        }
    }
    pairs
}
