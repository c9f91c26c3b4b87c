//! The service that the options of `sign-in` describe: from an issuer's metadata, from its endpoints, or from a preset with changes.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::{Failure, FailureKind, ImportOutcome, ImportSource};
use crate::call::Template;
use crate::cli::args::{AlgorithmArgument, DescribeOptions};
use crate::cli::print;
use crate::cli::runner::Runner;
use crate::diagnosis::{Diagnose as _, Diagnosis, printable};
use crate::dialect::{Described, Issuer, Note, Offered};
use crate::oauth::{AssertionAlgorithm, DetailTypes, GrantType, detail_types};
use crate::service::{
    Asks, Catalog, ClientMethod, NewPreset, NewPresetError, Profile, ProfileDraft, SecurityProfile, ServiceChanges,
    StageName,
};

/// The service of an issuer, by its metadata.
pub(super) fn of_issuer(
    runner: &Runner,
    issuer: &Issuer,
    options: &DescribeOptions,
) -> Result<(ProfileDraft, Offered), Failure> {
    let source = ImportSource::Issuer(issuer.clone());
    let ImportOutcome::Described(imported) = runner.run(runner.app.import(source, &runner.report()))? else {
        return Err(Failure::new(FailureKind::Refused, Diagnosis::new("the issuer's reply is no metadata")));
    };
    let described = imported.import.own().cloned();
    let described = described.ok_or_else(|| Failure::inside("metadata that describes nothing"))?;
    tell(issuer, &described);
    let Offered {
        grants,
        client_methods,
        pushed_url,
        pushed_mtls_url,
        proof_algorithms,
        request_algorithms,
        detail_types: known_types,
        detail_types_url,
        response_modes,
        ..
    } = &described.offered;
    not_offered("grant type", options.grant.map(GrantType::as_str), grants);
    not_offered("client authentication", options.client_auth.map(ClientMethod::as_str), client_methods);
    let proof = options.dpop.and_then(|AlgorithmArgument(algorithm)| algorithm);
    not_offered("algorithm of proofs (DPoP)", proof.map(AssertionAlgorithm::as_str), proof_algorithms);
    let signed = options.signed_request.and_then(|AlgorithmArgument(algorithm)| algorithm);
    not_offered("algorithm of signed requests", signed.map(AssertionAlgorithm::as_str), request_algorithms);
    let details = [&options.authorization_details, &options.token_details].into_iter().flatten();
    for kind in details.flat_map(|details| detail_types(details).unwrap_or_default()) {
        not_offered("type of authorization details", Some(&kind), known_types);
    }
    check_details(runner, options, detail_types_url);
    not_offered("response mode", options.response_mode.as_deref(), response_modes);
    for lack in &described.service.lacks {
        print::warning(&Diagnosis::new(format!("not supported: {lack}")));
    }
    let mut draft = ProfileDraft::new(described.service);
    // FAPI 2.0 requires it; where the server has no endpoint, that is told as a departure.
    let is_required = options.security_profile.is_some_and(SecurityProfile::is_fapi) && !pushed_url.is_empty();
    if options.par || is_required && options.par_url.is_none() {
        if pushed_url.is_empty() {
            let diagnosis = Diagnosis::new("the server's metadata names no endpoint for pushed authorization requests");
            return Err(Failure::new(FailureKind::Usage, diagnosis.hint("leave `--par` out, or give `--par-url URL`")));
        }
        let urls = vec![(StageName::Pushed, pushed_url.clone())];
        let changes = ServiceChanges { urls, ..ServiceChanges::default() };
        changes.apply(&mut draft).map_err(|error| Failure::new(FailureKind::Usage, error.diagnose()))?;
        if let Some(call) = &mut draft.service.pushed_authorization {
            call.mtls_url = Template::new(pushed_mtls_url.clone());
        }
    }
    Ok((draft, described.offered))
}

/// Warns of authorization details that do not match the schema of their type, where the server has one. They are sent all the
/// same: the server decides.
fn check_details(runner: &Runner, options: &DescribeOptions, address: &str) {
    if address.is_empty() || !names_details(options) {
        return;
    }
    match runner.run(runner.app.detail_types(address, &runner.report())) {
        Ok(types) => tell_faults(&types, options),
        Err(failure) => print::warning(&failure.diagnosis),
    }
}

