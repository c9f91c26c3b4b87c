//! Compares a preset with its service as it is now: with the metadata that the service publishes, and with what a failed sign-in
//! met. The preset is not changed.

mod compare;
mod met;
mod open_values;
mod point;
mod report;
mod ways;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

use jiff::tz::TimeZone;
use url::Url;

use crate::app::case;
use crate::app::handle::App;
use crate::app::progress::Report;
use crate::app::services::doctor::open_values::OpenValues;
use crate::app::services::metadata::{Metadata, fetch_metadata};
use crate::app::{Case, Failure, FailureCode, FailureKind};
use crate::diagnosis::Diagnosis;
use crate::dialect::Issuer;
use crate::service::Service;

pub use crate::app::services::doctor::point::{Point, Verdict};

/// What to compare.
#[derive(Debug, Default)]
pub struct ExaminationOrder {
    /// The ID of the preset.
    pub id: String,
    /// Whose metadata is read; by default the issuer that the preset names, else the origins of its URLs.
    pub issuer: Option<Issuer>,
    /// Values of the preset's inputs.
    pub inputs: Vec<(String, String)>,
    /// A failed sign-in with this service.
    pub case: Option<Case>,
}

/// What came of the comparison. Contains no secret, no client and no value of an input.
#[derive(Clone, Debug, PartialEq)]
pub struct Examination {
    /// The ID of the preset.
    pub id: String,
    /// The day of the comparison in UTC (`YYYY-MM-DD`).
    pub date: String,
    /// What the preset was compared with: the URLs of the metadata, the case.
    pub sources: Vec<String>,
    pub points: Vec<Point>,
    /// What was noticed in the metadata: contradictions, a document that could not be read.
    pub notes: Vec<String>,
}

impl Examination {
    /// The points in which the preset departs from its service.
    pub fn differences(&self) -> impl Iterator<Item = &Point> {
        self.points.iter().filter(|point| point.verdict == Verdict::Differs)
    }
}

impl App {
    /// Compares a preset with its service.
    pub async fn examine_service(&self, order: ExaminationOrder, report: &Report) -> Result<Examination, Failure> {
        let (catalog, _) = self.catalog().await?;
        let service = catalog.service(&order.id)?;
        let profile = order.case.as_ref().map(|case| met::profile(&service, case)).transpose()?;
        let mut values = OpenValues::new(&service, profile.as_ref(), &order.inputs)?;
        let date = (self.ports.now)().to_zoned(TimeZone::UTC).date().to_string();
        let mut examination =
            Examination { id: order.id, date, sources: Vec::new(), points: Vec::new(), notes: Vec::new() };
        match metadata(self, report, &service, order.issuer, &values).await {
            Ok(metadata) => {
                let document = serde_json::from_str(&metadata.text).map_err(|_| not_read(&metadata.sources))?;
                examination.points = compare::points(&service, &mut values, &document);
                examination.sources = metadata.sources;
                let notes = metadata.notes.iter().map(|note| format!("{}: {}", note.place, note.words));
                examination.notes = notes.collect();
            }
            // The case is compared alone.
            Err(failure) if failure.code == FailureCode::NoMetadata && order.case.is_some() => {
                examination.notes.push(failure.diagnosis.summary);
            }
            Err(failure) => return Err(failure),
        }
        if let Some(case) = &order.case {
            examination.points.extend(met::points(&service, &values, case));
            examination.sources.push(format!("a case of {}, written by {}", case.made, case.program));
        }
        examination.hide(&values);
        Ok(examination)
    }

    /// Writes the report of a comparison to a file.
    pub async fn write_report(&self, examination: &Examination, path: PathBuf) -> Result<(), Failure> {
        case::write(path, examination.report()).await
    }
}

impl Examination {
    /// Puts the names of the inputs in place of their values.
    fn hide(&mut self, values: &OpenValues) {
        let texts = self.points.iter_mut().map(|point| &mut point.service);
        for text in texts.chain(&mut self.sources).chain(&mut self.notes) {
            *text = values.hidden(text);
        }
        for (_, value) in self.points.iter_mut().flat_map(|point| &mut point.change) {
            if let toml::Value::String(text) = value {
                *text = values.hidden(text);
            }
        }
    }
}

/// The metadata of the first issuer that publishes any.
async fn metadata(
    app: &App,
    report: &Report,
    service: &Service,
    named: Option<Issuer>,
    values: &OpenValues,
) -> Result<Metadata, Failure> {
    let named = named.or_else(|| Issuer::parse(&values.filled(service.redirect.issuer.as_deref()?)));
    let is_named = named.is_some();
    let issuers = named.map_or_else(|| origins(service, values), |issuer| vec![issuer]);
    if issuers.is_empty() {
        return Err(no_address(service));
    }
    let mut tried = Vec::new();
    for issuer in issuers {
        match fetch_metadata(app, report, &issuer, |_| false).await {
            Err(failure) if failure.code == FailureCode::NoMetadata => tried.extend(issuer.descriptions()),
            // The metadata of another issuer at an address that was only guessed.
            Err(failure) if failure.kind == FailureKind::Refused && !is_named => tried.extend(issuer.descriptions()),
            outcome => return outcome,
        }
    }
    let summary = format!("`{}` publishes no metadata at {}", service.id, tried.join(", "));
    let hint =
        "what can be compared: a case of a failed sign-in, with `--case FILE`; or name the issuer with `--issuer URL`";
    Err(Failure::new(FailureKind::Usage, Diagnosis::new(summary).hint(hint)).coded(FailureCode::NoMetadata))
}

/// The origins of the authorization URL and of the token URL, as far as their hosts are known.
fn origins(service: &Service, values: &OpenValues) -> Vec<Issuer> {
    let authorization = service.authorization.iter().map(|authorization| &authorization.call);
    let mut origins: Vec<Issuer> = Vec::new();
    for call in authorization.chain(service.token_call()) {
        // No host has braces.
        let url = Url::parse(&values.filled(call.url.source())).ok();
        let issuer = url.and_then(|url| Issuer::parse(&url.origin().ascii_serialization()));
        origins.extend(issuer.filter(|issuer| !origins.contains(issuer)));
    }
    origins
}

fn not_read(sources: &[String]) -> Failure {
    let diagnosis = Diagnosis::new(format!("the metadata at {} is not JSON", sources.join(", ")));
    Failure::new(FailureKind::Refused, diagnosis.hint("name the issuer with `--issuer URL`"))
}

fn no_address(service: &Service) -> Failure {
    let names: Vec<String> = service.inputs.iter().map(|input| format!("`--set {}=…`", input.name)).collect();
    let summary = format!("the addresses of `{}` are not known", service.id);
    let hint = if names.is_empty() {
        "name the issuer with `--issuer URL`".to_owned()
    } else {
        format!("add {}, or name the issuer with `--issuer URL`", names.join(", "))
    };
    Failure::new(FailureKind::Usage, Diagnosis::new(summary).hint(hint)).coded(FailureCode::NoMetadata)
}
