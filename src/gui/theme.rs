//! How the window looks: one design in a light and a dark theme. The only file of the window that names a colour.
//!
//! Invariant: every text and background that the tests list contrasts by at least 4.5 : 1 (WCAG 2.2,
//! success criterion 1.4.3, level AA), and the edge of a field by 3 : 1 (1.4.11); a test computes it.

use std::borrow::Cow;

use egui::style::{ScrollStyle, Selection, WidgetVisuals, Widgets};
use egui::{
    Color32, Context, CornerRadius, FontFamily, FontId, Margin, RichText, Shadow, Stroke, Style, TextStyle, Theme, Ui,
    Visuals, vec2,
};

use crate::diagnosis::printable_lines;
use crate::gui::desktop::fonts;

/// Between a label and its field; within a row of small parts.
pub const SPACE_XS: f32 = 4.0;
/// Between parts that belong together.
pub const SPACE_S: f32 = 8.0;
/// Between neighbouring fields.
pub const SPACE_M: f32 = 12.0;
/// The inner margin of cards and panels; between groups.
pub const SPACE_L: f32 = 16.0;
/// The rounding of fields, buttons and code.
pub const RADIUS: u8 = 6;
/// The rounding of cards, banners and sections.
pub const RADIUS_CARD: u8 = 10;
/// The height of a field or button, so that they line up in a row.
pub const CONTROL_HEIGHT: f32 = 32.0;
/// The modules of a QR code and its ground, the same in both themes: not every camera reads the reverse.
pub const QR_CODE: [Color32; 2] = [Color32::BLACK, Color32::WHITE];

/// What a coloured part wants to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tone {
    /// Nothing in particular: off, unknown, absent.
    Neutral,
    /// Good to know.
    Info,
    /// It worked.
    Success,
    /// It works, but look here.
    Warning,
    /// It failed, or will destroy something.
    Danger,
}

/// The colours of one theme.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Palette {
    /// Behind everything in the middle.
    pub background: Color32,
    /// Behind the side list and the bars.
    pub panel: Color32,
    /// Behind a group of fields.
    pub card: Color32,
    /// The same under the pointer.
    pub card_hover: Color32,
    /// Behind what is typed.
    pub field: Color32,
    /// Behind monospaced blocks.
    pub code: Color32,
    /// A quiet line.
    pub border: Color32,
    /// The edge of what can be typed into or pressed.
    pub border_strong: Color32,
    /// Words.
    pub text: Color32,
    /// Words of the second rank: help, hints.
    pub text_weak: Color32,
    /// The one colour that asks to be pressed.
    pub accent: Color32,
    /// The same under the pointer.
    pub accent_hover: Color32,
    /// Words on the accent, and on a danger button.
    pub accent_text: Color32,
    /// A hint of the accent, behind what is selected.
    pub accent_soft: Color32,
    /// Behind marked text.
    pub selection: Color32,
    /// It worked.
    pub success: Color32,
    /// Behind a message of success.
    pub success_soft: Color32,
    /// Look here.
    pub warning: Color32,
    /// Behind a warning.
    pub warning_soft: Color32,
    /// It failed.
    pub danger: Color32,
    /// A danger button under the pointer.
    pub danger_hover: Color32,
    /// Behind a message of failure.
    pub danger_soft: Color32,
    /// Behind the letters of a monogram tile.
    pub tiles: [Color32; 8],
    /// The letters of a monogram tile.
    pub tile_text: Color32,
    /// Under what floats: menus, tooltips.
    pub shadow: Color32,
}

const TILES: [Color32; 8] = [
    Color32::from_rgb(0x3b, 0x55, 0xd9),
    Color32::from_rgb(0x0f, 0x76, 0x6e),
    Color32::from_rgb(0x9a, 0x34, 0x12),
    Color32::from_rgb(0x7e, 0x22, 0xce),
    Color32::from_rgb(0xb4, 0x23, 0x5a),
    Color32::from_rgb(0x1d, 0x6f, 0xa5),
    Color32::from_rgb(0x4d, 0x6b, 0x12),
    Color32::from_rgb(0x5b, 0x5f, 0x6b),
];

