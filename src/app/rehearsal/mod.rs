//! Rehearses a preset: the program's own sign-in, token request, refresh and the rest, against a stand-in on this machine
//! that is strict about the contract that the preset states.

pub(in crate::app) mod example;
pub(in crate::app) mod faults;
mod fetches;
mod findings;
mod line;
pub(in crate::app) mod server;
mod stages;
mod witness;

pub use crate::app::rehearsal::line::{StageLine, StageOutcome};

use crate::app::Failure;
use crate::app::handle::App;
use crate::app::progress::{Progress, Report};
use crate::app::rehearsal::stages::Stages;
use crate::practice::RehearsalContract;
use crate::service::{Catalog, Service};

impl App {
    /// Rehearses the preset of this id; each stage is reported as it ends.
    pub async fn rehearse(&self, id: &str, report: &Report) -> Result<(), Failure> {
        let (catalog, _) = self.catalog().await?;
        let service = catalog.service(id)?;
        let told = |stage: &str, outcome| {
            let line = StageLine { stage: stage.to_owned(), sent: String::new(), outcome };
            report.tell(Progress::StageRehearsed(line));
            Ok(())
        };
        if let Some(why) = nothing_to_rehearse(&service) {
            return told("all", StageOutcome::NotRehearsed(why));
        }
        for line in witness::lines(&service, &catalog.lineage(id)) {
            report.tell(Progress::StageRehearsed(line));
        }
        let (context, registration) = match example::profile(service.clone(), (self.ports.now)()) {
            Ok(made) => made,
            Err(wrong) => return told("inputs", StageOutcome::Failed(wrong)),
        };
        let server = self.take_rehearsal_server(RehearsalContract::new(&service, &registration)).await?;
        Stages::new(&server, report, context).run().await;
        self.leave_rehearsal_server(server);
        Ok(())
    }
}

fn nothing_to_rehearse(service: &Service) -> Option<String> {
    let blank = service.id == Catalog::CUSTOM || service.token_call().is_some_and(|call| call.url.is_empty());
    blank.then(|| "a service described by hand has no addresses yet".to_owned())
}
