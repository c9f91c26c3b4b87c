//! Gets a bundle from a file or an `https` address (`http` only on this machine), within its size.

use std::path::{self, Path, PathBuf};

use url::Url;

use crate::app::blocking::blocking;
use crate::app::handle::App;
use crate::app::progress::{Progress, Report};
use crate::app::sign_in::send::send;
use crate::app::{Failure, FailureKind};
use crate::call::{CallTemplate, Method, Parameter, Template, Values, is_loopback};
use crate::diagnosis::{Diagnosis, printable};
use crate::durable::{self, FileError};
use crate::service::{BundleError, LARGEST_BUNDLE};

/// The most redirects that are followed, all on the same host.
const MOST_REDIRECTS: usize = 3;

/// The address as it is pinned: the path of a file from the root, so that it is the same file from every folder.
pub(super) fn absolute(address: String) -> String {
    if address.contains("://") {
        return address;
    }
    path::absolute(&address).map_or(address, |path| path.display().to_string())
}

/// The text of the bundle.
pub(super) async fn fetch(app: &App, address: &str, report: &Report) -> Result<String, Failure> {
    if address.contains("://") {
        return download(app, parse(address)?, report).await;
    }
    let path = PathBuf::from(address);
    blocking(move || read(&path)).await?
}

fn read(path: &Path) -> Result<String, Failure> {
    let unreadable = |error| {
        let error = FileError::at("read", path)(error);
        Failure::new(FailureKind::Usage, Diagnosis::new(error.to_string()).hint(error.advice()))
    };
    if std::fs::metadata(path).is_ok_and(|found| found.is_file() && found.len() > LARGEST_BUNDLE as u64) {
        return Err(BundleError::TooLarge.into());
    }
    let bytes = durable::read(path, LARGEST_BUNDLE as u64).map_err(unreadable)?;
    let bytes = bytes.ok_or_else(|| unreadable(std::io::ErrorKind::NotFound.into()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn parse(address: &str) -> Result<Url, Failure> {
    let url = Url::parse(address).ok().filter(Url::has_host);
    // It is shown and kept as it is.
    if url.as_ref().is_some_and(|url| !url.username().is_empty() || url.password().is_some()) {
        let diagnosis = Diagnosis::new("the address of a bundle has a user or a password in it");
        return Err(Failure::new(FailureKind::Usage, diagnosis.hint("use an address that holds no secret")));
    }
    url.filter(|url| url.scheme() == "https" || url.scheme() == "http" && is_loopback(url)).ok_or_else(|| {
        let summary = format!("`{}` is not the `https` address of a bundle", printable(address));
        let hint = "use an address that begins with `https://` (`http` only on this machine), or the path of a file";
        Failure::new(FailureKind::Usage, Diagnosis::new(summary).hint(hint))
    })
}

async fn download(app: &App, mut url: Url, report: &Report) -> Result<String, Failure> {
    for _ in 0..=MOST_REDIRECTS {
        report.tell(Progress::Fetching(url.to_string()));
        let template = CallTemplate {
            method: Method::Get,
            url: Template::new(url.as_str()),
            headers: vec![Parameter::new("accept", "application/jose, */*")],
            ..CallTemplate::default()
        };
        let reply = send(app, report, &template.render(&Values::new())?).await?;
        if reply.is_success() {
            return Ok(reply.body.expose().to_owned());
        }
        let next = reply.header("location").filter(|_| (300..400).contains(&reply.status));
        let Some(next) = next else {
            let summary = format!("`{url}` answered {}, not with a bundle", reply.status);
            let diagnosis = Diagnosis::new(summary).hint("compare the address with the one that its publisher told");
            return Err(Failure::new(FailureKind::Network, diagnosis));
        };
        let next = url.join(next).map_or_else(|_| parse(next), Ok)?;
        if next.origin() != url.origin() {
            let summary = format!("`{url}` redirects to another host: `{}`", next.origin().ascii_serialization());
            let hint = "if its publisher names that host, update from its address";
            return Err(Failure::new(FailureKind::Refused, Diagnosis::new(summary).hint(hint)));
        }
        url = next;
    }
    let summary = format!("`{url}` redirects more than {MOST_REDIRECTS} times");
    Err(Failure::new(FailureKind::Refused, Diagnosis::new(summary).hint("ask its publisher for the address")))
}
