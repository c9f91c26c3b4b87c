//! The window: takes in what the core tells, shows the screens, and starts what the person wants there.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};

use egui::{Context, Ui, ViewportBuilder};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::{Need, News, PracticeOptions, Runtime, Tasks, VaultState, WindowSettings, parse_faults};
use crate::gui::clock::{self, Clock};
use crate::gui::desktop::in_use::InUse;
use crate::gui::desktop::notifications::Attention;
use crate::gui::desktop::start_error::{NoWindow, Reason, no_window};
use crate::gui::desktop::tray::Tray;
use crate::gui::desktop::{clipboard, icon, links};
use crate::gui::drafts::palette::Palette;
use crate::gui::drafts::{Draft, Focus};
use crate::gui::intent::Intent;
use crate::gui::model::{CallModel, Model, Open, Rehearsal};
use crate::gui::texts::{common, window as texts};
use crate::gui::{screens, theme};
use crate::oauth::TokenSet;
use crate::service::ProfileName;

/// Starts the core with what takes its news.
pub type StartRuntime = Box<dyn FnOnce(Box<dyn Fn(News) + Send + Sync>) -> std::io::Result<Runtime>>;

/// The window's size in points, the first time.
const FIRST_SIZE: [f32; 2] = [1100.0, 780.0];
/// Smaller than this nothing is promised to fit.
const LEAST_SIZE: [f32; 2] = [640.0, 400.0];

/// Opens the window and stays until it is closed; `drawn` is set when it first shows something.
pub fn run(start: StartRuntime, drawn: Arc<AtomicBool>) -> Result<(), NoWindow> {
    let options = eframe::NativeOptions {
        viewport: ViewportBuilder::default()
            .with_title(common::PRODUCT)
            .with_app_id("tokenwright")
            .with_inner_size(FIRST_SIZE)
            .with_min_inner_size(LEAST_SIZE)
            .with_icon(icon::icon()),
        ..Default::default()
    };
    let create = move |context: &eframe::CreationContext<'_>| -> Result<Box<dyn eframe::App>, _> {
        Ok(Box::new(Window { drawn, ..Window::new(&context.egui_ctx, start)? }))
    };
    // A missing system library is a panic in there, not an error (libxkbcommon-x11).
    let run = std::panic::AssertUnwindSafe(|| eframe::run_native("tokenwright", options, Box::new(create)));
    match std::panic::catch_unwind(run) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(NoWindow::Refused(no_window(Reason::of(&error)))),
        Err(_) => Err(NoWindow::Panicked(no_window(Reason::NoLibrary))),
    }
}

pub struct Window {
    pub(in crate::gui) tasks: Tasks,
    news: Receiver<News>,
    pub(in crate::gui) model: Model,
    pub(in crate::gui) draft: Draft,
    pub(in crate::gui) settings: WindowSettings,
    title: String,
    /// The profile that is opened to be signed in anew.
    pub(in crate::gui) signing_in: Option<ProfileName>,
    /// Whether the person wants the window closed whatever is lost.
    pub(in crate::gui) leaving: bool,
    /// What is done once what was typed is saved.
    pub(in crate::gui) after_saving: Option<Intent>,
    /// Whether the screen asked for the passphrase in the last frame.
    pub(in crate::gui) asked: bool,
    pub(in crate::gui) tray: Tray,
    pub(in crate::gui) attention: Attention,
    pub(in crate::gui) used: InUse,
    /// Whether anything was ever shown.
    drawn: Arc<AtomicBool>,
    /// Dropped last: it sees through what must be.
    _runtime: Runtime,
}