const LIGHT: Palette = Palette {
    background: Color32::from_rgb(0xf6, 0xf7, 0xf9),
    panel: Color32::from_rgb(0xec, 0xee, 0xf2),
    card: Color32::from_rgb(0xff, 0xff, 0xff),
    card_hover: Color32::from_rgb(0xf1, 0xf4, 0xfb),
    field: Color32::from_rgb(0xff, 0xff, 0xff),
    code: Color32::from_rgb(0xf0, 0xf2, 0xf6),
    border: Color32::from_rgb(0xd8, 0xdc, 0xe4),
    border_strong: Color32::from_rgb(0x84, 0x8d, 0x9c),
    text: Color32::from_rgb(0x1b, 0x21, 0x30),
    text_weak: Color32::from_rgb(0x55, 0x5e, 0x6e),
    accent: Color32::from_rgb(0x3b, 0x55, 0xd9),
    accent_hover: Color32::from_rgb(0x2f, 0x46, 0xbd),
    accent_text: Color32::from_rgb(0xff, 0xff, 0xff),
    accent_soft: Color32::from_rgb(0xe9, 0xed, 0xfd),
    selection: Color32::from_rgb(0xcd, 0xd7, 0xfc),
    success: Color32::from_rgb(0x17, 0x6f, 0x3d),
    success_soft: Color32::from_rgb(0xe5, 0xf5, 0xeb),
    warning: Color32::from_rgb(0x85, 0x56, 0x00),
    warning_soft: Color32::from_rgb(0xff, 0xf4, 0xdb),
    danger: Color32::from_rgb(0xb8, 0x26, 0x26),
    danger_hover: Color32::from_rgb(0x98, 0x1c, 0x1c),
    danger_soft: Color32::from_rgb(0xfd, 0xec, 0xec),
    tiles: TILES,
    tile_text: Color32::from_rgb(0xff, 0xff, 0xff),
    shadow: Color32::from_black_alpha(40),
};

const DARK: Palette = Palette {
    background: Color32::from_rgb(0x16, 0x19, 0x1f),
    panel: Color32::from_rgb(0x10, 0x13, 0x18),
    card: Color32::from_rgb(0x1e, 0x22, 0x2a),
    card_hover: Color32::from_rgb(0x27, 0x2c, 0x37),
    field: Color32::from_rgb(0x12, 0x15, 0x1a),
    code: Color32::from_rgb(0x13, 0x16, 0x1c),
    border: Color32::from_rgb(0x33, 0x3a, 0x46),
    border_strong: Color32::from_rgb(0x71, 0x7b, 0x8b),
    text: Color32::from_rgb(0xe6, 0xe9, 0xef),
    text_weak: Color32::from_rgb(0xa3, 0xac, 0xba),
    accent: Color32::from_rgb(0x86, 0x9c, 0xff),
    accent_hover: Color32::from_rgb(0xa0, 0xb2, 0xff),
    accent_text: Color32::from_rgb(0x0f, 0x14, 0x20),
    accent_soft: Color32::from_rgb(0x22, 0x2a, 0x49),
    selection: Color32::from_rgb(0x35, 0x43, 0x80),
    success: Color32::from_rgb(0x62, 0xcc, 0x8e),
    success_soft: Color32::from_rgb(0x17, 0x2f, 0x22),
    warning: Color32::from_rgb(0xe7, 0xb8, 0x5a),
    warning_soft: Color32::from_rgb(0x33, 0x2a, 0x13),
    danger: Color32::from_rgb(0xff, 0x8d, 0x85),
    danger_hover: Color32::from_rgb(0xff, 0xa8, 0xa1),
    danger_soft: Color32::from_rgb(0x3b, 0x1d, 0x1f),
    tiles: TILES,
    tile_text: Color32::from_rgb(0xff, 0xff, 0xff),
    shadow: Color32::from_black_alpha(130),
};

impl Palette {
    /// The palette of the theme that `ui` has now.
    pub fn of(ui: &Ui) -> &'static Self {
        Self::for_dark_mode(ui.visuals().dark_mode)
    }

    /// The dark palette, or the light one.
    pub fn for_dark_mode(dark: bool) -> &'static Self {
        if dark { &DARK } else { &LIGHT }
    }

    /// The colour that speaks in `tone`, for words, dots and ports.
    pub fn tone(&self, tone: Tone) -> Color32 {
        match tone {
            Tone::Neutral => self.text_weak,
            Tone::Info => self.accent,
            Tone::Success => self.success,
            Tone::Warning => self.warning,
            Tone::Danger => self.danger,
        }
    }

    /// The quiet background of a message in `tone`.
    pub fn tone_soft(&self, tone: Tone) -> Color32 {
        match tone {
            Tone::Neutral => self.code,
            Tone::Info => self.accent_soft,
            Tone::Success => self.success_soft,
            Tone::Warning => self.warning_soft,
            Tone::Danger => self.danger_soft,
        }
    }

    /// The tile colour of `name`: the same for the same name, on every machine and in every version.
    pub fn tile(&self, name: &str) -> Color32 {
        // FNV-1a, since the standard library's hasher may change between releases.
        let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        // The low bits of this hash follow the last letter alone; fold the high half in.
        self.tiles[((hash ^ (hash >> 16)) & 7) as usize]
    }
}

