//! The typefaces of the window: Inter and JetBrains Mono, bundled as subsets, so that every machine draws the same
//! text. What they do not cover is looked for in the system's typefaces. Their licences lie beside them in
//! `assets/fonts`.
//!
//! Covered: Latin with Latin-1 and Extended-A, Greek, Cyrillic, punctuation, currency, arrows, and the marks that the
//! window draws.

use std::sync::Arc;

use egui::{FontData, FontDefinitions, FontFamily};

const INTER: &[u8] = include_bytes!("../../../assets/fonts/Inter-Regular.otf");
const INTER_SEMIBOLD: &[u8] = include_bytes!("../../../assets/fonts/Inter-SemiBold.otf");
const JETBRAINS_MONO: &[u8] = include_bytes!("../../../assets/fonts/JetBrainsMono-Regular.ttf");

// for programs: the names of the typefaces
const REGULAR: &str = "Inter";
const SEMIBOLD: &str = "Inter SemiBold";
const MONO: &str = "JetBrains Mono";

/// The family of headings, labels and whatever else stands out.
pub fn semibold() -> FontFamily {
    FontFamily::Name("semibold".into())
}

/// The typefaces and which family falls back on which: only on one another.
pub fn definitions() -> FontDefinitions {
    let mut fonts = FontDefinitions::empty();
    for (name, bytes) in [(REGULAR, INTER), (SEMIBOLD, INTER_SEMIBOLD), (MONO, JETBRAINS_MONO)] {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    let stacks = [
        (FontFamily::Proportional, [REGULAR, MONO]),
        (semibold(), [SEMIBOLD, MONO]),
        (FontFamily::Monospace, [MONO, REGULAR]),
    ];
    for (family, stack) in stacks {
        fonts.families.insert(family, stack.map(str::to_owned).to_vec());
    }
    fonts
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::FontId;
    use egui_kittest::Harness;

    /// The symbols that the window draws as text; each family has all of them.
    const MARKS: &str = "→←↑↓↗✓✗⚠•…‹›«»–—“”‘’×▸▾▲▼●€£¥·°±≈≤≥≠−№™";

    #[test]
    fn every_family_draws_every_mark_and_european_letters() {
        let mut harness = Harness::builder().build_ui(|_| {});
        harness.ctx.set_fonts(definitions());
        harness.run();
        for family in [FontFamily::Proportional, FontFamily::Monospace, semibold()] {
            for text in [MARKS, "Aa Zz 09 ~!@#$%^&*()", "ÄößéñçŁłŠžőœ", "Αθήνα Ωω", "Київ Жж Ёё"]
            {
                for character in text.chars() {
                    let drawn =
                        harness.ctx.fonts_mut(|fonts| fonts.has_glyph(&FontId::new(14.0, family.clone()), character));
                    assert!(drawn, "{family:?} has no `{character}`");
                }
            }
        }
    }

    #[test]
    fn the_typefaces_stay_small() {
        for bytes in [INTER, INTER_SEMIBOLD, JETBRAINS_MONO] {
            assert!(bytes.len() < 150 * 1024, "a typeface of {} bytes", bytes.len());
        }
    }
}