impl Window {
    /// Starts the core and asks it for everything that is shown first.
    pub fn new(ctx: &Context, start: StartRuntime) -> std::io::Result<Self> {
        theme::install(ctx);
        ctx.add_plugin(clipboard::Clipboard::default());
        ctx.add_plugin(links::Links::default());
        // A cursor that blinks would wake the window twice a second; the edge of the field shows where it is.
        ctx.all_styles_mut(|style| style.visuals.text_cursor.blink = false);
        let (sender, news) = channel();
        let waker = ctx.clone();
        let runtime = start(Box::new(move |told| {
            // First the news, then the waking: the frame must find it. The receiver is gone only at the end.
            let _ = sender.send(told);
            waker.request_repaint();
        }))?;
        let waker = ctx.clone();
        let tasks = Tasks::new(&runtime, move || waker.request_repaint());
        tasks.run(|app| async move { app.load_all().await });
        tasks.run(|app| async move { app.run_scheduler().await });
        tasks.run(|app| async move {
            app.watch_for_shutdown().await;
            Ok(())
        });
        let draft = Draft::new(Clock { zone: TimeZone::system(), now: Timestamp::now() });
        Ok(Self {
            tasks,
            news,
            model: Model::default(),
            draft,
            settings: WindowSettings::default(),
            title: common::PRODUCT.to_owned(),
            signing_in: None,
            leaving: false,
            after_saving: None,
            asked: false,
            tray: Tray::default(),
            attention: Attention::default(),
            used: InUse::default(),
            drawn: Arc::default(),
            _runtime: runtime,
        })
    }

    pub(in crate::gui) fn next_news(&self) -> Option<News> {
        self.news.try_recv().ok()
    }

    pub(in crate::gui) fn restore(&mut self, ctx: &Context, settings: WindowSettings) {
        self.settings = settings;
        ctx.set_theme(theme::preference(settings.theme));
        if let Some(scale) = settings.scale {
            ctx.set_zoom_factor(scale);
        }
        if let Some((width, height)) = settings.size {
            ctx.send_viewport_cmd(egui::ViewportCommand::InnerSize(egui::vec2(width, height)));
        }
    }

    fn close_anyway(&mut self, ctx: &Context) {
        self.leaving = true;
        ctx.send_viewport_cmd(egui::ViewportCommand::Close);
    }

