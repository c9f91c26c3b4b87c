//! Searching by words, as a person types them: letter case and accents do not matter.

/// What one word of a search is worth where it was found, by how surely it is what was meant.
const WHOLE_WORD: u32 = 100;
const FIRST_WORD: u32 = 110;
const START_OF_NAME: u32 = 80;
const START_OF_WORD: u32 = 60;
const WITHIN_WORD: u32 = 40;
const WORD_OF_REST: u32 = 30;
const WITHIN_REST: u32 = 20;
const LETTERS: u32 = 10;
/// The whole search is the whole name.
const SAME: u32 = 1000;

/// Letters that are looked for as another one, in lower case. A name is written with its accents and typed without.
const BASES: [(&str, &str); 24] = [
    ("àáâãäåāăąǎȁȃȧạảấầẩẫậắằẳẵặ", "a"),
    ("ḃḅḇ", "b"),
    ("çćĉċčḉ", "c"),
    ("ďđḋḍḏð", "d"),
    ("èéêëēĕėęěȅȇẹẻẽếềểễệ", "e"),
    ("ƒḟ", "f"),
    ("ĝğġģǧǵ", "g"),
    ("ĥħȟḣḥḧ", "h"),
    ("ìíîïĩīĭįıǐȉȋỉị", "i"),
    ("ĵǰ", "j"),
    ("ķǩḱḳ", "k"),
    ("ĺļľŀłḷḻ", "l"),
    ("ḿṁṃ", "m"),
    ("ñńņňŉǹṅṇ", "n"),
    ("òóôõöøōŏőơǒȍȏȯọỏốồổỗộớờởỡợ", "o"),
    ("ŕŗřȑȓṙṛ", "r"),
    ("śŝşšșṡṣ", "s"),
    ("ţťŧțṫṭ", "t"),
    ("ùúûüũūŭůűųưǔȕȗụủứừửữự", "u"),
    ("ŵẁẃẅ", "w"),
    ("ýÿŷỳỵỷỹ", "y"),
    ("źżžẑẓ", "z"),
    ("æ", "ae"),
    ("œ", "oe"),
];

/// A text as it is searched in: in lower case and without accents.
pub fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    text.chars().for_each(|letter| fold(letter, &mut folded));
    folded
}

fn fold(letter: char, folded: &mut String) {
    if letter.is_ascii() {
        return folded.push(letter.to_ascii_lowercase());
    }
    for lower in letter.to_lowercase() {
        match lower {
            // What is set above or below the letter before it.
            '\u{300}'..='\u{36f}' => {}
            'ß' => folded.push_str("ss"),
            _ => match BASES.iter().find(|(letters, _)| letters.contains(lower)) {
                Some((_, base)) => folded.push_str(base),
                None => folded.push(lower),
            },
        }
    }
}

/// What is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    terms: Vec<String>,
}

impl Query {
    pub fn of(search: &str) -> Self {
        Self { terms: folded(search).split_whitespace().map(str::to_owned).collect() }
    }

    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether each word is somewhere in a text that is folded.
    pub fn finds(&self, text: &str) -> bool {
        self.terms.iter().all(|word| text.contains(word.as_str()))
    }

    /// How well it is met by something of this name, with the rest that is known of it; both are folded. `None` if a word is
    /// in neither.
    pub fn score(&self, name: &str, rest: &str) -> Option<u32> {
        self.sum(name, |word| in_name(word, name).or_else(|| in_rest(word, rest)))
    }

    /// The same, where the letters of a word need only follow each other in the name: `qbo` is in `QuickBooks Online`.
    pub fn score_loosely(&self, name: &str, rest: &str) -> Option<u32> {
        self.sum(name, |word| {
            let found = in_name(word, name).or_else(|| in_rest(word, rest));
            found.or_else(|| letters(word, name).map(|_| LETTERS))
        })
    }

    fn sum(&self, name: &str, worth: impl Fn(&str) -> Option<u32>) -> Option<u32> {
        let mut sum = 0;
        for word in &self.terms {
            sum += worth(word)?;
        }
        let is_same = !self.terms.is_empty() && name.split_whitespace().eq(self.terms.iter().map(String::as_str));
        Some(if is_same { sum + SAME } else { sum })
    }

    /// Which letters of a name it is met by, by place.
    pub fn marks(&self, name: &str) -> Vec<usize> {
        let mut folded_name = String::new();
        // Which letter of the name each byte of the folded one comes from.
        let mut origin = Vec::new();
        for (place, letter) in name.chars().enumerate() {
            fold(letter, &mut folded_name);
            origin.resize(folded_name.len(), place);
        }
        let mut marks = Vec::new();
        for word in &self.terms {
            if let Some((at, _)) = best(word, &folded_name) {
                marks.extend(&origin[at..at + word.len()]);
            } else if let Some(places) = letters(word, &folded_name) {
                marks.extend(places.into_iter().map(|at| origin[at]));
            }
        }
        marks.sort_unstable();
        marks.dedup();
        marks
    }
}

