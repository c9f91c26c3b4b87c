//! The client certificate that the settings name for all servers: when it ends.

use crate::app::calendar::ProfileEnds;
use crate::app::calendar::ends::{End, EndKind};
use crate::app::handle::App;
use crate::config::Config;
use crate::diagnosis::Diagnosis;
use crate::durable;
use crate::oauth::Certificate;

/// More bytes than any file of certificates has that the settings may name.
const LIMIT: u64 = 1024 * 1024;

/// Its end; `None` if the settings name none.
pub(super) async fn ends(app: &App) -> Option<ProfileEnds> {
    let read = |config: &Config| {
        let file = config.load_connections()?.network.client_certificate;
        Ok(file.map(|file| (durable::read(&file, LIMIT), file)))
    };
    // Settings that cannot be read are told where they are used.
    let (bytes, file) = app.with_config(read).await.ok()??;
    let text = bytes.ok().flatten().and_then(|bytes| String::from_utf8(bytes).ok());
    let certificate = text.and_then(|text| Certificate::parse(&text).ok());
    let (ends, problem) = if let Some(certificate) = certificate {
        (vec![End::of_settings(EndKind::ClientCertificate, certificate.not_after())], None)
    } else {
        let summary = format!("the client certificate of the settings, `{}`, cannot be read", file.display());
        (Vec::new(), Some(Diagnosis::new(summary).hint("correct the path in the settings, or clear it")))
    };
    Some(ProfileEnds {
        name: None,
        shown_name: "Settings".to_owned(),
        service: "All services".to_owned(),
        ends,
        problem,
    })
}
