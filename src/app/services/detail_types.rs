//! The types of authorization details that a server describes, with the schema of each.

use crate::app::handle::App;
use crate::app::progress::{Progress, Report};
use crate::app::sign_in::send::ask_address;
use crate::app::{CallContext, Failure, FailureKind, ImportOutcome, ImportSource};
use crate::call::{Method, Reply};
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::dialect::{Issuer, Offered};
use crate::oauth::{DetailTypes, ProfileSecrets};
use crate::service::Profile;

/// The most schemas at addresses of their own that are fetched.
const MOST_SCHEMAS: usize = 20;

impl App {
    /// The types of authorization details that an issuer describes (draft-ietf-oauth-rar-metadata-remediation-00 section 5), with
    /// their schemas, as far as these can be fetched. Refused if its metadata names no place for it.
    pub async fn detail_types_of(&self, issuer: Issuer, report: &Report) -> Result<DetailTypes, Failure> {
        let named = issuer.as_str().to_owned();
        let Offered { detail_types, detail_types_url, .. } = offered(self, issuer, report).await?;
        if detail_types_url.is_empty() {
            let diagnosis = Diagnosis::new(format!("`{named}` does not describe its types of authorization details"));
            let hint = match &detail_types[..] {
                [] => "its documentation says whether it has any".to_owned(),
                types => format!("it names `{}`; its documentation says what they are", types.join("`, `")),
            };
            return Err(Failure::new(FailureKind::Refused, diagnosis.hint(hint)));
        }
        self.detail_types(&detail_types_url, report).await
    }

    /// Those of the issuer that the service of a profile names; `None` if it names none, or the issuer describes none.
    pub async fn detail_types_for(&self, profile: &Profile, report: &Report) -> Result<Option<DetailTypes>, Failure> {
        let context = CallContext::new(profile.clone(), ProfileSecrets::default());
        let Some(issuer) = context.expected(None).issuer.and_then(|issuer| Issuer::parse(&issuer)) else {
            return Ok(None);
        };
        let Offered { detail_types_url, .. } = offered(self, issuer, report).await?;
        if detail_types_url.is_empty() {
            return Ok(None);
        }
        self.detail_types(&detail_types_url, report).await.map(Some)
    }

    /// The same, by the address that the metadata names.
    pub async fn detail_types(&self, address: &str, report: &Report) -> Result<DetailTypes, Failure> {
        let reply = fetched(self, address, report).await?;
        if !reply.is_success() {
            let diagnosis = Diagnosis::new(format!("{address} answered {}", reply.status));
            let hint = "the types of authorization details are not known; the service's documentation has them";
            return Err(Failure::new(FailureKind::Refused, diagnosis.hint(hint)));
        }
        let mut types = DetailTypes::read(reply.body.expose())
            .map_err(|error| Failure::new(FailureKind::Refused, error.diagnose()))?;
        for (name, address) in types.missing_schemas().into_iter().take(MOST_SCHEMAS) {
            let reply = fetched(self, &address, report).await.ok().filter(Reply::is_success);
            types.set_schema(&name, reply.as_ref().map(|reply| reply.body.expose()));
        }
        Ok(types)
    }
}

/// What the metadata of an issuer offers.
async fn offered(app: &App, issuer: Issuer, report: &Report) -> Result<Offered, Failure> {
    let imported = match app.import(ImportSource::Issuer(issuer), report).await? {
        ImportOutcome::Described(imported) => imported.import.own().map(|described| described.offered.clone()),
        _ => None,
    };
    Ok(imported.unwrap_or_default())
}

async fn fetched(app: &App, address: &str, report: &Report) -> Result<Reply, Failure> {
    report.tell(Progress::Fetching(address.to_owned()));
    ask_address(app, report, Method::Get, address).await
}
