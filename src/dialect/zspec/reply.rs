//! What the `<response>` elements of an operation declare ↔ how its reply is read. Every property is a remark, so that
//! the elements can be written again.

use serde_json::{Map, Value as Json};

use crate::call::{Expression, Lifetime, Reading};
use crate::dialect::zspec::element::{Content, Facts, Property, Response, Structure, read_values, write_values};
use crate::dialect::zspec::known::slug;
use crate::service::Remark;

/// The fact that holds a content's media type.
pub(super) const ENCODE: &str = "content encode";
/// The fact that holds the name of a structure.
pub(super) const STRUCTURE: &str = "structure name";
/// Data types whose structure stands for each item of a list.
const LISTS: [&str; 5] = ["collections", "collection", "array", "list", "jsonarray"];
/// Names that are values in their own right, and are never kept under their name.
const RESERVED: [&str; 17] = [
    "client_id",
    "client_secret",
    "user_name",
    "password",
    "code",
    "redirect_uri",
    "scope",
    "state",
    "code_verifier",
    "code_challenge",
    "code_challenge_method",
    "grant_type",
    "token",
    "token_type",
    "refresh_token",
    "id_token",
    "assertion",
];

/// A property that holds a value and no structure.
pub(super) struct Leaf<'a> {
    pub path: String,
    pub property: &'a Property,
}

/// The response that is read where all went well.
pub(super) fn success(responses: &[Response]) -> Option<&Content> {
    let found = responses.iter().find(|response| response.status.starts_with('2'));
    found.and_then(|response| response.content.as_ref())
}

/// The values that a content declares, with their paths; those whose names no path can hold are left out.
pub(super) fn leaves(content: &Content) -> Vec<Leaf<'_>> {
    let mut found = Vec::new();
    collect(&content.structure, "", &mut found);
    found
}

fn collect<'a>(structure: &'a Structure, before: &str, found: &mut Vec<Leaf<'a>>) {
    for property in structure.properties.iter().filter(|p| !p.name.is_empty() && !p.name.contains(['.', '['])) {
        let path = if before.is_empty() { property.name.clone() } else { format!("{before}.{}", property.name) };
        match &property.structure {
            None => found.push(Leaf { path, property }),
            Some(inner) if is_list(property) => collect(inner, &format!("{path}[0]"), found),
            Some(inner) => collect(inner, &path, found),
        }
    }
}

fn is_list(property: &Property) -> bool {
    LISTS.contains(&property.kind.to_ascii_lowercase().as_str())
}

/// The fields that an identity call shows: those that its reply declares, under their names.
pub(super) fn shown_fields(responses: &[Response]) -> Vec<(String, Expression)> {
    let leaves = success(responses).map(leaves).unwrap_or_default();
    leaves.iter().map(|leaf| (leaf.property.name.clone(), Expression::new(&leaf.path))).collect()
}

/// The life of an access token, where the reply is documented with it.
pub(super) fn life(responses: &[Response]) -> Option<u64> {
    let leaves = success(responses).map(leaves).unwrap_or_default();
    let documented = leaves.iter().find(|leaf| leaf.property.name == "expires_in")?;
    documented.property.values.first()?.parse().ok().filter(|life| *life > 0)
}

/// How the replies are read: what RFC 6749 names is looked for where it is declared, the rest is kept by its name.
pub(super) fn reading(responses: &[Response]) -> Reading {
    let mut reading = Reading::default();
    if let Some(content) = success(responses) {
        let mut leaves = leaves(content);
        for (name, paths) in fields(&mut reading) {
            place(name, paths, &mut leaves);
        }
        let is_date =
            |leaf: &Leaf<'_>| leaf.property.name == "expires_in" && leaf.property.kind.eq_ignore_ascii_case("datetime");
        if self::leaves(content).iter().any(is_date) {
            reading.lifetime = Lifetime::Date;
        }
        for leaf in leaves {
            let name = slug(&leaf.property.name);
            let is_free =
                !RESERVED.contains(&name.as_str()) && reading.retain.iter().all(|(retained, _)| *retained != name);
            if is_free {
                reading.retain.push((name, Expression::new(leaf.path)));
            }
        }
    }
    for content in responses.iter().filter_map(|response| response.content.as_ref()) {
        let mut leaves = leaves(content);
        place("error", &mut reading.error, &mut leaves);
        place("error_description", &mut reading.error_description, &mut leaves);
    }
    reading.retain.retain(|(name, _)| !["error", "error_description", "error_uri"].contains(&name.as_str()));
    reading
}

