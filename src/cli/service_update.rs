//! `tokenwright service update` and `tokenwright service bundle`: presets that are updated apart from the program.

use serde_json::{Value as Json, json};

use crate::app::{BundleOffer, BundleOrder, Failure, FailureKind, RolledBack};
use crate::cli::args::{BundleMakeOptions, BundleTask, UpdateOptions};
use crate::cli::runner::Runner;
use crate::cli::{print, prompt};
use crate::diagnosis::Diagnosis;
use crate::service::{KeyChange, PresetChange};

pub(crate) fn make(runner: &Runner, task: BundleTask) -> Result<(), Failure> {
    let BundleTask::Make(BundleMakeOptions { folder, key, name, number, output, overwrite }) = task;
    let file = output.display().to_string();
    let order = BundleOrder { folder, key, name: name.clone(), number, output, overwrite };
    let made = runner.run(runner.app.make_bundle(order))?;
    made.suspect.iter().for_each(print::warning);
    if !made.left_out.is_empty() {
        print::note(&format!("left out, since they belong to the program: {}", made.left_out.join(", ")));
    }
    if !made.unchanged.is_empty() {
        let ids = made.unchanged.join(", ");
        print::note(&format!("not in it, so they keep what they inherit from the presets that are built in: {ids}"));
    }
    let presets = if made.presets == 1 { "1 preset".to_owned() } else { format!("{} presets", made.presets) };
    print::result(&format!("{file}: bundle {name} {}, {presets}", made.number));
    print::result(&format!("key: {}", made.key));
    print::note("Tell people the key elsewhere than where they get the bundle: their first update asks for it.");
    Ok(())
}

pub(crate) fn update(runner: &Runner, options: UpdateOptions) -> Result<(), Failure> {
    if options.roll_back {
        let RolledBack { name, in_use } = runner.run(runner.app.roll_back_bundle())?;
        print::result(&format!("in use: {}", version(&name, in_use)));
        return Ok(());
    }
    if options.forget {
        runner.run(runner.app.forget_bundle())?;
        print::result("forgotten; in use: what is built in");
        return Ok(());
    }
    let UpdateOptions { address, key_thumbprint, dry_run, yes, json, .. } = options;
    let offer = runner.run(runner.app.offer_bundle(address, key_thumbprint, &runner.report()))?;
    if json {
        print::json(&offer_json(&offer));
    } else {
        show(&offer);
    }
    if !offer.is_new {
        print::note("It is in use already; nothing was changed.");
        return Ok(());
    }
    if dry_run {
        print::note("Nothing was changed.");
        return Ok(());
    }
    trust(&offer)?;
    if !yes && !agreed("Use it? [y/N]")? {
        return Err(unchanged("nothing was changed", "`--yes` uses it without asking"));
    }
    let (name, number) = (offer.name.clone(), offer.number);
    runner.run(runner.app.take_bundle(offer))?;
    if !json {
        print::result(&format!("in use: bundle {name} {number}"));
    }
    Ok(())
}

/// What is in use, in words.
fn version(name: &str, number: Option<u64>) -> String {
    number.map_or_else(|| "what is built in".to_owned(), |number| format!("bundle {name} {number}"))
}

/// A key that is not pinned must be named or confirmed.
fn trust(offer: &BundleOffer) -> Result<(), Failure> {
    if !offer.is_unknown_key {
        return Ok(());
    }
    let question = format!(
        "You have no bundle of `{}` yet. Whoever has its key decides where your secrets are sent. Is this the key that its \
         publisher told you elsewhere?\n{}\n[y/N]",
        offer.name, offer.key
    );
    if prompt::is_terminal() {
        print::note_lines(&question);
        if prompt::read_line()?.is_some_and(|answer| prompt::is_yes(&answer)) {
            return Ok(());
        }
        return Err(unchanged(
            "the key was not confirmed; nothing was changed",
            "ask the publisher for the thumbprint",
        ));
    }
    let summary =
        format!("the bundle is signed with the key `{}`, which is not known yet; nothing was changed", offer.key);
    Err(unchanged(
        &summary,
        "compare it with what its publisher tells elsewhere, and name it: `--key-thumbprint THUMBPRINT`",
    ))
}

fn agreed(question: &str) -> Result<bool, Failure> {
    Ok(prompt::is_terminal() && prompt::is_yes(&prompt::line(question)?))
}

fn unchanged(summary: &str, hint: &str) -> Failure {
    Failure::new(FailureKind::Usage, Diagnosis::new(summary).hint(hint))
}

fn show(offer: &BundleOffer) {
    print::result(&format!(
        "bundle {} {} of {}, in use: {}",
        offer.name,
        offer.number,
        offer.address,
        version(&offer.name, offer.in_use)
    ));
    print::result(&format!("key: {}", offer.key));
    if !offer.destinations.is_empty() {
        print::result("Your secrets would be sent elsewhere:");
        offer.destinations.iter().for_each(|words| print::wrapped("  ", words));
    }
    if offer.is_new && offer.changes.is_empty() {
        print::result("No preset says anything else.");
    }
    for change in &offer.changes {
        match change {
            PresetChange::New { id, name } => print::result(&format!("new: {id} ({name})")),
            PresetChange::Removed { id } => print::result(&format!("removed: {id}")),
            PresetChange::Changed { id, keys } => {
                print::result(&format!("changed: {id}"));
                for change in keys {
                    print::wrapped("  ", &key_words(change));
                }
            }
        }
    }
}

fn key_words(KeyChange { key, ours, theirs }: &KeyChange) -> String {
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
    format!("{key}: {} -> {}", value(ours), value(theirs))
}

fn offer_json(offer: &BundleOffer) -> Json {
    let key_json = |change: &KeyChange| json!({ "key": change.key, "ours": change.ours, "theirs": change.theirs });
    let change_json = |change: &PresetChange| match change {
        PresetChange::New { id, name } => json!({ "id": id, "change": "new", "name": name }),
        PresetChange::Removed { id } => json!({ "id": id, "change": "removed" }),
        PresetChange::Changed { id, keys } => {
            json!({ "id": id, "change": "changed", "keys": keys.iter().map(key_json).collect::<Vec<_>>() })
        }
    };
    json!({
        "name": offer.name,
        "number": offer.number,
        "key": offer.key,
        "address": offer.address,
        "in_use": offer.in_use,
        "is_new": offer.is_new,
        "is_known_key": !offer.is_unknown_key,
        "destinations": offer.destinations,
        "changes": offer.changes.iter().map(change_json).collect::<Vec<_>>(),
    })
}
