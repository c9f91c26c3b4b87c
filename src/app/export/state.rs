//! Proposals for exports: the file, and what to override.

use std::path::PathBuf;

use crate::app::{Failure, FailureCode, Insisted};

/// The home folder, where exported files are proposed; the current folder if there is none.
pub fn home_folder() -> PathBuf {
    std::env::home_dir().unwrap_or_default()
}

impl Insisted {
    /// The override that gets a refused file written, besides those given already; `None` if there is none.
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
