//! A text as a QR code (ISO/IEC 18004), for the camera of another device.

use egui::{ColorImage, Id, Image, TextureHandle, TextureOptions, Ui, WidgetInfo, accesskit::Role, vec2};
use qrcodegen::{QrCode, QrCodeEcc};

use crate::gui::texts::widgets as texts;
use crate::gui::theme::{QR_CODE, small};

/// Side of a module, in points.
const MODULE: f32 = 3.0;
/// Width of the quiet zone around the code, in modules; the standard wants four.
const QUIET: i32 = 4;

/// The code that was drawn last, and of which text.
#[derive(Clone)]
struct Drawn {
    text: String,
    texture: TextureHandle,
    modules: u16,
}

/// Draws the code. Screen readers know it by `name`.
pub fn qr_code(ui: &mut Ui, name: &str, text: &str) {
    let key = Id::unique("qr-code").with(name);
    let known: Option<Drawn> = ui.data(|data| data.get_temp(key)).filter(|drawn: &Drawn| drawn.text == text);
    let Some(drawn) = known.or_else(|| drawn(ui, text)) else {
        ui.label(small(ui, texts::QR_TOO_LONG));
        return;
    };
    let side = f32::from(drawn.modules) * MODULE;
    let response = ui.add(Image::from_texture((drawn.texture.id(), vec2(side, side))));
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, name));
    ui.data_mut(|data| data.insert_temp(key, drawn));
}

/// `None` for a text that fits no code.
fn drawn(ui: &Ui, text: &str) -> Option<Drawn> {
    let code = QrCode::encode_text(text, QrCodeEcc::Low).ok()?;
    let modules = code.size() + 2 * QUIET;
    let pixels = (0..modules).flat_map(|y| (0..modules).map(move |x| (x, y)));
    let [dark, light] = QR_CODE;
    let colour = |(x, y)| if code.get_module(x - QUIET, y - QUIET) { dark } else { light };
    let width = usize::try_from(modules).ok()?;
    let image = ColorImage::new([width, width], pixels.map(colour).collect());
    let texture = ui.ctx().load_texture("qr-code", image, TextureOptions::NEAREST);
    Some(Drawn { text: text.to_owned(), texture, modules: u16::try_from(modules).ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::widgets::harness::{THEMES, harness};
    use egui_kittest::kittest::Queryable as _;

    #[test]
    fn a_text_that_fits_no_code_says_so() {
        for (length, fits) in [(300, true), (3000, false)] {
            let harness = harness(THEMES[0], (), move |ui, ()| qr_code(ui, "QR code", &"a".repeat(length)));
            assert_eq!(harness.query_by_label("QR code").is_some(), fits);
            assert_eq!(harness.query_by_label_contains("too long for a QR code").is_some(), !fits);
        }
    }
}
