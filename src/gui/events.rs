//! What the window does with what the worker tells.

use egui::Context;

use crate::app::{Command, Event, Flow, KeyState, Notice, TrayPress};
use crate::gui::app::App;
use crate::gui::attention;
use crate::gui::draft::{Focus, Step};
use crate::gui::{clipboard, links, screens};

impl App {
    /// Takes in all that was told since the last frame.
    pub(in crate::gui) fn take_events(&mut self, ctx: &Context) {
        while let Ok(event) = self.events.try_recv() {
            let own = clipboard::answered(ctx, event);
            if let Some(event) = own.and_then(|event| links::answered(ctx, event)) {
                self.take_event(ctx, event);
            }
        }
        // A passphrase that is asked for by the screen has the keyboard, and so has the next try.
        let asks = screens::is_asked(&self.session, &self.draft);
        if asks && !std::mem::replace(&mut self.asked, asks) {
            self.draft.lead.focus = Some(Focus::Passphrase);
        }
        self.asked = asks;
    }

    fn take_event(&mut self, ctx: &Context, event: Event) {
        self.before(ctx, &event);
        let makes_history = matches!(event, Event::Called(..) | Event::Saved(..) | Event::Identified(..));
        let is_shared = matches!(event, Event::Shared(..));
        let service = self.draft.profile.as_ref().map_or("", |profile| profile.service.name.as_str());
        let notice = attention::of_sign_in(&event, &self.session, service);
        self.lead_to_failure(&event);
        let code_came = self.is_the_code(&event);
        let (had_tokens, draft) = (self.session.tokens.is_some(), self.session.draft.clone());
        let next = self.follow_keeping(&event);
        self.session.apply(event);
        self.propose_name(draft.as_ref());
        let waits = if code_came { self.go_on_with_code() } else { None };
        self.call_person(ctx, notice.or(waits));
        if let (true, Some(_), Some(name)) = (makes_history, &self.session.history, self.session.open_name()) {
            self.ask_history(name.clone());
        }
        if !had_tokens && self.session.tokens.is_some() && self.session.saved_as.is_none() {
            self.draft.lead.focus = Some(Focus::Name);
        }
        if let Some(next) = next {
            self.perform(ctx, next);
        }
        self.take_import();
        if let KeyState::Read(read) = &self.session.key {
            self.draft.take_key(read);
            self.session.key = KeyState::Idle;
        }
        self.take_export(ctx, is_shared);
        if let Some(opened) = self.session.opened.take() {
            self.draft.open(&opened);
            if self.signing_in.take().is_some_and(|name| name == opened.name) {
                self.draft.go_to(Step::Authorization, &self.session);
            }
        }
    }

    /// What an event means to the window itself, whatever it changes of what is known.
    fn before(&mut self, ctx: &Context, event: &Event) {
        if let Event::Window(window) = event {
            self.restore(ctx, *window);
        }
        // What runs for the profile that is left ends; if the other one cannot be read, it goes on.
        if let Event::Opened(attempt, _) = event
            && self.session.running(Flow::Open) == Some(*attempt)
        {
            self.cancel_all();
        }
        self.draft.lead.to_top |= self.stands_at_the_top(event);
        self.draft.lead.to_rehearsal |= self.is_of_the_rehearsal(event);
        self.draft.moving &= !matches!(event, Event::VaultMoved(..));
        if let Event::TrayPressed(press) = event {
            self.tray.press(ctx, *press);
        }
        if matches!(event, Event::NoticePressed) {
            // Hidden in the tray or not.
            self.tray.press(ctx, TrayPress::Show);
            attention::raise(ctx);
        }
    }

    fn is_the_code(&self, event: &Event) -> bool {
        matches!(event, Event::Authorized(attempt, _) if self.session.running(Flow::Authorization) == Some(*attempt))
    }

    /// Has the desktop say something, where the person looks elsewhere.
    pub(in crate::gui) fn call_person(&mut self, ctx: &Context, notice: Option<Notice>) {
        if let Some(notice) = self.attention.call(ctx, notice) {
            self.worker.send(Command::Notify(notice));
        }
    }

    /// Whether the event belongs to the rehearsal that goes on.
    fn is_of_the_rehearsal(&self, event: &Event) -> bool {
        match event {
            Event::Rehearsing(attempt, _)
            | Event::StageRehearsed(attempt, _)
            | Event::Rehearsed(attempt)
            | Event::Failed(attempt, _) => self.session.running(Flow::Rehearsal) == Some(*attempt),
            _ => false,
        }
    }

    /// Whether what this event brings is shown at the top of the screen. Where a flow has a place of its own, its failure
    /// is told there: beside a profile's name, among the stages of a rehearsal.
    fn stands_at_the_top(&self, event: &Event) -> bool {
        match event {
            Event::Failed(attempt, _) => {
                ![Flow::Save, Flow::Rehearsal, Flow::Preset, Flow::History, Flow::Key, Flow::Preview]
                    .iter()
                    .any(|flow| self.session.running(*flow) == Some(*attempt))
            }
            Event::Waiting(..)
            | Event::Authorized(..)
            | Event::Called(..)
            | Event::ResponseIgnored(..)
            | Event::ResponseAstray(..)
            | Event::BrowserFailed(..)
            | Event::Problem(_)
            | Event::Exported(..)
            | Event::Shared(..)
            | Event::Vault(_) => true,
            // It is tried again now and then; only the first news leads the eye.
            Event::Unkept(name, _) => !self.session.unkept.contains_key(name),
            _ => false,
        }
    }
}
