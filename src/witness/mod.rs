//! The witness of a preset: the requests of its service as the vendor documents them, written without the preset, and the
//! comparison with it. A rehearsal alone believes the preset that it tests.
//!
//! The records are the files of `tests/witness/`, which come with the program.

mod address;
mod compare;
mod difference;
mod record;
mod reply;
mod sent;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::call::CallTemplate;
use crate::service::{Catalog, Service, Start};
use crate::witness::address::{host, is_host, is_telling};
use crate::witness::record::{Record, Request};

pub use crate::witness::address::fits;
pub use crate::witness::difference::Difference;

/// The ids of the records, one a line, and their texts in the same order; `build.rs` lists them.
const BUNDLED: (&str, &[&str]) = {
    let (ids, texts) = &include!(concat!(env!("OUT_DIR"), "/witness.rs"));
    (ids, texts)
};

static RECORDS: LazyLock<Vec<Record>> = LazyLock::new(|| {
    let (ids, texts) = BUNDLED;
    let read = |(id, text): (&str, &&str)| {
        let record: Record = toml::from_str(text).expect("the records are proven by tests");
        Record { id: id.to_owned(), ..record }
    };
    ids.lines().zip(texts.iter()).map(read).collect()
});

/// The IDs of the bundled presets that have a record, by their names.
static NAMED: LazyLock<BTreeMap<String, &'static str>> = LazyLock::new(|| {
    let catalog = Catalog::bundled();
    let ids = RECORDS.iter().flat_map(|record| std::iter::once(&record.id).chain(&record.presets));
    ids.filter_map(|id| Some((catalog.service(id).ok()?.name, id.as_str()))).collect()
});

/// What a witness says of one fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessedFact {
    /// The dotted key in the preset.
    pub fact: &'static str,
    /// Whether the preset says the same.
    pub agrees: bool,
    /// When it was read (`YYYY-MM-DD`).
    pub date: String,
    /// The page where it stands.
    pub source: String,
}

/// What a witness says of a preset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Testimony {
    /// Date and page: `witness of 2026-08-12, https://example.com/docs`.
    pub cited: String,
    /// The stages that were compared, in words.
    pub compared: Vec<&'static str>,
    /// Where the preset departs from the vendor's documentation.
    pub differences: Vec<Difference>,
}

/// Compares a preset with what its vendor documents. `lineage` are the IDs of the presets that it extends, nearest first. `None` if
/// there is no record of the vendor, or if it keeps none of the vendor's hosts.
pub fn testimony(service: &Service, lineage: &[String]) -> Option<Testimony> {
    if let Some(record) = named(&service.id) {
        return record.keeps_host(service).then(|| record.testimony(service, true));
    }
    if let Some(record) = namesake(service) {
        return Some(record.testimony(service, true));
    }
    if let Some(record) = inherited(service, lineage) {
        return Some(record.testimony(service, false));
    }
    // Several services may share a host: the record that the preset is most like is meant, first of all by its URLs.
    let by_host = RECORDS.iter().filter(|record| record.names_host(service) && record.is_of_kind(service));
    by_host.map(|record| record.testimony(service, false)).min_by_key(|testimony| {
        let elsewhere = testimony.differences.iter().filter(|difference| difference.is_of_url());
        (elsewhere.count(), testimony.differences.len())
    })
}

/// What the record of a preset, or of one that it extends, says of single facts. Nothing where there is none: a record of another
/// service at the same host is no witness of a fact.
pub fn witnessed(service: &Service, lineage: &[String]) -> Vec<WitnessedFact> {
    let record = match named(&service.id) {
        Some(record) => record.keeps_host(service).then_some(record),
        None => inherited(service, lineage),
    };
    record.map(|record| record.facts(service)).unwrap_or_default()
}

/// The record for the preset of this ID.
fn named(id: &str) -> Option<&'static Record> {
    RECORDS.iter().find(|record| record.id == id || record.presets.iter().any(|known| known == id))
}

