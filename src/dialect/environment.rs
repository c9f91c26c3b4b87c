//! The variables of another file, such as the environment that a tool keeps beside its collection: they fill the places
//! that a document leaves open.

use serde_json::Value as Json;

use crate::dialect::Note;
use crate::dialect::document::{Document, DocumentError};
use crate::dialect::standard::{Variables, plain_text, text_at};

const FORMAT: &str = "environment";

/// The variables of one or more files; those of the first file come first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    pub(in crate::dialect) variables: Variables,
    /// What was taken from which file.
    pub(in crate::dialect) notes: Vec<Note>,
}

impl Environment {
    /// Adds the variables of a file: an environment of Postman, Insomnia, Bruno, Hoppscotch or an HTTP client, a
    /// collection that has variables, or lines of `NAME=value`. Fails if it has none. `name` is that of the file.
    pub fn add(&mut self, bytes: &[u8], name: &str) -> Result<(), DocumentError> {
        let document = Document::parse(bytes, name)?;
        let before = self.variables.count();
        let mut sets = Sets::default();
        match document.json() {
            Some(json) => of_json(json, &mut sets),
            None if document.broken().is_some() => {
                document.as_json(FORMAT)?;
            }
            None => of_text(&document, &mut sets),
        }
        let used = sets.add_to(&mut self.variables);
        let count = self.variables.count() - before;
        if count == 0 && used.is_none() {
            return Err(DocumentError::OtherFormat { format: FORMAT, expected: "variable" });
        }
        let of = used.filter(|name| !name.is_empty()).map(|name| format!(" of `{name}`")).unwrap_or_default();
        let count = if count == 1 { "1 variable".to_owned() } else { format!("{count} variables") };
        self.notes.push(Note::new(name, format!("{count}{of}")));
        Ok(())
    }
}

/// A variable: its name, its value, and whether the file calls it secret.
type Entry = (String, String, bool);

/// The variables of a file: those that always hold, and named sets of which one holds.
#[derive(Default)]
struct Sets {
    always: Vec<Entry>,
    named: Vec<(String, Vec<Entry>)>,
}

impl Sets {
    /// Adds the first of the named sets, then what always holds; returns the name of the set, or an empty one.
    fn add_to(self, variables: &mut Variables) -> Option<String> {
        let (name, first) = self.named.into_iter().find(|(_, entries)| !entries.is_empty()).unwrap_or_default();
        let mut is_any = false;
        for (name, value, is_secret) in first.into_iter().chain(self.always) {
            is_any = true;
            variables.add(&name, &value, is_secret);
        }
        is_any.then_some(name)
    }
}

fn list<'a>(json: &'a Json, name: &str) -> impl Iterator<Item = &'a Json> {
    json.get(name).and_then(Json::as_array).into_iter().flatten()
}

fn flag(json: &Json, name: &str) -> Option<bool> {
    json.get(name).and_then(Json::as_bool)
}

fn of_json(json: &Json, sets: &mut Sets) {
    if let Json::Array(items) = json {
        for item in items {
            of_json(item, sets);
        }
        return;
    }
    let json =
        json.get("environment").or_else(|| json.get("collection")).filter(|json| json.is_object()).unwrap_or(json);
    let json = json.get("rest-client.environmentVariables").unwrap_or(json);
    if json.get("values").is_some_and(Json::is_array) {
        sets.always.extend(list(json, "values").filter_map(entry));
    } else if json.get("variable").is_some_and(Json::is_array) {
        sets.always.extend(list(json, "variable").filter_map(entry));
    } else if json.get("resources").is_some_and(Json::is_array) {
        let environments = list(json, "resources").filter(|resource| text_at(resource, "_type") == "environment");
        for environment in environments {
            sets.always.extend(members(environment.get("data").unwrap_or(&Json::Null)));
        }
    } else if json.get("variables").is_some_and(Json::is_array) {
        sets.named.push((text_at(json, "name"), list(json, "variables").filter_map(entry).collect()));
    } else if json.get("environments").is_some() || text_at(json, "type").contains(".insomnia.rest/5") {
        of_insomnia(json.get("environments").unwrap_or(json), sets);
    } else if json.get("opencollection").is_some() || json.get("request").is_some() {
        of_open_collection(json, sets);
    } else {
        of_named_sets(json, sets);
    }
}

/// An entry of a list, unless it is switched off.
fn entry(json: &Json) -> Option<Entry> {
    if flag(json, "enabled") == Some(false) || flag(json, "disabled") == Some(true) {
        return None;
    }
    let name = if json.get("key").is_some() { text_at(json, "key") } else { text_at(json, "name") };
    let value = ["currentValue", "value", "initialValue"].into_iter().filter_map(|member| json.get(member));
    let mut values = value.map(|value| if value.is_object() { text_at(value, "data") } else { plain_text(value) });
    let value = values.find(|value| !value.is_empty()).unwrap_or_default();
    let is_secret = text_at(json, "type") == "secret" || flag(json, "secret") == Some(true);
    (!name.is_empty()).then(|| (name, value.replace("<<", "{{").replace(">>", "}}"), is_secret))
}

