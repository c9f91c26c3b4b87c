//! The window: takes the worker's events in, shows the screens, and turns what they return into commands.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};

use egui::{Context, Ui, ViewportBuilder};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::{Command, Event, Flow, PracticeSettings, Session, Theme, VaultState, WindowSettings, Worker};
use crate::gui::attention::Attention;
use crate::gui::draft::{Door, Draft, Focus};
use crate::gui::intent::{Answer, Intent};
use crate::gui::opening::{NoWindow, Reason, no_window};
use crate::gui::tray::Tray;
use crate::gui::{clipboard, icon, keys, links, screens, theme};
use crate::service::ProfileName;

/// Starts the worker with what takes its events.
pub type StartWorker = Box<dyn FnOnce(Box<dyn Fn(Event) + Send + Sync>) -> std::io::Result<Worker>>;

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
    pub(in crate::gui) events: Receiver<Event>,
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
    pub(in crate::gui) asked: bool,
    pub(in crate::gui) tray: Tray,
    pub(in crate::gui) attention: Attention,
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

    pub(in crate::gui) fn restore(&mut self, ctx: &Context, window: WindowSettings) {
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
