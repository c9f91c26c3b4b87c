//! Links open in the program's own choice of browser, through the worker. The toolkit's way asks nobody and fails in
//! silence; here an address that cannot be opened stays on the screen, to be copied.

use egui::{Context, FullOutput, OutputCommand, Plugin};

use crate::app::{Browser, Command, Event};
use crate::diagnosis::Diagnosis;

/// An address that could not be opened, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotOpened {
    /// The address.
    pub url: String,
    /// Why.
    pub why: Diagnosis,
}

/// The addresses that were pressed.
#[derive(Debug, Default)]
pub struct Links {
    wanted: Vec<String>,
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
                self.wanted.push(open.url.clone());
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

/// What the worker is to do.
pub fn commands(ctx: &Context) -> Vec<Command> {
    let open = |url| Command::OpenLink { url, browser: Browser::System };
    with(ctx, |links| std::mem::take(&mut links.wanted)).into_iter().map(open).collect()
}

/// Takes the worker's answer, and leaves other events to others.
pub fn answered(ctx: &Context, event: Event) -> Option<Event> {
    match event {
        Event::LinkNotOpened(url, why) => with(ctx, |links| links.not_opened = Some(NotOpened { url, why })),
        event => return Some(event),
    }
    ctx.request_repaint();
    None
}

/// The address that could not be opened last.
pub fn not_opened(ctx: &Context) -> Option<NotOpened> {
    with(ctx, |links| links.not_opened.clone())
}

/// Takes it off the screen.
pub fn dismiss(ctx: &Context) {
    with(ctx, |links| links.not_opened = None);
}
