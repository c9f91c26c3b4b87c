//! What holds of any bytes that the database of a team, or a body that opens, can have: for the fuzzer, and for the tests below.

use std::sync::LazyLock;

use crate::store::VaultLock;
use crate::vault::generation::Stamp;
use crate::vault::key::Key;
use crate::vault::seal::seal_roster;
use crate::vault::team::{Document, MemberKey, wrap_for};
use crate::vault::{How, InFlightRefresh, Record};

/// A member, the key of their team, and that key sealed for them.
static MEMBER: LazyLock<(MemberKey, Key, Vec<u8>)> = LazyLock::new(|| {
    let (identity, key) = (MemberKey::fresh(), Key::fresh().expect("random bytes"));
    let wrapped = wrap_for(&identity.recipient(), &key).expect("sealed");
    (identity, key, wrapped)
});

/// A document lets nobody in for whom nothing is sealed, and one that a stranger wrote lets a member in only by a key and a list
/// that the member's own key opens. `inner` is what somebody with the key has sealed as the list.
pub fn read_any_document(text: &str, inner: &[u8]) {
    let (identity, key, wrapped) = &*MEMBER;
    let lock = VaultLock { text: text.to_owned(), mark: key.mark() };
    if let Ok(Some(document)) = Document::read(&lock) {
        assert!(document.open(identity, &lock).is_ok_and(|opened| opened.is_none()));
        let requests = document.requests.clone();
        let written = document.with_requests(requests, &lock);
        let again = Document::read(&written).ok().flatten().expect("it was read before");
        let requests = again.requests.clone();
        assert_eq!(again.with_requests(requests, &written), written);
    }
    let recipient = || identity.recipient();
    for (roster, wrapped) in [(inner, &wrapped[..]), (inner, inner)] {
        let lock = Document::forged(roster, recipient(), wrapped, key);
        let document = Document::read(&lock).expect("well-formed").expect("a team's");
        assert!(document.open(identity, &lock).is_err(), "nobody sealed that list");
    }
    let sealed = seal_roster(key, inner.to_vec()).expect("sealed");
    let lock = Document::forged(&sealed, recipient(), wrapped, key);
    let document = Document::read(&lock).expect("well-formed").expect("a team's");
    if let Ok(opened) = document.open(identity, &lock) {
        let opened = opened.expect("sealed for this member");
        assert!(opened.roster.members.iter().any(|member| member.recipient == recipient()));
    }
}

/// A record that can be read is written and read again as it is, and another one can follow it. So is a note of the journal.
pub fn read_any_record(number: u64, text: &[u8]) {
    if let Some(note) = str::from_utf8(text).ok().and_then(InFlightRefresh::from_text) {
        assert_eq!(InFlightRefresh::from_text(&note.to_text()), Some(note));
    }
    let Ok(read) = Record::from_text(number, text) else { return };
    assert_eq!(Record::from_text(number, &read.to_text()).as_ref(), Ok(&read));
    let next = number.saturating_add(1);
    let followed = Record::next(Some(&read), next, &read.contents, How::Saved.into(), Stamp::now());
    assert_eq!(Record::from_text(next, &followed.to_text()), Ok(followed));
    let _ = (read.rotation(), read.history.is_unanswered(&InFlightRefresh::now(number)));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Whole texts to begin with, since chance alone finds no JSON.
    fn texts() -> [String; 4] {
        let (identity, key, wrapped) = &*MEMBER;
        let roster = format!(
            r#"{{"id":"a","name":"acme","number":1,"members":[{{"name":"anna","recipient":"{}","admitted_by":"anna","at":"2026-01-02T03:04:05Z"}}]}}"#,
            identity.recipient()
        );
        let record = r#"{"version":1,"client_secret":"s","inputs":{"a":"b"},"tokens":{"access_token":"a","token_type":"Bearer","expires_at":"2026-01-02T03:04:05Z","refresh_token":"r","obtained_at":"2026-01-02T03:04:05Z"},"history":[{"number":1,"at":"2026-01-02T03:04:05Z","how":"signed in","outcome":"kept"}],"rotated":true}"#;
        let note = InFlightRefresh::now(7).to_text();
        [Document::forged(b"", "age1x".to_owned(), wrapped, key).text, roster, record.to_owned(), note]
    }

    #[test]
    fn whole_texts_are_read() {
        let [document, roster, record, note] = texts();
        read_any_document(&document, roster.as_bytes());
        read_any_record(1, record.as_bytes());
        read_any_record(1, note.as_bytes());
        assert!(Record::from_text(1, record.as_bytes()).is_ok());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn nothing_that_is_written_there_breaks_a_reader(
            (which, at, cut) in (0..4_usize, any::<prop::sample::Index>(), 0..40_usize),
            (put, noise, number) in any::<(String, Vec<u8>, u64)>(),
        ) {
            let text = &texts()[which];
            let from = at.index(text.len());
            let changed = format!("{}{put}{}", &text[..from], text.get(from + cut..).unwrap_or_default());
            read_any_document(&changed, changed.as_bytes());
            read_any_record(number, changed.as_bytes());
            read_any_document(&put, &noise);
            read_any_record(number, &noise);
        }
    }
}
