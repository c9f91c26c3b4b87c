//! Asks an API where its tokens come from (RFC 9728): without a token, it answers with a challenge that names its metadata.

use crate::app::handle::App;
use crate::app::progress::{Progress, Report};
use crate::app::sign_in::send::ask_address;
use crate::app::{Failure, FailureKind};
use crate::call::{Method, Reply};
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::oauth::{ProtectedResource, ProtectedResourceError, ResourceAddress, ResourceChallenge, plain_line};

/// Too many requests (RFC 6585 section 4).
const TOO_MANY_REQUESTS: u16 = 429;

/// What an API says of its tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundResource {
    /// Its metadata, and where it is; `None` if it publishes none.
    pub metadata: Option<(ProtectedResource, String)>,
    /// The scopes that its challenge asks for; empty if it asks for none.
    pub scopes: Vec<String>,
}

impl App {
    /// Asks an API without a token, and fetches its metadata: from where its challenge says, else from the well-known places.
    /// Refused if the metadata is about another API.
    pub async fn protected_resource(
        &self,
        address: &ResourceAddress,
        report: &Report,
    ) -> Result<FoundResource, Failure> {
        report.tell(Progress::Fetching(address.as_str().to_owned()));
        let challenge = challenge(self, report, address).await?;
        let metadata = match &challenge.metadata_url {
            Some(url) => Some(named(self, address, url, report).await?),
            None => well_known(self, address, report).await?,
        };
        Ok(FoundResource { metadata, scopes: challenge.scopes })
    }
}

/// What the API asks for. Some do so only where they would act: they are asked by an empty POST as well.
async fn challenge(app: &App, report: &Report, address: &ResourceAddress) -> Result<ResourceChallenge, Failure> {
    for method in [Method::Get, Method::Post] {
        let reply = ask_address(app, report, method, address.as_str()).await?;
        if let Some(challenge) = ResourceChallenge::of(&reply) {
            return Ok(challenge);
        }
    }
    Ok(ResourceChallenge::default())
}

/// The metadata at the address that the challenge names.
async fn named(
    app: &App,
    address: &ResourceAddress,
    url: &str,
    report: &Report,
) -> Result<(ProtectedResource, String), Failure> {
    // What is not on this machine has no business with what is.
    let Some(place) = ResourceAddress::parse(url).filter(|place| !place.is_here() || address.is_here()) else {
        let url = plain_line(url);
        let words =
            format!("the API says that its metadata is at `{url}`: an https URL of another machine is expected");
        return Err(Failure::new(FailureKind::Refused, Diagnosis::new(words).hint(NAME_THE_ISSUER)));
    };
    let reply = fetched(app, place.as_str(), report).await?;
    if !reply.is_success() {
        let words = format!("the API says that its metadata is at {}, which answered {}", place.as_str(), reply.status);
        return Err(Failure::new(FailureKind::Refused, Diagnosis::new(words).hint(NAME_THE_ISSUER)));
    }
    let metadata = ProtectedResource::read(reply.body.expose(), address).map_err(|error| refused(&error))?;
    Ok((metadata, place.as_str().to_owned()))
}

/// The metadata at the first of the well-known places that has some.
async fn well_known(
    app: &App,
    address: &ResourceAddress,
    report: &Report,
) -> Result<Option<(ProtectedResource, String)>, Failure> {
    for url in address.well_known_urls() {
        let reply = fetched(app, &url, report).await?;
        if reply.status == TOO_MANY_REQUESTS || reply.status >= 500 {
            let diagnosis = Diagnosis::new(format!("{url} answered {}", reply.status)).hint("try again later");
            return Err(Failure::new(FailureKind::Network, diagnosis));
        }
        match ProtectedResource::read(reply.body.expose(), address) {
            _ if !reply.is_success() => {}
            Ok(metadata) => return Ok(Some((metadata, url))),
            // Some answer every address with a page.
            Err(ProtectedResourceError::Shape) => {}
            Err(error) => return Err(refused(&error)),
        }
    }
    Ok(None)
}

const NAME_THE_ISSUER: &str = "name the issuer yourself, from the documentation of the API: `--issuer URL`";

fn refused(error: &ProtectedResourceError) -> Failure {
    Failure::new(FailureKind::Refused, error.diagnose())
}

async fn fetched(app: &App, url: &str, report: &Report) -> Result<Reply, Failure> {
    report.tell(Progress::Fetching(url.to_owned()));
    ask_address(app, report, Method::Get, url).await
}