/// Dresses the window: typefaces, sizes, spacing, and both palettes. The system's choice of light or dark is followed
/// until `ctx.set_theme` says otherwise.
pub fn install(ctx: &Context) {
    ctx.set_fonts(fonts::definitions());
    ctx.set_style_of(Theme::Light, style(&LIGHT, Visuals::light()));
    ctx.set_style_of(Theme::Dark, style(&DARK, Visuals::dark()));
}

/// Text that may come from outside, as the window shows it: what reorders the line or hides in it is written out.
pub fn shown(text: impl Into<String>) -> String {
    let text = text.into();
    match printable_lines(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(written_out) => written_out,
    }
}

/// The name of a screen.
pub fn heading(text: impl Into<String>) -> RichText {
    RichText::new(shown(text)).text_style(TextStyle::Heading)
}

/// The name of a section or card.
pub fn title(text: impl Into<String>) -> RichText {
    RichText::new(shown(text)).text_style(title_style())
}

/// The name of a field; words that stand out in a line.
pub fn label(text: impl Into<String>) -> RichText {
    RichText::new(shown(text)).text_style(label_style())
}

/// Small words of the second rank.
pub fn small(ui: &Ui, text: impl Into<String>) -> RichText {
    RichText::new(shown(text)).small().color(Palette::of(ui).text_weak)
}

/// The text style of section titles: 17 points, semibold.
pub fn title_style() -> TextStyle {
    TextStyle::Name("title".into())
}

/// The text style of field labels: as the body, semibold.
pub fn label_style() -> TextStyle {
    TextStyle::Name("label".into())
}

/// The ring of keyboard focus.
pub fn focus_stroke(palette: &Palette) -> Stroke {
    Stroke::new(2.0, palette.accent)
}

fn style(palette: &Palette, base: Visuals) -> Style {
    let mut style = Style { visuals: visuals(palette, base), animation_time: 0.1, ..Style::default() };
    style.text_styles = [
        (TextStyle::Heading, FontId::new(22.0, fonts::semibold())),
        (title_style(), FontId::new(17.0, fonts::semibold())),
        (label_style(), FontId::new(14.5, fonts::semibold())),
        (TextStyle::Body, FontId::new(14.5, FontFamily::Proportional)),
        (TextStyle::Button, FontId::new(14.5, FontFamily::Proportional)),
        (TextStyle::Small, FontId::new(12.5, FontFamily::Proportional)),
        (TextStyle::Monospace, FontId::new(13.0, FontFamily::Monospace)),
    ]
    .into();
    let spacing = &mut style.spacing;
    spacing.item_spacing = vec2(SPACE_S, SPACE_S);
    spacing.button_padding = vec2(SPACE_M, 6.0);
    spacing.interact_size = vec2(40.0, CONTROL_HEIGHT);
    spacing.window_margin = Margin::same(16);
    spacing.menu_margin = Margin::same(6);
    spacing.icon_width = 18.0;
    spacing.icon_width_inner = 10.0;
    spacing.icon_spacing = SPACE_S;
    spacing.combo_height = 320.0;
    spacing.tooltip_width = 360.0;
    spacing.scroll = ScrollStyle::thin();
    style
}

fn visuals(palette: &Palette, base: Visuals) -> Visuals {
    let radius = CornerRadius::same(RADIUS);
    let shadow = Shadow { offset: [0, 4], blur: 16, spread: 0, color: palette.shadow };
    Visuals {
        widgets: widgets(palette),
        weak_text_color: Some(palette.text_weak),
        // The stroke outlines a field that is typed into; its colour is also that of selected menu rows.
        selection: Selection { bg_fill: palette.selection, stroke: focus_stroke(palette) },
        hyperlink_color: palette.accent,
        faint_bg_color: palette.card_hover,
        extreme_bg_color: palette.field,
        text_edit_bg_color: Some(palette.field),
        code_bg_color: palette.code,
        warn_fg_color: palette.warning,
        error_fg_color: palette.danger,
        window_corner_radius: CornerRadius::same(RADIUS_CARD),
        window_shadow: shadow,
        window_fill: palette.card,
        window_stroke: Stroke::new(1.0, palette.border),
        menu_corner_radius: radius,
        panel_fill: palette.background,
        popup_shadow: shadow,
        indent_has_left_vline: false,
        ..base
    }
}

