//! What a face proposes and offers of exports.

use std::path::PathBuf;

use crate::app::{Failure, FailureCode, Insisted};

/// The person's home, where exported files are proposed; the current folder where there is none.
pub fn home_folder() -> PathBuf {
    std::env::home_dir().unwrap_or_default()
}

impl Insisted {
    /// What has a file written that was refused, besides what was insisted on already; `None` where nothing has.
    pub fn after(self, failure: &Failure) -> Option<Self> {
        match failure.code {
            FailureCode::InWorkTree => Some(Self { in_work_tree: true, ..self }),
            FailureCode::FileForeign | FailureCode::FileChanged => Some(Self { replace: true, ..self }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::DeliveryError;

    #[test]
    fn a_refused_file_can_be_insisted_on_and_both_reasons_add_up() {
        let path = PathBuf::from("a.env");
        let foreign = Failure::from(DeliveryError::Foreign { path: path.clone() });
        let changed = Failure::from(DeliveryError::Changed { path: path.clone() });
        let tree = Failure::from(DeliveryError::InWorkTree { path: path.clone(), tree: PathBuf::new() });
        let replace = Insisted { replace: true, in_work_tree: false };
        assert_eq!(Insisted::default().after(&foreign), Some(replace));
        assert_eq!(Insisted::default().after(&changed), Some(replace));
        assert_eq!(replace.after(&tree), Some(Insisted { replace: true, in_work_tree: true }));
        assert_eq!(Insisted::default().after(&DeliveryError::Folder { path }.into()), None);
    }
}
