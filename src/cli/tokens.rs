//! Commands about the tokens of a profile: `token`, `refresh`, `whoami`, `userinfo`, `introspect`, `keep-alive`, `history`
//! and `restore`.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value as Json, json};

use crate::app::{
    Claims, Failure, FailureKind, HistoryLine, Left, Need, News, ProfileHistory, Wanted, presented_lines,
};
use crate::cli::args::{HistoryOptions, RefreshOptions, RestoreOptions, TokenOptions};
use crate::cli::print;
use crate::cli::profiles::local;
use crate::cli::runner::{Runner, lost, tell_news};
use crate::cli::sign_in::evidence::Evidence;
use crate::diagnosis::Diagnosis;
use crate::oauth::{TokenHeader, TokenSet};
use crate::secret::Secret;
use crate::service::ProfileName;

pub(crate) fn token(runner: &Runner, options: &TokenOptions) -> Result<(), Failure> {
    let need = options.min_valid.map_or(Need::Usable, Need::ValidFor);
    let wanted = Wanted { need, resource: options.resource.clone() };
    let name = ProfileName::parse(&options.name)?;
    let report = runner.report();
    let work = runner.app.token_to_present(&name, wanted, options.presented(), &report);
    let token = Evidence::of_renewal(runner, (&name, options.case.as_deref()), tell_news, work)?;
    print_notes(&token.notes);
    print_token(&token.tokens, (&token.header, token.carried.as_ref(), token.proof.as_ref()), options);
    Ok(())
}

pub fn print_notes(notes: &[Diagnosis]) {
    notes.iter().for_each(print::warning);
}

/// `carried` is what the header carries in place of the access token, where that is made of it.
pub fn print_token(
    tokens: &TokenSet,
    (header, carried, proof): (&TokenHeader, Option<&Secret>, Option<&Secret>),
    options: &TokenOptions,
) {
    let access_token = tokens.access_token.expose();
    if options.header {
        print::data(presented_lines(header, carried.unwrap_or(&tokens.access_token), proof).expose());
    } else if options.json {
        let mut text = json!({
            "access_token": access_token,
            // The scheme that clients put before the token, not the service's `token_type`.
            "token_type": header.token_type(),
            "expires_at": tokens.expires_at.map(|at| at.to_string()),
            "scope": tokens.scopes.as_ref().map(|scopes| scopes.join(" ")),
            "values": tokens.retained,
        });
        if !header.is_authorization() || header.scheme().is_none() {
            text["header"] = header.name().into();
        }
        if let Some(carried) = carried {
            text["header_line"] = header.line(carried.expose()).into();
        }
        print::json(&text);
    } else {
        print::data(access_token);
    }
}

/// Here a pending write is a failure: writing the tokens is what was asked for.
pub(crate) fn refresh(runner: &Runner, options: &RefreshOptions) -> Result<(), Failure> {
    let pending = Arc::new(Mutex::new(None));
    let hearing = Arc::clone(&pending);
    let hear = move |news| match news {
        News::WritePending(name, why) => {
            *hearing.lock().unwrap_or_else(PoisonError::into_inner) = Some(lost(&name, why));
        }
        news => tell_news(news),
    };
    let (name, report) = (ProfileName::parse(&options.name)?, runner.report());
    let need = if options.resend { Need::Resent } else { Need::New };
    let work = runner.app.token(&name, need, &report);
    let token = Evidence::of_renewal(runner, (&name, options.case.as_deref()), hear, work)?;
    print_notes(&token.notes);
    if let Some(lost) = pending.lock().unwrap_or_else(PoisonError::into_inner).take() {
        return Err(Failure::new(FailureKind::Vault, lost));
    }
    let until = match token.tokens.expires_at {
        Some(at) => format!("valid until {}", local(at)),
        None => "without a known expiry".to_owned(),
    };
    print::result(&format!("{}: refreshed, {until}", token.name));
    Ok(())
}

