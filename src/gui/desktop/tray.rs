//! The window in the tray: with the icon there, closing or minimising the window hides it, and the profiles that are
//! kept alive go on. Without an icon nothing is ever hidden, since nothing would bring it back.

use egui::{Context, ViewportCommand};

use crate::app::{TrayIcon, TrayPress, TrayState};
use crate::gui::desktop::icon;
use crate::gui::model::Model;

/// Every how many pixels of the program's mark one is taken: a tray shows it small.
const STEP: u32 = 4;

/// How the window and the icon stand to each other.
#[derive(Debug, Default)]
pub(crate) struct Tray {
    /// Whether the icon was asked for.
    asked: bool,
    hidden: bool,
    quits: bool,
}

impl Tray {
    /// Looks at what the desktop did to the window; the icon to show, or none, where that has changed.
    #[allow(clippy::option_option, reason = "no change, or a change to an icon or to none")]
    pub(crate) fn follow(&mut self, ctx: &Context, model: &Model) -> Option<Option<TrayIcon>> {
        let wanted = is_wanted(model);
        let can_hide = self.would_hide(model);
        let (closes, minimized) =
            ctx.input(|input| (input.viewport().close_requested(), input.viewport().minimized == Some(true)));
        if can_hide && !self.hidden && (closes || minimized) {
            if closes {
                ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            }
            ctx.send_viewport_cmd(ViewportCommand::Visible(false));
            self.hidden = true;
        }
        (wanted != self.asked).then(|| {
            self.asked = wanted;
            wanted.then(mark)
        })
    }

    /// Whether closing the window only hides it.
    pub(crate) fn would_hide(&self, model: &Model) -> bool {
        is_wanted(model) && model.tray == TrayState::There && !self.quits
    }

    /// Does what was pressed in the icon's menu.
    pub(crate) fn press(&mut self, ctx: &Context, press: TrayPress) {
        match press {
            TrayPress::Show | TrayPress::Gone if self.hidden => {
                self.hidden = false;
                ctx.send_viewport_cmd(ViewportCommand::Visible(true));
                ctx.send_viewport_cmd(ViewportCommand::Minimized(false));
                ctx.send_viewport_cmd(ViewportCommand::Focus);
            }
            TrayPress::Show => ctx.send_viewport_cmd(ViewportCommand::Focus),
            TrayPress::Gone => {}
            TrayPress::Quit => {
                self.quits = true;
                ctx.send_viewport_cmd(ViewportCommand::Close);
            }
        }
    }
}

fn is_wanted(model: &Model) -> bool {
    let is_on = model.window.is_some_and(|window| window.tray);
    is_on && model.profiles.iter().any(|profile| profile.keep_alive)
}

fn mark() -> TrayIcon {
    let icon = icon::icon();
    let row = (icon.width * 4) as usize;
    let rows = icon.rgba.chunks_exact(row.max(4)).step_by(STEP as usize);
    let rgba = rows.flat_map(|row| row.chunks_exact(4).step_by(STEP as usize)).flatten().copied().collect();
    TrayIcon { width: icon.width.div_ceil(STEP), height: icon.height.div_ceil(STEP), rgba }
}

#[cfg(test)]
mod tests {
    use super::mark;

    #[test]
    fn the_mark_in_the_tray_is_a_square_of_64_pixels() {
        let mark = mark();
        assert_eq!((mark.width, mark.height, mark.rgba.len()), (64, 64, 64 * 64 * 4));
    }
}
