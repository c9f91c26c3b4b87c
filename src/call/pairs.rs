//! Names and values as a table of a TOML or JSON file, in order; a list stands for repeated names. Used as
//! `#[serde(with = "pairs")]`.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serializer};

use crate::call::expression::Expression;
use crate::call::parameters::Parameter;

/// An entry of the table.
pub trait Pair: Sized {
    /// Name and value as texts.
    fn pair(&self) -> (&str, &str);
    /// From name and value.
    fn from_pair(name: &str, value: String) -> Self;
}

impl Pair for (String, String) {
    fn pair(&self) -> (&str, &str) {
        (&self.0, &self.1)
    }
    fn from_pair(name: &str, value: String) -> Self {
        (name.to_owned(), value)
    }
}

impl Pair for (String, Expression) {
    fn pair(&self) -> (&str, &str) {
        (&self.0, self.1.as_str())
    }
    fn from_pair(name: &str, value: String) -> Self {
        (name.to_owned(), Expression::new(value))
    }
}

impl Pair for (Expression, String) {
    fn pair(&self) -> (&str, &str) {
        (self.0.as_str(), &self.1)
    }
    fn from_pair(name: &str, value: String) -> Self {
        (Expression::new(name), value)
    }
}

impl Pair for Parameter {
    fn pair(&self) -> (&str, &str) {
        (&self.name, self.value.source())
    }
    fn from_pair(name: &str, value: String) -> Self {
        Self::new(name, value)
    }
}

/// Writes the table.
pub fn serialize<T: Pair, S: Serializer>(list: &[T], serializer: S) -> Result<S::Ok, S::Error> {
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in list.iter().map(Pair::pair) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let mut map = serializer.serialize_map(Some(names.len()))?;
    for name in names {
        let values: Vec<&str> =
            list.iter().map(Pair::pair).filter(|(n, _)| *n == name).map(|(_, value)| value).collect();
        match values[..] {
            [value] => map.serialize_entry(name, value)?,
            _ => map.serialize_entry(name, &values)?,
        }
    }
    map.end()
}

/// Reads the table.
pub fn deserialize<'de, T: Pair, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    struct PairsVisitor<T>(PhantomData<T>);
    impl<'de, T: Pair> Visitor<'de> for PairsVisitor<T> {
        type Value = Vec<T>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a table of names and texts")
        }
        fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Vec<T>, M::Error> {
            let mut pairs = Vec::new();
            while let Some((name, values)) = map.next_entry::<String, OneOrMany>()? {
                pairs.extend(values.into_vec().into_iter().map(|value| T::from_pair(&name, value)));
            }
            Ok(pairs)
        }
    }
    deserializer.deserialize_map(PairsVisitor(PhantomData))
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(text) => vec![text],
            Self::Many(texts) => texts,
        }
    }
}

/// Alternative expressions, written as one text or a list: `#[serde(deserialize_with = "one_or_many")]`.
pub fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Expression>, D::Error> {
    let texts = OneOrMany::deserialize(deserializer)?.into_vec();
    Ok(texts.into_iter().map(Expression::new).collect())
}
