//! What the steps of the wizard ask of the worker.

use crate::app::{Browser, Command, Event, Fetched, Flow, Notice};
use crate::gui::app::App;
use crate::gui::draft::{Focus, Step, TokenTab};
use crate::gui::{attention, naming, screens};
use crate::secret::Secret;
use crate::service::ProfileName;

impl App {
    pub(in crate::gui) fn authorize(&mut self) {
        self.draft.insist();
        if let Some(material) = self.draft.material(&self.session) {
            self.draft.step = Step::Authorization;
            self.draft.lead.to_top = true;
            self.draft.pasted = Secret::default();
            let attempt = self.session.begin(Flow::Authorization);
            let material = Box::new(material);
            self.worker.send(Command::Authorize { attempt, material, browser: Browser::System });
        }
    }

    /// The code has come: it is called for its tokens at once, unless the person wants to look first or something is
    /// missing; then it is what the desktop says.
    pub(in crate::gui) fn go_on_with_code(&mut self) -> Option<Notice> {
        let service = self.draft.profile.as_ref().map_or("", |profile| profile.service.name.as_str());
        let waits = Some(attention::code_waits(service));
        if self.window.stop_before_token_call {
            return waits;
        }
        self.draft.tab = TokenTab::Bearer;
        self.draft.go_to(Step::Tokens, &self.session);
        if self.draft.step != Step::Tokens {
            return waits;
        }
        if screens::rendered(&self.session, &self.draft).is_err() {
            self.draft.lead.focus = Some(Focus::Missing);
            return waits;
        }
        self.call(Flow::Bearer);
        None
    }

    /// What went wrong with the sign-in is shown on its own step: that is where the window leads.
    pub(in crate::gui) fn lead_to_failure(&mut self, event: &Event) {
        let (attempt, is_reply) = match event {
            Event::Failed(attempt, _) => (*attempt, false),
            Event::Called(attempt, exchange) if exchange.outcome.is_err() => (*attempt, true),
            _ => return,
        };
        if !is_reply && self.session.running(Flow::Authorization) == Some(attempt) {
            self.draft.step = Step::Authorization;
        } else if self.session.running(Flow::Bearer) == Some(attempt) {
            self.draft.step = Step::Tokens;
            self.draft.tab = TokenTab::Bearer;
        }
    }

    pub(in crate::gui) fn paste(&mut self) {
        if let Some(attempt) = self.session.running(Flow::Authorization) {
            let text = std::mem::take(&mut self.draft.pasted);
            self.worker.send(Command::Paste { attempt, text });
        }
    }

    pub(in crate::gui) fn call(&mut self, flow: Flow) {
        let Some(material) = self.draft.material(&self.session).map(Box::new) else {
            self.draft.insist();
            return;
        };
        let keeping = self.keeping();
        let saved_as = self.session.open_name().cloned();
        let attempt = self.session.begin(flow);
        self.worker.send(match flow {
            Flow::Bearer => Command::CallBearer { attempt, material, keeping },
            Flow::Refresh => Command::CallRefresh { attempt, material, saved_as, keeping },
            _ => Command::CheckToken { attempt, material, saved_as },
        });
    }

    /// The newest text wins: what is still evaluated for an older one is stopped.
    pub(in crate::gui) fn try_reading(&mut self) {
        let Some((reading, reply)) = screens::tried(&self.session, &self.draft) else { return };
        if let Some(attempt) = self.session.running(Flow::Reading) {
            self.worker.send(Command::Cancel(attempt));
        }
        self.draft.tried = Some((self.draft.tab, reading.clone()));
        let attempt = self.session.begin(Flow::Reading);
        self.worker.send(Command::TryReading { attempt, reading: Box::new(reading), reply: Box::new(reply) });
    }

    /// The value belongs to the tokens, wherever they are kept.
    pub(in crate::gui) fn choose_fetched(&mut self, chosen: Fetched) {
        if let Some(name) = self.session.open_name() {
            self.worker.send(Command::KeepChosen(name.clone(), chosen.clone()));
        }
        self.session.apply(Event::Chosen(chosen));
    }

    pub(in crate::gui) fn save(&mut self, replace: bool) {
        naming::settle(&mut self.draft, &self.session);
        let name = ProfileName::parse(&self.draft.name);
        if let (Ok(name), Some(material)) = (name, self.draft.material(&self.session)) {
            // A profile saved again under its own name is the same profile, unless it is another client's by now.
            let is_own = self.session.saved_as.as_ref() == Some(&name);
            let draft = self.session.draft.clone();
            let replace = replace || draft.as_ref() == Some(&name);
            self.draft.sent = self.draft.typed();
            let attempt = self.session.begin(Flow::Save);
            let material = Box::new(material);
            self.worker.send(if is_own && !replace {
                Command::SaveAgain { attempt, name, material, draft }
            } else {
                Command::SaveProfile { attempt, name, material, replace, draft }
            });
        }
    }

    pub(in crate::gui) fn save_preset(&mut self, replace: bool) {
        if let Some(service) = self.draft.own_preset().map(Box::new) {
            let attempt = self.session.begin(Flow::Preset);
            self.worker.send(Command::SavePreset { attempt, service, replace });
        }
    }
}
