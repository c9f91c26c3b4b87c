//! F6: many shared profiles with keep-alive, and what the agents of several machines ask the database at their start and then.

use std::thread;
use std::time::{Duration, Instant};

use tokenwright::secret::Secret;
use tokenwright::service::ProfileName;
use tokenwright::store::{Store, TeamPlace};
use tokenwright::vault::{self, How, VaultKind};

use crate::machines::{Machine, PASSPHRASE, PROFILE, Team, until};
use crate::{Plan, Row};

const MACHINES: usize = 3;
/// How long the agents are watched, at most: two queries a machine is what is expected.
const WATCHED: u64 = 5;
/// After which a list of profiles must be known.
const LISTED_WITHIN: Duration = Duration::from_mins(5);

pub fn measure(plan: &Plan) -> Vec<Row> {
    let count = plan.profiles;
    let mut team = Team::start(&plan.program, MACHINES);
    team.machines[0].run(&["keep-alive", PROFILE]).done();
    let began = Instant::now();
    share_many(&team.machines[0], count);
    println!("F6: {count} profiles made in {:.0} s", began.elapsed().as_secs_f64());
    team.cluster.log_statements();
    for (number, machine) in team.machines.iter_mut().enumerate() {
        let store = machine.store.take().expect("of a team");
        machine.store = Some(format!("{store}?application_name=machine{number}"));
    }
    let asked = |team: &Team| -> Vec<usize> {
        (0..MACHINES).map(|number| team.cluster.statements(&format!("machine{number}")).len()).collect()
    };
    let mut started = Vec::new();
    for machine in &mut team.machines {
        let began = Instant::now();
        machine.start_agent();
        let knows_all =
            || machine.run(&["agent", "status", "--json"]).json()["profiles"].as_array().map(Vec::len) == Some(count);
        assert!(until(LISTED_WITHIN, knows_all), "the agent does not know all profiles");
        started.push(began.elapsed());
    }
    let (first, minutes) = (asked(&team), plan.minutes.min(WATCHED));
    println!("F6: statements until all are known: {first:?}, after {started:.1?}");
    // What the start still does comes to its end.
    thread::sleep(Duration::from_secs(35));
    let before = asked(&team);
    thread::sleep(Duration::from_secs(60 * minutes));
    let idle: Vec<usize> = asked(&team).iter().zip(&before).map(|(after, before)| after - before).collect();
    let began = Instant::now();
    team.machines[0].run(&["refresh", PROFILE]).done();
    let before = asked(&team);
    thread::sleep(Duration::from_secs(5));
    let heard: Vec<usize> = asked(&team).iter().zip(&before).map(|(after, before)| after - before).collect();
    println!("F6: statements of one refresh, within {:.0} s of it: {heard:?}", began.elapsed().as_secs_f64());
    let row = |demand: &str, result: String, holds| Row { figure: "F6", demand: demand.to_owned(), result, holds };
    let most = usize::try_from(minutes).unwrap_or(usize::MAX);
    // The last of the queries that are made at fixed times may fall on either side.
    let is_quiet = idle.iter().all(|asked| *asked <= most);
    // A list, and a query for each five hundred, and for as many summaries, besides some for the store itself.
    let is_set_wise = first.iter().all(|asked| *asked <= 60 + count / 100);
    vec![
        row("an idle agent: <= 1 query a minute", format!("{idle:?} in {minutes} min, {count} profiles"), is_quiet),
        row("started: set-wise", format!("{first:?} statements, known after {started:.1?}"), is_set_wise),
    ]
}

/// Gives the team copies of its profile: as many as there are to be.
fn share_many(machine: &Machine, count: usize) {
    let store = Store::new(machine.data().join("store"));
    let url = machine.store.clone().expect("of a team");
    store.set_team(Some(TeamPlace { url, ..TeamPlace::default() }));
    let vault = vault::open(VaultKind::Passphrase, &store, Some(Secret::new(PASSPHRASE))).expect("a vault");
    let name = |name: &str| ProfileName::parse(name).expect("a name");
    let contents = vault.snapshot(&name(PROFILE)).expect("read").expect("shared").contents;
    let team = store.team().expect("a team").engine().expect("a store");
    let definition = team.profile(PROFILE).expect("read").definition;
    // A few at once, since each waits for the disk.
    let next = std::sync::atomic::AtomicUsize::new(1);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    if number >= count {
                        return;
                    }
                    let (copy, definition) = (format!("copy-{number}"), definition.clone());
                    team.change(&copy, Box::new(|plain| plain.definition = definition)).expect("defined");
                    let entry = vault.lease_with_team(&name(&copy)).expect("free");
                    entry.put(None, &contents, How::SignedIn).expect("written");
                }
            });
        }
    });
}
