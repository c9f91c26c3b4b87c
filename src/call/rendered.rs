//! A rendered template that still knows which parts are values and which of them are secret. What is sent, shown masked and
//! copied as curl all comes from it.

use std::collections::BTreeSet;
use std::fmt;

use crate::call::Place;
use crate::secret::{MASK, Secret};

/// The names of values to show unmasked.
pub type Reveal = BTreeSet<String>;

/// A rendered template: literal text and escaped values in their order.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Rendered {
    spans: Vec<Span>,
}

/// A part of [`Rendered`].
#[derive(Clone, PartialEq, Eq)]
pub enum Span {
    /// Text from the template itself.
    Literal(String),
    /// The value of a placeholder.
    Value {
        /// The placeholder's name.
        name: String,
        /// The value, unescaped.
        raw: Secret,
        /// The value, escaped for its place.
        written: Secret,
        /// The place it was escaped for.
        place: Place,
        /// Whether it is masked unless revealed.
        secret: bool,
    },
}

impl Rendered {
    /// Text without values.
    pub fn literal(text: impl Into<String>) -> Self {
        Self { spans: vec![Span::Literal(text.into())] }
    }

    /// Appends text.
    pub fn push_literal(&mut self, text: &str) {
        if let Some(Span::Literal(last)) = self.spans.last_mut() {
            last.push_str(text);
        } else if !text.is_empty() {
            self.spans.push(Span::Literal(text.to_owned()));
        }
    }

    /// Appends a span.
    pub fn push(&mut self, span: Span) {
        match span {
            Span::Literal(text) => self.push_literal(&text),
            value @ Span::Value { .. } => self.spans.push(value),
        }
    }

    /// Appends all of another text.
    pub fn append(&mut self, other: Rendered) {
        for span in other.spans {
            self.push(span);
        }
    }

    /// The parts in order.
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// Whether it is empty when sent.
    pub fn is_empty(&self) -> bool {
        self.spans.iter().all(|span| match span {
            Span::Literal(text) => text.is_empty(),
            Span::Value { written, .. } => written.is_empty(),
        })
    }

    /// The text as it is sent.
    pub fn to_secret(&self) -> Secret {
        let length = self.spans.iter().map(|span| span.written().len()).sum();
        let mut text = Secret::with_room(length);
        for span in &self.spans {
            text.typing().push_str(span.written());
        }
        text
    }

    /// The text to show: secrets are masked unless their name is in `reveal`.
    pub fn masked(&self, reveal: &Reveal) -> String {
        self.spans
            .iter()
            .map(|span| match span {
                Span::Value { name, secret: true, written, .. } if !reveal.contains(name) => {
                    if written.is_empty() {
                        ""
                    } else {
                        MASK
                    }
                }
                span => span.written(),
            })
            .collect()
    }

    /// Its values, unescaped.
    pub(in crate::call) fn values(&self) -> impl Iterator<Item = &Secret> {
        self.spans.iter().filter_map(|span| match span {
            Span::Value { raw, .. } => Some(raw),
            Span::Literal(_) => None,
        })
    }

    /// Its secret values, unescaped.
    pub fn secrets(&self) -> impl Iterator<Item = &Secret> {
        self.spans.iter().filter_map(|span| match span {
            Span::Value { raw, secret: true, .. } => Some(raw),
            _ => None,
        })
    }

    /// The names of its secret values, each once.
    pub fn secret_names(&self) -> impl Iterator<Item = &str> {
        self.spans.iter().filter_map(|span| match span {
            Span::Value { name, secret: true, .. } => Some(name.as_str()),
            _ => None,
        })
    }
}

impl Span {
    fn written(&self) -> &str {
        match self {
            Self::Literal(text) => text,
            Self::Value { written, .. } => written.expose(),
        }
    }
}

/// Masked.
impl fmt::Debug for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.masked(&Reveal::new()))
    }
}
