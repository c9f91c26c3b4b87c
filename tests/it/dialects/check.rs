//! Checks that hold for every imported document.

use tokenwright::dialect::{Described, Document, Import, Note};
use tokenwright::service::{parse_preset, write_preset};

/// A text through the reader of one format.
pub fn read_text<E>(reader: fn(&Document<'_>) -> Result<Import, E>, text: &str) -> Result<Import, E> {
    reader(&Document::from(text))
}

/// Whether one format recognises a text.
pub fn recognises(recognise: fn(&Document<'_>) -> bool, text: &str) -> bool {
    recognise(&Document::from(text))
}

/// The one service of a document.
#[track_caller]
pub fn only(import: Import) -> Described {
    assert_eq!(import.described.len(), 1, "{}", import.format);
    sound(&import);
    import.described.into_iter().next().expect("one")
}

/// An imported service can be saved as a preset, and neither it nor a note has a secret.
#[track_caller]
pub fn sound(import: &Import) {
    keepable(import);
    for described in &import.described {
        let text = write_preset(&described.service);
        let told = format!("{:?} {:?} {:?} {text}", described.understood, described.ignored, described.missing);
        for secret in described.secrets.values().filter(|secret| secret.expose().len() > 3) {
            assert!(!told.contains(secret.expose()), "a secret is told: {told}");
        }
    }
}

/// An imported service can be saved as a preset.
#[track_caller]
pub fn keepable(import: &Import) {
    for described in &import.described {
        let text = write_preset(&described.service);
        let again = parse_preset("imported.toml", &text, &|_| None);
        assert_eq!(again.as_ref(), Ok(&described.service), "{text}");
    }
}

/// The notes as a person reads them.
pub fn words(notes: &[Note]) -> Vec<String> {
    notes.iter().map(|note| format!("{}: {}", note.place, note.words)).collect()
}
