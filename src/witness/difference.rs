//! What is different, and where.

/// One point in which a preset departs from what the vendor documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where: the keys of the record, joined by dots.
    pub at: String,
    /// What is different, for people.
    pub words: String,
}

impl Difference {
    /// Whether a request goes to another URL.
    pub(super) fn is_of_url(&self) -> bool {
        self.at.rsplit('.').next() == Some("url")
    }
}

/// A stage: its key, and what it is called.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub key: &'static str,
    pub name: &'static str,
}

impl Place {
    /// A difference at this key of the stage.
    pub(super) fn difference(self, at: &str, words: String) -> Difference {
        Difference { at: format!("{}.{at}", self.key), words }
    }
}
