//! The window: takes the worker's events in, shows the screens, and turns what they return into commands.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};

use egui::{Context, Ui, ViewportBuilder};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::gui::attention::{self, Attention};
use crate::gui::draft::{Door, Draft, Focus, Step};
use crate::gui::intent::{Answer, Intent};
use crate::gui::opening::{NoWindow, Reason, no_window};
use crate::gui::tray::Tray;
use crate::gui::{clipboard, icon, keys, links, screens, theme};
use crate::service::ProfileName;
use crate::wizard::{
    Command, Event, Flow, KeyState, Notice, PracticeSettings, Session, Theme, TrayPress, VaultState, WindowSettings,
    Worker,
};

/// Starts the worker with what takes its events.
pub type StartWorker = Box<dyn FnOnce(Box<dyn Fn(Event) + Send>) -> std::io::Result<Worker>>;

const TITLE: &str = "Tokenwright";
/// The window's size in points, the first time.
const FIRST_SIZE: [f32; 2] = [1100.0, 780.0];
/// Smaller than this nothing is promised to fit.
const LEAST_SIZE: [f32; 2] = [860.0, 560.0];

/// Opens the window and stays until it is closed; `drawn` is set when it first shows something.
pub fn run(start_worker: StartWorker, drawn: Arc<AtomicBool>) -> Result<(), NoWindow> {
    let options = eframe::NativeOptions {
        viewport: ViewportBuilder::default()
            .with_title(TITLE)
            .with_app_id("tokenwright")
            .with_inner_size(FIRST_SIZE)
            .with_min_inner_size(LEAST_SIZE)
            .with_icon(icon::icon()),
        ..Default::default()
    };
    let create = move |context: &eframe::CreationContext<'_>| -> Result<Box<dyn eframe::App>, _> {
        Ok(Box::new(App { drawn, ..App::new(&context.egui_ctx, start_worker)? }))
    };
    // A missing system library is a panic in there, not an error (libxkbcommon-x11).
    let run = std::panic::AssertUnwindSafe(|| eframe::run_native("tokenwright", options, Box::new(create)));
    match std::panic::catch_unwind(run) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(NoWindow::Refused(no_window(Reason::of(&error)))),
        Err(_) => Err(NoWindow::Panicked(no_window(Reason::NoLibrary))),
    }
}

/// The window.
pub struct App {
    pub(in crate::gui) worker: Worker,
    events: Receiver<Event>,
    pub(in crate::gui) session: Session,
    pub(in crate::gui) draft: Draft,
    pub(in crate::gui) window: WindowSettings,
    /// The title that the window has.
    title: String,
    /// The profile that is opened to be signed in anew.
    pub(in crate::gui) signing_in: Option<ProfileName>,
    /// Whether the person wants the window closed whatever is lost.
    pub(in crate::gui) leaving: bool,
    /// What is done once what was typed is kept.
    pub(in crate::gui) after_saving: Option<Intent>,
    /// Whether the screen asked for the passphrase in the last frame.
    asked: bool,
    pub(in crate::gui) tray: Tray,
    attention: Attention,
    /// Whether anything was ever shown.
    drawn: Arc<AtomicBool>,
}

impl App {
    /// Starts the worker and asks it for everything that is shown first.
    pub fn new(ctx: &Context, start_worker: StartWorker) -> std::io::Result<Self> {
        theme::install(ctx);
        ctx.add_plugin(clipboard::Clipboard::default());
        ctx.add_plugin(links::Links::default());
        // A cursor that blinks would wake the window twice a second; the edge of the field shows where it is.
        ctx.all_styles_mut(|style| style.visuals.text_cursor.blink = false);
        let (sender, events) = channel();
        let waker = ctx.clone();
        let worker = start_worker(Box::new(move |event| {
            // First the event, then the waking: the frame must find it. The receiver is gone only at the end.
            let _ = sender.send(event);
            waker.request_repaint();
        }))?;
        worker.send(Command::Start);
        worker.send(Command::StayAlive);
        worker.send(Command::WatchForEnd);
        let draft = Draft { zone: TimeZone::system(), now: Timestamp::now(), ..Draft::default() };
        let (session, window) = (Session::default(), WindowSettings::default());
        let (title, tray, attention) = (TITLE.to_owned(), Tray::default(), Attention::default());
        Ok(Self {
            worker,
            events,
            session,
            draft,
            window,
            title,
            signing_in: None,
            leaving: false,
            after_saving: None,
            asked: false,
            tray,
            attention,
            drawn: Arc::default(),
        })
    }

