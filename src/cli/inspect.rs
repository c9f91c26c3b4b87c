//! `tokenwright inspect`: what is written in a token, and what is known of it. The token itself is never printed.

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::app::{Failure, FailureKind, Inspect, Reach, SignatureState, TokenInspection, TokenSource};
use crate::cli::args::{InspectOptions, TokenArgument};
use crate::cli::profiles::local;
use crate::cli::runner::Runner;
use crate::cli::{print, prompt};
use crate::diagnosis::Diagnosis;
use crate::oauth::{Finding, IdTokenCheck, TokenForm, TokenRow, TokenUse, Weight, relative};
use crate::secret::Secret;
use crate::service::ProfileName;

/// What a terminal passes on of a line at most, in bytes (`termios(3)`, canonical mode).
const LONGEST_LINE: usize = 4095;

pub(crate) fn run(runner: &Runner, options: &InspectOptions) -> Result<(), Failure> {
    let asked = Inspect {
        token: source(options)?,
        profile: options.name.as_deref().map(ProfileName::parse).transpose()?,
        which: options.token.map(|token| match token {
            TokenArgument::Access => TokenUse::Access,
            TokenArgument::Id => TokenUse::Id,
            TokenArgument::Refresh => TokenUse::Refresh,
        }),
        resource: options.resource.clone(),
        reach: match (options.offline, options.ask) {
            (true, _) => Reach::Nobody,
            (false, false) => Reach::Profile,
            (false, true) => Reach::Anybody,
        },
    };
    let found = runner.run(runner.app.inspect(asked, &runner.report()))?;
    let now = Timestamp::now();
    if options.json {
        print::json(&as_json(&found));
    } else {
        tell(&found, now);
    }
    Ok(())
}

fn source(options: &InspectOptions) -> Result<TokenSource, Failure> {
    Ok(match &options.file {
        None if options.name.is_some() => TokenSource::Saved,
        Some(path) if path.as_os_str() != "-" => TokenSource::File(path.clone()),
        _ if prompt::is_terminal() => TokenSource::Text(typed()?),
        _ => TokenSource::Input,
    })
}

fn typed() -> Result<Secret, Failure> {
    let text = prompt::secret("Paste the token (it is not shown):")?;
    if text.expose().len() >= LONGEST_LINE {
        let diagnosis = Diagnosis::new("the terminal may have cut the token: it passes on 4,095 characters of a line");
        return Err(Failure::new(FailureKind::Usage, diagnosis.hint("save it to a file: `--file FILE`")));
    }
    Ok(text)
}

fn tell(found: &TokenInspection, now: Timestamp) {
    print::result(&title(found));
    for Finding { weight, diagnosis, .. } in &found.findings {
        print::result(&format!("{}: {}", weight.word(), diagnosis.summary));
        if let Some(hint) = diagnosis.hint.as_ref().filter(|_| *weight != Weight::Fact) {
            print::result(&format!("  {hint}"));
        }
    }
    if found.signature.state != SignatureState::Absent {
        print::result(&format!("signature {}: {}", words(found.signature.state), found.signature.words.summary));
        if let Some(hint) = &found.signature.words.hint {
            let how = if found.signature.state == SignatureState::Stranger { ": `--ask`" } else { "" };
            print::result(&format!("  {hint}{how}"));
        }
    }
    section("Checks", &checks(&found.checks));
    section("Header", &rows(&found.inspected.header, now));
    section("Claims", &rows(&found.inspected.claims, now));
    let scope = |(name, meaning): &(String, Option<String>)| vec![name.clone(), meaning.clone().unwrap_or_default()];
    section("Scopes", &found.scopes.iter().map(scope).collect::<Vec<_>>());
    match &found.introspected {
        Some(Ok(claims)) => {
            section("The service says", &rows(&claims.token_rows(), now));
        }
        Some(Err(diagnosis)) => print::warning(diagnosis),
        None => {}
    }
    if !found.others.is_empty() {
        let others: Vec<&str> = found.others.iter().map(|one| one.words()).collect();
        print::note(&format!("There is more to inspect with `--token`: {}.", others.join(", ")));
    }
}

fn title(found: &TokenInspection) -> String {
    let named = found.named.or_else(|| found.inspected.says_it_is());
    let what = named.map_or("token", TokenUse::words);
    format!("{what}: {}, {} characters", found.inspected.form.words(), found.inspected.length)
}

fn words(state: SignatureState) -> &'static str {
    match state {
        SignatureState::Valid => "valid",
        SignatureState::Invalid => "INVALID",
        SignatureState::Unchecked | SignatureState::Stranger | SignatureState::Absent => "not checked",
    }
}

fn rows(rows: &[TokenRow], now: Timestamp) -> Vec<Vec<String>> {
    let row = |row: &TokenRow| {
        let value = match row.at {
            Some(at) => format!("{}, {}", local(at), relative(at, now)),
            None => row.value.clone(),
        };
        vec![row.name.clone(), value, row.meaning.unwrap_or_default().to_owned()]
    };
    rows.iter().map(row).collect()
}

fn section(title: &str, rows: &[Vec<String>]) {
    if !rows.is_empty() {
        print::result("");
        print::result(title);
        print::table(rows);
    }
}

fn checks(checks: &[IdTokenCheck]) -> Vec<Vec<String>> {
    checks.iter().map(print::id_token_check).collect()
}

fn as_json(found: &TokenInspection) -> Json {
    let finding = |finding: &Finding| {
        json!({
            "code": finding.code.word(),
            "level": finding.weight.word(),
            "summary": finding.diagnosis.summary,
            "hint": finding.diagnosis.hint,
        })
    };
    let times = |rows: &[TokenRow]| -> serde_json::Map<String, Json> {
        rows.iter().filter_map(|row| Some((row.name.clone(), row.at?.to_string().into()))).collect()
    };
    let inspected = &found.inspected;
    json!({
        "token": found.named.or_else(|| inspected.says_it_is()).map(TokenUse::member),
        "form": match inspected.form {
            TokenForm::Signed => "jwt",
            TokenForm::Encrypted => "encrypted-jwt",
            TokenForm::Broken => "broken-jwt",
            TokenForm::Opaque => "opaque",
        },
        "length": inspected.length,
        "profile": found.profile.as_ref().map(ProfileName::as_str),
        "findings": found.findings.iter().map(finding).collect::<Vec<_>>(),
        "signature": {
            "state": found.signature.state.word(),
            "summary": found.signature.words.summary,
            "hint": found.signature.words.hint,
        },
        "checks": found.checks.iter().map(print::id_token_check_json).collect::<Vec<_>>(),
        "header": inspected.header_json,
        "claims": inspected.claims_json,
        "times": times(&inspected.claims),
        "scopes": found.scopes.iter()
            .map(|(name, meaning)| json!({ "name": name, "meaning": meaning })).collect::<Vec<_>>(),
        "introspection": found.introspected.as_ref().map(|said| match said {
            Ok(claims) => claims.0.clone(),
            Err(diagnosis) => json!({ "error": diagnosis.summary }),
        }),
        "others": found.others.iter().map(|one| one.member()).collect::<Vec<_>>(),
    })
}
