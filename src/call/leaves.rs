//! The single values of a reply, each with the expression that finds it, so that a person can point at one.

use serde_json::Value as Json;

use crate::call::answers::scalar_text;
use crate::call::expression::{Expression, is_plain};

/// The most values that are listed, and how deep: a reply with tokens is far smaller.
const MOST: usize = 200;
const DEEPEST: usize = 16;

/// A text, number or boolean of a reply. Has no `Debug`: it may be a token.
#[derive(Clone)]
pub struct Leaf {
    /// What finds it.
    pub place: Expression,
    /// Its text.
    pub text: String,
}

/// The single values of a document, in its order.
pub fn leaves(document: &Json) -> Vec<Leaf> {
    let mut found = Vec::new();
    collect(document, &mut Vec::new(), &mut found);
    found
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Name(&'a str),
    Item(usize),
}

fn collect<'a>(json: &'a Json, path: &mut Vec<Step<'a>>, found: &mut Vec<Leaf>) {
    if path.len() > DEEPEST || found.len() >= MOST {
        return;
    }
    match json {
        Json::Object(fields) => {
            for (name, value) in fields {
                path.push(Step::Name(name));
                collect(value, path, found);
                path.pop();
            }
        }
        Json::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                path.push(Step::Item(index));
                collect(value, path, found);
                path.pop();
            }
        }
        scalar => {
            if let (Some(text), Some(place)) = (scalar_text(scalar), place(path)) {
                found.push(Leaf { place, text });
            }
        }
    }
}

/// A path, or JSONata where a name needs quotes. `None` for a name that cannot be quoted.
fn place(path: &[Step<'_>]) -> Option<Expression> {
    let names = || path.iter().filter_map(|step| if let Step::Name(name) = step { Some(*name) } else { None });
    if names().any(|name| name.contains('`') || name.chars().any(char::is_control)) {
        return None;
    }
    let is_path = names().all(is_plain);
    let mut text = String::from(if is_path { "" } else { "$" });
    for step in path {
        match step {
            Step::Item(index) => text.push_str(&format!("[{index}]")),
            Step::Name(name) if is_path && text.is_empty() => text.push_str(name),
            Step::Name(name) if is_path => text.push_str(&format!(".{name}")),
            Step::Name(name) => text.push_str(&format!(".`{name}`")),
        }
    }
    (!path.is_empty()).then(|| Expression::new(text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str) -> Vec<(String, String)> {
        let document = serde_json::from_str(text).expect("JSON");
        leaves(&document).into_iter().map(|leaf| (leaf.place.as_str().to_owned(), leaf.text)).collect()
    }

    #[test]
    fn each_value_has_the_path_that_a_person_would_write() {
        let told = shown(r#"{"data":{"items":[{"token":"a"},{"data-center":7}],"ok":true,"none":null},"$items":"x"}"#);
        let expected =
            [("data.items[0].token", "a"), ("data.items[1].data-center", "7"), ("data.ok", "true"), ("$items", "x")];
        assert_eq!(told, expected.map(|(place, text)| (place.to_owned(), text.to_owned())));
        assert_eq!(shown(r#"[{"token":"a"}]"#), [("[0].token".to_owned(), "a".to_owned())]);
    }

    #[test]
    fn a_name_that_is_no_word_is_quoted_and_one_that_cannot_be_is_left_out() {
        assert_eq!(shown(r#"{"api domain":["a"],"x.y":{"z":"b"}}"#)[0].0, "$.`api domain`[0]");
        assert_eq!(shown(r#"{"x.y":{"z":"b"}}"#)[0].0, "$.`x.y`.`z`");
        assert_eq!(shown(r#"{"a`b":"c","d\u0007":"e"}"#), []);
        for (place, _) in shown(r#"{"api domain":["a"],"":{"z":"b"}}"#) {
            assert_eq!(Expression::new(place.clone()).check(), Ok(()), "{place}");
        }
    }

    #[test]
    fn a_huge_reply_is_cut() {
        let wide = Json::Array((0..10_000).map(Json::from).collect());
        assert_eq!(leaves(&wide).len(), MOST);
        let deep = (0..100).fold(Json::from(1), |json, _| Json::Array(vec![json]));
        assert_eq!(leaves(&deep).len(), 0);
    }

    fn document() -> impl Strategy<Value = Json> {
        let scalar = prop_oneof![
            any::<bool>().prop_map(Json::from),
            any::<i64>().prop_map(Json::from),
            ".{0,8}".prop_map(Json::from)
        ];
        scalar.prop_recursive(4, 32, 4, |inner| {
            let name = prop_oneof!["[a-z_]{1,6}(-[a-z]{1,4})?", ".{0,6}"];
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
                prop::collection::btree_map(name, inner, 0..4)
                    .prop_map(|fields| Json::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_path_finds_the_value_that_it_was_written_for(document in document()) {
            for leaf in leaves(&document) {
                prop_assert_eq!(leaf.place.check(), Ok(()), "{}", leaf.place);
                if leaf.place.is_path() {
                    prop_assert_eq!(leaf.place.find(&document).and_then(scalar_text), Some(leaf.text), "{}", leaf.place);
                }
            }
        }
    }
}
