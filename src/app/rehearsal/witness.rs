//! Compares the preset with what its vendor documents: the stand-in believes the preset.

use crate::app::rehearsal::{StageLine, StageOutcome};
use crate::service::Service;
use crate::witness::testimony;

/// One line for each difference, or one that says what was compared. None if nothing is known of the vendor.
pub(super) fn lines(service: &Service, lineage: &[String]) -> Vec<StageLine> {
    let Some(testimony) = testimony(service, lineage) else { return Vec::new() };
    let line = |outcome| StageLine { stage: "witness".to_owned(), sent: String::new(), outcome };
    if let Some(reason) = service.witness_exception() {
        return vec![line(StageOutcome::NotRehearsed(reason.to_owned()))];
    }
    let failed = |words: &str| line(StageOutcome::Failed(format!("{words} ({})", testimony.cited)));
    if testimony.differences.is_empty() {
        let compared = testimony.compared.join(", ");
        return vec![line(StageOutcome::Passed(format!("as documented: {compared} ({})", testimony.cited)))];
    }
    testimony.differences.iter().map(|difference| failed(&difference.words)).collect()
}
