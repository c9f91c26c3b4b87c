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

use std::sync::LazyLock;

use crate::service::{Service, Start};
use crate::witness::address::{host, is_host, is_telling};
use crate::witness::record::Record;

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
    let named =
        |id: &str| RECORDS.iter().find(|record| record.id == id || record.presets.iter().any(|known| known == id));
    if let Some(record) = named(&service.id) {
        return record.keeps_host(service).then(|| record.testimony(service, true));
    }
    let inherited = lineage.iter().find_map(|id| named(id)).filter(|record| record.is_of_kind(service));
    if let Some(record) = inherited.filter(|record| record.keeps_host(service)) {
        return Some(record.testimony(service, false));
    }
    // Several services may share a host: the record that the preset is most like is meant, first of all by its URLs.
    let by_host = RECORDS.iter().filter(|record| record.names_host(service) && record.is_of_kind(service));
    by_host.map(|record| record.testimony(service, false)).min_by_key(|testimony| {
        let elsewhere = testimony.differences.iter().filter(|difference| difference.is_of_url());
        (elsewhere.count(), testimony.differences.len())
    })
}

impl Record {
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
