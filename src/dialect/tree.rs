//! Text as a tree of names and values, whichever of TOML, YAML, INI and properties it is written in.

use std::borrow::Cow;

use serde_json::{Map, Value as Json};

/// How many names a dotted one may have.
const DEEPEST: usize = 32;

/// The tree of a text that is no JSON; `None` if it is none of these, or has no names at its top.
pub(in crate::dialect) fn parse(text: &str) -> Option<Json> {
    // HCL writes `$${` for `${`, and is TOML otherwise as long as it has only texts.
    let plain = text.replace("$${", "${").replace("%%{", "%{");
    let table =
        toml::from_str::<Json>(&plain).ok().filter(|table| table.as_object().is_some_and(|table| !table.is_empty()));
    table.or_else(|| yaml(text)).or_else(|| lines(text))
}

/// YAML with names at its top. The documents of one file are a list.
fn yaml(text: &str) -> Option<Json> {
    let mut parts = vec![String::new()];
    for line in text.lines() {
        match parts.last_mut() {
            Some(part) if line.trim_end() != "---" => {
                part.push_str(&with_digits_quoted(line));
                part.push('\n');
            }
            _ => parts.push(String::new()),
        }
    }
    let is_blank = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    parts.retain(|part| !part.lines().all(is_blank));
    let mut documents = Vec::new();
    for part in &parts {
        documents.push(serde_saphyr::from_str::<Json>(part).ok().filter(Json::is_object)?);
    }
    if documents.len() > 1 { Some(Json::Array(documents)) } else { documents.pop() }
}

/// A line with its value in quotes if it looks like a number: YAML would change an ID such as `012` or `12e5`.
fn with_digits_quoted(line: &str) -> Cow<'_, str> {
    let Some((name, value)) = line.split_once(": ") else { return Cow::Borrowed(line) };
    let value = value.split(" #").next().unwrap_or_default().trim();
    let is_like_number = value.starts_with(|c: char| c.is_ascii_digit() || ".-+".contains(c))
        && value.chars().all(|c| c.is_ascii_alphanumeric() || ".-+_".contains(c));
    if is_like_number { Cow::Owned(format!("{name}: \"{value}\"")) } else { Cow::Borrowed(line) }
}

/// `name = value` or `name: value` lines, in sections or with dots in their names. Any other line makes it another kind of text.
fn lines(text: &str) -> Option<Json> {
    let mut root = Map::new();
    let mut section: Vec<String> = Vec::new();
    let mut last: Vec<String> = Vec::new();
    let told = text.lines().filter(|line| !line.trim().is_empty());
    let indent = told.map(|line| line.len() - line.trim_start().len()).min().unwrap_or_default();
    for line in text.lines() {
        let line = line.get(indent..).unwrap_or(line);
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';', '!']) {
            continue;
        }
        if line.starts_with([' ', '\t']) && !last.is_empty() {
            // A value goes on in an indented line.
            if let Some(Json::String(value)) = at(&mut root, &last) {
                value.push('\n');
                value.push_str(trimmed);
            }
        } else if let Some(name) = trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = vec![name.trim().to_owned()];
            at(&mut root, &section)?;
            last.clear();
        } else {
            let (name, value) = trimmed.split_at(trimmed.find(['=', ':'])?);
            let name = name.trim();
            let is_name = |c: char| c.is_alphanumeric() || "_-./[] @<>".contains(c);
            if name.is_empty() || name.starts_with('<') || !name.chars().all(is_name) || value.starts_with("://") {
                return None;
            }
            last = section.iter().cloned().chain(names(name)).collect();
            let value = unquoted(value.get(1..)?.trim());
            // Properties may escape these.
            let plain = value.replace("\\:", ":").replace("\\=", "=");
            let value = Json::String(if section.is_empty() { plain } else { value.to_owned() });
            match last.last().and_then(|name| of_list(name)).map(str::to_owned) {
                Some(bare) => {
                    *last.last_mut()? = bare;
                    add(at(&mut root, &last)?, value);
                }
                None => *at(&mut root, &last)? = value,
            }
        }
    }
    (!root.is_empty()).then_some(Json::Object(root))
}

/// The name of a list with an index behind it, as properties have them: `scope[0]`.
fn of_list(name: &str) -> Option<&str> {
    let (list, index) = name.strip_suffix(']')?.split_once('[')?;
    (!list.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit())).then_some(list)
}

/// Adds an item to a list, which is made of anything else.
fn add(list: &mut Json, item: Json) {
    match list {
        Json::Array(items) => items.push(item),
        other => *other = Json::Array(vec![item]),
    }
}

/// The parts of a dotted name.
fn names(dotted: &str) -> impl Iterator<Item = String> {
    dotted.splitn(DEEPEST, '.').map(|name| name.trim().to_owned())
}

fn unquoted(value: &str) -> &str {
    let inside = ['"', '\''].iter().find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
    inside.unwrap_or(value)
}

/// The place under these names, made if it is not there; `None` where a value stands in the way.
fn at<'a>(root: &'a mut Map<String, Json>, names: &[String]) -> Option<&'a mut Json> {
    let (last, before) = names.split_last()?;
    let mut map = root;
    for name in before {
        map = map.entry(name).or_insert_with(|| Json::Object(Map::new())).as_object_mut()?;
    }
    Some(map.entry(last).or_insert_with(|| Json::Object(Map::new())))
}

/// The same tree with dotted names taken apart.
pub(in crate::dialect) fn undotted(json: &Json) -> Json {
    match json {
        Json::Object(members) => {
            let mut root = Map::new();
            for (name, value) in members {
                let path: Vec<String> = names(name).collect();
                if let Some(place) = at(&mut root, &path) {
                    merge(place, undotted(value));
                }
            }
            Json::Object(root)
        }
        Json::Array(items) => Json::Array(items.iter().map(undotted).collect()),
        other => other.clone(),
    }
}

/// Adds to an object what another has, and otherwise replaces.
pub(in crate::dialect) fn merge(into: &mut Json, from: Json) {
    match (into, from) {
        (Json::Object(into), Json::Object(from)) => {
            for (name, value) in from {
                merge(into.entry(name).or_insert(Json::Null), value);
            }
        }
        (into, from) => *into = from,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_way_to_write_names_and_values_is_the_same_tree() {
        let expected = json!({"a": {"b": "c:d", "e": "f"}});
        for text in [
            "[a]\nb = \"c:d\"\ne = \"f\"\n",
            "a:\n  b: c:d\n  e: f\n",
            "# x\n[a]\nb = c:d\ne = 'f'\n",
            "a.b=c:d\na.e: f\n",
            "  a.b=c:d\n  a.e: f\n",
        ] {
            assert_eq!(parse(text), Some(expected.clone()), "{text}");
        }
        let list = parse("a.<b>.c[0]=d\na.<b>.c[1]=e\n");
        assert_eq!(list, Some(json!({"a": {"<b>": {"c": ["d", "e"]}}})));
        assert_eq!(undotted(&json!({"a.b": "c:d", "a": {"e": "f"}})), expected);
        let several = parse("---\na: 12e5 # x\n---\n# only a comment\n---\nb: 012\n");
        assert_eq!(several, Some(json!([{"a": "12e5"}, {"b": "012"}])));
    }

    #[test]
    fn a_text_without_names_is_no_tree() {
        for text in ["", "hello", "- a\n- b\n", "<a href=\"x\">\n", "a = b\nhello there\n", "https://a.test/x?y=z\n"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
