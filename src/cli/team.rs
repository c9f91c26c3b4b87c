//! `tokenwright team`, and `share --team`.

use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::app::{
    Failure, FailureKind, Member, MemberRemoved, Progress, Report, Request, Standing, TeamOrder, TeamStatus,
};
use crate::cli::args::{TeamEntry, TeamTask};
use crate::cli::profiles::local;
use crate::cli::prompt::is_yes;
use crate::cli::runner::Runner;
use crate::cli::vault::open_vault;
use crate::cli::{print, prompt};
use crate::diagnosis::Diagnosis;
use crate::service::ProfileName;

pub(crate) fn run(runner: &Runner, task: &TeamTask) -> Result<(), Failure> {
    if !matches!(task, TeamTask::Status { .. }) || runner.app.has_team() {
        open_vault(runner)?;
    }
    match task {
        TeamTask::Init { entry, name } => {
            let status = runner.run(runner.app.found_team(order(entry), name.clone()))?;
            print_status(&status);
            print::note(&format!("Others join with: tokenwright team join {}", entry.url));
            print::note("To give the team a profile: tokenwright share NAME --team");
        }
        TeamTask::Join { entry, fingerprint } => {
            let status = runner.run(runner.app.join_team(order(entry), fingerprint.clone()))?;
            print_status(&status);
            if let Standing::Asking { name } = &status.standing {
                print::note(&format!("Next, on a member's machine: tokenwright team admit {name}"));
            }
        }
        TeamTask::Admit { member, refuse: true, .. } => {
            print_status(&runner.run(runner.app.refuse_member(member.clone()))?);
        }
        TeamTask::Admit { member, fingerprint, .. } => admit(runner, member, fingerprint.clone())?,
        TeamTask::Remove { member } => remove(runner, member)?,
        TeamTask::Unshare { names } => unshare(runner, names)?,
        TeamTask::Status { json } => status(runner, *json)?,
        TeamTask::Leave => {
            runner.run(runner.app.leave_team())?;
            print::result(
                "This machine has forgotten the team. Its members still list it until one of them removes it.",
            );
        }
    }
    Ok(())
}

fn order(entry: &TeamEntry) -> TeamOrder {
    TeamOrder {
        url: entry.url.clone(),
        member: entry.member.clone(),
        password_file: entry.password_file.clone(),
        key_file: entry.key_file.clone(),
    }
}

fn status(runner: &Runner, as_json: bool) -> Result<(), Failure> {
    let status = runner.run(runner.app.team_status())?;
    if as_json {
        print::json(&status_json(&status));
    } else {
        print_status(&status);
    }
    Ok(())
}

/// Lets somebody in, after the fingerprints were compared.
fn admit(runner: &Runner, member: &str, fingerprint: Option<String>) -> Result<(), Failure> {
    let fingerprint = match fingerprint {
        Some(fingerprint) => fingerprint,
        None => compared(&runner.run(runner.app.team_status())?, member)?,
    };
    let status = runner.run(runner.app.admit_member(member.to_owned(), fingerprint))?;
    print_status(&status);
    if let Standing::Member { fingerprint, .. } = &status.standing {
        print::note(&format!(
            "{member} can compare the team's fingerprint with `tokenwright team status`: {fingerprint}"
        ));
    }
    Ok(())
}

/// The fingerprint of a request that a person has compared.
fn compared(status: &TeamStatus, member: &str) -> Result<String, Failure> {
    let usage = |words: String, hint: &str| Failure::new(FailureKind::Usage, Diagnosis::new(words).hint(hint));
    let requests = if let Standing::Member { requests, .. } = &status.standing { &requests[..] } else { &[] };
    let asked: Vec<&Request> = requests.iter().filter(|request| request.name == member).collect();
    if asked.is_empty() {
        return Err(usage(format!("nobody asks to join as `{member}`"), "`tokenwright team status` shows who asks"));
    }
    if !prompt::is_terminal() {
        let hint = "add `--fingerprint` with what their own machine shows";
        return Err(usage("the fingerprint of the request was not compared".to_owned(), hint));
    }
    for request in asked {
        let Request { name, host, at, .. } = request;
        print::note(&format!("{name} asks from {host} since {}: {}", local(*at), request.fingerprint()));
        if is_yes(&prompt::line("Does their own machine show this fingerprint? [y/N]")?) {
            return Ok(request.fingerprint());
        }
    }
    Err(usage("nobody was let in".to_owned(), "`--refuse` drops the request"))
}