/// The members of an object that are scalars.
fn members(json: &Json) -> Vec<Entry> {
    let members = json.as_object().into_iter().flatten();
    let scalars = members.filter(|(_, value)| !value.is_object() && !value.is_array() && !value.is_null());
    scalars.map(|(name, value)| (name.clone(), plain_text(value), false)).collect()
}

/// Version 5: a base environment with others in it.
fn of_insomnia(json: &Json, sets: &mut Sets) {
    for inner in list(json, "subEnvironments") {
        sets.named.push((text_at(inner, "name"), members(inner.get("data").unwrap_or(&Json::Null))));
    }
    sets.always.extend(members(json.get("data").unwrap_or(&Json::Null)));
}

/// Bruno's collection in YAML.
fn of_open_collection(json: &Json, sets: &mut Sets) {
    for environment in json.get("config").into_iter().flat_map(|config| list(config, "environments")) {
        sets.named.push((text_at(environment, "name"), list(environment, "variables").filter_map(entry).collect()));
    }
    let request = json.get("request").into_iter().flat_map(|request| list(request, "variables"));
    sets.always.extend(request.filter_map(entry));
}

/// The environments of HTTP clients by name (`http-client.env.json`), with what all share; or variables by name.
fn of_named_sets(json: &Json, sets: &mut Sets) {
    for (name, inner) in json.as_object().into_iter().flatten().filter(|(_, inner)| inner.is_object()) {
        if name == "$shared" {
            sets.always.extend(members(inner));
        } else {
            sets.named.push((name.clone(), members(inner)));
        }
    }
    sets.always.extend(members(json));
}

/// YAML, blocks of Bruno, or lines of `NAME=value`.
fn of_text(document: &Document<'_>, sets: &mut Sets) {
    let is_yaml = |line: &str| {
        let starts = ["type:", "name:", "variables:", "opencollection:", "environments:", "info:", "_type:"];
        starts.iter().any(|start| line.starts_with(start))
    };
    if document.text().lines().any(is_yaml)
        && let Ok(json) = document.yaml::<Json>(FORMAT)
    {
        return of_json(&json, sets);
    }
    let mut is_block = false;
    for line in document.text().lines() {
        let trimmed = line.trim();
        if is_block && line.starts_with('}') || trimmed.starts_with(['#', '~']) {
            is_block &= !line.starts_with('}');
        } else if trimmed.starts_with("vars") && trimmed.ends_with('{') {
            is_block = true;
        } else if let Some((name, value)) = trimmed.split_once(':').filter(|_| is_block) {
            sets.always.push((name.trim().to_owned(), value.trim().to_owned(), false));
        } else if let Some((name, value)) = trimmed.split_once('=') {
            let name = name.trim().trim_start_matches("export ").trim_start_matches('@').trim();
            if crate::call::is_name(name) {
                sets.always.push((name.to_owned(), value.trim().trim_matches(['"', '\'']).to_owned(), false));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str, note: &str) {
        let mut environment = Environment::default();
        environment.add(text.as_bytes(), "file").expect("variables");
        assert_eq!(environment.variables.fill("{{host}}").expose(), expected, "{text}");
        assert_eq!(environment.notes, [Note::new("file", note)]);
    }

    #[test]
    fn the_environment_of_each_tool_is_read() {
        let values = r#"{"name": "dev", "values": [{"key": "host", "value": "a.test", "enabled": true},
            {"key": "off", "value": "x", "enabled": false}], "_postman_variable_scope": "environment"}"#;
        check(values, "a.test", "1 variable");
        check(
            r#"{"v": 1, "name": "dev", "variables": [{"key": "host", "currentValue": "a.test"}]}"#,
            "a.test",
            "1 variable of `dev`",
        );
        check(r#"{"dev": {"host": "a.test", "n": 1}, "prod": {"host": "b.test"}}"#, "a.test", "2 variables of `dev`");
        check(r#"{"$shared": {"host": "a.test"}, "dev": {}}"#, "a.test", "1 variable");
        check(r#"{"host": "a.test"}"#, "a.test", "1 variable");
        let insomnia = r#"{"_type": "export", "resources": [{"_type": "environment", "data": {"host": "a.test"}}]}"#;
        check(insomnia, "a.test", "1 variable");
        let fifth = "type: environment.insomnia.rest/5.0\nname: x\nenvironments:\n  name: Base\n  data:\n    zone: eu\n  \
            subEnvironments:\n    - name: EU\n      data:\n        host: a.test\n";
        check(fifth, "a.test", "2 variables of `EU`");
        check("vars {\n  host: a.test\n  ~off: x\n}\nvars:secret [\n  token\n]\n", "a.test", "1 variable");
        check("name: dev\nvariables:\n  - name: host\n    value: a.test\n", "a.test", "1 variable of `dev`");
        check("# mine\nexport host=\"a.test\"\n", "a.test", "1 variable");
    }

    #[test]
    fn a_file_without_variables_is_refused() {
        let error = Environment::default().add(b"hello", "file").expect_err("refused");
        assert_eq!(error.to_string(), "this does not look like environment: it has no variable");
    }
}