fn widgets(palette: &Palette) -> Widgets {
    let widget = |back, fill, edge| WidgetVisuals {
        bg_fill: back,
        weak_bg_fill: fill,
        bg_stroke: edge,
        corner_radius: CornerRadius::same(RADIUS),
        fg_stroke: Stroke::new(1.5, palette.text),
        expansion: 0.0,
    };
    let quiet = Stroke::new(1.0, palette.border);
    let edge = Stroke::new(1.0, palette.border_strong);
    Widgets {
        noninteractive: WidgetVisuals {
            fg_stroke: Stroke::new(1.0, palette.text),
            ..widget(palette.card, palette.card, quiet)
        },
        inactive: widget(palette.field, palette.card, edge),
        hovered: widget(palette.card_hover, palette.card_hover, Stroke::new(1.0, palette.accent)),
        // Also the state of keyboard focus, hence the ring.
        active: widget(palette.accent_soft, palette.accent_soft, focus_stroke(palette)),
        open: widget(palette.field, palette.card_hover, edge),
    }
}

/// The toolkit's word for what the person chose.
pub fn preference(theme: crate::app::Theme) -> egui::ThemePreference {
    match theme {
        crate::app::Theme::System => egui::ThemePreference::System,
        crate::app::Theme::Light => egui::ThemePreference::Light,
        crate::app::Theme::Dark => egui::ThemePreference::Dark,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance as WCAG 2.2 defines it.
    fn luminance(color: Color32) -> f64 {
        let linear = |channel: u8| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(color.r()) + 0.7152 * linear(color.g()) + 0.0722 * linear(color.b())
    }

    fn contrast(one: Color32, other: Color32) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn contrast_is_computed_as_wcag_says() {
        assert!((contrast(Color32::BLACK, Color32::WHITE) - 21.0).abs() < 0.001);
        assert!((contrast(Color32::from_rgb(0x76, 0x76, 0x76), Color32::WHITE) - 4.54).abs() < 0.01);
    }

    /// Every pair of words and background that the widgets draw, with its name.
    fn text_pairs(palette: &Palette) -> Vec<(&'static str, Color32, Color32)> {
        let mut pairs = vec![
            ("accent text on accent", palette.accent_text, palette.accent),
            ("accent text on accent under the pointer", palette.accent_text, palette.accent_hover),
            ("danger button", palette.accent_text, palette.danger),
            ("danger button under the pointer", palette.accent_text, palette.danger_hover),
            ("text on marked text", palette.text, palette.selection),
            ("weak text in a field", palette.text_weak, palette.field),
        ];
        for back in
            [palette.background, palette.panel, palette.card, palette.card_hover, palette.code, palette.accent_soft]
        {
            pairs.push(("text", palette.text, back));
            pairs.push(("weak text", palette.text_weak, back));
            pairs.push(("link", palette.accent, back));
        }
        for tone in [Tone::Neutral, Tone::Info, Tone::Success, Tone::Warning, Tone::Danger] {
            pairs.push(("tone on its own soft", palette.tone(tone), palette.tone_soft(tone)));
            pairs.push(("text on a soft tone", palette.text, palette.tone_soft(tone)));
            pairs.push(("weak text on a soft tone", palette.text_weak, palette.tone_soft(tone)));
            pairs.push(("link on a soft tone", palette.accent, palette.tone_soft(tone)));
            for back in [palette.background, palette.panel, palette.card, palette.card_hover] {
                pairs.push(("tone", palette.tone(tone), back));
            }
        }
        pairs.extend(palette.tiles.map(|tile| ("monogram", palette.tile_text, tile)));
        pairs
    }

    #[test]
    fn all_text_can_be_read_in_both_themes() {
        let mut failures = Vec::new();
        for (theme, palette) in [("light", LIGHT), ("dark", DARK)] {
            for (name, text, back) in text_pairs(&palette) {
                let ratio = contrast(text, back);
                if ratio < 4.5 {
                    failures.push(format!("{theme}: {name} {text:?} on {back:?} is {ratio:.2}"));
                }
            }
        }
        assert!(failures.is_empty(), "{}", failures.join("\n"));
    }

    #[test]
    fn the_edges_of_fields_and_the_focus_ring_can_be_seen_in_both_themes() {
        for palette in [LIGHT, DARK] {
            for back in [palette.background, palette.card, palette.field] {
                assert!(contrast(palette.border_strong, back) >= 3.0, "{:.2}", contrast(palette.border_strong, back));
                assert!(contrast(palette.accent, back) >= 3.0);
            }
        }
    }

    #[test]
    fn a_tile_colour_belongs_to_a_name_for_good() {
        assert_eq!(LIGHT.tile("Google"), LIGHT.tile("Google"));
        let colours: std::collections::HashSet<_> =
            ["Google", "NetSuite", "QuickBooks Online", "Microsoft", "Practice service", "Custom service", "Slack"]
                .iter()
                .map(|name| LIGHT.tile(name))
                .collect();
        assert!(colours.len() >= 4, "names share too few colours: {}", colours.len());
    }
}