    // flat: one arm an intent
    pub(in crate::gui) fn perform(&mut self, ctx: &Context, intent: Intent) {
        let Some(intent) = self.confirm_first(intent) else { return };
        match intent {
            Intent::NewProfile => self.leave_wizard(),
            Intent::Choose(id) => self.choose(&id),
            Intent::Rehearse(id) => self.rehearse(id),
            Intent::SetFaults => self.start_practice(),
            Intent::GoTo(step) => self.draft.go_to(step, &self.model),
            Intent::Authorize { .. } => self.sign_in(false),
            Intent::AuthorizeByHand => self.sign_in(true),
            Intent::AuthorizeOnDevice => self.sign_in_on_device(),
            Intent::CheckRedirects => self.check_redirects(),
            Intent::UseRedirect(uri) => self.use_redirect(uri),
            Intent::Paste => self.paste(),
            Intent::EnterRefreshToken => self.enter_refresh_token(),
            Intent::Discover => self.discover(),
            Intent::TryService => self.try_service(),
            Intent::TryOtherAuthentication => self.try_other_authentication(),
            Intent::Cancel(work) => self.cancel(work),
            Intent::Key(wish) => self.fulfil_key(wish),
            Intent::ClientCertificate(wish) => self.fulfil_client_certificate(wish),
            Intent::Client(wish) => self.fulfil_client(wish),
            Intent::RequestTokens | Intent::SignToken => self.request_tokens(),
            Intent::RequestRefresh => self.request_refresh(Need::New),
            Intent::ResendRefresh => self.request_refresh(Need::Resent),
            Intent::CheckToken => self.check_token(),
            Intent::TryReading => self.try_reading(),
            Intent::ChooseFetched(chosen) => self.choose_fetched(chosen),
            Intent::Save { replace } => self.save(replace),
            Intent::SavePreset { replace } => self.save_preset(replace),
            Intent::OpenImport => self.open_import(),
            Intent::CloseImport => self.close_import(),
            Intent::Import(source) => self.import(Some(source)),
            Intent::ImportChosen => self.import(None),
            Intent::UseImport { as_preset } => self.use_import(as_preset),
            Intent::AcceptShared => self.accept_shared(),
            Intent::Open(name) => self.open(name, false),
            Intent::SignIn(name) => self.open(name, true),
            Intent::SignInAgain => self.sign_in_again(),
            Intent::ShowHome => self.show_home(),
            Intent::EditProfile => self.edit_profile(),
            Intent::CopyToken(what) => self.copy_token(ctx, what),
            Intent::CopyResourceToken(resource) => self.copy_resource_token(resource),
            Intent::OpenCall(name) => self.open_call(name),
            Intent::SendCall { allows_host } => self.send_call(allows_host),
            Intent::StepUp => self.step_up(),
            Intent::KeepCall(keeps) => self.keep_call(keeps),
            Intent::OpenInspect(profile) => self.open_inspect(profile),
            Intent::Inspect { asks_issuer } => self.inspect(asks_issuer),
            Intent::SaveRemarks => self.save_remarks(),
            Intent::SaveName => self.save_name(),
            Intent::Forget(name) => self.forget(name, false),
            Intent::OpenForgotten => self.open_forgotten(),
            Intent::Unforget(name) => self.unforget(name),
            Intent::Erase(name) => self.erase(name),
            Intent::DismissForgotten => self.model.forgotten.last = None,
            Intent::Revoke(name) => self.forget(name, true),
            Intent::SetCheckEvery(name, every) => self.set_check_every(name, every),
            Intent::SetKeepAlive(name, on) => self.set_keep_alive(name, on),
            Intent::ShowHistory(name) => self.ask_history(name),
            Intent::Restore { name, generation, anyway } => self.restore_generation(name, generation, anyway),
            Intent::Ask(query, name) => self.ask(query, name),
            Intent::RetrySave => self.retry_save(),
            Intent::MoveVault(kind, passphrase) => self.move_vault(kind, passphrase),
            Intent::OpenVault(kind, passphrase) => self.open_vault(kind, passphrase),
            Intent::SaveUnsaved => self.save_unsaved(ctx),
            Intent::DiscardUnsaved => self.discard_unsaved(ctx),
            Intent::Close => ctx.send_viewport_cmd(egui::ViewportCommand::Close),
            Intent::CloseAnyway => self.close_anyway(ctx),
            Intent::OpenExport(name) => self.open_export(name),
            Intent::CopyExport => self.copy_export(),
            Intent::SaveExport(insisted) => self.save_export(insisted),
            Intent::ChooseTarget => self.choose_target(),
            Intent::DropSink(name, path) => self.drop_sink(name, path),
            Intent::OpenShare => self.open_share(),
            Intent::Share(insisted) => self.share(insisted),
            Intent::ShareWithTeam => self.share_with_team(),
            Intent::Unshare(name) => self.unshare(name),
            Intent::OpenCalendar => self.open_calendar(),
            Intent::SaveCalendar { replace } => self.save_calendar(replace),
            Intent::OpenTeam => self.open_team(),
            Intent::Team(action) => self.on_team(action),
            Intent::ClosePage => self.close_page(),
            Intent::SaveTicks(service) => self.save_ticks(service),
            Intent::ChangeSettings(settings) => self.change_settings(ctx, settings),
            Intent::OpenSettings => self.open_settings(),
            Intent::Settings(wish) => self.on_settings(wish),
            Intent::OpenCalls => self.open_calls(),
            Intent::SaveHar => self.save_har(),
            Intent::SaveCase => self.save_case(),
            Intent::ReplayCase => self.replay_case(),
            Intent::ShowFolder(folder) => self.show_folder(folder),
            Intent::LockVault => self.lock_vault(),
            Intent::OpenPalette => self.draft.palette = Some(Palette::default()),
            Intent::ShowKeys => self.draft.keys_are_shown = true,
            Intent::FindProfile => self.find_profile(),
            Intent::ToggleList => self.toggle_list(ctx),
            Intent::Dismiss(problem) => self.model.problems.retain(|told| *told != problem),
        }
    }

    fn find_profile(&mut self) {
        self.draft.listing.is_open = Some(true);
        self.draft.next_view.focus = Some(Focus::Profiles);
    }

    fn toggle_list(&mut self, ctx: &Context) {
        let is_open = screens::is_open(&self.draft, ctx.content_rect().width());
        self.draft.listing.is_open = Some(!is_open);
    }

    pub(in crate::gui) fn save_settings(&self) {
        let settings = self.settings;
        self.tasks.run(move |app| async move { app.save_window(settings).await });
    }

    fn save_ticks(&self, service: String) {
        let ticked = self.draft.ticks.get(&service).cloned().unwrap_or_default();
        self.tasks.run(move |app| async move { app.save_ticks(service, ticked).await });
    }

    /// What was copied, asked to be pasted, or pressed as a link.
    fn turn_to_desktop(&self, ctx: &Context) {
        clipboard::start(ctx, &self.tasks);
        links::start(ctx, &self.tasks);
    }

    /// Ends what goes on for the service or profile that is open.
    pub(in crate::gui) fn cancel_all(&mut self) {
        self.close_import();
        self.close_page();
        *self.model.open = Open::default();
    }