/// The same for a service that names its issuer, a preset or that of a saved profile. An issuer that says nothing of it now holds up no
/// sign-in.
pub(super) fn check_details_of(runner: &Runner, profile: &Profile, options: &DescribeOptions) {
    let is_checked = options.issuer.is_some() || options.protected_resource.is_some();
    if is_checked || !names_details(options) {
        return;
    }
    if let Ok(Some(types)) = runner.run(runner.app.detail_types_for(profile, &runner.report())) {
        tell_faults(&types, options);
    }
}

fn names_details(options: &DescribeOptions) -> bool {
    details_of(options).next().is_some()
}

/// The details that are asked for, each with its option.
fn details_of(options: &DescribeOptions) -> impl Iterator<Item = (&'static str, &String)> {
    let asked =
        [("--authorization-details", &options.authorization_details), ("--token-details", &options.token_details)];
    let given = asked.into_iter().filter_map(|(option, details)| Some((option, details.as_ref()?)));
    given.filter(|(_, details)| !details.is_empty())
}

fn tell_faults(types: &DetailTypes, options: &DescribeOptions) {
    for (option, details) in details_of(options) {
        for fault in types.check(details) {
            let diagnosis = Diagnosis::new(format!("`{option}`: {}", printable(&fault.line())));
            print::warning(&diagnosis.hint("`tokenwright service detail-types ISSUER` shows what the server expects"));
        }
    }
}

/// A service of which only its endpoints are known.
pub(super) fn of_endpoints(runner: &Runner) -> Result<ProfileDraft, Failure> {
    Ok(ProfileDraft::new(runner.catalog()?.service(Catalog::CUSTOM)?))
}

/// Prints what became of the metadata, before anything is sent to the service.
fn tell(issuer: &Issuer, described: &Described) {
    print::note(&format!("Metadata of {}:", printable(issuer.as_str())));
    for Note { place, words, .. } in &described.understood {
        print::note(&format!("  {}: {words}", printable(place)));
    }
    let (unused, noticed): (Vec<&Note>, Vec<&Note>) = described.ignored.iter().partition(|note| note.is_unused);
    for Note { place, words, .. } in noticed {
        print::note(&format!("  {}: {words}", printable(place)));
    }
    if !unused.is_empty() {
        let names: Vec<_> = unused.iter().map(|note| printable(&note.place)).collect();
        print::note(&format!("  Not used: {}", names.join(", ")));
    }
}

/// Warns of a choice that the server does not announce. It is sent all the same: metadata may be incomplete.
fn not_offered(what: &str, chosen: Option<&str>, offered: &[String]) {
    let Some(chosen) = chosen.filter(|chosen| !offered.is_empty() && !offered.iter().any(|known| known == chosen))
    else {
        return;
    };
    let names: Vec<_> = offered.iter().map(|name| format!("`{}`", printable(name))).collect();
    let diagnosis = Diagnosis::new(format!("the server does not announce the {what} `{chosen}`"));
    print::warning(&diagnosis.hint(format!("it announces {}", names.join(", "))));
}

/// Makes the changes of the options.
pub(super) fn change(draft: &mut ProfileDraft, options: &DescribeOptions) -> Result<(), Failure> {
    let usage = |diagnosis: Diagnosis| Failure::new(FailureKind::Usage, diagnosis);
    options.changes().apply(draft).map_err(|error| usage(error.diagnose()))?;
    // RFC 6749 section 4.4: only confidential clients.
    let is_robot = options.grant == Some(GrantType::ClientCredentials) && options.client_auth.is_none();
    if is_robot && draft.asks == Asks::OptionalSecret {
        draft.asks = Asks::Secret;
    }
    Ok(())
}

/// Saves the service as a preset, so that the profile is one of it.
pub(super) fn save(runner: &Runner, draft: &mut ProfileDraft, id: &str, replace: bool) -> Result<(), Failure> {
    let usage = |error: NewPresetError| Failure::new(FailureKind::Usage, error.diagnose());
    let name = if draft.service.id == Catalog::CUSTOM { id.to_owned() } else { draft.service.name.clone() };
    let preset = NewPreset { id: id.to_owned(), name };
    let today = Timestamp::now().to_zoned(TimeZone::system()).strftime("%Y-%m-%d").to_string();
    let service = preset.parse(draft, &today).map_err(usage)?;
    let known = runner.catalog()?.service(&service.id).ok();
    if known.as_ref() != Some(&service) {
        let path = runner.run(runner.app.save_preset(service.clone(), replace))?;
        print::note(&format!("Saved as the preset `{}`, in {}", service.id, path.display()));
    }
    draft.service = service;
    Ok(())
}