/// The record for the bundled preset of the same name, of which this one is a copy under an ID of its own.
fn namesake(service: &Service) -> Option<&'static Record> {
    let record = NAMED.get(&service.name).and_then(|id| named(id))?;
    let is_of_kind = match &record.grant_type {
        None if record.authorization.is_none() => service.authorization.is_none(),
        _ => record.is_of_kind(service),
    };
    (is_of_kind && record.keeps_host(service)).then_some(record)
}

/// The record of a preset that this one extends, if it is about the same.
fn inherited(service: &Service, lineage: &[String]) -> Option<&'static Record> {
    let record = lineage.iter().find_map(|id| named(id)).filter(|record| record.is_of_kind(service));
    record.filter(|record| record.keeps_host(service))
}

impl Record {
    /// The facts that both the record and the preset name.
    fn facts(&self, service: &Service) -> Vec<WitnessedFact> {
        let authorization = service.authorization.as_ref().map(|authorization| &authorization.call);
        let urls = [
            ("authorization.url", &self.authorization, authorization),
            ("token_request.url", &self.token_request, Some(&service.token_request)),
            ("refresh_request.url", &self.refresh_request, service.refresh_request.as_ref()),
            ("revocation.url", &self.revocation, service.revocation.as_ref()),
            ("introspection.url", &self.introspection, service.introspection.as_ref()),
            ("device_authorization.url", &self.device_authorization, service.device_authorization.as_ref()),
        ];
        let agrees = |(fact, documented, call): (&'static str, &Option<Request>, Option<&CallTemplate>)| {
            let documented = &documented.as_ref()?.url;
            (!documented.is_empty()).then_some((fact, compare::goes_to(service, call?, documented)))
        };
        let rotates = self.policy.rotates.map(|rotates| ("policy.rotates", rotates == service.policy.rotates));
        let separator = &self.scopes.separator;
        let separator = (!separator.is_empty()).then(|| ("scopes.separator", separator.has(&service.scopes.separator)));
        let facts = urls.into_iter().filter_map(agrees).chain(rotates).chain(separator);
        let source = self.source.first().cloned().unwrap_or_default();
        facts
            .map(|(fact, agrees)| WitnessedFact { fact, agrees, date: self.date.clone(), source: source.clone() })
            .collect()
    }

    fn testimony(&self, service: &Service, is_own: bool) -> Testimony {
        let (compared, differences) = compare::compare(self, service, is_own);
        let page = self.source.first().map_or("", String::as_str);
        let cited = format!("witness of {}, {page}", self.date);
        Testimony { cited, compared, differences }
    }

    /// Whether it is about a sign-in of this kind.
    fn is_of_kind(&self, service: &Service) -> bool {
        let has_code = service.authorization.is_some() && service.start != Start::Consent;
        if self.authorization.is_some() || has_code {
            return self.authorization.is_some() && has_code;
        }
        self.grant_type.as_deref() == Some(&service.grant_type)
    }

    /// The hosts of the vendor's URLs, with `*` for what is open.
    fn url_hosts(&self) -> Vec<String> {
        let requests = [&self.authorization, &self.token_request, &self.device_authorization].into_iter().flatten();
        requests.flat_map(|request| &request.url.0).filter_map(|url| host(url)).collect()
    }

    /// Whether the preset goes to a host of the vendor's.
    fn keeps_host(&self, service: &Service) -> bool {
        let hosts = if self.hosts.is_empty() { self.url_hosts() } else { self.hosts.clone() };
        hosts_of(service).iter().any(|own| own.contains('*') || hosts.iter().any(|host| is_host(own, host)))
    }

    /// The same, where the host alone tells that it is the vendor's.
    fn names_host(&self, service: &Service) -> bool {
        let mut hosts = self.url_hosts();
        hosts.retain(|host| is_telling(host));
        hosts.extend(self.hosts.iter().cloned());
        hosts_of(service).iter().any(|own| hosts.iter().any(|host| is_host(own, host)))
    }
}

/// The hosts where a preset gets its tokens, by the values that its inputs start with.
fn hosts_of(service: &Service) -> Vec<String> {
    let authorization = service.authorization.iter().map(|authorization| &authorization.call);
    let calls = authorization.chain(service.token_call());
    calls.filter_map(|call| host(&sent::filled(service, &call.url.in_braces()))).collect()
}