    /// Closes the page that lies over the steps; what was changed in the settings and can be used is saved.
    pub(in crate::gui) fn close_page(&mut self) {
        self.save_connections();
        self.model.export.close();
        self.model.inspection.close();
        self.model.call = CallModel::default();
        self.model.calendar.file.cancel();
        self.draft.close_page();
    }

    pub(in crate::gui) fn leave_wizard(&mut self) {
        self.cancel_all();
        self.draft.begin();
    }

    fn choose(&mut self, id: &str) {
        let Some(service) = self.model.services.iter().find(|service| service.id == id).cloned() else { return };
        self.cancel_all();
        if service.practice {
            self.start_practice();
        }
        self.draft.choose(service);
    }

    fn rehearse(&mut self, id: String) {
        // From the menu of a card that is not the chosen one.
        if self.draft.profile.as_ref().is_none_or(|profile| profile.service.id != id) {
            self.choose(&id);
        }
        self.draft.next_view.to_rehearsal = true;
        let mut rehearsal = Rehearsal { service: id.clone(), ..Rehearsal::default() };
        rehearsal.work.start(self.tasks.start(|app, report| async move { app.rehearse(&id, &report).await }));
        self.model.open.rehearsal = Some(rehearsal);
    }

    /// Starts the practice service; when it runs already, switches its faults.
    pub(in crate::gui) fn start_practice(&self) {
        let faults = self.draft.service_step.faults.clone();
        // That it could not be started is told as news, and shown at its own place.
        self.tasks.run(move |app| async move {
            let options = PracticeOptions { faults: parse_faults(&faults)?, ..PracticeOptions::default() };
            let _ = app.start_practice(options).await;
            Ok(())
        });
    }

    /// Wakes the window when a clock on it changes; with no clock on it, it sleeps.
    fn schedule_clock(&self, ctx: &Context) {
        let now = self.draft.clock.now;
        let saved = self.model.profiles.iter().filter_map(screens::expiry);
        let saved = saved.filter_map(|at| clock::until_next_short_change(at, now));
        let own = self.model.open.tokens.iter().flat_map(TokenSet::ends);
        if let Some(next) = saved.chain(own.filter_map(|at| clock::until_next_change(at, now))).min() {
            clock::wake_after(ctx, now, next);
        }
    }

    fn name_window(&mut self, ctx: &Context) {
        let title = match self.model.open.name() {
            Some(name) if self.model.open.draft.is_some() => texts::draft_title(self.model.shown_name(name)),
            Some(name) => texts::title(self.model.shown_name(name)),
            None => common::PRODUCT.to_owned(),
        };
        if title != self.title {
            ctx.send_viewport_cmd(egui::ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }

    fn remember_size(&mut self, ctx: &Context) {
        if let Some(rect) = ctx.input(|input| input.viewport().inner_rect) {
            self.settings.size = Some((rect.width().round(), rect.height().round()));
        }
    }
}

impl eframe::App for Window {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        self.take_news(ctx);
        self.take_outcomes(ctx);
        self.turn_to_desktop(ctx);
        self.draft.clock.now = Timestamp::now();
        self.remember_size(ctx);
        self.follow_use(ctx);
        self.schedule_clock(ctx);
        self.name_window(ctx);
        if self.attention.follow(ctx) {
            self.tasks.run(|app| async move { app.load_again().await });
        }
        let fallen = self.attention.fallen(&self.model, self.draft.clock.now);
        self.call_person(ctx, fallen);
        self.ask_before_closing(ctx);
        if let Some(icon) = self.tray.follow(ctx, &self.model) {
            self.tasks.run(move |app| async move {
                app.show_tray(icon).await;
                Ok(())
            });
        }
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        self.drawn.store(true, Ordering::Relaxed);
        let ctx = ui.ctx().clone();
        ctx.accesskit_node_builder(egui::accesskit_root_id(), |node| node.set_label(self.title.as_str()));
        for intent in screens::window_ui(ui, &self.model, &mut self.draft) {
            self.perform(&ctx, intent);
            ctx.request_repaint();
        }
        self.look_at_export();
        self.look_at_calendar();
        self.turn_to_desktop(&ctx);
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        if !matches!(self.model.vault, VaultState::Unknown) {
            self.save_settings();
        }
    }
}
