//! A text as a list of its words, however they are joined: `invalid_grant`, `invalidGrant` and `Invalid grant` are the
//! same two.

/// The words of a text, in lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Words {
    pub list: Vec<String>,
}

/// A text is looked into no further than this; longer ones are pages.
const MOST_WORDS: usize = 400;

impl Words {
    pub fn of(text: &str) -> Self {
        let mut list: Vec<String> = Vec::new();
        let mut word = String::new();
        let mut was_lower = false;
        for c in text.chars() {
            if !c.is_alphanumeric() || (was_lower && c.is_uppercase()) {
                if !word.is_empty() {
                    list.push(std::mem::take(&mut word));
                }
                if list.len() >= MOST_WORDS {
                    return Self { list };
                }
            }
            if c.is_alphanumeric() {
                word.extend(c.to_lowercase());
            }
            was_lower = c.is_lowercase();
        }
        if !word.is_empty() {
            list.push(word);
        }
        Self { list }
    }

    /// Where a phrase stands, words separated by a blank.
    pub fn places<'a>(&'a self, phrase: &'a str) -> impl Iterator<Item = usize> + 'a {
        let count = phrase.split(' ').count();
        let is_it = move |window: &[String]| window.iter().map(String::as_str).eq(phrase.split(' '));
        self.list.windows(count).enumerate().filter(move |(_, window)| is_it(window)).map(|(at, _)| at)
    }

    pub fn place(&self, phrase: &str) -> Option<usize> {
        self.places(phrase).next()
    }

    pub fn have(&self, phrase: &str) -> bool {
        self.place(phrase).is_some()
    }

    pub fn has_word(&self, word: &str) -> bool {
        self.list.iter().any(|known| known == word)
    }

    /// The next few words after each place of a phrase.
    pub fn near<'a>(&'a self, phrase: &'a str, count: usize) -> impl Iterator<Item = &'a str> + 'a {
        let length = phrase.split(' ').count();
        self.places(phrase).flat_map(move |at| self.list.iter().skip(at + length).take(count).map(String::as_str))
    }
}

#[cfg(test)]
mod tests {
    use super::Words;

    #[test]
    fn a_code_is_the_same_words_however_it_is_joined() {
        for text in
            ["invalid_grant", "invalidGrant", "InvalidGrant", "INVALID-GRANT", " Invalid grant.", "invalid.grant"]
        {
            assert_eq!(Words::of(text).list, ["invalid", "grant"], "{text}");
        }
    }
}
