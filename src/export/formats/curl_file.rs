//! A file of options for `curl --config`.

use crate::export::formats::header;
use crate::export::quote::curl_value;
use crate::export::{ExportError, ExportFormat, Subject, Text};

pub(super) const FORMAT: ExportFormat = ExportFormat {
    id: "curl-file",
    name: "curl options file",
    reader: "curl --config FILE",
    file_name: "{profile}.curlrc",
    snapshot: Some(snapshot),
    next: "curl --config {file} {url}",
    holds_url: true,
    ..ExportFormat::BLANK
};

fn snapshot(subject: &Subject) -> Result<Text, ExportError> {
    let mut text = format!("header = {}\n", curl_value(&header::line(subject)?));
    if let Some(url) = &subject.url {
        text.push_str(&format!("url = {}\n", curl_value(url)));
    }
    Text::whole(text)
}
