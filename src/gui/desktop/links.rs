//! Links open in the program's own choice of browser, through the worker. The toolkit's way asks nobody and fails in
//! silence; here an address that cannot be opened stays on the screen, to be copied.

use egui::{Context, FullOutput, OutputCommand, Plugin};

use crate::app::{Browser, Pending, Tasks};
use crate::diagnosis::Diagnosis;

/// An address that could not be opened, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotOpened {
    pub url: String,
    pub why: Diagnosis,
}

/// The addresses that were pressed.
#[derive(Default)]
pub struct Links {
    wanted: Vec<(String, Browser)>,
    opening: Vec<(String, Pending<()>)>,
    not_opened: Option<NotOpened>,
}

impl Plugin for Links {
    fn debug_name(&self) -> &'static str {
        "links"
    }

    fn output_hook(&mut self, ctx: &Context, output: &mut FullOutput) {
        let before = self.wanted.len();
        output.platform_output.commands.retain(|command| match command {
            OutputCommand::OpenUrl(open) => {
                self.wanted.push((open.url.clone(), Browser::System));
                false
            }
            _ => true,
        });
        if self.wanted.len() > before {
            ctx.request_repaint();
        }
    }
}

fn with<R>(ctx: &Context, act: impl FnOnce(&mut Links) -> R) -> R {
    act(&mut ctx.plugin_or_default::<Links>().lock())
}

/// Opens an address in this browser.
pub fn open(ctx: &Context, url: &str, browser: Browser) {
    with(ctx, |links| links.wanted.push((url.to_owned(), browser)));
    ctx.request_repaint();
}

/// Opens what was pressed.
pub fn start(ctx: &Context, tasks: &Tasks) {
    with(ctx, |links| {
        for (url, browser) in std::mem::take(&mut links.wanted) {
            let address = url.clone();
            let open = tasks.start(|app, _| async move { app.open_link(address, browser).await });
            links.opening.push((url, open));
        }
    });
}

/// Takes in which of them could not be opened.
pub fn take(ctx: &Context) {
    with(ctx, |links| {
        links.opening.retain_mut(|(url, opening)| match opening.poll(&mut Vec::new()) {
            None => true,
            Some(outcome) => {
                if let Err(failure) = outcome {
                    links.not_opened = Some(NotOpened { url: url.clone(), why: failure.diagnosis });
                }
                false
            }
        });
    });
}

/// The address that could not be opened last.
pub fn not_opened(ctx: &Context) -> Option<NotOpened> {
    with(ctx, |links| links.not_opened.clone())
}

pub fn dismiss(ctx: &Context) {
    with(ctx, |links| links.not_opened = None);
}