    fn take_events(&mut self, ctx: &Context) {
        while let Ok(event) = self.events.try_recv() {
            let own = clipboard::answered(ctx, event);
            let Some(event) = own.and_then(|event| links::answered(ctx, event)) else { continue };
            if let Event::Window(window) = &event {
                self.restore(ctx, *window);
            }
            // What runs for the profile that is left ends; if the other one cannot be read, it goes on.
            if let Event::Opened(attempt, _) = &event
                && self.session.running(Flow::Open) == Some(*attempt)
            {
                self.cancel_all();
            }
            self.draft.lead.to_top |= self.stands_at_the_top(&event);
            self.draft.lead.to_rehearsal |= self.is_of_the_rehearsal(&event);
            self.draft.moving &= !matches!(event, Event::VaultMoved(..));
            let makes_history = matches!(event, Event::Called(..) | Event::Saved(..) | Event::Identified(..));
            if let Event::TrayPressed(press) = &event {
                self.tray.press(ctx, *press);
            }
            if matches!(event, Event::NoticePressed) {
                // Hidden in the tray or not.
                self.tray.press(ctx, TrayPress::Show);
                attention::raise(ctx);
            }
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
        // A passphrase that is asked for by the screen has the keyboard, and so has the next try.
        let asks = screens::is_asked(&self.session, &self.draft);
        if asks && !std::mem::replace(&mut self.asked, asks) {
            self.draft.lead.focus = Some(Focus::Passphrase);
        }
        self.asked = asks;
    }

    fn is_the_code(&self, event: &Event) -> bool {
        matches!(event, Event::Authorized(attempt, _) if self.session.running(Flow::Authorization) == Some(*attempt))
    }

    /// Has the desktop say something, where the person looks elsewhere.
    fn call_person(&mut self, ctx: &Context, notice: Option<Notice>) {
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

    fn restore(&mut self, ctx: &Context, window: WindowSettings) {
        self.window = window;
        ctx.set_theme(preference(window.theme));
        if let Some((width, height)) = window.size {
            ctx.send_viewport_cmd(egui::ViewportCommand::InnerSize(egui::vec2(width, height)));
        }
    }

    // flat: one arm an intent
    pub(in crate::gui) fn perform(&mut self, ctx: &Context, intent: Intent) {
        let Some(intent) = self.gate(intent) else { return };
        match intent {
            Intent::NewProfile => self.leave_wizard(),
            Intent::Choose(id) => self.choose(&id),
            Intent::Rehearse(id) => {
                // From the menu of a card that is not the chosen one.
                if self.draft.profile.as_ref().is_none_or(|profile| profile.service.id != id) {
                    self.choose(&id);
                }
                self.draft.lead.to_rehearsal = true;
                let attempt = self.session.begin(Flow::Rehearsal);
                self.worker.send(Command::Rehearse { attempt, id });
            }
            Intent::SetFaults => self.start_practice(),
            Intent::GoTo(step) => self.draft.go_to(step, &self.session),
            Intent::Authorize { .. } => self.authorize(),
            Intent::Paste => self.paste(),
            Intent::Cancel(flow) => {
                if let Some(attempt) = self.session.running(flow) {
                    self.worker.send(Command::Cancel(attempt));
                }
            }
            intent @ (Intent::ReadKey
            | Intent::MakeKey
            | Intent::KeepKey
            | Intent::OpenKey
            | Intent::WriteCertificate) => {
                if let Some(command) = keys::command(&intent, &mut self.session, &self.draft) {
                    self.worker.send(command);
                }
            }
            Intent::CallBearer => self.call(Flow::Bearer),
            Intent::CallRefresh => self.call(Flow::Refresh),
            Intent::CheckToken => self.call(Flow::Identity),
            Intent::TryReading => self.try_reading(),
            Intent::ChooseFetched(chosen) => self.choose_fetched(chosen),
            Intent::Save { replace } => self.save(replace),
            Intent::SavePreset { replace } => self.save_preset(replace),
            Intent::OpenImport => self.open_import(),
            Intent::CloseImport => self.close_import(),
            Intent::Import(source) => self.import(|attempt| Command::Import { attempt, source }),
            Intent::ImportChosen => self.import(Command::ImportChosen),
            Intent::UseImport { as_preset } => self.use_import(as_preset),
            Intent::TakeShared => self.take_shared(),
            intent @ (Intent::Open(_)
            | Intent::Forget(_)
            | Intent::ShowHistory(_)
            | Intent::Restore { .. }
            | Intent::MoveVault(..)
            | Intent::Revoke(_)
            | Intent::SignIn(_)
            | Intent::WhoAmI(_)
            | Intent::KeepUnkept
            | Intent::SetKeepAlive(..)
            | Intent::OpenVault(..)) => self.keep(intent),
            Intent::Answer(Answer::LeaveVault) => self.draft.door = None,
            Intent::Answer(answer) => self.answer(ctx, answer),
            Intent::AskVault => {
                self.draft.door = Some(Door { then: None });
                self.draft.lead.focus = Some(Focus::Passphrase);
            }
            Intent::Close => ctx.send_viewport_cmd(egui::ViewportCommand::Close),
            Intent::StayOpen => (self.draft.closing, self.draft.waived) = (false, false),
            Intent::CloseAnyway => {
                self.leaving = true;
                ctx.send_viewport_cmd(egui::ViewportCommand::Close);
            }
            Intent::OpenExport(name) => self.open_export(name),
            Intent::CopyExport => self.copy_export(),
            Intent::SaveExport(insisted) => self.save_export(insisted),
            Intent::DropOutlet(name, path) => self.worker.send(Command::DropOutlet { name, path }),
            Intent::OpenShare => self.open_share(),
            Intent::Share(insisted) => self.share(insisted),
            Intent::CloseExport => self.close_export(),
            Intent::SetTheme(theme) => {
                self.window.theme = theme;
                ctx.set_theme(preference(theme));
                self.worker.send(Command::SaveWindow(self.window));
            }
            Intent::SetTray(on) => {
                self.window.tray = on;
                self.session.apply(Event::Window(self.window));
                self.worker.send(Command::SaveWindow(self.window));
            }
            Intent::SetStop(on) => {
                self.window.stop_before_token_call = on;
                self.session.apply(Event::Window(self.window));
                self.worker.send(Command::SaveWindow(self.window));
            }
            Intent::Dismiss(problem) => {
                if problem < self.session.problems.len() {
                    self.session.problems.remove(problem);
                }
            }
        }
    }

    /// What was copied, asked to be pasted, or pressed as a link.
    fn turn_to_desktop(&self, ctx: &Context) {
        for command in clipboard::commands(ctx).into_iter().chain(links::commands(ctx)) {
            self.worker.send(command);
        }
    }

    pub(in crate::gui) fn cancel_all(&mut self) {
        self.close_import();
        self.close_export();
        for attempt in self.session.reset_wizard() {
            self.worker.send(Command::Cancel(attempt));
        }
    }

    fn leave_wizard(&mut self) {
        self.cancel_all();
        self.draft.begin();
    }

    fn choose(&mut self, id: &str) {
        let Some(service) = self.session.services.iter().find(|service| service.id == id).cloned() else { return };
        self.cancel_all();
        if service.practice {
            self.start_practice();
        }
        self.draft.choose(service);
    }

    /// Starts the practice service; when it runs already, switches its faults.
    pub(in crate::gui) fn start_practice(&self) {
        let faults = self.draft.faults.clone();
        self.worker.send(Command::StartPractice(PracticeSettings { faults, ..PracticeSettings::default() }));
    }

    /// Names the open profile in the title.
    fn name_window(&mut self, ctx: &Context) {
        let title = match self.session.open_name() {
            Some(name) if self.session.draft.is_some() => {
                format!("{} (draft) - {TITLE}", self.session.shown_name(name))
            }
            Some(name) => format!("{} - {TITLE}", self.session.shown_name(name)),
            None => TITLE.to_owned(),
        };
        if title != self.title {
            ctx.send_viewport_cmd(egui::ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }

    fn remember_size(&mut self, ctx: &Context) {
        if let Some(rect) = ctx.input(|input| input.viewport().inner_rect) {
            self.window.size = Some((rect.width().round(), rect.height().round()));
        }
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        self.take_events(ctx);
        self.turn_to_desktop(ctx);
        self.draft.now = Timestamp::now();
        self.remember_size(ctx);
        self.schedule_clock(ctx);
        self.name_window(ctx);
        self.attention.follow(ctx);
        let fallen = self.attention.fallen(&self.session, self.draft.now);
        self.call_person(ctx, fallen);
        self.ask_before_closing(ctx);
        if let Some(command) = self.tray.follow(ctx, &self.session) {
            self.worker.send(command);
        }
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        self.drawn.store(true, Ordering::Relaxed);
        let ctx = ui.ctx().clone();
        let theme = self.window.theme;
        if let Some(intent) = screens::window_ui(ui, &self.session, &mut self.draft, theme) {
            self.perform(&ctx, intent);
            ctx.request_repaint();
        }
        self.look_at_export();
        self.turn_to_desktop(&ctx);
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        if !matches!(self.session.vault, VaultState::Unknown) {
            self.worker.send(Command::SaveWindow(self.window));
        }
    }
}

fn preference(theme: Theme) -> egui::ThemePreference {
    match theme {
        Theme::System => egui::ThemePreference::System,
        Theme::Light => egui::ThemePreference::Light,
        Theme::Dark => egui::ThemePreference::Dark,
    }
}