fn remove(runner: &Runner, member: &str) -> Result<(), Failure> {
    let told = AtomicUsize::new(usize::MAX);
    let report = Report::new(move |progress| match progress {
        // Tenths, or every line of a log would be one of these.
        Progress::RemovingMember { done, of }
            if told.swap(done * 10 / of.max(1), Ordering::Relaxed) != done * 10 / of.max(1) =>
        {
            print::note(&format!("Sealing anew: {done} of {of}"));
        }
        _ => {}
    });
    let MemberRemoved { team, refreshed, untouched } =
        runner.run(runner.app.remove_member(member.to_owned(), &report))?;
    print_status(&team);
    let count = refreshed.len();
    print::note(&format!("{count} {} new tokens", if count == 1 { "profile has" } else { "profiles have" }));
    for one in untouched {
        let summary = format!("{}: no new tokens: {}", one.name, one.why.summary);
        let hint =
            format!("{member} knows the old ones: `tokenwright sign-in {}`, then revoke them at the service", one.name);
        print::warning(&Diagnosis::new(summary).hint(hint));
    }
    Ok(())
}

/// Gives profiles to the team.
pub(crate) fn share(runner: &Runner, names: &[String]) -> Result<(), Failure> {
    let names: Result<Vec<ProfileName>, _> = names.iter().map(|name| ProfileName::parse(name)).collect();
    open_vault(runner)?;
    for name in names? {
        runner.run(runner.app.share_with_team(&name))?;
        print::result(&format!("{name}: shared with the team"));
    }
    Ok(())
}

/// Takes profiles out of the team.
fn unshare(runner: &Runner, names: &[String]) -> Result<(), Failure> {
    let names: Result<Vec<ProfileName>, _> = names.iter().map(|name| ProfileName::parse(name)).collect();
    for name in names? {
        if !runner.run(runner.app.take_from_team(&name))? {
            print::result(&format!("{name}: not shared; it is this machine's own"));
            continue;
        }
        print::result(&format!("{name}: taken out of the team; it is this machine's own now"));
        print::note(&format!("To replace the tokens that other members have read: tokenwright refresh {name}"));
    }
    Ok(())
}

fn print_status(status: &TeamStatus) {
    let line = |label: &str, text: &str| print::result(&format!("{label:<9} {text}"));
    line("database", &status.place.display().to_string());
    match &status.standing {
        Standing::Stranger => line("you", "not a member"),
        Standing::Asking { name } => {
            line("you", &format!("{name}, waiting to be let in"));
            line("key", &status.fingerprint);
        }
        Standing::Member { team, fingerprint, name, members, requests, is_removal_unfinished } => {
            line("team", &format!("{team}, fingerprint {fingerprint}"));
            line("you", name);
            line("key", &status.fingerprint);
            print::result("");
            let mut rows = vec![["MEMBER", "KEY", "ADMITTED BY", "SINCE"].map(str::to_owned).to_vec()];
            rows.extend(members.iter().map(member));
            print::table(&rows);
            for request in requests {
                let Request { name, host, at, .. } = request;
                let key = request.fingerprint();
                print::note(&format!("{name} asks to be let in, from {host} since {}, with the key {key}", local(*at)));
            }
            if *is_removal_unfinished {
                let diagnosis = Diagnosis::new("the removal of a member is not finished");
                print::warning(&diagnosis.hint("repeat `tokenwright team remove` with the same name"));
            }
        }
    }
}

fn member(member: &Member) -> Vec<String> {
    vec![member.name.clone(), member.fingerprint(), member.admitted_by.clone(), local(member.at)]
}

fn status_json(status: &TeamStatus) -> Json {
    let time = |at: Timestamp| at.to_string();
    let mut all = json!({"database": status.place, "key": status.fingerprint});
    match &status.standing {
        Standing::Stranger => all["standing"] = "stranger".into(),
        Standing::Asking { name } => {
            all["standing"] = "asking".into();
            all["you"] = name.as_str().into();
        }
        Standing::Member { team, fingerprint, name, members, requests, is_removal_unfinished } => {
            all["standing"] = "member".into();
            all["you"] = name.as_str().into();
            all["team"] = team.as_str().into();
            all["fingerprint"] = fingerprint.as_str().into();
            let member = |one: &Member| {
                json!({"name": one.name, "key": one.fingerprint(), "recipient": one.recipient,
                    "admitted_by": one.admitted_by, "since": time(one.at)})
            };
            all["members"] = members.iter().map(member).collect();
            let request = |one: &Request| {
                json!({"name": one.name, "key": one.fingerprint(), "recipient": one.recipient, "host": one.host,
                    "since": time(one.at)})
            };
            all["requests"] = requests.iter().map(request).collect();
            all["removal_unfinished"] = (*is_removal_unfinished).into();
        }
    }
    all
}