fn in_name(word: &str, name: &str) -> Option<u32> {
    best(word, name).map(|(_, worth)| worth)
}

fn in_rest(word: &str, rest: &str) -> Option<u32> {
    let (_, worth) = best(word, rest)?;
    Some(if worth >= WHOLE_WORD { WORD_OF_REST } else { WITHIN_REST })
}

/// Where a word is in a text at its best, in bytes, and what that is worth.
fn best(word: &str, text: &str) -> Option<(usize, u32)> {
    let places = text.match_indices(word).map(|(at, _)| {
        let starts = !text[..at].ends_with(char::is_alphanumeric);
        let ends = !text[at + word.len()..].starts_with(char::is_alphanumeric);
        let worth = match (starts, ends) {
            (true, true) if at == 0 => FIRST_WORD,
            (true, true) => WHOLE_WORD,
            (true, false) if at == 0 => START_OF_NAME,
            (true, false) => START_OF_WORD,
            (false, _) => WITHIN_WORD,
        };
        (at, worth)
    });
    // Of several that are as good, the first.
    places.fold(None, |best, place| match best {
        Some((_, worth)) if worth >= place.1 => best,
        _ => Some(place),
    })
}

/// Where the letters of a word follow each other in a text, the first of them at the start of a word.
fn letters(word: &str, text: &str) -> Option<Vec<usize>> {
    let mut places = Vec::new();
    let mut wanted = word.chars().peekable();
    let mut is_start = true;
    for (at, letter) in text.char_indices() {
        let is_wanted = wanted.peek() == Some(&letter);
        if is_wanted && (is_start || !places.is_empty()) {
            places.push(at);
            wanted.next();
        }
        is_start = !letter.is_alphanumeric();
    }
    wanted.peek().is_none().then_some(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_accents_do_not_matter_however_they_are_written() {
        for (text, expected) in [
            ("Café", "cafe"),
            ("Cafe\u{301}", "cafe"),
            ("ÅNGSTRÖM", "angstrom"),
            ("Straße", "strasse"),
            ("Łódź", "lodz"),
            ("Œuvre", "oeuvre"),
            ("株式会社", "株式会社"),
            ("ΑΒΓ", "αβγ"),
        ] {
            assert_eq!(folded(text), expected, "{text}");
        }
    }

    #[test]
    fn all_words_must_be_found_in_any_order() {
        let text = folded("acme-quickbooks QuickBooks Online ada@example.com");
        for (search, expected) in [("quick acme", true), ("ADA online", true), ("acme xero", false), ("", true)] {
            assert_eq!(Query::of(search).finds(&text), expected, "{search}");
        }
    }

    #[test]
    fn a_name_goes_before_what_is_known_besides_and_a_word_before_a_part_of_one() {
        let score = |search: &str, name: &str, rest: &str| Query::of(search).score(&folded(name), &folded(rest));
        let worth = |name, rest| score("custom", name, rest).expect("found");
        let order = [
            worth("Custom", ""),
            worth("Custom service", ""),
            worth("A custom service", ""),
            worth("Customers", ""),
            worth("Our customers", ""),
            worth("Uncustomary", ""),
            worth("Auth0", "custom identity"),
            worth("Auth0", "customer identity"),
        ];
        assert!(order.is_sorted_by(|one, other| one > other), "{order:?}");
        assert_eq!(score("custom xero", "Custom service", ""), None);
    }

    #[test]
    fn loosely_letters_that_follow_each_other_are_enough() {
        let name = folded("QuickBooks Online");
        assert_eq!(Query::of("qbo").score(&name, ""), None);
        assert_eq!(Query::of("qbo").score_loosely(&name, ""), Some(LETTERS));
        assert_eq!(Query::of("obq").score_loosely(&name, ""), None);
        // Not from within a word.
        assert_eq!(Query::of("uko").score_loosely(&name, ""), None);
    }

    #[test]
    fn the_letters_that_were_found_are_those_of_the_name_as_it_is_written() {
        for (search, name, expected) in [
            ("ßg", "Große Sache", vec![]),
            ("sache", "Große Sache", vec![6, 7, 8, 9, 10]),
            ("strasse", "Straße 1", vec![0, 1, 2, 3, 4, 5]),
            ("qbo", "QuickBooks Online", vec![0, 5, 6]),
            ("on qu", "QuickBooks Online", vec![0, 1, 11, 12]),
        ] {
            assert_eq!(Query::of(search).marks(name), expected, "{search} in {name}");
        }
    }
}
