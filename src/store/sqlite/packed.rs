//! What a list shows of a profile, packed into one value: to read thirteen columns of 10,000 rows takes milliseconds.
//!
//! The bytes are two for the flags and the state, eight for each point in time, then the texts, each after the four bytes of
//! its length.

use crate::store::engine::Summary;

const KEEP_ALIVE: u8 = 1;
const REFRESHABLE: u8 = 1 << 1;
const TIMES: [u8; 3] = [1 << 2, 1 << 3, 1 << 4];
const SCOPES: u8 = 1 << 5;
const TROUBLE: u8 = 1 << 6;

pub(in crate::store) fn pack(summary: &Summary) -> Vec<u8> {
    let flag = |is_set: bool, flag: u8| if is_set { flag } else { 0 };
    let mut flags = flag(summary.keep_alive, KEEP_ALIVE) | flag(summary.refreshable, REFRESHABLE);
    flags |= flag(summary.scopes.is_some(), SCOPES) | flag(summary.trouble.is_some(), TROUBLE);
    for (time, bit) in summary.times.iter().zip(TIMES) {
        flags |= flag(time.is_some(), bit);
    }
    let mut packed = vec![flags, summary.state];
    for time in summary.times.iter().flatten() {
        packed.extend_from_slice(&time.to_le_bytes());
    }
    let always = [&summary.display_name, &summary.service_id, &summary.service, &summary.tags, &summary.environment];
    for text in always.into_iter().chain(&summary.scopes).chain(&summary.trouble) {
        packed.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
        packed.extend_from_slice(text.as_bytes());
    }
    packed
}

/// `None` for bytes that [`pack`] did not make.
pub(in crate::store) fn unpack(packed: &[u8]) -> Option<Summary> {
    let mut packed = Packed(packed);
    let [flags, state] = packed.array()?;
    let mut times = [None; 3];
    for (time, _) in times.iter_mut().zip(TIMES).filter(|(_, bit)| flags & bit != 0) {
        *time = Some(i64::from_le_bytes(packed.array()?));
    }
    let mut text_of = |is_there: bool| if is_there { packed.text().map(Some) } else { Some(None) };
    let summary = Summary {
        display_name: text_of(true)??,
        service_id: text_of(true)??,
        service: text_of(true)??,
        tags: text_of(true)??,
        environment: text_of(true)??,
        keep_alive: flags & KEEP_ALIVE != 0,
        state,
        refreshable: flags & REFRESHABLE != 0,
        times,
        scopes: text_of(flags & SCOPES != 0)?,
        trouble: text_of(flags & TROUBLE != 0)?,
    };
    packed.0.is_empty().then_some(summary)
}

/// The bytes that are not read yet.
struct Packed<'a>(&'a [u8]);

impl Packed<'_> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (read, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*read)
    }

    fn text(&mut self) -> Option<String> {
        let length = usize::try_from(u32::from_le_bytes(self.array()?)).ok()?;
        let (read, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(std::str::from_utf8(read).ok()?.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_is_unpacked_as_it_was_and_from_other_bytes_nothing_is() {
        let full = Summary {
            display_name: "Günther's".to_owned(),
            service_id: "acme".to_owned(),
            service: "Acme".to_owned(),
            tags: "a b".to_owned(),
            environment: "test".to_owned(),
            keep_alive: true,
            state: 3,
            refreshable: true,
            times: [Some(i64::MAX), None, Some(-1)],
            scopes: Some("x\ny".to_owned()),
            trouble: Some(String::new()),
        };
        for summary in [&full, &Summary::default(), &Summary { scopes: None, ..full.clone() }] {
            let packed = pack(summary);
            assert_eq!(unpack(&packed).as_ref(), Some(summary));
            for length in 0..packed.len() {
                assert_eq!(unpack(&packed[..length]), None, "{length} bytes");
            }
            assert_eq!(unpack(&[&packed[..], &[0]].concat()), None);
        }
    }
}