/// The fields of a token reply that a document can place.
fn fields(reading: &mut Reading) -> [(&'static str, &mut Vec<Expression>); 7] {
    [
        ("access_token", &mut reading.access_token),
        ("token_type", &mut reading.token_type),
        ("expires_in", &mut reading.expires_in),
        ("refresh_token", &mut reading.refresh_token),
        ("refresh_token_expires_in", &mut reading.refresh_token_expires_in),
        ("id_token", &mut reading.id_token),
        ("scope", &mut reading.scope),
    ]
}

/// Takes the leaf of a name out, and has it read from where it is.
fn place(name: &str, paths: &mut Vec<Expression>, leaves: &mut Vec<Leaf<'_>>) {
    let at_top = leaves.iter().position(|leaf| leaf.path == name);
    let Some(found) = at_top.or_else(|| leaves.iter().position(|leaf| leaf.property.name == name)) else { return };
    let leaf = leaves.remove(found);
    if at_top.is_none() {
        *paths = vec![Expression::new(leaf.path)];
    }
}

/// A reply as the document has it, with made-up values; nothing where it is not JSON or declares nothing.
pub(super) fn example(responses: &[Response]) -> String {
    let Some(content) = success(responses) else { return String::new() };
    let is_json = content.encode.is_empty() || content.encode.contains("json");
    let example = object(&content.structure);
    if !is_json || example.is_empty() {
        return String::new();
    }
    serde_json::to_string_pretty(&Json::Object(example)).unwrap_or_default()
}

fn object(structure: &Structure) -> Map<String, Json> {
    let named = structure.properties.iter().filter(|property| !property.name.is_empty());
    named.map(|property| (property.name.clone(), made_up(property))).collect()
}

fn made_up(property: &Property) -> Json {
    if let Some(inner) = &property.structure {
        let object = Json::Object(object(inner));
        return if is_list(property) { Json::Array(vec![object]) } else { object };
    }
    let name = property.name.as_str();
    let text = match property.values.first() {
        Some(value) => value.clone(),
        None if property.kind.eq_ignore_ascii_case("datetime") => "2030-01-01T00:00:00Z".to_owned(),
        None => match name {
            "access_token" | "refresh_token" | "id_token" => format!("example-{}", name.replace('_', "-")),
            "token_type" => "Bearer".to_owned(),
            "scope" => String::new(),
            _ if name.contains("expire") => "3600".to_owned(),
            _ if is_number(&property.kind) => "1".to_owned(),
            _ if property.kind.eq_ignore_ascii_case("boolean") => "true".to_owned(),
            _ => format!("example-{name}"),
        },
    };
    let is_bare = is_number(&property.kind) || property.kind.eq_ignore_ascii_case("boolean");
    let bare = serde_json::from_str(&text).ok().filter(|json: &Json| json.is_number() || json.is_boolean());
    bare.filter(|_| is_bare).unwrap_or(Json::String(text))
}

fn is_number(kind: &str) -> bool {
    ["integer", "int", "long", "short", "double", "float", "number"].contains(&kind.to_ascii_lowercase().as_str())
}

/// What is remembered of the responses of a stage.
pub(super) fn remarks(stage: &str, responses: &[Response]) -> Vec<Remark> {
    let mut remarks = Vec::new();
    for response in responses {
        let place = vec![stage.to_owned(), "reply".to_owned(), response.status.clone()];
        let mut facts = response.facts.clone();
        if let Some(content) = &response.content {
            facts.insert(ENCODE.into(), content.encode.clone());
            facts.insert(STRUCTURE.into(), content.structure.name.clone());
        }
        remarks.push(Remark { place: place.clone(), help: response.description.clone(), facts });
        let properties = response.content.iter().flat_map(|content| &content.structure.properties);
        properties.for_each(|property| remember(property, &place, &mut remarks));
    }
    remarks
}

/// Remembers a property and those in it.
pub(super) fn remember(property: &Property, of: &[String], remarks: &mut Vec<Remark>) {
    let mut place = of.to_vec();
    place.push(property.name.clone());
    let mut facts = property.facts.clone();
    if property.kind != "string" {
        facts.insert("type".into(), property.kind.clone());
    }
    if !property.values.is_empty() {
        facts.insert("values".into(), write_values(&property.values));
    }
    if let Some(inner) = &property.structure {
        facts.insert(STRUCTURE.into(), inner.name.clone());
    }
    remarks.push(Remark { place: place.clone(), help: property.description.clone(), facts });
    for inner in property.structure.iter().flat_map(|structure| &structure.properties) {
        remember(inner, &place, remarks);
    }
}

/// The responses that were remembered of a stage; nothing where there are none.
pub(super) fn remembered(stage: &str, remarks: &[Remark]) -> Vec<Response> {
    let of_replies =
        |remark: &&Remark| remark.place.len() > 2 && remark.place[0] == stage && remark.place[1] == "reply";
    let own: Vec<&Remark> = remarks.iter().filter(of_replies).collect();
    let starts: Vec<usize> = (0..own.len()).filter(|at| own[*at].place.len() == 3).collect();
    let response = |(number, start): (usize, &usize)| {
        let end = starts.get(number + 1).copied().unwrap_or(own.len());
        let (head, inside) = (own[*start], &own[start + 1..end]);
        let mut facts = head.facts.clone();
        let encode = facts.remove(ENCODE);
        let name = facts.remove(STRUCTURE).unwrap_or_default();
        let structure = Structure { name, properties: properties(inside, 4) };
        let content = encode.map(|encode| Content { encode, structure });
        Response { status: head.place[2].clone(), description: head.help.clone(), facts, content }
    };
    starts.iter().enumerate().map(response).collect()
}

/// The properties of this depth, each with those after it that are deeper.
fn properties(remarks: &[&Remark], depth: usize) -> Vec<Property> {
    let mut properties = Vec::new();
    let mut at = 0;
    while at < remarks.len() {
        let inside = remarks[at + 1..].iter().take_while(|remark| remark.place.len() > depth).count();
        properties.push(property(remarks[at], &remarks[at + 1..at + 1 + inside], depth));
        at += 1 + inside;
    }
    properties
}

fn property(remark: &Remark, inside: &[&Remark], depth: usize) -> Property {
    let mut facts = remark.facts.clone();
    let structure = facts.remove(STRUCTURE);
    Property {
        name: remark.place.last().cloned().unwrap_or_default(),
        description: remark.help.clone(),
        kind: facts.remove("type").unwrap_or_else(|| "string".to_owned()),
        values: read_values(&facts.remove("values").unwrap_or_default()),
        structure: structure.map(|name| Structure { name, properties: properties(inside, depth + 1) }),
        facts,
    }
}

/// The responses that a reading expects, of a service that no document described: paths that it has, each once.
pub(super) fn expected(reading: &Reading, life: Option<u64>) -> Vec<Response> {
    let standard = Reading::default();
    let mut own = reading.clone();
    let mut default = standard.clone();
    let mut structure = Structure { name: "reply".into(), properties: Vec::new() };
    for ((name, paths), (_, usual)) in fields(&mut own).into_iter().zip(fields(&mut default)) {
        let always = ["access_token", "token_type", "expires_in", "refresh_token"].contains(&name);
        let Some(path) = paths.first().filter(|_| always || paths != usual) else { continue };
        let path = if paths == usual { name } else { path.as_str() };
        let property = insert(&mut structure, path);
        if name == "expires_in"
            && let Some(property) = property
        {
            let is_date = reading.lifetime == Lifetime::Date;
            property.kind = if is_date { "datetime" } else { "integer" }.into();
            property.values = life.filter(|_| !is_date).map(|life| life.to_string()).into_iter().collect();
        }
    }
    for (paths, usual) in [(&own.error, &standard.error), (&own.error_description, &standard.error_description)] {
        if let Some(path) = paths.first().filter(|_| paths != usual) {
            insert(&mut structure, path.as_str());
        }
    }
    for (_, place) in &reading.retain {
        insert(&mut structure, place.as_str());
    }
    vec![response(structure)]
}

/// The response of an identity call that shows these fields; nothing where it shows what there is.
pub(super) fn shown(fields: &[(String, Expression)]) -> Vec<Response> {
    if fields.is_empty() {
        return Vec::new();
    }
    let mut structure = Structure { name: "reply".into(), properties: Vec::new() };
    for (_, path) in fields {
        insert(&mut structure, path.as_str());
    }
    vec![response(structure)]
}

fn response(structure: Structure) -> Response {
    let content = Some(Content { encode: "application/json".into(), structure });
    Response { status: "200".into(), description: String::new(), facts: Facts::new(), content }
}

/// The property at a path, made where it is not there; nothing for the empty path.
fn insert<'a>(structure: &'a mut Structure, path: &str) -> Option<&'a mut Property> {
    let (step, rest) = path.split_once('.').map_or((path, None), |(step, rest)| (step, Some(rest)));
    let (name, is_item) = step.split_once('[').map_or((step, false), |(name, _)| (name, true));
    if name.is_empty() {
        return None;
    }
    let found = structure.properties.iter().position(|property| property.name == name);
    let at = found.unwrap_or(structure.properties.len());
    if found.is_none() {
        let kind = if is_item { "collections" } else { "string" };
        structure.properties.push(Property { name: name.into(), kind: kind.into(), ..Property::default() });
    }
    let property = &mut structure.properties[at];
    match rest {
        None => Some(property),
        Some(rest) => {
            if property.kind == "string" {
                property.kind = "object".into();
            }
            insert(property.structure.get_or_insert_default(), rest)
        }
    }
}