pub(crate) fn whoami(runner: &Runner, name: &str, as_json: bool) -> Result<(), Failure> {
    let identified = runner.run(runner.app.whoami(&ProfileName::parse(name)?, &runner.report()))?;
    if as_json {
        print::json(&identified.fields.into_iter().map(|(label, value)| (label, Json::from(value))).collect::<Json>());
    } else if identified.fields.is_empty() {
        print::note("The service accepts the token but does not name the account.");
    } else {
        print_rows(identified.fields);
    }
    Ok(())
}

pub(crate) fn userinfo(runner: &Runner, name: &str, as_json: bool) -> Result<(), Failure> {
    let claims = runner.run(runner.app.userinfo(&ProfileName::parse(name)?, &runner.report()))?;
    print_claims(&claims, as_json);
    Ok(())
}

pub(crate) fn introspect(runner: &Runner, name: &str, as_json: bool) -> Result<(), Failure> {
    let claims = runner.run(runner.app.introspect(&ProfileName::parse(name)?, &runner.report()))?;
    print_claims(&claims, as_json);
    Ok(())
}

fn print_claims(claims: &Claims, as_json: bool) {
    if as_json { print::json(&claims.0) } else { print_rows(claims.rows()) }
}

fn print_rows(rows: Vec<(String, String)>) {
    for (name, value) in rows {
        print::result(&format!("{name:18} {value}"));
    }
}

pub(crate) fn keep_alive(runner: &Runner, name: &str, on: bool) -> Result<(), Failure> {
    let name = ProfileName::parse(name)?;
    runner.run(runner.app.set_keep_alive(&name, on))?;
    let what = if on { "kept alive while the window or `tokenwright agent` runs" } else { "no longer kept alive" };
    print::result(&format!("{name}: {what}"));
    Ok(())
}

pub(crate) fn history(runner: &Runner, options: &HistoryOptions) -> Result<(), Failure> {
    let history = runner.run(runner.app.history(&ProfileName::parse(&options.name)?))?;
    if options.json {
        print::json(&history_json(&history));
        return Ok(());
    }
    if history.lines.is_empty() {
        print::note(&format!("{} has no tokens yet.", history.name));
    } else {
        let titles = ["GENERATION", "TIME", "HOW", "ACCESS", "REFRESH", "OUTCOME", "TOKENS", "BY"];
        let mut rows = vec![titles.map(str::to_owned).to_vec()];
        rows.extend(history.lines.iter().map(history_row));
        print::table(&rows);
    }
    if let Some(begun) = &history.begun {
        print::note(&format!("A refresh of the newest tokens was started and its reply was never saved: {begun}"));
        print::note(&format!("What can be done about it: tokenwright refresh {}", history.name));
    }
    Ok(())
}

fn history_row(line: &HistoryLine) -> Vec<String> {
    let digits = |digits: &Option<String>| digits.clone().unwrap_or_else(|| "-".to_owned());
    vec![
        line.number.to_string(),
        local(line.at),
        line.how.clone(),
        digits(&line.access_token),
        digits(&line.refresh_token),
        line.outcome.clone(),
        line.left.label().to_owned(),
        line.by.clone().unwrap_or_else(|| "not known".to_owned()),
    ]
}

fn history_json(history: &ProfileHistory) -> Json {
    let line = |line: &HistoryLine| {
        json!({
            "generation": line.number,
            "at": line.at.to_string(),
            "how": line.how,
            "access_token": line.access_token,
            "refresh_token": line.refresh_token,
            "outcome": line.outcome,
            "by": line.by,
            "tokens": match line.left {
                Left::Newest => "newest",
                Left::Restorable => "restorable",
                Left::Spent => "spent",
                Left::Nothing => "gone",
            },
        })
    };
    json!({
        "name": history.name.as_str(),
        "generations": history.lines.iter().map(line).collect::<Vec<_>>(),
        "begun": history.begun,
    })
}

pub(crate) fn restore(runner: &Runner, options: &RestoreOptions) -> Result<(), Failure> {
    let name = ProfileName::parse(&options.name)?;
    let (generation, anyway) = (options.generation, options.force);
    let restored = runner.run(runner.app.restore(&name, generation, anyway, &runner.report()))?;
    print::result(&format!("{}: generation {} is in use again, as {}", restored.name, restored.from, restored.number));
    Ok(())
}
