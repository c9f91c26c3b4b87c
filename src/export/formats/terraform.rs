//! Variables for Terraform and `OpenTofu`, in HCL.

use crate::export::quote::hcl_string;
use crate::export::{ExportError, ExportFormat, RefreshTokenUse, Subject, Text};

pub(super) const FORMAT: ExportFormat = ExportFormat {
    id: "terraform",
    name: "Terraform variables",
    reader: "terraform -var-file, tofu -var-file",
    file_name: "{profile}.tfvars",
    refresh_token: RefreshTokenUse::Optional,
    snapshot: Some(snapshot),
    next: "terraform apply -var-file={file}",
    ..ExportFormat::BLANK
};

/// An identifier there takes letters, digits, `_` and `-`, and begins with a letter.
fn snapshot(subject: &Subject) -> Result<Text, ExportError> {
    let mut text = String::new();
    for field in subject.fields() {
        let name: String =
            field.name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
        text.push_str(&format!("{name} = {}\n", hcl_string(field.value.expose())));
    }
    Text::whole(text)
}
