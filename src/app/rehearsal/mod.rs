//! The rehearsal of a preset: the program's own sign-in, bearer call, refresh and the rest, against a stand-in on this
//! machine that takes on the service's contract as the preset states it and is strict about it.

mod findings;
mod line;
mod part;
mod play;
pub(in crate::app) mod practice_settings;
mod server;

pub use crate::app::rehearsal::line::{StageLine, StageOutcome};
pub(crate) use crate::app::rehearsal::server::Hall;

use crate::app::rehearsal::play::Play;
use crate::app::shared::Shared;
use crate::app::{Attempt, Event, Failure};
use crate::practice::RehearsalContract;
use crate::service::{Catalog, Service};

/// Rehearses the preset of this id; each stage is told as it is over.
pub(crate) async fn run(shared: &Shared, attempt: Attempt, id: String) -> Result<(), Failure> {
    let (catalog, _) = shared.catalog();
    let service = catalog.service(&id)?;
    shared.emit(Event::Rehearsing(attempt, id));
    let tell = |line: StageLine| shared.emit(Event::StageRehearsed(attempt, line));
    if let Some(why) = nothing_to_rehearse(&service) {
        tell(StageLine { stage: "all".into(), sent: String::new(), outcome: StageOutcome::NotRehearsed(why) });
    } else {
        rehearse(shared, attempt, service, &tell).await?;
    }
    shared.emit(Event::Rehearsed(attempt));
    Ok(())
}

async fn rehearse(
    shared: &Shared,
    attempt: Attempt,
    service: Service,
    tell: &dyn Fn(StageLine),
) -> Result<(), Failure> {
    let (material, registration) = match part::cast(service.clone(), (shared.ports.now)()) {
        Ok(part) => part,
        Err(wrong) => {
            let outcome = StageOutcome::Failed(wrong);
            tell(StageLine { stage: "inputs".into(), sent: String::new(), outcome });
            return Ok(());
        }
    };
    let hall = shared.take_hall(RehearsalContract::new(&service, &registration))?;
    Play::new(&hall, attempt, material, tell).run().await;
    shared.leave_hall(hall);
    Ok(())
}

fn nothing_to_rehearse(service: &Service) -> Option<String> {
    let blank = service.id == Catalog::CUSTOM || service.token_request.url.is_empty();
    blank.then(|| "a service described by hand has no addresses yet".to_owned())
}
